"""How a node stores its operands, and the lines that all generated methods share."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..validation import parse
from .expressions import names_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..ops import Argument, Row


def is_flat(row: Row) -> bool:
    """Whether a node of this row keeps its operands in its two slots: one scalar and parameters, or two scalars.

    A row that lets nothing flow through one of its operands is not flat: such an operand must not look like a parent.
    """
    if any(argument.kind == "sequence" for argument in row.operands) or may_let_nothing_flow(row):
        return False
    parameters = len(row.arguments) - len(row.operands)
    return len(row.operands) == 1 or (len(row.operands) == 2 and parameters == 0)


def may_let_nothing_flow(row: Row) -> bool:
    """Whether something decides which of its operands anything flows to: a `where`."""
    return any("nothing" in names_in(text) for text in row.partials)


def parameters_of(row: Row) -> list[Argument]:
    """The parameters of a row, in order."""
    return [argument for argument in row.arguments if argument.kind == "parameter"]


def parameter_sources(row: Row) -> dict[str, str]:
    """Where a flat node keeps its parameters: one in ``_y``, several as a tuple there."""
    parameters = parameters_of(row)
    if len(parameters) == 1:
        return {parameters[0].name: "z._y"}
    return {parameter.name: f"z._y[{place}]" for place, parameter in enumerate(parameters)}


def rule_name(row: Row, pattern: str) -> str:
    """What the rule of a pattern is called in the generated module: ``MUL_XY``."""
    return f"{row.name.upper()}_{pattern.upper()}"


def rule_signature(row: Row) -> str:
    """What a rule takes: the node; and, bound for good, the callables that its partials call.

    They may be defined again, and what was recorded before keeps the rule that it was recorded with.
    """
    if row.compute is None or row.partial_of:
        return "z: Any"
    called = [text.partition("(")[0] for text in row.partials]
    return ", ".join(["z: Any", *(f"_{name}: Any = _{name}" for name in called)])


def indented(lines: Iterable[str], by: int = 1) -> list[str]:
    """Lines moved to the right by so many levels."""
    return ["    " * by + line if line else line for line in lines]


def accumulated(target: str, partial: str) -> str:
    """The statement that adds the adjoint times a partial to a parent's gradient: the same bits as every other pass."""
    if partial in ("1.0", "-1.0"):
        return f"{target}._grad {'-' if partial[0] == '-' else '+'}= z._grad"
    tree = parse(partial)
    whole = not isinstance(tree, ast.BinOp | ast.IfExp)  # the adjoint meets the partial, not the first factor of it
    return f"{target}._grad += z._grad * {partial if whole else f'({partial})'}"


def typed_parameters(row: Row) -> list[str]:
    """The parameters as they stand in a signature."""
    return [
        f"{parameter.name}: float" + ("" if parameter.default is None else f" = {parameter.default!r}")
        for parameter in parameters_of(row)
    ]


def new_node(value: str, rule: str, x: str, y: str) -> list[str]:
    """Statements that make a node and return it."""
    return [
        "z = new()",
        f"z._data = {value}",
        f"z._rule = {rule}",
        f"z._x = {x}",
        f"z._y = {y}",
        "z._grad = None",
        "z._clock = clock",
        "return recorded(z) if modes else z",
    ]
