"""Neurons, layers and networks.

A layer acts on one example, a list of numbers; ``model.batch(X)`` does a list of examples. A neuron's weighted sum
w₁·x₁ + w₂·x₂ + … + b is one node of the graph, and its activation another.

Weights are drawn from ``rng``, a ``random.Random``. Without one, each call draws from its own ``Random(0)``: the same
program makes the same network. Give one `rng` to several layers that are made one by one, so that they differ.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

from .. import functions, recording
from ..calls import called_as
from ..errors import UsageError
from ..functions import dot
from ..ops import table
from ..other_words import called_here, nearest
from ..value import Value
from .init import Init, read_init, read_rng
from .modules import Module, read_batch, read_example, read_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from random import Random
    from typing import Self

__all__ = ["MLP", "Activation", "Dropout", "Layer", "Linear", "Neuron", "Residual", "Sequential"]

_ONE_EXAMPLE = "model(x), x being one example: a list"


class Activation(Module):
    """An operation of one number, for each output of a layer: any such row of the table by its name, or a callable.

    Args:
        how: ``"relu"``, ``"tanh"``, ``"leaky_relu"``, …, also an operation of one's own; or a function of one Value.
        parameters: the parameters of the operation, such as ``slope=0.2``.

    >>> Activation("leaky_relu", slope=0.2)([-1.0, 3.0])
    [-0.2, 3.0]

    Raises `UsageError` for a name that is not in the table, for an operation that does not take exactly one number, and
    for parameters that it lacks or does not have.
    """

    def __init__(self, how: str | Callable[[Any], Any], **parameters: float) -> None:
        if callable(how):
            if parameters:
                raise UsageError("an activation that is a function takes no parameters; put them into the function")
            self.name = getattr(how, "__name__", type(how).__name__)
            self.is_row = self.name in table and getattr(functions, self.name, None) is how
            self.function = how
        else:
            _check_row(how, parameters)
            self.name, self.is_row, self.function = how, True, getattr(functions, how)
        self.settings = {name: recording.number(given, name) for name, given in parameters.items()}

    def __call__(self, x: Any) -> Any:
        """The activation of a number, or of each number of an example."""
        if isinstance(x, Value) or recording.is_number(x):
            return self.function(x, **self.settings)
        return [self.function(one, **self.settings) for one in recording.sequence(self.name, x)]

    def config(self) -> dict[str, Any]:
        """See `Module.config`. Raises `UsageError` for a function, which is code, and no file holds code."""
        if not self.is_row:
            raise UsageError(
                f"the activation {self.name} is a function and cannot be saved; make it an operation with op(…), "
                "or save the state alone: model.state_dict()"
            )
        return {"how": self.name, **self.settings}

    def __repr__(self) -> str:
        settings = "".join(f", {name}={number:g}" for name, number in self.settings.items())
        return f"Activation({self.name!r}{settings})"


def _check_row(name: str, parameters: dict[str, float]) -> None:
    if not isinstance(name, str):
        raise UsageError(f"an activation is the name of an operation, or a function, not {recording.described(name)}")
    if name not in table:
        close = nearest(name.lower(), table)
        meant = f"did you mean {close}?" if close else "the table has relu, tanh, sigmoid and more"
        raise UsageError(f"there is no operation called {name!r}{called_here(name.lower()) or f'; {meant}'}")
    row = table[name]
    if [argument.kind for argument in row.operands] != ["scalar"]:
        raise UsageError(f"{row.signature} is not an activation: it does not take exactly one number")
    known = {argument.name: argument.default for argument in row.arguments if argument.kind == "parameter"}
    if wrong := [one for one in parameters if one not in known]:
        raise UsageError(f"{row.signature} has no parameter {wrong[0]}")
    if lacking := [one for one, default in known.items() if default is None and one not in parameters]:
        raise UsageError(f"{row.signature} needs {lacking[0]}: Activation({name!r}, {lacking[0]}=…)")


def read_activation(how: Any) -> Activation | None:
    """An `Activation` from its name, a callable, or itself; None and ``"linear"`` are none."""
    if how is None or isinstance(how, Activation):
        return how
    if isinstance(how, Module) or not (isinstance(how, str) or callable(how)):
        raise UsageError(f"an activation is a name, a function of one Value, or None, not {recording.described(how)}")
    return None if how == "linear" else Activation(how)


def _micrograds(activation: Any, *, nonlin: bool | None) -> Any:
    """What micrograd's ``nonlin`` says about an activation."""
    if isinstance(activation, bool):
        activation, nonlin = "relu", activation
    return None if nonlin is False else activation


