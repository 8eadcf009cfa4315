"""The drawing as the page needs it: what stands where, and which cards and wires a step speaks of."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from ..draw import Drawing, draw
from ..draw.sheet import UNREACHED
from ..draw.svg import legend_entries
from ..formula.numbers import number

if TYPE_CHECKING:
    from ..steps import Steps
    from ..trace import Step, Trace

__all__ = ["Picture", "legend", "picture"]

Edge = tuple[int, int]  # (number of a node, place among its parents)

_MARGIN = 6.0  # for the frame of what is lit


class Picture(NamedTuple):
    """A drawing after the whole pass, and how the trace's nodes and edges are found in it."""

    drawing: Drawing
    cards: list[dict[str, Any]]
    wires: list[dict[str, Any]]
    card_of: dict[int, int]
    wire_of: dict[Edge, int]

    def lit(self, trace: Trace, step: Step) -> tuple[list[int], list[int]]:
        """The cards and wires of a step: forward what is computed, with what it is computed from at its wires."""
        if step.phase == "forward":
            made = {node.number for node in trace.nodes if node.valued == step.number}
            edges = [(at, place) for at in sorted(made) for place in range(len(trace.nodes[at].parents))]
            cards = {self.card_of[at] for at in made if at in self.card_of}
        else:
            edges = list(step.edges)
            cards = {self.card_of[at] for at in (step.node, *(at for at, _ in edges)) if at in self.card_of}
        return sorted(cards), sorted({self.wire_of[edge] for edge in edges if edge in self.wire_of})

    def unknown(self, trace: Trace, after: int) -> list[int]:
        """The wires whose slope nobody knows after step number `after`: what it is a slope of has no value yet."""
        targets = [self.cards[wire["target"]]["node"] for wire in self.wires]
        return [
            index
            for index, (wire, target) in enumerate(zip(self.wires, targets, strict=True))
            if wire["isShown"] and target is not None and trace.nodes[target].valued > after
        ]

    def flow(self, trace: Trace, after: int) -> dict[int, float | None]:
        """What has flowed back through each wire after step number `after`; None where nothing has come yet."""
        found: dict[int, float | None] = {}
        for index, wire in enumerate(self.wires):
            come = [edge for edge, own in zip(wire["edges"], wire["passed"], strict=True) if own and own[0] <= after]
            if any(wire["passed"]):
                through = (abs(trace.nodes[at].grad * trace.nodes[at].partials[place]) for at, place in come)
                found[index] = sum(through) if come else None
        return found


def picture(steps: Steps, trace: Trace, room: int = 0) -> Picture:
    """Draw the graph of a trace, with the gradients of this pass, whatever passes the graph has seen.

    Where other numbers may come, `room` is for how many characters each has room at least; a page has the legend
    beside the drawing.
    """
    drawing = replace(draw(steps.root, names=steps.name), ground=False)
    if room:
        drawing = replace(drawing, room=room, legend=False, margin=_MARGIN)
    card_of = {member: index for index, card in enumerate(drawing.cards) for member in card.members}
    wire_of = _wires(drawing, trace, card_of)
    passed: dict[Edge, list[int]] = {}
    for step in trace.steps:
        for edge in step.edges:
            passed.setdefault(edge, []).append(step.number)
    edges: dict[int, list[Edge]] = {}
    for edge, wire in sorted(wire_of.items()):
        edges.setdefault(wire, []).append(edge)
    cards = [_card(drawing, trace, index) for index in range(len(drawing.cards))]
    wires = []
    for index, drawn in enumerate(drawing.wires):
        own = edges.get(index, [])
        wires.append(
            {
                "target": drawn.target,
                "edges": own,
                "isShown": bool(drawn.slope) and not drawn.slope.endswith("×"),
                "passed": [passed.get(edge, []) for edge in own],  # by which steps, each edge
                "what": drawn.title.partition(" = ")[0],
            }
        )
    return Picture(_after_the_pass(drawing, trace, edges), cards, wires, card_of, wire_of)


def legend(drawing: Drawing) -> str:
    """What the shapes and colours say: words of the page, which stay where the drawing is scrolled."""
    entries = []
    for shape, _, kind, words in legend_entries(drawing):
        box = 'class="autograd-graph" viewBox="-1 -13 26 18" width="26" height="18" aria-hidden="true"'
        swatch = f"<svg {box}>{shape}</svg>" if shape else ""
        entries.append(f'<span class="{kind}">{swatch}{escape(words)}</span>')
    return "\n".join([*entries, f'<span class="key">{UNREACHED} unknown</span>'])


def _wires(drawing: Drawing, trace: Trace, card_of: dict[int, int]) -> dict[Edge, int]:
    """The wire of each edge between two cards; of several edges into one folded card they share one."""
    unused: dict[tuple[int, int], list[int]] = {}
    for index, wire in enumerate(drawing.wires):
        unused.setdefault((wire.source, wire.target), []).append(index)
    found: dict[Edge, int] = {}
    for node in trace.nodes:
        target = card_of.get(node.number)
        if target is None:
            continue
        for place, parent in enumerate(node.parents):
            source = card_of.get(parent)
            own = unused.get((source, target)) if source is not None and source != target else None
            if own:
                found[node.number, place] = own[0] if len(own) == 1 else own.pop(0)
    return found


def _card(drawing: Drawing, trace: Trace, index: int) -> dict[str, Any]:
    card = drawing.cards[index]
    has_number = card.number >= 0 and bool(card.grad)
    own = set(card.members)
    inside = [
        (at, place, parent)
        for at in sorted(own, reverse=True)
        for place, parent in enumerate(trace.nodes[at].parents)
        if parent in own
    ]
    return {
        "node": card.number if has_number else None,
        "head": card.number if has_number else None,
        "inside": inside if has_number else [],
        "what": card.title.rpartition(": value ")[0] or card.title,
        "steps": [
            step.number
            for step in trace.steps
            if step.node in own or (step.phase == "backward" and any(at in own for at, _ in step.edges[1:]))
        ],
    }


def _after_the_pass(drawing: Drawing, trace: Trace, edges: dict[int, list[Edge]]) -> Drawing:
    """The gradients of this pass on cards and wires: what is seen where no script runs."""
    nodes = trace.nodes
    cards = []
    for card in drawing.cards:
        if card.number < 0 or not card.grad:
            cards.append(card)
            continue
        grad = number(nodes[card.number].grad, trace.digits)
        data = number(nodes[card.number].data, trace.digits)
        what = card.title.rpartition(": value ")[0]
        cards.append(replace(card, data=data, grad=grad, title=f"{what}: value {data}, gradient {grad}"))
    wires = []
    for index, wire in enumerate(drawing.wires):
        own = edges.get(index, [])
        flow = sum(abs(nodes[at].grad * nodes[at].partials[place]) for at, place in own) if own else wire.flow
        wires.append(replace(wire, flow=flow))
    return replace(drawing, cards=tuple(cards), wires=tuple(wires))
