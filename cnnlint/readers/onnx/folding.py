"""Constant folding: what exporters compute from shapes, so that Reshape and its like say what they do.

`Shape → Gather → Slice → Concat → Reshape` is how Flatten is exported. Sizes that are not known are symbols; the
arithmetic leaves them symbols, and what cannot be computed is a constant whose elements are not known.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from cnnlint.graph import Shape
from cnnlint.readers.onnx.lowering import SWAP
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.values import Array, Constant, Symbol, Tensor, Value, constant, size_of

LIMIT = 4096
"""No constant of more elements is computed."""

BUDGET = 500_000
"""Elements that are computed for one model: 20,000 sums of 4,096 numbers then took 3 seconds instead of 50."""

HUGE = 2**63
"""Integers beyond those of ONNX are not computed with: they would grow without end."""

Operands = Sequence[Constant | None]


def fold(
    operation: Operation, operands: Sequence[Value | None], shape: Shape | None, *, left: int = BUDGET
) -> Constant | None:
    """The operator's first output if it does not depend on the model's data, else None.

    `shape` is the output's shape as far as it is known otherwise; `left` is what remains of the budget.
    """
    if operation.kind in ("Shape", "Size") and operands and isinstance(operands[0], Tensor):
        return _of_tensor(operation, operands[0], shape)
    if operation.kind == "CastLike":  # of the second operand the type alone counts
        operands = operands[:1]
    if operation.bodies or any(isinstance(operand, Tensor) for operand in operands):
        return None
    constants = [operand if isinstance(operand, Constant) else None for operand in operands]
    behind = sum(one.learned for one in constants if one is not None) or None
    result = _result(operation, constants) if left > 0 else None
    stated = operation.attributes.get("value") if operation.kind == "Constant" else None
    read = stated.read if isinstance(stated, Constant) else None
    if result is not None:
        result.read = read
        result.behind = behind
        if operation.kind in KEEPS_TYPE and constants[0] is not None:
            result.dtype = constants[0].dtype
        return result
    dims = _dims(operation, constants)
    scale = operation.kind in ("Mul", "Reshape", "Cast") and any(one is not None and one.scale for one in constants)
    first = constants[0] if constants else None
    dtype = "float32" if operation.kind == "DequantizeLinear" else first.dtype if first is not None else ""
    name = first.name if first is not None and operation.kind in RENAMES else ""
    if first is not None and operation.kind == "DequantizeLinear" and first.literal:
        behind = 0
    found = shape if shape is not None else dims
    return Constant(found, name=name, dtype=dtype, scale=scale, behind=behind, read=read)


RENAMES = ("DequantizeLinear", "Cast", "CastLike", "Identity")
"""Operators whose result is what their first input is, under another name or as another type."""

KEEPS_TYPE = frozenset(
    {
        "Identity",
        "CastLike",
        "Gather",
        "Slice",
        "Concat",
        "Unsqueeze",
        "Squeeze",
        "Reshape",
        "Transpose",
        "Add",
        "Sub",
        "Mul",
        "Div",
        "Neg",
        "Sqrt",
        "Expand",
    }
)
"""Operators whose result has the element type of their first input."""


def _of_tensor(operation: Operation, tensor: Tensor, shape: Shape | None) -> Constant:
    sizes = tensor.onnx_shape
    if sizes is None or tensor.axes is None:
        return Constant(shape)
    known: list[int | Symbol] = [
        1 if axis is None else size_of(size, axis) for size, axis in zip(sizes, tensor.axes, strict=True)
    ]
    if operation.kind == "Size":
        return constant(_array(math.prod(known)))
    start, end = operation.integer("start", 0), operation.integer("end", len(known))
    return constant(_array(known[start:end]))


def _array(value: Any) -> Array:
    if not isinstance(value, list):
        scalar = numpy.empty((), dtype=object)
        scalar[()] = value
        return scalar
    result = numpy.empty(len(value), dtype=object)
    result[:] = value
    return result


def _result(operation: Operation, operands: Operands) -> Constant | None:
    function = FUNCTIONS.get(operation.kind) if operation.domain == "" else None
    if function is None or any(operand is not None and operand.data is None for operand in operands):
        return None
    arrays = [None if operand is None else operand.data for operand in operands]
    try:
        result = numpy.asarray(function(operation, arrays), dtype=object)
    except (ValueError, TypeError, IndexError, ArithmeticError, AttributeError):
        return None
    grows = operation.kind in ("Add", "Sub", "Mul", "Pow", "ReduceProd", "ReduceSum")
    if result.size > LIMIT or (grows and any(isinstance(one, int) and abs(one) > HUGE for one in result.reshape(-1))):
        return None
    return constant(result, next((o.name for o in operands if o is not None), ""))


def _dims(operation: Operation, operands: Operands) -> Shape | None:
    """The shape of a weight that only changed its form."""
    source = operands[0].dims if operands and operands[0] is not None else None
    if operation.kind in (*RENAMES, "Neg", "Abs"):
        return source
    if operation.kind == "Transpose" and source is not None:
        order = operation.integers("perm", len(source)) or tuple(reversed(range(len(source))))
        if sorted(order) != list(range(len(source))):
            raise Malformed(f"perm of {operation.kind} is no order of {len(source)} axes")
        return tuple(source[axis] for axis in order)
    if operation.kind == SWAP and source is not None and len(source) > 1:
        first = operation.integer("first", 0)
        return (*source[1:-1], source[0], source[-1]) if first else (*source[:-2], source[-1], source[-2])
    if operation.kind == "ConstantOfShape" and operands and operands[0] is not None:
        return operands[0].integers()
    if operation.kind == "Constant":
        value = operation.attributes.get("value")
        return value.dims if isinstance(value, Constant) else None
    return None


# Each takes the operator and its operands (object arrays, None where left out) and gives the result or raises.

Arrays = list[Any]


def _constant(operation: Operation, arrays: Arrays) -> Any:
    values = operation.attributes
    tensor = values.get("value")
    if isinstance(tensor, Constant):
        if tensor.data is None:
            raise ValueError("not unpacked")
        return tensor.data
    for name in ("value_int", "value_ints", "value_float", "value_floats"):
        if name in values:
            return numpy.array(values[name], dtype=object)
    raise ValueError("no value")


def _constant_of_shape(operation: Operation, arrays: Arrays) -> Any:
    dims = tuple(arrays[0].reshape(-1).tolist())
    if any(not isinstance(size, int) or size < 0 for size in dims) or math.prod(dims) > LIMIT:
        raise ValueError("too large, or of unknown size")
    fill = operation.attributes.get("value")
    value = fill.scalar if isinstance(fill, Constant) else 0.0
    if value is None:
        raise ValueError("no value")
    return numpy.full(dims, value, dtype=object)


def _axes(operation: Operation, arrays: Arrays, index: int = 1) -> tuple[int, ...] | None:
    """The axes, an attribute in older operator sets and an input in newer ones."""
    listed = operation.integers("axes")
    if listed is not None or len(arrays) <= index or arrays[index] is None:
        return listed
    return tuple(map(int, arrays[index].reshape(-1).tolist()))


def _slice(operation: Operation, arrays: Arrays) -> Any:
    if "starts" in operation.attributes:
        starts, ends = operation.integers("starts") or (), operation.integers("ends") or ()
        axes = operation.integers("axes") or tuple(range(len(starts)))
        steps: tuple[int, ...] = (1,) * len(starts)
    else:
        starts, ends = (tuple(map(int, array.reshape(-1).tolist())) for array in arrays[1:3])
        axes = _axes(operation, arrays, 3) or tuple(range(len(starts)))
        steps = tuple(map(int, arrays[4].reshape(-1).tolist())) if len(arrays) > 4 and arrays[4] is not None else ()
        steps = steps or (1,) * len(starts)
    result = arrays[0]
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        # backwards to before the first element is written as a very negative end
        stop = None if step < 0 and end < -result.shape[axis] else end
        index: list[Any] = [slice(None)] * result.ndim
        index[axis] = slice(start, stop, step)
        result = result[tuple(index)]
    return result


def _unsqueeze(operation: Operation, arrays: Arrays) -> Any:
    return numpy.expand_dims(arrays[0], _axes(operation, arrays) or ())


def _squeeze(operation: Operation, arrays: Arrays) -> Any:
    return numpy.squeeze(arrays[0], _axes(operation, arrays))


def _reshape(operation: Operation, arrays: Arrays) -> Any:
    wanted = operation.integers("shape") or tuple(map(int, arrays[1].reshape(-1).tolist()))
    sizes = [arrays[0].shape[index] if size == 0 else size for index, size in enumerate(wanted)]
    return arrays[0].reshape(sizes)


def _cast(operation: Operation, arrays: Arrays) -> Any:
    whole = operation.integer("to", 1) in WHOLE_TYPES

    def one(value: Any) -> Any:
        return value if isinstance(value, Symbol) else int(value) if whole else float(value)

    return _each(one, arrays[0])


WHOLE_TYPES = frozenset({2, 3, 4, 5, 6, 7, 12, 13})
"""TensorProto's numbers of the integer types, 8 to 64 bits."""


