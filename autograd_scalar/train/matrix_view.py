"""The matrix view: scalar adjoints, regrouped into the matrix equations that papers write.

A pass over Values knows no matrix. It multiplies along edges, number by number, and what comes out is
``dW₂ = h₁ᵀ · dy₂`` all the same. `matrix_view` finds those equations in the graph: where the entries of an array were
recorded as Σₖ aᵢₖ·bₖⱼ with exactly the nodes of two other arrays, Y is their product, and each edge of the graph is one
term of dA = dY·Bᵀ or of dB = Aᵀ·dY. It compares nodes, and never guesses from numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arrays import Values  # first, for it answers where NumPy is missing

# isort: split
import numpy as np

from ..backward import check_not_edited
from ..errors import UsageError
from ..formula.numbers import DIGITS, check_digits
from ..formula.styles import style_for
from ..graph import topological_order
from ..names import _NEVER, _callers_scopes
from ..value import Value
from .matrices import MatrixEquation, MatrixView
from .matrix_reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .matrix_forms import Array

__all__ = ["MatrixEquation", "MatrixView", "matrix_view"]

ENTRIES = 12  # entries of one equation that are written out


def matrix_view(
    loss: Value,
    arrays: Mapping[str, Any] | None = None,
    *,
    wrt: str | Iterable[str] = (),
    entries: int = ENTRIES,
    digits: int | None = DIGITS,
    **named: Any,
) -> MatrixView:
    """Show the backward pass of `loss` as equations between matrices, number by number and as a whole.

    `arrays` are arrays of Values by name (``{"W2": W2, "h1": h1}``, or ``W2=W2, h1=h1``), at least those that the
    equations shall mention; arrays of plain numbers may be factors too. Without any, the arrays in the caller's
    variables are taken. The shape is that of a matrix, a vector or a number. `wrt` asks for some of the equations only,
    by array; `entries` is how many entries of an equation are written out, `digits` how many digits are shown.

    For each array T the equation adds up what every other array passes back to it. Where Y = A·B + b was recorded
    (`dot` nodes, or products and sums one by one): dA = dY·Bᵀ, dB = Aᵀ·dY, db = Σ dY. Where Y = f(T) entry by entry:
    dT = dY ∘ f′(T). Anything else, of several operations without a name between them: Σ dY·∂Y/∂T. That covers every
    edge of the graph, so each side is the whole adjoint. The pass is made beside the graph: no ``.grad`` is touched.

    Raises `UsageError` for a loss that is not a recorded Value, for arrays that are none, have more than two axes or
    are not in the graph, and where a leaf was edited after its use.

    >>> from autograd_scalar import values
    >>> x, W = values([1.0, 2.0]), values([[3.0, -1.0], [0.5, 2.0]])
    >>> y = x @ W
    >>> L = y[0] * y[1]
    >>> print(matrix_view(L, x=x, W=W, y=y, wrt="W"))
    y = x·W
    L is made from y, by several operations
    <BLANKLINE>
    dW = xᵀ · dy
    dW[0][0] = x[0]·dy[0] = 1 · 3 = 3
    dW[0][1] = x[0]·dy[1] = 1 · 4 = 4
    dW[1][0] = x[1]·dy[0] = 2 · 3 = 6
    dW[1][1] = x[1]·dy[1] = 2 · 4 = 8
    ⎡3  4⎤ = ⎡1⎤ · [3  4]
    ⎣6  8⎦   ⎣2⎦
    4 entries, each equal to the engine's adjoint to the last bit
    """
    check_digits(digits)
    if isinstance(loss, np.ndarray) and loss.ndim == 0 and isinstance(loss.item(), Value):
        loss = loss.item()
    if not isinstance(loss, Value):
        shape = f" of shape {loss.shape}" if isinstance(loss, np.ndarray) else ""
        raise UsageError(
            f"matrix_view: the loss is one Value, not {type(loss).__name__}{shape}; np.sum(…) or np.mean(…) makes one"
        )
    if loss._rule is None:
        raise UsageError("matrix_view: the loss is a leaf, which no operation made: it has no derivatives to show")
    order = topological_order(loss)
    check_not_edited(order)
    given = {**(arrays or {}), **named}
    aliases: dict[str, list[str]] = {}
    if given:
        held = {name: _checked(name, array) for name, array in given.items()}
        _refuse_foreign(held, set(topological_order(loss, all_operands=True)))
    else:
        held, aliases = _from_frames(set(topological_order(loss, all_operands=True)))
    wanted = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    for name in wanted:
        if name.removeprefix("d") not in held and name not in held:
            raise UsageError(f"matrix_view: wrt={name!r} is none of the arrays: {', '.join(held)}")
    reading = Reading(loss, order, held, entries, digits)
    found = tuple(one for one in reading.equations() if not wanted or {one.target, one.target[1:]} & set(wanted))
    style = style_for("text", digits, [])
    also = [
        f"{style.symbol(name)} is also {' and '.join(map(style.symbol, others))}" for name, others in aliases.items()
    ]
    notes = (*reading.notes, *also)
    return MatrixView(reading.loss_name, found, reading.forward, notes, digits)


def _checked(name: str, array: Any) -> Array:
    if not name:
        raise UsageError(f"matrix_view: an array is given by its name, {{'W1': W1}}, not by {name!r}")
    plain = array.view(np.ndarray) if isinstance(array, np.ndarray) else np.array(array, dtype=object)
    if plain.ndim > 2:
        raise UsageError(
            f"matrix_view shows matrices and vectors, and {name} has {plain.ndim} axes (shape {plain.shape}); "
            f"choose one matrix of it, {name}[0]"
        )
    if plain.dtype.kind not in "Ofiub" or not set(map(type, plain.ravel().tolist())) <= {Value, float, int, bool}:
        raise UsageError(f"matrix_view: {name} is no array of Values or of numbers, but of {plain.dtype.name}")
    return plain


def _refuse_foreign(held: dict[str, Array], graph: set[Value]) -> None:
    for name, array in held.items():
        nodes = [x for x in array.ravel().tolist() if type(x) is Value]
        if nodes and graph.isdisjoint(nodes):
            raise UsageError(
                f"matrix_view: none of the {len(nodes)} Values of {name} (shape {array.shape}) is in the loss's graph. "
                f"Was {name} made again, or changed in place, after the loss was computed?"
            )


def _from_frames(graph: set[Value]) -> tuple[dict[str, Array], dict[str, list[str]]]:
    """The arrays in the caller's variables that have a part in the graph, and their other names."""
    found: dict[str, Array] = {}
    plain: dict[str, Array] = {}
    names: dict[tuple[int, ...], str] = {}
    aliases: dict[str, list[str]] = {}
    seen: set[str] = set()
    for scope in _callers_scopes():
        array: Any
        for name, array in sorted(dict.items(scope.variables), key=lambda pair: (len(str(pair[0])), str(pair[0]))):
            if type(array) not in (np.ndarray, Values) or name in seen or _NEVER.fullmatch(name) or array.ndim > 2:
                continue
            seen.add(name)
            bare = array.view(np.ndarray)
            if bare.dtype.kind in "fiub" and bare.ndim:
                plain[name] = bare
                continue
            elements = bare.ravel().tolist() if bare.dtype.kind == "O" else []
            nodes = [x for x in elements if type(x) is Value]
            if not set(map(type, elements)) <= {Value, float, int} or graph.isdisjoint(nodes):
                continue
            key = tuple(map(id, nodes))
            if key in names:
                aliases.setdefault(names[key], []).append(name)
                continue
            names[key] = name
            found[name] = bare
    if not found:
        raise UsageError(
            "matrix_view: no variable here holds an array of Values from the loss's graph; pass the arrays by name: "
            "matrix_view(loss, W1=W1, h1=h1)"
        )
    return {**found, **plain}, aliases
