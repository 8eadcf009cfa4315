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

import operator
from itertools import product
from typing import TYPE_CHECKING, Any, Self

from . import flat, functions, recording
from .errors import AutogradError, UsageError
from .ops import table
from .value import Value

try:
    import numpy as np
except ImportError as error:
    raise UsageError("arrays of Values need NumPy: pip install 'autograd-scalar[numpy]'") from error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
    array = _objects(numbers if hasattr(numbers, "__len__") or not hasattr(numbers, "__next__") else list(numbers))
    nodes = [_node(x, array.shape, place) for place, x in enumerate(array.ravel().tolist())]
    made = _shaped(nodes, array.shape)
    return made.named(label, anew=False) if label else made


def _objects(numbers: Any) -> np.ndarray[Any, Any]:
    """`numbers` as a plain array of objects, or of floats where they are all plain numbers."""
    if isinstance(numbers, np.ndarray) and numbers.dtype.kind in "fiub":
        return np.asarray(numbers, dtype=float)
    try:
        return np.array(numbers, dtype=object, copy=None, subok=False)
    except ValueError:  # rows of different lengths may also be refused, as [[1, 2], [[3], 4]]
        raise UsageError(_RAGGED) from None


_RAGGED = "values: the rows are of different lengths; an array needs rows of one length"


def _node(x: Any, shape: tuple[int, ...], place: int) -> Value:
    if type(x) is Value:
        return x
    if type(x) is float:
        return Value(x)
    if isinstance(x, list | tuple | np.ndarray):
        raise UsageError(_RAGGED)
    at = _index(np.unravel_index(place, shape)) if shape else ""
    return Value(recording.number(x, f"values: element {at}" if at else "values"))


def _index(index: Iterable[Any]) -> str:
    return "".join(f"[{int(one)}]" for one in index)


def _shaped(nodes: Sequence[Any], shape: tuple[int, ...]) -> Values:
    flat_array: np.ndarray[Any, Any] = np.fromiter(nodes, dtype=object, count=len(nodes))
    return flat_array.reshape(shape).view(Values)


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
        return np.array(recording.numbers(_flat(self)), dtype=float).reshape(self.shape)

    @data.setter
    def data(self, data: Any) -> None:
        nodes = _flat(self)
        if (result := next((one for one in nodes if one._rule is not None), None)) is not None:
            result.data = 0.0  # which raises, naming the element and what made it
        for node, number in zip(nodes, self._numbers_for(data, "data"), strict=True):
            node.data = number

    @property
    def grad(self) -> np.ndarray[Any, Any]:
        """The adjoints that backward passes have left in the elements, as an array of floats; 0.0 before any pass."""
        return np.array([one.grad if type(one) is Value else 0.0 for one in _flat(self)], dtype=float).reshape(
            self.shape
        )

    @grad.setter
    def grad(self, grad: Any) -> None:
        numbers = [None] * self.size if grad is None else self._numbers_for(grad, "grad")
        for node, number in zip(_flat(self), numbers, strict=True):
            node.grad = number

    def _numbers_for(self, numbers: Any, what: str) -> list[float]:
        array = _objects(numbers)
        try:
            full = np.broadcast_to(array, self.shape)
        except ValueError:
            raise UsageError(
                f"{what} = …: numbers of shape {array.shape} do not fit an array of shape {self.shape}"
            ) from None
        return [recording.number(x, what) for x in full.ravel().tolist()]

    def named(self, label: str, *, anew: bool = True) -> Values:
        """Name the elements ``label[0][1]``, and return the array; without `anew` only those without a label."""
        places = product(*[[f"[{place}]" for place in range(size)] for size in self.shape])
        for place, node in zip(places, _flat(self), strict=True):
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
        _flat(self)[0].backward(seed)

    def zero_grad(self) -> None:
        """Clear the gradients of the elements and of all they were made from."""
        pending, cleared = _flat(self), set()
        while pending:
            node = pending.pop()
            if type(node) is Value and node not in cleared:
                cleared.add(node)
                node._grad = None
                pending += node.parents

    # -------------------------------------------------------------------------------------------- NumPy's functions

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        """What ``np.exp(X)``, ``X + Y``, ``np.add.reduce(X)`` … do: NumPy asks here."""
        if _is_predicate(ufunc):
            plain = {key: value for key, value in options.items() if value is not None or key == "axis"}
            if out is not None:
                plain["out"] = out
            return getattr(ufunc, method)(*[_numbers(x) for x in inputs], **plain)
        if out is not None or "dtype" in options:
            _refuse_floats(_name(ufunc), out, options)
        if ufunc is np.matmul and method == "__call__":
            result = _matmul(*inputs)
        elif method == "reduce" and ufunc in _REDUCTIONS:
            result = _reduced(getattr(functions, _REDUCTIONS[ufunc]), inputs[0], **options)
        else:
            result = _elementwise(ufunc, method, inputs, out, options)
            if method == "at" or options.get("where", True) is not True:
                return None if out is None else out[0]
        if out is None:
            return result
        out[0][...] = result
        return out[0]

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """What ``np.where``, ``np.dot``, ``np.concatenate`` … do: NumPy asks here."""
        own = _FUNCTIONS.get(func)
        if own is not None:
            return own(*args, **kwargs)
        try:
            result = super().__array_function__(func, types, args, kwargs)
        except AutogradError:
            raise
        except TypeError as error:
            raise UsageError(
                f"{_name(func)} of an array of Values: {error}. Where only the numbers are wanted, give it X.data"
            ) from error
        return _of_values(result)

    def dot(self, other: Any, out: Any = None) -> Any:
        """The matrix product; each entry is one `dot` node."""
        return _dot(self, other, out)

    def mean(self, axis: Any = None, dtype: Any = None, out: Any = None, *, keepdims: Any = False,
             where: Any = True) -> Any:  # fmt: skip
        """The mean along the axes; each is one `mean` node."""
        _refuse_floats("mean", None if out is None else (out,), {"dtype": dtype})
        result = _reduced(functions.mean, self, axis, keepdims=keepdims, where=where)
        return result if out is None else _into(out, result)

    def var(self, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0, *, keepdims: Any = False,
            where: Any = True, mean: Any = None, correction: Any = None) -> Any:  # fmt: skip
        """The variance along the axes: the mean of (x − mean)², or their sum over n − `ddof`."""
        _refuse_floats("var", None if out is None else (out,), {"dtype": dtype})
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

    def __setitem__(self, key: Any, value: Any) -> None:
        """Put Values in the place of others; plain numbers become new leaves."""
        super().__setitem__(key, value if type(value) is Value else _of_values(_objects(value), anyway=True))

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


