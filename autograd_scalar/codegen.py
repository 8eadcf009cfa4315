"""From the text of a row to code.

One translator, `Expression`, turns an expression of a row into Python source for a *target*, which says how numbers,
calls and powers are written there. Two targets stand here: plain floats (the eager engine) and Values (a derivative
that is itself a graph). No operation is known by name: all that is written comes from the row.

The code of the built-in rows is committed as ``_generated.py``; ``python -m autograd_scalar.codegen`` writes it, and a
test fails when it is stale. The row of a user goes through the same functions at run time, and its source is
registered with `linecache`, so that debuggers and tracebacks show it.
"""

from __future__ import annotations

import ast
import itertools
import linecache
from typing import TYPE_CHECKING, Any

from . import helpers
from .validation import CONSTANTS, NUMBER_HELPERS, SEQUENCE_HELPERS, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from .ops import Argument, Row

__all__ = ["derivative_source", "generated_module", "install", "row_source"]

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_PRECEDENCE = {"if": 1, "or": 2, "and": 3, "not": 4, "compare": 5, "+": 6, "-": 6, "*": 7, "/": 7, "unary": 8, "**": 9}
_ATOM = 10
VALUES = "(Values)"  # stands for a sequence in `Expression.names` when its elements are Values, to be read one by one


class Expression:
    """Python source of the expressions of one row.

    `names` says what stands for each argument (and for ``z`` and the given names); `call` writes a call, `power` a
    power. Loops that an expression needs (``total(w * x)``) are collected in `lines`, to stand before it.
    """

    def __init__(self, row: Row, names: Mapping[str, str], *, on_values: bool = False) -> None:
        self.row = row
        self.names = dict(names)
        self.on_values = on_values
        self.lines: list[str] = []
        self._sums = itertools.count(1)

    def write(self, text: str) -> str:
        return self._write(parse(text))[0]

    def give(self, texts: Iterable[str]) -> None:
        """Write the given intermediate results that `texts` need, in order, as assignments."""
        given = self.row.given
        needed = {name for text in texts for name in _names(text)} & set(given)
        while more := {name for known in needed for name in _names(given[known])} & set(given) - needed:
            needed |= more
        for name, text in given.items():
            if name in needed and name not in self.names:
                self.names[name] = name  # before the text is written, so that its loops stand before it
                self.lines.append(f"{name} = {self.write(text)}")

    def _write(self, node: ast.expr) -> tuple[str, int]:
        """Source and precedence of a tree."""
        match node:
            case ast.Constant(value=value):
                return repr(float(value)), _ATOM  # type: ignore[arg-type]  # validated to be a number
            case ast.Name(id=name):
                return (self.names[name] if name in self.names else name), _ATOM
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return "-" + self._within(operand, _PRECEDENCE["unary"]), _PRECEDENCE["unary"]
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._write(operand)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return "not " + self._within(operand, _PRECEDENCE["not"]), _PRECEDENCE["not"]
            case ast.BinOp(op=ast.Pow()) if not any(isinstance(part, ast.Name) for part in ast.walk(node)):
                return repr(float(ast.literal_eval(ast.unparse(node.left)) ** ast.literal_eval(ast.unparse(node.right)))), _ATOM
            case ast.BinOp(left=left, op=ast.Pow(), right=right) if not self.on_values:
                return f"math.pow({self._write(left)[0]}, {self._write(right)[0]})", _ATOM
            case ast.BinOp(left=left, op=operator, right=right):
                symbol = _OPERATORS[type(operator)]
                level = _PRECEDENCE[symbol]
                right_level = level if symbol == "**" else level + 1
                return f"{self._within(left, level + (symbol == '**'))} {symbol} {self._within(right, right_level)}", level
            case ast.Compare(left=left, ops=operators, comparators=rest):
                level = _PRECEDENCE["compare"] + 1
                parts = [self._within(left, level)]
                for operator, term in zip(operators, rest, strict=True):
                    parts += [_COMPARISONS[type(operator)], self._within(term, level)]
                return " ".join(parts), _PRECEDENCE["compare"]
            case ast.BoolOp(op=operator, values=terms):
                word = "and" if isinstance(operator, ast.And) else "or"
                return f" {word} ".join(self._within(term, _PRECEDENCE[word] + 1) for term in terms), _PRECEDENCE[word]
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                level = _PRECEDENCE["if"]
                written = f"{self._within(body, level + 1)} if {self._within(test, level + 1)} else {self._within(otherwise, level)}"
                return written, level
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments), _ATOM
        raise AssertionError(ast.dump(node))  # validation lets nothing else through

    def _within(self, node: ast.expr, level: int) -> str:
        source, own = self._write(node)
        return f"({source})" if own < level else source

    def _call(self, name: str, arguments: list[ast.expr]) -> str:
        if name == "total":
            return self._total(arguments[0])
        if name in SEQUENCE_HELPERS:
            sequence = arguments[0]
            assert isinstance(sequence, ast.Name)
            if name == "share":  # it asks which elements are Values, so it takes the operands themselves
                return f"share({sequence.id}, {self._write(arguments[1])[0]})"
            counted = self.on_values or name == "count" or self.names.get(sequence.id) == VALUES  # numbers are not needed
            return f"{name}({sequence.id}{'' if counted else '_data'})"
        written = ", ".join(self._write(argument)[0] for argument in arguments)
        if name in NUMBER_HELPERS:
            return f"{name}(number({written}))" if self.on_values else f"{name}({written})"
        own = self.names.get(f"{name}()")  # the target's function, where a row is written with its own name
        return f"{own or ('' if self.on_values else '_') + name}({written})"

    def _total(self, term: ast.expr) -> str:
        """``total(w * x)`` as a loop, left to right in plain floats; on Values, as the table's own sum."""
        sequences = [argument.name for argument in self.row.operands if argument.kind == "sequence"]
        used = [name for name in sequences if name in {node.id for node in ast.walk(term) if isinstance(node, ast.Name)}]
        outer = self.names
        self.names = {**outer, **{name: f"{name}_i{'._data' * (outer.get(name) == VALUES)}" for name in used}}
        written = self._write(term)[0]
        self.names = outer
        elements = ", ".join(f"{name}_i" for name in used)
        if self.on_values:
            pairs = used[0] if len(used) == 1 else f"zip({', '.join(used)}, strict=True)"
            return f"sum([{written} for {elements} in {pairs}])"
        result = f"sum_{next(self._sums)}"
        sources = [name if outer.get(name) == VALUES else f"{name}_data" for name in used]
        pairs = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)})"
        self.lines += [f"{result} = 0.0", f"for {elements} in {pairs}:", f"    {result} += {written}"]
        return result


