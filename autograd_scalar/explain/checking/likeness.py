"""How well some factors of a product stand for some slopes of a chain, side by side."""

from __future__ import annotations

from itertools import islice, pairwise
from math import isclose, isfinite, isnan, prod
from typing import TYPE_CHECKING, NamedTuple

from ...formula.equations import walk
from ...formula.terms import Derivative, Sum, Symbol, Term
from ..reading import Literal, Written, mentions
from .claims import Target
from .closeness import joined, negative, unlikeness

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from ...value import Value
    from .judging import Judge

__all__ = ["Group", "Likeness"]

# What a reading costs. An error is about 1, so that the reading with the fewest errors is the cheapest one.
WRONG, BY_SIZE, NAMES_IT = 1.0, 0.2, 0.1  # a wrong factor, the more so the less it looks like the slope
TURNED = 0.9  # the sign alone is wrong
WRONG_PARTS, EACH_PART = 1.4, 0.3  # several factors that are one slope, and wrong together
WRONG_STRETCH, BY_STRETCH, EACH_SLOPE, EACH_NAMED = 1.4, 0.8, 0.6, 0.75  # one factor for several slopes, and wrong
PARTS, SLOPES, ROUNDED, WITH_ONE = 0.02, 0.05, 0.01, 0.15  # right, and a little less likely than factor for slope
NUMBERS, BOTH, ROUGHLY, UNLIKE = 0.3, 0.5, 0.3, 0.7  # right, and much less likely
FEW = 2  # rounded numbers that are one slope, where there are no more numbers than slopes
TOGETHER = 4  # factors that one slope is written with
LONGEST = 6  # slopes that a wrong factor stands for


class Group(NamedTuple):
    """Some factors, and the slope they stand for: one of the chain, or the product of several that follow each other.

    A slope that is missing has no factors; a factor too many has no slope.
    """

    written: Written | None
    factors: tuple[Written, ...]
    slope: Target | None
    covers: tuple[Target, ...]  # the slopes of the chain


