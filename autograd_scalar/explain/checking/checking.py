"""The verb: a text, a result and a node in any order, checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...calls import called_as
from ...errors import UsageError
from ...formula.numbers import DIGITS, check_digits
from ...formula.terms import Derivative, Symbol
from ...notation import listed
from ...value import Value
from ..asking import find, steps_for
from ..reading import mentions
from .checker import Checker, read_in
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...steps import Steps
    from .report import Check

__all__ = ["check_derivation"]


@called_as('check_derivation("dL/dw = 8", L, w)')
def check_derivation(
    text: str,
    result: Value | Callable[..., Any],
    wrt: Value | str | None = None,
    digits: int | None = DIGITS,
    *,
    detail: str = "named",
    **arguments: Any,
) -> Check:
    """Check a derivation of dL/dw as a person writes it: numbers or symbols, ASCII, Unicode or LaTeX, several lines.

    `result` is L, a Value or a function with its `arguments`; `wrt` is w, and need not be given where the text names
    one derivative of L only, or one by a leaf. The text may also come last. Each line may
    say a slope (``dL/da = 2(a-y) = 4``), the chain (``dL/dw = 4 * 1 * 2 = 8``), a value (``z = 3*2 + 1 = 7``) or an
    update (``w_new = 3 - 0.1*8 = 2.2``); a name of your own may stand for an expression (``e = a - y``).

    Raises `UsageError`, with the place marked, for what cannot be read and for a name that the graph does not have.

    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.sigmoid().named("a")
    >>> L = ((a - y) ** 2).named("L")
    >>> check_derivation("dL/dw = -8.002 * 0.000999 * 2 = -0.016", L, w)
    factor 1   -8.002     dL/da   right, rounded (−8.00182)
    factor 2   0.000999   da/dz   9.75 % too large; it is 0.000910221. Likely: a was rounded to 0.999 before 1 − a.
    factor 3   2          dz/dw   right
    product    -0.016     dL/dw   follows from these factors (−0.015988), but dL/dw ≈ −0.0145669
    1 of 3 factors is off; the product follows from it.
    """
    check_digits(digits)
    text, result, wrt = _in_order(text, result, wrt)
    also = wrt if isinstance(wrt, Value) else None
    steps = steps_for("check_derivation", result, arguments, every_op=detail == "every-op", also=also)
    node = find(steps, _asked_in(text, steps) if wrt is None else wrt)
    steps.name_it(node)
    return Checker(steps, node, digits).check(text)


def _asked_in(text: str, steps: Steps) -> Value:
    """The node that a text is about: it names one derivative of the result, or of several one by a leaf."""
    words = Vocabulary(steps, steps.root, None)
    asked: dict[Value, None] = {}
    for statement in read_in(text, words).statements:
        for member in statement.members:
            for one in mentions(member.term):
                node = words.node(one.wrt) if isinstance(one, Derivative) else words.as_gradient(one.name)
                if node is not None and (isinstance(one, Symbol) or words.node(one.of) is steps.root):
                    asked[node] = None
    leaves = [node for node in asked if node._rule is None]
    for some in (list(asked), leaves):
        if len(some) == 1:
            return some[0]
    whole = [words.derivative(steps.root, node) for node in leaves or asked]
    said = f"the text names {listed(whole)}" if whole else f"the text names no derivative of {words.shown(steps.root)}"
    name = words.shown((leaves or list(asked) or steps.named_leaves() or [steps.root])[0])
    call = f'check_derivation(text, result, "{name}")'
    raise UsageError(f"check_derivation: say which slope is meant, as in {call}; {said}")


def _in_order(text: Any, result: Any, wrt: Any) -> tuple[str, Any, Any]:
    """The text, the result and the node, if there is one, in whatever order they were given."""
    given = [text, result, *([] if wrt is None else [wrt])]
    texts = [one for one in given if isinstance(one, str)]
    graphs = [one for one in given if isinstance(one, Value) or callable(one)]
    call = 'check_derivation("dL/dw = 8", L, w)'
    if not texts:
        stranger = next((one for one in given if not any(one is graph for graph in graphs)), text)
        raise UsageError(f"a derivation is text, not {stranger!r}: {call}")
    if wrt is None and len(graphs) == 1:
        return texts[0], graphs[0], None  # the text may say it
    if len(texts) + len(graphs) < 3 or not graphs:
        known = [*texts, *graphs]
        stranger = next((one for one in given if not any(one is other for other in known)), result)
        raise UsageError(f"check_derivation: {stranger!r} is neither a Value nor a function: {call}")
    if len(texts) == 2:  # one of them is a name
        said = [one for one in texts if re.search(r"[=≈←\n]", one)]
        named = [one for one in texts if one.isidentifier()]
        written = said[0] if len(said) == 1 else texts[0]
        if not said and not isinstance(text, str) and len(named) == 1:  # L came first
            written = texts[1] if texts[0] is named[0] else texts[0]
        return written, graphs[0], texts[1] if written is texts[0] else texts[0]
    first, last = graphs
    is_turned = not isinstance(last, Value) or (
        isinstance(first, Value) and first._rule is None and last._rule is not None
    )
    return (texts[0], last, first) if is_turned else (texts[0], first, last)
