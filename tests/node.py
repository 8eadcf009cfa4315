"""JavaScript, run by Node: one process for thousands of cases."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_FRAME = """
const encoded = (x) => {{
  if (Object.is(x, -0)) return {{ float: "-0.0" }};
  if (typeof x === "number") return Number.isFinite(x) ? x : {{ float: String(x) }};
  if (Array.isArray(x) || ArrayBuffer.isView(x)) return Array.from(x, encoded);
  if (x === null || typeof x !== "object") return x;
  return Object.fromEntries(Object.entries(x).map(([key, one]) => [key, encoded(one)]));
}};
const decoded = (_, x) => (x !== null && typeof x === "object" && "float" in x ? Number(x.float) : x);
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"), decoded);
const each = (() => {{
"use strict";
{source}
return {each};
}})();
console.log(JSON.stringify(cases.map((one) => encoded(each(one)))));
"""


def encoded(x: Any) -> Any:
    """Data as JSON that keeps every float."""
    if isinstance(x, float):
        return x if x - x == 0 else {"float": str(x).replace("inf", "Infinity").replace("nan", "NaN")}
    if isinstance(x, list | tuple):
        return [encoded(one) for one in x]
    return x


def run(folder: Path, source: str, each: str, cases: list[Any]) -> list[Any]:
    """What the function `each`, an expression that sees `source`, gives for each of `cases`."""
    node = shutil.which("node")
    if node is None:
        assert os.environ.get("CI") != "true", "CI has Node"
        pytest.skip("Node is not installed")
    file = folder / "cases.js"
    file.write_text(_FRAME.format(source=source, each=each), encoding="utf-8")
    done = subprocess.run(
        [node, str(file)],
        input=json.dumps(encoded(cases)),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    results: list[Any] = json.loads(done.stdout, object_hook=lambda x: float(x["float"]) if "float" in x else x)
    return results
