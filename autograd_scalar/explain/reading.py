r"""What a person writes, read: a derivation in ASCII, Unicode or LaTeX, as terms. Parsed, never evaluated as Python.

    dL/dw = dL/da · da/dz · dz/dw = 4 * 1 * 2 = 8
    \frac{da}{dz} = \sigma(z)(1 - \sigma(z)) \approx 0.000910221
    da/dz = 1{z > 0}, dz/dw = x -> dL/dw = 2(a − y)·1·x

A text is made of statements, a statement of members between equals signs, a member of addends, an addend of factors;
each keeps the characters it was read from, so that whoever judges it can quote it, and point at it. Plain words are
left out and listed. Whatever cannot be read is a `UsageError` that marks the place; nothing recurses without bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import copysign, e, inf, isfinite, nan, pi
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from .. import functions
from ..errors import AutogradError, UsageError
from ..formula.equations import walk
from ..formula.terms import (
    Bars,
    Call,
    Condition,
    Derivative,
    Dots,
    Negated,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Switch,
    Symbol,
    Term,
)
from ..ops import table
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["Literal", "Member", "Reading", "Statement", "Written", "evaluate", "read", "typing_error"]

LONGEST = 200_000  # characters of a text
DEEPEST = 40  # brackets within brackets


@dataclass(frozen=True, slots=True)
class Literal(Number):
    """A number as it was typed: `unit` is the place value of its last digit, `digits` counts the significant ones."""

    unit: float
    digits: int


@dataclass(frozen=True, slots=True)
class Written:
    """A term, and the characters it was read from; `at` is their place in the text."""

    term: Term
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Member(Written):
    """One side of an equals sign: a sum of `addends`, each a tuple of its factors (a sign belongs to the first)."""

    addends: tuple[tuple[Written, ...], ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """``left = member = member``, on line number `line`; an update, ``w ← …``, is marked."""

    line: int
    members: tuple[Member, ...]
    is_update: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """All statements of a text, and the lines that are plain words."""

    text: str
    statements: tuple[Statement, ...]
    words: tuple[str, ...]


def typing_error(text: str, at: int, message: str) -> UsageError:
    """The error for a place in a text: the message, the line, and a mark below the place."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)].expandtabs(1).rstrip()
    column = at - start
    if len(line) > 100:
        cut = max(0, column - 50)
        line, column = line[cut : cut + 100], column - cut
    return UsageError(f"{message}\n    {line}\n    {' ' * column}^")


# ------------------------------------------------------------------------------------------------------- the tokens


class _Token(NamedTuple):
    kind: str  # number, name, sup, op, relation, compare, stop, dots, word, end
    text: str
    start: int
    end: int
    unit: float = 0.0
    digits: int = 0


_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_RAISED = r"(?:[⁻⁺]?[⁰¹²³⁴-⁹]+|(?:\^|\*\*)\{?[-−+]?[0-9]+\}?)"
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][-−+]?[0-9]+)?")
_TEN = re.compile(rf"(?:·|\*(?!\*)|\s*×\s*|\s*\\(?:cdot|times)\s*)10({_RAISED})")
_TEN_ALONE = re.compile(r"10([⁻⁺]?[⁰¹²³⁴-⁹]+|\^\{[-−+]?[0-9]+\})")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_INDEX = re.compile(r"""\[(?:-?[0-9]+(?:,\s?-?[0-9]+)*|"[^"\n]*"|'[^'\n]*')\]""")
_SIGNS = {
    "−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "*": "*", "∗": "*", "÷": "/", "/": "/", "∕": "/",
    "+": "+", "-": "-", "^": "^", "(": "(", ")": ")", "[": "[", "]": "]", "{": "{", "}": "}", "|": "|", "√": "√",
    "∂": "∂", "'": "'", "′": "'", "’": "'",
}  # fmt: skip
_LONG = (
    ("**", "op", "^"), ("<=", "compare", "≤"), (">=", "compare", "≥"), ("!=", "compare", "≠"), ("==", "compare", "="),
    ("~=", "relation", "="), (":=", "relation", "="), ("=>", "stop", ";"), ("->", "arrow", "→"), ("<-", "update", "←"),
    ("≈", "relation", "="), ("=", "relation", "="), ("≤", "compare", "≤"), ("≥", "compare", "≥"), ("≠", "compare", "≠"),
    ("<", "compare", "<"), (">", "compare", ">"), ("⇒", "stop", ";"), ("∴", "stop", ";"), (";", "stop", ";"),
    ("→", "arrow", "→"), ("←", "update", "←"), (",", "comma", ","), ("≃", "relation", "="), ("≅", "relation", "="),
)  # fmt: skip
_LONG_BEGIN = {typed[0] for typed, _, _ in _LONG}
_COMMANDS = {
    "cdot": ("op", "*"), "times": ("op", "*"), "ast": ("op", "*"), "div": ("op", "/"), "partial": ("op", "∂"),
    "approx": ("relation", "="), "simeq": ("relation", "="), "le": ("compare", "≤"), "leq": ("compare", "≤"),
    "ge": ("compare", "≥"), "geq": ("compare", "≥"), "ne": ("compare", "≠"), "neq": ("compare", "≠"),
    "lt": ("compare", "<"), "gt": ("compare", ">"), "land": ("word", "and"), "lor": ("word", "or"),
    "lnot": ("word", "not"), "to": ("arrow", "→"), "rightarrow": ("arrow", "→"), "leftarrow": ("update", "←"),
    "gets": ("update", "←"), "Rightarrow": ("stop", ";"), "implies": ("stop", ";"), "therefore": ("stop", ";"),
    "cdots": ("dots", "…"), "dots": ("dots", "…"), "ldots": ("dots", "…"), "infty": ("name", "inf"),
    "frac": ("op", "frac"), "dfrac": ("op", "frac"), "tfrac": ("op", "frac"), "sqrt": ("op", "√"),
    "lbrace": ("op", "{"), "rbrace": ("op", "}"), "{": ("op", "{"), "}": ("op", "}"), "|": ("op", "|"),
    "prime": ("op", "'"),
}  # fmt: skip
_SILENT = {
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "quad", "qquad", ",", ";", ":",
    "!", " ", "boxed", "[", "]", "(", ")", "limits", "mathbf", "mathbb", "mathit", "nonumber",
}  # fmt: skip
_WRAPPERS = {"text", "mathrm", "operatorname", "textrm", "mathsf", "textit", "textbf", "mbox"}
_ALIASES = {
    "ln": "log", "σ": "sigmoid", "sigma": "sigmoid", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "log_2": "log2", "log_10": "log10", "log₂": "log2",
    "log₁₀": "log10", "Exp": "exp",
}  # fmt: skip
_CONSTANTS = {"pi": pi, "π": pi, "e": e, "inf": inf, "∞": inf, "nan": nan, "NaN": nan}


