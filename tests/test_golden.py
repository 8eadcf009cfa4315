"""The derivations of the worked examples, whole, as they were last looked at and found right.

After a change of the wording: ``python tests/test_golden.py`` writes the files anew; read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from autograd_scalar.examples import examples
from autograd_scalar.examples.example import Example
from autograd_scalar.explain import explain

HERE = Path(__file__).parent / "golden"
EXAMPLES = {example.name: example for example in examples()}


def golden(example: Example) -> dict[str, str]:
    """The files of an example: every printing of its derivation, and its story."""
    run = example.record()
    derivation = run.explain()
    every_op = explain(run.result, run.names[example.wrt], detail="every-op")
    text = [derivation, explain(run.result), every_op, run.update()]
    return {
        f"{example.name}.txt": "\n\n".join(map(str, text)) + "\n",
        f"{example.name}.ascii.txt": derivation.ascii() + "\n",
        f"{example.name}.tex": derivation.latex() + "\n",
        f"{example.name}.md": derivation.markdown() + "\n",
        f"{example.name}.mathml": derivation.mathml().replace("<mtr>", "\n<mtr>") + "\n",
        f"{example.name}.story.txt": f"{example.tell()}\n",
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_derivations_are_those_that_were_read(name: str) -> None:
    for file, text in golden(EXAMPLES[name]).items():
        assert text == (HERE / file).read_text(encoding="utf-8"), f"{file}: if meant, python tests/test_golden.py"


def test_no_file_is_left_over() -> None:
    expected = {file for example in EXAMPLES.values() for file in golden(example)}
    assert {path.name for path in HERE.iterdir()} == expected


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for one in EXAMPLES.values():
        for name, content in golden(one).items():
            (HERE / name).write_text(content, encoding="utf-8")
