"""W5: the memory of a recorded op, each number from a process that has done nothing else.

``python -m tests.benchmarks.memory SYSTEM CHAINS LENGTH resident|traced`` prints the growth as
JSON: after recording, and after the backward pass. Resident memory is what the operating system
sees, C++ and padding included; traced memory is what Python's allocator was asked for.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .systems import Floats, FunctionRun, System, named
from .workloads import count_ops, parallel_chains

ROOT = Path(__file__).parents[2]
STATM = Path("/proc/self/statm")

# Python takes memory from the system a mebibyte at a time: with one chain of 10⁵ that alone
# would be an error of 10 bytes an op.
CHAINS = 4


@dataclass(frozen=True)
class Memory:
    """Bytes per recorded op of one system, counted in one way.

    Attributes:
        system: The name of the system.
        way: "resident" or "traced".
        recorded: Growth from before recording to after it; None where it cannot be measured.
        backward: Growth from before recording to after the backward pass.
        note: Why a number is missing.
    """

    system: str
    way: str
    recorded: float | None
    backward: float | None
    note: str = ""


def measure(systems: Sequence[System], length: int) -> list[Memory]:
    """W5 for every system that records a graph one can hold.

    Args:
        systems: The systems; those that differ in `dot` alone are left out.
        length: The length of each of the chains.
    """
    return [
        _in_fresh_process(system.name, length, way)
        for system in systems
        if not (system.only_neurons or issubclass(system.run, FunctionRun)) and system.name != Floats.name
        for way in ("resident", "traced")
    ]


def _in_fresh_process(name: str, length: int, way: str) -> Memory:
    arguments = [name, str(CHAINS), str(length), way]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.memory", *arguments],
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return Memory(**json.loads(done.stdout))


def growth(name: str, chains: int, length: int, way: str) -> Memory:
    """Record W5 in this process and look at the memory before, between and after."""
    case = parallel_chains(chains, length)
    ops = count_ops(case)
    size = _resident if way == "resident" else _traced
    run = named(name).run(named(name), case)
    if size() is None:
        return Memory(name, way, None, None, "not measured on this platform")
    before = _settled(size)
    run.record()
    recorded = (_settled(size) - before) / ops
    try:
        run.backward()
    except RecursionError:
        return Memory(name, way, recorded, None, "RecursionError in the backward pass")
    return Memory(name, way, recorded, (_settled(size) - before) / ops)


def _settled(size: Callable[[], int | None]) -> int:
    gc.collect()
    return size() or 0


def _resident() -> int | None:
    if not STATM.exists():
        return None
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _traced() -> int | None:
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    return tracemalloc.get_traced_memory()[0]


def main(arguments: Sequence[str]) -> None:
    """Print the growth of the system, the chains, their length and the way in ``arguments``."""
    name, chains, length, way = arguments
    print(json.dumps(vars(growth(name, int(chains), int(length), way))), flush=True)
    # The graph need not be taken down first: for some systems that takes longer than making it.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
