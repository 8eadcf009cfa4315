"""Derivatives as graphs: the rules of the table, run on Values instead of floats.

A gradient that comes out of `gradients` is a Value like any other. It can be printed, drawn, and differentiated
again; second derivatives need nothing else. None of this touches ``.grad``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from . import _generated, codegen, functions, helpers
from .backward import check_not_edited
from .calls import called_as
from .errors import UsageError
from .graph import one_by_one, topological_order
from .ops import table
from .recording import called, described, number, number_of, own_graph, share, watching
from .value import Value, tick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .ops import Row

__all__ = ["grad", "gradients", "value_and_grad"]


@called_as("gradients(L, [w])")
def gradients(result: Value, wrt: Iterable[Value]) -> list[Value]:
    """dL/dx for each x in `wrt`, each one a Value with a graph of its own; L is `result`.

    The backward pass, with the partials written out as operations on Values: adjoint(x) = Σ adjoint(z) · ∂z/∂x over the
    nodes z that use x. Only nodes between `wrt` and `result` are visited. ``.grad`` is left alone everywhere.

    An x that `result` does not depend on gets the constant 0, which is its true slope; where that is a surprise,
    ``result.why(x)`` says how x was lost.

    >>> x = Value(3.0)
    >>> y = x**3
    >>> (first,) = gradients(y, [x])
    >>> (second,) = gradients(first, [x])
    >>> first.data, second.data
    (27.0, 18.0)

    Raises `UsageError` when a leaf was edited after it was used, or where `wrt` is no list of Values.
    """
    wrt = _list_of_values(result, wrt)
    order = topological_order(result)
    check_not_edited(order)
    between: set[Value] = set(wrt)
    users: list[Value] = []  # the nodes that have a parent between, in order
    for node in order:
        if not between.isdisjoint(node.parents):
            between.add(node)
            users.append(node)
    adjoints: dict[Value, Any] = {result: 1.0}
    for node in reversed(users):
        adjoint = adjoints[node]
        for parent, partial in zip(node.parents, partial_values(node), strict=True):
            if parent in between:
                contribution = adjoint * partial
                adjoints[parent] = adjoints[parent] + contribution if parent in adjoints else contribution
        for mode in watching() if _generated.modes else ():
            so_far = [float(number_of(adjoints.get(parent, 0.0))) for parent in node.parents]
            mode.passed_on(node, float(number_of(adjoint)), so_far)
    return [_slope(adjoints, x) for x in wrt]


def _list_of_values(result: Value, wrt: Iterable[Value]) -> list[Value]:
    if not isinstance(result, Value):
        raise UsageError(f"gradients(L, wrt): L is {described(result)}, not a Value that remembers how it was made")
    if isinstance(wrt, Value):
        shown = called(wrt).partition(" ")[0]
        raise UsageError(f"gradients(L, wrt): wrt is a list of Values; write gradients(L, [{shown}])")
    wrt = list(wrt)
    for x in wrt:
        if not isinstance(x, Value):
            raise UsageError(f"gradients(L, wrt): wrt is a list of Values of the graph of L; {described(x)} is none")
    return wrt


def _slope(adjoints: dict[Value, Any], x: Value) -> Value:
    """The adjoint of x as a Value. One that nothing computes is a leaf, which remembers why for those who ask it."""
    found = adjoints.get(x, 0.0)
    if isinstance(found, Value):
        return found
    leaf = Value(found)
    leaf._y = "constant" if x in adjoints else "not used"
    return leaf


def partial_values(node: Value) -> list[Value | float]:
    """∂z/∂parent for each parent of a result z, computed on Values: numbers where the partial is a constant."""
    row = node.row
    assert row is not None
    operands = node.operands
    all_values = all(type(one) is Value for one in one_by_one(operands))
    results = _derivative(row)(*operands, *node.parameters.values(), z=node, tie=0.5 if all_values else 0.0)
    flat_operands: list[Any] = []
    flat_partials: list[Any] = []
    for operand, partial in zip(operands, results, strict=True):
        if isinstance(operand, tuple):
            flat_operands += operand
            flat_partials += partial
        else:
            flat_operands.append(operand)
            flat_partials.append(partial)
    pairs = zip(flat_operands, flat_partials, strict=True)
    return [partial for operand, partial in pairs if type(operand) is Value and partial is not None]


_derivatives: dict[Row, Callable[..., list[Any]]] = {}


def _derivative(row: Row) -> Callable[..., list[Any]]:
    """The row's partials as a function of Values, compiled when first asked for."""
    if row not in _derivatives:
        namespace = _Namespace(_HELPERS | (_SHIFTS if row.built_in else {}))
        codegen.compiled(codegen.derivative_source(row), f"derivative of {row.name}", namespace)
        _derivatives[row] = namespace[f"{row.name}_derivative"]
    return _derivatives[row]


class _Namespace(dict[str, Any]):
    """What the partials may call: the helpers below, and every row of the table as a function."""

    def __missing__(self, name: str) -> Any:
        if name in table:
            return getattr(functions, name)
        raise KeyError(name)


FAR = 1000  # powers of two; the floats reach a little further
FEW = 100  # elements, each of which may have a product of its own


