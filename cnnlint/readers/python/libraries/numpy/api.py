"""numpy as the reader meets it: its functions by name, and what its arrays are asked."""

from __future__ import annotations

from cnnlint.graph import ArrayFacts
from cnnlint.graph.vocabulary import function_spec
from cnnlint.readers.python.arrays import methods, reached
from cnnlint.readers.python.arrays.dtypes import FLOATS, NUMERIC
from cnnlint.readers.python.arrays.identity import lifted, view
from cnnlint.readers.python.arrays.shapes import product
from cnnlint.readers.python.building.layers.placeholders import of_input
from cnnlint.readers.python.language.attributes import found_attribute
from cnnlint.readers.python.libraries.numpy import random_numbers
from cnnlint.readers.python.libraries.numpy.methods import METHODS
from cnnlint.readers.python.libraries.numpy.rows import ROWS
from cnnlint.readers.python.libraries.rows import copied, method_of, unknown
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ListValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    tensors_in,
    token,
)


def call(run: Run, name: str, site: CallSite) -> Value:
    """Call `numpy.name`; what numpy asks an object for before it makes an array of it, a tensor has."""
    asked = site.value(0, "a") if name in ("shape", "ndim") else None
    if isinstance(asked, TensorValue):
        return found_attribute(run, asked, name)
    if any(isinstance(value, TensorValue) or _symbolic(run, value) for value in site.values()):
        if function_spec(f"keras.ops.{name}") is not None:  # these have numpy's names and arguments
            return run.call(Symbol(f"keras.ops.{name}"), site)
        return run.building.opaque(f"numpy.{name}", [t for v in site.values() for t in tensors_in(v)], site.node)
    if name.startswith("random."):
        return random_numbers.call(run, name[len("random.") :], site)
    row = ROWS.get(name.removeprefix("lib."))
    return row.call(run, f"numpy.{name}", site) if row is not None else unknown(run, f"numpy.{name}", site)


def _symbolic(run: Run, value: Value) -> bool:
    """Whether tensors stand in a list that have no numbers."""
    return isinstance(value, (ListValue, tuple)) and any(of_input(run, one.node) for one in tensors_in(value))


def attribute(run: Run, value: ArrayValue, name: str) -> Value:
    """An attribute or method of an array."""
    found = methods.size(value, name)
    if found is not None:
        return found
    if name == "T":
        return methods.transposed(value)
    if name == "real" and value.facts.dtype in NUMERIC:
        return view(value, copied(value))
    if name == "imag" and value.facts.dtype in FLOATS:
        return ArrayValue(ArrayFacts(value.facts.shape, value.facts.dtype, 0.0, 0.0), exact=True)
    if name in PROPERTIES:
        return Unknown(name, ("attribute", token(value), name))
    if name == "flat":
        return view(value, ArrayValue(ArrayFacts((product(value.facts.shape),), value.facts.dtype)))
    row = METHODS.get(name)
    if row is not None:
        return Native(name, method_of(f"array.{name}", row, value))
    return Native(name, lambda run, site: _not_followed(run, value, name, site))


def _not_followed(run: Run, value: ArrayValue, name: str, site: CallSite) -> Value:
    """A method of which nothing is known: unless it surely reads alone, it may write into the array."""
    if name not in READING and not reached.leaves(name, site):
        reached.reached(run, value)
    return unknown(run, f"numpy.array.{name}", site)


PROPERTIES = frozenset({"base", "ctypes", "data", "device", "flags", "itemsize", "mT", "nbytes", "strides"})
"""What arrays have that is no method, so that it may be false."""
READING = frozenset(
    {
        "nonzero",
        "searchsorted",
        "tobytes",
        "tostring",
        "tofile",
        "std",
        "var",
        "ptp",
        "trace",
        "choose",
        "compress",
        "conj",
        "todense",
        "conjugate",
        "argpartition",
        "cpu",
        "gpu",
        "detach",
        "to",
        "numpy",
        "newbyteorder",
        "getfield",
        "count_nonzero",
        "__len__",
        "__getitem__",
        "__array__",
        "__iter__",
        "__contains__",
        "value_counts",
        "groupby",
        "get_shape",
        "index",
    }
)
"""Methods without a row of their own that leave their array as it is, of arrays and of tensors."""


def of_unknown(run: Run, value: Unknown, name: str) -> Value | None:
    """A method by which something unknown shows that it is an array: `x_train.reshape(...)`, `.astype("float32")`."""
    if name not in ("reshape", "astype"):
        return None
    array = lifted(run, value)
    return attribute(run, array, name) if array is not None else None
