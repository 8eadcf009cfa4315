"""The order of the boxes and trunks in each column, so that few lines cross."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .net import Net

__all__ = ["arrange", "inversions"]

_MATRIX = 70  # the most items of a column that is sifted: the table of costs grows with their square


def arrange(net: Net) -> None:
    """Arrange each column: many cheap starts, the best few improved; the fewest crossings win, the first of equals.

    A start from the outputs keeps together what one output is made of, a start from the inputs what one input leads to.
    Which of them crosses less depends on the graph, and neither turns into the other item by item.
    """
    items = len(net.half) + 1
    found: list[tuple[int, list[list[int]]]] = []
    for start in range(max(1, min(24, 4_000 // items))):
        _first_rows(net, start)
        found.append(_sweeps(net, max(3, min(12, 20_000 // items)), start))
        if not found[-1][0]:
            break
    found.sort(key=itemgetter(0))
    best, best_rows = found[0]
    starts = [rows for _, rows in found[: max(1, min(4, 2_000 // items))]]
    if best:
        starts += [_rows_from_inputs(net, start) for start in range(min(8, 1_000 // items))]
    for rows in starts:
        if not best:
            break
        net.rows = rows
        net.number()
        rounds = max(1, min(8, 8_000 // items))
        while rounds and sum(_sift(net, row) for row in rows):  # a sum: every row is sifted
            rounds -= 1
        count = _crossings(net)
        if count < best:
            best, best_rows = count, rows
    net.rows = best_rows
    net.number()


def _first_rows(net: Net, start: int) -> None:
    """Depth first from the outputs, operands in order: a tree has no crossing to begin with."""
    seen = [False] * len(net.half)
    rows: list[list[int]] = [[] for _ in net.rows]
    stack = [v for v in range(len(net.half)) if not net.right[v]]
    if not start % 2:
        stack.reverse()
    shuffle = _Shuffle(start)
    while stack:
        item = stack.pop()
        if seen[item]:
            continue
        seen[item] = True
        rows[net.column[item]].append(item)
        before = shuffle(net.left[item]) if start > 1 else net.left[item]
        stack.extend(before if start == 1 else reversed(before))
    net.rows = rows
    net.number()


def _rows_from_inputs(net: Net, start: int) -> list[list[int]]:
    """Breadth first from the inputs, those with the most uses first."""
    rows: list[list[int]] = [[] for _ in net.rows]
    inputs = [v for v in range(len(net.half)) if not net.left[v]]
    if start:
        inputs = _Shuffle(start)(inputs)
    found = sorted(inputs, key=lambda v: -len(net.right[v]))
    seen = set(found)
    for item in found:  # it grows on the way
        rows[net.column[item]].append(item)
        for after in net.right[item]:
            if after not in seen:
                seen.add(after)
                found.append(after)
    return rows


class _Shuffle:
    """A fixed generator, so that every start is another order and every run the same."""

    def __init__(self, start: int) -> None:
        self.state = start

    def __call__(self, items: Sequence[int]) -> list[int]:
        """The items in another order."""
        shuffled = list(items)
        for i in range(len(shuffled) - 1, 0, -1):
            self.state = (1_103_515_245 * self.state + 12_345) % 2_147_483_648
            j = (self.state >> 8) % (i + 1)
            shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
        return shuffled


def _sweeps(net: Net, sweeps: int, start: int) -> tuple[int, list[list[int]]]:
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


def _by_neighbours(net: Net, row: list[int], sides: list[list[int]], others: list[list[int]]) -> None:
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


def _sides(net: Net, item: int) -> _Sides:
    """The places of an item's neighbours, left and right, sorted."""
    at = net.at
    left, right = net.left[item], net.right[item]
    return tuple(sorted([at[s] for s in left])), tuple(sorted([at[s] for s in right]))


def _sift(net: Net, row: list[int]) -> bool:
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


def _exchange(net: Net, row: list[int]) -> bool:
    """Exchange neighbours while that helps: what sifting does, for a column too long for a table of costs."""
    sides = [_sides(net, item) for item in row]
    better = False
    moved, rounds = True, 4
    while moved and rounds:
        moved, rounds = False, rounds - 1
        for i in range(len(row) - 1):
            (l1, r1), (l2, r2) = sides[i], sides[i + 1]
            now = _pairs(l1, l2) + _pairs(r1, r2)
            if now and _pairs(l2, l1) + _pairs(r2, r1) < now:
                row[i], row[i + 1] = row[i + 1], row[i]
                sides[i], sides[i + 1] = sides[i + 1], sides[i]
                moved = better = True
    for i, item in enumerate(row):
        net.at[item] = i
    return better


def _crossings(net: Net) -> int:
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
        count += inversions(ends)
    return count


def inversions(values: Sequence[float]) -> int:
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
