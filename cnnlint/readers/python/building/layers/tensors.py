"""What programs ask of tensors: their shape, items and slices."""

from __future__ import annotations

from itertools import islice

from cnnlint.graph import Argument, Node, NotThere
from cnnlint.graph.shapes.registry import show
from cnnlint.graph.values import OPEN, Batch, Dimension, Open, Sizes, shape_of_sizes
from cnnlint.graph.walks import ancestors
from cnnlint.readers.python.building.layers import open_sizes, placeholders
from cnnlint.readers.python.building.layers.joining import SEVERAL
from cnnlint.readers.python.building.out_of_reach import argument, unknown_operand
from cnnlint.readers.python.building.training import sessions
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    CallSite,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
)

#: what tensors of TensorFlow have, and those of Keras 3's functional API have not; what to write instead
GONE = {
    "numpy": "it has no numbers before there are data: model.predict(x)",
    "get_shape": "write .shape",
    "_keras_shape": "write .shape",
    "set_shape": "a Reshape, or keras.ops.reshape",
    "assign": "variables are assigned to",
}


def tensor_attribute(run: Run, value: TensorValue, name: str) -> Value:
    """An attribute of a tensor: its shape, mostly."""
    sizes = value.node.followed
    if name in GONE and placeholders.is_symbolic(run, value.node) and not run.frame.conditions:
        problem = f"a symbolic tensor of Keras 3 has no {name}"
        run.event(NotThere(origin=run.origin(run.statement), problem=problem, advice=GONE[name]))
    if name in ("shape", "_keras_shape", "get_shape"):
        if len(run.frames) == 1 and run.versions.tensorflow != 1:
            run.building.kept.add(id(value.node))  # a call that is tried out
        if name == "shape":
            open_sizes.asked(run, value)
        known = static_shape(run, value.node)
        return Native(name, lambda run, site: known) if name == "get_shape" else known
    if name == "set_shape":
        return Native(name, lambda run, site: None)
    if name == "name" and value.node.kind == "Input" and value.node.name and run.versions.keras == 3:
        return value.node.name
    if name == "dtype" and value.node.dtype is None and not value.node.opaque:
        return Unknown("tensor.dtype", ("tensor", "dtype"))  # what it is fed decides
    if name in ("name", "op", "dtype", "graph"):
        return Unknown(f"tensor.{name}")
    if name == "eval":
        run.building.kept.add(id(value.node))
        return Native(name, lambda run, site: sessions.feed(run, site, 0) or Unknown("eval()"))
    if name == "numpy":
        value.node.escapes = True  # an array, which is read elsewhere
        if run.building.taken is not None:
            return Native(name, lambda run, site: _taken(run, value, site))
    if name == "ndim":
        return len(sizes) if sizes is not None else Unknown("ndim")
    if value.node.opaque and (value.node.unread or sizes is None):
        # it may be no tensor, but what holds some
        return run.building.opaque(f".{name}", [value], None, unread=True)
    return Unknown(f"tensor.{name}", ("tensor", name))


def static_shape(run: Run, node: Node) -> Value:
    """A tensor's shape as the framework tells it before there is data."""
    sizes = node.followed
    if sizes is None:
        return Unknown("shape", ("shape", node.kind))
    given = run.building.batch_given or (isinstance(sizes[0] if sizes else 0, Batch) and _of_unread(node))
    return tuple(_static(given, size, axis) for axis, size in enumerate(sizes))


def _taken(run: Run, value: TensorValue, site: CallSite) -> Value:
    """`tensor.numpy()`: its numbers, which no gradient follows."""
    if run.building.taken is not None and site.node is not None:
        run.building.taken.append((value.node, run.origin(site.node)))
    return Unknown("tensor.numpy()", ("tensor", "numpy"))


#: how many nodes of a tensor's history are looked at beside the way along its first inputs
LONGEST = 200


def _of_unread(node: Node) -> bool:
    """Whether a tensor comes from a parameter or another unread value, whose number of samples may be fixed."""
    start = node
    while start.inputs:
        start = start.inputs[0]
    return any(one.kind == "Input" and one.note == "not read" for one in (start, *islice(ancestors(node), LONGEST)))


