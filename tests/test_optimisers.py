"""Optimisers and clipping: PyTorch's paths, all or nothing, and rows G2, G3, G7 (with A12, A14 and E10)."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from torch_reference import OPTIMISERS, SOURCES, START, STEPS, assert_equal, bowl, grads, reference, values

from autograd_scalar import DomainError, UsageError, Value, _generated, relu
from autograd_scalar.nn import MLP, SGD, Adam, AdamW, Module, Optimiser, clip_grad_norm, clip_grad_value, modules
from autograd_scalar.nn import OPTIMISERS as BY_NAME
from autograd_scalar.value import tick

CLASSES: dict[str, Any] = {"SGD": SGD, "Adam": Adam, "AdamW": AdamW}


def made(name: str, parameters: list[Value]) -> Optimiser:
    kind, settings = OPTIMISERS[name]
    settings = dict(settings)
    if "betas" in settings:
        settings["beta1"], settings["beta2"] = settings.pop("betas")
    optimiser: Optimiser = CLASSES[kind](parameters, **settings)
    return optimiser


def descended(optimiser: Optimiser, w: list[Value], steps: int) -> list[list[float]]:
    path = []
    for _ in range(steps):
        optimiser.zero_grad()
        bowl(w).backward()
        optimiser.step()
        path.append([one.data for one in w])
    return path


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name", OPTIMISERS)
def test_every_step_is_pytorchs(name: str, source: str) -> None:
    w = values(START)
    path = descended(made(name, w), w, STEPS)
    assert_equal(path, reference(source)[name]["path"])
    assert path[-1] != path[-2]


def test_every_optimiser_is_compared_above() -> None:
    assert set(CLASSES) == set(BY_NAME)
    assert {kind for kind, _ in OPTIMISERS.values()} == set(BY_NAME)


@pytest.mark.parametrize("name", OPTIMISERS)
def test_a_loaded_state_goes_on_where_it_was(name: str) -> None:
    w, v = values(START), values(START)
    optimiser = made(name, w)
    whole = descended(optimiser, w, 12)
    first = made(name, v)
    descended(first, v, 5)
    second = CLASSES[OPTIMISERS[name][0]](v, 0.5) if name != "nesterov" else SGD(v, 0.5)
    second.load_state_dict(first.state_dict())
    assert descended(second, v, 7) == whole[5:]


# --------------------------------------------------------------------------------------------- rows of the documents


def relu_neuron(w: Value, b: Value) -> Value:
    return (relu(w * 2 + b) - 5) ** 2


def test_the_neuron_of_the_first_document() -> None:  # A12, A14, G7
    w, b = Value(3), Value(1)
    optimiser = SGD([w], lr=0.1)
    losses = []
    for _ in range(4):
        loss = relu_neuron(w, b)
        losses.append(loss.data)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if len(losses) == 1:
            assert w.data == pytest.approx(2.2, rel=1e-15)
            assert relu_neuron(w, b).data == pytest.approx(0.16, rel=1e-12)
    errors = [math.sqrt(loss) for loss in losses]
    assert errors == pytest.approx([2.0, 0.4, 0.08, 0.016], rel=1e-12)  # z = 7, 5.4, 5.08, 5.016


def test_with_the_bias_too_one_step_is_enough() -> None:  # A14: the curvature 2(x² + 1) is 1/η
    w, b = Value(3), Value(1)
    relu_neuron(w, b).backward()
    SGD([w, b], lr=0.1).step()
    assert (w.data, b.data) == pytest.approx((2.2, 0.6), rel=1e-15)
    assert relu_neuron(w, b).data == pytest.approx(0.0, abs=1e-28)


def chain(ws: list[Value], y: float = 0.0) -> Value:
    a: Any = 1.0
    for w in ws:
        a = relu(w * a)
    loss: Value = 0.5 * (a - y) ** 2
    return loss


def test_one_step_kills_the_exploding_chain() -> None:  # E10
    for y, gradient, after, loss in ((0.0, 3125.0, -307.5, 0.0), (1.0, 3100.0, -305.0, 0.5)):
        ws = [Value(5) for _ in range(3)]
        optimiser = SGD(ws, lr=0.1)
        chain(ws, y).backward()
        assert grads(ws) == [gradient] * 3
        optimiser.step()
        assert [w.data for w in ws] == [after] * 3
        for _ in range(3):
            optimiser.zero_grad()
            result = chain(ws, y)
            result.backward()
            optimiser.step()
            assert result.data == loss
        assert [w.data for w in ws] == [after] * 3


def test_a_small_rate_saves_it() -> None:  # E10
    ws = [Value(5) for _ in range(3)]
    chain(ws).backward()
    SGD(ws, lr=0.001).step()
    assert [w.data for w in ws] == [1.875] * 3
    assert chain(ws).data == pytest.approx(21.725893020629883, rel=1e-15)


def test_clipping_the_chain_by_norm() -> None:  # G2
    ws = [Value(5) for _ in range(3)]
    chain(ws).backward()
    assert clip_grad_norm(ws, 1.0) == pytest.approx(5412.6587736527415, rel=1e-15)
    assert grads(ws) == pytest.approx([0.57735026918962576] * 3, rel=1e-15)
    SGD(ws, lr=0.1).step()
    assert [w.data for w in ws] == pytest.approx([4.9422649730810374] * 3, rel=1e-15)


def test_clipping_by_value_turns_the_direction() -> None:  # G3
    ws = [Value(5) for _ in range(3)]
    chain(ws).backward()
    clip_grad_value(ws, 1.0)
    assert grads(ws) == [1.0] * 3
    a, b = Value(0), Value(0)
    a.grad, b.grad = 4.0, -0.5
    clip_grad_value([a, b], 1.0)
    assert (a.grad, b.grad) == (1.0, -0.5)  # 8 to 1 has become 2 to 1
    a.grad, b.grad = 4.0, -0.5
    clip_grad_norm([a, b], 1.0)
    assert a.grad / b.grad == pytest.approx(-8.0, rel=1e-15)


# ------------------------------------------------------------------------------------------------------- clipping


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1.0, 1e200, 1e307])
def test_the_norm_neither_overflows_nor_vanishes(scale: float) -> None:
    a, b = Value(0), Value(0)
    a.grad, b.grad = 3.0 * scale, 4.0 * scale
    assert clip_grad_norm([a, b], 1e308) == pytest.approx(5.0 * scale, rel=1e-3 if scale < 1e-300 else 1e-15)


@given(
    gradients=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=4),
    max_norm=st.floats(min_value=1e-300, allow_nan=False, allow_infinity=False),
)
@example(gradients=[1e308] * 4, max_norm=1.0)
@example(gradients=[1.7e308, 1.0], max_norm=1.0)
@example(gradients=[1e300, 1.0], max_norm=1e-300)
@example(gradients=[1e100, 1e90], max_norm=1e-220)
@example(gradients=[1.7e308, -1.7e308, 1e-10], max_norm=1.7e308)
def test_clipped_gradients_are_right_wherever_the_norm_is(gradients: list[float], max_norm: float) -> None:
    with localcontext(prec=60, Emax=10**6, Emin=-(10**6)):
        norm = sum((Decimal(g) ** 2 for g in gradients), Decimal(0)).sqrt()
        factor = min(Decimal(1), Decimal(max_norm) / norm) if norm else Decimal(1)
        clipped = [Decimal(g) * factor for g in gradients]
        parameters = [Value(0.0) for _ in gradients]
        for parameter, g in zip(parameters, gradients, strict=True):
            parameter.grad = g
        assert clip_grad_norm(parameters, max_norm) == pytest.approx(float(norm), rel=1e-14, abs=1e-323)
    assert [one.grad for one in parameters] == pytest.approx([float(g) for g in clipped], rel=1e-14, abs=1e-323)


def test_what_is_small_enough_is_left_alone() -> None:
    a, b = Value(0), Value(0)
    a.grad, b.grad = 0.1, 0.2
    norm = clip_grad_norm([a, b], 1.0)
    assert norm == pytest.approx(math.sqrt(0.05), rel=1e-15)
    assert (a.grad, b.grad) == (0.1, 0.2)
    clip_grad_norm([Value(0)], 1.0)
    unreached = Value(1.0)
    clip_grad_value([a, unreached], 0.05)
    assert (a.grad, unreached.reached) == (0.05, False)


# ------------------------------------------------------------------------------------------------- all, or nothing

STEPPERS: dict[str, Any] = {
    "SGD": lambda model: SGD(model, lr=0.1, momentum=0.9).step(),
    "Adam": lambda model: Adam(model).step(),
    "AdamW": lambda model: AdamW(model).step(),
    "clip_grad_norm": lambda model: clip_grad_norm(model, 1.0),
    "clip_grad_value": lambda model: clip_grad_value(model, 1.0),
}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("who", STEPPERS)
def test_a_bad_gradient_is_refused_by_name_before_anything_moves(who: str, bad: float) -> None:
    model = MLP(2, [3, 1])
    model([1.0, 2.0]).backward()
    model.layers[1].w[0][2].grad = bad
    before = [(p.data, p.grad) for p in model.parameters()]
    with pytest.raises(DomainError, match=rf"the gradient of layers\[1\]\.w\[0\]\[2\] is {bad}"):
        STEPPERS[who](model)
    assert [(p.data, repr(p.grad)) for p in model.parameters()] == [(d, repr(g)) for d, g in before]


def test_a_parameter_from_a_list_is_named_as_the_caller_names_it() -> None:
    slope = Value(1.0)
    slope.grad = math.nan
    with pytest.raises(DomainError, match="the gradient of slope"):
        SGD([slope]).step()
    with pytest.raises(DomainError, match="the gradient of m is nan"):
        SGD([("m", slope)]).step()


def test_a_step_out_of_the_floats_is_refused() -> None:
    w, v = Value(1.0), Value(-1e308)
    optimiser = SGD([w, v], lr=10.0, momentum=0.5)
    w.grad, v.grad = 1.0, 1e308
    with pytest.raises(DomainError, match=r"v .* would become -inf"):
        optimiser.step()
    assert (w.data, v.data, optimiser.memory) == (1.0, -1e308, [[0.0, 0.0]])


@pytest.mark.parametrize("kind", [Adam, AdamW])
def test_a_square_beyond_the_floats_is_named_as_what_it_is(kind: Any) -> None:
    u, w = Value(1.0), Value(1.0)
    optimiser = kind([u, w])
    u.grad, w.grad = 1.0, -1e200
    with pytest.raises(DomainError) as caught:
        optimiser.step()
    assert str(caught.value) == (
        f"{kind.__name__}.step: v, which it remembers of w (= 1), would become inf, the gradient being -1e+200, whose "
        "square is beyond the largest float. Nothing was changed; clipping may help"
    )
    assert (u.data, w.data, optimiser.memory) == (1.0, 1.0, [[0.0, 0.0]] * 3)
    clip_grad_norm([u, w], 1.0)
    optimiser.step()


def test_what_is_remembered_may_leave_the_floats_by_the_weight_decay() -> None:
    w = Value(1e200)
    w.grad = 1.0
    with pytest.raises(DomainError, match=r"v, which .* would become inf, the gradient being 1\. Nothing was changed"):
        Adam([w], weight_decay=1.0).step()


class Own(Optimiser):
    """A rule of a user's, given as a function of the column of parameters and that of their gradients."""

    def __init__(self, parameters: Any, rule: Callable[[Any, Any], Any]) -> None:
        super().__init__(parameters, lr=0.1, weight_decay=0.0)
        self.own = rule

    def rule(self, w: Any, g: Any, *_: Any) -> tuple[Any, ...]:
        return (self.own(w, g),)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            lambda w, g: [x - 1 / s for x, s in zip(w, g, strict=True)],
            r"b \(= 4\) cannot move \(float division by zero\)",
        ),
        (
            lambda w, g: [x + math.exp(400 * s) for x, s in zip(w, g, strict=True)],
            r"a \(= 3\) cannot move \(math range error\)",
        ),
        (
            lambda w, g: [x * 1e308 * s for x, s in zip(w, g, strict=True)],
            r"a \(= 3\) would become inf, its gradient being 2",
        ),
        (lambda w, _: [x / (2 - len(w)) for x in w], "the parameters can move one by one, but not together"),
    ],
)
def test_a_rule_of_ones_own_that_fails_moves_nothing(rule: Any, message: str) -> None:
    a, b = Value(3.0), Value(4.0)
    (a * 2 + b * 0).backward()
    with pytest.raises(DomainError, match=rf"^Own\.step: {message}.*Nothing was changed"):
        Own([a, b], rule).step()
    assert (a.data, b.data) == (3.0, 4.0)


