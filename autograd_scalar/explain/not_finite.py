"""Why a gradient is NaN or infinite: the first number that was not finite, forward or backward, and what made it."""

from __future__ import annotations

from math import isfinite, isinf, isnan
from typing import TYPE_CHECKING, NamedTuple

from ..formula.terms import Number
from ..notation import listed
from .absent import Answer, operands
from .case import at_one_use

if TYPE_CHECKING:
    from ..value import Value
    from .case import Case

__all__ = ["not_finite"]

BEYOND = "beyond the largest float, about 1.8·10³⁰⁸"


def not_finite(case: Case) -> Answer:
    """Follow the NaN or infinity from the node in question back to where it came from."""
    kind = "nan" if isnan(case.gradient) else "infinite"
    lead = f"{case.title} = {case.words.number(case.gradient)}."
    remarks: list[str] = []  # what became of it on its way back to the node
    number, one = 0, _brought(case, 0)
    while one is not None and isfinite(one.slope) and not isfinite(one.adjoint):
        remarks = [*_on_its_way(case, number, one), *remarks]
        number, one = one.number, _brought(case, one.number)
    if one is None:
        node = case.flow.nodes[number]
        sentences, nodes = [f"{case.words.derivative(case.steps.root, node)} is a sum {BEYOND}."], [node]
    else:
        remarks = [*_two_infinities(case, number, one), *remarks]
        sentences, nodes = _from_product(case, one) if isfinite(one.slope) else _from_slope(case, one)
    return Answer(kind, [lead, *sentences, *remarks], nodes, with_chain=False)


class _Brought(NamedTuple):
    """What one user of a node brings to its adjoint: the user's own adjoint, ∂user/∂node, and their product."""

    node: Value
    number: int  # of the user
    user: Value
    place: int
    adjoint: float
    slope: float
    product: float

    def at(self, case: Case) -> str:
        """The user's adjoint: ``dL/da``."""
        return case.words.derivative(case.steps.root, self.user)

    def there(self, case: Case) -> str:
        """The slope: ``∂a/∂z``."""
        return case.words.derivative(self.user, self.node, partial=True) + at_one_use(self.user, self.node)

    def factors(self, case: Case) -> str:
        """Both as numbers: ``∞ · 0``."""
        return f"{case.words.number(self.adjoint)} · {case.words.number(self.slope)}"


def _brought(case: Case, number: int) -> _Brought | None:
    """The first product among those that add up to an adjoint that is NaN, or else infinite."""
    flow = case.flow
    found = [
        _Brought(flow.nodes[number], user, flow.nodes[user], place, adjoint, slope, adjoint * slope)
        for user, slope, place in flow.out_of(number)
        for adjoint in [flow.adjoints[user]]
    ]
    bad = [one for one in found if isnan(one.product)] or [one for one in found if isinf(one.product)]
    return bad[0] if bad else None


def _on_its_way(case: Case, number: int, one: _Brought) -> list[str]:
    """What makes a NaN of an infinity where it passes."""
    if isnan(one.product) and not isnan(one.adjoint):
        return [f"Then {one.at(case)} · {one.there(case)} = {one.factors(case)} is NaN."]
    return _two_infinities(case, number, one)


def _two_infinities(case: Case, number: int, one: _Brought) -> list[str]:
    if not isnan(case.flow.adjoints[number]) or isnan(one.product):
        return []
    return [f"In {case.words.derivative(case.steps.root, one.node)} two routes bring ∞ and −∞, and their sum is NaN."]


def _from_product(case: Case, one: _Brought) -> tuple[list[str], list[Value]]:
    """Two finite numbers whose product is not."""
    product = f"{one.at(case)} · {one.there(case)} = {one.factors(case)}"
    return [f"Backward, {product} is {BEYOND}."], [one.user]


def _from_slope(case: Case, one: _Brought) -> tuple[list[str], list[Value]]:
    """A slope is not finite: it comes from a number of the forward pass, or the slope itself has made it."""
    made, words = one.user, case.words
    first = _first_not_finite(made, infinite=isinf(one.slope))
    if first is None:
        sentences, nodes = [_first_slope(case, one)], [made, one.node]
    else:
        sentences, nodes = _forward_cause(case, first), [first, *dict.fromkeys(first.parents)]
        if first is not made:
            at = words.derivative(made, one.node, partial=len(made.parents) > 1) + at_one_use(made, one.node)
            sentences.append(f"Backward it comes in by {at} = {words.number(one.slope)}.")
    if isnan(one.product) and not isnan(one.slope) and not isnan(one.adjoint):
        sentences.append(f"It meets {one.at(case)} = {words.number(one.adjoint)}, and {one.factors(case)} is NaN.")
    return sentences, nodes


def _first_slope(case: Case, one: _Brought) -> str:
    """All numbers of the forward pass are finite, and a slope is not."""
    made, words = one.user, case.words
    term, _ = case.steps.partial(made, one.place)
    there = words.derivative(made, one.node, partial=len(made.parents) > 1)
    formula = f" = {words.write(term)}" if not isinstance(term, Number) else ""
    use = at_one_use(made, one.node)
    if use:
        there, formula = there + use, formula.replace(" = ", ", ", 1)
    name = "NaN" if isnan(one.slope) else "infinite"
    numbers = listed([words.is_number(parent) for parent in dict.fromkeys(made.parents)])
    return (
        f"Forward all numbers are finite. Backward, {there}{formula} is {name} at {numbers}, in {words.defined(made)}."
    )


def _forward_cause(case: Case, first: Value) -> list[str]:
    """The first NaN or infinity of the forward pass, and where an infinity in it came from."""
    words = case.words
    if first._rule is None:
        name, shown = words.name(first), words.number(first.data)
        if name == shown:
            return [f"Forward: a leaf without a name is {shown} from the start."]
        return [f"Forward: {name} is {shown} from the start; it is a leaf."]
    given = [words.is_number(one) for one in operands(first) if words.name(one) != words.number(one.data)]
    numbers = f", with {listed(list(dict.fromkeys(given)))}" if given else ""
    formula = words.defined(first)
    if isnan(first.data):
        sentences = [f"Forward: {formula} is the first NaN{numbers}."]
        infinite = next((one for one in operands(first) if isinf(one.data)), None)
        if infinite is not None:
            origin = _first_not_finite(infinite) or infinite
            sentences += [
                sentence.replace("Forward: ", "Before that, ", 1) for sentence in _forward_cause(case, origin)
            ]
        return sentences
    beyond = f"; the result is {BEYOND}" if given else ""
    return [f"Forward: {formula} is the first infinite number{numbers}{beyond}."]


def _first_not_finite(node: Value, *, infinite: bool = False) -> Value | None:
    """From a node whose numbers are not all finite, the operation or leaf that made the first one.

    A NaN is looked for before an infinity, unless it is an `infinite` slope that is to be explained.
    """
    candidates = [node, *operands(node)]
    nan, endless = [one for one in candidates if isnan(one.data)], [one for one in candidates if isinf(one.data)]
    bad = endless or nan if infinite else nan or endless
    if not bad:
        return None
    one = bad[-1]
    while True:
        inner = [operand for operand in operands(one) if not isfinite(operand.data)]
        nans = [operand for operand in inner if isnan(operand.data)]
        if nans:
            one = nans[0]
        elif inner and isinf(one.data):
            one = inner[0]
        else:
            return one
