"""Watch a pass happen: a cursor over its steps, pictures of them, and a conversation in the terminal.

`steps` gives a `Stepper`, which goes both ways; `frames` writes one picture a step; `step` lets a person at a terminal
go through the steps, and prints them all where nobody can answer. A stepper holds the trace, the drawing and, for the
page, the program, all of them data: no node of the graph is kept.
"""

from __future__ import annotations

import string
import sys
from contextvars import Context
from dataclasses import replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .calls import read_path
from .draw.caption import broken
from .errors import UsageError
from .formula.numbers import DIGITS, check_digits, number
from .graph import topological_order
from .names import read_names
from .notation import counted, listed, ordinal
from .other_words import nearest
from .screen import Screen, columns
from .steps import Steps
from .trace import UNREACHED, Line, Step, Trace, aligned, read, trace_of
from .value import Value
from .whole import write_whole

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from .page import Page
    from .page.picture import Picture
    from .program import Program

__all__ = ["Stepper", "frames", "step", "steps"]


class Stepper:
    """A cursor over the steps of a pass. It stands before the first step, or on one; `str` prints that one.

    ``list(stepper)`` and ``len(stepper)`` are all steps, wherever it stands. Two are equal that stand on the same step
    of equal traces. A notebook shows the page.

    Attributes:
        trace: the steps and the nodes, as data.
        picture: the drawing, and which of its cards and lines a step speaks of.
        program: the graph as a straight line, from which the page is made.
        position: the number of the current step; 0 is before the first.

    >>> from autograd_scalar import Value
    >>> x = Value(2.0, label="x")
    >>> s = steps((x * x + 3 * x).named("y"))
    >>> s
    before the first of 5 steps of y; next() goes on
    >>> s.next()
    [1/5] forward   y = x·x + 3·x = 2·2 + 3·2 = 10
    >>> s.goto("x")
    [3/5] backward  y = x·x + 3·x   ∂y/∂x = x = 2   dy/dx: 2 (1st of 3)
    >>> s.next()
    [4/5] backward  y = x·x + 3·x   ∂y/∂x = x = 2   dy/dx: 2 + 2 = 4 (2nd of 3)
    >>> s.back().after
    2.0
    """

    def __init__(self, trace: Trace, picture: Picture, program: Program) -> None:
        self.trace = trace
        self.picture = picture
        self.program = program
        self.position = 0

    # ------------------------------------------------------------------------------------------------- moving

    @property
    def current(self) -> Step | None:
        """The step on which the cursor stands; None before the first."""
        return self.trace.steps[self.position - 1] if self.position else None

    @property
    def subject(self) -> str:
        """What is stepped through: the name of the result."""
        return self.trace.nodes[self.trace.root].shown

    def next(self) -> Step:
        """Go one step on, and return it. Raises `UsageError` on the last."""
        if self.position == len(self):
            raise UsageError(f"step {len(self)} is the last; back() and goto(…) go to others")
        return self._stand_on(self.position + 1)

    def back(self) -> Step | None:
        """Go one step back, and return it; None before the first. Raises `UsageError` where there is no way back."""
        if self.position == 0:
            raise UsageError("this is before the first step already; next() goes on")
        self.position -= 1
        return self.current

    def goto(self, place: int | str | Value) -> Step | None:
        """Go to a step, by its number, or to the next step that sets a node's number: the node itself, or its name.

        From the last of a node's steps it goes to the first again. 0 is before all steps.

        Raises `UsageError` for a number that no step has, or a name that no node has, or a Value of another graph.
        """
        if isinstance(place, str | Value):
            return self._stand_on(self.next_of(place).number)
        if isinstance(place, bool) or not isinstance(place, int):
            raise UsageError(f"goto({place!r}): it takes the number of a step, a node, or the name of one")
        if not 0 <= place <= len(self):
            raise UsageError(f"there is no step {place}: they are numbered 1 to {len(self)}, and 0 is before the first")
        self.position = place
        return self.current

    def next_of(self, name: str | Value) -> Step:
        """The next step that sets a node's number, the first one after the last; the cursor stays where it is."""
        node = self.trace.find(name) if isinstance(name, str) else self._place_of(name)
        if node is None:
            raise UsageError(self.unknown(name) if isinstance(name, str) else self._foreign(name))
        own = [one for one in self.trace.steps if one.node == node] or self.trace.steps_of(node)
        return next((one for one in own if one.number > self.position), own[0])

    def _place_of(self, value: Value) -> int | None:
        """The node that bears its name and has its number: no node of the graph is kept, to be compared with."""
        own = (value.op, repr(value.data))
        alike = [node for node in self.trace.nodes if node.name and (node.op, repr(node.data)) == own]
        if not alike:
            return None
        names = read_names(Value)
        is_it = (node.number for node in alike if node.name == value.label or names.is_held_as(value, node.name))
        return next(is_it, None)

    def _foreign(self, value: Value) -> str:
        names = [node.shown for node in self.trace.nodes if node.name]
        return f"{value!r} is no node of the graph of {self.subject}, which has {listed(names, 12)}"

    def _stand_on(self, place: int) -> Step:
        self.position = place
        return self.trace.steps[place - 1]

    def unknown(self, name: str) -> str:
        """What to say about a name that no node has."""
        names = [node.name for node in self.trace.nodes if node.name]
        if close := nearest(name, names):
            return f"there is no node called {name!r}; did you mean {close}?"
        more = f" and {len(names) - 12:,} more" if len(names) > 12 else ""
        return f"there is no node called {name!r}; there is {', '.join(names[:12])}{more}"

    # ------------------------------------------------------------------------------------------------ pictures

    def frame(self, position: int | None = None) -> str:
        """The picture at a step (the current one by default), as SVG: what it speaks of is lit, and told below it."""
        return _frame(self, self.position if position is None else position)

    @cached_property
    def captions(self) -> list[list[tuple[str, str]]]:
        """What is said below the picture of each step, and before the first: lines, each of some kind."""
        width = self.picture.drawing.plan.width
        return [broken(_caption(self, position), width) for position in range(len(self) + 1)]

    @cached_property
    def page(self) -> Page:
        """The page that steps through the same pass; `save` writes it.

        Raises `UsageError` for more steps than a page has.
        """
        from .page import page_of

        root = Context().run(self.program.record)  # a context of its own: no mode of the caller's is on
        for node, known in zip(topological_order(root), self.trace.nodes, strict=True):
            node.label = known.name
        return page_of(Steps(root), self.trace.digits)

    def frames(self, pattern: str | os.PathLike[str]) -> Frames:
        """Write one SVG picture a step; see the function `frames`."""
        paths = _paths(pattern, len(self))
        for place, path in enumerate(paths, 1):
            write_whole(path, self.frame(place).encode())
        return paths

    # ------------------------------------------------------------------------------------------------ printing

    def __len__(self) -> int:
        return len(self.trace.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.trace.steps)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stepper):
            return NotImplemented
        return self.position == other.position and self.trace == other.trace

    __hash__ = None  # type: ignore[assignment]  # it moves

    def __str__(self) -> str:
        if self.current is None:
            return f"before the first of {counted(len(self), 'step')} of {self.subject}; next() goes on"
        return str(self.current)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        try:
            return self.page.frame()
        except UsageError as error:  # more steps than a page has
            return f"<p>{escape(str(self))}</p><p>{escape(str(error))}</p>"


