"""Settings that Keras refuses: values that need or exclude one another, words that few take, sizes that are too small.

Each is refused by Keras 3.15 and by tf.keras alike where it is not said to be Keras 3's alone (`modern`). Keras is
asked of them in `tests/rules/test_calls_agree_with_keras.py`; tf-keras 2.21 was asked of each of them once, and
the constructors of its release 2.16 were read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cnnlint.graph.constraints import DTYPES, MIXED, constrained
from cnnlint.graph.library_calls import Call, Reference
from cnnlint.graph.origins import Argument

Verdict = tuple[Argument | None, str, str]
"""The argument, or None for the whole call; what is wrong, and what to write."""

#: layers that make a tuple of what they are given at their first place
TUPLES = {"Reshape": "target_shape", "Permute": "dims"}
#: layers that are made of another one
WRAPPERS = frozenset({"Bidirectional", "TimeDistributed", "SpectralNormalization"})
#: numbers of bits that types of numbers have; others are misspelt (TensorFlow's 2 and 4, which tf.keras takes, aside)
BITS = re.compile(r"(?:u?int|b?float|complex)(\d*)s?")
KNOWN_BITS = {"int": "8 16 32 64", "uint": "8 16 32 64", "float": "16 32 64 8", "bfloat": "16", "complex": "64 128"}
#: classes of metrics with thresholds between 0 and 1
COUNTING = frozenset({"Precision", "Recall", "TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives"})
#: the smallest pictures that networks without their classifier read (keras/src/applications)
SMALLEST = {"VGG": 32, "ResNet": 32, "DenseNet": 32, "InceptionV3": 75, "InceptionResNet": 75, "Xception": 71}
ORDERS = ("channels_first", "channels_last")
FLOATS = ("float16", "float32", "float64", "bfloat16")
#: words that functions choose from, by position and parameter
WORDS: dict[str, tuple[int | None, str, tuple[str, ...]]] = {
    "keras.backend.set_floatx": (0, "value", FLOATS),
    "keras.config.set_floatx": (0, "value", FLOATS),
    "keras.backend.set_image_data_format": (0, "data_format", ORDERS),
    "keras.config.set_image_data_format": (0, "data_format", ORDERS),
    "keras.layers.CategoryEncoding": (
        1,
        "output_mode",
        ("count", "multi_hot", "one_hot", "binary", "int", "tf_idf", "tf-idf"),
    ),
}


def refused_settings(call: Call, modern: bool) -> Iterator[Verdict]:
    """What every Keras refuses of a call's settings, and what Keras 3 does where the file is for it."""
    yield from constrained(call, modern)
    module, _, name = call.api.rpartition(".")
    if call.api in WORDS:
        position, parameter, words = WORDS[call.api]
        given = call.argument(position, parameter)
        if given is not None and isinstance(given.value, str) and given.value.lower() not in words:
            yield given, f"{given.value!r} is no {parameter}", f"write one of {', '.join(map(repr, words))}"
    if call.hidden:
        return
    if module == "keras.layers" or call.api == "keras.Input":
        yield from _of_layer(call, name, modern)
    elif module == "keras.metrics":
        yield from _of_metric(call, name)
    elif module == "keras.applications" and name[:1].isupper():
        yield from _of_network(call, name)
    elif call.api == "keras.models.Model.get_layer":
        asked = [call.argument(0, "name"), call.argument(1, "index")]
        if all(one is not None and isinstance(one.value, (str, int)) for one in asked):
            yield None, "get_layer takes a name or an index, and is given both", "pass one of them"
    elif name == "pad_sequences":
        yield from _padded(call)
    elif name == "to_categorical":
        yield from _categorical(call)


