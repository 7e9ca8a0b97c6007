"""What rules are told of the weights in a file: each tensor once, those of layers with their filters."""

from __future__ import annotations

from collections.abc import Callable

import numpy

from cnnlint.graph import Learned, Node, Origin, UnusedWeights, Weights
from cnnlint.readers.onnx.builder import Builder, Reader
from cnnlint.readers.onnx.operation import Operation, every
from cnnlint.readers.onnx.values import Array, Constant


def tell_of_weights(builder: Builder) -> None:
    """Events for the weights in the file, and for those that nothing reads."""
    told = {event.name for event in builder.events if isinstance(event, Weights)}
    read = set(builder.loaded.outputs)
    for operation in every(builder.loaded.operations):
        read.update(operation.inputs)
        read.update(operation.captured)
    unused = [one for name, one in builder.loaded.constants.items() if name not in read]
    for name, weight in builder.loaded.constants.items():
        if weight.read is not None and name not in told and name in read:
            origin = Origin(text=weight.name)
            builder.events.append(Weights(origin=origin, model=builder.model, name=weight.name, read=weight.read))
    for node in builder.model.nodes:
        if id(node) in builder.learned:
            variables = tuple(builder.learned[id(node)])
            builder.events.append(Learned(origin=node.origin, model=builder.model, node=node, variables=variables))
    if unused:
        elements = sum(weight.size or 0 for weight in unused)
        names = tuple(one.name for one in unused)
        builder.events.append(UnusedWeights(origin=Origin(), model=builder.model, names=names, elements=elements))


def tell_of_kernel(builder: Builder, node: Node, operation: Operation, index: int, *, columns: bool = False) -> None:
    """Tell of a layer's kernel, whose filters are its first axis, or its last where `columns` says so."""
    weight, bias = builder.value(operation.input(index)), builder.value(operation.input(index + 1))
    if not isinstance(weight, Constant) or weight.read is None or weight.dims is None or len(weight.dims) < 2:
        return
    read = weight.read

    def filters() -> Array | None:
        array = read()
        return (
            None
            if array is None or not array.size
            else (array.T if columns else array).reshape(array.shape[-1 if columns else 0], -1)
        )

    biases = bias.read if isinstance(bias, Constant) else None
    builder.events.append(
        Weights(
            origin=node.origin,
            model=builder.model,
            name=weight.name,
            read=read,
            node=node,
            filters=filters,
            bias=biases,
        )
    )


Layout = Callable[[Array], Array]
"""From ONNX's order of axes to Keras's."""


def learn(builder: Builder, node: Node, operation: Operation, *indices: int, layout: Layout | None = None) -> None:
    """Keep what reads these inputs of an operator: they are the next variables of a layer, as far as they are given."""
    readers = builder.learned.setdefault(id(node), [])
    for index in indices:
        if operation.input(index):
            readers.append(_reader(builder.value(operation.input(index)), layout))


def _reader(value: object, layout: Layout | None) -> Reader:
    stored = value.read if isinstance(value, Constant) else None

    def read() -> Array | None:
        array = stored() if stored is not None else None
        return array if array is None or layout is None else layout(array)

    return read


def kernel(array: Array) -> Array:
    """(filters, channels, window ...) to (window ..., channels, filters)."""
    return numpy.moveaxis(array, (0, 1), (-1, -2))


def depthwise(groups: int) -> Layout:
    """(channels · multiplier, 1, window ...) to (window ..., channels, multiplier)."""
    return lambda array: numpy.moveaxis(array.reshape(groups, -1, *array.shape[2:]), (0, 1), (-2, -1))


def flat(array: Array) -> Array:
    """A bias that is stored with axes of size 1."""
    return array.reshape(-1)
