"""The forward pass in plain floats: the same model, with numbers in place of its parameters, remembering nothing."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from ..nn.modules import Module
from ..recording import no_grad
from ..value import Value
from .data import aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["outputs", "plain"]


def plain(model: Module) -> Module:
    """A copy of the model for use (see `Module.eval`) with a float in place of each parameter.

    The functions of this library take floats as they take Values, so it computes the same numbers and records nothing.
    The model itself is not touched.

    >>> from autograd_scalar.nn import MLP
    >>> model = MLP(2, [3, 1])
    >>> plain(model)([1.0, 2.0]) == model([1.0, 2.0]).data
    True
    """
    copied: Module = _plain(model, {})
    return copied


def _plain(held: Any, done: dict[int, Any]) -> Any:
    if isinstance(held, Value):
        return held._data
    if isinstance(held, list | tuple) and type(held) in {list, tuple}:
        return type(held)([_plain(one, done) for one in held])
    if type(held) is dict:
        return {key: _plain(one, done) for key, one in held.items()}
    if not isinstance(held, Module):
        return held
    if id(held) not in done:
        done[id(held)] = copied = copy.copy(held)
        vars(copied).update({name: _plain(one, done) for name, one in vars(held).items()})
        copied.training = False
    return done[id(held)]


def outputs(model: Module, X: Sequence[Any]) -> list[Any]:
    """The outputs of the model in use, as floats and lists of floats, for each of the examples."""
    try:
        return aligned(plain(model).batch(X))
    except (AttributeError, TypeError):  # a layer of one's own may need Values: x.relu()
        modes = [(module, module.training) for _, module in model.modules()]
        try:
            with no_grad():
                found: list[Any] = _numbers(aligned(model.eval().batch(X)))
                return found
        finally:
            for module, mode in modes:
                module.training = mode


def _numbers(tree: Any) -> Any:
    if isinstance(tree, list | tuple):
        return [_numbers(one) for one in tree]
    return tree._data if isinstance(tree, Value) else tree
