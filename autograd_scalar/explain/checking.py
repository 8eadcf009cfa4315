"""Is this derivation right? Each number and each formula that a person wrote, beside the engine's own.

A number is compared at the recorded point: it is right, or right when rounded to its own digits, or off. A formula is
compared there and, since ``(a − y)²`` happens to equal ``2(a − y)`` where a − y is 2, at other points near by as well.
What is off is compared with what each of the usual `SLIPS` would have given; the one that fits is named as likely.
"""

from __future__ import annotations

import random
import re
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, replace
from itertools import combinations, islice, pairwise, product
from math import fsum, inf, isfinite, isnan, nan, pi, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import AutogradError, UsageError
from ..flat import _remade, deep_copied
from ..formula.equations import Equation, walk, with_value
from ..formula.numbers import DIGITS, check_digits, is_exact, number
from ..formula.styles import Style, style_for
from ..formula.terms import (
    Call,
    Condition,
    Derivative,
    Dots,
    Negated,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Switch,
    Symbol,
    Term,
    plugged,
)
from ..graph import topological_order
from ..notation import display, look
from ..transforms import gradients
from ..value import Value
from .asking import find, read_steps
from .flow import Pass
from .reading import Literal, Member, Statement, Written, evaluate, mentions, read, typing_error
from .tables import html_table, text_table
from .what_if import evaluated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..steps import Steps

__all__ = ["SLIPS", "Check", "Finding", "check_derivation"]

SLIPS = (
    "rounded too early",
    "missing factor",
    "inner derivative forgotten",
    "≥ for >",
    "half forgotten",
    "sign",
    "sum over uses forgotten",
    "function forgotten",
    "missing term",
)
"""What a wrong number is compared with. Each is claimed only where it gives what was written."""

