"""A graph as a picture: SVG of our own, DOT for Graphviz, a tree for the terminal.

A picture is made in three steps that share plain data. The graph is read once into *cards* and *wires*, folded if it
is too large to be read; `layout` says where they stand; a writer puts them down as SVG or DOT. A `Drawing` keeps only
text and numbers, so it holds no node alive, and what it shows does not change afterwards.

Blue is the forward pass (values, at the left of a card), orange the backward pass (gradients, at the right).
"""

from __future__ import annotations

import base64
import math
import secrets
import sys
import tempfile
import types
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .errors import AutogradError, UsageError
from .formula import expression, number
from .formula.styles import style_for
from .graph import topological_order
from .layout import Layout, Point, layout, sort
from .notation import counted, display, displayed
from .whole import write_whole

if TYPE_CHECKING:
    import os
    from types import ModuleType

    import graphviz

    from .value import Value

__all__ = ["WIDTHS", "Card", "Drawing", "Widths", "Wire", "draw", "to_graphviz", "tree"]

Names = Callable[["Value"], "str | None"]
Fold = Callable[["Value"], "str | tuple[str, ...] | None"]

READABLE = 300
"""The most cards a picture has before it folds by itself."""
NEAR = 40
"""The cards around the output that are left of a picture which folding could not make readable."""
FEW = 8
"""The fewest cards of a large graph that still show something, unless names have made them."""
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
class Drawing:
    """A picture of a graph, as data. A notebook shows it; `save` writes it; `svg` and `dot` are its text.

    >>> from autograd_scalar import Value
    >>> x = Value(2.0, label="x")
    >>> picture = draw((x * x).named("y"))
    >>> print(picture)
    drawing of y: 2 nodes, 2 edges; .save("graph.svg") writes it
    >>> picture.svg.startswith("<svg"), picture.dot.splitlines()[0]
    (True, 'digraph {')
    """

    cards: tuple[Card, ...]
    wires: tuple[Wire, ...]
    notes: tuple[str, ...] = ()
    subject: str = ""
    ground: bool = True
    theme: str = "auto"
    legend: bool = True
    path: str = field(default="", compare=False)
    room: int = 0
    """For how many characters each number has room at least, where another one may come."""

    @cached_property
    def slopes(self) -> tuple[str, ...]:
        """What is written on each wire: its slope, unless its source has too many to be read."""
        uses = Counter(wire.source for wire in self.wires)
        return tuple(wire.slope if uses[wire.source] <= _MOST_SLOPES else "" for wire in self.wires)

    @cached_property
    def plan(self) -> Layout:
        """Where everything stands."""
        width = _card_width(self.cards, self.room)
        return layout(
            [(width, _CARD_HEIGHT)] * len(self.cards),
            [(wire.source, wire.target) for wire in self.wires],
            labels=[_mono(slope.ljust(self.room), 12) + 8 if slope else 0.0 for slope in self.slopes],
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
        forward: bool = False,
    ) -> str:
        """The picture at one moment, as SVG: some cards and wires lit, some texts replaced; nothing moves.

        Args:
            lit: the indices of cards.
            lit_wires: the indices of wires.
            data: what to show for a card's value.
            grad: what to show for a card's gradient.
            forward: what is lit is lit in the colour of the forward pass.

        """
        cards = self.cards
        if data or grad:
            data, grad = data or {}, grad or {}
            cards = tuple(
                _at_a_moment(card, data.get(i, card.data), grad.get(i, card.grad)) if i in data or i in grad else card
                for i, card in enumerate(cards)
            )
        return _svg(self, cards, set(lit), set(lit_wires), forward=forward)

    def save(self, path: str | os.PathLike[str]) -> Drawing:
        """Write the picture; the suffix says how: .svg and .dot always, .png and .pdf where Graphviz is installed.

        The file is whole or not there: it is written beside its place and then moved into it.

        Raises:
            UsageError: another suffix; .png or .pdf without the package graphviz.
            AutogradError: .png or .pdf without the program Graphviz; the sentence says how to get it.

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
            raise UsageError(
                f"a drawing is written as .svg, .dot, .png or .pdf, and {str(where)!r} ends in none of them"
            )
        write_whole(where, content)
        return replace(self, path=str(where))

    def __str__(self) -> str:
        what = f"{counted(len(self.cards), 'node')}, {counted(len(self.wires), 'edge')}"
        where = f"{self.path}: {self.subject}, {what}"
        here = f'drawing of {self.subject}: {what}; .save("graph.svg") writes it'
        return ". ".join([where if self.path else here, *self.notes])

    def __repr__(self) -> str:
        # Only a person at a prompt asks for the repr, and what they want is the picture.
        if self.path or not hasattr(sys, "ps1"):
            return str(self)
        return str(self.save(Path(_scratch()) / f"graph-{secrets.token_hex(3)}.svg"))

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        # A cell is narrower than many a graph: the picture shrinks as far as its numbers can still be read. Front ends
        # that are given SVG do not let it shrink, so they are given an image of it.
        style = f"max-width:100%;min-width:{0.7 * self.plan.width:.0f}px;height:auto"
        source = base64.b64encode(self.svg.encode()).decode()
        image = f'<img alt="{escape(str(self))}" style="{style}" src="data:image/svg+xml;base64,{source}">'
        html = f'<div style="overflow-x:auto">{image}</div>'
        return {"text/html": html, "image/svg+xml": self.svg, "text/plain": str(self)}


def draw(
    root: Value,
    path: str | os.PathLike[str] | None = None,
    *,
    to: Value | Iterable[Value] | None = None,
    fold: bool | Fold | None = None,
    names: Names | None = None,
    ground: bool = True,
    theme: str = "auto",
    legend: bool = True,
) -> Drawing:
    """Draw the graph that made `root`, from its leaves at the left to `root` at the right.

    A card shows the name or the operation, the value in blue and the gradient in orange, ``–`` where no backward pass
    has come from `root`; where leaves hold more than this pass, a note says so. A line shows the partial
    ∂result/∂operand, and its width how large a gradient flows back through it; it is dashed where the partial is
    exactly 0.

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
        legend: say below the picture what its shapes and colours mean.

    Raises:
        UsageError: `to` does not lead to `root`; too many nodes for ``fold=False``; an unknown suffix or theme; .png or
            .pdf without the package graphviz.
        AutogradError: .png or .pdf where the program Graphviz is not installed.

    >>> from autograd_scalar import Value
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> L = ((w * x) ** 2).named("L")
    >>> L.backward()
    >>> picture = draw(L)
    >>> [(card.name, card.op, card.data, card.grad) for card in picture.cards]
    [('w', '', '3', '24'), ('x', '', '2', '36'), ('', '·', '6', '12'), ('L', '( )²', '36', '1')]
    >>> [wire.slope for wire in picture.wires]
    ['2', '3', '12']

    """
    if theme not in {"auto", "light", "dark"}:
        raise UsageError(f'theme is "auto", "light" or "dark", not {theme!r}')
    cards, wires, notes = _read(root, to, fold, names)
    drawing = Drawing(cards, wires, notes, _subject(root, names), ground, theme, legend)
    return drawing if path is None else drawing.save(path)


# ---------------------------------------------------------------- numbers and words

_MINUS = "\N{MINUS SIGN}"
_UNREACHED = "\N{EN DASH}"
_SUPERSCRIPTS = str.maketrans("0123456789" + _MINUS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _typed(v: Value, names: Names | None) -> str:
    """The name of a node as it was typed, or ``""``; a label always wins."""
    return v.label or (names(v) if names else "") or ""


def _subject(root: Value, names: Names | None) -> str:
    return display(_typed(root, names)) or "a graph"


_HOLE = "( )"
_SIGNS = {"-": _MINUS, "*": "·"}
_FORMS = {
    "bars": "| |",
    "root": "√",
    "square": f"{_HOLE}²",
    "sum": "Σ",
    "product": "Π",
    "neg": f"{_MINUS}{_HOLE}",
    "reciprocal": f"1 / {_HOLE}",
}


def _op_text(v: Value) -> str:
    """Write the operation for its card, with the plain numbers it was given: ``+``, ``( )²``, ``1 − ( )``, ``·2``."""
    row, operands = v.row, v.operands
    if row is None:
        return ""
    if row.form == "power":
        return _power(*operands)
    if row.infix and len(operands) == 2:
        return _between_operands(_SIGNS.get(row.infix, row.infix), *map(_plain, operands))
    if row.form == "dot":
        bias = _plain(operands[-1])
        return f"Σ w·x + {bias}" if bias not in {"", "0"} else "Σ w·x"
    fixed = _FORMS.get(row.form) or _FORMS.get(row.name)
    if fixed:
        return fixed
    given = [a for operand in operands for a in (operand if isinstance(operand, tuple) else (operand,))]
    shown = [_plain(a) or "…" for a in given] + [number(p) for p in v.parameters.values()]
    return f"{row.symbol}({', '.join(shown)})" if len(shown) <= 3 and set(shown) > {"…"} else row.symbol


def _plain(operand: object) -> str:
    """Write an operand that is a plain number; nothing stands for any other."""
    return number(operand) if isinstance(operand, int | float) else ""


def _power(base: object, exponent: object) -> str:
    power = _plain(exponent)
    if power.removeprefix(_MINUS).isdecimal():
        return _HOLE + power.translate(_SUPERSCRIPTS)
    return f"{_plain(base) or _HOLE}^{power or _HOLE}" if power or _plain(base) else "^"


def _between_operands(sign: str, first: str, second: str) -> str:
    if sign == "·" or not (first or second):
        return first + sign + second
    return f"{first or _HOLE} {sign} {second or _HOLE}"


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
    reached: bool
    """Whether a backward pass has gone through the root: any other gradient among these nodes is another graph's."""
    _called: dict[int, str] = field(default_factory=dict)

    def called(self, i: int) -> str:
        """What to call a node in a sentence: its name, else its operation, else its number."""
        if i not in self._called:
            v = self.nodes[i]
            self._called[i] = self.names[i] or _op_text(v) or number(v.data)
        return self._called[i]