for _word in ("all", "any", "argmax", "argmin", "argpartition", "argsort", "nonzero", "searchsorted"):
    setattr(Values, _word, _on_numbers(_word))
del _word


def _joined(array: Values) -> Value:
    """A node that has all elements as its operands: what can be copied and pickled as one graph."""
    elements = tuple(_flat(array))
    rule = flat.rule_for("sum", elements, (elements,))
    return flat._node(rule, tuple(x for x in elements if type(x) is Value), (elements,), 0.0, None, 0)


def _unpickled(leaves: list[Value], columns: tuple[list[Any], ...], shape: tuple[int, ...]) -> Values:
    return _shaped(flat.unpickled(leaves, columns)._y[0], shape)


# ------------------------------------------------------------------------------------------- elements, plain and not


def _flat(array: np.ndarray[Any, Any]) -> list[Any]:
    return array.view(np.ndarray).ravel().tolist()


def _plain(x: Any) -> Any:
    """An operand as NumPy itself would treat it."""
    return x.view(np.ndarray) if isinstance(x, Values) else x


def _as_operand(x: Any) -> Any:
    """The same, with whole numbers as floats, which are recorded without a question."""
    kind = type(x)
    if kind is Values:
        return x.view(np.ndarray)
    if kind is np.ndarray and x.dtype.kind in "fiub":
        return x.astype(float)
    if (
        kind is bool
        or (kind is int and -(2**53) <= x <= 2**53)
        or (isinstance(x, np.generic) and x.dtype.kind in "fiub")
    ):
        return float(x)
    return x


def _numbers(x: Any) -> Any:
    """An operand without its gradient."""
    if isinstance(x, np.ndarray) and x.dtype.kind == "O":
        return np.array(recording.numbers(_flat(x))).reshape(x.shape)
    return x._data if type(x) is Value else x


