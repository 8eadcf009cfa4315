"""A graph as a tree of text, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..formula import number
from ..graph import topological_order
from ..notation import display
from .folding import DRAWABLE
from .measuring import short
from .notes import other_passes, stale
from .operations import op_text
from .reading import COUNTED, Names, connect, nearest, typed_name
from .sheet import UNREACHED

if TYPE_CHECKING:
    from ..value import Value

__all__ = ["tree"]

_TREE_DEPTH = 24


def tree(root: Value, *, names: Names | None = None, limit: int = 60) -> str:
    """The graph as text, from the output to the leaves: name or operation, value, gradient.

    A node that is used several times is written out where it first occurs, and by its name, or a number in brackets,
    afterwards. After `limit` lines, and below a depth that a window can show, the tree ends and says so.

    Args:
        root: the output.
        names: the name of a node that has no label.
        limit: the most lines of nodes.

    >>> from autograd_scalar import Value
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> L = ((w * x + w) ** 2).named("L")
    >>> L.backward()
    >>> print(tree(L))
                value  gradient
    L = ( )²       81         1
    └─ +            9        18
       ├─ ·         6        18
       │  ├─ w      3        54
       │  └─ x      2        54
       └─ w  ↑

    """
    uses = _uses(root)
    rows: list[tuple[str, str, str]] = []
    marks: dict[int, str] = {}
    left_out = False
    stack: list[tuple[Value, str, str]] = [(root, "", "")]
    while stack:
        v, before, below = stack.pop()
        if len(rows) == limit:
            left_out = True
            break
        name, op = short(display(typed_name(v, names))), op_text(v)
        if id(v) in marks:
            rows.append((f"{before}{marks[id(v)]}  ↑", "", ""))
            continue
        marks[id(v)] = name or f"({len(marks) + 1})"
        mark = f"  {marks[id(v)]}" if not name and uses.get(id(v), 0) > 1 else ""
        what = f"{name} = {op}" if name and op else name or op
        rows.append(
            (f"{before}{what}{mark}", number(v.data), number(v.grad) if root.reached and v.reached else UNREACHED)
        )
        parents = v.parents
        if parents and len(below) >= 3 * _TREE_DEPTH:
            left_out = True
            rows.append((f"{below}└─ …", "", ""))
            continue
        for i, parent in reversed(list(enumerate(parents))):
            last = i == len(parents) - 1
            stack.append((parent, below + ("└─ " if last else "├─ "), below + ("   " if last else "│  ")))
    room = max(len(text) for text, _, _ in rows)
    room_data = max(len("value"), *(len(data) for _, data, _ in rows))
    room_grad = max(len("gradient"), *(len(grad) for _, _, grad in rows))
    lines = [f"{'':{room}}  {'value':>{room_data}}  {'gradient':>{room_grad}}"]
    lines += [f"{text:{room}}  {data:>{room_data}}  {grad:>{room_grad}}".rstrip() for text, data, grad in rows]
    if left_out:
        whole = f"{len(uses):,}" if len(uses) <= COUNTED else f"more than {COUNTED:,}"
        lines.append(f"… shortened: {len(marks):,} of {whole} nodes are shown")
    note = ""
    if len(uses) <= COUNTED:
        order = topological_order(root)
        is_looked_at = root.reached and len(order) <= DRAWABLE  # of a larger graph a tree shows next to nothing
        note = stale(order) or (other_passes(connect(order, root, names)) if is_looked_at else "")
    return _Text("\n".join([*lines, note] if note else lines))


def _uses(root: Value) -> dict[int, int]:
    """How often each node is used as an operand; of a very large graph, only of the part near the output."""
    uses = {id(root): 0}
    for v in nearest(root, COUNTED + 1):
        for parent in v.parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
    return uses


class _Text(str):
    """Text that a prompt shows as it is, line by line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)
