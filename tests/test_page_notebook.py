"""A real notebook front end: the page in a cell, stepped; and again after saving and opening the notebook anew."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from browser import PATIENCE, chromium

from autograd_scalar import Value
from autograd_scalar.stepper import Stepper, steps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.once

FIRST = """from autograd_scalar import Value
x, w, b, y = Value(2), Value(3), Value(1), Value(5)
z = w*x + b
a = z.relu()
L = (a - y)**2
L.steps()"""
SECOND = """q = Value(2)
r = q*q + 3*q
r.steps()"""


def neuron() -> Stepper:
    x, w, b, y = (Value(n, label=name) for n, name in ((2, "x"), (3, "w"), (1, "b"), (5, "y")))
    return steps((((w * x + b).relu() - y) ** 2).named("L"))


class _Frame(HTMLParser):
    given: dict[str, str | None]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "style":
            assert tag == "iframe"
            self.given = dict(attrs)


def test_a_stepper_shows_the_page_in_a_sandbox_and_text_elsewhere() -> None:
    stepper = neuron()
    parsed = _Frame()
    parsed.feed(stepper._repr_html_())
    assert parsed.given["sandbox"] == "allow-scripts"
    source = parsed.given["srcdoc"] or ""
    assert source.startswith("<!DOCTYPE html>")
    assert unescape(source).count("<script") == 2
    assert parsed.given["title"] == "L, forward and back"
    assert repr(stepper) == "before the first of 8 steps of L; next() goes on"


def test_a_stepper_keeps_its_page_when_the_graph_is_gone() -> None:
    shown = neuron()._repr_html_()
    assert shown == neuron()._repr_html_()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("notebooks") / "steppers.ipynb"
    kernel = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }  # else it is asked for
    import nbformat  # it takes seconds, and a quick run leaves these tests out

    cells = [nbformat.v4.new_code_cell(source) for source in (FIRST, SECOND)]
    book = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(book, path)
    return path


@pytest.fixture(scope="module")
def server(notebook: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on a free port, with folders of its own."""
    pytest.importorskip("jupyterlab", reason="pip install jupyterlab")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    own = {
        name: str(home / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--port-retries=0",
        "--IdentityProvider.token=", "--LabApp.news_url=None", "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.extension_manager=readonly",
        f"--ServerApp.root_dir={notebook.parent}",
    ]  # fmt: skip
    log = home / "log.txt"
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, env=os.environ | own, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                with urlopen(f"{address}/api/status", timeout=60):  # noqa: S310  # the server that was just started
                    break
            except OSError:
                assert running.poll() is None, log.read_text()
                time.sleep(0.1)
        yield address
    finally:
        os.killpg(running.pid, signal.SIGKILL)  # asked politely, it sometimes never ends; its kernels go with it
        running.wait()


def execute(page: Page, command: str) -> None:
    page.evaluate("(command) => { window.jupyterapp.commands.execute(command); }", command)


def step_both(page: Page) -> None:
    """Both pages of the notebook step, each by itself."""
    first, second = (page.frame_locator("iframe[srcdoc]").nth(place) for place in (0, 1))
    first.locator("#next").click()
    assert first.locator("#position").inner_text() == "step 1 of 10"
    assert first.locator("#why").inner_text() == "z is computed from w, x and b."
    second.locator("#slider").fill("4")
    assert second.locator("#position").inner_text() == "step 4 of 5"
    assert first.locator("#position").inner_text() == "step 1 of 10"
    first.locator("#leaf-0").fill("-3")
    assert first.locator("tbody tr").nth(1).inner_text().split()[2:] == ["a", "=", "relu(z)", "=", "relu(−5)", "=", "0"]


@pytest.mark.slow
def test_jupyterlab_shows_the_page_steps_it_and_shows_it_again_when_reopened(notebook: Path, server: str) -> None:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server}/lab/tree/{notebook.name}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel")
        execute(page, "notebook:run-all-cells")
        page.wait_for_function("() => document.querySelectorAll('iframe[srcdoc]').length === 2")
        step_both(page)
        execute(page, "docmanager:save")
        page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
        saved = json.loads(notebook.read_text(encoding="utf-8"))
        shown = [cell["outputs"][0]["data"] for cell in saved["cells"]]
        assert ["next() goes on" in "".join(one["text/plain"]) for one in shown] == [True, True]
        page.context.clear_cookies()
        page.close()

        again = browser.new_page(viewport={"width": 1280, "height": 1000})
        again.set_default_timeout(PATIENCE)
        again.goto(f"{server}/lab/tree/{notebook.name}?reset")
        again.wait_for_function("() => document.querySelectorAll('iframe[srcdoc]').length === 2")
        step_both(again)
        again.close()
