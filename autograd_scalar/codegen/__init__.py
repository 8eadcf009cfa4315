"""From the text of a row to code.

`expressions` turns an expression of a row into Python source for a target, which says how numbers, calls and powers
are written: plain floats (the eager engine) or Values (a derivative that is itself a graph). `flat_rows` and
`many_rows` write the rules, methods and functions around it, `refusals` what answers where computing may raise. No
operation is known by name: all that is written comes from the row.

The code of the built-in rows is committed as ``_generated.py``; ``python -m autograd_scalar.codegen`` writes it, and a
test fails when it is stale. A user's row goes through the same functions at run time, and its source is registered with
`linecache`, so that debuggers and tracebacks show it.
"""

from __future__ import annotations

from .derivatives import derivative_source
from .module import compiled, generated_module, install, names_taken, row_source
from .storage import is_flat

__all__ = ["compiled", "derivative_source", "generated_module", "install", "is_flat", "names_taken", "row_source"]
