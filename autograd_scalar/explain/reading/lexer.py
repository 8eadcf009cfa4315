"""Characters to tokens: numbers with their digits, names with their indices, signs in all their spellings."""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from . import signs
from .written import typing_error

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["Lexer", "Token", "precision"]


class Token(NamedTuple):
    """Some characters, of which kind they are, and what they mean; of a number also its digits."""

    kind: str  # number, name, sup, op, relation, compare, stop, dots, word, end
    text: str
    start: int
    end: int
    unit: float = 0.0
    digits: int = 0


_ACCENTED = re.compile(r"\\(hat|bar|tilde|dot|ddot|vec)\s*\{\\?([A-Za-z]+)\}")
_NABLA = re.compile(r"(?:∇|\\nabla)\s*_?\s*\{?\\?(\w+)\}?")
_A_NAME = re.compile(r"\s+[^\W\d]")
_DOTS = re.compile(r"(?:…|\.\.\.)(?:\(([0-9,]{1,18}) more\)(?:…|\.\.\.)?)?")


def _goes_on(char: str) -> bool:
    return char in signs.SUBSCRIPTS or (char != "·" and ("a" + char).isidentifier())


class Lexer:
    """Characters to tokens. `odd` are known names that are no identifiers, such as labels of two words."""

    def __init__(self, text: str, odd: Collection[str]) -> None:
        self.text = text
        self.odd = sorted(odd, key=len, reverse=True)

    def tokens(self, start: int, end: int) -> list[Token]:
        """The tokens of a stretch of text."""
        found: list[Token] = []
        text, at = self.text, start
        choices = 0
        while at < end:
            char = text[at]
            if char == "&" and choices:  # 1 & z > 0
                found.append(Token("comma", ",", at, at + 1))
            if char in " \t\r\f\v\n\u00a0\u2009\u202f\u2061\u2062$&":
                at += 1
                continue
            token = self.token(at, end)
            choices += (token.text == "cases") - (token[:2] == ("row", "end"))
            is_line_end = token.text == "\\\\" and not choices  # what follows it goes on
            if token.kind != "nothing" and not is_line_end:
                found.append(token)
            at = token.end
        return found

    def token(self, at: int, end: int) -> Token:  # one case for each kind of token
        """The token that begins here."""
        text = self.text
        char = text[at]
        odd = self.odd_name(at, end)
        if odd is not None:
            return odd
        if char in "0123456789" or (char == "." and text[at + 1 : at + 2].isdecimal()):
            return self.number(at, end)
        if char in signs.FRACTIONS:
            return Token("number", str(signs.FRACTIONS[char]), at, at + 1)
        if char in signs.SUPERSCRIPTS:
            return self.raised(at, end)
        if text.startswith(("...", "…"), at):
            return self.dots(at, end)
        for typed, kind, meaning in signs.LONG if char in signs.LONG_BEGIN else ():
            if text.startswith(typed, at):
                return Token(kind, meaning, at, at + len(typed))
        if char == "∞":
            return Token("name", "inf", at, at + 1)
        if char == "\\":
            return self.command(at, end)
        if char in signs.SIGNS:
            return Token("op", signs.SIGNS[char], at, at + 1)
        if char.isidentifier():
            return self.name(at, end)
        if char == "." and not text[at + 1 : end].strip():
            return Token("nothing", "", at, end)
        if char == "%":
            raise typing_error(text, at, "a percent sign is not read: write 0.05 for 5 %")
        if char in ".:!?":
            return Token("stop", ";", at, at + 1)
        raise typing_error(text, at, f"{char!r} has no meaning in a formula")

    def raised(self, at: int, end: int) -> Token:
        """``⁻³``: an exponent in raised digits."""
        stop = at
        while stop < end and self.text[stop] in signs.SUPERSCRIPTS:
            stop += 1
        return Token("sup", "".join(signs.SUPERSCRIPTS[one] for one in self.text[at:stop]), at, stop)

    def dots(self, at: int, end: int) -> Token:
        """``…`` or ``…(12 more)…``: a part that was left out."""
        more = _DOTS.match(self.text, at, end)
        assert more is not None
        return Token("dots", (more[1] or "0").replace(",", ""), at, more.end())

    def odd_name(self, at: int, end: int) -> Token | None:
        """A known name that looks like none and begins here, or ∇w."""
        text = self.text
        for name in self.odd:
            for typed in (name, "d" + name):
                stop = at + len(typed)
                if (
                    text.startswith(typed, at)
                    and stop <= end
                    and not (typed[-1:].isalnum() and text[stop : stop + 1].isalnum())
                ):
                    return Token("name", typed, at, stop)
            if text.startswith(f'"{name}"', at, end):  # as formulas write it
                return Token("name", name, at, at + len(name) + 2)
        nabla = _NABLA.match(text, at, end)
        return Token("name", f"nabla_{nabla[1]}", at, nabla.end()) if nabla else None

    def number(self, at: int, end: int) -> Token:
        """A number, with its digits and powers of ten."""
        text = self.text
        alone = signs.TEN_ALONE.match(text, at, end)
        if alone:
            power = _exponent(alone[1])
            return Token("number", f"1e{power}", at, alone.end(), _unit(power), 1)
        grouped = signs.THOUSANDS.match(text, at, end)
        match = signs.NUMBER.match(text, at, end)
        assert match is not None
        mantissa, stop = match[1], match.end()
        if mantissa.endswith(".") and not text[stop : min(stop + 1, end)].strip():  # the sentence ends here
            mantissa, stop = mantissa[:-1], stop - 1
        power = _exponent(match[2][1:]) if match[2] else 0
        if grouped and grouped.end() > stop and mantissa != "0":
            tail = (
                signs.NUMBER.match(text, grouped.end(), end) if text[grouped.end() : grouped.end() + 1] == "." else None
            )
            stop = tail.end() if tail else grouped.end()
            return Token("thousands", text[at:stop], at, stop)
        raised = None if match[2] else signs.TEN.match(text, stop, end)
        if raised:
            power, stop = _exponent(raised[1]), raised.end()
        return Token("number", f"{mantissa}e{power}", at, stop, *precision(mantissa, power))

    def name(self, at: int, end: int) -> Token:
        """A name, with its index."""
        text = self.text
        stop = at
        while stop < end and _goes_on(text[stop]):
            stop += 1
        name, stop = self.subscript(text[at:stop], stop, end)
        while stop < end:
            index = signs.INDEX.match(text, stop, end)
            if index:
                name, stop = name + index[0].replace("'", '"'), index.end()
            elif text[stop] == "." and stop + 1 < end and text[stop + 1].isidentifier():
                after = stop + 1
                while after < end and _goes_on(text[after]):
                    after += 1
                name, stop = name + text[stop:after], after
            else:
                break
        if name in ("and", "or", "not"):
            return Token("word", name, at, stop)
        if name == "partial" and _A_NAME.match(text, stop, end):  # partial L/partial w, as ASCII has it
            return Token("op", "∂", at, stop)
        return Token("name", name, at, stop)

    def subscript(self, name: str, stop: int, end: int) -> tuple[str, int]:
        r"""``w_{12}`` and ``w_{\text{new}}`` as w_12 and w_new."""
        text = self.text
        opening = (
            stop + 1
            if text.startswith("_{", stop)
            else stop
            if name.endswith("_") and text.startswith(("{", "("), stop)
            else -1
        )
        if opening < 0:
            return name, stop
        depth = 0
        for at in range(opening, min(end, opening + 80)):
            depth += (text[at] in "{(") - (text[at] in "})")
            if depth == 0:
                inside = re.sub(r"\\[a-zA-Z]+|[{}()\\\s]", "", text[opening : at + 1])
                return name.rstrip("_") + "_" + inside, at + 1
        raise typing_error(text, opening, "this bracket is not closed")

    def command(self, at: int, end: int) -> Token:
        r"""``\cdot`` and other LaTeX commands."""
        text = self.text
        match = re.compile(r"\\([a-zA-Z]+|.)", re.DOTALL).match(text, at, end)
        if match is None:
            raise typing_error(text, at, "a LaTeX command has no name")
        command, stop = match[1], match.end()
        if command == "\\":  # elsewhere it ends a line
            return Token("row", "\\\\", at, stop)
        if command in ("begin", "end"):
            cases = re.compile(r"\s*\{[dr]?cases\}").match(text, stop, end)
            if cases:
                return Token(
                    "op" if command == "begin" else "row", "cases" if command == "begin" else "end", at, cases.end()
                )
            group = re.compile(r"\s*\{[^{}]*\}(?:\{[^{}]*\}|\[[a-z]{1,3}\])?").match(text, stop, end)
            return Token("nothing", "", at, group.end() if group else stop)
        if command in signs.SILENT:
            return Token("nothing", "", at, stop)
        if command in signs.COMMANDS:
            kind, meaning = signs.COMMANDS[command]
            return Token(kind, "0" if kind == "dots" else meaning, at, stop)
        accented = _ACCENTED.match(text, at, end)
        if accented:  # \hat{y}
            name, stop = self.subscript(f"{accented[2]}_{accented[1]}", accented.end(), end)
            return self.with_number(name, at, stop, end)
        if command in signs.WRAPPERS:
            return self.wrapped(command, at, stop, end)
        name, stop = self.subscript(command, stop, end)
        return self.with_number(name, at, stop, end)

    def wrapped(self, command: str, at: int, stop: int, end: int) -> Token:
        r"""``\text{loss}_1`` and ``\mathrm{relu}``: a name in plain letters."""
        group = re.compile(r"\s*\{((?:[^{}\\]|\\.|\{[^{}]*\})*)\}").match(self.text, stop, end)
        if group is None:
            raise typing_error(self.text, at, f"\\{command} needs its text in braces")
        inside = re.sub(r"\\([a-z]+)\{(\\?[A-Za-z]+)\}", r"\2_\1", re.sub(r"\\[()]", "", group[1]))  # \bar{x}
        inside = re.sub(r"\\(.)", r"\1", inside).strip()
        more = re.fullmatch(r"\(([0-9,]{1,18}) more\)", inside)
        if more:
            return Token("dots", more[1].replace(",", ""), at, group.end())
        if not inside:
            return Token("nothing", "", at, group.end())
        name, after = self.subscript(inside, group.end(), end)
        return self.with_number(name, at, after, end)

    def with_number(self, name: str, at: int, stop: int, end: int) -> Token:
        r"""``\mathrm{loss}_1`` and ``\beta_1``: the digits belong to the name."""
        digits = re.compile(r"_([0-9a-zA-Z]+)").match(self.text, stop, end)
        if digits:
            return Token("name", f"{name}_{digits[1]}", at, digits.end())
        index = signs.INDEX.match(self.text, stop, end)
        return Token("name", name + index[0], at, index.end()) if index else Token("name", name, at, stop)


def _exponent(raised: str) -> int:
    digits = "".join(signs.SUPERSCRIPTS.get(char, char) for char in raised.replace("−", "-").strip("^*{}"))
    return max(-9999, min(9999, int(digits[:9])))


def _unit(power: int) -> float:
    return 10.0**power if -320 < power < 300 else inf if power > 0 else 0.0


def precision(mantissa: str, power: int) -> tuple[float, int]:
    """The place value of the last digit, and the number of significant digits."""
    whole, point, decimals = mantissa.partition(".")
    digits = (whole + decimals).lstrip("0")
    return _unit(power - len(decimals)), max(1, len(digits if point else digits.rstrip("0")))
