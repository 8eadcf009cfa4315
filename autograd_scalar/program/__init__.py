"""A recorded graph as a straight line: inputs, constants, equations in order, output. Data, and nothing but data.

``program(L)`` calls this package like the function of the same name; ``help(Value.program)`` says which arguments it
takes and what it raises.

A program is what the graph computes, without its Values: it can be printed, compared, pickled, written as JSON and read
again, run on other numbers, recorded anew, and turned into other languages. Nothing in it is code: an equation names
its operation, and the table says what that computes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..backward import check_not_edited
from ..calls import let_be_called
from ..formula import told_apart
from ..given import result_of
from ..graph import topological_order
from ..names import read_names
from ..value import Value
from .line import Equation, Program, Run, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..names import Scope

__all__ = ["Equation", "Program", "Run", "numbered", "program"]


def program(result: Value | Callable[..., Any], *args: Any, **kwargs: Any) -> Program:
    """The graph of `result` as a straight-line program, its nodes named as the caller calls them.

    A function may stand for the result, with its arguments: ``program(f, x=2, w=3)``; its local variables name the
    nodes. Branches that a choice has not taken are in the program too: on other numbers they may be.

    Raises `UsageError` for what is no Value and no function of Values, and for a graph whose leaf was edited after use.

    >>> x, w, b, y = Value(2, label="x"), Value(3, label="w"), Value(1, label="b"), Value(5, label="y")
    >>> a = (w * x + b).relu().named("a")
    >>> program(((a - y) ** 2).named("L"))
    inputs   w, x, b, y = 3, 2, 1, 5
    forward  t₁ = w·x
             t₂ = t₁ + b
             a  = relu(t₂)
             t₃ = a − y
             L  = t₃²
    output   L
    """
    return _read(result, args, kwargs)[0]


def numbered(result: Value | Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Program, dict[Value, int]]:
    """The program, and the number of each node of the graph in it. The dictionary keeps the graph alive."""
    return _read(result, args, kwargs)


def _read(
    result: Value | Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Program, dict[Value, int]]:
    return _of_graph(*result_of("program", result, args, kwargs))


def _of_graph(root: Value, scopes: Iterable[Scope]) -> tuple[Program, dict[Value, int]]:
    order = topological_order(root, all_operands=True)
    check_not_edited(order)
    own = set(order)  # a label on some other graph's node takes no name from these
    read = read_names(Value, nodes=order, label=lambda node: node.label if node in own else "", scopes=scopes)
    names = told_apart(order, read)
    leaves = [node for node in order if node._rule is None]
    results = [node for node in order if node._rule is not None]
    with_parameters = {op: _has_parameters(op) for op in {node.op for node in results}}
    read_by = [node.operands for node in results]
    parameters = [tuple(node.parameters.values()) if with_parameters[node.op] else () for node in results]
    constants: dict[str, int] = {}  # by all their bits: 0.0 and −0.0 are two, and NaN is one
    for operands, numbers in zip(read_by, parameters, strict=True):
        for one in (*operands, *numbers):
            for number in one if type(one) is tuple else (one,):
                if type(number) is float:
                    constants.setdefault(number.hex(), len(leaves) + len(constants))
    place = {leaf: number for number, leaf in enumerate(leaves)}

    def refer(one: Any) -> int:
        return place[one] if type(one) is Value else constants[one.hex()]

    equations = []
    for node, operands, numbers in zip(results, read_by, parameters, strict=True):
        reads = tuple([tuple([refer(x) for x in one]) if type(one) is tuple else refer(one) for one in operands])
        equations.append(Equation(names.get(node, ""), node.op, reads, tuple(map(refer, numbers))))
        place[node] = len(place) + len(constants)
    inputs = tuple([(names.get(leaf, ""), leaf.data) for leaf in leaves])
    made = Program(inputs, tuple(map(float.fromhex, constants)), tuple(equations), place[root])
    return made, place


def _has_parameters(op: str) -> bool:
    return any(argument.kind == "parameter" for argument in row_of(op).arguments)


let_be_called(__name__, program)
