"""Every row of the table against fifty digits: values, partials and second partials, where trouble is to be had."""

from __future__ import annotations

import copy
import itertools
import math
import random
import sys
import types
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import settings
from reference import REFERENCES, exact, number, others

from autograd_scalar import AutogradError, DivisionError, DomainError, RangeError, Value, _generated, codegen, functions
from autograd_scalar.conditions import holds
from autograd_scalar.ops import Row, table
from autograd_scalar.transforms import gradients
from autograd_scalar.validation import intervals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

QUICK = settings().max_examples == settings.get_profile("quick").max_examples
POINTS = 100 if QUICK else 1_000  # for each row
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
    while count == 1:
        yield (in_interval(rng, *ends.get(row.operands[0].name, (-math.inf, math.inf))),)
    while True:
        drawn = [rng.choice(SPECIAL) if rng.random() < 0.25 else any_float(rng) for _ in range(count)]
        yield tuple(drawn)
        x = drawn[0]
        near = (x, -x, math.nextafter(x, 0), x * rng.uniform(0.5, 2), x * 2.0 ** rng.randint(-60, 60))
        yield (x, rng.choice((*near, round(drawn[1], 0))), *drawn[2:])
        end = rng.choice((1, -1)) * rng.uniform(960, 1080)  # products, quotients and powers near the ends of the range
        if x and abs(x) != 1:
            yield (x, end / math.log2(abs(x)), *drawn[2:])
        y = rng.uniform(-1, 1) * rng.choice((60, 540))
        x = rng.choice((end + y, end - y, y))
        yield (*(rng.choice((1, -1)) * math.ldexp(rng.uniform(1, 2), int(min(e, 1023))) for e in (x, y)), *drawn[2:])


def sequences_of(row: Row, rng: random.Random) -> Iterator[tuple[Any, ...]]:
    """Sequences of one length, without end: tame, wild, with ties, and such that everything cancels."""
    kinds: list[Callable[[], float]] = [
        lambda: any_float(rng),
        lambda: rng.uniform(-5, 5),
        lambda: rng.choice(SPECIAL),
        lambda: rng.choice((0.0, 1.0, -2.5, MAX, -MAX)),
        lambda: rng.choice((1, -1)) * 10.0 ** rng.uniform(290, 308),
    ]
    while True:
        length = rng.choice((1, 2, 3, 3, 4, 6, 10))
        draw = rng.choice(kinds)
        operands: list[Any] = [
            [draw() for _ in range(length)] if argument.kind == "sequence" else draw() for argument in row.operands
        ]
        if rng.random() < 0.3:
            first = operands[0]
            first[-1] = rng.choice((-1, 1)) * rng.choice(first) * (1 + rng.choice((0, 0, 2.0**-52, 1e-9)))
        yield tuple(operands)


def points(row: Row, count: int = POINTS) -> Iterator[Point]:
    """Points of the row's domain, a thousand in a thorough run, the same ones every time."""
    rng = random.Random(row.name)
    draw = sequences_of if row in MANY else operands_of
    inside = (operands for operands in draw(row, rng) if is_inside(row, operands))
    for operands in itertools.islice(inside, count):
        yield Point(operands, parameters_of(row, rng))


def is_inside(row: Row, operands: tuple[Any, ...]) -> bool:
    return all_finite(operands) and not is_at_pole(row, operands) and is_in_domain(row, operands)


def all_finite(operands: tuple[Any, ...]) -> bool:
    return all(map(math.isfinite, flat(operands)))


def is_at_pole(row: Row, operands: tuple[Any, ...]) -> bool:
    return row.poles != "" and holds(row, row.poles, list(operands))


def is_in_domain(row: Row, operands: tuple[Any, ...]) -> bool:
    return row.domain == "" or holds(row, row.domain, list(operands))


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

    def with_one(self, place: int, number: Any) -> list[Any]:
        """The operands with one of them replaced."""
        return [number if i == place else x for i, x in enumerate(self.numbers)]

    def sensitivity(self, place: int) -> Any:
        """Σ|xᵢ·∂ᵢq| of one quantity, which is κ·|q|: how it answers when each xᵢ is moved by 10⁻³⁰ of itself."""
        step = exact.mpf(10) ** -30
        with exact.workdps(90):
            here = self.at(self.numbers)[place]
            moved = (self.at(self.with_one(i, x * (1 + step))) for i, x in enumerate(self.numbers) if x)
            return exact.fsum(abs(there[place] - here) for there in moved) / step

    def slopes(self, place: int) -> list[Any]:
        """The derivatives of the value and of all partials by one operand, as differences with digits to lose."""
        x = self.numbers[place]
        with exact.workdps(100):
            step = abs(x) * exact.mpf(10) ** -35
            up, down = (self.at(self.with_one(place, x + side)) for side in (step, -step))
            return [(above - below) / (2 * step) for above, below in zip(up, down, strict=True)]


