"""TensorFlow's variables: how they are made and started, and what a product with one is."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnlint.graph import UNKNOWN, Argument, ArrayFacts, Node, Placement
from cnnlint.graph.calls import FunctionSpec, bind
from cnnlint.graph.vocabulary import canonical_initializer
from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.elements import known, told
from cnnlint.readers.python.arrays.lists import narrowed
from cnnlint.readers.python.arrays.methods import cast
from cnnlint.readers.python.building.arguments import initializer, shape_of
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ObjectValue,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    integers,
    plain,
)


def variable(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    bound = bind(spec, site.positional, site.keywords)
    placement = run.building.placement(site, "function", site.api)
    trainable = bound.passed.get("trainable")
    is_trained = trainable is None or trainable.value.value is not False
    initial = bound.passed.get("initial_value")
    if initial is not None:
        return _started(initial.value.value, placement, is_trained)
    shape = bound.passed.get("shape")
    given = bound.passed.get("initializer")
    name = bound.passed.get("name")
    items = elements(shape.value.value) if shape is not None else None
    if shape is not None and isinstance(shape.value.value, int):
        items = [shape.value.value]
    found: Any = {"name": "glorot_uniform"} if given is None or given.value.value is None else UNKNOWN
    if given is not None and given.value.value is not None:
        value = given.value.value
        if isinstance(value, VariableValue):  # an initialiser that is a tensor decides the shape as well
            return replace_variable(value, placement, is_trained)
        found = initializer(value)
    called = name.value.value if name is not None else ""
    return VariableValue(
        tuple(items) if items is not None else None,
        found if isinstance(found, dict) else None,
        called if isinstance(called, str) else "",
        placement,
        is_trained,
    )


def _started(value: Value, placement: Placement, trainable: bool) -> VariableValue:
    """A variable that starts from a tensor, an array or a number."""
    if isinstance(value, VariableValue):
        return replace_variable(value, placement, trainable)
    if isinstance(value, ArrayValue):
        return VariableValue(_sizes(value.facts), _constant_of(value.facts), "", placement, trainable)
    if isinstance(value, (int, float)):
        return VariableValue((), {"name": "constant", "value": value}, "", placement, trainable)
    return VariableValue(None, None, "", placement, trainable)


def of_keras(run: Run, site: CallSite) -> Value:
    """`keras.Variable(initializer, shape)` and `K.variable(value)`: started from a tensor, or by an initialiser."""
    given, shape = site.value(0, "initializer", "value"), site.value(1, "shape")
    placement = run.building.placement(site, "function", site.api)
    trainable = site.value(3, "trainable", default=True) is not False
    items = [shape] if isinstance(shape, int) else elements(shape)
    if items is None or site.open:
        return _started(None if site.open else given, placement, trainable)
    found = initializer(given)
    return VariableValue(tuple(items), found if isinstance(found, dict) else None, "", placement, trainable)


def _sizes(facts: ArrayFacts) -> tuple[Value, ...] | None:
    """The shape of an array as a variable has it: a size that is not known is no None, which would be an open one."""
    if facts.shape is None:
        return None
    return tuple(Unknown("size", ("size", axis)) if size is None else size for axis, size in enumerate(facts.shape))


def replace_variable(value: VariableValue, placement: Any, trainable: bool) -> VariableValue:
    """A variable with this initial value."""
    return VariableValue(value.shape, value.initializer, value.name, placement, trainable)


def _constant_of(facts: ArrayFacts) -> Any:
    if facts.low is not None and facts.low == facts.high:
        return {"name": "zeros"} if facts.low == 0 else {"name": "constant", "value": facts.low}
    return None


def tensor(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    """tf.truncated_normal(shape, ...), tf.zeros(shape), tf.constant(value, shape=...): a value to start from."""
    bound = bind(spec, site.positional, site.keywords)
    shape = bound.passed.get("shape") or bound.passed.get("dims")
    found = canonical_initializer(spec.kind)
    settings: dict[str, Any] | None = dict(found) if isinstance(found, dict) else ({"name": found} if found else None)
    if settings is not None:
        for name in ("mean", "stddev", "minval", "maxval", "value"):
            given = bound.passed.get(name)
            if given is not None:
                settings[name] = plain(given.value.value)
    value = bound.passed.get("value")
    if spec.kind == "Constant" and shape is None and value is not None:
        literal = arrays.from_literal(value.value.value)
        if literal is not None:
            asked = bound.passed.get("dtype")
            return _of_list(run, literal, asked.value.value if asked is not None else None, site, value.value.value)
        held, asked = value.value.value, bound.passed.get("dtype")
        if isinstance(held, ArrayValue) and asked is None and held.listed:
            return _of_list(run, held, None, site, held)
        if isinstance(held, ArrayValue) and asked is not None:
            dtype = dtype_name(asked.value.value, held.facts.dtype)
            return held if dtype == held.facts.dtype else cast(run, held, dtype, site)
        if isinstance(held, (int, float, str, ArrayValue)):
            return held
    items = elements(shape.value.value) if shape is not None else None
    if shape is not None and isinstance(shape.value.value, int):
        items = [shape.value.value]
    placement = run.building.placement(site, "function", site.api)
    return VariableValue(tuple(items) if items is not None else None, settings, "", placement, constant=True)


def counted(run: Run, site: CallSite) -> Value:
    """`keras.ops.arange(start, stop, step)` and `tf.range`: whole numbers in a row."""
    bounds = [site.value(0, "start"), site.value(1, "stop", "limit"), site.value(2, "step", "delta", default=1)]
    if bounds[0] is None or bounds[1] is None:
        bounds[:2] = [0, bounds[1] if bounds[0] is None else bounds[0]]
    whole = integers(bounds)
    known = whole is not None and whole[2] != 0 and not site.open
    size: Value = len(range(*whole)) if known and whole is not None else Unknown("size", ("size", "range"))
    return VariableValue((size,), None, "", run.building.placement(site, "function", site.api), constant=True)


def _of_list(run: Run, literal: ArrayValue, asked: Value, site: CallSite, given: Value) -> ArrayValue:
    """A list as a tensor: Python's numbers become such of 32 bits, or of the type that is asked for."""
    own = literal.facts.dtype
    dtype = narrowed(given, own) if asked is None else dtype_name(asked)
    if asked is not None and isinstance(asked, Native):
        dtype = {"float64": "float32", "int64": "int32"}.get(dtype or "", dtype)  # Python's types are of 32 bits
    if dtype is None:
        return ArrayValue(replace(literal.facts, dtype=None), literal.exact)
    made = cast(run, literal, dtype, site) if dtype != own else literal
    made.facts = replace(made.facts, steps=literal.facts.steps)
    return told(made, known(literal))


