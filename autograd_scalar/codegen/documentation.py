"""The docstrings of generated methods and functions: the maths, the facts of the row, an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ops import table
from .expressions import needed_by
from .numbers import number_functions
from .storage import parameters_of

if TYPE_CHECKING:
    from ..ops import Row


def documentation(row: Row, *, method: bool) -> list[str]:
    """The docstring: what it computes, the partials, domain and kinks, and an example that the tests run."""
    about = row.about or f"{row.signature}, as its row says"
    first = about.split(" ", 1)[0]
    if len(first) > 1 and first.isalpha() and first.isascii() and first not in table:  # a word, and no formula
        about = about[0].upper() + about[1:]
    lines = [f'"""{about}.', ""]
    lines.append(f"{row.name}({', '.join(map(repr, row.arguments))}) = {row.value}")
    of_value = needed_by(row, [row.value])
    lines += [f"    where {name} = {text}" for name, text in of_value.items()]
    lines.append("")
    for argument, stable, written in zip(row.operands, row.partials, row.written, strict=True):
        lines.append(f"    ∂z/∂{argument.name} = {written}")
        if stable != written:
            lines.append(f"        computed as {stable}")
        own = needed_by(row, [written, stable])
        lines += [f"            where {name} = {text}" for name, text in own.items() if name not in of_value]
    lines.append("")
    facts = [("Domain", row.domain), ("Poles", row.poles), ("Kinks", row.kinks)]
    lines += [f"{title}: {text}." for title, text in facts if text]
    if row.domain or row.poles:
        lines.append("Outside, it raises `DomainError`; at a pole, `DivisionError`.")
    example = _example(row, method=method)
    if example:
        lines += ["", *example]
    while lines[-1] == "":
        lines.pop()
    return [*lines, '"""']


_SAMPLES = (0.5, 2.0)


def _example(row: Row, *, method: bool) -> list[str]:
    if any(argument.kind == "sequence" for argument in row.operands) or any(
        a.default is None for a in parameters_of(row)
    ):
        return []
    namespace = number_functions()
    for sample in _SAMPLES:
        arguments = [sample * (1 + place) for place in range(len(row.operands))]
        try:
            result = namespace["_" + row.name](*arguments, *(parameter.default for parameter in parameters_of(row)))
        except (KeyError, ArithmeticError, ValueError):
            continue
        call = (
            f"Value({arguments[0]}).{row.name}({', '.join(map(repr, arguments[1:]))}).data"
            if method
            else (f"{row.name}({', '.join(map(repr, arguments))})")
        )
        source = "Value" if method else row.name
        return [
            f">>> from autograd_scalar{'' if method else '.functions'} import {source}",
            f">>> round({call}, 6)",
            f"{round(result, 6)}",
        ]
    return []
