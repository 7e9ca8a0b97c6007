"""Functions of tensors that a table's row cannot say: reshapes of the whole, several results, equations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from cnnlint.graph import UNKNOWN, Argument, Node
from cnnlint.graph.calls import Bound
from cnnlint.graph.values import Batch, Dimension, Sizes, shape_of_sizes
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    ClassValue,
    Failed,
    FieldsTuple,
    ListValue,
    Passed,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    tensors_in,
)

SEVERAL = frozenset({"Split", "Unstack", "Moments", "TopK"})
"""Kinds whose functions return several tensors."""
MOST = 256
"""Parts beyond this number are not made one by one."""


def asked_size(value: Value) -> Dimension:
    """A size that a program works out: a number, a multiple of the batch's, or not known."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    token = value.token if isinstance(value, Unknown) else None
    if isinstance(token, tuple) and len(token) == 3 and token[0] == "batch":
        return Batch(Fraction(token[1], token[2]))
    return None


def variable_sizes(value: VariableValue) -> Sizes | None:
    """The shape of a variable; sizes of the batch that a constant was made for are followed."""
    return None if value.shape is None else tuple(map(asked_size, value.shape))


def joined_sizes(kind: str, values: list[Value]) -> list[Value] | None:
    """`tf.stack([tf.shape(x)[0], 4])` and `tf.concat([tf.shape(x)[:1], [4]], 0)`: sizes in a row; None for others."""
    items = elements(values[0]) if values and kind in ("Stack", "Concatenate") else None
    if not items:
        return None
    rows = [elements(item) for item in items] if kind == "Concatenate" else [items]
    found = [size for row in rows if row is not None for size in row]
    if any(row is None for row in rows) or any(asked_size(size) is None for size in found):
        return None
    return found


def reshape(run: Run, site: CallSite, tensor: TensorValue, bound: Bound[Passed]) -> Value:
    """`tf.reshape(x, [-1, n])`: a Reshape, or a Flatten, where every sample keeps its place, else a WholeReshape."""
    passed = next((bound.passed[name] for name in ("shape", "newshape", "new_shape") if name in bound.passed), None)
    given = passed.value.value if passed is not None else None
    target = elements(given) if not isinstance(given, int) else [given]
    if target is None:
        return run.building.opaque("reshape", [tensor], site.node)
    origin = run.origin(passed.value.node) if passed is not None and passed.value.node is not None else None
    placement = run.building.placement(site, "function", site.api)
    if any(isinstance(item, Failed) for item in target):
        made = run.building.node("WholeReshape", [tensor.node], {}, placement=placement)
        made.shape_error = "a size is asked for that is no number: an axis without a size is None"
        return TensorValue(made)
    wanted = [UNKNOWN if item is not None and asked_size(item) is None else _asked(item) for item in target]
    before = tensor.node.followed
    shown = tuple(size if isinstance(size, int) else UNKNOWN for size in wanted)
    whole = {"shape": Argument(tuple(wanted) if None in wanted else shown, True, None, 1, origin)}
    made = run.building.node("WholeReshape", [tensor.node], whole, placement=placement, values={"shape": tuple(wanted)})
    after = made.followed
    if made.shape_error is not None or after is None or not _stays(before, after):
        return TensorValue(made)
    # every sample stays a row: what Keras has a layer for
    run.building.nodes.pop()
    if len(after) == 2 and before is not None and len(before) > 2:
        return TensorValue(run.building.node("Flatten", [tensor.node], {}, placement=placement, shape=after))
    arguments = {
        "target_shape": Argument(
            tuple(UNKNOWN if not isinstance(size, int) else size for size in after[1:]), True, None, 1, origin
        ),
    }
    return TensorValue(run.building.node("Reshape", [tensor.node], arguments, placement=placement, shape=after))


def _asked(item: Value) -> Any:
    size = asked_size(item)
    return None if item is None else size


def _stays(before: Sizes | None, after: Sizes) -> bool:
    """Whether each sample is a row before and after: it is taken to be where maps of unknown size become rows."""
    if not after or before == ():
        return False
    if before is None:
        return len(after) > 1
    if isinstance(before[0], Batch) and after[0] is None:
        return len(before) > 2 and len(after) == 2 and None in before and (after[1] is None or after[1] != before[-1])
    if _row(before) is not None and _row(before) == _row(after):
        # as many numbers to a row are as many rows, of however many samples
        return True
    return before[0] is not None and before[0] == after[0]


def _row(sizes: Sizes) -> int | None:
    """How many numbers lie behind each place of the first axis, where that is known and not none."""
    known = [size for size in sizes[1:] if isinstance(size, int)]
    return math.prod(known) or None if len(known) == len(sizes) - 1 else None


def sized(node: Node, given: Value) -> None:
    """`tf.nn.conv2d_transpose(x, w, [64, 28, 28, 1])`: the shape that is given is the output's, for strides leave open
    how large the maps are."""
    items, sizes = elements(given), node.followed
    if not sizes:
        return
    if not items or len(items) != len(sizes):
        channels = 1 if node.arguments.get("data_format", Argument()).value == "channels_first" else len(sizes) - 1
        node.sizes = tuple(size if place in (0, channels) else None for place, size in enumerate(sizes))
    else:
        count = items[0]
        batch = isinstance(count, Unknown) and isinstance(count.token, tuple) and count.token[:1] == ("batch",)
        told = [item if isinstance(item, int) else None for item in items]
        node.sizes = (sizes[0] if batch else told[0], *told[1:])
    node.shape = shape_of_sizes(node.sizes)


