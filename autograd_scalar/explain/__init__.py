"""Every gradient explains itself: derivation, routes, reasons, comparison, checking, asking."""

from __future__ import annotations

from .derivation import Derivation, Factor, Update, explain, explain_update

__all__ = ["Derivation", "Factor", "Update", "explain", "explain_update"]
