"""A run as a table for people and as JSON for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from .floors import FLOORS, Results
from .systems import OURS, OURS_DOT, System, version
from .timing import Timed
from .workloads import FULL, HE_NET, MOONS, chain_title

Row = Sequence[str]

VERDICTS = {True: "pass", False: "MISS", None: "not measured"}


def text(results: Results, systems: Sequence[System], workloads: Iterable[str]) -> str:
    """The whole report.

    Args:
        results: What was measured.
        systems: What it was measured on.
        workloads: The workloads that were asked for; other floors are not mentioned.
    """
    blocks = [_environment(systems)]
    if results.timed:
        blocks.append("\n".join(_times(results.timed)))
    if results.memory:
        blocks.append("\n".join(_memory(results)))
    if results.imports:
        blocks.append("\n".join(_imports(results)))
    floors = list(_floors(results, set(workloads)))
    if len(floors) > 1:
        blocks.append("\n".join(_aligned(floors)))
    return "\n\n".join(blocks)


def _environment(systems: Sequence[System]) -> str:
    versions = [f"{s.name} {version(type(s))}" for s in systems if version(type(s))]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return (
        f"Record plus backward on {python}: medians of interleaved rounds, a process for each system.\n"
        "Ratios are our time over theirs: below 1 we are faster.\n" + ", ".join(versions)
    )


def _times(timed: Iterable[Timed]) -> Iterator[str]:
    header = ("", "ms", "best ms", "ns/op", "op by op / it", "dot / it", "rounds")
    rows: list[Row] = []
    for result in timed:
        rows.append((f"{result.case.title} ({result.ops:,} ops)", *[""] * 6))
        rows += [_time_row(result, name) for name in (*result.seconds, *result.failures)]
    return _aligned([header, *rows])


def _time_row(result: Timed, name: str) -> Row:
    median = result.median(name)
    if median is None:
        return (f"  {name}", result.failures[name], *[""] * 5)
    ratios = [_ratio(result.median(ours), median) for ours in (OURS, OURS_DOT)]
    rounds = result.seconds[name]
    times = [median * 1e3, min(rounds) * 1e3, median / result.ops * 1e9]
    return (f"  {name}", *map(_number, times), *ratios, str(len(rounds)))


def _ratio(ours: float | None, theirs: float) -> str:
    return _number(ours / theirs) if ours else ""


def _number(x: float) -> str:
    """Three digits, which is more than the noise allows."""
    return f"{x:,.0f}" if x >= 100 else f"{x:.3g}"


def _memory(results: Results) -> Iterator[str]:
    header = ("Bytes per op", "recorded", "after backward", "")
    rows = [
        (f"  {m.workload} {m.system}, {m.way}", _bytes(m.recorded), _bytes(m.backward), m.note) for m in results.memory
    ]
    return _aligned([header, *rows])


def _bytes(number: float | None) -> str:
    return "–" if number is None else f"{number:.1f}"


def _imports(results: Results) -> Iterator[str]:
    header = ("Import over a bare interpreter", "ms", "from outside the standard library")
    rows = [(f"  {i.package}", f"{i.median * 1e3:.1f}", ", ".join(i.foreign) or "nothing") for i in results.imports]
    return _aligned([header, *rows])


def _floors(results: Results, workloads: set[str]) -> Iterator[Row]:
    yield ("Floor", "must be", "is", "")
    for floor in FLOORS:
        if floor.workload in workloads:
            number = floor.measure(results)
            limit = f"{'≥' if floor.at_least else '≤'} {floor.limit:g}{floor.unit}"
            value = "–" if number is None else f"{_number(number)}{floor.unit}"
            yield (f"  {floor.text}", limit, value, VERDICTS[floor.holds(results)])


def _aligned(rows: Sequence[Row]) -> Iterator[str]:
    """Columns: the first and the last to the left, the numbers between them to the right.

    A row whose second cell is a sentence and not a number does not widen the columns.
    """
    widths = [max(len(row[i]) for row in rows if i == 0 or row[-1] or row[2]) for i in range(len(rows[0]))]
    for first, *middle, last in rows:
        cells = [cell.rjust(width) for cell, width in zip(middle, widths[1:-1], strict=True)]
        yield "  ".join([first.ljust(widths[0]), *cells, last]).rstrip()


BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def neighbours(results: Results, systems: Sequence[System]) -> str:
    """The README's table: how many times our time (with `dot` where there are neurons) each system took."""
    columns = [
        (chain_title(FULL.chains[0]), OURS, "a chain of 10,000 ops"),
        (MOONS, OURS_DOT, "a step on two moons, 100 samples"),
        (HE_NET, OURS_DOT, "one sample, 41,802 parameters"),
    ]
    measured = [(results.case(title), ours, heading) for title, ours, heading in columns]
    table = [
        ["", *(heading for _, _, heading in measured)],
        ["---", *["---:"] * len(measured)],
    ]
    for name in dict.fromkeys(name for timed, _, _ in measured if timed for name in timed.seconds):
        cells = [_times_ours(timed, ours, name) for timed, ours, _ in measured]
        shown = f"{name} {version(type(next(s for s in systems if s.name == name)))}".strip()
        table.append([shown, *cells])
    lines = ["| " + " | ".join(row) + " |" for row in table]
    python = f"{platform.python_implementation()} {platform.python_version()}"
    when, where = datetime.now(tz=UTC), f"{platform.system()}, {platform.machine()}, {os.cpu_count()} cores"
    return "\n".join(lines) + (
        f"\n\nRecord and backward: medians of one run, a process for each system. `{OURS_DOT}` makes each neuron's "
        "weighted sum one `dot` node, as `nn` does; the first row adds product by product. What fails has reached "
        "Python's limit of recursion, or computed another gradient. "
        f"Measured on {when:%Y-%m-%d} with {python} on {where}."
    )


def _times_ours(timed: Timed | None, ours: str, name: str) -> str:
    own, theirs = (timed.median(ours), timed.median(name)) if timed else (None, None)
    if own is None or theirs is None:
        failed = timed is not None and name in timed.failures
        return "fails" if failed else "–"
    return _number(theirs / own)


def written_into(readme: str, table: str) -> str:
    """The README with the table in its place."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def data(results: Results, systems: Sequence[System]) -> dict[str, Any]:
    """The run as JSON data: every round, not only the medians."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "versions": {s.name: version(type(s)) for s in systems},
        "cases": [_case_data(t) for t in results.timed],
        "memory": [vars(m) for m in results.memory],
        "imports": [{**vars(i), "median": i.median} for i in results.imports],
        "floors": [
            {
                "floor": floor.text,
                "limit": floor.limit,
                "at_least": floor.at_least,
                "value": floor.measure(results),
                "holds": floor.holds(results),
            }
            for floor in FLOORS
        ],
    }


def _case_data(result: Timed) -> dict[str, Any]:
    return {
        "workload": result.case.workload,
        "title": result.case.title,
        "ops": result.ops,
        "collector": result.case.collector,
        "seconds": result.seconds,
        "medians": {name: result.median(name) for name in result.seconds},
        "failures": result.failures,
    }