class Likeness:
    """The factors and the slopes, by their places; and what each pairing costs."""

    def __init__(self, judge: Judge, factors: Sequence[Written], slopes: Sequence[Target]) -> None:
        self.judge = judge
        self.factors = tuple(factors)
        self.slopes = tuple(slopes)
        point = judge.recorded
        self.values = [[value for value, _ in islice(judge.values(one.term, point), 4)] for one in factors]
        self.named = [bool(mentions(one.term)) for one in factors]
        self.typed = [any(isinstance(part, Literal) for part in walk(one.term)) for one in factors]
        self.true = [judge.truths(slope, point)[0][0] for slope in slopes]
        self._stretches: dict[tuple[int, int], Target | None] = {}
        self._numbers: dict[Hashable, list[float]] = {}
        self.said = [self._said(one) for one in factors]

    def _said(self, factor: Written) -> tuple[int, int] | None:
        """The slopes that a factor names: dJ/ds is dJ/dp and dp/ds."""
        one = factor.term
        if not isinstance(one, Derivative) or one.order != 1:
            return None
        of, wrt = self.judge.words.node(one.of), self.judge.words.node(one.wrt)
        starts = [j for j, slope in enumerate(self.slopes) if slope.of is of]
        stops = [j for j, slope in enumerate(self.slopes) if slope.wrt is wrt]
        if len(starts) == len(stops) == 1 and starts[0] <= stops[0] and self.stretch(starts[0], stops[0] + 1):
            return starts[0], stops[0] + 1
        return None

    def stretch(self, start: int, stop: int) -> Target | None:
        """Several slopes that follow each other as one, dJ/ds for dJ/dp · dp/ds."""
        if stop == start + 1:
            return self.slopes[start]
        if (start, stop) not in self._stretches:
            self._stretches[start, stop] = self._found_stretch(self.slopes[start:stop])
        return self._stretches[start, stop]

    def _found_stretch(self, slopes: tuple[Target, ...]) -> Target | None:
        if any(one.wrt is not other.of for one, other in pairwise(slopes)):
            return None
        of, wrt = slopes[0].of, slopes[-1].wrt
        assert wrt is not None
        whole = Target("slope", self.judge.words.derivative(of, wrt), of, wrt)
        own = prod(self.judge.truths(one, self.judge.recorded)[0][0] for one in slopes)
        true = self.judge.truths(whole, self.judge.recorded)[0][0]
        return whole if true != 0 and isfinite(true) and isclose(own, true, rel_tol=1e-9) else None

    def written(self, places: tuple[int, ...]) -> Written:
        """Some factors as one."""
        some = tuple(self.factors[place] for place in places)
        if len(some) == 1:
            return some[0]
        together = joined(some, self.judge.words.text)
        if places[-1] - places[0] + 1 == len(places):
            return together
        return Written(together.term, " · ".join(one.text for one in some), together.at)

    # -- what a pairing costs

    def right(self, places: tuple[int, ...], start: int, stop: int) -> float | None:
        """The cost of some factors for a slope or a stretch that they are but for the sign; None where they are not."""
        slope = self.stretch(start, stop)
        said = [self.said[place] for place in places]
        if slope is None or any(one not in (None, (start, stop)) for one in said):
            return None
        cost = self._of_shape(places, start, stop)
        turned = self._fits(places, slope) if cost is not None else 0
        if cost is None or not turned or (turned < 0 and cost >= NUMBERS):
            return None
        written = self.written(places)
        if turned < 0:
            written = Written(negative(written.term), written.text, written.at)
            cost += TURNED
        found = self.judge.verdict(written, slope)
        if not found.is_right:
            return None
        if found.verdict == "rounded" and not isinstance(written.term, Literal):
            has_own = len(self.factors) <= len(self.slopes) and not any(self.named[place] for place in places)
            is_too_much = len(places) > 1 and (stop > start + 1 or (has_own and len(places) > FEW))
            return None if turned < 0 or is_too_much else cost + ROUGHLY
        return cost + (ROUNDED if found.verdict == "rounded" else 0.0)

    def _of_shape(self, places: tuple[int, ...], start: int, stop: int) -> float | None:
        """What it costs not to be one factor for one slope; None where it would assume too much."""
        if self.said[places[0]] == (start, stop) and len(places) == 1:
            return 0.0
        has_name = any(self.named[place] for place in places)
        is_several, is_stretch = len(places) > 1, stop > start + 1
        if is_stretch and (1 in (self.true[start], self.true[stop - 1]) or (is_several and not has_name)):
            return None
        cost = PARTS * (len(places) - 1) + SLOPES * (stop - start - 1)
        cost += NUMBERS if is_several and not has_name and not self._is_one_slope(places, start) else 0.0
        cost += BOTH if is_several and is_stretch else 0.0
        cost += WITH_ONE if is_several and any(self.values[place][0] == 1 for place in places) else 0.0
        return cost + (UNLIKE if not has_name and self._is_unlike(places, start, stop) else 0.0)

    def _fits(self, places: tuple[int, ...], slope: Target) -> int:
        """1 where the numbers agree, −1 where they do but for the sign, 0 where they do not; a first look."""
        choices = self.values[places[0]] if len(places) == 1 else [prod(self.values[place][0] for place in places)]
        for true in self._truths(slope):
            slack = (0.05 if any(self.typed[place] for place in places) else 1e-6) * abs(true)
            for value in choices:
                if value == true or abs(value - true) <= slack or (isnan(value) and isnan(true)):
                    return 1
                if true and abs(value + true) <= slack:
                    return -1
        return 0

    def _truths(self, slope: Target) -> list[float]:
        if slope.key not in self._numbers:
            self._numbers[slope.key] = [true for true, _ in self.judge.truths(slope, self.judge.recorded)]
        return self._numbers[slope.key]

    def _is_one_slope(self, places: tuple[int, ...], start: int) -> bool:
        """Whether numbers are together what a slope is as it is written, 2·(7 − 5)."""
        return any(_has_sum(self.factors[place].term) for place in places) and self._has_sum(start)

    def _is_unlike(self, places: tuple[int, ...], start: int, stop: int) -> bool:
        """Whether a bracket with a sum in it stands for slopes that have none."""
        has_sum = any(_has_sum(self.factors[place].term) for place in places)
        return has_sum and not any(self._has_sum(place) for place in range(start, stop))

    def _has_sum(self, j: int) -> bool:
        of, wrt = self.slopes[j].of, self.slopes[j].wrt
        assert wrt is not None
        if len(self.judge.routes(of, wrt)) > 1:
            return True
        return wrt in self.judge.steps.sources(of) and _has_sum(self.judge.steps.slope(of, wrt).term)

    def wrong(self, places: tuple[int, ...], start: int, stop: int) -> float | None:
        """The cost of some factors for a slope or a stretch that they are not; None where that is no reading."""
        slope = self.stretch(start, stop)
        if slope is None or any(self.said[place] is not None for place in places):
            return None
        has_name = any(self.named[place] for place in places)
        if len(places) > 1:
            is_one = stop == start + 1 and (has_name or (len(places) == 2 and self._is_one_slope(places, start)))
            return WRONG_PARTS + EACH_PART * (len(places) - 2) if is_one else None
        value = self.values[places[0]][0]
        likeness = unlikeness(value, prod(self.true[start:stop]))
        bonus = NAMES_IT if self._names_it(self.factors[places[0]].term, start, stop) else 0.0
        if stop == start + 1:
            return WRONG + BY_SIZE * likeness - bonus
        if 1 in (self.true[start], self.true[stop - 1]):
            return None
        if has_name:
            return WRONG_STRETCH + BY_STRETCH * 0.6 + EACH_NAMED * (stop - start - 2) - bonus
        if any(unlikeness(value, one) < likeness for one in self.true[start:stop]):
            return None  # a number that is more like one of these slopes: the others are left out
        return WRONG_STRETCH + BY_STRETCH * likeness + EACH_SLOPE * (stop - start - 2)

    def _names_it(self, term: Term, start: int, stop: int) -> bool:
        """Whether a formula is made of what the slopes are made of."""
        nodes: set[Value] = set()
        for slope in self.slopes[start:stop]:
            nodes |= {slope.of, *self.judge.steps.sources(slope.of)}
        names = (one.name for one in mentions(term) if isinstance(one, Symbol))
        return any(self.judge.words.node(name) in nodes for name in names)


def _has_sum(term: Term) -> bool:
    return any(isinstance(one, Sum) for one in walk(term))
