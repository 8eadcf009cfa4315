"""The maths of a row, typeset: each branch of a choice, with the conditions under which it is taken.

The text of the row is read into terms once for each way that its choices can go, and the printer of `formula` writes
them. Sequences are shown with three elements.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from ..formula.styles import style_for
from ..formula.terms import Condition, Number, Symbol, Term, from_text, of_row

if TYPE_CHECKING:
    from ..ops import Row
    from ..value import Value

__all__ = ["Branch", "partials", "value"]

_MOST = 8  # ways that the choices of one text can go


class Branch(NamedTuple):
    """One way to compute something, and when: nothing said means always."""

    formula: str
    conditions: str


def value(row: Row, node: Value, style: str = "mathml") -> list[Branch]:
    """Z in terms of the arguments of `row`; `node` is a use of it, see `rules.example`."""
    names = _names(row, node)
    operands = [names[argument.name] for argument in row.operands]
    if any(argument.kind == "sequence" for argument in row.operands) or row.form not in ("call", "select"):
        parameters = {one.name: float(node.parameters[one.name]) for one in row.arguments if one.kind == "parameter"}
        return [Branch(style_for(style, 6, []).write(of_row(row, operands, parameters, node.data)), "")]
    return _branches(row, row.value, names, None, style)


def partials(row: Row, node: Value, style: str = "mathml") -> list[tuple[str, list[Branch]]]:
    """For each operand its name and ∂z/∂(it), as a person writes it; of a sequence for the first element."""
    names = _names(row, node)
    found = []
    for argument, text in zip(row.operands, row.written, strict=True):
        first = f"{argument.name}1" if argument.kind == "sequence" else argument.name
        found.append((first, _branches(row, text, names, 0 if argument.kind == "sequence" else None, style)))
    return found


def _names(row: Row, node: Value) -> dict[str, Term | tuple[Term, ...]]:
    names: dict[str, Term | tuple[Term, ...]] = {"z": Symbol(node.data, "z")}
    for argument, operand in zip(row.operands, node.operands, strict=True):
        if isinstance(operand, tuple):
            names[argument.name] = tuple(
                Symbol(one.data, f"{argument.name}{place}") for place, one in enumerate(operand, 1)
            )
        else:
            names[argument.name] = Symbol(float(getattr(operand, "data", operand)), argument.name)
    names |= {"tie": Number(0.5), "share of ties": Symbol(0.5, "share"), "nothing": Symbol(0.0, "nothing")}
    names |= {name: Symbol(number, name) for name, number in node.parameters.items()}
    return names


def _branches(
    row: Row, text: str, names: dict[str, Term | tuple[Term, ...]], element: int | None, style: str
) -> list[Branch]:
    writer = style_for(style, 6, [])
    found: dict[str, list[list[tuple[str, bool]]]] = {}
    pending: list[tuple[bool, ...]] = [()]
    while pending and len(found) < _MOST:
        begun = pending.pop()
        way: list[tuple[str, bool]] = []

        def decide(condition: Condition, begun: tuple[bool, ...] = begun, way: list[tuple[str, bool]] = way) -> bool:
            written = _on_paper(condition)
            if written is None:
                return False
            way.append((writer.write(written), begun[len(way)] if len(way) < len(begun) else True))
            return way[-1][1]

        term, _ = from_text(row, text, names, element, decide)
        holds = [one for _, one in way]
        pending += [(*holds[:place], False) for place in reversed(range(len(begun), len(way)))]
        found.setdefault(writer.write(term), []).append(way)
    if len(found) == 1:  # whatever was chosen is in the formula, as a switch
        return [Branch(next(iter(found)), "")]
    return [Branch(formula, _when(ways)) for formula, ways in found.items()]


def _when(ways: list[list[tuple[str, bool]]]) -> str:
    """What decides for a branch, after the branches before it: the conditions that hold on each of its ways."""
    same = takewhile(lambda place: len({tuple(way[: place + 1]) for way in ways}) == 1, range(min(map(len, ways))))
    common = [ways[0][place] for place in same]
    return " and ".join(condition for condition, holds in common if holds) or "otherwise"


def _on_paper(condition: Condition) -> Condition | None:
    """The condition without ``x ≠ x``, which finds a NaN, and there is none on paper; None where nothing is left."""
    if len(condition.parts) == 3 and condition.parts[1:] == ("≠", condition.parts[0]):
        return None
    if not isinstance(condition.parts[0], Condition):
        return condition
    left = [part for part in condition.parts if isinstance(part, Condition) and _on_paper(part)]
    return condition if len(left) > 1 else left[0] if left else None
