"""The trace: one forward and one backward pass as a tuple of steps, which every view shows and no view computes.

``trace(L)`` gives a `Trace`. It has

- ``nodes``: every recorded node, operands first; ``nodes[i].number == i``, and all else names nodes by that number;
- ``steps``: what happens, in order: each named step is computed (``phase`` "forward"), the result's own derivative is
  set to 1 ("seed"), and then every use of every node sends its contribution back ("backward");
- ``state(k)``: the value and the gradient of every node after step k, also of those that are folded into a step;
  ``state(0)`` is before the first, where only the leaves have a value; None is a number that is not there yet.

A forward or seed step sets one number: of ``node``, from ``before`` (None) to ``after``. A backward step goes from
``source``, whose adjoint is ``upstream``, to ``node``: ``contribution = upstream · partial`` is added to what node's
gradient was ``before``, which gives ``after``. Between the two there may be folded nodes; ``edges`` are all that the
step passes, from the source down, each as (number of a node, place among its ``parents``). ``use`` is (2, 3) where it
is the second of three contributions.

What is to be read: ``equation`` (``dL/dz = dL/da · da/dz = 4 · 1 = 4``), ``slope`` (``da/dz = 1{z > 0} = 1``) and
``formula`` (``a = relu(z)``), and where a node gets several contributions ``total`` (``dy/dx: 2 + 2 = 4``); each has
``text()``, ``ascii()``, ``latex()`` and ``mathml()``. ``reason`` is one sentence.

Every contribution, and every gradient once it is complete, is the backward pass' own number to the last bit. Only the
partial sums between may differ in rounding, where a folded step uses a node several times: a person adds from left to
right, the pass in reverse order of recording (``every_op=True`` folds nothing, and follows the pass).
A trace is text and numbers: it holds no node, compares, pickles, and says the same every time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, isnan, prod
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import UsageError
from .formula.equations import Equation, names_in, with_numbers, with_value
from .formula.numbers import DIGITS, check_digits, is_exact, number
from .formula.styles import STYLES, Style
from .formula.terms import Condition, Derivative, Number, Product, Sum, Term, multiply, plugged
from .names import call_with_names
from .notation import display, displayed, listed, ordinal
from .steps import Steps
from .value import Value, check_not_edited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .names import Names

__all__ = [
    "LISTED",
    "READ",
    "Line",
    "Node",
    "State",
    "Step",
    "Trace",
    "aligned",
    "counted",
    "read",
    "trace",
    "trace_of",
]

READ = 100_000
"""The most nodes of a graph that is traced."""
LISTED = 10_000
"""The most steps that are listed."""
SHOWN = 40
"""The most steps that the prompt shows of itself."""
UNREACHED = "–"
GAP = " " * 3


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One equation, in every style. `colon` writes ``dy/dx: 2 + 2 = 4`` for a sum that may not be complete."""

    equation: Equation
    digits: int | None = DIGITS
    as_typed: tuple[str, ...] = ()
    colon: bool = False

    def parts(self, style: str = "text") -> list[str]:
        """The left side, and each ``= …`` that says something new."""
        printer = self._printer(style)
        gap = "" if style in ("mathml", "latex") else " "
        left = printer.write(self.equation.left)
        written = [f"{relation}{gap}{text}" for relation, text in self.equation.parts(printer)]
        if self.colon and written:
            left += "<mo>:</mo>" if style == "mathml" else ":"
            _, _, first = written[0].partition(self.equation.parts(printer)[0][0])
            written[0] = first.strip()
        return [left, *written]

    def text(self) -> str:
        """Unicode text, as on paper."""
        return " ".join(self.parts())

    def ascii(self) -> str:
        """The same in ASCII."""
        return " ".join(self.parts("ascii"))

    def latex(self) -> str:
        """LaTeX, for math mode."""
        return " ".join(self.parts("latex"))

    def mathml(self) -> str:
        """One ``<math>`` element."""
        inside = "".join(self.parts("mathml"))
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow>{inside}</mrow></math>'

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__  # at the prompt, the text itself is what one wants to see

    def _printer(self, style: str) -> Style:
        return STYLES[style](self.digits, dict.fromkeys(self.as_typed, True))


