"""What the functions, classes and methods of Keras and TensorFlow take, by version; and the strings Keras resolves.

A version is a generation of releases: of Keras "0", "1", "2" (stand-alone, to 2.3), "tf1" (tf.keras in TensorFlow 1),
"tf" (tf.keras until Keras 3) and "3"; of TensorFlow "tf0" (before 1.0), "tf1" and "tf2". What any release of a
generation took, it takes. The tables are generated: see `tables/README.md`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import cache, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph.program import GENERATIONS
from cnnlint.graph.specs import function_variants, legacy_spec
from cnnlint.graph.tables import load

KERAS = GENERATIONS
"""Versions of Keras, the newest first."""
TENSORFLOW = ("tf2", "tf1", "tf0")
"""Versions of TensorFlow, the newest first."""
SPOKEN = {
    "3": "Keras 3",
    "tf": "tf.keras 2",
    "2": "Keras 2.3",
    "1": "Keras 1",
    "0": "Keras 0",
    "tf2": "TensorFlow 2",
    "tf1": "TensorFlow 1",
    "tf0": "TensorFlow 0.x",
}
"""What each version is called in sentences."""
OPTIONS = {
    "padding": frozenset({"valid", "same", "causal"}),
    "data format": frozenset({"channels_last", "channels_first"}),
    "merge mode": frozenset({"sum", "mul", "ave", "concat"}),
    "score mode": frozenset({"dot", "concat"}),
}
"""What convolutions, pooling, Bidirectional and attention choose from in every version
(keras/src/utils/argument_validation.py, keras/src/backend/config.py, keras/src/layers/rnn/bidirectional.py and
keras/src/layers/attention/attention.py of Keras 3.15, keras/utils/conv_utils.py of Keras 2.3, keras/layers/wrappers.py
of Keras 1.2 and 2.3); Keras 1 has the padding "full" as well."""
TF_LAYER_KEYWORDS = frozenset(
    {
        "trainable",
        "dtype",
        "_reuse",
        "_scope",
        "activity_regularizer",
        "input_shape",
        "batch_input_shape",
        "batch_size",
        "weights",
        "dynamic",
        "autocast",
    }
)
"""What every class of `tf.layers` takes by `**kwargs` (TensorFlow 1.15: python/layers/base.py and
python/keras/engine/base_layer.py: Layer)."""


CALLED_WITH = frozenset({"inputs", "x", "input", "training", "mask", "initial_state", "constants", "states"})
"""What calls of layers may name beside the parameters of `call` in Keras 3: what `Layer.__call__` and `RNN.__call__`
of Keras 1 to 3 take for every layer, and what the first parameter was called."""


_WEIGHT = "name shape initializer regularizer trainable constraint dtype"
_OF_TF = "use_resource synchronization aggregation collections getter experimental_autocast caching_device layout"
WEIGHT = {
    "3": f"{_WEIGHT} autocast aggregation overwrite_with_gradient",
    "tf": f"{_WEIGHT} {_OF_TF} autocast partitioner experimental_enable_variable_lifting",
    "2": _WEIGHT,
    "tf1": f"{_WEIGHT} {_OF_TF} partitioner",
    "1": "shape initializer name trainable regularizer constraint",
    "0": "",
}
"""What `add_weight` takes (keras 3.15: src/layers/layer.py; tf_keras 2.16: src/engine/base_layer.py; keras 2.3 and 1.2:
engine/base_layer.py, engine/topology.py)."""


EARLIER = {"keras.ops.reshape": {"new_shape": "newshape"}}
"""Keywords of Keras Core, of which Keras 3.0 was made, that later minor versions renamed (keras_core/ops/numpy.py), and
what they are called since."""


BEFORE_ONE = {
    "tf.SparseTensor": ("indices", "values", "shape"),
    "tf.SparseTensorValue": ("indices", "values", "shape"),
    "tf.convert_to_tensor": ("value", "dtype", "name", "as_ref", "preferred_dtype"),
    **dict.fromkeys(
        ("tf.contrib.losses.absolute_difference", "tf.contrib.losses.mean_squared_error"),
        ("predictions", "labels", "weights", "scope", "targets", "weight"),
    ),
    "tf.contrib.losses.log_loss": ("predictions", "labels", "weights", "epsilon", "scope", "targets", "weight"),
    "tf.contrib.losses.cosine_distance": ("predictions", "labels", "dim", "weights", "scope", "targets", "weight"),
    "tf.contrib.losses.sigmoid_cross_entropy": (
        *("logits", "multi_class_labels", "weights", "label_smoothing", "scope", "weight"),
    ),
    "tf.contrib.losses.softmax_cross_entropy": (
        *("logits", "onehot_labels", "weights", "label_smoothing", "scope", "weight"),
    ),
    "tf.contrib.losses.sparse_softmax_cross_entropy": ("logits", "labels", "weights", "scope", "weight"),
}
"""What TensorFlow 0.x took under other names (TensorFlow 0.12: python/framework/sparse_tensor.py and ops.py, and
contrib/losses/python/losses/loss_ops.py); within `tensorflow.python` that of convert_to_tensor holds still (1.15:
python/framework/ops.py)."""


MERGING = frozenset({"add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"})
"""Functions of `keras.layers` that make a layer and call it (keras 3.15: src/layers/merging)."""


class Signature(Struct, frozen=True):
    """What one version of a callable takes."""

    version: str
    #: by position or keyword, in order
    parameters: tuple[str, ...]
    required: tuple[str, ...] = ()
    keyword_only: frozenset[str] = frozenset()
    #: keywords that are taken beside the parameters, by `**kwargs`
    also: frozenset[str] = frozenset()
    #: any keyword is taken
    is_open: bool = False
    #: any number of positional arguments is taken
    star: bool = False
    #: translates the spelling of the version before it
    translated: bool = False

    @property
    def keywords(self) -> frozenset[str]:
        """Every keyword that is known to be taken."""
        return frozenset(self.parameters) | self.keyword_only | self.also


class Misfit(Struct, frozen=True):
    """How a call does not fit a signature: each a list of names, but for a number of surplus arguments."""

    signature: Signature
    unknown: tuple[str, ...] = ()
    surplus: int = 0
    repeated: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How much is wrong: nothing for a call that fits."""
        return len(self.unknown) + self.surplus + len(self.repeated) + len(self.missing)