def _of_values(result: Any, *, anyway: bool = False) -> Any:
    """A result of NumPy's as an array of Values, where it holds some (or `anyway`); else as a plain one."""
    if isinstance(result, tuple | list):
        return type(result)(map(_of_values, result)) if type(result) in (tuple, list) else result
    if not isinstance(result, np.ndarray):
        return result
    if result.dtype.kind != "O" and not anyway:
        return _plain(result)
    nodes = _flat(result)
    if set(map(type, nodes)) <= {Value}:
        return result if isinstance(result, Values) else result.view(Values)
    made = _shaped([_node(0.0 if x is None else x, result.shape, place) for place, x in enumerate(nodes)], result.shape)
    if isinstance(result, Values) and not anyway:  # it may be a view of what the caller holds
        np.ndarray.__setitem__(result, ..., made)
        return result
    return made


def _into(out: Any, result: Any) -> Any:
    out[...] = result
    return out


# ------------------------------------------------------------------------------------- which row a function records


class _Probe(np.lib.mixins.NDArrayOperatorsMixin):
    """Asks an operator which of NumPy's functions it stands for."""

    def __array_ufunc__(self, ufunc: np.ufunc, *_: Any, **__: Any) -> np.ufunc:
        return ufunc


def _records(name: str) -> np.ufunc | None:
    """The NumPy function that records a row: that of its operator, or that of its name."""
    row = table[name]
    if any(argument.kind != "scalar" for argument in row.arguments):
        return None
    if row.dunder:
        probes = [_Probe()] * len(row.arguments)
        return getattr(operator, row.dunder)(*probes)  # type: ignore[no-any-return]  # the probe's answer
    found = getattr(np, name, None)
    return found if isinstance(found, np.ufunc) and found.nin == len(row.arguments) and found.nout == 1 else None


def _clip(x: Any, low: Any, high: Any) -> Any:
    if type(low) is not Value and type(high) is not Value:
        return functions.clip(x, low, high)
    return functions.min(functions.max(x, low), high)


def _exp2(x: Any) -> Any:
    return functions.pow(2.0, x)


def _logaddexp(x: Any, y: Any) -> Any:
    return functions.logsumexp([x, y])


def _degrees(x: Any) -> Any:
    return functions.mul(x, 57.29577951308232)


def _radians(x: Any) -> Any:
    return functions.mul(x, 0.017453292519943295)


# What NumPy calls otherwise than the table does, or what a row or two of it make up.
_LIKEWISE: dict[np.ufunc, Callable[..., Any]] = {
    np.maximum: functions.max,
    np.minimum: functions.min,
    np._core.umath.clip: _clip,  # type: ignore[attr-defined]  # what X.clip() and np.clip() call in the end
    np.positive: operator.pos,
    np.conjugate: operator.pos,
    np.exp2: _exp2,
    np.float_power: functions.pow,
    np.logaddexp: _logaddexp,
    np.degrees: _degrees,
    np.rad2deg: _degrees,
    np.radians: _radians,
    np.deg2rad: _radians,
}
_REDUCTIONS = {
    np.add: "sum",
    np.multiply: "prod",
    np.maximum: "maximum",
    np.minimum: "minimum",
    np.logaddexp: "logsumexp",
}
_known: dict[np.ufunc, np.ufunc] = {}


def _loop(ufunc: np.ufunc) -> np.ufunc:
    """The loop over elements that records what `ufunc` computes."""
    if not _known:
        for name, row in table.items():
            found = _records(name) if row.built_in else None
            if found is not None:
                # NumPy's own loops over objects call the operators; for all else the function of the row is called.
                _known[found] = found if row.dunder else _looped(getattr(functions, name), found.nin)
        _known.update({one: _looped(function, one.nin) for one, function in _LIKEWISE.items()})
    if ufunc in _known:
        return _known[ufunc]
    added = next((name for name, row in table.items() if not row.built_in and _records(name) is ufunc), None)
    if added is not None:
        return _looped(getattr(functions, added), ufunc.nin)
    raise UsageError(
        f"{_name(ufunc)} is no operation of the table, so its gradient would be lost. Where only the numbers are "
        f"wanted, take {_name(ufunc)}(X.data); op() adds an operation"
    )


def _looped(function: Callable[..., Any], operands: int) -> np.ufunc:
    loop: np.ufunc = np.frompyfunc(function, operands, 1)
    return loop


