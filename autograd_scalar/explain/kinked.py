"""Where the slopes at the left and at the right differ: kinks, the slope that was taken, and what it could have been.

A row of the table says where its kinks are (``x == 0``, ``x == low or x == high``, ``x == 0 and y == 0``), and its
partials are what the slopes are on both sides. Nothing here knows an operation by name.
"""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass
from functools import lru_cache
from html import escape as html_escape
from math import inf, isfinite, isnan, nextafter
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _generated, helpers
from ..errors import UsageError
from ..formula.equations import Section, Typeset
from ..formula.numbers import DIGITS, check_digits, number
from ..formula.terms import Number, Symbol, flat, from_text
from ..notation import display, escape
from ..validation import parse
from ..value import Value, check_not_edited
from .asking import read_steps
from .words import UNNAMED, Words, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..formula.terms import Term
    from ..ops import Row

__all__ = ["Kink", "Kinks", "Slopes", "is_on_kink", "kink_of", "kinks"]

NEAR = 1e-6
LINES = 40  # kinks that are printed
MOVED = 8  # elements of a sequence that are moved one by one; the others, by symmetry, have the same slopes


@dataclass(frozen=True, slots=True)
class Slopes:
    """∂node/∂`wrt` at a kink: the slope that was `taken`, and the interval of those that were possible."""

    wrt: str
    taken: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Kink:
    """A node on a kink (`distance` is 0) or near one. `where` says it in words: ``z = 0``.

    `distance` is relative to the size of the terms that the operand was added up from.
    """

    node: str
    formula: str
    where: str
    distance: float
    slopes: tuple[Slopes, ...]

    @property
    def is_on(self) -> bool:
        """Whether the node is on the kink itself."""
        return self.distance == 0.0


@dataclass(frozen=True, slots=True, repr=False)
class Kinks(Typeset):
    """All nodes of a graph that are on a kink or within `near` of one, in the order of recording."""

    of: str
    near: float
    kinks: tuple[Kink, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS

    def __len__(self) -> int:
        return len(self.kinks)

    def __iter__(self) -> Iterator[Kink]:
        return iter(self.kinks)

    def ascii(self) -> str:
        """The same in ASCII."""
        return plain(self.text())

    def _repr_html_(self) -> str:
        head, *rest = _table(self)
        rows = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{html_escape(cell)}</td>' for cell in row) + "</tr>"
            for row in rest
        )
        return f'<div class="autograd-kinks"><p>{html_escape(head[0])}</p><table>{rows}</table></div>'

    def _repr_latex_(self) -> None:  # type: ignore[override]  # a notebook shows the table of `_repr_html_`
        return None

    def latex(self) -> str:
        """An ``array`` of words."""
        rows = [" & ".join(rf"\text{{{escape(cell, 'latex')}}}" for cell in row) for row in _table(self)]
        body = " \\\\\n".join(rows)
        return f"\\begin{{array}}{{lll}}\n{body}\n\\end{{array}}"


def kinks(result: Any, near: float = NEAR, digits: int | None = DIGITS, **arguments: Any) -> Kinks:
    """The nodes of a graph that are on or near a kink, the slope taken there, and the interval of possible slopes.

    A kink is where the slopes at the left and at the right of a number differ: relu at 0, a tie in a maximum. There the
    gradient depends on a convention, which stands in the table, and a numerical check sees neither side. `near` is
    relative: x = a − b is near 0 when it is within `near` times the larger of a and b.

    Raises `UsageError` when `near` is not a number ≥ 0.

    >>> w = Value(-0.5, label="w")
    >>> z = (w * 2 + 1).named("z")
    >>> a = z.relu().named("a")
    >>> print(kinks(a))
    1 node on a kink, where the slope is a convention
      a = relu(z)   z = 0   da/dz: 0 is taken, of [0, 1]
    """
    check_digits(digits)
    if type(near) not in (int, float) or not 0 <= near < inf:
        raise UsageError(f"kinks: near={near!r}: it is a relative distance, a number from 0 on")
    steps = read_steps(result, (), arguments)
    check_not_edited(steps.order)
    words = Words(steps, digits)
    found = [kink for node in steps.order if node._rule is not None for kink in [kink_of(node, words, near)] if kink]
    made = Kinks(steps.name(steps.root), float(near), tuple(found), (), (), digits)
    lines = _lines(made)
    return Kinks(made.of, made.near, made.kinks, (Section("", tuple(lines)),), (), digits)


