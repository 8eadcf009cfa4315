"""A screen: where text for a person goes, how wide it is, whether it shows colours, and which characters it has.

Blue is the forward pass, orange the backward pass. Colours are shown on a terminal, unless NO_COLOR is set.
"""

from __future__ import annotations

import os
import sys
import textwrap
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Screen", "columns", "fitted"]

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
        "∂": "d",
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


class Screen:
    """Where the output goes: how wide it is, whether it shows colours, and the characters it can write."""

    def __init__(self) -> None:
        out = sys.stdout
        terminal = out.isatty()
        wanted = os.environ.get("COLUMNS", "")
        window = int(wanted) if wanted.isdecimal() and int(wanted) > 0 else None
        if window is None and terminal:
            try:
                window = os.get_terminal_size(out.fileno()).columns or None
            except (OSError, ValueError):
                window = None
        self.window = window
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
        for line in textwrap.wrap(text, self.width, subsequent_indent=lead[: self.width // 2]) or [""]:
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


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def fitted(line: str, window: int | None = None) -> Iterator[str]:
    """A line in pieces as wide as the window: a sentence is broken between words, a formula before a sign."""
    running, room = window or WITHOUT_A_WINDOW, window or FORMULAS_WITHOUT_A_WINDOW
    if line.endswith(".") and not line.startswith(" ") and columns(line) > running:  # a sentence about the formulas
        column = line.rfind("   ") + 3 if "   " in line else min(2, running // 2)
        if column <= running * 2 // 3:
            yield from textwrap.wrap(line, running, subsequent_indent=" " * column)
            return
    if columns(line) <= room:
        yield line
        return
    relation = next((place for sign in (" = ", " ≈ ", " ~= ") if (place := line.find(sign)) >= 0), None)
    indent = min(relation + 1 if relation is not None else len(line) - len(line.lstrip()) + 2, room // 2)
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
