"""The steps of a pass as templates: the trace, written once more with holes where its numbers stand.

The sentences and formulas are the trace's own. A choice in a rule (``0 if x <= 0 else 1``) has a template for each way
it can go, with the condition under which it goes so; the page evaluates the condition and never decides by itself.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from itertools import count
from math import inf, prod
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.numbers import number
from ..formula.terms import Condition, Derivative, Number, Product, Sum, Symbol, Term, from_text, multiply
from ..trace.writer import Use, Writer
from ..validation import flow_of
from .templates import Expressions, Live, Plug, filled, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..formula.equations import Equation
    from ..steps import Steps
    from ..trace import Line, Step, Trace
    from ..value import Value

__all__ = ["STEPS", "Moments", "moments"]

STEPS = 3_000
"""The most steps that a page has."""
WAYS = 24
"""The most ways in which the choices within one step go, that are each written down."""
_SLOPE = 9.87653e77  # no slope that occurs; its text is replaced by a hole
_FIRST = 80  # so do the numbers of a condition: 1.23457·10⁸⁰, …


@dataclass(frozen=True, slots=True)
class Moments:
    """What is shown at each step, as data; `expressions` are its numbers, `called` the operations they need."""

    trace: Trace
    steps: tuple[dict[str, Any], ...]
    expressions: tuple[Any, ...]
    called: tuple[str, ...]


def moments(steps: Steps, places: Mapping[Value, int], digits: int | None) -> Moments:
    """The trace of a graph whose steps are known, with a template for all that is said in it.

    `places` are the numbers of all nodes in the program, those of a branch that was not taken among them.

    Raises `UsageError` where it has too many steps.
    """
    writer = _LiveWriter(steps, places, digits)
    if writer.count > STEPS:
        raise UsageError(
            f"this pass has {writer.count:,} steps, and a page has at most {STEPS:,}: make one of a part of the graph, "
            "from a node nearer the leaves. L.explain(w) derives one gradient of the whole, L.draw() draws it folded"
        )
    trace = writer.write()
    return Moments(trace, tuple(writer.moments), tuple(writer.live.all), tuple(sorted(writer.live.called)))


class _LiveWriter(Writer):
    """Writes the trace, and beside each step its templates."""

    def __init__(self, steps: Steps, places: Mapping[Value, int], digits: int | None) -> None:
        super().__init__(steps, digits)
        outside = {node: name for node, name in steps.all_names() if node not in self.place and node in places}
        names = {name: ["of", places[node]] for node, name in outside.items()}
        names |= {steps.name(node): ["v", self.place[node]] for node in self.order if steps.name(node)}
        live = self.live = Expressions(names)
        steps.mention_by(lambda node: live.live(node.data, "of", places[node]))
        live.known = {steps.formula(node): ["v", self.place[node]] for node in self.order if node._rule is not None}
        self.plug = Plug(self.live)
        self.moments: list[dict[str, Any]] = []

    def wrote(self, step: Step, use: Use | None) -> None:
        """Write the templates of a step."""
        self.moments.append(self._on_the_way_there(step) if use is None else self._on_the_way_back(step, use))

    def _on_the_way_there(self, step: Step) -> dict[str, Any]:
        line = step.equation.equation
        if step.phase == "forward":
            term = line.members[0]
            value = self.live.live(line.value, "v", step.node)
            line = replace(line, members=(term, self.plug.plug(term), value))
        return {"ways": [{"line": self._lines(line, step.equation)}], "say": [[None, [step.reason]]]}

    def _lines(self, equation: Equation, like: Line) -> dict[str, Any]:
        return lines(equation, self.live, self.digits, dict.fromkeys(like.as_typed, True), colon=like.colon)

    def _on_the_way_back(self, step: Step, use: Use) -> dict[str, Any]:
        k = step.number
        place = step.use[0]
        assert step.slope is not None
        moment: dict[str, Any] = {"ways": [], "say": [], "asked": _members_before_numbers(step.equation.equation)}
        ways = list(self._ways(use, k))
        for tests, term, decided in ways:
            when = self.live.add(_all(tests)) if tests and len(ways) > 1 else None
            slope = self._slope_line(step.slope.equation, term, k)
            whole = self._whole(step.equation.equation, slope, step.source, k)
            way: dict[str, Any] = {"line": self._lines(whole, step.equation)}
            if step.source != self.place[self.steps.root]:  # else the equation is that of the slope
                way["slope"] = self._lines(slope, step.slope)
            if when is not None:
                way["when"] = when
            if not isinstance(term, Number | Symbol):
                way["term"] = self.live.add(self.live.of(term))
            moment["ways"].append(way)
            moment["say"] += self._said(use._replace(term=term), decided, when, k, place, step.source)
        if step.total is not None:
            moment["total"] = self._lines(self._total(step.total.equation, k), step.total)
        return moment

    # ------------------------------------------------------------------------------------------------ equations

    def _slope_line(self, equation: Equation, term: Term, k: int) -> Equation:
        slope = self.live.live(equation.value, "p", k)
        return replace(equation, members=(term, self.plug.plug(term), slope))

    def _whole(self, equation: Equation, slope: Equation, source: int | None, k: int) -> Equation:
        """The step's equation with holes: the trace's own, in which each plain number has one place."""
        if self.place[self.steps.root] == source:
            return replace(equation, members=slope.members)
        kind = "c" if isinstance(equation.left, Product) else "a"
        members = tuple(self._member(member, kind, source, k) for member in equation.members)
        return replace(equation, members=members)

    def _member(self, member: Term, kind: str, source: int | None, k: int) -> Term:
        match member:
            case Product(factors=(Number() as upstream, Number() as slope)):
                factors = (self.live.live(upstream.value, "g", source), self.live.live(slope.value, "p", k))
                return replace(member, factors=factors)
            case Number():
                return self.live.live(member.value, kind, k)
        return member

    def _total(self, equation: Equation, k: int) -> Equation:
        after = self.live.live(equation.value, "a", k)
        first = equation.members[0]
        if not isinstance(first, Sum):
            return replace(equation, members=(after, after))
        before, contribution = first.terms
        terms = (self.live.live(before.value, "b", k), self.live.live(contribution.value, "c", k))
        return replace(equation, members=(replace(first, terms=terms), after))

    # --------------------------------------------------------------------------------------------------- choices

    def _ways(self, use: Use, k: int) -> Iterator[tuple[list[Any], Term, list[tuple[Value, Condition]]]]:
        """Each way that the choices along a step can go: its tests, the slope's term, and what decided it.

        Where they are too many, the last one stands for all others: there the slope is only a number.
        """
        pending: list[list[bool]] = [[]]
        for _ in range(WAYS):
            chosen = pending.pop(0)
            tests: list[tuple[Condition, bool]] = []

            def decide(condition: Condition, chosen: list[bool] = chosen, tests: Any = tests) -> bool:
                known = dict(tests)
                if condition in known:  # what is asked twice is answered alike
                    return bool(known[condition])
                holds = chosen[len(tests)] if len(tests) < len(chosen) else bool(condition.value)
                tests.append((condition, holds))
                return holds

            term: Term = Number(1.0)
            decided: list[tuple[Value, Condition]] = []
            for at, (index, place) in enumerate(use.edges):
                node = self.order[index]
                factor, conditions = self._partial(node, place, decide)
                term = multiply([term, factor]) if at else factor
                decided += [(node, one) for one in conditions]
            pending += [
                [*(holds for _, holds in tests[:at]), not tests[at][1]] for at in range(len(chosen), len(tests))
            ]
            written = [self.live.of(c) if holds else ["not", self.live.of(c)] for c, holds in tests]
            yield written, term, decided
            if not pending:
                return
        yield [], self.live.live(prod(use.slopes), "p", k), []

    def _partial(self, node: Value, place: int, decide: Any) -> tuple[Term, list[Condition]]:
        """As `Steps.partial`, with its choices made by `decide`, and what rules share out filled in."""
        row, text, names, element = self.steps.rule(node, place)
        partial = node.partials()[place]
        if "nothing" in text:
            flow = flow_of(text)
            if flow is None or ast.unparse(flow.slope).isdecimal():
                return Number(partial), []
            return self.live.live(partial, "d", self.place[node], place), []
        if "share" in text:
            name = f"\0{self.place[node]} {place}"
            self.live.names[name] = ["d", self.place[node], place]
            names = {**names, "share of ties": Symbol(partial, name)}
        term, conditions = from_text(row, text, names, element, decide)
        return term, [one for one in conditions if names["z"] not in one.parts]

    # ------------------------------------------------------------------------------------------------- sentences

    def _said(
        self,
        use: Use,
        decided: list[tuple[Value, Condition]],
        when: int | None,
        k: int,
        place: int,
        source: int | None,
    ) -> Iterator[list[Any]]:
        """What the trace says in each case in which it would say something else: [condition, template], in order."""
        slope, upstream = ["p", k], ["g", source]
        cases: list[tuple[Any, float, float]] = [
            (["and", ["=", upstream, 0], ["finite", slope]], _SLOPE, 0.0),
            (["not", ["finite", slope]], inf, 1.0),
            (["=", slope, 1], 1.0, 1.0),
            (["=", slope, -1], -1.0, 1.0),
            (["=", slope, 0], 0.0, 1.0),
            ([">", slope, 0], _SLOPE, 1.0),
            (None, -_SLOPE, 1.0),
        ]
        if isinstance(use.term, Number) and not isinstance(use.term, Live):  # it never changes
            cases = [cases[0], (None, use.term.value, 1.0)]
        guard = [] if when is None else [self.live.all[when]]
        for reasons, tests in _each_alone(decided):
            holes: dict[str, int] = {}
            marked = tuple((node, self._marked(one, holes)) for node, one in reasons)
            conditions = [self.live.of(one) for one in tests]
            for condition, partial, above in cases:
                text = self.reason(use._replace(decided=marked), partial, above, place)
                shown = {number(_SLOPE, self.digits): self.live.add(["abs", slope]), **holes}
                tested = [*guard, *conditions, *([] if condition is None else [condition])]
                yield [self.live.add(_all(tested)) if tested else None, filled(text, shown)]

    def _marked(self, condition: Condition, holes: dict[str, int]) -> Condition:
        """The condition with numbers that can be told from all others in a sentence."""
        parts: list[Term | str] = []
        for part in condition.parts:
            if isinstance(part, Condition):
                parts.append(self._marked(part, holes))
            elif isinstance(part, str | Number):
                parts.append(part)
            else:
                value = next(
                    x for power in count(_FIRST) if number(x := 1.23457 * 10.0**power, self.digits) not in holes
                )
                holes[number(value, self.digits)] = self.live.add(self.live.of(part))
                parts.append(replace(part, value=value))
        return Condition(1.0, tuple(parts))


def _members_before_numbers(equation: Equation) -> int:
    """How many members of an equation may be seen while its slope is asked for: dL/da · da/dz, if it is there."""
    first = equation.members[0]
    return int(isinstance(first, Product) and all(isinstance(factor, Derivative) for factor in first.factors))


def _all(tests: list[Any]) -> Any:
    return tests[0] if len(tests) == 1 else ["and", *tests]


def _each_alone(
    decided: list[tuple[Value, Condition]],
) -> Iterator[tuple[list[tuple[Value, Condition]], list[Condition]]]:
    """What decided a choice; of several conditions joined by ``or`` one after the other, each where it holds."""
    at = next((at for at, (_, one) in enumerate(decided) if "or" in one.parts), None)
    if at is None:
        yield decided, []
        return
    node, joined = decided[at]
    for part in joined.parts:
        if isinstance(part, Condition):
            for reasons, tests in _each_alone([*decided[:at], (node, part), *decided[at + 1 :]]):
                yield reasons, [part, *tests]