def _starting(how: Init | str | None, activation: Activation | None) -> Init:
    if activation is None:
        return read_init(how)
    return read_init(how, activation=activation.name, slope=activation.settings.get("slope", 0.01))


class Neuron(Module):
    """One neuron: activation(w₁·x₁ + w₂·x₂ + … + b).

    Args:
        n_in: the number of inputs.
        activation: a name in the table, an `Activation`, a function of one Value, or None.
        nonlin: micrograd's word: False is no activation.
        init: how the weights begin; by default what suits the activation, see `init`. The bias begins at 0.
        rng: the source of random numbers; by default ``Random(0)``, so two neurons made without one begin alike.

    Raises `UsageError` for fewer inputs than 1, and for an activation or an init that there is not.

    >>> neuron = Neuron(2)
    >>> for weight, start in zip(neuron.w, (1.0, -2.0)):
    ...     weight.data = start
    >>> neuron([3.0, 1.0])
    Value(1.0)
    """

    unit: ClassVar[str] = ""

    @called_as("Neuron(2)")
    def __init__(
        self,
        n_in: int,
        activation: Any = "relu",
        *,
        nonlin: bool | None = None,
        init: Init | str | None = None,
        rng: Random | None = None,
    ) -> None:
        self.n_in = read_size(n_in, "the number of inputs")
        self.activation = read_activation(_micrograds(activation, nonlin=nonlin))
        start = _starting(init, self.activation)
        self.w = [Value(number) for number in start.weights(self.n_in, 1, read_rng(rng))[0]]
        self.b: Value | None = Value(0.0)

    @called_as(_ONE_EXAMPLE)
    def __call__(self, x: Any) -> Any:
        """The output for an example of `n_in` numbers. Raises `UsageError` for another length."""
        z = dot(self.w, read_example(x, self.n_in, self), 0.0 if self.b is None else self.b)
        return z if self.activation is None else self.activation(z)

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {"n_in": self.n_in, "activation": self.activation}

    def __repr__(self) -> str:
        return f"Neuron({self.n_in}, {_shown(self.activation)})"


