"""Why a function cannot be called with the arguments that a check was given: what is missing, or is a list."""

from __future__ import annotations

from inspect import Signature, isfunction, signature
from typing import TYPE_CHECKING, Any

from .. import recording
from ..notation import counted
from ..ops import Row
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["misfit"]


def misfit(f: Callable[..., Any], name: str, args: Sequence[Any]) -> str:
    """What is wrong with ``f(*args)``, which has failed, and what to write; nothing where the call itself is right.

    >>> misfit(lambda x, y: x * y, "f", [[2, 3]])
    'f(x, y) takes 2 numbers, and [2, 3] is one list; write gradcheck(f, 2, 3)'
    """
    called = name if isfunction(f) else "f"
    if (found := _refused_by(f, args)) is not None:
        return _to_write(found, name, called, args)
    lists = [x for x in args if isinstance(x, list | tuple) and x and all(map(_is_number, x))]
    points = [x[0] if any(x is one for one in lists) else x for x in args]
    if not lists or not _works(f, points):
        return ""
    call = ", ".join([called, *(_shown(x) if _is_number(x) else "…" for x in points)])
    what = "a number" if len(args) == 1 else "numbers"
    return f"{name} takes {what}, and {_shown(lists[0])} is a list; check one point after the other: gradcheck({call})"


def _refused_by(f: Callable[..., Any], args: Sequence[Any]) -> Signature | None:
    """The signature of `f`, where these are not as many arguments as it takes."""
    try:
        found = signature(f.function if isinstance(f, Row) and f.function else f)
    except (TypeError, ValueError):  # a builtin does not say
        return None
    try:
        found.bind(*args)
    except TypeError:
        plain = [one.replace(annotation=one.empty) for one in found.parameters.values()]
        return Signature(plain)
    return None


def _to_write(found: Signature, name: str, called: str, args: Sequence[Any]) -> str:
    missing = [one for one in found.parameters.values() if one.default is one.empty]
    needed = [one.name for one in missing if one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}]
    named = [f"{one.name}=…" for one in missing if one.kind is one.KEYWORD_ONLY]
    flat = args[0] if len(args) == 1 and isinstance(args[0], list | tuple) else ()
    if len(flat) == len(needed) > 1 and all(map(_is_number, flat)) and not named:
        call = ", ".join([called, *map(_shown, flat)])
        return f"{name}{found} takes {len(flat)} numbers, and {_shown(flat)} is one list; write gradcheck({call})"
    if not found.parameters:
        return f"{name}() takes no argument; write gradcheck({called}, wrt=[w, b]), if w and b are what it reads"
    if named:
        called = f"lambda {', '.join(needed)}: {called}({', '.join([*needed, *named])})".replace("lambda :", "lambda:")
    call = ", ".join([called, *needed])
    return f"{name}{found} does not fit {counted(len(args), 'argument')}; write gradcheck({call})"


def _works(f: Callable[..., Any], points: Sequence[Any]) -> bool:
    try:
        f(*(Value(x.data if isinstance(x, Value) else x) if _is_number(x) else x for x in points))
    except Exception:  # noqa: BLE001  # whatever it raises, it does not work
        return False
    return True


def _is_number(x: Any) -> bool:
    return isinstance(x, Value) or recording.is_number(x)


def _shown(x: Any) -> str:
    if isinstance(x, list | tuple):
        return f"[{', '.join(map(_shown, x[:4]))}{', …' if len(x) > 4 else ''}]"
    return f"{x.data if isinstance(x, Value) else x:.6g}"
