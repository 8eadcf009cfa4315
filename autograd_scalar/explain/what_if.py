"""What if a leaf had another number: the recorded graph, computed again at other leaves.

Nothing that was recorded is touched: the graph is made once more from its rules, on new leaves, and compared with the
old one, node by node.
"""

from __future__ import annotations

from contextvars import Context
from dataclasses import dataclass, field
from html import escape as html_escape
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _generated
from ..errors import AutogradError, UsageError
from ..formula.equations import Section, Typeset, with_numbers
from ..formula.numbers import DIGITS, check_digits, number
from ..formula.styles import Ascii, Style
from ..formula.terms import flat
from ..graph import topological_order
from ..notation import display, escape
from ..ops import table
from ..recording import number as plain_number
from ..recording import refusal
from ..steps import Steps
from ..value import Value
from .asking import find
from .chain import ends_of
from .flow import Pass
from .kink_place import is_on_kink
from .words import Words, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..formula.terms import Condition

__all__ = ["Change", "Switched", "WhatIf", "at", "evaluated"]

LINES = 40  # rows of the table
SWITCHES = 6  # switches that are printed
TOLD = 100  # switches that are kept; the others are counted
_STYLES = (Style(DIGITS), Ascii(DIGITS))


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf or step: its number and its gradient d`of`/d`name`, as recorded and at the other leaves."""

    name: str
    before: float
    after: float
    gradient_before: float
    gradient_after: float


@dataclass(frozen=True, slots=True)
class Switched:
    """A choice that falls out otherwise: `what` has ``"opened"``, ``"shut"`` or ``"switched"``, and why.

    `before` and `after` are the conditions that decided it (``z = 7 > 0``, ``z = −5 ≤ 0``), or what was chosen.
    """

    what: str
    how: str
    before: str
    after: str
    plain: str = field(default="", repr=False)  # the sentence in ASCII

    def __str__(self) -> str:
        return _sentence(self.what, self.how, self.before, self.after)


def _sentence(what: str, how: str, before: str, after: str) -> str:
    verb = {"opened": "opens", "shut": "shuts"}.get(how, "switches")
    return f"{what} {verb}: {before} before, {after} now."


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
        given = [self[name] for name in self.moved[:SWITCHES]]
        shown = [
            f"{display(one.name, style)} = {number(one.after, self.digits, style)} "
            f"in place of {number(one.before, self.digits, style)}"
            for one in given
        ]
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

    def _repr_latex_(self) -> None:  # type: ignore[override]  # a notebook shows the table of `_repr_html_`
        return None


_CSS = (
    ".autograd-what-if td,.autograd-what-if th{text-align:left}"
    ".autograd-what-if td.forward{color:#0b5cad}.autograd-what-if td.backward{color:#c2410c}"
    "@media(prefers-color-scheme:dark){.autograd-what-if td.forward{color:#7cb8ff}"
    ".autograd-what-if td.backward{color:#ff9b5e}}"
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
    pairs = [*(leaves or {}).items(), *named.items()]
    order = topological_order(result, all_operands=True)
    whole = set(order)
    steps = Steps(result, also=[key for key, _ in pairs if isinstance(key, Value)])
    found = [_leaf(steps, key, whole) for key, _ in pairs]
    called = {node: name for node in steps.read.nodes() if (name := steps.read.of(node))}
    for node, name in called.items():
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
    called |= {leaf: steps.name(leaf) for leaf in given}
    before = Pass(steps).adjoints
    made = Context().run(_made_again, order, given, called)  # without the modes of this thread: it must be recorded
    made[result].backward()
    shown, left_out = _shown(steps, order)
    changes = tuple(
        Change(steps.name(node), node.data, made[node].data, before.get(node, 0.0), made[node].grad) for node in shown
    )
    moved = tuple(steps.name(leaf) for leaf in given)
    switched, more_switched = _switches(steps, made, called)
    words = Words(steps, digits)
    names = [display(one.name) for one in changes]
    where = words.where([*names[: LINES // 2], *names[-LINES // 2 :], *map(str, switched[:SWITCHES])])
    notes = (*_on_kinks(words, made), *_notes(steps), *([where] if where else []))
    return WhatIf(steps.name(result), moved, changes, switched, more_switched, notes, digits, (), left_out)


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


def _made_again(
    order: Sequence[Value], given: Mapping[Value, float], called: Mapping[Value, str]
) -> dict[Value, Value]:
    """For each node of the graph a new one: the same rules on new leaves."""
    made: dict[Value, Value] = {}

    def read(operand: Any) -> Any:
        if type(operand) is Value:
            return made[operand]
        return [read(one) for one in operand] if type(operand) is tuple else operand

    forms: dict[str, _Form] = {}
    for node in order:
        rule = node._rule
        if rule is None:
            made[node] = Value(given.get(node, node._data), label=called.get(node, ""))
            continue
        form = forms.get(rule.op)
        if form is None:
            form = forms[rule.op] = _form(rule.op)
        operands = [read(one) for one in (node._y if rule.many else (node._x, node._y))[: form.operands]]
        try:
            made[node] = form.record(*operands, **(node.parameters if form.has_parameters else _NONE))
        except AutogradError:
            for operand in _values_among(operands):  # the message shall have the names
                operand.label = next((called.get(old, "") for old, new in made.items() if new is operand), "")
            made[node] = form.record(*operands, **node.parameters)
    return made


_NONE: dict[str, float] = {}


class _Form(NamedTuple):
    """What it takes to do an operation again."""

    record: Any  # on Values
    compute: Any  # on plain numbers
    operands: int
    has_parameters: bool


def _form(op: str) -> _Form:
    row = table[op]
    has_parameters = len(row.arguments) > len(row.operands)
    return _Form(getattr(_generated, op), getattr(_generated, f"_{op}"), len(row.operands), has_parameters)


def _values_among(operands: Iterable[Any]) -> list[Value]:
    every = flat([tuple(one) if isinstance(one, list) else one for one in operands])
    return [one for one in every if type(one) is Value]


def evaluated(order: Sequence[Value], leaves: Mapping[Value, float]) -> dict[Value, float]:
    """The number of every node of a graph, given in topological order, with other numbers at some of its leaves.

    Every operation is computed anew by its row, in plain floats; the graph is left alone.
    """
    numbers: dict[Value, float] = {}
    forms: dict[str, _Form] = {}

    def read(operand: Any) -> Any:
        if type(operand) is Value:
            return numbers[operand]
        return [read(one) for one in operand] if isinstance(operand, tuple) else operand

    for node in topological_order(order[-1], all_operands=True):  # a choice may fall upon a branch that was not taken
        rule = node._rule
        if rule is None:
            numbers[node] = leaves.get(node, node.data)
            continue
        form = forms.get(rule.op)
        if form is None:
            form = forms[rule.op] = _form(rule.op)
        arguments = [read(one) for one in (node._y if rule.many else (node._x, node._y))[: form.operands]]
        try:
            given = node.parameters.values() if form.has_parameters else ()
            numbers[node] = float(form.compute(*arguments, *given))
        except (ValueError, ArithmeticError) as error:
            every = flat([tuple(one) if isinstance(one, list) else one for one in arguments])
            raise refusal(rule.op, tuple(every), error) from None
    return numbers


# -------------------------------------------------------------------------------------------------------- switches


def _switches(
    steps: Steps, made: Mapping[Value, Value], called: Mapping[Value, str]
) -> tuple[tuple[Switched, ...], int]:
    """The choices that fall out otherwise: where a rule has several branches, and another one is taken now.

    The first ones are told; how many more there are is counted.
    """
    again: Steps | None = None
    found: list[Switched] = []
    more = 0
    choosing = {op for op, row in table.items() if row.kinks or any(" if " in text for text in row.written)}
    for node in steps.order:
        if node._rule is None or node._rule.op not in choosing:
            continue
        new = made[node]
        old_partials, new_partials = node.partials(), new.partials()
        same_parents = [id(made[parent]) for parent in node.parents] == [id(parent) for parent in new.parents]
        if old_partials == new_partials and same_parents:
            continue
        if len(found) >= TOLD:
            more += not same_parents or [bool(x) for x in old_partials] != [bool(x) for x in new_partials]
            continue
        if again is None:
            for old, name in called.items():
                if old in made:
                    made[old].label = name
            again = Steps(made[steps.root])
        told = [_told(style, (steps, node), (again, new), same_parents=same_parents) for style in _STYLES]
        if told[0] is not None and told[1] is not None:
            how = "switched"
            if len(node.parents) == 1 and same_parents:
                how = "opened" if old_partials[0] == 0.0 else "shut" if new_partials[0] == 0.0 else how
            what, before, after = told[0]
            found.append(Switched(what, how, before, after, _sentence(told[1][0], how, *told[1][1:])))
    return tuple(found), more


def _told(
    style: Style, old: tuple[Steps, Value], new: tuple[Steps, Value], *, same_parents: bool
) -> tuple[str, str, str] | None:
    """What switched, what decided it before, and what decides it now; None where nothing turned out otherwise."""
    steps, node = old
    formula = style.write(steps.formula(node))
    what = f"{style.symbol(steps.name(node))} = {formula}" if steps.is_step(node) and steps.name(node) else formula
    if len(node.parents) == 1 and same_parents:
        for before, after in zip(steps.partial(node, 0)[1], new[0].partial(new[1], 0)[1], strict=False):
            if _relations(before) != _relations(after):
                return what, style.write(with_numbers(before)), style.write(with_numbers(after))
        return None
    first, second = _chosen(style, *old), _chosen(style, *new)
    return None if first == second else (what, f"it takes {first}", second)


def _relations(condition: Condition) -> list[str]:
    """What a condition says, without its numbers: ``>`` or ``≤``."""
    return [part for part in condition.parts if isinstance(part, str)]


def _chosen(style: Style, steps: Steps, node: Value) -> str:
    """The operands that something flows to, by name."""
    chosen = [parent for parent, partial in zip(node.parents, node.partials(), strict=True) if partial != 0.0]
    shown = [style.write(steps.symbol(one) if steps.is_step(one) else steps.formula(one)) for one in chosen[:3]]
    return " and ".join(shown) + (" and others" if len(chosen) > 3 else "") or "a plain number"


def _on_kinks(words: Words, made: Mapping[Value, Value]) -> list[str]:
    """A word on the operations that have come to lie exactly on a kink, where the slope is a convention."""
    told: list[str] = []
    more = 0
    for node in words.steps.order:
        row = node.row
        if row is None or not row.kinks or not is_on_kink(made[node]) or is_on_kink(node):
            continue
        if len(told) >= SWITCHES:
            more += 1
            continue
        operands = [f"{words.name(one)} = {words.number(made[one].data)}" for one in node.parents[:2]]
        which = f"{words.defined(node)}: the slope taken there is a convention"
        told.append(f"{' and '.join(operands)} {'is' if len(operands) == 1 else 'are'} exactly on the kink of {which}.")
    return [*told, *([f"… and {more:,} more are on a kink."] if more else [])]


def _notes(steps: Steps) -> tuple[str, ...]:
    """A word where a choice was made by a plain truth value, which stands in the graph as a number."""
    choices = [node for node in steps.order if (row := node.row) is not None and row.form == "select"]
    fixed = [node for node in choices if type(node.operands[0]) is not Value]
    if not fixed:
        return ()
    which = ", ".join(dict.fromkeys(steps.name(node) or node.op for node in fixed[:3]))
    return (f"The condition of {which} was a plain truth value when the graph was recorded, and stays as it was.",)