class Linear(Module):
    """y = W·x + b: `n_out` weighted sums of the same `n_in` inputs.

    Args:
        n_in: the number of inputs.
        n_out: the number of outputs.
        bias: whether there is a b.
        init: how the weights begin; by default with variance 1/n_in, see `init`. Biases begin at 0.
        rng: the source of random numbers; by default ``Random(0)``, so two layers made without one begin alike.

    Attributes:
        w: the weights, `n_out` rows of `n_in`.
        b: the biases, or None.

    Raises `UsageError` for fewer inputs or outputs than 1, and for an init that there is not.

    >>> layer = Linear(3, 2, init="zeros")
    >>> layer([1.0, 2.0, 3.0])
    [Value(0.0), Value(0.0)]
    >>> [name for name, _ in layer.named_parameters()][-3:]
    ['w[1][2]', 'b[0]', 'b[1]']
    """

    activation: Activation | None = None
    unit: ClassVar[str] = "neuron"

    @called_as("Linear(2, 3)")
    def __init__(
        self,
        n_in: int,
        n_out: int,
        *,
        bias: bool = True,
        init: Init | str | None = None,
        rng: Random | None = None,
    ) -> None:
        self.n_in, self.n_out = read_size(n_in, "the number of inputs"), read_size(n_out, "the number of outputs")
        rows = _starting(init, self.activation).weights(self.n_in, self.n_out, read_rng(rng))
        self.w = [[Value(number) for number in row] for row in rows]
        self.b = [Value(0.0) for _ in range(self.n_out)] if bias else None

    def outputs(self, x: Any) -> list[Any]:
        """The outputs for an example of `n_in` numbers, as a list. Raises `UsageError` for another length."""
        x = read_example(x, self.n_in, self)
        if self.b is None:
            sums = [dot(row, x) for row in self.w]
        else:
            sums = [dot(row, x, b) for row, b in zip(self.w, self.b, strict=True)]
        return sums if self.activation is None else [self.activation(z) for z in sums]

    @called_as(_ONE_EXAMPLE)
    def __call__(self, x: Any) -> Any:
        """The outputs for an example of `n_in` numbers, as a list. Raises `UsageError` for another length."""
        return self.outputs(x)

    @property
    def neurons(self) -> list[Neuron]:
        """The layer as neurons, which hold the very same parameters."""
        return [_neuron(self, j) for j in range(self.n_out)]

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {"n_in": self.n_in, "n_out": self.n_out, "bias": self.b is not None}

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"{type(self).__name__}({self.n_in}, {self.n_out}{bias})"


def _neuron(layer: Linear, j: int) -> Neuron:
    neuron = Neuron.__new__(Neuron)
    neuron.n_in, neuron.activation, neuron.w = layer.n_in, layer.activation, layer.w[j]
    neuron.b = None if layer.b is None else layer.b[j]
    return neuron


class Layer(Linear):
    """`n_out` neurons with the same inputs: activation(W·x + b), in micrograd's form: one output comes without a list.

    Args:
        n_in: the number of inputs.
        n_out: the number of neurons.
        activation: a name in the table, an `Activation`, a function of one Value, or None.
        nonlin: micrograd's word: False is no activation.
        bias: whether there is a b.
        init: how the weights begin; by default what suits the activation, see `init`. Biases begin at 0.
        rng: the source of random numbers; by default ``Random(0)``, so two layers made without one begin alike.

    Raises `UsageError` for fewer inputs or outputs than 1, and for an activation or an init that there is not.

    >>> Layer(2, 3, "tanh", init="zeros")([1.0, 2.0])
    [Value(0.0), Value(0.0), Value(0.0)]
    >>> Layer(2, 1, "tanh", init="zeros")([1.0, 2.0])
    Value(0.0)
    """

    @called_as("Layer(2, 3)")
    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: Any = "relu",
        *,
        nonlin: bool | None = None,
        bias: bool = True,
        init: Init | str | None = None,
        rng: Random | None = None,
    ) -> None:
        self.activation = read_activation(_micrograds(activation, nonlin=nonlin))
        super().__init__(n_in, n_out, bias=bias, init=init, rng=rng)

    @called_as(_ONE_EXAMPLE)
    def __call__(self, x: Any) -> Any:
        """The outputs for an example of `n_in` numbers: a list, or one Value where there is one neuron."""
        return _unwrapped(self.outputs(x))

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {**super().config(), "activation": self.activation}

    def __repr__(self) -> str:
        bias = "" if self.b is not None else ", bias=False"
        return f"Layer({self.n_in}, {self.n_out}, {_shown(self.activation)}{bias})"


