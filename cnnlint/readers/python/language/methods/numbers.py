"""Methods of numbers and bytes: those of Python itself, on values that are known."""

from __future__ import annotations

from cnnlint.readers.python.language.refusals import computed
from cnnlint.readers.python.run import Native
from cnnlint.readers.python.values import Value

PARTS = frozenset({"real", "imag", "numerator", "denominator"})
OTHER = frozenset({"__hash__", "__sizeof__", "__init__", "__new__", "__class__", "__setattr__", "__delattr__"})
"""What is another one in each run of Python, or not about the value."""


def method(value: Value, name: str) -> Native | None:
    """A method of a number or of bytes; None for everything else."""
    if not isinstance(value, (int, float, complex, bytes)) or name in OTHER:
        return None
    if not callable(getattr(value, name, None)):
        return None
    return Native(name, computed(getattr(value, name)), value)
