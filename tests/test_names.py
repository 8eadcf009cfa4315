"""Each rule of naming, in the places it speaks of."""

# Many classes here break every protocol on purpose, and variables exist only to be found:
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN002, ANN003, ANN201, ANN202, ANN204, ANN205, ANN206, ARG001, ARG005, B007, B023, E731
# ruff: noqa: F841, ISC004, PLC3002, PLW1641, RET504, RUF059, S318, T100

from __future__ import annotations

import code
import cProfile
import doctest
import functools
import gc
import io
import math
import os
import pdb
import subprocess
import sys
import threading
import time
import types
import unicodedata
import weakref
import xml.dom.minidom
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple, Never

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd_scalar import names as module
from autograd_scalar import notation
from autograd_scalar.names import (
    Scope,
    call_with_names,
    name_of,
    read_names,
)
from autograd_scalar.notation import display, displayed, escape, plain
from names_places.node import Node, label_of

HERE = Path(__file__).parent
ENVIRONMENT = os.environ | {
    "PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)]),
    "PYTHONDONTWRITEBYTECODE": "1",
}
without_a_tracer = pytest.mark.skipif(
    sys.gettrace() is not None or sys.getprofile() is not None,
    reason="under a tracer Python before 3.13 keeps the snapshots itself",
)

shared = Node()
globally = [Node(), Node()]


