"""How a training ended, in a sentence: where it went wrong, and only where that is sure.

- Diverged: at its end the loss stays above twice the first one.
- Overshot: on its way the loss rose tenfold, and that was for nothing: at its end it is above half of the first one, or
  all examples have the same output. Steps that are small enough never lead so far up.
- Stuck, or standing still: in its last epochs, ten and a quarter of all at the least, the loss moved by less than
  0.1 %. That alone is no fault: data with noise have a loss that nothing lowers. So nothing is said where every example
  is on its right side. A model whose outputs differ by less than 2 % of what the targets differ by has learnt nothing
  that tells the examples apart: that is a fault. Of others nothing is said where less than a hundredth of the first
  loss is left.
- Far off: for all that, a squared error ends above ten times what it is for a constant output, the mean of the targets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import AutogradError
from ..formula.numbers import number
from ..nn.modules import flattened
from .moments import mean, second_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .history import Epoch

__all__ = ["How", "outcome"]

_GROWN = 2.0  # times the first loss
_LAST = 3  # epochs that all have grown
_ROSE, _BETTER = 10.0, 0.5  # times the first loss: a peak on the way, and an end that makes up for it
_STILL = 1e-3  # of its size, that a loss moves which stands still
_LEAST, _SHARE = 10, 4  # epochs that it has to stand still for, and as a part of all
_LITTLE = 0.01  # of the first loss
_SAME = 0.02  # of what targets differ by
_FAR = 10.0  # times the squared error of a constant output
_DIGITS = 4


class How(NamedTuple):
    """How it was trained: the learning rate, None by a schedule, and the name of the loss, "" for one of one's own."""

    rate: float | None
    loss: str


def outcome(
    epochs: Sequence[Epoch], how: How, targets: Sequence[Any] = (), outputs: Callable[[], Sequence[Any]] = tuple
) -> str:
    """What went wrong, and what to do; `outputs` gives those of the trained model where they are worth a look."""
    losses = [epoch.loss for epoch in epochs]
    if len(losses) < 2 or losses[0] <= 0.0:
        return ""
    if min(losses[max(1, len(losses) - _LAST) :]) > _GROWN * losses[0]:
        return (
            f"Diverged: the loss grew from {number(losses[0], _DIGITS)} to {number(losses[-1], _DIGITS)}. "
            f"The learning rate{_shown(how)} is probably too large."
        )
    still = _still(losses)
    is_still = still >= max(_LEAST, len(losses) // _SHARE)
    rose = max(losses) > _ROSE * losses[0]
    if epochs[-1].accuracy == 1.0 or not (is_still or rose):
        return _far_off(losses[-1], targets, outputs, how)
    same = _same(outputs(), targets, how)
    if rose and (same or losses[-1] > _BETTER * losses[0]):
        first, peak, last = (number(one, _DIGITS) for one in (losses[0], max(losses), losses[-1]))
        return (
            f"Overshot: on its way the loss rose from {first} to {peak}, and it ends at {last}"
            f"{f', with the output {same} for every example' if same else ''}. "
            f"The learning rate{_shown(how)} is probably too large: make the model anew and take a smaller rate."
        )
    if not is_still or (losses[-1] <= _LITTLE * losses[0] and not same):
        return _far_off(losses[-1], targets, outputs, how)
    loss = "" if how.loss in {"squared_error", ""} else f', loss="{how.loss}"'
    look = f"report(model, X, Y{loss}) shows what its layers do."
    whole = still == len(losses)
    moved = f"the loss moved by less than {100 * _STILL:g} % in {'all' if whole else 'the last'} {still} epochs"
    if same:
        return f"Stuck: {moved}, and the model gives {same} for every example. {look}"
    if whole and epochs[-1].gradient_norm > 0.0:
        return f"Standing still: {moved}. The learning rate{_shown(how)} may be too small. {look}"
    return f"Standing still: {moved}, so the training is done, or stuck. {look}"


def _far_off(loss: float, targets: Sequence[Any], outputs: Callable[[], Sequence[Any]], how: How) -> str:
    """Whether the mean of the targets would be a far better answer to every example; the loss may hold a penalty."""
    if how.loss != "squared_error" or not targets:
        return ""
    wanted = [flattened([y]) for y in targets]
    if len({len(row) for row in wanted}) > 1:  # sequences that are not of one length
        return ""
    centres = [mean(column) for column in zip(*wanted, strict=True)]
    varied = second_moment([y - centre for row in wanted for y, centre in zip(row, centres, strict=True)])
    if not loss > _FAR * varied > 0.0:
        return ""
    try:
        left = second_moment([a - y for a, y in zip(flattened(outputs()), flattened(wanted), strict=True)])
    except (AutogradError, OverflowError):  # the last step led out of the floats
        return ""
    if not left > _FAR * varied:
        return ""
    return (
        f"Far off: a squared error of {number(left, _DIGITS)} is left, and a constant output, the mean of Y, "
        f"would leave {number(varied, _DIGITS)}. report(model, X, Y) shows what its layers do."
    )


def _shown(how: How) -> str:
    return "" if how.rate is None else f", {number(how.rate, _DIGITS)},"


def _still(losses: Sequence[float]) -> int:
    """For how many epochs the loss has been within a thousandth of the last one."""
    last = losses[-1]
    return next((k for k, loss in enumerate(reversed(losses)) if not abs(loss - last) <= _STILL * last), len(losses))


def _same(outputs: Sequence[Any], targets: Sequence[Any], how: How) -> str:
    """The output that all examples have, as far as their targets tell them apart; nothing where they differ."""
    wanted = flattened(targets)
    apart = max(wanted, default=0.0) - min(wanted, default=0.0)
    if how.loss == "cross_entropy":  # classes are no numbers
        apart = min(apart, 1.0)
    columns = list(zip(*(one if isinstance(one, list) else [one] for one in outputs), strict=False))
    is_same = all(max(column) - min(column) <= _SAME * apart for column in columns)
    if not (is_same and apart and how.loss):  # what a loss of one's own compares, and how, is not known
        return ""
    if len(columns) > 1:
        return "the same"
    middle = sum(columns[0]) / len(columns[0])
    return f"about {number(middle if abs(middle) > _SAME * _SAME * apart else 0.0, 2)}"
