"""Rows of one or two scalars, whose nodes keep the operands in their two slots: the hot path of the engine."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..validation import parse
from .documentation import documentation
from .expressions import Expression
from .numbers import is_built_into_targets
from .refusals import guarded, may_refuse
from .storage import (
    accumulated,
    indented,
    new_node,
    parameter_sources,
    parameters_of,
    rule_name,
    rule_signature,
    typed_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..ops import Row


def _patterns(row: Row) -> list[str]:
    """Which operands of a flat row are Values: "x", or "xy", "x" and "y"."""
    return ["x"] if len(row.operands) == 1 else ["xy", "x", "y"]


def _flat_sources(row: Row, pattern: str) -> dict[str, str]:
    """What stands for each argument of a flat row in code that has the node ``z``."""
    names = {}
    for slot, argument in zip(_patterns(row)[0], row.operands, strict=True):
        names[argument.name] = f"z._{slot}._data" if slot in pattern else f"z._{slot}"
    return {**names, **parameter_sources(row), "z": "z._data"}


def _flat_partials(row: Row, pattern: str) -> tuple[list[str], list[str]]:
    """Lines that compute what the partials need, and the partials of the operands in `pattern`, as source."""
    of_slot = dict(zip(_patterns(row)[0], row.partials, strict=True))
    texts = [of_slot[slot] for slot in pattern]
    sources = _flat_sources(row, pattern)
    uses = [
        node.id
        for text in [*texts, *row.given.values()]
        for node in ast.walk(parse(text))
        if isinstance(node, ast.Name)
    ]
    lines = []
    for name, source in list(sources.items()):
        if uses.count(name) > 1:  # read a slot once
            local = f"{name}_data" if name == "z" else name
            lines.append(f"{local} = {source}")
            sources[name] = local
    expression = Expression(row, {**sources, "tie": "0.5" if pattern == "xy" else "0.0"})
    expression.give(texts)
    partials = [expression.write(text) for text in texts]
    return [*lines, *expression.lines], partials


def flat_rules(row: Row) -> list[str]:
    """The rules of a row, one for each pattern of Values among its operands."""
    source = []
    for pattern in _patterns(row):
        name = f"_{row.name}_{pattern}"
        lines, partials = _flat_partials(row, pattern)
        source += [f"def {name}_backward({rule_signature(row)}) -> None:"]
        source += indented(
            [*lines, *(accumulated(f"z._{slot}", partial) for slot, partial in zip(pattern, partials, strict=True))]
        )
        result = ", ".join(partials) + ("," if len(partials) == 1 else "")
        source += [
            "",
            "",
            f"def {name}_partials({rule_signature(row)}) -> tuple[float, ...]:",
            *indented([*lines, f"return ({result})"]),
        ]
        source += [
            "",
            "",
            f'{rule_name(row, pattern)} = Rule("{row.name}", "{pattern}", {name}_backward, {name}_partials)',
            "",
            "",
        ]
    return source


def _kept_parameters(row: Row) -> str:
    names = [parameter.name for parameter in parameters_of(row)]
    return "None" if not names else names[0] if len(names) == 1 else f"({', '.join(names)})"


def _flat_value(row: Row, sources: Mapping[str, str]) -> str:
    """The value as source with the operands read from the slots, or as a call where they are read more than once."""
    expression = Expression(row, sources)
    uses = [node.id for node in ast.walk(parse(row.value)) if isinstance(node, ast.Name)]
    if any(uses.count(argument.name) > 1 for argument in row.arguments) or row.given or is_built_into_targets(row):
        return f"_{row.name}({', '.join(sources[argument.name] for argument in row.arguments)})"
    return expression.write(row.value)


def unary_method(row: Row) -> list[str]:
    """The method of a row of one scalar (and parameters)."""
    own = row.operands[0].name
    parameters = typed_parameters(row)
    signature = ", ".join(["self", *parameters])
    sources = {own: "self._data", **{parameter.name: parameter.name for parameter in parameters_of(row)}}
    value = _flat_value(row, sources)
    lines = [f'{p.name} = number({p.name}, "{row.name}")' for p in parameters_of(row)]
    node = new_node(value, rule_name(row, "x"), "self", _kept_parameters(row))
    if may_refuse(row):
        lines += [*guarded(row, [f"data = {value}"], "(self,)")]
        node = new_node("data", rule_name(row, "x"), "self", _kept_parameters(row))
    source = [
        f"def {row.name}({signature}) -> Value:",
        *indented([*documentation(row, method=True), *lines, *node]),
        "",
    ]
    if row.dunder:
        source += [f"def __{row.dunder}__(self) -> Value:", f"    return self.{row.name}()", ""]
    return source


def _binary_branch(row: Row, pattern: str, mine: str) -> list[str]:
    """The body that records a node, ``self`` being the operand in slot `mine`."""
    sources = {}
    for slot, argument in zip("xy", row.operands, strict=True):
        whose = "self" if slot == mine else "other"
        sources[argument.name] = f"{whose}._data" if slot in pattern else whose
    value = _flat_value(row, sources)
    x, y = ("self", "other") if mine == "x" else ("other", "self")
    if not may_refuse(row):
        return new_node(value, rule_name(row, pattern), x, y)
    return [*guarded(row, [f"data = {value}"], f"({x}, {y})"), *new_node("data", rule_name(row, pattern), x, y)]


def binary_methods(row: Row) -> list[str]:
    """``x ∘ other`` with a Value or a number on the right, ``other ∘ x`` with a number on the left."""
    forward, reflected = row.sides
    second = row.operands[1].name
    return [
        f"def {forward}(self, other: Value | float) -> Value:",
        "    if type(other) is Value:",
        *indented(_binary_branch(row, "xy", "x"), 2),
        "    if type(other) is float:",
        *indented(_binary_branch(row, "x", "x"), 2),
        f"    return coerced(self.{forward}, other)",
        "",
        f"def {reflected}(self, other: float) -> Value:",
        "    if type(other) is float:",
        *indented(_binary_branch(row, "y", "y"), 2),
        f"    return coerced(self.{reflected}, other)",
        "",
        f"def {row.name}(self, {second}: Value | float) -> Value:",
        *indented(documentation(row, method=True)),
        f'    return accepted(self.{forward}({second}), "{row.name}", {second})',
        "",
    ]


def flat_function(row: Row) -> list[str]:
    """The public function of a row: Values go to the method, numbers are computed."""
    parameters = typed_parameters(row)
    given = [parameter.name for parameter in parameters_of(row)]
    document = indented(documentation(row, method=False))
    if len(row.operands) == 1:
        x = row.operands[0].name
        tail = ", " + ", ".join(parameters) if parameters else ""
        passed = ", ".join(f"{name}={name}" for name in given)
        numbers = ", ".join(f'number({name}, "{row.name}")' for name in (x, *given))
        return [
            f"def {row.name}({x}: Number{tail}) -> Number:",
            *document,
            f"    if isinstance({x}, Value):",
            f"        return {x}.{row.name}({passed})",
            *indented(guarded(row, [f"return _{row.name}({numbers})"], f"({x},)")),
            "", "",
        ]  # fmt: skip
    x, y = (argument.name for argument in row.operands)
    forward, reflected = row.sides
    numbers = ", ".join(f'number({name}, "{row.name}")' for name in (x, y))
    return [
        "@overload", f"def {row.name}({x}: float, {y}: float) -> float: ...",
        "@overload", f"def {row.name}({x}: Value, {y}: Value | float) -> Value: ...",
        "@overload", f"def {row.name}({x}: float, {y}: Value) -> Value: ...",
        f"def {row.name}({x}: Value | float, {y}: Value | float) -> Value | float:",
        *document,
        f"    if isinstance({x}, Value):",
        f'        return accepted({x}.{forward}({y}), "{row.name}", {y})',
        f"    if isinstance({y}, Value):",
        f'        return accepted({y}.{reflected}({x}), "{row.name}", {x})',
        *indented(guarded(row, [f"return _{row.name}({numbers})"], f"({x}, {y})")),
        "", "",
    ]  # fmt: skip
