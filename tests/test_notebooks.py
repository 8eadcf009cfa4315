"""Every notebook runs from top to bottom in a kernel of its own, and is kept without outputs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nbformat import NotebookNode

# nbformat takes seconds to import: it is imported where it is used, and a quick run has no use for it.
pytestmark = [pytest.mark.once, pytest.mark.slow]

NOTEBOOKS = sorted(Path(__file__).parent.parent.joinpath("notebooks").glob("*.ipynb"))

# The first cell of each: where the package is missing, as it is on Colab, it is installed, from the clone where the
# notebook lies in one; nothing else happens.
INSTALLS = re.compile(
    r"from importlib\.util import find_spec\nfrom pathlib import Path\n\n"
    r'if not find_spec\("autograd_scalar"\):\n'
    r'    source = "\.\." if Path\("\.\./pyproject\.toml"\)\.exists\(\) else "autograd-scalar"\n'
    r'    %pip install -q "\{source\}\[(?:\w+,)*train\]"'
)
PATIENCE = 600  # seconds, for a kernel to start and for one cell


def run(notebook: NotebookNode, folder: Path) -> None:
    from nbclient import NotebookClient

    where = {"metadata": {"path": folder}}
    client = NotebookClient(
        notebook, kernel_name="python3", resources=where, timeout=PATIENCE, startup_timeout=PATIENCE
    )
    client.execute()


def cells(notebook: NotebookNode, kind: str) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == kind]


every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_eight_in_order() -> None:
    assert [path.name[:3] for path in NOTEBOOKS] == [f"{place:02}_" for place in range(1, 9)]


@every_notebook
def test_a_notebook_is_kept_as_it_was_written(path: Path) -> None:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = cells(notebook, "code")
    assert not any(cell.outputs or cell.execution_count for cell in code), "clear the outputs before committing"
    assert INSTALLS.fullmatch(code[0].source), "the first cell installs the package where it is missing"
    assert not re.search(r"https?://|file:|/(?:home|tmp|root|work|usr)/", path.read_text(encoding="utf-8"))


@every_notebook
def test_a_notebook_has_what_a_reader_is_promised(path: Path) -> None:
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    code = "\n".join(cell.source for cell in cells(notebook, "code"))
    prose = "\n".join(cell.source for cell in cells(notebook, "markdown"))
    assert "**One idea:**" in prose
    assert prose.count("**Predict.**") >= 3, "a prediction is asked before an answer is shown"
    assert re.search(r"^\w+\.(?:steps|draw)\(", code, re.MULTILINE), "a picture of the graph"
    assert ".steps()" in code, "the page that steps through it"
    assert "@themed" in code or "themed(" in code, "a plot that suits its reader's colours"
    assert "assert " in code, "a notebook asserts the numbers that it speaks of"


@every_notebook
def test_a_notebook_runs_and_its_assertions_hold(path: Path, tmp_path: Path) -> None:
    import nbformat

    notebook = nbformat.read(path, as_version=4)

    run(notebook, tmp_path)

    outputs = [output for cell in cells(notebook, "code") for output in cell.outputs]
    assert not [output.text for output in outputs if output.get("name") == "stderr"], "a warning is a defect"
    assert not list(tmp_path.iterdir()), "nothing is left behind"


def test_a_notebook_that_asserts_a_wrong_number_fails(tmp_path: Path) -> None:
    import nbformat
    from nbclient.exceptions import CellExecutionError

    cell = nbformat.v4.new_code_cell("from autograd_scalar import Value\nassert Value(2).data == 3")

    with pytest.raises(CellExecutionError, match="AssertionError"):
        run(nbformat.v4.new_notebook(cells=[cell]), tmp_path)
