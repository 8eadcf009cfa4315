"""The stepper: from code in both directions, as pictures, and in a terminal, where a person types."""

from __future__ import annotations

import contextlib
import gc
import html
import io
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd_scalar
from autograd_scalar import UsageError, Value, dot, no_grad
from autograd_scalar.cli import main
from autograd_scalar.conversation import HELP, Conversation
from autograd_scalar.examples import Example, examples
from autograd_scalar.graph import topological_order
from autograd_scalar.screen import Screen, columns
from autograd_scalar.stepper import frames, step, steps
from autograd_scalar.testing import Graph, graphs
from autograd_scalar.trace import Step, read, trace

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"


def neuron() -> Value:
    x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    z = (w * x + b).named("z")
    a = z.relu().named("a")
    return ((a - y) ** 2).named("L")


# ------------------------------------------------------------------------------------------------------------ from code


def test_both_ways() -> None:
    s = neuron().steps()
    assert s.current is None
    assert str(s) == "before the first of 10 steps of L; next() goes on"
    whole = list(s)
    assert s.next() == whole[0]
    assert s.next().number == s.position == 2
    assert s.back() == whole[0]
    assert s.back() is None
    assert str(s.goto("w")) == "[8/10] backward  z = w·x + b   dL/dw = dL/dz · dz/dw = 4 · 2 = 8   (was unknown)"
    assert repr(s) == str(s.current)
    assert len(s) == len(list(s)) == 10
    assert all(isinstance(one, Step) for one in s)


def test_goto_a_name_goes_through_its_steps_and_around() -> None:
    s = neuron().steps()
    assert [getattr(s.goto("z"), "number", None) for _ in range(4)] == [1, 7, 1, 7]
    assert [getattr(s.goto("L"), "number", None) for _ in range(3)] == [3, 4, 3] or s.position == 4
    assert s.goto(0) is None
    assert getattr(s.goto(10), "number", None) == 10


def test_names_as_they_are_shown_are_found() -> None:
    s = (Value(2.0, label="w1") * Value(3.0, label="alpha")).named("L").steps()
    for name in ("w1", "w₁", "alpha", "α"):
        assert s.goto(name) is not None


@given(graphs())
def test_goto_takes_the_node_itself(graph: Graph) -> None:
    s = graph.result.steps()
    labels = {node.label for node in topological_order(graph.result)}
    for node in topological_order(graph.result):
        if node.label:
            s.goto(0)
            step = s.goto(node)
            s.goto(0)
            assert step == s.goto(node.label)
    assert {node.name for node in s.trace.nodes if node.kind == "leaf"} <= labels


def test_goto_takes_what_a_variable_holds() -> None:
    x, w = Value(2.0), Value(3.0)
    z = w * x
    s = ((z - 1) ** 2).steps()
    also = z
    del z
    assert str(s.goto(w)).startswith("[5/6] backward")
    with pytest.raises(UsageError, match=r"Value\(6.0\) is no node of the graph of L, which has w, x, z and L"):
        s.goto(also)
    z = also
    assert [getattr(s.goto(z), "number", None) for _ in range(2)] == [1, 4]
    x = Value(2.5)  # the name is another's now
    with pytest.raises(UsageError, match=r"Value\(2.5\) is no node"):
        s.goto(x)


