"""A drawing in Graphviz' language, and what Graphviz makes of it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, cast

from ..errors import AutogradError, UsageError
from .style import LIGHT, thickness

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    import graphviz

    from .sheet import Sheet

__all__ = ["digraph", "rendered", "write_dot"]

_DEFAULTS = {
    "graph": {"rankdir": "LR", "nodesep": "0.3", "ranksep": "0.6", "bgcolor": "transparent"},
    "node": {"shape": "box", "fontname": "Helvetica", "fontsize": "13", "margin": "0.06,0.02"},
    "edge": {
        "arrowhead": "none",
        "color": LIGHT["wire"],
        "fontcolor": LIGHT["soft"],
        "fontname": "Courier",
        "fontsize": "11",
    },
}


def write_dot(sheet: Sheet) -> str:
    """The sheet as DOT text."""
    nodes, edges = _statements(sheet)
    lines = ["digraph {"]
    lines += [f"  // {note}" for note in sheet.notes]
    lines += [f"  {kind} [{_list(attributes)}];" for kind, attributes in _DEFAULTS.items()]
    lines += [f"  {node} [{_list(attributes)}];" for node, attributes in nodes.items()]
    lines += [f"  n{source} -> n{target} [{_list(attributes)}];" for source, target, attributes in edges]
    return "\n".join([*lines, "}", ""])


def _statements(sheet: Sheet) -> tuple[dict[str, dict[str, str]], list[tuple[int, int, dict[str, str]]]]:
    """Attributes for the graph and its defaults, and edges; texts are HTML-like labels, so escaping is HTML's."""
    nodes: dict[str, dict[str, str]] = {}
    for i, card in enumerate(sheet.cards):
        name = f"<b>{escape(card.name)}</b>" if card.name else escape(card.op) or " "
        op = escape(card.op) if card.name else ""

        def cell(text: str, side: str, colour: str) -> str:
            inner = f'<font color="{LIGHT[colour]}">{text}</font>' if text else ""
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
            "color": LIGHT["ink" if card.kind == "output" else "line"],
            "fillcolor": LIGHT["leaf" if card.kind == "leaf" else "card"],
            "peripheries": "2" if card.nodes > 1 else "1",
            "tooltip": card.title,
        }
    edges = []
    for wire, slope in zip(sheet.wires, sheet.slopes, strict=True):
        attributes = {
            "label": slope,
            "penwidth": f"{thickness(wire):.3g}",
            "style": "dashed" if wire.shut else "solid",
            "tooltip": wire.title,
        }
        edges.append((wire.source, wire.target, attributes))
    return nodes, edges


class _Html(str):
    """A label of ours, in which every text from elsewhere is escaped already."""

    __slots__ = ()


def _quoted(text: str) -> str:
    r"""Write a string of DOT; Graphviz reads escapes such as ``\N`` in it, so a backslash is doubled."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(attributes: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key}={value if isinstance(value, _Html) else _quoted(value)}" for key, value in attributes.items() if value
    )


def digraph(sheet: Sheet) -> graphviz.Digraph:
    """The sheet as an object of the package."""
    package = _graphviz()
    nodes, edges = _statements(sheet)
    graph = package.Digraph(graph_attr=_DEFAULTS["graph"], node_attr=_DEFAULTS["node"], edge_attr=_DEFAULTS["edge"])
    for node, attributes in nodes.items():
        graph.node(node, **{key: _escaped(value) for key, value in attributes.items()})
    for source, target, attributes in edges:
        graph.edge(f"n{source}", f"n{target}", **{key: _escaped(value) for key, value in attributes.items()})
    return cast("graphviz.Digraph", graph)


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


def rendered(dot: str, form: str) -> bytes:
    """What Graphviz makes of DOT text, in the form of a suffix such as ``png``."""
    package = _graphviz()
    try:
        rendered = package.Source(dot).pipe(format=form)
    except package.ExecutableNotFound:
        raise AutogradError(
            f"a .{form} is drawn by Graphviz, and its program dot is not on the PATH: install Graphviz "
            "(apt install graphviz, brew install graphviz, or graphviz.org), or write .svg, which needs nothing"
        ) from None
    return bytes(rendered)
