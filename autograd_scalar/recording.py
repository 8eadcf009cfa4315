"""What recording an operation needs besides its row: reading operands, refusing them, and the modes.

The generated methods take their fast path when an operand is a `Value` or a float, and come here for all else.
"""

from __future__ import annotations

from _contextvars import ContextVar

from . import _generated
from .errors import AutogradError, DivisionError, DomainError, RangeError, UsageError
from .graph import one_by_one
from .value import Value, new

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType
    from typing import Any, Self

    from .ops import Row

__all__ = ["Mode", "no_grad"]

# ---------------------------------------------------------------------------------------------- reading numbers


def is_number(x: object) -> bool:
    """Whether `x` counts as a plain real number: int, float, bool, a NumPy scalar, a 0-d array."""
    if isinstance(x, int | float):
        return True
    if isinstance(x, str | bytes | complex | Value):
        return False
    if not (hasattr(type(x), "__float__") or hasattr(type(x), "__index__")):
        return False
    kind = getattr(getattr(x, "dtype", None), "kind", "f")  # an array says what it holds: integers, objects, dates
    return kind in "fiub" and getattr(x, "ndim", 0) == 0


def number(x: Any, where: str = "") -> float:
    """`x` as a float. Raises `UsageError` for what is not a number, `RangeError` for an int that no float can hold.

    `where` is what wanted the number, for the message.
    """
    if type(x) is float:
        return x
    prefix = f"{where}: " if where else ""
    if isinstance(x, Value):
        advice = "read it with .item(), through which no gradient flows"
        raise UsageError(f"{prefix}{called(x)} is a Value where a plain number belongs; {advice}")
    if is_number(x):
        try:
            return float(x)
        except OverflowError:
            raise RangeError(f"{prefix}{_size(x)} is beyond {_LARGEST}; scale it down first") from None
        except (TypeError, ValueError):
            pass  # it has the method, and refuses: a symbol, a signalling NaN
    raise UsageError(f"{prefix}{described(x)} is not a real number{hint(x)}")


def _size(x: Any) -> str:
    return f"an int of {x.bit_length()} bits" if isinstance(x, int) else f"this {type(x).__name__}"


def number_of(x: Any) -> float:
    """The number of an operand that may be a Value."""
    return x._data if type(x) is Value else x


def numbers(operands: Iterable[Any]) -> list[float]:
    """The numbers of a recorded sequence, in which Values and floats may be mixed."""
    return [x._data if type(x) is Value else x for x in operands]


def values(*arguments: Any) -> tuple[Value, ...]:
    """The Values among the arguments of an operation of many operands, those in a sequence too."""
    return tuple([one for one in one_by_one(arguments) if type(one) is Value])


def share(operands: Sequence[Any], z: float) -> float:
    """What each of several equal largest elements gets: 1 over their number; 0 where a plain number is among them."""
    ties = 0
    for x in operands:
        if type(x) is Value:
            ties += x._data == z
        elif x == z:
            return 0.0
    return 1.0 / ties if ties else 1.0  # no tie at all: z is NaN, and the NaN is passed on


def read_one(op: str, name: str, x: Any) -> tuple[Any, bool]:
    """The operand of that name as it is kept, and whether it is a Value."""
    return (x, True) if type(x) is Value else (number(x, f"{op}, {name}"), False)


def read_each(op: str, name: str, operands: tuple[Any, ...]) -> tuple[tuple[Any, ...], bool | None]:
    """A sequence as it is kept, and whether it consists of Values (True), of numbers (False) or of both (None)."""
    kept = tuple([x if type(x) in _KEPT else number(x, f"{op}, {name}[{at}]") for at, x in enumerate(operands)])
    are_values = {type(x) is Value for x in kept}
    return kept, None if len(are_values) > 1 else True in are_values


_KEPT = (Value, float)

# Asked for the types of a sequence: a subclass of float is converted, and Value has none.
are_floats, are_values = frozenset([float]).issuperset, frozenset([Value]).issuperset