class MLP(Module):
    """A multi-layer perceptron in micrograd's form: ``MLP(2, [16, 16, 1])``.

    Layer after layer a ← activation(W·a + b), from a = x; the last layer is without activation, unless `output` is
    given. One output comes as a Value, several as a list.

    Args:
        n_in: the number of inputs.
        n_outs: the number of neurons of each layer.
        activation: that of all layers but the last: any operation of one number by its name, sin and tan too; an
            `Activation`, a function of one Value, or None.
        output: the activation of the last layer; by default none.
        init: how the weights begin; by default what suits each activation, see `init`. Biases begin at 0.
        rng: the source of random numbers; by default ``Random(0)``.

    Raises `UsageError` for no layer, for a size below 1, and for an activation or an init that there is not.

    >>> model = MLP(2, [16, 16, 1])
    >>> type(model([1.0, -2.0])), len(model.parameters())
    (<class 'autograd_scalar.value.Value'>, 337)
    """

    @called_as("MLP(2, [8, 1]), for 2 numbers in and layers of 8 and 1 neurons")
    def __init__(
        self,
        n_in: int,
        n_outs: Iterable[int],
        *,
        activation: Any = "relu",
        output: Any = None,
        init: Init | str | None = None,
        rng: Random | None = None,
    ) -> None:
        rng = read_rng(rng)
        sizes = [n_in, *recording.sequence("MLP: the sizes of the layers", n_outs)]
        if len(sizes) < 2:
            raise UsageError("an MLP has at least one layer: MLP(2, [16, 16, 1])")
        read_activation(activation)  # which a single layer has no use for
        last = len(sizes) - 2
        self.layers = [
            Layer(before, after, output if i == last else activation, init=init, rng=rng)
            for i, (before, after) in enumerate(pairwise(sizes))
        ]

    @property
    def n_in(self) -> int:
        """The number of inputs."""
        return self.layers[0].n_in

    @property
    def n_out(self) -> int:
        """The number of outputs."""
        return self.layers[-1].n_out

    @called_as(_ONE_EXAMPLE)
    def __call__(self, x: Any) -> Any:
        """The outputs for an example of `n_in` numbers: a list, or one Value where there is one."""
        for layer in self.layers:
            x = layer.outputs(x)
        return _unwrapped(x)

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        first, last = self.layers[0].activation, self.layers[-1].activation
        if len({repr(layer.activation) for layer in self.layers[:-1]}) > 1:
            raise UsageError("the hidden layers of this MLP have different activations; use Sequential to save it")
        sizes = [layer.n_out for layer in self.layers]
        return {"n_in": self.n_in, "n_outs": sizes, "activation": first, "output": last}

    def __repr__(self) -> str:
        sizes = ", ".join(str(layer.n_out) for layer in self.layers)
        hidden = f", activation={_shown(self.layers[0].activation)}" if len(self.layers) > 1 else ""
        last = self.layers[-1].activation
        return f"MLP({self.n_in}, [{sizes}]{hidden}{f', output={_shown(last)}' if last else ''})"


class Sequential(Module):
    """Layers one after another, each taking what the one before it gives; the name of an activation is one too.

    A batch goes through layer by layer, so that a `BatchNorm` among them sees it as a whole.

    >>> model = Sequential(Linear(2, 3), "tanh", Linear(3, 1))
    >>> len(model([1.0, 2.0])), [name for name, _ in model.named_parameters()][-1]
    (1, 'layers[2].b[0]')
    """

    def __init__(self, *layers: Module | str | Callable[[Any], Any]) -> None:
        if not layers:
            raise UsageError("Sequential() has no layers; give at least one")
        self.layers: list[Module] = []
        for layer in layers:
            module = layer if isinstance(layer, Module) else read_activation(layer)
            self.layers += [module] if module is not None else []

    @called_as(_ONE_EXAMPLE)
    def __call__(self, x: Any) -> Any:
        """What the last layer gives."""
        for layer in self.layers:
            x = layer(x)
        return x

    def batch(self, examples: Iterable[Any]) -> list[Any]:
        """What the last layer gives for each example. Raises `UsageError` for an empty batch."""
        outputs = list(read_batch(self, examples))
        for layer in self.layers:
            outputs = layer.batch(outputs)
        return outputs

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> Module:
        return self.layers[index]

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {"layers": self.layers}

    @classmethod
    def from_config(cls, layers: list[Module]) -> Self:
        """Make it from what `config` gave."""
        return cls(*layers)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"


