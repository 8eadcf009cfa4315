"""An object's name in the caller's frames.

A number has no name; the variable that holds it does. `read_names` looks through the variables of the code that called
the package, nearest frame first, and says what each node is called there: `w`, `w[0]`, `p["b"]`, `net.layers[0].w[1]`.

Everything is read at the call and nothing is kept: a `Names` holds nodes and text, never a frame or a namespace.
Reading runs no code of the user's (no `==`, no `hash`, no property, no `__getattr__`) but `named_parameters()`.

This room knows nothing about nodes but their class, which the caller passes, and how to ask one for its label.
"""

from __future__ import annotations

import ast
import dis
import functools
import os
import re
import sys
import warnings
import weakref
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from inspect import CO_OPTIMIZED
from itertools import count, islice
from types import (
    CodeType,
    FrameType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
    SimpleNamespace,
)
from typing import Any, Generic, NamedTuple, ParamSpec, TypeVar, cast

from .notation import look

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")

# ---------------------------------------------------------------- which names -----------------------------------------


class Scope(NamedTuple):
    """Variables that are bound together, and the code that binds them (it tells which are loop variables)."""

    variables: dict[str, object]
    code: CodeType | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Names(Generic[T]):
    """What the nodes were called when `read_names` looked. It keeps those nodes alive as long as it lives itself."""

    _nodes: dict[int, T] = field(repr=False)
    _places: dict[int, list[_Place]]
    _nearest: dict[str, tuple[int, int]] = field(repr=False)
    _labelled: dict[str, tuple[T, ...]] = field(repr=False)
    _label: Callable[[T], str] = field(repr=False)

    def of(self, node: T) -> str:
        """The name to show for `node`: its label, or else the best name the caller has for it, or else `""`."""
        return self._label(node) or next((place.text for place in self._own(node)), "")

    def aliases(self, node: T) -> tuple[str, ...]:
        """The other variables that hold `node`, best first, for a legend: "L (also loss)". Paths are not among them."""
        shown = self.of(node)
        own = (place for place in self._own(node) if place.is_variable and place.weakness < _HIDDEN)
        return tuple(place.text for place in own if place.text != shown)

    def is_held_as(self, node: T, name: str) -> bool:
        """Whether a variable called `name` holds `node`, be it that another node has the name by its label."""
        return any(place.text == name for place in self._places.get(id(node), ()))

    def find(self, name: str) -> tuple[T, ...]:
        """The nodes called `name`: none, one, or several where labels collide (so the caller must ask which one).

        Every name of a node finds it, not only the one that is shown, and so does the way a name is shown: `w₁` finds
        `w1`, `p['b']` finds `p["b"]`, unless something is called exactly that.
        """
        names = [name]
        if name not in self._labelled and name not in self._nearest:
            wanted = look(name)
            steps = wanted.count("[")
            names = [
                known
                for known in (*self._labelled, *self._nearest)
                if (known.count("[") == steps or not known.isascii()) and look(known) == wanted  # a look is dear
            ]
        found: dict[int, T] = {}
        for known in names:
            found |= {id(node): node for node in self._labelled.get(known, ())}
            if known in self._nearest:
                key = self._nearest[known][1]
                found[key] = self._nodes[key]
        return tuple(found.values())

    def of_copies(self, copy: Callable[[T], T]) -> Names[T]:
        """What copies of the nodes are called: as the nodes are."""
        nodes = {key: copy(node) for key, node in self._nodes.items()}
        labelled = {label: tuple(map(copy, bearers)) for label, bearers in self._labelled.items()}
        labels = {id(node): label for label, bearers in labelled.items() for node in bearers}
        return Names(
            {id(node): node for node in nodes.values()},
            {id(nodes[key]): places for key, places in self._places.items()},
            {name: (scope, id(nodes[key])) for name, (scope, key) in self._nearest.items()},
            labelled,
            lambda node: labels.get(id(node), ""),
        )

    def all(self) -> set[str]:
        """All names that some node bears: what is made up for another must not be one of them."""
        return {*self._labelled, *self._nearest}

    def nodes(self) -> list[T]:
        """All nodes that have a name."""
        return [*self._nodes.values(), *(node for nodes in self._labelled.values() for node in nodes)]

    def _own(self, node: T) -> list[_Place]:
        """Where `node` is, the best place first, without the names that a nearer node or a label has taken."""
        own: dict[str, _Place] = {}
        found = self._places.get(id(node), ())
        for place in sorted(found) if len(found) > 1 else found:
            if self._nearest[place.text][1] == id(node) and place.text not in self._labelled:
                own.setdefault(place.text, place)  # one variable may be seen from several frames
        places = [*own.values()]
        if places and not places[0].is_variable:  # a list that a helper keeps does not rename what its caller has named
            variables = (place for place in places if place.is_running and place.scope != places[0].scope)
            best = next((place for place in variables if place.weakness == _ORDINARY), None)
            if best is not None:
                places.sort(key=lambda place: place is not best)
        return places


