"""Numerical slopes: difference quotients over a sweep of steps, extrapolated, each with an honest error.

A quotient (f(x + h) − f(x − h)) / 2h has two errors: f varies within the step (∝ h²), and f is rounded (∝ 1/h). So one
step proves little. Over a sweep of steps the error is a V, and the two together say where its bottom is: the first is
what neighbouring steps differ by, the second follows from the rounding noise of f. Richardson's extrapolation takes
the leading term off the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import frexp, inf, isfinite, isnan, ldexp, nan
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

__all__ = ["Curve", "Estimate", "Sample", "Step", "Sweep"]

EPSILON = 2.0**-52
SMALLEST = 5e-324
RATIO = 8.0
STEPS = 12
LARGER = 5  # steps of a sweep above the middle one, ε^⅓ of the number, which is the usual choice
SMALL = -3  # the binary exponent of an x beside which larger steps are tried too
CONCLUSIVE = 1e-4  # a relative error below which an error of 0.1 % in a rule is seen
VARIES = 1e-4  # of its size that f may jitter for its smallest steps
UNEVEN = 0.05  # how far two neighbouring steps may be from the ratio 8, near the resolution of x
AGREEING = 1e-2  # of a slope that quotients may be apart from it to confirm each other
SEVERAL = 3  # quotients that must
SAFETY = 10.0  # how much larger than estimated an error may be


class Sample(NamedTuple):
    """f at one place, and on which side of its kinks that is: quotients across a kink are not slopes."""

    value: float
    sides: Hashable = None


class Estimate(NamedTuple):
    """A slope that a sweep has found, the error it may have, and the step it comes from."""

    slope: float
    error: float
    step: float

    @property
    def is_conclusive(self) -> bool:
        """Whether at least the first four digits are known."""
        return self.error <= CONCLUSIVE * abs(self.slope)

    def agrees(self, slope: float, tolerance: float) -> bool:
        """Whether `slope` is within the error, or within the relative `tolerance`."""
        allowed = SAFETY * self.error + tolerance * max(abs(slope), abs(self.slope))
        return not abs(slope - self.slope) > allowed


NOTHING = Estimate(nan, inf, nan)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sweep: the quotients to the left and right of x and across it; NaN where f has no value.

    Attributes:
        step: h.
        left: (f(x) − f(x − h)) / h.
        right: (f(x + h) − f(x)) / h.
        central: (f(x + h) − f(x − h)) / 2h.
        crosses: whether f took another branch on the way, to the left and to the right.
    """

    step: float
    left: float
    right: float
    central: float
    crosses: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Curve:
    """A sweep as data: what it differentiated, the engine's slope, and every step; ``str`` shows it as a table.

    Attributes:
        of: which derivative: ``dsin/dx``.
        at: x.
        engine: the engine's slope.
        best: the step whose quotient is trusted most.
        noise: the rounding error of f, as it was estimated.
        steps: every `Step`.
    """

    of: str
    at: float
    engine: float
    best: float
    noise: float
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        lines = [
            f"{self.of} at {self.at:.6g}; the engine says {self.engine:.15g}",
            "step      quotient              off by",
        ]
        for step in self.steps:
            quotient = "no value" if isnan(step.central) else f"{step.central:.15g}"
            off = "" if isnan(step.central) else f"{abs(step.central - self.engine):.1e}"
            mark = "   ← best" if step.step == self.best else "   crosses a kink" if any(step.crosses) else ""
            lines.append(f"{step.step:.1e}   {quotient:<19}   {off}{mark}".rstrip())
        return "\n".join(lines)


