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

from .. import _generated, helpers
from ..validation import parse
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ops import Row

__all__ = ["Case", "Equality", "elements_of", "evaluate", "is_on_kink", "nearest", "number_of", "scale", "scope_of"]


class Equality(NamedTuple):
    """``left == right`` in the text of a row, compiled; `names` are the operands in it."""

    left: Any
    right: Any
    left_text: str
    right_text: str
    names: tuple[str, ...]


class Case(NamedTuple):
    """Equalities that hold together, side conditions, and whether it is about ties in a sequence (its name)."""

    equalities: tuple[Equality, ...]
    conditions: tuple[Any, ...]
    tie: str


@lru_cache(maxsize=256)
def _cases(text: str, operands: tuple[str, ...]) -> tuple[Case, ...]:
    """The kinks of a row as a list of cases, any of which makes one: ``or`` of ``and`` of equalities."""
    cases = []
    for conjuncts in _alternatives(parse(text)):
        equalities: list[Equality] = []
        conditions: list[Any] = []
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
                    equalities.append(
                        Equality(_code(left), _code(right), ast.unparse(left), ast.unparse(right), involved)
                    )
                case _:
                    conditions.append(_code(one))
        cases.append(Case(tuple(equalities), tuple(conditions), tie))
    return tuple(cases)


def _alternatives(tree: ast.expr) -> list[list[ast.expr]]:
    """An expression of ``and`` and ``or`` as alternatives of things that must hold together."""
    if isinstance(tree, ast.BoolOp):
        parts = [_alternatives(value) for value in tree.values]
        if isinstance(tree.op, ast.Or):
            return [one for part in parts for one in part]
        return [[one for group in groups for one in group] for groups in itertools.product(*parts)]
    return [[tree]]


def _code(tree: ast.expr) -> Any:
    return compile(ast.Expression(tree), "<kinks>", "eval")


class _Scope(dict[str, Any]):
    """What the text of a kink may call: helpers, and every row of the table on plain numbers."""

    def __missing__(self, name: str) -> Any:
        if hasattr(helpers, name):
            return getattr(helpers, name)
        if name == "share":
            from ..recording import share

            return share
        return getattr(_generated, f"_{name}")


def evaluate(code: Any, scope: Mapping[str, Any]) -> float:
    """A piece of such a text as a number; ∞ where it has none."""
    try:
        return float(eval(code, {"__builtins__": {}}, scope))  # noqa: S307  # validated text of a row
    except (ValueError, ArithmeticError):
        return inf


def number_of(operand: Any) -> Any:
    """An operand as a plain number, or a list of them."""
    if isinstance(operand, tuple):
        return [number_of(one) for one in operand]
    return operand._data if type(operand) is Value else operand


def scope_of(node: Value, row: Row) -> _Scope:
    """What the names in the text of a kink stand for at a node."""
    scope = _Scope(zip((argument.name for argument in row.operands), map(number_of, node.operands), strict=True))
    scope.update(node.parameters)
    scope["z"] = node.data
    return scope


def is_on_kink(node: Value) -> bool:
    """Whether the condition of a row holds for a node: quick, for looking through many nodes; `kink_of` says more."""
    row = node.row
    if row is None or not row.kinks:
        return False
    has_parameters = len(row.arguments) > len(row.operands)
    parameters = node.parameters.values() if has_parameters else ()
    try:
        return bool(_condition(row)(*map(_recorded, node.operands), *parameters, node._data))
    except (ValueError, ArithmeticError):
        return False


@lru_cache(maxsize=256)
def _condition(row: Row) -> Any:
    """The kinks of a row as a function of its arguments and z."""
    own = [*(argument.name for argument in row.arguments), "z"]
    scope = _Scope()
    names = {node.id for node in ast.walk(parse(row.kinks)) if isinstance(node, ast.Name)}
    called = {name: scope[name] for name in sorted(names.difference(own))}
    return eval(f"lambda {', '.join(own)}: {row.kinks}", called)  # noqa: S307  # validated text of a row


def _recorded(operand: Any) -> Any:
    return operand._data if type(operand) is Value else operand  # a sequence as it is: a tie asks which are Values


def nearest(node: Value, row: Row, near: float) -> tuple[float, Case] | None:
    """The case that is nearest, and its relative distance, where that is at most `near`."""
    scope = scope_of(node, row)
    names = tuple(argument.name for argument in row.operands)
    best: tuple[float, Case] | None = None
    for case in _cases(row.kinks, names):
        if not all(evaluate(condition, scope) for condition in case.conditions):
            continue
        distances = [_tie_distance(node, row, case.tie)] if case.tie else []
        for one in case.equalities:
            left, right = evaluate(one.left, scope), evaluate(one.right, scope)
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
    """The size of the terms that an operand was added up from; 1 for a leaf, whose own size says nothing."""
    if type(operand) is not Value:
        return abs(operand) if isinstance(operand, float) else 0.0
    if operand._rule is None:
        return max(1.0, abs(operand.data))
    terms = [abs(parent.data * slope) for parent, slope in zip(operand.parents, operand.partials(), strict=True)]
    return max([one for one in terms if isfinite(one)], default=0.0)


def _tie_distance(node: Value, row: Row, name: str) -> float:
    """How far the second nearest element of a sequence is from the node's own number; one of them must be a Value."""
    elements = elements_of(node, row, name)
    distances = sorted((abs(number_of(one) - node.data), type(one) is not Value) for one in elements)
    if len(distances) < 2 or isnan(node.data) or not isfinite(distances[1][0]):
        return inf
    (first, first_is_number), (second, second_is_number) = distances[:2]
    if second == 0.0 or not (first_is_number and second_is_number):
        at_top = [one for one in elements if abs(number_of(one) - node.data) <= second]
        if not any(type(one) is Value for one in at_top):
            return inf
        return second / max(abs(node.data), max(map(scale, at_top), default=0.0)) if second else 0.0
    return inf if first else second


def elements_of(node: Value, row: Row, name: str) -> tuple[Any, ...]:
    """The elements of an operand that is a sequence."""
    place = [argument.name for argument in row.operands].index(name)
    elements = node.operands[place]
    assert isinstance(elements, tuple)
    return elements
