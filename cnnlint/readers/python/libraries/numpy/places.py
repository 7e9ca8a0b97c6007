"""numpy's functions that choose among elements that are known, move them, or put arrays of them together."""

from __future__ import annotations

import math
from collections import Counter

from cnnlint.readers.python.arrays import elements as core
from cnnlint.readers.python.arrays.elements import chosen, joined, mapped, reshaped, transposed
from cnnlint.readers.python.libraries.numpy.elements import Fold, axes_of, given, plain, whole
from cnnlint.readers.python.libraries.numpy.shapes import widths
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import Elements, Value, integers
from cnnlint.readers.python.values import elements as items_of

# --- places -----------------------------------------------------------------------------------------------------


def _transpose(run: Run, bound: Arguments) -> Elements | None:
    found = given(run, bound["a"])
    listed = [bound["axes"], *(one.value for one in bound.rest)] if bound.rest else bound["axes"]
    axes = None if listed is None else integers(listed if isinstance(listed, list) else items_of(listed))
    if listed is not None and (axes is None or sorted(a % len(found.shape) for a in axes) != list(range(len(axes)))):
        return None
    return transposed(found, axes)


def _swapaxes(run: Run, bound: Arguments) -> Elements | None:
    found = given(run, bound["a"])
    order = list(range(len(found.shape)))
    a, b = order[whole(bound["axis1"])], order[whole(bound["axis2"])]
    order[a], order[b] = b, a
    return transposed(found, order)


def _moveaxis(run: Run, bound: Arguments) -> Elements | None:
    found = given(run, bound["a"])
    order = list(range(len(found.shape)))
    source, target = order[whole(bound["source"])], order[whole(bound["destination"])]
    order.insert(target, order.pop(source))
    return transposed(found, order)


def _flip(axis: int | None) -> Fold:
    def fold(run: Run, bound: Arguments) -> Elements | None:
        found = given(run, bound["m"])
        axes = range(len(found.shape)) if axis is None and bound["axis"] is None else [axis]
        for one in axes if axis is not None or bound["axis"] is None else axes_of(bound["axis"], len(found.shape)):
            found = chosen(found, whole(one), range(found.shape[whole(one)])[::-1])
        return found

    return fold


def _roll(run: Run, bound: Arguments) -> Elements | None:
    found, shift = given(run, bound["a"]), whole(bound["shift"])
    if bound["axis"] is None:
        moved = chosen(Elements((len(found.items),), found.items), 0, [i - shift for i in range(len(found.items))])
        return Elements(found.shape, moved.items)
    axis = whole(bound["axis"])
    size = found.shape[axis]
    return chosen(found, axis, [(i - shift) % size for i in range(size)])


def _repeat(run: Run, bound: Arguments) -> Elements | None:
    found, times = given(run, bound["a"]), whole(bound["repeats"])
    if times < 0 or times > core.MOST:
        return None
    if bound["axis"] is None:
        found = Elements((len(found.items),), found.items)
    axis = 0 if bound["axis"] is None else whole(bound["axis"])
    return chosen(found, axis, [i for i in range(found.shape[axis]) for _ in range(times)])


def _tile(run: Run, bound: Arguments) -> Elements | None:
    found, counts = given(run, bound["A"]), integers(items_of(bound["reps"]) or [bound["reps"]])
    if counts is None or any(count < 0 or count > core.MOST for count in counts):
        return None
    rank = max(len(counts), len(found.shape))
    found = Elements((1,) * (rank - len(found.shape)) + found.shape, found.items)
    for axis, count in enumerate([1] * (rank - len(counts)) + counts):
        found = chosen(found, axis, [*range(found.shape[axis])] * count) if count != 1 else found
    return found


def _take(run: Run, bound: Arguments) -> Elements | None:
    plain(bound, "mode")
    found, picks, axis = given(run, bound["a"]), given(run, bound["indices"]), bound["axis"]
    if axis is None:
        found = Elements((len(found.items),), found.items)
    at = 0 if axis is None else range(len(found.shape))[whole(axis)]
    made = chosen(found, at, [whole(one) for one in picks.items])
    return Elements((*found.shape[:at], *picks.shape, *found.shape[at + 1 :]), made.items)


def _sort(run: Run, bound: Arguments) -> Elements | None:
    found = given(run, bound["a"])
    if bound["axis"] is None:
        return Elements((len(found.items),), tuple(sorted(found.items)))
    return core.along(found, whole(bound["axis"]), sorted)


