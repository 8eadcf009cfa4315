"""A text in lines: titles, reasons and plain words are set aside, each line of the rest is parsed."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from ...errors import UsageError
from .asides import without_asides, without_joining
from .lexer import Lexer
from .parser import Parser
from .signs import CONSTANTS, function_called
from .written import Reading, Statement, typing_error

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["read"]

LONGEST = 200_000  # characters of a text
_TITLE = re.compile(r"\s*(?:forward|backward|chain|derivatives|update)(?:\s{2,}|\s*:)\s*")
_MARK = re.compile(
    r"\s*(?:[0-9]{1,3}[.)]\s+|[-*•‣]\s+|(?:[Ss]tep\s+[0-9]+|[A-Za-z][a-z]+(?:\s+[a-zA-Z]+){0,4})\s*:(?!=)\s*|>\s+)"
)
_REASON = re.compile(
    r"[,(]?\s?(?:\\text\{[^{}=]*?)?\b(?:since|because)\b.*|\\q?quad\s?\\text\{.*|(?<=\s\s\s)the seed\s*$"
)
_RELATION = re.compile(r"[=≈←≔]|\\approx|<-|\\(?:gets|leftarrow|coloneqq?)\b")
_CONTINUES = re.compile(r"[\s&]*(?:=|≈|~=|\\approx)")
_RESULT = re.compile(r"\s*\S+\s*:\s*[^=]*(?:→|->)[^=]*$")
_JOINING = ("and", "or", "not", "if", "else", "otherwise")
_FORMULA = re.compile(r"\$\$[^$]+\$\$|\$[^$\n]+\$")
_CUT = re.compile(r"[;,.:!?](?=\s|$)|\n")
_BLANK = " \t\r\n.,;:&"
_CASES = re.compile(r"\\begin\s*\{[dr]?cases\}.{0,2000}?\\end\s*\{[dr]?cases\}", re.DOTALL)
_WORD = re.compile(r"(?<![^\s(])[^\W\d_]{2,}(?=[\s,.:;!?)]|$)")


def read(text: str, known: Callable[[str], bool] | None = None, *, odd: Collection[str] = ()) -> Reading:
    """Read what a person wrote: one statement or several, on one line or several.

    `known` says whether a name is one of the graph's; then ``wx`` may mean w·x, and words between formulas are told
    from names. `odd` are known names that do not look like names, such as labels of two words.

    Raises `UsageError`, with the place marked, for what cannot be read.

    >>> reading = read("dL/da = 2(a − y) = 2·(7 − 5) = 4")
    >>> [member.text for member in reading.statements[0].members]
    ['dL/da', '2(a − y)', '2·(7 − 5)', '4']
    >>> read("dL/da = 2(a - y")
    Traceback (most recent call last):
        ...
    autograd_scalar.errors.UsageError: this bracket is not closed
        dL/da = 2(a - y
                 ^
    """
    if not isinstance(text, str):
        raise UsageError(f"a derivation is text, not {text!r}")
    if len(text) > LONGEST:
        raise UsageError(f"this text has {len(text):,} characters; at most {LONGEST:,} are read")
    plain, words = _without_prose(without_asides(text, known))
    told = without_joining(plain, known, odd)
    lexer = Lexer(told, odd)
    statements: list[Statement] = []
    for number, start, stop in _logical_lines(told, plain):
        pieces = [(start, stop)]
        if _is_prose(plain[start:stop], known):
            pieces = _told_in_words(told, start, stop, known)
        if not pieces:
            words.append(" ".join(text[start:stop].split()))
        for begin, end in pieces:
            tokens = lexer.tokens(begin, end)
            if tokens:
                statements += Parser(text, tokens, known).statements(number)
    if not statements:
        among = ": an equation stands on a line of its own, without other words" if _RELATION.search(text) else ""
        raise typing_error(text, 0, f"there is no formula here{among}")
    return Reading(text, tuple(statements), tuple(words))


def _without_prose(text: str) -> tuple[str, list[str]]:
    """A document with formulas between dollar signs: blanks for what stands around them, and that, in lines.

    Each character keeps its place. A formula without a relation, ``Compute $dL/da$``, is only mentioned.
    Where nothing stands around the formulas, or relations do, the text is left as it is.
    """
    formulas = list(_FORMULA.finditer(text))
    around = _FORMULA.sub(" ", text)
    if not formulas or not around.strip(_BLANK) or _RELATION.search(around):
        return text, []
    told = list(re.sub(r"[^\n]", " ", text))
    for formula in formulas:
        if _RELATION.search(formula[0]):
            told[formula.start() : formula.end()] = formula[0]
            told[formula.end() - 1] = ";"  # another may follow in this line
    lines = (" ".join(line.strip(_BLANK).split()) for line in around.splitlines())
    return "".join(told), [line for line in lines if line]


def _logical_lines(text: str, plain: str) -> list[tuple[int, int, int]]:
    """(number, start, end) of each line, without titles and reasons; one that begins with = goes on with the last.

    In `plain` the joining words still stand, for titles and reasons are made of them.
    """
    found: list[tuple[int, int, int]] = []
    choices_as_one = _CASES.sub(lambda choice: " " * len(choice[0]), text)
    breaks = list(re.finditer(r"\n|\\\\[ \t]{0,9}\n?", choices_as_one))
    starts = [0, *(match.end() for match in breaks)]
    ends = [*(match.start() for match in breaks), len(text)]
    for number, (whole_start, whole_end) in enumerate(zip(starts, ends, strict=True), 1):
        start, end = whole_start, whole_end
        for pattern in (_TITLE, _MARK):
            match = pattern.match(plain, start, end)
            if match and _RELATION.search(text, match.end(), end):
                start = match.end()
        reason = _REASON.search(plain, start, end)
        if reason:
            end = reason.start()
        if not text[start:end].strip(" \t\r&$"):
            continue
        if found and _CONTINUES.match(text, start, end) and not _cut_between(text, found[-1][2], whole_start):
            found[-1] = (found[-1][0], found[-1][1], end)
            continue
        found.append((number, start, end))
    return found


def _told_in_words(told: str, start: int, stop: int, known: Callable[[str], bool] | None) -> list[tuple[int, int]]:
    """The equations among plain words, ``the factors multiply to 8, so dL/dw = 8``; none where one has words in it."""
    cuts = [start, *(cut.end() for cut in _CUT.finditer(told, start, stop)), stop]
    pieces = [piece for piece in pairwise(cuts) if _RELATION.search(told, *piece)]
    return [] if any(_unknown_words(told[begin:end], known) for begin, end in pieces) else pieces


def _cut_between(text: str, start: int, stop: int) -> bool:
    """Whether something other than a line break was cut off between two lines."""
    return bool(text[start:stop].strip(" \t\r\n\\&"))


def _unknown_words(line: str, known: Callable[[str], bool] | None) -> list[str]:
    """The plain words in a line that are no names and no functions."""
    bare = re.sub(r"\\(?:text|mathrm|operatorname|begin|end)\s*\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}", " ", line)
    words = [word for word in _WORD.findall(bare) if word.isalpha() and word not in (*_JOINING, *CONSTANTS)]
    unknown = [word for word in words if not function_called(word)]
    if known is None:
        return unknown
    return [word for word in unknown if not known(word) and not (word[0] == "d" and known(word[1:]))]


def _is_prose(line: str, known: Callable[[str], bool] | None) -> bool:
    """Plain words: three and more that are no names, or a line of our own that has no formula in it."""
    if (
        line.lstrip().startswith("Names:")
        or re.fullmatch(r"[\s&]*\\text\{(?:[^{}\\]|\\.|\{[^{}]*\})*\}\s*", line)
        or (len(line) < 400 and _RESULT.match(line))
    ):
        return True
    unknown = _unknown_words(line, known)
    is_title = re.fullmatch(r"\s*[^\W\d_]{2,}(?:\s+[^\W\d_]{2,}){0,5}\s*:\s*", line)
    return (
        len(unknown) >= 3
        or bool(is_title and unknown)
        or (len(unknown) == 2 and not _RELATION.search(line) and not re.search(r"[-+*/^·×()−\\]", line))
    )
