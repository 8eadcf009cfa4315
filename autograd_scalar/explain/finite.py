"""What makes a gradient what it is, where it is a number other than 0: which factors, forward and backward."""

from __future__ import annotations

from collections import Counter
from heapq import nlargest, nsmallest
from math import inf, isfinite, prod, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from ..formula.numbers import DIGITS, is_exact
from ..formula.terms import Number, Power, Product, Switch, Symbol, Term
from ..graph import one_by_one
from ..notation import listed
from ..value import Value
from .absent import Answer
from .case import FACTORS, log_size
from .cure import LARGE, SMALL, cure
from .kink import ROUNDING, kink_of, partials_on
from .remarks import text
from .rounded import rounded
from .routes import route_text
from .saturated import is_saturated
from .sides import is_other, kinks_between, slopes_beside, told_kinks, told_sides
from .words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .case import Case, Edge, Factor

__all__ = ["finite"]

ALIKE = 1e-9  # of one contribution: by how much all may add up to less where they are the same on paper
FLAT = 0.01  # a saturated slope is at most this
CANCELLED = 100.0  # routes cancel when their sizes add up to so many times what signs by chance would leave: 1/√n


def finite(case: Case) -> Answer:
    """What makes the gradient large, small or ordinary."""
    sizes = abs(case.gradient) if case.is_single else case.flow.sizes()
    saturated = _saturated(case)
    kinks, kinked = _on_kink(case)
    kind = _kind(case, sizes, saturated, is_on_kink=bool(kinked))
    told = _told_of_long(case) if case.is_long else _told(case, kind, saturated)
    sentences = [] if told.is_chained else [told.lead]
    if not case.is_single:
        sentences += _sum_of_routes(case, sizes, kind)
    blamed: list[Value] = []
    if kind == "saturated":
        sentences += _saturation(case, saturated)
        blamed = [case.flow.nodes[node] for node, _, _, _ in saturated]
    sentences += told.sentences
    by_rounding = rounded(case)
    sentences += by_rounding.sentences if by_rounding.is_slope_wrong else cure(case, kind)
    sentences += kinks
    sentences += _hidden_kinks(case)
    sentences += [] if by_rounding.is_slope_wrong else by_rounding.sentences
    blamed += kinked
    return Answer(kind, sentences, blamed or told.extreme, with_chain=told.is_chained)


class _Told(NamedTuple):
    """What is said of the factors of the main route, and the nodes at the most extreme of them."""

    lead: str
    sentences: list[str]
    extreme: list[Value]
    is_chained: bool = False


def _kind(case: Case, sizes: float, saturated: list[Edge], *, is_on_kink: bool) -> str:
    size = abs(case.gradient)
    if not case.is_single and sizes >= CANCELLED * size * _by_chance(case):
        return "cancelled"
    if size >= LARGE:
        return "exploding"
    if saturated and size < 1:
        return "saturated"
    if size <= SMALL:
        return "vanishing"
    return "kink" if is_on_kink else "ordinary"


def _by_chance(case: Case) -> float:
    """√n: by how much n routes of one size add up to less than their sizes, if their signs are drawn by chance."""
    try:
        return 10.0 ** (case.power / 2) if case.count is None else sqrt(case.count)
    except OverflowError:
        return inf


def _saturated(case: Case) -> list[Edge]:
    """The edges of the main route into operations that are saturated."""
    flat_ones = [case.edge(place) for place, slope in enumerate(case.main.slopes) if abs(slope) <= FLAT]
    return [edge for edge in flat_ones if is_saturated(case.flow.nodes[edge[0]], edge[3])]


def _on_kink(case: Case) -> tuple[list[str], list[Value]]:
    """What is said of kinks that the gradient depends on, and their nodes: on the main route, or on others that count.

    Those of other routes count where the slope to the left or to the right is another than the one that was found.
    """
    kinks, is_whole = kinks_between(case)
    if not kinks:
        return [], []
    sides = slopes_beside(case, kinks) if is_whole else None
    if sides is not None and not is_other(case, sides):
        main = set(case.main.nodes)
        kinks = [number for number in kinks if number in main]
    sentences, nodes = told_kinks(case, kinks)
    return [*sentences, *told_sides(case, sides)], nodes


