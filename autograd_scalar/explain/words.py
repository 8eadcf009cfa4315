"""How routes, reasons and kinks speak of nodes: one place for names, formulas and numbers within a sentence."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..formula.equations import with_numbers, with_value
from ..formula.numbers import is_exact, number
from ..formula.styles import style_for
from ..formula.terms import Condition, Symbol, Term
from ..notation import display, is_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..steps import Steps
    from ..value import Value

__all__ = ["RAISED", "UNNAMED", "Words", "counted", "paragraph"]

SHORT = 24  # characters of a formula that stands for a node without a name
PARTS = 8  # operands up to which a formula is written out within a sentence
NUMBERS = 8  # made-up names of which a number is told where there is no room for a formula
NAMES = 500  # names in a graph among which look-alikes are searched
LINE = 120
UNNAMED = "an unnamed leaf"
EXACT = 10**18  # counts up to here are written out


class Words:
    """The names and formulas of one graph, as text."""

    def __init__(self, steps: Steps, digits: int | None) -> None:
        self.steps = steps
        self.digits = digits
        given = (name for name in steps.names() if not _MADE_UP.fullmatch(name))
        self.style = style_for("text", digits, list(islice(given, NAMES)))

    def write(self, term: Term) -> str:
        """A term as text."""
        return self.style.write(term)

    def number(self, x: float) -> str:
        """A number as text."""
        return number(x, self.digits)

    def signed(self, x: float) -> str:
        """A number with its sign: ``+3``, ``−3``."""
        return f"+{self.number(x)}" if x > 0 else self.number(x)

    def equals(self, *numbers: float) -> str:
        """``=``, or ``≈`` where one of the numbers is rounded for show."""
        return "=" if all(is_exact(x, self.digits) for x in numbers) else "≈"

    def is_named(self, node: Value) -> bool:
        """Whether a person gave this node its name (t1, t2, … are made up)."""
        name = self.steps.name(node)
        return bool(name) and (not _MADE_UP.fullmatch(name) or bool(self.steps.read.of(node)))

    def is_made_up(self, name: str) -> bool:
        """Whether a name is one of t1, t2, … that nobody gave."""
        if not _MADE_UP.fullmatch(name):
            return False
        try:
            return not self.is_named(self.steps.find(name))
        except UsageError:
            return False

    def mention(self, node: Value) -> Term:
        """A node as a sentence mentions it: its name, its number, or a short formula; or else t1, t2, …."""
        name = self.steps.name(node)
        if node._rule is None or self.is_named(node):
            return self.steps.symbol(node)
        if len(node.parents) > PARTS:
            return Symbol(node.data, name or f"{node.op} of {len(node.parents):,}")
        term = self.steps.formula(node)
        text = self.style.write(term)
        if len(text) <= SHORT and not _MENTIONS_MADE_UP.search(text):
            return term
        return Symbol(node.data, name or f"{node.op}({'…' if len(text) > SHORT else text})") if name else term

    def name(self, node: Value) -> str:
        """The same as text."""
        return self.style.write(self.mention(node))

    def plain_name(self, node: Value) -> str:
        """The name as it can be typed, t1, t2, … included; the number or the formula of a node without any."""
        return self.steps.name(node) or self.name(node)

    def formula(self, node: Value) -> str:
        """The formula of a result in terms of the steps it is made of; of very many operands only their number."""
        if len(node.parents) > PARTS:
            return f"{node.op} of {len(node.parents):,} operands"
        return self.style.write(self.steps.formula(node))

    def defined(self, node: Value) -> str:
        """``a = relu(z)``; the formula alone where there is no name."""
        name, formula = self.name(node), self.formula(node)
        return formula if name == formula else f"{name} = {formula}"

    def computed(self, node: Value) -> str:
        """``a = relu(z) = relu(7) = 7``, as far as it is short."""
        if len(node.parents) > PARTS:
            return f"{self.defined(node)} {self.equals(node.data)} {self.number(node.data)}"
        line = with_value(self.mention(node), self.steps.formula(node), node.data, self.digits)
        return " ".join([self.name(node), *(f"{relation} {text}" for relation, text in line.parts(self.style))])

    def is_number(self, node: Value) -> str:
        """``z = 7``, or only the number of a leaf without a name."""
        name, value = self.name(node), self.number(node.data)
        return value if name == value else f"{name} {self.equals(node.data)} {value}"

    def called(self, node: Value) -> str:
        """The same, where a number would not say what is meant: ``an unnamed leaf``."""
        return self.plain_name(node) if node._rule is not None or self.steps.name(node) else UNNAMED

    def derivative(self, of: Value, wrt: Value, *, partial: bool = False) -> str:
        """``dL/dw``, with t1, t2, … for steps without a name; a formula that is no step stands in brackets."""
        shown = [display(name) if (name := self.steps.name(node)) else self.name(node) for node in (of, wrt)]
        d = "∂" if partial else "d"
        top, bottom = (f"({name})" if any(sign in name for sign in " ·/²") or is_path(name) else name for name in shown)
        return f"{d}{top}/{d}{bottom}"

    def where(self, texts: Iterable[str], most: int = 4, *, with_numbers: bool = True) -> str:
        """``where t₁ = relu(z)``: what the made-up names in some texts stand for; empty where none occurs."""
        names = (name for text in texts for name in self._made_up_in(text))
        return self.definitions(names, most, with_numbers=with_numbers)

    def _made_up_in(self, text: str) -> list[str]:
        names = dict.fromkeys(written.translate(_LOWER) for written in _MENTIONED.findall(text))
        return [name for name in names if self.is_made_up(name)]

    def definitions(self, names: Iterable[str], most: int, *, with_numbers: bool = True) -> str:
        """``where t₁ = relu(z), t₂ = t₁·t₁``: these made-up names and, while there is room, those they are made of.

        Where there is none, the numbers of those that formulas mention: ``t₃ ≈ 0.753637``.
        """
        wanted = dict.fromkeys(names)
        waiting = list(wanted)
        formulas: dict[str, str] = {}
        for name in waiting:
            if len(formulas) < most and name not in formulas:
                formulas[name] = self.formula(self.steps.find(name))
                waiting += self._made_up_in(formulas[name])
        if not formulas:
            return ""
        shown = [f"{display(name)} = {formulas[name]}" for name in sorted(formulas, key=lambda name: int(name[1:]))]
        beside = [name for name in dict.fromkeys(waiting) if name not in formulas and name not in wanted]
        if with_numbers:
            for name in sorted(beside[:NUMBERS], key=lambda name: int(name[1:])):
                x = self.steps.find(name).data
                shown.append(f"{display(name)} {self.equals(x)} {self.number(x)}")
        more = len(wanted.keys() - formulas.keys()) + (len(beside[NUMBERS:]) if with_numbers else 0)
        return f"where {', '.join(shown)}{f', and so on ({more:,} more)' if more else ''}"

    def condition(self, condition: Condition) -> str:
        """``z = −5 ≤ 0``; of several joined by ``or`` the one that holds."""
        inner = [part for part in condition.parts if isinstance(part, Condition)]
        if "or" in condition.parts:
            return self.condition(next((part for part in inner if part.value), inner[0]))
        return self.write(with_numbers(condition))


_MADE_UP = re.compile(r"t\d+")
_MENTIONED = re.compile(r"(?:(?<![^\W\d_])|(?<=d))t[₀-₉]+")
_LOWER = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_MENTIONS_MADE_UP = re.compile(r"(?<![^\W\d])t[₀-₉]")


def counted(count: int | None, log10: float, one: str = "route") -> str:
    """``1 route``, ``12 routes``, ``about 10³⁰¹ routes``: exact to 10¹⁸, then a power of ten."""
    if count is None:
        return f"about 10{str(round(log10)).translate(RAISED)} {one}s"
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def paragraph(sentences: Iterable[str]) -> list[str]:
    """Sentences in lines: a new one begins where the next sentence would not fit."""
    lines: list[str] = []
    for sentence in sentences:
        if lines and len(lines[-1]) + 1 + len(sentence) <= LINE:
            lines[-1] += " " + sentence
        else:
            lines.append(sentence)
    return lines


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
