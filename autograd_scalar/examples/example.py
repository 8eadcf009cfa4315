"""What a worked example consists of, and how it is told.

An example is a file to read from top to bottom: a question, a function that builds the graph, and a story. The story is
a function too, run line by line as if it were typed: a string in it is prose, an expression is shown with its answer, a
statement is shown and done, and an ``assert`` is only done: it holds the numbers of the story. Nothing is told twice:
what is shown is the source that runs, and every answer is the library's own.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import re
import shlex
import sys
import textwrap
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from math import isclose
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..errors import AutogradError, UsageError
from ..explain import check_derivation
from ..explain.tables import html_table, text_table
from ..formula.numbers import number
from ..graph import topological_order
from ..names import call_with_names, read_names
from ..notation import display
from ..screen import fitted, fitted_code, fitted_command, window
from ..value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ..explain import Check

__all__ = ["Claim", "Example", "Exercise", "Part", "Run", "Story", "Table", "beside", "near", "show"]

WIDTH = 100  # columns of a story that is printed without a screen
GLUE = "\xa0"  # a blank at which no line is broken: on both sides of a sign
SIGNS = re.compile(r" ([·=≈≤≥<>+−]) ")
_RECORDED = 'find("{}").record().take'  # where a story's Values come from
ROWS = re.compile(r"[A-P]\d+(?: [A-P]\d+)*")


class Claim(NamedTuple):
    """Something that is often written, and what is true.

    `rows` are the worked values it reaches; `number` is as it is written, or "" where none is given; `true` is the
    node or the number it should be, None where the claim is in words; `because` says why the two differ.
    """

    rows: str
    says: str
    number: str = ""
    true: Value | float | None = None
    because: str = ""

    @property
    def verdict(self) -> str:
        """What to think of it."""
        if self.true is None:
            return self.because
        found = _verdict(self.number, float(self._true)) if self.number else "not given"
        return f"{found}: {self.because}" if self.because else found

    @property
    def _true(self) -> float:
        return self.true.data if isinstance(self.true, Value) else float(self.true or 0.0)

    def row(self) -> tuple[str, str, str]:
        """What is written, what is true, and the verdict."""
        return self.says, "–" if self.true is None else number(self._true), self.verdict


class Exercise(NamedTuple):
    """A question, and an answer that `check_derivation` finds right; `wrt` and `leaves` as in the question."""

    question: str
    answer: str
    wrt: str
    leaves: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """Rows of text and numbers in columns; numbers are shown with six digits, or so many as are asked for."""

    heads: Sequence[str]
    rows: Iterable[Sequence[object]]
    digits: int | None = 6

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", tuple(map(tuple, self.rows)))

    def _cells(self) -> list[list[str]]:
        return [[show(cell, self.digits) for cell in row] for row in self.rows]

    def __str__(self) -> str:
        return text_table([list(self.heads), *self._cells()], window=window())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return html_table(self._cells(), head=self.heads)


def show(x: object, digits: int | None = 6) -> str:
    """A Value or a number as text for the eye; anything else as it prints itself."""
    x = x.data if isinstance(x, Value) else x
    return number(float(x), digits) if isinstance(x, int | float) else str(x)


def beside(wrong: Mapping[Value, float]) -> Table:
    """Gradients by some other way beside those of the last pass, and the first node, from the result, that differs."""
    named = sorted((node for node in wrong if node.label), key=lambda node: not node.op)  # leaves come last
    parted = next((node for node in named if not near(wrong[node], node.grad)), None)
    rows = [
        (display(node.label), node.grad, wrong[node], "← they part here" if node is parted else "") for node in named
    ]
    return Table(("node", "right", "wrong", ""), rows)


def near(x: float, y: float) -> bool:
    """Whether two numbers agree to twelve digits."""
    return isclose(x, y, rel_tol=1e-12)


class Part(NamedTuple):
    """A piece of a story. An answer is what came of the code before it: anything that prints itself."""

    kind: Literal["heading", "prose", "code", "answer", "table"]
    body: Any

    def text(self, width: int = WIDTH) -> str:
        """The piece as text; prose is broken to so many columns."""
        if self.kind == "prose":
            return textwrap.fill(self.body, width).replace(GLUE, " ")
        if self.kind == "table":
            rows = text_table(self.body).splitlines()
            return "\n".join(textwrap.fill(row, width, subsequent_indent=" " * (row.rfind("   ") + 3)) for row in rows)
        if self.kind == "answer":
            return "\n".join(piece for line in str(self.body).splitlines() for piece in fitted(line))
        if self.kind == "code":
            fit = fitted_command if self.body.lstrip().startswith("autograd-scalar ") else fitted_code
            return "\n".join(fit(self.body, width))
        return str(self.body)


@dataclass(frozen=True, slots=True)
class Story:
    """An example, told: the parts in order. `str` prints it."""

    title: str
    parts: tuple[Part, ...]

    def blocks(self) -> Iterator[tuple[bool, Part]]:
        """The parts, each with whether a blank line stands before it."""
        before = "heading"
        for part in self.parts:
            yield not (before == "heading" or (before == "code" and part.kind in ("code", "answer"))), part
            before = part.kind

    def __str__(self) -> str:
        lines = [self.title, ""]
        for gap, part in self.blocks():
            lines += [""] * gap + [part.text()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Example:
    """A worked example.

    `text` is the docstring of its file: a line that asks, then what is given. `graph` returns L; its arguments have
    defaults, the leaves, and those that are numbers become Values. `wrt` is the leaf in question. `story` and `broken`
    take names of the graph and are told line by line; `written` takes such names too and gives claims. `needs` are the
    packages without which it cannot be told.
    """

    text: str | None
    graph: Callable[..., Any]
    wrt: str
    story: Callable[..., object]
    broken: Callable[..., object]
    exercise: Exercise
    written: Callable[..., Sequence[Claim]] = field(default=lambda: ())
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: ``relu-neuron`` for the file relu_neuron.py."""
        return self.story.__module__.rpartition(".")[2].replace("_", "-")

    @property
    def title(self) -> str:
        """The question, in one line."""
        return inspect.cleandoc(self.text or "").partition("\n")[0]

    @property
    def given(self) -> str:
        """What is given, in a few lines."""
        return inspect.cleandoc(self.text or "").partition("\n")[2]

    @cached_property
    def leaves(self) -> dict[str, float]:
        """The leaves that are single numbers, by name."""
        parameters = inspect.signature(self.graph).parameters.values()
        return {one.name: float(one.default) for one in parameters if isinstance(one.default, int | float)}

    @cached_property
    def rows(self) -> frozenset[str]:
        """The worked values that the story, the broken variant and the claims reach."""
        claims = [claim.rows for claim in self.record().call(self.written)]
        return frozenset(
            row
            for text in [*_asserted(self.story), *_asserted(self.broken), *claims]
            for row in text.split()
            if ROWS.fullmatch(row)
        )

    def record(self, **leaves: float) -> Run:
        """Record the graph, at other leaves than the example's where some are given, and run the backward pass.

        Raises `UsageError` for a leaf that the example does not have.
        """
        unknown = [name for name in leaves if name not in self.leaves]
        if unknown:
            known = ", ".join(self.leaves) or "not single numbers"
            raise UsageError(f"{self.name} has no leaf {unknown[0]!r}; its leaves are {known}")
        parameters = inspect.signature(self.graph).parameters
        given = {name: _as_values(leaves.get(name, one.default), name) for name, one in parameters.items()}
        result, scopes = call_with_names(self.graph, **given)
        order = topological_order(result)
        names = read_names(Value, nodes=order, label=lambda node: node.label, scopes=scopes, callers=False)
        if not result.label and not names.of(result):
            result.named("L")
        named = {name: node.named(name) for node in order if (name := node.label or names.of(node))}
        result.backward()
        lists = {name: held for one in scopes for name, held in one.variables.items() if isinstance(held, list)}
        return Run(self, result, named, {**lists, **given, **named})

    def check(self, answer: str | None = None) -> Check:
        """An answer to the exercise, marked; the example's own where none is given."""
        run = self.record(**self.exercise.leaves)
        return check_derivation(answer or self.exercise.answer, run.result, run.names[self.exercise.wrt])

    def tell(self) -> Story:
        """The story: the question, the graph, what there is to see, a broken variant, what is often written."""
        run = self.record()
        parts = [
            *_prose(self.given),
            Part("code", textwrap.indent(shown(self.graph, self.story, self.broken), "    ")),
            *run.perform(self.story),
            Part("heading", "Broken"),
            *self.record().perform(self.broken, may_fail=True),
        ]
        if claims := self.record().call(self.written):
            table = [("written", "true", "verdict"), *(claim.row() for claim in claims)]
            parts += [Part("heading", "Often written, and what is true"), Part("table", table)]
        return Story(self.title, (*parts, Part("heading", "Now you"), *self.ask().parts))

    def ask(self) -> Story:
        """The exercise: the graph and its numbers once more, the question, and how to have an answer marked."""
        ask, result = self.exercise, self.record().result
        at, numbers = (
            [f"{name}={show(one)}".replace("−", "-") for name, one in leaves.items()]
            for leaves in (ask.leaves, {**self.leaves, **ask.leaves})
        )
        graph = f"{self.graph.__name__}({', '.join(numbers)})" if numbers else self.graph.__name__
        asked = f'"d{result.label}/d{ask.wrt} = …"'
        wrt = [] if ask.wrt.isalnum() else ["--wrt", shlex.quote(ask.wrt)]  # a plain name is read from the answer
        command = " ".join(["autograd-scalar check", self.name, asked, *at, *wrt])
        question = _prose(f"The graph is {graph}. {ask.question}")
        return Story(self.title, (*question, Part("code", f"    {command}")))


