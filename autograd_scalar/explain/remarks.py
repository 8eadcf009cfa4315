"""What is said below a derivation: rounding, what ``.grad`` holds, other names."""

from __future__ import annotations

from math import isfinite, isnan, prod
from typing import TYPE_CHECKING

from ..formula.equations import Equation, walk, with_numbers
from ..formula.numbers import number
from ..formula.styles import Style
from ..formula.terms import Call
from ..notation import display
from ..ops import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..formula.equations import Section
    from ..formula.terms import Term
    from ..steps import Slope, Steps
    from ..value import Value

__all__ = ["callable_notes", "grad_notes", "legend", "reason_text", "rounding_note", "text"]


def text(term: Term, digits: int | None) -> str:
    """A term as text."""
    return Style(digits).write(term)


def reason_text(slope: Slope, digits: int | None) -> str:
    """What decided a slope: ``z = 7 > 0``; nothing where nothing was decided."""
    return text(with_numbers(slope.conditions[0]), digits) if slope.conditions else ""


def rounding_note(factors: list[float], value: float, digits: int | None) -> tuple[str, ...]:
    """A word where the factors, as they are shown, do not multiply to the product that is shown."""
    if digits is None or not isfinite(value):
        return ()
    shown = prod(float(f"{factor:.{digits}g}") for factor in factors)
    if number(shown, digits) == number(value, digits):
        return ()
    return (f"The factors are rounded for show; as they stand here they multiply to {number(shown, digits)}.",)


_COUNTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}


def grad_notes(steps: Steps, node: Value, value: float, digits: int | None) -> tuple[str, ...]:
    """What ``.grad`` holds, where it is not this gradient. Nodes made inside a function are nobody's to look at."""
    if steps.of_function:
        return ()
    name, root = display(steps.name(node)), display(steps.name(steps.root))
    typed = steps.name(node)  # in what is meant to be typed, w1 is not w₁
    if not node.reached:
        call = f"{steps.name(steps.root)}.backward()"
        return (f"{typed}.grad is 0: no backward pass has reached {name} yet; {call} leaves the gradient there.",)
    grad = node.grad
    scale = max(abs(grad), abs(value))
    if abs(grad - value) <= 1e-9 * scale or (isnan(grad) and isnan(value)):
        return ()
    shown = number(grad, digits)
    if not steps.root.reached:
        return (
            f"{typed}.grad is {shown}: another graph left it there, or it was set; no pass has gone through {root}.",
        )
    for times, word in _COUNTS.items():
        if value and abs(grad - times * value) <= 1e-9 * abs(grad):
            return (f"{typed}.grad is {shown}: it holds {word} passes; call zero_grad() between them.",)
    return (
        f"{typed}.grad is {shown}, not this gradient: it comes from another pass, another graph or seed, or was set.",
    )


def callable_notes(sections: Iterable[Section]) -> tuple[str, ...]:
    """A word on the operations in these lines that were given as callables."""
    lines = [line for section in sections for line in section.lines if isinstance(line, Equation)]
    called = {one.name: None for line in lines for term in line.members for one in walk(term) if isinstance(one, Call)}
    rows = [table[name] for name in called if name in table and table[name].compute is not None]
    names = [*dict.fromkeys(row.partial_of or row.name for row in rows)]
    if not names:
        return ()
    was = "was given as a callable" if len(names) == 1 else "were given as callables"
    return (f"{' and '.join(names)} {was}: nobody can look inside.",)


def legend(steps: Steps, path: Iterable[Value]) -> tuple[str, ...]:
    """Other names of the same nodes: "L (also loss)"."""
    found = []
    for node in (*path, *steps.named_leaves()):
        others = steps.read.aliases(node)
        if others and steps.name(node) == steps.read.of(node):
            found.append(f"{display(steps.name(node))} (also {', '.join(others)})")
    return (f"Names: {'; '.join(found[:6])}.",) if found else ()
