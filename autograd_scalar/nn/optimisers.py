"""Optimisers: how the parameters move, given their gradients.

The rule of each is written for one parameter w with its gradient g and what was remembered of it; `Optimiser.step`
applies it to all. Either all parameters move, or none: a gradient that is NaN or infinite, or a step that would leave
the floats, is refused by name before anything has changed.

The rules are PyTorch's, to the order of the operations, so that both give the same numbers. A parameter that no
backward pass has reached since `zero_grad` stays where it is, and so does what is remembered of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from .. import recording
from ..errors import DomainError, UsageError
from .clipping import read_gradients
from .modules import assign, called, read_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .modules import Module

__all__ = ["OPTIMISERS", "SGD", "Adam", "AdamW", "Optimiser"]

Memory = tuple[float, ...]
"""What an optimiser remembers of one parameter; empty before its first step."""


class Optimiser:
    """What all optimisers share; a subclass defines `rule` and lists its `settings`.

    Args:
        parameters: a module, or an iterable of Values or of pairs (name, Value).
        lr: the learning rate η; it may be assigned between steps.
        weight_decay: λ, see the subclass.
    """

    settings: ClassVar[tuple[str, ...]] = ("lr", "weight_decay")
    """The attributes that are saved."""

    def __init__(self, parameters: Module | Iterable[Any], lr: float, weight_decay: float) -> None:
        self.named = read_parameters(parameters)
        self.lr = lr
        self.weight_decay = _at_least_0(weight_decay, f"{type(self).__name__}: weight_decay")
        self.memory: list[Memory] = [()] * len(self.named)

    @property
    def lr(self) -> float:
        """The learning rate η."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = _at_least_0(lr, f"{type(self).__name__}: lr")

    def rule(self, w: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """The new number of a parameter, and what to remember of it, from its number and gradient."""
        raise NotImplementedError(f"{type(self).__name__} does not define rule(self, w, g, memory)")

    def step(self) -> None:
        """Move all parameters once.

        Raises `DomainError` for a gradient that is NaN or infinite and for a step that would leave the floats, and
        `UsageError` where no backward pass has reached any parameter; then nothing has changed.
        """
        who = f"{type(self).__name__}.step"
        gradients = read_gradients(self.named, who)
        reached = [i for i, (_, parameter) in enumerate(self.named) if parameter.reached]
        if not reached:
            raise UsageError(f"{who}: no backward pass has reached a parameter; call loss.backward() first")
        memory, new = self.memory.copy(), []
        for i in reached:
            name, parameter = self.named[i]
            try:
                w, memory[i] = self.rule(parameter._data, gradients[i], memory[i])
            except (OverflowError, ZeroDivisionError) as error:
                shown = called(name, parameter)
                raise DomainError(f"{who}: {shown} cannot move ({error}). Nothing was changed") from None
            if not (isfinite(w) and all(map(isfinite, memory[i]))):
                raise DomainError(
                    f"{who}: {called(name, parameter)} would become {w}, its gradient being {gradients[i]:.6g}. "
                    "Nothing was changed; a smaller learning rate or clipping may help"
                )
            new.append(w)
        assign([self.named[i][1] for i in reached], new)
        self.memory = memory

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for _, parameter in self.named:
            parameter._grad = None

    def state_dict(self) -> dict[str, Any]:
        """The settings, and what is remembered of each parameter, as plain data."""
        return {
            "class": type(self).__name__,
            "settings": {name: getattr(self, name) for name in self.settings},
            "memory": [list(memory) for memory in self.memory],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the settings and the memory of another optimiser of the same class and size.

        Raises `UsageError` where it is not of that kind; then nothing has changed.
        """
        name = type(self).__name__
        if not isinstance(state, Mapping):
            raise UsageError(f"this is not the state of an optimiser: {recording.described(state)}")
        if lacking := [part for part in ("class", "settings", "memory") if part not in state]:
            raise UsageError(f"this is not the state of an optimiser: it has no {lacking[0]}")
        if state["class"] != name:
            raise UsageError(f"this is not the state of an {name}, but of {state['class']}")
        if set(state["settings"]) != set(self.settings):
            theirs = ", ".join(state["settings"])
            raise UsageError(f"the settings of an {name} are {', '.join(self.settings)}, not {theirs}")
        if len(state["memory"]) != len(self.named):
            raise UsageError(f"the state is of {len(state['memory'])} parameters, and there are {len(self.named)}")
        memory = [tuple(recording.number(one, f"{name}: memory") for one in each) for each in state["memory"]]
        checked = type(self)(self.named, **state["settings"])
        size = len(checked.rule(0.0, 0.0, ())[1])
        if wrong := [i for i, each in enumerate(memory) if len(each) not in {0, size}]:
            raise UsageError(f"the memory of parameter {wrong[0]} has {len(memory[wrong[0]])} numbers, not {size}")
        for setting in self.settings:
            setattr(self, setting, getattr(checked, setting))
        self.memory = memory

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"{type(self).__name__}({len(self.named)} parameters, {settings})"


class SGD(Optimiser):
    """Gradient descent: w ← w − η·g; with momentum μ, w ← w − η·v, v ← μ·v + g.

    Args:
        parameters: a module, or an iterable of Values or of pairs (name, Value).
        lr: the learning rate η.
        momentum: μ. The first v is the first g.
        nesterov: look ahead: g + μ·v in place of v.
        weight_decay: λ; adds λ·w to the gradient, as the penalty λ/2·w² does.

    Source: PyTorch's ``torch.optim.SGD``, without dampening.

    >>> from autograd_scalar import Value
    >>> w = Value(3.0)
    >>> (w * w).backward()
    >>> SGD([w], lr=0.1).step()
    >>> round(w.data, 12)
    2.4
    """

    settings: ClassVar[tuple[str, ...]] = ("lr", "momentum", "nesterov", "weight_decay")

    def __init__(
        self,
        parameters: Module | Iterable[Any],
        lr: float = 0.01,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        self.momentum = _at_least_0(momentum, "SGD: momentum")
        self.nesterov = bool(nesterov)
        if self.nesterov and self.momentum == 0.0:
            raise UsageError("SGD: Nesterov's rule looks ahead along the momentum; give momentum=0.9, say")

    def rule(self, w: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """See `Optimiser.rule`."""
        if self.weight_decay != 0.0:
            g += self.weight_decay * w
        if self.momentum == 0.0:
            return w - self.lr * g, ()
        velocity = self.momentum * memory[0] + g if memory else g
        g = g + self.momentum * velocity if self.nesterov else velocity
        return w - self.lr * g, (velocity,)


class Adam(Optimiser):
    """Adam (Kingma and Ba, 2015): steps of about η, whatever the size of the gradients.

        m ← β₁·m + (1 − β₁)·g        v ← β₂·v + (1 − β₂)·g²
        w ← w − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)

    Args:
        parameters: a module, or an iterable of Values or of pairs (name, Value).
        lr: the learning rate η.
        beta1: β₁, how slowly the mean m of the gradients follows.
        beta2: β₂, how slowly the mean v of their squares follows.
        eps: ε.
        weight_decay: λ; adds λ·w to the gradient. See `AdamW` for the other way.

    Source: PyTorch's ``torch.optim.Adam``.

    >>> from autograd_scalar import Value
    >>> w = Value(3.0)
    >>> (w * w).backward()
    >>> Adam([w], lr=0.1).step()
    >>> round(w.data, 8)
    2.9
    """

    settings: ClassVar[tuple[str, ...]] = ("lr", "beta1", "beta2", "eps", "weight_decay")

    def __init__(
        self,
        parameters: Module | Iterable[Any],
        lr: float = 0.001,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay)
        name = type(self).__name__
        self.beta1, self.beta2 = _at_least_0(beta1, f"{name}: beta1"), _at_least_0(beta2, f"{name}: beta2")
        if not (self.beta1 < 1.0 and self.beta2 < 1.0):
            raise UsageError(f"{name}: beta1 and beta2 are below 1, not {self.beta1:g} and {self.beta2:g}")
        self.eps = _at_least_0(eps, f"{name}: eps")

    def rule(self, w: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """See `Optimiser.rule`."""
        return self._adapted(w, g + self.weight_decay * w if self.weight_decay != 0.0 else g, memory)

    def _adapted(self, w: float, g: float, memory: Memory) -> tuple[float, Memory]:
        t, m, v = memory or (0.0, 0.0, 0.0)
        t += 1.0
        m += (1.0 - self.beta1) * (g - m)
        v = self.beta2 * v + (1.0 - self.beta2) * g * g
        step = self.lr / (1.0 - self.beta1**t)
        spread = sqrt(v) / sqrt(1.0 - self.beta2**t) + self.eps
        return (w - step * (m / spread) if m != 0.0 else w), (t, m, v)


class AdamW(Adam):
    """Adam with the weight decay beside the gradient (Loshchilov and Hutter, 2019): w ← w − η·λ·w, then Adam's step.

    So the decay is not divided by the size of the gradients, as it is in `Adam`. The arguments are `Adam`'s; the
    weight decay is 0.01 by default.

    Source: PyTorch's ``torch.optim.AdamW``.

    >>> from autograd_scalar import Value
    >>> w = Value(3.0)
    >>> (w * 0).backward()
    >>> AdamW([w], lr=0.1, weight_decay=0.5).step()
    >>> round(w.data, 12)
    2.85
    """

    def __init__(
        self,
        parameters: Module | Iterable[Any],
        lr: float = 0.001,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(parameters, lr, beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay)

    def rule(self, w: float, g: float, memory: Memory) -> tuple[float, Memory]:
        """See `Optimiser.rule`."""
        return self._adapted(w * (1.0 - self.lr * self.weight_decay), g, memory)


OPTIMISERS: dict[str, type[SGD | Adam]] = {one.__name__: one for one in (SGD, Adam, AdamW)}
"""The optimisers by name."""


def _at_least_0(number: float, what: str) -> float:
    number = recording.number(number, what)
    if not (number >= 0.0 and isfinite(number)):
        raise UsageError(f"{what} is a finite number that is not negative, not {number:g}")
    return number
