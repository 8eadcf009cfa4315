"""A drawing says what the graph holds, whatever the names are, and is written whole or not at all."""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import Value, custom, gradients
from autograd_scalar.draw import COUNTED, NEAR, READABLE, Card, Drawing, Wire, draw, to_graphviz, tree
from autograd_scalar.draw.style import DARK, LIGHT
from autograd_scalar.errors import AutogradError, UsageError
from autograd_scalar.functions import dot, maximum, prod, where
from autograd_scalar.graph import topological_order
from autograd_scalar.nn import MLP

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.once

SVG = "{http://www.w3.org/2000/svg}"
EVIL = [
    "</script><img src=x onerror=alert(1)>",
    '"]; evil',
    "a\\",
    "<<table",
    "&amp;",
    "\x00\x1b[31m",
    "\ud800",
    "{x|y}",
]


def neuron() -> tuple[Value, dict[str, Value]]:
    x, w, b, y = (Value(v, label=name) for name, v in (("x", 2.0), ("w", 3.0), ("b", 1.0), ("y", 5.0)))
    z = (w * x + b).named("z")
    a = z.relu().named("a")
    loss = ((a - y) ** 2).named("L")
    return loss, {"x": x, "w": w, "b": b, "y": y, "z": z, "a": a, "L": loss}


def chain(n: int) -> Value:
    v = Value(0.5, label="x")
    for _ in range(n):
        v = v.tanh()
    return v.named("y")


def parsed(svg: str | bytes) -> ET.Element:
    return ET.fromstring(svg)


def as_float(text: str) -> float:
    """Read a number as it is shown: −2, 1.5·10⁻⁹, 10²⁰."""
    assert text
    mantissa, power = re.fullmatch(r"(−?[\d.]*?)·?(?:10([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+))?", text).groups()  # type: ignore[union-attr]  # or fail
    exponent = (power or "⁰").translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
    number = mantissa.replace("−", "-")
    return float(f"{number if number not in {'', '-'} else number + '1'}e{exponent}")


def texts(svg: str, kind: str) -> list[str]:
    return [e.text or "" for e in parsed(svg).iter(f"{SVG}text") if kind in e.get("class", "").split()]


MAKERS: list[Callable[[Value, Value], Value]] = [
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, _: a.tanh(),
    lambda a, _: a.relu(),
    lambda a, _: a - 2,
    lambda a, b: dot([a, b], [b, 3.0]),
]


@st.composite
def values(draw: st.DrawFn) -> Value:
    """A graph with reuse, some of its nodes named, after a backward pass."""
    nodes = [Value(draw(st.floats(-2, 2)), label=name) for name in ("u", "v", "")]
    for i in range(draw(st.integers(1, 12))):
        a, b = (nodes[draw(st.integers(0, len(nodes) - 1))] for _ in range(2))
        make = draw(st.sampled_from(MAKERS))
        nodes.append(make(a, b).named(f"n{i}" if draw(st.booleans()) else ""))
    nodes[-1].backward()
    return nodes[-1]


# ------------------------------------------------------------------------------------------------- what it says


def test_the_neuron_card_by_card() -> None:
    loss, _ = neuron()
    before = draw(loss)
    loss.backward()
    picture = draw(loss)
    shown = [(card.name, card.op, card.data, card.grad, card.kind) for card in picture.cards]
    assert shown == [
        ("w", "", "3", "8", "leaf"),
        ("x", "", "2", "12", "leaf"),
        ("", "·", "6", "4", "inner"),
        ("b", "", "1", "4", "leaf"),
        ("z", "+", "7", "4", "inner"),
        ("a", "relu", "7", "4", "inner"),
        ("y", "", "5", "−4", "leaf"),
        ("", "−", "2", "4", "inner"),
        ("L", "( )²", "4", "1", "output"),
    ]
    assert [wire.slope for wire in picture.wires] == ["2", "3", "1", "1", "1", "1", "−1", "4"]
    assert [wire.flow for wire in picture.wires] == [8, 12, 4, 4, 4, 4, 4, 4]
    assert {card.grad for card in before.cards} == {"–"}
    assert {wire.flow for wire in before.wires} == {None}
    assert [card.number for card in picture.cards] == list(range(9))


