"""How high each box and trunk stands, when the order in each column is settled."""

from __future__ import annotations

from bisect import bisect_left
from heapq import heapify, heappop, heappush, heapreplace
from itertools import pairwise
from typing import TYPE_CHECKING

from .columns import sort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .net import Net

__all__ = ["LINE_GAP", "heights_of"]

BOX_GAP = 22.0
"""Between two boxes in a column."""
INPUT_GAP = 12.0
"""Between two boxes without incoming edges."""
LINE_GAP = 15.0
"""Between a trunk and whatever is beside it in a column."""

_WORK = 20_000  # turns times items, at most
_SETTLED = 0.05  # when nothing moves by more, all stand

_ALMOST = 0.3
"""A step that is straight but for this part of a box's height is made straight."""


def heights_of(net: Net) -> list[float]:
    """The middle of each item: as near to the mean of its neighbours as order and distance allow."""
    straight = _Straight(net)
    for u, v in _chains(net):
        straight.join(u, v)
    y = _settle(net, straight.groups(), None)
    almost = 2 * max(net.half, default=0.0) * _ALMOST
    steps = [(abs(y[u] - y[v]), u, v) for u, targets in enumerate(net.right) for v in targets]
    for _, u, v in sorted(step for step in steps if step[0] < almost):
        straight.join(u, v)
    return _settle(net, straight.groups(), y)


class _Straight:
    """Groups of items that stand at one height: those joined by straight steps from column to column.

    No two straight steps cross or meet at one side, so "above" stays an order among the groups.
    """

    __slots__ = ("net", "partner", "taken")

    def __init__(self, net: Net) -> None:
        self.net = net
        self.partner = list(range(len(net.half)))
        self.taken: list[list[tuple[int, int]]] = [[] for _ in net.rows]

    def join(self, u: int, v: int) -> None:
        """Make the step from u to v straight, unless an earlier one is in the way."""
        step = (self.net.at[u], self.net.at[v])
        steps = self.taken[self.net.column[u]]
        i = bisect_left(steps, step)
        if i and not (steps[i - 1][0] < step[0] and steps[i - 1][1] < step[1]):
            return
        if i < len(steps) and not (step[0] < steps[i][0] and step[1] < steps[i][1]):
            return
        steps.insert(i, step)
        self.partner[v] = u

    def groups(self) -> list[int]:
        """For each item the leftmost item of its group."""
        group = list(self.partner)
        for row in self.net.rows:
            for item in row:
                group[item] = group[group[item]]
        return group


def _chains(net: Net) -> Iterator[tuple[int, int]]:
    """The steps that shall be straight, the most important first: along trunks, then where a chain has one way on."""
    for trunk in net.trunks.values():
        if trunk.places >= 0:
            yield from pairwise(range(trunk.places, trunk.places + trunk.end - trunk.first))
    for trunk in net.trunks.values():
        if trunk.places >= 0 and len(net.right[trunk.source]) == 1:
            yield trunk.source, trunk.places
    for v in range(net.boxes):
        # Inputs gather around an operation; it stands straight behind its only other operand.
        operands = [u for u in net.left[v] if net.left[u] or len(net.left[v]) == 1]
        boxes = [u for u in operands if u < net.boxes] or operands
        if len(boxes) == 1 and len(net.right[boxes[0]]) == 1:
            yield boxes[0], v


