"""The worked examples: each is told, drawn, stepped through and answered as its reader would do it."""

from __future__ import annotations

import ast
import builtins
import functools
import inspect
import io
import re
import shlex
import sys
import textwrap
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from stories import EXAMPLES, STORIES

import autograd_scalar.examples
from autograd_scalar import Value, relu
from autograd_scalar.cli import main
from autograd_scalar.errors import UsageError
from autograd_scalar.examples import find
from autograd_scalar.examples.example import Claim, Example, Exercise, Part, Story, Table, beside, show, shown
from autograd_scalar.screen import _ASCII

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.once

all_examples = pytest.mark.parametrize("name", EXAMPLES)


def parts(name: str, kind: str) -> list[Part]:
    return [part for part in STORIES[name].parts if part.kind == kind]


def test_every_file_is_an_example_and_has_its_place() -> None:
    folder = Path(autograd_scalar.examples.__file__).parent
    files = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--", "example"}
    assert files == set(EXAMPLES)
    assert all(find(name) is example for name, example in EXAMPLES.items())
    with pytest.raises(UsageError, match=r"there is no example called 'relu'; did you mean relu-neuron\?$"):
        find("relu")
    with pytest.raises(UsageError, match="did you mean dying-relu"):
        find("dieing_relu")


@pytest.mark.slow
@all_examples
def test_what_is_shown_is_what_runs(name: str) -> None:
    code = "\n".join(part.body for part in parts(name, "code"))
    for line in inspect.getsource(EXAMPLES[name].graph).splitlines():
        assert line in code
    for line in code.splitlines():
        if line.startswith((">>> ", "... ")) and line[4:].strip() and f'= find("{name}").record()' not in line:
            assert line[4:].strip() in Path(inspect.getfile(EXAMPLES[name].story)).read_text(encoding="utf-8")
    assert len(parts(name, "answer")) >= 2


def typed(story: Story) -> Iterator[ast.stmt]:
    """The statements of a story, as its reader types them one after the other."""
    for part in story.parts:
        if part.kind == "code" and not part.body.strip().startswith("autograd-scalar "):
            lines = part.body.splitlines()
            yield from ast.parse(
                textwrap.dedent("\n".join(re.sub(r"^(>>> |\.\.\. ?)", "", line) for line in lines))
            ).body


