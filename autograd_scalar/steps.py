"""The steps that a person sees in a graph: named nodes, with the unnamed ones between them folded into formulas.

``L = (a - y)**2`` records two nodes and is one step. Where a stretch without names is long, it is not made into one
formula: only nodes used once are folded, at most one nonlinear operation and about forty characters to a step, and the
steps between are called t1, t2, … in the order of recording.
"""

from __future__ import annotations

from math import fsum, isfinite, prod
from typing import TYPE_CHECKING, NamedTuple

from .errors import UsageError
from .formula import told_apart
from .formula.terms import Condition, Number, Symbol, Term, add, from_text, multiply, of_row
from .graph import topological_order
from .names import Names, read_names
from .ops import table
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from .names import Scope

__all__ = ["Slope", "Steps"]

WIDTH = 40  # characters of one folded formula, about
_LINEAR = ("infix", "same", "sum", "mean", "dot", "fraction")


class Slope(NamedTuple):
    """∂step/∂parent: the formula, the engine's number, and the conditions that decided a choice in it."""

    term: Term
    value: float
    conditions: tuple[Condition, ...]


def _has_untaken(order: Sequence[Value]) -> bool:
    """Whether some operands may lie outside the order: the branches that a choice has not taken."""
    ops = {node._rule.op for node in order if node._rule is not None}
    return any(table[op].form == "select" for op in ops)


def _is_nonlinear(op: str) -> bool:
    return table[op].form not in _LINEAR


def _width_of_numbers(node: Value) -> int:
    """The room that plain numbers take in the formula of a node of two operands (a longer one is shortened anyway)."""
    x, y = node._x, node._y
    return (len(f"{x:.6g}") + 1 if type(x) is float else 0) + (len(f"{y:.6g}") + 1 if type(y) is float else 0)


