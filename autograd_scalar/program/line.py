"""`Program`: the data, and how it is run."""

from __future__ import annotations

import warnings
from contextvars import Context
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _generated
from ..conditions import settled
from ..errors import UsageError
from ..notation import display, listed
from ..ops import as_python_reads, table
from ..recording import number as read_number
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..ops import Row
    from .listing import Listing

__all__ = ["Equation", "Program", "Run", "row_of"]

LINES = 40  # lines of one section of a listing, unless asked otherwise


class Equation(NamedTuple):
    """``z = w·x``: the operation that makes one node, and the numbers of the nodes that it reads.

    `name` is the user's, or ``""``. An operand that is a sequence is a tuple. Parameters are constants.
    """

    name: str
    op: str
    operands: tuple[int | tuple[int, ...], ...]
    parameters: tuple[int, ...] = ()

    @property
    def reads(self) -> list[int]:
        """The nodes that it reads, sequences flattened, parameters left out."""
        return [one for operand in self.operands for one in (operand if isinstance(operand, tuple) else (operand,))]


class Run(NamedTuple):
    """What a program gave: the value of its output, and its derivative by each input."""

    value: float
    gradients: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Program:
    """A straight-line program, made by `program` or read by `from_json`.

    Nodes are numbered: the inputs, each with its name (or ``""``) and the number it had; then the constants, each once;
    then the equations, each after all that it reads. `output` is the node of the result.

    Two programs are equal when they are the same to the last bit of every number.
    """

    inputs: tuple[tuple[str, float], ...]
    constants: tuple[float, ...]
    equations: tuple[Equation, ...]
    output: int
    _kept: list[tuple[str, ...]] = field(default_factory=list, init=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each node, no two alike: the user's, or v1, v2, … for inputs and t1, t2, … for equations.

        The output is called L where it has no name; a constant's name is ``""``.
        """
        given = [
            *(name for name, _ in self.inputs),
            *("" for _ in self.constants),
            *(equation.name for equation in self.equations),
        ]
        taken = set(given)
        first = len(self.inputs) + len(self.constants)
        if self.output >= first and not given[self.output]:
            given[self.output] = next(name for name in chain(("L",), names_like("L")) if name not in taken)
            taken.add(given[self.output])
        for prefix, places in (("v", range(len(self.inputs))), ("t", range(first, len(given)))):
            free = (name for name in names_like(prefix) if name not in taken)
            for place in places:
                given[place] = given[place] or next(free)
        return tuple(given)

    # ------------------------------------------------------------------------------------------------ running

    def run(self, numbers: Mapping[str, float] | Sequence[float] = (), /, **named: float) -> Run:
        """Value and gradients for these inputs: one pass forward, one backward, by the rules of the table.

        Inputs are given by name, or all of them in order; those that are not given have the numbers they were recorded
        with. The result is that of the recorded graph, bit for bit.

        Raises what recording raises, and `UsageError` for an input that the program does not have. Warns where a choice
        of the graph was made by a plain truth value: it stays as it was.

        >>> from autograd_scalar import program
        >>> x, w = Value(2, label="x"), Value(3, label="w")
        >>> program(w * x).run(x=5)
        Run(value=15.0, gradients={'w': 5.0, 'x': 3.0})
        """
        given = self._given(numbers, named, "run")
        names = self._input_names()
        leaves = []
        for place, name in enumerate(names):
            one = given[place] if place in given else self.inputs[place][1]
            leaves.append(Value(one if type(one) is float else read_number(one, f"run({name}=…)"), label=name))
        is_moved = any(leaf.data != x for leaf, (_, x) in zip(leaves, self.inputs, strict=True))
        if is_moved and (note := self.settled_choices()):
            warnings.warn(f"run: {note[:1].lower()}{note[1:]}", stacklevel=2)
        result = Context().run(self._recorded, leaves)  # a context of its own: no mode of the caller's is on
        result.backward()
        return Run(result.data, {name: leaf.grad for name, leaf in zip(names, leaves, strict=True)})

    def record(
        self, leaves: Mapping[str, Value | float] | Sequence[Value | float] = (), /, **named: Value | float
    ) -> Value:
        """The graph again, of new Values; an input that is given as a Value becomes that leaf of it.

        Raises what recording raises, and `UsageError` for an input that the program does not have.

        >>> from autograd_scalar import program
        >>> x, w = Value(2, label="x"), Value(3, label="w")
        >>> L = program((w * x) ** 2).record(w=Value(10, label="w"))
        >>> print(L.formula())
        L = (w·x)²
        >>> L.data
        400.0
        """
        given = self._given(leaves, named, "record")
        values = []
        for place, (name, number) in enumerate(self.inputs):
            one: Any = given.get(place, number)
            values.append(one if isinstance(one, Value) else Value(read_number(one, f"record({name}=…)"), label=name))
        return self._recorded(values)

    def settled_choices(self) -> str:
        """A word on the choices that stay as they were whatever the inputs are; nothing where there are none."""
        first = len(self.inputs)
        constants = range(first, first + len(self.constants))
        choosing = {op for op in {equation.op for equation in self.equations} if row_of(op).form == "select"}
        places = [
            place
            for place, equation in enumerate(self.equations, constants.stop)
            if equation.op in choosing and equation.operands[0] in constants
        ]
        if not places:
            return ""
        names = self.names
        return settled(display(names[place]) for place in places)

    def _input_names(self) -> tuple[str, ...]:
        """The names of the inputs, which a program that is run again and again finds once."""
        if not self._kept:
            self._kept.append(self.names[: len(self.inputs)])
        return self._kept[0]

    def _given(self, numbers: Any, named: Mapping[str, Any], verb: str) -> dict[int, Any]:
        """The inputs that are given, by place."""
        if not isinstance(numbers, dict | list | tuple):
            raise UsageError(f"{verb} takes inputs by name, {verb}(x=2), or a list of all {len(self.inputs)} in order")
        if isinstance(numbers, dict):
            named = {**numbers, **named}
        elif numbers and len(numbers) != len(self.inputs):
            raise UsageError(f"{verb}: the program has {len(self.inputs)} inputs, not {len(numbers)}")
        given: dict[int, Any] = {} if isinstance(numbers, dict) else dict(enumerate(numbers))
        if named:
            places = {name: place for place, name in enumerate(self._input_names())}
            for name, one in named.items():
                meant = [name] if name in places else [other for other in places if as_python_reads(other) == name]
                if len(meant) != 1:
                    raise UsageError(
                        f"{verb}: the program has no input called {name!r}; it has {listed(list(places), 12)}"
                    )
                given[places[meant[0]]] = one
        return given

    def _recorded(self, leaves: Sequence[Value]) -> Value:
        nodes: list[Any] = [*leaves, *self.constants]
        functions: dict[str, tuple[Callable[..., Value], list[str]]] = {}
        for name, op, operands, parameters in self.equations:
            if op not in functions:
                own = [argument.name for argument in row_of(op).arguments if argument.kind == "parameter"]
                functions[op] = getattr(_generated, op), own
            function, own = functions[op]
            read = [tuple([nodes[i] for i in one]) if isinstance(one, tuple) else nodes[one] for one in operands]
            if parameters:
                node = function(*read, **{own[i]: nodes[place] for i, place in enumerate(parameters)})
            else:
                node = function(*read)
            if name:
                node.label = name
            nodes.append(node)
        result: Value = nodes[self.output]
        return result

    # ------------------------------------------------------------------------------------------------ printing

    def listing(self, *, digits: int | None = None, lines: int = LINES) -> Listing:
        """The program as it is printed: all digits unless asked otherwise, and at most `lines` lines of a section.

        Raises `UsageError` for less than one line, or for so many digits as no float has.
        """
        from .listing import listing

        return listing(self, digits, lines)

    def __str__(self) -> str:
        return self.listing().text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.listing()._repr_html_()

    # ---------------------------------------------------------------------------------------------- equality, files

    def _same(self) -> tuple[object, ...]:
        """All that there is, with each number by its bits: NaN is NaN, and −0.0 is not 0.0."""
        numbers = [*(number for _, number in self.inputs), *self.constants]
        return tuple(name for name, _ in self.inputs), tuple(map(float.hex, numbers)), self.equations, self.output

    def __eq__(self, other: object) -> bool:
        return self._same() == other._same() if isinstance(other, Program) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._same())

    def to_json(self) -> str:
        r"""The program as JSON, an equation a line, with every bit of every number; the same program, the same bytes.

        It is ASCII and has no ``<``, ``>`` or ``&`` in it, so it may stand in HTML as it is, whatever the names are.

        >>> from autograd_scalar import program
        >>> print(program(Value(2, label="</script>") * 0.5).to_json())
        {"format": "autograd_scalar program", "version": 1,
         "inputs": [["\u003c/script\u003e", 2.0]],
         "constants": [0.5],
         "equations": [
          ["", "mul", [0, 1]]
         ],
         "output": 2}
        """
        from .files import written

        return written(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> Program:
        """Read what `to_json` has written. It is looked at from end to end, and nothing of it is executed.

        Raises `AutogradError` where it is cut short, is something else, or is no program that could be run, and says
        which equation is wrong; `UsageError` where `text` is no text.
        """
        from .files import read

        return read(text)


def row_of(op: str) -> Row:
    """The row of an operation.

    Raises `UsageError` where there is none: a program may come from where a user's operation was defined.
    """
    if op not in table:
        raise UsageError(f"there is no operation {op!r} here; define it with op({op + '(…)'!r}, …) or custom(…) first")
    return table[op]


def names_like(prefix: str) -> Iterator[str]:
    """The names t1, t2, … without end."""
    return (f"{prefix}{number}" for number in count(1))