@dataclass(frozen=True, slots=True)
class Node:
    """One recorded node.

    Attributes:
        number: its place in topological order.
        name: as it is typed; empty for a node that is folded into a step.
        shown: the name as it is written for the eye: ``w₁``.
        op: the operation that made it; empty for a leaf.
        data: its value.
        grad: dL/d(node), complete.
        parents: the numbers of the nodes that it was made from; ``a + a`` has two.
        partials: ∂(node)/∂parent for each.
        kind: "leaf", "inner" or "output".
        is_step: whether it is a step or a leaf, and not folded into a step.
        valued: the number of the step that sets its value; 0 for a leaf.
        reached: the number of the first step that gives it a gradient.

    """

    number: int
    name: str
    shown: str
    op: str
    data: float
    grad: float
    parents: tuple[int, ...]
    partials: tuple[float, ...]
    kind: str
    is_step: bool
    valued: int
    reached: int


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One step of the pass; the module's text says what each number is. `str` prints it in one line."""

    number: int
    of: int
    phase: str
    node: int
    source: int | None
    edges: tuple[tuple[int, int], ...]
    equation: Line
    slope: Line | None
    formula: Line | None
    total: Line | None
    upstream: float | None
    partial: float | None
    contribution: float | None
    before: float | None
    after: float
    use: tuple[int, int]
    reason: str

    def parts(self, style: str = "text") -> tuple[str, ...]:
        """What the line is made of: ``[7/10]``, the phase, the formula, the equation, what was there before."""
        digits = self.equation.digits
        equation = " ".join(self.equation.parts(style))
        head = (f"[{self.number}/{self.of}]", self.phase)
        if self.phase != "backward":
            return (*head, "", equation, "")
        formula = " ".join(self.formula.parts(style)) if self.formula else ""
        if self.total is None:
            return (*head, formula, equation, f"(was {UNREACHED if style == 'text' else '-'})")
        place, uses = self.use
        total = " ".join(self.total.parts(style))
        if self.before is None:
            total += f" (was {UNREACHED if style == 'text' else '-'})" * (digits is None and uses == 1)
        return (*head, formula, equation, f"{total} ({ordinal(place)} of {uses})")

    def __str__(self) -> str:
        head, phase, *rest = self.parts()
        return f"{head} {phase:8}  {GAP.join(filter(None, rest))}"

    __repr__ = __str__


class State(NamedTuple):
    """The value and the gradient of every node after some step; None is a number that is not there yet."""

    data: tuple[float | None, ...]
    grad: tuple[float | None, ...]


@dataclass(frozen=True, repr=False)
class Trace:
    """One forward and one backward pass, as data. `str` prints all steps."""

    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]
    root: int
    digits: int | None = DIGITS

    def state(self, after: int) -> State:
        """The value and the gradient of every node after step number `after`; 0 is before the first.

        Raises `UsageError` for a number that no step has.
        """
        if type(after) is not int or not 0 <= after <= len(self.steps):
            raise UsageError(f"state({after!r}): there are {len(self.steps)} steps, and 0 is before the first")
        data = [node.data if node.valued <= after else None for node in self.nodes]
        grad: list[float | None] = [None] * len(self.nodes)
        for node in self.nodes:
            if not node.is_step and node.reached <= after:
                grad[node.number] = node.grad
        for step in self.steps[:after]:
            if step.phase != "forward":
                grad[step.node] = step.after
        return State(tuple(data), tuple(grad))

    def find(self, name: str) -> int | None:
        """The number of the node of that name, typed or as it is shown; None where there is none."""
        return self._places.get(name, self._shown.get(name))

    def steps_of(self, node: int) -> tuple[Step, ...]:
        """The steps that set this node's value or gradient; of a folded node, those that pass it."""
        return tuple(step for step in self.steps if step.node == node or any(at == node for at, _ in step.edges[1:]))

    def inside(self, node: int) -> tuple[tuple[int, int], ...]:
        """The edges within the formula of a step, from its result down to what it is made of."""
        found: list[tuple[int, int]] = []
        pending = [node]
        while pending:
            at = pending.pop()
            for place, parent in enumerate(self.nodes[at].parents):
                found.append((at, place))
                if not self.nodes[parent].is_step:
                    pending.append(parent)
        return tuple(found)

    def to_json(self) -> str:
        """The trace as JSON, without any markup but MathML; numbers that JSON lacks are "NaN", "Infinity" and so on."""
        nodes = [{key: _plain(getattr(node, key)) for key in Node.__slots__} for node in self.nodes]
        steps = [{key: _plain(getattr(step, key)) for key in Step.__slots__} for step in self.steps]
        return json.dumps({"root": self.root, "nodes": nodes, "steps": steps}, ensure_ascii=False, allow_nan=False)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {node.name: node.number for node in self.nodes if node.name}

    @cached_property
    def _shown(self) -> dict[str, int]:
        return {node.shown: node.number for node in self.nodes if node.name}

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __str__(self) -> str:
        return "\n".join(aligned(self.steps))

    def __repr__(self) -> str:
        if len(self) <= SHOWN:
            return str(self)
        return f"{self.nodes[self.root].shown} in {counted(len(self), 'step')}; print(…) lists them"

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}