class Sweep:
    """The difference quotients of one function of one number at `x`, for steps that may be added to."""

    def __init__(self, sample: Callable[[float], Sample | None], x: float, noise: float = 0.0) -> None:
        self.sample = sample
        self.x = x
        self.here = _finite(sample(x)) or Sample(nan)
        self.least_noise = noise + 4 * SMALLEST
        self.exponent = frexp(x)[1] - 1 if x else 0
        self.samples: dict[float, tuple[Sample | None, Sample | None]] = {}
        self.noises: dict[float, tuple[float, float]] = {}  # of each step's samples, once they are weighed
        self.taken: dict[int, float] = {}

    def take(self, exponents: Sequence[int] = range(LARGER, LARGER - STEPS, -1)) -> Sweep:
        """Look at the steps ε^⅓·8ᵏ, times the size of x, for all k in `exponents`."""
        for k in exponents:
            if k in self.taken:
                continue
            step = ldexp(EPSILON ** (1 / 3), self.exponent + 3 * k)
            step = (self.x + step) - self.x  # as a float can be added
            if not 0 < step < inf:
                continue
            self.taken[k] = step
            self.samples[step] = _finite(self.sample(self.x - step)), _finite(self.sample(self.x + step))
        return self

    def widen(self) -> Sweep:
        """As many smaller steps again, and larger ones where x is tiny: the scale of f need not be that of x."""
        if self.exponent < SMALL:
            up = round(-self.exponent / 3)
            self.take(range(LARGER + up, LARGER + up - STEPS, -1))
        return self.take(range(LARGER - STEPS, LARGER - 2 * STEPS, -1))

    def weigh(self, noise_at: Callable[[float], float]) -> Sweep:
        """Let every sample have the rounding that is its own: where f cancels near x, larger steps still tell a slope.

        Nothing changes where f is rougher beside x than `noise_at` knows of, or where steps do not agree even so.
        """
        noises = {step: (noise_at(self.x - step), noise_at(self.x + step)) for step in self.samples}
        for step, (left, right) in sorted(self.samples.items())[:2]:
            known = SAFETY * (sum(noises[step]) + 2 * self.least_noise)
            if left and right and abs(right.value + left.value - 2 * self.here.value) > known:
                return self
        self.noises = noises
        found = self.central()
        steps = [step.central for step in self.steps() if not any(step.crosses)]
        agreeing = sum(abs(quotient - found.slope) <= AGREEING * abs(found.slope) for quotient in steps)
        if agreeing < SEVERAL:  # one quotient alone may be a chance, and far from x
            self.noises = {}
        return self

    @property
    def noise(self) -> float:
        """How much f is off by rounding: what is known beforehand, or what its smallest steps show."""
        steps = sorted(self.samples)
        jitter = [
            abs(right.value + left.value - 2 * self.here.value)
            for left, right in map(self.samples.__getitem__, steps)
            if left and right
        ]
        noise = max(self.least_noise, *jitter[:2], 0.0)
        sizes = sorted(max(abs(one.value) for one in pair if one) for pair in self.samples.values() if any(pair))
        if sizes and noise > max(self.least_noise, VARIES * sizes[-1 - len(sizes) // 4]):
            return inf  # this is no rounding: f varies within the smallest step
        stuck = 0.0  # where f does not move at all for small steps, its first move is a jump
        for step in steps:
            left, right = self.samples[step]
            moves = [abs(one.value - self.here.value) for one in (left, right) if one]
            if moves and max(moves) == 0:
                stuck = 1.0
            elif moves:
                return max(noise, stuck * max(moves))
        return noise

    def steps(self) -> tuple[Step, ...]:
        """Every step that was taken, the largest first."""
        made = []
        for step in sorted(self.samples, reverse=True):
            left, right = self.samples[step]
            crosses = tuple(one is not None and one.sides != self.here.sides for one in (left, right))
            fl, f0, fr = (left.value if left else nan), self.here.value, (right.value if right else nan)
            below, above = self.x - (self.x - step), (self.x + step) - self.x
            made.append(Step(step, (f0 - fl) / below if below else nan, (fr - f0) / above,
                             (fr - fl) / (below + above), crosses))  # type: ignore[arg-type]  # fmt: skip
        return tuple(made)

    def central(self) -> Estimate:
        """The slope, from quotients that cross no kink; from one side where there is a value on one side only."""
        steps = self.steps()
        noise = self.noise
        if self._jumps(noise):
            return NOTHING
        both = _estimate([(s.step, nan if any(s.crosses) else s.central, self._rounding(s, noise)) for s in steps], 2)
        if both.is_conclusive or both.error == 0:
            return both
        return min(both, self.left(), self.right(), key=lambda one: one.error)

    def _jumps(self, noise: float) -> bool:
        """Whether f is elsewhere already after the smallest step: no quotient is a slope then."""
        sizes = [abs(one.value) for pair in self.samples.values() for one in pair if one]
        for _, pair in sorted(self.samples.items())[:2]:
            moves = [abs(one.value - self.here.value) for one in pair if one]
            if moves:
                return max(moves) > SAFETY * noise + 1e-2 * max(sizes)
        return False

    def left(self, *, across: bool = False) -> Estimate:
        """The slope at the left; with `across`, whatever branches f takes there."""
        return self._one_sided(0, across=across)

    def right(self, *, across: bool = False) -> Estimate:
        """The slope at the right."""
        return self._one_sided(1, across=across)

    def _one_sided(self, side: int, *, across: bool) -> Estimate:
        """From the steps to one side; with `across`, all those on the side that the smallest of them lies on."""
        steps = self.steps()
        samples = (pair[side] for _, pair in sorted(self.samples.items()))
        nearest = next((one.sides for one in samples if one is not None), None)
        quotients = []
        noise = self.noise
        for step in steps:
            sample = self.samples[step.step][side]
            is_usable = sample is not None and sample.sides == (nearest if across else self.here.sides)
            quotients.append(
                (step.step, (step.left, step.right)[side] if is_usable else nan, self._rounding(step, noise, side))
            )
        return _estimate(quotients, 1)

    def _rounding(self, step: Step, noise: float, side: int | None = None) -> float:
        """How much a quotient is off by rounding: f far from x may be much larger than at x."""
        if self.noises:
            noises = self.noises[step.step]
            noise = max(noises) if side is None else max(noises[side], self.least_noise)
        there = (abs(one.value) for one in self.samples[step.step] if one)
        return (noise + EPSILON * max(there, default=0.0)) / step.step

    def best(self, slope: float) -> Step | None:
        """The step at the bottom of the V: its own central quotient is nearest to `slope`, its rounding included."""
        steps = [s for s in self.steps() if isfinite(s.central)]
        smooth = [s for s in steps if not any(s.crosses)] or steps
        return min(smooth, key=lambda s: abs(s.central - slope) + self.least_noise / s.step, default=None)

    @property
    def is_at_border(self) -> bool:
        """Whether already the smallest step leads f into another branch."""
        nearest = [pair for _, pair in sorted(self.samples.items()) if any(pair)][:1]
        return any(one is not None and one.sides != self.here.sides for pair in nearest for one in pair)


def _finite(sample: Sample | None) -> Sample | None:
    return sample if sample is not None and isfinite(sample.value) else None


def _estimate(quotients: Sequence[tuple[float, float, float]], power: int) -> Estimate:
    """The best of quotients (step, quotient, rounding), given from the largest step down, and of their extrapolations.

    A quotient's own error is c·hᵖ with p = `power`; the extrapolation leaves the next term of the series.
    """
    best = NOTHING
    factor = RATIO**power - 1
    caution = 4.0**power  # half of the digits that a step gains are believed
    previous_step = nan
    previous: float | None = None
    extrapolated: float | None = None
    series: list[tuple[float, float, float]] = []
    for step, quotient, rounding in quotients:
        if not isfinite(quotient):
            previous = extrapolated = None
            continue
        if previous is not None and abs(previous_step / step / RATIO - 1) > UNEVEN:
            previous = extrapolated = None
        if previous is not None:
            change = quotient - previous
            better = quotient + change / factor
            series.append((step, better, rounding))
            candidates = [Estimate(quotient, abs(change) / caution + rounding, step)]
            if extrapolated is not None:
                candidates.append(Estimate(better, abs(better - extrapolated) / caution + 1.2 * rounding, step))
            best = min(best, *candidates, key=lambda one: one.error)
            extrapolated = better
        previous, previous_step = quotient, step
    return best._replace(error=inf) if _is_denied(best, series) else best


def _is_denied(found: Estimate, series: Sequence[tuple[float, float, float]]) -> bool:
    """Whether smaller steps deny a slope: for large steps, any function that is bounded has a slope of nearly 0."""
    return any(
        abs(quotient - found.slope) > SAFETY * (found.error + rounding) + CONCLUSIVE * abs(found.slope)
        for step, quotient, rounding in series
        if step < found.step
    )
