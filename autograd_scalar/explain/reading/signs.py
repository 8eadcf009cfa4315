"""Every sign, command and word that a formula may be typed with, and what it means."""

from __future__ import annotations

import re
from math import e, inf, nan, pi

from ...ops import table

__all__ = [
    "COMMANDS",
    "CONSTANTS",
    "FRACTIONS",
    "INDEX",
    "LONG",
    "LONG_BEGIN",
    "NUMBER",
    "RECIPROCALS",
    "SIGNS",
    "SILENT",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "TEN",
    "TEN_ALONE",
    "THOUSANDS",
    "WRAPPERS",
    "function_called",
]

SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_RAISED = r"(?:[⁻⁺]?[⁰¹²³⁴-⁹]+|(?:\^|\*\*)\{?[-−+]?[0-9]+\}?)"
NUMBER = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][-−+]?[0-9]+)?")
TEN = re.compile(rf"(?:·|\*(?!\*)|\s*×\s*|\s*\\(?:cdot|times)\s*)10({_RAISED})")
TEN_ALONE = re.compile(r"10([⁻⁺]?[⁰¹²³⁴-⁹]+|\^\{[-−+]?[0-9]+\})")
THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
INDEX = re.compile(r"""\[(?:-?[0-9]+(?:,\s?-?[0-9]+)*|"[^"\n]*"|'[^'\n]*')\]""")
SIGNS = {
    "−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∙": "*", "*": "*", "∗": "*", "÷": "/", "/": "/", "∕": "/",
    "+": "+", "-": "-", "^": "^", "(": "(", ")": ")", "[": "[", "]": "]", "{": "{", "}": "}", "|": "|", "√": "√",
    "∂": "∂", "'": "'", "′": "'", "’": "'",
}  # fmt: skip
LONG = (
    ("**", "op", "^"), ("<=", "compare", "≤"), (">=", "compare", "≥"), ("!=", "compare", "≠"), ("==", "compare", "="),
    ("~=", "relation", "="), (":=", "assign", "="), ("=>", "stop", ";"), ("->", "arrow", "→"), ("<-", "update", "←"),
    ("≔", "assign", "="), ("≈", "relation", "="), ("=", "relation", "="), ("≤", "compare", "≤"), ("≥", "compare", "≥"),
    ("≠", "compare", "≠"), ("<", "compare", "<"), (">", "compare", ">"), ("⇒", "stop", ";"), ("∴", "stop", ";"),
    (";", "stop", ";"), ("→", "arrow", "→"), ("←", "update", "←"), (",", "comma", ","), ("≃", "relation", "="),
    ("≅", "relation", "="),
)  # fmt: skip
LONG_BEGIN = {typed[0] for typed, _, _ in LONG}
COMMANDS = {
    "cdot": ("op", "*"), "times": ("op", "*"), "ast": ("op", "*"), "div": ("op", "/"), "partial": ("op", "∂"),
    "approx": ("relation", "="), "simeq": ("relation", "="), "le": ("compare", "≤"), "leq": ("compare", "≤"),
    "ge": ("compare", "≥"), "geq": ("compare", "≥"), "ne": ("compare", "≠"), "neq": ("compare", "≠"),
    "lt": ("compare", "<"), "gt": ("compare", ">"), "land": ("word", "and"), "lor": ("word", "or"),
    "lnot": ("word", "not"), "to": ("arrow", "→"), "rightarrow": ("arrow", "→"), "leftarrow": ("update", "←"),
    "gets": ("update", "←"), "coloneqq": ("assign", "="), "coloneq": ("assign", "="),
    "Rightarrow": ("stop", ";"), "implies": ("stop", ";"), "therefore": ("stop", ";"),
    "cdots": ("dots", "…"), "dots": ("dots", "…"), "ldots": ("dots", "…"), "infty": ("name", "inf"),
    "frac": ("op", "frac"), "dfrac": ("op", "frac"), "tfrac": ("op", "frac"), "sqrt": ("op", "√"),
    "lbrace": ("op", "{"), "rbrace": ("op", "}"), "{": ("op", "{"), "}": ("op", "}"), "|": ("op", "|"),
    "prime": ("op", "'"),
}  # fmt: skip
SILENT = {
    "left", "right", "big", "Big", "bigl", "bigr", "Bigl", "Bigr", "displaystyle", "quad", "qquad", ",", ";", ":",
    "!", " ", "boxed", "[", "]", "(", ")", "limits", "mathbf", "mathbb", "mathit", "nonumber",
}  # fmt: skip
WRAPPERS = {
    "text", "mathrm", "operatorname", "textrm", "mathsf", "textit", "textbf", "mbox", "mathcal", "mathscr",
}  # fmt: skip
_ALIASES = {
    "ln": "log", "σ": "sigmoid", "sigma": "sigmoid", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "log_2": "log2", "log_10": "log10", "log₂": "log2",
    "log₁₀": "log10", "Exp": "exp",
}  # fmt: skip
CONSTANTS = {"pi": pi, "π": pi, "e": e, "inf": inf, "∞": inf, "nan": nan, "NaN": nan}
RECIPROCALS = {"sech": "cosh", "csch": "sinh", "coth": "tanh", "sec": "cos", "csc": "sin", "cot": "tan"}


def function_called(name: str) -> str:
    """The row that a name calls, or nothing."""
    found = name if name in table else _ALIASES.get(name, "")
    if not found:
        folded = name.casefold()
        matches = (row.name for row in table.values() if folded in (row.name.casefold(), row.symbol.casefold()))
        found = next(matches, "")
    return found
