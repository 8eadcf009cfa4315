"""Backward twice: why is w.grad suddenly 16?

Leaves add up what they get, pass after pass, until they are told to forget. That is meant: two losses may share a
weight. It is also the commonest slip in a training loop.
"""

from autograd_scalar.examples import Table, beside
from autograd_scalar.graph import topological_order

from .example import Example, Exercise
from .relu_neuron import relu_neuron


def story(L, w, z):
    """One pass has been. Here is another, through the same graph:"""
    L.backward()
    [w.grad, z.grad]
    assert (w.grad, z.grad) == (16, 4)
    """w is a leaf: it holds 8 + 8. z lies in between: its gradient is made afresh by each pass. Ask why, and be
    told:"""
    L.explain(w)
    """zero_grad() makes the leaves forget. It belongs before each backward() of a training loop."""
    L.zero_grad()
    L.backward()
    w.grad
    assert w.grad == 8


def broken(L, x, w, b, y):
    """# An engine that forgets too little

    What if the gradients between leaf and loss were kept from pass to pass as well? Here is such an engine, after two
    passes, beside two passes of the right one:"""
    grad = dict.fromkeys(reversed(topological_order(L)), 0.0)

    def backward(result):
        grad[result] = 1.0
        for node in reversed(topological_order(result)):
            for parent, slope in zip(node.parents, node.partials(), strict=True):
                grad[parent] += grad[node] * slope

    backward(L)
    backward(L)
    L.backward()
    beside(grad)
    assert (w.grad, grad[w]) == (16, 48)
    """They part at a, next to the loss: 4 from this pass, and more that was still there. Each node hands on too much,
    and the farther from L, the more has gathered. Twice 8 is 16, not 48.

    # A training loop that forgets to forget

    The steps of η = 0.1, with zero_grad() and without:"""

    def descend(forgets):
        w.data, w.grad, path = 3, 0, []
        for _ in range(7):
            loss = relu_neuron(x, w, b, y)
            if forgets:
                loss.zero_grad()
            loss.backward()
            path += [w.data, loss.data]
            w.data -= 0.1 * w.grad
        return path

    right, wrong = descend(True), descend(False)
    columns = right[::2], right[1::2], wrong[::2], wrong[1::2]
    Table(("w", "L", "w, without", "L, without"), zip(*columns, strict=True))
    assert right[-1] < 1e-7
    assert wrong[-1] > 1
    """The old gradients push on after the slope has turned. It swings past the goal, and back, and past it again."""


EXAMPLE = Example(
    __doc__,
    relu_neuron,
    wrt="w",
    story=story,
    broken=broken,
    exercise=Exercise("After two passes w.grad is 16. What is dL/dw?", "dL/dw = 4 * 1 * 2 = 8", "w"),
)