def _names(text: str) -> set[str]:
    return {node.id for node in ast.walk(parse(text)) if isinstance(node, ast.Name)}


def _is_conditional(row: Row, text: str) -> bool:
    return isinstance(parse(text), ast.IfExp) and "nothing" in _names(text)


def _may_refuse(row: Row) -> bool:
    """Whether computing the value may raise: it calls, divides or takes a power."""
    texts = [row.value, *row.given.values()]
    return any(
        isinstance(node, ast.Call) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Pow))
        for text in texts
        for node in ast.walk(parse(text))
    )


# ------------------------------------------------------------------------------------ how a node stores operands


def is_flat(row: Row) -> bool:
    """Whether a node of this row keeps its operands in its two slots: one scalar and parameters, or two scalars.

    A row that lets nothing flow through one of its operands is not flat: such an operand must not look like a parent.
    """
    if any(argument.kind == "sequence" for argument in row.operands) or any("nothing" in _names(p) for p in row.partials):
        return False
    parameters = len(row.arguments) - len(row.operands)
    return len(row.operands) == 1 or (len(row.operands) == 2 and parameters == 0)


def _parameters(row: Row) -> list[Argument]:
    return [argument for argument in row.arguments if argument.kind == "parameter"]


def _parameter_sources(row: Row) -> dict[str, str]:
    """Where a flat node keeps its parameters: one in ``_y``, several as a tuple there."""
    parameters = _parameters(row)
    if len(parameters) == 1:
        return {parameters[0].name: "z._y"}
    return {parameter.name: f"z._y[{place}]" for place, parameter in enumerate(parameters)}


def _rule_name(row: Row, pattern: str) -> str:
    return f"{row.name.upper()}_{pattern.upper()}"


def _indent(lines: Iterable[str], by: int = 1) -> list[str]:
    return ["    " * by + line if line else line for line in lines]


# ------------------------------------------------------------------------------------------------ documentation


def _documentation(row: Row, *, method: bool) -> list[str]:
    """The docstring: what it computes, the partials, domain and kinks, and an example that the tests run."""
    lines = [f'"""{row.about[:1].upper() + row.about[1:]}.' if row.about else f'"""{row.signature}, as its row says.', ""]
    lines.append(f"{row.name}({', '.join(map(repr, row.arguments))}) = {row.value}")
    lines += [f"    where {name} = {text}" for name, text in row.given.items() if name in _names(row.value)]
    lines.append("")
    for argument, stable, written in zip(row.operands, row.partials, row.written, strict=True):
        lines.append(f"    ∂z/∂{argument.name} = {written}")
        if stable != written:
            lines.append(f"        computed as {stable}")
    lines.append("")
    facts = [("Domain", row.domain), ("Poles", row.poles), ("Kinks", row.kinks)]
    lines += [f"{title}: {text}." for title, text in facts if text]
    if row.domain or row.poles:
        lines.append("Outside, it raises `DomainError`; at a pole, `DivisionError`.")
    example = _example(row, method=method)
    if example:
        lines += ["", *example]
    while lines[-1] == "":
        lines.pop()
    return [*lines, '"""']


_SAMPLES = (0.5, 0.25, 2.0, 1.5)


