"""``python -m autograd_scalar.codegen``: validate the built-in rows and write ``_generated.py`` from them."""

from __future__ import annotations

from pathlib import Path

from ..ops import table
from ..validation import validate
from ..whole import write_whole
from . import generated_module


def main() -> None:
    """Write the file next to this package, whole or not at all."""
    for row in table.values():
        validate(row, {name: other for name, other in table.items() if other is not row})
    text = generated_module(table.values())
    write_whole(Path(__file__).parent.with_name("_generated.py"), text.encode())


if __name__ == "__main__":
    main()