def _table(found: Kinks) -> list[tuple[str, ...]]:
    on = sum(kink.is_on for kink in found)
    close = len(found) - on
    within = number(found.near, found.digits)
    if not found.kinks:
        return [(f"No node is on a kink, or within {within} of one.",)]
    parts = []
    if on:
        parts.append(f"{on:,} node{'s' * (on > 1)} on a kink, where the slope is a convention")
    if close:
        which = "near one" if on else f"node{'s' * (close > 1)} near a kink"
        parts.append(f"{close:,} {which} (within {within})")
    rows: list[tuple[str, ...]] = [("; ".join(parts),)]
    for kink in found.kinks[:LINES]:
        what = kink.formula if kink.formula == kink.node else f"{display(kink.node)} = {kink.formula}"
        slopes = [_slope_text(kink, one, found.digits) for one in kink.slopes[:4]]
        more = len(kink.slopes) - 4
        rows.append((what, kink.where, "; ".join(slopes) + (f"; and {more:,} more" if more > 0 else "")))
    if len(found.kinks) > LINES:
        rows.append((f"… {len(found.kinks) - LINES:,} more", "", ""))
    return rows


def _slope_text(kink: Kink, slopes: Slopes, digits: int | None) -> str:
    taken = f"{number(slopes.taken, digits)} is taken, of {interval(slopes, digits)}"
    if slopes.wrt == UNNAMED:
        return f"for {UNNAMED}: {taken}"
    d = "d" if len(kink.slopes) == 1 else "∂"
    shown = map(display, (kink.node, slopes.wrt))
    node, wrt = (f"({one})" if " " in one else one for one in shown)
    return f"{d}{node}/{d}{wrt}: {taken}"


def interval(slopes: Slopes, digits: int | None) -> str:
    """``[0, 1]``, ``(−∞, ∞)``."""
    low = "(" if slopes.low == -inf else "["
    high = ")" if slopes.high == inf else "]"
    return f"{low}{number(slopes.low, digits)}, {number(slopes.high, digits)}{high}"


def _lines(found: Kinks) -> list[str]:
    head, *rows = _table(found)
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return [
        head[0],
        *(f"  {what:{widths[0]}}   {where:{widths[1]}}   {slopes}".rstrip() for what, where, slopes in rows),
    ]


# --------------------------------------------------------------------------------------------- where a row has kinks


class _Equality(NamedTuple):
    """``left == right`` in the text of a row, compiled; `names` are the operands in it."""

    left: Any
    right: Any
    left_text: str
    right_text: str
    names: tuple[str, ...]


class _Case(NamedTuple):
    """Equalities that hold together, side conditions, and whether it is about ties in a sequence (its name)."""

    equalities: tuple[_Equality, ...]
    conditions: tuple[Any, ...]
    tie: str


@lru_cache(maxsize=256)
def _cases(text: str, operands: tuple[str, ...]) -> tuple[_Case, ...]:
    """The kinks of a row as a list of cases, any of which makes one: ``or`` of ``and`` of equalities."""
    cases = []
    for conjuncts in _alternatives(parse(text)):
        equalities: list[_Equality] = []
        conditions: list[Any] = []
        tie = ""
        for one in conjuncts:
            match one:
                case ast.Compare(
                    left=ast.Call(func=ast.Name(id="share"), args=[ast.Name(id=sequence), *_]), ops=[ast.NotEq()]
                ):
                    tie = sequence
                case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                    names = {node.id for node in ast.walk(one) if isinstance(node, ast.Name)}
                    involved = tuple(name for name in operands if name in names)
                    equalities.append(
                        _Equality(_code(left), _code(right), ast.unparse(left), ast.unparse(right), involved)
                    )
                case _:
                    conditions.append(_code(one))
        cases.append(_Case(tuple(equalities), tuple(conditions), tie))
    return tuple(cases)


def _alternatives(tree: ast.expr) -> list[list[ast.expr]]:
    """An expression of ``and`` and ``or`` as alternatives of things that must hold together."""
    if isinstance(tree, ast.BoolOp):
        parts = [_alternatives(value) for value in tree.values]
        if isinstance(tree.op, ast.Or):
            return [one for part in parts for one in part]
        return [[one for group in groups for one in group] for groups in itertools.product(*parts)]
    return [[tree]]


