"""What a card says of its operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..formula import number
from ..formula.numbers import DIGITS
from ..formula.styles import Style
from ..formula.terms import Number, Power, Symbol

if TYPE_CHECKING:
    from ..value import Value

__all__ = ["op_text"]

_MINUS = "\N{MINUS SIGN}"
_HOLE = "( )"
_SIGNS = {"-": _MINUS, "*": "·"}
_FORMS = {
    "bars": "| |",
    "root": "√",
    "square": f"{_HOLE}²",
    "sum": "Σ",
    "product": "Π",
    "neg": f"{_MINUS}{_HOLE}",
    "reciprocal": f"1 / {_HOLE}",
}


def op_text(v: Value) -> str:
    """Write the operation for its card, with the plain numbers it was given: ``+``, ``( )²``, ``1 − ( )``, ``·2``."""
    row, operands = v.row, v.operands
    if row is None:
        return ""
    if row.form == "power":
        return _power(*operands)
    if row.infix and len(operands) == 2:
        return _between_operands(_SIGNS.get(row.infix, row.infix), *map(_plain, operands))
    if row.form == "dot":
        bias = _plain(operands[-1])
        return f"Σ w·x + {bias}" if bias not in {"", "0"} else "Σ w·x"
    fixed = _FORMS.get(row.form) or _FORMS.get(row.name)
    if fixed:
        return fixed
    given = [a for operand in operands for a in (operand if isinstance(operand, tuple) else (operand,))]
    shown = [_plain(a) or "…" for a in given] + [number(p) for p in v.parameters.values()]
    return f"{row.symbol}({', '.join(shown)})" if len(shown) <= 3 and set(shown) > {"…"} else row.symbol


def _plain(operand: object) -> str:
    """Write an operand that is a plain number; nothing stands for any other."""
    return number(operand) if isinstance(operand, int | float) else ""


def _power(base: object, exponent: object) -> str:
    if not (_plain(base) or _plain(exponent)):
        return "^"
    of, to = (Number(float(one)) if isinstance(one, int | float) else Symbol(0.0, _HOLE) for one in (base, exponent))
    return Style(DIGITS).write(Power(0.0, of, to))


def _between_operands(sign: str, first: str, second: str) -> str:
    if sign == "·" or not (first or second):
        return first + sign + second
    return f"{first or _HOLE} {sign} {second or _HOLE}"
