"""The conditions of a row (its domain, its poles, its kinks, when something flows) at numbers.

They are text in the table, validated when the row was defined. All who ask whether one holds ask here, so that all can
read what a condition may call: the helpers, and every row.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from . import _generated, helpers
from .notation import listed
from .recording import number_of, share

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .ops import Row
    from .value import Value

__all__ = ["Scope", "evaluate", "holds", "number_at", "numbers_of", "scope_of", "settled", "settled_condition"]


class Scope(dict[str, Any]):
    """What the names in a condition stand for: those put in, helpers, and every row of the table on plain numbers."""

    def __missing__(self, name: str) -> Any:
        if name in helpers.__all__:
            return getattr(helpers, name)
        if name == "share":
            return share
        try:
            return getattr(_generated, f"_{name}")
        except AttributeError:
            raise KeyError(name) from None


def scope_of(row: Row, operands: Iterable[Any], parameters: Mapping[str, float] | None = None) -> Scope:
    """The scope of a condition where the row has these operands, in order, and these parameters."""
    return Scope(zip((argument.name for argument in row.operands), operands, strict=True), **(parameters or {}))


@lru_cache(maxsize=1024)
def _code(text: str) -> Any:
    return compile(text, "<a condition of a row>", "eval")


def evaluate(text: str, scope: Scope) -> Any:
    """A condition, or a side of one, as Python computes it.

    Raises `NameError` for a name that stands for nothing, and what the functions raise that it calls.

    >>> evaluate("sin(x) == 0", Scope(x=0.0))
    True
    """
    return eval(_code(text), {"__builtins__": {}}, scope)  # noqa: S307  # the text of a row, which was validated


def holds(row: Row, condition: str, operands: Sequence[Any]) -> bool:
    """Whether a condition of the row holds for these numbers of its operands, in order.

    Raises `NameError` for a condition that says something about a parameter.
    """
    return bool(evaluate(condition, scope_of(row, operands)))


def settled_condition(node: Value) -> float | None:
    """The number by which a choice was made for good: a comparison gives a plain truth value. None for all else."""
    row = node.row
    if row is None or row.form != "select":
        return None
    condition = node.operands[0]
    return condition if isinstance(condition, float) else None


def settled(called: Iterable[str]) -> str:
    """What is said of the choices that are settled, where other numbers come.

    >>> settled(["a"])[:78]
    'The condition of a was a plain truth value when the graph was recorded, and st'
    """
    which = listed(list(dict.fromkeys(called)), 3)
    return (
        f"The condition of {which} was a plain truth value when the graph was recorded, and stays as it was; "
        "a Value, such as x.relu() for x > 0, would follow the leaves."
    )


def number_at(operand: Any) -> Any:
    """An operand as a plain number, a sequence as a list of them."""
    if isinstance(operand, tuple):
        return [number_at(one) for one in operand]
    return number_of(operand)


def numbers_of(node: Value) -> list[Any]:
    """The operands of a node as plain numbers."""
    return [number_at(operand) for operand in node.operands]
