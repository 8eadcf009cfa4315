"""What each module of a model computes in one forward pass, seen without touching the model."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from ..nn.modules import Module, joined
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Seen", "watched"]


@dataclass
class Seen:
    """What went into one module and what came out, example by example.

    Attributes:
        path: the name of the module, "" for the model itself.
        module: the module of the model.
        source: the path of the module that made all of its inputs; None where none did.
        inputs: the numbers of the examples that went in.
        outputs: what came out of it for each example, Values and numbers.
    """

    path: str
    module: Module
    source: str | None = None
    inputs: list[float] = field(default_factory=list)
    outputs: list[list[Any]] = field(default_factory=list)


class _Log:
    """All that was seen, in the order in which modules were done."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.makers: dict[int, str] = {}
        self.active: set[str] = set()

    def watch(self, one: Any, compute: Callable[..., Any], x: Any, rest: Any, *, is_batch: bool) -> Any:
        path = one._path
        if path in self.active:  # a call within its own call
            return compute(x, *rest)
        x = list(x) if is_batch else x
        self.active.add(path)
        try:
            result = compute(x, *rest)
        finally:
            self.active.remove(path)
        seen = self.seen.setdefault(path, Seen(path, one._original))
        inputs = [number for number in _flat(x) if isinstance(number, Value | int | float)]
        if not seen.outputs:
            sources = {self.makers.get(id(number)) for number in inputs}
            seen.source = sources.pop() if len(sources) == 1 else None
        seen.inputs += [number._data if isinstance(number, Value) else float(number) for number in inputs]
        for example in result if is_batch else [result]:
            made = _flat(example)
            seen.outputs.append(made)
            for number in made:
                if isinstance(number, Value):
                    self.makers.setdefault(id(number), path)
        return result


class _Watched(Module):
    """Put before the class of a module, this has all its calls seen."""

    _log: _Log

    def __call__(self, x: Any, *rest: Any) -> Any:
        return self._log.watch(self, super().__call__, x, rest, is_batch=False)

    def batch(self, examples: Any) -> Any:
        return self._log.watch(self, super().batch, examples, (), is_batch=True)

    def outputs(self, x: Any) -> Any:
        return self._log.watch(self, super().outputs, x, (), is_batch=False)  # type: ignore[misc]  # Linear has it


def watched(model: Module) -> tuple[Module, dict[str, Seen]]:
    """A copy of the model with the very same parameters, and what will be seen of each of its modules."""
    log = _Log()
    return _copy(model, "", log, {}), log.seen


def _copy(held: Any, path: str, log: _Log, done: dict[int, Any]) -> Any:
    if type(held) in {list, tuple}:
        return type(held)([_copy(one, f"{path}[{i}]", log, done) for i, one in enumerate(held)])
    if type(held) is dict:
        return {key: _copy(one, f"{path}[{key!r}]", log, done) for key, one in held.items()}
    if isinstance(held, Random):
        return copy.deepcopy(held)  # what is drawn here is not drawn from the model's own
    if not isinstance(held, Module):
        return held
    if id(held) not in done:
        done[id(held)] = copied = copy.copy(held)
        attributes = {
            name: one if name == "activation" else _copy(one, joined(path, name), log, done)  # that is the layer's own
            for name, one in vars(held).items()
        }
        vars(copied).update(attributes, _path=path, _log=log, _original=held)
        kind = type(held)
        copied.__class__ = type(kind.__name__, (_Watched, kind), {})
    return done[id(held)]


def _flat(tree: Any) -> list[Any]:
    if isinstance(tree, list | tuple):
        return [leaf for branch in tree for leaf in _flat(branch)]
    return [tree]
