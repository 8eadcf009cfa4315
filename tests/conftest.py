"""How the tests are run: how hard hypothesis looks, what a skip means, and a table that every test finds unchanged.

Without options every test runs, and thoroughly. ``--quick`` is for the minutes between two edits: it looks at fewer
examples and leaves out the tests marked as slow, and the closing line says how many those are. With ``CI=true``
in the environment it is refused, and a test that skips itself fails: what CI does not run, nobody runs.

Whatever has a number of its own asks ``settings()`` how hard to look.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import settings

from autograd_scalar import _generated, transforms
from autograd_scalar.ops import table

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

IN_CI = os.environ.get("CI") == "true"

# Derandomized: a failure is a failure for everybody, every time. No deadline: a busy machine proves nothing wrong.
settings.register_profile("quick", max_examples=10, derandomize=True, deadline=None)
settings.register_profile("thorough", max_examples=60, derandomize=True, deadline=None)
settings.load_profile("thorough")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="fewer examples, and none of the tests marked as slow")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how hard to look, and let the fixtures of `Everywhere` apply to all tests."""
    if config.getoption("quick"):
        if IN_CI:
            raise pytest.UsageError("CI runs every test, and --quick leaves some out")
        settings.load_profile("quick")
    config.pluginmanager.register(Everywhere())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is slow in a quick run."""
    if config.getoption("quick"):
        config.hook.pytest_deselected(items=[item for item in items if _is_slow(item)])
        items[:] = [item for item in items if not _is_slow(item)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say it last: with pytest-xdist the number of those that were deselected is not shown."""
    if config.getoption("quick"):
        terminalreporter.write_line("quick: fewer examples, and none of the tests that are slow or need a browser")


def _is_slow(item: pytest.Item) -> bool:
    return item.get_closest_marker("slow") is not None or "browser" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a test that was skipped fail in CI."""
    return _without_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let a file that was skipped as a whole fail in CI."""
    return _without_skip((yield))


def _without_skip(report: Report) -> Report:
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI runs every test, and this one was skipped: {reason}"
    return report


class Everywhere:
    """What holds for every test, also in docstrings and in the README: a conftest's own fixtures end at its folder."""

    @pytest.fixture(autouse=True)
    def _own_rows(self) -> Iterator[None]:
        """Take away the rows that a test has added, and what the engine made of them."""
        rows, engine, methods = set(table), set(vars(_generated)), set(vars(_generated.Operations))
        yield
        added = set(table) - rows
        if not added:
            return
        for name in added:
            transforms._derivatives.pop(table.pop(name), None)
        for scope, before in ((_generated, engine), (_generated.Operations, methods)):
            for name in set(vars(scope)) - before:
                delattr(scope, name)

    @pytest.fixture(autouse=True)
    def _no_window(self, _own_rows: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """The width of somebody's window is no business of a test; pytest-xdist says 80.

        What a test has patched is put back before its rows are taken away: so this comes after them.
        """
        monkeypatch.delenv("COLUMNS", raising=False)
