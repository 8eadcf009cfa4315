"""How a question names what it is about: a result or a function, and a node in its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..given import result_of
from ..steps import Steps
from ..value import Value
from .absent import why_not_connected

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["find", "named", "steps_for"]


def steps_for(
    verb: str,
    result: Value | Steps | Callable[..., Any],
    arguments: dict[str, Any],
    *,
    args: tuple[Any, ...] = (),
    every_op: bool = False,
    also: Value | None = None,
) -> Steps:
    """The steps of a result, or of what a function returns for these arguments; an error names the verb."""
    if isinstance(result, Steps):
        return result  # a stepper has read them already
    names = [one for one in args if isinstance(one, str)]
    if names and not isinstance(result, Value):
        raise UsageError(
            f"{verb}: {names[0]!r} is no number for the function; the name of the node goes by keyword: "
            f"wrt={names[0]!r}, and the function's arguments as in {verb}(f, x=2, w=3, wrt={names[0]!r})"
        )
    made, scopes = result_of(verb, result, args, arguments)
    asked = (also,) if also is not None and made is result else ()
    return Steps(made, every_op=every_op, scopes=scopes, also=asked)


def named(steps: Steps, wrt: Value | str) -> Value:
    """The node that is meant, by itself or by name; it need not be in the graph."""
    node = steps.find(wrt) if isinstance(wrt, str) else wrt
    if not isinstance(node, Value):
        several = "; ask about one after the other" if isinstance(wrt, list | tuple) else ""
        raise UsageError(f"{wrt!r} is neither a Value nor the name of one{several}")
    return node


def find(steps: Steps, wrt: Value | str) -> Value:
    """The node in question, by itself or by name; it must be in the graph."""
    node = named(steps, wrt)
    if node not in steps.place:
        raise UsageError(why_not_connected(steps, node))
    return node
