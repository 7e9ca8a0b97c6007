"""Operators that move data about: Transpose, Reshape, Flatten, Squeeze, Slice, Split, Gather, reductions.

Most of what exporters write of these only translates between layouts, and becomes no node at all.
"""

from __future__ import annotations

from cnnlint.graph import OPAQUE, UNKNOWN, Argument, Shape, Unread
from cnnlint.readers.onnx.builder import Builder, agreed, operator
from cnnlint.readers.onnx.lowering import MOVED, SWAP
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.operators.pooling import pool_places
from cnnlint.readers.onnx.operators.reshaping import reshape_to
from cnnlint.readers.onnx.values import Axes, Constant, Tensor, identity, size_of
from cnnlint.readers.onnx.weights import learn


def normal(axes: tuple[int, ...], rank: int, operation: Operation) -> list[int]:
    """Axes counted from the front, each once."""
    if any(not -rank <= axis < rank for axis in axes):
        raise Malformed(f"an axis of {operation.kind} does not exist: {list(axes)} of {rank}")
    return sorted({axis % rank for axis in axes})


def _axes(tensor: Tensor, operation: Operation) -> Axes:
    if tensor.axes is None:
        raise Malformed(f"the rank of what {operation.kind} reads is not known")
    return tensor.axes


@operator("Transpose")
def transpose(builder: Builder, operation: Operation) -> None:
    """Another layout of the same node."""
    tensor = builder.tensor(operation)
    axes = _axes(tensor, operation)
    order = operation.integers("perm", len(axes)) or tuple(reversed(range(len(axes))))
    if sorted(order) != list(range(len(axes))):
        raise Malformed(f"perm of Transpose is no order of {len(axes)} axes")
    builder.define(operation.outputs[0], tensor.node, tuple(axes[axis] for axis in order))


@operator(MOVED)
def moved(builder: Builder, operation: Operation) -> None:
    """Another layout of the same node: its last axis as the second one, or the other way round."""
    tensor = builder.tensor(operation)
    axes = _axes(tensor, operation)
    if len(axes) < 3:
        raise Malformed("what has its channels last has fewer than three axes")
    back = operation.integer("back", 0)
    turned = (axes[0], *axes[2:], axes[1]) if back else (axes[0], axes[-1], *axes[1:-1])
    builder.define(operation.outputs[0], tensor.node, turned)


@operator(SWAP)
def swapped(builder: Builder, operation: Operation) -> None:
    """Another layout of the same node: its last two axes the other way round, or the first one before the last."""
    tensor = builder.tensor(operation)
    axes = _axes(tensor, operation)
    if len(axes) < 2:
        raise Malformed("an operand that is turned has fewer than two axes")
    first = operation.integer("first", 0)
    turned = (*axes[1:-1], axes[0], axes[-1]) if first else (*axes[:-2], axes[-1], axes[-2])
    builder.define(operation.outputs[0], tensor.node, turned)


@operator("Reshape")
def reshape(builder: Builder, operation: Operation) -> None:
    """Flatten, Reshape, or nothing where only axes of size 1 come, go or move."""
    tensor = builder.tensor(operation)
    if "shape" in operation.attributes:  # operator set 1
        wanted = list(operation.integers("shape") or ())
    else:
        target = builder.constant(operation, 1)
        items = target.items() if target is not None else None
        if items is None:
            _reshaped_somehow(builder, operation, tensor, target)
            return
        wanted = items
    reshape_to(builder, operation, tensor, wanted)


def _reshaped_somehow(builder: Builder, operation: Operation, tensor: Tensor, target: Constant | None) -> None:
    """A Reshape whose target is computed while the model runs."""
    shape = builder.loaded.shapes.get(operation.outputs[0])
    rank = len(shape) if shape is not None else None
    if rank is None and target is not None and target.dims is not None and len(target.dims) == 1:
        rank = target.dims[0]
    axes = identity(rank) if rank is not None and rank < 64 else None
    arguments = {"target_shape": operation.argument(UNKNOWN)}
    node = builder.emit("Reshape", operation, [builder.natural(tensor, operation)], axes, arguments)
    if node.shape is None and axes is not None:
        node.shape = (None,) * len(axes)
        builder.define(operation.outputs[0], node, axes)
    builder.model.unread.append(
        Unread(f"{operation.name}: what it reshapes to is computed while the model runs", operation.origin)
    )


