"""Rows of many operands, each a single node: sums, weighted sums, choices."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING

from ..validation import SEQUENCE_HELPERS, Flow, flow_of, parse
from .documentation import documentation
from .expressions import PRECEDENCE, VALUES, Expression, names_in, needed_by
from .numbers import value_lines
from .refusals import guarded
from .storage import (
    accumulated,
    indented,
    may_let_nothing_flow,
    new_node,
    parameters_of,
    rule_signature,
    typed_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ops import Argument, Row


MOST = 4  # scalars of a row for which every pattern has a rule of its own: their number doubles with each


def _many_patterns(row: Row) -> Iterator[tuple[bool, ...]]:
    """Which operands consist of Values, all others of numbers; what is mixed takes the general rule."""
    count = len(row.operands)
    for pattern in itertools.product((True, False), repeat=count) if count <= MOST else [(True,) * count]:
        if any(pattern):
            yield pattern


def _has_all_patterns(row: Row) -> bool:
    """Whether no mixture is left to the general rule."""
    are_scalars = all(argument.kind == "scalar" for argument in row.operands)
    return are_scalars and len(row.operands) <= MOST and not may_let_nothing_flow(row)


def _pattern_name(row: Row, pattern: tuple[bool, ...]) -> str:
    """``wb``: the operands that are Values. Longer names would run together, so they are counted instead."""
    names = [a.name if len(a.name) == 1 else f"_{place}" for place, a in enumerate(row.operands)]
    return "".join(itertools.compress(names, pattern))


def _in_order(row: Row) -> str:
    """All arguments as a tuple is written."""
    names = [argument.name for argument in row.arguments]
    return f"{', '.join(names)}{',' if len(names) == 1 else ''}"


def _needed(texts: list[str], row: Row) -> set[str]:
    """All names that `texts` need, through the given intermediate results."""
    return {name for text in [*texts, *needed_by(row, texts).values()] for name in names_in(text)}


def _data_lines(row: Row, texts: list[str]) -> list[str]:
    """Numbers of the sequences whose loops or helpers need them as a whole."""
    whole = _read_as_a_whole(row, texts, loops=True)
    return [f"{a.name}_data = numbers({a.name})" for a in row.operands if a.kind == "sequence" and a.name in whole]


def _read_as_a_whole(row: Row, texts: list[str], *, loops: bool = False) -> set[str]:
    """The sequences that a helper takes as a whole (with `loops`, also those that a total runs over)."""
    helpers = set(SEQUENCE_HELPERS) - {"share", "count"} - (set() if loops else {"total"})
    whole: set[str] = set()
    for text in [*texts, *needed_by(row, texts).values()]:
        for node in ast.walk(parse(text)):
            takes_it = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in helpers
            if takes_it:
                whole |= {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
    return whole


def _reads_each(row: Row, sequence: str) -> bool:
    """Whether computing the value surely reads every element of a sequence of Values."""
    return row.compute is None and (
        sequence in _read_as_a_whole(row, [row.value]) or sequence in _surely_read(row, parse(row.value))
    )


def _surely_read(row: Row, tree: ast.expr) -> set[str]:
    """The names that evaluating an expression reads whichever way its conditions go."""
    match tree:
        case ast.IfExp(test=test):
            return _surely_read(row, test)
        case ast.BoolOp(values=[first, *_]):
            return _surely_read(row, first)
        case ast.Compare(left=left, comparators=[right, *_]):
            return _surely_read(row, left) | _surely_read(row, right)
        case ast.Call(func=ast.Name(id="count")):  # asks for the length alone
            return set()
        case ast.Name(id=name):
            return _surely_read(row, parse(row.given[name])) if name in row.given else {name}
    inside = [inner for inner in ast.iter_child_nodes(tree) if isinstance(inner, ast.expr)]
    return {name for inner in inside for name in _surely_read(row, inner)}


def _many_backward(row: Row, pattern: tuple[bool, ...]) -> list[str]:
    """The backward of one pattern: a loop for each sequence of Values, all together where they run side by side."""
    names = {"z": "z._data"}
    for argument, is_value in zip(row.operands, pattern, strict=True):
        element = f"{argument.name}_i" if argument.kind == "sequence" else argument.name
        names[argument.name] = f"{element}._data" if is_value else element
    names |= {parameter.name: parameter.name for parameter in parameters_of(row)}
    active = [
        (argument, text)
        for argument, text, is_value in zip(row.operands, row.partials, pattern, strict=True)
        if is_value
    ]
    texts = [text for _, text in active]
    expression = Expression(row, names)
    expression.give(texts)
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
        line = accumulated(target, partial).replace("z._grad", "adjoint")
        (loops if argument.kind == "sequence" else after).append(line)
    lines = [f"{_in_order(row)} = z._y", *_data_lines(row, texts), "adjoint = z._grad", *expression.lines]
    if loops:
        read = _needed(texts, row)
        sequences = [
            a.name
            for a, is_value in zip(row.operands, pattern, strict=True)
            if a.kind == "sequence" and (is_value or a.name in read)
        ]
        elements = ", ".join([f"{name}_i" for name in sequences] + [name for name, _ in extra])
        sources = [*sequences, *(source for _, source in extra)]
        over = sources[0] if len(sources) == 1 else f"zip({', '.join(sources)})"
        lines += [f"for {elements} in {over}:", *indented(loops)]
    return [*lines, *after]


def _many_partials(row: Row) -> list[str]:
    """The partials of any mixture of Values and numbers, in the order of the parents."""
    numbers = {argument.name: argument.name for argument in row.arguments}
    lines = [f"{_in_order(row)} = z._y[:{len(row.arguments)}]"]  # a mixture has its parents after them
    texts = list(row.partials)
    sequences = [argument for argument in row.operands if argument.kind == "sequence"]
    for argument in row.operands:
        if argument.name in _needed(texts, row):
            reader = "number_of" if argument.kind == "scalar" else "numbers"
            lines.append(f"{argument.name}_data = {reader}({argument.name})")
            numbers[argument.name] = f"{argument.name}_data"
    numbers |= {argument.name: f"{argument.name}_i" for argument in sequences} | {"z": "z._data"}
    expression = Expression(row, numbers)
    expression.give(texts)
    appended: list[str] = []
    for argument, text in zip(row.operands, row.partials, strict=True):
        tree = parse(text)
        if "nothing" in names_in(text):
            appended += _conditional_append(expression, argument, flow_of(text))
        elif argument.kind == "scalar":
            appended += [f"if isinstance({argument.name}, Value):", f"    partials.append({expression.write(text)})"]
        elif isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "others":
            over = f"zip({argument.name}, others({argument.name}_data), strict=True)"
            appended += [f"partials += [other for operand, other in {over} if isinstance(operand, Value)]"]
        else:
            read = [a.name for a in sequences if a.name in names_in(text)]
            elements = ", ".join(["operand", *(f"{name}_i" for name in read)])
            over = (
                f"zip({', '.join([argument.name, *(f'{name}_data' for name in read)])}, strict=True)"
                if read
                else argument.name
            )
            written = expression.write(text)
            appended += [f"partials += [{written} for {elements} in {over} if isinstance(operand, Value)]"]
    return [*lines, *expression.lines, "partials: list[float] = []", *appended, "return tuple(partials)"]


def _flow_test(expression: Expression, argument: Argument, flow: Flow) -> str:
    """When something flows through `argument`, as source."""
    test = expression._within(flow.test, PRECEDENCE["not"] + 1)
    return f"{'' if flow.holds else 'not '}{test} and isinstance({argument.name}, Value)"


def _conditional_append(expression: Expression, argument: Argument, flow: Flow | None) -> list[str]:
    if flow is None:  # nothing ever flows
        return []
    test = _flow_test(expression, argument, flow)
    return [f"if {test}:", f"    partials.append({expression._write(flow.slope)[0]})"]


def many_rules(row: Row) -> list[str]:
    """The rules of a row of many operands: one for each pattern, and the general one for any mixture."""
    taken = rule_signature(row)
    source = [f"def _{row.name}_partials({taken}) -> tuple[float, ...]:", *indented(_many_partials(row)), "", ""]
    rules = []
    if not may_let_nothing_flow(row):
        for pattern in _many_patterns(row):
            name = f"_{row.name}_of_{_pattern_name(row, pattern)}"
            source += [f"def {name}({', '.join(f'{a.name}: Any' for a in row.arguments)}) -> Any:"]
            source += [*indented(_pattern_value(row, pattern)), "", ""]
            source += [f"def {name}_backward({taken}) -> None:", *indented(_many_backward(row, pattern)), "", ""]
            places = tuple(at for at, is_value in enumerate(pattern) if is_value)
            rules.append(
                f'    {pattern}: (Rule("{row.name}", {places}, {name}_backward, _{row.name}_partials), {name}),'
            )
    rules.append(f"    {(False,) * len(row.operands)}: (None, _{row.name}),")
    table = [f"{row.name.upper()}_RULES: dict[Any, Any] = {{", *rules, "}", "", ""]
    if _has_all_patterns(row):
        return [*source, *table]
    arguments = ", ".join(argument.name for argument in row.arguments)
    read = {"sequence": "numbers({})", "scalar": "number_of({})", "parameter": "{}"}
    passed = ", ".join(read[argument.kind].format(argument.name) for argument in row.arguments)
    source += [
        f"def _{row.name}_mixed({arguments.replace(',', ': Any,')}: Any) -> float:",
        f"    return _{row.name}({passed})",
        "",
        "",
    ]
    mixed = f'Rule("{row.name}", ({len(row.arguments)},), propagate, _{row.name}_partials)'
    return [*source, f"{row.name.upper()}_MIXED = ({mixed}, _{row.name}_mixed)", *table]


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
            name = argument.name
            lines.append(f"{name}_data = " + (f"[{name}_i._data for {name}_i in {name}]" if is_value else name))
    return [*lines, *value_lines(row, names)]


def many_function(row: Row) -> list[str]:
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
        signature = ", ".join([*(in_order[a.name] for a in row.operands), *typed_parameters(row)])
        for a in sequences:
            lines += [
                f"if type({a.name}) is not tuple:",
                f'    {a.name} = tuple({a.name}) if type({a.name}) is list else sequence("{row.name}", {a.name})',
            ]
        if len(sequences) > 1:
            names = ", ".join(a.name for a in sequences)
            lengths = " == ".join(f"len({a.name})" for a in sequences)
            lines += [f"if not ({lengths}):", f'    raise unequal("{row.name}", {names})']
    flags = [f"{argument.name}_values" for argument in row.operands]
    each = [
        f'{a.name}, {flag} = {"read_each" if a.kind == "sequence" else "read_one"}("{row.name}", "{a.name}", {a.name})'
        for a, flag in zip(row.operands, flags, strict=True)
    ]
    for line, a, flag in zip(each, row.operands, flags, strict=True):
        values, floats = f"type({a.name}) is Value", f"type({a.name}) is float"
        if a.kind == "sequence":
            # Where the first element is a Value all are taken to be, if computing the value finds out: it reads each.
            first = f"type({a.name}[0]) is Value" if _reads_each(row, a.name) else f"are_values(map(type, {a.name}))"
            values, floats = f"{a.name} and {first}", f"are_floats(map(type, {a.name}))"
        lines += [
            f"if {values}:",
            f"    {flag}: bool | None = True",
            f"elif {floats}:",
            f"    {flag} = False",
            "else:",
            f"    {line}",
        ]
    lines += [f'{parameter.name} = number({parameter.name}, "{row.name}")' for parameter in parameters_of(row)]
    key = ", ".join(flags) + ("," if len(flags) == 1 else "")
    operands = ", ".join(a.name for a in row.arguments)
    flat = ", ".join(f"*{a.name}" if a.kind == "sequence" else a.name for a in row.operands)
    rules, mixed, compute = f"{row.name.upper()}_RULES", f"{row.name.upper()}_MIXED", f"data = value({operands})"
    kept = f"({_in_order(row)})"
    if _has_all_patterns(row):
        lines += [f"rule, value = {rules}[{key}]", *guarded(row, [compute], f"({flat},)")]
    elif not sequences:
        lines += [f"rule, value = {rules}.get(({key}), {mixed})", *guarded(row, [compute], f"({flat},)")]
        kept += f" if rule is not {mixed}[0] else ({operands}, values({operands}))"
    else:
        lines.append(f"kept: tuple[Any, ...] = {kept}")
        kept = "kept"
        attempt = ["try:", f"    rule, value = {rules}[{key}]", f"    {compute}"]
        attempt += ["except (AttributeError, KeyError):  # a number among Values has no _data", "    kept = ()"]
        again = [*each, f"rule, value = {mixed}", f"kept = ({operands}, values({operands}))", compute]
        lines += guarded(row, [*attempt, "if not kept:", *indented(again)], f"({flat},)")
    lines += ["if rule is None:", "    return data"]
    if may_let_nothing_flow(row):
        expression = Expression(row, {a.name: f"number_of({a.name})" for a in row.operands})
        lines.append("parents: list[Value] = []")
        for argument, text in zip(row.operands, row.partials, strict=True):
            flow = flow_of(text)
            if flow is not None:
                lines += [f"if {_flow_test(expression, argument, flow)}:", f"    parents.append({argument.name})"]
        kept = f"({operands}, tuple(parents))"
    return [
        f"def {row.name}({signature}) -> Any:",
        *indented(documentation(row, method=False)),
        *indented([*lines, *new_node("data", "rule", "None", kept)]),
        "",
        "",
    ]
