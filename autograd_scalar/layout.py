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
from itertools import pairwise
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
"""Between a line without a label and the line above."""

# Work is bounded by the size of the graph, never by time, so that the result depends on the graph alone.
_MOST_TRUNK_PLACES = 12_000
_MATRIX = 70
_WORK = 20_000

_ALMOST = 20.0
"""A step that is straight but for this much is made straight."""


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
    for v in found:
        for target in targets[v]:
            waiting[target] -= 1
            if not waiting[target]:
                found.append(target)
    return found


def _columns(n: int, edges: Sequence[tuple[int, int]], pinned: Collection[int] | None) -> list[int]:
    """Longest path from the output; then a box with more lines in than out moves towards its operands."""
    order = sort(n, edges)
    if len(order) < n:
        msg = "the edges form a cycle"
        raise ValueError(msg)
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
    follows = [not sources[v] for v in range(n)] if pinned is None else [False] * n
    for v in pinned or ():
        follows[v] = not sources[v]
    for _ in range(4):
        moved = False
        for v in order:
            anchors = [s for s in sources[v] if not follows[s]]
            if follows[v] or len(anchors) <= len(targets[v]):
                continue
            # A pinned source comes along, and needs a column to its left.
            least = max((column[s] + 1 for s in anchors), default=1)
            if column[v] > least:
                column[v], moved = least, True
        if not moved:
            break
        for v in order:
            if follows[v] and targets[v]:
                column[v] = min(column[t] for t in targets[v]) - 1
    return column


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
    """For each edge its last item before the target, and that item's column; the item −1 − source is on a trunk above."""
    at: list[int] = field(default_factory=list)
    """The index of each item in its row."""

    def number(self) -> None:
        for row in self.rows:
            for i, item in enumerate(row):
                self.at[item] = i


