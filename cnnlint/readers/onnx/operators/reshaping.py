"""What a Reshape really does: which axes it splits, merges, or merely renames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnlint.graph import UNKNOWN
from cnnlint.readers.onnx.builder import Builder, targets
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.operators.repeating import upsampled
from cnnlint.readers.onnx.values import Symbol, Tensor, dimension_of, identity, size_of
from cnnlint.readers.onnx.weights import flatten_order

Size = Any
"""An int or a Symbol."""


def reshape_to(builder: Builder, operation: Operation, tensor: Tensor, wanted: Sequence[Size]) -> None:
    """Let the operator's output be the tensor in the shape `wanted`, which may hold symbols, a 0 or a -1."""
    shape = tensor.onnx_shape
    if shape is None or tensor.axes is None:
        _unknown(builder, operation, tensor, wanted)
        return
    before = [1 if axis is None else size_of(size, axis) for size, axis in zip(shape, tensor.axes, strict=True)]
    after = resolved(before, wanted, operation)
    inferred = builder.loaded.shapes.get(operation.outputs[0])
    if inferred is not None and len(inferred) == len(after):
        pairs = zip(after, inferred, strict=True)
        after = [known if isinstance(size, Symbol) and known is not None else size for size, known in pairs]
    if len(after) == 2 and tensor.axes[0] == 0 and after[0] is not None and _alike(before[0], after[0]):
        if len(tensor.real_axes) == 2:
            builder.define(operation.outputs[0], tensor.node, (0, 1))
        else:
            made = builder.emit("Flatten", operation, [tensor.node], (0, 1))
            order = flatten_order(tensor)
            if order is not None:
                builder.flattened[id(made)] = order
        return
    merged = _merged(before, after)
    if merged is None or not upsampled(builder, operation, tensor, merged):
        _regroup(builder, operation, tensor, before, after)


def _merged(before: Sequence[Size], after: Sequence[Size]) -> tuple[int, int] | None:
    """The two neighbouring axes that become one, if that is all that happens."""
    if len(after) != len(before) - 1:
        return None
    first = next((axis for axis, size in enumerate(after) if not _alike(before[axis], size)), len(after) - 1)
    joined = [*before[:first], before[first] * before[first + 1], *before[first + 2 :]]
    return (first, first + 1) if all(map(_alike, joined, after)) else None


def _unknown(builder: Builder, operation: Operation, tensor: Tensor, wanted: Sequence[Size]) -> None:
    """A Reshape of a tensor of unknown rank."""
    sizes = tuple(dimension_of(size) if size else None for size in wanted)
    target = UNKNOWN if 0 in wanted[1:] else targets(sizes)
    arguments = {"target_shape": operation.argument(target)}
    builder.emit("Reshape", operation, [tensor.node], identity(len(wanted)), arguments)


def _alike(one: Size, other: Size) -> bool:
    return one is other if isinstance(one, Symbol) or isinstance(other, Symbol) else bool(one == other)


def resolved(before: Sequence[Size], wanted: Sequence[Size], operation: Operation) -> list[Size]:
    """The shape asked for with its 0s (copied) and its -1 (what is left) worked out."""
    zero_is_size = bool(operation.integer("allowzero", 0))
    sizes: list[Size] = []
    for index, size in enumerate(wanted):
        if size == 0 and not zero_is_size and not isinstance(size, Symbol):
            if index >= len(before):
                raise Malformed("a 0 in the shape of Reshape copies an axis that its input does not have")
            size = before[index]
        if not isinstance(size, Symbol):
            size = int(size)
            if size < -1:
                raise Malformed(f"{size} is no size to reshape to")
        sizes.append(size)
    open_places = [index for index, size in enumerate(sizes) if not isinstance(size, Symbol) and size == -1]
    if len(open_places) > 1:
        raise Malformed("the shape of Reshape has more than one -1")
    number, symbols = _product(before)
    asked, taken = _product([size for index, size in enumerate(sizes) if index not in open_places])
    left = list(symbols)
    for symbol in taken:
        if not any(symbol is one for one in left):
            left, number = [Symbol(), Symbol()], 0  # a size that comes from elsewhere: nothing can be said
            break
        left = _without(left, symbol)
    if open_places:
        if not left and asked and number % asked == 0:
            sizes[open_places[0]] = number // asked
        elif len(left) == 1 and number == asked:
            sizes[open_places[0]] = left[0]
        elif not left and asked:
            raise Malformed(f"Reshape of {number} elements to {asked} times a whole number")
        else:
            sizes[open_places[0]] = Symbol()
    elif not left and not symbols and number != asked:
        raise Malformed(f"Reshape of {number} elements to {asked}")
    return sizes


