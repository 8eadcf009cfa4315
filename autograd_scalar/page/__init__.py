"""One page that steps through both passes, on and back: a file of its own, opened from disk, with nothing beside it.

``page(L, "relu.html")`` calls this package like the function of the same name, and writes the page, or gives it as a
`Page`; ``help(Value.page)`` says which arguments it takes and what it raises. What is shown at each step is data
(`live`, `templates`), computed here once; in the page a program generated from the rules (`codegen.javascript`)
computes the numbers, so a reader may change the leaves. The page computes with nothing else and asks nobody: its policy
forbids every request and every script but its own.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from html import escape
from importlib.resources import files
from itertools import count, islice
from math import floor, isfinite, log10
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from ..calls import let_be_called, read_path
from ..codegen.javascript import given_as_callables, javascript, library, number_formatter
from ..conditions import settled, settled_condition
from ..draw import WIDTHS
from ..errors import UsageError
from ..formula import expression, operations
from ..formula.equations import Equation
from ..formula.numbers import DIGITS, check_digits
from ..formula.styles import style_for
from ..notation import counted, display, ordinal
from ..program import numbered
from ..trace import Line, read
from ..whole import Written, write_whole
from .live import STEPS, Moments, moments
from .picture import Picture, legend, picture
from .recorded import recorded as recording
from .templates import Expressions, lines
from .views import View, choosers, views

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ..program import Program
    from ..steps import Steps
    from ..trace import Step, Trace
    from ..value import Value

__all__ = ["Page", "page", "page_of", "program_of"]

VIEWS = 32
"""The most ways in which the choices of one graph go, that a page can follow."""
OPEN = 30
"""Up to so many steps the table of all steps is open from the start."""


# A frame hears of the system's colours only. Where JupyterLab's theme is of the other kind, light and dark are swapped,
# and the hues are turned back to what they were.
_THEMED = "".join(
    f"@media(prefers-color-scheme:{system}){{[data-jp-theme-light={is_light}] .autograd-page{{filter:{swap}}}}}"
    for system, is_light, swap in (
        ("light", "false", "invert(.93) hue-rotate(180deg)"),
        ("dark", "true", "invert() hue-rotate(180deg) brightness(1.12)"),
    )
)


@dataclass(frozen=True)
class Page:
    """A page, as data: `html` is the whole file. A notebook shows it in a frame of its own.

    >>> from autograd_scalar import Value
    >>> x = Value(2.0, label="x")
    >>> made = page((x * x + 3 * x).named("y"))
    >>> made
    page of y: 5 steps; .save("page.html") writes it
    >>> made.html.startswith("<!DOCTYPE html>")
    True
    """

    html: str = field(repr=False)
    title: str
    subject: str
    steps: int
    height: int

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file, whole or not at all, and return where it is. Raises `UsageError` for another suffix."""
        where = read_path(path, 'L.page("page.html")')
        if where.suffix.lower() not in {".html", ".htm"}:
            raise UsageError(f"a page is written as .html, and {str(where)!r} does not end so")
        write_whole(where, self.html.encode())
        return Written.of(where, f"page of {self.subject}, {counted(self.steps, 'step')}; open it in a browser")

    def frame(self) -> str:
        """The page inside another one: a sandboxed frame that holds its whole source, so it outlives this session."""
        style = f"width:100%;height:{self.height}px;border:0;resize:vertical;overflow:auto"
        given = f'class="autograd-page" title="{escape(self.title)}" sandbox="allow-scripts" style="{style}"'
        return f'<style>{_THEMED}</style><iframe {given} srcdoc="{escape(self.html)}"></iframe>'

    def __str__(self) -> str:
        return f'page of {self.subject}: {self.steps:,} steps; .save("page.html") writes it'

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.frame()


