"""Functions that gather rows into segments, and those that give a pair: the real and the imaginary part."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.graph.values import Dimension
from cnnlint.readers.python.libraries.tensorflow.tensor_functions import asked_size
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, TensorValue, Value, VariableValue, elements, tensors_in


def _by_number(run: Run, site: CallSite) -> Value:
    """`tf.math.unsorted_segment_sum(data, segment_ids, num_segments)`: as many rows as there are segments."""
    return _segments(run, site, asked_size(site.value(2, "num_segments")))


def _in_order(run: Run, site: CallSite) -> Value:
    """`tf.math.segment_sum(data, segment_ids)`: as many rows as the last number says."""
    return _segments(run, site, None)


def _segments(run: Run, site: CallSite, count: Dimension) -> Value:
    data, places = site.value(0, "data"), site.value(1, "segment_ids")
    tensors = [tensor for value in (data, places) for tensor in tensors_in(value)]
    sizes = data.node.followed if isinstance(data, TensorValue) else None
    rank = _rank(places)
    # the axes of the numbers become one
    made = (count, *sizes[rank:]) if sizes is not None and rank is not None and rank <= len(sizes) else None
    return run.building.opaque(site.api, tensors, site.node, shape=made, weights=0)


def _rank(places: Value) -> int | None:
    if isinstance(places, TensorValue):
        return len(places.node.followed) if places.node.followed is not None else None
    if isinstance(places, ArrayValue):
        return len(places.facts.shape) if places.facts.shape is not None else None
    if isinstance(places, VariableValue):
        return len(places.shape) if places.shape is not None else None
    items = elements(places)
    return 1 if items is not None and all(isinstance(item, int) for item in items) else None


def _transformed(run: Run, site: CallSite) -> Value:
    """`keras.ops.fft2((real, imaginary))`: the two parts of the transform, of the same shape."""
    parts = elements(site.value(0, "x")) or []
    tensors = [part for part in parts if isinstance(part, TensorValue)]
    if len(parts) != 2 or not tensors:
        return run.building.opaque(site.api, tensors_in(site.value(0, "x")), site.node)
    sizes = tensors[0].node.followed
    return tuple(run.building.opaque(site.api, tensors, site.node, shape=sizes, weights=0) for _ in range(2))


HANDLERS: dict[str, Callable[[Run, CallSite], Value]] = {
    **{
        f"{module}.unsorted_segment_{name}": _by_number
        for module in ("tf", "tf.math")
        for name in ("sum", "mean", "max", "min", "prod", "sqrt_n")
    },
    **{
        f"{module}.segment_{name}": _in_order
        for module in ("tf", "tf.math")
        for name in ("sum", "mean", "max", "min", "prod")
    },
    **{f"keras.ops.segment_{name}": _by_number for name in ("sum", "max")},
    **{f"keras.ops.{name}": _transformed for name in ("fft", "fft2", "ifft2")},
}