def run(*arguments: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# ------------------------------------------------------- where names are read


def test_function_locals_then_globals() -> None:
    w, x = Node(), Node()
    names = read_names(Node)
    assert (names.of(w), names.of(x), names.of(shared), names.of(globally[1])) == (
        "w",
        "x",
        "shared",
        "globally[1]",
    )
    assert names.of(Node()) == ""


def test_nearest_frame_wins() -> None:
    very_near = Node()

    def inner(argument):
        names = read_names(Node)
        return names.of(argument), names.aliases(argument)

    assert inner(very_near) == ("argument", ("very_near",))
    assert inner(shared) == ("argument", ("shared",))


def test_a_name_belongs_to_the_nearest_node_that_bears_it() -> None:
    x = Node()

    def inner(outer):
        x = Node()
        names = read_names(Node)
        return names.of(x), names.of(outer[0]), [names.find("x")[0] is x], len(names.find("x"))

    assert inner((x,)) == ("x", "outer[0]", [True], 1)
    assert read_names(Node).of(x) == "x"


def test_lambda_and_closure() -> None:
    w = Node()
    assert (lambda v: read_names(Node).of(v))(w) == "v"
    assert (lambda: read_names(Node).of(w))() == "w"


def test_comprehension_names_items_by_their_list() -> None:
    w = [Node(), Node()]
    assert [read_names(Node).of(v) for v in w] == ["w[0]", "w[1]"]
    assert list(read_names(Node).of(v) for v in w) == ["w[0]", "w[1]"]  # noqa: C400  # the point
    assert {i: read_names(Node).of(v) for i, v in enumerate(w)} == {0: "w[0]", 1: "w[1]"}
    assert [read_names(Node).of(v) for v in [Node()]] == ["v"]


def test_comprehension_in_a_module_and_in_a_class_body() -> None:
    source = """
w = [Node(), Node()]
in_module = [read_names(Node).of(v) for v in w]
class Body:
    u = (Node(), Node())
    in_class = [read_names(Node).of(v) for v in u]
    c = u[0]
    plain = read_names(Node).of(c)
"""
    space = {"Node": Node, "read_names": read_names, "__name__": "somewhere"}
    exec(source, space)
    assert space["in_module"] == ["w[0]", "w[1]"]
    # From 3.13 a comprehension in a class body hides the body's own variables.
    assert space["Body"].in_class in (["u[0]", "u[1]"], ["v", "v"])
    assert space["Body"].plain == "c"


def test_class_body_in_a_function() -> None:
    class Body:
        c = Node()
        name = read_names(Node).of(c)

    assert Body.name == "c"


def test_class_body_with_a_namespace_of_its_own() -> None:
    class Odd(dict):
        def __getitem__(self, key):
            return dict.__getitem__(self, key)

        def items(self) -> Never:
            raise AssertionError

    class Meta(type):
        @classmethod
        def __prepare__(cls, *_):
            return Odd()

    class Body(metaclass=Meta):
        c = Node()
        name = read_names(Node).of(c)

    assert Body.name == "c"


def test_exec_with_separate_locals_and_with_a_mapping() -> None:
    space = {"Node": Node, "read_names": read_names, "__name__": "somewhere"}
    locals_ = {}
    exec("w = Node(); name = read_names(Node).of(w)", space, locals_)
    assert locals_["name"] == "w"
    mapping = types.MappingProxyType(space | {"w": Node()})
    assert eval("read_names(Node).of(w)", {}, mapping) == ""


def test_frames_of_the_package_are_passed_over() -> None:
    source = "def explain(hidden, also=[]):\n    also.append(hidden)\n    return read_names(Node).of(hidden)"
    for name, expected in [
        ("autograd_scalar", "w"),
        ("autograd_scalar.explain", "w"),
        ("autograd_scalars", "hidden"),
    ]:
        space = {"Node": Node, "read_names": read_names, "__name__": name}
        exec(compile(source, "somewhere.py", "exec"), space)
        w = Node()
        assert space["explain"](w) == expected


def test_frames_of_libraries_are_passed_over_but_not_the_ones_beyond() -> None:
    space = {"Node": Node, "read_names": read_names, "__name__": "lib"}
    source = "def call(hidden):\n    return read_names(Node).of(hidden)"
    for filename in (
        os.__file__.replace("os.py", "lib.py"),
        "/x/lib/site-packages/lib/__init__.py",
    ):
        exec(compile(source, filename, "exec"), space)
        w = Node()
        assert space["call"](w) == "w"
    key = Node()
    assert max([1], key=lambda _: len(read_names(Node).of(key))) == 1
    assert functools.reduce(lambda _, node: read_names(Node).of(node), [Node(), Node()]) == "node"


def test_doctest_of_the_package_is_the_users() -> None:
    w = "w = Node()"
    source = f">>> {w}\n>>> read_names(Node).of(w)\n'w'\n"
    space = {"Node": Node, "read_names": read_names, "__name__": "autograd_scalar.value"}
    test = doctest.DocTestParser().get_doctest(source, space, "autograd_scalar.value.Value", "value.py", 0)
    assert doctest.DocTestRunner(verbose=False).run(test) == (0, 2)


def test_the_modules_own_doctests() -> None:
    assert doctest.testmod(module).failed == 0


def test_script() -> None:
    assert run(str(HERE / "names_places" / "script.py")) == (
        "w[1] b second made[0] c\n('net.w', 'b') ('self.w', 'b')\n['w[0]', 'w[1]']\n('p', 'q') ('wi',)\n"
    )


PROMPT = """
from autograd_scalar.names import read_names
from names_places.node import Node
w, loss = [Node(), Node()], Node()
L = loss
[Node()][0]
x = [Node()]; _
read_names(Node).of(L), read_names(Node).aliases(loss), read_names(Node).of(w[1])
for v in w: print(read_names(Node).of(v))

def f(a):
    return read_names(Node).of(a)

f(L)
read_names(Node).of(_)
"""


def test_prompt() -> None:
    out = run("-i", "-q", stdin=PROMPT)
    assert "('L', ('loss',), 'w[1]')" in out
    assert "w[0]\nw[1]" in out
    assert "'a'" in out


def test_interactive_console() -> None:
    console = code.InteractiveConsole({"Node": Node, "read_names": read_names, "__name__": "__console__"})
    for line in PROMPT.split("\n")[3:]:
        console.push(line)
    console.push("k = read_names(Node).of(loss)")
    assert console.locals["k"] == "L"


def test_at_a_prompt_what_a_loop_has_left_behind_renames_nothing() -> None:
    console = code.InteractiveConsole({"Node": Node, "read_names": read_names, "__name__": "__console__"})
    for line in ("w = Node(); b = Node(); pair = [w, b]", "for p in pair: pass", "", "for o in pair: pass", ""):
        console.push(line)
    console.push("k = read_names(Node).of(w), read_names(Node).of(b), read_names(Node).aliases(b)")
    assert console.locals["k"] == ("w", "b", ("p", "o"))


def test_notebook_cells() -> None:
    shells = pytest.importorskip("IPython.core.interactiveshell")
    shell = shells.InteractiveShell()
    shell.user_ns |= {"Node": Node, "read_names": read_names}
    cell = "w = Node(); b = Node(); w"
    for source in (
        cell,
        cell,
        "w1, w2 = Node(), Node()",
        "for p in (w1, w2): pass",
        "%precision 3",
        "ws = [Node(), Node()]",
    ):
        assert shell.run_cell(source, store_history=True).success
    assert not shell.run_cell("for v in in ws: pass", store_history=True).success  # its source is kept all the same
    shell.run_cell("for v in ws:\n    pass\n", store_history=True)
    result = shell.run_cell(
        "n = read_names(Node); [n.of(w), n.of(b), n.of(w2), n.of(ws[1]), n.aliases(w2), n.find('Out[1]')]",
        store_history=True,
    )
    # `w` of the first run lives on in `Out`, without a name; `p` and `v` are the loop variables of earlier cells.
    assert result.result == ["w", "b", "w2", "ws[1]", ("p",), ()]


def test_thread() -> None:
    found = []

    def work() -> None:
        w = Node()
        found.append((read_names(Node).of(w), read_names(Node).of(not_here[0])))

    not_here = [Node()]
    del not_here[1:]
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [("w", "not_here[0]")]  # captured by `work`, so a variable of its frame


def test_generator_and_deep_recursion() -> None:
    def numbers():
        w = Node()
        yield read_names(Node).of(w)

    assert next(numbers()) == "w"

    def down(depth, node):
        if depth:
            return down(depth - 1, node)
        return read_names(Node).of(node)

    assert down(500, Node()) == "node"


# ------------------------------------------------------- rules 1, 2 and 4: several names, no names


def test_shortest_then_alphabetical_and_a_legend() -> None:
    loss = L = total = Node()
    b = a = Node()
    names = read_names(Node)
    assert (names.of(L), names.aliases(L)) == ("L", ("loss", "total"))
    assert (names.of(a), names.aliases(a)) == ("a", ("b",))


def test_names_that_are_never_names() -> None:
    _ = __ = _3 = _i = In = Out = self = Node()
    names = read_names(Node)
    assert names.of(_) == ""
    assert names.aliases(_) == ()
    found = read_names(
        Node,
        scopes=[
            Scope(
                {
                    "__w__": shared,
                    "_i12": In,
                    "_": In,
                    "@py_assert1": In,
                    ".0": In,
                    3: In,
                    "_ih": [In],
                }
            )
        ],
    )
    assert (found.of(In), found.of(shared)) == ("", "shared")


def test_underscored_only_when_there_is_nothing_else() -> None:
    _w = Node()
    _x = longer_name = Node()
    _cache = {"y": Node()}
    y_in_a_list = [_cache["y"]]
    names = read_names(Node)
    assert (names.of(_w), names.of(_x), names.aliases(_x)) == ("_w", "longer_name", ())
    assert names.of(_cache["y"]) == "y_in_a_list[0]"
    del y_in_a_list
    assert read_names(Node).of(_cache["y"]) == '_cache["y"]'


def test_augmented_assignment_moves_the_name() -> None:
    class Sum(Node):
        __slots__ = ("parts",)

        def __init__(self, *parts) -> None:
            super().__init__()
            self.parts = parts

        def __add__(self, other):
            return Sum(self, other)

    c = Sum()
    d = Sum()
    c += d
    names = read_names(Node)
    assert (names.of(c), names.of(c.parts[0]), names.of(d)) == ("c", "", "d")


# ------------------------------------------------------- rule 3: containers


class Box:
    """An object like any other."""

    def __init__(self, **attributes) -> None:
        self.__dict__.update(attributes)

    @property
    def trap(self) -> Never:
        raise AssertionError

    def __getattr__(self, name):
        raise AssertionError(name)

    def __getattribute__(self, name):
        if name == "__dict__":
            raise AssertionError
        return object.__getattribute__(self, name)

    def __iter__(self):
        raise AssertionError

    def __eq__(self, other):
        raise AssertionError

    __hash__ = __len__ = __bool__ = __iter__


def make_box(**attributes):
    box = Box.__new__(Box)
    object.__getattribute__(box, "__dict__").update(attributes)
    return box


def held(box, name):
    return object.__getattribute__(box, "__dict__")[name]


class Point(NamedTuple):
    x: Node
    y: Node


class Model:
    """Has parameters by name, as a torch module has."""

    def __init__(self, names) -> None:
        self.found = {name: Node() for name in names}
        self.extra = Node()

    def named_parameters(self):
        yield from self.found.items()


class Broken(Model):
    """Cannot give its parameters."""

    def named_parameters(self):
        yield next(iter(self.found.items()))
        raise RuntimeError


def test_containers() -> None:
    w = [Node(), (Node(), [Node()])]
    p = {
        "b": Node(),
        3: Node(),
        -1: Node(),
        True: Node(),
        ("t",): Node(),
        'say "b"': Node(),
        "x" * 99: Node(),
    }
    box = make_box(w=Node(), _u=Node(), layers=[make_box(w=[[Node()]])])
    point = Point(Node(), Node())
    simple = types.SimpleNamespace(v=Node())
    ordered = OrderedDict(k=Node())
    names = read_names(Node)
    assert [names.of(node) for node in (w[0], w[1][0], w[1][1][0])] == [
        "w[0]",
        "w[1][0]",
        "w[1][1][0]",
    ]
    assert [names.of(node) for node in p.values()] == [
        'p["b"]',
        "p[3]",
        "p[-1]",
        "",
        "",
        "p['say \"b\"']",
        "",
    ]
    assert names.of(held(box, "w")) == "box.w"
    assert names.of(held(box, "_u")) == "box._u"
    assert names.of(held(held(box, "layers")[0], "w")[0][0]) == "box.layers[0].w[0][0]"
    assert (names.of(point.x), names.of(simple.v), names.of(ordered["k"])) == (
        "point.x",
        "simple.v",
        'ordered["k"]',
    )


def test_named_parameters_are_the_names_of_a_module() -> None:
    net = Model(["b", "layers.0.w.12", "layers[1].w[2]", "0.w", "[3]", "w1"])
    names = read_names(Node)
    assert [names.of(node) for node in net.found.values()] == [
        "net.b", "net.layers[0].w[12]", "net.layers[1].w[2]", "net[0].w", "net[3]", "net.w1",
    ]  # fmt: skip
    assert names.of(net.extra) == ""


def test_a_parameter_whose_name_is_no_text_has_none() -> None:
    net = Model(["", 7, "w"])
    names = read_names(Node)
    assert [names.of(node) for node in net.found.values()] == ["", "", "net.w"]


def test_named_parameters_that_raise_give_way_to_vars() -> None:
    net = Broken(["b", "w"])
    names = read_names(Node)
    assert (names.of(net.extra), names.of(net.found["w"])) == ("net.extra", 'net.found["w"]')


def test_named_parameters_on_an_instance_are_not_called() -> None:
    net = Box.__new__(Box)
    object.__getattribute__(net, "__dict__").update(named_parameters=lambda: 1 / 0, w=Node())
    assert read_names(Node).of(held(net, "w")) == "net.w"


def test_hostile_classes() -> None:
    class Meta(type):
        def __getattribute__(cls, name):
            raise AssertionError(name)

        def __hash__(cls):
            raise AssertionError

        def __eq__(cls, other):
            raise AssertionError

        def __instancecheck__(cls, other) -> bool:
            raise AssertionError

    class Strange(metaclass=Meta):
        @property
        def __dict__(self):
            raise AssertionError

        @property
        def __class__(self):
            raise AssertionError

        @property
        def named_parameters(self) -> Never:
            raise AssertionError

    class List(list):
        def __iter__(self):
            raise AssertionError

        def __len__(self) -> int:
            raise AssertionError

    class Mapping(dict):
        def items(self) -> Never:
            raise AssertionError

    class Pair(tuple):
        __slots__ = ()

        @property
        def __class__(self):
            raise AssertionError

    strange = Strange()
    pair = Pair([Node()])
    w = List([Node()])
    p = Mapping(b=Node())
    names = read_names(Node)
    assert [names.of(list.__getitem__(w, 0)), names.of(p["b"]), names.of(pair[0])] == ["w[0]", 'p["b"]', "pair[0]"]


def test_however_many_classes_there_are() -> None:
    for _ in range(3):
        boxes = [type(f"Box{place}", (), {})() for place in range(1000)]
        boxes[0].w = boxes[-1].w = Node()
        assert read_names(Node).of(boxes[0].w) == "boxes[0].w"


def test_modules_classes_and_the_packages_objects_are_not_opened() -> None:
    class Holder:
        w = Node()

    own = type("Result", (), {"__module__": "autograd_scalar.explain"})()
    own.root = Node()
    a_module = types.ModuleType("params")
    a_module.w = Node()
    names = read_names(Node)
    assert [names.of(node) for node in (Holder.w, own.root, a_module.w)] == ["", "", ""]


def test_a_record_of_names_is_no_name() -> None:
    w = Node()
    earlier = read_names(Node)
    assert read_names(Node).of(w) == "w"
    del w
    assert read_names(Node).of(next(iter(earlier.find("w")))) == ""


def test_arrays_of_objects() -> None:
    numpy = pytest.importorskip("numpy")
    W = numpy.array([[0, 1], [2, 3]], dtype=object)
    W[1, 0] = Node()
    v = numpy.empty(2, dtype=object)
    v[1] = Node()
    zero = numpy.array(None, dtype=object)
    zero[()] = Node()
    floats = numpy.zeros(1000)
    names = read_names(Node)
    assert (names.of(W[1, 0]), names.of(v[1]), names.of(zero[()])) == ("W[1, 0]", "v[1]", "")


def test_loop_variable_yields_to_the_list() -> None:
    w = [Node(), Node()]
    for v in w:
        names = read_names(Node)
        assert names.of(v) == ("w[0]" if v is w[0] else "w[1]")
        assert names.aliases(v) == ("v",)
    pairs = [(Node(), Node())]
    for i, (a, _b) in enumerate(pairs):
        assert read_names(Node).of(a) == "pairs[0][0]"
    for only in (Node(), Node()):
        assert read_names(Node).of(only) == "only"


def test_loop_variable_yields_to_a_variable() -> None:
    w1, w2 = Node(), Node()
    for p in (w1, w2):
        pass
    assert read_names(Node).of(w2) == "w2"
    assert read_names(Node).aliases(w2) == ("p",)


def test_loop_variable_yields_to_a_list_further_out() -> None:
    weights = [Node(), Node()]

    def each(items):
        return [read_names(Node).of(v) for v in iter(items)]

    assert each(weights) == ["items[0]", "items[1]"]
    assert each(iter(weights)) == ["weights[0]", "weights[1]"]


def test_items_of_a_loop_variable_are_named_by_the_outer_container() -> None:
    layers = [make_box(w=[Node()]), make_box(w=[Node()])]
    for layer in layers:
        got = read_names(Node).of(held(layer, "w")[0])
    assert got == "layers[1].w[0]"
    rows = [[Node()], [Node()]]
    for row in rows:
        got = read_names(Node).of(row[0])
    assert got == "rows[1][0]"


def test_what_a_helper_keeps_in_a_list_keeps_its_own_name() -> None:
    w = Node()

    def helper(node: object, by_the_way: object) -> tuple[str, tuple[str, ...]]:
        r = {"first": [node], "second": by_the_way}
        names = read_names(Node)
        return names.of(r["first"][0]), (names.of(r["second"]),)  # type: ignore[index]  # what it holds is a dict

    def in_a_list(*r: object) -> list[str]:
        names = read_names(Node)
        return [names.of(one) for one in r]

    assert in_a_list(w, Node()) == ["w", "r[1]"]
    assert helper(w, Node()) == ("node", ("by_the_way",))  # a variable of the nearer frame comes first, as always


def test_loop_variable_in_a_cell_variable_and_global() -> None:
    w = [Node(), Node()]
    for v in w:
        keep = lambda: v
    assert read_names(Node).of(w[1]) == "w[1]"
    space = {"Node": Node, "read_names": read_names}
    exec(
        "def f(w):\n    global g\n    for g in w:\n        n = read_names(Node).of(g)\n    return n",
        space,
    )
    assert space["f"](w) == "w[1]"


def test_shared_containers_take_the_best_name() -> None:
    params = w = [Node()]
    net = make_box(w=w)
    names = read_names(Node)
    assert (names.of(w[0]), names.aliases(w[0])) == ("w[0]", ())


def test_cycles_and_depth() -> None:
    a = [Node()]
    a.append(a)
    box = make_box(w=Node())
    object.__getattribute__(box, "__dict__")["me"] = box
    deep = [[[[[[Node()]]]]]]
    too_deep = [[[[[[[Node()]]]]]]]
    names = read_names(Node)
    assert (names.of(a[0]), names.of(held(box, "w"))) == ("a[0]", "box.w")
    assert names.of(deep[0][0][0][0][0][0]) == "deep[0][0][0][0][0][0]"
    assert names.of(too_deep[0][0][0][0][0][0][0]) == ""


def test_long_lists_are_not_walked() -> None:
    many = [0.0] * 10**6
    table = [[float(i)] * 10 for i in range(10**4)]
    w = Node()
    seen = []
    names = read_names(Node)
    assert names.of(w) == "w"
    search = module._Search(Node)
    search.run([Scope({"many": many, "table": table, "after": [w]})])
    assert 0 <= search.budget < module._MOST_VISITS
    assert search.settle((), module.no_label).of(w) == "after[0]"


def test_a_long_list_leaves_room_for_others_and_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    big = [Node() for _ in range(5000)]
    longer = [Node() for _ in range(5000)]
    zs = {"z": Node()}
    names = read_names(Node)
    assert (names.of(big[2000]), names.of(big[4999]), names.of(zs["z"])) == ("big[2000]", "big[4999]", 'zs["z"]')
    assert names.of(longer[4999]) == "longer[4999]"
    monkeypatch.setattr(module, "_MOST_IN_ALL", 3000)
    names = read_names(Node)
    assert (names.of(big[4999]), names.of(zs["z"])) == ("big[4999]", 'zs["z"]')
    last = module._MOST_ITEMS + (3000 - (5000 - module._MOST_ITEMS)) - 1
    assert (names.of(longer[last]), names.of(longer[last + 1])) == (f"longer[{last}]", "")


def test_the_way_a_name_is_shown_finds_it_among_longer_and_stranger_ones() -> None:
    labelled = {label: Node(label) for label in ("w1", "w[1]", "alpha", "p['b']", "\N{FULLWIDTH LEFT SQUARE BRACKET}")}
    names = read_names(Node, label=label_of)
    for shown, label in {
        "w₁": "w1",
        'p["b"]': "p['b']",
        "α": "alpha",
        "[": "\N{FULLWIDTH LEFT SQUARE BRACKET}",
    }.items():
        assert names.find(shown) == (labelled[label],), shown


# ------------------------------------------------------- labels, finding


def test_a_label_wins() -> None:
    L = Node("loss")
    names = read_names(Node, label=label_of)
    assert (names.of(L), names.aliases(L)) == ("loss", ("L",))
    assert names.find("loss") == names.find("L")
    assert name_of(L, label=label_of) == "loss"


def test_a_label_takes_the_name_from_a_variable() -> None:
    w = Node()
    other = Node("w")
    names = read_names(Node, label=label_of)
    assert (names.of(w), names.of(other)) == ("", "w")
    assert {id(node) for node in names.find("w")} == {id(w), id(other)}


def test_find() -> None:
    w1, p = [Node()], {"b": Node()}
    loss = L = Node()
    alpha = Node()
    x2 = Node()
    names = read_names(Node)
    for text, node in [
        ("w1[0]", w1[0]), ("w₁[0]", w1[0]), ("w1[ 0 ]", w1[0]), ('p["b"]', p["b"]), ("p['b']", p["b"]),
        ("loss", L), ("L", L), ("α", alpha), ("alpha", alpha), ("x₂", x2), ("x_2", x2),
    ]:  # fmt: skip
        (found,) = names.find(text)
        assert found is node
    assert names.find("nothing") == names.find("") == names.find("w1") == ()


def test_find_prefers_what_is_called_exactly_so() -> None:
    alpha, α = Node(), Node()  # noqa: PLC2401  # two alphabets
    names = read_names(Node)
    assert names.find("alpha")[0] is alpha
    assert names.find("α")[0] is α


def test_labels_of_nodes_that_no_frame_holds() -> None:
    graph = iter([Node("h"), Node("h"), Node("k"), Node()])
    names = read_names(Node, nodes=graph, label=label_of)
    assert len(names.find("h")) == 2
    (k,) = names.find("k")
    assert names.of(k) == "k"


def test_name_of() -> None:
    w = [Node()]
    assert (name_of(w[0]), name_of(shared), name_of(Node())) == ("w[0]", "shared", "")


@pytest.mark.slow
def test_same_program_same_names() -> None:
    assert len({run(str(HERE / "names_places" / "script.py")) for _ in range(3)}) == 1


# ------------------------------------------------------- nothing is kept


def live() -> int:
    return sum(type(candidate) is Node or type(candidate) is Tracked for candidate in gc.get_objects())


class Tracked(Node):
    """A node that the collector sees."""

    __slots__ = ("other",)


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@without_a_tracer
@pytest.mark.usefixtures("no_collector")
def test_reading_keeps_nothing_alive() -> None:
    before = live()
    w = Tracked()
    ws = [Tracked(), Tracked()]
    box = make_box(v=Tracked())
    ghosts = [weakref.ref(node) for node in (w, *ws)]
    names = read_names(Node)
    assert live() == before + 4
    assert names.of(w) == "w"
    assert name_of(ws[1]) == "ws[1]"
    del names, w, ws, box
    assert live() == before
    assert [ghost() for ghost in ghosts] == [None] * 3


@pytest.mark.slow
@without_a_tracer
@pytest.mark.usefixtures("no_collector")
def test_outer_frames_keep_nothing_alive_either() -> None:
    before = live()
    w = Tracked()
    captured = Tracked()

    def inner():
        read_names(Node)
        return captured

    inner()
    del w
    assert live() == before + 1
    captured = None
    assert live() == before


@without_a_tracer
@pytest.mark.usefixtures("no_collector")
def test_call_with_names_keeps_nothing_alive() -> None:
    before = live()

    def f(a):
        inner = Tracked()
        return a, inner

    result, scopes = call_with_names(f, Tracked())
    assert live() == before + 2
    names = read_names(Node, scopes=scopes)
    assert names.of(result[1]) == "inner"
    del names, scopes, result
    assert live() == before
    with pytest.raises(ZeroDivisionError):
        call_with_names(lambda a: 1 / 0, Tracked())
    sys.last_exc = None
    assert sys.getprofile() is None


def test_names_hold_their_nodes() -> None:
    names = read_names(Node, nodes=[Node("h")], label=label_of)
    gc.collect()
    assert names.find("h")[0].label == "h"


def test_reading_leaves_variables_as_they_are() -> None:
    w = 1
    mine = locals()
    mine["extra"] = Node()
    read_names(Node)
    assert w == 1
    assert mine["extra"].label == ""
    frame = sys._getframe()
    held_by_a_debugger = frame.f_locals
    read_names(Node)
    assert held_by_a_debugger["w"] == 1


@pytest.mark.parametrize("install", [sys.setprofile, sys.settrace])
def test_reading_inside_a_hook_leaves_variables_as_they_are(install) -> None:
    previous = sys.getprofile() if install is sys.setprofile else sys.gettrace()

    def user():
        w = Node()
        install(lambda *_: read_names(Node) and None)
        len([])
        (lambda: None)()
        install(previous)
        return w

    assert isinstance(user(), Node)


def test_a_hook_set_after_reading_leaves_variables_as_they_are() -> None:
    previous = sys.getprofile()
    w = Node()
    kept = w
    read_names(Node)
    w2 = Node()
    sys.setprofile(lambda *_: None)
    len([])
    (lambda: None)()
    sys.setprofile(previous)
    assert w is kept
    assert isinstance(w2, Node)


def test_at_a_debuggers_prompt() -> None:
    out = io.StringIO()
    commands = io.StringIO("p read_names(Node).of(w)\nn\nn\np read_names(Node).aliases(w)\np x is w\nc\n")
    debugger = pdb.Pdb(stdin=commands, stdout=out, nosigint=True, readrc=False)
    trace = sys.gettrace()

    def user():
        w = Node()
        debugger.set_trace()
        x = w
        stop_here = None
        return x

    try:
        assert isinstance(user(), Node)
    finally:
        sys.settrace(trace)
    assert "'w'" in out.getvalue()
    assert "('x',)" in out.getvalue()
    assert "True" in out.getvalue()


# ------------------------------------------------------- rule 5: the function itself


def neuron(w, x, b):
    z = Node()
    a = Node()
    return a


def test_names_of_a_function_as_it_returns() -> None:
    w, given, b = Node(), Node(), Node()
    a, scopes = call_with_names(neuron, w, given, b=b)
    names = read_names(Node, scopes=scopes)
    assert (names.of(a), names.of(w), names.of(given), names.of(b)) == ("a", "w", "x", "b")
    assert names.aliases(given) == ("given",)
    assert names.find("z") != ()


def test_lambda_arguments_and_globals() -> None:
    result, scopes = call_with_names(lambda w, *xs, **more: (w, xs, more, Node()), Node(), Node(), k=Node())
    names = read_names(Node, scopes=scopes)
    w, xs, more, unnamed = result
    assert (names.of(w), names.of(xs[0]), names.of(shared)) == ("w", "xs[0]", "shared")
    assert names.of(more["k"]) == 'more["k"]'
    assert names.aliases(more["k"]) == ("k",)
    space = {"Node": Node}
    exec("inside = Node()\ndef f(): return inside", space)
    node, scopes = call_with_names(space["f"])
    assert read_names(Node, scopes=scopes).of(node) == "inside"


def test_nested_and_recursive_functions() -> None:
    def outer(depth):
        mine = Node()

        def inner():
            hidden = Node()
            return hidden

        return outer(depth - 1) if depth else (mine, inner())

    pair, scopes = call_with_names(outer, 0)
    names = read_names(Node, scopes=scopes)
    assert (names.of(pair[0]), names.of(pair[1])) == ("mine", "pair[1]")
    _, scopes = call_with_names(outer, 3)
    assert scopes[0].variables["depth"] == 3


def test_methods_partials_decorated_and_callable_objects() -> None:
    class Model:
        def __call__(self, x):
            called = x
            return called

        def method(self, x):
            kept = x
            return kept

        @staticmethod
        def static(x):
            free = x
            return free

    def decorate(f):
        @functools.wraps(f)
        def wrapper(*args):
            return f(*args)

        return wrapper

    @decorate
    @decorate
    def decorated(x):
        in_it = x
        return in_it

    for function, expected in [
        (Model(), "x called"),
        (Model().method, "x kept"),
        (Model.static, "x free"),
        (functools.partial(functools.partial(neuron, Node()), Node()), "b"),
        (decorated, "x in_it"),
        (functools.lru_cache(lambda _x: Node()), "_x"),
    ]:
        _, scopes = call_with_names(function, object())
        assert set(expected.split()) <= set(scopes[0].variables)
    assert call_with_names(math.sqrt, 4.0) == (2.0, (Scope({}),))
    assert call_with_names(int, "4")[0] == 4
    assert call_with_names(dict, a=1) == ({"a": 1}, (Scope({"a": 1}),))


def test_closures_survive_and_arguments_may_be_rebound() -> None:
    def f(c):
        first = c

        def later():
            return first, c

        c = Node()
        return later

    node = Node()
    later, scopes = call_with_names(f, c=node)
    assert later()[0] is node
    names = read_names(Node, scopes=scopes)
    assert names.of(node) == "first"
    assert names.find("c")[0] is later()[1]


def test_a_function_of_the_package_is_read_when_it_is_the_one_that_was_given() -> None:
    space = {"__name__": "autograd_scalar.functions", "Node": Node}
    exec("def relu(x):\n    out = Node()\n    return out", space)
    result, scopes = call_with_names(space["relu"], x=Node())
    names = read_names(Node, scopes=scopes)
    assert (names.of(result), names.aliases(result)) == ("out", ("result",))


def test_profilers_are_restored() -> None:
    previous = sys.getprofile()
    events = []

    def profiler(frame, event, argument) -> None:
        events.append((event, frame.f_code.co_name))

    sys.setprofile(profiler)
    try:
        call_with_names(neuron, 1, 2, 3)
        assert sys.getprofile() is profiler
        with pytest.raises(TypeError):
            call_with_names(neuron)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(previous)
    assert ("return", "neuron") in events

    profile = cProfile.Profile()
    profile.enable()
    call_with_names(neuron, 1, 2, 3)
    neuron(1, 2, 3)
    profile.disable()
    seen = {entry.code.co_name for entry in profile.getstats() if not isinstance(entry.code, str)}
    assert "neuron" in seen


def test_other_threads_are_not_profiled() -> None:
    seen = []
    stop = threading.Event()

    def other() -> None:
        while not stop.is_set():
            seen.append(sys.getprofile())
            time.sleep(0.001)

    thread = threading.Thread(target=other)
    thread.start()

    def wait() -> None:
        before = len(seen)
        while len(seen) < before + 3:
            time.sleep(0.001)

    call_with_names(wait)
    stop.set()
    thread.join()
    assert set(seen) == {None}


def test_scopes_are_nearer_than_frames() -> None:
    w = Node()
    names = read_names(Node, scopes=[Scope({"v": w, "w": Node()})])
    assert names.of(w) == "v"


# ------------------------------------------------------- rule 8: how a name is shown

SHOWN = [
    # name, text, ascii, latex, mathml
    ("w", "w", "w", "w", "<mi>w</mi>"),
    ("w1", "w₁", "w1", "w_1", "<msub><mi>w</mi><mn>1</mn></msub>"),
    ("x_12", "x₁₂", "x_12", "x_{12}", "<msub><mi>x</mi><mn>12</mn></msub>"),
    ("dW2", "dW₂", "dW2", r"\mathrm{dW}_2", "<msub><mi>dW</mi><mn>2</mn></msub>"),
    ("alpha", "α", "alpha", r"\alpha", "<mi>α</mi>"),
    ("Omega3", "Ω₃", "Omega3", r"\Omega_3", "<msub><mi>Ω</mi><mn>3</mn></msub>"),
    ("β", "β", "beta", r"\beta", "<mi>β</mi>"),
    ("loss", "loss", "loss", r"\mathrm{loss}", "<mi>loss</mi>"),
    ("learning_rate", "learning_rate", "learning_rate", r"\mathrm{learning\_rate}", "<mi>learning_rate</mi>"),
    ("x1y2", "x1y2", "x1y2", r"\mathrm{x1y2}", "<mi>x1y2</mi>"),
    ("_x1", "_x1", "_x1", r"\mathrm{\_x1}", "<mi>_x1</mi>"),
    ("w[0]", "w[0]", "w[0]", "w[0]", "<mrow><mi>w</mi><mo>[</mo><mn>0</mn><mo>]</mo></mrow>"),
    ("W1[0, -1]", "W₁[0, -1]", "W1[0, -1]", "W_1[0, -1]",
     "<mrow><msub><mi>W</mi><mn>1</mn></msub><mo>[</mo><mn>0, -1</mn><mo>]</mo></mrow>"),
    ('p["b_1"]', 'p["b_1"]', 'p["b_1"]', r'p[\text{"b\_1"}]',
     "<mrow><mi>p</mi><mo>[</mo><mtext>&quot;b_1&quot;</mtext><mo>]</mo></mrow>"),
    ("layers[0].w[1][2]", "layers[0].w[1][2]", "layers[0].w[1][2]", r"\mathrm{layers}[0].w[1][2]",
     "<mrow><mi>layers</mi><mo>[</mo><mn>0</mn><mo>]</mo><mo>.</mo><mi>w</mi><mo>[</mo><mn>1</mn><mo>]</mo>"
     "<mo>[</mo><mn>2</mn><mo>]</mo></mrow>"),
    ("hidden <1> & 50%", "hidden <1> & 50%", "hidden <1> & 50%", r"\text{hidden <1> \& 50\%}",
     "<mtext>hidden &lt;1&gt; &amp; 50%</mtext>"),
    ("élan", "élan", "elan", r"\text{élan}", "<mi>élan</mi>"),
    ("two\nlines\x00", "two lines�", "two lines?", r"\text{two lines�}", "<mtext>two lines�</mtext>"),
]  # fmt: skip


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: ascii(row[0]))
def test_display(row) -> None:
    name, *shown = row
    assert [display(name, style) for style in ("text", "ascii", "latex", "mathml")] == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ŷ", r"\hat{y}"),
        ("ŷ_new", r"\hat{y}_{\mathrm{new}}"),
        ("ŷ1", r"\hat{y}_1"),
        ("σ_sq", r"\sigma_{\mathrm{sq}}"),
        ("σ_η", r"\sigma_{\eta}"),
        ("σ²", r"\text{\(\sigma^{2}\)}"),
        ("x̄", r"\text{\(\bar{x}\)}"),
        ("Δw", r"\text{\(\Delta\)w}"),
        ("naïve", r"\text{naïve}"),
        ("数_x", r"\text{数\_x}"),
    ],
)
def test_letters_that_only_mathematics_has_are_mathematics_in_latex(name: str, shown: str) -> None:
    assert display(name, "latex") == shown