def distance(computed: float, true: Any) -> Any:
    """How far a float is from the truth, in units of the last place of the true number."""
    nearest = float(true)
    if same(computed, nearest):
        return 0
    if math.isnan(computed) or math.isnan(nearest) or true in (math.inf, -math.inf):
        return math.inf
    if true != 0 and abs(nearest) < SMALLEST_NORMAL:  # digits may be lost there, the sign may not
        return 0 if abs(computed) <= SMALLEST_NORMAL and computed * true >= 0 else math.inf
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
    slopes: tuple[float, ...] = ()
    error: type[AutogradError] | None = None


def outcome(call: Callable[..., Any], point: Point, pattern: Sequence[bool]) -> Outcome:
    """Call with Values where `pattern` says so, and read the partials twice: from the node and from a backward pass."""
    operands = [Value(x) if is_value else x for x, is_value in zip(flat(point.operands), pattern, strict=True)]
    try:
        node = call(*shaped(point.operands, operands), **point.parameters)
    except AutogradError as error:
        return Outcome(math.nan, error=type(error))
    if not isinstance(node, Value):
        return Outcome(node)
    slopes = dict(zip(map(id, node.parents), node.partials(), strict=True))
    node.backward()
    for x in operands:
        if isinstance(x, Value):
            assert same(x.grad, slopes.get(id(x), 0.0)), f"backward gives {x.grad}, partials {slopes.get(id(x))}"
    return Outcome(node.data, tuple(slopes.get(id(x), 0.0) for x in operands))


def patterns(row: Row, point: Point, rng: random.Random) -> Iterator[list[bool]]:
    """Which flat operands are Values: each argument by itself, all, none, then any mixture within the sequences."""
    sizes = [len(operand) if isinstance(operand, list) else 1 for operand in point.operands]
    for kinds in itertools.product((True, False), repeat=len(sizes)):
        yield [kind for kind, size in zip(kinds, sizes, strict=True) for _ in range(size)]
    if row in MANY:
        yield [rng.random() < 0.5 for _ in range(sum(sizes))]


def all_values(point: Point) -> list[bool]:
    return [True] * len(flat(point.operands))


def findings(row: Row, call: Callable[..., Any], where: Iterable[Point]) -> Iterator[tuple[float, str]]:
    """The excess over what is allowed of the value and each partial at each point, and where it was found."""
    for point in where:
        truth = Truth(row, point)
        value, slopes, error = outcome(call, point, all_values(point))
        if error is not None:
            expected = error is RangeError and abs(truth.quantities[0]) > MAX
            yield 0.0 if expected else math.inf, f"{error.__name__} at {point}"
            continue
        for place, computed in enumerate((value, *slopes)):
            what = f"partial {place}" if place else "value"
            yield excess(computed, truth, place), f"{what} {computed!r} at {point}"


# ------------------------------------------------------------------------------------------ values and their slopes


@each_row
def test_values_and_partials(row: Row) -> None:
    for ratio, what in findings(row, getattr(functions, row.name), points(row)):
        assert ratio <= 1, what


