"""The likely slip behind a number or formula that is off: the first of the usual ones that gives it."""

from __future__ import annotations

from itertools import islice, pairwise
from math import isfinite, isnan
from typing import TYPE_CHECKING

from ..reading import Literal, Member, Written, mentions
from .alignment import aligned
from .claims import NOTHING, Guess, Target, Verdict
from .closeness import is_rounding, joined, spread
from .slope_slips import SlopeSlips
from .sums import Sums
from .value_slips import ValueSlips

if TYPE_CHECKING:
    from ...formula.terms import Term
    from .judging import Judge

__all__ = ["Slips"]

MOST = 2000  # slips that are tried


class Slips:
    """Compares what was written with what each slip would have given."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.words = judge.words
        self.of_value = ValueSlips(judge)
        self.of_slope = SlopeSlips(judge)
        self.of_sum = Sums(judge)

    def slip(self, written: Written, target: Target, found: Verdict) -> Guess:
        """The first of the usual slips that gives what was written; one without a name if none does."""
        point = found.point or self.judge.recorded
        if found.verdict == "early":
            return Guess(found.value, "rounded too early", "numbers were rounded before they were subtracted")
        if isnan(found.value) or isnan(found.true) or target.order > 1:
            return NOTHING
        numbers_only = not mentions(written.term)
        term = self.of_sum.guess(written, target, found.true)
        if term.slip == "sign":
            return term
        there = self._written_slopes(written, target)
        has_all_routes = self._has_all_routes(written, target)
        size = self.judge.truths(target, point)[0][1]
        if target.wrt is None:
            guesses = self.of_value.guesses(target, point)
        else:
            guesses = self.of_slope.guesses(target, point, numbers_only=numbers_only)
        for guess in islice(guesses, MOST):
            if abs(guess.value - found.true) <= 1e-9 * max(abs(found.true), size) or not isfinite(guess.value):
                continue
            if any(guess.words.startswith(f"the factor {slope} = ") for slope in there):
                continue
            if guess.slip == "sum over uses forgotten" and (term.slip or has_all_routes):
                continue
            if self._fits(written.term, found, guess.value):
                return guess
        return term

    def _written_slopes(self, written: Written, target: Target) -> set[str]:
        """The slopes of a chain that stand in a product, by name or by number."""
        if target.wrt is None or not isinstance(written, Member) or len(written.addends) != 1:
            return set()
        (factors,) = written.addends
        routes = self.judge.routes(target.of, target.wrt)
        if len(routes) != 1 or not 2 <= len(factors) <= 24 or not 2 < len(routes[0]) <= 25:
            return set()
        slopes = [Target("slope", self.words.derivative(*pair), *pair) for pair in pairwise(routes[0])]
        there = set()
        for group, slope in aligned(self.judge, factors, slopes):
            if group and slope is not None:
                one = group[0] if len(group) == 1 else joined(group, self.words.text)
                if self.judge.verdict(one, slope).is_right:
                    there.add(slope.text)
        return there

    def _has_all_routes(self, written: Written, target: Target) -> bool:
        """Whether as many terms are written as there are routes."""
        if target.wrt is None or not isinstance(written, Member):
            return False
        return len(written.addends) >= len(self.judge.routes(target.of, target.wrt)) > 1

    def _fits(self, term: Term, found: Verdict, value: float) -> bool:
        if abs(found.value - value) <= found.error + 1e-6 * abs(value):
            return True
        if isinstance(term, Literal):
            return abs(term.value) != 1 and is_rounding(term, value)  # 1 is what is left when all factors are
        return bool(not mentions(term) and abs(found.value - value) <= spread(term) * abs(value))
