"""Every row of the table against fifty digits: values, partials and second partials, at points that look for trouble."""

from __future__ import annotations

import itertools
import math
import random
import sys
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from reference import REFERENCES, exact, number

from autograd_scalar import AutogradError, DivisionError, DomainError, RangeError, Value, functions
from autograd_scalar.transforms import gradients
from autograd_scalar.ops import Row, table
from autograd_scalar.validation import holds, intervals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

POINTS = 1000
ROWS = [row for row in table.values() if row.built_in]
MANY = [row for row in ROWS if any(argument.kind == "sequence" for argument in row.operands)]
FEW = [row for row in ROWS if row not in MANY]
MAX, SMALLEST_NORMAL, SMALLEST = sys.float_info.max, sys.float_info.min, 5e-324

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


class Point(NamedTuple):
    """Operands in the order of the signature (a sequence is a list), and parameters by name."""

    operands: tuple[Any, ...]
    parameters: dict[str, float]


# ------------------------------------------------------------------------------------------------------- the points

SPECIAL = [
    sign * x
    for sign in (1, -1)
    for x in (
        *(0.0, SMALLEST, SMALLEST_NORMAL / 3, SMALLEST_NORMAL, 1e-300, 1e-200, 1e-160, 1e-100, 1e-20, 1e-8),
        *(0.5, math.nextafter(1, 0), 1.0, math.nextafter(1, 2), 2.0, 3.0, 19.0, 26.5, 27.3, 38.5, 40.0, 355.0),
        *(709.7, 709.782712893384, 709.79, 710.4758600739439, 745.1, 745.2, 750.0, 1e8, 1e16, 1e100, 1e160, 1e300, MAX),
    )
]  # zeros, subnormals, the ends of the range, and where exp, cosh, erfc and a square leave it


def any_float(rng: random.Random) -> float:
    """A float of one of the kinds that break formulas."""
    kind = rng.randrange(10)
    if kind < 4:
        return rng.choice((1, -1)) * math.ldexp(rng.uniform(1, 2), rng.randint(-1074, 1023))
    if kind < 7:
        return rng.uniform(-5, 5)
    if kind == 7:
        return rng.uniform(-800, 800)
    if kind == 8:
        return rng.uniform(-40, 40)
    near = rng.choice((1.0, -1.0, rng.randint(-1000, 1000) * math.pi / 2))
    return near + rng.choice((1, -1)) * near * 2.0 ** -rng.randint(1, 53)


def in_interval(rng: random.Random, low: float, high: float) -> float:
    """A float of an interval of a domain: anywhere, or close to one of its ends."""
    if math.isinf(low) and math.isinf(high):
        return any_float(rng)
    end, inward = rng.choice([(low, 1), (high, -1)][math.isinf(low) : 1 + math.isfinite(high)])
    near = end + inward * 2.0 ** -rng.randint(0, 60)
    choices = [near, math.nextafter(end, inward * math.inf), end]
    choices += [rng.uniform(low, high)] * 2 if math.isfinite(high - low) else [abs(any_float(rng)) * inward] * 5
    return rng.choice(choices)


