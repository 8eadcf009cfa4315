"""The routes from a node to the result, and what each contributes to the gradient.

dL/dx is the sum, over all routes from x to L, of the product of the slopes along the route. The engine never forms this
sum (routes may double with every operation); here it is shown, counted, and its largest terms are found. All of it is
linear in the graph: one pass for each question, and one walk for each route that is listed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape as html_escape
from math import inf, isfinite, isnan
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.equations import Equation, Section, Typeset, names_in, walk
from ..formula.numbers import DIGITS, check_digits, is_exact, number
from ..formula.styles import style_for
from ..formula.terms import Derivative, Number, Product, Symbol, Term, total
from ..notation import ordinal, plain
from ..value import Value
from .asking import find, steps_for
from .flow import Flow
from .tables import html_table
from .words import Words, counted

if TYPE_CHECKING:
    from ..formula.styles import Style

__all__ = ["Hop", "Paths", "Route", "paths", "route_text"]

HOPS = 1000  # hops of one route that are kept; of a longer one both ends
SHOWN = 8  # hops of one route that are written
_OVERFLOW = (
    "Multiplied out route by route, the numbers leave the range of a float, and these products do not add up. "
    "The backward pass adds at each node before it multiplies on; so it gets {}."
)
DEFINED = 4  # steps without a name that are written out below the routes

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
    def adds_up(self) -> bool:
        """Whether the contributions that are listed can be terms of the sum that the gradient is.

        They cannot where a product overflows, and the backward pass, which adds at each node first, has not.
        """
        found = [route.contribution for route in self.routes]
        return isnan(self.value) or all(isfinite(one) or one == self.value for one in found)

    @property
    def rest(self) -> float:
        """What the routes that are not listed contribute together."""
        if self.is_complete:
            return 0.0
        listed = [route.contribution for route in self.routes]
        rest = self.value - total(listed)
        return 0.0 if abs(rest) <= 1e-13 * total([abs(one) for one in listed if isfinite(one)]) else rest

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
        words = ", by one route" if self.count == 1 else f", the sum of {total}" if self.adds_up else f", by {total}"
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
        about = "" if is_exact(self.rest, self.digits) else "about "
        brings = "brings" if count == 1 else "together bring"
        return f"… {more}, which {brings} {about}{number(self.rest, self.digits)}"

    def _lines(self, name: str) -> str:
        style = self._printer(name)
        rows = [_row(route, self.routes[0], style) for route in self.routes]
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
            for route, product in (_row(one, self.routes[0], style) for one in self.routes)
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
            cells = "".join(f"<mtd><mrow>{cell}</mrow></mtd>" for cell in _row(route, self.routes[0], style))
            rows.append(f"<mtr>{cells}</mtr>")
        words = [text for text in (self._last(), *self.notes) if text]
        rows += [f'<mtr><mtd columnspan="2">{style.words(text)}</mtd></mtr>' for text in words]
        table = f'<mtable columnalign="left left" columnspacing="1.5em" rowspacing="0.4em">{"".join(rows)}</mtable>'
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{table}</math>'

    def _repr_html_(self) -> str:
        style = self._printer("text")
        title = "".join(f"{part} " for part in self._title(style)[:2]).strip() + self._title(style)[2]
        table = html_table(
            [_row(route, self.routes[0], style) for route in self.routes],
            below=[text for text in (self._last(), *self.notes) if text],
        )
        return f'<div class="autograd-routes"><p>{html_escape(title)}</p>{table}</div>'

    def _repr_latex_(self) -> None:  # a notebook shows the table of `_repr_html_`
        return None


def _row(route: Route, first: Route | None, style: Style) -> tuple[str, str]:
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
    factors = Product(route.contribution, tuple(Number(hop.slope) for hop in hops), spaced=True)
    relation = Equation(route.term, (factors, Number(route.contribution))).parts(style)[-1][0]
    if len(numbers) < len(hops) and not any(hop.slope == 0 for hop in hops):
        relation = style.almost
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
    are the largest in size (those that are NaN or infinite before all others), equal ones in that order. They
    are counted in any case, exactly up to 10¹⁸. A function may stand for `result`, with its arguments by keyword.

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
    steps = steps_for("paths", result, arguments, also=wrt if isinstance(wrt, Value) else None)
    node = find(steps, wrt)
    steps.name_it(node)
    flow = Flow(steps, node)
    count, power = flow.count()
    words = Words(steps, digits)
    is_complete = count is not None and count <= k
    ways = [*flow.every()] if is_complete else [*flow.largest(k)]
    found = [_route(flow, way, words) for way in ways]
    if not is_complete:
        ranks = [(-_size(route.contribution), way) for route, way in zip(found, ways, strict=True)]
        found = [found[place] for place in sorted(range(len(found)), key=ranks.__getitem__)]
    notes = _notes(found, words)
    told = Paths(steps.name(steps.root), steps.name(node), flow.adjoints[0], count, power, tuple(found), notes, digits)
    if told.adds_up:
        return told
    return replace(told, notes=(_OVERFLOW.format(number(told.value, digits)), *notes))


def route_text(flow: Flow, route: list[int], words: Words) -> str:
    """``x → x·x (1st x) → y``, shortened in the middle."""
    return _row(_route(flow, route, words), None, words.style)[0]


def _size(x: float) -> float:
    """How large, but for the last digits: what is equal on paper shall be equal here."""
    return inf if isnan(x) else float(f"{abs(x):.12g}")


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
        node = flow.nodes[made]
        edges_in = slice(flow.first[made], flow.first[made + 1])
        uses = [at for at, one in zip(flow.places[edges_in], flow.parents[edges_in], strict=True) if one == parent]
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
    return (words.definitions(found, DEFINED),) if found else ()
