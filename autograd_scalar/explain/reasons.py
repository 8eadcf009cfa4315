"""Why a gradient is what it is."""
from __future__ import annotations
from ..value import Value
from .steps import Steps
def why_not_connected(steps: Steps, node: Value) -> str:
    return "not connected"
