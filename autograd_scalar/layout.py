"""Positions for a layered drawing that reads from left to right.

The module knows boxes, edges and sizes, and nothing of Values: `layout` takes a directed graph without cycles
and says where each box stands and which points each edge passes. It works in the four steps of Sugiyama:

1. **columns**: the longest path to the output decides, so an input stands in the column before its first use;
2. **order**: the boxes of a column are arranged to cross as few edges as can be found (barycentres, then sifting);
   an edge that spans several columns gets a *trunk*, one place in each column that it passes, so that it never runs
   under a box, and long edges from one box share their trunk;
3. **heights**: chains and trunks are made straight, everything else stands in the middle of its neighbours;
4. **routes**: each edge leaves its box on a level *rail* that has room for its label; no two rails overlap.

No step recurses, none looks at the clock or at a hash: the same graph has the same layout, everywhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, heapreplace
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

__all__ = ["Layout", "Point", "layout", "sort"]

Point = tuple[float, float]

BOX_GAP = 22.0
"""Between two boxes in a column."""
INPUT_GAP = 12.0
"""Between two boxes without incoming edges."""
LINE_GAP = 15.0
"""Between a trunk and whatever is beside it in a column."""
RAIL = 16.0
"""Between a line with a label, which stands on it, and the line above."""
BARE_RAIL = 9.0
"""Between a line without a label and one with a label above, or one that goes the same way."""

# Work is bounded by the size of the graph, never by time, so that the result depends on the graph alone.
_MOST_TRUNK_PLACES = 12_000
_MATRIX = 70
_WORK = 20_000
_SETTLED = 0.05
_LEVEL = 1.5

_ALMOST = 0.3
"""A step that is straight but for this part of a box's height is made straight."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; `y` grows downwards, and (0, 0) is the top left corner.

    Attributes:
        width: of the whole drawing.
        height: of the whole drawing.
        boxes: the top left corner of each box, in the order they were given.
        routes: for each edge, the points it passes from its source's right side to its target's left side. Two
            successive points at one height are joined by a straight line, any other two by a curve that leaves and
            arrives level.
        labels: for each edge, the middle of its label's rail, on the line.
        columns: the column of each box, 0 at the left.
        crossings: how often two lines cross.

    """

    width: float
    height: float
    boxes: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]
    labels: tuple[Point, ...]
    columns: tuple[int, ...]
    crossings: int


def layout(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    *,
    labels: Sequence[float] | None = None,
    pinned: Collection[int] | None = None,
) -> Layout:
    """Lay out a directed graph without cycles.

    Args:
        sizes: width and height of each box; the boxes are 0, 1, …
        edges: (source, target) pairs; an edge may occur several times.
        labels: the width of the text each edge carries, 0 for none.
        pinned: the boxes that stand in the column just before their first use; those without an incoming edge by
            default.

    Raises:
        ValueError: the edges form a cycle.

    >>> plan = layout([(40, 20)] * 3, [(0, 2), (1, 2)])
    >>> plan.columns, plan.crossings
    ((0, 0, 1), 0)
    >>> plan.boxes
    ((0.0, 0.0), (0.0, 32.0), (88.0, 16.0))

    """
    widths = [0.0] * len(edges) if labels is None else list(labels)
    columns = _columns(len(sizes), edges, pinned)
    net = _net(sizes, edges, columns)
    _order(net)
    return _routes(net, sizes, edges, widths, _heights(net))


# ---------------------------------------------------------------- columns


def sort(n: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The nodes 0 … n − 1, each after the sources of its edges; those on a cycle, and after one, are missing."""
    waiting = [0] * n
    targets: list[list[int]] = [[] for _ in range(n)]
    for source, target in edges:
        waiting[target] += 1
        targets[source].append(target)
    found = [v for v in range(n) if not waiting[v]]
    at = 0
    while at < len(found):
        for target in targets[found[at]]:
            waiting[target] -= 1
            if not waiting[target]:
                found.append(target)
        at += 1
    return found


