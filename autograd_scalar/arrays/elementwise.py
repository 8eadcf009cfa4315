"""Which row of the table a NumPy function records, and its loop over the elements."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import functions
from ..errors import AutogradError, UsageError
from ..ops import table
from ..value import Value
from . import shapes
from .elements import as_operand, numbers, plain

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["elementwise", "function_name", "is_predicate", "loop_of", "predicate", "records", "refuse_floats", "where"]


class _Probe(np.lib.mixins.NDArrayOperatorsMixin):
    """Asks an operator which of NumPy's functions it stands for."""

    def __array_ufunc__(self, ufunc: np.ufunc, *_: Any, **__: Any) -> np.ufunc:
        return ufunc


def records(name: str) -> np.ufunc | None:
    """The NumPy function that records a row: that of its operator, or that of its name."""
    row = table[name]
    if any(argument.kind != "scalar" for argument in row.arguments):
        return None
    if row.dunder:
        probes = [_Probe()] * len(row.arguments)
        recorded: np.ufunc = getattr(operator, row.dunder)(*probes)
        return recorded
    found = getattr(np, name, None)
    return found if isinstance(found, np.ufunc) and found.nin == len(row.arguments) and found.nout == 1 else None


def _clip(x: Any, low: Any, high: Any) -> Any:
    if type(low) is not Value and type(high) is not Value:
        return functions.clip(x, low, high)
    return functions.min(functions.max(x, low), high)


def _exp2(x: Any) -> Any:
    return functions.pow(2.0, x)


def _logaddexp(x: Any, y: Any) -> Any:
    return functions.logsumexp([x, y])


def _degrees(x: Any) -> Any:
    return functions.mul(x, 57.29577951308232)


def _radians(x: Any) -> Any:
    return functions.mul(x, 0.017453292519943295)


# What NumPy calls otherwise than the table does, or what a row or two of it make up.
_LIKEWISE: dict[np.ufunc, Callable[..., Any]] = {
    np.maximum: functions.max,
    np.minimum: functions.min,
    np._core.umath.clip: _clip,  # type: ignore[attr-defined]  # what X.clip() and np.clip() call in the end
    np.positive: operator.pos,
    np.conjugate: operator.pos,
    np.exp2: _exp2,
    np.float_power: functions.pow,
    np.logaddexp: _logaddexp,
    np.degrees: _degrees,
    np.rad2deg: _degrees,
    np.radians: _radians,
    np.deg2rad: _radians,
}
_known: dict[np.ufunc, np.ufunc] = {}


def loop_of(ufunc: np.ufunc) -> np.ufunc:
    """The loop over elements that records what `ufunc` computes."""
    if not _known:
        for name, row in table.items():
            found = records(name) if row.built_in else None
            if found is not None:
                # NumPy's own loops over objects call the operators; for all else the function of the row is called.
                _known[found] = found if row.dunder else _looped(getattr(functions, name), found.nin)
        _known.update({one: _looped(function, one.nin) for one, function in _LIKEWISE.items()})
    if ufunc in _known:
        return _known[ufunc]
    added = next((name for name, row in table.items() if not row.built_in and records(name) is ufunc), None)
    if added is not None:
        return _looped(getattr(functions, added), ufunc.nin)
    raise UsageError(
        f"{function_name(ufunc)} is no operation of the table, so its gradient would be lost. Where only the numbers "
        f"are wanted, take {function_name(ufunc)}(X.data); op() adds an operation"
    )


def _looped(function: Callable[..., Any], operands: int) -> np.ufunc:
    loop: np.ufunc = np.frompyfunc(function, operands, 1)
    return loop


def is_predicate(ufunc: np.ufunc) -> bool:
    """Whether a function answers yes or no: comparisons, `isnan`, `logical_and`."""
    known = _predicates.get(ufunc)
    if known is None:
        known = _predicates[ufunc] = any(kind in ufunc.types for kind in ("d->?", "dd->?"))
    return known


_predicates: dict[np.ufunc, bool] = {}


def function_name(function: Any) -> str:
    """``np.exp``, ``np.linalg.inv``."""
    module = "np.linalg." if "linalg" in (getattr(function, "__module__", None) or "") else "np."
    return f"{module}{function.__name__}"


def sign(ufunc: np.ufunc) -> str:
    """How a function is written: ``+``, else its name."""
    written = {records(name): row.infix for name, row in table.items() if row.infix}
    return written.get(ufunc, function_name(ufunc))


def refuse_floats(name: str, out: Any, options: dict[str, Any]) -> None:
    """Raise `UsageError` where the results would be put into an array of plain numbers."""
    dtype = options.pop("dtype", None)
    for asked in [dtype, *([] if out is None else [one.dtype for one in out if one is not None])]:
        if asked is not None and np.dtype(asked).kind != "O":
            raise UsageError(
                f"{name}: an array of {np.dtype(asked).name} cannot hold Values, so their gradients would be lost. "
                "Leave out= and dtype= away, or compute with X.data"
            )


def elementwise(ufunc: np.ufunc, method: str, operands: tuple[Any, ...], out: Any, options: dict[str, Any]) -> Any:
    """What a function of NumPy's records, element by element, as a plain array."""
    loop = loop_of(ufunc)
    inputs = list(map(as_operand if method == "__call__" else plain, operands))
    masked = options.get("where", True) is not True
    if masked:
        if out is None:
            raise UsageError(f"{function_name(ufunc)}: where= leaves elements out; say with out= which array has them")
        options["out"] = tuple(map(plain, out))
    try:
        return getattr(loop, method)(*inputs, **options)
    except AutogradError as error:
        if method == "__call__" and not masked:
            _blame(ufunc, loop, inputs, error)
        raise
    except ValueError as error:
        more = [options["where"]] if masked else []
        raise shapes.broadcasting(sign(ufunc), [*operands, *more], error) from None


def predicate(ufunc: np.ufunc, method: str, operands: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """A comparison of the numbers."""
    try:
        return getattr(ufunc, method)(*[numbers(x) for x in operands], **options)
    except ValueError as error:
        raise shapes.broadcasting(sign(ufunc), operands, error) from None


def _blame(ufunc: np.ufunc, loop: np.ufunc, inputs: list[Any], error: AutogradError) -> None:
    """Raise the error of the first element that is refused, with its place."""
    arrays = np.broadcast_arrays(*[np.asarray(x, dtype=object) for x in inputs])
    for index in np.ndindex(arrays[0].shape):
        try:
            loop(*[array[index] for array in arrays])
        except AutogradError as own:
            at = f", element {list(map(int, index))}" if index else ""
            raise type(error)(f"{function_name(ufunc)}{at}: {own}") from None


_where_loop = _looped(functions.where, 3)


def where(condition: Any, *choices: Any) -> Any:
    """One `where` node for each element; the condition is compared, not differentiated."""
    chosen = np.asarray(numbers(condition)).astype(bool)
    if not choices:
        return np.nonzero(chosen)
    if len(choices) != 2:
        raise UsageError("np.where takes a condition and two choices, np.where(X > 0, X, 0), or a condition alone")
    x, y = (np.asarray(plain(x), dtype=None if isinstance(x, np.ndarray) else object) for x in choices)
    try:
        return np.asarray(_where_loop(chosen.astype(float), x, y), dtype=object)
    except ValueError as error:
        raise shapes.broadcasting("np.where", [condition, *choices], error) from None
