"""Numbers compared: equal, equal when rounded, or off, and by how much."""

from __future__ import annotations

import re
from dataclasses import replace
from math import isfinite, isnan, nan
from typing import TYPE_CHECKING

from ...formula.equations import walk
from ...formula.numbers import number
from ...formula.terms import Call, Negated, Power, Product, Sum, Term
from ..reading import Literal, Written

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "agrees",
    "deviation",
    "follows",
    "is_rounded_before",
    "is_rounding",
    "is_whole",
    "joined",
    "magnifies",
    "negative",
    "rounded",
    "rounds",
    "spread",
    "tidy",
    "unlikeness",
]

EARLIER, EARLIER_SHARE = 3, 2e-3  # units of the last digit that rounding before may have cost, and how much of it all


def agrees(value: float, error: float, true: float, size: float, tolerance: float = 1e-9) -> bool:
    """Whether two numbers are equal to rounding; `size` is how large what was added up to the true one is."""
    if isnan(value) or isnan(true):
        return isnan(value) and isnan(true)
    if not (isfinite(value) and isfinite(true)):
        return value == true
    return abs(value - true) <= error + tolerance * abs(true) + 1e-12 * (size if isfinite(size) else 0.0)


def rounds(one: Term, true: float) -> bool:
    """Whether a typed number is `true` rounded, its sign aside."""
    return isinstance(one, Literal) and one.digits >= 2 and abs(abs(one.value) - abs(true)) <= 0.5000001 * one.unit


def is_rounding(literal: Literal, true: float) -> bool:
    """Whether a typed number is `true` with digits dropped, and no more of them than a reader expects."""
    gap = abs(literal.value - true)
    if not isfinite(gap) or literal.value == 0 != true:
        return False
    whole = abs(literal.value) < 1e15 and literal.value == int(literal.value)
    digits = literal.digits if not whole or literal.unit < 1 else max(literal.digits, len(str(int(abs(literal.value)))))
    if gap <= 0.5000001 * literal.unit:
        return digits >= 2 or gap <= 0.01 * abs(true)
    return digits >= 3 and literal.unit < 1 and gap < literal.unit and abs(literal.value) < abs(true)


def follows(literal: Literal, before: float) -> bool:
    """Whether a number is the result of the step before it, to its own digits (or a digit more, cut off)."""
    return isfinite(before) and (
        abs(literal.value - before) <= 0.5000001 * literal.unit or abs(literal.value - before) <= 1e-9 * abs(before)
    )


def is_whole(one: Literal) -> bool:
    """Whether a typed number is a whole one, and so was not rounded: 24, and 3000."""
    return one.unit == 1 or (one.unit > 1 and one.digits < 2)


def rounded(term: Term, exact: Collection[float]) -> list[Literal]:
    """The typed numbers that may have been rounded: no whole ones, and none of those that are `exact`."""
    return [one for one in walk(term) if isinstance(one, Literal) and not is_whole(one) and abs(one.value) not in exact]


def spread(term: Term, exact: Collection[float] = ()) -> float:
    """How far a formula of rounded numbers may be off when nothing cancels, relatively."""
    total = sum(0.5 * one.unit / abs(one.value) for one in rounded(term, exact) if one.value)
    return min(1.5 * total, 0.05)


def is_rounded_before(literal: Literal, true: float) -> bool:
    """Whether a typed number is `true` but for what an earlier number lost when it was rounded."""
    gap = abs(literal.value - true)
    is_own = gap <= 0.5000001 * literal.unit and not is_whole(literal)
    return is_own or gap <= min(EARLIER * literal.unit, EARLIER_SHARE * abs(true))


def magnifies(term: Term) -> bool:
    """Whether a formula can make more of a rounded number's relative error: a sum, a power, a function can."""
    return any(isinstance(one, Sum | Power | Call) for one in walk(term))


def unlikeness(value: float, true: float) -> float:
    """How little one number looks like another: 0 where it is the same, up to 1."""
    if isnan(value) or isnan(true):
        return 0.0 if isnan(value) and isnan(true) else 1.0
    if value == true or abs(value - true) <= 1e-9 * abs(true):
        return 0.0
    if value == 0 or true == 0 or not (isfinite(value) and isfinite(true)):
        return 1.0
    ratio = abs(value / true)
    size = min(ratio, 1 / ratio) if ratio else 0.0
    return min(1.0, 0.2 + 0.8 * (1 - size) + (0.1 if value * true < 0 else 0.0))


def negative(term: Term) -> Term:
    """−term."""
    if isinstance(term, Literal):
        return replace(term, value=-term.value)
    return term.term if isinstance(term, Negated) else Negated(-term.value, term)


def tidy(text: str) -> str:
    """One line, without LaTeX's brackets that grow."""
    return " ".join(re.sub(r"\\(?:left|right)\s?(?=[()|\[\]])", "", text).split())


def joined(group: tuple[Written, ...], text: str) -> Written:
    """Factors side by side as one."""
    start, stop = group[0].at, group[-1].at + len(group[-1].text)
    return Written(Product(nan, tuple(one.term for one in group)), " ".join(text[start:stop].split()), start)


def deviation(value: float, true: float) -> str:
    """``9.75 % too large``; of two negative numbers ``9.75 % too large in size``."""
    if true == 0 or value == 0 or not (isfinite(value) and isfinite(true)):
        return "off"
    sign = "the wrong sign" if value * true < 0 else ""
    ratio = abs(value / true)
    if abs(ratio - 1) < (1e-2 if sign else 5e-7):
        return sign or f"off by {number(abs(value - true), 3)}"
    if 0.5 < ratio < 2:
        size = f"{number(abs(ratio - 1) * 100, 3)} % too {'large' if ratio > 1 else 'small'}"
    else:
        times = ratio if ratio > 1 else 1 / ratio
        size = f"{number(times, 3)} times too {'large' if ratio > 1 else 'small'}"
    if value < 0 and true < 0:
        size += " in size"
    return f"{sign}, and {size}" if sign else size
