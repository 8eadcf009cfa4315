"""Lines of a matrix view in MathML: as one table, and as lines that a browser may break between their pieces."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from ..formula.styles import Mathml
from ..formula.terms import Sum, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["Pieces", "Row", "as_lines", "as_table", "pieces_of"]

_BETWEEN = "\N{ZERO WIDTH SPACE}"
_BREAK = "\0"  # no printer writes it: names are shown without control characters


class Row(NamedTuple):
    """One line: the pieces it may be broken into, or words; and whether it begins a group or is an aside."""

    pieces: tuple[str, ...] = ()
    words: str = ""
    begins: bool = False
    soft: bool = False

    @property
    def css(self) -> str:
        """How it stands among the others."""
        return "padding-block:.1em" + ";padding-top:1.2em" * self.begins + ";opacity:.65" * self.soft


class Pieces(Mathml):
    """MathML with a mark before each later term of a sum, unless the sum is within something."""

    def __init__(self, digits: int | None, as_typed: Mapping[str, bool] | None = None) -> None:
        super().__init__(digits, as_typed)
        self._last: list[str] = []

    def write(self, term: Term) -> str:
        """The term; a sum as it is made last, after all that is within it."""
        text = super().write(term)
        if not isinstance(term, Sum):
            return text
        first, *rest = self._last
        signed = zip(rest[::2], rest[1::2], strict=True)
        return first + "".join(f"{_BREAK}{sign}{addend}" for sign, addend in signed)

    def _joined(self, parts: list[str]) -> str:
        self._last = parts
        return super()._joined(parts)


def pieces_of(left: str, parts: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """An equation, which may be broken before each relation and each sign of a sum."""
    text = left + "".join(f"{_BREAK}{relation}{part}" for relation, part in parts)
    return tuple(text.split(_BREAK))


_HEAD = '<math xmlns="http://www.w3.org/1998/Math/MathML"'


def as_table(rows: Iterable[Row]) -> str:
    """One ``<math>`` element with a row for each line."""
    words = Mathml(None).words
    cells = (
        f'<mtd style="text-align:left;{row.css}"><mrow>{"".join(row.pieces) or words(row.words)}</mrow></mtd>'
        for row in rows
    )
    table = "".join(f"<mtr>{cell}</mtr>" for cell in cells)
    return f'{_HEAD} display="block"><mtable displaystyle="true">{table}</mtable></math>'


def as_lines(rows: Iterable[Row], notes: Sequence[str]) -> str:
    """A block for each line: no browser breaks a line within a formula, only between two."""
    texts = [(row.css, _BETWEEN.join(map(_piece, row.pieces)) or f"<small>{escape(row.words)}</small>") for row in rows]
    lines = "".join(f'<div style="{css}">{text}</div>' for css, text in texts)
    words = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f'<div style="font-size:1.15em;line-height:1.5;overflow-x:auto">{lines}</div>{words}'


def _piece(content: str) -> str:
    content = content.replace("<mo>", '<mo form="infix">', 1) if content.startswith("<mo>") else content
    return f'{_HEAD} displaystyle="true"><mrow>{content}</mrow></math>'