def _argsort(run: Run, bound: Arguments) -> Elements | None:
    found, axis = given(run, bound["a"]), bound["axis"]
    if len(set(found.items)) < len(found.items):
        return None  # which of equals comes first depends on the way of sorting
    return core.along(found, whole(axis), lambda line: sorted(range(len(line)), key=line.__getitem__))


def _pad(run: Run, bound: Arguments) -> Elements | None:
    found = given(run, bound["array"])
    pairs = widths(bound["pad_width"], len(found.shape))
    for axis, (before, after) in enumerate(pairs or [(None, None)]):
        front, back, size = whole(before), whole(after), found.shape[axis]
        if bound["mode"] == "edge":
            found = chosen(found, axis, [0] * front + [*range(size)] + [size - 1] * back)
        elif bound["mode"] == "constant":
            number = given(run, bound["constant_values"])
            if number.shape != ():
                return None
            sides = [
                Elements(
                    (*found.shape[:axis], n, *found.shape[axis + 1 :]), number.items * (n * len(found.items) // size)
                )
                for n in (front, back)
            ]
            found = joined([sides[0], found, sides[1]], axis)
        else:
            return None
    return found


def _triangle(upper: bool) -> Fold:
    def fold(run: Run, bound: Arguments) -> Elements | None:
        found, k = given(run, bound["m"]), whole(bound["k"])
        if len(found.shape) != 2:
            return None
        rows, columns = found.shape
        keep = [(j - i >= k) if upper else (j - i <= k) for i in range(rows) for j in range(columns)]
        return Elements(found.shape, tuple(x if kept else 0 for x, kept in zip(found.items, keep, strict=True)))

    return fold


def _diagonal(run: Run, bound: Arguments) -> Elements | None:
    plain(bound, "k", "offset", "axis1", "axis2")
    found = given(run, bound["v" if "v" in bound.defaults else "a"])
    if len(found.shape) == 2:
        return Elements((min(found.shape),), found.items[:: found.shape[1] + 1][: min(found.shape)])
    if len(found.shape) != 1:
        return None
    size = len(found.items)
    return Elements((size, size), tuple(found.items[i] if i == j else 0 for i in range(size) for j in range(size)))


def _delete(run: Run, bound: Arguments) -> Elements | None:
    found = given(run, bound["arr"])
    if bound["axis"] is None:
        found = Elements((len(found.items),), found.items)
    axis = 0 if bound["axis"] is None else whole(bound["axis"])
    size = found.shape[axis]
    gone = {range(size)[one] for one in integers(items_of(bound["obj"]) or [bound["obj"]]) or [whole(None)]}
    return chosen(found, axis, [place for place in range(size) if place not in gone])


def _insert(run: Run, bound: Arguments) -> Elements | None:
    found, at, new = given(run, bound["arr"]), whole(bound["obj"]), given(run, bound["values"])
    if bound["axis"] is None:
        found = Elements((len(found.items),), found.items)
    axis = range(len(found.shape))[0 if bound["axis"] is None else whole(bound["axis"])]
    at = at + found.shape[axis] if at < 0 else at
    if new.shape != () or not 0 <= at <= found.shape[axis]:
        return None
    slab = (*found.shape[:axis], 1, *found.shape[axis + 1 :])
    parts = [
        chosen(found, axis, range(at)),
        Elements(slab, new.items * math.prod(slab)),
        chosen(found, axis, range(at, found.shape[axis])),
    ]
    return joined(parts, axis)


def _bincount(run: Run, bound: Arguments) -> Elements | None:
    plain(bound, "weights")
    counted = Counter(whole(one) for one in given(run, bound["x"]).items)
    length = max([*counted, -1]) + 1
    if length > core.MOST or min([*counted, 0]) < 0:
        return None
    length = max(length, whole(bound["minlength"]))
    return Elements((length,), tuple(counted[place] for place in range(length)))


# --- several ----------------------------------------------------------------------------------------------------


def parts_of(run: Run, value: Value) -> list[Elements]:
    """The arrays of a sequence; of an array, its rows."""
    items = items_of(value)
    if items is not None:
        return [given(run, item) for item in items]
    found = given(run, value)
    rows = [chosen(found, 0, [row]) for row in range(found.shape[0])]
    return [Elements(row.shape[1:], row.items) for row in rows]


def _wide(found: Elements, rank: int) -> Elements:
    """An array with axes put in front, as `atleast_2d` does."""
    return Elements((1,) * (rank - len(found.shape)) + found.shape, found.items)


def _concatenate(run: Run, bound: Arguments) -> Elements | None:
    parts = parts_of(run, bound["arrays"])
    if bound["axis"] is None:
        return joined([Elements((len(part.items),), part.items) for part in parts], 0)
    return joined(parts, whole(bound["axis"]))


def _vstack(run: Run, bound: Arguments) -> Elements | None:
    return joined([_wide(part, 2) for part in parts_of(run, bound["tup"])], 0)


def _hstack(run: Run, bound: Arguments) -> Elements | None:
    parts = [_wide(part, 1) for part in parts_of(run, bound["tup"])]
    return joined(parts, 0 if len(parts[0].shape) == 1 else 1)


def _column_stack(run: Run, bound: Arguments) -> Elements | None:
    parts = parts_of(run, bound["tup"])
    return joined([Elements((len(p.items), 1), p.items) if len(p.shape) < 2 else p for p in parts], 1)


def _stack(run: Run, bound: Arguments) -> Elements | None:
    return core.stacked(parts_of(run, bound["arrays"]), whole(bound["axis"]))


def _append(run: Run, bound: Arguments) -> Elements | None:
    parts = [given(run, bound["arr"]), given(run, bound["values"])]
    if bound["axis"] is None:
        return joined([Elements((len(part.items),), part.items) for part in parts], 0)
    return joined(parts, whole(bound["axis"]))


def product(one: Elements, other: Elements) -> Elements | None:
    """The matrix product of arrays with one or two axes."""
    a = Elements((1, *one.shape), one.items) if len(one.shape) == 1 else one
    b = Elements((*other.shape, 1), other.items) if len(other.shape) == 1 else other
    if len(a.shape) != 2 or len(b.shape) != 2 or a.shape[1] != b.shape[0] or a.shape[0] * b.shape[1] > core.MOST:
        return None
    size, columns = a.shape[1], transposed(b).items
    lines = [a.items[at : at + size] for at in range(0, len(a.items), size or 1)]
    downs = [columns[at : at + size] for at in range(0, len(columns), size or 1)]
    items = tuple(sum(x * y for x, y in zip(line, down, strict=True)) for line in lines for down in downs)
    shape = [*one.shape[:-1], *(other.shape[1:] if len(other.shape) > 1 else ())]
    return reshaped(Elements((len(items),), items), shape)


def _product(run: Run, bound: Arguments) -> Elements | None:
    one, other = given(run, bound["a"]), given(run, bound["b"])
    return product(one, other) if one.shape and other.shape else mapped(lambda x, y: x * y, one, other)


def _outer(run: Run, bound: Arguments) -> Elements | None:
    one, other = given(run, bound["a"]).items, given(run, bound["b"]).items
    return (
        Elements((len(one), len(other)), tuple(x * y for x in one for y in other))
        if ("out" in bound.defaults and len(one) * len(other) <= core.MOST)
        else None
    )


def _broadcast_to(run: Run, bound: Arguments) -> Elements | None:
    sizes = integers(items_of(bound["shape"]) or [bound["shape"]])
    return core.broadcast(given(run, bound["array"]), sizes) if sizes is not None else None


FOLDS: dict[str, Fold] = {
    "transpose": _transpose,
    "permute_dims": _transpose,
    "swapaxes": _swapaxes,
    "moveaxis": _moveaxis,
    "flip": _flip(None),
    "flipud": _flip(0),
    "fliplr": _flip(1),
    "roll": _roll,
    "repeat": _repeat,
    "tile": _tile,
    "take": _take,
    "sort": _sort,
    "argsort": _argsort,
    "pad": _pad,
    "triu": _triangle(True),
    "tril": _triangle(False),
    "diag": _diagonal,
    "diagonal": _diagonal,
    "delete": _delete,
    "insert": _insert,
    "bincount": _bincount,
    "concatenate": _concatenate,
    "vstack": _vstack,
    "hstack": _hstack,
    "column_stack": _column_stack,
    "stack": _stack,
    "append": _append,
    "dot": _product,
    "matmul": _product,
    "outer": _outer,
    "broadcast_to": _broadcast_to,
}
