"""The stepper in a terminal: what a person types, and what is answered."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from .errors import AutogradError, UsageError
from .formula.numbers import number
from .notation import after_d, counted, listed
from .screen import Screen, columns
from .stepper import Stepper, say, slope_within
from .trace import UNREACHED, aligned

if TYPE_CHECKING:
    from collections.abc import Callable

    from .steps import Steps

__all__ = ["Conversation"]

HELP = """\
Enter   the next step
b       one step back
g NAME  go to the next step of a node; g 7 to a step by its number, g 0 before the first
u NAME  run until a node's next step, showing every step on the way
w NAME  watch a node: its value and gradient are shown at each step; again to stop
r NAME  the routes from a node to the result; without NAME, from the node of this step
l       list all steps
quiz    be asked for the slopes; quiz NAME for those of one node
h       this help
q       quit; so do Ctrl-C and Ctrl-D"""


class Conversation:
    """A person at a terminal, and a stepper. The graph is at hand for questions about routes and for the quiz."""

    def __init__(self, stepper: Stepper, known: Steps) -> None:
        self.stepper = stepper
        self.known = known
        self.screen = Screen()
        self.watched: list[int] = []
        self.lines = aligned(stepper.trace.steps, self.screen.style)
        self.commands: dict[str, Callable[[str], object]] = {
            "n": self.next, "b": self.back, "g": self.goto, "u": self.until, "w": self.watch, "r": self.routes,
            "l": self.list, "quiz": self.quiz, "h": self.help, "?": self.help,
        }  # fmt: skip
        self.commands |= {
            "next": self.next, "back": self.back, "goto": self.goto, "until": self.until, "run": self.until,
            "watch": self.watch, "routes": self.routes, "list": self.list, "help": self.help,
        }  # fmt: skip

    def run(self) -> None:
        """Answer until the person quits."""
        leaves = [node for node in self.stepper.trace.nodes if node.kind == "leaf"]
        made = listed([f"{node.shown} = {number(node.data, self.stepper.trace.digits)}" for node in leaves])
        subject, count = self.stepper.subject, counted(len(self.stepper), "step")
        self.screen.heading(f"{subject} from {made}, in {count}" if made else f"{subject}, in {count}")
        self.screen.words("Enter goes on, b goes back, h lists what else can be typed, q quits.")
        while True:
            try:
                typed = input("> ").strip()
            except (EOFError, KeyboardInterrupt):
                print()  # the prompt's line is done
                return
            self.screen = Screen()  # the window may have another size now
            if typed.removeprefix(":") in ("q", "quit", "exit"):  # with a colon, as in the quiz
                return
            try:
                self.answer(typed)
            except KeyboardInterrupt:
                print()  # what was being said is cut off
                return
            except AutogradError as error:
                self.screen.words(f"{str(error)[:1].upper()}{str(error)[1:]}")

    def answer(self, typed: str) -> None:
        """Do what was typed."""
        if not typed:
            if os.environ.get("TERM") != "dumb":
                print("\x1b[1A\x1b[2K", end="")  # an empty prompt between any two steps says nothing
            self.next("")
            return
        word, _, rest = typed.partition(" ")
        if typed.isdecimal():
            self.goto(typed)
        elif word in self.commands:
            self.commands[word](rest.strip())
        elif self.stepper.trace.find(typed) is not None:
            self.goto(typed)
        elif word.casefold() in self.commands:
            self.commands[word.casefold()](rest.strip())
        else:
            self.screen.words(f"{typed!r} is neither a command nor a node; h lists the commands.")

    # ------------------------------------------------------------------------------------------------- moving

    def next(self, _: str) -> None:
        """Show the next step."""
        if self.stepper.position < len(self.stepper):
            self.stepper.next()
            self.show()
            return
        trace = self.stepper.trace
        leaves = [node for node in trace.nodes if node.kind == "leaf"]
        of = after_d(self.stepper.subject)
        found = listed([f"d{of}/d{after_d(leaf.shown)} = {number(leaf.grad, trace.digits)}" for leaf in leaves], 12)
        self.screen.words(f"That was the last step{': ' if found else ''}{found}. b goes back, q quits.")

    def back(self, _: str) -> None:
        """Show the step before."""
        if self.stepper.position == 0:
            self.screen.words("This is before the first step already; Enter goes on.")
            return
        self.stepper.back()
        self.show()

    def goto(self, place: str) -> None:
        """Show the next step of a node, or a step by its number."""
        if not place:
            self.screen.words("g goes to a node or a step: g NAME, or g 7.")
            return
        self.stepper.goto(int(place) if place.isdecimal() else place)
        self.show()

    def until(self, name: str) -> None:
        """Show all steps until the next of a node."""
        if not name:
            self.screen.words("u runs until a node's next step: u NAME.")
            return
        last = self.stepper.next_of(name).number
        if last <= self.stepper.position:
            self.screen.words(f"No step from here on sets {name}; g {name} goes back to its first.")
            return
        while self.stepper.position < last:
            self.stepper.next()
            self.show()

    # ------------------------------------------------------------------------------------------------- showing

    def show(self) -> None:
        """Show the step on which the cursor stands, and what is watched."""
        step = self.stepper.current
        if step is None:
            self.screen.words("Before the first step: only the leaves have values.")
        else:
            line = self.lines[step.number - 1]
            say(self.screen, step, line)
            slope = ""
            if within := slope_within(step, self.stepper.trace):
                slope = f"{' '.join(within.parts(self.screen.style))}: "
            indent = " " * (line.index(step.phase) + 10 if columns(line) <= self.screen.width else 4)
            self.screen.words(f"{indent}{slope}{step.reason}")
        state = self.stepper.trace.state(self.stepper.position)
        for node in self.watched:
            self.say_watched(node, state.data[node], state.grad[node])

    def say_watched(self, node: int, data: float | None, grad: float | None) -> None:
        """Show the two numbers of a watched node."""
        trace = self.stepper.trace
        value, gradient = (UNREACHED if x is None else number(x, trace.digits) for x in (data, grad))
        name = trace.nodes[node].shown
        words = f"    {name} = {{}}   d{after_d(self.stepper.subject)}/d{after_d(name)} = {{}}"
        if columns(words) + len(value + gradient) - 4 <= self.screen.width:
            self.screen.line(words.format(self.screen.forward(value), self.screen.backward(gradient)))
        else:
            self.screen.words(words.format(value, gradient))

    def watch(self, name: str) -> None:
        """Watch a node from now on, or no longer."""
        trace = self.stepper.trace
        if not name:
            names = listed([trace.nodes[node].shown for node in self.watched], 20)
            self.screen.words(f"Watching {names}." if names else "w watches a node: w NAME.")
            return
        node = trace.find(name)
        if node is None:
            raise UsageError(self.stepper.unknown(name))
        if node in self.watched:
            self.watched.remove(node)
            self.screen.words(f"{trace.nodes[node].shown} is no longer watched.")
        else:
            self.watched.append(node)
            state = trace.state(self.stepper.position)
            self.say_watched(node, state.data[node], state.grad[node])

    def list(self, _: str) -> None:
        """Show all steps, with a mark at the current one."""
        for step, line in zip(self.stepper, self.lines, strict=True):
            mark = "→" if step.number == self.stepper.position else " "
            say(self.screen, step, f"{mark} {line}")

    def help(self, _: str) -> None:
        """Show what can be typed."""
        for line in HELP.splitlines():
            self.screen.words(line, " " * 8)

    # ----------------------------------------------------------------------------------------- asking the graph

    def routes(self, name: str) -> None:
        """Show the routes from a node to the result."""
        from .explain import paths

        found: Any = paths(self.known, self.asked(name), digits=self.stepper.trace.digits)
        self.screen.formulas(found.ascii() if self.screen.style == "ascii" else str(found))

    def quiz(self, name: str) -> None:
        """Ask for the slopes of a gradient."""
        from .explain import quiz

        known: Any = self.known
        quiz(known, self.asked(name), self.stepper.trace.digits, run=False).run(write=self.screen.words)

    def asked(self, name: str) -> str:
        """The node that is meant: as typed, else that of this step, else the first leaf."""
        trace, step = self.stepper.trace, self.stepper.current
        if name:
            node = trace.find(name)
            return name if node is None else trace.nodes[node].name
        if step is not None and step.node != trace.root:
            return trace.nodes[step.node].name
        return next((node.name for node in trace.nodes if node.kind == "leaf"), trace.nodes[trace.root].name)
