"""The slopes of a function against differences, each with its verdict: what does not agree gets a reason."""

from __future__ import annotations

from itertools import pairwise
from math import inf, isfinite, isnan, log10
from typing import TYPE_CHECKING, Any, NamedTuple

from ..backward import adjoints
from ..conditions import numbers_of
from ..errors import AutogradError
from ..formula.numbers import number
from ..graph import topological_order
from .cancelling import Doubt, doubt_of_slope, lost_in_slope, lost_in_value, rounding_of_slope
from .modes import engine_slopes, noise_of, off_by, tangents_of, words_of
from .numerical import SAFETY, STEPS, Curve, Estimate, Sample, Sweep
from .rules import told
from .sides import is_on_kink
from .trial import Derivative, Record, Trial, where_lost
from .verdict import PASSING, FoundError, GradCheck, Slope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..value import Value

__all__ = ["FULL", "MOODS", "Slopes"]

FULL = 8  # numbers to differentiate by, each of which is swept in full; of more, those that a few steps do not settle
FEW = range(2, -3, -1)
DIRECTIONS = 200_000  # nodes that forward mode visits, in every direction
TIGHT = 1e-6  # a relative error of differences above which more steps are tried, and each sample's own rounding
DIGITS_LEFT = 3.0  # of a slope that differences must be able to tell, or they confirm nothing
SHOWN = 4  # numbers of the point that are told
BESIDE = 1e-9  # of f for each of x, which is nothing beside it
LEAPS = 1e6  # times that f must move within a step, to have gone all the way without being seen
AGAIN = 5  # calls more where something is wrong: a dropout may give the same mask twice
MOODS = "Is there a dropout, or a random number? Use eval(), or seed it within the function"


class _Job(NamedTuple):
    """One output by one input."""

    output: int
    place: int
    engine: float
    forward: float


class _Finding(NamedTuple):
    """What became of one slope; `passed` is what the verdict implies unless it says otherwise."""

    estimate: Estimate
    verdict: str
    reason: str = ""
    passed: bool | None = None


