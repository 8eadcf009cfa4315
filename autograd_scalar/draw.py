"""A graph as a picture: SVG of our own, DOT for Graphviz, a tree for the terminal.

A picture is made in three steps that share plain data. The graph is read once into *cards* and *wires*, folded if it
is too large to be read; `layout` says where they stand; a writer puts them down as SVG or DOT. A `Drawing` keeps only
text and numbers, so it holds no node alive, and what it shows does not change afterwards.

Blue is the forward pass (values, at the left of a card), orange the backward pass (gradients, at the right).
"""

from __future__ import annotations

import math
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from .errors import AutogradError, UsageError
from .graph import topological_order
from .layout import Layout, Point, layout, sort
from .names import display, displayed

if TYPE_CHECKING:
    from types import ModuleType

    import graphviz

    from .value import Value

__all__ = ["Card", "Drawing", "Wire", "draw", "to_graphviz", "tree"]

Names = Callable[["Value"], "str | None"]
Fold = Callable[["Value"], "str | tuple[str, ...] | None"]

READABLE = 300
"""The most cards a picture has before it folds by itself."""
NEAR = 60
"""The cards around the output that are left of a picture which folding could not make readable."""
DRAWABLE = 3_000
"""The most cards with ``fold=False``."""
COUNTED = 200_000
"""The most nodes that are read; of a larger graph only what is near the output is drawn."""


@dataclass(frozen=True, slots=True)
class Card:
    """One node of the picture: a node of the graph, or several, folded.

    Attributes:
        number: the index of its node among the nodes that were read, operands first; of a fold, its last node's.
        name: as shown; empty when the node has none.
        op: the operation, or how many nodes are folded here.
        data: the value, as text; empty for a fold with several results.
        grad: the gradient, as text.
        kind: "leaf", "inner", "output", "fold" or "more" (a stub for operands that are not drawn).
        title: the whole story, one line.

    """

    number: int
    name: str
    op: str
    data: str
    grad: str
    kind: str
    title: str


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
class Drawing:
    """A picture of a graph, as data. A notebook shows it; `save` writes it; `svg` and `dot` are its text.

    >>> from autograd_scalar import Value
    >>> x = Value(2.0, label="x")
    >>> picture = draw(x * x)
    >>> print(picture)
    x·x… 
    """

    cards: tuple[Card, ...]
    wires: tuple[Wire, ...]
    notes: tuple[str, ...] = ()
    subject: str = ""
    ground: bool = True
    theme: str = "auto"
    path: str = field(default="", compare=False)

    @cached_property
    def plan(self) -> Layout:
        """Where everything stands."""
        width = _card_width(self.cards)
        return layout(
            [(width, _CARD_HEIGHT)] * len(self.cards),
            [(wire.source, wire.target) for wire in self.wires],
            labels=[_mono(wire.slope, 12) + 8 if wire.slope else 0.0 for wire in self.wires],
        )

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text: no script, no file beside it, no font to load."""
        return self.frame()

    @cached_property
    def dot(self) -> str:
        """The picture in Graphviz' language."""
        return _dot(self)

    def frame(
        self,
        *,
        lit: Collection[int] = (),
        lit_wires: Collection[int] = (),
        data: Mapping[int, str] | None = None,
        grad: Mapping[int, str] | None = None,
    ) -> str:
        """The picture at one moment, as SVG: some cards and wires lit, some texts replaced; nothing moves.

        Args:
            lit: the indices of cards.
            lit_wires: the indices of wires.
            data: what to show for a card's value.
            grad: what to show for a card's gradient.

        """
        cards = self.cards
        if data or grad:
            data, grad = data or {}, grad or {}
            cards = tuple(
                replace(card, data=data.get(i, card.data), grad=grad.get(i, card.grad)) for i, card in enumerate(cards)
            )
        return _svg(self, cards, set(lit), set(lit_wires))

    def save(self, path: str | os.PathLike[str]) -> Drawing:
        """Write the picture; the suffix says how: .svg and .dot always, .png and .pdf where Graphviz is installed.

        The file is whole or not there: it is written beside its place and then moved into it.

        Raises:
            UsageError: another suffix.
            AutogradError: .png or .pdf without Graphviz; the sentence says how to get it.

        """
        where = Path(path)
        suffix = where.suffix.lower()
        if suffix == ".svg":
            content = self.svg.encode()
        elif suffix in {".dot", ".gv"}:
            content = self.dot.encode()
        elif suffix in {".png", ".pdf"}:
            content = _rendered(self.dot, suffix[1:])
        else:
            msg = f"a drawing is written as .svg, .dot, .png or .pdf, and {str(where)!r} ends in none of them"
            raise UsageError(msg)
        _write(where, content)
        return replace(self, path=str(where))

    def __str__(self) -> str:
        what = f"{_count(len(self.cards), 'node')}, {_count(len(self.wires), 'edge')}"
        notes = "".join(f" {note}" for note in self.notes)
        if self.path:
            return f"{self.path}: {self.subject}, {what}.{notes}"
        return f'drawing of {self.subject}: {what}; .save("graph.svg") writes it.{notes}'

    def __repr__(self) -> str:
        # Only a person at a prompt asks for the repr, and what they want is the picture.
        if self.path or not hasattr(sys, "ps1"):
            return str(self)
        return str(self.save(Path(_scratch()) / "graph.svg"))

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": str(self)}


