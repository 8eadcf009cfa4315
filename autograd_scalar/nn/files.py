"""Models as files: what is saved is data, as JSON, and loading executes nothing.

A file says how the model is built (names of this package's classes, and their arguments) and holds its state, by name,
with every bit of every float. It is written whole or not at all.
"""

from __future__ import annotations

import inspect
import json
import os
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..calls import read_path
from ..errors import AutogradError, UsageError
from ..ops import table
from ..whole import write_whole
from .init import read_rng
from .layers import MLP, Activation, Dropout, Layer, Linear, Neuron, Residual, Sequential
from .modules import Module
from .normalisation import BatchNorm, LayerNorm
from .optimisers import OPTIMISERS, Optimiser
from .recurrent import LSTMCell, RNNCell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

__all__ = ["load", "load_optimiser", "save"]

_FORMAT, _VERSION = "autograd_scalar model", 1
_CLASSES: dict[str, type[Module]] = {
    one.__name__: one
    for one in (
        MLP, Activation, BatchNorm, Dropout, Layer, LayerNorm, Linear, LSTMCell, Neuron, Residual, RNNCell, Sequential,
    )
}  # fmt: skip
_NOT_FINITE = {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}


def save(model: Module, path: str | os.PathLike[str], *, optimiser: Optimiser | None = None) -> None:
    """Write a model, and the optimiser that trains it, to a JSON file: whole, or not at all.

    A model of one's own class, without `Module.config`, is saved as its state, to be loaded `into` another one.

    Raises `UsageError` where an activation is a function, which is code; `OSError` where the file cannot be written.

    >>> import tempfile
    >>> from autograd_scalar.nn import MLP
    >>> model = MLP(2, [3, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(model, f"{folder}/model.json")
    ...     again = load(f"{folder}/model.json")
    >>> again, again.state_dict() == model.state_dict()
    (MLP(2, [3, 1], activation='relu'), True)
    """
    if not isinstance(model, Module):
        what = f"save takes a module, not {type(model).__name__}"
        raise UsageError(f'{what}; the module is first, then the file: save(model, "model.json")')
    path = read_path(path, 'save(model, "model.json")')
    document = {
        "format": _FORMAT,
        "version": _VERSION,
        "model": _described(model) if _can_be_rebuilt(model) else None,
        "training": model.training,
        "state": _encoded(model.state_dict()),
    }
    if optimiser is not None:
        document["optimiser"] = {**_encoded(optimiser.state_dict()), "parameters": _trained(optimiser, model)}
    write_whole(path, json.dumps(document, allow_nan=False, ensure_ascii=False).encode())


def load(path: str | os.PathLike[str], into: Module | None = None, *, rng: Random | None = None) -> Module:
    """Read a model from a file that `save` has written.

    Args:
        path: the file.
        into: a model to take over the state, in place of a new one: for models of one's own classes.
        rng: the source of random numbers for what needs one in training (`Dropout`); by default ``Random(0)``.

    Names, shapes and activations are checked before anything is changed.

    Raises `AutogradError` where the file is cut short or is no model; `UsageError` where it is of another model than
    `into`, which is then as it was; `OSError` where it cannot be read.
    """
    if isinstance(path, Module) or not isinstance(into, Module | None):
        raise UsageError('load takes the file, and after it the model to load it into: load("model.json", model)')
    path = read_path(path, 'load("model.json")')
    document = _read(path)
    state = _decoded(document["state"], path)
    if into is not None:
        try:
            saved = _model_of(document, state, path, read_rng(None))
        except AutogradError:  # a class of its own, an operation that is not defined here: the state alone decides
            saved = into
        _check_activations(saved, into, path)
        _loaded(into, state, path)
        return into
    model = _model_of(document, state, path, read_rng(rng))
    _loaded(model, state, path)
    return model.train(document.get("training", True) is not False)


