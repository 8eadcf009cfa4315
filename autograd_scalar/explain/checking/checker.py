"""A text, line by line: what each line speaks of, and what is said about it."""

from __future__ import annotations

import re
from dataclasses import replace
from math import nan
from typing import TYPE_CHECKING

from ...backward import check_not_edited
from ...formula.terms import Call, Derivative, Symbol
from ...notation import display
from ..reading import (
    ABOUT_WORDS,
    Literal,
    Member,
    Reading,
    Statement,
    as_names,
    as_written,
    read,
    without_asides,
    without_joining,
)
from .claims import Target, Verdict
from .closeness import follows
from .descent import Descent
from .factors import Factors
from .judging import Judge
from .own_names import OwnNames
from .report import Check, Finding
from .slips import Slips
from .vocabulary import Vocabulary
from .wording import Wording

if TYPE_CHECKING:
    from ...steps import Steps
    from ...value import Value

__all__ = ["Checker", "read_in"]

ABOUT = 0.05  # how far the product of rounded numbers may be off, relatively
OWN_WORDS = {"gradient", "grad", "slope", "derivative", "answer", "result", "Gradient"}
_STEPPED = re.compile(r"^(?:new|updated|next)_|_?(?:new|next|updated|after)$|_[^\W\d_]+\+1$")
_DEFINED = re.compile(r"(?:^|[;,.\n])[ \t]*([^\W\d]\w{0,40})[ \t]*:?=(?!=)")


def read_in(text: str, words: Vocabulary) -> Reading:
    """A text in the words of a graph, and in those that it defines itself."""
    text = as_written(text, words.steps.name(words.steps.root), words.is_name)
    words.begin(text)
    odd = [name for name in words.names if not name.isidentifier() and " " in name]
    told = without_joining(without_asides(text, words.is_name), words.is_name, odd)
    own = {name for name in _DEFINED.findall(told) if as_names(name, words.is_name) is None}
    return read(text, lambda name: name in own or words.is_name(name), odd=odd)


