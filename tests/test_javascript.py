"""The rules in JavaScript against the engine: every row of the table, random graphs, numbers as they are printed."""

from __future__ import annotations

import itertools
import json
import math
import random
import re
import struct
import sys
from typing import TYPE_CHECKING, Any

import node
import pytest
from hypothesis import given, settings
from test_accuracy import ROWS, Point, all_values, flat, operands_of, outcome, points, shaped

from autograd_scalar import AutogradError, UsageError, Value, functions, op, program
from autograd_scalar.codegen.javascript import javascript, library, machinery, number_formatter
from autograd_scalar.formula import number
from autograd_scalar.graph import topological_order
from autograd_scalar.program import Equation, Program, numbered
from autograd_scalar.testing import Graph, graphs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from autograd_scalar.ops import Row

pytestmark = pytest.mark.once

RUN = """([program, names, given]) => {
  try {
    const { values, adjoints, partials } = replay(program, names, rules, number).run(given ?? undefined);
    return { values, adjoints, partials };
  } catch (error) {
    return { error: error.name, message: error.message, place: error.place };
  }
}"""


def of_point(row: Row, point: Point) -> Program:
    """One equation: a row, applied to inputs, its parameters being constants."""
    numbers = flat(point.operands)
    places = shaped(point.operands, range(len(numbers)))
    operands = tuple([tuple(one) if isinstance(one, list) else one for one in places])
    parameters = tuple(range(len(numbers), len(numbers) + len(point.parameters)))
    equation = Equation("z", row.name, operands, parameters)
    inputs = tuple([(f"x{place}", x) for place, x in enumerate(numbers)])
    return Program(inputs, tuple(point.parameters.values()), (equation,), len(numbers) + len(parameters))


def run_all(folder: Path, programs: list[Program], given: list[Any] | None = None) -> list[Any]:
    cases = [
        [json.loads(one.to_json()), list(one.names), numbers]
        for one, numbers in zip(programs, given or [None] * len(programs), strict=True)
    ]
    return node.run(folder, machinery(), RUN, cases)


def close(computed: float, expected: float) -> bool:
    if computed == expected or (math.isnan(computed) and math.isnan(expected)):
        return computed != 0 or math.copysign(1, computed) == math.copysign(1, expected)
    if abs(expected) < sys.float_info.min:  # digits are lost there by all
        return abs(computed - expected) < 1e-12 * sys.float_info.min
    return abs(computed - expected) <= 1e-13 * abs(expected)


# ------------------------------------------------------------------------------------------------------- the table


def points_of(row: Row) -> Iterator[Point]:
    """Points inside the domain, then wilder ones, with infinities and NaN, then some that are outside."""
    rng = random.Random(row.name)
    inside = list(points(row, 60))
    yield from inside
    for operands, parameters in inside[::3]:
        numbers = [rng.choice((x, math.inf, -math.inf, math.nan, 0.0, -0.0)) for x in flat(operands)]
        yield Point(tuple(shaped(operands, numbers)), parameters)
    if row.domain or row.poles:
        for operands in itertools.islice(operands_of(row, rng), 30):
            yield Point(operands, inside[0].parameters)


@pytest.mark.slow
def test_every_row_gives_the_engine_s_value_and_partials(tmp_path: Path) -> None:
    """Each within 1e-13 of itself, at points that break formulas; and what the engine refuses is refused alike."""
    results = iter(run_all(tmp_path, [of_point(row, point) for row in ROWS for point in points_of(row)]))
    refused = 0
    for row in ROWS:
        for point in points_of(row):
            result = next(results)
            value, slopes, error = outcome(getattr(functions, row.name), point, all_values(point))
            if error is not None:
                refused += 1
                assert result.get("error") == error.__name__, (row.name, point, result)
                continue
            assert "error" not in result, (row.name, point, result)
            computed = [result["values"][-1], *(0.0 if slope is None else slope for slope in result["partials"][0])]
            for place, (ours, theirs) in enumerate(zip(computed, (value, *slopes), strict=True)):
                assert close(ours, theirs), (row.name, place, point, ours, theirs)
    assert refused > 100
    assert next(results, None) is None