def load_optimiser(path: str | os.PathLike[str], model: Module) -> Optimiser:
    """The optimiser that was saved beside a model, for `model`, with its settings and all it remembers.

    Raises `AutogradError` where the file is cut short, is no model, or holds no optimiser; `UsageError` where it is of
    another model.
    """
    if isinstance(path, Module) or not isinstance(model, Module):
        raise UsageError('load_optimiser takes the file, and then the model: load_optimiser("model.json", model)')
    saved = _read(path).get("optimiser")
    if not isinstance(saved, dict):
        raise _broken(path, "it holds no optimiser; save(model, path, optimiser=…) saves one")
    state = _decoded(saved, path)
    names = state.pop("parameters", None)
    kind = OPTIMISERS.get(str(state.get("class")))
    if kind is None or not isinstance(names, list):
        raise _broken(path, "its optimiser is of no class that is known here")
    parameters = dict(model.named_parameters())
    names = [str(name) for name in names]
    if lacking := [name for name in names if name not in parameters]:
        raise UsageError(f"the optimiser in {os.fspath(path)!r} trains {lacking[0]}, which the model does not have")
    try:
        optimiser = kind([(name, parameters[name]) for name in names])
        optimiser.load_state_dict(state)
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # a UsageError is a TypeError
        raise _broken(path, f"its optimiser is not whole ({error})") from None
    return optimiser


# ----------------------------------------------------------------------------------------------- model to data


def _can_be_rebuilt(model: Module) -> bool:
    return all(type(module) in _CLASSES.values() for _, module in model.modules())


def _described(held: Any) -> Any:
    """A module as its class and arguments, all the way down."""
    if isinstance(held, Module):
        config = {name: _described(one) for name, one in held.config().items()}
        return {"class": type(held).__name__, **config}
    return [_described(one) for one in held] if isinstance(held, list) else held


def _model_of(document: dict[str, Any], state: Any, path: Path, rng: Random) -> Module:
    """The model that a file describes, with numbers of its own."""
    if document["model"] is None:
        raise UsageError(
            f"{os.fspath(path)!r} holds the state of a class of its own; load it into a model: load(path, model)"
        )
    _check_sizes(document["model"], state, path)
    model = _built(document["model"], path, rng)
    if not isinstance(model, Module):
        raise _broken(path, "it describes no model")
    return model


def _built(description: Any, path: str | os.PathLike[str], rng: Random) -> Any:
    """The module that a description is of; other data as it is."""
    if isinstance(description, list):
        return [_built(one, path, rng) for one in description]
    if not isinstance(description, dict):
        return description
    config = {name: _built(one, path, rng) for name, one in description.items()}
    name = config.pop("class", None)
    kind = _CLASSES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise _broken(path, f"it names the class {name!r}, which is not one of {', '.join(_CLASSES)}")
    try:
        if "rng" in inspect.signature(kind).parameters:
            config["rng"] = rng
        return kind.from_config(**config) if issubclass(kind, Sequential) else kind(**config)
    except (TypeError, ValueError) as error:  # arguments that are not this class's, or not of their kind
        raise _broken(path, f"its {name} cannot be made ({error})") from None


def _check_sizes(description: Any, state: Any, path: str | os.PathLike[str]) -> None:
    """Raise where a layer is described that has more weights than the file has numbers, before anything is made."""
    numbers = sum(1 for _ in _walk(state))
    for one in _walk(description):
        if isinstance(one, dict):
            inside = [size for held in one.values() for size in (held if isinstance(held, list) else [held])]
            sizes = [size for size in inside if type(size) is int]
            if max([*sizes, sum(a * b for a, b in pairwise(sizes))], default=0) > numbers:
                raise _broken(path, f"its {one.get('class')} is larger than all it holds")


def _walk(data: Any) -> Iterator[Any]:
    """All that lies in nested lists and dicts, these included."""
    pending = [data]
    while pending:
        one = pending.pop()
        yield one
        pending += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()


