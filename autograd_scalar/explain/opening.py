"""Where a shut gate opens: the numbers of one leaf for which the operation has a slope again."""

from __future__ import annotations

import re
from math import inf, isfinite, nextafter
from typing import TYPE_CHECKING

from ..backward import adjoints
from ..errors import AutogradError
from ..formula.terms import Number
from ..graph import leaves, topological_order
from ..notation import listed
from .absent import operands
from .again import evaluated
from .kink import partials_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..value import Value
    from .case import Case

__all__ = ["opening"]

LARGE = 10_000  # nodes below a gate that are computed again
GATES = 8  # gates that are looked at
_OTHERWISE = {"≤": ">", "<": "≥", "≥": "<", ">": "≤"}  # the relation that holds where the one written does not
_MIRRORED = {">": "<", "≥": "≤", "<": ">", "≤": "≥"}


def opening(case: Case, gates: Sequence[tuple[int, int, int]]) -> list[str]:
    """``a opens for w > −0.5 (with the other leaves as they are)``; nothing of a gate where that is not sure.

    Each gate is given with its parent and that one's place. It is sure where one comparison of the gate's operand
    decides, and the operand is affine in the leaf asked about.
    """
    found = [one for gate in gates[:GATES] if (one := _opening(case, *gate)) is not None]
    if not found:
        return []
    (first, bound, _), *rest = found
    shown = listed([f"{first} opens for {bound}", *(f"{name} for {bound}" for name, bound, _ in rest)])
    return [f"{shown}{' (with the other leaves as they are)' if any(one[2] for one in found) else ''}."]


def _opening(case: Case, gate: int, parent: int, place: int) -> tuple[str, str, bool] | None:
    """The name of a gate, for which numbers it opens, and whether it depends on other leaves too."""
    words, wrt = case.words, case.wrt
    node, operand = case.flow.nodes[gate], case.flow.nodes[parent]
    if wrt._rule is not None or operand is wrt:
        return None
    threshold = _threshold(case, node, operand, place)
    if threshold is None:
        return None
    relation, at = threshold
    below = topological_order(operand, all_operands=True)
    if len(below) > LARGE or not _is_affine(below, wrt):
        return None
    try:
        slope = adjoints(topological_order(operand))[wrt]
        start = evaluated(below, {wrt: 0.0})[operand]
    except AutogradError:
        return None
    bound = (at - start) / slope if slope else inf
    if slope < 0:
        relation = _MIRRORED[relation]
    if not isfinite(bound) or (wrt.data > bound if relation in (">", "≥") else wrt.data < bound):
        return None
    return words.name(node), f"{words.name(wrt)} {relation} {words.number(bound)}", len(leaves(operand)) > 1


def _threshold(case: Case, node: Value, operand: Value, place: int) -> tuple[str, float] | None:
    """(``>``, 0.0): where the operand lies for the slope not to be 0; None where more than one comparison decides."""
    row, text, _, _ = case.steps.rule(node, place)
    conditions = case.steps.partial(node, place)[1]
    if len(row.operands) != 1 or text.count(" if ") != 1 or len(conditions) != 1 or len(conditions[0].parts) != 3:
        return None
    _, relation, right = conditions[0].parts
    if relation not in _OTHERWISE or not isinstance(right, Number):
        return None
    relation, at = _OTHERWISE[str(relation)], right.value
    up = 1.0 if relation in (">", "≥") else -1.0
    beyond = [nextafter(at, up * inf), *(at + up * far for far in (1.0, 10.0, 1000.0))]
    before = [nextafter(at, -up * inf), *(at - up * far for far in (1.0, 10.0, 1000.0)), operand.data]

    def slopes(points: list[float]) -> list[float]:
        found = [partials_at(node, {(0, None): point}) for point in points]
        return [one[0] if one else inf for one in found]

    if any(slopes(before)) or not all(one and isfinite(one) for one in slopes(beyond)):
        return None
    return relation, at


def _is_affine(order: list[Value], wrt: Value) -> bool:
    """Whether the last of some nodes is affine in a leaf: no slope on the way depends on what is made from the leaf."""
    made = {wrt}
    for node in order:
        row = node.row
        if row is None or made.isdisjoint(operands(node)):
            continue
        if not row.built_in:
            return False
        moving = {
            argument.name
            for argument, operand in zip(row.operands, node.operands, strict=True)
            if not made.isdisjoint(operand if isinstance(operand, tuple) else (operand,))
        }
        for argument, text in zip(row.operands, row.written, strict=True):
            named = set(re.findall(r"[^\W\d]\w*", text))
            if argument.name in moving and (text == "nothing" or not named.isdisjoint({*moving, "z"})):
                return False  # a condition, by which nothing flows, chooses all the same
        made.add(node)
    return order[-1] in made