def aligned(steps: Iterable[Step], style: str = "text") -> list[str]:
    """Steps as lines, with their formulas in one column."""
    parts = [step.parts(style) for step in steps]
    heads = max((len(one[0]) for one in parts), default=0)
    formulas = max((len(one[2]) for one in parts if len(one[2]) <= _COLUMN), default=0)
    lines = []
    for head, phase, formula, equation, rest in parts:
        column = f"{formula:{formulas}}" if formula else ""
        lines.append(f"{head:>{heads}} {phase:8}  {GAP.join(filter(None, [column, equation, rest]))}")
    return lines


_COLUMN = 24


def _plain(one: Any) -> Any:
    """Data as JSON has it."""
    if isinstance(one, float) and not isfinite(one):
        return "NaN" if isnan(one) else "Infinity" if one > 0 else "-Infinity"
    if isinstance(one, Line):
        return {"text": one.text(), "mathml": one.mathml()}
    return one


def trace(
    result: Value | Callable[..., Any],
    *args: Any,
    names: Names[Value] | None = None,
    every_op: bool = False,
    digits: int | None = DIGITS,
    **kwargs: Any,
) -> Trace:
    """Trace one forward and one backward pass, dL/dL = 1 being the seed. Nothing on the graph is changed.

    Args:
        result: L; or a function that returns it, with its arguments, whose local variables name the steps.
        args: the function's arguments; numbers are made Values.
        names: what the nodes are called; else read from the caller's variables.
        every_op: each recorded operation is a step, where otherwise unnamed ones are folded into the named.
        digits: how many significant digits are shown; None for all.
        kwargs: the function's arguments by name.

    Raises:
        UsageError: a leaf was edited after its use; the graph has too many nodes, or steps, to be listed.

    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.relu().named("a")
    >>> print(trace(((a - y) ** 2).named("L")))
     [1/10] forward   z = w·x + b = 3·2 + 1 = 7
     [2/10] forward   a = relu(z) = relu(7) = 7
     [3/10] forward   L = (a − y)² = (7 − 5)² = 4
     [4/10] seed      dL/dL = 1
     [5/10] backward  L = (a − y)²   dL/da = 2(a − y) = 2·(7 − 5) = 4   (was –)
     [6/10] backward  L = (a − y)²   dL/dy = −2(a − y) = −2·(7 − 5) = −4   (was –)
     [7/10] backward  a = relu(z)    dL/dz = dL/da · da/dz = 4 · 1 = 4   (was –)
     [8/10] backward  z = w·x + b    dL/dw = dL/dz · dz/dw = 4 · 2 = 8   (was –)
     [9/10] backward  z = w·x + b    dL/dx = dL/dz · dz/dx = 4 · 3 = 12   (was –)
    [10/10] backward  z = w·x + b    dL/db = dL/dz · dz/db = 4 · 1 = 4   (was –)

    """
    check_digits(digits)
    return trace_of(read(result, args, kwargs, names=names, every_op=every_op), digits)


def read(
    result: Value | Callable[..., Any],
    args: tuple[Any, ...] = (),
    kwargs: dict[str, Any] | None = None,
    *,
    names: Names[Value] | None = None,
    every_op: bool = False,
) -> Steps:
    """The steps of a result, or of what a function returns for these arguments. Raises `UsageError` if too many."""
    kwargs = kwargs or {}
    scopes: Any = ()
    if isinstance(result, Value):
        if args or kwargs:
            unknown = ", ".join([*map(repr, args), *kwargs])
            raise UsageError(f"step: {unknown} has no place here; arguments go with a function, not with a Value")
    elif callable(result):
        values = {name: one if isinstance(one, Value) else Value(one) for name, one in kwargs.items()}
        given = [one if isinstance(one, Value) else Value(one) for one in args]
        made, scopes = call_with_names(result, *given, **values)
        if not isinstance(made, Value):
            raise UsageError(f"step: the function returned {made!r}, not a Value; no gradient can have come through it")
        result = made
    else:
        raise UsageError(f"step: {result!r} is neither a Value nor a function")
    if not _has_at_most(result, READ):
        raise UsageError(
            f"this graph has more than {READ:,} nodes: nobody reads so many steps. Step through a part of it, from a "
            "node nearer the leaves; L.explain(w) derives one gradient of the whole"
        )
    return Steps(result, every_op=every_op, scopes=scopes, names=names)


def _has_at_most(root: Value, limit: int) -> bool:
    """Whether a graph has at most so many nodes, without walking further than that."""
    seen = {root}
    pending = [root]
    while pending and len(seen) <= limit:
        for parent in pending.pop().parents:
            if parent not in seen:
                seen.add(parent)
                pending.append(parent)
    return len(seen) <= limit


def trace_of(steps: Steps, digits: int | None = DIGITS) -> Trace:
    """The trace of a graph whose steps are known."""
    return _Writer(steps, digits).write()


