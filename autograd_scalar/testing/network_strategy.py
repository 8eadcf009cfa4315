"""`networks`: small models with data and a loss."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from .. import nn
from .extra import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

__all__ = ["Network", "networks"]

ACTIVATIONS = ("relu", "tanh", "sigmoid", "leaky_relu", "gelu", "softplus")
LOSSES = ("squared_error", "absolute_error", "huber", "hinge", "binary_cross_entropy", "cross_entropy")


@dataclass(frozen=True, slots=True, repr=False)
class Network:
    """A model, made from its sizes, activation and seed, with examples and targets; its repr is Python that makes it.

    ``network()`` is the loss, and ``gradcheck(network, wrt=network.model)`` checks every parameter.
    """

    model: nn.MLP
    X: list[list[float]]
    Y: list[Any]
    loss: str
    program: str

    def __call__(self) -> Any:
        """The mean loss over the examples."""
        outputs = self.model.batch(self.X)
        return getattr(nn, self.loss)(outputs, self.Y)

    def __repr__(self) -> str:
        return self.program

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  # as hypothesis and IPython call it
        del cycle
        printer.text(repr(self))


def networks(widest: int = 3, deepest: int = 2, examples: int = 3) -> SearchStrategy[Network]:
    """Multilayer perceptrons up to this width and depth, with a loss that fits, and up to so many examples.

    >>> from autograd_scalar.testing import gradcheck, networks
    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5, derandomize=True, deadline=None)
    ... @given(networks())
    ... def test_gradients_of_a_network(network):
    ...     assert gradcheck(network, wrt=network.model)
    >>> test_gradients_of_a_network()
    """
    return _networks(widest, deepest, examples)


@st.composite
def _networks(draw: DrawFn, widest: int, deepest: int, examples: int) -> Network:
    loss = draw(st.sampled_from(LOSSES))
    inputs = draw(st.integers(1, widest))
    hidden = draw(st.lists(st.integers(1, widest), max_size=deepest - 1))
    outputs = draw(st.integers(2, max(2, widest))) if loss == "cross_entropy" else 1
    activation = draw(st.sampled_from(ACTIVATIONS))
    seed = draw(st.integers(0, 1000))
    count = draw(st.integers(1, examples))
    number = st.integers(-20, 20).map(lambda n: n / 8)
    X = draw(st.lists(st.lists(number, min_size=inputs, max_size=inputs), min_size=count, max_size=count))
    targets: Any = {
        "hinge": st.sampled_from([1, -1]),
        "binary_cross_entropy": st.sampled_from([0, 1]),
        "cross_entropy": st.integers(0, outputs - 1),
    }.get(loss, number)
    Y = draw(st.lists(targets, min_size=count, max_size=count))
    sizes = [*hidden, outputs]
    model = nn.MLP(inputs, sizes, activation=activation, rng=Random(seed))
    program = (
        "from random import Random\nfrom autograd_scalar import nn\n"
        f"model = nn.MLP({inputs}, {sizes}, activation={activation!r}, rng=Random({seed}))\n"
        f"X, Y = {X}, {Y}\nL = nn.{loss}(model.batch(X), Y)"
    )
    return Network(model, X, Y, loss, program)
