"""Why a gradient is zero: slopes of 0 that cut all routes, contributions that cancel, products below every float."""

from __future__ import annotations

from math import isinf, prod
from typing import TYPE_CHECKING, NamedTuple

from ..backward import adjoints
from ..errors import AutogradError
from ..formula.terms import Number, Switch
from ..graph import one_by_one
from ..notation import listed
from .absent import Answer
from .case import FACTORS, at_one_use
from .causes import Zero, shut_factor
from .kink import interval, kink_of
from .kink_place import is_on_kink
from .opening import opening
from .rounded import rounded
from .routes import route_text
from .saturated import is_saturated
from .sides import kinks_between, slopes_beside, told_kinks, told_sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..value import Value
    from .case import Case

__all__ = ["zero"]

NAMED = 100  # nodes of a cut that are looked at one by one, and named


def zero(case: Case) -> Answer:
    """What makes the gradient 0."""
    flow = case.flow
    live_up, live_down = flow.live()
    is_cut = not live_up[flow.last]
    answer = _cut(case, live_up, live_down) if is_cut else _cancelled_or_lost(case, live_down)
    further = _beside_kinks(case, is_told=is_cut)
    if answer.kind in ("cancelled", "zero factor"):
        further += rounded(case).sentences
    return answer._replace(sentences=[*answer.sentences, *further])


def _beside_kinks(case: Case, *, is_told: bool) -> list[str]:
    """What the slope is to the left and to the right, where kinks decide that; and which kinks, if that `is_told`."""
    kinks, is_whole = kinks_between(case)
    sides = slopes_beside(case, kinks) if kinks and is_whole else None
    told = told_sides(case, sides)
    return told if is_told or not told else [*told_kinks(case, kinks)[0], *told]


class _Gate(NamedTuple):
    """An operation whose slope is 0: of what kind, what is said of it, where a person sees it, and at which number."""

    kind: str
    sentence: str
    node: Value
    at: str = ""


def _cut(case: Case, up: list[bool], down: list[bool]) -> Answer:
    """Every route passes a slope of 0: name the operations, as few as there are, that shut them all."""
    alone, gates, edge = _gates(case, up, down)
    causes = [shut_factor(case.flow.nodes[one], edge[one][1]) for one in gates[:NAMED]]
    behind = _as_gates(case, causes, edge) if len(causes) == len(gates) else []
    if behind:
        gates = behind
    described = [_gate(case, node, *edge[node]) for node in gates[:NAMED]]
    kinds = {one.kind for one in described}
    kind = kinds.pop() if len(kinds) == 1 else "several"
    others = [one for one in alone if one not in gates]
    gate = described[0]
    if len(gates) > 1:
        sentences = _many_gates(case, gates, described, kind)
    else:
        told_cause = _cause_told(case, causes[0]) if causes[0] and not behind else []
        sentences = [gate.sentence, *told_cause, _consequence(case, gate, gates[0])]
    sentences += _others(case, others, edge, gate)
    if kind == "shut" and (behind or _follow(case, others, edge, gates)):
        sentences += opening(case, [(one, *edge[one]) for one in gates[:NAMED]])
    return Answer(kind, sentences, [*(one.node for one in described), *(case.flow.nodes[one] for one in others)])


def _as_gates(case: Case, causes: list[Zero | None], edge: dict[int, tuple[int, int]]) -> list[int]:
    """The operations that factors of 0 come from, where they shut all routes themselves; their edges are noted."""
    flow = case.flow
    shut = {one for cause in causes if cause for one in cause.gates}
    numbers = sorted(flow.index[one] for one in shut if one in flow.index)
    if not numbers or flow.is_open({*numbers}):
        return []
    for number in numbers:
        edge.setdefault(number, next((parent, place) for parent, _, place in flow.into(number)))
    return flow.needed_of(numbers)


def _follow(case: Case, others: list[int], edge: dict[int, tuple[int, int]], gates: list[int]) -> bool:
    """Whether what else shuts every route does so because the gates are shut, and opens with them."""
    shut = {case.flow.nodes[gate] for gate in gates}
    causes = [shut_factor(case.flow.nodes[one], edge[one][1]) for one in others]
    return all(cause is not None and not shut.isdisjoint(cause.gates) for cause in causes)


def _cause_told(case: Case, cause: Zero) -> list[str]:
    """``h₁ + h₂ is 0 since 2 relus are shut: h₁ (z₁ = −1) and h₂ (z₂ = −2)``."""
    words = case.words
    operand = words.name(cause.operand)
    if len(cause.gates) == 1:
        (gate,) = cause.gates
        because = words.condition(case.steps.partial(gate, 0)[1][0])
        what = "it" if gate is cause.operand else words.defined(gate)
        return [f"{operand} is 0 since {what} is shut: {because}."]
    names = [f"{words.name(gate)} ({words.is_number(gate.parents[0])})" for gate in cause.gates]
    return [f"{operand} is 0 since {len(names):,} {_kind_of(cause.gates)} are shut: {listed(names)}."]