@dataclass(slots=True)
class _Picture:
    cards: list[Card] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    """How many operands of each card are not drawn."""


def _read(root: Value, to: Value | Iterable[Value] | None, fold: bool | Fold | None, names: Names | None) -> _Read:  # noqa: FBT001  # as `draw` has it
    graph, notes = _read_graph(root, to, names, may_cut=fold is not False)
    note = _stale(graph.nodes) or _other_passes(graph)
    notes += [note] if note else []
    n = len(graph.nodes)
    group, titles = list(range(n)), dict[int, str]()
    how = "into the named steps" if any(graph.names) else "where a result is used once"
    if callable(fold):
        group, titles = _groups(graph, fold)
        how = "by group"
    elif fold:
        group = _steps(graph)
    elif fold is None:
        group = _readable(graph)
    elif n > DRAWABLE:
        raise UsageError(
            f"the graph has {n:,} nodes and fold=False draws at most {DRAWABLE:,}; draw(to=…) draws a part"
        )
    picture = _cards(graph, group, titles)
    count = len(picture.cards)
    if count < n:
        notes.append(f"{n:,} nodes, folded {how}: {counted(count, 'card')}")
    if fold is not False and count > READABLE:
        picture = _near_output(picture)
        whole = "Of these" if count < n else f"Of {n:,} nodes"
        notes.append(f"{whole}, the {NEAR} nearest the output are drawn; {_A_PART}")
    picture = _with_stubs(picture)
    return tuple(picture.cards), tuple(picture.wires), tuple(notes)


