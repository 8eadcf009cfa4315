"""The docstrings of generated methods and functions: the maths, the facts of the row, an example."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..ops import table
from .expressions import needed_by
from .numbers import number_functions
from .storage import parameters_of

if TYPE_CHECKING:
    from ..ops import Row


_BY_FORM = {
    "select": (
        "A comparison of Values gives a plain truth value: as the condition it decides once, when it is recorded.",
        "A Value as the condition stays part of the graph, and holds where it is not 0: ``x.relu()`` for x > 0,",
        "``(x - 3).relu()`` for x > 3, ``x.relu() * y.relu()`` for both.",
        "",
    )
}
"""What is said of the rows of some form."""


def documentation(row: Row, *, method: bool) -> list[str]:
    """The docstring: what it computes, the partials, domain and kinks, and an example that the tests run."""
    about = row.about or f"{row.signature}, as its row says"
    first = about.split(" ", 1)[0]
    if len(first) > 1 and first.isalpha() and first.isascii() and first not in table:  # a word, and no formula
        about = about[0].upper() + about[1:]
    lines = [f'"""{about}.', "", *_BY_FORM.get(row.form, ())]
    call = f"{row.name}({', '.join(map(repr, row.arguments))})"
    lines.append(f"z = {call}" if row.value == call else f"z = {call} = {row.value}")
    of_value = needed_by(row, [row.value])
    lines += [f"    where {name} = {text}" for name, text in of_value.items()]
    lines.append("")
    for argument, stable, written in zip(row.operands, row.partials, row.written, strict=True):
        lines.append(f"    ∂z/∂{argument.name} = {written}")
        if stable != written:
            lines.append(f"        computed as {stable}")
        own = needed_by(row, [written, stable])
        lines += [f"            where {name} = {text}" for name, text in own.items() if name not in of_value]
    texts = " ".join((row.value, *row.partials, *row.written, row.given_text))
    said = [f"{word}: {meaning}." for word, meaning in _WORDS.items() if re.search(rf"\b{word}\b", texts)]
    facts = [
        ("Domain", row.domain, "Outside it raises `DomainError`."),
        ("Poles", row.poles, "There it raises `DivisionError`."),
        ("Kinks", row.kinks, "There the partial says which slope is taken."),
    ]
    for title, text, then in facts:
        said += [f"{title}: {text}.", then] if text else []
    for paragraph in (said, _example(row, method=method)):
        lines += ["", *paragraph] if paragraph else []
    return [*lines, '"""']


_SAMPLES = (0.5, 2.0)

_WORDS = {  # of the table that Python does not have
    "total": "the sum over the elements, left to right",
    "count": "how many elements there are",
    "largest": "the largest element",
    "smallest": "the smallest element",
    "product": "the product of the elements",
    "others": "for each element the product of all the others",
    "share": "1 over how many elements equal z, or 0 where one of these is a plain number",
    "tie": "½ between two Values, 0 against a plain number",
    "nothing": "no gradient flows, and there is no edge",
}


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
