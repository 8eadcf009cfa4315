"""What other libraries call the things that are here, for the error that meets their words on a Value.

Python suggests a name that differs by a letter or two. That ``ln`` is called ``log`` it cannot know.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["OtherWords", "called_here"]

_FUNCTIONS = {
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2", "absolute": "abs", "power": "pow", "clamp": "clip", "swish": "silu",
    "logistic": "sigmoid", "expit": "sigmoid",
}  # fmt: skip
_ATTRIBUTES = {
    "value": "data", "val": "data", "numpy": "data", "gradient": "grad", "derivative": "grad", "children": "parents",
    "name": "label", "grad_fn": "op",
}  # fmt: skip


def called_here(name: str) -> str:
    """The end of an error about a function that is not here: what it is called, where it is another word.

    >>> called_here("ln"), called_here("lon")
    ('; it is called log here', '')
    """
    return f"; it is called {_FUNCTIONS[name]} here" if name in _FUNCTIONS else ""


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


for _name, _here in (_FUNCTIONS | _ATTRIBUTES).items():
    setattr(OtherWords, _name, _Word(_name, f"it is called {_here} here"))
OtherWords.requires_grad = _Word("requires_grad", "every leaf gets a gradient")  # type: ignore[attr-defined]
del _name, _here
