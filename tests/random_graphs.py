"""Random graphs with named leaves, for properties: reuse, constants, kinks and n-ary nodes included."""

from __future__ import annotations

from hypothesis import strategies as st

from autograd_scalar import Value, functions

UNARY = ("tanh", "sigmoid", "relu", "sin", "exp", "square", "abs", "softplus", "leaky_relu", "atan", "neg")
BINARY = ("add", "sub", "mul", "max", "min")
MANY = ("sum", "mean", "prod", "maximum", "logsumexp")
numbers = st.sampled_from([-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 3.0]) | st.floats(-2.0, 2.0, allow_subnormal=False)


@st.composite
def graphs(draw: st.DrawFn, *, max_nodes: int = 12, named: bool = True) -> tuple[Value, list[Value]]:
    """(result, leaves): every leaf has a label; some results have one too when `named`."""
    leaves = [Value(draw(numbers), label=f"x{place}") for place in range(draw(st.integers(1, 4)))]
    nodes = list(leaves)
    for place in range(draw(st.integers(1, max_nodes))):
        picked = st.sampled_from(nodes)
        kind = draw(st.sampled_from(["unary", "binary", "number", "many", "dot"]))
        if kind == "unary":
            node = getattr(functions, draw(st.sampled_from(UNARY)))(functions.tanh(draw(picked)))
        elif kind == "binary":
            node = getattr(functions, draw(st.sampled_from(BINARY)))(draw(picked), draw(picked))
        elif kind == "number":
            node = getattr(functions, draw(st.sampled_from(BINARY)))(draw(picked), draw(numbers))
        elif kind == "many":
            node = getattr(functions, draw(st.sampled_from(MANY)))(draw(st.lists(picked, min_size=1, max_size=4)))
        else:
            width = draw(st.integers(1, 3))
            weights = draw(st.lists(picked, min_size=width, max_size=width))
            inputs = draw(st.lists(picked | numbers, min_size=width, max_size=width))
            node = functions.dot(weights, inputs, draw(picked))
        if abs(node.data) > 1e6:
            node = functions.tanh(node)
        if named and draw(st.booleans()):
            node.label = f"n{place}"
        nodes.append(node)
    return nodes[-1], leaves
