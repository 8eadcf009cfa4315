"""What people train on, read and checked before anything moves."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

from .. import recording
from ..errors import DomainError, UsageError
from ..nn.losses import cross_entropy
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..nn.modules import Module

__all__ = ["Examples", "aligned", "check_targets", "read_examples", "read_inputs"]


@dataclass(frozen=True, slots=True)
class Examples:
    """Inputs and their targets, as plain numbers and nested lists of them."""

    X: list[Any]
    Y: list[Any]

    def __len__(self) -> int:
        return len(self.X)

    def at(self, places: Sequence[int]) -> Examples:
        """Those at these places."""
        return Examples([self.X[i] for i in places], [self.Y[i] for i in places])


def read_examples(X: Any, Y: Any, model: Module, *, called: tuple[str, str] = ("X", "Y")) -> Examples:
    """Inputs and targets from lists, NumPy arrays or data frames, checked.

    Raises `UsageError` for other lengths, ragged rows, none at all, and what is not a number; `DomainError` for a NaN
    or an infinity, by row and column.
    """
    inputs = read_inputs(X, model, called=called[0])
    targets = _read_rows(Y, called[1])
    if len(inputs) != len(targets):
        raise UsageError(
            f"{called[0]} has {_count(inputs, 'example')} and {called[1]} {_count(targets, 'target')}; "
            "there is one target for each example"
        )
    return Examples(inputs, [one[0] if isinstance(one, list) and len(one) == 1 else one for one in targets])


def read_inputs(X: Any, model: Module, *, called: str = "X") -> list[Any]:
    """Inputs alone, checked in the same way, and against the number of inputs of the model where it says it."""
    rows = _read_rows(X, called)
    size = next((module.n_in for _, module in model.modules() if hasattr(module, "n_in")), None)
    is_flat = not any(isinstance(one, list) for row in rows if isinstance(row, list) for one in row)
    width = len(rows[0]) if isinstance(rows[0], list) else 1
    if size is not None and size > 1 and not isinstance(rows[0], list) and len(rows) == size:
        raise UsageError(
            f"{called} is a list of examples, and this is one example, of {size} numbers: write [{called}]"
        )
    if size is not None and is_flat and width != size:
        raise UsageError(f"{called} has rows of {width} and the model takes {size} numbers")
    return rows


def _read_rows(rows: Any, called: str) -> list[Any]:
    for method in ("to_numpy", "tolist"):  # of a data frame, whose rows are not what it walks; and of an array
        rows = getattr(rows, method)() if hasattr(rows, method) else rows
    if isinstance(rows, str | bytes | dict | Value) or not hasattr(rows, "__iter__"):
        raise UsageError(f"{called} is a list or an array of examples, not {recording.described(rows)}")
    read = [_read_row(row, f"{called}, row {i}") for i, row in enumerate(rows)]
    if not read:
        raise UsageError(f"{called} is empty; give at least one example")
    lengths = [len(row) if isinstance(row, list) else 0 for row in read]
    is_of_sequences = any(isinstance(one, list) for row in read if isinstance(row, list) for one in row)
    if not is_of_sequences and (odd := [i for i, length in enumerate(lengths) if length != lengths[0]]):
        i = odd[0]
        raise UsageError(
            f"{called} is ragged: row 0 {_length(lengths[0])} and row {i} {_length(lengths[i])}; "
            "all rows must be of one length"
        )
    return read


def _length(length: int) -> str:
    return f"has {length} number{'s' if length > 1 else ''}" if length else "is one number"


def _read_row(row: Any, where: str) -> Any:
    """A row of numbers, or of rows; or one number, which has no column."""
    if isinstance(row, Value) or recording.is_number(row):
        return _finite(row, where)
    if hasattr(row, "tolist"):
        row = row.tolist()
    if isinstance(row, str | bytes | dict) or not hasattr(row, "__iter__"):
        raise UsageError(f"{where}: {recording.described(row)} is not a real number{recording.hint(row)}")
    row = list(row)
    if set(map(type, row)) == {float} and all(map(isfinite, row)):
        return row  # as nearly all rows are
    if not row:
        raise UsageError(f"{where} is empty")
    return [_read_row(one, f"{where}, column {j}") for j, one in enumerate(row)]


def _finite(x: Any, where: str) -> Any:
    """A number; an int stays one, since it may be a label."""
    number = recording.number(x, where)
    if type(x) is int:
        return x
    if not isfinite(number):
        raise DomainError(f"{where} is {number}; clean the data first")
    return number


def _count(several: Sequence[Any], what: str) -> str:
    return f"{len(several)} {what}{'' if len(several) == 1 else 's'}"


# ------------------------------------------------------------------------------------------------ outputs and targets


def aligned(outputs: Sequence[Any]) -> list[Any]:
    """Outputs as losses want them: a list of one output is that output."""
    return [one[0] if isinstance(one, list | tuple) and len(one) == 1 else one for one in outputs]


def check_targets(loss: Callable[[Any, Any], Any], output: Any, targets: list[Any], *, called: str = "Y") -> list[Any]:
    """The targets as the loss takes them; whole floats are labels where it wants labels.

    The loss itself is asked, with the same outputs for each target: it knows best what it refuses. So nothing has moved
    when the last target turns out to be wrong.
    """
    if loss is cross_entropy:
        targets = [int(y) if isinstance(y, float) and y.is_integer() else y for y in targets]
    try:
        loss([output] * len(targets), targets)
    except UsageError as error:
        for i, y in enumerate(targets):
            if why := _refused(loss, output, y):
                raise UsageError(f"{called}, row {i}: {why}") from None
        raise UsageError(f"{called}: {error}") from None
    return targets


def _refused(loss: Callable[[Any, Any], Any], output: Any, y: Any) -> str:
    try:
        loss([output], [y])
    except UsageError as error:
        return str(error).replace(" in row 0", "")
    return ""


def batches(order: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """The places in parts of that size; one example that would be left alone joins the part before."""
    start = 0
    while start < len(order):
        end = start + size
        if size > 1 and len(order) - end == 1:
            end += 1
        yield order[start:end]
        start = end
