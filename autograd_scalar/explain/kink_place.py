"""Where a row of the table has its kinks, and how far a node is from the nearest of them.

A row says it in text: ``x == 0``, ``x == low or x == high``, ``x == 0 and y == 0``, a tie in a sequence. Nothing here
knows an operation by name.
"""

from __future__ import annotations

import ast
import itertools
from functools import lru_cache
from math import inf, isfinite, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from ..conditions import evaluate, number_at, numbers_of, scope_of
from ..validation import parse
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..conditions import Scope
    from ..ops import Row

__all__ = ["Case", "Equality", "at_node", "cases", "computed", "elements_of", "is_on_kink", "nearest", "scale"]


class Equality(NamedTuple):
    """``left == right`` in the text of a row; `names` are the operands in it."""

    left: str
    right: str
    names: tuple[str, ...]


class Case(NamedTuple):
    """Equalities that hold together, side conditions, and whether it is about ties in a sequence (its name)."""

    equalities: tuple[Equality, ...]
    conditions: tuple[str, ...]
    tie: str


@lru_cache(maxsize=256)
def cases(text: str, operands: tuple[str, ...] = ()) -> tuple[Case, ...]:
    """The kinks of a row as a list of cases, any of which makes one: ``or`` of ``and`` of equalities."""
    found = []
    for conjuncts in _alternatives(parse(text)):
        equalities: list[Equality] = []
        conditions: list[str] = []
        tie = ""
        for one in conjuncts:
            match one:
                case ast.Compare(
                    left=ast.Call(func=ast.Name(id="share"), args=[ast.Name(id=sequence), *_]), ops=[ast.NotEq()]
                ):
                    tie = sequence
                case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                    names = {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
                    involved = tuple(name for name in operands if name in names)
                    equalities.append(Equality(ast.unparse(left), ast.unparse(right), involved))
                case _:
                    conditions.append(ast.unparse(one))
        found.append(Case(tuple(equalities), tuple(conditions), tie))
    return tuple(found)


def _alternatives(tree: ast.expr) -> list[list[ast.expr]]:
    """An expression of ``and`` and ``or`` as alternatives of things that must hold together."""
    if isinstance(tree, ast.BoolOp):
        parts = [_alternatives(value) for value in tree.values]
        if isinstance(tree.op, ast.Or):
            return [one for part in parts for one in part]
        return [[one for group in groups for one in group] for groups in itertools.product(*parts)]
    return [[tree]]


def computed(text: str, scope: Scope) -> float:
    """A piece of the text of a kink as a number; ∞ where it has none."""
    try:
        return float(evaluate(text, scope))
    except (ValueError, ArithmeticError):
        return inf


def at_node(node: Value, row: Row, operands: Iterable[Any]) -> Scope:
    """What the names in the text of a kink stand for at a node, with these operands."""
    scope = scope_of(row, operands, node.parameters)
    scope["z"] = node._data
    return scope


def is_on_kink(node: Value) -> bool:
    """Whether the condition of a row holds for a node: quick, for looking through many nodes; `kink_of` says more."""
    row = node.row
    if row is None or not row.kinks:
        return False
    try:
        return bool(evaluate(row.kinks, at_node(node, row, map(_recorded, node.operands))))
    except (ValueError, ArithmeticError):
        return False


def _recorded(operand: Any) -> Any:
    return operand._data if type(operand) is Value else operand  # a sequence as it is: a tie asks which are Values


def nearest(node: Value, row: Row, near: float) -> tuple[float, Case] | None:
    """The case that is nearest, and its relative distance, where that is at most `near`."""
    scope = at_node(node, row, numbers_of(node))
    names = tuple(argument.name for argument in row.operands)
    best: tuple[float, Case] | None = None
    for case in cases(row.kinks, names):
        if not all(computed(condition, scope) for condition in case.conditions):
            continue
        distances = [_tie_distance(node, row, case.tie)] if case.tie else []
        for one in case.equalities:
            left, right = computed(one.left, scope), computed(one.right, scope)
            if isnan(left) or isnan(right) or not (isfinite(left) and isfinite(right)):
                distances.append(inf)
            elif left == right:
                distances.append(0.0)
            else:
                involved = [node.operands[names.index(name)] for name in one.names]
                distances.append(abs(left - right) / max(abs(left), abs(right), *map(scale, involved)))
        distance = max(distances, default=inf)
        if distance <= near and (best is None or distance < best[0]):
            best = distance, case
    return best


def scale(operand: Any) -> float:
    """The size of an operand and of the terms it was added up from; 1 for a leaf, whose own size says nothing."""
    if type(operand) is not Value:
        return abs(operand) if isinstance(operand, float) else 0.0
    if operand._rule is None:
        return max(1.0, abs(operand.data))
    terms = [abs(parent.data * slope) for parent, slope in zip(operand.parents, operand.partials(), strict=True)]
    return max([abs(operand.data), *(one for one in terms if isfinite(one))])


def _tie_distance(node: Value, row: Row, name: str) -> float:
    """How far the second nearest element of a sequence is from the node's own number."""
    elements = elements_of(node, row, name)
    distances = sorted(abs(number_at(one) - node.data) for one in elements)
    if len(distances) < 2 or isnan(node.data) or not isfinite(distances[1]):
        return inf
    second = distances[1]
    at_top = [one for one in elements if abs(number_at(one) - node.data) <= second]
    return second / max(abs(node.data), *map(scale, at_top)) if second else 0.0


def elements_of(node: Value, row: Row, name: str) -> tuple[Any, ...]:
    """The elements of an operand that is a sequence."""
    place = [argument.name for argument in row.operands].index(name)
    elements = node.operands[place]
    assert isinstance(elements, tuple)
    return elements
