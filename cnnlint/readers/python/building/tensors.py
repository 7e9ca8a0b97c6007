"""What programs ask of tensors: their shape, items and slices."""

from __future__ import annotations

import libcst as cst

from cnnlint.graph import Shape
from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.building import sessions
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    TensorValue,
    Unknown,
    Value,
    VariableValue,
)


def tensor_attribute(run: Run, value: TensorValue, name: str) -> Value:
    """An attribute of a tensor: its shape, mostly."""
    shape = value.node.shape
    if name in ("shape", "_keras_shape", "get_shape"):
        known: Value = Unknown("shape", ("shape", value.node.kind))
        if shape is not None:
            known = tuple(size if size is not None else (None if index == 0 else Unknown("size", ("size", index)))
                          for index, size in enumerate(shape))  # fmt: skip
        return Native(name, lambda run, site: known) if name == "get_shape" else known
    if name == "set_shape":
        return Native(name, lambda run, site: None)
    if name in ("name", "op", "dtype", "graph"):
        return Unknown(f"tensor.{name}")
    if name == "eval":
        return Native(name, lambda run, site: sessions.feed(run, site, 0) or Unknown("eval()"))
    if name == "ndim":
        return len(shape) if shape is not None else Unknown("ndim")
    return Unknown(f"tensor.{name}", ("tensor", name))


def tensor_item(run: Run, value: TensorValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`tensor[...]`: an opaque node, whose shape is known where every index is a slice or a number."""
    return run.building.opaque("slice", [value], node, shape=_indexed(value.node.shape, index))


def _indexed(shape: Shape | None, index: list[Value]) -> Shape | None:
    if shape is None:
        return None
    given = sum(part is not Ellipsis and part is not None for part in index)
    if given > len(shape):
        return None
    remaining, sizes = list(shape), list[int | None]()
    for part in index:
        if part is None:
            sizes.append(1)
        elif part is Ellipsis:
            for _ in range(len(shape) - given):
                sizes.append(remaining.pop(0))
        elif isinstance(part, slice):
            sizes.append(arrays.sliced(remaining.pop(0), part))
        elif isinstance(part, int) and not isinstance(part, bool):
            remaining.pop(0)
        else:
            return None
    return (*sizes, *remaining)


def variable_attribute(value: VariableValue, name: str) -> Value:
    """An attribute of a variable, or None."""
    shape = value.shape
    if shape is None or name not in ("shape", "get_shape"):
        return None
    return shape if name == "shape" else Native("get_shape", lambda run, site: shape)
