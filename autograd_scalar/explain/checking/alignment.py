"""Which factors of a product stand for which slopes of a chain."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from ...formula.terms import Number
from .likeness import LONGEST, TOGETHER, Group, Likeness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..reading import Written
    from .claims import Target
    from .judging import Judge

__all__ = ["Group", "aligned"]

EXTRA, EXTRA_ONE = 1.25, 0.04
MISSING, ONE_MORE, MISSING_ONE = 1.05, 0.75, 0.03  # the first slope that is left out, the next to it, one that is 1
BACK, BACK_AGAIN = 0.15, 0.03  # leaving the order of the chain
FEW = 10  # factors that are tried in every order, and in parts that stand apart
WIDE, NARROW = 200, 100  # readings that are followed at a time, of few factors and of many


class _Move(NamedTuple):
    """Some factors for the slopes up to `stop`."""

    places: tuple[int, ...]
    mask: int
    stop: int
    cost: float


class _State(NamedTuple):
    """How far a reading has come: the factors used, the last one, and whether the last slope was left out."""

    mask: int = 0
    last: int = -1
    left_out: bool = False
    went_back: bool = False


class _Path(NamedTuple):
    """A reading so far."""

    cost: float
    before: _Path | None = None
    places: tuple[int, ...] = ()
    start: int = 0
    stop: int = 0


def aligned(judge: Judge, factors: tuple[Written, ...], slopes: list[Target]) -> list[Group]:
    """The reading with the fewest and smallest errors, as the factors were written; what is missing comes last.

    A factor, or several, may be one slope, or the product of several slopes that follow each other.
    """
    key = (judge.words.text, *((one.at, one.text) for one in factors), *(slope.key for slope in slopes))
    if key not in judge.aligned:
        judge.aligned[key] = _aligned(judge, factors, slopes)
    return judge.aligned[key]


def _aligned(judge: Judge, factors: tuple[Written, ...], slopes: list[Target]) -> list[Group]:
    pairing = Likeness(judge, factors, slopes)
    moves = [list(_moves(pairing, start)) for start in range(len(slopes))]
    best = _search(pairing, moves)
    groups: list[tuple[tuple[int, ...], Group]] = []
    used: set[int] = set()
    missing: list[Group] = []
    path: _Path | None = best
    while path is not None and path.before is not None:
        covers = tuple(slopes[path.start : path.stop])
        if path.places:
            some, slope = tuple(factors[i] for i in path.places), pairing.stretch(path.start, path.stop)
            groups.append((path.places, Group(pairing.written(path.places), some, slope, covers)))
            used |= set(path.places)
        else:
            missing.append(Group(None, (), covers[0], covers))
        path = path.before
    groups += [((i,), Group(factor, (factor,), None, ())) for i, factor in enumerate(factors) if i not in used]
    return [group for _, group in sorted(groups, key=lambda one: one[0])] + missing[::-1]


def _search(pairing: Likeness, moves: list[list[_Move]]) -> _Path:
    """The cheapest way through the slopes, from the outside in."""
    count, width = len(moves), WIDE if len(pairing.factors) <= FEW else NARROW
    reached: list[dict[_State, _Path]] = [{} for _ in range(count + 1)]
    reached[0][_State()] = _Path(0.0)
    for start in range(count):
        cheapest = sorted(reached[start].items(), key=lambda one: one[1].cost)[:width]
        for state, path in cheapest:
            is_one = pairing.true[start] == 1
            cost = path.cost + (MISSING_ONE if is_one else ONE_MORE if state.left_out else MISSING)
            then = state if is_one else state._replace(left_out=True)
            _keep(reached[start + 1], then, _Path(cost, path, (), start, start + 1))
            for move in moves[start]:
                if move.mask & state.mask:
                    continue
                goes_back = move.places[0] < state.last
                cost = path.cost + move.cost
                if goes_back:
                    cost += BACK_AGAIN if state.went_back else BACK
                then = _State(state.mask | move.mask, move.places[0], went_back=state.went_back or goes_back)
                _keep(reached[move.stop], then, _Path(cost, path, move.places, start, move.stop))
    has_more = len(pairing.factors) > count  # of no more factors than slopes a 1 stands for a slope
    extra = [
        EXTRA_ONE if has_more and isinstance(one.term, Number) and one.term.value == 1 else EXTRA
        for one in pairing.factors
    ]

    def in_all(one: tuple[_State, _Path]) -> float:
        return one[1].cost + sum(more for i, more in enumerate(extra) if not one[0].mask >> i & 1)

    return min(reached[count].items(), key=in_all)[1]


def _keep(reached: dict[_State, _Path], state: _State, path: _Path) -> None:
    if state not in reached or path.cost < reached[state].cost:
        reached[state] = path


def _moves(pairing: Likeness, start: int) -> Iterator[_Move]:
    """What the slopes from `start` on may be written as."""
    rows, count = len(pairing.factors), len(pairing.slopes)
    for places in _some(rows):
        mask = sum(1 << place for place in places)
        side_by_side = places[-1] - places[0] + 1 == len(places)
        for stop in range(start + 1, count + 1):
            cost = pairing.right(places, start, stop)
            if cost is None and side_by_side and stop <= start + LONGEST and _is_near(places[0], start, rows, count):
                cost = pairing.wrong(places, start, stop)
            if cost is not None:
                yield _Move(places, mask, stop, cost)


def _some(rows: int) -> Iterator[tuple[int, ...]]:
    """One factor, several side by side, and of few factors two that stand apart."""
    for size in range(1, min(TOGETHER, rows) + 1):
        for first in range(rows - size + 1):
            yield tuple(range(first, first + size))
    if rows <= FEW:
        yield from (pair for pair in combinations(range(rows), 2) if pair[1] > pair[0] + 1)


def _is_near(place: int, start: int, rows: int, count: int) -> bool:
    """Whether a factor that is wrong may stand for a slope: of many only near its own place, from either end."""
    return rows <= FEW or min(abs(place - start), abs(place - (count - 1 - start))) <= 2 + abs(rows - count)
