"""From the text of a row to JavaScript, and a recorded program as JavaScript that computes value and gradients.

`library` writes the rules of some operations, each generated from its row; `javascript` writes a whole program: text
for a ``<script>``, which defines one constant and needs nothing else (no ``eval``, no ``new Function``, no request, and
no ``</`` in it, whatever the names are)::

    const program = {
      names,         // a name for each node: the user's, or v1, v2, … for inputs and t1, t2, … for results
      inputs,        // the recorded numbers of the inputs
      constants,     // the numbers that are no inputs
      ops,           // for each equation its operation
      operands,      // for each equation the nodes it reads, sequences flattened
      output,        // the number of the result's node
      run(numbers),  // one number for each input → {values, adjoints, reached, partials}
      number(x, digits = 6),  // x as `formula.number` writes it; digits null: all of them
    }

Nodes are numbered: the inputs 0 … n − 1, then the constants, then the equations in order, each after what it reads.
`values`, `adjoints` and `reached` have an entry for each node. ``partials[k][j]`` is ∂(equation k)/∂(its operand j),
null where that is a constant, where nothing flows (the branch that a choice has not taken) and where no gradient came;
those that are not null are, in order, what `Value.partials` gives. Results agree with `Value.backward` to rounding: one
visit to each node from the result back, one multiplication for each edge, in the same order.

What Python's floats refuse, `run` throws as an Error with the same sentence: its ``name`` is "DomainError",
"DivisionError" or "RangeError", its ``place`` the number of the node.

In Python, `program.numbered` tells the number of each node of a graph.

The program stays data, which a loop of a few lines interprets, in place of one long function: an equation takes some
twenty bytes instead of some two hundred, and JavaScript engines do not optimise functions of many thousand statements.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..ops import table
from ..validation import NUMBER_HELPERS, SEQUENCE_HELPERS, parse
from .expressions import ATOM, COMPARISONS, PRECEDENCE, Expression
from .numbers import is_built_into_targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..ops import Row
    from ..program import Program

__all__ = ["given_as_callables", "javascript", "library", "machinery", "number_formatter"]

_CONSTANTS = {"inf": "Infinity", "nan": "NaN", "pi": "Math.PI", "nothing": "null"}
_OWN = {"erf", "erfc"}  # Math has all the functions that Python's math has, but these
_TAKEN = {
    "Infinity", "Math", "NaN", "arguments", "case", "catch", "const", "debugger", "default", "delete", "do",
    "enum", "eval", "export", "extends", "false", "floats", "function", "implements", "instanceof", "interface", "let",
    "null", "package", "private", "protected", "public", "rules", "static", "super", "switch", "this", "throw", "true",
    "typeof", "undefined", "var", "void",
}  # fmt: skip  # words of the language, and what the code around a rule calls its own things


def _local(name: str) -> str:
    """An argument's name in JavaScript; a ``$`` at the end, which no Python name has, tells it from what is taken."""
    return name + "$" * (name in _TAKEN)


