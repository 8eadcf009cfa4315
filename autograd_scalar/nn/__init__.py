"""Neural networks of Values: neurons, layers, losses and optimisers, each a page of plain arithmetic.

>>> from autograd_scalar.nn import MLP, SGD, squared_error
>>> model = MLP(2, [4, 1], activation="tanh")
>>> X, Y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
>>> optimiser = SGD(model, lr=0.3, momentum=0.9)
>>> for _ in range(100):
...     loss = squared_error(model.batch(X), Y)
...     optimiser.zero_grad()
...     loss.backward()
...     optimiser.step()
>>> [round(abs(y.data)) for y in model.batch(X)]
[0, 1, 1, 0]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import init
from .clipping import clip_grad_norm, clip_grad_value
from .files import load, load_optimiser, save
from .init import Init, initialise
from .layers import MLP, Activation, Dropout, Layer, Linear, Neuron, Residual, Sequential
from .losses import (
    LOSSES,
    absolute_error,
    binary_cross_entropy,
    cross_entropy,
    hinge,
    huber,
    kl_divergence,
    l1_penalty,
    l2_penalty,
    squared_error,
)
from .modules import Module
from .normalisation import BatchNorm, LayerNorm
from .optimisers import OPTIMISERS, SGD, Adam, AdamW, Optimiser
from .other_words import meant
from .recurrent import LSTMCell, RNNCell

if TYPE_CHECKING:
    from typing import Never

__all__ = [
    "LOSSES",
    "MLP",
    "OPTIMISERS",
    "SGD",
    "Activation",
    "Adam",
    "AdamW",
    "BatchNorm",
    "Dropout",
    "Init",
    "LSTMCell",
    "Layer",
    "LayerNorm",
    "Linear",
    "Module",
    "Neuron",
    "Optimiser",
    "RNNCell",
    "Residual",
    "Sequential",
    "absolute_error",
    "binary_cross_entropy",
    "clip_grad_norm",
    "clip_grad_value",
    "cross_entropy",
    "hinge",
    "huber",
    "init",
    "initialise",
    "kl_divergence",
    "l1_penalty",
    "l2_penalty",
    "load",
    "load_optimiser",
    "save",
    "squared_error",
]


def __getattr__(name: str) -> Never:
    """What another library calls something that is here is answered with its name here."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    raise AttributeError(f"there is no {name} in {__name__}; {meant(name, __all__)}")
