"""Of any chain, right factors are called right however they are put together; a wrong one is called wrong, alone."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable

import pytest

from autograd_scalar import Value
from autograd_scalar.explain import check_derivation
from autograd_scalar.explain.checking import SLIPS, Check
from autograd_scalar.functions import log, sigmoid, softplus, tanh
from autograd_scalar.graph import topological_order

pytestmark = pytest.mark.once

Link = tuple[Callable[[Value, Value], Value], str]

LINKS: dict[str, Link] = {
    "multiple": (lambda u, c: c * u, "{c}"),
    "shifted": (lambda u, c: c * u - 0.7, "{c}"),
    "sigmoid": (lambda u, _: u.sigmoid(), "{v}*(1-{v})"),
    "tanh": (lambda u, _: u.tanh(), "(1-{v}^2)"),
    "square": (lambda u, c: (u - c) ** 2, "2*({u}-{c})"),
    "softplus": (lambda u, _: u.softplus(), "sigmoid({u})"),
    "exponential": (lambda u, _: (-0.5 * u).exp(), "-0.5*{v}"),
}


class Chain:
    """A random chain, and the right derivative of its result, slope by slope."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.x = Value(self.random.uniform(0.2, 0.9), label="x")
        self.nodes = [self.x]
        self.slopes: list[str] = []
        for place in range(1, self.random.randint(3, 7)):
            below = self.nodes[0]
            node, c, slope = self._link(below, place)
            self.nodes.insert(0, node.named(f"v{place}"))
            self.slopes.insert(0, slope.format(u=below.label, v=node.label, c=c.label))

    def _link(self, below: Value, place: int) -> tuple[Value, Value, str]:
        """A step whose number and slope are of ordinary size, and whose slope is not 1."""
        while True:
            made, slope = LINKS[self.random.choice(sorted(LINKS))]
            c = Value(self.random.choice((-1, 1)) * self.random.uniform(1.1, 2.5), label=f"c{place}")
            node = made(below, c)
            before, _ = made(Value(below.data - 1e-6), c), made(Value(below.data + 1e-6), c)
            size = abs(node.data - before.data) / 1e-6
            if 0.02 < size < 4 and abs(size - 1) > 0.02 and abs(node.data) < 3:
                return node, c, slope

    def check(self, factors: list[str]) -> Check:
        return check_derivation(f"d{self.nodes[0].label}/dx = {' * '.join(factors)}", self.nodes[0], self.x)

    def number(self, text: str) -> float:
        names: dict[str, object] = {one.label: one.data for one in topological_order(self.nodes[0]) if one.label}
        names["sigmoid"] = lambda u: 1 / (1 + math.exp(-u))
        return float(eval(text.replace("^", "**"), names))

    def rewritten(self) -> list[str]:
        """The same product: some neighbours merged, some as numbers or derivatives, perhaps in another order."""
        factors = list(self.slopes)
        while len(factors) > 2 and self.random.random() < 0.4:
            place = self.random.randrange(len(factors) - 1)
            factors[place : place + 2] = [f"(({factors[place]})*({factors[place + 1]}))"]
        for place, one in enumerate(factors):
            if self.random.random() < 0.3:
                factors[place] = repr(self.number(one))
            elif one in self.slopes and self.random.random() < 0.5:
                at = self.slopes.index(one)
                factors[place] = f"d{self.nodes[at].label}/d{self.nodes[at + 1].label}"
        if self.random.random() < 0.5:
            self.random.shuffle(factors)
        return factors

    def spoiled(self, factor: str) -> str:
        by = self.random.choice(["1.370613", "-1", "0.411737", "2.613077"])
        if re.fullmatch(r"-?[0-9.e-]+", factor):
            return repr(float(by) * float(factor))
        return f"(-({factor}))" if by == "-1" else f"({by}*({factor}))"


