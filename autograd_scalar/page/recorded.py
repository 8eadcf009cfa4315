"""A pass as it was recorded, in place of a program: for the page of a graph that only Python can compute."""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..program import Program
    from ..trace import Trace
    from .views import View

__all__ = ["recorded"]


def recorded(program: Program, view: View, trace: Trace) -> str:
    """The text that defines ``const program`` as `codegen.javascript` does, for one run only: the recorded one."""
    first = len(program.inputs) + len(program.constants)
    count = first + len(program.equations)
    values: list[float | None] = [None] * count
    adjoints: list[float | None] = [0.0] * count
    reached = [0.0] * count
    partials: list[list[float | None]] = [[None] * len(equation.reads) for equation in program.equations]
    for node, own in zip(view.steps.order, trace.nodes, strict=True):
        place = view.places[node]
        values[place], adjoints[place], reached[place] = own.data, own.grad, 1.0
        if own.parents:
            for at, partial in zip(view.operands_of(node), own.partials, strict=True):
                partials[place - first][at] = partial
    lines = [
        f"inputs: {_list(number for _, number in program.inputs)},",
        f"constants: {_list(program.constants)},",
        f"values: {_list(values)},",
        f"adjoints: {_list(adjoints)},",
        f"reached: {_list(reached)},",
        f"partials: [{', '.join(map(_list, partials))}],",
        "run: () => program,",
    ]
    return "\n".join(["const program = {", *lines, "};", ""])


def _list(numbers: Iterable[float | None]) -> str:
    return f"[{', '.join(map(_number, numbers))}]"


def _number(x: float | None) -> str:
    if x is None:
        return "null"
    return repr(x) if isfinite(x) else "NaN" if isnan(x) else "Infinity" if x > 0 else "-Infinity"
