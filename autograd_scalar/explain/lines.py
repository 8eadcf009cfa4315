"""The lines that derivations consist of: forward steps, slopes, products and sums of them; and what was left out."""

from __future__ import annotations

from math import isnan, prod
from typing import TYPE_CHECKING, Any

from ..formula import expression
from ..formula.equations import Equation, names_in, with_value
from ..formula.numbers import is_exact, number
from ..formula.styles import style_for
from ..formula.terms import Derivative, Dots, Number, Plugging, Product, Sum, Term, plugged
from ..notation import display, listed
from .reading import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..formula.terms import Condition
    from ..steps import Slope, Steps
    from ..value import Value
    from .chain import Ends

__all__ = [
    "BRIEF",
    "FACTORS",
    "LINES",
    "SLOPES",
    "TERMS",
    "adjoint_line",
    "forward_lines",
    "forward_of",
    "product",
    "slope_line",
    "spaced_sum",
    "with_gap",
]

LINES = 40  # steps, and
SLOPES = 60  # slopes between them, up to which a derivation is whole
BRIEF = 12  # lines of a section of a longer one, unless asked otherwise
TERMS = 4  # terms of a sum in it
ROUNDED = 0.01  # numbers that are rounded for show and lose so much are not put in
BESIDE = 6  # steps beside a route that are written as lines
MANY_BESIDE = 60  # whose numbers are told
SPELLED = 60  # characters of the formula of one of them
FACTORS = 16  # factors of one written product, terms of one written sum


def forward_lines(steps: Steps, path: Iterable[Value], digits: int | None) -> list[Equation]:
    """``z = w·x + b = 3·2 + 1 = 7`` for each step."""
    return [with_value(steps.symbol(step), steps.formula(step), step.data, digits) for step in path]


def forward_of(
    steps: Steps, path: Sequence[Value], backward: Iterable[Equation] | None, digits: int | None
) -> tuple[list[Equation], tuple[str, ...]]:
    """The forward lines of a route, and one for each step beside it that has a made-up name and is mentioned.

    Of many such steps only their numbers are told, in a note. Without `backward` none of them is.
    """
    lines = dict(zip(path, forward_lines(steps, path, digits), strict=True))
    if backward is None:
        return list(lines.values()), ()
    mentioned = set(names_in(term for line in (*lines.values(), *backward) for term in line.members))
    beside = dict.fromkeys(
        source
        for step in path
        for source in steps.sources(step)
        if source._rule is not None
        and source not in lines
        and not steps.read.of(source)
        and steps.name(source) in mentioned
    )
    if len(beside) > BESIDE:
        shown = [f"{display(steps.name(one))} {_told(one.data, digits)}" for one in beside]
        return list(lines.values()), (f"Beside the route: {listed(shown, MANY_BESIDE)}.",)
    known = {node: name for node, name in steps.all_names() if node._rule is None or steps.read.of(node)}
    known |= {node: steps.name(node) for node in (*path, *beside)}
    for one in beside:
        own = {source for source in steps.sources(one) if source._rule is not None}
        terms = [steps.formula(one)] if own <= known.keys() else [expression(one, known), steps.formula(one)]
        symbol, style = steps.symbol(one), style_for("text", digits, [])
        term = next((term for term in terms if len(style.write(term)) <= SPELLED), None)
        told = None if term is None else with_value(symbol, term, one.data, digits)
        lines[one] = told or Equation(symbol, (Number(one.data),))
    return [lines[one] for one in sorted(lines, key=steps.place.__getitem__)], ()


def _told(x: float, digits: int | None) -> str:
    return f"{'=' if is_exact(x, digits) else '≈'} {number(x, digits)}"


def slope_line(
    steps: Steps, step: Value, source: Value, slope: Slope, digits: int | None, *, partial: bool
) -> Equation:
    """``da/dz = 1{z > 0} = 1   since z = 7 > 0``."""
    left = Derivative(slope.value, steps.name(step), steps.name(source), partial)
    reason = slope.conditions[0] if slope.conditions else None
    if isnan(slope.term.value) and not isnan(slope.value):
        return Equation(left, (Number(slope.value),), note="by convention: the formula of the slope has no value here")
    numbers = plugged(slope.term, exact=lambda x: is_exact(x, digits))
    would_be, _ = evaluate(numbers, lambda one: one.value)
    tolerance = 1e-12 if digits is None else max(1e-12, 5 * 10.0**-digits)
    if abs(would_be - slope.value) > tolerance * abs(slope.value):  # 1 − σ(37) is 0 in floating point
        note = f"since the numbers put in would give {number(would_be, digits)}, a stable form is computed"
        return Equation(left, (slope.term, Number(slope.value)), note=note)
    shown, _ = evaluate(_Rounding(digits).plug(slope.term), lambda one: one.value)
    if abs(shown - slope.value) > ROUNDED * abs(slope.value):  # 1 − 1² for 1 − 0.999999995²
        return Equation(left, (slope.term, Number(slope.value)), reason=reason)
    note = f"since the condition was {number(slope.settled[0], digits)} when it was recorded" if slope.settled else ""
    return Equation(left, (slope.term, numbers, Number(slope.value)), note=note, reason=reason)


class _Rounding(Plugging):
    """Numbers in place of names as they are shown: rounded to some digits."""

    def __init__(self, digits: int | None) -> None:
        super().__init__(lambda x: is_exact(x, digits))
        self.digits = digits or 17

    def number(self, term: Term) -> Term:
        """What stands for the number of a term."""
        return Number(float(f"{term.value:.{self.digits}g}"))


def product(terms: Sequence[Term], left_out: int | None = None) -> Term:
    """A spaced product; `left_out` factors are missing in its middle, and it says so (0: nobody counted them)."""
    value = prod(term.value for term in terms)
    terms = _with_dots(terms, left_out, 1.0)
    return Product(value, tuple(terms), spaced=True) if len(terms) > 1 else terms[0]


def spaced_sum(terms: Sequence[Term], value: float, left_out: int = 0) -> Term:
    """A sum; `left_out` terms are missing in its middle, and it says so."""
    terms = _with_dots(terms, left_out or None, 0.0)
    return Sum(value, tuple(terms)) if len(terms) > 1 else terms[0]


def _with_dots(terms: Sequence[Term], left_out: int | None, value: float) -> Sequence[Term]:
    middle = len(terms) // 2
    return terms if left_out is None else [*terms[:middle], Dots(value, left_out), *terms[middle:]]


def adjoint_line(
    title: Derivative, terms: list[tuple[Term, Term]], left_out: int, reason: Condition | None = None
) -> Equation:
    """``dL/dz = dL/da · ∂a/∂z + … = 4 · 1 + … = 4``, from its terms in symbols and with numbers."""
    members = [spaced_sum(column, title.value, left_out) for column in zip(*terms, strict=True)]
    return Equation(title, (*members, Number(title.value)), reason=reason)


def with_gap(lines: list[Equation], ends: Ends[Any], what: str = "") -> tuple[Equation | str, ...]:
    """Lines of some steps, and between them a word on those that were left out."""
    if not ends.hidden:
        return tuple(lines)
    gap = f"… {ends.hidden:,} more {what or ends.what} between, left out; lines= shows more …"
    return (*lines[: ends.split], gap, *lines[ends.split :])
