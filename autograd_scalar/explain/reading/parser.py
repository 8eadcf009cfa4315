"""Statements: members between equals signs, a member of addends, an addend of factors."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING

from ...formula.terms import Negated, Product, Sum
from .expressions import Expressions
from .written import ABOUT_WORDS, Literal, Member, Statement, Written

if TYPE_CHECKING:
    from ...formula.terms import Term

__all__ = ["Parser"]


class Parser(Expressions):
    """Tokens to statements; what stands in them is read by the classes below."""

    def statements(self, line: int) -> list[Statement]:
        """All statements of a line."""
        found: list[Statement] = []
        while self.place < len(self.tokens):
            if found:
                self.refuse_decimal_comma()
            if self.token.kind in ("stop", "comma"):
                self.take()
                continue
            if self.token.kind == "arrow":
                self.take()
                continue
            found.append(self.statement(line))
        return found

    def statement(self, line: int) -> Statement:
        """Members between equals signs."""
        is_update = is_assigned = False
        if self.token.kind == "relation":  # "= 4": a member whose left side stands on the line before
            self.take()
        members = [self.member()]
        while self.token.kind in ("relation", "update", "assign") or self.sees("compare", "="):  # == is meant as =
            is_update = is_update or self.token.kind == "update"
            is_assigned = is_assigned or self.token.kind == "assign"
            self.take()
            members.append(self.member())
        while self.token.kind == "compare":  # "z = 7 > 0": a remark, not a claim of equality
            self.take()
            self.sum()
        if self.token.kind not in ("end", "stop", "comma", "arrow"):
            token = self.token
            if token.text in (")", "]", "}"):
                self.fail("this bracket was never opened")
            if token.kind in ("number", "thousands"):
                self.fail("an operator is missing before this number")
            self.fail("an operator is missing here" + f"; {ABOUT_WORDS}" * (token.kind == "word"))
        return Statement(line, tuple(members), is_update, is_assigned)

    def member(self) -> Member:
        """One member, with its addends and their factors."""
        start = self.token.start
        term = self.conditional(self.sum())
        stop = self.tokens[self.place - 1].end
        addends = term.terms if isinstance(term, Sum) else (term,)
        text = self.text[start:stop]
        if text[0] == "{" and text[-1] == "}":  # \boxed{3125}
            text, start = text[1:-1], start + 1
        return Member(term, text, start, tuple(self.factors(one) for one in addends))

    def factors(self, addend: Term) -> tuple[Written, ...]:
        """The factors of one addend; the minus sign before it goes to the first of them."""
        sign = isinstance(addend, Negated) and isinstance(addend.term, Product)
        product = addend.term if isinstance(addend, Negated) and sign else addend
        is_open = isinstance(product, Product) and (product.spaced or id(product) in self.side_by_side)
        parts = list(product.factors) if isinstance(product, Product) and is_open else [product]
        written = []
        for place, part in enumerate(parts):
            start, stop = self.spans.get(id(part), self.spans.get(id(addend), (0, 0)))
            text = self.text[start:stop]
            if place == 0 and sign:
                first: Term = (
                    Literal(-part.value, part.unit, part.digits) if isinstance(part, Literal) else Negated(nan, part)
                )
                written.append(Written(first, "−" + text, start))
            else:
                written.append(Written(part, text, start))
        return tuple(written)
