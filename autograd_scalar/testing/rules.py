"""Is the rule of a node right? Its partials against its own values: what the row says against what the row computes.

The gradient of a whole function says that something is wrong. This says what: each node is taken out of the graph, its
operands are moved one at a time, its value is computed anew, and the quotients are held against its partials.
"""

from __future__ import annotations

from collections import Counter
from contextvars import Context
from dataclasses import dataclass
from functools import partial
from math import isfinite, isnan, log10
from typing import TYPE_CHECKING, Any

from .. import _generated
from ..conditions import numbers_of
from ..errors import AutogradError
from ..formula.numbers import number
from ..transforms import gradients, partial_values
from ..value import Value
from .numerical import EPSILON, Estimate, Sample, Sweep
from .sides import is_on_kink, sides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..ops import Row

__all__ = ["TOLERANCE", "WrongRule", "judge", "told", "wrong_partials", "wrong_rules", "wrong_second_partials"]

TOLERANCE = 1e-9
NODES_OF_ONE_OP = 40  # that are looked at in one graph
ELEMENTS = 6  # of a sequence that are moved, one at a time

BOTTOM = 1e-280  # what a second derivative may lose where its terms leave the floats at the bottom

Slot = tuple[int, int | None]  # an operand's place, and an element's place in it


@dataclass(frozen=True, slots=True)
class WrongRule:
    """A partial that is not the slope of its row's own value: the row, the argument, and the two numbers.

    `order` is 2 where the partial is right and its derivative is not: what second derivatives are made of.
    """

    op: str
    argument: str
    text: str
    says: float
    values: float
    error: float
    at: str
    order: int = 1
    is_callable: bool = False

    def __str__(self) -> str:
        its = f"its partial for {self.argument}, {'a callable' if self.is_callable else f'“{self.text}”'}, "
        if self.order == 2:
            its = f"the derivative of {its}"
        values = "its values say" if self.order == 1 else "the partial's values say"
        shown = told(Estimate(self.values, self.error, 0.0))
        return f"rule '{self.op}': {its}says {number(self.says, 10)} at {self.at}; {values} {shown}."


def told(estimate: Estimate) -> str:
    """A numerical slope with the digits that are known of it."""
    size = abs(estimate.slope)
    known = 12 if not estimate.error else int(log10(size / estimate.error)) if size > estimate.error else 1
    return number(estimate.slope, min(max(known, 1), 12))


def wrong_rules(nodes: Iterable[Value], *, order: int = 1, tolerance: float = TOLERANCE) -> Iterator[WrongRule]:
    """What is wrong with the rules of a graph's nodes; at most forty nodes of each operation are looked at."""
    seen: Counter[str] = Counter()
    for node in nodes:
        if node._rule is None or seen[node.op] >= NODES_OF_ONE_OP:
            continue
        seen[node.op] += 1
        yield from wrong_partials(node, tolerance)
        if order == 2 and seen[node.op] <= NODES_OF_ONE_OP // 8:
            yield from wrong_second_partials(node, tolerance)


def judge(sweep: Sweep, says: float, tolerance: float, *, on_kink: bool = False, doubt: float = 0.0) -> Estimate | None:
    """The slope that contradicts `says`, or None: also where differences cannot tell.

    At a kink, stated or not, any slope between the left and the right one is right. `doubt` widens what is allowed.
    """
    sweep.take()
    found = sweep.central()
    if isnan(says) or not isfinite(sweep.here.value):
        return None
    if not on_kink and found.agrees(says, tolerance + doubt) and found.is_conclusive:
        return None
    if not on_kink and not found.is_conclusive:
        found = sweep.widen().central()
    if not on_kink and (found.agrees(says, tolerance + doubt) or not isfinite(found.slope)):
        return None
    left, right = sweep.left(across=True), sweep.right(across=True)
    if not (isfinite(left.slope) and isfinite(right.slope)):  # an end of the domain
        found = right if isfinite(right.slope) else left
        return None if found.agrees(says, tolerance + doubt) or not found.is_conclusive else found
    if not (isfinite(left.error) and isfinite(right.error)):
        return found if not on_kink and found.is_conclusive else None
    allowed = 10 * (left.error + right.error) + (tolerance + doubt) * max(abs(left.slope), abs(right.slope))
    if min(left.slope, right.slope) - allowed <= says <= max(left.slope, right.slope) + allowed:
        return None
    one = min(left, right, key=lambda side: side.error) if on_kink else found
    if not one.is_conclusive and one.step > abs(sweep.x) > 0:
        return None  # steps that are large beside x, and not sure: they may have leapt over what happens near x
    return one if isfinite(one.slope) and not one.agrees(says, tolerance + doubt) else None