def test_what_cannot_be_is_said() -> None:
    s = neuron().steps()
    with pytest.raises(UsageError, match="before the first step already"):
        s.back()
    s.goto(10)
    with pytest.raises(UsageError, match="step 10 is the last"):
        s.next()
    assert s.position == 10
    for wrong, sentence in (
        (11, "there is no step 11"), (-1, "there is no step -1"), (True, "the number of a step"), (1.0, "the number"),
        ("ww", "did you mean w?"), ("loss", "there is no node called 'loss'; there is w, x, b, z, a, y, L"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=re.escape(sentence)):
            s.goto(wrong)  # type: ignore[arg-type]  # the point
    assert s.position == 10


@given(graphs(), st.lists(st.sampled_from(["next", "back"]), max_size=30))
def test_a_walk_is_where_its_moves_lead(graph: Graph, moves: list[str]) -> None:
    s = graph.result.steps()
    whole = list(s)
    place = 0
    for move in moves:
        place += 1 if move == "next" else -1
        if 0 <= place <= len(whole):
            assert getattr(s, move)() == (whole[place - 1] if place else None)
        else:
            place = max(0, min(place, len(whole)))
            with pytest.raises(UsageError):
                getattr(s, move)()
        assert s.position == place
    assert list(s) == whole


@given(graphs())
def test_next_then_back_is_where_one_was(graph: Graph) -> None:
    s, other = graph.result.steps(), graph.result.steps()
    for place in range(len(s)):
        before = str(s)
        s.next()
        assert s != other
        s.back()
        assert s == other
        assert str(s) == before
        s.goto(place + 1)
        other.next()
        assert s == other


def test_comparison() -> None:
    s = neuron().steps()
    assert s == neuron().steps()
    assert s != 3
    assert s != (Value(2.0, label="x") * 2).named("L").steps()
    with pytest.raises(TypeError):
        hash(s)


def test_every_op_and_a_function() -> None:
    def f(x: Value, w: Value) -> Value:
        z = w * x + 1
        return z.relu()

    assert steps(f, x=2, w=3).next().equation.text() == "z = w·x + 1 = 3·2 + 1 = 7"
    assert len(steps(f, x=2, w=3, every_op=True)) == len(steps(f, x=2, w=3)) + 2
    assert len(neuron().steps(every_op=True)) == 14
    assert autograd_scalar.step is step


def test_the_graph_is_not_kept() -> None:
    gc.collect()
    before = sum(type(one) is Value for one in gc.get_objects())
    s = neuron().steps()
    assert sum(type(one) is Value for one in gc.get_objects()) == before
    assert s.next().number == 1


def test_a_notebook_shows_the_page() -> None:
    s = steps(neuron())
    assert s.page == neuron().steps().page
    assert s._repr_html_() == s.page.frame() == s.page._repr_html_()
    again = steps(neuron())
    with no_grad():
        assert again.page == s.page


def test_a_notebook_is_told_where_the_steps_are_too_many_for_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd_scalar.page.live.STEPS", 9)
    s = steps(neuron())
    s.next()
    assert s._repr_html_() == (
        "<p>[1/10] forward   z = w·x + b = 3·2 + 1 = 7</p>"
        "<p>this pass has 10 steps, and a page has at most 9: make one of a part of the graph, from a node nearer the "
        "leaves. L.explain(w) derives one gradient of the whole, L.draw() draws it folded</p>"
    )


# --------------------------------------------------------------------------------------------------------- as pictures


def shown(svg: str) -> dict[str, tuple[str, str, bool]]:
    """The value, the gradient and whether it is lit, of each card by its name or operation."""
    found = {}
    for card in ET.fromstring(svg).iter(f"{SVG}g"):
        kinds = (card.get("class") or "").split()
        if "card" in kinds:
            texts = {text.get("class"): text.text or "" for text in card.iter(f"{SVG}text")}
            name = texts.get("name") or texts.get("only") or texts.get("sign") or texts.get("op") or ""
            found[name] = texts.get("data", ""), texts.get("grad", ""), "lit" in kinds
    return found


def lit_colour(svg: str) -> str:
    """The last rule for a lit card, which is the one that counts."""
    return svg.partition("@media")[0].rpartition(".lit rect{")[2].partition("}")[0]


def lit_wires(svg: str) -> int:
    paths = ET.fromstring(svg).iter(f"{SVG}path")
    return sum("lit" in (path.get("class") or "").split() for path in paths)


def test_frames(tmp_path: Path) -> None:
    result = neuron()
    paths = result.frames(tmp_path / "relu-{:02}.svg")
    assert [path.name for path in paths] == [f"relu-{place:02}.svg" for place in range(1, 11)]
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    written = [path.read_text(encoding="utf-8") for path in paths]
    s = result.steps()
    assert written == [s.frame(place) for place in range(1, 11)]
    first, seventh, last = shown(written[0]), shown(written[6]), shown(written[-1])
    assert first["z"] == ("7", "–", True)
    assert first["a"] == ("–", "–", False)
    assert {name for name, (_, _, lit) in seventh.items() if lit} == {"a", "z"}
    assert (seventh["a"][1], seventh["z"][1], seventh["w"][1]) == ("4", "4", "–")
    assert lit_wires(written[6]) == 1
    assert [last[name][1] for name in "xwby"] == ["12", "8", "4", "−4"]
    assert "no value yet, no gradient yet" in written[0]
    assert "#0b5cad" in lit_colour(written[0])
    assert "#c2410c" in lit_colour(written[6])
    assert not result.reached


def test_before_the_first_step_nothing_is_lit_and_only_the_leaves_have_values() -> None:
    s = steps(neuron())
    assert s.frame() == s.frame(0)
    cards = shown(s.frame())
    assert not any(lit for _, _, lit in cards.values())
    assert [(name, cards[name][0]) for name in "wxbyzaL"] == [*zip("wxbyzaL", "3215–––", strict=True)]
    assert {cards[name][1] for name in "wxbyzaL"} == {"–"}
    assert s.frame(1) != s.frame()


def test_a_line_is_as_wide_as_what_has_flowed_through_it_by_then() -> None:
    s = neuron().steps()
    found = []
    for place in range(11):
        lines = re.findall(r'stroke-width="([\d.]+)" d="[^"]*"><title>slope ([^<]*) = ', s.frame(place))
        found.append({title: float(width) for width, title in lines})
    assert {len(widths) for widths in found} == {8}
    assert [sum(width > 2 for width in widths.values()) for widths in found] == [0, 0, 0, 0, 0, 2, 3, 4, 6, 7, 8]
    assert (found[4]["∂(L)/∂(−)"], found[5]["∂(L)/∂(−)"], found[5]["∂(−)/∂(y)"]) == (1.5, 3.15, 1.5)  # 4 has come


SLOPE = re.compile(r'<text class="slope" data-slope="(\d+)"[^>]*>([^<]*)<')
SAID = re.compile(r'<text class="([a-z]+)" style="font-size:[^>]*>([^<]*)<')


@given(graphs())
def test_a_slope_stands_on_its_line_as_soon_as_what_it_is_a_slope_of_is_known(graph: Graph) -> None:
    """As in the page: a picture does not give an answer away before its step; and all pictures are of one size."""
    s = graph.result.steps()
    root, drawing = ET.fromstring(s.frame(len(s))), s.picture.drawing
    whole = dict(SLOPE.findall(s.frame(len(s))))
    assert whole == {str(k): html.escape(slope) for k, slope in enumerate(drawing.slopes) if slope}
    for place in sorted({0, 1, len(s) // 3, len(s) // 2, len(s)}):
        svg = s.frame(place)
        state = s.trace.state(place)
        known = {
            str(k)
            for k, wire in enumerate(drawing.wires)
            if drawing.cards[wire.target].kind == "more"
            or not drawing.cards[wire.target].grad
            or state.data[drawing.cards[wire.target].number] is not None
        }
        assert dict(SLOPE.findall(svg)) == {k: slope for k, slope in whole.items() if k in known}
        now = ET.fromstring(svg)
        assert now.get("viewBox") == root.get("viewBox")
        paths = [path for path in now.iter(f"{SVG}path") if path.get("data-wire")]
        for path in paths:
            title = str(path[0].text)
            is_told = path.get("data-wire") in known
            assert " = –" in title or is_told or " = " not in title
            assert is_told or "shut" not in str(path.get("class"))


def test_below_a_picture_stands_what_its_step_says() -> None:
    w, b = Value(0.5, label="w"), Value(-1, label="b")
    h = (w * 2).tanh().named("h")
    s = (h * b + w).named("L").steps()
    said = [SAID.findall(s.frame(place)) for place in range(len(s) + 1)]
    assert said[0] == [("note", "before the first of 7 steps: only the leaves have values")]
    for one in s:
        heading, *lines, reason = said[one.number]
        assert heading == ("data" if one.phase == "forward" else "grad", f"{one.number} of 7, {one.phase}")
        assert reason == ("note", one.reason)
        assert {kind for kind, _ in lines} == {"only"}
        assert lines[0][1] == one.equation.text()
    assert [text for _, text in said[7][1:-1]] == [
        "dL/dh · ∂h/∂w ≈ (−1) · 0.839949 ≈ −0.839949",
        "∂h/∂w = 2(1 − tanh(2·w)²) ≈ 2·0.419974 ≈ 0.839949",
        "dL/dw: 1 + (−0.839949) ≈ 0.160051 (2nd of 2)",
    ]


def test_a_long_formula_takes_some_lines_of_a_picture_and_no_more() -> None:
    s = dot([Value(k / 7, label=f"parameter_{k}") for k in range(9)], list(range(9))).named("total").steps()
    lines = [text for kind, text in SAID.findall(s.frame(1)) if kind == "only"]
    whole = s.trace.steps[0].equation.text()
    assert len(lines) == 3
    assert lines[-1].endswith(" …")
    assert whole.startswith(" ".join(lines).removesuffix(" …"))


def test_each_use_lights_its_own_wire() -> None:
    x = Value(2.0, label="x")
    s = (x * x + 3 * x).named("y").steps()
    lit = []
    for place in (3, 4, 5):
        root = ET.fromstring(s.frame(place))
        lit.append({p.get("data-wire") for p in root.iter(f"{SVG}path") if "lit" in (p.get("class") or "").split()})
    assert [len(one) for one in lit] == [2, 2, 2]  # from y to the product, and from there to x
    assert lit[0] != lit[1] != lit[2]


def test_a_folded_drawing_is_lit_where_the_step_is() -> None:
    x = chain = Value(1.0, label="x")
    for _ in range(400):
        chain = chain + x
    s = chain.named("L").steps()
    assert len(s.picture.drawing.cards) < 400
    for place in (1, len(s) // 2, len(s)):
        assert any(lit for _, _, lit in shown(s.frame(place)).values())


def test_a_step_that_the_drawing_has_no_room_for_lights_nothing() -> None:
    """Of a large graph without names the drawing shows what is nearest to the result."""

    def chain() -> Value:
        made = Value(1.0)
        for _ in range(900):
            made = made.sin()
        return made

    s = steps(chain)
    first, last = (shown(s.frame(place)) for place in (1, 900))
    assert not any(lit for _, _, lit in first.values())
    assert any(lit for _, _, lit in last.values())


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("relu.svg", "has no place for the number of the step: write 'relu-{:02}.svg'"),
        ("relu-{:02}.png", "is written as .svg"),
        ("relu-{}", "is written as .svg"),
        ("relu-{name}.svg", "is no pattern"),
        ("relu-{.svg", "is no pattern"),
        ("relu-{:s}.svg", "is no pattern"),
        ("relu-{:.0e}.svg", "two steps the same name"),
        ("missing/relu-{}.svg", "there is no folder 'missing'"),
    ],
)
def test_a_wrong_pattern_writes_nothing(
    pattern: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    x = Value(2.0, label="x")
    result = x
    for _ in range(12):
        result = result * x  # more than ten steps
    with pytest.raises(UsageError, match=re.escape(sentence)):
        frames(result, pattern)
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------- where nobody can answer


@pytest.mark.slow
@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_all_steps_are_printed_where_there_is_no_terminal(example: Example, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", example.name]) == 0
    out = capsys.readouterr().out
    result = example.record().result
    result.step()
    assert capsys.readouterr().out == out == f"{trace(result)}\n"


def test_the_command_takes_a_program_and_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "w*x", "w=3", "x=2", "--digits", "all"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "[1/4] forward   L = w·x = 3·2 = 6"
    assert main(["step", "(w*x)**2", "w=3", "x=2", "--detail", "every-op"]) == 0
    assert "t₁ = w·x" in capsys.readouterr().out
    assert main(["step", "no-such-example"]) == 1


# -------------------------------------------------------------------------------------------------------- in a terminal

PROGRAM = """
import fcntl, signal, termios
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins without it
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C is meant for this process
from autograd_scalar import Value, step
def f(x, w, b, y):
    z = w*x + b
    a = z.relu()
    return (a - y)**2
{}
print("and on it goes")
"""
RELU = "x, w, b, y = Value(2), Value(3), Value(1), Value(5); z = w*x + b; a = z.relu(); L = (a - y)**2; L.step()"


class Terminal:
    """A program on a terminal of its own, and a person who waits for its prompt before typing."""

    def __init__(self, program: str = RELU, *, wide: int = 100, **environment: str) -> None:
        import fcntl
        import struct
        import termios

        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, wide, 0, 0))
        kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "TERM")}
        kept |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TERM": "xterm", **environment}
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM.format(program)],
            stdin=theirs, stdout=theirs, stderr=theirs, env=kept, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        self.text = ""
        self.wait("> ")

    def wait(self, ending: str, patience: float = 300) -> str:
        """What is shown until it ends in this, or until the program ends, or for so many seconds."""
        seen = b""
        end = time.monotonic() + patience
        while time.monotonic() < end and not seen.decode(errors="ignore").endswith(ending):
            try:
                seen += os.read(self.ours, 65536) if select.select([self.ours], [], [], 0.1)[0] else b""
            except OSError:  # the other side is closed
                break
        shown = seen.decode().replace("\r\n", "\n")
        self.text += shown
        return plain(shown).removesuffix(ending)

    def type(self, line: str) -> str:
        """The answer to a line, without the echo of it."""
        os.write(self.ours, f"{line}\n".encode())
        return self.wait("\n> ").removeprefix(f"{line}\n")

    def press(self, key: str) -> str:
        """All that comes until the program ends after this key.

        readline misses a Ctrl-C between its prompt and its waiting: the key comes a moment after the prompt, and again,
        as a person would press it, when nothing happens; but never while the program takes its leave.
        """
        time.sleep(0.3)
        before = len(self.text)
        while self.process.poll() is None and "and on it goes" not in self.text:
            os.write(self.ours, key.encode())
            self.wait("and on it goes\n", patience=20)
        self.wait("\0")  # until it closes its side
        self.code = self.process.wait()
        os.close(self.ours)
        return plain(self.text[before:])


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*[mAK]", "", text)


