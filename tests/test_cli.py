"""The command, as its user runs it: what it prints, how wide, in which colours, and how it ends."""

from __future__ import annotations

import importlib.metadata
import io
import os
import pty
import re
import select
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from autograd_scalar import op
from autograd_scalar.cli import main
from autograd_scalar.examples import examples
from autograd_scalar.ops import table
from autograd_scalar.reference.text import pretty
from autograd_scalar.screen import columns

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "autograd_scalar"]
PROGRAM = "z = w*x + b; a = relu(z); (a - y)**2"
NUMBERS = ["x=2", "w=3", "b=1", "y=5"]


@pytest.fixture(autouse=True)
def _no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "TERM")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TERM": "xterm", **more}


class Screen:
    """The command on a terminal of its own."""

    def __init__(self, *arguments: str, wide: int = 100, typed: str = "", **more: str) -> None:
        import fcntl
        import struct
        import termios

        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, wide, 0, 0))
        process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**more), close_fds=True
        )
        os.close(theirs)
        if typed:
            os.write(ours, typed.encode())
        seen = b""
        while True:
            ready, _, _ = select.select([ours], [], [], 0.2)
            try:
                piece = os.read(ours, 65536) if ready else b""
            except OSError:  # the other side is closed
                break
            seen += piece
            if not piece and process.poll() is not None:
                break
        os.close(ours)
        self.code = process.wait()
        self.text = seen.decode().replace("\r\n", "\n")

    @property
    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", "", self.text)


def test_explain_a_typed_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", PROGRAM, *NUMBERS, "--wrt", "w"]) == 0
    out = capsys.readouterr().out
    assert "dL/da = 2(a − y) = 2·(7 − 5) = 4\n" in out
    assert "dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8\n" in out
    assert main(["explain", PROGRAM, "--wrt", "w", *NUMBERS, "--lr", "0.1"]) == 0
    assert capsys.readouterr().out == out + "w ← w − η·dL/dw = 3 − 0.1·8 = 2.2\nL: 4 → 0.16\n"


@pytest.mark.parametrize("style", ["text", "ascii", "latex", "markdown", "mathml"])
def test_formats(style: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["explain", "--wrt", "w"], ["at", "--to", "w=-1"], ["formula"]):
        assert main([command[0], PROGRAM, *NUMBERS, *command[1:], "--format", style]) == 0
        out = capsys.readouterr().out
        assert {"ascii": out.isascii(), "latex": r"\begin{" in out, "mathml": "<math" in out}.get(style, bool(out))
        if style == "mathml":
            ET.fromstring(out)


def test_digits_detail_and_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "sigmoid-neuron", "--wrt", "w", "--digits", "all"]) == 0
    assert "0.9990889488055994" in capsys.readouterr().out
    assert main(["explain", "relu-neuron", "--wrt", "w", "--detail", "every-op"]) == 0
    assert "t₁ = w·x" in capsys.readouterr().out
    assert main(["explain", "w**3", "w=2", "--wrt", "w", "--order", "2"]) == 0
    assert "12" in capsys.readouterr().out
    assert main(["explain", "x*x", "x=2", "--wrt", "x", "--digits", "0"]) == 1
    assert "digits=0" in capsys.readouterr().err


def test_an_example_at_other_leaves(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "relu-neuron", "w=-3", "--wrt", "w"]) == 0
    assert "since z = −5 ≤ 0" in capsys.readouterr().out
    assert main(["at", "relu_neuron", "--to", "w=2.2", "b=0.6"]) == 0
    assert "z   7 → 5" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("example", [one.name for one in examples()])