def draw(
    root: Value,
    path: str | os.PathLike[str] | None = None,
    *,
    to: Value | Iterable[Value] | None = None,
    fold: bool | Fold | None = None,
    names: Names | None = None,
    ground: bool = True,
    theme: str = "auto",
) -> Drawing:
    """Draw the graph that made `root`, from its leaves at the left to `root` at the right.

    A card shows the name or the operation, the value in blue and the gradient in orange, ``–`` where no backward pass
    has come. A line shows the partial ∂result/∂operand, and its width how large a gradient flows back through it; it
    is dashed where the partial is exactly 0.

    Args:
        root: the output.
        path: where to write the picture, if anywhere: .svg or .dot, or with Graphviz .png or .pdf.
        to: draw only what lies between this node, or these, and `root`.
        fold: None folds a graph that is too large to be read, and says so. True makes one card of each named node,
            with the unnamed ones before it folded into it. False folds nothing. A callable folds the nodes for which it
            gives the same text; it may give a path such as ``("layer 1", "neuron 2")``, of which as many parts are
            used as can be read, and None for a node that stays by itself.
        names: the name of a node that has no label.
        ground: paint the ground; without, it is transparent.
        theme: "auto" follows the reader's light or dark preference; "light" and "dark" do not.

    Raises:
        UsageError: `to` does not lead to `root`; too many nodes for ``fold=False``; an unknown suffix or theme.
        AutogradError: .png or .pdf where Graphviz is not installed.

    >>> from autograd_scalar import Value
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> L = ((w * x).relu() ** 2).named("L")
    >>> L.backward()
    >>> picture = draw(L)
    >>> [(card.name, card.op, card.data, card.grad) for card in picture.cards]
    [('w', '', '3', '24'), ('x', '', '2', '36'), ('', '·', '6', '12'), ('', 'relu', '6', '12'), ('L', '( )²', '36', '1')]
    >>> [wire.slope for wire in picture.wires]
    ['2', '3', '1', '12']

    """
    if theme not in {"auto", "light", "dark"}:
        msg = f'theme is "auto", "light" or "dark", not {theme!r}'
        raise UsageError(msg)
    cards, wires, notes = _read(root, to, fold, names)
    drawing = Drawing(cards, wires, notes, _subject(root, names), ground, theme)
    return drawing if path is None else drawing.save(path)


# ---------------------------------------------------------------- numbers and words

