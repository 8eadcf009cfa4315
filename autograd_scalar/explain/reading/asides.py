r"""What stands around formulas, blanked: remarks, names below braces, labels, joining words. All else keeps its place.

``so dL/dw = \underbrace{2(a-y)}_{dL/da} \cdot x = 8 (chain rule)  # done`` says ``dL/dw = {2(a-y)} \cdot x = 8``.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from .signs import function_called

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["without_asides", "without_joining"]

MOST = 500  # braces with something below or above them
NEAR = 400  # characters beside a word that are looked at

_ASIDES = (
    re.compile(r"(?:(?<=\s)|^)#{1,6}(?=\s|$|[A-Za-z]).*", re.MULTILINE),  # a comment, or a heading of Markdown
    re.compile(r"^[ \t]*(\*\*|__)[^*_=\n]+\1:?[ \t]*$|^[ \t]*(?:```|~~~).*$", re.MULTILINE),
    re.compile(r"^[ \t]*%.*$", re.MULTILINE),
    re.compile(r"\\(?:tag|label|[hv]space|intertext)\*?\{[^{}]*\}|\\(?:no)?tag\b|[`✓✔☑✅]"),
    re.compile(
        r"(?:\\(?:right|[bB]igg?[lr]?))?\s{0,9}\|\s{0,9}_\s{0,9}(?:\{[^{}]*\}|\w)|\\left\s*\."
    ),  # taken at a point
    re.compile(r"(?<=\\\\)\s?\[\s*-?[0-9.]+\s*(?:pt|em|ex|mm|cm|in)\s*\]"),
)
_NAMED = re.compile(r"\\(?:under|over)(?:brace|bracket|line)\s*(?=\{)")
_ABOVE = re.compile(r"\\(?:overset|underset|stackrel)\s*(?=\{)")
_RELATION = re.compile(r"\{\s*(?:[=≈]|\\approx|\\simeq)\s*\}")
_SIDE = re.compile(r"\s*[_^]\s*(?=\{)")
_TEXT = re.compile(r"\\(?:text|textrm|mbox)\s*\{([^{}\\]*)\}")
_REMARK = re.compile(r"(?<=[\w)\]}.])\s+[(\[]([^()\[\]{}=≈<>≤≥*/+^\\]+)[)\]](?=\s*(?:$|[;,.=≈]))", re.MULTILINE)
_GIVEN = re.compile(
    r"(?<=[\w)\]}.])\s+[(\[](?:as|for|with|where|given|using|by|from|see|here)\s[^()\[\]\n]*[)\]](?=\s*(?:$|[;,.]))",
    re.MULTILINE,
)
_IN_FRONT = re.compile(r"^[ \t]*[(\[]([^()\[\]{}=≈*/+^\\\n]+)[)\]](?=[ \t]+[^\s=])", re.MULTILINE)
_IT_IS = re.compile(r"\b(?:the|its|our|my|this)\s+[a-z]{2,}(?:\s+[a-z]{2,})?\s+is\s+(?=[^\s=≈]+\s*[=≈])", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
_IS = re.compile(r",?[ \t]{0,9}\b(?:which|that)\s+(?:is|equals|gives|makes)\s+(?=[-−+(.\d√])")
_ABOUT = re.compile(r"(?<=[=≈])\s*(?:about|approximately|roughly|exactly|just|simply)\s+(?=[-−+(.\d√])")
_CASES = re.compile(r"\\begin\s*\{[dr]?cases\}.{0,2000}?\\end\s*\{[dr]?cases\}", re.DOTALL)
_EQUATION = re.compile(r"[\s;,]+[^=≈<>≤≥;\n]{1,80}[=≈]")
_OPERAND = re.compile(r"\s*(?::=|[=≈^*/+·×<>≤≥÷←|_'(\[]|\\(?:approx|cdot|times|leq?|geq?)\b|\Z(?!))")

_WORDS = """
    so therefore thus hence then now and also but finally first firstly second secondly third thirdly last lastly next
    again here where with thereby consequently accordingly altogether together overall total all as result expected
    before above below we i you get gets got have has find found obtain know see compute write let us can could may
    this that these those it its which follows follow gives give giving yields yield means by using use from via
    in at of the a an on to apply applying chain power product quotient sum rule rules definition calculus
    plug plugging put putting substitute substituting numbers values value multiply multiplying everything them
    point step note recall remember call for per hand done finished qed indeed similarly likewise ok correct
