"""The table as functions: a float in gives a float, a Value in gives a Value.

``exp(x)``, ``relu(x)``, ``dot(w, x, b)``: one for each row of the table, and compositions of them such as `softmax`. A
function of a sequence takes the sequence, or its numbers one by one: ``sum([a, b])``, ``maximum(a, b, 0)``.
"""

from __future__ import annotations

from . import _generated, recording
from ._generated import *  # noqa: F403  # one function for each row, as `_generated.__all__` lists them
from .errors import DomainError, UsageError
from .ops import Row, subscribe, table
from .other_words import called_here
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
    kept, _ = recording.read_each("softmax", "scores", recording.sequence("softmax", scores))
    if not kept:
        raise DomainError("softmax of no numbers has no value; give at least one")
    largest = _generated.largest(recording.numbers(kept))
    exponentials = [_generated.exp(score - largest) for score in kept]
    total = _generated.sum(exponentials)
    return [exponential / total for exponential in exponentials]


def _install(row: Row) -> None:
    """A user's new row gets its rules, its method and its function, from the generator that wrote the built-in ones."""
    from . import codegen

    check(row)
    if (old := table.get(row.name)) is not None:
        for name in codegen.names_taken(old)[1]:
            delattr(_generated.Operations, name)
    codegen.install(row, _generated)
    row.function = getattr(_generated, row.name)


def check(row: Row) -> None:
    """Raise `UsageError` where something else has the row's name, or the row of that name takes other arguments."""
    from . import codegen

    old = table.get(row.name)  # of the user's own: the validation has refused the name of a built-in row
    names, methods = codegen.names_taken(row)
    own, own_methods = (set(), set()) if old is None else codegen.names_taken(old)
    taken = (names - own) & {*vars(_generated), *(name for name in globals() if name == row.name)}
    taken |= (methods - own_methods) & {*vars(Value), *vars(_generated.Operations)}
    if taken:  # or something that its code would be called: the rules of 'Sin' are written in capitals, as those of sin
        raise UsageError(f"{row.definition}: there is something called {row.name!r} here already; choose another name")
    if old is not None:
        if codegen.is_flat(row) != codegen.is_flat(old) or _kinds(row) != _kinds(old):
            raise UsageError(
                f"{row.definition}: what was recorded with {old.signature} could not be read with other arguments; "
                "choose another name"
            )
        if row.partial_of != old.partial_of:
            whose = f"is the partial of {old.partial_of}" if old.partial_of else "is an operation of its own"
            raise UsageError(f"{row.definition}: {row.name!r} {whose}; choose another name")


def _kinds(row: Row) -> list[str]:
    return [argument.kind for argument in row.arguments]


subscribe(_install)


def __getattr__(name: str) -> Any:
    """Functions of rows that were added after the import."""
    if name in table and not name.startswith("_"):
        return getattr(_generated, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{called_here(name)}")
