"""The dying relu: why does this neuron never learn?

The neuron of the beginning, with w = −3. It answers 0, it should answer 5, and no step of gradient descent moves it.
"""

from autograd_scalar import compare, leaky_relu, relu

from .example import Claim, Example, Exercise


def dying_relu(x=2, w=-3, b=1, y=5):
    z = w * x + b
    a = relu(z)
    return (a - y) ** 2


def leaky(x=2, w=-3, b=1, y=5):
    z = w * x + b
    a = leaky_relu(z)
    return (a - y) ** 2


def story(L, x, w, b, y, z, a):
    """The loss is 25 and the gradient is 0. Why?"""
    L.why(w)
    assert (z.data, a.data, L.data, w.grad, b.grad) == (-5, 0, 25, 0, 0), "A3 A16"
    """A gradient of 0 here does not mean that the goal is reached. It means that nobody downstream can hear w: a small
    change of it changes nothing. A thousand steps of nothing are nothing:"""
    for _ in range(1000):
        loss = dying_relu(x, w, b, y)
        loss.zero_grad()
        loss.backward()
        for leaf in (w, b):
            leaf.data -= 0.1 * leaf.grad
    w.data, b.data, loss.data
    assert [w.data, b.data, loss.data] == [-3, 1, 25], "A3 A16"
    """# A relu that leaks

    leaky_relu lets a hundredth through. That is little, and it is enough to come back to life:"""
    compare(dying_relu, leaky, x=2, w=-3, b=1, y=5, wrt="w", forward=True)
    for step in range(1000):
        loss = leaky(x, w, b, y)
        if loss.data < 1e-6:
            break
        loss.zero_grad()
        loss.backward()
        for leaf in (w, b):
            leaf.data -= 0.1 * leaf.grad
    step, loss.data
    assert loss.data < 1e-6, "A3"
    """One dead neuron is not a dead network: for another x the same neuron may be open."""
    compare(dying_relu, leaky, x=-2, w=-3, b=1, y=5, wrt="w")


def broken():
    """A common "cure": start every weight at 0. Then z = 0, just at the kink, where the slope is taken to be 0. Dead
    from the start:"""
    compare(dying_relu, leaky, x=2, w=0, b=0, y=5, wrt="w")


def written(w):
    return [
        Claim("A3", "relu(x) with x ≤ 0 blocks the gradient", "0", w.grad, "its x is what goes into the relu, here z"),
        Claim("A16", "a neuron stuck below 0 stops learning", because="yes, as long as every x it meets leaves z ≤ 0"),
    ]


EXAMPLE = Example(
    __doc__,
    dying_relu,
    wrt="w",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise("Write the chain of dL/dw for this neuron. Which factor is 0?", "dL/dw = -10 * 0 * 2 = 0", "w"),
)
