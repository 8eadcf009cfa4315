"""`graphs`: random graphs, with reuse, operations of many operands and plain numbers; each one a readable program."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import Parameter, Signature
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol

from .. import functions
from ..errors import AutogradError, UsageError
from ..graph import topological_order
from ..ops import table
from ..value import Value
from .trial import AtPoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from hypothesis.strategies import DrawFn, SearchStrategy

    from ..ops import Row

__all__ = ["Graph", "graphs", "random_graph"]

NUMBERS = (0.0, 0.5, 1.0, 2.0, 3.0, -1.0, -2.5, 0.25)
FREQUENT = ("add", "mul", "sub", "add", "mul", "relu", "sigmoid")
SMALLEST, LARGEST = 1e-4, 1e5  # between which values and partials stay, so that rounding stays small beside them


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the program: a name, the operation, its operands by name, as numbers, or as lists of these."""

    name: str
    op: str
    operands: tuple[Any, ...]
    parameters: dict[str, float]
    is_labelled: bool

    def __str__(self) -> str:
        row = table[self.op]
        shown = [_shown(operand) for operand in self.operands]
        if row.dunder and row.infix and len(shown) == 2:
            made = f"{_bracketed(shown[0])} {row.infix} {_bracketed(shown[1])}"
        elif row.dunder and row.infix:
            made = f"{row.infix}{shown[0]}"
        else:
            given = shown + [f"{name}={x!r}" for name, x in self.parameters.items()]
            made = f"functions.{self.op}({', '.join(given)})"
        return f'{self.name} = ({made}).named("{self.name}")' if self.is_labelled else f"{self.name} = {made}"


def _shown(operand: Any) -> str:
    if isinstance(operand, list):
        return f"[{', '.join(map(_shown, operand))}]"
    return operand if isinstance(operand, str) else repr(operand)


def _bracketed(shown: str) -> str:
    return f"({shown})" if shown.startswith("-") else shown


@dataclass(frozen=True, slots=True, repr=False)
class Graph(AtPoint):
    """A result, the leaves it was made from, and the program that made it: ``repr`` is Python that makes it again.

    The leaves bear labels, x1, x2, …, the result is called L, and so are some of the nodes between. It can be called,
    with other numbers for the leaves that it uses, so ``gradcheck(graph)`` checks it where it was drawn.
    """

    result: Value
    leaves: list[Value]
    lines: tuple[Line, ...] = field(default=())

    @property
    def used(self) -> list[Value]:
        """The leaves that the result depends on."""
        inside = set(topological_order(self.result))
        return [leaf for leaf in self.leaves if leaf in inside]

    @property
    def operands(self) -> tuple[float, ...]:  # type: ignore[override]
        """The numbers of the leaves that the result depends on: where `gradcheck` checks it."""
        return tuple(leaf.data for leaf in self.used)

    @property
    def __name__(self) -> str:
        return "L"

    @property
    def __signature__(self) -> Signature:
        return Signature([Parameter(leaf.label or "", Parameter.POSITIONAL_ONLY) for leaf in self.used])

    def __call__(self, *operands: Any) -> Value:
        """The same operations on other numbers or Values, one for each leaf that the result depends on."""
        made_of = [one if isinstance(one, Value) else Value(one) for one in operands]
        given = dict(zip((leaf.label for leaf in self.used), made_of, strict=True))
        nodes: dict[str, Value] = {leaf.label or "": given.get(leaf.label, leaf) for leaf in self.leaves}
        for line in self.lines:
            made = getattr(functions, line.op)(*[_read(one, nodes) for one in line.operands], **line.parameters)
            nodes[line.name] = made.named(line.name) if line.is_labelled else made
        return nodes["L"]

    @property
    def program(self) -> str:
        """The graph as Python; lines that the result does not need are left out."""
        needed, kept = {"L"}, []
        for line in reversed(self.lines):
            if line.name in needed:
                kept.append(str(line))
                flat = [one for x in line.operands for one in (x if isinstance(x, list) else [x])]
                needed |= {one for one in flat if isinstance(one, str)}
        inputs = [
            f'{leaf.label} = Value({leaf.data!r}, label="{leaf.label}")' for leaf in self.leaves if leaf.label in needed
        ]
        return "\n".join(["from autograd_scalar import Value, functions", *inputs, *reversed(kept)])

    def __repr__(self) -> str:
        return self.program

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # as hypothesis and IPython call it
        del cycle
        printer.text(repr(self))


class _Chooser(Protocol):
    """What decides: hypothesis, which can shrink its decisions, or a random number generator."""

    def integer(self, low: int, high: int) -> int: ...
    def one_of(self, choices: Sequence[Any]) -> Any: ...
    def number(self) -> float: ...