def _hidden_kinks(case: Case) -> list[str]:
    """In words, where only rounding keeps an operation from its kink, and the slope there would be another."""
    if case.is_long:
        return []
    words, sentences = case.words, dict[str, None]()
    for number, _, slope, place in case.route:
        node = case.flow.nodes[number]
        on = partials_on(node)
        kink = kink_of(node, words, ROUNDING) if on and on[place] != slope else None
        if on and kink:
            there = f"{words.defined(node)} is within rounding of its kink ({kink.where})"
            told = f"{there}, where the slope would be {words.number(on[place])}, not {words.number(slope)}."
            sentences[told] = None
    first, more = list(sentences)[:3], len(sentences) - 3
    return [*first, f"So {'is' if more == 1 else 'are'} {more:,} more; kinks() lists them."] if more > 0 else first


def _told_of_long(case: Case) -> _Told:
    """Of a route with very many factors: how many are large or small, and which are the most extreme."""
    stretches = case.stretches()
    power = _power_of_route(case, stretches)
    sentences = case.extreme_factors("small" if abs(case.gradient) < 1 else "large")
    places = range(len(stretches))
    ends = {*nlargest(3, places, key=lambda place: abs(stretches[place]))}
    ends |= {*nsmallest(3, places, key=lambda place: abs(stretches[place]))}
    top = sorted(sorted(ends), key=lambda place: -abs(log_size(stretches[place])))[:3]
    return _Told(_lead(case, power), sentences, [case.made_at(place) for place in top if abs(stretches[place]) != 1.0])


def _told(case: Case, kind: str, saturated: list[Edge]) -> _Told:
    """What the factors of the main route are, forward and backward."""
    factors = case.factors()
    forward, of_forward = _forward(case, factors)
    is_chained = kind in ("ordinary", "saturated", "kink") and case.is_single and len(factors) <= FACTORS
    numbers = [one.value for one in _taken_apart(factors[1:] if forward else factors)]
    if forward is not None:
        numbers = [*(one.data for one in forward), *numbers]
    lead = _lead(case, _power_of_route(case, numbers))
    extreme = sorted(factors, key=lambda one: -abs(log_size(one.value)))[:3]
    blamed = [one.of for one in extreme if abs(one.value) != 1.0]
    if is_chained and len(factors) == 1 and kind == "ordinary":
        return _Told(lead, [f"It is one slope, of {case.words.defined(case.steps.root)}."], blamed, is_chained)
    skip = {case.step_of(edge[0]) for edge in saturated} if kind == "saturated" else set()
    back, said = _backward(case, factors, skip)
    sentences = []
    if back and len(factors) == 1 and kind in ("exploding", "vanishing"):
        back[-1] += f" at {case.words.is_number(case.wrt)}"
    if case.is_single and kind != "saturated":
        sentences += _both_ways(of_forward, back)
    elif kind == "exploding" and len(factors) > FACTORS and (large := case.extreme_factors("large")):
        return _Told(lead, [large[0].replace("It has", "That route has", 1), *said], blamed)
    elif of_forward or back:  # those that the saturated one leaves, or of the largest of several routes
        which = "The other slopes" if case.is_single else "Its slopes"
        sentences.append(f"{which}: {listed([*filter(None, [of_forward]), *back], 9)}.")
    sentences += said
    if not sentences and not is_chained:  # nothing but plain numbers
        sentences = case.extreme_factors("small" if abs(case.gradient) < 1 else "large")
    return _Told(lead, sentences, blamed, is_chained)


def _both_ways(of_forward: str, back: list[str]) -> list[str]:
    """The slope that the way back begins with, whose number the forward pass has led to, and what multiplies it."""
    it = "it " if of_forward else ""
    sentences = [f"The forward pass leads to {of_forward}."] if of_forward else []
    return [*sentences, *([f"The way back multiplies {it}by {listed(back, 9)}."] if back else [])]


def _lead(case: Case, power: str) -> str:
    """The gradient, and as a power where it is one: ``dL/dw₁ = 3125 = 5⁵``."""
    words = case.words
    shown = f"{case.title} {words.equals(case.gradient)} {words.number(case.gradient)}"
    return f"{shown}{' = ' + power if power else ''}."


