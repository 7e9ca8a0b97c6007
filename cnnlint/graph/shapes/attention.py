"""Attention layers: inputs are query, value and, where it is another tensor, key."""

from __future__ import annotations

from cnnlint.graph.shapes.registry import (
    Call,
    Dimension,
    ShapeError,
    as_integer,
    optional,
    product,
    register,
    show,
    total,
)
from cnnlint.graph.values import UNKNOWN, Shape


def _operands(call: Call) -> tuple[Shape | None, Shape | None, Shape | None]:
    query = call.shape
    value = call.inputs[1] if len(call.inputs) > 1 else query
    return query, value, call.inputs[2] if len(call.inputs) > 2 else value


def _projection(bias: bool | None, features: Dimension, *sizes: Dimension) -> Dimension:
    outputs = product(sizes)
    return total((product((features, outputs)), optional(bias, outputs)))


def _last(shape: Shape | None) -> Dimension:
    return shape[-1] if shape else None


def _sequences(call: Call, *tensors: Shape | None) -> None:
    """Attention looks along an axis between the batch and the features."""
    for shape in tensors:
        if shape is not None and len(shape) < 3:
            raise ShapeError(f"{call.kind} needs at least 3 axes (batch, steps, features); it is given {show(shape)}")


def _meeting(call: Call, query: Shape | None, key: Shape | None, dot: bool) -> None:
    """Refuse queries and keys of widths that do not meet."""
    one, other = _last(query), _last(key)
    if one is None or other is None or one == other or (not dot and 1 in (one, other)):
        return
    raise ShapeError(f"{call.kind} compares queries of {one} features with keys of {other}")


def _paired(call: Call, value: Shape | None, key: Shape | None) -> None:
    """Refuse keys of another number of steps than values."""
    if not value or not key or min(len(value), len(key)) < 3:
        return
    one, other = value[-2], key[-2]
    if one is not None and other is not None and one != other:
        raise ShapeError(f"{call.kind} is given {one} values with {other} keys")


@register("MultiHeadAttention")
def multi_head_attention(call: Call) -> tuple[Shape | None, int | None]:
    """Query, key and value projected into heads, and the heads into the output."""
    query, value, key = _operands(call)
    if call.get("attention_axes") is None:  # an axis that is named may be any
        _sequences(call, query, value, key)
    if query and value and len(query) != len(value):
        raise ShapeError(f"{call.kind} lays queries of {show(query)} beside values of {show(value)}: other ranks")
    _paired(call, value, key)
    for place in range(len(call.operands)):
        call.settled(-1, place)
    heads, width, bias = call.integer("num_heads"), call.integer("key_dim"), call.flag("use_bias")
    value_width = width if call.get("value_dim") is None else call.integer("value_dim")
    asked = call.get("output_shape")
    if asked is None:
        output: Shape = (_last(query),)
    elif asked is UNKNOWN:
        output = (None,)
    else:
        output = tuple(map(as_integer, asked if isinstance(asked, (tuple, list)) else (asked,)))
    parameters = total(
        (
            _projection(bias, _last(query), heads, width),
            _projection(bias, _last(key), heads, width),
            _projection(bias, _last(value), heads, value_width),
            _projection(bias, product((heads, value_width)), *output),
        )
    )
    if query is None or asked is UNKNOWN:
        return None, parameters
    return (*query[:-1], *output), parameters


@register("GroupQueryAttention", "GroupedQueryAttention")
def grouped_query_attention(call: Call) -> tuple[Shape | None, int | None]:
    """Attention whose key and value heads are shared by several query heads."""
    query, value, key = _operands(call)
    for shape in (query, value, key):
        if shape is not None and len(shape) != 3:
            raise ShapeError(f"{call.kind} takes 3 axes (batch, steps, features); it is given {show(shape)}")
    width, bias = call.integer("head_dim"), call.flag("use_bias")
    heads, shared = call.integer("num_query_heads"), call.integer("num_key_value_heads")
    parameters = total(
        (
            _projection(bias, _last(query), heads, width),
            _projection(bias, _last(key), shared, width),
            _projection(bias, _last(value), shared, width),
            _projection(bias, product((heads, width)), _last(query)),
        )
    )
    return query, parameters


@register("Attention", "AdditiveAttention")
def attention(call: Call) -> tuple[Shape | None, int | None]:
    """Dot-product or additive attention without projections.

    Keras builds it on queries and keys of any widths (keras/src/layers/attention/attention.py: compute_output_spec),
    and refuses the data: queries are multiplied with keys, or laid over them.
    """
    query, value, key = _operands(call)
    _meeting(call, query, key, dot=call.kind == "Attention" and call.text("score_mode") == "dot")
    _paired(call, value, key)
    shape = None if query is None else (*query[:-1], _last(value))
    if call.kind == "AdditiveAttention":
        return shape, optional(call.flag("use_scale"), _last(query))
    mode = call.text("score_mode")
    if mode != "dot" and query is not None and len(query) < 3:
        shape = None  # queries and keys of one axis are laid over each other
    concatenated = None if mode is None else int(mode == "concat")
    return shape, total((optional(call.flag("use_scale"), 1), concatenated))