@dataclass(frozen=True, slots=True)
class Run:
    """An example's graph, recorded, after a backward pass. Every node that has a name is in `names`.

    `scope` holds the arguments of the graph as well, and its lists.
    """

    example: Example
    result: Value
    names: dict[str, Value]
    scope: dict[str, Any]

    def wanted(self, function: Callable[..., Any]) -> dict[str, Any]:
        """What a function asks for by the names of its arguments."""
        return {name: self.scope[name] for name in inspect.signature(function).parameters}

    def take(self, names: str) -> Any:
        """What bears these names, with blanks between them: one thing, or a tuple. Raises `UsageError` for another."""
        unknown = [name for name in names.split() if name not in self.scope]
        if unknown or not names.split():
            raise UsageError(
                f"{self.example.name} has no {' '.join(unknown) or 'name'!r}; it has {', '.join(self.scope)}"
            )
        first, *more = (self.scope[name] for name in names.split())
        return (first, *more) if more else first

    def call(self, function: Callable[..., Any]) -> Any:
        """Call a function with what it asks for."""
        return function(**self.wanted(function))

    def perform(self, function: Callable[..., Any], *, may_fail: bool = False) -> Iterator[Part]:
        """Run the source of a function as if it were typed, and tell what is seen; an error too if it `may_fail`."""
        source, start = _source(function)
        # The names of a user's variables are read from frames outside this package: so this is no module of it.
        place = f"<example {self.example.name}>"
        path = inspect.getsourcefile(function) or ""
        linecache.cache[place] = (0, None, linecache.getlines(path), place)  # a traceback shows the line
        scope = {**vars(sys.modules[function.__module__]), "__name__": "example", **self.wanted(function)}
        taken = [name for name in self.wanted(function) if name in _names(_typed_part(function))]
        for statement in _statements(source):
            code = ast.get_source_segment(source, statement) or ""
            is_prose = isinstance(statement, ast.Expr) and _is_text(statement.value)
            ast.increment_lineno(statement, start - 1)
            if not is_prose and not isinstance(statement, ast.Assert):
                if taken:
                    yield Part(
                        "code", f">>> {', '.join(taken)} = {_RECORDED.format(self.example.name)}{_quoted(taken)}"
                    )
                    taken = []
                yield Part("code", _typed(code))
            out = StringIO()
            answer = None
            with redirect_stdout(out):
                if isinstance(statement, ast.Expr):
                    try:
                        answer = eval(compile(ast.Expression(statement.value), place, "eval"), scope)  # noqa: S307  # not input: this package's own source
                    except (AutogradError, ArithmeticError, ValueError) as error:
                        if not may_fail:
                            raise
                        print(f"{type(error).__name__}: {error}")
                else:
                    exec(compile(ast.Module([statement], []), place, "exec"), scope)  # noqa: S102  # so is this
            if is_prose:
                yield from _prose(answer)
                continue
            if out.getvalue():
                yield Part("answer", out.getvalue().rstrip())
            if answer is not None:
                yield Part("answer", answer if hasattr(answer, "text") else repr(answer))


