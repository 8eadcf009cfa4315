"""Why a gradient is NaN or infinite: the first number that was not finite, forward or backward, and what made it."""

from __future__ import annotations

from math import isfinite, isinf, isnan
from typing import TYPE_CHECKING

from ..formula.terms import Number
from ..notation import listed
from .absent import Answer, operands
from .case import at_one_use

if TYPE_CHECKING:
    from ..value import Value
    from .case import Case

__all__ = ["not_finite"]


def not_finite(case: Case) -> Answer:
    """Follow the NaN or infinity from the node in question back to where it came from."""
    flow, words, steps = case.flow, case.words, case.steps
    kind = "nan" if isnan(case.gradient) else "infinite"
    lead = f"{case.title} = {words.number(case.gradient)}."
    remarks: list[str] = []
    number = 0
    while True:
        adjoint = flow.adjoints[number]
        brought = [(user, slope, flow.adjoints[user] * slope, place) for user, slope, place in case.flow.out_of(number)]
        bad = [one for one in brought if isnan(one[2])] or [one for one in brought if isinf(one[2])]
        node = flow.nodes[number]
        here = words.derivative(steps.root, node)
        if not bad:
            return Answer(
                kind,
                [lead, f"{here} is a sum beyond the largest float, about 1.8·10³⁰⁸."],
                [node],
                with_chain=False,
            )
        if isnan(adjoint) and not isnan(bad[0][2]):
            remarks.append(f"In {here} two routes bring ∞ and −∞, and their sum is NaN.")
        user, slope, product, place = bad[0]
        if not isfinite(slope):
            break
        if isfinite(flow.adjoints[user]):
            shown = f"{words.number(flow.adjoints[user])} · {words.number(slope)}"
            at = words.derivative(steps.root, flow.nodes[user])
            there = words.derivative(flow.nodes[user], node, partial=True)
            there += at_one_use(flow.nodes[user], node)
            sentence = f"Backward, {at} · {there} = {shown} is beyond the largest float, about 1.8·10³⁰⁸."
            return Answer(kind, [lead, sentence, *remarks], [flow.nodes[user]], with_chain=False)
        if isnan(product) and not isnan(flow.adjoints[user]):
            at = words.derivative(steps.root, flow.nodes[user])
            there = words.derivative(flow.nodes[user], node, partial=True)
            there += at_one_use(flow.nodes[user], node)
            remarks.insert(
                0, f"Then {at} · {there} = {words.number(flow.adjoints[user])} · {words.number(slope)} is NaN."
            )
        number = user
    made, adjoint = flow.nodes[user], flow.adjoints[user]
    if isnan(product) and not isnan(slope) and not isnan(adjoint):
        at = words.derivative(steps.root, made)
        remarks.insert(
            0,
            f"It meets {at} = {words.number(adjoint)}, and {words.number(adjoint)} · {words.number(slope)} is NaN.",
        )
    first = _first_not_finite(made, infinite=isinf(slope))
    if first is None:
        term, _ = steps.partial(made, place)
        name = "NaN" if isnan(slope) else "infinite"
        there = words.derivative(made, node, partial=len(made.parents) > 1)
        formula = f" = {words.write(term)}" if not isinstance(term, Number) else ""
        if made.parents.count(node) > 1:
            there, formula = f"{there}{at_one_use(made, node)}", formula.replace(" = ", ", ", 1)
        numbers = listed([words.is_number(one) for one in dict.fromkeys(made.parents)])
        place_in = f"at {numbers}, in {words.defined(made)}"
        sentence = f"Forward all numbers are finite. Backward, {there}{formula} is {name} {place_in}."
        return Answer(kind, [lead, sentence, *remarks], [made, node], with_chain=False)
    sentences = [lead, *_forward_cause(case, first)]
    at = words.derivative(made, node, partial=len(made.parents) > 1)
    if first is not made:
        at += at_one_use(made, node)
        sentences.append(f"Backward it comes in by {at} = {words.number(slope)}.")
    return Answer(kind, [*sentences, *remarks], [first, *dict.fromkeys(first.parents)], with_chain=False)


def _forward_cause(case: Case, first: Value) -> list[str]:
    """The first NaN or infinity of the forward pass, and where an infinity in it came from."""
    words = case.words
    if first._rule is None:
        return [f"Forward: {words.name(first)} is {words.number(first.data)} from the start; it is a leaf."]
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
    beyond = "; the result is beyond the largest float, about 1.8·10³⁰⁸" if given else ""
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
