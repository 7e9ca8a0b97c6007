"""The shapes that operations of TensorFlow give, by their arguments; what depends on the data is not known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.graph.shapes.axes import broadcast
from cnnlint.graph.values import Dimension, Sizes
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.libraries.tensorflow.tensor_functions import asked_size, variable_sizes
from cnnlint.readers.python.values import ArrayValue, TensorValue, Value, VariableValue, elements, is_constant

Extent = Callable[[Arguments], Sizes | None]


def sizes_of(value: Value) -> Sizes | None:
    """The shape of what an operation is given."""
    if isinstance(value, TensorValue):
        return value.node.followed
    if isinstance(value, ArrayValue):
        return value.facts.shape
    if isinstance(value, VariableValue):
        return variable_sizes(value)
    items = elements(value)
    if items is None:
        return () if is_constant(value) and not isinstance(value, str) else None
    inner = [sizes_of(item) for item in items]
    alike = bool(inner) and inner[0] is not None and all(one == inner[0] for one in inner)
    return (len(items), *(inner[0] or ())) if alike else None


def same(name: str) -> Extent:
    """The shape of an argument."""
    return lambda bound: sizes_of(bound[name])


def fixed(*sizes: Dimension) -> Extent:
    """Always the same shape, where None is not known."""
    return lambda bound: sizes


def asked(name: str) -> Extent:
    """The shape that an argument spells out."""

    def extent(bound: Arguments) -> Sizes | None:
        items = elements(bound[name])
        if items is not None:
            return tuple(map(asked_size, items))
        axes = sizes_of(bound[name])  # of numbers that are an array, how many there are
        return (None,) * axes[0] if axes is not None and len(axes) == 1 and isinstance(axes[0], int) else None

    return extent


def count(name: str, rank: int = 1) -> Extent:
    """So many places along each axis as an argument says."""
    return lambda bound: (asked_size(bound[name]),) * rank


def without(name: str, axes: int) -> Extent:
    """The shape of an argument less its last axes."""

    def extent(bound: Arguments) -> Sizes | None:
        sizes = sizes_of(bound[name])
        return None if sizes is None or len(sizes) < axes else sizes[: len(sizes) - axes]

    return extent


def behind(name: str, *sizes: Dimension) -> Extent:
    """The shape of an argument with more axes at its end."""

    def extent(bound: Arguments) -> Sizes | None:
        given = sizes_of(bound[name])
        return None if given is None else (*given, *sizes)

    return extent


def laid(one: Extent, other: Extent) -> Extent:
    """Two shapes laid over each other; an axis that either leaves open stays so."""

    def extent(bound: Arguments) -> Sizes | None:
        first, second = one(bound), other(bound)
        if first is None or second is None:
            return None
        return first if first == second else broadcast(first, second, guess=False)

    return extent


def drawn(bound: Arguments) -> Sizes | None:
    """`tf.random.gamma(shape, alpha)`: so many draws of each distribution."""
    shape, of = asked("shape")(bound), sizes_of(bound["of"])
    return None if shape is None or of is None or bound.given("beta") else (*shape, *of)


def spread(bound: Arguments) -> Sizes | None:
    """`tf.dynamic_partition(data, partitions, n)`: the rows of one part, as many as the data say."""
    data, parts = sizes_of(bound["data"]), sizes_of(bound["partitions"])
    return None if data is None or parts is None else (None, *data[len(parts) :])


def stitched(bound: Arguments) -> Sizes | None:
    """`tf.dynamic_stitch(indices, data)`: the rows of all parts."""
    places, parts = elements(bound["indices"]), elements(bound["data"])
    if not places or not parts:
        return None
    indices, data = sizes_of(places[0]), sizes_of(parts[0])
    return None if data is None or indices is None else (None, *data[len(indices) :])


def sparse_product(bound: Arguments) -> Sizes | None:
    """`tf.sparse.sparse_dense_matmul(a, b)`: a matrix, where what is known of the two says how large."""
    rows, columns = sizes_of(bound["a"]), sizes_of(bound["b"])
    turned = (bound["adjoint_a"], bound["adjoint_b"])
    tall = rows[0] if rows and turned[0] is False else None
    if not columns or len(columns) != 2 or not isinstance(turned[1], bool):
        return (tall, None)
    return (tall, columns[0 if turned[1] else 1])


def solved(bound: Arguments) -> Sizes | None:
    """`tf.linalg.triangular_solve(matrix, rhs)`: the right side, for each of the matrices."""
    leading, right = laid(without("matrix", 2), without("rhs", 2))(bound), sizes_of(bound["rhs"])
    return None if leading is None or not right else (*leading, *right[-2:])


def turned(bound: Arguments) -> Sizes | None:
    """The last two axes changed about."""
    sizes = sizes_of(bound["x"])
    return None if sizes is None or len(sizes) < 2 else (*sizes[:-2], sizes[-1], sizes[-2])


def diagonal(bound: Arguments) -> Sizes | None:
    """`tf.linalg.tensor_diag(x)`: every axis twice."""
    sizes = sizes_of(bound["x"])
    return None if sizes is None else (*sizes, *sizes)


def grids(bound: Arguments) -> list[Sizes | None]:
    """`tf.meshgrid(a, b)`: an axis for each argument, the second first unless it is told otherwise."""
    each = [sizes_of(passed.value) for passed in bound.rest]
    sizes = [None if one is None or len(one) > 1 else one[0] if one else 1 for one in each]
    if bound["indexing"] not in ("xy", "ij"):
        return [(None,) * len(sizes)] * len(sizes)
    if bound["indexing"] == "xy":
        sizes[:2] = reversed(sizes[:2])
    return [tuple(sizes)] * len(sizes)


def decomposed(*letters: str) -> Callable[[Arguments], list[Sizes | None]]:
    """The parts of a matrix of M rows and N columns: K is the lesser of the two, or each its own where all is asked."""

    def extents(bound: Arguments) -> list[Sizes | None]:
        sizes, whole = sizes_of(bound["tensor"]), bound["full_matrices"]
        if sizes is None or len(sizes) < 2 or not isinstance(whole, bool):
            return [None] * len(letters)
        rows, columns = sizes[-2:]
        least = min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else None
        size = {"M": rows, "N": columns, "K": least, "P": rows if whole else least, "Q": columns if whole else least}
        return [(*sizes[:-2], *(size[letter] for letter in part)) for part in letters]

    return extents


def frames(name: str, length: str, step: str) -> Extent:
    """The windows that slide along the last axis, and their length."""

    def extent(bound: Arguments) -> Sizes | None:
        sizes, whole, hop, padded = sizes_of(bound[name]), bound[length], bound[step], bound["pad_end"]
        if not sizes or not isinstance(padded, bool):
            return None
        long, size = (whole if isinstance(whole, int) else None), sizes[-1]
        if not isinstance(size, int) or long is None or not isinstance(hop, int) or hop <= 0:
            return (*sizes[:-1], None, long)
        return (*sizes[:-1], -(-size // hop) if padded else max(0, 1 + (size - long) // hop), long)

    return extent


def spectrogram(bound: Arguments) -> Sizes | None:
    """`tf.signal.stft(signals, frame_length, frame_step)`: half of the frequencies of each window."""
    windows, long = frames("x", "frame_length", "frame_step")(bound), bound["fft_length"]
    if windows is None:
        return None
    if long is None and isinstance(windows[-1], int) and windows[-1] > 0:
        long = 1 << (windows[-1] - 1).bit_length()  # the next power of two
    return (*windows[:-1], long // 2 + 1 if isinstance(long, int) else None)


def inverse_spectrogram(bound: Arguments) -> Sizes | None:
    """`tf.signal.inverse_stft(stfts, frame_length, frame_step)`: the windows laid one behind the other."""
    sizes, long, hop = sizes_of(bound["x"]), bound["frame_length"], bound["frame_step"]
    if sizes is None or len(sizes) < 2:
        return None
    number = sizes[-2]
    if not isinstance(number, int) or not isinstance(long, int) or not isinstance(hop, int) or number <= 0:
        return (*sizes[:-2], None)
    return (*sizes[:-2], long + hop * (number - 1))


def halved(axes: int) -> Extent:
    """`tf.signal.rfft(x, fft_length)`: of the last axis half of the frequencies and one."""
    return _transformed(axes, lambda size: size // 2 + 1, lambda size: size // 2 + 1)


def doubled(axes: int) -> Extent:
    """`tf.signal.irfft(x, fft_length)`: what half of the frequencies come from, an even number if none is given."""
    return _transformed(axes, lambda size: 2 * (size - 1), lambda size: size)


def _transformed(axes: int, own: Callable[[int], int], told: Callable[[int], int]) -> Extent:
    def extent(bound: Arguments) -> Sizes | None:
        sizes, given = sizes_of(bound["x"]), bound["fft_length"]
        if sizes is None or len(sizes) < axes:
            return None
        if given is None:
            last = sizes[-1]
            return (*sizes[:-1], own(last) if isinstance(last, int) and last > 1 else None)
        wanted: list[Any] | None = elements(given)
        if wanted is None and isinstance(given, int):
            wanted = [given]
        if wanted is None or len(wanted) != axes or not all(isinstance(one, int) for one in wanted):
            return (*sizes[: len(sizes) - axes], *(None,) * axes)
        return (*sizes[: len(sizes) - axes], *wanted[:-1], told(wanted[-1]))

    return extent
