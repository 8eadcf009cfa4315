"""What a verb is given: a result, or a function that makes one and whose local variables name the nodes."""

from __future__ import annotations

from inspect import Parameter, signature
from typing import TYPE_CHECKING, Any

from .errors import UsageError
from .names import call_with_names, name_of
from .notation import listed
from .recording import called, own_graph
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .names import Scope

__all__ = ["result_of"]

_BY_NAME = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def result_of(
    verb: str,
    result: Value | Callable[..., Any],
    args: Sequence[Any] = (),
    kwargs: Mapping[str, Any] | None = None,
) -> tuple[Value, tuple[Scope, ...]]:
    """The result, and the scopes in which its nodes have their names; a function is called, its numbers made Values.

    Without any arguments, the numbers are those that the function itself has as defaults.

    Raises `UsageError`, which names the verb, for arguments beside a Value, for what is neither a Value nor a function,
    for numbers that do not fit the function, and for a function that returns no Value.

    >>> result_of("step", lambda x: x * x, (3,))[0].data
    9.0
    >>> result_of("step", lambda x=4: x * x)[0].data
    16.0
    """
    kwargs = kwargs or {}
    if isinstance(result, Value):
        if args or kwargs:
            raise UsageError(f"{verb}: {_no_place(result, args, kwargs)}")
        return result, ()
    if not callable(result):
        raise UsageError(f"{verb}: {result!r} is neither a Value nor a function")
    named = {name: _value(one) for name, one in _numbers(verb, result, args, kwargs).items()}
    with own_graph():
        made, scopes = call_with_names(result, *map(_value, args), **named)
    if not isinstance(made, Value):
        raise UsageError(f"{verb}: the function returned {made!r}, not a Value; no gradient can have come through it")
    return made, scopes


def _numbers(
    verb: str, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The numbers that a function gets by name: those given; or, without any, the numbers among its own defaults."""
    try:
        parameters = signature(function)
    except (TypeError, ValueError):  # not written in Python
        return kwargs
    try:
        parameters.bind(*args, **kwargs)
    except TypeError as error:
        taken = ", ".join(f"{name}=…" for name, one in parameters.parameters.items() if one.kind in _BY_NAME)
        raise UsageError(f"{verb}: {error}; its numbers are given by name, as in {verb}(f, {taken})") from None
    if args or kwargs:
        return kwargs
    defaults = {name: one.default for name, one in parameters.parameters.items() if one.kind in _BY_NAME}
    return {name: one for name, one in defaults.items() if type(one) in (int, float)}


def _value(one: Any) -> Value:
    return one if isinstance(one, Value) else Value(one)


def _no_place(result: Value, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """What is wrong with arguments beside a Value; of numbers by name it is known what they were meant for."""
    if kwargs and not args and all(isinstance(one, int | float) for one in kwargs.values()):
        given = ", ".join(f"{argument}={one!r}" for argument, one in kwargs.items())
        name = name_of(result, label=lambda node: node.label) or "L"
        return (
            f"{given} has no place here: arguments go with a function, and the graph of a Value has its numbers "
            f"already; {name}.at({given}) shows it with other ones"
        )
    if len(args) > 1 and not kwargs and all(isinstance(one, Value) for one in args):
        return f"{listed([called(one) for one in args])} are several nodes; ask about one after the other"
    unknown = ", ".join([*map(repr, args), *kwargs])
    return f"{unknown} has no place here; arguments go with a function, not with a Value"
