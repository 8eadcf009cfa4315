"""A hint: the rule of an operation as the table has it, in letters that nobody's graph is likely to use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..notation import listed
from ..value import Value
from .words import paragraph

if TYPE_CHECKING:
    from .words import Words

__all__ = ["rule_of"]

_LETTERS = {"x": "u", "y": "v", "ˣ": "ᵘ"}  # x and y of a row are not those of the graph
_LETTER = re.compile(r"(?<![A-Za-z])[xy](?![A-Za-z])|ˣ")
_OWN = re.compile(r"\bz\b")


def rule_of(node: Value, below: Value, words: Words) -> str:
    """The rule of an operation: ``relu(u) is u where it is positive, else 0. Its slope by u: …. Here u is z``."""
    row = node.row
    assert row is not None
    arguments = list(zip(row.operands, node.operands, row.written, strict=True))
    has_sequence = any(isinstance(operand, tuple) for _, operand, _ in arguments)
    call = row.signature.replace("*, ", "")
    if row.infix and len(arguments) > 1:
        call = f" {row.infix} ".join(argument.name for argument, _, _ in arguments)
    each = "each " if has_sequence else ""
    slopes: list[str] = []
    mentioned: set[str] = set()
    for argument, operand, text in arguments:
        if not any(one is below for one in (operand if isinstance(operand, tuple) else (operand,))):
            continue
        own = call if "(" in call else f"({call})"
        slope = text if has_sequence else _OWN.sub(own, text)  # z, the row's own value, is someone else's name
        slope = slope.replace(" else ", ", else ")
        remark = ", z being its own value" if _OWN.search(slope) else ""
        slopes.append(f"Its slope by {each}{argument.name}: {slope}{remark}.")
        mentioned.update(re.findall(r"[^\W\d]\w*", f"{argument.name} {slope}"))
    rule = [f"{call} is {row.about or 'an operation of your own'}.", *slopes]
    numbers = {argument.name: operand for argument, operand, _ in arguments if not isinstance(operand, tuple)}
    numbers |= node.parameters
    rename = {} if {"u", "v"} & {argument.name for argument in row.arguments} else _LETTERS
    meant = [
        f"{rename.get(name, name)} is {words.name(one) if isinstance(one, Value) else words.number(one)}"
        for name, one in numbers.items()
        if name in mentioned
    ]
    if rename:
        rule = [_LETTER.sub(lambda found: rename[found[0]], sentence) for sentence in rule]
    return "\n".join(paragraph([*rule, *([f"Here {listed(meant)}."] if meant else [])]))