def operands_of(row: Row, rng: random.Random) -> Iterator[tuple[float, ...]]:
    """Operands without end; the special ones first, then random ones, then ones that belong together."""
    count = len(row.operands)
    if count == 1:
        yield from ((x,) for x in SPECIAL)
    ends = {name: (low, high) for name, low, high in intervals(row)}
    while True:
        if count == 1:
            yield (in_interval(rng, *ends.get(row.operands[0].name, (-math.inf, math.inf))),)
            continue
        drawn = [rng.choice(SPECIAL) if rng.random() < 0.25 else any_float(rng) for _ in range(count)]
        yield tuple(drawn)
        x = drawn[0]
        y = rng.choice((x, -x, x * rng.uniform(0.5, 2), math.nextafter(x, 0), x * 2.0 ** rng.randint(-60, 60), round(drawn[1], 0)))
        yield (x, y, *drawn[2:])
        if x and abs(x) != 1:  # products, quotients and powers near the ends of the range
            end = rng.choice((-1, 1)) * rng.uniform(960, 1080)
            yield (x, rng.choice((math.ldexp(rng.uniform(1, 2), min(1023, int(end) // 2)), end / math.log2(abs(x)))), *drawn[2:])
            other = rng.choice((end - math.log2(abs(x)), math.log2(abs(x)) - end, (math.log2(abs(x)) - end) / 2))
            yield (x, rng.choice((1, -1)) * 2.0**other if -1070 < other < 1023 else 1.0, *drawn[2:])


def sequences_of(row: Row, rng: random.Random) -> Iterator[tuple[Any, ...]]:
    """Sequences of one length, without end: tame, wild, with ties, and such that everything cancels."""
    while True:
        length = rng.choice((1, 2, 3, 3, 4, 6, 10))
        draw = rng.choice((any_float, lambda rng: rng.uniform(-5, 5), lambda rng: rng.choice(SPECIAL), lambda rng: rng.choice((0.0, 1.0, -2.5, MAX)), lambda rng: rng.choice((1, -1)) * 10.0 ** rng.uniform(290, 308)))
        operands: list[Any] = [[draw(rng) for _ in range(length)] if argument.kind == "sequence" else draw(rng) for argument in row.operands]
        if rng.random() < 0.3:
            first = operands[0]
            first[-1] = rng.choice((-1, 1)) * rng.choice(first) * (1 + rng.choice((0, 0, 2.0**-52, 1e-9)))
        yield tuple(operands)


def points(row: Row, count: int = POINTS) -> Iterator[Point]:
    """A thousand points of the row's domain, the same ones every time."""
    rng = random.Random(row.name)
    draw = sequences_of if row in MANY else operands_of
    inside = (operands for operands in draw(row, rng) if is_inside(row, operands))
    for operands in itertools.islice(inside, count):
        yield Point(operands, parameters_of(row, rng))


def is_inside(row: Row, operands: tuple[Any, ...]) -> bool:
    if not all(math.isfinite(x) for x in flat(operands)):
        return False
    return not (row.poles and holds(row, row.poles, list(operands))) and (not row.domain or holds(row, row.domain, list(operands)))


def parameters_of(row: Row, rng: random.Random) -> dict[str, float]:
    """Parameters in rising order, which those of `clip` need; the defaults, half the time."""
    given = [argument for argument in row.arguments if argument.kind == "parameter"]
    drawn = sorted(rng.choice((rng.uniform(-2, 2), 10 ** rng.uniform(-5, 5))) for _ in given)
    keep = rng.random() < 0.5
    return {a.name: a.default if keep and a.default is not None else x for a, x in zip(given, drawn, strict=True)}


def flat(operands: Sequence[Any]) -> list[Any]:
    return [x for operand in operands for x in (operand if isinstance(operand, list) else [operand])]


def shaped(like: Sequence[Any], numbers: Sequence[Any]) -> list[Any]:
    """The flat `numbers` in the form of `like`."""
    rest = iter(numbers)
    return [[next(rest) for _ in operand] if isinstance(operand, list) else next(rest) for operand in like]


# --------------------------------------------------------------------------------------------------- what is right


class Truth:
    """Value and partials of a row at one point, exactly, each with its condition number."""

    def __init__(self, row: Row, point: Point) -> None:
        self.row = row
        self.point = point
        self.numbers = [number(x) for x in flat(point.operands)]
        self.quantities = self.at(self.numbers)

    def at(self, numbers: Sequence[Any]) -> list[Any]:
        """The value and all partials at `numbers`."""
        reference = REFERENCES[self.row.name]
        arguments = [*shaped(self.point.operands, numbers), *map(number, self.point.parameters.values())]
        return [reference.value(*arguments), *reference.partials(*arguments)]

    def sensitivity(self, place: int) -> Any:
        """Σ|xᵢ·∂ᵢq| of one quantity, which is κ·|q|: how it answers when each xᵢ is moved by 10⁻³⁰ of itself."""
        step = exact.mpf(10) ** -30
        with exact.workdps(90):
            here = self.at(self.numbers)[place]
            moved = (self.numbers[:i] + [x * (1 + step)] + self.numbers[i + 1 :] for i, x in enumerate(self.numbers) if x)
            return exact.fsum(abs(self.at(numbers)[place] - here) for numbers in moved) / step


def distance(computed: float, true: Any) -> Any:
    """How far a float is from the truth, in units of the last place of the true number."""
    nearest = float(true)
    if same(computed, nearest):
        return 0
    if math.isnan(computed) or math.isnan(nearest) or true in (math.inf, -math.inf):
        return math.inf
    if abs(nearest) < SMALLEST_NORMAL and computed * true < 0:
        return math.inf  # where digits are lost, the sign is not
    beyond = exact.mpf(2) ** 1024
    true, computed = (max(min(exact.mpf(x), beyond), -beyond) for x in (true, computed))
    return abs(computed - true) / math.ulp(min(abs(nearest), MAX))


def same(x: float, y: float) -> bool:
    return x == y or (math.isnan(x) and math.isnan(y))


def excess(computed: float, truth: Truth, place: int) -> float:
    """The distance over the one allowed: 4·(1 + κ) units in the last place, and n more for a row of n operands.

    Where the truth is 0, so must be what comes out. Only terms of many operands that cancel to 0 may leave what their
    sizes allow.
    """
    true = truth.quantities[place]
    n = len(truth.numbers) if truth.row in MANY else 0
    error = distance(computed, true)
    if error <= 4 + n or error == math.inf:
        return float(error / (4 + n))
    if true != 0:
        return float(error / (4 * (1 + truth.sensitivity(place) / abs(true)) + n))
    return abs(computed) / float(4 * truth.sensitivity(place)) / sys.float_info.epsilon if n else math.inf


# -------------------------------------------------------------------------------------------------- what comes out


class Outcome(NamedTuple):
    """What a row gave: its number, and for each flat operand the slope that reached it; or the error that it raised."""

    value: float
    slopes: tuple[float, ...]
    error: type[AutogradError] | None = None


def outcome(call: Callable[..., Any], point: Point, pattern: Sequence[bool]) -> Outcome:
    """Call with Values where `pattern` says so, and read the partials twice: from the node, and from a backward pass."""
    operands = [Value(x) if is_value else x for x, is_value in zip(flat(point.operands), pattern, strict=True)]
    try:
        node = call(*shaped(point.operands, operands), **point.parameters)
    except AutogradError as error:
        return Outcome(math.nan, (), type(error))
    slopes = dict(zip(map(id, node.parents), node.partials(), strict=True))
    node.backward()
    for x in operands:
        if isinstance(x, Value):
            assert same(x.grad, slopes.get(id(x), 0.0)), f"backward gives {x.grad}, partials {slopes.get(id(x))}"
    return Outcome(node.data, tuple(slopes.get(id(x), 0.0) for x in operands))


def patterns(row: Row, point: Point, rng: random.Random) -> Iterator[list[bool]]:
    """Which flat operands are Values: all, then each argument by itself, then any mixture within a sequence."""
    sizes = [len(operand) if isinstance(operand, list) else 1 for operand in point.operands]
    for kinds in itertools.product((True, False), repeat=len(sizes)):
        if any(kinds):
            yield [kind for kind, size in zip(kinds, sizes, strict=True) for _ in range(size)]
    if row in MANY:
        mixture = [rng.random() < 0.5 for _ in range(sum(sizes))]
        if any(mixture):
            yield mixture


def worst(row: Row, call: Callable[..., Any], where: Iterable[Point]) -> tuple[float, str]:
    """The largest excess over what is allowed, of the value and all partials at all points, and where it was found."""
    found = (0.0, "")
    for point in where:
        truth = Truth(row, point)
        value, slopes, error = outcome(call, point, [True] * len(truth.numbers))
        if error is RangeError:
            found = max(found, (0.0 if abs(truth.quantities[0]) > MAX else math.inf, f"RangeError at {point}"))
            continue
        assert error is None, f"{error} at {point}"
        for place, computed in enumerate((value, *slopes)):
            what = f"{'partial ' + str(place) if place else 'value'} {computed!r} at {point}"
            found = max(found, (excess(computed, truth, place), what))
    return found


# ------------------------------------------------------------------------------------------------------- the tests


@each_row
def test_values_and_partials(row: Row) -> None:
    ratio, place = worst(row, getattr(functions, row.name), points(row))
    assert ratio <= 1, place
