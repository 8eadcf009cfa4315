"""Two computations side by side: the same slopes in two columns, and the first that differs much."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from math import isfinite, isnan, prod
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..formula.numbers import DIGITS, check_digits, number
from ..formula.styles import style_for
from ..notation import after_d, display, listed
from ..screen import in_window
from ..value import Value
from .asking import find, steps_for
from .flow import Pass
from .tables import html_table, text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..steps import Steps

__all__ = ["Comparison", "Difference", "compare"]

MUCH = 10.0  # a factor that is so many times larger or smaller differs much
ROWS = 40
_PLACES = ("first", "second", "third", "fourth")  # what a computation without a name is called
LONGEST = 400  # steps of a chain that are matched with those of another
_MADE_UP = re.compile(r"t[0-9]+")  # names of steps that have none


@dataclass(frozen=True, slots=True)
class Difference:
    """One row: `kind` is "value", "slope", "gradient" or "update"; a value is None where there is no such thing."""

    kind: str
    name: str
    values: tuple[float | None, ...]
    remark: str = ""

    @property
    def ratio(self) -> float | None:
        """The second over the first; None where there is none."""
        first, second = self.values[0], self.values[1]
        return None if first is None or second is None or first == 0 else second / first


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """The rows of a comparison. `str` prints the table, a notebook shows it."""

    titles: tuple[str, ...]
    wrt: str
    rows: tuple[Difference, ...]
    notes: tuple[str, ...] = ()
    digits: int | None = DIGITS

    @property
    def gradients(self) -> tuple[float | None, ...]:
        """dL/dw of each computation."""
        return next(row.values for row in self.rows if row.kind == "gradient")

    @property
    def first_large(self) -> Difference | None:
        """The first factor that differs much, from the result backwards."""
        return next((row for row in self.rows if row.remark.startswith("←")), None)

    def _cells(self) -> list[tuple[str, ...]]:
        def shown(value: float | None) -> str:
            return "" if value is None else number(value, self.digits)

        return [(row.name, *map(shown, row.values), row.remark) for row in self.rows]

    def text(self) -> str:
        """The table as text."""
        head = ("", *self.titles, "")
        return "\n".join([text_table([head, *self._cells()]), *self.notes])

    def __str__(self) -> str:
        return in_window(self.text())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        marked = [place for place, row in enumerate(self.rows) if row.remark.startswith("←")]
        return html_table(self._cells(), head=["", *self.titles, ""], below=self.notes, marked=marked)


class _Column:
    """One computation: its steps, its slopes from the result to the node in question, its gradient."""

    def __init__(self, steps: Steps, wrt: Value) -> None:
        self.steps = steps
        self.wrt = wrt
        steps.name_it(wrt)
        self.gradient = Pass(steps).adjoints[wrt]
        sources = {step: steps.sources(step) for step in steps.steps()}
        reached = {wrt}
        self.path: list[Value] = []  # the steps made from it: all of them lead to the result
        for step in steps.steps():
            if any(source in reached for source in sources[step]):
                reached.add(step)
                self.path.append(step)
        self.edges = [(step, source) for step in reversed(self.path) for source in sources[step] if source in reached]
        uses: dict[Value, int] = {wrt: 1}
        for step in self.path:
            uses[step] = sum(uses.get(source, 0) for source in sources[step])
        self.routes = uses.get(steps.root, 0)
        self.names = {steps.name(node) for node in self.path}

    def role(self, node: Value) -> str:
        """What a node is called for matching: the result and the node in question are matched whatever their names."""
        return "the result" if node is self.steps.root else "wrt" if node is self.wrt else self.steps.name(node)

    def value(self, edge: tuple[Value, Value]) -> float:
        return self.steps.slope(*edge).value


def compare(
    *computations: Value | Callable[..., Any],
    wrt: Value | str | Sequence[Value | str] | None = None,
    digits: int | None = DIGITS,
    forward: bool = False,
    lr: float | None = None,
    **arguments: Any,
) -> Comparison:
    """Two computations (or more) side by side: each factor of dL/dw, and the first that differs much.

    A computation is a function, which is called with those of the `arguments` that it takes, or a Value in hand. `wrt`
    is w, a name or a Value, or one of them for each computation. ``forward=True`` adds the numbers of the forward pass,
    `lr` also the leaf after one step of gradient descent. Factors are matched by the names of their nodes,
    then by order and operation.

    Raises `UsageError` for fewer than two computations, an argument that none of them takes, a node that is not there.

    >>> def relu_net(x, w, b, y):
    ...     z = w * x + b
    ...     a = z.relu()
    ...     return (a - y) ** 2
    >>> def sigmoid_net(x, w, b, y):
    ...     z = w * x + b
    ...     a = z.sigmoid()
    ...     return (a - y) ** 2
    >>> compare(relu_net, sigmoid_net, x=2, w=3, b=1, y=5, wrt="w")
            relu_net   sigmoid_net
    dL/da   4          −8.00182
    da/dz   1          0.000910221   ← first large difference
    dz/dw   2          2
    dL/dw   8          −0.0145669    549 times smaller
    sigmoid_net's dL/dw is 0.00182 times relu_net's, with the other sign: −2.00046 from dL/da, 0.000910221 from da/dz.
    """
    check_digits(digits)
    if len(computations) < 2:
        raise UsageError(
            "compare needs two computations at least: compare(f, g, x=2, w=3, wrt='w'), or compare(L1, L2, wrt='w')"
        )
    if wrt is None:
        raise UsageError(
            "compare needs wrt=, whose gradients are compared: "
            "compare(L1, L2, wrt=w), or compare(f, g, x=2, w=3, wrt='w')"
        )
    wanted: Sequence[Any] = [wrt] * len(computations) if isinstance(wrt, str | Value) else list(wrt)
    if len(wanted) != len(computations):
        raise UsageError(f"compare: wrt names {len(wanted)} nodes for {len(computations)} computations")
    taken: set[str] = set()
    columns = []
    for computation, node in zip(computations, wanted, strict=True):
        own = _accepted(computation, arguments)
        taken |= set(own)
        also = node if isinstance(node, Value) else None
        steps = steps_for("compare", computation, own, also=also)
        columns.append(_Column(steps, find(steps, node)))
    unused = [name for name in arguments if name not in taken]
    if unused:
        raise UsageError(f"compare: no computation takes {', '.join(unused)}")
    return _compared(columns, _titles(computations, columns), digits, lr, forward=forward or lr is not None)


def _accepted(computation: Value | Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    if isinstance(computation, Value) or not callable(computation):
        return {}
    try:
        parameters = inspect.signature(computation).parameters.values()
    except (TypeError, ValueError):
        return arguments
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        return arguments
    names = {one.name for one in parameters if one.kind is not one.POSITIONAL_ONLY}
    required = [one.name for one in parameters if one.default is one.empty and one.kind is not one.VAR_POSITIONAL]
    missing = [name for name in required if name not in arguments]
    if missing:
        name = getattr(computation, "__name__", "the function")
        raise UsageError(f"compare: {name} also needs {', '.join(missing)}")
    return {name: value for name, value in arguments.items() if name in names}


def _titles(computations: Sequence[Value | Callable[..., Any]], columns: Sequence[_Column]) -> tuple[str, ...]:
    titles: list[str] = []
    for place, (computation, column) in enumerate(zip(computations, columns, strict=True)):
        is_value = isinstance(computation, Value)
        name = display(column.steps.name(column.steps.root)) if is_value else getattr(computation, "__name__", "")
        if not name or name == "<lambda>" or name in titles:
            name = _PLACES[place] if place < len(_PLACES) else f"number {place + 1}"
        titles.append(name)
    return tuple(titles)


def _matched(
    columns: Sequence[_Column], items: Sequence[Sequence[Any]], same: Callable[[int, Any, Any], float]
) -> list[list[Any]]:
    """Rows that put what belongs together side by side; None where a column has nothing there."""
    rows: list[list[Any]] = [[item] for item in items[0][:LONGEST]]
    for place in range(1, len(columns)):
        others = list(items[place][:LONGEST])
        firsts = [row[0] for row in rows]
        scores = [[0.0 if one is None else same(place, one, other) for other in others] for one in firsts]
        best = _alignment(scores, len(others))
        merged: list[list[Any]] = []
        for i, j in best:
            left = rows[i] if i is not None else [None] * place
            merged.append([*left, others[j] if j is not None else None])
        rows = merged
    return rows


def _alignment(scores: list[list[float]], columns: int) -> list[tuple[int | None, int | None]]:
    """The pairs, in order, whose scores add up to the most."""
    rows = len(scores)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows - 1, -1, -1):
        for j in range(columns - 1, -1, -1):
            together = best[i + 1][j + 1] + scores[i][j] if scores[i][j] > 0 else -1.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < rows or j < columns:
        if i < rows and j < columns and scores[i][j] > 0 and best[i][j] == best[i + 1][j + 1] + scores[i][j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif i < rows and (j == columns or best[i][j] == best[i + 1][j]):
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return pairs


def _compared(
    columns: list[_Column], titles: tuple[str, ...], digits: int | None, lr: float | None, *, forward: bool
) -> Comparison:
    first = columns[0]
    names = {column.steps.name(node) for column in columns for node in (*column.path, column.wrt)}
    style = style_for("text", digits, sorted(names))
    results = {column.steps.name(column.steps.root) for column in columns}
    inner = {column.steps.name(node) for column in columns for node in column.path if node is not column.steps.root}
    common = "L" if len(results) > 1 and "L" not in inner else ""

    def called(row: list[Any]) -> list[str]:
        """What each computation calls a node: a person's own name before one that was made up."""
        found = [(column, node) for column, node in zip(columns, row, strict=True) if node is not None]
        if common and found[0][1] is found[0][0].steps.root:
            return [common] * len(found)
        own = [column.steps.name(node) for column, node in found]
        given = next((name for name in own if not _MADE_UP.fullmatch(name)), own[0])
        return [style.symbol(given if _MADE_UP.fullmatch(name) else name) for name in own]

    def shown(row: list[Any]) -> str:
        return _beside(called(row))

    def alike(place: int, one: Value, other: Value) -> float:
        """How well two nodes match: by name, then by operation."""
        column = columns[place]
        if first.role(one) == column.role(other):
            return 4.0
        if "the result" in (first.role(one), column.role(other)) or "wrt" in (first.role(one), column.role(other)):
            return 0.0
        if one.op == other.op:
            return 2.0
        is_elsewhere = column.steps.name(other) in first.names or first.steps.name(one) in column.names
        return 0.0 if is_elsewhere else 0.5

    def alike_edges(place: int, one: tuple[Value, Value], other: tuple[Value, Value]) -> float:
        ends = [alike(place, *pair) for pair in zip(one, other, strict=True)]
        return sum(ends) if all(ends) else 0.0

    rows: list[Difference] = []
    if forward:
        for row in _matched(columns, [column.path for column in columns], alike):
            numbers = tuple(None if node is None else node.data for node in row)
            rows.append(Difference("value", shown(row), numbers))
    slopes: list[Difference] = []
    for row in _matched(columns, [column.edges for column in columns], alike_edges):
        d = (
            "d"
            if all(column.routes == 1 for column, edge in zip(columns, row, strict=True) if edge is not None)
            else "∂"
        )
        of, by = (called([None if edge is None else edge[end] for edge in row]) for end in (0, 1))
        name = _beside([f"{d}{after_d(one)}/{d}{after_d(other)}" for one, other in zip(of, by, strict=True)])
        values = tuple(None if edge is None else column.value(edge) for column, edge in zip(columns, row, strict=True))
        slopes.append(Difference("slope", name, values))
    different = [any(_much(row.values[0], other) for other in row.values[1:]) for row in slopes]
    marked = different.index(True) if True in different else None
    if marked is not None:
        one = slopes[marked]
        slopes[marked] = Difference(one.kind, one.name, one.values, "← first large difference")
    roots, leaves = called([column.steps.root for column in columns]), called([column.wrt for column in columns])
    wanted = [f"d{after_d(one)}/d{after_d(other)}" for one, other in zip(roots, leaves, strict=True)]
    leaf, title = _beside(leaves), _beside(wanted)
    gradients = tuple(column.gradient for column in columns)
    rows += slopes if [(one.name, one.values) for one in slopes] != [(title, gradients)] else []
    rows.append(Difference("gradient", title, gradients, _ratios(gradients, titles)))
    if lr is not None:
        after = tuple(column.wrt.data - lr * column.gradient for column in columns)
        updates = [f"{one} − {number(lr, digits)}·{slope}" for one, slope in zip(leaves, wanted, strict=True)]
        rows.append(Difference("update", _beside(updates), after, f"{leaf} after one step"))
    notes = _notes(columns, titles, wanted, len(rows))
    if len(columns) == 2 and all(column.routes == 1 for column in columns):
        notes += _shares(slopes, gradients, wanted, titles, digits)
    shortened = rows if len(rows) <= ROWS else [*rows[: ROWS // 2], *rows[-(ROWS // 2) :]]
    return Comparison(titles, first.steps.name(first.wrt), tuple(shortened), tuple(notes), digits)


def _notes(columns: list[_Column], titles: tuple[str, ...], wanted: list[str], rows: int) -> list[str]:
    """What the table leaves out, and where its slopes are not the factors of one product."""
    notes: list[str] = []
    if rows > ROWS:
        notes.append(f"… {rows - ROWS:,} rows in the middle are left out.")
    longest = max(len(column.edges) for column in columns)
    if longest > LONGEST:
        notes.append(f"Only the {LONGEST} slopes nearest to the result are set side by side; there are {longest:,}.")
    return notes + [
        f"{name}: {title} adds up over {column.routes:,} routes; it is not one product of these slopes."
        for column, name, title in zip(columns, titles, wanted, strict=True)
        if column.routes > 1
    ]


def _beside(names: list[str]) -> str:
    """One name for all, or, where they differ, the name of each in the order of the columns."""
    return names[0] if len(set(names)) == 1 else listed(names, len(names))


def _much(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return False
    if isnan(one) or isnan(other) or not (isfinite(one) and isfinite(other)):
        return not (one == other or (isnan(one) and isnan(other)))
    if one == 0 or other == 0:
        return one != other
    return not 1 / MUCH < abs(one / other) < MUCH


def _ratios(gradients: tuple[float, ...], titles: tuple[str, ...]) -> str:
    words = [_ratio(gradients[0], other) for other in gradients[1:]]
    if len(words) == 1:
        return words[0]
    return "; ".join(f"{title}: {word}" for title, word in zip(titles[1:], words, strict=True))


def _ratio(one: float, other: float) -> str:  # one sentence for each case
    """``549 times smaller``, of magnitudes."""
    if isnan(one) or isnan(other):
        return ""
    if one == other:
        return "the same"
    if abs(one) == abs(other):
        return "the other sign"
    if one == 0 or other == 0:
        return "zero" if other == 0 else "the first is zero"
    ratio = abs(other / one)
    if not isfinite(ratio) or ratio == 0:
        return ""
    times = max(ratio, 1 / ratio)
    if times < 1.5:
        return f"{number(abs(ratio - 1) * 100, 3)} % {'larger' if ratio > 1 else 'smaller'}"
    return f"{number(times, 3)} times {'larger' if ratio > 1 else 'smaller'}"


def _shares(
    slopes: list[Difference],
    gradients: tuple[float, ...],
    wanted: list[str],
    titles: tuple[str, ...],
    digits: int | None,
) -> list[str]:
    """Which factor makes how much of the difference."""
    ratios = [(row.name, row.ratio) for row in slopes]
    known = [(name, ratio) for name, ratio in ratios if ratio is not None and isfinite(ratio)]
    if len(known) != len(slopes) or not gradients[0] or gradients[0] == gradients[1]:
        return []
    parts = [(name, ratio) for name, ratio in known if abs(ratio - 1) > 1e-9]
    total = gradients[1] / gradients[0]
    if len(parts) < 2 or not isfinite(total) or abs(prod(ratio for _, ratio in known) - total) > 1e-6 * abs(total):
        return []
    of = ", ".join(f"{number(ratio, digits)} from {name}" for name, ratio in parts[:6])
    sign = ", with the other sign" if total < 0 else ""
    first, second = titles
    whose = _whose(second).capitalize() if second == "second" else _whose(second)
    other = "" if wanted[0] == wanted[1] else f" {wanted[0]}"
    times = f"{whose} {wanted[1]} is {number(abs(total), 3)} times {_whose(first)}{other}"
    return [f"{times}{sign}: {of}{', …' if len(parts) > 6 else ''}."]


def _whose(title: str) -> str:
    """``relu_net's``; ``the first's`` for what has no name."""
    return f"the {title}'s" if title in _PLACES else f"{title}'s"
