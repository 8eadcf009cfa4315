"""Every gradient explains itself: derivation, routes, reasons, comparison, checking, asking."""

from __future__ import annotations

from .checking import Check, check_derivation
from .comparison import Comparison, compare
from .derivation import Derivation, Factor, Update, explain, explain_update
from .kinked import Kink, Kinks, kinks
from .quizzing import Mark, Quiz, Score, quiz
from .reasons import Reason, why
from .routes import Hop, Paths, Route, paths

__all__ = [
    "Check",
    "Comparison",
    "Derivation",
    "Factor",
    "Hop",
    "Kink",
    "Kinks",
    "Mark",
    "Paths",
    "Quiz",
    "Reason",
    "Route",
    "Score",
    "Update",
    "check_derivation",
    "compare",
    "explain",
    "explain_update",
    "kinks",
    "paths",
    "quiz",
    "why",
]