def test_what_a_rule_of_ones_own_gives_becomes_floats() -> None:
    a = Value(3.0)
    (a * 2).backward()
    Own([a], lambda w, _: [round(x) - 1 for x in w]).step()
    assert (a.data, type(a.data)) == (2.0, float)
    with pytest.raises(NotImplementedError, match=r"Optimiser does not define rule\(self, w, g, …\)"):
        Optimiser([a], 0.1, 0.0).step(accumulated=True)
    assert a.data == 2.0


def test_an_interrupt_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    w, v = Value(1.0), Value(2.0)
    w.grad, v.grad = 1.0, 1.0
    optimiser = SGD([w, v], lr=0.5)
    moved = []

    def interrupted() -> int:
        moved.append((w.data, v.data))
        if len(moved) == 1:
            raise KeyboardInterrupt
        return tick()

    monkeypatch.setattr(modules, "tick", interrupted)
    with pytest.raises(KeyboardInterrupt):
        optimiser.step()
    assert moved == [(0.5, 1.5), (1.0, 2.0)]
    assert (w.data, v.data) == (1.0, 2.0)


def test_one_step_is_one_edit() -> None:
    model = MLP(2, [3, 1])
    model([1.0, 2.0]).backward()
    before = _generated.clock
    SGD(model).step()
    assert _generated.clock == before + 1
    assert {parameter._clock for parameter in model.parameters() if parameter.reached} == {before + 1}


