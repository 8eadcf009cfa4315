"""The backward pass: the chain rule, from a result back to its leaves.

`Value.backward` is `backward_pass`. Readers that must leave every ``grad`` alone take `adjoints`.
"""

from __future__ import annotations

import os
from _thread import RLock

from . import _generated
from .errors import UsageError
from .graph import topological_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from .value import Value

__all__ = ["adjoints", "backward_pass", "check_not_edited", "forget"]

# Passes take turns: two threads may share not only leaves but results, whose adjoints belong to one pass at a time.
# A pass may begin another one (the partial of a `custom` may be a gradient): whose turn it is may take it again.
turn = RLock()
if hasattr(os, "register_at_fork"):  # pragma: no branch  # there is no fork on Windows
    for lock in (turn, _generated.edits):  # a forked process has no thread that would give back what another one held
        os.register_at_fork(after_in_child=lock._at_fork_reinit)  # type: ignore[union-attr]  # as logging does with its own


def backward_pass(root: Value, seed: float) -> None:
    """Leave dL/dx in the gradient of every node x of the graph of `root`, which is L: see `Value.backward`."""
    node = root
    changed: Iterable[Value] = ()
    with turn:
        try:
            results, leaves, oldest = results_and_leaves(root)
            if oldest < _generated.clock:  # else all are younger than all edits
                check_not_edited(topological_order(root))  # in order: an error names the same leaf every time
            reached = [leaf for leaf in leaves if leaf._grad is not None]  # by earlier passes
            before = [leaf._grad for leaf in reached]
            changed = leaves
            for leaf in leaves.difference(reached) if reached else leaves:
                leaf._grad = 0.0
            root._grad += seed  # type: ignore[operator]  # every adjoint is a float now
            if _generated.modes:
                _watched_pass(results)
                return
            for node in reversed(results):
                node._rule.backward(node)  # type: ignore[union-attr]  # a result has a rule
        except BaseException as error:
            for result in topological_order(root):
                if result._rule is not None:
                    result._grad = None
            if changed:
                for leaf in changed:
                    leaf._grad = None
                for leaf, grad in zip(reached, before, strict=True):
                    leaf._grad = grad
            if isinstance(error, _generated.REFUSED):
                raise _refused_partial(node, error) from error
            raise


def _watched_pass(results: list[Value]) -> None:
    """The chain rule over all of `results`, with the modes of this thread looking on."""
    from .recording import watching

    modes = watching()
    for node in reversed(results):
        node._rule.backward(node)  # type: ignore[union-attr]  # a result has a rule
        for mode in modes:
            mode.passed_on(node, node.grad, [parent.grad for parent in node.parents])


def results_and_leaves(root: Value) -> tuple[list[Value], set[Value], int]:  # noqa: C901  # a call a node costs more
    """The results in the graph of `root` in topological order, its leaves in none, and the birth of its oldest result.

    The order is that of `graph.topological_order`, found depth first with the colours of the textbook: a result is
    grey while its parents are walked, and black when it stands in the order. Its colour is its gradient: grey and
    black are two zeros of this walk's own, told apart by identity, so a result that has been walked has also forgotten
    the pass before. Leaves keep their gradients. They need no walk, and those of a neuron go into a set as a whole:
    most nodes of a network are its parameters.

    >>> from autograd_scalar import Value
    >>> a = Value(1.0, label="a")
    >>> b = (a + a).named("b")
    >>> results, leaves, _ = results_and_leaves((b + b).named("c"))
    >>> [node.label for node in results], [node.label for node in leaves]
    (['b', 'c'], ['a'])
    """
    oldest = _generated.clock
    if root._rule is None:
        return [], {root}, oldest
    grey, black = float("0"), float("0")  # a float that is read from a text is a new object
    results: list[Value] = []
    known: set[Any] = set()  # the leaves, and results that are black and stand in a sequence
    in_sequences: list[Value] = []  # these results
    stack: list[Any] = [root]
    pop, push, place = stack.pop, stack.append, results.append
    while stack:
        node = pop()
        if node._grad is grey:  # all its parents are black
            node._grad = black
            place(node)
            continue
        if node._grad is black:  # two of its users have pushed it
            continue
        while True:  # down to the first parent that is new, as long as there is one: that one needs no stack
            if node._clock < oldest:  # noqa: PLR1730  # a call of min() would cost a tenth of the walk
                oldest = node._clock
            rule = node._rule
            if rule.in_x:
                parent = node._x
                if parent._grad is not black:
                    if parent._rule is None:
                        known.add(parent)
                    else:
                        node._grad = grey
                        push(node)
                        if rule.in_y:
                            other = node._y
                            if other._rule is None:
                                known.add(other)
                            elif other._grad is not black:
                                push(other)
                        node = parent
                        continue
            if rule.in_y:
                parent = node._y
                if parent._grad is not black:
                    if parent._rule is None:
                        known.add(parent)
                    else:
                        node._grad = grey
                        push(node)
                        node = parent
                        continue
            elif rule.many:
                node._grad = grey
                push(node)
                arguments = node._y
                for at in rule.from_last:
                    parents = arguments[at]
                    if type(parents) is not tuple:
                        if parents._rule is None:
                            known.add(parents)
                        elif parents._grad is not black:
                            push(parents)
                    elif not known.issuperset(parents):  # most neurons of a layer read what its first one has read
                        stack += _new_among(parents, black, known, in_sequences)
                break
            node._grad = black
            place(node)
            break
    known.difference_update(in_sequences)
    return results, known, oldest