@pytest.mark.slow
def test_a_conversation() -> None:
    terminal = Terminal()
    assert plain(terminal.text).startswith("L from w = 3, x = 2, b = 1 and y = 5, in 10 steps\nEnter goes on")
    assert terminal.type("").lstrip("\n").startswith(" [1/10] forward   z = w·x + b = 3·2 + 1 = 7\n")
    assert " [2/10] forward   a = relu(z)" in terminal.type("n")
    assert " [1/10] forward" in terminal.type("b")
    assert terminal.type("b") == "Before the first step: only the leaves have values."
    assert terminal.type("b") == "This is before the first step already; Enter goes on."
    assert terminal.type("w z") == "    z = –   dL/dz = –"
    assert terminal.type("g 2").endswith("    z = 7   dL/dz = –")
    assert terminal.type("g z").splitlines() == [
        " [7/10] backward  a = relu(z)    dL/dz = dL/da · da/dz = 4 · 1 = 4   (was unknown)",
        "                  da/dz = 1{z > 0} = 1: relu lets the gradient through unchanged, because z = 7 > 0.",
        "    z = 7   dL/dz = 4",
    ]
    ran = terminal.type("u x")
    assert [line[:8] for line in ran.splitlines() if line.startswith(" [")] == [" [8/10] ", " [9/10] "]
    assert terminal.type("u a") == "No step from here on sets a; g a goes back to its first."
    assert terminal.type("w z") == "z is no longer watched."
    assert terminal.type("r w").splitlines()[0] == "dL/dw = 8, by one route"
    assert terminal.type("r").splitlines()[0] == "dL/dx = 12, by one route"
    assert "→  [9/10]" in terminal.type("l")
    assert terminal.type("h").splitlines()[:2] == HELP.splitlines()[:2]
    assert terminal.type("frobnicate").startswith("'frobnicate' is neither a command nor a node")
    assert terminal.type("g").startswith("g goes to a node or a step")
    assert terminal.type("g ww") == "There is no node called 'ww'; did you mean w?"
    assert terminal.type("w ww") == "There is no node called 'ww'; did you mean w?"
    assert terminal.type("g 11").startswith("There is no step 11")
    assert "[10/10] backward" in terminal.type("10")
    assert "[2/10] forward" in terminal.type("a")  # no command, but a node
    assert "[3/10] forward" in terminal.type("L")  # the node, though l is a command
    assert "[10/10] backward" in terminal.type("g 10")
    assert terminal.type("").lstrip("\n") == (
        "That was the last step: dL/dw = 8, dL/dx = 12, dL/db = 4 and dL/dy = −4. b goes back, q quits."
    )
    assert terminal.press("q\n").endswith("and on it goes\n")
    assert terminal.code == 0
    assert "\x1b[38;5;32m [1/10] forward" in terminal.text
    assert "\x1b[38;5;166m [7/10] backward" in terminal.text