def _kind_of(gates: Sequence[Value]) -> str:
    """``relus``, or ``nodes`` where not all were made by one operation that is written as a call."""
    row = gates[0].row
    is_one = row is not None and row.form == "call" and all(one.row is row for one in gates)
    return f"{row.symbol}s" if row is not None and is_one else "nodes"


def _gates(case: Case, up: list[bool], down: list[bool]) -> tuple[list[int], list[int], dict[int, tuple[int, int]]]:
    """The operations that shut every route alone; a cut of few operations; and of each an edge whose slope is 0."""
    flow = case.flow
    zeros = flow.zeros()
    alone = flow.on_every_route({node for node, _, _ in zeros})
    if alone:
        gates = [alone[0]]
    else:
        first = list(dict.fromkeys(node for node, parent, _ in zeros if up[parent]))
        last = list(dict.fromkeys(node for node, _, _ in zeros if down[node]))
        gates = flow.needed_of(first if len(first) <= len(last) else last)
    edge = {
        node: (parent, place) for node, parent, place in reversed(zeros) if down[node] or up[parent] or node in alone
    }
    return alone, gates, edge


def _stuck(case: Case, gates: list[int]) -> str:
    """What shut gates mean for gradient descent: for ever, unless it moves something else that they depend on."""
    below = {case.flow.nodes[gate] for gate in gates}
    for node in reversed(case.steps.order):
        if node in below:
            below.update(node.parents)
    try:
        gradients = adjoints(case.steps.order)
        moves = any(gradients[node] != 0 for node in below if node._rule is None)
    except AutogradError:  # a slope elsewhere has no value
        moves = True
    if not moves:
        return f"gradient descent never moves {case.by}"
    return f"gradient descent does not move {case.by} as long as {'it stays' if len(gates) == 1 else 'they stay'} so"


def _consequence(case: Case, gate: _Gate, number: int) -> str:
    """What a gate means: ``All routes from w to L (1) pass a, so gradient descent never moves w``."""
    where = f"pass {case.words.name(gate.node)}" if gate.node is not case.steps.root else "end in it"
    then = f"{case.title} is 0, whatever the other slopes are"
    if gate.kind in ("shut", "flat"):
        then = _stuck(case, [number])
    return f"All routes from {case.by} to {case.of} ({case.how_many()}) {where}, so {then}."


def _others(case: Case, others: list[int], edge: dict[int, tuple[int, int]], gate: _Gate) -> list[str]:
    """What else shuts every route; which of it is on a kink, and between which slopes 0 was taken."""
    words = case.words
    names: dict[str, None] = {}
    kinked: dict[str, list[str]] = {}  # by the interval of slopes
    for one in others:
        name = words.name(case.step_of(one))
        if name == words.name(gate.node) or name in names:
            continue
        names[name] = None
        parent, _ = edge[one]
        found = _slopes_at_kink(case, one, parent)
        if found and gate.kind not in ("shut", "flat"):  # what follows a shut relu is 0, and so on a kink
            kinked.setdefault(found, []).append(f"{name} ({words.is_number(case.flow.nodes[parent])})")
    if not names:
        return []
    sentences = [f"{listed(list(names))} would stop {'them' if case.count != 1 else 'it'} as well."]
    for found, shown in kinked.items():
        verb = "is on its kink" if len(shown) == 1 else "are on a kink"
        sentences.append(f"{listed(shown)} {verb}: the slope taken is 0, of {found}.")
    return sentences


def _slopes_at_kink(case: Case, number: int, parent: int) -> str:
    """``[0, 1]`` where an operation is on its kink: the slopes to this parent of which 0 was taken; or nothing."""
    node, words = case.flow.nodes[number], case.words
    kink = kink_of(node, words) if is_on_kink(node) else None
    called = words.called(case.flow.nodes[parent])
    slopes = next((one for one in kink.slopes if one.wrt == called), None) if kink else None
    return interval(slopes, words.digits) if slopes else ""