def test_signs_in_a_latex_text_are_mathematics() -> None:
    text = "τ₁.grad is 0 ≈ −2·10⁻¹² → ∂L/∂ŷ, élan & naïve …"
    shown = (
        r"\(\tau_{1}\).grad is 0 \(\approx\) \(-\)2\(\cdot\)10\(^{-12}\) \(\to\) "
        r"\(\partial\)L/\(\partial\hat{y}\), élan \& naïve \(\dots\)"
    )
    assert escape(text, "latex") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("∂L/∂w ≈ −2·10⁻⁸", "partial L/partial w ~= -2*10**-8"),
        ("σ_sq, Δw, ς, ϕ, Λ", "sigma_sq, Deltaw, sigma, phi, Lambda"),
        ("ŷ, dL/dŷ, ŷ₁, x̄, ẋ, ά", "y_hat, dL/dy_hat, y_hat1, x_bar, x_dot, alpha_acute"),
        ("naïve élan, ﬁt", "naive elan, fit"),  # accents are mathematics on a symbol only
        ("я, Я, 数", "ya, Ya, u6570"),
        ("½ ⊕ “a” L″ \u0378", "1/2 <circled plus> \"a\" L'' ?"),
    ],
)
def test_ascii_is_spelled_for_a_reader(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(max_size=12))
def test_ascii_has_no_escapes(text: str) -> None:
    for shown in (plain(text), display(text, "ascii")):
        assert shown.isascii()
        assert "\\" not in shown or "\\" in unicodedata.normalize("NFKC", text)