# ------------------------------------------------------------------------------------------------ pictures of steps


def _frame(stepper: Stepper, position: int) -> str:
    trace, picture = stepper.trace, stepper.picture
    captions = stepper.captions
    caption = [*captions[position], *[("note", "")] * (max(map(len, captions)) - len(captions[position]))]
    state = trace.state(position)
    nodes = {index: card.number for index, card in enumerate(picture.drawing.cards) if card.number >= 0 and card.grad}
    data = {index: _shown(state.data[at], trace.digits) for index, at in nodes.items()}
    grad = {index: _shown(state.grad[at], trace.digits) for index, at in nodes.items()}
    flow = picture.flow(trace, position)
    unknown = picture.unknown(trace, position)
    told: dict[str, Any] = {"data": data, "grad": grad, "flow": flow, "unknown": unknown, "caption": caption}
    if not position:
        return picture.drawing.frame(**told)
    step = trace.steps[position - 1]
    cards, wires = picture.lit(trace, step)
    return picture.drawing.frame(lit=cards, lit_wires=wires, forward=step.phase == "forward", **told)


def _caption(stepper: Stepper, position: int) -> list[tuple[str, str]]:
    """What is said below the picture of a step: which it is, its formulas, and why they hold; each with its kind."""
    count = len(stepper)
    if not position:
        return [("note", f"before the first of {counted(count, 'step')}: only the leaves have values")]
    step = stepper.trace.steps[position - 1]
    found = [("data" if step.phase == "forward" else "grad", f"{position} of {count}, {step.phase}")]
    found.append(("said", step.equation.text()))
    if slope := slope_within(step, stepper.trace):
        found.append(("said", slope.text()))
    if step.total is not None:
        found.append(("said", f"{step.total.text()} ({ordinal(step.use[0])} of {step.use[1]})"))
    return [*found, ("note", step.reason)]


