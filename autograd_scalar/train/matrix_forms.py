"""Arrays as matrices: their entries as rows, turned over or not, and how NumPy lays a smaller one over a larger."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Array", "Form", "Index", "alignment", "entry", "forms", "grid", "summed_over"]

Index = tuple[int, ...]
Array = np.ndarray[Any, Any]


class Form(NamedTuple):
    """An array as a matrix: its entries, the index of each, and whether the array was turned over for that."""

    name: str
    entries: list[list[Any]]
    indices: list[list[Index]]
    transposed: bool

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        return len(self.entries), len(self.entries[0])


def grid(array: Array) -> tuple[list[list[Any]], list[list[Index]]]:
    """The entries as rows, with their indices: a vector is one row."""
    indices = list(np.ndindex(array.shape))
    width = array.shape[-1] if array.ndim else 1
    elements = array.ravel().tolist()
    starts = range(0, array.size, max(width, 1))
    return [elements[at : at + width] for at in starts], [indices[at : at + width] for at in starts]


def forms(name: str, array: Array) -> list[Form]:
    """An array as a matrix and as the same turned over; a vector is a row or a column."""
    if not array.size:
        return []
    entries, indices = grid(array)
    form = Form(name, entries, indices, transposed=False)
    if array.size == 1:
        return [form]
    turned = Form(
        name,
        [list(row) for row in zip(*entries, strict=True)],
        [list(row) for row in zip(*indices, strict=True)],
        transposed=array.ndim == 2,
    )
    return [form, turned]


def entry(name: str, index: Index) -> str:
    """``W[0][1]``."""
    return name + "".join(f"[{one}]" for one in index)


@lru_cache(64)  # it is asked for each entry
def alignment(shape: Index, smaller: Index) -> dict[Index, Index] | None:
    """For each index of an array the one of a smaller array that NumPy's broadcasting puts there."""
    try:
        if np.broadcast_shapes(shape, smaller) != shape:
            return None
    except ValueError:
        return None
    own = smaller[::-1]
    return {
        index: tuple(0 if size == 1 else at for at, size in zip(index[::-1], own, strict=False))[::-1]
        for index in np.ndindex(shape)
    }


def summed_over(shape: Index, smaller: Index) -> str:
    """Which sum undoes the broadcasting of an array to `shape`."""
    padded = (1,) * (len(shape) - len(smaller)) + smaller
    axes = [axis for axis, (size, own) in enumerate(zip(shape, padded, strict=True)) if size != own]
    return "all" if len(axes) == len(shape) else "rows" if axes == [0] else "columns"