def _of_layer(call: Call, name: str, modern: bool) -> Iterator[Verdict]:
    if name in TUPLES:
        given = call.argument(0, TUPLES[name])
        if given is not None and type(given.value) is int:
            yield given, f"{TUPLES[name]} is a tuple, and {given.value} is a number", f"({given.value},)"
    elif name in WRAPPERS:
        yield from _wrapper(call, name)
    elif name == "Dot":
        axes = call.argument(0, "axes")
        if axes is not None and (isinstance(axes.value, (str, float)) or len(_items(axes.value)) > 2):
            yield axes, "axes is an axis, or one of each input", "axes=1, or axes=(1, 2)"
    elif name == "Input":
        if modern and call.argument(0, "shape") is not None and _items(_plain(call, "batch_shape")):
            yield call.keywords["batch_shape"], "shape and batch_shape exclude one another", "keep one of them"
    else:
        yield from _needed(call, name, modern)
    filters, groups = call.argument(0, "filters"), call.argument(None, "groups")
    if name.startswith("Conv") and filters is not None and groups is not None:
        many, parts = filters.value, groups.value
        if type(many) is int and type(parts) is int and parts > 0 and many % parts:
            yield groups, f"{many} filters are not divided by {parts} groups", "a number that divides the filters"
    named, dtype = call.argument(None, "name"), call.argument(None, "dtype")
    if modern and named is not None and name != "Input":
        if isinstance(named.value, str) and "/" in named.value:
            yield named, f"the name of a layer holds no /, and {named.value!r} does", "write an underscore"
        elif type(named.value) in (int, float, tuple):
            yield named, f"name is a word, and is given {named.value!r}", "write it in quotes"
    yield from _made_flat(call, name)
    if modern and dtype is not None and isinstance(dtype.value, str) and dtype.value not in DTYPES | MIXED:
        if "_from_" not in dtype.value and not dtype.value.startswith("_"):
            yield dtype, f"{dtype.value!r} is no type of numbers", 'dtype="float32"'
    elif dtype is not None and isinstance(dtype.value, str) and (match := BITS.fullmatch(dtype.value)):
        kind = dtype.value.rstrip("s0123456789")
        bits = KNOWN_BITS.get(kind, match[1]) + (" 2 4" if kind in ("int", "uint") and not modern else "")
        if match[1] not in bits.split() and (match[1] or dtype.value.endswith("s")):
            yield dtype, f"{dtype.value!r} is no type of numbers", 'dtype="float32"'


#: initializers that make matrices alone, by their names (keras/src/initializers: "the shape must be at least 2D")
TURNED = frozenset({"orthogonal", "Orthogonal", "OrthogonalInitializer"})
UNITS = frozenset({"identity", "Identity", "IdentityInitializer"})


def _made_flat(call: Call, name: str) -> Iterator[Verdict]:
    """An initializer of matrices for what is none: a bias, the kernel of a convolution."""
    flat = dict.fromkeys(("bias_initializer", "beta_initializer", "gamma_initializer"), TURNED | UNITS)
    if "Conv" in name:
        flat["kernel_initializer"] = UNITS
    for parameter, others in flat.items():
        given = call.argument(None, parameter)
        value = given.value if given is not None else None
        word = value.name.rpartition(".")[2] if isinstance(value, Reference) else value
        if given is not None and isinstance(word, str) and word in others:
            yield (
                given,
                f"{word} makes matrices alone, and {parameter} is for another shape",
                "take another initializer",
            )


def _wrapper(call: Call, name: str) -> Iterator[Verdict]:
    layer = call.argument(0, "layer")
    given = layer.value if layer is not None else None
    if isinstance(given, Reference) and not given.made and given.name.startswith("keras.layers."):
        bare = given.name.rpartition(".")[2]
        if bare[:1].isupper():
            yield layer, f"{name} takes a layer, and is given the class {bare}", f"make one: {bare}(…)"


def _needed(call: Call, name: str, modern: bool) -> Iterator[Verdict]:
    """What needs another argument, or excludes it."""
    if name == "CategoryEncoding" and modern and call.argument(0, "num_tokens") is None:
        yield None, "CategoryEncoding needs the number of tokens", "num_tokens=…"
    elif name == "Normalization":
        mean, variance = call.argument(1, "mean"), call.argument(2, "variance")
        alone = mean if variance is None else variance if mean is None else None
        if alone is not None and type(alone.value) in (int, float):
            yield alone, "mean and variance are given together, or not at all", "write both, or call adapt"
    elif name == "Discretization":
        bins, edges = call.argument(None, "num_bins"), call.argument(0, "bin_boundaries")
        if bins is not None and type(bins.value) is int and edges is not None and _items(edges.value):
            yield bins, "num_bins and bin_boundaries exclude one another", "keep one of them"
        elif modern and bins is None and edges is None:
            yield None, "Discretization needs num_bins or bin_boundaries", "num_bins=…"
    elif name in ("TextVectorization", "StringLookup", "IntegerLookup"):
        most, mode = call.argument(0, "max_tokens"), call.argument(None, "output_mode")
        length = call.argument(None, "output_sequence_length")
        if most is not None and type(most.value) is int and most.value <= 1:
            yield most, f"max_tokens is above 1, and is given {most.value}", "write how many words are kept"
        other = mode is not None and isinstance(mode.value, str) and mode.value.lower() != "int"
        if name == "TextVectorization" and other and length is not None and type(length.value) is int:
            yield length, 'output_sequence_length goes with output_mode="int" alone', "leave it out"