def _read_graph(
    root: Value, to: Value | Iterable[Value] | None, names: Names | None, *, may_cut: bool
) -> tuple[_Graph, list[str]]:
    """Read the whole graph, or the part between; of one that is too large, what is near the output."""
    if to is not None:
        return _between(_connect(topological_order(root), root, names), root, to, names), []
    if len(_nearest(root, COUNTED + 1)) <= COUNTED:
        return _connect(topological_order(root), root, names), []
    if may_cut:
        few = _connect(_nearest(root, NEAR)[::-1], root, names)
        return few, [f"The graph has more than {COUNTED:,} nodes: the {NEAR} nearest the output are drawn; {_A_PART}"]
    raise UsageError(
        f"the graph has more than {COUNTED:,} nodes, too many to draw with fold=False; draw(to=…) draws a part"
    )


_Read = tuple[tuple[Card, ...], tuple[Wire, ...], tuple[str, ...]]
_A_PART = "draw(to=…) shows what lies between a node and the output"


def _nearest(root: Value, limit: int) -> list[Value]:
    """At most `limit` nodes, those with the fewest steps to the root first."""
    found = [root]
    seen = {id(root)}
    at = 0
    while at < len(found):
        for parent in found[at].parents:
            if id(parent) not in seen:
                if len(found) == limit:
                    return found
                seen.add(id(parent))
                found.append(parent)
        at += 1
    return found


