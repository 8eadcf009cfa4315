"""The workloads, each defined once as a program over a `System`, with deterministic data.

W1
    A chain: y = tanh(y), y = y·c, y = y + c in turn.
W2
    One training step on two moons: MLP 2-16-16-1, relu, 100 samples, hinge loss with L2.
W3
    An MLP 256-128-64-10 with He's initialisation, softmax cross-entropy, one sample.
W4
    A fan-out: Σ x·cᵢ, one x used 10⁵ times.
W5
    The memory of W1, see `memory`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from .systems import Node, Run, System

Program = Callable[[System, Any], Node]

# The map y → c·(tanh(y) + 1) has slope −1 at its fixed point for this c, so the gradient through a
# million steps neither overflows nor becomes subnormal, and can be compared.
SLOPE = -1.467


@dataclass(frozen=True)
class Sizes:
    """How large the workloads are.

    Attributes:
        chains: The lengths of W1, ascending.
        samples: The samples of W2.
        layers: The widths of W3, from input to output.
        terms: The terms of W4.
        recorded: The length of one chain of W5.
    """

    chains: tuple[int, ...] = (10**4, 10**6)
    samples: int = 100
    layers: tuple[int, ...] = (256, 128, 64, 10)
    terms: int = 10**5
    recorded: int = 10**5


FULL = Sizes()
TINY = Sizes(chains=(31, 92), samples=3, layers=(4, 3, 2), terms=10, recorded=1000)


@dataclass(frozen=True)
class Case:
    """One program with its numbers.

    Attributes:
        workload: "W1" to "W5".
        title: What the table calls it.
        numbers: The leaves.
        arrange: Puts the leaves in the shape the program wants; not timed.
        program: From a system and the arranged leaves to the loss.
        neurons: Whether the program has weighted sums that a system may record as one node.
        collector: Whether the garbage collector is on while it is timed.
    """

    workload: str
    title: str
    numbers: list[float]
    arrange: Callable[[list[Node]], Any]
    program: Program
    neurons: bool = False
    collector: bool = True


MOONS = "W2 moons step"
HE_NET = "W3 He net"


def cases(sizes: Sizes = FULL) -> list[Case]:
    """Every timed case, a workload's smaller sizes first."""
    chains = [chain(n, collector=on) for n in sizes.chains for on in (True, False)]
    return [*chains, moons(sizes.samples), he_net(sizes.layers), fan_out(sizes.terms)]


def chain_title(length: int, *, collector: bool = True) -> str:
    """What the table calls W1 at that length."""
    return f"W1 chain, n = {length:,}" + ("" if collector else ", collector off")


def chain(length: int, *, collector: bool = True) -> Case:
    """W1: ``length`` operations in a row on one input."""

    def program(system: System, y: Node) -> Node:
        return _chain(system, y, length)

    title = chain_title(length, collector=collector)
    return Case("W1", title, [0.3], _only, program, collector=collector)


def parallel_chains(count: int, length: int) -> Case:
    """W5: several chains of W1 beside each other, added up so that one graph holds them all."""

    def program(system: System, starts: list[Node]) -> Node:
        return _total([_chain(system, y, length) for y in starts])

    title = f"W5 memory, {count} chains of {length:,} ops"
    return Case("W5", title, [0.3 + 0.1 * i for i in range(count)], list, program)


def moons(samples: int) -> Case:
    """W2: forward and backward of a whole batch of two moons."""
    draw = random.Random(2)
    points, labels = _two_moons(samples, draw)
    widths = (2, 16, 16, 1)
    numbers = _parameters(widths, lambda _: draw.uniform(-1.0, 1.0))

    def program(system: System, layers: list[Layer]) -> Node:
        relu = system.relu
        margins = []
        for point, label in zip(points, labels, strict=True):
            (score,) = _forward(system, layers, point)
            margins.append(relu(1.0 + score * -label))
        weights = [p for layer in layers for ws, b in layer for p in (*ws, b)]
        return _total(margins) * (1.0 / samples) + _total([p * p for p in weights]) * 1e-4

    return Case("W2", MOONS, numbers, _layers_of(widths), program, neurons=True)


