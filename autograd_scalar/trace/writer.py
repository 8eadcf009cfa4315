"""Writes a trace: walks the named steps forward, then back, and says at each use what flows and why."""

from __future__ import annotations

from math import isfinite, isnan, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from ..backward import adjoints, check_not_edited
from ..errors import UsageError
from ..formula.equations import Equation, names_in, with_numbers, with_value
from ..formula.numbers import is_exact, number
from ..formula.styles import STYLES
from ..formula.terms import Condition, Derivative, Number, Product, Sum, Term, multiply, plugged
from ..notation import after_d, counted, display, displayed, listed
from .data import Line, Node, Step, Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..steps import Steps
    from ..value import Value

__all__ = ["LISTED", "Use", "Writer"]

LISTED = 10_000
"""The most steps that are listed."""


class Use(NamedTuple):
    """One use of a step or leaf within a step: the edges from the step down, with the slope along them."""

    source: Value
    node: Value
    edges: tuple[tuple[int, int], ...]
    term: Term
    slopes: tuple[float, ...]
    decided: tuple[tuple[Value, Condition], ...]


class Writer:
    """Writes one trace.

    A subclass may write something of its own beside each step: `wrote` is called after every one, in order. It may read

    Attributes:
        steps: the steps of the graph; every leaf has a name by now.
        digits: how many significant digits are shown.
        order: all nodes, operands first; a node's place in it is its number.
        place: the number of each node.
        partials: for each node in order, its slope by each parent.
        adjoints: dL/d(node), complete.
        count: how many steps there will be.
        written: the steps so far.

    """

    def __init__(self, steps: Steps, digits: int | None) -> None:
        check_not_edited(steps.order)
        steps.name_leaves()  # each gets a gradient, of which the trace must speak
        self.steps = steps
        self.digits = digits
        self.order = steps.order
        self.place = steps.place
        self.partials: list[tuple[float, ...]] = [node.partials() for node in self.order]
        self.adjoints = adjoints(self.order)
        self.own = list(steps.steps())
        self.uses: dict[Value, int] = {}
        for node in self.order:
            for parent in node.parents:
                if steps.is_step(parent):
                    self.uses[parent] = self.uses.get(parent, 0) + 1
        self.count = len(self.own) + 1 + sum(self.uses.values())
        if self.count > LISTED:
            raise UsageError(
                f"this pass has {self.count:,} steps, and at most {LISTED:,} are listed. Step through a part of the "
                "graph, from a node nearer the leaves; L.explain(w) derives one gradient of the whole"
            )
        named = [steps.name(node) for node in self.order if steps.name(node)]
        self.shown = displayed(named)
        self.as_typed = {name for name in named if self.shown[name] != display(name)}
        self.printer = STYLES["text"](digits, dict.fromkeys(self.as_typed, True))
        self.written: list[Step] = []
        self.valued: dict[Value, int] = {}
        self.reached: dict[Value, int] = {}
        self._used: dict[Value, int] = {}  # how many contributions each node has had

    def write(self) -> Trace:
        """Write all steps; once."""
        formulas: dict[Value, Line] = {}
        for step in self.own:
            term = self.steps.formula(step)
            symbol = self.steps.symbol(step)
            formulas[step] = self._line(Equation(symbol, (term,)))
            self._forward(step, self._line(with_value(symbol, term, step.data, self.digits)))
        root = self.steps.root
        name = self.steps.name(root)
        self._add(
            "seed", root, self._line(Equation(Derivative(1.0, name, name), (Number(1.0),))), after=1.0,
            reason=f"The way back begins here: {self._called(root)} changes exactly as {self._called(root)} does.",
        )  # fmt: skip
        self.reached[root] = len(self.written)
        so_far: dict[Value, float] = {}
        for step in reversed(self.own):
            for use in self._uses(step):
                self._contribute(use, formulas[step], so_far)
        return Trace(tuple(map(self._node, self.order)), tuple(self.written), self.place[root], self.digits)

    def _node(self, node: Value) -> Node:
        number = self.place[node]
        name = self.steps.name(node)
        kind = "output" if node is self.steps.root else "inner" if node.op else "leaf"
        return Node(
            number, name, self.shown.get(name, ""), node.op, node.data, self.adjoints[node],
            tuple(self.place[parent] for parent in node.parents), self.partials[number], kind,
            self.steps.is_step(node), self.valued.get(node, 0), self.reached[node],
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------ the steps

    def _add(
        self, phase: str, node: Value, equation: Line, *, after: float, reason: str, use: Use | None = None, **rest: Any
    ) -> None:
        given: dict[str, Any] = {
            "source": None, "edges": (), "slope": None, "formula": None, "total": None, "upstream": None,
            "partial": None, "contribution": None, "before": None,
        }  # fmt: skip
        step = Step(
            number=len(self.written) + 1, of=self.count, phase=phase, node=self.place[node], equation=equation,
            after=after, reason=reason,
            use=(1, 1) if use is None else (self._used[node], self.uses[node]), **(given | rest),
        )  # fmt: skip
        self.written.append(step)
        self.wrote(step, use)

    def wrote(self, step: Step, use: Use | None) -> None:
        """Called after each step; `use` is what a backward step passes on, None for another."""

    def _forward(self, step: Value, equation: Line) -> None:
        sources = [self._called(one) for one in self.steps.sources(step)]
        made = f"{self._called(step)} is computed from {listed(sources)}."
        self._add("forward", step, equation, after=step.data, reason=made)
        pending = [step]
        while pending:
            node = pending.pop()
            self.valued[node] = len(self.written)
            pending += [parent for parent in node.parents if not self.steps.is_step(parent)]

    def _uses(self, step: Value) -> Iterator[Use]:
        """Every use of a step or leaf within a step, in the order in which they are written."""
        pending = self._operands(Use(step, step, (), Number(1.0), (), ()))
        while pending:
            use = pending.pop()
            if self.steps.is_step(use.node):
                yield use
            else:
                operands = self._operands(use)
                pending += operands
                if not operands:  # what a choice has taken may be a number, and the gradient ends here
                    self.reached.setdefault(use.node, len(self.written))

    def _operands(self, use: Use) -> list[Use]:
        """A way prolonged to each operand of its last node, the last operand first."""
        node = use.node
        found = []
        slopes = self.partials[self.place[node]]
        for at, parent in enumerate(node.parents):
            term, decided = self.steps.partial(node, at)
            found.append(
                Use(
                    use.source, parent, (*use.edges, (self.place[node], at)),
                    multiply([use.term, term]) if use.edges else term, (*use.slopes, slopes[at]),
                    (*use.decided, *((node, condition) for condition in decided)),
                )
            )  # fmt: skip
        return found[::-1]

    def _contribute(self, use: Use, formula: Line, so_far: dict[Value, float]) -> None:
        steps, source, node = self.steps, use.source, use.node
        upstream = self.adjoints[source]
        partial = prod(use.slopes)
        contribution = upstream
        for slope in use.slopes:
            contribution *= slope
        self._used[node] = place = self._used.get(node, 0) + 1
        uses = self.uses[node]
        before = so_far.get(node)
        after = self.adjoints[node] if place == uses else (before or 0.0) + contribution
        so_far[node] = after
        of, by, through = (steps.name(one) for one in (steps.root, node, source))
        local = Derivative(partial, through, by, partial=uses > 1)
        slope_line = self._slope(local, use, partial)
        upper = Derivative(upstream, of, through)
        numbers: Term = Product(contribution, (Number(upstream), Number(partial)), spaced=True)
        symbols: Term = Product(contribution, (upper, local), spaced=True)
        whole = Derivative(after, of, by)
        if source is steps.root:
            equation = slope_line if uses > 1 else Equation(whole, slope_line.members)
        elif uses > 1:
            equation = Equation(symbols, (numbers, Number(contribution)))
        else:
            equation = Equation(whole, (symbols, numbers, Number(contribution)))
        total = None
        if uses > 1:
            sum_: Term = Number(after)
            if before is not None:
                sum_ = Sum(after, (Number(before), Number(contribution)))
            total = self._line(Equation(whole, (sum_, Number(after))), colon=True)
        self._add(
            "backward", node, self._line(equation), after=after, reason=self.reason(use, partial, upstream, place),
            use=use, source=self.place[source], edges=use.edges, slope=self._line(slope_line), formula=formula,
            total=total, upstream=upstream, partial=partial, contribution=contribution, before=before,
        )  # fmt: skip
        for at, _ in use.edges[1:]:
            self.reached.setdefault(self.order[at], len(self.written))
        self.reached.setdefault(node, len(self.written))

    def _slope(self, left: Derivative, use: Use, partial: float) -> Equation:
        if isnan(use.term.value) and not isnan(partial):  # its formula has no value here, and its row says what holds
            return Equation(left, (Number(partial),))
        numbers = plugged(use.term, exact=lambda x: is_exact(x, self.digits))
        return Equation(left, (use.term, numbers, Number(partial)))

    # ------------------------------------------------------------------------------------------------ the words

    def _line(self, equation: Equation, *, colon: bool = False) -> Line:
        as_typed: tuple[str, ...] = ()
        if self.as_typed:
            found = names_in([equation.left, *equation.members])
            as_typed = tuple(name for name in found if name in self.as_typed)
        return Line(equation, self.digits, as_typed, colon)

    def _called(self, node: Value) -> str:
        return self.shown[self.steps.name(node)]

    def _gradient(self, node: Value) -> str:
        """``dL/dz``."""
        return f"d{after_d(self._called(self.steps.root))}/d{after_d(self._called(node))}"

    def reason(self, use: Use, partial: float, upstream: float, place: int) -> str:
        """One sentence: why so much flows back here."""
        of, by = self._called(use.source), self._called(use.node)
        is_root = use.source is self.steps.root
        size = number(partial, self.digits)
        if upstream == 0 and isfinite(partial):
            said = f"{self._gradient(use.source)} is 0 already, so nothing can flow on to {by}"
        elif not isfinite(partial):
            said = f"the slope of {of} has no finite value here, and what flows back has none either"
        elif use.decided:
            node, condition = next((one for one in use.decided if partial or not one[1].value), use.decided[-1])
            row = node.row
            assert row is not None
            does = {1.0: "lets the gradient through unchanged", 0.0: "lets nothing through", -1.0: "turns its sign"}
            done = does.get(partial, f"multiplies the gradient by {size}")
            said = f"{row.symbol} {done}, because {self._condition(condition)}"
        elif partial == 1:
            said = f"{of} changes exactly as {by} does{'' if is_root else ', so the gradient comes through unchanged'}"
        elif partial == -1:
            said = f"{of} falls as {by} rises{'' if is_root else ', so the gradient changes its sign'}"
        elif partial == 0 and isnan(use.term.value):
            said = "the formula of this slope has no value here, and by convention the slope is 0"
        elif partial == 0:
            said = f"{of} does not change with {by} here, so nothing flows back"
        else:
            fast = f"{number(abs(partial), self.digits)} times as fast as {by}"
            said = f"{of} rises {fast}" if partial > 0 else f"{of} falls {fast} rises"
            said += "" if is_root else f", so the gradient is multiplied by {size}"
        uses = self.uses[use.node]
        if place < uses:
            said += f"; {self._gradient(use.node)} is a sum, and {counted(uses - place, 'more contribution')} will come"
        elif uses > 1:
            said += f"; with this, the last of {uses} contributions, {self._gradient(use.node)} is complete"
        return f"{said}."

    def _condition(self, condition: Condition) -> str:
        """``z = 7 > 0``; of several joined by ``or`` the one that holds."""
        inner = [part for part in condition.parts if isinstance(part, Condition)]
        if "or" in condition.parts and inner:
            return self._condition(next((part for part in inner if part.value), inner[0]))
        is_plain = isinstance(condition.parts[0], Number)
        return self.printer.write(condition if is_plain else with_numbers(condition))