def _shown(x: float | None, digits: int | None) -> str:
    return UNREACHED if x is None else number(x, digits)


class Frames(tuple[Path, ...]):
    """The paths of the pictures that were written, one for each step."""

    __slots__ = ()

    def __repr__(self) -> str:
        few = map(str, self if len(self) < 4 else (self[0], self[1], "…", self[-1]))
        return f"{counted(len(self), 'picture')}: {', '.join(few)}"


def _paths(pattern: str | os.PathLike[str], count: int) -> Frames:
    """The paths of so many pictures. Raises `UsageError` for a pattern that cannot be meant."""
    read_path(pattern, 'L.frames("relu-{:02}.svg")')
    text = str(pattern)
    example = f"{text.removesuffix('.svg') or 'step'}-{{:02}}.svg"
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        names = [text.format(place) for place in range(1, count + 1)]
    except (IndexError, KeyError, ValueError, AttributeError):
        raise UsageError(f"{text!r} is no pattern for numbers: write {'relu-{:02}.svg'!r}") from None
    if not fields:
        raise UsageError(f"{text!r} has no place for the number of the step: write {example!r}")
    if len(set(names)) < count:
        raise UsageError(f"{text!r} gives two steps the same name: write {'relu-{:02}.svg'!r}")
    paths = Frames(map(Path, names))
    for path in paths:
        if path.suffix.lower() != ".svg":
            raise UsageError(f"a frame is written as .svg, and {str(path)!r} does not end so")
        if not path.parent.is_dir():
            raise UsageError(f"there is no folder {str(path.parent)!r} to write {path.name!r} into; make it first")
    return paths


# ------------------------------------------------------------------------------------------------------- the verbs


def steps(
    result: Value | Callable[..., Any],
    *args: Any,
    every_op: bool = False,
    digits: int | None = DIGITS,
    **kwargs: Any,
) -> Stepper:
    """A cursor over the steps of one forward and one backward pass; in a notebook, the page.

    A function may stand for L, with its arguments: ``steps(f, x=2, w=3)``; its local variables name the steps.
    ``every_op=True`` makes a step of each recorded operation, as ``detail="every-op"`` does in `explain`; `digits` are
    the significant digits shown (None: all).

    Raises `UsageError` for a graph of more than 100,000 nodes or 10,000 steps, and where a leaf was edited after its
    use.

    >>> from autograd_scalar import Value
    >>> x = Value(2.0, label="x")
    >>> s = steps((x * x + 3 * x).named("y"))
    >>> len(s), s.next().number, s.goto("x").reason
    (5, 1, 'y rises 2 times as fast as x; dy/dx is a sum, and 2 more contributions will come.')
    """
    from .page import program_of

    check_digits(digits)
    known = read(result, args, kwargs, every_op=every_op)
    made = _stepper(known, digits)
    made.program, _ = program_of(known)
    return made


