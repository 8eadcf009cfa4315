"""A row of the table as a reader meets it: its facts in order, and its two curves."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from .. import functions
from ..errors import AutogradError, UsageError
from ..formula import number
from ..ops import table
from ..other_words import called_here, nearest
from ..validation import intervals
from ..value import Value

if TYPE_CHECKING:
    from ..ops import Argument, Row

__all__ = ["Curves", "curves", "example", "find"]

_RANGE = 4.0
"""Curves run from −4 to 4, or over eight units from the edge of the domain."""
_OTHERS = (2.0, 1.0, 0.5)
"""What the other arguments of a curve are, and the other elements of a sequence."""


def find(name: str) -> Row:
    """The row of that name, or the one that is written so: ``mul`` and ``*`` are the same row.

    Raises `UsageError` when there is none.
    """
    row = table.get(name) or next((row for row in table.values() if name in (row.symbol, row.infix)), None)
    if row is None:
        close = nearest(name, table)
        meant = called_here(name) or (f"; did you mean {close}?" if close else "")
        after = "" if meant.endswith("?") else ";"
        raise UsageError(f"there is no operation {name!r}{meant}{after} autograd-scalar ops lists all")
    return row


@dataclass(frozen=True, slots=True)
class Curves:
    """A rule along one of its arguments: the value and the partial, where they exist.

    Attributes:
        argument: the argument that runs, as it is written: ``x``, or ``x1`` of a sequence.
        low: where it begins.
        high: where it ends.
        values: pairs of the argument and the value, ascending.
        slopes: pairs of the argument and the partial.
        fixed: what the others were: ``"y = 2"``; empty where there is none.

    """

    argument: str
    low: float
    high: float
    values: tuple[tuple[float, float], ...]
    slopes: tuple[tuple[float, float], ...]
    fixed: str


def curves(row: Row, points: int = 241) -> Curves:
    """The value and the partial of `row` at `points` places of the argument that runs; outside the domain, none.

    >>> from autograd_scalar.ops import table
    >>> curve = curves(table["relu"], points=5)
    >>> curve.values
    ((-4.0, 0.0), (-2.0, 0.0), (0.0, 0.0), (2.0, 2.0), (4.0, 4.0))
    >>> curve.slopes[-1]
    (4.0, 1.0)
    """
    running = _running(row)
    low, high = {name: (low, high) for name, low, high in intervals(row)}.get(running.name, (-_RANGE, _RANGE))
    low = max(low, -_RANGE)
    high = min(high, low + 2 * _RANGE)
    values: list[tuple[float, float]] = []
    slopes: list[tuple[float, float]] = []
    for place in range(points):
        x = low + (high - low) * place / (points - 1)
        try:
            node = _called(row, running, Value(x))
            slope = node.partials()[0] if node.parents else 0.0
        except AutogradError:
            continue  # outside the domain
        if isfinite(node.data):
            values.append((x, node.data))
        if isfinite(slope):
            slopes.append((x, slope))
    first = f"{running.name}1" if running.kind == "sequence" else running.name
    return Curves(first, low, high, tuple(values), tuple(slopes), _fixed(row, running))


def example(row: Row) -> Value:
    """One use of `row` on labelled leaves, all of them Values, with its gradients: what a drawing of it shows."""
    arguments: list[Any] = []
    bounds = {name: (low, high) for name, low, high in intervals(row)}
    for place, argument in enumerate(row.operands):
        low, high = bounds.get(argument.name, (-_RANGE, _RANGE))
        typical = 0.5 if low < 0.5 < high else max(low, min(low + 1.0, (low + high) / 2))
        if argument.kind == "sequence":
            arguments.append([Value(1.0 - 0.5 * n, label=f"{argument.name}{n + 1}") for n in range(3)])
        else:
            arguments.append(Value(typical + place, label=argument.name))
    result = getattr(functions, row.name)(*arguments, **_parameters(row)).named("z")
    result.backward()
    return result  # type: ignore[no-any-return]  # the functions take floats too, and give floats then


def _running(row: Row) -> Argument:
    """The first operand that a gradient flows to."""
    flowing = (one for one, text in zip(row.operands, row.partials, strict=True) if text not in ("0", "nothing"))
    return next(flowing, row.operands[0])


def _called(row: Row, running: Argument, x: Value) -> Value:
    arguments: list[Any] = []
    others = iter(_OTHERS)
    for argument in row.operands:
        own = x if argument is running else 1.0 if row.form == "select" else next(others, 1.0)
        arguments.append([own, *_OTHERS[1:]] if argument.kind == "sequence" else own)
    return getattr(functions, row.name)(*arguments, **_parameters(row))  # type: ignore[no-any-return]  # as above


def _parameters(row: Row) -> dict[str, float]:
    """The parameters that have no default: clip goes from −1 to 1."""
    missing = [one for one in row.arguments if one.kind == "parameter" and one.default is None]
    return {one.name: float(2 * place - 1) for place, one in enumerate(missing)}


def _fixed(row: Row, running: Argument) -> str:
    others = iter(_OTHERS)
    shown = []
    for argument in row.operands:
        if argument is running:
            if argument.kind == "sequence":
                shown += [f"{argument.name}{n} = {number(x)}" for n, x in enumerate(_OTHERS[1:], 2)]
            continue
        own = 1.0 if row.form == "select" else next(others, 1.0)
        if argument.kind == "sequence":
            shown += [f"{argument.name}{n} = {number(x)}" for n, x in enumerate([own, *_OTHERS[1:]], 1)]
        else:
            shown.append(f"{argument.name} = {number(own)}")
    return ", ".join([*shown, *(f"{name} = {number(x)}" for name, x in _parameters(row).items())])