def _code(tree: ast.expr) -> Any:
    return compile(ast.Expression(tree), "<kinks>", "eval")


class _Scope(dict[str, Any]):
    """What the text of a kink may call: helpers, and every row of the table on plain numbers."""

    def __missing__(self, name: str) -> Any:
        if hasattr(helpers, name):
            return getattr(helpers, name)
        if name == "share":
            from ..recording import share

            return share
        if name == "bool":
            return bool
        return getattr(_generated, f"_{name}")


def _evaluate(code: Any, scope: Mapping[str, Any]) -> float:
    try:
        return float(eval(code, {"__builtins__": {}}, scope))  # noqa: S307  # validated text of a row
    except (ValueError, ArithmeticError):
        return inf


def _number_of(operand: Any) -> Any:
    if isinstance(operand, tuple):
        return [_number_of(one) for one in operand]
    return operand._data if type(operand) is Value else operand


def _scope(node: Value, row: Row) -> _Scope:
    scope = _Scope(zip((argument.name for argument in row.operands), map(_number_of, node.operands), strict=True))
    scope.update(node.parameters)
    scope["z"] = node.data
    return scope


def is_on_kink(node: Value) -> bool:
    """Whether the condition of a row holds for a node: quick, for looking through many nodes; `kink_of` says more."""
    row = node.row
    if row is None or not row.kinks:
        return False
    scope = _Scope(zip((argument.name for argument in row.operands), map(_recorded, node.operands), strict=True))
    scope.update(node.parameters)
    scope["z"] = node._data
    return _evaluate(_whole(row.kinks), scope) == 1.0


@lru_cache(maxsize=256)
def _whole(text: str) -> Any:
    return compile(f"bool({text})", "<kinks>", "eval")


def _recorded(operand: Any) -> Any:
    return operand._data if type(operand) is Value else operand  # a sequence as it is: a tie asks which are Values


def _nearest(node: Value, row: Row, near: float) -> tuple[float, _Case] | None:
    """The case that is nearest, and its relative distance, where that is at most `near`."""
    scope = _scope(node, row)
    names = tuple(argument.name for argument in row.operands)
    best: tuple[float, _Case] | None = None
    for case in _cases(row.kinks, names):
        if not all(_evaluate(condition, scope) for condition in case.conditions):
            continue
        distances = [_tie_distance(node, row, case.tie)] if case.tie else []
        for one in case.equalities:
            left, right = _evaluate(one.left, scope), _evaluate(one.right, scope)
            if isnan(left) or isnan(right) or not (isfinite(left) and isfinite(right)):
                distances.append(inf)
            elif left == right:
                distances.append(0.0)
            else:
                involved = [node.operands[names.index(name)] for name in one.names]
                distances.append(abs(left - right) / max(abs(left), abs(right), *map(_scale, involved)))
        distance = max(distances, default=inf)
        if distance <= near and (best is None or distance < best[0]):
            best = distance, case
    return best


def _scale(operand: Any) -> float:
    """The size of the terms that an operand was added up from; 1 for a leaf, whose own size says nothing."""
    if type(operand) is not Value:
        return abs(operand) if isinstance(operand, float) else 0.0
    if operand._rule is None:
        return max(1.0, abs(operand.data))
    terms = [abs(parent.data * slope) for parent, slope in zip(operand.parents, operand.partials(), strict=True)]
    return max([one for one in terms if isfinite(one)], default=0.0)


def _tie_distance(node: Value, row: Row, name: str) -> float:
    """How far the second nearest element of a sequence is from the node's own number; one of them must be a Value."""
    elements = _elements(node, row, name)
    distances = sorted((abs(_number_of(one) - node.data), type(one) is not Value) for one in elements)
    if len(distances) < 2 or isnan(node.data) or not isfinite(distances[1][0]):
        return inf
    (first, first_is_number), (second, second_is_number) = distances[:2]
    if second == 0.0 or not (first_is_number and second_is_number):
        at_top = [one for one in elements if abs(_number_of(one) - node.data) <= second]
        if not any(type(one) is Value for one in at_top):
            return inf
        return second / max(abs(node.data), max(map(_scale, at_top), default=0.0)) if second else 0.0
    return inf if first else second


