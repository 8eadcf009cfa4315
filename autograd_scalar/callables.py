"""`custom`: an operation of one's own that is given as plain callables, where there is no formula to write as a row.

It becomes a row all the same, whose value is its own call, ``swish(x)``, and whose partials are calls of rows of their
own, ``swish_x(x)``. So all that reads rows reads it; what would have to look inside says that nobody can.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from .calls import called_as
from .errors import UsageError
from .functions import check
from .ops import Row, add, as_python_reads, table
from .recording import described, hint, is_number, number
from .validation import is_free, validate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["custom"]

ABOUT = "given as a callable, which nobody can look inside"
_OF_A_RULE = ("backward", "mixed", "partials")  # how the code around a rule ends the names of its own things


@called_as("custom(f, df), where df(x) gives the slope of f at x")
def custom(
    fn: Callable[..., float],
    partials: Callable[..., float] | Sequence[Callable[..., float]],
    *,
    name: str | None = None,
) -> Row:
    """Add an operation that is given as plain callables: its value z = fn(x, y, …), and ∂z/∂x, ∂z/∂y, … beside it.

    `fn` and each of `partials` take the numbers of all arguments, as floats and by position, and give a float. Forward
    and backward pass, derivations, drawings, replays and checks work as for a row of `op`. Nobody can look inside a
    callable, though: formulas write ``swish(x)`` and ``swish_x(x)``, second derivatives are not known, there is no
    JavaScript of it, and a page is made without its live leaves. Where a formula can be written down, `op` gives all
    that.

    Args:
        fn: the function; what it raises for some numbers, such as a ValueError, is raised as the error of its kind.
        partials: one callable for each argument; for a function of one argument, it may be the callable itself.
        name: what it is called: ``fn.__name__``, unless given. It becomes a method of Values, too.

    Returns:
        The operation, to be called: floats in give a float, a Value in gives a Value. Defined again under the same name
        with as many arguments, it takes the place of the old one; what was recorded before keeps the rule that it was
        recorded with.

    Raises:
        UsageError: `fn` or a partial is no callable of so many numbers; there is not one partial for each argument; the
            name is missing, taken or no name. Later, where one of them returns what is no number, and where the
            derivative of a partial is asked for.

    >>> import math
    >>> from autograd_scalar import Value, custom
    >>> bump = custom(lambda x: math.exp(-x * x), lambda x: -2 * x * math.exp(-x * x), name="bump")
    >>> x = Value(0.0)
    >>> z = bump(x)
    >>> z.backward()
    >>> z.data, abs(x.grad), bump(0.0)
    (1.0, 0.0, 1.0)
    """
    name = _name(fn, name)
    slopes = _partials(name, partials)
    arguments = _arguments(name, fn, len(slopes))
    for argument, slope in zip(arguments, slopes, strict=True):
        if not _takes(slope, len(arguments)):
            takes = _count(len(arguments), "number")
            raise UsageError(f"{_shown(name)}: the partial for {argument} cannot be called with {takes}")
    named = [f"{name}_{argument}" for argument in arguments]
    signature = f"({', '.join(arguments)})"
    rows = [
        _row(own + signature, ("unknown",) * len(slopes), slope, partial_of=name)
        for own, slope in zip(named, slopes, strict=True)
    ]
    rows.append(_row(name + signature, tuple(own + signature for own in named), fn))
    _add(rows)
    return rows[-1]


def _add(rows: list[Row]) -> None:
    """All the rows, or none of them."""
    own = {row.name for row in rows}
    earlier = {other: row for other, row in table.items() if other not in own or row.built_in}
    for row in rows:
        validate(row, earlier)
        earlier[row.name] = row
    for row in reversed(rows):  # the operation itself is spoken of first
        check(row)
    for row in rows:
        add(row)


def _row(call: str, partials: tuple[str, ...], compute: Callable[..., float], partial_of: str = "") -> Row:
    """A row whose value is its own call."""
    name = call.partition("(")[0]
    about = f"partial of {partial_of}, {ABOUT}" if partial_of else ABOUT
    return Row(
        call, call, partials, given="", written=(), domain="", poles="", kinks="", infix="", form="call", symbol="",
        latex="", dunder="", about=about, built_in=False, compute=_computed(name, compute), partial_of=partial_of,
    )  # fmt: skip


def _computed(name: str, fn: Callable[..., float]) -> Callable[..., float]:
    """`fn`, of which only floats come."""

    def compute(*arguments: float) -> float:
        result: Any = fn(*arguments)
        if type(result) is float:
            return result
        if is_number(result):
            return number(result, f"the result of {name}")
        numbers = ", ".join(map(repr, arguments))
        raise UsageError(f"{name}({numbers}) returned {described(result)}, which is not a real number{hint(result)}")

    return compute


# ------------------------------------------------------------------------------------------------ what was given


def _name(fn: Any, name: Any) -> str:
    if not callable(fn):
        raise UsageError(f"custom(fn, partials): fn is {described(fn)}, which cannot be called")
    if name is None:
        name = getattr(fn, "__name__", "")
        if not (isinstance(name, str) and name.isidentifier()):
            what = "a lambda" if name == "<lambda>" else described(fn)
            raise UsageError(f"custom(fn, partials): {what} has no name of its own; give it one: name='swish'")
    if not (isinstance(name, str) and name.isidentifier()):
        raise UsageError(f"custom(fn, partials): name={name!r} cannot be the name of a method; choose another one")
    return str(as_python_reads(name))


def _shown(name: str) -> str:
    return f"custom(…, name={name!r})"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _partials(name: str, partials: Any) -> list[Callable[..., float]]:
    if callable(partials):
        return [partials]
    try:
        slopes = list(partials)
    except TypeError:
        slopes = [partials]
    for slope in slopes:
        if not callable(slope):
            raise UsageError(f"{_shown(name)}: {described(slope)} is no partial, which is a callable for each argument")
    if not slopes:
        raise UsageError(f"{_shown(name)}: it has no partials; give a callable for each argument")
    return slopes


def _arguments(name: str, fn: Callable[..., float], count: int) -> list[str]:
    """What the arguments are called: as `fn` calls them, or x, y where that cannot be.

    Raises `UsageError` where `fn` does not take so many.
    """
    own = _positional(fn)
    if own is None:
        own = []
    elif not _takes(fn, count):
        required = [one.name for one in own if one.default is one.empty]
        takes = f"{_count(len(required), 'argument')} ({', '.join(required)})" if required else "none"
        raise UsageError(f"{_shown(name)}: it has {_count(count, 'partial')}, and the function takes {takes}")
    names = [one.name for one in own if one.kind is not one.VAR_POSITIONAL][:count]
    is_free_for_all = len(names) == count and all(
        is_free(one, names[:place]) and one not in table and one != name and not one.endswith(_OF_A_RULE)
        for place, one in enumerate(names)
    )
    if is_free_for_all:
        return names
    return ["x", "y"][:count] if count <= 2 else [f"x{place}" for place in range(1, count + 1)]


def _positional(fn: Callable[..., float]) -> list[inspect.Parameter] | None:
    """The arguments that `fn` takes by position; None where it does not say."""
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (TypeError, ValueError):
        return None
    return [one for one in parameters if one.kind not in {one.KEYWORD_ONLY, one.VAR_KEYWORD}]


def _takes(fn: Callable[..., float], count: int) -> bool:
    """Whether `fn` may be called with so many numbers, as far as it says."""
    try:
        signature = inspect.signature(fn)
    except (TypeError, ValueError):
        return True
    try:
        signature.bind(*[0.0] * count)
    except TypeError:
        return False
    return True
