"""The README's commands. Its Python examples are doctests."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

CONSOLE = "\n".join(re.findall(r"^```console\n(.*?)^```$", README, re.DOTALL | re.MULTILINE))
COMMANDS = re.findall(r"^\$ autograd-scalar (.*)\n((?:(?!\$ ).*\n?)*)", CONSOLE, re.MULTILINE)


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) == CONSOLE.count("$ ") > 0


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "output"), COMMANDS, ids=[arguments.split()[0] for arguments, _ in COMMANDS])
def test_a_command_prints_what_the_readme_shows(arguments: str, output: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}

    done = subprocess.run(
        [sys.executable, "-m", "autograd_scalar", *shlex.split(arguments)],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        encoding="utf-8",
        env=environment | {"PYTHONIOENCODING": "utf-8"},
    )

    assert done.stdout.splitlines() == output.splitlines()
    assert done.stderr == ""


def test_every_picture_and_file_it_points_to_is_there() -> None:
    found = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert "tests/golden/relu-neuron.svg" in found  # which test_golden compares with what is drawn
    for path in found:
        assert (ROOT / path).is_file(), path


@pytest.mark.parametrize("part", ["autograd-scalar run ", "pytest"])
def test_ci_finds_the_two_commands(part: str) -> None:
    assert len(re.findall(f"^python3 -m venv .*{part}", README, re.MULTILINE)) == 1
    assert f"from_readme '{part}'" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
