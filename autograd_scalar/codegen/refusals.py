"""Whether computing a row may raise, and the lines that turn what plain floats raise into an error that speaks."""

from __future__ import annotations

import ast
import itertools
import math
import sys
from typing import TYPE_CHECKING, Any

from ..validation import parse
from .numbers import number_functions
from .storage import indented

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..ops import Row

LARGEST = sys.float_info.max
EDGES = (0.0, LARGEST, -LARGEST, math.inf, -math.inf, math.nan)


def guarded(row: Row, lines: list[str], operands: str) -> list[str]:
    """`lines`, and, where computing may raise, the refusal that names the operation and the node."""
    if not may_refuse(row):
        return lines
    cause = "None" if row.compute is None else "error"  # a callable's own lines are worth seeing
    return [
        "try:",
        *indented(lines),
        "except REFUSED as error:",
        f'    raise refusal("{row.name}", {operands}, error) from {cause}',
    ]


def may_refuse(row: Row) -> bool:
    """Whether computing the value may raise: it calls, divides or takes a power, and does not do so everywhere.

    A built-in row of scalars is tried: one that refuses anything (outside its domain, at a pole, beyond the largest
    float) refuses an edge of the floats, too. Nobody knows that of a user's row; and a sequence may be empty.
    """
    texts = [row.value, *row.given.values()]
    if not any(
        isinstance(node, ast.Call) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Pow))
        for text in texts
        for node in ast.walk(parse(text))
    ):
        return False
    if not row.built_in or any(argument.kind == "sequence" for argument in row.arguments):
        return True
    compute = number_functions()[f"_{row.name}"]
    return any(_refuses(compute, point) for point in itertools.product(EDGES, repeat=len(row.arguments)))


def _refuses(compute: Callable[..., Any], point: tuple[float, ...]) -> bool:
    try:
        compute(*point)
    except (ValueError, ArithmeticError):
        return True
    return False
