"""The elements of an array, read and put together; and an array as plain NumPy would have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import recording
from ..errors import ShapeError
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["as_operand", "as_value", "elements", "numbers", "object_array", "objects", "place", "plain"]

_RAGGED = "values: the rows are of different lengths; an array needs rows of one length"


def elements(array: np.ndarray[Any, Any]) -> list[Any]:
    """All elements, row after row."""
    return array.view(np.ndarray).ravel().tolist()


def object_array(nodes: Sequence[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """The elements as a plain array of objects."""
    flat_array: np.ndarray[Any, Any] = np.fromiter(nodes, dtype=object, count=len(nodes))
    return flat_array.reshape(shape)


def objects(given: Any) -> np.ndarray[Any, Any]:
    """What was given as a plain array of objects, or of floats where they are all plain numbers."""
    if isinstance(given, np.ndarray) and given.dtype.kind in "fiub":
        return np.asarray(given, dtype=float)
    try:
        return np.array(given, dtype=object, copy=None, subok=False)
    except ValueError:  # rows of different lengths may also be refused, as [[1, 2], [[3], 4]]
        raise ShapeError(_RAGGED) from None


def as_value(x: Any, shape: tuple[int, ...], position: int) -> Value:
    """An element as a Value. Raises `UsageError` for what is no real number, by its place in an array of that shape."""
    if type(x) is Value:
        return x
    if type(x) is float:
        return Value(x)
    if isinstance(x, list | tuple | np.ndarray):
        raise ShapeError(_RAGGED)
    at = place(np.unravel_index(position, shape)) if shape else ""
    return Value(recording.number(x, f"values: element {at}" if at else "values"))


def place(index: Iterable[Any]) -> str:
    """``[0][1]``."""
    return "".join(f"[{int(one)}]" for one in index)


def plain(x: Any) -> Any:
    """An operand as NumPy itself would treat it."""
    return x.view(np.ndarray) if isinstance(x, np.ndarray) else x


def as_operand(x: Any) -> Any:
    """The same, with whole numbers as floats, which are recorded without a question."""
    kind = type(x)
    if isinstance(x, np.ndarray):
        if x.dtype.kind in "fiub":
            return x.astype(float)
        return x if kind is np.ndarray else x.view(np.ndarray)
    if (
        kind is bool
        or (kind is int and -(2**53) <= x <= 2**53)
        or (isinstance(x, np.generic) and x.dtype.kind in "fiub")
    ):
        return float(x)
    return x


def numbers(x: Any) -> Any:
    """An operand without its gradient."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":
        return np.array(recording.numbers(elements(x))).reshape(x.shape)
    return x._data if type(x) is Value else x
