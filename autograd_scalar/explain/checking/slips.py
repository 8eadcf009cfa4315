"""The likely slip behind a number or formula that is off: the first of the usual ones that gives it."""

from __future__ import annotations

from itertools import islice
from math import isfinite, isnan
from typing import TYPE_CHECKING

from ...formula.terms import Symbol
from ..reading import Literal, Member, Written, mentions
from .alignment import aligned
from .claims import NOTHING, Guess, Target
from .closeness import agrees, is_rounding, spread
from .slope_slips import SlopeSlips
from .sums import Sums
from .value_slips import ValueSlips

if TYPE_CHECKING:
    from ...formula.terms import Term
    from ...value import Value
    from .claims import Verdict
    from .judging import Judge

__all__ = ["Slips"]

MANY = 3  # digits of a number that is told by them
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
        if target.wrt is not None and found.true and agrees(found.value, found.error, -found.true, 0.0):
            return Guess(-found.true, "sign", "")
        here = self.judge.truths(target, self.judge.recorded)[0][0] if found.point else found.true
        term = self.of_sum.guess(written, target, here)
        if term.slip == "sign":
            return term
        there = self._written_slopes(written, target)
        has_all_routes = self._has_all_routes(written, target)
        size = self.judge.truths(target, point)[0][1]
        if target.wrt is None:
            guesses = self.of_value.guesses(target, point)
        else:
            guesses = self.of_slope.guesses(target, point, self._mentioned(written))
        for guess in islice(guesses, MOST):
            if abs(guess.value - found.true) <= 1e-9 * max(abs(found.true), size) or not isfinite(guess.value):
                continue
            if any(guess.words.startswith(f"the factor {slope} = ") for slope in there):
                continue
            if guess.slip == "sum over uses forgotten" and (term.slip or has_all_routes):
                continue
            if self._fits(written.term, found, guess):
                return guess
        return self._of_another(written, target, found) or term

    def _of_another(self, written: Written, target: Target, found: Verdict) -> Guess | None:
        """The slope by something else, dz/dx for dz/dw; or another name in the place of the right one."""
        if target.wrt is None or found.value in (-1.0, 0.0, 1.0):
            return None
        of, wrt = target.of, target.wrt
        leaves = [] if self.judge.steps.is_large else self.judge.steps.named_leaves()
        sources = self.judge.steps.sources(of)
        for other in [*sources, *leaves]:
            if other is wrt or not self.judge.steps.name(other):
                continue
            own = Target("slope", self.words.derivative(of, other), of, other)
            there = self.judge.verdict(written, own)
            if there.verdict == "right" or (
                there.is_right and isinstance(written.term, Literal) and written.term.digits >= MANY
            ):
                return Guess(found.value, "wrong variable", f"that is {own.text}, not {target.text}")
        if isinstance(written.term, Symbol) and wrt in sources:
            true, node = self.judge.steps.slope(of, wrt).term, self.words.node(written.term.name)
            if isinstance(true, Symbol) and node is not None:
                words = f"{self.words.shown(node)} was written for {self.words.style.write(true)}"
                return Guess(found.value, "wrong variable", words)
        return None

    def _mentioned(self, written: Written) -> list[Value] | None:
        """The nodes in what was written; None where that is a number."""
        said = mentions(written.term)
        nodes = [self.words.node(one.name) for one in said if isinstance(one, Symbol)]
        return [node for node in nodes if node is not None] if said else None

    def _written_slopes(self, written: Written, target: Target) -> set[str]:
        """The slopes of a chain that stand in a product, by name or by number."""
        if target.wrt is None or not isinstance(written, Member) or len(written.addends) != 1:
            return set()
        (factors,) = written.addends
        slopes = self.judge.chain(target.of, target.wrt)
        if not 2 <= len(factors) <= 24 or not 2 <= len(slopes) <= 24:
            return set()
        there = set()
        for group in aligned(self.judge, factors, slopes):
            if group.written is None or group.slope is None:
                continue
            if self.judge.verdict(group.written, group.slope).is_right:
                there |= {slope.text for slope in group.covers}
        return there

    def _has_all_routes(self, written: Written, target: Target) -> bool:
        """Whether as many terms are written as there are routes."""
        if target.wrt is None or not isinstance(written, Member):
            return False
        return len(written.addends) >= len(self.judge.routes(target.of, target.wrt)) > 1

    def _fits(self, term: Term, found: Verdict, guess: Guess) -> bool:
        value = guess.value
        if abs(found.value - value) <= found.error + 1e-6 * abs(value):
            return True
        if isinstance(term, Literal):
            if guess.slip == "rounded too early" and abs(term.value - value) > 0.5000001 * term.unit:
                return False  # who rounds does not cut off
            return abs(term.value) != 1 and is_rounding(term, value)  # 1 is what is left when all factors are
        return bool(not mentions(term) and abs(found.value - value) <= spread(term, self.judge.exact) * abs(value))
