"""On which side of its kinks an operation is: read from the conditions in its row, for every row alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import helpers
from ..conditions import evaluate, numbers_of, scope_of
from ..explain.kink_place import cases
from ..graph import topological_order

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from ..ops import Row
    from ..value import Value

__all__ = ["borders", "distance_to_kink", "is_on_kink", "sides", "sides_of_graph"]


def borders(kinks: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The alternatives of a condition, each one the equalities that must hold together.

    >>> borders("x == low or x == high")
    ((('x', 'low'),), (('x', 'high'),))
    """
    if not kinks:
        return ()
    return tuple(tuple((one.left, one.right) for one in case.equalities) for case in cases(kinks))


def sides(row: Row, operands: Sequence[Any], parameters: dict[str, float]) -> Hashable:
    """For each kink of the row whether these numbers are below (−1), on (0) or above it (1), and which elements lead.

    It is the same for two points between which the operation is smooth. A kink in a single point has no sides, such as
    that of ``x == 0 and y == 0``.
    """
    if row.form == "select":
        return bool(operands[0])
    if not row.kinks:
        return None
    scope = scope_of(row, operands, parameters)
    found: list[Hashable] = []
    for equalities in borders(row.kinks):
        if len(equalities) == 1:
            left, right = (evaluate(text, scope) for text in equalities[0])
            found.append((left > right) - (left < right))
    if "share(" in row.kinks:
        tops = (max, min)
        for sequence in operands:
            if isinstance(sequence, list | tuple):
                found += [tuple(x == top(sequence) for x in sequence) for top in tops]
    return tuple(found)


def is_on_kink(row: Row, operands: Sequence[Any], parameters: dict[str, float], z: float) -> bool:
    """Whether the row's condition for a kink holds; between numbers a tie counts as one between Values."""
    if not row.kinks:
        return False
    scope = scope_of(row, operands, parameters)
    scope |= {"z": z, "share": lambda x, top: 1.0 / max(1, list(x).count(top))}
    return bool(evaluate(row.kinks, scope))


def distance_to_kink(row: Row, operands: Sequence[Any], parameters: dict[str, float]) -> float:
    """How far the nearest kink is, as the difference of the two sides of its equality; infinite without one."""
    nearest = helpers.inf
    scope = scope_of(row, operands, parameters)
    for equalities in borders(row.kinks):
        gaps = [abs(evaluate(left, scope) - evaluate(right, scope)) for left, right in equalities]
        nearest = min(nearest, max(gaps, default=helpers.inf))
    if "share(" in row.kinks:
        for sequence in operands:
            if isinstance(sequence, list | tuple) and len(sequence) > 1:
                ordered = sorted(sequence)
                nearest = min(nearest, ordered[1] - ordered[0], ordered[-1] - ordered[-2])
    return nearest


def sides_of_graph(outputs: Iterable[Value]) -> Hashable:
    """The operations of a graph, and the sides of their kinks: it changes where f takes another branch."""
    found: list[Hashable] = []
    for output in outputs:
        for node in topological_order(output):
            row = node.row
            if row is not None:
                found.append(node.op)
                if row.kinks or row.form == "select":
                    found.append(sides(row, numbers_of(node), node.parameters))
    return hash(tuple(found))
