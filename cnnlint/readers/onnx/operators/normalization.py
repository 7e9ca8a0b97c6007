"""Normalisation by batch, layer, group, instance and neighbouring channels."""

from __future__ import annotations

from cnnlint.graph import UNKNOWN, Argument, ExportedInTraining
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.values import Constant, Tensor, channels_first
from cnnlint.readers.onnx.weights import counted, learn


def _channels_last(builder: Builder, operation: Operation) -> Tensor:
    """The operator's input with its channels in the node's last axis; phantoms stay as they are."""
    tensor = builder.tensor(operation)
    axes = tensor.axes
    if axes is None or len(axes) < 2:
        return tensor
    if axes[1] is not None and axes[1] == len(tensor.real_axes) - 1:
        return tensor
    layout = channels_first(len(axes))
    return tensor.laid(layout) if axes == layout else Tensor(builder.place(tensor, layout, operation), layout)


@operator("BatchNormalization")
def batch_normalization(builder: Builder, operation: Operation) -> None:
    """BatchNormalization over the channels; its momentum says how a training run would update it, if one did."""
    arguments = {
        "axis": operation.argument(-1),
        "epsilon": operation.argument(operation.number("epsilon", 1e-5), "epsilon"),
        "momentum": operation.argument(UNKNOWN),
    }
    count = counted(builder, operation, 1, 2, 3, 4)
    node = builder.same(
        "BatchNormalization", operation, _channels_last(builder, operation), arguments, parameters=count
    )
    learn(builder, node, operation, 1, 2, 3, 4)
    if operation.integer("training_mode", 0) or (7 <= operation.opset < 14 and any(operation.outputs[1:])):
        builder.events.append(ExportedInTraining(origin=node.origin, model=builder.model, node=node))


def _is_plain(builder: Builder, operation: Operation) -> bool:
    """Whether the scale is 1 and the offset 0 throughout: ONNX asks for them where nothing was learned.

    Parameters that are still at their start look the same, but have names that somebody gave them.
    """
    scale, offset = (builder.value(operation.input(index)) for index in (1, 2))
    if not isinstance(scale, Constant) or not isinstance(offset, Constant):
        return False
    plain = set(scale.items() or ()) == {1.0} and set(offset.items() or ()) == {0.0}
    return scale.made_up and offset.made_up and plain


@operator("InstanceNormalization", "GroupNormalization")
def group_normalization(builder: Builder, operation: Operation) -> None:
    """GroupNormalization; with a group for each channel (groups=-1 in Keras's words) it is instance normalisation."""
    groups = operation.argument(-1)
    if operation.kind == "GroupNormalization":
        groups = operation.argument(operation.integer("num_groups", 1), "num_groups")
    arguments = {
        "groups": groups,
        "axis": Argument(-1),
        "epsilon": operation.argument(operation.number("epsilon", 1e-5), "epsilon"),
    }
    plain = operation.kind == "InstanceNormalization" and _is_plain(builder, operation)
    count = 0 if plain else counted(builder, operation, 1, 2)
    node = builder.same(
        "GroupNormalization", operation, _channels_last(builder, operation), arguments, parameters=count
    )
    learn(builder, node, operation, 1, 2)


@operator("LayerNormalization", "RMSNormalization")
def layer_normalization(builder: Builder, operation: Operation) -> None:
    """Over the axes from `axis` on, or over `axes` where it was spelt out; over all places it is GroupNormalization."""
    tensor = builder.tensor(operation)
    axis = operation.integer("axis", -1)
    if tensor.axes is None:
        raise Malformed(f"the rank of what {operation.kind} reads is not known")
    rank = len(tensor.axes)
    if not -rank <= axis < rank:
        raise Malformed(f"axis {axis} of {operation.kind} does not exist: its input has {rank} axes")
    chosen = [place % rank for place in operation.integers("axes") or range(axis % rank, rank)]
    if any(tensor.axes[place] is None for place in chosen):
        tensor = Tensor(builder.natural(tensor, operation), tuple(range(rank)))
    covered = [(tensor.axes or ())[place] for place in chosen]
    last = len(tensor.real_axes) - 1
    places = tuple(sorted(-1 if place == last else place for place in covered if place is not None))
    kind, arguments = operation.kind, {"axis": operation.argument(places[0] if len(places) == 1 else places, "axis")}
    if last > 1 and kind == "LayerNormalization" and places == tuple(range(1, last)):
        kind, arguments = "GroupNormalization", {"groups": operation.argument(-1), "axis": Argument(-1)}
    arguments["epsilon"] = operation.argument(operation.number("epsilon", 1e-5), "epsilon")
    node = builder.same(kind, operation, tensor, arguments, parameters=counted(builder, operation, 1, 2))
    learn(builder, node, operation, 1, 2)


@operator("LRN")
def local_response(builder: Builder, operation: Operation) -> None:
    """Local response normalisation over `size` channels; TensorFlow's depth_radius is half of that, and its alpha the
    whole sum's rather than the mean's."""
    size = max(operation.integer("size", 1), 1)
    arguments = {
        "depth_radius": operation.argument((size - 1) // 2, "size"),
        "bias": operation.argument(operation.number("bias", 1.0), "bias"),
        "alpha": operation.argument(operation.number("alpha", 1e-4) / size, "alpha"),
        "beta": operation.argument(operation.number("beta", 0.75), "beta"),
    }
    builder.same("LocalResponseNormalization", operation, _channels_last(builder, operation), arguments)


@operator("MeanVarianceNormalization", "LpNormalization")
def unlearned(builder: Builder, operation: Operation) -> None:
    """Normalisation without weights: to unit length, or to mean 0 and variance 1."""
    if operation.kind == "LpNormalization" and operation.integer("p", 2) == 2:
        tensor = builder.tensor(operation)
        axis = operation.integer("axis", -1)
        place = tensor.axes[axis] if tensor.axes is not None else None
        if place is not None:
            axis = -1 if place == len(tensor.real_axes) - 1 else place
            builder.same("UnitNormalization", operation, tensor, {"axis": operation.argument(axis, "axis")})
            return
    builder.opaque(operation)
