"""What importing a package costs over a bare interpreter, and what it drags in."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from .memory import ROOT
from .systems import System

# The bare interpreter is up when the clock starts, so that its own start is not in the number.
PROGRAM = """
import sys, time
before, start = set(sys.modules), time.perf_counter()
import {module}
seconds = time.perf_counter() - start
brought = {{name.partition(".")[0] for name in set(sys.modules) - before}}
import json
print(json.dumps([seconds, sorted(brought)]))
"""


@dataclass(frozen=True)
class Import:
    """The import of one package.

    Attributes:
        package: What was imported.
        seconds: The time it took in each fresh interpreter.
        foreign: Top-level modules that came with it and belong neither to it nor to Python.
    """

    package: str
    seconds: list[float]
    foreign: list[str]

    @property
    def median(self) -> float:
        """The median of the times, in seconds."""
        return statistics.median(self.seconds)


def measure(systems: Sequence[System], rounds: int) -> list[Import]:
    """Import every system's package in fresh interpreters, in interleaved rounds."""
    packages = list(dict.fromkeys(s.module for s in systems if s.distribution))
    for package in packages:
        _fresh(package)  # the first import compiles, and reads the disk
    taken = [[_fresh(package) for package in packages] for _ in range(rounds)]
    return [
        Import(package, [seconds for seconds, _ in column], _foreign(package, column[0][1]))
        for package, column in zip(packages, zip(*taken, strict=True), strict=True)
    ]


def _fresh(package: str) -> tuple[float, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(module=package)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    seconds, modules = json.loads(done.stdout)
    return seconds, modules


def _foreign(package: str, modules: Sequence[str]) -> list[str]:
    own = {package.partition(".")[0], *sys.stdlib_module_names}
    return [name for name in modules if name not in own]
