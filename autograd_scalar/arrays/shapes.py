"""What is said where the shapes of arrays do not fit: which operation, which arrays by name, and what would fit."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ShapeError
from ..names import _NEVER, _callers_scopes

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["broadcasting", "described", "indexing", "product"]

_SIDES = {2: ("the left", "the right"), 3: ("the first", "the second", "the third")}
_OUT_OF_BOUNDS = re.compile(r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)")


def broadcasting(sign: str, operands: Sequence[Any], error: Exception) -> ShapeError:
    """What to raise where `operands` cannot be computed with entry by entry.

    Args:
        sign: ``+``, or the name of a function.
        operands: arrays and numbers, as they were given.
        error: what NumPy has raised.
    """
    shapes = [np.shape(x) for x in operands]
    pair = next((pair for pair in combinations(range(len(shapes)), 2) if not _fit(*[shapes[j] for j in pair])), None)
    if pair is None:
        return ShapeError(f"{sign} of {described(operands)}: {error}")
    names = _names(operands)
    first, second = pair
    axis, one, other = next(
        (axis, one, other)
        for axis, (one, other) in enumerate(zip(shapes[first][::-1], shapes[second][::-1], strict=False), start=1)
        if one != other and 1 not in (one, other)
    )
    where = "on the last axis" if axis == 1 else f"on axis -{axis}, counted from the end,"
    hint = "make the sizes equal, or one of them 1"
    for j in (second, first):
        others = [shape for k, shape in enumerate(shapes) if k != j]
        turned = {1: ("[:, None]", (*shapes[j], 1)), 2: (".T", shapes[j][::-1])}.get(len(shapes[j]))
        if turned is not None and _fit(turned[1], *others):
            made = f"{names[j]}{turned[0]}" if names[j] else f"{_side(j, len(names))} with {turned[0]}"
            hint = f"{made}, of shape {turned[1]}, would fit"
            break
    return ShapeError(
        f"{_written(sign, names)}: {_with_shapes(names, shapes, pair)} do not fit: {where} {one} stands against "
        f"{other}; {hint}"
    )


def product(sign: str, a: Any, b: Any) -> ShapeError:
    """What to raise where the rows of `a` are longer or shorter than the columns of `b`."""
    names = _names([a, b])
    shapes = np.shape(a), np.shape(b)
    left, right = [name or _side(j, 2) for j, name in enumerate(names)]
    if not all(shapes):
        return ShapeError(f"{_written(sign, names)} multiplies matrices and vectors; for a single number write *")
    inner = shapes[1][-2] if len(shapes[1]) > 1 else shapes[1][0]
    if shapes[0][-1] == inner:
        stacks = shapes[0][:-2], shapes[1][:-2]
        return ShapeError(
            f"{_written(sign, names)}: {_with_shapes(names, shapes)} do not fit: these are stacks of matrices, of "
            f"shape {stacks[0]} and {stacks[1]}; a stack is multiplied with one of equal size, or of size 1"
        )
    hint = "a row and a column must be of one length"
    if max(map(len, shapes)) == 2:
        for turned in ((True, False), (False, True)):
            (*_, columns), (rows, *_) = [
                shape[::-1] if turn else shape for shape, turn in zip(shapes, turned, strict=True)
            ]
            if columns == rows:
                sides = [f"{name}.T" if turn else name for name, turn in zip(names, turned, strict=True)]
                which = left if turned[0] else right
                hint = f"{' @ '.join(sides)} would fit" if all(names) else f"{which} turned over (.T) would fit"
                break
    return ShapeError(
        f"{_written(sign, names)}: {_with_shapes(names, shapes)} do not fit: a row of {left} has {shapes[0][-1]} "
        f"numbers, a column of {right} has {inner}; {hint}"
    )


def indexing(array: Any, error: Exception) -> ShapeError:
    """What to raise where an array has no such place."""
    (name,) = _names([array])
    found = _OUT_OF_BOUNDS.search(str(error))
    why = str(error)
    if found is not None:
        index, axis, size = map(int, found.groups())
        range_ = f"its places there are 0 to {size - 1}, or -{size} to -1 from the end" if size else "it has none there"
        why = f"there is no index {index} on axis {axis}: {range_}"
    return ShapeError(f"{name or 'an array'}[…] of shape {np.shape(array)}: {why}")


def described(arrays: Sequence[Any]) -> str:
    """``X of shape (3, 4) and W of shape (3, 2)``; the arrays among what was given."""
    held = [x for one in arrays for x in (one if isinstance(one, list | tuple) else [one]) if isinstance(x, np.ndarray)]
    return _with_shapes(_names(held), [np.shape(x) for x in held])


def _fit(*shapes: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return False
    return True


def _names(arrays: Sequence[Any]) -> list[str]:
    """What the caller's variables call them; an empty text for what has no name."""
    found = {id(x): "" for x in arrays if isinstance(x, np.ndarray | list | tuple)}
    for scope in _callers_scopes():
        names = [name for name in dict.keys(scope.variables) if type(name) is str and not _NEVER.fullmatch(name)]
        for name in sorted(names, key=lambda name: (len(name), name)):
            key = id(dict.__getitem__(scope.variables, name))
            if not found.get(key, "known"):
                found[key] = name
    return [found.get(id(x), "") for x in arrays]


def _side(position: int, count: int) -> str:
    return _SIDES.get(count, ("the array",) * count)[position]


def _written(sign: str, names: Sequence[str]) -> str:
    """``X + b``, ``np.maximum``; without the names of both, ``+``."""
    return sign if len(names) != 2 or not all(names) or sign[0].isalpha() else f" {sign} ".join(names)


def _with_shapes(names: Sequence[str], shapes: Sequence[tuple[int, ...]], chosen: Sequence[int] | None = None) -> str:
    texts = [
        f"{name or (_side(j, len(names)) if len(names) > 1 else 'an array')} of shape {shape}"
        for j, (name, shape) in enumerate(zip(names, shapes, strict=True))
        if chosen is None or j in chosen
    ]
    return " and ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))
