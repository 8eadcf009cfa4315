"""What is said about one thing that was written: right, right when rounded, off and by how much, and why."""

from __future__ import annotations

from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING

from ...formula.equations import walk
from ...formula.terms import Condition, Dots, Sum, Switch, Term
from ..kink import partials_on
from ..reading import Literal, Member, Statement, Written, evaluate, mentions
from ..remarks import reason_text
from .closeness import deviation, follows, tidy
from .judging import SECOND
from .report import Finding

if TYPE_CHECKING:
    from .claims import Target, Verdict
    from .judging import Judge
    from .slips import Slips

__all__ = ["Wording"]


class Wording:
    """Makes findings of verdicts."""

    def __init__(self, judge: Judge, slips: Slips) -> None:
        self.judge = judge
        self.words = judge.words
        self.steps = judge.steps
        self.slips = slips

    def together(
        self, statement: Statement, target: Target, members: tuple[Member, ...], verdicts: list[Verdict]
    ) -> Finding:
        """One line for a statement that is right from end to end."""
        start, stop = members[0].at, members[-1].at + len(members[-1].text)
        written = tidy(self.words.text[start:stop])
        rounded = [one for one in verdicts if one.verdict == "rounded"]
        found = next((one for one in rounded if self._right(one) != "right"), [*rounded, verdicts[-1]][0])
        found = found._replace(only=next((one.only for one in verdicts if one.only), ""))
        remark = self._right(found)
        strict = next((words for member in members if (words := self._strictness(member, target))), "")
        kind = "value" if target.wrt is None else "slope"
        remark = f"right here; {strict}" if strict else remark + self._alone(found, target)
        slip = "≥ for >" if strict else ""
        return Finding(
            statement.line, kind, written, target.text, found.verdict, verdicts[-1].value, found.true, remark, slip
        )

    def _right(self, found: Verdict) -> str:
        """``right``, or, where fewer digits were written than are shown here, ``right, rounded (8.00182)``."""
        true = self.words.number(found.true)
        is_shown = found.verdict == "right" or self.words.number(found.value) == true
        return f"{'right' if is_shown else f'right, rounded ({true})'}{f' where {found.only}' if found.only else ''}"

    def _alone(self, found: Verdict, target: Target) -> str:
        """A word where the number is that of one step, and the d that was written means every route."""
        if target.wrt is None or target.partial or target.order > 1:
            return ""
        whole, *step = self.judge.truths(target, self.judge.recorded)
        if not step or found.true == whole[0]:
            return ""
        return f" for this step alone, a ∂; through every route it is {self.words.number(whole[0])}"

    def _strictness(self, member: Written, target: Target) -> str:
        """``1{z ≥ 0}`` where the rule says ``1{z > 0}``: right wherever z is not 0."""
        if target.wrt is None or target.order > 1:
            return ""
        loose = [one for one in walk(member.term) if isinstance(one, Switch)]
        for switch in loose:
            parts = switch.condition.parts
            if len(parts) != 3 or parts[1] not in ("≥", "≤") or isinstance(parts[0], str) or isinstance(parts[2], str):
                continue
            for slope in self._slopes_of(target):
                for one in walk(slope):
                    if isinstance(one, Switch) and self._same_but_strict(one.condition, switch.condition):
                        here = self.words.style.write(Condition(0.0, (parts[0], "=", parts[2])))
                        taken = self.words.style.write(Switch(0.0, one.condition))
                        return f"but ≥ was written for >: at {here} the slope taken is 0, as {taken} says"
        return ""

    def _slopes_of(self, target: Target) -> list[Term]:
        assert target.wrt is not None
        pairs = {(a, b) for route in self.judge.routes(target.of, target.wrt) for a, b in pairwise(route)}
        return [self.steps.slope(*pair).term for pair in sorted(pairs, key=lambda pair: self.steps.place[pair[0]])]

    def _same_but_strict(self, rule: Condition, typed: Condition) -> bool:
        turned = {">": "≥", "<": "≤"}
        env = self.judge.value_of(self.judge.recorded, {})
        numbers = [
            [evaluate(one, env)[0] for one in (part.parts[0], part.parts[2]) if isinstance(one, Term)]
            for part in (rule, typed)
        ]
        if rule.parts[1] in turned and turned[str(rule.parts[1])] == typed.parts[1]:
            return numbers[0] == numbers[1]
        flipped = {">": "≤", "<": "≥"}
        return (
            rule.parts[1] in flipped
            and flipped[str(rule.parts[1])] == typed.parts[1]
            and numbers[0] == numbers[1][::-1]
        )

    def finding(
        self,
        line: int,
        member: Written,
        target: Target,
        found: Verdict,
        previous: float | None,
        *,
        in_chain: bool,
        kind: str = "",
    ) -> Finding:
        """What is said about a member; `previous` is the number of the one before it."""
        kind = kind or ("product" if in_chain else "value" if target.wrt is None else "slope")
        verdict = found.verdict if found.verdict in ("unread", "right", "rounded") else "off"
        words, slip = self._said(member, target, found, previous, kind)
        after = verdict == "off" and not self._upside_down(target) and self._follows(member, previous)
        return Finding(line, kind, tidy(member.text), target.text, verdict, found.value, found.true, words, slip, after)

    @staticmethod
    def _follows(member: Written, previous: float | None) -> bool:
        """Whether a number is that of what was written before it."""
        return previous is not None and isinstance(member.term, Literal) and follows(member.term, previous)

    def _said(
        self, member: Written, target: Target, found: Verdict, previous: float | None, kind: str
    ) -> tuple[str, str]:
        """The remark, and the likely slip."""
        if found.verdict == "unread":
            return self._unread(member, target), ""
        if found.is_right:
            strict = self._strictness(member, target)
            words = f"right here; {strict}" if strict else self._right(found) + self._alone(found, target)
            return words, "≥ for >" if strict else ""
        upside_down = self._upside_down(target)
        if upside_down:
            return upside_down, ""
        true = self.words.number(found.true)
        almost = "=" if float(f"{found.true:.12g}") == float(f"{found.true:.6g}") else "≈"
        if previous is not None and self._follows(member, previous):
            by = "these factors" if kind == "product" else "the step before"
            return f"follows from {by} ({self.words.number(previous)}), but {target.text} {almost} {true}", ""
        guess = self.slips.slip(member, target, found)
        likely = f" Likely: {guess.words}." if guess.words else ""
        if found.verdict == "accident":
            other = self.words.number(found.value)
            nearby = f"where leaves differ a little it gives {other}, and {target.text} is {true}"
            only = f"only where {found.only}," if found.only else "at this point"
            return f"right {only} by accident: {nearby}.{likely}", guess.slip
        is_sum = (
            kind in ("slope", "sum")
            and any(isinstance(one, Sum) for one in walk(member.term))
            and not mentions(member.term)
        )
        gives = f"gives {self.words.number(found.value)}, " if is_sum else ""  # 24 − 17 is no 8
        words = f"{gives}{deviation(found.value, found.true)}; it is {true}{self._reason(target)}.{likely}"
        return words, guess.slip

    def _unread(self, member: Written, target: Target) -> str:
        """Why something is not compared."""
        why = "here only first and second derivatives are checked"
        is_known = target.order == SECOND and not isnan(self.judge.truths(target, self.judge.recorded)[0][0])
        if target.order == 1 or is_known:
            is_shortened = any(isinstance(one, Dots) for one in walk(member.term))
            why = "a part is left out" if is_shortened else "it has no number at this point"
        return f"not compared: {why}"

    def _upside_down(self, target: Target) -> str:
        """``dw/dL`` for dL/dw."""
        of, wrt = target.of, target.wrt
        if target.order > 1 or wrt is None or of is wrt or not self.judge.routes(wrt, of):
            return ""
        upright = self.words.number(self.judge.recorded.derivative(wrt, of)[0])
        return f"the fraction is upside down: it is {self.words.derivative(wrt, of)}, which is {upright}"

    def _reason(self, target: Target) -> str:
        """``, since z = −5 ≤ 0``: what decided the slope of one step."""
        if target.wrt is None or target.order > 1 or target.wrt not in self.steps.sources(target.of):
            return ""
        reason = reason_text(self.steps.slope(target.of, target.wrt), self.words.digits)
        if not reason:
            return ""
        rounded = ", within rounding of the kink" if partials_on(target.of) else ""
        return f", since {reason}{rounded}"
