"""The reference: each row with its maths, its facts, its curves and a drawing, in a terminal and as one page."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from math import isclose, isfinite
from typing import Any

import pytest
from browser import Watched, chromium

from autograd_scalar import UsageError, functions, op
from autograd_scalar.cli import main
from autograd_scalar.ops import table
from autograd_scalar.reference import curves, find, maths, page, rules, write_reference
from autograd_scalar.reference.text import facts

pytestmark = pytest.mark.once

ROWS = [row for row in table.values() if row.built_in]


class Page(HTMLParser):
    """The elements of a page: it must be one tree, with every element closed."""

    VOID = frozenset(("meta", "link", "br", "img", "input", "hr"))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: Any, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: Any, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: Any) -> None:
        assert self.open.pop() == tag


def test_it_is_said_what_z_is_where_it_is_first_met() -> None:
    told = {
        "sigmoid": [("∂/∂x", "z·(1 − z), z being sigmoid(x)")],
        "tanh": [("∂/∂x", "1 − z², z being tanh(x)")],
        "logsumexp": [("∂/∂x", "exp(x − z), z being logsumexp(x, …)")],
        "reciprocal": [("  computed", "−z·z, z being reciprocal(x)   (keeps its digits)")],
        "hypot": [
            ("with", "s = 1e300 if z < 1 else 1e−300, z being hypot(x, y)"),
            ("∂/∂x", "x / z, z being hypot(x, y)"),
        ],
        "relu": [],
        "erf": [],
    }
    assert {name: [fact for fact in facts(table[name]) if "z being" in fact[1]] for name in told} == told
    html = page()
    assert all(f"<dt>{name}</dt><dd>{text}</dd>" in html for name, text in told["sigmoid"] + told["tanh"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_curves_are_the_rows_numbers(row: Any) -> None:
    curve = curves(row, points=33)
    assert len(curve.values) >= 15
    assert len(curve.slopes) >= 15
    assert all(curve.low <= x <= curve.high for x, _ in curve.values)
    if len(row.arguments) == 1 and row.arguments[0].kind == "scalar":
        assert all(getattr(functions, row.name)(x) == y for x, y in curve.values)
    # The curve of the partial is the slope of the curve of the value, away from kinks and poles.
    fine = curves(row, points=2001)
    slopes = dict(fine.slopes)
    inner = list(zip(fine.values, fine.values[1:], fine.values[2:], strict=False))[100:-100:150]
    right = [
        isclose((after[1] - before[1]) / (after[0] - before[0]), slopes[x], rel_tol=1e-3, abs_tol=1e-3)
        for before, (x, _), after in inner
        if x in slopes
    ]
    assert sum(right) >= len(right) - 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_maths_is_well_formed_and_complete(row: Any) -> None:
    node = rules.example(row)
    branches = [*maths.value(row, node), *(one for _, some in maths.partials(row, node) for one in some)]
    for branch in branches:
        ET.fromstring(f"<m>{branch.formula}{branch.conditions if branch.conditions != 'otherwise' else ''}</m>")
    assert [name.rstrip("1") for name, _ in maths.partials(row, node)] == [one.name for one in row.operands]
    assert node.reached


def test_choices_are_told_with_their_conditions() -> None:
    def read(name: str) -> Any:
        row = table[name]
        node = rules.example(row)
        return maths.value(row, node, "text"), dict(maths.partials(row, node, "text"))

    value, partials = read("relu")
    assert value == [("0", "x ≤ 0"), ("x", "otherwise")]
    assert partials == {"x": [("1{x > 0}", "")]}
    value, _ = read("clip")
    assert value == [("low", "x < low"), ("high", "x > high"), ("x", "otherwise")]
    value, partials = read("max")
    assert value == [("y", "x < y"), ("x", "otherwise")]  # that a NaN passes through is not said here
    assert partials["x"] == [("0", "x < y"), ("0.5", "x = y"), ("1", "otherwise")]
    assert read("abs")[1] == {"x": [("−1", "x < 0"), ("0", "x = 0"), ("1", "otherwise")]}
    assert read("dot")[0] == [("w₁·x₁ + w₂·x₂ + w₃·x₃ + b", "")]


@pytest.mark.slow
def test_the_page_has_every_row_and_needs_nothing() -> None:
    text = page()
    found = Page(text).found
    ids = [attributes["id"] for tag, attributes in found if tag == "section"]
    assert ids == list(table)
    assert sum(attributes.get("class") == "plot" for _, attributes in found) == len(table)
    assert sum(attributes.get("class") == "autograd-graph" for _, attributes in found) == len(table)
    tags = {tag for tag, _ in found}
    assert not tags & {"script", "img", "link", "iframe", "object"}
    assert not [value for _, attributes in found for name, value in attributes.items() if name in ("src", "onclick")]
    assert all(
        value.startswith("#")
        for _, attributes in found
        for name, value in attributes.items()
        if name == "href" and value
    )
    assert page() == text


@pytest.mark.slow
def test_a_users_row_is_in_it() -> None:
    op("twice_of(x)", "2 * x", "2", about="<b>twice</b> & more")
    text = page()
    assert '<section id="twice_of"' in text
    assert "&lt;b&gt;twice&lt;/b&gt; &amp; more" in text
    Page(text)


@pytest.mark.slow
def test_it_is_written_whole_or_not_at_all(tmp_path: Any) -> None:
    assert write_reference(tmp_path / "ops.html").read_text(encoding="utf-8") == page()
    with pytest.raises(UsageError, match=r"give it a name like ops\.html, not 'ops\.pdf'"):
        write_reference(tmp_path / "ops.pdf")
    with pytest.raises(OSError, match="missing"):
        write_reference(tmp_path / "missing" / "ops.html")
    assert [one.name for one in tmp_path.iterdir()] == ["ops.html"]


SMALL = """() => [...document.querySelectorAll("body *")].filter((one) => {
  const isText = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!isText || one.getClientRects().length === 0) return false;
  const scale = one.ownerSVGElement ? one.ownerSVGElement.getScreenCTM().a : 1;
  return parseFloat(getComputedStyle(one).fontSize) * scale < 11;
}).map((one) => one.outerHTML)"""
CUT = """() => [document.documentElement, ...document.querySelectorAll("body *")].filter(
  (one) => !one.ownerSVGElement && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1
).map((one) => one.outerHTML.slice(0, 200))"""


@pytest.mark.slow
def test_nothing_on_it_is_small_or_cut_off(tmp_path: Any) -> None:
    path = write_reference(tmp_path / "ops.html")
    with chromium() as browser, Watched(browser, path) as opened:
        for width in (1200, 500):
            opened.page.set_viewport_size({"width": width, "height": 900})
            assert opened.page.evaluate(SMALL) == []
            assert opened.page.evaluate(CUT) == []
        opened.check()


def test_the_command_line_writes_it(tmp_path: Any, capsys: Any) -> None:
    target = tmp_path / "ops.html"
    assert main(["reference", "-o", str(target)]) == 0
    assert str(target) in capsys.readouterr().out
    assert target.exists()
    assert main(["reference", "-o", str(tmp_path / "ops.txt")]) == 1
    assert "give it a name like ops.html" in capsys.readouterr().err


def test_a_rule_is_found_by_name_or_sign() -> None:
    assert find("*") is find("mul") is table["mul"]
    for name, said in {"nosuch": ";", "swish": "; it is called silu here;"}.items():  # cosh is not like nosuch
        with pytest.raises(UsageError, match=f"^there is no operation '{name}'{said} autograd-scalar ops lists all$"):
            find(name)
    with pytest.raises(UsageError, match=r"'sigmod'; did you mean sigmoid\? autograd-scalar ops lists all$"):
        find("sigmod")
    with pytest.raises(UsageError, match="autograd-scalar ops lists all"):
        find("frobnicate")


def test_a_curve_has_no_point_where_its_row_leaves_the_floats() -> None:
    found = curves(op("steep(x)", "1e308 * x * x", "1e308 * x * 2"), points=33)
    assert 0 < len(found.slopes) < len(found.values) < 33
    assert all(isfinite(y) for _, y in (*found.values, *found.slopes))


def test_a_curve_ends_where_a_domain_does() -> None:
    found = curves(op("early(x)", "sqrt(1 - x)", "-0.5 / sqrt(1 - x)", domain="x < 1"), points=33)
    assert (found.high, max(x for x, _ in found.slopes) < 1.0) == (1.0, True)