def no_label(_node: object) -> str:
    """The label of a node that can have none."""
    return ""


def read_names(
    kind: type[T],
    *,
    nodes: Iterable[T] = (),
    label: Callable[[T], str] = no_label,
    scopes: Iterable[Scope] = (),
    callers: bool = True,
) -> Names[T]:
    """Read what the instances of `kind` are called in the frames that called the package.

    Args:
        kind: the class of the nodes; instances of subclasses count.
        nodes: nodes to know by their labels, though no frame may hold them: the graph's.
        label: gives a node's label, `""` for none. A label always wins over a variable.
        scopes: variables to read before the frames', as nearer ones; see `call_with_names`.
        callers: whether the frames are read at all.

    Of several names the one in the nearest frame is taken (locals before globals), then the shortest, then the
    alphabetically first. Before that: a loop variable is worse than any other name, `_x` and `self.x` are worse still,
    and a list or an object that a nearer frame keeps does not rename what a farther frame holds in a variable of its
    own. Where one name is borne by two nodes, the nearer one has it.

    >>> class Node: pass
    >>> loss = L = Node()
    >>> w = [Node(), Node()]
    >>> names = read_names(Node)
    >>> names.of(L), names.aliases(L), names.of(w[1])
    ('L', ('loss',), 'w[1]')
    >>> names.find("w[1]") == (w[1],)
    True
    """
    search = _Search(kind)
    search.run([*scopes, *(_callers_scopes() if callers else ())])
    return search.settle(nodes, label)


def free_name(names: Iterable[str], taken: Container[str]) -> str:
    """The first of some names that is not taken, or the last of them with the first number that makes it free.

    >>> free_name(["L", "result"], {"L", "result", "result2"})
    'result3'
    """
    name = ""
    for name in names:
        if name not in taken:
            return name
    return next(numbered for n in count(2) if (numbered := f"{name}{n}") not in taken)


def name_of(node: T, *, label: Callable[[T], str] = no_label) -> str:
    """The name of one node in the caller's frames, or `""`. For error messages."""
    return label(node) or read_names(type(node)).of(node)


# ---------------------------------------------------------------- the caller's variables ------------------------------

_PACKAGE = __name__.partition(".")[0]
_STANDARD_LIBRARY = os.__file__.removesuffix("os.py")
_INSTALLED = re.compile(r"[\\/](site|dist)-packages[\\/]")

# Deep recursion in the user's code is cut off here: the outer copies of a frame name nothing new.
_MOST_FRAMES = 32


def _in_package(module: object) -> bool:
    return type(module) is str and (module == _PACKAGE or module.startswith(_PACKAGE + "."))


@functools.lru_cache(maxsize=1024)
def _is_users_file(filename: str) -> bool:
    """Whether a file is neither the standard library's nor an installed package's."""
    return not filename.startswith((_STANDARD_LIBRARY, "<frozen ", f"<{_PACKAGE}")) and not _INSTALLED.search(filename)


def _is_users_frame(frame: FrameType) -> bool:
    filename = frame.f_code.co_filename
    # A doctest runs in a copy of its module's namespace, `__name__` included, but it is written as a user writes.
    if _in_package(dict.get(frame.f_globals, "__name__")) and not filename.startswith("<doctest "):
        return False
    return _is_users_file(filename)


