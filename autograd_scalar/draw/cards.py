"""A folded graph as cards and wires."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..formula import expression, number
from ..formula.styles import style_for
from ..notation import counted
from .folding import READABLE, Fold, fold_graph
from .notes import other_passes, stale
from .operations import op_text
from .reading import A_PART, NEAR, UNKNOWN, Graph, Names, read_graph
from .sheet import UNREACHED, Card, Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..value import Value

__all__ = ["read"]

_Read = tuple[tuple[Card, ...], tuple[Wire, ...], tuple[str, ...]]
# A fold says its formula where that is so long at most, and of so many nodes.
_FORMULA_ROOM = 18
_FORMULA_NODES = 8


@dataclass(slots=True)
class _Picture:
    cards: list[Card] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    """How many operands of each card are not drawn."""


def read(root: Value, *, to: Value | Iterable[Value] | None, fold: bool | Fold | None, names: Names | None) -> _Read:
    """The cards, the wires and the notes of a picture; the arguments are those of `draw`."""
    graph, notes = read_graph(root, to, names, may_cut=fold is not False)
    note = stale(graph.nodes) or other_passes(graph)
    notes += [note] if note else []
    n = len(graph.nodes)
    folding = fold_graph(graph, fold=fold)
    picture = _cards(graph, folding.group, folding.titles)
    count = len(picture.cards)
    if count < n:
        notes.append(f"{n:,} nodes, folded {folding.how}: {counted(count, 'card')}")
    if fold is not False and count > READABLE:
        picture = _near_output(picture)
        whole = "Of these" if count < n else f"Of {n:,} nodes"
        notes.append(f"{whole}, the {NEAR} nearest the output are drawn; {A_PART}")
    picture = _with_stubs(picture)
    return tuple(picture.cards), tuple(picture.wires), tuple(notes)


def _cards(graph: Graph, group: list[int], titles: dict[int, str]) -> _Picture:
    """One card for each group, and the wires between them."""
    members: dict[int, list[int]] = {}
    is_exit = [False] * len(group)
    for i, g in enumerate(group):
        members.setdefault(g, []).append(i)
        for j, _ in graph.inputs[i]:
            is_exit[j] = is_exit[j] or group[j] != g
    is_exit[-1] = True
    order = sorted(members, key=lambda g: members[g][-1])
    place = {g: c for c, g in enumerate(order)}
    picture = _Picture()
    for g in order:
        inside = members[g]
        exits = [i for i in inside if is_exit[i]]
        head = exits[0] if len(exits) == 1 else None
        picture.cards.append(_card(graph, inside, exits, titles.get(g, ""), is_output=inside[-1] == len(group) - 1))
        ways = _ways(graph, inside) if len(inside) == 1 else _folded_ways(graph, group, inside, head)
        picture.wires += [_wire(graph, (place[group[way[0]]], place[g]), head, way) for way in ways]
        picture.cut.append(sum(graph.cut[i] for i in inside))
    return picture


def _card(graph: Graph, inside: list[int], exits: list[int], title: str, *, is_output: bool) -> Card:
    last, count = exits[-1], len(inside)
    members = tuple(graph.numbers[i] for i in inside)
    v = graph.nodes[last]
    kind = "output" if is_output else "fold" if count > 1 else "inner" if v.op else "leaf"
    if len(exits) > 1:
        op = counted(count, "node")
        return Card(
            graph.numbers[last], title, op, counted(len(exits), "result"), "", count, kind, f"{title}: {op}", members
        )
    name = title or graph.names[last]
    data = number(v.data)
    reached = graph.reached and v.reached
    grad = number(v.grad) if reached else UNREACHED
    gradient = f"gradient {grad}" if reached else "no gradient yet"
    op = whole = op_text(v)
    if count > 1:
        whole = _formula(graph, inside, last) if not title else ""
        op = whole if 0 < len(whole) <= _FORMULA_ROOM else counted(count, "node")
        whole = whole or op
    elif not op and not name:
        op = whole = "leaf"
    what = f"{name} = {whole}" if name and whole else name or whole
    return Card(graph.numbers[last], name, op, data, grad, count, kind, f"{what}: value {data}, {gradient}", members)


def _formula(graph: Graph, inside: list[int], head: int) -> str:
    """Write a small fold as a formula of the cards it uses, where all of them have names; else nothing."""
    used = {j for i in inside for j, _ in graph.inputs[i]} - set(inside)
    if len(inside) > _FORMULA_NODES or len(graph.nodes) > READABLE or not all(graph.names[j] for j in used):
        return ""
    names = {graph.nodes[j]: graph.names[j] for j in used}
    return style_for("text", 6, list(names.values())).write(expression(graph.nodes[head], names))


_Way = tuple[int, float | None, float | None, int]
"""One use of an operand, or several folded: its index, the slope, the gradient that flows, how many edges."""


def _ways(graph: Graph, inside: list[int]) -> Iterator[_Way]:
    """Find each use of an operand by this one node."""
    (i,) = inside
    v = graph.nodes[i]
    for j, slope in graph.inputs[i]:
        yield j, slope, abs(v.grad * slope) if graph.reached and v.reached else None, 1


def _folded_ways(graph: Graph, group: list[int], inside: list[int], head: int | None) -> Iterator[_Way]:
    """Find each card that a fold uses; with one result, slopes multiply along the ways inside, and add up."""
    factor = dict.fromkeys(inside, 0.0)
    if head is not None:
        factor[head] = 1.0
    slopes: dict[int, float] = {}
    flows: dict[int, float] = {}
    counts: dict[int, int] = {}
    for i in reversed(inside):
        for j, slope in graph.inputs[i]:
            if group[j] == group[i]:
                factor[j] += factor[i] * slope
            else:
                slopes[j] = slopes.get(j, 0.0) + factor[i] * slope
                flows[j] = flows.get(j, 0.0) + abs(graph.nodes[i].grad * slope)
                counts[j] = counts.get(j, 0) + 1
    reached = graph.reached and graph.nodes[inside[-1]].reached
    by_card: dict[int, list[int]] = {}
    for j in sorted(slopes):
        by_card.setdefault(group[j], []).append(j)
    for operands in by_card.values():
        j = operands[-1]
        total: float | None = None
        if head is not None and len(operands) == 1:
            total = slopes[j]
            flows[j] = abs(graph.nodes[head].grad * total)
        yield j, total, sum(flows[j] for j in operands) if reached else None, sum(counts[j] for j in operands)


def _wire(graph: Graph, ends: tuple[int, int], head: int | None, way: _Way) -> Wire:
    j, slope, flow, count = way
    if slope is None or head is None:
        return Wire(*ends, f"{count}×" if count > 1 else "", flow, shut=False, title=counted(count, "edge"))
    text = UNREACHED if slope is UNKNOWN else number(slope)
    back = "" if flow is None else f"; {number(flow)} flows back"
    return Wire(*ends, text, flow, slope == 0, f"slope ∂({graph.called(head)})/∂({graph.called(j)}) = {text}{back}")


def _near_output(picture: _Picture) -> _Picture:
    """Keep the cards with the fewest steps to the output."""
    operands: dict[int, list[int]] = {}
    for wire in picture.wires:
        operands.setdefault(wire.target, []).append(wire.source)
    kept: set[int] = set()
    waiting = deque([len(picture.cards) - 1])
    while waiting and len(kept) < NEAR:
        card = waiting.popleft()
        if card not in kept:
            kept.add(card)
            waiting.extend(operands.get(card, ()))
    new = {c: place for place, c in enumerate(sorted(kept))}
    near = _Picture([picture.cards[c] for c in new], [], [picture.cut[c] for c in new])
    for wire in picture.wires:
        if wire.source in new and wire.target in new:
            near.wires.append(replace(wire, source=new[wire.source], target=new[wire.target]))
        elif wire.target in new:
            near.cut[new[wire.target]] += 1
    return near


def _with_stubs(picture: _Picture) -> _Picture:
    """Show where operands are not drawn."""
    if not any(picture.cut):
        return picture
    full = _Picture()
    place: list[int] = []
    stubs: list[Wire] = []
    for card, cut in zip(picture.cards, picture.cut, strict=True):
        if cut:
            stubs.append(Wire(len(full.cards), len(full.cards) + 1, "", None, shut=False, title="not drawn"))
            full.cards.append(
                Card(-1, "…", "", f"{cut:,} more", "", cut, "more", f"{counted(cut, 'operand')} not drawn")
            )
        place.append(len(full.cards))
        full.cards.append(card)
    full.wires = [replace(w, source=place[w.source], target=place[w.target]) for w in picture.wires] + stubs
    return full