def test_plain_numbers_stand_in_the_operation_and_are_no_nodes() -> None:
    x = Value(2.0, label="x")
    shown = {
        "·2": x * 2, "3·": 3 * x, "( ) + 1": x + 1, "1 − ( )": 1 - x, "( ) / 4": x / 4, "1 / ( )": 1 / x, "( )³": x**3,
        "( )⁻¹": x**-1, "( )^0.5": x**0.5, "2^( )": 2**x, "max(…, 0)": maximum(x, 0), "Σ w·x": dot([x], [3.0]),
        "Σ w·x + 7": dot([x], [3.0], 7.0), "leaky_relu(…, 0.2)": x.leaky_relu(slope=0.2), "σ": x.sigmoid(),
        "| |": abs(x),
        "−( )": -x, "√": x.sqrt(),
    }  # fmt: skip
    assert {draw(v).cards[-1].op for v in shown.values()} == set(shown)
    assert all(len(draw(v).cards) == 2 for v in shown.values())


def test_a_node_used_twice_by_one_operation_has_two_lines() -> None:
    x = Value(3.0, label="x")
    picture = draw(x * x)
    assert [wire.slope for wire in picture.wires] == ["3", "3"]
    first, second = picture.plan.routes
    assert max(abs(a[1] - b[1]) for a, b in zip(first, second, strict=True)) > 10


def test_a_shut_line_is_dashed_and_a_wider_line_carries_more() -> None:
    w, x = Value(-3.0, label="w"), Value(2.0, label="x")
    shut = (w * x).relu() + 100 * x
    shut.backward()
    picture = draw(shut)
    assert [wire.shut for wire in picture.wires if wire.slope == "0"] == [True]
    lines = [e for e in parsed(picture.svg).iter(f"{SVG}path") if e.get("data-wire")]
    assert [("shut" in e.get("class", "").split()) for e in lines] == [wire.shut for wire in picture.wires]
    width = {wire.slope: float(e.get("stroke-width", "0")) for e, wire in zip(lines, picture.wires, strict=True)}
    assert width["100"] > width["1"]
    assert "stroke-dasharray" in picture.svg
    assert "shut: slope 0" in picture.svg


def test_an_infinite_or_missing_slope_is_drawn_too() -> None:
    x = Value(0.0, label="x")
    y = x.sqrt() * 0.0
    y.backward()
    assert [wire.slope for wire in draw(y).wires] == ["∞", "0"]
    assert parsed(draw(y).svg).get("role") == "img"


def test_the_unchosen_side_of_where_is_no_route() -> None:
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    picture = draw(where(x > 0, x, y))
    assert {card.name for card in picture.cards} >= {"x"}


@given(values())
def test_every_node_is_drawn_once_and_every_use_is_a_line(root: Value) -> None:
    picture = draw(root)
    seen: dict[int, Value] = {}
    stack = [root]
    while stack:
        v = stack.pop()
        if id(v) not in seen:
            seen[id(v)] = v
            stack.extend(v.parents)
    assert len(picture.cards) == len(seen)
    assert len(picture.wires) == sum(len(v.parents) for v in seen.values())
    document = parsed(picture.svg)
    assert [e.get("data-card") for e in document.iter(f"{SVG}g") if e.get("data-card")] == [
        str(i) for i in range(len(seen))
    ]
    assert draw(root).svg == picture.svg
    assert draw(root).dot == picture.dot


@given(values(), st.booleans())
def test_the_slopes_times_the_gradients_add_up_folded_or_not(root: Value, fold: bool) -> None:
    picture = draw(root, fold=fold)
    read = [as_float(card.grad) for card in picture.cards]
    total = [0.0] * len(read)
    size = [1e-12] * len(read)
    for wire in picture.wires:
        assert wire.source < wire.target
        part = as_float(wire.slope) * read[wire.target]
        total[wire.source] += part
        size[wire.source] += abs(part)
    for i in range(len(read) - 1):
        assert math.isclose(total[i], read[i], abs_tol=3e-5 * size[i])


# ------------------------------------------------------------------------------------------------------- names


def test_a_label_wins_over_a_name_and_digits_are_subscripts() -> None:
    labelled, other = Value(1.0, label="w1"), Value(2.0)
    picture = draw(labelled * other, names=lambda v: "x2" if v is other else "never" if v is labelled else None)
    assert [card.name for card in picture.cards] == ["w₁", "x₂", ""]


