"""The benchmark suite runs, agrees with itself and counts right. Nothing here looks at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks import __main__ as command
from benchmarks import report, systems, timing, workloads

ENGINE = [kind() for kind in systems.ENGINE]


@pytest.mark.slow
def test_every_workload_runs_in_a_tiny_size() -> None:
    results = command.run([*ENGINE, systems.Floats()], workloads.TINY, timing.ONCE)

    assert [t.failures for t in results.timed] == [{}] * len(results.timed)
    assert {t.case.workload for t in results.timed} == {"W1", "W2", "W3", "W4"}
    assert {(m.workload, m.way) for m in results.memory} == {
        (workload, way) for workload in ("W3", "W5") for way in ("resident", "traced")
    }
    assert [i.package for i in results.imports] == ["autograd_scalar"]
    assert "Floor" in report.text(results, ENGINE, command.WORKLOADS)
    json.dumps(report.data(results, ENGINE))


@pytest.mark.parametrize(
    ("case", "ops"),
    [
        (workloads.chain(10**4), 10**4),
        (workloads.moons(100), 65_075),
        (workloads.he_net((256, 128, 64, 10)), 83_413),
        (workloads.fan_out(10**5), 2 * 10**5 - 1),
    ],
    ids=["W1", "W2", "W3", "W4"],
)
def test_the_operations_of_a_workload_are_counted(case: workloads.Case, ops: int) -> None:
    assert workloads.count_ops(case) == ops


def test_a_system_that_computes_something_else_is_not_timed() -> None:
    class Wrong(systems.AutogradScalar):
        name = "wrong"

        def grad(self, leaf: systems.Node) -> float:
            return 1.001 * super().grad(leaf)

    result = timing.measure(workloads.moons(2), [ENGINE[0], Wrong()], timing.ONCE, [])

    assert result.disagree == ["wrong"]
    assert result.failures["wrong"].startswith("differs from autograd_scalar by 1.0e-03")
    assert list(result.seconds) == ["autograd_scalar"]


@pytest.mark.slow
def test_missing_peers_are_named_with_the_sentence_that_installs_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for kind in (*systems.PEERS, *systems.OPTIONAL):
        monkeypatch.setattr(kind, "module", "no_such_module")
    target = tmp_path / "run.json"

    assert command.main(["--quick", "--only", "import", "--json", str(target)]) == 0

    said = capsys.readouterr()
    assert "pip install -e '.[bench]'" in said.err
    assert "not measured" not in said.out
    assert json.loads(target.read_text(encoding="utf-8"))["imports"]


@pytest.mark.slow
def test_the_readmes_table_is_written_in_its_place() -> None:
    results = command.run([*ENGINE, systems.Floats()], workloads.FULL, timing.ONCE, only=["W2"])
    table = report.neighbours(results, [*ENGINE, systems.Floats()])
    assert table.count("\n| autograd_scalar") == 2
    assert "| 1 |" in table
    before = f"# Title\n\n{report.BEGIN}\nold\n{report.END}\n\nafter\n"
    after = report.written_into(before, table)
    assert after == f"# Title\n\n{report.BEGIN}\n\n{table}\n\n{report.END}\n\nafter\n"
    assert report.written_into(after, table) == after
    readme = Path(__file__).parent.parent.joinpath("README.md").read_text(encoding="utf-8")
    assert readme.count(report.BEGIN) == readme.count(report.END) == 1
