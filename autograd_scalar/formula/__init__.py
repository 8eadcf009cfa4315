"""A recorded graph as a formula: Unicode text, ASCII, LaTeX, Markdown or MathML, with symbols or with numbers.

``formula(L)`` calls this package like the function of the same name; ``help(Value.formula)`` says which arguments it
takes and what it raises.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..backward import check_not_edited
from ..calls import let_be_called
from ..errors import UsageError
from ..graph import one_by_one, topological_order
from ..names import free_name, name_of, read_names
from ..notation import listed
from ..value import Value
from .equations import Equation, Section, Typeset
from .numbers import DIGITS, check_digits, is_exact, number
from .terms import Call, Dots, Number, Product, Sum, Symbol, Term, is_deep, of_row, plugged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ..names import Names

__all__ = ["Formula", "expression", "formula", "number", "operations"]

OPERATIONS = 400  # as many are expanded; deeper ones are counted
DEPTH = 48
PARTS = 12  # terms of one sum that are written out
WRITTEN = 1000  # operations that are written, each as often as it is used; where there would be more, FEW are
FEW = 60
FULL = 5000  # operations that are written where nothing may be left out
NESTED = 500  # brackets within brackets, there
COUNTED = 10**9  # operations: they are not counted further where each use of a node doubles them
AGAIN = (
    "Nodes are used again and again: written out at each use, this formula would have {} operations. "
    "explain writes each node once, under a name."
)


@dataclass(frozen=True, slots=True, repr=False)
class Formula(Typeset):
    """``L = (relu(w·x + b) − y)²``: data first; `str` prints it, a notebook typesets it."""

    equation: Equation
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS

    @property
    def term(self) -> Term:
        """The right-hand side."""
        return self.equation.members[0]

    @property
    def value(self) -> float:
        """The number of the node."""
        return self.equation.left.value


def formula(
    node: Value,
    stop: Value | str | Sequence[Value | str] = (),
    *,
    numbers: bool = False,
    digits: int | None = DIGITS,
    show: Sequence[Value] = (),
    full: bool = False,
    **others: Any,
) -> Formula:
    r"""The formula of `node` in terms of its leaves, or of the nodes in `stop` (Values or names) where it meets them.

    ``numbers=True`` adds the same with numbers plugged in, and the result. A long formula is shortened in the middle
    and says by how much, but never hides what is in `show`; ``full=True`` shortens nothing. What is used again is
    written again: where that would double a formula too often, it is shortened too, and a note says so.

    Raises `UsageError` for a name that is not in the graph, for any other argument (numbers are taken by `at`), and,
    with numbers, for a leaf edited after its use, and, with ``full=True``, for a formula of more than 5,000 operations
    or 500 brackets within brackets.

    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> L = (((w * x + b).relu() - y) ** 2).named("L")
    >>> print(formula(L))
    L = (relu(w·x + b) − y)²
    >>> formula(L).latex().splitlines()[1]
    'L &= \\left(\\operatorname{relu}\\left(w \\cdot x + b\\right) - y\\right)^{2}'
    """
    check_digits(digits)
    if others:
        given = ", ".join(f"{name}={one!r}" for name, one in others.items())
        verb = f"{name_of(node, label=lambda one: one.label) or 'L'}.at({given})"
        raise UsageError(
            f"formula: {given} has no place here; formula takes stop, numbers, digits, show and full, and {verb} gives "
            "the graph at other numbers"
        )
    order = topological_order(node, all_operands=True)
    if numbers:
        check_not_edited(order)  # the numbers of an edited leaf do not go with the results
    read = read_names(Value, nodes=order, label=lambda one: one.label)
    known: dict[Value, str] = {}
    for one in [stop] if isinstance(stop, Value | str) else stop:
        found: Any = one
        if isinstance(one, str):
            found = _called(one, order, read)
        known[found] = read.of(found) or "v"
    names = told_apart(order, read)
    known |= {leaf: names[leaf] for leaf in order if leaf._rule is None and leaf in names}
    chosen = _choose(node, known, show, full=full)
    if full and chosen.written > FULL:
        raise UsageError(_too_long(f"{_counted(chosen.written)} operations, each as often as it is used", FULL))
    term = _term(node, known, chosen, full=full)
    if full and is_deep(term, NESTED):
        raise UsageError(_too_long(f"more than {NESTED} brackets within brackets", NESTED))
    name = read.of(node) or free_name(("L", "result"), read.all().union(known.values()))
    members: tuple[Term, ...] = (term,)
    if numbers:
        members = (term, plugged(term, exact=lambda x: is_exact(x, digits)), Number(node.data))
    line = Equation(Symbol(node.data, name), members)
    notes = (AGAIN.format(_counted(chosen.written)),) if chosen.is_doubled else ()
    return Formula(line, (Section("", (line,)),), notes, digits)


def _called(name: str, order: list[Value], read: Names[Value]) -> Value:
    """The node of a graph that bears this name."""
    inside = set(order)
    nodes = [candidate for candidate in read.find(name) if candidate in inside]
    if len(nodes) == 1:
        return nodes[0]
    if nodes:
        raise UsageError(f"formula: {len(nodes)} nodes are called {name!r} in this graph; pass the Value itself")
    known = dict.fromkeys(filter(None, map(read.of, order)))
    has = f"it has {listed(list(known), PARTS)}" if known else "none of its nodes has a name"
    raise UsageError(f"formula: no node is called {name!r} in this graph; {has}")


def told_apart(nodes: Iterable[Value], read: Names[Value]) -> dict[Value, str]:
    """Names of nodes that are shown together: of two that bear one label, the later takes another name or a prime."""
    names: dict[Value, str] = {}
    bearers: dict[str, Value] = {}
    for node in nodes:
        name = read.of(node)
        if not name:
            continue
        if bearers.setdefault(name, node) is not node:
            name = next((other for other in read.aliases(node) if other not in bearers), name + "′")
            while bearers.setdefault(name, node) is not node:
                name += "′"
        names[node] = name
    return names


def expression(root: Value, known: Mapping[Value, str], *, show: Collection[Value] = (), fold: bool = False) -> Term:
    """The term of `root`, with a symbol for each node in `known`; what is too far away to be read is only counted.

    `fold` multiplies numbers that stand side by side, which a gradient's graph has many of.
    """
    return _term(root, known, _choose(root, known, show, full=False), full=False, fold=fold)


class _Chosen(NamedTuple):
    """The nodes that are written out, operands first; what is never cut; how many operations could be written.

    `is_doubled` where these are too many, for the same nodes are used again and again.
    """

    order: Sequence[Value]
    kept: Collection[Value]
    written: int
    is_doubled: bool = False


def _choose(root: Value, known: Mapping[Value, str], show: Collection[Value], *, full: bool) -> _Chosen:
    """What is written out. The operations are counted before: each use of a node doubles what stands below it."""
    kept = _leading_to(root, set(show)) if show else set()
    near = _nearest(root, known, kept, full=full)
    every = topological_order(root, all_operands=True)
    order = _among(every, near)
    count = _written(order, full=full)
    if full or count <= max(WRITTEN, 2 * len(order)):
        return _Chosen(order, kept, count)
    near = _nearest(root, known, (), full=False)
    few = bisect_right(range(len(near)), FEW, key=lambda last: _written(_among(order, near[: last + 1]), full=False))
    everything = _among(every, _nearest(root, known, (), full=True))
    return _Chosen(_among(order, near[:few]), (), _written(everything, full=True), is_doubled=True)


def _among(order: Iterable[Value], nodes: Iterable[Value]) -> list[Value]:
    chosen = set(nodes)
    return [node for node in order if node in chosen]


def _nearest(root: Value, known: Mapping[Value, str], needed: Collection[Value], *, full: bool) -> list[Value]:
    """The nodes that are not too far from the root, and those that are `needed`, nearest first."""
    depth: dict[Value, int] = {root: 0}
    queue = deque([root])
    expanded: list[Value] = []
    while queue:
        node = queue.popleft()
        if node._rule is None or (node in known and node is not root):
            continue
        too_far = len(expanded) >= OPERATIONS or depth[node] >= DEPTH
        if too_far and not full and node not in needed:
            continue
        expanded.append(node)
        for parent in _operand_values(node):
            if parent not in depth:
                depth[parent] = depth[node] + 1
                queue.append(parent)
    return expanded


def _written(order: Sequence[Value], *, full: bool) -> int:
    """How many operations a formula has in which these nodes are written out wherever they are used."""
    return operations(order, full=full)[order[-1]] if order else 0


def operations(order: Iterable[Value], known: Collection[Value] = (), *, full: bool = False) -> dict[Value, int]:
    """How many operations the formula of each node has, those in `known` being written by name; operands first.

    >>> x = Value(3, label="x")
    >>> y = x * x
    >>> operations([x, y, z := y + y], known={x: "x"})[z]
    3
    """
    counts: dict[Value, int] = {}
    for node in order:
        if node._rule is not None:
            used = [one for operand in node.operands for one in _kept(operand, full=full)]
            below = sum(counts.get(one, 0) for one in used if type(one) is Value and one not in known)
            counts[node] = min(COUNTED, 1 + below)
    return counts


def _kept(operand: Any, *, full: bool) -> Sequence[Any]:
    """The operands that are written of one, which may be a sequence: a long one is cut in its middle."""
    if not isinstance(operand, tuple):
        return (operand,)
    return operand if full or len(operand) <= PARTS else (*operand[: PARTS // 2], *operand[-(PARTS // 2) :])


def _counted(count: int) -> str:
    return f"{count:,}" if count < COUNTED else "more than a billion"


def _too_long(what: str, most: int) -> str:
    return (
        f"formula(full=True): this formula would have {what}, and at most {most:,} are written. Without full "
        "it is shortened; stop=… ends it at nodes nearer the result, and explain writes each node once, under a name"
    )


def _term(root: Value, known: Mapping[Value, str], chosen: _Chosen, *, full: bool, fold: bool = False) -> Term:
    """The term of `root` in which the chosen nodes are written out."""
    terms: dict[Value, Term] = {node: Symbol(node.data, name) for node, name in known.items() if node is not root}
    for node in chosen.order:
        row = node.row
        assert row is not None
        operands = [_mention(operand, terms) for operand in node.operands]
        term = of_row(row, operands, node.parameters, node.data, fold=fold)
        keep = {_mention(one, terms) for one in _operand_values(node) if one in chosen.kept} if chosen.kept else set()
        terms[node] = term if full else _cut(term, keep)
    result: Term = _mention(root, terms)
    return result


def _mention(operand: Any, terms: dict[Value, Term]) -> Any:
    """An operand as a term: what stands for it already, its number, or dots."""
    if isinstance(operand, tuple):
        return tuple([_mention(one, terms) for one in operand])
    if type(operand) is not Value:
        return Number(float(operand))
    if operand not in terms:
        terms[operand] = Number(operand.data) if operand._rule is None else _dots(operand)
    return terms[operand]


def _dots(node: Value) -> Dots:
    return Dots(node.data, sum(1 for one in topological_order(node) if one._rule is not None))


def _operand_values(node: Value) -> list[Value]:
    return [one for one in one_by_one(node.operands) if type(one) is Value]


def _leading_to(root: Value, wanted: set[Value]) -> set[Value]:
    leading = set(wanted)
    for node in topological_order(root):
        if any(parent in leading for parent in node.parents):
            leading.add(node)
    return leading


def _cut(term: Term, keep: Collection[Term]) -> Term:
    """A sum, product or call of very many parts, with its middle counted instead of written."""
    parts = (
        term.terms
        if isinstance(term, Sum)
        else term.factors
        if isinstance(term, Product)
        else (term.arguments if isinstance(term, Call) else ())
    )
    if len(parts) <= PARTS:
        return term
    half = PARTS // 2
    shown: list[Term] = []
    for place, part in enumerate(parts):
        if isinstance(part, Dots) or not (place < half or place >= len(parts) - half or part in keep):
            count = part.count if isinstance(part, Dots) else 1
            if shown and isinstance(shown[-1], Dots):
                shown[-1] = Dots(0.0, shown[-1].count + count)
            else:
                shown.append(Dots(0.0, count))
        else:
            shown.append(part)
    if isinstance(term, Sum):
        return Sum(term.value, tuple(shown))
    if isinstance(term, Product):
        return Product(term.value, tuple(shown))
    assert isinstance(term, Call)
    return Call(term.value, term.name, tuple(shown), term.symbol, term.latex)


let_be_called(__name__, formula)
