"""A function on trial: called again and again with numbers of our choice, and left as it was found."""

from __future__ import annotations

import copy
import inspect
import linecache
import sys
import traceback
from contextlib import contextmanager
from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _generated, recording
from ..errors import AutogradError, UsageError
from ..graph import topological_order
from ..names import Scope, call_with_names
from ..nn import Module
from ..ops import Row
from ..transforms import gradients
from ..value import Value
from .modes import noise_of
from .numerical import SAFETY
from .sides import sides_of_graph

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

__all__ = [
    "AtPoint",
    "Derivative",
    "EditedError",
    "Lost",
    "NotANumberError",
    "Record",
    "Trial",
    "line_of",
    "where_lost",
]


class Record(NamedTuple):
    """One call: the outputs, flat, with their names, and what the arguments were made into."""

    outputs: list[Value]
    leaves: list[Value]
    scopes: tuple[Scope, ...] = ()

    @property
    def sides(self) -> Hashable:
        """On which side of its kinks every operation is; see `sides_of_graph`."""
        return sides_of_graph(self.outputs)


class AtPoint:
    """A function that knows where it is to be checked, when the check is given no arguments."""

    __slots__ = ()

    operands: tuple[Any, ...]


class Trial:
    """`f`, its arguments, and what to differentiate by: every number among the arguments, and the Values of `wrt`.

    Lists, tuples and dicts may be nested; a module stands for its parameters. Arguments are made anew for each call.
    Values of `wrt` and parameters are set in place, and have their own numbers and gradients again afterwards.
    """

    def __init__(self, f: Callable[..., Any], args: tuple[Any, ...], wrt: Any = ()) -> None:
        if not callable(f):
            raise UsageError(f"gradcheck: {recording.described(f)} is not a function; write gradcheck(f, x)")
        if isinstance(f, AtPoint) and not args and wrt == ():
            args = f.operands
        self.f = f
        self.args = args
        self.name = _function_name(f)
        self.places: list[str] = []
        self.numbers: list[float] = []
        self.outer: list[Value | None] = []
        self.modules: list[Module] = []
        self.output_names: list[str] = []
        if isinstance(f, Module):
            self._read(f, "")
        for name, argument in zip(_argument_names(f, args), args, strict=True):
            self._read(argument, name)
        self._read_wrt(wrt)

    # ------------------------------------------------------------------------------------------------ arguments

    def _read(self, x: Any, name: str) -> None:
        if isinstance(x, Module):
            if any(x is module for module in self.modules):
                return
            self.modules.append(x)
            for path, parameter in x.named_parameters():
                self._outer(parameter, f"{name}.{path}" if name else path)
        elif isinstance(x, Value) or (recording.is_number(x) and not isinstance(x, bool)):
            self._add(name, x.data if isinstance(x, Value) else recording.number(x), None)
        elif isinstance(x, dict):
            for key, one in x.items():
                self._read(one, f'{name}["{key}"]' if isinstance(key, str) else f"{name}[{key!r}]")
        elif isinstance(x, list | tuple) or _is_array(x):
            for i, one in enumerate(x):
                self._read(one, f"{name}[{i}]")

    def _read_wrt(self, wrt: Any) -> None:
        for i, one in enumerate(wrt if isinstance(wrt, list | tuple) else (wrt,)):
            if isinstance(one, Module):
                self._read(one, "")
            elif isinstance(one, Value) and one._rule is None:
                from ..names import read_names

                self._outer(one, one.label or read_names(Value).of(one) or f"wrt[{i}]")
            else:
                raise UsageError(
                    f"gradcheck(f, …, wrt=…): {recording.described(one)} is neither a leaf nor a module; "
                    "wrt is what f reads besides its arguments: wrt=model, wrt=[w, b]"
                )

    def _outer(self, leaf: Value, name: str) -> None:
        if not any(leaf is other for other in self.outer):
            self._add(name, leaf.data, leaf)

    def _add(self, name: str, number: float, outer: Value | None) -> None:
        self.places.append(name)
        self.numbers.append(number)
        self.outer.append(outer)

    def _made(self, x: Any, fresh: Iterator[Value]) -> Any:
        """The argument with a new leaf for each number."""
        if isinstance(x, Value) or (recording.is_number(x) and not isinstance(x, bool)):
            return next(fresh)
        if isinstance(x, dict):
            made = copy.copy(x)  # of its own kind, which may answer for keys that it does not have
            for key, one in x.items():
                made[key] = self._made(one, fresh)
            return made
        if isinstance(x, list):
            several = copy.copy(x)
            several[:] = [self._made(one, fresh) for one in x]
            return several
        if isinstance(x, tuple):
            elements = [self._made(one, fresh) for one in x]
            return type(x)(*elements) if hasattr(x, "_fields") else tuple(elements)
        if _is_array(x):
            array = x.astype(object)
            for i, one in enumerate(x):
                array[i] = self._made(one, fresh)
            return array
        return x

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Whatever happens inside: modules, leaves of `wrt` and their gradients are as before."""
        leaves = [(leaf, leaf._data, leaf._grad, leaf._clock) for leaf in self.outer if leaf is not None]
        buffers = [
            (module, name, _copied(getattr(module, name)))
            for top in self.modules
            for _, module in top.modules()
            for name in module.buffers
        ]
        try:
            yield
        finally:
            for leaf, data, grad, clock in leaves:
                leaf._data, leaf._grad, leaf._clock = data, grad, clock
            for module, name, kept in buffers:
                setattr(module, name, kept)

    # ------------------------------------------------------------------------------------------------ the calls

    def record(self, numbers: Sequence[float], *, with_names: bool = False) -> Record:
        """One call with these numbers. Raises what f raises, and `EditedError`, `NotANumberError`."""
        leaves = []
        for outer, number, name in zip(self.outer, numbers, self.places, strict=True):
            if outer is not None:
                outer._data = number
            leaves.append(Value(number, label=name) if outer is None else outer)
        fresh = iter([leaf for leaf, outer in zip(leaves, self.outer, strict=True) if outer is None])
        arguments = [self._made(x, fresh) for x in self.args]
        scopes: tuple[Scope, ...] = ()
        if with_names:
            result, scopes = call_with_names(self.f, *arguments)
        else:
            result = self.f(*arguments)
        named = list(_flat(result, self.name))
        self.output_names = [name for name, _ in named]
        outputs = [one if isinstance(one, Value) else Value(self._plain_output(name, one)) for name, one in named]
        for leaf, number, name in zip(leaves, numbers, self.places, strict=True):
            if leaf._data != number and not isnan(number):
                raise EditedError(f"{self.name} edits its argument {name}: {number:.6g} → {leaf._data:.6g}")
        if not _is_of_shape(arguments, [*self.args]):
            raise EditedError(f"{self.name} edits the lists it is given: they have other lengths after the call")
        return Record(outputs, leaves, scopes)

    def _plain_output(self, name: str, x: Any) -> float:
        if not recording.is_number(x):
            advice = recording.hint(x)
            raise NotANumberError(
                f"gradcheck: {name} is {recording.described(x)}, and no number to differentiate{advice}"
            )
        return recording.number(x)


class NotANumberError(UsageError):
    """f returned something that has no derivative."""


class EditedError(UsageError):
    """f changed what it was given."""


class Derivative:
    """A trial of the slopes of another one: its outputs are the derivative graphs ∂f/∂x of every output and input."""

    def __init__(self, trial: Trial, inputs: Sequence[int] | None = None) -> None:
        self.trial = trial
        self.places, self.numbers, self.name = trial.places, trial.numbers, trial.name
        self.inputs = list(range(len(trial.numbers))) if inputs is None else list(inputs)
        self.output_names = [f"d{f}/d{trial.places[i]}" for f in trial.output_names for i in self.inputs]

    def record(self, numbers: Sequence[float], *, with_names: bool = False) -> Record:
        """The slopes at these numbers, as graphs."""
        made = self.trial.record(numbers, with_names=with_names)
        wrt = [made.leaves[i] for i in self.inputs]
        slopes = [slope for output in made.outputs for slope in gradients(output, wrt)]
        return Record(slopes, made.leaves, made.scopes)


# ------------------------------------------------------------------------------------------------ lost gradients


class Lost(NamedTuple):
    """A number that changes with an argument, and through which no gradient flows."""

    op: str
    number: float
    argument: str
    line: str


def where_lost(trial: Trial, place: int, base: Sequence[float]) -> Lost | None:
    """The first plain number in the graph that moves when an argument moves: v.data, v.item() or a float was used."""
    step = 1e-3 * abs(base[place]) or 1e-3
    for sign in (1, -1):
        moved = [*base]
        moved[place] += sign * step
        try:
            lines = _Lines()
            with lines:
                here = trial.record(base)
            there = trial.record(moved)
        except (AutogradError, ValueError, ArithmeticError):
            continue
        old, new = ([n for output in one.outputs for n in topological_order(output)] for one in (here, there))
        if [node.op for node in old] != [node.op for node in new]:
            continue
        own = dict(zip(here.leaves, there.leaves, strict=True))
        if not _has_effect(here, list(zip(old, new, strict=True))):
            continue
        for before, after in zip(old, new, strict=True):
            if before._rule is None:
                if before not in own and before._data != after._data:
                    user = next((n for n in old if any(before is one for one in n.parents)), before)
                    return Lost(user.op, before._data, trial.places[place], lines.of.get(user, ""))
                continue
            pairs = zip(_plain(before), _plain(after), strict=False)
            changed = next((x for x, y in pairs if x != y), None)
            if changed is not None:
                return Lost(before.op, changed, trial.places[place], lines.of.get(before, ""))
    return None


def _has_effect(here: Record, pairs: Sequence[tuple[Value, Value]]) -> bool:
    """Whether the plain numbers that differ move an output, all of them together: what softmax subtracts does not."""
    numbers: dict[Value, float] = {leaf: leaf._data for leaf in here.leaves}
    for old, new in pairs:
        if old in numbers:
            continue
        if old._rule is None:
            numbers[old] = new._data
            continue
        operands = [_replayed(x, y, numbers) for x, y in zip(old.operands, new.operands, strict=True)]
        try:
            compute = getattr(_generated, f"_{old.op}")
            numbers[old] = float(compute(*operands, *new.parameters.values()))
        except (AutogradError, ValueError, ArithmeticError):
            return True  # to have no value is an effect
    return any(not abs(numbers[one] - one._data) <= SAFETY * noise_of(one) for one in here.outputs)


def _replayed(old: Any, new: Any, numbers: dict[Value, float]) -> Any:
    """An operand of `new`, with the numbers that the Values of `old` have."""
    if isinstance(old, tuple):
        return [_replayed(x, y, numbers) for x, y in zip(old, new, strict=True)]
    return numbers[old] if isinstance(old, Value) else new


def _plain(node: Value) -> list[float]:
    """The plain numbers among the operands and parameters of a node."""
    flat = [one for x in node.operands for one in (x if isinstance(x, tuple) else (x,))]
    return [float(x) for x in flat if not isinstance(x, Value)] + [*node.parameters.values()]


class _Lines(recording.Mode):
    """Remembers the user's line for every operation."""

    def __init__(self) -> None:
        self.of: dict[Value, str] = {}

    def recorded(self, node: Value) -> Value:
        frame: Any = sys._getframe(1)
        package = __name__.partition(".")[0]
        while str(frame.f_globals.get("__name__", "")).partition(".")[0] == package:
            frame = frame.f_back  # at last to whoever called gradcheck
        self.of[node] = _line(frame.f_code.co_filename, frame.f_lineno)
        return node