@pytest.mark.parametrize("seeds", [range(start, start + 8) for start in range(0, 40, 8)])
def test_a_right_chain_is_right_and_of_one_wrong_factor_only_that_is_off(seeds: range) -> None:
    for seed in seeds:
        chain = Chain(seed)
        factors = chain.rewritten()
        found = chain.check(factors)
        assert found.is_right, f"{chain.slopes}\n{found}"
        place = chain.random.randrange(len(factors))
        factors[place] = chain.spoiled(factors[place])
        found = chain.check(factors)
        off = [one.written for one in found.findings if one.kind == "factor" and not one.is_right]
        assert off == [factors[place]], f"{chain.slopes}\n{found}"
        assert not found


def cancelling(numbers: list[float], by: list[float]) -> list[float]:
    """Numbers that are wrong one by one, with the same product."""
    rest = math.prod(by)
    return [number * factor for number, factor in zip(numbers, [*by, 1 / rest], strict=True)]


@pytest.mark.parametrize("digits", [2, 3, 6, 17])
@pytest.mark.parametrize("seeds", [range(start, start + 4) for start in (0, 4)])
def test_wrong_factors_are_off_though_their_product_is_near(seeds: range, digits: int) -> None:
    for seed in seeds:
        chain = Chain(seed)
        true = [chain.number(one) for one in chain.slopes]
        right = [f"{one:#.{digits}g}" for one in true]
        found = chain.check(right)
        is_right = {(one.written, one.means) for one in found.findings if one.kind == "factor" and one.is_right}
        assert len(is_right) in (0, len(true)), str(found)  # none is listed where other factors would do as well
        count = chain.random.randint(2, min(3, len(true)))
        places = sorted(chain.random.sample(range(len(true)), count))
        by = [chain.random.choice([0.71, 0.83, 1.17, 1.31]) for _ in places[1:]]
        if abs(math.prod(by) - 1) < 0.1:
            continue
        wrong = cancelling([true[place] for place in places], by)
        factors = list(right)
        for place, one in zip(places, wrong, strict=True):
            factors[place] = f"{one:#.{digits}g}"
        found = chain.check(factors)
        off = [one for one in found.findings if one.kind == "factor" and not one.is_right]
        assert not found, f"{true}\n{found}"
        assert off, f"{true}\n{found}"


def test_a_near_product_of_wrong_factors_is_said_to_be_near() -> None:
    found = check_derivation("dL/dw = 1.7*0.165*2", *sigmoid_neuron())
    assert [one.written for one in found.findings if not one.is_right] == ["1.7", "0.165"]
    assert found.findings[-1].remark == "right, rounded (0.562305), since the errors of its factors cancel"
    for before in ("2*(a-y)*a*(1-a)*x", "2*(a-y)*(a*(1-a))*x", "dL/dz*dz/dw", "dL/da*da/dz*dz/dw"):
        found = check_derivation(f"dL/dw = {before} = 1.7*0.165*2 = 0.56", *sigmoid_neuron())
        assert [one.written for one in found.findings if not one.is_right] == ["1.7", "0.165"], str(found)
    for text in ("1.7*0.33", "2*(a-y)*a*(1-a)*x = 2*0.85*0.165*2"):
        found = check_derivation(f"dL/dw = {text}", *sigmoid_neuron())
        assert not found, str(found)
    found = check_derivation("dL/dw = 1.7123 * 0.16432 * 2.0 = 0.56273", *sigmoid_neuron())
    assert [one.written for one in found.findings if not one.is_right and not one.follows] == ["1.7123", "0.16432"]


@pytest.mark.parametrize(
    "text",
    [
        "1.5 * 0.187 * 2 = 0.562",
        "1.5 * 0.19 * 2",
        "1.50 * 0.1875 * 2",  # a was 0.75
        "1.50 * 0.1875 * 2 * 1",
        "(2*a^2)*(x-x*a) = 1.126*0.4995 = 0.562",
        f"2*{'sqrt(sqrt(a))*' * 4}a*(x-x*a) = 2*{'0.9307*' * 4}0.7503*0.4995 = 0.562",  # no slopes in their order
        "2*0.7503*0.7503*0.2497*2 = 0.562",
        "3*0.187 = 0.56",
        "3.001*0.1874 = 0.562",  # the first slope and the last one
        "2a*2*a*(1-a) = 1.5005*2*0.1874 = 0.562",  # in the order of the formula before
        "2*a*a*(1-a)*x = 2*0.5629*0.2497*2 = 0.562",
        "2*0.14058*2",
        "0.28*2 = 0.56",
    ],
)
def test_a_product_that_is_put_together_in_another_way_is_right(text: str) -> None:
    found = check_derivation(f"dL/dw = {text}", *sigmoid_neuron())
    assert all(one.is_right for one in found.findings), str(found)