def _function(name: str) -> str:
    """The row that a name calls, or nothing."""
    found = name if name in table else _ALIASES.get(name, "")
    if not found:
        folded = name.casefold()
        matches = (row.name for row in table.values() if folded in (row.name.casefold(), row.symbol.casefold()))
        found = next(matches, "")
    return found


def _goes_on(char: str) -> bool:
    return char in _SUBSCRIPTS or (char != "·" and ("a" + char).isidentifier())


class _Lexer:
    """Characters to tokens. `odd` are known names that are no identifiers, such as labels of two words."""

    def __init__(self, text: str, odd: Collection[str]) -> None:
        self.text = text
        self.odd = sorted(odd, key=len, reverse=True)

    def tokens(self, start: int, end: int) -> list[_Token]:
        found: list[_Token] = []
        text, at = self.text, start
        while at < end:
            char = text[at]
            if char in " \t\r\f\v\n\u00a0\u2009\u202f\u2061\u2062$&":
                at += 1
                continue
            token = self.token(at, end)
            if token.kind != "nothing":
                found.append(token)
            at = token.end
        return found

    def token(self, at: int, end: int) -> _Token:  # one case for each kind of token
        text = self.text
        char = text[at]
        odd = self.odd_name(at, end)
        if odd:
            return _Token("name", odd, at, at + len(odd))
        if char in "0123456789" or (char == "." and text[at + 1 : at + 2].isdecimal()):
            return self.number(at, end)
        if char in _FRACTIONS:
            return _Token("number", str(_FRACTIONS[char]), at, at + 1)
        if char in _SUPERSCRIPTS:
            stop = at
            while stop < end and text[stop] in _SUPERSCRIPTS:
                stop += 1
            return _Token("sup", "".join(_SUPERSCRIPTS[one] for one in text[at:stop]), at, stop)
        if text.startswith(("...", "…"), at):
            more = re.compile(r"(?:…|\.\.\.)(?:\(([0-9,]{1,18}) more\)(?:…|\.\.\.)?)?").match(text, at, end)
            assert more is not None
            return _Token("dots", (more[1] or "0").replace(",", ""), at, more.end())
        for typed, kind, meaning in _LONG if char in _LONG_BEGIN else ():
            if text.startswith(typed, at):
                return _Token(kind, meaning, at, at + len(typed))
        if char == "\\":
            return self.command(at, end)
        if char == "∞":
            return _Token("name", "inf", at, at + 1)
        if char in _SIGNS:
            return _Token("op", _SIGNS[char], at, at + 1)
        if char.isidentifier():
            return self.name(at, end)
        if char == "." and not text[at + 1 : end].strip():
            return _Token("nothing", "", at, end)
        if char in ".:!?":
            return _Token("stop", ";", at, at + 1)
        raise typing_error(text, at, f"{char!r} has no meaning in a formula")

    def odd_name(self, at: int, end: int) -> str:
        text = self.text
        for name in self.odd:
            for typed in (name, "d" + name):
                stop = at + len(typed)
                if (
                    text.startswith(typed, at)
                    and stop <= end
                    and not (typed[-1:].isalnum() and text[stop : stop + 1].isalnum())
                ):
                    return typed
        return ""

    def number(self, at: int, end: int) -> _Token:
        text = self.text
        alone = _TEN_ALONE.match(text, at, end)
        if alone:
            power = _exponent(alone[1])
            return _Token("number", f"1e{power}", at, alone.end(), _unit(power), 1)
        grouped = _THOUSANDS.match(text, at, end)
        match = _NUMBER.match(text, at, end)
        assert match is not None
        mantissa, stop = match[1], match.end()
        power = _exponent(match[2][1:]) if match[2] else 0
        if grouped and grouped.end() > stop:
            tail = _NUMBER.match(text, grouped.end(), end) if text[grouped.end() : grouped.end() + 1] == "." else None
            stop = tail.end() if tail else grouped.end()
            return _Token("thousands", text[at:stop], at, stop)
        raised = None if match[2] else _TEN.match(text, stop, end)
        if raised:
            power, stop = _exponent(raised[1]), raised.end()
        return _Token("number", f"{mantissa}e{power}", at, stop, *_precision(mantissa, power))

    def name(self, at: int, end: int) -> _Token:
        text = self.text
        stop = at
        while stop < end and _goes_on(text[stop]):
            stop += 1
        name, stop = self.subscript(text[at:stop], stop, end)
        while stop < end:
            index = _INDEX.match(text, stop, end)
            if index:
                name, stop = name + index[0].replace("'", '"'), index.end()
            elif text[stop] == "." and stop + 1 < end and text[stop + 1].isidentifier():
                after = stop + 1
                while after < end and _goes_on(text[after]):
                    after += 1
                name, stop = name + text[stop:after], after
            else:
                break
        if name in ("and", "or", "not"):
            return _Token("word", name, at, stop)
        return _Token("name", name, at, stop)

    def subscript(self, name: str, stop: int, end: int) -> tuple[str, int]:
        r"""``w_{12}`` and ``w_{\text{new}}`` as w_12 and w_new."""
        text = self.text
        opening = (
            stop + 1
            if text.startswith("_{", stop)
            else stop
            if name.endswith("_") and text.startswith("{", stop)
            else -1
        )
        if opening < 0:
            return name, stop
        depth = 0
        for at in range(opening, min(end, opening + 80)):
            depth += (text[at] == "{") - (text[at] == "}")
            if depth == 0:
                inside = re.sub(r"\\[a-zA-Z]+|[{}\\\s]", "", text[opening : at + 1])
                return name.rstrip("_") + "_" + inside, at + 1
        raise typing_error(text, opening, "this bracket is not closed")

    def command(self, at: int, end: int) -> _Token:
        text = self.text
        match = re.compile(r"\\([a-zA-Z]+|.)", re.DOTALL).match(text, at, end)
        if match is None:
            raise typing_error(text, at, "a LaTeX command has no name")
        command, stop = match[1], match.end()
        if command in ("begin", "end"):
            group = re.compile(r"\s*\{[^{}]*\}(?:\{[^{}]*\})?").match(text, stop, end)
            return _Token("nothing", "", at, group.end() if group else stop)
        if command in _SILENT:
            return _Token("nothing", "", at, stop)
        if command in _COMMANDS:
            kind, meaning = _COMMANDS[command]
            return _Token(kind, "0" if kind == "dots" else meaning, at, stop)
        if command in _WRAPPERS:
            group = re.compile(r"\s*\{((?:[^{}\\]|\\.)*)\}").match(text, stop, end)
            if group is None:
                raise typing_error(text, at, f"\\{command} needs its text in braces")
            inside = re.sub(r"\\(.)", r"\1", group[1]).strip()
            more = re.fullmatch(r"\(([0-9,]{1,18}) more\)", inside)
            if more:
                return _Token("dots", more[1].replace(",", ""), at, group.end())
            if not inside:
                return _Token("nothing", "", at, group.end())
            name, after = self.subscript(inside, group.end(), end)
            return self.with_number(name, at, after, end)
        name, stop = self.subscript(command, stop, end)
        return self.with_number(name, at, stop, end)

    def with_number(self, name: str, at: int, stop: int, end: int) -> _Token:
        r"""``\mathrm{loss}_1`` and ``\beta_1``: the digits belong to the name."""
        digits = re.compile(r"_([0-9a-zA-Z]+)").match(self.text, stop, end)
        if digits:
            return _Token("name", f"{name}_{digits[1]}", at, digits.end())
        index = _INDEX.match(self.text, stop, end)
        return _Token("name", name + index[0], at, index.end()) if index else _Token("name", name, at, stop)


