"""A graph as flat rows: how a root is copied and pickled, however deep it is.

A row is ``(op, places, x, y, data, grad, label, fresh)`` with every operand that is a node written as its index: first
the leaves, then the results in topological order. The leaves themselves travel by reference, so that within one copy
or one pickle a leaf stays one leaf, whatever number of graphs use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _generated
from .errors import UsageError
from .graph import topological_order
from .value import Value

if TYPE_CHECKING:
    from .graph import Rule

FlatRow = tuple[str, Any, Any, float, float | None, str, bool]


def flattened(root: Value) -> tuple[list[Value], list[Value], list[FlatRow]]:
    """The leaves, the results, and one row for each result; the last is `root`."""
    order = topological_order(root, all_operands=True)
    leaves = [node for node in order if node._rule is None]
    results = [node for node in order if node._rule is not None]
    place = {node: index for index, node in enumerate(leaves + results)}

    def flat(operand: Any) -> Any:
        if type(operand) is Value:
            return place[operand]
        return tuple([flat(one) for one in operand]) if type(operand) is tuple else operand

    rows = []
    for node in results:
        rule = node._rule
        assert rule is not None
        fresh = not any(parent._rule is None and parent._clock > node._clock for parent in rule.parents(node))
        rows.append((rule.op, flat(node._x), flat(node._y), node._data, node._grad, rule.label, fresh))
    return leaves, results, rows


def rebuilt(leaves: list[Value], rows: list[FlatRow]) -> list[Value]:
    """The results that `rows` describe, on these leaves."""
    nodes = list(leaves)

    def read(operand: Any) -> Any:
        if type(operand) is int:
            return nodes[operand]
        return tuple([read(one) for one in operand]) if type(operand) is tuple else operand

    for op, x, y, data, grad, label, fresh in rows:
        node = object.__new__(Value)
        node._data, node._grad = data, grad
        node._x, node._y = read(x), read(y)
        rule = rule_for(op, node._x, node._y)
        node._rule = rule.labelled(label) if label else rule
        node._clock = _generated.clock if fresh else -1  # older than every edit: a stale graph stays stale
        nodes.append(node)
    return nodes[len(leaves) :]


def rule_for(op: str, x: Any, y: Any) -> Rule:
    """The rule that a node of `op` with these contents of its slots follows.

    Raises `UsageError` when there is no such operation here, as in a file made where a user's `op` was defined.
    """
    from .codegen import is_flat
    from .ops import table

    if op not in table:
        raise UsageError(f"there is no operation {op!r} here; define it with op({op + '(…)'!r}, …) before loading")
    row = table[op]
    engine = vars(_generated)
    if is_flat(row):
        pattern = "x" * (type(x) is Value) + "y" * (type(y) is Value)
        return engine[f"{op.upper()}_{pattern.upper()}"]  # type: ignore[no-any-return]  # generated names
    flags = []
    for argument, operand in zip(row.operands, y, strict=False):
        of_values = {type(one) is Value for one in operand} if argument.kind == "sequence" else {type(operand) is Value}
        flags.append(None if len(of_values) > 1 else of_values == {True})
    rule, _ = engine[f"{op.upper()}_RULES"].get(tuple(flags), engine[f"{op.upper()}_MIXED"])
    return rule  # type: ignore[no-any-return]  # generated names


def leaf(data: float, grad: float | None, label: str, cut: str | None) -> Value:
    """A leaf with all it remembers."""
    made = Value(data, label=label)
    made._grad, made._y = grad, cut
    return made


def unpickled(leaves: list[Value], rows: list[FlatRow]) -> Value:
    return rebuilt(leaves, rows)[-1]


def reduced(node: Value) -> tuple[Any, ...]:
    """What pickle stores: data only, and the names of the two functions above."""
    if node._rule is None:
        return leaf, (node._data, node._grad, node._x, node._y)
    leaves, _, rows = flattened(node)
    return unpickled, (leaves, rows)


def copied(node: Value) -> Value:
    """``copy.copy``: a leaf is a new leaf; a result is a new graph on the same leaves."""
    if node._rule is None:
        return leaf(node._data, node._grad, node._x, node._y)
    leaves, _, rows = flattened(node)
    return rebuilt(leaves, rows)[-1]


def deep_copied(node: Value, memo: dict[int, Any]) -> Value:
    """``copy.deepcopy``: new leaves too, each node copied once for all that is copied together."""
    leaves, results, rows = flattened(node)
    for one in leaves:
        if id(one) not in memo:
            memo[id(one)] = leaf(one._data, one._grad, one._x, one._y)
    new = rebuilt([memo[id(one)] for one in leaves], rows)
    for old, fresh in zip(results, new, strict=True):
        memo.setdefault(id(old), fresh)
    memo.setdefault(id(memo), []).append(node)  # as `copy` does: the originals must outlive their ids
    return memo[id(node)]  # type: ignore[no-any-return]  # a memo holds anything
