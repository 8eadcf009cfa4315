"""What must hold, as a table, and whether it held in a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .imports import Import
from .memory import Memory
from .systems import OURS, OURS_DOT, Micrograd, Xad
from .timing import Timed
from .workloads import FULL, HE_NET, MOONS, chain_title

SHORT, LONG = FULL.chains


@dataclass
class Results:
    """Everything that one run measured."""

    timed: list[Timed] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)

    def case(self, title: str) -> Timed | None:
        """The result with that title."""
        return next((t for t in self.timed if t.case.title == title), None)


@dataclass(frozen=True)
class Floor:
    """One requirement.

    Attributes:
        workload: The workload it needs, as in ``--only``.
        text: What is measured.
        measure: Reads it from the results; None if the run has no such number.
        limit: The number it is compared with.
        at_least: Whether more is better.
        unit: Written after the number.
    """

    workload: str
    text: str
    measure: Callable[[Results], float | None]
    limit: float
    at_least: bool = False
    unit: str = "x"

    def holds(self, results: Results) -> bool | None:
        """Whether it is met; None if it was not measured."""
        number = self.measure(results)
        if number is None:
            return None
        return number >= self.limit if self.at_least else number <= self.limit


def _ratio(top: tuple[str, str], bottom: tuple[str, str], *, per_op: bool = False) -> Callable[[Results], float | None]:
    """Median over median, each given as the title of a case and the name of a system."""

    def time(results: Results, title: str, system: str) -> float | None:
        timed = results.case(title)
        median = timed and timed.median(system)
        if not timed or not median:
            return None
        return median / timed.ops if per_op else median

    def measure(results: Results) -> float | None:
        upper, lower = time(results, *top), time(results, *bottom)
        return upper / lower if upper and lower else None

    return measure


def _faster(title: str, ours: str, peer: str) -> Callable[[Results], float | None]:
    return _ratio((title, peer), (title, ours))


def _slower(title: str, ours: str, peer: str) -> Callable[[Results], float | None]:
    return _ratio((title, ours), (title, peer))


def _growth(*, collector: bool) -> Callable[[Results], float | None]:
    long, short = (chain_title(n, collector=collector) for n in (LONG, SHORT))
    return _ratio((long, OURS), (short, OURS), per_op=True)


def _bytes(way: str) -> Callable[[Results], float | None]:
    def measure(results: Results) -> float | None:
        return _grown(results, "W5", OURS, way)

    return measure


def _smaller(peer: str, way: str) -> Callable[[Results], float | None]:
    def measure(results: Results) -> float | None:
        ours, theirs = (_grown(results, "W3", system, way) for system in (OURS_DOT, peer))
        return ours / theirs if ours is not None and theirs else None

    return measure


def _grown(results: Results, workload: str, system: str, way: str) -> float | None:
    found = (m for m in results.memory if (m.workload, m.system, m.way) == (workload, system, way))
    return next((m.recorded for m in found), None)


def _own_import(results: Results) -> Import | None:
    return next((i for i in results.imports if i.package == "autograd_scalar"), None)


def _import_time(results: Results) -> float | None:
    own = _own_import(results)
    return own.median * 1e3 if own else None


def _foreign_modules(results: Results) -> float | None:
    own = _own_import(results)
    return float(len(own.foreign)) if own else None


W1, W2, W3 = chain_title(SHORT), MOONS, HE_NET
FLOORS = (
    Floor(
        "W2",
        "W2 op by op, faster than micrograd",
        _faster(W2, OURS, Micrograd.name),
        25,
        at_least=True,
    ),
    Floor("W2", "W2 op by op, time over xad", _slower(W2, OURS, Xad.name), 1.15),
    Floor(
        "W2",
        "W2 dot, faster than micrograd",
        _faster(W2, OURS_DOT, Micrograd.name),
        100,
        at_least=True,
    ),
    Floor("W2", "W2 dot, faster than xad", _faster(W2, OURS_DOT, Xad.name), 3, at_least=True),
    Floor(
        "W3",
        "W3 dot, faster than micrograd",
        _faster(W3, OURS_DOT, Micrograd.name),
        70,
        at_least=True,
    ),
    Floor("W3", "W3 dot, faster than xad", _faster(W3, OURS_DOT, Xad.name), 2.7, at_least=True),
    Floor("W3", "W3 dot, memory over micrograd, traced", _smaller(Micrograd.name, "traced"), 0.2),
    Floor("W1", f"W1, n = {SHORT:,}, time over xad", _slower(W1, OURS, Xad.name), 1.4),
    Floor("W1", f"W1 cost per op, n = {LONG:,} over {SHORT:,}", _growth(collector=True), 2.2),
    Floor("W1", "the same with the collector off", _growth(collector=False), 1.3),
    Floor("W5", "W5 memory per recorded op, resident", _bytes("resident"), 120, unit=" B"),
    Floor("W5", "W5 memory per recorded op, traced", _bytes("traced"), 120, unit=" B"),
    Floor("import", "import over a bare interpreter", _import_time, 30, unit=" ms"),
    Floor("import", "modules outside the standard library", _foreign_modules, 0, unit=""),
)