def _exponent(raised: str) -> int:
    digits = "".join(_SUPERSCRIPTS.get(char, char) for char in raised.replace("−", "-").strip("^*{}"))
    return max(-9999, min(9999, int(digits[:9])))


def _unit(power: int) -> float:
    return 10.0**power if -320 < power < 300 else inf if power > 0 else 0.0


def _precision(mantissa: str, power: int) -> tuple[float, int]:
    """The place value of the last digit, and the number of significant digits."""
    whole, point, decimals = mantissa.partition(".")
    digits = (whole + decimals).lstrip("0")
    return _unit(power - len(decimals)), max(1, len(digits if point else digits.rstrip("0")))


# ------------------------------------------------------------------------------------------------------- the parser


class _Parser:
    """Tokens to terms, by recursive descent: statement, member, sum, product, sign, power, atom."""

    def __init__(self, text: str, tokens: list[_Token], known: Callable[[str], bool] | None) -> None:
        self.text = text
        self.tokens = tokens
        self.known = known
        self.place = 0
        self.depth = 0
        self.bars = 0
        self.calls = 0
        self.spans: dict[int, tuple[int, int]] = {}
        self.heights: dict[int, int] = {}
        self.kept: list[Term] = []  # the dictionaries above go by id

    # -- the tokens

    @property
    def token(self) -> _Token:
        return self.tokens[self.place] if self.place < len(self.tokens) else self.end

    @property
    def end(self) -> _Token:
        at = self.tokens[-1].end if self.tokens else 0
        return _Token("end", "", at, at)

    def ahead(self, count: int) -> _Token:
        return self.tokens[self.place + count] if self.place + count < len(self.tokens) else self.end

    def take(self) -> _Token:
        token = self.token
        self.place += 1
        return token

    def sees(self, kind: str, text: str = "") -> bool:
        token = self.token
        return token.kind == kind and (not text or token.text == text)

    def fail(self, message: str, token: _Token | None = None) -> NoReturn:
        raise typing_error(self.text, (token or self.token).start, message)

    def made(self, term: Term, start: int, *inside: Term) -> Term:
        height = 1 + max((self.heights.get(id(one), 0) for one in inside), default=0)
        if height > 6 * DEEPEST:
            raise typing_error(self.text, start, "this is nested too deeply to be read")
        self.kept.append(term)
        self.spans[id(term)] = start, self.tokens[self.place - 1].end
        self.heights[id(term)] = height
        return term

    def deeper(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"brackets are nested more than {DEEPEST} deep here", token)

    # -- statements

    def statements(self, line: int) -> list[Statement]:
        found: list[Statement] = []
        while self.place < len(self.tokens):
            if self.token.kind in ("stop", "comma"):
                self.take()
                continue
            if self.token.kind == "arrow":
                self.take()
                continue
            found.append(self.statement(line))
        return found

    def statement(self, line: int) -> Statement:
        is_update = False
        if self.token.kind == "relation":  # "= 4": a member whose left side stands on the line before
            self.take()
        members = [self.member()]
        while self.token.kind in ("relation", "update"):
            is_update = is_update or self.token.kind == "update"
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
            self.fail("an operator is missing here")
        return Statement(line, tuple(members), is_update)

    def member(self) -> Member:
        start = self.token.start
        term = self.sum()
        stop = self.tokens[self.place - 1].end
        addends = term.terms if isinstance(term, Sum) else (term,)
        return Member(term, self.text[start:stop], start, tuple(self.factors(one) for one in addends))

    def factors(self, addend: Term) -> tuple[Written, ...]:
        """The factors of one addend; the minus sign before it goes to the first of them."""
        sign = isinstance(addend, Negated) and isinstance(addend.term, Product)
        product = addend.term if isinstance(addend, Negated) and sign else addend
        parts = list(product.factors) if isinstance(product, Product) and product.spaced else [product]
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

    # -- expressions

    def sum(self) -> Term:
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
        return terms[0] if len(terms) == 1 else self.made(Sum(nan, tuple(terms)), start, *terms)

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
        """Factors side by side: ``2(a − y)``. In ``x/2y`` they stand below together, but ``1/2(a − y)`` is half."""
        start = self.token.start
        factors = [self.signed()]
        if isinstance(factors[0], Literal) and self.sees("op", "/") and self.ahead(1).kind == "number":
            after = self.ahead(2)
            if after.kind == "name" or (after.kind == "op" and after.text in ("(", "[", "{", "√", "frac")):
                self.take()
                bottom = self.atom()
                factors = [self.made(Quotient(nan, factors[0], bottom), start, factors[0], bottom)]
        while self.begins_factor():
            factors.append(self.power())
        if (
            len(factors) == 2
            and isinstance(factors[1], Switch)
            and isinstance(factors[0], Literal)
            and factors[0].value == 1
        ):
            return self.made(Switch(nan, factors[1].condition), start, factors[1])
        return factors[0] if len(factors) == 1 else self.made(Product(nan, tuple(factors)), start, *factors)

    def begins_factor(self) -> bool:
        token = self.token
        if token.kind in ("name", "dots"):
            return True
        if token.kind == "op":
            return token.text in ("(", "[", "{", "√", "frac", "∂") or (token.text == "|" and not self.bars)
        return False

    def signed(self) -> Term:
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
        start = self.token.start
        base = self.atom()
        if self.sees("sup"):
            raised = self.take().text
            if not re.fullmatch(r"[-+]?[0-9]{1,6}", raised):
                self.fail("this exponent cannot be read", self.ahead(-1))
            exponent = Literal(float(raised), 1.0, len(raised))
            base = self.made(Power(nan, base, exponent), start, base)
        if self.sees("op", "^"):
            token = self.take()
            self.deeper(token)
            exponent_term = self.signed()
            self.depth -= 1
            base = self.made(Power(nan, base, exponent_term), start, base, exponent_term)
        return base

    def atom(self) -> Term:  # one case for each kind of token
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
            return self.made(Dots(nan, count), token.start)
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
                return self.made(Root(nan, inner), token.start, inner)
            if token.text == "frac":
                return self.fraction()
            if token.text == "∂":
                return self.derivative()
        return self.nothing_here()

    def nothing_here(self) -> NoReturn:
        """An atom was wanted, and something else stands there."""
        if self.token.kind == "end":
            self.fail("something is missing at the end")
        if self.token.kind == "relation":
            self.fail("something is missing before this sign")
        self.fail("a number, a name or a bracket is missing here")

    def thousands(self) -> Term:
        """``1,953,125``: one number, but in ``max(1,200)`` two."""
        token = self.token
        if self.calls:
            pieces = _Lexer(self.text.replace(",", " "), ()).tokens(token.start, token.end)
            commas = [_Token("comma", ",", one.start - 1, one.start) for one in pieces[1:]]
            mixed = [pieces[0]]
            for comma, piece in zip(commas, pieces[1:], strict=True):
                mixed += [comma, piece]
            self.tokens[self.place : self.place + 1] = mixed
            return self.atom()
        self.take()
        mantissa = token.text.replace(",", "")
        return self.made(Literal(float(mantissa), *_precision(mantissa, 0)), token.start)

    def group(self) -> Term:
        opening = self.take()
        self.deeper(opening)
        inner = self.inside()
        self.close(opening)
        self.depth -= 1
        if isinstance(inner, Condition):
            return self.made(Switch(nan, inner), opening.start, inner)
        # A group is a term of its own, so that "(2·3)" is one factor; a bracketed number is that number.
        if isinstance(inner, Product) and inner.spaced:
            return self.made(Product(nan, inner.factors), opening.start, inner)
        start, stop = self.spans[id(inner)]
        self.spans[id(inner)] = (
            (start, stop) if isinstance(inner, Literal) else (opening.start, self.tokens[self.place - 1].end)
        )
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
        start = self.token.start
        if self.token.kind == "word" and self.token.text == "not":
            token = self.take()
            self.deeper(token)
            inner = self.condition_part()
            self.depth -= 1
            return self.made(Condition(nan, ("not", inner)), start, inner)
        parts: list[Term | str] = [self.sum()]
        while self.token.kind in ("compare", "relation"):
            parts += [self.take().text, self.sum()]
        if len(parts) == 1:
            assert isinstance(parts[0], Term)
            if isinstance(parts[0], Switch):
                return parts[0].condition if self.token.kind == "word" else parts[0]
            return parts[0]
        return self.made(Condition(nan, tuple(parts)), start, *(part for part in parts if isinstance(part, Term)))

    def close(self, opening: _Token) -> None:
        closing = {"(": ")", "[": "]", "{": "}"}[opening.text]
        if not self.sees("op", closing):
            if self.token.kind in ("end", "stop", "arrow") or self.token.text in (")", "]", "}"):
                self.fail("this bracket is not closed", opening)
            self.fail("an operator or a closing bracket is missing here")
        self.take()

    def absolute(self) -> Term:
        opening = self.take()
        self.deeper(opening)
        bars, self.bars = self.bars, 1
        inner = self.sum()
        self.bars = bars
        if not self.sees("op", "|"):
            self.fail("this bar is not closed", opening)
        self.take()
        self.depth -= 1
        return self.made(Bars(nan, inner), opening.start, inner)

    def fraction(self) -> Term:
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

    # -- derivatives: dL/dw, ∂L/∂w, d²L/dw², \frac{dL}{dw}

    def derivative_fraction(self, token: _Token) -> Term | None:
        if not self.sees("op", "{"):
            return None
        self.take()
        top = self.differential()
        if top is None or not self.sees("op", "}"):
            return None
        self.take()
        if not self.sees("op", "{"):
            return None
        self.take()
        bottom = self.differential()
        if bottom is None:
            return None
        if self.sees("sup") or self.sees("op", "^"):
            self.order()
        if not self.sees("op", "}"):
            return None
        self.take()
        return self.made(Derivative(nan, top[1], bottom[1], top[0], top[2]), token.start)

    def differential(self) -> tuple[bool, str, int] | None:
        """``dL``, ``d L``, ``∂L``, ``d²L``: whether it is a ∂, of what, and of which order."""
        token = self.token
        if token.kind == "op" and token.text == "∂":
            self.take()
            order = self.order()
            return (True, self.indexed(self.take().text), order) if self.token.kind == "name" else None
        if token.kind != "name" or not token.text.startswith("d"):
            return None
        self.take()
        if len(token.text) > 1:
            return False, self.indexed(token.text[1:]), 1
        order = self.order()
        return (False, self.indexed(self.take().text), order) if self.token.kind == "name" else None

    def order(self) -> int:
        """The 2 of d²L/dw², if it is there."""
        if self.token.kind == "sup":
            text = self.take().text
            return int(text) if text.isdecimal() and len(text) < 3 else 1
        if self.sees("op", "^"):
            self.take()
            braced = self.sees("op", "{")
            if braced:
                self.take()
            token = self.take()
            if braced and self.sees("op", "}"):
                self.take()
            return int(float(token.text)) if token.kind == "number" and float(token.text) in (1.0, 2.0, 3.0) else 1
        return 1

    def derivative(self) -> Term:
        token = self.token
        found = self.quotient_of_differentials()
        if found is None:
            self.fail("a derivative is written dL/dw or ∂L/∂w", token)
        return found

    def quotient_of_differentials(self) -> Term | None:
        """``dL/dw``, where it is one and not the quotient of two names."""
        begin, place = self.token, self.place
        top = self.differential()
        if top is not None and self.sees("op", "/"):
            self.take()
            bottom_token = self.token
            bottom = self.differential()
            if (
                bottom is not None
                and bottom[0] == top[0]
                and not self.both_known(begin, bottom_token, top[1], bottom[1])
            ):
                if top[2] > 1:
                    self.order()
                return self.made(Derivative(nan, top[1], bottom[1], top[0], top[2]), begin.start)
        self.place = place
        return None

    def both_known(self, top: _Token, bottom: _Token, of: str, wrt: str) -> bool:
        if self.known is None or not (self.known(top.text) and self.known(bottom.text)):
            return False
        return not (self.known(of) and self.known(wrt))

    # -- names and calls

    def indexed(self, name: str) -> str:
        """``a^{(3)}``, the layer's number, as a3; the name has been taken."""
        if not self.sees("op", "^"):
            return name
        braced = self.ahead(1).text == "{"
        shift = 2 if braced else 1
        inside = [self.ahead(shift + n) for n in range(3)]
        if inside[0].text != "(" or inside[1].kind != "number" or inside[2].text != ")":
            return name
        if braced and self.ahead(shift + 3).text != "}":
            return name
        number = float(inside[1].text)
        joined = f"{name}{int(number)}" if abs(number) < 1e6 and number == int(number) else name
        if self.known is None:
            if not braced:
                return name
        elif not self.known(joined):
            return name
        self.place += shift + 3 + braced
        return joined

    def named(self) -> Term:
        token = self.token
        if token.text.startswith("d") and not (token.text == "d" and self.known is not None and self.known("d")):
            found = self.quotient_of_differentials()
            if found is not None:
                return found
        self.take()
        name = self.indexed(token.text)
        is_known = self.known is not None and self.known(name)
        function = _function(token.text)
        if function and (self.sees("op", "(") or (not is_known and (self.sees("op", "'") or self.begins_argument()))):
            return self.call(function, token)
        if self.sees("op", "'") and not is_known:
            self.take()
            name += "'"
        if is_known or self.known is None:
            if self.known is None and name in _CONSTANTS:
                return self.made(Number(_CONSTANTS[name]), token.start)
            return self.made(Symbol(nan, name), token.start)
        if name in _CONSTANTS:
            return self.made(Number(_CONSTANTS[name]), token.start)
        pieces = self.pieces(name)
        if pieces:
            symbols = [self.made(Symbol(nan, piece), token.start) for piece in pieces]
            return self.made(Product(nan, tuple(symbols)), token.start, *symbols)
        return self.made(Symbol(nan, name), token.start)

    def begins_argument(self) -> bool:
        r"""``\log p``: a function before something that is no sign."""
        return self.token.kind in ("name", "number") or self.token.text in ("{", "[", "√", "frac")

    def call(self, function: str, token: _Token) -> Term:
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
            Call(nan, row.name + prime, tuple(arguments), row.symbol + prime, row.latex), token.start, *arguments
        )

    def argument(self) -> Term:
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
                if before is not None and self.known(name[start:stop]):
                    ways[stop] = [*before, name[start:stop]]
                    break
        return ways[-1] or []


