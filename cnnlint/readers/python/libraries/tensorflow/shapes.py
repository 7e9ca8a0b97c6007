"""TensorFlow's and Keras's functions on data that numpy has not, or has by other names: what shape they give.

Only these modules are meant: `tf`, `tf.math`, `tf.linalg`, `tf.nn`, `keras.ops`, `keras.activations`. What is a float
keeps its type; which whole numbers come of whole numbers, and of positions, each library says otherwise.
"""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.readers.python.arrays import dtypes, ranges, shapes
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.libraries.numpy import reductions as reduce
from cnnlint.readers.python.libraries.numpy import shapes as shape
from cnnlint.readers.python.libraries.numpy.rows import ROWS as NUMPY
from cnnlint.readers.python.libraries.rows import ArrayEffect, Effect, Row, on, tested
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, ListValue, Value, elements

A = "a|x|input|tensor|features|logits|value|params|values|array"


def made(run: Run, value: ArrayValue, after: Shape | None, bound: Arguments, typed: bool = True) -> ArrayValue:
    """Other values, of a shape; of the type of the array where that is one of floats."""
    facts = value.facts
    kept = facts.dtype if typed and facts.dtype in dtypes.FLOATS else None
    steps = facts.steps_with(Step("opaque", None, origin_of(run, bound.site)))
    return ArrayValue(ArrayFacts(after, kept, root=facts.root, split=facts.split, steps=steps))


