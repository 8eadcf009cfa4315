"""Why a gradient is what it is: zero, vanishing, exploding, NaN, infinite, absent; or, if none of these, what makes it.

Everything is read off one pass over the part of the graph between the node and the result (`Flow`): which slopes are
zero and whether they cut all routes, what cancels, where the first number that is not finite was made, which factors of
the largest route are large and which are small. Each answer is linear in the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape as html_escape
from math import isfinite
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.equations import Equation, Section, Typeset
from ..formula.numbers import DIGITS, check_digits
from ..graph import leaves
from ..notation import display, plain
from ..value import Value
from .absent import Answer, absent, rebound_within
from .asking import named, steps_for
from .case import Case
from .finite import finite
from .not_finite import not_finite
from .words import Words, paragraph
from .zero import zero

if TYPE_CHECKING:
    from ..steps import Steps

__all__ = ["Reason", "why"]


@dataclass(frozen=True, slots=True, repr=False)
class Reason(Typeset):
    """The reason for a gradient, in words. `value` is the gradient, None where there is none.

    `kind` is one of: ordinary, exploding (1000 or more), vanishing (0.0001 or less), saturated, cancelled, kink; for a
    zero also shut, chosen, flat, zero factor, several, underflow; nan, infinite; not connected, detached, rebound, made
    again, other way round, not taken, no graph; itself. `nodes` are the nodes that are to blame, by name, and `numbers`
    the numbers given.
    """

    of: str
    wrt: str
    kind: str
    value: float | None
    sentences: tuple[str, ...]
    nodes: tuple[str, ...]
    numbers: tuple[tuple[str, float], ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS

    def ascii(self) -> str:
        """The same in ASCII."""
        return plain(self.text())

    def _repr_html_(self) -> str:
        lines = [line for section in self.sections for line in section.lines]
        words = "".join(f"<p>{html_escape(line)}</p>" for line in lines if isinstance(line, str))
        equations = [line for line in lines if isinstance(line, Equation)]
        if equations:
            shown = Reason(*_fields(self, (Section("", tuple(equations)),))).mathml()
            words = f'<div style="display:inline-block;font-size:1.15em">{shown}</div>{words}'  # not in the middle
        return f'<div class="autograd-reason">{words}</div>'

    def _repr_latex_(self) -> None:  # a notebook shows `_repr_html_`
        return None


def _fields(reason: Reason, sections: tuple[Section, ...]) -> tuple[Any, ...]:
    return (reason.of, reason.wrt, reason.kind, reason.value, (), (), (), sections, (), reason.digits)


def why(result: Any, wrt: Value | str | None = None, digits: int | None = DIGITS, **arguments: Any) -> Reason:
    """The reason why dL/dw is what it is, L being `result` and w `wrt` (a Value or a name).

    For a gradient of zero the operations that shut every route, or what cancels; for NaN and infinities the first
    operation that made one; for a node that is not in the graph why it is not; for any other gradient the factors,
    forward and backward, that make it large or small. A function may stand for `result`, with its arguments by keyword.

    Raises `UsageError` for a name that none or two nodes bear, and where no node is named.

    >>> x, w, b, y = Value(2, label="x"), Value(-3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.relu().named("a")
    >>> L = ((a - y) ** 2).named("L")
    >>> print(why(L, w))
    dL/dw = dL/da · da/dz · dz/dw = (−10) · 0 · 2 = 0
    a = relu(z) is shut: z = −5 ≤ 0. All routes from w to L (1) pass a, so gradient descent never moves w.
    a opens for w > −0.5 (with the other leaves as they are).
    """
    check_digits(digits)
    steps = steps_for("why", result, arguments, also=wrt if isinstance(wrt, Value) else None)
    if wrt is None:
        few = " or ".join(display(steps.name_it(leaf)) for leaf in leaves(steps.root)[:2])
        raise UsageError(f"why asks about one gradient: give a node or its name, such as {few}")
    node = named(steps, wrt)
    words = Words(steps, digits)
    if node not in steps.place:
        answer = absent(steps, node, words)
        return _reason(steps, words, node, None, answer, ())
    steps.name_it(node)
    if node is steps.root:
        name = words.name(node)
        return _reason(
            steps, words, node, 1.0, Answer("itself", [f"d{name}/d{name} = 1: it is the result itself."]), ()
        )
    case = Case(steps, node, words)
    answer = _answer(case)
    sentences = [*answer.sentences, *rebound_within(steps, node, words)]
    chain = case.chain() if answer.with_chain else ()
    if not chain and case.gradient == 0:
        sentences.insert(0, f"{case.title} = 0.")
    return _reason(steps, words, node, case.gradient, answer._replace(sentences=sentences), chain)


def _answer(case: Case) -> Answer:
    if not isfinite(case.gradient):
        return not_finite(case)
    return zero(case) if case.gradient == 0.0 else finite(case)


def _reason(
    steps: Steps, words: Words, node: Value, value: float | None, answer: Answer, chain: tuple[Equation, ...]
) -> Reason:
    written = [words.write(term) for line in chain for term in (line.left, *line.members)]
    where = words.where([*written, *answer.sentences])
    lines: tuple[Equation | str, ...] = (*chain, *paragraph(answer.sentences), *([where] if where else []))
    nodes = list(dict.fromkeys(answer.nodes))
    numbers = tuple((words.plain_name(one), one.data) for one in nodes)
    return Reason(
        steps.name(steps.root), steps.name(node), answer.kind, value, tuple(answer.sentences),
        tuple(name for name, _ in numbers), numbers, (Section("", lines),), (), words.digits,
    )  # fmt: skip