class _Expression(Expression):
    """JavaScript source of the expressions of one row. A sequence is an array; ``i$`` is the place of an element."""

    def __init__(self, row: Row) -> None:
        super().__init__(row, {})
        self.sequences = {argument.name for argument in row.operands if argument.kind == "sequence"}

    def _name(self, name: str) -> str:
        """A sequence's name means one element, but for helpers, which take the sequence as a whole."""
        return _CONSTANTS.get(name) or _local(name) + "[i$]" * (name in self.sequences)

    def _negated(self, source: str) -> str:
        return f"-({source})" if source.startswith("-") else f"-{source}"

    def _arithmetic(self, left: ast.expr, symbol: str, right: ast.expr) -> tuple[str, int]:
        if symbol in ("/", "**"):
            function = "floats.divided" if symbol == "/" else "floats.power"
            return f"{function}({self._write(left)[0]}, {self._write(right)[0]})", ATOM
        return super()._arithmetic(left, symbol, right)

    def _condition(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Compare(left=left, ops=operators, comparators=rest):
                terms = [self._within(term, PRECEDENCE["compare"] + 1) for term in (left, *rest)]
                signs = [
                    COMPARISONS[type(operator)].replace("==", "===").replace("!=", "!==") for operator in operators
                ]
                pairs = [f"{x} {sign} {y}" for x, sign, y in zip(terms, signs, terms[1:], strict=False)]
                return " && ".join(pairs), PRECEDENCE["compare" if len(pairs) == 1 else "and"]
            case ast.BoolOp(op=joint, values=terms):
                word, sign = ("and", " && ") if isinstance(joint, ast.And) else ("or", " || ")
                return sign.join(self._test(term, PRECEDENCE[word] + 1) for term in terms), PRECEDENCE[word]
            case ast.UnaryOp(operand=operand):
                return f"!({self._test(operand, 0)})", ATOM
        raise AssertionError(ast.dump(node))

    def _test(self, node: ast.expr, level: int) -> str:
        """A condition; where a number stands for one, NaN is true, as in Python."""
        if isinstance(node, ast.Compare | ast.BoolOp) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
        ):
            return self._within(node, level)
        return f"{self._within(node, PRECEDENCE['compare'] + 1)} !== 0"

    def _assignment(self, name: str, source: str) -> str:
        return f"const {_local(name)} = {source};"

    def _choice(self, test: ast.expr, body: ast.expr, otherwise: ast.expr) -> str:
        level = PRECEDENCE["if"]
        condition, chosen = self._test(test, level + 1), self._within(body, level + 1)
        return f"{condition} ? {chosen} : {self._within(otherwise, level)}"

    def _call(self, name: str, arguments: list[ast.expr]) -> str:
        if name == "total":
            return self._total(arguments[0])
        if name in SEQUENCE_HELPERS:
            return self._of_sequence(name, arguments)
        written = ", ".join(self._write(argument)[0] for argument in arguments)
        if name in NUMBER_HELPERS:
            return f"floats.{name}({written})"
        if name == self.row.name and is_built_into_targets(self.row):
            function = f"floats.{name}" if name in _OWN else f"Math.{name}"
            inside = self.condition(self.row.domain) if self.row.domain else "true"
            return f"floats.checked({function}({written}), {inside}, {written})"
        return f"rules.{name}.value({written})"

    def condition(self, text: str) -> str:
        """The source of a condition: a domain, a pole."""
        return self._test(parse(text), PRECEDENCE["if"] + 1)

    def _of_sequence(self, name: str, arguments: list[ast.expr]) -> str:
        sequence = arguments[0]
        assert isinstance(sequence, ast.Name)
        if name == "count":
            return f"{_local(sequence.id)}.length"
        if name == "share":  # it asks which elements are Values
            place = [argument.name for argument in self.row.operands].index(sequence.id)
            return f"floats.share({_local(sequence.id)}, {self._write(arguments[1])[0]}, areValues$[{place}])"
        return f"floats.{name}({_local(sequence.id)})"

    def _total(self, term: ast.expr) -> str:
        used = next(node.id for node in ast.walk(term) if isinstance(node, ast.Name) and node.id in self.sequences)
        return f"floats.total({_local(used)}.length, (i$) => {self._write(term)[0]})"


def _function(signature: Iterable[str], lines: list[str], result: str) -> str:
    body = f"{{ {' '.join(lines)} return {result}; }}" if lines else result
    return f"({', '.join(signature)}) => {body}"


def _value(row: Row) -> str:
    expression = _Expression(row)
    expression.give([row.value])
    written = expression.write(row.value)
    return _function([_local(argument.name) for argument in row.arguments], expression.lines, written)


def _partials(row: Row) -> Iterator[str]:
    """One function for each operand, so that none is asked about a plain number; of a sequence, all its elements."""
    signature = [_local(argument.name) for argument in row.arguments]
    last = ["z", "tie", "areValues$"]
    for argument, text in zip(row.operands, row.partials, strict=True):
        expression = _Expression(row)
        expression.give([text])
        tree = parse(text)
        is_whole = isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "others"
        if argument.kind == "scalar" or is_whole:
            written = expression.write(text)
        else:
            written = f"{_local(argument.name)}.map((_, i$) => {expression.write(text)})"
        read = {name for text in (*expression.lines, written) for name in re.findall(r"[\w$]+", text)}
        count = max((place for place, name in enumerate(last, 1) if name in read), default=0)
        yield _function([*signature, *last[:count]], expression.lines, written)


def _needs(row: Row) -> str:
    """What the sentence of a domain error says that the operation needs."""
    if not row.domain:
        return ""
    needs = f"{row.name}({', '.join(argument.name for argument in row.operands)}) needs {row.domain}"
    return needs + " (a negative base with a fractional exponent gives a complex number)" * (row.form == "power")


