"""A number, written for the eye: rounding is only for show, and says so.

Six significant digits unless asked otherwise; ``digits=None`` writes the shortest text that reads back as the same
float. Never ``−0``.
"""

from __future__ import annotations

from math import isinf, isnan

from ..errors import UsageError

__all__ = ["DIGITS", "check_digits", "is_exact", "number", "scientific"]

DIGITS: int | None = 6
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def check_digits(digits: object) -> None:
    """Raise `UsageError` unless `digits` can be meant: None, or a whole number from 1 to 17."""
    if digits is not None and (isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= 17):
        raise UsageError(f"digits={digits!r}: it is the number of significant digits, 1 to 17, or None for all of them")


def _rounded(x: float, digits: int | None) -> str:
    """Plain ASCII, as Python writes it, without a trailing ``.0``."""
    if x == 0:
        return "0"
    if digits is None:
        text = repr(float(x))
        return text.removesuffix(".0")
    return f"{x:.{digits}g}"


def is_exact(x: float, digits: int | None = DIGITS) -> bool:
    """Whether the text of `number` is the number itself, nothing dropped.

    >>> is_exact(0.25), is_exact(1 / 3)
    (True, False)
    """
    return isnan(x) or float(_rounded(x, digits)) == x


def scientific(x: float, digits: int | None = DIGITS) -> tuple[str, str]:
    """The two parts of a number that is written with a power of ten, without its sign; "" for each that it has not.

    >>> scientific(2e7), scientific(-1e-8), scientific(3.0)
    (('2', '7'), ('', '-8'), ('3', ''))
    """
    mantissa, _, exponent = _rounded(abs(x), digits).partition("e")
    return ("" if exponent and mantissa == "1" else mantissa), str(int(exponent)) if exponent else ""


def number(x: float, digits: int | None = DIGITS, style: str = "text") -> str:
    """`x` with `digits` significant digits, in "text", "ascii", "latex" or "mathml".

    >>> number(-8.001822102388801), number(2.0), number(-0.0), number(1.2e-17)
    ('−8.00182', '2', '0', '1.2·10⁻¹⁷')
    """
    if isnan(x):
        return {"latex": r"\mathrm{NaN}", "mathml": "<mi>NaN</mi>", "ascii": "nan"}.get(style, "NaN")
    if isinf(x):
        infinite = {"latex": r"\infty", "mathml": "<mi>∞</mi>", "ascii": "inf"}.get(style, "∞")
        return _signed(infinite, style, negative=x < 0)
    mantissa, power = scientific(x, digits)
    if not power or style == "ascii":
        text = _rounded(abs(x), digits)
        return _signed(f"<mn>{text}</mn>" if style == "mathml" else text, style, negative=x < 0)
    if style == "latex":
        written = rf"{mantissa} \cdot 10^{{{power}}}" if mantissa else rf"10^{{{power}}}"
    elif style == "mathml":
        base = f"<msup><mn>10</mn><mn>{power.replace('-', '−')}</mn></msup>"
        written = f"<mn>{mantissa}</mn><mo>·</mo>{base}" if mantissa else base
    else:
        base = "10" + power.translate(_SUPERSCRIPTS)
        written = f"{mantissa}·{base}" if mantissa else base
    return _signed(written, style, negative=x < 0)


def _signed(text: str, style: str, *, negative: bool) -> str:
    if style == "mathml":
        return f"<mrow><mo>−</mo>{text}</mrow>" if negative else f"<mrow>{text}</mrow>" if "<mo>" in text else text
    minus = "-" if style in ("ascii", "latex") else "−"
    return minus + text if negative else text