def test_a_product_of_whole_numbers_that_were_rounded_is_right() -> None:
    x, c = Value(25.06, label="x"), Value(5.0, label="c")
    L = ((x**2).named("a") * c).named("L")
    found = check_derivation("dL/dx = 5*50", L, x)
    assert [one.remark for one in found.findings] == ["right", "right, rounded (50.12)"], str(found)
    assert check_derivation("dL/dx = 5*50 = 251", L, x)


TARGETS = [(0.0, "p"), (1.0, "p"), (0.0, "z"), (1.0, "z"), (0.0, "w"), (1.0, "w")]


@pytest.mark.parametrize(("truth", "by"), TARGETS)
@pytest.mark.parametrize("seed", range(2))
def test_a_wrong_sign_is_found_where_a_target_makes_its_term_0(truth: float, by: str, seed: int) -> None:
    numbers = random.Random(seed)
    w, x, b = (Value(numbers.uniform(0.2, 1.4), label=name) for name in "wxb")
    y = Value(truth, label="y")
    z = (w * x + b).named("z")
    p = sigmoid(z).named("p")
    L = (-(y * log(p) + (1 - y) * log(1 - p))).named("L")
    inner = {"p": "", "z": " * p*(1-p)", "w": " * p*(1-p) * x"}[by]
    short = {"z": "", "w": " * x"}.get(by)
    first, second = ("-", "+"), ("+", "-")
    for sign, other in (first, second, ("-", "-"), ("+", "+")):
        start = "-" if sign == "-" else ""
        found = check_derivation(f"dL/d{by} = ({start}y/p {other} (1-y)/(1-p)){inner}", L, {"p": p, "z": z, "w": w}[by])
        assert bool(found) == ((sign, other) == first), str(found)
        if (sign, other) != first and other == sign:
            assert f"right only where y = {truth:g}, by accident" in str(found) or "the wrong sign" in str(found)
    for formula in ("p-y", "p+y", "p-1/y", "p-y^2", "p*(1-2*y)"):
        if short is not None and (truth or "/y" not in formula):
            found = check_derivation(f"dL/d{by} = ({formula}){short}", L, {"z": z, "w": w}[by])
            assert bool(found) == (formula == "p-y"), str(found)


@pytest.mark.parametrize(
    ("truth", "text"),
    [
        (0.0, "dJ/dp = 1/(1-p)"),
        (0.0, "dJ/dp = (1-y)/(1-p)"),
        (1.0, "dJ/dp = -y/p"),
        (0.0, "dJ/ds = p"),
        (0.0, "dJ/ds = (1-y)*p"),
        (1.0, "dJ/ds = -y*(1-p)"),
    ],
)
def test_what_leaves_out_a_term_that_is_0_says_where_it_is_right(truth: float, text: str) -> None:
    found = check_derivation(text, *cross_entropy(truth))
    assert [one.remark for one in found.findings] == [f"right where y = {truth:g}"], str(found)


def test_of_several_leaves_that_hide_something_those_are_named_that_matter() -> None:
    p, q = Value(0.3, label="p"), Value(0.6, label="q")
    y, u = Value(0.0, label="y"), Value(0.0, label="u")
    L = (y * log(p) + u * log(p) * q + p * p).named("L")
    both = check_derivation("dL/dp = 2p", L, p)
    assert "right where y = 0 and u = 0" in str(both) or "right where u = 0 and y = 0" in str(both), str(both)
    assert "right where u = 0" in str(check_derivation("dL/dp = y/p + 2p", L, p))
    assert "right only where u = 0, by accident" in str(check_derivation("dL/dp = y/p - u*q/p + 2p", L, p))


