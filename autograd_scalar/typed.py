"""A program typed as text: ``z = w*x + b; a = relu(z); (a - y)**2``, read by a small parser of its own.

Nothing is ever given to Python to evaluate: the text can only do arithmetic and call the rows of the table. `parse`
turns it into a straight line of instructions, and `Program.run` records them on Values that bear the program's names.
Neither recurses, so the depth of brackets is limited by the length of the text only, which has a limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from math import isinf, pi
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _generated
from .errors import AutogradError, UsageError
from .ops import table
from .other_words import nearest
from .recording import number as plain_number
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NoReturn

    from .ops import Row

__all__ = ["Program", "Typed", "evaluate", "parse"]

LONGEST = 10_000  # characters of a program
SHOWN = 72  # characters of a line in an error message


@dataclass(frozen=True, slots=True)
class Typed:
    """What a program has recorded: the result, and every Value that has a name, by the name."""

    result: Value
    names: dict[str, Value]


class _Instruction(NamedTuple):
    """One step of a program: push a number or a name, bind a name, apply a row to what was pushed last."""

    kind: str  # "number", "name", "bind", "row", "list", "compare", "end"
    what: Any
    operands: int  # how many are taken from what was pushed
    at: int  # the place in the text
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """A program that has been read. `inputs` are the names it uses without giving them a value, in order."""

    text: str
    inputs: tuple[str, ...]
    instructions: tuple[_Instruction, ...]

    def run(self, numbers: Mapping[str, float | Value]) -> Typed:
        """Record the program, with these numbers for its inputs.

        Raises `UsageError` where an input has no number, or a number no input; and what the operations raise, with the
        place marked.
        """
        missing = [name for name in self.inputs if name not in numbers and name not in _CONSTANTS]
        if missing:
            shown = " ".join(f"{name}=…" for name in missing)
            place = next(one.at for one in self.instructions if one.kind == "name" and one.what == missing[0])
            plural = "have no number" if len(missing) > 1 else "has no number"
            meant = _meant(missing[0], numbers)
            refuse(self.text, place, f"{', '.join(missing)} {plural}; give {shown}{meant and f', or {meant}'}")
        for name in numbers:
            if name not in self.inputs:
                used = ", ".join(self.inputs) or "no name at all"
                raise UsageError(f"{name} is given a number, but the program does not ask for it; it asks for {used}")
        names: dict[str, Value] = {}
        for name in self.inputs:
            given = numbers.get(name, _CONSTANTS.get(name, 0.0))
            if name in numbers or name not in _CONSTANTS:
                names[name] = given if isinstance(given, Value) else Value(plain_number(given, name), label=name)
        return self._recorded(names)

    def _recorded(self, names: dict[str, Value]) -> Typed:
        stack: list[Any] = []
        result: Any = None
        for one in self.instructions:
            match one.kind:
                case "number":
                    stack.append(one.what)
                case "name":
                    stack.append(names[one.what] if one.what in names else _CONSTANTS[one.what])
                case "bind":
                    names[one.what] = _named(stack[-1], one.what, names)
                    stack[-1] = names[one.what]
                case "end":
                    result = stack.pop()
                case _:
                    taken = stack[len(stack) - one.operands :]
                    del stack[len(stack) - len(taken) :]
                    stack.append(self._applied(one, taken))
        if not isinstance(result, Value):
            result = Value(result)
        return Typed(result, names)

    def _applied(self, one: _Instruction, taken: list[Any]) -> Any:
        if one.kind == "list":
            return taken
        if one.kind == "compare":
            first, second = (x.data if isinstance(x, Value) else x for x in taken)
            return float(_COMPARE[one.what](first, second))
        split = len(taken) - len(one.keywords)
        keywords = dict(zip(one.keywords, taken[split:], strict=True))
        try:
            return getattr(_generated, one.what)(*taken[:split], **keywords)
        except AutogradError as error:
            raise type(error)(f"{error}\n{_marked(self.text, one.at)}") from None


def _meant(name: str, numbers: Mapping[str, object]) -> str:
    """What somebody who wrote a name without a number may have meant: e the base, wx a product of w and x."""
    if name == "e":
        return "write exp(x) for a power of e"
    known = "|".join(map(re.escape, sorted(numbers, key=len, reverse=True)))
    if known and re.fullmatch(f"(?:{known}){{2,}}", name):
        parts = re.findall(known, name)
        return f"did you mean {'*'.join(parts)}?" if "".join(parts) == name else ""
    return ""


def _named(made: Any, name: str, names: Mapping[str, Value]) -> Value:
    """What a statement has made, under its name; whoever bore the name before has lost it."""
    earlier = names.get(name)
    if earlier is not None and earlier is not made:
        earlier.label = ""
    if not isinstance(made, Value):
        return Value(made, label=name)
    if not made.label:
        made.label = name
    return made


def evaluate(text: str, numbers: Mapping[str, float | Value] | None = None, **named: float) -> Typed:
    """Read and record a program: ``evaluate("(w*x - 5)**2", w=3, x=2).result``.

    The last statement is the result. A statement is an expression or ``name = expression``; ``;`` or a new line ends
    it, and ``#`` begins a remark. Expressions have + - * / ** (or ^), brackets, numbers, names, and calls of the
    table's rows: ``relu(z)``, ``z.relu()``, ``dot([w1, w2], [x1, x2], b)``, ``leaky_relu(z, slope=0.2)``,
    ``where(x > 0, x, 0)``. The signs a person writes are read too: · × − ÷ ² ³ w₁ σ.

    Raises `UsageError`, with the place marked, for what cannot be read.

    >>> typed = evaluate("z = w*x + b; a = relu(z); (a - y)**2", x=2, w=3, b=1, y=5)
    >>> typed.result, typed.names["z"]
    (Value(4.0), Value(7.0, label='z'))
    >>> evaluate("rleu(x)", x=2)
    Traceback (most recent call last):
        ...
    autograd_scalar.errors.UsageError: there is no function 'rleu'; did you mean relu?
        rleu(x)
        ^
    """
    return parse(text).run({**(numbers or {}), **named})


# -------------------------------------------------------------------------------------------------------- reading

_CONSTANTS = {"pi": pi}
_COMPARE: dict[str, Any] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
_TOKEN = re.compile(
    r"(?P<blank>[ \t\r\f\v]+|\#[^\n]*|\\\n)"
    r"|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d⁰¹²³⁴⁵⁶⁷⁸⁹][^\W⁰¹²³⁴⁵⁶⁷⁸⁹]*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/^()\[\],;=<>.\n])"
    r"|(?P<power>[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+)"
)
_SAME_SIGN = str.maketrans({"·": "*", "×": "*", "⋅": "*", "−": "-", "÷": "/", "∗": "*", "≤": "≤", "\u00a0": " "})
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


class _Token(NamedTuple):
    kind: str  # "number", "name", "sign", "power", "end"
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    if len(text) > LONGEST:
        raise UsageError(f"the program has {len(text):,} characters; up to {LONGEST:,} are read")
    plain = text.translate(_SAME_SIGN).translate(_SUBSCRIPTS)
    found: list[_Token] = []
    place = 0
    while place < len(plain):
        match = _TOKEN.match(plain, place)
        if match is None:
            refuse(text, place, f"{text[place]!r} is no part of a formula")
        if match.lastgroup != "blank":
            found.append(_Token(match.lastgroup or "", match[0], place))
        place = match.end()
    found.append(_Token("end", "", len(text)))
    return found


def _operators(arity: int) -> dict[str, str]:
    """The rows that are written as operators, by their sign."""
    return {row.infix: row.name for row in table.values() if row.infix and len(row.operands) == arity}


def _function(name: str) -> Row | None:
    """The row of a name or of the symbol it is written with: σ is sigmoid."""
    return table.get(name) or next((row for row in table.values() if row.symbol == name), None)


class _Open(NamedTuple):
    """An operator that waits for its right side, or a bracket that waits to be closed."""

    sign: str  # an operator; "(" a bracket, "[" a list, "call" the bracket of a call
    binds: int
    at: int
    row: str = ""
    arity: int = 0


class _Call:
    """What is known of an open bracket: whose arguments it holds, how many there are, which have a keyword."""

    def __init__(self, row: Row | None, at: int, count: int = 0) -> None:
        self.row = row
        self.at = at
        self.count = count
        self.keywords: list[str] = []


_SUM, _PRODUCT, _SIGN, _POWER = 2, 3, 4, 5
_COMPARISON = 1
_BINDS = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}


class _Parser:
    """Operators wait on a stack of their own until what follows binds less tightly: no call for a bracket."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.place = 0
        self.out: list[_Instruction] = []
        self.open: list[_Open] = []
        self.calls: list[_Call] = []
        self.bound: set[str] = set()
        self.inputs: dict[str, None] = {}
        self.binary, self.unary = _operators(2), _operators(1)

    # ------------------------------------------------------------------------------------------------- statements

    def program(self) -> Program:
        statements = 0
        while self.now.kind != "end":
            if self.now.text in (";", "\n"):
                self.place += 1
                continue
            self.statement()
            statements += 1
        if not statements:
            refuse(self.text, 0, "there is no formula here")
        return Program(self.text, tuple(self.inputs), tuple(self.out))

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    @property
    def next(self) -> _Token:
        return self.tokens[min(self.place + 1, len(self.tokens) - 1)]

    def statement(self) -> None:
        target = None
        if self.now.kind == "name" and self.next.text == "=":
            target = self.now
            self.place += 2
        self.expression()
        if target:
            self.out.append(_Instruction("bind", target.text, 0, target.at))
            self.bound.add(target.text)
        self.out.append(_Instruction("end", None, 1, self.now.at))

    # ------------------------------------------------------------------------------------------------ expressions

    def expression(self) -> None:
        """Operand, operator, operand, … until the statement ends."""
        while True:
            self.operand()
            if not self.between():
                return

    def operand(self) -> None:
        """What may stand where a number is wanted: signs and opening brackets, then a number, a name or a call."""
        while True:
            token = self.now
            if token.text in self.unary or token.text == "+":
                if token.text in self.unary:
                    self.open.append(_Open(token.text, _SIGN, token.at, self.unary[token.text], 1))
            elif token.text == "(":
                self.open.append(_Open("(", 0, token.at))
                self.place += 1
                self.skip_lines()
                continue
            elif token.text == "[":
                self.begin_list(token)
                continue
            elif token.kind == "name" and self.next.text == "(":
                self.begin_call(token)
                if self.now.text == ")":
                    refuse(self.text, token.at, _wanted(table[self.open[-1].row]))
                self.keyword()
                continue
            elif token.kind in ("name", "number"):
                self.number(token) if token.kind == "number" else self.name(token)
                self.place += 1
                return
            else:
                self.misplaced(token)
            self.place += 1

    def number(self, token: _Token) -> None:
        value = float(token.text)
        if isinf(value):
            refuse(self.text, token.at, "this number is larger than the largest float, about 1.8e308")
        self.out.append(_Instruction("number", value, 0, token.at))

    def name(self, token: _Token) -> None:
        if self.next.text == "=" and not (self.calls and self.open):
            refuse(self.text, self.next.at, "a name is given its value at the beginning of a statement")
        if token.text not in self.bound:
            self.inputs[token.text] = None
        self.out.append(_Instruction("name", token.text, 0, token.at))

    def between(self) -> bool:
        """What may stand behind an operand: an operator, a comma, closing brackets. False at the statement's end."""
        while True:
            token = self.now
            if token.kind == "power":
                self.raised(token)
            elif token.text in (")", "]"):
                self.close(token)
            elif token.text == "." and self.next.kind == "name":
                if not self.method():
                    return True
                continue
            elif token.text == ",":
                self.comma(token)
                return True
            elif token.text == "^" or token.text in self.binary or token.text in _COMPARE:
                self.operator(token)
                return True
            elif token.kind == "end" or token.text in (";", "\n"):
                if token.text == "\n" and any(one.sign in ("(", "[", "call") for one in self.open):
                    self.place += 1  # a line ends inside brackets
                    continue
                self.finish()
                return False
            elif self.is_multiplied(token):
                self.reduce(_PRODUCT)
                self.open.append(_Open("*", _PRODUCT, token.at, self.binary["*"], 2))
                return True
            else:
                self.misplaced(token, behind=True)
            self.place += 1

    def is_multiplied(self, token: _Token) -> bool:
        """Whether a product is meant, as in ``2x`` and ``3(x + 1)``: what ``1/2x`` means, nobody knows."""
        number = self.tokens[self.place - 1]
        is_beside = number.kind == "number" and number.at + len(number.text) == token.at
        waits = next((one.sign for one in reversed(self.open) if one.binds != _SIGN), "")
        return is_beside and (token.kind == "name" or token.text == "(") and waits not in ("/", "**", "^")

    def operator(self, token: _Token) -> None:
        sign = "**" if token.text == "^" else token.text
        self.place += 1
        while self.now.text == "\n" and any(one.sign in ("(", "[", "call") for one in self.open):
            self.place += 1
        if sign in _COMPARE:
            inside = next((one for one in reversed(self.open) if one.binds == 0), None)
            if inside is None or inside.sign != "call" or any(one.binds == _COMPARISON for one in self.pending()):
                where = f"where(x {sign} 0, …, …)"
                refuse(self.text, token.at, f"a comparison is a choice: write it as the condition of {where}")
            self.reduce(_COMPARISON)
            self.open.append(_Open(sign, _COMPARISON, token.at, "", 2))
            return
        binds = _BINDS.get(sign, _PRODUCT)
        self.reduce(binds + (binds == _POWER))  # a power waits for the power at its right: 2**3**2 is 2**9
        self.open.append(_Open(sign, binds, token.at, self.binary[sign], 2))

    def pending(self) -> list[_Open]:
        """The operators that wait within the innermost bracket."""
        return list(takewhile(lambda one: one.binds, reversed(self.open)))

    def raised(self, token: _Token) -> None:
        try:
            exponent = float(token.text.translate(_SUPERSCRIPTS))
        except ValueError:
            refuse(self.text, token.at, f"{token.text!r} is no exponent")
        self.reduce(_POWER + 1)
        self.out.append(_Instruction("number", exponent, 0, token.at))
        self.out.append(_Instruction("row", self.binary["**"], 2, token.at))

    def reduce(self, binds: int) -> None:
        """Apply the waiting operators that bind at least as tightly, the latest first."""
        while self.open and self.open[-1].binds >= max(binds, 1):
            one = self.open.pop()
            kind, what = ("compare", one.sign) if one.binds == _COMPARISON else ("row", one.row)
            self.out.append(_Instruction(kind, what, one.arity, one.at))

    # ---------------------------------------------------------------------------------------- brackets and calls

    def begin_list(self, token: _Token) -> None:
        inside = self.open[-1].sign if self.open else ""
        if inside != "call":
            refuse(self.text, token.at, "a list can only be an argument: sum([a, b]), dot([w1, w2], [x1, x2], b)")
        self.open.append(_Open("[", 0, token.at))
        self.calls.append(_Call(None, token.at, 1))
        self.place += 1
        self.skip_lines()
        if self.now.text == "]":
            refuse(self.text, token.at, "this list is empty; give at least one number")

    def begin_call(self, token: _Token, count: int = 1) -> None:
        """The name of a function and its bracket; `count` arguments are there or begin."""
        row = _function(token.text)
        if row is None:
            close = nearest(token.text, table)
            meant = f"did you mean {close}?" if close else f"the functions are {', '.join(table)}"
            meant = _ELSEWHERE.get(token.text, meant)
            refuse(self.text, token.at, f"there is no function {token.text!r}; {meant}")
        self.open.append(_Open("call", 0, token.at, row.name))
        self.calls.append(_Call(row, token.at, count))
        self.place += 2
        self.skip_lines()

    def method(self) -> bool:
        """``z.relu()``: the call of relu with z as its first argument. False where more arguments follow."""
        token = self.next
        self.place += 1
        if self.next.text != "(":
            refuse(self.text, token.at, f"{token.text!r} behind a dot is a call, such as z.relu()")
        self.begin_call(token)
        if self.now.text == ")":
            return True
        self.calls[-1].count += 1
        self.keyword()
        return False

    def keyword(self) -> None:
        """``slope=`` before an argument."""
        self.skip_lines()
        call = self.calls[-1]
        if call.row is not None and self.now.kind == "name" and self.next.text == "=":
            optional = [one.name for one in call.row.arguments if one.kind == "parameter" or one.default is not None]
            if self.now.text not in optional or self.now.text in call.keywords:
                known = ", ".join(optional) or "none"
                if self.now.text in call.keywords:
                    refuse(self.text, self.now.at, f"{self.now.text} is given twice")
                refuse(self.text, self.now.at, f"{call.row.name} has no parameter {self.now.text!r}; it has {known}")
            call.keywords.append(self.now.text)
            self.place += 2
        elif call.keywords:
            refuse(self.text, self.now.at, f"behind {call.keywords[-1]}=… an argument needs its name too")

    def comma(self, token: _Token) -> None:
        self.reduce(1)
        if not self.open or self.open[-1].sign not in ("call", "["):
            refuse(self.text, token.at, "a comma stands between the arguments of a function only")
        self.place += 1
        self.skip_lines()
        if self.now.text in (")", "]"):
            refuse(self.text, self.now.at, "an argument is missing behind the comma")
        self.calls[-1].count += 1
        self.keyword()

    def skip_lines(self) -> None:
        while self.now.text == "\n":
            self.place += 1

    def close(self, token: _Token) -> None:
        self.reduce(1)
        opening = {")": ("(", "call"), "]": ("[",)}[token.text]
        if not self.open or self.open[-1].sign not in opening:
            refuse(self.text, token.at, f"this {token.text} closes nothing")
        bracket = self.open.pop()
        if bracket.sign == "(":
            return
        call = self.calls.pop()
        if call.row is None:
            self.out.append(_Instruction("list", None, call.count, bracket.at))
            return
        self.check(call, call.row)
        keywords = tuple(call.keywords)
        self.out.append(_Instruction("row", call.row.name, call.count, bracket.at, keywords))

    def check(self, call: _Call, row: Row) -> None:
        """Whether a call has as many arguments as its row wants; one sequence may also be given one by one."""
        if [one.kind for one in row.operands] == ["sequence"]:
            return
        needed = [one for one in row.arguments if one.default is None and one.name not in call.keywords]
        given = call.count - len(call.keywords)
        if not len(needed) <= given <= len(row.arguments) - len(call.keywords):
            refuse(self.text, call.at, _wanted(row))

    # ----------------------------------------------------------------------------------------------------- errors

    def finish(self) -> None:
        self.reduce(1)
        if self.open:
            bracket = self.open[-1]
            sign = "[" if bracket.sign == "[" else "("
            refuse(self.text, bracket.at, f"the bracket {sign} that opens here is not closed")

    def misplaced(self, token: _Token, *, behind: bool = False) -> NoReturn:
        if behind and (token.kind in ("number", "name") or token.text == "("):
            before = self.tokens[self.place - 1].text
            refuse(self.text, token.at, f"there is no operator between {before} and {token.text}; write * to multiply")
        if behind and token.text == "[":
            refuse(self.text, token.at, "there is no indexing here; give each number its own name")
        if behind and token.text == "=":
            refuse(self.text, token.at, "only a name can be given a value, at the beginning of a statement")
        if token.kind == "end" or token.text in (";", "\n"):
            refuse(self.text, token.at, "the formula ends where a number or a name is expected")
        wanted = "an operator" if behind else "a number or a name"
        refuse(self.text, token.at, f"{token.text!r} stands where {wanted} is expected")


