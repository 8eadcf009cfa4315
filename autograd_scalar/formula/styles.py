"""One printer for each style: a term as Unicode text, ASCII, LaTeX or MathML, with no bracket that is not needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..notation import display, escape, is_path
from .numbers import number, scientific
from .terms import (
    Bars,
    Call,
    Condition,
    Derivative,
    Dots,
    Negated,
    Number,
    Power,
    Precise,
    Product,
    Quotient,
    Root,
    Sum,
    Switch,
    Symbol,
    Term,
    children,
    from_inside,
    is_deep,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STYLES", "Style", "style_for"]

# How tightly a form binds: a term is put into brackets where it binds less tightly than its place demands.
_CHOICE, _SUM, _PRODUCT, _POWER, _ATOM = range(5)


class Style:
    """Unicode text; the other styles change what they write differently."""

    name = "text"
    minus, plus, dot, spaced_dot = "−", "+", "·", " · "
    almost, equals, arrow, since = "≈", "=", "→", "since"
    gets, colon = "←", ":"
    brackets = ("(", ")")
    side_by_side = True  # whether factors may stand together without a dot

    def __init__(self, digits: int | None, as_typed: Mapping[str, bool] | None = None) -> None:
        self.digits = digits
        self.as_typed = as_typed or {}
        self._known: dict[int, tuple[str, int]] = {}  # what of a deep term is written already, by id

    # -- the outside

    def write(self, term: Term) -> str:
        """The term, alone on its side of an equals sign; a label of several words needs no quotes there."""
        before = self._known
        self._known = {}
        if is_deep(term):  # from the inside out: nothing recurses then
            for part in from_inside(term):
                self._known[id(part)] = self._form(part)
        text = self._write(term)[0]
        self._known = before  # the terms may be gone then, and their ids another's
        return text[1:-1] if isinstance(term, Symbol) and text.startswith('"') else text

    def factor(self, term: Term) -> str:
        """The term as it stands beside the sign of a product: ``(1 − H²)``."""
        return self._factor(term, first=False)

    def equation(self, parts: list[str]) -> str:
        """Pieces of one line, joined."""
        return " ".join(parts)

    def words(self, text: str) -> str:
        """Plain words between formulas."""
        return text

    def symbol(self, name: str) -> str:
        """A name; a label of several words in quotes, where no other type tells it from what stands beside it."""
        shown = display(name, self.name, as_typed=self.as_typed.get(name, False))
        words = " " in name and '"' not in name and name[0].isalnum()
        return f'"{shown}"' if words and self.name in {"text", "ascii"} else shown

    def number(self, value: float) -> str:
        """A number, with as many digits as are shown."""
        return number(value, self.digits, self.name)

    # -- the parts

    def _within(self, term: Term, level: int) -> str:
        text, own = self._write(term)
        return self._bracketed(text) if own < level else text

    def _bracketed(self, text: str) -> str:
        return self.brackets[0] + text + self.brackets[1]

    def _write(self, term: Term) -> tuple[str, int]:
        return self._known.get(id(term)) or self._form(term)

    def _form(self, term: Term) -> tuple[str, int]:
        """The text of a term, and how tightly it binds."""
        match term:
            case Precise(value=value, digits=digits):
                return number(value, digits, self.name), _SUM
            case Number(value=value):
                return self.number(value), self._tightness(value)
            case Symbol(name=name):
                return self.symbol(name), _POWER if name[-1] in _RAISED else _ATOM  # a label may be σ²
            case Sum(terms=terms):
                return self._sum(terms), _SUM
            case Negated(term=inner):
                return self.minus + self._addend(inner), _SUM
            case Product(factors=factors, spaced=spaced):
                return self._product(factors, spaced=spaced), _PRODUCT
            case Quotient(top=top, bottom=bottom):
                return self._quotient(top, bottom)
            case Power(base=base, exponent=exponent):
                return self._power(base, exponent), _POWER
            case Call():
                return self._call(term), _ATOM
            case Bars(term=inner):
                return f"|{self._write(inner)[0]}|", _ATOM
            case Root(term=inner):
                return self._root(inner), _ATOM
            case Condition(parts=parts):
                return self._condition(parts), _CHOICE
            case Switch(condition=condition):
                return self._switch(condition), _ATOM
            case Derivative():
                return self._derivative(term), _ATOM
            case Dots(count=count):
                return f"…({count} more)…" if count else "…", _ATOM
        raise AssertionError(term)

    def _tightness(self, value: float) -> int:
        """How tightly a number binds as it is written: −2, 2·10⁷ and 10⁷ need brackets as what they look like does."""
        if value < 0:
            return _SUM
        mantissa, power = scientific(value, self.digits)
        return _ATOM if not power else _PRODUCT if mantissa else _POWER

    def _sum(self, terms: tuple[Term, ...]) -> str:
        parts = [self._write(terms[0])[0]]
        for term in terms[1:]:
            sign, shown = (self.minus, term.term) if isinstance(term, Negated) else (self.plus, term)
            parts += [sign, self._addend(shown)]
        return self._joined(parts)

    def _addend(self, term: Term) -> str:
        """A term after the sign of a sum: in brackets where it begins with a sign of its own."""
        written = self._within(term, _PRODUCT)
        return self._bracketed(written) if _is_negative(term) and not isinstance(term, Number) else written

    def _joined(self, parts: list[str]) -> str:
        return " ".join(parts)

    def _product(self, factors: tuple[Term, ...], *, spaced: bool) -> str:
        text = ""
        for place, factor in enumerate(factors):
            written = self._factor(factor, first=place == 0 and not spaced)
            if place == 0:
                text = written
            elif spaced:
                text += self.spaced_dot + written
            else:
                text += ("" if self._adjoins(factors[place - 1], factor) else self.dot) + written
        return text

    def _factor(self, term: Term, *, first: bool) -> str:
        """A factor of a product: a sign needs brackets, except at its beginning."""
        return self._within(term, _SUM if first and isinstance(term, Number) else _POWER)

    def _adjoins(self, left: Term, right: Term) -> bool:
        """Whether two factors stand side by side without a dot: ``2(a − y)``, but not ``log(1 − p)·(1 − y)``.

        After a name or a function's word the bracket would be read as its argument, after x^0.5 as the exponent.
        """
        if not self.side_by_side or not _has_symbol(right) or not _is_closed(left):
            return False
        return isinstance(right, Sum) or (isinstance(right, Power) and isinstance(right.base, Sum))

    def _quotient(self, top: Term, bottom: Term) -> tuple[str, int]:
        return f"{self._within(top, _PRODUCT)}/{self._within(bottom, _POWER)}", _PRODUCT

    def _power(self, base: Term, exponent: Term) -> str:
        written = self._within(base, _ATOM)
        if isinstance(exponent, Number) and exponent.value.is_integer() and abs(exponent.value) < 1000:
            return written + str(int(exponent.value)).translate(_SUPERSCRIPTS)
        return f"{written}^{self._within(exponent, _ATOM)}"

    def _call(self, term: Call) -> str:
        return f"{term.symbol}({', '.join(self._write(argument)[0] for argument in term.arguments)})"

    def _root(self, inner: Term) -> str:
        return f"√{self._within(inner, _ATOM)}"

    def _condition(self, parts: tuple[Term | str, ...]) -> str:
        return " ".join(part if isinstance(part, str) else self._within(part, _CHOICE) for part in parts)

    def _switch(self, condition: Condition) -> str:
        return f"1{{{self._condition(condition.parts)}}}"

    def _derivative(self, term: Derivative) -> str:
        d = "∂" if term.partial else "d"
        order = str(term.order).translate(_SUPERSCRIPTS) if term.order > 1 else ""
        return f"{d}{order}{self._differential(term.of)}/{d}{self._differential(term.wrt)}{order}"

    def _differential(self, name: str) -> str:
        """What stands after a d: in brackets where the name has a dot, for dm.w looks like a name of its own."""
        shown = self.symbol(name)
        return self._bracketed(shown) if is_path(name) else shown


_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUPERSCRIPTS = str.maketrans("-0123456789", _RAISED)


def _is_negative(term: Term) -> bool:
    """Whether a term, as it is written, begins with a minus sign."""
    match term:
        case Number(value=value):
            return value < 0
        case Product(factors=factors, spaced=False):
            return _is_negative(factors[0])
        case Quotient(top=Product() as top):  # a number alone stands in brackets there: (−1.5)/2
            return _is_negative(top)
    return False


def _is_closed(term: Term) -> bool:
    """Whether a bracket that follows a factor is read as another factor."""
    match term:
        case Number() | Sum() | Bars() | Switch():
            return True
        case Call(symbol=name):
            return len(name) == 1  # σ(z)(1 − σ(z)): nobody writes σ z, as they write log z
        case Power(base=Number() | Symbol() | Sum(), exponent=Number(value=value)):
            return value.is_integer()
    return False


def _has_symbol(term: Term) -> bool:
    pending = [term]
    while pending:
        one = pending.pop()
        if isinstance(one, Symbol | Derivative):
            return True
        if not isinstance(one, Switch):  # whose bracket is not about a factor
            pending += children(one)
    return False


class Ascii(Style):
    """What Python evaluates: ``2*(a - y)``, ``sigmoid(z)*(1 - sigmoid(z))``."""

    name = "ascii"
    minus, plus, dot, spaced_dot = "-", "+", "*", " * "
    almost, equals, arrow, gets = "~=", "=", "->", "<-"

    side_by_side = False

    def _power(self, base: Term, exponent: Term) -> str:
        return f"{self._within(base, _ATOM)}**{self._within(exponent, _ATOM)}"

    def _tightness(self, value: float) -> int:
        return _SUM if value < 0 else _ATOM  # 1e+06 is one word

    def _call(self, term: Call) -> str:
        return f"{term.name}({', '.join(self._write(argument)[0] for argument in term.arguments)})"

    def _form(self, term: Term) -> tuple[str, int]:
        match term:
            case Bars(term=inner):
                return f"abs({self._write(inner)[0]})", _ATOM
            case Dots(count=count):
                return f"...({count} more)..." if count else "...", _ATOM
        return super()._form(term)

    def _root(self, inner: Term) -> str:
        return f"sqrt({self._write(inner)[0]})"

    def _condition(self, parts: tuple[Term | str, ...]) -> str:
        words = [
            _ASCII_WORDS.get(part, part) if isinstance(part, str) else self._within(part, _CHOICE) for part in parts
        ]
        return " ".join(words)

    def _switch(self, condition: Condition) -> str:
        return f"({self._condition(condition.parts)})"

    def _derivative(self, term: Derivative) -> str:
        d = "partial " if term.partial else "d"  # else df/dx = df/da * da/dx + df/dx would say that something is 0
        order = f"^{term.order}" if term.order > 1 else ""
        return f"{d}{order}{self._differential(term.of)}/{d}{self._differential(term.wrt)}{order}"


_ASCII_WORDS = {"≤": "<=", "≥": ">=", "=": "==", "≠": "!="}


class Latex(Style):
    """LaTeX for math mode."""

    name = "latex"
    minus, plus, dot, spaced_dot = "-", "+", r" \cdot ", r" \cdot "
    almost, equals, arrow, gets = r"\approx", "=", r"\to", r"\leftarrow"
    brackets = (r"\left(", r"\right)")

    def words(self, text: str) -> str:
        return rf"\text{{{escape(text, 'latex')}}}"

    def _form(self, term: Term) -> tuple[str, int]:
        match term:
            case Bars(term=inner):
                return rf"\left|{self._write(inner)[0]}\right|", _ATOM
            case Dots(count=count):
                return rf"\cdots \text{{({count} more)}} \cdots" if count else r"\cdots", _ATOM
        return super()._form(term)

    def _quotient(self, top: Term, bottom: Term) -> tuple[str, int]:
        return rf"\frac{{{self._write(top)[0]}}}{{{self._write(bottom)[0]}}}", _PRODUCT

    def _power(self, base: Term, exponent: Term) -> str:
        return f"{self._within(base, _ATOM)}^{{{self._write(exponent)[0]}}}"

    def _call(self, term: Call) -> str:
        return rf"{term.latex}{self._bracketed(', '.join(self._write(argument)[0] for argument in term.arguments))}"

    def _root(self, inner: Term) -> str:
        return rf"\sqrt{{{self._write(inner)[0]}}}"

    def _condition(self, parts: tuple[Term | str, ...]) -> str:
        return " ".join(_LATEX_WORDS.get(p, p) if isinstance(p, str) else self._within(p, _CHOICE) for p in parts)

    def _switch(self, condition: Condition) -> str:
        return rf"\mathbf{{1}}\{{{self._condition(condition.parts)}\}}"

    def _derivative(self, term: Derivative) -> str:
        d = r"\partial " if term.partial else "d"
        order = f"^{{{term.order}}}" if term.order > 1 else ""
        of = self._differential(term.of)
        above = f"{d.strip()}{order}{of}" if order else f"{d}{of}"
        return rf"\frac{{{above}}}{{{d}{self._differential(term.wrt)}{order}}}"


_LATEX_WORDS = {"≤": r"\le", "≥": r"\ge", "≠": r"\ne", "and": r"\land", "or": r"\lor", "not": r"\lnot"}


class Mathml(Style):
    """Presentation MathML, without the surrounding ``<math>``."""

    name = "mathml"
    minus, plus, dot, spaced_dot = "<mo>−</mo>", "<mo>+</mo>", "<mo>·</mo>", "<mo>·</mo>"
    almost, equals, arrow, gets = "<mo>≈</mo>", "<mo>=</mo>", "<mo>→</mo>", "<mo>←</mo>"
    colon = "<mo>:</mo>"
    brackets = ("<mrow><mo>(</mo>", "<mo>)</mo></mrow>")

    def equation(self, parts: list[str]) -> str:
        return f"<mrow>{''.join(parts)}</mrow>"

    def words(self, text: str) -> str:
        kept = "\xa0" * text.endswith(" ")  # MathML drops a blank at the end of a text
        return f"<mtext>{escape(text, 'html').removesuffix(' ')}{kept}</mtext>"

    def _joined(self, parts: list[str]) -> str:
        return f"<mrow>{''.join(parts)}</mrow>"

    def _form(self, term: Term) -> tuple[str, int]:
        match term:
            case Negated(term=inner):
                return f"<mrow>{self.minus}{self._addend(inner)}</mrow>", _SUM
            case Product(factors=factors, spaced=spaced):
                return f"<mrow>{self._product(factors, spaced=spaced)}</mrow>", _PRODUCT
            case Bars(term=inner):
                return f"<mrow><mo>|</mo>{self._write(inner)[0]}<mo>|</mo></mrow>", _ATOM
            case Dots(count=count):
                return f"<mtext>…{f'({count} more)…' if count else ''}</mtext>", _ATOM
        return super()._form(term)

    def _quotient(self, top: Term, bottom: Term) -> tuple[str, int]:
        return f"<mfrac>{self._write(top)[0]}{self._write(bottom)[0]}</mfrac>", _PRODUCT

    def _power(self, base: Term, exponent: Term) -> str:
        return f"<msup>{self._within(base, _ATOM)}{self._write(exponent)[0]}</msup>"

    def _call(self, term: Call) -> str:
        arguments = "<mo>,</mo>".join(self._write(argument)[0] for argument in term.arguments)
        return f"<mrow><mi>{escape(term.symbol, 'html')}</mi><mo>⁡</mo>{self._bracketed(arguments)}</mrow>"

    def _root(self, inner: Term) -> str:
        return f"<msqrt>{self._write(inner)[0]}</msqrt>"

    def _condition(self, parts: tuple[Term | str, ...]) -> str:
        written = [
            f"<mo>{escape(part, 'html')}</mo>" if isinstance(part, str) else self._within(part, _CHOICE)
            for part in parts
        ]
        return f"<mrow>{''.join(written)}</mrow>"

    def _switch(self, condition: Condition) -> str:
        return f"<mrow><mn>1</mn><mo>{{</mo>{self._condition(condition.parts)}<mo>}}</mo></mrow>"

    def _derivative(self, term: Derivative) -> str:
        d = f"<mi>{'∂' if term.partial else 'd'}</mi>"
        raised = f"<msup>{d}<mn>{term.order}</mn></msup>" if term.order > 1 else d
        below = self._differential(term.wrt)
        below = f"<msup>{below}<mn>{term.order}</mn></msup>" if term.order > 1 else below
        return f"<mfrac><mrow>{raised}{self._differential(term.of)}</mrow><mrow>{d}{below}</mrow></mfrac>"


STYLES: dict[str, type[Style]] = {"text": Style, "ascii": Ascii, "latex": Latex, "mathml": Mathml}


def style_for(name: str, digits: int | None, names: list[str]) -> Style:
    """The printer of a style for formulas in which these names occur together: look-alikes are shown as typed."""
    from ..notation import displayed

    shown = displayed(names, "text")
    alone = {one: display(one) for one in shown}
    return STYLES[name](digits, {one: shown[one] != alone[one] for one in shown})
