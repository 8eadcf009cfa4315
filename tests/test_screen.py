"""Text for a window: lines are broken where a reader would break them, and what is copied still runs."""

from __future__ import annotations

import ast
import io
import shlex
import sys
import textwrap

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd_scalar.screen import Screen, columns, fitted, fitted_code, fitted_command, window

CODE = """\
>>> def factors(n, m):
...     he, xavier = (one.variance(n, m) for one in (init.he_normal(), init.xavier_normal()))
...     y1 = [[dot(x, column, b) for *column, b in zip(*W1, b1, strict=True)] for x in X]
...
...     return Table(("a", "b"), [(name, factor(1, 2), factor(3, 4) ** 50) for name in names], digits=3)  # a remark"""


def python(shown: str) -> str:
    return ast.dump(ast.parse(textwrap.dedent("\n".join(line[4:] for line in shown.splitlines()))))


@pytest.mark.parametrize("window", range(56, 110, 3))
def test_code_is_broken_inside_brackets(window: int) -> None:
    lines = list(fitted_code(CODE, window))
    assert max(map(columns, lines)) <= window
    assert all(line.startswith(">>> " if place == 0 else "...") for place, line in enumerate(lines))
    assert python("\n".join(lines)) == python(CODE)


def test_what_belongs_together_stays_together() -> None:
    assert list(fitted_code(CODE, 80))[1:6] == [
        "...     he, xavier = (one.variance(n, m)",
        "...                   for one in (init.he_normal(), init.xavier_normal()))",
        "...     y1 = [[dot(x, column, b) for *column, b in zip(*W1, b1, strict=True)]",
        "...           for x in X]",
        "...",
    ]
    assert list(fitted_code('    L, x, w = find("an-example").record().take("L x w")', 50)) == [
        '    L, x, w = find("an-example").record().take(',
        '        "L x w")',
    ]
    assert list(fitted_code("    x = 1", 50)) == ["    x = 1"]


def test_code_without_brackets_is_no_wider_than_the_window_either() -> None:
    assert list(fitted_code(">>> from somewhere import one, two", 24)) == [">>> from somewhere", "... import one, two"]


@given(window=st.integers(20, 120))
@example(window=80)
def test_a_command_goes_on_behind_a_backslash(window: int) -> None:
    command = '    autograd-scalar check an-example "dL/dw1 = …" w1=1.875 w2=1.875 w3=1.875'
    lines = list(fitted_command(command, window))
    assert all(line.endswith(" \\") for line in lines[:-1])
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == shlex.split(command)
    assert window < 60 or max(map(columns, lines)) <= window


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        (
            "product    -0.016     dL/dw   follows from these factors (−0.015988), but dL/dw ≈ −0.0145669",
            [
                "product    -0.016     dL/dw   follows from these factors (−0.015988), but dL/dw",
                "                              ≈ −0.0145669",
            ],
        ),
        (
            "with w₁ = −307.5 in place of 5, w₂ = −307.5 in place of 5, w₃ = −307.5 in place of 5:",
            ["with w₁ = −307.5 in place of 5, w₂ = −307.5 in place of 5,", "  w₃ = −307.5 in place of 5:"],
        ),
        (
            "chain     dL/dw = dL/da · da/dz · dz/dw + dL/db · db/dw = 4 · 1 · 2 + 3 · 5 = 8 + 15 = 23",
            [
                "chain     dL/dw = dL/da · da/dz · dz/dw + dL/db · db/dw = 4 · 1 · 2 + 3 · 5",
                "                = 8 + 15 = 23",
            ],
        ),
        ("see scalars-to-matrices, and then see scalars-to-matrices once more, slowly, and then again.", None),
    ],
)
def test_lines_are_broken_between_what_belongs_together(line: str, pieces: list[str] | None) -> None:
    found = list(fitted(line, 80))
    assert pieces is None or found == pieces
    assert max(map(columns, found)) <= 80
    assert " ".join(" ".join(found).split()) == " ".join(line.split())


def test_letters_that_take_two_columns_are_counted_so() -> None:
    line = "重み = 入力·重み + 入力·重み + 入力·重み + 入力·重み + バイアス = 1 + 2 + 3 + 4 + 5 = 15"
    found = list(fitted(line, 40))
    assert max(map(columns, found)) <= 40
    assert " ".join(" ".join(found).split()) == line
    unbroken = list(fitted("重" * 50, 30))
    assert max(map(columns, unbroken)) <= 30
    assert "".join(piece.strip() for piece in unbroken) == "重" * 50


class Shell(io.StringIO):
    """The output of a shell in a window, such as IDLE's: it says that it is a terminal, and has no file behind it."""

    encoding = "ascii"

    def isatty(self) -> bool:
        return True


def test_a_shell_that_is_no_real_terminal_is_written_to_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell()
    monkeypatch.setattr(sys, "stdout", shell)
    monkeypatch.setenv("TERM", "dumb")
    assert window() is None
    Screen().words("dL/da = 2·(7 − 5) ≈ 4")
    assert shell.getvalue() == "dL/da = 2*(7 - 5) ~= 4\n"
