"""Whether what is written is the number that it claims to be: here, and near by."""

from __future__ import annotations

from contextlib import suppress
from contextvars import Context
from functools import cached_property
from itertools import pairwise, product
from math import isnan, nan, pi
from typing import TYPE_CHECKING

from ...formula.equations import walk
from ...formula.terms import Derivative, Dots, Symbol, Term
from ...graph import topological_order
from ...notation import listed
from ...transforms import gradients
from ..reading import Literal, Written, evaluate, mentions
from .accidents import Accidents
from .claims import Target, Verdict
from .closeness import agrees, is_rounding, magnifies, spread
from .plugged import is_plugged
from .points import ROUTES, Point

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from ...steps import Steps
    from ...value import Value
    from .likeness import Group
    from .vocabulary import Vocabulary

    Numbers = Callable[[Symbol | Derivative], float]
    """The number of a name or a derivative."""

__all__ = ["SECOND", "Judge"]

TWICE = 20_000  # nodes of a graph that is derived twice
EXACT = 20_000  # nodes whose numbers are known to be exact
SECOND = 2  # the highest order that is checked


def _with_size(value: float) -> tuple[float, float]:
    return value, abs(value)


def _second_derivative(of: Value, wrt: Value) -> float:
    (first,) = gradients(of, [wrt])
    return gradients(first, [wrt])[0].data


def _passed_by_all(routes: list[list[Value]]) -> dict[Value, None]:
    first, *others = routes or [[]]
    on_others = [set(route) for route in others]
    return {node: None for node in first if all(node in route for route in on_others)}


