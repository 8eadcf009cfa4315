"""The stories of the worked examples, each told once, when it is first asked for."""

from __future__ import annotations

from autograd_scalar.examples import examples
from autograd_scalar.examples.example import Story

EXAMPLES = {example.name: example for example in examples()}


class Stories(dict[str, Story]):
    def __missing__(self, name: str) -> Story:
        self[name] = EXAMPLES[name].tell()
        return self[name]


STORIES = Stories()
