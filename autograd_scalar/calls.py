"""How a function is called, for the error that meets a call which does not fit it.

Python says what is missing. It cannot say what to write, nor that ``seed=1`` is called ``rng=random.Random(1)`` here.
"""

from __future__ import annotations

import re
import sys
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from .errors import UsageError
from .other_words import nearest

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping, Sequence
    from inspect import Signature

__all__ = ["called_as", "let_be_called", "misfit", "read_path"]

P = ParamSpec("P")
R = TypeVar("R")

# What other libraries call an argument, and what to write here; {} is what was given.
_OTHER_WORDS = {
    "optimizer": "optimiser", "learning_rate": "lr", "rate": "lr", "eta": "lr", "batch_size": "batch",
    "criterion": "loss", "loss_fn": "loss", "weight_decay": "l2", "alpha": "l2", "clip": "max_norm",
    "validation_data": "validation", "validation_split": "validation", "verbose": "progress",
    "nonlin": "activation", "nonlinearity": "activation", "act": "activation", "hidden": "n_outs", "sizes": "n_outs",
    "in_features": "n_in", "out_features": "n_out", "eps": "tolerance", "tol": "tolerance",
    "seed": "rng=random.Random({})", "random_state": "rng=random.Random({})", "generator": "rng=random.Random({})",
}  # fmt: skip


def called_as(example: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: a call that does not fit the function is a `UsageError`, which shows how it is called.

    What the function itself raises passes through, a TypeError of its own included. A call that fits costs one frame.

    >>> @called_as("shift(x, by=3)")
    ... def shift(x, *, by):
    ...     return x + by
    >>> shift(1, by=2)
    3
    >>> shift(1)
    Traceback (most recent call last):
        ...
    autograd_scalar.errors.UsageError: shift: by= is missing; write shift(x, by=3)
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **keywords: P.kwargs) -> R:
            try:
                return function(*args, **keywords)
            except TypeError as error:
                if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                    raise  # the function was entered: this is its own
            raise UsageError(misfit(function, args, keywords, example))

        return call

    return decorated


def misfit(function: Callable[..., Any], args: Sequence[Any], keywords: Mapping[str, Any], example: str) -> str:
    """What is wrong with a call that Python has refused."""
    from inspect import Parameter, signature

    name = re.sub(r"\.__\w+__$", "", function.__qualname__).rpartition(".")[2]  # of __init__ and __call__ the class
    parameters = signature(function).parameters
    kinds = [one.kind for one in parameters.values()]
    places = kinds.count(Parameter.POSITIONAL_ONLY) + kinds.count(Parameter.POSITIONAL_OR_KEYWORD)
    for keyword, given in keywords.items():
        if keyword not in parameters and Parameter.VAR_KEYWORD not in kinds:
            meant = _meant(keyword, given, list(parameters))
            optional = ", ".join(f"{one.name}=" for one in parameters.values() if one.default is not one.empty)
            return f"{name} has no argument {keyword}=; {meant or f'it has {optional}; write {example}'}"
    if len(args) > places and Parameter.VAR_POSITIONAL not in kinds:
        return f"{name}: {args[places]!r} is one argument too many; write {example}"
    filled = [*parameters][: min(len(args), places)]
    for keyword in keywords:
        if keyword in filled and parameters[keyword].kind is Parameter.POSITIONAL_OR_KEYWORD:
            return f"{name}: {keyword} is given twice; write {example}"
    missing = [
        f"{one.name}=" * (one.kind is Parameter.KEYWORD_ONLY) or one.name
        for one in parameters.values()
        if one.default is one.empty
        and one.name not in (*filled, *keywords)
        and one.kind not in {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}
    ]
    return f"{name}: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; write {example}"


def _meant(keyword: str, given: Any, known: list[str]) -> str:
    """What to write instead of an argument that is not there; nothing where that is not known."""
    word = keyword.lower()
    other = _OTHER_WORDS.get(word, "")
    if other.partition("=")[0] in known:
        return f"did you mean {other.format(repr(given)) if '=' in other else f'{other}='}?"
    close = nearest(word, [one for one in known if one[1:]])
    return f"did you mean {close}=?" if close else ""


def read_path(path: str | os.PathLike[str], example: str) -> Path:
    """The path of a file to be written. Raises `UsageError` for what is none."""
    try:
        return Path(path)
    except TypeError:
        raise UsageError(f"{path!r} is no name of a file; write {example}") from None


def let_be_called(module: str, function: Callable[..., Any]) -> None:
    """Let a module be called like the function of the same name in it: both are ``autograd_scalar.explain``."""

    class Room(ModuleType):
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        @property
        def __signature__(self) -> Signature:
            from inspect import signature

            return signature(function)

    sys.modules[module].__class__ = Room
