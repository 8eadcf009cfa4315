"""Lines of a derivation: what equals what, and why. Data first; each style prints it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape as html_escape
from itertools import takewhile
from typing import TYPE_CHECKING

from ..notation import plain
from ..ops import table
from ..screen import in_window
from .exactness import differ, exactly
from .numbers import DIGITS, is_exact
from .styles import style_for
from .terms import (
    Bars,
    Call,
    Condition,
    Derivative,
    Negated,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Symbol,
    Term,
    from_inside,
    plugged,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .styles import Style

__all__ = ["Equation", "Section", "Typeset", "names_in", "walk"]


@dataclass(frozen=True, slots=True)
class Equation:
    """``left = members… = value``, each member a term; the last is the number, where there is one.

    `reason` is a condition that decided something (``z > 0``), `note` a few plain words. `relations` are what stands
    before the first members where that is no ``=``: ``w ← w − η·dL/dw``, and ``L: 4 → 0.16``.
    """

    left: Term
    members: tuple[Term, ...]
    reason: Condition | None = None
    note: str = ""
    relations: tuple[str, ...] = ()

    @property
    def value(self) -> float:
        """The number that the line ends in."""
        return self.members[-1].value

    def parts(self, style: Style) -> list[tuple[str, str]]:
        """(relation, text) for each member that says something new; ``=`` only where nothing was dropped.

        Dropped by rounding for show, or by floats: 10¹⁶ + 1 ≈ 10¹⁶. What is 0 as it stands, for a factor that is 0 or a
        relu that is shut, is 0 whatever was dropped.
        """
        parts: list[tuple[str, str]] = []
        seen = {style.write(self.left)}
        exact = True
        last = len(self.members) - 1
        before: Term | None = None
        for place, member in enumerate(self.members):
            text = style.write(member)
            kept = all(is_exact(one.value, style.digits) for one in walk(member) if isinstance(one, Number))
            exact = exact and kept
            if exact and before is not None and differ(exactly(before), exactly(member)):
                exact = False
            if text in seen and place < last:
                continue
            if parts and parts[-1][1] == text:
                if place == last and not _is_zero(member):
                    parts[-1] = (style.equals if exact else style.almost, text)
                continue
            seen.add(text)
            if place < len(self.relations):
                parts.append(({"←": style.gets, "→": style.arrow, ":": style.colon}[self.relations[place]], text))
                before = member
                continue
            holds = exact or (kept and before is not None and _are_zero(before, member))
            parts.append((style.equals if holds else style.almost, text))
            before = member
        return parts

    def because(self, style: Style) -> str:
        """``since z = 7 > 0``, or nothing."""
        if self.reason is None:
            return self.note
        words = style.words(f"{style.since} " if style.name in ("latex", "mathml") else style.since)
        return style.equation([words, style.write(with_numbers(self.reason))])


def with_numbers(condition: Condition) -> Condition:
    """``z > 0`` with the numbers of its names beside them: ``z = 7 > 0``."""
    if len(condition.parts) == 3 and condition.parts[1] == "=" and condition.value:
        left, word, right = condition.parts
        assert isinstance(right, Term)
        if isinstance(right, Number):  # x = 0, not x = 0 = 0
            return condition
        return Condition(condition.value, (left, word, right, word, Number(right.value)))  # a = b = 2
    parts: list[Term | str] = []
    for place, part in enumerate(condition.parts):
        if isinstance(part, Condition):
            parts.append(with_numbers(part))
        elif isinstance(part, str | Number):
            parts.append(part)
        elif place == 0:
            parts += [part, "=", Number(part.value)]
        else:
            parts += [Number(part.value), "=", part]
    return Condition(condition.value, tuple(parts))


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of lines: "forward", "backward", "chain". A line may be plain words."""

    title: str
    lines: tuple[Equation | str, ...]


def _are_zero(before: Term, member: Term) -> bool:
    return _is_zero(member) and (_is_zero(before) or exactly(before) == 0)


def _is_zero(term: Term) -> bool:
    """Whether a term is 0 as it is written, and no product of small numbers that was rounded to 0."""
    known: dict[int, bool] = {}
    for part in from_inside(term):
        known[id(part)] = _is_zero_with(part, known)
    return known[id(term)]