def _trained(optimiser: Optimiser, model: Module) -> list[str]:
    """The names of the optimiser's parameters in the model."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    if any(id(parameter) not in names for _, parameter in optimiser.named):
        raise UsageError("the optimiser trains parameters that are not the model's; save it with its own model")
    return [names[id(parameter)] for _, parameter in optimiser.named]


def _check_activations(saved: Module, into: Module, path: Path) -> None:
    """Raise where a module has another activation than in the file: the same weights compute something else."""
    theirs, ours = _activations(saved), _activations(into)
    for name, activation in theirs.items():
        if name in ours and _key(activation) != _key(ours[name]):
            theirs_is, ours_is = (f"{name} of ", f"{name} in ") if name else ("", "")
            raise UsageError(
                f"{theirs_is}the model in '{path}' has {_called(activation)}, {ours_is}this one {_called(ours[name])}: "
                "give that the same activation, or let load(path) make the model of the file. Nothing was loaded"
            )


def _activations(model: Module) -> dict[str, Activation | None]:
    """The activations by the names of the modules that have one, or are one."""
    return {
        name: module if isinstance(module, Activation) else getattr(module, "activation", None)
        for name, module in model.modules()
        if isinstance(module, Activation) or hasattr(module, "activation")
    }


def _key(activation: Any) -> tuple[Any, ...] | None:
    """What an activation computes: a function is equal to nothing that a file can hold."""
    if activation is None or not activation.is_row:
        return activation and (activation.name,)
    parameters = {one.name: one.default for one in table[activation.name].arguments if one.kind == "parameter"}
    return activation.name, parameters | activation.settings


def _called(activation: Activation | None) -> str:
    if activation is None:
        return "no activation"
    settings = ", ".join(f"{name} = {number:g}" for name, number in activation.settings.items())
    return f"{activation.name}{f' ({settings})' if settings else ''}"


def _loaded(model: Module, state: Any, path: str | os.PathLike[str]) -> None:
    try:
        model.load_state_dict(state)
    except UsageError as error:
        raise UsageError(f"{os.fspath(path)!r}: {error}") from None


# ---------------------------------------------------------------------------------------------- numbers to JSON


def _encoded(data: Any) -> Any:
    """JSON has no infinities and no NaN: they are written as words."""
    if isinstance(data, dict):
        return {name: _encoded(one) for name, one in data.items()}
    if isinstance(data, list):
        return [_encoded(one) for one in data]
    return str(data) if isinstance(data, float) and not isfinite(data) else data


def _decoded(data: Any, path: str | os.PathLike[str]) -> Any:
    if isinstance(data, dict):
        return {name: one if name == "class" else _decoded(one, path) for name, one in data.items()}
    if isinstance(data, list):
        return [_decoded(one, path) for one in data]
    if isinstance(data, str) and data in _NOT_FINITE:
        return _NOT_FINITE[data]
    if isinstance(data, float) and not isfinite(data):
        raise _broken(path, "it has a number that no float can hold")
    return data


def _read(path: str | os.PathLike[str]) -> dict[str, Any]:
    def no_constant(name: str) -> float:
        raise ValueError(f"{name} is not JSON")

    try:
        document = json.loads(Path(path).read_bytes().decode(), parse_constant=no_constant)
    except RecursionError:
        raise _broken(path, "it is nested too deeply") from None
    except ValueError as error:
        raise _broken(path, f"it is not JSON, or cut short ({error})") from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise _broken(path, "it is JSON, but of something else")
    if document.get("version") != _VERSION:
        raise _broken(path, f"it is of version {document.get('version')}, and this library reads version {_VERSION}")
    if not isinstance(document.get("state"), dict) or "model" not in document:
        raise _broken(path, "parts of it are missing")
    return document


def _broken(path: str | os.PathLike[str], why: str) -> AutogradError:
    return AutogradError(f"{os.fspath(path)!r} cannot be loaded: {why}")
