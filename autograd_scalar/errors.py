"""What can go wrong, in five kinds.

Every error says which operation, on which operands, which node by name, and what to do. Each kind is also a built-in
exception, the one that plain Python numbers raise where they refuse the same, so code written for floats keeps working.
`AnomalyError` (`anomaly`) and `GradientError` (`testing`) belong to the tools that raise them.
"""

from __future__ import annotations


class AutogradError(Exception):
    """Anything this library refuses.

    >>> from autograd_scalar import AutogradError, Value
    >>> try:
    ...     Value(-1.0).log()
    ... except AutogradError as error:
    ...     print(type(error).__name__)
    DomainError
    """


class DomainError(AutogradError, ValueError):
    """The operation has no real value there: ``log(0)``, ``(-1) ** 0.5``."""


class DivisionError(AutogradError, ZeroDivisionError):
    """A division by zero, or zero to a negative power."""


class RangeError(AutogradError, OverflowError):
    """The true result is larger than the largest float: ``exp(1000)``."""


class UsageError(AutogradError, TypeError):
    """The call cannot mean anything or would lose a gradient: a str for a number, an edit of a result, ``float(v)``."""


class ShapeError(UsageError, ValueError, IndexError):
    """Arrays whose shapes do not fit each other, or a place that an array does not have."""