@cache
def signatures(api: str) -> tuple[Signature, ...]:
    """The signatures of a callable by canonical name, the newest version first; none for one that is not known."""
    if api.endswith(".call"):
        return _called(api)
    if api == "keras.layers.Layer.add_weight":
        return tuple(Signature(one, (), also=frozenset(WEIGHT[one].split()), star=True) for one in KERAS)
    tables = ("keras_signatures", "keras_releases") if api.startswith("keras.") else ("tensorflow_signatures",)
    found = [one for table in tables for one in _generated(table, api)]
    if api.startswith(("tf.", "slim.")):
        known = {signature.version for signature in found}
        found += [s for s in _written(api) if s.version not in known]
        found += [Signature("tf0", BEFORE_ONE[api])] if api in BEFORE_ONE and "tf0" not in known else []
    if api.startswith("tf.metrics."):  # those of Keras since TensorFlow 2
        found += [replace(s, version="tf2") for s in signatures(f"keras.{api.removeprefix('tf.')}")[:1]]
    oldest = legacy_spec(api, 0) if found and api.startswith("keras.layers.") else None
    if oldest is not None:  # between its releases as well
        taken = [s.also | frozenset(s.parameters) for s in found if s.version == "0"]
        found.append(Signature("0", oldest.parameters, oldest.required, also=frozenset().union(*taken)))
    # the same word stands for a TensorFlow and for the Keras in it, and is not as new among both
    newest = (*KERAS, *TENSORFLOW) if api.startswith("keras.") else (*TENSORFLOW, *KERAS)
    order = {version: index for index, version in enumerate(dict.fromkeys(newest))}
    return tuple(sorted(found, key=lambda signature: order[signature.version]))


@lru_cache(maxsize=4096)
def foreign(api: str, keywords: tuple[str, ...]) -> bool:
    """Whether a callable that is known takes one of these keywords in no version."""
    known = signatures(api)
    return bool(known) and any(all(not s.is_open and k not in s.keywords for s in known) for k in keywords)


def _called(api: str) -> tuple[Signature, ...]:
    """What a call of a layer takes beside the tensors: `keras.layers.Dropout.call`."""
    own = load("keras3_layers")["entries"].get(api.split(".")[-2], {}).get("call", ())
    return tuple(Signature(one, tuple(own), also=CALLED_WITH, star=True) for one in KERAS) if own else ()


def _generated(table: str, api: str) -> list[Signature]:
    entries = load(table)["entries"]
    entry = entries.get(api)
    if isinstance(entry, str):
        entry = entries[entry]
    layers = load("keras3_layers")
    # their keywords go into the constructor of a layer, which takes no others
    merges = frozenset({*layers["common"], "normalize"}) if api.removeprefix("keras.layers.") in MERGING else None
    return [
        Signature(
            version,
            tuple(one["parameters"]),
            tuple(one.get("required", ())),
            frozenset(one.get("keyword_only", ())),
            frozenset(one.get("also", ()))
            | EARLIER.get(api, {}).keys()
            | _of_dtensor(version, api, one["parameters"])
            | (merges or frozenset()),
            one.get("open", False) and (merges is None or version != "3"),
            one.get("star", False),
            one.get("translated", False),
        )
        for one in entry or ()
        for version in one["versions"]
    ]


