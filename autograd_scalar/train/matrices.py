"""Matrices and the equations between them, written for the eye: Unicode text, ASCII, LaTeX, MathML."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..formula.equations import Section, Typeset
from ..formula.numbers import DIGITS, is_exact, number
from ..formula.styles import style_for
from ..formula.terms import Symbol, Term
from ..screen import window
from .matrix_rows import Pieces, Row, as_lines, as_table, pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..formula.styles import Style

__all__ = ["Factor", "MatrixEquation", "MatrixView", "Piece", "Rows", "equation", "name_factor"]

Rows = tuple[tuple[float | None, ...], ...]  # a number that is not there (no node, no adjoint) is None

MOST, LEAST = 8, 3  # rows and columns of a matrix that are shown; columns where the window is narrow
WIDTH = 112  # characters beside each other, where there is no window


@dataclass(frozen=True, slots=True)
class Factor:
    """One matrix of a product: how it is called, whether it is turned over, and its numbers as they stand there."""

    term: Term
    rows: Rows
    transposed: bool = False

    @property
    def T(self) -> Factor:
        """The same, turned over; a single number stays what it is."""
        turned = tuple(zip(*self.rows, strict=True))
        return replace(self, rows=turned, transposed=not self.transposed and len(self.rows) * len(turned) != 1)

    def write(self, style: Style, *, beside: bool = False) -> str:
        """``h₁ᵀ``; ``(1 − H²)`` where it stands beside another factor."""
        text = style.factor(self.term) if beside else style.write(self.term)
        if not self.transposed:
            return text
        return {
            "text": f"{text}ᵀ",
            "ascii": f"{text}.T",
            "latex": rf"{{{text}}}^{{\top}}",
            "mathml": f"<msup>{text}<mo>⊤</mo></msup>",
        }[style.name]


@dataclass(frozen=True, slots=True)
class Piece:
    """One addend of an equation: a matrix product (``·``), or one entry by entry (``∘``), perhaps summed afterwards.

    `summed` is "rows" or "columns" where the rows (the columns) are added up, "all" where all entries are; "routes"
    where the numbers are a sum over routes already.
    """

    factors: tuple[Factor, ...]
    sign: str = "·"
    summed: str = ""

    def write(self, style: Style) -> str:
        """``h₁ᵀ · dy₂``, ``Σ dy₂``."""
        texts = [factor.write(style, beside=len(self.factors) > 1) for factor in self.factors]
        joined = f" {_sign(self.sign, style)} ".join(texts)
        return f"{_sign('Σ', style)} {joined}" if self.summed else joined


_SIGNS = {
    "ascii": {"·": "@", "∘": "*", "Σ": "sum of", "≈": "~="},
    "latex": {"·": r"\,", "∘": r"\circ", "Σ": r"\sum", "≈": r"\approx"},
}


def _sign(sign: str, style: Style) -> str:
    return f"<mo>{sign}</mo>" if style.name == "mathml" else _SIGNS.get(style.name, {}).get(sign, sign)


def shown(rows: Rows, columns: int = MOST) -> list[list[float | str | None]]:
    """The rows and columns that are shown; dots in place of a long middle."""
    picked: list[list[float | str | None]] = [list(_picked(row, "…", columns)) for row in rows]
    if len(picked) > MOST:
        picked = [*picked[: MOST - 2], ["⋮"] * len(picked[0]), picked[-1]]
    return picked


def _picked(row: Sequence[float | None], dots: str, most: int) -> Sequence[float | str | None]:
    return row if len(row) <= most else [*row[: most - 2], dots, row[-1]]


def _written(rows: Rows, style: Style, columns: int) -> list[list[str]]:
    def one(x: float | str | None) -> str:
        if isinstance(x, str):
            return style.words(x) if style.name == "mathml" else _DOTS.get((style.name, x), x)
        return "–" if x is None and style.name != "mathml" else style.words("–") if x is None else style.number(x)

    return [[one(x) for x in row] for row in shown(rows, columns)]


_DOTS = {("latex", "…"): r"\cdots", ("latex", "⋮"): r"\vdots", ("ascii", "…"): "...", ("ascii", "⋮"): "..."}


def equation(left: Factor, pieces: Sequence[Piece], style: Style) -> str:
    """The left matrix, an equals sign, and the matrices on the right."""
    if style.name == "latex":
        return " ".join(part for part in map(str, _parts(left, pieces, style)) if part)
    room = window() or WIDTH
    for columns in range(MOST, LEAST, -1):
        text = _beside(_parts(left, pieces, style, columns), room)
        if max(map(len, text.splitlines())) <= room:
            return text
    return _beside(_parts(left, pieces, style, LEAST), room)


def _pieces(left: Factor, pieces: Sequence[Piece], style: Style) -> tuple[str, ...]:
    """The same in MathML: each sign with the matrix after it."""
    found = [""]
    for part in map(str, _parts(left, pieces, style)):
        if part.startswith("<mo>") and not found[-1].endswith("</mo>"):
            found.append("")
        found[-1] += part
    return tuple(found)


def _parts(left: Factor, pieces: Sequence[Piece], style: Style, columns: int = MOST) -> list[str | list[str]]:
    """Signs, and matrices as lines of text; in LaTeX and MathML as one text each."""
    matrices = [left, *(factor for piece in pieces for factor in piece.factors)]
    exact = all(x is None or is_exact(x, style.digits) for one in matrices for row in one.rows for x in row)
    parts: list[str | list[str]] = [_matrix(left, style, columns), style.equals if exact else _sign("≈", style)]
    for place, piece in enumerate(pieces):
        if place:
            parts.append(_sign("+", style))
        if piece.summed and piece.summed != "routes":
            parts.append(f"{_sign('Σ', style)}{_over(piece.summed, style)}")
        for position, factor in enumerate(piece.factors):
            if position:
                parts.append(_sign(piece.sign, style))
            parts.append(_matrix(factor, style, columns))
    return parts


def _over(summed: str, style: Style) -> str:
    words = {"rows": " over rows", "columns": " over columns", "all": " over all"}[summed]
    if style.name == "latex":
        return rf"_{{\text{{{words.strip()}}}}}"
    return style.words(words)


def _matrix(factor: Factor, style: Style, columns: int) -> str | list[str]:
    cells = _written(factor.rows, style, columns)
    if style.name == "latex":
        body = r" \\ ".join(" & ".join(row) for row in cells)
        return rf"\begin{{bmatrix}} {body} \end{{bmatrix}}"
    if style.name == "mathml":
        rows = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in cells)
        return f'<mtable style="{_BRACKETS}">{rows}</mtable>'
    return _bracketed(cells, plain=style.name == "ascii")


# Brackets stretch only with a font for mathematics; these are drawn: two borders and the four ticks at their ends.
_TICKS = ("left top", "left bottom", "right top", "right bottom")
_BRACKETS = "border:solid;border-width:0 .08em;padding:.1em .35em;margin:0 .15em;background:" + ",".join(
    f"linear-gradient(currentColor,currentColor) {tick}/.3em .08em no-repeat" for tick in _TICKS
)


def _bracketed(cells: list[list[str]], *, plain: bool) -> list[str]:
    """The lines of a matrix in brackets, its numbers aligned at the decimal point."""
    columns = [_aligned(list(column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(row) for row in zip(*columns, strict=True)]
    if len(lines) == 1 or plain:
        return [f"[{line}]" for line in lines]
    last = len(lines) - 1
    sides = [("⎡", "⎤") if place == 0 else ("⎣", "⎦") if place == last else ("⎢", "⎥") for place in range(last + 1)]
    return [f"{left}{line}{right}" for (left, right), line in zip(sides, lines, strict=True)]


def _aligned(column: list[str]) -> list[str]:
    pairs = [(text, "") if "10" in text and "·" in text else text.partition(".")[::2] for text in column]
    before = max(len(whole) for whole, _ in pairs)
    texts = [f"{whole:>{before}}{'.' if rest else ''}{rest}" for whole, rest in pairs]
    width = max(map(len, texts))
    return [text.ljust(width) for text in texts]


def _beside(parts: Sequence[str | list[str]], room: int) -> str:
    """Blocks of lines beside each other, each in the middle; below each other where that is too wide."""
    blocks = [[part] if isinstance(part, str) else part for part in parts]
    if sum(len(block[0]) + 1 for block in blocks) <= room + 1:
        return "\n".join(_joined(blocks))
    lines: list[str] = []
    pending: list[list[str]] = []
    for block, part in zip(blocks, parts, strict=True):
        pending.append(block)
        if not isinstance(part, str):  # a sign stands before its matrix
            lines += _joined(pending)
            pending = []
    return "\n".join(lines)


def _joined(blocks: list[list[str]]) -> list[str]:
    height = max(map(len, blocks))
    padded = []
    for block in blocks:
        above = (height - len(block)) // 2
        padded.append([" " * len(block[0])] * above + block)
    widths = [len(block[0]) for block in blocks]
    rows = zip_longest(*padded, fillvalue=None)
    return [
        " ".join((cell or "").ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def name_factor(name: str, rows: Rows) -> Factor:
    """A matrix called by a name."""
    return Factor(Symbol(0.0, name), rows)


# ---------------------------------------------------------------------------------------------- whole equations


@dataclass(frozen=True, slots=True, repr=False)
class MatrixEquation(Typeset):
    """``dW2 = h1ᵀ · dy2``: the engine's adjoints on the left, the matrices whose product they are on the right.

    `engine` are the adjoints of the scalar pass, `product` what the matrix equation gives, both as rows. `difference`
    is the largest distance between the two; it is 0, or the rounding of a sum in another order. Entries that differ by
    more are listed in `differing`, which is always empty.
    """

    target: str
    because: str
    engine: Rows
    product: Rows
    difference: float
    differing: tuple[str, ...]
    left: Factor
    pieces: tuple[Piece, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS

    @property
    def formula(self) -> str:
        """The equation in names: ``dW₂ = h₁ᵀ · dy₂``."""
        return self.title(style_for("text", self.digits, []))

    def title(self, style: Style) -> str:
        """The equation in names, in a style."""
        plus = "<mo>+</mo>" if style.name == "mathml" else " + "
        return style.equation([self.left.write(style), style.equals, plus.join(p.write(style) for p in self.pieces)])

    def verdict(self) -> str:
        """What comparing the two sides has shown, in words."""
        count = sum(x is not None for row in self.engine for x in row)
        entries, adjoints = (f"{count} entries", "adjoints") if count > 1 else ("one entry", "adjoint")
        if self.differing:
            return f"the two sides differ: {', '.join(self.differing)}"
        if not self.difference:
            return f"{entries}, {'each ' if count > 1 else ''}equal to the engine's adjoint to the last bit"
        most = number(self.difference, 2)
        return f"{entries}, equal to the engine's {adjoints}; adding up in another order rounds off by {most} at most"

    def _lines(self, name: str) -> str:
        style = self._style(name)
        entries = Typeset._lines(self, name)
        blocks = [self.title(style), *([entries] if entries else []), equation(self.left, self.pieces, style)]
        return "\n".join([*blocks, self.verdict()])

    def latex(self) -> str:
        """An ``aligned`` environment: the equation in names, entry by entry, in matrices."""
        style = self._style("latex")
        entries = Typeset.latex(self).removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
        rows = [f"& {self.title(style)}", *([entries] if entries else [])]
        rows += [f"& {equation(self.left, self.pieces, style)}", f"& {style.words(self.verdict())}"]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def markdown(self) -> str:
        """Markdown with the LaTeX in it."""
        return f"$$\n{self.latex()}\n$$"

    def _mathml(self, notes: Sequence[str]) -> str:
        return as_table([*self.rows(), *(Row(words=note, soft=True) for note in notes)])

    def _repr_html_(self) -> str:
        return as_lines(self.rows(), self.notes)

    def rows(self) -> list[Row]:
        """The lines in MathML."""
        known = self._style("mathml")
        style = Pieces(known.digits, known.as_typed)
        rows = [Row((self.title(style),), begins=True)]
        for section in self.sections:
            for line in section.lines:
                if isinstance(line, str):
                    rows.append(Row(words=line))
                    continue
                rows.append(Row(pieces_of(style.write(line.left), line.parts(style))))
        rows += [Row(_pieces(self.left, self.pieces, style)), Row(words=self.verdict(), soft=True)]
        return rows


@dataclass(frozen=True, slots=True, repr=False)
class MatrixView(Typeset):
    """All matrix equations of one backward pass, from the loss back. `str` prints them, a notebook typesets them."""

    of: str
    equations: tuple[MatrixEquation, ...]
    forward: tuple[str, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS
    sections: tuple[Section, ...] = field(default=(), repr=False)

    def __getitem__(self, target: str) -> MatrixEquation:
        """The equation of ``dW2`` (or of ``W2``). Raises `UsageError` where there is none."""
        for one in self.equations:
            if target in (one.target, one.target[1:]):
                return one
        known = ", ".join(one.target for one in self.equations)
        raise UsageError(f"there is no matrix equation for {target!r} here; there is one for {known}")

    def __iter__(self) -> Iterator[MatrixEquation]:
        return iter(self.equations)

    def __len__(self) -> int:
        return len(self.equations)

    @property
    def formulas(self) -> tuple[str, ...]:
        """The equations in names."""
        return tuple(one.formula for one in self.equations)

    def _lines(self, name: str) -> str:
        return "\n\n".join(
            ["\n".join(self.forward), *(one._lines(name) for one in self.equations), "\n".join(self.notes)]
        ).strip()

    def latex(self) -> str:
        """An ``aligned`` environment for each equation."""
        return "\n\n".join(one.latex() for one in self.equations)

    def markdown(self) -> str:
        """Markdown with the LaTeX in it, one block for each equation."""
        forward = "\n".join(f"    {line}" for line in self.forward)
        return "\n\n".join([forward, *(one.markdown() for one in self.equations), *self.notes])

    def _mathml(self, notes: Sequence[str]) -> str:
        return as_table([*self._rows(), *(Row(words=note, soft=True) for note in notes)])

    def _repr_html_(self) -> str:
        return as_lines(self._rows(), self.notes)

    def _rows(self) -> list[Row]:
        return [*(Row(words=line) for line in self.forward), *(row for one in self.equations for row in one.rows())]

    def _repr_latex_(self) -> str:
        return "\n\n".join(f"$$\n{one.latex()}\n$$" for one in self.equations)
