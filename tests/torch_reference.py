"""What PyTorch computes for the inputs below, in float64 on a CPU, to compare `autograd_scalar.nn` with.

The numbers stand in ``torch_reference.json``, with the version that gave them; ``python tests/torch_reference.py``
writes it again. Where PyTorch is installed, the tests compare with what it says today as well.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from autograd_scalar import Value

RECORDED = Path(__file__).with_suffix(".json")
SOURCES = ["recorded", "live"] if importlib.util.find_spec("torch") else ["recorded"]

# ------------------------------------------------------------------------------------------------------- the inputs

BATCH = [[0.5, -1.25, 3.0], [2.0, 0.75, -0.5], [-1.5, 0.25, 1.0], [0.125, 2.5, 0.0]]
SECOND_BATCH = [[1.5, 0.5, -3.0], [0.0, -0.75, 0.5], [0.25, 1.25, 2.0]]
UPSTREAM = [[1.0, -0.5, 0.25], [-2.0, 0.75, 1.5], [0.5, -1.0, 0.125], [0.3, 0.7, -0.9]]
SCALE, SHIFT = [1.5, -0.5, 0.75], [0.1, -0.2, 0.3]

W = [[0.2, -0.3, 0.5], [-0.7, 0.1, 0.4]]
U = [[0.6, -0.2], [0.3, 0.9]]
B = [0.05, -0.15]
H0, C0 = [0.1, -0.4], [0.7, -0.2]
GATES = [1.0, -0.8, 0.6, 1.3]  # the weights of the four gates of an LSTM are W, U and B times these

SCORES = [[1.4, 0.1, -2.0], [1.025, 3.6, 0.5], [-1.575, 1.25, 0.75]]
LABELS = [0, 1, 2]
DISTRIBUTIONS = [[0.7, 0.2, 0.1], [0.0, 0.5, 0.5], [0.25, 0.25, 0.5]]
TARGETS = [[1.0, 0.5, -1.0], [1.025, 1.0, -4.0], [0.0, 0.0, 0.25]]
SIDES = [[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0], [1.0, 1.0, -1.0]]
CHANCES = [[1.0, 0.0, 0.25], [0.5, 1.0, 0.0], [0.0, 0.75, 1.0]]

START = [1.5, -2.0, 0.5]
STEPS = 50
OPTIMISERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {"lr": 0.05}),
    "weight decay": ("SGD", {"lr": 0.05, "weight_decay": 0.1}),
    "momentum": ("SGD", {"lr": 0.02, "momentum": 0.9}),
    "nesterov": ("SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "adam": ("Adam", {"lr": 0.1}),
    "adam with decay": ("Adam", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.1}),
    "adamw": ("AdamW", {"lr": 0.1}),
    "adamw with decay": ("AdamW", {"lr": 0.05, "betas": (0.8, 0.99), "eps": 1e-6, "weight_decay": 0.3}),
}


def bowl(w: Any) -> Any:
    """What the optimisers descend: not quadratic, its curvature different along each axis."""
    a, b, c = w
    return (a * a - 1) ** 2 + 0.5 * (b - a) ** 2 + 3.0 * (c * b - 0.5) ** 2 + 0.1 * c**4


# ------------------------------------------------------------------------------------------------------ comparisons


def values(numbers: Any) -> Any:
    return [values(one) for one in numbers] if isinstance(numbers, list) else Value(numbers)


def data(tree: Any) -> Any:
    return [data(one) for one in tree] if isinstance(tree, list | tuple) else getattr(tree, "data", tree)


def grads(tree: Any) -> Any:
    return [grads(one) for one in tree] if isinstance(tree, list | tuple) else tree.grad


def flat(tree: Any) -> list[float]:
    return [leaf for one in tree for leaf in flat(one)] if isinstance(tree, list | tuple) else [tree]


def assert_equal(ours: Any, theirs: Any) -> None:
    assert len(flat(ours)) == len(flat(theirs))
    assert flat(ours) == pytest.approx(flat(theirs), rel=1e-12, abs=1e-12)


# ------------------------------------------------------------------------------------------------------- by PyTorch


def by_torch() -> dict[str, Any]:
    """Compute all cases, as nested lists of floats by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch without NumPy says so; it is not needed
        torch = importlib.import_module("torch")
    cases: dict[str, Any] = {"source": f"PyTorch {torch.__version__}, float64, CPU"}

    def tensor(numbers: Any, *, is_leaf: bool = True) -> Any:
        made = torch.tensor(numbers, dtype=torch.float64)
        return made.requires_grad_() if is_leaf and made.is_floating_point() else made

    def kept(**results: Any) -> dict[str, Any]:
        return {name: result.tolist() for name, result in results.items()}

    functional, upstream = torch.nn.functional, tensor(UPSTREAM, is_leaf=False)

    x, scale, shift = tensor(BATCH), tensor(SCALE), tensor(SHIFT)
    y = functional.layer_norm(x, (3,), scale, shift)
    (y * upstream).sum().backward()
    cases["layer norm"] = kept(y=y, dx=x.grad, dscale=scale.grad, dshift=shift.grad)

    layer = torch.nn.BatchNorm1d(3, dtype=torch.float64)
    layer.load_state_dict(layer.state_dict() | {"weight": tensor(SCALE), "bias": tensor(SHIFT)})
    x = tensor(BATCH)
    y = layer(x)
    (y * upstream).sum().backward()
    layer(tensor(SECOND_BATCH))
    cases["batch norm"] = kept(
        y=y, dx=x.grad, dscale=layer.weight.grad, dshift=layer.bias.grad,
        mean=layer.running_mean, variance=layer.running_var, in_use=layer.eval()(tensor(BATCH)),
    )  # fmt: skip

    x, w, u, b, h0 = tensor(BATCH), tensor(W), tensor(U), tensor(B), tensor(H0)
    rnn = torch.nn.RNNCell(3, 2, dtype=torch.float64)
    zero = tensor([0.0, 0.0], is_leaf=False)
    rnn.load_state_dict({"weight_ih": w, "weight_hh": u, "bias_ih": b, "bias_hh": zero})
    h = h0
    for one in x:
        h = rnn(one, h)
    h.sum().backward()
    cases["rnn"] = kept(
        h=h, dw=rnn.weight_ih.grad, du=rnn.weight_hh.grad, db=rnn.bias_ih.grad, dx=x.grad, dh0=h0.grad
    )  # fmt: skip

    cell = torch.nn.LSTMCell(3, 2, dtype=torch.float64)
    stacked = {
        name: torch.cat([tensor(numbers, is_leaf=False) * gate for gate in GATES])
        for name, numbers in (("weight_ih", W), ("weight_hh", U), ("bias_ih", B))
    }
    cell.load_state_dict(stacked | {"bias_hh": torch.zeros(8, dtype=torch.float64)})
    x, h0, c0 = tensor(BATCH), tensor(H0), tensor(C0)
    h, c = h0, c0
    for one in x:
        h, c = cell(one, (h, c))
    (h.sum() + (c * c).sum()).backward()
    cases["lstm"] = kept(
        h=h, c=c, dw=cell.weight_ih.grad, du=cell.weight_hh.grad, db=cell.bias_ih.grad,
        dx=x.grad, dh0=h0.grad, dc0=c0.grad,
    )  # fmt: skip

    def loss(name: str, targets: Any, compute: Any) -> None:
        scores, aims = tensor(SCORES), tensor(targets)
        result = compute(scores, aims)
        result.backward()
        cases[name] = kept(loss=result, dscores=scores.grad)

    labels = torch.tensor(LABELS)
    loss("squared_error", TARGETS, functional.mse_loss)
    loss("half squared_error", TARGETS, lambda s, y: 0.5 * functional.mse_loss(s, y))
    loss("sum squared_error", TARGETS, lambda s, y: functional.mse_loss(s, y, reduction="sum"))
    loss("absolute_error", TARGETS, functional.l1_loss)
    loss("huber", TARGETS, functional.huber_loss)
    loss("huber 0.3", TARGETS, lambda s, y: functional.huber_loss(s, y, delta=0.3))
    loss("hinge", SIDES, lambda s, y: torch.clamp(1 - y * s, min=0).mean())
    loss("binary_cross_entropy", CHANCES, functional.binary_cross_entropy_with_logits)
    loss("cross_entropy", LABELS, lambda s, _: functional.cross_entropy(s, labels))
    loss("sum cross_entropy", LABELS, lambda s, _: functional.cross_entropy(s, labels, reduction="sum"))
    loss("soft cross_entropy", DISTRIBUTIONS, lambda s, q: functional.cross_entropy(s, q.detach()))
    loss("kl_divergence", DISTRIBUTIONS, lambda s, q: functional.kl_div(
        functional.log_softmax(s, 1), q.detach(), reduction="sum"))  # fmt: skip

    for name, (kind, settings) in OPTIMISERS.items():
        w = tensor(START)
        optimiser = getattr(torch.optim, kind)([w], **settings)
        path = []
        for _ in range(STEPS):
            optimiser.zero_grad()
            bowl(w).backward()
            optimiser.step()
            path.append(w.tolist())
        cases[name] = {"path": path}
    return cases


@cache
def reference(source: str) -> dict[str, Any]:
    """All cases, as recorded or as computed here and now."""
    if source == "live":
        return by_torch()
    cases: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return cases


if __name__ == "__main__":
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in by_torch().items())
    RECORDED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
