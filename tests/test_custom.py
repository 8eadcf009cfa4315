"""An operation given as plain callables: it does what a row does, and what cannot look inside says so."""

from __future__ import annotations

import copy
import math
import pickle
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import node
import pytest
from hypothesis import given, settings

from autograd_scalar import (
    AutogradError,
    DivisionError,
    DomainError,
    RangeError,
    UsageError,
    Value,
    _generated,
    codegen,
    custom,
    detect_anomaly,
    functions,
    grad,
    gradients,
    no_grad,
    op,
    where,
)
from autograd_scalar.codegen.javascript import javascript, library
from autograd_scalar.graph import topological_order
from autograd_scalar.ops import table
from autograd_scalar.program import Program, numbered
from autograd_scalar.reference import page as reference_page
from autograd_scalar.reference import show_rule, show_table
from autograd_scalar.screen import Screen
from autograd_scalar.testing import GradientError, gradcheck, points

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from autograd_scalar.ops import Row

FLAT = [row for row in table.values() if row.built_in and codegen.is_flat(row)]
NO_SECOND = "swish was given as a callable, with its first partials only: its second derivative is not known"


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def swish_slope(x: float) -> float:
    return logistic(x) * (1 + x * (1 - logistic(x)))


@pytest.fixture
def swish() -> Row:
    return custom(lambda x: x * logistic(x), [swish_slope], name="swish")


@pytest.fixture
def product() -> Row:
    slopes = [lambda _, y, z: y * z, lambda x, _, z: x * z, lambda x, y, _: x * y]
    return custom(lambda x, y, z: x * y * z, slopes, name="product3")


# ------------------------------------------------------------------------------------------------ as a row of the table


def _wrapped(row: Row, parameters: dict[str, float]) -> Row:
    """The row once more, from callables alone."""

    def slope(place: int) -> Callable[..., float]:
        return lambda *numbers: getattr(functions, row.name)(*map(Value, numbers), **parameters).partials()[place]

    def value(*numbers: float) -> float:
        return getattr(_generated, f"_{row.name}")(*numbers, *parameters.values())  # type: ignore[no-any-return]

    return custom(value, [slope(place) for place in range(len(row.operands))], name="wrapped")


def _passed(f: Callable[..., Any], operands: tuple[Any, ...], parameters: dict[str, float]) -> Any:
    """Value, slopes by a pass, and slopes as a graph; or the kind of the error."""
    leaves = [Value(x) if isinstance(x, float) else x for x in operands]
    values = [x for x in leaves if isinstance(x, Value)]
    try:
        result = f(*leaves, **parameters)
        result.backward()
        return result.data, [x.grad for x in values], [x.data for x in gradients(result, values)]
    except AutogradError as error:
        return type(error)


@pytest.mark.parametrize("row", FLAT, ids=lambda row: row.name)
def test_a_row_given_as_callables_computes_what_the_row_computes(row: Row) -> None:
    limits = {"low": -1.0, "high": 1.0} if row.name == "clip" else {}
    defaults = {one.name: one.default for one in row.arguments if one.kind == "parameter" and one.default is not None}
    parameters = {**defaults, **limits}
    wrapped = _wrapped(row, parameters)
    original = getattr(functions, row.name)

    @settings(max_examples=5)  # that callables are called, and with what, does not depend on the numbers
    @given(points(row))
    def check(point: Any) -> None:
        operands = point.operands
        assert wrapped(*operands) == original(*operands, **parameters)
        assert repr(_passed(wrapped, operands, {})) == repr(_passed(original, operands, parameters))  # NaN is NaN
        if len(operands) == 2:
            for plain in (0, 1):
                mixed = [Value(x) if place != plain else x for place, x in enumerate(operands)]
                twin = [Value(x) if place != plain else x for place, x in enumerate(operands)]
                assert repr(wrapped(*mixed).partials()) == repr(original(*twin).partials())

    check()


def test_more_arguments_than_two(product: Row) -> None:
    x, y, z = Value(2.0), Value(3.0), Value(5.0)
    L = product(x, y, z)
    L.backward()
    assert (L.data, L.parents, L.partials()) == (30.0, (x, y, z), (15.0, 10.0, 6.0))
    assert (x.grad, y.grad, z.grad) == (15.0, 10.0, 6.0)
    assert product(2.0, y, 5).partials() == (10.0,)
    assert product(2, 3, 5) == 30.0
    assert [table[f"product3_x{place}"](2.0, 3.0, 5.0) for place in (1, 2, 3)] == [15.0, 10.0, 6.0]
    assert [slope.data for slope in gradients(L, [x, y, z])] == [15.0, 10.0, 6.0]