class Steps:
    """A graph as a person reads it. Everything is found in linear time; formulas are made when asked for."""

    def __init__(
        self,
        root: Value,
        *,
        every_op: bool = False,
        scopes: Iterable[Scope] = (),
        also: Sequence[Value] = (),
        names: Names[Value] | None = None,
    ) -> None:
        self.root = root
        scopes = tuple(scopes)
        self.of_function = bool(scopes)
        self.order = topological_order(root)
        shown = topological_order(root, all_operands=True) if _has_untaken(self.order) else self.order
        own = dict.fromkeys([*shown, *also])  # a label on some other graph's node takes no name from these
        self.read = names or read_names(
            Value, nodes=list(own), label=lambda node: node.label if node in own else "", scopes=scopes
        )
        self.place = {node: index for index, node in enumerate(self.order)}
        self._names: dict[Value, str] = {}
        self._steps: set[Value] = set()
        self._terms: dict[Value, Term] = {}
        self._names |= told_apart(own, self.read)
        if root not in self._names:
            taken = set(self._names.values())
            self._names[root] = next(name for name in ("L", "result", "the result") if name not in taken)
        self._choose_steps(every_op=every_op)
        for node in also:
            if node not in self._names:
                self._names[node] = self._free_name()

    # ------------------------------------------------------------------------------------------- choosing steps

    def _choose_steps(self, *, every_op: bool) -> None:
        uses: dict[Value, int] = dict.fromkeys(self.order, 0)
        for node in self.order:
            if node._rule is not None:
                for parent in node._rule.parents(node):
                    uses[parent] += 1
        width: dict[Value, int] = {}
        nonlinear: dict[Value, int] = {}
        unnamed: list[Value] = []
        names, chosen = self._names, self._steps
        for node in self.order:
            rule = node._rule
            if rule is None:
                width[node] = len(names.get(node, "")) or 4
                nonlinear[node] = 0
                continue
            parents = rule.parents(node)
            foldable = [p for p in parents if p._rule is not None and p not in chosen]
            total_width = 3 + sum([width[p] for p in parents]) + _width_of_numbers(node)
            total = _is_nonlinear(rule.op) + sum([nonlinear[p] for p in foldable])
            if len(foldable) > WIDTH:  # none of so many fits: each is a step of its own
                for one in foldable:
                    chosen.add(one)
                    unnamed.append(one)
                    total -= nonlinear[one]
                    total_width -= width[one] - 2
                    width[one], nonlinear[one] = 2, 0
                foldable = []
            while foldable and (total > 1 or total_width > WIDTH):
                worst = max(foldable, key=lambda p: (nonlinear[p] if total > 1 else 0, width[p]))
                if total <= 1 and width[worst] <= 4:
                    break
                foldable = [p for p in foldable if p is not worst]
                chosen.add(worst)
                unnamed.append(worst)
                total -= nonlinear[worst]
                total_width -= width[worst] - 2
                width[worst], nonlinear[worst] = 2, 0
            width[node], nonlinear[node] = total_width, total
            if node in names:
                chosen.add(node)
                width[node], nonlinear[node] = len(names[node]), 0
            elif every_op or uses[node] > 1:
                chosen.add(node)
                unnamed.append(node)
                width[node], nonlinear[node] = 2, 0
        taken = set(self._names.values())
        count = 0
        for node in sorted(unnamed, key=self.place.__getitem__):
            count += 1
            while f"t{count}" in taken:
                count += 1
            self._names[node] = f"t{count}"

    def _free_name(self) -> str:
        taken = set(self._names.values())
        return next(name for name in ("x", "v", *(f"v{n}" for n in range(1, 1000))) if name not in taken)

    # ---------------------------------------------------------------------------------------------------- asking

    def is_step(self, node: Value) -> bool:
        """Whether `node` is a step or a leaf: something that formulas mention rather than contain."""
        return node._rule is None or node in self._steps

    def name(self, node: Value) -> str:
        """The name of a step or leaf; ``""`` for a leaf without one."""
        return self._names.get(node, "")

    def name_it(self, node: Value) -> str:
        """The same, giving an unnamed leaf a name of its own."""
        if node not in self._names:
            self._names[node] = self._free_name()
            self._terms.clear()
        return self._names[node]

    def find(self, name: str) -> Value:
        """The node that bears `name`: a label, a variable, or t1, t2, ….

        Raises `UsageError` when there is none, or when two bear it.
        """
        own = [node for node, known in self._names.items() if name in (known, self.read.of(node))]
        found = list(dict.fromkeys([*own, *self.read.find(name)]))
        if len(found) > 1 and len(own) == 1:
            found = own
        if len(found) > 1:
            numbers = " and ".join(f"{node.data:.6g}" for node in found[:3])
            raise UsageError(
                f"{len(found)} nodes are called {name!r} (their values: {numbers}); pass the Value itself, "
                "or label them apart"
            )
        if not found:
            known = ", ".join(list(dict.fromkeys(self._names.values()))[:12])
            raise UsageError(f"there is no node called {name!r} in this graph; it has {known}")
        return found[0]

    def steps(self) -> Iterator[Value]:
        """All steps, in topological order, without the leaves."""
        return filter(self._steps.__contains__, self.order)

    def symbol(self, node: Value) -> Term:
        """How formulas mention a step or a leaf: by name, or, for a leaf without one, by its number."""
        name = self._names.get(node)
        return Symbol(node.data, name) if name else Number(node.data)

    def formula(self, node: Value) -> Term:
        """The formula of a step in terms of the steps and leaves it is made of."""
        return self._formula(node)

    def _mention(self, node: Any) -> Term:
        if type(node) is not Value:
            return Number(float(node))
        if node not in self.place:  # the branch of a `where` that was not taken: no part of the derivation
            name = node.label or self.read.of(node)
            return Symbol(node.data, name) if name else Number(node.data)
        if self.is_step(node):
            return self.symbol(node)
        return self._formula(node)

    def _formula(self, node: Value) -> Term:
        if node not in self._terms:
            row = node.row
            if row is None:
                return self.symbol(node)
            operands = [self._mentions(operand) for operand in node.operands]
            self._terms[node] = of_row(row, operands, node.parameters, node.data)
        return self._terms[node]

    def _mentions(self, operand: Any) -> Term | tuple[Term, ...]:
        return tuple(self._mention(one) for one in operand) if isinstance(operand, tuple) else self._mention(operand)

    def sources(self, step: Value) -> list[Value]:
        """The steps and leaves that a step is made of, each once, in order of first use."""
        found: dict[Value, None] = {}
        pending = list(reversed(step.parents))
        while pending:
            node = pending.pop()
            if self.is_step(node):
                found[node] = None
            else:
                pending += reversed(node.parents)
        return list(found)

    def slope(self, step: Value, source: Value) -> Slope:
        """∂step/∂source within the step's own formula: the sum over the uses of `source` in it."""
        terms: list[Term] = []
        values: list[float] = []
        conditions: list[Condition] = []
        for route_terms, route_values, route_conditions in self._routes(step, source):
            terms.append(multiply(route_terms))
            values.append(prod(route_values))
            conditions += route_conditions
        total = fsum(values) if all(map(isfinite, values)) else sum(values)
        return Slope(add(terms) if terms else Number(0.0), total, tuple(dict.fromkeys(conditions)))

    def _routes(self, step: Value, source: Value) -> Iterator[tuple[list[Term], list[float], list[Condition]]]:
        pending: list[tuple[Value, list[Term], list[float], list[Condition]]] = [(step, [], [], [])]
        while pending:
            node, terms, values, conditions = pending.pop()
            follow = []
            for place, (parent, partial) in enumerate(zip(node.parents, node.partials(), strict=True)):
                if parent is not source and self.is_step(parent):
                    continue
                term, decided = self.partial(node, place)
                route = ([*terms, term], [*values, partial], [*conditions, *decided])
                if parent is source:
                    yield route
                else:
                    follow.append((parent, *route))
            pending += reversed(follow)

    def partial(self, node: Value, place: int) -> tuple[Term, list[Condition]]:
        """∂node/∂parent as a person writes it, for parent number `place`; and what decided a choice in it."""
        row = node.row
        assert row is not None
        names: dict[str, Term | tuple[Term, ...]] = {}
        slots: list[tuple[str, int | None]] = []  # for each Value operand: the text of its partial, its element
        for argument, operand, text in zip(row.operands, node.operands, row.written, strict=True):
            names[argument.name] = self._mentions(operand)
            if isinstance(operand, tuple):
                slots += [(text, index) for index, one in enumerate(operand) if type(one) is Value]
            elif type(operand) is Value and any(operand is parent for parent in node.parents):
                slots.append((text, None))
        if len(slots) > len(node.parents):  # something flows through some of them only
            slots = [
                slot
                for slot, parent in zip(slots, node.operands, strict=False)
                if any(parent is p for p in node.parents)
            ]
        text, element = slots[place]
        names |= {name: Number(value) for name, value in node.parameters.items()}
        names["z"] = self._formula(node)
        partial = node.partials()[place]
        names["share of ties"] = Number(partial)
        flat = [one for operand in node.operands for one in (operand if isinstance(operand, tuple) else (operand,))]
        names["tie"] = Number(0.5 if all(type(one) is Value for one in flat) else 0.0)
        if "nothing" in text:
            return Number(partial), []
        term, conditions = from_text(row, text, names, element)
        return term, [one for one in conditions if names["z"] not in one.parts]  # not "since x ≥ max(x, y)"
