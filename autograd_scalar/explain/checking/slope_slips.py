"""What the usual slips would have given in a derivative."""

from __future__ import annotations

from itertools import combinations, islice, pairwise
from math import prod
from typing import TYPE_CHECKING

from .claims import Guess, Target
from .classic_slips import ClassicSlips
from .other_side import at_kinks
from .points import Point, total
from .rounding import Rounding
from .shortened import has_half, without_a_factor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...value import Value
    from .judging import Judge

__all__ = ["SlopeSlips"]


class SlopeSlips:
    """Slips in each slope of a chain, and in how they are put together."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.words = judge.words
        self.steps = judge.steps
        self.rounding = Rounding(judge)
        self.classic = ClassicSlips(judge)

    def guesses(self, target: Target, point: Point, mentioned: list[Value] | None) -> Iterator[Guess]:
        """Slips in a derivative: in each slope of its chain, and in how they are put together.

        `mentioned` are the nodes in what was written; None where that is a number.
        """
        assert target.wrt is not None
        true = self.judge.truths(target, point)[0][0]
        step = point.one_step(target.of, target.wrt) if target.of is not target.wrt else None
        is_step = step is not None and step[0] == true
        routes = [[target.of, target.wrt]] if is_step else self.judge.routes(target.of, target.wrt)
        yield Guess(-true, "sign", "")
        pairs = [list(pairwise(route)) for route in routes]
        slopes = {pair: (point.one_step(*pair) or (0.0, 0.0))[0] for route in pairs for pair in route}
        contributions = [prod(slopes[pair] for pair in route) for route in pairs]
        yield from at_kinks(self.judge, target, point, true)
        steps = dict.fromkeys(step for route in pairs for step, _ in route)
        if has_half([self.steps.formula(step) for step in steps]):
            yield Guess(2 * true, "half forgotten", "the factor ½ was left out")
        if len(pairs) == 1 and len(pairs[0]) > 1:
            yield from self._without_slopes(pairs[0], slopes, point)
        ends = f"from {self.words.shown(target.wrt)} to {self.words.shown(target.of)}"
        for some in _some_of(contributions, 200):
            words = f"only {len(some)} of the {len(contributions)} routes {ends} counted; they add up"
            yield Guess(total(some), "sum over uses forgotten", words)
        for route, own in zip(pairs, contributions, strict=True):
            for pair in route:
                rest = prod(slopes[one] for one in route if one is not pair) + 0.0
                for guess in self._in_one_slope(pair, point, mentioned):
                    where = "" if len(route) == 1 else f" (in {self.words.derivative(*pair)})"
                    yield Guess(true - own + rest * guess.value, guess.slip, guess.words + where)

    def _without_slopes(
        self, route: list[tuple[Value, Value]], slopes: dict[tuple[Value, Value], float], point: Point
    ) -> Iterator[Guess]:
        """Factors of the chain that were left out, one at first; then what is one stretch of the chain alone."""
        for left_out in route:
            value = prod(slopes[pair] for pair in route if pair is not left_out)
            words = f"the factor {self.words.derivative(*left_out)} = {self.words.number(slopes[left_out])} is missing"
            yield Guess(value, "missing factor", words)
        whole = self.words.derivative(route[0][0], route[-1][1])
        for length in range(1, len(route) - 1 if len(route) > 2 else len(route)):
            for start in range(len(route) - length + 1):
                part = route[start : start + length]
                name = self.words.derivative(part[0][0], part[-1][1])
                words = f"that is {name}, not {whole}; the other factors are missing"
                yield Guess(prod(slopes[pair] for pair in part), "missing factor", words)
                if length == 1:
                    for guess in self.rounding.of_slope(part[0], point):
                        yield Guess(guess.value, "missing factor", f"{words}; and {guess.words}")

    def _in_one_slope(self, pair: tuple[Value, Value], point: Point, mentioned: list[Value] | None) -> Iterator[Guess]:
        """Slips within the slope of one step."""
        step, source = pair
        inner = point.inner_routes(step, source)
        own = [prod(partial for _, partial in route) for route in inner]
        uses = f"{self.words.shown(source)} is used {len(own)} times in {self.words.shown(step)}"
        for some in _some_of(own, 100):
            yield Guess(total(some), "sum over uses forgotten", f"{uses}; the slopes of all uses add up")
        for route, value in zip(inner, own, strict=True):
            for length in range(len(route) - 1, 0, -1):
                if not _is_curved(route[length - 1][0], route[length][0]):
                    continue
                forgotten = prod(partial for _, partial in route[length:])
                shorter = prod(partial for _, partial in route[:length])
                words = f"the inner derivative {self.words.number(forgotten)} was forgotten"
                yield Guess(total(own) - value + shorter, "inner derivative forgotten", words)
        slope = self.steps.slope(step, source)
        env = self.judge.value_of(point, {})
        yield from without_a_factor(slope.term, env, self.words.style)
        yield from self.classic.guesses(step, source, point, mentioned or ())
        if mentioned is None:
            yield from self.rounding.of_slope(pair, point)


def _some_of(numbers: list[float], most: int) -> Iterator[list[float]]:
    """Some of several numbers, but not all: every choice of few, of many one, or all but one."""
    for count in range(1, len(numbers)) if len(numbers) <= 6 else (1, len(numbers) - 1):
        yield from map(list, islice(combinations(numbers, count), most))


def _is_curved(node: Value, operand: Value) -> bool:
    """Whether an operation is a function of this operand: no sum, no multiple of it, no quotient with it on top."""
    row = node.row
    if row is not None and row.infix == "/":
        return any(one is operand for one in node.operands[1:])
    return row is None or not (row.infix in ("+", "-", "*") or row.name in ("neg", "sum", "dot", "mean"))