def _new_among(parents: tuple[Value, ...], black: float, known: set[Value], in_sequences: list[Value]) -> list[Value]:
    """The results among these that are yet to be walked, the last first; the leaves among them are known from now on.

    Where all results are black, they are known too, to those who read the same sequence.
    """
    made = [one for one in reversed(parents) if one._rule is not None]
    new = [one for one in made if one._grad is not black]
    if not new:
        known.update(parents)
        in_sequences += made
    elif len(made) < len(parents):
        known.update([one for one in parents if one._rule is None])
    return new


def forget(nodes: Iterable[Value]) -> None:
    """Clear the gradients of these nodes, but not amid another thread's pass."""
    with turn:
        for node in nodes:
            node._grad = None


def check_not_edited(order: list[Value]) -> tuple[list[Value], list[Value]]:
    """The leaves and the results of a graph, both in order.

    Raises `UsageError` where a leaf was edited after an operation had used it. Mostly all results are younger than all
    edits, and nobody needs to be asked about its parents.
    """
    leaves = [node for node in order if node._rule is None]
    results = [node for node in order if node._rule is not None]
    deciding = [leaf for node in results if node._rule.many for leaf in _deciding(node)]  # type: ignore[union-attr]  # as above
    newest = max([leaf._clock for leaf in (*leaves, *deciding)], default=0)
    for node in results:
        if node._clock < newest:
            for used in (*node.parents, *_deciding(node)):
                if used._rule is None and used._clock > node._clock:
                    raise UsageError(
                        f"{_called(used)} was edited after {node.op} had used it, so the recorded graph no longer "
                        "holds together. Compute the result again from the new numbers, then call backward()"
                    )
    return leaves, results


def _deciding(node: Value) -> list[Value]:
    """The leaves that say whether anything flows, and need not be parents themselves: the condition of a `where`."""
    row = node.row
    if row is None or not any("nothing" in text for text in row.partials):
        return []
    from .codegen.expressions import names_in

    named = {name for text in row.partials for name in names_in(text)}
    pairs = zip(row.operands, node.operands, strict=True)
    return [one for argument, one in pairs if argument.name in named and type(one) is type(node) and one._rule is None]


def adjoints(order: Sequence[Value]) -> dict[Value, float]:
    """dL/dx for every node x of a graph in topological order, L being its last: a pass of which no `grad` knows.

    Raises what `Value.backward` raises where a partial cannot be computed.

    >>> from autograd_scalar import Value
    >>> x = Value(3.0)
    >>> y = x * x
    >>> adjoints([x, y])[x], x.grad
    (6.0, 0.0)
    """
    found = dict.fromkeys(order, 0.0)
    node = order[-1]
    found[node] = 1.0
    try:
        for node in reversed(order):
            rule = node._rule
            if rule is not None:
                adjoint = found[node]
                for parent, partial in zip(rule.parents(node), rule.partials(node), strict=True):
                    found[parent] += adjoint * partial
    except _generated.REFUSED as error:
        raise _refused_partial(node, error) from error
    return found


def _called(node: Value) -> str:
    from .recording import called

    return called(node)


def _refused_partial(node: Value, error: Exception) -> Exception:
    from .recording import refused_partial

    return refused_partial(node, error)
