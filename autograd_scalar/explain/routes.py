"""The routes from a node to the result, and what each contributes to the gradient.

dL/dx is the sum, over all routes from x to L, of the product of the slopes along the route. The engine never forms this
sum (routes may double with every operation); here it is shown, counted, and its largest terms are found. All of it is
linear in the graph: one pass for each question, and one walk for each route that is listed.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from html import escape as html_escape
from math import fsum, inf, isfinite, isnan, log2, log10
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.equations import Section, Typeset, names_in, walk
from ..formula.numbers import DIGITS, check_digits, is_exact, number
from ..formula.styles import style_for
from ..formula.terms import Derivative, Number, Product, Symbol, Term
from ..notation import display
from ..value import Value, check_not_edited
from .derivation import find, read_steps
from .words import EXACT, Words, counted, ordinal, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..formula.styles import Style
    from ..steps import Steps

__all__ = ["Flow", "Hop", "Paths", "Route", "paths"]

HOPS = 1000  # hops of one route that are kept; of a longer one both ends
SHOWN = 8  # hops of one route that are written
DEFINED = 4  # steps without a name that are written out below the routes

# Weights add up along a route as slopes multiply: log₂ of the size, in whole steps of 2⁻⁴⁴, so that sums are exact and
# the same slopes in another order make an exact tie. A zero weighs less than all finite slopes together, a slope that
# is not finite more than all zeros.
_STEP = 2.0**44
_ZERO = -(1 << 100)
_NOT_FINITE = 1 << 130


def _weight(slope: float) -> int:
    if slope == 0.0:
        return _ZERO
    return round(log2(abs(slope)) * _STEP) if isfinite(slope) else _NOT_FINITE


class Flow:
    """All that lies between one node and the result, by number: node 0 is the one in question, the last is the result.

    ``inward[i]`` lists the edges into node i that come from it: (number of the parent, slope, place among the parents).
    """

    def __init__(self, steps: Steps, wrt: Value) -> None:
        check_not_edited(steps.order)
        index = {wrt: 0}
        self.nodes = [wrt]
        self.inward: list[list[tuple[int, float, int]]] = [[]]
        for node in steps.order[steps.place[wrt] + 1 :]:
            rule = node._rule
            if rule is None:
                continue
            hits = [(index[parent], place) for place, parent in enumerate(rule.parents(node)) if parent in index]
            if hits:
                slopes = node.partials()
                index[node] = len(self.nodes)
                self.nodes.append(node)
                self.inward.append([(parent, slopes[place], place) for parent, place in hits])
        self.index = index
        self.last = len(self.nodes) - 1
        self.adjoints = self._adjoints()
        self._from: tuple[list[int | None], list[float]] | None = None

    def _adjoints(self) -> list[float]:
        """dL/d(node) for each, summed as the backward pass sums."""
        adjoints = [0.0] * len(self.nodes)
        adjoints[-1] = 1.0
        for node in range(self.last, 0, -1):
            adjoint = adjoints[node]
            for parent, slope, _ in self.inward[node]:
                adjoints[parent] += adjoint * slope
        return adjoints

    # ------------------------------------------------------------------------------------------------------ counting

    def counts(self) -> tuple[list[int | None], list[float]]:
        """How many routes lead from node 0 to each: exact up to 10¹⁸ (else None), and as a power of ten."""
        if self._from is None:
            self._from = self._count(range(1, self.last + 1), lambda node: [edge[0] for edge in self.inward[node]], 0)
        return self._from

    def counts_to_result(self) -> tuple[list[int | None], list[float]]:
        """How many routes lead from each to the result."""
        outward: list[list[int]] = [[] for _ in self.nodes]
        for node, edges in enumerate(self.inward):
            for parent, _, _ in edges:
                outward[parent].append(node)
        return self._count(range(self.last - 1, -1, -1), outward.__getitem__, self.last)

    def _count(
        self, order: range, before: Callable[[int], list[int]], start: int
    ) -> tuple[list[int | None], list[float]]:
        exact: list[int | None] = [0] * len(self.nodes)
        power = [-inf] * len(self.nodes)
        exact[start], power[start] = 1, 0.0
        for node in order:
            found = before(node)
            total: int | None = 0
            for one in found:
                count = exact[one]
                if total is None or count is None:
                    total = None
                    break
                total += count
            if total is not None and total <= EXACT:
                exact[node], power[node] = total, log10(total) if total else -inf
                continue
            largest = max(power[one] for one in found)
            exact[node] = None
            power[node] = largest + log10(fsum(10.0 ** (power[one] - largest) for one in found))
        return exact, power

    # ----------------------------------------------------------------------------------------------------- searching

    def best(self) -> tuple[list[int], list[int]]:
        """For each node the weight of its largest route from node 0, and which edge into it that route takes."""
        weights = [0] * len(self.nodes)
        choice = [0] * len(self.nodes)
        for node in range(1, self.last + 1):
            top: int | None = None
            for place, (parent, slope, _) in enumerate(self.inward[node]):
                weight = _weight(slope) + weights[parent]
                if top is None or weight > top:
                    top, choice[node] = weight, place
            weights[node] = top or 0
        return weights, choice

    def largest(self, k: int) -> Iterator[list[int]]:
        """The `k` routes with the largest contributions, each as the list of its edges from the result down.

        `best` says what the largest route from each node is; any other route leaves it in some places. What is lost by
        leaving at one edge is known exactly, so routes come out in order of what they lose, and no others are looked
        at: a route is followed once, and the edges that it passes by are noted as places to leave it.
        """
        weights, choice = self.best()
        heap: list[tuple[int, int, Any]] = [(0, 0, None)]
        ticket = 0
        found = 0
        while heap and found < k:
            loss, _, left_at = heapq.heappop(heap)
            turns: dict[int, int] = {}
            turn = left_at
            while turn is not None:
                node, place, turn = turn
                turns[node] = place
            route: list[int] = []
            node, is_new = self.last, left_at is None
            bound = heapq.nsmallest(k - found, heap)[-1][0] if len(heap) >= k - found else None
            noted: list[tuple[int, int, Any]] = []
            while node:
                place = turns.get(node, choice[node])
                edges = self.inward[node]
                if is_new and len(edges) > 1:
                    for other, (parent, slope, _) in enumerate(edges):
                        if other == place:
                            continue
                        more = loss + weights[node] - _weight(slope) - weights[parent]
                        if bound is None or more < bound:
                            ticket += 1
                            noted.append((more, ticket, (node, other, left_at)))
                    if len(noted) > 4 * k + 64:
                        noted = heapq.nsmallest(k, noted)
                        bound = noted[-1][0] if bound is None else min(bound, noted[-1][0])
                is_new = is_new or (left_at is not None and node == left_at[0])
                route.append(place)
                node = edges[place][0]
            for one in heapq.nsmallest(k, noted):
                heapq.heappush(heap, one)
            found += 1
            yield route

    def every(self) -> Iterator[list[int]]:
        """Every route, in the order of the operands."""
        route: list[int] = []
        nodes = [self.last]
        while True:
            while nodes[-1]:
                route.append(0)
                nodes.append(self.inward[nodes[-1]][0][0])
            yield list(route)
            while route:
                place = route.pop() + 1
                nodes.pop()
                edges = self.inward[nodes[-1]]
                if place < len(edges):
                    route.append(place)
                    nodes.append(edges[place][0])
                    break
            else:
                return

    def inward_slopes(self, route: list[int]) -> list[float]:
        """The slopes of a route, from the result down."""
        return [slope for _, _, slope, _ in self.edges_of(route)]

    def text(self, route: list[int], words: Words) -> str:
        """``x → x·x (1st x) → y``, shortened in the middle."""
        return _row(_route(self, route, words), None, words.style, words.digits)[0]

    def edges_of(self, route: list[int]) -> list[tuple[int, int, float, int]]:
        """The edges of a route from the result down: (node, parent, slope, place among the parents)."""
        edges: list[tuple[int, int, float, int]] = []
        node = self.last
        for choice in route:
            parent, slope, place = self.inward[node][choice]
            edges.append((node, parent, slope, place))
            node = parent
        return edges


# ------------------------------------------------------------------------------------------------------- as data


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a route: the node it comes to, the slope ∂node/∂(the one before), and which use of that one it is.

    `use` is 0 where the node uses the one before only once, else 1, 2, … for the 1st, 2nd, ….
    """

    node: str
    slope: float
    use: int
    term: Term