def test_two_names_that_look_alike_are_shown_as_typed() -> None:
    picture = draw(Value(1.0, label="w1") + Value(1.0, label="w_1"))
    assert {card.name for card in picture.cards[:2]} == {"w1", "w_1"}


def test_names_are_text_wherever_they_stand() -> None:
    v = Value(1.0, label="start")
    for name in EVIL:
        v = (v + Value(2.0, label=name)).named(f"{name}!")
    picture = draw(v, fold=lambda u: u.label if u.label.startswith("<") else None)
    for some in (draw(v), picture):
        document = parsed(some.svg)
        assert {e.tag.removeprefix(SVG) for e in document.iter()} <= {
            "svg", "title", "desc", "style", "g", "rect", "path", "text"
        }  # fmt: skip
    assert EVIL[1] in texts(draw(v).svg, "name")
    assert any("onerror=alert(1)" in (e.text or "") for e in parsed(draw(v).svg).iter(f"{SVG}title"))
    if shutil.which("dot"):
        for text in (draw(v).dot, to_graphviz(v).source):
            done = subprocess.run(["dot", "-Tsvg"], input=text.encode(), capture_output=True, check=True)  # noqa: S607  # Graphviz, as the user has it
            document = parsed(done.stdout)
            assert not list(document.iter(f"{SVG}img"))
            assert len([e for e in document.iter(f"{SVG}g") if e.get("class") == "node"]) == 2 * len(EVIL) + 1
    assert "\n" not in tree(v).splitlines()[1]


# ----------------------------------------------------------------------------------------------------- folding


def test_folding_makes_the_named_steps_and_their_slopes() -> None:
    loss, _ = neuron()
    loss.backward()
    picture = draw(loss, fold=True)
    assert [card.name for card in picture.cards] == ["w", "x", "b", "z", "a", "y", "L"]
    slope = {(picture.cards[w.source].name, picture.cards[w.target].name): w.slope for w in picture.wires}
    assert [card.op for card in picture.cards if card.nodes > 1] == ["w·x + b", "(a − y)²"]
    assert slope["a", "L"] == "4"
    assert slope["w", "z"] == "2"
    assert picture.notes == ("9 nodes, folded into the named steps: 7 cards",)
    assert picture.notes[0] in texts(picture.svg, "note")


def test_what_several_cards_use_is_a_card_of_its_own() -> None:
    x = Value(0.5, label="x")
    first, second = x.tanh(), x.exp()
    y = ((first + second).named("s") * (first - second).named("d")).named("y")
    y.backward()
    assert [card.name or card.op for card in draw(y, fold=True).cards] == ["x", "tanh", "exp", "s", "d", "y"]


def two_layers() -> tuple[Value, Callable[[Value], tuple[str, ...] | None]]:
    x = [Value(0.3, label="x1"), Value(-0.2, label="x2")]
    owner: dict[int, tuple[str, ...]] = {}
    for layer in (1, 2):
        out = []
        for k in range(3):
            w = [Value(0.1 * k + 0.2) for _ in x]
            z = dot(w, x)
            out.append(z.tanh())
            owner |= dict.fromkeys(map(id, [*w, z, out[-1]]), (f"layer {layer}", f"neuron {k + 1}"))
        x = out
    root = (x[0] + x[1] + x[2]).named("s")
    root.backward()
    return root, lambda v: owner.get(id(v))


def test_a_callable_folds_by_neuron_or_by_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    root, neuron_of = two_layers()
    names = [card.name for card in draw(root, fold=neuron_of).cards if card.kind == "fold"]
    assert names == [f"layer {layer} neuron {k}" for layer in (1, 2) for k in (1, 2, 3)]
    layers = draw(root, fold=lambda v: (neuron_of(v) or (None,))[0])
    assert [(card.name, card.data) for card in layers.cards if card.kind == "fold"] == [
        ("layer 1", "3 results"),
        ("layer 2", "3 results"),
    ]
    monkeypatch.setattr("autograd_scalar.draw.folding.READABLE", 7)
    assert [card.name for card in draw(root, fold=neuron_of).cards if card.kind == "fold"] == ["layer 1", "layer 2"]


