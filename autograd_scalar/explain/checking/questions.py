"""What a quiz asks, marks, hints and solves, by the same judge."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

from ...formula.equations import Equation, with_value
from ...formula.numbers import is_exact
from ...formula.terms import Derivative, Number, Product, Symbol, Term, plugged
from ..hints import rule_of
from ..reading import Member, as_written, mentions, read
from ..words import Words
from .checker import Checker
from .claims import Target

if TYPE_CHECKING:
    from ...steps import Steps
    from ...value import Value
    from .report import Finding

__all__ = ["Questions"]


class Questions:
    """The questions about one backward pass."""

    def __init__(self, steps: Steps, wrt: Value, digits: int | None) -> None:
        checker = Checker(steps, wrt, digits)
        self.steps = steps
        self.wrt = wrt
        self.digits = digits
        self.words = checker.words
        self.judge = checker.judge
        self.wording = checker.wording

    def is_known(self, name: str) -> bool:
        """Whether a name means anything here."""
        return self.words.node(name) is not None or name in self.words.defined

    def targets(self, most: int) -> list[Target]:
        """Each slope between the result and the node in question, from the result back; then the whole derivative."""
        reach = {self.wrt}
        for node in self.steps.order[self.steps.place[self.wrt] :]:
            if any(parent in reach for parent in node.parents):
                reach.add(node)
        found: list[Target] = []
        for step in reversed([one for one in self.steps.steps() if one in reach and one is not self.wrt]):
            if len(found) >= most:
                break
            for source in self.steps.sources(step):
                if source in reach:
                    is_partial = self._adds_up(step, source)
                    text = self.words.style.write(
                        Derivative(0.0, self.steps.name(step), self.steps.name(source), is_partial)
                    )
                    found.append(Target("slope", text, step, source, is_partial))
        whole = self.judge.whole()
        if len(found) > 1:
            found = [*found[: most - 1], whole]
        return found or [whole]

    def mark(self, text: str, target: Target) -> Finding:
        """One answer: a number or a formula, with or without ``dL/da =`` before it."""
        self.judge.strict = True
        text = as_written(text, self.steps.name(self.steps.root), self.words.is_name)
        self.words.begin(text)
        odd = [name for name in self.words.names if not name.isidentifier() and " " in name]
        reading = read(text, self.words.is_name, odd=odd)
        statement = reading.statements[-1]
        members = statement.members
        first = members[0].term
        if len(members) > 1 and isinstance(first, Derivative):
            self.words.resolve(members[0])
            if not self.judge.is_of(first, target):
                raise self.words.fail(members[0], f"the question is {target.text}")
            members = members[1:]
        for member in members:
            self.words.resolve(member)
            if self._gives_itself(member, target):
                raise self.words.fail(member, f"{target.text} is what is asked for; give a number or a formula")
        findings = [
            self.wording.finding(1, member, target, self.judge.verdict(member, target), None, in_chain=False)
            for member in members
        ]
        return next((finding for finding in findings if not finding.is_right), findings[-1])

    def _gives_itself(self, member: Member, target: Target) -> bool:
        return any(isinstance(one, Derivative) and self.judge.is_of(one, target) for one in mentions(member.term))

    def hint(self, target: Target) -> str:
        """The rows of the step's operations: what each is, and its partial."""
        assert target.wrt is not None
        route = self.judge.recorded.inner_routes(target.of, target.wrt)
        if not route:
            return "the chain rule: multiply the slopes along each route, and add the routes up"
        followed = [*(node for node, _ in route[0]), target.wrt]
        words = Words(self.steps, self.digits)
        return "\n".join(dict.fromkeys(rule_of(node, below, words) for node, below in pairwise(followed)))

    def solution(self, target: Target) -> str:
        """``dL/da = 2(a − y) = 2·(7 − 5) = 4``."""
        assert target.wrt is not None
        left = Symbol(0.0, target.text)
        if self._is_one_step(target):
            slope = self.steps.slope(target.of, target.wrt)
            numbers = plugged(slope.term, exact=lambda x: is_exact(x, self.digits))
            line = Equation(left, (slope.term, numbers, Number(slope.value)))
        else:
            value = self.judge.recorded.derivative(target.of, target.wrt)[0]
            routes = self.judge.routes(target.of, target.wrt)
            pairs = list(pairwise(routes[0])) if len(routes) == 1 else []
            factors = [Number((self.judge.recorded.one_step(a, b) or (0.0, 0.0))[0]) for a, b in pairs]
            product_term: Term = Product(value, tuple(factors), spaced=True) if len(factors) > 1 else Number(value)
            line = Equation(left, (product_term, Number(value)))
        return f"{target.text} {' '.join(f'{relation} {text}' for relation, text in line.parts(self.words.style))}"

    def _is_one_step(self, target: Target) -> bool:
        """Whether the target is the slope of one step, and nothing else adds to it."""
        assert target.wrt is not None
        step = self.judge.recorded.one_step(target.of, target.wrt)
        return step is not None and (target.partial or not self._adds_up(target.of, target.wrt))

    def _adds_up(self, of: Value, wrt: Value) -> bool:
        """Whether `wrt`, which `of` is made of, reaches it in other ways too, so that slopes add up."""
        sources = self.steps.sources(of)
        reach = {wrt}
        for node in self.steps.order[self.steps.place[wrt] + 1 : self.steps.place[of]]:
            if any(parent in reach for parent in node.parents):
                reach.add(node)
        return any(source in reach for source in sources if source is not wrt)

    def forward_text(self) -> str:
        """The forward lines of the steps, at most forty."""
        lines = []
        for step in islice(self.steps.steps(), 40):
            line = with_value(self.steps.symbol(step), self.steps.formula(step), step.data, self.digits)
            parts = (f"{relation} {text}" for relation, text in line.parts(self.words.style))
            lines.append(" ".join([self.words.shown(step), *parts]))
        return "\n".join(lines)
