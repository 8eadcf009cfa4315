"""The reference: every row of the table as a person looks it up, in a terminal and as one static page.

>>> from autograd_scalar.reference import find
>>> find("*").signature
'mul(x, y)'
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..whole import write_whole
from .html import page
from .rules import Curves, curves, find
from .text import show_rule, show_table

if TYPE_CHECKING:
    import os

__all__ = ["Curves", "curves", "find", "page", "show_rule", "show_table", "write_reference"]


def write_reference(path: str | os.PathLike[str]) -> Path:
    """Write the reference as one HTML page, whole or not at all, and return its path.

    Of every row of the table, a user's own included: the maths, the domain, the kinks, a drawing, and a plot of its
    value and its partial. The page needs no network and holds no script.

    Raises `UsageError` for a name that does not end in .html; `OSError` where the file cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"the reference is an HTML page: give it a name like ops.html, not {path.name!r}")
    write_whole(path, page().encode())
    return path
