"""What the backward pass hands to one array: pieces of a matrix equation, and the terms of each entry."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..formula.equations import Equation, Section
from ..formula.terms import Dots, Number, Product, Sum, Symbol, Term
from ..value import Value
from .matrices import MatrixEquation, Piece, Rows, name_factor
from .matrix_forms import Array, Index, entry, grid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Addend", "Target", "rows_of"]

TERMS = 6  # terms of one entry that are written out
EPSILON = 2.0**-52


class Addend(NamedTuple):
    """One term of one entry: an adjoint times a slope, as symbols and as numbers, in the order they are written."""

    symbols: tuple[Term, ...]
    numbers: tuple[float, ...]
    size: float


class Target:
    """What is passed back to one array: pieces of its equation, and the terms of each of its entries."""

    def __init__(self, array: Array) -> None:
        self.array = array
        self.pieces: list[tuple[Piece, bool]] = []  # and whether a vector stands there as a column
        self.addends: dict[Index, list[Addend]] = {index: [] for index in np.ndindex(array.shape)}
        self.because: list[str] = []

    def equation(self, name: str, adjoint: Callable[[Any], float], most: int, digits: int | None) -> MatrixEquation:
        """The array's adjoint as a matrix equation, and entry by entry, of which at `most` so many are written."""
        entries, indices = grid(self.array)
        if self.array.ndim == 1 and any(column for _, column in self.pieces):
            entries, indices = [[x] for x in entries[0]], [[index] for index in indices[0]]
        engine = rows_of(entries, adjoint)
        lines: list[Equation | str] = []
        product: list[tuple[float | None, ...]] = []
        differing: list[str] = []
        difference = 0.0
        for row, places in zip(entries, indices, strict=True):
            results: list[float | None] = []
            for node, index in zip(row, places, strict=True):
                if type(node) is not Value:
                    results.append(None)
                    continue
                addends = self.addends[index]
                total = sum((_times(one.numbers) for one in addends), 0.0)
                exact = adjoint(node)
                results.append(total)
                away = abs(total - exact)
                bound = 4 * (len(addends) + 2) * EPSILON * sum(one.size for one in addends) + 1e-300
                if not (total == exact or away <= bound or (isnan(total) and isnan(exact))):
                    differing.append(f"{entry('d' + name, index)} is {exact!r} and {total!r}")
                difference = max(difference, away)
                if addends:
                    lines.append(_line(name, index, addends, exact))
            product.append(tuple(results))
        if len(lines) > most:
            more = len(lines) - most
            lines = [*lines[:most], f"… and {more} more entr{'y' if more == 1 else 'ies'}"]
        return MatrixEquation(
            f"d{name}", "; ".join(filter(None, self.because)), engine, tuple(product), difference, tuple(differing),
            name_factor(f"d{name}", engine), tuple(piece for piece, _ in self.pieces),
            (Section("", tuple(lines)),) if most else (), (), digits,
        )  # fmt: skip


def rows_of(entries: list[list[Any]], adjoint: Callable[[Any], float]) -> Rows:
    """The adjoints of the entries; a plain number has none."""
    return tuple(tuple(adjoint(x) if type(x) is Value else None for x in row) for row in entries)


def _line(name: str, index: Index, addends: list[Addend], exact: float) -> Equation:
    symbols = [_product([*one.symbols], _times(one.numbers)) for one in addends]
    numbers = [_product([Number(x) for x in one.numbers], _times(one.numbers), spaced=True) for one in addends]
    left = Symbol(exact, entry(f"d{name}", index))
    return Equation(left, (_sum(symbols, exact), _sum(numbers, exact), Number(exact)))


def _times(numbers: Sequence[float]) -> float:
    return numbers[0] if len(numbers) == 1 else numbers[0] * numbers[1]


def _product(factors: list[Term], value: float, *, spaced: bool = False) -> Term:
    return factors[0] if len(factors) == 1 else Product(value, tuple(factors), spaced)


def _sum(terms: list[Term], value: float) -> Term:
    if len(terms) == 1:
        return terms[0]
    if len(terms) > TERMS:
        terms = [*terms[: TERMS - 2], Dots(0.0, len(terms) - TERMS + 1), terms[-1]]
    return Sum(value, tuple(terms))