def _gate(case: Case, number: int, parent: int, place: int) -> _Gate:
    """An operation whose slope is 0, in words."""
    words, steps = case.words, case.steps
    node, operand = case.flow.nodes[number], case.flow.nodes[parent]
    row = node.row
    assert row is not None
    term, conditions = steps.partial(node, place)
    shown, at = words.defined(node), words.is_number(operand)
    found = _slopes_at_kink(case, number, parent)
    kink = kink_of(node, words) if found else None
    if kink:
        taken = f"the slope taken is 0, of {found}"
        return _Gate("kink", f"{shown} is on its kink, {kink.where}: {taken}.", node, f"{at}, on its kink: {taken}")
    if row.kinks and len(one_by_one(node.operands)) > 1:
        return _Gate("chosen", f"{shown} does not take {at}: it is {words.number(node.data)}.", node, at)
    is_constant = isinstance(term, Number | Switch)  # in its branch, as relu's 0 is; the slope of elu gets small
    if (row.kinks or conditions) and is_constant:
        because = words.condition(conditions[0]) if conditions else at
        kind = "shut" if node.data == 0.0 else "flat"
        return _Gate(kind, f"{shown} is {'shut' if kind == 'shut' else 'flat there'}: {because}.", node, at)
    if row.kinks or conditions or is_saturated(node, place):
        why_zero = "its slope there is too small for a float, and becomes 0"
        return _Gate("saturated", f"{shown} is saturated: {at}, and {why_zero}.", node, at)
    step = case.step_of(number)
    factor = f"{words.write(term)} = 0"
    if is_constant:  # of a leaf without a name, or a plain number
        factor = f"{words.called(operand)} is multiplied by 0" if row.form in {"infix", "dot", "product"} else ""
    beyond = f", since {at} is beyond the largest float" if isinf(operand.data) and not is_constant else ""
    sentence = f"A factor is 0: {factor + ', ' if factor else ''}in {words.defined(step)}{beyond}."
    return _Gate("zero factor", sentence, step, factor)


_MANY = {
    "shut": "are shut", "flat": "are flat", "kink": "are on a kink where the slope taken is 0",
    "saturated": "are saturated", "chosen": "take another operand", "zero factor": "have a factor of 0",
}  # fmt: skip


def _many_gates(case: Case, gates: list[int], described: list[_Gate], kind: str) -> list[str]:
    """All routes pass one of several operations: which ones, and at what numbers."""
    names = [f"{case.words.name(one.node)} ({one.at})" if one.at else case.words.name(one.node) for one in described]
    if kind == "kink":
        names = [name.replace("on its kink: the slope taken is 0, ", "") for name in names]
    names += [""] * (len(gates) - len(names))
    what = _kind_of([case.flow.nodes[gate] for gate in gates])
    then = _stuck(case, gates) if kind in ("shut", "flat") else f"{case.title} is 0"
    which = f"pass one of {len(gates):,} {what} that {_MANY.get(kind, 'have a slope of 0')}"
    return [f"All routes from {case.by} to {case.of} ({case.how_many()}) {which}: {listed(names)}.", f"So {then}."]


def _cancelled_or_lost(case: Case, down: list[bool]) -> Answer:
    """No slope of 0 cuts all routes: contributions cancel, or products got too small for a float."""
    flow, words = case.flow, case.words
    number = 0
    while True:
        node = flow.nodes[number]
        brought = [
            (user, slope, flow.adjoints[user] * slope, place)
            for user, slope, place in case.flow.out_of(number)
            if flow.adjoints[user] * slope != 0.0
        ]
        if brought:
            break
        live = [(user, slope) for user, slope, _ in case.flow.out_of(number) if slope != 0.0 and down[user]]
        user, slope = live[0]
        if flow.adjoints[user] != 0.0:
            at = words.derivative(case.steps.root, flow.nodes[user])
            here = words.derivative(flow.nodes[user], node, partial=True)
            product = f"{words.number(flow.adjoints[user])} · {words.number(slope)}"
            here += at_one_use(flow.nodes[user], node)
            lost = f"It is too small for a float: {at} · {here} = {product} is below 5·10⁻³²⁴, the smallest one."
            return Answer("underflow", [lost, *case.extreme_factors("small")], [flow.nodes[user]], with_chain=False)
        number = user
    here = words.derivative(case.steps.root, node)
    if number == 0 and case.count is not None and case.count <= FACTORS:
        contributions = [
            (prod(slope for _, _, slope, _ in flow.edges_of(route)), route_text(flow, route, words))
            for route in flow.every()
        ]
        kept = [f"{text} brings {words.signed(value)}" for value, text in contributions if value]
    else:
        kept = [f"{words.name(flow.nodes[user])} brings {words.signed(value)}" for user, _, value, _ in brought]
    start = f"The routes cancel: {listed(kept, 6)}; together 0."
    if number:
        start = f"{here} = 0, since what comes back to {words.name(node)} cancels: {listed(kept, 6)}; together 0."
    nodes = [flow.nodes[user] for user, _, _, _ in brought]
    return Answer("cancelled", [start], nodes, with_chain=False)