@operator("Flatten")
def flatten(builder: Builder, operation: Operation) -> None:
    """All axes from `axis` on in one, and all before it in another."""
    tensor = builder.tensor(operation)
    axes, sizes = _axes(tensor, operation), tensor.onnx_shape
    axis = operation.integer("axis", 1)
    if not -len(axes) <= axis <= len(axes):
        raise Malformed(f"axis {axis} of Flatten does not exist: its input has {len(axes)} axes")
    axis = axis + len(axes) if axis < 0 else axis
    if axis == 1 and sizes is not None:
        batch = 1 if axes[0] is None else size_of(sizes[0], axes[0])
        reshape_to(builder, operation, tensor, [batch, -1])
        return
    before = 1
    for size in (sizes or (None,))[:axis]:
        before = -1 if size is None else before * size
    behind = 1
    for size in (sizes or (None,))[axis:]:
        behind = -1 if size is None else behind * size
    if before == behind == -1:
        raise Malformed("the sizes of what Flatten reads are not known")
    reshape_to(builder, operation, tensor, [before, behind])


@operator("Squeeze")
def squeeze(builder: Builder, operation: Operation) -> None:
    """Axes of size 1 taken out; phantoms simply vanish."""
    tensor = builder.tensor(operation)
    axes = _axes(tensor, operation)
    listed = builder.integers(operation, "axes", 1)
    shape = tensor.onnx_shape or (None,) * len(axes)
    gone = [i for i, size in enumerate(shape) if size == 1] if listed is None else normal(listed, len(axes), operation)
    kept = tuple(axis for index, axis in enumerate(axes) if index not in gone)
    real = tuple(sorted(axis for index in gone if (axis := axes[index]) is not None))
    if not real:
        builder.define(operation.outputs[0], tensor.node, kept)
        return
    renumbered = tuple(None if axis is None else axis - sum(one < axis for one in real) for axis in kept)
    argument = operation.argument(real[0] if len(real) == 1 else real)
    builder.emit("Squeeze", operation, [tensor.node], renumbered, {"axis": argument})


@operator("Unsqueeze")
def unsqueeze(builder: Builder, operation: Operation) -> None:
    """New axes of size 1, which are phantoms until an operator needs them."""
    tensor = builder.tensor(operation)
    axes = list(_axes(tensor, operation))
    listed = builder.integers(operation, "axes", 1) or ()
    for axis in normal(listed, len(axes) + len(listed), operation):
        axes.insert(axis, None)
    builder.define(operation.outputs[0], tensor.node, tuple(axes))


@operator("Expand")
def expand(builder: Builder, operation: Operation) -> None:
    """Repetition along axes of size 1; nothing where the shape stays."""
    tensor = builder.tensor(operation)
    target = builder.value(operation.input(1))
    items = target.items() if isinstance(target, Constant) else None
    sizes, axes = tensor.onnx_shape, tensor.axes
    if items is not None and sizes is not None and axes is not None and len(items) <= len(sizes):
        known = [1 if axis is None else size_of(size, axis) for size, axis in zip(sizes, axes, strict=True)]
        behind = known[len(known) - len(items) :]
        if all(item == 1 or item is size or item == size for item, size in zip(items, behind, strict=True)):
            builder.define(operation.outputs[0], tensor.node, axes)
            return
    builder.opaque(operation)


