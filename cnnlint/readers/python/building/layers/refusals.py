"""What Keras refuses when a layer is made: arguments of a kind, a length or a sign that it does not take.

Read off the constructors of Keras 2.15 and 3.15; what only Keras 3 refuses is held against programs that show it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.graph.kinds import CONVOLUTIONAL, DROPOUT, RECURRENT, rank
from cnnlint.graph.walks import spell
from cnnlint.readers.python.building.arguments import SPATIAL
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    LayerValue,
    ListValue,
    ModelValue,
    TensorValue,
    Unknown,
    Value,
    elements,
    is_number,
)

Arguments = Mapping[str, Argument]


def refused(kind: str, arguments: Arguments, site: CallSite, keras: int | None) -> str:
    """Why Keras does not make this layer; empty where it does, or where that is not known."""
    return (
        _windows(kind, arguments, site, keras)
        or _sizes(kind, arguments, keras)
        or (_kinds(kind, arguments, site, keras) if keras != 1 else "")
        or (_plain(kind, arguments, site, keras) if keras != 1 else "")
        or _named(kind, arguments, keras)
        or (_vectors(arguments, site) if kind == "Embedding" else "")
    )


def at_once(kind: str, arguments: Arguments, keras: int | None) -> str:
    """Why Keras does not even make a layer, which need not be called to be refused (asked of Keras 3.15)."""
    if keras != 3:
        return ""
    return AT_ONCE[kind](arguments, keras) if kind in AT_ONCE else _timeless(kind, arguments, keras)


def _value(arguments: Arguments, name: str) -> Any:
    return arguments.get(name, Argument()).value


def _windows(kind: str, arguments: Arguments, site: CallSite, keras: int | None) -> str:
    """Sizes for another number of axes than the layer works on."""
    wanted = rank(kind)
    if wanted is None:
        return ""
    for name in SPATIAL & arguments.keys():
        given = arguments[name]
        value = _passed(site, given)
        count = len(value) if isinstance(value, tuple) else None
        if count is not None and count != wanted and all(isinstance(one, int) for one in value or ()):
            return f"{kind} takes {wanted} numbers for {name}; it is given {count}"
    return _timeless(kind, arguments, keras)


def _timeless(kind: str, arguments: Arguments, keras: int | None) -> str:
    """The padding of series for what has none."""
    if _value(arguments, "padding") != "causal":
        return ""
    modern = kind in ("SeparableConv1D", "Conv1DTranspose") and keras == 3
    return f"{kind} has no padding 'causal': there is no order of time" if (rank(kind) or 0) > 1 or modern else ""


def _vectors(arguments: Arguments, site: CallSite) -> str:
    """`Embedding(words, width, weights=[vectors])` of other vectors (keras 3.15: `layer.py: set_weights`)."""
    given = site.keywords["weights"].value if "weights" in site.keywords else None
    items = elements(given)
    vectors = items[0] if items is not None and len(items) == 1 else given
    sizes = (_value(arguments, "input_dim"), _value(arguments, "output_dim"))
    own = tuple(one if isinstance(one, int) else None for one in sizes)
    shape = vectors.facts.shape if isinstance(vectors, ArrayValue) else None
    if shape is None or len(shape) != 2:
        return ""
    pairs = zip(own, shape, strict=True)
    if all(a == b for a, b in pairs if isinstance(a, int) and isinstance(b, int)):
        return ""
    return f"the Embedding has weights of {spell(own)}, and is given {spell(shape)}"


def _passed(site: CallSite, given: Argument) -> tuple[Value, ...] | None:
    """A sequence as the call passes it."""
    if not given.given:
        return None
    items = elements(_handed(site, given))
    return None if items is None else tuple(items)


#: layers that Keras 3.15 calls on no list, and not on one of a single tensor either
_SOLE = """
AveragePooling2D AveragePooling3D BatchNormalization Bidirectional CategoryEncoding CenterCrop ConvLSTM1D ConvLSTM2D
Cropping1D Cropping2D Cropping3D Dense Discretization EinsumDense Embedding Flatten GRU GroupNormalization Hashing LSTM
LayerNormalization Masking MaxPooling2D MaxPooling3D Normalization PReLU Permute RMSNormalization RNN RandomCrop
RepeatVector Reshape Resizing SimpleRNN UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D
"""
SOLE = CONVOLUTIONAL | frozenset(_SOLE.split())
#: those that it calls on no list of several
_ALONE = """
AveragePooling1D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D
GlobalMaxPooling2D GlobalMaxPooling3D MaxPooling1D SpatialDropout1D SpatialDropout2D SpatialDropout3D
"""
ALONE = SOLE - {"Resizing"} | frozenset(_ALONE.split())


def call_refused(kind: str, passed: Value, site: CallSite, *, symbolic: bool) -> str:
    """Why Keras 3 does not call a layer on what it is handed; empty where it does, or where that is not known.

    Of a list of data some layers make one tensor; of symbolic tensors none does.
    """
    items = elements(passed) if symbolic else None
    if items and not (isinstance(passed, ListValue) and passed.open):
        tensors = all(isinstance(item, TensorValue) for item in items)
        if tensors and len(items) == 1 and kind in SOLE:
            return f"{kind} is called on a list of one tensor, not on the tensor"
        if tensors and len(items) > 1 and kind in ALONE:
            return f"{kind} is called on one tensor; it is given {len(items)}"
    for more in site.positional[1:]:
        if isinstance(more.value, (bool, int, float, str)):
            return f"a layer takes tensors alone by their place, and is given {more.value!r}"
    return ""


#: layers of weights that every version of Keras calls on one tensor, and tells nothing else but names
_SINGLE = """
Dense Embedding Flatten Reshape Permute RepeatVector MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D
AveragePooling2D AveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GlobalAveragePooling2D
GlobalAveragePooling3D UpSampling1D UpSampling2D UpSampling3D ZeroPadding1D ZeroPadding2D ZeroPadding3D Cropping1D
Cropping2D Cropping3D Activation LeakyReLU PReLU ELU Add Subtract Multiply Average Maximum Minimum Concatenate
"""
SINGLE = frozenset(_SINGLE.split()) | CONVOLUTIONAL


def no_tensor(kind: str, passed: Value) -> str:
    """Why Keras 3 does not call a layer of tensors on a plain value (keras 3.15: src/layers/layer.py: __call__)."""
    items = elements(passed) if isinstance(passed, (tuple, ListValue)) else None
    plain = isinstance(passed, (int, float, str)) or (
        items and all(isinstance(one, (int, float, str)) for one in items)
    )
    if kind not in SINGLE | RECURRENT or not plain:
        return ""
    return f"{kind} is called on a tensor or an array; it is given {_type(passed) or 'a truth'}"


def overfilled(kind: str, api: str, site: CallSite) -> str:
    """Why a layer of one tensor is not called on several things; empty where it is."""
    if kind not in SINGLE or not api.startswith("keras.layers.") or len(site.positional) < 2:
        return ""
    return f"{kind} takes one thing by its place; it is given {len(site.positional)}"


#: arguments that count something
COUNTS = {
    "Dense": ("units",),
    "LSTM": ("units",),
    "GRU": ("units",),
    "SimpleRNN": ("units",),
    **dict.fromkeys(("LSTMCell", "GRUCell", "SimpleRNNCell"), ("units",)),
    "RepeatVector": ("n",),
    "MultiHeadAttention": ("num_heads", "key_dim"),
    "Embedding": ("input_dim", "output_dim"),
    "GroupQueryAttention": ("head_dim", "num_query_heads", "num_key_value_heads"),
    **{kind: ("filters",) for kind in CONVOLUTIONAL if "Depthwise" not in kind},
}


def _sizes(kind: str, arguments: Arguments, keras: int | None) -> str:
    for name in COUNTS.get(kind, ()):
        value = _value(arguments, name)
        if is_number(value) and value <= 0:
            return f"{kind} needs a positive number for {name}; it is given {value}"
        # Keras 2 makes a whole number of it
        if isinstance(value, (float, str)) and (keras == 3 or kind == "RepeatVector"):
            return f"{kind} needs a whole number for {name}; it is given {value!r}"
    return ""


#: arguments that are one number, or one for each axis
SEVERAL = frozenset({"kernel_size", "strides", "pool_size", "dilation_rate"})
#: what None stands for something in
OPTIONAL = frozenset({"strides"})


def _kinds(kind: str, arguments: Arguments, site: CallSite, keras: int | None) -> str:
    """Something else than whole numbers (measured for each of these arguments on Keras 3.15; what tf.keras 2.21
    refuses as well is neither a word that counts something nor a real number)."""
    windows = SEVERAL if rank(kind) is not None else frozenset()
    for name in (*COUNTS.get(kind, ()), *sorted(windows & arguments.keys())):
        given = arguments.get(name, Argument())
        if not given.given:
            continue
        value = _handed(site, given)
        what = next((said for kinds, said in WRONG.items() if isinstance(value, kinds)), "") if keras == 3 else ""
        if value is None and name not in OPTIONAL and (keras == 3 or _written_none(given)):
            what = "None"
        elif elements(value) is not None and (name not in windows or not elements(value)):
            what = "a sequence"
        elif name in windows and isinstance(value, (float, str) if keras == 3 else str):
            what = repr(value)
        if what:
            return f"{kind} takes a whole number for {name}; it is given {what}"
    return ""


def _written_none(given: Argument) -> bool:
    """Whether a call itself says None; a parameter's default may only stand for what its caller must give."""
    return given.origin is not None and given.origin.text.rpartition("=")[2].strip() == "None"