def _is_predicate(ufunc: np.ufunc) -> bool:
    """Whether a function answers yes or no: comparisons, `isnan`, `logical_and`."""
    known = _predicates.get(ufunc)
    if known is None:
        known = _predicates[ufunc] = any(kind in ufunc.types for kind in ("d->?", "dd->?"))
    return known


_predicates: dict[np.ufunc, bool] = {}


def _name(function: Any) -> str:
    module = "np.linalg." if "linalg" in (getattr(function, "__module__", None) or "") else "np."
    return f"{module}{function.__name__}"


def _refuse_floats(name: str, out: Any, options: dict[str, Any]) -> None:
    """Raise `UsageError` where the results would be put into an array of plain numbers."""
    dtype = options.pop("dtype", None)
    for asked in [dtype, *([] if out is None else [one.dtype for one in out if one is not None])]:
        if asked is not None and np.dtype(asked).kind != "O":
            raise UsageError(
                f"{name}: an array of {np.dtype(asked).name} cannot hold Values, so their gradients would be lost. "
                "Leave out= and dtype= away, or compute with X.data"
            )


def _elementwise(ufunc: np.ufunc, method: str, operands: tuple[Any, ...], out: Any, options: dict[str, Any]) -> Any:
    loop = _loop(ufunc)
    inputs = list(map(_as_operand if method == "__call__" else _plain, operands))
    masked = options.get("where", True) is not True
    if masked:
        if out is None:
            raise UsageError(f"{_name(ufunc)}: where= leaves elements out; say with out= which array has them")
        options["out"] = tuple(map(_plain, out))
    try:
        result = getattr(loop, method)(*inputs, **options)
    except AutogradError as error:
        if method == "__call__" and not masked:
            _blame(ufunc, loop, inputs, error)
        raise
    if method == "__call__" and type(result) is np.ndarray and any(type(x) is Values for x in operands):
        return result.view(Values)  # what a Value has a part in is a Value
    return result if masked else _of_values(result)


def _blame(ufunc: np.ufunc, loop: np.ufunc, inputs: list[Any], error: AutogradError) -> None:
    """Raise the error of the first element that is refused, with its place."""
    arrays = np.broadcast_arrays(*[np.asarray(x, dtype=object) for x in inputs])
    for index in np.ndindex(arrays[0].shape):
        try:
            loop(*[array[index] for array in arrays])
        except AutogradError as own:
            at = f", element {list(map(int, index))}" if index else ""
            raise type(error)(f"{_name(ufunc)}{at}: {own}") from None


# ------------------------------------------------------------------------------------------- sums, products, choices


