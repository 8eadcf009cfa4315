"""`Module`: what holds parameters, and the names they have.

A module is any object whose attributes hold Values, other modules, or lists, tuples and dicts of them. Its parameters
are the leaves that are found there; where they are found is what they are called: ``layers[0].w[1][2]``. Nothing is
registered, and a subclass need not call ``super().__init__()``.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from .. import _generated, functions, recording
from ..errors import UsageError
from ..value import Value, forget, tick

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Self

__all__ = ["Module"]


class Module:
    """What holds parameters and computes with them.

    A layer acts on one example, ``model(x)``; a batch is a list of examples, ``model.batch(X)``. A subclass defines
    ``__call__``; what else it computes is its own affair.

    >>> from autograd_scalar import Value
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.start = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.start
    >>> line = Line()
    >>> line(3.0).backward()
    >>> [(name, parameter.grad) for name, parameter in line.named_parameters()]
    [('slope', 3.0), ('start', 1.0)]
    """

    training: bool = True
    """Whether the model is being trained: what `Dropout` and `BatchNorm` do depends on it."""

    buffers: ClassVar[tuple[str, ...]] = ()
    """The attributes that hold plain numbers which belong to the state, such as running means."""

    unit: ClassVar[str] = "unit"
    """What one of its outputs is called in a picture; "" for a module that is one unit as a whole."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The outputs for one example."""
        raise NotImplementedError(_no_call(self))

    def batch(self, examples: Iterable[Any]) -> list[Any]:
        """The outputs for each example of a batch, as a list.

        Layers that look at a batch as a whole (`BatchNorm`) do it here, and modules that hold layers hand a batch from
        one to the next.

        Raises `UsageError` for an empty batch.
        """
        return [self(x) for x in read_batch(self, examples)]

    # ------------------------------------------------------------------------------------------------ parameters

    def parameters(self) -> list[Value]:
        """All parameters, each once, in the order of `named_parameters`."""
        return [parameter for entry in contents(self).entries for parameter in flattened(entry.tree)]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """All parameters with their names, each once: what is shared goes by the name where it is met first."""
        return [pair for entry in contents(self).entries for pair in _named(entry.name, entry.tree)]

    def modules(self) -> list[tuple[str, Module]]:
        """This module, called ``""``, and all those below it, with their names."""
        return contents(self).modules

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        forget(self.parameters())

    # ---------------------------------------------------------------------------------------- training or in use

    def train(self, mode: bool = True) -> Self:  # noqa: FBT001, FBT002  # as PyTorch users write it
        """Set this module and all below it to training, or with ``train(False)`` to use; gives the module back."""
        for _, module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self) -> Self:
        """Set this module and all below it to use: no dropout, running statistics instead of the batch's."""
        return self.train(mode=False)

    # ----------------------------------------------------------------------------------------------------- state

    def state_dict(self) -> dict[str, Any]:
        """The numbers of all parameters and buffers by name, as floats and nested lists of floats.

        >>> from autograd_scalar.nn import Linear
        >>> Linear(2, 1, init="zeros").state_dict()
        {'w': [[0.0, 0.0]], 'b': [0.0]}
        """
        found = contents(self)
        state = {entry.name: _numbers(entry.tree) for entry in found.entries}
        for name, module, attribute in _buffers(found):
            state[name] = _numbers(getattr(module, attribute))
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set all parameters and buffers to the numbers of `state`, as `state_dict` gives them.

        Raises `UsageError` where a name is missing or unknown, where a shape differs, and where something is not a
        number; then nothing has been changed.
        """
        if not isinstance(state, Mapping):
            raise UsageError(f"a state is a dict, as state_dict() gives it, not {recording.described(state)}")
        found = contents(self)
        buffers = list(_buffers(found))
        trees = {entry.name: entry.tree for entry in found.entries}
        trees |= {name: getattr(module, attribute) for name, module, attribute in buffers}
        missing = [name for name in trees if name not in state]
        unknown = [name for name in state if name not in trees]
        if missing or unknown:
            faults = [f"it lacks {_listed(missing)}"] if missing else []
            faults += [f"the model has no {_listed(unknown)}"] if unknown else []
            raise UsageError(f"the state is not of this model: {', and '.join(faults)}. Nothing was loaded")
        parameters: list[Value] = []
        numbers: list[float] = []
        new: dict[str, Any] = {}
        for name, tree in trees.items():
            if (theirs := shape(state[name])) != (ours := shape(tree)):
                raise UsageError(f"{name} is {theirs} in the state and {ours} in the model. Nothing was loaded")
            new[name] = _numbers(state[name])
            parameters += [parameter for parameter in flattened(tree) if isinstance(parameter, Value)]
            numbers += flattened(new[name]) if name not in {name for name, _, _ in buffers} else []
        before = [getattr(module, attribute) for _, module, attribute in buffers]
        try:
            for name, module, attribute in buffers:
                setattr(module, attribute, new[name])
            assign(parameters, numbers)
        except BaseException:
            for (_, module, attribute), old in zip(buffers, before, strict=True):
                setattr(module, attribute, old)
            raise

    def config(self) -> dict[str, Any]:
        """The arguments that make this module again: what `save` writes besides the state.

        Plain data, and modules. A class without it can be saved too, and loaded into a model that was made by hand.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define config(self)")

    # -------------------------------------------------------------------------------------------------- pictures

    def draw(
        self, path: str | os.PathLike[str] | None = None, *, x: Any = None, of: Value | None = None, **options: Any
    ) -> Any:
        """Draw the network as a graph, folded by layer and neuron; ``fold=False`` opens it.

        Args:
            path: where to write the picture, by its suffix.
            x: the example to draw it for; by default ones, named x₁, x₂, ….
            of: a graph to draw instead, such as a loss after its backward pass, folded in the same way.
            options: what ``Value.draw`` takes besides.

        Without `of`, the forward pass is computed as in use (see `eval`), and several outputs are drawn as their sum.

        >>> from autograd_scalar.nn import MLP
        >>> picture = MLP(2, [2, 1]).draw()
        >>> sorted(card.name for card in picture.cards if card.kind != "leaf")
        ['layers[0] neuron 1', 'layers[0] neuron 2', 'layers[1] neuron 1']
        """
        options.setdefault("fold", None)
        root = of if of is not None else self._drawn_output(x)
        if options["fold"] is None:
            options["fold"] = folding(self, root)
        return root.draw(path, **options)

    def _drawn_output(self, x: Any) -> Value:
        if x is None:
            size = next((module.n_in for _, module in self.modules() if hasattr(module, "n_in")), None)
            if size is None:
                raise UsageError(f"{type(self).__name__} does not say how many inputs it has; give draw(x=[…])")
            x = [Value(1.0, label=f"x{i + 1}") for i in range(size)]
        modes = [(module, module.training) for _, module in self.modules()]
        try:
            output = self.eval()(x)
        finally:
            for module, mode in modes:
                module.training = mode
        outputs = [one for one in flattened(output) if isinstance(one, Value)]
        if not outputs:
            raise UsageError(f"{type(self).__name__} gave no Value for this example, so there is no graph to draw")
        return outputs[0] if len(outputs) == 1 else functions.sum(outputs).named("sum of the outputs")


