"""At the prompt, what a verb returns shows itself: its repr is its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autograd_scalar import Value, check_derivation, compare

if TYPE_CHECKING:
    from collections.abc import Callable

VERBS: dict[str, Callable[[Value, Value], object]] = {
    "at": lambda L, w: L.at({w: 2.2}),
    "check": lambda L, w: check_derivation("dL/dw = 8", L, w),
    "compare": lambda L, w: compare(L, L, wrt=w),
    "explain": lambda L, w: L.explain(w),
    "explain_update": lambda L, w: L.explain_update(w, lr=0.1),
    "formula": lambda L, _: L.formula(),
    "kinks": lambda L, _: L.kinks(),
    "paths": lambda L, w: L.paths(w),
    "why": lambda L, w: L.why(w),
}


@pytest.mark.parametrize("verb", VERBS)
def test_what_a_verb_returns_shows_itself(verb: str) -> None:
    x, w = Value(2, label="x"), Value(3, label="w")
    L = (((w * x + 1).relu() - 5) ** 2).named("L")
    shown = VERBS[verb](L, w)
    assert repr(shown) == str(shown)
    assert "(of=" not in repr(shown)