@dataclass(frozen=True, slots=True)
class Route:
    """One route, from `start` on. `contribution` is the product of all its slopes.

    Of a route of more than a thousand hops both ends are kept, and `left_out` counts the hops between.
    """

    start: str
    hops: tuple[Hop, ...]
    contribution: float
    left_out: int
    term: Term

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names of the nodes, the start first."""
        return (self.start, *(hop.node for hop in self.hops))

    @property
    def slopes(self) -> tuple[float, ...]:
        """The slopes, in the same direction."""
        return tuple(hop.slope for hop in self.hops)


@dataclass(frozen=True, slots=True, repr=False)
class Paths(Typeset):
    """The routes from one node to the result. `str` prints them, a notebook shows a table.

    `value` is the gradient, the sum of all contributions; `count` the number of routes, None above 10¹⁸, where
    `log10_count` still says how many; `routes` those that are listed: all, in the order of the operands, or the
    largest.
    """

    of: str
    wrt: str
    value: float
    count: int | None
    log10_count: float
    routes: tuple[Route, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS
    sections: tuple[Section, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether all routes are listed."""
        return self.count == len(self.routes)

    @property
    def rest(self) -> float:
        """What the routes that are not listed contribute together."""
        if self.is_complete:
            return 0.0
        listed = [route.contribution for route in self.routes]
        rest = self.value - (fsum(listed) if all(map(isfinite, listed)) else sum(listed))
        return 0.0 if abs(rest) <= 1e-13 * fsum(map(abs, filter(isfinite, listed))) else rest

    # ------------------------------------------------------------------------------------------------ printing

    def _printer(self, name: str) -> Style:
        terms = [route.term for route in self.routes]
        terms += [route.hops[place].term for route in self.routes for place in _shown(route, self.routes[0])]
        return style_for(name, self.digits, [*names_in(terms), self.of, self.wrt])

    def _title(self, style: Style) -> list[str]:
        """``dy/dx``, ``= 7``, ``, the sum of 3 routes``."""
        relation = style.equals if is_exact(self.value, self.digits) else style.almost
        value = f"{style.number(self.value)}"
        total = counted(self.count, self.log10_count)
        words = ", by one route" if self.count == 1 else f", the sum of {total}"
        if not self.is_complete:
            words += f"; the {len(self.routes):,} largest:" if len(self.routes) > 1 else "; the largest:"
        gap = "" if style.name == "mathml" else " "
        return [style.write(Derivative(self.value, self.of, self.wrt)), f"{relation}{gap}{value}", words]

    def _last(self) -> str:
        """A line on what is not listed."""
        if self.is_complete:
            return ""
        count = None if self.count is None else self.count - len(self.routes)
        more = counted(count, self.log10_count, "more route")
        if not isfinite(self.rest):
            return f"… {more}"
        return f"… {more}, together {'≈ ' if self.rest else ''}{number(self.rest, self.digits)}"

    def _lines(self, name: str) -> str:
        style = self._printer(name)
        rows = [_row(route, self.routes[0], style, self.digits) for route in self.routes]
        width = max(len(route) for route, _ in rows)
        derivative, value, words = self._title(style)
        lines = [f"{derivative} {value}{words}"]
        lines += [f"  {route:{width}}    {product}" for route, product in rows]
        lines += [f"  {self._last()}"] if not self.is_complete else []
        return "\n".join([*lines, *self.notes])

    def ascii(self) -> str:
        """The same in ASCII."""
        return plain(self._lines("ascii"))

    def latex(self) -> str:
        """An ``array`` for math mode, a row for each route."""
        style = self._printer("latex")
        derivative, value, words = self._title(style)
        rows = [rf"\rlap{{{derivative} {value}{style.words(words)}}} &"]
        rows += [
            " & ".join((route, rf"\quad {product}"))
            for route, product in (_row(one, self.routes[0], style, self.digits) for one in self.routes)
        ]
        rows += [rf"\rlap{{{style.words(text)}}} &" for text in (self._last(), *self.notes) if text]
        body = " \\\\\n".join(rows)
        return f"\\begin{{array}}{{ll}}\n{body}\n\\end{{array}}"

    def markdown(self) -> str:
        """Markdown with the LaTeX in it."""
        return f"$$\n{self.latex()}\n$$"

    def mathml(self) -> str:
        """One ``<math>`` element: a table with a row for each route."""
        style = self._printer("mathml")
        head = "".join([*self._title(style)[:2], style.words(self._title(style)[2])])
        rows = [f'<mtr><mtd columnspan="2"><mrow>{head}</mrow></mtd></mtr>']
        for route in self.routes:
            cells = "".join(
                f"<mtd><mrow>{cell}</mrow></mtd>" for cell in _row(route, self.routes[0], style, self.digits)
            )
            rows.append(f"<mtr>{cells}</mtr>")
        words = [text for text in (self._last(), *self.notes) if text]
        rows += [f'<mtr><mtd columnspan="2">{style.words(text)}</mtd></mtr>' for text in words]
        table = f'<mtable columnalign="left left" columnspacing="1.5em" rowspacing="0.4em">{"".join(rows)}</mtable>'
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{table}</math>'

    def _repr_html_(self) -> str:
        style = self._printer("text")
        title = "".join(f"{part} " for part in self._title(style)[:2]).strip() + self._title(style)[2]
        rows = "".join(
            "<tr>"
            + "".join(
                f'<td style="text-align:left">{html_escape(cell)}</td>'
                for cell in _row(route, self.routes[0], style, self.digits)
            )
            + "</tr>"
            for route in self.routes
        )
        words = "".join(f"<p>{html_escape(text)}</p>" for text in (self._last(), *self.notes) if text)
        return f'<div class="autograd-routes"><p>{html_escape(title)}</p><table>{rows}</table>{words}</div>'

    def _repr_latex_(self) -> None:  # type: ignore[override]  # a notebook shows the table of `_repr_html_`
        return None