def unknown(story: Story) -> set[str]:
    """The names that a story uses and that nothing before them imports or defines."""
    known = set(dir(builtins))
    missing: set[str] = set()
    for one in typed(story):
        nodes = list(ast.walk(one))
        here = {node.arg for node in nodes if isinstance(node, ast.arg)}
        here |= {node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        here |= {
            a.asname or a.name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for a in node.names
        }
        here |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        used = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        missing |= used - known - here
        known |= {one.name} if isinstance(one, ast.FunctionDef) else here
    return missing


@all_examples
def test_every_name_of_a_story_is_shown_before_it_is_used(name: str) -> None:
    assert unknown(STORIES[name]) == set()


@pytest.mark.parametrize("name", ["perfect-step", "backward-twice", "relu-neuron"])
def test_a_story_may_be_typed_in(name: str) -> None:
    scope: dict[str, Any] = {}
    for one in typed(STORIES[name]):
        exec(compile(ast.Module([one], []), "<typed>", "exec"), scope)
    assert isinstance(scope["w"], Value)


def test_a_module_that_a_graph_needs_is_shown_too() -> None:
    def graph(x: float) -> str:
        return textwrap.dedent(f"  {x}")

    told = shown(graph)
    assert told.startswith("import textwrap\n\ndef graph(")
    scope: dict[str, Any] = {}
    exec(told, scope)
    assert scope["graph"](2.0) == "2.0"


def test_names_that_are_shown_nowhere_are_found() -> None:
    lines = ["from a import b", "    def f(x):\n        z = b(x) + g\n        return z", ">>> f(z)", ">>> f(h)\n... "]
    assert unknown(Story("?", tuple(Part("code", line) for line in lines))) == {"g", "z", "h"}


@functools.cache
def listing() -> str:
    """What the command ``examples`` prints."""
    with redirect_stdout(io.StringIO()) as out:
        assert main(["examples"]) == 0
    return out.getvalue()


@all_examples
def test_what_a_story_needs_is_said(name: str) -> None:
    nodes = [node for one in typed(STORIES[name]) for node in ast.walk(one)]
    imported = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    imported |= {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    needs = {one.partition(".")[0] for one in imported} - {"autograd_scalar", *sys.stdlib_module_names}
    assert needs == set(EXAMPLES[name].needs)
    (line,) = (line for line in listing().splitlines() if line.startswith(f"{name} "))
    assert line.endswith(f" (needs {', '.join(sorted(needs))})" if needs else EXAMPLES[name].title)


@pytest.mark.slow
@all_examples
def test_a_story_is_told_the_same_way_twice(name: str) -> None:
    assert str(EXAMPLES[name].tell()) == str(STORIES[name])


@all_examples
def test_a_story_fits_a_terminal(name: str) -> None:
    story = STORIES[name]
    typed = [line for part in parts(name, "code") for line in part.body.splitlines()]
    prose = [line for part in parts(name, "prose") for line in part.text().splitlines()]
    rows = [line for part in parts(name, "table") for line in part.text().splitlines()]
    assert max(map(len, [*typed, *prose, *rows])) <= 100
    assert all(len(line) <= (100 if line.endswith(".") else 120) for line in str(story).splitlines())
    assert len(f"{name:21}   {story.title}") <= 100
    assert str(story).translate(_ASCII).isascii()
    assert "\xa0" not in str(story)


def copied(shown: str) -> str:
    """The Python that somebody has in the clipboard, or the words of a command."""
    if shown.lstrip().startswith("autograd-scalar "):
        return str(shlex.split(shown.replace("\\\n", " ")))
    lines = (re.sub(r"^(>>> |\.\.\. ?)", "", line) for line in shown.splitlines())
    return ast.dump(ast.parse(textwrap.dedent("\n".join(lines))))


@all_examples
def test_what_may_be_copied_is_broken_at_80_columns_so_that_it_still_runs(name: str) -> None:
    for part in parts(name, "code"):
        shown = part.text(80)
        assert max(map(len, shown.splitlines())) <= 80
        assert copied(shown) == copied(part.body)


@all_examples
def test_something_is_broken_and_told(name: str) -> None:
    headings = [part.body for part in parts(name, "heading")]
    assert "Broken" in headings
    kinds = [part.kind for part in STORIES[name].parts]
    broken = kinds[STORIES[name].parts.index(Part("heading", "Broken")) :]
    assert {"prose", "code", "answer"} <= set(broken)


@all_examples
def test_the_exercise_is_asked_and_answered_at_the_prompt(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    example = EXAMPLES[name]
    assert example.check().is_right
    assert not example.check(f"{example.exercise.answer} + 12.5").is_right
    asked = parts(name, "code")[-1].body
    command = asked.strip().replace("…", example.exercise.answer.partition(" = ")[2])
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("right.")


@pytest.mark.slow
@all_examples
@pytest.mark.parametrize("command", ["run", "step", "draw", "page"])
def test_each_command_takes_each_example(
    command: str, name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = {"draw": tmp_path / "graph.svg", "page": tmp_path / "page.html"}.get(command)
    options = {"run": ["--answer"], "draw": ["-o", str(file)], "page": ["-o", str(file)]}
    assert main([command, name, *options.get(command, [])]) == 0
    out = capsys.readouterr().out
    assert out
    assert file is None or file.stat().st_size > 1000
    if command == "run":
        assert out.startswith(STORIES[name].title)
        assert out.endswith(("It is right.\n", "All of it is right.\n"))
        assert f"The graph is {EXAMPLES[name].graph.__name__}" in out
        assert EXAMPLES[name].exercise.answer in " ".join(out.split())
        assert "Broken" not in out


@all_examples
def test_the_leaves_may_be_others(name: str) -> None:
    example = EXAMPLES[name]
    run = example.record(**example.exercise.leaves)
    assert {name: run.names[name].data for name in example.leaves} == {**example.leaves, **example.exercise.leaves}
    assert run.names[example.exercise.wrt].grad == pytest.approx(example.check().value)
    with pytest.raises(UsageError, match="has no leaf 'nothing'"):
        example.record(nothing=1)


# ------------------------------------------------------------------------------------------------- how it is made


def graph(x: Any = 2.0, parts: Any = (1.0, [3.0]), power: Any = 2, note: str = "kept") -> Any:
    assert note == "kept"
    a = x * parts[0] + parts[1][0]
    return relu(a) ** power.data


def story(x: Value, a: Value, parts: Any) -> None:
    """First.

    # A heading

    Prose with a · b = c.
    """
    parts[1][0].data, a.grad  # an answer
    f"""{1 + 1} is prose."""  # not a docstring
    for part in parts[:1]:
        # a comment is shown
        print(part.data)  # noqa: T201  # seen by the reader
    assert x.grad == 10, "A1 B2"
    assert x.grad == 10


def wrong(x: Value) -> None:
    assert x.grad == 11, "A1"


def failing() -> None:
    """It fails."""
    1 / 0  # noqa: B018  # an answer


def made(told: Any = story, broken: Any = failing) -> Example:
    return Example("A title?\n\nGiven.", graph, "x", told, broken, Exercise("?", "dL/dx = 10", "x"))


def test_the_parts_of_a_story() -> None:
    told = made().tell()
    assert told.title == "A title?"
    assert [part.text() for part in told.parts if part.kind != "code"] == [
        "Given.",
        "First.",
        "A heading",
        "Prose with a · b = c.",
        "(3.0, 10.0)",
        "2 is prose.",
        "1.0",
        "Broken",
        "It fails.",
        "ZeroDivisionError: division by zero",
        "Now you",
        "The graph is graph(x=2, power=2). ?",
    ]
    assert ">>> for part in parts[:1]:\n...     # a comment is shown\n...     print(part.data)" in str(told)
    assert "assert x.grad" not in str(told)
    assert str(told).endswith('autograd-scalar check test-examples "dL/dx = …"')
    assert "Often written" not in str(told)
    assert '>>> a, parts = find("test-examples").record().take("a parts")\n>>> parts[1][0]' in str(told)
    assert made().rows == {"A1", "B2"}
    assert made().leaves == {"x": 2, "power": 2}


def test_a_number_that_is_not_so_stops_the_story_at_its_line() -> None:
    with pytest.raises(AssertionError) as raised:
        made(told=wrong).tell()
    assert traceback.extract_tb(raised.tb)[-1].line == 'assert x.grad == 11, "A1"'
    with pytest.raises(ZeroDivisionError):
        made(told=failing).tell()


def test_tables() -> None:
    table = Table(("", "x"), [("a", 1 / 3), ("b", Value(2)), (True, -0.0)])
    assert str(table) == repr(table) == "    x\na   0.333333\nb   2\n1   0"
    assert "<td" in table._repr_html_()
    assert show(1 / 3, 2) == "0.33"
    assert show("word") == "word"


def test_gradients_beside_wrong_ones_part_at_a_node() -> None:
    x, w = Value(2, label="x"), Value(3, label="w1")
    z = (w * x).named("z")
    L = (z * z).named("L")
    L.backward()
    right = {L: 1.0, z: z.grad, w: w.grad, x: x.grad}
    assert "part" not in str(beside(right))
    lines = str(beside({**right, z: 1.0, w: 2.0})).splitlines()
    assert [line.split()[0] for line in lines] == ["node", "L", "z", "w₁", "x"]
    assert [line.endswith("← they part here") for line in lines] == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("number", "true", "verdict"),
    [
        ("7", 7, "right"),
        ("0.999", 0.99908894880559935, "right, rounded"),
        ("", 4.0, "not given"),
        ("3.0016", 3.0014566855914322, "rounded it is 3.0015"),
        ("0.000999", 0.00091022118012182652, "9.75 % too large"),
        ("500", 549.19, "8.96 % too small"),
        ("125", 15625, "125 times too small"),
        ("10", 2, "5 times too large"),
        ("-8", 8, "wrong"),
        ("3", 0, "wrong"),
    ],
)
def test_verdicts(number: str, true: float, verdict: str) -> None:
    assert Claim("", "", number, true).verdict == verdict
    assert Claim("", "", number, Value(true), "a reason").verdict == f"{verdict}: a reason"
    assert Claim("", "", because="in words").row() == ("", "–", "in words")


@all_examples
def test_no_cell_of_what_is_often_written_is_empty(name: str) -> None:
    for part in parts(name, "table"):
        assert all(all(row) for row in part.body)


def test_names_do_not_hang_on_what_a_caller_keeps() -> None:
    y, b = find("forward-and-reverse").record().take("y b")
    again = find("forward-and-reverse").record()
    assert {"y", "b"} <= set(again.names)
    assert again.take("y") is not y
    assert again.take("b") is not b


def test_names_are_taken_from_a_run() -> None:
    run = find("relu-neuron").record()
    assert run.take("w") is run.names["w"]
    assert run.take("L w") == (run.result, run.names["w"])
    for names in ("L q", ""):
        with pytest.raises(UsageError, match="relu-neuron has no "):
            run.take(names)
