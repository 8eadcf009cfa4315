"""A recorded graph, computed once more from its rules at other leaves: as a new graph, or in plain numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _generated
from ..errors import AutogradError
from ..graph import one_by_one, topological_order
from ..ops import table
from ..recording import refusal
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..graph import Rule
    from ..ops import Row

__all__ = ["evaluated", "made_again"]


class _Form(NamedTuple):
    """What it takes to do an operation again."""

    record: Any  # on Values
    compute: Any  # on plain numbers
    operands: int
    has_parameters: bool


@lru_cache(maxsize=256)
def _form(row: Row) -> _Form:
    record, compute = getattr(_generated, row.name), getattr(_generated, f"_{row.name}")
    return _Form(record, compute, len(row.operands), len(row.arguments) > len(row.operands))


def _arguments(node: Value, rule: Rule, form: _Form, known: Mapping[Value, Any]) -> list[Any]:
    """The operands of a result, with what is known of each Value in its place."""
    operands = node._y if rule.many else (node._x, node._y)
    return [
        known[operand]
        if type(operand) is Value
        else [known[one] if type(one) is Value else one for one in operand]
        if type(operand) is tuple
        else operand
        for operand in operands[: form.operands]
    ]


def _flat(arguments: list[Any]) -> list[Any]:
    return one_by_one([tuple(one) if isinstance(one, list) else one for one in arguments])


def made_again(order: Sequence[Value], given: Mapping[Value, float], called: Mapping[Value, str]) -> dict[Value, Value]:
    """For each node of a graph in topological order a new one: the same rules on new leaves.

    The new leaves bear the names that the old ones are `called`; where a number leaves the domain of an operation, the
    message has the names of its operands.
    """
    made: dict[Value, Value] = {}
    for node in order:
        rule = node._rule
        if rule is None:
            made[node] = Value(given.get(node, node._data), label=called.get(node, ""))
            continue
        form = _form(table[rule.op])
        arguments = _arguments(node, rule, form, made)
        parameters = node.parameters if form.has_parameters else {}
        try:
            made[node] = form.record(*arguments, **parameters)
        except AutogradError:
            old = {new: one for one, new in made.items()}
            for one in _flat(arguments):
                if type(one) is Value:
                    one.label = called.get(old[one], "")
            made[node] = form.record(*arguments, **parameters)
    return made


def evaluated(order: Sequence[Value], leaves: Mapping[Value, float]) -> dict[Value, float]:
    """The number of every node of a graph, given in topological order, with other numbers at some of its leaves.

    Every operation is computed anew by its row, in plain floats; the graph is left alone.
    """
    numbers: dict[Value, float] = {}
    for node in topological_order(order[-1], all_operands=True):  # a choice may fall upon a branch that was not taken
        rule = node._rule
        if rule is None:
            numbers[node] = leaves.get(node, node._data)
            continue
        form = _form(table[rule.op])
        arguments = _arguments(node, rule, form, numbers)
        try:
            numbers[node] = float(form.compute(*arguments, *(node.parameters.values() if form.has_parameters else ())))
        except (ValueError, ArithmeticError) as error:
            raise refusal(rule.op, tuple(_flat(arguments)), error) from None
    return numbers
