"""A screen: where text for a person goes, how wide it is, whether it shows colours, and which characters it has.

Blue is the forward pass, orange the backward pass. Colours are shown on a terminal, unless NO_COLOR is set.
"""

from __future__ import annotations

import os
import re
import sys
import textwrap
import tokenize
import unicodedata
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Screen", "columns", "filled", "fitted", "fitted_code", "fitted_command", "in_window", "window"]

WITHOUT_A_WINDOW = 100  # columns of running text where nobody says how many there are
FORMULAS_WITHOUT_A_WINDOW = 120

_FORWARD, _BACKWARD, _BOLD, _PLAIN = "\x1b[38;5;32m", "\x1b[38;5;166m", "\x1b[1m", "\x1b[0m"
_ASCII = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "·": "*",
        "≈": "~=",
        "…": "...",
        "η": "lr",
        "←": "<-",
        "→": "->",
        "∂": "partial ",
        "σ": "sigmoid",
        "′": "'",
    }
    | {
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "•": "*",
        "◦": "o",
        "─": "-",
        "│": "|",
        "┼": "+",
        "√": "sqrt",
        "½": "1/2",
        "∏": "product of",
    }
    | {"Σ": "sum of", "Φ": "Phi", "×": "x", "λ": "lambda", "ᵀ": "^T", "ᵢ": "_i", "∘": "o"}
    | dict(zip("▁▂▃▄▅▆▇█░○●", "_.-:=+*#:o@", strict=True))  # curves and maps
    | dict.fromkeys("⎡⎢⎣", "[")
    | dict.fromkeys("⎤⎥⎦", "]")
    | dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
    | {
        sign: f"^{digit}"
        for sign, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣᶻᴸⁿ", [*"0123456789", "-", "x", "z", "L", "n"], strict=True)
    }
)
_SECTIONS = {"forward": _FORWARD, "backward": _BACKWARD, "chain": _BACKWARD, "derivatives": _BACKWARD}


def window() -> int | None:
    """How many columns the output has, as COLUMNS or the terminal says; None where it goes elsewhere."""
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted) > 0:
        return int(wanted)
    try:
        return (sys.stdout.isatty() and os.get_terminal_size(sys.stdout.fileno()).columns) or None
    except (OSError, ValueError):
        return None