def test_run_tells_the_story(example: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    picture = tmp_path / "graph.svg"
    assert main(["run", example, "--svg", str(picture)]) == 0
    out = capsys.readouterr().out
    assert "Broken" in out
    assert "document" not in out
    assert f"{picture}: " in out
    ET.fromstring(picture.read_text(encoding="utf-8"))
    assert max(map(columns, out.splitlines())) <= 120


def test_where_what_is_often_written_errs_the_story_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    main(["run", "sigmoid-neuron"])
    out = " ".join(capsys.readouterr().out.split())
    for said in (
        "a = σ(7) ≈ 0.999 0.999089 right, rounded",
        "dL/da = 2(0.999 − 5) = −8.002 −8.00182 right, rounded",
        "da/dz = 0.999(1 − 0.999) = 0.000999 0.000910221 9.75 % too large: a was rounded to 0.999 before 1 − a",
        "dL/dw ≈ −0.016 −0.0145669 9.84 % too large",
        "w_new = 3.0016 3.00146 rounded it is 3.0015",
        "L = (a − y)² 16.0073 not given",
        "from z = 37 on σ(z) is exactly 1",
        "in floats it does, from z = 746 on",
    ):
        assert said in out
    main(["run", "relu-neuron"])
    out = " ".join(capsys.readouterr().out.split())
    for said in ("dL/dw = 4 × 1 × 2 = 8 8 right", "w_new = 3 − 0.1 × 8 = 2.2 2.2 right", "no hidden layer"):
        assert said in out
    main(["run", "exploding-chain"])
    out = " ".join(capsys.readouterr().out.split())
    for said in (
        "125 · 1 · 5 · 1 · 5 · 1 · 1 = 3125",
        "19073486328125",
        "125 times too small",
    ):
        assert said in out


def test_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "explain " in out
    assert "dL/dw = dL/da · da/dz · dz/dw = 4 · 1 · 2 = 8" in out
    screenful = "\n".join(out.splitlines()[-24:])
    assert all(f"\n  {command} " in screenful for command in ("examples", "run", "explain", "check", "ops"))
    tries = re.findall(r"^  autograd-scalar (.*?)(?:   .*)?$", out, re.MULTILINE)
    assert tries == ["step relu-neuron", "examples", "ops", 'explain "(w*x - 1)**2" w=3 x=2 --wrt w']
    for words in map(shlex.split, tries):
        assert main(words) == 0
    assert "dL/dw = 2·x·(w·x − 1)" in capsys.readouterr().out
    assert out.endswith("autograd-scalar COMMAND --help says more.\n")
    assert main(["examples"]) == 0
    out = capsys.readouterr().out
    names = [example.name for example in examples()]
    assert [line.split()[0] for line in out.splitlines() if not line.startswith(" ")] == names


def test_a_command_that_no_shell_finds_says_where_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [".venv/bin/autograd-scalar"])
    for found, said in ((None, True), ("/bin/autograd-scalar", False)):
        monkeypatch.setattr("shutil.which", lambda _, found=found: found)
        for arguments in ([], ["run", "relu-neuron"]):
            assert main(arguments) == 0
            out = capsys.readouterr().out
            assert out.endswith("\nHere, autograd-scalar is .venv/bin/autograd-scalar.\n") is said
        assert main(["run", "relu-neuron", "--answer"]) == 0
        assert "Here," not in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["__main__.py"])
    assert main([]) == 0
    assert "Here," not in capsys.readouterr().out


def test_draw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", PROGRAM, *NUMBERS, "-o", str(tmp_path / "g.dot")]) == 0
    assert (tmp_path / "g.dot").read_text(encoding="utf-8").startswith("digraph")
    for path, problem in (("g.xyz", "g.xyz"), ("g", "no suffix"), ("none/g.svg", "No such file")):
        assert main(["draw", "relu-neuron", "-o", str(tmp_path / path)]) == 1
        assert problem in capsys.readouterr().err


def test_page_says_where_it_went(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["page", "relu-neuron", "-o", "relu.html"]) == 0
    assert capsys.readouterr().out == "relu.html: page of L, 10 steps; open it in a browser\n"


