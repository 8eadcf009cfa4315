"""Where rounding has made a gradient, or the result, another number: what is lost in a sum, and what cancels."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _generated
from ..conditions import numbers_of
from ..value import Value
from .exact import NODES, exact
from .kink import ROUNDING
from .kink_place import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .case import Case

__all__ = ["Rounded", "rounded"]

OFF = 1e-3  # by this part of it a number is another one
CANCELS = 1e-3  # of the largest term, at most: what is left where terms cancel
WIDE = 8  # terms of a sum that are left out one after the other
TOLD = 2  # sums that are told


class Rounded(NamedTuple):
    """What is said of rounding, and whether the gradient is another number without it."""

    sentences: list[str]
    is_slope_wrong: bool = False


def rounded(case: Case) -> Rounded:
    """What rounding has done to the gradient and to the result, as far as that is sure."""
    flow, words = case.flow, case.words
    is_small = len(case.steps.order) <= NODES
    nodes, edges, _ = case.main
    main = (
        {} if case.is_long else {node: flow.nodes[flow.parents[edge]] for node, edge in zip(nodes, edges, strict=True)}
    )
    lost: list[str] = []  # of the main route, which is worth a word whatever it costs
    other: list[str] = []
    for number in range(1, flow.last + 1) if is_small else sorted(main):
        for operand, sentence in _losses(case, flow.nodes[number]):
            (other if operand is None or operand is not main.get(number) else lost).append(sentence)
    if not is_small or not (lost or other or case.gradient == 0.0) or _is_near_kink(case):
        return Rounded(lost[:TOLD])
    true = exact(case.steps.root, case.wrt)
    if true is None:
        return Rounded(lost[:TOLD])
    told = [*lost, *other][:TOLD]
    if _is_off(case.gradient, true.slope):
        shown = f"With more digits {case.title} is {_about(case, true.slope)}, not {words.number(case.gradient)}."
        return Rounded([*told, shown], is_slope_wrong=True)
    root = case.steps.root
    if _is_off(root.data, true.value):
        shown = f"With more digits {case.of} is {_about(case, true.value)}, not {words.number(root.data)}"
        return Rounded([*told, f"{shown}; the slope is right."])
    return Rounded(lost[:TOLD])


def _about(case: Case, x: float) -> str:
    return f"{'' if case.words.equals(x) == '=' else 'about '}{case.words.number(x)}"


def _is_off(x: float, true: float) -> bool:
    return isfinite(true) and abs(x - true) > OFF * abs(true)


def _is_near_kink(case: Case) -> bool:
    """Whether an operation is on its kink or within rounding of it: there two slopes may both be right."""
    nodes = case.flow.nodes[1:]
    return any(row is not None and row.kinks and nearest(node, row, ROUNDING) for node in nodes for row in [node.row])


def _losses(case: Case, node: Value) -> Iterator[tuple[Value | None, str]]:
    """The terms of a sum that it is the same without, and that its terms cancel; each with the operand it is about."""
    words = case.words
    terms = _terms(node)
    if not terms:
        return
    numbers = numbers_of(node)
    compute = getattr(_generated, f"_{node.op}")
    shown = words.defined(node)
    for (place, element), operand, size in terms:
        left_out: list[Any] = list(numbers)
        if element is None:
            left_out[place] = 0.0
        else:
            left_out[place] = [0.0 if at == element else one for at, one in enumerate(numbers[place])]
        if size and compute(*left_out) == node.data:
            what = words.number(operand) if type(operand) is float else words.is_number(operand)
            lost = f"{what} is lost in {shown}: the sum of floats is {words.number(node.data)} with it and without it."
            yield (operand if type(operand) is Value else None), lost
    largest = max(size for _, _, size in terms)
    if abs(node.data) <= CANCELS * largest:
        left = f"{words.number(node.data)} is left of numbers as large as {words.number(largest)}"
        yield None, f"The digits of {shown} cancel: {left}."


def _terms(node: Value) -> list[tuple[tuple[int, int | None], Any, float]]:
    """The terms of a sum of finite numbers: where each stands, the operand, and its size."""
    row = node.row
    assert row is not None
    operands = node.operands
    if len(operands) == 2 and row.infix in ("+", "-"):
        found: Any = [((place, None), one, one) for place, one in enumerate(operands)]
    elif row.form in ("sum", "mean"):
        found = [((0, place), one, one) for place, one in enumerate(operands[0])]
    elif row.form == "dot":
        weights, inputs, bias = operands
        found = [((0, place), one, one * inputs[place]) for place, one in enumerate(weights)]
        found.append(((2, None), bias, bias))
    else:
        return []
    if len(found) > WIDE:
        return []
    terms = [(key, one, abs(size.data if type(size) is Value else size)) for key, one, size in found]
    return terms if all(isfinite(size) for _, _, size in terms) else []