def _static(batch_given: bool, size: Dimension, axis: int) -> Value:
    """A size as the framework tells it before there is data: None along the axis of the samples, and what is open."""
    if isinstance(size, Open) or (isinstance(size, Batch) and not batch_given):
        return None
    return size_value(size, axis)


def size_value(size: Dimension, axis: int) -> Value:
    """What `tf.shape(x)[axis]` is."""
    if isinstance(size, Batch):
        return Unknown("batch size", ("batch", size.times.numerator, size.times.denominator))
    return size if isinstance(size, int) else Unknown("size", ("size", axis))


def tensor_item(run: Run, value: TensorValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`tensor[...]`: an opaque node, whose shape is known where every index is a slice or a number."""
    if value.node.kind in SEVERAL and "part" not in value.node.arguments:
        return run.building.opaque("item", [value], node, weights=0)
    found = indexed(value.node.followed, index)
    made = run.building.opaque("slice", [value], node, shape=None if isinstance(found, str) else found, weights=0)
    bounds = [b for part in index for b in ((part.start, part.stop, part.step) if isinstance(part, slice) else (part,))]
    unread = next((bound for bound in bounds if unknown_operand(bound)), None)
    if unread is not None:
        made.node.arguments["operand"] = argument(run, unread, node)
    written = _written(index)
    if written is not None:
        made.node.arguments["index"] = Argument(written, origin=run.origin(node), given=True)
    made.node.dtype = value.node.dtype
    if isinstance(found, str):
        made.node.shape_error = found
    placeholders.refuse(made.node, placeholders.of_item(run, value.node, index))
    return made


def _written(index: list[Value]) -> str | None:
    """A subscript as it is written with all its numbers, None where one of them is not known."""
    told = []
    for part in index:
        bounds = (part.start, part.stop, part.step) if isinstance(part, slice) else (part,)
        if not all(one is None or one is Ellipsis or type(one) is int for one in bounds):
            return None
        if isinstance(part, slice):
            told.append(":".join("" if one is None else str(one) for one in bounds).removesuffix(":"))
        else:
            told.append("..." if part is Ellipsis else str(part))
    return ", ".join(told)


def indexed(sizes: Sizes | None, index: list[Value]) -> Sizes | str | None:
    """The shape of `tensor[index]`, None where it is not known, or why there is no such item."""
    if sizes is None:
        return None
    given = sum(part is not Ellipsis and part is not None for part in index)
    shown = show(shape_of_sizes(sizes) or ())
    if given > len(sizes):
        return f"{shown} has {len(sizes)} axes, and the subscript is about {given}"
    remaining, found = list(sizes), list[Dimension]()
    for part in index:
        if part is None:
            found.append(1)
        elif part is Ellipsis:
            found += [remaining.pop(0) for _ in range(len(sizes) - given)]
            given = len(sizes)
        elif isinstance(part, slice):
            found.append(_cut(remaining.pop(0), part))
        elif isinstance(part, int) and not isinstance(part, bool):
            size = remaining.pop(0)
            if isinstance(size, int) and not -size <= part < size:
                return f"an axis of {shown} has {size} elements, and none is number {part}"
        else:
            return None
    return (*found, *remaining)


def _cut(size: Dimension, part: slice) -> Dimension:
    """How many elements a slice takes of an axis."""
    bounds = (part.start, part.stop, part.step)
    if bounds in ((None, None, None), (0, None, None), (None, None, 1), (None, None, -1)):
        return size
    known = all(bound is None or (isinstance(bound, int) and not isinstance(bound, bool)) for bound in bounds)
    if isinstance(size, (Batch, Open)):
        return OPEN  # the framework does not know either
    if not isinstance(size, int) or not known or part.step == 0:
        return None
    return len(range(size)[part])


def variable_attribute(value: VariableValue, name: str) -> Value:
    """An attribute of a variable, or None."""
    shape = value.shape
    if shape is None or name not in ("shape", "get_shape"):
        return None
    return shape if name == "shape" else Native("get_shape", lambda run, site: shape)