def _is_zero_with(term: Term, known: Mapping[int, bool]) -> bool:
    match term:
        case Product(factors=parts):
            return term.value == 0 and any(known[id(part)] for part in parts)
        case Sum(terms=parts):
            return all(known[id(part)] for part in parts)
        case Negated(term=inner) | Bars(term=inner) | Root(term=inner) | Quotient(top=inner) | Power(base=inner):
            return term.value == 0 and known[id(inner)]
        case Call(name=name):
            return term.value == 0 and name in table and bool(table[name].kinks)  # on its flat piece
    return term.value == 0


def names_in(terms: Iterable[Term]) -> list[str]:
    """All names that occur, each once, in order."""
    found: dict[str, None] = {}
    for term in terms:
        for one in walk(term):
            if isinstance(one, Symbol):
                found[one.name] = None
            elif isinstance(one, Derivative):
                found[one.of] = None
                found[one.wrt] = None
    return list(found)


class Typeset:
    """Something with sections, printed in every style. Subclasses have `sections`, `notes` and `digits`."""

    __slots__ = ()

    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    digits: int | None

    def _style(self, name: str) -> Style:
        terms: list[Term] = []
        for section in self.sections:
            for line in section.lines:
                if isinstance(line, Equation):
                    terms += [line.left, *line.members]
        return style_for(name, self.digits, names_in(terms))

    def _lines(self, name: str) -> str:
        style = self._style(name)
        width = max((len(section.title) for section in self.sections), default=0)
        written: list[str] = []
        for section in self.sections:
            indent = width + 2 if width else 0
            for place, row in enumerate(_rows(section, style, LINE - indent)):
                title = section.title if place == 0 else ""
                written.append(f"{title:{indent}}{row}".rstrip())
        return "\n".join([*written, *self.notes])

    def text(self) -> str:
        """Unicode text, as on paper."""
        return self._lines("text")

    def ascii(self) -> str:
        """The same in ASCII; each side of an equation is what Python evaluates."""
        return plain(self._lines("ascii"))

    def latex(self) -> str:
        """An ``aligned`` environment for math mode."""
        style = self._style("latex")
        rows = [row for section in self.sections for row in _latex_rows(section, style)]
        return _aligned([*rows, *(rf"& {style.words(note)}" for note in self.notes)])

    def markdown(self) -> str:
        """Markdown with the LaTeX in it, one block for each section."""
        style = self._style("latex")
        blocks = []
        for section in self.sections:
            title = f"**{section.title}**\n\n" if section.title else ""
            blocks.append(f"{title}$$\n{_aligned(_latex_rows(section, style))}\n$$")
        return "\n\n".join([*blocks, *self.notes])

    def mathml(self) -> str:
        """One ``<math>`` element: a table with a row for each line, the equals signs below each other."""
        return self._mathml(self.notes)

    def _mathml(self, notes: Sequence[str]) -> str:
        style = self._style("mathml")
        rows = []
        for section in self.sections:
            for place, line in enumerate(section.lines):
                title = f"<mtext>{section.title}</mtext>" if place == 0 and section.title else ""
                if isinstance(line, str):
                    rows.append(_mathml_row(title, "", style.words(line)))
                    continue
                parts = "".join(f"{relation}{part}" for relation, part in line.parts(style))
                reason = line.because(style) if line.reason else style.words(line.note) if line.note else ""
                gap = '<mspace width="1.5em"/>' if reason else ""
                rows.append(_mathml_row(title, style.write(line.left), f"{parts}{gap}{reason}"))
        rows += [_mathml_row("", "", style.words(note)) for note in notes]
        table = f'<mtable displaystyle="true">{"".join(rows)}</mtable>'
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{table}</math>'

    def __str__(self) -> str:
        """The text; in a window its lines are no wider than that, and broken at signs and blanks only."""
        return in_window(self.text())

    __repr__ = __str__  # at the prompt, the text itself is what one wants to see

    def _repr_html_(self) -> str:
        fonts = "'Latin Modern Math','STIX Two Math','Cambria Math','DejaVu Math TeX Gyre',math"
        left = self._mathml(()).replace(' display="block"', "", 1)  # in a cell, an answer begins at the left
        words = "".join(f"<p>{html_escape(note)}</p>" for note in self.notes)  # which go on in the next line
        return f'<div style="font-family:{fonts};font-size:1.15em;overflow-x:auto">{left}</div>{words}'

    def _repr_latex_(self) -> str | None:
        return f"$$\n{self.latex()}\n$$"


