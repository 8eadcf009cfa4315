"""A trace as data: its nodes, its steps, and the state after each; what is said of them, in every style."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from math import isfinite, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import UsageError
from ..formula.numbers import DIGITS
from ..formula.styles import STYLES, Style
from ..notation import counted, ordinal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..formula.equations import Equation

__all__ = ["UNREACHED", "Line", "Node", "State", "Step", "Trace", "aligned"]

SHOWN = 40
"""The most steps that the prompt shows of itself."""
UNREACHED = "–"
NEW = "(was unknown)"
"""What is said of a gradient that had no number before a step."""
GAP = " " * 3


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One equation, in every style. `colon` writes ``dy/dx: 2 + 2 = 4`` for a sum that may not be complete."""

    equation: Equation
    digits: int | None = DIGITS
    as_typed: tuple[str, ...] = ()
    colon: bool = False

    def parts(self, style: str = "text") -> list[str]:
        """The left side, and each ``= …`` that says something new."""
        printer = self._printer(style)
        gap = "" if style == "mathml" else " "
        left = printer.write(self.equation.left)
        written = [f"{relation}{gap}{text}" for relation, text in self.equation.parts(printer)]
        if self.colon and written:
            left += "<mo>:</mo>" if style == "mathml" else ":"
            _, _, first = written[0].partition(self.equation.parts(printer)[0][0])
            written[0] = first.strip()
        return [left, *written]

    def text(self) -> str:
        """Unicode text, as on paper."""
        return " ".join(self.parts())

    def ascii(self) -> str:
        """The same in ASCII."""
        return " ".join(self.parts("ascii"))

    def latex(self) -> str:
        """LaTeX, for math mode."""
        return " ".join(self.parts("latex"))

    def mathml(self) -> str:
        """One ``<math>`` element."""
        inside = "".join(self.parts("mathml"))
        return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow>{inside}</mrow></math>'

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__  # at the prompt, the text itself is what one wants to see

    def _printer(self, style: str) -> Style:
        return STYLES[style](self.digits, dict.fromkeys(self.as_typed, True))


@dataclass(frozen=True, slots=True)
class Node:
    """One recorded node.

    Attributes:
        number: its place in topological order.
        name: as it is typed; empty for a node that is folded into a step.
        shown: the name as it is written for the eye: ``w₁``.
        op: the operation that made it; empty for a leaf.
        data: its value.
        grad: dL/d(node), complete.
        parents: the numbers of the nodes that it was made from; ``a + a`` has two.
        partials: ∂(node)/∂parent for each.
        kind: "leaf", "inner" or "output".
        is_step: whether it is a step or a leaf, and not folded into a step.
        valued: the number of the step that sets its value; 0 for a leaf.
        reached: the number of the first step that gives it a gradient.

    """

    number: int
    name: str
    shown: str
    op: str
    data: float
    grad: float
    parents: tuple[int, ...]
    partials: tuple[float, ...]
    kind: str
    is_step: bool
    valued: int
    reached: int


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One step of the pass; the module's text says what each number is. `str` prints it in one line."""

    number: int
    of: int
    phase: str
    node: int
    source: int | None
    edges: tuple[tuple[int, int], ...]
    equation: Line
    slope: Line | None
    formula: Line | None
    total: Line | None
    upstream: float | None
    partial: float | None
    contribution: float | None
    before: float | None
    after: float
    use: tuple[int, int]
    reason: str

    def parts(self, style: str = "text") -> tuple[str, ...]:
        """What the line is made of: ``[7/10]``, the phase, the formula, the equation, what was there before."""
        digits = self.equation.digits
        equation = " ".join(self.equation.parts(style))
        head = (f"[{self.number}/{self.of}]", self.phase)
        if self.phase != "backward":
            return (*head, "", equation, "")
        formula = " ".join(self.formula.parts(style)) if self.formula else ""
        if self.total is None:
            return (*head, formula, equation, NEW)
        place, uses = self.use
        total = " ".join(self.total.parts(style))
        if self.before is None:
            total += f" {NEW}" * (digits is None and uses == 1)
        return (*head, formula, equation, f"{total} ({ordinal(place)} of {uses})")

    def __str__(self) -> str:
        head, phase, *rest = self.parts()
        return f"{head} {phase:8}  {GAP.join(filter(None, rest))}"

    __repr__ = __str__