def _sum_of_routes(case: Case, sizes: float, kind: str) -> list[str]:
    words, flow = case.words, case.flow
    contribution = prod(case.main.slopes)
    sentences = []
    if kind == "cancelled":
        sentences.append(
            f"Its {counted(case.count, case.power)} nearly cancel: their sizes add up to {words.number(sizes)}, "
            f"and {words.number(case.gradient)} is left."
        )
        start = "The largest"
    else:
        start = f"It is the sum of {counted(case.count, case.power)}; the largest"
    relation = "" if is_exact(contribution, words.digits) else "about "
    brings = f"{relation}{words.number(contribution)}" if contribution else "less than a float can hold"
    route = route_text(flow, flow.best_route(), words)
    missing = abs(case.gradient - (case.count or 0) * contribution)
    if missing <= ALIKE * abs(contribution):
        return [f"It is the sum of {counted(case.count, case.power)}; each brings {brings}, such as {route}."]
    return [*sentences, f"{start}, {route}, brings {brings}."]


def _forward(case: Case, factors: list[Factor]) -> tuple[list[Value] | None, str]:
    """The slope at the result, which the forward pass has made: its formula, and what its number is made of.

    Also the leaves whose product it is, where it is one: dL/da₃ = a₃ − y = 125 = w₃·w₂·w₁·x.
    """
    first = factors[0]
    words = case.words
    if len(factors) < 2 or isinstance(first.term, Number) or first.conditions:
        return None, ""
    text = case.shown(first)
    if first.uses > 1:
        return None, text
    leaves = _product_of_leaves(first.wrt)
    if leaves is None or len(leaves) < 2:
        return None, text
    product = _product(
        case, [Symbol(one.data, words.name(one)) if words.name(one) else Number(one.data) for one in leaves]
    )
    value = prod(one.data for one in leaves)
    if value and abs(first.value - value) <= 1e-12 * abs(value):
        return leaves, f"{text} = {product}"
    name = words.name(first.wrt)
    return None, f"{text}, with {name} = {product} {words.equals(first.wrt.data)} {words.number(first.wrt.data)}"


def _product(case: Case, terms: list[Term]) -> str:
    """``w₃·w₂·w₁``; of many the first and the last, and how many."""
    texts = [one.name if isinstance(one, Symbol) and " " in one.name else case.words.write(one) for one in terms]
    if len(texts) <= FACTORS + 2:
        return "·".join(texts)
    return f"{'·'.join(texts[:3])}·…·{'·'.join(texts[-2:])} ({len(texts)} factors)"


def _backward(case: Case, factors: list[Factor], skip: set[Value]) -> tuple[list[str], list[str]]:
    """The other slopes: names that multiply, and formulas; and a sentence on those that are 1."""
    words = case.words
    has_forward = not (len(factors) < 2 or isinstance(factors[0].term, Number) or factors[0].conditions)
    rest = _taken_apart([one for one in (factors[1:] if has_forward else factors) if one.of not in skip])
    names = [
        one for one in rest if isinstance(one.term, Symbol | Number) and abs(one.value) != 1.0 and not one.conditions
    ]
    units = [one for one in rest if abs(one.value) == 1.0]
    formulas = [one for one in rest if not any(one is other for other in (*names, *units))]
    parts: list[str] = []
    if names and any(isinstance(one.term, Symbol) for one in names):
        value = prod(one.value for one in names)
        product = _product(case, [one.term for one in names])
        power = _as_power([one.value for one in names], value)
        parts.append(f"{product} {words.equals(value)} {words.number(value)}{' = ' + power if power else ''}")
    formulas.sort(key=lambda one: -abs(log_size(one.value)))
    for one in formulas[:3]:
        since = f" since {words.condition(one.conditions[0])}" if one.conditions else ""
        parts.append(case.shown(one, since))
    if len(formulas) > 3:
        value = prod(one.value for one in formulas[3:])
        more = f"{len(formulas) - 3:,} more, which multiply to" if len(formulas) > 4 else "1 more, which is"
        parts.append(f"{more}{'' if words.equals(value) == '=' else ' about'} {words.number(value)}")
    open_ones = [one for one in units if isinstance(one.term, Switch)]
    ones = [words.write(one.term) for one in units if isinstance(one.term, Symbol) and one.value == 1.0]
    said: list[str] = []
    if open_ones:
        rows = {edge_row.symbol for one in open_ones if (edge_row := _switch_row(case, one)) is not None}
        what = next(iter(rows)) if len(rows) == 1 else "switch"
        plural = {"switch": "switches"}.get(what, f"{what}s")
        said.append(f"The {plural} are open (1 each)" if len(open_ones) > 1 else f"The {what} is open (1)")
    if ones:
        said.append(f"{' = '.join(dict.fromkeys(ones))} = 1")
    return parts, [", ".join(said) + "."] if said else []


