"""How every plot looks: blue is forward, orange is backward, all else is ink and greys.

A `Plot` is a finished picture with matplotlib's figure in it. A notebook shows it, `Plot.save` writes it, and the same
data give the same bytes. Nothing here touches the state of ``matplotlib.pyplot``.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from html import escape
from math import isfinite, log10
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UsageError
from .whole import write_whole

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from typing import Any

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "DARK",
    "LIGHT",
    "Look",
    "Plot",
    "Themed",
    "blank",
    "legend",
    "read_look",
    "spans_decades",
    "themed",
    "whole_numbers",
]


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a plot, as hexadecimal text."""

    ground: str
    ink: str
    soft: str
    line: str
    forward: str
    backward: str


LIGHT = Look("#ffffff", "#1c2430", "#6b7686", "#c9d0da", "#0b5cad", "#c2410c")
DARK = Look("#12161c", "#e7ebf1", "#98a3b3", "#3a4452", "#7cb8ff", "#ff9b5e")
_LOOKS = {"light": LIGHT, "dark": DARK}
_SUFFIXES = ("png", "svg", "pdf")
_DECADES = 1.5


class Plot:
    """A finished plot, on light or dark ground. A notebook shows it; `save` writes it as .png, .svg or .pdf.

    Attributes:
        figure: matplotlib's figure, for those who want to change something.
    """

    def __init__(self, figure: Figure, subject: str) -> None:
        self.figure = figure
        self.subject = subject

    def save(self, path: str | os.PathLike[str]) -> Plot:
        """Write the plot, whole or not at all, as its suffix says; gives the plot back.

        Raises `UsageError` for another suffix; `OSError` where the file cannot be written.
        """
        kind = Path(path).suffix.lower().lstrip(".")
        if kind not in _SUFFIXES:
            known = ", ".join(f".{one}" for one in _SUFFIXES)
            raise UsageError(f"a plot is written as {known}, not as {Path(path).name!r}")
        write_whole(path, self.written(kind))
        return self

    def written(self, kind: str = "svg") -> bytes:
        """The plot as the bytes of a "png", "svg" or "pdf" file."""
        import matplotlib as mpl

        undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
        file = io.BytesIO()
        with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "autograd_scalar"}):
            self.figure.savefig(file, format=kind, dpi=144, metadata=undated)
        return file.getvalue()

    def _repr_png_(self) -> bytes:
        return self.written("png")

    def __repr__(self) -> str:
        return f'plot of {self.subject}; .save("plot.png") writes it'


@dataclass(frozen=True, slots=True, repr=False)
class Themed:
    """One picture on light and on dark ground. A notebook shows the one that its own colours ask for.

    Both are held by an SVG, which is asked for its colours by the notebook around it, as drawings are; a bare
    ``<picture>`` would hear of the system's colours only.
    """

    light: Plot
    dark: Plot

    def _repr_html_(self) -> str:
        width, height = (round(96 * inches) for inches in self.light.figure.get_size_inches())  # CSS has 96 to an inch
        light, dark = (
            f'<image class="{name}" width="{width}" height="{height}" href="{_data("png", plot.written("png"))}"/>'
            for name, plot in (("light", self.light), ("dark", self.dark))
        )
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}"><style>.dark{{display:none}}@media (prefers-color-scheme:dark)'
            f"{{.light{{display:none}}.dark{{display:inline}}}}</style>{light}{dark}</svg>"
        )
        size = f'width="{width}" style="max-width:100%;height:auto"'
        return f'<img alt="{escape(self.light.subject)}" {size} src="{_data("svg+xml", svg.encode())}">'

    def __repr__(self) -> str:
        return f"plot of {self.light.subject}, light and dark"


def _data(kind: str, image: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"


def themed(picture: Callable[[str], Plot]) -> Themed:
    """A plot that follows its reader's colours, as drawings do: `picture` is called with "light" and with "dark".

    Used as a decorator it turns the function into what it draws.

    >>> @themed
    ... def line(look: str) -> Plot:
    ...     figure, (axes,) = blank(look=look)
    ...     axes.plot([0, 1], [0, 1], color=read_look(look).forward)
    ...     return Plot(figure, "a line")
    >>> line
    plot of a line, light and dark
    """
    return Themed(picture("light"), picture("dark"))


def blank(
    columns: int = 1, *, look: str = "light", size: tuple[float, float] = (5.6, 3.6)
) -> tuple[Figure, list[Axes]]:
    """A figure of so many empty axes beside each other, each of this size in inches, in the palette.

    Raises `UsageError` where matplotlib is missing, and for a look that is neither "light" nor "dark".
    """
    colours = read_look(look)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("a plot needs matplotlib: pip install matplotlib") from None
    figure = Figure(figsize=(size[0] * columns, size[1]), layout="constrained", facecolor=colours.ground)
    all_axes = list(figure.subplots(1, columns, squeeze=False)[0])
    for axes in all_axes:
        axes.set_facecolor(colours.ground)
        axes.tick_params(which="both", colors=colours.soft, labelsize=9)
        axes.tick_params(which="minor", left=False, bottom=False)
        for side, spine in axes.spines.items():
            spine.set_visible(side in {"left", "bottom"})
            spine.set_color(colours.line)
        axes.grid(visible=True, axis="y", color=colours.line, linewidth=0.5, alpha=0.6)
        axes.set_axisbelow(True)
        for label in (axes.xaxis.label, axes.yaxis.label):
            label.set_color(colours.ink)
        for place in ("left", "center", "right"):
            axes.set_title("", loc=place, color=colours.ink)
        axes.title.set_fontsize(11)
    return figure, all_axes


def legend(axes: Axes, look: str, **options: Any) -> None:
    """A legend without a frame, in ink, of what is there."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=9, labelcolor=read_look(look).ink, **options)


def whole_numbers(axes: Axes) -> None:
    """Let the marks across be whole numbers: there is no epoch 2½."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins="auto", integer=True))


def read_look(look: str) -> Look:
    """The colours of that name. Raises `UsageError` for another than "light" and "dark"."""
    if look not in _LOOKS:
        raise UsageError(f"look is 'light' or 'dark', not {look!r}")
    return _LOOKS[look]


def spans_decades(numbers: Iterable[float]) -> bool:
    """Whether only a log axis shows them all: positive, and the largest more than thirty times the smallest.

    >>> spans_decades([1.0, 2.0]), spans_decades([1e-9, 0.5]), spans_decades([0.0, 100.0])
    (False, True, False)
    """
    seen = [one for one in numbers if isfinite(one)]
    return bool(seen) and min(seen) > 0.0 and log10(max(seen)) - log10(min(seen)) > _DECADES