def line_of(error: BaseException) -> str:
    """The user's line that an error came through last."""
    package = __file__.rpartition("autograd_scalar")[0] + "autograd_scalar"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(package)]
    return _line(frames[-1].filename, frames[-1].lineno or 0) if frames else ""


def _line(filename: str, lineno: int) -> str:
    text = linecache.getline(filename, lineno).strip()
    return f"line {lineno}" + (f": {text}" if text else "")


# ----------------------------------------------------------------------------------------------------- the rest


def _function_name(f: Any) -> str:
    if isinstance(f, Row):
        return f.name
    name = getattr(f, "__name__", "") or ("" if not isinstance(f, Module) else type(f).__name__)
    return name if name.isidentifier() else "f"


def _argument_names(f: Any, args: tuple[Any, ...]) -> list[str]:
    if isinstance(f, Row) and len(args) <= len(f.arguments):
        return [argument.name for argument in f.arguments[: len(args)]]
    if isinstance(f, Row):  # a sequence, given number by number
        return [f"{f.arguments[0].name}[{i}]" for i in range(len(args))]
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names: list[str] = []
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}[{i}]" for i in range(len(args) - len(names))]
        elif parameter.kind is not parameter.KEYWORD_ONLY and parameter.kind is not parameter.VAR_KEYWORD:
            names.append(parameter.name)
    names += [f"x{i + 1}" for i in range(len(names), len(args))]
    return names[: len(args)]


def _is_array(x: Any) -> bool:
    return hasattr(x, "dtype") and bool(getattr(x, "ndim", 0))


def _flat(result: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(result, dict):
        for key, one in result.items():
            yield from _flat(one, f'{name}["{key}"]')
    elif isinstance(result, list | tuple) or _is_array(result):
        for i, one in enumerate(result):
            yield from _flat(one, f"{name}[{i}]")
    else:
        yield name, result


def _is_of_shape(x: Any, before: Any) -> bool:
    """Whether nested lists and dicts have the lengths and the keys of `before`; a defaultdict may have been asked."""
    if isinstance(before, dict):
        if not isinstance(x, dict) or not (x.keys() == before.keys() or hasattr(before, "__missing__")):
            return False
        return all(key in x and _is_of_shape(x[key], one) for key, one in before.items())
    if isinstance(before, list | tuple):
        return isinstance(x, list | tuple) and len(x) == len(before) and all(map(_is_of_shape, x, before))
    return not isinstance(x, dict | list | tuple)


def _copied(x: Any) -> Any:
    return [_copied(one) for one in x] if isinstance(x, list) else x
