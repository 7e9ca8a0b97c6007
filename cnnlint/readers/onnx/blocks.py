"""Convolutions over blocks of channels, without the filters of zeros that fill up the last block."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.optimised import BLOCKED
from cnnlint.readers.onnx.values import Constant

SIZES = (16, 8)
"""Channels of a block, on newer processors and on older ones."""

LARGEST = max(SIZES)


def unfill(operations: Sequence[Operation], constants: dict[str, Constant]) -> None:
    """Give kernels and biases the sizes that they had before their last block was filled up.

    The operators stand behind those whose results they read. How many channels there are is said where blocks are left.
    """
    channels: dict[str, int] = {}
    used: dict[tuple[str, str], int | None] = {}
    for operation in reversed(operations):
        blocked = operation.domain == BLOCKED
        if blocked and operation.kind == "ReorderOutput":
            count = operation.attributes.get("channels")
            if isinstance(count, int) and count > 0:
                channels[operation.input(0)] = count
            continue
        found = next((channels[name] for name in operation.outputs if name in channels), None)
        alone = operation.attributes.get("group", 1) != 1
        if found is None and blocked and operation.kind == "Conv" and alone:
            stored = operation.input(1), operation.input(2)
            if stored not in used:
                used[stored] = _used(*map(constants.get, stored))
            found = used[stored]
        if found is None or operation.kind in ("ReorderInput", "Concat"):
            continue
        sources = operation.inputs
        if blocked and operation.kind == "Conv":
            for name in operation.inputs[1:3]:
                _shorten(constants, name, found)
            sources = (*(operation.inputs[:1] if alone else ()), *operation.inputs[3:])
        channels.update((name, found) for name in sources if name and name not in constants)


def _used(kernel: Constant | None, bias: Constant | None) -> int | None:
    """How many filters of a kernel, which lie side by side within each block, and its bias are no zeros at the end."""
    array, summand = (one.read() if one is not None and one.read is not None else None for one in (kernel, bias))
    if array is None or array.ndim < 3 or not array.size:
        return None
    filters, most = array.shape[0], 0
    for size in SIZES:
        if filters % size == 0:
            used = (array.reshape(filters // size, -1, size)[-1] != 0).any(axis=0)
            if summand is not None and summand.shape == (filters,):
                used |= summand[-size:] != 0
            most = max(most, int(used[::-1].argmax()))
    return int(filters) - most


def _shorten(constants: dict[str, Constant], name: str, count: int) -> None:
    filled = constants.get(name)
    stored = filled.dims[0] if filled is not None and filled.dims else None
    if filled is not None and stored is not None and 0 < stored - count < LARGEST:
        constants[name] = replace(filled, dims=(count, *(filled.dims or ())[1:]), known=None, unpack=None)
