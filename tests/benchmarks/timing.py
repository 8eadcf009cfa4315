"""Agreement first, then interleaved rounds on the clock."""

from __future__ import annotations

import gc
import math
import multiprocessing
import statistics
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .systems import System
from .workloads import Case, count_ops

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

TOLERANCE = 1e-9

# More than this is not asked of the slow systems.
SLOW_OPS = 300_000


def _clock() -> Callable[[], float]:
    """Processor time where it is fine enough: other programs on the machine do not count there."""
    fine = time.get_clock_info("process_time").resolution <= 1e-6
    return time.process_time if fine else time.perf_counter


clock = _clock()


@dataclass(frozen=True)
class Effort:
    """How often a case is repeated.

    Attributes:
        fewest: Rounds for a system that is slow.
        most: Rounds for a system that is quick.
        seconds: A system stops between the two when it has used that much time; ten times as much
            stops it earlier still.
        imports: Fresh interpreters per package for the import times.
    """

    fewest: int
    most: int
    seconds: float
    imports: int

    def enough(self, times: Sequence[float]) -> bool:
        """Whether a system has been timed often enough."""
        spent = sum(times)
        if len(times) >= self.most or spent > 10 * self.seconds:
            return True
        return len(times) >= self.fewest and spent > self.seconds


THOROUGH = Effort(fewest=5, most=25, seconds=3.0, imports=15)
QUICK = Effort(fewest=2, most=5, seconds=0.4, imports=5)
ONCE = Effort(fewest=1, most=1, seconds=0.0, imports=1)


@dataclass
class Timed:
    """What one case gave.

    Attributes:
        case: The case.
        ops: Its scalar operations, counted.
        seconds: Per system, the time of every round, in seconds.
        failures: Per system that was not timed, the reason.
        disagree: The systems among them that computed something else.
    """

    case: Case
    ops: int
    seconds: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    disagree: list[str] = field(default_factory=list)

    def median(self, system: str) -> float | None:
        """The median of a system's rounds in seconds; None if it was not timed."""
        times = self.seconds.get(system)
        return statistics.median(times) if times else None


@dataclass(frozen=True)
class Answer:
    """What a system computed."""

    loss: float
    gradient: list[float] | None

    def error(self, other: Answer) -> float:
        """The largest relative difference; a gradient is measured against its largest entry."""
        error = _relative([self.loss], [other.loss])
        if self.gradient is None or other.gradient is None:
            return error
        return max(error, _relative(self.gradient, other.gradient))


def _relative(these: Sequence[float], those: Sequence[float]) -> float:
    scale = max(*map(abs, those), math.ulp(0.0))
    return max(abs(a - b) for a, b in zip(these, those, strict=True)) / scale


def measure(case: Case, systems: Sequence[System], effort: Effort, before: list[Timed]) -> Timed:
    """Check that the systems agree on a case, then time those that do.

    Args:
        case: What to run.
        systems: What to run it on; the first that succeeds is the one the others must agree with.
        effort: How often.
        before: Earlier results: a system that could not do a smaller size is not asked again.
    """
    result = Timed(case, count_ops(case))
    for earlier in before:
        if earlier.case.workload == case.workload:
            result.failures |= earlier.failures
    able = [s for s in systems if s.name not in result.failures and _suits(s, result)]
    _interleave(case, _agreeing(case, able, result), effort, result)
    return result


def _suits(system: System, result: Timed) -> bool:
    if system.only_neurons and not result.case.neurons:
        return False
    return not system.slow or (result.case.collector and result.ops <= SLOW_OPS)


def _agreeing(case: Case, systems: Sequence[System], result: Timed) -> list[System]:
    """Run each system once; note those that fail, or differ from the first that did not."""
    agreeing: list[System] = []
    first: tuple[str, Answer] | None = None
    for system in systems:
        try:
            answer = _answer(case, system)
        except RecursionError:
            result.failures[system.name] = "RecursionError"
            continue
        first = first or (system.name, answer)
        error = answer.error(first[1])
        if error <= TOLERANCE:  # and a nan is no agreement
            agreeing.append(system)
        else:
            result.failures[system.name] = f"differs from {first[0]} by {error:.1e}"
            result.disagree.append(system.name)
    return agreeing


def _answer(case: Case, system: System) -> Answer:
    run = system.run(system, case)
    try:
        run.record()
        run.backward()
        return Answer(run.loss(), run.gradient())
    finally:
        run.close()


def _interleave(case: Case, systems: list[System], effort: Effort, result: Timed) -> None:
    """Rounds of one run each, until everyone has had enough; every system in a process of its own.

    Each then pays for its own garbage, as it does for its users, and for nobody else's.
    """
    result.seconds |= {s.name: [] for s in systems}
    workers = {system.name: _Worker(case, system) for system in systems}
    try:
        while systems:
            for system in systems:
                result.seconds[system.name].append(workers[system.name].time())
            systems = [s for s in systems if not effort.enough(result.seconds[s.name])]
    finally:
        for worker in workers.values():
            worker.close()


class _Worker:
    """A process that runs one case on one system whenever it is asked to."""

    def __init__(self, case: Case, system: System) -> None:
        context = multiprocessing.get_context("fork")  # a case holds functions, which cannot be sent to a new process
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, case, system), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # peers may have started threads; they wait
            self.process.start()

    def time(self) -> float:
        self.pipe.send("run")
        seconds: float = self.pipe.recv()
        return seconds

    def close(self) -> None:
        self.pipe.send("")
        self.process.join(timeout=10)


def _serve(pipe: Connection, case: Case, system: System) -> None:
    gc.collect()
    gc.freeze()  # what was there before the fork does not count as this system's
    _time(case, system)  # the first run warms the interpreter's caches
    while pipe.recv():
        pipe.send(_time(case, system))


def _time(case: Case, system: System) -> float:
    """Record plus backward, in seconds. Making the leaves and dropping the graph are not timed."""
    run = system.run(system, case)
    try:
        with _collector(on=case.collector):
            start = clock()
            run.record()
            run.backward()
            return clock() - start
    finally:
        run.close()


@contextmanager
def _collector(*, on: bool) -> Iterator[None]:
    was_on = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if was_on else gc.disable)()
