"""The system's Chromium, driven by Playwright: one browser for a module."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Self

    from playwright.sync_api import Browser, Dialog, Page, ViewportSize

__all__ = ["PATIENCE", "Watched", "chromium"]

PATIENCE = 300_000  # milliseconds: a busy machine proves nothing wrong
WINDOW: ViewportSize = {"width": 1280, "height": 720}

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser; where none is installed, the test is skipped, and in CI a skip is a failure."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("Chromium is not installed here (apt install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # root, as in a container, has no sandbox to use
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*arguments, "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            _tabs.pop(browser, None)
            browser.close()


_tabs: dict[Browser, Page] = {}


class Watched:
    """A page opened from disk, and all that went wrong in it: requests, messages on the console, errors.

    It is opened in the browser's one tab, since a new one takes longer than most tests; with options, in a context of
    its own.
    """

    def __init__(self, browser: Browser, path: Path, viewport: ViewportSize = WINDOW, **options: Any) -> None:
        self.context = browser.new_context(**options) if options else None
        if not self.context and browser not in _tabs:
            _tabs[browser] = browser.new_page()
        self.page = self.context.new_page() if self.context else _tabs[browser]
        self.page.set_default_timeout(PATIENCE)
        self.page.set_viewport_size(viewport)
        self.trouble: list[str] = []
        self.requests: list[str] = []
        self.listeners: dict[Any, Callable[[Any], None]] = {
            "console": lambda message: self.trouble.append(f"console: {message.text}"),
            "pageerror": lambda error: self.trouble.append(f"error: {error}"),
            "dialog": self._dismiss,
            "request": lambda request: self.requests.append(request.url),
        }
        for event, listener in self.listeners.items():
            self.page.on(event, listener)
        self.page.goto(path.as_uri())

    def _dismiss(self, dialog: Dialog) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.context:
            self.context.close()
            return
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)
        self.page.goto("about:blank")  # nothing goes on running

    def check(self) -> None:
        """Nothing but the file was asked for, and nothing was complained of."""
        assert self.trouble == []
        assert [url for url in self.requests if not url.startswith("file:")] == []
        assert len(self.requests) == 1
