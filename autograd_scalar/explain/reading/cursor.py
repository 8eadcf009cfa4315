"""A place among tokens, and the terms made so far: what every part of the parser stands on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from .lexer import Token
from .written import typing_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...formula.terms import Term

__all__ = ["Cursor"]

DEEPEST = 40  # brackets within brackets


class Cursor:
    """Tokens, and the place that was reached among them; each term that was made, and the characters it came from."""

    def __init__(self, text: str, tokens: list[Token], known: Callable[[str], bool] | None) -> None:
        self.text = text
        self.tokens = tokens
        self.known = known
        self.place = 0
        self.depth = 0
        self.bars = 0
        self.calls = 0
        self.spans: dict[int, tuple[int, int]] = {}
        self.heights: dict[int, int] = {}
        self.together: set[int] = set()  # products of names that stand together, wx
        self.side_by_side: set[int] = set()  # products of factors without a sign between them, 2(a − y)x
        self.kept: list[Term] = []  # the dictionaries and sets above go by id

    # -- the tokens

    @property
    def token(self) -> Token:
        """The token at the place."""
        return self.tokens[self.place] if self.place < len(self.tokens) else self.end

    @property
    def end(self) -> Token:
        """What stands behind the last token."""
        at = self.tokens[-1].end if self.tokens else 0
        return Token("end", "", at, at)

    def ahead(self, count: int) -> Token:
        """A token further on."""
        return self.tokens[self.place + count] if self.place + count < len(self.tokens) else self.end

    def take(self) -> Token:
        """The token at the place; the place moves on."""
        token = self.token
        self.place += 1
        return token

    def sees(self, kind: str, text: str = "") -> bool:
        """Whether the token at the place is of a kind, and reads so."""
        token = self.token
        return token.kind == kind and (not text or token.text == text)

    def fail(self, message: str, token: Token | None = None) -> NoReturn:
        """Refuse the text, with this place marked."""
        raise typing_error(self.text, (token or self.token).start, message)

    def refuse_decimal_comma(self) -> None:
        """``8,0``: at a comma with a digit close on either side, the error that says how it is written."""
        before, comma, after = self.ahead(-1), self.token, self.ahead(1)
        if comma.kind == "comma" and before.kind == after.kind == "number" and before.end + 1 == after.start:
            typed = self.text[before.start : after.end]
            self.fail(f"write {typed.replace(',', '.')} with a point; after a comma another statement begins", comma)

    def made(self, term: Term, start: int, *inside: Term) -> Term:
        """A term; from where it came, and how deeply it is nested, is noted."""
        height = 1 + max((self.heights.get(id(one), 0) for one in inside), default=0)
        if height > 6 * DEEPEST:
            raise typing_error(self.text, start, "this is nested too deeply to be read")
        self.kept.append(term)
        self.spans[id(term)] = start, self.tokens[self.place - 1].end
        self.heights[id(term)] = height
        return term

    def deeper(self, token: Token) -> None:
        """Go down one bracket, of at most so many."""
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"brackets are nested more than {DEEPEST} deep here", token)
