"""The V-curve as a picture: the error of a difference quotient against its step."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..plots import blank, legend, read_look

if TYPE_CHECKING:
    from .numerical import Curve

__all__ = ["plotted"]


def plotted(curve: Curve, look: str) -> Any:
    """A `Plot`: falling to the left while f varies less within the step, rising where its rounding takes over."""
    from ..plots import Plot

    colours = read_look(look)
    points = [(step.step, abs(step.central - curve.engine)) for step in curve.steps if isfinite(step.central)]
    points = [(step, off) for step, off in points if off > 0]
    if not points:
        raise UsageError("no step differs from the engine's slope by anything: there is no curve to plot")
    figure, (axes,) = blank(look=look)
    axes.loglog(*zip(*points, strict=True), "o-", color=colours.forward, markersize=4, label="off from the engine by")
    noise = [(step.step, curve.noise / step.step) for step in curve.steps]
    if isfinite(curve.noise):
        axes.loglog(*zip(*noise, strict=True), ":", color=colours.soft, linewidth=1, label="rounding of f / step")
    best = next(((step, off) for step, off in points if step == curve.best), None)
    if best is not None:
        axes.plot(*best, "o", color=colours.backward, markersize=8, label=f"best step, {best[0]:.1e}")
    axes.set_xlabel("step")
    axes.set_title(f"{curve.of} at {curve.at:.6g}", loc="left", color=colours.ink)
    legend(axes, look)
    return Plot(figure, f"the steps for {curve.of}")