@operator("Slice")
def slice_(builder: Builder, operation: Operation) -> None:
    """A part of a tensor, which is opaque, but keeps the order of axes; the whole of one is the tensor itself."""
    tensor = builder.tensor(operation)
    axes = _axes(tensor, operation)
    listed = builder.integers(operation, "axes", 3)
    touched = range(len(axes)) if listed is None else normal(listed, len(axes), operation)
    if any(axes[axis] is None for axis in touched):
        builder.opaque(operation)
        return
    starts, ends = builder.integers(operation, "starts", 1), builder.integers(operation, "ends", 2)
    one = starts is not None and ends is not None and len(starts) == 1 and starts[0] == -1 and ends[0] >= 1 << 31 - 1
    if one and listed is not None and _last_step(builder, tensor, touched[0]):
        reduced = tuple(None if axis == 1 else axis - (axis > 1) for axis in axes if axis is not None)
        builder.define(operation.outputs[0], tensor.node, reduced)
        return
    node = builder.same(OPAQUE, operation, tensor)
    node.note = "Slice"
    if tensor.node.shape is not None and starts is not None and ends is not None:
        steps = builder.integers(operation, "steps", 4) or (1,) * len(starts)
        sizes = list(tensor.node.shape)
        bounds = zip(axes if listed is None else (axes[axis] for axis in listed), starts, ends, steps, strict=False)
        for place, start, end, step in bounds:
            size = sizes[place] if place is not None else None
            if place is not None and size is not None:
                sizes[place] = len(range(size)[start : None if step < 0 and end < -size else end : step])
        if tuple(sizes) == tensor.node.shape and None not in sizes[1:] and all(step == 1 for step in steps):
            builder.discard(node)
            builder.define(operation.outputs[0], tensor.node, axes)
            return
        node.shape = agreed(node.shape, tuple(sizes))
        builder.define(operation.outputs[0], node, axes)


def _last_step(builder: Builder, tensor: Tensor, axis: int) -> bool:
    """Turn a recurrent layer whose last step alone is read into one that gives only that; whether it was one."""
    node = tensor.node
    if tensor.axes is None or tensor.axes[axis] != 1 or None in tensor.axes or len(tensor.axes) != 3:
        return False
    if node.kind not in ("LSTM", "GRU", "SimpleRNN") or node.value("return_sequences") is not True:
        return False
    if not builder.single(node) or node.value("go_backwards") is not False:
        return False
    node.arguments["return_sequences"] = Argument(False)
    node.shape = None if node.shape is None else (node.shape[0], node.shape[2])
    return True


@operator("Split")
def split(builder: Builder, operation: Operation) -> None:
    """Parts of a tensor, an opaque node for each."""
    tensor = builder.tensor(operation)
    axes = _axes(tensor, operation)
    axis = operation.integer("axis", 0)
    layout: Axes = axes
    if axes[normal((axis,), len(axes), operation)[0]] is None:
        tensor = Tensor(builder.natural(tensor, operation), identity(len(axes)))
        layout = identity(len(axes))
    place = layout[normal((axis,), len(axes), operation)[0]]
    sizes = _parts(builder, operation, tensor.node.shape, place)
    for index, name in enumerate(operation.outputs):
        if name:
            shape = builder.expected(name, layout)
            if shape is None and tensor.node.shape is not None:
                part = sizes[index] if sizes is not None and index < len(sizes) else None
                shape = tuple(part if one == place else size for one, size in enumerate(tensor.node.shape))
            suffix = f":{index}" if index else ""
            node = builder.node(OPAQUE, operation, [tensor.node], shape=shape, suffix=suffix)
            node.note = "Split"
            builder.define(name, node, layout if node.shape is not None else None)