def _example(row: Row, *, method: bool) -> list[str]:
    if any(argument.kind == "sequence" for argument in row.operands) or any(a.default is None for a in _parameters(row)):
        return []
    namespace = _number_functions()
    for sample in _SAMPLES:
        arguments = [sample * (1 + place) for place in range(len(row.operands))]
        try:
            result = namespace["_" + row.name](*arguments, *(parameter.default for parameter in _parameters(row)))
        except (KeyError, ArithmeticError, ValueError):
            continue
        call = f"Value({arguments[0]}).{row.name}({', '.join(map(repr, arguments[1:]))}).data" if method else (
            f"{row.name}({', '.join(map(repr, arguments))})"
        )
        source = "Value" if method else row.name
        return [f">>> from autograd_scalar{'' if method else '.functions'} import {source}", f">>> round({call}, 6)", f"{round(result, 6)}"]
    return []


def _number_functions() -> dict[str, Any]:
    """The functions of plain numbers of all built-in rows, computed from the table (not from the committed file)."""
    if not _NUMBERS:
        from .ops import table

        source = [_PREAMBLE_IMPORTS]
        for row in table.values():
            if row.built_in:
                source += number_function(row)
        exec(compile("\n".join(source), "<rows>", "exec"), _NUMBERS)  # noqa: S102  # our own text, validated
    return _NUMBERS


_NUMBERS: dict[str, Any] = {}


# ----------------------------------------------------------------------------------------------- plain numbers


def _is_built_into_targets(row: Row) -> bool:
    tree = parse(row.value)
    return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == row.name for node in ast.walk(tree))


def number_function(row: Row) -> list[str]:
    """``_sigmoid(x)``: the value of a row for plain floats, which is what other rows' expressions call."""
    if row.value == f"{row.name}({', '.join(argument.name for argument in row.arguments)})":
        return [f"_{row.name} = math.{row.name}", ""]  # the target's own
    typed = [
        f"{argument.name}: Sequence[float]" if argument.kind == "sequence" else f"{argument.name}: float"
        for argument in row.arguments
    ]
    names = {argument.name: argument.name for argument in row.arguments}
    sequences = [f"{a.name}_data = {a.name}" for a in row.operands if a.kind == "sequence"]
    return [f"def _{row.name}({', '.join(typed)}) -> float:", *_indent([*sequences, *_value_lines(row, names)]), "", ""]


def _value_lines(row: Row, names: Mapping[str, str]) -> list[str]:
    """Statements that return the value. A loop that only one branch needs stands in that branch."""
    expression = Expression(row, names)
    if _is_built_into_targets(row):
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
    return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "total" for node in ast.walk(tree))


# -------------------------------------------------------------------------------------------------- flat rows


def _patterns(row: Row) -> list[str]:
    """Which operands of a flat row are Values: "x", or "xy", "x" and "y"."""
    return ["x"] if len(row.operands) == 1 else ["xy", "x", "y"]


def _flat_sources(row: Row, pattern: str) -> dict[str, str]:
    """What stands for each argument of a flat row in code that has the node ``z``."""
    names = {}
    for slot, argument in zip("xy", row.operands, strict=False):
        names[argument.name] = f"z._{slot}._data" if slot in pattern else f"z._{slot}"
    return {**names, **_parameter_sources(row), "z": "z._data", "tie": "0.5" if pattern == "xy" else "0.0"}


def _flat_partials(row: Row, pattern: str) -> tuple[list[str], list[str]]:
    """Lines that compute what the partials need, and the partials of the operands in `pattern`, as source."""
    slots = dict(zip("xy", range(len(row.operands)), strict=False))
    texts = [row.partials[slots[slot]] for slot in pattern]
    sources = _flat_sources(row, pattern)
    uses = [node.id for text in [*texts, *row.given.values()] for node in ast.walk(parse(text)) if isinstance(node, ast.Name)]
    lines = []
    for name, source in list(sources.items()):
        if uses.count(name) > 1 and name != "tie":  # read a slot once
            local = f"{name}_data" if name == "z" else name
            lines.append(f"{local} = {source}")
            sources[name] = local
    expression = Expression(row, sources)
    expression.give(texts)
    partials = [expression.write(text) for text in texts]
    return [*lines, *expression.lines], partials


def _accumulate(target: str, partial: str) -> str:
    if partial in ("1.0", "-1.0"):
        return f"{target}._grad {'-' if partial[0] == '-' else '+'}= z._grad"
    tree = parse(partial)
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div) and partial.startswith("1.0 / "):
        return f"{target}._grad += z._grad {partial.removeprefix('1.0 ')}"
    whole = not isinstance(tree, ast.BinOp | ast.IfExp)  # the adjoint meets the partial, not the first factor of it
    return f"{target}._grad += z._grad * {partial if whole else f'({partial})'}"


