"""The worked examples, whole, as they were last looked at and found right; of three every printing of the derivation.

After a change of the wording: ``python tests/test_golden.py`` writes the files anew; read the difference.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from stories import EXAMPLES, STORIES

from autograd_scalar.draw import draw
from autograd_scalar.examples.example import Example
from autograd_scalar.explain import explain, explain_update

pytestmark = [pytest.mark.once, pytest.mark.slow]

HERE = Path(__file__).parent / "golden"
IN_FULL = ("relu-neuron", "sigmoid-neuron", "exploding-chain")


def golden(example: Example) -> dict[str, str]:
    """The files of an example: its story, and perhaps every printing of its derivation."""
    story = {f"{example.name}.story.txt": f"{_to_nine_digits(str(STORIES[example.name]))}\n"}
    if example.name not in IN_FULL:
        return story
    run = example.record()
    derivation = explain(run.result, run.names[example.wrt])
    every_op = explain(run.result, run.names[example.wrt], detail="every-op")
    update = explain_update(run.result, run.names[example.wrt], lr=0.1)
    text = [derivation, explain(run.result), every_op, update]
    return story | {
        f"{example.name}.txt": "\n\n".join(map(str, text)) + "\n",
        f"{example.name}.ascii.txt": derivation.ascii() + "\n",
        f"{example.name}.tex": derivation.latex() + "\n",
        f"{example.name}.md": derivation.markdown() + "\n",
        f"{example.name}.mathml": derivation.mathml().replace("<mtr>", "\n<mtr>") + "\n",
        f"{example.name}.svg": draw(run.result).svg,
    }


def files(name: str) -> set[str]:
    """The names of these files."""
    kinds = (".txt", ".ascii.txt", ".tex", ".md", ".mathml", ".svg") if name in IN_FULL else ()
    return {f"{name}.story.txt", *(f"{name}{kind}" for kind in kinds)}


def _to_nine_digits(text: str) -> str:
    """Text whose long numbers are rounded: the last digits of exp and log are the platform's own."""
    return re.sub(r"\d+\.\d{10,}", lambda found: f"{float(found[0]):.9g}", text)


@pytest.mark.parametrize("name", EXAMPLES)
def test_derivations_are_those_that_were_read(name: str) -> None:
    found = golden(EXAMPLES[name])
    assert set(found) == files(name)
    for file, text in found.items():
        assert text == (HERE / file).read_text(encoding="utf-8"), f"{file}: if meant, python tests/test_golden.py"


def test_no_file_is_left_over() -> None:
    assert {path.name for path in HERE.iterdir()} == set().union(*map(files, EXAMPLES))


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for path in HERE.iterdir():
        path.unlink()
    for one in EXAMPLES.values():
        for name, content in golden(one).items():
            (HERE / name).write_text(content, encoding="utf-8")
