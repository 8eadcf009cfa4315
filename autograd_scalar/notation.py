"""How a name is written for the eye: trailing digits as subscripts, Greek names as letters, everything escaped.

One writer for each kind of output: Unicode text, ASCII, LaTeX and MathML; and the escapes for other people's text in
LaTeX, HTML and DOT.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["counted", "display", "displayed", "escape", "listed", "look", "ordinal"]

# Only the letters that are not also Latin ones, and that LaTeX has by name.
_GREEK_NAMES = {
    letter: unicodedata.name(letter).rpartition(" ")[2].lower().replace("lamda", "lambda")
    for letter in "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"
}
_GREEK_NAMES |= {letter: name.title() for letter, name in _GREEK_NAMES.items() if letter.isupper()}
_GREEK = {name: letter for letter, name in _GREEK_NAMES.items()}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_QUOTES = ("'", '"')

_PATH = re.compile(r"""[^\W\d]\w*(?:\.[^\W\d]\w*|\[-?\d+(?:, -?\d+)*\]|\["[^"]*"\]|\['[^']*'\])*""")
_STEP = re.compile(r"""\.?\w+|\["[^"]*"\]|\['[^']*'\]|\[[^"'\]]*\]""")
_NUMBERED = re.compile(r"([^\W\d_](?:[^\W\d]*[^\W\d_])?)(_?)([0-9]+)")
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_LATEX = str.maketrans(
    {char: "\\" + char for char in "{}$&#%_"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)
_DOT = str.maketrans({char: "\\" + char for char in '\\"{}|<>'})
_ESCAPES: dict[str, Callable[[str], str]] = {
    "latex": lambda text: text.translate(_LATEX),
    "html": html.escape,
    "dot": lambda text: text.translate(_DOT),
}


class _Style(NamedTuple):
    """How one kind of output writes the parts of a name."""

    text: Callable[[str], str]  # anything, such as a label of several words
    word: Callable[[str], str]  # w, loss, α
    numbered: Callable[[str, str, str], str]  # a word as it is written already, `_` or nothing, and its digits
    bracket: Callable[[str], str]  # what stands in brackets: 0, or "b" with its quotes
    letters: dict[str, str] = _GREEK  # words that are written as another word
    dot: str = "."
    whole: Callable[[list[str]], str] = "".join


def _clean(text: str) -> str:
    """Text that fits on one line of any file: white space as blanks, no control characters, no half characters."""
    return text if text.isprintable() else _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", re.sub(r"\s", " ", text))


def escape(text: str, target: str) -> str:
    r"""Escape any text of a user's, for `target`: "latex" (in text), "html" (and XML) or "dot" (between quotes).

    The result has no line breaks and no control characters. A `dot` text is safe in a record's label too.

    >>> escape("a_b & c", "latex"), escape("a < b", "html"), escape('say "a"', "dot")
    ('a\\_b \\& c', 'a &lt; b', 'say \\"a\\"')
    """
    return _ESCAPES[target](_clean(text))


def _ascii(text: str) -> str:
    return _clean(text).encode("ascii", "backslashreplace").decode()


def _latex_text(text: str) -> str:
    return rf"\text{{{escape(text, 'latex')}}}"


def _latex_word(word: str) -> str:
    if word in _GREEK_NAMES:
        return "\\" + _GREEK_NAMES[word]
    if not word.isascii():
        return _latex_text(word)
    return word if len(word) == 1 and word != "_" else rf"\mathrm{{{escape(word, 'latex')}}}"


def _mathml(tag: str) -> Callable[[str], str]:
    return lambda text: f"<{tag}>{escape(text, 'html')}</{tag}>"


_STYLES = {
    "text": _Style(_clean, str, lambda word, _, digits: word + digits.translate(_SUBSCRIPTS), "[{}]".format),
    "ascii": _Style(
        _ascii,
        _ascii,
        lambda word, gap, digits: word + gap + digits,
        lambda inside: f"[{_ascii(inside)}]",
        letters=_GREEK_NAMES,
    ),
    "latex": _Style(
        _latex_text,
        _latex_word,
        lambda word, _, digits: f"{word}_{digits}" if len(digits) == 1 else f"{word}_{{{digits}}}",
        lambda inside: f"[{_latex_text(inside) if inside[0] in _QUOTES else inside}]",
    ),
    "mathml": _Style(
        _mathml("mtext"),
        _mathml("mi"),
        lambda word, _, digits: f"<msub>{word}<mn>{digits}</mn></msub>",
        lambda inside: f"<mo>[</mo>{_mathml('mtext' if inside[0] in _QUOTES else 'mn')(inside)}<mo>]</mo>",
        dot="<mo>.</mo>",
        whole=lambda parts: parts[0] if len(parts) == 1 else f"<mrow>{''.join(parts)}</mrow>",
    ),
}


def display(name: str, style: str = "text", *, as_typed: bool = False) -> str:
    r"""Write a name for the eye: trailing digits as subscripts, Greek names as letters.

    Args:
        name: a name as `read_names` gives it, or any label.
        style: "text", "ascii", "latex" (for math mode) or "mathml"; the last two are escaped already.
        as_typed: without subscripts and letters; for names that would look alike, see `displayed`.

    >>> [display(name) for name in ("w1", "alpha", "x_12", "learning_rate", "layers[0].w1[2]", 'p["b"]')]
    ['w₁', 'α', 'x₁₂', 'learning_rate', 'layers[0].w₁[2]', 'p["b"]']
    >>> [display(name, "latex") for name in ("w1", "beta12", "loss", "learning_rate", "w[0]")]
    ['w_1', '\\beta_{12}', '\\mathrm{loss}', '\\mathrm{learning\\_rate}', 'w[0]']
    """
    write = _STYLES[style]
    if not _PATH.fullmatch(name):
        return write.text(name)
    parts = []
    for step in _STEP.findall(name):
        if step[0] == "[":
            parts.append(write.bracket(step[1:-1]))
            continue
        if step[0] == ".":
            parts.append(write.dot)
        parts.append(_displayed_word(step.lstrip("."), write, as_typed=as_typed))
    return write.whole(parts)


def _displayed_word(word: str, write: _Style, *, as_typed: bool) -> str:
    if as_typed:
        return write.word(word)
    numbered = _NUMBERED.fullmatch(word)
    base, *number = numbered.groups() if numbered else (word,)
    shown = write.word(write.letters.get(base, base))
    return write.numbered(shown, *number) if number else shown


def displayed(names: Iterable[str], style: str = "text") -> dict[str, str]:
    """Write the names that are shown together; those that would look alike are all written as they were typed.

    >>> displayed(["w1", "w_1", "x1"])
    {'w1': 'w1', 'w_1': 'w_1', 'x1': 'x₁'}
    """
    different = dict.fromkeys(names)
    alike = Counter(map(look, different))
    return {name: display(name, style, as_typed=alike[look(name)] > 1) for name in different}


def look(name: str) -> str:
    """What two names have in common that a reader would take for one: also the quotes and blanks one may type."""
    return unicodedata.normalize("NFKC", display(name).replace("'", '"').replace(" ", ""))


def listed(texts: Sequence[str], limit: int = 4) -> str:
    """``a, b and c``; of very many the first few, and how many more."""
    shown = list(texts[:limit] if len(texts) > limit + 1 else texts)
    more = len(texts) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more:,} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def counted(count: int, noun: str) -> str:
    """``1 step``, ``10 steps``, ``1,000 steps``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def ordinal(n: int) -> str:
    """1st, 2nd, 3rd, 4th, …, 11th, …, 21st."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
