"""What a line claims, how it was judged, and what a slip would have given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ...value import Value
    from .points import Point

__all__ = ["NOTHING", "Guess", "Target", "Verdict"]


class Target(NamedTuple):
    """What a line speaks of: a derivative, a node's own number, or a leaf after one step of gradient descent."""

    kind: str  # slope, value, update
    text: str
    of: Value
    wrt: Value | None = None
    partial: bool = False
    order: int = 1
    strictly: bool = False  # a d is not taken for a ∂, nor a ∂ for a d

    @property
    def key(self) -> Hashable:
        """What its numbers depend on; nodes are compared by identity."""
        return self.kind, id(self.of), id(self.wrt), self.partial, self.order, self.strictly


class Guess(NamedTuple):
    """What a slip would have given."""

    value: float
    slip: str
    words: str


class Verdict(NamedTuple):
    """How something that was written compares: its number, how far that may be off, and the true one."""

    verdict: str  # right, rounded, early (rounded, then digits were lost), off, accident, unread
    value: float
    error: float
    true: float
    point: Point | None = None
    only: str = ""  # ``y = 1``, where a formula is right at this number of a leaf alone: it leaves out what is 0 there

    @property
    def is_right(self) -> bool:
        """Whether there is nothing to correct."""
        return self.verdict in ("right", "rounded")


NOTHING = Guess(0.0, "", "")
