"""What makes a number 0 where operations that are shut do: a sum of shut relus, say, or a product with one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..graph import one_by_one
from ..value import Value
from .kink import partials_at
from .kink_place import is_on_kink

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Zero", "is_shut", "shut_factor", "shut_within"]

WIDE = 100  # operands of one operation that are looked at


class Zero(NamedTuple):
    """An operand that is 0 and makes a slope 0, and the operations within it that are shut and make it so."""

    operand: Value
    gates: list[Value]


def is_shut(node: Value) -> bool:
    """Whether an operation of one number is 0, with a slope of 0, and not on its kink."""
    row = node.row
    if row is None or not row.kinks or node._data != 0.0 or len(node.parents) != 1:
        return False
    return node.partials() == (0.0,) and len(one_by_one(node.operands)) == 1 and not is_on_kink(node)


def shut_within(node: Value) -> list[Value]:
    """The operations that are shut and make a node 0; none where something else has a part in it."""
    gates: dict[Value, None] = {}
    pending, seen = [node], set[Value]()
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.add(one)
        if one._data != 0.0 or one._rule is None:
            return []
        if is_shut(one):
            gates[one] = None
            continue
        zeros = _zeros_of(one)
        if not zeros:
            return []
        pending += reversed(zeros)
    return list(gates)


def _zeros_of(node: Value) -> list[Value]:
    """The operands that are 0 and make a node 0; none where it is not so simple."""
    row = node.row
    assert row is not None
    operands = one_by_one(node.operands)
    if row.form in ("sum", "mean") or row.infix in ("+", "-"):
        groups = [(one,) for one in operands]
    elif row.infix == "*" or row.form == "product":
        groups = [tuple(operands)]
    elif row.form == "dot":
        groups = [*zip(*node.operands[:2], strict=True), *((one,) for one in node.operands[2:])]
    elif row.infix == "/":
        groups = [(operands[0],)]
    elif len([one for one in operands if type(one) is Value]) == 1 and row.form != "select":
        groups = [(one,) for one in operands if type(one) is Value]
    else:
        return []
    found = []
    for group in groups:
        if any(type(one) is not Value and one == 0.0 for one in group):
            continue
        zero = next((one for one in group if type(one) is Value and one._data == 0.0), None)
        if zero is None:
            return []
        found.append(zero)
    return found


def shut_factor(node: Value, place: int) -> Zero | None:
    """The operand that makes the slope of a node to its parent number `place` 0, where operations are shut in it."""
    for key, operand in _operands(node):
        if operand._data == 0.0 and operand._rule is not None:
            moved = partials_at(node, {key: 1.0})
            gates = shut_within(operand) if moved and moved[place] != 0.0 else []
            if gates:
                return Zero(operand, gates)
    return None


def _operands(node: Value) -> Iterator[tuple[tuple[int, int | None], Value]]:
    """The operands that are Values, by place."""
    if len(node.parents) > WIDE:
        return
    for place, operand in enumerate(node.operands):
        elements = enumerate(operand) if isinstance(operand, tuple) else ((None, operand),)
        yield from (((place, element), one) for element, one in elements if type(one) is Value)