def _connect(nodes: list[Value], root: Value, names: Names | None) -> _Graph:
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
    return _Graph(nodes, list(range(len(nodes))), inputs, cut, [shown[name] for name in typed], root.reached)


def _between(graph: _Graph, root: Value, to: Value | Iterable[Value], names: Names | None) -> _Graph:
    """What lies on the ways from the given nodes to the root."""
    starts = list(to) if isinstance(to, Iterable) else [to]
    index = {id(v): i for i, v in enumerate(graph.nodes)}
    keep = [False] * len(graph.nodes)
    for v in starts:
        if id(v) not in index:
            who, where = display(_typed(v, names)) or "that node", _subject(root, names)
            raise UsageError(f"draw(to=…): {who} does not reach {where}: no operation that made {where} used it")
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
        graph.reached,
    )


# ---------------------------------------------------------------- folding


_SOME = 3  # named steps, the output among them, make a picture


def _readable(graph: _Graph) -> list[int]:
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


def _steps(graph: _Graph, *, leaves: bool = False, shared: bool = False) -> list[int]:
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
        edges = {
            (group[j], group[i]) for i, inputs in enumerate(graph.inputs) for j, _ in inputs if group[j] != group[i]
        }
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
        picture.cards.append(_card(graph, inside, exits, titles.get(g, ""), is_output=inside[-1] == len(group) - 1))
        ways = _ways(graph, inside) if len(inside) == 1 else _folded_ways(graph, group, inside, head)
        picture.wires += [_wire(graph, (place[group[way[0]]], place[g]), head, way) for way in ways]
        picture.cut.append(sum(graph.cut[i] for i in inside))
    return picture


def _card(graph: _Graph, inside: list[int], exits: list[int], title: str, *, is_output: bool) -> Card:
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
    grad = number(v.grad) if reached else _UNREACHED
    gradient = f"gradient {grad}" if reached else "no gradient yet"
    op = whole = _op_text(v)
    if count > 1:
        whole = _formula(graph, inside, last) if not title else ""
        op = whole if 0 < len(whole) <= _FORMULA_ROOM else counted(count, "node")
        whole = whole or op
    elif not op and not name:
        op = whole = "leaf"
    what = f"{name} = {whole}" if name and whole else name or whole
    return Card(graph.numbers[last], name, op, data, grad, count, kind, f"{what}: value {data}, {gradient}", members)


def _at_a_moment(card: Card, data: str, grad: str) -> Card:
    """The card with other texts, its title with them."""
    what = card.title.rpartition(": value ")[0] or card.title
    value = f"value {data}" if data != _UNREACHED else "no value yet"
    gradient = f"gradient {grad}" if grad != _UNREACHED else "no gradient yet"
    return replace(card, data=data, grad=grad, title=f"{what}: {value}, {gradient}")


def _formula(graph: _Graph, inside: list[int], head: int) -> str:
    """Write a small fold as a formula of the cards it uses, where all of them have names; else nothing."""
    used = {j for i in inside for j, _ in graph.inputs[i]} - set(inside)
    if len(inside) > _FORMULA_NODES or len(graph.nodes) > READABLE or not all(graph.names[j] for j in used):
        return ""
    names = {graph.nodes[j]: graph.names[j] for j in used}
    return style_for("text", 6, list(names.values())).write(expression(graph.nodes[head], names))


_Way = tuple[int, float | None, float | None, int]
"""One use of an operand, or several folded: its index, the slope, the gradient that flows, how many edges."""


