"""A script: its variables are globals, its loops have run, some names lie in functions that have returned."""

# ruff: noqa: B007, T201  # the names that a loop leaves behind are what is printed

from autograd_scalar.names import read_names
from names_places.node import Node

w = [Node(), Node()]
b = Node()
first, second = Node(), Node()
for p in (first, second):
    pass
for wi in w:
    pass
for _i, (q, _) in enumerate([(second, 0)]):
    pass


def make() -> Node:
    """Make a node whose name is gone when it is returned."""
    inner = Node()
    return inner  # noqa: RET504  # a local name of the function that has returned


made = [make()]


class Layer:
    """A class whose body is a place too."""

    c = Node()
    in_body = read_names(Node).of(c)


class Net:
    """Reads names in a method."""

    def __init__(self) -> None:
        self.w = Node()

    def forward(self) -> tuple[str, str]:
        """Read the name of the net's weight, as `self` and as what the outer frame calls it."""
        names = read_names(Node)
        return names.of(self.w), names.of(b)


net = Net()
names = read_names(Node)
print(names.of(w[1]), names.of(b), names.of(second), names.of(made[0]), Layer.in_body)
print(net.forward(), Net().forward())
print([read_names(Node).of(v) for v in w])
print(names.aliases(second), names.aliases(w[1]))
