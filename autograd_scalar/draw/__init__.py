"""A graph as a picture: SVG of our own, DOT for Graphviz, a tree for the terminal.

``draw(L, "graph.svg")`` calls this package like the function of the same name; ``help(Value.draw)`` says which
arguments it takes and what it raises.

A picture is made in steps that share plain data. The graph is read once (`reading`), nodes are folded where there are
too many to be read (`folding`), and *cards* and *wires* are what is left (`cards`); `layout` says where they stand; a
writer puts them down as SVG or DOT (`svg`, `dot`). A `Drawing` keeps only text and numbers, so it holds no node alive,
and what it shows does not change afterwards.

Blue is the forward pass (values, at the left of a card), orange the backward pass (gradients, at the right).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..calls import let_be_called
from ..errors import UsageError
from ..recording import called
from ..value import Value
from .cards import read
from .dot import digraph
from .drawing import Drawing
from .folding import DRAWABLE, READABLE, Fold
from .reading import COUNTED, NEAR, Names, subject_of
from .sheet import Card, Wire
from .style import WIDTHS, Widths
from .terminal import tree

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    import graphviz

__all__ = [
    "COUNTED",
    "DRAWABLE",
    "NEAR",
    "READABLE",
    "WIDTHS",
    "Card",
    "Drawing",
    "Widths",
    "Wire",
    "draw",
    "to_graphviz",
    "tree",
]


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
        UsageError: `path` is no name of a file; `to` does not lead to `root`; too many nodes for ``fold=False``; an
            unknown suffix or theme; .png or .pdf without the package graphviz.
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
    if isinstance(path, Value):
        raise UsageError(f"draw: {called(path)} is no name of a file; L.draw(to=w) draws what lies between w and L")
    if theme not in {"auto", "light", "dark"}:
        raise UsageError(f'theme is "auto", "light" or "dark", not {theme!r}')
    cards, wires, notes = read(root, to=to, fold=fold, names=names)
    drawing = Drawing(cards, wires, notes, subject_of(root, names), ground, theme, legend)
    return drawing if path is None else drawing.save(path)


def to_graphviz(
    root: Value,
    *,
    to: Value | Iterable[Value] | None = None,
    fold: bool | Fold | None = None,
    names: Names | None = None,
) -> graphviz.Digraph:
    """The picture as an object of the ``graphviz`` package, to change or to render as that package does.

    The arguments are those of `draw`.

    Raises:
        UsageError: the package is not installed.

    >>> from autograd_scalar import Value
    >>> print(to_graphviz(Value(2.0).exp()).source.splitlines()[0])
    digraph {

    """
    return digraph(draw(root, to=to, fold=fold, names=names))


let_be_called(__name__, draw)