_MINUS = "\N{MINUS SIGN}"
_UNREACHED = "\N{EN DASH}"
_SUPERSCRIPTS = str.maketrans("0123456789" + _MINUS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(x: float, digits: int = 6) -> str:
    """Six significant digits, a true minus, never −0."""
    return format(x + 0.0, f".{digits}g").replace("-", _MINUS)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")


def _typed(v: Value, names: Names | None) -> str:
    """The name of a node as it was typed, or ``""``; a label always wins."""
    return v.label or (names(v) if names else "") or ""


def _subject(root: Value, names: Names | None) -> str:
    return display(_typed(root, names)) or "a graph"


_SIGNS = {"+": "+", "-": _MINUS, "*": "·", "/": "/"}


def _op_text(v: Value) -> str:
    """The operation as a card shows it, with the plain numbers it was given: ``+``, ``( )²``, ``1 − ( )``."""
    if not v.op:
        return ""
    row = v.row
    form = getattr(row, "form", "call")
    symbol = str(getattr(row, "symbol", "") or v.op)
    operands = v.operands
    plain = [a if isinstance(a, (int, float)) else None for a in operands]
    sign = _SIGNS.get(getattr(row, "infix", ""), "")
    hole = "( )"
    if form == "power":
        base, exponent = plain
        if exponent is not None:
            text = number(exponent)
            is_whole = text.removeprefix(_MINUS).isdecimal()
            return hole + text.translate(_SUPERSCRIPTS) if is_whole else f"{hole}^{text}"
        return f"{number(base)}^{hole}" if base is not None else "^"
    if len(operands) == 2 and sign:
        first, second = plain
        space = "" if sign == "·" else " "
        if first is not None:
            return f"{number(first)}{space}{sign}{space}{hole}" if sign != "·" else f"{number(first)}·"
        if second is not None:
            return f"{hole}{space}{sign}{space}{number(second)}" if sign != "·" else f"·{number(second)}"
        return sign
    if form in _SHAPES:
        return _SHAPES[form]
    if v.op in _SHAPES:
        return _SHAPES[v.op]
    extra = [number(p) for p in v.parameters.values()]
    flat = [a for operand in operands for a in (operand if isinstance(operand, tuple) else (operand,))]
    numbers = [number(a) for a in flat if isinstance(a, (int, float))]
    if v.op in _MANY:
        symbol = _MANY[v.op]
        bias = plain[-1] if v.op == "dot" else None
        return f"{symbol} + {number(bias)}" if bias else symbol
    if len(flat) <= 3 and (numbers or extra):
        shown = [number(a) if isinstance(a, (int, float)) else "…" for a in flat]
        return f"{symbol}({', '.join(shown + extra)})"
    return symbol


_SHAPES = {"bars": "| |", "square": "( )²", "root": "√", "neg": f"{_MINUS}( )", "reciprocal": "1/( )"}
_MANY = {"sum": "Σ", "prod": "Π", "dot": "Σ w·x"}


# ---------------------------------------------------------------- reading the graph


@dataclass(slots=True)
class _Graph:
    """The nodes that are read, operands first, each with (operand's index, partial) for each way to an operand."""

    nodes: list[Value]
    numbers: list[int]
    inputs: list[list[tuple[int, float]]]
    cut: list[int]
    """How many operands of each node are not among the nodes."""
    names: list[str]


@dataclass(slots=True)
class _Picture:
    cards: list[Card] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    """How many operands of each card are not drawn."""


def _read(root: Value, to: Value | Iterable[Value] | None, fold: bool | Fold | None, names: Names | None) -> _Read:
    notes: list[str] = []
    if to is not None:
        graph = _between(_connect(topological_order(root), names), root, to, names)
    elif len(_nearest(root, COUNTED + 1)) <= COUNTED:
        graph = _connect(topological_order(root), names)
    elif fold is False:
        msg = f"the graph has more than {COUNTED:,} nodes, too many to draw with fold=False; draw(to=…) draws a part"
        raise UsageError(msg)
    else:
        graph = _connect(_nearest(root, NEAR)[::-1], names)
        notes.append(f"The graph has more than {COUNTED:,} nodes: the {NEAR} nearest the output are drawn. {_A_PART}")
    n = len(graph.nodes)
    group, titles = list(range(n)), dict[int, str]()
    how = "where a result is used once"
    if callable(fold):
        group, titles = _groups(graph, fold)
        how = "by group"
    elif fold or (fold is None and n > READABLE):
        group = _steps(graph, with_leaves=False)
        if fold is None and len(set(group)) > READABLE:
            group = _steps(graph, with_leaves=True)
        how = "into the named steps" if any(graph.names) else how
    elif n > DRAWABLE:
        msg = f"the graph has {n:,} nodes and fold=False draws at most {DRAWABLE:,}; draw(to=…) draws a part"
        raise UsageError(msg)
    picture = _cards(graph, group, titles)
    count = len(picture.cards)
    if count < n:
        notes.append(f"{n:,} nodes, folded {how}: {_count(count, 'card')}.")
    if fold is not False and count > READABLE:
        picture = _near_output(picture)
        notes.append(f"Of these, the {NEAR} nearest the output are drawn. {_A_PART}")
    picture = _with_stubs(picture)
    return tuple(picture.cards), tuple(picture.wires), tuple(notes)


_Read = tuple[tuple[Card, ...], tuple[Wire, ...], tuple[str, ...]]
_A_PART = "draw(to=…) shows what lies between a node and the output."


def _nearest(root: Value, limit: int) -> list[Value]:
    """At most `limit` nodes, those with the fewest steps to the root first."""
    found = [root]
    seen = {id(root)}
    for node in found:
        for parent in node.parents:
            if id(parent) not in seen:
                if len(found) == limit:
                    return found
                seen.add(id(parent))
                found.append(parent)
    return found


def _connect(nodes: list[Value], names: Names | None) -> _Graph:
    """Read the edges among these nodes; put operands first, whatever the order was."""
    index = {id(v): i for i, v in enumerate(nodes)}
    edges = [(index[id(p)], i) for i, v in enumerate(nodes) for p in v.parents if id(p) in index]
    if any(a > b for a, b in edges):
        nodes = [nodes[i] for i in sort(len(nodes), edges)]
        index = {id(v): i for i, v in enumerate(nodes)}
    inputs, cut = [], []
    for v in nodes:
        parents = v.parents
        slopes = v.partials() if parents else ()
        inputs.append([(index[id(p)], d) for p, d in zip(parents, slopes, strict=True) if id(p) in index])
        cut.append(len({id(p) for p in parents if id(p) not in index}))
    typed = [_typed(v, names) for v in nodes]
    shown = displayed(filter(None, typed)) | {"": ""}
    return _Graph(nodes, list(range(len(nodes))), inputs, cut, [shown[name] for name in typed])


def _between(graph: _Graph, root: Value, to: Value | Iterable[Value], names: Names | None) -> _Graph:
    """What lies on the ways from the given nodes to the root."""
    starts = list(to) if isinstance(to, Iterable) else [to]
    index = {id(v): i for i, v in enumerate(graph.nodes)}
    keep = [False] * len(graph.nodes)
    for v in starts:
        if id(v) not in index:
            who, where = display(_typed(v, names)) or "that node", _subject(root, names)
            msg = f"draw(to=…): {who} does not reach {where}: no operation that made {where} used it"
            raise UsageError(msg)
        keep[index[id(v)]] = True
    for i, inputs in enumerate(graph.inputs):
        keep[i] = keep[i] or any(keep[j] for j, _ in inputs)
    kept = [i for i, k in enumerate(keep) if k]
    new = {i: place for place, i in enumerate(kept)}
    return _Graph(
        [graph.nodes[i] for i in kept],
        [graph.numbers[i] for i in kept],
        [[(new[j], slope) for j, slope in graph.inputs[i] if j in new] for i in kept],
        [0] * len(kept),
        [graph.names[i] for i in kept],
    )


# ---------------------------------------------------------------- folding


def _steps(graph: _Graph, *, with_leaves: bool) -> list[int]:
    """For each node the node into which it is folded: unnamed ones whose results all serve one card, into that card.

    With `with_leaves`, leaves are folded too, named or not, where one card alone uses them.
    """
    unused, several = -1, -2
    group = [unused] * len(graph.nodes)
    for i in reversed(range(len(group))):
        is_leaf = not graph.inputs[i]
        stays = not with_leaves if is_leaf else bool(graph.names[i])
        if stays or group[i] in {unused, several}:
            group[i] = i
        for j, _ in graph.inputs[i]:
            group[j] = group[i] if group[j] in {unused, group[i]} else several
    return group


def _groups(graph: _Graph, fold: Fold) -> tuple[list[int], dict[int, str]]:
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


def _without_cycles(graph: _Graph, group: list[int]) -> list[int]:
    """Take apart each group on a cycle, which is one that some way through the graph leaves and enters again."""
    while True:
        edges = {(group[j], group[i]) for i, inputs in enumerate(graph.inputs) for j, _ in inputs if group[j] != group[i]}
        stuck = set(range(len(group))) - set(sort(len(group), sorted(edges)))
        if not stuck:
            return group
        group = [i if g in stuck else g for i, g in enumerate(group)]


def _cards(graph: _Graph, group: list[int], titles: dict[int, str]) -> _Picture:
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
        picture.cards.append(_card(graph, inside, head, titles.get(g, ""), is_output=inside[-1] == len(group) - 1))
        wires = _ways(graph, inside) if len(inside) == 1 else _folded_ways(graph, group, inside, head)
        picture.wires += [_wire(graph, place[group[j]], place[g], j, head, *way) for j, *way in wires]
        picture.cut.append(sum(graph.cut[i] for i in inside))
    return picture


def _card(graph: _Graph, inside: list[int], head: int | None, title: str, *, is_output: bool) -> Card:
    last = inside[-1] if head is None else head
    v = graph.nodes[last]
    name = title or ("" if head is None else graph.names[last])
    op = _op_text(v)
    if len(inside) > 1:
        op = _count(len(inside), "node")
    kind = "output" if is_output else "fold" if len(inside) > 1 else "inner" if v.op else "leaf"
    if head is None:
        results = "several results"
        return Card(graph.numbers[last], name, op, "", "", kind, f"{name}: {op}, {results}")
    data = number(v.data)
    grad = number(v.grad) if v.reached else _UNREACHED
    what = f"{name} = {op}" if name and op else name or op
    gradient = f"gradient {number(v.grad)}" if v.reached else "no gradient yet"
    return Card(graph.numbers[last], name, op, data, grad, kind, f"{what}: value {data}, {gradient}")


def _ways(graph: _Graph, inside: list[int]) -> Iterator[tuple[int, float | None, float | None, int]]:
    """For each use of an operand by this one node: the operand, the slope, the gradient that flows, 1 edge."""
    (i,) = inside
    v = graph.nodes[i]
    for j, slope in graph.inputs[i]:
        yield j, slope, abs(v.grad * slope) if v.reached else None, 1


def _folded_ways(
    graph: _Graph, group: list[int], inside: list[int], head: int | None
) -> Iterator[tuple[int, float | None, float | None, int]]:
    """The same for a fold, one way for each card it uses; with one result, slopes multiply along the ways inside."""
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
    reached = graph.nodes[inside[-1]].reached
    by_card: dict[int, list[int]] = {}
    for j in sorted(slopes):
        by_card.setdefault(group[j], []).append(j)
    for operands in by_card.values():
        slope = slopes[operands[0]] if head is not None and len(operands) == 1 else None
        if slope is not None and reached:
            flows[operands[0]] = abs(graph.nodes[inside[-1]].grad * slope)
        flow = sum(flows[j] for j in operands) if reached else None
        yield operands[-1], slope, flow, sum(counts[j] for j in operands)


def _wire(
    graph: _Graph, source: int, target: int, j: int, head: int | None, slope: float | None, flow: float | None, count: int
) -> Wire:
    if slope is None or head is None:
        return Wire(source, target, f"{count}×" if count > 1 else "", flow, False, _count(count, "edge"))
    text = number(slope)
    names = [graph.names[i] or _op_text(graph.nodes[i]) or number(graph.nodes[i].data) for i in (head, j)]
    back = "" if flow is None else f"; {number(flow)} flows back"
    return Wire(source, target, text, flow, slope == 0, f"∂({names[0]})/∂({names[1]}) = {text}{back}")


def _near_output(picture: _Picture) -> _Picture:
    """Keep the cards with the fewest steps to the output."""
    operands: dict[int, list[int]] = {}
    for wire in picture.wires:
        operands.setdefault(wire.target, []).append(wire.source)
    found = [len(picture.cards) - 1]
    seen = set(found)
    for card in found:
        for operand in operands.get(card, ()):
            if operand not in seen and len(found) < NEAR:
                seen.add(operand)
                found.append(operand)
    kept = sorted(found)
    new = {c: place for place, c in enumerate(kept)}
    near = _Picture([picture.cards[c] for c in kept], [], [picture.cut[c] for c in kept])
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
            stubs.append(Wire(len(full.cards), len(full.cards) + 1, "", None, False, "not drawn"))
            full.cards.append(Card(-1, "…", "", f"{cut:,} more", "", "more", f"{_count(cut, 'operand')} not drawn"))
        place.append(len(full.cards))
        full.cards.append(card)
    full.wires = [replace(w, source=place[w.source], target=place[w.target]) for w in picture.wires] + stubs
    return full


# ---------------------------------------------------------------- SVG

_LIGHT = {
    "ground": "#ffffff", "card": "#ffffff", "leaf": "#f5f7fa", "ink": "#1c2430", "soft": "#6b7686", "line": "#c9d0da",
    "wire": "#b9c2ce", "shut": "#9aa3af", "forward": "#0b5cad", "backward": "#c2410c", "lit": "#fff4e8",
}  # fmt: skip
_DARK = {
    "ground": "#12161c", "card": "#1a2029", "leaf": "#222a35", "ink": "#e7ebf1", "soft": "#98a3b3", "line": "#3a4452",
    "wire": "#4b5768", "shut": "#5b6675", "forward": "#7cb8ff", "backward": "#ff9b5e", "lit": "#2c2119",
}  # fmt: skip
_CARD_HEIGHT = 62.0
_MARGIN = 24.0
_PAD = 14.0
_NAME_ROOM = 24

# Colours stand in the rules themselves and not in variables: not every program that shows SVG knows those.
_COLOURS = """.ground{{fill:{ground}}}
.card rect{{fill:{card};stroke:{line}}}
.leaf rect{{fill:{leaf}}}
.output rect{{stroke:{ink}}}
.more rect{{fill:none}}
.name,.only,.sign{{fill:{ink}}}
.op,.slope,.note,.key{{fill:{soft}}}
.data{{fill:{forward}}}
.grad{{fill:{backward}}}
.wire{{stroke:{wire}}}
.shut{{stroke:{shut}}}
.lit rect{{fill:{lit};stroke:{backward}}}
.wire.lit{{stroke:{backward}}}"""
_SHAPES_OF_TEXT = """text{font:400 14px ui-sans-serif,system-ui,sans-serif}
.name{font-weight:600}
.sign{font-size:22px;font-weight:600}
.data,.grad,.slope{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.data,.grad{font-weight:500}
.slope,.note,.key{font-size:12px}
.note{font-size:13px}
.card rect{stroke-width:1.25}
.output rect{stroke-width:2}
.more rect{stroke-dasharray:4 4}
.lit rect{stroke-width:2.25}
.wire{fill:none;stroke-linecap:round}
.shut{stroke-dasharray:5 5;stroke-linecap:butt}"""


def _rules(css: str) -> str:
    """The rules for this picture only: a page may hold several, and its own."""
    lines = (line.partition("{") for line in css.splitlines())
    return "".join(
        ",".join(f".autograd-graph {part}" for part in selector.split(",")) + "{" + rest for selector, _, rest in lines
    )


def _style(theme: str) -> str:
    light, dark = (_rules(_COLOURS.format(**palette)) for palette in (_LIGHT, _DARK))
    colours = {"light": light, "dark": dark, "auto": f"{light}@media (prefers-color-scheme:dark){{{dark}}}"}
    return _rules(_SHAPES_OF_TEXT) + colours[theme]


def _mono(text: str, size: float) -> float:
    return len(text) * size * 0.603


def _sans(text: str, size: float) -> float:
    """A generous guess of a text's width, so that it has room in whatever the system's typeface is."""
    return sum(0.36 if c in "iljtfr.,:;|!()[] '" else 0.95 if c in "mwMW@%" or ord(c) > 0x2E80 else 0.66 for c in text) * size


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _card_width(cards: Sequence[Card]) -> float:
    """One width for all cards, enough for the widest."""
    width = 112.0
    for card in cards:
        above = _sans(_short(card.name, _NAME_ROOM), 14) * 1.08 + _sans(card.op, 14) + (14 if card.name and card.op else 0)
        below = _mono(card.data, 14) + _mono(card.grad, 14) + (16 if card.grad else 0)
        width = max(width, 2 * _PAD + max(above, below))
    return math.ceil(width / 2) * 2.0


def _n(x: float) -> str:
    return f"{round(x, 1):.10g}"


def _thickness(flow: float | None) -> float:
    """1.5 before a pass; then 2.25 for a gradient of 1, more for each power of ten above, less below."""
    if flow is None or math.isnan(flow):
        return 1.5
    if flow == 0:
        return 0.9
    power = math.log10(flow) if flow < math.inf else 9.0
    return min(7.5, 2.25 + 1.5 * power) if power > 0 else max(0.9, 2.25 + 0.45 * power)


def _curve(route: Sequence[Point]) -> str:
    """The path along a route: straight where it is level, else leaving and arriving level."""
    (x0, y0), *others = route
    path = [f"M{_n(x0)},{_n(y0)}"]
    for x, y in others:
        if y == y0:
            path.append(f"H{_n(x)}")
        else:
            middle = _n((x0 + x) / 2)
            path.append(f"C{middle},{_n(y0)} {middle},{_n(y)} {_n(x)},{_n(y)}")
        x0, y0 = x, y
    return "".join(path)


def _text(kind: str, x: float, y: float, text: str, *, end: bool = False, middle: bool = False) -> str:
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}"{anchor}>{escape(text)}</text>' if text else ""


