"""`gradcheck`: is this gradient right? A verdict with a reason, and the numbers behind it.

Four witnesses are heard. The engine's backward pass. Forward mode, which carries tangents the other way through the
same rules: it finds an engine that adds up wrongly, and believes a lying row. Every rule, held against its own values:
it finds the lying row, by name. And the function itself, at x + h and x − h for a whole sweep of steps h: it needs
no rule at all, and finds what never got into the graph.
"""

from __future__ import annotations

from math import inf, isfinite, isnan
from typing import TYPE_CHECKING, Any

from .. import recording
from ..backward import check_not_edited
from ..calls import called_as
from ..errors import AutogradError, UsageError
from ..formula.numbers import number
from ..graph import topological_order
from .misfit import misfit
from .modes import engine_slopes, off_by, tangents_of, words_of
from .rules import TOLERANCE, wrong_rules
from .slopes import FULL, MOODS, Slopes
from .trial import Derivative, EditedError, NotANumberError, Record, Trial, line_of
from .verdict import FoundError, GradCheck, GradientError, Slope

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["GradCheck", "GradientError", "Slope", "gradcheck"]


@called_as("gradcheck(f, 1.5)")
def gradcheck(
    f: Callable[..., Any],
    *args: Any,
    order: int = 1,
    wrt: Any = (),
    tolerance: float = TOLERANCE,
    raises: bool = True,
) -> GradCheck:
    """Check the gradient of `f` at `args`: against differences, forward mode, and every rule against its own values.

    Every number in `args` is differentiated by, in lists, tuples and dicts too; a module, as `f` or among the
    arguments, stands for its parameters. All else is handed on. What `f` returns may be nested as well: each number in
    it is checked. Nothing is changed: not the arguments, no parameter, no gradient.

    Args:
        f: a function of numbers, a loss, a module.
        args: where to check.
        order: 2 checks second derivatives too: the gradients as graphs, against differences of the gradients.
        wrt: what else `f` reads: a module, or Values: ``gradcheck(lambda: loss(model), wrt=model)``.
        tolerance: the relative difference that is let pass besides the error of the differences themselves.
        raises: False gives the result also where it is a bad one.

    The result is true in these cases:

    - pass: the differences say what the engine says.
    - kink: the slopes at the left and right differ, and the engine's is one of those between: its convention.
    - cancellation, scale: f is rounded so much, or varies so fast, that no step tells a slope. Then every rule has been
      found right, both modes agree, no plain number in the graph moves with an argument, and the rounding of the
      engine's own slope leaves it three digits at least.

    Raises `GradientError`, an AssertionError with the report, in the others: a wrong rule (by op, argument and
    text), a gradient that is lost on the way, a jump, an infinite slope, a NaN, an f that gives another result
    each time or edits its arguments. And cancellation too, where the rules are right and the gradient, as floats
    compute it, is or may be far from the derivative. `UsageError` when there is nothing to differentiate by.

    Differences see a wrong slope from about 10⁻⁸ of it on; where f has lost digits by then, they see less, and say so.

    >>> from autograd_scalar import op, sin
    >>> print(gradcheck(sin, 1.3))
    pass   dsin/dx = 0.267498828624587 at x = 1.3; the best of 12 numerical steps (6.1e-06) differs by ...
    >>> cube = op("lying_cube(x)", "x**3", "x**3")
    >>> def lying(x):
    ...     return cube(x)
    >>> print(gradcheck(lying, 2.0, raises=False))
    WRONG  rule 'lying_cube': its partial for x, “x**3”, says 8 at x = 2; its values say 12. (Forward mode also says 8: it reads the same row.)
    """  # noqa: E501  # a report is one line
    if order not in (1, 2):
        raise UsageError(f"gradcheck(…, order={order!r}): it checks first derivatives (1), and second ones too (2)")
    if not (recording.is_number(tolerance) and 0.0 <= recording.number(tolerance) < inf):
        raise UsageError(
            f"gradcheck(…, tolerance={tolerance!r}): it is a relative difference, a finite number that is not "
            f"negative; {TOLERANCE:g} where none is given"
        )
    trial = Trial(f, args, wrt)
    if not trial.numbers:
        raise UsageError(
            f"gradcheck: there is no number among the arguments of {trial.name} to differentiate by; "
            "write gradcheck(f, 1.5), or say what f reads: gradcheck(f, wrt=model)"
        )
    with trial.unchanged(), recording.own_graph():
        result = _Check(trial, order, recording.number(tolerance)).result()
    if raises and not result:
        raise GradientError(result)
    return result


