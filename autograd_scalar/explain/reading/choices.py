"""Choices as they are written: 1 if z > 0 else 0, and the two lines behind a brace."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import nan
from typing import TYPE_CHECKING

from ...formula.terms import Condition, Product, Sum, Switch, Term
from .cursor import Cursor
from .written import Literal

if TYPE_CHECKING:
    from .lexer import Token

__all__ = ["ELSE", "IF", "Choices"]

IF = ("if", "for", "when")
ELSE = ("else", "otherwise")


class Choices(Cursor, ABC):
    """The part of the parser that reads choices: a sum in which each value stands beside its condition, 1{z > 0}."""

    @abstractmethod
    def sum(self) -> Term:
        """An expression."""

    @abstractmethod
    def inside(self) -> Term:
        """An expression or a condition."""

    def sees_word(self, words: tuple[str, ...]) -> bool:
        """Whether one of these words is next, and no name of the graph."""
        token = self.token
        return token.kind == "name" and token.text in words and not (self.known is not None and self.known(token.text))

    def conditional(self, value: Term) -> Term:
        """``1 if z > 0 else 0``, after the 1."""
        token = self.token
        if not self.sees_word(("if",)):
            return value
        self.take()
        condition = self.condition(token)
        if not self.sees_word(ELSE):
            self.fail("what is it otherwise? 'else' and a value are missing: 1 if z > 0 else 0", token)
        self.take()
        self.deeper(token)
        other = self.conditional(self.sum())
        self.depth -= 1
        return self.chosen([(value, condition), (other, self.otherwise([condition], token))], token)

    def cases(self) -> Term:
        r"""``\begin{cases} 1, & \text{if } z > 0 \\ 0, & \text{otherwise} \end{cases}``."""
        opening = self.take()
        self.deeper(opening)
        rows: list[tuple[Term, Condition]] = []
        while not self.sees("row", "end"):
            if self.token.kind in ("end", "relation"):  # the line's end, or what the choice is equal to
                self.fail("this choice is not closed: \\end{cases} is missing", opening)
            value = self.sum()
            while self.token.kind in ("comma", "stop"):
                self.take()
            if self.sees_word(ELSE) and rows:
                rows.append((value, self.otherwise([condition for _, condition in rows], self.take())))
            else:
                if self.sees_word(IF):
                    self.take()
                rows.append((value, self.condition(opening)))
            while self.token.kind in ("comma", "stop") or self.sees("row", "\\\\"):
                self.take()
        if not rows:
            self.fail("there is nothing to choose from", opening)
        self.take()
        self.depth -= 1
        return self.chosen(rows, opening)

    def condition(self, beside: Token) -> Condition:
        """``z > 0``."""
        token = self.token
        found = self.inside() if token.kind not in ("end", "row") else None
        if isinstance(found, Switch):
            found = found.condition
        if not isinstance(found, Condition):
            self.fail("a condition is missing here, such as z > 0", token if found is not None else beside)
        return found

    def otherwise(self, conditions: list[Condition], token: Token) -> Condition:
        """Where none of these hold."""
        parts: list[Term | str] = [conditions[0]]
        for one in conditions[1:]:
            parts += ["or", one]
        some = (
            conditions[0] if len(conditions) == 1 else self.made(Condition(nan, tuple(parts)), token.start, *conditions)
        )
        none = Condition(nan, ("not", some))
        self.made(none, token.start, some)
        return none

    def chosen(self, rows: list[tuple[Term, Condition]], opening: Token) -> Term:
        """The sum of the values, each times its condition; what is 0 is left out, and 1{z > 0} is itself."""
        addends: list[Term] = []
        for value, condition in rows:
            if isinstance(value, Literal) and value.value == 0.0:
                continue
            switch = self.made(Switch(nan, condition), opening.start, condition)
            is_one = isinstance(value, Literal) and value.value == 1.0
            addends.append(switch if is_one else self.made(Product(nan, (value, switch)), opening.start, value, switch))
        if not addends:
            return rows[0][0]
        return addends[0] if len(addends) == 1 else self.made(Sum(nan, tuple(addends)), opening.start, *addends)
