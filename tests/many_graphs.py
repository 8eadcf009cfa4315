"""Many random graphs against an oracle that reads no row: ``python -m tests.many_graphs 100000``.

A second number says with which seed to begin, so that the work can be shared out: ``70000 30000``.

The oracle is forward mode in dual numbers, at fifty digits, with values and partials written by hand (`reference`).
The backward pass and the derivative as a graph must both agree with it to 1e-10, relative to the true slope, unless the
graph is ill-conditioned: where a disturbance of every intermediate result and every partial by 1e-15 of it (some ten
times their rounding) moves the true slope by more than 1e-11 of it. The share of those is reported. A slope below
1e-290 counts as 0: there the floats end. On the cut of atan2, the sign of a zero is such a disturbance too.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

from reference import REFERENCES, exact, number

from autograd_scalar import gradients
from autograd_scalar.testing import Graph, random_graph

AGREEMENT = 1e-10
DISTURBANCE = 1e-15
MOVED = 1e-11
BOTTOM = 1e-290
DISTURBED = 10  # times that a graph is disturbed: two slopes that cancel move alike in half of them
CHOICES = ("max", "min", "maximum", "minimum")


@dataclass(frozen=True)
class Dual:
    """A number with its slope by every leaf. What is written in a program is a plain float, and has none."""

    value: Any
    slopes: tuple[Any, ...]


def oracle(graph: Graph, rng: Random | None = None) -> tuple[Any, ...]:
    """The true slopes of a graph by its leaves; with `rng`, those of the graph with its results disturbed."""
    count = len(graph.leaves)
    duals = {
        leaf.label: Dual(number(leaf.data), tuple(exact.mpf(place == other) for other in range(count)))
        for place, leaf in enumerate(graph.leaves)
    }
    for line in graph.lines:
        operands = [duals_of(one, duals) for one in line.operands]
        numbers = [[number_of(x) for x in one] if isinstance(one, list) else number_of(one) for one in operands]
        reference = REFERENCES[line.op]
        parameters = [*line.parameters.values()]
        value = reference.value(*numbers, *parameters)
        flat = [x for one in operands for x in (one if isinstance(one, list) else [one])]
        partials = list(reference.partials(*numbers, *parameters))
        if line.op in CHOICES and any(not isinstance(x, Dual) and x == value for x in flat):
            partials = [0 for _ in flat]  # a tie with a plain number, or a plain number that wins: no slope
        if rng is not None:
            partials = [partial * (1 + rng.choice((-1, 1)) * DISTURBANCE) for partial in partials]
        slopes = tuple(
            exact.fsum(
                partial * x.slopes[place] for partial, x in zip(partials, flat, strict=True) if is_moving(x, place)
            )
            for place in range(count)
        )
        if rng is not None:
            if line.op == "atan2" and numbers[0] == 0:
                value = -value  # on its cut the sign of a zero decides, and exact zeros have none
            value *= 1 + rng.choice((-1, 1)) * DISTURBANCE
        duals[line.name] = Dual(value, slopes)
    return duals["L"].slopes


def duals_of(operand: Any, duals: dict[str, Dual]) -> Any:
    if isinstance(operand, list):
        return [duals_of(one, duals) for one in operand]
    return duals[operand] if isinstance(operand, str) else operand


def number_of(x: Any) -> Any:
    return x.value if isinstance(x, Dual) else number(x)


def is_moving(x: Any, place: int) -> bool:
    return isinstance(x, Dual) and x.slopes[place] != 0


@dataclass
class Report:
    """How many graphs agreed, how many are ill-conditioned, and those that are simply wrong."""

    graphs: int = 0
    slopes: int = 0
    ill: int = 0
    worst: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        share = 100 * self.ill / max(self.graphs, 1)
        return (
            f"{self.graphs:,} graphs, {self.slopes:,} slopes: {len(self.wrong)} wrong, "
            f"{self.ill:,} graphs ill-conditioned ({share:.2f} %), worst of the others {self.worst:.1e}"
        )


def off(slope: float, true: Any) -> float:
    """The relative error of a slope."""
    if slope == true or abs(slope - true) < BOTTOM:
        return 0.0
    return float(abs(slope - true) / abs(true)) if true else float("inf")


def check(graph: Graph, report: Report, seed: int) -> None:
    true = oracle(graph)
    graph.result.backward()
    by_graph = gradients(graph.result, graph.leaves)
    errors = [
        max(off(leaf.grad, slope), off(formula.data, slope))
        for leaf, formula, slope in zip(graph.leaves, by_graph, true, strict=True)
    ]
    report.graphs += 1
    report.slopes += len(true)
    if max(errors) <= AGREEMENT / 100:
        report.worst = max(report.worst, *errors)
        return
    if is_ill_conditioned(graph, true, seed):
        report.ill += 1
        return
    report.worst = max(report.worst, *errors)
    if max(errors) > AGREEMENT:
        report.wrong.append(f"graph {seed}: off by {max(errors):.1e}\n{graph!r}")


def is_ill_conditioned(graph: Graph, true: tuple[Any, ...], seed: int) -> bool:
    for time_ in range(DISTURBED):
        moved = oracle(graph, Random(1_000_003 * seed + time_))
        if any(abs(x - y) > MOVED * abs(y) for x, y in zip(moved, true, strict=True)):
            return True
    return False


def run(count: int, start: int = 0, operations: int = 16) -> Report:
    report = Report()
    for seed in range(start, start + count):
        graph = random_graph(Random(seed), operations=operations, rows=tuple(REFERENCES))
        check(graph, report, seed)
    return report


def main() -> int:
    count, first = [*map(int, sys.argv[1:]), *(100_000, 0)[len(sys.argv) - 1 :]]
    total, begun = Report(), time.monotonic()
    for start in range(first, first + count, 1000):
        part = run(min(1000, first + count - start), start)
        total.graphs += part.graphs
        total.slopes += part.slopes
        total.ill += part.ill
        total.worst = max(total.worst, part.worst)
        total.wrong += part.wrong
        print(f"\r{total} in {time.monotonic() - begun:.0f} s", end="", flush=True)
    print("\n" + "\n\n".join(total.wrong[:20]))
    return bool(total.wrong)


if __name__ == "__main__":
    sys.exit(main())