@pytest.mark.parametrize("function", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize(("w", "x"), [(1.0, 1.0), (2.0, 2.0)])
def test_a_name_in_the_place_of_another_with_its_number_is_an_accident(function: str, w: float, x: float) -> None:
    leaf = {name: Value(number, label=name) for name, number in {"w": w, "x": x, "b": 1.0, "y": 0.0}.items()}
    z = (leaf["w"] * leaf["x"] + leaf["b"]).named("z")
    a = getattr(z, function)().named("a")
    L = ((a - leaf["y"]) ** 2).named("L")
    slope = {"sigmoid": "a*(1-a)", "tanh": "(1-a^2)", "relu": "1"}[function]
    for last, is_right in (("x", True), (f"{x:g}", True), ("w", False), ("x*b", False), ("x*(1-y)", False)):
        found = check_derivation(f"dL/dw = 2*(a-y)*{slope}*{last}", L, leaf["w"])
        assert bool(found) == is_right, str(found)
    found = check_derivation(f"dL/dw = 2*(a-y)*{slope}*w", L, leaf["w"])
    (off,) = [one for one in found.findings if not one.is_right and not one.follows]
    assert (off.written, off.means) == ("w", "dz/dw")
    assert "right at this point by accident" in off.remark
    assert "Likely: that is dz/dx, not dz/dw." in off.remark or x == 1


def sigmoid_neuron() -> tuple[Value, Value]:
    w, x, b, y = (Value(number, label=name) for name, number in zip("wxby", (0.5, 2.0, 0.1, 0.0), strict=True))
    a = (w * x + b).named("z").sigmoid().named("a")
    return ((a - y) ** 2).named("L"), w


def written(found: Check) -> list[tuple[str, str, bool]]:
    return [(one.written, one.means, one.is_right) for one in found.findings if one.kind == "factor"]


def softplus_net() -> tuple[Value, Value]:
    x, w, v, b, c = (Value(n, label=name) for name, n in zip("xθφbc", (0.5, 0.4, 1.5, -0.2, 0.3), strict=True))
    z = (w * x + b).named("z")
    h = softplus(z).named("h")
    s = (v * h + c).named("s")
    p = sigmoid(s).named("p")
    return (-log(p)).named("J"), w


def tanh_neuron() -> tuple[Value, Value]:
    w, x, b, y = (Value(n, label=name) for name, n in zip("wxby", (0.7, 0.5, -0.2, 0.3), strict=True))
    z = (w * x + b).named("z")
    a = tanh(z).named("a")
    return ((a - y) ** 2).named("L"), w


def cross_entropy(truth: float) -> tuple[Value, Value]:
    w1, x1, b1, v1 = Value(0.4, label="w1"), Value(0.5, label="x1"), Value(-0.2, label="b1"), Value(1.5, label="v1")
    z1 = (w1 * x1 + b1).named("z1")
    h1 = sigmoid(z1).named("h1")
    p = sigmoid((v1 * h1 + 0.3).named("s")).named("p")
    y = Value(truth, label="y")
    return (-(y * log(p) + (1 - y) * log(1 - p))).named("J"), w1


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("(p-1)*φ*sigmoid(z)*x", []),
        ("(p-1)*φ*sigmoid(z)*θ", ["θ dz/dθ"]),
        ("(1-p)*φ*sigmoid(z)*x", ["(1-p) dJ/ds"]),
        ("dJ/ds * ds/dh * dh/dz * θ", ["θ dz/dθ"]),
        ("dJ/dθ = 1/p · dp/dθ", ["1/p dJ/dp"]),
        ("-0.2076*1.5*0.5*0.4", ["0.4 dz/dθ"]),
        ("0.2076*1.5*0.5*0.5", ["0.2076 dJ/ds"]),
        ("-1/p * p*(1-p)", [" ds/dh", " dh/dz", " dz/dθ"]),
        ("-1 * (1-p) * φ * x * θ", ["θ dh/dz"]),
        ("-1/p * p*(1-p) * φ * 0.5 * x", []),
        ("(p-1)*1.5*0.5*0.5", []),
        ("(p-1)*1.5*0.25", []),
        ("(p-1)*1.5*sigmoid(z)*0.5*1", []),
        ("φ*x*(p-1)*0.5", []),
        ("(p-1)*1.5*0.5*0.6", ["0.6 dz/dθ"]),
        ("dJ/ds * dJ/ds * φ * 0.5 * x", ["dJ/ds "]),
    ],
)
def test_merged_slopes_named_ones_and_numbers_each_stand_for_what_they_are(text: str, off: list[str]) -> None:
    found = check_derivation(text, *softplus_net())
    assert [f"{one} {means}" for one, means, is_right in written(found) if not is_right] == off, str(found)
    assert bool(found) == (not off)