def _settle(net: Net, group: list[int], start: list[float] | None) -> list[float]:
    """Heights with the items of a group at one height."""
    heads = sorted(set(group), key=lambda g: (net.column[g], net.at[g]))
    number = {head: i for i, head in enumerate(heads)}
    block = [number[g] for g in group]
    above, below, order = _stacking(net, block, len(heads))
    backwards = order[::-1]
    pull: list[dict[int, int]] = [{} for _ in heads]
    for u, targets in enumerate(net.right):
        for v in targets:
            a, b = block[u], block[v]
            if a != b:
                pull[a][b] = pull[a].get(b, 0) + 1
                pull[b][a] = pull[b].get(a, 0) + 1
    pulls = [list(p.items()) for p in pull]
    weights = [sum(p.values()) or 0.01 for p in pull]
    y = _topmost(order, above) if start is None else [start[head] for head in heads]
    turns = max(2, min(60, _WORK // (len(net.half) + 1)))
    for turn in range(turns if start is None else turns // 2):
        want = list(y)
        for b in range(len(heads)) if turn % 2 else reversed(range(len(heads))):
            if pulls[b]:
                want[b] = sum([want[o] * w for o, w in pulls[b]]) / weights[b]
        down = _project(want, weights, above, order)
        up = _project([-v for v in want], weights, below, backwards)
        before, y = y, [(d - u) / 2 for d, u in zip(down, up, strict=True)]
        if max((abs(a - b) for a, b in zip(y, before, strict=True)), default=0.0) < _SETTLED:
            break
    return [y[b] for b in block]


_Gaps = list[list[tuple[int, float]]]
"""For each block the blocks at its one side, with the least distance."""


def _stacking(net: Net, block: list[int], n: int) -> tuple[_Gaps, _Gaps, list[int]]:
    """For each block those directly above and below, and all blocks from top to bottom."""
    gaps: dict[tuple[int, int], float] = {}
    for row in net.rows:
        for u, v in pairwise(row):
            key = (block[u], block[v])
            gaps[key] = max(gaps.get(key, 0.0), net.half[u] + net.half[v] + _distance(net, u, v))
    above: _Gaps = [[] for _ in range(n)]
    below: _Gaps = [[] for _ in range(n)]
    for (u, v), gap in gaps.items():
        above[v].append((u, gap))
        below[u].append((v, gap))
    return above, below, sort(n, list(gaps))


def _distance(net: Net, u: int, v: int) -> float:
    """The space between two items of a column: inputs may stand close together."""
    if u >= net.boxes or v >= net.boxes:
        return LINE_GAP
    return BOX_GAP if net.left[u] or net.left[v] else INPUT_GAP


def _topmost(order: list[int], above: _Gaps) -> list[float]:
    y = [0.0] * len(order)
    for v in order:
        y[v] = max((y[u] + gap for u, gap in above[v]), default=0.0)
    return y


def _project(want: list[float], weights: list[float], above: _Gaps, order: list[int]) -> list[float]:
    """The places nearest to `want` (weighted squares) with y[v] ≥ y[u] + gap for each (u, gap) in above[v].

    Blocks that would overlap are joined and move together, as in the pooling of isotonic regression; here the order is
    partial (Dwyer, Marriott and Stuckey's "VPSC", without its splitting: two runs, one from each end, are averaged).
    """
    n = len(want)
    pool = list(range(n))
    offset = [0.0] * n
    members: list[list[int]] = [[v] for v in range(n)]
    total = list(weights)
    place = list(want)
    # For each pool a heap of what it must keep below, by how far down that puts the pool's origin. Pools that are
    # finished only ever move up, so a key may be too large by now, never too small.
    limits: list[list[tuple[float, int, int, float]]] = [[] for _ in range(n)]
    for v in order:
        b = v
        limits[b] = [(-(place[pool[u]] + offset[u] + gap), u, v, gap) for u, gap in above[v]]
        heapify(limits[b])
        while limits[b] and -limits[b][0][0] > place[b] + 1e-9:
            key, u, w, gap = limits[b][0]
            a = pool[u]
            if a == b:
                heappop(limits[b])
                continue
            shift = offset[u] + gap - offset[w]
            if place[a] + shift < -key - 1e-9:
                heapreplace(limits[b], (-place[a] - shift, u, w, gap))
                continue
            both = total[a] + total[b]
            middle = (total[a] * place[a] + total[b] * (place[b] - shift)) / both
            if len(limits[a]) + len(members[a]) < len(limits[b]) + len(members[b]):
                a, b, shift, middle = b, a, -shift, middle + shift
            for m in members[b]:
                pool[m] = a
                offset[m] += shift
            members[a] += members[b]
            for key, u, w, gap in limits[b]:
                heappush(limits[a], (key + shift, u, w, gap))
            total[a], place[a] = both, middle
            b = a
    return [place[pool[v]] + offset[v] for v in range(n)]