def _ways(graph: _Graph, inside: list[int]) -> Iterator[_Way]:
    """Find each use of an operand by this one node."""
    (i,) = inside
    v = graph.nodes[i]
    for j, slope in graph.inputs[i]:
        yield j, slope, abs(v.grad * slope) if graph.reached and v.reached else None, 1


def _folded_ways(graph: _Graph, group: list[int], inside: list[int], head: int | None) -> Iterator[_Way]:
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


def _wire(graph: _Graph, ends: tuple[int, int], head: int | None, way: _Way) -> Wire:
    j, slope, flow, count = way
    if slope is None or head is None:
        return Wire(*ends, f"{count}×" if count > 1 else "", flow, shut=False, title=counted(count, "edge"))
    text = number(slope)
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


# ---------------------------------------------------------------- SVG

_LIGHT = {
    "ground": "#ffffff", "card": "#ffffff", "leaf": "#f5f7fa", "ink": "#1c2430", "soft": "#6b7686", "line": "#c9d0da",
    "wire": "#b9c2ce", "shut": "#9aa3af", "forward": "#0b5cad", "backward": "#c2410c", "lit": "#fff4e8",
    "made": "#eaf3fd",
}  # fmt: skip
_DARK = {
    "ground": "#12161c", "card": "#1a2029", "leaf": "#222a35", "ink": "#e7ebf1", "soft": "#98a3b3", "line": "#3a4452",
    "wire": "#4b5768", "shut": "#5b6675", "forward": "#7cb8ff", "backward": "#ff9b5e", "lit": "#2c2119",
    "made": "#17263a",
}  # fmt: skip
_CARD_HEIGHT = 62.0
_MARGIN = 24.0
_PAD = 14.0
_NAME_ROOM = 24
_SHORT = 8
_FORMULA_ROOM = 18
_FORMULA_NODES = 8
_MOST_SLOPES = 12

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
.lit .op{{fill:{ink}}}
.wire.lit{{stroke:{backward}}}"""
_COLOURS_FORWARD = """
.lit rect{{fill:{made};stroke:{forward}}}
.wire.lit{{stroke:{forward}}}"""
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


def _style(theme: str, *, forward: bool = False) -> str:
    rules = _COLOURS + _COLOURS_FORWARD if forward else _COLOURS
    light, dark = (_rules(rules.format(**palette)) for palette in (_LIGHT, _DARK))
    colours = {"light": light, "dark": dark, "auto": f"{light}@media (prefers-color-scheme:dark){{{dark}}}"}
    return _rules(_SHAPES_OF_TEXT) + colours[theme]


def _mono(text: str, size: float) -> float:
    return len(text) * size * 0.603


def _sans(text: str, size: float) -> float:
    """A generous guess of a text's width, so that it has room in whatever the system's typeface is."""
    return (
        sum(0.36 if c in "iljtfr.,:;|!()[] '" else 0.95 if c in "mwMW@%" or ord(c) > 0x2E80 else 0.66 for c in text)
        * size
    )


def _short(text: str, most: int) -> str:
    """A name in so many characters: of ``n.layers[0].neurons[1].w[2]`` the end, of any other both ends."""
    if len(text) <= most:
        return text
    end = text[1 - most :]
    places = [place for sign in ".[" if 0 <= (place := end.find(sign)) < most // 2]
    if places:
        return "…" + end[min(places) :]
    return text[: most // 2] + "…" + text[most // 2 + 1 - most :]


def _card_width(cards: Sequence[Card], room: int = 0) -> float:
    """One width for all cards, enough for the widest, and for numbers of `room` characters."""
    width = 112.0
    for card in cards:
        above = (
            _sans(_short(card.name, _NAME_ROOM), 14) * 1.08 + _sans(card.op, 14) + (14 if card.name and card.op else 0)
        )
        numbers = [text.ljust(room) if card.grad else text for text in (card.data, card.grad)]
        below = sum(_mono(text, 14) for text in numbers) + (16 if card.grad else 0)
        width = max(width, 2 * _PAD + max(above, below))
    return math.ceil(width / 2) * 2.0


def _n(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


class Widths(NamedTuple):
    """How wide a line is: `plain` before a pass and where it is shut, `least` where no gradient flows through it.

    For a gradient of 1 it is `one`; by `above` more for each power of ten above, by `below` less for each below, and
    never more than `most`.
    """

    plain: float = 1.5
    least: float = 0.9
    one: float = 2.25
    above: float = 1.5
    below: float = 0.45
    most: float = 6.5


WIDTHS = Widths()
_MOST_POWER = 9.0  # of an endless gradient


def _thickness(flow: float | None) -> float:
    plain, least, one, above, below, most = WIDTHS
    if flow is None or math.isnan(flow):
        return plain
    if flow == 0:
        return least
    power = math.log10(flow) if flow < math.inf else _MOST_POWER
    return min(most, one + above * power) if power > 0 else max(least, one + below * power)


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


def _text(kind: str, x: float, y: float, text: str, *, end: bool = False, middle: bool = False, mark: str = "") -> str:
    anchor = ' text-anchor="end"' if end else ' text-anchor="middle"' if middle else ""
    return f'<text class="{kind}"{mark} x="{_n(x)}" y="{_n(y)}"{anchor}>{escape(text)}</text>' if text else ""


def _card_svg(i: int, card: Card, x: float, y: float, width: float, *, lit: bool) -> str:
    radius = 18 if card.kind == "leaf" else 2 if card.kind == "output" else 6
    box = f'width="{_n(width)}" height="{_n(_CARD_HEIGHT)}" rx="{radius}"'
    behind = f'<rect x="5" y="5" {box}/>' if card.nodes > 1 and card.kind != "more" else ""
    if card.name:
        above = _text("name", _PAD, 25, _short(card.name, _NAME_ROOM)) + _text(
            "op", width - _PAD, 25, card.op, end=True
        )
    else:
        above = _text("sign" if len(card.op) == 1 else "only", _PAD, 25, card.op)
    data = "data" if card.grad else "op"
    below = _text(data, _PAD, 48, card.data) + _text("grad", width - _PAD, 48, card.grad, end=True)
    kind = f"card {card.kind}" + (" lit" if lit else "")
    return (
        f'<g class="{kind}" data-card="{i}" transform="translate({_n(x)},{_n(y)})">'
        f"<title>{escape(card.title)}</title>{behind}<rect {box}/>{above}{below}</g>"
    )


def _svg(
    drawing: Drawing, cards: Sequence[Card], lit: Collection[int], lit_wires: Collection[int], *, forward: bool = False
) -> str:
    plan = drawing.plan
    width = max(plan.width, 300.0)
    notes = _lines(drawing.notes, width)
    top = _MARGIN + 20.0 * len(notes) + (8 if notes else 0)
    aside = (width - plan.width) / 2
    card_width = _card_width(drawing.cards, drawing.room)
    wires, slopes = [], []
    lines = zip(drawing.wires, drawing.slopes, plan.routes, plan.labels, strict=True)
    for k, (wire, slope, route, (mx, my)) in enumerate(lines):
        thick = WIDTHS.plain if wire.shut else _thickness(wire.flow)
        kind = "wire" + (" shut" if wire.shut else "") + (" lit" if k in lit_wires else "")
        title = f"<title>{escape(wire.title)}</title>"
        drawn = f'data-wire="{k}" stroke-width="{round(thick, 2):g}" d="{_curve(route)}"'
        wires.append(f'<path class="{kind}" {drawn}>{title}</path>')
        slopes.append(_text("slope", mx, my - thick / 2 - 3.5, slope, middle=True, mark=f' data-slope="{k}"'))
    boxes = [
        _card_svg(i, card, x, y, card_width, lit=i in lit)
        for i, (card, (x, y)) in enumerate(zip(cards, plan.boxes, strict=True))
    ]
    legend, legend_height = _legend(drawing, width) if drawing.legend else ("", 0.0)
    size = _n(width + 2 * _MARGIN), _n(top + plan.height + legend_height + _MARGIN)
    summary = f"Graph of {drawing.subject}: {counted(len(cards), 'node')}, {counted(len(wires), 'edge')}"
    ground = f'<rect class="ground" width="{size[0]}" height="{size[1]}"/>' if drawing.ground else ""
    return "".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" class="autograd-graph" role="img" ',
            f'aria-label="{escape(summary)}" viewBox="0 0 {size[0]} {size[1]}" width="{size[0]}" height="{size[1]}">',
            f"<title>{escape(summary)}</title><desc>{escape(_description(drawing, cards))}</desc>",
            f"<style>{_style(drawing.theme, forward=forward)}</style>{ground}",
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
    rest = [f"and {counted(len(cards) - NEAR, 'more node')}"] if len(cards) > NEAR else []
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
    behind = f'<rect x="3" transform="translate(0,3)" {small} rx="2"/>'
    entries: list[tuple[str, float, str, str]] = [
        (
            f'<g class="card {kind}">{behind if kind == "fold" else ""}<rect {small} rx="{radius}"/></g>',
            28.0,
            "key",
            text,
        )
        for kind, radius, text in (
            ("leaf", 6, "leaf"),
            ("inner", 2, "operation"),
            ("fold", 2, "several, folded"),
            ("output", 1, "output"),
        )
        if kind in kinds
    ]
    is_word = drawing.subject.isalnum() and len(drawing.subject) <= _SHORT
    gradient = f"gradient d{drawing.subject}/d·" if is_word else "gradient"
    entries += [("", 0.0, "key data", "value"), ("", 0.0, "key grad", gradient)]
    if any(drawing.slopes):
        entries.append(("", 0.0, "key", "on a line: its slope ∂"))
    if any(wire.flow for wire in drawing.wires):
        wide = '<path class="wire" stroke-width="4" d="M0,-4H20"/>'
        entries.append((wide, 28.0, "key", "the wider, the more gradient flows back"))
    if any(wire.shut for wire in drawing.wires):
        dashed = '<path class="wire shut" stroke-width="1.5" d="M0,-4H20"/>'
        entries.append((dashed, 28.0, "key", "shut: slope 0"))
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


class _Html(str):
    """A label of ours, in which every text from elsewhere is escaped already."""

    __slots__ = ()


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

        label = _Html(
            '<<table border="0" cellborder="0" cellspacing="0" cellpadding="3">'
            f"<tr>{cell(name, 'left', 'ink')}{cell(op, 'right', 'soft')}</tr>"
            f"<tr>{cell(escape(card.data), 'left', 'forward')}"
            f"{cell(escape(card.grad), 'right', 'backward')}</tr></table>>"
        )
        style = {"leaf": "rounded,filled", "more": "dashed"}.get(card.kind, "filled")
        nodes[f"n{i}"] = {
            "label": label,
            "style": style,
            "color": colours["ink" if card.kind == "output" else "line"],
            "fillcolor": colours["leaf" if card.kind == "leaf" else "card"],
            "peripheries": "2" if card.nodes > 1 else "1",
            "tooltip": card.title,
        }
    edges = []
    for wire, slope in zip(drawing.wires, drawing.slopes, strict=True):
        attributes = {
            "label": slope,
            "penwidth": f"{WIDTHS.plain if wire.shut else _thickness(wire.flow):.3g}",
            "style": "dashed" if wire.shut else "solid",
            "tooltip": wire.title,
        }
        edges.append((wire.source, wire.target, attributes))
    return nodes, edges


_DEFAULTS = {
    "graph": {"rankdir": "LR", "nodesep": "0.3", "ranksep": "0.6", "bgcolor": "transparent"},
    "node": {"shape": "box", "fontname": "Helvetica", "fontsize": "13", "margin": "0.06,0.02"},
    "edge": {
        "arrowhead": "none",
        "color": _LIGHT["wire"],
        "fontcolor": _LIGHT["soft"],
        "fontname": "Courier",
        "fontsize": "11",
    },
}


def _quoted(text: str) -> str:
    r"""Write a string of DOT; Graphviz reads escapes such as ``\N`` in it, so a backslash is doubled."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(attributes: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key}={value if isinstance(value, _Html) else _quoted(value)}" for key, value in attributes.items() if value
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
        UsageError: the package is not installed.

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
    """The package takes <…> for HTML and leaves backslashes to Graphviz; only our own labels may be read like that."""
    return text if isinstance(text, _Html) else str(_graphviz().escape(text))