NUMBER, WHOLE, TEXT, ROW = "a number", "a whole number", "a word", "a sequence"
#: what arguments take whose values are plain ones, beside None (measured on Keras 3.15 for each layer that has them)
TAKEN: dict[str, tuple[str, ...]] = {
    "axis": (WHOLE, ROW),
    "cropping": (WHOLE, ROW),
    "data_format": (TEXT,),
    "dims": (ROW,),
    "dropout": (NUMBER, WHOLE),
    "equation": (TEXT,),
    "factor": (NUMBER, WHOLE, ROW),
    "height": (WHOLE,),
    "height_factor": (NUMBER, WHOLE, ROW),
    "max_value": (NUMBER, WHOLE),
    "name": (TEXT,),
    "negative_slope": (NUMBER, WHOLE),
    "rate": (NUMBER, WHOLE),
    "recurrent_dropout": (NUMBER, WHOLE),
    "seed": (WHOLE,),
    "shared_axes": (WHOLE, ROW),
    "stddev": (NUMBER, WHOLE),
    "target_shape": (ROW, TEXT),
    "threshold": (NUMBER, WHOLE),
    "width": (WHOLE,),
    "width_factor": (NUMBER, WHOLE, ROW),
}
#: those of which Keras 2 says so, too
ALWAYS = frozenset({"data_format", "dims", "equation"})
#: how the names of those end that take the name of something, a function or an object
OBJECTS = ("activation", "_initializer", "_regularizer", "_constraint")
#: what makes a layer a wrapper, and is one itself
WRAPPED = {"TimeDistributed": "layer", "Bidirectional": "layer", "SpectralNormalization": "layer"}