def _parts(builder: Builder, operation: Operation, shape: Shape | None, place: int | None) -> tuple[int, ...] | None:
    """How long each part of a Split is: as long as it is said, else all equal, as far as that is possible."""
    stated = builder.integers(operation, "split", 1)
    whole = shape[place] if shape is not None and place is not None else None
    if stated is not None or whole is None:
        return stated
    count = len(operation.outputs)
    longest = -(-whole // count)
    return tuple(min(longest, max(whole - longest * index, 0)) for index in range(count))


@operator("Gather")
def gather(builder: Builder, operation: Operation) -> None:
    """Rows of a table of weights by number are an Embedding; a recurrent layer's last step is a part of it."""
    data, indices = (builder.value(operation.input(index)) for index in (0, 1))
    axis = operation.integer("axis", 0)
    if isinstance(data, Constant) and isinstance(indices, Tensor) and axis == 0 and data.dims and len(data.dims) == 2:
        node = builder.natural(indices, operation)
        rows, columns = data.dims
        arguments = {
            "input_dim": operation.argument(UNKNOWN if rows is None else rows),
            "output_dim": operation.argument(UNKNOWN if columns is None else columns),
        }
        rank = indices.rank
        layout = identity(rank + 1) if rank is not None else None
        made = builder.emit("Embedding", operation, [node], layout, arguments, parameters=data.size)
        learn(builder, made, operation, 0)
        return
    if isinstance(data, Tensor) and data.axes is not None and isinstance(indices, Constant) and indices.scalar == -1:
        kept = tuple(0 if one == 0 else 1 for one in data.axes if one is not None and one != 1)
        if indices.dims == () and _last_step(builder, data, normal((axis,), len(data.axes), operation)[0]):
            builder.define(operation.outputs[0], data.node, kept)
            return
    builder.opaque(operation)
    before, places = (
        one.onnx_shape if isinstance(one, Tensor) else one.dims if one else None for one in (data, indices)
    )
    result = builder.value(operation.outputs[0])
    if isinstance(result, Tensor) and before is not None and places is not None and -len(before) <= axis < len(before):
        axis %= len(before)
        shape = agreed(result.node.shape, (*before[:axis], *places, *before[axis + 1 :]))
        result.node.shape = shape
        builder.define(operation.outputs[0], result.node, None if shape is None else identity(len(shape)))


SUMS = {
    **{kind: kind for kind in ("ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceProd")},
    "ReduceL1": "Norm",
    "ReduceL2": "Norm",
    "ReduceLogSumExp": "LogSumExp",
    "ReduceLogSum": "Reduce",
    "ReduceSumSquare": "Reduce",
}
"""What takes axes together, and Keras's operation."""


@operator(*SUMS)
def reduce(builder: Builder, operation: Operation) -> None:
    """Global pooling where all places are averaged (or their maximum is taken), else the bare operation."""
    tensor = builder.tensor(operation)
    axes = _axes(tensor, operation)
    listed = builder.integers(operation, "axes", 1)
    if not listed and operation.integer("noop_with_empty_axes", 0):
        builder.define(operation.outputs[0], tensor.node, axes)
        return
    chosen = list(range(len(axes))) if not listed else normal(listed, len(axes), operation)
    keep = bool(operation.integer("keepdims", 1))
    real = sorted(axis for index in chosen if (axis := axes[index]) is not None)
    last = len(tensor.real_axes) - 1
    if operation.kind in ("ReduceMean", "ReduceMax") and real == list(range(1, last)) and 1 <= len(real) <= 3:
        family = "Average" if operation.kind == "ReduceMean" else "Max"
        pool_places(builder, operation, tensor, family, chosen, keep=keep)
        return
    kept = [None if index in chosen else axis for index, axis in enumerate(axes) if keep or index not in chosen]
    output = tuple(None if axis is None else axis - sum(one < axis for one in real) for axis in kept)
    if not real and SUMS[operation.kind] == operation.kind:
        builder.define(operation.outputs[0], tensor.node, output)
        return
    if not real:  # of one number: its size, its square, or its logarithm
        builder.emit(OPAQUE, operation, [tensor.node], output).note = operation.kind
        return
    argument = operation.argument(real[0] if len(real) == 1 else tuple(real))
    arguments = {"axis": argument, "keepdims": Argument(False)}
    kind = SUMS[operation.kind]
    if kind == "Norm" and len(real) == 1:
        arguments["ord"] = operation.argument(int(operation.kind[-1]))
    elif kind == "Norm":  # Keras has norms of rows and matrices alone, and others of these
        kind = "Reduce"
    made = builder.emit(kind, operation, [tensor.node], output, arguments)
    made.note = operation.kind if kind == "Reduce" else ""


@operator("ArgMax", "ArgMin")
def arg_max(builder: Builder, operation: Operation) -> None:
    """The place of the largest (smallest) value along an axis."""
    tensor = builder.tensor(operation)
    axes = _axes(tensor, operation)
    index = normal((operation.integer("axis", 0),), len(axes), operation)[0]
    axis = axes[index]
    if axis is None:
        builder.opaque(operation)
        return
    keep = bool(operation.integer("keepdims", 1))
    kept = [None if place == index else one for place, one in enumerate(axes) if keep or place != index]
    output = tuple(None if one is None else one - (one > axis) for one in kept)
    builder.emit(operation.kind, operation, [tensor.node], output, {"axis": operation.argument(axis)})
