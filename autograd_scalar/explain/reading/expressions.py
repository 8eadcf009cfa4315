"""Tokens to terms by recursive descent: sum, product, sign, power, atom; brackets, conditions, names and calls."""

from __future__ import annotations

import re
from math import nan
from typing import NoReturn

from ...formula import terms
from ...formula.terms import Condition, Derivative, Negated, Product, Quotient, Switch, Symbol, Term
from ...ops import table
from .choices import ELSE, IF, Choices
from .differentials import Differentials
from .lexer import Lexer, Token, precision
from .signs import CONSTANTS, RECIPROCALS, function_called
from .written import Literal, TypedSum

__all__ = ["Expressions"]


class Expressions(Differentials, Choices):
    """The part of the parser that reads expressions."""

    def sum(self) -> Term:
        """Addends between plus and minus signs."""
        start = self.token.start
        terms = [self.product()]
        while self.sees("op", "+") or self.sees("op", "-"):
            sign = self.take()
            term = self.product()
            if sign.text == "-":
                negative = Negated(nan, term)
                span = self.spans[id(term)]
                self.made(negative, sign.start, term)
                self.spans[id(negative)] = sign.start, span[1]
                terms.append(negative)
            else:
                terms.append(term)
        if len(terms) == 1:
            return terms[0]
        texts = [self.text[slice(*self.spans[id(term)])] for term in terms]
        return self.made(TypedSum(nan, tuple(terms), tuple(texts)), start, *terms)

    def product(self) -> Term:
        """Factors with a sign between them are `spaced`; ``2(a − y)`` is one factor of its own."""
        start = self.token.start
        factors = [self.tight()]
        while self.sees("op", "*") or self.sees("op", "/"):
            operator = self.take()
            right = self.tight()
            if operator.text == "*":
                factors.append(right)
                continue
            left = (
                factors[0]
                if len(factors) == 1
                else self.made(Product(nan, tuple(factors), spaced=True), start, *factors)
            )
            factors = [self.made(Quotient(nan, left, right), start, left, right)]
        return (
            factors[0] if len(factors) == 1 else self.made(Product(nan, tuple(factors), spaced=True), start, *factors)
        )

    def tight(self) -> Term:
        """Factors side by side: ``2(a − y)``; ``(4)(1)(2)`` are factors of a chain.

        In ``x/2y`` they stand below together, but ``1/2(a − y)`` is half.
        """
        start = self.token.start
        brackets = [self.sees("op", "(")]
        factors = [self.signed()]
        if isinstance(factors[0], Literal) and self.sees("op", "/") and self.ahead(1).kind == "number":
            after = self.ahead(2)
            if after.kind == "name" or (after.kind == "op" and after.text in ("(", "[", "{", "√", "frac")):
                self.take()
                bottom = self.atom()
                factors = [self.made(Quotient(nan, factors[0], bottom), start, factors[0], bottom)]
        while self.begins_factor():
            brackets.append(self.sees("op", "("))
            factors.append(self.power())
        if (
            len(factors) == 2
            and isinstance(factors[1], Switch)
            and isinstance(factors[0], Literal)
            and factors[0].value == 1
        ):
            return self.made(Switch(nan, factors[1].condition), start, factors[1])
        if len(factors) == 1:
            return factors[0]
        product = self.made(Product(nan, tuple(factors), spaced=all(brackets)), start, *factors)
        self.side_by_side.add(id(product))
        return product

    def begins_factor(self) -> bool:
        """Whether a factor without a sign before it begins here."""
        token = self.token
        if token.kind in ("name", "dots"):
            return not self.sees_word((*IF, *ELSE))
        if token.kind == "op":
            return token.text in ("(", "[", "{", "√", "frac", "cases", "∂") or (token.text == "|" and not self.bars)
        return False

    def signed(self) -> Term:
        """A factor with its sign."""
        token = self.token
        if token.kind == "op" and token.text in "+-":
            self.take()
            self.deeper(token)
            inner = self.signed()
            self.depth -= 1
            if token.text == "+":
                return inner
            if isinstance(inner, Literal):
                return self.made(Literal(-inner.value, inner.unit, inner.digits), token.start)
            return self.made(Negated(nan, inner), token.start, inner)
        return self.power()

    def power(self) -> Term:
        """An atom with its exponent, which belongs to the last of names that stand together: ``wx²`` is w·x²."""
        start = self.token.start
        base = self.atom()
        if isinstance(base, Product) and id(base) in self.together and (self.sees("sup") or self.sees("op", "^")):
            *first, last = base.factors
            return self.put_together([*first, self.raised(last, start)], start)
        return self.raised(base, start)

    def raised(self, base: Term, start: int) -> Term:
        """A base with the exponents that follow."""
        for _ in range(2):  # x²^3
            if self.sees("sup") or self.sees("op", "^"):
                exponent = self.exponent()
                base = self.made(terms.Power(nan, base, exponent), start, base, exponent)
        return base

    def exponent(self) -> Term:
        """What follows ``^``, or stands raised."""
        token = self.take()
        if token.kind == "sup":
            if not re.fullmatch(r"[-+]?[0-9]{1,6}", token.text):
                self.fail("this exponent cannot be read", token)
            return self.made(Literal(float(token.text), 1.0, len(token.text)), token.start)
        self.deeper(token)
        exponent = self.signed()
        self.depth -= 1
        return exponent

    def atom(self) -> Term:  # one case for each kind of token
        """A number, a name, a bracket, a root, a fraction."""
        token = self.token
        if token.kind == "number":
            self.take()
            return self.made(Literal(float(token.text), token.unit, token.digits), token.start)
        if token.kind == "thousands":
            return self.thousands()
        if token.kind == "dots":
            self.take()
            count = int(token.text)
            while self.token.kind == "dots":
                count = max(count, int(self.take().text))
            return self.made(terms.Dots(nan, count), token.start)
        if token.kind == "name":
            return self.named()
        if token.kind == "word" and token.text == "not":
            self.fail("'not' belongs into a condition, 1{not …}")
        if token.kind == "op":
            if token.text in ("(", "[", "{"):
                return self.group()
            if token.text == "|":
                return self.absolute()
            if token.text == "√":
                self.take()
                self.deeper(token)
                inner = self.power()
                self.depth -= 1
                return self.made(terms.Root(nan, inner), token.start, inner)
            if token.text == "frac":
                return self.fraction()
            if token.text == "cases":
                return self.cases()
            if token.text == "∂":
                return self.derivative()
        return self.nothing_here()

    def nothing_here(self) -> NoReturn:
        """An atom was wanted, and something else stands there."""
        if self.token.kind == "end":
            self.fail("something is missing at the end")
        if self.token.kind == "relation":
            is_shortened = self.ahead(-1).text in ("+", "-") and self.ahead(-1).end == self.token.start
            self.fail("write w ← w − … for w -= …" if is_shortened else "something is missing before this sign")
        self.fail("a number, a name or a bracket is missing here")

    def thousands(self) -> Term:
        """``1,953,125``: one number, but in ``max(1,200)`` two."""
        token = self.token
        if self.calls:
            pieces = Lexer(self.text.replace(",", " "), ()).tokens(token.start, token.end)
            commas = [Token("comma", ",", one.start - 1, one.start) for one in pieces[1:]]
            mixed = [pieces[0]]
            for comma, piece in zip(commas, pieces[1:], strict=True):
                mixed += [comma, piece]
            self.tokens[self.place : self.place + 1] = mixed
            return self.atom()
        self.take()
        mantissa = token.text.replace(",", "")
        return self.made(Literal(float(mantissa), *precision(mantissa, 0)), token.start)

    def group(self) -> Term:
        """A bracket."""
        opening = self.take()
        self.deeper(opening)
        inner = self.inside()
        self.close(opening)
        self.depth -= 1
        if isinstance(inner, Condition):
            return self.made(Switch(nan, inner), opening.start, inner)
        # A group is a term of its own, so that "(2·3)" is one factor; a bracketed number is that number.
        if isinstance(inner, Product):
            return self.made(Product(nan, inner.factors), opening.start, inner)
        if not isinstance(inner, Literal) and opening.text != "{":
            self.spans[id(inner)] = opening.start, self.tokens[self.place - 1].end
        return inner

    def inside(self) -> Term:
        """What stands in brackets: an expression, or a condition."""
        bars, self.bars = self.bars, 0
        first = self.condition_part()
        parts: list[Term | str] = [first]
        while self.token.kind == "word" and self.token.text in ("and", "or"):
            parts += [self.take().text, self.condition_part()]
        self.bars = bars
        if len(parts) == 1:
            return first
        if not all(isinstance(part, str | Condition) for part in parts):
            self.fail("'and' and 'or' join conditions, such as x > 0")
        joined = Condition(nan, tuple(parts))
        return self.made(joined, self.spans[id(first)][0], *(part for part in parts if isinstance(part, Term)))

    def condition_part(self) -> Term:
        """An expression, or one condition of several."""
        start = self.token.start
        if self.token.kind == "word" and self.token.text == "not":
            token = self.take()
            self.deeper(token)
            inner = self.condition_part()
            self.depth -= 1
            return self.made(Condition(nan, ("not", inner)), start, inner)
        parts: list[Term | str] = [self.conditional(self.sum())]
        while self.token.kind in ("compare", "relation"):
            parts += [self.take().text, self.sum()]
        if len(parts) == 1:
            assert isinstance(parts[0], Term)
            if isinstance(parts[0], Switch):
                return parts[0].condition if self.token.kind == "word" else parts[0]
            return parts[0]
        return self.made(Condition(nan, tuple(parts)), start, *(part for part in parts if isinstance(part, Term)))

    def close(self, opening: Token) -> None:
        """The bracket that closes."""
        closing = {"(": ")", "[": "]", "{": "}"}[opening.text]
        if not self.sees("op", closing):
            if self.token.kind in ("end", "stop", "arrow") or self.token.text in (")", "]", "}"):
                self.fail("this bracket is not closed", opening)
            self.refuse_decimal_comma()
            self.fail("an operator or a closing bracket is missing here")
        self.take()

    def absolute(self) -> Term:
        """``|a − y|``."""
        opening = self.take()
        self.deeper(opening)
        bars, self.bars = self.bars, 1
        inner = self.sum()
        self.bars = bars
        if not self.sees("op", "|"):
            self.fail("this bar is not closed", opening)
        self.take()
        self.depth -= 1
        return self.made(terms.Bars(nan, inner), opening.start, inner)

    def fraction(self) -> Term:
        r"""``\frac{…}{…}``."""
        token = self.take()
        start = self.place
        found = self.derivative_fraction(token)
        if found is not None:
            return found
        self.place = start
        self.deeper(token)
        parts = []
        for _ in range(2):
            if not self.sees("op", "{"):
                self.fail("\\frac needs two groups in braces")
            opening = self.take()
            parts.append(self.sum())
            self.close(opening)
        self.depth -= 1
        return self.made(Quotient(nan, *parts), token.start, *parts)

    def named(self) -> Term:
        """A name, a call, or a derivative."""
        token = self.token
        if token.text.startswith("d") and not (token.text == "d" and self.known is not None and self.known("d")):
            found = self.quotient_of_differentials()
            found = found or self.run_together()
            if found is not None:
                return found
        if token.text.startswith("nabla_") and self.ahead(1).kind == "name":  # ∇_w L
            self.take()
            return self.made(Derivative(nan, self.take().text, token.text.removeprefix("nabla_")), token.start)
        self.take()
        name = self.indexed(token.text)
        is_known = self.known is not None and self.known(name)
        function = function_called(token.text)
        is_function = bool(function or name in RECIPROCALS) and not is_known
        if is_function and (self.sees("sup") or self.sees("op", "^")):
            return self.raised_call(function, token)
        if function and (self.sees("op", "(") or (not is_known and (self.sees("op", "'") or self.begins_argument()))):
            return self.call(function, token)
        if is_function and name in RECIPROCALS and self.begins_argument(bracket=True):
            return self.reciprocal(token)
        if is_function and self.known is not None and name not in CONSTANTS:
            self.fail(f"{token.text} of what? Write {token.text}(z)", token)
        if token.text in ("if", "else") and not is_known:
            self.fail("a choice is written 1{z > 0}, or 1 if z > 0 else 0", token)
        if self.sees("op", "'"):  # w', which is w after an update
            self.take()
            return self.made(Symbol(nan, name + "'"), token.start)
        if is_known or self.known is None:
            if self.known is None and name in CONSTANTS:
                return self.made(terms.Number(CONSTANTS[name]), token.start)
            return self.made(Symbol(nan, name), token.start)
        if name in CONSTANTS:
            return self.made(terms.Number(CONSTANTS[name]), token.start)
        pieces = self.pieces(name)
        if len(pieces) > 1 and len(set(pieces)) == 1:
            times = "·".join(pieces)
            self.fail(f"there is no {name!r} in this graph; if a product is meant, write {times}", token)
        if pieces:
            return self.put_together([self.made(Symbol(nan, piece), token.start) for piece in pieces], token.start)
        return self.made(Symbol(nan, name), token.start)

    def put_together(self, factors: list[Term], start: int) -> Term:
        """Names without a blank between them, as a product."""
        product = self.made(Product(nan, tuple(factors)), start, *factors)
        self.together.add(id(product))
        return product

    def begins_argument(self, *, bracket: bool = False) -> bool:
        r"""``\log p``: a function before something that is no sign."""
        token = self.token
        signs = ("{", "[", "√", "frac", "(") if bracket else ("{", "[", "√", "frac")
        return token.kind in ("name", "number") or token.text in signs

    def raised_call(self, function: str, token: Token) -> Term:
        """``tanh²(z)``, which is tanh(z)²."""
        exponent = self.exponent()
        if isinstance(exponent, Literal) and exponent.value < 0:
            other = f" or a{function}(z)" if "a" + function in table else ""
            self.fail(f"{token.text} to a negative power may mean its inverse: write 1/{token.text}(z){other}", token)
        if not self.begins_argument(bracket=True):
            self.fail(f"{token.text} of what? Write {token.text}(z)^2", token)
        called = self.call(function, token) if function else self.reciprocal(token)
        return self.made(terms.Power(nan, called, exponent), token.start, called, exponent)

    def reciprocal(self, token: Token) -> Term:
        """``sech(z)``, which is 1/cosh(z)."""
        below = self.call(RECIPROCALS[token.text], token)
        above = self.made(Literal(1.0, 1.0, 1), token.start)
        return self.made(Quotient(nan, above, below), token.start, above, below)

    def call(self, function: str, token: Token) -> Term:
        """A function with its arguments."""
        row = table[function]
        prime = ""
        while self.sees("op", "'"):
            self.take()
            prime = "'"
        self.deeper(token)
        arguments: list[Term] = []
        if self.token.text in ("(", "[", "{") and self.token.kind == "op":
            opening = self.take()
            self.calls += 1
            bars, self.bars = self.bars, 0
            arguments.append(self.argument())
            while self.sees("comma"):
                self.take()
                arguments.append(self.argument())
            self.bars = bars
            self.calls -= 1
            self.close(opening)
        elif self.begins_argument():
            arguments.append(self.power())
        else:
            self.fail(f"{token.text} needs an argument in brackets")
        self.depth -= 1
        needed = sum(1 for one in row.arguments if one.kind != "sequence")
        is_sequence = any(one.kind == "sequence" for one in row.arguments)
        if row.name in ("max", "min") and len(arguments) != 2:
            row = table[row.name + "imum"]
        elif len(arguments) > needed and not is_sequence:
            self.fail(f"{row.name} takes {needed} argument{'s' * (needed != 1)}, not {len(arguments)}", token)
        return self.made(
            terms.Call(nan, row.name + prime, tuple(arguments), row.symbol + prime, row.latex), token.start, *arguments
        )

    def argument(self) -> Term:
        """One argument; a condition counts 1 or 0."""
        part = self.inside()
        return Switch(nan, part) if isinstance(part, Condition) else part

    def pieces(self, name: str) -> list[str]:
        """``wx`` as w and x, where both are known and ``wx`` is not."""
        if self.known is None or not 2 <= len(name) <= 24:
            return []
        ways: list[list[str] | None] = [[]] + [None] * len(name)
        for stop in range(1, len(name) + 1):
            for start in range(stop):
                before = ways[start]
                if before is not None and name[start] != "_" and self.known(name[start:stop]):
                    ways[stop] = [*before, name[start:stop]]
                    break
        return ways[-1] or []