class Judge:
    """Compares terms with the engine's own numbers and slopes."""

    def __init__(self, words: Vocabulary, wrt: Value) -> None:
        self.words = words
        self.steps: Steps = words.steps
        self.wrt = wrt
        self.recorded = Point(words.steps)
        self.near = Accidents(words, self.recorded)
        self._seconds: dict[tuple[Value, Value], float] = {}
        self._routes: dict[tuple[Value, Value], list[list[Value]]] = {}
        self._chains: dict[tuple[Value, Value], list[Target]] = {}
        self.aligned: dict[Hashable, list[Group]] = {}  # readings of a product, by what is written and what it is for
        self._verdicts: dict[Hashable, Verdict] = {}
        self.strict = False  # whether d and ∂ are kept apart everywhere
        self.says_both = False  # whether the text gives the whole derivative and, written alike, the step alone

    @cached_property
    def exact(self) -> frozenset[float]:
        """Numbers that the graph itself has: typed with all their digits they were not rounded."""
        return frozenset(abs(node.data) for node in self.steps.order[:EXACT] if node._rule is None)

    def whole(self) -> Target:
        """dL/dw itself."""
        return Target("slope", self.words.derivative(self.steps.root, self.wrt), self.steps.root, self.wrt)

    def is_of(self, one: Derivative, target: Target) -> bool:
        """Whether a derivative is what a line speaks of."""
        return self.words.node(one.of) is target.of and self.words.node(one.wrt) is target.wrt

    def truths(self, target: Target, point: Point) -> list[tuple[float, float]]:
        """The number of a target, and how large what it was added up from is; ∂ and d may both be meant."""
        if target.kind == "value" or target.wrt is None:
            value = point.number(target.of)
            return [(value, abs(value))]
        if target.order > 1:
            true = self.second(target.of, target.wrt) if target.order == SECOND else nan
            return [(true, abs(true))]
        whole = point.derivative(target.of, target.wrt)
        step = point.one_step(target.of, target.wrt) if target.of is not target.wrt else None
        if step is None or agrees(step[0], 0.0, whole[0], whole[1]):
            return [whole]
        if target.partial:
            return [step] if self.strict or target.strictly else [step, whole]
        is_asked = target.of is self.steps.root and target.wrt is self.wrt
        says_both = is_asked and self.says_both and not self.strict and not target.strictly
        return [whole, step] if says_both else [whole]

    def second(self, of: Value, wrt: Value) -> float:
        """d²of/dwrt² at the recorded numbers; NaN where the graph is too large to be derived twice, or has none."""
        key = (of, wrt)
        if key not in self._seconds:
            self._seconds[key] = nan
            if len(self.steps.order) <= TWICE:
                with suppress(ArithmeticError, ValueError):
                    self._seconds[key] = Context().run(_second_derivative, of, wrt)
        return self._seconds[key]

    def value_of(self, point: Point, readings: dict[tuple[str, str], bool]) -> Numbers:
        """The number of a name or a derivative at a point; `readings` says which derivatives are meant as ∂."""

        def value_of(one: Symbol | Derivative) -> float:
            if isinstance(one, Symbol):
                node = self.words.node(one.name)
                if node is not None:
                    return point.number(node)
                if one.name in self.words.defined:
                    return evaluate(self.words.defined[one.name], value_of)[0]
                if one.name == "pi":
                    return pi
                gradient = self.words.as_gradient(one.name)
                return point.derivative(self.steps.root, gradient)[0] if gradient is not None else nan
            of, wrt = self.words.node(one.of), self.words.node(one.wrt)
            if of is None or wrt is None or one.order > SECOND:
                return nan
            if one.order == SECOND:
                return self.second(of, wrt)
            step = point.one_step(of, wrt)
            if step is not None and readings.get((one.of, one.wrt), one.partial):
                return step[0]
            return point.derivative(of, wrt)[0]

        return value_of

    def values(self, term: Term, point: Point, *, rounding: bool = False) -> Iterator[tuple[float, float]]:
        """The number of a term, as written first; then with each of its derivatives meant as ∂ or as d."""
        yield evaluate(term, self.value_of(point, {}), rounding=rounding)
        open_ones: dict[tuple[str, str], None] = {}
        for one in mentions(term):
            if isinstance(one, Derivative):
                of, wrt = self.words.node(one.of), self.words.node(one.wrt)
                step = point.one_step(of, wrt) if of is not None and wrt is not None else None
                if step is not None and of is not None and wrt is not None and step != point.derivative(of, wrt):
                    open_ones[one.of, one.wrt] = None
        keys = list(open_ones)[:5]
        for choice in product((True, False), repeat=len(keys)) if keys else ():
            yield evaluate(term, self.value_of(point, dict(zip(keys, choice, strict=True))), rounding=rounding)

    # -- judging

    def verdict(self, written: Written, target: Target) -> Verdict:
        """Whether what is written is the target's number, and stays it at other points."""
        own_names = tuple(self.words.defined.items())
        key = (written.term, target.key, own_names, self.words.text, self.strict, self.says_both)
        if key not in self._verdicts:
            self._verdicts[key] = self._judged(written, target)
        return self._verdicts[key]

    def _judged(self, written: Written, target: Target) -> Verdict:
        if any(isinstance(one, Dots) for one in walk(written.term)):
            return Verdict("unread", nan, 0.0, nan)
        truths = self.truths(target, self.recorded)
        if target.order > 1 and isnan(truths[0][0]):
            return Verdict("unread", nan, 0.0, nan)
        found = self.compared(written.term, self.recorded, truths)
        if isnan(found.value) and not isnan(found.true):
            return found._replace(verdict="unread")
        if target.order > 1:  # compared as a number
            return found
        if not found.is_right or isnan(found.value):
            return found
        moved = self._moved(written.term, target, found, lambda point: self.truths(target, point))
        return found if moved.verdict == "accident" and is_plugged(self, written.term, target) else moved

    def here(self, written: Written, target: Target) -> Verdict:
        """Whether what is written is the target's number at the recorded point."""
        return self.compared(written.term, self.recorded, self.truths(target, self.recorded))

    def stays(self, term: Term, target: Target, part: Callable[[Point], float]) -> bool:
        """Whether a term is one part of the target, here and near by."""
        return self.beside(term, target, part).is_right

    def beside(self, term: Term, target: Target, part: Callable[[Point], float]) -> Verdict:
        """How a term compares with one part of the target, here and near by."""
        found = self.compared(term, self.recorded, [_with_size(part(self.recorded))])
        if not found.is_right:
            return found
        return self._moved(term, target, found, lambda point: [_with_size(part(point))])

    def as_stated(self, term: Term) -> float:
        """The number of a term with the numbers that the text gives to names of its own, right or not."""
        own = self.value_of(self.recorded, {})

        def value_of(one: Symbol | Derivative) -> float:
            stated = self.words.stated.get(one.name) if isinstance(one, Symbol) else None
            return own(one) if stated is None else stated

        return evaluate(term, value_of)[0]

    def compared(self, term: Term, point: Point, truths: list[tuple[float, float]]) -> Verdict:
        """What is written beside the numbers that it may stand for."""
        best = None
        for value, error in self.values(term, point):
            best = best or Verdict("off", value, error, truths[0][0])
            for true, size in truths:
                if agrees(value, error, true, size):
                    return Verdict("right", value, error, true)
        assert best is not None
        value = best.value
        for true, size in truths:
            if isinstance(term, Literal) and is_rounding(term, true):
                return Verdict("rounded", value, 0.0, true)
            slack = next(self.values(term, point, rounding=True))[1]
            if not isinstance(term, Literal) and slack and abs(value - true) <= slack + 1e-12 * size:
                if abs(value - true) <= spread(term, self.exact) * abs(true):
                    return Verdict("rounded", value, slack, true)
                if magnifies(term):
                    return Verdict("early", value, slack, true)
        return best

    def _moved(
        self, term: Term, target: Target, found: Verdict, truths_at: Callable[[Point], list[tuple[float, float]]]
    ) -> Verdict:
        """An accident where the formula is right here, and wrong near by, whatever was meant to be plugged in."""
        if not any(isinstance(one, Symbol | Derivative) for one in walk(term)):
            return found
        if any(isinstance(one, Literal) and one.unit < 1 and one.digits >= 4 for one in walk(term)):
            return found  # a number was plugged in, of more digits than an accident has
        mentioned, is_inside = self._mentioned(term, target)
        top = target.of if is_inside else self.steps.root
        hidden = {leaf: shut for leaf, shut in self.near.hidden_by_zero(target.of).items() if leaf is not target.wrt}
        zeros = [leaf for leaf in self.near.zeros if leaf is not target.wrt and leaf not in mentioned]
        hidden = {leaf: frozenset() for leaf in zeros} | hidden
        still = self.near.held_still(term, mentioned)
        failed: Verdict | None = None
        for frozen in still:
            points = self.near.points(frozen, top)
            wrong = self._wrong_at(points, term, found, truths_at)
            if wrong is None:
                return found
            failed = failed or wrong
        assert failed is not None
        for put_in in self.near.put_in(term, top, mentioned):
            if self._wrong_at(self.near.points(frozenset(), top), put_in, found, truths_at) is None:
                return found
        for leaves in self._some_alone(list(hidden)):
            only = listed([f"{self.words.shown(leaf)} = {self.words.number(leaf.data)}" for leaf in leaves])
            shut = frozenset(edge for leaf in leaves if leaf in mentioned for edge in hidden[leaf])
            unsaid = [leaf for leaf in leaves if leaf not in mentioned]
            for frozen in still:
                points = self.near.points(frozen.union(unsaid), top, shut)
                if self._wrong_at(points, term, found, truths_at) is None:
                    return found._replace(only=only)
                is_said = shut and not failed.only
                if (
                    is_said
                    and self._wrong_at(self.near.points(frozen.union(leaves), top), term, found, truths_at) is None
                ):
                    failed = failed._replace(only=only)
        return failed

    @staticmethod
    def _some_alone(leaves: list[Value]) -> list[list[Value]]:
        """Each leaf alone, then all."""
        return [*([leaf] for leaf in leaves), *([leaves] if len(leaves) > 1 else [])]

    def _wrong_at(
        self, points: list[Point], term: Term, found: Verdict, truths_at: Callable[[Point], list[tuple[float, float]]]
    ) -> Verdict | None:
        """An accident fails wherever one looks; a branch of a choice on its other side only."""
        deviation = abs(found.value - found.true) / abs(found.true) if found.true else 0.0
        wrong: Verdict | None = None
        for point in points:
            truths = truths_at(point)
            if any(
                agrees(value, error, true, size, tolerance=1e-7 + 20 * deviation)
                for value, error in self.values(term, point)
                for true, size in truths
            ):
                return None
            value, error = next(self.values(term, point))
            wrong = wrong or Verdict("accident", value, error, truths[0][0], point)
        return wrong

    def _mentioned(self, term: Term, target: Target) -> tuple[set[Value], bool]:
        """The nodes that a term mentions, and whether all lie below the target: the rest need not be computed anew."""
        pending, mentioned, is_whole = [term], {target.of}, False
        seen: set[str] = set()
        while pending:
            for one in mentions(pending.pop()):
                name = one.name if isinstance(one, Symbol) else one.of
                node = self.words.node(name)
                if node is not None:
                    mentioned.add(node)
                elif name in self.words.defined and name not in seen:
                    seen.add(name)
                    pending.append(self.words.defined[name])
                else:  # dw, which is dL/dw
                    is_whole = True
        if target.of is self.steps.root:
            return mentioned, True
        inside = set(topological_order(target.of))
        return mentioned, not is_whole and mentioned <= inside

    def routes(self, of: Value, wrt: Value) -> list[list[Value]]:
        """The routes from step to step, from the outside in; none where they are too many."""
        if (of, wrt) not in self._routes:
            self._routes[of, wrt] = self._found_routes(of, wrt)
        return self._routes[of, wrt]

    def chain(self, of: Value, wrt: Value) -> list[Target]:
        """The slopes that any product for d`of`/d`wrt` is made of: from node to node that every route passes.

        Between two of them a route that is 0 here may be left out of account: the nodes of the only other one are
        passed as well.
        """
        if (of, wrt) not in self._chains:
            routes = self.routes(of, wrt)
            nodes = _passed_by_all(routes)
            if len(routes) > 1:
                live = [route for route in routes if self.is_live(route)]
                named = self.steps.read.of
                alive = {node: None for node in _passed_by_all(live) if node in nodes or named(node)}
                nodes = alive if 0 < len(live) < len(routes) else nodes
            self._chains[of, wrt] = [
                Target("slope", self.words.derivative(*pair), *pair, strictly=len(routes) > 1)
                for pair in pairwise(nodes)
            ]
        return self._chains[of, wrt]

    def is_live(self, route: list[Value]) -> bool:
        """Whether something flows along a route, so that no slope on it is 0."""
        return all((self.recorded.one_step(*pair) or (0.0, 0.0))[0] != 0 for pair in pairwise(route))

    def reach(self, of: Value, wrt: Value) -> set[Value]:
        """What lies on the way from `wrt` to `of`, and beside it: all up to there that was made from `wrt`."""
        if of not in self.steps.place or wrt not in self.steps.place:
            return set()
        reach = {wrt}
        for node in self.steps.order[self.steps.place[wrt] : self.steps.place[of] + 1]:
            rule = node._rule
            if rule is not None and not reach.isdisjoint(rule.parents(node)):
                reach.add(node)
        return reach

    def _found_routes(self, of: Value, wrt: Value) -> list[list[Value]]:
        reach = self.reach(of, wrt)
        if of not in reach:
            return []
        found: list[list[Value]] = []
        pending = [[of]]
        looked = 0
        while pending:
            route = pending.pop()
            looked += 1
            if looked > 20 * ROUTES or len(found) > ROUTES:
                return []
            if route[-1] is wrt:
                found.append(route)
                continue
            pending += [[*route, source] for source in reversed(self.steps.sources(route[-1])) if source in reach]
        return found
