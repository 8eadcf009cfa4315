"""The test run itself: CI refuses skips, a quick run says what it leaves out, and a test's rows leave with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograd_scalar import Value, functions, gradients, op, ops

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parent.parent
SKIPPING = """
import pytest

def test_that_runs():
    pass

def test_that_skips():
    pytest.skip("there is no browser")

@pytest.mark.skip(reason="not today")
def test_that_is_marked():
    pass

@pytest.mark.xfail(reason="known")
def test_that_is_known_to_fail():
    assert False
"""
SLOW = """
import pytest
from hypothesis import settings

def test_that_looks():
    assert settings().max_examples == {examples}

@pytest.mark.slow
def test_that_takes_long():
    pass

@pytest.fixture
def browser():
    return 0

def test_that_needs_a_browser(browser):
    pass
"""
WITHOUT_MODULE = "import pytest; pytest.importorskip('no_such_module', exc_type=ImportError)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("in_ci", "outcomes"),
    [("true", {"passed": 1, "failed": 1, "errors": 2, "xfailed": 1}), ("", {"passed": 1, "skipped": 3, "xfailed": 1})],
)
def test_a_skip_fails_in_ci_and_only_there(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, in_ci: str, outcomes: dict[str, int]
) -> None:
    monkeypatch.setenv("CI", in_ci)
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(test_skips=SKIPPING, test_whole_file=WITHOUT_MODULE)

    result = pytester.runpytest_subprocess("--continue-on-collection-errors", "-p", "no:cacheprovider")

    result.assert_outcomes(**outcomes)
    if in_ci:
        result.stdout.fnmatch_lines(["*CI runs every test, and this one was skipped: *there is no browser*"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "examples", "outcomes"),
    [([], 60, {"passed": 3}), (["--quick"], 10, {"passed": 1, "deselected": 2})],
    ids=["by default", "quick"],
)
def test_what_is_slow_is_left_out_where_quick_was_asked_for(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    examples: int,
    outcomes: dict[str, int],
) -> None:
    monkeypatch.delenv("CI", raising=False)
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(SLOW.format(examples=examples))

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)

    result.assert_outcomes(**outcomes)


@pytest.mark.slow
def test_ci_is_never_quick(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(SLOW.format(examples=100))

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--quick")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*CI runs every test, and --quick leaves some out*"])


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_row_of_a_test_is_gone_in_the_next(attempt: int) -> None:
    assert "seventh_power" not in ops.table
    assert not hasattr(Value, "seventh_power")
    assert not hasattr(functions, "seventh_power")

    op("seventh_power(x)", "x**7", f"{6 + attempt} * x**6")  # the second attempt's partial is wrong
    x = Value(1.0)
    (slope,) = gradients(functions.seventh_power(x), [x])

    assert slope.item() == 6 + attempt  # nothing kept what the first attempt compiled


@pytest.mark.slow
def test_a_row_of_a_docstring_is_gone_too(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    text = """
        >>> from autograd_scalar import op
        >>> op("seventh_power(x)", "x**7", "7 * x**6").name
        'seventh_power'
    """
    pytester.makefile(".txt", test_first=text, test_second=text)

    result = pytester.runpytest_subprocess("--doctest-glob=*.txt", "-p", "no:cacheprovider")

    result.assert_outcomes(passed=2)
