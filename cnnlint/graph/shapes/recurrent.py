"""Recurrent layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnlint.graph.shapes.axes import never
from cnnlint.graph.shapes.convolutions import axes_of, slide, spatial_rank
from cnnlint.graph.shapes.registry import (
    Call,
    Dimension,
    ShapeError,
    as_integer,
    optional,
    product,
    register,
    replaced,
    show,
    total,
)
from cnnlint.graph.values import Batch, Open, Shape, Sizes

GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


#: how many states each kind hands from step to step
STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1}
CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell")
Cell = tuple[str, Mapping[str, Any]]


def states(kind: str, values: Mapping[str, Any], sizes: Sizes | None) -> list[Sizes | None]:
    """The shapes of the states of a recurrent layer or cell that is given `sizes`."""
    units = as_integer(values.get("units"))
    one = (sizes[0], units) if sizes and units is not None else None
    return [one] * STATES[kind.removesuffix("Cell")]


def chain(given: Any) -> list[Cell] | None:
    """The cells of an RNN, one behind the other; `given` is (kind, values), or several of these."""
    one = isinstance(given, tuple) and len(given) == 2 and isinstance(given[0], str)
    if one and given[0] == "StackedRNNCells" and isinstance(given[1], Mapping):
        return chain(given[1].get("cells"))
    listed = [given] if one else given
    if not isinstance(listed, (tuple, list)) or not listed:
        return None
    found: list[Cell] = []
    for cell in listed:
        known = isinstance(cell, tuple) and len(cell) == 2 and isinstance(cell[0], str) and isinstance(cell[1], Mapping)
        inner = chain(cell) if known and cell[0] == "StackedRNNCells" else None
        if inner is None and not (known and cell[0] in CELLS):
            return None
        found += inner or [cell]
    return found


@register("LSTM", "GRU", "SimpleRNN")
def recurrent(call: Call) -> tuple[Shape | None, int | None]:
    """LSTM, GRU, SimpleRNN: the last state, or one for every step."""
    shape, units = call.ranked(3, "batch, steps, features"), call.positive("units", "units")
    call.settled(2)
    _check(call)
    for state in call.operands[1:]:
        width = state[-1] if state else None
        if isinstance(width, int) and units is not None and width != units:
            raise ShapeError(f"{call.kind} of {units} units is given a state of {width}")
        if state and call.full and never(call.full[0], state[0]):
            raise ShapeError(f"{call.kind} is given a state for another number of samples")
    return _sequence(call, shape[0], shape[1], (units,)), _weights(call, shape[2])


def _check(call: Call) -> None:
    """What Keras asks of a layer that goes on from batch to batch."""
    if call.flag("stateful") and call.full and isinstance(call.full[0], Batch) and not call.flag("batch_given"):
        raise ShapeError(f"{call.kind} with stateful=True needs a batch of known size; its input has any")


def _weights(call: Call, features: Dimension) -> Dimension:
    """The weights of a recurrent layer or cell that reads so many features at a time."""
    kind, units = call.kind.removesuffix("Cell"), call.positive("units", "units")
    biases: Dimension = units
    if kind == "GRU":
        twice = call.flag("reset_after")
        biases = None if twice is None else product((units, 2 if twice else 1))
    one_gate = total((product((features, units)), product((units, units)), optional(call.flag("use_bias"), biases)))
    return product((GATES[kind], one_gate))


@register(*CELLS)
def one_step(call: Call) -> tuple[Shape | None, int | None]:
    """A cell called on one step."""
    shape = call.ranked(2, "batch, features")
    return (shape[0], call.positive("units", "units")), _weights(call, shape[1])


@register("RNN")
def cells(call: Call) -> tuple[Shape | None, int | None]:
    """A cell, or one behind the other, over the steps."""
    shape, found = call.shape, chain(call.get("cell"))
    if shape is None or found is None:
        return None, None
    if len(shape) > 3:
        return None, None  # a cell takes what its products take
    shape = call.ranked(3, "batch, steps, features")
    call.settled(2)
    _check(call)
    features, weights = shape[2], list[Dimension]()
    for kind, values in found:
        one = Call(kind, values, [])
        weights.append(_weights(one, features))
        features = one.integer("units")
    return _sequence(call, shape[0], shape[1], (features,)), total(weights)


def _sequence(call: Call, batch: Dimension, steps: Dimension, state: Shape) -> Shape | None:
    every = call.flag("return_sequences")
    if every is None:
        return None
    return (batch, steps, *state) if every else (batch, *state)


@register("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
def convolutional_lstm(call: Call) -> tuple[Shape | None, int | None]:
    """An LSTM whose gates are convolutions over each step's picture."""
    rank = spatial_rank(call.kind)
    filters, kernel = call.positive("filters", "filters"), call.sizes("kernel_size", rank)
    axis = call.channel_axis(rank + 2)
    shape = call.ranked(rank + 3, axes_of(rank, axis).replace("batch", "batch, steps"))
    picture: Shape = (shape[0], *shape[2:])
    full = call.full or ()
    if any(isinstance(size, (Open, Batch)) for size in full[2:]):
        raise ShapeError(f"{call.kind} needs pictures of a known size; it is given {show(shape)}")
    if axis is None:
        return _sequence(call, shape[0], shape[1], (None,) * (rank + 1)), None
    state = replaced(picture, {**slide(call, picture, axis, kernel, "kernel"), axis: filters})[1:]
    weights = total((product((*kernel, picture[axis], filters)), product((*kernel, filters, filters))))
    gates = product((4, total((weights, optional(call.flag("use_bias"), filters)))))
    return _sequence(call, shape[0], shape[1], state), gates