def callers_line() -> tuple[str, int] | None:
    """The file and line that the caller's own code has come to; None where no frame is the caller's."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if _is_users_frame(frame):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None


def _callers_scopes() -> list[Scope]:
    """The variables of the user's frames on this thread's stack: of each frame its locals, then its globals."""
    scopes: list[Scope] = []
    positions: dict[int, int] = {}
    frame: FrameType | None = sys._getframe(1)
    frames = 0
    while frame is not None and frames < _MOST_FRAMES:
        if _is_users_frame(frame):
            frames += 1
            code = frame.f_code
            for scope in (Scope(_locals(frame), code), Scope(frame.f_globals, code if _is_module(code) else None)):
                position = positions.setdefault(id(scope.variables), len(scopes))
                if position == len(scopes):
                    scopes.append(scope)
                elif scopes[position].code is None:
                    scopes[position] = scope  # a module's variables, met as globals before the module's own frame
        frame = frame.f_back
    return scopes


def _is_module(code: CodeType) -> bool:
    return code.co_name == "<module>"


# From Python 3.13 `f_locals` is a view, also where a comprehension is running in a module or a class body.
_VIEW = next(type(sys._getframe().f_locals) for _ in "x") if sys.version_info >= (3, 13) else None


def _locals(frame: FrameType) -> dict[str, object]:
    """A frame's variables: a copy for a function, the namespace itself for a module or a class body.

    Before Python 3.13 `f_locals` of a function is a snapshot that the frame then keeps: it would hold the function's
    objects after the function has deleted them. So it is emptied, unless somebody else holds it too (a debugger, or a
    `locals()` of the user's), or a hook is running, after which Python writes the snapshot back into the function.
    """
    variables: Any = frame.f_locals
    if not frame.f_code.co_flags & CO_OPTIMIZED and type(variables) is not _VIEW:
        return variables if isinstance(variables, dict) else {}
    copy = dict(variables)
    if type(variables) is dict:  # pragma: no cover  # before Python 3.13, and no tracer that counts lines is running
        held_by_frame_and_here = 3  # and by the argument of getrefcount
        alone = sys.getrefcount(variables) <= held_by_frame_and_here
        if alone and sys.gettrace() is None and sys.getprofile() is None:
            variables.clear()
    return copy


def call_with_names(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> tuple[R, tuple[Scope, ...]]:
    """Call a function and read its variables as it returns, which is the last moment at which they exist.

    The scopes are for `read_names`: the function's own variables, then its arguments by keyword, then its globals. They
    hold the function's objects, so drop them once the names are read. Methods, partials, decorated functions (by
    `__wrapped__`) and objects with `__call__` are looked through; what is not written in Python has no variables. Of
    several returns (recursion) the last, outermost one counts.

    A profiler that was running is told of the calls all the same, if it is written in Python, and is running again
    afterwards, whether the function returned or raised.

    >>> class Node: pass
    >>> def f(x):
    ...     y = Node()
    ...     return x, y
    >>> (x, y), scopes = call_with_names(f, Node())
    >>> names = read_names(Node, scopes=scopes)
    >>> names.of(x), names.of(y)
    ('x', 'y')
    """
    code = _code_of(function)
    own: tuple[Scope, ...] = ()
    outer: tuple[Scope, ...] = ()
    previous: Any = sys.getprofile()
    chained = previous if callable(previous) else None

    def at_return(frame: FrameType, event: str, argument: object) -> None:  # pragma: no cover  # Python traces no hook
        nonlocal own, outer
        if event == "return" and frame.f_code is code:
            # The snapshot is not emptied here: Python writes it back when this hook ends.
            own, outer = (Scope(dict(frame.f_locals), code),), (Scope(frame.f_globals),)
        if chained is not None:
            chained(frame, event, argument)

    sys.setprofile(at_return)
    try:
        result = function(*args, **kwargs)
    finally:
        if previous is None or chained is not None:
            sys.setprofile(previous)
        else:  # pragma: no cover  # Python 3.11
            sys.setprofile(None)
            previous.enable()  # cProfile before Python 3.12: an object, which installs itself
    return result, (*own, Scope(kwargs), *outer)


def _code_of(function: object) -> CodeType | None:
    for _ in range(16):
        wrapped = _attributes(function).get("__wrapped__")
        if wrapped is not None:
            function = wrapped
        elif isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, MethodType):
            function = function.__func__
        elif isinstance(function, FunctionType):
            return function.__code__
        else:
            function = _static(type(function), "__call__")
    return None


# ---------------------------------------------------------------- loop variables --------------------------------------


@functools.lru_cache(maxsize=256)
def _loop_variables(code: CodeType) -> frozenset[str]:
    """The variables a piece of code binds by `for`: what is stored directly after the iterator has moved on."""
    found: set[str] = set()
    if dis.opmap["FOR_ITER"] not in code.co_code[::2]:
        return frozenset()
    moved = False
    for instruction in dis.get_instructions(code):
        operation = instruction.opname
        if operation == "FOR_ITER":
            moved = True
        elif moved and operation.startswith("STORE_"):
            stored = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
            moved = not operation.endswith("LOAD_FAST")  # 3.13 fuses a store with the next store, or with a load
            found.update(stored if moved else stored[:1])
        elif not operation.startswith(("UNPACK_", "EXTENDED_ARG")):
            moved = False
    return frozenset(found)


@functools.lru_cache(maxsize=1024)
def _loop_variables_of_cell(source: str) -> frozenset[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code = compile(source, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError):
            return frozenset()
    return _loop_variables(code)


def _loops_of(scope: Scope) -> frozenset[str]:
    """The loop variables of a scope, those of a notebook's earlier cells included: IPython keeps their text in `In`."""
    loops = frozenset[str]() if scope.code is None else _loop_variables(scope.code)
    cells = dict.get(scope.variables, "In") if "get_ipython" in scope.variables else None
    if type(cells) is list:
        loops = loops.union(*(_loop_variables_of_cell(cell) for cell in cells if type(cell) is str))
    return loops


