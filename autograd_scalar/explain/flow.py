"""All that lies between one node and the result, as numbers: what is counted, summed and sought along its edges.

A graph of a million nodes has room for a few flat lists, and none for an object at every edge: edge after edge stands
in the same three lists, those into one node side by side. Each question is one walk along these lists.
"""

from __future__ import annotations

import heapq
from itertools import accumulate
from math import isfinite, log2, log10
from operator import mul
from typing import TYPE_CHECKING, Any

from ..backward import adjoints, check_not_edited
from .words import EXACT

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from ..steps import Steps
    from ..value import Value

__all__ = ["Flow", "Link", "Pass"]

# One edge seen from one of its ends: the number of the node at the other, the slope, the place among the operands.
Link = tuple[int, float, int]

# Weights add up along a route as slopes multiply: log₂ of the size, in whole steps of 2⁻⁴⁴, so that sums are exact and
# the same slopes in another order make an exact tie. A zero weighs less than all finite slopes together, a slope that
# is not finite more than all zeros.
_STEP = 2.0**44
_ZERO = -(1 << 100)
_NOT_FINITE = 1 << 130
_PRIME = (1 << 61) - 1
_LONG, _SHIFT = 1 << 128, 64
SOUGHT = 1_000_000  # edges that are looked at to make a cut smaller


def _weight(slope: float) -> int:
    if slope == 0.0:
        return _ZERO
    return round(log2(abs(slope)) * _STEP) if isfinite(slope) else _NOT_FINITE


