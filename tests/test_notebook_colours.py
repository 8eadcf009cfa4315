"""What a notebook shows has the colours of the notebook, whatever those of the system around it are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

import pytest
from browser import PATIENCE, chromium

from autograd_scalar import Value
from autograd_scalar.plots import DARK, LIGHT, Plot, blank, themed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.once

NAMES = ("light", "dark")
LOOKS = dict(zip(NAMES, (LIGHT, DARK), strict=True))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def shown() -> str:
    """A plot, a question of what would be, a drawing and the page that steps, as a notebook has them."""
    x, w = Value(2, label="x"), Value(3, label="w")
    L = ((w * x).relu() ** 2).named("L")
    L.backward()
    plot = themed(lambda look: Plot(blank(look=look, size=(2, 1))[0], "nothing"))
    return "".join(f"<div>{one._repr_html_()}</div>" for one in (plot, L.at({w: 2.2}), L.steps()))


def opened(browser: Browser, shown: str, notebook: str, system: Literal["light", "dark"]) -> Page:
    """The body of a JupyterLab in one of its two themes."""
    page = browser.new_page(color_scheme=system)
    page.set_default_timeout(PATIENCE)
    is_light = str(notebook == "light").lower()
    page.set_content(f'<body data-jp-theme-light="{is_light}" style="color-scheme:{notebook}">{shown}</body>')
    return page


def ground(page: Page, css: str) -> float:
    """How light the upper left corner of something is, from 0 to 1."""
    from matplotlib.image import imread

    return float(imread(io.BytesIO(page.locator(css).screenshot()))[3, 3, :3].mean())


def rgb(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgb({red}, {green}, {blue})"


@pytest.mark.slow
@pytest.mark.parametrize("notebook", NAMES)
@pytest.mark.parametrize("system", NAMES)
def test_the_notebook_s_colours_and_not_the_system_s(
    browser: Browser, shown: str, notebook: str, system: Literal["light", "dark"]
) -> None:
    page = opened(browser, shown, notebook, system)
    page.frame_locator("iframe").locator("#next").wait_for()
    for css in ("img", "iframe"):
        for _ in range(10):  # a screenshot may fall between two paints of a frame whose size is still being set
            found = ground(page, css)
            if (found > 0.85) == (notebook == "light") and (found < 0.15) == (notebook == "dark"):
                break
            page.wait_for_timeout(100)
        assert (found > 0.85) == (notebook == "light"), css
        assert (found < 0.15) == (notebook == "dark"), css
    for phase in ("forward", "backward"):
        colour = page.locator(f"td.{phase}").first.evaluate("cell => getComputedStyle(cell).color")
        assert colour == rgb(getattr(LOOKS[notebook], phase))
    page.close()