def _of_dtensor(version: str, api: str, parameters: Iterable[str]) -> frozenset[str]:
    """What decorators of tf.keras take beside the signature (tf_keras 2.16: dtensor/utils.py)."""
    if version != "tf":
        return frozenset()
    if api.startswith("keras.metrics."):
        return frozenset({"mesh"})
    kinds = (name.removesuffix("_initializer") for name in parameters if name.endswith("_initializer"))
    return frozenset(f"{kind}_layout" for kind in kinds) if api.startswith("keras.layers.") else frozenset()


def _written(api: str) -> list[Signature]:
    """What the hand-written table of functions says, for what is gone from the libraries that can be imported."""
    found: list[Signature] = []
    of_class = TF_LAYER_KEYWORDS if re.match(r"tf\.layers\.[A-Z]", api) else frozenset()
    for spec in function_variants(api):
        names = tuple(name for name in spec.parameters if name not in spec.keyword_only)
        for version in spec.versions or (0, 1, 2):
            anything = spec.family == "special"  # arg_scope and its kin hand on what they are given
            also = spec.keywords | of_class
            found.append(Signature(f"tf{version}", names, spec.required, spec.keyword_only, also, anything, anything))
    return found


def misfits(
    api: str, allowed: Collection[str], positional: int, keywords: Collection[str], *, hidden: bool
) -> list[Misfit]:
    """How a call fits each signature of a callable.

    `hidden` is: there may be further arguments behind `*` or `**`. Only the newest of the allowed versions is believed
    to take what it does not name, if it takes any keyword.
    """
    known = signatures(api)
    newest = next((signature.version for signature in known if signature.version in allowed), None)
    return [_misfit(one, positional, keywords, hidden, one.is_open and one.version == newest) for one in known]


def is_untold(api: str) -> bool:
    """Whether nothing says what a function of TensorFlow took before 1.0."""
    return api.startswith("tf.") and all(one.version != "tf0" for one in signatures(api))


def drops(api: str, allowed: Collection[str]) -> bool:
    """Whether a version that a call may be made for lets go of what it does not know (keras/src/models/functional.py
    of Keras 3.15, callbacks.py of tf_keras 2.16)."""
    if api.startswith("keras.callbacks."):
        return any(one.is_open and one.version in allowed for one in signatures(api))
    return api == "keras.models.Model" and "3" in allowed


def untranslated(signature: Signature) -> Signature:
    """Keras 2 without the spellings of Keras 1 that it translates."""
    return replace(signature, also=signature.also - _renamed(), translated=False)


def _misfit(signature: Signature, positional: int, keywords: Collection[str], hidden: bool, is_open: bool) -> Misfit:
    taken = signature.parameters[:positional]
    unknown = () if is_open else tuple(k for k in keywords if k not in signature.keywords)
    surplus = 0 if signature.star or hidden else max(0, positional - len(signature.parameters))
    repeated = tuple(name for name in taken if name in keywords)
    missing: tuple[str, ...] = ()
    if not hidden and not (signature.translated and any(name in _renamed() for name in keywords)):
        stands_for = {now for names in EARLIER.values() for was, now in names.items() if was in keywords}
        given = {*taken, *keywords, *(stands_for if stands_for & set(signature.parameters) else ())}
        missing = tuple(name for name in signature.required if name not in given)
    return Misfit(signature, unknown, surplus, repeated, missing)


@cache
def _renamed() -> frozenset[str]:
    """Keywords of Keras 1, which may stand for what Keras 2 requires."""
    return frozenset(name for names in load("api_changes")["arguments"].values() for name in names)


def nearest(name: str, known: Iterable[str], cutoff: float = 0.75) -> str | None:
    """The name that was probably meant: the closest spelling, if so much of the letters is in common."""
    style = name.lower() == name
    # of two spellings of one name the one that is written alike
    names = sorted(known, key=lambda one: ((one.lower() == one) == style, one))
    plain = {_plain(candidate): candidate for candidate in names}
    if _plain(name) in plain:
        return plain[_plain(name)]
    found = get_close_matches(_plain(name), plain, n=1, cutoff=cutoff)
    return plain[found[0]] if found else None


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


@cache
def strings(family: str, version: str) -> frozenset[str]:
    """The strings that a version of Keras resolves to an activation, constraint, initializer, loss, metric, optimizer
    or regularizer, or takes as an option."""
    if family in OPTIONS:
        return OPTIONS[family] | ({"full"} if family == "padding" and version in "01" else frozenset())
    words = load("keras_strings")["entries"].get(version, {}).get(family, ())
    return frozenset(words).union(load("keras_releases")["strings"].get(version, {}).get(family, ()))


def members(module: str) -> frozenset[str]:
    """The public names of a module of Keras or TensorFlow in any version."""
    return _members().get(module, frozenset())


@cache
def _members() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for name in (*load("keras_signatures")["entries"], *load("tensorflow_signatures")["entries"]):
        module, _, last = name.rpartition(".")
        table.setdefault(module, set()).add(last)
    return {module: frozenset(names) for module, names in table.items()}