class _Use(NamedTuple):
    """One use of a step or leaf within a step: the edges from the step down, with the slope along them."""

    source: Value
    node: Value
    edges: tuple[tuple[int, int], ...]
    term: Term
    slopes: tuple[float, ...]
    decided: tuple[tuple[Value, Condition], ...]


class _Writer:
    """Writes one trace."""

    def __init__(self, steps: Steps, digits: int | None) -> None:
        check_not_edited(steps.order)
        steps.name_leaves()  # each gets a gradient, of which the trace must speak
        self.steps = steps
        self.digits = digits
        self.order = steps.order
        self.place = steps.place
        self.partials: list[tuple[float, ...]] = [node.partials() for node in self.order]
        self.adjoints = self._backward()
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

    def _backward(self) -> dict[Value, float]:
        """The adjoints of one backward pass, kept beside the graph."""
        adjoints: dict[Value, float] = dict.fromkeys(self.order, 0.0)
        adjoints[self.order[-1]] = 1.0
        for node in reversed(self.order):
            adjoint = adjoints[node]
            for parent, partial in zip(node.parents, self.partials[self.place[node]], strict=True):
                adjoints[parent] += adjoint * partial
        return adjoints

    def write(self) -> Trace:
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
        used: dict[Value, int] = {}
        for step in reversed(self.own):
            for use in self._uses(step):
                self._contribute(use, formulas[step], so_far, used)
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

    def _add(self, phase: str, node: Value, equation: Line, *, after: float, reason: str, **rest: Any) -> None:
        given: dict[str, Any] = {
            "source": None, "edges": (), "slope": None, "formula": None, "total": None, "upstream": None,
            "partial": None, "contribution": None, "before": None, "use": (1, 1),
        }  # fmt: skip
        step = Step(
            number=len(self.written) + 1, of=self.count, phase=phase, node=self.place[node], equation=equation,
            after=after, reason=reason, **(given | rest),
        )  # fmt: skip
        self.written.append(step)

    def _forward(self, step: Value, equation: Line) -> None:
        sources = [self._called(one) for one in self.steps.sources(step)]
        made = f"{self._called(step)} is computed from {listed(sources)}."
        self._add("forward", step, equation, after=step.data, reason=made)
        pending = [step]
        while pending:
            node = pending.pop()
            self.valued[node] = len(self.written)
            pending += [parent for parent in node.parents if not self.steps.is_step(parent)]

    def _uses(self, step: Value) -> Iterator[_Use]:
        """Every use of a step or leaf within a step, in the order in which they are written."""
        pending = self._operands(_Use(step, step, (), Number(1.0), (), ()))
        while pending:
            use = pending.pop()
            if self.steps.is_step(use.node):
                yield use
            else:
                pending += self._operands(use)

    def _operands(self, use: _Use) -> list[_Use]:
        """A way prolonged to each operand of its last node, the last operand first."""
        node = use.node
        found = []
        slopes = self.partials[self.place[node]]
        for at, parent in enumerate(node.parents):
            term, decided = self.steps.partial(node, at)
            found.append(
                _Use(
                    use.source, parent, (*use.edges, (self.place[node], at)),
                    multiply([use.term, term]) if use.edges else term, (*use.slopes, slopes[at]),
                    (*use.decided, *((node, condition) for condition in decided)),
                )
            )  # fmt: skip
        return found[::-1]

    def _contribute(self, use: _Use, formula: Line, so_far: dict[Value, float], used: dict[Value, int]) -> None:
        steps, source, node = self.steps, use.source, use.node
        upstream = self.adjoints[source]
        partial = prod(use.slopes)
        contribution = upstream
        for slope in use.slopes:
            contribution *= slope
        used[node] = place = used.get(node, 0) + 1
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
            equation = slope_line if uses > 1 else Equation(whole, slope_line.members, note=slope_line.note)
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
            "backward", node, self._line(equation), after=after, reason=self._reason(use, partial, upstream, place),
            source=self.place[source], edges=use.edges, slope=self._line(slope_line), formula=formula, total=total,
            upstream=upstream, partial=partial, contribution=contribution, before=before, use=(place, uses),
        )  # fmt: skip
        for at, _ in use.edges[1:]:
            self.reached.setdefault(self.order[at], len(self.written))
        self.reached.setdefault(node, len(self.written))

    def _slope(self, left: Derivative, use: _Use, partial: float) -> Equation:
        if isnan(use.term.value) and not isnan(partial):
            return Equation(left, (Number(partial),), note="by convention: the formula of the slope has no value here")
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
        return f"d{self._called(self.steps.root)}/d{self._called(node)}"

    def _reason(self, use: _Use, partial: float, upstream: float, place: int) -> str:
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


def counted(count: int, noun: str) -> str:
    """``1 step``, ``10 steps``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