def _flat_rules(row: Row) -> list[str]:
    source = []
    for pattern in _patterns(row):
        name = f"_{row.name}_{pattern}"
        lines, partials = _flat_partials(row, pattern)
        source += [f"def {name}_backward(z: Any) -> None:"]
        source += _indent([*lines, *(_accumulate(f"z._{slot}", partial) for slot, partial in zip(pattern, partials, strict=True))])
        result = ", ".join(partials) + ("," if len(partials) == 1 else "")
        source += ["", "", f"def {name}_partials(z: Any) -> tuple[float, ...]:", *_indent([*lines, f"return ({result})"])]
        source += ["", "", f'{_rule_name(row, pattern)} = Rule("{row.name}", "{pattern}", {name}_backward, {name}_partials)', "", ""]
    return source


def _typed_parameters(row: Row) -> list[str]:
    return [
        f"{parameter.name}: float" + ("" if parameter.default is None else f" = {parameter.default!r}")
        for parameter in _parameters(row)
    ]


def _kept_parameters(row: Row) -> str:
    names = [parameter.name for parameter in _parameters(row)]
    return "None" if not names else names[0] if len(names) == 1 else f"({', '.join(names)})"


def _guarded(row: Row, lines: list[str], operands: str) -> list[str]:
    """`lines`, and, where computing may raise, the refusal that names the operation and the node."""
    if not _may_refuse(row):
        return lines
    return ["try:", *_indent(lines), "except REFUSED as error:", f'    raise refusal("{row.name}", {operands}, error) from None']


def _flat_value(row: Row, sources: Mapping[str, str]) -> str:
    """The value as source with the operands read from the slots, or as a call where they are read more than once."""
    expression = Expression(row, sources)
    uses = [node.id for node in ast.walk(parse(row.value)) if isinstance(node, ast.Name)]
    if any(uses.count(argument.name) > 1 for argument in row.arguments) or row.given or _is_built_into_targets(row):
        return f"_{row.name}({', '.join(sources[argument.name] for argument in row.arguments)})"
    return expression.write(row.value)


def _new_node(value: str, rule: str, x: str, y: str) -> list[str]:
    return [
        "z = new(Value)",
        f"z._data = {value}",
        f"z._rule = {rule}",
        f"z._x = {x}",
        f"z._y = {y}",
        "z._grad = None",
        "z._clock = clock",
        "return recorded(z) if modes else z",
    ]


def _unary_method(row: Row) -> list[str]:
    own = row.operands[0].name
    parameters = _typed_parameters(row)
    signature = ", ".join(["self", *parameters])
    sources = {own: "self._data", **{parameter.name: parameter.name for parameter in _parameters(row)}}
    value = _flat_value(row, sources)
    lines = [f"{p.name} = number({p.name})" for p in _parameters(row)]
    node = _new_node(value, _rule_name(row, "x"), "self", _kept_parameters(row))
    if _may_refuse(row):
        lines += [*_guarded(row, [f"data = {value}"], "(self,)")]
        node = _new_node("data", _rule_name(row, "x"), "self", _kept_parameters(row))
    source = [f"def {row.name}({signature}) -> Value:", *_indent([*_documentation(row, method=True), *lines, *node]), ""]
    if row.dunder:
        source += [f"def __{row.dunder}__(self) -> Value:", f"    return self.{row.name}()", ""]
    return source


def _binary_branch(row: Row, pattern: str, mine: str, other: str) -> list[str]:
    """The body that records a node: `mine` and `other` are the slots of ``self`` and of ``other``."""
    sources = {}
    for slot, argument in zip("xy", row.operands, strict=True):
        whose = "self" if slot == mine else "other"
        sources[argument.name] = f"{whose}._data" if slot in pattern else whose
    value = _flat_value(row, sources)
    x, y = ("self", "other") if mine == "x" else ("other", "self")
    if not _may_refuse(row):
        return _new_node(value, _rule_name(row, pattern), x, y)
    return [*_guarded(row, [f"data = {value}"], f"({x}, {y})"), *_new_node("data", _rule_name(row, pattern), x, y)]


def _binary_methods(row: Row) -> list[str]:
    """``x ∘ other`` with a Value or a number on the right, ``other ∘ x`` with a number on the left."""
    forward, reflected = (f"__{row.dunder}__", f"__r{row.dunder}__") if row.dunder else (f"_{row.name}", f"_r{row.name}")
    second = row.operands[1].name
    source = [
        f"def {forward}(self, other: Value | float) -> Value:",
        "    if type(other) is Value:",
        *_indent(_binary_branch(row, "xy", "x", "y"), 2),
        "    if type(other) is float:",
        *_indent(_binary_branch(row, "x", "x", "y"), 2),
        f'    return coerced(self.{forward}, other)',
        "",
        f"def {reflected}(self, other: float) -> Value:",
        "    if type(other) is float:",
        *_indent(_binary_branch(row, "y", "y", "x"), 2),
        f'    return coerced(self.{reflected}, other)',
        "",
        f"def {row.name}(self, {second}: Value | float) -> Value:",
        *_indent(_documentation(row, method=True)),
        f'    return accepted(self.{forward}({second}), "{row.name}", {second})',
        "",
    ]
    return source


