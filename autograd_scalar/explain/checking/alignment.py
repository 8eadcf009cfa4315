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
    from ..reading import Written
    from .claims import Target
    from .judging import Judge

__all__ = ["Group", "aligned"]

Group = tuple[tuple["Written", ...], "Target | None"]
"""Some factors, and the slope they stand for; a slope that is missing has none, a factor too many has no slope."""

EXTRA, MISSING, MISSING_ONE, JOINED, UNLIKE, TURNED = 0.3, 1.2, 0.05, 0.02, 0.7, 0.2
TOGETHER = 4  # factors that one slope is written with
MOST = 6  # factors that are tried in every order


def aligned(judge: Judge, factors: tuple[Written, ...], slopes: list[Target]) -> list[Group]:
    """In the order of the chain, at the least cost; in another order where that fits better."""
    table = _Costs(judge, factors, slopes)
    cost, groups = table.in_order()
    if len(factors) == len(slopes) <= MOST:
        turned, order = min((sum(table.single(i, j) for i, j in enumerate(one)), one) for one in table.orders())
        if turned + TURNED <= cost:
            return [((factor,), slopes[j]) for factor, j in zip(factors, order, strict=True)]
        if any(slope is None for _, slope in groups) and table.off_in_place() <= 1:
            return [((factor,), slope) for factor, slope in zip(factors, slopes, strict=True)]
    elif len(factors) == len(slopes):
        return table.exact() or groups
    return groups


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

    def off_in_place(self) -> int:
        """How many factors are not the slope in their own place; of as many, one wrong is not one too many."""
        return sum(self.single(i, i) >= 0.1 for i in range(len(self.factors)))

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
            group = joined(self.factors[i:to_i], self.judge.words.text)
            return cost + (UNLIKE if self._is_unlike(group, j) else 0.0)
        return cost


def _has_sum(term: Term) -> bool:
    return any(isinstance(one, Sum) for one in walk(term))