def _stepper(known: Steps, digits: int | None) -> Stepper:
    from .page.picture import picture
    from .program import numbered

    trace = trace_of(known, digits)
    drawn = picture(known, trace)
    drawn = drawn._replace(drawing=replace(drawn.drawing, ground=True))
    return Stepper(trace, drawn, numbered(known.root)[0])


def frames(
    result: Value | Callable[..., Any],
    pattern: str | os.PathLike[str],
    *args: Any,
    every_op: bool = False,
    digits: int | None = DIGITS,
    **kwargs: Any,
) -> Frames:
    """Write one SVG picture a step, for slides, and return their paths: ``L.frames("relu-{:02}.svg")``.

    In every picture all nodes stand in the same place, the step's own are lit, and its formulas are below; a number
    appears when it is known. A function may stand for L, with its
    arguments after the pattern. Each file is whole or not there.

    Raises:
        UsageError: the pattern has no field for the number, does not end in .svg, or its folder is missing; nothing
            has been written then.

    """
    return steps(result, *args, every_op=every_op, digits=digits, **kwargs).frames(pattern)


def step(
    result: Value | Callable[..., Any],
    *args: Any,
    every_op: bool = False,
    digits: int | None = DIGITS,
    **kwargs: Any,
) -> None:
    """Go through the pass in the terminal: Enter is the next step, b goes back, h lists what else can be typed.

    Where input or output is no terminal all steps are printed. A function may stand for L, with its arguments:
    ``step(f, x=2, w=3)``. ``every_op=True`` makes a step of each recorded operation, as ``detail="every-op"`` does in
    `explain`; `digits` are the significant digits shown (None: all).

    Raises `UsageError` for a graph of more than 100,000 nodes or 10,000 steps, and where a leaf was edited after its
    use.

    >>> from autograd_scalar import Value
    >>> x = Value(2.0, label="x")
    >>> step((x * x + 3 * x).named("y"))
    [1/5] forward   y = x·x + 3·x = 2·2 + 3·2 = 10
    [2/5] seed      dy/dy = 1
    [3/5] backward  y = x·x + 3·x   ∂y/∂x = x = 2   dy/dx: 2 (1st of 3)
    [4/5] backward  y = x·x + 3·x   ∂y/∂x = x = 2   dy/dx: 2 + 2 = 4 (2nd of 3)
    [5/5] backward  y = x·x + 3·x   ∂y/∂x = 3   dy/dx: 4 + 3 = 7 (3rd of 3)
    """
    check_digits(digits)
    known = read(result, args, kwargs, every_op=every_op)
    stepper = _stepper(known, digits)
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        from .conversation import Conversation

        Conversation(stepper, known).run()
        return
    screen = Screen()
    for one, line in zip(stepper, aligned(stepper.trace.steps, screen.style), strict=True):
        say(screen, one, line)


def slope_within(step: Step, trace: Trace) -> Line | None:
    """The slope of the one step, where its equation is of the whole way: da/dz beside dL/dz."""
    return step.slope if step.slope != step.equation and step.source != trace.root else None


def say(screen: Screen, step: Step, line: str) -> None:
    """Write a step, in the form of `line` where the window is wide enough, else its parts below each other."""
    if columns(line) <= (screen.window or columns(line)):
        screen.step(line, step.phase)
        return
    head, phase, *parts = step.parts(screen.style)
    first, *others = filter(None, parts)
    screen.step(f"{head} {phase}  {first}", step.phase)
    for part in others:
        screen.step(f"    {part}", step.phase)