def _wanted(row: Row) -> str:
    shown = [f"[{one.name}, …]" if one.kind == "sequence" else repr(one) for one in row.arguments]
    return f"{row.name} is called as {row.name}({', '.join(shown)})"


_ELSEWHERE = {
    "ln": "the natural logarithm is log",
    "softmax": "it gives several numbers; write exp(a) / sum(exp(a), exp(b)) for one of them",
}


def parse(text: str) -> Program:
    """Read a program without running it.

    Raises `UsageError`, with the place marked by a caret.

    >>> parse("z = w*x; z**2").inputs
    ('w', 'x')
    """
    return _Parser(text).program()


def refuse(text: str, place: int, problem: str) -> NoReturn:
    """Raise the `UsageError` of a place in a text, which is shown with a caret under it."""
    raise UsageError(f"{problem}\n{_marked(text, place)}" if text.strip() else problem)


def _marked(text: str, place: int) -> str:
    """The line that holds a place, shortened around it, and a caret under the place."""
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    line, column = text[start : len(text) if end < 0 else end], place - start
    if len(line) > SHOWN:
        first = max(0, min(column - SHOWN // 2, len(line) - SHOWN))
        cut = line[first : first + SHOWN]
        line = ("…" if first else "") + cut + ("…" if first + SHOWN < len(line) else "")
        column += (1 if first else 0) - first
    line = "".join(c if c.isprintable() else " " for c in line)
    return f"    {line}\n    {' ' * column}^"
