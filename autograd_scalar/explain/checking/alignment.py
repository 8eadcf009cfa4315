"""Which factors of a product stand for which slopes of a chain."""

from __future__ import annotations

from itertools import permutations
from math import prod
from typing import TYPE_CHECKING

from ...formula.equations import walk
from ...formula.terms import Number, Sum, Term
from ..reading import mentions
from .closeness import joined, unlikeness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..reading import Written
    from .claims import Target
    from .judging import Judge

__all__ = ["Group", "aligned"]

Group = tuple[tuple["Written", ...], "Target | None"]
"""Some factors, and the slope they stand for; a slope that is missing has none, a factor too many has no slope."""

EXTRA, MISSING, MISSING_ONE, JOINED, UNLIKE, TURNED = 0.3, 1.2, 0.05, 0.02, 0.7, 0.2
TOGETHER = 4  # factors that one slope is written with
LEFT_OUT = 2  # slopes that were left out of a product whose factors are all right, at most
MOST = 6  # factors that are tried in every order


def aligned(judge: Judge, factors: tuple[Written, ...], slopes: list[Target]) -> list[Group]:
    """In the order of the chain, at the least cost; in another order where that fits better.

    Where every factor is a slope and one or two slopes stand nowhere, these were left out, unless less explains it.
    """
    table = _Costs(judge, factors, slopes)
    likely = _likely(table, factors, slopes)
    off, assumed = table.slips(likely), sum(map(table.is_assumed, likely))
    for order in (range(len(slopes)), range(len(slopes) - 1, -1, -1)):
        left_out, joins, groups = table.complete(order)
        if 0 < left_out <= LEFT_OUT and (left_out, joins) <= (off, assumed):
            return groups
    return likely


def _likely(table: _Costs, factors: tuple[Written, ...], slopes: list[Target]) -> list[Group]:
    """The reading of the least cost."""
    cost, groups = table.in_order()
    if len(factors) == len(slopes) <= MOST:
        turned, order = min((sum(table.single(i, j) for i, j in enumerate(one)), one) for one in table.orders())
        if turned + TURNED <= cost:
            return [((factor,), slopes[j]) for factor, j in zip(factors, order, strict=True)]
    elif len(factors) == len(slopes):
        groups = table.exact() or groups
    return table.in_place(groups)


