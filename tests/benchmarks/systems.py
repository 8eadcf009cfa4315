"""One adapter per library, so that every system runs the same program.

Programs use Python's own operators on the nodes; whatever else they need (functions, a neuron's
weighted sum, the backward pass) they ask of the `System`. Each adapter uses the fastest spelling a
user of that library would find in its documentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from .workloads import Case

# A system's number: each library has its own class, and most of them carry no types.
Node = Any

OURS = "autograd_scalar"
OURS_DOT = "autograd_scalar · dot"


class Run:
    """One recording of a case: leaves made beforehand, then `record` and `backward` on the clock.

    Args:
        system: The library to record with.
        case: The program and the numbers of its leaves.
    """

    def __init__(self, system: System, case: Case) -> None:
        self.system = system
        self.program = case.program
        self.leaves: list[Node] = [system.leaf(number) for number in case.numbers]
        self.model = case.arrange(self.leaves)
        self.root: Node = None

    def record(self) -> None:
        """Run the program forward, and hold the graph."""
        self.root = self.program(self.system, self.model)

    def backward(self) -> None:
        """Run the backward pass from the root."""
        self.system.backward(self.root)

    def loss(self) -> float:
        """The number at the root."""
        return self.system.value(self.root)

    def gradient(self) -> list[float] | None:
        """dL/dleaf for every leaf; None from a system that has no derivatives."""
        return [self.system.grad(leaf) for leaf in self.leaves]

    def close(self) -> None:
        """Give back whatever outlives the run."""


class System:
    """What a program and the harness may ask of a library."""

    name: ClassVar[str]
    distribution: ClassVar[str]
    module: ClassVar[str]
    only_neurons: ClassVar[bool] = False
    """Differs from another system in `dot` alone: left out where a workload has no neurons."""

    slow: ClassVar[bool] = False
    """Takes minutes for a million ops: left out there, and where the collector is off."""

    run: ClassVar[type[Run]] = Run

    leaf: Callable[[float], Node]
    """A number that is to get a gradient."""

    relu: Callable[[Node], Node]
    tanh: Callable[[Node], Node]
    exp: Callable[[Node], Node]
    log: Callable[[Node], Node]

    dot: Callable[[Sequence[Node], Sequence[Node], Node], Node]
    """A neuron's weighted sum, from its weights, its inputs and its bias."""

    def __init__(self) -> None:
        self.dot = weighted_sum

    def backward(self, root: Node) -> None:
        """Fill in the gradients of everything that ``root`` depends on."""
        root.backward()

    def value(self, node: Node) -> float:
        """The number a node holds."""
        return float(node.data)

    def grad(self, leaf: Node) -> float:
        """The gradient a leaf holds after the backward pass."""
        return float(leaf.grad)


def weighted_sum(weights: Sequence[Node], inputs: Sequence[Node], bias: Node) -> Node:
    """A neuron op by op, in the words of micrograd's ``nn.Neuron``."""
    return sum((w * x for w, x in zip(weights, inputs, strict=True)), bias)


class AutogradScalar(System):
    """Our engine, every operation a node of its own."""

    name = OURS
    distribution = "autograd-scalar"
    module = "autograd_scalar"

    def __init__(self) -> None:
        super().__init__()
        self.library = import_module(self.module)
        value = self.library.Value
        self.leaf = value
        self.relu, self.tanh, self.exp, self.log = value.relu, value.tanh, value.exp, value.log


class AutogradScalarDot(AutogradScalar):
    """Our engine, a neuron's weighted sum being one node."""

    name = OURS_DOT
    only_neurons = True

    def __init__(self) -> None:
        super().__init__()
        self.dot = self.library.dot


class Micrograd(System):
    """micrograd. It has relu only: the other functions are written here the way it writes ops."""

    name = "micrograd"
    distribution = "micrograd"
    module = "micrograd.engine"

    def __init__(self) -> None:
        super().__init__()
        value = import_module(self.module).Value
        self.leaf = value
        self.relu = value.relu
        self.tanh = _micrograd_function(value, math.tanh, lambda _, z: 1 - z * z)
        self.exp = _micrograd_function(value, math.exp, lambda _, z: z)
        self.log = _micrograd_function(value, math.log, lambda x, _: 1 / x)


def _micrograd_function(
    value: Any, function: Callable[[float], float], partial: Callable[[float, float], float]
) -> Callable[[Node], Node]:
    def call(x: Node) -> Node:
        out = value(function(x.data), (x,), function.__name__)

        def _backward() -> None:
            x.grad += partial(x.data, out.data) * out.grad

        out._backward = _backward  # how an op is added to micrograd
        return out

    return call


class XadRun(Run):
    """A run with a tape of its own: a new one is faster than `newRecording` on a used one."""

    def __init__(self, system: System, case: Case) -> None:
        super().__init__(system, case)
        self.tape = import_module("xad.adj_1st").Tape()
        self.tape.activate()
        self.tape.registerInputs(self.leaves)
        self.tape.newRecording()

    def backward(self) -> None:
        self.tape.registerOutput(self.root)
        self.root.setDerivative(1.0)
        self.tape.computeAdjoints()

    def close(self) -> None:
        self.tape.deactivate()


