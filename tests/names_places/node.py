"""A stand-in for a node: it has a label, no `__dict__`, and objects to being looked at."""

from __future__ import annotations

from typing import NoReturn


class Node:
    """Something to be named; comparing, hashing or testing it is an error."""

    __slots__ = ("__weakref__", "label")

    def __init__(self, label: str = "") -> None:
        self.label = label

    def _refuse(self, *_: object) -> NoReturn:
        message = "a node was compared, hashed or tested"
        raise AssertionError(message)

    __eq__ = __ne__ = __lt__ = _refuse
    __hash__ = __bool__ = __len__ = __iter__ = _refuse


def label_of(node: Node) -> str:
    """Give a node's label."""
    return node.label
