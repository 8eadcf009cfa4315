"""What if a leaf had another number: the recorded graph, computed again at other leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _generated
from ..recording import refusal
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["evaluated"]


def evaluated(order: Sequence[Value], leaves: Mapping[Value, float]) -> dict[Value, float]:
    """The number of every node of a graph in topological order, with other numbers at some of its leaves.

    Every operation is computed anew by its row, in plain floats; the graph is left alone.
    """
    numbers: dict[Value, float] = {}

    def read(operand: Any) -> Any:
        if type(operand) is Value:
            return numbers[operand] if operand in numbers else operand.data
        return [read(one) for one in operand] if isinstance(operand, tuple) else operand

    for node in order:
        if node._rule is None:
            numbers[node] = leaves.get(node, node.data)
            continue
        arguments = [read(operand) for operand in node.operands]
        compute = getattr(_generated, f"_{node.op}")
        try:
            numbers[node] = float(compute(*arguments, *node.parameters.values()))
        except (ValueError, ArithmeticError) as error:
            flat = tuple(one for argument in arguments for one in (argument if isinstance(argument, list) else [argument]))
            raise refusal(node.op, flat, error) from None
    return numbers