def _each(function: Callable[..., Any], *arrays: Any) -> Any:
    """The function applied to each element, broadcast."""
    size = math.prod(numpy.broadcast_shapes(*(array.shape for array in arrays)))
    if size > LIMIT:
        raise ValueError("too large")
    return numpy.frompyfunc(function, len(arrays), 1)(*arrays)


def _elementwise(function: Callable[..., Any]) -> Callable[[Operation, Arrays], Any]:
    def apply(operation: Operation, arrays: Arrays) -> Any:
        return _each(function, *arrays)

    return apply


def _divide(one: Any, other: Any) -> Any:
    whole = isinstance(one, (int, Symbol)) and isinstance(other, (int, Symbol))
    if whole and isinstance(one, int) and isinstance(other, int):
        return int(one / other) if abs(one) < 2**53 else one // other
    return one // other if whole else one / other


def _least(*values: Any) -> Any:
    return values[0] if all(one is values[0] for one in values) else min(values)


def _greatest(*values: Any) -> Any:
    """The greatest number; of sizes that are repeated to fit each other, the one that is not 1."""
    distinct = {id(one): one for one in values if isinstance(one, Symbol) or one != 1}
    return next(iter(distinct.values())) if len(distinct) == 1 else max(values)


def _power(one: Any, other: Any) -> Any:
    if not isinstance(other, (int, float)) or abs(other) > 64:
        raise ValueError("too large, or not known")
    return one**other


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Symbol) or isinstance(other, Symbol):
        if one is other:
            return True
        number = other if isinstance(one, Symbol) else one
        if isinstance(number, int) and number < 0:  # a size never is
            return False
        raise ValueError("not known")
    return bool(one == other)