# ------------------------------------------------------------------------------------------------------- the lines

_TITLE = re.compile(r"\s*(?:forward|backward|chain|derivatives|update)(?:\s{2,}|\s*:)\s*")
_MARK = re.compile(
    r"\s*(?:[0-9]{1,3}[.)]\s+|[-*•‣]\s+|(?:[Ss]tep\s+[0-9]+|[A-Z][a-z]+(?:\s+[a-zA-Z]+){0,4})\s*:\s*|>\s+)"
)
_REASON = re.compile(r"[,(]?\s?(?:\\text\{\s?)?\b(?:since|because)\b.*|\\q?quad\s?\\text\{.*|(?<=\s\s\s)the seed\s*$")
_RELATION = re.compile(r"=|≈|←|\\approx|<-")
_CONTINUES = re.compile(r"[\s&]*(?:=|≈|~=|\\approx)")
_RESULT = re.compile(r"\s*\S+\s*:\s*[^=]*(?:→|->)[^=]*$")
_WORD = re.compile(r"(?<![^\s(])[^\W\d_]{2,}(?=[\s,.:;!?)]|$)")


def read(text: str, known: Callable[[str], bool] | None = None, *, odd: Collection[str] = ()) -> Reading:
    """Read what a person wrote: one statement or several, on one line or several.

    `known` says whether a name is one of the graph's; then ``wx`` may mean w·x, and words between formulas are told
    from names. `odd` are known names that do not look like names, such as labels of two words.

    Raises `UsageError`, with the place marked, for what cannot be read.

    >>> reading = read("dL/da = 2(a − y) = 2·(7 − 5) = 4")
    >>> [member.text for member in reading.statements[0].members]
    ['dL/da', '2(a − y)', '2·(7 − 5)', '4']
    >>> read("dL/da = 2(a - y")
    Traceback (most recent call last):
        ...
    autograd_scalar.errors.UsageError: this bracket is not closed
        dL/da = 2(a - y
                 ^
    """
    if not isinstance(text, str):
        raise UsageError(f"a derivation is text, not {text!r}")
    if len(text) > LONGEST:
        raise UsageError(f"this text has {len(text):,} characters; at most {LONGEST:,} are read")
    lexer = _Lexer(text, odd)
    statements: list[Statement] = []
    words: list[str] = []
    lines = _logical_lines(text)
    for number, start, stop in lines:
        if _is_prose(text[start:stop], known):
            words.append(" ".join(text[start:stop].split()))
            continue
        tokens = lexer.tokens(start, stop)
        if tokens:
            statements += _Parser(text, tokens, known).statements(number)
    if not statements:
        raise typing_error(text, 0, "there is no formula here")
    return Reading(text, tuple(statements), tuple(words))