def test_what_is_called_how() -> None:
    root = custom(math.hypot, [lambda x, y: x / math.hypot(x, y), lambda x, y: y / math.hypot(x, y)], name="root")
    assert root.signature == "root(x, y)"  # it does not say what its arguments are called
    assert custom(logistic, lambda x: logistic(x) * logistic(-x)).signature == "logistic(x)"
    assert Value(0.0).logistic().data == 0.5  # type: ignore[attr-defined]  # added when it runs

    def area(width: float, height: float = 2.0, *, unit: float = 1.0) -> float:
        return width * height * unit

    assert custom(area, lambda _: 2.0).signature == "area(width)"
    wide = custom(area, [lambda _, height: height, lambda width, _: width], name="wide")
    assert (wide.signature, wide.partials) == (
        "wide(width, height)",
        ("wide_width(width, height)", "wide_height(width, height)"),
    )
    for own in (lambda z: z, lambda exp: exp, lambda mixed: mixed, lambda titled: titled):
        assert custom(own, lambda _: 1.0, name="titled").signature == "titled(x)"  # rules use theirs for something else


def test_a_partial_need_not_say_what_it_takes() -> None:
    entropy = custom(lambda x: x * math.log(x) - x, math.log, name="entropy")  # math.log has no signature
    x = Value(3.0)
    entropy(x).backward()
    assert x.grad == math.log(3.0)


def test_numbers_of_any_kind_become_floats() -> None:
    numpy = pytest.importorskip("numpy")
    for number in (3, True, numpy.float32(1.5), numpy.array(2.0)):
        steady = custom(lambda _, number=number: number, lambda _, number=number: number, name="steady")
        z = steady(Value(1.0))
        assert (z.data, type(z.data), z.partials()) == (float(number), float, (float(number),))
        assert type(z.partials()[0]) is float


# ------------------------------------------------------------------------------------------- all that reads a graph


def test_it_is_explained_as_far_as_anybody_can(swish: Row) -> None:
    assert repr(swish) == "<op swish(x), given as a callable; partials swish_x(x)>"
    x, w, y = Value(0.5), Value(2.0), Value(1.0)
    z = swish(w * x)
    L = (z - y) ** 2
    L.backward()
    told = str(L.explain(x))
    assert "z = swish(w·x) = swish(2·0.5) ≈ 0.731059" in told
    assert "dz/dx = w·swish_x(w·x) ≈ 2·0.927671    ≈ 1.85534" in told
    assert told.endswith("swish was given as a callable: nobody can look inside.")
    assert "nobody can look inside" in str(L.explain())
    assert "nobody can look inside" not in str(L.explain(y))
    assert str(z.formula()) == "z = swish(w·x)"
    assert "w·swish_x(w·x) ≈ 1.85534" in str(z.why(x))
    assert "z = swish" in z.tree()
    assert "2 · 0.927671" in str(z.paths(x))
    assert "0.731059 → 1.76159" in str(z.at(x=1.0))
    assert "w·swish_x(w·x)" in str(list(z.steps())[3])
    assert "swish" in z.draw().svg
    (slope,) = gradients(z, [x])
    assert str(slope.formula()) == "slope = w·swish_x(w·x)"