ROUTES = 32  # as many are looked at one by one
NEAR = 1e-3  # how far the other points are, relative to each leaf
TWICE = 20_000  # nodes of a graph that is derived twice
SECOND = 2  # the highest order that is checked
LARGEST = 200_000  # nodes of a graph that is computed anew at other points
MULTIPLIERS = {"eta", "η", "lr", "learning_rate", "alpha", "α"}
OWN_WORDS = {"gradient", "grad", "slope", "derivative", "answer", "result", "Gradient"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was written: what it stands for, its number, the true one, and what is to be said about it.

    `verdict` is "right", "rounded" (right when rounded), "off", or "unread" (it cannot be compared); `slip` is one of
    `SLIPS` or nothing; `kind` is "factor", "product", "slope", "sum", "value" or "update".
    """

    line: int
    kind: str
    written: str
    means: str
    verdict: str
    value: float
    true: float
    remark: str
    slip: str = ""

    @property
    def is_right(self) -> bool:
        """Whether there is nothing to correct."""
        return self.verdict in ("right", "rounded", "unread")


@dataclass(frozen=True, slots=True, repr=False)
class Check:
    """All findings about a derivation of d`of`/d`wrt`, as it was written; `value` is the true gradient."""

    of: str
    wrt: str
    value: float
    findings: tuple[Finding, ...]
    words: tuple[str, ...] = ()
    digits: int | None = DIGITS

    @property
    def is_right(self) -> bool:
        """Whether all that could be compared is right, or right when rounded."""
        return all(finding.is_right for finding in self.findings) and any(f.verdict != "unread" for f in self.findings)

    @property
    def slips(self) -> tuple[str, ...]:
        """The likely slips, each once."""
        return tuple(dict.fromkeys(finding.slip for finding in self.findings if finding.slip))

    def _rows(self) -> list[tuple[str, ...]]:
        many_lines = len({finding.line for finding in self.findings}) > 1
        rows: list[tuple[str, ...]] = []
        count = 0
        for finding in self.findings:
            count = count + 1 if finding.kind == "factor" else 0
            label = f"factor {count}" if finding.kind == "factor" else finding.kind
            line = (f"line {finding.line}",) if many_lines else ()
            rows.append((*line, label, finding.written, finding.means, finding.remark))
        return rows

    def text(self) -> str:
        """A line for each finding, and a summary."""
        return text_table([*self._rows()]) + f"\n{self.summary}"

    @property
    def summary(self) -> str:
        """One sentence: how many are right."""
        compared = [finding for finding in self.findings if finding.verdict != "unread"]
        off = sum(1 for finding in compared if finding.verdict == "off")
        if not compared:
            return "Nothing here could be compared."
        if not off:
            return "All of it is right." if len(compared) > 1 else "It is right."
        return f"{off} of {len(compared)} {'is' if off == 1 else 'are'} off." if len(compared) > 1 else "It is off."

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        off = [place for place, finding in enumerate(self.findings) if finding.verdict == "off"]
        return html_table(self._rows(), below=[self.summary], marked=off)


def check_derivation(
    text: str,
    result: Value | Callable[..., Any],
    wrt: Value | str | None = None,
    digits: int | None = DIGITS,
    *,
    detail: str = "named",
    **arguments: Any,
) -> Check:
    """Check a derivation of dL/dw as a person writes it: numbers or symbols, ASCII, Unicode or LaTeX, several lines.

    `result` is L, a Value or a function with its `arguments`; `wrt` is w; the text may also come last. Each line may
    say a slope (``dL/da = 2(a-y) = 4``), the chain (``dL/dw = 4 * 1 * 2 = 8``), a value (``z = 3*2 + 1 = 7``) or an
    update (``w_new = 3 - 0.1*8 = 2.2``); a name of your own may stand for an expression (``e = a - y``).

    Raises `UsageError`, with the place marked, for what cannot be read and for a name that the graph does not have.

    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.sigmoid().named("a")
    >>> L = ((a - y) ** 2).named("L")
    >>> check_derivation("dL/dw = -8.002 * 0.000999 * 2 = -0.016", L, w)
    factor 1   -8.002     dL/da   right, rounded (−8.00182)
    factor 2   0.000999   da/dz   9.75 % too large: 0.000910221. Likely: a was rounded to 0.999 before 1 − a.
    factor 3   2          dz/dw   right
    product    -0.016     dL/dw   follows from these factors (−0.015988), but dL/dw ≈ −0.0145669
    2 of 4 are off.
    """
    check_digits(digits)
    text, result, wrt = _in_order(text, result, wrt)
    also = wrt if isinstance(wrt, Value) else None
    steps = steps_for("check_derivation", result, arguments, every_op=detail == "every-op", also=also)
    node = find(steps, wrt)
    steps.name_it(node)
    return Checker(steps, node, digits).check(text)


def steps_for(
    verb: str,
    result: Value | Callable[..., Any],
    arguments: dict[str, Any],
    *,
    every_op: bool = False,
    also: Value | None = None,
) -> Steps:
    """The steps of a result; an error names the verb that was called."""
    try:
        return read_steps(result, (), arguments, every_op=every_op, also=also)
    except UsageError as error:
        message = str(error)
        if not message.startswith("explain: "):
            raise
        raise UsageError(f"{verb}: {message.removeprefix('explain: ')}") from None


def _in_order(text: Any, result: Any, wrt: Any) -> tuple[str, Any, Any]:
    """The text, the result and the node, in whatever order they were given."""
    given = [text, result, *([] if wrt is None else [wrt])]
    texts = [one for one in given if isinstance(one, str)]
    graphs = [one for one in given if isinstance(one, Value) or callable(one)]
    call = 'check_derivation("dL/dw = 8", L, w)'
    if not texts:
        stranger = next((one for one in given if not any(one is graph for graph in graphs)), text)
        raise UsageError(f"a derivation is text, not {stranger!r}: {call}")
    if wrt is None:
        raise UsageError(f"check_derivation needs a text, the result and the node in question: {call}")
    if len(texts) + len(graphs) < 3 or not graphs:
        known = [*texts, *graphs]
        stranger = next((one for one in given if not any(one is other for other in known)), result)
        raise UsageError(f"check_derivation: {stranger!r} is neither a Value nor a function: {call}")
    if len(texts) == 2:  # one of them is a name
        said = [one for one in texts if re.search(r"[=≈←\n]", one)]
        named = [one for one in texts if one.isidentifier()]
        written = said[0] if len(said) == 1 else texts[0]
        if not said and not isinstance(text, str) and len(named) == 1:  # L came first
            written = texts[1] if texts[0] is named[0] else texts[0]
        return written, graphs[0], texts[1] if written is texts[0] else texts[0]
    first, last = graphs
    is_turned = not isinstance(last, Value) or (
        isinstance(first, Value) and first._rule is None and last._rule is not None
    )
    return (texts[0], last, first) if is_turned else (texts[0], first, last)


# ------------------------------------------------------------------------------------------------- one point


class _Point:
    """The graph at its recorded numbers, or at other numbers of its leaves; values and slopes by the engine's rules."""

    def __init__(self, steps: Steps, leaves: dict[Value, float] | None = None) -> None:
        self.steps = steps
        self.copies: dict[int, Any] | None = None
        self.whole: dict[tuple[int, int], dict[Value, tuple[float, float]]] = {}
        self.known: dict[Value, tuple[float, ...]] = {}
        if leaves is not None:
            numbers = evaluated(steps.order, leaves)
            self.copies = {}
            deep_copied(steps.root, self.copies)
            for node in steps.order:
                self.copies[id(node)]._data = numbers[node]

    def number(self, node: Value) -> float:
        return node.data if self.copies is None else float(self.copies[id(node)]._data)

    def partials(self, node: Value) -> tuple[float, ...]:
        if node not in self.known:
            self.known[node] = (node if self.copies is None else self.copies[id(node)]).partials()
        return self.known[node]

    def derivative(self, of: Value, wrt: Value) -> tuple[float, float]:
        """d`of`/d`wrt` through every route, and the sum of the magnitudes of what was added up."""
        if of not in self.steps.place or wrt not in self.steps.place:  # an operand through which nothing flows
            return (1.0, 1.0) if of is wrt else (0.0, 0.0)
        first = 0 if of is self.steps.root else self.steps.place[wrt]  # what comes before cannot lie between
        key = (id(of), first)
        if key not in self.whole:
            sums = {of: (1.0, 1.0)}
            for node in reversed(self.steps.order[first : self.steps.place[of] + 1]):
                if node in sums:
                    adjoint, size = sums[node]
                    for parent, partial in zip(node.parents, self.partials(node), strict=True):
                        before, total = sums.get(parent, (0.0, 0.0))
                        sums[parent] = before + adjoint * partial, total + abs(size * partial)
            self.whole[key] = sums
        return self.whole[key].get(wrt, (0.0, 0.0))

    def inner_routes(self, step: Value, source: Value) -> list[list[tuple[Value, float]]]:
        """The routes within one step's own formula, each a list of nodes with their partials, from the outside in."""
        found: list[list[tuple[Value, float]]] = []
        pending: list[tuple[Value, list[tuple[Value, float]]]] = [(step, [])]
        while pending and len(found) < ROUTES:
            node, route = pending.pop()
            follow = []
            for parent, partial in zip(node.parents, self.partials(node), strict=True):
                longer = [*route, (node, partial)]
                if parent is source:
                    found.append(longer)
                elif not self.steps.is_step(parent):
                    follow.append((parent, longer))
            pending += reversed(follow)
        return found

    def one_step(self, of: Value, wrt: Value) -> tuple[float, float] | None:
        """∂`of`/∂`wrt` within the formula of `of`; None where it does not mention `wrt`."""
        if wrt not in self.steps.sources(of):
            return None
        products = [prod(partial for _, partial in route) for route in self.inner_routes(of, wrt)]
        return _total(products), sum(map(abs, products))


def _total(numbers: list[float]) -> float:
    return fsum(numbers) if all(map(isfinite, numbers)) else sum(numbers)


# ------------------------------------------------------------------------------------------------- what is claimed


class _Target(NamedTuple):
    """What a line speaks of: a derivative, a node's own number, or a leaf after one step of gradient descent."""

    kind: str  # slope, value, update
    text: str
    of: Value
    wrt: Value | None = None
    partial: bool = False
    order: int = 1


def _second_derivative(of: Value, wrt: Value) -> float:
    (first,) = gradients(of, [wrt])
    return gradients(first, [wrt])[0].data


class _Guess(NamedTuple):
    """What a slip would have given."""

    value: float
    slip: str
    words: str


class _Verdict(NamedTuple):
    verdict: str  # right, rounded, early (rounded, then digits were lost), off, accident, unread
    value: float
    error: float
    true: float
    point: _Point | None = None


_NOTHING = _Guess(0.0, "", "")
_DEFINED = re.compile(r"(?:^|[;,\n])[ \t]*([^\W\d]\w{0,40})[ \t]*:?=(?!=)")


class Checker:
    """Judges what is written about one graph. The quiz marks its answers with it too."""

    def __init__(self, steps: Steps, wrt: Value, digits: int | None) -> None:
        self.steps = steps
        self.wrt = wrt
        self.digits = digits
        self.recorded = _Point(steps)
        self.names: dict[str, Value] = {}
        for node in topological_order(steps.root, all_operands=True):
            name = steps.name(node)
            if not name and node not in steps.place:  # the branch of a `where` that was not taken
                name = steps.read.of(node)
            if name:
                self.names.setdefault(name, node)
        looks: dict[str, set[Value]] = {}
        for name, node in self.names.items():
            looks.setdefault(look(name), set()).add(node)
        self.looks = {alike: next(iter(nodes)) for alike, nodes in looks.items() if len(nodes) == 1}
        self.defined: dict[str, Term] = {}
        self._seconds: dict[tuple[Value, Value], float] = {}
        self.text = ""
        self.typed: dict[Value, str] = {}
        self.strict = False  # whether d and ∂ are kept apart everywhere
        self.says_both = False  # whether the text gives the whole derivative and, written alike, the step alone
        self.style: Style = style_for("text", digits, list(islice(self.names, 500)))
        self.value = Pass(steps).adjoints[wrt]
        self._other_points: dict[frozenset[Value], list[_Point]] = {}

    # -- names

    def node(self, name: str) -> Value | None:
        """The node that bears a name, or looks as if."""
        found = self.names.get(name)
        if found is None:  # a Value is true as its number is, so there is no `or` here
            found = self.looks.get(look(name))
        if found is None and name.isprintable():
            others = [node for node in self.steps.read.find(name) if node in self.steps.place]
            found = others[0] if len(others) == 1 else None
        return found

    def is_known(self, name: str) -> bool:
        return self.node(name) is not None or name in self.defined

    def shown(self, node: Value) -> str:
        return self.style.symbol(self.typed.get(node) or self.steps.name(node))

    def adopt(self, statement: Statement) -> None:
        """Call a node as the writer does, where it has several names."""
        for member in statement.members:
            for one in mentions(member.term):
                for name in [one.name] if isinstance(one, Symbol) else [one.of, one.wrt]:
                    node = self.node(name)
                    if node is not None and look(name) != look(self.steps.name(node)):
                        self.typed.setdefault(node, name)

    def number(self, value: float) -> str:
        return number(value, self.digits)

    def fail(self, where: Written, message: str) -> UsageError:
        return typing_error(self.text, where.at, message)

    def resolve(self, where: Written) -> None:
        """Refuse names that the graph does not have, at their place."""
        for one in mentions(where.term):
            wanted = [one.name] if isinstance(one, Symbol) else [one.of, one.wrt]
            for name in wanted:
                if not self.is_known(name) and self.as_gradient(name) is None and name not in MULTIPLIERS:
                    at = where.text.find(name)
                    known = ", ".join(display(known) for known in list(self.names)[:12])
                    place = Written(where.term, where.text, where.at + max(at, 0))
                    raise self.fail(place, f"there is no {name!r} in this graph; it has {known}")

    def as_gradient(self, name: str) -> Value | None:
        """``dw`` or ``w.grad`` for dL/dw."""
        if name.endswith(".grad"):
            return self.node(name.removesuffix(".grad"))
        return self.node(name[1:]) if name.startswith("d") and len(name) > 1 else None

    # -- numbers

    def truths(self, target: _Target, point: _Point) -> list[tuple[float, float]]:
        """The number of a target, and how large what it was added up from is; ∂ and d may both be meant."""
        if target.kind == "value" or target.wrt is None:
            value = point.number(target.of)
            return [(value, abs(value))]
        if target.order > 1:
            true = self.second(target.of, target.wrt) if target.order == SECOND else nan
            return [(true, abs(true))]
        whole = point.derivative(target.of, target.wrt)
        step = point.one_step(target.of, target.wrt) if target.of is not target.wrt else None
        if step is None or _agrees(step[0], 0.0, whole[0], whole[1]):
            return [whole]
        both = [step, whole] if target.partial else [whole, step]
        is_asked = target.of is self.steps.root and target.wrt is self.wrt and not target.partial
        return both[:1] if self.strict or (is_asked and not self.says_both) else both

    def second(self, of: Value, wrt: Value) -> float:
        """d²of/dwrt² at the recorded numbers; NaN where the graph is too large to be derived twice, or has none."""
        key = (of, wrt)
        if key not in self._seconds:
            self._seconds[key] = nan
            if len(self.steps.order) <= TWICE:
                with suppress(ArithmeticError, ValueError):
                    self._seconds[key] = Context().run(_second_derivative, of, wrt)
        return self._seconds[key]

    def _value_of(self, point: _Point, readings: dict[tuple[str, str], bool]) -> Callable[[Symbol | Derivative], float]:
        def value_of(one: Symbol | Derivative) -> float:
            if isinstance(one, Symbol):
                node = self.node(one.name)
                if node is not None:
                    return point.number(node)
                if one.name in self.defined:
                    return evaluate(self.defined[one.name], value_of)[0]
                if one.name == "pi":
                    return pi
                gradient = self.as_gradient(one.name)
                return point.derivative(self.steps.root, gradient)[0] if gradient is not None else nan
            of, wrt = self.node(one.of), self.node(one.wrt)
            if of is None or wrt is None or one.order > SECOND:
                return nan
            if one.order == SECOND:
                return self.second(of, wrt)
            step = point.one_step(of, wrt)
            if step is not None and readings.get((one.of, one.wrt), one.partial):
                return step[0]
            return point.derivative(of, wrt)[0]

        return value_of

    def values(self, term: Term, point: _Point, *, rounding: bool = False) -> Iterator[tuple[float, float]]:
        """The number of a term, as written first; then with each of its derivatives meant as ∂ or as d."""
        yield evaluate(term, self._value_of(point, {}), rounding=rounding)
        open_ones: dict[tuple[str, str], None] = {}
        for one in mentions(term):
            if isinstance(one, Derivative):
                of, wrt = self.node(one.of), self.node(one.wrt)
                step = point.one_step(of, wrt) if of is not None and wrt is not None else None
                if step is not None and of is not None and wrt is not None and step != point.derivative(of, wrt):
                    open_ones[one.of, one.wrt] = None
        keys = list(open_ones)[:5]
        for choice in product((True, False), repeat=len(keys)) if keys else ():
            yield evaluate(term, self._value_of(point, dict(zip(keys, choice, strict=True))), rounding=rounding)

    # -- judging

    def judge(self, written: Written, target: _Target) -> _Verdict:
        """Whether what is written is the target's number, and stays it at other points."""
        if any(isinstance(one, Dots) for one in walk(written.term)):
            return _Verdict("unread", nan, 0.0, nan)
        truths = self.truths(target, self.recorded)
        if target.order > 1 and isnan(truths[0][0]):
            return _Verdict("unread", nan, 0.0, nan)
        found = self._judge_at(written.term, self.recorded, truths)
        if isnan(found.value) and not isnan(found.true):
            return found._replace(verdict="unread")
        if target.order > 1:  # compared as a number
            return found
        has_names = any(isinstance(one, Symbol | Derivative) for one in walk(written.term))
        if not has_names or found.verdict not in ("right", "rounded") or isnan(found.value):
            return found
        if any(isinstance(one, Literal) and one.unit < 1 and one.digits >= 4 for one in walk(written.term)):
            return found  # a number was plugged in, of more digits than an accident has
        moved = self._moved(written.term, target, found)
        return moved or found

    def _judge_at(self, term: Term, point: _Point, truths: list[tuple[float, float]]) -> _Verdict:
        best = None
        for value, error in self.values(term, point):
            best = best or _Verdict("off", value, error, truths[0][0])
            for true, size in truths:
                if _agrees(value, error, true, size):
                    return _Verdict("right", value, error, true)
        assert best is not None
        value = best.value
        for true, size in truths:
            if isinstance(term, Literal) and _is_rounding(term, true):
                return _Verdict("rounded", value, 0.0, true)
            slack = next(self.values(term, point, rounding=True))[1]
            if not isinstance(term, Literal) and slack and abs(value - true) <= slack + 1e-12 * size:
                return _Verdict(
                    "rounded" if abs(value - true) <= _spread(term) * abs(true) else "early", value, slack, true
                )
        return best

    def _moved(self, term: Term, target: _Target, found: _Verdict) -> _Verdict | None:
        """An accident: the formula is right here, and wrong near by, whatever was meant to be plugged in."""
        deviation = abs(found.value - found.true) / abs(found.true) if found.true else 0.0
        failed: _Verdict | None = None
        for frozen in self._plugged_in(term):
            points = self.others(frozen)
            if not points:
                return None
            wrong = None
            for point in points:
                truths = self.truths(target, point)
                if not any(
                    _agrees(value, error, true, size, tolerance=1e-7 + 20 * deviation)
                    for value, error in self.values(term, point)
                    for true, size in truths
                ):
                    value, error = next(self.values(term, point))
                    wrong = _Verdict("accident", value, error, truths[0][0], point)
                    break
            if wrong is None:
                return None
            failed = failed or wrong
        return failed

    def _plugged_in(self, term: Term) -> list[frozenset[Value]]:
        """Leaves to be held still, since their number, or that of a step made of them, may stand in the formula."""
        literals = [one for one in walk(term) if isinstance(one, Number)]

        def stands_there(node: Value) -> bool:
            own = node.data
            return any(abs(abs(one.value) - abs(own)) <= 1e-9 * abs(own) or _rounds(one, own) for one in literals)

        leaves = [node for node in self.steps.order if node._rule is None and self.steps.name(node)]
        first = frozenset(leaf for leaf in leaves if stands_there(leaf))
        below: set[Value] = set()
        for step in islice(self.steps.steps(), 2000):
            if stands_there(step):
                below |= {node for node in topological_order(step) if node._rule is None}
        return list(dict.fromkeys([frozenset(), first, first | below]))

    def others(self, frozen: frozenset[Value]) -> list[_Point]:
        """Points near by, on the same side of every kink, at which the named leaves that are not frozen have moved."""
        if frozen in self._other_points:
            return self._other_points[frozen]
        leaves = [
            node for node in self.steps.order if node._rule is None and self.steps.name(node) and node not in frozen
        ]
        found: list[_Point] = []
        if leaves and len(self.steps.order) <= LARGEST:
            kinked = [node for node in self.steps.order if node.row is not None and node.row.kinks]
            numbers = random.Random(7)
            for _ in range(12):
                moved = {}
                for leaf in leaves:
                    step = NEAR * (0.5 + numbers.random()) * (1 if numbers.random() < 0.5 else -1)
                    moved[leaf] = leaf.data * (1 + step) if abs(leaf.data) > 1e-3 else leaf.data + step
                try:
                    point = _Point(self.steps, moved)
                    crossed = any(self._jumped(point, node) for node in kinked)
                except AutogradError:
                    continue
                if not crossed:
                    found.append(point)
                if len(found) == 3:
                    break
        self._other_points[frozen] = found
        return found

    def _jumped(self, point: _Point, node: Value) -> bool:
        pairs = zip(self.recorded.partials(node), point.partials(node), strict=True)
        return any(abs(one - other) > 0.02 * (1 + abs(one)) * (1 if abs(one) < 1e6 else inf) for one, other in pairs)

    # -- slips

    def slip(self, written: Written, target: _Target, found: _Verdict) -> _Guess:
        """The first of the usual slips that gives what was written; one without a name if none does."""
        point = found.point or self.recorded
        if found.verdict == "early":
            return _Guess(found.value, "rounded too early", "numbers were rounded before they were subtracted")
        if isnan(found.value) or isnan(found.true) or target.order > 1:
            return _NOTHING
        numbers_only = not mentions(written.term)
        there = self._written_slopes(written, target)
        size = self.truths(target, point)[0][1]
        seen = 0
        if target.wrt is None:
            guesses = self._guesses_for_value(target, point)
        else:
            guesses = self._guesses_for_slope(target, point, numbers_only=numbers_only)
        for guess in guesses:
            seen += 1
            if seen > 2000:
                break
            if abs(guess.value - found.true) <= 1e-9 * max(abs(found.true), size) or not isfinite(guess.value):
                continue
            if any(guess.words.startswith(f"the factor {slope} = ") for slope in there):
                continue
            if self._fits(written.term, found, guess.value):
                return guess
        return _NOTHING

    def _written_slopes(self, written: Written, target: _Target) -> set[str]:
        """The slopes of a chain that stand in a product, by name or by number."""
        if target.wrt is None or not isinstance(written, Member) or len(written.addends) != 1:
            return set()
        (factors,) = written.addends
        routes = self.routes(target.of, target.wrt)
        if len(routes) != 1 or not 2 <= len(factors) <= 24 or not 2 < len(routes[0]) <= 25:
            return set()
        slopes = [_Target("slope", self.derivative(*pair), *pair) for pair in pairwise(routes[0])]
        there = set()
        for group, slope in self._aligned(factors, slopes):
            if group and slope is not None:
                one = group[0] if len(group) == 1 else _joined(group, self.text)
                if self.judge(one, slope).verdict in ("right", "rounded"):
                    there.add(slope.text)
        return there

    def _fits(self, term: Term, found: _Verdict, value: float) -> bool:
        if abs(found.value - value) <= found.error + 1e-6 * abs(value):
            return True
        if isinstance(term, Literal):
            return abs(term.value) != 1 and _is_rounding(term, value)  # 1 is what is left when all factors are
        return bool(not mentions(term) and abs(found.value - value) <= _spread(term) * abs(value))

    def _guesses_for_value(self, target: _Target, point: _Point) -> Iterator[_Guess]:
        """Slips in a forward line."""
        formula = self.steps.formula(target.of)
        value = point.number(target.of)
        env = self._value_of(point, {})
        yield _Guess(-value, "sign", "the sign is turned round")
        inner: Term = formula
        outside = ""
        for _ in range(4):
            if isinstance(inner, Negated):
                outside, inner = outside + "−", inner.term
            elif isinstance(inner, Call) and len(inner.arguments) == 1:
                outside, inner = outside + inner.symbol, inner.arguments[0]
            elif isinstance(inner, Power) and isinstance(inner.exponent, Number):
                outside, inner = outside + self.style.write(Power(0.0, Symbol(0.0, "( )"), inner.exponent)), inner.base
            else:
                break
            if outside.strip("−"):
                yield _Guess(
                    evaluate(inner, env)[0],
                    "function forgotten",
                    f"the {outside} of {self.style.write(formula)} was left out",
                )
        if _has_half([formula]):
            yield _Guess(2 * value, "half forgotten", "the factor ½ was left out")
        core = formula.term if isinstance(formula, Negated) else formula
        if isinstance(core, Sum):
            for place, part in enumerate(core.terms):
                rest = Sum(0.0, (*core.terms[:place], *core.terms[place + 1 :]))
                yield _Guess(evaluate(rest, env)[0], "missing term", f"the term {self.style.write(part)} was left out")
        yield from self._without_a_factor(formula, env)
        yield from self._rounded_early(formula, env, "")

    def _guesses_for_slope(self, target: _Target, point: _Point, *, numbers_only: bool) -> Iterator[_Guess]:
        """Slips in a derivative: in each slope of its chain, and in how they are put together."""
        assert target.wrt is not None
        true = self.truths(target, point)[0][0]
        step = point.one_step(target.of, target.wrt) if target.of is not target.wrt else None
        routes = (
            [[target.of, target.wrt]] if step is not None and step[0] == true else self.routes(target.of, target.wrt)
        )
        yield _Guess(-true, "sign", "the sign is turned round")
        pairs = [list(pairwise(route)) for route in routes]
        slopes = {pair: (point.one_step(*pair) or (0.0, 0.0))[0] for route in pairs for pair in route}
        contributions = [prod(slopes[pair] for pair in route) for route in pairs]
        yield from self._at_kinks(target, point, true)
        formulas = [
            self.steps.formula(step) for step in {id(one[0]): one[0] for route in pairs for one in route}.values()
        ]
        if _has_half(formulas):
            yield _Guess(2 * true, "half forgotten", "the factor ½ was left out")
        if len(pairs) == 1 and len(pairs[0]) > 1:
            yield from self._without_slopes(pairs[0], slopes, point)
        for count in range(1, len(contributions)) if len(contributions) <= 6 else (1, len(contributions) - 1):
            for chosen in islice(combinations(contributions, count), 200):
                ends = f"from {self.shown(target.wrt)} to {self.shown(target.of)}"
                words = f"only {count} of the {len(contributions)} routes {ends} counted; they add up"
                yield _Guess(_total(list(chosen)), "sum over uses forgotten", words)
        for route, own in zip(pairs, contributions, strict=True):
            for pair in route:
                rest = prod(slopes[one] for one in route if one is not pair) + 0.0
                for guess in self._in_one_slope(pair, point, numbers_only=numbers_only):
                    where = "" if len(route) == 1 else f" (in {self.derivative(*pair)})"
                    yield _Guess(true - own + rest * guess.value, guess.slip, guess.words + where)

    def derivative(self, of: Value, wrt: Value) -> str:
        return f"d{self.shown(of)}/d{self.shown(wrt)}"

    def _without_slopes(
        self, route: list[tuple[Value, Value]], slopes: dict[tuple[Value, Value], float], point: _Point
    ) -> Iterator[_Guess]:
        """Factors of the chain that were left out, one at first; then what is one stretch of the chain alone."""
        for left_out in route:
            value = prod(slopes[pair] for pair in route if pair is not left_out)
            words = f"the factor {self.derivative(*left_out)} = {self.number(slopes[left_out])} is missing"
            yield _Guess(value, "missing factor", words)
        whole = self.derivative(route[0][0], route[-1][1])
        for length in range(1, len(route) - 1 if len(route) > 2 else len(route)):
            for start in range(len(route) - length + 1):
                part = route[start : start + length]
                name = self.derivative(part[0][0], part[-1][1])
                words = f"that is {name}, not {whole}; the other factors are missing"
                yield _Guess(prod(slopes[pair] for pair in part), "missing factor", words)
                if length == 1:
                    for guess in self._rounded_slope(part[0], point):
                        yield _Guess(guess.value, "missing factor", f"{words}; and {guess.words}")

    def _in_one_slope(self, pair: tuple[Value, Value], point: _Point, *, numbers_only: bool) -> Iterator[_Guess]:
        """Slips within the slope of one step."""
        step, source = pair
        inner = point.inner_routes(step, source)
        own = [prod(partial for _, partial in route) for route in inner]
        if len(own) > 1:
            for count in range(1, len(own)) if len(own) <= 6 else (1, len(own) - 1):
                for chosen in islice(combinations(own, count), 100):
                    uses = f"{self.shown(source)} is used {len(own)} times in {self.shown(step)}"
                    words = f"{uses}; the slopes of all uses add up"
                    yield _Guess(_total(list(chosen)), "sum over uses forgotten", words)
        for route, value in zip(inner, own, strict=True):
            for length in range(len(route) - 1, 0, -1):
                if not _is_curved(route[length - 1][0], route[length][0]):
                    continue
                forgotten = prod(partial for _, partial in route[length:])
                shorter = prod(partial for _, partial in route[:length])
                words = f"the inner derivative {self.number(forgotten)} was forgotten"
                yield _Guess(_total(own) - value + shorter, "inner derivative forgotten", words)
        slope = self.steps.slope(step, source)
        env = self._value_of(point, {})
        yield from self._without_a_factor(slope.term, env)
        if numbers_only:
            yield from self._rounded_slope(pair, point)

    def _rounded_slope(self, pair: tuple[Value, Value], point: _Point) -> Iterator[_Guess]:
        slope = self.steps.slope(*pair)
        yield from self._rounded_early(slope.term, self._value_of(point, {}), self.shown(pair[0]))

    def _without_a_factor(self, term: Term, env: Callable[[Symbol | Derivative], float]) -> Iterator[_Guess]:
        sign = -1.0 if isinstance(term, Negated) else 1.0
        core = term.term if isinstance(term, Negated) else term
        if isinstance(core, Product):
            for place, factor in enumerate(core.factors):
                rest = Product(0.0, (*core.factors[:place], *core.factors[place + 1 :]))
                value = sign * evaluate(rest, env)[0]
                yield _Guess(value, "missing factor", f"the factor {self.style.write(factor)} is missing")
        elif isinstance(core, Quotient):
            value = sign * evaluate(core.top, env)[0]
            yield _Guess(value, "missing factor", f"the division by {self.style.write(core.bottom)} is missing")

    def _rounded_early(self, term: Term, env: Callable[[Symbol | Derivative], float], of: str) -> Iterator[_Guess]:
        """The formula with each name and each function rounded to few digits before it is used."""
        for digits in range(1, 8):
            value = evaluate(term, env, digits=digits)[0]
            yield _Guess(value, "rounded too early", self._what_was_rounded(term, env, digits, of))

    def _what_was_rounded(self, term: Term, env: Callable[[Symbol | Derivative], float], digits: int, of: str) -> str:
        def name(inner: Term) -> str:
            """σ(z) is called a, where the graph calls it so."""
            if isinstance(inner, Call):
                value = evaluate(inner, env)[0]
                for step in islice(self.steps.steps(), 1000):
                    if self.steps.formula(step) == inner and step.data == value:
                        return self.shown(step)
            return self.style.write(inner)

        for one in walk(term):
            if isinstance(one, Sum) and len(one.terms) == 2:
                parts = [part.term if isinstance(part, Negated) else part for part in one.terms]
                moving = [part for part in parts if isinstance(part, Call | Symbol)]
                if len(moving) == 1:
                    rounded = float(f"{evaluate(moving[0], env)[0]:.{digits}g}")
                    signs = [isinstance(part, Negated) for part in one.terms]
                    words = [name(part) if part is moving[0] else self.style.write(part) for part in parts]
                    joined = f"{'−' * signs[0]}{words[0]} {'−' if signs[1] else '+'} {words[1]}"
                    return f"{name(moving[0])} was rounded to {number(rounded, None)} before {joined}"
        return f"what {of or 'it'} is made of was rounded to {digits} digits too early"

    def _at_kinks(self, target: _Target, point: _Point, true: float) -> Iterator[_Guess]:
        """At a kink exactly: the slope of the other side."""
        assert target.wrt is not None
        for node in self.steps.order[: self.steps.place.get(target.of, -1) + 1]:
            row = node.row
            if row is None or not row.kinks or point.derivative(target.of, node)[1] == 0:
                continue
            own = point.partials(node)
            for side in (1.0, -1.0):
                for place, parent in enumerate(node.parents):
                    other = self._one_sided(point, node, parent, side)
                    if abs(other[place] - own[place]) < NEAR:
                        continue
                    adjoint = point.derivative(target.of, node)[0]
                    below = 1.0 if parent is target.wrt else point.derivative(parent, target.wrt)[0]
                    value = true + adjoint * (other[place] - own[place]) * below
                    words = (
                        f"≥ was taken for >: at {self._kink(node, parent)} "
                        f"the slope taken is {self.number(own[place])}, not {self.number(other[place])}"
                    )
                    yield _Guess(value, "≥ for >", words)

    def _kink(self, node: Value, parent: Value) -> str:
        return (
            f"{self.shown(parent)} = {self.number(parent.data)}"
            if self.steps.name(parent)
            else f"the kink of {node.op}"
        )

    @staticmethod
    def _one_sided(point: _Point, node: Value, parent: Value, side: float) -> tuple[float, ...]:
        """The partials of a node where one of its operands is a very little larger or smaller."""
        flat = [one for operand in node.operands for one in (operand if isinstance(operand, tuple) else (operand,))]
        operands: dict[int, Any] = {id(one): Value(point.number(one)) for one in flat if type(one) is Value}
        moved = operands[id(parent)]
        moved._data += side * 1e-9 * max(1.0, abs(moved._data))
        copy: Value = _remade([node], operands)[id(node)]
        return copy.partials()

    def routes(self, of: Value, wrt: Value) -> list[list[Value]]:
        """The routes from step to step, from the outside in; none where they are too many."""
        if of not in self.steps.place or wrt not in self.steps.place:
            return []
        reach = {wrt}
        for node in self.steps.order[self.steps.place[wrt] : self.steps.place[of] + 1]:
            if any(parent in reach for parent in node.parents):
                reach.add(node)
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

    # -- a text, line by line

    def check(self, text: str) -> Check:
        """All findings of a text."""
        self.text = text
        self.defined = {}
        odd = [name for name in self.names if not name.isidentifier() and " " in name]
        own = set(_DEFINED.findall(str(text)))  # what is no text is refused by `read`
        reading = read(text, lambda name: name in own or self._is_name(name), odd=odd)
        findings: list[Finding] = []
        target: _Target | None = None
        alone = len(reading.statements) == 1
        for statement in reading.statements:
            self.adopt(statement)
        self.says_both = self._says_both(reading.statements)
        for statement in reading.statements:
            target, members = self._target(statement, target, alone=alone)
            if target is not None:
                findings += (
                    self._update(statement, target)
                    if target.kind == "update"
                    else self._line(statement, target, members)
                )
        name, by = self.steps.name(self.steps.root), self.steps.name(self.wrt)
        return Check(name, by, self.value, tuple(findings), reading.words, self.digits)

    def _says_both(self, statements: tuple[Statement, ...]) -> bool:
        """Whether the derivative in question has two lines and one of them ends in its number: ASCII has no ∂."""
        ends = []
        for statement in statements:
            left = statement.members[0].term
            if isinstance(left, Derivative) and self._is_of(left, self.whole()) and len(statement.members) > 1:
                ends.append(statement.members[-1])
        return len(ends) > 1 and any(
            self.judge(member, self.whole()).verdict in ("right", "rounded") for member in ends
        )

    def _is_name(self, name: str) -> bool:
        return self.node(name) is not None

    def whole(self) -> _Target:
        """dL/dw itself."""
        return _Target("slope", self.derivative(self.steps.root, self.wrt), self.steps.root, self.wrt)

    def _target(
        self, statement: Statement, before: _Target | None, *, alone: bool
    ) -> tuple[_Target | None, tuple[Member, ...]]:
        """What a statement speaks of, and the members that claim to be it."""
        left, *rest = statement.members
        term = left.term
        members = tuple(rest)
        if isinstance(term, Derivative):
            self.resolve(left)
            of, wrt = self.node(term.of), self.node(term.wrt)
            if of is None or wrt is None:
                raise self.fail(left, "a derivative is of one node by another")
            if not members:
                raise self.fail(left, "what is it equal to? An equals sign is missing")
            top, bottom = (self.typed.get(node) or self.steps.name(node) for node in (of, wrt))
            text = self.style.write(Derivative(0.0, top, bottom, term.partial, term.order))
            return _Target("slope", text, of, wrt, term.partial, term.order), members
        if isinstance(term, Symbol) and members:
            return self._named_target(statement, term, members)
        if not members and before is None and not alone:
            raise self.fail(left, "what is this equal to? An equals sign is missing")
        if alone or (not members and before is not None):
            for member in statement.members:
                self.resolve(member)
            return (before if not alone and before is not None else self.whole()), statement.members
        for member in statement.members:
            self.resolve(member)
        return None, ()

    def _named_target(
        self, statement: Statement, term: Symbol, members: tuple[Member, ...]
    ) -> tuple[_Target | None, tuple[Member, ...]]:
        node = self.node(term.name)
        stem = term.name.removesuffix("'").removesuffix("_new").removesuffix("new")
        leaf = self.node(stem)
        if leaf is not None and (statement.is_update or (node is None and stem != term.name)):
            return _Target("update", display(term.name), leaf), members
        if node is not None:
            return _Target("value", self.shown(node), node), members
        gradient = self.as_gradient(term.name)
        if gradient is not None:
            return _Target("slope", self.derivative(self.steps.root, gradient), self.steps.root, gradient), members
        if term.name in OWN_WORDS:
            return self.whole(), members
        self.resolve(members[0])
        self.defined[term.name] = members[0].term
        return None, ()

    def _line(self, statement: Statement, target: _Target, members: tuple[Member, ...]) -> list[Finding]:
        for member in members:
            self.resolve(member)
        verdicts = [self.judge(member, target) for member in members]
        last_is_right = verdicts[-1].verdict in ("right", "rounded")
        if last_is_right:  # digits lost on the way and found again
            verdicts = [one._replace(verdict="rounded") if one.verdict == "early" else one for one in verdicts]
        kinds = [self._kind(member, target) for member in members]
        if all(one.verdict in ("right", "rounded") for one in verdicts) and "product" not in kinds:
            return [self._together(statement, target, members, verdicts)]
        findings: list[Finding] = []
        by_factors = False
        for place, (member, found) in enumerate(zip(members, verdicts, strict=True)):
            own: list[Finding] = []
            if kinds[place] == "product" and not all(isinstance(f.term, Derivative) for f in member.addends[0]):
                own = self._factors(statement.line, member, target, found)
                by_factors = bool(own) or by_factors
            if own and place + 1 < len(members):
                findings += own
                continue
            findings += own
            previous = verdicts[place - 1].value if place else None
            if own and found.verdict in ("right", "rounded"):
                continue
            findings.append(
                self._finding(
                    statement.line, member, target, found, previous, in_chain=by_factors or kinds[place] == "product"
                )
            )
        if by_factors:  # what a factor's own line says, that of the product does not say again
            factors = [finding for finding in findings if finding.kind == "factor"]
            said = {finding.slip for finding in factors}
            if all(finding.is_right for finding in factors):
                said.add("missing factor")  # each of them stands there
            findings = [
                replace(f, remark=f.remark.partition(" Likely:")[0], slip="")
                if f.kind == "product" and f.slip in said
                else f
                for f in findings
            ]
        return findings

    def _kind(self, member: Member, target: _Target) -> str:
        if target.wrt is None or target.of is target.wrt:
            return "value"
        if target.order > 1:
            return "slope"
        chain = self.routes(target.of, target.wrt)
        if len(member.addends) > 1:
            return "sum" if len(chain) != 1 else "slope"
        many = len(chain) == 1 and len(chain[0]) > 2
        return "product" if many and len(member.addends[0]) > 1 else "slope"

    def _together(
        self, statement: Statement, target: _Target, members: tuple[Member, ...], verdicts: list[_Verdict]
    ) -> Finding:
        """One line for a statement that is right from end to end."""
        start, stop = members[0].at, members[-1].at + len(members[-1].text)
        written = _tidy(self.text[start:stop])
        rounded = [one for one in verdicts if one.verdict == "rounded"]
        found = next((one for one in rounded if self._right(one) != "right"), [*rounded, verdicts[-1]][0])
        remark = self._right(found)
        strict = next((words for member in members if (words := self._strictness(member, target))), "")
        kind = "value" if target.wrt is None else "slope"
        remark = f"right here; {strict}" if strict else remark + self._alone(found, target)
        slip = "≥ for >" if strict else ""
        return Finding(
            statement.line, kind, written, target.text, found.verdict, verdicts[-1].value, found.true, remark, slip
        )

    def _right(self, found: _Verdict) -> str:
        """``right``, or, where fewer digits were written than are shown here, ``right, rounded (8.00182)``."""
        true = self.number(found.true)
        return "right" if found.verdict == "right" or self.number(found.value) == true else f"right, rounded ({true})"

    def _alone(self, found: _Verdict, target: _Target) -> str:
        """A word where the number is that of one step, and the d that was written means every route."""
        if target.wrt is None or target.partial or target.order > 1:
            return ""
        whole, *step = self.truths(target, self.recorded)
        if not step or found.true == whole[0]:
            return ""
        return f" for this step alone, a ∂; through every route it is {self.number(whole[0])}"

    def _strictness(self, member: Written, target: _Target) -> str:
        """``1{z ≥ 0}`` where the rule says ``1{z > 0}``: right wherever z is not 0."""
        if target.wrt is None or target.order > 1:
            return ""
        loose = [one for one in walk(member.term) if isinstance(one, Switch)]
        for switch in loose:
            parts = switch.condition.parts
            if len(parts) != 3 or parts[1] not in ("≥", "≤") or isinstance(parts[0], str) or isinstance(parts[2], str):
                continue
            for slope in self._slopes_of(target):
                for one in walk(slope):
                    if isinstance(one, Switch) and self._same_but_strict(one.condition, switch.condition):
                        here = self.style.write(Condition(0.0, (parts[0], "=", parts[2])))
                        taken = self.style.write(Switch(0.0, one.condition))
                        return f"but ≥ was written for >: at {here} the slope taken is 0, as {taken} says"
        return ""

    def _slopes_of(self, target: _Target) -> list[Term]:
        assert target.wrt is not None
        pairs = {(a, b) for route in self.routes(target.of, target.wrt) for a, b in pairwise(route)}
        return [self.steps.slope(*pair).term for pair in sorted(pairs, key=lambda pair: self.steps.place[pair[0]])]

    def _same_but_strict(self, rule: Condition, typed: Condition) -> bool:
        if len(rule.parts) != 3:
            return False
        turned = {">": "≥", "<": "≤"}
        env = self._value_of(self.recorded, {})
        numbers = [
            [evaluate(one, env)[0] for one in (part.parts[0], part.parts[2]) if isinstance(one, Term)]
            for part in (rule, typed)
        ]
        if rule.parts[1] in turned and turned[str(rule.parts[1])] == typed.parts[1]:
            return numbers[0] == numbers[1]
        flipped = {">": "≤", "<": "≥"}
        return (
            rule.parts[1] in flipped
            and flipped[str(rule.parts[1])] == typed.parts[1]
            and numbers[0] == numbers[1][::-1]
        )

    def _finding(
        self,
        line: int,
        member: Written,
        target: _Target,
        found: _Verdict,
        previous: float | None,
        *,
        in_chain: bool,
        kind: str = "",
    ) -> Finding:
        written = _tidy(member.text)
        kind = kind or ("product" if in_chain else "value" if target.wrt is None else "slope")
        base = (line, kind, written, target.text)
        if found.verdict == "unread":
            why = "here only first and second derivatives are checked"
            if target.order == 1 or (target.order == SECOND and not isnan(self.truths(target, self.recorded)[0][0])):
                is_shortened = any(isinstance(one, Dots) for one in walk(member.term))
                why = "a part is left out" if is_shortened else "it has no number at this point"
            return Finding(*base, "unread", found.value, found.true, f"not compared: {why}")
        true = self.number(found.true)
        if found.verdict in ("right", "rounded"):
            strict = self._strictness(member, target)
            words = self._right(found)
            words = f"right here; {strict}" if strict else words + self._alone(found, target)
            return Finding(*base, found.verdict, found.value, found.true, words, "≥ for >" if strict else "")
        if (
            target.order == 1
            and target.wrt is not None
            and target.of is not target.wrt
            and self.routes(target.wrt, target.of)
        ):
            slope = self.derivative(target.wrt, target.of)
            upright = self.number(self.recorded.derivative(target.wrt, target.of)[0])
            words = f"the fraction is upside down: it is {slope}, which is {upright}"
            return Finding(*base, "off", found.value, found.true, words)
        almost = "=" if float(f"{found.true:.12g}") == float(f"{found.true:.6g}") else "≈"
        if previous is not None and isinstance(member.term, Literal) and _follows(member.term, previous):
            by = "these factors" if kind == "product" else "the step before"
            words = f"follows from {by} ({self.number(previous)}), but {target.text} {almost} {true}"
            return Finding(*base, "off", found.value, found.true, words)
        guess = self.slip(member, target, found)
        likely = f" Likely: {guess.words}." if guess.slip and guess.slip != "sign" else ""
        if found.verdict == "accident":
            nearby = f"where leaves differ a little it gives {self.number(found.value)}, and {target.text} is {true}"
            words = f"right at this point by accident: {nearby}.{likely}"
            return Finding(*base, "off", found.value, found.true, words, guess.slip)
        return Finding(
            *base, "off", found.value, found.true, f"{_deviation(found.value, found.true)}: {true}.{likely}", guess.slip
        )

    # -- what a quiz needs

    def quiz_targets(self, most: int) -> list[_Target]:
        """Each slope between the result and the node in question, from the result back; then the whole derivative."""
        reach = {self.wrt}
        for node in self.steps.order[self.steps.place[self.wrt] :]:
            if any(parent in reach for parent in node.parents):
                reach.add(node)
        used = {self.steps.root}
        found: list[_Target] = []
        for step in reversed([one for one in self.steps.steps() if one in reach and one is not self.wrt]):
            if len(found) >= most:
                break
            if step not in used:
                continue
            for source in self.steps.sources(step):
                if source in reach:
                    used.add(source)
                    is_partial = self._adds_up(step, source)
                    text = self.style.write(Derivative(0.0, self.steps.name(step), self.steps.name(source), is_partial))
                    found.append(_Target("slope", text, step, source, is_partial))
        whole = self.whole()
        if len(found) > 1:
            found = [*found[: most - 1], whole]
        return found or [whole]

    def mark(self, text: str, target: _Target) -> Finding:
        """One answer: a number or a formula, with or without ``dL/da =`` before it."""
        self.strict = True
        self.text = text
        self.defined = {}
        odd = [name for name in self.names if not name.isidentifier() and " " in name]
        reading = read(text, self._is_name, odd=odd)
        statement = reading.statements[-1]
        members = statement.members
        first = members[0].term
        if len(members) > 1 and isinstance(first, Derivative):
            self.resolve(members[0])
            if not self._is_of(first, target):
                raise self.fail(members[0], f"the question is {target.text}")
            members = members[1:]
        for member in members:
            self.resolve(member)
            if self._gives_itself(member, target):
                raise self.fail(member, f"{target.text} is what is asked for; give a number or a formula")
        findings = [
            self._finding(1, member, target, self.judge(member, target), None, in_chain=False) for member in members
        ]
        return next((finding for finding in findings if not finding.is_right), findings[-1])

    def _gives_itself(self, member: Member, target: _Target) -> bool:
        return any(isinstance(one, Derivative) and self._is_of(one, target) for one in mentions(member.term))

    def _is_of(self, one: Derivative, target: _Target) -> bool:
        return self.node(one.of) is target.of and self.node(one.wrt) is target.wrt

    def hint(self, target: _Target) -> str:
        """The rows of the step's operations: what each is, and its partial."""
        assert target.wrt is not None
        route = self.recorded.inner_routes(target.of, target.wrt)
        if not route:
            return "the chain rule: multiply the slopes along each route, and add the routes up"
        rows: dict[str, str] = {}
        followed = [*(node for node, _ in route[0]), target.wrt]
        for node, below in pairwise(followed):
            row = node.row
            if row is None:
                continue
            slopes = []
            for argument, operand, text in zip(row.operands, node.operands, row.written, strict=True):
                if any(one is below for one in (operand if isinstance(operand, tuple) else (operand,))):
                    own = ", z being its own value" if re.search(r"\bz\b", text) else ""
                    slopes.append(f"its slope by {argument.name} is {text}{own}")
            written = f" {row.infix} ".join(argument.name for argument in row.operands)
            shown = f"{row.about}, {written if row.infix and len(row.operands) > 1 else row.signature}"
            rows[row.name + "".join(slopes)] = f"{shown}: {'; '.join(slopes)}"
        return "\n".join(rows.values())

    def solution(self, target: _Target) -> str:
        """``dL/da = 2(a − y) = 2·(7 − 5) = 4``."""
        assert target.wrt is not None
        left = Symbol(0.0, target.text)
        if self._is_one_step(target):
            slope = self.steps.slope(target.of, target.wrt)
            numbers = plugged(slope.term, exact=lambda x: is_exact(x, self.digits))
            line = Equation(left, (slope.term, numbers, Number(slope.value)))
        else:
            value = self.recorded.derivative(target.of, target.wrt)[0]
            routes = self.routes(target.of, target.wrt)
            pairs = list(pairwise(routes[0])) if len(routes) == 1 else []
            factors = [Number((self.recorded.one_step(a, b) or (0.0, 0.0))[0]) for a, b in pairs]
            product_term: Term = Product(value, tuple(factors), spaced=True) if len(factors) > 1 else Number(value)
            line = Equation(left, (product_term, Number(value)))
        return f"{target.text} {' '.join(f'{relation} {text}' for relation, text in line.parts(self.style))}"

    def _is_one_step(self, target: _Target) -> bool:
        """Whether the target is the slope of one step, and nothing else adds to it."""
        assert target.wrt is not None
        step = self.recorded.one_step(target.of, target.wrt)
        return step is not None and (target.partial or not self._adds_up(target.of, target.wrt))

    def _adds_up(self, of: Value, wrt: Value) -> bool:
        """Whether `wrt` reaches `of` in other ways than by their own step, so that slopes add up."""
        sources = self.steps.sources(of)
        if not any(source is wrt for source in sources):
            return True
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
            lines.append(
                f"{self.shown(step)} {' '.join(f'{relation} {text}' for relation, text in line.parts(self.style))}"
            )
        return "\n".join(lines)

    # -- the factors of a chain

    def _factors(self, line: int, member: Member, target: _Target, found: _Verdict) -> list[Finding]:
        """Each factor beside the slope it stands for; nothing where they cannot be told."""
        assert target.wrt is not None
        (route,) = self.routes(target.of, target.wrt)
        pairs = list(pairwise(route))
        slopes = [_Target("slope", self.derivative(*pair), *pair) for pair in pairs]
        factors = member.addends[0]
        if len(factors) > 24 or len(slopes) > 24:
            return []
        groups = self._aligned(factors, slopes)
        is_right = found.verdict in ("right", "rounded")
        findings: list[Finding] = []
        missing: list[str] = []
        for group, slope in groups:
            if not group:
                assert slope is not None
                true = self.truths(slope, self.recorded)[0][0]
                if true != 1 and not is_right:
                    missing.append(f"{slope.text} = {self.number(true)}")
                continue
            written = group[0] if len(group) == 1 else _joined(group, self.text)
            if slope is None:
                words = "is no slope of this chain"
                verdict = "right" if is_right else "off"
                findings.append(Finding(line, "factor", written.text, "", verdict, nan, nan, words))
                continue
            own = self.judge(written, slope)
            one = self._finding(line, written, slope, own, None, in_chain=False, kind="factor")
            if is_right and not one.is_right:
                return []  # the product is right all the same: it was put together in another way
            findings.append(one)
        for text in missing:
            means = text.partition(" = ")[0]
            words = f"missing: {text}. Likely: the factor was left out."
            findings.append(Finding(line, "factor", "", means, "off", nan, nan, words, "missing factor"))
        return findings

    def _aligned(
        self, factors: tuple[Written, ...], slopes: list[_Target]
    ) -> list[tuple[tuple[Written, ...], _Target | None]]:
        """Which factors stand for which slope: in order, at the least cost; out of order where that fits exactly."""
        values = [next(self.values(factor.term, self.recorded))[0] for factor in factors]
        true = [self.truths(slope, self.recorded)[0][0] for slope in slopes]
        if len(factors) == len(slopes):
            in_order = sum(_cost(f.term, v, t) for f, v, t in zip(factors, values, true, strict=True))
            rest = list(range(len(slopes)))
            pairs: list[tuple[tuple[Written, ...], _Target | None]] = []
            for factor, value in zip(factors, values, strict=True):
                fitting = [place for place in rest if _cost(factor.term, value, true[place]) < 0.1]
                if fitting:
                    rest.remove(fitting[0])
                    pairs.append(((factor,), slopes[fitting[0]]))
            if in_order >= 0.1 and not rest:
                return pairs
        rows, columns = len(factors), len(slopes)
        best: dict[tuple[int, int], tuple[float, list[tuple[int, int, int]]]] = {(0, 0): (0.0, [])}
        for i in range(rows + 1):
            for j in range(columns + 1):
                if (i, j) not in best:
                    continue
                cost, path = best[i, j]
                moves = [(i + size, j + 1) for size in range(1, min(4, rows - i) + 1) if j < columns]
                moves += [(i, j + 1)] if j < columns else []
                moves += [(i + 1, j)] if i < rows else []
                for to_i, to_j in moves:
                    if to_j == j:
                        step = 2.5
                    elif to_i == i:
                        step = 0.05 if true[j] == 1 else 2.0
                    else:
                        term = factors[i].term if to_i == i + 1 else Number(0.0)
                        step = _cost(term, prod(values[i:to_i]), true[j]) + 0.02 * (to_i - i - 1)
                    if (to_i, to_j) not in best or cost + step < best[to_i, to_j][0]:
                        best[to_i, to_j] = cost + step, [*path, (i, to_i, j if to_j > j else -1)]
        return [(factors[i:to_i], slopes[j] if j >= 0 else None) for i, to_i, j in best[rows, columns][1]]

    # -- one step of gradient descent

    def _update(self, statement: Statement, target: _Target) -> list[Finding]:
        """``w ← w − η·dL/dw = 3 − 0.1·8 = 2.2``."""
        leaf = target.of
        gradient = self.recorded.derivative(self.steps.root, leaf)[0]
        slope = _Target("slope", self.derivative(self.steps.root, leaf), self.steps.root, leaf)
        own_text = _Target("update", target.text, leaf)
        rate: float | None = None
        findings: list[Finding] = []
        previous: float | None = None
        for member in statement.members[1:]:
            self.resolve(member)
            value = next(self.values(member.term, self.recorded))[0]
            addend = self._moved_by(member, leaf)
            if len(addend) == 1 and next(self.values(addend[0].term, self.recorded))[0] * gradient > 0:
                findings.append(self._uphill(statement.line, member, target, value, nan))
                previous = value
                continue
            if len(addend) >= 2:
                step, written, is_turned = self._parted(addend, gradient)
                if not isnan(step):
                    rate = abs(step)
                true = nan if rate is None else leaf.data - rate * gradient
                own = self.judge(written, slope)
                is_up = (step > 0) if not isnan(step) else not is_turned
                if is_up and own.value * gradient < 0:  # w + η·(−dL/dw)
                    is_up = False
                    written = Written(_negative(written.term), f"−({written.text})", written.at)
                    own = self.judge(written, slope)
                if own.verdict not in ("right", "rounded"):
                    findings.append(
                        self._finding(statement.line, written, slope, own, None, in_chain=False, kind="factor")
                    )
                if is_up and gradient:
                    findings.append(self._uphill(statement.line, member, target, value, true))
                if (is_up and gradient) or own.verdict not in ("right", "rounded"):
                    previous = value
                    continue
            if isnan(value) or rate is None:
                continue
            true = leaf.data - rate * gradient
            found = self._judge_at(member.term, self.recorded, [(true, abs(leaf.data) + abs(rate * gradient))])
            if isinstance(member.term, Literal) or len(addend) >= 2 or found.verdict == "right":
                before = previous if isinstance(member.term, Literal) else None
                findings.append(
                    self._finding(statement.line, member, own_text, found, before, in_chain=False, kind="update")
                )
            previous = value
        if not findings:
            member = statement.members[-1]
            words = "not compared: the step is not written as w − η·dL/dw with a number for η"
            findings.append(Finding(statement.line, "update", member.text, target.text, "unread", nan, nan, words))
        last: dict[str, Finding] = {}
        if all(one.is_right for one in findings):
            last = {one.means: one for one in findings}
            return list(last.values())
        return findings

    def _moved_by(self, member: Member, leaf: Value) -> tuple[Written, ...]:
        """The factors of what is added to a leaf: ``−0.1·8`` of ``3 − 0.1·8``; none where there is no such sum."""
        if len(member.addends) != 2:
            return ()
        first, second = member.addends

        def is_leaf(addend: tuple[Written, ...]) -> bool:
            return len(addend) == 1 and self._judge_at(
                addend[0].term, self.recorded, [(leaf.data, abs(leaf.data))]
            ).verdict in ("right", "rounded")

        return first if is_leaf(second) and not is_leaf(first) else second

    def _parted(self, addend: tuple[Written, ...], gradient: float) -> tuple[float, Written, bool]:
        """The step size with the sign of the step, what is written for dL/dw, and whether that sign is a minus."""

        def is_gradient(one: Written) -> bool:
            if any(isinstance(part, Derivative) or self._is_gradient(part.name) for part in mentions(one.term)):
                return True
            value = next(self.values(one.term, self.recorded))[0]
            return abs(abs(value) - abs(gradient)) <= 1e-2 * abs(gradient)

        first, rest = addend[0], addend[1:]
        is_minus = first.text.startswith("−") and not self.text.startswith(first.text, first.at)
        if len(rest) == 1 and is_gradient(first) and not is_gradient(rest[0]):
            step = next(self.values(rest[0].term, self.recorded))[0]
            if is_minus:
                return -step, Written(_negative(first.term), first.text.removeprefix("−"), first.at), True
            return step, first, False
        step = next(self.values(first.term, self.recorded))[0]
        return step, rest[0] if len(rest) == 1 else _joined(rest, self.text), isinstance(first.term, Negated)

    def _is_gradient(self, name: str) -> bool:
        return self.node(name) is None and name not in self.defined and self.as_gradient(name) is not None

    def _uphill(self, line: int, member: Member, target: _Target, value: float, true: float) -> Finding:
        """A step that adds what is to be subtracted."""
        leaf = self.shown(target.of)
        down = f"{leaf} − η·{self.derivative(self.steps.root, target.of)}"
        number = "" if isnan(true) else f" = {self.number(true)}"
        words = f"the step goes up the slope: {down}{number}"
        return Finding(line, "update", _tidy(member.text), target.text, "off", value, true, words, "sign")


# ------------------------------------------------------------------------------------------------- numbers compared


def _agrees(value: float, error: float, true: float, size: float, tolerance: float = 1e-9) -> bool:
    if isnan(value) or isnan(true):
        return isnan(value) and isnan(true)
    if not (isfinite(value) and isfinite(true)):
        return value == true
    return abs(value - true) <= error + tolerance * abs(true) + 1e-12 * (size if isfinite(size) else 0.0)


def _is_curved(node: Value, operand: Value) -> bool:
    """Whether an operation is a function of this operand: no sum, no multiple of it, no quotient with it on top."""
    row = node.row
    if row is not None and row.infix == "/":
        return any(one is operand for one in node.operands[1:])
    return row is None or not (row.infix in ("+", "-", "*") or row.name in ("neg", "sum", "dot", "mean"))


def _rounds(one: Term, true: float) -> bool:
    return isinstance(one, Literal) and one.digits >= 2 and abs(abs(one.value) - abs(true)) <= 0.5000001 * one.unit


def _is_rounding(literal: Literal, true: float) -> bool:
    """Whether a typed number is `true` with digits dropped, and no more of them than a reader expects."""
    gap = abs(literal.value - true)
    if not isfinite(gap) or literal.value == 0 != true:
        return False
    whole = abs(literal.value) < 1e15 and literal.value == int(literal.value)
    digits = literal.digits if not whole or literal.unit < 1 else max(literal.digits, len(str(int(abs(literal.value)))))
    if gap <= 0.5000001 * literal.unit:
        return digits >= 2 or gap <= 0.01 * abs(true)
    return digits >= 3 and literal.unit < 1 and gap < literal.unit and abs(literal.value) < abs(true)


def _follows(literal: Literal, before: float) -> bool:
    """Whether a number is the result of the step before it, to its own digits (or a digit more, cut off)."""
    return isfinite(before) and (
        abs(literal.value - before) <= 0.5000001 * literal.unit or abs(literal.value - before) <= 1e-9 * abs(before)
    )


def _spread(term: Term) -> float:
    """How far a formula of rounded numbers may be off when nothing cancels, relatively."""
    total = 0.0
    for one in walk(term):
        if isinstance(one, Literal) and one.value and (one.unit < 1 or one.digits > 1):
            total += 0.5 * one.unit / abs(one.value)
    return min(1.5 * total, 0.05)


def _cost(term: Term, value: float, true: float) -> float:
    """How little a written factor looks like a slope: 0 where it is, up to 1."""
    if isnan(value) or isnan(true):
        return 0.0 if isnan(value) and isnan(true) else 1.0
    if value == true or abs(value - true) <= 1e-9 * abs(true):
        return 0.0
    if isinstance(term, Literal) and _is_rounding(term, true):
        return 0.01
    if value == 0 or true == 0 or not (isfinite(value) and isfinite(true)):
        return 1.0
    ratio = abs(value / true)
    size = min(ratio, 1 / ratio) if ratio else 0.0
    return min(1.0, 0.2 + 0.8 * (1 - size) + (0.1 if value * true < 0 else 0.0))


def _negative(term: Term) -> Term:
    if isinstance(term, Literal):
        return replace(term, value=-term.value)
    return term.term if isinstance(term, Negated) else Negated(-term.value, term)


def _tidy(text: str) -> str:
    """One line, without LaTeX's brackets that grow."""
    return " ".join(re.sub(r"\\(?:left|right)\s?(?=[()|\[\]])", "", text).split())


def _joined(group: tuple[Written, ...], text: str) -> Written:
    start, stop = group[0].at, group[-1].at + len(group[-1].text)
    return Written(Product(nan, tuple(one.term for one in group)), " ".join(text[start:stop].split()), start)


def _deviation(value: float, true: float) -> str:
    """``9.75 % too large``."""
    if true == 0 or value == 0 or not (isfinite(value) and isfinite(true)):
        return "off"
    sign = "the wrong sign" if value * true < 0 else ""
    ratio = abs(value / true)
    if abs(ratio - 1) < (1e-2 if sign else 5e-7):
        return sign or f"off by {number(abs(value - true), 3)}"
    if 0.5 < ratio < 2:
        size = f"{number(abs(ratio - 1) * 100, 3)} % too {'large' if ratio > 1 else 'small'}"
    else:
        times = ratio if ratio > 1 else 1 / ratio
        size = f"{number(times, 3)} times too {'large' if ratio > 1 else 'small'}"
    return f"{sign}, and {size}" if sign else size


def _has_half(formulas: list[Term]) -> bool:
    for formula in formulas:
        for one in walk(formula):
            if isinstance(one, Number) and one.value == 0.5:
                return True
            if isinstance(one, Quotient) and isinstance(one.bottom, Number) and one.bottom.value == 2:
                return True
    return False