def initial_value(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`initializer(shape)`: the tensor that a variable starts from."""
    sizes = shape_of(site.value(0, "shape"))
    found = initializer(value)
    return VariableValue(sizes, found if isinstance(found, dict) else None, constant=True)


#: what turns the operands of `tf.matmul` before they meet, with the place in its arguments
TURNED = ((2, "transpose_a"), (3, "transpose_b"), (4, "adjoint_a"), (5, "adjoint_b"))


def dense_of(run: Run, tensor: TensorValue, variable: VariableValue, site: CallSite) -> Value:
    """`tf.matmul(x, w)`: a Dense layer without bias."""
    variable.used = True
    turned = [site.value(place, name, default=False) for place, name in TURNED]
    # one that starts empty is no matrix of weights: what it holds later is assigned
    empty = variable.shape is None and variable.initializer is None and not variable.constant
    if not empty and all(isinstance(flag, bool) for flag in turned[:2]) and any(turned[:2]) and not any(turned[2:]):
        return product(run, tensor, run.building.operand(variable), site, *turned[:2])
    if empty or any(flag is not False for flag in turned):
        return run.building.opaque("matmul", [tensor, run.building.operand(variable)], site.node)
    if variable.shape is not None and len(variable.shape) > 2:  # a matrix for each place along the axes before
        operands = [tensor, run.building.operand(variable)]
        if site.api == "keras.backend.dot":
            return run.building.simple("TensorDot", operands, site.node, axes=((-1,), (-2,)))
        return run.building.simple("MatMul", operands, site.node)
    units = variable.shape[-1] if variable.shape else None
    arguments = {
        # a size of 0 or less is a default that another place replaces
        "units": Argument(units if isinstance(units, int) and units > 0 else UNKNOWN, True),
        "use_bias": Argument(False),
        "kernel_initializer": Argument(
            variable.initializer if isinstance(variable.initializer, dict) else UNKNOWN,
            True,
            None,
            None,
            variable.placement.call,
        ),
    }
    node = run.building.node(
        "Dense", [tensor.node], arguments, placement=run.building.placement(site, "function", site.api)
    )
    node.layer_id = variable.layer_id = variable.layer_id or node.layer_id
    if variable.constant:
        node.parameters = 0
    if not variable.trainable:
        node.trainable = False
    node.drawn = is_drawn(variable)
    if variable.constant and not node.drawn:
        node.trainable = None  # it starts nothing that is learnt
    _check_product(node, tensor, variable)
    return TensorValue(node)


def product(run: Run, left: TensorValue, right: TensorValue, site: CallSite, *turned: Value) -> TensorValue:
    """A product of two tensors, of which either may be turned before."""
    return run.building.simple("MatMul", [left, right], site.node, transpose_a=turned[0], transpose_b=turned[1])


def is_drawn(variable: VariableValue) -> bool:
    """Whether it is a tensor of random numbers: `tf.random.normal(shape)` without a variable around it."""
    name = variable.initializer.get("name") if isinstance(variable.initializer, dict) else None
    return variable.constant and isinstance(name, str) and any(word in name for word in ("normal", "uniform"))


def _check_product(node: Node, tensor: TensorValue, variable: VariableValue) -> None:
    inner = variable.shape[0] if variable.shape else None
    last = tensor.node.shape[-1] if tensor.node.shape else None
    if isinstance(inner, int) and last is not None and inner != last:
        node.shape_error = f"the matrix has {inner} rows, but its input has {last} features"
