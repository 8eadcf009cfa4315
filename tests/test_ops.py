"""An operation is one row: all else follows from it, and a row that cannot be right is refused where it is wrong."""

# Rows are added at run time, where no type checker sees them, and many cannot be right:
# mypy: disable-error-code="arg-type, attr-defined, call-overload, operator, var-annotated"
# ruff: noqa: E501, PT017  # an error is one line, as it is read

from __future__ import annotations

import copy
import inspect
import itertools
import linecache
import math
import pickle
import pydoc
import re
import traceback
import unicodedata
from typing import Any, get_type_hints

import pytest

import autograd_scalar
from autograd_scalar import DomainError, UsageError, Value, _generated, functions, grad, gradients, op
from autograd_scalar.graph import Rule
from autograd_scalar.ops import subscribe, table


def test_one_row_gives_everything() -> None:
    row = op("cube(x)", "x**3", "3 * x**2", about="the cube", domain="x > -100")
    x = Value(2.0)
    y = x.cube()
    assert (y.data, y.op, y._op, y.row, y.operands) == (8.0, "cube", "cube", row, (x,))
    y.backward()
    assert x.grad == 12.0
    assert y.partials() == (12.0,)
    for cube in (row, functions.cube, autograd_scalar.cube):
        assert cube(2.0) == 8.0
        assert type(cube(2)) is float
        assert cube(x).parents == (x,)
    (first,) = gradients(y, [x])
    (second,) = gradients(first, [x])
    assert (first.data, second.data) == (12.0, 12.0)
    assert grad(grad(grad(row)))(5.0) == 6.0
    for twin in (copy.copy(y), copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        twin.backward()
        assert twin.parents[0].op == ""
    assert "cube" in str(y.formula())
    assert "cube" in y.tree()
    text = pydoc.plain(pydoc.render_doc(Value.cube))
    for fact in ("The cube.", "cube(x) = x**3", "∂z/∂x = 3 * x**2", "Domain: x > -100."):
        assert fact in text
    with pytest.raises(UsageError, match=r"'a' \(a str\) is not a real number"):
        row("a")
    assert repr(row) == "<op cube(x) = x**3; partials 3 * x**2>"


def test_the_next_row_may_use_it() -> None:
    op("cube(x)", "x**3", "3 * x**2")
    op("ninth(x)", "cube(cube(x))", "9 * cube(x)**2 * x**2")
    x = Value(2.0)
    x.ninth().backward()
    assert (x.ninth().data, x.grad) == (512.0, 9 * 2.0**8)


def test_debuggers_see_its_source() -> None:
    op("shifted_log(x)", "log(x + 1)", "1 / (x + 1)", domain="x > -1")
    assert "def shifted_log(self)" in inspect.getsource(Value.shifted_log)
    filename = Value.shifted_log.__code__.co_filename
    assert "shifted_log" in filename
    assert linecache.getline(filename, 1)
    try:
        Value(-5.0).shifted_log()
    except DomainError as error:
        assert "raise refusal(" in "".join(traceback.format_exception(error))


def test_several_arguments_parameters_and_sequences() -> None:
    blend = op("blend(x, y, *, part=0.5)", "part * x + (1 - part) * y", "part", "1 - part")
    x, y = Value(2.0), Value(4.0)
    z = blend(x, y, part=0.25)
    z.backward()
    assert (z.data, x.grad, y.grad, z.parameters) == (3.5, 0.25, 0.75, {"part": 0.25})
    assert blend(2.0, 4.0) == 3.0
    assert blend(2.0, y).parents == (y,)

    norm = op("norm(*x)", "sqrt(total(x * x))", "x / z")
    xs = [Value(3.0), Value(4.0)]
    z = norm(xs)
    z.backward()
    assert (z.data, [v.grad for v in xs]) == (5.0, [0.6, 0.8])
    mixed = norm([3.0, xs[1]])
    mixed.backward()
    assert (mixed.parents, mixed.partials(), xs[1].grad) == ((xs[1],), (0.8,), 1.6)
    (slope,) = gradients(gradients(norm(xs), xs)[0], xs[:1])
    assert slope.data == pytest.approx(16 / 125)

    weighted = op("weighted(*w, *x, b=0, *, k=1)", "k * t + b", "k * x", "k * w", "1", given="t = total(w * x)")
    b = Value(1.0)
    z = weighted(xs, [1.0, 2.0], b, k=10)
    z.backward()
    assert (z.data, b.grad, z.parameters) == (111.0, 1.0, {"k": 10.0})


def test_arguments_of_all_kinds_in_any_order() -> None:
    signature = "zz_mixture(c, *u, *, k=2)", "zz_braid(c, *u, d, *v, *, k=2, m=1)"
    mixture = op(signature[0], "c * k * total(u)", "k * total(u)", "c * k")
    braid = op(signature[1], "c * k * t + d * m", "k * t", "c * k * v", "m", "c * k * u", given="t = total(u * v)")
    c, d = Value(2.0), Value(3.0)
    us, vs = [Value(5.0), Value(7.0)], [Value(0.5), Value(4.0)]

    z = mixture(c, us, k=10)
    assert (z.data, z.operands, z.parameters) == (240.0, (c, tuple(us)), {"k": 10.0})
    assert mixture(2.0, [us[0], 7.0]).parents == (us[0],)
    assert z.partials() == (120.0, 20.0, 20.0)

    z = braid(c, us, d, vs, k=10, m=-1)
    assert (z.data, z.operands, z.parameters) == (607.0, (c, tuple(us), d, tuple(vs)), {"k": 10.0, "m": -1.0})
    assert z.parents == (c, *us, d, *vs)
    slopes = (305.0, 10.0, 80.0, -1.0, 100.0, 140.0)
    assert z.partials() == slopes
    z.backward()
    assert tuple(parent.grad for parent in z.parents) == slopes
    assert tuple(one.data for one in gradients(z, z.parents)) == slopes
    z = braid(2.0, us, d, (0.5, 4.0), k=10, m=-1)
    z.zero_grad()
    z.backward()
    assert tuple(parent.grad for parent in z.parents) == z.partials() == (10.0, 80.0, -1.0)
    z = braid(c, [], d, [])
    assert (z.data, z.partials()) == (3.0, (0.0, 1.0))


def test_a_total_may_stand_in_a_partial_itself() -> None:
    row = op("crossed(*x, *y)", "total(x) * total(y)", "total(y)", "total(x)")
    xs, ys = [Value(1.0), Value(2.0)], [Value(3.0), Value(5.0)]
    L = row(xs, ys)
    L.backward()
    assert [v.grad for v in xs + ys] == [8.0, 8.0, 3.0, 3.0]
    assert row(xs, [3.0, ys[1]]).partials() == (8.0, 8.0, 3.0)
    assert gradients(L, ys)[0].data == 3.0


def test_every_value_is_a_float() -> None:
    stairs = op("stairs(x)", "floor(x)", "0")
    assert [type(stairs(x)) for x in (2.5, math.inf)] == [float, float]
    assert math.isnan(stairs(math.nan))
    length = op("length(*x)", "count(x)", "0")
    assert type(length([1.0, 2.0])) is type(length([Value(1.0)]).data) is float


def test_an_operator_of_its_own() -> None:
    op("both(x, y)", "x * y + x + y", "y + 1", "x + 1", infix="@", form="infix", dunder="matmul")
    x = Value(2.0)
    assert ((x @ 3.0).data, (3 @ x).data, (x @ x).op) == (11.0, 11.0, "both")
    (x @ 3.0).backward()
    assert x.grad == 4.0


def test_subscribers_hear_of_a_row_and_an_objection_keeps_it_out(monkeypatch: Any) -> None:
    heard = []
    monkeypatch.setattr("autograd_scalar.ops._readers", [*autograd_scalar.ops._readers])
    subscribe(heard.append)
    row = op("quintic(x)", "x**5", "5 * x**4")
    assert heard == [row]

    def object_to_it(_row: Any) -> None:
        raise UsageError("no")

    subscribe(object_to_it)
    with pytest.raises(UsageError, match="no"):
        op("sextic(x)", "x**6", "6 * x**5")
    assert "sextic" not in table


def test_a_built_in_row_points_at_its_function() -> None:
    with pytest.raises(UsageError, match=r"autograd_scalar\.functions\.exp"):
        table["exp"](1.0)


# --------------------------------------------------------------------------------------------- what is refused, and where

REFUSED = {
    "does not parse": (("f(x)", "x +", "1"), "its value does not parse\n    x +\n"),
    "no partial": (("f(x)", "x"), "it has 0 partials for 1 argument (x)"),
    "too many partials": (("f(x, y)", "x", "1", "0", "0"), "it has 3 partials for 2 arguments (x, y)"),
    "unknown name": (("f(x)", "x * q", "1"), "its value names 'q', which is none of x\n    x * q\n        ^"),
    "unknown name in a partial": (("f(x)", "x", "1 + y"), "its partial for x names 'y', which is none of x, z\n    1 + y\n        ^"),
    "its own value": (("f(x)", "z + x", "1"), "its value names 'z'"),
    "a later row": (("f(x)", "later(x)", "1"), "its value calls 'later', which is no earlier row and no helper"),
    "itself": (("f(x)", "f(x)", "1"), "its value calls 'f', which is no earlier row"),
    "Python": (("f(x)", "__import__('os')", "1"), "its value calls '__import__', which is no earlier row"),
    "an attribute": (("f(x)", "x.real", "1"), "uses something other than arithmetic, comparisons and calls"),
    "a function of math": (("f(x)", "math.exp(x)", "1"), "calls math.exp, and a row calls operations; write exp(x)\n"),
    "a method": (("f(x)", "x.atan2(2)", "1"), "calls x.atan2, and a row calls operations; write atan2(x, 2)\n"),
    "another library's": (("f(x)", "np.arctan(x)", "1"), "calls np.arctan, and a row calls operations; it is called atan here\n"),
    "nobody's": (("f(x)", "np.real(x)", "1"), "calls np.real, and a row calls operations\n"),
    "something made": (("f(x)", "(lambda y: y)(x)", "1"), "calls something that is not an operation"),
    "a constant of math": (("f(x)", "math.pi * x", "1"), "has math.pi, which is written pi here\n"),
    "Euler's number": (("f(x)", "x", "math.e"), "has math.e, which is written exp(1) here\n"),
    "another word": (("f(x)", "ln(x)", "1"), "calls 'ln', which is no earlier row and no helper; it is called log here\n"),
    "an open bracket": (("f(x)", "x * exp(x", "1"), "does not parse; a bracket is not closed: x * exp(x)\n"),
    "a closed bracket": (("f(x)", "exp(x))", "1"), "does not parse; it closes a bracket that it has not opened: exp(x)\n"),
    "a raised number": (("f(x)", "x**3", "3x²"), "does not parse; a power is written **: 3 * x**2\n"),
    "a remainder": (("f(x)", "1 + x % 2", "1"), "uses something other than arithmetic, comparisons and calls\n    1 + x % 2\n        ^"),
    "another power": (("f(x)", "x^2", "2*x"), "its value uses ^, which is no power here; a power is written **\n    x^2\n    ^"),
    "text": (("f(x)", "'a'", "1"), "its value has 'a', which is not a number"),
    "a truth": (("f(x)", "True", "1"), "its value has True, which is not a number"),
    "a complex number": (("f(x)", "1j * x", "1"), "its value has 1j, which is not a number"),
    "a huge number": (("f(x)", f"{10**400} * x", "1"), "its value has a number that is too large for a float"),
    "a huge power": (("f(x)", "2**2000 * x", "1"), "a power of numbers that is no plain float"),
    "a condition for a number": (("f(x)", "x > 0", "1"), "has a condition where a number belongs; write 1 if … else 0"),
    "wrong number of arguments": (("f(x)", "exp(x, x)", "1"), "its value calls exp with 2 arguments instead of 1"),
    "defaults": (("f(x)", "leaky_relu(x)", "1"), "its value calls leaky_relu with 1 argument instead of 2"),
    "a row of a sequence": (("f(x)", "sum(x)", "1"), "its value calls sum, which takes a sequence"),
    "a total of no sequence": (("f(x)", "total(x)", "1"), "its value calls total, which needs a sequence"),
    "a sequence for a number": (("f(*x)", "x", "1"), "its value uses the sequence 'x' as a number; take total(x)"),
    "an expression for a sequence": (("f(*x)", "largest(x + 1)", "1"), "its value calls largest with an expression"),
    "a total in a total": (("f(*x)", "total(total(x))", "1"), "its value has a total within a total"),
    "nothing and something": (
        ("f(c, x, y)", "x if c > 0 else y", "nothing", "1 if c > 0 else nothing", "y"),
        "each is 'nothing' or 'slope if test else nothing', and its partial for y is neither\n    y\n    ^",
    ),
    "nothing to calculate with": (("f(x)", "x", "1 + nothing"), "its partial for x is neither\n    1 + nothing\n    ^"),
    "nothing within a slope": (
        ("f(c, x)", "x", "nothing", "(1 if c > 1 else nothing) if c > 0 else nothing"),
        "its partial for x is neither",
    ),
    "nothing of a sequence": (("f(*x)", "total(x)", "nothing"), "'nothing' is for rows of single arguments"),
    "nothing by the result": (
        ("f(x)", "x", "1 if z > 0 else nothing"),
        "its partial for x tests more than x: only these say where something flows\n    1 if z > 0 else nothing\n         ^",
    ),
    "nothing by a parameter": (("f(x, *, k=1)", "x", "1 if k > 0 else nothing"), "tests more than x"),
    "a tie of one": (("f(x)", "x", "tie"), "its partial for x names 'tie', which is none of x, z\n    tie\n    ^"),
    "a tie of a sequence": (("f(*x)", "total(x)", "tie"), "its partial for x names 'tie', which is none of x, z"),
    "a tie of three": (("f(a, b, c)", "a", "1", "tie", "0"), "its partial for b names 'tie', which is none of a, b, c, z"),
    "a tie with what is no operand": (("f(a, b)", "b", "nothing", "tie if a > 0 else nothing"), "names 'tie'"),
    "a tie with a parameter": (("f(x, *, k=1)", "x", "tie"), "names 'tie', which is none of k, x, z"),
    "no signature": (("f", "x", "1"), "a signature looks like 'cube(x)'"),
    "another comparison": (("f(x)", "1 if x is x else 0", "1"), "compares with something other than < <= > >= == !="),
    "a helper of one": (("f(*x)", "total(x, x)", "1"), "its value calls total with 2 arguments instead of 1"),
    "no name": (("f(2x)", "x", "1"), "'2x' is not an argument"),
    "a sequence with a default": (("f(*x=1)", "x", "1"), "'*x=1' is not an argument"),
    "an operand with a default": (
        ("f(x, y=2)", "x * y", "y", "x"),
        "y=2 is a default, and only a parameter has one, a plain number with no partial: write 'f(x, *, y=2)', or",
    ),
    "two operands with defaults": (("f(x, y=2, w=1, *, k=3)", "x", "1", "0", "0"), "write 'f(x, *, y=2, w=1, k=3)', or"),
    "a default before a sequence": (("f(b=1, *x)", "b", "1", "0"), "write 'f(*x, *, b=1)', or leave the default out"),
    "nothing but a default": (("f(x=1)", "x", "1"), "a plain number with no partial: leave it out"),
    "half a character": (("f(x)", "x\udc80", "1"), "its value does not parse"),
    "a character of no source": (("f(x)", "x\0", "1"), "its value does not parse"),
    "a default that is no number": (("f(x, *, k=b)", "x", "1"), "the default in 'k=b' is not a number"),
    "no argument": (("f(*, k=1)", "k"), "it has no argument to take a partial for"),
    "one name twice": (("f(x, x)", "x", "1", "1"), "two arguments are called 'x'"),
    "a reserved argument": (("f(z)", "z", "1"), "an argument cannot be called 'z', which rules use for something else"),
    "an operation for an argument": (("f(exp)", "exp", "1"), "an argument cannot be called 'exp', which is an operation"),
    "a number for a signature": ((3, "x", "1"), "a signature"),
    "a number for text": (("f(x)", 3, "1"), "its value is text, not 3"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_the_error_points_at_the_place(case: Any) -> None:
    row, words = REFUSED[case]
    before = set(table)
    with pytest.raises(UsageError) as caught:
        op(*row)
    assert str(caught.value).startswith(f"op({row[0]!r}, ")
    assert words in str(caught.value)
    assert set(table) == before
    assert not hasattr(Value, "f")


FACTS = {
    "domain": ({"domain": "x > "}, "its domain does not parse"),
    "kinks": ({"kinks": "print(x)"}, "its kinks calls 'print'"),
    "poles": ({"poles": "y == 0"}, "its poles names 'y'"),
    "given without a name": ({"given": "x * x"}, "given is 'name = expression'"),
    "given out of order": ({"given": "a = b; b = x"}, "its given a names 'b'"),
    "given like an argument": ({"given": "x = 2"}, "an intermediate result cannot be called 'x'"),
    "written as text": ({"written": "1"}, "written is a tuple"),
    "written too long": ({"written": ("1", "2")}, "it has 2 written partials for 1 argument"),
    "an operator of two": ({"dunder": "add"}, "no operator of Python's with 1 operand is called __add__"),
    "an operator that is taken": ({"dunder": "neg"}, "the operator __neg__ is another row's"),
}


@pytest.mark.parametrize("case", FACTS)
def test_every_fact_is_checked(case: Any) -> None:
    facts, words = FACTS[case]
    with pytest.raises(UsageError) as caught:
        op("f(x)", "x", "1", **facts)
    assert words in str(caught.value)
    assert "f" not in table


def test_a_single_number_after_a_sequence_may_have_a_default() -> None:
    row = op("raised(*x, b=1)", "total(x) + b", "1", "1")
    b = Value(5.0)
    row([2.0, 3.0], b).backward()
    assert (row([2.0, 3.0]), row([2.0, 3.0], b).data, b.grad) == (6.0, 10.0, 1.0)


@pytest.mark.parametrize(
    "name", ["\u00b5", "\u00aa", "\ufb01t", "\u2102", "x\u0308"]
)  # µ, ª, ﬁ, ℂ, and x with two dots
def test_names_are_read_as_python_reads_them(name: str) -> None:
    read = unicodedata.normalize("NFKC", name)
    row = op(f"{name}_op(x, *, {name}=2)", f"x * g{name}", f"g{name}", given=f"g{name} = {name}", domain=f"{name} > 0")
    assert (row.name, row.arguments[1].name, list(row.given)) == (f"{read}_op", read, [f"g{read}"])
    x = Value(3.0)
    y = getattr(x, f"{read}_op")(**{read: 5.0})
    y.backward()
    assert (y.data, x.grad, y.op, y.parameters) == (15.0, 5.0, f"{read}_op", {read: 5.0})
    assert (
        op(f"{name}_op(x, *, {read}=2)", f"x * g{read}", f"g{name}", given=f"g{name} = {name}", domain=f"{read} > 0")
        is row
    )
    other = op(f"{name}_log(a{name})", f"log(a{name})", f"1 / a{name}", domain=f"a{name} > 0")
    with pytest.raises(DomainError, match=re.escape(f"needs a{read} > 0")):
        other(Value(-1.0))
    with pytest.raises(UsageError, match=re.escape(f"names 'q', which is none of {read}")) as caught:
        op(f"wrong({name})", f"{name} + q", "1")
    text, mark = str(caught.value).splitlines()[1:]
    assert text[mark.index("^")] == "q"


def test_what_python_makes_no_name_of_stays_as_it_was_typed() -> None:
    with pytest.raises(UsageError, match=re.escape("'x²' is not an argument")):
        op("f(x²)", "x", "1")
    with pytest.raises(UsageError, match=re.escape("a power is written **: x**2")):
        op("f(x)", "x²", "1")


SHAPES: dict[str, tuple[Any, int]] = {
    "a sum": (lambda n: " + ".join(["x"] * (n + 1)), 150),
    "signs": (lambda n: "-" * n + "x", 150),
    "a choice": (lambda n: "x if x > 9 else " * (n // 2) + "x", 150),
    "calls": (lambda n: "identity(" * n + "x" + ")" * n, 98),  # Python's own parser stops at a hundred brackets or two
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_row_is_read_by_all_readers(shape: str) -> None:
    text, depth = SHAPES[shape]
    row = op("deep(x)", text(depth - 1), text(depth - 1))
    x = Value(1.0, label="x")
    y = row(x).named("y")
    assert isinstance(grad(grad(row))(1.0), float)
    assert "deep" in str(y.explain(x))
    assert y.program().run().value == y.data
    assert "deep" in y.page().html
    assert isinstance(y.explain(x).latex(), str)


@pytest.mark.parametrize("times", [2, 20, 200])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_row_that_is_too_long_is_refused_in_a_few_words(shape: str, times: int) -> None:
    text, depth = SHAPES[shape]
    for value, partial in ((text(times * depth), "1"), ("x", text(times * depth))):
        with pytest.raises(UsageError, match=r"is too long: it has more than 150 operations|does not parse") as caught:
            op("deep(x)", value, partial)
        assert len(str(caught.value)) < 700
        assert "deep" not in table


def test_an_error_in_a_long_text_shows_the_place() -> None:
    for before, after in ((3, 3), (100, 3), (3, 100), (60, 60)):
        with pytest.raises(UsageError, match="names 'q', which is none of x") as caught:
            op("deep(x)", "x + " * before + "q" + " + x" * after, "1")
        text, mark = str(caught.value).splitlines()[1:]
        assert text[mark.index("^")] == "q"
        assert len(text) < 170
        assert (text[4] == "…", text[-1] == "…") == (before > 50, after > 50)


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "Exp",
        "RELU_X",
        "data",
        "grad",
        "backward",
        "label",
        "named",
        "draw",
        "explain",
        "softmax",
        "new",
        "number",
        "modes",
        "class",
        "print",
        "_f",
    ],
)
def test_a_name_that_is_taken_is_refused(name: Any) -> None:
    engine = dict(vars(autograd_scalar._generated))
    with pytest.raises(UsageError, match=r"choose another|there is an operation"):
        op(f"{name}(x)", "x", "1")
    assert vars(autograd_scalar._generated).keys() == engine.keys()
    assert (Value(2.0).relu().data, Value(2.0).data) == (2.0, 2.0)


@pytest.mark.parametrize("signature", ["Mul(x, y)", "Sum(*x)", "Dot(*w, *x)"])
def test_names_that_differ_from_others_in_case_alone_would_share_their_rules(signature: str) -> None:
    partials = ["1"] * signature.count(",") + ["1"]
    with pytest.raises(UsageError, match="choose another name"):
        op(signature, "1", *partials)


NAMES = sorted(
    {
        "a",
        "alpha",
        "data",
        "value",
        "rule",
        "other",
        "partials",
        "x_i",
        "x_data",
        "sum_1",
        "e",
        "m",
        "text",
        "size",
        "min_",
        "tuple",
        "zip",
        "map",
        "kept",
        "KeyError",
        "k_values",
    }
    | {name for name in vars(autograd_scalar._generated) if not name.startswith("_")} - set(table)
)


@pytest.mark.parametrize("name", NAMES)
def test_an_argument_has_a_name_that_works_or_is_refused(name: Any) -> None:
    rows = [
        (f"zz_one({name})", f"{name} * {name}", (f"2 * {name}",), "", (3.0,), 9.0, (6.0,)),
        (f"zz_two({name}, k)", f"{name} * {name} * k", (f"2 * {name} * k", f"{name} * {name}"), "", (3.0, 2.0), 18.0, (12.0, 9.0)),
        (f"zz_parameter(k, *, {name})", f"k * {name}", (name,), "", (3.0, 2.0), 6.0, (2.0,)),
        (f"zz_many(*{name}, *k)", f"total({name} * k)", ("k", name), "", ([3.0, 1.0], [2.0, 4.0]), 10.0, (2.0, 4.0, 3.0, 1.0)),
        ("zz_given(k)", f"{name} + k", ("1 + 2 * k",), f"{name} = k * k", (3.0,), 12.0, (7.0,)),
    ]  # fmt: skip
    for signature, value, partials, given, arguments, expected, slopes in rows:
        try:
            row = op(signature, value, *partials, given=given)
        except UsageError as error:
            assert name in str(error)  # refused is one of the two right answers
            continue
        leaves = [[*map(Value, x)] if isinstance(x, list) else Value(x) for x in arguments]
        if "parameter" in signature:
            leaves[1] = 2.0
        L = row(*leaves)
        L.backward()
        assert (L.data, row(*arguments), L.partials()) == (expected, expected, slopes)
        assert tuple(v.data for v in gradients(L, L.parents)) == slopes
        assert tuple(v.grad for v in L.parents) == slopes


@pytest.mark.parametrize("row", table.values(), ids=lambda row: row.name)
def test_help_says_the_mathematics(row: Any) -> None:
    for place in (getattr(Value, row.name, None), getattr(functions, row.name)):
        if place is None:
            continue
        text = pydoc.plain(pydoc.render_doc(place))
        assert row.value in text
        for argument, partial in zip(row.operands, row.written, strict=True):
            assert f"∂z/∂{argument.name} = {partial}" in text
        for fact in (row.domain, row.poles, row.kinks):
            assert fact in text


# -------------------------------------------------------------------------------------------------- how it is written

WRITTEN = {  # as text and as LaTeX; a row that is not here is written as a call of its name
    "add": ("x + y", "x + y"),
    "sub": ("x − y", "x - y"),
    "mul": ("x·y", r"x \cdot y"),
    "div": ("x/y", r"\frac{x}{y}"),
    "neg": ("−x", "-x"),
    "abs": ("|x|", r"\left|x\right|"),
    "square": ("x²", "x^{2}"),
    "reciprocal": ("1/x", r"\frac{1}{x}"),
    "identity": ("x", "x"),
    "sqrt": ("√x", r"\sqrt{x}"),
    "pow": ("x^y", "x^{y}"),
    "sum": ("x₁ + x₂", "x_1 + x_2"),
    "mean": ("(x₁ + x₂)/2", r"\frac{x_1 + x_2}{2}"),
    "prod": ("x₁·x₂", r"x_1 \cdot x_2"),
    "dot": ("w₁·x₁ + w₂·x₂ + b", r"w_1 \cdot x_1 + w_2 \cdot x_2 + b"),
    "sigmoid": ("σ(x)", r"\sigma\left(x\right)"),
    "asin": ("asin(x)", r"\arcsin\left(x\right)"),
    "acos": ("acos(x)", r"\arccos\left(x\right)"),
    "atan": ("atan(x)", r"\arctan\left(x\right)"),
    "asinh": ("asinh(x)", r"\operatorname{arsinh}\left(x\right)"),
    "acosh": ("acosh(x)", r"\operatorname{arcosh}\left(x\right)"),
    "atanh": ("atanh(x)", r"\operatorname{artanh}\left(x\right)"),
    "log2": ("log2(x)", r"\log_2\left(x\right)"),
    "log10": ("log10(x)", r"\log_{10}\left(x\right)"),
    "where": ("where(condition, x, y)", r"\operatorname{where}\left(\mathrm{condition}, x, y\right)"),
    "maximum": ("max(x₁, x₂)", r"\max\left(x_1, x_2\right)"),
    "minimum": ("min(x₁, x₂)", r"\min\left(x_1, x_2\right)"),
}
OF_LATEX_S_OWN = {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min"}


@pytest.mark.parametrize("row", [row for row in table.values() if row.built_in], ids=lambda row: row.name)
def test_a_row_is_written_as_its_facts_say(row: Any) -> None:
    def leaf(name: str) -> Value:
        return Value(1.0 if row.name == "acosh" else 0.5, label=name)

    operands = [
        [leaf(f"{one.name}1"), leaf(f"{one.name}2")] if one.kind == "sequence" else leaf(one.name)
        for one in row.operands
    ]
    limits = {"low": -2.0, "high": 2.0} if row.name == "clip" else {}
    formula = getattr(functions, row.name)(*operands, **limits).named("q").formula()
    name = row.name.replace("_", r"\_")
    shown = {"clip": "x, −2, 2", "logsumexp": "x₁, x₂"}.get(row.name, ", ".join(one.name for one in row.operands))
    in_latex = rf"\{name}" if row.name in OF_LATEX_S_OWN else rf"\operatorname{{{name}}}"
    inside = shown.translate(str.maketrans({"−": "-", "₁": "_1", "₂": "_2"}))
    text, latex = WRITTEN.get(row.name, (f"{row.name}({shown})", rf"{in_latex}\left({inside}\right)"))
    assert str(formula) == f"q = {text}"
    assert formula.latex() == "\\begin{aligned}\nq &= " + latex + "\n\\end{aligned}"


def test_a_row_of_a_user_s_has_all_that_the_built_in_ones_have() -> None:
    turn = op("zz_turn(x)", "2 * pi * x", "2 * pi")
    assert turn(0.5) == math.pi
    x, y = Value(3.0), Value(2.0)
    for word in ("and", "or", "xor", "lshift", "rshift", "matmul"):
        op(f"zz_{word}(x, y)", "x * y", "y", "x", dunder=word)
        made = getattr(x, f"__{word}__")(y)
        assert (made.data, made.partials()) == (6.0, (2.0, 3.0))
    top = op("zz_top(*x)", "largest(x)", "0 if x < z else share(x, z)")
    assert top([x, y, x]).partials() == (0.5, 0.0, 0.5)
    for name in ("number_of", "sequence"):  # what the code around a rule calls its own things
        with pytest.raises(UsageError, match=f"an argument cannot be called '{name}'"):
            op(f"zz_chosen({name}, x)", f"x if {name} else 0", "nothing", f"1 if {name} else nothing")
    gate = op("zz_gate(open, x)", "x if open > 0 else 0", "nothing", "3 if open > 0 else nothing")
    assert (gate(x, y).parents, gate(-x, y).parents, gate(1.0, -2.0)) == ((y,), (), -2.0)
    assert (gate(x, y).partials(), gate(-x, y).partials()) == ((3.0,), ())
    nested = op("zz_nested(*x)", "t", "t", given="s = largest(x); t = 2 * s")([x, y])
    nested.backward()
    assert (nested.data, nested.partials(), x.grad, y.grad) == (6.0, (6.0, 6.0), 6.0, 6.0)
    scaled = op("zz_scaled(*x, *, k=2)", "k * total(x)", "k")
    assert repr(scaled([x, y], k=3).parameters) == "{'k': 3.0}"
    with pytest.raises(UsageError, match=r"zz_scaled.*'3' \(a str\)"):
        scaled([x, y], k="3")


def test_the_engine_s_annotations_say_what_each_argument_is() -> None:
    kinds = {"scalar": "float", "parameter": "float", "sequence": "Sequence[float]"}
    for row in table.values():
        compute = vars(_generated)[f"_{row.name}"]
        if compute is not getattr(math, row.name, None):
            expected = {argument.name: kinds[argument.kind] for argument in row.arguments} | {"return": "float"}
            assert compute.__annotations__ == expected, row.name
    slots = get_type_hints(_generated.Operations, vars(_generated) | {"Any": Any})
    assert slots == {
        "_data": float, "_grad": float | None, "_rule": Rule | None, "_x": Any, "_y": Any, "_clock": int
    }  # fmt: skip


# ---------------------------------------------------------------------------------------------- a row, defined again


def test_the_same_row_again_is_the_row_that_is_there() -> None:
    first = op("again(x)", "x * abs(x)", "2 * x")
    assert op("again(x)", "x * abs(x)", "2 * x") is first
    assert table["again"] is first


def test_a_corrected_row_takes_the_place_of_the_old_one() -> None:
    op("again(x)", "x * abs(x)", "2 * x", dunder="invert")
    old = Value(-3.0)
    recorded = old.again()
    assert gradients(recorded, [old])[0].data == -6.0
    right = op("again(x)", "x * abs(x)", "2 * abs(x)")
    x = Value(-3.0)
    z = x.again()
    z.backward()
    recorded.backward()
    assert (x.grad, old.grad) == (6.0, -6.0)
    assert right(-3.0) == functions.again(-3.0) == -9.0
    assert gradients(z, [x])[0].data == 6.0  # its derivative as a graph is not the one that was kept of the old row
    assert not hasattr(Value, "__invert__")
    assert "2·|x|" in str(z.explain(x))


@pytest.mark.parametrize(
    ("signature", "value", "partials", "said"),
    [
        ("relu(x)", "x", ("1",), "there is an operation 'relu' already"),
        ("again(x, y)", "x * y", ("y", "x"), "could not be read with other arguments"),
        ("again(x)", "later(x)", ("1",), "calls 'later', which is no earlier row"),
        ("again(x)", "x * q", ("1",), "names 'q'"),
    ],
)
def test_a_row_that_cannot_take_the_place_leaves_the_old_one(
    signature: str, value: str, partials: tuple[str, ...], said: str
) -> None:
    first = op("again(x)", "x * x", "2 * x")
    op("later(x)", "again(x)", "2 * x")
    with pytest.raises(UsageError, match=said):
        op(signature, value, *partials)
    assert table["again"] is first
    assert Value(3.0).again().data == Value(3.0).later().data == 9.0


@pytest.mark.parametrize("row", [row for row in table.values() if row.built_in], ids=lambda row: row.name)
def test_the_docstring_says_what_the_row_says(row: Any) -> None:
    lines = inspect.cleandoc(str(getattr(functions, row.name).__doc__)).splitlines()
    said = [*(line.strip() for line in lines), ""]
    call = f"{row.name}({', '.join(map(repr, row.arguments))})"
    assert (f"z = {call}" if row.value == call else f"z = {call} = {row.value}") in said
    where = [line for line in said if line.startswith("where ")]
    assert sorted(set(where)) == sorted(f"where {name} = {text}" for name, text in row.given.items())
    for argument, stable, written in zip(row.operands, row.partials, row.written, strict=True):
        place = said.index(f"∂z/∂{argument.name} = {written}")
        assert said[place + 1].startswith("computed as ") == (stable != written)
        assert stable == written or said[place + 1] == f"computed as {stable}"
    for title, text, then in (
        ("Domain", row.domain, "Outside it raises `DomainError`."),
        ("Poles", row.poles, "There it raises `DivisionError`."),
        ("Kinks", row.kinks, "There the partial says which slope is taken."),
    ):
        assert [line for line in said if line.startswith(f"{title}: ")] == ([f"{title}: {text}."] if text else [])
        assert (then in said) == bool(text)
    assert "share: 1 over how many" in "".join(said) or "share" not in " ".join(row.partials)
    is_simple = all(one.kind == "scalar" or one.default is not None for one in row.arguments)
    assert (f">>> from autograd_scalar.functions import {row.name}" in said) == is_simple
    numbers = ["2.0"] if row.name == "acosh" else ["0.5", "1.0", "1.5"][: len(row.operands)]
    assert (f">>> round({row.name}({', '.join(numbers)}), 6)" in said) == is_simple


@pytest.mark.parametrize(
    ("about", "first"),
    [("half of x", "Half of x."), ("x in halves", "x in halves."), ("sin it is not", "sin it is not.")],
)
def test_a_docstring_begins_with_a_capital_unless_it_begins_with_a_formula(about: str, first: str) -> None:
    row = op("half_of(x)", "x / 2", "0.5", about=about)
    assert str(getattr(functions, row.name).__doc__).splitlines()[0] == first


@pytest.mark.parametrize(("numbers", "value", "slope"), [([1.0, 2.0], 3.0, 1.0), ([-1.0, -2.0], -6.0, 2.0)])
def test_both_branches_of_a_value_may_need_the_same_result(numbers: list[float], value: float, slope: float) -> None:
    row = op("twice_below(*x)", "t if t > 0 else t + total(x)", "1 if t > 0 else 2", given="t = total(x)")
    x = [Value(one) for one in numbers]
    z = row(x)
    z.backward()
    assert (z.data, row(numbers), [one.grad for one in x]) == (value, value, [slope, slope])


def test_a_power_of_plain_numbers_is_computed_once_and_rightly() -> None:
    row = op("eighth_part(x)", "x * 2.0**-3", "2.0**-3")
    x = Value(4.0)
    z = functions.eighth_part(x)
    (slope,) = gradients(z, [x])
    z.backward()
    assert (row.name, z.data, x.grad, slope.item()) == ("eighth_part", 0.5, 0.125, 0.125)


def test_a_method_of_a_user_s_row_is_called_as_a_built_in_one_is() -> None:
    op("ninth_power(x)", "x**9", "9 * x**8")
    assert Value.ninth_power.__qualname__ == "Value.ninth_power"
    assert Value.tanh.__qualname__.rpartition(".")[2] == "tanh"


@pytest.mark.parametrize("name", ["x", "y", "rule", "prev", "data", "grad", "clock", "number"])
def test_a_short_name_of_two_operands_breaks_nothing(name: str) -> None:
    slots = {*dir(Value)}
    try:
        row = op(f"{name}(a, b)", "a - b", "1", "-1")
    except UsageError:
        assert {*dir(Value)} == slots
    else:
        z = row(Value(5.0), Value(3.0)) * row(9.0, Value(2.0))
        assert (z.data, getattr(Value(5.0), name)(3.0).data) == (14.0, 2.0)
    product = Value(2.0) * Value(3.0)
    product.backward()
    assert (product.data, [parent.grad for parent in product.parents], product._prev) == (
        6.0,
        [3.0, 2.0],
        {*product.parents},
    )


@pytest.mark.parametrize("name", ["max", "min", "hypot", "atan2"])
def test_a_name_of_another_row_with_a_letter_before_it_leaves_that_row_alone(name: str) -> None:
    before = getattr(functions, name)(3.0, Value(2.0)).data
    op(f"r{name}(x, y)", "x - y", "1", "-1")
    assert getattr(functions, name)(3.0, Value(2.0)).data == before
    assert getattr(functions, f"r{name}")(3.0, Value(2.0)).data == 1.0


def test_what_a_row_s_code_is_called_is_taken_too() -> None:
    op("foo_x_backward(x)", "x", "1")
    with pytest.raises(UsageError, match=r"op\('foo\(x\)', .*: there is something called 'foo' here already"):
        op("foo(x)", "2 * x", "2")
    x = Value(3.0)
    functions.foo_x_backward(x).backward()
    assert x.grad == 1.0


@pytest.mark.parametrize("names", ["a b ab", "d x dx", "x y xy", "a_0 b _0", "w x wx"])
def test_names_of_operands_that_run_together_stay_apart(names: str) -> None:
    p, q, r = names.split()
    row = op(
        f"volume_{'_'.join(names)[::2].replace(' ', '')}({p}, {q}, {r})",
        f"{p}*{q}*{r}",
        f"{q}*{r}",
        f"{p}*{r}",
        f"{p}*{q}",
    )
    for are_values in itertools.product((True, False), repeat=3):
        operands = [Value(n) if is_value else n for n, is_value in zip((2.0, 3.0, 5.0), are_values, strict=True)]
        z = row(*operands)
        assert float(getattr(z, "data", z)) == 30.0
        if any(are_values):
            z.backward()
            slopes = [one.grad for one in operands if isinstance(one, Value)]
            assert pickle.loads(pickle.dumps(z)).partials() == tuple(slopes)
            assert slopes == [30 / n for n, is_value in zip((2, 3, 5), are_values, strict=True) if is_value]


def test_a_row_of_many_operands_has_no_rule_for_each_of_their_mixtures() -> None:
    names = [f"x{place}" for place in range(14)]
    value = " * ".join(names)
    partials = [" * ".join(name for name in names if name != one) for one in names]
    row = op(f"volume_14({', '.join(names)})", value, *partials)
    numbers = [1.0 + place / 8 for place in range(14)]
    for every in (1, 2, 3, 15):  # each a Value, each second one, …, the first alone
        operands = [Value(n) if place % every == 0 else n for place, n in enumerate(numbers)]
        z = row(*operands)
        z.backward()
        for one in operands:
            if isinstance(one, Value):
                assert one.grad == pytest.approx(z.data / one.data, rel=1e-14)
        copy = pickle.loads(pickle.dumps(z))
        assert (copy.parents == z.parents, copy.partials()) == (True, z.partials())
    assert row(*numbers) == pytest.approx(math.prod(numbers), rel=1e-14)
    assert len(autograd_scalar._generated.VOLUME_14_RULES) == 2


@pytest.mark.parametrize(
    ("signature", "value", "partials", "operands"),
    [
        ("gate(b, *x)", "0 if b <= 0 else total(x)", ["0", "0 if b <= 0 else 1"], lambda v: (-1.0, [v, 2.0])),
        ("number_of_them(*x)", "count(x)", ["0"], lambda v: (v, 2.0)),
        ("positive_part(*w, *x)", "total(w * x if x > 0 else 0)", ["x if x > 0 else 0", "w if x > 0 else 0"],
         lambda v: ([v, 2.0], [-1.0, -1.0])),
        ("first_or_sum(*x)", "1 if count(x) > 1 or total(x) > 0 else 2", ["0"], lambda v: (v, 2.0)),
        ("between(*x, b)", "1 if b < 0 < total(x) else 2", ["0", "0"], lambda v: ([v, 2.0], 1.0)),
    ],
)  # fmt: skip
def test_numbers_among_values_are_found_where_the_value_does_not_read_them(
    signature: str, value: str, partials: list[str], operands: Any
) -> None:
    row, v = op(signature, value, *partials), Value(1.0)
    z = row(*operands(v))
    z.backward()
    assert (z.parents, v.grad) == ((v,), 0.0)
    with pytest.raises(UsageError, match=r"'two' \(a str\) is not a real number"):
        row(
            *[
                ["two" if one == 2.0 else one for one in x] if isinstance(x, list) else "two" if x == 2.0 else x
                for x in operands(v)
            ]
        )


def test_an_operand_that_is_no_number_is_named_by_its_place_and_nothing_else_is_told() -> None:
    v = Value(1.0)
    with pytest.raises(UsageError, match=r"dot, w\[1\]: 'x' \(a str\) is not a real number") as caught:
        functions.dot([v, "x"], [1, 2])
    assert caught.value.__context__ is None
    with pytest.raises(UsageError, match=r"sum, x\[2\]: None is not a real number; did a function forget its return"):
        functions.sum([v, 1.0, None])
    with pytest.raises(UsageError, match=r"sum: a set has no order, .*; put the numbers in a list"):
        functions.sum({v, 2.0})
    with pytest.raises(
        UsageError, match=r"sum: .* is walked by its keys; put the numbers in a list, as list\(d\.values"
    ):
        functions.sum({1.0: v, 2.0: v})