def test_ops(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n{row.signature}" in out for row in table.values())
    op("cube(x)", "x**3", "3 * x**2", about="the third power")
    for row in table.values():
        assert main(["ops", row.name]) == 0
        out = capsys.readouterr().out
        assert out.startswith(row.signature)
        assert "• value   ◦ slope" in out
        assert out.count("•") > 10
    assert "3·x²" in out
    for wanted in ("σ", "**"):
        assert main(["ops", wanted]) == 0
    assert main(["ops", "sigmiod"]) == 1
    assert "did you mean sigmoid?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["explain", "rleu(x)", "x=2"], "there is no function 'rleu'; did you mean relu?\n    rleu(x)\n    ^\n"),
        (["explain", "x + y", "x=2"], "y has no number; give y=…\n    x + y\n        ^\n"),
        (["explain", "log(x)", "x=-1", "--wrt", "x"], "log(x) has no real value at x = -1"),
        (["explain", "x*2", "x=2", "--wrt", "q"], "there is no node called 'q'"),
        (["explain", "x*2", "x=two"], "'two' is no number\n    x=two\n      ^\n"),
        (["explain", "x*2", "two"], "'two' is no number with a name; write it as x=2"),
        (["explain", "w*x", "x=2", "w", "=", "3"], "no blanks around =: write x=2 w=3\n"),
        (["explain", "w*x", "w=", "3", "x", "=2"], "no blanks around =: write w=3 x=2\n"),
        (["explain", "w*x", "w=", "x=2"], "w has no number\n    w=\n      ^\n"),
        (["explain", "w*x", "w=1,x=2"], "no commas: a blank stands between two numbers, and a point in 1.5\n"),
        (["at", "relu-neuron"], "say which leaf has another number: --to w=2.2"),
        (["at", "x*2", "x=1"], "say which leaf has another number: --to w=2.2"),
        (["explain", "x*2", "x=1", "x=2"], "x is given twice"),
        (["explain", "relu-neurno"], "did you mean relu-neuron?"),
        (["explain", "relu-neuron", "q=1"], "relu-neuron has no leaf 'q'; its leaves are x, w, b, y"),
        (["run", "relu-neurno"], "did you mean relu-neuron?"),
        (["run", "relu-neuron", "used-twice", "--svg", "a.svg"], "--svg writes one drawing: run one example with it"),
        (["at", "x*2", "x=1", "--to", "y=2"], "there is no node called 'y'"),
        (["why", "x*y", "x=1", "y=2"], "say which gradient is meant: --wrt x (there is x, y)"),
    ],
)  # fmt: skip
def test_errors_are_sentences(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("autograd-scalar: ")
    assert sentence in said.err
    assert "Traceback" not in said.err


def test_what_has_one_printing_only_is_printed_in_ascii_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "(w*x)**2", "dL/dw = w", "w=-2", "x=3", "--wrt", "w"]) == 0
    text = capsys.readouterr().out
    assert "−36" in text
    assert main(["check", "(w*x)**2", "dL/dw = w", "w=-2", "x=3", "--wrt", "w", "--format", "ascii"]) == 0
    plain = capsys.readouterr().out
    assert plain.isascii()
    assert len(plain.splitlines()) == len(text.splitlines())


