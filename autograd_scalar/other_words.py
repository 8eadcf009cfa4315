"""What other libraries call the things that are here, for the error that meets their words on a Value.

Python suggests a name that differs by a letter or two. That ``ln`` is called ``log`` it cannot know.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

__all__ = ["OtherWords", "called_here", "nearest"]

_FUNCTIONS = {
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2", "absolute": "abs", "fabs": "abs", "power": "pow", "clamp": "clip",
    "swish": "silu", "logistic": "sigmoid", "expit": "sigmoid",
}  # fmt: skip
_ATTRIBUTES = {
    "value": "data", "val": "data", "numpy": "data", "gradient": "grad", "derivative": "grad", "children": "parents",
    "name": "label", "grad_fn": "op",
}  # fmt: skip
_ROOMS = {
    "Adam": "nn", "AdamW": "nn", "Layer": "nn", "Linear": "nn", "MLP": "nn", "Module": "nn", "Neuron": "nn",
    "SGD": "nn", "Sequential": "nn", "boundary": "train", "fit": "train", "matrix_view": "train", "report": "train",
    "gradcheck": "testing", "Program": "program",
}  # fmt: skip
_ALIKE = 0.65  # of difflib's ratio: ww is like w (0.67), nosuch is not like cosh (0.6)


def called_here(name: str) -> str:
    """The end of an error about something that is not here: what it is called, or in which room it is.

    >>> called_here("ln"), called_here("MLP"), called_here("lon")
    ('; it is called log here', '; write from autograd_scalar.nn import MLP', '')
    """
    if name in _ROOMS:
        return f"; write from autograd_scalar.{_ROOMS[name]} import {name}"
    return f"; it is called {_FUNCTIONS[name]} here" if name in _FUNCTIONS else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is likely to be meant: it differs by a letter or two, or begins so; else nothing.

    >>> nearest("sigmod", ["sigmoid", "cosh"]), nearest("relu", ["relu-neuron"]), nearest("nosuch", ["sigmoid", "cosh"])
    ('sigmoid', 'relu-neuron', '')
    """
    from difflib import get_close_matches

    words = [*known]
    close = get_close_matches(word, words, 1, _ALIKE) or [one for one in words if one.startswith(word) and word[2:]]
    return close[0] if close else ""


class _Word:
    """An attribute that is not there: whoever asks for it is told why."""

    def __init__(self, name: str, why: str) -> None:
        self.message = f"a Value has no {name}; {why}"

    def __get__(self, node: object, cls: type) -> NoReturn:
        raise AttributeError(self.message)

    def __set__(self, node: object, given: object) -> NoReturn:
        raise AttributeError(self.message)


class OtherWords:
    """A last base class, where Python looks when all others have nothing of that name: it costs those nothing."""

    __slots__ = ()

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in vars(OtherWords) or hasattr(self, name)]


_WHY = {name: f"it is called {here} here" for name, here in (_FUNCTIONS | _ATTRIBUTES).items()}
for _name, _why in (_WHY | {"requires_grad": "every leaf gets a gradient"}).items():
    setattr(OtherWords, _name, _Word(_name, _why))
del _name, _why