def _logical_lines(text: str) -> list[tuple[int, int, int]]:
    """(number, start, end) of each line, without titles and reasons; one that begins with = goes on with the last."""
    found: list[tuple[int, int, int]] = []
    breaks = list(re.finditer(r"\n|\\\\[ \t]{0,9}\n?", text))
    starts = [0, *(match.end() for match in breaks)]
    ends = [*(match.start() for match in breaks), len(text)]
    for number, (whole_start, whole_end) in enumerate(zip(starts, ends, strict=True), 1):
        start, end = whole_start, whole_end
        for pattern in (_TITLE, _MARK):
            match = pattern.match(text, start, end)
            if match and _RELATION.search(text, match.end(), end):
                start = match.end()
        reason = _REASON.search(text, start, end)
        if reason:
            end = reason.start()
        if not text[start:end].strip(" \t\r&$"):
            continue
        if found and _CONTINUES.match(text, start, end) and not _cut_between(text, found[-1][2], whole_start):
            found[-1] = (found[-1][0], found[-1][1], end)
            continue
        found.append((number, start, end))
    return found


def _cut_between(text: str, start: int, stop: int) -> bool:
    """Whether something other than a line break was cut off between two lines."""
    return bool(text[start:stop].strip(" \t\r\n\\&"))


def _is_prose(line: str, known: Callable[[str], bool] | None) -> bool:
    """Plain words: three and more that are no names, or a line of our own that has no formula in it."""
    if (
        line.lstrip().startswith("Names:")
        or re.fullmatch(r"[\s&]*\\text\{(?:[^{}\\]|\\.|\{\})*\}\s*", line)
        or (len(line) < 400 and _RESULT.match(line))
    ):
        return True
    bare = re.sub(r"\\(?:text|mathrm|operatorname|begin|end)\s*\{[^{}]*\}", " ", line)
    words = [word for word in _WORD.findall(bare) if word.isalpha() and word not in ("and", "or", "not", *_CONSTANTS)]
    unknown = [word for word in words if not _function(word)]
    if known is not None:
        unknown = [word for word in unknown if not known(word) and not (word[0] == "d" and known(word[1:]))]
    return len(unknown) >= 3 or (
        len(unknown) == 2 and not _RELATION.search(line) and not re.search(r"[-+*/^·×()−\\]", line)
    )


