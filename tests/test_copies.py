"""Copies and pickles: what they share, what they keep, and what loading refuses."""

# Rows are added at run time, where no type checker sees them:
# mypy: disable-error-code="attr-defined, call-overload, index, operator"

from __future__ import annotations

import copy
import pickle
import pickletools
import subprocess
import sys
from typing import Any

import pytest

from autograd_scalar import UsageError, Value, functions, no_grad, op
from autograd_scalar.graph import topological_order
from autograd_scalar.ops import table

PROTOCOLS = range(2, pickle.HIGHEST_PROTOCOL + 1)
WAYS = {
    "deepcopy": copy.deepcopy,
    **{
        f"pickle {protocol}": lambda x, protocol=protocol: pickle.loads(pickle.dumps(x, protocol))
        for protocol in PROTOCOLS
    },
}
in_every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())


def described(root: Any) -> Any:
    """All that a graph is, with nodes by number."""
    order = topological_order(root, all_operands=True)
    place = {id(node): index for index, node in enumerate(order)}

    def read(x: Any) -> Any:
        return f"node {place[id(x)]}" if isinstance(x, Value) else tuple(map(read, x)) if isinstance(x, tuple) else x

    return [
        (
            node.op,
            node.data,
            node.grad,
            node.reached,
            node.label,
            read(node.operands),
            read(node.parents),
            node.parameters,
        )
        for node in order
    ]


def example() -> Any:
    w, x, b = Value(3.0, label="w"), Value(2.0), Value(-1.0, label="b")
    z = functions.dot([w, 2.0], [x, 1.0], b).named("z")
    a = functions.where(z > 0, z.leaky_relu(slope=0.2), (b * 5).exp()).clip(-100, 100)
    L = functions.maximum([a, 1.0, w]) ** 2 / x - w
    L.backward()
    return L


@in_every_way
def test_a_copy_is_the_same_graph_on_other_nodes(way: Any) -> None:
    L = example()
    twin = way(L)
    assert described(twin) == described(L)
    mine = {id(node) for node in topological_order(L, all_operands=True)}
    assert not mine & {id(node) for node in topological_order(twin, all_operands=True)}
    L.zero_grad()
    L.backward()
    twin.zero_grad()
    twin.backward()
    assert described(twin) == described(L)


def test_a_shallow_copy_has_results_of_its_own_on_the_same_leaves() -> None:
    L = example()
    twin = copy.copy(L)
    assert described(twin) == described(L)
    pairs = list(zip(topological_order(L), topological_order(twin), strict=True))
    assert all((old is new) == (not old.op) for old, new in pairs)


@pytest.mark.parametrize("way", [copy.copy, *WAYS.values()], ids=["copy", *WAYS])
def test_a_leaf_keeps_what_it_remembers(way: Any) -> None:
    w = Value(-0.0, label="w")
    w.grad = 5.0
    twin = way(w)
    assert twin is not w
    assert (repr(twin), twin.grad, twin.reached) == ("Value(-0.0, label='w')", 5.0, True)
    assert not way(Value(1.0)).reached
    assert way(w.detach())._y == "detach"
    with no_grad():
        cut = w * 2
    assert way(cut)._y == "no_grad"


@in_every_way
def test_a_leaf_stays_one_leaf_within_one_copy(way: Any) -> None:
    w, x = Value(3.0), Value(2.0)
    model = {"w": w, "losses": [w * x, w + x], "again": w}
    twin = way(model)
    assert twin["w"] is twin["again"] is twin["losses"][0].parents[0] is twin["losses"][1].parents[0]
    assert twin["losses"][0].parents[1] is twin["losses"][1].parents[1]
    assert twin["w"] is not w
    twin["losses"][0].backward()
    assert (twin["w"].grad, w.grad) == (2.0, 0.0)


def test_a_deep_copy_makes_each_result_once() -> None:
    w = Value(3.0)
    z = w * 2
    L = z * z
    for order in ([z, L], [L, z]):
        twin = dict(zip(("zL" if order[0] is z else "Lz"), copy.deepcopy(order), strict=True))
        assert twin["L"].parents[0] is twin["L"].parents[1] is twin["z"]


@in_every_way
def test_a_stale_graph_stays_stale_and_names_the_edited_leaf(way: Any) -> None:
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    before = Value(1.0, label="before")
    before.data = 5.0
    stale, good = x * w, x * before
    w.data = 4.0
    with pytest.raises(UsageError, match=r"w .* was edited after mul"):
        way(stale).backward()
    twin = way(good)
    twin.backward()
    assert twin.parents[0].grad == 5.0
    twin.parents[0].data = 7.0
    with pytest.raises(UsageError, match=r"x .* was edited after mul"):
        twin.backward()


def test_a_shallow_copy_of_a_stale_graph_is_stale() -> None:
    w = Value(3.0, label="w")
    z = w * 2
    w.data = 4.0
    with pytest.raises(UsageError, match=r"w .* was edited"):
        copy.copy(z).backward()


@in_every_way
def test_a_copy_goes_on_being_computed_with(way: Any) -> None:
    twin = way(example())
    root = twin * Value(2.0)
    root.backward()
    assert twin.grad == 2.0


@in_every_way
@pytest.mark.parametrize("row", table.values(), ids=lambda row: row.name)
def test_every_row_survives(row: Any, way: Any) -> None:
    function = getattr(functions, row.name)
    x, y = Value(0.5), Value(0.25)
    if row.name == "acosh":
        x = Value(1.5)
    parameters = {argument.name: 0.125 for argument in row.arguments if argument.kind == "parameter"}
    several = [argument for argument in row.operands if argument.kind == "sequence"]
    mixtures = [[x, y], [x, 0.25], [x, x]]
    for mixture in mixtures:
        operands = [list(mixture) for _ in several] or (mixture * 2)[: len(row.operands)]
        root = function(*operands, **parameters)
        assert described(way(root)) == described(root)


# ------------------------------------------------------------------------------------------------- rows of the user


@in_every_way
def test_a_user_s_row_survives(way: Any) -> None:
    op("cube(x)", "x**3", "3 * x**2")
    root = Value(2.0).cube()
    twin = way(root)
    twin.backward()
    assert twin.parents[0].grad == 12.0


@in_every_way
def test_a_user_s_row_of_a_sequence_and_a_parameter_survives(way: Any) -> None:
    scaled = op("zz_scaled(*x, *, k=2)", "k * total(x)", "k")
    x = Value(3.0)
    twin = way(scaled([x, 1.0], k=5.0))
    assert (twin.data, twin.parameters, twin.partials()) == (20.0, {"k": 5.0}, (5.0,))


def test_loading_an_unknown_operation_says_what_to_define() -> None:
    op("cube(x)", "x**3", "3 * x**2")
    dumped = pickle.dumps(Value(2.0).cube())
    code = "import sys, pickle\ntry: pickle.load(sys.stdin.buffer)\nexcept Exception as e: print(type(e).__name__, e)"
    done = subprocess.run([sys.executable, "-c", code], input=dumped, capture_output=True, check=True)
    assert done.stdout.decode().startswith(
        "UsageError there is no operation 'cube' here; define it with op('cube(…)', …)"
    )


def test_a_pickle_names_two_functions_and_holds_data() -> None:
    names = {
        argument for opcode, argument, _ in pickletools.genops(pickle.dumps(example(), 2)) if opcode.name == "GLOBAL"
    }
    assert names == {"autograd_scalar.flat leaf", "autograd_scalar.flat unpickled"}