"""
_SMALL = "a i for chain power product quotient sum total result value step point rule numbers values"
_REMARKS = "given chain approx rounded exact exactly checked ok done constant const"
JOINING = frozenset(_WORDS.split())
_MINOR = frozenset(_SMALL.split())  # alone they join nothing
_ONE = frozenset(_REMARKS.split())  # alone in brackets they are a remark


def without_asides(text: str, known: Callable[[str], bool] | None) -> str:
    """The text with blanks for its comments, labels, and for what stands below or above braces."""
    for pattern in _ASIDES:
        text = pattern.sub(lambda found: _blank(found[0]), text)
    if "\\" not in text:
        return text
    text = _TEXT.sub(lambda found: _text(found, known), text)
    for command in (_NAMED, _ABOVE):
        for found in list(islice(command.finditer(text), MOST)):
            text = _without_label(text, found, is_named=command is _NAMED)
    return text


def _without_label(text: str, command: re.Match[str], *, is_named: bool) -> str:
    r"""``\underbrace{2(a-y)}_{dL/da}`` without all but the braces; ``\overset{(1)}{=}`` without all but the sign."""
    start, inside = command.span()
    stop = _closed(text, inside)
    if is_named:
        label = _SIDE.match(text, stop)
        text = _cut(text, start, inside)
        return _cut(text, label.start(), _closed(text, label.end())) if label else text
    relation = _RELATION.match(text, stop)
    if relation is None:
        return text
    text = _cut(text, start, stop)
    return text[: relation.start()] + relation[0].replace("{", " ").replace("}", " ") + text[relation.end() :]


def _closed(text: str, opening: int) -> int:
    """The place behind the brace that closes."""
    depth = 0
    for place in range(opening, min(len(text), opening + 2000)):
        depth += (text[place] == "{") - (text[place] == "}")
        if not depth:
            return place + 1
    return opening


def without_joining(text: str, known: Callable[[str], bool] | None, odd: Collection[str] = ()) -> str:
    """The text with a semicolon for the words that join equations, ``so``, ``and``, ``by the chain rule``.

    A word in brackets is none, nor one that is known or part of an `odd` name, nor one that stands like a name: before
    a sign or behind one.
    Remarks in brackets behind a formula, of two words and more, are blanked.
    """

    def is_name(word: str) -> bool:
        return _is_name(word, known)

    text = _REMARK.sub(lambda found: _blank(found[0]) if _is_remark(found[1], is_name) else found[0], text)
    text = _IN_FRONT.sub(lambda found: _blank(found[0]) if _is_remark(found[1], is_name) else found[0], text)
    text = _GIVEN.sub(lambda found: _blank(found[0]), text)
    text = _IT_IS.sub(lambda found: ";".ljust(len(found[0])), text)
    text = _IS.sub(lambda found: "=".rjust(len(found[0])), text)
    text = _ABOUT.sub(lambda found: _blank(found[0]), text)
    told = list(text)
    bare = _CASES.sub(_masked, text)
    for name in odd:
        bare = bare.replace(name, "1" * len(name))
    for start, stop in _runs(bare, is_name):
        if _is_joining(text, start, stop):
            told[start:stop] = ";" + _blank(text[start + 1 : stop])
    return "".join(told)


def _is_name(word: str, known: Callable[[str], bool] | None) -> bool:
    return known is not None and (known(word) or (word[0] == "d" and known(word[1:])))


def _text(found: re.Match[str], known: Callable[[str], bool] | None) -> str:
    r"""``\text{ so }`` as a semicolon, in which nothing but joining words stands."""
    words = _WORD.findall(found[1])
    if not words or any(word.lower() not in JOINING or _is_name(word, known) for word in words):
        return found[0]
    return ";".ljust(len(found[0]))


def _is_remark(inside: str, is_name: Callable[[str], bool]) -> bool:
    words = _WORD.findall(inside)
    plain = [word for word in words if len(word) > 1 and not is_name(word) and not function_called(word)]
    return bool(plain) and (len(words) > 1 or words[0] in _ONE)


def _masked(found: re.Match[str]) -> str:
    return "1" * len(found[0])


def _runs(bare: str, is_name: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Where joining words stand, side by side, outside brackets."""
    runs: list[tuple[int, int]] = []
    depths = _depths(bare)
    for found in _WORD.finditer(bare):
        start, stop = found.span()
        before, after = bare[max(0, start - 1) : start], bare[stop : stop + 1]
        is_word = found[0].lower() in JOINING and not is_name(found[0]) and not depths[start]
        if not is_word or (before and (before.isalnum() or before in "\\_.}")) or after.isdecimal() or after == "_":
            continue
        if runs and not bare[runs[-1][1] : start].strip(" \t,"):
            runs[-1] = (runs[-1][0], stop)
        else:
            runs.append((start, stop))
    return runs


def _depths(text: str) -> list[int]:
    """How many brackets are open at each character; a line begins with none."""
    depth, depths = 0, []
    for char in text:
        depth = 0 if char == "\n" else max(0, depth + (char in "([{") - (char in ")]}"))
        depths.append(depth)
    return depths


def _is_joining(text: str, start: int, stop: int) -> bool:
    """Whether a run of words joins: it stands like no name, and an ``and`` alone comes before an equation."""
    words = text[start:stop].lower().split()
    before = text[max(0, start - NEAR) : start].rpartition("\n")[2].rstrip()
    after = text[stop : stop + NEAR].partition("\n")[0]
    if _OPERAND.match(after) or before.endswith(tuple("=≈^*/+-−·×<>≤≥÷←|")):
        return False
    if words == ["and"]:
        return bool(_EQUATION.match(after)) and not re.search(r"\b(?:else|otherwise)\b", after)
    return not (len(words) == 1 and words[0] in _MINOR)


def _cut(text: str, start: int, stop: int) -> str:
    return text[:start] + _blank(text[start:stop]) + text[stop:]


def _blank(text: str) -> str:
    """Blanks in place of all but line breaks."""
    return re.sub(r"[^\n]", " ", text)
