"""The factors of a chain, each beside the slope that it stands for."""

from __future__ import annotations

from itertools import pairwise
from math import isclose, nan, prod
from typing import TYPE_CHECKING

from .alignment import aligned
from .claims import Target, Verdict
from .report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...value import Value
    from ..reading import Member, Written
    from .alignment import Group
    from .judging import Judge
    from .wording import Wording

__all__ = ["Factors"]

MOST = 24  # factors, and slopes, that are told apart
SHORT = 8  # of one route of several


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
        those of the chain.
        """
        assert target.wrt is not None
        factors = member.addends[0]
        slopes = spelled_out if len(spelled_out) == len(factors) else self.judge.chain(target.of, target.wrt)
        if len(factors) > MOST or len(slopes) > MOST:
            return []
        groups = aligned(self.judge, factors, slopes)
        is_right = found.is_right
        is_excused = is_right and not self._hides_behind_zero(groups, found)
        findings: list[Finding] = []
        missing: list[Finding] = []
        for group in groups:
            written, slope = group.written, group.slope
            if written is None:
                assert slope is not None
                missing += [] if is_right else self._missing(line, slope)  # a 0 may stand for several slopes
                continue
            if slope is None:
                findings.append(self._too_many(line, written, is_excused=is_excused))
                continue
            own = self.judge.verdict(written, slope)
            one = self.wording.finding(line, written, slope, own, None, in_chain=False, kind="factor")
            if is_excused and not one.is_right:
                return []  # the product is right all the same: it was put together in another way
            findings.append(one)
        if is_right and all(one.is_right for one in findings) and not any(one.value == 1 for one in findings):
            unwritten = [group.slope for group in groups if not group.factors and group.slope is not None]
            self.ones |= dict.fromkeys(slope.text for slope in unwritten if self._true(slope) == 1)
        return findings + missing

    def are_routes(self, member: Member, target: Target) -> bool:
        """Whether each term is the product along one route, where numbers may stand for some of the slopes."""
        if target.wrt is None:
            return False
        rest = self.judge.routes(target.of, target.wrt)
        for addend in member.addends:
            own = next((route for route in rest if self._is_route(addend, route)), None)
            if own is None:
                return False
            rest = [route for route in rest if route is not own]
        return not any(self.judge.is_live(route) for route in rest)

    def _is_route(self, factors: tuple[Written, ...], route: list[Value]) -> bool:
        """Whether factors are the slopes of a route, each right, or left out where it is 1."""
        if max(len(factors), len(route)) > SHORT:
            return False
        slopes = [
            Target("slope", self.words.derivative(*pair), *pair, partial=True, strictly=True)
            for pair in pairwise(route)
        ]
        return all(
            group.slope is not None
            and (
                self._true(group.slope) == 1
                if group.written is None
                else self.judge.verdict(group.written, group.slope).is_right
            )
            for group in aligned(self.judge, factors, slopes)
        )

    def _too_many(self, line: int, written: Written, *, is_excused: bool) -> Finding:
        """A factor that stands for no slope; one that is 1 changes nothing."""
        value = next(self.judge.values(written.term, self.judge.recorded))[0]
        words = "one too many: it is no slope of this chain" if value != 1 else "one more, which changes nothing"
        verdict = "right" if is_excused or value == 1 else "off"
        return Finding(line, "factor", written.text, "", verdict, nan, nan, words)

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
        factors = [factor for group in groups for factor in group.factors]
        written = [next(self.judge.values(factor.term, self.judge.recorded))[0] for factor in factors]
        matched = [slope for group in groups if group.factors for slope in group.covers]
        everything = [slope for group in groups for slope in group.covers]  # one factor may stand for several slopes
        own = _without_zeros(written)
        return not any(
            isclose(own, _without_zeros(map(self._true, some)), rel_tol=1e-9) for some in (matched, everything)
        )

    def _true(self, slope: Target) -> float:
        return self.judge.truths(slope, self.judge.recorded)[0][0]


def _without_zeros(numbers: Iterable[float]) -> float:
    return prod(one for one in numbers if one != 0)
