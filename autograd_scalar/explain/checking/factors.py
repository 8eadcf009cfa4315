"""The factors of a chain, each beside the slope that it stands for."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from math import isclose, nan, prod
from typing import TYPE_CHECKING

from ...formula.terms import Symbol
from ...notation import display, listed
from ..reading import Literal, mentions
from .alignment import Group, aligned
from .claims import Target, Verdict
from .closeness import is_rounded_before, joined, rounded
from .report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...value import Value
    from ..reading import Member, Written
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
        self,
        line: int,
        member: Member,
        target: Target,
        found: Verdict,
        spelled_out: list[Target],
        before: Sequence[Member] = (),
    ) -> list[Finding]:
        """Each factor beside the slope it stands for; nothing where they cannot be told.

        The slopes are those that the line has spelled out as derivatives, where they are as many as the factors; else
        those of the chain. What was written `before` and is right may be what a product puts numbers into.
        """
        assert target.wrt is not None
        factors = member.addends[0]
        slopes = spelled_out if len(spelled_out) == len(factors) else self.judge.chain(target.of, target.wrt)
        if len(factors) > MOST or len(slopes) > MOST:
            return []
        groups = aligned(self.judge, factors, slopes)
        by_place = self._by_place(member, slopes, groups, before)
        groups = by_place or groups
        is_right = found.is_right
        is_excused = (
            is_right
            and not self._hides_behind_zero(groups, found)
            and self._is_regrouped(member, found, slopes, groups, before)
        )
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
            if by_place and not one.is_right:
                one = self._taken_over(one, group, member, before[-1])
            if is_excused and not one.is_right:
                return []  # the product is right all the same: it was put together in another way
            findings.append(one)
        if is_right and all(one.is_right for one in findings) and not any(one.value == 1 for one in findings):
            unwritten = [group.slope for group in groups if not group.factors and group.slope is not None]
            self.ones |= dict.fromkeys(slope.text for slope in unwritten if self._true(slope) == 1)
        return findings + missing

    def _by_place(
        self, member: Member, slopes: list[Target], groups: list[Group], before: Sequence[Member]
    ) -> list[Group]:
        """Numbers that are put into a right product, each in its place; nothing where less is wrong in another way."""
        (factors,) = member.addends
        there = before[-1].addends if before and not mentions(member.term) else ()
        if len(there) != 1 or len(there[0]) != len(factors) or not mentions(before[-1].term):
            return []
        found: list[Group] = []
        for group in aligned(self.judge, there[0], slopes):
            if group.slope is not None and not self._is_right_or_one(group):
                return []
            if group.written is None:
                found.append(group)
                continue
            places = [place for place, one in enumerate(there[0]) if any(one is other for other in group.factors)]
            own = tuple(factors[place] for place in places)
            written = own[0] if len(own) == 1 else joined(own, self.words.text)
            if places[-1] - places[0] + 1 > len(places):
                written = replace(written, text=" · ".join(one.text for one in own))
            found.append(Group(written, own, group.slope, group.covers))
        return found if self._wrong(found) <= self._wrong(groups) else []

    def _is_right_or_one(self, group: Group) -> bool:
        assert group.slope is not None
        return self._true(group.slope) == 1 if group.written is None else self._is_right(group)

    def _wrong(self, groups: list[Group]) -> int:
        return sum(not self._is_right(group) for group in groups)

    def _is_right(self, group: Group) -> bool:
        if group.slope is None or group.written is None:
            return True
        return self.judge.verdict(group.written, group.slope).is_right

    def _taken_over(self, one: Finding, group: Group, member: Member, before: Member) -> Finding:
        """A factor that is off since a number before it was: that which the text gave to a name of its own."""
        pairs = zip(member.addends[0], before.addends[0], strict=True)
        there = [other for own, other in pairs if any(own is some for some in group.factors)]
        stated = prod(self.judge.as_stated(other.term) for other in there)
        if not self.words.stated or not isclose(one.value, stated, rel_tol=1e-6):
            return one
        names = {name.name for other in there for name in mentions(other.term) if isinstance(name, Symbol)}
        used = [
            f"{display(name)} = {self.words.number(own)}" for name, own in self.words.stated.items() if name in names
        ]
        words = f"follows from {listed(used)}, but {one.means} = {self.words.number(one.true)}"
        return replace(one, remark=words, slip="", follows=True)

    def _is_regrouped(
        self, member: Member, found: Verdict, slopes: list[Target], groups: list[Group], before: Sequence[Member]
    ) -> bool:
        """Whether a right product was put together in another way, and is not right since its errors cancel.

        Of numbers that were rounded, several wrong ones may well have a product that is near.
        """
        (factors,) = member.addends
        loose = rounded(member.term, self.judge.exact)
        if not loose or (len(loose) == 1 and self._is_within(member, found)):
            return True
        if all(map(self._is_near, groups)):
            return True
        for other in before:
            if len(other.addends) == 1 and len(factors) <= len(other.addends[0]) <= SHORT:
                there = [next(self.judge.values(one.term, self.judge.recorded))[0] for one in other.addends[0]]
                if self._are_parts(factors, there):
                    return True
        true = [one for one in map(self._true, slopes) if one != 1]
        return len(factors) < len(true) <= SHORT and self._are_parts(factors, true)

    def _is_within(self, member: Member, found: Verdict) -> bool:
        """Whether the one number that was rounded is right to its own digits, where all the others are."""
        slack = next(self.judge.values(member.term, self.judge.recorded, rounding=True))[1]
        return abs(found.value - found.true) <= slack + 1e-12 * abs(found.true)

    def _is_near(self, group: Group) -> bool:
        """Whether factors are their slope but for what numbers before them lost when they were rounded."""
        written, slope = group.written, group.slope
        if slope is None or written is None:
            return all(next(self.judge.values(one.term, self.judge.recorded))[0] == 1 for one in group.factors)
        if self.judge.verdict(written, slope).is_right:
            return True
        return isinstance(written.term, Literal) and is_rounded_before(written.term, self._true(slope))

    def _is_number(self, factor: Written, true: float) -> bool:
        found = self.judge.compared(factor.term, self.judge.recorded, [(true, abs(true))])
        return found.is_right or (isinstance(factor.term, Literal) and is_rounded_before(factor.term, true))

    def _are_parts(self, factors: Sequence[Written], true: list[float]) -> bool:
        """Whether each of few factors is the product of some slopes, and each slope is in one of them."""
        if not factors:
            return not true
        first, *others = factors
        for count in range(1, len(true) + 1):
            for some in combinations(range(len(true)), count):
                if self._is_number(first, prod(true[place] for place in some)):
                    rest = [one for place, one in enumerate(true) if place not in some]
                    if self._are_parts(others, rest):
                        return True
        return False

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
        is_one = value == 1 and self.judge.stays(written.term, self.judge.whole(), lambda _: 1.0)
        words = "one more, which changes nothing" if is_one else "one too many: it is no slope of this chain"
        if value == 1 and not is_one:
            words += ", and changes nothing only while it is 1"
        verdict = "right" if is_excused or is_one else "off"
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
