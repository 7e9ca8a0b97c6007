"""What rules are told of the weights in a file: each tensor once, those of layers with their filters."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy

from cnnlint.graph import Learned, Node, Origin, UnusedWeights, Weights
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.readers.onnx.builder import Builder, Order, Reader
from cnnlint.readers.onnx.operation import Operation, every
from cnnlint.readers.onnx.optimised import FILLED
from cnnlint.readers.onnx.values import Array, Constant, Tensor


def tell_of_weights(builder: Builder) -> None:
    """Events for the weights in the file, and for those that nothing reads; layers with the same ones are the same."""
    _share(builder)
    told = {event.name for event in builder.events if isinstance(event, Weights)}
    read, first = set(builder.loaded.outputs), dict[str, Origin]()
    for operation in every(builder.loaded.operations):
        read.update(operation.inputs)
        read.update(operation.captured)
        for name in operation.inputs:
            first.setdefault(name, operation.origin)
    unused = [one for name, one in builder.loaded.constants.items() if name not in read]
    for name, weight in builder.loaded.constants.items():
        if weight.read is not None and name not in told and name in read:
            origin = first.get(name, Origin(text=weight.name))
            builder.events.append(Weights(origin=origin, model=builder.model, name=weight.name, read=weight.read))
    sources = _sources(builder)
    for shuffled in builder.shuffled:
        builder.learned.pop(id(sources.get(id(shuffled))), None)
    for node in builder.model.nodes:
        variables = _in_order(builder, node, sources)
        if variables:
            builder.events.append(Learned(origin=node.origin, model=builder.model, node=node, variables=variables))
    if unused:
        elements = sum(weight.size or 0 for weight in unused)
        names = tuple(one.name for one in unused)
        builder.events.append(UnusedWeights(origin=Origin(), model=builder.model, names=names, elements=elements))


def counted(builder: Builder, operation: Operation, *indices: int) -> int | None:
    """How many weights these inputs of an operator hold, as far as they are given; None where that is not known."""
    values = [builder.value(operation.input(index)) for index in indices if operation.input(index)]
    stated = [isinstance(value, Constant) and (value.literal or value.behind == 0) for value in values]
    sizes = [
        (0 if nobodys else value.size) if isinstance(value, Constant) else None
        for value, nobodys in zip(values, stated, strict=True)
    ]
    return None if None in sizes else sum(size or 0 for size in sizes)


def tell_of_kernel(builder: Builder, node: Node, operation: Operation, index: int, *, columns: bool = False) -> None:
    """Tell of a layer's kernel, whose filters are its first axis, or its last where `columns` says so."""
    weight, bias = builder.value(operation.input(index)), builder.value(operation.input(index + 1))
    if not isinstance(weight, Constant) or weight.read is None or weight.dims is None or len(weight.dims) < 2:
        return
    if FILLED in operation.attributes:
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
            name=weight.name or operation.input(index),
            read=read,
            node=node,
            filters=filters,
            bias=biases,
        )
    )


def _share(builder: Builder) -> None:
    """Give layers that read the same weights with the same settings one number, as repeated calls of a layer have."""
    first: dict[object, Node] = {}
    for node in builder.model.nodes:
        names = builder.named.get(id(node))
        if names and all(names):
            # one bias is quantised anew for each scale of what is read
            names = [name for name in names if not _whole(builder, name)]
            settings: object = tuple(sorted((name, argument.value) for name, argument in node.arguments.items()))
            try:
                hash(settings)
            except TypeError:
                settings = repr(settings)
            node.layer_id = first.setdefault((node.kind, *names, settings), node).layer_id


def _whole(builder: Builder, name: str) -> bool:
    """Whether a weight is stored as the whole numbers that quantised biases are."""
    stored = builder.loaded.constants.get(name)
    return stored is not None and stored.dtype == "int32"


def _in_order(builder: Builder, node: Node, sources: dict[int, Node]) -> tuple[Reader, ...]:
    """What reads a layer's variables, the rows of a kernel in the order in which a Flatten of the node's axes gives
    its numbers; nothing where it is not a kernel that a Flatten stands before."""
    readers = tuple(builder.learned.get(id(node), ()))
    if not readers or len(node.inputs) != 1 or not builder.flattened:
        return readers
    order = builder.flattened.get(id(sources.get(id(node.inputs[0]))))
    if order is None:
        return readers
    return (lambda: _taken(readers[0](), order), *readers[1:]) if node.kind == "Dense" else ()


def _sources(builder: Builder) -> dict[int, Node]:
    """By id of each node the layer with weights, the Flatten or the merge that its numbers come from one by one."""
    found: dict[int, Node] = {}
    for node in builder.model.nodes:
        own = node.kind in WEIGHTED or node.kind == "Flatten" or len(node.inputs) != 1
        found[id(node)] = node if own else found.get(id(node.inputs[0]), node.inputs[0])
    return found


def _taken(array: Array | None, order: Order) -> Array | None:
    places = None if array is None else order(len(array))
    return None if array is None or places is None else array[places]


def flatten_order(tensor: Tensor) -> Order | None:
    """Of so many numbers that a Flatten of a node gives, each one's place among those that ONNX's gives; None where
    both are the same, or that is not known."""
    sizes, axes = tensor.onnx_shape, tensor.real_axes
    if sizes is None or axes == tuple(sorted(axes)):
        return None
    known = [size for size, axis in zip(sizes[1:], (tensor.axes or ())[1:], strict=True) if axis is not None]

    def order(count: int) -> Array | None:
        if None in known or math.prod(size or 0 for size in known) != count:
            return None
        places = numpy.arange(count).reshape([size or 0 for size in known])
        return numpy.transpose(places, numpy.argsort(axes[1:])).reshape(-1)

    return order


Layout = Callable[[Array], Array]
"""From ONNX's order of axes to Keras's."""


def learn(builder: Builder, node: Node, operation: Operation, *indices: int, layout: Layout | None = None) -> None:
    """Keep what reads these inputs of an operator: they are the next variables of a layer, as far as they are given."""
    readers, names = builder.learned.setdefault(id(node), []), builder.named.setdefault(id(node), [])
    for index in indices:
        if operation.input(index):
            value = builder.value(operation.input(index))
            readers.append(_reader(value, layout))
            names.append(value.name if isinstance(value, Constant) else "")


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
