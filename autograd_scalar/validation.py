"""Is this row right? Asked once, when a row is defined; the answer points at the place in the row."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from typing import TYPE_CHECKING, NamedTuple

from . import helpers
from .errors import UsageError
from .other_words import called_here

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import NoReturn

    from .ops import Row

CONSTANTS = ("pi", "inf", "nan")
NUMBER_HELPERS = ("floor", "isfinite")
SEQUENCE_HELPERS = ("total", "count", "largest", "smallest", "product", "others", "share")
RESERVED = {"z", "tie", "nothing", "unknown", "given", "self", "new", *CONSTANTS, *NUMBER_HELPERS, *SEQUENCE_HELPERS}

# What the code around a rule calls its own things. A row's arguments stand beside them as they are.
_OF_THE_CODE = {
    "AttributeError", "KeyError", "REFUSED", "Value", "accepted", "adjoint", "are_floats", "are_values", "clock",
    "coerced", "data", "elements", "error", "float", "isinstance", "kept", "len", "list", "map", "math", "modes",
    "number", "number_of", "numbers", "operand", "other", "parents", "partials", "read", "read_each", "read_one",
    "recorded", "refusal", "rule", "sequence", "tuple", "type", "unequal", "value", "values", "zip",
}  # fmt: skip
_SUFFIXES = ("_data", "_i", "_values")  # of what the code derives from an argument
_DUNDERS = {
    1: ("neg", "pos", "abs", "invert"),
    2: ("add", "sub", "mul", "truediv", "pow", "matmul", "lshift", "rshift", "and", "or", "xor"),
}

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


def parse(text: str) -> ast.expr:
    """The tree of one expression of a row that has been validated."""
    return ast.parse(text.strip(), mode="eval").body


def validate(row: Row, table: dict[str, Row]) -> None:
    """Raise `UsageError`, pointing at the place, unless every text of `row` can be computed.

    `table` holds the rows that may be called: those defined before, and the row itself where its own value says so.
    """
    _validate_facts(row)
    _validate_names(row, table)
    names = {argument.name for argument in row.arguments}
    earlier = dict(table)
    known = {**table, row.name: row}
    given: set[str] = set()
    reads_result = {"z"}  # z, and the intermediate results that are computed from it
    for name, text in row.given.items():
        read = _Text(row, f"given {name}", text, names | {"z"} | given, known).validate()
        given.add(name)
        if read & reads_result:
            reads_result.add(name)
    of_value = given - reads_result
    is_own_call = row.built_in or row.compute is not None
    _Text(row, "value", row.value, names | of_value, known if is_own_call else earlier).validate()
    if len(row.partials) != len(row.operands):
        wanted = ", ".join(argument.name for argument in row.operands)
        _refuse(row, f"it has {_count(row.partials, 'partial')} for {_count(row.operands, 'argument')} ({wanted})")
    if len(row.written) != len(row.operands):
        _refuse(row, f"it has {_count(row.written, 'written partial')} for {_count(row.operands, 'argument')}")
    words = {"z", "nothing"} | ({"tie"} if _is_of_two(row) else set()) | ({"unknown"} if row.partial_of else set())
    for kind, texts in (("partial", row.partials), ("written partial", row.written)):
        for argument, text in zip(row.operands, texts, strict=True):
            place = f"{kind} for {argument.name}"
            of_element = argument.kind == "sequence"
            _Text(row, place, text, names | words | given, known, of_element=of_element).validate()
    for place in ("domain", "poles", "kinks"):
        text = getattr(row, place)
        if text:
            _Text(row, place, text, names | {"z"}, known, of_element=True, is_condition=True).validate()
    _validate_flows(row)


def _is_of_two(row: Row) -> bool:
    """Whether the row is of two scalars that both are operands of its nodes: only these may tie."""
    is_either = any("nothing" in text for text in row.partials)
    return [argument.kind for argument in row.arguments] == ["scalar", "scalar"] and not is_either


def _count(things: tuple[object, ...], noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}"


def _validate_facts(row: Row) -> None:
    """That each fact is of the right type, so that it can be read at all."""
    if isinstance(row.written, str):
        _refuse(row, "written is a tuple, one text for each argument: written=('z * (1 - z)',)")
    texts = {"value": row.value, "given": row.given_text, "domain": row.domain, "poles": row.poles, "kinks": row.kinks}
    texts |= {f"partial {place}": text for place, text in enumerate(row.partials, 1)}
    texts |= {f"written partial {place}": text for place, text in enumerate(row.written, 1)}
    for place, text in texts.items():
        if not isinstance(text, str):
            instead = "; custom(fn, partials) takes callables" if callable(text) else ""
            _refuse(row, f"its {place} is text, not {text!r}{instead or f', so in quotes: {str(text)!r}'}")
    if any(part.strip() and "=" not in part for part in row.given_text.split(";")):
        _refuse(row, "given is 'name = expression', several of them with a ; between")


def _validate_names(row: Row, table: dict[str, Row]) -> None:
    if not row.operands:
        _refuse(row, "it has no argument to take a partial for")
    if row.name in table:
        _refuse(row, f"there is an operation {row.name!r} already; choose another name")
    if not row.built_in and (keyword.iskeyword(row.name) or hasattr(builtins, row.name) or row.name.startswith("_")):
        _refuse(row, f"{row.name!r} cannot be the name of a method; choose another one")
    _validate_operator(row, table)
    seen: set[str] = set()
    for argument in row.arguments:
        if argument.name in seen:
            _refuse(row, f"two arguments are called {argument.name!r}")
        if argument.name in table or argument.name == row.name:
            _refuse(row, f"an argument cannot be called {argument.name!r}, which is an operation")
        _validate_free(row, "an argument", argument.name, seen)
        seen.add(argument.name)
    for name in row.given:
        if not name.isidentifier() or name in seen:
            _refuse(row, f"an intermediate result cannot be called {name!r}")
        _validate_free(row, "an intermediate result", name, seen)
        seen.add(name)


def _validate_flows(row: Row) -> None:
    """That it can be told when a node is made which operands are its parents, where a partial says nothing."""
    texts = [*row.partials, *row.written]
    if not any("nothing" in _named(parse(text)) for text in texts):
        return
    if any(argument.kind == "sequence" for argument in row.operands):
        _refuse(row, "'nothing' is for rows of single arguments: what it says of a sequence is not known")
    asked = {argument.name for argument in row.operands} | set(CONSTANTS)
    for argument, text in zip(row.operands * 2, texts, strict=True):
        flow = flow_of(text)
        if flow is None and text.strip() == "nothing":
            continue
        if flow is None or "nothing" in _named(flow.slope):
            each = "where one partial says 'nothing', each is 'nothing' or 'slope if test else nothing'"
            _refuse(row, f"{each}, and its partial for {argument.name} is neither", text)
        if not _named(flow.test) <= asked:
            wanted = ", ".join(argument.name for argument in row.operands)
            problem = f"its partial for {argument.name} tests more than {wanted}: only these say where something flows"
            _refuse(row, problem, text.strip(), _column(text.strip(), flow.test))


def _named(tree: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)}


def _validate_operator(row: Row, table: dict[str, Row]) -> None:
    if row.dunder and row.dunder not in _DUNDERS.get(len(row.operands), ()):
        _refuse(row, f"no operator of Python's with {_count(row.operands, 'operand')} is called __{row.dunder}__")
    if not row.built_in and row.dunder in {other.dunder for other in table.values()} - {""}:
        _refuse(row, f"the operator __{row.dunder}__ is another row's")


def is_free(name: str, seen: Collection[str]) -> bool:
    """Whether the code around a rule has nothing else of this name; `seen` are the names beside it."""
    is_derived = any(name == other + suffix or other == name + suffix for other in seen for suffix in _SUFFIXES)
    is_taken = name in RESERVED | _OF_THE_CODE or keyword.iskeyword(name) or name.startswith("__")
    return not (is_taken or is_derived or re.fullmatch(r"sum_\d+", name))


def _validate_free(row: Row, what: str, name: str, seen: set[str]) -> None:
    if not is_free(name, seen):
        _refuse(row, f"{what} cannot be called {name!r}, which rules use for something else")


_DEEPEST = 150  # levels of a tree; what reads one takes a few calls a level, of the thousand that Python allows
_TOO_DEEP = -1


def _parsed(text: str) -> tuple[ast.expr | None, int]:
    """The tree of an expression, or None and the column where Python stops reading it, `_TOO_DEEP` at no one place."""
    try:
        tree = ast.parse(text, mode="eval").body
        return (None, _TOO_DEEP) if _is_too_deep(tree) else (tree, 0)
    except (RecursionError, MemoryError):  # Python's own parser says so
        return None, _TOO_DEEP
    except ValueError:  # a character that no source has
        return None, 0
    except SyntaxError as error:
        at_end = error.offset is None or error.offset == 0 or (error.lineno or 1) > 1
        return None, len(text) if at_end else (error.offset or 1) - 1


def _is_too_deep(tree: ast.AST) -> bool:
    level: list[ast.AST] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
    return bool(level)


_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def _slip(text: str) -> str:
    """What is likely to be wrong with a text that does not parse: a sign that is missing, or a bracket."""
    open_ones = text.count("(") - text.count(")")
    for what, meant in (
        ("a product is written with *", _with_products(text)),
        ("a power is written **", _with_powers(text)),
        ("a bracket is not closed", text + ")" * open_ones),
        ("it closes a bracket that it has not opened", text.removesuffix(")" * -open_ones)),
    ):
        if meant != text and _parsed(meant)[0] is not None:
            return f"; {what}: {meant}"
    return ""


def _with_products(text: str) -> str:
    return re.sub(r"(?<![\w.])([\d.]+)\s*(?=[^\W\d]|\()", r"\1 * ", text)


def _with_powers(text: str) -> str:
    """``3x²`` as ``3 * x**2``."""
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: f"**{found[0].translate(_LOWERED)}", _with_products(text))


class _Text:
    """One expression of a row, read as what it has to be: a number, or a condition."""

    def __init__(
        self,
        row: Row,
        place: str,
        text: str,
        names: set[str],
        known: dict[str, Row],
        *,
        of_element: bool = False,
        is_condition: bool = False,
    ) -> None:
        self.row = row
        self.place = place
        self.text = text.strip()
        self.names = names
        self.known = known
        self.of_element = of_element  # whether a sequence's name means one element of it
        self.is_condition = is_condition
        self.sequences = {argument.name for argument in row.arguments if argument.kind == "sequence"}
        self.read: set[str] = set()

    def validate(self) -> set[str]:
        """The names it reads. Raises `UsageError` at the first thing that is not allowed."""
        tree, column = _parsed(self.text)
        if column == _TOO_DEEP:
            deep = f"it has more than {_DEEPEST} operations one within the other, as a sum of so many terms has"
            instead = "name parts of it in given; custom(fn, partials) takes callables"
            _refuse(self.row, f"its {self.place} is too long: {deep}; {instead}")
        if tree is None:
            _refuse(self.row, f"its {self.place} does not parse{_slip(self.text)}", self.text, column)
        if self.is_condition:
            self._condition(tree, of_element=self.of_element)
        else:
            self._number(tree, of_element=self.of_element)
        return self.read

    def _refuse(self, problem: str, node: ast.expr) -> NoReturn:
        _refuse(self.row, f"its {self.place} {problem}", self.text, _column(self.text, node))

    def _condition(self, node: ast.expr, *, of_element: bool) -> None:
        match node:
            case ast.Compare(left=left, ops=operators, comparators=rest):
                if not all(isinstance(operator, _COMPARISONS) for operator in operators):
                    self._refuse("compares with something other than < <= > >= == !=", node)
                for term in (left, *rest):
                    self._number(term, of_element=of_element)
            case ast.BoolOp(values=terms):
                for term in terms:
                    self._condition(term, of_element=of_element)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self._condition(operand, of_element=of_element)
            case _:
                self._number(node, of_element=of_element)

    def _number(self, node: ast.expr, *, of_element: bool) -> None:
        match node:
            case ast.Constant(value=value):
                self._constant(node, value)
            case ast.Name(id=name):
                self._name(node, name, of_element=of_element)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self._number(operand, of_element=of_element)
            case ast.BinOp(left=left, op=operator, right=right) if isinstance(operator, _ARITHMETIC):
                self._number(left, of_element=of_element)
                self._number(right, of_element=of_element)
                if isinstance(operator, ast.Pow) and not any(isinstance(part, ast.Name) for part in ast.walk(node)):
                    self._constant_power(node)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                self._condition(test, of_element=of_element)
                self._number(body, of_element=of_element)
                self._number(otherwise, of_element=of_element)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                self._call(node, name, arguments, of_element=of_element)
            case ast.Call(func=ast.Attribute() as function, args=arguments):
                here = self._here(function, arguments)
                self._refuse(f"calls {ast.unparse(function)}, and a row calls operations{here}", node)
            case ast.Call():
                self._refuse("calls something that is not an operation", node)
            case ast.Attribute(attr=name) if name in (*CONSTANTS, "e"):
                here = "exp(1)" if name == "e" else name
                self._refuse(f"has {ast.unparse(node)}, which is written {here} here", node)
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                self._refuse("has a condition where a number belongs; write 1 if … else 0", node)
            case ast.BinOp(op=ast.BitXor()):
                self._refuse("uses ^, which is no power here; a power is written **", node)
            case _:
                self._refuse("uses something other than arithmetic, comparisons and calls", node)

    def _constant(self, node: ast.expr, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(f"has {value!r}, which is not a number", node)
        try:
            float(value)
        except OverflowError:
            self._refuse("has a number that is too large for a float", node)

    def _constant_power(self, node: ast.BinOp) -> None:
        try:
            float(ast.literal_eval(node.left) ** ast.literal_eval(node.right))
        except (ValueError, ArithmeticError, TypeError):
            self._refuse("has a power of numbers that is no plain float; write the number", node)

    def _name(self, node: ast.expr, name: str, *, of_element: bool) -> None:
        if name not in self.names and name not in CONSTANTS:
            hint = ", ".join(sorted(self.names - {"tie", "nothing"}))
            self._refuse(f"names {name!r}, which is none of {hint}", node)
        if name in self.sequences and not of_element:
            helpers = f"total({name}), count({name}) or largest({name})"
            self._refuse(f"uses the sequence {name!r} as a number; take {helpers}", node)
        self.read.add(name)

    def _call(self, node: ast.expr, name: str, arguments: list[ast.expr], *, of_element: bool) -> None:
        if name in SEQUENCE_HELPERS:
            self._helper(node, name, arguments)
            return
        if name in NUMBER_HELPERS:
            wanted = 1
        elif name in self.known:
            called = self.known[name]
            if any(argument.kind == "sequence" for argument in called.arguments):
                self._refuse(f"calls {name}, which takes a sequence; use total, product, largest or smallest", node)
            wanted = len(called.arguments)  # defaults are not filled in: a rule says all
        else:
            self._refuse(f"calls {name!r}, which is no earlier row and no helper{called_here(name)}", node)
        if len(arguments) != wanted:
            self._refuse(f"calls {name} with {_count(tuple(arguments), 'argument')} instead of {wanted}", node)
        for argument in arguments:
            self._number(argument, of_element=of_element)

    def _here(self, function: ast.Attribute, arguments: list[ast.expr]) -> str:
        """What to write for ``math.exp(x)`` or ``x.exp()``; nothing where no operation is called so."""
        name, owner = function.attr, function.value
        if name not in self.known and name not in NUMBER_HELPERS:
            return called_here(name)
        is_module = isinstance(owner, ast.Name) and owner.id not in self.names
        operands = arguments if is_module else [owner, *arguments]
        return f"; write {name}({', '.join(map(ast.unparse, operands))})"

    def _helper(self, node: ast.expr, name: str, arguments: list[ast.expr]) -> None:
        """``total`` takes an expression of the elements, the others take a sequence itself (and ``share`` a number)."""
        wanted = 2 if name == "share" else 1
        if len(arguments) != wanted:
            self._refuse(f"calls {name} with {_count(tuple(arguments), 'argument')} instead of {wanted}", node)
        used = {part.id for part in ast.walk(arguments[0]) if isinstance(part, ast.Name)} & self.sequences
        if not used:
            self._refuse(f"calls {name}, which needs a sequence; an argument is one when it is written *x", node)
        if name == "total":
            if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(arguments[0])):
                self._refuse("has a total within a total; compute the inner one before, in given", node)
            self._number(arguments[0], of_element=True)
            return
        if not isinstance(arguments[0], ast.Name):
            self._refuse(f"calls {name} with an expression; it takes a sequence itself", node)
        self.read.add(arguments[0].id)
        for argument in arguments[1:]:
            self._number(argument, of_element=False)


def _column(text: str, node: ast.expr) -> int:
    """Where a node stands in its text, in characters: Python counts bytes."""
    return len(text.encode()[: node.col_offset].decode())


_LONGEST = 160  # characters of a row's text in an error


def _refuse(row: Row, problem: str, text: str = "", column: int = 0) -> NoReturn:
    shown = f"{row.definition}: {problem}"
    if text:
        column = min(column, len(text))
        if len(text) > _LONGEST:  # the part around the place
            start, end = max(column - _LONGEST // 2, 0), column + _LONGEST // 2
            text = ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
            column -= start - 1 if start else 0
        shown += f"\n    {text}\n    {' ' * column}^"
    raise UsageError(shown)


class Flow(NamedTuple):
    """When something flows through an operand: where `test` is as `holds` says, and then with this slope."""

    test: ast.expr
    slope: ast.expr
    holds: bool


def flow_of(text: str) -> Flow | None:
    """The flow of a partial like ``1 if c else nothing``; None for another."""
    match parse(text):
        case ast.IfExp(test=test, body=slope, orelse=ast.Name(id="nothing")):
            return Flow(test, slope, holds=True)
        case ast.IfExp(test=test, body=ast.Name(id="nothing"), orelse=slope):
            return Flow(test, slope, holds=False)
    return None


def intervals(row: Row) -> Iterator[tuple[str, float, float]]:
    """The intervals in the row's domain, as (argument, low, high); open and closed ends are told by the text itself.

    >>> from autograd_scalar.ops import table
    >>> list(intervals(table["asin"]))
    [('x', -1.0, 1.0)]
    """
    number = r"(-?[\d.]+|-?inf)"
    for part in row.domain.split(" and "):
        if between := re.fullmatch(rf"{number} <=? (\w+) <=? {number}", part):
            yield between[2], float(between[1]), float(between[3])
        elif above := re.fullmatch(rf"(\w+) >=? {number}", part):
            yield above[1], float(above[2]), helpers.inf
        elif below := re.fullmatch(rf"(\w+) <=? {number}", part):
            yield below[1], -helpers.inf, float(below[2])
