r"""What a person writes, read: a derivation in ASCII, Unicode or LaTeX, as terms. Parsed, never evaluated as Python.

    dL/dw = dL/da · da/dz · dz/dw = 4 * 1 * 2 = 8
    \frac{da}{dz} = \sigma(z)(1 - \sigma(z)) \approx 0.000910221
    da/dz = 1{z > 0}, dz/dw = x -> dL/dw = 2(a − y)·1·x

A text is made of statements, a statement of members between equals signs, a member of addends, an addend of factors;
each keeps the characters it was read from, so that whoever judges it can quote it, and point at it. Plain words are
left out and listed. Whatever cannot be read is a `UsageError` that marks the place; nothing recurses without bound.
"""

from __future__ import annotations

from .asides import without_asides, without_joining
from .differentials import as_names
from .evaluation import evaluate, mentions
from .lines import read
from .spoken import as_written
from .written import ABOUT_WORDS, Literal, Member, Reading, Statement, TypedSum, Written, is_word, typing_error

__all__ = [
    "ABOUT_WORDS",
    "Literal",
    "Member",
    "Reading",
    "Statement",
    "TypedSum",
    "Written",
    "as_names",
    "as_written",
    "evaluate",
    "is_word",
    "mentions",
    "read",
    "typing_error",
    "without_asides",
    "without_joining",
]