def _columns(n: int, edges: Sequence[tuple[int, int]], pinned: Collection[int] | None) -> list[int]:
    """Longest path to the output; then what has as many lines in as out moves towards its operands."""
    order = sort(n, edges)
    if len(order) < n:
        raise ValueError("the edges form a cycle")
    sources: list[list[int]] = [[] for _ in range(n)]
    targets: list[list[int]] = [[] for _ in range(n)]
    for source, target in edges:
        sources[target].append(source)
        targets[source].append(target)
    to_end = [0] * n
    for v in reversed(order):
        to_end[v] = max((to_end[t] + 1 for t in targets[v]), default=0)
    last = max(to_end, default=0)
    column = [last - d for d in to_end]
    follows = {v for v in (range(n) if pinned is None else pinned) if not sources[v]}
    for _ in range(4):
        before = list(column)
        for v in order:
            anchors = [s for s in sources[v] if s not in follows]
            if v not in follows and len(anchors) >= max(1, len(targets[v])):
                column[v] = max(column[s] + 1 for s in anchors)
        for v in follows:
            column[v] = min((column[t] for t in targets[v]), default=last + 1) - 1
        if column == before:
            break
    # A pinned box needs a column of its own before its first use.
    least = min(column, default=0)
    return [c - least for c in column]


# ---------------------------------------------------------------- the net: boxes and trunks


@dataclass(slots=True)
class _Trunk:
    """The way of a source's long edges: one place in each column from `first` up to `end`, exclusive."""

    source: int
    first: int
    end: int
    places: int = -1
    """The item in column `first`; the others follow it. −1: the trunk runs above the whole drawing."""


@dataclass(slots=True)
class _Net:
    boxes: int
    half: list[float]
    """Half the height of each item; an item is a box or a place of a trunk."""
    column: list[int]
    rows: list[list[int]]
    """The items of each column, from top to bottom."""
    left: list[list[int]]
    right: list[list[int]]
    trunks: dict[int, _Trunk]
    tail: list[tuple[int, int]]
    """For each edge its last item before the target, and its column; −1 − source stands for a trunk above."""
    at: list[int] = field(default_factory=list)
    """The index of each item in its row."""

    def number(self) -> None:
        for row in self.rows:
            for i, item in enumerate(row):
                self.at[item] = i


def _net(sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]], columns: list[int]) -> _Net:
    """Give each long edge a place in the columns it passes, and make lines of single steps."""
    trunks: dict[int, _Trunk] = {}
    for source, target in edges:
        if columns[target] - columns[source] > 1:
            trunk = trunks.setdefault(source, _Trunk(source, columns[source] + 1, 0))
            trunk.end = max(trunk.end, columns[target])
    half = [h / 2 for _, h in sizes]
    column = list(columns)
    # The longest trunks run above the drawing when there are too many places to arrange.
    room = _MOST_TRUNK_PLACES
    for trunk in sorted(trunks.values(), key=lambda t: (t.end - t.first, t.source)):
        room -= trunk.end - trunk.first
        if room >= 0:
            trunk.places = len(half)
            half.extend([0.0] * (trunk.end - trunk.first))
            column.extend(range(trunk.first, trunk.end))
    arranged = [trunk for trunk in trunks.values() if trunk.places >= 0]
    steps = [s for t in arranged for s in pairwise([t.source, *range(t.places, t.places + t.end - t.first)])]
    tail = []
    for source, target in edges:
        item, where = source, columns[target] - 1
        if where > columns[source]:
            trunk = trunks[source]
            item = trunk.places + where - trunk.first if trunk.places >= 0 else -1 - source
        if item >= 0:
            steps.append((item, target))
        tail.append((item, where))
    left: list[list[int]] = [[] for _ in half]
    right: list[list[int]] = [[] for _ in half]
    for u, v in steps:
        right[u].append(v)
        left[v].append(u)
    rows: list[list[int]] = [[] for _ in range(max(column, default=-1) + 1)]
    return _Net(len(sizes), half, column, rows, left, right, trunks, tail, [0] * len(half))


