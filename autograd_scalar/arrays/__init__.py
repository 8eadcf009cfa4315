"""Arrays of Values: NumPy's functions on numbers that remember.

``values(X)`` is an ndarray whose elements are Values. NumPy's functions on it record rows of the table, element by
element: `np.exp` records `exp`, `np.maximum` records `max`, `np.where` records `where`, and each entry of ``X @ W`` is
*one* `dot` node, as each sum along an axis is one `sum`. Which function records which row is read from the table, not
from a list: a row is recorded by the NumPy function of its name (`np.tanh`, `np.acos`) or of its operator (``+``).

A plain object array of Values computes too, with fewer rows: arithmetic, ``@``, ``.dot``, `np.sum` and the functions
that a Value has as methods under NumPy's own name (`np.exp`, `np.log`, `np.sqrt`, `np.tanh`, …) call the Values
themselves. Its products and sums are recorded number by number. `np.maximum`, `np.minimum`, `np.max`, `np.clip`,
`np.where` and `np.sort` on it only *compare*, and hand the winner on as it is: that gives the right gradient (of what
won), but no relu stands in the graph, and where a plain number won there is no node at all, so that nothing can say
why the gradient stops. `np.sign` on it gives plain numbers.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Self

from ..backward import forget
from ..errors import AutogradError, ShapeError, UsageError

try:
    import numpy as np
except ImportError as error:
    raise UsageError("arrays of Values need NumPy: pip install numpy") from error

from .. import flat, functions, recording
from ..value import Value
from . import products, shapes
from .elements import as_value, elements, object_array, objects, plain
from .elementwise import elementwise, function_name, is_predicate, loop_of, predicate, refuse_floats, where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Values", "values"]


def values(numbers: Any, label: str = "") -> Values:
    """An array of Values with the shape of `numbers`: a number, a list, nested lists, an array.

    Numbers become new leaves; Values that are among them stay the nodes they are. ``label="W"`` names the elements
    ``W[0][1]``; what bears a label already keeps it.

    Raises `UsageError` for rows of different lengths, and for an element that is no real number, by its place.

    >>> import numpy as np
    >>> from autograd_scalar import values
    >>> W = values([[1.0, -2.0], [0.5, 3.0]], label="W")
    >>> x = np.array([2.0, 1.0])
    >>> L = np.sum(np.maximum(0, x @ W))
    >>> L.backward()
    >>> W.grad
    array([[2., 0.],
           [1., 0.]])
    >>> print(L.formula())
    L = max(0, 2·W[0][0] + W[1][0]) + max(0, 2·W[0][1] + W[1][1])
    """
    if not isinstance(label, str):
        raise UsageError(f"values: a label is a str, not {label!r}")
    array = objects(numbers if hasattr(numbers, "__len__") or not hasattr(numbers, "__next__") else list(numbers))
    nodes = [as_value(x, array.shape, place) for place, x in enumerate(array.ravel().tolist())]
    made = _shaped(nodes, array.shape)
    return made.named(label, anew=False) if label else made


def _shaped(nodes: Sequence[Any], shape: tuple[int, ...]) -> Values:
    return object_array(nodes, shape).view(Values)


class Values(np.ndarray[Any, Any]):
    """An ndarray whose elements are Values; made by `values`, and by NumPy's functions from one that is there.

    `data` and `grad` are arrays of floats. ``W.data -= 0.1 * W.grad`` is a step of gradient descent. An element is
    the Value itself: ``L.explain(W[0, 1])``. Comparisons, `argmax` and the like give plain arrays.

    What would lose a gradient (``astype(float)``, `np.floor`) raises `UsageError`; `data` is the way to the numbers.
    """

    __slots__ = ()
    __array_priority__ = 1000.0  # among arrays, the one that remembers decides what a result is

    def __new__(cls, *_: Any, **__: Any) -> Self:
        """Refuse: `values` makes these arrays."""
        raise UsageError("an array of Values is made by values(…): values([[1.0, 2.0], [3.0, 4.0]])")

    # ------------------------------------------------------------------------------------- reading the elements

    @property  # type: ignore[override]  # an ndarray's own data is its memory
    def data(self) -> np.ndarray[Any, Any]:
        """The numbers, as an array of floats. Assigning it edits the leaves, between graphs."""
        return np.array(recording.numbers(elements(self)), dtype=float).reshape(self.shape)

    @data.setter
    def data(self, data: Any) -> None:
        nodes = elements(self)
        if (result := next((one for one in nodes if one._rule is not None), None)) is not None:
            result.data = 0.0  # which raises, naming the element and what made it
        for node, number in zip(nodes, self._numbers_for(data, "data"), strict=True):
            node.data = number

    @property
    def grad(self) -> np.ndarray[Any, Any]:
        """The adjoints that backward passes have left in the elements, as an array of floats; 0.0 before any pass."""
        return np.array([one.grad if type(one) is Value else 0.0 for one in elements(self)], dtype=float).reshape(
            self.shape
        )

    @grad.setter
    def grad(self, grad: Any) -> None:
        numbers = [None] * self.size if grad is None else self._numbers_for(grad, "grad")
        for node, number in zip(elements(self), numbers, strict=True):
            node.grad = number

    def _numbers_for(self, numbers: Any, what: str) -> list[float]:
        array = objects(numbers)
        try:
            full = np.broadcast_to(array, self.shape)
        except ValueError:
            raise ShapeError(
                f"{what} = …: numbers of shape {array.shape} do not fit an array of shape {self.shape}"
            ) from None
        return [recording.number(x, what) for x in full.ravel().tolist()]

    def named(self, label: str, *, anew: bool = True) -> Values:
        """Name the elements ``label[0][1]``, and return the array; without `anew` only those without a label."""
        places = product(*[[f"[{place}]" for place in range(size)] for size in self.shape])
        for place, node in zip(places, elements(self), strict=True):
            if anew or not node.label:
                node.label = label + "".join(place)
        return self

    # ---------------------------------------------------------------------------------------- the backward pass

    def backward(self, seed: float = 1.0) -> None:
        """The backward pass from an array of one element. Raises `UsageError` for more: a pass starts at one number."""
        if self.size != 1:
            raise UsageError(
                f"backward() starts at one number, and this is an array of shape {self.shape}. Make one of it, as "
                "np.sum(…).backward() or np.mean(…).backward(), or choose an element: X[0, 1].backward()"
            )
        elements(self)[0].backward(seed)

    def zero_grad(self) -> None:
        """Clear the gradients of the elements and of all they were made from."""
        pending, found = elements(self), set()
        while pending:
            node = pending.pop()
            if type(node) is Value and node not in found:
                found.add(node)
                pending += node.parents
        forget(found)

    # -------------------------------------------------------------------------------------------- NumPy's functions

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        """What ``np.exp(X)``, ``X + Y``, ``np.add.reduce(X)`` … do: NumPy asks here."""
        if is_predicate(ufunc):
            given = {key: value for key, value in options.items() if value is not None or key == "axis"}
            return predicate(ufunc, method, inputs, given if out is None else {**given, "out": out})
        if out is not None or "dtype" in options:
            refuse_floats(function_name(ufunc), out, options)
        if ufunc is np.matmul and method == "__call__":
            result = _of_values(products.matmul(*inputs))
        elif method == "reduce" and ufunc in _REDUCTIONS:
            result = _of_values(products.reduced(getattr(functions, _REDUCTIONS[ufunc]), inputs[0], **options))
        else:
            result = elementwise(ufunc, method, inputs, out, options)
            if method == "at" or options.get("where", True) is not True:
                return None if out is None else out[0]
            if method == "__call__" and type(result) is np.ndarray and any(type(x) is Values for x in inputs):
                result = result.view(Values)  # what a Value has a part in is a Value
            else:
                result = _of_values(result)
        return result if out is None else _into(out[0], result)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """What ``np.where``, ``np.dot``, ``np.concatenate`` … do: NumPy asks here."""
        own = _FUNCTIONS.get(func)
        try:
            result = super().__array_function__(func, types, args, kwargs) if own is None else own(*args, **kwargs)
        except AutogradError:
            raise
        except (ValueError, IndexError) as error:
            held = shapes.described([*args, *kwargs.values()])
            raise ShapeError(f"{function_name(func)} of {held}: {error}") from error
        except (TypeError, AttributeError) as error:
            raise UsageError(
                f"{function_name(func)} of an array of Values: {error}. Where only the numbers are wanted, give it "
                "X.data"
            ) from error
        return _of_values(result)

    def dot(self, other: Any, out: Any = None) -> Any:
        """The matrix product; each entry is one `dot` node."""
        return _of_values(products.dot(self, other, out))

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, *, keepdims: Any = False,
             where: Any = True) -> Any:  # fmt: skip
        """The mean along the axes; each is one `mean` node."""
        refuse_floats("mean", None if out is None else (out,), {"dtype": dtype})
        result = _of_values(products.reduced(functions.mean, self, axis, keepdims=keepdims, where=where))
        return result if out is None else _into(out, result)

    def var(self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, *, keepdims: Any = False,
            where: Any = True, mean: Any = None, correction: Any = None) -> Any:  # fmt: skip
        """The variance along the axes: the mean of (x − mean)², or their sum over n − `ddof`."""
        refuse_floats("var", None if out is None else (out,), {"dtype": dtype})
        centre = self.mean(axis, keepdims=True, where=where) if mean is None else mean
        squares = np.square(self - centre)
        ddof = ddof if correction is None else correction
        if ddof:
            total = np.sum(squares, axis=axis, keepdims=keepdims, where=where)
            counts = np.sum(np.broadcast_to(where, self.shape), axis=axis, keepdims=keepdims) - ddof
            result = total / counts
        else:
            result = np.mean(squares, axis=axis, keepdims=keepdims, where=where)
        return result if out is None else _into(out, result)

    def std(self, *args: Any, out: Any = None, **options: Any) -> Any:
        """The standard deviation along the axes: the root of `var`."""
        result = np.sqrt(self.var(*args, **options))
        return result if out is None else _into(out, result)

    def astype(self, dtype: Any, *args: Any, **options: Any) -> Any:
        """The array itself as another type. Raises `UsageError` for any but object: the gradient would be lost."""
        if np.dtype(dtype) != object:
            raise UsageError(
                f"astype({np.dtype(dtype).name}) would lose the gradients of these Values; X.data is the numbers "
                "without them"
            )
        return super().astype(dtype, *args, **options)

    # ------------------------------------------------------------------------------------------- an array among arrays

    def __getitem__(self, key: Any) -> Any:
        """An element or a part. Raises `ShapeError` for a place that is not there."""
        try:
            return super().__getitem__(key)
        except IndexError as error:
            raise shapes.indexing(self, error) from None

    def __setitem__(self, key: Any, value: Any) -> None:
        """Put Values in the place of others; plain numbers become new leaves. Raises `ShapeError`, as reading does."""
        made: Any = value if type(value) is Value else _of_values(objects(value), anyway=True)
        try:
            super().__setitem__(key, made)
        except ShapeError:  # from reading the place
            raise
        except IndexError as error:
            raise shapes.indexing(self, error) from None
        except ValueError:
            raise ShapeError(
                f"numbers of shape {made.shape} do not fit into a place of shape {np.shape(self[key])}"
            ) from None

    def __iter__(self) -> Iterator[Any]:
        """The elements of a vector, the rows of a matrix."""
        if not self.ndim:
            raise UsageError("a single number is no sequence; .item() is the Value itself")
        return map(self.__getitem__, range(len(self)))

    def __repr__(self) -> str:
        return f"values({np.array2string(self.data, separator=', ', prefix='values(')})"

    def __str__(self) -> str:
        return str(self.data)

    def __reduce__(self) -> tuple[Any, ...]:
        """One graph for all elements, so that what they share stays shared."""
        _, (leaves, columns) = flat.reduced(_joined(self))
        return _unpickled, (leaves, columns, self.shape)

    def __reduce_ex__(self, _protocol: Any) -> tuple[Any, ...]:
        return self.__reduce__()

    def __deepcopy__(self, memo: dict[int, Any] | None) -> Values:
        memo = {} if memo is None else memo
        joined = _joined(self)
        memo.setdefault(id(memo), []).append(joined)  # as `copy` keeps what it knows by its id
        return _shaped(flat.deep_copied(joined, memo)._y[0], self.shape)


def _on_numbers(name: str) -> Callable[..., Any]:
    def method(self: Values, *args: Any, **options: Any) -> Any:
        return getattr(self.data, name)(*args, **options)

    method.__name__ = name
    method.__doc__ = f"What `{name}` of the numbers gives: a plain array, or a plain number."
    return method


def _worded(name: str) -> Callable[..., Any]:
    def method(self: Values, *args: Any, **options: Any) -> Any:
        try:
            return getattr(np.ndarray, name)(self, *args, **options)
        except (ValueError, IndexError) as error:
            raise ShapeError(f"{name}{args} of {shapes.described([self])}: {error}") from None

    method.__name__ = name
    method.__doc__ = f"What `{name}` of an array gives. Raises `ShapeError` where the shape does not allow it."
    return method


for _word in ("repeat", "reshape", "squeeze", "swapaxes", "take", "transpose"):
    setattr(Values, _word, _worded(_word))
for _word in ("all", "any", "argmax", "argmin", "argpartition", "argsort", "nonzero", "searchsorted"):
    setattr(Values, _word, _on_numbers(_word))
del _word


def _joined(array: Values) -> Value:
    """A node that has all elements as its operands: what can be copied and pickled as one graph."""
    nodes = tuple(elements(array))
    rule = flat.rule_for("sum", nodes, (nodes,))
    return flat._node(rule, tuple(x for x in nodes if type(x) is Value), (nodes,), 0.0, None, 0)


def _unpickled(leaves: list[Value], columns: tuple[list[Any], ...], shape: tuple[int, ...]) -> Values:
    return _shaped(flat.unpickled(leaves, columns)._y[0], shape)


def _of_values(result: Any, *, anyway: bool = False) -> Any:
    """A result of NumPy's as an array of Values, where it holds some (or `anyway`); else as a plain one."""
    if isinstance(result, tuple | list):
        return type(result)(map(_of_values, result)) if type(result) in (tuple, list) else result
    if not isinstance(result, np.ndarray):
        return result
    if result.dtype.kind != "O" and not anyway:
        return plain(result)
    nodes = elements(result)
    if set(map(type, nodes)) <= {Value}:
        return result if isinstance(result, Values) else result.view(Values)
    made = _shaped(
        [as_value(0.0 if x is None else x, result.shape, place) for place, x in enumerate(nodes)], result.shape
    )
    if isinstance(result, Values) and not anyway:  # it may be a view of what the caller holds
        np.ndarray.__setitem__(result, ..., made)
        return result
    return made


def _into(out: Any, result: Any) -> Any:
    out[...] = result
    return out


def _round(*_: Any, **__: Any) -> Any:
    return loop_of(np.rint)  # which is no operation of the table


# What NumPy calls along an axis, by the name of its row; and the functions that are not elementwise.
_REDUCTIONS = {
    np.add: "sum",
    np.multiply: "prod",
    np.maximum: "maximum",
    np.minimum: "minimum",
    np.logaddexp: "logsumexp",
}
_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.dot: products.dot,
    np.inner: products.inner_product,
    np.vdot: products.vdot,
    np.where: where,
    np.einsum: products.einsum,
    np.round: _round,
}
