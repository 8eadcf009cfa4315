"""The same neuron with a sigmoid: almost flat at z = 7, so that almost nothing comes back."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING

from ..formula.numbers import number
from ..functions import sigmoid
from ..value import Value
from . import relu_neuron
from .example import Claim, Example, Part, descend

if TYPE_CHECKING:
    from .example import Run

__all__ = ["EXAMPLE"]


def neuron(x: Value, w: Value, b: Value, y: Value) -> Value:
    """The squared error of one neuron."""
    z = w * x + b
    a = sigmoid(z)
    return (a - y) ** 2


def slope(z: float) -> float:
    """The engine's slope of the sigmoid, which keeps its digits far out: σ(z)·σ(−z)."""
    return sigmoid(Value(z)).partials()[0]


def as_written(z: float) -> float:
    """The slope as it stands on paper, σ(z)(1 − σ(z)), in plain floats."""
    return sigmoid(z) * (1 - sigmoid(z))


def naive_overflows_at() -> int:
    """The first whole number at which 1/(1 + e⁻ᶻ), taken literally, leaves the floats."""
    z = 0
    while True:
        try:
            exp(-z)
        except OverflowError:
            return z
        z -= 1


def more(run: Run) -> list[Part]:
    """How flat it is, where it is zero after all, and what the target does to it."""
    leaves, lr = EXAMPLE.leaves, EXAMPLE.lr
    relu = relu_neuron.EXAMPLE.record()
    fall = [before - after for before, after in (relu.update().result, run.update().result)]
    ratio = abs(relu.gradient("w") / run.gradient("w"))
    written_is_zero = next(z for z in range(1000) if as_written(z) == 0.0)
    slope_is_zero = next(z for z in range(1000) if slope(z) == 0.0)
    overflow = number(naive_overflows_at())
    alone = descend(neuron, leaves, ["w"], lr=lr, steps=1000)
    both = descend(neuron, leaves, ["w", "b"], lr=lr, steps=1000)
    return [
        Part(
            "Every gradient of the same pass",
            (", ".join(f"dL/d{name} ≈ {number(run.gradient(name))}" for name in ("a", "z", "w", "b", "x")),),
        ),
        Part(
            "Beside the relu",
            (
                (
                    f"dL/dw is {number(relu.gradient('w'))} there and {number(run.gradient('w'))} here, "
                    f"{number(ratio, 3)} times smaller. One step lowers L by {number(fall[0])} there and by "
                    f"{number(fall[1], 3)} here."
                ),
                (
                    f"Not all of that is the sigmoid: dL/da is {number(relu.slope('L', 'a'))} there and "
                    f"{number(run.slope('L', 'a'))} here; da/dz is {number(relu.slope('a', 'z'))} there and "
                    f"{number(run.slope('a', 'z'))} here."
                ),
            ),
        ),
        Part(
            "How flat it is",
            (
                ", ".join(f"σ′({z}) {'=' if z == 0 else '≈'} {number(slope(z))}" for z in (0, 7, 10, 20)),
                (
                    f"On paper σ′ is never zero. In floats σ(z)(1 − σ(z)) is exactly 0 from z = {written_is_zero} on, "
                    "because σ(z) is then exactly 1. The engine computes σ(z)·σ(−z): "
                    f"σ′({written_is_zero}) ≈ {number(slope(written_is_zero))}, and 0 only from z = {slope_is_zero} on."
                ),
                f"1/(1 + e⁻ᶻ), taken literally, overflows from z = {overflow} down. This σ does not.",
            ),
        ),
        Part(
            "A target out of reach",
            (
                (
                    f"σ stays below 1, so with y = {number(run.value('y'))} the loss stays above "
                    f"{number((1 - run.value('y')) ** 2)}. After 1000 steps:"
                ),
                f"w alone: w ≈ {number(alone['w'])}, L ≈ {number(alone['loss'], 7)}",
                f"w and b: w ≈ {number(both['w'])}, b ≈ {number(both['b'])}, L ≈ {number(both['loss'], 7)}",
            ),
        ),
    ]


EXAMPLE = Example(
    name="sigmoid-neuron",
    title="The same neuron with a sigmoid",
    question="x = 2, w = 3, b = 1; z = w·x + b, a = σ(z); y = 5, L = (a − y)². What does σ do to dL/dw?",
    build=neuron,
    leaves=relu_neuron.EXAMPLE.leaves,
    wrt="w",
    lr=0.1,
    claims=(
        Claim("z = 7", "7", lambda run: run.value("z")),
        Claim("a = σ(7) ≈ 0.999", "0.999", lambda run: run.value("a")),
        Claim("L = (a − y)²", "", lambda run: run.value("L"), "the loss itself is often left out"),
        Claim("dL/da = 2(0.999 − 5) = −8.002", "-8.002", lambda run: run.slope("L", "a")),
        Claim(
            "da/dz = 0.999(1 − 0.999) = 0.000999", "0.000999", lambda run: run.slope("a", "z"),
            "a was rounded to 0.999 before 1 − a was taken, which leaves one digit of it",
        ),
        Claim("dz/dw = x = 2", "2", lambda run: run.slope("z", "w")),
        Claim(
            "dL/dw ≈ −0.016", "-0.016", lambda run: run.gradient("w"),
            "the same early rounding of a, carried on; then rounded again",
        ),
        Claim("w_new = 3.0016", "3.0016", lambda run: run.updated("w"), "the same early rounding, in the 4th decimal"),
        Claim(
            "σ never gives a zero gradient",
            because="true on paper; in floats it does, far enough out (above)",
        ),
        Claim("y = 5 as the target", because="σ stays below 1 and never comes near it, which often goes unsaid"),
    ),
    tell_more=more,
)  # fmt: skip
