"""How a question names what it is about: a result or a function, and a node in its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..names import call_with_names, name_of
from ..steps import Steps
from ..value import Value
from .absent import why_not_connected

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["find", "named", "read_steps", "steps_for"]


def read_steps(
    result: Value | Steps | Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    every_op: bool = False,
    also: Value | None = None,
) -> Steps:
    """The steps of a result, or of what a function returns for these arguments (numbers are made Values)."""
    if isinstance(result, Steps):
        return result  # a stepper has read them already
    if isinstance(result, Value):
        if kwargs and not args and all(isinstance(one, int | float) for one in kwargs.values()):
            given = ", ".join(f"{argument}={one!r}" for argument, one in kwargs.items())
            name = name_of(result, label=lambda node: node.label) or "L"
            raise UsageError(
                f"explain: {given} has no place here: arguments go with a function, and the graph of a Value has its "
                f"numbers already; {name}.at({given}) shows it with other ones"
            )
        if args or kwargs:
            unknown = ", ".join([*map(repr, args), *kwargs])
            raise UsageError(f"explain: {unknown} has no place here; arguments go with a function, not with a Value")
        return Steps(result, every_op=every_op, also=() if also is None else (also,))
    if not callable(result):
        raise UsageError(f"explain: {result!r} is neither a Value nor a function")
    names = [one for one in args if isinstance(one, str)]
    if names:
        raise UsageError(
            f"explain: {names[0]!r} is no number for the function; the name of the node goes by keyword: "
            f"wrt={names[0]!r}, and the function's arguments as in explain(f, x=2, w=3, wrt={names[0]!r})"
        )
    values = {name: one if isinstance(one, Value) else Value(one) for name, one in kwargs.items()}
    made, scopes = call_with_names(result, *(one if isinstance(one, Value) else Value(one) for one in args), **values)
    if not isinstance(made, Value):
        raise UsageError(f"explain: the function returned {made!r}, not a Value; no gradient can have come through it")
    return Steps(made, every_op=every_op, scopes=scopes)


def steps_for(
    verb: str,
    result: Value | Callable[..., Any],
    arguments: dict[str, Any],
    *,
    every_op: bool = False,
    also: Value | None = None,
) -> Steps:
    """The steps of a result; an error names the verb that was called."""
    try:
        return read_steps(result, (), arguments, every_op=every_op, also=also)
    except UsageError as error:
        message = str(error)
        if not message.startswith("explain: "):
            raise
        raise UsageError(f"{verb}: {message.removeprefix('explain: ')}") from None


def named(steps: Steps, wrt: Value | str) -> Value:
    """The node that is meant, by itself or by name; it need not be in the graph."""
    node = steps.find(wrt) if isinstance(wrt, str) else wrt
    if not isinstance(node, Value):
        raise UsageError(f"{wrt!r} is neither a Value nor the name of one")
    return node


def find(steps: Steps, wrt: Value | str) -> Value:
    """The node in question, by itself or by name; it must be in the graph."""
    node = named(steps, wrt)
    if node not in steps.place:
        raise UsageError(why_not_connected(steps, node))
    return node
