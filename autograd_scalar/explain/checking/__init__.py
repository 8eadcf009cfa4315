"""Is this derivation right? Each number and each formula that a person wrote, beside the engine's own.

A number is compared at the recorded point: it is right, or right when rounded to its own digits, or off. A formula is
compared there and, since ``(a − y)²`` happens to equal ``2(a − y)`` where a − y is 2, at other points near by as well.
What is off is compared with what each of the usual `SLIPS` would have given; the one that fits is named as likely.
"""

from __future__ import annotations

from .checking import check_derivation
from .report import SLIPS, Check, Finding

__all__ = ["SLIPS", "Check", "Finding", "check_derivation"]
