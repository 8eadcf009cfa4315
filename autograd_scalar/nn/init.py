"""How weights begin: He, Xavier, LeCun and plain ones, each with its variance *and* its standard deviation.

A neuron z = Σ wᵢ·aᵢ of n inputs, its weights independent with mean 0, has the second moment

    E[z²] = n · Var[w] · E[a²]

and a relu halves it: E[relu(z)²] = ½·E[z²]. So n·Var[w]/2 is the factor per layer, and 2/n is the variance that keeps
it at 1 (He and others, 2015). It is the second moment that is kept, not the variance: activations behind a relu have a
mean. Backward the same holds with the number of outputs for the number of inputs.

Texts write both N(0, 2/n), where the second number is the variance, and N(0, √(2/n)), where it is the standard
deviation. They mean the same distribution; read as a variance, √(2/n) would explode. So an `Init` shows both.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, pi, sqrt
from random import Random
from typing import TYPE_CHECKING

from .. import recording
from ..errors import UsageError
from .modules import assign, contents, flattened, read_size, shape
from .other_words import meant

if TYPE_CHECKING:
    from .modules import Module

__all__ = [
    "Init",
    "Moments",
    "constant",
    "he_normal",
    "he_uniform",
    "initialise",
    "lecun_normal",
    "normal",
    "relu_factor",
    "relu_moments",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]


@dataclass(frozen=True, slots=True)
class Init:
    """A distribution of weights whose variance follows from the size of the layer.

    Attributes:
        name: what it is called.
        shape: "normal", "uniform" or "constant".
        scale: with a `fan`, the variance times the fan; without, the variance itself.
        fan: what the variance is divided by: "fan_in" (inputs of a neuron), "fan_out", "fan_avg" (their mean), or "".
        centre: the mean.

    >>> he_normal().describe(100, 100)
    'he_normal: variance 2/fan_in = 0.02, standard deviation 0.141421, so N(0, variance 0.02) = N(0, std 0.141421)'
    """

    name: str
    shape: str
    scale: float
    fan: str = ""
    centre: float = 0.0

    def variance(self, fan_in: int, fan_out: int) -> float:
        """Var[w] in a layer of `fan_out` neurons with `fan_in` inputs each.

        >>> he_normal().variance(100, 50), xavier_normal().variance(100, 100)
        (0.02, 0.01)
        """
        fan_in, fan_out = read_size(fan_in, "fan_in"), read_size(fan_out, "fan_out")
        fans = {"": 1.0, "fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
        return self.scale / fans[self.fan]

    def std(self, fan_in: int, fan_out: int) -> float:
        """The standard deviation, √Var[w]."""
        return sqrt(self.variance(fan_in, fan_out))

    def bound(self, fan_in: int, fan_out: int) -> float:
        """How far from the centre a uniform weight may lie: √3 times the standard deviation."""
        return sqrt(3.0 * self.variance(fan_in, fan_out))

    def draw(self, fan_in: int, fan_out: int, rng: Random) -> float:
        """One weight."""
        if self.shape == "constant":
            return self.centre
        if self.shape == "normal":
            return rng.gauss(self.centre, self.std(fan_in, fan_out))
        bound = self.bound(fan_in, fan_out)
        return rng.uniform(self.centre - bound, self.centre + bound)

    def weights(self, fan_in: int, fan_out: int, rng: Random) -> list[list[float]]:
        """The weights of a layer: `fan_out` rows of `fan_in` numbers."""
        if self.shape == "normal":
            std, gauss = self.std(fan_in, fan_out), rng.gauss
            return [[gauss(self.centre, std) for _ in range(fan_in)] for _ in range(fan_out)]
        return [[self.draw(fan_in, fan_out, rng) for _ in range(fan_in)] for _ in range(fan_out)]

    def describe(self, fan_in: int, fan_out: int) -> str:
        """The distribution in words, for a layer of this size."""
        if self.shape == "constant":
            return f"{self.name}: every weight {self.centre:g}"
        variance, std = self.variance(fan_in, fan_out), self.std(fan_in, fan_out)
        formula = f"{self.scale:.6g}/{self.fan} = " if self.fan else ""
        if self.fan == "fan_avg":
            formula = f"{2 * self.scale:.6g}/(fan_in + fan_out) = "
        text = f"{self.name}: variance {formula}{variance:.6g}, standard deviation {std:.6g}"
        if self.shape == "normal":
            return f"{text}, so N({self.centre:g}, variance {variance:.6g}) = N({self.centre:g}, std {std:.6g})"
        low, high = (self.centre + side * self.bound(fan_in, fan_out) for side in (-1, 1))
        return f"{text}, so U({low:.6g}, {high:.6g})"


def he_normal(slope: float = 0.0, fan: str = "fan_in") -> Init:
    """He (Kaiming): normal, variance 2/((1 + slope²)·fan), `slope` being that of a leaky relu's left side.

    ``fan="fan_in"`` keeps the second moment forward, ``fan="fan_out"`` backward.
    """
    return Init("he_normal", "normal", _he(slope), _fan(fan))


def he_uniform(slope: float = 0.0, fan: str = "fan_in") -> Init:
    """He (Kaiming): uniform with the variance of `he_normal`, so between ±√(6/((1 + slope²)·fan))."""
    return Init("he_uniform", "uniform", _he(slope), _fan(fan))


def xavier_normal(gain: float = 1.0) -> Init:
    """Xavier (Glorot): normal, variance gain²·2/(fan_in + fan_out). For tanh and sigmoid.

    The 2 belongs there: 1/(fan_in + fan_out), as it is sometimes written, is half of it.
    """
    return Init("xavier_normal", "normal", _square(gain), "fan_avg")


def xavier_uniform(gain: float = 1.0) -> Init:
    """Xavier (Glorot): uniform with the variance of `xavier_normal`, so between ±gain·√(6/(fan_in + fan_out))."""
    return Init("xavier_uniform", "uniform", _square(gain), "fan_avg")


def lecun_normal() -> Init:
    """LeCun: normal, variance 1/fan_in, which keeps the second moment where no activation follows."""
    return Init("lecun_normal", "normal", 1.0, "fan_in")


def normal(std: float, mean: float = 0.0) -> Init:
    """Normal with this standard deviation (not variance), whatever the size of the layer."""
    return Init("normal", "normal", _square(std), "", recording.number(mean, "mean"))


def uniform(low: float, high: float) -> Init:
    """Uniform between `low` and `high`: variance (high − low)²/12. micrograd begins with ``uniform(-1, 1)``."""
    low, high = recording.number(low, "low"), recording.number(high, "high")
    if not low <= high:
        raise UsageError(f"uniform({low:g}, {high:g}): low must not be above high")
    return Init("uniform", "uniform", _square(high - low) / 12, "", (low + high) / 2)


def constant(number: float) -> Init:
    """Every weight the same. Neurons that begin the same stay the same: for biases, and to show that."""
    return Init("constant", "constant", 0.0, "", recording.number(number, "constant"))


def zeros() -> Init:
    """Every weight 0."""
    return Init("zeros", "constant", 0.0)


def _square(number: float) -> float:
    number = recording.number(number, "init")
    if not isfinite(number):
        raise UsageError(f"init: {number} is not finite")
    return number * number


def _he(slope: float) -> float:
    return 2.0 / (1.0 + _square(slope))


def _fan(fan: str) -> str:
    if fan not in {"fan_in", "fan_out", "fan_avg"}:
        raise UsageError(f"fan is 'fan_in', 'fan_out' or 'fan_avg', not {fan!r}")
    return fan


_BY_NAME = {one.__name__: one for one in (he_normal, he_uniform, xavier_normal, xavier_uniform, lecun_normal, zeros)}
_HE = {"relu", "elu", "gelu", "silu", "softplus"}


def read_init(how: Init | str | None = None, *, activation: str = "", slope: float = 0.0) -> Init:
    """The `Init` of that name; for None the usual one before an activation.

    He before relu and its smooth kin (with the slope of a leaky relu), LeCun before nothing and before selu, Xavier
    before all others.

    >>> read_init("xavier_uniform").name, read_init(activation="relu").name, read_init().name
    ('xavier_uniform', 'he_normal', 'lecun_normal')
    """
    if isinstance(how, Init):
        return how
    if isinstance(how, str):
        if how not in _BY_NAME:
            raise UsageError(f"there is no init called {how!r}; {meant(how, _BY_NAME)}")
        return _BY_NAME[how]()
    if callable(how) and getattr(how, "__name__", "") in _BY_NAME:
        raise UsageError(f"init is a name or an Init, not the function that makes one; write {how.__name__}()")
    if how is not None:
        raise UsageError(f"init is a name or an Init, not {recording.described(how)}")
    if activation == "leaky_relu":
        return he_normal(slope)
    if activation in _HE:
        return he_normal()
    return lecun_normal() if activation in {"", "selu"} else xavier_normal()


def read_rng(rng: Random | None) -> Random:
    """A source of random numbers: the one given, or a new one that always gives the same."""
    if rng is None:
        return Random(0)
    if not isinstance(rng, Random):
        raise UsageError(f"rng is a random.Random, not {recording.described(rng)}; write rng=random.Random(seed)")
    return rng


def initialise(model: Module, how: Init | str, *, rng: Random, bias: Init | str | None = None) -> None:
    """Draw all weights of a model again: of every matrix of weights, row by row.

    Biases (and scales and shifts) stay as they are unless `bias` is given, and then it is for the vectors called ``b``.

    >>> from random import Random
    >>> from autograd_scalar.nn import MLP
    >>> model = MLP(256, [128, 64, 10])
    >>> initialise(model, "he_normal", rng=Random(1))
    >>> len(model.parameters())
    41802
    """
    how, rng = read_init(how), read_rng(rng)
    start = None if bias is None else read_init(bias)
    leaves, numbers = [], []
    for entry in contents(model).entries:
        new: list[float] = []
        if shape(entry.tree).replace("×", "", 1).isdigit() and "×" in shape(entry.tree):
            new = flattened(how.weights(len(entry.tree[0]), len(entry.tree), rng))
        elif start is not None and entry.attribute == "b":
            new = [start.draw(1, 1, rng) for _ in flattened(entry.tree)]
        elif entry.attribute == "w" and isinstance(entry.tree, list | tuple):  # a single neuron
            new = flattened(how.weights(len(entry.tree), 1, rng))
        leaves += flattened(entry.tree) if new else []
        numbers += new
    assign(leaves, numbers)


# ------------------------------------------------------------------------------------------------- what theory says


@dataclass(frozen=True, slots=True)
class Moments:
    """The mean, the second moment and the variance of a random number."""

    mean: float
    second: float
    variance: float


def relu_moments(variance: float) -> Moments:
    """What relu makes of z ~ N(0, variance): mean √(v/2π), second moment v/2, variance v·(½ − 1/2π).

    The second moment is halved. The variance is not: what is left of it is 34 %, since relu(z) has a mean.

    >>> relu_moments(1.0)
    Moments(mean=0.3989422804014327, second=0.5, variance=0.3408450569081046)
    """
    return Moments(sqrt(variance / (2 * pi)), variance / 2, variance * (0.5 - 0.5 / pi))


def relu_factor(variance: float, fan: int, slope: float = 0.0) -> float:
    """By what a layer multiplies the second moment: fan·Var[w]·(1 + slope²)/2.

    With the inputs of a neuron as `fan` it is that of the activations, forward; with the outputs of the layer, that of
    the gradients, backward. It is the mean over all nets that could have been drawn; a typical deep one lies lower.

    >>> relu_factor(he_normal().variance(100, 100), 100), relu_factor(1.0, 100)
    (1.0, 50.0)
    """
    return fan * variance * (1.0 + slope * slope) / 2
