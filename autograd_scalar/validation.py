"""Is this row right? Asked once, when a row is defined; the answer points at the place in the row."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from typing import TYPE_CHECKING

from . import helpers
from .errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .ops import Row

CONSTANTS = ("pi", "inf", "nan")
NUMBER_HELPERS = ("floor", "isfinite")
SEQUENCE_HELPERS = ("total", "count", "largest", "smallest", "product", "others", "share")
RESERVED = {"z", "tie", "nothing", "given", "self", "new", *CONSTANTS, *NUMBER_HELPERS, *SEQUENCE_HELPERS}

_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.IfExp, ast.Call, ast.Name, ast.Constant,
    ast.Load, ast.operator, ast.unaryop, ast.cmpop, ast.boolop,
)  # fmt: skip
_REFUSED_OPERATORS = (ast.Mod, ast.FloorDiv, ast.MatMult, ast.BitAnd, ast.BitOr, ast.BitXor, ast.LShift, ast.RShift,
                      ast.Invert, ast.Is, ast.IsNot, ast.In, ast.NotIn)  # fmt: skip


def parse(text: str) -> ast.expr:
    """The tree of one expression of a row that has been validated."""
    return ast.parse(text.strip(), mode="eval").body


def validate(row: Row, table: dict[str, Row]) -> None:
    """Raise `UsageError`, pointing at the place, unless every text of `row` can be computed.

    `table` holds the rows that may be called: those defined before, and the row itself where its own value says so.
    """
    _validate_names(row, table)
    names = {argument.name for argument in row.arguments}
    known = {**table, row.name: row}
    given = row.given
    for place, text in given.items():
        _validate_text(row, f"given {place}", text, names | {"z"} | set(given), known)
    _validate_text(row, "value", row.value, names | set(given), known if row.built_in else table)
    if len(row.partials) != len(row.operands):
        wanted = ", ".join(argument.name for argument in row.operands)
        _refuse(row, f"it has {len(row.partials)} partials for {len(row.operands)} arguments ({wanted})")
    if len(row.written) != len(row.operands):
        _refuse(row, f"it has {len(row.written)} written partials for {len(row.operands)} arguments")
    for kind, texts in (("partial", row.partials), ("written partial", row.written)):
        for argument, text in zip(row.operands, texts, strict=True):
            _validate_text(
                row, f"{kind} for {argument.name}", text, names | {"z", "tie", "nothing"} | set(given), known
            )
    for place in ("domain", "poles", "kinks"):
        text = getattr(row, place)
        if text:
            _validate_text(row, place, text, names | {"z"}, known)


def _validate_names(row: Row, table: dict[str, Row]) -> None:
    if not row.operands:
        _refuse(row, "it has no argument to take a partial for")
    if row.name in table:
        _refuse(row, f"there is an operation {row.name!r} already; choose another name")
    if not row.built_in and (keyword.iskeyword(row.name) or hasattr(builtins, row.name) or row.name.startswith("_")):
        _refuse(row, f"{row.name!r} cannot be the name of a method; choose another one")
    seen: set[str] = set()
    for argument in row.arguments:
        if argument.name in RESERVED or keyword.iskeyword(argument.name):
            _refuse(row, f"an argument cannot be called {argument.name!r}, which rules use for something else")
        if argument.name in seen:
            _refuse(row, f"two arguments are called {argument.name!r}")
        seen.add(argument.name)
    for name in row.given:
        if not name.isidentifier() or name in RESERVED or name in seen:
            _refuse(row, f"an intermediate result cannot be called {name!r}")


def _validate_text(row: Row, place: str, text: str, names: set[str], known: dict[str, Row]) -> None:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        _refuse(row, f"its {place} does not parse", text.strip(), (error.offset or 1) - 1)
    for node in ast.walk(tree):
        column = getattr(node, "col_offset", 0)
        if not isinstance(node, _ALLOWED) or isinstance(node, _REFUSED_OPERATORS):
            _refuse(row, f"its {place} uses something other than arithmetic, comparisons and calls", text.strip(), column)
        if isinstance(node, ast.Constant) and (isinstance(node.value, bool) or not isinstance(node.value, int | float)):
            _refuse(row, f"its {place} has {node.value!r}, which is not a number", text.strip(), column)
        if isinstance(node, ast.Call):
            _validate_call(row, place, text.strip(), node, known)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in called and node.id not in names | set(CONSTANTS):
            hint = ", ".join(sorted(names - {"tie", "nothing"}))
            _refuse(row, f"its {place} names {node.id!r}, which is none of {hint}", text.strip(), node.col_offset)


def _validate_call(row: Row, place: str, text: str, call: ast.Call, known: dict[str, Row]) -> None:
    if not isinstance(call.func, ast.Name) or call.keywords:
        _refuse(row, f"its {place} calls something that is not an operation", text, call.col_offset)
    name = call.func.id
    if name in NUMBER_HELPERS or name in SEQUENCE_HELPERS:
        return
    if name not in known:
        _refuse(row, f"its {place} calls {name!r}, which is no earlier row and no helper", text, call.col_offset)
    wanted = sum(argument.default is None for argument in known[name].arguments)
    if len(call.args) != wanted:
        _refuse(row, f"its {place} calls {name} with {len(call.args)} arguments instead of {wanted}", text, call.col_offset)


def _refuse(row: Row, problem: str, text: str = "", column: int = 0) -> None:
    shown = f"op({row.signature!r}, {row.value!r}, …): {problem}"
    if text:
        shown += f"\n    {text}\n    {' ' * min(column, len(text))}^"
    raise UsageError(shown)


def intervals(row: Row) -> Iterator[tuple[str, float, float]]:
    """The intervals in the row's domain, as (argument, low, high); open and closed ends are told by the text itself.

    >>> from autograd_scalar.ops import table
    >>> list(intervals(table["asin"]))
    [('x', -1.0, 1.0)]
    """
    number = r"(-?[\d.]+|-?inf)"
    for part in row.domain.split(" and "):
        if between := re.fullmatch(rf"{number} <=? (\w+) <=? {number}", part):
            yield between[2], float(between[1]), float(between[3])
        elif above := re.fullmatch(rf"(\w+) >=? {number}", part):
            yield above[1], float(above[2]), helpers.inf
        elif below := re.fullmatch(rf"(\w+) <=? {number}", part):
            yield below[1], -helpers.inf, float(below[2])


def holds(row: Row, condition: str, numbers: list[float]) -> bool:
    """Whether a condition of the row (poles, a kink) holds for these numbers of its operands, in order."""
    scope = {argument.name: value for argument, value in zip(row.operands, numbers, strict=True)}
    code = compile(condition, f"<{row.name}>", "eval")
    return bool(eval(code, {"__builtins__": {}, "floor": helpers.floor, "abs": abs, "inf": helpers.inf}, scope))  # noqa: S307  # validated text
