"""TensorFlow's and Keras's functions of numbers where they are applied to data: one row each.

These are the functions of `tf`, `tf.math`, `tf.linalg`, `keras.ops` and `keras.backend`, which agree on the order of
their parameters where they share a name.
"""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.readers.python.arrays import dtypes, labels
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.lists import narrowed
from cnnlint.readers.python.arrays.methods import cast, size, size_of
from cnnlint.readers.python.libraries.numpy import joining as join
from cnnlint.readers.python.libraries.numpy import making as make
from cnnlint.readers.python.libraries.numpy import reductions as reduce
from cnnlint.readers.python.libraries.numpy import shapes as shape
from cnnlint.readers.python.libraries.numpy.products import dot, einsum, matmul
from cnnlint.readers.python.libraries.numpy.rows import numeric
from cnnlint.readers.python.libraries.rows import Effect, Row, on, reordered, same, tested
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import ArrayValue, Unknown, Value, is_number


def _typed(effect: Effect, parameter: str = "a") -> Effect:
    """An effect of numpy's in TensorFlow, which changes no type by itself."""

    def call(run: Run, bound: Arguments) -> Value:
        made = effect(run, bound)
        given = bound[parameter]
        if isinstance(made, ArrayValue) and made is not given:
            own = given.facts.dtype if isinstance(given, ArrayValue) else None
            kept = own if own in dtypes.FLOATS else None
            small = own not in (None, "int64", *dtypes.FLOATS) and kept is None and made.facts.dtype in dtypes.FLOATS
            facts = replace(made.facts, low=None, high=None) if small else made.facts  # rounded to floats of 16 bits
            made.facts = replace(facts, dtype=kept)
        return made

    return call


