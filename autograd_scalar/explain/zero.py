"""Why a gradient is zero: slopes of 0 that cut all routes, contributions that cancel, products below every float."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from ..formula.terms import Number, flat
from .absent import Answer
from .case import FACTORS, at_one_use
from .kinked import interval, is_on_kink, kink_of
from .routes import route_text
from .saturated import is_saturated
from .words import listed

if TYPE_CHECKING:
    from ..value import Value
    from .case import Case

__all__ = ["zero"]

NAMED = 100  # nodes of a cut that are looked at one by one, and named


def zero(case: Case) -> Answer:
    """What makes the gradient 0."""
    flow = case.flow
    live_up, live_down = flow.live()
    if not live_up[flow.last]:
        return _cut(case, live_up, live_down)
    return _cancelled_or_lost(case, live_down)


def _cut(case: Case, up: list[bool], down: list[bool]) -> Answer:
    """Every route passes a slope of 0: name the operations, as few as there are, that shut them all."""
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
    described = [_gate(case, node, *edge[node]) for node in gates[:NAMED]]
    kinds = {kind for kind, _, _ in described}
    kind = kinds.pop() if len(kinds) == 1 else "several"
    nodes = [node for _, _, node in described]
    if len(gates) > 1:
        return Answer(kind, _many_gates(case, gates, edge, described, kind), nodes)
    _, sentence, node = described[0]
    shown = case.words.name(node)
    where = f"pass {shown}" if node is not case.steps.root else "end in it"
    then = {
        "shut": f"gradient descent never moves {case.by}",
        "flat": f"gradient descent never moves {case.by}",
    }.get(kind, f"{case.title} is 0, whatever the other slopes are")
    sentences = [sentence, f"All routes from {case.by} to {case.of} ({case.how_many()}) {where}, so {then}."]
    others = [case.flow.nodes[one] for one in alone[1:]]
    if others:
        names = [case.words.name(case.step_of(one)) for one in alone[1:]]
        names = [name for name in dict.fromkeys(names) if name != shown]
        if names:
            sentences.append(f"{listed(names)} would stop {'them' if case.count != 1 else 'it'} as well.")
    return Answer(kind, sentences, [node, *others])


def _gate(case: Case, number: int, parent: int, place: int) -> tuple[str, str, Value]:
    """(kind, sentence, node) for an operation whose slope is 0."""
    words, steps = case.words, case.steps
    node, operand = case.flow.nodes[number], case.flow.nodes[parent]
    row = node.row
    assert row is not None
    term, conditions = steps.partial(node, place)
    shown = words.defined(node)
    if row.kinks and is_on_kink(node):
        kink = kink_of(node, words)
        slopes = next((one for one in kink.slopes if one.wrt == words.called(operand)), None) if kink else None
        if kink and slopes:
            of = interval(slopes, words.digits)
            return "kink", f"{shown} is on its kink, {kink.where}: the slope taken is 0, of {of}.", node
    if row.kinks and len(flat(node.operands)) > 1:
        return "chosen", f"{shown} does not take {words.is_number(operand)}: it is {words.number(node.data)}.", node
    if row.kinks:
        because = words.condition(conditions[0]) if conditions else words.is_number(operand)
        if node.data == 0.0:
            return "shut", f"{shown} is shut: {because}.", node
        return "flat", f"{shown} is flat there: {because}.", node
    if is_saturated(node, place):
        why_zero = "its slope there is too small for a float, and becomes 0"
        return "saturated", f"{shown} is saturated: {words.is_number(operand)}, and {why_zero}.", node
    step = case.step_of(number)
    factor = words.write(term) if not isinstance(term, Number) else ""
    return "zero factor", f"A factor is 0: {factor + ' = 0, ' if factor else ''}in {words.defined(step)}.", step


def _many_gates(
    case: Case,
    gates: list[int],
    edge: dict[int, tuple[int, int]],
    described: list[tuple[str, str, Value]],
    kind: str,
) -> list[str]:
    """All routes pass one of several operations: which ones, and at what numbers."""
    flow, words = case.flow, case.words
    verb = {
        "shut": "are shut", "flat": "are flat", "kink": "are on a kink where the slope taken is 0",
        "saturated": "are saturated", "chosen": "take another operand", "zero factor": "have a factor of 0",
    }.get(kind, "have a slope of 0")  # fmt: skip
    names = []
    for gate, (_, _, node) in zip(gates, described, strict=False):
        operand = flow.nodes[edge[gate][0]]
        name = words.name(node)
        if kind == "zero factor":
            term, _ = case.steps.partial(flow.nodes[gate], edge[gate][1])
            detail = f"{words.write(term)} = 0" if not isinstance(term, Number) else ""
        else:
            detail = words.is_number(operand)
        names.append(f"{name} ({detail})" if detail else name)
    names += [""] * (len(gates) - len(names))
    ops = {flow.nodes[gate].row for gate in gates}
    row = next(iter(ops))
    what = f"{row.symbol}s" if len(ops) == 1 and row is not None and row.form == "call" else "nodes"
    then = f"gradient descent never moves {case.by}" if kind in ("shut", "flat") else f"{case.title} is 0"
    start = f"All routes from {case.by} to {case.of} ({case.how_many()}) pass one of {len(gates):,} {what} that {verb}"
    return [f"{start}: {listed(names)}.", f"So {then}."]


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
