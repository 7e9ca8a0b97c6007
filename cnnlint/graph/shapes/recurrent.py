"""Recurrent layers."""

from __future__ import annotations

from collections.abc import Mapping

from cnnlint.graph.shapes.convolutions import axes_of, slide, spatial_rank
from cnnlint.graph.shapes.registry import Call, Dimension, optional, product, register, replaced, total
from cnnlint.graph.values import Shape

GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


@register("LSTM", "GRU", "SimpleRNN")
def recurrent(call: Call) -> tuple[Shape | None, int | None]:
    """LSTM, GRU, SimpleRNN: the last state, or one for every step."""
    shape, units = call.ranked(3, "batch, steps, features"), call.positive("units", "units")
    call.settled(2)
    return _sequence(call, shape[0], shape[1], (units,)), _weights(call, shape[2])


def _weights(call: Call, features: Dimension) -> Dimension:
    """The weights of a recurrent layer or cell that reads so many features at a time."""
    kind, units = call.kind.removesuffix("Cell"), call.positive("units", "units")
    biases: Dimension = units
    if kind == "GRU":
        twice = call.flag("reset_after")
        biases = None if twice is None else product((units, 2 if twice else 1))
    one_gate = total((product((features, units)), product((units, units)), optional(call.flag("use_bias"), biases)))
    return product((GATES[kind], one_gate))


@register("RNN")
def cells(call: Call) -> tuple[Shape | None, int | None]:
    """A cell, or one behind the other, over the steps; `cell` is (kind, values), or several of these."""
    shape, given = call.shape, call.get("cell")
    chain = [given] if isinstance(given, tuple) and given and isinstance(given[0], str) else given
    if shape is None or len(shape) < 3 or not isinstance(chain, (tuple, list)) or not chain:
        return None, None
    features, weights = shape[2], list[Dimension]()
    for cell in chain:
        known = isinstance(cell, tuple) and len(cell) == 2 and isinstance(cell[0], str) and isinstance(cell[1], Mapping)
        if not known or cell[0].removesuffix("Cell") not in GATES or len(shape) != 3:
            return None, None
        one = Call(cell[0], cell[1], [])
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
    if axis is None:
        return _sequence(call, shape[0], shape[1], (None,) * (rank + 1)), None
    state = replaced(picture, {**slide(call, picture, axis, kernel, "kernel"), axis: filters})[1:]
    weights = total((product((*kernel, picture[axis], filters)), product((*kernel, filters, filters))))
    gates = product((4, total((weights, optional(call.flag("use_bias"), filters)))))
    return _sequence(call, shape[0], shape[1], state), gates
