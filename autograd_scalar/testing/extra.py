"""hypothesis, or the sentence that installs it."""

from __future__ import annotations

from ..errors import UsageError

try:
    from hypothesis import strategies
except ImportError:
    raise UsageError("strategies need hypothesis: pip install hypothesis; gradcheck works without it") from None

__all__ = ["strategies"]
