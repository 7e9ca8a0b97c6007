"""If, Loop and Scan: the graphs within them are read where they stand.

A branch that is known to be taken is a part of the model like any other. What comes out of two branches, or of a
body that runs any number of times, is opaque.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnnlint.graph import OPAQUE
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Body, Malformed, Operation
from cnnlint.readers.onnx.values import Axes, Constant, Tensor, Value, identity


@operator("If")
def branches(builder: Builder, operation: Operation) -> None:
    """The branch that is taken, or both."""
    condition = builder.value(operation.input(0))
    both = [_body(operation, name) for name in ("then_branch", "else_branch")]
    if isinstance(condition, Constant) and condition.scalar is not None:
        taken = both[0 if condition.scalar else 1]
        builder.run(taken)
        for name, value in zip(operation.outputs, _results(builder, operation, taken), strict=False):
            _rename(builder, name, value)
        return
    for body in both:
        builder.run(body, doubtful=True)
    then, other = (_results(builder, operation, body) for body in both)
    for index, pair in enumerate(zip(then, other, strict=False)):
        _join(builder, operation, index, pair, condition)


@operator("Loop")
def loop(builder: Builder, operation: Operation) -> None:
    """How often, whether at all, and what goes round; the body gives whether again, what goes round, what is listed."""
    body = _body(operation, "body")
    started = [builder.value(name) for name in operation.inputs[2:]]
    _enter(builder, operation, body, [None, None, *started], ["", *body.outputs])
    builder.run(body)
    results = _results(builder, operation, body)[1:]
    for index, value in enumerate(results):
        _settle(builder, operation, body, index, value)
        _join(builder, operation, index, (value, *started[index : index + 1]))


def _settle(builder: Builder, operation: Operation, body: Body, index: int, value: Value) -> None:
    """State the shape of what goes round where it begins with one, and a round that is given it gives it again."""
    name = operation.outputs[index] if index < len(operation.outputs) else ""
    ends = builder.value(operation.input(2 + index)), value
    if not name or name in builder.loaded.shapes or 2 + index >= len(body.inputs):
        return
    given = builder.value(body.inputs[2 + index][0])
    shapes = [one.onnx_shape if isinstance(one, Tensor) else one.dims if one else None for one in (*ends, given)]
    if shapes[0] is not None and None not in shapes[0] and shapes[0] == shapes[1] == shapes[2]:
        builder.loaded.shapes[name] = shapes[0]


@operator("Scan")
def scan(builder: Builder, operation: Operation) -> None:
    """What goes round, and what is gone through element by element."""
    if operation.opset < 9:
        raise Malformed("the inner graph of Scan is not read: before operator set 9 it has a batch of its own")
    body = _body(operation, "body")
    states = len(operation.inputs) - operation.integer("num_scan_inputs", 1)
    values = [builder.value(name) for name in operation.inputs]
    _enter(builder, operation, body, values, body.outputs[:states])
    builder.run(body)
    for index, value in enumerate(_results(builder, operation, body)):
        _join(builder, operation, index, (value, *(values[index : index + 1] if index < states else ())))


def _body(operation: Operation, name: str) -> Body:
    if name not in operation.bodies:
        raise Malformed(f"{operation.kind} has no {name}")
    return operation.bodies[name]


def _results(builder: Builder, operation: Operation, body: Body) -> list[Value]:
    found = [builder.value(name) for name in body.outputs]
    known = [value for value in found if value is not None]
    if len(known) < len(found):
        raise Malformed(f"a graph within {operation.kind} gives a value that nothing defines")
    return known


def _rename(builder: Builder, name: str, value: Value) -> None:
    if not name:
        return
    if isinstance(value, Tensor):
        builder.define(name, value.node, value.axes)
    else:
        builder.values[name] = value


def _enter(
    builder: Builder, operation: Operation, body: Body, given: Sequence[Value | None], left: Sequence[str]
) -> None:
    """What a body that is run again and again is given: floats are data, even where they begin as constants.

    What it leaves as it is (`left` names what becomes of each) is the same constant in every round.
    """
    renamed = {one.outputs[0]: one.input(0) for one in body.operations if one.kind == "Identity" and one.outputs}
    for index, (name, dtype) in enumerate(body.inputs):
        value = given[index] if index < len(given) else None
        result = left[index] if index < len(left) else ""
        if isinstance(value, Constant) and renamed.get(result, result) == name:
            builder.values[name] = value
            continue
        shape = builder.loaded.shapes.get(name)
        if not isinstance(value, Tensor) and not dtype.startswith(("float", "bfloat")):
            builder.values[name] = Constant(shape, dtype=dtype)
            continue
        axes: Axes | None = None if shape is None else identity(len(shape))
        sources = []
        if isinstance(value, Tensor):
            same = value.axes is not None and shape is not None and len(value.axes) == len(shape)
            sources = [value.node if same else builder.natural(value, operation)]
            axes = value.axes if same else axes
        node = builder.node(OPAQUE, operation, sources, shape=builder.expected(name, axes), suffix=f"/given {index}")
        node.note = operation.kind
        builder.define(name, node, axes)


def _join(
    builder: Builder, operation: Operation, index: int, values: Sequence[Value | None], condition: Value | None = None
) -> None:
    """An output that is one of several values, or made of them: opaque, or a constant that is not known."""
    name = operation.outputs[index] if index < len(operation.outputs) else ""
    tensors = [value for value in values if isinstance(value, Tensor)]
    if not name:
        return
    if not tensors:
        builder.values[name] = Constant(builder.loaded.shapes.get(name))
        return
    axes: Axes | None = tensors[0].axes
    same = all(isinstance(value, Tensor) and value.axes == axes for value in values) and axes is not None
    nodes = [tensor.node for tensor in tensors] if same else [builder.natural(tensor, operation) for tensor in tensors]
    if isinstance(condition, Tensor):
        nodes.append(builder.natural(condition, operation))
    shape = builder.loaded.shapes.get(name)
    if not same or len(axes or ()) != len(shape or axes or ()):
        axes = None if shape is None else identity(len(shape))
    suffix = f":{index}" if index else ""
    node = builder.node(OPAQUE, operation, nodes, shape=builder.expected(name, axes), suffix=suffix)
    node.note = operation.kind
    builder.define(name, node, axes if node.shape is not None else None)
