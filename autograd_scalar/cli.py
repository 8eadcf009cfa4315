"""The command ``autograd-scalar``: worked examples, and gradients of formulas typed at the shell."""

from __future__ import annotations

import argparse
import inspect
import os
import re
import shutil
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import AutogradError, UsageError
from .explain.tables import text_table
from .other_words import nearest
from .screen import Screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .examples import Example
    from .examples.example import Story
    from .value import Value

__all__ = ["main"]


def _show(screen: Screen, thing: Any, wanted: str | None) -> None:
    """Print something that has several printings."""
    style = wanted or screen.style
    if not hasattr(thing, style):
        screen.style = style
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
    if any(pair.startswith("=") or pair.endswith("=") for pair in pairs):
        given = " ".join(pairs)
        meant = re.sub(r"= +(?=[^\s=]+(?: |$))", "=", re.sub(r" +=", "=", given))
        if meant != given:
            raise UsageError(f"no blanks around =: write {meant}")
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
            if "," in text:
                refuse(pair, pair.index(","), "no commas: a blank stands between two numbers, and a point in 1.5")
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
    close = nearest(program.replace("_", "-"), [example.name for example in examples()])
    if close and not numbers:
        raise UsageError(f"there is no example called {program!r}; did you mean {close}?")
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
    found: Callable[..., Any] = getattr(import_module(f"{__package__}.explain.{_ROOMS[name]}"), name)
    return found


def _ask(name: str, *arguments: Any, **options: Any) -> Any:
    """Call a function of `explain` with those of the options that it has."""
    verb = _verb(name)
    known = inspect.signature(verb).parameters
    return verb(*arguments, **{option: one for option, one in options.items() if option in known})


# ------------------------------------------------------------------------------------------------------- commands


def _overview(screen: Screen, parser: argparse.ArgumentParser) -> None:
    from .examples import examples

    first = examples()[0]
    _tell(screen, first.tell())
    screen.line()
    screen.heading("autograd-scalar: gradients that explain themselves")
    screen.words("Above, the first worked example. To try next:")
    for line in (
        f"step {first.name:18} its two passes, step by step",
        "examples                the other examples, in teaching order; run NAME tells one",
        "ops                     the rules that all of it is made of",
        'explain "(w*x - 1)**2" w=3 x=2 --wrt w',
    ):
        screen.words(f"  autograd-scalar {line}", " " * 42)
    screen.words("What there is:")
    commands = next(one for one in parser._actions if isinstance(one, argparse._SubParsersAction))
    for choice in commands._choices_actions:
        screen.words(f"  {choice.dest:9} {choice.help}", " " * 10)
    screen.words("autograd-scalar COMMAND --help says more.")
    _say_where(screen)


def _say_where(screen: Screen) -> None:
    """Where the command is, if a shell would not find it by its name."""
    if Path(sys.argv[0]).name == "autograd-scalar" and not shutil.which("autograd-scalar"):
        screen.words(f"Here, autograd-scalar is {sys.argv[0]}.")


def _tell(screen: Screen, story: Story) -> None:
    screen.heading(story.title)
    screen.line()
    for gap, part in story.blocks():
        if gap:
            screen.line()
        if part.kind == "heading":
            screen.heading(part.body)
        elif part.kind == "answer" and not isinstance(part.body, str):
            _show(screen, part.body, None)
        elif part.kind == "answer":
            for line in part.body.splitlines():
                screen.words(line, " " * (line.rfind("   ") + 3 if "   " in line.strip() else 2))
        elif part.kind == "table":
            _written(screen, text_table(part.body))
        else:
            for line in part.text(screen.width).splitlines():
                screen.line(line)


def _written(screen: Screen, table: str) -> None:
    """What is often written, and what is true: the last column broken, or under the others where there is no room."""
    for line in table.splitlines():
        column = line.rfind("   ") + 3
        if column <= screen.width * 2 // 3:
            screen.words(line, " " * column)
            continue
        first, *rest = filter(None, line.split("   "))
        screen.words(first.strip())
        screen.words("    " + "   ".join(cell.strip() for cell in rest if cell.strip() != "–"), " " * 4)


