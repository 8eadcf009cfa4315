"""What a writer puts down: cards and wires, and where they stand. No node is in it."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from ..layout import Layout, layout
from .measuring import mono, sans, short

__all__ = ["CARD_HEIGHT", "PAD", "UNREACHED", "Card", "Sheet", "Wire"]

UNREACHED = "\N{EN DASH}"
"""What stands for a gradient where no backward pass has been."""
CARD_HEIGHT = 62.0
PAD = 14.0
"""Between the edge of a card and what is written on it."""
_MOST_SLOPES = 12  # on the wires of one card


@dataclass(frozen=True, slots=True)
class Card:
    """One node of the picture: a node of the graph, or several, folded.

    Attributes:
        number: the index of its node among the nodes that were read, operands first; of a fold, its last node's.
        name: as shown; empty when the node has none.
        op: the operation, or how many nodes are folded here.
        data: the value, as text; empty for a fold with several results.
        grad: the gradient, as text.
        nodes: how many nodes it stands for.
        kind: "leaf", "inner", "output", "fold" or "more" (a stub for operands that are not drawn).
        title: the whole story, one line.
        members: the indices of all its nodes among those that were read.

    """

    number: int
    name: str
    op: str
    data: str
    grad: str
    nodes: int
    kind: str
    title: str
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wire:
    """One edge of the picture, from an operand's card to a result's.

    Attributes:
        source: index of the operand's card.
        target: index of the result's card.
        slope: the partial, as text; empty where there is no single one.
        flow: the size of the gradient that flows back through it; None before a backward pass.
        shut: the slope is exactly 0.
        title: one line.

    """

    source: int
    target: int
    slope: str
    flow: float | None
    shut: bool
    title: str


@dataclass(frozen=True)
class Sheet:
    """Cards and wires, and where they stand."""

    cards: tuple[Card, ...]
    wires: tuple[Wire, ...]
    notes: tuple[str, ...] = ()
    subject: str = ""
    ground: bool = True
    theme: str = "auto"
    legend: bool = True
    room: int = 0
    """For how many characters each number has room at least, where another one may come."""
    margin: float = 24.0
    """At either side."""

    @cached_property
    def slopes(self) -> tuple[str, ...]:
        """What is written on each wire: its slope, unless its source has too many to be read."""
        uses = Counter(wire.source for wire in self.wires)
        return tuple(wire.slope if uses[wire.source] <= _MOST_SLOPES else "" for wire in self.wires)

    @cached_property
    def plan(self) -> Layout:
        """Where everything stands."""
        return layout(
            [(self.card_width, CARD_HEIGHT)] * len(self.cards),
            [(wire.source, wire.target) for wire in self.wires],
            labels=[mono(slope.ljust(self.room), 12) + 8 if slope else 0.0 for slope in self.slopes],
        )

    @cached_property
    def card_width(self) -> float:
        """One width for all cards, enough for the widest, and for numbers of `room` characters."""
        width = 112.0
        for card in self.cards:
            between = 14 if card.name and card.op else 0
            above = sans(short(card.name), 14) * 1.08 + sans(card.op, 14) + between
            numbers = [text.ljust(self.room) if card.grad else text for text in (card.data, card.grad)]
            below = sum(mono(text, 14) for text in numbers) + (16 if card.grad else 0)
            width = max(width, 2 * PAD + max(above, below))
        return math.ceil(width / 2) * 2.0