def test_names_that_would_look_alike_are_shown_as_typed() -> None:
    assert displayed(["alpha", "α", "beta"]) == {"alpha": "alpha", "α": "α", "beta": "β"}
    assert displayed(["alpha", "α"], "latex") == {"alpha": r"\mathrm{alpha}", "α": r"\alpha"}
    assert displayed(["w1", "w₁"]) == {"w1": "w1", "w₁": "w₁"}
    assert displayed(["w1", "w₁"], "ascii") == {"w1": "w1", "w₁": "w1_"}
    assert displayed(["w1", "w_1", "w[1]"], "mathml")["w1"] == "<mi>w1</mi>"
    assert displayed(["w1", "w1"]) == {"w1": "w₁"}


def test_unknown_styles_and_targets_are_refused() -> None:
    with pytest.raises(KeyError):
        display("w", "braille")
    with pytest.raises(KeyError):
        escape("w", "json")


def test_escape() -> None:
    assert escape("a\\b{c}$d$%#^~", "latex") == (r"a\textbackslash{}b\{c\}\$d\$\%\#\textasciicircum{}\textasciitilde{}")
    assert escape("<script>\"'&", "html") == "&lt;script&gt;&quot;&#x27;&amp;"
    assert escape('a"b\\N\n{x|y}<z>', "dot") == r"a\"b\\N \{x\|y\}\<z\>"
    assert escape("\ud800\x1b[0m", "html") == "��[0m"


