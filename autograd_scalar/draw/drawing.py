"""The drawing that a person holds: shown in a notebook, written as a file, lit at one moment."""

from __future__ import annotations

import base64
import secrets
import sys
import tempfile
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ..calls import read_path
from ..errors import UsageError
from ..formula.numbers import number
from ..notation import counted
from ..whole import write_whole
from .dot import rendered, write_dot
from .sheet import UNREACHED, Card, Sheet, Wire
from .svg import write_svg

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["Drawing"]


@dataclass(frozen=True)
class Drawing(Sheet):
    """A picture of a graph, as data. A notebook shows it; `save` writes it; `svg` and `dot` are its text.

    >>> from autograd_scalar import Value
    >>> x = Value(2.0, label="x")
    >>> picture = (x * x).named("y").draw()
    >>> print(picture)
    drawing of y: 2 nodes, 2 edges; .save("graph.svg") writes it
    >>> picture.svg.startswith("<svg"), picture.dot.splitlines()[0]
    (True, 'digraph {')
    """

    path: str = field(default="", compare=False)
    """Where it was written, if anywhere."""

    @cached_property
    def svg(self) -> str:
        """The picture as SVG text: no script, no file beside it, no font to load."""
        return self.frame()

    @cached_property
    def dot(self) -> str:
        """The picture in Graphviz' language."""
        return write_dot(self)

    def frame(
        self,
        *,
        lit: Collection[int] = (),
        lit_wires: Collection[int] = (),
        data: Mapping[int, str] | None = None,
        grad: Mapping[int, str] | None = None,
        flow: Mapping[int, float | None] | None = None,
        unknown: Collection[int] = (),
        caption: Sequence[tuple[str, str]] = (),
        forward: bool = False,
    ) -> str:
        """The picture at one moment, as SVG: some cards and wires lit, some texts replaced; nothing moves.

        Args:
            lit: the indices of cards.
            lit_wires: the indices of wires.
            data: what to show for a card's value.
            grad: what to show for a card's gradient.
            flow: what has flowed back through a wire by then, for its width; None where nothing has.
            unknown: the indices of wires whose slope is not known yet.
            caption: lines below the graph, each with its kind: "said" for a formula, "note", "data" or "grad". With as
                many lines the picture is as high.
            forward: what is lit is lit in the colour of the forward pass.

        """
        cards = self.cards
        if data or grad:
            data, grad = data or {}, grad or {}
            cards = tuple(
                _at_a_moment(card, data.get(i, card.data), grad.get(i, card.grad)) if i in data or i in grad else card
                for i, card in enumerate(cards)
            )
        wires = self.wires
        if flow or unknown:
            flow = flow or {}
            wires = tuple(
                _wire_at_a_moment(wire, flow.get(k, wire.flow), is_known=k not in unknown)
                for k, wire in enumerate(wires)
            )
        return write_svg(self, cards, wires, lit=set(lit), lit_wires=set(lit_wires), caption=caption, forward=forward)

    def save(self, path: str | os.PathLike[str]) -> Drawing:
        """Write the picture; the suffix says how: .svg and .dot always, .png and .pdf where Graphviz is installed.

        The file is whole or not there: it is written beside its place and then moved into it.

        Raises:
            UsageError: another suffix; .png or .pdf without the package graphviz.
            AutogradError: .png or .pdf without the program Graphviz; the sentence says how to get it.

        """
        where = read_path(path, 'L.draw("graph.svg")')
        suffix = where.suffix.lower()
        if suffix == ".svg":
            content = self.svg.encode()
        elif suffix in {".dot", ".gv"}:
            content = self.dot.encode()
        elif suffix in {".png", ".pdf"}:
            content = rendered(self.dot, suffix[1:])
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
        _scratch().mkdir(exist_ok=True)  # somebody may have tidied up meanwhile
        return str(self.save(_scratch() / f"graph-{secrets.token_hex(3)}.svg"))

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


def _at_a_moment(card: Card, data: str, grad: str) -> Card:
    """The card with other texts, its title with them."""
    what = card.title.rpartition(": value ")[0] or card.title
    value = f"value {data}" if data != UNREACHED else "no value yet"
    gradient = f"gradient {grad}" if grad != UNREACHED else "no gradient yet"
    return replace(card, data=data, grad=grad, title=f"{what}: {value}, {gradient}")


def _wire_at_a_moment(wire: Wire, flow: float | None, *, is_known: bool) -> Wire:
    """The wire with what has flowed through it by then, and without a slope that nobody knows yet."""
    slope = wire.slope if is_known else ""
    what, equals, _ = wire.title.partition(" = ")
    back = "" if flow is None else f"; {number(flow)} flows back"
    title = f"{what} = {slope or UNREACHED}{back}" if equals else wire.title
    return replace(wire, slope=slope, flow=flow, shut=wire.shut and is_known, title=title)


@cache
def _scratch() -> Path:
    """One folder for the pictures of this session that were given no path."""
    return Path(tempfile.mkdtemp(prefix="autograd-"))
