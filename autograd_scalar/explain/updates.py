"""One step of gradient descent, written out."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UsageError
from ..formula.equations import Equation, Section, Typeset
from ..formula.numbers import DIGITS, check_digits, is_exact, number
from ..notation import display
from ..recording import number as read_number
from ..steps import Steps
from ..value import Value
from .asking import find
from .flow import Pass
from .what_if import evaluated

__all__ = ["Update", "explain_update"]

LINES = 40  # parameters that are written


@dataclass(frozen=True, slots=True, repr=False)
class Update(Typeset):
    """One step of gradient descent, written out: `before` and `after` are (name, number) of each parameter."""

    before: tuple[tuple[str, float], ...]
    after: tuple[tuple[str, float], ...]
    result: tuple[float, float]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS


def explain_update(result: Value, wrt: Value | str | None = None, *, lr: float, digits: int | None = DIGITS) -> Update:
    """One step of gradient descent, w ← w − η·dL/dw, written out for one leaf or for all; nothing is changed.

    `lr` is η. The new value of L is computed on a copy of the graph.

    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> L = ((w * x - 5) ** 2).named("L")
    >>> print(explain_update(L, w, lr=0.1))
    w ← w − η·dL/dw = 3 − 0.1·4 = 2.6
    L: 1 → 0.04
    """
    check_digits(digits)
    lr = read_number(lr, "lr=…")
    steps = Steps(result, also=(wrt,) if isinstance(wrt, Value) else ())
    adjoints = Pass(steps).adjoints
    if wrt is None:
        nodes = [node for node in steps.order if node._rule is None]
    else:
        nodes = [find(steps, wrt)]
        if nodes[0]._rule is not None:
            raise UsageError(f"{steps.name(nodes[0])} is a result, not a leaf: gradient descent moves leaves")
    lines: list[Equation | str] = []
    moved: dict[Value, float] = {}
    for node in nodes:
        gradient = adjoints[node]
        moved[node] = node.data - lr * gradient
        name = display(steps.name_it(node))
        shown = f"{number(node.data, digits)} − {number(lr, digits)}·{_in_brackets(gradient, digits)}"
        exact = all(is_exact(x, digits) for x in (node.data, lr, gradient))
        almost = "=" if exact and is_exact(moved[node], digits) else "≈"
        derivative = f"d{display(steps.name(steps.root))}/d{name}"
        lines.append(
            f"{name} ← {name} − η·{derivative} {'=' if exact else '≈'} {shown} {almost} {number(moved[node], digits)}"
        )
    after = evaluated(steps.order, moved)[steps.root]
    limited = (
        lines
        if len(lines) <= LINES
        else [*lines[: LINES // 2], f"… {len(lines) - LINES:,} parameters left out …", *lines[-LINES // 2 :]]
    )
    finer = digits
    while finer and finer < 17 and result.data != after and number(result.data, finer) == number(after, finer):
        finer += 1  # so that a small change is seen
    limited.append(f"{display(steps.name(steps.root))}: {number(result.data, finer)} → {number(after, finer)}")
    before = tuple((steps.name(node), node.data) for node in nodes)
    moves = tuple((steps.name(node), moved[node]) for node in nodes)
    return Update(before, moves, (result.data, after), (Section("", tuple(limited)),), (), digits)


def _in_brackets(x: float, digits: int | None) -> str:
    return f"({number(x, digits)})" if x < 0 else number(x, digits)
