"""Rows and columns for the eye: text and HTML."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["html_table", "text_table"]

GAP = 3  # blanks between two columns


def text_table(rows: Sequence[Sequence[str]], *, indent: str = "") -> str:
    """The rows with their columns below each other; the last column is as wide as it is."""
    columns = max(map(len, rows), default=0)
    widths = [max((len(row[column]) for row in rows if column < len(row) - 1), default=0) for column in range(columns)]
    lines = []
    for row in rows:
        cells = [cell.ljust(widths[column] + GAP) for column, cell in enumerate(row[:-1])]
        lines.append((indent + "".join(cells) + row[-1]).rstrip())
    return "\n".join(lines)


def html_table(
    rows: Sequence[Sequence[str]], *, head: Sequence[str] = (), below: Sequence[str] = (), marked: Sequence[int] = ()
) -> str:
    """An HTML table; `below` are sentences under it, `marked` the rows in bold. All text is escaped."""
    style = "text-align:left;padding:0.15em 0.9em;white-space:pre"

    def line(cells: Sequence[str], tag: str, more: str = "") -> str:
        written = [f'<{tag} style="{style}">{html.escape(cell)}</{tag}>' for cell in cells]
        return f"<tr{more}>{''.join(written)}</tr>"

    body = [line(row, "td", ' style="font-weight:bold"' if place in marked else "") for place, row in enumerate(rows)]
    top = f"<thead>{line(head, 'th')}</thead>" if head else ""
    words = "".join(f"<p>{html.escape(one)}</p>" for one in below)
    return f'<table style="border-collapse:collapse">{top}<tbody>{"".join(body)}</tbody></table>{words}'