def _elements(node: Value, row: Row, name: str) -> tuple[Any, ...]:
    place = [argument.name for argument in row.operands].index(name)
    elements = node.operands[place]
    assert isinstance(elements, tuple)
    return elements


# ------------------------------------------------------------------------------------------------- the slopes around


def kink_of(node: Value, words: Words, near: float = 0.0) -> Kink | None:
    """The kink that a node is on or near, if any, with the slopes on all sides of it."""
    row = node.row
    if row is None or not row.kinks:
        return None
    found = _nearest(node, row, near)
    if found is None:
        return None
    distance, case = found
    around = [_partials_at(node, moved) for moved in _points(node, row, case)]
    known = [partials for partials in around if partials is not None]
    slopes: list[Slopes] = []
    shared = _shared(node, row, case, known)
    places: dict[Value, list[int]] = {}  # a Value may be an operand more than once
    for place, parent in enumerate(node.parents):
        places.setdefault(parent, []).append(place)
    partials = node.partials()
    for parent, uses in places.items():
        taken = sum(partials[use] for use in uses)
        sides = [side for one in known if not isnan(side := sum(one[use] for use in uses))]
        low, high = min([taken, *sides]), max([taken, *sides])
        if shared and len(uses) == 1 and _is_top(node, parent, distance):
            low, high = min(low, shared[0]), max(high, shared[1])
        if low < high:
            slopes.append(Slopes(words.called(parent), taken, low, high))
    if not slopes:
        return None
    return Kink(
        words.plain_name(node), words.formula(node), _where(node, row, case, distance, words), distance, tuple(slopes)
    )


def _is_top(node: Value, parent: Value, distance: float) -> bool:
    return abs(parent.data - node.data) <= distance * max(abs(node.data), _scale(parent))


def _shared(node: Value, row: Row, case: _Case, known: Sequence[tuple[float, ...]]) -> tuple[float, float] | None:
    """The slopes of the elements that were moved, for those, just as near, that were not."""
    if not case.tie or len(_elements(node, row, case.tie)) <= MOVED:
        return None
    every = [slope for partials in known for slope in partials if not isnan(slope)]
    return (min(every), max(every)) if every else None


def _points(node: Value, row: Row, case: _Case) -> Iterator[dict[tuple[int, int | None], float]]:
    """Operands moved to all sides of the kink, as {(operand, element): number}."""
    names = [argument.name for argument in row.operands]
    if case.tie:
        place = names.index(case.tie)
        elements = _elements(node, row, case.tie)
        ranked = sorted((abs(_number_of(one) - node.data), index) for index, one in enumerate(elements))
        gap = ranked[1][0]
        top = [index for distance, index in ranked if distance <= gap]
        together: dict[tuple[int, int | None], float] = {(place, index): node.data for index in top}
        yield together
        at_top: dict[Value, list[int]] = {}
        for index in top:
            if type(elements[index]) is Value:
                at_top.setdefault(elements[index], []).append(index)
        for indices in list(at_top.values())[:MOVED]:
            for end in (-inf, inf):
                yield {**together, **{(place, index): nextafter(node.data, end) for index in indices}}
        return
    base = _solved(node, row, case)
    yield _of_operands(node, names, base)
    for sides in itertools.product((-inf, 0.0, inf), repeat=len(base)):
        if any(sides):
            pairs = zip(base.items(), sides, strict=True)
            yield _of_operands(
                node, names, {name: nextafter(value, side) if side else value for (name, value), side in pairs}
            )


def _of_operands(node: Value, names: list[str], moved: Mapping[str, float]) -> dict[tuple[int, int | None], float]:
    """The numbers by place; a Value that stands in two places moves in both."""
    by_value = {node.operands[names.index(name)]: value for name, value in moved.items()}
    return {
        (place, None): by_value[one]
        for place, one in enumerate(node.operands)
        if type(one) is Value and one in by_value
    }


