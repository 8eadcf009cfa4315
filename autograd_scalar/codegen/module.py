"""Whole sources: the committed module of the built-in rows, and the code of one row of a user's."""

from __future__ import annotations

import ast
import itertools
import linecache
from typing import TYPE_CHECKING, Any

from .flat_rows import binary_methods, flat_function, flat_rules, unary_method
from .many_rows import many_function, many_rules
from .numbers import number_function
from .storage import indented, is_flat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..ops import Row

_HEADER = '''\
"""The engine's operations. Generated from the table in ops.py by codegen.py; change those, never this file.

``python -m autograd_scalar.codegen`` writes it anew; a test fails when it is stale. It reads like an engine written
by hand: for each row of the table the value for plain numbers, the rules (how a node's gradient moves to its
parents), the method that records a node, and the function of the same name.
"""
# ruff: noqa
# fmt: off

from __future__ import annotations

import math
from _thread import allocate_lock

from .graph import Rule
from .helpers import *

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeVar, overload

    from .value import Value, new
    from .recording import (
        accepted, are_floats, are_values, coerced, elements, number, number_of, numbers, read_each, read_one, recorded,
        refusal, sequence, share, unequal, values,
    )

    Number = TypeVar("Number", float, Value)
else:
    def overload(function):
        return function

REFUSED = (ValueError, ArithmeticError, IndexError)  # what a float refuses, and the largest of no numbers
edits = allocate_lock()  # held while a leaf is edited, so that ticks are never lost between threads
clock = 0  # ticks at every edit of a leaf; a node remembers the clock of its birth
modes = 0  # how many modes (no_grad, …) are on, anywhere; 0 is the fast path


def connect(names: dict[str, Any]) -> None:
    """Called once, by `value`: it stands above this module and brings the class and what recording needs."""
    globals().update(names)


def propagate(z: Any) -> None:
    """The general rule: the adjoint times each partial, for whatever mixture of Values and numbers."""
    for parent, partial in zip(z._rule.parents(z), z._rule.partials(z), strict=True):
        parent._grad += z._grad * partial

'''


def _banner(title: str) -> list[str]:
    return ["", f"# {'-' * (114 - len(title))} {title}", "", ""]


def generated_module(rows: Iterable[Row]) -> str:
    """The text of ``_generated.py`` for the built-in rows."""
    rows = list(rows)
    sources = [row_source(row) for row in rows]
    lines = [_HEADER.rstrip("\n"), *_banner("values, for plain numbers")]
    lines += [line for source in sources for line in source["numbers"]]
    lines += [*_banner("rules"), *(line for source in sources for line in source["rules"])]
    lines += [
        *_banner("methods"),
        "class Operations:",
        '    """The methods of `Value` that record an operation."""',
        "",
    ]
    lines += [
        '    __slots__ = ("_clock", "_data", "_grad", "_rule", "_x", "_y")', "",
        "    _data: float", "    _grad: float | None", "    _rule: Rule | None",
        "    _x: Any", "    _y: Any", "    _clock: int", "",
    ]  # fmt: skip
    lines += indented(line for source in sources for line in source["methods"])
    lines += [*_banner("functions"), *(line for source in sources for line in source["function"])]
    lines += ["__all__ = [", *(f'    "{row.name}",' for row in rows), "]"]
    return "\n".join(lines).rstrip("\n") + "\n"


_serial = itertools.count()


def compiled(source: str, title: str, namespace: dict[str, Any]) -> None:
    """Run generated source in `namespace`, registered so that debuggers and tracebacks can show it."""
    filename = f"<autograd_scalar {title} {next(_serial)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), namespace)  # noqa: S102  # generated from validated rows


def install(row: Row, engine: Any) -> None:
    """Give a user's row what the built-in rows have: its rules, its method, its function.

    `engine` is the module ``_generated``, whose names the code sees.
    """
    source = row_source(row)
    text = "\n".join(
        [
            *source["numbers"],
            *source["rules"],
            *source["function"],
            "class Added:",
            "    __slots__ = ()",
            *indented(source["methods"]),
        ]
    )
    namespace = engine.__dict__
    if row.compute is not None:
        namespace[f"_{row.name}"] = row.compute
    compiled("from __future__ import annotations\n" + text, f"op {row.name}", namespace)
    added = namespace.pop("Added")
    for name, method in vars(added).items():
        if callable(method):
            method.__qualname__ = f"Value.{name}"
            setattr(engine.Operations, name, method)


def names_taken(row: Row) -> tuple[set[str], set[str]]:
    """The names that the code of a row takes in the engine's module, and among the methods of `Value`."""
    source = row_source(row)
    lines = [*source["numbers"], *source["rules"], *source["function"]]
    names = _defined("\n".join(lines)) | ({f"_{row.name}"} if row.compute is not None else set())
    return names, _defined("\n".join(source["methods"]))


def _defined(source: str) -> set[str]:
    """The functions and variables that a source defines at its top level."""
    body = ast.parse(source).body
    names = {statement.name for statement in body if isinstance(statement, ast.FunctionDef)}
    targets = [target for statement in body if isinstance(statement, ast.Assign) for target in statement.targets]
    targets += [statement.target for statement in body if isinstance(statement, ast.AnnAssign)]
    return names | {target.id for target in targets if isinstance(target, ast.Name)}


def row_source(row: Row) -> dict[str, list[str]]:
    """All code of one row: its "numbers" function, its "rules", its "methods" and its public "function"."""
    if is_flat(row):
        methods = unary_method(row) if len(row.operands) == 1 else binary_methods(row)
        return {
            "numbers": number_function(row),
            "rules": flat_rules(row),
            "methods": methods,
            "function": flat_function(row),
        }
    return {"numbers": number_function(row), "rules": many_rules(row), "methods": [], "function": many_function(row)}
