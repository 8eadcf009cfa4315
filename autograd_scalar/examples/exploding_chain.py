"""The exploding chain: the relus have slope 1, so why is the gradient 3125?

Three layers of one relu each, all weights 5, no biases. x = 1, the target is 0, and L is half the squared error.
"""

from autograd_scalar import Value, relu
from autograd_scalar.examples import Table

from .example import Claim, Example, Exercise


def exploding_chain(x=1, w1=5, w2=5, w3=5, y=0):
    z1 = w1 * x
    a1 = relu(z1)
    z2 = w2 * a1
    a2 = relu(z2)
    z3 = w3 * a2
    a3 = relu(z3)
    return 0.5 * (a3 - y) ** 2


def story(L, x, w1, w2, w3, a1, a2, a3):
    """Seven factors. Look which of them are not 1:"""
    L.explain(w1)
    assert (a1.data, a2.data, a3.data, L.data) == (5, 25, 125, 7812.5), "E1 E2 E3 E4"
    assert (a3.grad, w1.grad) == (125, 3125), "E5 E6 E7 E8 D2 D11"
    """The relus let everything through. What multiplies is the weights, and they do it twice: on the way forward, where
    they make the error 125, and on the way back."""
    L.why(w1)
    """All three weights have the same gradient. In a chain of relus without biases w·dL/dw is the same in every layer:
    making any weight 1 % larger makes the output 1 % larger."""
    [w.data * w.grad for w in (w1, w2, w3)]
    assert [w1.grad, w2.grad, w3.grad, x.grad, a2.grad, a1.grad] == [3125, 3125, 3125, 15625, 625, 3125], "E9"
    """# The law

    With n layers of weight k the error is kⁿ, and the way back to w₁ multiplies by kⁿ⁻¹. Together k²ⁿ⁻¹. See whether it
    is so:"""

    def chain(k, n):
        weights = [Value(k) for _ in range(n)]
        a = Value(1)
        for w in weights:
            a = relu(w * a)
        L = 0.5 * a**2
        L.backward()
        return n, k, weights[0].grad, float(k) ** (2 * n - 1), L.data

    rows = [chain(k, n) for k in (5, 1, 0.5) for n in (3, 10)]
    Table(("n", "k", "dL/dw₁", "k²ⁿ⁻¹", "L"), rows, digits=15)
    assert all(gradient == law for _, _, gradient, law, _ in rows), "F1"
    assert rows[1][2:] == (5**19, 5**19, 47683715820312.5), "F2"
    assert rows[2][2:] == rows[3][2:] == (1, 1, 0.5), "F3"
    assert (rows[4][2], rows[5][2]) == (0.03125, 1.9073486328125e-06), "F4"


def broken(L, a3, x):
    """The general formula is often written dL/dx = ∏ da/dz · dz/da, over the layers. Something is missing at its
    beginning:"""
    a3.explain(x).value, L.explain(x).value
    assert (a3.explain(x).value, L.explain(x).value) == (125, 15625), "D10"
    """The product is da₃/dx, the slope of the output. The slope of the loss has one factor more, dL/da₃ = 125. (And a
    letter L that means both the loss and the number of layers helps nobody.)

    "Factors above 1 explode" is nearly true: they must stay away from 1. These are all above 1, and tend to it:"""
    product = Value(1)
    for n in range(1, 10001):
        product = product * (1 + 1 / n**2)
    product.data
    assert product.data < 3.68, "D3"


def written(L, x, w1, a3):
    return [
        Claim("E1", "z₁ = a₁ = 5", "5", a3.data / 25),
        Claim("E4", "L = 7812.5", "7812.5", L),
        Claim("E5", "dL/da₃ = 125", "125", a3.grad),
        Claim("E8", "dL/dw₁ = 3125", "3125", w1.grad),
        Claim("D10", "dL/dx = ∏ da/dz · dz/da", "125", x.grad, "dL/da₃ is missing"),
        Claim("F1", "dL/dw₁ = initial gradient · kⁿ⁻¹", because="true, and it hides half: the initial gradient is kⁿ"),
        Claim(
            "F2", "k = 5, 10 layers: 5⁹ = 1953125", because="the factor is; the gradient itself is 5¹⁹, about 2·10¹³"
        ),
        Claim("D3", "each term > 1: it blows up", because="if all sizes stay above 1.1, say; relu's are 0 or 1"),
        Claim(
            "D1 D9 J3 J4", "relu does not prevent exploding", because="right: it passes on whatever the weights make"
        ),
        Claim(
            "D6",
            "relu does not cap gradients",
            because="right: σ is bounded and has slopes up to 0.25; relu has neither",
        ),
    ]


EXAMPLE = Example(
    __doc__,
    exploding_chain,
    wrt="w1",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Write dL/dw₂ with its five factors. Which two differ from those of w₁, and why is the product the same?",
        "dL/dw2 = 125 * 1 * 5 * 1 * 5 = 3125",
        "w2",
    ),
)