@pytest.mark.slow
def test_the_quiz_within() -> None:
    terminal = Terminal("step(f, 2, w=3, b=1, y=5)")
    os.write(terminal.ours, b"quiz w\n")
    assert "Each answer is a number or a formula" in terminal.wait("dL/da = ")
    os.write(terminal.ours, b"2(a - y)\n")
    assert "right: dL/da = 2(a − y) = 2·(7 − 5) = 4" in terminal.wait("da/dz = ")
    assert "1 of 4 right" in terminal.type("q")
    assert "[1/10] forward" in terminal.type("")
    assert terminal.type("r w").splitlines()[0] == "dL/dw = 8, by one route"
    assert terminal.press("\x04").endswith("and on it goes\n")


@pytest.mark.slow
@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_is_no_error(key: str) -> None:
    terminal = Terminal()
    assert "[1/10]" in terminal.type("")
    rest = terminal.press(key)
    assert rest.endswith("\nand on it goes\n")
    assert "Traceback" not in rest
    assert terminal.code == 0


@pytest.mark.slow
@pytest.mark.parametrize("wide", [24, 60])
def test_a_window_of_any_width_without_colours(wide: int) -> None:
    terminal = Terminal(wide=wide, NO_COLOR="1")
    for line in ("", "n", "n", "n", "n", "n", "w z", "n", "l", "h", "r w", "frobnicate", "g ww"):
        terminal.type(line)
    terminal.press(":q\n")
    assert "\x1b[38" not in terminal.text
    assert "\x1b[1m" not in terminal.text
    assert max(columns(line) for line in plain(terminal.text).split("\n")) <= wide
    assert "(was unknown)" in terminal.text
    if wide == 60:
        assert (
            "[5/10] backward  L = (a − y)²\n    dL/da = 2(a − y) = 2·(7 − 5) = 4\n    (was unknown)\n" in terminal.text
        )