@pytest.mark.slow
@given(st.text())
def test_any_label_can_be_shown(text) -> None:
    markup = display(text, "mathml")
    xml.dom.minidom.parseString(f"<math>{markup}</math>")
    display(text, "ascii").encode("ascii")
    shown = displayed([text, "w1", "w₁"], "text")
    assert len(set(shown.values())) == len(shown) or notation._clean(text) != text
    assert "\n" not in display(text) + display(text, "latex") + escape(text, "dot")
    display(text, "latex").encode()


@given(
    st.lists(
        st.sampled_from(["alpha", "α", "w1", "w_1", "w₁", "w", "_w1", "p[1]", "p['a']", 'p["a"]']),
        unique=True,
    )
)
def test_different_names_are_shown_differently(some) -> None:
    for style in ("text", "ascii", "latex", "mathml"):
        shown = displayed(some, style)
        assert len(set(shown.values())) == len(some)


# ------------------------------------------------------- speed


def test_one_reading_is_quick() -> None:
    w, x, b = Node(), Node(), Node()
    ws = [Node() for _ in range(20)]
    data = [[float(i), 1.0] for i in range(100)]
    read_names(Node)
    profile = cProfile.Profile()
    profile.enable()
    read_names(Node)
    profile.disable()
    assert sum(entry.callcount for entry in profile.getstats()) < 10_000  # calls, of any function; some 3,600