def _others(x: Sequence[Any]) -> list[Any]:
    """For each element the product of all the others, on Values: linear, unless a few of them span the floats."""
    span = math.fsum(abs(math.frexp(number_of(element))[1]) for element in x)
    if span > FAR and len(x) <= FEW:  # some partial product might overflow where the whole product does not
        return [functions.prod([*x[:place], *x[place + 1 :]]) for place in range(len(x))]
    before: list[Any] = [1.0]
    after: list[Any] = [1.0]
    for element in x[:-1]:
        before.append(before[-1] * element)
    for element in x[:0:-1]:
        after.append(after[-1] * element)
    return [left * right for left, right in zip(before, reversed(after), strict=True)]


_HELPERS: dict[str, Any] = {
    "count": helpers.count,
    "floor": helpers.floor,
    "inf": helpers.inf,
    "isfinite": helpers.isfinite,
    "nan": helpers.nan,
    "pi": helpers.pi,
    "number": number_of,
    "others": _others,
    "product": functions.prod,
    "unknown": helpers.unknown,
    "share": lambda operands, z: share(operands, number_of(z)),
    "largest": functions.maximum,
    "smallest": functions.minimum,
}
# Where a built-in row uses the largest element, it is a shift that no derivative depends on: a plain number.
_SHIFTS: dict[str, Any] = {"largest": lambda x: helpers.largest([number_of(one) for one in x])}


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """The function that computes df/dx, x being the argument (or arguments) of `f` at the place `argnums`.

    `f` takes numbers and returns one; what it does with them in between is recorded. The result is a float, or a tuple
    of floats when `argnums` is a tuple. ``.grad`` is left alone.

    It nests: ``grad(grad(f))`` is the second derivative. Each call differentiates its own argument and no other, also
    when `f` uses a variable of the function around it. Where the slope depends on Values from outside, as it does
    then, it comes as a Value, so that no gradient is lost. A `no_grad` around the call cuts off what comes out of it,
    never what it computes; one within `f` holds.

    >>> grad(grad(lambda x: x**4 - 3 * x**3 + 2))(3.0)
    54.0
    >>> grad(lambda x: grad(lambda y: x * y)(5.0))(2.0)
    1.0

    Raises `UsageError` when `f` does not return a number, or has no argument at that place. A plain number is a
    constant, with slope 0: ``x.data`` and ``x.item()`` leave no trace (`testing.gradcheck` tells where one was lost).
    """
    both = value_and_grad(f, argnums)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    gradient.__name__ = f"grad of {getattr(f, '__name__', 'a function')}"
    return gradient


def value_and_grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., tuple[Any, Any]]:
    """The function that computes f(x) and df/dx together; see `grad`.

    >>> value_and_grad(lambda x, y: x * y)(3.0, 4.0)
    (12.0, 4.0)
    """
    if not callable(f):
        raise UsageError(f"grad: {described(f)} is not a function; write grad(f)(x), not grad(f(x))")
    places = argnums if isinstance(argnums, tuple) else (argnums,)
    for place in places:
        if type(place) is not int:
            raise UsageError(f"grad: argnums is an int or a tuple of ints, not {argnums!r}")

    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        for place in places:
            if not -len(args) <= place < len(args):
                raise UsageError(
                    f"grad: there is no argument {place}: the function was called with {len(args)} by position. "
                    "argnums says which one to differentiate by, counted from 0"
                )
        with _generated.edits:
            start = tick()  # a leaf is from outside where its clock is older than this
        arguments = list(args)
        with own_graph() as is_cut_off:
            for place in {place % len(args) for place in places}:
                arguments[place] = _own_argument(args[place], place)
            own = [arguments[place] for place in places]
            result = f(*arguments, **kwargs)
            if not isinstance(result, Value):
                result = number(result, "grad: the function must return one number")
                slopes = [Value(0.0) for _ in own]  # the derivative of a constant
            else:
                slopes = gradients(result, own)
        is_nested = any(isinstance(argument, Value) for argument in args)
        kept = [slope if is_nested or _reaches_out(slope, start) else slope.item() for slope in slopes]
        if isinstance(result, Value) and not is_nested and not _reaches_out(result, start):
            result = result.item()
        if is_cut_off:
            result, *kept = [_cut_off(one) for one in (result, *kept)]
        return result, tuple(kept) if isinstance(argnums, tuple) else kept[0]

    return both


def _own_argument(x: Any, place: int) -> Value:
    """A variable of this call alone.

    A Value from an enclosing call is passed on through a node of its own, so that the same Value, used by `f` in some
    other way, is a constant here (the perturbation confusion of nested calls).
    """
    return functions.identity(x) if isinstance(x, Value) else Value(number(x, f"grad: argument {place}"))


def _cut_off(one: Any) -> Any:
    """A result as the `no_grad` around the call leaves it: with no graph."""
    return functions.identity(one) if isinstance(one, Value) and one._rule is not None else one


def _reaches_out(node: Value, start: int) -> bool:
    """Whether `node` depends on a leaf that was there before the time `start`."""
    return any(one._rule is None and one._clock < start for one in topological_order(node))
