"""A softmax network: which scores rise, and how does each weight hear of it?

Three examples of two numbers, three hidden neurons with a relu, two classes. The last layer gives scores; the loss is
the mean of −log p, where p is the probability that the scores give to the right class: 0, 1 and 1.
"""

from autograd_scalar import dot, logsumexp, mean, relu, softmax
from autograd_scalar.examples import Table, beside
from autograd_scalar.testing import gradcheck

from .example import Claim, Example, Exercise, near

P0 = (0.78583498304255861, 0.070764811856140789, 0.055988079061821668)
DY2 = (-0.071388338985813796, 0.023588270618713596, 0.018662693020607223)


def softmax_network(
    X=((1, 2), (-1, 0.5), (0, -1)),
    W1=((0.5, -1, 1), (0.25, 0.5, -0.75)),
    b1=(0, 0.6, 0.4),
    W2=((1, -1), (0.5, 2), (-1.5, 1)),
    b2=(0.1, -0.1),
):
    right = 0, 1, 1
    y1 = [[dot(x, column, b) for *column, b in zip(*W1, b1, strict=True)] for x in X]
    h1 = [[relu(y) for y in row] for row in y1]
    y2 = [[dot(h, column, b) for *column, b in zip(*W2, b2, strict=True)] for h in h1]
    losses = [logsumexp(y2[i]) - y2[i][right[i]] for i in range(3)]
    return mean(losses)


def story(L, X, W1, b1, W2, b2, h1, y2):
    """Forward: two scores for each example, and what softmax makes of them. Backward: what each score gets. Compare the
    last two columns:"""
    rows = []
    for i, right in enumerate((0, 1, 1)):
        for k, p in enumerate(softmax(y2[i])):
            rows.append((i, k, y2[i][k], p, (p.data - (k == right)) / 3, y2[i][k].grad))
    Table(("example", "class", "score", "p", "(p − right)/3", "dL/dscore"), rows)
    L.data
    assert all(near(softmax(row)[0].data, p) for row, p in zip(y2, P0, strict=True)), "P1"
    assert near(L.data, 0.12400611605007727), "P2 P3"
    assert all(near(row[0].grad, dy) for row, dy in zip(y2, DY2, strict=True)), "P6 P8 P9"
    assert all(near(row[0].grad, -row[1].grad) for row in y2), "P6"
    """The slope of a score is its probability, less 1 for the right class, and a third of that since L is a mean over
    three. What one score of an example gains, the other loses. A score whose slope is below 0 rises in the next step:
    always the right one."""
    """From there on it is the two layers by hand once more. A hidden neuron hears from both scores of its row, each
    through a weight:"""
    L.explain(h1[0][1])
    assert near(h1[0][1].grad, 0.10708250847872069), "P20"
    """And a weight hears from every example. W₂[1][0] leads from the second hidden neuron to the first score, in three
    rows. The input of its row, times what its score gets, added up:"""
    Table(
        ("row", "h₁[row][1]", "dL/dy₂[row][0]", "product"),
        [(i, h1[i][1], y2[i][0].grad, h1[i][1].data * y2[i][0].grad) for i in range(3)],
    )
    W2[1][0].grad
    assert near(W2[0][0].grad, -0.071388338985813796), "P10 P12"
    assert near(W2[1][0].grad, 0.0026715665551925983), "P10 P12"
    assert near(b2[0].grad, -0.029137375346492977), "P16"
    assert near(W1[0][1].grad, 0.14246491440679109), "P21"
    assert near(b1[2].grad, -0.046656732551518057), "P21"
    assert near(X[2][1].grad, 0.020995529648183126), "P21"
    """As a formula: dW₂ = h₁ᵀ·dy₂. Its matrices are the subject of scalars-to-matrices. Is every one of the 23
    gradients right? gradcheck moves each of the 23 numbers a little and looks at L alone:"""
    len(gradcheck(softmax_network, X, W1, b1, W2, b2).slopes)


def broken(y2):
    """The logarithm is easily lost. Without it the mean of p is left, also a number between 0 and 1. But it is 1 where
    the net is right, so going down its slope unlearns:"""
    mean([softmax(y2[0])[0], softmax(y2[1])[1], softmax(y2[2])[1]])
    assert near(mean([softmax(y2[0])[0], softmax(y2[1])[1], softmax(y2[2])[1]]).data, 0.88636069737479985), "P2"
    """And the division by N belongs in it once. Twice, in the loss and again in the gradient, and each step is a third
    of what it should be:"""
    beside({y: y.grad / 3 for row in y2 for y in row})


def written(L):
    return [
        Claim("P2", "Lᵢ = e^y / Σ e^y", "0.88636069737479985", L, "the −log is missing"),
        Claim("P3 P9", "L = Σ Lᵢ / N, and dy₂ /= N", because="right, once"),
        Claim("P6", "dLᵢ/df_k = p_k − 1(k = yᵢ)", because="right, and it adds up to 0 over k"),
        Claim("P1", "h₁ = max(0, X·W₁ + b₁), y₂ = h₁·W₂ + b₂", because="right"),
    ]


EXAMPLE = Example(
    __doc__,
    softmax_network,
    wrt="W2[0][0]",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Row 0 has the scores 1.4 and 0.1. Write dL/dW₂[0][0]: what score 0 gets, times its input h₁[0][0] = 1.",
        "dL/dW2[0][0] = (exp(1.4)/(exp(1.4) + exp(0.1)) - 1)/3 * 1",
        "W2[0][0]",
    ),
)