def _solved(node: Value, row: Row, case: _Case) -> dict[str, float]:
    """Operands that put the node on the kink: each equality is solved for its first Value, as if it were linear."""
    scope = _scope(node, row)
    names = [argument.name for argument in row.operands]
    for one in case.equalities:
        difference = _evaluate(one.left, scope) - _evaluate(one.right, scope)
        if not difference:
            continue
        free = [name for name in one.names if type(node.operands[names.index(name)]) is Value]
        if not free:
            continue
        name = free[0]
        start = scope[name]
        for side, text in ((one.left, one.left_text), (one.right, one.right_text)):
            other = one.right if side is one.left else one.left
            if text == name:  # the usual case, and exact
                scope[name] = _evaluate(other, scope)
                break
        else:
            width = max(abs(start), 1.0) * 2.0**-20
            scope[name] = start + width
            slope = (_evaluate(one.left, scope) - _evaluate(one.right, scope) - difference) / width
            scope[name] = start - difference / slope if slope else start
    involved = dict.fromkeys(name for one in case.equalities for name in one.names)
    different: dict[Value, str] = {}
    for name in involved:
        operand = node.operands[names.index(name)]
        if type(operand) is Value:
            different.setdefault(operand, name)
    return {name: scope[name] for name in different.values()}


def _partials_at(node: Value, moved: Mapping[tuple[int, int | None], float]) -> tuple[float, ...] | None:
    """The partials of the node's rule with other numbers at some operands; None where the row has no value there.

    A second node is made by hand, beside the graph, so that no mode sees it and no operation is recorded.
    """

    def at(operand: Any, key: tuple[int, int | None]) -> Any:
        if isinstance(operand, tuple):
            return tuple(at(one, (key[0], index)) for index, one in enumerate(operand))
        if type(operand) is not Value:
            return operand
        return Value(moved.get(key, operand.data))

    operands = [at(operand, (place, None)) for place, operand in enumerate(node.operands)]
    parents: list[Value] = []
    pending = list(zip(flat(node.operands), flat(operands), strict=True))
    for parent in node.parents:  # in order, each operand used once
        place = next(index for index, (old, _) in enumerate(pending) if old is parent)
        parents.append(pending.pop(place)[1])
    try:
        value = float(getattr(_generated, f"_{node.op}")(*map(_number_of, operands), *node.parameters.values()))
        rule = node._rule
        assert rule is not None
        copy = object.__new__(Value)
        copy._data, copy._grad, copy._rule, copy._clock = value, None, rule, node._clock
        if rule.many:
            copy._x, copy._y = tuple(parents), (*operands, *node._y[len(operands) :])
        else:
            copy._x = operands[0]
            copy._y = operands[1] if len(operands) > 1 else node._y
        return copy.partials()
    except (ValueError, ArithmeticError):
        return None


# ------------------------------------------------------------------------------------------------------ in words


def _where(node: Value, row: Row, case: _Case, distance: float, words: Words) -> str:
    """``z = 0``; ``p = q = 2``; near a kink ``z = 10⁻⁹, near 0``."""
    if case.tie:
        near = [
            one
            for one in _elements(node, row, case.tie)
            if abs(_number_of(one) - node.data) <= 2 * distance * max(abs(node.data), 1.0)
        ]
        names = [words.write(_mention(one, words)) for one in near]
        shown = names if len(names) <= 4 else [*names[:3], f"{len(names) - 3:,} more"]
        return (
            f"{' ≈ '.join(shown)} ≈ {words.number(node.data)}"
            if distance
            else " = ".join(dict.fromkeys([*shown, words.number(node.data)]))
        )
    parts = [_equality(node, row, one, words) for one in case.equalities]
    return " and ".join(parts)


def _mention(operand: Any, words: Words) -> Term:
    if type(operand) is not Value:
        return Number(operand)
    return Symbol(operand.data, UNNAMED) if words.called(operand) == UNNAMED else words.mention(operand)


def _equality(node: Value, row: Row, equality: _Equality, words: Words) -> str:
    names: dict[str, Term | tuple[Term, ...]] = {
        argument.name: _mention(operand, words)
        for argument, operand in zip(row.operands, node.operands, strict=True)
        if not isinstance(operand, tuple)
    }
    names |= {name: Number(value) for name, value in node.parameters.items()}
    names["z"] = Symbol(node.data, "z")
    left, right = (from_text(row, text, names)[0] for text in (equality.left_text, equality.right_text))
    if left.value == right.value:
        shown = [words.write(left), words.write(right)]
        last = words.number(right.value)
        return " = ".join(dict.fromkeys([*shown, last]))
    if isinstance(right, Number):
        return f"{words.write(left)} {words.equals(left.value)} {words.number(left.value)}, near {words.write(right)}"
    gap = left.value - right.value
    return f"{words.write(left)} − {words.write(right)} {words.equals(gap)} {words.number(gap)}"
