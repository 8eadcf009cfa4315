"""The value of a row as a function of plain numbers: ``_sigmoid(x)``, which other rows' expressions call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from ..validation import parse
from .expressions import Expression
from .storage import indented

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ops import Row

_IMPORTS = "import math\nfrom autograd_scalar.helpers import *\nfrom collections.abc import Sequence"


def is_built_into_targets(row: Row) -> bool:
    """Whether the value is written with the row's own name, which every target has built in."""
    tree = parse(row.value)
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == row.name
        for node in ast.walk(tree)
    )


def number_function(row: Row) -> list[str]:
    """``_sigmoid(x)``: the value of a row for plain floats, which is what other rows' expressions call."""
    if row.compute is not None:
        return []  # it is the callable itself, which `install` puts there
    if row.value == f"{row.name}({', '.join(argument.name for argument in row.arguments)})":
        return [f"_{row.name} = math.{row.name}", ""]  # the target's own
    typed = [
        f"{argument.name}: Sequence[float]" if argument.kind == "sequence" else f"{argument.name}: float"
        for argument in row.arguments
    ]
    names = {argument.name: argument.name for argument in row.arguments}
    sequences = [f"{a.name}_data = {a.name}" for a in row.operands if a.kind == "sequence"]
    return [f"def _{row.name}({', '.join(typed)}) -> float:", *indented([*sequences, *value_lines(row, names)]), "", ""]


def value_lines(row: Row, names: Mapping[str, str]) -> list[str]:
    """Statements that return the value. A loop that only one branch needs stands in that branch."""
    expression = Expression(row, names)
    if is_built_into_targets(row) and row.compute is None:
        expression.names[f"{row.name}()"] = f"math.{row.name}"
    tree = parse(row.value)
    if isinstance(tree, ast.IfExp) and _has_loop(tree):
        expression.give([ast.unparse(tree.test), ast.unparse(tree.body)])
        test, body = expression.write(ast.unparse(tree.test)), expression.write(ast.unparse(tree.body))
        lines = [*expression.lines, f"if {test}:", f"    return {body}"]
        expression.lines = []
        expression.give([ast.unparse(tree.orelse)])
        otherwise = expression.write(ast.unparse(tree.orelse))
        return [*lines, *expression.lines, f"return {otherwise}"]
    expression.give([row.value])
    value = expression.write(row.value)
    return [*expression.lines, f"return {value}"]


def _has_loop(tree: ast.expr) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "total"
        for node in ast.walk(tree)
    )


_NUMBERS: dict[str, Any] = {}


def number_functions() -> dict[str, Any]:
    """The functions of plain numbers of all built-in rows, computed from the table (not from the committed file)."""
    if not _NUMBERS:
        from ..ops import table

        source = [_IMPORTS, *(line for row in table.values() if row.built_in for line in number_function(row))]
        exec(compile("\n".join(source), "<rows>", "exec"), _NUMBERS)  # noqa: S102  # our own text, validated
    return _NUMBERS