def test_copies_pickles_and_programs(swish: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    x = Value(0.5, label="x")
    z = swish(x * 2)
    for twin in (copy.copy(z), copy.deepcopy(z), pickle.loads(pickle.dumps(z))):
        twin.backward()
        assert (twin.data, twin.partials()) == (z.data, z.partials())
    program = z.program()
    again = Program.from_json(program.to_json())
    assert again == program
    assert again.run(x=0.25).gradients == {"x": 2 * swish_slope(0.5)}
    pickled, text = pickle.dumps(z), program.to_json()
    monkeypatch.delitem(table, "swish")
    with pytest.raises(UsageError, match=r"no operation 'swish' here; define it with op\('swish\(…\)', …\) or custom"):
        pickle.loads(pickled)
    with pytest.raises(
        AutogradError, match=r"no operation 'swish' here; define it with op\('swish\(…\)', …\) or custom"
    ):
        Program.from_json(text)


def test_modes_see_it(swish: Row) -> None:
    x = Value(0.5)
    with no_grad():
        assert swish(x).parents == ()
    with detect_anomaly():
        swish(x).backward()
    assert x.grad == swish_slope(0.5)


def test_a_row_may_call_it(swish: Row) -> None:
    twice = op("twice(x)", "2 * swish(x)", "2 * swish_x(x)")
    assert twice(Value(0.5)).partials() == (2 * swish_slope(0.5),)
    assert twice(0.5) == 2 * swish(0.5)


def test_gradcheck_believes_the_right_one_and_names_the_wrong_one(swish: Row, product: Row) -> None:
    assert gradcheck(swish, 1.3)
    assert gradcheck(product, 2.0, 3.0, 5.0)
    wrong = custom(lambda x: x**3, lambda x: x**3, name="wrong")
    with pytest.raises(GradientError, match=r"rule 'wrong': its partial for x, a callable, says 8 at x = 2"):
        gradcheck(lambda x: wrong(x) + x, 2.0)

    @given(points(swish))
    def check(point: Any) -> None:
        assert gradcheck(point, *point.operands)

    check()


@pytest.mark.slow
def test_the_reference_says_so(swish: Row, capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    show_rule(screen, swish)
    rule = capsys.readouterr().out
    assert "swish(x)   given as a callable, which nobody can look inside" in rule
    assert re.search(r"^∂/∂x +swish_x\(x\)$", rule, re.MULTILINE)
    show_rule(screen, table["swish_x"])
    assert re.search(r"^∂/∂x +unknown$", capsys.readouterr().out, re.MULTILINE)
    show_table(screen)
    listed = capsys.readouterr().out
    assert re.search(r"^swish\(x\)", listed, re.MULTILINE)
    assert not re.search(r"^swish_x\(x\)", listed, re.MULTILINE)
    assert "given as a callable" in reference_page()
    text = str(getattr(functions, swish.name).__doc__)
    assert text.startswith("Given as a callable, which nobody can look inside.")
    assert "∂z/∂x = swish_x(x)" in text


# -------------------------------------------------------------------------------------- what cannot look inside says so


def test_a_second_derivative_is_refused_and_never_zero(swish: Row, product: Row) -> None:
    x = Value(0.5)
    z = swish(x)
    (slope,) = gradients(z, [x])
    assert slope.data == swish_slope(0.5)
    for ask in (
        slope.backward,
        next(one for one in topological_order(slope) if one.op == "swish_x").partials,
        lambda: gradients(slope, [x]),
        lambda: grad(grad(swish))(0.5),
        lambda: z.explain(x, order=2),
        lambda: gradcheck(swish, 0.5, order=2),
    ):
        with pytest.raises(UsageError, match=NO_SECOND):
            ask()
    assert (x.grad, slope.reached) == (0.0, False)
    for result in (product(x, 2.0, 3.0), product(x, x, x)):
        (slope,) = gradients(result, [x])
        with pytest.raises(UsageError, match="product3 was given as a callable, with its first partials only"):
            slope.backward()


def test_there_is_no_javascript_of_it(swish: Row) -> None:
    op("twice(x)", "2 * swish(x)", "2 * swish_x(x)")
    x = Value(0.5)
    for z in (swish(x), x.twice(), gradients(swish(x), [x])[0]):  # type: ignore[attr-defined]  # added when it runs
        with pytest.raises(
            UsageError, match="swish was given as a callable, which only Python can call: there is no Java"
        ):
            javascript(z.program())
    assert "swish" not in library()
    assert "relu" in library()


def test_its_page_stands_still_and_says_why(swish: Row, tmp_path: Path) -> None:
    x, w = Value(0.5, label="x"), Value(2.0, label="w")
    z = swish(x * w).named("z")
    L = (where(z > 0, z * z, x) + w * math.inf).named("L")
    html = L.page().html
    assert '<p class="note">swish was given as a callable, which only Python can call: the leaves cannot' in html
    assert '"leaves":[]' in html
    assert '<p class="note">' not in (x * w).page().html.partition("<noscript>")[0]
    text = html.partition("const program")[2].partition("\n};\n")[0]
    (run,) = node.run(tmp_path, f"const program{text}\n}};\n", "() => ({ ...program.run(), run: null })", [0])
    program, places = numbered(L)
    L.backward()
    assert (run["inputs"], len(run["values"])) == ([0.5, 2.0], len(program.names))
    for one in topological_order(L):
        place = places[one]
        assert (run["values"][place], run["adjoints"][place], run["reached"][place]) == (one.data, one.grad, 1)
        if one.parents:
            given = run["partials"][place - len(program.names)]
            assert [slope for slope in given if slope is not None] == [*one.partials()]


# ------------------------------------------------------------------------------------------------------------ errors


def _raiser(error: BaseException) -> Callable[[float], float]:
    def raising(_: float) -> float:
        raise error

    return raising


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ValueError("must be positive"), DomainError),
        (IndexError("beyond the end"), DomainError),
        (OverflowError("too large"), RangeError),
        (ZeroDivisionError("by zero"), DivisionError),
        (DomainError("log of a negative number"), DomainError),
    ],
)
def test_what_a_callable_raises_becomes_the_error_of_its_kind(error: Exception, kind: type[AutogradError]) -> None:
    raising = custom(_raiser(error), lambda _: 1.0, name="raising")
    x = Value(2.0)
    said = str(error) if isinstance(error, AutogradError) else rf"raising\(.*\) cannot be computed.*{error}"
    for argument in (x, 2.0):
        with pytest.raises(kind, match=said) as caught:
            raising(argument)
        assert isinstance(error, AutogradError) or caught.value.__cause__ is error
    sloping = custom(lambda x: x, _raiser(error), name="sloping")
    z = sloping(x)
    said = (
        str(error)
        if isinstance(error, AutogradError)
        else f"the derivative of z cannot be .* at x = 2: sloping_.*{error}"
    )
    for ask in (z.backward, z.partials):
        with pytest.raises(kind, match=said):
            ask()
    with pytest.raises(kind):
        gradients(z, [x])
    assert (x.grad, x.reached, z.reached) == (0.0, False, False)


