"""Methods of numbers."""

from __future__ import annotations

from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import CallSite, Unknown, Value

METHODS = frozenset({"bit_length", "bit_count", "is_integer", "conjugate", "as_integer_ratio", "hex"})
PLAIN = frozenset({"real", "imag", "numerator", "denominator"})


def method(value: Value, name: str) -> Native | None:
    """A method of a number that takes nothing; None for everything else."""
    if not isinstance(value, (int, float)) or name not in METHODS or not hasattr(value, name):
        return None
    known = getattr(value, name)

    def call(run: Run, site: CallSite) -> Value:
        result: Value = known() if not site.values() else Unknown(f"`.{name}()`")
        return result

    return Native(name, call)