def _card_svg(i: int, card: Card, x: float, y: float, width: float, *, lit: bool) -> str:
    radius = 18 if card.kind == "leaf" else 2 if card.kind == "output" else 6
    box = f'width="{_n(width)}" height="{_n(_CARD_HEIGHT)}" rx="{radius}"'
    behind = f'<rect x="5" y="5" {box}/>' if card.op.endswith(" nodes") else ""
    if card.name:
        above = _text("name", _PAD, 25, _short(card.name, _NAME_ROOM)) + _text("op", width - _PAD, 25, card.op, end=True)
    else:
        above = _text("sign" if len(card.op) == 1 else "only", _PAD, 25, card.op)
    data = "op" if card.kind == "more" else "data"
    below = _text(data, _PAD, 48, card.data) + _text("grad", width - _PAD, 48, card.grad, end=True)
    kind = f"card {card.kind}" + (" lit" if lit else "")
    return (
        f'<g class="{kind}" data-card="{i}" transform="translate({_n(x)},{_n(y)})">'
        f"<title>{escape(card.title)}</title>{behind}<rect {box}/>{above}{below}</g>"
    )


def _svg(drawing: Drawing, cards: Sequence[Card], lit: Collection[int], lit_wires: Collection[int]) -> str:
    plan = drawing.plan
    width = max(plan.width, 300.0)
    notes = _lines(drawing.notes, width)
    top = _MARGIN + 20.0 * len(notes) + (8 if notes else 0)
    aside = (width - plan.width) / 2
    card_width = _card_width(drawing.cards)
    wires, slopes = [], []
    for k, (wire, route, (mx, my)) in enumerate(zip(drawing.wires, plan.routes, plan.labels, strict=True)):
        thick = 1.5 if wire.shut else _thickness(wire.flow)
        kind = "wire" + (" shut" if wire.shut else "") + (" lit" if k in lit_wires else "")
        title = f"<title>{escape(wire.title)}</title>"
        wires.append(
            f'<path class="{kind}" data-wire="{k}" stroke-width="{round(thick, 2):g}" d="{_curve(route)}">{title}</path>'
        )
        slopes.append(_text("slope", mx, my - thick / 2 - 3.5, wire.slope, middle=True))
    boxes = [
        _card_svg(i, card, x, y, card_width, lit=i in lit) for i, (card, (x, y)) in enumerate(zip(cards, plan.boxes, strict=True))
    ]
    legend, legend_height = _legend(drawing, width)
    full_width, full_height = width + 2 * _MARGIN, top + plan.height + legend_height + _MARGIN
    summary = f"Graph of {drawing.subject}: {_count(len(cards), 'node')}, {_count(len(wires), 'edge')}"
    ground = f'<rect class="ground" width="{_n(full_width)}" height="{_n(full_height)}"/>' if drawing.ground else ""
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="autograd-graph" viewBox="0 0 {_n(full_width)} {_n(full_height)}" ',
            f'width="{_n(full_width)}" height="{_n(full_height)}" role="img" aria-label="{escape(summary)}">',
            f"<title>{escape(summary)}</title><desc>{escape(_description(drawing, cards))}</desc>",
            f"<style>{_style(drawing.theme)}</style>{ground}",
            *(_text("note", _MARGIN, _MARGIN + 10 + 20 * i, line) for i, line in enumerate(notes)),
            f'<g transform="translate({_n(_MARGIN + aside)},{_n(top)})">',
            *wires,
            *slopes,
            *boxes,
            "</g>",
            f'<g transform="translate({_n(_MARGIN)},{_n(top + plan.height + 30)})">{legend}</g></svg>\n',
        ]
    )


