"""The table as functions: a float in gives a float, a Value in gives a Value.

``exp(x)``, ``relu(x)``, ``dot(w, x, b)``: one for each row of the table, and compositions of them such as `softmax`. A
function of a sequence takes the sequence, or its numbers one by one: ``sum([a, b])``, ``maximum(a, b, 0)``.
"""

from __future__ import annotations

from . import _generated, recording
from ._generated import *  # noqa: F403  # one function for each row, as `_generated.__all__` lists them
from .errors import DomainError, UsageError
from .ops import Row, subscribe, table
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["softmax"]
__all__ += _generated.__all__


def softmax(scores: Iterable[Value | float]) -> list[Any]:
    """The probabilities pᵢ = exp(sᵢ) / Σⱼ exp(sⱼ), as a list; they add up to 1.

    Made of rows of the table. The largest score is subtracted first, as a plain number: a common shift changes no
    probability and no gradient, and nothing overflows, however large the scores are.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]

    Raises `UsageError` for what is not a sequence of numbers, `DomainError` for an empty one.
    """
    kept, _ = recording.read_each("softmax", recording.sequence("softmax", scores))
    if not kept:
        raise DomainError("softmax of no numbers has no value; give at least one")
    largest = _generated.largest(recording.numbers(kept))
    exponentials = [_generated.exp(score - largest) for score in kept]
    total = _generated.sum(exponentials)
    return [exponential / total for exponential in exponentials]


def _install(row: Row) -> None:
    """A user's new row gets its rules, its method and its function, from the generator that wrote the built-in ones."""
    from . import codegen

    names = [row.name, *(f"__{side}{row.dunder}__" for side in ("", "r") if row.dunder)]
    taken = [vars(_generated), globals(), *map(vars, Value.__mro__[:-1])]
    same_in_capitals = any(row.name.upper() == other.upper() for other in table)  # as rules are written
    if same_in_capitals or any(name in scope for scope in taken for name in names):
        text = f"op({row.signature!r}, {row.value!r}, …)"
        raise UsageError(f"{text}: there is something called {row.name!r} here already; choose another name")
    codegen.install(row, _generated)
    row.function = getattr(_generated, row.name)


subscribe(_install)


def __getattr__(name: str) -> Any:
    """Functions of rows that were added after the import."""
    if name in table and not name.startswith("_"):
        return getattr(_generated, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