class Slopes:
    """The slopes of a trial, each against differences; the verdict is that of the worst one."""

    def __init__(self, trial: Trial | Derivative, at: Sequence[float], tolerance: float, base: Record) -> None:
        self.trial = trial
        self.at = list(at)
        self.tolerance = tolerance
        self.base = base
        self.sides = base.sides
        self.cache: dict[tuple[int, float], tuple[list[float], Any] | None] = {}
        self.noises = [noise_of(output) for output in base.outputs]
        self.wide = max((len(topological_order(output)) for output in base.outputs), default=0)

    def checked(self) -> GradCheck:
        """All slopes, and the verdict of the worst one."""
        engine = engine_slopes(self.base)
        forward = self._forward(engine)
        found: list[tuple[Slope, Sweep]] = []
        count = len(self.at)
        for place in range(count):
            for output in range(len(self.base.outputs)):
                job = _Job(output, place, engine[output][place], forward[output][place])
                found.append(self._slope(job, in_full=count * len(self.base.outputs) <= FULL))
            self.cache.clear()
        slope, sweep = max(found, key=lambda pair: _rank(pair[0]))
        if slope.verdict == "pass":
            sweep.take()
        curve = self._curve(slope, sweep)
        slopes = tuple(one for one, _ in found)
        sentence = slope.reason or self._sentence(slopes, slope, sweep)
        return GradCheck(slope.verdict, slope.passed, sentence, slopes, (), curve)

    def _forward(self, engine: list[list[float]]) -> list[list[float]]:
        """Forward mode in every direction, or, for very many, in one: then it is the engine's unless that fails."""
        count = len(self.at)
        made = [[0.0] * count for _ in self.base.outputs]
        if count * self.wide <= DIRECTIONS:
            for place in range(count):
                tangents = tangents_of(self.base, [float(i == place) for i in range(count)])
                for output, node in enumerate(self.base.outputs):
                    made[output][place] = tangents[node]
            return made
        weights = [1.0 + (7 * i % 11) / 11 for i in range(count)]
        tangents = tangents_of(self.base, weights)
        for slopes, node in zip(engine, self.base.outputs, strict=True):
            along = sum(weight * slope for weight, slope in zip(weights, slopes, strict=True))
            size = sum(abs(weight * slope) for weight, slope in zip(weights, slopes, strict=True))
            if abs(along - tangents[node]) > 1e-9 * size:
                raise FoundError(
                    "wrong", f"forward mode says {tangents[node]:.12g} where the backward pass says {along:.12g}"
                )
        return engine

    # ----------------------------------------------------------------------------------------------- one slope

    def _sampler(self, job: _Job) -> Callable[[float], Sample | None]:
        def sample(x: float) -> Sample | None:
            key = (job.place, x)
            if key not in self.cache:
                numbers = [*self.at]
                numbers[job.place] = x
                try:
                    made = self.trial.record(numbers)
                except (AutogradError, ValueError, ArithmeticError, IndexError):
                    self.cache[key] = None
                else:
                    sides = made.sides if len(made.outputs) == len(self.base.outputs) else None
                    self.cache[key] = [one.data for one in made.outputs], sides
            found = self.cache[key]
            return None if found is None or job.output >= len(found[0]) else Sample(found[0][job.output], found[1])

        return sample

    def _noise_at(self, job: _Job) -> Callable[[float], float]:
        def noise(x: float) -> float:
            numbers = [*self.at]
            numbers[job.place] = x
            try:
                made = self.trial.record(numbers)
                return noise_of(made.outputs[job.output])
            except (AutogradError, ValueError, ArithmeticError, IndexError):
                return inf

        return noise

    def _name(self, job: _Job) -> str:
        of, by = self.trial.output_names[job.output], self.trial.places[job.place]
        if not isinstance(self.trial, Derivative):
            return f"d{of}/d{by}"
        inner, _, first = of.removeprefix("d").partition("/d")
        return f"d²{inner}/d{by}²" if first == by else f"d²{inner}/d{first}d{by}"

    def _slope(self, job: _Job, *, in_full: bool) -> tuple[Slope, Sweep]:
        sweep = Sweep(self._sampler(job), self.at[job.place], self.noises[job.output])
        name = self._name(job)

        def made(finding: _Finding) -> tuple[Slope, Sweep]:
            estimate, verdict, reason, passed = finding
            numerical = (estimate.slope, estimate.error, estimate.step)
            trusted = verdict in PASSING if passed is None else passed
            return Slope(name, job.engine, job.forward, *numerical, verdict, trusted, reason), sweep

        sweep.take() if in_full else sweep.take(FEW)
        found = sweep.central()
        if self._modes_differ(job):
            reason = f"{name} is {job.engine:.12g} by the backward pass, and {job.forward:.12g} by forward mode"
            return made(_Finding(found, "wrong", reason))
        kink = self._kink(job)
        if kink is not None:
            return made(self._at_kink(job, sweep.take(), kink))
        agrees = isfinite(job.engine) and found.agrees(job.engine, self.tolerance)
        if agrees and self._is_told(job, found, sweep) and not any(any(s.crosses) for s in sweep.steps()):
            return made(_Finding(found, "pass"))
        found = sweep.take().central()
        if sweep.is_at_border or not found.error <= TIGHT * abs(found.slope):
            found = sweep.widen().weigh(self._noise_at(job)).central()
        agrees = isfinite(job.engine) and found.agrees(job.engine, self.tolerance)
        if agrees and self._is_told(job, found, sweep) and not sweep.is_at_border:
            return made(_Finding(found, "pass"))
        return made(self._doubtful(job, sweep, found, agrees=agrees))

    def _modes_differ(self, job: _Job) -> bool:
        """Whether the backward pass and forward mode differ by more than their rounding, where routes cancel."""
        apart = abs(job.engine - job.forward)
        size = max((abs(t) for t in (job.engine, job.forward) if isfinite(t)), default=0.0)
        if off_by(job.engine, job.forward) > 1e-9 and apart > 1e-9 * size + 1e-300:
            return apart > SAFETY * self._rounding(job)
        return False

    def _is_told(self, job: _Job, found: Estimate, sweep: Sweep) -> bool:
        """Whether the differences are sure: of some digits, or that f stands still beside its own size."""
        if found.error <= 10**-DIGITS_LEFT * abs(found.slope):
            return True
        size = abs(self.base.outputs[job.output].data) / max(abs(self.at[job.place]), 1.0)
        stands = abs(job.engine) + found.error <= 1e-6 * size or (job.engine == 0.0 == found.slope)
        if not (stands or found.error == 0.0) or self._is_noise(job, sweep):
            return False
        doubt = self._doubt(job)
        return doubt is None or doubt.error <= BESIDE * size

    def _is_noise(self, job: _Job, sweep: Sweep) -> bool:
        """Whether rounding is all that may be in the engine's slope, and no small matter beside f."""
        moves = (abs(one.value) / step for step, pair in sweep.samples.items() for one in pair if one)
        rise = min(moves, default=0.0)
        return self._rounding(job) > max(abs(job.engine), 1e-3 * rise)

    # ------------------------------------------------------------------------------------------------ no plain pass

    def _kink(self, job: _Job) -> Value | None:
        """A node on its kink, through which the input moves the output."""
        output = self.base.outputs[job.output]
        reached = {self.base.leaves[job.place]}
        for node in topological_order(output):
            if node._rule is not None and any(parent in reached for parent in node.parents):
                reached.add(node)
                row = node.row
                if row is not None and row.kinks and is_on_kink(row, numbers_of(node), node.parameters, node.data):
                    return node
        return None

    def _at_kink(self, job: _Job, sweep: Sweep, node: Value | None) -> _Finding:
        left, right = sweep.left(across=True), sweep.right(across=True)
        found = min(left, right, key=lambda one: one.error)
        if not (isfinite(left.error) and isfinite(right.error)):
            if isfinite(found.slope) and isfinite(found.error):
                side = "right" if found is right else "left"
                reason = f"{self._where(job, node)}: {side} slope {_clean(found)}, engine {number(job.engine)}"
                agrees = found.agrees(job.engine, self.tolerance)
                return _Finding(found, "kink", reason + ". Not an error." * agrees, passed=agrees)
            return self._doubtful(job, sweep, found, agrees=False)
        allowed = 10 * (left.error + right.error) + self.tolerance * max(abs(left.slope), abs(right.slope))
        low, high = min(left.slope, right.slope) - allowed, max(left.slope, right.slope) + allowed
        if low <= job.engine <= high and high - low <= 4 * allowed:
            return _Finding(found, "pass", "")
        central = (left.slope + right.slope) / 2
        is_one = any(abs(job.engine - side.slope) <= allowed for side in (left, right))
        convention = "its stated convention" if node is not None else "one of the two" if is_one else "between the two"
        reason = (
            f"{self._where(job, node)}: left slope {_clean(left)}, right slope {_clean(right)}, "
            f"central difference {number(_rounded(central, left.error + right.error), 10)}, "
            f"engine {number(job.engine, 10)}"
        )
        if low <= job.engine <= high:
            return _Finding(found, "kink", f"{reason} ({convention}). Not an error.")
        reason += ", which is none of the slopes between: the conventions of several kinks add up to it"
        return _Finding(found, "kink", reason, passed=False)

    def _where(self, job: _Job, node: Value | None) -> str:
        if node is None:
            at = f"{self.trial.places[job.place]} = {number(self.at[job.place])}"
            of = self.trial.output_names[job.output]
            return f"{of} at {at} (a Python if, max() or abs(), or a row that states no kink)"
        from ..explain.kink import kink_of

        kink = kink_of(node, words_of(self.base.outputs[job.output], self.base))
        return f"{node.op} at {kink.where}" if kink is not None else node.op

    def _doubtful(self, job: _Job, sweep: Sweep, found: Estimate, *, agrees: bool) -> _Finding:
        """The differences do not say what the engine says, or say nothing: why?"""
        name = self._name(job)
        of, by = self.trial.output_names[job.output], self.trial.places[job.place]
        at = f"{by} = {number(self.at[job.place])}"
        if self._is_moody():
            return _Finding(found, "not deterministic", f"{of} differs from call to call. {MOODS}")
        if isnan(job.engine):
            return _Finding(found, "non-finite", f"{name} is NaN at {at}{self._not_finite(job)}")
        if (jump := _jump(sweep)) is not None:
            return _Finding(
                found,
                "not differentiable",
                f"{of} jumps at {at}: {jump}. The engine's slope there is {number(job.engine)}",
            )
        growth = _growth(sweep)
        if growth is not None and not growth.last <= SAFETY * abs(job.engine) < inf:
            return _Finding(
                found,
                "not differentiable",
                f"{of} has an infinite slope at {at}: {growth.words}. The engine says {number(job.engine)}",
            )
        if not isfinite(job.engine):
            numbers = f"; differences say {told(found)}" if isfinite(found.error) and found.is_conclusive else ""
            return _Finding(
                found, "non-finite", f"{name} is {number(job.engine)} at {at}{numbers}{self._not_finite(job)}"
            )
        left, right = sweep.left(across=True), sweep.right(across=True)
        apart = abs(left.slope - right.slope)
        if (
            growth is None
            and isfinite(left.error + right.error)
            and apart > 20 * (left.error + right.error) + 1e-4 * (abs(left.slope) + abs(right.slope))
        ):
            at_kink = self._at_kink(job, sweep, None)
            if at_kink.verdict == "kink" and at_kink.passed is not False:
                doubt = self._doubt(job)
                return at_kink if doubt is None else self._cancelled(job, found, doubt)
        if agrees and sweep.is_at_border and self._is_told(job, found, sweep):
            return _Finding(found, "pass")
        if (lost := self._lost(job)) is not None:
            return _Finding(found, "gradient lost", lost)
        is_told = growth is None and isfinite(found.error) and not _is_leapt_over(job.engine, found, sweep)
        if is_told and not found.agrees(job.engine, self.tolerance):
            numbers = f"differences say {told(found)} (step {found.step:.1e})"
            if abs(job.engine - found.slope) <= SAFETY * self._rounding(job):
                return _Finding(found, "cancellation", self._arithmetic(job, numbers), passed=False)
            return _Finding(
                found,
                "wrong",
                f"{name} is {number(job.engine, 12)} by the engine; {numbers}. Every rule agrees with its own values",
            )
        return self._inconclusive(job, sweep, found)

    def _inconclusive(self, job: _Job, sweep: Sweep, found: Estimate) -> _Finding:
        name, of = self._name(job), self.trial.output_names[job.output]
        output = self.base.outputs[job.output]
        if self._tends(job, sweep):
            return _Finding(found, "pass")
        checked = "Every rule agrees with its own values, and forward mode with the engine"
        if (doubt := self._doubt(job)) is not None:
            return self._cancelled(job, found, doubt)
        digits = _digits_left(abs(output.data), self.noises[job.output])
        if digits < 16 - DIGITS_LEFT:
            cause = lost_in_value(output, self.base)
            where = f" after {cause}" if cause else ""
            few = f"{of} has {int(digits)} of its 16 digits left{where}: too few for differences to confirm"
            reason = f"{few} {name} = {number(job.engine)}. {checked}."
            return _Finding(found, "cancellation", reason)
        last = min(sweep.samples, default=0.0)
        reason = f"{of} varies within every step, down to {last:.1e}: differences cannot tell"
        reason += f" {name} = {number(job.engine)}. {checked}."
        return _Finding(found, "scale", reason)

    def _rounding(self, job: _Job) -> float:
        """How far the engine's slope may be off by its own arithmetic."""
        return rounding_of_slope(self.base.outputs[job.output], self.base.leaves[job.place])

    def _doubt(self, job: _Job) -> Doubt | None:
        """By how much the engine's slope may be off, where that is too much."""
        output, leaf = self.base.outputs[job.output], self.base.leaves[job.place]
        return doubt_of_slope(output, leaf, job.engine, max(self.tolerance, 10**-DIGITS_LEFT))

    def _cancelled(self, job: _Job, found: Estimate, doubt: Doubt) -> _Finding:
        if doubt.true is not None:
            said = f"with more digits it is {number(doubt.true)}"
        else:
            is_some = doubt.error < abs(job.engine)
            part = f"be off by {number(100 * doubt.error / abs(job.engine), 2)} %" if is_some else "have no right digit"
            said = f"it may {part}, and differences cannot tell"
        return _Finding(found, "cancellation", self._arithmetic(job, said), passed=False)

    def _arithmetic(self, job: _Job, numbers: str) -> str:
        """The slope is right as mathematics, and floats have lost it on the way."""
        cause = lost_in_slope(self.base.outputs[job.output], self.base.leaves[job.place], self.base)
        where = f": digits are lost in {cause}" if cause else ""
        said = f"{self._name(job)} is {number(job.engine)} by the engine; {numbers}"
        return f"{said}. The rules are right, the arithmetic cancels{where}"

    def _tends(self, job: _Job, sweep: Sweep) -> bool:
        """Whether the quotients come nearer to the engine's slope with every step, however slowly: x^1.5 at 0."""
        for side in ("left", "right"):
            off = [abs(q - job.engine) for step in sweep.steps() if isfinite(q := getattr(step, side))]
            if len(off) >= STEPS and off == sorted(off, reverse=True) and off[-1] <= 1e-3 * off[0]:
                return True
        return False

    def _is_moody(self) -> bool:
        """Whether f gives another result after all, on one of some further calls."""
        here = [one.data for one in self.base.outputs]
        return any([one.data for one in self.trial.record(self.at).outputs] != here for _ in range(AGAIN))

    def _not_finite(self, job: _Job) -> str:
        """Where the slope leaves the numbers: at a partial, or where what flows back has become too large."""
        output = self.base.outputs[job.output]
        order = topological_order(output)
        words = words_of(output, self.base)
        for node in order:
            if not all(map(isfinite, node.partials())):
                return f". The first partial that is not finite is that of {words.computed(node)}"
        flowing = adjoints(order)
        first = next(node for node in reversed(order) if not isfinite(flowing[node]))
        return f". Every partial is finite, but what flows back is {number(flowing[first])} at {words.computed(first)}"

    def _lost(self, job: _Job) -> str | None:
        if isinstance(self.trial, Derivative):
            return None
        name, by, of = self._name(job), self.trial.places[job.place], self.trial.output_names[job.output]
        reached = self.base.leaves[job.place] in set(topological_order(self.base.outputs[job.output]))
        lost = where_lost(self.trial, job.place, self.at)
        if lost is not None and lost.op:
            line = f" ({lost.line})" if lost.line else ""
            return (
                f"{name}: {lost.op}{line} was given the plain number {number(lost.number)}, which changes with {by} "
                "and remembers nothing. Use the Value itself, not its .data, .item() or a copy"
            )
        if lost is not None:
            return f"{of} is a plain number that changes with {by}: no operation on Values made it"
        if not reached:
            return f"{name}: {of} changes with {by}, but no operation in its graph uses {by}"
        return None

    # ------------------------------------------------------------------------------------------------- a sentence

    def _curve(self, slope: Slope, sweep: Sweep) -> Curve:
        best = sweep.best(slope.numerical)
        best_step = best.step if best else 0.0
        return Curve(slope.name, sweep.x, slope.engine, best_step, sweep.noise, sweep.steps())

    def _sentence(self, slopes: Sequence[Slope], worst: Slope, sweep: Sweep) -> str:
        best = sweep.best(worst.numerical)
        where = self._point()
        if best is None:
            return f"{worst.name} = {number(worst.engine, 15)}{where}"
        off = abs(best.central - worst.engine)
        steps = f"the best of {max(STEPS, len(sweep.samples))} numerical steps ({best.step:.1e})"
        swept = f"{steps} differs by {f'{off:.1e}' if off else '0'}"
        if len(slopes) == 1:
            return f"{worst.name} = {number(worst.engine, 15)}{where}; {swept}"
        return f"{len(slopes)} slopes{where}; the least certain is {worst.name} = {number(worst.engine, 12)}: {swept}"

    def _point(self) -> str:
        """Where it was checked: `` at x = 1.3``; nothing for second slopes, which are taken where the first were."""
        if isinstance(self.trial, Derivative):
            return ""
        shown = [f"{name} = {number(x)}" for name, x in zip(self.trial.places, self.at, strict=True)]
        more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN + 1 else ""
        return f" at {', '.join(shown[:SHOWN] if more else shown)}{more}"