def he_net(widths: tuple[int, ...]) -> Case:
    """W3: one sample through a wide network, softmax cross-entropy."""
    draw = random.Random(3)
    numbers = _parameters(widths, lambda n: draw.gauss(0.0, math.sqrt(2.0 / n)))
    sample = [draw.gauss(0.0, 1.0) for _ in range(widths[0])]
    target = 1

    def program(system: System, layers: list[Layer]) -> Node:
        logits = _forward(system, layers, sample)
        return system.log(_total([system.exp(z) for z in logits])) - logits[target]

    return Case("W3", HE_NET, numbers, _layers_of(widths), program, neurons=True)


def fan_out(terms: int) -> Case:
    """W4: one leaf used ``terms`` times."""
    draw = random.Random(4)
    factors = [draw.uniform(0.0, 1.0) for _ in range(terms)]

    def program(_: System, x: Node) -> Node:
        return _total([x * c for c in factors])

    return Case("W4", f"W4 fan-out, n = {terms:,}", [0.7], _only, program)


def _only(leaves: list[Node]) -> Node:
    (leaf,) = leaves
    return leaf


def _total(terms: Sequence[Node]) -> Node:
    """Added left to right; starting from the first term saves everyone the node 0 + first."""
    return sum(terms[1:], terms[0])


def _chain(system: System, y: Node, length: int) -> Node:
    tanh = system.tanh
    for _ in range(length // 3):
        y = tanh(y)
        y = y * SLOPE
        y = y + SLOPE
    if length % 3 > 0:
        y = tanh(y)
    if length % 3 > 1:
        y = y * SLOPE
    return y


# A layer is a list of neurons, a neuron its weights and its bias.
Layer = list[tuple[list[Node], Node]]


def _parameters(widths: Sequence[int], weight: Callable[[int], float]) -> list[float]:
    """All parameters in a row: for each neuron its weights, then its bias, which begins at 0."""
    numbers: list[float] = []
    for n, neurons in pairwise(widths):
        for _ in range(neurons):
            numbers += [weight(n) for _ in range(n)]
            numbers.append(0.0)
    return numbers


def _layers_of(widths: Sequence[int]) -> Callable[[list[Node]], list[Layer]]:
    """The inverse of `_parameters`: leaves in a row to layers of neurons."""

    def arrange(leaves: list[Node]) -> list[Layer]:
        rest = iter(leaves)
        return [
            [([next(rest) for _ in range(n)], next(rest)) for _ in range(neurons)] for n, neurons in pairwise(widths)
        ]

    return arrange


def _forward(system: System, layers: list[Layer], inputs: Sequence[Node]) -> list[Node]:
    """An MLP: relu after every layer but the last."""
    dot, relu = system.dot, system.relu
    *hidden, last = layers
    for layer in hidden:
        inputs = [relu(dot(ws, inputs, b)) for ws, b in layer]
    return [dot(ws, inputs, b) for ws, b in last]


def _two_moons(samples: int, draw: random.Random) -> tuple[list[list[float]], list[float]]:
    """Two interleaved half circles with noise, labelled −1 and 1 in turn."""
    points, labels = [], []
    for i in range(samples):
        angle = draw.uniform(0.0, math.pi)
        upper = i % 2 == 0
        x = math.cos(angle) if upper else 1.0 - math.cos(angle)
        y = math.sin(angle) if upper else 0.5 - math.sin(angle)
        points.append([x + draw.gauss(0.0, 0.1), y + draw.gauss(0.0, 0.1)])
        labels.append(-1.0 if upper else 1.0)
    return points, labels


class Counted:
    """A number that only counts what is done with it."""

    total: ClassVar[int] = 0

    def _operation(self, *_: object) -> Counted:
        Counted.total += 1
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _operation


class Counting(System):
    """The system by which operations are counted, one a node, as every system is charged for."""

    name = "counting"

    def __init__(self) -> None:
        super().__init__()
        self.leaf = lambda _: Counted()
        self.relu = self.tanh = self.exp = self.log = Counted._operation


def count_ops(case: Case) -> int:
    """The scalar operations of a case, counted by running it."""
    Counted.total = 0
    Run(Counting(), case).record()
    return Counted.total
