"""What falls out otherwise when a graph is computed again at other numbers: relus that open or shut, other choices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..conditions import settled, settled_condition
from ..formula.equations import with_numbers
from ..formula.numbers import DIGITS
from ..formula.styles import Ascii, Style
from ..notation import display
from ..ops import table
from ..steps import Steps
from .kink_place import is_on_kink

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..formula.terms import Condition
    from ..ops import Row
    from ..value import Value
    from .words import Words

__all__ = ["SWITCHES", "Switched", "fixed_choices", "newly_on_kinks", "still_shut", "switched"]

SWITCHES = 6  # that are printed
STILL = 3  # that are said to be shut as before
TOLD = 100  # that are kept; the others are counted
_STYLES = (Style(DIGITS), Ascii(DIGITS))


@dataclass(frozen=True, slots=True)
class Switched:
    """A choice that falls out otherwise: `what` has ``"opened"``, ``"shut"`` or ``"switched"``, and why.

    `before` and `after` are the conditions that decided it (``z = 7 > 0``, ``z = −5 ≤ 0``), or what was chosen.
    """

    what: str
    how: str
    before: str
    after: str
    plain: str = field(default="", repr=False)  # the sentence in ASCII

    def __str__(self) -> str:
        return _sentence(self.what, self.how, self.before, self.after)


def _sentence(what: str, how: str, before: str, after: str) -> str:
    verb = {"opened": "opens", "shut": "shuts"}.get(how, "switches")
    return f"{what} {verb}: {before} before, {after} now."


def _made_by(order: Sequence[Value], is_meant: Callable[[Row], bool]) -> list[Value]:
    """The nodes that operations of some kind have made."""
    ops = {op for op, row in table.items() if is_meant(row)}
    return [node for node in order if node._rule is not None and node._rule.op in ops]


def switched(
    steps: Steps, made: Mapping[Value, Value], called: Mapping[Value, str]
) -> tuple[tuple[Switched, ...], int]:
    """The choices that fall out otherwise: where a rule has several branches, and another one is taken now.

    The first ones are told; how many more there are is counted.
    """
    again: Steps | None = None
    found: list[Switched] = []
    more = 0
    for node in _made_by(steps.order, lambda row: bool(row.kinks) or any(" if " in text for text in row.written)):
        new = made[node]
        old_partials, new_partials = node.partials(), new.partials()
        same_parents = [id(made[parent]) for parent in node.parents] == [id(parent) for parent in new.parents]
        if old_partials == new_partials and same_parents:
            continue
        if len(found) >= TOLD:
            more += not same_parents or [bool(x) for x in old_partials] != [bool(x) for x in new_partials]
            continue
        if again is None:
            again = _again(steps, made, called)
        told = [_told(style, (steps, node), (again, new), same_parents=same_parents) for style in _STYLES]
        if told[0] is not None and told[1] is not None:
            how = "switched"
            if len(node.parents) == 1 and same_parents:
                how = "opened" if old_partials[0] == 0.0 else "shut" if new_partials[0] == 0.0 else how
            what, before, after = told[0]
            found.append(Switched(what, how, before, after, _sentence(told[1][0], how, *told[1][1:])))
    return tuple(found), more


def _again(steps: Steps, made: Mapping[Value, Value], called: Mapping[Value, str]) -> Steps:
    """The steps of the graph that was made again, under the names of the old one."""
    for old, name in called.items():
        if old in made:
            made[old].label = name
    return Steps(made[steps.root])


def _told(
    style: Style, old: tuple[Steps, Value], new: tuple[Steps, Value], *, same_parents: bool
) -> tuple[str, str, str] | None:
    """What switched, what decided it before, and what decides it now; None where nothing turned out otherwise."""
    steps, node = old
    formula = style.write(steps.formula(node))
    what = f"{style.symbol(steps.name(node))} = {formula}" if steps.is_step(node) and steps.name(node) else formula
    if len(node.parents) == 1 and same_parents:
        for before, after in zip(steps.partial(node, 0)[1], new[0].partial(new[1], 0)[1], strict=False):
            if _relations(before) != _relations(after):
                return what, style.write(with_numbers(before)), style.write(with_numbers(after))
        return None
    first, second = _chosen(style, *old), _chosen(style, *new)
    return None if first == second else (what, f"it takes {first}", second)


def _relations(condition: Condition) -> list[str]:
    """What a condition says, without its numbers: ``>`` or ``≤``."""
    return [part for part in condition.parts if isinstance(part, str)]


def _chosen(style: Style, steps: Steps, node: Value) -> str:
    """The operands that something flows to, by name."""
    chosen = [parent for parent, partial in zip(node.parents, node.partials(), strict=True) if partial != 0.0]
    shown = [style.write(steps.symbol(one) if steps.is_step(one) else steps.formula(one)) for one in chosen[:3]]
    return " and ".join(shown) + (" and others" if len(chosen) > 3 else "") or "a plain number"


def still_shut(words: Words, made: Mapping[Value, Value], called: Mapping[Value, str]) -> list[str]:
    """A word on the operations of one number that were shut, and are at another number: ``a is still shut``."""
    steps, again = words.steps, None
    told: list[str] = []
    more = 0
    for node in _made_by(steps.order, lambda row: bool(row.kinks) or any(" if " in text for text in row.written)):
        new = made[node]
        if len(node.parents) != 1 or len(new.parents) != 1 or made[node.parents[0]].data == node.parents[0].data:
            continue
        if any((*node.partials(), *new.partials(), node.data, new.data)):
            continue
        if len(told) >= STILL:
            more += 1
            continue
        if again is None:
            again = _again(steps, made, called)
        decided = again.partial(new, 0)[1][:1]
        told += [f"{words.defined(node)} is still shut: {words.condition(one)}." for one in decided]
    return [*told, *([f"… and {more:,} more are still shut."] if more else [])]


def newly_on_kinks(words: Words, made: Mapping[Value, Value]) -> list[str]:
    """A word on the operations that have come to lie exactly on a kink, where the slope is a convention."""
    told: list[str] = []
    more = 0
    for node in _made_by(words.steps.order, lambda row: bool(row.kinks)):
        if not is_on_kink(made[node]) or is_on_kink(node):
            continue
        if len(told) >= SWITCHES:
            more += 1
            continue
        operands = [f"{words.name(one)} = {words.number(made[one].data)}" for one in node.parents[:2]]
        which = f"{words.defined(node)}: the slope taken there is a convention"
        told.append(f"{' and '.join(operands)} {'is' if len(operands) == 1 else 'are'} exactly on the kink of {which}.")
    return [*told, *([f"… and {more:,} more are on a kink."] if more else [])]


def fixed_choices(steps: Steps) -> tuple[str, ...]:
    """A word where a choice was made by a plain truth value, which stands in the graph as a number."""
    choices = _made_by(steps.order, lambda row: row.form == "select")
    fixed = [display(steps.name(node)) or node.op for node in choices if settled_condition(node) is not None]
    return (settled(fixed),) if fixed else ()
