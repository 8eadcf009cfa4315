"""How a graph is copied and pickled, however deep it is: node after node, in topological order.

In a pickle a graph is a few flat lists: of each result the op, the two slots, the data, the grad, the label and the
age. Every operand that is a node is written as its index. The leaves travel by reference, so that within one copy or
one pickle a leaf stays one leaf, whatever number of graphs use it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _generated
from .errors import UsageError
from .graph import topological_order
from .value import Value, new

if TYPE_CHECKING:
    from .graph import Rule


def copied(node: Value) -> Value:
    """``copy.copy``: a leaf is a new leaf; a result is a new graph on the same leaves."""
    if node._rule is None:
        return _copied_leaf(node)
    order = topological_order(node, all_operands=True)
    new: Value = _remade(order, {id(one): one for one in order if one._rule is None})[id(node)]
    return new


def deep_copied(node: Value, memo: dict[int, Any]) -> Value:
    """``copy.deepcopy``: new leaves too; each node is copied once for all that is copied together."""
    order = topological_order(node, all_operands=True)
    for one in order:
        if one._rule is None and id(one) not in memo:
            memo[id(one)] = _copied_leaf(one)
    new: Value = _remade(order, memo)[id(node)]
    return new


def _copied_leaf(node: Value) -> Value:
    return _node(None, node._x, node._y, node._data, node._grad, node._clock)


def _remade(order: list[Value], new: dict[int, Any]) -> dict[int, Any]:
    """`new`, with a copy of each node of `order` that it does not have yet."""
    for old in order:
        if id(old) not in new:
            x, y = _moved(old._x, new), _moved(old._y, new)
            new[id(old)] = _node(old._rule, x, y, old._data, old._grad, old._clock)
    return new


def _moved(operand: Any, new: dict[int, Any]) -> Any:
    """What a slot holds, with `new` in place of each node: a node, a number, or a tuple of them and of such tuples."""
    if type(operand) is Value:
        return new[id(operand)]
    return tuple([_moved(one, new) for one in operand]) if type(operand) is tuple else operand


def _node(rule: Rule | None, x: Any, y: Any, data: float, grad: float | None, clock: int) -> Value:
    node = new()
    node._rule, node._x, node._y, node._data, node._grad, node._clock = rule, x, y, data, grad, clock
    return node


# --------------------------------------------------------------------------------------------------------- pickles


def reduced(node: Value) -> tuple[Any, ...]:
    """What pickle stores: data only, and the names of the two functions below.

    Clocks are stored as ages, and loaded as times before every edit to come: the order of edits and uses stays what it
    was. A graph whose leaf was edited after use stays stale, and no other graph becomes so.
    """
    now = _generated.clock
    if node._rule is None:
        return leaf, (node._data, node._grad, node._x, node._y, now - node._clock)
    order = topological_order(node, all_operands=True)
    leaves = [one for one in order if one._rule is None]
    results = [one for one in order if one._rule is not None]
    place = {id(one): index for index, one in enumerate(leaves + results)}

    columns = (
        [one.op for one in results],
        [_moved(one._x, place) for one in results],
        [_moved(one._y, place) for one in results],
        [one._data for one in results],
        [one._grad for one in results],
        [one.label for one in results],
        [now - one._clock for one in results],
    )
    return unpickled, (leaves, columns)


def unpickled(leaves: list[Value], columns: tuple[list[Any], ...]) -> Value:
    """The last of the results that `columns` describe, on these leaves."""
    nodes = list(leaves)
    rules: dict[Any, Rule] = {}

    for op, flat_x, flat_y, data, grad, label, age in zip(*columns, strict=True):
        x, y = _placed(flat_x, nodes), _placed(flat_y, nodes)
        key = (op, type(x), type(y))
        rule = rules.get(key) or rule_for(op, x, y)
        if not rule.many:  # with many operands, each of them has a say
            rules[key] = rule
        nodes.append(_node(rule.labelled(label) if label else rule, x, y, data, grad, -age))
    return nodes[-1]


def _placed(operand: Any, nodes: list[Value]) -> Any:
    if type(operand) is int:  # plain numbers are floats in a node
        return nodes[operand]
    return tuple([_placed(one, nodes) for one in operand]) if type(operand) is tuple else operand


def leaf(data: float, grad: float | None, label: str, cut: str | None, age: int) -> Value:
    """A leaf with all it remembers, last edited `age` ticks ago."""
    made = Value(data, label=label)
    made._grad, made._y = grad, cut
    made._clock = -age
    return made


def rule_for(op: str, x: Any, y: Any) -> Rule:
    """The rule that a node of `op` with these contents of its slots follows.

    Raises `UsageError` when there is no such operation here, as in a file made where a user's `op` was defined.
    """
    from .codegen import is_flat
    from .ops import table

    if op not in table:
        raise UsageError(
            f"there is no operation {op!r} here; define it with op({op + '(…)'!r}, …) or custom(…) before loading"
        )
    row = table[op]
    engine = vars(_generated)
    if is_flat(row):
        pattern = "x" * (type(x) is Value) + "y" * (type(y) is Value)
        rule: Rule = engine[f"{op.upper()}_{pattern.upper()}"]
        return rule
    flags = []
    for argument, operand in zip(row.operands, y, strict=False):
        of_values = {type(one) is Value for one in operand} if argument.kind == "sequence" else {type(operand) is Value}
        flags.append(None if len(of_values) > 1 else of_values == {True})
    rules = engine[f"{op.upper()}_RULES"]
    rule, _ = rules[tuple(flags)] if tuple(flags) in rules else engine[f"{op.upper()}_MIXED"]
    return rule
