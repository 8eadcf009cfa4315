"""From scalars to matrices: where does dW₂ = h₁ᵀ·dy₂ come from?

The softmax network, once more. Its backward pass multiplies along edges, number by number, and has never heard of a
matrix. Papers write it with six matrix products. Both must give the same.
"""

from .example import Claim, Example, Exercise, near
from .softmax_network import softmax_network


def story():
    """# Forward

    Arrays of Values, and NumPy's own functions on them. `values` keeps each entry a node of its own."""
    from autograd_scalar import values

    X = values([[1, 2], [-1, 0.5], [0, -1]])
    W1 = values([[0.5, -1, 1], [0.25, 0.5, -0.75]])
    b1 = values([0, 0.6, 0.4])
    W2 = values([[1, -1], [0.5, 2], [-1.5, 1]])
    b2 = values([0.1, -0.1])
    import numpy as np

    y1 = X.dot(W1) + b1
    h1 = np.maximum(0, y1)
    y2 = h1.dot(W2) + b2
    exp_scores = np.exp(y2)
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    loss = np.sum(-np.log(probs[range(3), [0, 1, 1]])) / 3
    loss.backward()
    loss.data, [array.shape for array in (X, W1, b1, h1, W2, b2, y2)]
    assert near(loss.data, 0.12400611605007727), "P1 P3"
    assert [X.shape, W1.shape, b1.shape, h1.shape, W2.shape, b2.shape] == [
        (3, 2),
        (2, 3),
        (3,),
        (3, 3),
        (3, 2),
        (2,),
    ], "P5"
    """# One entry

    Which weights does a single score hear? Backward from y₂[2][0] alone, the slopes of all of W₂:"""
    W2.zero_grad()
    y2[2, 0].backward()
    W2.grad
    assert W2.grad.tolist() == [[0, 0], [h1[2, 1].data, 0], [h1[2, 2].data, 0]], "P11"
    """Only its own column, and there stands its row of h₁: 0, 0.1, 1.15. So with Σ over the rows p,

    dL/dW₂[i][j] = Σ h₁[p][i] · dL/dy₂[p][j]

    and that is how the product of h₁ᵀ and dy₂ is defined. Nothing more is in it. `matrix_view` looks for such sums in
    the graph, edge by edge:"""
    from autograd_scalar.train import matrix_view

    matrix_view(loss, wrt=["W2", "b2"], entries=2)
    assert matrix_view(loss)["W2"].formula == "dW₂ = h₁ᵀ · dy₂", "P10 P12"
    assert matrix_view(loss)["b2"].formula == "db₂ = Σ dy₂", "P16"
    """The bias is in every row, so it hears from every row: a sum. Here are all of them:"""
    print(*matrix_view(loss).formulas, sep="\n")
    assert matrix_view(loss)["h1"].formula == "dh₁ = dy₂ · W₂ᵀ", "P20"
    assert matrix_view(loss)["W1"].formula == "dW₁ = Xᵀ · dy₁", "P21"
    assert matrix_view(loss)["X"].formula == "dX = dy₁ · W₁ᵀ", "P21"
    """∘ is entry by entry. A relu acts on each entry alone, so its matrix of slopes, 9 × 9 for these 9 entries, has
    zeros everywhere but on the diagonal. Multiplying by it is multiplying by a mask:"""
    print((y1.data > 0).astype(int))
    assert matrix_view(loss)["y1"].formula == "dy₁ = dh₁ ∘ 1{y₁ > 0}", "P17 P18 P22"
    """# Backward, as a paper prints it

    In plain floats. Does it agree with the engine?"""
    loss.zero_grad()
    loss.backward()
    dy2 = probs.data
    dy2[range(3), [0, 1, 1]] -= 1
    dy2 /= 3
    dW2, db2 = h1.data.T.dot(dy2), np.sum(dy2, axis=0)
    dy1 = dy2.dot(W2.data.T) * (y1.data > 0)
    dW1, db1, dX = X.data.T.dot(dy1), np.sum(dy1, axis=0), dy1.dot(W1.data.T)
    pairs = [(dW2, W2), (db2, b2), (dW1, W1), (db1, b1), (dX, X)]
    all(np.allclose(by_hand, array.grad, rtol=1e-12) for by_hand, array in pairs)
    assert max(np.abs(by_hand - array.grad).max() for by_hand, array in pairs) < 1e-15, "P8 P12 P16 P21"
    """"It works quite the same in higher dimensions", one reads. It does; now it is known why."""


def broken():
    """A bias as a column, of shape (C, 1). With three rows and two classes NumPy refuses; with two and two it adds
    along the wrong side and says nothing:"""
    import numpy as np

    b = np.array([[0.1], [-0.1]])
    np.zeros((3, 2)) + b
    (np.zeros((2, 2)) + b).tolist(), (np.zeros((2, 2)) + b.ravel()).tolist()
    assert (np.zeros((2, 2)) + b).tolist() == [[0.1, 0.1], [-0.1, -0.1]], "P13"
    """`dy2 = probs` makes no copy: after `dy2 -= 1` there are no probabilities left."""
    probs = np.array([[0.8, 0.2]])
    dy2 = probs
    dy2[0, 0] -= 1
    probs
    assert probs[0, 0] < 0, "P8"


def written():
    return [
        Claim("P13", "b is a (C, 1) column vector", because="a row: (C,) or (1, C)"),
        Claim("P14", "Y = W·x + b, in a text with y = h·W + b", because="one or the other: they are transposed"),
        Claim("P15", "∂y/∂b is the identity I_HC", because="an identity is square: C × C, as y has C entries"),
        Claim("P16", "∂L/∂b = Σ ∂L/∂yᵢ, i = 1 … n", because="right; n is the number of examples, N"),
        Claim("P17 P18", "∂relu/∂x is diagonal, 1(xᵢ > 0)", because="right"),
        Claim("P22", "the relu of a matrix is left to the reader", because="NH × NH, diagonal: a mask, see above"),
        Claim("P23", "1-D examples: it works quite the same", because="right; all examples before this one are 1-D"),
        Claim("P24", "y for labels and scores, d and ∂ mixed", because="here: right for labels, d for the whole"),
    ]


EXAMPLE = Example(
    __doc__,
    softmax_network,
    wrt="W2[1][0]",
    story=story,
    broken=broken,
    written=written,
    needs=("numpy",),
    exercise=Exercise(
        "What scores 0 get is −0.0713883, 0.0235883 and 0.0186627. Write dL/db₂[0].",
        "dL/db2[0] = -0.0713883 + 0.0235883 + 0.0186627 = -0.0291374",
        "b2[0]",
    ),
)
