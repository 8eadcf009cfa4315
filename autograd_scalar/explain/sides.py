"""The kinks between a node and the result, and the slopes of the result to the left and to the right of the node.

The two are exact: one sweep forward with the tangent +1 and one with −1, in which an operation that is on its kink has
the partials of the side to which its operands move.
"""

from __future__ import annotations

from math import inf, isfinite, nextafter
from typing import TYPE_CHECKING, Any

from ..notation import display
from ..ops import table
from .kink import Slopes, interval, kink_of, partials_at
from .kink_place import is_on_kink, nearest

if TYPE_CHECKING:
    from ..value import Value
    from .case import Case
    from .kink import Kink

__all__ = ["is_other", "kinks_between", "slopes_beside", "told_kinks", "told_sides"]

MANY = 20_000  # operations that may have a kink; of more only those of the main route are looked at
NAMED = 3  # kinks that are told
CLOSE = 1e-9  # of two slopes that are one on paper


def kinks_between(case: Case) -> tuple[list[int], bool]:
    """The nodes on a kink that something flows through, or would with another slope there; and whether they are all.

    The nearest to the result come first. Where there are very many operations to look at, those of the main route.
    """
    flow = case.flow
    rows = {name for name, row in table.items() if row.kinks}
    numbers: Any = [
        number for number, node in enumerate(flow.nodes) if number and node._rule is not None and node._rule.op in rows
    ]
    is_whole = len(numbers) <= MANY
    if not is_whole:
        main = set(case.main.nodes)
        numbers = filter(main.__contains__, numbers)
    on = {number for number in numbers if is_on_kink(flow.nodes[number])}
    if not on:
        return [], is_whole
    up, down = flow.live(on)
    live = [number for number in on if down[number] and any(up[parent] for parent in flow.parents_of(number))]
    return sorted(live, reverse=True), is_whole


def slopes_beside(case: Case, kinks: list[int]) -> tuple[float, float] | None:
    """The slope of the result to the left of the node, and to the right; None where that is not sure."""
    flow = case.flow
    on = set(kinks)
    found = []
    for start in (-1.0, 1.0):
        tangents = [start]
        for number in range(1, flow.last + 1):
            links = flow.into(number)
            if number in on:
                partials = _partials_towards(
                    flow.nodes[number], {flow.nodes[one]: tangents[one] for one, _, _ in links}
                )
                if partials is None:
                    return None
                links = [(one, partials[place], place) for one, _, place in links]
            tangents.append(sum(tangents[one] * slope for one, slope, _ in links if tangents[one]))
        found.append(start * tangents[-1] + 0.0)
    left, right = found
    return (left, right) if isfinite(left) and isfinite(right) else None


def _partials_towards(node: Value, tangents: dict[Value, float]) -> tuple[float, ...] | None:
    """The partials of a node on its kink, on the side to which its operands move; None where that is not sure.

    Each operand is moved by a few of the least steps of a float: the more, the faster it moves. So it is known which of
    those that tie comes out on top; where a kink is a point of a plane, it does not tell how it is left.
    """
    row = node.row
    assert row is not None
    found = nearest(node, row, 0.0)
    if found is None:  # a plain number wins, and nothing ties
        return node.partials()
    if len(found[1].equalities) > 1 or not all(map(isfinite, tangents.values())):
        return None
    speeds = sorted({0.0, *tangents.values()})
    still = speeds.index(0.0)
    steps = {one: speeds.index(speed) - still for one, speed in tangents.items()}
    moved: dict[tuple[int, int | None], float] = {}
    for place, operand in enumerate(node.operands):
        elements = enumerate(operand) if isinstance(operand, tuple) else ((None, operand),)
        for element, one in elements:
            count = steps.get(one, 0) if type(one) is type(node) else 0
            at = one.data if count else 0.0
            for _ in range(abs(count)):
                at = nextafter(at, inf if count > 0 else -inf)
            if count:
                moved[place, element] = at
    return partials_at(node, moved) if moved else node.partials()


def told_kinks(case: Case, kinks: list[int]) -> tuple[list[str], list[Value]]:
    """In words: ``a = relu(z) is on its kink, z = 0: the slope taken is 0 for z, of [0, 1]``; and the nodes of all.

    Where slopes do not differ, as in max(p, p), there is no kink.
    """
    words = case.words
    found: list[tuple[Value, Kink]] = []
    rest = iter(kinks)
    for number in rest:
        kink = kink_of(case.flow.nodes[number], words)
        if kink is not None:
            found.append((case.flow.nodes[number], kink))
        if len(found) == NAMED:
            break
    more = [case.flow.nodes[number] for number in rest]
    sentences = []
    for node, kink in found:
        taken = "; ".join(
            f"{words.number(one.taken)} for {display(one.wrt)}, of {interval(one, words.digits)}"
            for one in kink.slopes[:3]
        )
        sentences.append(f"{words.defined(node)} is on its kink, {kink.where}: the slope taken is {taken}.")
    if more:
        sentences.append(f"So {'is' if len(more) == 1 else 'are'} {len(more):,} more; kinks() lists them.")
    return sentences, [*(node for node, _ in found), *more]


def told_sides(case: Case, sides: tuple[float, float] | None) -> list[str]:
    """``At x = 1 the slope is 1 to the left and 4 to the right: any of [1, 4] would do``; nothing where it is the same.

    Several kinks at once may have been given slopes that no side has: relu(x) − relu(−x) is x, and 0 is found at 0.
    """
    if sides is None or not is_other(case, sides):
        return []
    words, (left, right) = case.words, sides
    scale = max(map(abs, (left, right, case.gradient)))
    low, high = min(sides), max(sides)
    is_within = low - CLOSE * scale <= case.gradient <= high + CLOSE * scale
    at = f"At {words.is_number(case.wrt)} the slope of {case.of} is"
    shown = [("" if words.equals(one) == "=" else "about ") + words.number(one) for one in sides]
    if high - low <= CLOSE * scale:
        return [f"{at} {shown[0]} on both sides: the slopes taken at the kinks do not add up to it."]
    both = f"{at} {shown[0]} to the left and {shown[1]} to the right"
    any_of = f"any of {interval(Slopes('', case.gradient, low, high), words.digits)} would do"
    neither = "" if is_within else f", and {words.number(case.gradient)} is none: the slopes taken do not fit together"
    return [f"{both}: {any_of}{neither}."]


def is_other(case: Case, sides: tuple[float, float]) -> bool:
    """Whether the slope on one side is another than the gradient."""
    scale = max(map(abs, (*sides, case.gradient)))
    return any(abs(one - case.gradient) > CLOSE * scale for one in sides)