# ---------------------------------------------------------------- order


def _order(net: _Net) -> None:
    """Arrange each column: many cheap starts, the best few improved; the fewest crossings win, the first of equals."""
    items = len(net.half) + 1
    found: list[tuple[int, list[list[int]]]] = []
    for start in range(max(1, min(24, 4_000 // items))):
        _first_rows(net, start)
        found.append(_sweeps(net, max(3, min(12, 20_000 // items)), start))
        if not found[-1][0]:
            break
    found.sort(key=itemgetter(0))
    best, best_rows = found[0]
    for _, rows in found[: max(1, min(4, 2_000 // items))]:
        if not best:
            break
        net.rows = rows
        net.number()
        for _ in range(max(1, min(8, 8_000 // items))):
            better = [_sift(net, row) for row in rows]
            if not any(better):
                break
        count = _crossings(net)
        if count < best:
            best, best_rows = count, rows
    net.rows = best_rows
    net.number()


def _first_rows(net: _Net, start: int) -> None:
    """Depth first from the outputs, operands in order: a tree has no crossing to begin with."""
    seen = [False] * len(net.half)
    rows: list[list[int]] = [[] for _ in net.rows]
    stack = [v for v in range(len(net.half)) if not net.right[v]]
    if not start % 2:
        stack.reverse()
    state = start
    while stack:
        item = stack.pop()
        if seen[item]:
            continue
        seen[item] = True
        rows[net.column[item]].append(item)
        before = net.left[item]
        if start > 1:
            # A fixed generator, so that every start is another order and every run the same.
            before = list(before)
            for i in range(len(before) - 1, 0, -1):
                state = (1_103_515_245 * state + 12_345) % 2_147_483_648
                j = (state >> 8) % (i + 1)
                before[i], before[j] = before[j], before[i]
        stack.extend(before if start == 1 else reversed(before))
    net.rows = rows
    net.number()


def _sweeps(net: _Net, sweeps: int, start: int) -> tuple[int, list[list[int]]]:
    """Sort each column by its neighbours on one side, then by those on the other, until that helps no more."""
    best = _crossings(net)
    rows = [list(row) for row in net.rows]
    stall = 0
    for sweep in range(sweeps):
        if not best or stall == 4:
            break
        if (sweep + start) % 2:
            for row in net.rows:
                _by_neighbours(net, row, net.left, net.right)
        else:
            for row in reversed(net.rows):
                _by_neighbours(net, row, net.right, net.left)
        count = _crossings(net)
        if count < best:
            best, rows, stall = count, [list(row) for row in net.rows], 0
        else:
            stall += 1
    return best, rows


def _by_neighbours(net: _Net, row: list[int], sides: list[list[int]], others: list[list[int]]) -> None:
    """Sort a column by the mean height of each item's neighbours on one side.

    An item without any, such as an input seen from the left, goes with those that share a neighbour on the other side;
    one without those too keeps its place.
    """
    at = net.at
    means = {item: sum([at[s] for s in sides[item]]) / len(sides[item]) for item in row if sides[item]}
    if len(means) < len(row):
        beside: dict[int, float] = {}
        for item in row:
            if item not in means:
                near = [means[o] for t in others[item] for o in sides[t] if o in means]
                if near:
                    beside[item] = sum(near) / len(near)
        means |= beside
    free = [(i, item) for i, item in enumerate(row) if item in means]
    for (i, _), item in zip(free, sorted([item for _, item in free], key=means.__getitem__), strict=True):
        row[i] = item
        at[item] = i


def _pairs(above: tuple[int, ...], below: tuple[int, ...]) -> int:
    """How many lines cross when an item with the neighbours `above` stands over one with the neighbours `below`."""
    if not (above and below and above[-1] > below[0]):
        return 0
    return sum([bisect_left(below, a) for a in above]) if len(above) > 1 else bisect_left(below, above[0])


_Sides = tuple[tuple[int, ...], tuple[int, ...]]


def _sides(net: _Net, item: int) -> _Sides:
    """The places of an item's neighbours, left and right, sorted."""
    at = net.at
    left, right = net.left[item], net.right[item]
    return tuple(sorted([at[s] for s in left])), tuple(sorted([at[s] for s in right]))


def _sift(net: _Net, row: list[int]) -> bool:
    """Move each item of a column to its best place among the others. Has anything become better?"""
    if not 1 < len(row) <= _MATRIX:
        return len(row) > 1 and _exchange(net, row)
    # Items with the same neighbours, such as the weights of one neuron, share a row of the table of costs.
    kinds: dict[_Sides, int] = {}
    kind = {item: kinds.setdefault(_sides(net, item), len(kinds)) for item in row}
    sides = list(kinds)
    cost = [[_pairs(l1, l2) + _pairs(r1, r2) for l2, r2 in sides] for l1, r1 in sides]
    gain = [[cost[v][u] - cost[u][v] for v in range(len(sides))] for u in range(len(sides))]
    better = False
    for here, item in enumerate(list(row)):
        if row[here] != item:
            here = row.index(item)  # noqa: PLW2901  # an earlier move has shifted it
        # What passing the others, one by one, costs against standing on top of all.
        steps = gain[kind[item]]
        change = best = place = now = passed = 0
        for other in row:
            if other == item:
                now = change
                continue
            passed += 1
            change += steps[kind[other]]
            if change < best:
                best, place = change, passed
        if best < now:
            del row[here]
            row.insert(place, item)
            better = True
    for i, item in enumerate(row):
        net.at[item] = i
    return better


def _exchange(net: _Net, row: list[int]) -> bool:
    """Exchange neighbours while that helps: what sifting does, for a column too long for a table of costs."""
    sides = [_sides(net, item) for item in row]
    better = False
    for _ in range(4):
        moved = False
        for i in range(len(row) - 1):
            (l1, r1), (l2, r2) = sides[i], sides[i + 1]
            now = _pairs(l1, l2) + _pairs(r1, r2)
            if now and _pairs(l2, l1) + _pairs(r2, r1) < now:
                row[i], row[i + 1] = row[i + 1], row[i]
                sides[i], sides[i + 1] = sides[i + 1], sides[i]
                moved = better = True
        if not moved:
            break
    for i, item in enumerate(row):
        net.at[item] = i
    return better


def _crossings(net: _Net) -> int:
    at = net.at
    count = 0
    for row in net.rows:
        ends: list[int] = []
        for item in row:
            targets = net.right[item]
            if len(targets) == 1:
                ends.append(at[targets[0]])
            else:
                ends.extend(sorted([at[t] for t in targets]))
        count += _inversions(ends)
    return count


def _inversions(values: Sequence[float]) -> int:
    """How many pairs stand in the wrong order."""
    seen: list[float] = []
    count = 0
    for value in values:
        if seen and value < seen[-1]:
            count += len(seen) - bisect_right(seen, value)
            insort(seen, value)
        else:
            seen.append(value)
    return count


# ---------------------------------------------------------------- heights


class _Straight:
    """Groups of items that stand at one height: those joined by straight steps from column to column.

    No two straight steps cross or meet at one side, so "above" stays an order among the groups.
    """

    __slots__ = ("net", "partner", "taken")

    def __init__(self, net: _Net) -> None:
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


def _chains(net: _Net) -> Iterator[tuple[int, int]]:
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


def _heights(net: _Net) -> list[float]:
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


def _settle(net: _Net, group: list[int], start: list[float] | None) -> list[float]:
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


def _stacking(net: _Net, block: list[int], n: int) -> tuple[_Gaps, _Gaps, list[int]]:
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


def _distance(net: _Net, u: int, v: int) -> float:
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


# ---------------------------------------------------------------- routes


@dataclass(slots=True)
class _Segment:
    """One line in the space between two columns, from height `start` to height `stop`, by way of its rail."""

    start: float
    stop: float
    edge: int
    """−1 for a trunk on its way."""
    rail: float = 0.0


def _routes(
    net: _Net,
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    labels: list[float],
    y: list[float],
) -> Layout:
    n = net.boxes
    spaces, last, onward = _segments(net, edges, y)
    column_width = [0.0] * len(net.rows)
    for v in range(n):
        column_width[net.column[v]] = max(column_width[net.column[v]], sizes[v][0])
    across = _Across([], [], [])
    x = 0.0
    for width, segments in zip(column_width, spaces, strict=True):
        segments.sort(key=lambda s: (s.start, s.stop, s.edge))
        _set_rails(segments, labels)
        across.left.append(x)
        across.right.append(x + width)
        text = max((labels[s.edge] for s in segments if s.edge >= 0), default=0.0)
        spread = max((abs(s.rail - s.start) for s in segments), default=0.0)
        climb = max((abs(s.stop - s.rail) for s in segments), default=0.0)
        rail = x + width + (8.0 if spread < _LEVEL else min(44.0, 16.0 + spread / 4))
        across.rail.append((rail, rail + text))
        x = rail + text + (8.0 if climb < _LEVEL else min(240.0, 36.0 + climb / 4))

    lefts = []
    for v in range(n):
        c = net.column[v]
        lefts.append(_r(across.left[c] + (column_width[c] - sizes[v][0]) / 2))
    rights = [_r(lefts[v] + sizes[v][0]) for v in range(n)]
    ways = {source: _trunk_way(net, (rights[source], _r(y[source])), source, onward, across) for source in net.trunks}
    routes, middles = [], []
    for (source, target), (_, where), segment in zip(edges, net.tail, last, strict=True):
        way = [(rights[source], _r(y[source]))]
        if where > net.column[source]:
            corners, ends = ways[source]
            count, end = ends[where - net.column[source] - 1]
            way = [*corners[:count], end]
        _pass(way, segment, across, where)
        _extend(way, lefts[target], y[target])
        routes.append(way)
        middles.append((_r(sum(across.rail[where]) / 2), segment.rail))

    heights = [y[v] + side * net.half[v] for v in range(n) for side in (-1, 1)]
    heights += [py for route in routes for _, py in route]
    top, bottom = min(heights, default=0.0), max(heights, default=0.0)
    return Layout(
        width=_r(max(across.right, default=0.0)),
        height=_r(bottom - top),
        boxes=tuple((lefts[v], _r(y[v] - net.half[v] - top)) for v in range(n)),
        routes=tuple(tuple((px, _r(py - top)) for px, py in route) for route in routes),
        labels=tuple((mx, _r(my - top)) for mx, my in middles),
        columns=tuple(net.column[:n]),
        crossings=sum(_inversions([round(s.stop, 3) for s in segments]) for segments in spaces),
    )


@dataclass(frozen=True, slots=True)
class _Across:
    """Where each column begins and ends, and from where to where the rails behind it run."""

    left: list[float]
    right: list[float]
    rail: list[Point]


_Onward = dict[tuple[int, int], _Segment]
"""The segment with which the trunk of a source leaves a column."""


def _segments(
    net: _Net, edges: Sequence[tuple[int, int]], y: list[float]
) -> tuple[list[list[_Segment]], list[_Segment], _Onward]:
    """For each space behind a column its lines; for each edge its last one; and those of the trunks."""
    over = _tracks(net, y)
    spaces: list[list[_Segment]] = [[] for _ in net.rows]
    last: list[_Segment] = []
    for e, ((_, target), (item, where)) in enumerate(zip(edges, net.tail, strict=True)):
        segment = _Segment(y[item] if item >= 0 else over[-1 - item], y[target], e)
        last.append(segment)
        spaces[where].append(segment)
    onward: _Onward = {}
    for source, trunk in net.trunks.items():
        way = [y[source]]
        if trunk.places >= 0:
            way += y[trunk.places : trunk.places + trunk.end - trunk.first]
        else:
            way.append(over[source])  # and there it stays
        for column, (start, stop) in enumerate(pairwise(way), trunk.first - 1):
            onward[source, column] = segment = _Segment(start, stop, -1)
            spaces[column].append(segment)
    return spaces, last, onward


def _trunk_way(
    net: _Net, start: Point, source: int, onward: _Onward, across: _Across
) -> tuple[list[Point], list[tuple[int, Point]]]:
    """The points of a trunk, and for each column it enters how many of them lie before, and where it then is."""
    way = [start]
    ends = []
    for column in range(net.column[source], net.trunks[source].end - 1):
        segment = onward.get((source, column))
        if segment is None:
            _extend(way, across.left[column + 1], way[-1][1])
        else:
            _pass(way, segment, across, column)
        ends.append((len(way) - 1, way[-1]))
    return way, ends


def _tracks(net: _Net, y: list[float]) -> dict[int, float]:
    """Heights above the drawing for the trunks that found no place in it; those that do not meet share a height."""
    over: dict[int, float] = {}
    top = min((y[v] - net.half[v] for v in range(len(net.half))), default=0.0)
    ends: list[int] = []
    for trunk in sorted(net.trunks.values(), key=lambda t: (t.first, t.source)):
        if trunk.places >= 0:
            continue
        track = next((i for i, end in enumerate(ends) if end < trunk.first), len(ends))
        if track == len(ends):
            ends.append(0)
        ends[track] = trunk.end
        over[trunk.source] = top - LINE_GAP * (track + 1)
    return over


def _set_rails(segments: list[_Segment], labels: list[float]) -> None:
    """Put each rail as near as possible to where its line starts, without overlap, in the order given."""
    pools: list[tuple[float, float, int]] = []
    offsets: list[float] = []
    depth = 0.0
    for i, s in enumerate(segments):
        if i:
            depth += _rail_distance(segments[i - 1], s, labels)
        offsets.append(depth)
        # What runs straight through stays so, above all a trunk; the others make room.
        level = abs(s.start - s.stop) < _LEVEL
        place, weight, count = s.start - depth, 1.0 if not level else 20.0 if s.edge >= 0 else 1e6, 1
        while pools and pools[-1][0] > place:
            p, w, c = pools.pop()
            place, weight, count = (p * w + place * weight) / (w + weight), w + weight, c + count
        pools.append((place, weight, count))
    i = 0
    for place, _, count in pools:
        for _ in range(count):
            s = segments[i]
            s.rail = place + offsets[i]
            if abs(s.rail - s.start) < 0.75:
                s.rail = s.start
            i += 1


def _rail_distance(above: _Segment, s: _Segment, labels: list[float]) -> float:
    """A label stands on its line; a line without one keeps its distance from a label, and from its twin."""
    if s.edge >= 0 and labels[s.edge]:
        return RAIL
    if (above.edge >= 0 and labels[above.edge]) or (above.start, above.stop) == (s.start, s.stop):
        return BARE_RAIL
    return 0.0


def _pass(way: list[Point], s: _Segment, across: _Across, column: int) -> None:
    """Go through the space behind a column: level as far as it is wide, on the rail, level at the next."""
    begin, end = across.rail[column]
    _extend(way, across.right[column], s.start)
    if s.rail != s.start:
        _extend(way, begin, s.rail)
    _extend(way, end, s.rail)
    _extend(way, across.left[column + 1], s.stop)


def _extend(way: list[Point], x: float, y: float) -> None:
    """Add a point; one on the way along a level line is not kept."""
    point = (_r(x), _r(y))
    if point == way[-1]:
        return
    if len(way) > 1 and way[-2][1] == way[-1][1] == point[1]:
        way[-1] = point
    else:
        way.append(point)


def _r(x: float) -> float:
    return round(x, 1)
