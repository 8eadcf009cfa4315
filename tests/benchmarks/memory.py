"""W5, and W3 once more: the memory of a recorded op, each number from a process that has done nothing else.

``python -m tests.benchmarks.memory SYSTEM WORKLOAD SIZES resident|traced`` prints the growth as
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
from .workloads import Case, Sizes, count_ops, he_net, parallel_chains

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
        workload: "W5", or "W3" for the wide net.
        way: "resident" or "traced".
        recorded: Growth from before recording to after it; None where it cannot be measured.
        backward: Growth from before recording to after the backward pass.
        note: Why a number is missing.
    """

    system: str
    workload: str
    way: str
    recorded: float | None
    backward: float | None
    note: str = ""


def measure(systems: Sequence[System], workload: str, sizes: Sizes) -> list[Memory]:
    """W5 or W3 for every system that records a graph one can hold.

    Args:
        systems: The systems; those that differ in `dot` alone are left out where there are no neurons.
        workload: Which of the two.
        sizes: The length of the chains of W5, the widths of W3.
    """
    given = [CHAINS, sizes.recorded] if workload == "W5" else list(sizes.layers)
    return [
        _in_fresh_process(system.name, workload, given, way)
        for system in systems
        if not issubclass(system.run, FunctionRun) and system.name != Floats.name
        if workload == "W3" or not system.only_neurons
        for way in ("resident", "traced")
    ]


def _in_fresh_process(name: str, workload: str, sizes: Sequence[int], way: str) -> Memory:
    arguments = [name, workload, ",".join(map(str, sizes)), way]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.memory", *arguments],
        cwd=ROOT,
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return Memory(**json.loads(done.stdout))


def _case(workload: str, sizes: Sequence[int]) -> Case:
    return he_net(tuple(sizes)) if workload == "W3" else parallel_chains(sizes[0], sizes[1])


def growth(name: str, workload: str, sizes: Sequence[int], way: str) -> Memory:
    """Record the workload in this process and look at the memory before, between and after."""
    case = _case(workload, sizes)
    ops = count_ops(case)
    size = _resident if way == "resident" else _traced
    run = named(name).run(named(name), case)
    if size() is None:
        return Memory(name, workload, way, None, None, "not measured on this platform")
    before = _settled(size)
    run.record()
    recorded = (_settled(size) - before) / ops
    try:
        run.backward()
    except RecursionError:
        return Memory(name, workload, way, recorded, None, "RecursionError in the backward pass")
    return Memory(name, workload, way, recorded, (_settled(size) - before) / ops)


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
    """Print the growth for the system, the workload, its sizes and the way in ``arguments``."""
    name, workload, sizes, way = arguments
    print(json.dumps(vars(growth(name, workload, [int(size) for size in sizes.split(",")], way))), flush=True)
    # The graph need not be taken down first: for some systems that takes longer than making it.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
