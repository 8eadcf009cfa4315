"""What `report` gives: numbers layer by layer and sentences about them, which print and plot themselves."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from ..calls import called_as
from ..formula.numbers import number
from ..notation import counted
from ..plots import Plot, blank, legend, read_look, spans_decades, whole_numbers
from ..screen import filled, window

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["LayerReport", "Report", "share", "short"]

_DIGITS = 3


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What one layer made of the examples.

    Attributes:
        name: its name in the model: ``layers[0]``.
        kind: what it is: ``256→128 relu``.
        units: how many numbers it gives for an example.
        mean: the mean of its activations, over units and examples.
        second: their second moment, the mean of a².
        low: the least of them.
        high: the largest.
        expected: the second moment that theory predicts, as the mean over nets; None where it does not.
        band: where it lies for nine nets in ten, or None.
        gradient: the root mean square of dL/da; None without a loss.
        expected_gradient: what theory makes of it, going back from the last layer; or None.
        weight_gradient: the root mean square of dL/dw over its own parameters, or None.
        shut: the share of activations whose slope is 0; None where the activation has no such place.
        saturated: the share of those on a flat part: with a slope below a twentieth of that at 0; or None.
        dead: the units, counted from 1, that are shut for every example.
    """

    name: str
    kind: str
    units: int
    mean: float
    second: float
    low: float
    high: float
    expected: float | None = None
    band: tuple[float, float] | None = None
    gradient: float | None = None
    expected_gradient: float | None = None
    weight_gradient: float | None = None
    shut: float | None = None
    saturated: float | None = None
    dead: tuple[int, ...] = ()


