"""Products of tensors: Dot, MatMul, tensor products, einsum, attention without weights."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec.structs import replace

from cnnlint.graph.shapes.axes import broadcast, never, times
from cnnlint.graph.shapes.merges import listed_shapes
from cnnlint.graph.shapes.operations import Made, listed
from cnnlint.graph.shapes.registry import Call, ShapeError, as_integer, normal_axis, register, show
from cnnlint.graph.values import Batch, Dimension, Sizes


@register("Dot")
def dot(call: Call) -> Made:
    """The product of two tensors, summed over one axis of each."""
    axes = call.get("axes")
    if len(call.inputs) != 2:
        raise ShapeError(f"Dot takes two inputs; it is given {len(call.inputs)}")
    first, second = call.inputs
    if first is None or second is None:
        return None, 0
    named = [as_integer(axis) for axis in (axes if isinstance(axes, (tuple, list)) else (axes, axes))]
    if len(named) != 2 or named[0] is None or named[1] is None:
        return None, 0
    if len(first) < 2 or len(second) < 2:
        raise ShapeError(f"Dot needs at least 2 dimensions; it is given {show(first)} and {show(second)}")
    batches = [one[0] for one in call.operands if one and isinstance(one[0], Batch)]
    if len(batches) == 2 and batches[0] != batches[1]:
        raise ShapeError(f"Dot of {show(first)} and {show(second)}: they have other numbers of rows")
    left, right = normal_axis(named[0], len(first), "Dot"), normal_axis(named[1], len(second), "Dot")
    if 0 in (left, right):
        if call.get("any_axis"):
            return None, 0
        raise ShapeError("Dot cannot sum over axis 0, the batch")
    if first[left] is not None and second[right] is not None and first[left] != second[right]:
        raise ShapeError(
            f"Dot sums axis {left} of {show(first)} ({first[left]}) against axis {right} of {show(second)} "
            f"({second[right]}); the sizes differ"
        )
    rest: list[Dimension] = [size for axis, size in enumerate(first) if axis != left]
    rest += [size for axis, size in enumerate(second) if axis not in (0, right)]
    return (*rest, 1) if len(rest) == 1 else tuple(rest), 0


@register("BatchDot")
def batch_dot(call: Call) -> Made:
    """Keras's backend's product of each sample of one tensor and of the other, over one axis of each.

    Without axes it is the last of the first and the last but one of the second, or the only one of vectors. What
    became of four axes and more has changed from version to version.
    """
    if len(call.inputs) != 2 or any(one is None or len(one) > 3 for one in call.inputs):
        return None, 0
    second = call.inputs[1] or ()
    axes = call.get("axes") if call.get("axes") is not None else (-1, -1 if len(second) == 2 else -2)
    return dot(replace(call, values={**call.values, "axes": axes}))


@register("MatMul", every_axis=True)
def matmul(call: Call) -> Made:
    """The matrix product of two tensors' last two axes; the axes before them are laid over each other.

    A vector is a row on the left and a column on the right, and its axis is gone (keras.ops: ranks of 1).
    """
    if len(call.operands) != 2:
        return None, 0
    first, second = call.operands
    if first is None or second is None:
        return None, 0
    first, second = _turned(call, first, "transpose_a"), _turned(call, second, "transpose_b")
    shown = f"MatMul of {listed_shapes([first, second])}"
    if not first or not second:
        raise ShapeError(f"{shown}: a number is no matrix")
    if call.flag("vectors") is False and 1 in (len(first), len(second)):
        raise ShapeError(f"{shown}: TensorFlow's takes no vectors")
    left: Sizes = first if len(first) > 1 else (1, *first)
    right: Sizes = second if len(second) > 1 else (*second, 1)
    if never(left[-1], right[-2]):
        raise ShapeError(f"{shown}: the inner sizes {_size(left[-1])} and {_size(right[-2])} differ")
    leading = broadcast(left[:-2], right[:-2])
    if leading is None:
        raise ShapeError(f"{shown}: the axes before the last two do not fit")
    rows = left[-2:-1] if len(first) > 1 else ()
    return (*leading, *rows, *(right[-1:] if len(second) > 1 else ())), 0


def _size(size: Dimension) -> str:
    return "of the batch" if isinstance(size, Batch) else str(size)


def _turned(call: Call, sizes: Sizes, name: str) -> Sizes:
    if name not in call.values or call.flag(name) is False or len(sizes) < 2:
        return sizes
    if call.flag(name):
        return (*sizes[:-2], sizes[-1], sizes[-2])
    return (*sizes[:-2], None, None)


@register("TensorDot", every_axis=True)
def tensor_dot(call: Call) -> Made:
    """The product of two tensors, summed over as many axes of each: `axes` is their number, or a list for each."""
    axes = call.get("axes")
    if len(call.operands) != 2 or call.operands[0] is None or call.operands[1] is None:
        return None, 0
    first, second = call.operands[0], call.operands[1]
    count = as_integer(axes)
    if count is not None:
        named: Sequence[Sequence[int | None]] = (range(len(first) - count, len(first)), range(count))
    elif isinstance(axes, (tuple, list)) and len(axes) == 2:
        named = [[as_integer(axis) for axis in listed(one)] for one in axes]
    else:
        return None, 0
    gone: list[list[int]] = []
    for sizes, one in zip((first, second), named, strict=True):
        # keras.ops.dot: the last axis against the last but one, of a vector against its only one
        places = [axis if axis is None or len(sizes) > 1 or axis != -2 else -1 for axis in one]
        if None in places:
            return None, 0
        gone.append([normal_axis(axis, len(sizes), call.kind) for axis in places if axis is not None])
    if len(gone[0]) != len(gone[1]):
        raise ShapeError(f"{call.kind} is given {len(gone[0])} axes of one tensor and {len(gone[1])} of the other")
    # of several axes TensorFlow compares how many elements they hold together, and a batch may make up for the others
    several = len(gone[0]) > 1
    for left, right in () if several and _made_up(first, second, gone) else zip(*gone, strict=True):
        if never(first[left], second[right]):
            raise ShapeError(
                f"{call.kind} of {listed_shapes([first, second])} sums axis {left} against axis {right}; "
                "the sizes differ"
            )
    rest = [size for place, size in enumerate(first) if place not in gone[0]]
    return (*rest, *(size for place, size in enumerate(second) if place not in gone[1])), 0


def _made_up(first: Sizes, second: Sizes, gone: Sequence[Sequence[int]]) -> bool:
    """Whether axes of different sizes may hold as many elements together, for some size of those left open."""
    left, right = ([sizes[axis] for axis in axes] for sizes, axes in zip((first, second), gone, strict=True))
    known = [math.prod(size for size in side if isinstance(size, int)) for side in (left, right)]
    is_open = [any(not isinstance(size, int) for size in side) for side in (left, right)]
    if all(is_open) or 0 in known:
        return True
    if not any(is_open):
        return known[0] == known[1]
    return known[1] % known[0] == 0 if is_open[0] else known[0] % known[1] == 0


@register("MatVec", every_axis=True)
def matvec(call: Call) -> Made:
    """A matrix times a vector, for each of the places before them."""
    if len(call.operands) != 2 or call.operands[0] is None or call.operands[1] is None:
        return None, 0
    first, second = _turned(call, call.operands[0], "transpose_a"), call.operands[1]
    if len(first) < 2 or not second or never(first[-1], second[-1]):
        raise ShapeError(f"MatVec of {listed_shapes([first, second])}: the sizes differ")
    leading = broadcast(first[:-2], second[:-1])
    if leading is None:
        raise ShapeError(f"MatVec of {listed_shapes([first, second])}: the axes before the last do not fit")
    return (*leading, first[-2]), 0


@register("Attend", every_axis=True)
def attend(call: Call) -> Made:
    """Dot-product attention of queries, keys and values that are there already."""
    query, value = call.full, call.operands[-1] if call.operands else None
    return (None, 0) if not query or not value else ((*query[:-1], value[-1]), 0)


@register("Einsum", every_axis=True)
def einsum(call: Call) -> Made:
    """Sums of products, as an equation says; `...` stands for the axes that it does not name."""
    equation, operands = call.get("equation"), list(call.operands)
    if not isinstance(equation, str) or any(one is None for one in operands):
        return None, 0
    before, arrow, after = equation.replace(" ", "").partition("->")
    terms = before.split(",")
    if not arrow:
        letters = before.replace(",", "").replace("...", "")
        after = "." * ("..." in before) * 3 + "".join(sorted(one for one in set(letters) if letters.count(one) == 1))
    if len(terms) != len(operands):
        raise ShapeError(f"'{equation}' is about {len(terms)} tensors; it is given {len(operands)}")
    found: dict[str, Dimension] = {}
    middle: Sizes = ()
    for term, sizes in zip(terms, operands, strict=True):
        assert sizes is not None
        front, dots, back = term.partition("...")
        if len(front + back) > len(sizes) or (not dots and len(front) != len(sizes)):
            raise ShapeError(f"'{term}' of '{equation}' names {len(front + back)} axes; its tensor has {len(sizes)}")
        place = len(sizes) - len(back)
        laid = broadcast(middle, sizes[len(front) : place]) if dots else middle
        if laid is None:
            raise ShapeError(f"the axes that '...' of '{equation}' stands for do not fit")
        middle = laid
        for letter, size in zip(front + back, (*sizes[: len(front)], *sizes[place:]), strict=True):
            known = found.get(letter)
            if never(known, size):
                raise ShapeError(f"axis {letter} of '{equation}' has sizes {_size(known)} and {_size(size)}")
            if known is None or known == 1:
                found[letter] = size
    front, dots, back = after.partition("...")
    for letter in front + back:
        if letter not in found:
            raise ShapeError(f"'{after}' of '{equation}' names an axis {letter} that no tensor has")
    return (*(found[one] for one in front), *(middle if dots else ()), *(found[one] for one in back)), 0


@register("Outer", every_axis=True)
def outer(call: Call) -> Made:
    """Every element of one tensor times every element of the other."""
    return tuple(None if sizes is None else times(sizes) for sizes in call.operands), 0
