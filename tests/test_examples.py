"""The worked examples: each is told, drawn, stepped through and answered as its reader would do it."""

from __future__ import annotations

import inspect
import shlex
import traceback
from pathlib import Path
from typing import Any

import pytest

import autograd_scalar.examples
from autograd_scalar import Value, relu
from autograd_scalar.cli import main
from autograd_scalar.errors import UsageError
from autograd_scalar.examples import examples, find
from autograd_scalar.examples.example import Claim, Example, Exercise, Part, Story, Table, beside, show
from autograd_scalar.screen import _ASCII

EXAMPLES = {example.name: example for example in examples()}


class Stories(dict[str, Story]):
    """Each story is told when it is first asked for."""

    def __missing__(self, name: str) -> Story:
        self[name] = EXAMPLES[name].tell()
        return self[name]


STORIES = Stories()
all_examples = pytest.mark.parametrize("name", EXAMPLES)


def parts(name: str, kind: str) -> list[Part]:
    return [part for part in STORIES[name].parts if part.kind == kind]


def test_every_file_is_an_example_and_has_its_place() -> None:
    folder = Path(autograd_scalar.examples.__file__).parent
    files = {path.stem.replace("_", "-") for path in folder.glob("*.py")} - {"--init--", "example"}
    assert files == set(EXAMPLES)
    assert all(find(name) is example for name, example in EXAMPLES.items())
    with pytest.raises(UsageError, match="did you mean dying-relu"):
        find("dieing_relu")


@all_examples
def test_what_is_shown_is_what_runs(name: str) -> None:
    code = "\n".join(part.body for part in parts(name, "code"))
    for line in inspect.getsource(EXAMPLES[name].graph).splitlines():
        assert line in code
    for line in code.splitlines():
        if line.startswith((">>> ", "... ")) and line[4:].strip():
            assert line[4:].strip() in Path(inspect.getfile(EXAMPLES[name].story)).read_text(encoding="utf-8")
    assert len(parts(name, "answer")) >= 2


@all_examples
def test_a_story_is_told_the_same_way_twice(name: str) -> None:
    assert str(EXAMPLES[name].tell()) == str(STORIES[name])


@all_examples
def test_a_story_fits_a_terminal(name: str) -> None:
    story = STORIES[name]
    typed = [line for part in parts(name, "code") for line in part.body.splitlines()]
    prose = [line for part in parts(name, "prose") for line in part.text().splitlines()]
    assert max(map(len, [*typed, *prose])) <= 100
    assert len(f"{name:21}   {story.title}") <= 100
    assert str(story).translate(_ASCII).isascii()
    assert "\xa0" not in str(story)


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


@all_examples
def test_the_leaves_may_be_others(name: str) -> None:
    example = EXAMPLES[name]
    run = example.record(**example.exercise.leaves)
    assert {name: run.names[name].data for name in example.leaves} == example.leaves | example.exercise.leaves
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
        "?",
    ]
    assert ">>> for part in parts[:1]:\n...     # a comment is shown\n...     print(part.data)" in str(told)
    assert "assert x.grad" not in str(told)
    assert 'autograd-scalar check test-examples "dL/dx = …" --wrt x' in str(told)
    assert "Often written" not in str(told)
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
    assert Claim("", "", because="in words").row() == ("", "", "in words")
