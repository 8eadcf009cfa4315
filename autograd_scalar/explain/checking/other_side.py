"""At a kink exactly: the slope of the other side, as ≥ written for > takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...flat import _remade
from ...ops import table
from ...value import Value
from ..kink_place import is_on_kink
from .claims import Guess, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .judging import Judge
    from .points import Point

__all__ = ["at_kinks"]

FAR = 1e-3  # slopes of the two sides that differ by less are one slope


def at_kinks(judge: Judge, target: Target, point: Point, true: float) -> Iterator[Guess]:
    """At a kink exactly: the slope of the other side."""
    assert target.wrt is not None
    if not point.is_recorded:  # the points near by are on no kink
        return
    places = judge.steps.place
    for node in judge.steps.order[places.get(target.wrt, 0) : places.get(target.of, -1) + 1]:
        rule = node._rule
        if rule is None or not table[rule.op].kinks or not is_on_kink(node):
            continue
        own = point.partials(node)
        for side in (1.0, -1.0):
            for place, parent in enumerate(node.parents):
                other = _one_sided(point, node, parent, side)
                if abs(other[place] - own[place]) < FAR:
                    continue
                adjoint = point.derivative(target.of, node)[0]
                below = 1.0 if parent is target.wrt else point.derivative(parent, target.wrt)[0]
                value = true + adjoint * (other[place] - own[place]) * below
                words = (
                    f"≥ was taken for >: at {_kink(judge, node, parent)} "
                    f"the slope taken is {judge.words.number(own[place])}, not {judge.words.number(other[place])}"
                )
                yield Guess(value, "≥ for >", words)


def _kink(judge: Judge, node: Value, parent: Value) -> str:
    return (
        f"{judge.words.shown(parent)} = {judge.words.number(parent.data)}"
        if judge.steps.name(parent)
        else f"the kink of {node.op}"
    )


def _one_sided(point: Point, node: Value, parent: Value, side: float) -> tuple[float, ...]:
    """The partials of a node where one of its operands is a very little larger or smaller."""
    flat = [one for operand in node.operands for one in (operand if isinstance(operand, tuple) else (operand,))]
    operands: dict[int, Any] = {id(one): Value(point.number(one)) for one in flat if type(one) is Value}
    moved = operands[id(parent)]
    moved._data += side * 1e-9 * max(1.0, abs(moved._data))
    copy: Value = _remade([node], operands)[id(node)]
    return copy.partials()