# ------------------------------------------------------------------------------------------- what a module holds


class Entry(NamedTuple):
    """One attribute that holds parameters: a Value, or nested lists of Values."""

    module: Module
    path: str
    attribute: str
    tree: Any

    @property
    def name(self) -> str:
        """The attribute as it is reached from the root: ``layers[0].w``."""
        return joined(self.path, self.attribute)


class Contents:
    """The modules below a root and their parameters, in the order in which the attributes were set."""

    def __init__(self, root: Module) -> None:
        self.modules: list[tuple[str, Module]] = []
        self.entries: list[Entry] = []
        self._seen: set[int] = set()
        self._open(root, "")

    def _open(self, module: Module, path: str) -> None:
        self._seen.add(id(module))
        self.modules.append((path, module))
        for attribute, held in vars(module).items():
            self._look(module, path, attribute, held)

    def _look(self, module: Module, path: str, name: str, held: Any) -> None:
        if isinstance(held, Value):
            if held._rule is None and id(held) not in self._seen:
                self._keep(module, path, name, held)
        elif isinstance(held, Module):
            if id(held) not in self._seen:
                self._open(held, joined(path, name))
        elif isinstance(held, list | tuple | dict) and id(held) not in self._seen:
            self._seen.add(id(held))
            if self._is_array(held):
                self._keep(module, path, name, held)
                return
            items = held.items() if isinstance(held, dict) else enumerate(held)
            for key, one in tuple(items):
                written = f'["{key}"]' if isinstance(key, str) else f"[{key!r}]"
                self._look(module, path, name + written, one)

    def _keep(self, module: Module, path: str, name: str, tree: Any) -> None:
        self.entries.append(Entry(module, path, name, tree))
        self._seen.update(map(id, flattened(tree)))

    def _is_array(self, held: Any) -> bool:
        """Whether it is nested lists of parameters alone, none of them met before."""
        if isinstance(held, Value):
            return held._rule is None and id(held) not in self._seen
        if not isinstance(held, list | tuple) or not held:
            return False
        if set(map(type, held)) == {Value}:  # a row of weights, at a tenth of the cost
            return all(one._rule is None for one in held) and self._seen.isdisjoint(map(id, held))
        return all(map(self._is_array, held))


