"""The trace: one forward and one backward pass as a tuple of steps, which every view shows and no view computes.

``trace(L)`` gives a `Trace`. It has

- ``nodes``: every recorded node, operands first; ``nodes[i].number == i``, and all else names nodes by that number;
- ``steps``: what happens, in order: each named step is computed (``phase`` "forward"), the result's own derivative is
  set to 1 ("seed"), and then every use of every node sends its contribution back ("backward");
- ``state(k)``: the value and the gradient of every node after step k, also of those that are folded into a step;
  ``state(0)`` is before the first, where only the leaves have a value; None is a number that is not there yet.

A forward or seed step sets one number: of ``node``, from ``before`` (None) to ``after``. A backward step goes from
``source``, whose adjoint is ``upstream``, to ``node``: ``contribution = upstream · partial`` is added to what node's
gradient was ``before``, which gives ``after``. Between the two there may be folded nodes; ``edges`` are all that the
step passes, from the source down, each as (number of a node, place among its ``parents``). ``use`` is (2, 3) where it
is the second of three contributions.

What is to be read: ``equation`` (``dL/dz = dL/da · da/dz = 4 · 1 = 4``), ``slope`` (``da/dz = 1{z > 0} = 1``) and
``formula`` (``a = relu(z)``), and where a node gets several contributions ``total`` (``dy/dx: 2 + 2 = 4``); each has
``text()``, ``ascii()``, ``latex()`` and ``mathml()``. ``reason`` is one sentence.

Every contribution, and every gradient once it is complete, is the backward pass' own number to the last bit. Only the
partial sums between may differ in rounding, where a folded step uses a node several times: a person adds from left to
right, the pass in reverse order of recording (``every_op=True`` folds nothing, and follows the pass).
A trace is text and numbers: it holds no node, compares, pickles, and says the same every time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.numbers import DIGITS, check_digits
from ..given import result_of
from ..steps import Steps
from .data import UNREACHED, Line, Node, State, Step, Trace, aligned
from .writer import LISTED, Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..names import Names
    from ..value import Value

__all__ = [
    "LISTED",
    "READ",
    "UNREACHED",
    "Line",
    "Node",
    "State",
    "Step",
    "Trace",
    "aligned",
    "read",
    "trace",
    "trace_of",
]

READ = 100_000
"""The most nodes of a graph that is traced."""


def trace(
    result: Value | Callable[..., Any],
    *args: Any,
    names: Names[Value] | None = None,
    every_op: bool = False,
    digits: int | None = DIGITS,
    **kwargs: Any,
) -> Trace:
    """Trace one forward and one backward pass, dL/dL = 1 being the seed. Nothing on the graph is changed.

    Args:
        result: L; or a function that returns it, with its arguments, whose local variables name the steps.
        args: the function's arguments; numbers are made Values.
        names: what the nodes are called; else read from the caller's variables.
        every_op: each recorded operation is a step, where otherwise unnamed ones are folded into the named.
        digits: how many significant digits are shown; None for all.
        kwargs: the function's arguments by name.

    Raises:
        UsageError: a leaf was edited after its use; the graph has too many nodes, or steps, to be listed.

    >>> from autograd_scalar import Value
    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> z = (w * x + b).named("z")
    >>> a = z.relu().named("a")
    >>> print(trace(((a - y) ** 2).named("L")))
     [1/10] forward   z = w·x + b = 3·2 + 1 = 7
     [2/10] forward   a = relu(z) = relu(7) = 7
     [3/10] forward   L = (a − y)² = (7 − 5)² = 4
     [4/10] seed      dL/dL = 1
     [5/10] backward  L = (a − y)²   dL/da = 2(a − y) = 2·(7 − 5) = 4   (was unknown)
     [6/10] backward  L = (a − y)²   dL/dy = −2(a − y) = −2·(7 − 5) = −4   (was unknown)
     [7/10] backward  a = relu(z)    dL/dz = dL/da · da/dz = 4 · 1 = 4   (was unknown)
     [8/10] backward  z = w·x + b    dL/dw = dL/dz · dz/dw = 4 · 2 = 8   (was unknown)
     [9/10] backward  z = w·x + b    dL/dx = dL/dz · dz/dx = 4 · 3 = 12   (was unknown)
    [10/10] backward  z = w·x + b    dL/db = dL/dz · dz/db = 4 · 1 = 4   (was unknown)

    """
    check_digits(digits)
    return trace_of(read(result, args, kwargs, names=names, every_op=every_op), digits)


def read(
    result: Value | Callable[..., Any],
    args: tuple[Any, ...] = (),
    kwargs: dict[str, Any] | None = None,
    *,
    names: Names[Value] | None = None,
    every_op: bool = False,
    verb: str = "step",
) -> Steps:
    """The steps of a result, or of what a function returns for these arguments, read for a trace.

    Raises `UsageError`, which names the verb, where there is no such result, or its graph is too large to be read.
    """
    root, scopes = result_of(verb, result, args, kwargs)
    if not _has_at_most(root, READ):
        raise UsageError(
            f"this graph has more than {READ:,} nodes: nobody reads so many steps. Step through a part of it, from a "
            "node nearer the leaves; L.explain(w) derives one gradient of the whole"
        )
    return Steps(root, every_op=every_op, scopes=scopes, names=names)


def _has_at_most(root: Value, limit: int) -> bool:
    """Whether a graph has at most so many nodes, without walking further than that."""
    seen = {root}
    pending = [root]
    while pending and len(seen) <= limit:
        for parent in pending.pop().parents:
            if parent not in seen:
                seen.add(parent)
                pending.append(parent)
    return len(seen) <= limit


def trace_of(steps: Steps, digits: int | None = DIGITS) -> Trace:
    """The trace of a graph whose steps are known."""
    return Writer(steps, digits).write()
