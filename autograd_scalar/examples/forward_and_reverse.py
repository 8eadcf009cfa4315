"""Forward or reverse: why do we go backward at all?

The chain rule is a product of slopes. A product may be begun at either end.
"""

from autograd_scalar.examples import Table
from autograd_scalar.graph import topological_order

from .example import Example, Exercise, near


def forward_and_reverse(x1=2, x2=3, x3=0.5):
    a = x1 * x2
    b = a.sin()
    c = b + x3
    y = a * c
    return y


def story(y, x1, x2, x3, a, b, c):
    """Reverse is what backward() does: begin with dy/dy = 1 and go down. Every node gets dy/d·, all inputs in one
    pass:"""
    y.explain(x1)
    """Forward begins at an input, dx₁/dx₁ = 1, and goes up with the values. Every node gets d·/dx₁, its tangent:"""

    def forward(result, wrt):
        tangent = {wrt: 1.0}
        for node in topological_order(result):
            if node is not wrt:
                uses = zip(node.parents, node.partials(), strict=True)
                tangent[node] = sum(slope * tangent[parent] for parent, slope in uses)
        return tangent

    tangent = forward(y, x1)
    rows = [(node.label, tangent[node], node.grad) for node in (x1, a, b, c, y)]
    Table(("node", "forward: d·/dx₁", "reverse: dy/d·"), rows)
    assert near(forward(y, x1)[y], x1.grad)
    """The two columns meet: forward ends where reverse began, and the two numbers that answer the question, the last of
    one and the first of the other, are the same. But forward has to be run again for x₂ and for x₃:"""
    [forward(y, x)[y] for x in (x1, x2, x3)], [x.grad for x in (x1, x2, x3)]
    assert all(near(forward(y, x)[y], x.grad) for x in (x1, x2, x3))
    """One pass for each input, against one pass for each output. A network has a million weights and one loss. That is
    why we go backward."""


def broken(y, x1):
    """Reverse has its price. Forward can forget a node once it has been used; reverse needs all their numbers again, in
    the other order. Edit one between the passes, and its slopes are those of another graph. The engine notices:"""
    x1.data = 7
    y.backward()


EXAMPLE = Example(
    __doc__,
    forward_and_reverse,
    wrt="x1",
    story=story,
    broken=broken,
    exercise=Exercise("x₃ has a single route. Write dy/dx₃.", "dy/dx3 = 6 * 1 = 6", "x3"),
)
