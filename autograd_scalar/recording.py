"""What recording an operation needs besides its row: reading operands, refusing them, and the modes.

The generated methods take their fast path when an operand is a `Value` or a float, and come here for all else.
"""

from __future__ import annotations

from _contextvars import ContextVar, Token
from . import _generated
from .errors import AutogradError, DivisionError, DomainError, RangeError, UsageError
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType
    from typing import Any, Self

__all__ = ["Mode", "no_grad"]

# ---------------------------------------------------------------------------------------------- reading numbers


def is_number(x: object) -> bool:
    """Whether `x` counts as a plain real number: int, float, bool, a NumPy scalar, a 0-d array."""
    if isinstance(x, int | float):
        return True
    if isinstance(x, str | bytes | complex | Value) or not (hasattr(type(x), "__float__") or hasattr(type(x), "__index__")):
        return False
    kind = getattr(getattr(x, "dtype", None), "kind", "f")  # an array says what it holds: no complex, no objects, no dates
    return kind in "fiub" and getattr(x, "ndim", 0) == 0


def number(x: Any) -> float:
    """`x` as a float. Raises `UsageError` for what is not a number, `RangeError` for an int that no float can hold."""
    if type(x) is float:
        return x
    if isinstance(x, Value):
        raise UsageError(f"{called(x)} is a Value where a plain number belongs; read it with .item() (no gradient flows)")
    if not is_number(x):
        raise UsageError(f"{described(x)} is not a real number{hint(x)}")
    try:
        return float(x)
    except OverflowError:
        raise RangeError(f"an int of {x.bit_length()} bits is larger than the largest float, 1.797…e308") from None


def number_of(x: Any) -> float:
    """The number of an operand that may be a Value."""
    return x._data if type(x) is Value else x  # type: ignore[no-any-return]  # a recorded operand is a float


def numbers(operands: Iterable[Any]) -> list[float]:
    """The numbers of a recorded sequence, in which Values and floats may be mixed."""
    return [x._data if type(x) is Value else x for x in operands]


def values(operands: Iterable[Any], are_values: bool | None) -> tuple[Value, ...]:
    """The Values among the operands of a sequence that has some (None) or none (False)."""
    return () if are_values is False else tuple([x for x in operands if type(x) is Value])


def share(operands: Sequence[Any], z: float) -> float:
    """What each of several equal largest elements gets: 1 over their number, or 0 where a plain number is among them."""
    ties = 0
    for x in operands:
        if type(x) is Value:
            ties += x._data == z
        elif x == z:
            return 0.0
    return 1.0 / ties if ties else 1.0  # no tie at all: z is NaN, and the NaN is passed on


def read_one(op: str, x: Any) -> tuple[Any, bool]:
    """An operand as it is kept, and whether it is a Value."""
    return (x, True) if type(x) is Value else (_operand(op, x), False)


def read(op: str, operands: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool | None]:
    """A sequence as it is kept, and whether it consists of Values (True), of numbers (False) or of both (None).

    Where the first element is a Value, all are taken to be: computing the value finds out, and `read_each` follows.
    """
    return (operands, True) if operands and type(operands[0]) is Value else read_each(op, operands)


def read_each(op: str, operands: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool | None]:
    """The same, looking at every element."""
    types = set(map(type, operands))
    if len(types) == 1:
        if Value in types:
            return operands, True
        if float in types:
            return operands, False
    operands = tuple([x if type(x) is Value else _operand(op, x) for x in operands])
    return operands, (False if Value not in types else None)