def test_what_one_line_calls_right_the_next_one_does_too() -> None:
    found = check_derivation("dJ/ds = p - 1\ndJ/dθ = (p-1)*φ*sigmoid(z)*θ", *softplus_net())
    assert [(one.line, one.written) for one in found.findings if not one.is_right and not one.follows] == [(2, "θ")]
    found = check_derivation("dL/dz = 2*(a-y)*(1-a**2)\ndL/dw = dL/dz * b", *tanh_neuron())
    assert [(one.line, one.written) for one in found.findings if not one.is_right and not one.follows] == [(2, "b")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dL/db * x", [("dL/db", "dL/dz", True), ("x", "dz/dw", True)]),
        ("dL/da * da/dz * dz/dx", [("dL/da", "dL/da", True), ("da/dz", "da/dz", True), ("dz/dx", "dz/dw", False)]),
        (
            "dz/dw * da/dz * dL/da = x * (1-a^2) * 3",
            [("x", "dz/dw", True), ("(1-a^2)", "da/dz", True), ("3", "dL/da", False)],
        ),
        (
            "2*(a-y)*(1-a^2)*b*1",
            [("2*(a-y)", "dL/da", True), ("(1-a^2)", "da/dz", True), ("b", "dz/dw", False), ("1", "", True)],
        ),
    ],
)
def test_slopes_are_told_by_their_names_and_in_the_order_of_the_line(
    text: str, told: list[tuple[str, str, bool]]
) -> None:
    assert written(check_derivation(f"dL/dw = {text}", *tanh_neuron())) == told


def test_a_chain_that_stops_early_has_right_factors_and_missing_ones() -> None:
    x = node = Value(2.0, label="x")
    for place in range(8):
        node = (node * Value(1.1 + 0.1 * place, label=f"c{place}")).named(f"a{place}")
    found = check_derivation("da7/dx = c7 * c6", node, x)
    assert written(found)[:2] == [("c7", "da₇/da₆", True), ("c6", "da₆/da₅", True)]
    assert [one.remark.partition(" ")[0] for one in found.findings[2:8]] == ["missing:"] * 6


def test_a_derivative_stands_for_the_slope_that_it_names() -> None:
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    a = (w * x + 1.0).named("z").relu().named("a")  # da/dz is 1, so that dL/da and dL/dz are equal
    found = check_derivation("dL/dw = dL/dz * 2", ((a - 5) ** 2).named("L"), w)
    assert [one[1] for one in written(found)] == ["dL/dz", "dz/dw"]
    assert found.summary == "All of it is right."


def test_a_slope_of_1_need_not_be_written_and_is_told() -> None:
    x = Value(3.0, label="x")
    L = ((x + 1.0).named("a") ** 2).named("L")
    assert check_derivation("8", L, x).summary == "It is right."
    found = check_derivation("2a * 1", L, x)
    assert [one[1] for one in written(found)] == ["dL/da", "da/dx"]
    found = check_derivation("2 * (x + 1)", L, x)
    assert found.summary == "It is right. The chain also has da/dx = 1, which changes nothing here."


def test_parts_that_stand_apart_are_one_slope() -> None:
    found = check_derivation("2*x*(a-y)*(1-a**2)*1.5", *tanh_neuron())
    assert written(found) == [
        ("2 · (a-y)", "dL/da", True), ("x", "dz/dw", True), ("(1-a**2)", "da/dz", True), ("1.5", "", False),
    ]  # fmt: skip
    found = check_derivation("2*(a-y)*x*(1-a)", *tanh_neuron())
    assert written(found) == [("2*(a-y)", "dL/da", True), ("x", "dz/dw", True), ("(1-a)", "da/dz", False)]
    assert "the term −a should be −a²." in str(found)


