"""LSTM, GRU and RNN, coarsely: units, direction, and whether all steps are read or the last alone."""

from __future__ import annotations

import numpy

from cnnlint.graph import OPAQUE, UNKNOWN, Argument, Node
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.operators.activations import PLAIN
from cnnlint.readers.onnx.values import Array, Axes, Tensor
from cnnlint.readers.onnx.weights import counted, learn

KINDS = {"LSTM": "LSTM", "GRU": "GRU", "RNN": "SimpleRNN"}


@operator(*KINDS)
def recurrent(builder: Builder, operation: Operation) -> None:
    """A recurrent layer over (batch, steps, features); in ONNX the steps come first, and directions are an axis."""
    tensor = builder.tensor(operation)
    direction = operation.text("direction", "forward")
    if tensor.axes is None or len(tensor.axes) != 3 or operation.integer("layout", 0) or direction == "bidirectional":
        _coarse(builder, operation)
        return
    node = builder.place(tensor, (1, 0, 2), operation)
    functions = _activations(operation)
    units: object = operation.integer("hidden_size", 0) or UNKNOWN
    arguments = {
        "units": operation.argument(units, "hidden_size"),
        "go_backwards": operation.argument(direction == "reverse", "direction"),
        "activation": operation.argument(functions[-1], "activations"),
        "use_bias": operation.argument(bool(operation.input(3))),
        "return_state": Argument(False),
    }
    if operation.kind == "GRU":
        arguments["reset_after"] = operation.argument(bool(operation.integer("linear_before_reset", 0)))
    if len(functions) > 1:
        arguments["recurrent_activation"] = operation.argument(functions[0], "activations")
    count = counted(builder, operation, 1, 2, 3)
    outputs = [*operation.outputs, "", "", ""][:3]
    sequences = bool(outputs[0]) and builder.readers[outputs[0]] > 0
    arguments["return_sequences"] = operation.argument(sequences)
    last: Axes = (None, 0, 1)
    name, axes = (outputs[0], (1, None, 0, 2)) if sequences else (outputs[1], last)
    shape = builder.expected(name, axes)
    made = builder.node(KINDS[operation.kind], operation, [node], arguments, shape=shape, parameters=count)
    if name:
        builder.define(name, made, axes)
    _learned(builder, operation, made)
    _states(builder, operation, made, outputs[1:] if sequences else outputs[2:])


GATES = {"LSTM": (0, 2, 3, 1), "GRU": (0, 1, 2), "RNN": (0,)}
"""Keras's gates by their places among ONNX's: input, output, forget and cell; update, reset and hidden."""


def _learned(builder: Builder, operation: Operation, made: Node) -> None:
    """One direction's kernels as (inputs, gates · units), and its two biases: Keras keeps both in a GRU that resets
    behind the product, else their sum."""
    gates = GATES[operation.kind]

    def ordered(array: Array) -> Array:
        parts = numpy.split(array, len(gates), axis=-1)
        return numpy.concatenate([parts[gate] for gate in gates], axis=-1)

    def kernel(array: Array) -> Array:
        return ordered(array[0].T)

    def biases(array: Array) -> Array:
        both = numpy.stack([ordered(half) for half in numpy.split(array[0], 2)])
        return both if made.value("reset_after") is True else both.sum(0)

    learn(builder, made, operation, 1, 2, layout=kernel)
    learn(builder, made, operation, 3, layout=biases)


def _states(builder: Builder, operation: Operation, made: Node, names: list[str]) -> None:
    """Opaque nodes for the states that somebody reads beside the output."""
    axes: Axes = (None, 0, 1)
    for name in names:
        if name and builder.readers[name]:
            shape = builder.expected(name, axes)
            node = builder.node(OPAQUE, operation, [made], shape=shape, suffix=":state")
            node.note = f"state of {operation.kind}"
            builder.define(name, node, axes)


def _activations(operation: Operation) -> list[object]:
    """The gates' and the state's activation, the state's alone for a simple RNN; UNKNOWN for others than Keras's."""
    default = ("Tanh",) if operation.kind == "RNN" else ("Sigmoid", "Tanh")
    given = operation.attributes.get("activations", default)
    names = given if isinstance(given, tuple) and given else default
    return [PLAIN.get(name, UNKNOWN) for name in names[: len(default)]]


def _coarse(builder: Builder, operation: Operation) -> None:
    """Both directions at once: a Bidirectional layer of which nothing more is said."""
    builder.opaque(operation)
    made = [value.node for name in operation.outputs if isinstance(value := builder.value(name), Tensor)]
    for node in made:  # one layer, whichever of its outputs are read; what the states start from is no weight
        node.layer_id = made[0].layer_id
        node.parameters = counted(builder, operation, 1, 2, 3)
        functions = _activations(operation)
        node.arguments["activation"] = operation.argument(functions[-1], "activations")
        if len(functions) > 1:
            node.arguments["recurrent_activation"] = operation.argument(functions[0], "activations")