class Flow:
    """All that lies between one node and the result, by number: node 0 is the one in question, the last is the result.

    The edges into node i, from what was made from node 0, have the numbers ``first[i]`` to ``first[i + 1]``; of each
    edge `parents` has the node it comes from, `slopes` the partial, `places` the place among the node's parents.
    """

    def __init__(self, steps: Steps, wrt: Value) -> None:
        check_not_edited(steps.order)
        self.nodes = [wrt]
        self.parents: list[int] = []
        self.slopes: list[float] = []
        self.places: list[int] = []
        self.first = [0, 0]
        self.index = {wrt: 0}
        self._read(steps.order[steps.place[wrt] + 1 :])
        self.last = len(self.nodes) - 1
        self.adjoints = self._sums_of_routes(self.slopes)
        self._weights: list[int] | None = None
        self._best: tuple[list[int], list[int]] | None = None
        self._links: tuple[list[int], list[int], list[int]] | None = None

    def _read(self, order: list[Value]) -> None:
        index, nodes, first = self.index, self.nodes, self.first
        parents, slopes, places = self.parents, self.slopes, self.places
        is_apart = index.keys().isdisjoint
        for node in order:
            rule = node._rule
            if rule is None:
                continue
            if rule.many:
                operands = rule.parents(node)
                if is_apart(operands):
                    continue
                hits = [place for place, parent in enumerate(operands) if parent in index]
                partials = node.partials()
                parents += [index[operands[place]] for place in hits]
                slopes += [partials[place] for place in hits]
                places += hits
            else:
                x = index.get(node._x) if rule.in_x else None
                y = index.get(node._y) if rule.in_y else None
                if x is None and y is None:
                    continue
                partials = node.partials()
                if x is not None:
                    parents.append(x)
                    slopes.append(partials[0])
                    places.append(0)
                if y is not None:
                    parents.append(y)
                    slopes.append(partials[-1])
                    places.append(len(partials) - 1)
            index[node] = len(nodes)
            nodes.append(node)
            first.append(len(parents))

    # --------------------------------------------------------------------------------------------------------- edges

    def into(self, node: int) -> list[Link]:
        """The edges into a node: (number of the parent, slope, place among the parents)."""
        edges = slice(self.first[node], self.first[node + 1])
        return list(zip(self.parents[edges], self.slopes[edges], self.places[edges], strict=True))

    def parents_of(self, node: int) -> list[int]:
        """The nodes at the other ends of these edges."""
        return self.parents[self.first[node] : self.first[node + 1]]

    def out_of(self, node: int) -> list[Link]:
        """The edges out of a node: (number of the user, slope, place among the user's parents)."""
        if self._links is None:
            self._links = self._linked()
        latest, before, users = self._links
        found = []
        edge = latest[node]
        while edge >= 0:
            found.append((users[edge], self.slopes[edge], self.places[edge]))
            edge = before[edge]
        return found[::-1]

    def _linked(self) -> tuple[list[int], list[int], list[int]]:
        """For each node the latest edge out of it; for each edge the one before it from the same node, and the user."""
        latest = [-1] * len(self.nodes)
        before: list[int] = []
        users: list[int] = []
        for node in range(1, self.last + 1):
            for edge in range(self.first[node], self.first[node + 1]):
                parent = self.parents[edge]
                before.append(latest[parent])
                latest[parent] = edge
                users.append(node)
        return latest, before, users

    @property
    def is_line(self) -> bool:
        """Whether there is one route only."""
        return len(self.parents) == self.last

    # ------------------------------------------------------------------------------------------------- sums of routes

    def _sums_of_routes(self, slopes: list[float]) -> list[float]:
        """For each node the sum over its routes to the result of the products of slopes, as the backward pass sums."""
        if self.is_line:
            return [own + 0.0 for own in accumulate(reversed(slopes), mul, initial=1.0)][::-1]  # 0.0 for −0.0
        first, parents = self.first, self.parents
        sums = [0.0] * len(self.nodes)
        sums[-1] = 1.0
        stop = len(parents)
        for node in range(self.last, 0, -1):
            own, start = sums[node], first[node]
            if stop - start == 1:
                sums[parents[start]] += own * slopes[start]
            else:
                for edge in range(start, stop):
                    sums[parents[edge]] += own * slopes[edge]
            stop = start
        return sums

    def sizes(self) -> float:
        """Σ|contribution| over all routes; those through a slope of 0 have none."""
        first, parents, slopes = self.first, self.parents, self.slopes
        sums = [0.0] * len(self.nodes)
        sums[-1] = 1.0
        stop = len(parents)
        for node in range(self.last, 0, -1):
            own, start = sums[node], first[node]
            if own:
                for edge in range(start, stop):
                    if slope := slopes[edge]:
                        sums[parents[edge]] += own * abs(slope)
            stop = start
        return sums[0]

    # ------------------------------------------------------------------------------------------------------ counting

    def count(self) -> tuple[int | None, float]:
        """How many routes lead from node 0 to the result: exact to 10¹⁸ (else None), and log₁₀ of it."""
        if self.is_line:
            return 1, 0.0
        count, shift = self._counted()
        if shift == 0 and count <= EXACT:
            return count, log10(count)
        return None, log10(count) + shift * log10(2.0)

    def _counted(self) -> tuple[int, int]:
        """The number of routes is the first number · 2 to the second: exact where that is 0.

        Numbers that get long lose their last bits, and still have more of them than a float.
        """
        first, parents = self.first, self.parents
        counts, shifts = [1], [0]
        stop = 0
        for node in range(1, self.last + 1):
            start, stop = stop, first[node + 1]
            if stop - start == 1:
                count, shift = counts[parents[start]], shifts[parents[start]]
            else:
                made_from = parents[start:stop]
                shift = max([shifts[parent] for parent in made_from])
                if shift:
                    count = sum([counts[parent] >> shift - shifts[parent] for parent in made_from])
                else:
                    count = sum([counts[parent] for parent in made_from])
                if count > _LONG:
                    count, shift = count >> _SHIFT, shift + _SHIFT
            counts.append(count)
            shifts.append(shift)
        return counts[-1], shifts[-1]

    def on_every_route(self, candidates: set[int]) -> list[int]:
        """The nodes that all routes pass, and all through a slope of 0, the nearest to the node in question first.

        Routes are counted modulo a large prime: numbers that differ agree there once in 10¹⁸ times.
        """
        first, parents = self.first, self.parents
        before = [0] * len(self.nodes)
        after = list(before)
        before[0] = after[-1] = 1
        for node in range(1, self.last + 1):
            before[node] = sum([before[parent] for parent in parents[first[node] : first[node + 1]]]) % _PRIME
        for node in range(self.last, 0, -1):
            own = after[node]
            for parent in parents[first[node] : first[node + 1]]:
                after[parent] = (after[parent] + own) % _PRIME
        total = before[-1]
        passed = [node for node in sorted(candidates) if before[node] * after[node] % _PRIME == total]
        return [node for node in passed if not any(self.slopes[first[node] : first[node + 1]])]

    def needed_of(self, cut: list[int]) -> list[int]:
        """The members of a cut without those that the others cut off as well; of many, all."""
        kept = list(cut)
        if len(cut) * self.last > SOUGHT:
            return kept
        for one in cut:
            others = {*kept} - {one}
            if others and not self.is_open(others):
                kept.remove(one)
        return kept

    def is_open(self, shut: set[int]) -> bool:
        """Whether a route avoids all slopes of 0 of some nodes."""
        reached = [True] + [False] * self.last
        for node in range(1, self.last + 1):
            edges = range(self.first[node], self.first[node + 1])
            reached[node] = any(
                reached[self.parents[edge]] and not (node in shut and self.slopes[edge] == 0.0) for edge in edges
            )
        return reached[-1]

    def live(self, others: Container[int] = ()) -> tuple[list[bool], list[bool]]:
        """Which nodes are reached through slopes other than 0, and from which ones the result is.

        The slopes of some `others` count as if they were none of them 0.
        """
        first, parents, slopes = self.first, self.parents, self.slopes
        up = [False] * len(self.nodes)
        down = list(up)
        up[0] = down[-1] = True
        for node in range(1, self.last + 1):
            any_slope = node in others
            for edge in range(first[node], first[node + 1]):
                if (any_slope or slopes[edge] != 0.0) and up[parents[edge]]:
                    up[node] = True
                    break
        for node in range(self.last, 0, -1):
            if down[node]:
                any_slope = node in others
                for edge in range(first[node], first[node + 1]):
                    if any_slope or slopes[edge] != 0.0:
                        down[parents[edge]] = True
        return up, down

    def zeros(self) -> list[tuple[int, int, int]]:
        """The edges whose slope is 0: (node, parent, place)."""
        return [
            (node, self.parents[edge], self.places[edge])
            for node in range(1, self.last + 1)
            for edge in range(self.first[node], self.first[node + 1])
            if self.slopes[edge] == 0.0
        ]

    # ----------------------------------------------------------------------------------------------------- searching

    def best(self) -> tuple[list[int], list[int]]:
        """For each node the weight of its largest route from node 0, and which edge into it that route takes."""
        if self._best is None:
            self._best = self._find_best()
        return self._best

    def _find_best(self) -> tuple[list[int], list[int]]:
        weights = [0] * len(self.nodes)
        choice = [0] * len(self.nodes)
        if self.is_line:  # nothing to choose
            return weights, choice
        first, parents = self.first, self.parents
        known = {slope: _weight(slope) for slope in set(self.slopes)}  # the same slopes come again and again
        own = self._weights = [known[slope] for slope in self.slopes]
        stop = 0
        for node in range(1, self.last + 1):
            start, stop = stop, first[node + 1]
            top = own[start] + weights[parents[start]]
            for edge in range(start + 1, stop):
                weight = own[edge] + weights[parents[edge]]
                if weight > top:
                    top, choice[node] = weight, edge - start
            weights[node] = top
        return weights, choice

    def largest(self, k: int) -> Iterator[list[int]]:
        """The `k` routes with the largest contributions, each as the list of its edges from the result down.

        `best` says what the largest route from each node is; any other route leaves it in some places. What is lost by
        leaving at one edge is known exactly, so routes come out in order of what they lose, and no others are looked
        at: a route is followed once, and the edges that it passes by are noted as places to leave it.
        """
        weights, choice = self.best()
        own, parents = self._weights or [0] * len(self.parents), self.parents
        heap: list[tuple[int, int, Any]] = [(0, 0, None)]
        ticket = 0
        found = 0
        while heap and found < k:
            loss, _, left_at = heapq.heappop(heap)
            turns: dict[int, int] = {}
            turn = left_at
            while turn is not None:
                node, place, turn = turn
                turns[node] = place
            route: list[int] = []
            node, is_new = self.last, left_at is None
            bound = heapq.nsmallest(k - found, heap)[-1][0] if len(heap) >= k - found else None
            noted: list[tuple[int, int, Any]] = []
            while node:
                place = turns.get(node, choice[node])
                start, stop = self.first[node], self.first[node + 1]
                if is_new and stop - start > 1:
                    for edge in range(start, stop):
                        if edge - start == place:
                            continue
                        more = loss + weights[node] - own[edge] - weights[parents[edge]]
                        if bound is None or more < bound:
                            ticket += 1
                            noted.append((more, ticket, (node, edge - start, left_at)))
                    if len(noted) > 4 * k + 64:
                        noted = heapq.nsmallest(k, noted)
                        bound = noted[-1][0] if bound is None else min(bound, noted[-1][0])
                is_new = is_new or (left_at is not None and node == left_at[0])
                route.append(place)
                node = self.parents[start + place]
            for one in heapq.nsmallest(k, noted):
                heapq.heappush(heap, one)
            found += 1
            yield route

    def every(self) -> Iterator[list[int]]:
        """Every route, in the order of the operands."""
        route: list[int] = []
        nodes = [self.last]
        while True:
            while nodes[-1]:
                route.append(0)
                nodes.append(self.parents[self.first[nodes[-1]]])
            yield list(route)
            while route:
                edge = self.first[nodes[-2]] + route.pop() + 1
                nodes.pop()
                if edge < self.first[nodes[-1] + 1]:
                    route.append(edge - self.first[nodes[-1]])
                    nodes.append(self.parents[edge])
                    break
            else:
                return

    def best_route(self) -> list[int]:
        """The route that contributes most, as the list of its edges from the result down."""
        _, choice = self.best()
        route = []
        node = self.last
        while node:
            route.append(choice[node])
            node = self.parents[self.first[node] + choice[node]]
        return route

    def best_edges(self) -> tuple[Sequence[int], Sequence[int]]:
        """The same route as flat lists: the nodes that it comes to, the result first, and its edge into each."""
        if self.is_line:
            return range(self.last, 0, -1), range(self.last - 1, -1, -1)
        _, choice = self.best()
        first, parents = self.first, self.parents
        nodes, edges = [], []
        node = self.last
        while node:
            edge = first[node] + choice[node]
            nodes.append(node)
            edges.append(edge)
            node = parents[edge]
        return nodes, edges

    def edges_of(self, route: list[int]) -> list[tuple[int, int, float, int]]:
        """The edges of a route from the result down: (node, parent, slope, place among the parents)."""
        edges: list[tuple[int, int, float, int]] = []
        node = self.last
        for choice in route:
            edge = self.first[node] + choice
            parent = self.parents[edge]
            edges.append((node, parent, self.slopes[edge], self.places[edge]))
            node = parent
        return edges


class Pass:
    """The adjoints of one backward pass over steps, kept beside the graph: ``.grad`` is left alone."""

    def __init__(self, steps: Steps) -> None:
        check_not_edited(steps.order)
        self.adjoints = adjoints(steps.order)