@pytest.mark.parametrize("order", [1, -1])
def test_of_many_factors_the_wrong_one_is_found_from_either_end(order: int) -> None:
    x = node = Value(2.0, label="x")
    for place in range(11):
        node = (node * Value(1.1 + 0.1 * place, label=f"c{place}")).named(f"a{place}")
    factors = [f"c{place}" for place in range(11)][::order]
    assert check_derivation(f"da10/dx = {' * '.join(factors)}", node, x)
    factors[1] = "7.7"
    found = check_derivation(f"da10/dx = {' * '.join(factors)}", node, x)
    assert [one for one, _, is_right in written(found) if not is_right] == ["7.7"]


LEAD = {1.0: "-1/p", 0.0: "1/(1-p)"}


@pytest.mark.parametrize("truth", [1.0, 0.0])
@pytest.mark.parametrize(
    ("text", "off"),
    [
        ("{lead}*p*(1-p)*v1*h1*(1-h1)*x1", []),
        ("-({lead})*p*(1-p)*v1*h1*(1-h1)*x1", ["-({lead}) dJ/dp"]),
        ("{lead}*p*(1-p)*v1*x1", [" dh₁/dz₁"]),
        ("{lead}*p*(1-p)*v1", [" dh₁/dz₁", " dz₁/dw₁"]),
        ("(p-y)*v1*h1*(1-h1)*x1", []),
        ("(p-y)*1.5*h1*(1-h1)*x1", []),
        ("(y-p)*v1*h1*(1-h1)*x1", ["(y-p) dJ/ds"]),
        ("(p-y)*v1*σ(z1)*(1-σ(z1))*w1", ["w1 dz₁/dw₁"]),
    ],
)
def test_where_a_route_is_0_the_factors_are_those_of_the_other_one(truth: float, text: str, off: list[str]) -> None:
    found = check_derivation(text.format(lead=LEAD[truth]), *cross_entropy(truth))
    told = [f"{one} {means}" for one, means, is_right in written(found) if not is_right]
    assert told == [one.format(lead=LEAD[truth]) for one in off], str(found)
    assert bool(found) == (not off)
    assert "the term" not in str(found)


def test_nodes_that_every_route_passes_part_the_chain_where_several_routes_count() -> None:
    found = check_derivation("(p-y)*v1*h1*(1-h1)*w1", *cross_entropy(0.3))
    assert [one for one in written(found) if not one[2]] == [("w1", "dz₁/dw₁", False)]
    found = check_derivation("-y/p*p*(1-p)*v1*h1*(1-h1)*x1", *cross_entropy(0.3))  # one of two routes to p alone
    assert [one for one in written(found) if not one[2]] == [("-y/p", "dJ/dp", False)]
    assert "only 1 of the 2 routes from p to J counted" in str(found)
    x, m, k = Value(1.5, label="x"), Value(0.7, label="m"), Value(0.4, label="k")
    s = ((x**2).named("h") * m).named("s")
    L = (s.exp().named("e") + s * k).named("L")
    assert check_derivation("(e+k)*m*3", L, x)  # 2x, as a number
    assert [one for one in written(check_derivation("(e+k)*m*4", L, x)) if not one[2]] == [("4", "dh/dx", False)]
    assert check_derivation("e*m*3 + k*m*3", L, x)
    assert not check_derivation("e*m*3 + k*m*4", L, x)


def test_the_only_live_route_has_its_own_steps() -> None:
    x, u, v = Value(2.0, label="x"), Value(3.0, label="u"), Value(-4.0, label="v")
    h, k = (x * u).relu().named("h"), (x * v).relu().named("k")
    L = (h * 5.0 + k * 7.0).named("L")
    found = check_derivation("5*u", L, x)
    assert written(found) == [("5", "dL/dh", True), ("u", "dh/dx", True)]
    assert found
    shut = check_derivation("7*v", L.named("M"), x)
    assert [one for one, _, is_right in written(shut) if not is_right] == ["7", "v"]


# ----------------------------------------------------------------------------------- numbers in place of some factors