def _graphviz() -> ModuleType:
    try:
        import graphviz
    except ImportError:
        raise UsageError(
            "this needs the package graphviz: pip install graphviz. A drawing as .svg or .dot needs nothing"
        ) from None
    return cast("ModuleType", graphviz)


def _rendered(dot: str, form: str) -> bytes:
    package = _graphviz()
    try:
        rendered = package.Source(dot).pipe(format=form)
    except package.ExecutableNotFound:
        raise AutogradError(
            f"a .{form} is drawn by Graphviz, and its program dot is not on the PATH: install Graphviz "
            "(apt install graphviz, brew install graphviz, or graphviz.org), or write .svg, which needs nothing"
        ) from None
    return bytes(rendered)


# ---------------------------------------------------------------- files


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
    L = ( )²       81         1
    └─ +            9        18
       ├─ ·         6        18
       │  ├─ w      3        54
       │  └─ x      2        54
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
        name, op = _short(display(_typed(v, names)), _NAME_ROOM), _op_text(v)
        if id(v) in marks:
            rows.append((f"{before}{marks[id(v)]}  ↑", "", ""))
            continue
        marks[id(v)] = name or f"({len(marks) + 1})"
        mark = f"  {marks[id(v)]}" if not name and uses.get(id(v), 0) > 1 else ""
        what = f"{name} = {op}" if name and op else name or op
        rows.append(
            (f"{before}{what}{mark}", number(v.data), number(v.grad) if root.reached and v.reached else _UNREACHED)
        )
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
    note = ""
    if len(uses) <= COUNTED:
        order = topological_order(root)
        is_looked_at = root.reached and len(order) <= DRAWABLE  # of a larger graph a tree shows next to nothing
        note = _stale(order) or (_other_passes(_connect(order, root, names)) if is_looked_at else "")
    return _Text("\n".join([*lines, note] if note else lines))