# ----------------------------------------------------------------------------------------------- zero_grad forgotten


def _set_all(model: MLP, grad: float | None) -> None:
    for parameter in model.parameters():
        parameter.grad = grad


CLEARED: list[Callable[[Optimiser, MLP, Value], object]] = [
    lambda *all_three: all_three[0].zero_grad(),
    lambda *all_three: all_three[1].zero_grad(),
    lambda *all_three: all_three[2].zero_grad(),
    lambda *all_three: _set_all(all_three[1], None),
    lambda *all_three: _set_all(all_three[1], 0.0),
]


@pytest.mark.parametrize("clear", CLEARED, ids=range(len(CLEARED)))
def test_cleared_gradients_say_nothing(clear: Any) -> None:
    model = MLP(2, [3, 1], activation="tanh")
    optimiser = Adam(model)
    for _ in range(3):
        loss = model([1.0, 2.0]) ** 2
        clear(optimiser, model, loss)
        loss.backward()
        optimiser.step()


@pytest.mark.parametrize("between", [lambda _: None, lambda model: clip_grad_norm(model, 1e-3)], ids=["plain", "clip"])
def test_a_forgotten_zero_grad_is_noticed_once(between: Any) -> None:
    model = MLP(2, [3, 1], activation="tanh")
    optimiser = SGD(model)
    (model([1.0, 2.0]) ** 2).backward()
    (model([1.5, 2.0]) ** 2).backward()  # two passes before one step are no mistake
    optimiser.step()
    (model([1.0, 2.0]) ** 2).backward()
    between(model)
    with pytest.warns(UserWarning, match=r"SGD\.step: the gradients were not cleared since the last step") as caught:
        optimiser.step()
    assert caught[0].filename == __file__
    (model([1.0, 2.0]) ** 2).backward()
    optimiser.step()  # it has been said
    optimiser.zero_grad()