@pytest.mark.slow
def test_a_terminal_that_can_do_nothing() -> None:
    terminal = Terminal(TERM="dumb", PYTHONIOENCODING="ascii")
    assert "[1/10] forward   z = w*x + b = 3*2 + 1 = 7" in terminal.type("")
    terminal.press("q\n")
    assert "\x1b" not in terminal.text
    assert terminal.text.isascii()


def test_every_command_of_the_help_is_one() -> None:
    talk = Conversation(neuron().steps(), read(neuron()))
    words = [re.split(r"\s|;", line)[0] for line in HELP.splitlines() if not line.startswith(("Enter", "q "))]
    assert words
    assert set(words) <= set(talk.commands)


# ------------------------------------------------------------------------------- what is answered, without a terminal


def answers(root: Value, *typed: str) -> list[str]:
    """What is said to each line that is typed."""
    talk = Conversation(root.steps(), read(root))
    found = []
    for line in typed:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            talk.answer(line)
        found.append(said.getvalue())
    return found


def test_a_command_without_its_name_says_what_it_takes() -> None:
    until, watch, watching, watched = answers(neuron(), "u", "w", "w z", "w")
    assert until == "u runs until a node's next step: u NAME.\n"
    assert watch == "w watches a node: w NAME.\n"
    assert watching == "    z = –   dL/dz = –\n"
    assert watched == "Watching z.\n"


