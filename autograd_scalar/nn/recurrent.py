"""Cells that read a sequence number by number, and hand a state on.

A cell makes one step, ``cell(x, state)``; ``cell.unroll(xs)`` makes one for each element of a sequence. The same
parameters serve in every step, so the gradient of one is a sum over all steps, and it passes the recurrent weights once
for each: that is where it explodes or vanishes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from .. import recording
from ..errors import UsageError
from ..functions import dot, tanh
from ..value import Value
from .init import Init, read_init, read_rng
from .layers import Activation, read_activation
from .modules import Module, read_example, read_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

__all__ = ["LSTMCell", "RNNCell"]


class RNNCell(Module):
    """h′ = tanh(W·x + U·h + b): one step of the simplest recurrent network.

    Args:
        n_in: how many numbers an input x has.
        n_hidden: how many the state h has.
        activation: in place of tanh; see `Activation`.
        bias: whether there is a b, which begins at 0. PyTorch has two, which only ever act as their sum.
        init: how the weights begin; by default what suits the activation.
        rng: the source of random numbers; by default ``Random(0)``.

    Attributes:
        w: the weights of the input, `n_hidden` rows of `n_in`.
        u: the recurrent weights, `n_hidden` rows of `n_hidden`.
        b: the biases, or None.

    Each h′ᵢ is two nodes: the whole weighted sum, of inputs and state, and its activation.

    >>> cell = RNNCell(1, 1, "linear", init="zeros")
    >>> cell.w[0][0].data, cell.u[0][0].data = 1.0, 0.5
    >>> [h.data for [h] in cell.unroll([8.0, 0.0, 0.0])]
    [8.0, 4.0, 2.0]
    """

    unit: ClassVar[str] = "neuron"

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        activation: Any = "tanh",
        *,
        bias: bool = True,
        init: Init | str | None = None,
        rng: Random | None = None,
    ) -> None:
        self.n_in, self.n_hidden = read_size(n_in, "the number of inputs"), read_size(n_hidden, "the size of the state")
        self.activation: Activation | None = read_activation(activation)
        start = read_init(init, activation=self.activation.name if self.activation else "")
        rng = read_rng(rng)
        self.w = [[Value(one) for one in row] for row in start.weights(self.n_in, self.n_hidden, rng)]
        self.u = [[Value(one) for one in row] for row in start.weights(self.n_hidden, self.n_hidden, rng)]
        self.b = [Value(0.0) for _ in range(self.n_hidden)] if bias else None

    def __call__(self, x: Any, h: Any = None) -> list[Any]:
        """The next state, `n_hidden` numbers as a list; without a state, from zeros.

        Raises `UsageError` for an input or a state of another length.
        """
        inputs = read_example(x, self.n_in, self) + _read_state(h, self.n_hidden, self)
        biases: Sequence[Value | float] = self.b or [0.0] * self.n_hidden
        sums = [dot([*w, *u], inputs, b) for w, u, b in zip(self.w, self.u, biases, strict=True)]
        return sums if self.activation is None else [self.activation(z) for z in sums]

    def unroll(self, xs: Iterable[Any], h: Any = None) -> list[list[Any]]:
        """The state after each element of a sequence."""
        states = []
        for x in recording.sequence("RNNCell.unroll", xs):
            h = self(x, h)
            states.append(h)
        return states

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {
            "n_in": self.n_in, "n_hidden": self.n_hidden, "activation": self.activation, "bias": self.b is not None,
        }  # fmt: skip

    def __repr__(self) -> str:
        return f"RNNCell({self.n_in}, {self.n_hidden})"


class LSTMCell(Module):
    """A recurrent step with a memory c that is only ever scaled and added to (Hochreiter and Schmidhuber, 1997).

        i = σ(…)   f = σ(…)   g = tanh(…)   o = σ(…)        each a weighted sum of x and h
        c′ = f·c + i·g        h′ = o·tanh(c′)

    Args:
        n_in: how many numbers an input x has.
        n_hidden: how many the state h and the memory c have.
        forget_bias: where the biases of f begin: 1 remembers at first.
        init: how the weights begin; by default Xavier.
        rng: the source of random numbers; by default ``Random(0)``.

    Attributes:
        input: the gate i, an `RNNCell` with its own `w`, `u` and `b`.
        forget: the gate f.
        candidate: g.
        output: the gate o.

    >>> cell = LSTMCell(2, 3)
    >>> h, c = cell([1.0, 2.0])
    >>> h, c = cell([0.5, 0.5], (h, c))
    >>> len(h), len(c), len(cell.parameters())
    (3, 3, 72)
    """

    def __init__(
        self,
        n_in: int,
        n_hidden: int,
        *,
        forget_bias: float = 1.0,
        init: Init | str | None = None,
        rng: Random | None = None,
    ) -> None:
        self.n_in, self.n_hidden = read_size(n_in, "the number of inputs"), read_size(n_hidden, "the size of the state")
        rng = read_rng(rng)
        self.input = RNNCell(n_in, n_hidden, "sigmoid", init=init, rng=rng)
        self.forget = RNNCell(n_in, n_hidden, "sigmoid", init=init, rng=rng)
        self.candidate = RNNCell(n_in, n_hidden, "tanh", init=init, rng=rng)
        self.output = RNNCell(n_in, n_hidden, "sigmoid", init=init, rng=rng)
        for b in self.forget.b or []:
            b.data = recording.number(forget_bias, "LSTMCell: forget_bias")

    def __call__(self, x: Any, state: tuple[Any, Any] | None = None) -> tuple[list[Any], list[Any]]:
        """The next (h, c), each `n_hidden` numbers as a list; without a state, from zeros.

        Raises `UsageError` for an input or a state of another length.
        """
        pair = (None, None) if state is None else recording.sequence("LSTMCell", state)
        if len(pair) != 2:
            raise UsageError(f"{self!r}: the state is a pair (h, c), not {recording.described(state)}")
        h, c = (_read_state(one, self.n_hidden, self) for one in pair)
        i, f, g, o = (gate(x, h) for gate in (self.input, self.forget, self.candidate, self.output))
        memory = [f[k] * c[k] + i[k] * g[k] for k in range(self.n_hidden)]
        return [o[k] * tanh(memory[k]) for k in range(self.n_hidden)], memory

    def unroll(self, xs: Iterable[Any], state: tuple[Any, Any] | None = None) -> list[tuple[list[Any], list[Any]]]:
        """The (h, c) after each element of a sequence."""
        states = []
        for x in recording.sequence("LSTMCell.unroll", xs):
            state = self(x, state)
            states.append(state)
        return states

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {"n_in": self.n_in, "n_hidden": self.n_hidden}

    def __repr__(self) -> str:
        return f"LSTMCell({self.n_in}, {self.n_hidden})"


def _read_state(h: Any, size: int, module: Module) -> tuple[Any, ...]:
    if h is None:
        return (0.0,) * size
    read = (h,) if isinstance(h, Value) or recording.is_number(h) else recording.sequence(type(module).__name__, h)
    if len(read) != size:
        raise UsageError(f"{module!r} has a state of {size} numbers; this one has {len(read)}")
    return read
