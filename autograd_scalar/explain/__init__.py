"""Every gradient explains itself: derivation, routes, reasons, comparison, checking, asking."""

from __future__ import annotations

from .checking import Check, check_derivation
from .comparison import Comparison, compare
from .derivation import Derivation, Factor, Update, explain, explain_update
from .quizzing import Mark, Quiz, Score, quiz

__all__ = [
    "Check",
    "Comparison",
    "Derivation",
    "Factor",
    "Mark",
    "Quiz",
    "Score",
    "Update",
    "check_derivation",
    "compare",
    "explain",
    "explain_update",
    "quiz",
]
