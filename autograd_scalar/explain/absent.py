"""Why a node is not in the graph of a result: never used, detached, rebound, made again, or not taken."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

from ..conditions import settled_condition
from ..formula.numbers import DIGITS, number
from ..graph import one_by_one, topological_order
from ..notation import display, listed
from ..ops import table
from ..value import Value
from .words import UNNAMED, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..steps import Steps

__all__ = ["Answer", "absent", "operands", "rebound_within", "why_not_connected"]


class Answer(NamedTuple):
    """What was found out: the kind, the sentences, the nodes to blame, and whether the chain is written above them."""

    kind: str
    sentences: list[str]
    nodes: Sequence[Value] = ()
    with_chain: bool = True


def operands(node: Value) -> list[Value]:
    """All Values among the operands of a node, those included through which nothing flows."""
    return [one for one in one_by_one(node.operands) if type(one) is Value]


def why_not_connected(steps: Steps, node: Value) -> str:
    """Why `node` is not in the graph of the result, in one or two sentences."""
    return " ".join(absent(steps, node, Words(steps, DIGITS)).sentences)


def _traceless() -> str:
    """What may have lost a node, and what does not."""
    lost = ".data, .item() and np.maximum on a plain Value" if "numpy" in sys.modules else ".data and .item()"
    first = f"If it should: Python's max(), if and int() leave no trace, and neither do {lost}"
    return f"{first}; use relu, maximum or where."


def absent(steps: Steps, node: Value, words: Words) -> Answer:
    """Why `node` is not in the graph."""
    root = steps.root
    own = steps.read.of(node)
    name = display(own) if own else f"this node ({words.number(node.data)})"
    of = words.name(root)
    below = set(topological_order(node, all_operands=True))
    if root in below:
        return Answer("other way round", [f"{name} was made from {of}, not {of} from {name}."], [node])
    if root._rule is None:
        made = {
            "detach": "a leaf: detach() made it a leaf",
            "no_grad": "a leaf: it was computed inside no_grad(), which records nothing",
            "constant": "a constant: the slope that gradients() found is a plain number here",
            "not used": "the constant 0: what gradients() was given does not use what it was to be differentiated by",
        }
        reason = made.get(str(root._y), "a leaf: no operation made it")
        return Answer(
            "detached" if root._y in ("detach", "no_grad") else "no graph",
            [
                f"{of} is {reason}. So no gradient leads from it to {name}.",
                *([_traceless()] if root._y is None else []),
            ],
            [root],
        )
    passed_by = _passed_by(root, node)
    if passed_by is not None:
        shown = words.defined(passed_by) if passed_by in steps.place else passed_by.op
        other = f" {_chosen_by(passed_by, node)}" if passed_by.row and passed_by.row.form == "select" else ""
        return Answer(
            "not taken", [f"{name} does not reach {of}: nothing flows through it in {shown}.{other}"], [passed_by]
        )
    rebound = _rebound(steps, node, own, words)
    if rebound is not None:
        return rebound
    cut_off = [one for one in steps.order if one._rule is None and one._y in ("detach", "no_grad")]
    first = _beside(steps, name, below, words)
    if node._rule is None and node._y in ("detach", "no_grad"):
        made_by = "detach() made it" if node._y == "detach" else "it was made inside no_grad()"
        return Answer(
            "detached", [f"{name} is a leaf of its own: {made_by}, and {of} was made from other nodes."], [node]
        )
    if cut_off:
        shown = listed([_leaf_text(one, words) for one in cut_off], 3)
        what = " and ".join(dict.fromkeys("detach()" if one._y == "detach" else "no_grad()" for one in cut_off))
        ending, them = ("it is a leaf", "it") if len(cut_off) == 1 else ("they are leaves", "them")
        second = f"{of}'s graph has {shown}, cut off by {what}: {ending}, and nothing flows back from {them} to {name}."
        return Answer("detached", [first, second], cut_off[:8])
    again = _made_again(steps, node, own)
    if again is not None:
        return Answer(
            "made again",
            [f"{name} is not in {of}'s graph, which has {again}: was {name} made again after {of}?"],
            [node],
        )
    return Answer("not connected", [first, _traceless()], [node])


_IN_PLACE = {row.name: row.infix for row in table.values() if row.infix and len(row.operands) == 2}  # w -= …, w *= …
_PATH = re.compile(r"[.\[]")  # in the name of what is held by something else: params[0]


def _is_in_place(node: Value) -> bool:
    """Whether ``w -= …`` may have made a node, or ``w *= 2``; a product with another node is rarely meant so."""
    sign = _IN_PLACE.get(node.op)
    return (
        sign is not None and type(node.operands[0]) is Value and (sign in "-+" or type(node.operands[1]) is not Value)
    )


def _rebound(steps: Steps, node: Value, own: str, words: Words) -> Answer | None:
    """A node of the graph that may have lost its name to the one in question: ``w -= …``, done some times over.

    What has another variable's name has not lost it. Whether it was called so nobody knows, so nobody says it.
    """
    old = node
    while _is_in_place(old) and old not in steps.place and (old is node or not steps.read.of(old)):
        old = old.operands[0]
    known, sign = steps.read.of(old), _IN_PLACE.get(node.op)
    if old not in steps.place or node.label or (own and known and not _PATH.search(known)):
        return None
    called = own or old.label
    if not own and not steps.read.is_held_as(node, called):
        return None
    name = display(own) if own else f"this node ({words.number(node.data)})"
    what = _leaf_called(old, words) if old._rule is None else words.name(old)
    made = f"{name} is not in {words.name(steps.root)}'s graph: it was made by {node.op} from {what}, which is."
    rule = f"If `{called} {sign}= …` made it, that made a new node and gave it the name"
    remedy = f"; `{called}.data {sign}= …` changes the leaf itself" if old._rule is None else ""
    return Answer("rebound", [made, f"{rule}{remedy}."], [node, old])


def _leaf_called(leaf: Value, words: Words) -> str:
    name = words.steps.name(leaf)
    return f"{display(name) if name else UNNAMED} (= {words.number(leaf.data)})"


def _beside(steps: Steps, name: str, below: set[Value], words: Words) -> str:
    """What a node that the result does not use has to do with it: what both are made from, as near to them as it is.

    `below` is all that the node was made from, and the node.
    """
    of = words.name(steps.root)
    unused = f"{name} does not reach {of}: no operation that made {of} used it"
    if len(below) == 1:
        return f"{unused}."
    shared = below.intersection(steps.place)
    if not shared:
        apart = below.isdisjoint(topological_order(steps.root, all_operands=True))
        return f"{unused}, and their graphs share no node." if apart else f"{unused}."
    used = {operand for one in below.difference(shared) for operand in operands(one)}
    nearest = sorted(shared.intersection(used), key=lambda one: (not steps.name(one), steps.place[one]))
    told = [
        _leaf_called(one, words) if not steps.name(one) and one._rule is None else words.name(one) for one in nearest
    ]
    return f"{of} does not use {name}; both come from {listed(list(dict.fromkeys(told)), 3)}."


def _passed_by(root: Value, node: Value) -> Value | None:
    """The operation that has `node`, or something made from it, as an operand through which nothing flows."""
    made_from = {node}
    for one in topological_order(root, all_operands=True):
        if one is node or one._rule is None:
            continue
        if any(operand in made_from for operand in operands(one)):
            if not any(parent in made_from for parent in one.parents):
                return one
            made_from.add(one)
    return None


def _chosen_by(choice: Value, node: Value) -> str:
    """What a node has to do with a choice through which nothing of it flows: it is in another branch, or decides."""
    _, *branches = (topological_order(one, all_operands=True) if type(one) is Value else () for one in choice.operands)
    if not any(node is one for branch in branches for one in branch):
        return "It only decides there which branch is taken."
    condition = settled_condition(choice)
    since = "" if condition is None else f": its condition was {number(condition)} when it was recorded"
    return f"That takes its other branch{since}."


def _leaf_text(leaf: Value, words: Words) -> str:
    name, value = words.name(leaf), words.number(leaf.data)
    return f"a leaf {value}" if name == value else f"{name} = {value}"


def _made_again(steps: Steps, node: Value, own: str) -> str | None:
    """The leaf that was probably meant: one of the same label, or one that has lost its name."""
    if node._rule is not None:
        return None
    for leaf in steps.order:
        if leaf._rule is None and own and leaf.label == own:
            return f"another leaf called {display(own)} (= {leaf.data!r})"
    nameless = [leaf for leaf in steps.order if leaf._rule is None and not steps.read.of(leaf)]
    same = [leaf for leaf in nameless if leaf.data == node.data]
    if same:
        return f"an unnamed leaf {same[0].data!r}"
    return f"an unnamed leaf {nameless[0].data!r}" if len(nameless) == 1 else None


def rebound_within(steps: Steps, node: Value, words: Words) -> Iterator[str]:
    """A word where a name that looks like a parameter's is borne by a result: ``w -= lr * w.grad``."""
    if _IN_PLACE.get(node.op) not in ("-", "+") or node.label or not steps.read.of(node):
        return
    first = node
    while first._rule is not None:
        if not _is_in_place(first) or type(first.operands[1]) is Value or (first is not node and steps.read.of(first)):
            return  # a step of an optimiser is a number, and gives no other name
        first = first.operands[0]
    if not steps.read.of(first):
        typed, sign = words.plain_name(node), _IN_PLACE[node.op]
        yield (
            f"{words.name(node)} is itself the result of {node.op}, made from {_leaf_called(first, words)}: "
            f"`{typed} {sign}= …` makes a new node, `{typed}.data {sign}= …` changes the leaf."
        )