def _net(sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]], column: list[int]) -> _Net:
    n = len(sizes)
    trunks: dict[int, _Trunk] = {}
    for source, target in edges:
        if column[target] - column[source] > 1:
            trunk = trunks.setdefault(source, _Trunk(source, column[source] + 1, 0))
            trunk.end = max(trunk.end, column[target])
    # The longest trunks run above the drawing when there are too many places to arrange.
    room = _MOST_TRUNK_PLACES
    half = [h / 2 for _, h in sizes]
    columns = list(column)
    for trunk in sorted(trunks.values(), key=lambda t: (t.end - t.first, t.source)):
        room -= trunk.end - trunk.first
        if room < 0:
            continue
        trunk.places = len(half)
        half.extend([0.0] * (trunk.end - trunk.first))
        columns.extend(range(trunk.first, trunk.end))
    left: list[list[int]] = [[] for _ in half]
    right: list[list[int]] = [[] for _ in half]
    for trunk in trunks.values():
        if trunk.places < 0:
            continue
        before = trunk.source
        for item in range(trunk.places, trunk.places + trunk.end - trunk.first):
            right[before].append(item)
            left[item].append(before)
            before = item
    tail = []
    for source, target in edges:
        item, where = source, column[target] - 1
        if where > column[source]:
            trunk = trunks[source]
            item = trunk.places + where - trunk.first if trunk.places >= 0 else -1 - source
        if item >= 0:
            right[item].append(target)
            left[target].append(item)
        tail.append((item, where))
    rows: list[list[int]] = [[] for _ in range(max(columns, default=-1) + 1)]
    return _Net(n, half, columns, rows, left, right, trunks, tail, [0] * len(half))


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
    found.sort(key=lambda result: result[0])
    best, best_rows = found[0]
    for _, rows in found[: max(1, min(4, 2_000 // items))]:
        if not best:
            break
        net.rows = rows
        net.number()
        for _ in range(max(1, min(8, 12_000 // items))):
            if not any([_sift(net, row) for row in rows]):
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
    return sum([bisect_left(below, a) for a in above])


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
        for i, other in enumerate(row):
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
    almost = sorted(
        (abs(y[u] - y[v]), u, v) for u, targets in enumerate(net.right) for v in targets if abs(y[u] - y[v]) < _ALMOST
    )
    for _, u, v in almost:
        straight.join(u, v)
    return _settle(net, straight.groups(), y)


def _settle(net: _Net, group: list[int], start: list[float] | None) -> list[float]:
    """Heights with the items of a group at one height."""
    heads = sorted(set(group), key=lambda g: (net.column[g], net.at[g]))
    number = {head: i for i, head in enumerate(heads)}
    block = [number[g] for g in group]
    gaps: dict[tuple[int, int], float] = {}
    for row in net.rows:
        for u, v in pairwise(row):
            key = (block[u], block[v])
            gaps[key] = max(gaps.get(key, 0.0), net.half[u] + net.half[v] + _distance(net, u, v))
    above: list[list[tuple[int, float]]] = [[] for _ in heads]
    below: list[list[tuple[int, float]]] = [[] for _ in heads]
    for (u, v), gap in gaps.items():
        above[v].append((u, gap))
        below[u].append((v, gap))
    order = sort(len(heads), list(gaps))
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
    y = _stack(order, above) if start is None else [start[head] for head in heads]
    turns = max(2, min(60, _WORK // (len(net.half) + 1)))
    for turn in range(turns if start is None else turns // 2):
        want = list(y)
        for b in range(len(heads)) if turn % 2 else reversed(range(len(heads))):
            if pulls[b]:
                want[b] = sum([want[o] * w for o, w in pulls[b]]) / weights[b]
        down = _project(want, weights, above, order)
        up = _project([-v for v in want], weights, below, backwards)
        middle = [(d - u) / 2 for d, u in zip(down, up, strict=True)]
        settled = max((abs(a - b) for a, b in zip(y, middle, strict=True)), default=0.0) < 0.05
        y = middle
        if settled:
            break
    return [y[b] for b in block]


def _distance(net: _Net, u: int, v: int) -> float:
    """The space between two items of a column: inputs may stand close together."""
    if u >= net.boxes or v >= net.boxes:
        return LINE_GAP
    return BOX_GAP if net.left[u] or net.left[v] else INPUT_GAP


def _stack(order: list[int], above: list[list[tuple[int, float]]]) -> list[float]:
    y = [0.0] * len(order)
    for v in order:
        y[v] = max((y[u] + gap for u, gap in above[v]), default=0.0)
    return y


def _project(
    want: list[float], weights: list[float], above: list[list[tuple[int, float]]], order: list[int]
) -> list[float]:
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
    entering: list[list[tuple[int, int, float]]] = [[(u, v, g) for u, g in above[v]] for v in range(n)]
    for v in order:
        b = pool[v]
        while entering[b]:
            worst, link, open_links = 1e-9, None, []
            here = place[b]
            for u, w, gap in entering[b]:
                a = pool[u]
                if a == b:
                    continue
                open_links.append((u, w, gap))
                excess = place[a] + offset[u] + gap - here - offset[w]
                if excess > worst:
                    worst, link = excess, (u, w, gap)
            entering[b] = open_links
            if link is None:
                break
            u, w, gap = link
            a = pool[u]
            shift = offset[u] + gap - offset[w]
            both = total[a] + total[b]
            middle = (total[a] * place[a] + total[b] * (place[b] - shift)) / both
            if len(members[a]) < len(members[b]):
                a, b, shift, middle = b, a, -shift, middle + shift
            for m in members[b]:
                pool[m] = a
                offset[m] += shift
            members[a] += members[b]
            entering[a] += entering[b]
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
    straight: float
    rail: float = 0.0


def _routes(
    net: _Net,
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    labels: list[float],
    y: list[float],
) -> Layout:
    n = net.boxes
    over = _tracks(net, y)

    def trunk_y(source: int, column: int) -> float:
        trunk = net.trunks[source]
        return y[trunk.places + column - trunk.first] if trunk.places >= 0 else over[source]

    gaps: list[list[_Segment]] = [[] for _ in net.rows]
    last: list[_Segment] = []
    for e, (_, target) in enumerate(edges):
        item, where = net.tail[e]
        start = y[item] if item >= 0 else over[-1 - item]
        segment = _Segment(start, y[target], e, 20.0)
        last.append(segment)
        gaps[where].append(segment)
    onward: dict[tuple[int, int], _Segment] = {}
    for source, trunk in net.trunks.items():
        for column in range(trunk.first - 1, trunk.end - 1):
            if trunk.places < 0 and trunk.first <= column:
                continue
            start = trunk_y(source, column) if column >= trunk.first else y[source]
            segment = _Segment(start, trunk_y(source, column + 1), -1, 1e6)
            onward[source, column] = segment
            gaps[column].append(segment)

    column_width = [0.0] * len(net.rows)
    for v in range(n):
        column_width[net.column[v]] = max(column_width[net.column[v]], sizes[v][0])
    start_x, end_x, x = list[float](), list[float](), 0.0
    rail_x: list[Point] = []
    crossings = 0
    for column, segments in enumerate(gaps):
        start_x.append(x)
        end_x.append(x + column_width[column])
        segments.sort(key=lambda s: (s.start, s.stop, s.edge))
        _set_rails(segments, labels)
        crossings += _inversions([round(s.stop, 3) for s in segments])
        x += column_width[column]
        text = max((labels[s.edge] for s in segments if s.edge >= 0), default=0.0)
        spread = max((abs(s.rail - s.start) for s in segments), default=0.0)
        climb = max((abs(s.stop - s.rail) for s in segments), default=0.0)
        rail = x + (8.0 if spread < 1.5 else min(44.0, 16.0 + spread / 4))
        rail_x.append((rail, rail + text))
        if column < len(gaps) - 1:
            x = rail + text + (8.0 if climb < 1.5 else min(150.0, 36.0 + climb / 4))

    def box_left(v: int) -> float:
        c = net.column[v]
        return _r(start_x[c] + (column_width[c] - sizes[v][0]) / 2)

    def box_right(v: int) -> float:
        return _r(box_left(v) + sizes[v][0])

    ways = {source: _trunk_way(net, source, box_right(source), y, onward, (start_x, end_x), rail_x) for source in net.trunks}
    routes, middles = [], []
    for e, (source, target) in enumerate(edges):
        where, segment = net.tail[e][1], last[e]
        way = [(box_right(source), _r(y[source]))]
        if where > net.column[source]:
            corners, ends = ways[source]
            count, end = ends[where - net.column[source] - 1]
            way = [*corners[:count], end]
        _pass(way, segment, end_x[where], rail_x[where], start_x[where + 1])
        _extend(way, box_left(target), y[target])
        routes.append(way)
        middles.append((_r(sum(rail_x[where]) / 2), segment.rail))

    edge_of_boxes = [y[v] + side * net.half[v] for v in range(n) for side in (-1, 1)]
    heights = edge_of_boxes + [py for route in routes for _, py in route]
    top, bottom = min(heights, default=0.0), max(heights, default=0.0)
    return Layout(
        width=_r(x),
        height=_r(bottom - top),
        boxes=tuple((box_left(v), _r(y[v] - net.half[v] - top)) for v in range(n)),
        routes=tuple(tuple((px, _r(py - top)) for px, py in route) for route in routes),
        labels=tuple((mx, _r(my - top)) for mx, my in middles),
        columns=tuple(net.column[:n]),
        crossings=crossings,
    )


def _trunk_way(
    net: _Net,
    source: int,
    start: float,
    y: list[float],
    onward: dict[tuple[int, int], _Segment],
    columns: tuple[list[float], list[float]],
    rail_x: list[Point],
) -> tuple[list[Point], list[tuple[int, Point]]]:
    """The points of a trunk, and for each column it enters how many of them lie before, and where it then is."""
    start_x, end_x = columns
    way = [(start, _r(y[source]))]
    ends = []
    for column in range(net.column[source], net.trunks[source].end - 1):
        segment = onward.get((source, column))
        if segment is not None:
            _pass(way, segment, end_x[column], rail_x[column], start_x[column + 1])
        else:
            _extend(way, start_x[column + 1], way[-1][1])
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
    heights = [RAIL if s.edge >= 0 and labels[s.edge] else BARE_RAIL for s in segments]
    depth = 0.0
    for i, s in enumerate(segments):
        depth += heights[i] if i else 0.0
        offsets.append(depth)
        level = abs(s.start - s.stop) < 1.5
        place, weight, count = s.start - depth, s.straight if level else 1.0, 1
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


def _pass(way: list[Point], s: _Segment, left: float, rail: Point, right: float) -> None:
    """Go through one space between columns: level as far as the column is wide, on the rail, level at the next."""
    _extend(way, left, s.start)
    if s.rail != s.start:
        _extend(way, rail[0], s.rail)
    _extend(way, rail[1], s.rail)
    _extend(way, right, s.stop)


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