def _as_values(given: Any, name: str) -> Any:
    """The numbers of an argument as Values; a single one bears the argument's name."""
    if isinstance(given, int | float):
        return Value(given, label=name)
    return [_as_values(one, "") for one in given] if isinstance(given, list | tuple) else given


def shown(graph: Callable[..., Any], *told: Callable[..., Any]) -> str:
    """What is to be typed before a story: the imports of the names that it uses, its graph, and its own helpers."""
    imports: dict[str, set[str]] = {}
    constants: list[str] = []
    written = [textwrap.dedent(inspect.getsource(graph)).strip()]
    pending = [(name, graph.__module__) for name in _names([ast.parse(written[0])])]
    for function in told:
        pending += [(name, function.__module__) for name in _names(_typed_part(function))]
        if any(name in inspect.signature(function).parameters for name in _names(_typed_part(function))):
            pending.append(("find", __package__ or ""))
    seen = {(graph.__name__, graph.__module__)}
    while pending:
        name, module = pending.pop(0)
        if (name, module) in seen:
            continue
        seen.add((name, module))
        if module in (__name__, __package__):
            imports.setdefault(__package__ or "", set()).add(name)
            continue
        tree, source = _parsed(module)
        for statement in tree.body:
            if name not in _bound(statement):
                continue
            if isinstance(statement, ast.ImportFrom) and statement.level:
                pending.append((name, f"{__package__}.{statement.module}"))
            elif isinstance(statement, ast.ImportFrom):
                imports.setdefault(statement.module or "", set()).add(name)
            elif isinstance(statement, ast.Import):
                imports.setdefault("", set()).add(name)
            else:
                place = constants if isinstance(statement, ast.Assign) else written
                place.append(ast.get_source_segment(source, statement) or "")
                pending += [(one, module) for one in _names([statement])]
    ordered = sorted(imports.items(), key=lambda one: (one[0].startswith("autograd_scalar"), one[0]))
    lines = [_imported(module, ", ".join(sorted(names))) for module, names in ordered]
    return "\n\n".join(filter(None, ["\n".join(lines), "\n".join(constants), *written]))


