"""Means of many numbers: of themselves, of their squares, and the root of that."""

from __future__ import annotations

from math import fsum, inf, isfinite, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["mean", "root_mean_square", "second_moment"]


def mean(numbers: Sequence[float]) -> float:
    """Σx/n; 0 of none, and what the sum gives where a number is not finite."""
    return fsum(numbers) / len(numbers) if numbers and all(map(isfinite, numbers)) else _unbounded(numbers)


def second_moment(numbers: Sequence[float]) -> float:
    """The mean of the squares; infinite where they leave the floats."""
    squares = [one * one for one in numbers]
    return fsum(squares) / len(squares) if numbers and all(map(isfinite, squares)) else abs(_unbounded(squares))


def _unbounded(numbers: Sequence[float]) -> float:
    return sum(numbers) if numbers else 0.0


def root_mean_square(numbers: Sequence[float]) -> float | None:
    """√(Σx²/n), for squares that leave the floats too; None of no numbers."""
    if not numbers:
        return None
    largest = max(map(abs, numbers))
    if not (0.0 < largest < inf):
        return largest
    return largest * sqrt(fsum((one / largest) ** 2 for one in numbers) / len(numbers))
