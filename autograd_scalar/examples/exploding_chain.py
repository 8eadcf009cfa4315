"""Three layers of one relu each, all weights 5: a gradient of 3125."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..formula.numbers import number
from ..functions import relu
from ..notation import display
from ..value import Value
from .example import Claim, Example, Part

if TYPE_CHECKING:
    from .example import Run

__all__ = ["EXAMPLE"]


def chain(x: Value, w1: Value, w2: Value, w3: Value, y: Value) -> Value:
    """Half the squared error of three layers without biases."""
    z1 = w1 * x
    a1 = relu(z1)
    z2 = w2 * a1
    a2 = relu(z2)
    z3 = w3 * a2
    a3 = relu(z3)
    return 0.5 * (a3 - y) ** 2


def first_gradient(k: float, layers: int) -> tuple[float, float]:
    """dL/dw₁ and L of such a chain with all weights k; x = 1, y = 0."""
    weights = [Value(k) for _ in range(layers)]
    a: Value | float = 1.0
    for w in weights:
        a = relu(w * a)
    L = 0.5 * (a - Value(0.0)) ** 2
    L.backward()
    return weights[0].grad, L.data


WEIGHTS = ("w1", "w2", "w3")


def more(run: Run) -> list[Part]:
    """All the other gradients, why they are equal, what one step does, and how it goes on with depth."""
    lr = EXAMPLE.lr
    small = 0.001
    gradients = {name: run.gradient(name) for name in (*WEIGHTS, "x", "a2", "a1")}
    after_step = run.at(**{name: run.updated(name) for name in WEIGHTS})
    gentle = run.at(**{name: run.value(name) - small * gradients[name] for name in WEIGHTS})
    other = EXAMPLE.record(y=1.0)
    dead = other.at(**{name: other.updated(name) for name in WEIGHTS})
    depths = [(k, n, *first_gradient(k, n)) for k in (5.0, 1.0, 0.5) for n in (3, 10)]
    return [
        Part(
            "Every gradient of the same pass",
            (
                ", ".join(f"dL/d{display(name)} = {number(one)}" for name, one in gradients.items()),
                "The weights have one gradient: in a chain of relus without biases w·dL/dw is the same in each layer, "
                + ", ".join(f"{number(run.value(name))}·{number(gradients[name])}" for name in WEIGHTS)
                + " here.",
            ),
        ),
        Part(f"What if all weights took that step, η = {number(lr)}?", after_step),
        Part(
            "A network that died, and looks perfect",
            (
                f"z₁ = {number(after_step['z1'].after)}: the first relu is shut, each gradient is 0, and L too.",
                (
                    f"With y = 1 the gradients are {number(other.gradient('w1'))}, the step leads to "
                    f"w = {number(dead['w1'].after)}, and L stays {number(dead.value)} for ever."
                ),
                (
                    f"With η = {number(small)} in place of {number(lr)} (y = 0): w = {number(gentle['w1'].after)}, "
                    f"L ≈ {number(gentle.value)}."
                ),
            ),
        ),
        Part(
            "More layers, other weights",
            tuple(
                f"{n:2} layers of k = {number(k):3}   dL/dw₁ = {number(gradient, 15)}   L = {number(loss, 15)}"
                for k, n, gradient, loss in depths
            ),
        ),
    ]


def through_the_layers(run: Run) -> float:
    """da₃/dx: the product of the general formula as it is often written, which forgets dL/da₃."""
    return run.derivative("a3", "x")


EXAMPLE = Example(
    name="exploding-chain",
    title="Three relus in a row, all weights 5",
    question="x = 1, w₁ = w₂ = w₃ = 5, no biases, y = 0, L = ½(a₃ − y)². The relus have slope 1: why is dL/dw₁ large?",
    build=chain,
    leaves={"x": 1.0, "w1": 5.0, "w2": 5.0, "w3": 5.0, "y": 0.0},
    wrt="w1",
    lr=0.1,
    claims=(
        Claim("z₁ = 5, a₁ = 5", "5", lambda run: run.value("a1")),
        Claim("z₂ = 25, a₂ = 25", "25", lambda run: run.value("a2")),
        Claim("z₃ = 125, a₃ = 125", "125", lambda run: run.value("a3")),
        Claim("L = 7812.5", "7812.5", lambda run: run.value("L")),
        Claim("dL/da₃ = 125", "125", lambda run: run.slope("L", "a3")),
        Claim("da₃/dz₃ = 1", "1", lambda run: run.slope("a3", "z3")),
        Claim("dz₃/da₂ = 5", "5", lambda run: run.slope("z3", "a2")),
        Claim("da₂/dz₂ = 1", "1", lambda run: run.slope("a2", "z2")),
        Claim("dz₂/da₁ = 5", "5", lambda run: run.slope("z2", "a1")),
        Claim("da₁/dz₁ = 1", "1", lambda run: run.slope("a1", "z1")),
        Claim("dz₁/dw₁ = 1", "1", lambda run: run.slope("z1", "w1")),
        Claim("dL/dw₁ = 3125", "3125", lambda run: run.gradient("w1")),
        Claim(
            "dL/dx = ∏ da/dz · dz/da", through_the_layers, lambda run: run.gradient("x"),
            "the factor dL/da₃ is missing; the product without it is da₃/dx",
        ),
        Claim(
            "dL/dw₁ = initial gradient · kᴸ⁻¹",
            because="true, and it hides half of the growth: the initial gradient is kᴸ, so that dL/dw₁ = k²ᴸ⁻¹",
        ),
        Claim(
            "relu keeps gradients from vanishing",
            because="with k = 0.5 (above) every relu is open and the gradient vanishes all the same",
        ),
    ),
    tell_more=more,
)  # fmt: skip
