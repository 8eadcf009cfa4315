"""`boundary`: where a model of two inputs changes its mind, as characters for a terminal and as a plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import recording
from ..calls import called_as
from ..errors import UsageError
from ..formula.numbers import number
from ..nn.modules import Module, read_size
from ..plots import Plot, blank, legend, read_look
from ..screen import filled, window
from .data import read_examples
from .forward import outputs

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Boundary", "boundary"]

_COLUMNS, _ROWS = 64, 24  # of the text: a character is about twice as high as it is wide
_MARGIN = 0.12  # around the points, as a part of their width
_REGIONS = "·░▒▓█"
_POINTS = "○●◆■▲"
_MARKERS = "ooDs^"
_WRONG = "×"
_NAMES = ("x₁", "x₂")


@dataclass(frozen=True)
class Boundary:
    """A map of what a model says in the plane, with the examples on it.

    Attributes:
        across: where the columns of the map are, from left to right.
        up: where its rows are, from below.
        scores: the output of the model for each row and column; with several outputs, the class of the largest.
        points: the examples.
        targets: their classes, counted from 0: of two, 0 for targets of 0 or −1, and 1 for those of 1.
        found: the classes that the model finds for them.
        threshold: with one output, the score above which it says class 1.
        classes: how many classes there are.
        names: what the two inputs are called: the one across, and the one up.
    """

    across: tuple[float, ...]
    up: tuple[float, ...]
    scores: tuple[tuple[float, ...], ...]
    points: tuple[tuple[float, float], ...]
    targets: tuple[int, ...]
    found: tuple[int, ...]
    threshold: float
    classes: int
    names: tuple[str, str] = _NAMES

    @property
    def wrong(self) -> tuple[int, ...]:
        """The places of the examples on the wrong side."""
        return tuple(i for i, pair in enumerate(zip(self.targets, self.found, strict=True)) if pair[0] != pair[1])

    def __str__(self) -> str:
        room = window() or _COLUMNS
        columns = max(2, min(_COLUMNS, room))
        lines = max(2, round(_ROWS * columns / _COLUMNS))
        at = [(i / (columns - 1), j / (lines - 1)) for j in range(lines) for i in range(columns)]
        signs = [_REGIONS[self._class(self._at(x, y)) % len(_REGIONS)] for x, y in at]
        rows = [signs[start : start + columns] for start in range(0, len(signs), columns)]
        wrong = set(self.wrong)
        for place, ((x, y), target) in enumerate(zip(self.points, self.targets, strict=True)):
            i, j = _cell(x, self.across, columns), _cell(y, self.up, lines)
            rows[j][i] = _WRONG if place in wrong else _POINTS[target % len(_POINTS)]
        keys = [f"{_POINTS[k % 5]} class {k} on {_REGIONS[k % 5]}" for k in range(self.classes)]
        keys.append(f"{_WRONG} wrong side: {len(wrong)} of {len(self.points)}")
        spans = [(self.names[0], "across", self.across), (self.names[1], "up", self.up)]
        axes = [f"{name} {way}: {number(along[0], 3)} to {number(along[-1], 3)}" for name, way, along in spans]
        below = []
        for parts in (axes, keys):
            line = "   ".join(parts)
            below += [line] if len(line) <= room else [one for part in parts for one in filled(part, room)]
        return "\n".join(["".join(row) for row in reversed(rows)] + below)

    __repr__ = __str__

    def _class(self, score: float) -> int:
        return int(score > self.threshold) if self.classes == 2 else int(score)

    def _at(self, x: float, y: float) -> float:
        """The score at a part of the way across and up."""
        return self.scores[round(y * (len(self.up) - 1))][round(x * (len(self.across) - 1))]

    @called_as('boundary(model, X, Y).plot().save("plot.png")')
    def plot(self, *, look: str = "light") -> Plot:
        """The map with its boundary in ink, tinted where the model says class 1; the wrong examples are crossed out.

        Needs matplotlib; `look` is "light" or "dark". Raises `UsageError` where matplotlib is missing.
        """
        colours = read_look(look)
        figure, (axes,) = blank(look=look, size=(5.6, 4.4))
        middles = [k + 0.5 for k in range(self.classes - 1)] if self.classes > 2 else [self.threshold]
        largest = max(*map(max, self.scores), middles[-1] + 1.0)
        least = min(*map(min, self.scores), middles[0] - 1.0)
        for k, (low, high) in enumerate(zip([least, *middles], [*middles, largest], strict=True)):
            tint = 0.0 if k == 0 else 0.12 + 0.3 * k / self.classes
            axes.contourf(self.across, self.up, self.scores, levels=[low, high], colors=[colours.forward], alpha=tint)
        axes.contour(self.across, self.up, self.scores, levels=middles, colors=[colours.ink], linewidths=1.2)
        for k in range(self.classes):
            own = [point for point, target in zip(self.points, self.targets, strict=True) if target == k]
            fill = colours.ground if k == 0 else colours.forward
            if own:
                axes.scatter(
                    [x for x, _ in own], [y for _, y in own], marker=_MARKERS[k % len(_MARKERS)], s=26, facecolor=fill,
                    edgecolor=colours.ink if k == 0 else colours.ground, linewidth=0.9, label=f"class {k}", zorder=3,
                )  # fmt: skip
        if self.wrong:
            crossed = [self.points[i] for i in self.wrong]
            axes.scatter(
                [x for x, _ in crossed],
                [y for _, y in crossed],
                marker="x",
                s=60,
                color=colours.ink,
                label="wrong side",
                zorder=4,
            )
        axes.grid(visible=False)
        axes.set_xlabel(self.names[0])
        axes.set_ylabel(self.names[1])
        legend(axes, look, loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return Plot(figure, "a decision boundary")


@called_as("boundary(model, X, Y)")
def boundary(
    model: Module, X: Any, Y: Any, *, threshold: float = 0.0, points: int = 65, names: Sequence[str] = _NAMES
) -> Boundary:
    """Where a model of two inputs puts its boundary, computed in plain floats.

    Args:
        model: a module of two inputs: with one output a score, with several one for each class.
        X: the examples, which say what part of the plane is looked at.
        Y: their targets: −1 and 1, 0 and 1, or classes.
        threshold: the score above which a single output means class 1: 0 for hinge and binary cross-entropy; 0.5 for a
            model that was fitted to 0 and 1 by squared error.
        points: how fine the map is.
        names: what the two inputs are called.

    Raises `UsageError` for a model or for examples of other than two numbers, and what `fit` raises for bad data.

    >>> from autograd_scalar.nn import Linear
    >>> from autograd_scalar.train import boundary
    >>> line = Linear(2, 1, init="zeros")
    >>> line.w[0][0].data = 1.0
    >>> print(boundary(line, [[-1, 0], [1, 0], [2, 1]], [-1, 1, -1]).wrong)
    (2,)
    """
    if not isinstance(model, Module):
        raise UsageError(f"boundary takes a module, not {recording.described(model)}")
    points = max(2, read_size(points, "points"))
    threshold = recording.number(threshold, "threshold")
    if isinstance(names, str) or len(names) != 2:
        raise UsageError(f'names are those of the two inputs, such as ("age", "height"), not {names!r}')
    examples = read_examples(X, Y, model)
    if odd := [i for i, x in enumerate(examples.X) if not (isinstance(x, list) and len(x) == 2)]:
        raise UsageError(f"a plane has two inputs, and row {odd[0]} of X is {recording.described(examples.X[odd[0]])}")
    scores = outputs(model, examples.X)
    classes = len(scores[0]) if isinstance(scores[0], list) else 2
    targets = tuple(_target(y, classes, i) for i, y in enumerate(examples.Y))
    across = _span([float(x) for x, _ in examples.X], points)
    up = _span([float(y) for _, y in examples.X], max(2, round(points * 3 / 4)))
    grid = [[a, b] for b in up for a in across]
    says = _classes if isinstance(scores[0], list) else list
    flat = says(outputs(model, grid))
    rows = tuple(tuple(flat[start : start + points]) for start in range(0, len(flat), points))
    by_score = [int(score > threshold) for score in scores] if not isinstance(scores[0], list) else _classes(scores)
    level = 0.5 if isinstance(scores[0], list) and classes == 2 else threshold
    seen = tuple((float(x), float(y)) for x, y in examples.X)
    return Boundary(
        across, up, rows, seen, targets, tuple(map(int, by_score)), level, classes, (str(names[0]), str(names[1]))
    )


def _classes(scores: Sequence[Sequence[float]]) -> list[Any]:
    return [one.index(max(one)) for one in map(list, scores)]


def _target(y: Any, classes: int, row: int) -> int:
    if isinstance(y, list):
        return y.index(max(y))
    label = int(y)
    if label == y and (0 <= label < classes or (classes == 2 and label == -1)):
        return max(label, 0)
    raise UsageError(f"Y, row {row}: the class is {number(float(y))}, and the classes are 0 to {classes - 1}")


def _span(numbers: Sequence[float], count: int) -> tuple[float, ...]:
    low, high = min(numbers), max(numbers)
    margin = _MARGIN * (high - low) or 1.0
    low, high = low - margin, high + margin
    return tuple(low + (high - low) * i / (count - 1) for i in range(count))


def _cell(x: float, along: Sequence[float], count: int) -> int:
    return min(count - 1, max(0, round((x - along[0]) / (along[-1] - along[0]) * (count - 1))))
