"""Names of one's own, e = a − y = 2: what else is written for one is the number of its formula, or it is off."""

from __future__ import annotations

from functools import partial
from math import isclose, nan
from typing import TYPE_CHECKING

from ...formula.terms import Derivative, Symbol
from ...notation import display
from ..reading import Literal, evaluate, mentions
from .closeness import deviation, negative, tidy
from .points import Point
from .report import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...formula.terms import Term
    from ...value import Value
    from ..reading import Member, Statement
    from .claims import Verdict
    from .judging import Judge

__all__ = ["OwnNames"]

MOST, FEW = 20_000, 8  # nodes among which one is sought, and those with the right number that are looked at


class OwnNames:
    """Judges the lines that give an expression a name."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.words = judge.words
        self.differentiated: set[str] = set()
        self.turned: set[str] = set()  # those whose opposite is a node

    def begin(self, statements: Iterable[Statement]) -> None:
        """Read another text: whose slopes does it speak of, and by what?"""
        terms = (one for statement in statements for member in statement.members for one in mentions(member.term))
        self.turned = set()
        self.differentiated = {name for one in terms if isinstance(one, Derivative) for name in (one.of, one.wrt)}

    def findings(self, statement: Statement) -> list[Finding]:
        """What is said about a line that begins with a name of one's own; nothing where it has one side only.

        Where it is differentiated elsewhere, the node it stands for is sought.

        The name stands for the first side that mentions something; the others are compared with it.
        """
        left, *members = statement.members
        if isinstance(left.term, Derivative):
            return [self._no_slope(statement, left.term)]
        name = left.term.name if isinstance(left.term, Symbol) else ""
        if name not in self.words.defined:
            return []
        for member in members:
            self._refuse_itself(member, name)
        meant = next((one for one in members if mentions(one.term)), members[0])
        self.words.defined[name] = meant.term
        if name in self.differentiated and mentions(meant.term):
            self._seek(name, meant)
        found: list[Finding] = []
        for member in members:
            if member is not meant:
                self.words.resolve(member)
                found.append(self._beside(statement.line, name, member, meant))
        is_right = all(one.is_right for one in found)
        return found[-1:] if is_right else found

    def _seek(self, name: str, meant: Member) -> None:
        """Let a name stand for the node whose number its formula has, here and near by."""
        value = evaluate(meant.term, self.judge.value_of(self.judge.recorded, {}))[0]
        order = self.judge.steps.order
        alike = [node for node in order if isclose(abs(node.data), abs(value), rel_tol=1e-9)]
        for node in alike[:FEW] if len(order) <= MOST else ():
            if self._is_same(meant.term, node):
                self.words.own[name] = node
                self.words.typed.setdefault(node, name)
                return
            if self._is_same(negative(meant.term), node):
                self.turned.add(name)

    def _is_same(self, term: Term, node: Value) -> bool:
        return self.judge.beside(term, self.judge.whole(), partial(Point.number, node=node)).verdict == "right"

    def _no_slope(self, statement: Statement, one: Derivative) -> Finding:
        """A slope of, or by, a name that stands for no node."""
        left, last = statement.members[0], statement.members[-1]
        name = next(name for name in (one.of, one.wrt) if self.words.node(name) is None)
        own = display(name)
        words = (
            f"not compared: {own} is no step of this graph, but −{own} is; turn its sign around"
            if name in self.turned
            else f"not compared: {own} is a name of your own, and no step of this graph; write the slopes of its steps"
        )
        return Finding(statement.line, "slope", tidy(last.text), tidy(left.text), "unread", nan, nan, words)

    def _beside(self, line: int, name: str, member: Member, meant: Member) -> Finding:
        """One more side, beside the one that the name stands for."""

        def number(point: Point) -> float:
            return evaluate(meant.term, self.judge.value_of(point, {}))[0]

        found = self.judge.beside(member.term, self.judge.whole(), number)
        if not found.is_right and isinstance(member.term, Literal):
            self.words.stated[name] = found.value
        verdict = "right" if found.verdict == "right" else "rounded" if found.is_right else "off"
        words = self._said(found)
        return Finding(line, "value", tidy(member.text), display(name), verdict, found.value, found.true, words)

    def _said(self, found: Verdict) -> str:
        true = self.words.number(found.true)
        if found.is_right:
            is_shown = found.verdict == "right" or self.words.number(found.value) == true
            return "right" if is_shown else f"right, rounded ({true})"
        if found.verdict == "accident":
            other = self.words.number(found.value)
            return f"right at this point by accident: where leaves differ a little it gives {other}, not {true}."
        return f"{deviation(found.value, found.true)}; it is {true}."

    def _refuse_itself(self, member: Member, name: str) -> None:
        """A name that stands for something made of that name has no number."""
        pending: list[Term] = [member.term]
        seen: set[str] = set()
        while pending:
            for one in mentions(pending.pop()):
                if not isinstance(one, Symbol) or one.name in seen or self.words.node(one.name) is not None:
                    continue
                if one.name == name:
                    raise self.words.fail(
                        member, f"{display(name)} is made of itself: give one of the two another name"
                    )
                seen.add(one.name)
                if one.name in self.words.defined:
                    pending.append(self.words.defined[one.name])
