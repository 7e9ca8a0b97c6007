"""Recurrent layers."""

from __future__ import annotations

from cnnlint.graph.shapes.convolutions import axes_of, slide, spatial_rank
from cnnlint.graph.shapes.registry import Call, Dimension, optional, product, register, replaced, total
from cnnlint.graph.values import Shape

GATES = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}


@register("LSTM", "GRU", "SimpleRNN")
def recurrent(call: Call) -> tuple[Shape | None, int | None]:
    """LSTM, GRU, SimpleRNN: the last state, or one for every step."""
    shape, units = call.ranked(3, "batch, steps, features"), call.positive("units", "units")
    biases: Dimension = units
    if call.kind == "GRU":
        twice = call.flag("reset_after")
        biases = None if twice is None else product((units, 2 if twice else 1))
    one_gate = total((product((shape[2], units)), product((units, units)), optional(call.flag("use_bias"), biases)))
    return _sequence(call, shape[0], shape[1], (units,)), product((GATES[call.kind], one_gate))


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
