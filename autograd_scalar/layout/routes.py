"""Which points each edge passes, and with that all that is known of a layout."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from .heights import LINE_GAP
from .order import inversions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .net import Net

__all__ = ["RAIL", "Layout", "Point", "lay_routes"]

Point = tuple[float, float]

RAIL = 16.0
"""Between a line with a label, which stands on it, and the line above."""
BARE_RAIL = 9.0
"""Between a line without a label and one with a label above, or one that goes the same way."""
_LEVEL = 1.5  # a line that climbs less is taken for a level one


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


@dataclass(slots=True)
class _Segment:
    """One line in the space between two columns, from height `start` to height `stop`, by way of its rail."""

    start: float
    stop: float
    edge: int
    """−1 for a trunk on its way."""
    rail: float = 0.0


def lay_routes(
    net: Net,
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[tuple[int, int]],
    labels: list[float],
    y: list[float],
) -> Layout:
    """Lead each edge to its target, with room for its label; `y` is the middle of each item."""
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
        crossings=sum(inversions([round(s.stop, 3) for s in segments]) for segments in spaces),
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
    net: Net, edges: Sequence[tuple[int, int]], y: list[float]
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
    net: Net, start: Point, source: int, onward: _Onward, across: _Across
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


def _tracks(net: Net, y: list[float]) -> dict[int, float]:
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
