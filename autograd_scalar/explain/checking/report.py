"""What a check hands back: a finding for each thing that was written, and the slips that are looked for."""

from __future__ import annotations

from dataclasses import dataclass

from ...formula.numbers import DIGITS
from ...notation import listed
from ...screen import in_window
from ..tables import html_table, text_table

__all__ = ["SLIPS", "Check", "Finding"]

SLIPS = (
    "rounded too early",
    "missing factor",
    "inner derivative forgotten",
    "≥ for >",
    "half forgotten",
    "sign",
    "sum over uses forgotten",
    "function forgotten",
    "missing term",
    "wrong term",
    "wrong point",
    "function not differentiated",
    "quotient rule",
    "exponent not lowered",
    "wrong function",
    "wrong variable",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was written: what it stands for, its number, the true one, and what is to be said about it.

    `verdict` is "right", "rounded" (right when rounded), "off", or "unread" (it cannot be compared); `slip` is one of
    `SLIPS` or nothing; `kind` is "factor", "product", "slope", "sum", "value" or "update". What `follows` is
    off only because of what was written before it.
    """

    line: int
    kind: str
    written: str
    means: str
    verdict: str
    value: float
    true: float
    remark: str
    slip: str = ""
    follows: bool = False

    @property
    def is_right(self) -> bool:
        """Whether there is nothing to correct."""
        return self.verdict in ("right", "rounded", "unread")


@dataclass(frozen=True, slots=True, repr=False)
class Check:
    """All findings about a derivation of d`of`/d`wrt`, as it was written; `value` is the true gradient.

    `ones` are the slopes of the chain that are 1 and were not written, which changes no product; `others` are the
    derivatives that were written where the one that was `asked` about is not there.
    It is true, as in ``assert check_derivation(…)``, when the derivation is right.
    """

    of: str
    wrt: str
    value: float
    findings: tuple[Finding, ...]
    words: tuple[str, ...] = ()
    digits: int | None = DIGITS
    ones: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    asked: str = ""

    @property
    def is_right(self) -> bool:
        """Whether all that could be compared is right, or right when rounded, and is what was asked about."""
        return (
            not self.others
            and all(finding.is_right for finding in self.findings)
            and any(f.verdict != "unread" for f in self.findings)
        )

    def __bool__(self) -> bool:
        return self.is_right

    @property
    def slips(self) -> tuple[str, ...]:
        """The likely slips, each once."""
        return tuple(dict.fromkeys(finding.slip for finding in self.findings if finding.slip))

    def _rows(self) -> list[tuple[str, ...]]:
        many_lines = len({finding.line for finding in self.findings}) > 1
        rows: list[tuple[str, ...]] = []
        count = 0
        for finding in self.findings:
            count = count + 1 if finding.kind == "factor" else 0
            label = f"factor {count}" if finding.kind == "factor" else finding.kind
            line = (f"line {finding.line}",) if many_lines else ()
            rows.append((*line, label, finding.written, finding.means, finding.remark))
        return rows

    def text(self) -> str:
        """A line for each finding, and a summary."""
        return "\n".join(filter(None, [text_table(self._rows()), self.summary]))

    @property
    def summary(self) -> str:
        """One sentence: how many are right; another for slopes of 1 that were left out, or for what was not asked."""
        if self.others:
            this = "This is" if len(self.others) == 1 else "These are"
            is_right = all(finding.verdict == "right" for finding in self.findings)
            verdict, right = ("", ", and right") if is_right else (f"{self._verdict()} ", "")
            return f"{verdict}{this} {listed(self.others)}{right}; {self.asked} was asked about."
        if not self.ones or not self.is_right:
            return self._verdict()
        ones = listed([f"{one} = 1" for one in self.ones])
        return f"{self._verdict()} The chain also has {ones}, which changes nothing here."

    def _verdict(self) -> str:
        compared = [finding for finding in self.findings if finding.verdict != "unread"]
        own = [finding for finding in compared if not finding.follows]
        off = sum(1 for finding in own if finding.verdict == "off")
        if not compared:
            return "Nothing here could be compared."
        if not off and len(own) < len(compared):
            return "Right, but rounded too early: what follows is off."
        if not off:
            return "All of it is right." if len(compared) > 1 else "It is right."
        if len(own) == 1:
            return "It is off." if len(compared) == 1 else "It is off; the rest follows from it."
        of = " factors" if all(finding.kind == "factor" for finding in own) else ""
        after = [finding.kind for finding in compared if finding.follows]
        what = "the product" if after == ["product"] else "the rest"
        then = f"; {what} follows from {'it' if off == 1 else 'them'}" if after else ""
        wrong = "off" if any(one.verdict == "off" and one.written for one in own) else "missing"
        return f"{off} of {len(own)}{of} {'is' if off == 1 else 'are'} {wrong}{then}."

    def __str__(self) -> str:
        return in_window(self.text())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        off = [place for place, finding in enumerate(self.findings) if finding.verdict == "off"]
        return html_table(self._rows(), below=[self.summary], marked=off)
