"""One step of gradient descent as it is written: ``w ← w − η·dL/dw = 3 − 0.1·8 = 2.2``."""

from __future__ import annotations

from math import isnan, nan
from typing import TYPE_CHECKING

from ...formula.terms import Derivative, Negated
from ..reading import Literal, Member, Written, mentions
from .claims import Target
from .closeness import joined, negative, tidy
from .report import Finding

if TYPE_CHECKING:
    from ...value import Value
    from .judging import Judge
    from .wording import Wording

__all__ = ["Descent"]


class Descent:
    """Judges one update, member by member."""

    def __init__(self, judge: Judge, wording: Wording, line: int, target: Target) -> None:
        self.judge = judge
        self.words = judge.words
        self.steps = judge.steps
        self.wording = wording
        self.line = line
        self.target = target
        self.leaf = target.of
        self.gradient = judge.recorded.derivative(self.steps.root, self.leaf)[0]
        self.rate: float | None = None
        self.previous: float | None = None
        self.found: list[Finding] = []

    def findings(self, members: tuple[Member, ...]) -> list[Finding]:
        """What is to be said about the members; of a step that is right from end to end one line for each number."""
        for member in members:
            self.words.resolve(member)
            self._read(member)
        if not self.found:
            words = "not compared: the step is not written as w − η·dL/dw with a number for η"
            return [Finding(self.line, "update", members[-1].text, self.target.text, "unread", nan, nan, words)]
        if all(one.is_right for one in self.found):
            return list({one.means: one for one in self.found}.values())
        return self.found

    def _read(self, member: Member) -> None:
        value = self._number(member)
        addend = self._moved_by(member, self.leaf)
        if len(addend) == 1 and self._number(addend[0]) * self.gradient > 0:
            self.found.append(self._uphill(member, value, nan))
            self.previous = value
            return
        if len(addend) >= 2 and not self._steps_down(member, addend, value):
            self.previous = value
            return
        if isnan(value) or self.rate is None:
            return
        true = self.leaf.data - self.rate * self.gradient
        size = abs(self.leaf.data) + abs(self.rate * self.gradient)
        found = self.judge.compared(member.term, self.judge.recorded, [(true, size)])
        own = Target("update", self.target.text, self.leaf)
        before = self.previous if isinstance(member.term, Literal) else None
        self.found.append(self.wording.finding(self.line, member, own, found, before, in_chain=False, kind="update"))
        self.previous = value

    def _steps_down(self, member: Member, addend: tuple[Written, ...], value: float) -> bool:
        """Whether ``− 0.1·8`` goes down the slope, by the right gradient; what is wrong with it is noted."""
        slope = Target("slope", self.words.derivative(self.steps.root, self.leaf), self.steps.root, self.leaf)
        step, written, is_turned = self._parted(addend, self.gradient)
        if not isnan(step):
            self.rate = abs(step)
        true = nan if self.rate is None else self.leaf.data - self.rate * self.gradient
        own = self.judge.verdict(written, slope)
        is_up = (step > 0) if not isnan(step) else not is_turned
        if is_up and own.value * self.gradient < 0:  # w + η·(−dL/dw)
            is_up = False
            written = Written(negative(written.term), f"−({written.text})", written.at)
            own = self.judge.verdict(written, slope)
        is_right = own.is_right
        if not is_right:
            self.found.append(self.wording.finding(self.line, written, slope, own, None, in_chain=False, kind="factor"))
        if is_up and self.gradient:
            self.found.append(self._uphill(member, value, true))
        return is_right and not (is_up and self.gradient)

    def _number(self, written: Written) -> float:
        return next(self.judge.values(written.term, self.judge.recorded))[0]

    def _moved_by(self, member: Member, leaf: Value) -> tuple[Written, ...]:
        """The factors of what is added to a leaf: ``−0.1·8`` of ``3 − 0.1·8``; none where there is no such sum."""
        if len(member.addends) != 2:
            return ()
        first, second = member.addends

        def is_leaf(addend: tuple[Written, ...]) -> bool:
            return len(addend) == 1 and self.judge.compared(
                addend[0].term, self.judge.recorded, [(leaf.data, abs(leaf.data))]
            ).verdict in ("right", "rounded")

        return first if is_leaf(second) and not is_leaf(first) else second

    def _parted(self, addend: tuple[Written, ...], gradient: float) -> tuple[float, Written, bool]:
        """The step size with the sign of the step, what is written for dL/dw, and whether that sign is a minus."""

        def is_gradient(one: Written) -> bool:
            if any(isinstance(part, Derivative) or self._is_gradient(part.name) for part in mentions(one.term)):
                return True
            value = self._number(one)
            return abs(abs(value) - abs(gradient)) <= 1e-2 * abs(gradient)

        first, rest = addend[0], addend[1:]
        is_minus = first.text.startswith("−") and not self.words.text.startswith(first.text, first.at)
        if len(rest) == 1 and is_gradient(first) and not is_gradient(rest[0]):
            step = self._number(rest[0])
            if is_minus:
                return -step, Written(negative(first.term), first.text.removeprefix("−"), first.at), True
            return step, first, False
        step = self._number(first)
        return step, rest[0] if len(rest) == 1 else joined(rest, self.words.text), isinstance(first.term, Negated)

    def _is_gradient(self, name: str) -> bool:
        return (
            self.words.node(name) is None
            and name not in self.words.defined
            and self.words.as_gradient(name) is not None
        )

    def _uphill(self, member: Member, value: float, true: float) -> Finding:
        """A step that adds what is to be subtracted."""
        down = f"{self.words.shown(self.leaf)} − η·{self.words.derivative(self.steps.root, self.leaf)}"
        number = "" if isnan(true) else f" = {self.words.number(true)}"
        words = f"the step goes up the slope: {down}{number}"
        return Finding(self.line, "update", tidy(member.text), self.target.text, "off", value, true, words, "sign")
