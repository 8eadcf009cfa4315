"""The whole backward pass, explained in the order in which it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..formula.equations import Equation, Section
from ..formula.terms import Derivative, Number
from ..steps import PARTS
from .chain import both_ends, ends_of, users_of
from .derivation import Derivation
from .flow import Pass
from .lines import BRIEF, FACTORS, LINES, TERMS, adjoint_line, forward_lines, product, with_gap
from .remarks import callable_notes, legend

if TYPE_CHECKING:
    from ..formula.terms import Condition, Term
    from ..steps import Steps
    from ..value import Value

__all__ = ["whole_pass"]


def whole_pass(steps: Steps, digits: int | None, lines: int | None) -> Derivation:
    """The adjoint of every step and every leaf with a name, from the result back; of very many both ends."""
    root = steps.root
    of = steps.name(root)
    adjoints = Pass(steps).adjoints
    is_brief = lines is None and (steps.is_large or _count(steps) > LINES)
    limit = lines or (BRIEF if is_brief else LINES)
    ends = ends_of(steps, steps.order, limit) if steps.is_large else both_ends(list(steps.steps()), limit)
    leaves = both_ends([node for node in steps.named_leaves() if node is not root], limit)
    nodes = [*(step for step in reversed(ends.steps) if step is not root), *leaves.steps]
    steps.ask_about(ends.steps, parts=TERMS if is_brief else PARTS)
    users = _uses(steps, nodes)
    adjoint_lines: list[Equation | str] = [Equation(Derivative(1.0, of, of), (Number(1.0),), note="the seed")]
    most = TERMS if is_brief else FACTORS
    adjoint_lines += [_line(steps, node, users[node], adjoints, most) for node in nodes]
    if ends.hidden:
        what = "lines" if ends.what == "steps" else ends.what
        gap = f"… {ends.hidden:,} more {what} between, left out; lines= shows more …"
        adjoint_lines.insert(max(1, len(ends.steps) - ends.split), gap)
    if leaves.hidden:
        place = len(adjoint_lines) - limit // 2
        adjoint_lines.insert(place, f"… {leaves.hidden:,} more leaves between, left out; lines= shows more …")
    sections = (
        Section("forward", with_gap(forward_lines(steps, ends.steps, digits), ends)),
        Section("backward", tuple(adjoint_lines)),
    )
    notes = (*callable_notes(sections), *legend(steps, ends.steps))
    return Derivation(of, "", 1.0, (), sections, notes, digits)


def _count(steps: Steps) -> int:
    """How many steps and leaves with a name there are."""
    return sum(1 for _ in steps.steps()) + len(steps.named_leaves())


def _uses(steps: Steps, nodes: list[Value]) -> dict[Value, list[Value]]:
    """The operations that have a node as an operand, for each of the nodes."""
    found: dict[Value, dict[Value, None]] = {node: {} for node in nodes}
    for one in steps.order:
        if one._rule is not None:
            for parent in one._rule.parents(one):
                if parent in found:
                    found[parent][one] = None
    return {node: list(uses) for node, uses in found.items()}


def _line(steps: Steps, node: Value, uses: list[Value], adjoints: dict[Value, float], most: int) -> Equation:
    """dL/dz = dL/da · ∂a/∂z + …: what each user of a node brings back to it."""
    of = steps.name(steps.root)
    users, count = users_of(steps, uses)
    shown = both_ends(users, most).steps
    terms: list[tuple[Term, Term]] = []
    conditions: list[Condition] = []
    for user in shown:
        slope = steps.slope(user, node)
        conditions += slope.conditions
        own = Derivative(slope.value, steps.name(user), steps.name(node), partial=len(users) > 1)
        if user is steps.root:
            terms.append((own, slope.term if len(shown) == 1 else Number(slope.value)))
        else:
            factors = [Derivative(adjoints[user], of, steps.name(user)), own]
            terms.append((product(factors), product([Number(one.value) for one in factors])))
    title = Derivative(adjoints[node], of, steps.name(node))
    return adjoint_line(title, terms, count - len(shown), conditions[0] if conditions else None)
