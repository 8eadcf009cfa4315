"""The graph in each way that its choices can go: what the engine would have recorded with other leaves.

Nothing flows through the branch that a `where` has not taken, so it is no part of the graph: with the other branch it
is another graph, of other nodes, steps and names. A page that shall follow its reader there has a view for each.
"""

from __future__ import annotations

import ast
from itertools import product
from math import nan
from typing import TYPE_CHECKING, NamedTuple

from ..codegen.expressions import names_in
from ..conditions import holds
from ..errors import AutogradError
from ..flat import deep_copied
from ..graph import Rule, topological_order
from ..steps import Steps
from ..validation import Flow, flow_of
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["View", "choosers", "views"]

Way = tuple[int, ...]
"""Which operands of a node something flows to, by their places among all of them."""


class View(NamedTuple):
    """The graph as one way of its choices has it, and the number of each of its nodes in the program.

    `key` says which way: for each chooser in the order of the program the places of the operands that something flows
    to, ``.`` for none and ``-`` for a chooser that no gradient comes to.
    """

    key: str
    steps: Steps
    places: Mapping[Value, int]
    ways: Mapping[Value, Way]

    def operands_of(self, node: Value) -> Way:
        """Where among a node's operands, written one after another, its parents stand."""
        if node in self.ways:
            return self.ways[node]
        flat = [one for operand in node.operands for one in (operand if isinstance(operand, tuple) else (operand,))]
        return tuple(at for at, one in enumerate(flat) if type(one) is Value)


def choosers(nodes: Mapping[Value, int]) -> list[Value]:
    """The nodes that let something flow through some of their operands only, in order."""
    return [node for node in nodes if node.row and any("nothing" in names_in(text) for text in node.row.partials)]


def views(steps: Steps, places: Mapping[Value, int]) -> Iterator[View]:
    """The graph as it was recorded, then each other way that its choices can go, the nearest first.

    `places` are the numbers of all nodes in the program, in its order.
    """
    choosing = choosers(places)
    recorded = {node: _recorded(node) for node in choosing}
    seen: set[str] = set()
    pending = [recorded]
    for chosen in pending:
        made = View("", steps, places, chosen) if chosen is recorded else _copy(steps, places, chosen)
        view = made._replace(key=_key(made, chosen, places))
        if view.key in seen:
            continue
        seen.add(view.key)
        yield view
        for node, went in zip(choosing, view.key.split(), strict=True):
            pending += [chosen | {node: way} for way in _ways(node) if went != "-" and way != chosen[node]]


def _key(view: View, chosen: Mapping[Value, Way], places: Mapping[Value, int]) -> str:
    reached = {view.places[node] for node in view.steps.order}
    return " ".join(",".join(map(str, way)) or "." if places[node] in reached else "-" for node, way in chosen.items())


def _copy(steps: Steps, places: Mapping[Value, int], chosen: Mapping[Value, Way]) -> View:
    """A copy of the graph in which the choices go as they are told.

    Each number is still the one that was recorded, and none is ever shown: a page computes them all.
    """
    copies = {id(node): node for node in places if node._rule is None}
    root = deep_copied(steps.root, copies)
    for node, way in chosen.items():
        rule, copy = node._rule, copies[id(node)]
        assert rule is not None
        copy._rule = Rule(rule.op, way, rule.backward, _slopes(node, way), rule.label, rule.place)
    for copy in topological_order(root):
        _without_refusal(copy)
    names = steps.read.of_copies(lambda node: copies.get(id(node), node))
    made = Steps(root, every_op=steps.every_op, names=names)
    moved = {copies[id(node)]: place for node, place in places.items()}
    return View("", made, moved, {copies[id(node)]: way for node, way in chosen.items()})


def _without_refusal(copy: Value) -> None:
    """The branch that was not taken may have no slopes at the recorded numbers, and be none the worse at others."""
    try:
        copy.partials()
    except AutogradError:
        rule, none = copy._rule, (nan,) * len(copy.parents)
        assert rule is not None
        copy._rule = Rule(rule.op, rule.parents_in, rule.backward, lambda _: none, rule.label, rule.place)


# ----------------------------------------------------------------------------------------------------- one chooser


def _flows(node: Value) -> Iterator[tuple[int, Flow]]:
    """The operands that something may flow to, each with its place, and when it does."""
    assert node.row is not None
    for at, (operand, text) in enumerate(zip(node.operands, node.row.partials, strict=True)):
        flow = flow_of(text)
        if flow is not None and type(operand) is Value:
            yield at, flow


def _recorded_tests(node: Value) -> dict[str, bool]:
    """What decided a choice when it was recorded."""
    assert node.row is not None
    numbers = [one.data if isinstance(one, Value) else one for one in node.operands]
    tests = dict.fromkeys(ast.unparse(flow.test) for _, flow in _flows(node))
    return {test: holds(node.row, test, numbers) for test in tests}


def _recorded(node: Value) -> Way:
    """The way that a choice went when it was recorded."""
    return _way(node, _recorded_tests(node))


def _ways(node: Value) -> list[Way]:
    """All ways that a choice can go. A test that asks no Value goes as it went."""
    assert node.row is not None
    values = {a.name for a, one in zip(node.row.operands, node.operands, strict=True) if type(one) is Value}
    recorded = _recorded_tests(node)
    outcomes = [(True, False) if names_in(test) & values else (went,) for test, went in recorded.items()]
    return [_way(node, dict(zip(recorded, outcome, strict=True))) for outcome in product(*outcomes)]


def _way(node: Value, tests: Mapping[str, bool]) -> Way:
    return tuple(at for at, flow in _flows(node) if tests[ast.unparse(flow.test)] is flow.holds)


def _slopes(node: Value, way: Way) -> Callable[[Value], tuple[float, ...]]:
    """What the partials of a copy are: NaN where the slope is no plain number, and the page computes it."""
    texts = {at: ast.unparse(flow.slope) for at, flow in _flows(node)}
    slopes = tuple(float(texts[at]) if texts[at].isdecimal() else nan for at in way)
    return lambda _: slopes