class State(NamedTuple):
    """The value and the gradient of every node after some step; None is a number that is not there yet."""

    data: tuple[float | None, ...]
    grad: tuple[float | None, ...]


@dataclass(frozen=True, repr=False)
class Trace:
    """One forward and one backward pass, as data. `str` prints all steps."""

    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]
    root: int
    digits: int | None = DIGITS

    def state(self, after: int) -> State:
        """The value and the gradient of every node after step number `after`; 0 is before the first.

        Raises `UsageError` for a number that no step has.
        """
        if type(after) is not int or not 0 <= after <= len(self.steps):
            raise UsageError(f"state({after!r}): there are {len(self.steps)} steps, and 0 is before the first")
        data = [node.data if node.valued <= after else None for node in self.nodes]
        grad: list[float | None] = [None] * len(self.nodes)
        for node in self.nodes:
            if not node.is_step and node.reached <= after:
                grad[node.number] = node.grad
        for step in self.steps[:after]:
            if step.phase != "forward":
                grad[step.node] = step.after
        return State(tuple(data), tuple(grad))

    def find(self, name: str) -> int | None:
        """The number of the node of that name, typed or as it is shown; None where there is none."""
        return self._places.get(name, self._shown.get(name))

    def steps_of(self, node: int) -> tuple[Step, ...]:
        """The steps that set this node's value or gradient; of a folded node, those that pass it."""
        return tuple(step for step in self.steps if step.node == node or any(at == node for at, _ in step.edges[1:]))

    def to_json(self) -> str:
        """The trace as JSON, without any markup but MathML; numbers that JSON lacks are "NaN", "Infinity" and so on."""
        nodes = [{key: _plain(getattr(node, key)) for key in Node.__slots__} for node in self.nodes]
        steps = [{key: _plain(getattr(step, key)) for key in Step.__slots__} for step in self.steps]
        return json.dumps({"root": self.root, "nodes": nodes, "steps": steps}, ensure_ascii=False, allow_nan=False)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {node.name: node.number for node in self.nodes if node.name}

    @cached_property
    def _shown(self) -> dict[str, int]:
        return {node.shown: node.number for node in self.nodes if node.name}

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __str__(self) -> str:
        return "\n".join(aligned(self.steps))

    def __repr__(self) -> str:
        if len(self) <= SHOWN:
            return str(self)
        return f"{self.nodes[self.root].shown} in {counted(len(self), 'step')}; print(…) lists them"

    def __getstate__(self) -> dict[str, Any]:
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}


def aligned(steps: Iterable[Step], style: str = "text") -> list[str]:
    """Steps as lines, with their formulas in one column."""
    parts = [step.parts(style) for step in steps]
    heads = max((len(one[0]) for one in parts), default=0)
    formulas = max((len(one[2]) for one in parts if len(one[2]) <= _COLUMN), default=0)
    lines = []
    for head, phase, formula, equation, rest in parts:
        column = f"{formula:{formulas}}" if formula else ""
        lines.append(f"{head:>{heads}} {phase:8}  {GAP.join(filter(None, [column, equation, rest]))}")
    return lines


_COLUMN = 24


def _plain(one: Any) -> Any:
    """Data as JSON has it."""
    if isinstance(one, float) and not isfinite(one):
        return "NaN" if isnan(one) else "Infinity" if one > 0 else "-Infinity"
    if isinstance(one, Line):
        return {"text": one.text(), "mathml": one.mathml()}
    return one