@overload
def page(
    result: Value | Callable[..., Any],
    path: None = None,
    /,
    *,
    title: str = "",
    every_op: bool = False,
    digits: int | None = DIGITS,
    **arguments: Any,
) -> Page: ...
@overload
def page(
    result: Value | Callable[..., Any],
    path: str | os.PathLike[str],
    /,
    *,
    title: str = "",
    every_op: bool = False,
    digits: int | None = DIGITS,
    **arguments: Any,
) -> Path: ...
def page(
    result: Value | Callable[..., Any],
    path: str | os.PathLike[str] | None = None,
    /,
    *,
    title: str = "",
    every_op: bool = False,
    digits: int | None = DIGITS,
    **arguments: Any,
) -> Page | Path:
    """One HTML page that steps through the forward and the backward pass of a result; nothing of the graph is changed.

    The page opens from disk and needs no network. It shows the drawing, the formula of each step and why it holds; it
    asks for the slopes (Predict); and its leaves can be changed: both passes then run again, in the page. Where a
    choice goes another way then, the steps and the drawing are those of the branch it takes.

    Args:
        result: L; or a function that returns it, whose local variables name the steps.
        path: where to write it, ending in .html; without, the page is returned as data.
        title: what stands above it.
        every_op: each recorded operation is a step (as ``detail="every-op"`` in `explain`), where otherwise unnamed
            ones are folded into the named.
        digits: how many significant digits are shown; None for all.
        arguments: the function's arguments by name: ``page(f, "f.html", x=2, w=3)``; numbers are made Values.

    Raises:
        UsageError: a leaf was edited after its use; more than 100,000 nodes or 3,000 steps; another suffix.
        OSError: the file cannot be written; what stood there is as it was.

    """
    if path is not None and read_path(path, 'L.page("page.html")').suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"a page is written as .html, and {str(path)!r} does not end so")
    check_digits(digits)
    made = page_of(read(result, (), arguments, every_op=every_op, verb="page"), digits, title)
    return made if path is None else made.save(path)


def program_of(steps: Steps) -> tuple[Program, dict[Value, int]]:
    """The graph as a straight line with the names of its steps, and the number of each node in it."""
    program, places = numbered(steps.root)
    names = {places[node]: steps.name(node) for node in steps.order if steps.name(node)}
    first = len(program.inputs) + len(program.constants)
    inputs = [(names.get(at, name), x) for at, (name, x) in enumerate(program.inputs)]
    equations = [one._replace(name=names.get(at, one.name)) for at, one in enumerate(program.equations, first)]
    return replace(program, inputs=tuple(inputs), equations=tuple(equations)), places


def _mentioned(program: Program, steps: Steps, places: Mapping[Value, int]) -> Program:
    """The program for the page's own errors: what has no name there is called by its formula, as the cards have it."""
    names = dict(steps.all_names())
    style = style_for("text", DIGITS, list(names.values()))
    first = len(program.inputs) + len(program.constants)
    formulas = {
        places[node]: style.write(expression(node, names)) if count <= MENTIONED else ""  # a longer one
        for node, count in operations(places, names).items()
    }
    equations = [
        one if one.name or len(formulas[at]) > MENTIONED else one._replace(name=formulas[at])
        for at, one in enumerate(program.equations, first)
    ]
    return replace(program, equations=tuple(equations))


def page_of(steps: Steps, digits: int | None = DIGITS, title: str = "") -> Page:
    """The page of a graph whose steps are known. Raises `UsageError` where it has too many of them."""
    program, places = program_of(steps)
    shown = _shown(steps, places, digits)
    if callables := given_as_callables({equation.op for equation in program.equations}):
        del shown[1:]
    recorded = shown[0]
    trace = recorded.told.trace
    count = len(trace.steps)
    title = title or f"{recorded.subject}, forward and back"
    runs = recording(program, recorded.view, trace) if callables else javascript(_mentioned(program, steps, places))
    source = _script(runs, sorted({name for one in shown for name in one.told.called}))
    svg, style = _apart(recorded.drawn.drawing.svg)
    data = _data(shown, places) | ({"leaves": []} if callables else {})
    sheet = f"{_text('page.css')}{style}.drawing{{--width:{_width(recorded.drawn)}px}}"
    html = _filled(
        _text("page.html"),
        {
            "policy": _policy(source, sheet),
            "title": escape(title),
            "style": sheet,
            "subtitle": escape(recorded.start["text"]),
            "note": _note(callables),
            "drawing": svg,
            "legend": legend(recorded.drawn.drawing),
            "count": str(count),
            "open": " open" if count <= OPEN else "",
            "rows": "\n".join(_row(step) for step in trace.steps),
            "data": _json(data),
            "script": source,
        },
    )
    beside = max(330, 60 + 42 * len(data["leaves"]))  # the leaves stand beside the formula
    height = round(min(recorded.drawn.drawing.plan.height + 48, 480) + 250 + min(beside, 440))
    return Page(html, title, recorded.subject, count, height)


class _Shown(NamedTuple):
    """One view of the graph, with all that is shown of it."""

    view: View
    told: Moments
    drawn: Picture
    start: dict[str, Any]

    @property
    def subject(self) -> str:
        trace = self.told.trace
        return trace.nodes[trace.root].shown