@pytest.mark.slow
def test_plain_numbers_are_no_operands_of_a_partial(tmp_path: Path) -> None:
    """Mixtures of Values and numbers: no partial of a number is asked for, and ties are shared as they are."""
    rng = random.Random("patterns")
    results = []
    for row in ROWS:
        for point in points(row, 3):
            tied = [rng.choice(flat(point.operands)) for _ in flat(point.operands)]
            for numbers in (flat(point.operands), tied):
                kinds = [rng.random() < 0.6 for _ in numbers]
                operands = [Value(x) if is_value else x for x, is_value in zip(numbers, kinds, strict=True)]
                try:
                    result = getattr(functions, row.name)(*shaped(point.operands, operands), **point.parameters)
                except (ValueError, ArithmeticError):
                    continue
                if isinstance(result, Value):
                    results.append(result)
    for result, computed in zip(results, run_all(tmp_path, [program(one) for one in results]), strict=True):
        line, places = numbered(result)
        result.backward()
        for one, place in places.items():
            assert close(computed["adjoints"][place], one.grad), (line, computed)


def test_a_row_of_a_user_s_and_names_that_javascript_has_taken(tmp_path: Path) -> None:
    op("cube(x)", "x**3", "3 * x**2")
    op("odd(var, let, *, delete)", "s * delete", "let * delete", "var * delete", given="s = var * let")
    op("floats(Math)", "cube(Math) if not Math < 0 else --Math", "3 * Math**2 if 0 <= Math < inf else 1")
    x, y = Value(2.0, label="x"), Value(-3.0, label="y")
    L = (x.cube() + functions.odd(x, y, delete=5.0) + x.floats() + y.floats()).named("L")  # type: ignore[attr-defined]
    L.backward()
    (result,) = run_all(tmp_path, [program(L)])
    assert result["values"][-1] == L.data == 8 - 30 + 8 - 3
    assert result["adjoints"][:2] == [x.grad, y.grad]


RESERVED = [  # by the standard, in strict code, and not by rules; and what the generated code calls its own things
    *("arguments", "case", "catch", "const", "debugger", "default", "delete", "do", "enum", "eval", "export"),
    *("extends", "false", "function", "implements", "instanceof", "interface", "let", "null", "package", "private"),
    *("protected", "public", "static", "super", "switch", "this", "throw", "true", "typeof", "undefined", "var"),
    *("void", "Infinity", "Math", "NaN", "Number", "floats", "rules"),
]


def test_an_operand_may_be_called_any_word_of_javascript(tmp_path: Path) -> None:
    x = Value(0.5, label="x")
    results = []
    for word in RESERVED:
        value = f"exp({word}) + erf({word}) + sigmoid({word}) if -inf < {word} < inf else nan"
        op(f"blend_{word}({word})", value, f"exp({word}) + 2 / sqrt(pi) * exp(-{word} * {word}) + sigmoid({word})")
        results.append(getattr(functions, f"blend_{word}")(x))
    L = functions.sum(results).named("L")
    (result,) = run_all(tmp_path, [program(L)])
    assert math.isclose(result["values"][-1], L.data, rel_tol=1e-13)


def test_the_library_has_the_operations_asked_for_and_what_they_call() -> None:
    of_one, of_all = library(["silu"]), library()
    assert "rules.sigmoid" in of_one
    assert "sigmoid: {" in of_one
    assert "atan2" not in of_one
    assert all(f"  {row.name}: {{" in of_all for row in ROWS)
    with pytest.raises(UsageError, match=r"no operation 'reelu' here; define it"):
        library(["reelu"])


def test_what_is_refused_is_refused_in_the_same_words(tmp_path: Path) -> None:
    x, y = Value(3.0, label="x"), Value(2.0, label="y")
    lines = [program(one) for one in (x.log(), x / y, x.exp() * 2, x**y, (x - y).named("z").sqrt(), -x.log())]
    given = [[-1.0], [1.0, 0.0], [1000.0], [-2.0, 0.5], [1.0, 5.0], [0.0]]
    results = run_all(tmp_path, lines, given)
    assert [(one["error"], one["message"]) for one in results] == [
        ("DomainError", "log(x) has no real value at x = −1: log(x) needs x > 0. Bring it into that range first"),
        ("DivisionError", "x / y divides by zero at x = 1, y = 0; keep the denominator away from 0"),
        (
            "RangeError",
            (
                "exp(x) is beyond the largest float, about 1.8·10³⁰⁸, at x = 1000; "
                "bring its operands into a smaller range first"
            ),
        ),
        (
            "DomainError",
            (
                "x ** y has no real value at x = −2, y = 0.5: pow(x, y) needs x >= 0 or y == floor(y) "
                "(a negative base with a fractional exponent gives a complex number). Bring it into that range first"
            ),
        ),
        ("DomainError", "sqrt(z) has no real value at z = −4: sqrt(x) needs x >= 0. Bring it into that range first"),
        ("DomainError", "log(x) has no real value at x = 0: log(x) needs x > 0. Bring it into that range first"),
    ]
    assert [one["place"] for one in results] == [1, 2, 2, 2, 3, 1]
    for line, numbers, result in zip(lines, given, results, strict=True):
        with pytest.raises(AutogradError) as caught:
            line.run(numbers)
        assert type(caught.value).__name__ == result["error"]
        assert str(caught.value).partition(" at ")[0].partition(", about")[0] in result["message"].replace("−", "-")


