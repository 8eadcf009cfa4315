"""The worked examples, one to a file, in teaching order.

>>> from autograd_scalar.examples import examples, find
>>> print(find("relu-neuron").record().result)
Value(4.0, label='L')
"""

from __future__ import annotations

from importlib import import_module

from ..errors import UsageError
from ..other_words import nearest
from .example import Example, Table, beside

__all__ = ["Example", "Table", "beside", "examples", "find"]

_IN_ORDER = (
    "relu_neuron",
    "perfect_step",
    "sigmoid_neuron",
    "relu_or_sigmoid",
    "rounded_too_early",
    "used_twice",
    "order_matters",
    "backward_twice",
    "dying_relu",
    "kinks",
    "two_layers",
    "exploding_chain",
    "open_and_vanishing",
    "killed_by_a_step",
    "hundred_layers",
    "he_initialisation",
    "xavier",
    "depth_laboratory",
    "clipping",
    "weight_decay",
    "batch_and_layer_norm",
    "residual_connections",
    "logistic_regression",
    "log_sum_exp",
    "softmax_network",
    "scalars_to_matrices",
    "gradient_check",
    "xor",
    "two_moons",
    "recurrent_weight",
    "newton",
    "saddle",
    "forward_and_reverse",
    "errata",
)


def examples() -> tuple[Example, ...]:
    """All examples, in teaching order."""
    return tuple(import_module(f"{__name__}.{module}").EXAMPLE for module in _IN_ORDER)


def find(name: str) -> Example:
    """The example of a name. Raises `UsageError`, with the names there are, where there is none."""
    wanted = name.replace("_", "-").lower()
    known = {module.replace("_", "-"): module for module in _IN_ORDER}
    if wanted in known:
        found: Example = import_module(f"{__name__}.{known[wanted]}").EXAMPLE
        return found
    close = nearest(wanted, known)
    meant = f"did you mean {close}?" if close else f"there are {', '.join(known)}"
    raise UsageError(f"there is no example called {name!r}; {meant}")