def _shown(steps: Steps, places: Mapping[Value, int], digits: int | None) -> list[_Shown]:
    """The graph as it was recorded, and as many other views of it as a page has room for."""
    found: list[_Shown] = []
    room = STEPS
    for view in islice(views(steps, places), VIEWS):
        try:
            told = moments(view.steps, view.places, digits)
        except UsageError:
            if not found:
                raise
            break
        room -= len(told.trace.steps)
        if room < 0 and found:
            break
        found.append(_Shown(view, told, picture(view.steps, told.trace, ROOM), _start(view.steps, told.trace)))
    return found


# ------------------------------------------------------------------------------------------------------------ parts


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _filled(template: str, parts: dict[str, str]) -> str:
    """The template with its parts in their places, in one go: what is put in is not read again."""
    pieces = template.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, _, rest = piece.partition("}}")
        filled += [parts[name], rest]
    return "".join(filled)


def _json(data: Any) -> str:
    """JSON that may stand in a script element: no text in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return (
        text.replace("</", "<\\/").replace("<!", "\\u003c!").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    )


def _policy(script: str, style: str) -> str:
    """Nothing may be loaded, sent or run, but this script and this style."""

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    own = f"script-src {digest(script)}; style-src {digest(style)}"
    return f"default-src 'none'; {own}; base-uri 'none'; form-action 'none'"


def _note(callables: list[str]) -> str:
    """Why the leaves of this page cannot be changed, where that is so."""
    if not callables:
        return ""
    was = "was given as a callable" if len(callables) == 1 else "were given as callables"
    text = f"{' and '.join(callables)} {was}, which only Python can call: the leaves cannot be changed in this page."
    return f'\n<p class="note">{escape(text)}</p>'


def _script(program: str, operations: list[str]) -> str:
    """The program, the operations that formulas mention, and the page's own text."""
    called = (
        f"const rules = (() => {{\n{library(operations)}return rules;\n}})();\n"
        if operations
        else "const rules = {};\n"
    )
    return f'"use strict";\n{program}{number_formatter()}{called}{_text("page.js")}'


def _apart(svg: str) -> tuple[str, str]:
    """A drawing without its style, and the style: a policy that names each style shall have one to name."""
    before, _, rest = svg.partition("<style>")
    style, _, after = rest.partition("</style>")
    return before + after, style


def _row(step: Step) -> str:
    total = f'<div class="total">{escape(step.total.text())} ({_nth(step)})</div>' if step.total else ""
    return (
        f'<tr class="{step.phase}"><th scope="row">{step.number}</th><td>{step.phase}</td>'
        f"<td><div>{escape(step.equation.text())}</div>{total}</td></tr>"
    )


def _nth(step: Step) -> str:
    """Which of the contributions to a gradient a step brings: 2nd of 3."""
    place, uses = step.use
    return f"{ordinal(place)} of {uses}"


ROOM = 6
"""The characters that a number takes on a card: −1.852. Where both together are longer, they are written smaller."""
MENTIONED = 40
"""The characters of a formula by which an error may call a result."""
SHORT = 6
"""The names of a model's parameters are longer than this."""
LONG = 90
"""A formula of more characters than this is not written above the page."""


def _start(steps: Steps, trace: Trace) -> dict[str, Any]:
    """What is shown before the first step: the whole formula, where it can be read at a glance."""
    leaves = [node.shown for node in trace.nodes if node.kind == "leaf"]
    named = {node: name for node, name in steps.all_names() if node._rule is None}
    whole = Equation(steps.symbol(steps.root), (expression(steps.root, named),))
    text = Line(whole, trace.digits).text()
    names = {name: ["v", 0] for name in named.values()}
    shown = whole if len(text) <= LONG else replace(whole, members=())
    written = lines(shown, Expressions(names), trace.digits, {})
    some = f"{len(leaves):,} leaves" if len(leaves) > 6 else "leaves " + ", ".join(leaves)
    if len(leaves) == 1:
        some = f"leaf {leaves[0]}"
    say = f"Only the {some} {'has' if len(leaves) == 1 else 'have'} a value yet. Next computes the first result."
    return {
        "line": written,
        "say": say,
        "text": text if len(text) <= LONG else f"{len(trace.nodes):,} nodes, {len(leaves):,} of them leaves",
    }


