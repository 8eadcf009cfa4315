"""The reference as one static page: of every row the maths, the facts, a drawing and both curves. No script in it."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from ..draw import draw
from ..formula import number
from ..formula.styles import style_for
from ..formula.terms import Derivative
from ..ops import table
from . import maths
from .rules import curves, example
from .text import facts, pretty

if TYPE_CHECKING:
    from ..ops import Row
    from .maths import Branch
    from .rules import Curves

__all__ = ["page"]

_WIDE, _TALL, _EDGE = 384, 230, 26


def page() -> str:
    """The whole page, from the table as it is now: rows that a user has added are in it too."""
    rows = [row for row in table.values() if not row.partial_of]
    style = files(__package__).joinpath("reference.css").read_text(encoding="utf-8")
    links = "".join(f'<a href="#{escape(row.name)}">{escape(row.name)}</a>' for row in rows)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>The rules of autograd_scalar</title><style>{style}</style></head><body>\n"
        f"<h1>The rules</h1><p>{len(rows)} operations, each one line of calculus: its "
        '<span class="forward">value</span> z and one <span class="backward">partial</span> for each argument. '
        "All else follows from these lines: gradients, derivations, drawings and tests.</p>"
        f'<nav aria-label="Operations">{links}</nav>\n<main>\n'
        + "".join(map(_section, rows))
        + "</main></body></html>\n"
    )


def _section(row: Row) -> str:
    node = example(row)
    value = _cases("<mi>z</mi>", maths.value(row, node))
    style = style_for("mathml", 6, [])
    lines = [f'<div class="forward">{value}</div>']
    for name, branches in maths.partials(row, node):
        lines.append(
            f'<div class="backward">{_cases(style.write(Derivative(0.0, "z", name, partial=True)), branches)}</div>'
        )
    stated = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts(row))
    drawing = draw(node, names=lambda one: one.label, legend=False).svg
    return (
        f'<section id="{escape(row.name)}" aria-labelledby="{escape(row.name)}-name"><header>'
        f'<h2 id="{escape(row.name)}-name">{escape(row.signature)}</h2><p class="soft">{escape(row.about)}</p></header>'
        f'<div><div class="maths">{"".join(lines)}</div><dl>{stated}</dl></div>'
        f'<div>{_figure(row)}<div class="drawing">{drawing}</div></div></section>\n'
    )


def _cases(left: str, branches: list[Branch]) -> str:
    """``left = formula``, or with a brace, one line for each branch."""
    if len(branches) == 1:
        right = branches[0].formula
    else:
        rows = "".join(
            f"<mtr><mtd>{branch.formula}</mtd><mtd>{_when(branch.conditions)}</mtd></mtr>" for branch in branches
        )
        right = f"<mrow><mo>{{</mo><mtable>{rows}</mtable></mrow>"
    return f"<math><mrow>{left}<mo>=</mo>{right}</mrow></math>"


def _when(conditions: str) -> str:
    return "<mtext>otherwise</mtext>" if conditions == "otherwise" else f"<mtext>if&nbsp;</mtext>{conditions}"


# ------------------------------------------------------------------------------------------------------------ curves


def _figure(row: Row) -> str:
    shown = curves(row)
    bottom, top = _window(shown)
    fixed = f", where {pretty(shown.fixed)}" if shown.fixed else ""
    return (
        f'<figure><svg class="plot" viewBox="0 0 {_WIDE} {_TALL}" role="img" '
        f'aria-label="{escape(row.name)}: value and partial against {escape(shown.argument)}">'
        f"{_axes(shown, bottom, top)}"
        f"{_curve(shown, shown.slopes, bottom, top, 'dz')}{_curve(shown, shown.values, bottom, top, 'z')}"
        f'</svg><figcaption><span class="forward">— z</span> &nbsp; '
        f'<span class="backward">╌ ∂z/∂{escape(shown.argument)}</span>{escape(fixed)}</figcaption></figure>'
    )


def _window(shown: Curves) -> tuple[float, float]:
    """What is seen from bottom to top: 0, and all of both curves that is no more than 4 away from it."""
    near = [y for _, y in (*shown.values, *shown.slopes) if abs(y) <= 4]
    bottom, top = min([*near, 0.0]), max([*near, 0.0])
    return bottom - 0.06 * (top - bottom), (top if top > bottom else bottom + 1) + 0.06 * (top - bottom)


def _across(shown: Curves, x: float) -> float:
    return round(_EDGE + (x - shown.low) / (shown.high - shown.low) * (_WIDE - 2 * _EDGE), 2)


def _down(y: float, bottom: float, top: float) -> float:
    return round(_EDGE / 2 + (top - y) / (top - bottom) * (_TALL - 1.5 * _EDGE), 2)


def _axes(shown: Curves, bottom: float, top: float) -> str:
    zero = _down(0.0, bottom, top)
    left, right = _across(shown, shown.low), _across(shown, shown.high)
    lines = f'<path class="axis" d="M{left} {zero}H{right}'
    if shown.low <= 0 <= shown.high:
        lines += f"M{_across(shown, 0.0)} {_down(top, bottom, top)}V{_down(bottom, bottom, top)}"
    lines += '"/>'
    for x, anchor in ((shown.low, "start"), (shown.high, "end")):
        lines += f'<text x="{_across(shown, x)}" y="{_TALL - 4}" text-anchor="{anchor}">{number(x)}</text>'
    upper = max((y for _, y in (*shown.values, *shown.slopes) if abs(y) <= 4), default=0.0)
    at = _across(shown, 0.0) if shown.low <= 0 <= shown.high else left
    return lines + f'<text x="{at + 5}" y="{_down(upper, bottom, top) + 4}">{number(upper, 3)}</text>'


def _curve(shown: Curves, points: tuple[tuple[float, float], ...], bottom: float, top: float, kind: str) -> str:
    """A line through the points; it is broken where the curve leaves the picture, and where it jumps."""
    step = (shown.high - shown.low) / 200
    path: list[str] = []
    last: tuple[float, float] | None = None
    for x, y in points:
        if not bottom <= y <= top:
            last = None
            continue
        jumps = last is None or x - last[0] > step or abs(y - last[1]) > 0.2 * (top - bottom)
        path.append(f"{'M' if jumps else 'L'}{_across(shown, x)} {_down(y, bottom, top)}")
        last = (x, y)
    return f'<path class="{kind}" d="{"".join(path)}"/>'