# ------------------------------------------------------------------------------------------------------- the numbers

EPSILON = 2.0**-52


def evaluate(  # noqa: C901  # one case for each kind of term
    term: Term, value_of: Callable[[Symbol | Derivative], float], *, rounding: bool = False, digits: int | None = None
) -> tuple[float, float]:
    """The number of a term, and how far floating point may have moved it; names and derivatives by `value_of`.

    With `rounding` the error also counts what each typed number may have lost when it was rounded to its digits; with
    `digits` each name and each function is rounded to so many significant digits before it is used.

    What has no number (a logarithm of −1, a part left out) is NaN.
    """

    def rounded(value: float) -> float:
        return float(f"{value:.{digits}g}") if digits is not None and isfinite(value) else value

    def of(one: Term) -> tuple[float, float]:  # noqa: C901  # one case for each kind of term
        match one:
            case Literal(value=value, unit=unit, digits=significant):
                is_round = unit >= 1 and significant < 2
                return value, 0.5 * unit if rounding and not is_round else 0.0
            case Number(value=value):
                return value, 0.0
            case Symbol() | Derivative():
                value = rounded(value_of(one))
                return value, 2 * EPSILON * abs(value)
            case Sum(terms=parts):
                numbers = [of(part) for part in parts]
                total = 0.0
                slack = 0.0
                for value, error in numbers:
                    total += value
                    slack += error + EPSILON * (abs(value) + abs(total))
                return total, slack
            case Negated(term=inner):
                value, error = of(inner)
                return -value, error
            case Product(factors=parts):
                product, slack = 1.0, 0.0
                for value, error in map(of, parts):
                    slack = abs(product) * error + abs(value) * slack + error * slack + EPSILON * abs(product * value)
                    product *= value
                return product, slack
            case Quotient(top=top, bottom=bottom):
                (a, da), (b, db) = of(top), of(bottom)
                if b == 0:
                    return nan, 0.0
                slack = (da + abs(a / b) * db) / (abs(b) - db) if db < abs(b) else inf
                return a / b, slack + EPSILON * abs(a / b)
            case Power(base=base, exponent=exponent):
                return _function_of(_power, [of(base), of(exponent)])
            case Root(term=inner):
                return _function_of(lambda x: _called("sqrt", [x]), [of(inner)])
            case Bars(term=inner):
                value, error = of(inner)
                return abs(value), error
            case Call(name=name, arguments=parts):
                value, error = _function_of(lambda *x: _called(name, list(x)), [of(part) for part in parts])
                return rounded(value), error
            case Switch(condition=condition):
                return of(condition)
            case Condition():
                return _holds(one, of), 0.0
        return nan, 0.0

    return of(term)