def _data(shown: list[_Shown], places: Mapping[Value, int]) -> dict[str, Any]:
    recorded = shown[0]
    leaves = _leaves(recorded, places)
    return {
        "digits": recorded.told.trace.digits,
        "leaves": leaves,
        "choosers": [places[node] for node in choosers(places)],
        "settled": _settled(recorded.view.steps, places),
        "views": {one.view.key: _view(one, [leaf["input"] for leaf in leaves], alone=len(shown) == 1) for one in shown},
        "widths": WIDTHS._asdict(),
    }


def _settled(steps: Steps, places: Mapping[Value, int]) -> str:
    """A word on the choices that stay as they are, whatever the leaves are changed to; nothing without such."""
    found = [node for node in choosers(places) if settled_condition(node) is not None]
    return settled(display(steps.name(node)) or node.op for node in found) if found else ""


def _width(drawn: Picture) -> int:
    return round(drawn.drawing.plan.width + 2 * drawn.drawing.margin)


def _view(shown: _Shown, leaves: list[int], *, alone: bool) -> dict[str, Any]:
    """What the page has of one view; `leaves` are the inputs in the order of their fields."""
    view, told, drawn, start = shown
    nodes = []
    for node, own in zip(view.steps.order, told.trace.nodes, strict=True):
        nodes.append(
            {
                "valued": own.valued,
                "reached": own.reached,
                "isStep": own.is_step,
                "place": view.places[node],
                "called": list(dict.fromkeys((own.name, own.shown))) if own.name else [],
                "operands": view.operands_of(node),
            }
        )
    moments = []
    for step, moment in zip(told.trace.steps, told.steps, strict=True):
        cards, wires = drawn.lit(told.trace, step)
        moments.append(
            {
                "phase": step.phase,
                "node": step.node,
                "source": step.source,
                "edges": step.edges,
                "use": step.use,
                "nth": _nth(step),
                "cards": cards,
                "wires": wires,
                **moment,
            }
        )
    names = _leaf_names(view, told.trace)
    return {
        "start": {"line": start["line"], "say": start["say"]},
        "nodes": nodes,
        "steps": moments,
        "expressions": told.expressions,
        "cards": drawn.cards,
        "wires": drawn.wires,
        "drawing": None if alone else _apart(drawn.drawing.svg)[0],
        "width": _width(drawn),
        "names": [names[leaf] for leaf in leaves],
    }


def _leaf_names(view: View, trace: Trace) -> dict[int, str]:
    """What the inputs are called; those that the trace does not know, being none of its leaves, last."""
    names = {view.places[node]: own.shown for node, own in zip(view.steps.order, trace.nodes, strict=True)}
    known = dict(view.steps.all_names())
    free = (name for number in count(1) if (name := display(f"v{number}")) not in names.values())
    for node, place in view.places.items():
        if node._rule is None and place not in names:
            names[place] = display(known[node]) if node in known else next(free)
    return names


def _leaves(shown: _Shown, places: Mapping[Value, int]) -> list[dict[str, Any]]:
    """What can be changed: each leaf with the number of its input, and a range for its slider."""
    names = _leaf_names(shown.view, shown.told.trace)
    leaves = [(place, node.data) for node, place in places.items() if node._rule is None]
    sizes = [abs(x) for _, x in leaves if isfinite(x)]
    common = _round_up(2 * max(sizes, default=1.0) or 5.0)
    found = []
    for place, x in leaves:
        size = abs(x) if isfinite(x) else 0.0
        most = common if size == 0 or size > common / 60 else _round_up(2 * size)
        found.append({"input": place, "least": -most, "most": most, "step": most / 200})
    read = {place: at for at, place in enumerate(_as_read(shown))}

    def order(leaf: dict[str, Any]) -> tuple[bool, int]:  # inputs before a model's weights
        return len(names[leaf["input"]]) > SHORT, read.get(leaf["input"], len(read))

    return sorted(found, key=order)


def _as_read(shown: _Shown) -> list[int]:
    """The inputs in the order in which the formulas of the steps mention them."""
    trace = shown.told.trace
    found: dict[int, None] = {}
    for step in trace.steps:
        pending = [step.node] if step.phase == "forward" else []
        while pending:
            node = trace.nodes[pending.pop()]
            if node.kind == "leaf":
                found[node.number] = None
            elif node.number == step.node or not node.is_step:
                pending += reversed(node.parents)
    return [shown.view.places[shown.view.steps.order[number]] for number in found]


def _round_up(x: float) -> float:
    """The next of 1, 2, 5, 10 and so on."""
    x = min(max(x, 1e-300), 1e308)  # a range must have steps, and ends that are floats
    power = 10.0 ** floor(log10(x))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= x * (1 - 1e-12))


let_be_called(__name__, page)