def two_units() -> tuple[Value, Value]:
    numbers = {"x": 1.0, "a": 0.5, "c": 0.4, "v": -2.0, "u": 3.0, "y": -0.3}
    leaf = {name: Value(number, label=name) for name, number in numbers.items()}
    h, k = tanh(leaf["a"] * leaf["x"]).named("h"), sigmoid(leaf["c"] * leaf["x"]).named("k")
    o = (leaf["v"] * h + leaf["u"] * k).named("o")
    return ((o - leaf["y"]) ** 2).named("L"), leaf["x"]


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("2(o-y)*v*(1-h^2)*0.5 + 2(o-y)*u*0.240261*c", True),
        ("2(o-y)*-2*(1-h^2)*a + 2(o-y)*3*0.24026*0.4", True),
        ("2(o-y)*v*0.7*a + 2(o-y)*u*k*(1-k)*c", False),
        ("2(o-y)*v*(1-h^2)*0.5 + 2(o-y)*u*0.3*c", False),
        ("2(o-y)*(v*(1-h^2)*a + 0.288313*1)", True),
    ],
)
def test_terms_of_several_routes_may_mix_numbers_and_names(text: str, is_right: bool) -> None:
    found = check_derivation(text, *two_units())
    assert bool(found) == is_right, str(found)
    assert "by accident" not in str(found)


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("w*0.5", True),
        ("0.7*sigmoid(z)", True),
        ("0.5w", True),
        ("0.35", True),
        ("-1*-w*0.5", True),
        ("w*0.5*1", True),
        ("w*0.6", False),
        ("w - 0.35", False),
        ("w*w/1.4", False),
        ("w*1*1*1*1*1*1*1*0.5", False),  # of very many factors none is taken for a number
    ],
)
def test_a_number_stands_for_a_factor_of_the_slope_of_one_step(text: str, is_right: bool) -> None:
    w, z = Value(0.7, label="w"), Value(0.0, label="z")
    assert bool(check_derivation(text, (w * softplus(z)).named("L"), z)) == is_right


@pytest.mark.parametrize("text", ["2*1.1*x", "2.2*x", "2*(w*x-1)*3", "2.2x", "-2.2*-x", "x/0.5*1.1"])
def test_the_inside_of_a_square_may_be_its_number(text: str) -> None:
    w, x = Value(0.7, label="w"), Value(3.0, label="x")
    assert check_derivation(text, ((w * x - 1.0) ** 2).named("L"), w)
    assert not check_derivation(text, ((w * x - 1.2) ** 2).named("L"), w)


def test_a_quotient_with_a_number_in_it() -> None:
    p, q = Value(0.8, label="p"), Value(3.0, label="q")
    assert check_derivation("-1/p*0.333333", (-log(p) / q).named("L"), p)
    assert check_derivation("-1.25/q", (-log(p) / q).named("L"), p)
    assert "by accident" in str(check_derivation("-1.25/q + q - 3", (-log(p) / q).named("L"), p))


def test_what_a_route_without_flow_would_add_is_not_told() -> None:
    found = check_derivation("dJ/dp = 1/(1-p) + 1; dJ/dw1 = 3", *cross_entropy(0.0))
    assert "Likely: the term" not in str(found)


def test_a_value_that_is_right_by_accident_is_not_taken_for_numbers_put_in() -> None:
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    assert "by accident" in str(check_derivation("z = w + x + 2", (w * x + 1.0).named("z"), w))


@pytest.mark.parametrize(("truth", "lines"), [(1.0, "J = -log(p)"), (0.0, "J = -log(1-p); dJ/dp = 1/(1-p)")])
def test_what_is_multiplied_by_0_need_not_be_written(truth: float, lines: str) -> None:
    assert check_derivation(f"{lines}; dJ/dw1 = dJ/dp·p·(1-p)·v1·h1·(1-h1)·x1", *cross_entropy(truth))
    assert not check_derivation(f"{lines}; dJ/dw1 = 3", *cross_entropy(truth))


# ---------------------------------------------------------------------------------------------------- the classic slips


def power() -> tuple[Value, Value]:
    t = Value(0.5, label="τ")
    return ((3 * t + 1) ** 4).named("L"), t


