"""Which arrays are the matrix product of two others, found in the nodes that were recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..value import Value
from .matrix_forms import Array, Form, Index, forms

if TYPE_CHECKING:
    from collections.abc import Mapping

    Owner = Mapping[Value, tuple[str, Index]]

__all__ = ["Found", "as_product"]


class Found(NamedTuple):
    """whole = left·right + rest, and the rest of each entry."""

    left: Form
    right: Form
    whole: Form
    rests: dict[Index, list[Any]]


def as_product(name: str, array: Array, known: list[Form], owner: Owner) -> Found | None:
    """The two arrays whose matrix product (plus more) this one is; None where there are none."""
    pairs: dict[Index, list[tuple[Any, Any]]] = {}
    rests: dict[Index, list[Any]] = {}
    for index, node in np.ndenumerate(array):
        read = _pairs_of(node, owner)
        if read is None:
            return None
        pairs[index], rests[index] = read
    (count, *others) = {len(one) for one in pairs.values()}
    if others or not count:
        return None
    for turned in (0, 1, 2):  # what stands upright is read first
        for whole in forms(name, array):
            if whole.transposed:
                continue
            rows, columns = whole.shape
            lefts = [one for one in known if one.shape == (rows, count) and one.name != name]
            rights = [one for one in known if one.shape == (count, columns) and one.name != name]
            for left in lefts:
                for right in rights:
                    if left.transposed + right.transposed == turned and _is_product(whole, left, right, pairs):
                        return Found(left, right, whole, rests)
    return None


def _pairs_of(node: Value, owner: Owner) -> tuple[list[tuple[Any, Any]], list[Any]] | None:
    """An entry as Σ p·q + rest, through `dot`, `sum`, ``+`` and ``*`` nodes that are in no array."""
    pairs: list[tuple[Any, Any]] = []
    rest: list[Any] = []
    pending: list[Any] = [node]
    while pending:
        one = pending.pop()
        if type(one) is not Value:
            rest += [one] if one else []
            continue
        rule = one._rule
        if rule is None or (one is not node and one in owner):
            rest.append(one)
        elif rule.op == "dot":
            w, x, b = one.operands
            pairs += zip(w, x, strict=True)
            pending.append(b)
        elif rule.op == "mul":
            pairs.append((one._x, one._y))
        elif rule.op == "add":
            pending += (one._y, one._x)
        elif rule.op == "sum":
            pending += reversed(one.operands[0])
        elif one is node:
            return None
        else:
            rest.append(one)
    return pairs, rest


def _is_product(whole: Form, left: Form, right: Form, pairs: dict[Index, list[tuple[Any, Any]]]) -> bool:
    """Whether each entry was recorded as a row of `left` times a column of `right`, node for node."""
    for i, row in enumerate(whole.indices):
        for j, index in enumerate(row):
            for k, (p, q) in enumerate(pairs[index]):
                a, b = left.entries[i][k], right.entries[k][j]
                if not (_same(a, p) and _same(b, q)) and not (_same(a, q) and _same(b, p)):
                    return False
    return True


def _same(entry: Any, operand: Any) -> bool:
    if type(entry) is Value or type(operand) is Value:
        return entry is operand
    return bool(entry == operand)