def _of_metric(call: Call, name: str) -> Iterator[Verdict]:
    many = call.argument(0, "num_thresholds") if name == "AUC" else None
    listed = call.argument(5, "thresholds") is not None  # and their number is not looked at
    if many is not None and not listed and type(many.value) is int and many.value <= 1:
        yield many, f"num_thresholds is above 1, and is given {many.value}", "leave it to its default"
    levels = call.argument(0, "thresholds") if name in COUNTING else None
    values = (_items(levels.value) or (levels.value,)) if levels is not None else ()
    if any(type(one) in (int, float) and not 0 <= one <= 1 for one in values):
        yield levels, "thresholds are from 0 to 1", "thresholds=0.5"


def _of_network(call: Call, name: str) -> Iterator[Verdict]:
    top, shape = call.argument(0, "include_top"), call.argument(None, "input_shape")
    least = next((size for start, size in SMALLEST.items() if name.startswith(start)), None)
    sizes = _items(shape.value)[:2] if shape is not None else ()
    weights = call.argument(1, "weights")
    own = (top is not None and top.value is False) or (weights is not None and weights.value is None)
    apart = own and len(_items(shape.value if shape else None)) == 3
    ordered = shape is not None and _items(shape.value)[-1:] in ((1,), (3,))
    if least is not None and apart and ordered and any(type(one) is int and one < least for one in sizes):
        yield shape, f"{name} reads pictures of {least}×{least} and larger", f"resize them to {least}×{least}"


def _padded(call: Call) -> Iterator[Verdict]:
    for position, parameter in ((3, "padding"), (4, "truncating")):
        given = call.argument(position, parameter)
        if given is not None and isinstance(given.value, str) and given.value not in ("pre", "post"):
            yield given, f"{given.value!r} is no {parameter}", "write one of 'post', 'pre'"
    rows, kind = call.argument(0, "sequences"), call.argument(2, "dtype")
    inner = [one for row in _items(rows.value if rows is not None else None) for one in _items(row)]
    if kind is None and any(isinstance(one, str) and not re.fullmatch(r"\s*[+-]?\d+\s*", one) for one in inner):
        yield rows, "pad_sequences makes whole numbers of what it is given, and these are words", "dtype=object"
    if rows is not None and _items(rows.value) and {type(one) for one in _items(rows.value)} <= {int, float}:
        yield rows, "pad_sequences takes a list of sequences, and is given one", "write [[…], […]]"


def _categorical(call: Call) -> Iterator[Verdict]:
    labels = call.argument(0, "y") or call.argument(0, "x")
    count = call.argument(1, "num_classes") or call.argument(1, "nb_classes")
    given = _items(labels.value) if labels is not None else ()
    if given and all(isinstance(one, str) and not re.fullmatch(r"\s*[+-]?\d+\s*", one) for one in given):
        yield labels, "to_categorical takes class numbers, and is given words", "number them: 0, 1, …"
    most = count.value if count is not None and type(count.value) is int else 0  # 0: as many as there are
    if given and most and all(type(one) is int for one in given) and max(given) >= most:
        yield count, f"the class {max(given)} is none of {most}, counted from 0", f"{max(given) + 1}"


def _number(call: Call, parameter: str) -> float | None:
    given = call.keywords.get(parameter)
    return given.value if given is not None and type(given.value) in (int, float) else None


def _plain(call: Call, parameter: str) -> Any:
    given = call.keywords.get(parameter)
    return given.value if given is not None else None


def _items(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()
