"""The second derivative: the gradient is a graph, and is derived again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError
from ..formula import expression
from ..formula.equations import Equation, Section
from ..formula.numbers import is_exact
from ..formula.terms import Derivative, Number, plugged
from ..recording import own_graph
from ..transforms import gradients
from .chain import both_ends
from .derivation import Derivation
from .lines import LINES, forward_lines

if TYPE_CHECKING:
    from ..steps import Steps
    from ..value import Value

__all__ = ["second"]

LARGEST = 20_000  # nodes of a graph whose gradient is made a graph, to be derived again


def second(steps: Steps, wrt: Value, digits: int | None) -> Derivation:
    """dL/dw and d²L/dw² as formulas."""
    of, by = steps.name(steps.root), steps.name(wrt)
    if len(steps.order) > LARGEST:
        raise UsageError(
            f"order=2: {of} was made from {len(steps.order):,} nodes, and its second derivative is a formula nobody "
            f"reads. gradients(gradients({of}, [{by}])[0], [{by}]) computes its number; order=1 derives the first"
        )
    with own_graph():
        (first,) = gradients(steps.root, [wrt])
        (again,) = gradients(first, [wrt])
    known = {node: steps.name(node) for node in steps.order if steps.is_step(node) and steps.name(node)}
    lines = []
    for order, node in ((1, first), (2, again)):
        term = expression(node, known, fold=True, show=[wrt])
        numbers = plugged(term, exact=lambda x: is_exact(x, digits))
        lines.append(Equation(Derivative(node.data, of, by, order=order), (term, numbers, Number(node.data))))
    sections = (
        Section("forward", tuple(forward_lines(steps, both_ends(list(steps.steps()), LINES).steps, digits))),
        Section("derivatives", tuple(lines)),
    )
    return Derivation(of, by, again.data, (), sections, (), digits)
