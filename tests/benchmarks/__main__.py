"""The command: ``python -m tests.benchmarks [--quick] [--only W2 …] [--json FILE] [--readme]``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from . import imports, memory, report, timing
from .floors import Results
from .systems import ENGINE, OPTIONAL, PEERS, Floats, System, installed
from .workloads import FULL, Sizes, cases

WORKLOADS = ("W1", "W2", "W3", "W4", "W5", "import")


def run(
    systems: Sequence[System],
    sizes: Sizes = FULL,
    effort: timing.Effort = timing.THOROUGH,
    only: Sequence[str] = WORKLOADS,
) -> Results:
    """Measure the chosen workloads on the given systems, saying on stderr where it is."""
    results = Results()
    for case in cases(sizes):
        if case.workload in only:
            _say(case.title)
            results.timed.append(timing.measure(case, systems, effort, results.timed))
    for workload in ("W5", "W3"):
        if workload in only:
            _say(f"{workload} memory")
            results.memory += memory.measure(systems, workload, sizes)
    if "import" in only:
        _say("import")
        results.imports = imports.measure(systems, effort.imports)
    return results


def find_systems() -> list[System]:
    """Our engine and every peer there is; those of the extra that are missing are named."""
    engine, _ = installed(ENGINE)
    if not engine:
        _say("autograd_scalar cannot be imported from here; only its peers are measured.")
    peers, missing = installed(PEERS)
    if missing:
        names = " and ".join(kind.name for kind in missing)
        verb = "is" if len(missing) == 1 else "are"
        _say(f"{names} {verb} not installed and not compared with: pip install -e '.[bench]'")
    return [*engine, *peers, *installed(OPTIONAL)[0], Floats()]


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, the same sizes")
    parser.add_argument("--only", nargs="+", choices=WORKLOADS, default=WORKLOADS)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every number there")
    parser.add_argument(
        "--readme", action="store_true", help="write the comparison into README.md, in place of the last"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Run, print the report, and return 1 if the systems disagreed on a number.

    A missed floor is not a failure of the command: a busy machine misses floors.
    """
    options = _arguments(argv)
    systems = find_systems()
    effort = timing.QUICK if options.quick else timing.THOROUGH
    results = run(systems, FULL, effort, options.only)
    print(report.text(results, systems, options.only))
    if options.json:
        content = json.dumps(report.data(results, systems), indent=1, ensure_ascii=False)
        options.json.write_text(content + "\n", encoding="utf-8")
    if options.readme:
        readme = Path("README.md")
        table = report.neighbours(results, systems)
        readme.write_text(report.written_into(readme.read_text(encoding="utf-8"), table), encoding="utf-8")
    return 1 if any(t.disagree for t in results.timed) else 0


if __name__ == "__main__":
    sys.exit(main())
