"""What a row says is what it computes, with every operator inside every other, in each language that it is written in.

The texts of a row are written four times: for plain floats, for the rules of nodes, for derivatives on Values and in
JavaScript. Python itself is asked what a text means.
"""

from __future__ import annotations

import ast
import itertools
import json
import math
import random
from typing import TYPE_CHECKING, Any

import node
import pytest

from autograd_scalar import Value, functions, gradients, op
from autograd_scalar.codegen.javascript import machinery
from autograd_scalar.program import numbered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Case = tuple[Value, float, list[float]]

CONSTANTS = {"pi": math.pi, "inf": math.inf, "nan": math.nan}
CALLED = {"abs": abs, "floor": math.floor, "isfinite": math.isfinite}
OF_ALL = {"count": len, "largest": max, "smallest": min, "product": math.prod}
RUN = "([program, names]) => replay(program, names, rules, number).run()"


# ----------------------------------------------------------------------------------------------------- texts at random


class Texts:
    """Texts at random, as a person may write them in a row, each part of them in brackets.

    They read `names`, and the `sequences` as a whole.
    """

    def __init__(self, rng: random.Random, names: str, sequences: str = "") -> None:
        self.rng = rng
        self.names = list(names)
        self.sequences = list(sequences)

    def number(self, depth: int) -> str:
        one = self.rng
        if depth == 0 or one.random() < 0.1:
            return one.choice([*self.names, *self.names, "3", "0.5", "2", "pi"])
        kinds = ["+", "-", "*", "/", "+", "-", "*", "**", "sign", "if", "call"]
        kind = one.choice([*kinds, *["total", "all"] * 2 * bool(self.sequences)])
        first, second = self.number(depth - 1), self.number(depth - 1)
        if kind == "sign":
            return f"{one.choice('-+')}({first})"
        if kind == "if":
            return f"({first}) if ({self.condition(depth - 1)}) else ({second})"
        if kind == "call":
            return f"{one.choice([*CALLED])}({first})"
        if kind == "all":
            return f"{one.choice([*OF_ALL])}({one.choice(self.sequences)})"
        if kind == "total":
            inside = Texts(one, "".join([*self.names, *self.sequences])).number(depth - 1)
            return f"total(({inside}) * {one.choice(self.sequences)})"
        if kind == "**" and not any(isinstance(part, ast.Name) for part in ast.walk(ast.parse(first))):
            return f"({one.choice(self.names)}) ** ({second})"  # a power of plain numbers may be none
        return f"({first}) {kind} ({second})"

    def condition(self, depth: int) -> str:
        one = self.rng
        kind = one.choice(["and", "or", "not", "compare", "number"]) if depth > 1 else "compare"
        if kind == "compare":
            terms = [f"({self.number(max(depth - 2, 0))})" for _ in range(one.choice([2, 2, 3]))]
            terms[-1] = one.choice([terms[-1], terms[-1], terms[-1], *CONSTANTS])
            signs = [one.choice(["<", "<=", ">", ">=", "==", "!="]) for _ in terms]
            return "".join(itertools.chain(*zip(terms, signs, strict=True))).rstrip("<=>!")
        if kind == "number":
            return self.number(depth - 1)
        if kind == "not":
            return f"not ({self.condition(depth - 1)})"
        return f" {kind} ".join(f"({self.condition(depth - 1)})" for _ in range(one.choice([2, 2, 3])))


def total(numbers: list[float]) -> float:
    """Left to right, as the engine does; Python's own sum takes more care."""
    result = 0.0
    for one in numbers:
        result += one
    return result


class _Readable(ast.NodeTransformer):
    """What rows write in their own way, as Python: real powers, totals, and ``w`` and ``x`` as a whole."""

    def visit_BinOp(self, tree: ast.BinOp) -> ast.expr:
        self.generic_visit(tree)
        return (
            ast.Call(ast.Name("pow", ast.Load()), [tree.left, tree.right], []) if isinstance(tree.op, ast.Pow) else tree
        )

    def visit_Call(self, tree: ast.Call) -> ast.expr:
        self.generic_visit(tree)
        called, term = ast.unparse(tree.func), ast.unparse(tree.args[0])
        if called == "total":
            return ast.parse(f"total([{term} for w, x in zip(all_w, all_x)])", mode="eval").body
        return ast.parse(f"{called}(all_{term})", mode="eval").body if called in OF_ALL else tree


