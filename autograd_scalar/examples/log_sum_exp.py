"""log-sum-exp: how does one add numbers that are too large to exist?

Scores become probabilities: exp(s) / Σ exp(s). The loss of a classifier is log Σ exp(s) minus the score of the right
class. A score of 1000 is nothing special. exp(1000) is no float.
"""

from autograd_scalar import exp, log, logsumexp, softmax

from .example import Claim, Example, Exercise, near


def log_sum_exp(s1=2, s2=1, s3=-1):
    L = logsumexp([s1, s2, s3]) - s1
    return L


def story(L, s1, s2, s3):
    """The first class is the right one. Its loss, and the slope for each score:"""
    L.explain(s2)
    [s1.grad, s2.grad, s3.grad]
    [p.data for p in softmax([s1, s2, s3])]
    assert all(near(s.grad, p.data) for s, p in zip((s2, s3), softmax([s1, s2, s3])[1:], strict=True)), "P6 P7"
    assert abs(s1.grad + s2.grad + s3.grad) < 1e-15, "P6"
    """Compare the two lists. Each slope is the probability; the right class has 1 less. So they add up to 0: what one
    score gains, the others lose.

    Add 1000 to each score, and no probability changes. The library subtracts the largest score first, so that the
    largest power is exp(0) = 1:"""
    L.at(s1=1002, s2=1001, s3=999)
    assert near(L.at(s1=1002, s2=1001, s3=999).value, L.data), "P4"


def broken():
    """As it stands on paper, with numbers that a network reaches after a few bad steps:"""
    log(exp(2.0) + exp(1.0) + exp(-1.0)) - 2.0
    log(exp(1002.0) + exp(1001.0) + exp(999.0)) - 1002.0
    logsumexp([1002.0, 1001.0, 999.0]) - 1002.0
    """At the other end every power is 0, and 0 has no logarithm:"""
    log(exp(-1002.0) + exp(-1001.0))
    logsumexp([-1002.0, -1001.0])


def written():
    return [
        Claim(
            "P4", "np.exp(y) / np.sum(np.exp(y))", because="without the shift a score above 709.78 gives inf/inf = NaN"
        ),
        Claim("P7", "p = e^f / Σ e^f, for the right class", because="true; needed for every class, not only for it"),
    ]


EXAMPLE = Example(
    __doc__,
    log_sum_exp,
    wrt="s1",
    story=story,
    broken=broken,
    written=written,
    exercise=Exercise(
        "Three equal scores. What is dL/ds₁, for the right class?",
        "dL/ds1 = 1/3 - 1 = -2/3",
        "s1",
        {"s1": 0, "s2": 0, "s3": 0},
    ),
)