def _description(drawing: Drawing, cards: Sequence[Card]) -> str:
    told = [card.title for card in cards[:NEAR]]
    rest = [f"and {_count(len(cards) - NEAR, 'more node')}"] if len(cards) > NEAR else []
    return ". ".join([*drawing.notes, *told, *rest])


def _lines(sentences: Iterable[str], width: float) -> list[str]:
    """The words of each sentence on as many lines as it needs."""
    lines: list[str] = []
    for sentence in sentences:
        line = ""
        for word in sentence.split(" "):
            longer = f"{line} {word}".strip()
            if line and _sans(longer, 13) * 0.9 > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _legend(drawing: Drawing, width: float) -> tuple[str, float]:
    """What the shapes and colours say, only those that occur; and the height it takes."""
    kinds = {card.kind for card in drawing.cards}
    small = 'y="-10" width="20" height="13"'
    entries: list[tuple[str, float, str, str]] = [
        (f'<g class="card {kind}"><rect {small} rx="{radius}"/></g>', 26.0, "key", text)
        for kind, radius, text in (
            ("leaf", 6, "leaf"),
            ("inner", 2, "operation"),
            ("fold", 2, "several, folded"),
            ("output", 1, "output"),
        )
        if kind in kinds
    ]
    entries += [("", 0.0, "key data", "value"), ("", 0.0, "key grad", "gradient")]
    if any(wire.slope for wire in drawing.wires):
        entries.append(("", 0.0, "key", "on a line: its slope ∂"))
    if any(wire.flow for wire in drawing.wires):
        entries.append(('<path class="wire" stroke-width="4" d="M0,-4H20"/>', 26.0, "key", "the wider, the more gradient flows back"))
    if any(wire.shut for wire in drawing.wires):
        entries.append(('<path class="wire shut" stroke-width="1.5" d="M0,-4H20"/>', 26.0, "key", "shut: slope 0"))
    parts: list[str] = []
    x, y = 0.0, 0.0
    for swatch, room, kind, text in entries:
        size = room + (_mono(text, 12) if kind != "key" else _sans(text, 12) * 0.95)
        if x and x + size > width:
            x, y = 0.0, y + 22
        parts.append(f'<g transform="translate({_n(x)},{_n(y)})">{swatch}{_text(kind, room, 0, text)}</g>')
        x += size + 18
    return "".join(parts), y + 36


