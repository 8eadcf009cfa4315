"""Be asked: each slope of a derivation hidden in turn, a number or a formula as the answer, marked by the checker."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.numbers import DIGITS, check_digits
from ..value import Value
from .asking import find, steps_for
from .checking.questions import Questions
from .tables import html_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from .checking import Finding

__all__ = ["Mark", "Quiz", "Score", "quiz"]

MOST = 40  # questions
_WORDS = {
    "q": "end", "quit": "end", "exit": "end", "?": "hint", "h": "hint", "hint": "hint", "": "skip", "s": "skip",
    "skip": "skip",
}  # fmt: skip
_DOES = {"end": "ends", "hint": "gives a hint", "skip": "gives the solution"}


@dataclass(frozen=True, slots=True, repr=False)
class Mark:
    """What was answered, and whether it is right; `remark` says what is wrong without giving the number away."""

    question: str
    answer: str
    is_right: bool
    remark: str
    slip: str = ""

    def __str__(self) -> str:
        return self.remark

    def __repr__(self) -> str:
        return str(self)

    def __bool__(self) -> bool:
        return self.is_right


@dataclass(frozen=True, slots=True, repr=False)
class Score:
    """How a quiz went so far."""

    right: int
    asked: int
    tries: int
    hints: int
    skipped: int

    def __str__(self) -> str:
        more = [f"{self.tries} {'tries' if self.tries != 1 else 'try'}"]
        more += [f"{self.hints} {'hints' if self.hints != 1 else 'hint'}"] * bool(self.hints)
        more += [f"{self.skipped} skipped"] * bool(self.skipped)
        return f"{self.right} of {self.asked} right ({', '.join(more)})"

    def __repr__(self) -> str:
        return str(self)


class Quiz:
    """Questions about one backward pass. It goes on to the next question when the answer is right, or skipped.

    >>> from autograd_scalar import Value
    >>> x, w, y = Value(2, label="x"), Value(3, label="w"), Value(5, label="y")
    >>> a = (w * x).relu().named("a")
    >>> L = ((a - y) ** 2).named("L")
    >>> q = quiz(L, w)
    >>> q.question
    'dL/da = ?'
    >>> q.answer("a - y")
    2 times too small. Likely: the factor 2 is missing.
    >>> q.answer("2(a - y)")
    right: dL/da = 2(a − y) = 2·(6 − 5) = 2
    >>> q.score
    1 of 3 right (2 tries)
    """

    def __init__(self, asker: Questions, digits: int | None) -> None:
        self._asker = asker
        self._digits = digits
        steps, wrt = asker.steps, asker.wrt
        self._targets = asker.targets(MOST)
        self._place = 0
        self._right = 0
        self._tries = 0
        self._hints = 0
        self._skipped = 0
        self.marks: list[Mark] = []
        self.of, self.wrt = steps.name(steps.root), steps.name(wrt)

    # -- asking

    @property
    def forward(self) -> str:
        """The forward pass, which may be looked at."""
        return self._asker.forward_text()

    @property
    def questions(self) -> tuple[str, ...]:
        """All questions."""
        return tuple(f"{target.text} = ?" for target in self._targets)

    @property
    def question(self) -> str:
        """The open question; nothing when all are done."""
        return "" if self.is_done else f"{self._targets[self._place].text} = ?"

    @property
    def is_done(self) -> bool:
        """Whether no question is left."""
        return self._place >= len(self._targets)

    @property
    def score(self) -> Score:
        """How it went so far."""
        return Score(self._right, len(self._targets), self._tries, self._hints, self._skipped)

    def answer(self, text: str | float) -> Mark:
        """Mark a number or a formula. Raises `UsageError`, with the place marked, for what cannot be read."""
        target = self._open()
        finding = self._asker.mark(text if isinstance(text, str) else repr(text), target)
        question = self.question
        self._tries += 1
        if finding.is_right and finding.verdict != "unread":
            note = finding.remark.partition(" (")[0]  # "right, rounded"
            remark = f"{note}: {self._solution()}"
            mark = Mark(question, finding.written, is_right=True, remark=remark, slip=finding.slip)
            self._right += 1
            self._place += 1
        else:
            remark = _without_the_number(finding)
            mark = Mark(question, finding.written, is_right=False, remark=remark, slip=finding.slip)
        self.marks.append(mark)
        return mark

    def hint(self) -> str:
        """The rule of the step: what the operation is, and its partial derivative as the table has it."""
        target = self._open()
        self._hints += 1
        return self._asker.hint(target)

    def skip(self) -> str:
        """Go on; gives the solution."""
        self._open()
        solution = self._solution()
        self._skipped += 1
        self._place += 1
        return solution

    def _open(self) -> Any:
        if self.is_done:
            raise UsageError(f"all questions are done: {self.score}")
        return self._targets[self._place]

    def _solution(self) -> str:
        return self._asker.solution(self._targets[self._place])

    def __repr__(self) -> str:
        now = f"{self.question}   .answer(…), .hint() or .skip()" if self.question else ".marks has all answers"
        return f"quiz about d{self.of}/d{self.wrt}, {self.score}: {now}"

    def _repr_html_(self) -> str:
        rows = [(mark.question, mark.answer, mark.remark) for mark in self.marks]
        return html_table([*rows, *([(self.question, "", "")] if self.question else [])], below=[str(self.score)])

    # -- in a terminal

    def run(self, read: Callable[[str], str] = input, write: Callable[[str], object] = print) -> Score:
        """Ask until all is answered; ``?`` is a hint, Enter gives the solution, ``q``, Ctrl-C and Ctrl-D end.

        Where q, or another of these words, is a name in the graph, it is an answer, and ``:q`` ends.
        """

        def show(text: str, indent: str = "") -> None:
            for line in text.split("\n"):
                write(indent + line)

        show(self.forward)
        end = ":q ends (q is a name here)" if self._asker.is_known("q") else "q ends"
        write(f"Each answer is a number or a formula. ? gives a hint, an empty line the solution, {end}.")
        while not self.is_done:
            try:
                typed = read(self.question.removesuffix("?")).strip()
            except (EOFError, KeyboardInterrupt):
                write("")
                break
            word = _WORDS.get(typed.casefold().removeprefix(":"), "") if typed != ":" else ""
            is_name = self._asker.is_known(typed)
            if word == "end" and not is_name:
                break
            if word == "hint" and not is_name:
                show(self.hint(), "  ")
            elif word == "skip" and not is_name:
                show(self.skip(), "  ")
            else:
                try:
                    mark = self.answer(typed)
                    show(str(mark), "  ")
                    if word and not mark:
                        show(f"{typed} is a name here, and was the answer; :{typed} {_DOES[word]}.", "  ")
                except UsageError as error:
                    show(str(error), "  ")
        write(str(self.score))
        return self.score


def quiz(
    result: Value | Callable[..., Any],
    wrt: Value | str,
    digits: int | None = DIGITS,
    *,
    run: bool | None = None,
    **arguments: Any,
) -> Quiz:
    """Ask for each slope of dL/dw = dL/da · da/dz · … in turn, and at last for dL/dw itself.

    At the prompt of a terminal the quiz runs at once; everywhere else, and with ``run=False``, it is an object with
    `question`, `answer`, `hint`, `skip` and `score`. An answer is a number or a formula. `result` is L, or a function
    with its arguments; `wrt` is w, a Value or a name; `digits` are the significant digits shown (None: all).

    Raises `UsageError` for a node that is not in the graph.

    >>> x, w = Value(2, label="x"), Value(3, label="w")
    >>> L = ((w * x - 5) ** 2).named("L")
    >>> asked = quiz(L, w, run=False)
    >>> asked.question
    'dL/dw = ?'
    >>> print(asked.answer("2*(3*2 - 5)*2"))
    right: dL/dw = 2·x·(w·x − 5) = 2·2·(3·2 − 5) = 4
    """
    check_digits(digits)
    steps = steps_for("quiz", result, arguments, also=wrt if isinstance(wrt, Value) else None)
    node = find(steps, wrt)
    steps.name_it(node)
    made = Quiz(Questions(steps, node, digits), digits)
    if run if run is not None else _at_the_prompt():
        made.run()
    return made


def _at_the_prompt() -> bool:
    """Whether a person types at Python's own prompt, in a terminal."""
    return hasattr(sys, "ps1") and sys.stdin is not None and sys.stdin.isatty()


def _without_the_number(finding: Finding) -> str:
    """What is wrong, but not what would be right."""
    if finding.verdict == "unread":
        return finding.remark
    if finding.remark.startswith("right at this point"):
        first = "the number is right at this point, but only by accident: the formula is another one"
    else:
        first = finding.remark.partition("; it is ")[0].partition(":")[0]
    hidden = finding.slip in ("missing factor", "inner derivative forgotten") and " = " in finding.remark
    likely = finding.remark.partition(" Likely: ")[2]
    if hidden:
        likely = likely.partition(" = ")[0] + " is missing."
    return f"{first}.{' Likely: ' + likely if likely else ''}"
