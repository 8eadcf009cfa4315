"""The matrix view: the six equations of the two-layer network, found in the graph and equal to the scalar adjoints."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, pairwise
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from browser import chromium
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import UsageError, Value, custom, functions, op, values
from autograd_scalar.graph import topological_order
from autograd_scalar.train import matrix_view

pytestmark = pytest.mark.once


def plain(numbers: Any) -> Any:
    array = np.empty(np.shape(numbers), dtype=object)
    for index in np.ndindex(array.shape):
        array[index] = Value(float(np.asarray(numbers)[index]))
    return array


both = pytest.mark.parametrize("make", [plain, values], ids=["plain", "values"])


def network(make: Any, bias: Any = (0, 0.6, 0.4)) -> tuple[Value, dict[str, Any]]:
    X, W1, b1 = make([[1, 2], [-1, 0.5], [0, -1]]), make([[0.5, -1, 1], [0.25, 0.5, -0.75]]), make(bias)
    W2, b2 = make([[1, -1], [0.5, 2], [-1.5, 1]]), make([0.1, -0.1])
    y1 = X.dot(W1) + b1
    h1 = np.maximum(0, y1)
    y2 = h1.dot(W2) + b2
    exp_scores = np.exp(y2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[range(3), [0, 1, 1]])) / 3
    return loss, {"X": X, "W1": W1, "b1": b1, "y1": y1, "h1": h1, "W2": W2, "b2": b2, "y2": y2}


def engine(array: Any) -> list[list[float]]:
    """The gradients that `backward` has left, as rows."""
    return [[x.grad for x in row] for row in np.atleast_2d(array)]


SIX = ["dW₂ = h₁ᵀ · dy₂", "db₂ = Σ dy₂", "dh₁ = dy₂ · W₂ᵀ", "dW₁ = Xᵀ · dy₁", "dX = dy₁ · W₁ᵀ"]


@both
def test_the_equations_of_the_paper(make: Any) -> None:
    loss, arrays = network(make)
    view = matrix_view(loss, arrays)
    assert set(SIX) <= set(view.formulas)
    assert view["dy1"].formula == {"plain": "dy₁ = dh₁ ∘ 1{h₁ = y₁}", "values": "dy₁ = dh₁ ∘ 1{y₁ > 0}"}[make.__name__]
    assert view["db1"].formula == "db₁ = Σ dy₁"
    assert [one.target for one in view] == ["dy2", "dW2", "db2", "dh1", "dy1", "dW1", "db1", "dX"]
    assert view.forward[0] == "y₁ = X·W₁ + b₁"
    loss.backward()
    for name, array in arrays.items():
        if make is plain and name == "h1":
            continue
        assert [list(row) for row in view[name].engine] == engine(array)


@both
def test_both_sides_are_equal_and_no_gradient_is_touched(make: Any) -> None:
    loss, arrays = network(make)
    view = matrix_view(loss, arrays)
    assert all(not one.differing and one.difference < 1e-16 for one in view)
    assert not any(x.reached for array in arrays.values() for x in array.ravel() if isinstance(x, Value))
    by_numpy = {
        name: np.array([[np.nan if x is None else x for x in row] for row in view[name].engine]) for name in arrays
    }
    data = {
        name: np.array([getattr(x, "data", x) for x in a.ravel()], float).reshape(a.shape) for name, a in arrays.items()
    }
    dy2, dy1 = by_numpy["y2"], by_numpy["y1"]
    for name, product in [("W2", data["h1"].T @ dy2), ("W1", data["X"].T @ dy1), ("X", dy1 @ data["W1"].T),
                          ("b2", [dy2.sum(axis=0)]), ("b1", [dy1.sum(axis=0)])]:  # fmt: skip
        assert by_numpy[name] == pytest.approx(np.asarray(product), rel=1e-12, abs=1e-16)
        assert np.array(view[name].product, dtype=float) == pytest.approx(np.asarray(product), rel=1e-12, abs=1e-16)
    known = ~np.isnan(by_numpy["h1"])
    assert by_numpy["h1"][known] == pytest.approx((dy2 @ data["W2"].T)[known], rel=1e-12)
    assert known.all() == (make is values)


def test_it_is_shown_number_by_number_and_as_a_whole() -> None:
    loss, arrays = network(values)
    text = str(matrix_view(loss, arrays, wrt="W2", entries=1))
    assert text == (
        "y₁ = X·W₁ + b₁\nh₁ = max(0, y₁)\ny₂ = h₁·W₂ + b₂\nloss is made from y₂, by several operations\n\n"
        "dW₂ = h₁ᵀ · dy₂\n"
        "dW₂[0][0] = h₁[0][0]·dy₂[0][0] + h₁[1][0]·dy₂[1][0] + h₁[2][0]·dy₂[2][0]\n"
        "          ≈ 1 · (−0.0713883) + 0 · 0.0235883 + 0 · 0.0186627\n"
        "          ≈ −0.0713883\n"
        "… and 5 more entries\n"
        "⎡−0.0713883    0.0713883 ⎤   ⎡1    0     0   ⎤   ⎡−0.0713883   0.0713883⎤\n"
        "⎢ 0.00267157  −0.00267157⎥ ≈ ⎢0.6  1.85  0.1 ⎥ · ⎢ 0.0235883  −0.0235883⎥\n"
        "⎣ 0.0214621   −0.0214621 ⎦   ⎣0    0     1.15⎦   ⎣ 0.0186627  −0.0186627⎦\n"
        "6 entries, equal to the engine's adjoints; adding up in another order rounds off by 2.6·10⁻¹⁸ at most"
    )


def test_the_matrices_fit_a_narrow_window(monkeypatch: pytest.MonkeyPatch) -> None:
    W = values(np.linspace(-1, 1, 60).reshape(5, 12) / 3)
    x = values([1.0, -0.5, 0.25, 2.0, 3.0])
    y = x @ W
    loss = np.sum(y * y)
    for columns, dots in ((60, "…"), (40, "…")):
        monkeypatch.setenv("COLUMNS", str(columns))
        (equation,) = matrix_view(loss, x=x, W=W, y=y, wrt="W", entries=0)
        matrices = [line for line in str(equation).splitlines() if line.lstrip("≈=· ")[:1] in ("⎡", "⎢", "⎣", "[")]
        assert max(map(len, matrices)) <= columns
        assert sum(line.count("⎡") for line in matrices) == sum(line.count("⎤") for line in matrices) == 2
        assert all(line.count(dots) == 1 for line in matrices if "⎢" in line and len(line) > 20)
    monkeypatch.setenv("COLUMNS", "20")
    (narrow,) = matrix_view(loss, x=x, W=W, y=y, wrt="W", entries=0)
    assert max(map(len, str(narrow).splitlines())) <= 20
    monkeypatch.setenv("COLUMNS", "250")
    (wide,) = matrix_view(loss, x=x, W=W, y=y, wrt="W", entries=0)
    assert any(line.count("⎡") == 2 for line in str(wide).splitlines())


def test_the_arrays_of_the_caller_s_variables_are_found() -> None:
    loss, arrays = network(values)
    X, W1, b1, y1 = arrays["X"], arrays["W1"], arrays["b1"], arrays["y1"]
    scores = y2 = arrays["y2"]
    unrelated = values([1.0])
    view = matrix_view(loss)
    assert {"dW1", "db1", "dX", "dy1", "dy2"} == {one.target for one in view}
    assert view.of == "loss"
    assert "y₂ is also scores" in view.notes
    assert (X, W1, b1, scores, y2, y1, unrelated) is not None


@both
def test_plain_numbers_and_shut_entries_are_said(make: Any) -> None:
    loss, arrays = network(make)
    notes = " ".join(matrix_view(loss, arrays).notes)
    assert ("4 of the 9 entries of h₁ are plain numbers" in notes) == (make is plain)
    assert ("4 of the 9 entries of y₁ do not reach loss" in notes) == (make is plain)


def test_at_a_kink_the_mask_is_zero() -> None:
    loss, arrays = network(values, bias=(0, 0.5, 0.5))
    view = matrix_view(loss, arrays)
    mask = view["y1"].pieces[0].factors[1]
    assert mask.rows[0][2] == mask.rows[2][1] == 0.0
    assert view["W1"].engine[1][1] == pytest.approx(0.16968004611191972, rel=1e-12)


def test_a_matrix_that_is_used_again_in_a_longer_formula() -> None:
    W, x = values([[0.5, -1.0], [0.25, 2.0]]), values([[1.0, 2.0]])
    h = np.tanh(x @ W)
    g = np.tanh(h @ W)
    L = np.sum(g)
    view = matrix_view(L, W=W, x=x, h=h, g=g)
    assert view["W"].formula == "dW = Σ dg · ∂g/∂W + Σ dh · ∂h/∂W"
    L.backward()
    assert [list(row) for row in view["W"].engine] == engine(W)
    assert not any(one.differing for one in view)


def test_a_recurrence_has_one_piece_for_each_use() -> None:
    W, x = values([[0.5, -1.0], [0.25, 2.0]]), values([[1.0, 2.0]])
    p = x @ W
    q = p @ W
    L = np.sum(q)
    view = matrix_view(L, W=W, x=x, p=p, q=q)
    assert view["W"].formula == "dW = pᵀ · dq + xᵀ · dp"
    assert "⎡0.5  3.25⎤ = ⎡1⎤ · [1  1] + ⎡1⎤ · [−0.5  2.25]" in str(view["W"])
    assert view["q"].formula == "dq = dL · ∂L/∂q"
    L.backward()
    assert [list(row) for row in view["W"].product] == engine(W)


def test_vectors_stand_as_rows_and_columns() -> None:
    W, x = values([[3.0, -1.0, 2.0], [0.5, 2.0, 1.0]]), values([1.0, 2.0, 3.0])
    y = W @ x
    L = y[0] * y[1]
    view = matrix_view(L, W=W, x=x, y=y)
    assert set(view.formulas) == {"dy = dL · ∂L/∂y", "dW = dy · xᵀ", "dx = Wᵀ · dy"}
    assert len(view["x"].engine) == 3
    X, b = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]]), values([0.5, 0.25])
    z = X @ W.T + b
    L = np.sum(z * z)
    view = matrix_view(L, W=W, X=X, b=b, z=z)
    assert view["W"].formula == "dW = dzᵀ · X"
    assert view.forward[0] == "z = X·Wᵀ + b"


def test_products_of_plain_numbers_and_of_sums_one_by_one_are_found() -> None:
    W = [[Value(0.5), Value(-1.0)], [Value(2.0), Value(1.5)]]
    x = [1.0, 3.0]
    y = [sum((x[k] * W[k][j] for k in range(2)), Value(0.0)) for j in range(2)]
    L = y[0] * y[1]
    assert matrix_view(L, W=W, x=x, y=y)["W"].formula == "dW = xᵀ · dy"


def test_structure_decides_and_not_the_numbers() -> None:
    A, B = values([[1.0, 2.0], [3.0, 4.0]]), values([[5.0, 6.0], [7.0, 8.0]])
    twin = values(A.data)
    Y = A @ B
    L = np.sum(Y)
    assert "A·B" in matrix_view(L, twin=np.array([[1.0, 2.0], [3.0, 4.0]]), A=A, B=B, Y=Y).forward[0]
    with pytest.raises(UsageError, match=r"none of the 4 Values of twin \(shape \(2, 2\)\) is in the loss's graph"):
        matrix_view(L, twin=twin, B=B, Y=Y)
    crossed = plain([[0.0, 0.0], [0.0, 0.0]])
    for i, j in np.ndindex(2, 2):
        crossed[i, j] = A[i, 0] * B[0, j] + A[i, 1] * B[1, 1 - j]  # almost a product
    view = matrix_view(np.sum(crossed), A=A, B=B, crossed=crossed)
    assert "crossed is made from A, B" in view.forward[0]
    assert not any(one.differing for one in view)


@given(
    st.lists(st.integers(1, 3), min_size=3, max_size=4),
    st.sampled_from([np.tanh, np.exp, lambda y: np.maximum(0.1, y), lambda y: y * y]),
    st.sampled_from([plain, values]),
    st.booleans(),
    st.randoms(),
)
def test_at_random_shapes_every_equation_holds(sizes: Any, function: Any, make: Any, bias: bool, random: Any) -> None:
    def some(*shape: int) -> Any:
        return make(np.array([random.uniform(-1, 1) for _ in range(int(np.prod(shape)))]).reshape(shape))

    arrays = {"h0": some(2, sizes[0])}
    for layer, (before, after) in enumerate(pairwise(sizes), 1):
        W, b = some(before, after), some(after)
        y = arrays[f"h{layer - 1}"] @ W
        y = y + b if bias else y
        arrays |= {f"W{layer}": W, f"y{layer}": y, f"h{layer}": function(y)} | ({f"b{layer}": b} if bias else {})
    last = arrays[f"h{len(sizes) - 1}"]
    loss = np.sum(last * last)
    if not isinstance(loss, Value) or loss.op == "":
        return
    used = {name: a for name, a in arrays.items() if any(isinstance(x, Value) for x in a.ravel())}
    try:
        view = matrix_view(loss, used)
    except UsageError as error:
        assert make is plain  # all entries of a layer were shut, and plain arrays remember nothing of them
        assert "is in the loss's graph" in str(error)  # noqa: PT017  # one of two answers
        return
    loss.backward()
    for one in view:
        assert not one.differing, str(one)
        flat = [x for row in one.engine for x in row]
        assert [x for x in flat if x is not None] == pytest.approx(
            [x.grad for x in used[one.target[1:]].ravel() if isinstance(x, Value)], rel=1e-12, abs=1e-300
        )
    if make is values:
        assert {f"d{name}" for name in used} == {one.target for one in view}
        if sizes[0] > 1 and sizes[1] > 1:
            assert view["W1"].formula == "dW₁ = h0ᵀ · dy₁".replace("h0", "h₀")


W, V = values([[3.0, -1.0], [0.5, 2.0]]), values([[1.0, 2.0], [1.0, -1.5]])


@pytest.mark.parametrize(
    ("compute", "equation", "first"),
    [
        (lambda: W * W, "dY ∘ ∂Y/∂W", "dY[0][0]·∂Y[0][0]/∂W[0][0] = 18 · 6"),
        (lambda: W + 1, "dY", "dY[0][0] = 8"),
        (lambda: np.where(W > -9, W, 0.0), "dY", "dY[0][0]·∂Y[0][0]/∂W[0][0] = 6 · 1"),
        (lambda: np.abs(W), "dY ∘ ∂Y/∂W", "dY[0][0] = 6"),
        (lambda: np.tanh(W), "dY ∘ (1 − Y²)", "dY[0][0]·(1 − Y[0][0]²) ≈ 1.99011 · 0.00986604"),
        (lambda: W**3, "dY ∘ (3·W²)", "dY[0][0]·(3·W[0][0]²) = 54 · 27"),
        (lambda: np.minimum(1.0, W), "dY ∘ 1{W < 1}", "dY[0][0]·1{W[0][0] < 1} = 2 · 0"),
        (lambda: np.minimum(V, W), "dY ∘ 1{V > W}", "dY[0][0]·1{V[0][0] > W[0][0]} = 2 · 0"),
        (lambda: np.maximum(V.T, W), "dY ∘ ∂Y/∂W", "dY[0][0] = 6"),
        (lambda: entrywise(functions.leaky_relu, W), "dY ∘ ∂Y/∂W", "dY[0][0] = 6"),
        (
            lambda: entrywise(lambda x: functions.maximum([x, 0.5]), W),
            *("dY ∘ ∂Y/∂W", "dY[0][0]·∂Y[0][0]/∂W[0][0] = 6 · 1"),
        ),
        (
            lambda: entrywise(lambda x: functions.dot([1.0], [2.0], x), W),
            *("dY", "dY[0][0]·∂Y[0][0]/∂W[0][0] = 10 · 1"),
        ),
        (
            lambda: entrywise(lambda x: x * V[0, 0].exp(), W),
            *("dY ∘ ∂Y/∂W", "dY[0][0]·∂Y[0][0]/∂W[0][0] ≈ 16.3097 · 2.71828"),
        ),
        (lambda: entrywise(op("f(x)", "x", "1 if exp(x) > 0 else 2"), W), "dY", "dY[0][0] = 6"),
        (lambda: entrywise(op("f(x)", "x", "1 if x == x else 2"), W), "dY", "dY[0][0] = 6"),
    ],
    ids=map(str, count()),
)  # fmt: skip
def test_one_array_made_from_another_entry_by_entry(compute: Any, equation: str, first: str) -> None:
    Y = compute()
    arrays = {"W": W, "Y": Y} | ({"V": V} if V[0, 0] in set(topological_order(np.sum(Y))) else {})
    found = matrix_view(np.sum(Y * Y), arrays)["W"]
    assert found.formula == f"dW = {equation}"
    assert f"dW[0][0] = {first}" in str(found)
    assert not found.differing


TARGETS = np.array([[1.0, 0.0], [0.0, 1.0]])


@pytest.mark.parametrize(
    ("compute", "given", "made"),
    [
        (lambda: W - TARGETS, {"T": TARGETS}, "Y = W − T"),
        (lambda: W - TARGETS[0], {"t": TARGETS[0]}, "Y = W − t"),
        (lambda: TARGETS / W, {"other": TARGETS + 1, "T": TARGETS}, "Y = T/W"),
        (lambda: W - TARGETS * 0, {"T": TARGETS}, "Y = W − 0"),
        (lambda: W - TARGETS, {}, "Y is made from W and plain numbers, entry by entry"),
        (lambda: W - TARGETS, {"T": TARGETS[:, :1]}, "Y is made from W and plain numbers, entry by entry"),
        (lambda: (W - TARGETS) * 2, {"T": TARGETS}, "Y is made from W, by several operations"),
        (lambda: np.stack([W[0] - 1, W[1] * 3]), {"T": TARGETS}, "Y is made from W, by several operations"),
    ],
    ids=map(str, count()),
)
def test_how_an_array_was_made_with_plain_numbers(compute: Any, given: Any, made: str) -> None:
    Y = compute()
    assert matrix_view(np.sum(Y * Y), {"W": W, "Y": Y} | given).forward[0] == made


def test_a_single_entry_is_equal_and_not_each() -> None:
    a, b = values([[2.0]]), values([[3.0]])
    found = matrix_view((a @ b)[0, 0], a=a, b=b)["a"]
    assert found.verdict() == "one entry, equal to the engine's adjoint to the last bit"
    assert replace(found, difference=1e-17).verdict().startswith("one entry, equal to the engine's adjoint; ")


def entrywise(function: Any, array: Any) -> Any:
    made = np.empty(array.shape, dtype=object)
    for index in np.ndindex(array.shape):
        made[index] = function(array[index])
    return made


def test_what_a_product_has_besides_is_not_hidden() -> None:
    x, b = values([1.0, 2.0]), Value(0.5)
    for more, shown in (
        (0.0, ""), (0.5, " + …"), (np.array([1.0, 2.0]), " + …"), (b, " + …"), (b.tanh(), " + …"), (V[0], " + V"),
    ):  # fmt: skip
        y = x @ W + more
        arrays = {"x": x, "W": W, "y": y} | ({"V": V[0]} if "V" in shown else {})
        assert matrix_view(y[0] * y[1], arrays).forward[0] == f"y = x·W{shown}"


def test_a_part_of_an_array_passes_on_to_it_entry_by_entry() -> None:
    row = W[0]
    view = matrix_view(np.sum(row * row) + np.sum(W), W=W, row=row)
    assert view.forward[0] == "row holds 2 entries of W itself"
    assert view["W"].formula == "dW = dL · ∂L/∂W + drow"
    assert "dW[0][0] = drow[0] = 7" in str(view["W"])
    assert "+ ⎡7  −1⎤\n" in str(view["W"])  # as a matrix it has W's shape
    assert "dW[1][0] = dL" in str(view["W"])
    assert not view["W"].differing


def test_a_product_with_plain_numbers_has_one_equation() -> None:
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    Y = W @ X
    view = matrix_view(np.sum(Y * Y), W=W, X=X, Y=Y)
    assert view.formulas == ("dY = dL · ∂L/∂Y", "dW = dY · Xᵀ")
    assert view._repr_latex_() == view.markdown().partition("\n\n")[2]


def test_a_loss_in_an_array_of_its_own_is_that_loss() -> None:
    x = values([1.0, 2.0])
    y = x @ W
    loss: Any = np.empty((), dtype=object)
    loss[()] = y[0] * y[1]
    assert matrix_view(loss, x=x, W=W, y=y, empty=np.zeros((0, 2)))["W"].formula == "dW = xᵀ · dy"


def test_an_array_made_from_no_other_is_where_it_ends() -> None:
    y = np.exp(values([1.0, 2.0]))
    view = matrix_view(np.sum(y * y), y=y)
    assert [one.target for one in view] == ["dy"]
    assert len(view.forward) == 1


def test_sides_that_differ_are_said_to() -> None:
    answers = iter(range(1, 100))
    moody = custom(lambda x: x, lambda _: float(next(answers)), name="moody")  # another slope each time it is asked
    Y = entrywise(moody, W)
    found = matrix_view(np.sum(Y * 1.0), W=W, Y=Y)["W"]
    assert len(found.differing) == 4
    assert "the two sides differ: dW[0][0] is 4.0 and" in str(found)


def test_every_printing() -> None:
    loss, arrays = network(values)
    view = matrix_view(loss, arrays)
    latex = view.latex()
    assert r"{h_1}^{\top}" in latex
    assert r"\begin{bmatrix} 1 & 0 & 0 \\ 0.6 & 1.85 & 0.1 \\ 0 & 0 & 1.15 \end{bmatrix}" in latex
    assert latex.count(r"\begin{aligned}") == latex.count(r"\end{aligned}") == len(view)
    assert view.ascii().isascii()
    assert "dW2 = h1.T @ dy2" in view.ascii()
    root = ET.fromstring(view.mathml())
    assert root.tag.endswith("math")
    for one in (view, *view):  # a notebook shows what is printed
        shown = "".join(ET.fromstring(f"<div>{one._repr_html_()}</div>").itertext()).replace("\u200b", "")
        assert "".join(ET.fromstring(replace(one, notes=()).mathml()).itertext()) in shown
        assert all(each.verdict() in shown for each in (view if one is view else [one]))
        assert all(note in shown for note in one.notes)
    assert view.markdown().count("$$") == 2 * len(view)
    assert "dW₂" in str(view["W2"])
    alone = ET.fromstring(matrix_view(loss, arrays, entries=1)["W2"].mathml())
    assert "… and 5 more entries" in "".join(alone.itertext())
    assert len(list(alone.iter())) < len(list(root.iter()))
    assert len(list(view)) == len(view) == 8
    assert str(matrix_view(loss, arrays)) == str(view)


def test_in_a_narrow_cell_its_lines_go_on_in_the_next_one() -> None:
    loss, arrays = network(values)
    with chromium() as browser:
        tab = browser.new_page(viewport={"width": 480, "height": 800})
        tab.set_content(f"<body style='font:13px sans-serif'>{matrix_view(loss, arrays)._repr_html_()}</body>")
        assert tab.evaluate("[...document.querySelectorAll('div')].every((one) => one.scrollWidth <= one.clientWidth)")
        entry = tab.locator("div > div", has_text="dX[0][0]").last
        assert entry.locator("> math").count() == 1 + 3 + 3 + 1  # the left side, two sums of three terms, the number
        assert entry.evaluate("(line) => line.clientHeight > 40")
        tab.set_viewport_size({"width": 1600, "height": 800})
        assert entry.evaluate("(line) => line.clientHeight < 40")


def test_large_matrices_are_cut_in_the_middle() -> None:
    X, W = values(np.ones((12, 20))), values(np.ones((20, 2)))
    Y = X @ W
    text = str(matrix_view(np.sum(Y), X=X, W=W, Y=Y))
    assert "⋮" in text
    assert "…" in text
    assert "(7 more)" in text
    assert max(map(len, text.splitlines())) <= 120


def test_what_cannot_be_shown_is_said() -> None:
    loss, arrays = network(values)
    cases: list[tuple[Any, str]] = [
        (lambda: matrix_view(arrays["W1"], arrays), r"one Value, not Values of shape \(2, 3\); np\.sum"),
        (lambda: matrix_view(Value(1.0), arrays), "the loss is a leaf"),
        (
            lambda: matrix_view(loss, W=values(np.ones((2, 2, 2)))),
            r"W has 3 axes \(shape \(2, 2, 2\)\); choose .*W\[0\]",
        ),
        (lambda: matrix_view(loss, W=["a"]), "W is no array of Values"),
        (lambda: matrix_view(loss, {"": arrays["W1"]}), r"an array is given by its name, {'W1': W1}, not by ''"),
        (lambda: matrix_view(loss, W=values([1.0])), "none of the 1 Values of W"),
        (lambda: matrix_view(loss, arrays, wrt="W9"), "wrt='W9' is none of the arrays: X, W1"),
        (lambda: matrix_view(loss, arrays)["W9"], "no matrix equation for 'W9' here; there is one for dy2"),
        (lambda: matrix_view(loss, arrays, digits=0), "digits=0"),
    ]
    for attempt, message in cases:
        with pytest.raises(UsageError, match=message):
            attempt()
    arrays["W1"].data = arrays["W1"].data
    with pytest.raises(UsageError, match="was edited after"):
        matrix_view(loss, arrays)


def test_no_array_in_the_caller_s_variables() -> None:
    w = Value(3.0)
    with pytest.raises(UsageError, match="no variable here holds an array of Values"):
        matrix_view(w * 2)
