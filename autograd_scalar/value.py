"""`Value`: a number that remembers how it was made, and the backward pass.

Arithmetic on Values records a graph: every result keeps its operands and the `Rule` it followed. `Value.backward`
walks that graph once, from the result back, and applies the chain rule: each node passes its adjoint dL/dz, times
the partial ∂z/∂x, on to each parent x. The methods that record (``+``, ``tanh``, …) are generated from the table in
`ops`; this class has never heard of any of them.
"""

from __future__ import annotations

from . import _generated
from ._generated import Operations
from .backward import backward_pass, forget
from .errors import UsageError
from .graph import topological_order
from .ops import table
from .other_words import OtherWords

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    import autograd_scalar.draw as _draw
    import autograd_scalar.explain as _explain
    import autograd_scalar.formula as _formula
    import autograd_scalar.page as _page
    import autograd_scalar.program as _program
    import autograd_scalar.stepper as _stepper

    from .ops import Row

__all__ = ["Value", "forget"]


class _OtherOperators(OtherWords):
    """The operators that have no row, where other languages or arrays have them; a row of one's own comes first."""

    __slots__ = ()

    def __xor__(self: Any, other: object) -> NoReturn:
        raise UsageError(f"{_called(self)} cannot go through ^, which is no power in Python: x² is written x ** 2")

    def __matmul__(self: Any, other: object) -> Any:
        if hasattr(other, "shape"):
            return NotImplemented  # an array says itself what it can be multiplied with
        raise UsageError(
            f"{_called(self)} cannot go through @, which multiplies arrays: numbers are multiplied with *, "
            "and dot([w1, w2], [x1, x2]) is w1·x1 + w2·x2"
        )

    __rxor__, __rmatmul__ = __xor__, __matmul__


class _Leaves(type):
    """The class of the class `Value`, for what ``Value(3.0)`` does: it makes a leaf.

    An ``__init__`` of `Value` would do that too. But a class that has none makes an empty instance in C alone, and
    every operation begins with one (`new`): that takes half of the time of ``object.__new__(Value)``.
    """

    def __call__(
        cls,
        data: float,
        _children: tuple[Value, ...] = (),
        _op: str = "",
        label: str = "",
        name: None = None,  # this and the next are words of others: a type checker refuses them, and so do we
        requires_grad: None = None,
    ) -> Value:
        if _children or _op or name or requires_grad is not None:  # type: ignore[redundant-expr]  # as typed, they are None
            raise _misused(data, _children, name, requires_grad)
        leaf = new()
        leaf._data = data if type(data) is float else _number(data, "Value(…)")
        leaf._grad = None
        leaf._rule = None
        leaf._x = label if type(label) is str else _label(label)
        leaf._y = None
        leaf._clock = _generated.clock
        return leaf

    __call__.__qualname__ = "Value"  # which Python's own errors begin with: "Value() missing 1 required …"