def test_a_callable_that_names_no_group_folds_nothing() -> None:
    root, _ = two_layers()
    assert len(draw(root, fold=lambda _: None).cards) == len(draw(root, fold=False).cards)


def test_groups_that_are_too_many_at_every_level_are_drawn_around_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    root, neuron_of = two_layers()
    monkeypatch.setattr("autograd_scalar.draw.folding.READABLE", 1)
    assert [card.name for card in draw(root, fold=neuron_of).cards if card.kind == "fold"] == ["layer 1", "layer 2"]


def test_a_group_that_is_left_and_entered_again_is_taken_apart() -> None:
    x = Value(1.0, label="x")
    a = x.tanh()
    b = a.exp()
    c = a * b
    picture = draw(c, fold=lambda v: "outer" if v is a or v is c else None)
    assert len(picture.cards) == 4
    assert all(wire.source < wire.target for wire in picture.wires)


def test_slopes_add_up_over_the_ways_inside_a_fold() -> None:
    x = Value(0.7, label="x")
    inner = x.tanh()
    root = (inner * inner + inner.exp()).named("y")
    root.backward()
    picture = draw(root, fold=lambda v: "all of it" if v.op else None)
    assert [wire.slope for wire in picture.wires] == [picture.cards[0].grad]
    assert (picture.cards[1].name, picture.cards[1].nodes, picture.cards[1].kind) == ("all of it", 4, "output")


def test_a_large_graph_folds_by_itself_and_says_so() -> None:
    picture = draw(steps(READABLE))
    assert [card.name for card in picture.cards if card.kind != "leaf"] == ["a", "b", "y"]
    assert "folded" in picture.notes[0]
    assert "folded" in str(picture)
    assert "folded" in picture.svg
    assert len(draw(chain(READABLE - 1)).cards) == READABLE
    assert len(draw(chain(READABLE + 1), fold=False).cards) == READABLE + 2