def fraction() -> tuple[Value, Value]:
    t = Value(0.5, label="τ")
    return (t**2 / (t + 1)).named("M"), t


CLASSIC = [
    (softplus_net, "-1/p * s*(1-s) * φ * sigmoid(z) * x", "wrong point", "s in place of p"),
    (softplus_net, "-1/p * σ(p)*(1-σ(p)) * φ * σ(z) * x", "wrong point", "p in place of s"),
    (softplus_net, "-1/s * p*(1-p) * φ * σ(z) * x", "wrong point", "s in place of p"),
    (softplus_net, "(p-1) * φ * sigmoid(h) * x", "wrong point", "h in place of z"),
    (softplus_net, "(p-1) * φ * sigmoid(x) * x", "wrong point", "x in place of z"),
    (softplus_net, "dh/dz = 0.6667", "wrong point", "h in place of z"),
    (tanh_neuron, "2*(a-y)*(1-z**2)*x", "wrong point", "z in place of a"),
    (tanh_neuron, "2*(z-y)*(1-a**2)*x", "wrong point", "z in place of a"),
    (lambda: cross_entropy(1.0), "(p-y)*v1*z1*(1-z1)*x1", "wrong point", "z₁ in place of h₁"),
    (softplus_net, "-log(p)*p*(1-p)*φ*sigmoid(z)*x", "function not differentiated", "that is log(p) itself"),
    (softplus_net, "(p-1)*φ*h*x", "function not differentiated", "that is h itself"),
    (tanh_neuron, "2*(a-y)*tanh(z)*x", "function not differentiated", "that is a itself"),
    (tanh_neuron, "(a-y)**2*(1-a**2)*x", "function not differentiated", "that is L itself"),
    (power, "(3*τ+1)**4*3", "function not differentiated", "that is L itself"),
    (power, "4*(3*τ+1)**4*3", "exponent not lowered", "the exponent in L was not lowered"),
    (tanh_neuron, "2*(a-y)**2*(1-a**2)*x", "exponent not lowered", "the exponent in L was not lowered"),
    (power, "(3*τ+1)**3*3", "missing factor", "the exponent of L is missing as a factor"),
    (fraction, "(2*τ*(τ+1)+τ**2)/(τ+1)**2", "quotient rule", "has a minus where a plus was written"),
    (fraction, "dM/dτ = 0.7778", "quotient rule", "has a minus where a plus was written"),
]


@pytest.mark.parametrize(("made", "text", "slip", "likely"), CLASSIC)
def test_a_classic_slip_is_likely(made: Callable[[], tuple[Value, Value]], text: str, slip: str, likely: str) -> None:
    assert slip in SLIPS
    found = check_derivation(text, *made())
    (off,) = (one for one in found.findings if not one.is_right and not one.follows)
    assert off.slip == slip, str(found)
    assert likely in off.remark.partition(" Likely: ")[2]


@pytest.mark.parametrize("exponent", [0.0, 3.0])
def test_an_exponent_of_its_own_name_is_a_number_too(exponent: float) -> None:
    x, n = Value(2.0, label="x"), Value(exponent, label="n")
    found = check_derivation("dL/dx = n*x**n", (x**n).named("L"), x)
    assert found.slips == ("exponent not lowered",)
    assert ("right only where n = 0, by accident" in str(found)) == (exponent == 0)


@pytest.mark.parametrize(("text", "made"), [("dL/dn = x**n", 1), ("dL/dn = 4.4", 1), ("dq/dx = 7", 2)])
def test_what_is_none_of_them_is_not_said_to_be_one(text: str, made: int) -> None:
    x, n, c = Value(2.0, label="x"), Value(3.0, label="n"), Value(2.0, label="c")
    result, wrt = ((x**n).named("L"), n) if made == 1 else ((x * c + x.max(1.0)).named("q"), x)
    assert "lowered" not in str(check_derivation(text, result, wrt))


def test_a_wrong_sign_alone_is_no_wrong_term() -> None:
    found = check_derivation("(y-p)*v1*h1*(1-h1)*x1", *cross_entropy(0.0))
    assert "the wrong sign; it is 0.740775" in str(found)
    assert "Likely" not in str(found)
