"""What a person says rather than writes: “the gradient of b is 4” for ``dL/db = 4``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["as_written"]

_SAID = re.compile(
    r"\s*(?:(?:so|thus|hence|then|therefore|I\s+(?:think|say|get|got)(?:\s+that)?)\b\s*,?\s*)?"
    r"(?:(?:the|my|its)\s+)?(?P<noun>answer|result|gradient|grad|derivative|slope|it)"
    r"(?:\s+of\s+(?P<of>\S+))?(?:\s+(?:with\s+respect\s+to|w\.?r\.?t\.?|by|for)\s+(?P<by>\S+))?"
    r"\s*(?:\bis\b|\bequals\b|'s\b|=|:(?!.*[=≈]))\s*(?P<rest>[^\s=:][^:]*)",  # a colon before an equation ends a title
    re.IGNORECASE | re.DOTALL,
)
_IS = re.compile(
    r"^([ \t]*(?:(?:so|thus|hence|then|therefore|and)[ \t,]+)?\S+[ \t]+)(?:is|equals)"
    r"(?:[ \t]+(?:about|approximately|roughly|exactly))?(?=[ \t]+[-−+(.\d√])(?![ \t]+[-−+.\d]+:)",
    re.MULTILINE,
)


def as_written(text: str, of: str, known: Callable[[str], bool]) -> str:
    """A text in which what is said of a gradient stands as an equation; `of` is the result's name.

    Where it is not said of which node, only the number or formula is left: it is about what was asked.

    >>> as_written("The gradient of b is 4", "L", {"L", "b"}.__contains__)
    'dL/db = 4'
    >>> as_written("it's 8, since the relu is open", "L", {"L"}.__contains__)
    '8, since the relu is open'
    >>> as_written("dL/da is -10", "L", {"L", "a"}.__contains__)
    'dL/da = -10'
    """
    found = _SAID.fullmatch(text)
    if found is None or known(found["noun"]):
        return _IS.sub(r"\1=", text)
    top, bottom = (found["of"], found["by"]) if found["by"] or found["of"] == of else (of, found["of"])
    rest = found["rest"].rstrip().removesuffix(".")
    if bottom is None:
        return rest
    return f"d{top or of}/d{bottom} = {rest}"
