"""`x.dtype`: the type of an array's elements as a value of the program, and what it is equal to."""

from __future__ import annotations

from msgspec import Struct

from cnnlint.readers.python.arrays import dtypes
from cnnlint.readers.python.run import Native
from cnnlint.readers.python.values import Abstract, Symbol, Value


class ElementType(Abstract, Struct, frozen=True):
    """What `x.dtype` is, by numpy's name for it."""

    name: str
    #: it is surely numpy's own, to which Python's `float` is float64 and not float32
    numpy: bool = False

    @property
    def is_object(self) -> bool:
        """It is an object of numpy's."""
        return True

    def equals(self, other: Value) -> bool | None:
        """Names, numpy's classes and Python's own types stand for element types."""
        asked = dtype_name(other)
        if asked is None:
            return None
        if asked not in dtypes.NUMERIC or self.name not in dtypes.NUMERIC:  # texts or objects, that hangs on versions
            return False if asked in dtypes.NUMERIC or self.name in dtypes.NUMERIC else None
        if isinstance(other, Native) and not self.numpy and asked in ("int64", "float64"):
            return None if self.name[:-2] == asked[:-2] else False
        return asked == self.name

    def as_text(self) -> str | None:
        """Its name."""
        return self.name if self.name in (*dtypes.NUMERIC, "object") else None

    def traced(self) -> object:
        """Its name."""
        return ("element type", self.name)

    def attribute(self, name: str) -> Value:
        """`dtype.name`, `dtype.kind` and `dtype.itemsize`; None for others."""
        if self.name not in dtypes.NUMERIC:
            return None
        if name == "name":
            return self.name
        if name == "kind":
            return "b" if self.name == "bool" else self.name[0]
        bits = {**dtypes.SIGNED, **dtypes.UNSIGNED, **dtypes.FLOATS}
        return bits.get(self.name, 8) // 8 if name == "itemsize" else None


def dtype_name(value: Value, default: str | None = None) -> str | None:
    """A dtype as numpy calls it; `default` where none is passed."""
    if value is None:
        return default
    if isinstance(value, ElementType):
        return value.name
    if isinstance(value, Symbol):
        return dtypes.canonical(value.last)
    name = value if isinstance(value, str) else value.name if isinstance(value, Native) else None
    return dtypes.canonical(name) if name is not None else None
