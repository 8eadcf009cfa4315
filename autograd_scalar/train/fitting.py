"""`fit`: the training loop that everyone writes, written once, and careful."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING, Any

from .. import recording
from ..calls import called_as
from ..errors import AutogradError, DivisionError, DomainError, RangeError, UsageError
from ..formula.numbers import number as shown
from ..graph import topological_order
from ..nn.clipping import clip_grad_norm, gradient_norm
from ..nn.init import read_rng
from ..nn.losses import LOSSES, binary_cross_entropy, cross_entropy, hinge, l2_penalty
from ..nn.modules import Module, read_size
from ..nn.optimisers import OPTIMISERS, Optimiser
from ..nn.other_words import meant
from ..notation import counted
from ..value import Value
from .data import Examples, aligned, batches, check_targets, read_examples
from .forward import outputs
from .history import Epoch, History
from .outcome import How, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from random import Random

__all__ = ["RATES", "fit", "read_loss"]

RATES = {"SGD": 0.1, "Adam": 0.01, "AdamW": 0.01}
"""The learning rates that `fit` begins with, for each optimiser that is given by name."""

_LARGE = 1e3  # parameters and inputs up to here are not named as too large


@called_as("fit(model, X, Y, epochs=100)")
def fit(
    model: Module,
    X: Any,
    Y: Any,
    *,
    loss: str | Callable[[Any, Any], Any] = "squared_error",
    optimiser: str | Optimiser = "Adam",
    lr: float | Callable[[int], float] | None = None,
    epochs: int = 100,
    batch: int | None = None,
    validation: tuple[Any, Any] | float | None = None,
    l2: float = 0.0,
    max_norm: float | None = None,
    patience: int | None = None,
    callbacks: Callable[[Epoch], object] | Iterable[Callable[[Epoch], object]] = (),
    rng: Random | None = None,
    progress: bool | None = None,
) -> History:
    """Train a model: for each batch the loss, its gradient, and a step of the optimiser.

    Args:
        model: the module; afterwards it is ready for use, as `Module.eval` leaves it, and its gradients are cleared: a
            pass of one's own has nothing to be added to.
        X: the examples, a list or an array: rows of numbers, single numbers, or sequences of rows.
        Y: a target for each: a number, a row of numbers, a class.
        loss: a name in `nn.LOSSES`, or a function of predictions and targets that gives a Value.
        optimiser: "Adam", "AdamW", "SGD", or one made by hand, which keeps what it remembers.
        lr: the learning rate η, or a function that gives it for each epoch, counted from 0. By default that of the
            optimiser made by hand; of those given by name 0.01, and 0.1 for SGD.
        epochs: how often all examples are gone through.
        batch: how many examples are in one step; by default all. Smaller batches are drawn anew in each epoch.
        validation: examples and targets kept apart, as a pair, or the share of X that shall be, such as 0.2.
        l2: λ, adds the penalty λ·Σw² over all parameters to the loss: micrograd's alpha.
        max_norm: gradients are clipped to this norm.
        patience: stop after so many epochs without a lower loss: the one of the validation where there is one, and then
            the model goes back to its best epoch.
        callbacks: one function or several, called with each finished `Epoch`; what gives True ends the training.
        rng: the source of random numbers for batches and the share kept apart; by default ``Random(0)``.
        progress: whether to show a bar; by default where somebody is looking.

    Ctrl-C ends the training: the model keeps what it has learnt, and the history what was measured. Where it did not
    go well, the history says so at its end (see the text of `autograd_scalar.train.outcome`).

    Raises `UsageError` and `DomainError` for data that cannot be meant, before anything has moved; `DomainError` for a
    loss or a gradient that is not finite: then the parameters are those before that step, and the error's attribute
    `history` holds the epochs before.

    >>> from autograd_scalar.nn import MLP
    >>> from autograd_scalar.train import fit
    >>> model = MLP(2, [8, 1], activation="tanh")
    >>> history = fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], loss="binary_cross_entropy", lr=0.1)
    >>> history[-1].accuracy, len(history)
    (1.0, 100)
    """
    if not isinstance(model, Module):
        raise UsageError(f"fit takes a module, not {recording.described(model)}")
    rng = read_rng(rng)
    loss_function = read_loss(loss)
    training = _Training(model, loss_function, _read_optimiser(optimiser, model), lr, l2, max_norm)
    examples, apart = _read_data(model, X, Y, validation, rng)
    try:
        examples, apart = training.checked(examples, apart)
    except (DomainError, DivisionError, RangeError) as error:  # the loss refuses what the model makes of X
        error.add_note(_at_once(model, examples))
        raise
    epochs = read_size(epochs, "epochs")
    size = len(examples) if batch is None else min(read_size(batch, "batch"), len(examples))
    limit = None if patience is None else read_size(patience, "patience")
    told = _read_callbacks(callbacks)
    training.begin()
    done: list[Epoch] = []
    stopped, interrupted = "", False
    best = _Best(model, keeps=apart is not None)
    with _bar(epochs, progress=progress) as show:
        try:
            for number in range(1, epochs + 1):
                epoch = training.epoch(number, examples, apart, size, rng)
                done.append(epoch)
                show(epoch)
                best.look(epoch)
                answers = [callback(epoch) for callback in told]  # all of them are called
                if any(answer is True for answer in answers):
                    stopped = f"Stopped by a callback after epoch {number}."
                elif limit is not None and number - best.number >= limit and number < epochs:
                    stopped = (
                        f"Stopped after epoch {number}: no lower loss in {limit} epochs. {best.restore()}".rstrip()
                    )
                if stopped:
                    break
        except KeyboardInterrupt:
            interrupted = True
            stopped = f"Stopped by Ctrl-C in epoch {len(done) + 1}: the model keeps what it has learnt so far."
        except AutogradError as error:
            where = f"in epoch {len(done) + 1} of fit; the parameters are as they were before this step"
            error.add_note(where)
            if not (training.steps or isinstance(error, UsageError)):
                error.add_note(_at_once(model, examples))
            settings = training.settings(len(done), epochs, size, len(examples))
            stopped = f"{error}"
            if verdict := outcome(done, training.how):
                error.args = (f"{verdict} It ended with this: {stopped}",)
            vars(error).update(history=History(tuple(done), settings, stopped, verdict))
            raise
        finally:
            model.eval()
            model.zero_grad()
    if interrupted:
        _say(stopped)
    verdict = outcome(done, training.how, examples.Y, lambda: outputs(model, examples.X))
    return History(tuple(done), training.settings(len(done), epochs, size, len(examples)), stopped, verdict)


class _Training:
    """What one step of the training needs."""

    def __init__(
        self,
        model: Module,
        loss: Callable[[Any, Any], Any],
        optimiser: Optimiser,
        lr: float | Callable[[int], float] | None,
        l2: float,
        max_norm: float | None,
    ) -> None:
        self.model = model
        self.loss = loss
        self.optimiser = optimiser
        self.schedule = lr if callable(lr) else None
        self.l2 = recording.number(l2, "l2")
        if not (self.l2 >= 0.0 and isfinite(self.l2)):
            raise UsageError(f"l2 is a strength of at least 0, not {self.l2:g}")
        self.max_norm = max_norm
        self.lr = lr
        self.steps = 0

    def begin(self) -> None:
        """Set the learning rate: all arguments and data have been read."""
        if self.lr is not None and not callable(self.lr):
            self.optimiser.lr = self.lr

    def checked(self, examples: Examples, apart: Examples | None) -> tuple[Examples, Examples | None]:
        """The examples with their targets as the loss takes them. Nothing has moved here."""
        output = outputs(self.model, examples.X[:1])[0]
        if self.loss is cross_entropy and not isinstance(output, list):
            raise UsageError(
                "cross_entropy compares one output for each class, and the model has one output. With two classes, "
                "binary_cross_entropy takes one"
            )
        output = as_values(output)  # a loss of one's own may want Values
        examples = Examples(examples.X, check_targets(self.loss, output, examples.Y))
        if apart is not None:
            apart = Examples(apart.X, check_targets(self.loss, output, apart.Y, called="Y of the validation"))
        return examples, apart

    def epoch(self, number: int, examples: Examples, apart: Examples | None, size: int, rng: Random) -> Epoch:
        """Walk through all examples once."""
        if self.schedule is not None:
            self.optimiser.lr = self.schedule(number - 1)
        places = list(range(len(examples)))
        if size < len(examples):
            rng.shuffle(places)
        self.model.train()
        total, norms, right = 0.0, [], []
        for part in batches(places, size):
            with recording.own_graph():
                loss, norm, found = self.step(examples.at(part))
            total += loss * len(part)
            norms.append(norm)
            right += found
        measured = self._measured(apart) if apart is not None else (None, None)
        accuracy = sum(right) / len(right) if right else None
        mean_norm = sum(norms) / len(norms)
        return Epoch(number, total / len(examples), mean_norm, self.optimiser.lr, accuracy, *measured)

    def step(self, batch: Examples) -> tuple[float, float, list[bool]]:
        """One step: the loss before it, the norm of the gradient, and which examples were on the right side."""
        predictions = aligned(self.model.batch(batch.X))
        loss = self.loss(predictions, batch.Y)
        if not isinstance(loss, Value):
            raise UsageError(f"the loss is a Value that depends on the model, not {recording.described(loss)}")
        if self.l2 != 0.0:
            loss = loss + l2_penalty([one for _, one in self.optimiser.named], self.l2)
        if not isfinite(loss.data):
            first = next(node for node in topological_order(loss) if not isfinite(node.data))
            made = f", made by {first.op}" if first.op else ""
            hint = ". A smaller learning rate or max_norm= may help" if self.steps else ""
            raise DomainError(
                f"the loss is {loss.data}; the first number that is not finite is {recording.called(first)}{made}{hint}"
            )
        self.optimiser.zero_grad()
        loss.backward()
        if not any(one.reached for _, one in self.optimiser.named):
            raise UsageError(
                "the loss is a Value that does not depend on the model's parameters; compute it from the predictions"
            )
        norm = gradient_norm(self.optimiser.named, "fit")
        if self.max_norm is not None:
            clip_grad_norm(self.optimiser.named, self.max_norm)
        self.optimiser.step()
        self.steps += 1
        return loss.data, norm, judged(self.loss, predictions, batch.Y)

    def _measured(self, apart: Examples) -> tuple[float, float | None]:
        predictions = outputs(self.model, apart.X)
        try:
            loss = self.loss(predictions, apart.Y)
        except (AttributeError, TypeError):  # a loss of one's own may want Values
            loss = self.loss(as_values(predictions), apart.Y)
        right = judged(self.loss, predictions, apart.Y)
        return recording.number_of(loss), sum(right) / len(right) if right else None

    @property
    def how(self) -> How:
        """What the verdict on the training speaks of."""
        name = next((name for name, function in LOSSES.items() if function is self.loss), "")
        return How(None if self.schedule is not None else self.optimiser.lr, name)

    def settings(self, done: int, epochs: int, size: int, examples: int) -> str:
        """How it is trained, in words."""
        name = getattr(self.loss, "__name__", type(self.loss).__name__).replace("_", " ")
        rate = "by schedule" if self.schedule is not None else f"{self.optimiser.lr:g}"
        steps = sum(1 for _ in batches(range(examples), size))
        each = "one step an epoch" if examples == 1 else "all examples in one step"
        each = each if steps == 1 else f"{steps} steps an epoch"
        went = f"{done} of {counted(epochs, 'epoch')}" if done < epochs else counted(epochs, "epoch")
        penalty = f", L2 penalty {self.l2:g}" if self.l2 else ""
        return (
            f"{type(self.optimiser).__name__}, learning rate {rate}; {name}{penalty}; "
            f"{counted(examples, 'example')}, {went}, {each}"
        )


def _at_once(model: Module, examples: Examples) -> str:
    """Why a training fails that has not made a step yet, as far as that can be known."""
    begin = "no step was taken yet, so neither another learning rate nor max_norm= helps"
    name, value = max(((name, one.data) for name, one in model.named_parameters()), key=lambda pair: abs(pair[1]))
    size = abs(value)
    largest = max(abs(recording.number_of(one)) for one in _flat(examples.X))
    if max(size, largest) <= _LARGE:
        return begin
    if size >= largest:
        return f"{begin}: the parameters are too large already, {name} is {shown(value, 4)}; make the model anew"
    return f"{begin}: the numbers in X are too large, up to {shown(largest, 4)}; scale them"


def judged(loss: Callable[[Any, Any], Any], predictions: Sequence[Any], targets: Sequence[Any]) -> list[bool]:
    """Which predictions are on the right side, where the loss is of classes; else nothing."""
    if loss is cross_entropy:
        return [
            _largest(one) == (_largest(y) if isinstance(y, list) else y)
            for one, y in zip(predictions, targets, strict=True)
        ]
    if loss is hinge or loss is binary_cross_entropy:
        middle = 0.0 if loss is hinge else 0.5
        flat = [_flat(one) for one in predictions], [_flat(y) for y in targets]
        pairs = [pair for one, y in zip(*flat, strict=True) for pair in zip(one, y, strict=True)]
        if loss is hinge or all(y in {0, 1} for _, y in pairs):
            return [(recording.number_of(one) > 0.0) == (y > middle) for one, y in pairs]
    return []


def _largest(scores: Any) -> int:
    numbers = [recording.number_of(one) for one in scores]
    return numbers.index(max(numbers))


def _flat(one: Any) -> list[Any]:
    return [each for part in one for each in _flat(part)] if isinstance(one, list | tuple) else [one]


def as_values(output: Any) -> Any:
    return [as_values(one) for one in output] if isinstance(output, list) else Value(output)


class _Best:
    """The best epoch so far, and the numbers that the model had after it."""

    def __init__(self, model: Module, *, keeps: bool) -> None:
        self.model = model
        self.keeps = keeps
        self.number, self.loss = 0, float("inf")
        self.state: dict[str, Any] = {}

    def look(self, epoch: Epoch) -> None:
        loss = epoch.validation_loss if epoch.validation_loss is not None else epoch.loss
        if loss < self.loss:
            self.number, self.loss = epoch.number, loss
            self.state = self.model.state_dict() if self.keeps else {}

    def restore(self) -> str:
        if not self.state:
            return ""
        self.model.load_state_dict(self.state)
        return f"The model is that of epoch {self.number} again."


# ------------------------------------------------------------------------------------------------- reading arguments


def read_loss(loss: Any) -> Callable[[Any, Any], Any]:
    """The loss of that name, or the function itself."""
    if not callable(loss) and (not isinstance(loss, str) or loss not in LOSSES):
        raise UsageError(f"there is no loss called {loss!r}; {meant(loss, LOSSES)}")
    function: Callable[[Any, Any], Any] = loss if callable(loss) else LOSSES[loss]
    return function


def _read_optimiser(optimiser: Any, model: Module) -> Optimiser:
    if isinstance(optimiser, Optimiser):
        own = {id(one) for one in model.parameters()}
        if lacking := [name for name, one in optimiser.named if id(one) not in own]:
            raise UsageError(
                f"the optimiser moves {lacking[0] or 'a parameter'}, which is not the model's: "
                "was the model made again after the optimiser?"
            )
        return optimiser
    if isinstance(optimiser, str) and optimiser in OPTIMISERS:
        return OPTIMISERS[optimiser](model, RATES[optimiser])
    hint = meant(optimiser, OPTIMISERS)
    by_hand = "" if hint.endswith("?") else ", or one made by hand"
    raise UsageError(f"there is no optimiser called {optimiser!r}; {hint}{by_hand}")


def _read_callbacks(callbacks: Any) -> list[Callable[[Epoch], object]]:
    told = [callbacks] if callable(callbacks) else list(callbacks) if hasattr(callbacks, "__iter__") else [callbacks]
    if wrong := [one for one in told if not callable(one)]:
        raise UsageError(f"callbacks are functions of one Epoch, not {recording.described(wrong[0])}")
    return told


def _read_data(model: Module, X: Any, Y: Any, validation: Any, rng: Random) -> tuple[Examples, Examples | None]:
    examples = read_examples(X, Y, model)
    if validation is None:
        return examples, None
    if isinstance(validation, tuple | list):
        if len(validation) != 2:
            raise UsageError(f"validation is a pair (X, Y) or a share such as 0.2, not {len(validation)} things")
        return examples, read_examples(
            validation[0], validation[1], model, called=("X of the validation", "Y of the validation")
        )
    share = recording.number(validation, "validation")
    apart = round(share * len(examples))
    if not (0.0 < share < 1.0 and 0 < apart < len(examples)):
        raise UsageError(f"validation={share:g} of {len(examples)} examples leaves none for one of the two sides")
    places = list(range(len(examples)))
    rng.shuffle(places)
    return examples.at(sorted(places[apart:])), examples.at(sorted(places[:apart]))


# ------------------------------------------------------------------------------------------------------- the bar


@contextmanager
def _bar(epochs: int, *, progress: bool | None) -> Iterator[Callable[[Epoch], None]]:
    """A progress bar, where somebody is looking and tqdm is there; training goes on without."""
    bar = _made_bar(epochs, progress=progress) if progress is not False else None

    def show(epoch: Epoch) -> None:
        if bar is not None:
            seen = {"loss": f"{epoch.loss:.4g}"}
            if epoch.validation_loss is not None:
                seen["validation"] = f"{epoch.validation_loss:.4g}"
            if epoch.accuracy is not None:
                seen["accuracy"] = f"{100.0 * epoch.accuracy:.3g} %"
            bar.set_postfix(seen, refresh=False)
            bar.update()

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


def _made_bar(epochs: int, *, progress: bool | None) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        if progress or sys.stderr.isatty():
            _say_once("fit shows a progress bar where tqdm is installed: pip install tqdm")
        return None
    return tqdm(total=epochs, unit="epoch", disable=None if progress is None else not progress)


@cache
def _say_once(sentence: str) -> None:
    _say(sentence)


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
