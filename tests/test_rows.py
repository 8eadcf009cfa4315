"""Every row of the worked values is reached by an example, which asserts or judges it.

A row is a number, a claim or a technique of two texts on backpropagation, which are not always right. Where they are
not, the example that reaches the row shows the run that proves it.
"""

from __future__ import annotations

from autograd_scalar.examples import examples

# How many rows each section has, and what it is about.
SECTIONS = {
    "A": 17,  # one neuron with a relu
    "B": 14,  # the same with a sigmoid
    "C": 7,  # one against the other
    "D": 11,  # does relu prevent exploding gradients?
    "E": 10,  # three layers with weights of 5
    "F": 7,  # any depth, any weight
    "G": 7,  # remedies
    "H": 11,  # He's initialisation, derived
    "I": 5,  # other initialisations
    "J": 9,  # what was asked and what was promised
    "P": 24,  # a softmax network of two layers, with matrices
}
ROWS = {f"{section}{place}" for section, count in SECTIONS.items() for place in range(1, count + 1)}

PLACES = {row: example.name for example in examples() for row in example.rows}


def test_every_row_is_reached() -> None:
    assert not ROWS - set(PLACES)


def test_no_row_is_made_up() -> None:
    assert set(PLACES) <= ROWS
