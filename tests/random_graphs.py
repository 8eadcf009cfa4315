"""Random graphs for properties about formulas and derivations: reuse, n-ary nodes, kinks and plain numbers included."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from hypothesis import strategies as st

from autograd_scalar import AutogradError, Value, functions
from autograd_scalar.ops import table

_SCALAR_ROWS = sorted(
    row.name for row in table.values() if row.built_in and all(argument.kind == "scalar" for argument in row.arguments)
)
_SEQUENCE_ROWS = sorted(
    row.name for row in table.values() if row.built_in and any(argument.kind == "sequence" for argument in row.operands)
)
_NUMBERS = [0.0, 0.5, 1.0, 2.0, 3.0, -1.0, -2.5, 0.25]


@dataclass
class Graph:
    """A result and its leaves, all labelled; so are some of the nodes between."""

    result: Value
    leaves: list[Value]

    @property
    def used(self) -> list[Value]:
        """The leaves that the result depends on."""
        from autograd_scalar.graph import leaves

        inside = set(leaves(self.result))
        return [leaf for leaf in self.leaves if leaf in inside]


@st.composite
def graphs(draw: st.DrawFn, operations: int = 7, rows: tuple[str, ...] = ()) -> Graph:
    """A graph of a few operations (of `rows`, else of any) that could be computed, its numbers of moderate size."""
    choice = [name for name in (*_SCALAR_ROWS, "add", "mul", "sub", "add", "mul", "relu", "sigmoid", *_SEQUENCE_ROWS)
              if not rows or name in rows]  # fmt: skip
    count = draw(st.integers(1, 4))
    numbers = st.one_of(st.sampled_from(_NUMBERS), st.floats(-3, 3).map(lambda x: round(x, 3) + 0.0))
    leaves = [Value(draw(numbers), label=f"x{place}") for place in range(1, count + 1)]
    nodes = list(leaves)
    for place in range(draw(st.integers(1, operations))):
        name = draw(st.sampled_from(choice))
        row = table[name]
        if name in _SEQUENCE_ROWS:
            size = draw(st.integers(1, 3))
            groups = sum(1 for argument in row.operands if argument.kind == "sequence")
            arguments = [[draw(st.sampled_from(nodes)) for _ in range(size)] for _ in range(groups)]
        else:
            last = len(row.operands) - 1
            plain = last > 0 and draw(st.booleans())
            arguments = [
                draw(st.sampled_from(_NUMBERS)) if plain and at == last else draw(st.sampled_from(nodes))
                for at in range(last + 1)
            ]
        try:
            made = getattr(functions, name)(*arguments)
            partials = made.partials()
        except AutogradError:
            continue
        moderate = all(isfinite(x) and (x == 0 or 1e-4 < abs(x) < 1e5) for x in (made.data, *partials))
        if not (moderate and made.parents):
            continue
        if draw(st.booleans()):
            made.named(f"h{place}")
        nodes.append(made)
    result = nodes[-1] if nodes[-1].parents else leaves[0] * 2.0
    if not result.label:
        result.named("L")
    return Graph(result, leaves)