def _flat_function(row: Row) -> list[str]:
    parameters = _typed_parameters(row)
    given = [parameter.name for parameter in _parameters(row)]
    document = _indent(_documentation(row, method=False))
    if len(row.operands) == 1:
        x = row.operands[0].name
        tail = ", " + ", ".join(parameters) if parameters else ""
        passed = ", ".join(f"{name}={name}" for name in given)
        numbers = ", ".join([f"number({x})", *(f"number({name})" for name in given)])
        return [
            f"def {row.name}({x}: Number{tail}) -> Number:",
            *document,
            f"    if isinstance({x}, Value):",
            f"        return {x}.{row.name}({passed})",
            *_indent(_guarded(row, [f"return _{row.name}({numbers})"], f"({x},)")),
            "", "",
        ]  # fmt: skip
    x, y = (argument.name for argument in row.operands)
    forward, reflected = (f"__{row.dunder}__", f"__r{row.dunder}__") if row.dunder else (f"_{row.name}", f"_r{row.name}")
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
        *_indent(_guarded(row, [f"return _{row.name}(number({x}), number({y}))"], f"({x}, {y})")),
        "", "",
    ]  # fmt: skip


# ---------------------------------------------------------------------------- rows of many operands: one node each


def _many_patterns(row: Row) -> Iterator[tuple[bool, ...]]:
    """Which operands consist of Values, all others of numbers; what is mixed takes the general rule."""
    for pattern in itertools.product((True, False), repeat=len(row.operands)):
        if any(pattern):
            yield pattern


def _pattern_name(row: Row, pattern: tuple[bool, ...]) -> str:
    return "".join(argument.name for argument, is_value in zip(row.operands, pattern, strict=True) if is_value)


def _unpacked(row: Row) -> str:
    names = [argument.name for argument in row.arguments]
    return f"{', '.join(names)}{',' if len(names) == 1 else ''} = z._y"


def _needed(texts: Iterable[str], row: Row) -> set[str]:
    """All names that `texts` need, through the given intermediate results."""
    names = {name for text in texts for name in _names(text)}
    for name, text in reversed(row.given.items()):
        if name in names:
            names |= _names(text)
    return names


def _data_lines(row: Row, texts: list[str]) -> list[str]:
    """Numbers of the sequences whose loops or helpers need them as a whole."""
    whole = _read_as_a_whole(row, texts, loops=True)
    return [f"{a.name}_data = numbers({a.name})" for a in row.operands if a.kind == "sequence" and a.name in whole]


def _read_as_a_whole(row: Row, texts: list[str], *, loops: bool = False) -> set[str]:
    """The sequences that a helper takes as a whole (with `loops`, also those that a total runs over)."""
    whole: set[str] = set()
    for text in [*texts, *(text for name, text in row.given.items() if name in _needed(texts, row))]:
        for node in ast.walk(parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SEQUENCE_HELPERS:
                if node.func.id not in ("share", "count", "total")[: 3 - loops]:
                    whole |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return whole


def _many_backward(row: Row, pattern: tuple[bool, ...]) -> list[str]:
    """The backward of one pattern: a loop for each sequence of Values, all together where they run side by side."""
    names = {"z": "z._data"}
    for argument, is_value in zip(row.operands, pattern, strict=True):
        element = f"{argument.name}_i" if argument.kind == "sequence" else argument.name
        names[argument.name] = f"{element}._data" if is_value else element
    names |= {parameter.name: parameter.name for parameter in _parameters(row)}
    active = [(argument, text) for argument, text, is_value in zip(row.operands, row.partials, pattern, strict=True) if is_value]
    texts = [text for _, text in active]
    expression = Expression(row, names)
    expression.give(texts)
    lines = [_unpacked(row), *_data_lines(row, texts), "adjoint = z._grad", *expression.lines]
    loops: list[str] = []
    extra: list[tuple[str, str]] = []
    after: list[str] = []
    for argument, text in active:
        tree = parse(text)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "others":
            extra.append(("other", f"others({argument.name}_data)"))
            partial = "other"
        else:
            partial = expression.write(text)
        target = f"{argument.name}_i" if argument.kind == "sequence" else argument.name
        line = _accumulate(target, partial).replace("z._grad", "adjoint")
        (loops if argument.kind == "sequence" else after).append(line)
    if loops:
        read = _needed(texts, row)
        sequences = [a.name for a, is_value in zip(row.operands, pattern, strict=True) if a.kind == "sequence" and (is_value or a.name in read)]
        elements = ", ".join([f"{name}_i" for name in sequences] + [name for name, _ in extra])
        sources = [*sequences, *(source for _, source in extra)]
        over = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)})"
        lines += [f"for {elements} in {over}:", *_indent(loops)]
    return [*lines, *after]


