"""Layers whose weights the program holds itself: `tf.nn.conv2d(x, filters)`, `x + bias`."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnlint.graph import UNKNOWN, Argument, Node
from cnnlint.graph.calls import Bound, FunctionSpec
from cnnlint.graph.kinds import CONVOLUTIONAL
from cnnlint.graph.shapes import infer
from cnnlint.graph.values import shape_of_sizes
from cnnlint.readers.python.building.arguments import SPATIAL, rank
from cnnlint.readers.python.building.training import variables
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    ArrayValue,
    LayerValue,
    Passed,
    TensorValue,
    Value,
    VariableValue,
)


def given(layer: LayerValue, bound: Bound[Passed], spec: FunctionSpec) -> list[VariableValue | ArrayValue]:
    """Let the weights that a function is given say what Keras's layer would be told; the weights."""
    held: list[VariableValue | ArrayValue] = []
    for weight in spec.weights:
        passed = bound.passed.get(weight.parameter)
        variable = passed.value.value if passed is not None else None
        if isinstance(variable, (VariableValue, ArrayValue)):
            held.append(variable)
            _weights(layer, weight.layout, weight.gives, variable)
        learns = isinstance(variable, VariableValue) and not variable.constant and variable.trainable
        if passed is not None and not learns:
            layer.trainable = None  # constants, as a published network's, or something that was not worked out
        if weight.bias is not None and weight.bias in bound.passed:
            layer.arguments["use_bias"] = Argument(True, True)
            offset = bound.passed[weight.bias].value.value
            layer.arguments["bias_initializer"] = Argument(
                offset.initializer if isinstance(offset, VariableValue) else UNKNOWN, True
            )
    return held


def rank_from_input(spec: FunctionSpec, layer: LayerValue, tensor: TensorValue) -> None:
    shape = tensor.node.shape
    if spec.special == "rank_from_input" and shape is not None and len(shape) - 2 in (1, 3):
        _of_rank(layer, len(shape) - 2)


def _of_rank(layer: LayerValue, rank: int) -> None:
    """Let a function of pictures stand for one of this many spatial dimensions: one size is given for each of them."""
    layer.kind = layer.kind.replace("2D", f"{rank}D")
    for name in SPATIAL & layer.arguments.keys():
        given = layer.arguments[name]
        if isinstance(given.value, tuple) and len(given.value) == 2 and len(set(given.value)) == 1:
            layer.arguments[name] = replace(given, value=given.value[:1] * rank)


def _weights(layer: LayerValue, layout: str, gives: Any, variable: VariableValue | ArrayValue) -> None:
    """Let a weight variable's shape decide the arguments that Keras's layer would be given."""
    sizes: tuple[Value, ...] | None = variable.facts.shape if isinstance(variable, ArrayValue) else variable.shape
    if sizes is not None and 3 <= len(sizes) <= 5 and len(sizes) != len(layout) and layout.startswith("HW"):
        layout = "DHW"[5 - len(sizes) :] + layout[2:]  # a function of one or three dimensions
        _of_rank(layer, len(sizes) - 2)
    if sizes is not None and len(sizes) == len(layout):
        by_letter = dict(zip(layout, sizes, strict=True))
        for letters, target in gives.items():
            named = layout[:-2] if letters == "HW" else letters
            found = tuple(by_letter[letter] if isinstance(by_letter[letter], int) else UNKNOWN for letter in named)
            spatial = target in ("kernel_size",) or rank(layer.kind) == len(found) > 1
            value: Any = found if spatial else found[0]
            if isinstance(value, tuple) and UNKNOWN in value:
                value = UNKNOWN
            layer.arguments[target] = Argument(value, True)
    known = isinstance(variable, VariableValue) and isinstance(variable.initializer, dict)
    if isinstance(variable, VariableValue):
        variable.used = True
        layer.arguments["kernel_initializer"] = Argument(
            variable.initializer if known else UNKNOWN, True, None, None, variable.placement.call
        )
    else:
        layer.arguments["kernel_initializer"] = Argument(UNKNOWN, True)


def filtered(node: Node, spec: FunctionSpec, held: list[VariableValue | ArrayValue]) -> None:
    """What a node with filters that the program holds itself has of them: weights, if they are variables, and the
    number of channels that they read."""
    if all(isinstance(one, ArrayValue) or one.constant for one in held):
        node.parameters = 0
    node.drawn = all(isinstance(one, VariableValue) and variables.is_drawn(one) for one in held)
    first = held[0]
    sizes: tuple[Value, ...] | None = first.facts.shape if isinstance(first, ArrayValue) else first.shape
    layout, before = spec.weights[0].layout, node.inputs[0].shape if node.inputs else None
    order = node.arguments.get("data_format", Argument(None)).value
    if sizes is None or before is None or order not in (None, "channels_last") or node.shape_error:
        return
    if node.kind not in CONVOLUTIONAL:
        return  # rows of a table are looked up, whatever the shape of the numbers
    reads, channels = sizes[layout.index("I") - len(layout)] if "I" in layout else None, before[-1]
    if not isinstance(reads, int) or channels is None or reads <= 0:
        return
    grouped = node.kind.startswith("Conv") and not node.kind.endswith("Transpose")
    if channels % reads if grouped else channels != reads:
        node.shape_error = f"the filters read {reads} channels, but its input has {channels}"


def with_variable(run: Run, name: str, tensor: TensorValue, variable: Value, node: cst.CSTNode | None) -> Value:
    """`x + b` where b is a variable: the bias of the layer that made x, where it has none and nobody reads it yet."""
    source = tensor.node
    if isinstance(variable, VariableValue):
        variable.used = True
    read = any(source in other.inputs for other in run.building.nodes[-8:])
    kept = not isinstance(variable, VariableValue) or _keeps(run, source, variable)
    if name == "Add" and source.value("use_bias") is False and not read and source.kind in _BIASED and kept:
        initial = variable.initializer if isinstance(variable, VariableValue) else None
        source.arguments["use_bias"] = Argument(True, True)
        source.arguments["bias_initializer"] = Argument(initial if isinstance(initial, dict) else UNKNOWN, True)
        values = {key: argument.value for key, argument in source.arguments.items()}
        if source.parameters != 0:  # the filters are weights, too
            source.parameters = infer(source.kind, values, [s.shape for s in source.inputs]).parameters
        elif not isinstance(variable, ArrayValue):
            source.parameters = variable.weights if isinstance(variable, VariableValue) else None
        return tensor
    if not isinstance(variable, VariableValue) or name == "MatrixMultiply":
        return run.building.operate(name, tensor, variable, node)
    added = name in ("Add", "Subtract")
    made = run.building.simple("BiasAdd", [tensor], node) if added else run.building.opaque(name, [tensor], node)
    beside = run.building.beside(source.followed, variable)
    made.node.shape, made.node.sizes, made.node.shape_error = shape_of_sizes(beside.sizes), beside.sizes, beside.error
    made.node.parameters = variable.weights
    made.node.layer_id = variable.layer_id = variable.layer_id or made.node.layer_id
    return made


def _keeps(run: Run, source: Node, variable: VariableValue) -> bool:
    """Whether a sum with the variable has the tensor's shape: one unit and a bias of three are three units."""
    last = source.shape[-1] if source.shape else None
    sizes = run.building.beside(source.followed, variable).sizes
    return last is None or not sizes or sizes[-1] == last


_BIASED = CONVOLUTIONAL | {"Dense"}
