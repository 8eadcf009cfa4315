"""One step of gradient descent, written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from ..formula.equations import Equation, Section, Typeset
from ..formula.numbers import DIGITS, check_digits, number
from ..formula.terms import Derivative, Negated, Number, Precise, Product, Sum, Symbol, Term
from ..notation import display, listed
from ..recording import number as read_number
from ..steps import Steps
from ..value import Value
from .again import evaluated
from .asking import find
from .flow import Pass
from .switches import fixed_choices

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


def explain_update(result: Value, wrt: Any = None, *, lr: float, digits: int | None = DIGITS) -> Update:
    """One step of gradient descent, w ← w − η·dL/dw, written out; nothing is changed.

    `lr` is η. `wrt` says what is trained: a leaf or its name, several in a list, or a model (what its `parameters()`
    gives). Without it every leaf of the graph is moved, data such as x and y included, and a note says so. The new
    value of L is computed on a copy of the graph.

    Raises `UsageError` for a result, and for a leaf that is not in the graph; of a list or a model such a leaf has no
    gradient, stays where it is, and a note says so.

    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> L = ((w * x - 5) ** 2).named("L")
    >>> print(explain_update(L, w, lr=0.1))
    w ← w − η·dL/dw = 3 − 0.1·4 = 2.6
    L: 1 → 0.04
    >>> print(explain_update(L, [w, x], lr=0.1))
    w ← w − η·dL/dw = 3 − 0.1·4 = 2.6
    x ← x − η·dL/dx = 2 − 0.1·6 = 1.4
    L: 1 → 1.8496
    """
    check_digits(digits)
    lr = read_number(lr, "lr=…")
    asked = _asked(wrt)
    steps = Steps(result, also=[one for one in asked or () if isinstance(one, Value)])
    nodes, notes = _leaves(steps, asked, is_one=isinstance(wrt, Value | str))
    adjoints = Pass(steps).adjoints
    lines: list[Equation | str] = []
    moved: dict[Value, float] = {}
    for node in nodes:
        gradient = adjoints[node]
        moved[node] = node.data - lr * gradient
        name = Symbol(node.data, steps.name_it(node))
        slope = Derivative(gradient, steps.name(steps.root), name.name)
        lines.append(
            Equation(
                name,
                (
                    _step(name, Symbol(lr, "η"), slope),
                    _step(Number(node.data), Number(lr), Number(gradient)),
                    Number(moved[node]),
                ),
                relations=("←",),
            )
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
    change = (Precise(result.data, finer), Precise(after, finer))
    limited.append(Equation(steps.symbol(steps.root), change, relations=(":", "→")))
    if lr < 0:
        notes = (*notes, "The rate is negative: this is a step uphill, along the gradient, not a descent.")
    notes = (*notes, *fixed_choices(steps))
    before = tuple((steps.name(node), node.data) for node in nodes)
    moves = tuple((steps.name(node), moved[node]) for node in nodes)
    return Update(before, moves, (result.data, after), (Section("", tuple(limited)),), notes, digits)


def _asked(wrt: Any) -> list[Value | str] | None:
    """What is to be moved, as a list; None for all leaves."""
    if wrt is None:
        return None
    if isinstance(wrt, Value | str):
        return [wrt]
    parameters = getattr(wrt, "parameters", None)
    many = parameters() if callable(parameters) else wrt
    try:
        asked = list(dict.fromkeys(many))
    except TypeError:
        asked = [wrt]
    for one in asked:
        if not isinstance(one, Value | str):
            raise UsageError(f"explain_update: {one!r} is no leaf to move; give a leaf, its name, a list, or a model")
    if not asked:
        raise UsageError("explain_update: there is nothing to move; give a leaf, its name, a list, or a model")
    return asked


def _leaves(steps: Steps, asked: list[Value | str] | None, *, is_one: bool) -> tuple[list[Value], tuple[str, ...]]:
    """The leaves to move, and what is to be said of them."""
    if asked is None:
        nodes = [node for node in steps.order if node._rule is None]
        if len(nodes) < 2:
            return nodes, ()
        first = steps.name_it(nodes[0])  # as it is typed
        return nodes, (f"All leaves are moved, data included; explain_update([{first}, …], lr=…) moves some.",)
    found = [find(steps, one) if is_one or isinstance(one, str) else one for one in asked]
    results = [one for one in found if one._rule is not None]
    if results:
        raise UsageError(f"{steps.name(results[0])} is a result, not a leaf: gradient descent moves leaves")
    outside = [one for one in found if one not in steps.place]
    if not outside:
        return found, ()
    names = listed([display(steps.name_it(one)) for one in outside])
    of = display(steps.name(steps.root))
    stay = "stays as it is" if len(outside) == 1 else "stay as they are"
    does = "does not" if len(outside) == 1 else "do not"
    return [one for one in found if one in steps.place], (f"{names} {does} reach {of}, and {stay}.",)


def _step(leaf: Term, rate: Term, slope: Term) -> Term:
    """One step, w − η·dL/dw, in symbols or in numbers."""
    change = Product(rate.value * slope.value, (rate, slope))
    return Sum(leaf.value - change.value, (leaf, Negated(-change.value, change)))
