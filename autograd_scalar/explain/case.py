"""One question about a node that the result was made from: the route that contributes most, and its factors."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from heapq import nlargest, nsmallest
from math import fsum, inf, isfinite, log2, log10, prod
from typing import TYPE_CHECKING, NamedTuple

from ..formula.equations import Equation
from ..formula.terms import Condition, Derivative, Number, Product, Term, multiply, total
from ..notation import display, listed
from .flow import Flow
from .words import RAISED, Words, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..steps import Steps
    from ..value import Value

__all__ = ["FACTORS", "LONG", "Case", "Edge", "Factor", "at_one_use", "log_size"]

FACTORS = 6  # of a product that is written out in one line
NEAR = 0.01  # a factor that is no farther from 1 is neither large nor small by itself
EVERY = 2000  # operations of a route in a large graph; those of a longer one are not put together to steps
LONG = 64  # steps of a route whose factors are all read as formulas

Edge = tuple[int, int, float, int]  # node, parent, slope, place among the parents


class Factor(NamedTuple):
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


class Main(NamedTuple):
    """The main route in flat lists, from the result down: the nodes that it comes to, its edges into them, slopes."""

    nodes: Sequence[int]
    edges: Sequence[int]
    slopes: list[float]


class Case:
    """One question about a node that the result was made from."""

    def __init__(self, steps: Steps, wrt: Value, words: Words) -> None:
        self.steps = steps
        self.wrt = wrt
        self.words = words
        self.flow = flow = Flow(steps, wrt)
        self.gradient = flow.adjoints[0]
        self.count, self.power = flow.count()
        self.of, self.by = words.name(steps.root), words.name(wrt)
        self.title = words.derivative(steps.root, wrt)
        self._segments: list[list[Edge]] | None = None

    # ------------------------------------------------------------------------------------------------- the main route

    @cached_property
    def route(self) -> list[Edge]:
        """The edges of the route that contributes most, from the result down."""
        return self.flow.edges_of(self.flow.best_route())

    @cached_property
    def main(self) -> Main:
        """The same in flat lists, for routes of any length."""
        nodes, edges = self.flow.best_edges()
        slopes = self.flow.slopes
        return Main(nodes, edges, [slopes[edge] for edge in edges])

    @cached_property
    def is_endless(self) -> bool:
        """Whether the main route is so long that its operations are not put together to steps."""
        return self.steps.is_large and len(self.main.edges) > EVERY

    @cached_property
    def is_long(self) -> bool:
        """Whether the main route has too many factors to read each as a formula."""
        return self.is_endless or len(self.segments()) > LONG

    def edge(self, place: int) -> Edge:
        """One edge of the main route."""
        nodes, edges, slopes = self.main
        return nodes[place], self.flow.parents[edges[place]], slopes[place], self.flow.places[edges[place]]

    def segments(self) -> list[list[Edge]]:
        """The main route cut where it passes a step that a person sees; not asked of an endless one."""
        if self._segments is None:
            self._segments = []
            for edge in self.route:
                if not self._segments or self.is_seen(edge[0]):
                    self._segments.append([])
                self._segments[-1].append(edge)
        return self._segments

    def is_seen(self, number: int) -> bool:
        """Whether a person sees a node by itself: the one in question, a step, a leaf."""
        return number == 0 or self.steps.is_step(self.flow.nodes[number])

    @cached_property
    def is_single(self) -> bool:
        """Whether a person sees one route: the uses within one formula are one slope."""
        if self.count == 1:
            return True
        if self.flow.last > 50 * LONG:
            return False
        users: dict[int, int] = {}  # each step is made from exactly one other, and that makes one route
        for number in range(self.flow.last + 1):
            pending = [parent for parent, _, _ in self.flow.into(number)] if self.is_seen(number) else []
            sources = set()
            while pending:
                parent = pending.pop()
                if self.is_seen(parent):
                    sources.add(parent)
                else:
                    pending += [one for one, _, _ in self.flow.into(parent)]
            if len(sources) > 1:
                return False
            for source in sources:
                users[source] = users.get(source, 0) + 1
        return all(count == 1 for count in users.values())

    def factors(self) -> list[Factor]:
        """The slopes of the main route as formulas, from step to step; not asked of a long one."""
        nodes = self.flow.nodes
        is_single = self.is_single
        found = []
        for segment in self.segments():
            of, wrt = nodes[segment[0][0]], nodes[segment[-1][1]]
            if is_single:
                slope = self.steps.slope(of, wrt)
                found.append(Factor(of, wrt, slope.term, slope.value, slope.conditions))
            else:
                found.append(self.read(segment))
        return found

    def read(self, segment: list[Edge]) -> Factor:
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
        return Factor(nodes[of], nodes[wrt], multiply(terms), value, tuple(conditions), uses, total, partial)

    def uses(self, of: int, wrt: int) -> tuple[int, float, bool]:
        """How often a step uses another in its formula, the sum of the slopes, and whether more leads to it than that.

        Where nothing else leads to the step, ∂of/∂wrt is all of dof/dwrt.
        """
        count, slopes, partial = 0, [], False
        pending = [(of, 1.0)]
        while pending:
            node, before = pending.pop()
            for parent, slope, _ in self.flow.into(node):
                if parent == wrt:
                    count += 1
                    slopes.append(before * slope)
                elif not parent or not self.steps.is_folded(self.flow.nodes[parent]):
                    partial = True
                else:
                    pending.append((parent, before * slope))
        return count, total(slopes), partial

    def shown(self, one: Factor, since: str = "") -> str:
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
        if self.is_endless or len(self.segments()) > FACTORS or not self.is_single:
            return ()
        factors = self.factors()
        name = self.steps.name
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
        return self.flow.nodes[number] if number == self.flow.last else self.steps.step_of(self.flow.nodes[number])

    def stretches(self) -> list[float]:
        """What each stretch of the main route multiplies by, from the result down; of an endless one each operation."""
        if self.is_endless:
            return self.main.slopes
        return [prod(slope for _, _, slope, _ in segment) for segment in self.segments()]

    def made_at(self, place: int) -> Value:
        """The node that a stretch of the main route comes to."""
        return self.flow.nodes[self.main.nodes[place] if self.is_endless else self.segments()[place][0][0]]

    def extreme_factors(self, word: str) -> list[str]:
        """The factors of the main route that make it "small", or "large": how many, and the first few by name."""
        sizes = list(map(abs, self.stretches()))
        is_large = word == "large"
        places = [place for place, size in enumerate(sizes) if (1.0 < size < inf if is_large else 0.0 < size < 1.0)]
        near = [place for place in places if abs(sizes[place] - 1.0) < NEAR]
        far = [place for place in places if abs(sizes[place] - 1.0) >= NEAR]
        sentences = [self._far(word, sizes, far)] if far else []
        if near and (not far or abs(prod([sizes[place] for place in near]) - 1.0) >= NEAR):
            sentences.append(self._close_to_one("above" if is_large else "below", sizes, near, is_rest=bool(far)))
        return sentences

    def _far(self, word: str, sizes: list[float], places: list[int]) -> str:
        is_large = word == "large"
        if len(places) <= 3:
            places.sort(key=sizes.__getitem__, reverse=is_large)
            return f"The {word} factor{'s' * (len(places) > 1)}: {', '.join(map(self._stretch_shown, places))}."
        together = self._together(sizes, places)
        alike = Counter([sizes[place] for place in places])
        first = {sizes[place]: place for place in reversed(places)}
        top = (nlargest if is_large else nsmallest)(3, alike)
        shown = [
            f"{alike[size]:,} of {self.words.number(size)} each, such as {self._stretch_shown(first[size])}"
            if alike[size] > 1
            else self._stretch_shown(first[size])
            for size in top
        ]
        if len(alike) == 1:
            return f"It has {shown[0].replace(' of ', f' {word} factors of ', 1)}; {together}."
        most = {"large": "largest", "small": "smallest"}[word]
        return f"It has {len(places):,} {word} factors, {together}. The {most}: {listed(shown)}."

    def _close_to_one(self, side: str, sizes: list[float], places: list[int], *, is_rest: bool) -> str:
        """What is said of factors that only their number makes large or small: ``50,000 factors a little above 1``."""
        place = max(places, key=lambda one: abs(sizes[one] - 1.0))
        such = f"such as {self._stretch_shown(place)}" if len(places) > 1 else self._stretch_shown(place)
        together = f"; {self._together(sizes, places)}" if len(places) > 1 else ""
        if is_rest:
            return f"{len(places):,} more {'are' if len(places) > 1 else 'is'} a little {side} 1, {such}{together}."
        return f"It has {len(places):,} factor{'s' * (len(places) > 1)} a little {side} 1, {such}{together}."

    def _together(self, sizes: list[float], places: list[int]) -> str:
        power = fsum([log10(sizes[place]) for place in places])
        if abs(power) < 3:
            return f"{self.words.number(10.0**power)} together"
        return f"about 10{str(round(power)).translate(RAISED)} together"

    def _stretch_shown(self, place: int) -> str:
        """One stretch of the main route, as a formula and a number."""
        return self.shown(self.read([self.edge(place)] if self.is_endless else self.segments()[place]))


def at_one_use(made: Value, node: Value) -> str:
    """A word where an operation uses a node several times, and its slope for one of them is given."""
    count = sum(parent is node for parent in made.parents)
    return f" (at one of its {count:,} uses)" if count > 1 else ""


def log_size(x: float) -> float:
    """log₂ of the size of a slope: what it does to a product."""
    return log2(abs(x)) if x and isfinite(x) else (inf if x else -inf)