class Checker:
    """Judges what is written about one graph."""

    def __init__(self, steps: Steps, wrt: Value, digits: int | None) -> None:
        self.steps = steps
        self.wrt = wrt
        self.digits = digits
        self.words = Vocabulary(steps, wrt, digits)
        self.judge = Judge(self.words, wrt)
        self.wording = Wording(self.judge, Slips(self.judge))
        self.factors = Factors(self.judge, self.wording)
        self.own_names = OwnNames(self.judge)
        check_not_edited(steps.order)
        self.value = self.judge.recorded.derivative(steps.root, wrt)[0]

    def check(self, text: str) -> Check:
        """All findings of a text."""
        reading = read_in(text, self.words)
        findings: list[Finding] = []
        target: Target | None = None
        targets: list[Target] = []
        alone = len(reading.statements) == 1
        for statement in reading.statements:
            self.words.adopt(statement)
        self.own_names.begin(reading.statements)
        self.judge.says_both = self._says_both(reading.statements)
        for statement in reading.statements:
            target, members = self._target(statement, target, alone=alone)
            if target is not None:
                targets.append(target)
                findings += (
                    Descent(self.judge, self.wording, statement.line, target).findings(statement.members[1:])
                    if target.kind == "update"
                    else self._line(statement, target, members)
                )
            else:
                findings += self.own_names.findings(statement)
        name, by = self.steps.name(self.steps.root), self.steps.name(self.wrt)
        ones, others = tuple(self.factors.ones), self._others(targets)
        return Check(
            name, by, self.value, tuple(findings), reading.words, self.digits, ones, others, self.judge.whole().text
        )

    def _others(self, targets: list[Target]) -> tuple[str, ...]:
        """The derivatives of the result that no chain to the node in question has; none where that node has its own."""
        of_result = [one for one in targets if one.kind == "slope" and one.of is self.steps.root]
        on_the_way = self.judge.reach(self.steps.root, self.wrt)
        others = [one.text for one in of_result if one.wrt not in on_the_way]
        is_there = any(one.wrt is self.wrt for one in of_result) or any(
            one.kind == "update" and one.of is self.wrt for one in targets
        )
        return () if is_there else tuple(dict.fromkeys(others))

    def _says_both(self, statements: tuple[Statement, ...]) -> bool:
        """Whether the derivative in question has two lines and one of them ends in its number: ASCII has no ∂."""
        ends = []
        for statement in statements:
            left = statement.members[0].term
            if (
                isinstance(left, Derivative)
                and self.judge.is_of(left, self.judge.whole())
                and len(statement.members) > 1
            ):
                ends.append(statement.members[-1])
        return len(ends) > 1 and any(self.judge.verdict(member, self.judge.whole()).is_right for member in ends)

    def _target(
        self, statement: Statement, before: Target | None, *, alone: bool
    ) -> tuple[Target | None, tuple[Member, ...]]:
        """What a statement speaks of, and the members that claim to be it."""
        left, *rest = statement.members
        term = left.term
        members = tuple(rest)
        if isinstance(term, Derivative):
            self.words.resolve(left)
            target = self._derivative(term)
            if target is None:
                return None, ()
            if not members:
                raise self.words.fail(left, "what is it equal to? An equals sign is missing")
            return target, members
        if isinstance(term, Symbol) and members:
            return self._named_target(statement, term, members)
        if not members and before is None and not alone:
            is_word = isinstance(term, Symbol) and len(term.name) > 1 and not self.words.is_known(term.name)
            words = f" ({ABOUT_WORDS})" if is_word else ""
            raise self.words.fail(left, f"what is this equal to? An equals sign is missing{words}")
        for member in statement.members:
            self.words.resolve(member)
        if isinstance(term, Call) and members and not self.judge.verdict(left, self.judge.whole()).is_right:
            return None, ()  # ``σ(z) = 1/(1 + exp(−z))`` says what σ is
        if alone or (not members and before is not None):
            return (before if not alone and before is not None else self.judge.whole()), statement.members
        return None, ()

    def _derivative(self, term: Derivative) -> Target | None:
        """The slope that a derivative stands for, where both its names are those of nodes."""
        of, wrt = self.words.node(term.of), self.words.node(term.wrt)
        if of is None or wrt is None:
            return None
        top, bottom = (self.words.typed.get(node) or self.steps.name(node) for node in (of, wrt))
        text = self.words.style.write(Derivative(0.0, top, bottom, term.partial, term.order))
        return Target("slope", text, of, wrt, term.partial, term.order)

    def _spelled_out(self, member: Member) -> list[Target]:
        """The slopes of a product that is written as derivatives, ``dL/dz · dz/dw``; of another, none."""
        factors = member.addends[0]
        slopes = [self._derivative(factor.term) for factor in factors if isinstance(factor.term, Derivative)]
        return [slope for slope in slopes if slope is not None] if len(slopes) == len(factors) else []

    def _named_target(
        self, statement: Statement, term: Symbol, members: tuple[Member, ...]
    ) -> tuple[Target | None, tuple[Member, ...]]:
        node = self.words.node(term.name)
        stem = term.name.removesuffix("'")
        stem = _STEPPED.sub("", stem) or stem
        leaf = self.words.node(stem)
        moved = self._moved(statement, term.name)
        if moved is not None:
            text = statement.members[0].text if "+" in term.name else display(term.name)
            return Target("update", text, moved), members
        if leaf is not None and node is None and leaf._rule is not None and term.name.endswith("'"):
            raise self.words.fail(statement.members[0], self.words.prime(leaf))
        if leaf is not None and (statement.is_update or (node is None and stem != term.name)):
            return Target("update", display(term.name), leaf), members
        if node is not None:
            return Target("value", self.words.shown(node), node), members
        gradient = self.words.as_gradient(term.name)
        if gradient is not None:
            return Target("slope", self.words.derivative(self.steps.root, gradient), self.steps.root, gradient), members
        if term.name in OWN_WORDS:
            return self.judge.whole(), members
        self.words.resolve(members[0])
        self.words.defined[term.name] = members[0].term
        return None, ()

    def _moved(self, statement: Statement, name: str) -> Value | None:
        """The node that a line moves by one step: w in ``w = w − 0.1·8``, ``w_{t+1} = w_t − 0.1·8``, ``w := 2.2``."""
        left, first = self.words.node(name), statement.members[1]
        alone = [addend[0].term for addend in first.addends if len(addend) == 1]
        named = [self.words.node(one.name) for one in alone if isinstance(one, Symbol)]
        stays = [node for node in named if node is not None] if len(first.addends) > 1 else []
        if left is None:
            after = re.fullmatch(r"(.+?)_?([0-9]+)", name)
            before = self.words.earlier.get(f"{after[1]}_{int(after[2]) - 1}") if after else None
            return next((node for node in stays if node is before), None)
        if any(node is left for node in stays):
            return left
        if not statement.is_assigned or left._rule is not None:
            return None
        own = Target("value", self.words.shown(left), left)
        return None if all(self.judge.here(member, own).is_right for member in statement.members[1:]) else left

    def _line(self, statement: Statement, target: Target, members: tuple[Member, ...]) -> list[Finding]:
        for member in members:
            self.words.resolve(member)
        told = tuple(one for one in members if not self._repeats(one, target))
        if not told:
            remark = "the same on both sides: it says nothing"
            return [Finding(statement.line, "slope", members[0].text, target.text, "unread", nan, nan, remark)]
        members = told
        verdicts = [self._verdict(member, target) for member in members]
        if verdicts[-1].is_right:  # digits lost on the way and found again
            verdicts = [one._replace(verdict="rounded") if one.verdict == "early" else one for one in verdicts]
        kinds = [self._kind(member, target) for member in members]
        if all(one.is_right for one in verdicts) and "product" not in kinds:
            return [self.wording.together(statement, target, members, verdicts)]
        findings: list[Finding] = []
        by_factors = False
        chain: list[Target] = []  # as this line writes it: its numbers stand for these slopes
        for place, member in enumerate(members):
            own: list[Finding] = []
            if kinds[place] == "product":
                spelled_out = self._spelled_out(member) if verdicts[place].is_right else []
                if not spelled_out:
                    before = [
                        one for one, found in zip(members[:place], verdicts[:place], strict=True) if found.is_right
                    ]
                    own = self._factors(statement.line, member, target, verdicts[place], chain, before)
                    by_factors = bool(own) or by_factors
                chain = spelled_out or chain
            if verdicts[place].verdict == "accident" and own and all(one.is_right for one in own):
                verdicts[place] = self.judge.here(member, target)  # numbers stand for some of the slopes
            found = verdicts[place]
            if found.verdict == "off" and own and all(one.is_right for one in own) and _is_about(found):
                found = verdicts[place] = found._replace(verdict="rounded")  # 125 · 5, where 125 is 125.3
            findings += own
            if own and (place + 1 < len(members) or (found.is_right and all(one.is_right for one in own))):
                continue
            previous = self._before(member, members[place - 1], verdicts[place - 1].value) if place else None
            in_chain = by_factors or kinds[place] == "product"
            finding = self.wording.finding(statement.line, member, target, found, previous, in_chain=in_chain)
            if found.is_right and found.true and not all(one.is_right for one in own):
                finding = replace(finding, remark=f"{finding.remark}, since the errors of its factors cancel")
            by_own = finding.verdict == "off" and not all(one.is_right for one in own)
            findings.append(replace(finding, follows=True) if by_own else finding)
        return _said_once(findings) if by_factors else findings

    def _verdict(self, member: Member, target: Target) -> Verdict:
        """What a member is; no accident where numbers stand for some of the slopes of its routes."""
        found = self.judge.verdict(member, target)
        if found.verdict == "accident" and not found.only and self.factors.are_routes(member, target):
            return self.judge.here(member, target)
        return found

    def _before(self, member: Member, other: Member, value: float) -> float:
        """The number of what stands before; where it is wrong and taken over, that of a name of the text's own."""
        stated = self.judge.as_stated(other.term) if self.words.stated else value
        return stated if isinstance(member.term, Literal) and follows(member.term, stated) else value

    def _factors(
        self,
        line: int,
        member: Member,
        target: Target,
        found: Verdict,
        spelled_out: list[Target],
        before: list[Member],
    ) -> list[Finding]:
        """What is said about the factors of a product; nothing where one term explains more than one that is off."""
        own = self.factors.findings(line, member, target, found, spelled_out, before)
        is_much = sum(not one.is_right for one in own) > 1
        return [] if is_much and self.wording.slips.of_sum.guess(member, target, found.true).slip else own

    def _repeats(self, member: Member, target: Target) -> bool:
        one = member.term
        if not isinstance(one, Derivative) or (one.order, one.partial) != (target.order, target.partial):
            return False
        return self.judge.is_of(one, target)

    def _kind(self, member: Member, target: Target) -> str:
        if target.wrt is None or target.of is target.wrt:
            return "value"
        if target.order > 1:
            return "slope"
        if len(member.addends) > 1:
            return "sum" if len(self.judge.routes(target.of, target.wrt)) != 1 else "slope"
        many = len(self.judge.chain(target.of, target.wrt)) > 1
        return "product" if many and len(member.addends[0]) > 1 else "slope"


def _is_about(found: Verdict) -> bool:
    return abs(found.value - found.true) <= ABOUT * abs(found.true)


def _said_once(findings: list[Finding]) -> list[Finding]:
    """What a factor's own line says, that of the product does not say again; nor what else might have made it off."""
    factors = [finding for finding in findings if finding.kind == "factor"]
    said = {finding.slip for finding in factors}
    if all(finding.is_right for finding in factors):
        said.add("missing factor")  # each of them stands there
    return [
        replace(one, remark=one.remark.partition(" Likely:")[0], slip="")
        if one.kind == "product" and (one.follows or one.slip in said)
        else one
        for one in findings
    ]