def _function_of(function: Callable[..., float], arguments: list[tuple[float, float]]) -> tuple[float, float]:
    """A function at numbers with errors: each argument is moved by its own error."""
    values = [value for value, _ in arguments]
    result = function(*values)
    error = 2 * EPSILON * abs(result)
    for place, (value, slack) in enumerate(arguments):
        if slack and isfinite(slack):
            moves = [function(*values[:place], value + step, *values[place + 1 :]) for step in (-slack, slack)]
            error += max((abs(moved - result) for moved in moves if isfinite(moved)), default=0.0)
    return result, error


def _power(base: float, exponent: float) -> float:
    try:
        return float(base**exponent) if base >= 0 or exponent == int(exponent) else nan
    except (ValueError, ArithmeticError):
        return nan


def _called(name: str, arguments: list[float]) -> float:
    row = table[name.rstrip("'")]
    parameters = [argument.name for argument in row.arguments if argument.kind == "parameter"]
    is_sequence = any(argument.kind == "sequence" for argument in row.arguments)
    own = len(arguments) if is_sequence else len(row.operands)
    given = dict(zip(parameters, arguments[own:], strict=False))
    try:
        if name.endswith("'"):
            (slope, *_) = getattr(functions, row.name)(Value(arguments[0]), *arguments[1:own], **given).partials()
            return float(slope)
        return float(getattr(functions, row.name)(*arguments[:own], **given))
    except (AutogradError, TypeError, ValueError, ArithmeticError):
        return nan