def graphs(operations: int = 7, rows: tuple[str, ...] = (), leaves: int = 4) -> SearchStrategy[Graph]:
    """Graphs of up to so many operations (of `rows`, by name, or of any, a user's included) and leaves.

    Nodes are used again, sequences mix Values and numbers, numbers stand at the right and at the left, parameters
    are the rows' own. Values and partials are of moderate size, so that the gradient is well conditioned as a rule.
    A graph that fails shrinks to few operations and small whole numbers, and prints as a program that can be pasted.

    >>> from autograd_scalar.testing import graphs
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=20, derandomize=True, deadline=None)
    ... @given(graphs())
    ... def test_the_program_makes_the_graph(graph):
    ...     scope = {}
    ...     exec(repr(graph), scope)
    ...     assert scope["L"].data == graph.result.data
    >>> test_the_program_makes_the_graph()

    Raises `UsageError` for a row that is not in the table.
    """
    from .extra import strategies as st

    _choices(rows)
    numbers = st.one_of(st.sampled_from(NUMBERS), st.floats(-3, 3).map(lambda x: round(x, 3) + 0.0))

    class Drawn:
        def __init__(self, draw: DrawFn) -> None:
            self.draw = draw

        def integer(self, low: int, high: int) -> int:
            return self.draw(st.integers(low, high))

        def one_of(self, choices: Sequence[Any]) -> Any:
            return self.draw(st.sampled_from(choices))

        def number(self) -> float:
            return self.draw(numbers)

    return st.composite(lambda draw: _made(Drawn(draw), operations, rows, leaves))()


def random_graph(rng: Random, operations: int = 7, rows: tuple[str, ...] = (), leaves: int = 4) -> Graph:
    """A graph as `graphs` draws it, without hypothesis: fast, for many of them.

    >>> from random import Random
    >>> print(random_graph(Random(6), operations=2).program.splitlines()[0])
    from autograd_scalar import Value, functions
    """

    class Rolled:
        integer = staticmethod(rng.randint)
        one_of = staticmethod(rng.choice)

        @staticmethod
        def number() -> float:
            return rng.choice(NUMBERS) if rng.random() < 0.5 else round(rng.uniform(-3, 3), 3) + 0.0

    return _made(Rolled(), operations, rows, leaves)


def _choices(rows: tuple[str, ...]) -> list[str]:
    """The operations to choose from, simple and frequent ones first: towards them a failure shrinks."""
    unknown = [name for name in rows if name not in table]
    if unknown:
        raise UsageError(f"graphs(rows=…): there is no operation {unknown[0]!r} in the table")
    every = [*FREQUENT, *sorted(table)]
    return [name for name in every if not rows or name in rows]


def _made(choose: _Chooser, operations: int, rows: tuple[str, ...], most_leaves: int) -> Graph:
    count = choose.integer(1, most_leaves)
    leaves = [Value(choose.number(), label=f"x{place}") for place in range(1, count + 1)]
    nodes: dict[str, Value] = {leaf.label: leaf for leaf in leaves}
    lines: list[Line] = []
    choices = _choices(rows)
    for place in range(choose.integer(1, operations)):
        row = table[choose.one_of(choices)]
        operands = _operands(choose, row, list(nodes))
        parameters = {
            argument.name: argument.default if argument.default is not None else number
            for argument, number in zip(
                [one for one in row.arguments if one.kind == "parameter"], (-1.5, 1.5, 2.0, 3.0), strict=False
            )
        }
        try:
            made = getattr(functions, row.name)(*[_read(one, nodes) for one in operands], **parameters)
            partials = made.partials()
        except AutogradError:
            continue
        moderate = all(isfinite(x) and (x == 0 or SMALLEST < abs(x) < LARGEST) for x in (made.data, *partials))
        if not (moderate and made.parents):
            continue
        name = f"h{place}"
        lines.append(Line(name, row.name, operands, parameters, bool(choose.integer(0, 1))))
        nodes[name] = made
    if not lines:
        lines.append(Line("L", "mul", ("x1", 2.0), {}, is_labelled=True))
        return Graph((leaves[0] * 2.0).named("L"), leaves, tuple(lines))
    last = lines[-1]
    lines[-1] = Line("L", last.op, last.operands, last.parameters, is_labelled=True)
    for line in lines:
        if line.is_labelled:
            nodes[last.name if line.name == "L" else line.name].named(line.name)
    return Graph(nodes[last.name], leaves, tuple(lines))


def _operands(choose: _Chooser, row: Row, names: list[str]) -> tuple[Any, ...]:
    """Names of nodes, the newest last, now and then a number; not all of them numbers."""
    many = [argument for argument in row.operands if argument.kind == "sequence"]
    size = choose.integer(1, 3) if many else 0
    slots = sum(size if argument.kind == "sequence" else 1 for argument in row.operands)
    plain = choose.integer(0, 3) if slots > 1 else 0  # which of the first ones is a number, if any
    chosen: list[Any] = [
        choose.one_of(NUMBERS) if plain and slot == slots - plain else choose.one_of(names) for slot in range(slots)
    ]
    taken = iter(chosen)
    return tuple(
        [next(taken) for _ in range(size)] if argument.kind == "sequence" else next(taken) for argument in row.operands
    )


def _read(operand: Any, nodes: dict[str, Value]) -> Any:
    if isinstance(operand, list):
        return [_read(one, nodes) for one in operand]
    return nodes[operand] if isinstance(operand, str) else operand
