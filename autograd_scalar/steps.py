"""The steps that a person sees in a graph: named nodes, with the unnamed ones between them folded into formulas.

``L = (a - y)**2`` records two nodes and is one step. Where a stretch without names is long, it is not made into one
formula: only nodes used once are folded, at most one nonlinear operation and about forty characters to a step, and the
steps between are called t1, t2, … in the order of recording.

A graph of very many nodes is read in blocks, each when something in it is asked for: a derivation shows a few steps
of a million, and only these are looked for. There t7 is the seventh operation, be it a step or not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from itertools import accumulate, pairwise
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from .conditions import settled_condition
from .errors import UsageError
from .formula import told_apart
from .formula.terms import (
    Condition,
    Dots,
    Negated,
    Number,
    Product,
    Symbol,
    Term,
    add,
    from_text,
    multiply,
    of_row,
    power,
    total,
)
from .graph import one_by_one, topological_order
from .names import Names, free_name, read_names
from .notation import listed
from .ops import table
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from .names import Scope
    from .ops import Row

__all__ = ["Slope", "Steps"]

WIDTH = 40  # characters of one folded formula, about
BLOCK = 20_000  # nodes that are read at once
PARTS = 12  # operands of one operation that are written out
FEW = 12  # operations, and what they take, of a branch that was not taken and is written out all the same
ALIKE = 3  # terms of a slope that are collected; two show the product rule
KNOWN, SOME = 20, 12  # names that an error lists: all of so many, else so many
_ALL_ELEMENTS = ("others(", "share(", "total(", "largest(", "smallest(", "product(")  # in the text of a partial
_LINEAR = ("infix", "same", "sum", "mean", "dot", "fraction")


class Slope(NamedTuple):
    """∂step/∂parent: the formula, the engine's number, and the conditions that decided a choice in it.

    `settled` are those that were plain truth values when the graph was recorded, and stay as they were.
    """

    term: Term
    value: float
    conditions: tuple[Condition, ...]
    settled: tuple[float, ...] = ()


def _has_untaken(order: Sequence[Value]) -> bool:
    """Whether some operands may lie outside the order: the branches that a choice has not taken."""
    ops = {node._rule.op for node in order if node._rule is not None}
    return any("nothing" in text for op in ops for text in table[op].partials)


def _collected(terms: list[Term]) -> list[Term]:
    """The terms of a slope, one that occurs three times or more written once: ``3·0.3·w²``."""
    alike: dict[Any, list[int]] = {}
    for place, term in enumerate(terms if len(terms) >= ALIKE else ()):
        alike.setdefault((isinstance(term, Negated), frozenset(_factors(term).items())), []).append(place)
    written = dict(enumerate(terms))
    for places in alike.values():
        term = terms[places[0]]
        if len(places) >= ALIKE and not isinstance(term, Number):
            raised = [power(factor, Number(float(count))) for factor, count in _factors(term).items()]
            times = float(len(places))
            written[places[0]] = multiply([Number(-times if isinstance(term, Negated) else times), *raised])
            for place in places[1:]:
                del written[place]
    return list(written.values())


def _factors(term: Term) -> Counter[Term]:
    """The factors of a term without its sign, each with how often it occurs."""
    inner = term.term if isinstance(term, Negated) else term
    return Counter(inner.factors if isinstance(inner, Product) else (inner,))


def _is_nonlinear(op: str) -> bool:
    return table[op].form not in _LINEAR


def _number_of(node: Value) -> Number:
    """How formulas mention what is no part of the derivation, has no name, and is not to be written out."""
    return Number(node.data)


def _width_outside(node: Value, names: dict[Value, str]) -> int:
    """The width of an operand from another block, which is a leaf or a step."""
    name = names.get(node)
    return len(name) if name else 4 if node._rule is None else 2


def _width_of_numbers(node: Value) -> int:
    """The room that plain numbers take in the formula of a node of two operands (a longer one is shortened anyway)."""
    x, y = node._x, node._y
    return (len(f"{x:.6g}") + 1 if type(x) is float else 0) + (len(f"{y:.6g}") + 1 if type(y) is float else 0)


class _Operands(NamedTuple):
    """Where the parents of a node are among its operands, and what it takes to find one of very many quickly."""

    slots: list[tuple[str, Sequence[int | None]]]  # the text of a partial, and the elements that are parents
    tie: float
    partials: tuple[float, ...]
    place: dict[Value, int]  # of each parent, the last one
    repeated: dict[Value, list[int]]  # the places of the parents that have several
    folded: list[int]  # the places of the parents that are no steps

    def slot(self, place: int) -> tuple[str, int | None]:
        """For a parent, the text of its partial, and which element of a sequence it is."""
        for text, elements in self.slots:
            if place < len(elements):
                return text, elements[place]
            place -= len(elements)
        raise AssertionError(place)

    def places(self, parent: Value) -> list[int]:
        """Where a parent is among the parents."""
        return self.repeated.get(parent) or ([self.place[parent]] if parent in self.place else [])


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
        self.place = {node: index for index, node in enumerate(self.order)}
        shown = topological_order(root, all_operands=True) if _has_untaken(self.order) else self.order
        own = self.place if shown is self.order else {node: index for index, node in enumerate(shown)}
        others = {node: index for index, node in enumerate(also, len(own)) if node not in own}
        labelled = [node for node in [*shown, *others] if (node._x if node._rule is None else node._rule.label)]
        self.read = names or read_names(
            Value,
            nodes=labelled,
            label=lambda node: node.label if node in own or node in others else "",  # others' labels take no name
            scopes=scopes,
        )
        place = own | others if others else own
        bearers = {node: place[node] for node in [*labelled, *self.read.nodes()] if node in place}
        self._names: dict[Value, str] = told_apart(sorted(bearers, key=bearers.__getitem__), self.read)
        # A function's own graph may have an L, whatever its caller calls so.
        self._elsewhere = frozenset[str]() if self.of_function else frozenset(self.read.all())
        if root not in self._names:
            self._names[root] = self._made_up("L", "result")
        self.every_op = every_op
        self._steps: set[Value] = set()
        self._around: dict[Value, Value] = {}  # what is folded, and the node that it is an operand of
        self._terms: dict[Value, Term] = {}
        self._operands: dict[Value, _Operands] = {}
        self._asked: set[Value] = set()
        self._parts = PARTS
        self._number_of: Callable[[Value], Number] = _number_of
        self.is_large = len(self.order) > BLOCK
        self._made: list[int] = []  # of a large graph: how many operations there are up to each place
        if self.is_large:
            self._made = list(accumulate([node._rule is not None for node in self.order]))
        self._shared = self._nodes_used_more_than_once()
        self._shared.update(also)  # what is asked about is a step
        self._unread = set(range(0, len(self.order), BLOCK))
        if not self.is_large:
            self._read_block(0)
        for node in also:
            if node not in self._names:
                self._names[node] = self._made_up("x", "v", "v1", "v")

    # ------------------------------------------------------------------------------------------- choosing steps

    def _nodes_used_more_than_once(self) -> set[Value]:
        """These, and those that are used from another block: they are not folded."""
        shared: set[Value] = set()
        for start in range(0, len(self.order), BLOCK):
            block = self.order[start : start + BLOCK]
            uses: list[Value] = []
            for node in block:
                rule = node._rule
                if rule is None:
                    continue
                if rule.many:
                    uses += rule.parents(node)
                    continue
                if rule.in_x:
                    uses.append(node._x)
                if rule.in_y:
                    uses.append(node._y)
            counts = Counter(uses)
            shared.update([node for node, count in counts.items() if count > 1])
            if self.is_large:
                shared.update(counts.keys() - set(block))
        return shared

    def _read_block(self, start: int) -> None:
        """Choose the steps among the nodes of one block, and give names to those without."""
        self._unread.discard(start)
        unnamed = self._choose_steps(self.order[start : start + BLOCK])
        unnamed.sort(key=self.place.__getitem__)
        taken = self._elsewhere.union(self._names.values())
        number = 0
        for node in unnamed:
            number = self._made[self.place[node]] if self.is_large else number + 1
            while f"t{number}" in taken and not self.is_large:
                number += 1
            name = f"t{number}"
            while name in taken:
                name += "′"
            self._names[node] = name

    def _read_about(self, node: Value) -> bool:
        """Read the block of a node, if that is still to be done: whether it was."""
        place = self.place.get(node)
        if place is None or place - place % BLOCK not in self._unread:
            return False
        self._read_block(place - place % BLOCK)
        return True

    def _choose_steps(self, block: Sequence[Value]) -> list[Value]:
        """The steps among some nodes are noted; those without a name are returned."""
        width: dict[Value, int] = {}
        nonlinear: dict[Value, int] = {}
        unnamed: list[Value] = []
        names, chosen, shared, around = self._names, self._steps, self._shared, self._around

        def choose(node: Value) -> None:
            chosen.add(node)
            if node not in names:
                unnamed.append(node)

        for node in block:
            rule = node._rule
            if rule is None:
                width[node] = len(names.get(node, "")) or 4
                continue
            parents = rule.parents(node)
            foldable = [p for p in parents if p in nonlinear and p not in chosen]
            total_width = 3 + sum([width[p] if p in width else _width_outside(p, names) for p in parents])
            total_width += _width_of_numbers(node)
            total = _is_nonlinear(rule.op) + sum([nonlinear[p] for p in foldable])
            if len(foldable) > WIDTH:  # none of so many fits: each is a step of its own
                for one in foldable:
                    choose(one)
                    total -= nonlinear[one]
                    total_width -= width[one] - 2
                    width[one], nonlinear[one] = 2, 0
                foldable = []
            while foldable and (total > 1 or total_width > WIDTH):
                worst = max(foldable, key=lambda p: (nonlinear[p] if total > 1 else 0, width[p]))
                if total <= 1 and width[worst] <= 4:
                    break
                foldable = [p for p in foldable if p is not worst]
                choose(worst)
                total -= nonlinear[worst]
                total_width -= width[worst] - 2
                width[worst], nonlinear[worst] = 2, 0
            for one in foldable:
                around[one] = node
            width[node], nonlinear[node] = total_width, total
            if node in names or self.every_op or node in shared:
                choose(node)
                width[node], nonlinear[node] = len(names.get(node, "t1")), 0
        return unnamed

    def _made_up(self, *names: str) -> str:
        """The first of these names, perhaps with a number, that neither this graph nor its caller uses."""
        return free_name(names, self._elsewhere.union(self._names.values()))

    # ---------------------------------------------------------------------------------------------------- asking

    def is_step(self, node: Value) -> bool:
        """Whether `node` is a step or a leaf: something that formulas mention rather than contain."""
        if node._rule is None or node in self._steps:
            return True
        return bool(self._unread) and self._read_about(node) and node in self._steps

    def is_folded(self, node: Value) -> bool:
        """Whether a node stands within the formula of a step that has been looked at."""
        return node in self._around

    def step_of(self, node: Value) -> Value:
        """The step whose formula contains a node; a step or leaf is its own."""
        self._read_about(node)
        while node in self._around:
            node = self._around[node]
        return node

    def named_nodes(self) -> list[Value]:
        """The nodes that have a name so far, in no particular order: of a large graph those that a person named."""
        return list(self._names)

    def all_names(self) -> list[tuple[Value, str]]:
        """The nodes that have a name so far, each with its name; branches that were not taken are among them."""
        return list(self._names.items())

    def mention_by(self, number_of: Callable[[Value], Number]) -> None:
        """How formulas mention a node that is no part of the derivation and has no name, in place of its number."""
        self._number_of = number_of
        self._terms.clear()

    def named_leaves(self) -> list[Value]:
        """The leaves with a name, in the order of their first use."""
        leaves = [node for node in self._names if node._rule is None and node in self.place]
        return sorted(leaves, key=self.place.__getitem__)

    def names(self) -> Iterable[str]:
        """All names that are known so far; of a large graph perhaps not every t7."""
        return self._names.values()

    def name(self, node: Value) -> str:
        """The name of a step or leaf; ``""`` for a leaf without one."""
        if self._unread and node not in self._names and node._rule is not None:
            self._read_about(node)
        return self._names.get(node, "")

    def name_it(self, node: Value) -> str:
        """The same, giving an unnamed leaf a name of its own."""
        if not self.name(node):
            self._names[node] = self._made_up("x", "v", "v1", "v")
            self._terms.clear()
        return self._names[node]

    def ask_about(self, nodes: Iterable[Value], *, parts: int = PARTS) -> None:
        """What is never left out of a formula that is shortened: the nodes that a question is about.

        `parts` are the operands of one operation that are written out.
        """
        self._asked = set(nodes)
        self._parts = parts
        self._terms.clear()

    def name_leaves(self) -> None:
        """Give every leaf without a name one of its own: v1, v2, … in the order of their first use."""
        taken = self._elsewhere.union(self._names.values())
        number = 0
        for node in self.order:
            if node._rule is None and node not in self._names:
                number += 1
                while f"v{number}" in taken:
                    number += 1
                self._names[node] = f"v{number}"
                self._terms.clear()

    def find(self, name: str) -> Value:
        """The node that bears `name`: a label, a variable, or t1, t2, ….

        Raises `UsageError` when there is none, or when two bear it.
        """
        if self._unread and (number := name.removeprefix("t")).isdecimal() and 1 <= int(number) <= self._made[-1]:
            self.name(self.order[bisect_left(self._made, int(number))])
        called = self.read.find(name)
        own = dict.fromkeys(node for node, known in self._names.items() if name == known)
        own |= dict.fromkeys(node for node in called if node in self._names and self.read.of(node) == name)
        found = list(dict.fromkeys([*own, *called]))
        if len(found) > 1 and len(own) == 1:
            found = list(own)
        if len(found) > 1:
            numbers = " and ".join(f"{node.data:.6g}" for node in found[:3])
            raise UsageError(
                f"{len(found)} nodes are called {name!r} (their values: {numbers}); pass the Value itself, "
                "or label them apart"
            )
        if not found:
            raise UsageError(f"there is no node called {name!r} in this graph; it has {listed(*self.known())}")
        return found[0]

    def known(self) -> tuple[list[str], int]:
        """The names for an error to list, and how many of them.

        Of very many some stand for all: the result, the results before it that a person named, and then the leaves.
        """
        if len(self._names) <= KNOWN:
            return list(dict.fromkeys(self._names.values())), KNOWN

        def rank(node: Value) -> tuple[int, int]:
            if node._rule is None:
                return 1, 0
            is_named = node is self.root or self.read.of(node)
            return (0 if is_named else 2), -self.place.get(node, 0)

        return list(dict.fromkeys(self._names[node] for node in sorted(self._names, key=rank))), SOME

    def steps(self) -> Iterator[Value]:
        """All steps, in topological order, without the leaves."""
        for start in sorted(self._unread):
            self._read_block(start)
        return filter(self._steps.__contains__, self.order)

    def symbol(self, node: Value) -> Term:
        """How formulas mention a step or a leaf: by name, or, for a leaf without one, by its number."""
        name = self.name(node)
        return Symbol(node.data, name) if name else Number(node.data)

    def formula(self, node: Value) -> Term:
        """The formula of a step in terms of the steps and leaves it is made of."""
        return self._formula(node)

    def _name_outside(self, node: Value) -> str:
        return self._names.get(node) or node.label or self.read.of(node)

    def _is_readable(self, node: Value) -> bool:
        """Whether a branch that was not taken was made by few operations, from leaves that all have names."""
        pending, made = [node], set[Value]()
        while pending:
            one = pending.pop()
            if one._rule is None:
                if not self._name_outside(one):
                    return False
            elif one not in made:
                made.add(one)
                pending += [operand for operand in one_by_one(one.operands) if type(operand) is Value]
                if len(made) + len(pending) > FEW:
                    return False
        return True

    def _mention(self, node: Any) -> Term:
        if type(node) is not Value:
            return Number(float(node))
        if node not in self.place:  # the branch of a `where` that was not taken: no part of the derivation
            name = self._name_outside(node)
            if name:
                return Symbol(node.data, name)
            return self._formula(node) if self._is_readable(node) else self._number_of(node)
        if self.is_step(node):
            return self.symbol(node)
        return self._formula(node)

    def _formula(self, node: Value) -> Term:
        if node not in self._terms:
            row = node.row
            if row is None:
                return self.symbol(node)
            count = max((len(operand) for operand in node.operands if isinstance(operand, tuple)), default=0)
            left_out = self._left_out(node, count) if count > self._parts else ()
            operands = [self._mentions(operand, left_out) for operand in node.operands]
            term = of_row(row, operands, node.parameters, node.data, count=count)
            self._terms[node] = replace(term, value=node.data) if left_out else term
        return self._terms[node]

    def _mentions(self, operand: Any, left_out: Sequence[range] = ()) -> Term | tuple[Term, ...]:
        if not isinstance(operand, tuple):
            return self._mention(operand)
        mentioned: list[Term] = []
        start = 0
        for gap in left_out:
            mentioned += map(self._mention, operand[start : gap.start])
            mentioned.append(Dots(1.0, len(gap)))
            start = gap.stop
        return (*mentioned, *map(self._mention, operand[start:]))

    def _left_out(self, node: Value, count: int) -> list[range]:
        """Which elements of a long sequence are not written: its middle, without what is asked about."""
        asked = set()
        for operand in node.operands if self._asked else ():
            found = enumerate(operand if isinstance(operand, tuple) else ())
            places = [place for place, one in found if type(one) is Value and self._is_asked_about(one)]
            asked.update(places if len(places) <= self._parts // 2 else places[:1] + places[-1:])
        edge = self._parts // 2
        shown = sorted({*range(edge), *range(count - edge, count), *asked})
        return [range(one + 1, other) for one, other in pairwise(shown) if other - one > 1]

    def _is_asked_about(self, operand: Value) -> bool:
        if operand in self._asked:
            return True
        return operand in self._around and not self._asked.isdisjoint(self.sources(operand))

    def sources(self, step: Value) -> dict[Value, None]:
        """The steps and leaves that a step is made of, each once, in order of first use: the keys."""
        self._read_about(step)
        found: dict[Value, None] = {}
        pending = list(reversed(step.parents))
        while pending:
            node = pending.pop()
            if node in self._around:
                pending += reversed(node.parents)
            else:
                found[node] = None
        return found

    def slope(self, step: Value, source: Value) -> Slope:
        """∂step/∂source within the step's own formula: the sum over the uses of `source` in it."""
        terms: list[Term] = []
        values: list[float] = []
        conditions: list[Condition] = []
        settled: list[float] = []
        for route_terms, route_values, route_conditions, route_settled in self._routes(step, source):
            terms.append(multiply(route_terms))
            values.append(prod(route_values))
            conditions += route_conditions
            settled += route_settled
        term = add(_collected(terms)) if terms else Number(0.0)
        return Slope(term, total(values), tuple(dict.fromkeys(conditions)), tuple(dict.fromkeys(settled)))

    def _routes(
        self, step: Value, source: Value
    ) -> Iterator[tuple[list[Term], list[float], list[Condition], list[float]]]:
        pending: list[tuple[Value, list[Term], list[float], list[Condition], list[float]]] = [(step, [], [], [], [])]
        while pending:
            node, terms, values, conditions, settled = pending.pop()
            follow = []
            parents, operands = node.parents, self._operands_of(node)
            condition = settled_condition(node)
            settled = settled if condition is None else [*settled, condition]
            for place in sorted({*operands.folded, *operands.places(source)}):
                parent = parents[place]
                term, decided = self.partial(node, place)
                route = ([*terms, term], [*values, operands.partials[place]], [*conditions, *decided], settled)
                if parent is source:
                    yield route
                else:
                    follow.append((parent, *route))
            pending += reversed(follow)

    def partial(self, node: Value, place: int) -> tuple[Term, list[Condition]]:
        """∂node/∂parent as a person writes it, for parent number `place`; and what decided a choice in it."""
        row, text, names, element = self.rule(node, place)
        if "nothing" in text:
            return Number(self._operands_of(node).partials[place]), []
        term, conditions = from_text(row, text, names, element)
        return term, [one for one in conditions if names["z"] not in one.parts]  # not "since x ≥ max(x, y)"

    def rule(self, node: Value, place: int) -> tuple[Row, str, dict[str, Term | tuple[Term, ...]], int | None]:
        """What `partial` reads: the row, its text, a term for each name in it, and which element of a sequence."""
        row = node.row
        assert row is not None
        operands = self._operands_of(node)
        text, element = operands.slot(place)
        names: dict[str, Term | tuple[Term, ...]] = {}
        for argument, operand in zip(row.operands, node.operands, strict=True):
            if element is None or not isinstance(operand, tuple) or any(word in text for word in _ALL_ELEMENTS):
                names[argument.name] = self._mentions(operand)
            else:  # one of perhaps very many is looked at, and they may be counted
                names[argument.name] = (self._mention(operand[element]),) * len(operand)
        names |= {name: Number(value) for name, value in node.parameters.items()}
        names["z"] = self._formula(node)
        names["share of ties"] = Number(operands.partials[place])
        names["tie"] = Number(operands.tie)
        return row, text, names, element

    def _operands_of(self, node: Value) -> _Operands:
        if node not in self._operands:
            row, parents = node.row, node.parents
            assert row is not None
            through = set(parents)
            slots: list[tuple[str, Sequence[int | None]]] = []
            for operand, text in zip(node.operands, row.written, strict=True):
                if isinstance(operand, tuple):
                    values = [index for index, one in enumerate(operand) if type(one) is Value]
                    slots.append((text, range(len(operand)) if len(values) == len(operand) else values))
                elif type(operand) is Value and operand in through:
                    slots.append((text, (None,)))
            tie = 0.5 if all(type(one) is Value for one in one_by_one(node.operands)) else 0.0
            last_place = dict(zip(parents, range(len(parents)), strict=True))
            repeated: dict[Value, list[int]] = {}
            if len(last_place) < len(parents):
                for place, parent in enumerate(parents):
                    repeated.setdefault(parent, []).append(place)
            self._read_about(node)
            folded = [place for place, parent in enumerate(parents) if parent in self._around]
            self._operands[node] = _Operands(slots, tie, node.partials(), last_place, repeated, folded)
        return self._operands[node]