def _many_partials(row: Row) -> list[str]:
    """The partials of any mixture of Values and numbers, in the order of the parents."""
    numbers = {argument.name: argument.name for argument in row.arguments}
    lines = [_unpacked(row)]
    for argument in row.operands:
        if argument.kind == "scalar":
            lines.append(f"{argument.name}_data = number_of({argument.name})")
            numbers[argument.name] = f"{argument.name}_data"
    sequences = [argument for argument in row.operands if argument.kind == "sequence"]
    lines += [f"{argument.name}_data = numbers({argument.name})" for argument in sequences]
    numbers |= {argument.name: f"{argument.name}_i" for argument in sequences} | {"z": "z._data"}
    texts = list(row.partials)
    expression = Expression(row, numbers)
    expression.give(texts)
    lines += [*expression.lines, "partials: list[float] = []"]
    for argument, text in zip(row.operands, row.partials, strict=True):
        tree = parse(text)
        if "nothing" in _names(text):
            lines += _conditional_append(expression, argument, tree)
        elif argument.kind == "scalar":
            lines += [f"if isinstance({argument.name}, Value):", f"    partials.append({expression.write(text)})"]
        elif isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "others":
            over = f"zip({argument.name}, others({argument.name}_data), strict=True)"
            lines += [f"partials += [other for operand, other in {over} if isinstance(operand, Value)]"]
        else:
            read = [a.name for a in sequences if a.name in _names(text)]
            elements = ", ".join(["operand", *(f"{name}_i" for name in read)])
            over = f"zip({', '.join([argument.name, *(f'{name}_data' for name in read)])}, strict=True)" if read else argument.name
            lines += [f"partials += [{expression.write(text)} for {elements} in {over} if isinstance(operand, Value)]"]
    return [*lines, "return tuple(partials)"]


def _flows(tree: ast.expr) -> tuple[ast.expr, bool] | None:
    """For ``1 if c else nothing``: the condition, and whether something flows where it holds."""
    if isinstance(tree, ast.IfExp):
        if isinstance(tree.orelse, ast.Name) and tree.orelse.id == "nothing":
            return tree.test, True
        if isinstance(tree.body, ast.Name) and tree.body.id == "nothing":
            return tree.test, False
    return None


def _flow_test(expression: Expression, argument: Argument, tree: ast.expr) -> str | None:
    """When something flows through `argument`, as source; None when nothing ever does."""
    flow = _flows(tree)
    if flow is None:
        return None
    test = expression._within(flow[0], _PRECEDENCE["not"] + 1)
    return f"{'' if flow[1] else 'not '}{test} and isinstance({argument.name}, Value)"


def _conditional_append(expression: Expression, argument: Argument, tree: ast.expr) -> list[str]:
    test = _flow_test(expression, argument, tree)
    if test is None:
        return []
    assert isinstance(tree, ast.IfExp)
    flow = _flows(tree)
    partial = tree.body if flow and flow[1] else tree.orelse
    return [f"if {test}:", f"    partials.append({expression._write(partial)[0]})"]


def _many_rules(row: Row) -> list[str]:
    source = [f"def _{row.name}_partials(z: Any) -> tuple[float, ...]:", *_indent(_many_partials(row)), "", ""]
    rules = []
    if not any("nothing" in _names(text) for text in row.partials):
        for pattern in _many_patterns(row):
            name = f"_{row.name}_{_pattern_name(row, pattern)}"
            source += [f"def {name}({', '.join(f'{a.name}: Any' for a in row.arguments)}) -> float:"]
            source += [*_indent(_pattern_value(row, pattern)), "", ""]
            source += [f"def {name}_backward(z: Any) -> None:", *_indent(_many_backward(row, pattern)), "", ""]
            rules.append(f'    {pattern}: (Rule("{row.name}", "many", {name}_backward, _{row.name}_partials), {name}),')
    arguments = ", ".join(argument.name for argument in row.arguments)
    read = {"sequence": "numbers({})", "scalar": "number_of({})", "parameter": "{}"}
    passed = ", ".join(read[argument.kind].format(argument.name) for argument in row.arguments)
    source += [f"def _{row.name}_mixed({arguments.replace(',', ': Any,')}: Any) -> float:", f"    return _{row.name}({passed})", "", ""]
    rules.append(f"    {(False,) * len(row.operands)}: (None, _{row.name}),")
    source += [f'{row.name.upper()}_MIXED = (Rule("{row.name}", "many", propagate, _{row.name}_partials), _{row.name}_mixed)']
    source += [f"{row.name.upper()}_RULES: dict[Any, Any] = {{", *rules, "}"]
    return [*source, "", ""]


def _pattern_value(row: Row, pattern: tuple[bool, ...]) -> list[str]:
    """The value for operands of one pattern, read on the way: no list of numbers is made where a loop will do."""
    names = {argument.name: argument.name for argument in row.arguments}
    lines = []
    whole = _read_as_a_whole(row, [row.value])
    for argument, is_value in zip(row.operands, pattern, strict=True):
        if argument.kind == "scalar":
            names[argument.name] = f"{argument.name}._data" if is_value else argument.name
        elif is_value and argument.name not in whole:
            names[argument.name] = VALUES
        else:
            lines.append(f"{argument.name}_data = {f'[{argument.name}_i._data for {argument.name}_i in {argument.name}]' if is_value else argument.name}")
    return [*lines, *_value_lines(row, names)]


