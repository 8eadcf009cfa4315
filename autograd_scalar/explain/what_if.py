"""What if a leaf had another number: the recorded graph, computed again at other leaves.

Nothing that was recorded is touched: the graph is made once more from its rules, on new leaves, and compared with the
old one, node by node.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass
from html import escape as html_escape
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..formula.equations import Section, Typeset
from ..formula.numbers import DIGITS, check_digits, number
from ..graph import topological_order
from ..notation import display, escape, plain
from ..recording import called
from ..recording import number as plain_number
from ..steps import Steps
from ..value import Value
from .again import made_again
from .asking import find
from .chain import ends_of
from .flow import Pass
from .switches import SWITCHES, Switched, fixed_choices, newly_on_kinks, still_shut, switched
from .words import Words

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["Change", "WhatIf", "at"]

LINES = 40  # rows of the table


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf or step: its number and its gradient d`of`/d`name`, as recorded and at the other leaves."""

    name: str
    before: float
    after: float
    gradient_before: float
    gradient_after: float


@dataclass(frozen=True, slots=True, repr=False)
class WhatIf(Typeset):
    """A graph at other leaves. `changes` has a row for each leaf and step, `moved` the leaves that were given.

    Of a very large graph it has the leaves and steps that a person named and some steps at both ends; `left_out` are
    the operations between.
    """

    of: str
    moved: tuple[str, ...]
    changes: tuple[Change, ...]
    switched: tuple[Switched, ...] = ()
    more_switched: int = 0
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS
    sections: tuple[Section, ...] = ()
    left_out: int = 0

    def __getitem__(self, name: str) -> Change:
        """The row of a name. Raises `UsageError` where there is none."""
        for change in self.changes:
            if name in (change.name, display(change.name)):
                return change
        known = ", ".join(change.name for change in self.changes[:12])
        raise UsageError(f"there is no row for {name!r} here; there is {known}")

    @property
    def value(self) -> float:
        """The result at the other leaves."""
        return self[self.of].after

    def _no_graph(self, name: str) -> NoReturn:
        """For the verbs of a Value, and for what else is not here."""
        if name.startswith("_") or not hasattr(Value, name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        given = {one: number(self[one].after, None, "ascii") for one in self.moved[:SWITCHES]}
        if all(map(str.isidentifier, given)):
            leaves = ", ".join(f"{one}={x}" for one, x in given.items())
        else:
            leaves = "{" + ", ".join(f"{one!r}: {x}" for one, x in given.items()) + "}"
        raise AttributeError(
            f"at() gives numbers, not a graph, so there is no .{name} here; "
            f"{self.of}.program().record({leaves}) is the graph at these leaves"
        )

    if not TYPE_CHECKING:  # a type checker that saw it would believe in any name
        __getattr__ = _no_graph

    # ------------------------------------------------------------------------------------------------- printing

    def _table(self, style: str) -> list[tuple[str, str, str]]:
        """(name, number, gradient) of each row, in a style; the middle of a very long table is counted."""
        arrow = {"text": " → ", "ascii": " -> ", "latex": r" \to ", "mathml": "<mo>→</mo>"}[style]

        def moved(before: float, after: float) -> str:
            old, new = number(before, self.digits, style), number(after, self.digits, style)
            return old if before == after or (old == new and before != before) else f"{old}{arrow}{new}"

        changes = self.changes
        hidden = max(0, len(changes) - LINES)
        rows = [
            (display(one.name, style), moved(one.before, one.after), moved(one.gradient_before, one.gradient_after))
            for one in (changes if not hidden else (*changes[: LINES // 2], *changes[-LINES // 2 :]))
        ]
        if hidden or self.left_out:
            rows.insert(len(rows) // 2, ("…" if style == "text" else "...", f"{hidden + self.left_out:,} more", ""))
        return rows

    def _words(self, style: str = "text") -> list[str]:
        dots = "…" if style == "text" else "..."
        shown = [str(one) if style == "text" else one.plain for one in self.switched[:SWITCHES]]
        more = len(self.switched) - len(shown) + self.more_switched
        if more:
            shown.append(f"{dots} and {more:,} more switch.")
        return [*shown, *(self.notes if style == "text" else map(plain, self.notes))]

    def _title(self, style: str = "text") -> str:
        shown = []
        for one in (self[name] for name in self.moved[:SWITCHES]):
            before, after = (number(x, self.digits, style) for x in (one.before, one.after))
            old = "as before" if one.before == one.after else f"in place of {before}"
            shown.append(f"{display(one.name, style)} = {after} {old}")
        more = len(self.moved) - len(shown)
        return "with " + ", ".join(shown) + (f" and {more:,} more" if more else "")

    def text(self) -> str:
        """The table, and what switched, as Unicode text."""
        return self._columns("text")

    def ascii(self) -> str:
        """The same in ASCII."""
        return self._columns("ascii")

    def _columns(self, style: str) -> str:
        rows = [("", "value", f"gradient of {display(self.of, style)}"), *self._table(style)]
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        table = [f"{name:{widths[0]}}   {value:{widths[1]}}   {gradient}".rstrip() for name, value, gradient in rows]
        return "\n".join([f"{self._title(style)}:", *table, *self._words(style)])

    def latex(self) -> str:
        """An ``array`` for math mode."""
        head = rf"& \text{{value}} & \text{{gradient of }} {display(self.of, 'latex')}"
        rows = [head, *(" & ".join(row) for row in self._table("latex"))]
        rows += [rf"\rlap{{\text{{{escape(words, 'latex')}}}}}" for words in self._words()]
        body = " \\\\\n".join(rows)
        return f"\\begin{{array}}{{rll}}\n{body}\n\\end{{array}}"

    def markdown(self) -> str:
        """A Markdown table with the LaTeX in it."""
        rows = [f"| | value | gradient of ${display(self.of, 'latex')}$ |", "|---|---|---|"]
        rows += ["| " + " | ".join(f"${cell}$" if cell else "" for cell in row) + " |" for row in self._table("latex")]
        return "\n".join([f"{self._title()}:", "", *rows, "", *self._words()]).rstrip()

    def mathml(self) -> str:
        """One ``<math>`` element: a table with a row for each leaf and step."""
        head = f"<mtext>value</mtext>|<mtext>gradient of </mtext>{display(self.of, 'mathml')}".split("|")
        rows = [("", *head), *self._table("mathml")]
        cells = ["".join(f"<mtd><mrow>{cell}</mrow></mtd>" for cell in row) for row in rows]
        table = f'<mtable columnalign="right left left">{"".join(f"<mtr>{row}</mtr>" for row in cells)}</mtable>'
        words = "".join(f"<mtext>{html_escape(words)}</mtext>" for words in self._words())
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{table}{words}</math>'

    def _repr_html_(self) -> str:
        head = f"<tr><th></th><th>value</th><th>gradient of {html_escape(display(self.of))}</th></tr>"
        rows = "".join(
            f'<tr><td>{html_escape(name)}</td><td class="forward">{value}</td><td class="backward">{gradient}</td></tr>'
            for name, value, gradient in self._table("text")
        )
        words = "".join(f"<p>{html_escape(words)}</p>" for words in self._words())
        body = f"<p>{html_escape(self._title())}:</p><table>{head}{rows}</table>{words}"
        return f'<style>{_CSS}</style><div class="autograd-what-if">{body}</div>'

    def _repr_latex_(self) -> None:  # a notebook shows the table of `_repr_html_`
        return None


_CSS = (
    ".autograd-what-if td,.autograd-what-if th{text-align:left;padding:0.15em 0.9em}"
    ".autograd-what-if td.forward{color:#0b5cad;color:light-dark(#0b5cad,#7cb8ff)}"  # as the page around it is
    ".autograd-what-if td.backward{color:#c2410c;color:light-dark(#c2410c,#ff9b5e)}"
)


def at(
    result: Value,
    leaves: Mapping[Value | str, float] | None = None,
    /,
    *,
    digits: int | None = DIGITS,
    **named: float,
) -> WhatIf:
    """What if: the recorded graph of `result` with other numbers at some of its leaves; nothing is changed.

    The leaves are given by name, ``at(L, w=2.2)``, or in a mapping of Values and names, ``at(L, {w: 2.2, "x[0]": 1})``.
    What comes back has the old and the new number and gradient of every leaf and step, and what switched on the way: a
    relu that opens or shuts, another choice of a maximum.

    A choice that Python made while the graph was recorded (an ``if``, the condition of a ``where`` given as a plain
    truth value) is not in the graph and stays as it was.

    Raises `UsageError` for a name that none or two nodes bear, for a result (only leaves can be given), for a node of
    another graph; and what the operations raise where the new numbers leave their domain.

    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.relu().named("a")
    >>> L = ((a - y) ** 2).named("L")
    >>> print(at(L, w=-3))
    with w = −3 in place of 3:
        value    gradient of L
    w   3 → −3   8 → 0
    x   2        12 → 0
    b   1        4 → 0
    z   7 → −5   4 → 0
    a   7 → 0    4 → −10
    y   5        −4 → 10
    L   4 → 25   1
    a = relu(z) shuts: z = 7 > 0 before, z = −5 ≤ 0 now.
    >>> w, L
    (Value(3.0, label='w'), Value(4.0, label='L'))
    """
    check_digits(digits)
    if not isinstance(result, Value):
        raise UsageError(f"at: {result!r} is not a Value; at(L, w=2.2) takes the result of a recorded graph")
    if leaves is not None and not isinstance(leaves, Mapping):
        what = called(leaves) if isinstance(leaves, Value) else repr(leaves)
        raise UsageError(f"at: {what} does not say which leaf has which number; write L.at(w=2.2) or L.at({{w: 2.2}})")
    pairs = [*(leaves or {}).items(), *named.items()]
    order = topological_order(result, all_operands=True)
    whole = set(order)
    steps = Steps(result, also=[key for key, _ in pairs if isinstance(key, Value)])
    found = [_leaf(steps, key, whole) for key, _ in pairs]
    names = {node: name for node in steps.read.nodes() if (name := steps.read.of(node))}
    for node, name in names.items():
        if node in whole and node not in steps.place:  # of a branch that was not taken
            steps._names[node] = name
    given: dict[Value, float] = {}
    for leaf, (key, new) in zip(found, pairs, strict=True):
        if leaf in given:
            raise UsageError(f"at: {steps.name(leaf) or key} is given twice")
        given[leaf] = plain_number(new, f"at: {steps.name_it(leaf)}")
    if not given:
        known = _leaf_names(steps)
        raise UsageError(f"at: no leaf is given another number; write at(L, w=2.2). The leaves are {known}")
    names |= {leaf: steps.name(leaf) for leaf in given}
    before = Pass(steps).adjoints
    made = Context().run(made_again, order, given, names)  # without the modes of this thread: it must be recorded
    made[result].backward()
    shown, left_out = _shown(steps, order)
    changes = tuple(
        Change(steps.name(node), node.data, made[node].data, before.get(node, 0.0), made[node].grad) for node in shown
    )
    moved = tuple(steps.name(leaf) for leaf in given)
    told, more_switched = switched(steps, made, names)
    words = Words(steps, digits)
    shown_names = [display(one.name) for one in changes]
    is_unheard = all(before.get(leaf, 0.0) == made[leaf].grad == 0.0 for leaf in given)
    shut = still_shut(words, made, names) if is_unheard else []
    mentioned = [*shown_names[: LINES // 2], *shown_names[-LINES // 2 :], *map(str, told[:SWITCHES]), *shut]
    where = words.where(mentioned, with_numbers=False)  # they stand in the table
    notes = (*shut, *newly_on_kinks(words, made), *fixed_choices(steps), *([where] if where else []))
    return WhatIf(steps.name(result), moved, changes, told, more_switched, notes, digits, (), left_out)


def _shown(steps: Steps, order: list[Value]) -> tuple[list[Value], int]:
    """The leaves and steps with a name; of a very large graph those that a person named, and the steps at both ends.

    Also how many operations were left out in between.
    """
    if not steps.is_large:
        return [node for node in order if steps.name(node) and (steps.is_step(node) or node not in steps.place)], 0
    named = set(steps.named_nodes())
    shown = named.union(ends_of(steps, steps.order, LINES).steps)
    operations = sum(node._rule is not None for node in order)
    return [node for node in order if node in shown], operations - sum(node._rule is not None for node in shown)


def _leaf(steps: Steps, key: Value | str, whole: set[Value]) -> Value:
    node = steps.find(key) if isinstance(key, str) else key
    if node not in whole:
        node = find(steps, node)  # says why it is not in the graph
    if node._rule is not None:
        shown = display(steps.name(node)) or "this node"
        raise UsageError(
            f"at: {shown} is the result of {node.op}, and only leaves can be given other numbers. "
            f"The leaves are {_leaf_names(steps)}"
        )
    return node


def _leaf_names(steps: Steps) -> str:
    names = [steps.name(node) for node in steps.order if node._rule is None and steps.name(node)]
    return ", ".join(names[:12]) + (", …" if len(names) > 12 else "") or "all without a name"