def contents(module: Module) -> Contents:
    """What `module` holds now."""
    return Contents(module)


def joined(path: str, name: str) -> str:
    """``layers[0]`` and ``w`` as one path."""
    return f"{path}.{name}" if path else name


def flattened(tree: Any) -> list[Any]:
    """The numbers or Values of nested lists, left to right."""
    if not isinstance(tree, list | tuple):
        return [tree]
    if not any(isinstance(branch, list | tuple) for branch in tree):
        return list(tree)
    return [leaf for branch in tree for leaf in (flattened(branch) if isinstance(branch, list | tuple) else (branch,))]


def shape(tree: Any) -> str:
    """Nested lists as a message mentions them: ``a number``, ``3``, ``2×3``; ragged ones row by row."""
    return "a number" if not isinstance(tree, list | tuple) else _shape(tree).strip("()")


def _shape(tree: Any) -> str:
    if not isinstance(tree, list | tuple):
        return ""
    inner = [_shape(branch) for branch in tree]
    if len(set(inner)) <= 1:
        return f"{len(tree)}×{inner[0]}" if inner and inner[0] else f"{len(tree)}"
    return f"({', '.join(one or 'a number' for one in inner)})"


def _named(name: str, tree: Any) -> list[tuple[str, Value]]:
    if isinstance(tree, Value):
        return [(name, tree)]
    if set(map(type, tree)) == {Value}:
        return [(f"{name}[{i}]", one) for i, one in enumerate(tree)]
    return [pair for i, branch in enumerate(tree) for pair in _named(f"{name}[{i}]", branch)]


def _numbers(tree: Any) -> Any:
    if isinstance(tree, list | tuple):
        return [_numbers(branch) for branch in tree]
    return tree._data if isinstance(tree, Value) else recording.number(tree, "state")


def _buffers(found: Contents) -> Iterator[tuple[str, Module, str]]:
    for path, module in found.modules:
        for attribute in module.buffers:
            yield joined(path, attribute), module, attribute


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(islice(names, 3))
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"


# --------------------------------------------------------------------------------------------- several at once


def read_parameters(parameters: Module | Iterable[Any]) -> list[tuple[str, Value]]:
    """Parameters with their names: of a module, of an iterable of Values, or of one of pairs (name, Value).

    Raises `UsageError` for none at all, for one that comes twice, and for what is not a leaf.
    """
    if isinstance(parameters, Module):
        named = parameters.named_parameters()
        if named and len({id(parameter) for _, parameter in named}) == len(named):
            return named  # they are leaves, and nothing else could be wrong
    elif isinstance(parameters, Value | str | bytes) or not hasattr(parameters, "__iter__"):
        raise UsageError(f"parameters are a module or a list of Values, not {recording.described(parameters)}")
    else:
        named = [one if isinstance(one, tuple) and len(one) == 2 else ("", one) for one in parameters]
    if not named:
        raise UsageError("there are no parameters: the module or the list holds no Value")
    seen = set[int]()
    for i, (name, parameter) in enumerate(named):
        if not isinstance(parameter, Value):
            raise UsageError(f"parameter {name or i} is {recording.described(parameter)}, not a Value")
        if parameter._rule is not None:
            raise UsageError(f"parameter {name or i} is the result of {parameter.op}; only leaves can be parameters")
        if id(parameter) in seen:
            raise UsageError(f"parameter {name or i} comes twice; it would be moved twice")
        seen.add(id(parameter))
    return named


def called(name: str, parameter: Value) -> str:
    """A parameter as a message mentions it."""
    return name or recording.called(parameter)


def assign(parameters: Sequence[Value], numbers: Sequence[float]) -> None:
    """Set all parameters, or, when something interrupts, none. It is one edit: the shared clock ticks once."""
    if set(map(type, numbers)) - {float}:
        numbers = [recording.number(number, "a parameter") for number in numbers]
    before = [parameter._data for parameter in parameters]
    with _generated.edits:
        try:
            _set(parameters, numbers)
        except BaseException:
            _set(parameters, before)
            raise


