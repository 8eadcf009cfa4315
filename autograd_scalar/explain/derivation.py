"""The derivation of a gradient, as a person would have written it: forward, backward, chain.

With one route from the leaf to the result the chain is a product of slopes. With several it is the sum of their
products, or, where they are many, the adjoint recursion line by line, dL/dz = dL/da · ∂a/∂z + …; never a product that
is not there. All numbers are the engine's; rounding is only for show.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, isnan, prod
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.equations import Equation, Section, Typeset, with_value
from ..formula.numbers import DIGITS, check_digits, is_exact, number
from ..formula.terms import Condition, Derivative, Dots, Number, Product, Sum, Term, plugged
from ..names import call_with_names
from ..notation import display
from ..recording import number as read_number
from ..steps import Slope, Steps
from ..value import Value, check_not_edited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Derivation", "Factor", "Pass", "Update", "explain", "explain_update"]

ROUTES = 6  # up to so many routes are written as a sum of products
LINES = 40  # lines of one section, unless asked otherwise
FACTORS = 16  # factors of one written product


@dataclass(frozen=True, slots=True)
class Factor:
    """One slope of the chain: d`of`/d`wrt`, its formula, its number, and the reason for it where there is one."""

    of: str
    wrt: str
    formula: str
    value: float
    reason: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Derivation(Typeset):
    """dL/dw, derived. `str` prints it, a notebook typesets it; `factors` and `value` are the numbers in it."""

    of: str
    wrt: str
    value: float
    factors: tuple[Factor, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS


@dataclass(frozen=True, slots=True, repr=False)
class Update(Typeset):
    """One step of gradient descent, written out: `before` and `after` are (name, number) of each parameter."""

    before: tuple[tuple[str, float], ...]
    after: tuple[tuple[str, float], ...]
    result: tuple[float, float]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS


class Pass:
    """The adjoints of one backward pass over steps, kept beside the graph: ``.grad`` is left alone."""

    def __init__(self, steps: Steps) -> None:
        check_not_edited(steps.order)
        adjoints: dict[Value, float] = dict.fromkeys(steps.order, 0.0)
        adjoints[steps.root] = 1.0
        for node in reversed(steps.order):
            rule = node._rule
            if rule is not None:
                adjoint = adjoints[node]
                for parent, partial in zip(rule.parents(node), rule.partials(node), strict=True):
                    adjoints[parent] += adjoint * partial
        self.adjoints = adjoints


class _Chain:
    """The steps between one node and the result, with the slopes of their edges."""

    def __init__(self, steps: Steps, wrt: Value) -> None:
        self.steps = steps
        self.wrt = wrt
        self.sources: dict[Value, list[Value]] = {}
        self.slopes: dict[tuple[Value, Value], Slope] = {}
        reached = {wrt}
        self.path: list[Value] = []
        for node in steps.order:
            rule = node._rule
            if rule is None or node is wrt or reached.isdisjoint(rule.parents(node)):
                continue
            reached.add(node)
            if steps.is_step(node):
                self.sources[node] = [source for source in steps.sources(node) if source in reached]
                self.path.append(node)
        self.users: dict[Value, list[Value]] = {}
        for step in reversed(self.path):
            for source in self.sources[step]:
                self.users.setdefault(source, []).append(step)
        self.path = [step for step in self.path if self._leads_to_root(step)]

    def _leads_to_root(self, step: Value) -> bool:
        return step is self.steps.root or step in self.users

    def slope(self, step: Value, source: Value) -> Slope:
        key = (step, source)
        if key not in self.slopes:
            self.slopes[key] = self.steps.slope(step, source)
        return self.slopes[key]

    def routes(self) -> dict[Value, int]:
        """For each step, the number of ways in which the node in question reaches it."""
        count = {self.wrt: 1}
        for step in self.path:
            count[step] = sum(count.get(source, 0) for source in self.sources[step])
        return count

    def all_routes(self) -> list[list[Value]]:
        """Every route as the list of its nodes, from the result down; only called where they are few."""
        found: list[list[Value]] = []
        pending = [[self.steps.root]]
        while pending:
            route = pending.pop()
            for source in reversed(self.sources.get(route[-1], [])):
                (found if source is self.wrt else pending).append([*route, source])
            if route[-1] is self.wrt:
                found.append(route)
        return sorted(found, key=lambda route: [self.steps.place.get(node, 0) for node in route], reverse=True)


def explain(
    result: Value | Callable[..., Any],
    *args: Any,
    wrt: Value | str | None = None,
    detail: str = "named",
    digits: int | None = DIGITS,
    order: int = 1,
    lines: int = LINES,
    **kwargs: Any,
) -> Derivation:
    """Derive dL/dw: the forward numbers, each slope, and the chain rule that joins them.

    `result` is L, `wrt` is w, a Value or a name. Without `wrt` the whole backward pass is explained, in order. A
    function may stand for L, with its arguments: ``explain(f, x=2, w=3, wrt="w")``; its local variables name the steps.

    ``detail="every-op"`` shows each recorded operation; `digits` are the significant digits shown (None: all);
    ``order=2`` derives d²L/dw²; `lines` is the length of a section, beyond which the middle is left out and counted.

    Raises `UsageError`, saying why, for a node that is not in the graph, or a name that none or two bear.

    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.relu().named("a")
    >>> L = ((a - y) ** 2).named("L")
    >>> L.backward()
    >>> explain(L, w)
    forward   z = w·x + b  = 3·2 + 1  = 7
              a = relu(z)  = relu(7)  = 7
              L = (a − y)² = (7 − 5)² = 4
    backward  dL/da = 2(a − y) = 2·(7 − 5) = 4
              da/dz = 1{z > 0} = 1   since z = 7 > 0
              dz/dw = x = 2
    chain     dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8
    """
    check_digits(digits)
    if isinstance(result, Value) and len(args) == 1 and wrt is None:
        (wrt,), args = args, ()  # L.explain(w)
    if detail not in ("named", "every-op"):
        raise UsageError(f"detail={detail!r}: it is 'named' (one line for each named step) or 'every-op'")
    if order == 2 and wrt is None:
        raise UsageError("order=2 derives d²L/dw² for one w: say which, explain(L, w, order=2)")
    if order not in (1, 2):
        raise UsageError(f"order={order!r}: the first or the second derivative can be explained")
    steps = read_steps(
        result, args, kwargs, every_op=detail == "every-op", also=wrt if isinstance(wrt, Value) else None
    )
    if wrt is None:
        return _whole_pass(steps, digits, lines)
    node = find(steps, wrt)
    if order == 2:
        return _second(steps, node, digits)
    return _derive(steps, node, digits, lines)


def read_steps(
    result: Value | Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    every_op: bool = False,
    also: Value | None = None,
) -> Steps:
    """The steps of a result, or of what a function returns for these arguments (numbers are made Values)."""
    if isinstance(result, Value):
        if args or kwargs:
            unknown = ", ".join([*map(repr, args), *kwargs])
            raise UsageError(f"explain: {unknown} has no place here; arguments go with a function, not with a Value")
        return Steps(result, every_op=every_op, also=() if also is None else (also,))
    if not callable(result):
        raise UsageError(f"explain: {result!r} is neither a Value nor a function")
    values = {name: one if isinstance(one, Value) else Value(one) for name, one in kwargs.items()}
    made, scopes = call_with_names(result, *(one if isinstance(one, Value) else Value(one) for one in args), **values)
    if not isinstance(made, Value):
        raise UsageError(f"explain: the function returned {made!r}, not a Value; no gradient can have come through it")
    return Steps(made, every_op=every_op, scopes=scopes)


def find(steps: Steps, wrt: Value | str) -> Value:
    """The node in question, by itself or by name; it must be in the graph."""
    node = steps.find(wrt) if isinstance(wrt, str) else wrt
    if not isinstance(node, Value):
        raise UsageError(f"{wrt!r} is neither a Value nor the name of one")
    if node not in steps.place:
        from .reasons import why_not_connected

        raise UsageError(why_not_connected(steps, node))
    return node


# ----------------------------------------------------------------------------------------------------- the parts


def _forward(steps: Steps, path: Iterable[Value], digits: int | None) -> list[Equation]:
    return [with_value(steps.symbol(step), steps.formula(step), step.data, digits) for step in path]


def _slope_line(
    steps: Steps, step: Value, source: Value, slope: Slope, digits: int | None, *, partial: bool
) -> Equation:
    left = Derivative(slope.value, steps.name(step), steps.name(source), partial)
    reason = slope.conditions[0] if slope.conditions else None
    if isnan(slope.term.value) and not isnan(slope.value):
        return Equation(left, (Number(slope.value),), note="by convention: the formula of the slope has no value here")
    numbers = plugged(slope.term, exact=lambda x: is_exact(x, digits))
    return Equation(left, (slope.term, numbers, Number(slope.value)), reason=reason)


def _product(terms: list[Term], left_out: int = 0) -> Term:
    """A spaced product; `left_out` factors are missing in its middle, and it says so."""
    value = prod(term.value for term in terms)
    if left_out:
        middle = len(terms) // 2
        terms = [*terms[:middle], Dots(1.0, left_out), *terms[middle:]]
    return Product(value, tuple(terms), spaced=True) if len(terms) > 1 else terms[0]


def _shortened(lines: list[Equation], limit: int, what: str) -> tuple[Equation | str, ...]:
    if len(lines) <= limit:
        return tuple(lines)
    first = max(1, limit - limit // 2)
    last = max(1, limit // 2)
    left_out = len(lines) - first - last
    return (*lines[:first], f"… {left_out:,} {what} left out here; lines={len(lines)} shows all …", *lines[-last:])


def _derive(steps: Steps, wrt: Value, digits: int | None, limit: int) -> Derivation:
    steps.name_it(wrt)
    root = steps.root
    chain = _Chain(steps, wrt)
    adjoints = Pass(steps).adjoints
    value = adjoints[wrt]
    of, by = steps.name(root), steps.name(wrt)
    if wrt is root:
        line = Equation(Derivative(1.0, of, by), (Number(1.0),))
        return Derivation(
            of, by, value, (), (Section("backward", (line,)),), _grad_notes(steps, wrt, value, digits), digits
        )
    counts = chain.routes()
    path = _visible(chain.path, limit)
    forward = _forward(steps, path, digits)
    visible = {*path, wrt}
    edges = [(step, source) for step in reversed(path) for source in chain.sources[step] if source in visible]
    backward = [
        _slope_line(
            steps, step, source, chain.slope(step, source), digits, partial=_is_partial(chain, counts, step, source)
        )
        for step, source in edges[: 2 * limit]
    ]
    title = Derivative(value, of, by)
    notes: tuple[str, ...] = ()
    lines: list[Equation | str] = []
    if counts[root] == 1:
        route = [root, *reversed([step for step in chain.path if step is not root]), wrt]
        pairs = list(pairwise(route))
        if len(pairs) > 1:
            shown = pairs if len(pairs) <= FACTORS else [*pairs[: FACTORS // 2], *pairs[-FACTORS // 2 :]]
            symbols: list[Term] = [Derivative(chain.slope(a, b).value, steps.name(a), steps.name(b)) for a, b in shown]
            numbers: list[Term] = [Number(chain.slope(a, b).value) for a, b in shown]
            left_out = len(pairs) - len(shown)
            lines = [Equation(title, (_product(symbols, left_out), _product(numbers, left_out), Number(value)))]
            if not left_out:
                notes = _rounding_note([number.value for number in numbers], value, digits)
    elif counts[root] <= ROUTES and len(chain.path) <= FACTORS:
        lines = [_sum_of_products(chain, counts, title, value)]
    else:
        lines = _recursion(chain, counts, adjoints, limit)
    hidden = len(chain.path) - len(path)
    sections = [
        Section("forward", _with_gap(forward, hidden, "steps")),
        Section(
            "backward", _with_gap(backward, hidden, "slopes") if hidden else _shortened(backward, 2 * limit, "slopes")
        ),
    ]
    if lines:
        sections.append(Section("chain", tuple(lines)))
    factors = tuple(
        Factor(steps.name(a), steps.name(b), _text(s.term, digits), s.value, _reason_text(s, digits))
        for (a, b), s in chain.slopes.items()
    )
    return Derivation(
        of,
        by,
        value,
        factors,
        tuple(sections),
        (*notes, *_grad_notes(steps, wrt, value, digits), *_legend(steps, path)),
        digits,
    )


def _visible(path: list[Value], limit: int) -> list[Value]:
    return path if len(path) <= limit else [*path[: limit - limit // 2], *path[-(limit // 2) :]]


def _with_gap(lines: list[Equation], hidden: int, what: str) -> tuple[Equation | str, ...]:
    if not hidden:
        return tuple(lines)
    middle = len(lines) // 2
    return (*lines[:middle], f"… {hidden:,} more {what} between, left out; lines= shows more …", *lines[middle:])


def _is_partial(chain: _Chain, counts: dict[Value, int], step: Value, source: Value) -> bool:
    """∂ where `source` reaches `step` in another way too; d where this edge is the only one."""
    if counts[chain.steps.root] == 1:
        return False
    others = [one for one in chain.sources[step] if one is not source]
    if not others:
        return False
    if len(chain.path) > 50 * FACTORS:
        return True  # in a graph this large only the other operands are looked at, not whether `source` reaches them
    reached = {source}
    for node in chain.path:
        if node is step:
            break
        if any(one in reached for one in chain.sources[node]):
            reached.add(node)
    return any(one in reached for one in others)


def _derivative(chain: _Chain, counts: dict[Value, int], step: Value, source: Value) -> Derivative:
    slope = chain.slope(step, source)
    partial = _is_partial(chain, counts, step, source)
    return Derivative(slope.value, chain.steps.name(step), chain.steps.name(source), partial)


def _sum_of_products(chain: _Chain, counts: dict[Value, int], title: Derivative, value: float) -> Equation:
    """dL/dw as the sum over all routes of the products of their slopes."""
    symbols: list[Term] = []
    numbers: list[Term] = []
    products: list[Term] = []
    for route in chain.all_routes():
        pairs = list(pairwise(route))
        symbols.append(_product([_derivative(chain, counts, a, b) for a, b in pairs]))
        numbers.append(_product([Number(chain.slope(a, b).value) for a, b in pairs]))
        products.append(Number(prod(chain.slope(a, b).value for a, b in pairs)))
    members = [Sum(value, tuple(symbols)), Sum(value, tuple(numbers)), Sum(value, tuple(products)), Number(value)]
    return Equation(title, tuple(members))


def _recursion(
    chain: _Chain, counts: dict[Value, int], adjoints: dict[Value, float], limit: int
) -> list[Equation | str]:
    """dL/dz = dL/da · ∂a/∂z + …, one line for each node, from the result back to the node in question."""
    steps, root = chain.steps, chain.steps.root
    of = steps.name(root)
    nodes = [step for step in reversed(chain.path) if step is not root and chain.users[step] != [root]]
    nodes = [*_visible(nodes, limit - 1), chain.wrt]
    hidden = sum(1 for step in chain.path if step is not root and chain.users[step] != [root]) - len(nodes) + 1
    lines: list[Equation | str] = []
    for node in nodes:
        users = chain.users[node]
        shown = users if len(users) <= FACTORS else [*users[: FACTORS // 2], *users[-FACTORS // 2 :]]
        symbols: list[Term] = []
        numbers: list[Term] = []
        for user in shown:
            slope = _derivative(chain, counts, user, node)
            slope = Derivative(slope.value, slope.of, slope.wrt, partial=len(users) > 1 or slope.partial)
            own: list[Term] = [] if user is root else [Derivative(adjoints[user], of, steps.name(user))]
            symbols.append(_product([*own, slope]))
            numbers.append(_product([*(Number(one.value) for one in own), Number(slope.value)]))
        total = adjoints[node]
        left_out = len(users) - len(shown)
        members = [_spaced_sum(parts, total, left_out) for parts in (symbols, numbers)]
        lines.append(Equation(Derivative(total, of, steps.name(node)), (*members, Number(total))))
    if hidden:
        lines.insert(len(lines) // 2, f"… {hidden:,} more lines between, left out …")
    return lines


def _spaced_sum(terms: list[Term], value: float, left_out: int) -> Term:
    if left_out:
        middle = len(terms) // 2
        terms = [*terms[:middle], Dots(0.0, left_out), *terms[middle:]]
    return Sum(value, tuple(terms)) if len(terms) > 1 else terms[0]


def _whole_pass(steps: Steps, digits: int | None, limit: int) -> Derivation:
    """The whole backward pass, in the order in which it runs."""
    root = steps.root
    of = steps.name(root)
    adjoints = Pass(steps).adjoints
    all_steps = list(steps.steps())
    visible = _visible(all_steps, limit)
    hidden = len(all_steps) - len(visible)
    named_leaves = [node for node in steps.order if node._rule is None and node is not root and steps.name(node)]
    shown_nodes = [*(step for step in reversed(visible) if step is not root), *_visible(named_leaves, limit)]
    users: dict[Value, list[Value]] = {node: [] for node in shown_nodes}
    for step in reversed(all_steps):
        for source in steps.sources(step):
            if source in users:
                users[source].append(step)
    lines: list[Equation | str] = [Equation(Derivative(1.0, of, of), (Number(1.0),), note="the seed")]
    for node in shown_nodes:
        own_users = users[node]
        shown = own_users if len(own_users) <= FACTORS else [*own_users[: FACTORS // 2], *own_users[-FACTORS // 2 :]]
        symbols: list[Term] = []
        numbers: list[Term] = []
        conditions: list[Condition] = []
        for user in shown:
            slope = steps.slope(user, node)
            conditions += slope.conditions
            own = Derivative(slope.value, steps.name(user), steps.name(node), partial=len(own_users) > 1)
            if user is root:
                symbols.append(own)
                numbers.append(slope.term if len(shown) == 1 else Number(slope.value))
            else:
                symbols.append(_product([Derivative(adjoints[user], of, steps.name(user)), own]))
                numbers.append(_product([Number(adjoints[user]), Number(slope.value)]))
        total = adjoints[node]
        left_out = len(own_users) - len(shown)
        members = [_spaced_sum(parts, total, left_out) for parts in (symbols, numbers)]
        lines.append(
            Equation(
                Derivative(total, of, steps.name(node)),
                (*members, Number(total)),
                reason=conditions[0] if conditions else None,
            )
        )
    if hidden:
        lines.insert(len(visible) // 2 + 1, f"… {hidden:,} more lines between, left out; lines= shows more …")
    if len(named_leaves) > limit:
        lines.insert(len(lines) - limit // 2, f"… {len(named_leaves) - limit:,} more leaves between, left out …")
    sections = (
        Section("forward", _with_gap(_forward(steps, visible, digits), hidden, "steps")),
        Section("backward", tuple(lines)),
    )
    return Derivation(of, "", 1.0, (), sections, _legend(steps, visible), digits)


def _second(steps: Steps, wrt: Value, digits: int | None) -> Derivation:
    """dL/dw and d²L/dw² as formulas: the gradient is a graph, and is derived again."""
    from ..formula import expression
    from ..transforms import gradients

    steps.name_it(wrt)
    of, by = steps.name(steps.root), steps.name(wrt)
    (first,) = gradients(steps.root, [wrt])
    (second,) = gradients(first, [wrt])
    known = {node: steps.name(node) for node in steps.order if steps.is_step(node) and steps.name(node)}
    lines = []
    for order, node in ((1, first), (2, second)):
        term = expression(node, known, fold=True)
        numbers = plugged(term, exact=lambda x: is_exact(x, digits))
        lines.append(Equation(Derivative(node.data, of, by, order=order), (term, numbers, Number(node.data))))
    sections = (
        Section("forward", tuple(_forward(steps, _visible(list(steps.steps()), LINES), digits))),
        Section("derivatives", tuple(lines)),
    )
    return Derivation(of, by, second.data, (), sections, (), digits)


# ------------------------------------------------------------------------------------------------------- remarks


def _text(term: Term, digits: int | None) -> str:
    from ..formula.styles import Style

    return Style(digits).write(term)


def _reason_text(slope: Slope, digits: int | None) -> str:
    from ..formula.equations import with_numbers

    return _text(with_numbers(slope.conditions[0]), digits) if slope.conditions else ""


def _rounding_note(factors: list[float], value: float, digits: int | None) -> tuple[str, ...]:
    """A word where the factors, as they are shown, do not multiply to the product that is shown."""
    if digits is None or not isfinite(value):
        return ()
    shown = prod(float(f"{factor:.{digits}g}") for factor in factors)
    if number(shown, digits) == number(value, digits):
        return ()
    return (f"The factors are rounded for show; as they stand here they multiply to {number(shown, digits)}.",)


_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}


def _grad_notes(steps: Steps, node: Value, value: float, digits: int | None) -> tuple[str, ...]:
    """What ``.grad`` holds, where it is not this gradient. Nodes made inside a function are nobody's to look at."""
    if steps.of_function:
        return ()
    name = display(steps.name(node))
    root = display(steps.name(steps.root))
    if not node.reached:
        return (
            f"{name}.grad is 0: no backward pass has reached {name} yet; {root}.backward() leaves the gradient there.",
        )
    grad = node.grad
    scale = max(abs(grad), abs(value))
    if abs(grad - value) <= 1e-9 * scale or (isnan(grad) and isnan(value)):
        return ()
    shown = number(grad, digits)
    for times, word in _COUNTS.items():
        if value and abs(grad - times * value) <= 1e-9 * abs(grad):
            return (f"{name}.grad is {shown}: it holds {word} passes; call zero_grad() between them.",)
    return (
        f"{name}.grad is {shown}, not this gradient: it comes from another pass, another graph or seed, or was set.",
    )