def elements(op: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """``sum([a, b])`` and ``sum(a, b)`` mean the same: one sequence, or several numbers."""
    if len(arguments) == 1 and not isinstance(arguments[0], Value) and not is_number(arguments[0]):
        return sequence(op, arguments[0])
    return arguments


def sequence(op: str, x: Any) -> tuple[Any, ...]:
    """The elements of `x`, whatever can be walked: a list, a generator, an array."""
    if type(x) is list or type(x) is tuple:
        return tuple(x)
    if isinstance(x, set | frozenset):
        raise UsageError(f"{op}: a set has no order, and sums and names depend on it; put the numbers in a list")
    if isinstance(x, dict):
        raise UsageError(
            f"{op}: {described(x)} is walked by its keys; put the numbers in a list, as list(d.values()) does"
        )
    if not isinstance(x, str | bytes):
        try:
            elements = iter(x)
        except TypeError:
            pass
        else:
            return tuple(elements)
    shown = called(x) if isinstance(x, Value) else described(x)
    raise UsageError(f"{op}: {shown} is not a sequence of numbers; put the numbers in a list")


def unequal(op: str, *sequences: tuple[Any, ...]) -> UsageError:
    """The error for sequences that cannot be walked side by side."""
    lengths = " and ".join(str(len(sequence)) for sequence in sequences)
    return UsageError(f"{op}: the sequences have {lengths} elements; they must be of one length")


def coerced(method: Callable[[Any], Value], other: Any) -> Value:
    """What ``method(other)`` gives once `other` is a float; NotImplemented leaves the word to `other`'s own class."""
    kind = type(other)
    if kind is int or kind is bool or is_number(other):
        try:
            plain = float(other)
        except (TypeError, ValueError, OverflowError):
            plain = number(other, _attempt(method, other))
        return method(plain)
    if other is None or isinstance(other, str | bytes | complex | list | tuple | dict | set):
        raise UsageError(f"{_attempt(method, other)}: {described(other)} is not a real number{hint(other)}")
    return NotImplemented  # type: ignore[no-any-return]  # as any operator may


def accepted(result: Value, op: str, other: object) -> Value:
    """`result`, unless the other operand was of a kind that nobody knows."""
    if result is NotImplemented:
        raise UsageError(f"{op}: {described(other)} is not a real number{hint(other)}")
    return result


def _attempt(method: Any, other: object) -> str:
    """What was tried, as it was written: ``w + 'a'``, ``'a' * w``."""
    from .ops import table

    node, name = method.__self__, method.__name__
    for row in table.values():
        if name in row.sides:
            return _Message().expression(row, (other, node) if name == row.sides[1] else (node, other))
    raise AssertionError(method)


# ------------------------------------------------------------------------------------------------------ refusing


_LARGEST = "the largest float, about 1.8e308"
_SHOWN = 6  # operands in a message
_BACK = 3  # steps from an unnamed result back to what it was made from,
_LONG = 40  # unless that is a formula of more characters


def described(x: object) -> str:
    """`x` and its type, short: ``'3' (a str)``."""
    if x is None:
        return "None"
    kind = type(x).__name__
    return f"{_short(x)} ({'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind})"


def _short(x: object) -> str:
    try:
        shown = repr(x)
    except Exception:  # noqa: BLE001  # a message must come about, whatever an object's own code does
        shown = f"<{type(x).__name__}>"
    return shown if len(shown) <= 40 else shown[:37] + "…"


def hint(x: object) -> str:
    """What to do instead, for the usual cases."""
    if x is None:
        return "; did a function forget its return?"
    if isinstance(x, str | bytes):
        return "; write float(…) around it"
    if isinstance(x, complex) or getattr(getattr(x, "dtype", None), "kind", "") == "c":
        return "; this engine differentiates real functions only"
    if isinstance(x, list | tuple):
        return "; make one Value for each number: [Value(x) for x in …]"
    if getattr(x, "ndim", 0):
        return "; make one Value for each element"
    return ""


class _Message:
    """How one message speaks of nodes: all names are read from the caller's frames once, when it is made."""

    def __init__(self) -> None:
        from .names import read_names

        self.name = read_names(Value, label=_label_of).of

    def operand(self, x: object, back: int = _BACK) -> str:
        """A name; else, for a result, what it was made from, a few steps back; else the number."""
        if isinstance(x, Value):
            return self.name(x) or (self._made(x, x.row, back) if x.row else f"{x._data:.6g}")
        if isinstance(x, int) and x.bit_length() > 64:
            return "an int"
        return f"{x:.6g}" if isinstance(x, float) else _short(x)

    def expression(self, row: Row, operands: Sequence[object], back: int = _BACK) -> str:
        """The operation as it was written: ``log(w)``, ``x / (a - b)``, ``(-2) ** w``."""
        shown = [self.operand(x, back) for x in operands[:_SHOWN]]
        if row.infix:
            bracketed = [f"({one})" if self._is_open(x, one) else one for x, one in zip(operands, shown, strict=True)]
            return f" {row.infix} ".join(bracketed) if len(bracketed) > 1 else f"{row.infix}{bracketed[0]}"
        return f"{row.name}({', '.join(shown)}{', …' if len(operands) > _SHOWN else ''})"

    def place(self, operands: Sequence[object]) -> str:
        """The numbers behind the names: ``w = -3, x = 2``; nothing where the expression shows the numbers anyway."""
        numbers = {self.operand(x): f"{x._data:.6g}" for x in operands[:_SHOWN] if isinstance(x, Value)}
        return ", ".join(f"{shown} = {number}" for shown, number in numbers.items() if shown != number)

    def _is_open(self, x: object, shown: str) -> bool:
        """Whether an operand needs brackets beside a sign: a negative number, or a result written with a sign."""
        row = x.row if isinstance(x, Value) and not self.name(x) else None
        return shown.startswith("-") or (row is not None and bool(row.infix))

    def _made(self, node: Value, row: Row, back: int) -> str:
        """What an unnamed result was made from; its own unnamed operands are numbers where the whole would be long."""
        flat = one_by_one(node.operands)
        told = [isinstance(x, Value) and bool(self.name(x) or (back and x.row)) for x in flat]
        operands = [x if is_told else float(number_of(x)) for x, is_told in zip(flat, told, strict=True)]
        shown = self.expression(row, operands, back - 1)
        return self._made(node, row, 0) if back and len(shown) > _LONG else shown


def _label_of(node: Value) -> str:
    return node.label


def called(node: Value) -> str:
    """A node as messages mention it: its label, the caller's name for it, or what it was made from; and its number."""
    message = _Message()
    return f"{shown} (= {node._data:.6g})" if (shown := message.operand(node)) != f"{node._data:.6g}" else repr(node)


def described_result(node: Value) -> str:
    """What a result was made from, with the numbers behind the names: ``a * b at a = 2, b = 3``."""
    message = _Message()
    place = message.place(node.parents)
    row = node.row
    shown = message.expression(row, one_by_one(node.operands)) if row else repr(node)
    return f"{shown} at {place}" if place else shown


def no_seed(root: Value, given: Any) -> UsageError:
    """The error for ``L.backward(w)``: a pass finds all gradients, and takes nothing to differentiate by."""
    name = _Message().name
    first = given[0] if isinstance(given, list | tuple) and given else given
    of, by = name(root) or "L", (name(first) if isinstance(first, Value) else "") or "w"
    shown = called(given) if isinstance(given, Value) else described(given)
    todo = f"{of}.backward() finds the gradients of all leaves, and then {by}.grad is d{of}/d{by}"
    return UsageError(f"backward: {shown} is no seed, which is a number; {todo}")


def refusal(op: str, operands: tuple[Any, ...], error: Exception) -> AutogradError:
    """The error for an operation that plain floats refuse too: which op, which operands by name, and what to do."""
    if isinstance(error, AutogradError):
        return error
    from .ops import table

    row = table[op]
    if not operands:
        return DomainError(f"{op} of no numbers has no value; give at least one")
    message = _Message()
    shown = message.expression(row, operands)
    place = message.place(operands)
    at = f" at {place}" if place else ""
    if row.compute is not None:
        return _kind(error)(f"{shown} cannot be computed{at}: {_raised([row.name], error)}")
    if isinstance(error, ZeroDivisionError) or _is_at_pole(row, operands):
        return DivisionError(f"{shown} divides by zero{at}; keep the denominator away from 0")
    if isinstance(error, OverflowError):
        at = f",{at}" if at else ""
        return RangeError(f"{shown} is beyond {_LARGEST}{at}; bring its operands into a smaller range first")
    if not row.domain:
        return DomainError(f"{shown} has no real value{at}; change the operand first")
    needs = f"{row.name}({', '.join(argument.name for argument in row.operands)}) needs {row.domain}"
    if row.form == "power":
        needs += " (a negative base with a fractional exponent gives a complex number)"
    return DomainError(f"{shown} has no real value{at}: {needs}. Bring it into that range first")


def _is_at_pole(row: Row, operands: tuple[Any, ...]) -> bool:
    from .conditions import holds

    try:
        return bool(row.poles) and holds(row, row.poles, [float(number_of(x)) for x in operands])
    except (NameError, ValueError):  # a pole that a parameter decides, or the elements of a sequence
        return False


def refused_partial(node: Value, error: Exception) -> AutogradError:
    """The error for a partial that cannot be computed where its value could: the row of a user may be so."""
    if isinstance(error, AutogradError):
        return error
    message = _Message()
    place = message.place(node.parents)
    row = node.row
    problem = f"the derivative of {message.operand(node)} cannot be computed{' at ' + place if place else ''}"
    if row is not None and row.compute is not None:
        return _kind(error)(f"{problem}: {_raised([text.partition('(')[0] for text in row.partials], error)}")
    return _kind(error)(
        f"{problem} ({error}); its partials stand in the row of {node.op}: {', '.join(row.partials) if row else ''}"
    )


def _kind(error: Exception) -> type[AutogradError]:
    """Which of our errors stands for what plain floats, or a callable, have raised."""
    kinds = {ZeroDivisionError: DivisionError, OverflowError: RangeError}
    return next((ours for theirs, ours in kinds.items() if isinstance(error, theirs)), DomainError)


def _raised(names: Sequence[str], error: Exception) -> str:
    raised = type(error).__name__ + (f" ({error})" if str(error) else "")
    return f"{' or '.join(names)}, given as a callable, raised {raised}"


# --------------------------------------------------------------------------------------------------------- modes


class Mode:
    """A context manager that sees every operation recorded in its thread and task while it is on.

    A subclass defines `recorded`, and `passed_on` where it looks at backward passes too. The hot methods of the engine
    read one module flag and come here only when some mode is on somewhere. Modes nest, the innermost sees a node first;
    one object may be entered several times, and by several threads at once. A task that was started inside inherits
    the mode, for as long as the block lasts.
    """

    def recorded(self, node: Value) -> Value:
        """What the operation that made `node` shall return."""
        raise NotImplementedError  # a Mode without this does nothing, which is a mistake of its author

    def passed_on(self, node: Value, adjoint: float, to_parents: Sequence[float]) -> None:
        """Called in a backward pass when `node` has passed its `adjoint` on: what its parents' adjoints are now."""

    def __enter__(self) -> Self:
        _active.set((*_active.get(), _Entry(self)))
        with _generated.edits:
            _generated.modes += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with _generated.edits:
            _generated.modes -= 1
        entries = _active.get()
        own = max(place for place, entry in enumerate(entries) if entry.mode is self)
        entries[own].is_on = False
        _active.set(entries[:own] + entries[own + 1 :])

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The mode as a decorator: `function` with the mode on while it runs."""
        from functools import wraps

        @wraps(function)
        def within(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return within


class _Entry:
    """One block of a mode. Its end switches it off, since tasks that were started inside keep a copy of the list."""

    __slots__ = ("is_on", "mode")

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.is_on = True


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
        """The node, made a leaf."""
        node._rule = None
        node._x = ""
        node._y = "no_grad"
        return node


class own_graph:  # noqa: N801  # it stands where no_grad stands
    """Inside ``with own_graph():`` operations are recorded, also where a `no_grad` is on around the block.

    It is for a graph that one call makes, reads and drops, such as that of `grad`. Other modes stay on, and a
    `no_grad` that begins inside holds as ever. What the block is given is whether there was one to suspend.
    """

    __slots__ = ("_suspended",)

    def __enter__(self) -> bool:
        self._suspended: dict[_Entry, _Entry] = {}
        if _generated.modes:
            entries = []
            for entry in _active.get():
                entries.append(entry)
                if entry.is_on and isinstance(entry.mode, no_grad):
                    entries[-1] = _Entry(entry.mode)
                    entries[-1].is_on = False
                    self._suspended[entries[-1]] = entry
            if self._suspended:
                _active.set(tuple(entries))
        return bool(self._suspended)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._suspended:  # what was opened inside and is still open stays, what was closed inside stays closed
            _active.set(tuple([self._suspended.get(entry, entry) for entry in _active.get()]))


_active: ContextVar[tuple[_Entry, ...]] = ContextVar("autograd_scalar modes", default=())


def recorded(node: Value) -> Value:
    """A new node, passed through the modes of this thread and task."""
    for entry in reversed(_active.get()):
        if entry.is_on:
            node = entry.mode.recorded(node)
    return node


def watching() -> list[Mode]:
    """The modes of this thread and task, the innermost first."""
    return [entry.mode for entry in reversed(_active.get()) if entry.is_on]


_generated.connect(
    {
        "Value": Value, "accepted": accepted, "are_floats": are_floats, "are_values": are_values, "coerced": coerced,
        "elements": elements, "new": new, "number": number, "number_of": number_of, "numbers": numbers,
        "read_each": read_each, "read_one": read_one, "recorded": recorded, "refusal": refusal, "sequence": sequence,
        "share": share, "unequal": unequal, "values": values,
    }
)  # fmt: skip
