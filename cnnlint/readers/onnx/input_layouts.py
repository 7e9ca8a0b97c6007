"""Which inputs of a graph have their channels first, told by the first operator that has to know."""

from __future__ import annotations

from collections.abc import Iterable

from cnnlint.readers.onnx.load import Loaded
from cnnlint.readers.onnx.lowering import MOVED
from cnnlint.readers.onnx.operation import Operation

AGNOSTIC = frozenset(
    {
        "Identity",
        "Cast",
        "Dropout",
        "Relu",
        "LeakyRelu",
        "Elu",
        "Selu",
        "Sigmoid",
        "Tanh",
        "Clip",
        "PRelu",
        "HardSigmoid",
        "Add",
        "Sub",
        "Mul",
        "Div",
        "Pad",
        "Neg",
        "Sqrt",
        "QuantizeLinear",
        "DequantizeLinear",
        "DynamicQuantizeLinear",
        "Concat",
        "Slice",
        "Split",
        "Resize",
        "Upsample",
    }
)
"""Operators that do not say which axis the channels are."""

SPATIAL = frozenset(
    {
        "Conv",
        "ConvTranspose",
        "MaxPool",
        "AveragePool",
        "LpPool",
        "GlobalAveragePool",
        "GlobalMaxPool",
        "LRN",
        "BatchNormalization",
        "InstanceNormalization",
        "GroupNormalization",
        "DepthToSpace",
        "SpaceToDepth",
        "QLinearConv",
    }
)
"""Operators whose channels are axis 1."""


def input_layouts(loaded: Loaded, operations: Iterable[Operation]) -> dict[str, bool]:
    """For each input of the model whether its channels come first: a convolution or its like reads it as it is."""
    origins = {name: name for name, shape in loaded.inputs if shape is not None and len(shape) > 2}
    found: dict[str, bool] = {}
    _follow(operations, origins, {}, found)
    return found


def _follow(
    operations: Iterable[Operation], origins: dict[str, str], turned: dict[str, str], found: dict[str, bool]
) -> None:
    """Add the values that are an input in its own order of axes to `origins`, those whose second axis was made the last
    one to `turned`, and inputs with channels to `found`."""
    for operation in operations:
        for body in operation.bodies.values():
            _follow(body.operations, origins, turned, found)
            if operation.kind == "If":
                results = zip(operation.outputs, body.outputs, strict=False)
                origins.update((name, origins[result]) for name, result in results if result in origins)
        if operation.kind == MOVED and operation.input(0) in turned:
            origins[operation.outputs[0]] = turned[operation.input(0)]
            continue
        source = next((origins[name] for name in operation.inputs if name in origins), None)
        if source is None:
            continue
        if operation.kind in AGNOSTIC:
            origins.update((name, source) for name in operation.outputs)
        elif operation.kind == "Transpose" and _to_the_end(operation):
            turned[operation.outputs[0]] = source
        elif operation.kind in SPATIAL:
            found[source] = True


def _to_the_end(operation: Operation) -> bool:
    """Whether the second axis becomes the last one."""
    order = operation.attributes.get("perm")
    return isinstance(order, tuple) and len(order) > 2 and order == (0, *range(2, len(order)), 1)