class Residual(Module):
    """x + inner(x): the module `inner`, and a way around it.

    Through a branch of slope s, the way around makes the factor of a layer 1 + s in place of s. It rescues what would
    vanish (½ becomes 1½) and worsens what explodes (5 becomes 6), so a branch should begin small.

    >>> from autograd_scalar import Value
    >>> block = Residual(Layer(1, 1, init="zeros"))
    >>> block.inner.w[0][0].data = 0.5
    >>> x = Value(2.0)
    >>> y = block(x)
    >>> y.backward()
    >>> y.data, x.grad
    (3.0, 1.5)

    Raises `UsageError` where `inner` gives another number of outputs than it takes.
    """

    def __init__(self, inner: Module) -> None:
        if not isinstance(inner, Module):
            raise UsageError(f"Residual takes a module, not {recording.described(inner)}")
        self.inner = inner

    def __call__(self, x: Any) -> Any:
        """The sum x + inner(x), as a list; as one Value where x is one."""
        return self._added(x, self.inner(x))

    def batch(self, examples: Iterable[Any]) -> list[Any]:
        """The same for each example of a batch."""
        read = read_batch(self, examples)
        return [self._added(x, y) for x, y in zip(read, self.inner.batch(read), strict=True)]

    def _added(self, x: Any, y: Any) -> Any:
        is_one = isinstance(x, Value) or recording.is_number(x)
        before = (x,) if is_one else recording.sequence("Residual", x)
        after = y if isinstance(y, list | tuple) else [y]
        if len(before) != len(after):
            raise UsageError(f"{self!r}: {len(before)} numbers go in and {len(after)} come out of the inner module")
        sums = [a + b for a, b in zip(before, after, strict=True)]
        return sums[0] if is_one else sums

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {"inner": self.inner}

    def __repr__(self) -> str:
        return f"Residual({self.inner!r})"


class Dropout(Module):
    """While training, each number becomes 0 with probability `p`, and the others grow by 1/(1 − p); in use, nothing.

    The growth keeps the expected value, so that `Module.eval` has nothing to correct.

    Args:
        p: the probability, 0 ≤ p < 1.
        rng: the source of random numbers; it is not part of the state.

    >>> from random import Random
    >>> layer = Dropout(0.5, rng=Random(1))
    >>> layer([1.0, 2.0, 3.0, 4.0])
    [0.0, 4.0, 6.0, 0.0]
    >>> layer.eval()([1.0, 2.0, 3.0, 4.0])
    [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, p: float, *, rng: Random) -> None:
        self.p = recording.number(p, "Dropout: p")
        if not 0.0 <= self.p < 1.0:
            raise UsageError(f"Dropout: p is a probability below 1, not {self.p:g}")
        self.rng = read_rng(rng)

    def __call__(self, x: Any) -> Any:
        """The numbers that are left, and zeros, as a list; one Value or number where x is one."""
        if isinstance(x, Value) or recording.is_number(x):
            return self([x])[0]
        x = recording.sequence("Dropout", x)
        if not self.training or self.p == 0.0:
            return list(x)
        kept = 1.0 / (1.0 - self.p)
        return [one * (0.0 if self.rng.random() < self.p else kept) for one in x]

    def config(self) -> dict[str, Any]:
        """See `Module.config`."""
        return {"p": self.p}

    def __repr__(self) -> str:
        return f"Dropout({self.p:g})"


def _shown(activation: Activation | None) -> str:
    if activation is None:
        return "None"
    return repr(activation) if activation.settings else repr(activation.name)


def _unwrapped(outputs: list[Any]) -> Any:
    return outputs[0] if len(outputs) == 1 else outputs
