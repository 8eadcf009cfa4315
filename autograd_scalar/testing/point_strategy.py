"""`points`: where an operation can be tried, drawn from its row: its domain, its poles, its kinks, its signature."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from .. import _generated
from ..conditions import evaluate, holds, scope_of
from ..errors import AutogradError, UsageError
from ..ops import Row, table
from ..validation import intervals
from .extra import strategies as st
from .sides import borders, distance_to_kink, is_on_kink
from .trial import AtPoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["Point", "points"]

LONGEST = 4  # elements of a sequence
AWAY = 1e-2  # from a kink
TRIES = 20


@dataclass(frozen=True, slots=True, repr=False)
class Point(AtPoint):
    """An operation with operands and parameters at which it has a value; its repr is the call."""

    row: Row
    operands: tuple[Any, ...]
    parameters: dict[str, float]

    def __call__(self, *operands: Any) -> Any:
        """The operation with the parameters of this point, on other operands: what `gradcheck` takes as f."""
        return getattr(_generated, self.row.name)(*(operands or self.operands), **self.parameters)

    @property
    def __name__(self) -> str:
        return self.row.name

    @property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter.POSITIONAL_ONLY  # as reports name the operands
        return inspect.Signature([inspect.Parameter(one.name, kind) for one in self.row.operands])

    def __repr__(self) -> str:
        given = [repr(x) for x in self.operands] + [f"{name}={x!r}" for name, x in self.parameters.items()]
        return f"{self.row.name}({', '.join(given)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # as hypothesis and IPython call it
        del cycle
        printer.text(repr(self))


def points(op: Row | str, kinks: str = "avoid", largest: float = 10.0) -> SearchStrategy[Point]:
    """Points of an operation: numbers in its domain for every operand, sequences and parameters as its signature says.

    Args:
        op: a row, as `op` gives it, or the name of one.
        kinks: "avoid" keeps off them, and off the ends of the domain, where a slope may be infinite, by 0.01; "aim"
            draws points on them; "any" does not care.
        largest: the size of the numbers; a domain that lies beyond is drawn from its end on.

    It serves a user's own operations as it does the built-in ones, which is the recipe for testing one:

    >>> from autograd_scalar import op
    >>> from autograd_scalar.testing import gradcheck, points
    >>> from hypothesis import given, settings
    >>> softcube = op("softcube(x, *, k=1)", "x**3 / (k + x * x)",
    ...               "(3 * k * x * x + x**4) / ((k + x * x) * (k + x * x))")
    >>> @settings(max_examples=10, derandomize=True, deadline=None)
    ... @given(points(softcube))
    ... def test_softcube(point):
    ...     assert gradcheck(point, *point.operands)
    >>> test_softcube()

    Raises `UsageError` for what is no operation, and for ``kinks="aim"`` where there are none or where they cannot be
    solved for.
    """
    row = table.get(op) if isinstance(op, str) else op
    if not isinstance(row, Row):
        close = get_close_matches(op, table, 2, 0.5) if isinstance(op, str) else []
        meant = f"did you mean {' or '.join(close)}?" if close else f"it has {', '.join(sorted(table))}."
        raise UsageError(
            f"points({op!r}): there is no operation of that name in the table; {meant} "
            "A function made of several operations is checked as a whole: gradcheck(f, …)"
        )
    if kinks not in ("avoid", "aim", "any"):
        raise UsageError(f"points({row.name}, kinks={kinks!r}): it is 'avoid', 'aim' or 'any'")
    if kinks == "aim" and not row.kinks:
        raise UsageError(f"points({row.name}, kinks='aim'): its row states no kinks")
    if not 0 < largest < inf:
        raise UsageError(f"points({row.name}, largest={largest!r}): it is a size, above 0")
    return _points(row, kinks, float(largest)).filter(_has_value)


def _has_value(point: Point) -> bool:
    try:
        value = point()
    except AutogradError:
        return False
    return isfinite(value)


def _numbers(row: Row, name: str, largest: float, away: float) -> SearchStrategy[float]:
    low, high = next(((low + away, high - away) for one, low, high in intervals(row) if one == name), (-inf, inf))
    low = low if isfinite(low) else min(-largest, high - largest)
    high = high if isfinite(high) else max(largest, low + largest)
    nice = [x for x in (0.0, 1.0, 2.0, -1.0, 0.5, -0.5, -2.0, 3.0) if low <= x <= high]
    spread = st.floats(low, high, allow_subnormal=False).map(lambda x: round(x, 6) if low < round(x, 6) < high else x)
    return st.one_of(st.sampled_from(nice), spread) if nice else spread


@st.composite
def _points(draw: DrawFn, row: Row, kinks: str, largest: float) -> Point:
    parameters = _parameters(draw, row)
    size = draw(st.integers(1 if kinks != "aim" else 2, LONGEST))
    operands: list[Any] = []
    for argument in row.operands:
        number = _numbers(row, argument.name, largest, AWAY if kinks == "avoid" else 0.0)
        many = argument.kind == "sequence"
        if row.form == "select" and not operands:  # a condition has no slope, and is no number to move
            operands.append(draw(st.booleans()))
            continue
        operands.append(draw(st.lists(number, min_size=size, max_size=size)) if many else draw(number))
    if kinks == "aim":
        operands = _on_kink(row, operands, parameters, lambda n: draw(st.integers(0, n - 1)))
    point = Point(row, tuple(operands), parameters)
    from hypothesis import assume

    assume(_is_inside(row, operands))
    if kinks == "avoid":
        assume(distance_to_kink(row, operands, parameters) >= AWAY)
    elif kinks == "aim":
        assume(_has_value(point) and is_on_kink(row, operands, parameters, point()))
    return point


def _parameters(draw: DrawFn, row: Row) -> dict[str, float]:
    """Parameters in rising order, as `low` and `high` need; their defaults come first."""
    given = [argument for argument in row.arguments if argument.kind == "parameter"]
    drawn = sorted(draw(st.floats(0.01, 2.0).map(lambda x: round(x, 3))) - (len(given) > 1) for _ in given)
    keep = bool(given) and draw(st.booleans())
    return {a.name: a.default if keep and a.default is not None else x for a, x in zip(given, drawn, strict=True)}


def _is_inside(row: Row, operands: list[Any]) -> bool:
    """Whether domain and poles allow these operands; conditions on parameters show when the value is computed."""
    try:
        if row.domain and not holds(row, row.domain, operands):
            return False
        return not (row.poles and holds(row, row.poles, operands))
    except (NameError, TypeError):
        return True


def _on_kink(row: Row, operands: list[Any], parameters: dict[str, float], choose: Callable[[int], int]) -> list[Any]:
    """The operands moved onto a kink: the equalities of one of its alternatives are solved for an operand each."""
    moved = list(operands)
    names = [argument.name for argument in row.operands]
    alternatives = [one for one in borders(row.kinks) if one]
    if alternatives:
        scope = scope_of(row, moved, parameters)
        for left, right in alternatives[choose(len(alternatives))]:
            if left not in names and right not in names:
                raise UsageError(f"points({row.name}, kinks='aim'): {left} == {right} cannot be solved for an operand")
            name, text = (left, right) if left in names else (right, left)
            moved[names.index(name)] = scope[name] = float(evaluate(text, scope))
        return moved
    for place, x in enumerate(moved):  # a tie of a sequence: its extreme elements, twice
        if isinstance(x, list) and len(x) > 1:
            at = choose(len(x))
            for extreme in (max, min):
                top = extreme(x)
                other = x.index(top)
                x[at if at != other else (other + 1) % len(x)] = top
                at = (at + 1) % len(x)
            moved[place] = x
    return moved