class Screen:
    """Where the output goes: how wide it is, whether it shows colours, and the characters it can write."""

    def __init__(self) -> None:
        out = sys.stdout
        terminal = out.isatty()
        self.window = window()
        self.colours = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        try:
            "−·σ∂≈²₁←→⁻".encode(out.encoding or "utf-8")  # a text in memory takes any character
            self.style = "text"
        except (UnicodeEncodeError, LookupError):
            self.style = "ascii"
            if hasattr(out, "reconfigure"):
                out.reconfigure(errors="replace")

    @property
    def width(self) -> int:
        """The columns for running text."""
        return self.window or WITHOUT_A_WINDOW

    def heading(self, text: str) -> None:
        """A line that stands out."""
        for line in textwrap.wrap(text, self.width):
            self._write(line, _BOLD)

    def words(self, text: str, indent: str = "") -> None:
        """Running text, broken at the window's edge."""
        lead = " " * (len(text) - len(text.lstrip())) + indent
        lead = lead[: self.width * 2 // 3]
        for line in textwrap.wrap(text, self.width, subsequent_indent=lead, break_on_hyphens=False) or [""]:
            self.line(line)

    def formulas(self, text: str) -> None:
        """A derivation: its sections in their colours, no line wider than the window."""
        colour = ""
        for line in text.splitlines():
            title = line.split(" ", 1)[0]
            if title in _SECTIONS:
                colour = _SECTIONS[title]
            elif not line.startswith(" "):
                colour = ""
            self._write_fitted(line, colour)

    def step(self, text: str, phase: str) -> None:
        """One step of a pass, in the colour of its phase; on one line where there is no window."""
        colour = _FORWARD if phase == "forward" else _BACKWARD
        (self._write if self.window is None else self._write_fitted)(text, colour)

    def _write_fitted(self, line: str, colour: str) -> None:
        for piece in fitted(line, self.window):
            self._write(piece, colour)

    def raw(self, text: str) -> None:
        """Text for another program: LaTeX, MathML, Markdown."""
        print(text)

    def _write(self, line: str, colour: str) -> None:
        self.line(f"{colour}{line}{_PLAIN}" if colour and self.colours and line else line)

    def line(self, text: str = "") -> None:
        """One line as it is, in the characters that the output has."""
        print(text if self.style == "text" else text.translate(_ASCII))

    def forward(self, text: str) -> str:
        """A value, in its colour."""
        return f"{_FORWARD}{text}{_PLAIN}" if self.colours else text

    def backward(self, text: str) -> str:
        """A gradient, in its colour."""
        return f"{_BACKWARD}{text}{_PLAIN}" if self.colours else text


def filled(text: str, window: int | None) -> list[str]:
    """A sentence in lines as wide as the window, indented from the second on; one line where there is none."""
    if not text or window is None:
        return [text] if text else []
    return textwrap.wrap(text, window, subsequent_indent="  ", break_on_hyphens=False)


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fitted(line: str, window: int | None = None) -> Iterator[str]:
    """A line in pieces as wide as the window: a sentence is broken between words, a formula before a sign."""
    running, room = window or WITHOUT_A_WINDOW, window or FORMULAS_WITHOUT_A_WINDOW
    column = line.rfind("   ") + 3 if "   " in line.strip() else 2  # where the last cell of a row begins
    is_sentence = line.endswith((".", ":")) and not line.startswith(" ")  # about the formulas
    if is_sentence and columns(line) > running and column <= running * 2 // 3:
        glued = re.sub(r"\S+ = \S+ in place of \S+", lambda found: found[0].replace(" ", "\xa0"), line)
        wrapped = textwrap.wrap(glued, running, subsequent_indent=" " * column, break_on_hyphens=False)
        yield from (piece.replace("\xa0", " ") for piece in wrapped)
        return
    if columns(line) <= room:
        yield line
        return
    relation = next((place for sign in (" = ", " ≈ ", " ~= ") if (place := line.find(sign)) >= 0), None)
    indent = min(relation + 1 if relation is not None else len(line) - len(line.lstrip()) + 2, room // 2)
    is_row = len(re.findall(r"(?<=\S)   ", line)) > 1
    if is_row and relation is not None and relation > column and column <= room * 2 // 3:  # a cell with a formula
        indent = column
    while columns(line) > room:
        end = room
        while columns(line[:end]) > room:
            end -= 1
        start = len(line) - len(line.lstrip()) + 1
        reason = line.rfind("   since ", start, end + 1)
        signs = ("   since ",) if reason > indent else (" = ", " ≈ ", " ~= ", " + ", " · ", " * ", "   ")
        place = max((line.rfind(sign, start, end + 1) for sign in signs), default=-1)
        place = place if place > indent else line.rfind(" ", max(start, indent), end + 1)
        if place <= indent:
            place = end
        yield line[:place].rstrip()
        line = " " * indent + line[place:].lstrip()
    yield line


def in_window(text: str) -> str:
    """A text for the window, each line `fitted`; as it is where there is no window."""
    room = window()
    return text if room is None else "\n".join(piece for line in text.splitlines() for piece in fitted(line, room))


def fitted_code(code: str, window: int) -> Iterator[str]:
    """Python at the prompt, or set in by four blanks, in lines as wide as the window.

    A line is broken inside brackets, behind a comma or before a sign, so that it still runs when it is copied.
    """
    lines = code.splitlines()
    further = "... " if lines[0].startswith(">>> ") else "    "
    places = _places([line[4:] for line in lines])
    for number, line in enumerate(lines):
        lead, rest, opened = line[:4], line[4:], dict[int, int]()  # where a bracket of this line stands now
        base = start = len(rest) - len(rest.lstrip())
        indent = base
        while 4 + indent + columns(rest[start:]) > window:
            here = [one for one in places.get(number, []) if one.column > start]
            here = [one for one in here if 4 + indent + columns(rest[start : one.column].rstrip()) <= window]
            if not here:
                break
            best = max(here, key=lambda one: (-one.depth, one.is_comma, one.column))
            opened |= {one.bracket: one.bracket - start + indent for one in here if one.bracket > start}
            yield f"{lead}{' ' * indent}{rest[start : best.column].rstrip()}"
            wanted = opened.get(best.bracket, base)
            indent = base + 4 if best.depth == _LAST_RESORT or wanted > window // 2 else wanted
            start, lead = best.column, further
        last = f"{lead}{' ' * indent}{rest[start:]}".rstrip()
        yield from [last] if columns(last) <= window else textwrap.wrap(last, window, subsequent_indent=further)


class _Place(NamedTuple):
    """Where a line of Python may be broken: inside how many brackets, and where the innermost one of this line ends."""

    column: int
    depth: int
    bracket: int  # 0 for one that an earlier line has opened
    is_comma: bool


_SIGNS = ("for", "if", "else", "and", "or", "+", "-", "*", "/")
_LAST_RESORT = 1000  # more than any number of brackets


def _places(lines: list[str]) -> dict[int, list[_Place]]:
    """The places at which each line may be broken, but for those that no bracket holds together."""
    found: dict[int, list[_Place]] = {}
    brackets: list[tuple[int, int]] = []
    targets = False  # between for and in, where a comma does not end anything
    for token in tokenize.generate_tokens(StringIO("\n".join(lines)).readline):
        (row, start), end, word = token.start, token.end[1], token.string
        targets = word == "for" or (targets and word != "in")
        if word in tuple(")]}"):
            brackets.pop()
        place = None
        if word in tuple("([{"):
            brackets.append((row, end))
            place = _Place(end, _LAST_RESORT, 0, is_comma=False)
        elif brackets and ((word == "," and not targets) or word in _SIGNS):
            opened, bracket = brackets[-1]
            column = end + lines[row - 1][end:].startswith(" ") if word == "," else start
            place = _Place(column, len(brackets), bracket if opened == row else 0, word == ",")
        if place:
            found.setdefault(row - 1, []).append(place)
    return found


def fitted_command(command: str, window: int) -> Iterator[str]:
    """A shell's command in lines as wide as the window, each but the last ending with the sign that it goes on."""
    words = re.findall(r'(?:"[^"]*"|\S)+', command)
    lead = command[: len(command) - len(command.lstrip())]
    line = lead + words[0]
    for word in words[1:]:
        if columns(f"{line} {word} \\") > window and line.strip():
            yield f"{line} \\"
            line = f"{lead}    {word}" if columns(f"{lead}    {word} \\") <= window else f"{lead}{word}"
        else:
            line = f"{line} {word}"
    yield line