def _legend(steps: Steps, path: Iterable[Value]) -> tuple[str, ...]:
    """Other names of the same nodes: "L (also loss)"."""
    found = []
    for node in (*path, *(node for node in steps.order if node._rule is None)):
        others = steps.read.aliases(node)
        if others and steps.name(node) == steps.read.of(node):
            found.append(f"{display(steps.name(node))} (also {', '.join(others)})")
    return (f"Names: {'; '.join(found[:6])}.",) if found else ()


# -------------------------------------------------------------------------------------------------------- updates


def explain_update(result: Value, wrt: Value | str | None = None, *, lr: float, digits: int | None = DIGITS) -> Update:
    """One step of gradient descent, w ← w − η·dL/dw, written out for one leaf or for all; nothing is changed.

    `lr` is η. The new value of L is computed on a copy of the graph.

    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> L = ((w * x - 5) ** 2).named("L")
    >>> print(explain_update(L, w, lr=0.1))
    w ← w − η·dL/dw = 3 − 0.1·4 = 2.6
    L: 1 → 0.04
    """
    check_digits(digits)
    lr = read_number(lr, "lr=…")
    steps = Steps(result, also=(wrt,) if isinstance(wrt, Value) else ())
    adjoints = Pass(steps).adjoints
    if wrt is None:
        nodes = [node for node in steps.order if node._rule is None]
    else:
        nodes = [find(steps, wrt)]
        if nodes[0]._rule is not None:
            raise UsageError(f"{steps.name(nodes[0])} is a result, not a leaf: gradient descent moves leaves")
    from .what_if import evaluated

    lines: list[Equation | str] = []
    moved: dict[Value, float] = {}
    for node in nodes:
        gradient = adjoints[node]
        moved[node] = node.data - lr * gradient
        name = display(steps.name_it(node))
        shown = f"{number(node.data, digits)} − {number(lr, digits)}·{_in_brackets(gradient, digits)}"
        exact = all(is_exact(x, digits) for x in (node.data, lr, gradient))
        almost = "=" if exact and is_exact(moved[node], digits) else "≈"
        derivative = f"d{display(steps.name(steps.root))}/d{name}"
        lines.append(
            f"{name} ← {name} − η·{derivative} {'=' if exact else '≈'} {shown} {almost} {number(moved[node], digits)}"
        )
    after = evaluated(steps.order, moved)[steps.root]
    limited = (
        lines
        if len(lines) <= LINES
        else [*lines[: LINES // 2], f"… {len(lines) - LINES:,} parameters left out …", *lines[-LINES // 2 :]]
    )
    finer = digits
    while finer and finer < 17 and result.data != after and number(result.data, finer) == number(after, finer):
        finer += 1  # so that a small change is seen
    limited.append(f"{display(steps.name(steps.root))}: {number(result.data, finer)} → {number(after, finer)}")
    before = tuple((steps.name(node), node.data) for node in nodes)
    moves = tuple((steps.name(node), moved[node]) for node in nodes)
    return Update(before, moves, (result.data, after), (Section("", tuple(limited)),), (), digits)


def _in_brackets(x: float, digits: int | None) -> str:
    return f"({number(x, digits)})" if x < 0 else number(x, digits)