def _examples(screen: Screen, _: argparse.Namespace) -> None:
    from .examples import examples

    width = max(len(example.name) for example in examples())
    for example in examples():
        needs = f" (needs {', '.join(example.needs)})" if example.needs else ""
        screen.words(f"{example.name:{width}}   {example.title}{needs}", " " * (width + 3))


def _run(screen: Screen, given: argparse.Namespace) -> None:
    from .examples import find

    chosen = [find(name) for name in given.name]
    if given.svg and len(chosen) > 1:
        raise UsageError("--svg writes one drawing: run one example with it")
    for place, example in enumerate(chosen):
        if place:
            screen.line()
        _tell(screen, example.ask() if given.answer else example.tell())
        if given.answer:
            screen.line()
            screen.words(example.exercise.answer)
            _show(screen, example.check(), None)
    if not given.answer:
        _say_where(screen)  # the exercise ends with a command
    if given.svg:
        screen.line()
        _write_drawing(screen, chosen[0].record().result, given.svg)


def _write_drawing(screen: Screen, result: Value, path: str) -> None:
    from .draw import draw

    if not Path(path).suffix:
        raise UsageError(f"{path!r} has no suffix that says how to draw it; take .svg or .dot")
    screen.words(str(draw(result, path, names=lambda node: "L" if node is result else None)))


def _draw(screen: Screen, given: argparse.Namespace) -> None:
    _write_drawing(screen, _subject(given.program, given.number).result, given.output)


def _step(_: Screen, given: argparse.Namespace) -> None:
    from .stepper import step

    step(_subject(given.program, given.number).result, every_op=given.detail == "every-op", digits=given.digits)


def _page(screen: Screen, given: argparse.Namespace) -> None:
    from .page import page

    subject = _subject(given.program, given.number)
    every_op = given.detail == "every-op"
    title = subject.example.title if subject.example else ""
    screen.words(repr(page(subject.result, given.output, title=title, every_op=every_op, digits=given.digits)))


def _explain(screen: Screen, given: argparse.Namespace) -> None:
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


def _formula(screen: Screen, given: argparse.Namespace) -> None:
    from .formula import formula

    subject = _subject(given.program, given.number)
    _show(screen, formula(subject.result, numbers=True, digits=given.digits), given.format)


def _why(screen: Screen, given: argparse.Namespace) -> None:
    subject = _subject(given.program, given.number)
    _show(screen, _ask("why", subject.result, subject.wrt(given.wrt), digits=given.digits), given.format)


def _paths(screen: Screen, given: argparse.Namespace) -> None:
    subject = _subject(given.program, given.number)
    answer = _ask("paths", subject.result, subject.wrt(given.wrt), k=given.most, digits=given.digits)
    _show(screen, answer, given.format)


def _kinks(screen: Screen, given: argparse.Namespace) -> None:
    _show(screen, _ask("kinks", _subject(given.program, given.number).result, digits=given.digits), given.format)


def _compare(screen: Screen, given: argparse.Namespace) -> None:
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


def _check(screen: Screen, given: argparse.Namespace) -> None:
    try:
        subject = _subject(given.program, given.number)
    except AutogradError:
        if _is_swapped(given):
            call = " ".join([f'autograd-scalar check "{given.derivation}" "{given.program}"', *given.number])
            raise UsageError(f"the program comes first, then the derivation: {call}") from None
        raise
    text = sys.stdin.read() if given.derivation == "-" else given.derivation
    wrt = subject.wrt(given.wrt or _asked_in(text, subject))
    _show(screen, _ask("check_derivation", text, subject.result, wrt, digits=given.digits), given.format)


def _is_swapped(given: argparse.Namespace) -> bool:
    """Whether what stands in the derivation's place can be recorded, as what stands in the program's cannot."""
    if "-" in (given.program, given.derivation):
        return False
    with suppress(AutogradError):
        _subject(given.derivation, given.number)
        return True
    return False


def _asked_in(text: str, subject: _Subject) -> str | None:
    """The leaf that a derivation is about, where it names one only: ``dL/dw = …``."""
    result = re.escape(subject.result.label or "L")
    found = re.findall(rf"[d∂]{result}\s*(?:/|\}}\s*\{{)\s*[d∂](\w+)", text)
    names = [name.translate(_LOWERED) for name in found]
    leaves = {name for name in names if name in subject.names and not subject.names[name].op}
    return leaves.pop() if len(leaves) == 1 else None


