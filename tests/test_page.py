"""The page in a browser: what it shows at each step is what the trace says, also after its leaves were changed."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from browser import PATIENCE, Watched, chromium
from hypothesis import given, settings
from hypothesis import strategies as st
from test_accuracy import Point, points

from autograd_scalar import AutogradError, UsageError, Value, functions, op, page
from autograd_scalar.formula import number
from autograd_scalar.graph import topological_order
from autograd_scalar.notation import display
from autograd_scalar.ops import table
from autograd_scalar.page import Page, program_of
from autograd_scalar.page.picture import picture
from autograd_scalar.testing import Graph, graphs
from autograd_scalar.trace import Trace, read, trace, trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.once

HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    '"]; evil',
    "<!--<script>",
    "{{data}}",
    "a\u2028b",
    "\\u0000</style>",
]

# Everything that a reader sees, at every step; each step is reached from the one before.
READ = """([backwards]) => {
  const slider = document.getElementById("slider");
  const seen = [];
  const count = Number(slider.max);
  const math = (node) => [...node.querySelectorAll("math")].map((m) => m.textContent).join("");
  for (let i = 0; i <= count; i++) {
    const k = backwards ? count - i : i;
    slider.value = k;
    slider.dispatchEvent(new Event("input"));
    seen[k] = {
      formula: math(document.getElementById("formula")),
      why: document.getElementById("why").textContent,
      position: document.getElementById("position").textContent,
      phase: document.querySelector("main").dataset.phase,
      cards: [...document.querySelectorAll("[data-card]")].map((card) =>
        [card.querySelector(".data")?.textContent ?? "", card.querySelector(".grad")?.textContent ?? ""]),
      lit: [...document.querySelectorAll("[data-card].lit")].map((card) => Number(card.dataset.card)),
      widths: [...document.querySelectorAll("[data-wire]")].map((wire) => Number(wire.getAttribute("stroke-width"))),
      shut: [...document.querySelectorAll("[data-wire].shut")].map((wire) => Number(wire.dataset.wire)),
      current: [...document.querySelectorAll("tr[aria-current]")].map((row) => row.cells[0].textContent),
    };
  }
  return seen;
}"""
CARDS = """() => [...document.querySelectorAll("[data-card]")].map((card) =>
  [card.querySelector(".data").textContent, card.querySelector(".grad").textContent])"""
ROWS = """() => [...document.getElementById("rows").rows].map((row) => row.cells[2].firstElementChild.textContent)"""
CHANGE = """(numbers) => {
  for (const [name, x] of Object.entries(numbers)) {
    const label = [...document.querySelectorAll("#fields label")].find((one) => one.textContent === name);
    const field = document.getElementById(label.htmlFor);
    field.value = String(x);
    field.dispatchEvent(new Event("input"));
  }
  return document.getElementById("refusal").textContent;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


def neuron(w: float = 3.0) -> Value:
    x, w_, b, y = Value(2, label="x"), Value(w, label="w"), Value(1, label="b"), Value(5, label="y")
    z = (w_ * x + b).named("z")
    a = z.relu().named("a")
    return ((a - y) ** 2).named("L")


def made(result: Value, digits: int | None = 6) -> tuple[Trace, Value]:
    return trace_of(read(result), digits), result


def text_of(mathml: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", mathml))


def as_number(text: str) -> float:
    plain = text.replace("−", "-").replace("∞", "inf")
    raised = re.sub(
        "·?10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", lambda m: "e" + m[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")), plain
    )
    return float("1" + raised if raised.startswith("e") else raised.replace("-e", "-1e"))


def check_against(seen: list[dict[str, Any]], rows: list[str], trace: Trace) -> None:
    """What was read from the page is what the trace says, at every step, word for word."""
    assert rows == [step.equation.text() for step in trace]
    for k in range(len(trace) + 1):
        state = trace.state(k)
        shown = [["–" if x is None else number(x, trace.digits) for x in pair] for pair in zip(*state, strict=True)]
        assert seen[k]["cards"] == shown, k
    for step in trace:
        here = seen[step.number]
        assert here["formula"] == text_of(step.equation.mathml())
        assert here["why"] == step.reason
        assert here["phase"] == step.phase
        assert here["position"] == f"step {step.number} of {len(trace)}"
        assert here["current"] == [str(step.number)]


# ------------------------------------------------------------------------------------------------------ the file


def test_the_page_is_data_or_a_file(tmp_path: Path) -> None:
    loss = neuron()
    shown = page(loss, title="One neuron")
    assert isinstance(shown, Page)
    assert str(shown) == 'page of L: 10 steps; .save("page.html") writes it'
    path = loss.page(tmp_path / "relu.html", title="One neuron")
    assert path == tmp_path / "relu.html"
    assert path.read_text(encoding="utf-8") == shown.html
    assert shown.html == page(neuron(), title="One neuron").html
    assert len(shown.html) < 120_000
    assert loss.reached is False


def test_a_function_names_the_steps() -> None:
    def f(x: Value, w: Value) -> Value:
        half = x * w
        return half.exp()

    shown = page(f, x=2, w=0.5)
    assert "half = x·w = 2·0.5 = 1" in shown.html


@pytest.mark.parametrize("name", ["relu.svg", "relu", "relu.html.txt"])
def test_another_suffix_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"a page is written as \.html"):
        neuron().page(tmp_path / name)
    with pytest.raises(UsageError, match=r"a page is written as \.html"):
        page(neuron()).save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_pass_of_too_many_steps_is_answered_by_a_sentence() -> None:
    x = Value(1.0, label="x")
    y = x
    for _ in range(1_600):
        y = (y * 1.001).sin()
    with pytest.raises(UsageError, match="a page has at most 3,000:"):
        page(y)


def test_a_network_of_many_neurons_makes_a_small_page(tmp_path: Path, browser: Browser) -> None:
    from autograd_scalar.nn import MLP

    model = MLP(2, [16, 16, 1])
    out = model([Value(0.5, label="u"), Value(-1.2, label="v")])
    path = page(out, tmp_path / "network.html")
    assert path.stat().st_size < 3_000_000
    with Watched(browser, path) as opened:
        changed = opened.page.evaluate("""() => {
          let changed = 0;
          const all = { subtree: true, childList: true, attributes: true };
          new MutationObserver((found) => { changed += found.length; }).observe(document, all);
          document.getElementById("slider").value = 300;
          document.getElementById("slider").dispatchEvent(new Event("input"));
          const wait = () => new Promise((done) => setTimeout(done, 50));
          const step = () => { changed = 0; document.getElementById("next").click(); };
          return wait().then(step).then(wait).then(() => changed);
        }""")
        assert 0 < changed < 60  # only what one step changes is touched
        assert opened.page.locator("#fields .leaf").count() == 12
        opened.page.fill("#search", "v")
        assert opened.page.locator("#fields label").first.text_content() == "v"
        opened.check()


# ------------------------------------------------------------------------------------------------- what it shows


@pytest.mark.parametrize("name", ["neuron", "reuse", "fan-out"])
def test_every_step_shows_what_the_trace_says_forward_and_back(browser: Browser, tmp_path: Path, name: str) -> None:
    x, w = Value(2, label="x"), Value(-0.3, label="w")
    b = (w + w).named("b")
    result = {"neuron": neuron(), "reuse": (x * x + 3 * x).named("y"), "fan-out": (b + b).sigmoid()}[name]
    trace, _ = made(result)
    with Watched(browser, page(result, tmp_path / "a.html")) as opened:
        seen = opened.page.evaluate(READ, [])
        check_against(seen, opened.page.evaluate(ROWS), trace)
        assert opened.page.evaluate(READ, [1]) == seen
        totals = opened.page.locator("#rows .total").all_text_contents()
        assert totals == [step.parts()[-1] for step in trace if step.total]  # dy/dx: 2 + 2 = 4 (2nd of 3)
        assert all(f'<div class="total">{total}</div>' in page(result).html for total in totals)
        opened.check()


def test_the_drawing_lights_the_step_and_shows_how_much_flows(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        seen = opened.page.evaluate(READ, [])
        names = opened.page.evaluate(
            "() => [...document.querySelectorAll('[data-card] .name')].map((n) => n.textContent)"
        )
        assert names == ["w", "x", "b", "z", "a", "y", "L"]
        assert seen[7]["lit"] == [4, 5]  # z and a: cards are numbered as the nodes are
        assert set(seen[0]["widths"]) == {1.5}
        assert max(seen[10]["widths"]) > 3
        assert opened.page.evaluate(CHANGE, {"w": -3}) == ""
        assert opened.page.evaluate(READ, [])[10]["shut"] != []
        opened.check()


WIRES = """() => Object.fromEntries([...document.querySelectorAll("[data-wire]")].map((wire) => [
  wire.querySelector("title").textContent.split(" ")[1] ?? "",
  [Number(wire.getAttribute("stroke-width")), / ([^ ]+) flows back/.exec(wire.textContent)?.[1] ?? ""],
]))"""


def test_a_line_is_as_wide_as_what_has_flowed_through_it_by_then(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        at = opened.page

        def flowed() -> dict[str, str]:
            wires = at.evaluate(WIRES)
            assert all((width > 2) == bool(flow) for width, flow in wires.values())
            return {
                name.replace("∂", "").replace("(", "").replace(")", ""): flow
                for name, (_, flow) in wires.items()
                if flow
            }

        def presses(*keys: str) -> dict[str, str]:
            for key in keys:
                at.keyboard.press(key)
            return flowed()

        on_the_way = [presses(*["ArrowRight"] * 4), *(presses("ArrowRight") for _ in range(6))]
        assert [list(one) for one in on_the_way] == [
            [],
            ["−/a", "L/−"],
            ["−/a", "−/y", "L/−"],
            ["a/z", "−/a", "−/y", "L/−"],
            ["·/w", "z/·", "a/z", "−/a", "−/y", "L/−"],
            ["·/w", "·/x", "z/·", "a/z", "−/a", "−/y", "L/−"],
            ["·/w", "·/x", "z/·", "z/b", "a/z", "−/a", "−/y", "L/−"],
        ]
        assert on_the_way[-1] == dict.fromkeys(on_the_way[-1], "4") | {"·/w": "8", "·/x": "12"}
        at.keyboard.press("Home")
        at.click("#predict")
        assert presses(*["ArrowRight"] * 5) == {}
        at.fill("#answer", "4")
        at.keyboard.press("Enter")
        assert flowed() == on_the_way[1]
        assert presses("ArrowRight") == on_the_way[1]
        assert presses("ArrowRight") == on_the_way[2]  # nobody has said the −4: it is shown once it is passed by
        opened.check()


def test_a_line_of_two_edges_brings_what_has_come_through_either(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograd_scalar.draw.folding.READABLE", 24)  # so both uses of x may be folded into one node
    x = Value(2, label="x")
    r: Any = x
    for k in range(12):
        r = ((r * x).tanh() * x).sin().named(f"r{k}")
    trace, _ = made(r)
    drawn = picture(read(r), trace)
    first, wire = next((i, wire) for i, wire in enumerate(drawn.wires) if len(wire["edges"]) == 2)
    ((one,), (other,)) = wire["passed"]
    nodes = trace.nodes
    flows = [nodes[at].grad * nodes[at].partials[place] for at, place in wire["edges"]]
    assert flows[0] != 0 != flows[1]
    with Watched(browser, page(r, tmp_path / "a.html")) as opened:
        for k, flow in (
            (min(one, other) - 1, ""),
            (one, number(abs(flows[0]))),
            (max(one, other), number(abs(sum(flows)))),
        ):
            opened.page.evaluate("(k) => { slider.value = k; slider.dispatchEvent(new Event('input')); }", k)
            title = opened.page.text_content(f'[data-wire="{first}"] title') or ""
            assert title.partition("; ")[2].removesuffix(" flows back") == flow
        opened.check()


@settings(max_examples=6)
@given(graphs(operations=5), st.randoms(use_true_random=False))
def test_any_graph_is_shown_as_its_trace_is_also_with_other_leaves(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory, graph: Graph, rng: random.Random
) -> None:
    """The page computes nothing but the program, and says nothing but the trace's own words."""
    result = graph.result
    program, _ = program_of(read(result))
    with Watched(browser, page(result, tmp_path_factory.mktemp("page") / "a.html")) as opened:
        check_against(opened.page.evaluate(READ, []), opened.page.evaluate(ROWS), made(result)[0])
        for _ in range(3):
            numbers = {}
            for name, _ in program.inputs:
                numbers[name] = rng.choice([round(rng.uniform(-3, 3), 3), float(rng.randint(-2, 3))])
            refusal = opened.page.evaluate(CHANGE, {display(name): x for name, x in numbers.items()})
            try:
                trace, _ = made(program.record(numbers))
            except AutogradError:
                assert "The last numbers stay, " in refusal
                continue
            assert refusal == ""
            check_against(opened.page.evaluate(READ, []), opened.page.evaluate(ROWS), trace)
        opened.check()


# ----------------------------------------------------------------------------------------------------------- live


@cache
def moderate(row: Any) -> list[Point]:
    """Points of a row whose numbers can be typed, and lie on one side of its choices, as neighbours do."""
    found = []
    for point in points(row, 300):
        numbers = [x for one in point.operands for x in (one if isinstance(one, list | tuple) else [one])]
        if not all(0.05 < abs(x) < 20 for x in numbers) or len(numbers) > 5:
            continue
        try:
            node = apply(row, point.operands, point.parameters)
            partials = node.partials()
        except AutogradError:
            continue
        if len(partials) == len(numbers) and all(abs(x) < 1e6 for x in (node.data, *partials)):
            found.append(point)
        if sum(shape(one) == shape(found[0]) for one in found) == 5:
            break
    return found


def apply(row: Any, operands: Any, parameters: Any, labels: Iterator[str] | None = None) -> Value:
    def leaf(x: float) -> Value:
        return Value(x, label=next(labels)) if labels else Value(x)

    values = [[leaf(x) for x in one] if isinstance(one, list | tuple) else leaf(one) for one in operands]
    node: Value = getattr(functions, row.name)(*values, **parameters)
    return node


def flat(point: Point) -> list[float]:
    return [x for one in point.operands for x in (one if isinstance(one, list | tuple) else [one])]


def shape(point: Point) -> list[int]:
    return [len(one) if isinstance(one, list | tuple) else 0 for one in point.operands]


def batches() -> list[list[str]]:
    """The operations of the table, as many in one graph as have twelve leaves: so many are listed in the page."""
    found: list[list[str]] = [[]]
    room = 12
    for name, row in table.items():
        if not row.built_in or row.form == "select":
            continue
        leaves = len(flat(moderate(row)[0]))
        if leaves > room:
            found.append([])
            room = 12
        found[-1].append(name)
        room -= leaves
    return found


def together(names: list[str], which: int) -> Value:
    """The sum of some operations, each at a point of its own; `which` is another point of the same shape."""
    labels = iter(f"x{i}" for i in range(1, 13))
    terms = []
    for name in names:
        first, *others = moderate(table[name])
        alike = [one for one in others if shape(one) == shape(first)]
        assert alike, name
        point = [first, *alike][which % (1 + len(alike))]
        terms.append(apply(table[name], point.operands, first.parameters, labels).named(f"{name}_"))
    total: Value = functions.sum(terms)
    return total.named("L")


def test_changed_leaves_give_the_engine_s_numbers_for_every_operation(browser: Browser, tmp_path: Path) -> None:
    tried = [name for names in batches() for name in names]
    assert tried == [name for name, row in table.items() if row.built_in and row.form != "select"]
    for names in batches():
        check_operations(browser, page(together(names, 0), tmp_path / "a.html", digits=None), names)


def check_operations(browser: Browser, path: Path, names: list[str]) -> None:
    with Watched(browser, path) as opened:
        opened.page.keyboard.press("End")
        for which in (1, 2, 3, 4):
            engine = together(names, which)
            engine.backward()
            order = topological_order(engine)
            leaves = {display(node.label): node.data for node in order if not node.op}
            assert opened.page.evaluate(CHANGE, leaves) == ""
            shown = opened.page.evaluate(CARDS)
            for (value, gradient), node in zip(shown, order, strict=True):
                assert as_number(value) == pytest.approx(node.data, rel=1e-12, abs=1e-300), node.op
                assert as_number(gradient) == pytest.approx(node.grad, rel=1e-12, abs=1e-300), node.op
        opened.check()


def test_dragging_a_leaf_shuts_the_relu_in_words(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        for _ in range(7):
            opened.page.keyboard.press("ArrowRight")
        assert opened.page.text_content("#why") == "relu lets the gradient through unchanged, because z = 7 > 0."
        opened.page.locator("#fields input[type=range]").first.fill("-3")
        assert opened.page.text_content("#why") == "relu lets nothing through, because z = −5 ≤ 0."
        assert opened.page.input_value("#leaf-0") == "-3"
        assert opened.page.evaluate(ROWS)[6] == "dL/dz = dL/da · da/dz = (−10) · 0 = 0"
        opened.page.click("#reset")
        assert opened.page.text_content("#why") == "relu lets the gradient through unchanged, because z = 7 > 0."
        assert opened.page.is_hidden("#reset")
        opened.check()


def test_what_has_no_value_is_refused_in_words_and_the_last_numbers_stay(browser: Browser, tmp_path: Path) -> None:
    x, q = Value(2, label="x"), Value(3, label="q")
    with Watched(browser, page((x.log() / q).named("L"), tmp_path / "a.html")) as opened:
        before = opened.page.evaluate(READ, [])
        assert "log(x) has no real value at x = −1" in opened.page.evaluate(CHANGE, {"x": -1})
        assert opened.page.get_attribute("#leaf-0", "aria-invalid") == "true"
        assert opened.page.evaluate(READ, []) == before
        assert "divides by zero" in opened.page.evaluate(CHANGE, {"x": 2, "q": 0})
        assert "type a number" in opened.page.evaluate(CHANGE, {"q": ""})
        assert opened.page.evaluate(READ, []) == before
        assert opened.page.evaluate(CHANGE, {"q": 1}) == ""
        assert opened.page.locator("[aria-invalid]").count() == 0
        opened.check()


def test_a_refusal_stands_at_its_field_in_words_of_the_page(browser: Browser, tmp_path: Path) -> None:
    """What has no name is called by its formula; all that shows other numbers than the fields is dimmed until then."""
    y, c, x, w = (Value(number, label=name) for name, number in (("y", 1), ("c", 0.7), ("x", 0.5), ("w", 0.4)))
    p = (w * x + c).sigmoid().named("p")
    loss = (-(y * p.log() + (1 - y) * (1 - p).log() / (1 - c))).named("L")
    with Watched(browser, page(loss, tmp_path / "a.html")) as opened:
        at = opened.page
        assert at.locator("#fields label").all_text_contents() == ["w", "x", "c", "y"]  # as they are read
        said = at.evaluate(CHANGE, {"c": 99999})
        assert said.startswith("log(1 − p) has no real value at 1 − p = 0: log(x) needs x > 0.")
        assert said.endswith("The last numbers stay, c = 0.7.")
        assert at.locator(".leaf", has=at.locator("#refusal")).locator("label").text_content() == "c"
        assert at.locator("main.stale .stage").evaluate("(one) => getComputedStyle(one).opacity") == "0.4"
        assert at.evaluate(CHANGE, {"x": "0.25"}).endswith("The last numbers stay, x = 0.5, c = 0.7.")
        assert at.locator(".leaf", has=at.locator("#refusal")).locator("label").text_content() == "x"
        assert "((1 − y)·log(1 − p)) / (1 − c) divides by zero at " in at.evaluate(CHANGE, {"c": 1})
        assert at.evaluate(CHANGE, {"c": 0.5}) == ""
        assert at.locator("main.stale").count() == 0
        opened.check()


def test_a_field_shows_seven_characters_and_no_minus_nought(browser: Browser, tmp_path: Path) -> None:
    x = Value(2, label="x")
    with Watched(browser, page((-x).named("y"), tmp_path / "a.html")) as opened:
        field = opened.page.locator("#leaf-0")
        opened.page.locator("#leaf-0").hover()  # where a browser shows arrows beside the number
        for typed in ("1000000", "-0.0001", "0.00001"):
            field.fill(typed)
            assert field.evaluate("(one) => one.scrollWidth <= one.clientWidth")
        field.fill("0")
        assert opened.page.evaluate(ROWS)[0] == "y = −x = 0"
        opened.check()


# -------------------------------------------------------------------------------------------------------- choices


def check_flips(browser: Browser, path: Path, f: Any, start: dict[str, float], *changes: dict[str, float]) -> None:
    """After each change of the fields all is shown as the engine records it at these numbers."""

    def recorded(numbers: dict[str, float]) -> Value:
        result: Value = f(*(Value(x, label=name) for name, x in numbers.items()))
        return result.named("L")

    numbers = dict(start)
    with Watched(browser, page(recorded(start), path)) as opened:
        for change in changes:
            numbers |= change
            assert opened.page.evaluate(CHANGE, {display(name): x for name, x in change.items()}) == ""
            seen, rows = opened.page.evaluate(READ, []), opened.page.evaluate(ROWS)
            trace = trace_of(read(recorded(numbers)))
            check_against(seen, rows, trace)
            assert opened.page.text_content("summary") == f"All {len(trace)} steps"
            anew = page(recorded(numbers))
            wires = re.findall(r'<path class="wire( shut)?" data-wire="[0-9]+" stroke-width="([^"]+)"', anew.html)
            assert seen[-1]["widths"] == [float(width) for _, width in wires]
            assert seen[-1]["shut"] == [i for i, (shut, _) in enumerate(wires) if shut]
        opened.check()


def where_of_leaves(c: Value, x: Value, y: Value) -> Value:
    chosen: Value = functions.where(c, x * 2, y * 3)
    return chosen**2


def where_by_a_computed_condition(c: Value, x: Value, y: Value) -> Value:
    chosen: Value = functions.where(c - x, x.exp() * c, (x + y).sin())
    return chosen


def where_within_where(c: Value, x: Value, y: Value) -> Value:
    chosen: Value = functions.where(c, functions.where(x, x * y, y + 1.0), functions.where(y, x.sin(), c))
    return chosen


def where_of_one_node(c: Value, x: Value, y: Value) -> Value:
    chosen: Value = functions.where(c, c, x) + functions.where(x, y, y)
    return chosen


def where_of_numbers(c: Value, x: Value, y: Value) -> Value:
    chosen: Value = functions.where(c, 2.0, y) * functions.where(x, y, -1.0)
    return chosen


def where_of_unnamed_leaves(c: Value, x: Value, y: Value) -> Value:
    chosen: Value = functions.where(c, Value(2.0) * x, Value(3.0) * y)
    return chosen * Value(5.0)


@pytest.mark.parametrize(
    "f",
    [
        where_of_leaves,
        where_by_a_computed_condition,
        where_within_where,
        where_of_one_node,
        where_of_numbers,
        where_of_unnamed_leaves,
    ],
)
def test_a_where_that_takes_its_other_branch_is_shown_as_the_engine_records_it(
    browser: Browser, tmp_path: Path, f: Any
) -> None:
    changes = [{"c": 0.0}, {"x": 0.0}, {"y": -2.0}, {"c": 2.0, "x": 1.5}, {"c": 1.5}, {"c": 0.0, "y": 0.0}]
    check_flips(browser, tmp_path / "a.html", f, {"c": 1.0, "x": 2.0, "y": 3.0}, *changes)


def test_what_floats_swallow_is_about_equal_at_other_numbers_too(browser: Browser, tmp_path: Path) -> None:
    def f(a: Value, b: Value, c: Value) -> Value:
        p = (functions.tanh(c) - 1.0).named("p")
        q = (a + b).named("q")
        r = (functions.hypot(a, b) * functions.cbrt(a)).named("r")
        s = (functions.log2(b) * functions.elu(a)).named("s")
        t = (abs(b) ** 0.5 / a).named("t")
        u = (functions.sqrt(b) * (1.0 - functions.sigmoid(c))).named("u")
        v = (functions.log10(b) * a**-2).named("v")
        w = (functions.atan2(a, b) * functions.exp(c - c)).named("w")
        biggest = (functions.maximum(a, b, c) + functions.logsumexp(a, b, 1.0)).named("m")
        m: Value = biggest * functions.elu(c, alpha=0.5) * functions.clip(a, low=-1.0, high=7.0)
        return p + q * r - s * t + u * v + w * m

    changes = [
        {"c": 40.0},
        {"a": 8.0, "b": 6.0, "c": 0.0},
        {"a": -1e16, "b": 4.0},
        {"a": 64.0, "b": 1e-200},
    ]
    check_flips(browser, tmp_path / "a.html", f, {"a": 2.0, "b": 1.0, "c": 2.0}, *changes)


def test_whether_decimals_are_equal_is_decided_at_other_numbers_too(browser: Browser, tmp_path: Path) -> None:
    def f(w: Value, x: Value) -> Value:
        a = w + x
        q = (a - 0.5) ** 2 * (0.1 + 0.2)
        return 3 * q * (x + (0.1 + 0.2)) - a * 0.3

    changes = [{"w": 0.1, "x": 0.2}, {"w": 1.1, "x": -1.0}, {"w": 0.3, "x": 0.2}, {"w": 0.1000001}, {"x": 1e-16}]
    check_flips(browser, tmp_path / "a.html", f, {"w": 2.0, "x": 3.0}, *changes)


def test_a_power_of_a_power_of_ten_is_in_brackets_at_other_numbers_too(browser: Browser, tmp_path: Path) -> None:
    def f(k: Value, p: Value) -> Value:
        raised: Value = k**-2 * k**p
        return raised

    changes = [{"k": 1e6}, {"k": 2e7}, {"k": 1e-8, "p": -1.0}, {"k": 3.0, "p": 1e-8}]
    check_flips(browser, tmp_path / "a.html", f, {"k": 2.0, "p": 3.0}, *changes)


def test_a_branch_that_had_no_slope_when_it_was_not_taken_is_there_when_it_has(
    browser: Browser, tmp_path: Path
) -> None:
    root = op("root(x)", "x**0.5", "0.5 / x**0.5", domain="x >= 0")

    def f(c: Value, x: Value, y: Value) -> Value:
        chosen: Value = functions.where(c, root(x) * y, y * x)
        return chosen

    start = {"c": 0.0, "x": 0.0, "y": 3.0}
    check_flips(browser, tmp_path / "a.html", f, start, {"x": 4.0}, {"c": 1.0}, {"x": 9.0}, {"c": 0.0})


def test_the_names_of_the_other_branch_are_the_callers_too(browser: Browser, tmp_path: Path) -> None:
    def f(c: Value, x: Value, y: Value) -> Value:
        left = x.sin()
        right = y * 3
        chosen = functions.where(c, left, right)
        return chosen**2  # type: ignore[no-any-return]  # functions are not typed

    with Watched(browser, page(f, tmp_path / "a.html", c=1, x=2, y=3)) as opened:
        for c in (0, 1):
            assert opened.page.evaluate(CHANGE, {"c": c}) == ""
            wanted = trace(f, c=c, x=2, y=3)
            assert opened.page.evaluate(ROWS) == [step.equation.text() for step in wanted]
            assert [node.name for node in wanted.nodes if node.is_step][1] == ("left" if c else "right")
        opened.check()


def test_the_field_of_a_leaf_without_a_name_bears_the_one_that_it_has_now(browser: Browser, tmp_path: Path) -> None:
    c, x = Value(1, label="c"), Value(2, label="x")
    result = functions.where(c, Value(3.0) * x, Value(4.0) * x).named("L")
    with Watched(browser, page(result, tmp_path / "a.html")) as opened:
        fields = """() => [...document.querySelectorAll("#fields .leaf")].map((one) =>
          [one.innerText.trim(), one.querySelector("[type=number]").value])"""
        assert sorted(opened.page.evaluate(fields)) == [["c", "1"], ["v₁", "3"], ["v₂", "4"], ["x", "2"]]
        opened.page.evaluate(CHANGE, {"c": 0})
        assert sorted(opened.page.evaluate(fields)) == [["c", "0"], ["v₁", "4"], ["v₂", "3"], ["x", "2"]]
        assert opened.page.evaluate(ROWS)[0] == "L = where(c, 6, v₁·x) = where(0, 6, 4·2) = 8"
        opened.check()


def test_longer_numbers_have_room_on_their_cards(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        opened.page.keyboard.press("End")
        for y in (-1.11111, -1.23456e-7):
            opened.page.evaluate(CHANGE, {"w": 1.23456, "x": -2.34567, "b": 9.87654, "y": y})
            apart = opened.page.evaluate("""() => [...document.querySelectorAll("[data-card]")].map((card) => {
              const [data, grad] = [".data", ".grad"].map((name) => card.querySelector(name).getBoundingClientRect());
              return grad.left - data.right;
            })""")
            assert min(apart) > 2
        opened.check()


def test_a_whole_neuron_is_seen_in_a_window_of_a_common_width(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        opened.page.set_viewport_size({"width": 1180, "height": 900})
        drawing = opened.page.locator("#drawing")
        assert drawing.evaluate("(frame) => frame.scrollWidth <= frame.clientWidth")
        opened.check()


def test_the_formula_above_the_page_has_the_names_of_a_function() -> None:
    def f(x: Value, w: Value) -> Value:
        return (x * w).sin() ** 2

    assert '<p class="subtitle">L = sin(x·w)²</p>' in page(f, x=1, w=2).html


def test_the_least_of_numbers_has_a_slider_too() -> None:
    assert '"most":1e-300' in page(Value(5e-324, label="x").exp().named("y")).html


def test_a_flow_of_the_user_s_own_is_followed_too(browser: Browser, tmp_path: Path) -> None:
    gate = op("gate(c, x, y)", "x * x if c > y else 0", "nothing", "2 * x if c > y else nothing", "nothing")
    check_flips(browser, tmp_path / "a.html", gate, {"c": 1.0, "x": 2.0, "y": 3.0}, {"c": 4.0}, {"x": 5.0}, {"c": 1.0})


def test_the_reader_stays_on_the_same_step_where_a_choice_goes_another_way(browser: Browser, tmp_path: Path) -> None:
    c, x, y = Value(1, label="c"), Value(2, label="x"), Value(3, label="y")
    result = (functions.where(c, x.sin().named("s"), y * 3) + x).named("L")
    with Watched(browser, page(result, tmp_path / "a.html")) as opened:
        opened.page.keyboard.press("End")
        assert opened.page.text_content("#position") == "step 6 of 6"
        current = opened.page.locator("tr[aria-current] td").last.text_content
        assert "∂s/∂x" in str(current())
        opened.page.locator("#fields label", has_text="y").click()
        opened.page.evaluate(CHANGE, {"c": 0})
        assert opened.page.locator(":focus").input_value() == "3"  # the reader's fields are where they were
        assert opened.page.text_content("#position") == "step 4 of 4"
        assert "dL/dx" in str(current())
        opened.page.evaluate(CHANGE, {"c": 1})
        assert "dL/dx" in str(current())
        opened.check()


def test_a_choice_that_stays_as_it_was_recorded_is_said_as_soon_as_a_leaf_is_changed(
    browser: Browser, tmp_path: Path
) -> None:
    def of(x: Value, k: Value, *, by_a_value: bool) -> Value:
        a: Value = functions.where(x.relu() if by_a_value else x > 0, k * x, x * x)
        return a - 1

    said = """() => document.getElementById("settled").innerText"""
    for by_a_value in (False, True):
        with Watched(browser, page(of, tmp_path / "a.html", x=2, k=3, by_a_value=by_a_value)) as opened:
            assert opened.page.evaluate(said) == ""
            assert opened.page.evaluate(CHANGE, {"x": -1}) == ""
            note = opened.page.evaluate(said)
            assert note.startswith("The condition of a was a plain truth value") is not by_a_value
            assert opened.page.evaluate(CHANGE, {"x": 2}) == ""  # as it was recorded
            assert opened.page.evaluate(said) == ""
            opened.page.evaluate(CHANGE, {"x": 5})
            assert opened.page.evaluate(said) == note
            opened.page.locator("#reset").click()
            assert opened.page.evaluate(said) == ""
            opened.check()


def test_choices_that_go_more_ways_than_a_page_has_room_for_are_refused_in_words(
    browser: Browser, tmp_path: Path
) -> None:
    conditions = [Value(1, label=f"c{i}") for i in range(6)]
    x = Value(2, label="x")
    total = functions.sum([functions.where(c, x, x * x) for c in conditions]).named("L")
    with Watched(browser, page(total, tmp_path / "a.html")) as opened:
        assert opened.page.evaluate(CHANGE, {"c₀": 0}) == ""
        before = opened.page.evaluate(READ, [])
        assert "the choices go a way" in opened.page.evaluate(CHANGE, {f"c{d}": 0 for d in "₁₂₃₄₅"})
        assert opened.page.evaluate(CHANGE, {f"c{d}": 1 for d in "₁₂₃₄₅"}) == ""
        assert opened.page.evaluate(READ, []) == before
        opened.check()


LABELS = """() => {
  const boxOf = (one) => one.getBoundingClientRect();
  const cards = [...document.querySelectorAll("[data-card] rect")].map(boxOf);
  return [...document.querySelectorAll("[data-slope]")].map((label) => {
    const own = boxOf(label);
    const isBeside = (card) => card.left < own.right && own.left < card.right;
    const isCut = cards.some((card) => isBeside(card) && card.top < own.bottom && own.top < card.bottom);
    const title = document.querySelector(`[data-wire="${label.dataset.slope}"] title`).textContent;
    return [label.textContent, isCut, title.match(/ = ([^;]*)/)[1], parseFloat(getComputedStyle(label).fontSize)];
  });
}"""


@pytest.mark.parametrize("digits", [6, None])
def test_no_card_covers_a_slope_whatever_the_leaves_are_changed_to(
    browser: Browser, tmp_path: Path, digits: int | None
) -> None:
    """The gaps are those of the first numbers: a longer one is written smaller, and at last with fewer digits."""

    def net(x: Value, w: Value, b: Value, v: Value, c: Value, y: float) -> Value:
        z = w * x + b
        h = z.tanh()
        p = (v * h + c).sigmoid()
        return -(y * p.log() + (1 - y) * (1 - p).log())

    path = page(net, tmp_path / "a.html", x=2, w=0.5, b=0, v=1.5, c=0.25, y=0.5, digits=digits)
    seen = set()
    with Watched(browser, path, {"width": 1200, "height": 900}) as opened:
        for numbers in (
            {},
            {"w": -2},
            {"w": -3, "x": 3.123457},
            {"v": -123.4567, "w": 0.7},
            {"x": 123456.7, "w": 1e-5},
        ):
            assert opened.page.evaluate(CHANGE, numbers) == ""
            for place in ("End", "Home", "End"):
                opened.page.evaluate("document.activeElement.blur()")
                opened.page.keyboard.press(place)
                for written, is_cut, whole, size in opened.page.evaluate(LABELS):
                    assert not is_cut, (written, numbers)
                    assert not written or as_number(written) == pytest.approx(as_number(whole), rel=0.05)
                    assert 11 <= size <= 14
                    seen.add((written == whole, size < 14))
        opened.check()
    assert {(True, False), (True, True), (False, True)} <= seen


@pytest.mark.parametrize("width", [1200, 1000, 800])
def test_a_slope_and_a_sum_beside_it_begin_a_line_each_rather_than_be_torn(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    def net(u: Value, w: Value, x1: float, x2: float, x3: float, t: float) -> Value:
        h1 = (u * x1).tanh()
        h2 = (w * h1 + u * x2).tanh()
        h3 = (w * h2 + u * x3).tanh()
        return (h3 - t) ** 2

    torn = """() => [...document.querySelectorAll("#detail > span")].map((one) => {
      const room = document.getElementById("detail").clientWidth;
      const lines = [...one.querySelectorAll("math")].map((math) => math.getBoundingClientRect());
      const length = lines.reduce((sum, { width }) => sum + width, 0);
      const lowest = Math.max(...lines.map(({ top }) => top));
      return length < 0.97 * room && lowest > Math.min(...lines.map(({ bottom }) => bottom));
    })"""
    found: list[int] = []
    path = page(net, tmp_path / "a.html", u=0.5, w=1.5, x1=1, x2=-2, x3=0.5, t=1)
    with Watched(browser, path, {"width": width, "height": 900}) as opened:
        for k in range(1, int(opened.page.get_attribute("#slider", "max") or 0) + 1):
            opened.page.keyboard.press("ArrowRight")
            parts = opened.page.evaluate(torn)
            assert not any(parts), k
            assert opened.page.locator("#detail").is_visible() is bool(parts), k
            found.append(len(parts))
        opened.check()
    assert set(found) == {0, 1, 2}


@pytest.mark.parametrize("limit", ["live.STEPS", "STEPS"])  # of one view, and of all together
def test_a_branch_of_more_steps_than_a_page_has_room_for_is_refused_in_words(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(f"autograd_scalar.page.{limit}", 9)
    c, x = Value(1, label="c"), Value(2, label="x")
    waves = [x.sin().named("first")]
    for name in ("second", "third", "fourth"):
        waves.append(waves[-1].sin().named(name))
    result = functions.where(c, x * 2, waves[-1]).named("L")
    with Watched(browser, page(result, tmp_path / "a.html")) as opened:
        before = opened.page.evaluate(READ, [])
        assert "the choices go a way" in opened.page.evaluate(CHANGE, {"c": 0})
        assert opened.page.evaluate(CHANGE, {"c": 2, "x": 3}) == ""
        assert opened.page.evaluate(CHANGE, {"c": 1, "x": 2}) == ""
        assert opened.page.evaluate(READ, []) == before
        opened.check()


def test_a_bracket_that_begins_a_product_is_shown_as_the_engine_records_it(browser: Browser, tmp_path: Path) -> None:
    """With its numbers where they are short, and computed first where they would have to be rounded."""

    def f(a: Value, b: Value, c: Value) -> Value:
        return (a - b) * (b - c) + (a - b) / (a + c) + (a - c) * (b + c) / a

    start = {"a": 1.5, "b": 4.0, "c": 0.25}
    check_flips(browser, tmp_path / "a.html", f, start, {"b": 3.123456789}, {"a": -2.123456789}, start)


def test_a_choice_by_any_condition_is_shown_as_the_engine_records_it(browser: Browser, tmp_path: Path) -> None:
    unless = op(
        "unless(x, y)", "3 * y if not x else x * y if 0 < y < 2 else 2 * x",
        "0 if not x else y if 0 < y < 2 else 2", "3 if not x else x if 0 < y < 2 else 0",
    )  # fmt: skip
    start = {"x": 3.0, "y": 1.5}
    check_flips(browser, tmp_path / "a.html", unless, start, {"x": 0.0}, {"y": -1.5}, {"x": -1.0}, {"y": 2.0}, start)


def test_choices_within_one_step_that_go_very_many_ways(browser: Browser, tmp_path: Path) -> None:
    """Five places of a stair are thirty-two ways, of which a page has two dozen: of the others only the numbers."""
    value = " + ".join(f"(x if x > {n} else x * x)" for n in (0, 1, 2, 3, 4, 0))
    slope = " + ".join(f"(1 if x > {n} else 2 * x)" for n in (0, 1, 2, 3, 4, 0))
    stair = op("stair(x)", value, slope)
    check_flips(browser, tmp_path / "a.html", stair, {"x": -1.0}, {"x": 0.5}, {"x": 1.5}, {"x": 2.5})
    with Watched(browser, page(stair(Value(-1, label="x")).named("L"), tmp_path / "b.html")) as opened:
        before = opened.page.evaluate(READ, [])
        assert opened.page.evaluate(CHANGE, {"x": 9}) == ""
        assert opened.page.evaluate(ROWS)[-1] == "dL/dx = 6"
        assert opened.page.evaluate(READ, [])[-1]["why"] == "L rises 6 times as fast as x."
        assert opened.page.evaluate(CHANGE, {"x": -1}) == ""
        assert opened.page.evaluate(READ, []) == before
        opened.check()


CHOICES = [row for row in table.values() if row.built_in and any(" if " in t or "share" in t for t in row.written)]


@cache
def sides(name: str) -> list[Point]:
    """Points of one shape at which a row's choices go different ways: other words, or another slope's formula."""
    found: dict[str, Point] = {}
    for point in points(table[name], 300):
        numbers = flat(point)
        if not all(abs(x) < 20 for x in numbers) or len(numbers) > 4:
            continue
        first = next(iter(found.values()), point)
        try:
            steps = trace_of(read(apply(table[name], point.operands, first.parameters, iter("pqrs")).named("L")))
        except AutogradError:
            continue
        if shape(point) == shape(first):
            said = " ".join([step.reason for step in steps])
            found.setdefault(re.sub(r"−?[0-9][0-9.]*(·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?", "#", said), point)
    return list(found.values())[:5]


@pytest.mark.parametrize("name", [row.name for row in CHOICES if row.form != "select"])
def test_a_choice_that_goes_another_way_is_shown_as_the_engine_records_it(
    browser: Browser, tmp_path: Path, name: str
) -> None:
    first, *others = sides(name)
    assert others, "a choice that never goes another way"

    def f(*leaves: Value) -> Value:
        rest = iter(leaves)
        operands = [
            [next(rest) for _ in one] if isinstance(one, list | tuple) else next(rest) for one in first.operands
        ]
        made: Value = getattr(functions, name)(*operands, **first.parameters)
        return made

    start, *changes = (dict(zip("pqrs", flat(point), strict=False)) for point in (first, *others, first))
    check_flips(browser, tmp_path / "a.html", f, start, *changes)


def test_an_operation_of_the_user_s_is_live_too(browser: Browser, tmp_path: Path) -> None:
    op("cube(x)", "x**3", "3 * x**2")
    x = Value(2.0, label="x")
    with Watched(browser, page(x.cube().named("y"), tmp_path / "a.html")) as opened:  # type: ignore[attr-defined]
        assert opened.page.evaluate(CHANGE, {"x": 3}) == ""
        assert opened.page.evaluate(READ, [])[-1]["cards"] == [["3", "27"], ["27", "1"]]
        opened.check()


# ------------------------------------------------------------------------------------------------ ways to move


def test_keys_clicks_and_the_table_all_move(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        at = opened.page

        def position() -> str:
            return at.text_content("#position") or ""

        assert position() == "10 steps"
        at.keyboard.press("ArrowRight")
        assert position() == "step 1 of 10"
        at.keyboard.press("End")
        assert position() == "step 10 of 10"
        assert at.is_disabled("#next")
        at.keyboard.press("ArrowLeft")
        assert position() == "step 9 of 10"
        at.keyboard.press("Home")
        assert position() == "10 steps"
        at.click("#next")
        at.click("#next")
        at.click("#back")
        assert position() == "step 1 of 10"
        card = {name: f"[data-card='{i}']" for i, name in enumerate(("w", "x", "·", "b", "z", "a", "y", "−", "L"))}
        at.click(card["w"])
        assert position() == "step 8 of 10"
        at.click(card["a"])
        assert position() == "step 2 of 10"  # after the last of its steps comes the first again
        at.click(card["a"])
        assert position() == "step 5 of 10"
        at.click("tbody tr:nth-child(7)")
        assert position() == "step 7 of 10"
        assert at.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Go to step 7"
        opened.check()


def test_the_keyboard_alone_reaches_everything_and_the_focus_is_seen(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        at = opened.page
        reached = []
        for _ in range(40):
            at.keyboard.press("Tab")
            told = at.evaluate("""() => {
              const on = document.activeElement;
              const isCard = on.dataset.card !== undefined;
              const style = getComputedStyle(isCard ? on.querySelector("rect") : on);
              const isSeen = isCard ? style.strokeWidth === "3px" : style.outlineStyle !== "none";
              return [on.id || on.tagName, isCard ? on.getAttribute("aria-label") : null, isSeen];
            }""")
            if told[0] == "BODY":
                break
            assert told[2], told
            reached.append(told)
        ids = [one[0] for one in reached]
        assert {"drawing", "next", "slider", "predict", "leaf-0", "SUMMARY"} <= set(ids)
        assert sum(one[1] is not None for one in reached) == 9  # each card
        at.focus("[data-card]")
        at.keyboard.press("Enter")
        assert at.text_content("#position") == "step 8 of 10"
        at.focus("#leaf-0")
        at.keyboard.press("ArrowUp")
        assert at.input_value("#leaf-0") == "4"
        assert at.text_content("#position") == "step 8 of 10"
        opened.check()


PLACES = """() => {
  const boxes = () => ["back", "next", "slider", "predict"].map((id) => {
    const { x, y, width, height } = document.getElementById(id).getBoundingClientRect();
    return [x, y, width, height].join();
  }).join(" ");
  const seen = new Set([boxes()]);
  for (const start of ["Home", "End", "Home"]) {
    document.dispatchEvent(new KeyboardEvent("keydown", { key: start }));
    const button = document.getElementById(start === "Home" ? "next" : "back");
    while (!button.disabled) {
      button.click();
      seen.add(boxes());
    }
    if (start === "End") document.getElementById("predict").click();
  }
  return [...seen];
}"""


@pytest.mark.parametrize("width", [400, 500, 800, 1200])
def test_the_buttons_stay_where_they_are_at_every_step(browser: Browser, tmp_path: Path, width: int) -> None:
    with Watched(browser, page(wide(), tmp_path / "a.html"), {"width": width, "height": 800}) as opened:
        assert len(opened.page.evaluate(PLACES)) == 1
        opened.page.reload()
        next_: Any = opened.page.locator("#next").bounding_box()
        opened.page.mouse.move(next_["x"] + 5, next_["y"] + 5)
        for _ in range(8):
            opened.page.mouse.down()
            opened.page.mouse.up()
        assert (opened.page.text_content("#position") or "").startswith("step 8 of ")


# -------------------------------------------------------------------------------------------------------- predict


def test_predict_hides_each_slope_until_it_was_answered(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        at = opened.page
        at.click("#predict")
        assert at.get_attribute("#predict", "aria-pressed") == "true"
        for _ in range(4):
            at.keyboard.press("ArrowRight")
        assert at.is_hidden("#question")
        at.keyboard.press("ArrowRight")
        assert at.is_visible("#question")
        assert at.text_content("label[for=answer]") == "dL/da ="
        assert at.is_hidden("#why")  # it is the gradient itself
        assert at.locator(".slope.lit").all_text_contents() == ["?", "?"]
        seen = at.inner_text("main")
        assert "= 4" not in seen.replace("= (7 − 5)² = 4", "")  # neither formula nor table nor drawing gives it away
        assert at.evaluate(ROWS)[6] == "dL/dz = dL/da · da/dz = ?"
        for nothing in ("four", "2·(7 − 5", "4)", "1 2", "3·", "1.2.3", "NaN", "alert(1)"):
            at.fill("#answer", nothing)
            at.keyboard.press("Enter")
            assert "A number, please, or a formula" in (at.text_content("#verdict") or "")
        at.fill("#answer", "5")
        at.keyboard.press("Enter")
        assert at.text_content("#verdict") == "Not 5. Try again, or check an empty field: that shows it."
        assert at.locator(".slope.lit").all_text_contents() == ["?", "?"]
        at.keyboard.type("8/2")  # in its place
        at.keyboard.press("Enter")
        assert at.text_content("#verdict") == "Right: dL/da = 4. 1 of 6 right (2 tries)."
        assert at.locator(".slope.lit").all_text_contents() == ["1", "4"]  # the drawing tells it now
        assert "?" not in at.inner_text("#drawing")
        assert at.evaluate(ROWS)[4] == "dL/da = 2(a − y) = 2·(7 − 5) = 4"
        at.keyboard.press("Enter")  # on Next
        assert at.text_content("label[for=answer]") == "dL/dy ="
        at.fill("#answer", "-8/2")
        at.click("#question button")
        assert at.text_content("#verdict") == "Right: dL/dy = −4. 2 of 6 right (3 tries)."
        at.keyboard.press("ArrowRight")
        assert at.text_content("label[for=answer]") == "da/dz ="
        assert at.text_content("#asked") == "dadz="  # as large as any formula, and no other one beside it
        sizes = at.evaluate("[asked, why].map((one) => parseFloat(getComputedStyle(one).fontSize))")
        assert sizes[0] > 1.6 * sizes[1]
        assert at.is_hidden("#formula")
        assert at.text_content("#why") == "Only this slope is asked for: the last factor of dL/dz = dL/da · da/dz."
        assert at.locator(".slope.asked").all_text_contents() == ["?"]
        at.keyboard.press("ArrowRight")  # gone on without an answer
        assert at.text_content("#why") == "Only this slope is asked for: the last factor of dL/dw = dL/dz · dz/dw."
        assert at.evaluate(ROWS)[6:8] == ["dL/dz = dL/da · da/dz = 4 · 1 = 4", "dL/dw = dL/dz · dz/dw = ?"]
        assert [grad for _, grad in at.evaluate(CARDS)] == ["?", "–", "?", "–", "4", "4", "−4", "4", "1"]
        at.keyboard.press("ArrowLeft")
        assert at.is_hidden("#question")
        at.keyboard.press("End")
        at.click("#question button")  # with nothing typed
        assert at.text_content("#verdict") == "dz/db = 1. 2 of 6 right (3 tries, 4 skipped)."
        assert at.evaluate("document.activeElement.id") == "back"  # there is no next step
        assert "?" not in at.inner_text("#drawing") + at.inner_text("#rows")
        at.click("#predict")
        assert at.is_hidden("#question")
        at.click("#predict")  # all is asked anew
        at.fill("#answer", "2")
        at.keyboard.press("Enter")
        at.fill("#answer", "1")
        at.keyboard.press("Enter")
        assert at.text_content("#verdict") == "Right: dz/db = 1. 1 of 6 right (2 tries)."
        at.click("#predict")
        assert at.is_hidden("#question")
        opened.check()


ANSWERS = {
    "0.00091": True, "9.1e-4": True, "0.000999": False, "0": False,
    # arithmetic
    "0.999089*(1 - 0.999089)": True, "0,999(1 − 0,999)": False, "1/1098.6": True, "2·3^2 − 17.99909": True,
    "-(−9.1)·10**-4": True, "(1/33.145)²": True, "8/2/4395.6": True, "1 - 0.5 - 0.49909": True, "-0.0302^2": False,
    # in the names of the graph
    "a(1 − a)": True, "-(1 - a)/(-1/a)": True, "a - a**2": True, "σ(z)(1 − σ(z))": True, "z": False, "2a": False,
    "exp(-z)/(1 + exp(-z))²": True, "0.00013z": True, "q(1 − a)": False, "constructor(z)": False, "exp": False,
}  # fmt: skip


@pytest.mark.parametrize(("typed", "right"), ANSWERS.items())
def test_an_answer_may_be_rounded_and_worked_out(browser: Browser, tmp_path: Path, typed: str, right: bool) -> None:
    z = Value(7, label="z")
    with Watched(browser, page(z.sigmoid().named("a"), tmp_path / "a.html")) as opened:
        opened.page.click("#predict")
        opened.page.keyboard.press("End")
        opened.page.fill("#answer", typed)
        opened.page.keyboard.press("Enter")
        assert (opened.page.text_content("#verdict") or "").startswith("Right") is right
        opened.check()


# ------------------------------------------------------------------------------------------- everybody can read it


def test_without_javascript_the_drawing_and_the_table_remain(browser: Browser, tmp_path: Path) -> None:
    trace, result = made(neuron())
    with Watched(browser, page(result, tmp_path / "a.html"), java_script_enabled=False) as opened:
        at = opened.page
        assert "Without JavaScript" in at.inner_text("noscript")
        assert at.locator("svg.autograd-graph [data-card]").count() == len(trace.nodes)
        shown = at.locator("[data-card] .grad").all_text_contents()
        assert shown == [number(node.grad) for node in trace.nodes]
        rows = at.locator("tbody tr").all_text_contents()
        assert [step.equation.text() in row for step, row in zip(trace, rows, strict=True)] == [True] * len(trace)
        for hidden in ("#controls", "#leaves", "#moment"):
            assert at.is_hidden(hidden)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_has_a_name_and_enough_contrast(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html"), color_scheme=scheme) as opened:
        at = opened.page
        at.click("#predict")
        for _ in range(6):
            at.keyboard.press("ArrowRight")
        unnamed = at.evaluate("""() => [...document.querySelectorAll("button, input, [role=button], output")]
          .filter((one) => !one.closest("[hidden]"))
          .filter((one) => !(one.textContent.trim() || one.getAttribute("aria-label") || one.labels?.length))
          .map((one) => one.outerHTML)""")
        assert unnamed == []
        assert at.evaluate("() => document.documentElement.lang") == "en"
        assert at.locator("main").count() == at.locator("h1").count() == 1
        ground = at.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert luminance(ground) > 0.9 if scheme == "light" else luminance(ground) < 0.02
        texts = at.evaluate("""() => {
          const found = {};
          const ground = (one) => {
            for (; one; one = one.parentElement) {
              const color = getComputedStyle(one).backgroundColor;
              if (!color.endsWith(", 0)")) return color;
            }
          };
          for (const one of document.querySelectorAll("main *")) {
            if (![...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
            if (!one.getClientRects().length || one.disabled || one.closest("noscript, .unseen")) continue;
            const style = getComputedStyle(one);
            const card = one.closest("[data-card]");
            const behind = card ? getComputedStyle(card.querySelector("rect")).fill : ground(one);
            const front = one instanceof SVGElement && one.tagName === "text" ? style.fill : style.color;
            found[`${one.tagName} ${one.getAttribute("class") ?? ""} ${front} on ${behind}`] = [front, behind];
          }
          return found;
        }""")
        assert len(texts) > 15
        assert {what: round(ratio, 2) for what, pair in texts.items() if (ratio := contrast(*pair)) < 4.5} == {}
        opened.check()


def luminance(color: str) -> float:
    channels = [float(x) / 255 for x in re.findall(r"[\d.]+", color)[:3]]
    red, green, blue = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(front: str, behind: str) -> float:
    low, high = sorted((luminance(front), luminance(behind)))
    return (high + 0.05) / (low + 0.05)


def test_a_screen_reader_is_told_the_step(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(neuron(), tmp_path / "a.html")) as opened:
        at = opened.page
        assert at.get_attribute("#spoken", "aria-live") == "polite"
        for _ in range(6):
            at.keyboard.press("ArrowRight")
        spoken = at.text_content("#spoken") or ""
        assert spoken.startswith(
            "Step 6 of 10, backward: dL/dy = minus 2(a minus y) = minus 2 times (7 minus 5) = minus 4. "
        )
        assert spoken.endswith(at.text_content("#why") or "nothing")
        assert at.get_attribute("#slider", "aria-valuetext") == "step 6 of 10, backward"
        label = at.get_attribute("[data-card='0']", "aria-label")
        assert label == "w: value 3, no gradient yet"


def wide() -> Value:
    """A sum of many products, with names that fill a line."""
    inputs = [Value(0.5 + i / 10, label=f"input{i}") for i in range(9)]
    weights = [Value(0.3 - i / 10, label=f"weight{i}") for i in range(9)]
    score = functions.dot(weights, inputs).named("score")
    result: Value = score.sigmoid().log().named("L")
    return result


@pytest.mark.parametrize("width", [320, 390, 750, 1180])
@pytest.mark.parametrize("make", [neuron, wide])
def test_nothing_is_wider_than_the_window(browser: Browser, tmp_path: Path, width: int, make: Any) -> None:
    trace, _ = made(make())
    with Watched(browser, page(make(), tmp_path / "a.html"), {"width": width, "height": 800}) as opened:
        for step in trace.steps[:8]:
            opened.page.keyboard.press("ArrowRight")
            assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= width
            for name in ("formula", "detail"):  # a formula that is too wide goes on in the next line
                widths = f"(({{ scrollWidth, clientWidth }}) => scrollWidth - clientWidth)({name})"
                assert opened.page.evaluate(widths) <= 0
            shown = opened.page.evaluate("[...formula.querySelectorAll('math')].map((m) => m.textContent).join('')")
            assert shown == text_of(step.equation.mathml())
        assert opened.page.locator("[data-card].lit").first.is_visible()
        opened.check()


@pytest.mark.parametrize("width", [400, 500, 800, 1200])
def test_no_text_of_the_drawing_is_small_and_none_of_it_moves_out_of_sight(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    """What has no room is scrolled: a shade tells where it goes on, and the node of each step is brought into view."""
    with Watched(browser, page(wide(), tmp_path / "a.html"), {"width": width, "height": 800}) as opened:
        at = opened.page
        at.keyboard.press("End")
        sizes = at.evaluate("""() => [...document.querySelectorAll("#drawing text, .legend span")].map((one) => {
          const scale = one.ownerSVGElement ? one.ownerSVGElement.getScreenCTM().a : 1;
          return parseFloat(getComputedStyle(one).fontSize) * scale;
        })""")
        assert len(sizes) > 80
        assert min(sizes) >= 11
        at.keyboard.press("Home")
        for k in range(1, int(at.get_attribute("#slider", "max") or 0) + 1):
            at.keyboard.press("ArrowRight")
            where = at.evaluate("""() => {
              const frame = document.getElementById("drawing");
              const { left, top } = frame.getBoundingClientRect();
              return [...document.querySelectorAll("[data-card].lit")].map((card) => {
                const box = card.getBoundingClientRect();
                return [box.left - left, left + frame.clientWidth - box.right,
                        box.top - top, top + frame.clientHeight - box.bottom];
              });
            }""")
            assert max(min(distances) for distances in where) >= 0, k
        opened.check()


def test_where_the_drawing_goes_on_a_shade_says_so(browser: Browser, tmp_path: Path) -> None:
    def shades() -> str:
        found = opened.page.locator(".beyond:not([hidden])").all()
        return " ".join((one.get_attribute("class") or "").removeprefix("beyond ") for one in found)

    with Watched(browser, page(wide(), tmp_path / "a.html"), {"width": 800, "height": 800}) as opened:
        at = opened.page
        assert shades() == "right under"
        box: Any = at.locator(".beyond.under").bounding_box()
        frame: Any = at.locator("#drawing").bounding_box()
        assert box["x"] == frame["x"]
        assert box["width"] == frame["width"]
        at.evaluate("drawing.scrollTo(1e5, 0)")
        at.locator(".beyond.left").wait_for()
        assert shades() == "left under"
        at.evaluate("drawing.scrollTo(5, 1e5)")
        at.locator(".beyond.over").wait_for()
        assert shades() == "left right over"
        opened.check()
    with Watched(browser, page(neuron(), tmp_path / "b.html"), {"width": 1200, "height": 800}) as opened:
        assert shades() == ""
        opened.page.set_viewport_size({"width": 700, "height": 800})
        opened.page.locator(".beyond.right").wait_for()
        opened.check()


def two_layers() -> Value:
    """All of it is within one bracket."""
    x, *w = (Value(1, label=name) for name in ("x", "w1", "b1", "w2", "b2", "v1", "v2", "c"))
    total = w[4] * (w[0] * x + w[1]).relu() + w[5] * (w[2] * x + w[3]).relu() + w[6]
    return (total**2).named("L")


def test_a_bracket_that_is_wider_than_its_line_is_written_smaller(browser: Browser, tmp_path: Path) -> None:
    with Watched(browser, page(two_layers(), tmp_path / "a.html"), {"width": 900, "height": 800}) as opened:
        assert opened.page.evaluate("formula.scrollWidth <= formula.clientWidth")
        small = opened.page.evaluate("formula.style.fontSize")
        assert float(small.removesuffix("px")) >= 14
        opened.page.keyboard.press("End")
        assert opened.page.evaluate("formula.style.fontSize") == ""
        opened.check()


def test_in_a_cell_that_is_not_in_sight_yet_it_takes_its_size_when_it_comes(browser: Browser) -> None:
    tab = browser.new_page(viewport={"width": 1130, "height": 900})
    tab.set_content(f"<div hidden>{page(two_layers()).frame()}</div>")
    inside = tab.frames[1]
    tab.evaluate("document.querySelector('div').hidden = false")
    inside.wait_for_selector(".beyond.right", timeout=PATIENCE)
    assert inside.evaluate("formula.scrollWidth <= formula.clientWidth")
    tab.close()


# -------------------------------------------------------------------------------------------------------- hostile


def test_hostile_names_are_text_everywhere(browser: Browser, tmp_path: Path) -> None:
    leaves = [Value(float(i), label=label) for i, label in enumerate(HOSTILE, 1)]
    middle = functions.sum(leaves).named('</title><script>alert("m")</script>')
    result = (middle**2).named(HOSTILE[0] + "!")
    path = page(result, tmp_path / "a.html", title=HOSTILE[0])
    with Watched(browser, path) as opened:
        at = opened.page
        check_against(at.evaluate(READ, []), at.evaluate(ROWS), made(result)[0])
        assert at.title() == HOSTILE[0]
        assert at.text_content("h1") == HOSTILE[0]
        assert at.locator("img, iframe, a").count() == 0
        assert at.locator("script").count() == 2
        assert HOSTILE[1] in at.locator("#fields label").all_text_contents()
        opened.check()


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.policy = ""
        self.json = ""
        self._in_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"] or ""
        self._in_data = tag == "script" and given.get("id") == "data"
        assert not [name for name in given if name.startswith("on")]
        assert "style" not in given
        assert "src" not in given

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.json += data

    def handle_endtag(self, tag: str) -> None:
        self._in_data = self._in_data and tag != "script"


def test_the_policy_allows_this_page_and_nothing_else() -> None:
    parsed = _Parser()
    parsed.feed(page(Value(1.0, label=HOSTILE[0]).exp()).html)
    assert parsed.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in parsed.policy
    assert "eval" not in parsed.policy
    assert parsed.tags.count("script") == 2
    [view] = json.loads(parsed.json)["views"].values()
    assert view["names"] == [HOSTILE[0]]


def test_the_policy_stops_what_it_does_not_know(browser: Browser, tmp_path: Path) -> None:
    """The page's own hash is what lets it run: changed by a letter, it stands still."""
    path = page(neuron(), tmp_path / "a.html")
    path.write_text(path.read_text(encoding="utf-8").replace('"use strict";', '"use strict" ;', 1), encoding="utf-8")
    with Watched(browser, path) as opened:
        assert opened.page.is_hidden("#controls")
        assert any("Content Security Policy" in one for one in opened.trouble)
