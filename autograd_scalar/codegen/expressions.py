"""An expression of a row as source, for a target: Python on plain floats or on Values, or another language.

`Expression` walks the tree and writes Python; what a language writes in its own way stands in methods of its own, which
the class of another target defines anew.
"""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING

from ..validation import NUMBER_HELPERS, SEQUENCE_HELPERS, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..ops import Row

__all__ = ["ATOM", "COMPARISONS", "PRECEDENCE", "VALUES", "Expression", "names_in", "needed_by"]

_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
PRECEDENCE = {"if": 1, "or": 2, "and": 3, "not": 4, "compare": 5, "+": 6, "-": 6, "*": 7, "/": 7, "unary": 8, "**": 9}
ATOM = 10
VALUES = "(Values)"  # stands for a sequence in `Expression.names` when its elements are Values, to be read one by one


class Expression:
    """Python source of the expressions of one row; a subclass writes another language.

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
        """The source of an expression."""
        return self._write(parse(text))[0]

    def give(self, texts: Iterable[str]) -> None:
        """Write the given intermediate results that `texts` need, in order, as assignments."""
        for name, text in needed_by(self.row, texts).items():
            if name not in self.names:
                self.names[name] = name  # before the text is written, so that its loops stand before it
                self.lines.append(self._assignment(name, self.write(text)))

    def _write(self, node: ast.expr) -> tuple[str, int]:
        """Source and precedence of a tree."""
        match node:
            case ast.Constant(value=int() | float() as value):
                return repr(float(value)), ATOM
            case ast.Name(id=name):
                return self._name(name), ATOM
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._negated(self._within(operand, PRECEDENCE["unary"])), PRECEDENCE["unary"]
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._write(operand)
            case ast.UnaryOp(op=ast.Not()) | ast.Compare() | ast.BoolOp():
                return self._condition(node)
            case ast.BinOp(op=ast.Pow()) if not any(isinstance(part, ast.Name) for part in ast.walk(node)):
                return repr(
                    float(ast.literal_eval(ast.unparse(node.left)) ** ast.literal_eval(ast.unparse(node.right)))
                ), ATOM
            case ast.BinOp(left=left, op=sign, right=right):
                return self._arithmetic(left, _OPERATORS[type(sign)], right)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                return self._choice(test, body, otherwise), PRECEDENCE["if"]
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments), ATOM
        raise AssertionError(ast.dump(node))  # validation lets nothing else through

    def _within(self, node: ast.expr, level: int) -> str:
        source, own = self._write(node)
        return f"({source})" if own < level else source

    # ------------------------------------------------------------------------ what each language writes in its own way

    def _name(self, name: str) -> str:
        if name == "unknown":
            return f"unknown({self.row.partial_of!r})"
        return self.names.get(name, name)

    def _negated(self, source: str) -> str:
        return "-" + source

    def _arithmetic(self, left: ast.expr, symbol: str, right: ast.expr) -> tuple[str, int]:
        level = PRECEDENCE[symbol]
        if symbol == "**":
            if not self.on_values:
                return f"math.pow({self._write(left)[0]}, {self._write(right)[0]})", ATOM
            return f"{self._within(left, level + 1)} ** {self._within(right, level)}", level
        return f"{self._within(left, level)} {symbol} {self._within(right, level + 1)}", level

    def _condition(self, node: ast.expr) -> tuple[str, int]:
        match node:
            case ast.Compare(left=left, ops=operators, comparators=rest):
                level = PRECEDENCE["compare"] + 1
                parts = [self._within(left, level)]
                for comparison, term in zip(operators, rest, strict=True):
                    parts += [COMPARISONS[type(comparison)], self._within(term, level)]
                return " ".join(parts), PRECEDENCE["compare"]
            case ast.BoolOp(op=joint, values=terms):
                word = "and" if isinstance(joint, ast.And) else "or"
                return f" {word} ".join(self._within(term, PRECEDENCE[word] + 1) for term in terms), PRECEDENCE[word]
            case ast.UnaryOp(operand=operand):
                return "not " + self._within(operand, PRECEDENCE["not"]), PRECEDENCE["not"]
        raise AssertionError(ast.dump(node))

    def _assignment(self, name: str, source: str) -> str:
        return f"{name} = {source}"

    def _choice(self, test: ast.expr, body: ast.expr, otherwise: ast.expr) -> str:
        level = PRECEDENCE["if"]
        chosen, condition = self._within(body, level + 1), self._within(test, level + 1)
        return f"{chosen} if {condition} else {self._within(otherwise, level)}"

    def _call(self, name: str, arguments: list[ast.expr]) -> str:
        if name == "total":
            return self._total(arguments[0])
        if name in SEQUENCE_HELPERS:
            sequence = arguments[0]
            assert isinstance(sequence, ast.Name)
            if name == "share":  # it asks which elements are Values, so it takes the operands themselves
                return f"share({sequence.id}, {self._write(arguments[1])[0]})"
            counted = (
                self.on_values or name == "count" or self.names.get(sequence.id) == VALUES
            )  # numbers are not needed
            return f"{name}({sequence.id}{'' if counted else '_data'})"
        written = ", ".join(self._write(argument)[0] for argument in arguments)
        if name in NUMBER_HELPERS:
            return f"{name}(number({written}))" if self.on_values else f"{name}({written})"
        own = self.names.get(f"{name}()")  # the target's function, where a row is written with its own name
        return f"{own or ('' if self.on_values else '_') + name}({written})"

    def _total(self, term: ast.expr) -> str:
        """``total(w * x)`` as a loop, left to right in plain floats; on Values, as the table's own sum."""
        sequences = [argument.name for argument in self.row.operands if argument.kind == "sequence"]
        used = [
            name for name in sequences if name in {node.id for node in ast.walk(term) if isinstance(node, ast.Name)}
        ]
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


def needed_by(row: Row, texts: Iterable[str]) -> dict[str, str]:
    """The given intermediate results that `texts` read, and those that these read, in order."""
    given = row.given
    needed = {name for text in texts for name in names_in(text)} & set(given)
    while more := {name for known in needed for name in names_in(given[known])} & set(given) - needed:
        needed |= more
    return {name: text for name, text in given.items() if name in needed}


def names_in(text: str) -> set[str]:
    """All names that an expression mentions."""
    return {node.id for node in ast.walk(parse(text)) if isinstance(node, ast.Name)}