class Xad(System):
    """xad: a C++ tape behind Python operators."""

    name = "xad"
    distribution = "xad"
    module = "xad.adj_1st"
    run = XadRun

    def __init__(self) -> None:
        super().__init__()
        real = import_module(self.module).Real
        functions = import_module("xad.math")
        zero = real(0.0)
        self.leaf = real
        # Records nothing: three times as fast as xad.math.max(x, 0.0).
        self.relu = lambda x: x if x.getValue() > 0.0 else zero
        self.tanh, self.exp, self.log = functions.tanh, functions.exp, functions.log

    def value(self, node: Node) -> float:
        return float(node.getValue())

    def grad(self, leaf: Node) -> float:
        return float(leaf.getDerivative())


class FloatRun(Run):
    """A run without derivatives."""

    def backward(self) -> None:
        """Nothing was recorded."""

    def gradient(self) -> list[float] | None:
        return None


class Floats(System):
    """Plain floats, no gradient: what the arithmetic alone costs in Python."""

    name = "floats, no gradient"
    distribution = ""
    module = "math"
    run = FloatRun

    def __init__(self) -> None:
        super().__init__()
        self.leaf = float
        self.relu = lambda x: max(x, 0.0)
        self.tanh, self.exp, self.log = math.tanh, math.exp, math.log

    def value(self, node: Node) -> float:
        return float(node)


class Torch(System):
    """PyTorch with 0-dimensional tensors of float64."""

    name = "PyTorch, 0-dim"
    distribution = "torch"
    module = "torch"
    slow = True

    def __init__(self) -> None:
        super().__init__()
        torch = import_module(self.module)
        self.leaf = lambda number: torch.tensor(number, dtype=torch.float64, requires_grad=True)
        self.relu, self.tanh, self.exp, self.log = torch.relu, torch.tanh, torch.exp, torch.log

    def value(self, node: Node) -> float:
        return float(node.item())

    def grad(self, leaf: Node) -> float:
        return 0.0 if leaf.grad is None else float(leaf.grad.item())


class FunctionRun(Run):
    """A run of a library that differentiates functions: recording happens inside `backward`."""

    def __init__(self, system: System, case: Case) -> None:
        self.system = system
        self.case = case
        self.result: tuple[float, list[float]] = (math.nan, [])

    def record(self) -> None:
        """Nothing yet: there is no graph outside of the call."""

    def of_leaves(self, leaves: Iterable[Node]) -> Node:
        """The program as a function of its leaves."""
        return self.case.program(self.system, self.case.arrange(list(leaves)))

    def loss(self) -> float:
        return self.result[0]

    def gradient(self) -> list[float] | None:
        return self.result[1]


class HipsRun(FunctionRun):
    """``value_and_grad`` of the program as a function of a list."""

    def backward(self) -> None:
        both = import_module("autograd").value_and_grad(self.of_leaves)
        loss, gradient = both(self.case.numbers)
        self.result = float(loss), [float(g) for g in gradient]


class Hips(System):
    """HIPS autograd on Python floats."""

    name = "HIPS autograd"
    distribution = "autograd"
    module = "autograd.numpy"
    slow = True
    run = HipsRun

    def __init__(self) -> None:
        super().__init__()
        numpy = import_module(self.module)
        self.relu = lambda x: numpy.maximum(x, 0.0)
        self.tanh, self.exp, self.log = numpy.tanh, numpy.exp, numpy.log


class CasadiRun(FunctionRun):
    """Build the expression, take its gradient, call both."""

    def backward(self) -> None:
        casadi = import_module("casadi")
        leaves = casadi.SX.sym("leaves", len(self.case.numbers))
        root = self.of_leaves(casadi.vertsplit(leaves))
        call = casadi.Function("both", [leaves], [root, casadi.gradient(root, leaves)])
        loss, gradient = call(self.case.numbers)
        self.result = float(loss), [float(g) for g in gradient.full().ravel()]


class Casadi(System):
    """CasADi with scalar symbols."""

    name = "CasADi SX"
    distribution = "casadi"
    module = "casadi"
    slow = True
    run = CasadiRun

    def __init__(self) -> None:
        super().__init__()
        casadi = import_module(self.module)
        self.relu = lambda x: casadi.fmax(x, 0.0)
        self.tanh, self.exp, self.log = casadi.tanh, casadi.exp, casadi.log


ENGINE: tuple[type[System], ...] = (AutogradScalar, AutogradScalarDot)
PEERS: tuple[type[System], ...] = (Micrograd, Xad)
OPTIONAL: tuple[type[System], ...] = (Torch, Hips, Casadi)


def installed(kinds: Iterable[type[System]]) -> tuple[list[System], list[type[System]]]:
    """The systems that can be imported, and the kinds of those that cannot."""
    present: list[System] = []
    missing: list[type[System]] = []
    for kind in kinds:
        try:
            present.append(kind())
        except ImportError:
            missing.append(kind)
    return present, missing


def named(name: str) -> System:
    """The system of that name."""
    kinds: tuple[type[System], ...] = (*ENGINE, *PEERS, Floats, *OPTIONAL)
    return next(kind for kind in kinds if kind.name == name)()


def version(kind: type[System]) -> str:
    """The version of a system's distribution, "" where there is none to read."""
    try:
        return metadata.version(kind.distribution) if kind.distribution else ""
    except metadata.PackageNotFoundError:
        return ""