def test_gradients_may_be_kept_on_purpose() -> None:
    w = Value(1.0)
    optimiser = SGD([w], lr=0.25)
    for expected in (0.75, 0.25, -0.5):
        (w * 1).backward()
        optimiser.step(accumulated=True)
        assert w.data == expected
    assert type(w.grad) is float


def test_a_used_gradient_is_a_number_like_any_other() -> None:
    w = Value(3.0)
    (w * w).backward()
    SGD([w], lr=0.5).step()
    assert (w.grad, repr(w.grad), json.dumps(w.grad), w.grad * 2) == (6.0, "6.0", "6.0", 12.0)
    (w * 5).backward()
    assert w.grad == 11.0
    assert copy.deepcopy(w).grad == 11.0


def test_a_parameter_that_no_pass_has_reached_stays() -> None:
    w, other = Value(1.0), Value(1.0)
    optimiser = AdamW([w, other], lr=0.1, weight_decay=0.5)
    (w * w).backward()
    optimiser.step()
    assert (w.data < 1.0, other.data, [column[1] for column in optimiser.memory]) == (True, 1.0, [0.0] * 3)
    optimiser.zero_grad()
    with pytest.raises(UsageError, match=r"AdamW\.step: no backward pass has reached a parameter"):
        optimiser.step()


