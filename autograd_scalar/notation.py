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

__all__ = ["after_d", "counted", "display", "displayed", "escape", "is_path", "listed", "look", "ordinal", "plain"]

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


_RAISED = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True))
_RAISED_RUN = re.compile(f"[{''.join(_RAISED)}]+")
_PLAIN = {
    "−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "≈": "~=", "…": "...", "→": "->", "←": "<-", "∂": "partial ",
    "≤": "<=", "≥": ">=", "≠": "!=", "∞": "inf", "√": "sqrt", "½": "1/2", "′": "'", "’": "'", "‘": "'", "“": '"',
    "”": '"', "\N{REPLACEMENT CHARACTER}": "?",
}  # fmt: skip
_WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|[^\x00-\x7f]")
_ACCENTS = {"CIRCUMFLEX ACCENT": "hat", "MACRON": "bar", "DOT ABOVE": "dot", "DIAERESIS": "ddot"}


def plain(text: str) -> str:
    """Text in ASCII, for a reader: ``5⁵`` is 5**5, w₁ is w1, Greek letters have their names, and accents too.

    >>> plain("∂τ/∂ŷ ≈ 10⁻⁸·Δx₁")
    'partial tau/partial y_hat ~= 10**-8*Deltax1'
    """
    if text.isascii():
        return text
    text = _RAISED_RUN.sub(lambda run: "**" + "".join(map(_RAISED.__getitem__, run[0])), text)
    return _WORD.sub(_plain_word, unicodedata.normalize("NFC", text))


def _plain_word(run: re.Match[str]) -> str:
    letters = "".join(filter(str.isalpha, run[0]))
    is_symbol = len(letters.removeprefix("d")) == 1  # ŷ, or dŷ; in a word, as élan, the accents are dropped
    return "".join([one if one.isascii() else _PLAIN.get(one) or _spelled(one, is_symbol=is_symbol) for one in run[0]])


def _spelled(letter: str, *, is_symbol: bool) -> str:
    """One character in ASCII: what it is made of, or its name."""
    written = []
    for one in unicodedata.normalize("NFKD", letter):
        name = unicodedata.name(one, "")
        word = name.rpartition(" ")[2]
        if one.isascii():
            written.append(one)
        elif one in _PLAIN:
            written.append(_PLAIN[one])
        elif name.startswith("COMBINING "):
            accent = name.removeprefix("COMBINING ")
            written.append("_" + _ACCENTS.get(accent, accent.partition(" ")[0].lower()) if is_symbol else "")
        elif " LETTER " in name and word.isalpha():
            word = word.lower().replace("lamda", "lambda")
            written.append(word.title() if " CAPITAL " in name else word)
        elif one.isalnum():
            written.append(f"u{ord(one):04x}")  # a name is still a name
        else:
            written.append(f"<{name.lower()}>" if name else "?")
    return "".join(written)


def _ascii(text: str) -> str:
    return plain(_clean(text))


_LATEX_SIGNS = {
    "−": "-", "·": r"\cdot", "×": r"\times", "≈": r"\approx", "→": r"\to", "←": r"\leftarrow", "∂": r"\partial",
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∞": r"\infty", "√": r"\surd", "…": r"\dots", "′": "'",
}  # fmt: skip
_LATEX_ACCENTS = {
    "\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot", "\u0308": "ddot", "\u20d7": "vec",
}  # fmt: skip
_LETTERS = re.compile(r"([^\W\d_])([\u0302\u0303\u0304\u0307\u0308\u20d7]?)(?:_([^\W_]+))?")
_NOT_TEXT = re.compile(
    f"(?P<raised>[{''.join(_RAISED)}]+)|(?P<lowered>[₀-₉]+)"
    f"|(?P<sign>[{''.join(map(re.escape, _LATEX_SIGNS))}{''.join(_GREEK_NAMES)}])"
    r"|(?<![^\W\d_])(?P<letter>[^\W\d_])(?P<accent>[\u0302\u0303\u0304\u0307\u0308\u20d7])(?![^\W\d_])"
)


def _in_text(text: str) -> str:
    """Text as it stands in LaTeX between the braces of a text: what only mathematics can write is mathematics there."""
    if text.isascii():
        return text.translate(_LATEX)
    written, at = [], 0
    text = _with_accents_apart(text)
    for found in _NOT_TEXT.finditer(text):
        written.append(unicodedata.normalize("NFC", text[at : found.start()]).translate(_LATEX))
        at = found.end()
        if found["raised"]:
            meant = f"^{{{''.join(map(_RAISED.__getitem__, found[0]))}}}"
        elif found["lowered"]:
            meant = f"_{{{unicodedata.normalize('NFKC', found[0])}}}"
        elif found["sign"]:
            meant = _LATEX_SIGNS.get(found[0]) or "\\" + _GREEK_NAMES[found[0]]
        else:
            meant = _accented(found["letter"], found["accent"])
        written.append(rf"\({meant}\)")  # no dollars: Markdown would take two for the end of a block
    whole = "".join([*written, unicodedata.normalize("NFC", text[at:]).translate(_LATEX)])
    return whole.replace(r"\)\(", "")


def _with_accents_apart(text: str) -> str:
    """The text with its accents as characters of their own; é stays é, which is no mathematics."""
    apart = [unicodedata.normalize("NFD", one) for one in text]
    return "".join([two if two[1:] in _LATEX_ACCENTS else one for one, two in zip(text, apart, strict=True)])


def _accented(letter: str, accent: str) -> str:
    inside = "\\" + _GREEK_NAMES[letter] if letter in _GREEK_NAMES else letter
    return rf"\{_LATEX_ACCENTS[accent]}{{{inside}}}" if accent else inside


_ESCAPES: dict[str, Callable[[str], str]] = {
    "latex": _in_text,
    "html": html.escape,
    "dot": lambda text: text.translate(_DOT),
}


def _latex_text(text: str) -> str:
    return rf"\text{{{escape(text, 'latex')}}}"


def _latex_word(word: str) -> str:
    if word in _GREEK_NAMES:
        return "\\" + _GREEK_NAMES[word]
    if not word.isascii():
        symbol = _LETTERS.fullmatch(_with_accents_apart(word))
        if symbol is None or not (symbol[1].isascii() or symbol[1] in _GREEK_NAMES):
            return _latex_text(word)
        base = _accented(symbol[1], symbol[2])  # σ_sq, ŷ, ŷ_new
        return rf"{base}_{{{_latex_word(symbol[3])}}}" if symbol[3] else base
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
        typed = write.word(word)
        return f"{typed}_" if write.letters is _GREEK_NAMES and typed != word else typed  # beside alpha, α is alpha_
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


def is_path(name: str) -> bool:
    """Whether a name has a dot, as ``model.w``.

    >>> is_path("m.layers[0].w"), is_path("w[0]"), is_path("a label v. 2")
    (True, False, False)
    """
    return "." in name and _PATH.fullmatch(name) is not None


def after_d(name: str) -> str:
    """A name as it stands after a d: in brackets where it has a dot, for dm.w looks like a name of its own.

    >>> after_d("m.layers[0].w"), after_d("w[0]")
    ('(m.layers[0].w)', 'w[0]')
    """
    return f"({name})" if is_path(name) else name


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