def _many_function(row: Row) -> list[str]:
    """The function of a row of many operands: read the operands, compute, record one node."""
    sequences = [argument for argument in row.operands if argument.kind == "sequence"]
    scalars = [argument for argument in row.operands if argument.kind == "scalar"]
    alone = len(sequences) == 1 and len(row.arguments) == 1
    lines: list[str] = []
    if alone:
        name = sequences[0].name
        signature = f"*{name}: Any"
        lines.append(f'{name} = elements("{row.name}", {name})')
    else:
        typed = [f"{a.name}: Sequence[Any]" for a in sequences]
        typed += [f"{a.name}: Value | float" + ("" if a.default is None else f" = {a.default!r}") for a in scalars]
        in_order = {a.name: text for a, text in zip([*sequences, *scalars], typed, strict=True)}
        signature = ", ".join([*(in_order[a.name] for a in row.operands), *_typed_parameters(row)])
        lines += [f"{a.name} = tuple({a.name})" for a in sequences]
        if len(sequences) > 1:
            names = ", ".join(a.name for a in sequences)
            lengths = " == ".join(f"len({a.name})" for a in sequences)
            lines += [f"if not ({lengths}):", f'    raise unequal("{row.name}", {names})']
    flags = [f"{argument.name}_values" for argument in row.operands]
    readers = [
        f'{a.name}, {flag} = {"read" if a.kind == "sequence" else "read_one"}("{row.name}", {a.name})'
        for a, flag in zip(row.operands, flags, strict=True)
    ]
    lines += readers
    lines += [f"{parameter.name} = number({parameter.name})" for parameter in _parameters(row)]
    key = ", ".join(flags) + ("," if len(flags) == 1 else "")
    operands = ", ".join(a.name for a in row.arguments)
    flat = ", ".join(f"*{a.name}" if a.kind == "sequence" else a.name for a in row.operands)
    rules, mixed, compute = f"{row.name.upper()}_RULES", f"{row.name.upper()}_MIXED", f"data = value({operands})"
    if sequences:  # `read` has looked at first elements only; a number among Values has no _data
        each = [line.replace("read(", "read_each(") for line in readers]
        attempt = ["try:", *_indent([f"rule, value = {rules}[{key}]", compute]), "except (AttributeError, KeyError):"]
        lines += _guarded(row, [*attempt, *_indent([*each, f"rule, value = {mixed}", compute])], f"({flat},)")
    else:
        lines.append(f"rule, value = {rules}.get(({key}), {mixed})")
        lines += _guarded(row, [compute], f"({flat},)")
    lines += ["if rule is None:", "    return data"]
    if any("nothing" in _names(text) for text in row.partials):
        expression = Expression(row, {a.name: f"number_of({a.name})" for a in row.operands})
        lines.append("parents: list[Value] = []")
        for argument, text in zip(row.operands, row.partials, strict=True):
            test = _flow_test(expression, argument, parse(text))
            if test is not None:
                lines += [f"if {test}:", f"    parents.append({argument.name})"]
        parents = "tuple(parents)"
    else:
        pieces = [
            f"({a.name} if {flag} else values({a.name}, {flag}))" if a.kind == "sequence" else f"(({a.name},) if {flag} else ())"
            for a, flag in zip(row.operands, flags, strict=True)
        ]
        parents = " + ".join(pieces)
    operands += "," if len(row.arguments) == 1 else ""
    node = _new_node("data", "rule", parents, f"({operands})")
    return [f"def {row.name}({signature}) -> Any:", *_indent(_documentation(row, method=False)), *_indent([*lines, *node]), "", ""]


# ------------------------------------------------------------------------------------------------- whole sources


def row_source(row: Row) -> dict[str, list[str]]:
    """All code of one row: its "numbers" function, its "rules", its "methods" and its public "function"."""
    if is_flat(row):
        methods = _unary_method(row) if len(row.operands) == 1 else _binary_methods(row)
        return {"numbers": number_function(row), "rules": _flat_rules(row), "methods": methods, "function": _flat_function(row)}
    return {"numbers": number_function(row), "rules": _many_rules(row), "methods": [], "function": _many_function(row)}