def _stale(nodes: list[Value]) -> str:
    """A sentence where a leaf was edited after its use, so that results are not those of the leaves as shown."""
    from .value import check_not_edited

    try:
        check_not_edited(nodes)
    except UsageError as error:
        return f"{str(error).partition(', so the ')[0]}: the numbers of the results shown are those of before the edit"
    return ""


def _other_passes(graph: _Graph) -> str:
    """A sentence where a leaf's ``.grad`` is not what the pass through this graph alone leaves there."""
    if not graph.reached or any(graph.cut):
        return ""
    adjoints = [0.0] * len(graph.nodes)
    adjoints[-1] = graph.nodes[-1].grad  # the seed of the pass
    sizes = [abs(adjoint) for adjoint in adjoints]  # Σ|contribution|: what rounding is measured by, where terms cancel
    for i in reversed(range(len(graph.nodes))):
        for j, slope in graph.inputs[i]:
            adjoints[j] += adjoints[i] * slope
            sizes[j] += sizes[i] * abs(slope)
    others = [
        graph.names[i]
        for i, v in enumerate(graph.nodes)
        if not v.op and v.reached and abs(v.grad - adjoints[i]) > 1e-9 * max(sizes[i], abs(v.grad))
    ]
    if not others:
        return ""
    named = [f"{name}.grad" for name in others if name]
    named = named if len(named) == len(others) <= 4 else named[:3]
    if more := len(others) - len(named):
        leaves = "leaf" if more == 1 else "leaves"
        named.append(f"those of {more:,} more {leaves}" if named else f"The gradients of {more:,} {leaves}")
    what = " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))
    said = "holds more than this pass, or was set" if len(others) == 1 else "hold more than this pass, or were set"
    return f"{what} {said}: zero_grad() between passes"


class _Text(str):
    """Text that a prompt shows as it is, line by line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _uses(root: Value) -> dict[int, int]:
    """How often each node is used as an operand; of a very large graph, only of the part near the output."""
    uses = {id(root): 0}
    for v in _nearest(root, COUNTED + 1):
        for parent in v.parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
    return uses


class _Room(types.ModuleType):
    """This module, which may be called like the function of the same name: both are ``autograd_scalar.draw``."""

    def __call__(self, *args: Any, **options: Any) -> Drawing:
        return draw(*args, **options)


sys.modules[__name__].__class__ = _Room
