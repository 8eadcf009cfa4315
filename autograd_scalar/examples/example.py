"""What a worked example consists of, and how it is told.

An example is a question, a function that builds its graph as a user would write it, and what is often written about it.
Everything that is told is derived by the library when it is told: the numbers as written stand beside the engine's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isclose
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..explain import explain, explain_update
from ..explain.derivation import Pass
from ..explain.what_if import at
from ..formula.numbers import number
from ..graph import topological_order
from ..names import call_with_names, read_names
from ..steps import Steps
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..explain import Derivation, Update
    from ..explain.what_if import WhatIf

__all__ = ["Claim", "Example", "Finding", "Part", "Run", "Story", "descend"]


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that is often written, and where the true number comes from.

    `number` is as it is written, or what the written formula comes to; without one it is left out, or said in words.
    `because` tells why what is written differs, or what should have been added.
    """

    says: str
    number: str | Callable[[Run], float] = ""
    of: Callable[[Run], float] | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim that has been looked into: the true number as text, and the verdict in words."""

    says: str
    true: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a story: a heading, and words or a derivation."""

    title: str
    body: Any

    def __str__(self) -> str:
        body = "\n".join(self.body) if isinstance(self.body, tuple) else str(self.body)
        return f"{self.title}\n{body}"


@dataclass(frozen=True, slots=True)
class Story:
    """An example, told: the parts in order. `str` prints it."""

    title: str
    question: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return "\n\n".join([f"{self.title}\n{self.question}", *map(str, self.parts)])


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example. `build` takes the leaves as Values and returns L; `wrt` is the leaf in question."""

    name: str
    title: str
    question: str
    build: Callable[..., Value]
    leaves: Mapping[str, float]
    wrt: str
    lr: float
    claims: Sequence[Claim]
    tell_more: Callable[[Run], Sequence[Part]] = field(default=lambda _: ())

    def record(self, **leaves: float) -> Run:
        """Record the graph, at other leaves than the example's where some are given, and run the backward pass.

        Raises `UsageError` for a leaf that the example does not have.
        """
        unknown = [name for name in leaves if name not in self.leaves]
        if unknown:
            raise UsageError(f"{self.name} has no leaf {unknown[0]!r}; its leaves are {', '.join(self.leaves)}")
        values = {name: Value(one, label=name) for name, one in {**self.leaves, **leaves}.items()}
        result, scopes = call_with_names(self.build, **values)
        order = topological_order(result)
        names = read_names(Value, nodes=order, label=lambda node: node.label, scopes=scopes)
        named: dict[str, Value] = {}
        for node in order:
            if name := names.of(node):
                named[name] = node.named(name)
        if not result.label:
            named["L"] = result.named("L")
        result.backward()
        return Run(self, result, named)

    def tell(self) -> Story:
        """The story: the derivation, the gradient step, what else there is to see, and what is often written."""
        run = self.record()
        parts = [
            Part("Forward, backward, chain", run.explain()),
            Part("One step of gradient descent", run.update()),
            *self.tell_more(run),
            Part("Often written, and what is true", table(run.findings(), heads=True)),
        ]
        return Story(self.title, self.question, tuple(parts))


@dataclass(frozen=True, slots=True)
class Run:
    """An example's graph, recorded, after a backward pass. Every node that has a name is in `names`."""

    example: Example
    result: Value
    names: dict[str, Value]

    def value(self, name: str) -> float:
        """The number of a node."""
        return self.names[name].data

    def gradient(self, name: str) -> float:
        """The derivative of the result with respect to a node."""
        return self.names[name].grad

    def slope(self, of: str, wrt: str) -> float:
        """One factor of the chain: d`of`/d`wrt` within one step."""
        steps = Steps(self.result)
        return steps.slope(self.names[of], self.names[wrt]).value

    def derivative(self, of: str, wrt: str) -> float:
        """d`of`/d`wrt` through every route between the two."""
        return Pass(Steps(self.names[of])).adjoints[self.names[wrt]]

    def updated(self, name: str) -> float:
        """The number of a leaf after one step of gradient descent."""
        return explain_update(self.result, self.names[name], lr=self.example.lr).after[0][1]

    def explain(self, wrt: str = "") -> Derivation:
        """The derivation for a leaf, the example's own unless another is named."""
        return explain(self.result, self.names[wrt or self.example.wrt])

    def update(self, name: str = "") -> Update:
        """The gradient step of a leaf, written out."""
        return explain_update(self.result, self.names[name or self.example.wrt], lr=self.example.lr)

    def at(self, **leaves: float) -> WhatIf:
        """The graph at other leaves."""
        return at(self.result, {self.names[name]: one for name, one in leaves.items()})

    def findings(self) -> list[Finding]:
        """Each claim beside the truth."""
        return [_finding(claim, self) for claim in self.example.claims]


def descend(
    build: Callable[..., Value], leaves: Mapping[str, float], moving: Sequence[str], *, lr: float, steps: int
) -> dict[str, float]:
    """The leaves after so many steps of gradient descent on some of them; and ``"loss"``, what is then left."""
    now = {name: Value(one) for name, one in leaves.items()}
    for _ in range(steps):
        loss = build(**now)
        loss.zero_grad()
        loss.backward()
        for name in moving:
            now[name].data -= lr * now[name].grad
    return {**{name: one.data for name, one in now.items()}, "loss": build(**now).data}


def _finding(claim: Claim, run: Run) -> Finding:
    if claim.of is None:
        return Finding(claim.says, "", claim.because)
    true = claim.of(run)
    stated = claim.number if isinstance(claim.number, str) else repr(claim.number(run))
    verdict = _verdict(stated, true) if stated else "not given"
    return Finding(claim.says, number(true), f"{verdict}: {claim.because}" if claim.because else verdict)


def _verdict(claimed: str, true: float) -> str:
    """What to think of a number, as it is written."""
    stated = float(claimed)
    if isclose(stated, true, rel_tol=1e-14):
        return "right"
    decimals = len(claimed.partition(".")[2])
    rounded = round(true, decimals)
    if stated == rounded:
        return "right, rounded"
    if stated / true > 2:
        return f"{number(stated / true)} times too large"
    if 0 < stated / true < 0.5:
        return f"{number(true / stated)} times too small"
    error = stated / true - 1
    if abs(error) < 1e-3:
        return f"rounded it is {number(rounded, None)}"
    return f"{number(abs(error) * 100, 3)} % too {'large' if error > 0 else 'small'}"


def table(findings: Sequence[Finding], *, heads: bool = False) -> tuple[str, ...]:
    """Findings in columns: what is said, what is true, and the verdict; with the columns' names above, if wanted."""
    if heads:
        findings = [Finding("written", "true", "verdict"), *findings]
    widths = [max(len(getattr(one, column)) for one in findings) for column in ("says", "true")]
    return tuple(f"{one.says:{widths[0]}}   {one.true:{widths[1]}}   {one.verdict}".rstrip() for one in findings)