# ------------------------------------------------------------------------------------------------- first partials


def wrong_partials(node: Value, tolerance: float = TOLERANCE) -> Iterator[WrongRule]:
    """The partials of one node that are not the slopes of its value.

    Where an operand is so far out that its effect is below the rounding of the value (the slope of tanh at 30), and at
    the ends of the range of floats, values cannot tell, and nothing is said.

    >>> from autograd_scalar import op
    >>> lying = op("lying(x)", "x**3", "x**3")
    >>> for wrong in wrong_partials(lying(Value(2.0))):
    ...     print(wrong)
    rule 'lying': its partial for x, “x**3”, says 8 at x = 2; its values say 12.
    """
    row = node.row
    assert row is not None
    numbers, parameters = numbers_of(node), node.parameters
    on_kink = is_on_kink(row, numbers, parameters, node.data)
    for slots, says in _slots(node):
        place, element = slots[0]
        x = numbers[place] if element is None else numbers[place][element]
        sample = partial(_sample, row, numbers, parameters, slots)
        noise = 4 * EPSILON * (abs(node.data) + _size_of_terms(row, node))
        found = judge(Sweep(sample, x, noise), says, tolerance, on_kink=on_kink)
        if found is not None:
            yield _wrong(row, numbers, slots[0], says, found)


def _wrong(row: Row, numbers: list[Any], slot: Slot, says: float, found: Estimate, order: int = 1) -> WrongRule:
    place, element = slot
    argument = row.operands[place]
    name = argument.name if element is None else f"{argument.name}[{element}]"
    at = ", ".join(
        f"{one.name} = [{', '.join(map(number, x[:4]))}{', …' if len(x) > 4 else ''}]"
        if isinstance(x, list)
        else f"{one.name} = {number(x)}"
        for one, x in zip(row.operands, numbers, strict=True)
    )
    is_callable = row.compute is not None
    return WrongRule(row.name, name, row.partials[place], says, found.slope, found.error, at, order, is_callable)


