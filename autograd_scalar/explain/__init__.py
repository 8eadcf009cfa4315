"""Every gradient explains itself: derivation, routes, reasons, comparison, checking, asking.

``explain(L, w)`` calls this package like the function of the same name: it derives dL/dw, the forward numbers, each
slope, and the chain rule that joins them. ``help(Value.explain)`` says which arguments it takes and what it raises. The
others (`paths`, `why`, `kinks`, `at`, `explain_update`, `compare`, `check_derivation`, `quiz`) have help of their own.
"""

from __future__ import annotations

from ..calls import let_be_called
from .checking import Check, check_derivation
from .comparison import Comparison, compare
from .derivation import Derivation, Factor
from .explaining import explain
from .kink import Kink
from .kinked import Kinks, kinks
from .quizzing import Mark, Quiz, Score, quiz
from .reasons import Reason, why
from .routes import Hop, Paths, Route, paths
from .updates import Update, explain_update
from .what_if import WhatIf, at

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
    "WhatIf",
    "at",
    "check_derivation",
    "compare",
    "explain",
    "explain_update",
    "kinks",
    "paths",
    "quiz",
    "why",
]


let_be_called(__name__, explain)