@dataclass(frozen=True)
class Report:
    """What `report` gives: the input, one `LayerReport` after another, and the verdict in words.

    Attributes:
        layers: the layers, in the order in which they compute.
        verdicts: what is to be said, one sentence each.
        examples: how many examples it was measured with.
        second: the second moment of the input.
        loss: the loss, or None.
        lines: how many layers are printed, the first and the last; None for all. The data are whole.
    """

    layers: tuple[LayerReport, ...]
    verdicts: tuple[str, ...]
    examples: int
    second: float
    loss: float | None = None
    lines: int | None = None

    def __iter__(self) -> Iterator[LayerReport]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> LayerReport:
        return self.layers[index]

    # ------------------------------------------------------------------------------------------------------ printed

    def _table(self) -> list[list[str]]:
        head = [
            "layer",
            "",
            "mean",
            "second moment",
            "theory",
            "nine nets in ten",
            "range",
            "rms dL/da",
            "theory dL/da",
            "rms dL/dw",
            "shut",
            "saturated",
        ]
        rows = [
            [
                layer.name,
                layer.kind,
                short(0.0 if abs(layer.mean) <= 1e-12 * layer.high < inf else layer.mean),
                short(layer.second),
                short(layer.expected),
                f"{number(layer.band[0], 2)} to {number(layer.band[1], 2)}" if layer.band else "–",
                f"{number(layer.low, 3)} to {number(layer.high, 3)}",
                short(layer.gradient),
                short(layer.expected_gradient),
                short(layer.weight_gradient),
                share(layer.shut),
                share(layer.saturated),
            ]
            for layer in self.layers
        ]
        start = ["input", "", "", short(self.second)]
        table = [head, start + [""] * (len(head) - len(start)), *rows]
        if self.lines is not None and len(rows) > self.lines:
            first = 2 + (self.lines + 1) // 2  # below the head and the input
            more = len(rows) - self.lines
            words = f"… {more} more {'layer' if more == 1 else 'layers'}; lines=None shows all"
            table[first : first + more] = [[words]]
        keep = [
            j for j in range(len(head)) if j < 2 or any(row[j] not in {"", "–"} for row in table[1:] if len(row) > 1)
        ]
        return [[row[j] for j in keep] if len(row) > 1 else row for row in table]

    def _title(self) -> str:
        loss, rms = "", ""
        if self.loss is not None:
            loss, rms = f", loss {number(self.loss)}", "; rms: its root"
        return f"{counted(self.examples, 'example')}{loss}; second moment: the mean of the squares{rms}"

    def _below(self) -> list[str]:
        """The verdicts; and how the gradient is seen, where nobody has asked for it."""
        asked = self.loss is not None
        return [*self.verdicts, *([] if asked else ["With targets, report(model, X, Y) shows the gradient as well."])]

    def __str__(self) -> str:
        from ..explain.tables import text_table

        room = window()
        below = [line for words in self._below() for line in filled(words, room)]
        table = text_table(self._table(), window=room)
        gap = [""] if "\n\n" in table else []  # as between the blocks of columns
        return "\n".join([*filled(self._title(), room), table, *gap, *below])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        from ..explain.tables import html_table

        head, *rows = ([cell.replace(" %", "\N{NO-BREAK SPACE}%") for cell in row] for row in self._table())
        return html_table(rows, head=head, below=[self._title(), *self._below()])

    # ------------------------------------------------------------------------------------------------------ plotted

    @called_as('report(model, X, Y).plot().save("plot.png")')
    def plot(self, *, look: str = "light") -> Plot:
        """Second moments and gradients by layer: measured as points, the theory as a thin line with its band.

        Needs matplotlib; `look` is "light" or "dark". Raises `UsageError` where matplotlib is missing.
        """
        colours = read_look(look)
        has_gradients = any(layer.gradient is not None for layer in self.layers)
        figure, all_axes = blank(1 + has_gradients, look=look, size=(5.2, 3.6))
        at = range(1, len(self.layers) + 1)
        forward: list[tuple[float, float | None, float | None, tuple[float, float] | None]] = [
            (0.0, self.second, self.second, (self.second, self.second))
        ]
        forward += [(float(i), one.second, one.expected, one.band) for i, one in zip(at, self.layers, strict=True)]
        _draw(all_axes[0], forward, colours.forward, colours.ink, colours.soft)
        all_axes[0].set_ylabel("second moment of the activations")
        legend(all_axes[0], look)
        if has_gradients:
            backward = [
                (float(i), one.gradient, one.expected_gradient, None) for i, one in zip(at, self.layers, strict=True)
            ]
            _draw(all_axes[1], backward, colours.backward, colours.ink, colours.soft)
            all_axes[1].set_ylabel("root mean square of the gradient dL/da")
            legend(all_axes[1], look)
        for axes in all_axes:
            axes.set_xlabel("layer")
            axes.set_xlim(-0.4 if axes is all_axes[0] else 0.6, len(self.layers) + 0.4)
            whole_numbers(axes)
        return Plot(figure, counted(len(self.layers), "layer"))


def _draw(
    axes: Any,
    points: Sequence[tuple[float, float | None, float | None, tuple[float, float] | None]],
    colour: str,
    ink: str,
    soft: str,
) -> None:
    banded = [(i, *band) for i, _, _, band in points if band and 0.0 < band[1] < inf]
    if len(banded) > 1:
        places, lows, highs = zip(*banded, strict=True)
        axes.fill_between(places, lows, highs, color=soft, alpha=0.2, linewidth=0, label="nine nets in ten")
    expected = [(i, theory) for i, _, theory, _ in points if theory is not None and isfinite(theory)]
    if len(expected) > 1:
        axes.plot(*zip(*expected, strict=True), color=ink, linewidth=0.9, label="theory, mean over nets")
    measured = [(i, one) for i, one, _, _ in points if one is not None and isfinite(one)]
    if measured:
        axes.plot(*zip(*measured, strict=True), "o", color=colour, markersize=5, label="measured", clip_on=False)
    shown = [y for _, y in (*expected, *measured)]
    if spans_decades([*shown, *(low for _, low, _ in banded), *(high for _, _, high in banded)]):
        axes.set_yscale("log")
    elif shown:
        axes.set_ylim(0.0, 1.25 * max(shown) or 1.0)


def short(x: float | None) -> str:
    """A number in three digits; a dash for none."""
    return "–" if x is None else number(x, _DIGITS)


def share(part: float | None) -> str:
    """A part of 1 in per cent; a dash for none."""
    return "–" if part is None else f"{100.0 * part:.3g} %"