class Value(Operations, _OtherOperators, metaclass=_Leaves):
    """A number that remembers the operations that made it.

    ``Value(3.0)`` is a leaf: an input or a parameter. ``Value(3.0, label="w")`` bears a name; without a label, the
    variable that holds it is its name wherever something is explained.

    `data` is always a float. Values compute what Python's float and `math` compute, and refuse what they refuse, with
    an error that names the operation and the node: `DomainError`, `DivisionError`, `RangeError`, `UsageError`. They
    also refuse what would lose the gradient: ``float(v)``, ``round(v)``, ``v % 2``. Comparisons look at the numbers:
    ``Value(2) == 2``. In a set and as keys of a dict two Values with one number are two.

    Args:
        data: the number.
        label: the name, or ``""``. The other arguments are words of other libraries; each is refused with an error that
            says what to write.

    >>> x, w, b, y = Value(2), Value(3), Value(1), Value(5)
    >>> L = ((w * x + b).relu() - y) ** 2
    >>> L
    Value(4.0)
    >>> L.backward()
    >>> w.grad
    8.0
    """

    # Six slots and no dictionary: a recorded operation costs one object. What each holds:
    #   _data   the number                          _rule    how it was made; None for a leaf
    #   _grad   the adjoint; None before any pass   _clock   birth of a result, last edit of a leaf
    #   _x, _y  the operands; with a rule of many operands all arguments are in _y (see `Rule`)
    #           a leaf keeps its label in _x, and in _y what made it one ("detach", "no_grad", …)
    __slots__ = ()

    if TYPE_CHECKING:  # the verbs of the rooms above, which the package attaches: a type checker shall know them too
        at = _explain.at
        draw = _draw.draw
        explain = _explain.explain
        explain_update = _explain.explain_update
        formula = _formula.formula
        frames = _stepper.frames
        kinks = _explain.kinks
        page = _page.page
        paths = _explain.paths
        program = _program.program
        quiz = _explain.quiz
        step = _stepper.step
        steps = _stepper.steps
        to_graphviz = _draw.to_graphviz
        tree = _draw.tree
        why = _explain.why

        # and what calling the class takes, since it does not look at the class of a class
        def __init__(self, data: float, _children: tuple[Value, ...] = (), _op: str = "", label: str = "") -> None: ...

    def __init_subclass__(cls) -> None:
        raise UsageError("Value cannot be subclassed: keep Values in your own class, or add an operation with op()")

    # ------------------------------------------------------------------------------------------ reading a node

    @property
    def data(self) -> float:
        """The number. A leaf's may be assigned, between graphs; a result's is what its operands made it."""
        return self._data

    @data.setter
    def data(self, data: float) -> None:
        if self._rule is not None:
            raise UsageError(
                f"{_called(self)} is the result of {self.op}: its data cannot be edited. "
                "Edit the leaves it was made from, and compute it again"
            )
        number = data if type(data) is float else _number(data, "data")
        with _generated.edits:
            self._data = number
            self._clock = tick()

    @property
    def grad(self) -> float:
        """The adjoint dL/d(this) that backward passes have left here; 0.0 before any pass."""
        grad = self._grad
        return 0.0 if grad is None else grad

    @grad.setter
    def grad(self, grad: float | None) -> None:
        self._grad = None if grad is None else _number(grad, "grad")  # None, as PyTorch's users write, is zero_grad

    @property
    def reached(self) -> bool:
        """Whether a backward pass has reached this node since it was made or zeroed."""
        return self._grad is not None

    @property
    def label(self) -> str:
        """The name given to this node, or ``""``."""
        return self._x if self._rule is None else self._rule.label  # a leaf's _x is its label

    @label.setter
    def label(self, label: str) -> None:
        label = _label(label)
        if self._rule is None:
            self._x = label
        else:
            self._rule = self._rule.labelled(label)

    def named(self, label: str) -> Value:
        """Give this node a name, and return it: ``z = (w*x + b).named("z")``."""
        self.label = label
        return self

    @property
    def op(self) -> str:
        """The name of the operation that made this node; ``""`` for a leaf."""
        return "" if self._rule is None else self._rule.op

    @property
    def row(self) -> Row | None:
        """The row of the table for `op`; None for a leaf."""
        return None if self._rule is None else table[self._rule.op]

    @property
    def parents(self) -> tuple[Value, ...]:
        """The Values that this one was made from and that its gradient flows to; ``a + a`` has two."""
        return () if self._rule is None else self._rule.parents(self)

    @property
    def operands(self) -> tuple[Any, ...]:
        """All operands in the order of the operation's signature, numbers included; a sequence is a tuple in it."""
        rule, row = self._rule, self.row
        if rule is None or row is None:
            return ()
        return self._y[: len(row.operands)] if rule.many else (self._x, self._y)[: len(row.operands)]

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters of the operation by name: ``{"slope": 0.01}``."""
        rule, row = self._rule, self.row
        if rule is None or row is None:
            return {}
        names = [argument.name for argument in row.arguments if argument.kind == "parameter"]
        kept = self._y[len(row.operands) :] if rule.many else self._y if len(names) > 1 else (self._y,)
        return dict(zip(names, kept, strict=False))

    def partials(self) -> tuple[float, ...]:
        """∂(this)/∂parent for each of `parents`, at their present numbers.

        >>> (Value(2.0) * Value(5.0)).partials()
        (5.0, 2.0)
        """
        try:
            return () if self._rule is None else self._rule.partials(self)
        except _generated.REFUSED as error:
            raise _refused_partial(self, error) from error

    # ---------------------------------------------------------------------------------------- the backward pass

    def backward(self, seed: float = 1.0) -> None:
        """Reverse-mode differentiation: leave dL/dx in the ``grad`` of every node x of this graph, L being this node.

        One visit to each node, from this one back in reverse topological order, and one multiplication for each edge:
        x.grad += z.grad · ∂z/∂x. Results get the adjoint of this pass; leaves add it to what earlier passes left
        (`zero_grad` clears that). `seed` is dL/dL, 1 unless the graph goes on elsewhere.

        Raises `UsageError` when a leaf was edited after it was used: its old number is gone, so the true gradient
        of what was recorded is gone too. Whatever is raised, an interrupt included, no leaf's gradient has changed, and
        the results have none.

        >>> a = Value(2.0)
        >>> b = a + a
        >>> c = b + b
        >>> c.backward()
        >>> a.grad
        4.0
        """
        seed = seed if type(seed) is float else _seed(self, seed)
        backward_pass(self, seed)

    def zero_grad(self) -> None:
        """Clear the gradients of this node and of the whole graph below it, leaves included."""
        forget(topological_order(self, all_operands=True))

    def detach(self) -> Value:
        """A new leaf with the same number, through which no gradient flows back here."""
        leaf = Value(self._data)
        leaf._y = "detach"
        return leaf

    def item(self) -> float:
        """The number as a plain float. No gradient flows through it."""
        return self._data

    # ------------------------------------------------------------------------------ a number among Python's own

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"Value({self._data!r}{label})"

    def __format__(self, specification: str) -> str:
        try:
            return format(self._data, specification) if specification else repr(self)
        except ValueError as error:
            from .recording import called

            problem = f"{specification!r} is no format of {called(self)}, which holds a float ({error})"
            raise UsageError(f"{problem}; '.6g' and '.0f' are such formats") from None

    __hash__ = object.__hash__  # by identity: two nodes with one number are two nodes

    def __eq__(self, other: object) -> bool:
        number = other._data if type(other) is Value else other if type(other) is float else _comparable(other)
        return NotImplemented if number is None else self._data == number

    def __lt__(self, other: Value | float) -> bool:
        number = other._data if type(other) is Value else other if type(other) is float else _comparable(other)
        return NotImplemented if number is None else self._data < number

    def __le__(self, other: Value | float) -> bool:
        number = other._data if type(other) is Value else other if type(other) is float else _comparable(other)
        return NotImplemented if number is None else self._data <= number

    def __gt__(self, other: Value | float) -> bool:
        number = other._data if type(other) is Value else other if type(other) is float else _comparable(other)
        return NotImplemented if number is None else self._data > number

    def __ge__(self, other: Value | float) -> bool:
        number = other._data if type(other) is Value else other if type(other) is float else _comparable(other)
        return NotImplemented if number is None else self._data >= number

    def __bool__(self) -> bool:
        return self._data != 0.0

    def __pos__(self) -> Value:
        return self

    def __float__(self) -> NoReturn:
        raise UsageError(
            f"{_called(self)} would lose its gradient as a plain float. In place of float(v) or one of math's "
            "functions: sin(v), exp(v) and v.exp() keep the gradient, and v.data is the number without it"
        )

    def __int__(self) -> NoReturn:
        raise UsageError(f"{_called(self)} would lose its gradient as an int; int(v.data) is the number without it")

    __index__ = __trunc__ = __int__

    def __complex__(self) -> NoReturn:
        raise UsageError(f"{_called(self)} would lose its gradient as a complex; v.data is the number without it")

    def _is_a_staircase(self, *_: object) -> NoReturn:
        raise UsageError(
            f"{_called(self)} cannot be rounded (round, floor, ceil, //): a staircase is flat wherever it has a slope, "
            "and a gradient of zero everywhere is no gradient. Where only the number is wanted, round v.data"
        )

    __round__ = __floor__ = __ceil__ = __floordiv__ = __rfloordiv__ = _is_a_staircase

    def _is_a_sawtooth(self, *_: object) -> NoReturn:
        raise UsageError(
            f"{_called(self)} cannot go through % or divmod: x % y is x − y·floor(x / y), and the floor has a gradient "
            "of zero everywhere, which is no gradient. Where only the number is wanted, take v.data % y"
        )

    __mod__ = __rmod__ = __divmod__ = __rdivmod__ = _is_a_sawtooth

    # ------------------------------------------------------------------------------------------ copies and files

    def __copy__(self) -> Value:
        from .flat import copied

        return copied(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        from .flat import deep_copied

        return deep_copied(self, memo)

    def __reduce__(self) -> tuple[Any, ...]:
        from .flat import reduced

        return reduced(self)

    # ------------------------------------------------------------------------------- the words of micrograd users

    @property
    def _prev(self) -> set[Value]:
        return set(self.parents)

    @property
    def _op(self) -> str:
        row = self.row
        return "" if row is None else row.infix or row.name


new: Callable[[], Value] = type.__call__.__get__(Value)
"""A Value with nothing in it yet: what a class is called for where nothing stands in between."""


def tick() -> int:
    """Move the shared clock on, and tell its time. For those who hold `_generated.edits`."""
    _generated.clock += 1
    return _generated.clock


def _misused(data: object, second: object, name: object, requires_grad: object) -> UsageError:
    """What is wrong with the words that `Value` was given beside its number."""
    if isinstance(second, str) or name:
        given = f"{name=!r}" if name else "the second argument"
        return UsageError(f"Value: {given} is no label; write Value({data!r}, label={name or second!r})")
    if requires_grad is not None:
        return UsageError(f"Value: requires_grad is not needed: every leaf gets a gradient; write Value({data!r})")
    return UsageError(
        "a node cannot be built by hand: Value(data, children, op) would have no derivative. "
        "Add the operation to the table: op('cube(x)', 'x**3', '3 * x**2'), then x.cube()"
    )


def _label(label: object) -> str:
    if not isinstance(label, str):
        raise UsageError(f"a label is a str, not {label!r}")
    return label


def _number(x: Any, where: str) -> float:
    from .recording import number

    return number(x, where)


def _seed(node: Value, seed: Any) -> float:
    from .recording import is_number, no_seed

    if is_number(seed):
        return _number(seed, "backward(seed=…)")
    raise no_seed(node, seed)


def _comparable(other: object) -> float | None:
    """What to compare a float with; None for what is no number. Ints and fractions stay exact, as Python has it."""
    if type(other) is int or type(other) is bool:
        return other
    from .recording import is_number

    if not is_number(other):
        return None
    if isinstance(other, float) or hasattr(other, "dtype"):
        return float(other)  # type: ignore[arg-type]  # is_number has looked
    return other  # type: ignore[return-value]  # a fraction or a decimal, which Python compares with a float


def _called(node: Value) -> str:
    from .recording import called

    return called(node)


def _refused_partial(node: Value, error: Exception) -> Exception:
    from .recording import refused_partial

    return refused_partial(node, error)
