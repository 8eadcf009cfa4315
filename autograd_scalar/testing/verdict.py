"""What a check has found, as data: a verdict, its reason in a sentence, and the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from ..calls import called_as
from ..errors import AutogradError, UsageError

if TYPE_CHECKING:
    from .numerical import Curve
    from .rules import WrongRule

__all__ = ["PASSING", "FoundError", "GradCheck", "GradientError", "Slope"]

PASSING = ("pass", "kink", "cancellation", "scale")
_WIDTH = 6


class GradientError(AutogradError, AssertionError):
    """A gradient that is wrong, or is none. `result` is the `GradCheck` with all numbers."""

    __module__ = "autograd_scalar.testing"  # as it is imported, and as a traceback shall call it

    def __init__(self, result: GradCheck) -> None:
        super().__init__(str(result))
        self.result = result


@dataclass(frozen=True, slots=True)
class Slope:
    """One derivative that was checked: the engine's number, and the numerical one with its possible error.

    Attributes:
        name: what it is: ``dsin/dx``.
        engine: the backward pass's number.
        forward: forward mode's number.
        numerical: the best difference quotient.
        error: how far `numerical` may be off.
        step: the step h of that quotient.
        verdict: as `GradCheck.verdict`.
        passed: whether this one may be trusted.
        reason: why, where there is something to say.
    """

    name: str
    engine: float
    forward: float
    numerical: float
    error: float
    step: float
    verdict: str = "pass"
    passed: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GradCheck:
    """What `gradcheck` found: data, true where the gradient may be trusted; ``str`` is the sentence.

    Attributes:
        verdict: "pass", "kink", "cancellation", "scale", "wrong rule", "wrong", "gradient lost", "not differentiable",
            "non-finite", "not deterministic" or "edited".
        passed: whether the gradient may be trusted; see `gradcheck` for what that means at a kink.
        sentence: the reason, with numbers.
        slopes: every derivative that was checked.
        wrong_rules: the rows that are wrong, by name, argument and text.
        curve: the sweep of the slope that the sentence speaks of.
    """

    verdict: str
    passed: bool
    sentence: str
    slopes: tuple[Slope, ...] = ()
    wrong_rules: tuple[WrongRule, ...] = ()
    curve: Curve | None = None

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        loud = {"wrong rule": "WRONG", "wrong": "WRONG"}.get(self.verdict, self.verdict)
        return f"{loud:<{_WIDTH}} {self.sentence}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f'<div style="white-space:pre-wrap">{escape(str(self))}</div>'  # a notebook breaks plain text in a word

    @called_as('gradcheck(f, x).plot().save("plot.png")')
    def plot(self, *, look: str = "light") -> Any:
        """The V-curve: how far the quotient of each step is from the engine's slope. Needs matplotlib.

        Raises `UsageError` when nothing was swept, or where matplotlib is not installed.
        """
        from .v_curve import plotted

        if self.curve is None:
            raise UsageError(f"this check swept no steps, so there is no curve to plot: {self.sentence}")
        return plotted(self.curve, look)


class FoundError(Exception):
    """The way out of a check that needs to look no further; `made` is its result."""

    def __init__(self, verdict: str, sentence: str, **more: Any) -> None:
        super().__init__(sentence)
        self.made = GradCheck(verdict, verdict in PASSING, sentence, **more)