# ---------------------------------------------------------------- DOT


def _statements(drawing: Drawing) -> tuple[dict[str, dict[str, str]], list[tuple[int, int, dict[str, str]]]]:
    """Attributes for the graph and its defaults, and edges; texts are HTML-like labels, so escaping is HTML's."""
    colours = _LIGHT
    nodes: dict[str, dict[str, str]] = {}
    for i, card in enumerate(drawing.cards):
        name = f"<b>{escape(card.name)}</b>" if card.name else escape(card.op) or " "
        op = escape(card.op) if card.name else ""

        def cell(text: str, side: str, colour: str) -> str:
            inner = f'<font color="{colours[colour]}">{text}</font>' if text else ""
            return f'<td align="{side}">{inner}</td>'

        label = (
            '<<table border="0" cellborder="0" cellspacing="0" cellpadding="3">'
            f"<tr>{cell(name, 'left', 'ink')}{cell(op, 'right', 'soft')}</tr>"
            f"<tr>{cell(escape(card.data), 'left', 'forward')}{cell(escape(card.grad), 'right', 'backward')}</tr></table>>"
        )
        style = {"leaf": "rounded,filled", "more": "dashed"}.get(card.kind, "filled")
        nodes[f"n{i}"] = {
            "label": label,
            "style": style,
            "color": colours["ink" if card.kind == "output" else "line"],
            "fillcolor": colours["leaf" if card.kind == "leaf" else "card"],
            "peripheries": "2" if card.kind == "fold" else "1",
            "tooltip": card.title,
        }
    edges = []
    for wire in drawing.wires:
        attributes = {
            "label": wire.slope,
            "penwidth": f"{1.5 if wire.shut else _thickness(wire.flow):.3g}",
            "style": "dashed" if wire.shut else "solid",
            "tooltip": wire.title,
        }
        edges.append((wire.source, wire.target, attributes))
    return nodes, edges


