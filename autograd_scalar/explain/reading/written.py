"""What a reader hands on: terms with the characters they were read from; and the error that marks a place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import UsageError
from ...formula.terms import Number, Sum, Term

__all__ = ["ABOUT_WORDS", "Literal", "Member", "Reading", "Statement", "TypedSum", "Written", "is_word", "typing_error"]


@dataclass(frozen=True, slots=True)
class Literal(Number):
    """A number as it was typed: `unit` is the place value of its last digit, `digits` counts the significant ones."""

    unit: float
    digits: int


@dataclass(frozen=True, slots=True)
class TypedSum(Sum):
    """A sum as it was typed: the characters of each of its terms, the sign before it included."""

    texts: tuple[str, ...]


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
    """``left = member = member``, on line number `line`; an update, ``w ← …``, and ``w := …`` are marked."""

    line: int
    members: tuple[Member, ...]
    is_update: bool = False
    is_assigned: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """All statements of a text, and the lines that are plain words."""

    text: str
    statements: tuple[Statement, ...]
    words: tuple[str, ...]


ABOUT_WORDS = "words stand on lines of their own, or are left out"


def is_word(name: str, text: str) -> bool:
    """Whether something that is no name is a plain word: it stands beside a formula, without a sign between them."""
    if not re.fullmatch(r"[^\W\d_]{2,}", name):
        return False
    beside = r"[^\S\n]+(?=[\w\\∂(\"])"
    return bool(re.search(rf"(?<!\w){name}{beside}|[\w)\]}}.][^\S\n]+{name}(?!\w)", text))


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
