"""On which side of its kinks an operation is: read from the conditions in its row, for every row alike."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .. import helpers
from ..graph import topological_order
from ..recording import share

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from ..ops import Row
    from ..value import Value

__all__ = ["borders", "distance_to_kink", "is_on_kink", "sides", "sides_of_graph"]

_SCOPE = {"__builtins__": {}, "abs": abs, "floor": helpers.floor, "inf": helpers.inf, "pi": helpers.pi, "share": share}


@lru_cache(maxsize=256)
def borders(kinks: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """The alternatives of a condition, each one the equalities that must hold together.

    >>> borders("x == low or x == high")
    ((('x', 'low'),), (('x', 'high'),))
    """
    if not kinks:
        return ()
    tree = ast.parse(kinks, mode="eval").body
    alternatives = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or) else [tree]
    found = []
    for one in alternatives:
        parts = one.values if isinstance(one, ast.BoolOp) else [one]
        equal = [
            (ast.unparse(part.left), ast.unparse(part.comparators[0]))
            for part in parts
            if isinstance(part, ast.Compare) and isinstance(part.ops[0], ast.Eq)
        ]
        found.append(tuple(equal))
    return tuple(found)


def _evaluated(text: str, scope: dict[str, Any]) -> Any:
    return eval(_code(text), scope)  # noqa: S307  # the text of a row, which was validated


@lru_cache(maxsize=1024)
def _code(text: str) -> Any:
    return compile(text, "<a condition of a row>", "eval")


def _scope(row: Row, operands: Sequence[Any], parameters: dict[str, float]) -> dict[str, Any]:
    named = zip((argument.name for argument in row.operands), operands, strict=True)
    return {**_SCOPE, **dict(named), **parameters}


def sides(row: Row, operands: Sequence[Any], parameters: dict[str, float]) -> Hashable:
    """For each kink of the row whether these numbers are below (−1), on (0) or above it (1), and which elements lead.

    It is the same for two points between which the operation is smooth. A kink in a single point has no sides, such as
    that of ``x == 0 and y == 0``.
    """
    if row.form == "select":
        return bool(operands[0])
    if not row.kinks:
        return None
    scope = _scope(row, operands, parameters)
    found: list[Hashable] = []
    for equalities in borders(row.kinks):
        if len(equalities) == 1:
            left, right = (_evaluated(text, scope) for text in equalities[0])
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
    scope = {**_scope(row, operands, parameters), "z": z, "share": lambda x, top: 1.0 / max(1, list(x).count(top))}
    return bool(_evaluated(row.kinks, scope))


def distance_to_kink(row: Row, operands: Sequence[Any], parameters: dict[str, float]) -> float:
    """How far the nearest kink is, as the difference of the two sides of its equality; infinite without one."""
    nearest = helpers.inf
    scope = _scope(row, operands, parameters)
    for equalities in borders(row.kinks):
        gaps = [abs(_evaluated(left, scope) - _evaluated(right, scope)) for left, right in equalities]
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


def numbers_of(node: Value) -> list[Any]:
    """The operands of a node as plain numbers, a sequence as a list."""

    def number(x: Any) -> Any:
        return [number(one) for one in x] if isinstance(x, tuple) else getattr(x, "_data", x)

    return [number(operand) for operand in node.operands]