def test_a_pole_divides_by_zero_whatever_the_number_that_comes_out(tmp_path: Path) -> None:
    x, y = Value(2.0, label="x"), Value(-1.0, label="y")
    slope = op("pole(*x)", "1 / total(x)", "-z / total(x)", poles="total(x) == 0")
    results = run_all(tmp_path, [program(x**y), program(slope([x, y]))], [[0.0, -2.0], [1.0, -1.0]])
    assert [(one["error"], one["message"]) for one in results] == [
        ("DivisionError", "x ** y divides by zero at x = 0, y = −2; keep the denominator away from 0"),
        ("DivisionError", "pole(x, y) divides by zero at x = 1, y = −1; keep the denominator away from 0"),
    ]


def test_a_negative_number_stands_in_brackets_beside_a_sign_and_nowhere_else(tmp_path: Path) -> None:
    x = Value(2.0, label="x")
    inverse = op("inverse(*x)", "1 / total(x)", "-z / total(x)")
    results = run_all(tmp_path, [program((-8.0) ** x), program(inverse([x, -4.0]))], [[0.5], [4.0]])
    assert [one["message"].partition(" at ")[0] for one in results] == [
        "(−8) ** x has no real value",
        "inverse(x, −4) divides by zero",
    ]


def test_a_leaf_alone_is_a_program(tmp_path: Path) -> None:
    line = program(Value(2.0, label="L"))
    assert "identity: {" in javascript(line)
    (result,) = run_all(tmp_path, [line], [[5.0]])
    assert (result["values"], result["adjoints"]) == ([5.0], [1.0])


def test_of_many_operands_six_are_shown_in_a_refusal(tmp_path: Path) -> None:
    op("inverse(*x)", "1 / total(x)", "-z / total(x)")
    for count, shown in ((6, "x0, x1, x2, x3, x4, x5"), (7, "x0, x1, x2, x3, x4, x5, …")):
        line = program(functions.inverse([Value(1.0, label=f"x{place}") for place in range(count)]))
        ((result,), numbers) = run_all(tmp_path, [line], [[0.0] * count]), [0.0] * count
        assert result["message"].startswith(f"inverse({shown}) divides by zero at x0 = 0")
        with pytest.raises(AutogradError) as caught:
            line.run(numbers)
        assert str(caught.value).partition(" at ")[0] in result["message"]


# --------------------------------------------------------------------------------------------------------- graphs


def contributions(result: Value) -> dict[Value, float]:
    """For each node Σ|contribution|: what rounding can be measured by where contributions cancel."""
    sizes = dict.fromkeys(topological_order(result), 0.0)
    sizes[result] = 1.0
    for one in reversed(sizes):
        for parent, partial in zip(one.parents, one.partials(), strict=True):
            sizes[parent] += sizes[one] * abs(partial)
    return sizes


def test_random_graphs_agree_with_the_engine(tmp_path: Path) -> None:
    """Values and gradients of all nodes, within 1e-12 of the sizes that were added up."""
    drawn: list[Value] = []

    @given(graphs(operations=12))
    def collect(graph: Graph) -> None:
        drawn.append(graph.result)

    collect()
    drawn = [one for one in drawn if max(map(abs, contributions(one).values())) < 1e6]
    assert len(drawn) > settings().max_examples // 2
    lines = [numbered(one) for one in drawn]
    for result, (line, places), computed in zip(
        drawn, lines, run_all(tmp_path, [one for one, _ in lines]), strict=True
    ):
        result.backward()
        sizes = contributions(result)
        for one, place in places.items():
            assert abs(computed["values"][place] - one.data) <= 1e-12 * (1 + abs(one.data)), line
            assert abs(computed["adjoints"][place] - one.grad) <= 1e-12 * sizes.get(one, 0.0), line


