"""The same program prints the same bytes, verb by verb: two fresh processes with different hash seeds."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

PROGRAM = """
import json
from autograd_scalar import Value, compare, check_derivation, maximum
from autograd_scalar.explain import *
x, y, w = Value(0.7), Value(0.0), Value(-2.0)
h = [(w*x*k).relu() for k in (1, 2, 3)]
L = h[0] + h[1]*h[2]
m = (w*x + x.tanh())*x
k = maximum(y.relu(), abs(y), x - 1) + x.max(0.7)
deep = x
for _ in range(12):
    deep = deep*1.1 + deep.tanh()*0.3 + x*x
print(json.dumps({
    "explain": [str(explain(m, x)), explain(deep, x).mathml(), str(explain(m)), str(explain(m, x, order=2))],
    "explain_update": [str(explain_update(m, lr=0.1)), str(explain_update(m, [w, x], lr=0.1))],
    "why": [str(why(L, w)), str(why(m, x)), why(m, x)._repr_html_(), why(L, x, digits=None).ascii()],
    "paths": [paths(deep, x, digits=None).text(), paths(deep, x, k=40).mathml()],
    "kinks": [str(kinks(k)), kinks(k)._repr_html_()],
    "at": [str(at(L, w=2.0)), at(m, {w: 1.0})._repr_html_()],
    "compare": [str(compare(m, deep, wrt="x"))],
    "check_derivation": [str(check_derivation("dm/dw = 3", m, w))],
    "quiz": [(asked := m.quiz(x)).question, str(asked.answer("1"))],
}))
"""


@pytest.fixture(scope="module")
def printed() -> list[dict[str, list[str]]]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"}
    both = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env={**environment, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for seed in ("1", "2")
    ]
    texts = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    return [json.loads(text) for text in texts]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verb", "word"),
    [
        ("explain", "chain"), ("explain_update", "←"), ("why", "dL/dw"), ("paths", "routes"), ("kinks", "on a kink"),
        ("at", "in place of"), ("compare", "times"), ("check_derivation", "dm/dw"), ("quiz", "= ?"),
    ],
)  # fmt: skip
def test_the_same_program_prints_the_same_bytes(printed: list[dict[str, list[str]]], verb: str, word: str) -> None:
    first, second = printed
    assert first[verb] == second[verb]
    assert word in " ".join(first[verb])
    assert first.keys() == second.keys()