def _plain(kind: str, arguments: Arguments, site: CallSite, keras: int | None) -> str:
    """A plain value of another type than the argument takes; of most Keras 2 asked nothing before it used them."""
    for name, given in arguments.items():
        what = _type(_handed(site, given)) if given.given else ""
        if not what or (kind, name) in UNHEEDED:
            continue
        words = name == "padding" and rank(kind) is not None and "Padding" not in kind
        if words or name.endswith(OBJECTS):
            # tf.keras 2 hands the widths on to TensorFlow (tf_keras 2.16: utils/conv_utils.py)
            wrong = what != TEXT and not (words and what == ROW and keras != 3)
        elif WRAPPED.get(kind) == name:
            wrong = True
        else:
            wrong = name in TAKEN and what not in TAKEN[name] and (keras == 3 or name in ALWAYS)
        if wrong:
            return f"{kind} takes no {what.removeprefix('a ')} for {name}"
    return ""


#: arguments that the layer never reads, or not before there are data
UNHEEDED = frozenset({("SimpleRNN", "activity_regularizer"), ("Softmax", "axis")})


def _type(value: Value) -> str:
    """What a plain value is, in words; empty for None and everything that is not plain, or not known."""
    plain = next((said for kind, said in ((int, WHOLE), (float, NUMBER), (str, TEXT)) if isinstance(value, kind)), "")
    return plain or (ROW if isinstance(value, (tuple, ListValue)) else "")


#: what is no number, nor may hold one
WRONG: dict[type | tuple[type, ...], str] = {TensorValue: "a tensor", (LayerValue, ModelValue): "a layer"}


def _handed(site: CallSite, given: Argument) -> Value:
    """The value that the call passes; something unknown where it is not found."""
    if given.keyword is not None:
        passed = site.keywords.get(given.keyword)
    else:
        place = given.position
        passed = site.positional[place] if place is not None and place < len(site.positional) else None
    return Unknown("an argument") if passed is None else passed.value


def _reshape(arguments: Arguments, keras: int | None) -> str:
    target = _value(arguments, "target_shape")
    return f"Reshape takes a tuple of sizes; it is given {target}" if isinstance(target, int) else ""


