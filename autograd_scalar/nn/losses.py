"""Losses: one number that says how wrong the outputs are.

`predictions` and `targets` are of one shape: two numbers, two lists, or two batches (lists of lists). The loss is the
mean over all of them, as in PyTorch, or their sum with ``reduction="sum"``; of two numbers, it is that one term alone.

Those that take *logits* (scores that may be any number) apply the sigmoid or the softmax themselves, in a form that
keeps its digits and never overflows. Do not apply it before.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from .. import functions, recording
from ..errors import UsageError
from ..functions import clip, dot, log, logsumexp, relu, softplus
from ..value import Value
from .modules import Module, flattened, read_parameters, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "LOSSES",
    "absolute_error",
    "binary_cross_entropy",
    "cross_entropy",
    "hinge",
    "huber",
    "kl_divergence",
    "l1_penalty",
    "l2_penalty",
    "squared_error",
]


def squared_error(predictions: Any, targets: Any, *, half: bool = False, reduction: str = "mean") -> Any:
    """The squared error (a − y)², slope 2(a − y); with ``half=True`` ½(a − y)², slope a − y.

    Args:
        predictions: a: a number, a list, or a batch, a list of lists.
        targets: y, of the same shape.
        half: take half of it.
        reduction: "mean" over all of them, or "sum".

    >>> from autograd_scalar import Value
    >>> a = Value(7.0)
    >>> squared_error(a, 5.0).data, squared_error(a, 5.0, half=True).data
    (4.0, 2.0)

    Raises `UsageError` where the shapes differ or are empty, and for another `reduction`.
    """

    def term(a: Any, y: Any) -> Any:
        return (a - y) ** 2

    return _halved(_reduced("squared_error", predictions, targets, term, reduction), half=half)


def absolute_error(predictions: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """The absolute error |a − y|: slope ±1, and 0 where a = y. The arguments are those of `squared_error`.

    Raises `UsageError` where the shapes differ or are empty.

    >>> absolute_error([1.0, 2.0], [3.0, 2.0])
    1.0
    """
    return _reduced("absolute_error", predictions, targets, lambda a, y: functions.abs(a - y), reduction)


def huber(predictions: Any, targets: Any, *, delta: float = 1.0, reduction: str = "mean") -> Any:
    """Huber's loss: ½e² where |e| = |a − y| ≤ δ, beyond that δ·(|e| − ½δ), so that the slope stays within ±δ.

    `delta` is δ; the other arguments are those of `squared_error`. Recorded as c·(e − ½c), c being e kept between −δ
    and δ: the same number, without a branch.

    Raises `UsageError` where the shapes differ or are empty, and where δ is not positive.

    >>> huber(3.0, 0.0), huber(0.5, 0.0)
    (2.5, 0.125)
    """
    delta = recording.number(delta, "huber: delta")
    if not delta > 0.0:
        raise UsageError(f"huber: delta is positive, not {delta:g}")

    def term(a: Any, y: Any) -> Any:
        error = a - y
        kept = clip(error, low=-delta, high=delta)
        return kept * (error - 0.5 * kept)

    return _reduced("huber", predictions, targets, term, reduction)


def hinge(scores: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """The hinge loss relu(1 − y·s), for targets y of −1 and 1: zero once the score s is on its side by 1.

    The slope is −y where 1 − y·s > 0, else 0. `reduction` is "mean" or "sum".

    Raises `UsageError` for other targets, and where the shapes differ or are empty.

    >>> hinge([2.0, 0.5], [1, 1])
    0.25
    """

    def term(s: Any, y: Any) -> Any:
        if not (isinstance(y, Value) or y in {-1, 1}):
            raise UsageError(f"hinge: targets are −1 or 1, and one is {recording.described(y)}")
        return relu(1.0 - y * s)

    return _reduced("hinge", scores, targets, term, reduction)


def binary_cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """−y·log p − (1 − y)·log(1 − p), with p = σ(s): how surprising the targets y are. From logits (scores) s.

    Computed as y·softplus(−s) + (1 − y)·softplus(s), of which a target of 0 or 1 leaves one. The slope is p − y.
    `reduction` is "mean" or "sum".

    Raises `UsageError` for a target outside [0, 1], and where the shapes differ or are empty.

    >>> binary_cross_entropy(0.0, 1), binary_cross_entropy(-1000.0, 1)
    (0.6931471805599453, 1000.0)
    """

    def term(s: Any, y: Any) -> Any:
        if isinstance(y, Value):
            return y * softplus(-s) + (1.0 - y) * softplus(s)
        y = recording.number(y, "binary_cross_entropy: a target")
        if not 0.0 <= y <= 1.0:
            raise UsageError(f"binary_cross_entropy: targets are between 0 and 1, and one is {y:g}")
        if y in {0.0, 1.0}:
            return softplus(-s if y else s)
        return y * softplus(-s) + (1.0 - y) * softplus(s)

    return _reduced("binary_cross_entropy", logits, targets, term, reduction)


def cross_entropy(logits: Any, targets: Any, *, reduction: str = "mean") -> Any:
    """−log p_y, with p = softmax(s): how surprising the label y is. From logits s.

    Args:
        logits: the scores of one example, a list; or of a batch, a list of lists.
        targets: the label of the example, an int counted from 0, or its probabilities, a list as long as the scores;
            for a batch, a list of these.
        reduction: "mean" over the batch, or "sum".

    Computed as log Σₖ exp(sₖ − s_y), which is small to the last digit where the label is nearly certain. With
    probabilities q in place of a label it is −Σₖ qₖ·log pₖ. The slope for sₖ is pₖ − qₖ, for a label pₖ − 1{k = y}.

    Raises `UsageError` for a label that is no class, other lengths, an empty batch; for probabilities that are negative
    or do not add up to 1.

    >>> cross_entropy([0.0, 0.0], 1), cross_entropy([[1000.0, 0.0], [1000.0, 0.0]], [0, 1])
    (0.6931471805599453, 500.0)
    """
    logits = recording.sequence("cross_entropy", logits)
    if not logits:
        raise UsageError("cross_entropy: there are no logits")
    if isinstance(logits[0], Value) or recording.is_number(logits[0]):
        return _cross_entropy(logits, targets)
    targets = recording.sequence("cross_entropy: the targets of a batch", targets)
    if len(logits) != len(targets):
        raise UsageError(f"cross_entropy: {len(logits)} examples and {len(targets)} targets; they must be as many")
    rows = [recording.sequence("cross_entropy", row) for row in logits]
    if ragged := [i for i, row in enumerate(rows) if len(row) != len(rows[0])]:
        i = ragged[0]
        raise UsageError(f"cross_entropy: row 0 has {len(rows[0])} scores and row {i} has {len(rows[i])}")
    terms = [_cross_entropy(row, y, f" in row {i}") for i, (row, y) in enumerate(zip(rows, targets, strict=True))]
    return _collected(terms, reduction)


def _cross_entropy(scores: tuple[Any, ...], target: Any, where: str = "") -> Any:
    if hasattr(type(target), "__index__") and not isinstance(target, bool | Value) and not hasattr(target, "__len__"):
        label = operator.index(target)
        if not 0 <= label < len(scores):
            raise UsageError(f"cross_entropy: the label{where} is {label}, and the classes are 0 to {len(scores) - 1}")
        return _surprise(scores, label)
    if isinstance(target, Value) or recording.is_number(target) or isinstance(target, str):
        raise UsageError(f"cross_entropy: a label is an int, and the one{where} is {recording.described(target)}")
    probabilities = recording.sequence("cross_entropy", target)
    if len(probabilities) != len(scores):
        raise UsageError(f"cross_entropy: {len(scores)} scores and {len(probabilities)} probabilities{where}")
    _check_distribution("cross_entropy", probabilities, where)
    terms = [q * _surprise(scores, k) for k, q in enumerate(probabilities) if isinstance(q, Value) or q]
    return functions.sum(terms)


def _surprise(scores: tuple[Any, ...], label: int) -> Any:
    """−log softmax(scores)[label], from the differences of the scores."""
    own = scores[label]
    return logsumexp([score - own if k != label else 0.0 for k, score in enumerate(scores)])


def kl_divergence(p: Any, q: Any = None, *, logits: Any = None) -> Any:
    """The Kullback-Leibler divergence D(p‖q) = Σₖ pₖ·log(pₖ/qₖ), of p from q, for one pair of distributions.

    With `logits` in place of `q`, q = softmax(logits), in the stable form. A plain pₖ of 0 contributes nothing.

    Raises `UsageError` for negative probabilities, for sums that are not 1, for other lengths; `DivisionError` where q
    is 0 and p is not, and the divergence infinite.

    >>> kl_divergence([0.5, 0.5], [0.25, 0.75]), kl_divergence([0.5, 0.5], logits=[3.0, 3.0])
    (0.14384103622589042, 0.0)
    """
    if (q is None) == (logits is None):
        raise UsageError("kl_divergence takes either q or logits=")
    p = recording.sequence("kl_divergence", p)
    others = recording.sequence("kl_divergence", logits if q is None else q)
    if len(p) != len(others):
        raise UsageError(f"kl_divergence: {len(p)} and {len(others)} probabilities; they must be as many")
    _check_distribution("kl_divergence", p)
    if q is None:
        return functions.sum(
            [one * (log(one) + _surprise(others, k)) for k, one in enumerate(p) if isinstance(one, Value) or one]
        )
    _check_distribution("kl_divergence", others)
    pairs = [(one, other) for one, other in zip(p, others, strict=True) if isinstance(one, Value) or one]
    return functions.sum([one * log(functions.div(one, other)) for one, other in pairs])


_ROUNDING = 1e-6


def _check_distribution(loss: str, probabilities: tuple[Any, ...], where: str = "") -> None:
    total = 0.0
    for one in probabilities:
        number = one._data if isinstance(one, Value) else recording.number(one, loss)
        if number < 0.0:
            raise UsageError(f"{loss}: a probability{where} is negative: {number:g}")
        total += number
    if not abs(total - 1.0) <= _ROUNDING:  # a NaN is refused too
        raise UsageError(f"{loss}: the probabilities{where} add up to {total:.6g}, not to 1")


# ------------------------------------------------------------------------------------------------------- penalties


def l1_penalty(parameters: Module | Iterable[Any], strength: float) -> Any:
    """λ·Σ|w|, with λ the `strength`: it adds ±λ to the gradient of each parameter, and 0 at 0.

    Raises `UsageError` for no parameters, for one that comes twice, and for what is not a leaf.

    >>> from autograd_scalar import Value
    >>> l1_penalty([Value(3.0), Value(-4.0)], 0.1).data
    0.7000000000000001
    """
    strength = recording.number(strength, "l1_penalty: strength")
    return strength * functions.sum([functions.abs(w) for _, w in read_parameters(parameters)])


def l2_penalty(parameters: Module | Iterable[Any], strength: float, *, half: bool = False) -> Any:
    """λ·Σw², with λ the `strength`: it adds 2λw to each gradient; with ``half=True`` λ/2·Σw², which adds λw.

    Both are called L2 or weight decay, and differ by a factor of 2; an optimiser's `weight_decay` is the one with ½.

    Raises `UsageError` for no parameters, for one that comes twice, and for what is not a leaf.

    >>> from autograd_scalar import Value
    >>> w = Value(5.0)
    >>> l2_penalty([w], 0.1, half=True).backward()
    >>> w.grad
    0.5
    """
    strength = recording.number(strength, "l2_penalty: strength")
    leaves = [w for _, w in read_parameters(parameters)]
    return (0.5 * strength if half else strength) * dot(leaves, leaves)


LOSSES: dict[str, Callable[..., Any]] = {
    loss.__name__: loss for loss in (squared_error, absolute_error, huber, hinge, binary_cross_entropy, cross_entropy)
}
"""The losses of predictions and targets, by name."""


# --------------------------------------------------------------------------------------------------- terms to loss


def _reduced(loss: str, predictions: Any, targets: Any, term: Callable[[Any, Any], Any], reduction: str) -> Any:
    ours, theirs = _listed(loss, predictions), _listed(loss, targets)
    if (shaped := shape(ours)) != (aim := shape(theirs)):
        raise UsageError(f"{loss}: the predictions are {shaped} and the targets {aim}; both must be of one shape")
    if not isinstance(ours, list):
        return term(ours, theirs)
    terms = [term(a, y) for a, y in zip(flattened(ours), flattened(theirs), strict=True)]
    if not terms:
        raise UsageError(f"{loss}: there are no predictions; give at least one")
    return _collected(terms, reduction)


def _collected(terms: list[Any], reduction: str) -> Any:
    if reduction not in {"mean", "sum"}:
        raise UsageError(f"reduction is 'mean' or 'sum', not {reduction!r}")
    return functions.mean(terms) if reduction == "mean" else functions.sum(terms)


def _halved(loss: Any, *, half: bool) -> Any:
    return 0.5 * loss if half else loss


def _listed(loss: str, given: Any) -> Any:
    """Nested sequences as nested lists; numbers and Values as they are."""
    if isinstance(given, Value) or recording.is_number(given):
        return given
    return [_listed(loss, one) for one in recording.sequence(loss, given)]
