"""Why a gradient is what it is: zero, vanishing, exploding, NaN, infinite, absent; or, if none of these, what makes it.

Everything is read off one pass over the part of the graph between the node and the result (`Flow`): which slopes are
zero and whether they cut all routes, what cancels, where the first number that is not finite was made, which factors of
the largest route are large and which are small. Each answer is linear in the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape as html_escape
from math import fsum, inf, isfinite, isinf, isnan, log2, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _generated
from ..errors import UsageError
from ..formula.equations import Equation, Section, Typeset
from ..formula.numbers import DIGITS, check_digits, is_exact
from ..formula.terms import Condition, Derivative, Number, Product, Switch, Symbol, Term, multiply
from ..graph import topological_order
from ..notation import display
from ..ops import table
from ..value import Value
from .derivation import read_steps
from .kinked import interval, is_on_kink, kink_of
from .routes import Flow
from .words import Words, counted, listed, paragraph, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..steps import Steps

__all__ = ["Reason", "why", "why_not_connected"]

LARGE = 1000.0  # a gradient from here on is called exploding,
SMALL = 1e-4  # and one up to here vanishing
FLAT = 0.01  # a saturated slope is at most this
CANCELLED = 100.0  # routes cancel when their sizes add up to so many times what is left
FACTORS = 6  # of a product that is written out in one line
LONG = 64  # steps of a route whose factors are all read as formulas
NAMED = 100  # nodes of a cut that are looked at one by one, and named
_PRIME = (1 << 61) - 1


@dataclass(frozen=True, slots=True, repr=False)
class Reason(Typeset):
    """The reason for a gradient, in words. `value` is the gradient, None where there is none.

    `kind` is one of: ordinary, exploding, vanishing, saturated, cancelled, kink; for a zero also shut, chosen, flat,
    zero factor, several, underflow; nan, infinite; not connected, detached, rebound, made again, other way round,
    not taken, no graph; itself. `nodes` are the nodes that are to blame, by name, and `numbers` the numbers given.
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
            words = Reason(*_fields(self, (Section("", tuple(equations)),))).mathml() + words
        return f'<div class="autograd-reason">{words}</div>'

    def _repr_latex_(self) -> None:  # type: ignore[override]  # a notebook shows `_repr_html_`
        return None


def _fields(reason: Reason, sections: tuple[Section, ...]) -> tuple[Any, ...]:
    return (reason.of, reason.wrt, reason.kind, reason.value, (), (), (), sections, (), reason.digits)


class _Answer(NamedTuple):
    """What was found out: the kind, the sentences, the nodes to blame, and whether the chain is written above them."""

    kind: str
    sentences: list[str]
    nodes: Sequence[Value] = ()
    with_chain: bool = True


def why(result: Any, wrt: Value | str, digits: int | None = DIGITS, **arguments: Any) -> Reason:
    """The reason why dL/dw is what it is, L being `result` and w `wrt` (a Value or a name).

    For a gradient of zero the operations that shut every route, or what cancels; for NaN and infinities the first
    operation that made one; for a node that is not in the graph why it is not; for any other gradient the factors,
    forward and backward, that make it large or small. A function may stand for `result`, with its arguments by keyword.

    Raises `UsageError` for a name that none or two nodes bear.

    >>> x, w, b, y = Value(2, label="x"), Value(-3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.relu().named("a")
    >>> L = ((a - y) ** 2).named("L")
    >>> print(why(L, w))
    dL/dw = dL/da · da/dz · dz/dw = (−10) · 0 · 2 = 0
    a = relu(z) is shut: z = −5 ≤ 0. All routes from w to L (1) pass a, so gradient descent never moves w.
    """
    check_digits(digits)
    steps = read_steps(result, (), arguments, also=wrt if isinstance(wrt, Value) else None)
    node = steps.find(wrt) if isinstance(wrt, str) else wrt
    if not isinstance(node, Value):
        raise UsageError(f"{wrt!r} is neither a Value nor the name of one")
    words = Words(steps, digits)
    if node not in steps.place:
        answer = _absent(steps, node, words)
        return _reason(steps, words, node, None, answer, ())
    steps.name_it(node)
    if node is steps.root:
        name = words.name(node)
        return _reason(
            steps, words, node, 1.0, _Answer("itself", [f"d{name}/d{name} = 1: it is the result itself."]), ()
        )
    case = _Case(steps, node, words)
    answer = case.answer()
    sentences = [*answer.sentences, *_rebound_within(steps, node, words)]
    chain = case.chain() if answer.with_chain else ()
    if not chain and case.gradient == 0:
        sentences.insert(0, f"{case.title} = 0.")
    return _reason(steps, words, node, case.gradient, answer._replace(sentences=sentences), chain)