def test_a_whole_program_stands_by_itself(tmp_path: Path) -> None:
    """What a page embeds: one constant, no way out of a script element, nothing that a strict policy forbids."""
    evil = "</script><img src=x onerror=alert(1)>"
    x, w, b = Value(2.0, label=evil), Value(3.0, label='"]; evil'), Value(1.0, label="\u2028<!--`${1}`")
    text = javascript(program(((w * x + b).relu() - 5.0) ** 2))
    assert text.isascii() or "\u2028" not in text
    assert not re.search(r"</|<!|eval\(|\bFunction\b|import\s*\(|fetch|http", text)
    each = "(numbers) => { const { names, run } = program; return [names.slice(0, 3), run(numbers)]; }"
    ((names, result),) = node.run(tmp_path, text, each, [[3.0, 2.0, 1.0]])
    assert set(names) == {evil, '"]; evil', "\u2028<!--`${1}`"}
    assert result["values"][-1] == 4.0
    assert result["adjoints"][:3] == [8.0, 12.0, 4.0]
    assert result["partials"] == [[2.0, 3.0], [1.0, 1.0], [1.0], [1.0, None], [4.0, None]]
    assert result["reached"] == [1, 1, 1, 0, 0, 1, 1, 1, 1, 1]


def test_run_takes_a_number_for_each_input(tmp_path: Path) -> None:
    line = program(Value(2.0, label="x") * Value(3.0, label="w"))
    few, words = run_all(tmp_path, [line, line], [[1.0], ["1", "2"]])
    assert few["message"] == words["message"] == "run takes 2 numbers, one for each of x, w"


def test_a_branch_that_was_not_taken_may_be_taken(tmp_path: Path) -> None:
    def line(c: Value, x: Value) -> Value:
        return functions.where(c, x.square(), 1 / x)  # type: ignore[no-any-return]  # of Values it makes a Value

    taken = program(line, 1.0, 2.0)
    one, other = run_all(tmp_path, [taken, taken], [None, [0.0, 2.0]])
    assert (one["values"][-1], one["adjoints"][1]) == (4.0, 4.0)
    assert (other["values"][-1], other["adjoints"][1]) == (0.5, -0.25)
    assert taken.run([0.0, 2.0]) == (0.5, {"c": 0.0, "x": -0.25})
    steep = program(lambda c, x: functions.where(c, x * 3.0, x.sqrt()), 1.0, 0.0)  # ∞ in the branch not taken
    (result,) = run_all(tmp_path, [steep])
    assert result["adjoints"][1] == 3.0


# -------------------------------------------------------------------------------------------------------- numbers


def test_numbers_are_written_as_formulas_write_them(tmp_path: Path) -> None:
    """Character by character: all sizes, halves that are rounded to even, ends of the range, all digits."""
    rng = random.Random("numbers")
    plain = [
        0.0,
        -0.0,
        5e-324,
        1.7976931348623157e308,
        math.inf,
        -math.inf,
        math.nan,
        1e15,
        1e16,
        1e17,
        1e21,
        1e22,
        1e-4,
        1e-5,
    ]
    plain += [9.5, 99.5, 999999.5, 9999995.0, 0.00001, 0.000099999995, 123456789012345680.0]
    halves = [(rng.randrange(10**6) + 0.5) / 2 ** rng.randrange(6) * 10 ** rng.randrange(-2, 8) for _ in range(4000)]
    anywhere = [struct.unpack("<d", rng.randbytes(8))[0] for _ in range(6000)]
    round_ones = [round(rng.uniform(-1000, 1000), rng.randrange(8)) for _ in range(4000)]
    cases = [[x, rng.choice((6, 6, None, rng.randint(1, 17)))] for x in (*plain * 8, *halves, *anywhere, *round_ones)]
    results = node.run(tmp_path, number_formatter(), "([x, digits]) => number(x, digits)", cases)
    for (x, digits), text in zip(cases, results, strict=True):
        assert text == number(x, digits), (x, digits)