def _told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many digits as show that they differ."""
    digits = next(d for d in range(6, 18) if f"{one:.{d}g}" != f"{other:.{d}g}")
    return f"{one:.{digits}g}", f"{other:.{digits}g}"


class _Check:
    """One check, from the first call to the verdict."""

    def __init__(self, trial: Trial, order: int, tolerance: float) -> None:
        self.trial = trial
        self.order = order
        self.tolerance = tolerance

    def result(self) -> GradCheck:
        """What was found, bad things first."""
        try:
            return self._judged(self._first_call())
        except FoundError as found:
            return found.made

    def _judged(self, base: Record) -> GradCheck:
        try:
            self._check_rules(base)
            first = Slopes(self.trial, self.trial.numbers, self.tolerance, base).checked()
            if self.order == 1 or first.verdict != "pass":
                return first
            return self._second(first)
        except UsageError:
            raise  # of a callable's partial no derivative is known
        except AutogradError as error:  # a partial has no value where the operation has one
            raise FoundError("non-finite", str(error)) from error

    # -------------------------------------------------------------------------------------------- the first call

    def _first_call(self) -> Record:
        trial = self.trial
        try:
            base = trial.record(trial.numbers, with_names=True)
            again = trial.record(trial.numbers)
        except EditedError as error:
            raise FoundError(
                "edited", f"{error}. Leaves are edited between graphs, never by what is differentiated"
            ) from None
        except NotANumberError:
            raise
        except (TypeError, AttributeError) as error:
            if unfit := misfit(trial.f, trial.name, trial.args):
                raise UsageError(f"gradcheck: {unfit}") from None
            if isinstance(error, UsageError) and self._works_on_floats():
                raise FoundError("gradient lost", f"in {trial.name}, {line_of(error)}. {error}") from error
            raise
        try:
            for output in base.outputs:
                check_not_edited(topological_order(output))
        except UsageError as error:
            raise FoundError("edited", f"in {trial.name}, {error}") from error
        if not base.outputs:
            raise UsageError(f"gradcheck: {trial.name} returned nothing; did it forget its return?")
        for name, one, other in zip(trial.output_names, base.outputs, again.outputs, strict=False):
            if one.data != other.data and not (isnan(one.data) and isnan(other.data)):
                shown = _told_apart(one.data, other.data)
                raise FoundError(
                    "not deterministic",
                    f"{name} is {shown[0]}, and {shown[1]} when it is called again with the same arguments. {MOODS}",
                )
        self._check_finite(base)
        return base

    def _works_on_floats(self) -> bool:
        try:
            self.trial.f(*self.trial.args)
        except Exception:  # noqa: BLE001  # whatever it raises, it does not work
            return False
        return True

    def _check_finite(self, base: Record) -> None:
        for name, output in zip(self.trial.output_names, base.outputs, strict=True):
            if isfinite(output.data):
                continue
            words = words_of(output, base)
            first = next(node for node in topological_order(output) if not isfinite(node.data))
            made = f"an argument, {words.called(first)}" if first._rule is None else words.computed(first)
            raise FoundError("non-finite", f"{name} is {number(output.data)}. The first on the way is {made}")

    # -------------------------------------------------------------------------------------------------- the rules

    def _check_rules(self, base: Record) -> None:
        nodes = list(dict.fromkeys(node for output in base.outputs for node in topological_order(output)))
        wrong = tuple(wrong_rules(nodes, order=self.order, tolerance=self.tolerance))
        if not wrong:
            return
        order = min(one.order for one in wrong)
        first = max((one for one in wrong if one.order == order), key=lambda one: off_by(one.says, one.values))
        also = self._also_said(base, first.says) if order == 1 else ""
        others = sorted({one.op for one in wrong} - {first.op})
        more = f" So are the rules of {', '.join(others)}." if others else ""
        raise FoundError("wrong rule", f"{first}{also}{more}", wrong_rules=wrong)

    def _also_said(self, base: Record, says: float) -> str:
        """That forward mode is no help: it takes the same partials. `says` is what the wrong one says."""
        engine = engine_slopes(base)[0]
        count = len(engine)
        forward = [
            tangents_of(base, [float(i == j) for i in range(count)])[base.outputs[0]] for j in range(min(count, FULL))
        ]
        if any(off_by(x, y) > 1e-9 for x, y in zip(forward, engine, strict=False)):
            return ""
        is_alone = count == 1 and off_by(forward[0], says) <= 1e-9  # else it is the slope of more than the rule
        said = f"also says {number(says, 10)}" if is_alone else "agrees with the engine"
        return f" (Forward mode {said}: it reads the same row.)"

    # ------------------------------------------------------------------------------------------------- second order

    def _second(self, first: GradCheck) -> GradCheck:
        trial = self.trial
        count = len(trial.numbers)
        places = list(range(count)) if count <= FULL else [round(i * (count - 1) / (FULL - 1)) for i in range(FULL)]
        derivative = Derivative(trial, places)
        base = derivative.record(trial.numbers, with_names=True)
        engine = [
            slope for row in engine_slopes(trial.record(trial.numbers)) for i, slope in enumerate(row) if i in places
        ]
        for name, graph, slope in zip(derivative.output_names, base.outputs, engine, strict=True):
            if off_by(graph.data, slope) > 1e-9:
                raise FoundError(
                    "wrong", f"{name} is {slope:.12g} by the backward pass, and {graph.data:.12g} as a graph"
                )
        wrong = tuple(wrong_rules(dict.fromkeys(n for o in base.outputs for n in topological_order(o))))
        if wrong:
            raise FoundError(
                "wrong rule", f"{wrong[0]} The second derivatives of {trial.name} use it.", wrong_rules=wrong
            )
        second = Slopes(derivative, trial.numbers, max(self.tolerance, 1e-5), base).checked()
        both = first.slopes + second.slopes
        if second.verdict == "pass":
            joined = f"{first.sentence}; second: {second.sentence}"
            return GradCheck("pass", passed=True, sentence=joined, slopes=both, curve=first.curve)
        return GradCheck(second.verdict, second.passed, second.sentence, both, (), second.curve)
