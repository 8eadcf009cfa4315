"""Which nodes share a card, so that a large graph can be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ..errors import UsageError
from ..layout import sort
from ..notation import display

if TYPE_CHECKING:
    from ..value import Value
    from .reading import Graph

__all__ = ["DRAWABLE", "READABLE", "Fold", "Folding", "fold_graph"]

Fold = Callable[["Value"], "str | tuple[str, ...] | None"]

READABLE = 300
"""The most cards a picture has before it folds by itself."""
FEW = 8
"""The fewest cards of a large graph that still show something, unless names have made them."""
DRAWABLE = 3_000
"""The most cards with ``fold=False``."""
_SOME = 3  # named steps, the output among them, make a picture


class Folding(NamedTuple):
    """For each node one of those on its card, the same for all of them; names for such; and in words what was done."""

    group: list[int]
    titles: dict[int, str]
    how: str


def fold_graph(graph: Graph, *, fold: bool | Fold | None) -> Folding:
    """Fold as `draw` was told.

    Raises `UsageError` for ``fold=False`` where that leaves too many.
    """
    n = len(graph.nodes)
    how = "into the named steps" if any(graph.names) else "where a result is used once"
    if callable(fold):
        return Folding(*_groups(graph, fold), "by group")
    if fold is None:
        return Folding(_readable(graph), {}, how)
    if fold:
        return Folding(_steps(graph), {}, how)
    if n > DRAWABLE:
        raise UsageError(
            f"the graph has {n:,} nodes and fold=False draws at most {DRAWABLE:,}; draw(to=…) draws a part"
        )
    return Folding(list(range(n)), {}, how)


def _readable(graph: Graph) -> list[int]:
    """Fold no more than has to be folded: nothing, then results, then leaves too, then what several results share.

    Where next to nothing would be left, nothing is folded, and the picture ends somewhere around the output.
    """
    if len(graph.nodes) <= READABLE:
        return list(range(len(graph.nodes)))
    group = _steps(graph)
    for leaves, shared in ((True, False), (False, True), (True, True)):
        if len(set(group)) > READABLE:
            group = _steps(graph, leaves=leaves, shared=shared)
    kept = set(group)
    named = sum(bool(graph.names[i] and graph.inputs[i]) for i in kept)
    return list(range(len(group))) if len(kept) < FEW and named < _SOME else group


def _steps(graph: Graph, *, leaves: bool = False, shared: bool = False) -> list[int]:
    """For each node the node into which it is folded: an unnamed result that is used once, into what uses it.

    With `shared`, also where it is used several times, but all its uses end in one card. With `leaves`, leaves are
    folded like that too, named or not.
    """
    unused, several = -1, -2
    group = [unused] * len(graph.nodes)
    for i in reversed(range(len(group))):
        is_leaf = not graph.inputs[i]
        stays = not leaves if is_leaf else bool(graph.names[i])
        if stays or group[i] < 0:
            group[i] = i
        for j, _ in graph.inputs[i]:
            first = group[j] == unused
            group[j] = group[i] if first or (shared and group[j] == group[i]) else several
    return group


def _groups(graph: Graph, fold: Fold) -> tuple[list[int], dict[int, str]]:
    """Fold the nodes to which the callable gives the same text, at the deepest level that can be read."""
    paths: list[tuple[str, ...]] = []
    for v in graph.nodes:
        key = fold(v)
        paths.append((key,) if isinstance(key, str) else tuple(key or ()))
    group = list(range(len(paths)))
    titles: dict[int, str] = {}
    for depth in range(max(map(len, paths), default=0), 0, -1):
        last = {path[:depth]: i for i, path in enumerate(paths) if path}
        group = _without_cycles(graph, [last[path[:depth]] if path else i for i, path in enumerate(paths)])
        titles = {g: display(" ".join(paths[g][:depth])) for g in set(group) if paths[g]}
        if len(set(group)) <= READABLE:
            break
    return group, titles


def _without_cycles(graph: Graph, group: list[int]) -> list[int]:
    """Take apart each group on a cycle, which is one that some way through the graph leaves and enters again."""
    while True:
        edges = {
            (group[j], group[i]) for i, inputs in enumerate(graph.inputs) for j, _ in inputs if group[j] != group[i]
        }
        stuck = set(range(len(group))) - set(sort(len(group), sorted(edges)))
        if not stuck:
            return group
        group = [i if g in stuck else g for i, g in enumerate(group)]
