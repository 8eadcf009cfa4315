"""How a drawing looks: the colours by day and by night, and how wide a line is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .sheet import Wire

__all__ = ["DARK", "LIGHT", "WIDTHS", "Widths", "style", "thickness"]

LIGHT = {
    "ground": "#ffffff", "card": "#ffffff", "leaf": "#f5f7fa", "ink": "#1c2430", "soft": "#6b7686", "line": "#c9d0da",
    "wire": "#b9c2ce", "shut": "#9aa3af", "forward": "#0b5cad", "backward": "#c2410c", "lit": "#fff4e8",
    "made": "#eaf3fd",
}  # fmt: skip
DARK = {
    "ground": "#12161c", "card": "#1a2029", "leaf": "#222a35", "ink": "#e7ebf1", "soft": "#98a3b3", "line": "#3a4452",
    "wire": "#4b5768", "shut": "#5b6675", "forward": "#7cb8ff", "backward": "#ff9b5e", "lit": "#2c2119",
    "made": "#17263a",
}  # fmt: skip

# Colours stand in the rules themselves and not in variables: not every program that shows SVG knows those.
_COLOURS = """.ground{{fill:{ground}}}
.card rect{{fill:{card};stroke:{line}}}
.leaf rect{{fill:{leaf}}}
.output rect{{stroke:{ink}}}
.more rect{{fill:none}}
.name,.only,.sign{{fill:{ink}}}
.op,.slope,.note,.key{{fill:{soft}}}
.data{{fill:{forward}}}
.grad{{fill:{backward}}}
.wire{{stroke:{wire}}}
.shut{{stroke:{shut}}}
.lit rect{{fill:{lit};stroke:{backward}}}
.lit .op{{fill:{ink}}}
.wire.lit{{stroke:{backward}}}"""
_COLOURS_FORWARD = """
.lit rect{{fill:{made};stroke:{forward}}}
.wire.lit{{stroke:{forward}}}"""
_SHAPES_OF_TEXT = """text{font:400 14px ui-sans-serif,system-ui,sans-serif}
.name{font-weight:600}
.sign{font-size:22px;font-weight:600}
.data,.grad,.slope{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.data,.grad{font-weight:500}
.slope,.note,.key{font-size:12px}
.note{font-size:13px}
.card rect{stroke-width:1.25}
.output rect{stroke-width:2}
.more rect{stroke-dasharray:4 4}
.lit rect{stroke-width:2.25}
.wire{fill:none;stroke-linecap:round}
.shut{stroke-dasharray:5 5;stroke-linecap:butt}"""


def _rules(css: str) -> str:
    """The rules for this picture only: a page may hold several, and its own."""
    lines = (line.partition("{") for line in css.splitlines())
    return "".join(
        ",".join(f".autograd-graph {part}" for part in selector.split(",")) + "{" + rest for selector, _, rest in lines
    )


def style(theme: str, *, forward: bool) -> str:
    """The style sheet; what is lit is lit in the colour of the backward pass, or of the forward pass."""
    rules = _COLOURS + _COLOURS_FORWARD if forward else _COLOURS
    light, dark = (_rules(rules.format(**palette)) for palette in (LIGHT, DARK))
    colours = {"light": light, "dark": dark, "auto": f"{light}@media (prefers-color-scheme:dark){{{dark}}}"}
    return _rules(_SHAPES_OF_TEXT) + colours[theme]


class Widths(NamedTuple):
    """How wide a line is: `plain` before a pass and where it is shut, `least` where no gradient flows through it.

    For a gradient of 1 it is `one`; by `above` more for each power of ten above, by `below` less for each below, and
    never more than `most`.
    """

    plain: float = 1.5
    least: float = 0.9
    one: float = 2.25
    above: float = 1.5
    below: float = 0.45
    most: float = 6.5


WIDTHS = Widths()
_MOST_POWER = 9.0  # of an endless gradient


def thickness(wire: Wire) -> float:
    """How wide a wire is drawn."""
    plain, least, one, above, below, most = WIDTHS
    flow = wire.flow
    if wire.shut or flow is None or math.isnan(flow):
        return plain
    if flow == 0:
        return least
    power = math.log10(flow) if flow < math.inf else _MOST_POWER
    return min(most, one + above * power) if power > 0 else max(least, one + below * power)