def _slots(node: Value) -> Iterator[tuple[list[Slot], float]]:
    """Where each parent stands among the operands, with its partial; several places where only the sum is known.

    A Value that stands twice has a partial for each place, unless nothing flows through one of the two.
    """
    standing: list[tuple[Slot, Value]] = []
    for place, operand in enumerate(node.operands):
        elements = enumerate(operand) if isinstance(operand, tuple) else ((None, operand),)
        standing += [((place, element), one) for element, one in elements if type(one) is Value]
    partials = node.partials()
    parents = node.parents
    count = Counter(slot[0] for slot, _ in standing)
    if len(parents) == len(standing):
        taken: Counter[int] = Counter()
        for (slot, _), slope in zip(standing, partials, strict=True):
            taken[slot[0]] += 1
            stride = -(-count[slot[0]] // ELEMENTS)
            if taken[slot[0]] % stride == 0:
                yield [slot], slope
        return
    for value in dict.fromkeys(parents):
        slots = [slot for slot, one in standing if one is value]
        yield slots, sum(slope for parent, slope in zip(parents, partials, strict=True) if parent is value)


def _sample(row: Row, numbers: list[Any], parameters: dict[str, float], slots: list[Slot], x: float) -> Sample | None:
    """The row's own value with `x` in the place of some operands; None where it has none."""
    moved = _moved(numbers, slots, x)
    try:
        value = float(getattr(_generated, f"_{row.name}")(*moved, *parameters.values()))
        return Sample(value, sides(row, moved, parameters))
    except (ValueError, ArithmeticError, TypeError, AutogradError):  # TypeError: a complex number is no float
        return None


def _moved(numbers: list[Any], slots: list[Slot], x: float) -> list[Any]:
    moved = list(numbers)
    for place, element in slots:
        if element is None:
            moved[place] = x
        else:
            moved[place] = [*moved[place][:element], x, *moved[place][element + 1 :]]
    return moved


def _size_of_terms(row: Row, node: Value) -> float:
    """What a node of many operands is added up from: its rounding is that of its terms, not that of its value."""
    if all(argument.kind != "sequence" for argument in row.operands):
        return 0.0
    terms = (abs(parent.data * slope) for parent, slope in zip(node.parents, node.partials(), strict=True))
    return sum(terms)  # infinite where the terms are beyond the floats: then no difference tells anything


# ------------------------------------------------------------------------------------------------ second partials


def wrong_second_partials(node: Value, tolerance: float = TOLERANCE) -> Iterator[WrongRule]:
    """The partials of one node whose own derivatives, as `gradients` gives them, are not the slopes of the partials.

    A rule may be right in numbers and wrong as a formula: where it calls an operation whose own rule is wrong, or
    takes as a constant what is none.
    """
    row = node.row
    assert row is not None
    numbers, parameters = numbers_of(node), node.parameters
    if is_on_kink(row, numbers, parameters, node.data):
        return
    made, leaves = Context().run(_recorded, row, numbers, parameters)
    slots = [slots[0] for slots, _ in _slots(made) if len(slots) == 1][:ELEMENTS]
    stand = [slot for slot in _all_slots(numbers) if leaves[slot] in set(made.parents)]
    formulas = Context().run(partial_values, made)
    for index, slot in enumerate(stand):
        if slot not in slots:
            continue
        by_number = made.partials()[index]
        formula = formulas[index]
        wrt = [leaves[one] for one in slots]
        slopes = Context().run(gradients, formula, wrt) if isinstance(formula, Value) else [Value(0.0) for _ in wrt]
        for other, slope in zip(slots, slopes, strict=True):
            x = leaves[other].data
            sample = partial(_sample_partial, row, numbers, parameters, other, index)
            sweep = Sweep(sample, x, 16 * EPSILON * abs(by_number))
            found = judge(sweep, slope.data, tolerance, doubt=1e-5) if isfinite(slope.data) else None
            if found is not None and found.is_conclusive and abs(found.slope - slope.data) > BOTTOM:
                yield _wrong(row, numbers, slot, slope.data, found, 2)


def _all_slots(numbers: list[Any]) -> list[Slot]:
    return [
        (place, element)
        for place, x in enumerate(numbers)
        for element in (range(len(x)) if isinstance(x, list) else (None,))
    ]


def _recorded(row: Row, numbers: list[Any], parameters: dict[str, float]) -> tuple[Value, dict[Slot, Value]]:
    """The operation on leaves of its own."""
    leaves: dict[Slot, Value] = {}
    operands: list[Any] = []
    for place, x in enumerate(numbers):
        if isinstance(x, list):
            operands.append([leaves.setdefault((place, i), Value(one)) for i, one in enumerate(x)])
        else:
            operands.append(leaves.setdefault((place, None), Value(x)))
    function: Callable[..., Any] = getattr(_generated, row.name)
    return function(*operands, **parameters), leaves


def _sample_partial(
    row: Row, numbers: list[Any], parameters: dict[str, float], slot: Slot, index: int, x: float
) -> Sample | None:
    moved = _moved(numbers, [slot], x)
    try:
        made, _ = Context().run(_recorded, row, moved, parameters)
        return Sample(made.partials()[index], sides(row, moved, parameters))
    except (ValueError, ArithmeticError, TypeError, IndexError, AutogradError):
        return None