_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "≤": lambda a, b: a <= b, ">": lambda a, b: a > b, "≥": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "≠": lambda a, b: a != b,
}  # fmt: skip


def _holds(condition: Condition, of: Callable[[Term], tuple[float, float]]) -> float:
    parts = condition.parts
    if parts[0] == "not":
        return 1.0 - of(parts[1])[0] if isinstance(parts[1], Term) else nan
    numbers = [of(part)[0] if isinstance(part, Term) else part for part in parts]
    if any(part in ("and", "or") for part in parts):
        held = [bool(number) for number in numbers[::2]]
        result = held[0]
        for word, one in zip(numbers[1::2], held[1:], strict=True):
            result = (result and one) if word == "and" else (result or one)
        return float(result)
    result = True
    for place in range(1, len(numbers), 2):
        left, word, right = numbers[place - 1 : place + 2]
        assert isinstance(left, float | int)
        assert isinstance(right, float | int)
        assert isinstance(word, str)
        result = result and _COMPARE[word](left, right)
    return float(result) if len(numbers) > 1 else float(copysign(1.0, abs(float(numbers[0]))) if numbers[0] else 0.0)


def mentions(term: Term) -> list[Symbol | Derivative]:
    """The names and derivatives in a term, conditions included."""
    return [one for one in walk(term) if isinstance(one, Symbol | Derivative)]