_SEVERITY = (
    "pass",
    "scale",
    "cancellation",
    "kink",
    "not differentiable",
    "non-finite",
    "gradient lost",
    "wrong",
    "not deterministic",
)


def _rank(slope: Slope) -> tuple[bool, int, float]:
    off = off_by(slope.engine, slope.numerical) if isfinite(slope.numerical) else 0.0
    return not slope.passed, _SEVERITY.index(slope.verdict), off


def _rounded(x: float, error: float) -> float:
    """`x` without the digits that are noise."""
    return round(x, max(0, min(12, int(-log10(max(error, 1e-13)))))) if abs(x) < 1e6 else x


def _clean(estimate: Estimate) -> str:
    return number(_rounded(estimate.slope, estimate.error * 10), 8)


def _jump(sweep: Sweep) -> str | None:
    """What f jumps from and to, where it does not come near f(x) as the step shrinks."""
    steps = sorted(sweep.samples.items())[:4]
    sizes = [abs(one.value) for pair in sweep.samples.values() for one in pair if one]
    for side, word in ((0, "left"), (1, "right")):
        nearby = [one.value for _, pair in steps if (one := pair[side]) is not None]
        if len(nearby) < 2 or len({round(value, 9) for value in nearby}) > 1:
            continue
        if abs(nearby[0] - sweep.here.value) > 1e-3 * max(sizes) + 1e3 * sweep.least_noise:
            return f"from {number(nearby[0])} at the {word} to {number(sweep.here.value)}"
    return None