def test_a_command_in_capitals_is_one_where_no_node_is_called_so() -> None:
    first, second = answers(neuron(), "N", "NEXT")
    assert first.startswith(" [1/10] forward")
    assert second.startswith(" [2/10] forward")


def test_routes_without_a_name_are_those_of_the_first_leaf_before_the_first_step() -> None:
    (said,) = answers(neuron(), "r")
    assert said.splitlines()[0] == "dL/dw = 8, by one route"
    (said,) = answers(Value(2.0, label="x"), "r")
    assert said.startswith("dx/dx = 1")


def test_a_watched_node_in_a_narrow_window_is_broken_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "16")
    (said,) = answers(neuron(), "w z")
    assert said == "    z = –\n    dL/dz = –\n"


def test_an_interrupt_in_the_middle_of_an_answer_ends_the_talk(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = Screen.step
    seen: list[str] = []

    def interrupted(self: Screen, text: str, phase: str) -> None:
        seen.append(text)
        if len(seen) == 3:
            raise KeyboardInterrupt
        said(self, text, phase)

    monkeypatch.setattr(Screen, "step", interrupted)
    monkeypatch.setattr("builtins.input", lambda _: "l")
    Conversation(neuron().steps(), read(neuron())).run()
    shown = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in shown[-3:]] == ["   [1/10]", "   [2/10]", ""]
