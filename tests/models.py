"""Models and tasks that more than one test file trains, saves or looks at."""

from __future__ import annotations

from random import Random
from typing import Any

from autograd_scalar.nn import BatchNorm, Dropout, Linear, Module, RNNCell, Sequential

XOR = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]


def mixed(n_out: int = 1, *, activation: str = "tanh", p: float = 0.5, seed: int = 1) -> Sequential:
    """Layers that act otherwise in training than in use: 2→4, batch norm, an activation, dropout, 4→`n_out`."""
    rng = Random(seed)
    return Sequential(
        Linear(2, 4, rng=rng), BatchNorm(4), activation, Dropout(p, rng=Random(seed)), Linear(4, n_out, rng=rng)
    )


class Adder(Module):
    """Reads two binary numbers, their lowest bits first, and writes the bits of the sum."""

    def __init__(self, rng: Random) -> None:
        self.cell, self.head = RNNCell(2, 4, rng=rng), Linear(4, 1, rng=rng)

    def __call__(self, x: Any) -> list[Any]:
        return [self.head(h)[0] for h in self.cell.unroll(x)]


def addition(a: int, b: int, size: int) -> tuple[list[list[int]], list[int]]:
    """The bits of two numbers, pair by pair, and those of their sum."""
    return [[a >> i & 1, b >> i & 1] for i in range(size)], [a + b >> i & 1 for i in range(size)]
