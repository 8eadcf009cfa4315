"""A program as it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..formula.equations import Equation as Line
from ..formula.equations import Section, Typeset
from ..formula.numbers import check_digits, number
from ..formula.terms import Number, Symbol, Term, of_row
from ..notation import display, displayed
from .line import row_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .line import Equation, Program

__all__ = ["Listing", "listing"]

WIDTH = 72  # characters of one line of inputs, about
INPUTS = 4  # of which a line has about so many


@dataclass(frozen=True, slots=True, repr=False)
class Listing(Typeset):
    """A program, printed: `str` prints it, a notebook typesets it."""

    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = None


def listing(program: Program, digits: int | None, lines: int) -> Listing:
    """Inputs, equations and output, at most `lines` lines of each; what is between is counted."""
    check_digits(digits)
    if lines < 1:
        raise UsageError(f"listing(lines={lines!r}): of each section one line is shown at least")
    names = program.names
    first = len(names) - len(program.equations)
    equations: list[Line | str] = []
    for place in _shown(len(program.equations), lines):
        if place < 0:
            equations.append(f"… {-place} more equations")
            continue
        term = _term(program, program.equations[place], names)
        equations.append(Line(Symbol(1.0, names[first + place]), (term,)))
    sections = (
        Section("inputs", tuple(_inputs(program, names, digits, lines))),
        Section("forward", tuple(equations)),
        Section("output", (display(names[program.output]),)),
    )
    note = program.settled_choices()
    return Listing(tuple(section for section in sections if section.lines), (note,) if note else (), digits)


def _shown(count: int, lines: int) -> Iterator[int]:
    """The places of what is shown; a negative number says how many are left out there."""
    head = count if count <= lines else (lines + 1) // 2
    yield from range(head)
    if count > lines:
        tail = lines // 2
        yield head + tail - count
        yield from range(count - tail, count)


def _inputs(program: Program, names: Sequence[str], digits: int | None, lines: int) -> Iterator[str]:
    """``w, x = 3, 2``, as many to a line as can be read."""
    count = len(program.inputs)
    places = range(count) if count <= INPUTS * lines else [*_shown(count, INPUTS * lines)]
    shown = displayed(names[place] for place in places if place >= 0)
    pairs: list[tuple[str, str]] = []
    width = 0
    for place in places:
        if place < 0:
            yield _assigned(pairs)
            yield f"… {-place} more inputs"
            pairs, width = [], 0
            continue
        pair = shown[names[place]], number(program.inputs[place][1], digits)
        width += len(pair[0]) + len(pair[1]) + 4
        if width > WIDTH and pairs:
            yield _assigned(pairs)
            pairs, width = [], len(pair[0]) + len(pair[1]) + 4
        pairs.append(pair)
    yield _assigned(pairs)  # the last of them is never left out


def _assigned(pairs: list[tuple[str, str]]) -> str:
    left, right = zip(*pairs, strict=True)
    return f"{', '.join(left)} = {', '.join(right)}"


def _term(program: Program, equation: Equation, names: Sequence[str]) -> Term:
    first = len(program.inputs)
    row = row_of(equation.op)

    def mention(place: int) -> Term:
        is_constant = first <= place < first + len(program.constants)
        return Number(program.constants[place - first]) if is_constant else Symbol(1.0, names[place])

    operands = [tuple(map(mention, one)) if isinstance(one, tuple) else mention(one) for one in equation.operands]
    parameters = [argument.name for argument in row.arguments if argument.kind == "parameter"]
    numbers = {name: program.constants[i - first] for name, i in zip(parameters, equation.parameters, strict=True)}
    return of_row(row, operands, numbers, 1.0)
