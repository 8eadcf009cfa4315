"""A recorded graph as a formula: Unicode text, ASCII, LaTeX, Markdown or MathML, with symbols or with numbers.

``formula(L)`` calls this package like the function of the same name; ``help(Value.formula)`` says which arguments it
takes and what it raises.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..backward import check_not_edited
from ..calls import let_be_called
from ..errors import UsageError
from ..graph import one_by_one, topological_order
from ..names import free_name, name_of, read_names
from ..notation import listed
from ..value import Value
from .equations import Equation, Section, Typeset
from .numbers import DIGITS, check_digits, is_exact, number
from .terms import Call, Dots, Number, Product, Sum, Symbol, Term, of_row, plugged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ..names import Names

__all__ = ["Formula", "expression", "formula", "number"]

OPERATIONS = 400  # as many are expanded; deeper ones are counted
DEPTH = 48
PARTS = 12  # terms of one sum that are written out


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
    and says by how much, but never hides what is in `show`; ``full=True`` shortens nothing.

    Raises `UsageError` for a name that is not in the graph, for any other argument (numbers are taken by `at`), and,
    with numbers, for a leaf edited after its use.

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
    term = expression(node, known, show=show, full=full)
    name = read.of(node) or free_name(("L", "result"), read.all().union(known.values()))
    members: tuple[Term, ...] = (term,)
    if numbers:
        members = (term, plugged(term, exact=lambda x: is_exact(x, digits)), Number(node.data))
    line = Equation(Symbol(node.data, name), members)
    return Formula(line, (Section("", (line,)),), (), digits)


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


def expression(
    root: Value, known: Mapping[Value, str], *, show: Collection[Value] = (), full: bool = False, fold: bool = False
) -> Term:
    """The term of `root`, with a symbol for each node in `known`; what is too far away to be read is only counted.

    `fold` multiplies numbers that stand side by side, which a gradient's graph has many of.
    """
    wanted = set(show)
    needed = _leading_to(root, wanted) if wanted else set()
    depth: dict[Value, int] = {root: 0}
    queue = deque([root])
    expanded: set[Value] = set()
    while queue:
        node = queue.popleft()
        if node._rule is None or (node in known and node is not root):
            continue
        too_far = len(expanded) >= OPERATIONS or depth[node] >= DEPTH
        if too_far and not full and node not in needed:
            continue
        expanded.add(node)
        for parent in _operand_values(node):
            if parent not in depth:
                depth[parent] = depth[node] + 1
                queue.append(parent)
    terms: dict[Value, Term] = {node: Symbol(node.data, name) for node, name in known.items() if node is not root}
    for node in topological_order(root, all_operands=True):
        if node in expanded:
            row = node.row
            assert row is not None
            operands = [_mention(operand, terms) for operand in node.operands]
            term = of_row(row, operands, node.parameters, node.data, fold=fold)
            keep = (
                {_mention(one, terms) for one in _operand_values(node) if one in wanted or one in needed}
                if wanted
                else set()
            )
            terms[node] = term if full else _cut(term, keep)
    result: Term = _mention(root, terms)
    return result


def _mention(operand: Any, terms: Mapping[Value, Term]) -> Any:
    """An operand as a term: what stands for it already, its number, or dots."""
    if isinstance(operand, tuple):
        return tuple([_mention(one, terms) for one in operand])
    if type(operand) is not Value:
        return Number(float(operand))
    return terms.get(operand) or (Number(operand.data) if operand._rule is None else _dots(operand))


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