def _imported(module: str, names: str) -> str:
    line = f"from {module} import {names}" if module else f"import {names}"
    return line if len(line) <= 76 else f"from {module} import ({names})"  # in brackets it can be broken


def _parsed(module: str) -> tuple[ast.Module, str]:
    source = inspect.getsource(sys.modules[module])
    return ast.parse(source), source


def _bound(statement: ast.stmt) -> set[str]:
    """The names that a statement of a file gives a meaning to."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {one.asname or one.name for one in statement.names}
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Assign):
        return {one.id for one in statement.targets if isinstance(one, ast.Name)}
    return set()


def _names(code: Iterable[ast.AST]) -> dict[str, None]:
    """The names that code reads, in order, but for those that Python has."""
    nodes = (node for one in code for node in ast.walk(one))
    read = (node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load))
    return dict.fromkeys(name for name in read if not hasattr(builtins, name))


def _typed_part(function: Callable[..., Any]) -> list[ast.stmt]:
    """The statements of a story that are shown as code."""
    return [
        one
        for one in _statements(_source(function)[0])
        if not isinstance(one, ast.Assert) and not (isinstance(one, ast.Expr) and _is_text(one.value))
    ]


def _quoted(names: Sequence[str]) -> str:
    return f'("{" ".join(names)}")'


def _source(function: Callable[..., Any]) -> tuple[str, int]:
    lines, start = inspect.getsourcelines(function)
    return "".join(lines), start


def _statements(source: str) -> list[ast.stmt]:
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    return function.body


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def _asserted(function: Callable[..., Any]) -> Iterator[str]:
    """The messages of the asserts in a function: the rows that they hold."""
    for statement in _statements(_source(function)[0]):
        for node in ast.walk(statement):
            if isinstance(node, ast.Assert) and isinstance(node.msg, ast.Constant):
                yield str(node.msg.value)


def _typed(code: str) -> str:
    """Code of a function's body, as it looks at the prompt."""
    first, *rest = code.splitlines()
    lines = [f">>> {first}", *(f"... {line.removeprefix('    ')}".rstrip() for line in rest)]
    return "\n".join(lines)


def _prose(text: Any) -> Iterator[Part]:
    """Paragraphs; one that begins with # is a heading."""
    for paragraph in re.split(r"\n\s*\n", str(text).strip()):
        words = SIGNS.sub(rf"{GLUE}\1{GLUE}", " ".join(paragraph.split()))
        if words.startswith("# "):
            yield Part("heading", words[2:])
        else:
            yield Part("prose", words)


def _verdict(claimed: str, true: float) -> str:
    """What to think of a number, as it is written."""
    stated = float(claimed)
    if isclose(stated, true, rel_tol=1e-14):
        return "right"
    decimals = len(claimed.partition(".")[2])
    rounded = round(true, decimals)
    if stated == rounded:
        return "right, rounded"
    if true == 0 or stated / true <= 0:
        return "wrong"
    if stated / true > 2:
        return f"{number(stated / true)} times too large"
    if stated / true < 0.5:
        return f"{number(true / stated)} times too small"
    error = stated / true - 1
    if abs(error) < 1e-3:
        return f"rounded it is {number(rounded, None)}"
    return f"{number(abs(error) * 100, 3)} % too {'large' if error > 0 else 'small'}"
