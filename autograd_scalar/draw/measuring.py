"""How much room a text takes, in pixels, without a typeface to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["mono", "sans", "short", "wrapped"]

_NAME_ROOM = 24


def mono(text: str, size: float) -> float:
    """The width of a text whose characters are all as wide as a digit."""
    return len(text) * size * 0.603


def sans(text: str, size: float) -> float:
    """A generous guess of a text's width, so that it has room in whatever the system's typeface is."""
    return (
        sum(0.36 if c in "iljtfr.,:;|!()[] '" else 0.95 if c in "mwMW@%" or ord(c) > 0x2E80 else 0.66 for c in text)
        * size
    )


def short(text: str) -> str:
    """A name that has room on a card: of ``n.layers[0].neurons[1].w[2]`` the end, of any other both ends."""
    most = _NAME_ROOM
    if len(text) <= most:
        return text
    end = text[1 - most :]
    places = [place for sign in ".[" if 0 <= (place := end.find(sign)) < most // 2]
    if places:
        return "…" + end[min(places) :]
    return text[: most // 2] + "…" + text[most // 2 + 1 - most :]


def wrapped(sentences: Iterable[str], width: float, size: float = 13) -> list[str]:
    """The words of each sentence on as many lines as it needs, in letters of some size."""
    found: list[str] = []
    for sentence in sentences:
        line = ""
        for word in sentence.split(" "):
            longer = f"{line} {word}".strip()
            if line and sans(longer, size) * 0.9 > width:
                found.append(line)
                longer = word
            line = longer
        found.append(line)
    return found
