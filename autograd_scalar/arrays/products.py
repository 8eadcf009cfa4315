"""Sums and products along the axes of arrays: one n-ary node for each number that comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import functions, recording
from ..errors import ShapeError
from ..value import Value
from . import shapes
from .elements import as_operand, as_value, object_array, plain
from .elementwise import loop_of

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["dot", "einsum", "inner_product", "matmul", "reduced", "vdot"]


def reduced(
    function: Callable[[list[Any]], Any],
    array: Any,
    axis: Any = 0,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """`function` of the elements along the axes, one node for each result."""
    given, array = array, np.asarray(plain(array))
    try:
        axes = range(array.ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, array.ndim)
        kept = np.broadcast_to(np.asarray(where, dtype=bool), array.shape)
    except ValueError as error:
        raise ShapeError(f"{function.__name__} along axis {axis} of {shapes.described([given])}: {error}") from None
    rest = [one for one in range(array.ndim) if one not in axes]
    sizes = [array.shape[one] for one in rest]
    count = int(np.prod([array.shape[one] for one in axes], dtype=int))

    def rows(x: np.ndarray[Any, Any]) -> list[list[Any]]:
        moved = x.transpose(*rest, *axes).reshape(int(np.prod(sizes, dtype=int)), count)
        return moved.tolist()

    chosen = rows(array)
    if where is not True:
        chosen = [
            [x for x, wanted in zip(*pair, strict=True) if wanted] for pair in zip(chosen, rows(kept), strict=True)
        ]
    if initial is not None:
        chosen = [[initial, *row] for row in chosen]
    results = [function(row) for row in chosen]
    if not rest and not keepdims:
        return as_value(results[0], (), 0)
    shape = tuple(1 if one in axes else size for one, size in enumerate(array.shape)) if keepdims else tuple(sizes)
    return object_array(results, shape)


def _rows_of(array: np.ndarray[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows of a matrix, plain numbers as floats."""
    if array.dtype.kind != "O":
        return list(map(tuple, array.astype(float).tolist()))
    return [
        tuple([x if type(x) is Value or type(x) is float else recording.number(x, "dot") for x in row])
        for row in array.tolist()
    ]


def _product(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], shape: tuple[int, ...]) -> Any:
    """Every row of `a` with every column of `b`, each one `dot`, in this shape."""
    columns, dot = _rows_of(b.T), functions.dot
    entries = [dot(row, column) for row in _rows_of(a) for column in columns]
    return object_array(entries, shape) if shape else as_value(entries[0], shape, 0)


def _operand(x: Any) -> np.ndarray[Any, Any]:
    return np.asarray(plain(x), dtype=None if isinstance(x, np.ndarray) else object)


def dot(a: Any, b: Any, out: Any = None, *, sign: str = "dot") -> Any:
    """Rows with columns, as `np.dot` pairs them: the last axis of `a`, the last but one of `b`."""
    left, right = _operand(a), _operand(b)
    if not left.ndim or not right.ndim:
        result = loop_of(np.multiply)(as_operand(left), as_operand(right))
    else:
        inner = right.shape[-2] if right.ndim > 1 else right.shape[0]
        if left.shape[-1] != inner:
            raise shapes.product(sign, a, b)
        columns = np.moveaxis(right, -2, 0) if right.ndim > 1 else right
        shape = (*left.shape[:-1], *columns.shape[1:])
        above, beside = (int(np.prod(one, dtype=int)) for one in (left.shape[:-1], columns.shape[1:]))
        result = _product(left.reshape(above, inner), columns.reshape(inner, beside), shape)
    if out is None:
        return result
    out[...] = result
    return out


def matmul(a: Any, b: Any) -> Any:
    """What ``@`` does: rows with columns, matrix by matrix in a stack."""
    left, right = _operand(a), _operand(b)
    if not left.ndim or not right.ndim:
        raise shapes.product("@", a, b)
    if left.ndim <= 2 and right.ndim <= 2:
        return dot(a, b, sign="@")
    left = left if left.ndim > 1 else left[None, :]
    right = right if right.ndim > 1 else right[:, None]
    try:
        stack = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    except ValueError:
        raise shapes.product("@", a, b) from None
    if left.shape[-1] != right.shape[-2]:
        raise shapes.product("@", a, b)
    left = np.broadcast_to(left, (*stack, *left.shape[-2:]))
    right = np.broadcast_to(right, (*stack, *right.shape[-2:]))
    made = np.empty((*stack, left.shape[-2], right.shape[-1]), dtype=object)
    for index in np.ndindex(stack):
        made[index] = _product(left[index], right[index], made.shape[-2:])
    if np.ndim(a) == 1:
        made = made[..., 0, :]
    return made if np.ndim(b) > 1 else made[..., 0]


def inner_product(a: Any, b: Any) -> Any:
    """Rows of `a` with rows of `b`."""
    left, right = _operand(a), _operand(b)
    if left.ndim and right.ndim and left.shape[-1] != right.shape[-1]:
        raise ShapeError(
            f"np.inner: {shapes.described([a, b])} do not fit: rows of {left.shape[-1]} and of "
            f"{right.shape[-1]} numbers; they must be of one length"
        )
    return dot(left, np.moveaxis(right, -1, -2) if right.ndim > 1 else right)


def vdot(a: Any, b: Any) -> Any:
    """All elements of `a` with all of `b`."""
    return dot(_operand(a).ravel(), _operand(b).ravel(), sign="np.vdot")


def einsum(*operands: Any, **options: Any) -> Any:
    """What `np.einsum` records on plain arrays: products and sums one by one."""
    options.pop("optimize", None)
    return np.asarray(np.einsum(*map(plain, operands), **options), dtype=object)[()]