@each_row
def test_every_way_to_call_gives_the_same_bits(row: Row) -> None:
    rng = random.Random(row.name)
    call = getattr(functions, row.name)
    for point in points(row, POINTS // 10):
        every = outcome(call, point, all_values(point))
        for pattern in patterns(row, point, rng):
            value, slopes, error = outcome(call, point, pattern)
            assert same(value, every.value), (point, pattern)
            assert error is every.error, (point, pattern)
            for slope, of_all, is_value in zip(slopes, every.slopes, pattern, strict=False):
                shared = 0 < of_all < 1 and bool(row.kinks)  # a plain number takes the whole tie
                assert same(slope, of_all if is_value else 0.0) or (shared and slope == 0), (point, pattern)
        if row in FEW and row.name != "where":
            own = outcome(
                lambda x, *rest, **parameters: getattr(x, row.name)(*rest, **parameters), point, all_values(point)
            )
            assert str(own) == str(every), point


def test_a_tie_is_shared_between_values_and_lost_to_a_number() -> None:
    x, y, z = Value(2.0), Value(2.0), Value(1.0)
    assert functions.max(x, y).partials() == functions.min(x, y).partials() == (0.5, 0.5)
    assert functions.max(x, 2.0).partials() == functions.min(2.0, x).partials() == (0.0,)
    assert functions.maximum(x, z, y).partials() == functions.maximum(x, z, 1.0, y).partials() == (0.5, 0.0, 0.5)
    assert functions.maximum(x, 2.0, z, y).partials() == (0.0, 0.0, 0.0)
    assert functions.minimum(x, 2.0).partials() == (0.0,)


@pytest.mark.parametrize("row", [row for row in ROWS if row.domain or row.poles], ids=lambda row: row.name)
def test_outside_its_domain_a_row_refuses(row: Row) -> None:
    ends = [math.nextafter(end, end + side) for _, *both in intervals(row) for end in both for side in (-1, 1)]
    unary = [(x,) for x in (*SPECIAL, *ends, math.inf, -math.inf)]
    candidates = unary if len(row.operands) == 1 else filter(all_finite, operands_of(row, random.Random(row.name)))
    outside = 0
    for operands in itertools.islice(candidates, 500):
        if is_at_pole(row, operands) or not is_in_domain(row, operands):
            outside += 1
            for is_value in (True, False):
                error = outcome(getattr(functions, row.name), Point(operands, {}), [is_value] * len(operands)).error
                assert error is (DivisionError if is_at_pole(row, operands) else DomainError), operands
    assert outside


@each_row
def test_nan_in_gives_nan_out(row: Row) -> None:
    call = getattr(functions, row.name)
    for (operands, parameters), is_value in itertools.product(points(row, POINTS // 50), (True, False)):
        for place, _ in enumerate(flat(operands)):
            numbers = [math.nan if i == place else x for i, x in enumerate(flat(operands))]
            point = Point(tuple(shaped(operands, numbers)), parameters)
            value = outcome(call, point, [is_value] * len(numbers)).value
            taken = row.name != "where" or place != (2 if numbers[0] else 1)
            assert math.isnan(value) == taken, (point, is_value)


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("pow", (1.0, math.nan)),
        ("pow", (math.nan, 0.0)),
        ("hypot", (math.inf, math.nan)),
        ("hypot", (math.nan, math.inf)),
    ],
)
def test_nan_is_not_swallowed_where_c_has_a_number(name: str, operands: tuple[float, ...]) -> None:
    for are_values in itertools.product((True, False), repeat=2):
        made = outcome(getattr(functions, name), Point(operands, {}), are_values)
        assert math.isnan(made.value), are_values


def test_powers_of_zero_have_the_slopes_of_their_exponents() -> None:
    for exponent, slope in ((0.0, 0.0), (0.5, math.inf), (1.0, 1.0), (1.5, 0.0), (2.0, 0.0)):
        for is_value in (True, False):
            made = outcome(functions.pow, Point((0.0, exponent), {}), [True, is_value])
            assert made.slopes[0] == slope, exponent


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_of_two_zeros_the_first_is_taken_as_python_does(name: str) -> None:
    for zero in (0.0, -0.0):
        value = outcome(getattr(functions, name), Point(([zero, -zero],), {}), [True] * 2).value
        assert math.copysign(1.0, value) == math.copysign(1.0, zero)


def test_a_product_keeps_its_last_bit_where_its_beginning_has_none_to_spare() -> None:
    odd = 1.0 + 2.0**-52
    for power in (21, 22, 23, 24):  # the first two make a number at the bottom of the floats, or just above it
        made = functions.prod([odd * 2.0**-1000, 2.0**-power, 2.0**60])
        assert made == odd * 2.0 ** (-940 - power), power


@each_row
def test_no_number_at_all_upsets_a_row(row: Row) -> None:
    """Infinities and NaN go through, or are refused as the domain says; the backward pass does not mind them."""
    rng = random.Random(row.name)
    for operands, parameters in points(row, POINTS // 20):
        numbers = [rng.choice((x, math.inf, -math.inf, math.nan)) for x in flat(operands)]
        error = outcome(
            getattr(functions, row.name), Point(tuple(shaped(operands, numbers)), parameters), [True] * len(numbers)
        ).error
        allowed = (
            {None, RangeError} | ({DomainError} if row.domain else set()) | ({DivisionError} if row.poles else set())
        )
        assert error in allowed, (operands, numbers)


@each_row
def test_at_the_edges_of_the_floats_every_way_to_call_refuses_alike(row: Row) -> None:
    rng = random.Random(row.name)
    edges = (0.0, SMALLEST, 1.0, -1.0, MAX, -MAX, math.inf, -math.inf, math.nan)
    corners = list(itertools.product(edges, repeat=len(row.operands)))
    for operands in rng.sample(corners, min(len(corners), 100)):
        lists = tuple([x, 1.0] if a.kind == "sequence" else x for x, a in zip(operands, row.operands, strict=True))
        point = Point(lists, parameters_of(row, rng))
        made = [outcome(getattr(functions, row.name), point, pattern) for pattern in patterns(row, point, rng)]
        assert len({one.error for one in made}) == 1, point
        assert all(same(one.value, made[0].value) for one in made), point
        if row in FEW and all_finite(operands) and made[0].error is RangeError:
            assert abs(Truth(row, point).quantities[0]) > MAX, point


def test_the_values_that_naive_formulas_lose() -> None:
    for name, x, value, slope in (
        ("sigmoid", -800.0, 0.0, 0.0),
        ("sigmoid", 800.0, 1.0, 0.0),
        ("sigmoid", 40.0, 1.0, 4.248354255291589e-18),
        ("softplus", 800.0, 800.0, 1.0),
        ("softplus", -800.0, 0.0, 0.0),
        ("log_sigmoid", -800.0, -800.0, 1.0),
        ("tanh", 1000.0, 1.0, 0.0),
        ("tanh", -1000.0, -1.0, 0.0),
        ("tanh", 20.0, 1.0, 1.6993417021166356e-17),
    ):
        assert outcome(getattr(functions, name), Point((x,), {}), [True]) == Outcome(value, (slope,)), (name, x)
    assert outcome(functions.logsumexp, Point(([1000.0, 1000.0],), {}), [True] * 2) == Outcome(
        1000.6931471805599, (0.5, 0.5)
    )


def test_softmax() -> None:
    scores = [Value(1000.0), Value(0.0)]
    first, second = functions.softmax(scores)
    assert (first.data, second.data) == (1.0, 0.0)
    first.backward()
    assert [score.grad for score in scores] == [0.0, 0.0]
    for (x,) in (point.operands for point in points(table["logsumexp"], 300)):
        truth = Truth(table["logsumexp"], Point((x,), {}))  # the partials of logsumexp are the probabilities
        probabilities = functions.softmax(x)
        assert all(excess(p, truth, place) <= 1 for place, p in enumerate(probabilities, 1)), x
        assert [p.data for p in functions.softmax([Value(score) for score in x])] == probabilities


def test_softmax_has_the_jacobian_of_the_textbook() -> None:
    scores = [Value(1.0), Value(-2.0), Value(0.5)]
    probabilities = functions.softmax(scores)
    for i, p in enumerate(probabilities):
        slopes = [g.data for g in gradients(p, scores)]
        expected = [p.data * ((i == j) - q.data) for j, q in enumerate(probabilities)]
        assert slopes == pytest.approx(expected, rel=1e-13)


def test_sums_add_left_to_right() -> None:
    rng = random.Random("sums")
    for length in range(1, 200):
        w, x = ([rng.uniform(-1, 1) * 10 ** rng.uniform(-9, 9) for _ in range(length)] for _ in "wx")
        total = weighted = 0.0
        for w_i, x_i in zip(w, x, strict=True):
            total += w_i
            weighted += w_i * x_i
        for kind in (float, Value):
            numbers = [kind(w_i) for w_i in w]
            results = [functions.sum(numbers), functions.mean(numbers), functions.dot(numbers, x, 0.5)]
            assert results == [total, total / length, weighted + 0.5]


# ------------------------------------------------------------------------------------- derivatives of derivatives


@each_row
def test_the_gradient_as_a_graph_is_the_gradient(row: Row) -> None:
    rng = random.Random(row.name)
    for point in points(row, POINTS // 10):
        for pattern in patterns(row, point, rng):
            if not any(pattern) or outcome(getattr(functions, row.name), point, pattern).error:
                continue
            operands = [Value(x) if is_value else x for x, is_value in zip(flat(point.operands), pattern, strict=True)]
            leaves = [x for x in operands if isinstance(x, Value)]
            node = record(row, operands, point)
            node.backward()
            for leaf, slope in zip(leaves, gradients(node, leaves), strict=True):
                close = abs(slope.data - leaf.grad) <= 1e-13 * abs(leaf.grad)
                assert same(slope.data, leaf.grad) or close, (point, pattern)


def record(row: Row, operands: Sequence[Any], point: Point) -> Any:
    return getattr(functions, row.name)(*shaped(point.operands, operands), **point.parameters)


def tame_points(row: Row, count: int) -> Iterator[Point]:
    """Points with 10⁻³ ≤ |x| ≤ 10³ for every operand, none of them at a kink."""
    rng = random.Random(row.name)
    ends = {name: (low, high) for name, low, high in intervals(row)}

    def draw(name: str = "") -> float:
        anywhere = rng.choice((rng.choice((1, -1)) * 10 ** rng.uniform(-3, 3), rng.uniform(-5, 5)))
        return in_interval(rng, *ends[name]) if name in ends and rng.random() < 0.7 else anywhere

    while count:
        length = rng.randint(1, 3)
        operands: list[Any] = [
            [draw() for _ in range(length)] if a.kind == "sequence" else draw(a.name) for a in row.operands
        ]
        if len(operands) == 2 and row in FEW and rng.random() < 0.2:
            x = operands[0]
            operands[1] = rng.choice((x * (1 + 1e-9), -x, float(rng.randint(1, 5))))
        point = Point(tuple(operands), parameters_of(row, rng))
        is_tame = all(1e-3 <= abs(x) <= 1e3 for x in flat(operands)) and is_inside(row, point.operands)
        if is_tame and abs(Truth(row, point).quantities[0]) < MAX:
            count -= 1
            yield point


class Second(NamedTuple):
    """One second derivative ∂ⱼ∂ᵢ: what came out, and what it is; the true ∂ᵢ; the operand xⱼ; and where."""

    computed: float
    true: Any
    first: Any
    x: float
    truth: Truth


def second_derivatives(row: Row, where: Iterable[Point]) -> Iterator[Second]:
    """All pairs of operands at all points, where the function can be computed and xⱼ is not 0."""
    for point in where:
        leaves = [Value(x) for x in flat(point.operands)]
        truth = Truth(row, point)
        if abs(truth.quantities[0]) < MAX:
            slopes = gradients(record(row, leaves, point), leaves)
            for place, leaf in enumerate(leaves):
                computed = [gradients(slope, [leaf])[0].data for slope in slopes]
                true = truth.slopes(place)[1:] if leaf.data else []
                for answers in zip(computed, true, truth.quantities[1:], strict=False):
                    yield Second(*answers, leaf.data, truth)


@each_row
def test_second_derivatives(row: Row) -> None:
    """Within 10⁻⁹·(|q″| + |q′|), without a condition number to help."""
    for computed, true, first, _, truth in second_derivatives(row, tame_points(row, POINTS // 16)):
        if not exact.isnan(first):  # a power of a negative base has no slope along its exponent
            allowed = 1e-9 * (abs(true) + abs(first)) + SMALLEST_NORMAL
            assert abs(computed - true) <= allowed or exact.isnan(true) or math.isnan(truth.quantities[-1]), truth.point


@each_row
def test_second_derivatives_far_out_are_finite_and_silent(row: Row) -> None:
    """Finite wherever the second derivative is a float, and so are its scale q′/x, the first ones, and each 1/x."""
    for computed, true, first, x, truth in second_derivatives(row, points(row, POINTS // (16 if row in FEW else 50))):
        inverses = [1 / number for number in truth.numbers if number]
        if all(abs(number) < MAX for number in (true, first / x, *inverses, *truth.quantities)):
            assert math.isfinite(computed), truth.point


# --------------------------------------------------------------------------------- the table against its reference


def test_every_row_has_a_reference() -> None:
    assert set(REFERENCES) == {row.name for row in ROWS}


@each_row
def test_the_reference_partials_are_the_slopes_of_the_reference_values(row: Row) -> None:
    for truth in (Truth(row, point) for point in tame_points(row, 10)):
        value, *partials = truth.quantities
        for place, (x, partial) in enumerate(zip(truth.numbers, partials, strict=True)):
            error = truth.slopes(place)[0] - partial
            assert exact.isnan(partial) or abs(error) <= 1e-25 * (abs(partial) + abs(value / x)), truth.point


@each_row
def test_the_partials_as_written_are_the_partials(row: Row) -> None:
    """What a person writes, evaluated with fifty digits, is what the reference says."""
    for point in tame_points(row, 20):
        value, *partials = Truth(row, point).quantities
        numbers = shaped(point.operands, Truth(row, point).numbers)
        whole = {argument.name: x for argument, x in zip(row.operands, numbers, strict=True)}
        known: dict[str, Any] = {name: reference.value for name, reference in REFERENCES.items()}
        known |= {"pi": exact.pi, "inf": math.inf, "nan": math.nan, "z": value, "tie": 0.5, "nothing": 0}
        for text, operand in zip(row.written, numbers, strict=True):
            for index in range(len(flat([operand]))):
                partial = partials.pop(0)
                elements = {name: x[index] if isinstance(x, list) else x for name, x in whole.items()}
                helpers = {
                    "count": lambda _: exact.mpf(len(operand)),  # noqa: B023  # called in this round
                    "others": lambda _: others(operand)[index],  # noqa: B023  # as above
                    "share": lambda *_: 1,  # no ties here
                }
                if abs(partial) < math.inf:  # not at the end of a domain, nor along the exponent of a negative base
                    scope: dict[str, Any] = known | helpers | elements | point.parameters
                    written = eval(text, {"__builtins__": {}}, scope)
                    assert abs(written - partial) <= 1e-30 * (1 + abs(partial)), point


# ------------------------------------------------------------------------------------- and these tests can fail


def engine_of(row: Row, **changes: Any) -> Callable[..., Any]:
    """A row with some of its texts changed, compiled beside the engine: the function that records it."""
    changed = copy.copy(row)
    for name, text in changes.items():
        setattr(changed, name, text)
    engine = types.ModuleType("engine")
    vars(engine).update(vars(_generated))
    operations = vars(engine)["Operations"] = type("Operations", (), {})  # where `install` puts the method
    codegen.install(changed, engine)
    if not codegen.is_flat(row):
        return vars(engine)[row.name]  # type: ignore[no-any-return]  # compiled just now
    method = row.name if len(row.operands) == 1 else row.sides[0]
    return getattr(operations, method)  # type: ignore[no-any-return]  # as above


def is_rejected(row: Row, **changes: Any) -> bool:
    try:
        return any(ratio > 1 for ratio, _ in findings(row, engine_of(row, **changes), points(row, 1000)))
    except (ArithmeticError, ValueError):  # raised in the backward pass, where nothing may be
        return True


@each_row
def test_a_row_off_by_a_thousandth_is_rejected(row: Row) -> None:
    assert is_rejected(row, value=f"1.001 * ({row.value})")
    for place in range(len(row.partials) if codegen.is_flat(row) else 0):
        partials = tuple(f"1.001 * ({text})" if i == place else text for i, text in enumerate(row.partials))
        assert is_rejected(row, partials=partials)


@pytest.mark.parametrize(
    ("name", "partials"),
    [
        ("tanh", ("1 - z * z",)),
        ("sigmoid", ("z * (1 - z)",)),
        ("asin", ("1 / sqrt(1 - x * x)",)),
        ("acosh", ("1 / sqrt(x * x - 1)",)),
        ("asinh", ("1 / sqrt(x * x + 1)",)),
        ("div", ("1 / y", "-z / y")),
        ("div", ("1 / y", "-x / (y * y)")),
        ("reciprocal", ("-1 / (x * x)",)),
        ("pow", ("y * z / x", "z * log(x)")),
        ("hypot", ("x / z", "y / z")),
        ("atan2", ("x / (x * x + y * y)", "-y / (x * x + y * y)")),
        ("logsumexp", ("exp(x - z)",)),
    ],
)
def test_a_naive_partial_is_rejected(name: str, partials: tuple[str, ...]) -> None:
    assert is_rejected(table[name], partials=partials)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sigmoid", "exp(x) / (1 + exp(x))"),
        ("log_sigmoid", "log(1 / (1 + exp(-x)))"),
        ("softplus", "log(1 + exp(x))"),
        ("gelu", "0.5 * x * (1 + erf(0.7071067811865476 * x))"),
        ("hypot", "sqrt(x * x + y * y)"),
        ("elu", "alpha * (exp(x) - 1) if x <= 0 else x"),
        ("sum", "total(x)"),
        ("logsumexp", "log(total(exp(x)))"),
        ("dot", "total(w * x) + b"),
    ],
)
def test_a_naive_value_is_rejected(name: str, value: str) -> None:
    assert is_rejected(table[name], value=value)
