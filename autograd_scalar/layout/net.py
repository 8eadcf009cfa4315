"""The net that is arranged: boxes, the trunks of long edges, and lines from each column to the next."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Net", "net_of"]

_MOST_TRUNK_PLACES = 12_000  # more are not arranged: those trunks run above


@dataclass(slots=True)
class Trunk:
    """The way of a source's long edges: one place in each column from `first` up to `end`, exclusive."""

    source: int
    first: int
    end: int
    places: int = -1
    """The item in column `first`; the others follow it. −1: the trunk runs above the whole drawing."""


@dataclass(slots=True)
class Net:
    """Items, their lines to the next column, and the order in which they stand."""

    boxes: int
    half: list[float]
    """Half the height of each item; an item is a box or a place of a trunk."""
    column: list[int]
    rows: list[list[int]]
    """The items of each column, from top to bottom."""
    left: list[list[int]]
    right: list[list[int]]
    trunks: dict[int, Trunk]
    tail: list[tuple[int, int]]
    """For each edge its last item before the target, and its column; −1 − source stands for a trunk above."""
    at: list[int] = field(default_factory=list)
    """The index of each item in its row."""

    def number(self) -> None:
        """Note where each item stands, after its row has been arranged."""
        for row in self.rows:
            for i, item in enumerate(row):
                self.at[item] = i


def net_of(sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]], columns: list[int]) -> Net:
    """Give each long edge a place in the columns it passes, and make lines of single steps."""
    trunks: dict[int, Trunk] = {}
    for source, target in edges:
        if columns[target] - columns[source] > 1:
            trunk = trunks.setdefault(source, Trunk(source, columns[source] + 1, 0))
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
    return Net(len(sizes), half, column, rows, left, right, trunks, tail, [0] * len(half))
