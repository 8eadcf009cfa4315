"""The factors of a chain, each beside the slope that it stands for."""

from __future__ import annotations

from itertools import pairwise
from math import isclose, nan, prod
from typing import TYPE_CHECKING

from .alignment import aligned
from .claims import Target, Verdict
from .closeness import joined
from .report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..reading import Member
    from .alignment import Group
    from .judging import Judge
    from .wording import Wording

__all__ = ["Factors"]

MOST = 24  # factors, and slopes, that are told apart


class Factors:
    """Judges each factor of a product."""

    def __init__(self, judge: Judge, wording: Wording) -> None:
        self.judge = judge
        self.words = judge.words
        self.wording = wording
        self.ones: dict[str, None] = {}  # slopes that are 1, and of a right product no factor

    def findings(
        self, line: int, member: Member, target: Target, found: Verdict, spelled_out: list[Target]
    ) -> list[Finding]:
        """Each factor beside the slope it stands for; nothing where they cannot be told.

        The slopes are those that the line has spelled out as derivatives, where they are as many as the factors; else
        those of the route.
        """
        factors = member.addends[0]
        slopes = spelled_out if len(spelled_out) == len(factors) else self._slopes(target)
        if len(factors) > MOST or len(slopes) > MOST:
            return []
        groups = aligned(self.judge, factors, slopes)
        is_right = found.is_right
        is_excused = is_right and not self._hides_behind_zero(groups, found)
        findings: list[Finding] = []
        missing: list[Finding] = []
        for group, slope in groups:
            if not group:
                assert slope is not None
                missing += [] if is_right else self._missing(line, slope)  # a 0 may stand for several slopes
                continue
            written = group[0] if len(group) == 1 else joined(group, self.words.text)
            if slope is None:
                words = "one too many: it is no slope of this chain"
                verdict = "right" if is_excused else "off"
                findings.append(Finding(line, "factor", written.text, "", verdict, nan, nan, words))
                continue
            own = self.judge.verdict(written, slope)
            one = self.wording.finding(line, written, slope, own, None, in_chain=False, kind="factor")
            if is_excused and not one.is_right:
                return []  # the product is right all the same: it was put together in another way
            findings.append(one)
        if is_right and all(one.is_right for one in findings) and not any(one.value == 1 for one in findings):
            unwritten = [slope for group, slope in groups if not group and slope is not None]
            self.ones |= dict.fromkeys(slope.text for slope in unwritten if self._true(slope) == 1)
        return findings + missing

    def _slopes(self, target: Target) -> list[Target]:
        """Those of the only route, one for each step."""
        assert target.wrt is not None
        (route,) = self.judge.routes(target.of, target.wrt)
        return [Target("slope", self.words.derivative(*pair), *pair) for pair in pairwise(route)]

    def _missing(self, line: int, slope: Target) -> list[Finding]:
        """A slope that no factor stands for; one that is 1 may be left out."""
        true = self.judge.truths(slope, self.judge.recorded)[0][0]
        if true == 1:
            return []
        words = f"missing: {slope.text} = {self.words.number(true)}."
        return [Finding(line, "factor", "", slope.text, "off", nan, nan, words, "missing factor")]

    def _hides_behind_zero(self, groups: list[Group], found: Verdict) -> bool:
        """Whether a product is 0, as it should be, and its other factors are not the slopes they stand for."""
        if found.true != 0:
            return False
        factors = [factor for group, _ in groups for factor in group]
        written = [next(self.judge.values(factor.term, self.judge.recorded))[0] for factor in factors]
        matched = [slope for group, slope in groups if group and slope is not None]
        everything = [slope for _, slope in groups if slope is not None]  # one factor may stand for several slopes
        own = _without_zeros(written)
        return not any(
            isclose(own, _without_zeros(map(self._true, some)), rel_tol=1e-9) for some in (matched, everything)
        )

    def _true(self, slope: Target) -> float:
        return self.judge.truths(slope, self.judge.recorded)[0][0]


def _without_zeros(numbers: Iterable[float]) -> float:
    return prod(one for one in numbers if one != 0)