def _is_pole(row: Row) -> str:
    if not row.poles or any(argument.kind == "sequence" for argument in row.operands):
        return "() => false"
    return _function([_local(argument.name) for argument in row.arguments], [], _Expression(row).condition(row.poles))


def _quoted(text: str | Sequence[str]) -> str:
    """Text, or a list of texts, as JavaScript that may stand in HTML."""
    return json.dumps(text).replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _rule(row: Row) -> str:
    lines = [
        f"{row.name}: {{",
        f"  value: {_value(row)},",
        "  partials: [",
        *(f"    {partial}," for partial in _partials(row)),
        "  ],",
        f"  infix: {_quoted(row.infix)},",
        f"  needs: {_quoted(_needs(row))},",
        f"  isPole: {_is_pole(row)},",
        "},",
    ]
    return "\n".join(f"  {line}" for line in lines)


def _with_called(ops: Iterable[str]) -> list[str]:
    """`ops` and all rows that their rows call, in the order of the table."""
    needed: set[str] = set()
    pending = list(ops)
    while pending:
        name = pending.pop()
        if name in needed:
            continue
        if name not in table:
            raise UsageError(f"there is no operation {name!r} here; define it with op({name + '(…)'!r}, …) first")
        needed.add(name)
        row = table[name]
        for text in (row.value, *row.partials, *row.given.values(), row.poles, row.domain):
            called = (node.func for node in ast.walk(parse(text or "0")) if isinstance(node, ast.Call))
            pending += [one.id for one in called if isinstance(one, ast.Name) and one.id in table]
    return [name for name in table if name in needed]


def given_as_callables(ops: Iterable[str]) -> list[str]:
    """Those of `ops`, and of the rows that their rows call, that `custom` has added: there is no JavaScript of them."""
    if all(row.compute is None for row in table.values()):
        return []  # asked for every call in every formula of a page
    rows = [table[name] for name in _with_called(ops)]
    return [*dict.fromkeys(row.partial_of or row.name for row in rows if row.compute is not None)]


def _source(name: str) -> str:
    return Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")


def library(ops: Iterable[str] = ()) -> str:
    """The rules of `ops` as JavaScript: ``const rules``, and what it needs.

    Unless said otherwise, these are all operations but those that were given as callables.

    ``rules.pow.value(x, y)`` is the value, ``rules.pow.partials[0](x, y, z)`` the partial by the first operand, z being
    the value; a sequence is an array, and its partial one too. Parameters stand after the operands.

    Raises `UsageError` for an operation that is not in the table, or was given as a callable.

    >>> print(library(["mul"]).partition("const rules")[2])  # doctest: +ELLIPSIS
     = {
      __proto__: null,
      mul: {
        value: (x, y) => x * y,
        partials: [
          (x, y) => y,
          (x, y) => x,
        ],
    ...
    """
    wanted = list(ops) or [name for name in table if not given_as_callables([name])]
    for name in given_as_callables(wanted):
        raise UsageError(
            f"{name} was given as a callable, which only Python can call: there is no JavaScript of it. "
            f"Write it as a row, with op('{name}(…)', …)"
        )
    rules = "\n".join(_rule(table[name]) for name in _with_called(wanted))
    return f"{_source('floats')}\nconst rules = {{\n  __proto__: null,\n{rules}\n}};\n"


def number_formatter() -> str:
    """``const number = (x, digits = 6) => …``: what `formula.number` writes, character by character."""
    return _source("number")


def machinery(ops: Iterable[str] = ()) -> str:
    """`library`, `number_formatter` and ``const replay``, for a page of several programs.

    ``replay(program, names, rules, number)`` is what `javascript` defines, from a program's JSON and its names.
    """
    return "\n".join([library(ops), number_formatter(), _source("replay")])


def javascript(program: Program) -> str:
    """The text that defines ``const program``, as the first lines of this module describe it.

    Raises `UsageError` for an operation that is not in the table, or was given as a callable.

    >>> from autograd_scalar import Value, program
    >>> x, w = Value(2, label="x"), Value(3, label="w")
    >>> text = javascript(program(w * x))
    >>> text.splitlines()[0]
    'const program = (() => {'
    """
    ops = {equation.op for equation in program.equations} or {"identity"}
    return "\n".join(
        [
            "const program = (() => {",
            '"use strict";',
            machinery(ops),
            f"const program = {program.to_json()};",
            f"return {{ ...replay(program, {_quoted(program.names)}, rules, number), number }};",
            "})();",
            "",
        ]
    )
