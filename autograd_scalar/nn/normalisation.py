"""Layers that bring numbers to mean 0 and variance 1, and let two parameters each set them free again.

    x̂ᵢ = (xᵢ − m) / √(v + ε)        yᵢ = scaleᵢ·x̂ᵢ + shiftᵢ

`LayerNorm` takes the mean m and the variance v over the numbers of one example, `BatchNorm` over the examples of a
batch, for each number. The variance is the biased one, over n. The derivatives of x̂ by any one input sum to 0: what
moves all inputs together moves no output.
"""

from __future__ import annotations

from math import frexp, inf, isfinite, ldexp
from typing import TYPE_CHECKING, Any, ClassVar

from .. import recording
from ..errors import DomainError, UsageError
from ..functions import div, mean, sqrt
from ..value import Value
from .modules import Module, read_batch, read_example, read_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["BatchNorm", "LayerNorm"]


class LayerNorm(Module):
    """Normalise the numbers of each example (Ba, Kiros and Hinton, 2016).

    Args:
        size: how many numbers an example has.
        eps: what is added to the variance, so that equal numbers do not divide by zero.
        affine: whether there are the parameters `scale`, which begins at 1, and `shift`, which begins at 0.

    >>> LayerNorm(4, eps=0.0, affine=False)([1.0, 2.0, 3.0, 4.0])
    [-1.3416407864998738, -0.4472135954999579, 0.4472135954999579, 1.3416407864998738]

    Raises `UsageError` for an example of another length; `DivisionError` for equal numbers when `eps` is 0.
    """

    def __init__(self, size: int, *, eps: float = 1e-5, affine: bool = True) -> None:
        self.n_in = read_size(size, "LayerNorm: the size")
        self.eps = _read_eps(eps)
        self.scale, self.shift = _affine(self.n_in, affine=affine)

    def __call__(self, x: Any) -> list[Any]:
        """The normalised numbers of one example, as a list."""
        x = read_example(x, self.n_in, self)
        eps = self.eps
        if (unit := _unit(x, eps)) != 1.0:
            x, eps = [one / unit for one in x], eps / unit / unit
        return _set_free(_normalised(x, mean(x), eps), self.scale, self.shift)

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {"size": self.n_in, "eps": self.eps, "affine": bool(self.scale)}

    def __repr__(self) -> str:
        return f"LayerNorm({self.n_in})"


class BatchNorm(Module):
    """Normalise each number over the examples of a batch (Ioffe and Szegedy, 2015).

    While training it takes mean and variance of the batch, and keeps running ones; in use (`Module.eval`) it takes the
    running ones, and acts on one example like any other layer.

    Args:
        size: how many numbers an example has.
        eps: what is added to the variance.
        momentum: the part of the new in the running statistics: old·(1 − momentum) + new·momentum. As in PyTorch, the
            running variance is of the unbiased kind, over n − 1.
        affine: whether there are the parameters `scale`, which begins at 1, and `shift`, which begins at 0.

    >>> layer = BatchNorm(1, eps=0.0, affine=False)
    >>> [y for [y] in layer.batch([[1.0], [2.0], [3.0], [4.0]])]
    [-1.3416407864998738, -0.4472135954999579, 0.4472135954999579, 1.3416407864998738]
    >>> layer.mean, layer.eval()([0.25])
    ([0.25], [0.0])

    Raises `UsageError` for a single example while training, and for examples of another length; `DomainError` for a
    batch with a NaN or an infinity, which would stay in the running statistics.
    """

    buffers: ClassVar[tuple[str, ...]] = ("mean", "variance")

    def __init__(self, size: int, *, eps: float = 1e-5, momentum: float = 0.1, affine: bool = True) -> None:
        self.n_in = read_size(size, "BatchNorm: the size")
        self.eps = _read_eps(eps)
        self.momentum = recording.number(momentum, "BatchNorm: momentum")
        if not 0.0 <= self.momentum <= 1.0:
            raise UsageError(f"BatchNorm: momentum is between 0 and 1, not {self.momentum:g}")
        self.scale, self.shift = _affine(self.n_in, affine=affine)
        self.mean, self.variance = [0.0] * self.n_in, [1.0] * self.n_in

    def __call__(self, x: Any) -> list[Any]:
        """The normalised numbers of one example, by the running statistics."""
        if self.training:
            raise UsageError(
                f"{self!r} normalises over a batch while training: model.batch(X) gives it one, and model.eval() "
                "makes it act on one example"
            )
        x = read_example(x, self.n_in, self)
        each = zip(x, self.mean, self.variance, strict=True)
        return _set_free([div(one - m, sqrt(v + self.eps)) for one, m, v in each], self.scale, self.shift)

    def batch(self, examples: Iterable[Any]) -> list[Any]:
        """The normalised examples; while training by their own statistics, in use by the running ones."""
        if not self.training:
            return super().batch(examples)
        rows = [read_example(x, self.n_in, self) for x in read_batch(self, examples)]
        if len(rows) < 2:
            raise UsageError(f"{self!r}: a batch of one example has no variance; train with two or more")
        columns = list(zip(*rows, strict=True))
        means = [mean(column) for column in columns]
        self._remember(columns, [recording.number_of(m) for m in means])
        normalised = [_normalised(column, m, self.eps) for column, m in zip(columns, means, strict=True)]
        return [_set_free(row, self.scale, self.shift) for row in zip(*normalised, strict=True)]

    def _remember(self, columns: Sequence[Sequence[Any]], means: list[float]) -> None:
        """Take the batch into the running statistics, the variance over n − 1."""
        new_means, new_variances = [], []
        for j, (column, m) in enumerate(zip(columns, means, strict=True)):
            total = 0.0
            for one in recording.numbers(column):
                deviation = recording.number(one) - m
                total += deviation * deviation
            if not isfinite(total):
                raise DomainError(f"{self!r}: number {j} of the examples has no finite variance in this batch")
            part = self.momentum
            new_means.append((1.0 - part) * self.mean[j] + part * m)
            new_variances.append((1.0 - part) * self.variance[j] + part * total / (len(column) - 1))
        self.mean, self.variance = new_means, new_variances

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {"size": self.n_in, "eps": self.eps, "momentum": self.momentum, "affine": bool(self.scale)}

    def __repr__(self) -> str:
        return f"BatchNorm({self.n_in})"


def _normalised(x: Sequence[Any], m: Any, eps: float) -> list[Any]:
    deviations = [one - m for one in x]
    spread = sqrt(mean([d * d for d in deviations]) + eps)
    return [div(d, spread) for d in deviations]


def _unit(x: Sequence[Any], eps: float) -> float:
    """What to measure the numbers in: 1, or a power of two near the largest, where squares would leave the floats."""
    largest = max([abs(recording.number(recording.number_of(one), "LayerNorm")) for one in x])
    is_small = eps == 0.0 and 0.0 < largest < 1e-140
    return ldexp(0.5, frexp(largest)[1]) if is_small or 1e140 < largest < inf else 1.0


def _set_free(x: Sequence[Any], scale: list[Value], shift: list[Value]) -> list[Any]:
    return [s * one + t for s, one, t in zip(scale, x, shift, strict=True)] if scale else list(x)


def _affine(size: int, *, affine: bool) -> tuple[list[Value], list[Value]]:
    return ([Value(1.0) for _ in range(size)], [Value(0.0) for _ in range(size)]) if affine else ([], [])


def _read_eps(eps: float) -> float:
    eps = recording.number(eps, "eps")
    if not (eps >= 0.0 and isfinite(eps)):
        raise UsageError(f"eps is a small number that is not negative, not {eps:g}")
    return eps
