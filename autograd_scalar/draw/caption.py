"""What is said below a picture: how large it is written, and where its lines are broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .measuring import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LEAST", "NOTED", "broken", "size_of"]

LEAST = 560.0
"""The width of a picture with a caption, at least."""
NOTED = 0.8
"""The size of words beside that of formulas."""
_LINES = 3  # that one formula takes at most
_SMALL, _LARGE, _PART = 16.0, 28.0, 1 / 70


def size_of(width: float) -> float:
    """The size of formulas: on a slide a wide picture is made narrow, and its caption shall be read all the same."""
    return max(_SMALL, min(_LARGE, width * _PART))


def broken(lines: Iterable[tuple[str, str]], width: float) -> list[tuple[str, str]]:
    """Lines, each with its kind, on as many as they need below a picture of some width.

    >>> broken([("said", "L = " + "w·x + " * 40 + "b")], 300)[-1][1][-7:]
    'w·x + …'
    """
    width = max(width, LEAST)
    found: list[tuple[str, str]] = []
    for kind, text in lines:
        size = size_of(width) * (1 if kind == "said" else NOTED)
        written = wrapped([text], width, size)
        if len(written) > _LINES:
            written = [*written[: _LINES - 1], f"{written[_LINES - 1]} …"]
        found += [(kind, line) for line in written]
    return found