def meaning(text: str) -> Callable[..., float]:
    """What Python says of a text, as a function of the numbers of its names; NaN where it refuses."""
    tree = ast.fix_missing_locations(_Readable().visit(ast.parse(text, mode="eval")))
    code = compile(tree, text, "eval")

    def computed(names: dict[str, Any]) -> float:
        try:
            return float(eval(code, {**CONSTANTS, **CALLED, **OF_ALL, "total": total, "pow": math.pow, **names}))
        except (ValueError, ArithmeticError):
            return math.nan

    return computed


# --------------------------------------------------------------------------------------------------- rows and numbers


def of_scalars() -> Iterator[Case]:
    """Nodes of rows of two scalars; what their values are, and their partials."""
    for place in range(25):
        rng = random.Random(f"scalars {place}")
        given, texts = Texts(rng, "xy").number(2), [Texts(rng, "xys").number(3) for _ in range(3)]
        function = op(f"said_{place}(x, y)", *texts, given=f"s = {given}")
        of_s, *meanings = map(meaning, [given, *texts])
        for x, y in itertools.product((-1.5, 1.0, 2.0), repeat=2):
            names = {"x": x, "y": y}
            names["s"] = of_s(names)
            value, *slopes = [one(names) for one in meanings]
            if all(map(math.isfinite, [names["s"], value, *slopes])):
                yield function(Value(x), Value(y)), value, slopes


def of_sequences() -> Iterator[Case]:
    """The same of rows of two sequences, a scalar and a parameter, with plain numbers among the operands."""
    for place in range(25):
        rng = random.Random(f"sequences {place}")
        first, then = Texts(rng, "bk", "wx").number(2), Texts(rng, "ss", "wx").number(1)
        value, partials = Texts(rng, "bkst", "wx").number(3), ["bkstwx", "bkstwx", "bkst"]
        partials = [Texts(rng, names, "wx").number(3) for names in partials]
        function = op(f"many_{place}(*w, *x, b, *, k)", value, *partials, given=f"s = {first}; t = {then}")
        of_s, of_t, of_z, of_w, of_x, of_b = map(meaning, [first, then, value, *partials])
        for is_value in itertools.product((True, False), repeat=3):
            numbers = [[rng.choice([-1.5, 0.5, 1.0, 2.0]) for _ in range(count)] for count in (3, 3, 1)]
            w, x, (b,) = numbers
            names: dict[str, Any] = {"all_w": w, "all_x": x, "b": b, "k": 3.0}
            names["s"] = of_s(names)
            names["t"] = of_t(names)
            each = [{**names, "w": one, "x": other} for one, other in zip(w, x, strict=True)]
            slopes = [[of_w(one) for one in each], [of_x(one) for one in each], [of_b(names)]]
            if max(abs(names["s"]), abs(names["t"])) > 100:
                continue  # what is left of such numbers may be rounding alone
            results = [of_z(names), names["s"], names["t"], *itertools.chain.from_iterable(slopes)]
            if any(is_value) and all(math.isfinite(one) for one in results):
                ws, xs, (base,) = (
                    [Value(one) if is_one else one for one in some]
                    for some, is_one in zip(numbers, is_value, strict=True)
                )
                expected = itertools.chain.from_iterable(itertools.compress(slopes, is_value))
                yield function(ws, xs, base, k=3), results[0], list(expected)


# --------------------------------------------------------------------------------------------------------- the tests


@pytest.mark.parametrize("cases", [of_scalars, of_sequences])
def test_a_row_computes_what_its_texts_say_in_python(cases: Callable[[], Iterator[Case]]) -> None:
    for z, value, slopes in cases():
        assert z.data == value, z.row
        assert list(z.partials()) == slopes, z.row
        assert [slope.data for slope in gradients(z, z.parents)] == pytest.approx(slopes, rel=1e-13), z.row
        z.backward()
        assert [parent.grad for parent in z.parents] == slopes, z.row


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("cases", [of_scalars, of_sequences])
def test_a_row_computes_what_its_texts_say_in_javascript(cases: Callable[[], Iterator[Case]], tmp_path: Path) -> None:
    expected = list(cases())
    line, places = numbered(functions.sum([z for z, _, _ in expected]))
    (result,) = node.run(tmp_path, machinery(), RUN, [[json.loads(line.to_json()), list(line.names)]])
    first = len(line.inputs) + len(line.constants)
    for z, value, slopes in expected:
        place = places[z]
        found = [one for one in result["partials"][place - first] if one is not None]
        assert [result["values"][place], *found] == pytest.approx([value, *slopes], rel=1e-11), z.row
