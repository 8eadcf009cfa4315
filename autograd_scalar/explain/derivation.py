"""The derivation of a gradient, as a person would have written it: forward, backward, chain.

With one route from the leaf to the result the chain is a product of slopes. With several it is the sum of their
products, or, where they are many, the adjoint recursion line by line, dL/dz = dL/da · ∂a/∂z + …; never a product that
is not there. All numbers are the engine's; rounding is only for show.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from ..formula.equations import Equation, Section, Typeset
from ..formula.numbers import DIGITS
from ..formula.terms import Derivative, Number, Sum, Term
from ..steps import PARTS
from .chain import MANY, Chain, both_ends
from .lines import BRIEF, FACTORS, LINES, SLOPES, TERMS, adjoint_line, forward_of, product, slope_line, with_gap
from .remarks import callable_notes, grad_notes, legend, reason_text, rounding_note, text

if TYPE_CHECKING:
    from ..steps import Steps
    from ..value import Value

__all__ = ["Derivation", "Factor", "derive"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One slope of the chain: d`of`/d`wrt`, its formula, its number, and the reason for it where there is one."""

    of: str
    wrt: str
    formula: str
    value: float
    reason: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Derivation(Typeset):
    """dL/dw, derived. `str` prints it, a notebook typesets it; `factors` and `value` are the numbers in it."""

    of: str
    wrt: str
    value: float
    factors: tuple[Factor, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS


def derive(steps: Steps, wrt: Value, digits: int | None, lines: int | None) -> Derivation:
    """dL/dw: forward, backward, chain. `lines` is the length of a section, None: what a person wants to read."""
    of, by = steps.name(steps.root), steps.name(wrt)
    if wrt is steps.root:
        line = Equation(Derivative(1.0, of, by), (Number(1.0),))
        return Derivation(of, by, 1.0, (), (Section("backward", (line,)),), grad_notes(steps, wrt, 1.0, digits), digits)
    chain = Chain(steps, wrt)
    value = chain.adjoint(wrt)
    is_brief = lines is None and not chain.is_readable(LINES, SLOPES)
    limit = lines or (BRIEF if is_brief else LINES)
    ends = chain.ends(limit)
    steps.ask_about([wrt, *ends.steps], parts=TERMS if is_brief else PARTS)
    edges = chain.edges(ends.steps)
    shown = both_ends(edges, limit if is_brief else 2 * limit)
    if not shown.hidden:  # what is left out lies before the edges of those steps that are near the node in question
        near = set(ends.steps[: ends.split])
        shown = shown._replace(split=sum(step not in near for step, _ in edges))
    if not chain.is_large:
        shown = shown._replace(hidden=chain.count_slopes() - len(shown.steps), what="slopes")
    elif ends.hidden:
        shown = shown._replace(hidden=ends.hidden, what=ends.what)
    backward = [
        slope_line(steps, *edge, chain.slope(*edge), digits, partial=chain.is_partial(*edge)) for edge in shown.steps
    ]
    is_whole = not (ends.hidden or shown.hidden)  # else steps of the route itself are left out, and it says so
    forward, beside = forward_of(steps, ends.steps, backward if is_whole else None, digits)
    sections = [
        Section("forward", with_gap(forward, ends)),
        Section("backward", with_gap(backward, shown)),
    ]
    chained, notes = _chain_rule(chain, Derivative(value, of, by), digits, limit, TERMS if is_brief else FACTORS)
    if chained:
        sections.append(Section("chain", chained))
    factors = tuple(
        Factor(steps.name(a), steps.name(b), text(s.term, digits), s.value, reason_text(s, digits))
        for (a, b), s in chain.slopes.items()
    )
    opaque = callable_notes(sections)
    notes = (*beside, *notes, *opaque, *grad_notes(steps, wrt, value, digits), *legend(steps, ends.steps))
    return Derivation(of, by, value, factors, tuple(sections), notes, digits)


def _chain_rule(
    chain: Chain, title: Derivative, digits: int | None, limit: int, terms: int
) -> tuple[tuple[Equation | str, ...], tuple[str, ...]]:
    """The lines of the chain rule, and what is to be said of them."""
    if chain.routes == 1:
        return _product_of_slopes(chain, title, digits)
    if chain.routes <= MANY and len(chain.path) <= FACTORS:
        return (_sum_of_products(chain, title),), ()
    return _recursion(chain, title, limit, terms), ()


def _product_of_slopes(
    chain: Chain, title: Derivative, digits: int | None
) -> tuple[tuple[Equation | str, ...], tuple[str, ...]]:
    """dL/dw = dL/da · da/dz · dz/dw, and a word where its factors are rounded for show."""
    ends = chain.ends(FACTORS + 2)
    left_out: int | None
    if ends.hidden:
        half = FACTORS // 2
        low, high = ends.steps[:half], ends.steps[half + 1 :]
        shown = [*pairwise(reversed(high)), *pairwise(reversed([chain.wrt, *low]))]
        left_out = 0 if chain.is_large else ends.hidden + 2
    else:
        slopes = both_ends(list(pairwise(reversed([chain.wrt, *ends.steps]))), FACTORS)
        shown, left_out = slopes.steps, slopes.hidden or None
    if len(shown) < 2:
        return (), ()
    symbols = [Derivative(chain.slope(a, b).value, chain.steps.name(a), chain.steps.name(b)) for a, b in shown]
    numbers = [Number(one.value) for one in symbols]
    line = Equation(title, (product(symbols, left_out), product(numbers, left_out), Number(title.value)))
    notes = () if left_out is not None else rounding_note([one.value for one in numbers], title.value, digits)
    return (line,), notes


def _derivative(chain: Chain, step: Value, source: Value, *, partial: bool = False) -> Derivative:
    slope = chain.slope(step, source)
    partial = partial or chain.is_partial(step, source)
    return Derivative(slope.value, chain.steps.name(step), chain.steps.name(source), partial)


def _sum_of_products(chain: Chain, title: Derivative) -> Equation:
    """dL/dw as the sum over all routes of the products of their slopes."""
    symbols: list[Term] = []
    numbers: list[Term] = []
    products: list[Term] = []
    for route in chain.all_routes():
        slopes = [_derivative(chain, *edge) for edge in pairwise(route)]
        symbols.append(product(slopes))
        numbers.append(product([Number(one.value) for one in slopes]))
        products.append(Number(prod(one.value for one in slopes)))
    members = [Sum(title.value, tuple(terms)) for terms in (symbols, numbers, products)]
    return Equation(title, (*members, Number(title.value)))


def _recursion(chain: Chain, title: Derivative, limit: int, most: int) -> tuple[Equation | str, ...]:
    """dL/dz = dL/da · ∂a/∂z + …, one line for each node, from the result back to the node in question."""
    steps, root = chain.steps, chain.steps.root
    if chain.is_large:
        ends = chain.ends(max(1, limit - 1))
        between = [step for step in ends.steps if step is not root and not chain.leads_on_only(step)]
    else:
        ends = both_ends([s for s in chain.path if s is not root and not chain.leads_on_only(s)], max(1, limit - 1))
        between = ends.steps
    lines: list[Equation | str] = []
    for node in [*reversed(between), chain.wrt]:
        users, count = chain.users(node)
        shown = both_ends(users, most).steps
        terms = []
        for user in shown:
            slope = _derivative(chain, user, node, partial=len(users) > 1)
            own = [] if user is root else [Derivative(chain.adjoint(user), title.of, steps.name(user))]
            factors = [*own, slope]
            terms.append((product(factors), product([Number(one.value) for one in factors])))
        line = Derivative(chain.adjoint(node), title.of, steps.name(node))
        lines.append(adjoint_line(line, terms, count - len(shown)))
    if ends.hidden:
        what = "lines" if ends.what == "steps" else ends.what
        near = len({*between}.intersection(ends.steps[: ends.split]))
        lines.insert(len(lines) - 1 - near, f"… {ends.hidden:,} more {what} between, left out; lines= shows more …")
    return tuple(lines)