def _quiz(screen: Screen, given: argparse.Namespace) -> None:
    subject = _subject(given.program, given.number)
    _ask("quiz", subject.result, subject.wrt(given.wrt), digits=given.digits, run=False).run(write=screen.words)


def _at(screen: Screen, given: argparse.Namespace) -> None:
    from .examples import examples
    from .explain.what_if import at

    if given.to is None:
        if not given.number or given.program.replace("_", "-") not in {example.name for example in examples()}:
            raise UsageError("say which leaf has another number: --to w=2.2")
        given.to, given.number = given.number, []  # the example has its own numbers: these are the other ones
    subject = _subject(given.program, given.number)
    moved = {subject.node(name): one for name, one in _numbers(given.to).items()}
    _show(screen, at(subject.result, moved, digits=given.digits), given.format)


# ------------------------------------------------------------------------------------------------- the table of rules


def _ops(screen: Screen, given: argparse.Namespace) -> None:
    from .reference import find, show_rule, show_table

    if given.name is None:
        show_table(screen)
    else:
        show_rule(screen, find(given.name))


def _reference(screen: Screen, given: argparse.Namespace) -> None:
    from .reference import write_reference

    screen.line(f"The rules are in {write_reference(given.output)}")


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
        description="Gradients that explain themselves: worked examples, and statements typed at the shell.",
        epilog="For example:\n"
        '  autograd-scalar explain "z = w*x + b; a = relu(z); (a - y)**2" x=2 w=3 b=1 y=5 --wrt w\n\n'
        "Alone, it tells the first worked example. The exit code is 1 where something is refused, 2 where the\n"
        "command is not understood. With NO_COLOR=1 nothing is coloured.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"autograd-scalar {shown}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")

    def command(name: str, help_: str, do: Callable[[Screen, argparse.Namespace], None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
        made.set_defaults(do=do)
        return made

    def on_program(
        name: str,
        help_: str,
        do: Callable[[Screen, argparse.Namespace], None],
        *,
        wrt: bool = True,
        last: str = "",
        formats: tuple[str, ...] = ("text", "ascii", "latex", "markdown", "mathml"),
    ) -> argparse.ArgumentParser:
        made = command(name, help_, do)
        made.add_argument("program", help=_PROGRAM)
        if last:
            made.add_argument(last, help=_LAST[last])
        made.add_argument(
            "number", nargs="*", default=[], help="numbers for the names: x=2 w=3; an example has its own"
        )
        if wrt:
            made.add_argument("--wrt", metavar="NAME", help=_WRT.get(name, _WRT[""]))
        made.add_argument(
            "--digits", type=_digits, default=6, metavar="N", help="significant digits, 1 to 17, or all; 6 by default"
        )
        if formats:
            made.add_argument("--format", choices=formats, help="how it is printed; text by default")
        return made

    command("examples", "the worked examples, in teaching order", _examples)
    run = command("run", "a worked example: story, numbers, derivation", _run)
    run.add_argument("name", nargs="+", help="one or more names, as `autograd-scalar examples` lists them")
    run.add_argument("--answer", action="store_true", help="only the exercise, with an answer, checked")
    run.add_argument("--svg", metavar="FILE", help="also write the drawing of its graph")
    draw = command("draw", "the graph of an example or a program, as a drawing", _draw)
    draw.add_argument("program", help=_PROGRAM)
    draw.add_argument("number", nargs="*", default=[], help="numbers for the names: x=2 w=3; an example has its own")
    draw.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        required=True,
        help="the file to write: .svg or .dot, or with Graphviz .png or .pdf",
    )
    step = command("step", "both passes step by step: Enter goes on, b goes back, h helps", _step)
    page = command("page", "both passes as a page for a browser, one file that needs no network", _page)
    page.add_argument("-o", "--output", metavar="FILE", required=True, help="the file to write, such as page.html")
    for one in (step, page):
        one.add_argument("program", help=_PROGRAM)
        one.add_argument("number", nargs="*", default=[], help="numbers for the names: x=2 w=3; an example has its own")
        one.add_argument(
            "--detail",
            choices=("named", "every-op"),
            default="named",
            help="a step for each name, or for each operation",
        )
        one.add_argument(
            "--digits", type=_digits, default=6, metavar="N", help="significant digits, 1 to 17, or all; 6 by default"
        )
    explain = on_program("explain", "the derivation of a gradient: forward, backward, chain", _explain)
    explain.add_argument(
        "--detail",
        choices=("named", "every-op"),
        default="named",
        help="a line for each named step, or for each operation",
    )
    explain.add_argument("--order", type=int, choices=(1, 2), default=1, help="the first derivative, or the second")
    explain.add_argument(
        "--lr",
        type=float,
        metavar="η",
        help="also a step of gradient descent with the learning rate η: w ← w − η·dL/dw",
    )
    on_program("formula", "the formula of a program or an example, and its number", _formula, wrt=False)
    on_program("why", "why a gradient is what it is: zero, huge, missing", _why)
    paths = on_program("paths", "the routes of a gradient, and what each contributes", _paths)
    paths.add_argument(
        "-k", "--most", type=int, default=10, metavar="K", help="how many routes are listed; 10 by default"
    )
    on_program("kinks", "the operations on or near a kink, and the slope taken there", _kinks, wrt=False)
    on_program("compare", "two computations side by side", _compare, last="other", formats=("text", "ascii"))
    on_program("check", "a derivation written by hand, marked", _check, last="derivation", formats=("text", "ascii"))
    on_program("quiz", "be asked for each slope in turn", _quiz, formats=())
    at = on_program("at", "what becomes of values and gradients when leaves have other numbers", _at, wrt=False)
    at.add_argument(
        "--to",
        nargs="+",
        metavar="x=2",
        help="the other numbers: --to w=2.2; after an example's name w=2.2 alone will do",
    )
    ops = command("ops", "the rules, as a table; or one rule, with a plot", _ops)
    ops.add_argument("name", nargs="?", help="the name of one, such as sigmoid")
    reference = command("reference", "the rules as one HTML page, with drawings and plots", _reference)
    reference.add_argument("-o", "--output", metavar="FILE", required=True, help="the file to write, such as ops.html")
    return parser


_PROGRAM = 'an example\'s name, or statements: "z = w*x; (z - y)**2"; - reads stdin'
_WRT = {
    "explain": "the leaf or step whose gradient is derived; without it, the whole backward pass",
    "": "the leaf or step whose gradient is meant; by default the example's own, or the only leaf",
}
_LAST = {
    "other": "the other example or program",
    "derivation": 'the derivation: "dL/dw = -8.002 * 0.000999 * 2 = -0.016"; - reads stdin',
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (the process's own by default), and return its exit code.

    0 where all went well, 1 where the library refuses something, with its sentence on stderr, 2 where the command
    itself cannot be understood, 130 after an interrupt. A reader that goes away early (``| head``) is no error.
    """
    parser = _parser()
    try:
        given, rest = parser.parse_known_args(_told_from_options(sys.argv[1:] if arguments is None else arguments))
        late = [one for one in rest if "=" in one and not one.startswith("-")]  # x=2 behind an option
        if len(late) < len(rest) or (late and not hasattr(given, "number")):
            parser.error(
                f"unrecognized arguments: {' '.join(one for one in rest if one not in late) or ' '.join(late)}"
            )
        if late:
            given.number = [*given.number, *late]
        screen = Screen()
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


def _told_from_options(arguments: Sequence[str]) -> list[str]:
    """The arguments with a blank before each formula that begins with a minus, by which argparse knows it for none."""
    return [f" {one}" if one.startswith("-") and not _OPTION.fullmatch(one) else one for one in arguments]


_OPTION = re.compile(r"-|--[a-z][\w-]*(=.*)?|-h|-o.*|-k\s*\d*|-[\d.]+(e[+-]?\d+)?", re.DOTALL)


def _failed(sentence: str) -> int:
    """Say what went wrong, after what has been printed so far."""
    sys.stdout.flush()
    print(f"autograd-scalar: {sentence}", file=sys.stderr)
    return 1