def derivative_source(row: Row) -> str:
    """The partials of a row as a function of Values: ``(operands…, parameters…, z) → list of partials``.

    A partial of a sequence is a list with one entry for each element; None stands where nothing flows. The numbers
    that it meets on the way decide which branch is taken, exactly as in the rule for floats.
    """
    names = {argument.name: argument.name for argument in row.arguments} | {"z": "z", "tie": "tie"}
    names |= {"nothing": "None"}
    expression = Expression(row, names, on_values=True)
    expression.give(row.partials)
    results = []
    for argument, text in zip(row.operands, row.partials, strict=True):
        tree = parse(text)
        if argument.kind == "scalar":
            results.append(expression.write(text))
            continue
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "others":
            results.append(f"others({argument.name})")
            continue
        sequences = [a.name for a in row.operands if a.kind == "sequence" and (a is argument or a.name in _names(text))]
        expression.names |= {name: f"{name}_i" for name in sequences}
        written = expression.write(text)
        expression.names |= {name: name for name in sequences}
        elements = ", ".join(f"{name}_i" for name in sequences)
        over = sequences[0] if len(sequences) == 1 else f"zip({', '.join(sequences)}, strict=True)"
        results.append(f"[{written} for {elements} in {over}]")
    signature = ", ".join([*(argument.name for argument in row.arguments), "z", "tie"])
    lines = [f"def {row.name}_derivative({signature}):", *_indent([*expression.lines, f"return [{', '.join(results)}]"]), ""]
    return "\n".join(lines)


_PREAMBLE_IMPORTS = "import math\nfrom autograd_scalar.helpers import *\nfrom collections.abc import Sequence"

_HEADER = '''\
"""The engine's operations. Generated from the table in ops.py by codegen.py; change those, never this file.

``python -m autograd_scalar.codegen`` writes it anew; a test fails when it is stale. It reads like an engine written
by hand: for each row of the table the value for plain numbers, the rules (how a node's gradient moves to its
parents), the method that records a node, and the function of the same name.
"""
# ruff: noqa
# fmt: off

from __future__ import annotations

import math
from _thread import allocate_lock

from .graph import Rule
from .helpers import *

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar, overload

    from .value import Value
    from .recording import accepted, coerced, elements, number, number_of, numbers, read, read_one, recorded, read_each, refusal, share, unequal, values

    Number = TypeVar("Number", float, Value)
else:
    def overload(function):
        return function

REFUSED = (ValueError, ArithmeticError)
new = object.__new__
edits = allocate_lock()  # held while a leaf is edited, so that ticks are never lost between threads
clock = 0  # ticks at every edit of a leaf; a node remembers the clock of its birth
modes = 0  # how many modes (no_grad, …) are on, anywhere; 0 is the fast path


def connect(names: dict[str, Any]) -> None:
    """Called once, by `value`: it stands above this module and brings the class and what recording needs."""
    globals().update(names)


def propagate(z: Any) -> None:
    """The general rule: the adjoint times each partial, for whatever mixture of Values and numbers."""
    for parent, partial in zip(z._rule.parents(z), z._rule.partials(z), strict=True):
        parent._grad += z._grad * partial

'''


def _banner(title: str) -> list[str]:
    return ["", f"# {'-' * (114 - len(title))} {title}", "", ""]


def generated_module(rows: Iterable[Row]) -> str:
    """The text of ``_generated.py`` for the built-in rows."""
    rows = list(rows)
    sources = [row_source(row) for row in rows]
    lines = [_HEADER.rstrip("\n"), *_banner("values, for plain numbers")]
    lines += [line for source in sources for line in source["numbers"]]
    lines += [*_banner("rules"), *(line for source in sources for line in source["rules"])]
    lines += [*_banner("methods"), "class Operations:", '    """The methods of `Value` that record an operation."""', ""]
    lines += [
        '    __slots__ = ("_clock", "_data", "_grad", "_rule", "_x", "_y")', "",
        "    _data: float", "    _grad: float | None", "    _rule: Rule | None", "    _x: Any", "    _y: Any", "    _clock: int", "",
    ]  # fmt: skip
    lines += _indent(line for source in sources for line in source["methods"])
    lines += [*_banner("functions"), *(line for source in sources for line in source["function"])]
    lines += ["__all__ = [", *(f'    "{row.name}",' for row in rows), "]"]
    return "\n".join(lines).rstrip("\n") + "\n"


_serial = itertools.count(1)


def compiled(source: str, title: str, namespace: dict[str, Any]) -> None:
    """Run generated source in `namespace`, registered so that debuggers and tracebacks can show it."""
    filename = f"<autograd_scalar {title} {next(_serial)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), namespace)  # noqa: S102  # generated from validated rows


def install(row: Row, engine: Any) -> None:
    """Give a user's row what the built-in rows have: its rules, its method, its function.

    `engine` is the module ``_generated``, whose names the code sees.
    """
    source = row_source(row)
    text = "\n".join([*source["numbers"], *source["rules"], *source["function"], "class Added:", "    __slots__ = ()", *_indent(source["methods"])])
    namespace = engine.__dict__
    compiled("from __future__ import annotations\n" + text, f"op {row.name}", namespace)
    added = namespace.pop("Added")
    for name, method in vars(added).items():
        if callable(method):
            method.__qualname__ = f"Value.{name}"
            setattr(engine.Operations, name, method)


def main() -> None:
    """Write ``_generated.py`` next to this file."""
    from pathlib import Path

    from .ops import table
    from .validation import validate

    for row in table.values():
        validate(row, {name: other for name, other in table.items() if other is not row})
    Path(__file__).with_name("_generated.py").write_text(generated_module(table.values()), encoding="utf-8")


if __name__ == "__main__":
    main()
