"""numpy's rules for the type of elements: what operations make of two types, and what fits into each.

Names are numpy's own; None is a type that is not known. The rules are those of NumPy 2 (NEP 50), given only where
NumPy 1 agrees: a number of Python's has no type of its own, but a float makes floats of whole numbers.
"""

from __future__ import annotations

import math
import re

SIGNED = {"int8": 8, "int16": 16, "int32": 32, "int64": 64}
UNSIGNED = {"uint8": 8, "uint16": 16, "uint32": 32, "uint64": 64}
FLOATS = {"float16": 16, "float32": 32, "float64": 64}
WHOLE = frozenset({*SIGNED, *UNSIGNED, "bool"})
"""Types of whole numbers."""
NUMERIC = frozenset({*WHOLE, *FLOATS})

OTHER_NAMES = {
    "float": "float64",
    "float_": "float64",
    "double": "float64",
    "single": "float32",
    "half": "float16",
    "int": "int64",
    "int_": "int64",
    "long": "int64",
    "intp": "int64",
    "longlong": "int64",
    "intc": "int32",
    "uint": "uint64",
    "byte": "int8",
    "ubyte": "uint8",
    "short": "int16",
    "ushort": "uint16",
    "bool_": "bool",
    "str_": "str",
    "unicode_": "str",
    "object_": "object",
    "f2": "float16",
    "f4": "float32",
    "f8": "float64",
    "f": "float32",
    "d": "float64",
    "i": "int32",
    "i1": "int8",
    "i2": "int16",
    "i4": "int32",
    "i8": "int64",
    "u1": "uint8",
    "u2": "uint16",
    "u4": "uint32",
    "u8": "uint64",
    "b1": "bool",
    "?": "bool",
    "b": "int8",
    "B": "uint8",
    "l": "int64",
    "O": "object",
    "U": "str",
}


def canonical(name: str) -> str | None:
    """A dtype as numpy calls it, from any of its spellings; None for one that is not known."""
    bare = name.lstrip("<=|>")
    bare = OTHER_NAMES.get(bare, bare)
    if bare in NUMERIC or bare in ("str", "object"):
        return bare
    return "str" if re.fullmatch(r"U\d*", bare) else None


def promoted(a: str | None, b: str | None) -> str | None:
    """The type of `a op b` for two arrays."""
    if a == b:
        return a
    if a not in NUMERIC or b not in NUMERIC:
        return None
    if "bool" in (a, b):
        return b if a == "bool" else a
    if a in FLOATS or b in FLOATS:
        sizes = [FLOATS.get(one) or _float_for(one) for one in (a, b)]
        return f"float{max(sizes)}"
    if a in SIGNED and b in SIGNED:
        return a if SIGNED[a] > SIGNED[b] else b
    if a in UNSIGNED and b in UNSIGNED:
        return a if UNSIGNED[a] > UNSIGNED[b] else b
    signed, unsigned = (a, b) if a in SIGNED else (b, a)
    size = max(SIGNED[signed], 2 * UNSIGNED[unsigned])
    return f"int{size}" if size <= 64 else "float64"


def _float_for(name: str) -> int:
    """Bits of the least float that holds what a type of whole numbers holds."""
    bits = SIGNED.get(name) or UNSIGNED.get(name, 64)
    return 16 if bits == 8 else 32 if bits == 16 else 64


def with_number(dtype: str | None, number: object) -> str | None:
    """The type of `array op number` for a number of Python's."""
    if dtype not in NUMERIC:
        return None
    if isinstance(number, bool):
        return dtype
    if isinstance(number, int):
        return "int64" if dtype == "bool" else dtype
    if isinstance(number, float):
        return "float64" if dtype in WHOLE else dtype
    return None


def result(name: str, a: str | None, b: str | None) -> str | None:
    """The type of `a op b` for two arrays, by the name of the operator."""
    return _of_operator(name, promoted(a, b))


def result_with_number(name: str, dtype: str | None, number: object) -> str | None:
    """The type of `array op number`."""
    if dtype == "bool" and name == "Power":
        return None
    return _of_operator(name, with_number(dtype, number))


def _of_operator(name: str, common: str | None) -> str | None:
    if common is None:
        return None
    if name == "Divide":
        return floating(common) if common not in WHOLE else "float64"
    if common == "bool" and name in ("FloorDivide", "Modulo", "Power", "LeftShift", "RightShift"):
        return "int8"
    if common == "bool" and name == "Subtract":
        return None
    if name in ("BitAnd", "BitOr", "BitXor", "LeftShift", "RightShift"):
        return common if common in WHOLE else None
    return common


def floating(dtype: str | None) -> str | None:
    """The type of `np.exp(x)` and other functions that give floats."""
    if dtype in FLOATS:
        return dtype
    if dtype in ("bool", "int8", "uint8"):
        return "float16"
    if dtype in ("int16", "uint16"):
        return "float32"
    return "float64" if dtype in WHOLE else None


def summed(dtype: str | None) -> str | None:
    """The type of sums and products: small whole numbers are added up in large ones."""
    if dtype in UNSIGNED:
        return "uint64"
    return "int64" if dtype in WHOLE else dtype if dtype in FLOATS else None


def averaged(dtype: str | None) -> str | None:
    """The type of means and deviations."""
    return "float64" if dtype in WHOLE else dtype if dtype in FLOATS else None


def limits(dtype: str | None) -> tuple[float, float]:
    """The least and the largest number that a type holds; all numbers for one that is not known."""
    if dtype == "bool":
        return 0.0, 1.0
    if dtype in UNSIGNED:
        return 0.0, 2.0 ** UNSIGNED[dtype] - 1
    if dtype in SIGNED:
        return -(2.0 ** (SIGNED[dtype] - 1)), 2.0 ** (SIGNED[dtype] - 1) - 1
    return LARGEST.get(dtype or "", (-math.inf, math.inf))


LARGEST = {"float16": (-65504.0, 65504.0), "float32": (-3.4028235e38, 3.4028235e38)}
"""What is beyond these becomes infinite."""


def holds(dtype: str | None, low: float | None, high: float | None) -> bool:
    """Whether all numbers between two fit into a type, so that none of them wraps around or becomes infinite."""
    least, most = limits(dtype)
    if dtype not in WHOLE:
        return (low is None or low >= least) and (high is None or high <= most)
    return low is not None and high is not None and low >= least and high <= most