def alike(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """A number for each number."""
    return made(run, value, value.facts.shape, bound)


def placed(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """A position for each number: whole numbers of which type the library says."""
    return made(run, value, value.facts.shape, bound, typed=False)


def rectified(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.nn.relu(x)`: what is below 0 is 0."""
    found = made(run, value, value.facts.shape, bound)
    plain = not any(bound.given(name) for name in ("negative_slope", "max_value", "threshold"))
    low, high = ranges.clipped((value.facts.low, value.facts.high), 0.0, None) if plain else ranges.NOTHING
    found.facts = replace(found.facts, low=low, high=high)
    found.exact = value.exact and low is not None
    return found


def _picked(value: ArrayValue, axis: Value, inner: Shape | None) -> Shape | None:
    sizes = value.facts.shape
    place = shapes.positive(axis, len(sizes)) if isinstance(axis, int) and sizes is not None else None
    return (*sizes[:place], *inner, *sizes[place + 1 :]) if sizes and inner is not None and place is not None else None


def gathered(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.gather(params, indices, axis=0)`: rows by their positions."""
    indices = bound["indices"]
    picks = lifted(run, indices)
    inner = picks.facts.shape if picks is not None else () if isinstance(indices, int) else None
    plain = not any(name in bound.defaults and bound.given(name) for name in ("batch_dims", "partition_strategy"))
    facts = value.facts
    found = made(run, value, _picked(value, bound["axis"], inner) if plain else None, bound)
    found.facts = replace(found.facts, dtype=facts.dtype, image=facts.image and plain)
    return found


def masked(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.boolean_mask(tensor, mask)`: those that are chosen, one after the other."""
    mask = lifted(run, bound["mask"])
    rank = len(mask.facts.shape) if mask is not None and mask.facts.shape else None
    sizes = value.facts.shape
    after = (None, *sizes[rank:]) if sizes is not None and rank is not None and not bound.given("axis") else None
    found = made(run, value, after, bound)
    found.facts = replace(found.facts, dtype=value.facts.dtype)
    return found


def cut(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.slice(x, begin, size)`; -1 is all that is left."""
    begins, sizes, own = elements(bound["begin"]), elements(bound["size"]), value.facts.shape
    after: Shape | None = None
    if begins is not None and sizes is not None and own is not None and len(begins) == len(sizes) == len(own):
        left = [
            held - start if held is not None and start is not None else None
            for held, start in zip(own, map(size_of, begins), strict=True)
        ]
        asked = [size_of(size) for size in sizes]
        after = tuple(rest if size == -1 else size for size, rest in zip(asked, left, strict=True))
    found = made(run, value, after, bound)
    found.facts = replace(found.facts, dtype=value.facts.dtype)
    return found


def parted(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.split(value, sizes, axis=0)`: a list is of sizes in TensorFlow, of places in Keras."""
    given = elements(bound["indices_or_sections"])
    if given is None or not bound.site.api.startswith("tf."):
        return shape.split(True)(run, value, bound)
    own, axis = value.facts.shape, bound["axis"]
    place = shapes.positive(axis, len(own)) if isinstance(axis, int) and own is not None else None
    sizes = [size_of(one) for one in given]
    if own is None or place is None or None in sizes:
        return None
    total, known = own[place], sum(size for size in sizes if size is not None and size >= 0)
    rest = total - known if total is not None else None
    parts = [rest if size == -1 else size for size in sizes]
    step = Step("slice", None, origin_of(run, bound.site))
    return ListValue([shape.part_of(value, (*own[:place], size, *own[place + 1 :]), step) for size in parts])


MOST = 256
"""Parts beyond this number are not made one by one."""


def unstacked(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.unstack(value, axis=0)`: one after the other along an axis."""
    own, axis = value.facts.shape, bound["axis"]
    place = shapes.positive(axis, len(own)) if isinstance(axis, int) and own is not None else None
    count = own[place] if own is not None and place is not None else None
    if own is None or place is None or count is None or count > MOST:
        return None
    step = Step("slice", None, origin_of(run, bound.site))
    return ListValue([shape.part_of(value, (*own[:place], *own[place + 1 :]), step) for _ in range(count)])


def reduced(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """A number for each line along some axes."""
    axes, known = shape.axes_in(bound["axis"])
    keep = bound["keepdims"]
    sized = known and isinstance(keep, bool)
    return made(run, value, shapes.reduced(value.facts.shape, axes, keep is True) if sized else None, bound)


def answered(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """Whether any, or all, along some axes are true."""
    found = reduced(run, value, bound)
    assert isinstance(found, ArrayValue)
    found.facts = replace(found.facts, dtype="bool")
    return found


def largest(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """The largest, or the least, along some axes: of the array's own type."""
    axes, known = shape.axes_in(bound["axis"])
    if axes is None and known:
        return reduce.reduced("max" if bound.site.api.endswith("max") else "min")(run, value, bound)
    return reduced(run, value, bound)


def moments(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`tf.nn.moments(x, axes)`: means and variances."""
    axes, known = shape.axes_in(bound["axes"])
    keep = bound["keepdims"]
    sized = known and axes is not None and isinstance(keep, bool)
    after = shapes.reduced(value.facts.shape, axes, keep is True) if sized else None
    return (made(run, value, after, bound), made(run, value, after, bound))


def of_numpy(name: str, signature: str | None = None, typed: bool = True) -> Row:
    """A function that numpy has by this name, with the same parameters, but for the types that it gives."""
    row = NUMPY[name]

    def effect(run: Run, bound: Arguments) -> Value:
        found = row.effect(run, bound)
        given = lifted(run, bound[next(iter(bound.defaults))])
        if not isinstance(found, ArrayValue) or given is None:
            return found
        own = given.facts.dtype
        same = typed and own in dtypes.FLOATS
        kept = own if same or found.facts.dtype == own == "bool" else None
        found.facts = replace(found.facts, dtype=kept)
        return found

    return Row(signature or row.signature, effect)


def _each(names: str, signature: str, effect: ArrayEffect = alike) -> dict[str, Row]:
    return {name: Row(signature, on("a", effect)) for name in names.split()}


FOUND: Effect = on("a", tested)
ROWS: dict[str, Row] = {
    **_each("softplus softsign silu swish sigmoid tanh hard_sigmoid hard_silu selu erf", f"{A}, name=None"),
    **_each("rsqrt reciprocal expm1 log2 log10 arctan atan negative neg asin acos sinh cosh", f"{A}, name=None"),
    **_each("elu leaky_relu gelu celu", f"{A}, alpha|negative_slope|approximate=None, name=None"),
    **_each("relu6", f"{A}, name=None", rectified),
    **_each("relu", f"{A}, negative_slope=0.0, max_value=None, threshold=0.0, name=None", rectified),
    **_each("softmax log_softmax", f"{A}, axis|dim=-1, name=None"),
    **_each("l2_normalize normalize_", f"{A}, axis|dim=None, epsilon=1e-12, name=None"),
    **_each("clip_by_norm", f"{A}|t, clip_norm, axes=None, name=None"),
    **_each("dropout", f"{A}, rate, noise_shape=None, seed=None, name=None"),
    **_each("band_part", f"{A}, num_lower, num_upper, name=None"),
    **_each("cumprod", f"{A}, axis=0, exclusive=False, reverse=False, name=None"),
    **_each("sort", f"{A}, axis=-1, direction='ASCENDING', name=None"),
    **_each("argsort", f"{A}, axis=-1, direction='ASCENDING', stable=False, name=None", placed),
    **_each("reverse", f"{A}, axis, name=None"),
    **_each("roll", f"{A}, shift, axis, name=None"),
    **{name: Row(f"{A}, name=None", FOUND) for name in ("is_nan", "is_inf", "is_finite", "isnan", "isinf", "isfinite")},
    **_each("reduce_any reduce_all any all", f"{A}, axis=None, keepdims=False, name=None", answered),
    **_each("reduce_logsumexp logsumexp", f"{A}, axis=None, keepdims=False, name=None", reduced),
    **_each("amax amin", f"{A}, axis=None, keepdims=False", largest),
    **_each("moments", f"{A}, axes, shift=None, keepdims=False, name=None", moments),
    **_each("gather", f"{A}, indices, validate_indices=None, axis=0, batch_dims=0, name=None", gathered),
    "embedding_lookup": Row(
        f"{A}, indices|ids, partition_strategy=None, axis=0, max_norm=None, name=None", on("a", gathered)
    ),
    **_each("boolean_mask", f"{A}, mask, axis=None, name=None", masked),
    **_each("slice", f"{A}|input_|inputs, begin|start_indices, size|shape, name=None", cut),
    "split": Row(
        f"{A}, indices_or_sections|num_or_size_splits, axis=0, num=None, name='split'",
        on("a", parted),
    ),
    **_each("unstack", f"{A}, num=None, axis=0, name='unstack'", unstacked),
    "broadcast_to": of_numpy("broadcast_to", "array|input|x, shape, name=None"),
}
KERAS: dict[str, Row] = {
    name: of_numpy(name, signature)
    for name, signature in {
        "flip": "m|x, axis=None",
        "roll": "a|x, shift, axis=None",
        "take": "a|x, indices, axis=None",
        "take_along_axis": "arr|x, indices, axis=None",
        "sort": "a|x, axis=-1",
        "tril": "m|x, k=0",
        "triu": "m|x, k=0",
        "diff": "a, n=1, axis=-1, prepend=None, append=None",
        "diag": "v|x, k=0",
        "diagonal": "a|x, offset=0, axis1=0, axis2=1",
        "ravel": "a|x, order='C'",
        "nan_to_num": "x, copy=True, nan=0.0, posinf=None, neginf=None",
    }.items()
}
"""Functions of `keras.ops` alone."""
MODULES = ("tf.", "tf.math.", "tf.linalg.", "tf.nn.", "keras.ops.", "keras.activations.", "keras.backend.")


def row_of(name: str) -> Row | None:
    """The row for a function by its qualified name."""
    module, _, last = name.rpartition(".")
    if f"{module}." not in MODULES:
        return None
    own = KERAS.get(last) if module == "keras.ops" else None
    return own if own is not None else ROWS.get(last)