def test_a_mistake_in_a_callable_is_seen_as_it_is() -> None:
    mistaken = custom(lambda x: x.missing, lambda _: 1.0, name="mistaken")
    with pytest.raises(AttributeError, match="missing"):
        mistaken(1.0)


@pytest.mark.parametrize("result", [None, "3", 1j, [1.0], Value(1.0)])
def test_what_is_no_number_is_refused_and_nothing_has_changed(result: Any) -> None:
    odd = custom(lambda _: result, lambda _: 1.0, name="odd")
    x = Value(2.0)
    for argument in (x, 2.0):
        with pytest.raises(UsageError, match=r"odd\(2\.0\) returned .*, which is not a real number"):
            odd(argument)
    sloping = custom(lambda x: x, lambda _: result, name="sloping")
    y = Value(1.0)
    z = sloping(x) * y
    z.parents[1].grad = 7.0
    for ask in (z.backward, lambda: gradients(z, [x])):
        with pytest.raises(UsageError, match=r"sloping_\w+\(2\.0\) returned .*, which is not a real number"):
            ask()
    assert (x.reached, y.grad, z.reached) == (False, 7.0, False)


# ------------------------------------------------------------------------------------------------- what is refused

ONE: Any = math.cos
REFUSED: dict[str, tuple[tuple[Any, ...], dict[str, Any], str]] = {
    "no callable": ((3, ONE), {}, "fn is 3 (an int), which cannot be called"),
    "a lambda": ((lambda x: x, ONE), {}, "a lambda has no name of its own; give it one: name='swish'"),
    "no name at all": ((Value, ONE), {"name": 3}, "name=3 cannot be the name of a method"),
    "no identifier": ((math.sin, ONE), {"name": "my sine"}, "name='my sine' cannot be the name of a method"),
    "a built-in row": ((math.sin, ONE), {}, "custom(…, name='sin'): there is an operation 'sin' already"),
    "in capitals": ((math.sin, ONE), {"name": "Sin"}, "custom(…, name='Sin'): there is something called 'Sin' here"),
    "a method": ((math.sin, ONE), {"name": "backward"}, "there is something called 'backward' here already"),
    "a keyword": ((math.sin, ONE), {"name": "lambda"}, "'lambda' cannot be the name of a method"),
    "Python's own": ((math.sin, ONE), {"name": "print"}, "'print' cannot be the name of a method"),
    "a partial's name": ((math.sin, ONE), {"name": "taken_x"}, "'taken_x' is the partial of taken"),
    "a partial's name taken": ((math.sin, ONE), {"name": "other"}, "'other_x' is an operation of its own"),
    "other arguments": ((math.atan2, [math.atan2] * 2), {"name": "other_x"}, "could not be read with other arguments"),
    "no partials": ((math.sin, []), {"name": "f"}, "it has no partials; give a callable for each argument"),
    "None": ((math.sin, None), {"name": "f"}, "None is no partial, which is a callable for each argument"),
    "text": ((math.sin, ["cos(x)"]), {"name": "f"}, "'cos(x)' (a str) is no partial"),
    "too few": ((lambda x, y: x + y, ONE), {"name": "f"}, "1 partial, and the function takes 2 arguments (x, y)"),
    "too many": ((logistic, [ONE, ONE]), {"name": "f"}, "it has 2 partials, and the function takes 1 argument (x)"),
    "no arguments": ((lambda: 1.0, ONE), {"name": "f"}, "it has 1 partial, and the function takes none"),
    "a partial of fewer": ((math.atan2, [ONE, ONE]), {"name": "f"}, "the partial for y cannot be called with 2 num"),
    "a partial of more": ((math.sin, math.atan2), {"name": "f"}, "the partial for x cannot be called with 1 number"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_and_leaves_nothing(case: str) -> None:
    custom(lambda x: x, lambda _: 1.0, name="taken")
    op("other_x(x)", "x", "1")
    rows, engine, methods = dict(table), dict(vars(_generated)), dict(vars(_generated.Operations))
    arguments, options, said = REFUSED[case]
    with pytest.raises(UsageError, match=re.escape(said)):
        custom(*arguments, **options)
    assert (table, vars(_generated), dict(vars(_generated.Operations))) == (rows, engine, methods)


def test_a_row_does_not_replace_a_partial(swish: Row) -> None:
    with pytest.raises(UsageError, match=r"op\('swish_x\(x\)', 'x', …\): 'swish_x' is the partial of swish"):
        op("swish_x(x)", "x", "1")
    assert swish(Value(0.5)).partials() == (swish_slope(0.5),)
    with pytest.raises(UsageError, match="names 'unknown'"):
        op("f(x)", "x", "unknown")


# ----------------------------------------------------------------------------------------------------- defined again


@pytest.mark.parametrize("count", [1, 2, 3])
def test_defined_again_it_takes_the_place_and_what_was_recorded_keeps_its_rule(count: int) -> None:
    def define(factor: float) -> Row:
        slopes = [lambda *_: factor] * count
        return custom(lambda *numbers: factor * math.fsum(numbers), slopes, name="again")

    define(2.0)
    old = [Value(1.0) for _ in range(count)]
    recorded = table["again"](*old)
    row = define(3.0)
    new = [Value(1.0) for _ in range(count)]
    z = row(*new)
    assert (recorded.data, z.data) == (2.0 * count, 3.0 * count)
    assert (recorded.partials(), z.partials()) == ((2.0,) * count, (3.0,) * count)
    recorded.backward()
    z.backward()
    assert [x.grad for x in old + new] == [2.0] * count + [3.0] * count
    assert gradients(z, new)[0].data == 3.0
    assert table["again"] is row
    assert row(*[1.0] * count) == 3.0 * count


def test_a_row_may_take_its_place_and_it_a_row_s(swish: Row) -> None:
    assert custom(logistic, lambda x: logistic(x) * logistic(-x), name="swish") is table["swish"] is not swish
    row = op("swish(x)", "x * sigmoid(x)", "sigmoid(x) + x * sigmoid(x) * sigmoid(-x)")
    assert grad(grad(row))(0.5) == pytest.approx(logistic(0.5) * logistic(-0.5) * (2 + 0.5 * (1 - 2 * logistic(0.5))))
    assert custom(logistic, swish_slope, name="swish")(Value(0.5)).partials() == (swish_slope(0.5),)


@pytest.mark.parametrize("name", ["\u00b5cus", "\ufb01cus", "x\u0308cus"])
def test_the_name_is_read_as_python_reads_it(name: str) -> None:
    read = unicodedata.normalize("NFKC", name)
    row = custom(lambda x: x * x, lambda x: 2 * x, name=name)
    x = Value(3.0)
    y = getattr(x, read)()
    y.backward()
    assert (row.name, y.op, x.grad) == (read, read, 6.0)
    other = op("shifted(x)", f"{name}(x) + 1", f"{name}_x(x)")
    assert other(3.0) == 10.0
