"""What theory predicts for the activations and gradients of a net whose weights were drawn independently.

A weighted sum z = Σ wᵢ·aᵢ + b of n inputs has, as the mean over all nets that could have been drawn,

    E[z²] = n·E[w²]·E[a²] + E[b²]

and z is close to normal, so an activation φ makes of it E[φ(z)²], an integral over the normal distribution: ½·E[z²]
for a relu. That gives the factor n·Var[w]/2 of a relu layer (He and others, 2015). Backward, a layer of m outputs
multiplies the second moment of the gradient by m·E[w²]·E[φ′(z)²], as if the gradient knew nothing of the weights; where
the outputs are large, the slope of a squared error does know them.

One net is not the mean over nets. Given the layer before, its m sums are independent, so their mean square scatters by
the relative variance (E[φ⁴]/E[φ²]² − 1)/m, which is 5/m for a relu and 2/m without activation. Each layer adds that to
the variance v of the logarithm: a random walk, and the product of many nearly independent factors is nearly log-normal.
With the mean M over nets, half of all nets lie below M·exp(−v/2), and nine in ten within exp(±1.645·√v) of that. So a
typical deep net lies below the mean, the more the deeper and narrower it is (Hanin and Rolnick, 2018).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from math import exp, isfinite, pi, sqrt

from ..errors import AutogradError

__all__ = ["Spread", "activated", "added", "backward_factor", "integrals", "normalised", "weighted"]

_NINE_IN_TEN = 1.6448536269514722  # the 95 % point of the normal distribution
_REACH, _POINTS = 9.0, 1200  # of the integrals, in standard deviations

Function = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Spread:
    """How the activations of one layer are spread, over all nets.

    Attributes:
        second: the second moment E[a²], the mean over nets.
        mean: E[a].
        log_variance: the variance of ln of the second moment, from net to net.
    """

    second: float
    mean: float = 0.0
    log_variance: float = 0.0

    @property
    def typical(self) -> float:
        """The second moment that half of all nets exceed: second·exp(−v/2)."""
        return self.second * exp(-self.log_variance / 2)

    @property
    def band(self) -> tuple[float, float]:
        """Where the second moment of nine nets in ten lies."""
        reach = exp(_NINE_IN_TEN * sqrt(self.log_variance))
        return self.typical / reach, self.typical * reach


@dataclass(frozen=True, slots=True)
class Integrals:
    """Of an activation φ over z ~ N(0, second).

    Attributes:
        mean: E[φ].
        second: E[φ²].
        scatter: E[φ⁴]/E[φ²]² − 1, the relative variance of φ².
        slope: E[φ′²].
        growth: d ln E[φ²] / d ln E[z²], which is E[φ·φ′·z]/E[φ²].
    """

    mean: float
    second: float
    scatter: float
    slope: float
    growth: float


def weighted(before: Spread, n_in: int, n_out: int, weight: float, bias: float = 0.0) -> Spread:
    """What `n_out` weighted sums of `n_in` activations make of them; `weight` is E[w²], `bias` is E[b²].

    >>> he = weighted(Spread(1.0), 100, 100, 2 / 100)
    >>> he.second, activated(he, 100, lambda z: max(z, 0.0)).log_variance
    (2.0, 0.05)
    """
    inner = n_in * weight * before.second
    second = inner + bias
    share = inner / second if second else 0.0
    return Spread(second, 0.0, share * share * before.log_variance + 2.0 / n_out)


def activated(before: Spread, units: int, function: Function) -> Spread | None:
    """What an activation makes of normal sums; None where there is no telling."""
    found = integrals(function, before.second)
    if found is None or not found.second > 0.0:
        return None
    variance = found.growth**2 * before.log_variance + (found.scatter - 2.0 * found.growth**2) / units
    return Spread(found.second, found.mean, max(variance, 0.0))


def normalised(scale: float, shift: float, mean: float) -> Spread:
    """What is left after a normalisation; `scale` and `shift` are the second moments of its parameters."""
    return Spread(scale + shift, mean)


def added(before: Spread, branch: Spread) -> Spread:
    """A branch added to what goes around it."""
    cross = 2.0 * before.mean * branch.mean
    second = before.second + branch.second + cross
    if not second > 0.0:
        return replace(before, second=second)
    own = max(branch.log_variance - before.log_variance, 0.0)
    variance = before.log_variance + (branch.second / second) ** 2 * own
    return Spread(second, before.mean + branch.mean, variance)


def backward_factor(n_out: int, weight: float, slope: float) -> float:
    """By what a layer multiplies the second moment of the gradient on its way back: m·E[w²]·E[φ′²]."""
    return n_out * weight * slope


@lru_cache(maxsize=512)
def integrals(function: Function, second: float) -> Integrals | None:
    """The integrals of an activation over z ~ N(0, second), by the midpoint rule; None where it has no value."""
    if not (isfinite(second) and second >= 0.0):
        return None
    try:
        found = _integrals(function, sqrt(second))
    except (AutogradError, ArithmeticError, ValueError, TypeError, AttributeError):
        return None
    return found if all(map(isfinite, astuple(found))) else None


def _integrals(function: Function, deviation: float) -> Integrals:
    step = 2 * _REACH / _POINTS
    at = [(i + 0.5) * step - _REACH for i in range(_POINTS)]
    weights = [step * exp(-u * u / 2) / sqrt(2 * pi) for u in at]
    values = [function(deviation * u) for u in at]
    h = deviation * step / 4 or 1e-6
    slopes = [(function(deviation * u + h) - function(deviation * u - h)) / (2 * h) for u in at]
    scale = max(map(abs, values)) or 1.0  # fourth powers would leave the floats
    mean = square = fourth = slope = growth = 0.0
    for weight, u, y, rise in zip(weights, at, values, slopes, strict=True):
        part = y / scale
        mean += weight * part
        square += weight * part * part
        fourth += weight * part**4
        slope += weight * rise * rise
        growth += weight * part * rise * u
    if square == 0.0:
        return Integrals(0.0, 0.0, 0.0, slope, 0.0)
    growth *= deviation / scale / square
    return Integrals(mean * scale, square * scale * scale, fourth / (square * square) - 1.0, slope, growth)