def test_the_rate_may_be_changed_between_steps() -> None:
    w = Value(1.0)
    optimiser = SGD([w], lr=0.5)
    optimiser.lr = 0.25
    w.grad = 1.0
    optimiser.step()
    assert w.data == 0.75
    with pytest.raises(UsageError, match="SGD: lr is a finite number that is not negative, not -1"):
        optimiser.lr = -1.0
    assert repr(optimiser) == "SGD(1 parameters, lr=0.25, momentum=0.0, nesterov=False, weight_decay=0.0)"


def test_a_stale_graph_is_still_found_after_a_step() -> None:
    w = Value(1.0)
    loss = w * w
    loss.backward()
    SGD([w], lr=0.1).step()
    with pytest.raises(UsageError, match="was edited after"):
        loss.backward()


SHARED = Value(1.0)
REFUSED: list[tuple[Any, str]] = [
    (lambda: SGD([]), "there are no parameters"),
    (lambda: SGD([SHARED, SHARED]), "comes twice"),
    (lambda: SGD(Module()), "there are no parameters: the module"),
    (lambda: SGD([SHARED * 2]), "is the result of mul"),
    (lambda: SGD([1.0]), "parameter 0 is 1.0"),
    (lambda: SGD(cast("Any", SHARED)), "a module or a list of Values"),
    (lambda: SGD([Value(1.0)], lr=math.nan), "lr is a finite number"),
    (lambda: SGD([Value(1.0)], lr=cast("Any", "0.1")), "not a real number"),
    (lambda: SGD([Value(1.0)], nesterov=True), "give momentum"),
    (lambda: SGD([Value(1.0)], momentum=-0.1), "momentum is a finite number"),
    (lambda: Adam([Value(1.0)], beta1=1.0), "below 1"),
    (lambda: AdamW([Value(1.0)], weight_decay=-1.0), "weight_decay is a finite number"),
    (lambda: clip_grad_norm([Value(1.0)], 0.0), "max_norm is positive"),
    (lambda: clip_grad_value([Value(1.0)], math.nan), "limit is positive"),
    (lambda: SGD([Value(1.0)]).load_state_dict(Adam([Value(1.0)]).state_dict()), "not the state of an SGD"),
    (lambda: SGD([Value(1.0)]).load_state_dict(SGD([Value(1.0), Value(2.0)]).state_dict()), "of 2 parameters"),
    (lambda: SGD([Value(1.0)]).load_state_dict({}), "not the state"),
    (lambda: SGD([Value(1.0)]).load_state_dict(cast("Any", 5)), "not the state"),
    (lambda: MLP(1, [1]).load_state_dict(cast("Any", 5)), "a state is a dict"),
    (
        lambda: Adam([Value(1.0)]).load_state_dict(Adam([Value(1.0)]).state_dict() | {"memory": {"m": [1.0]}}),
        "an Adam remembers t, m, v, not m",
    ),
    (
        lambda: SGD([Value(1.0)]).load_state_dict(SGD([Value(1.0)]).state_dict() | {"settings": {"lr": 1.0}}),
        "the settings of an SGD are",
    ),
]


@pytest.mark.parametrize(("act", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_meant_is_refused(act: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        act()
