"""Two moons: the example that a network of micrograd's README learns."""

from __future__ import annotations

import math
from random import Random


def moons(count: int, rng: Random, noise: float = 0.1) -> tuple[list[list[float]], list[int]]:
    """Two interleaved half circles, labelled 1 and −1 in turn."""
    points, labels = [], []
    for i in range(count):
        angle = rng.uniform(0.0, math.pi)
        x, y = math.cos(angle), math.sin(angle)
        if i % 2:
            x, y = 1.0 - x, 0.5 - y
        points.append([x + rng.gauss(0.0, noise), y + rng.gauss(0.0, noise)])
        labels.append(-1 if i % 2 else 1)
    return points, labels