def steps(n: int) -> Value:
    v = Value(0.5, label="x")
    for name in ("a", "b", "y"):
        for _ in range(n // 3):
            v = v.tanh()
        v = v.sin().named(name)
    return v


@pytest.mark.parametrize("what", ["a chain", "a network"])
def test_a_large_graph_without_names_is_drawn_around_the_output(what: str) -> None:
    if what == "a chain":
        root = chain(2 * READABLE)
    else:
        model = MLP(2, [16, 16, 1])
        root = sum(((model([a, b]) - 1) ** 2 for a in (0, 1) for b in (0, 1)), Value(0))
    picture = draw(root)
    assert len([card for card in picture.cards if card.kind != "more"]) == NEAR
    assert "more" in {card.kind for card in picture.cards}
    (note,) = picture.notes
    assert note.startswith(f"Of {len(topological_order(root)):,} nodes, the {NEAR} nearest the output are drawn; ")


def test_gradients_of_another_graph_are_not_drawn_as_this_ones() -> None:
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    (x * w).backward()
    other = ((Value(-3.0) * x).relu() + w).named("M")
    assert {card.grad for card in draw(other).cards} == {"–"}
    assert {wire.flow for wire in draw(other).wires} == {None}
    assert not draw(other).notes
    assert [line.split()[-1] for line in tree(other).splitlines()[1:]] == ["–"] * 6


@pytest.mark.parametrize(
    ("leaves", "said"),
    [
        (1, "x1.grad holds more than this pass, or was set"),
        (2, "x1.grad and x2.grad hold more"),
        (4, "x1.grad, x2.grad, x3.grad and x4.grad hold more"),
        (6, "x1.grad, x2.grad, x3.grad and those of 3 more leaves hold more"),
        (0, "The gradients of 2 leaves hold more than this pass, or were set: zero_grad() between passes"),
    ],
)
def test_what_several_passes_have_left_is_remarked(leaves: int, said: str) -> None:
    x = [Value(1.0 + i, label=f"x{i + 1}") for i in range(leaves)] or [Value(2.0), Value(3.0)]
    root = (prod(x) * 2).named("L")
    root.backward(3.0)
    assert draw(root).notes == ()
    assert "holds" not in tree(root)
    root.backward()
    said = said.replace("x1", "x₁").replace("x2", "x₂").replace("x3", "x₃").replace("x4", "x₄")
    assert draw(root).notes[0].startswith(said)
    assert draw(root, to=x).notes[0].startswith(said)
    assert str(tree(root)).splitlines()[-1].startswith(said)
    root.zero_grad()
    root.backward()
    assert draw(root).notes == ()


def test_what_folding_cannot_make_readable_is_drawn_around_the_output() -> None:
    named = Value(1.0, label="x")
    for i in range(2 * READABLE):
        named = named.tanh().named(f"t{i}")
    picture = draw(named)
    assert len([card for card in picture.cards if card.kind != "more"]) == NEAR
    assert [card.kind for card in picture.cards].count("more") == 1
    assert f"the {NEAR} nearest the output" in str(picture)


@pytest.mark.slow
def test_very_large_graphs_answer() -> None:
    large = chain(100_000)
    assert len(draw(large).cards) == NEAR + 1
    assert "shortened" in tree(large)
    huge = chain(1_000_000)
    picture = draw(huge)
    assert picture.svg
    assert f"more than {COUNTED:,} nodes" in str(picture)
    assert "shortened" in tree(huge)
    with pytest.raises(UsageError, match="too many to draw with fold=False"):
        draw(huge, fold=False)
    with pytest.raises(UsageError, match="at most"):
        draw(large, fold=False)


def test_near_the_output_what_is_used_twice_stands_once_and_before_its_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    def skips(n: int) -> Value:
        """Each node is made from the two before it: what is nearest to the output is not in order of recording."""
        before, now = Value(0.1), Value(0.2)
        for _ in range(n):
            before, now = now, now * 0.5 + before
        return now

    near = draw(skips(2 * READABLE))
    monkeypatch.setattr("autograd_scalar.draw.reading.COUNTED", 10 * NEAR)
    cut = draw(skips(2 * READABLE))
    for picture in (near, cut):
        assert len([card for card in picture.cards if card.kind != "more"]) == NEAR
        assert all(wire.source < wire.target for wire in picture.wires)
        numbers = [card.number for card in picture.cards if card.number >= 0]
        assert len(set(numbers)) == len(numbers)
    assert f"more than {10 * NEAR:,} nodes" in str(cut)


def test_a_note_is_broken_at_the_edge_of_a_narrow_drawing() -> None:
    x = Value(2.0, label="x")
    y = (x * x).named("y")
    x.data = 3.0
    (note,) = draw(y).notes
    texts = [text.text or "" for text in ET.fromstring(draw(y).svg).iter(f"{SVG}text") if text.get("class") == "note"]
    assert len(texts) > 1
    assert " ".join(texts) == note


def test_the_room_is_called_as_its_function_is() -> None:
    """``import autograd_scalar.draw`` puts the folder where the function of the same name was."""
    import autograd_scalar
    import autograd_scalar.draw

    assert autograd_scalar.draw(Value(2.0, label="x")).cards == draw(Value(2.0, label="x")).cards


def test_to_draws_only_what_lies_between() -> None:
    loss, by_name = neuron()
    assert [card.name or card.op for card in draw(loss, to=by_name["w"]).cards] == ["w", "·", "z", "a", "−", "L"]
    both = draw(loss, to=[by_name["b"], by_name["y"]])
    assert [card.name or card.op for card in both.cards] == ["b", "z", "a", "y", "−", "L"]
    assert [card.number for card in both.cards] == [3, 4, 5, 6, 7, 8]
    with pytest.raises(UsageError, match="q does not reach L: no operation that made L used it"):
        draw(loss, to=Value(1.0, label="q"))


# ------------------------------------------------------------------------------------------- pictures and files


def test_a_drawing_is_plain_data() -> None:
    loss, _ = neuron()
    picture = draw(loss)
    assert isinstance(picture, Drawing)
    for part in (*picture.cards, *picture.wires):
        assert isinstance(part, Card | Wire)
        assert all(isinstance(getattr(part, f), str | int | float | tuple | None) for f in part.__slots__)
    bundle = picture._repr_mimebundle_(include=None)
    source = re.search('base64,([^"]*)', bundle.pop("text/html"))
    assert source is not None
    assert b64decode(source[1]).decode() == picture.svg
    assert bundle == {"image/svg+xml": picture.svg, "text/plain": str(picture)}
    assert picture._repr_svg_() == picture.svg


def test_svg_is_described_for_those_who_do_not_see_it() -> None:
    loss, _ = neuron()
    loss.backward()
    document = parsed(draw(loss).svg)
    assert document.get("role") == "img"
    assert document.get("aria-label") == "Graph of L: 9 nodes, 8 edges"
    assert document[0].tag == f"{SVG}title"
    assert "z = +: value 7, gradient 4" in (document[1].text or "")


def test_light_dark_and_no_ground() -> None:
    loss, _ = neuron()
    auto, light, dark = (draw(loss, theme=theme).svg for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme" in auto
    assert "prefers-color-scheme" not in light + dark
    assert "#0b5cad" in light
    assert "#0b5cad" not in dark
    assert 'class="ground"' in auto
    assert 'class="ground"' not in draw(loss, ground=False).svg
    with pytest.raises(UsageError, match="theme"):
        draw(loss, theme="mauve")


@pytest.mark.parametrize("ground", ["#ffffff", "#12161c"])
def test_texts_can_be_read_on_the_ground_and_on_the_cards(ground: str) -> None:
    def light_of(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    palette = LIGHT if ground == LIGHT["ground"] else DARK
    for text in ("ink", "soft", "forward", "backward"):
        for under in ("ground", "card", "leaf", "lit"):
            if text == "soft" and under in {"leaf", "lit"}:
                continue  # nothing soft is written there
            a, b = sorted((light_of(palette[text]), light_of(palette[under])))
            assert (b + 0.05) / (a + 0.05) >= 4.5, (text, under)


def test_a_slope_that_nobody_knows_is_a_dash() -> None:
    x = Value(2.0, label="x")
    cube = custom(lambda x: x**3, [lambda x: 3 * x**2], name="cube")
    (derivative,) = gradients(cube(x), [x])  # of the slope that is a callable no slope is known
    assert [wire.slope for wire in draw(derivative).wires] == ["–", "1"]
    assert [wire.slope for wire in draw(x * math.nan).wires] == ["NaN"]  # computed, and not a number


def test_a_frame_lights_what_it_is_told_and_moves_nothing() -> None:
    loss, _ = neuron()
    loss.backward()
    picture = draw(loss)
    frame = picture.frame(lit=[4, 5], lit_wires=[4], data={0: "9"}, grad={0: "–"})
    lit = [e for e in parsed(frame).iter() if "lit" in e.get("class", "").split()]
    assert {e.get("data-card") or e.get("data-wire") for e in lit} == {"4", "5"}
    assert len(lit) == 3
    plain = [e.get("transform") for e in parsed(picture.svg).iter(f"{SVG}g")]
    assert [e.get("transform") for e in parsed(frame).iter(f"{SVG}g")] == plain
    assert "9" in texts(frame, "data")
    assert picture.frame() == picture.svg


def test_save_goes_by_the_suffix(tmp_path: Path) -> None:
    loss, _ = neuron()
    picture = draw(loss, tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text(encoding="utf-8") == picture.svg
    assert str(picture) == f"{tmp_path / 'graph.svg'}: L, 9 nodes, 8 edges"
    picture.save(tmp_path / "graph.dot")
    assert (tmp_path / "graph.dot").read_text(encoding="utf-8") == picture.dot
    with pytest.raises(UsageError, match=r"\.svg, \.dot, \.png or \.pdf"):
        picture.save(tmp_path / "graph.jpg")
    with pytest.raises(FileNotFoundError, match="nowhere"):
        picture.save(tmp_path / "nowhere" / "graph.svg")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["graph.dot", "graph.svg"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "graph.svg"
    place.write_text("old", encoding="utf-8")

    def full(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        draw(Value(1.0), place)
    assert place.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["graph.svg"]


@pytest.mark.parametrize(("suffix", "start"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_png_and_pdf_need_graphviz_and_say_so(
    suffix: str, start: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss, _ = neuron()
    if shutil.which("dot"):
        draw(loss, tmp_path / f"graph.{suffix}")
        assert (tmp_path / f"graph.{suffix}").read_bytes().startswith(start)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(AutogradError, match=r"install Graphviz.*or write \.svg"):
        draw(loss, tmp_path / f"other.{suffix}")
    monkeypatch.setitem(sys.modules, "graphviz", None)
    with pytest.raises(AutogradError, match="pip install graphviz"):
        draw(loss, tmp_path / f"other.{suffix}")
    assert not (tmp_path / f"other.{suffix}").exists()


def test_at_a_prompt_the_picture_says_where_it_went(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = draw(neuron()[0])
    monkeypatch.delattr(sys, "ps1", raising=False)
    assert repr(picture) == str(picture)
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    where = Path(repr(picture).partition(": L,")[0])
    assert where.read_text(encoding="utf-8") == picture.svg
    assert Path(repr(picture).partition(": L,")[0]) != where, "two pictures, two files"
    shutil.rmtree(where.parent)
    again = Path(repr(picture).partition(": L,")[0])
    assert again.read_text(encoding="utf-8") == picture.svg, "the folder was tidied away, and is there again"
    shutil.rmtree(again.parent)


def test_the_package_object_holds_the_same_graph() -> None:
    graph = to_graphviz(neuron()[0])
    assert type(graph).__name__ == "Digraph"
    assert graph.source.count("->") == 8
    assert draw(neuron()[0]).dot.count("->") == 8


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_hashes() -> None:
    program = (
        "from autograd_scalar import Value; from autograd_scalar.draw import draw\n"
        "x = [Value(0.1 * i, label=f'x{i}') for i in range(6)]\n"
        "y = sum((a * b).tanh() for a in x for b in x)\n"
        "y.backward(); d = draw(y); print(d.svg, d.dot)"
    )
    said = {
        subprocess.run(  # this Python, on the program above
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(said) == 1


# -------------------------------------------------------------------------------------------------------- tree


def test_the_tree_of_the_neuron() -> None:
    loss, _ = neuron()
    loss.backward()
    assert (
        tree(loss)
        == io.StringIO(
            """\
                  value  gradient
L = ( )²              4         1
└─ −                  2         4
   ├─ a = relu        7         4
   │  └─ z = +        7         4
   │     ├─ ·         6         4
   │     │  ├─ w      3         8
   │     │  └─ x      2        12
   │     └─ b         1         4
   └─ y               5        −4"""
        ).read()
    )


def test_a_shared_node_is_written_out_once() -> None:
    x = Value(2.0, label="x")
    shared = x.exp()
    lines = tree((shared * shared).named("y")).splitlines()
    assert [line.split("  ")[0] for line in lines[1:2]] == ["y = ·"]
    assert sum("exp" in line for line in lines) == 1
    mark = next(line for line in lines if "exp" in line).split("(")[1].split(")")[0]
    assert lines[-1].endswith(f"({mark})  ↑")


def test_a_long_tree_ends_and_says_so() -> None:
    wide = Value(0.0)
    for i in range(100):
        wide = wide + Value(float(i), label=f"v{i}")
    lines = tree(wide, limit=10).splitlines()
    assert len(lines) == 12
    assert lines[-1] == "… shortened: 10 of 201 nodes are shown"
    assert max(map(len, tree(chain(5000)).splitlines())) < 130


def test_an_edited_leaf_is_noted() -> None:
    w = Value(2.0, label="w")
    z = (w * 3).named("z")
    assert "edited" not in tree(z) + str(draw(z))
    w.data = 5.0
    said = "was edited after mul had used it: the numbers of the results shown are those of before the edit"
    assert said in tree(z).splitlines()[-1]
    assert any(said in note for note in draw(z).notes)


def test_a_tree_at_the_prompt_is_shown_as_lines() -> None:
    shown = tree((Value(2.0, label="x") * 2).named("y"))
    assert isinstance(shown, str)
    assert repr(shown) == str(shown)
    assert "\n" in repr(shown)


def test_a_long_name_keeps_what_tells_it_from_others() -> None:
    weights = [Value(float(place), label=f"n.layers[0].neurons[0].w[{place}]") for place in range(3)]
    shown = tree((weights[0] * weights[1] * weights[2]).named("y"))
    assert "…[0].neurons[0].w[2]" in shown
    picture = draw((weights[0] * weights[1]).named("y")).svg
    assert "…[0].neurons[0].w[0]</text>" in picture
    assert "…[0].neurons[0].w[1]</text>" in picture
    long = tree(Value(1.0, label="a_very_long_name_for_one_single_thing"))
    assert "a_very_long_…ingle_thing" in long