# ---------------------------------------------------------------- what an object holds --------------------------------
# Looking up `__mro__` and `__dict__` as `type` defines them, and asking for `type(x)` where `isinstance` would ask for
# `x.__class__`, keeps metaclasses and properties of the user's out of it.

_bases: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_namespace: Callable[[type], Mapping[str, Any]] = type.__dict__["__dict__"].__get__

_MOST_ITEMS = 2048  # of a container, before all others have had their turn
_MOST_IN_ALL = 65_536  # of what was left over then: the parameters of a large network
_LONGEST_KEY = 40

# What an object holds, as pairs of a key and a child, and how a key is written behind the object's name ("" for a key
# that cannot be written). Writing waits until the child is known to be of interest.
_Held = tuple[Callable[[Any], str], Iterable[tuple[Any, object]]]
_Reader = Callable[[Any], _Held]


def _static(cls: type, name: str) -> Any:
    for base in _bases(cls):
        if name in _namespace(base):
            return _namespace(base)[name]
    return None


def _attributes(holder: object) -> dict[str, object]:
    """`vars(holder)`, or an empty dict."""
    descriptor = _static(type(holder), "__dict__")
    if type(descriptor) is GetSetDescriptorType or type(descriptor) is MemberDescriptorType:
        attributes = descriptor.__get__(holder)
        if issubclass(type(attributes), dict):
            return cast("dict[str, object]", attributes)
    return {}


def _written_key(key: object) -> str:
    if type(key) is int:
        return f"[{key}]"
    if type(key) is not str or len(key) > _LONGEST_KEY:
        return ""
    return f'["{key}"]' if key.isprintable() and not {'"', "\\"}.intersection(key) else f"[{key!r}]"


def _written_attribute(name: object) -> str:
    return f".{name}" if type(name) is str and name.isidentifier() else ""


_NUMBER_AFTER_A_DOT = re.compile(r"\.(\d+)(?![^.\[])")


def _written_parameter(name: object) -> str:
    """`layers.0.w` as the expression it means, `.layers[0].w`."""
    if type(name) is not str or not name:
        return ""
    path = f".{name}"
    if _NUMBER_AFTER_A_DOT.search(path):
        path = _NUMBER_AFTER_A_DOT.sub(r"[\1]", path)
    return path.replace(".[", "[")


def _read_sequence(sequence: Any) -> _Held:
    base = list if issubclass(type(sequence), list) else tuple
    return "[{}]".format, enumerate(base.__iter__(sequence))


def _read_named_tuple(record: Any) -> _Held:
    return _written_attribute, zip(_static(type(record), "_fields"), tuple.__iter__(record), strict=False)


