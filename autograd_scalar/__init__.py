"""A scalar reverse-mode autodiff engine that explains itself.

A `Value` is a number that remembers how it was made; `Value.backward` leaves the derivative of a result by every
number it was made from. Every operation is one row of a table of calculus, and all else reads that table.

>>> from autograd_scalar import Value
>>> x, w, b, y = Value(2), Value(3), Value(1), Value(5)
>>> z = w*x + b
>>> a = z.relu()
>>> L = (a - y)**2
>>> L.backward()
>>> w.grad
8.0

The functions of the table (`exp`, `relu`, `dot`, …) are here too. ``from autograd_scalar import *`` leaves out those
that Python has under the same name: they are ``autograd_scalar.sum``, ``autograd_scalar.max`` and so on.
"""

from __future__ import annotations

import builtins

from . import functions
from .errors import AutogradError, DivisionError, DomainError, RangeError, ShapeError, UsageError
from .functions import *
from .ops import op, table
from .recording import Mode, no_grad
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ._generated import *
    from .anomaly import AnomalyError, detect_anomaly
    from .arrays import values as values  # not in __all__: a star import shall not need NumPy
    from .callables import custom
    from .draw import draw
    from .explain import check_derivation, compare, explain
    from .formula import formula
    from .page import page
    from .program import program
    from .stepper import step
    from .transforms import grad, gradients, value_and_grad

__all__ = [
    "AnomalyError",
    "AutogradError",
    "DivisionError",
    "DomainError",
    "Mode",
    "RangeError",
    "ShapeError",
    "UsageError",
    "Value",
    "check_derivation",
    "compare",
    "custom",
    "detect_anomaly",
    "draw",
    "explain",
    "formula",
    "grad",
    "gradients",
    "no_grad",
    "op",
    "page",
    "program",
    "step",
    "value_and_grad",
]
__all__ += [name for name in functions.__all__ if not hasattr(builtins, name)]

# What is not needed to record and to differentiate is imported when it is first asked for: names of this package,
_LATER = {
    "AnomalyError": "anomaly",
    "check_derivation": "explain",
    "compare": "explain",
    "custom": "callables",
    "detect_anomaly": "anomaly",
    "draw": "draw",
    "explain": "explain",
    "formula": "formula",
    "grad": "transforms",
    "gradients": "transforms",
    "page": "page",
    "program": "program",
    "step": "stepper",
    "value_and_grad": "transforms",
    "values": "arrays",
}

# and what people type on a Value: how it is called, and the room that has the function of that name. `Value` declares
# them to type checkers.
VERBS = {
    "at": ("L.at(w=2.2)", "explain"),
    "draw": ('L.draw("graph.svg")', "draw"),
    "explain": ("L.explain(w)", "explain"),
    "explain_update": ("L.explain_update(w, lr=0.1)", "explain"),
    "formula": ("L.formula()", "formula"),
    "frames": ('L.frames("step-{:02}.svg")', "stepper"),
    "kinks": ("L.kinks()", "explain"),
    "page": ('L.page("page.html")', "page"),
    "paths": ("L.paths(w)", "explain"),
    "program": ("L.program()", "program"),
    "quiz": ("L.quiz(w)", "explain"),
    "step": ("L.step()", "stepper"),
    "steps": ("L.steps()", "stepper"),
    "to_graphviz": ("L.to_graphviz()", "draw"),
    "tree": ("L.tree()", "draw"),
    "why": ("L.why(w)", "explain"),
}


class _Verb:
    """A method that imports its room when it is first looked up, and then is the room's function itself."""

    def __init__(self, name: str, call: str, room: str) -> None:
        self.name = name
        self.call = call
        self.room = room

    def __get__(self, node: Value | None, cls: type[Value]) -> Any:
        from .calls import called_as

        function = _with_names(called_as(self.call)(getattr(_room(self.room), self.name)))
        setattr(Value, self.name, function)
        return function if node is None else function.__get__(node, cls)


def _room(name: str) -> Any:
    from importlib import import_module

    return import_module(f"{__name__}.{name}")


def _with_names(function: Callable[..., Any]) -> Any:
    """`function`, given the names in the caller's frames where it takes names and is not given any."""
    from functools import wraps
    from inspect import signature

    if "names" not in signature(function).parameters:
        return function

    @wraps(function)
    def verb(node: Value, *args: Any, names: Any = None, **options: Any) -> Any:
        if names is None:
            from .names import read_names

            names = read_names(Value).of
        return function(node, *args, names=names, **options)

    return verb


for _name, (_call, _place) in VERBS.items():
    setattr(Value, _name, _Verb(_name, _call, _place))
del _name, _call, _place


def _later(name: str) -> Any:
    """What comes later: names of the rooms above, and the functions of rows that were added after the import."""
    if name in _LATER:
        room = _room(_LATER[name])
        globals()[name] = found = room if name == _LATER[name] else getattr(room, name)  # a room may be called itself
        return found
    if name in table:
        return getattr(functions, name)
    from .other_words import called_here

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{called_here(name)}")


if not TYPE_CHECKING:  # a type checker that saw it would believe in any name
    __getattr__ = _later


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
