"""Operations of the graph that Keras has no layer for, as functions of Keras tensors. Imports keras."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from cnnlint.graph import Node


class BiasAdd(keras.layers.Layer):  # type: ignore[misc]
    """Adds a bias to the last axis, or to axis 1 for channels-first tensors."""

    def __init__(self, axis: int = -1, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.axis = axis

    def build(self, input_shape: Sequence[int | None]) -> None:
        """Create the bias: one number for each channel."""
        self.bias = self.add_weight(shape=(input_shape[self.axis],), initializer="zeros", name="bias")

    def call(self, inputs: Any) -> Any:
        """The inputs with the bias added."""
        if self.axis == -1:
            return inputs + self.bias
        shape = [1] * len(inputs.shape)
        shape[self.axis] = -1
        return inputs + ops.reshape(self.bias, shape)


class LocalResponseNormalization(keras.layers.Layer):  # type: ignore[misc]
    """Divides by the sum of squares over neighbouring channels, as tf.nn.local_response_normalization does."""

    def __init__(
        self, depth_radius: int = 5, bias: float = 1.0, alpha: float = 1.0, beta: float = 0.5, **keywords: Any
    ) -> None:
        super().__init__(**keywords)
        self.radius, self.offset, self.alpha, self.beta = int(depth_radius), bias, alpha, beta

    def call(self, inputs: Any) -> Any:
        """The normalised inputs, channels last."""
        channels = inputs.shape[-1]
        edges = [[0, 0]] * (len(inputs.shape) - 1) + [[self.radius, self.radius]]
        squares = ops.pad(ops.square(inputs), edges)
        near = sum(squares[..., shift : shift + channels] for shift in range(2 * self.radius + 1))
        return inputs / ops.power(self.offset + self.alpha * near, self.beta)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's own."""
        return input_shape


def whole_target(node: Node) -> tuple[int, ...] | None:
    """The shape that a WholeReshape gives, the axis that follows the size of the batch as -1.

    None where more than one axis is open, or none is and neither samples nor rows stay whole.
    """
    asked = node.followed or node.value("shape") or ()
    sizes = [size if isinstance(size, int) else -1 for size in asked]
    if sizes.count(-1) == 1:
        return tuple(sizes)
    before = node.inputs[0].shape
    if -1 not in sizes and sizes and before is not None and None not in before[1:]:
        # the program's batch has a fixed size: what is tested with another has whole samples in a row, or rows in one
        old, new = (math.prod(size or 1 for size in shape[1:]) for shape in (before, sizes))
        if new and old and (old % new == 0 or new % old == 0):
            return (-1, *sizes[1:])
    return None


OUTERMOST = frozenset({":", "...", "0", "-1", "None"})
"""Parts of a subscript that mean the same of an axis of any length."""


def part_of(node: Node, source: Any) -> Any | None:
    """What a subscript takes of a tensor; None where it is not known, or is about samples.

    Of a model that was made smaller, only what has the same meaning there.
    """
    index = node.value("index")
    parts = index.split(", ") if isinstance(index, str) else []
    before = node.inputs[0].shape
    alike = before is not None and tuple(before[1:]) == tuple(source.shape[1:])
    samples = len([part for part in parts if part not in ("...", "None")]) < len(source.shape) or parts[0] == ":"
    if not (parts and parts[0] in (":", "...") and samples and (alike or OUTERMOST.issuperset(parts))):
        return None
    return source[tuple(map(_bounds, parts))]


def _bounds(part: str) -> Any:
    """One part of a subscript."""
    if ":" in part:
        return slice(*(int(one) if one else None for one in part.split(":")))
    return {"...": Ellipsis, "None": None}[part] if part in ("...", "None") else int(part)


def _axis(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _split_space(inputs: Any, block: int) -> Any:
    _, height, width, channels = inputs.shape
    inputs = ops.reshape(inputs, (-1, height, width, block, block, channels // block**2))
    inputs = ops.transpose(inputs, (0, 1, 3, 2, 4, 5))
    return ops.reshape(inputs, (-1, height * block, width * block, channels // block**2))


def _product(x: Any, y: Any, first: bool | None, second: bool | None) -> Any:
    """A product of matrices, each turned round before where the program asks for it."""
    x, y = (ops.swapaxes(one, -1, -2) if turned else one for one, turned in ((x, first), (y, second)))
    return ops.matmul(x, y)


def _reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, axis, keepdims: function(x, axis=_axis(axis), keepdims=bool(keepdims))


FUNCTIONS: dict[str, tuple[tuple[str | tuple[str, ...], ...], Callable[..., Any]]] = {
    "MatMul": (("transpose_a", "transpose_b"), _product),
    "Divide": ((), lambda x, y: ops.divide(x, y)),
    "Transpose": ((("axes", "perm"),), lambda x, axes: ops.transpose(x, axes)),
    "ReduceMean": (("axis", "keepdims"), _reduction(ops.mean)),
    "ReduceMax": (("axis", "keepdims"), _reduction(ops.max)),
    "ReduceMin": (("axis", "keepdims"), _reduction(ops.min)),
    "ReduceSum": (("axis", "keepdims"), _reduction(ops.sum)),
    "Squeeze": (("axis",), lambda x, axis: ops.squeeze(x, _axis(axis))),
    "ExpandDims": (("axis",), lambda x, axis: ops.expand_dims(x, axis)),
    "Pad": ((("pad_width", "paddings"),), lambda x, width: ops.pad(x, width)),
    "Tile": ((("repeats", "multiples"),), lambda x, repeats: ops.tile(x, repeats)),
    "Flip": (("axis",), lambda x, axis: ops.flip(x, axis)),
    "DepthToSpace": (("block_size",), _split_space),
    "Resize": (("size",), lambda x, size: ops.image.resize(x, size)),
    "CRelu": ((), lambda x: ops.concatenate([ops.relu(x), ops.relu(-x)], axis=-1)),
    "Clip": (("x_min", "x_max"), lambda x, low, high: ops.clip(x, low, high)),
    "Abs": ((), lambda x: ops.absolute(x)),
    "Negative": ((), lambda x: -x),
    "SwapAxes": (("axis1", "axis2"), lambda x, first, second: ops.swapaxes(x, first, second)),
    "Stack": (("axis",), lambda *given: ops.stack(list(given[:-1]), axis=given[-1] or 0)),
    "Repeat": (("repeats", "axis"), lambda x, repeats, axis: ops.repeat(x, repeats, axis=axis)),
    "ReduceVariance": (("axis", "keepdims"), _reduction(ops.var)),
    "ReduceStd": (("axis", "keepdims"), _reduction(ops.std)),
    "LogSumExp": (("axis", "keepdims"), _reduction(ops.logsumexp)),
    "Square": ((), lambda x: ops.square(x)),
    "Sqrt": ((), lambda x: ops.sqrt(x)),
    "Exp": ((), lambda x: ops.exp(x)),
    "Log": ((), lambda x: ops.log(x)),
}
"""Kind -> the arguments it takes from the node (either of two names; absent ones are None), and the function."""

IDENTITIES = frozenset({"Identity", "Cast"})
"""Kinds that are built as nothing at all."""

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "crelu": lambda x: ops.concatenate([ops.relu(x), ops.relu(-x)], axis=-1),
    "prelu": lambda x: ops.leaky_relu(x, 0.25),
    "erf": lambda x: ops.erf(x),
    "abs": lambda x: ops.absolute(x),
    "square": lambda x: ops.square(x),
    "sin": lambda x: ops.sin(x),
}
"""Activations that keras.activations does not name."""