def _reduced(
    function: Callable[[list[Any]], Any],
    array: Any,
    axis: Any = 0,
    *,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """`function` of the elements along the axes, one node for each result."""
    array = np.asarray(_plain(array))
    if initial is np._NoValue:
        initial = None
    axes = range(array.ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, array.ndim)
    rest = [one for one in range(array.ndim) if one not in axes]
    sizes = [array.shape[one] for one in rest]
    count = int(np.prod([array.shape[one] for one in axes], dtype=int))

    def rows(x: np.ndarray[Any, Any]) -> list[list[Any]]:
        moved = x.transpose(*rest, *axes).reshape(int(np.prod(sizes, dtype=int)), count)
        return moved.tolist()

    chosen = rows(array)
    if where is not True:
        masks = rows(np.broadcast_to(np.asarray(where, dtype=bool), array.shape))
        chosen = [[x for x, kept in zip(*pair, strict=True) if kept] for pair in zip(chosen, masks, strict=True)]
    if initial is not None:
        chosen = [[initial, *row] for row in chosen]
    results = [function(row) for row in chosen]
    if not rest and not keepdims:
        return results[0] if type(results[0]) is Value else Value(results[0])
    shape = tuple(1 if one in axes else size for one, size in enumerate(array.shape)) if keepdims else tuple(sizes)
    return _of_values(_shaped(results, shape))


def _rows_of(array: np.ndarray[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows of a matrix, plain numbers as floats."""
    if array.dtype.kind != "O":
        return list(map(tuple, array.astype(float).tolist()))
    return [
        tuple([x if type(x) is Value or type(x) is float else recording.number(x, "dot") for x in row])
        for row in array.tolist()
    ]


def _product(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], shape: tuple[int, ...]) -> Any:
    """Every row of `a` with every column of `b`, each one `dot`, in this shape."""
    columns, dot = _rows_of(b.T), functions.dot
    entries = [dot(row, column) for row in _rows_of(a) for column in columns]
    made = _of_values(_shaped(entries, shape))
    return made if shape else made[()]


def _operand(x: Any) -> np.ndarray[Any, Any]:
    return np.asarray(_plain(x), dtype=None if isinstance(x, np.ndarray) else object)


def _refuse_shapes(sign: str, a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], *, inner: int) -> None:
    if a.shape[-1] == inner:
        return
    turned = " (the other way round it would fit: a.T, or b.T)" if inner != a.shape[-1] in b.shape else ""
    raise ValueError(
        f"{sign}: shapes {a.shape} and {b.shape} do not fit: a row of the left has {a.shape[-1]} numbers, a column of "
        f"the right has {inner}{turned}"
    )


def _dot(a: Any, b: Any, out: Any = None) -> Any:
    a, b = _operand(a), _operand(b)
    if not a.ndim or not b.ndim:
        result = np.multiply(a.view(Values) if a.dtype == object else a, b.view(Values) if b.dtype == object else b)
    else:
        inner = b.shape[-2] if b.ndim > 1 else b.shape[0]
        _refuse_shapes("dot", a, b, inner=inner)
        columns = np.moveaxis(b, -2, 0) if b.ndim > 1 else b
        shape = (*a.shape[:-1], *columns.shape[1:])
        outer = int(np.prod(columns.shape[1:], dtype=int))
        result = _product(a.reshape(int(np.prod(a.shape[:-1], dtype=int)), inner), columns.reshape(inner, outer), shape)
    return result if out is None else _into(out, result)


def _matmul(a: Any, b: Any) -> Any:
    a, b = _operand(a), _operand(b)
    if not a.ndim or not b.ndim:
        raise ValueError("@ multiplies matrices and vectors; for a single number write *")
    if a.ndim <= 2 and b.ndim <= 2:
        inner = b.shape[0]
        _refuse_shapes("@", a, b, inner=inner)
        return _dot(a, b)
    _refuse_shapes("@", a, b, inner=b.shape[-2] if b.ndim > 1 else b.shape[0])
    left = a if a.ndim > 1 else a[None, :]
    right = b if b.ndim > 1 else b[:, None]
    stack = np.broadcast_shapes(left.shape[:-2], right.shape[:-2])
    left = np.broadcast_to(left, (*stack, *left.shape[-2:]))
    right = np.broadcast_to(right, (*stack, *right.shape[-2:]))
    made = np.empty((*stack, left.shape[-2], right.shape[-1]), dtype=object)
    for index in np.ndindex(stack):
        made[index] = _plain(_product(left[index], right[index], made.shape[-2:]))
    if a.ndim == 1:
        made = made[..., 0, :]
    return (made if b.ndim > 1 else made[..., 0]).view(Values)


def _inner(a: Any, b: Any) -> Any:
    b = _operand(b)
    return _dot(a, np.moveaxis(b, -1, -2) if b.ndim > 1 else b)


def _vdot(a: Any, b: Any) -> Any:
    return _dot(_operand(a).ravel(), _operand(b).ravel())


_where_loop = _looped(functions.where, 3)


def _where(condition: Any, *choices: Any) -> Any:
    """One `where` node for each element; the condition is compared, not differentiated."""
    chosen = np.asarray(_numbers(condition)).astype(bool)
    if not choices:
        return np.nonzero(chosen)
    x, y = map(_operand, choices)
    result = _where_loop(chosen.astype(float), x, y)
    return _of_values(np.asarray(result, dtype=object))


def _einsum(*operands: Any, **options: Any) -> Any:
    options.pop("optimize", None)
    return _of_values(np.asarray(np.einsum(*map(_plain, operands), **options), dtype=object))[()]


def _round(*_: Any, **__: Any) -> Any:
    return _loop(np.rint)  # which is no operation of the table


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.dot: _dot,
    np.inner: _inner,
    np.vdot: _vdot,
    np.where: _where,
    np.einsum: _einsum,
    np.round: _round,
}