_DEFAULTS = {
    "graph": {"rankdir": "LR", "nodesep": "0.3", "ranksep": "0.6", "bgcolor": "transparent"},
    "node": {"shape": "box", "fontname": "Helvetica", "fontsize": "13", "margin": "0.06,0.02"},
    "edge": {"arrowhead": "none", "color": _LIGHT["wire"], "fontcolor": _LIGHT["soft"], "fontname": "Courier", "fontsize": "11"},
}


def _quoted(text: str) -> str:
    """A string of DOT; Graphviz reads escapes such as ``\\N`` in it, so a backslash is doubled."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(attributes: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key}={value if value.startswith('<<table') else _quoted(value)}" for key, value in attributes.items() if value
    )


def _dot(drawing: Drawing) -> str:
    nodes, edges = _statements(drawing)
    lines = ["digraph {"]
    lines += [f"  // {note}" for note in drawing.notes]
    lines += [f"  {kind} [{_list(attributes)}];" for kind, attributes in _DEFAULTS.items()]
    lines += [f"  {node} [{_list(attributes)}];" for node, attributes in nodes.items()]
    lines += [f"  n{source} -> n{target} [{_list(attributes)}];" for source, target, attributes in edges]
    return "\n".join([*lines, "}", ""])


def to_graphviz(
    root: Value,
    *,
    to: Value | Iterable[Value] | None = None,
    fold: bool | Fold | None = None,
    names: Names | None = None,
) -> graphviz.Digraph:
    """The picture as an object of the ``graphviz`` package, to change or to render as that package does.

    Raises:
        AutogradError: the package is not installed.

    >>> from autograd_scalar import Value
    >>> print(to_graphviz(Value(2.0).exp()).source.splitlines()[0])
    digraph {

    """
    package = _graphviz()
    nodes, edges = _statements(draw(root, to=to, fold=fold, names=names))
    graph = package.Digraph(graph_attr=_DEFAULTS["graph"], node_attr=_DEFAULTS["node"], edge_attr=_DEFAULTS["edge"])
    for node, attributes in nodes.items():
        graph.node(node, **{key: _escaped(value) for key, value in attributes.items()})
    for source, target, attributes in edges:
        graph.edge(f"n{source}", f"n{target}", **{key: _escaped(value) for key, value in attributes.items()})
    return graph


def _escaped(text: str) -> str:
    """The package takes <…> for HTML and leaves backslashes to Graphviz; only our own tables may be read like that."""
    return text if text.startswith("<<table") else str(_graphviz().escape(text))


def _graphviz() -> ModuleType:
    try:
        import graphviz  # noqa: PLC0415  # only who asks for it needs it
    except ImportError:
        msg = "this needs the package graphviz: pip install graphviz. A drawing as .svg or .dot needs nothing"
        raise AutogradError(msg) from None
    return graphviz


def _rendered(dot: str, form: str) -> bytes:
    package = _graphviz()
    try:
        rendered = package.Source(dot).pipe(format=form)
    except package.ExecutableNotFound:
        msg = (
            f"a .{form} is drawn by Graphviz, and its program dot is not on the PATH: install Graphviz "
            "(apt install graphviz, brew install graphviz, or graphviz.org), or write .svg, which needs nothing"
        )
        raise AutogradError(msg) from None
    return bytes(rendered)


# ---------------------------------------------------------------- files


def _write(path: Path, content: bytes) -> None:
    """All or nothing: nobody ever reads half a picture."""
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as file:
            file.write(content)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


_scratch_folder = ""


def _scratch() -> str:
    """One folder for the pictures of this session that were given no path."""
    global _scratch_folder  # noqa: PLW0603  # made once, and not before it is needed
    if not Path(_scratch_folder or "\0").is_dir():
        _scratch_folder = tempfile.mkdtemp(prefix="autograd-")
    return _scratch_folder


# ---------------------------------------------------------------- a tree for the terminal

_TREE_DEPTH = 24


def tree(root: Value, *, names: Names | None = None, limit: int = 60) -> str:
    """The graph as text, from the output to the leaves: name or operation, value, gradient.

    A node that is used several times is written out where it first occurs, and by its name, or a number in brackets,
    afterwards. After `limit` lines, and below a depth that a window can show, the tree ends and says so.

    Args:
        root: the output.
        names: the name of a node that has no label.
        limit: the most lines of nodes.

    >>> from autograd_scalar import Value
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> L = ((w * x + w) ** 2).named("L")
    >>> L.backward()
    >>> print(tree(L))
                 value  gradient
    L = ( )²        81         1
    └─ +             9        18
       ├─ ·          6        18
       │  ├─ w       3        54
       │  └─ x       2        54
       └─ w  ↑

    """
    uses = _uses(root)
    rows: list[tuple[str, str, str]] = []
    marks: dict[int, str] = {}
    left_out = False
    stack: list[tuple[Value, str, str]] = [(root, "", "")]
    while stack:
        v, before, below = stack.pop()
        if len(rows) == limit:
            left_out = True
            break
        name, op = display(_typed(v, names)), _op_text(v)
        if id(v) in marks:
            rows.append((f"{before}{marks[id(v)]}  ↑", "", ""))
            continue
        marks[id(v)] = name or f"({len(marks) + 1})"
        mark = f"  {marks[id(v)]}" if not name and uses.get(id(v), 0) > 1 else ""
        what = f"{name} = {op}" if name and op else name or op
        rows.append((f"{before}{what}{mark}", number(v.data), number(v.grad) if v.reached else _UNREACHED))
        parents = v.parents
        if parents and len(below) >= 3 * _TREE_DEPTH:
            left_out = True
            rows.append((f"{below}└─ …", "", ""))
            continue
        for i, parent in reversed(list(enumerate(parents))):
            last = i == len(parents) - 1
            stack.append((parent, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))
    room = max(len(text) for text, _, _ in rows)
    room_data = max(len("value"), *(len(data) for _, data, _ in rows))
    room_grad = max(len("gradient"), *(len(grad) for _, _, grad in rows))
    lines = [f"{'':{room}}  {'value':>{room_data}}  {'gradient':>{room_grad}}"]
    lines += [f"{text:{room}}  {data:>{room_data}}  {grad:>{room_grad}}".rstrip() for text, data, grad in rows]
    if left_out:
        whole = f"{len(uses):,}" if len(uses) <= COUNTED else f"more than {COUNTED:,}"
        lines.append(f"… shortened: {len(marks):,} of {whole} nodes are shown")
    return "\n".join(lines)


def _uses(root: Value) -> dict[int, int]:
    """How often each node is used as an operand; of a very large graph, only of the part near the output."""
    uses = {id(root): 0}
    for v in _nearest(root, COUNTED + 1):
        for parent in v.parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
    return uses