def _is_leapt_over(engine: float, found: Estimate, sweep: Sweep) -> bool:
    """Whether f would have gone to and fro within the step of `found`, had it the engine's slope: sin(10¹⁵·x)."""
    moves = [abs(one.value - sweep.here.value) for pair in sweep.samples.values() for one in pair if one]
    return abs(engine) * found.step > LEAPS * max(moves, default=0.0) > 0.0


class _Growth(NamedTuple):
    """A quotient that grows as long as the step shrinks, and how large it is for the smallest one."""

    words: str
    last: float


def _growth(sweep: Sweep) -> _Growth | None:
    """How the quotient grows without end as the step shrinks: a vertical tangent, or a very steep one.

    Moves that may be rounding do not count: they stay as they are while the step shrinks.
    """
    least = SAFETY * sweep.least_noise
    for side in ("right", "left"):
        every = ((abs(getattr(step, side)), step.step) for step in sweep.steps())
        quotients = [quotient for quotient, step in every if isfinite(quotient) and quotient * step > least]
        ratios = [b / a for a, b in pairwise(quotients) if a]
        if len(ratios) >= 6 and min(ratios) > 1.2 and quotients[-1] > 1e3 * quotients[0]:
            words = f"the {side} quotient grows from {quotients[0]:.3g} to {quotients[-1]:.3g} as the step shrinks"
            return _Growth(words, quotients[-1])
    return None


def _digits_left(size: float, noise: float) -> float:
    """How many of the 16 digits of a number are right that is off by `noise`."""
    if noise == 0.0:
        return 16.0
    return min(16.0, log10(size) - log10(noise)) if noise < size else 0.0
