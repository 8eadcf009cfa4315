r"""Derivatives as they are written: dL/dw, ∂L/∂w, d²L/dw², d2L/dw2, \frac{dL}{dw}."""

from __future__ import annotations

import re
from math import nan
from typing import TYPE_CHECKING

from ...formula.terms import Derivative
from .cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...formula.terms import Term
    from .lexer import Token

__all__ = ["Differentials", "as_names"]

LONGEST = 60  # characters of a derivative in one word


def as_names(text: str, known: Callable[[str], bool]) -> tuple[str, str] | None:
    """The two names of ``dL_dw`` or ``dLdw``, where both are known."""
    if not text.startswith("d") or len(text) > LONGEST:
        return None
    for match in re.finditer("_?d", text[2:]):
        of, wrt = text[1 : match.start() + 2], text[match.end() + 2 :]
        if wrt and known(of) and known(wrt):
            return of, wrt
    return None


class Differentials(Cursor):
    """The part of the parser that reads derivatives, and the names in them."""

    def derivative_fraction(self, token: Token) -> Term | None:
        r"""``\frac{dL}{dw}``, where it is one."""
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
            name = self.name_after_d()
            return (True, name, order) if name else None
        if token.kind != "name" or not token.text.startswith("d"):
            return None
        self.take()
        if len(token.text) > 1:
            return False, self.indexed(token.text[1:]), 1
        order = self.order()
        name = self.name_after_d()
        return (False, name, order) if name else None

    def name_after_d(self) -> str:
        """The name after a d that stands alone, perhaps in brackets: ``d(model.w)``; nothing where there is none."""
        if self.token.kind == "name":
            return self.indexed(self.take().text)
        if self.sees("op", "(") and self.ahead(1).kind == "name" and self.ahead(2).text == ")":
            self.take()
            name = self.take().text
            self.take()
            return name
        return ""

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
        """``∂L/∂w``."""
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
            twice = self.plain_second(begin)
            if twice is not None:
                return twice
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

    def run_together(self) -> Term | None:
        """``dL_dw`` and ``dLdw``, as programs have them, where no name reads so."""
        token = self.token
        names = None if self.known is None or self.known(token.text) else as_names(token.text, self.known)
        if names is None:
            return None
        self.take()
        return self.made(Derivative(nan, *names), token.start)

    def plain_second(self, top: Token) -> Term | None:
        """``d2L/dw2``: d²L/dw² in plain letters; the slash has not been taken."""
        bottom = self.ahead(1)
        names = re.fullmatch(r"d2(.+)/d(.+)2", f"{top.text}/{bottom.text}")
        if (
            names is None
            or bottom.kind != "name"
            or (self.known is not None and not all(map(self.known, names.groups())))
        ):
            return None
        self.take()
        self.take()
        return self.made(Derivative(nan, names[1], names[2], order=2), top.start)

    def both_known(self, top: Token, bottom: Token, of: str, wrt: str) -> bool:
        """Whether ``d1/d2`` is the quotient of two names of the graph."""
        if self.known is None or not (self.known(top.text) and self.known(bottom.text)):
            return False
        return not (self.known(of) and self.known(wrt))

    def indexed(self, name: str) -> str:
        """``a^{(3)}``, the layer's number, as a3; the name has been taken."""
        if not self.sees("op", "^"):
            return name
        braced = self.ahead(1).text == "{"
        shift = 2 if braced else 1
        inside = [self.ahead(shift + n) for n in range(5)]
        if inside[0].text == "(" and inside[1].kind == "name":
            return self.counted(name, inside, shift, braced=braced)
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

    def counted(self, name: str, inside: list[Token], shift: int, *, braced: bool) -> str:
        """``w^{(t)}`` and ``w^{(t+1)}``, before and after a step, as w_t and w_t+1."""
        letter = inside[1].text
        is_next = [one.text for one in inside[2:]] == ["+", "1e0", ")"]
        length = 5 if is_next else 3
        is_closed = self.ahead(shift + length - 1).text == ")"
        if braced and self.ahead(shift + length).text != "}":
            is_closed = False
        if self.known is None or not self.known(name) or self.known(letter) or not is_closed:
            return name
        self.place += shift + length + braced
        return f"{name}_{letter}" + "+1" * is_next