def _row(route: Route, first: Route | None, style: Style, digits: int | None) -> tuple[str, str]:
    """(``x → x·x (1st x) → y``, ``2 · 1 = 2``)."""
    hops = route.hops
    before = style.write(route.term)
    parts, numbers = [before], []
    last = -1
    for place in _shown(route, first):
        hop = hops[place]
        gap = place - last - 1 + (route.left_out if last < len(hops) // 2 <= place else 0)
        if gap:
            parts.append(style.words(f"… {gap:,} more …"))
            numbers.append(style.words("…"))
            before = ""
        last = place
        shown = style.write(hop.term)
        numbers.append(style.write(Product(1.0, (Number(hop.slope),), spaced=True)))
        if hop.use:
            which = before if (before and len(before) <= 12) or style.name == "mathml" else style.words("use")
            shown += style.words(f" ({ordinal(hop.use)} ") + which + style.words(")")
        parts.append(shown)
        before = style.write(hop.term)
    arrow = {"mathml": "<mo>→</mo>", "latex": r" \to "}.get(style.name, f" {style.arrow} ")
    exact = len(numbers) == len(hops) and all(is_exact(hop.slope, digits) for hop in hops)
    relation = style.equals if exact and is_exact(route.contribution, digits) else style.almost
    product = style.spaced_dot.join(numbers)
    value = style.number(route.contribution)
    if len(hops) <= 1:
        return arrow.join(parts), value
    return arrow.join(parts), product + relation + value if style.name == "mathml" else f"{product} {relation} {value}"


def _shown(route: Route, first: Route | None) -> list[int]:
    """Which hops are written: of a long route both ends, and the last place in which it differs from `first`."""
    count = len(route.hops)
    if count <= SHOWN:
        return list(range(count))
    shown = {*range(SHOWN // 2 - 1), *range(count - SHOWN // 2, count)}
    for back in range(1, min(count, len(first.hops)) + 1 if first else 0):
        assert first is not None
        one, other = route.hops[-back], first.hops[-back]
        if (one.node, one.use) != (other.node, other.use):
            shown.add(count - back)
            break
    return sorted(shown)


def paths(result: Any, wrt: Value | str, k: int = 10, digits: int | None = DIGITS, **arguments: Any) -> Paths:
    """The routes from `wrt` to `result`, each with the product of its slopes; the products add up to dL/dw.

    Where there are at most `k` routes all are listed, in the order of the operands; else the `k` whose contributions
    are the largest in size (those that are NaN or infinite before all others). They are counted in any case, exactly
    up to 10¹⁸. A function may stand for `result`, with its arguments by keyword.

    Raises `UsageError`, saying why, for a node that is not in the graph, or a name that none or two bear.

    >>> x = Value(2, label="x")
    >>> y = (x * x + 3 * x).named("y")
    >>> print(paths(y, x))
    dy/dx = 7, the sum of 3 routes
      x → x·x (1st x) → y    2 · 1 = 2
      x → x·x (2nd x) → y    2 · 1 = 2
      x → 3·x → y            3 · 1 = 3
    """
    check_digits(digits)
    if type(k) is not int or k < 1:
        raise UsageError(f"paths: k={k!r}: it is the number of routes to list, 1 or more")
    steps = read_steps(result, (), arguments, also=wrt if isinstance(wrt, Value) else None)
    node = find(steps, wrt)
    steps.name_it(node)
    flow = Flow(steps, node)
    exact, power = flow.counts()
    words = Words(steps, digits)
    is_complete = exact[-1] is not None and exact[-1] <= k
    found = [_route(flow, route, words) for route in (flow.every() if is_complete else flow.largest(k))]
    if not is_complete:
        found.sort(key=lambda route: -_size(route.contribution))
    notes = _notes(found, words)
    return Paths(
        steps.name(steps.root), steps.name(node), flow.adjoints[0], exact[-1], power[-1], tuple(found), notes, digits
    )


def _size(x: float) -> float:
    return inf if isnan(x) else abs(x)


def _route(flow: Flow, route: list[int], words: Words) -> Route:
    edges = flow.edges_of(route)
    contribution = 1.0
    for _, _, slope, _ in edges:  # from the result back, as the backward pass multiplies
        contribution *= slope
    left_out = max(0, len(edges) - HOPS)
    if left_out:
        edges = edges[: HOPS // 2] + edges[-HOPS // 2 :]
    hops = []
    for made, parent, slope, place in reversed(edges):
        node, before = flow.nodes[made], flow.nodes[parent]
        uses = [other for other, one in enumerate(node.parents) if one is before]
        term = words.mention(node)
        hops.append(Hop(words.plain_name(node), slope, uses.index(place) + 1 if len(uses) > 1 else 0, term))
    start = words.mention(flow.nodes[0])
    return Route(words.plain_name(flow.nodes[0]), tuple(hops), contribution, left_out, start)


def _notes(routes: list[Route], words: Words) -> tuple[str, ...]:
    """What t₁, t₂, … stand for, where they occur."""
    found: dict[str, None] = {}
    for route in routes:
        for place in _shown(route, routes[0]):
            for term in walk(route.hops[place].term):
                if isinstance(term, Symbol) and words.is_made_up(term.name):
                    found[term.name] = None
    if not found:
        return ()
    shown = [f"{display(name)} = {words.formula(words.steps.find(name))}" for name in list(found)[:DEFINED]]
    more = len(found) - len(shown)
    return ("where " + ", ".join(shown) + (f", and so on ({more:,} more)" if more else ""),)