def _cast(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    own = isinstance(bound["dtype"], Native)  # Python's types are of 32 bits in TensorFlow
    return None if own else cast(run, value, dtype_name(bound["dtype"]), bound.site)


def _to(dtype: str) -> Effect:
    return on("a", lambda run, value, bound: cast(run, value, dtype, bound.site))


def _tensor(run: Run, bound: Arguments) -> Value:
    """`tf.constant(value, dtype)`: lists of Python's become numbers of 32 bits."""
    given = bound["a"]
    value = lifted(run, given)
    if value is None:
        return None
    dtype = dtype_name(bound["dtype"])
    if bound["dtype"] is None and (value.listed or not isinstance(given, ArrayValue)):
        dtype = narrowed(given, value.facts.dtype)
        if dtype is None:
            return ArrayValue(replace(value.facts, dtype=None), value.exact)
    made = cast(run, value, dtype, bound.site) if dtype not in (None, value.facts.dtype) else None
    return made if made is not None else same(run, value, bound)


#: the axis of an argmax that names none; numpy and Keras 3 take the array as one row
ALONG = {"tf.argmax": 0, "tf.math.argmax": 0, "tf.arg_max": 0, "keras.backend.argmax": -1}


def _argmax(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    return reduce.argmax(run, value, bound, ALONG.get(bound.site.api))


def _one_hot(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.one_hot(indices, depth)`, with other numbers than 1 and 0, or along another axis, unknown."""
    on, off = bound["on_value"], bound["off_value"]  # in Keras the axis and the type stand in their places
    if on not in (None, 1, -1) or (is_number(off) and off != 0) or bound["axis_"] not in (None, -1):
        return None
    told = [bound[name] for name in ("off_value", "dtype_") if not (is_number(bound[name]) or bound[name] is None)]
    asked = dtype_name(told[0]) if told else "float32"
    return labels.one_hot(run, value, bound["depth"], bound.site, asked)


def _one_hot_of(run: Run, bound: Arguments) -> Value:
    """The same of numbers of which nothing is known: rows of one class each all the same."""
    known, depth = on("a", _one_hot)(run, bound), size_of(bound["depth"])
    plain = all(bound[name] is None for name in ("on_value", "off_value", "axis_"))
    given = bound["a"]
    if known is not None or not isinstance(given, Unknown) or not plain or depth is None or _worked_out(given.token):
        return known
    step = Step("one_hot", None, origin_of(run, bound.site))
    facts = ArrayFacts(None, None, None, 1.0, "one_hot", depth, role="labels", origin=step.origin, steps=(step,))
    return ArrayValue(facts)


READ = ("tf.io.", "tf.strings.", "tf.data.", "tf.py_func", "tf.numpy_func", "tf.parse", "tf.decode", "tf.train.")
"""Functions that hand on what comes from outside."""


def _worked_out(token: object) -> bool:
    """Whether a value is what the program works out with tensors: not labels, for all that is known."""
    if isinstance(token, str):
        return True
    if not isinstance(token, tuple) or len(token) < 2:
        return False
    if token[0] in ("item", "part", "attribute"):
        return isinstance(token[1], tuple) and _worked_out(token[1])
    if token[0] != "call" or not isinstance(token[1], str):
        return False
    if token[1].endswith(".cast"):
        return len(token) > 3 and _worked_out(token[3])
    return token[1].startswith(("tf.", "keras.ops.", "keras.random.")) and not token[1].startswith(READ)


def _multiplied(run: Run, bound: Arguments) -> Value:
    """`tf.matmul(a, b)`; of matrices that are turned round nothing is told."""
    return None if bound.given("transpose_a", "transpose_b") else matmul(run, bound)


def _where(run: Run, bound: Arguments) -> Value:
    """`tf.where(condition, x, y)`; of a condition alone TensorFlow and Keras make different things."""
    return join.where(run, bound) if bound.given("x") else None


def _cumulated(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.cumsum(x, axis=0)`; Keras's goes over all of it if no axis is given."""
    told = bound.given("axis") or bound.site.api.startswith("tf.")
    return reduce.cumulative("cumsum")(run, value, bound) if told else None


def _flattened(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    return shape.flatten(False)(run, value, bound)


def _standardized(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.nn.l2_normalize(x)`: every row by its own length."""
    step = Step("normalize", None, origin_of(run, bound.site))
    return ArrayValue(value.facts.with_step(step, low=None, high=None, encoding=None, classes=None))


A = "a|x|input|tensor|input_tensor|images|value|array"
REDUCE = f"{A}, axis|reduction_indices=None, keepdims|keep_dims=False, initial=None, name=None"
BINARY = "x1|x|a, x2|y|b, name=None"
UNARY = "x|input|features, name=None"

EACH = {
    "exp": "exp",
    "log": "log",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "square": "square",
    "abs": "absolute",
    "absolute": "absolute",
    "sin": "sin",
    "cos": "cos",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "floor": "floor",
    "ceil": "ceil",
    "round": "rint",
    "rint": "rint",
    "sign": "sign",
}
OPERATORS = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "divide": "Divide",
    "truediv": "Divide",
    "true_divide": "Divide",
    "div": "Divide",
    "realdiv": "Divide",
    "div_no_nan": "Divide",
    "divide_no_nan": "Divide",
    "pow": "Power",
    "power": "Power",
    "mod": "Modulo",
    "floormod": "Modulo",
    "floordiv": "FloorDivide",
    "floor_divide": "FloorDivide",
    "equal": "Equal",
    "not_equal": "NotEqual",
    "greater": "GreaterThan",
    "greater_equal": "GreaterThanEqual",
    "less": "LessThan",
    "less_equal": "LessThanEqual",
    "logical_and": "BitAnd",
    "logical_or": "BitOr",
    "scalar_mul": "Multiply",
    "sub": "Subtract",
    "mul": "Multiply",
}
REDUCING = {
    "mean": "mean",
    "std": "std",
    "variance": "var",
    "var": "var",
    "max": "max",
    "min": "min",
    "sum": "sum",
    "prod": "prod",
    "median": "median",
    "norm": "norm",
}

TENSORS = ("constant", "convert_to_tensor", "identity", "stop_gradient", "convert_to_numpy")
"""Functions that give what they are given, as a tensor."""

ROWS: dict[str, Row] = {
    **{name: Row(UNARY, _typed(numeric(function), "x")) for name, function in EACH.items()},
    **{name: Row(BINARY, join.operator(function)) for name, function in OPERATORS.items()},
    **{
        prefix + name: Row(REDUCE, _typed(on("a", reduce.reduced(function))))
        for name, function in REDUCING.items()
        for prefix in ("", "reduce_")
    },
    "maximum": Row(BINARY, _typed(join.bounded("maximum"), "x1")),
    "minimum": Row(BINARY, _typed(join.bounded("minimum"), "x1")),
    "clip_by_value": Row(
        "a|t|x, clip_value_min, clip_value_max, name=None", _typed(join.clip("clip_value_min", "clip_value_max"))
    ),
    "clip": Row("a|x, x_min|min_value, x_max|max_value", _typed(join.clip("x_min", "x_max"))),
    "where": Row("condition, x|x1=None, y|x2=None, name=None", _where),
    "logical_not": Row(UNARY, on("x", tested)),
    "reshape": Row(f"{A}, shape|newshape, name=None", on("a", shape.reshape("shape"))),
    "flatten": Row(f"{A}, name=None", on("a", _flattened)),
    "expand_dims": Row(f"{A}, axis|dim=-1, name=None", on("a", shape.expand)),
    "squeeze": Row(f"{A}, axis|squeeze_dims=None, name=None", on("a", shape.squeeze)),
    "transpose": Row(f"{A}, axes|perm|pattern=None, name=None", on("a", shape.transpose(False))),
    "permute_dimensions": Row(f"{A}, axes|pattern", on("a", shape.transpose(False))),
    "swapaxes": Row(f"{A}, axis1, axis2", on("a", shape.swapaxes)),
    "moveaxis": Row(f"{A}, source, destination", on("a", shape.moveaxis)),
    "repeat": Row(f"{A}, repeats, axis=None, name=None", on("a", shape.repeat)),
    "tile": Row("A|input|x, reps|multiples|repeats|n, name=None", on("A", shape.tile)),
    "pad": Row(
        "array|tensor|x, pad_width|paddings, mode='CONSTANT', constant_values=0, name=None", on("array", shape.pad)
    ),
    "concat": Row("arrays|values, axis, name=None", join.of_many("arrays", join.concatenate)),
    "concatenate": Row("arrays|xs|tensors, axis=0", join.of_many("arrays", join.concatenate)),
    "stack": Row("arrays|values|x, axis=0, name=None", join.of_many("arrays", join.stack)),
    "matmul": Row("a|x1, b|x2, transpose_a=False, transpose_b=False, name=None", _multiplied),
    "dot": Row("a|x1|x, b|x2|y", dot),
    "einsum": Row("subscripts|equation, *operands", einsum),
    "argmax": Row(f"{A}, axis|dimension=None, output_type='int64', name=None, keepdims=False", on("a", _argmax)),
    "argmin": Row(f"{A}, axis|dimension=None, output_type='int64', name=None, keepdims=False", on("a", reduce.argmin)),
    "cumsum": Row(f"{A}, axis=0, exclusive=False, reverse=False, name=None", _typed(on("a", _cumulated))),
    "cast": Row("a|x, dtype, name=None", on("a", _cast)),
    "to_float": Row("a|x, name=None", _to("float32")),
    "to_double": Row("a|x, name=None", _to("float64")),
    "to_int32": Row("a|x, name=None", _to("int32")),
    "to_int64": Row("a|x, name=None", _to("int64")),
    "one_hot": Row(
        "a|indices|x, depth|num_classes, on_value|axis=None, off_value|dtype=None, axis_=None, dtype_=None, "
        "name=None, sparse=False",
        _one_hot_of,
    ),
    "l2_normalize": Row(f"{A}, axis|dim=None, epsilon=1e-12, name=None", on("a", _standardized)),
    "zeros": Row("shape, dtype=None, name=None", make.filled(0.0, "float32")),
    "ones": Row("shape, dtype=None, name=None", make.filled(1.0, "float32")),
    "zeros_like": Row(f"{A}, dtype=None, name=None", _typed(make.like(0.0))),
    "ones_like": Row(f"{A}, dtype=None, name=None", _typed(make.like(1.0))),
    **{
        name: Row(f"{A}, dtype=None, name=None", _tensor)
        for name in ("constant", "convert_to_tensor", "ensure_shape", "as_dtype")
    },
    **{name: Row(f"{A}, name=None", on("a", same)) for name in ("identity", "stop_gradient", "convert_to_numpy")},
    **{
        name: Row(f"{A}, seed=None, name=None", on("a", reordered("shuffle"))) for name in ("random_shuffle", "shuffle")
    },
    "shape": Row(f"{A}, out_type=None, name=None", on("a", lambda run, value, bound: size(value, "shape"))),
    "size": Row(f"{A}, out_type=None, name=None", on("a", lambda run, value, bound: size(value, "size"))),
    "rank": Row(f"{A}, name=None", on("a", lambda run, value, bound: size(value, "ndim"))),
}
