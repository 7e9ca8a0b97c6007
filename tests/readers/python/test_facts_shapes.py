"""What operations do to shapes, compared with numpy run on a real array of that shape; what they do to ranges."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cnnlint.readers.python.arrays import ranges, shapes
from cnnlint.readers.python.arrays.shapes import Picked, Stretch

SHAPES = hnp.array_shapes(min_dims=1, max_dims=4, max_side=5)


def array_of(shape: tuple[int, ...]) -> np.ndarray:
    return np.zeros(shape)


@given(st.data(), SHAPES)
def test_reshape(data: st.DataObject, shape: tuple[int, ...]) -> None:
    factors = [n for n in range(1, math.prod(shape) + 1) if math.prod(shape) % n == 0]
    first = data.draw(st.sampled_from(factors))
    target = data.draw(st.sampled_from([(first, -1), (-1, first), (-1,), (first, math.prod(shape) // first)]))
    assert shapes.reshaped(shape, target) == array_of(shape).reshape(target).shape
    # with an unknown size in the place of -1 the rest is worked out all the same
    unknown = tuple(None if size == -1 else size for size in target)
    assert shapes.reshaped(shape, unknown) == array_of(shape).reshape(target).shape


@given(st.data(), SHAPES)
def test_transpose(data: st.DataObject, shape: tuple[int, ...]) -> None:
    axes = data.draw(st.permutations(range(len(shape))))
    assert shapes.transposed(shape, axes) == array_of(shape).transpose(axes).shape
    source, target = data.draw(st.tuples(*[st.integers(-len(shape), len(shape) - 1)] * 2))
    assert shapes.moved(shape, source, target) == np.moveaxis(array_of(shape), source, target).shape
    assert shapes.swapped(shape, source, target) == np.swapaxes(array_of(shape), source, target).shape


@given(st.data(), SHAPES)
def test_axes_that_come_and_go(data: st.DataObject, shape: tuple[int, ...]) -> None:
    axis = data.draw(st.integers(-len(shape) - 1, len(shape)))
    wider = np.expand_dims(array_of(shape), axis)
    assert shapes.expanded(shape, [axis]) == wider.shape
    assert shapes.squeezed(wider.shape, [axis]) == shape
    assert shapes.squeezed(wider.shape, None) == np.squeeze(wider).shape
    axes = data.draw(st.one_of(st.none(), st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True)))
    keep = data.draw(st.booleans())
    over = None if axes is None else tuple(axes)
    assert shapes.reduced(shape, axes, keep) == np.sum(array_of(shape), axis=over, keepdims=keep).shape


@given(st.data(), SHAPES)
def test_joining(data: st.DataObject, shape: tuple[int, ...]) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    place = axis % len(shape)
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    parts = [(*shape[:place], size, *shape[place + 1 :]) for size in sizes]
    assert shapes.concatenated(parts, axis) == np.concatenate([array_of(p) for p in parts], axis).shape
    assert shapes.stacked([shape] * len(sizes), axis) == np.stack([array_of(shape)] * len(sizes), axis).shape
    times = data.draw(st.integers(1, 3))
    assert shapes.repeated(shape, times, axis) == np.repeat(array_of(shape), times, axis).shape
    assert shapes.repeated(shape, times, None) == np.repeat(array_of(shape), times).shape
    counts = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=5))
    assert shapes.tiled(shape, counts) == np.tile(array_of(shape), counts).shape
    widths = [(data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))) for _ in shape]
    assert shapes.padded(shape, widths) == np.pad(array_of(shape), widths).shape


@given(hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4))
def test_broadcasting(drawn: hnp.BroadcastableShapes) -> None:
    first, second = drawn.input_shapes
    assert shapes.broadcast(first, second) == drawn.result_shape


@given(SHAPES, SHAPES)
def test_shapes_that_do_not_fit_are_unknown(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    try:
        expected: tuple[int, ...] | None = np.broadcast_shapes(first, second)
    except ValueError:
        expected = None
    assert shapes.broadcast(first, second) == expected


@given(st.data(), SHAPES)
def test_slices_and_positions(data: st.DataObject, shape: tuple[int, ...]) -> None:
    index = data.draw(hnp.basic_indices(shape, allow_newaxis=True))
    parts = index if isinstance(index, tuple) else (index,)
    spelt = [Stretch(p.start, p.stop, p.step) if isinstance(p, slice) else p for p in parts]
    assert shapes.indexed(shape, spelt) == array_of(shape)[index].shape


@given(st.data(), SHAPES)
def test_arrays_of_positions_and_masks(data: st.DataObject, shape: tuple[int, ...]) -> None:
    index: list[object] = []
    spelt: list[shapes.Index] = []
    for size in shape:
        kind = data.draw(st.sampled_from(["whole", "one", "several"]))
        if kind == "whole":
            index.append(slice(None))
            spelt.append(Stretch())
        elif kind == "one":
            index.append(size - 1)
            spelt.append(size - 1)
        else:
            index.append(np.zeros((3,), dtype=int))
            spelt.append(Picked((3,)))
    assert shapes.indexed(shape, spelt) == array_of(shape)[tuple(index)].shape
    mask = np.ones(shape[:1], dtype=bool)
    found = shapes.indexed(shape, [Picked(mask.shape, mask=True)])
    assert found is not None
    assert found[1:] == array_of(shape)[mask].shape[1:]
    assert found[0] is None


NUMBERS = st.floats(-1e3, 1e3)
VALUES = st.lists(NUMBERS, min_size=2, max_size=20)


@given(VALUES, st.sampled_from([-3.0, -0.5, 1 / 255, 2.0]), st.sampled_from([-7.0, 0.0, 0.5]))
def test_scaling_and_shifting_keep_the_extremes(values: list[float], factor: float, offset: float) -> None:
    real = np.array(values) * factor + offset
    low, high = ranges.shifted(ranges.scaled((min(values), max(values)), factor), offset)
    assert np.allclose([low, high], [real.min(), real.max()])


@given(VALUES, NUMBERS, NUMBERS)
def test_scaling_twice_composes(values: list[float], first: float, second: float) -> None:
    bounds = (min(values), max(values))
    assert np.allclose(ranges.scaled(ranges.scaled(bounds, first), second), ranges.scaled(bounds, first * second))


@given(VALUES, st.sampled_from([1, 2, 3, 4, 0.5]))
def test_powers_are_reached(values: list[float], exponent: float) -> None:
    with np.errstate(invalid="ignore"):
        real = np.array(values) ** exponent
    assume(not np.isnan(real).any())
    low, high = ranges.powered((min(values), max(values)), exponent)
    assert low is None or np.isclose(low, real.min())
    assert high is None or np.isclose(high, real.max())


@given(VALUES, st.sampled_from(["exp", "sqrt", "tanh", "square", "abs", "floor", "log1p", "sign"]))
def test_functions_of_each_element(values: list[float], function: str) -> None:
    with np.errstate(all="ignore"):
        real = getattr(np, function)(np.array(values))
    low, high = ranges.applied((min(values), max(values)), function)
    assert low is None or np.isclose(low, real.min())
    assert high is None or np.isclose(high, real.max())


@given(VALUES, VALUES, st.sampled_from(["Add", "Subtract"]))
def test_sums_claim_only_what_is_there(first: list[float], second: list[float], name: str) -> None:
    count = min(len(first), len(second))
    a, b = np.array(first[:count]), np.array(second[:count])
    real = a + b if name == "Add" else a - b
    low, high = ranges.combined(name, (a.min(), a.max()), (b.min(), b.max()))
    slack = ranges.TIGHT * (np.ptp(a) + np.ptp(b)) + 1e-6
    assert low is None or low - 1e-6 <= real.min() <= low + slack
    assert high is None or high - slack <= real.max() <= high + 1e-6