def _normalization(arguments: Arguments, keras: int | None) -> str:
    mean, variance = _value(arguments, "mean"), _value(arguments, "variance")
    if mean is UNKNOWN or variance is UNKNOWN:
        return ""
    if (mean is None) != (variance is None):
        return "Normalization takes both a mean and a variance, or neither"
    return _unlike(arguments, keras)


def _unlike(arguments: Arguments, keras: int | None) -> str:
    """A mean and a variance of other sizes."""
    mean, variance = _value(arguments, "mean"), _value(arguments, "variance")
    sizes = [_sizes_of(value) for value in (mean, variance)]
    if keras == 3 and None not in sizes and sizes[0] != sizes[1]:
        return "Normalization takes a mean and a variance of one shape"
    return ""


def _sizes_of(value: Any) -> tuple[int, ...] | None:
    """The shape of numbers in lists; None for what is neither."""
    if is_number(value):
        return ()
    if not isinstance(value, (tuple, list)):
        return None
    inner = {_sizes_of(one) for one in value}
    behind = inner.pop() if len(inner) == 1 else None
    return None if behind is None else (len(value), *behind)


def _batch_normalization(arguments: Arguments, keras: int | None) -> str:
    several = isinstance(_value(arguments, "axis"), (tuple, list))
    return "BatchNormalization normalises one axis; it is given several" if several and keras == 3 else ""


#: layers that go through no series
STEPLESS = CONVOLUTIONAL | {"Dense", "Embedding", "Dropout", "Flatten", "BatchNormalization", "MultiHeadAttention"}


def _bidirectional(arguments: Arguments, keras: int | None) -> str:
    inner, back = _value(arguments, "layer"), _value(arguments, "backward_layer")
    kind = inner[0] if isinstance(inner, tuple) else None
    if kind in STEPLESS:
        return f"Bidirectional goes through a series twice, and {kind} is no recurrent layer"
    ways = [
        one[1].get("go_backwards", False) for one in (inner, back) if isinstance(one, tuple) and one[0] in RECURRENT
    ]
    if keras == 3 and len(ways) == 2 and ways[0] is ways[1] is False:
        return "Bidirectional needs a backward_layer that goes backwards"
    backwards = isinstance(inner, tuple) and inner[1].get("go_backwards") is True
    return "Bidirectional needs a layer that goes forwards" if backwards and back is None and keras == 3 else ""


def _rnn(arguments: Arguments, keras: int | None) -> str:
    """A layer, or a number of units, where the cell of one belongs."""
    cell = _value(arguments, "cell")
    kind = cell[0] if isinstance(cell, tuple) and len(cell) == 2 and isinstance(cell[1], Mapping) else cell
    if isinstance(kind, str) and (kind in RECURRENT or kind == "Dense"):  # several cells are a list
        return f"RNN takes a cell, and {kind} is a layer"
    return f"RNN takes a cell; it is given {cell!r}" if isinstance(cell, (int, float, str)) else ""


def _shared_heads(arguments: Arguments, keras: int | None) -> str:
    heads, shared = _value(arguments, "num_query_heads"), _value(arguments, "num_key_value_heads")
    uneven = isinstance(heads, int) and isinstance(shared, int) and shared > 0 and heads % shared
    return f"{heads} query heads cannot share {shared} key and value heads" if uneven else ""


def _dropout(arguments: Arguments, keras: int | None) -> str:
    rate = _value(arguments, "rate")
    beyond = is_number(rate) and not 0 <= rate <= 1
    return f"a rate of dropout is between 0 and 1; it is given {rate}" if beyond and keras == 3 else ""


_CHECKS: dict[str, Callable[[Arguments, int | None], str]] = {
    "BatchNormalization": _batch_normalization,
    "Bidirectional": _bidirectional,
    "GroupQueryAttention": _shared_heads,
    "Normalization": _normalization,
    "RNN": _rnn,
    "Reshape": _reshape,
    **dict.fromkeys(DROPOUT, _dropout),
}


#: what Keras 3 asks when a layer is made, and no table of single arguments holds
AT_ONCE: dict[str, Callable[[Arguments, int | None], str]] = {
    "Bidirectional": _bidirectional,
    "GroupQueryAttention": _shared_heads,
    "Normalization": _unlike,
    "RNN": _rnn,
}


def _named(kind: str, arguments: Arguments, keras: int | None) -> str:
    check = _CHECKS.get(kind)
    return check(arguments, keras) if check is not None else ""
