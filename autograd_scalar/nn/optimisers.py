"""Optimisers: how the parameters move, given their gradients.

The rule of each moves a list of parameters w, given their gradients g and what was remembered of them, each number by
itself. Either all parameters move, or none: a gradient that is NaN or infinite, or a step that would leave
the floats, is refused by name before anything has changed.

The rules are PyTorch's, to the order of the operations, so that both give the same numbers. A parameter that no
backward pass has reached since `zero_grad` stays where it is, and so does what is remembered of it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from itertools import chain
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from .. import recording
from ..calls import called_as
from ..errors import DomainError, UsageError
from ..value import forget
from .clipping import Used, read_gradients
from .modules import assign, called, read_parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..value import Value
    from .modules import Module

__all__ = ["OPTIMISERS", "SGD", "Adam", "AdamW", "Optimiser"]

Column = list[float]
"""One number for each parameter."""


class Optimiser:
    """What all optimisers share; a subclass defines `rule` and lists its `settings`.

    Args:
        parameters: a module, or an iterable of Values or of pairs (name, Value).
        lr: the learning rate η; it may be assigned between steps.
        weight_decay: λ, see the subclass.
    """

    settings: ClassVar[tuple[str, ...]] = ("lr", "weight_decay")
    """The attributes that are saved."""

    remembers: ClassVar[tuple[str, ...]] = ()
    """What is remembered of each parameter, by name; each begins at 0."""

    _has_warned = False

    def __init__(self, parameters: Module | Iterable[Any], lr: float, weight_decay: float) -> None:
        self.named = read_parameters(parameters)
        self.lr = lr
        self.weight_decay = _at_least_0(weight_decay, f"{type(self).__name__}: weight_decay")
        self.memory: list[Column] = [[0.0] * len(self.named) for _ in self.remembers]

    @property
    def lr(self) -> float:
        """The learning rate η."""
        return self._lr

    @lr.setter
    def lr(self, lr: float) -> None:
        self._lr = _at_least_0(lr, f"{type(self).__name__}: lr")

    def rule(self, w: Column, g: Column, *memory: Column) -> tuple[Column, ...]:
        """The new numbers of some parameters, and of what is remembered, from the old ones and the gradients."""
        raise NotImplementedError(f"{type(self).__name__} does not define rule(self, w, g, …)")

    def step(self, *, accumulated: bool = False) -> None:
        """Move all parameters once.

        Gradients that were left from the step before, and added to since, are nearly always a `zero_grad` that was
        forgotten: a `UserWarning` says so, once. With ``accumulated=True`` they are meant. Several passes before one
        step need no such word.

        Raises `DomainError` for a gradient that is NaN or infinite and for a step that would leave the floats, and
        `UsageError` where no backward pass has reached any parameter; then nothing has changed.
        """
        who = f"{type(self).__name__}.step"
        named = self.named
        gradients = read_gradients(named, who)
        reached = [i for i, (_, parameter) in enumerate(named) if parameter._grad is not None]
        if not reached:
            raise UsageError(f"{who}: no backward pass has reached a parameter; call loss.backward() first")
        if not accumulated and not self._has_warned and any(type(g) is Used for g in gradients):
            self._warn(who)
        some = len(reached) < len(named)
        memory = self.memory
        if some:
            gradients = [gradients[i] for i in reached]
            memory = [[column[i] for i in reached] for column in memory]
        parameters = [named[i][1] for i in reached]
        numbers = [parameter._data for parameter in parameters]
        try:
            new, *after = self.rule(numbers, gradients, *memory)
            is_finite = all(map(isfinite, chain(new, *after)))
        except (OverflowError, ZeroDivisionError):
            is_finite = False
        if not is_finite:
            raise self._refused(who, [named[i] for i in reached], numbers, gradients, memory)
        if some:
            after = [_with(column, reached, part) for column, part in zip(self.memory, after, strict=True)]
        assign(parameters, new)
        self.memory = after
        parameters[0]._grad = gradients[0] if accumulated else Used(gradients[0])  # one tells of all

    def _warn(self, who: str) -> None:
        self._has_warned = True
        warnings.warn(
            f"{who}: the gradients were not cleared since the last step, so they still hold what that one used. Call "
            "zero_grad() before each backward pass; where this is meant, step(accumulated=True)",
            stacklevel=3,
        )

    def _refused(
        self,
        who: str,
        named: Sequence[tuple[str, Value]],
        numbers: Column,
        gradients: Column,
        memory: Sequence[Column],
    ) -> DomainError:
        """The error for the first parameter that cannot move."""
        for (name, parameter), w, g, *remembered in zip(named, numbers, gradients, *memory, strict=True):
            try:
                (moved,), *after = self.rule([w], [g], *[[one] for one in remembered])
            except (OverflowError, ZeroDivisionError) as error:
                return DomainError(f"{who}: {called(name, parameter)} cannot move ({error}). Nothing was changed")
            if not isfinite(moved):
                return DomainError(
                    f"{who}: {called(name, parameter)} would become {moved}, its gradient being {g:.6g}. "
                    "Nothing was changed; a smaller learning rate or clipping may help"
                )
            for what, [kept] in zip(self.remembers, after, strict=False):
                if not isfinite(kept):
                    square = ", whose square is beyond the largest float" if what == "v" and g * g == inf else ""
                    return DomainError(
                        f"{who}: {what}, which it remembers of {called(name, parameter)}, would become {kept}, the "
                        f"gradient being {g:.6g}{square}. Nothing was changed; clipping may help"
                    )
        return DomainError(f"{who}: the parameters can move one by one, but not together. Nothing was changed")

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        forget([parameter for _, parameter in self.named])

    def state_dict(self) -> dict[str, Any]:
        """The settings, and what is remembered of each parameter, as plain data."""
        return {
            "class": type(self).__name__,
            "settings": {name: getattr(self, name) for name in self.settings},
            "memory": {name: list(column) for name, column in zip(self.remembers, self.memory, strict=True)},
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
        if set(state["memory"]) != set(self.remembers):
            theirs = ", ".join(state["memory"]) or "nothing"
            raise UsageError(f"an {name} remembers {', '.join(self.remembers)}, not {theirs}")
        memory = []
        for what in self.remembers:
            column = [recording.number(one, f"{name}: {what}") for one in state["memory"][what]]
            if len(column) != len(self.named):
                raise UsageError(f"the state is of {len(column)} parameters, and there are {len(self.named)}")
            memory.append(column)
        checked = type(self)(self.named, **state["settings"])
        for setting in self.settings:
            setattr(self, setting, getattr(checked, setting))
        self.memory = memory

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.settings)
        return f"{type(self).__name__}({len(self.named)} parameters, {settings})"


class SGD(Optimiser):
    """Gradient descent: w ← w − η·g; with momentum μ first v ← μ·v + g, then w ← w − η·v.

    Args:
        parameters: a module, or an iterable of Values or of pairs (name, Value).
        lr: the learning rate η.
        momentum: μ. v begins at 0, so the first v is the first g.
        nesterov: look ahead: the step is η·(g + μ·v), with the new v.
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
    remembers: ClassVar[tuple[str, ...]] = ("velocity",)

    @called_as("SGD(model, lr=0.01)")
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

    def rule(self, w: Column, g: Column, *memory: Column) -> tuple[Column, ...]:
        """See `Optimiser.rule`."""
        (velocity,) = memory
        lr, momentum = self.lr, self.momentum
        if (decay := self.weight_decay) != 0.0:
            g = [g_i + decay * w_i for w_i, g_i in zip(w, g, strict=True)]
        if momentum != 0.0:
            velocity = [momentum * v_i + g_i for v_i, g_i in zip(velocity, g, strict=True)]
            ahead = [g_i + momentum * v_i for v_i, g_i in zip(velocity, g, strict=True)] if self.nesterov else velocity
            return [w_i - lr * g_i for w_i, g_i in zip(w, ahead, strict=True)], velocity
        return [w_i - lr * g_i for w_i, g_i in zip(w, g, strict=True)], velocity


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
    remembers: ClassVar[tuple[str, ...]] = ("t", "m", "v")

    @called_as("Adam(model, lr=0.01)")
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

    def rule(self, w: Column, g: Column, *memory: Column) -> tuple[Column, ...]:
        """See `Optimiser.rule`."""
        if (decay := self.weight_decay) != 0.0:
            g = [g_i + decay * w_i for w_i, g_i in zip(w, g, strict=True)]
        return self._adapted(w, g, *memory)

    def _adapted(self, w: Column, g: Column, *memory: Column) -> tuple[Column, ...]:
        t, m, v = memory
        beta1, beta2, eps = self.beta1, self.beta2, self.eps
        new1, new2 = 1.0 - beta1, 1.0 - beta2
        t = [t_i + 1.0 for t_i in t]
        m = [m_i + new1 * (g_i - m_i) for m_i, g_i in zip(m, g, strict=True)]
        v = [beta2 * v_i + new2 * g_i * g_i for v_i, g_i in zip(v, g, strict=True)]
        at = {t_i: (self.lr / (1.0 - beta1**t_i), sqrt(1.0 - beta2**t_i)) for t_i in set(t)}
        moved = [
            w_i - step * (m_i / (sqrt(v_i) / root + eps)) if m_i != 0.0 else w_i
            for w_i, m_i, v_i, (step, root) in zip(w, m, v, map(at.__getitem__, t), strict=True)
        ]
        return moved, t, m, v


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

    @called_as("AdamW(model, lr=0.01)")
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

    def rule(self, w: Column, g: Column, *memory: Column) -> tuple[Column, ...]:
        """See `Optimiser.rule`."""
        kept = 1.0 - self.lr * self.weight_decay
        return self._adapted([w_i * kept for w_i in w], g, *memory)


OPTIMISERS: dict[str, type[SGD | Adam]] = {one.__name__: one for one in (SGD, Adam, AdamW)}
"""The optimisers by name."""


def _with(column: Column, places: Sequence[int], numbers: Column) -> Column:
    changed = column.copy()
    for i, number in zip(places, numbers, strict=True):
        changed[i] = number
    return changed


def _at_least_0(number: float, what: str) -> float:
    number = recording.number(number, what)
    if not (number >= 0.0 and isfinite(number)):
        raise UsageError(f"{what} is a finite number that is not negative, not {number:g}")
    return number
