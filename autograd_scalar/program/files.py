"""Programs as JSON: data, of which nothing is executed, and which is looked at from end to end."""

from __future__ import annotations

import json
from math import inf, isfinite, nan
from typing import TYPE_CHECKING, Any

from ..errors import AutogradError, UsageError
from ..ops import table
from .line import Equation, Program, row_of

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["read", "written"]

_FORMAT, _VERSION = "autograd_scalar program", 1
_KEYS = ("inputs", "constants", "equations", "output")
_NOT_FINITE = {"inf": inf, "-inf": -inf, "nan": nan}


def written(program: Program) -> str:
    """The text of a program; see `Program.to_json`."""
    encode = json.JSONEncoder(allow_nan=False).encode
    inputs = [(name, _encoded(number)) for name, number in program.inputs]
    equations = ",\n  ".join([encode(one if one.parameters else one[:3]) for one in program.equations])
    text = "\n ".join(
        [
            f'{{"format": {encode(_FORMAT)}, "version": {_VERSION},',
            f'"inputs": {encode(inputs)},',
            f'"constants": {encode([_encoded(number) for number in program.constants])},',
            f'"equations": [\n  {equations}\n ],' if equations else '"equations": [],',
            f'"output": {program.output}}}',
        ]
    )
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")  # names only have them


def _encoded(number: float) -> float | str:
    return number if isfinite(number) else str(number)


def read(text: str | bytes) -> Program:
    """The program of a text; see `Program.from_json`."""
    if not isinstance(text, str | bytes | bytearray):
        raise UsageError(f"Program.from_json reads text, not {type(text).__name__}")
    document = _document(text)
    inputs = tuple([_input(place, one) for place, one in enumerate(_list(document, "inputs"))])
    constants = tuple([_number(f"constant {place}", one) for place, one in enumerate(_list(document, "constants"))])
    equations = _Equations(len(inputs), len(constants)).read(_list(document, "equations"))
    names = [name for name, _ in inputs] + [equation.name for equation in equations]
    seen: set[str] = set()
    for name in filter(None, names):
        if name in seen:
            _refuse(f"two nodes are called {name!r}")
        seen.add(name)
    output, count = document["output"], len(inputs) + len(constants) + len(equations)
    if not _is_place(output, count) or len(inputs) <= output < len(inputs) + len(constants):
        _refuse(f"its output is {_shown(output)}, which is the number of no input and of no equation")
    return Program(inputs, constants, equations, output)


def _document(text: str | bytes | bytearray) -> dict[str, Any]:
    def no_constant(name: str) -> float:
        raise ValueError(f"{name} is not JSON")

    try:
        document = json.loads(text, parse_constant=no_constant)
    except RecursionError:
        _refuse("it is nested too deeply")
    except ValueError as error:
        _refuse(f"it is not JSON, or cut short ({error})")
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        _refuse("it is JSON, but of something else")
    if document.get("version") != _VERSION:
        _refuse(f"it is of version {_shown(document.get('version'))}, and this library reads version {_VERSION}")
    if lacking := [key for key in _KEYS if key not in document]:
        _refuse(f"its {lacking[0]} is missing")
    return document


def _list(document: dict[str, Any], key: str) -> list[Any]:
    found = document[key]
    if not isinstance(found, list):
        _refuse(f"its {key} is {_shown(found)} in place of a list")
    return found


def _input(place: int, one: Any) -> tuple[str, float]:
    if not (isinstance(one, list) and len(one) == 2 and isinstance(one[0], str)):
        _refuse(f"input {place} is {_shown(one)} in place of a name and a number")
    return one[0], _number(f"input {place}", one[1])


def _number(what: str, one: Any) -> float:
    if isinstance(one, str) and one in _NOT_FINITE:
        return _NOT_FINITE[one]
    if isinstance(one, int | float) and not isinstance(one, bool):
        try:
            number = float(one)
        except OverflowError:
            number = inf
        if isfinite(number):
            return number
        return _refuse(f"{what} is a number that no float can hold")
    return _refuse(f"{what} is {_shown(one)} in place of a number")


def _is_place(one: Any, count: int) -> bool:
    return type(one) is int and 0 <= one < count


class _Equations:
    """The equations, read one after the other: each may read only what stands before it."""

    def __init__(self, inputs: int, constants: int) -> None:
        self.constants = range(inputs, inputs + constants)
        self.place = 0
        self.kinds: dict[str, list[str]] = {}  # of each operation met so far, the kinds of its operands,
        self.parameters: dict[str, int] = {}  # and how many parameters it has

    def read(self, equations: list[Any]) -> tuple[Equation, ...]:
        made = []
        for place, one in enumerate(equations):
            self.place = place
            made.append(self._equation(one))
        return tuple(made)

    def _refuse(self, problem: str) -> NoReturn:
        _refuse(f"equation {self.place} {problem}")

    def _equation(self, one: Any) -> Equation:
        if not (isinstance(one, list) and len(one) in (3, 4)):
            self._refuse(f"is {_shown(one)} in place of [name, operation, operands, parameters]")
        name, op, operands, *rest = one
        parameters = rest[0] if rest else []
        if not (isinstance(name, str) and isinstance(op, str)):
            self._refuse(f"has {_shown(name)} and {_shown(op)} in place of a name and an operation")
        if not (isinstance(operands, list) and isinstance(parameters, list)):
            self._refuse(f"has {_shown(operands)} and {_shown(parameters)} in place of operands and parameters")
        kinds = self.kinds.get(op) or self._kinds(op)
        if len(operands) != len(kinds) or len(parameters) != self.parameters[op]:
            given = f"{len(operands)} operands and {len(parameters)} parameters"
            self._refuse(f"gives {op} {given}, which is {table[op].signature}")
        read: list[int | tuple[int, ...]] = []
        reads_a_value = False
        for kind, operand in zip(kinds, operands, strict=True):
            if kind == "sequence":
                if not isinstance(operand, list):
                    self._refuse(f"has {_shown(operand)} where {op} takes a sequence")
                reads_a_value = True in [self._is_value(element) for element in operand] or reads_a_value
                read.append(tuple(operand))
            else:
                reads_a_value = self._is_value(operand) or reads_a_value
                read.append(operand)
        lengths = {len(operand) for operand in read if isinstance(operand, tuple)}
        if len(lengths) > 1:
            self._refuse(f"gives {op} sequences of {' and '.join(map(str, sorted(lengths)))} elements")
        if not reads_a_value:
            self._refuse("reads constants only, and so is no part of a graph")
        for parameter in parameters:
            if type(parameter) is not int or parameter not in self.constants:
                self._refuse(f"has the parameter {_shown(parameter)}, which is the number of no constant")
        return Equation(name, op, tuple(read), tuple(parameters))

    def _kinds(self, op: str) -> list[str]:
        try:
            row = row_of(op)
        except UsageError as error:
            self._refuse(f"cannot be read: {error}")
        self.kinds[op] = [argument.kind for argument in row.operands]
        self.parameters[op] = len(row.arguments) - len(row.operands)
        return self.kinds[op]

    def _is_value(self, one: Any) -> bool:
        """Whether an operand is a Value when the program is recorded, and not a constant."""
        if not _is_place(one, self.constants.stop + self.place):
            is_number = type(one) is int and one >= 0
            self._refuse(f"reads {_shown(one)}, which {'does not come before it' if is_number else 'is no node'}")
        return one not in self.constants


def _shown(one: Any) -> str:
    text = repr(one)
    return text if len(text) <= 40 else text[:37] + "…"


def _refuse(why: str) -> NoReturn:
    raise AutogradError(f"this is no program that can be read: {why}") from None