LINE = 110  # characters; a longer equation is continued on the next line


def _rows(section: Section, style: Style, width: int) -> list[str]:
    """The lines of a section with their equals signs and their reasons in columns."""
    equations = {place: line for place, line in enumerate(section.lines) if isinstance(line, Equation)}
    changes = {place: _change(line, style) for place, line in equations.items() if line.relations[:1] == (":",)}
    equations = {place: line for place, line in equations.items() if place not in changes}
    lefts = {place: style.write(line.left) for place, line in equations.items()}
    left_width = max(map(len, lefts.values()), default=0)
    parts = {place: [f"{relation} {text}" for relation, text in line.parts(style)] for place, line in equations.items()}
    columns = _columns(list(parts.values()))
    texts: dict[int, str] = {}
    for place in equations:
        cells = [lefts[place].ljust(left_width)]
        cells += [cell.ljust(columns[column]) for column, cell in enumerate(parts[place])]
        texts[place] = " ".join(cells).rstrip()
    reasons_at = max(
        (len(texts[place]) for place, line in equations.items() if line.because(style) and len(texts[place]) < 70),
        default=0,
    )
    rows: list[str] = []
    for place, line in enumerate(section.lines):
        if isinstance(line, str) or place in changes:
            rows.append(line if isinstance(line, str) else changes[place])
            continue
        reason = line.because(style)
        text = texts[place]
        if len(text) > width and len(parts[place]) > 1:
            first, *rest = parts[place]
            rows.append(f"{lefts[place].ljust(left_width)} {first}")
            rows += [" " * (left_width + 1) + part for part in rest]
            text = rows.pop()
        rows.append(f"{text.ljust(reasons_at)}   {reason}" if reason else text)
    return rows


def _change(line: Equation, style: Style) -> str:
    """``L: 4 → 0.16``."""
    parts = " ".join(f"{relation} {text}" for relation, text in line.parts(style))
    return f"{style.write(line.left)}{parts}"


def _mathml_row(title: str, left: str, right: str) -> str:
    """A row of the table; browsers take alignment from CSS only."""
    cells = ((title, "left;opacity:.65;padding-right:1.2em"), (left, "right"), (right, "left"))
    written = [f'<mtd style="text-align:{css};padding-block:.3em"><mrow>{cell}</mrow></mtd>' for cell, css in cells]
    return f"<mtr>{''.join(written)}</mtr>"


def _latex_rows(section: Section, style: Style) -> list[str]:
    rows = []
    for line in section.lines:
        if isinstance(line, str):
            rows.append(rf"& {style.words(line)}")
            continue
        parts = " ".join(f"{relation} {part}" for relation, part in line.parts(style))
        reason = line.because(style) if line.reason else style.words(line.note) if line.note else ""
        rows.append(f"{style.write(line.left)} &{parts}" + (rf" \quad {reason}" if reason else ""))
    return rows


def _aligned(rows: list[str]) -> str:
    body = " \\\\\n".join(rows)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _columns(lines: list[list[str]]) -> list[int]:
    """The width of each column of members, where aligning them leaves no wide gaps; else nothing is aligned."""
    if len({len(parts) for parts in lines}) != 1 or len(lines) < 2:
        return [0] * max(map(len, lines), default=0)
    columns = [[len(parts[column]) for parts in lines] for column in range(len(lines[0]))]
    aligned = takewhile(lambda widths: max(widths) - min(widths) <= 16, columns)
    return [*map(max, aligned), *[0] * len(columns)][: len(columns)]


def with_value(left: Term, formula: Term, value: float, digits: int | None = DIGITS) -> Equation:
    """``left = formula = formula with numbers = value``."""
    numbers = plugged(formula, exact=lambda x: is_exact(x, digits))
    return Equation(left, (formula, numbers, Number(value)))