def einsum(run: Run, site: CallSite) -> Value:
    """`tf.einsum("bij,bjk->bik", a, b)`."""
    equation = site.value(0, "equation", "subscripts")
    given = [passed.value for passed in site.positional[1:]]
    if site.open or not any(isinstance(value, TensorValue) for value in given):
        return run.building.opaque("einsum", [t for v in site.values() for t in tensors_in(v)], site.node)
    operands = [run.building.operand(value, site.node) for value in given]
    arguments = {"equation": Argument(equation if isinstance(equation, str) else UNKNOWN, True)}
    node = run.building.node(
        "Einsum", [t.node for t in operands], arguments, placement=run.building.placement(site, "function", site.api)
    )
    return TensorValue(node)


def several(run: Run, kind: str, arguments: dict[str, Argument], tensor: TensorValue, site: CallSite) -> Value:
    """The tensors that `split`, `unstack`, `moments` and `top_k` return; one that stands for all where the number of
    them is not known."""
    placement = run.building.placement(site, "function", site.api)

    def made(**more: Any) -> TensorValue:
        given = {name: Argument(value) for name, value in more.items()}
        return TensorValue(run.building.node(kind, [tensor.node], arguments | given, placement=placement))

    if kind == "TopK":
        return by_name(run, "TopKV2", ("values", "indices"), [made(part=0), made(part=1)])
    if kind == "Moments":
        return (made(part=0), made(part=1))
    parts = _parts(kind, arguments, tensor.node, site.api)
    if isinstance(parts, str):
        node = made(part=0).node
        node.shape_error, node.shape, node.sizes = parts, None, None
        asked = arguments.get("indices_or_sections", Argument()).value
        count = asked if isinstance(asked, int) else len(asked) if isinstance(asked, tuple) else 1
        return ListValue([TensorValue(node)] * min(count, MOST))
    if parts is None or len(parts) > MOST:
        return made()
    return ListValue([made(part=size if size is not None else UNKNOWN) for size in parts])


def by_name(run: Run, name: str, fields: tuple[Value, ...], held: Sequence[Value]) -> Value:
    """Several results that go by names as well."""
    from cnnlint.readers.python.libraries.standard import HANDLERS as PYTHON

    made = PYTHON["collections.namedtuple"](run, CallSite(None, [Passed(name), Passed(fields)]))
    return FieldsTuple.of(made, held) if isinstance(made, ClassValue) else tuple(held)


def _parts(kind: str, arguments: dict[str, Argument], node: Node, api: str) -> list[int | None] | str | None:
    """The size of each part along the axis, why it cannot be split so, or None where the number is not known."""
    axis, shape = arguments.get("axis", Argument()).value, node.shape
    whole = None
    if shape is not None and isinstance(axis, int) and -len(shape) <= axis < len(shape):
        whole = shape[axis]
    if kind == "Unstack":
        count = arguments.get("num", Argument()).value
        count = count if isinstance(count, int) else whole
        return None if count is None else [None] * count
    asked = arguments.get("indices_or_sections", Argument()).value
    if isinstance(asked, int) and not isinstance(asked, bool) and asked > 0:
        if api.endswith(".array_split"):
            return [None if whole is None else whole // asked + (place < whole % asked) for place in range(asked)]
        if whole is not None and whole % asked:
            return f"{whole} elements cannot be split into {asked} equal parts"
        return [None if whole is None else whole // asked] * asked
    if not isinstance(asked, tuple) or not all(isinstance(one, int) for one in asked):
        return None
    sizes: list[int | None] = list(asked)
    if api.startswith("tf."):  # sizes; elsewhere, as in numpy, the places to split at
        known = sum(size for size in asked if size >= 0)
        if -1 in asked:
            return [
                None if size == -1 and whole is None else (whole or 0) - known if size == -1 else size for size in asked
            ]
        return f"parts of {asked} do not make up {whole} elements" if whole not in (None, known) else sizes
    if whole is None:
        return [None] * (len(asked) + 1)
    places = [0, *(min(max(place if place >= 0 else place + whole, 0), whole) for place in asked), whole]
    return [max(0, after - before) for before, after in pairwise(places)]


def drawn(run: Run, site: CallSite) -> Value:
    """`tf.random.categorical(logits, num_samples)`: so many draws for each row."""
    logits, count = site.value(0, "logits"), site.value(1, "num_samples")
    if not isinstance(logits, TensorValue):
        return Unknown(f"`{site.api}()`", ("call", site.api, run.building.place(site)))
    sizes = logits.node.followed
    made = (sizes[0], asked_size(count)) if sizes else None
    return run.building.opaque(site.api, [logits], site.node, shape=made, weights=0)


HANDLERS = {
    **dict.fromkeys(("tf.random.categorical", "tf.multinomial", "tf.random.multinomial"), drawn),
    "keras.random.categorical": drawn,
    "tf.einsum": einsum,
    "tf.linalg.einsum": einsum,
    "keras.ops.einsum": einsum,
}