def elements(op: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """``sum([a, b])`` and ``sum(a, b)`` mean the same: one sequence, or several numbers."""
    if len(arguments) == 1 and not isinstance(arguments[0], Value) and not is_number(arguments[0]):
        if isinstance(arguments[0], str | bytes):
            raise UsageError(f"{op}: {described(arguments[0])} is not a sequence of numbers")
        try:
            arguments = tuple(arguments[0])
        except TypeError:
            raise UsageError(f"{op}: {described(arguments[0])} is not a sequence of numbers") from None
    return arguments


def unequal(op: str, *sequences: tuple[Any, ...]) -> UsageError:
    """The error for sequences that cannot be walked side by side."""
    lengths = " and ".join(str(len(sequence)) for sequence in sequences)
    return UsageError(f"{op}: the sequences have {lengths} elements; they must be of one length")


def _operand(op: str, x: object) -> float:
    try:
        return number(x)
    except AutogradError as error:
        raise type(error)(f"{op}: {error}") from None


def coerced(method: Callable[[Any], Any], other: Any) -> Any:
    """What ``method(other)`` gives once `other` is a float; NotImplemented leaves the word to `other`'s own class."""
    op = method.__name__.strip("_")
    if is_number(other):
        return method(_operand(op, other))
    if other is None or isinstance(other, str | bytes | complex | list | tuple | dict | set):
        raise UsageError(f"{_name_of_operator(op)}: {described(other)} is not a real number{hint(other)}")
    return NotImplemented


def accepted(result: Any, op: str, other: object) -> Any:
    """`result`, unless the other operand was of a kind that nobody knows."""
    if result is NotImplemented:
        raise UsageError(f"{op}: {described(other)} is not a real number{hint(other)}")
    return result


def _name_of_operator(method: str) -> str:
    from .ops import table

    for row in table.values():
        if row.dunder and method in (row.dunder, "r" + row.dunder):
            return row.name
    return method


# ------------------------------------------------------------------------------------------------------ refusing


def described(x: object) -> str:
    """`x` and its type, short: ``'3' (a str)``."""
    shown = repr(x)
    kind = type(x).__name__
    return f"{shown if len(shown) <= 40 else shown[:37] + '…'} ({'an' if kind[0] in 'aeiou' else 'a'} {kind})" if x is not None else "None"


def hint(x: object) -> str:
    """What to do instead, for the usual cases."""
    if isinstance(x, str | bytes):
        return "; write float(…) around it"
    if isinstance(x, complex):
        return "; this engine differentiates real functions only"
    if isinstance(x, list | tuple):
        return "; make one Value for each number: [Value(x) for x in …]"
    if getattr(x, "ndim", 0):
        return "; make one Value for each element"
    return ""


def called(node: Value) -> str:
    """A node as messages mention it: its label, the caller's name for it, or its number."""
    from .names import name_of

    name = node.label or name_of(node)
    return f"{name} (= {node._data:.6g})" if name else repr(node)


def refusal(op: str, operands: tuple[Any, ...], error: Exception) -> AutogradError:
    """The error for an operation that plain floats refuse too: which op, which operands by name, and what to do."""
    if isinstance(error, AutogradError):
        return error
    from .ops import table
    from .validation import holds

    row = table[op]
    shown = ", ".join(called(x) if isinstance(x, Value) else f"{x:.6g}" if isinstance(x, float) else str(x) for x in operands[:6])
    shown += ", …" if len(operands) > 6 else ""
    where = f"{op}({shown})"
    at_pole = row.poles and len(operands) == len(row.operands) and holds(row, row.poles, [number_of(x) for x in operands])
    if isinstance(error, ZeroDivisionError) or at_pole:
        what = "of no numbers" if not operands else f"divides by zero ({row.poles})" if row.poles else "divides by zero"
        return DivisionError(f"{where} {what}; keep the denominator away from 0")
    if isinstance(error, OverflowError):
        return RangeError(f"{where} is larger than the largest float, 1.797…e308; make the operand smaller (see .data of it)")
    if isinstance(error, IndexError):
        return DomainError(f"{op} of no numbers has no value; give at least one")
    needs = f"it needs {row.domain}" if row.domain else "there is no real value there"
    advice = f"; {row.name} of a negative number with a fractional exponent is complex" if row.form == "power" else ""
    return DomainError(f"{where} has no real value: {needs}{advice}")


# --------------------------------------------------------------------------------------------------------- modes


class Mode:
    """A context manager that sees every operation recorded in its thread and task while it is on.

    A subclass defines `recorded`. The hot methods of the engine read one module flag and come here only when some
    mode is on somewhere.
    """

    def __init__(self) -> None:
        self._tokens: list[Token[tuple[Mode, ...]]] = []

    def recorded(self, node: Value) -> Value:
        """What the operation that made `node` shall return."""
        raise NotImplementedError  # a Mode without this does nothing, which is a mistake of its author

    def __enter__(self) -> Self:
        with _generated_lock:
            _generated.modes += 1
        self._tokens.append(_active.set((*_active.get(), self)))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        _active.reset(self._tokens.pop())
        with _generated_lock:
            _generated.modes -= 1


class no_grad(Mode):  # noqa: N801  # a context manager, written as PyTorch users write it
    """Inside ``with no_grad():`` operations compute numbers and remember nothing: every result is a leaf.

    Local to its thread and task. Leaves may be edited inside as outside.

    >>> from autograd_scalar import Value, no_grad
    >>> w = Value(3.0)
    >>> with no_grad():
    ...     y = w * 2
    >>> y.data, y.parents
    (6.0, ())
    """

    def recorded(self, node: Value) -> Value:
        node._rule = None
        node._x = ""
        node._y = "no_grad"
        node._clock = 0
        return node


_generated_lock = _generated.edits
_active: ContextVar[tuple[Mode, ...]] = ContextVar("autograd_scalar modes", default=())


def recorded(node: Value) -> Value:
    """A new node, passed through the modes of this thread and task."""
    for mode in reversed(_active.get()):
        node = mode.recorded(node)
    return node


_generated.connect(
    {
        "Value": Value, "accepted": accepted, "coerced": coerced, "elements": elements, "number": number,
        "number_of": number_of, "numbers": numbers, "read": read, "read_one": read_one,
        "recorded": recorded, "refusal": refusal, "read_each": read_each, "share": share, "unequal": unequal, "values": values,
    }
)  # fmt: skip
