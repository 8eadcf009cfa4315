"""What other libraries call the things that are here, for the error that meets their words."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["meant"]

_OTHER_WORDS = {
    # losses
    "mse": "squared_error", "mseloss": "squared_error", "l2": "squared_error", "mae": "absolute_error",
    "l1": "absolute_error", "l1loss": "absolute_error", "smooth_l1": "huber", "smoothl1loss": "huber",
    "huberloss": "huber", "bce": "binary_cross_entropy", "bceloss": "binary_cross_entropy",
    "bcewithlogitsloss": "binary_cross_entropy", "log_loss": "binary_cross_entropy", "ce": "cross_entropy",
    "nll": "cross_entropy", "nllloss": "cross_entropy", "crossentropy": "cross_entropy",
    "crossentropyloss": "cross_entropy", "softmax": "cross_entropy", "kldivloss": "kl_divergence", "svm": "hinge",
    # starts
    "kaiming": "he_normal", "kaiming_normal": "he_normal", "kaiming_uniform": "he_uniform", "he": "he_normal",
    "glorot": "xavier_uniform", "glorot_normal": "xavier_normal", "glorot_uniform": "xavier_uniform",
    "xavier": "xavier_normal",
    # modules
    "relu": 'Activation("relu")', "tanh": 'Activation("tanh")', "sigmoid": 'Activation("sigmoid")',
    "leakyrelu": 'Activation("leaky_relu")', "softplus": 'Activation("softplus")', "batchnorm1d": "BatchNorm",
    "dense": "Linear", "rnn": "RNNCell", "lstm": "LSTMCell", "parameter": "Value",
    "clip_grad_norm_": "clip_grad_norm", "clip_grad_value_": "clip_grad_value", "optim": "SGD",
}  # fmt: skip


def meant(name: object, known: Iterable[str]) -> str:
    """``did you mean Adam?``, or else all that there is.

    >>> meant("MSELoss", ["squared_error", "hinge"])
    'did you mean squared_error?'
    >>> meant("moon", ["SGD", "Adam"])
    'there are SGD, Adam'
    """
    by_word = {one.lower(): one for one in known}
    word = str(name).lower()
    other = _OTHER_WORDS.get(word, "")
    if word not in by_word and (other in by_word.values() or "(" in other):
        return f"did you mean {other}?"
    close = get_close_matches(word, by_word, 1)
    return f"did you mean {by_word[close[0]]}?" if close else f"there are {', '.join(by_word.values())}"
