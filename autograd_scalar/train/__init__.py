"""Training a network, and looking at it: what people do with `nn`.

Each name is imported from its file when it is first asked for, so that plotting and arrays cost nothing before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .boundaries import Boundary, boundary
    from .fitting import fit
    from .history import Epoch, History
    from .layer_report import LayerReport, Report
    from .matrix_view import matrix_view
    from .reporting import report

__all__ = ["Boundary", "Epoch", "History", "LayerReport", "Report", "boundary", "fit", "matrix_view", "report"]

# The names of this room, each with the file that holds it.
_LATER = {
    "Boundary": "boundaries",
    "Epoch": "history",
    "History": "history",
    "LayerReport": "layer_report",
    "Report": "layer_report",
    "boundary": "boundaries",
    "fit": "fitting",
    "report": "reporting",
    "matrix_view": "matrix_view",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    globals()[name] = found = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