def _ordered(function: Callable[[float], Any]) -> Callable[[Any], Any]:
    return lambda value: value if isinstance(value, Symbol) else function(value)


def _reduce(function: Callable[..., Any]) -> Callable[[Operation, Arrays], Any]:
    def apply(operation: Operation, arrays: Arrays) -> Any:
        axes = _axes(operation, arrays)
        keep = bool(operation.integer("keepdims", 1))
        return function(arrays[0], axis=axes, keepdims=keep)

    return apply


def _range(operation: Operation, arrays: Arrays) -> Any:
    start, limit, step = (array.reshape(-1)[0] for array in arrays)
    if any(isinstance(part, Symbol) for part in (start, limit, step)) or abs((limit - start) / step) > LIMIT:
        raise ValueError("too long")
    return numpy.arange(start, limit, step).astype(object)


def _expand(operation: Operation, arrays: Arrays) -> Any:
    wanted = tuple(arrays[1].reshape(-1).tolist())
    shape = numpy.broadcast_shapes(arrays[0].shape, wanted)
    if math.prod(shape) > LIMIT:
        raise ValueError("too large")
    return numpy.broadcast_to(arrays[0], shape)


FUNCTIONS: dict[str, Callable[[Operation, Arrays], Any]] = {
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Identity": lambda operation, arrays: arrays[0],
    "Shape": lambda operation, arrays: _array(
        list(arrays[0].shape)[operation.integer("start", 0) : operation.integer("end", arrays[0].ndim)]
    ),
    "Size": lambda operation, arrays: _array(int(arrays[0].size)),
    "Gather": lambda operation, arrays: numpy.take(
        arrays[0], arrays[1].astype(numpy.int64), axis=operation.integer("axis", 0)
    ),
    "Slice": _slice,
    "Concat": lambda operation, arrays: numpy.concatenate(arrays, axis=operation.integer("axis", 0)),
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Reshape": _reshape,
    SWAP: lambda operation, arrays: numpy.moveaxis(arrays[0], 0 if operation.integer("first", 0) else -1, -2),
    "Transpose": lambda operation, arrays: numpy.transpose(arrays[0], operation.integers("perm")),
    "Cast": _cast,
    "CastLike": lambda operation, arrays: arrays[0],
    "Add": _elementwise(lambda one, other: one + other),
    "Sub": _elementwise(lambda one, other: one - other),
    "Mul": _elementwise(lambda one, other: one * other),
    "Div": _elementwise(_divide),
    "Neg": _elementwise(lambda one: -one),
    "Floor": _elementwise(_ordered(math.floor)),
    "Ceil": _elementwise(_ordered(math.ceil)),
    "Sqrt": _elementwise(lambda one: math.sqrt(one)),
    "Mod": lambda operation, arrays: _each(math.fmod if operation.integer("fmod", 0) else operator.mod, *arrays),
    "Pow": _elementwise(_power),
    "Abs": _elementwise(abs),
    "Min": _elementwise(_least),
    "Max": _elementwise(_greatest),
    "Equal": _elementwise(_equal),
    "Less": _elementwise(operator.lt),
    "LessOrEqual": _elementwise(operator.le),
    "Greater": _elementwise(operator.gt),
    "GreaterOrEqual": _elementwise(operator.ge),
    "Not": _elementwise(operator.not_),
    "And": _elementwise(lambda one, other: bool(one and other)),
    "Or": _elementwise(lambda one, other: bool(one or other)),
    "Where": _elementwise(lambda condition, one, other: one if condition else other),
    "ReduceProd": _reduce(numpy.prod),
    "ReduceSum": _reduce(numpy.sum),
    "ReduceMin": _reduce(numpy.min),
    "ReduceMax": _reduce(numpy.max),
    "Range": _range,
    "Expand": _expand,
}
