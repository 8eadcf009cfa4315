"""One neuron with a relu: x = 2, w = 3, b = 1, target y = 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..formula.numbers import number
from ..functions import relu
from ..transforms import gradients
from ..value import Value
from .example import Claim, Example, Part, descend

if TYPE_CHECKING:
    from .example import Run

__all__ = ["EXAMPLE"]


def neuron(x: Value, w: Value, b: Value, y: Value) -> Value:
    """The squared error of one neuron."""
    z = w * x + b
    a = relu(z)
    return (a - y) ** 2


def leaky(x: Value, w: Value, b: Value, y: Value) -> Value:
    """The same with a relu that lets a little through."""
    z = w * x + b
    a = z.leaky_relu()
    return (a - y) ** 2


def relu_slope(x: float) -> float:
    """The engine's slope of relu."""
    return relu(Value(x)).partials()[0]


def more(run: Run) -> list[Part]:
    """Every gradient, more steps, the relu by itself, and the neuron that died."""
    leaves, lr = EXAMPLE.leaves, EXAMPLE.lr
    steps = [run.at(w=descend(neuron, leaves, ["w"], lr=lr, steps=n)["w"]) for n in range(5)]
    zs = ", ".join(number(step["z"].after) for step in steps)
    shrink = (steps[2]["a"].after - run.value("y")) / (steps[1]["a"].after - run.value("y"))
    both = descend(neuron, leaves, ["w", "b"], lr=lr, steps=1)
    curvature = 0.0
    for name in ("w", "b"):
        (slope,) = gradients(run.result, [run.names[name]])
        curvature += gradients(slope, [run.names[name]])[0].data
    dead = run.at(w=-3)
    stuck = descend(neuron, {**leaves, "w": -3}, ["w", "b"], lr=lr, steps=1000)
    saved = Example("leaky", "", "", leaky, {**leaves, "w": -3}, "w", lr, ()).record()
    return [
        Part(
            "Every gradient of the same pass",
            (", ".join(f"dL/d{name} = {number(run.gradient(name))}" for name in ("a", "z", "w", "b", "x", "y")),),
        ),
        Part(
            "More steps",
            (
                f"Steps of w alone: z = {zs}. The error a − y is {number(shrink)} of the one before each time.",
                (
                    f"A step of w and b together: w = {number(both['w'])}, b = {number(both['b'])}, "
                    f"L = {number(both['loss'])}. The curvature along it is {number(curvature)}, and "
                    f"η = {number(lr)} is one over that: it lands in one step."
                ),
            ),
        ),
        Part(
            "The relu by itself",
            (
                ", ".join(f"relu({number(x)}) = {number(relu(x))}" for x in (7.0, 0.0, -5.0)),
                ", ".join(f"relu′({number(x)}) = {number(relu_slope(x))}" for x in (7.0, 0.0, -5.0)),
                "At 0 the slope is 0 from the left and 1 from the right; the engine takes 0, as its row says.",
            ),
        ),
        Part("What if w were −3?", dead),
        Part(
            "A neuron that died",
            (
                (
                    f"After 1000 steps of w and b from there: w = {number(stuck['w'])}, b = {number(stuck['b'])}, "
                    f"L = {number(stuck['loss'])}. A gradient of 0 moves nothing."
                ),
                (
                    f"With leaky_relu (slope 0.01): a = {number(saved.value('a'))}, L = {number(saved.value('L'))}, "
                    f"dL/dw = {number(saved.gradient('w'))}: small, but it moves."
                ),
            ),
        ),
    ]


EXAMPLE = Example(
    name="relu-neuron",
    title="A neuron with a relu",
    question="x = 2, w = 3, b = 1; z = w·x + b, a = relu(z); target y = 5, loss L = (a − y)². What is dL/dw, and why?",
    build=neuron,
    leaves={"x": 2.0, "w": 3.0, "b": 1.0, "y": 5.0},
    wrt="w",
    lr=0.1,
    claims=(
        Claim("z = wx + b = 7", "7", lambda run: run.value("z")),
        Claim("a = max(0, 7) = 7", "7", lambda run: run.value("a")),
        Claim("L = (a − y)²", "", lambda run: run.value("L"), "the loss itself is often left out"),
        Claim("dL/da = 2(7 − 5) = 4", "4", lambda run: run.slope("L", "a")),
        Claim("da/dz = 1", "1", lambda run: run.slope("a", "z")),
        Claim("dz/dw = x = 2", "2", lambda run: run.slope("z", "w")),
        Claim("dL/dw = 4 × 1 × 2 = 8", "8", lambda run: run.gradient("w")),
        Claim("w_new = 3 − 0.1 × 8 = 2.2", "2.2", lambda run: run.updated("w")),
        Claim("a network with one hidden layer", because="what it computes is a single neuron, without a hidden layer"),
        Claim(
            "f′(x) = 0 if x ≤ 0",
            because="at x = 0 there is no derivative; 0 is a convention, any slope in [0, 1] would do",
        ),
        Claim(
            "relu prevents vanishing gradients",
            because="its own factor is 1 where it is open; small weights still make the product vanish",
        ),
    ),
    tell_more=more,
)