def test_the_version_of_what_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def version(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == "autograd-scalar (not installed)\n"


@pytest.mark.parametrize(
    "arguments", [["nothing"], ["explain"], ["explain", "x", "--digits", "x"], ["run", "--nope", "a"], ["draw", "x"]]
)
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: autograd-scalar" in capsys.readouterr().err


@pytest.mark.slow
def test_a_program_from_standard_input() -> None:
    done = subprocess.run(
        [*COMMAND, "explain", "-", "x=3", "--wrt", "x"],
        input="y = x*x\ny + x", capture_output=True, text=True, encoding="utf-8", env=environment(), check=True,
    )  # fmt: skip
    assert "= 7" in done.stdout


@pytest.mark.slow
def test_colours_on_a_terminal_only() -> None:
    on = Screen("explain", PROGRAM, *NUMBERS, "--wrt", "w")
    forward, backward = "\x1b[38;5;32m", "\x1b[38;5;166m"
    assert on.code == 0
    assert f"{forward}forward   z = " in on.text
    assert f"{backward}backward  dL/da" in on.text
    assert f"{backward}          da/dz" in on.text
    assert "\x1b" not in Screen("explain", PROGRAM, *NUMBERS, "--wrt", "w", NO_COLOR="1").text
    assert "\x1b" not in Screen("explain", PROGRAM, *NUMBERS, "--wrt", "w", TERM="dumb").text
    done = subprocess.run(
        [*COMMAND, "ops"], capture_output=True, text=True, encoding="utf-8", env=environment(), check=True
    )
    assert "\x1b" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("wide", [24, 40, 64, 100, 200])
def test_never_wider_than_the_window(
    wide: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(wide))
    for arguments in (["run", "exploding-chain", "sigmoid-neuron"], ["ops"], ["ops", "pow"], []):
        assert main(arguments) == 0
        assert max(map(columns, capsys.readouterr().out.splitlines())) <= wide


@pytest.mark.slow
def test_the_window_is_the_terminal_s() -> None:
    for wide, arguments in ((24, ["run", "exploding-chain", "sigmoid-neuron"]), (64, ["ops"]), (100, ["ops", "pow"])):
        screen = Screen(*arguments, wide=wide)
        assert screen.code == 0
        assert wide - 24 < max(map(columns, screen.plain.splitlines())) <= wide


@pytest.mark.slow
def test_a_sentence_is_broken_between_words() -> None:
    screen = Screen("why", "relu-neuron", "w=-3", wide=60)
    assert "a = relu(z) is shut: z = −5 ≤ 0. All routes from w to L (1)\n  pass a, so" in screen.plain


@pytest.mark.slow
def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [*COMMAND, "run", "relu-neuron"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.slow
def test_an_interrupt_ends_quietly() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job begins without it
    process = subprocess.Popen(
        [*COMMAND, "explain", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    signal.signal(signal.SIGINT, before)
    assert process.stdin is not None
    process.stdin.write(b"\n" * 1_000_000)  # more than a pipe holds: once it is written, the program is being read
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert (process.returncode, out, err.strip()) == (130, b"", b"")


@pytest.mark.slow
def test_output_without_unicode_is_ascii(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    for arguments in (["run", "sigmoid-neuron"], ["ops", "relu"], ["explain", PROGRAM, *NUMBERS]):
        done = subprocess.run(
            [*COMMAND, *arguments], capture_output=True, env=environment(PYTHONIOENCODING="ascii"), check=True
        )
        assert done.stdout.isascii()
        assert main(arguments) == 0
        assert done.stdout.count(b"?") == capsysbinary.readouterr().out.count(b"?")  # no more than were asked


def test_the_other_questions(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        (["paths", "x*x + 3*x", "x=2", "--wrt", "x"], "the sum of 3 routes"),
        (["why", "relu-neuron", "w=-3"], "shut"),
        (["kinks", "relu(x)", "x=0"], "[0, 1]"),
        (["compare", "relu-neuron", "sigmoid-neuron"], "relu-neuron   sigmoid-neuron"),
        (["compare", "relu-neuron", "sigmoid-neuron", "w=3"], "549 times smaller"),
        (["compare", "relu(w*x)", "w*x", "x=2", "w=-3", "--wrt", "w"], "dL/dw"),
        (["check", "sigmoid-neuron", "dL/dw = -8.002 * 0.000999 * 2 = -0.016"], "0.000910221"),
    ):
        assert main(arguments) == 0, arguments
        assert said in capsys.readouterr().out
    assert main(["compare", "relu(w*x)", "w*x", "x=2", "w=-3", "q=1", "--wrt", "w"]) == 1
    assert "q is given a number, but neither" in capsys.readouterr().err


@pytest.mark.slow
def test_quiz() -> None:
    done = subprocess.run(
        [*COMMAND, "quiz", "relu-neuron"],
        input="5\n?\n2*(a - y)\n1\nx\n8\n",
        capture_output=True, text=True, encoding="utf-8", env=environment(), check=True,
    )  # fmt: skip
    assert "right: dL/da = 2(a − y)" in done.stdout
    assert "4 of 4 right" in done.stdout


def test_one_leaf_need_not_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "x*x", "x=2"]) == 0
    assert "dL/dx" in capsys.readouterr().out
    assert main(["paths", "x*x", "x=2"]) == 0
    assert main(["compare", "x*x", "x**2", "x=2"]) == 0


@pytest.mark.parametrize("derivation", ["dL/dx = y", "∂L/∂x = y = 3", r"\frac{dL}{dx} = y"])
def test_a_derivation_says_itself_what_it_is_about(derivation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "x*y", derivation, "x=2", "y=3"]) == 0
    assert "right" in capsys.readouterr().out
    assert main(["check", "x*y", "dL/dx = y; dL/dy = x", "x=2", "y=3"]) == 1
    assert "say which gradient is meant" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("derivation", "program", "numbers"),
    [
        ("dL/dw = 2*w", "L = w**2", ["w=3"]),
        ("6", "w**2", ["w=3"]),
        ("dz/dw = x; dL/dw = 2*z*x", "z = w*x; L = z**2", ["w=3", "x=2"]),
        ("dL/dw = 4 * 1 * 2 = 8", "relu-neuron", []),
    ],
)
def test_a_program_and_a_derivation_that_changed_places_are_told(
    derivation: str, program: str, numbers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", derivation, program, *numbers]) == 1
    call = " ".join([f'autograd-scalar check "{program}" "{derivation}"', *numbers])
    assert capsys.readouterr().err == f"autograd-scalar: the program comes first, then the derivation: {call}\n"
    assert main(["check", program, derivation, "--wrt", "w", *numbers]) == 0


@pytest.mark.parametrize("program", ["dL/dw = 2*", "-"])
def test_a_program_that_is_none_beside_a_derivation_is_told_as_it_is(
    program: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("w**"))
    assert main(["check", program, "dL/dw = 8", "w=3"]) == 1
    assert "comes first" not in capsys.readouterr().err


def test_numbers_are_not_demanded(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["explain"])
    assert "required: program\n" in capsys.readouterr().err


def test_a_drawing_calls_the_last_line_L(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "graph.svg"
    assert main(["draw", "x*x", "x=2", "-o", str(path)]) == 0
    assert ": L, 2 nodes" in capsys.readouterr().out.replace("\n", " ")
    assert "Graph of L" in path.read_text(encoding="utf-8")


def test_a_narrow_table_of_rules_says_what_z_is_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert main(["ops"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[lines.index("exp(x)") + 2] == "    partials: z; z is the value"
    assert lines[lines.index("log(x)") + 2] == "    partials: 1 / x"


def test_a_quotient_before_a_product_reads_as_it_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ops", "erf"]) == 0
    assert "2 / sqrt(pi) · exp(−x²)" in capsys.readouterr().out
    assert pretty("1 / (x * log(2))") == "1 / (x·log(2))"
    assert pretty("x / 2 + y * z") == "x / 2 + y·z"
    assert pretty("x != 0 and x <= 2") == "x ≠ 0 and x ≤ 2"


def test_the_other_numbers_of_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["at", "relu_neuron", "--to", "w=-0.5"]) == 0
    told = capsys.readouterr().out
    assert main(["at", "relu_neuron", "w=-0.5"]) == 0
    assert capsys.readouterr().out == told


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["formula", "-2sin(x)", "x=0"], "L = −2·sin(x) = −2·0 = 0\n"),
        (["formula", "-x", "x=2"], "L = −x = −2\n"),
        (["formula", "-h*x", "h=2", "x=3"], "L = −h·x = −2·3 = −6\n"),
        (["formula", "-(x*y)^2", "x=1", "y=2"], "L = −(x·y)² = −(1·2)² = −4\n"),
        (["check", "-x*x", "-2x = -4", "x=2"], "right"),
        (["paths", "-x*x", "x=2", "-k1"], "1 more route"),
        (["paths", "-x*x", "x=2", "-k", "1"], "1 more route"),
        (["explain", "-x", "x=2", "--lr", "-0.5"], "x − η·dL/dx = 2 − (−0.5·(−1)) = 1.5"),
    ],
)
def test_a_formula_may_begin_with_a_minus(arguments: list[str], shown: str, capsys: Any) -> None:
    assert main(arguments) == 0
    assert shown in capsys.readouterr().out


def test_a_misspelt_option_is_no_formula(capsys: Any) -> None:
    with pytest.raises(SystemExit):
        main(["explain", "x*x", "x=2", "--detial", "every-op"])
    assert "unrecognized arguments: --detial" in capsys.readouterr().err
