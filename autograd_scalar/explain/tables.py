"""Rows and columns for the eye: text and HTML."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["html_table", "text_table"]

GAP = 3  # blanks between two columns


def text_table(rows: Sequence[Sequence[str]], *, indent: str = "", window: int | None = None) -> str:
    """The rows with their columns below each other; the last column is as wide as it is.

    Where they are wider than `window`, the columns that do not fit follow below, beside the first column once more. A
    row of one cell is a remark between the rows.
    """
    columns = max(map(len, rows), default=0)
    widths = [max((len(row[column]) for row in rows if column < len(row) - 1), default=0) for column in range(columns)]
    blocks = [list(range(columns))]
    if window is not None:
        true_widths = [max(len(row[column]) for row in rows if column < len(row)) for column in range(columns)]
        blocks = _blocks(true_widths, window - len(indent))
    parts = []
    for place, block in enumerate(blocks):
        lines = []
        for row in rows:
            cells = row if len(row) == 1 else [row[column] for column in block if column < len(row)]
            if place and len(cells) > 1 and not any(cells[1:]):
                continue
            before = [cell.ljust(widths[column] + GAP) for cell, column in zip(cells[:-1], block, strict=False)]
            lines.append((indent + "".join(before) + cells[-1]).rstrip())
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _blocks(widths: Sequence[int], window: int) -> list[list[int]]:
    """Which columns stand beside each other: the first in each block, of the others as many as there is room for."""
    blocks = [[0]] if widths else [[]]
    for column in range(1, len(widths)):
        block = blocks[-1]
        if len(block) > 1 and sum(widths[j] + GAP for j in block) + widths[column] > window:
            blocks.append([0, column])
        else:
            block.append(column)
    return blocks


def html_table(
    rows: Sequence[Sequence[str]], *, head: Sequence[str] = (), below: Sequence[str] = (), marked: Sequence[int] = ()
) -> str:
    """An HTML table; `below` are sentences under it, `marked` the rows in bold. All text is escaped."""
    style = "text-align:left;padding:0.15em 0.9em;white-space:pre"

    def line(cells: Sequence[str], tag: str, more: str = "") -> str:
        *first, last = (f'<{tag} style="{style}">{html.escape(cell)}</{tag}>' for cell in cells)
        written = [*first, last.replace(";white-space:pre", ";white-space:pre-wrap", 1)]  # it may be a sentence
        return f"<tr{more}>{''.join(written)}</tr>"

    body = [line(row, "td", ' style="font-weight:bold"' if place in marked else "") for place, row in enumerate(rows)]
    top = f"<thead>{line(head, 'th')}</thead>" if head else ""
    words = "".join(f"<p>{html.escape(one)}</p>" for one in below)
    return f'<table style="border-collapse:collapse">{top}<tbody>{"".join(body)}</tbody></table>{words}'
