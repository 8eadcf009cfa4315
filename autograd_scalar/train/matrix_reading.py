"""Which matrix equations a graph holds: arrays found again in the nodes, edges counted as terms.

Each node that is in an array bears that array's name and its own index. From each entry the walk goes down to the next
nodes that bear a name; every edge is passed exactly once, so what is collected for an array is its whole adjoint.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..backward import adjoints
from ..formula.styles import style_for
from ..formula.terms import (
    Condition,
    Derivative,
    Number,
    Product,
    Switch,
    Symbol,
    Term,
    from_text,
    of_row,
)
from ..names import read_names
from ..recording import number_of
from ..value import Value
from .matrices import Factor, MatrixEquation, Piece, name_factor
from .matrix_forms import Array, Form, Index, alignment, entry, forms, grid, summed_over
from .matrix_products import as_product
from .matrix_terms import Addend, Target, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Reading"]


class _Route(NamedTuple):
    """∂(one entry)/∂(a node further down): its number, and the sum of its routes' sizes, which bounds rounding."""

    slope: float
    size: float


class _Partial(NamedTuple):
    """A partial as the table writes it, and, where it is 1 by a choice, the condition for that, of the whole array."""

    by_entry: Term
    by_array: Term
    condition: Condition | None


class Reading:
    """One graph with some of its nodes held in arrays."""

    def __init__(
        self, loss: Value, order: list[Value], held: dict[str, Array], entries: int, digits: int | None
    ) -> None:
        self.order, self.entries, self.digits = order, entries, digits
        self.place = {node: place for place, node in enumerate(order)}
        self.style = style_for("text", digits, [])
        self.adjoints = adjoints(order)
        self.notes: list[str] = []
        self.found: list[tuple[float, str]] = []  # how arrays were made, and when
        known = {name: array for name, array in held.items() if array.shape == () and array.item() is loss}
        self.loss_name = next(iter(known), "") or _loss_name(loss, set(held))
        self.arrays = {**held, self.loss_name: known.get(self.loss_name, np.array(loss, dtype=object))}
        self.owner = self._owners()
        self.targets = {name: Target(array) for name, array in self.arrays.items() if name in self._with_nodes}
        self.used_by: dict[str, list[str]] = {}
        self.reading_order: list[str] = [self.loss_name]
        self.forms = [form for name in self.arrays for form in forms(name, self.arrays[name])]

    def _owners(self) -> dict[Value, tuple[str, Index]]:
        """Each node in an array, with the array it counts to: of several the smallest, which was taken from another."""
        sizes: dict[str, int] = {}
        places: dict[Value, list[tuple[int, int, str, Index]]] = {}
        for rank, (name, array) in enumerate(self.arrays.items()):
            nodes = [(index, x) for index, x in np.ndenumerate(array) if type(x) is Value]
            sizes[name] = len(nodes)
            for index, node in nodes:
                places.setdefault(node, []).append((len(nodes), -rank, name, index))
        self._with_nodes = {name for name, size in sizes.items() if size}
        self.shared = {node: found for node, found in places.items() if len(found) > 1}
        self.maker = {node: max(found)[2] for node, found in places.items()}
        return {node: min(found)[2:] for node, found in places.items()}

    @property
    def forward(self) -> tuple[str, ...]:
        """How each array was made, in order."""
        return tuple(text for _, text in sorted(self.found, key=lambda pair: pair[0]))

    # -------------------------------------------------------------------------------------------- the equations

    def equations(self) -> list[MatrixEquation]:
        """All of them, from the loss back."""
        newest: dict[str, float] = {
            name: max(self.place.get(x, -1) for x in self.arrays[name].ravel().tolist() if type(x) is Value)
            for name in self.targets
        }
        self.newest = newest
        for node in self.shared:  # an array that was taken from another comes after it
            newest[self.owner[node][0]] = max(newest[self.owner[node][0]], self.place.get(node, -1) + 0.5)
        for name in sorted(self.targets, key=newest.__getitem__, reverse=True):
            self._read(name)
        self._read_shared()
        is_leaf = {
            name: all(x._rule is None for x in self.arrays[name].ravel().tolist() if type(x) is Value)
            for name in self.targets
        }
        last_use = {name: min([newest[user] for user in self.used_by.get(name, ())], default=-1) for name in newest}
        names = [name for name in self.targets if name != self.loss_name and self.targets[name].pieces]
        names.sort(key=lambda name: (-last_use[name], not is_leaf[name], self.reading_order.index(name)))
        self._note_what_is_missing()
        return [self.targets[name].equation(name, self._adjoint, self.entries, self.digits) for name in names]

    def _read(self, name: str) -> None:
        """Find how the entries of one array were made from other arrays, and pass its adjoints on to those."""
        array = self.arrays[name]
        made = {
            index: x
            for index, x in np.ndenumerate(array)
            if type(x) is Value and x._rule is not None and self.maker[x] == name
        }
        if not made:
            return
        product = as_product(name, array, self.forms, self.owner) if len(made) == array.size else None
        routes: dict[Index, dict[Value, _Route]] = {}
        if product is None:
            made = {index: node for index, node in made.items() if node in self.place}
            for index, node in made.items():
                starts = list(zip(node.parents, node.partials(), strict=True))
                routes[index] = self._routes(starts)
        else:
            left, right, turned, rests = product
            routes = {
                index: self._routes([(x, 1.0) for x in rest if type(x) is Value]) for index, rest in rests.items()
            }
            for one in (right.name, *self._sources(routes), left.name):
                if one not in self.reading_order:
                    self.reading_order.append(one)
            self._pass_product(name, left, right, turned)
        sources = self._sources(routes)
        for source in sources:
            self._pass_entries(name, source, routes, made, whole=product is None)
        if product is not None:
            left, right, _, rests = product
            more = "".join(f" + {self.style.symbol(source)}" for source in sources)
            if any(type(x) is not Value or not self._routes([(x, 1.0)]) for rest in rests.values() for x in rest):
                more += " + …"  # of no array here
            text = f"{self.style.symbol(name)} = {self._written(left)}·{self._written(right)}{more}"
            self.found.append((self.newest[name], text))
        elif sources:
            self.found.append((self.newest[name], self._described(name, made, sources)))

    def _written(self, form: Form) -> str:
        return self.style.symbol(form.name) + ("ᵀ" if form.transposed else "")

    def _described(self, name: str, made: dict[Index, Value], sources: list[str]) -> str:
        """``h1 = max(0, y1)`` where each entry is one operation; else only what the array was made from."""
        shown = self.style.symbol(name)
        is_whole = len(made) == self.arrays[name].size
        alike = is_whole and len({node._rule.op for node in made.values() if node._rule is not None}) == 1
        plain = [one for one, array in self.arrays.items() if array.ndim and one not in self._with_nodes]
        for among in ("", *plain) if alike else ():
            texts = {self._one_operation(name, index, node, among) for index, node in made.items()}
            if len(texts) == 1 and (text := texts.pop()):
                return f"{shown} = {text}"
        are_single = alike and all(self._one_operation(name, index, node, "") for index, node in made.items())
        how = "plain numbers, entry by entry" if are_single else "by several operations"
        made_from = [self.style.symbol(one) for one in sources]
        return f"{shown} is made from {', '.join(made_from)}{' and ' if are_single else ', '}{how}"

    def _one_operation(self, name: str, index: Index, node: Value, among: str) -> str:
        """``max(0, y₁)``, where each operand stands at the same place of its array; `among` is one of plain numbers."""
        row = node.row
        assert row is not None
        if any(isinstance(x, tuple) for x in node.operands):
            return ""
        operands = [self._as_array(name, index, x, among) for x in node.operands]
        if any(one is None for one in operands):
            return ""
        term = of_row(row, [one for one in operands if one is not None], node.parameters, node.data)
        return self.style.write(term)

    def _as_array(self, name: str, index: Index, x: Any, among: str = "") -> Term | None:
        if type(x) is not Value:
            aligned = alignment(self.arrays[name].shape, self.arrays[among].shape) if among else None
            is_there = aligned is not None and self.arrays[among][aligned[index]] == x
            return Symbol(x, among) if is_there else Number(float(x))
        if x not in self.owner:
            return None
        held, at = self.owner[x]
        aligned = alignment(self.arrays[name].shape, self.arrays[held].shape)
        return Symbol(x._data, held) if aligned is not None and aligned[index] == at else None

    # ------------------------------------------------------------------------------------------------- products

    def _pass_product(self, name: str, left: Form, right: Form, whole: Form) -> None:
        """Y = A·B: dA = dY·Bᵀ and dB = Aᵀ·dY."""
        rows, columns = whole.shape
        count = left.shape[1]
        adjoint = name_factor(f"d{name}", rows_of(whole.entries, self._adjoint))
        a, b = self._factor(left), self._factor(right)
        because = f"{self.style.symbol(name)} = {self._written(left)}·{self._written(right)}"
        if self._has_nodes(right):
            factors = (adjoint.T, a) if right.transposed else (a.T, adjoint)
            self._add_piece(right, name, Piece(factors), because)
            for k in range(count):
                for j in range(columns):
                    for i in range(rows):
                        self._add_term(
                            right.entries[k][j], name, whole.indices[i][j], left.name, left.indices[i][k],
                            left.entries[i][k], slope_first=not right.transposed,
                        )  # fmt: skip
        if self._has_nodes(left):
            factors = (b, adjoint.T) if left.transposed else (adjoint, b.T)
            self._add_piece(left, name, Piece(factors), because)
            for i in range(rows):
                for k in range(count):
                    for j in range(columns):
                        self._add_term(
                            left.entries[i][k], name, whole.indices[i][j], right.name, right.indices[k][j],
                            right.entries[k][j], slope_first=left.transposed,
                        )  # fmt: skip

    def _has_nodes(self, form: Form) -> bool:
        return form.name in self._with_nodes

    def _add_piece(self, form: Form, name: str, piece: Piece, because: str) -> None:
        target = self.targets[form.name]
        column = target.array.ndim == 1 and form.shape[1] == 1 and form.shape[0] > 1
        target.pieces.append((piece, column))
        target.because.append(because)
        self._note_use(form.name, name)

    def _note_use(self, source: str, user: str) -> None:
        self.used_by.setdefault(source, []).append(user)
        if source not in self.reading_order:
            self.reading_order.append(source)

    def _add_term(
        self, node: Any, name: str, index: Index, other: str, other_index: Index, x: Any, *, slope_first: bool
    ) -> None:
        if type(node) is not Value:
            return
        owner, place = self.owner[node]
        adjoint, slope = self._adjoint(self.arrays[name][index]), number_of(x)
        parts = [
            (Symbol(adjoint, entry(f"d{name}", index)), adjoint),
            (Symbol(slope, entry(other, other_index)), slope),
        ]
        if slope_first:
            parts.reverse()
        symbols, numbers = zip(*parts, strict=True)
        self.targets[owner].addends[place].append(Addend(symbols, numbers, abs(adjoint * slope)))

    # -------------------------------------------------------------------------------------- entry by entry, and more

    def _routes(self, starts: Sequence[tuple[Value, float]]) -> dict[Value, _Route]:
        """The slopes along all routes down to the next nodes that are in an array."""
        slopes: dict[Value, float] = {}
        sizes: dict[Value, float] = {}
        heap: list[tuple[int, Value]] = []

        def pass_on(node: Value, slope: float, size: float) -> None:
            if node not in slopes:
                slopes[node] = sizes[node] = 0.0
                if node not in self.owner and node in self.place:
                    heappush(heap, (-self.place[node], node))
            slopes[node] += slope
            sizes[node] += size

        for node, slope in starts:
            pass_on(node, slope, abs(slope))
        while heap:
            _, node = heappop(heap)
            if node._rule is None:
                continue
            for parent, partial in zip(node.parents, node.partials(), strict=True):
                pass_on(parent, slopes[node] * partial, abs(sizes[node] * partial))
        return {node: _Route(slopes[node], sizes[node]) for node in slopes if node in self.owner}

    def _sources(self, routes: dict[Index, dict[Value, _Route]]) -> list[str]:
        return list(dict.fromkeys(self.owner[node][0] for one in routes.values() for node in one))

    def _pass_entries(
        self, name: str, source: str, routes: dict[Index, dict[Value, _Route]], made: dict[Index, Value], *, whole: bool
    ) -> None:
        """What is passed back entry by entry: dT = dY ∘ ∂Y/∂T, or the sum over all routes."""
        array, target = self.arrays[name], self.arrays[source]
        uses = {
            index: [(self.owner[node][1], route) for node, route in one.items() if self.owner[node][0] == source]
            for index, one in routes.items()
        }
        aligned = alignment(array.shape, target.shape)
        diagonal = aligned is not None and all(
            len(found) == 1 and found[0][0] == aligned[index] for index, found in uses.items()
        )
        partials = (
            {index: self._partial(made[index], index, name, source) for index in uses} if whole and diagonal else {}
        )
        switch = self._common_switch(partials)
        for index, found in uses.items():
            adjoint = self._adjoint(array[index])
            for place, route in found:
                written: Term = Derivative(route.slope, entry(name, index), entry(source, place), partial=True)
                if switch is not None:
                    parts = tuple(self._at(part, name, index) for part in switch.condition.parts)
                    written = Switch(route.slope, Condition(route.slope, parts))
                elif (partial := partials.get(index)) is not None:
                    written = partial.by_entry
                symbols: tuple[Term, ...] = (Symbol(adjoint, entry(f"d{name}", index)),)
                numbers: tuple[float, ...] = (adjoint,)
                is_one = route.slope == 1.0 == route.size and (not whole or written == Number(1.0))
                if not is_one:
                    symbols, numbers = (*symbols, written), (*numbers, route.slope)
                self.targets[source].addends[place].append(Addend(symbols, numbers, abs(adjoint) * route.size))
        texts = {self.style.write(one.by_array): one.by_array for one in partials.values() if one is not None}
        term = switch or (next(iter(texts.values())) if len(texts) == 1 and None not in partials.values() else None)
        pieces = self._entry_piece(name, source, uses, term, diagonal=diagonal)
        self.targets[source].pieces.append((pieces, False))
        self.targets[source].because.append("")
        self._note_use(source, name)

    def _entry_piece(
        self,
        name: str,
        source: str,
        uses: dict[Index, list[tuple[Index, _Route]]],
        term: Term | None,
        *,
        diagonal: bool,
    ) -> Piece:
        array, target = self.arrays[name], self.arrays[source]
        adjoint = name_factor(f"d{name}", rows_of(grid(array)[0], self._adjoint))
        slope = Derivative(0.0, name, source, partial=True)
        if not diagonal or array.ndim == 0:
            passed = dict.fromkeys(np.ndindex(target.shape), 0.0)
            for index, found in uses.items():
                for place, route in found:
                    passed[place] += route.slope * (self._adjoint(array[index]) if array.ndim else 1.0)
            rows = tuple(tuple(passed[index] for index in row) for row in grid(target)[1])
            if array.ndim == 0:
                return Piece((adjoint, Factor(slope, rows)))
            both = Product(0.0, (adjoint.term, slope), spaced=True)
            return Piece((Factor(both, rows),), summed="routes")
        slopes = {index: found[0][1].slope for index, found in uses.items()}
        rows = tuple(tuple(slopes.get(index, 0.0) for index in row) for row in grid(array)[1])
        summed = "" if array.size == target.size else summed_over(array.shape, target.shape)
        if len(slopes) == array.size and set(slopes.values()) == {1.0} and not isinstance(term, Switch):
            return Piece((adjoint,), summed=summed)
        return Piece((adjoint, Factor(term or slope, rows)), sign="∘", summed=summed)

    def _partial(self, node: Value, index: Index, name: str, source: str) -> _Partial | None:
        """∂Y/∂T of one entry as the table writes it; None where an entry is more than one operation."""
        row = node.row
        uses = [x for x in node.operands if type(x) is Value and self.owner.get(x, ("",))[0] == source]
        assert row is not None
        if len(uses) != 1:
            return None
        written: list[Term] = []
        conditions: list[Condition] = []
        for by_entry in (True, False):
            names: dict[str, Term | tuple[Term, ...]] = {}
            text = ""
            for argument, operand, partial in zip(row.operands, node.operands, row.written, strict=True):
                if isinstance(operand, tuple):
                    return None
                shown = self._as_array(name, index, operand)
                if shown is None:
                    return None
                names[argument.name] = self._at(shown, name, index) if by_entry else shown
                text = partial if operand is uses[0] else text
            if "nothing" in text:
                return None
            names |= {key: Number(value) for key, value in node.parameters.items()}
            names["z"] = Symbol(node._data, entry(name, index) if by_entry else name)
            names["tie"] = Number(0.5 if all(type(x) is Value for x in node.operands) else 0.0)
            term, conditions = from_text(row, text, names)
            written.append(term)
        return _Partial(written[0], written[1], _strict(conditions) if written[1] == Number(1.0) else None)

    def _common_switch(self, partials: dict[Index, _Partial | None]) -> Switch | None:
        """``1{y₁ > 0}``: what decides between slope 1 and slope 0, where it is the same for all entries."""
        terms = {one.by_array if one is not None else None for one in partials.values()}
        found = {one.condition for one in partials.values() if one is not None and one.condition is not None}
        if not terms <= {Number(0.0), Number(1.0)} or len({self.style.write(one) for one in found}) != 1:
            return None
        return Switch(0.0, next(iter(found)))

    def _at(self, part: Any, name: str, index: Index) -> Any:
        """What stands in a formula for one entry of the array `name`, where `part` stands in one for all of them."""
        if not isinstance(part, Symbol) or part.name not in self.arrays:
            return part
        array = self.arrays[part.name]
        aligned = alignment(self.arrays[name].shape, array.shape)
        assert aligned is not None
        return Symbol(number_of(array[aligned[index]]), entry(part.name, aligned[index]))

    # --------------------------------------------------------------------------------------- nodes in two arrays

    def _read_shared(self) -> None:
        """An array that was taken from another: the same nodes, so the same adjoints."""
        taken: dict[tuple[str, str], list[tuple[Index, Index]]] = {}
        for node, found in self.shared.items():
            owner, place = self.owner[node]
            for _, _, name, index in found:
                if (name, index) == (owner, place):
                    continue
                taken.setdefault((name, owner), []).append((index, place))
                adjoint = self._adjoint(node)
                symbol = Symbol(adjoint, entry(f"d{owner}", place))
                self.targets[name].addends[index].append(Addend((symbol,), (adjoint,), abs(adjoint)))
        for (name, owner), places in taken.items():
            target, array = self.targets[name], self.arrays[owner]
            same_places = target.array.shape == array.shape and all(index == place for index, place in places)
            if same_places:
                passed = name_factor(f"d{owner}", rows_of(grid(array)[0], self._adjoint))
                kept = {index for index, _ in places}
                mask = tuple(tuple(float(index in kept) for index in row) for row in grid(array)[1])
                same = Condition(1.0, (Symbol(0.0, owner), "=", Symbol(0.0, name)))
                piece = Piece((passed, Factor(Switch(1.0, same), mask)), sign="∘")
            else:  # each where it was taken from, and 0 elsewhere
                taken_from = {index: self._adjoint(array[place]) for index, place in places}
                rows = tuple(tuple(taken_from.get(index, 0.0) for index in row) for row in grid(target.array)[1])
                piece = Piece((name_factor(f"d{owner}", rows),))
            target.pieces.append((piece, False))
            self._note_use(name, owner)
            nodes = f"{len(places)} entries" if len(places) > 1 else "one entry"
            self.found.append(
                (self.newest[owner], f"{self.style.symbol(owner)} holds {nodes} of {self.style.symbol(name)} itself")
            )

    def _note_what_is_missing(self) -> None:
        for name, array in self.arrays.items():
            if name not in self._with_nodes:
                continue
            elements = array.ravel().tolist()
            plain = sum(type(x) is not Value for x in elements)
            lost = sum(type(x) is Value and x not in self.place for x in elements)
            shown = self.style.symbol(name)
            if plain:
                are = "is a plain number" if plain == 1 else "are plain numbers"
                self.notes += [
                    f"{plain} of the {array.size} entries of {shown} {are} without an adjoint (–).",
                    "On a plain array np.maximum, np.where and np.clip only compare; on values(…) they record.",
                ]
            if lost:
                reach = f"{'does' if lost == 1 else 'do'} not reach {self.style.symbol(self.loss_name)}"
                self.notes.append(f"{lost} of the {array.size} entries of {shown} {reach}: no gradient flows there")

    # ------------------------------------------------------------------------------------------- numbers and text

    def _adjoint(self, node: Any) -> float:
        return self.adjoints.get(node, 0.0) if type(node) is Value else 0.0

    def _factor(self, form: Form) -> Factor:
        rows = tuple(tuple(map(number_of, row)) for row in form.entries)
        return Factor(Symbol(0.0, form.name), rows, form.transposed)


def _loss_name(loss: Value, taken: set[str]) -> str:
    name = loss.label or read_names(Value).of(loss)
    return name if name and name not in taken else next(one for one in ("L", "loss", "the loss") if one not in taken)


def _strict(conditions: list[Condition]) -> Condition | None:
    """``y > c`` where it alone decided, the array first; None for anything else."""
    if len(conditions) != 1 or len(conditions[0].parts) != 3:
        return None
    first, sign, second = conditions[0].parts
    if sign not in ("<", ">"):
        return None
    if not isinstance(first, Symbol):
        return None
    return Condition(1.0, (Symbol(0.0, first.name), sign, second))
