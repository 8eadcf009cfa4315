"""The partials of a row as a function of Values: what makes a derivative a graph."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..validation import parse
from .expressions import Expression, names_in
from .storage import indented

if TYPE_CHECKING:
    from ..ops import Row


def derivative_source(row: Row) -> str:
    """The partials of a row as a function of Values: ``(operands…, parameters…, z) → list of partials``.

    A partial of a sequence is a list with one entry for each element; None stands where nothing flows. The numbers
    that it meets on the way decide which branch is taken, exactly as in the rule for floats.
    """
    names = {argument.name: argument.name for argument in row.arguments} | {"z": "z", "tie": "tie"}
    names |= {"nothing": "None"}
    expression = Expression(row, names, on_values=True)
    expression.give(row.partials)
    results = []
    for argument, text in zip(row.operands, row.partials, strict=True):
        tree = parse(text)
        if argument.kind == "scalar":
            results.append(expression.write(text))
            continue
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "others":
            results.append(f"others({argument.name})")
            continue
        sequences = [
            a.name for a in row.operands if a.kind == "sequence" and (a is argument or a.name in names_in(text))
        ]
        expression.names |= {name: f"{name}_i" for name in sequences}
        written = expression.write(text)
        expression.names |= {name: name for name in sequences}
        elements = ", ".join(f"{name}_i" for name in sequences)
        over = sequences[0] if len(sequences) == 1 else f"zip({', '.join(sequences)}, strict=True)"
        results.append(f"[{written} for {elements} in {over}]")
    signature = ", ".join([*(argument.name for argument in row.arguments), "z", "tie"])
    lines = [
        f"def {row.name}_derivative({signature}):",
        *indented([*expression.lines, f"return [{', '.join(results)}]"]),
        "",
    ]
    return "\n".join(lines)