def _set(parameters: Sequence[Value], numbers: Sequence[float]) -> None:
    for parameter, number in zip(parameters, numbers, strict=True):
        parameter._data = number
    now = tick()  # after the numbers: what was recorded in between is older than the edit, and is found to be stale
    for parameter in parameters:
        parameter._clock = now


# ------------------------------------------------------------------------------------------------ reading inputs


def _no_call(module: Module) -> str:
    instead = ", which is what forward(self, x) is called here" if hasattr(module, "forward") else ""
    return f"{type(module).__name__} does not define __call__(self, x){instead}"


def read_size(size: Any, what: str) -> int:
    """A number of units: an int of at least 1."""
    try:
        number = operator.index(size) if not isinstance(size, bool | Value) else None
    except TypeError:
        number = None
    if number is None:
        raise UsageError(f"{what} is an int, not {recording.described(size)}")
    if number < 1:
        raise UsageError(f"{what} is at least 1, not {number}")
    return number


def read_example(x: Any, size: int, module: Module) -> tuple[Any, ...]:
    """One example as a tuple; a number alone is an example of size 1. Raises `UsageError` for another length."""
    if isinstance(x, Value) or recording.is_number(x):
        x = (x,)
    read: tuple[Any, ...] = recording.sequence(type(module).__name__, x)
    if read and hasattr(read[0], "__len__") and not (recording.is_number(read[0]) or isinstance(read[0], str | bytes)):
        raise UsageError(f"{module!r} acts on one example, a list of {size}; this is a batch: model.batch(X)")
    if len(read) != size:
        raise UsageError(f"{module!r} takes examples of {size} numbers; this one has {len(read)}")
    return read


def read_batch(module: Module, examples: Any) -> tuple[Any, ...]:
    """A batch as a tuple of examples. Raises `UsageError` for an empty one."""
    read = recording.sequence(type(module).__name__, examples)
    if not read:
        raise UsageError(f"{type(module).__name__}: the batch is empty; give at least one example")
    return read


# ------------------------------------------------------------------------------------------ folding a picture


def folding(module: Module, root: Value) -> Callable[[Value], tuple[str, ...] | None]:
    """To which layer and neuron each node of a graph belongs, for ``Value.draw(fold=…)``.

    A parameter belongs to its neuron, and so does what combines it with an input. What has no parameters belongs where
    all that use it belong; the activation of a neuron, to the neuron.
    """
    from ..graph import topological_order

    units: dict[int, tuple[str, ...]] = {}
    activations: dict[tuple[str, ...], str] = {}
    for entry in contents(module).entries:
        activation = getattr(getattr(entry.module, "activation", None), "name", "")
        for name, parameter in _named(entry.attribute, entry.tree):
            numbers = name[len(entry.attribute) :].strip("[]").split("][")
            path = _unit(entry, numbers)
            units[id(parameter)] = path
            activations[path] = activation
    order = topological_order(root)
    owner = dict(units)
    users: dict[int, list[int]] = {}
    for node in order:
        parents = node.parents
        own = [units[id(parent)] for parent in parents if id(parent) in units]
        if own and _meets_an_input(node, units):
            owner[id(node)] = _common(own)
        elif len(parents) == 1 and id(parents[0]) in owner and activations.get(owner[id(parents[0])]) == node.op:
            owner[id(node)] = owner[id(parents[0])]
        for parent in parents:
            users.setdefault(id(parent), []).append(id(node))
    for node in reversed(order):
        if id(node) not in owner and node._rule is not None and (uses := users.get(id(node))):
            paths = [owner.get(use, ()) for use in uses]
            if all(path and path[-1].startswith(Module.unit) for path in paths) and (common := _common(paths)):
                owner[id(node)] = common
    paths_of = {id(node): owner[id(node)] for node in order if id(node) in owner}
    return lambda node: paths_of.get(id(node))


def _unit(entry: Entry, numbers: list[str]) -> tuple[str, ...]:
    path = (entry.path,) if entry.path else ()
    if not (entry.module.unit and numbers[0].isdigit()):
        return path or (type(entry.module).__name__.lower(),)
    return (*path, f"{entry.module.unit} {int(numbers[0]) + 1}")


def _meets_an_input(node: Value, units: dict[int, tuple[str, ...]]) -> bool:
    """Whether a node combines parameters with something else, as a layer does and a penalty does not."""
    operands = node.operands
    if node.op == "dot":
        return not all(id(one) in units for one in operands[1])
    return any(isinstance(one, Value) and id(one) not in units for one in operands)


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    first, last = min(paths), max(paths)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]
