"""The generated engine is fresh, the import is light, floors look down only, and type checkers see all of it."""

# ruff: noqa: B018, E501  # what an import does is tried in source

from __future__ import annotations

import ast
import builtins
import importlib
import itertools
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import autograd_scalar
from autograd_scalar import Value, codegen
from autograd_scalar.ops import table

PACKAGE = Path(autograd_scalar.__file__).parent


def test_the_committed_engine_is_what_the_table_says() -> None:
    committed = (PACKAGE / "_generated.py").read_text(encoding="utf-8")
    assert committed == codegen.generated_module(table.values()), "run: python -m autograd_scalar.codegen"


def test_the_command_writes_the_engine_beside_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = importlib.import_module("autograd_scalar.codegen.__main__")
    monkeypatch.setattr(command, "__file__", str(tmp_path / "codegen" / "__main__.py"))
    command.main()
    assert (tmp_path / "_generated.py").read_bytes() == (PACKAGE / "_generated.py").read_bytes()


# ---------------------------------------------------------------------------------------------------------- the import


def _modules(code: str) -> set[str]:
    unwatched = {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE")}
    command = [sys.executable, "-X", "importtime", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent, env=unwatched)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_the_import_is_light_and_from_the_standard_library() -> None:
    added = _modules("import autograd_scalar") - _modules("pass")
    others = {name for name in added if name.partition(".")[0] != "autograd_scalar"}
    assert {name.partition(".")[0] for name in others} <= sys.stdlib_module_names
    assert not others & {
        "typing",
        "dataclasses",
        "ast",
        "re",
        "inspect",
        "functools",
        "enum",
        "threading",
        "contextvars",
    }
    assert len(added) < 20


def test_recording_and_backward_import_nothing_more() -> None:
    work = "import autograd_scalar as a; w = a.Value(3); (w * 2 + a.exp(w)).relu().backward(); a.dot([w], [2])"
    assert _modules(work) == _modules("import autograd_scalar")


def test_what_is_later_is_there_when_asked_for() -> None:
    work = "import sys, autograd_scalar as a; assert 'ast' not in sys.modules; a.grad; assert 'autograd_scalar.transforms' in sys.modules"
    _modules(work)
    assert {"grad", "gradients", "value_and_grad", "relu"} <= set(dir(autograd_scalar))
    with pytest.raises(AttributeError, match="no attribute 'reelu'"):
        autograd_scalar.reelu  # type: ignore[attr-defined]  # the point


def test_a_star_import_shadows_nothing() -> None:
    assert not {name for name in autograd_scalar.__all__ if hasattr(builtins, name)}
    assert len(set(autograd_scalar.__all__)) == len(autograd_scalar.__all__)
    assert all(hasattr(autograd_scalar, name) for name in (*autograd_scalar.__all__, *table))
    scope: dict[str, object] = {}
    exec("from autograd_scalar import *", scope)
    assert {"Value", "relu", "softmax", "grad", "no_grad", "op", "UsageError"} <= scope.keys()


@pytest.mark.parametrize("name", [row.name for row in table.values() if row.built_in and codegen.is_flat(row)])
def test_a_row_that_refuses_no_number_has_no_code_for_it(name: str) -> None:
    row = table[name]
    compute = getattr(importlib.import_module("autograd_scalar._generated"), f"_{name}")

    def refused(point: tuple[float, ...]) -> bool:
        try:
            compute(*point)
        except (ValueError, ArithmeticError):
            return True
        return False

    edges = (-math.inf, -1e308, -2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 1e308, math.inf)
    refuses = any(map(refused, itertools.product(edges, repeat=len(row.arguments))))
    assert (f'raise refusal("{name}", ' in (PACKAGE / "_generated.py").read_text(encoding="utf-8")) == refuses


# ------------------------------------------------------------------------------------------------------------ the floors

# From the bottom up. Rooms on one floor do not import each other. A room may have parts of its own beside it (`ops` has
# `helpers` and `validation`), which belong to it.
FLOORS = [
    [["errors"], ["names", "notation"], ["whole"], ["screen"], ["other_words"]],
    [["ops", "helpers", "validation"], ["calls"]],
    [["codegen"], ["graph"]],
    [["value", "_generated", "backward", "recording", "conditions", "flat", "functions", "callables"]],
    [["formula"], ["layout"], ["typed"], ["arrays"], ["given"]],
    [["transforms"], ["steps"], ["program"], ["anomaly"]],
    [["trace"], ["explain"], ["replay"], ["draw"]],
    [["nn"], ["stepper", "conversation", "page"], ["plots"]],
    [["testing"], ["train"]],
    [["examples"], ["reference"]],
    [["cli"]],
]
PUBLIC = dict.fromkeys(autograd_scalar.__all__, "functions") | autograd_scalar._LATER
PLACES = {part: (height, room[0]) for height, floor in enumerate(FLOORS) for room in floor for part in room}


def _imports(path: Path) -> set[str]:
    """The rooms that a file imports when it runs: not those that only a type checker sees."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    package = ["autograd_scalar", *parts[:-1]]
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for otherwise in node.orelse:
                visit(otherwise)
            return
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            names = [f"{stem}.{alias.name}" for alias in node.names] if stem == "autograd_scalar" else [stem]
        else:
            names = []
        for name in names:
            pieces = name.split(".")
            if pieces[0] == "autograd_scalar":
                found.add(pieces[1] if len(pieces) > 1 else "")
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


FILES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.relative_to(PACKAGE).parts[0] not in ("__init__.py", "__main__.py")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_looks_down_only(path: Any) -> None:
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    height, room = PLACES[own]
    for other in _imports(path):
        if own == "examples":
            other = PUBLIC.get(other, other)  # noqa: PLW2901  # an example imports as its reader would
        if other == own:
            continue
        assert other in PLACES, f"{own} imports {other or 'the whole package'}, which is on no floor"
        below, other_room = PLACES[other]
        assert below < height or other_room == room, f"{own} imports {other}, which is above it or beside it"


# -------------------------------------------------------------------------------------------------------- type checkers

USER = """
import autograd_scalar
from autograd_scalar import Value, add, custom, exp, grad, gradients, no_grad, op, relu, softmax, value_and_grad

z = Value(3.0, label="z")
reveal_type(z.relu())
reveal_type(relu(z))
reveal_type(relu(7.0))
reveal_type(exp(z))
reveal_type(add(z, 1.0))
reveal_type(add(1.0, z))
reveal_type(add(1.0, 2.0))
reveal_type(2 * z - 1)
reveal_type(z.max(1.0))
reveal_type(autograd_scalar.max(1.0, z))
reveal_type(z.grad)
reveal_type(gradients(z, [z]))
cube = custom(lambda x: x**3, lambda x: 3 * x * x, name="cube")
reveal_type(cube(2.0))
reveal_type(cube(z))
"""
TYPES = [
    "Value",
    "Value",
    "float",
    "Value",
    "Value",
    "Value",
    "float",
    "Value",
    "Value",
    "Value",
    "float",
    "list[Value]",
    "float",
    "Value",
]


@pytest.mark.slow
def test_a_type_checker_knows_methods_functions_and_verbs(tmp_path: Any) -> None:
    pytest.importorskip("mypy")
    verbs = [f"z.{verb}" for verb in autograd_scalar.VERBS]
    user = tmp_path / "user.py"
    user.write_text(USER + "\n".join(verbs) + "\nz.reelu()\n", encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(user)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PACKAGE.parent)
    own = [line.partition("user.py:")[2] for line in done.stdout.splitlines() if "user.py:" in line]
    revealed = [
        line.partition('"')[2].rstrip('"').replace("autograd_scalar.value.", "") for line in own if "Revealed" in line
    ]
    assert revealed == TYPES
    (error,) = [line for line in own if "error" in line]
    assert '"Value" has no attribute "reelu"' in error


def test_the_verbs_of_a_value_are_declared_and_there() -> None:
    declared = ast.parse((PACKAGE / "value.py").read_text(encoding="utf-8"))
    value = next(node for node in declared.body if isinstance(node, ast.ClassDef) and node.name == "Value")
    block = next(node for node in value.body if isinstance(node, ast.If))
    names = [
        target.id
        for node in block.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert names == list(autograd_scalar.VERBS)
    for name in names:
        assert callable(getattr(Value, name))
        assert getattr(Value, name).__name__ == name


def test_a_verb_takes_other_names() -> None:
    velocity, mass = Value(2.0), Value(3.0)
    tree = (mass * velocity).tree(names={velocity: "speed", mass: "weight"}.get)
    assert "speed" in tree
    assert "weight" in tree
    assert "velocity" not in tree


def test_a_verb_knows_the_caller_s_names() -> None:
    velocity, mass = Value(2.0), Value(3.0)
    momentum = mass * velocity
    for text in (momentum.tree(), str(momentum.explain(mass)), str(momentum.formula()), momentum.draw().svg):
        assert "velocity" in text
        assert "momentum" in text
