"""The names in a text, and the nodes that they mean."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from ...errors import UsageError
from ...formula.numbers import number
from ...formula.styles import Style, style_for
from ...formula.terms import Symbol, Term
from ...graph import topological_order
from ...notation import after_d, display, listed, look, plain
from ..reading import ABOUT_WORDS, Statement, Written, is_word, mentions, typing_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...steps import Steps
    from ...value import Value

__all__ = ["Vocabulary"]

MULTIPLIERS = {"eta", "η", "lr", "learning_rate", "alpha", "α"}


_MADE_UP = re.compile(r"t[1-9][0-9]{0,9}")
_AFTER = re.compile(r"([^\W\d_]\w*?)\s*[_^]\s*[{(]{1,2}\s*([^\W\d_]+)\s*\+\s*1\s*[)}]")
_AFTER_NUMBER = re.compile(r"(?:^|[\n;])[ \t]*([^\W\d_]+)_?\{?([1-9][0-9]?)\}?[ \t]*(?::?=|<-|←)")
_LOWER = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def _spelled(name: str) -> str:
    return plain(name).replace("_", "")


def _bearers(steps: Steps) -> list[Value]:
    """The nodes that have a name; of a graph that is read in blocks, those that a person named, and the result."""
    if not steps.is_large:
        return topological_order(steps.root, all_operands=True)
    named = [node for node in steps.read.nodes() if node in steps.place]
    return sorted({*named, *steps.named_leaves(), steps.root}, key=steps.place.__getitem__)


class Vocabulary:
    """The names of one graph, those that a text defines itself, and how its writer calls each node."""

    def __init__(self, steps: Steps, wrt: Value, digits: int | None) -> None:
        self.steps = steps
        self.wrt = wrt
        self.digits = digits
        self.names: dict[str, Value] = {}
        for node in _bearers(steps):
            name = steps.name(node)
            if not name and node not in steps.place:  # the branch of a `where` that was not taken
                name = steps.read.of(node)
            if name:
                self.names.setdefault(name, node)
        looks: dict[str, set[Value]] = {}
        for name, node in self.names.items():
            looks.setdefault(look(name), set()).add(node)
        spelled: dict[str, set[Value]] = {}
        for name, node in self.names.items():
            if not name.isascii():
                spelled.setdefault(_spelled(name), set()).add(node)
        self.spelled = {alike: next(iter(nodes)) for alike, nodes in spelled.items() if len(nodes) == 1}
        self.looks = {alike: next(iter(nodes)) for alike, nodes in looks.items() if len(nodes) == 1}
        self.defined: dict[str, Term] = {}
        self.stated: dict[str, float] = {}  # the wrong numbers that the text gives to names of its own
        self.text = ""
        self.label = ""
        self.earlier: dict[str, Value] = {}
        self.own: dict[str, Value] = {}  # names of the text's own that stand for a node
        self.typed: dict[Value, str] = {}
        self.style: Style = style_for("text", digits, list(islice(self.names, 500)))

    def begin(self, text: str) -> None:
        """Read another text; what an earlier one has defined is forgotten.

        A label that several nodes share means the one that is asked about, unless the text tells them apart: w and w₂.
        """
        self.text, self.defined, self.stated, self.label, self.earlier = text, {}, {}, "", {}
        self.own = {}
        self.earlier = self._counted(text)
        if self.wrt.label and self.node(self.wrt.label) is not self.wrt:
            words = set(re.findall(r"\w+", text))
            self.label = "" if any(self.node(word) is self.wrt for word in words) else self.wrt.label

    def node(self, name: str) -> Value | None:
        """The node that bears a name, or looks as if."""
        if self.label and name == self.label:
            return self.wrt
        found = self.names.get(name)
        if found is None:  # a Value is true as its number is, so there is no `or` here
            found = self.looks.get(look(name))
        if found is None and self.spelled:  # y_hat and sigma_sq, as ASCII and LaTeX have ŷ and σ_sq
            found = self.spelled.get(_spelled(name))
        if found is None and "_" in name:  # L_i, as LaTeX writes Li
            found = self.names.get(name.replace("_", ""))
        if found is None and name.endswith("old"):  # w_old, before a step
            found = self.names.get(name.removesuffix("old").rstrip("_"))
        if found is None:
            found = self.earlier.get(name, self.own.get(name))
        if found is None and name.isprintable():
            others = [node for node in self.steps.read.find(name) if node in self.steps.place]
            found = others[0] if len(others) == 1 else self._made_up(name)
        return found

    def _counted(self, text: str) -> dict[str, Value]:
        """What stands for a node before a step: w_t where the text has w_{t+1}, w_0 where its left sides have w_1."""
        found: dict[str, Value] = {}
        for stem, letter in _AFTER.findall(text):
            node = self.node(stem)
            if node is not None and self.node(f"{stem}_{letter}") is None:
                found[f"{stem}_{letter}"] = node
        for stem, count in _AFTER_NUMBER.findall(text):
            node, before = self.node(stem), int(count) - 1
            names = [f"{stem}{before}", f"{stem}_{before}"]
            is_there = re.search(rf"(?<![^\W_]){stem}_?\{{?{before}(?!\w)", text)
            if is_there and node is not None and not any(self.is_name(name) for name in [stem + count, *names]):
                found |= dict.fromkeys(names, node)
        return found

    def _made_up(self, name: str) -> Value | None:
        """t7 of a graph that is read in blocks: such names are made when they are asked for."""
        plain = name.translate(_LOWER)
        if not self.steps.is_large or not _MADE_UP.fullmatch(plain):
            return None
        with suppress(UsageError):
            return self.steps.find(plain)
        return None

    def steps_in_sight(self) -> Iterator[Value]:
        """All steps; of a graph that is read in blocks, those that a person named."""
        if not self.steps.is_large:
            return self.steps.steps()
        return (node for node in self.names.values() if node._rule is not None)

    def is_name(self, name: str) -> bool:
        """Whether a node bears a name."""
        return self.node(name) is not None

    def is_known(self, name: str) -> bool:
        """Whether a name means anything: a node, or what the text itself defined."""
        return self.node(name) is not None or name in self.defined

    def shown(self, node: Value) -> str:
        """A node by the name that the writer uses."""
        return self.style.symbol(self.typed.get(node) or self.steps.name(node))

    def adopt(self, statement: Statement) -> None:
        """Call a node as the writer does, where it has several names."""
        for member in statement.members:
            for one in mentions(member.term):
                for name in [one.name] if isinstance(one, Symbol) else [one.of, one.wrt]:
                    node = self.node(name)
                    if node is not None and look(name) != look(self.steps.name(node)):
                        self.typed.setdefault(node, name)

    def number(self, value: float) -> str:
        """A number with the digits that are shown."""
        return number(value, self.digits)

    def fail(self, where: Written, message: str) -> UsageError:
        """The error for a place in the text."""
        return typing_error(self.text, where.at, message)

    def resolve(self, where: Written) -> None:
        """Refuse names that the graph does not have, at their place."""
        for one in mentions(where.term):
            wanted = [one.name] if isinstance(one, Symbol) else [one.of, one.wrt]
            for name in wanted:
                self._refuse_prime(where, name)
                if not self.is_known(name) and self.as_gradient(name) is None and name not in MULTIPLIERS:
                    names, most = self.steps.known()
                    known = listed([display(known) for known in names], most)
                    words = f"; {ABOUT_WORDS}" if is_word(name, where.text) else ""
                    raise self.fail(
                        self._place(where, name), f"there is no {name!r} in this graph; it has {known}{words}"
                    )

    def _refuse_prime(self, where: Written, name: str) -> None:
        """``L'`` does not say by what; ``w'`` is w after an update, but only on the left."""
        if name.endswith("'") and not self.is_known(name):
            node = self.node(name.rstrip("'"))
            if node is not None:
                raise self.fail(self._place(where, name), self.prime(node))

    def prime(self, node: Value) -> str:
        """What is said about ``L'``."""
        if node._rule is None:
            return f"{self.shown(node)}' is read as an update on the left of an equals sign only"
        return f"{self.shown(node)}' does not say by what: write {self.derivative(node, self.wrt)}"

    @staticmethod
    def _place(where: Written, name: str) -> Written:
        return Written(where.term, where.text, where.at + max(where.text.find(name), 0))

    def as_gradient(self, name: str) -> Value | None:
        """``dw`` or ``w.grad`` for dL/dw, ``grad_w`` and ``L_w`` too."""
        if name.endswith(".grad"):
            return self.node(name.removesuffix(".grad"))
        before, _, after = name.partition("_")
        if after and (before in ("grad", "nabla") or self.node(before) is self.steps.root):
            return self.node(after)
        if name.endswith("_grad"):
            return self.node(name.removesuffix("_grad"))
        return self.node(name[1:]) if name.startswith("d") and len(name) > 1 else None

    def derivative(self, of: Value, wrt: Value) -> str:
        """``dL/dw``."""
        return f"d{after_d(self.shown(of))}/d{after_d(self.shown(wrt))}"