def _reason(
    steps: Steps, words: Words, node: Value, value: float | None, answer: _Answer, chain: tuple[Equation, ...]
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


# ----------------------------------------------------------------------------------------- a node that is in the graph


class _Factor(NamedTuple):
    """∂`of`/∂`wrt` on the route in question, as a formula and a number.

    Where the step uses `wrt` in several places the route takes one of these `uses`, and `total` is ∂`of`/∂`wrt`.
    """

    of: Value
    wrt: Value
    term: Term
    value: float
    conditions: tuple[Condition, ...]
    uses: int = 1
    total: float = 0.0
    partial: bool = False  # `of` is made from `wrt` by other steps too, or from several


class _Case:
    """One question about a node that the result was made from."""

    def __init__(self, steps: Steps, wrt: Value, words: Words) -> None:
        self.steps = steps
        self.wrt = wrt
        self.words = words
        self.flow = flow = Flow(steps, wrt)
        self.gradient = flow.adjoints[0]
        exact, power = flow.counts()
        self.count, self.power = exact[-1], power[-1]
        self.of, self.by = words.name(steps.root), words.name(wrt)
        self.title = words.derivative(steps.root, wrt)
        self._route: list[tuple[int, int, float, int]] | None = None
        self._outward: list[list[tuple[int, float, int]]] | None = None

    def answer(self) -> _Answer:
        if not isfinite(self.gradient):
            return self.not_finite()
        if self.gradient == 0.0:
            return self.zero()
        return self.finite()

    # ------------------------------------------------------------------------------------------------- the main route

    @property
    def route(self) -> list[tuple[int, int, float, int]]:
        """The edges of the route that contributes most, from the result down."""
        if self._route is None:
            _, choice = self.flow.best()
            edges = []
            node = self.flow.last
            while node:
                parent, slope, place = self.flow.inward[node][choice[node]]
                edges.append((node, parent, slope, place))
                node = parent
            self._route = edges
        return self._route

    @property
    def outward(self) -> list[list[tuple[int, float, int]]]:
        """The edges out of each node: (user, slope, place)."""
        if self._outward is None:
            self._outward = [[] for _ in self.flow.nodes]
            for node, edges in enumerate(self.flow.inward):
                for parent, slope, place in edges:
                    self._outward[parent].append((node, slope, place))
        return self._outward

    def segments(self) -> list[list[tuple[int, int, float, int]]]:
        """The main route cut where it passes a step that a person sees."""
        found: list[list[tuple[int, int, float, int]]] = []
        for edge in self.route:
            if not found or self.is_seen(edge[0]):
                found.append([])
            found[-1].append(edge)
        return found

    def is_seen(self, number: int) -> bool:
        return number == 0 or self.steps.is_step(self.flow.nodes[number])

    def is_single(self) -> bool:
        """Whether a person sees one route: the uses within one formula are one slope."""
        if self.count == 1:
            return True
        if self.flow.last > 50 * LONG:
            return False
        users: dict[int, int] = {}  # each step is made from exactly one other, and that makes one route
        for number, edges in enumerate(self.flow.inward):
            pending = [parent for parent, _, _ in edges] if self.is_seen(number) else []
            sources = set()
            while pending:
                parent = pending.pop()
                if self.is_seen(parent):
                    sources.add(parent)
                else:
                    pending += [one for one, _, _ in self.flow.inward[parent]]
            if len(sources) > 1:
                return False
            for source in sources:
                users[source] = users.get(source, 0) + 1
        return all(count == 1 for count in users.values())

    def factors(self) -> list[_Factor]:
        """The slopes of the main route, from step to step; with formulas where the route is short enough to read."""
        nodes = self.flow.nodes
        is_single = self.is_single()
        segments = self.segments()
        found = []
        for segment in segments:
            of, wrt = nodes[segment[0][0]], nodes[segment[-1][1]]
            if len(segments) > LONG:
                value = prod(slope for _, _, slope, _ in segment)
                found.append(_Factor(of, wrt, Number(value), value, ()))
            elif is_single:
                slope = self.steps.slope(of, wrt)
                found.append(_Factor(of, wrt, slope.term, slope.value, slope.conditions))
            else:
                found.append(self.read(segment))
        return found

    def read(self, segment: list[tuple[int, int, float, int]]) -> _Factor:
        """One stretch of the route as a formula."""
        nodes = self.flow.nodes
        terms: list[Term] = []
        conditions: list[Condition] = []
        for node, _, _, place in segment:
            term, decided = self.steps.partial(nodes[node], place)
            terms.append(term)
            conditions += decided
        value = prod(slope for _, _, slope, _ in segment)
        of, wrt = segment[0][0], segment[-1][1]
        uses, total, partial = self.uses(of, wrt)
        return _Factor(nodes[of], nodes[wrt], multiply(terms), value, tuple(conditions), uses, total, partial)

    def uses(self, of: int, wrt: int) -> tuple[int, float, bool]:
        """How often a step uses another in its formula, the sum of the slopes, and whether more leads to it than that.

        Where nothing else leads to the step, ∂of/∂wrt is all of dof/dwrt.
        """
        count, slopes, partial = 0, [], False
        pending = [(of, 1.0)]
        while pending:
            node, before = pending.pop()
            for parent, slope, _ in self.flow.inward[node]:
                if parent == wrt:
                    count += 1
                    slopes.append(before * slope)
                elif self.is_seen(parent):
                    partial = True
                else:
                    pending.append((parent, before * slope))
        return count, fsum(slopes) if all(map(isfinite, slopes)) else sum(slopes), partial

    def shown(self, one: _Factor, since: str = "") -> str:
        """``df/de = 2·e = −14``; of several uses ``f·f = 36 at one of 4 uses of f in g (∂g/∂f = 108.5 in all)``."""
        words = self.words
        formula = "" if isinstance(one.term, Number) else words.write(one.term)
        value = words.number(one.value)
        relation = words.equals(one.value)
        there = words.derivative(one.of, one.wrt, partial=one.partial)
        if one.uses <= 1:
            return f"{there}{f' = {formula}' if formula and formula != value else ''} {relation} {value}{since}"
        start = f"{formula} {relation} {value}" if formula and formula != value else value
        of, wrt = (display(self.steps.name(node)) or words.name(node) for node in (one.of, one.wrt))
        whole = f"{there} {words.equals(one.total)} {words.number(one.total)}"
        return f"{start}{since} at one of the {one.uses:,} uses of {wrt} in {of} ({whole} in all)"

    def chain(self) -> tuple[Equation, ...]:
        """dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8, where there is one route, and a short one."""
        segments = self.segments()
        if len(segments) > FACTORS or not self.is_single():
            return ()
        factors = self.factors()
        name = self.steps.name
        if not all(name(one.of) and name(one.wrt) for one in factors):
            return ()
        left = Derivative(self.gradient, name(self.steps.root), name(self.wrt))
        symbols = tuple(Derivative(one.value, name(one.of), name(one.wrt)) for one in factors)
        numbers = tuple(Number(one.value) for one in factors)
        if len(factors) == 1:
            return (Equation(left, (factors[0].term, Number(self.gradient))),)
        return (
            Equation(
                left,
                (
                    Product(self.gradient, symbols, spaced=True),
                    Product(self.gradient, numbers, spaced=True),
                    Number(self.gradient),
                ),
            ),
        )

    def how_many(self) -> str:
        """``1``, ``12``, ``about 10³⁰``: all routes."""
        return counted(self.count, self.power).rpartition(" ")[0]

    def step_of(self, number: int) -> Value:
        """The step whose formula contains a node."""
        while not self.is_seen(number) and number != self.flow.last:
            number = self.outward[number][0][0]
        return self.flow.nodes[number]

    # ------------------------------------------------------------------------------------------------------------ zero

    def zero(self) -> _Answer:
        flow = self.flow
        live_up, live_down = self.live()
        if not live_up[flow.last]:
            return self.cut(live_up, live_down)
        return self.cancelled_or_lost(live_down)

    def live(self) -> tuple[list[bool], list[bool]]:
        """Which nodes are reached through slopes other than 0, and from which ones the result is."""
        flow = self.flow
        up = [False] * len(flow.nodes)
        down = list(up)
        up[0] = down[-1] = True
        for node in range(1, flow.last + 1):
            up[node] = any(slope != 0.0 and up[parent] for parent, slope, _ in flow.inward[node])
        for node in range(flow.last, 0, -1):
            if down[node]:
                for parent, slope, _ in flow.inward[node]:
                    if slope != 0.0:
                        down[parent] = True
        return up, down

    def cut(self, up: list[bool], down: list[bool]) -> _Answer:
        """Every route passes a slope of 0: name the operations, as few as there are, that shut them all."""
        flow = self.flow
        zeros = [
            (node, parent, place)
            for node, edges in enumerate(flow.inward)
            for parent, slope, place in edges
            if slope == 0.0
        ]
        alone = self.on_every_route({node for node, _, _ in zeros})
        if alone:
            gates = [alone[0]]
        else:
            first = list(dict.fromkeys(node for node, parent, _ in zeros if up[parent]))
            last = list(dict.fromkeys(node for node, _, _ in zeros if down[node]))
            gates = first if len(first) <= len(last) else last
        edge = {
            node: (parent, place)
            for node, parent, place in reversed(zeros)
            if down[node] or up[parent] or node in alone
        }
        described = [self.gate(node, *edge[node]) for node in gates[:NAMED]]
        kinds = {kind for kind, _, _ in described}
        kind = kinds.pop() if len(kinds) == 1 else "several"
        nodes = [node for _, _, node in described]
        if len(gates) > 1:
            return _Answer(kind, self.many_gates(gates, edge, described, kind), nodes)
        _, sentence, node = described[0]
        shown = self.words.name(node)
        where = f"pass {shown}" if node is not self.steps.root else "end in it"
        then = {
            "shut": f"gradient descent never moves {self.by}",
            "flat": f"gradient descent never moves {self.by}",
        }.get(kind, f"{self.title} is 0, whatever the other slopes are")
        sentences = [sentence, f"All routes from {self.by} to {self.of} ({self.how_many()}) {where}, so {then}."]
        others = [self.flow.nodes[one] for one in alone[1:]]
        if others:
            names = [self.words.name(self.step_of(one)) for one in alone[1:]]
            names = [name for name in dict.fromkeys(names) if name != shown]
            if names:
                sentences.append(f"{listed(names)} would stop {'them' if self.count != 1 else 'it'} as well.")
        return _Answer(kind, sentences, [node, *others])

    def on_every_route(self, candidates: set[int]) -> list[int]:
        """The nodes that all routes pass, and all through a slope of 0, the nearest to the node in question first.

        Routes are counted modulo a large prime: numbers that differ agree there once in 10¹⁸ times.
        """
        flow = self.flow
        before = [0] * len(flow.nodes)
        after = list(before)
        before[0] = after[-1] = 1
        for node in range(1, flow.last + 1):
            before[node] = sum(before[parent] for parent, _, _ in flow.inward[node]) % _PRIME
        for node in range(flow.last, 0, -1):
            for parent, _, _ in flow.inward[node]:
                after[parent] = (after[parent] + after[node]) % _PRIME
        total = before[-1]
        return [
            node
            for node in sorted(candidates)
            if before[node] * after[node] % _PRIME == total and all(slope == 0.0 for _, slope, _ in flow.inward[node])
        ]

    def gate(self, number: int, parent: int, place: int) -> tuple[str, str, Value]:
        """(kind, sentence, node) for an operation whose slope is 0."""
        words, steps = self.words, self.steps
        node, operand = self.flow.nodes[number], self.flow.nodes[parent]
        row = node.row
        assert row is not None
        term, conditions = steps.partial(node, place)
        shown = words.defined(node)
        if row.kinks and is_on_kink(node):
            kink = kink_of(node, words)
            slopes = next((one for one in kink.slopes if one.wrt == words.called(operand)), None) if kink else None
            if kink and slopes:
                of = interval(slopes, words.digits)
                return "kink", f"{shown} is on its kink, {kink.where}: the slope taken is 0, of {of}.", node
        if row.kinks and len(_flat(node)) > 1:
            return "chosen", f"{shown} does not take {words.is_number(operand)}: it is {words.number(node.data)}.", node
        if row.kinks:
            because = words.condition(conditions[0]) if conditions else words.is_number(operand)
            if node.data == 0.0:
                return "shut", f"{shown} is shut: {because}.", node
            return "flat", f"{shown} is flat there: {because}.", node
        if _is_saturated(node, place):
            why_zero = "its slope there is too small for a float, and becomes 0"
            return "saturated", f"{shown} is saturated: {words.is_number(operand)}, and {why_zero}.", node
        step = self.step_of(number)
        factor = words.write(term) if not isinstance(term, Number) else ""
        return "zero factor", f"A factor is 0: {factor + ' = 0, ' if factor else ''}in {words.defined(step)}.", step

    def many_gates(
        self,
        gates: list[int],
        edge: dict[int, tuple[int, int]],
        described: list[tuple[str, str, Value]],
        kind: str,
    ) -> list[str]:
        """All routes pass one of several operations: which ones, and at what numbers."""
        flow, words = self.flow, self.words
        verb = {
            "shut": "are shut", "flat": "are flat", "kink": "are on a kink where the slope taken is 0",
            "saturated": "are saturated", "chosen": "take another operand", "zero factor": "have a factor of 0",
        }.get(kind, "have a slope of 0")  # fmt: skip
        names = []
        for gate, (_, _, node) in zip(gates, described, strict=False):
            operand = flow.nodes[edge[gate][0]]
            name = words.name(node)
            if kind == "zero factor":
                term, _ = self.steps.partial(flow.nodes[gate], edge[gate][1])
                detail = f"{words.write(term)} = 0" if not isinstance(term, Number) else ""
            else:
                detail = words.is_number(operand)
            names.append(f"{name} ({detail})" if detail else name)
        names += [""] * (len(gates) - len(names))
        ops = {flow.nodes[gate].row for gate in gates}
        row = next(iter(ops))
        what = f"{row.symbol}s" if len(ops) == 1 and row is not None and row.form == "call" else "nodes"
        then = f"gradient descent never moves {self.by}" if kind in ("shut", "flat") else f"{self.title} is 0"
        start = (
            f"All routes from {self.by} to {self.of} ({self.how_many()}) pass one of {len(gates):,} {what} that {verb}"
        )
        return [f"{start}: {listed(names)}.", f"So {then}."]

    def cancelled_or_lost(self, down: list[bool]) -> _Answer:
        """No slope of 0 cuts all routes: contributions cancel, or products got too small for a float."""
        flow, words = self.flow, self.words
        number = 0
        while True:
            node = flow.nodes[number]
            brought = [
                (user, slope, flow.adjoints[user] * slope, place)
                for user, slope, place in self.outward[number]
                if flow.adjoints[user] * slope != 0.0
            ]
            if brought:
                break
            live = [(user, slope) for user, slope, _ in self.outward[number] if slope != 0.0 and down[user]]
            user, slope = live[0]
            if flow.adjoints[user] != 0.0:
                at = words.derivative(self.steps.root, flow.nodes[user])
                here = words.derivative(flow.nodes[user], node, partial=True)
                product = f"{words.number(flow.adjoints[user])} · {words.number(slope)}"
                here += _at_one_use(flow.nodes[user], node)
                lost = f"It is too small for a float: {at} · {here} = {product} is below 5·10⁻³²⁴, the smallest one."
                return _Answer("underflow", [lost, *self.small_factors()], [flow.nodes[user]], with_chain=False)
            number = user
        here = words.derivative(self.steps.root, node)
        if number == 0 and self.count is not None and self.count <= FACTORS:
            contributions = [(prod(flow.inward_slopes(route)), flow.text(route, words)) for route in flow.every()]
            kept = [f"{text} brings {words.signed(value)}" for value, text in contributions if value]
        else:
            kept = [f"{words.name(flow.nodes[user])} brings {words.signed(value)}" for user, _, value, _ in brought]
        start = f"The routes cancel: {listed(kept, 6)}; together 0."
        if number:
            start = f"{here} = 0, since what comes back to {words.name(node)} cancels: {listed(kept, 6)}; together 0."
        nodes = [flow.nodes[user] for user, _, _, _ in brought]
        return _Answer("cancelled", [start], nodes, with_chain=False)

    # ------------------------------------------------------------------------------------------------------ not finite

    def not_finite(self) -> _Answer:
        """Follow the NaN or infinity from the node in question back to where it came from."""
        flow, words, steps = self.flow, self.words, self.steps
        kind = "nan" if isnan(self.gradient) else "infinite"
        lead = f"{self.title} = {words.number(self.gradient)}."
        remarks: list[str] = []
        number = 0
        while True:
            adjoint = flow.adjoints[number]
            brought = [(user, slope, flow.adjoints[user] * slope, place) for user, slope, place in self.outward[number]]
            bad = [one for one in brought if isnan(one[2])] or [one for one in brought if isinf(one[2])]
            node = flow.nodes[number]
            here = words.derivative(steps.root, node)
            if not bad:
                return _Answer(
                    kind,
                    [lead, f"{here} is a sum beyond the largest float, about 1.8·10³⁰⁸."],
                    [node],
                    with_chain=False,
                )
            if isnan(adjoint) and not isnan(bad[0][2]):
                remarks.append(f"In {here} two routes bring ∞ and −∞, and their sum is NaN.")
            user, slope, product, place = bad[0]
            if not isfinite(slope):
                break
            if isfinite(flow.adjoints[user]):
                shown = f"{words.number(flow.adjoints[user])} · {words.number(slope)}"
                at = words.derivative(steps.root, flow.nodes[user])
                there = words.derivative(flow.nodes[user], node, partial=True)
                there += _at_one_use(flow.nodes[user], node)
                sentence = f"Backward, {at} · {there} = {shown} is beyond the largest float, about 1.8·10³⁰⁸."
                return _Answer(kind, [lead, sentence, *remarks], [flow.nodes[user]], with_chain=False)
            if isnan(product) and not isnan(flow.adjoints[user]):
                at = words.derivative(steps.root, flow.nodes[user])
                there = words.derivative(flow.nodes[user], node, partial=True)
                there += _at_one_use(flow.nodes[user], node)
                remarks.insert(
                    0, f"Then {at} · {there} = {words.number(flow.adjoints[user])} · {words.number(slope)} is NaN."
                )
            number = user
        made, adjoint = flow.nodes[user], flow.adjoints[user]
        if isnan(product) and not isnan(slope) and not isnan(adjoint):
            at = words.derivative(steps.root, made)
            remarks.insert(
                0,
                f"It meets {at} = {words.number(adjoint)}, and {words.number(adjoint)} · {words.number(slope)} is NaN.",
            )
        first = _first_not_finite(made)
        if first is None:
            term, _ = steps.partial(made, place)
            name = "NaN" if isnan(slope) else "infinite"
            there = words.derivative(made, node, partial=len(made.parents) > 1)
            formula = f" = {words.write(term)}" if not isinstance(term, Number) else ""
            if made.parents.count(node) > 1:
                there, formula = f"{there}{_at_one_use(made, node)}", formula.replace(" = ", ", ", 1)
            numbers = listed([words.is_number(one) for one in dict.fromkeys(made.parents)])
            place_in = f"at {numbers}, in {words.defined(made)}"
            sentence = f"Forward all numbers are finite. Backward, {there}{formula} is {name} {place_in}."
            return _Answer(kind, [lead, sentence, *remarks], [made, node], with_chain=False)
        sentences = [lead, *self.forward_cause(first)]
        at = words.derivative(made, node, partial=len(made.parents) > 1)
        if first is not made:
            at += _at_one_use(made, node)
            sentences.append(f"Backward it comes in by {at} = {words.number(slope)}.")
        return _Answer(kind, [*sentences, *remarks], [first, *dict.fromkeys(first.parents)], with_chain=False)

    def forward_cause(self, first: Value) -> list[str]:
        """The first NaN or infinity of the forward pass, and where an infinity in it came from."""
        words = self.words
        if first._rule is None:
            return [f"Forward: {words.name(first)} is {words.number(first.data)} from the start; it is a leaf."]
        operands = [words.is_number(one) for one in _operands(first) if words.name(one) != words.number(one.data)]
        numbers = f", with {listed(list(dict.fromkeys(operands)))}" if operands else ""
        formula = words.defined(first)
        if isnan(first.data):
            sentences = [f"Forward: {formula} is the first NaN{numbers}."]
            infinite = next((one for one in _operands(first) if isinf(one.data)), None)
            if infinite is not None:
                origin = _first_not_finite(infinite) or infinite
                sentences += [
                    sentence.replace("Forward: ", "Before that, ", 1) for sentence in self.forward_cause(origin)
                ]
            return sentences
        beyond = "; the result is beyond the largest float, about 1.8·10³⁰⁸" if operands else ""
        return [f"Forward: {formula} is the first infinite number{numbers}{beyond}."]

    # ---------------------------------------------------------------------------------------------------------- finite

    def finite(self) -> _Answer:
        words = self.words
        gradient = self.gradient
        is_single = self.is_single()
        factors = self.factors()
        sizes = self.sizes() if not is_single else abs(gradient)
        saturated = [
            edge for edge in self.route if abs(edge[2]) <= FLAT and _is_saturated(self.flow.nodes[edge[0]], edge[3])
        ]
        kind = "ordinary"
        on_kink = [self.flow.nodes[node] for node, _, _, _ in self.route if is_on_kink(self.flow.nodes[node])]
        if not is_single and sizes >= CANCELLED * abs(gradient):
            kind = "cancelled"
        elif abs(gradient) >= LARGE:
            kind = "exploding"
        elif saturated and abs(gradient) < 1:
            kind = "saturated"
        elif abs(gradient) <= SMALL:
            kind = "vanishing"
        elif on_kink:
            kind = "kink"
        forward, steps_of_forward = self.forward(factors)
        is_chained = kind in ("ordinary", "saturated", "kink") and is_single and len(factors) <= FACTORS
        sentences = [] if is_chained else [self.lead(forward, factors, is_single=is_single)]
        if not is_single:
            sentences += self.sum_of_routes(sizes, kind)
        blamed: list[Value] = []
        if kind == "saturated":
            sentences += self.saturation(saturated)
            blamed = [self.flow.nodes[node] for node, _, _, _ in saturated]
        if len(factors) > LONG:
            sentences += self.small_factors() if abs(gradient) < 1 else self.large_factors()
        elif is_chained and len(factors) == 1 and kind == "ordinary":
            sentences.append(f"It is one slope, of {words.defined(self.steps.root)}.")
        else:
            skip = {self.step_of(edge[0]) for edge in saturated} if kind == "saturated" else set()
            back, said = self.backward(factors, skip)
            if is_single:
                sentences += [f"Forward: {steps_of_forward}."] if steps_of_forward else []
                sentences += [f"Backward: {listed(back, 9)}."] if back else []
            elif steps_of_forward or back:  # of the largest of several routes
                sentences.append(f"Its slopes: {listed([*filter(None, [steps_of_forward]), *back], 9)}.")
            sentences += said
        if kind == "ordinary" and is_single:
            sentences += self.most_of_it(factors)
        for node in on_kink[:3]:
            kink = kink_of(node, words)
            if kink:
                taken = "; ".join(
                    f"{words.number(one.taken)} for {display(one.wrt)}, of {interval(one, words.digits)}"
                    for one in kink.slopes[:3]
                )
                sentences.append(f"{words.defined(node)} is on its kink, {kink.where}: the slope taken is {taken}.")
                blamed.append(node)
        if not blamed:
            extreme = sorted(factors, key=lambda one: -abs(_log(one.value)))[:3]
            blamed = [one.of for one in extreme if abs(one.value) != 1.0]
        return _Answer(kind, sentences, blamed, with_chain=is_chained)

    def sizes(self) -> float:
        """Σ|contribution| over all routes."""
        flow = self.flow
        sizes = [0.0] * len(flow.nodes)
        sizes[-1] = 1.0
        for node in range(flow.last, 0, -1):
            size = sizes[node]
            if size:
                for parent, slope, _ in flow.inward[node]:
                    if slope:
                        sizes[parent] += size * abs(slope)
        return sizes[0]

    def lead(self, forward: list[Value] | None, factors: list[_Factor], *, is_single: bool) -> str:
        """The gradient, and as a power where it is one: ``dL/dw₁ = 3125 = 5⁵``."""
        words = self.words
        shown = f"{self.title} {words.equals(self.gradient)} {words.number(self.gradient)}"
        numbers = [one.value for one in factors]
        if forward is not None and factors and is_single:
            numbers = [*(one.data for one in forward), *numbers[1:]]
        power = _as_power(numbers, self.gradient) if is_single else ""
        return f"{shown}{' = ' + power if power else ''}."

    def sum_of_routes(self, sizes: float, kind: str) -> list[str]:
        words, flow = self.words, self.flow
        contribution = prod(slope for _, _, slope, _ in self.route)
        sentences = []
        if kind == "cancelled":
            sentences.append(
                f"Its {counted(self.count, self.power)} nearly cancel: their sizes add up to {words.number(sizes)}, "
                f"and {words.number(self.gradient)} is left."
            )
            start = "The largest"
        else:
            start = f"It is the sum of {counted(self.count, self.power)}; the largest"
        _, choice = flow.best()
        route = [choice[node] for node, _, _, _ in self.route]
        relation = "" if is_exact(contribution, words.digits) else "about "
        brings = f"{relation}{words.number(contribution)}" if contribution else "less than a float can hold"
        return [*sentences, f"{start}, {flow.text(route, words)}, brings {brings}."]

    def forward(self, factors: list[_Factor]) -> tuple[list[Value] | None, str]:
        """The slope at the result, which the forward pass has made: its formula, and what its number is made of.

        Also the leaves whose product it is, where it is one: dL/da₃ = a₃ − y = 125 = w₃·w₂·w₁·x.
        """
        first = factors[0]
        words = self.words
        if len(factors) < 2 or isinstance(first.term, Number) or len(factors) > LONG or first.conditions:
            return None, ""
        text = self.shown(first)
        if first.uses > 1:
            return None, text
        leaves = _product_of_leaves(first.wrt)
        if leaves is None or len(leaves) < 2:
            return None, text
        product = self.product(
            [Symbol(one.data, words.name(one)) if words.name(one) else Number(one.data) for one in leaves]
        )
        value = prod(one.data for one in leaves)
        if value and abs(first.value - value) <= 1e-12 * abs(value):
            return leaves, f"{text} = {product}"
        name = words.name(first.wrt)
        return None, f"{text}, with {name} = {product} {words.equals(first.wrt.data)} {words.number(first.wrt.data)}"

    def product(self, terms: list[Term]) -> str:
        """``w₃·w₂·w₁``; of many the first and the last, and how many."""
        texts = [
            one.name if isinstance(one, Symbol) and not one.name.isidentifier() else self.words.write(one)
            for one in terms
        ]
        if len(texts) <= FACTORS + 2:
            return "·".join(texts)
        return f"{'·'.join(texts[:3])}·…·{'·'.join(texts[-2:])} ({len(texts)} factors)"

    def backward(self, factors: list[_Factor], skip: set[Value]) -> tuple[list[str], list[str]]:
        """The other slopes: names that multiply, and formulas; and a sentence on those that are 1."""
        words = self.words
        has_forward = not (len(factors) < 2 or isinstance(factors[0].term, Number) or factors[0].conditions)
        rest = [one for one in (factors[1:] if has_forward else factors) if one.of not in skip]
        names = [
            one
            for one in rest
            if isinstance(one.term, Symbol | Number) and abs(one.value) != 1.0 and not one.conditions
        ]
        units = [one for one in rest if abs(one.value) == 1.0]
        formulas = [one for one in rest if one not in names and one not in units]
        parts: list[str] = []
        if names and any(isinstance(one.term, Symbol) for one in names):
            value = prod(one.value for one in names)
            product = self.product([one.term for one in names])
            power = _as_power([one.value for one in names], value)
            parts.append(f"{product} {words.equals(value)} {words.number(value)}{' = ' + power if power else ''}")
        formulas.sort(key=lambda one: -abs(_log(one.value)))
        for one in formulas[:3]:
            since = f" since {words.condition(one.conditions[0])}" if one.conditions else ""
            parts.append(self.shown(one, since))
        if len(formulas) > 3:
            value = prod(one.value for one in formulas[3:])
            parts.append(f"{len(formulas) - 3} more, together {words.number(value)}")
        open_ones = [one for one in units if isinstance(one.term, Switch)]
        ones = [words.write(one.term) for one in units if isinstance(one.term, Symbol) and one.value == 1.0]
        said: list[str] = []
        if open_ones:
            rows = {edge_row.symbol for one in open_ones if (edge_row := self.switch_row(one)) is not None}
            what = next(iter(rows)) if len(rows) == 1 else "switch"
            plural = {"switch": "switches"}.get(what, f"{what}s")
            said.append(f"The {plural} are open (1 each)" if len(open_ones) > 1 else f"The {what} is open (1)")
        if ones:
            said.append(f"{' = '.join(dict.fromkeys(ones))} = 1")
        return parts, [", ".join(said) + "."] if said else []

    def switch_row(self, factor: _Factor) -> Any:
        """The row of the operation that a switch belongs to: the one with kinks within the step."""
        for edge in self.route:
            row = self.flow.nodes[edge[0]].row
            if row is not None and row.kinks and self.step_of(edge[0]) is factor.of:
                return row
        return None

    def saturation(self, edges: list[tuple[int, int, float, int]]) -> list[str]:
        words, nodes = self.words, self.flow.nodes
        sentences = []
        for node, parent, slope, place in edges[:3]:
            term, _ = self.steps.partial(nodes[node], place)
            there = words.derivative(nodes[node], nodes[parent])
            formula = "" if isinstance(term, Number) else f" = {words.write(term)}"
            sentences.append(
                f"{words.defined(nodes[node])} is saturated: {words.is_number(nodes[parent])}, and "
                f"{there}{formula} {words.equals(slope)} {words.number(slope)}."
            )
        if len(edges) > 3:
            together = prod(slope for _, _, slope, _ in edges)
            sentences.append(
                f"So are {len(edges) - 3:,} more; their slopes multiply to {words.number(together)} together."
            )
        return sentences

    def most_of_it(self, factors: list[_Factor]) -> list[str]:
        words = self.words
        telling = [one for one in factors if abs(one.value) != 1.0]
        if len(telling) < 2:
            return []
        first, second = sorted(telling, key=lambda one: -abs(_log(one.value)))[:2]
        if abs(_log(first.value)) == abs(_log(second.value)):
            return []
        size = "large" if abs(first.value) > 1 else "small"
        return [f"{words.derivative(first.of, first.wrt)} does most to make it {size}."]

    def small_factors(self) -> list[str]:
        return self.extreme_factors("small", lambda power: power < 0)

    def large_factors(self) -> list[str]:
        return self.extreme_factors("large", lambda power: power > 0)

    def extreme_factors(self, word: str, is_one: Callable[[float], bool]) -> list[str]:
        """The factors of the main route that make it small, or large: how many, and the first few by name."""
        found = []
        for segment in self.segments():
            power = sum(_log(slope) for _, _, slope, _ in segment)
            if -1074 < power < inf and is_one(power):
                found.append((abs(power), segment))
        if not found:
            return []
        top = sorted(range(len(found)), key=lambda place: -found[place][0])[:3]
        shown = [self.shown(self.read(found[place][1])) for place in top]
        count = len(found)
        if count <= len(shown):
            return [f"The {word} factor{'s' * (count > 1)}: {', '.join(shown)}."]
        sign = 1 if word == "large" else -1
        exponent = str(round(sign * sum(power for power, _ in found) / log2(10))).translate(_RAISED)
        return [f"It has {count:,} {word} factors, about 10{exponent} together. The {word}est: {', '.join(shown)}."]


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _at_one_use(made: Value, node: Value) -> str:
    """A word where an operation uses a node several times, and its slope for one of them is given."""
    count = made.parents.count(node)
    return f" (at one of its {count:,} uses)" if count > 1 else ""


def _log(x: float) -> float:
    return log2(abs(x)) if x and isfinite(x) else (inf if x else -inf)


def _as_power(numbers: Iterable[float], product: float) -> str:
    """``5⁵``, where all numbers but ones are the same, and there are at least three of them."""
    telling = [one for one in numbers if one != 1.0]
    if len(telling) < 3 or len(set(telling)) != 1 or not isfinite(product):
        return ""
    base, count = telling[0], len(telling)
    try:
        if abs(base**count - product) > 1e-12 * abs(product):
            return ""
    except OverflowError:
        return ""
    if not is_exact(base) or base == 0:
        return ""
    from ..formula.numbers import number

    shown = number(base)
    return f"{f'({shown})' if base < 0 or '·' in shown else shown}{str(count).translate(_RAISED)}"


def _product_of_leaves(node: Value) -> list[Value] | None:
    """The leaves whose product a node is, with products or open switches in between; None if it is none."""
    leaves: list[Value] = []
    pending = [node]
    for _ in range(1000):
        if not pending:
            return leaves
        one = pending.pop()
        row = one.row
        if row is None:
            leaves.append(one)
            continue
        operands = _flat(one)
        values = [operand for operand in operands if type(operand) is Value]
        is_product = (
            row.form == "product"
            or row.infix == "*"
            or (row.form == "dot" and len(operands) == 3 and operands[2] == 0.0)
        )
        if is_product and len(values) == len(operands) - (row.form == "dot"):
            pending += reversed(values)
        elif len(operands) == 1 and one.data == values[0].data and one.partials() == (1.0,):
            pending.append(values[0])
        else:
            return None
    return None


def _is_saturated(node: Value, place: int) -> bool:
    """Whether an operation of one number is flat from here outward: it changes hardly at all, however far one goes."""
    row = node.row
    if row is None or row.kinks or row.form != "call" or len(node.operands) != 1 or place:
        return False
    operand = node.operands[0]
    if type(operand) is not Value:
        return False
    x, z = operand.data, node.data
    compute = getattr(_generated, f"_{node.op}")
    for far in (10 * x, 1e3 * x, 1e300 if x > 0 else -1e300):
        try:
            value = compute(far, *node.parameters.values())
        except (ValueError, ArithmeticError):
            return False
        if not abs(value - z) <= 0.02 * max(1.0, abs(z)):
            return False
    return True


def _flat(node: Value) -> list[Any]:
    return [one for operand in node.operands for one in (operand if isinstance(operand, tuple) else (operand,))]


def _operands(node: Value) -> list[Value]:
    return [one for one in _flat(node) if type(one) is Value]


def _first_not_finite(node: Value) -> Value | None:
    """From a node whose numbers are not all finite, the operation or leaf that made the first one; NaN before ∞."""
    candidates = [node, *_operands(node)]
    bad = [one for one in candidates if isnan(one.data)] or [one for one in candidates if isinf(one.data)]
    if not bad:
        return None
    one = bad[-1]
    while True:
        inner = [operand for operand in _operands(one) if not isfinite(operand.data)]
        nans = [operand for operand in inner if isnan(operand.data)]
        if nans:
            one = nans[0]
        elif inner and isinf(one.data):
            one = inner[0]
        else:
            return one


# ------------------------------------------------------------------------------------- a node that is not in the graph


def why_not_connected(steps: Steps, node: Value) -> str:
    """Why `node` is not in the graph of the result, in one or two sentences."""
    return " ".join(_absent(steps, node, Words(steps, DIGITS)).sentences)


_TRACELESS = (
    "If it should: Python's max(), if and int() leave no trace, and neither do .data and .item(); "
    "use relu, maximum or where."
)


def _absent(steps: Steps, node: Value, words: Words) -> _Answer:
    root = steps.root
    own = steps.read.of(node)
    name = display(own) if own else f"this node ({words.number(node.data)})"
    of = words.name(root)
    if root._rule is None:
        made = {
            "detach": "detach() made it a leaf",
            "no_grad": "it was computed inside no_grad(), which records nothing",
        }
        reason = made.get(str(root._y), "no operation made it")
        return _Answer(
            "no graph" if root._y is None else "detached",
            [f"{of} is a leaf: {reason}. So no gradient leads from it to {name}."],
            [root],
        )
    below = set(topological_order(node, all_operands=True))
    if root in below:
        return _Answer("other way round", [f"{name} was made from {of}, not {of} from {name}."], [node])
    passed_by = _passed_by(root, node)
    if passed_by is not None:
        shown = words.defined(passed_by) if passed_by in steps.place else passed_by.op
        return _Answer("not taken", [f"{name} does not reach {of}: nothing flows through it in {shown}."], [passed_by])
    graph = set(topological_order(root, all_operands=True))
    if node._rule is not None:
        old = next((one for one in topological_order(node) if one._rule is None and one in graph), None)
        if old is not None and node.op in _IN_PLACE and _first_leaf(node) is old:
            sign = _IN_PLACE[node.op]
            called = own or "w"
            leaf = f"a leaf (= {words.number(old.data)}) that is"
            lost = f"{name} is not in {of}'s graph any more: it is now the result of {node.op}, made from {leaf}."
            remedy = f"`{called}.data {sign}= …` changes the leaf itself"
            rule = f"`{called} {sign}= …` makes a new node and gives it the name; {remedy}."
            return _Answer("rebound", [lost, rule], [node, old])
    cut_off = [one for one in steps.order if one._rule is None and one._y in ("detach", "no_grad")]
    first = f"{name} does not reach {of}: no operation that made {of} used it."
    if node._rule is None and node._y in ("detach", "no_grad"):
        made_by = "detach() made it" if node._y == "detach" else "it was made inside no_grad()"
        return _Answer(
            "detached", [f"{name} is a leaf of its own: {made_by}, and {of} was made from other nodes."], [node]
        )
    if cut_off:
        shown = listed([_leaf_text(one, words) for one in cut_off], 3)
        what = " and ".join(dict.fromkeys("detach()" if one._y == "detach" else "no_grad()" for one in cut_off))
        ending, them = ("it is a leaf", "it") if len(cut_off) == 1 else ("they are leaves", "them")
        second = f"{of}'s graph has {shown}, cut off by {what}: {ending}, and nothing flows back from {them} to {name}."
        return _Answer("detached", [first, second], cut_off[:8])
    again = _made_again(steps, node, own)
    if again is not None:
        return _Answer(
            "made again",
            [f"{name} is not in {of}'s graph, which has {again}: was {name} made again after {of}?"],
            [node],
        )
    return _Answer("not connected", [first, _TRACELESS], [node])


_IN_PLACE = {row.name: row.infix for row in table.values() if row.infix and len(row.operands) == 2}  # w -= …, w *= …


def _first_leaf(node: Value) -> Value:
    """What ``w -= …``, done some times over, has begun with."""
    while node._rule is not None and node.op in _IN_PLACE and type(node.operands[0]) is Value:
        node = node.operands[0]
    return node


def _passed_by(root: Value, node: Value) -> Value | None:
    """The operation that has `node`, or something made from it, as an operand through which nothing flows."""
    made_from = {node}
    for one in topological_order(root, all_operands=True):
        if one is node or one._rule is None:
            continue
        operands = _operands(one)
        if any(operand in made_from for operand in operands):
            if not any(parent in made_from for parent in one.parents):
                return one
            made_from.add(one)
    return None


def _leaf_text(leaf: Value, words: Words) -> str:
    name, value = words.name(leaf), words.number(leaf.data)
    return f"a leaf {value}" if name == value else f"{name} = {value}"


def _made_again(steps: Steps, node: Value, own: str) -> str | None:
    """The leaf that was probably meant: one of the same label, or one that has lost its name."""
    if node._rule is not None:
        return None
    for leaf in steps.order:
        if leaf._rule is None and own and leaf.label == own:
            return f"another leaf called {display(own)} (= {leaf.data!r})"
    nameless = [leaf for leaf in steps.order if leaf._rule is None and not steps.read.of(leaf)]
    same = [leaf for leaf in nameless if leaf.data == node.data]
    if same:
        return f"an unnamed leaf {same[0].data!r}"
    return f"an unnamed leaf {nameless[0].data!r}" if len(nameless) == 1 else None


def _rebound_within(steps: Steps, node: Value, words: Words) -> Iterator[str]:
    """A word where a name that looks like a parameter's is borne by a result: ``w -= lr * w.grad``."""
    if _IN_PLACE.get(node.op) not in ("-", "+") or node.label or not steps.read.of(node):
        return
    first = _first_leaf(node)
    between = node.operands[0]
    while type(between) is Value and between is not first:
        if steps.read.of(between):
            return
        between = between.operands[0]
    if first._rule is None and not steps.read.of(first):
        name = words.name(node)
        sign = _IN_PLACE[node.op]
        yield (
            f"{name} is itself the result of {node.op}, made from an unnamed leaf (= {words.number(first.data)}): "
            f"`{name} {sign}= …` makes a new node, `{name}.data {sign}= …` changes the leaf."
        )