def _taken_apart(factors: Iterable[Factor]) -> list[Factor]:
    """The factors, those that are products of names, numbers and open switches one by one: w₃·1{z > 0} is w₃, and 1."""
    found: list[Factor] = []
    for one in factors:
        parts = one.term.factors if isinstance(one.term, Product) and one.uses == 1 else ()
        if parts and all(isinstance(part, Symbol | Number) or _is_open(part) for part in parts):
            found += [one._replace(term=part, value=part.value, conditions=()) for part in parts]
        else:
            found.append(one)
    return found


def _is_open(term: Term) -> bool:
    return isinstance(term, Switch) and term.value == 1.0


def _switch_row(case: Case, factor: Factor) -> Any:
    """The row of the operation that a switch belongs to: the one with kinks within the step."""
    for edge in case.route:
        row = case.flow.nodes[edge[0]].row
        if row is not None and row.kinks and case.step_of(edge[0]) is factor.of:
            return row
    return None


def _saturation(case: Case, edges: list[Edge]) -> list[str]:
    words, nodes = case.words, case.flow.nodes
    sentences = []
    for node, parent, slope, place in edges[:3]:
        term, _ = case.steps.partial(nodes[node], place)
        there = words.derivative(nodes[node], nodes[parent])
        formula = "" if isinstance(term, Number) else f" = {words.write(term)}"
        sentences.append(
            f"{words.defined(nodes[node])} is saturated: {words.is_number(nodes[parent])}, and "
            f"{there}{formula} {words.equals(slope)} {words.number(slope)}."
        )
    if len(edges) > 3:
        more, together = len(edges) - 3, prod(slope for _, _, slope, _ in edges)
        so = "So is" if more == 1 else "So are"
        sentences.append(f"{so} {more:,} more; the {len(edges):,} slopes multiply to {words.number(together)}.")
    return sentences


def _power_of_route(case: Case, numbers: Iterable[float]) -> str:
    """The gradient as a power, from the slopes of the operations on the only route or else from other factors of it."""
    if not case.is_single:
        return ""
    slopes = case.main.slopes if case.count == 1 else ()
    found = filter(None, [_as_power(slopes, case.gradient), _as_power(numbers, case.gradient)])
    return min(found, key=len, default="")


def _as_power(numbers: Iterable[float], product: float) -> str:
    """``5⁵``, where all numbers but ones are the same, and they are three or more; ``5⁵·3`` with one other."""
    (base, count), *others = Counter(one for one in numbers if one != 1.0).most_common(3) or [(0.0, 0)]
    if count < 3 or not isfinite(product) or len(others) > 1 or any(number != 1 for _, number in others):
        return ""
    bases = [base, *(other for other, _ in others)]
    try:
        found = prod([base**count, *bases[1:]])
    except OverflowError:
        return ""
    if abs(found - product) > 1e-12 * abs(product) or not all(is_exact(one) and one for one in bases):
        return ""
    power = Power(base**count, Number(base), Number(float(count)))
    return text(Product(product, (power, *map(Number, bases[1:]))), DIGITS)


def _product_of_leaves(node: Value) -> list[Value] | None:
    """The leaves whose product a node is, with products or open switches in between; None if it is none."""
    leaves: list[Value] = []
    pending = [node]
    for _ in range(1000):
        if not pending:
            return leaves
        one = pending.pop()
        row = one.row
        if row is None:
            leaves.append(one)
            continue
        operands = one_by_one(one.operands)
        values = [operand for operand in operands if type(operand) is Value]
        is_product = (
            row.form == "product"
            or row.infix == "*"
            or (row.form == "dot" and len(operands) == 3 and operands[2] == 0.0)
        )
        if is_product and len(values) == len(operands) - (row.form == "dot"):
            pending += reversed(values)
        elif len(operands) == 1 and one.data == values[0].data and one.partials() == (1.0,):
            pending.append(values[0])
        else:
            return None
    return None