class _Costs:
    """How little each factor, or some side by side, looks like each slope."""

    def __init__(self, judge: Judge, factors: tuple[Written, ...], slopes: list[Target]) -> None:
        self.judge, self.factors, self.slopes = judge, factors, slopes
        self.values = [next(judge.values(factor.term, judge.recorded))[0] for factor in factors]
        self.true = [judge.truths(slope, judge.recorded)[0][0] for slope in slopes]
        self._single: dict[tuple[int, int], float] = {}

    def single(self, i: int, j: int) -> float:
        """One factor for one slope: 0 where it is that slope; a formula that only happens to give it is worse."""
        if (i, j) not in self._single:
            factor = self.factors[i]
            cost = unlikeness(factor.term, self.values[i], self.true[j])
            self._single[i, j] = cost + (UNLIKE if cost < 0.1 and self._is_unlike(factor, j) else 0.0)
        return self._single[i, j]

    def _is_unlike(self, factor: Written, j: int) -> bool:
        """Whether a formula happens to give a slope, or a bracket with a sum in it stands for one that has none."""
        if mentions(factor.term):
            return self.judge.verdict(factor, self.slopes[j]).verdict == "accident"
        of, wrt = self.slopes[j].of, self.slopes[j].wrt
        assert wrt is not None
        return _has_sum(factor.term) and not _has_sum(self.judge.steps.slope(of, wrt).term)

    def in_place(self, groups: list[Group]) -> list[Group]:
        """Each factor for the slope in its own place, where they are as many and no fewer are right than in `groups`.

        Of as many, a wrong one is not one too many. What is one slope as it is written, 2·(7 − 5), is one factor.
        """
        told: list[tuple[Written, ...]] = []
        for (group, _), is_right in zip(groups, self._right(groups), strict=True):
            told += [group] if group and is_right else [(factor,) for factor in group]
        alone: list[tuple[Written, ...]] = [(factor,) for factor in self.factors]
        if any(len(group) != 1 or slope is None for group, slope in groups):
            for some in (alone, told):
                if len(some) == len(self.slopes):
                    placed: list[Group] = list(zip(some, self.slopes, strict=True))
                    if self._count(placed) >= self._count(groups):
                        return placed
        return groups

    def _count(self, groups: list[Group]) -> int:
        """How many factors are right."""
        return sum(len(group) for (group, _), is_right in zip(groups, self._right(groups), strict=True) if is_right)

    def _right(self, groups: list[Group]) -> list[bool]:
        """Which groups of factors, side by side, are the slope they stand for; a slope without any counts as right."""
        found, i = [], 0
        for group, slope in groups:
            to_i = i + len(group)
            places = [j for j, one in enumerate(self.slopes) if one is slope]
            found.append(not group or any(self._cost(i, to_i, j, j + 1) < 0.1 for j in places))
            i = to_i
        return found

    def orders(self) -> list[tuple[int, ...]]:
        """Every order of the slopes."""
        return list(permutations(range(len(self.slopes))))

    def exact(self) -> list[Group]:
        """An order in which every factor is a slope; of many factors only that is sought."""
        rest = list(range(len(self.slopes)))
        pairs: list[Group] = []
        for i, factor in enumerate(self.factors):
            fitting = [j for j in rest if unlikeness(factor.term, self.values[i], self.true[j]) < 0.1]
            if not fitting:
                return []
            rest.remove(fitting[0])
            pairs.append(((factor,), self.slopes[fitting[0]]))
        return pairs

    def in_order(self) -> tuple[float, list[Group]]:
        """The least cost of reading both from left to right, and how."""
        rows, columns = len(self.factors), len(self.slopes)
        best: dict[tuple[int, int], tuple[float, list[tuple[int, int, int]]]] = {(0, 0): (0.0, [])}
        for i in range(rows + 1):
            for j in range(columns + 1):
                cost, path = best[i, j]
                for to_i, to_j in self._moves(i, j):
                    more = cost + self._cost(i, to_i, j, to_j)
                    if (to_i, to_j) not in best or more < best[to_i, to_j][0]:
                        best[to_i, to_j] = more, [*path, (i, to_i, j if to_j > j else -1)]
        cost, path = best[rows, columns]
        return cost, [(self.factors[i:to_i], self.slopes[j] if j >= 0 else None) for i, to_i, j in path]

    def slips(self, groups: list[Group]) -> int:
        """How many factors of a reading are wrong, or one too many, and how many slopes it leaves out."""
        count = 0
        for group, slope in groups:
            if slope is None:
                count += 1
            elif not group:
                count += self.judge.truths(slope, self.judge.recorded)[0][0] != 1
            else:
                count += not self.judge.verdict(self._together(group), slope).is_right
        return count

    @staticmethod
    def is_assumed(group: Group) -> bool:
        """Whether numbers are taken together, which nothing but their product speaks for."""
        return len(group[0]) > 1 and not any(mentions(factor.term) for factor in group[0])

    def complete(self, order: Sequence[int]) -> tuple[int, int, list[Group]]:
        """A reading in which every factor is right: how many slopes it leaves out, how much it assumes, and the groups.

        The one that leaves out the fewest; infinitely many where there is none.
        """
        rows = len(self.factors)
        best: dict[int, tuple[int, int, list[Group]]] = {0: (0, 0, [])}  # by how many factors have been read
        for j in order:
            slope, found = self.slopes[j], dict[int, tuple[int, int, list[Group]]]()
            for i, (left_out, joins, groups) in best.items():
                for to_i in range(i, min(i + TOGETHER, rows) + 1):
                    if to_i > i and not self._is_slope(i, to_i, j):
                        continue
                    group: Group = (self.factors[i:to_i], slope)
                    cost = left_out + (to_i == i and self.true[j] != 1), joins + self.is_assumed(group)
                    if to_i not in found or cost < found[to_i][:2]:
                        found[to_i] = *cost, [*groups, group]
            best = {i: one for i, one in found.items() if one[0] <= LEFT_OUT}
        return best.get(rows, (LEFT_OUT + 1, 0, []))

    def _is_slope(self, i: int, to_i: int, j: int) -> bool:
        """Whether a factor, or some side by side, are a slope as it is written."""
        if to_i == i + 1:
            return self.single(i, j) < 0.1
        values, true = self.values[i:to_i], self.true[j]
        if not {0.0, 1.0}.isdisjoint(map(abs, values)) or not abs(prod(values) - true) <= 0.05 * abs(true):
            return False
        return self.judge.verdict(self._together(self.factors[i:to_i]), self.slopes[j]).is_right

    def _together(self, group: tuple[Written, ...]) -> Written:
        return group[0] if len(group) == 1 else joined(group, self.judge.words.text)

    def _moves(self, i: int, j: int) -> list[tuple[int, int]]:
        left, right = len(self.factors) - i, len(self.slopes) - j
        moves = [(i + size, j + 1) for size in range(1, min(TOGETHER, left) + 1) if right]
        return moves + [(i, j + 1)] * bool(right) + [(i + 1, j)] * bool(left)

    def _cost(self, i: int, to_i: int, j: int, to_j: int) -> float:
        if to_j == j:
            return EXTRA
        if to_i == i:
            return MISSING_ONE if self.true[j] == 1 else MISSING
        if to_i == i + 1:
            return self.single(i, j)
        cost = unlikeness(Number(0.0), prod(self.values[i:to_i]), self.true[j]) + JOINED * (to_i - i - 1)
        if cost < 0.1 and any(mentions(factor.term) for factor in self.factors[i:to_i]):
            return cost + (UNLIKE if self._is_unlike(self._together(self.factors[i:to_i]), j) else 0.0)
        return cost


def _has_sum(term: Term) -> bool:
    return any(isinstance(one, Sum) for one in walk(term))
