"""`explain`: one gradient derived, or the whole backward pass, or the second derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.numbers import DIGITS, check_digits
from ..value import Value
from .asking import find, steps_for
from .derivation import Derivation, derive
from .second import second
from .whole_pass import whole_pass

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["explain"]


def explain(
    result: Value | Callable[..., Any],
    *args: Any,
    wrt: Value | str | None = None,
    detail: str = "named",
    digits: int | None = DIGITS,
    order: int = 1,
    lines: int | None = None,
    **kwargs: Any,
) -> Derivation:
    """Derive dL/dw: the forward numbers, each slope, and the chain rule that joins them.

    `result` is L, `wrt` is w, a Value or a name. Without `wrt` the whole backward pass is explained, in order. A
    function may stand for L, with its arguments: ``explain(f, x=2, w=3, wrt="w")``; its local variables name the steps.

    ``detail="every-op"`` shows each recorded operation; `digits` are the significant digits shown (None: all);
    ``order=2`` derives d²L/dw²; `lines` is the length of a section, beyond which the middle is left out and counted.
    Without it a derivation of up to forty steps is whole, and a longer one is cut to about a screen.

    Raises `UsageError`, saying why, for a node that is not in the graph, or a name that none or two bear.

    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.relu().named("a")
    >>> L = ((a - y) ** 2).named("L")
    >>> L.backward()
    >>> explain(L, w)
    forward   z = w·x + b  = 3·2 + 1  = 7
              a = relu(z)  = relu(7)  = 7
              L = (a − y)² = (7 − 5)² = 4
    backward  dL/da = 2(a − y) = 2·(7 − 5) = 4
              da/dz = 1{z > 0} = 1   since z = 7 > 0
              dz/dw = x = 2
    chain     dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8
    """
    check_digits(digits)
    if wrt is None and len(args) == 1 and (isinstance(result, Value) or isinstance(args[0], str)):
        (wrt,), args = args, ()  # L.explain(w), and explain(f, "w", x=2, w=3)
    if detail not in ("named", "every-op"):
        raise UsageError(f"detail={detail!r}: it is 'named' (one line for each named step) or 'every-op'")
    if order == 2 and wrt is None:
        raise UsageError("order=2 derives d²L/dw² for one w: say which, explain(L, w, order=2)")
    if lines is not None and (type(lines) is not int or lines < 1):
        raise UsageError(f"lines={lines!r}: it is the number of lines of a section, 1 or more")
    if order not in (1, 2):
        raise UsageError(f"order={order!r}: the first or the second derivative can be explained")
    also = wrt if isinstance(wrt, Value) else None
    steps = steps_for("explain", result, kwargs, args=args, every_op=detail == "every-op", also=also)
    if wrt is None:
        return whole_pass(steps, digits, lines)
    node = find(steps, wrt)
    steps.name_it(node)
    if order == 2:
        return second(steps, node, digits)
    return derive(steps, node, digits, lines)
