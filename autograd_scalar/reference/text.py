"""The reference in a terminal: the table of rules, and one rule with its facts and a small plot of both curves."""

from __future__ import annotations

import re
import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING

from ..formula import number
from ..ops import table
from ..screen import columns
from .rules import curves

if TYPE_CHECKING:
    from ..ops import Row
    from ..screen import Screen

__all__ = ["facts", "pretty", "show_rule", "show_table"]


def pretty(text: str) -> str:
    """A rule's text for the eye: ``z * (1 - z)`` as ``z·(1 − z)``."""
    text = _with_dots(text)
    for sign, shown in (("**2", "²"), ("**3", "³"), ("**", "^"), ("*", "·"), (" - ", " − "), ("-", "−")):
        text = text.replace(sign, shown)
    return text.replace("<=", "≤").replace(">=", "≥").replace("!=", "≠").replace("==", "=")


def _with_dots(text: str) -> str:
    """``x * y`` as ``x·y``; after a quotient with room, ``2 / y · x``: a tight dot would read as part of it."""
    pieces: list[str] = []
    divided = [False]  # in each bracket that is open: whether a quotient stands before
    for piece in re.split(r"( [-+*/] |,|\(|\))", text):
        if piece == "(":
            divided.append(False)
        elif piece == ")" and len(divided) > 1:
            divided.pop()
        elif piece in (" + ", " - ", ","):
            divided[-1] = False
        elif piece == " / ":
            divided[-1] = True
        pieces.append((" · " if divided[-1] else "·") if piece == " * " else piece)
    return "".join(pieces)


def _partials(row: Row) -> str:
    return ", ".join(pretty(text) for text in row.written)


def show_table(screen: Screen) -> None:
    """All rows, a line each, or one under the other where the window is narrow."""
    rows = [(row.signature, row.about, _partials(row)) for row in table.values() if not row.partial_of]
    heads = ("operation", "value", "partials; z is the value")
    first = max(columns(row[0]) for row in rows)
    room = screen.width - first - 6
    if room < 56:  # one under the other
        for signature, about, partials in rows:
            screen.heading(signature)
            screen.words(f"    {about}")
            told = "; z is the value" if _has_z(partials) else ""
            screen.words(f"    partials: {partials}{told}", " " * 4)
        return
    second = min(max(columns(row[1]) for row in rows), room // 2)
    screen.heading(f"{heads[0]:{first}}   {heads[1]:{second}}   {heads[2]}")
    for signature, about, partials in rows:
        left, right = textwrap.wrap(about, second), textwrap.wrap(partials, room - second)
        for name, value, partial in zip_longest([signature], left, right, fillvalue=""):
            screen.line(f"{name:{first}}   {screen.forward(f'{value:{second}}')}   {screen.backward(partial)}".rstrip())


def facts(row: Row) -> list[tuple[str, str]]:
    """What the row says, in order, as pairs of a title and a text: the value first."""
    found: list[tuple[str, str]] = [("value", pretty(row.value))]
    found += [("with", f"{name} = {pretty(text)}") for name, text in row.given.items()]
    for argument, written, kept in zip(row.operands, row.written, row.partials, strict=True):
        found.append((f"∂/∂{argument.name}", pretty(written)))
        if kept != written:
            found.append(("  computed", f"{pretty(kept)}   (keeps its digits)"))
    found += [(name, pretty(text)) for name, text in (("domain", row.domain), ("poles", row.poles)) if text]
    if row.kinks:
        found.append(("kinks", pretty(row.kinks)))
        found.append(("", "the partial above says which slope is taken at a kink"))
    found = _with_z_explained(row, found)
    return [*found, ("operator", row.infix)] if row.infix else found


def _with_z_explained(row: Row, stated: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Where z is met first, and first in a partial, it is said what it is: readers have a z of their own."""
    operands = ", ".join(f"{one.name}, …" if one.kind == "sequence" else one.name for one in row.operands)
    met = [place for place, (_, text) in enumerate(stated) if _has_z(text)]
    in_partials = [place for place in met if stated[place][0].startswith("∂")]
    told = list(stated)
    for place in {*met[:1], *in_partials[:1]}:
        name, text = stated[place]
        formula, space, note = text.partition("   (")
        told[place] = (name, f"{formula}, z being {row.name}({operands}){space}{note}")
    return told


def _has_z(text: str) -> bool:
    return re.search(r"(?<![A-Za-z0-9_])z(?![A-Za-z0-9_])", text) is not None  # to \b z² would be one word


def show_rule(screen: Screen, row: Row) -> None:
    """One row: its facts and its plot."""
    screen.heading(f"{row.signature}   {row.about}")
    stated = facts(row)
    width = max(len(name) for name, _ in stated)
    for name, text in stated:
        screen.words(f"{name:{width}}   {text}", " " * (width + 3))
    screen.line()
    for line in _plot(screen, row):
        screen.line(line)


def _plot(screen: Screen, row: Row) -> list[str]:
    """A small plot of the value (•) and of the partial (◦) along one argument."""
    wide, tall = max(8, min(61, screen.width - 12)), 17
    curve = curves(row, wide)
    shown = [y for _, y in (*curve.values, *curve.slopes) if abs(y) <= 4]
    bottom, top = min([*shown, 0.0]), max([*shown, 0.0])
    top = top if top > bottom else bottom + 1

    def line_of(y: float) -> int:
        return round((top - y) / (top - bottom) * (tall - 1))

    def column_of(x: float) -> int:
        return round((x - curve.low) / (curve.high - curve.low) * (wide - 1))

    zero_line, zero_column = line_of(0.0), column_of(0.0)
    grid = [["│" if column == zero_column else " " for column in range(wide)] for _ in range(tall)]
    grid[zero_line] = ["┼" if column == zero_column else "─" for column in range(wide)]
    value, slope = screen.forward("•"), screen.backward("◦")
    for points, mark in ((curve.slopes, slope), (curve.values, value)):
        for x, y in points:
            if bottom <= y <= top:
                grid[line_of(y)][column_of(x)] = mark
    labels = {0: number(top, 3), tall - 1: number(bottom, 3), zero_line: "0"}
    lines = [f"{labels.get(place, ''):>8} {''.join(cells)}".rstrip() for place, cells in enumerate(grid)]
    left, right = f"{curve.argument} = {number(curve.low, 3)}", number(curve.high, 3)
    axis = left + " " * max(1, wide - len(left) - len(right)) + right
    fixed = f", {curve.fixed}" if curve.fixed else ""
    legend = textwrap.wrap(f"• value   ◦ slope, ∂/∂{curve.argument}{fixed}", max(12, screen.width - 9))
    legend = [f"{'':9}{line}".replace("•", value).replace("◦", slope) for line in legend]
    return [*lines, f"{'':9}{axis}", *legend]
