"""In which column each box stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["columns_of", "sort"]


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


def columns_of(n: int, edges: Sequence[tuple[int, int]], pinned: Collection[int] | None) -> list[int]:
    """Longest path to the output; then what has as many lines in as out moves towards its operands.

    A pinned box that has one target follows it, so it holds nobody; one with several stands before the first of them,
    and the others move towards it.
    """
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
    for v in order:
        anchors = [s for s in sources[v] if s not in follows or len(targets[s]) > 1]
        if v not in follows and len(anchors) >= max(1, len(targets[v])):
            column[v] = max(column[s] + 1 for s in anchors)
    for v in follows:  # one with several targets stays: none of them has come nearer than the column behind it
        column[v] = min((column[t] for t in targets[v]), default=last + 1) - 1
    # A pinned box needs a column of its own before its first use.
    least = min(column, default=0)
    return [c - least for c in column]