def _read_dict(mapping: Any) -> _Held:
    # A copy: another thread, or named_parameters(), may change the dict meanwhile.
    return _written_key, tuple(islice(dict.items(mapping), _MOST_ITEMS))


def _read_object(holder: object) -> _Held:
    return _written_attribute, tuple(islice(dict.items(_attributes(holder)), _MOST_ITEMS))


def _read_module(module: Any) -> _Held:
    method = _static(type(module), "named_parameters")
    try:
        return _written_parameter, [(name, node) for name, node in islice(method(module), _MOST_IN_ALL)]
    except Exception:  # noqa: BLE001  # it is the user's code, and only names are at stake
        return _read_object(module)


def _read_array(array: Any) -> _Held:
    indices = sys.modules["numpy"].ndindex(array.shape) if array.dtype.kind == "O" else ()
    return lambda index: f"[{', '.join(map(str, index))}]" if index else "", zip(indices, array.flat, strict=False)


def _is_users_class(cls: type) -> bool:
    module = _static(cls, "__module__")
    if type(module) is not str or module in sys.builtin_module_names or _in_package(module):
        return cls is SimpleNamespace
    filename = _attributes(sys.modules.get(module)).get("__file__")
    return cls is SimpleNamespace or type(filename) is not str or _is_users_file(filename)


_known_readers: dict[int, tuple[weakref.ref[type], _Reader | None]] = {}


def _reader_for(cls: type) -> _Reader | None:
    """How to read the instances of a class, remembered by its id: hashing a class may run a metaclass's code."""
    known = _known_readers.get(id(cls))
    if known is None or known[0]() is not cls:
        if len(_known_readers) >= _MOST_ITEMS:
            _known_readers.clear()
        known = _known_readers[id(cls)] = weakref.ref(cls), _choose_reader(cls)
    return known[1]


def _from(module: str, name: str) -> object:
    """What a module holds under a name, if it was imported."""
    return _attributes(sys.modules.get(module)).get(name)


def _choose_reader(cls: type) -> _Reader | None:
    reader: _Reader | None = None
    if issubclass(cls, ModuleType | FunctionType | type):
        pass
    elif type(_static(cls, "named_parameters")) is FunctionType:
        reader = _read_module
    elif issubclass(cls, list | tuple):
        reader = _read_named_tuple if type(_static(cls, "_fields")) is tuple else _read_sequence
    elif issubclass(cls, dict):
        reader = _read_dict
    elif cls is _from("numpy", "ndarray") or cls is _from(f"{_PACKAGE}.arrays", "Values"):
        reader = _read_array
    elif _static(cls, "__dict__") is not None and _is_users_class(cls):
        reader = _read_object
    return reader


# ---------------------------------------------------------------- the search ------------------------------------------

_ORDINARY, _LOOP, _HIDDEN = range(3)

# IPython's history, and what Python puts into every module.
_NEVER = re.compile(r"_+|_\d+|_i+|_i\d+|_[dio]h|In|Out|__\w+__")

_PROMPTS = ("<stdin>", "<console>", "<python-input")  # the file names of statements that Python does not keep

_DEEPEST = 6
_MOST_VISITS = 8192
_COST_OF_OPENING = 8  # in visits


class _Place(NamedTuple):
    """Where a node or a container was found. Places compare as their names do: the least is the best."""

    weakness: int
    scope: int
    length: int
    age: int  # at a prompt, the place among the variables, the oldest first; elsewhere 0
    text: str
    is_variable: bool
    is_running: bool = False  # its variable belongs to a frame, and is not only a global of one


def _a_node(_node: object) -> _Held:
    """Mark the class of the nodes where other classes have a reader: nodes are not looked into."""
    raise AssertionError


def _unknown(_holder: object) -> _Held:
    raise AssertionError


