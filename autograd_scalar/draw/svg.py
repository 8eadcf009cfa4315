"""A drawing as SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ..notation import counted
from .caption import LEAST, NOTED, size_of
from .measuring import mono, sans, short, wrapped
from .sheet import CARD_HEIGHT, PAD
from .style import style, thickness

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ..layout import Point
    from .sheet import Card, Sheet, Wire

__all__ = ["legend_entries", "write_svg"]

_MARGIN = 24.0
_SHORT = 8  # a name that has room in the legend
_TOLD = 40  # cards that are told, one by one, to those who cannot see them


def write_svg(
    sheet: Sheet,
    cards: Sequence[Card],
    wires: Sequence[Wire],
    *,
    lit: Collection[int],
    lit_wires: Collection[int],
    caption: Sequence[tuple[str, str]],
    forward: bool,
) -> str:
    """The sheet as SVG text: its cards and wires as they are at a moment, some of them lit, and lines of a caption.

    Each line of the caption is of a kind, as other texts are; ``said`` is a formula.
    """
    plan = sheet.plan
    width = max(plan.width, LEAST if caption else 300.0)
    notes = wrapped(sheet.notes, width)
    top = _MARGIN + 20.0 * len(notes) + (8 if notes else 0)
    aside = (width - plan.width) / 2
    lines, slopes = [], []
    for k, (wire, route, (mx, my)) in enumerate(zip(wires, plan.routes, plan.labels, strict=True)):
        above = thickness(sheet.wires[k]) / 2 + 3.5  # nothing moves
        kind = "wire" + (" shut" if wire.shut else "") + (" lit" if k in lit_wires else "")
        title = f"<title>{escape(wire.title)}</title>"
        drawn = f'data-wire="{k}" stroke-width="{round(thickness(wire), 2):g}" d="{_curve(route)}"'
        lines.append(f'<path class="{kind}" {drawn}>{title}</path>')
        slope = wire.slope if sheet.slopes[k] else ""
        slopes.append(_text("slope", mx, my - above, slope, middle=True, mark=f' data-slope="{k}"'))
    boxes = [
        _card_svg(i, card, x, y, sheet.card_width, lit=i in lit)
        for i, (card, (x, y)) in enumerate(zip(cards, plan.boxes, strict=True))
    ]
    legend, legend_height = _legend(sheet, width) if sheet.legend else ("", 0.0)
    under = top + plan.height
    said = size_of(width)
    below = under + (1.5 * said * (len(caption) + 0.5) + 22 if caption else 0)
    size = _n(width + 2 * sheet.margin), _n(below + legend_height + _MARGIN)
    summary = f"Graph of {sheet.subject}: {counted(len(cards), 'node')}, {counted(len(wires), 'edge')}"
    ground = f'<rect class="ground" width="{size[0]}" height="{size[1]}"/>' if sheet.ground else ""
    return "".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" class="autograd-graph" role="img" ',
            f'aria-label="{escape(summary)}" viewBox="0 0 {size[0]} {size[1]}" width="{size[0]}" height="{size[1]}">',
            f"<title>{escape(summary)}</title><desc>{escape(_description(sheet, cards))}</desc>",
            f"<style>{style(sheet.theme, forward=forward)}</style>{ground}",
            *(_text("note", sheet.margin, _MARGIN + 10 + 20 * i, line) for i, line in enumerate(notes)),
            f'<g transform="translate({_n(sheet.margin + aside)},{_n(top)})">',
            *lines,
            *slopes,
            *boxes,
            "</g>",
            *(_said(sheet.margin, under + 22 + 1.5 * said * i, said, *line) for i, line in enumerate(caption, 1)),
            f'<g transform="translate({_n(sheet.margin)},{_n(below + 30)})">{legend}</g></svg>\n',
        ]
    )


def _said(x: float, y: float, size: float, kind: str, text: str) -> str:
    """A line of a caption."""
    kind, size = ("only", size) if kind == "said" else (kind, NOTED * size)
    return _text(kind, x, y, text, mark=f' style="font-size:{_n(size)}px"')


def _card_svg(i: int, card: Card, x: float, y: float, width: float, *, lit: bool) -> str:
    radius = 18 if card.kind == "leaf" else 2 if card.kind == "output" else 6
    box = f'width="{_n(width)}" height="{_n(CARD_HEIGHT)}" rx="{radius}"'
    behind = f'<rect x="5" y="5" {box}/>' if card.nodes > 1 and card.kind != "more" else ""
    if card.name:
        above = _text("name", PAD, 25, short(card.name)) + _text("op", width - PAD, 25, card.op, end=True)
    else:
        above = _text("sign" if len(card.op) == 1 else "only", PAD, 25, card.op)
    data = "data" if card.grad else "op"
    below = _text(data, PAD, 48, card.data) + _text("grad", width - PAD, 48, card.grad, end=True)
    kind = f"card {card.kind}" + (" lit" if lit else "")
    return (
        f'<g class="{kind}" data-card="{i}" transform="translate({_n(x)},{_n(y)})">'
        f"<title>{escape(card.title)}</title>{behind}<rect {box}/>{above}{below}</g>"
    )


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


def _n(x: float) -> str:
    return f"{x:.1f}".removesuffix(".0")


def _description(sheet: Sheet, cards: Sequence[Card]) -> str:
    told = [card.title for card in cards[:_TOLD]]
    rest = [f"and {counted(len(cards) - _TOLD, 'more node')}"] if len(cards) > _TOLD else []
    return ". ".join([*sheet.notes, *told, *rest])


def legend_entries(sheet: Sheet) -> list[tuple[str, float, str, str]]:
    """What the shapes and colours say, only those that occur: (shape, its room, kind, words)."""
    kinds = {card.kind for card in sheet.cards}
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
    is_word = sheet.subject.isalnum() and len(sheet.subject) <= _SHORT
    gradient = f"gradient d{sheet.subject}/d·" if is_word else "gradient"
    entries += [("", 0.0, "key data", "value"), ("", 0.0, "key grad", gradient)]
    if any(sheet.slopes):
        entries.append(("", 0.0, "key", "on a line: its slope ∂"))
    if any(wire.flow for wire in sheet.wires):
        wide = '<path class="wire" stroke-width="4" d="M0,-4H20"/>'
        entries.append((wide, 28.0, "key", "the wider, the more gradient flows back"))
    if sheet.room or any(wire.shut for wire in sheet.wires):  # with another number it may be
        dashed = '<path class="wire shut" stroke-width="1.5" d="M0,-4H20"/>'
        entries.append((dashed, 28.0, "key", "shut: slope 0"))
    return entries


def _legend(sheet: Sheet, width: float) -> tuple[str, float]:
    """The legend, on as many lines as it needs; and the height it takes."""
    parts: list[str] = []
    x, y = 0.0, 0.0
    for swatch, room, kind, text in legend_entries(sheet):
        size = room + (mono(text, 12) if kind != "key" else sans(text, 12) * 0.95)
        if x and x + size > width:
            x, y = 0.0, y + 22
        parts.append(f'<g transform="translate({_n(x)},{_n(y)})">{swatch}{_text(kind, room, 0, text)}</g>')
        x += size + 18
    return "".join(parts), y + 36