def _product(sizes: Sequence[Size]) -> tuple[int, list[Symbol]]:
    """The product of the known sizes, and the others."""
    number, symbols = 1, []
    for size in sizes:
        if isinstance(size, Symbol):
            symbols.append(size)
        else:
            number *= size
    return number, symbols


def _without(symbols: list[Symbol], symbol: Symbol) -> list[Symbol]:
    index = next(place for place, one in enumerate(symbols) if one is symbol)
    return symbols[:index] + symbols[index + 1 :]


Block = tuple[list[int], list[int]]
"""Axes before and after that hold the same data."""


def blocks(before: Sequence[Size], after: Sequence[Size]) -> list[Block]:
    """The smallest runs of axes that turn into each other."""
    found: list[Block] = []
    i = j = 0
    while i < len(before) or j < len(after):
        if i < len(before) and j < len(after) and _alike(before[i], after[j]):
            found.append(([i], [j]))
            i, j = i + 1, j + 1
        elif i < len(before) and _one(before[i]):
            found.append(([i], []))
            i += 1
        elif j < len(after) and _one(after[j]):
            found.append(([], [j]))
            j += 1
        else:
            stop = _balanced(before, after, i, j)
            found.append((list(range(i, stop[0])), list(range(j, stop[1]))))
            i, j = stop
    return found


def _one(size: Size) -> bool:
    return not isinstance(size, Symbol) and size == 1


def _balanced(before: Sequence[Size], after: Sequence[Size], i: int, j: int) -> tuple[int, int]:
    """Where both products are equal for the first time; the ends where that cannot be seen."""
    ends = (len(before), len(after))
    if i >= ends[0] or j >= ends[1] or isinstance(before[i], Symbol) or isinstance(after[j], Symbol):
        return ends
    one, other = before[i], after[j]
    i, j = i + 1, j + 1
    while one != other:
        if one < other:
            if i >= ends[0] or isinstance(before[i], Symbol):
                return ends
            one, i = one * before[i], i + 1
        else:
            if j >= ends[1] or isinstance(after[j], Symbol):
                return ends
            other, j = other * after[j], j + 1
    return i, j


def _regroup(
    builder: Builder, operation: Operation, tensor: Tensor, before: Sequence[Size], after: Sequence[Size]
) -> None:
    """Split and merge axes in the node's own order where that is possible, behind a Permute where it is not."""
    axes = tensor.axes or ()
    output: list[int | None] = [None] * len(after)
    groups: list[tuple[list[int], list[int]]] = []  # axes of the node, axes after
    dropped: list[int] = []
    inserted: list[int] = []
    for sources, results in blocks(before, after):
        real = [axis for source in sources if (axis := axes[source]) is not None]
        if not results:
            dropped.extend(real)
        elif not real:
            inserted.extend(results)
        else:
            groups.append((real, results))
    # a picture with one channel is turned around by a Reshape: the axis of size 1 only moves
    while dropped and inserted:
        groups.append(([dropped.pop(0)], [inserted.pop(0)]))
    groups.sort(key=lambda group: min(group[0]))
    if not dropped and all(len(real) == len(results) == 1 for real, results in groups):
        for real, results in groups:
            output[results[0]] = real[0]
        builder.define(operation.outputs[0], tensor.node, tuple(output))
        return
    order = [axis for real, _ in groups for axis in real]
    node = tensor.node
    if [*order, *dropped] != sorted([*order, *dropped]) and order != sorted(order):
        node = builder.permuted(node, [*order, *dropped], operation)
    sizes: list[int | None] = []
    for _, results in groups:
        for result in results:
            output[result] = len(sizes)
            sizes.append(dimension_of(after[result]))
    batch = bool(groups) and groups[0][0] == [0] and len(groups[0][1]) == 1
    target = targets(tuple(sizes)) if batch else UNKNOWN
    arguments = {"target_shape": operation.argument(target)}
    made = builder.emit("Reshape", operation, [node], tuple(output), arguments)
    if made.shape is None or not batch:
        made.shape = tuple(sizes)
        builder.define(operation.outputs[0], made, tuple(output))
