"""The command ``autograd-scalar``: worked examples, and gradients of formulas typed at the shell."""

from __future__ import annotations

import argparse
import inspect
import os
import re
import sys
import textwrap
import unicodedata
from difflib import get_close_matches
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import AutogradError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .examples import Example
    from .ops import Row
    from .value import Value

__all__ = ["main"]

WITHOUT_A_WINDOW = 110  # columns of running text where nobody says how many there are

# ------------------------------------------------------------------------------------------------------- the screen

_FORWARD, _BACKWARD, _BOLD, _PLAIN = "\x1b[38;5;32m", "\x1b[38;5;166m", "\x1b[1m", "\x1b[0m"
_ASCII = str.maketrans(
    {"−": "-", "·": "*", "≈": "~=", "…": "...", "η": "lr", "←": "<-", "→": "->", "∂": "d", "σ": "sigmoid", "′": "'"}
    | {
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "•": "*",
        "◦": "o",
        "─": "-",
        "│": "|",
        "┼": "+",
        "√": "sqrt",
        "½": "1/2",
        "∏": "product of",
    }
    | {"Σ": "sum of", "Φ": "Phi", "×": "x"}
    | dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
    | {sign: f"^{digit}" for sign, digit in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣᶻᴸ", [*"0123456789", "-", "x", "z", "L"], strict=True)}
)
_SECTIONS = {"forward": _FORWARD, "backward": _BACKWARD, "chain": _BACKWARD, "derivatives": _BACKWARD}


class _Screen:
    """Where the output goes: how wide it is, whether it shows colours, and the characters it can write."""

    def __init__(self) -> None:
        out = sys.stdout
        terminal = out.isatty()
        wanted = os.environ.get("COLUMNS", "")
        window = int(wanted) if wanted.isdecimal() and int(wanted) > 0 else None
        if window is None and terminal:
            try:
                window = os.get_terminal_size(out.fileno()).columns or None
            except (OSError, ValueError):
                window = None
        self.window = window
        self.colours = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        try:
            "−·σ∂≈²₁←→⁻".encode(out.encoding or "ascii")
            self.style = "text"
        except (UnicodeEncodeError, LookupError):
            self.style = "ascii"
            if hasattr(out, "reconfigure"):
                out.reconfigure(errors="replace")

    @property
    def width(self) -> int:
        """The columns for running text."""
        return self.window or WITHOUT_A_WINDOW

    def heading(self, text: str) -> None:
        """A line that stands out."""
        for line in textwrap.wrap(text, self.width):
            self._write(line, _BOLD)

    def words(self, text: str, indent: str = "") -> None:
        """Running text, broken at the window's edge."""
        lead = " " * (len(text) - len(text.lstrip())) + indent
        for line in textwrap.wrap(text, self.width, subsequent_indent=lead[: self.width // 2]) or [""]:
            self.line(line)

    def formulas(self, text: str) -> None:
        """A derivation: its sections in their colours, no line wider than the window."""
        colour = ""
        for line in text.splitlines():
            title = line.split(" ", 1)[0]
            if title in _SECTIONS:
                colour = _SECTIONS[title]
            elif not line.startswith(" "):
                colour = ""
            for piece in self._fitted(line):
                self._write(piece, colour)

    def raw(self, text: str) -> None:
        """Text for another program: LaTeX, MathML, Markdown."""
        print(text)

    def _fitted(self, line: str) -> Iterator[str]:
        """A line in pieces as wide as the window: broken before a relation or a sign, and indented behind the first."""
        if self.window is None or columns(line) <= self.window:
            yield line
            return
        room = self.window
        relation = next((place for sign in (" = ", " ≈ ", " ~= ") if (place := line.find(sign)) >= 0), None)
        indent = min(relation + 1 if relation is not None else len(line) - len(line.lstrip()) + 2, room // 2)
        while columns(line) > room:
            end = room
            while columns(line[:end]) > room:
                end -= 1
            start = len(line) - len(line.lstrip()) + 1
            reason = line.rfind("   since ", start, end + 1)
            signs = ("   since ",) if reason > indent else (" = ", " ≈ ", " ~= ", " + ", " · ", " * ", "   ")
            place = max((line.rfind(sign, start, end + 1) for sign in signs), default=-1)
            place = place if place > indent else line.rfind(" ", max(start, indent), end + 1)
            if place <= indent:
                place = end
            yield line[:place].rstrip()
            line = " " * indent + line[place:].lstrip()
        yield line

    def _write(self, line: str, colour: str) -> None:
        self.line(f"{colour}{line}{_PLAIN}" if colour and self.colours and line else line)

    def line(self, text: str = "") -> None:
        """One line as it is, in the characters that the output has."""
        print(text if self.style == "text" else text.translate(_ASCII))

    def forward(self, text: str) -> str:
        """A value, in its colour."""
        return f"{_FORWARD}{text}{_PLAIN}" if self.colours else text

    def backward(self, text: str) -> str:
        """A gradient, in its colour."""
        return f"{_BACKWARD}{text}{_PLAIN}" if self.colours else text


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _show(screen: _Screen, thing: Any, wanted: str | None) -> None:
    """Print something that has several printings."""
    style = wanted or screen.style
    if not hasattr(thing, style):
        if wanted not in (None, "text"):
            raise UsageError(f"this answer is printed as text only, not as {wanted}")
        screen.formulas(str(thing))
        return
    text = str(getattr(thing, style)())
    if style in ("text", "ascii"):
        screen.formulas(text)
    else:
        screen.raw(text)


# ---------------------------------------------------------------------------------------- what a command works on


class _Subject(NamedTuple):
    """A recorded graph: an example's, or that of a program typed at the shell."""

    result: Value
    names: dict[str, Value]
    example: Example | None

    def node(self, name: str) -> Value | str:
        """The Value of a name; the name itself where only the graph can know it (t1, w₁)."""
        return self.names.get(name, name)

    def wrt(self, name: str | None) -> Value | str:
        """The leaf in question: as asked, or the example's own."""
        if name:
            return self.node(name)
        if self.example:
            return self.names[self.example.wrt]
        leaves = [name for name, node in self.names.items() if not node.op]
        if len(leaves) == 1:
            return self.names[leaves[0]]
        raise UsageError(
            f"say which gradient is meant: --wrt {leaves[0] if leaves else 'w'} (there is {', '.join(leaves)})"
        )


_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def _numbers(pairs: Sequence[str]) -> dict[str, float]:
    """``x=2 w=-3`` as numbers. Raises `UsageError` with the place marked."""
    from .typed import refuse

    found: dict[str, float] = {}
    for pair in pairs:
        name, equals, text = (part.strip() for part in pair.partition("="))
        if not equals or not name:
            raise UsageError(f"{pair!r} is no number with a name; write it as x=2")
        name = name.translate(_LOWERED)
        if name in found:
            raise UsageError(f"{name} is given twice")
        try:
            found[name] = float(text.replace("−", "-"))
        except ValueError:
            refuse(pair, pair.index("=") + 1, f"{text!r} is no number" if text else f"{name} has no number")
    return found


def _subject(program: str, pairs: Sequence[str]) -> _Subject:
    """Record what a command names: an example, perhaps with other numbers at its leaves, or a typed program."""
    from .examples import examples
    from .typed import evaluate

    numbers = _numbers(pairs)
    for example in examples():
        if program.replace("_", "-") == example.name:
            run = example.record(**numbers)
            return _Subject(run.result, run.names, example)
    if program == "-":
        program = sys.stdin.read()
    close = get_close_matches(program.replace("_", "-"), [example.name for example in examples()], 1)
    if close and not numbers:
        raise UsageError(f"there is no example called {program!r}; did you mean {close[0]}?")
    typed = evaluate(program, numbers)
    typed.result.backward()
    return _Subject(typed.result, typed.names, None)


_ROOMS = {
    "paths": "routes",
    "why": "reasons",
    "kinks": "kinked",
    "compare": "comparison",
    "check_derivation": "checking",
    "quiz": "quizzing",
}


def _verb(name: str) -> Callable[..., Any]:
    """A function of `explain`, from its room."""
    try:
        found: Callable[..., Any] = getattr(import_module(f"{__package__}.explain.{_ROOMS[name]}"), name)
    except (ModuleNotFoundError, AttributeError):
        raise UsageError(f"{name.replace('_', ' ')} is not part of this version") from None
    return found


def _ask(name: str, *arguments: Any, **options: Any) -> Any:
    """Call a function of `explain` with those of the options that it has."""
    verb = _verb(name)
    known = inspect.signature(verb).parameters
    return verb(*arguments, **{option: one for option, one in options.items() if option in known})


# ------------------------------------------------------------------------------------------------------- commands


def _overview(screen: _Screen, parser: argparse.ArgumentParser) -> None:
    from .examples import examples

    screen.heading("autograd-scalar: gradients that explain themselves")
    commands = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    for choice in commands._choices_actions:
        screen.words(f"  {choice.dest:9} {choice.help}", " " * 10)
    screen.words("autograd-scalar COMMAND --help says more. The first worked example:")
    screen.line()
    _tell(screen, examples()[0])


def _tell(screen: _Screen, example: Example) -> None:
    story = example.tell()
    screen.heading(story.title)
    screen.words(story.question)
    for part in story.parts:
        screen.line()
        screen.heading(part.title)
        if isinstance(part.body, tuple):
            for line in part.body:
                column = line.rfind("   ") + 3  # of a table, the last column; of running text, its beginning
                if column < 3 or column <= screen.width * 2 // 3:
                    screen.words(line, " " * (column if column >= 3 else 4))
                    continue
                first, *rest = filter(None, line.split("   "))
                screen.words(first.strip())
                screen.words("    " + "   ".join(cell.strip() for cell in rest), " " * 4)
        else:
            _show(screen, part.body, None)


def _examples(screen: _Screen, _: argparse.Namespace) -> None:
    from .examples import examples

    for example in examples():
        screen.heading(example.name)
        screen.words(f"    {example.title}. {example.question}")


def _run(screen: _Screen, given: argparse.Namespace) -> None:
    from .examples import find

    chosen = [find(name) for name in given.name]
    if given.svg and len(chosen) > 1:
        raise UsageError("--svg writes one drawing: run one example with it")
    for place, example in enumerate(chosen):
        if place:
            screen.line()
        _tell(screen, example)
    if given.svg:
        screen.line()
        _write_drawing(screen, chosen[0].record().result, given.svg)


def _write_drawing(screen: _Screen, result: Value, path: str) -> None:
    from .draw import draw

    if not Path(path).suffix:
        raise UsageError(f"{path!r} has no suffix that says how to draw it; take .svg or .dot")
    screen.words(str(draw(result, path, names=lambda node: "L" if node is result else None)))


def _draw(screen: _Screen, given: argparse.Namespace) -> None:
    _write_drawing(screen, _subject(given.program, given.number).result, given.output)


def _explain(screen: _Screen, given: argparse.Namespace) -> None:
    from .explain import explain, explain_update

    subject = _subject(given.program, given.number)
    wrt = subject.node(given.wrt) if given.wrt else None
    _show(
        screen,
        explain(subject.result, wrt, detail=given.detail, digits=given.digits, order=given.order),
        given.format,
    )
    if given.lr is not None:
        _show(screen, explain_update(subject.result, wrt, lr=given.lr, digits=given.digits), given.format)


def _formula(screen: _Screen, given: argparse.Namespace) -> None:
    from .formula import formula

    subject = _subject(given.program, given.number)
    _show(screen, formula(subject.result, numbers=True, digits=given.digits), given.format)


def _why(screen: _Screen, given: argparse.Namespace) -> None:
    subject = _subject(given.program, given.number)
    _show(screen, _ask("why", subject.result, subject.wrt(given.wrt), digits=given.digits), given.format)


def _paths(screen: _Screen, given: argparse.Namespace) -> None:
    subject = _subject(given.program, given.number)
    answer = _ask("paths", subject.result, subject.wrt(given.wrt), k=given.most, digits=given.digits)
    _show(screen, answer, given.format)


def _kinks(screen: _Screen, given: argparse.Namespace) -> None:
    _show(screen, _ask("kinks", _subject(given.program, given.number).result, digits=given.digits), given.format)


def _compare(screen: _Screen, given: argparse.Namespace) -> None:
    from .examples import examples
    from .typed import parse

    numbers = _numbers(given.number)
    examples_by_name = {example.name: example for example in examples()}
    asked: set[str] = set()
    subjects: list[_Subject] = []
    titles: list[str] = []
    for place, program in enumerate((given.program, given.other)):
        name = program.replace("_", "-")
        own = examples_by_name[name].leaves if name in examples_by_name else parse(program).inputs
        asked.update(own)
        subjects.append(_subject(program, [f"{one}={numbers[one]!r}" for one in own if one in numbers]))
        titles.append(name if name in examples_by_name or len(name) <= 24 else ("first", "second")[place])
    for name in numbers:
        if name not in asked:
            raise UsageError(f"{name} is given a number, but neither of the two asks for it")
    wrt = given.wrt or subjects[0].wrt(None)
    wrt = wrt if isinstance(wrt, str) else wrt.label
    computations = [_named(subject.result, title) for subject, title in zip(subjects, titles, strict=True)]
    _show(screen, _ask("compare", *computations, wrt=wrt, digits=given.digits), given.format)


def _named(L: Value, title: str) -> Callable[[], Value]:
    """A result as a function of that name: its column is headed so."""

    def computation() -> Value:
        return L

    computation.__name__ = title
    return computation


def _check(screen: _Screen, given: argparse.Namespace) -> None:
    subject = _subject(given.program, given.number)
    text = sys.stdin.read() if given.derivation == "-" else given.derivation
    wrt = subject.wrt(given.wrt or _asked_in(text, subject))
    _show(screen, _ask("check_derivation", text, subject.result, wrt, digits=given.digits), given.format)


def _asked_in(text: str, subject: _Subject) -> str | None:
    """The leaf that a derivation is about, where it names one only: ``dL/dw = …``."""
    result = re.escape(subject.result.label or "L")
    found = re.findall(rf"[d∂]{result}\s*(?:/|\}}\s*\{{)\s*[d∂](\w+)", text)
    names = [name.translate(_LOWERED) for name in found]
    leaves = {name for name in names if name in subject.names and not subject.names[name].op}
    return leaves.pop() if len(leaves) == 1 else None


def _quiz(screen: _Screen, given: argparse.Namespace) -> None:
    subject = _subject(given.program, given.number)
    _ask("quiz", subject.result, subject.wrt(given.wrt), digits=given.digits, run=False).run(write=screen.words)


def _at(screen: _Screen, given: argparse.Namespace) -> None:
    from .explain.what_if import at

    subject = _subject(given.program, given.number)
    moved = {subject.node(name): one for name, one in _numbers(given.to).items()}
    _show(screen, at(subject.result, moved, digits=given.digits), given.format)


# ------------------------------------------------------------------------------------------------- the table of rules


def _pretty(text: str) -> str:
    """A rule's text for the eye: ``z * (1 - z)`` as ``z·(1 − z)``."""
    text = _with_dots(text)
    for sign, shown in (("**2", "²"), ("**3", "³"), ("**", "^"), ("*", "·"), (" - ", " − "), ("-", "−")):
        text = text.replace(sign, shown)
    return text.replace("<=", "≤").replace(">=", "≥").replace("!=", "≠").replace("==", "=")


def _with_dots(text: str) -> str:
    """``x * y`` as ``x·y``; after a quotient with room, ``2 / y · x``: a tight dot would read as part of it."""
    pieces: list[str] = []
    divided = [False]  # in each bracket that is open: whether a quotient stands before
    for piece in re.split(r"( [-+*/] |,|\(|\))", text):
        if piece == "(":
            divided.append(False)
        elif piece == ")" and len(divided) > 1:
            divided.pop()
        elif piece in (" + ", " - ", ","):
            divided[-1] = False
        elif piece == " / ":
            divided[-1] = True
        pieces.append((" · " if divided[-1] else "·") if piece == " * " else piece)
    return "".join(pieces)


def _partials(row: Row) -> str:
    return ", ".join(_pretty(text) for text in row.written)


def _ops(screen: _Screen, given: argparse.Namespace) -> None:
    from .ops import table

    if given.name is None:
        _table(screen)
        return
    row = table.get(given.name) or next((row for row in table.values() if given.name in (row.symbol, row.infix)), None)
    if row is None:
        close = get_close_matches(given.name, table, 1)
        meant = f"did you mean {close[0]}?" if close else "autograd-scalar ops lists all"
        raise UsageError(f"there is no operation {given.name!r}; {meant}")
    _rule(screen, row)


def _table(screen: _Screen) -> None:
    from .ops import table

    rows = [(row.signature, row.about, _partials(row)) for row in table.values()]
    heads = ("operation", "value", "partials; z is the value")
    first = max(columns(row[0]) for row in rows)
    room = screen.width - first - 6
    if room < 56:  # one under the other
        for signature, about, partials in rows:
            screen.heading(signature)
            screen.words(f"    {about}")
            screen.words(f"    partials: {partials}", " " * 4)
        return
    second = min(max(columns(row[1]) for row in rows), room // 2)
    screen.heading(f"{heads[0]:{first}}   {heads[1]:{second}}   {heads[2]}")
    for signature, about, partials in rows:
        left, right = textwrap.wrap(about, second), textwrap.wrap(partials, room - second)
        for name, value, partial in zip_longest([signature], left, right, fillvalue=""):
            screen.line(f"{name:{first}}   {screen.forward(f'{value:{second}}')}   {screen.backward(partial)}".rstrip())


def _rule(screen: _Screen, row: Row) -> None:
    screen.heading(f"{row.signature}   {row.about}")
    facts: list[tuple[str, str]] = [("value", _pretty(row.value))]
    facts += [("with", f"{name} = {_pretty(text)}") for name, text in row.given.items()]
    for argument, written, kept in zip(row.operands, row.written, row.partials, strict=True):
        facts.append((f"∂/∂{argument.name}", _pretty(written)))
        if kept != written:
            facts.append(("  computed", f"{_pretty(kept)}   (keeps its digits)"))
    facts += [
        (name, text if name == "operator" else _pretty(text))
        for name, text in (("domain", row.domain), ("poles", row.poles), ("kinks", row.kinks), ("operator", row.infix))
        if text
    ]
    if row.kinks:
        facts.append(("", "the partial above says which slope is taken at a kink"))
    width = max(len(name) for name, _ in facts)
    for name, text in facts:
        screen.words(f"{name:{width}}   {text}", " " * (width + 3))
    plot = _plot(screen, row)
    if plot:
        screen.line()
        for line in plot:
            screen.line(line)


class _Curves(NamedTuple):
    """A rule along its first argument: the value and the partial in each column, where they exist."""

    low: float
    high: float
    values: list[tuple[int, float]]
    slopes: list[tuple[int, float]]
    fixed: str  # what the other arguments were


def _curves(row: Row, wide: int) -> _Curves:
    from . import _generated
    from .formula.numbers import number
    from .validation import intervals
    from .value import Value

    first, *others = row.operands
    missing = [one for one in row.arguments if one.kind == "parameter" and one.default is None]
    parameters = {one.name: float(2 * place - 1) for place, one in enumerate(missing)}  # clip from −1 to 1
    bounds = {name: (low, high) for name, low, high in intervals(row)}
    low, high = bounds.get(first.name, (-4.0, 4.0))
    low = max(low, -4.0)
    high = min(high, low + 8)
    values: list[tuple[int, float]] = []
    slopes: list[tuple[int, float]] = []
    for column in range(wide):
        x = low + (high - low) * column / (wide - 1)
        try:
            node = getattr(_generated, row.name)(Value(x), *[2.0 for _ in others], **parameters)
            values.append((column, node.data))
            slopes.append((column, node.partials()[0]))
        except AutogradError:
            continue  # outside the domain
    fixed = [*(f", {one.name} = 2" for one in others), *(f", {name} = {number(x)}" for name, x in parameters.items())]
    return _Curves(low, high, values, slopes, "".join(fixed))


def _plot(screen: _Screen, row: Row) -> list[str]:
    """A small plot of the value (•) and of the partial for the first argument (◦), where that is a single number."""
    from .formula.numbers import number

    if any(argument.kind == "sequence" for argument in row.operands) or row.form == "select":
        return []
    wide, tall = max(8, min(61, screen.width - 12)), 17
    curves = _curves(row, wide)
    shown = [y for _, y in (*curves.values, *curves.slopes) if abs(y) <= 4]
    bottom, top = min([*shown, 0.0]), max([*shown, 0.0])
    top = top if top > bottom else bottom + 1

    def line_of(y: float) -> int:
        return round((top - y) / (top - bottom) * (tall - 1))

    zero_line, zero_column = line_of(0.0), round(-curves.low / (curves.high - curves.low) * (wide - 1))
    grid = [["│" if column == zero_column else " " for column in range(wide)] for _ in range(tall)]
    grid[zero_line] = ["┼" if column == zero_column else "─" for column in range(wide)]
    value, slope = screen.forward("•"), screen.backward("◦")
    for points, mark in ((curves.slopes, slope), (curves.values, value)):
        for column, y in points:
            if bottom <= y <= top:
                grid[line_of(y)][column] = mark
    labels = {0: number(top, 3), tall - 1: number(bottom, 3), zero_line: "0"}
    lines = [f"{labels.get(place, ''):>8} {''.join(cells)}".rstrip() for place, cells in enumerate(grid)]
    first = row.operands[0].name
    left, right = f"{first} = {number(curves.low, 3)}", number(curves.high, 3)
    axis = left + " " * max(1, wide - len(left) - len(right)) + right
    legend = textwrap.wrap(f"• value   ◦ slope, ∂/∂{first}{curves.fixed}", max(12, screen.width - 9))
    legend = [f"{'':9}{line}".replace("•", value).replace("◦", slope) for line in legend]
    return [*lines, f"{'':9}{axis}", *legend]


# ----------------------------------------------------------------------------------------------------------- arguments


def _digits(text: str) -> int | None:
    if text == "all":
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of digits; give 1 to 17, or all") from None


def _parser() -> argparse.ArgumentParser:
    from importlib.metadata import PackageNotFoundError, version

    try:
        shown = version("autograd-scalar")
    except PackageNotFoundError:
        shown = "(not installed)"
    parser = argparse.ArgumentParser(
        prog="autograd-scalar",
        description="Gradients that explain themselves: worked examples, and formulas typed at the shell.",
        epilog='For example: autograd-scalar explain "z = w*x + b; a = relu(z); (a - y)**2" x=2 w=3 b=1 y=5 --wrt w',
    )
    parser.add_argument("--version", action="version", version=f"autograd-scalar {shown}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")

    def command(name: str, help_: str, do: Callable[[_Screen, argparse.Namespace], None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
        made.set_defaults(do=do)
        return made

    def on_program(
        name: str, help_: str, do: Callable[[_Screen, argparse.Namespace], None], *, wrt: bool = True, last: str = ""
    ) -> argparse.ArgumentParser:
        made = command(name, help_, do)
        made.add_argument("program", help='an example\'s name, or statements: "z = w*x; (z - y)**2"; - reads them')
        if last:
            made.add_argument(last, help=_LAST[last])
        made.add_argument("number", nargs="*", default=[], help="the numbers of the names: x=2 w=3")
        if wrt:
            made.add_argument("--wrt", metavar="NAME", help="the leaf or step whose gradient is meant")
        made.add_argument("--digits", type=_digits, default=6, metavar="N", help="significant digits, 1 to 17, or all")
        made.add_argument(
            "--format", choices=("text", "ascii", "latex", "markdown", "mathml"), help="how it is printed"
        )
        return made

    command("examples", "the worked examples, in teaching order", _examples)
    run = command("run", "a worked example: story, numbers, derivation", _run)
    run.add_argument("name", nargs="+", help="its name, as the command examples lists it")
    run.add_argument("--svg", metavar="FILE", help="also write the drawing of its graph")
    draw = command("draw", "the graph of an example or a program, as a drawing", _draw)
    draw.add_argument("program", help="an example's name, or statements")
    draw.add_argument("number", nargs="*", default=[], help="the numbers of the names: x=2 w=3")
    draw.add_argument("-o", "--output", metavar="FILE", required=True, help="where to: .svg, .dot, .png or .pdf")
    explain = on_program("explain", "the derivation of a gradient: forward, backward, chain", _explain)
    explain.add_argument("--detail", choices=("named", "every-op"), default="named", help="one line a step, or an op")
    explain.add_argument("--order", type=int, choices=(1, 2), default=1, help="the first derivative, or the second")
    explain.add_argument("--lr", type=float, metavar="η", help="also write out a step of gradient descent")
    on_program("formula", "the formula of a program or an example, and its number", _formula, wrt=False)
    on_program("why", "why a gradient is what it is: zero, huge, missing", _why)
    paths = on_program("paths", "the routes of a gradient, and what each contributes", _paths)
    paths.add_argument("-k", "--most", type=int, default=10, metavar="K", help="how many routes are listed")
    on_program("kinks", "the operations on or near a kink, and the slope taken there", _kinks, wrt=False)
    on_program("compare", "two computations side by side", _compare, last="other")
    on_program("check", "a derivation written by hand, marked", _check, last="derivation")
    on_program("quiz", "be asked for each slope in turn", _quiz)
    at = on_program("at", "what if leaves had other numbers", _at, wrt=False)
    at.add_argument("--to", nargs="+", required=True, metavar="x=2", help="the other numbers: --to w=2.2")
    ops = command("ops", "the rules, as a table; or one rule, with a plot", _ops)
    ops.add_argument("name", nargs="?", help="an operation")
    return parser


_LAST = {
    "other": "the other example or program",
    "derivation": 'the derivation: "dL/dw = -8.002 * 0.000999 * 2 = -0.016"; - reads it',
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (the process's own by default), and return its exit code.

    0 where all went well, 1 where the library refuses something, with its sentence on stderr, 2 where the command
    itself cannot be understood, 130 after an interrupt. A reader that goes away early (``| head``) is no error.
    """
    parser = _parser()
    try:
        given, rest = parser.parse_known_args(arguments)
        late = [one for one in rest if "=" in one and not one.startswith("-")]  # x=2 behind an option
        if len(late) < len(rest) or (late and not hasattr(given, "number")):
            parser.error(
                f"unrecognized arguments: {' '.join(one for one in rest if one not in late) or ' '.join(late)}"
            )
        if late:
            given.number = [*given.number, *late]
        screen = _Screen()
        if hasattr(given, "do"):
            given.do(screen, given)
        else:
            _overview(screen, parser)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered has no reader
        return 0
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    except AutogradError as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.filename or 'the file'}: {error.strerror or error}")
    return 0


def _failed(sentence: str) -> int:
    """Say what went wrong, after what has been printed so far."""
    sys.stdout.flush()
    print(f"autograd-scalar: {sentence}", file=sys.stderr)
    return 1
