"""What happened while a network was trained: data first, which prints itself and plots itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log10
from typing import TYPE_CHECKING, Any

from ..calls import called_as
from ..errors import UsageError
from ..formula.numbers import number
from ..notation import counted
from ..plots import Plot, blank, legend, read_look, spans_decades, whole_numbers
from ..screen import filled, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Epoch", "History", "sparkline"]

_DIGITS = 4
_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 24


@dataclass(frozen=True, slots=True)
class Epoch:
    """One walk through all examples.

    Attributes:
        number: which one, counted from 1.
        loss: the mean loss of the examples, each measured just before the step it was used in; with a penalty, the
            penalty included.
        gradient_norm: the mean norm √Σg² of the gradients, before any clipping.
        learning_rate: η in this epoch.
        accuracy: the share of examples on the right side; None where the loss does not say what that is.
        validation_loss: the loss of the examples kept apart, after the epoch and without a penalty, or None.
        validation_accuracy: their accuracy, or None.
    """

    number: int
    loss: float
    gradient_norm: float
    learning_rate: float
    accuracy: float | None = None
    validation_loss: float | None = None
    validation_accuracy: float | None = None


@dataclass(frozen=True)
class History:
    """What `fit` gives: one `Epoch` after another. It prints as a table, and `plot` draws the curves.

    Attributes:
        epochs: what was measured.
        settings: how it was trained, in words.
        stopped: why it ended early; "" where it did not.
        verdict: what went wrong and what to do, in a sentence; "" where it went well, and where that is not sure.
    """

    epochs: tuple[Epoch, ...]
    settings: str = ""
    stopped: str = ""
    verdict: str = ""

    def __len__(self) -> int:
        return len(self.epochs)

    def __iter__(self) -> Iterator[Epoch]:
        return iter(self.epochs)

    def __getitem__(self, index: int) -> Epoch:
        return self.epochs[index]

    @property
    def losses(self) -> list[float]:
        """The loss of each epoch."""
        return [epoch.loss for epoch in self.epochs]

    @property
    def accuracies(self) -> list[float]:
        """The accuracy of each epoch; empty where there is none."""
        return _present([epoch.accuracy for epoch in self.epochs])

    @property
    def validation_losses(self) -> list[float]:
        """The loss of the examples kept apart, after each epoch; empty without any."""
        return _present([epoch.validation_loss for epoch in self.epochs])

    @property
    def validation_accuracies(self) -> list[float]:
        """The accuracy on the examples kept apart; empty where there is none."""
        return _present([epoch.validation_accuracy for epoch in self.epochs])

    @property
    def gradient_norms(self) -> list[float]:
        """The norm of the gradient in each epoch."""
        return [epoch.gradient_norm for epoch in self.epochs]

    @property
    def learning_rates(self) -> list[float]:
        """The learning rate of each epoch."""
        return [epoch.learning_rate for epoch in self.epochs]

    # ------------------------------------------------------------------------------------------------------ printed

    def _curves(self) -> list[tuple[str, list[float]]]:
        all_curves = [
            ("loss", self.losses),
            ("validation loss", self.validation_losses),
            ("accuracy", self.accuracies),
            ("validation accuracy", self.validation_accuracies),
            ("gradient norm", self.gradient_norms),
            ("learning rate", self.learning_rates),
        ]
        return [(name, curve) for name, curve in all_curves if curve]

    def _rows(self) -> list[list[str]]:
        rows = []
        for name, curve in self._curves():
            show = _percent if "accuracy" in name else _short
            is_constant = len(set(curve)) == 1
            best = max(curve) if "accuracy" in name else min(curve)
            at = f"{show(best)} at {curve.index(best) + 1}" if "loss" in name or "accuracy" in name else ""
            rows.append([name, show(curve[0]), show(curve[-1]), at, "" if is_constant else sparkline(curve)])
        return rows

    def __str__(self) -> str:
        from ..explain.tables import text_table

        if not self.epochs:
            lines = (self.settings, "no epoch was finished", self.stopped, self.verdict)
            return "\n".join(line for one in lines for line in filled(one, window()))
        room = window()
        table = text_table([["", "first", "last", "best", ""], *self._rows()], window=room)
        below = [line for words in (self.stopped, self.verdict) for line in filled(words, room)]
        return "\n".join([*filled(self.settings, room), table, *below])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from ..explain.tables import html_table

        words = [line for line in (self.settings, self.stopped, self.verdict) if line]
        return html_table(self._rows(), head=["", "first", "last", "best", ""], below=words)

    # ------------------------------------------------------------------------------------------------------ plotted

    @called_as('history.plot().save("plot.png")')
    def plot(self, *, look: str = "light") -> Plot:
        """The curves by epoch: the loss in blue, the norm of the gradient in orange, the accuracy where there is one.

        An axis is logarithmic where a curve spans decades. Needs matplotlib; `look` is "light" or "dark".

        Raises `UsageError` where matplotlib is missing, and where no epoch was finished.
        """
        if not self.epochs:
            raise UsageError("there is nothing to plot: no epoch was finished")
        colours = read_look(look)
        panels: list[tuple[str, list[tuple[str, list[float], str]]]] = [
            ("loss", [("training", self.losses, colours.forward), ("validation", self.validation_losses, colours.ink)]),
            ("gradient norm", [("", self.gradient_norms, colours.backward)]),
        ]
        if self.accuracies:
            right = [("training", self.accuracies, colours.forward)]
            panels.insert(1, ("accuracy", [*right, ("validation", self.validation_accuracies, colours.ink)]))
        figure, all_axes = blank(len(panels), look=look, size=(4.2, 3.2))
        at = [epoch.number for epoch in self.epochs]
        for axes, (title, curves) in zip(all_axes, panels, strict=True):
            shown = [(name, curve, colour) for name, curve, colour in curves if curve]
            for name, curve, colour in shown:
                dashes = (0, (4, 2)) if name == "validation" else "solid"
                mark = "o" if len(at) <= 30 else ""
                axes.plot(
                    at, curve, color=colour, linewidth=1.5, marker=mark, markersize=3, label=name, linestyle=dashes
                )
            if len(shown) > 1:
                legend(axes, look)
            axes.set_xlabel("epoch")
            axes.set_ylabel(title)
            whole_numbers(axes)
            if title == "accuracy":
                axes.set_ylim(min(0.5, *self.accuracies, *self.validation_accuracies) - 0.02, 1.02)
                axes.yaxis.set_major_formatter(lambda share, _: _percent(share))
            elif any(spans_decades(curve) for _, curve, _ in shown):  # where a curve meets 0 it leaves the axis
                axes.set_yscale("log")
        return Plot(figure, counted(len(self.epochs), "epoch"))


def sparkline(curve: Sequence[float]) -> str:
    """A curve as a line of bars, by its logarithm where it spans decades.

    >>> sparkline([8.0, 4.0, 2.0, 1.0, 1.0, 3.0])
    '█▄▂▁▁▃'
    """
    if len(curve) > _WIDTH:
        curve = [curve[round(i * (len(curve) - 1) / (_WIDTH - 1))] for i in range(_WIDTH)]
    heights = [log10(one) for one in curve] if spans_decades(curve) else list(curve)
    low, high = min(heights), max(heights)
    spread = high - low
    if not (isfinite(spread) and spread > 0.0):
        return _BARS[0] * len(heights)
    return "".join(_BARS[round((one - low) / spread * (len(_BARS) - 1))] for one in heights)


def _present(curve: list[Any]) -> list[float]:
    return [one for one in curve if one is not None]


def _short(x: float) -> str:
    return number(x, _DIGITS)


def _percent(share: float) -> str:
    shown = f"{100.0 * share:.4g}"
    return f"{shown} %"