class _Search(Generic[T]):
    """One reading of the variables.

    Breadth first, so that short paths come first, and within a budget, so that a list of millions does not take long;
    what is left of the longest containers comes last. Objects are told apart by `id`, and kept until the end so that
    no id comes up twice.
    """

    def __init__(self, kind: type[T]) -> None:
        self.kind = kind
        self.readers: dict[int, _Reader | None] = {}
        self.nodes: dict[int, T] = {}
        self.places: dict[int, list[_Place]] = {}
        self.nearest: dict[str, tuple[int, int]] = {}  # a name's scope, and the node that bears it there
        self.opened: dict[int, tuple[_Place, _Reader, object]] = {}
        self.waiting: dict[int, tuple[_Place, _Reader, object]] = {}
        self.budget = _MOST_VISITS
        self.left_over: list[tuple[_Place, Callable[[Any], str], Iterator[tuple[Any, object]]]] = []

    def run(self, scopes: Iterable[Scope]) -> None:
        for position, scope in enumerate(scopes):
            self.read_variables(position, scope)
        for _ in range(_DEEPEST):
            level, self.waiting = self.waiting, {}
            for key, found in level.items():
                self.opened[key] = found
                self.read_holder(*found)
        most = _MOST_IN_ALL
        for place, write, pairs in self.left_over:
            most -= self.read_items(place, write, islice(pairs, most))

    def read_variables(self, position: int, scope: Scope) -> None:
        loops: frozenset[str] | None = None
        code = scope.code
        # A prompt forgets its statements. What a loop has left behind is younger than what it went through.
        at_prompt = code is not None and code.co_filename.startswith(_PROMPTS)
        for age, (name, value) in enumerate(tuple(dict.items(scope.variables)), 1):
            reader = self.reader(type(value))
            if reader is None or type(name) is not str or not name.isidentifier() or _NEVER.fullmatch(name):
                continue
            if name == "self" and reader is _a_node:
                continue
            loops = _loops_of(scope) if loops is None else loops
            weakness = _HIDDEN if name[0] == "_" or name == "self" else _LOOP if name in loops else _ORDINARY
            young = age if at_prompt else 0
            place = _Place(weakness, position, len(name), young, name, is_variable=True, is_running=code is not None)
            self.meet(place, reader, value)

    def read_holder(self, place: _Place, reader: _Reader, holder: object) -> None:
        if not self.budget:
            return
        write, held = reader(holder)
        pairs = iter(held)
        visited = self.read_items(place, write, islice(pairs, min(_MOST_ITEMS, self.budget)))
        if visited == _MOST_ITEMS:
            self.left_over.append((place, write, pairs))
        self.budget -= min(visited + _COST_OF_OPENING, self.budget)

    def read_items(self, place: _Place, write: Callable[[Any], str], pairs: Iterable[tuple[Any, object]]) -> int:
        """Meet what a container holds; how many that were."""
        readers, visited = self.readers, 0
        for key, value in pairs:
            visited += 1
            inner = readers.get(id(type(value)), _unknown)
            if inner is _unknown:
                inner = self.reader(type(value))
            if inner is not None and (suffix := write(key)):
                weakness = _HIDDEN if suffix.startswith("._") else place.weakness
                text = place.text + suffix
                self.meet(_Place(weakness, place.scope, len(text), place.age, text, is_variable=False), inner, value)
        return visited

    def meet(self, place: _Place, reader: _Reader, value: Any) -> None:
        """Note where a node is; put a container on the next level, at the best place of those found for it.

        A container is opened once, and again only when a less weak name for it turns up: `layers[1]` after `layer`.
        """
        key = id(value)
        if reader is _a_node:
            self.nodes[key] = value
            self.places.setdefault(key, []).append(place)
            nearest = self.nearest.get(place.text)
            if nearest is None or place.scope < nearest[0]:
                self.nearest[place.text] = place.scope, key
            return
        opened, waiting = self.opened.get(key), self.waiting.get(key)
        if (opened is None or place.weakness < opened[0].weakness) and (waiting is None or place < waiting[0]):
            self.waiting[key] = place, reader, value

    def reader(self, cls: type) -> _Reader | None:
        reader = self.readers.get(id(cls), _unknown)
        if reader is _unknown:
            reader = self.readers[id(cls)] = _a_node if issubclass(cls, self.kind) else _reader_for(cls)
        return reader

    def settle(self, labelled: Iterable[T], label: Callable[[T], str]) -> Names[T]:
        bearers: dict[str, dict[int, T]] = {}
        if label is not no_label:
            for node in (*labelled, *self.nodes.values()):
                if name := label(node):
                    bearers.setdefault(name, {})[id(node)] = node
        labels = {name: tuple(nodes.values()) for name, nodes in bearers.items()}
        return Names(self.nodes, self.places, self.nearest, labels, label)
