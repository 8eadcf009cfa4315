"""`kinks`: the nodes of a graph whose slope is a convention, and those near them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape as html_escape
from math import inf
from typing import TYPE_CHECKING, Any

from ..backward import check_not_edited
from ..errors import UsageError
from ..formula.equations import Section, Typeset
from ..formula.numbers import DIGITS, check_digits, number
from ..notation import after_d, display, escape, plain
from .asking import steps_for
from .kink import Kink, Slopes, interval, kink_of
from .kink_place import is_on_kink
from .tables import html_table
from .words import UNNAMED, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Kinks", "is_on_kink", "kinks"]

NEAR = 1e-6
LINES = 40  # kinks that are printed


@dataclass(frozen=True, slots=True, repr=False)
class Kinks(Typeset):
    """All nodes of a graph that are on a kink or within `near` of one, in the order of recording."""

    of: str
    near: float
    kinks: tuple[Kink, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS

    def __len__(self) -> int:
        return len(self.kinks)

    def __iter__(self) -> Iterator[Kink]:
        return iter(self.kinks)

    def ascii(self) -> str:
        """The same in ASCII."""
        return plain(self.text())

    def _repr_html_(self) -> str:
        head, *rest = _table(self)
        return f'<div class="autograd-kinks"><p>{html_escape(head[0])}</p>{html_table(rest)}</div>'

    def _repr_latex_(self) -> None:  # a notebook shows the table of `_repr_html_`
        return None

    def latex(self) -> str:
        """An ``array`` of words."""
        rows = [" & ".join(rf"\text{{{escape(cell, 'latex')}}}" for cell in row) for row in _table(self)]
        body = " \\\\\n".join(rows)
        return f"\\begin{{array}}{{lll}}\n{body}\n\\end{{array}}"


def kinks(result: Any, near: float = NEAR, digits: int | None = DIGITS, **arguments: Any) -> Kinks:
    """The nodes of a graph that are on or near a kink, the slope taken there, and the interval of possible slopes.

    A kink is where the slopes at the left and at the right of a number differ: relu at 0, a tie in a maximum. There the
    gradient depends on a convention, which stands in the table, and a numerical check sees neither side. `near` is
    relative: x = a − b is near 0 when it is within `near` times the larger of a and b.

    Raises `UsageError` when `near` is not a number ≥ 0.

    >>> from autograd_scalar import Value
    >>> w = Value(-0.5, label="w")
    >>> z = (w * 2 + 1).named("z")
    >>> a = z.relu().named("a")
    >>> print(kinks(a))
    1 node on a kink, where the slope is a convention
      a = relu(z)   z = 0   da/dz: 0 is taken, of [0, 1]
    """
    check_digits(digits)
    if type(near) not in (int, float) or not 0 <= near < inf:
        raise UsageError(f"kinks: near={near!r}: it is a relative distance, a number from 0 on")
    steps = steps_for("kinks", result, arguments)
    check_not_edited(steps.order)
    words = Words(steps, digits)
    found = [kink for node in steps.order if node._rule is not None for kink in [kink_of(node, words, near)] if kink]
    made = Kinks(steps.name(steps.root), float(near), tuple(found), (), (), digits)
    lines = _lines(made)
    return Kinks(made.of, made.near, made.kinks, (Section("", tuple(lines)),), (), digits)


def _table(found: Kinks) -> list[tuple[str, ...]]:
    on = sum(kink.is_on for kink in found)
    close = len(found) - on
    within = number(found.near, found.digits)
    if not found.kinks:
        return [(f"No node is on a kink, or within {within} of one.",)]
    parts = []
    if on:
        parts.append(f"{on:,} node{'s' * (on > 1)} on a kink, where the slope is a convention")
    if close:
        which = "near one" if on else f"node{'s' * (close > 1)} near a kink"
        parts.append(f"{close:,} {which} (within {within})")
    rows: list[tuple[str, ...]] = [("; ".join(parts),)]
    for kink in found.kinks[:LINES]:
        what = kink.formula if kink.formula == kink.node else f"{display(kink.node)} = {kink.formula}"
        slopes = [_slope_text(kink, one, found.digits) for one in kink.slopes[:4]]
        more = len(kink.slopes) - 4
        rows.append((what, kink.where, "; ".join(slopes) + (f"; and {more:,} more" if more > 0 else "")))
    if len(found.kinks) > LINES:
        rows.append((f"… {len(found.kinks) - LINES:,} more", "", ""))
    return rows


def _slope_text(kink: Kink, slopes: Slopes, digits: int | None) -> str:
    taken = f"{number(slopes.taken, digits)} is taken, of {interval(slopes, digits)}"
    if slopes.wrt == UNNAMED:
        return f"for {UNNAMED}: {taken}"
    d = "d" if len(kink.slopes) == 1 else "∂"
    shown = map(display, (kink.node, slopes.wrt))
    node, wrt = (f"({one})" if " " in one else after_d(one) for one in shown)
    return f"{d}{node}/{d}{wrt}: {taken}"


def _lines(found: Kinks) -> list[str]:
    head, *rows = _table(found)
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return [
        head[0],
        *(f"  {what:{widths[0]}}   {where:{widths[1]}}   {slopes}".rstrip() for what, where, slopes in rows),
    ]
