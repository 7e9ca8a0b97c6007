"""The vocabulary: every spelling of a layer, operation, loss, optimizer, ... and what it is called in Keras 3.

The facts are data, in `tables/` (each table is loaded on first use); `specs` looks up calls, `calls` binds them, and
here are the canonical names and the categories. Names may be bare ("Conv2D", "mse") or qualified
("tf.keras.layers.Conv2D", "tf.nn.relu"). What is not known is None, never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from msgspec import Struct

from cnnlint.graph.calls import Bound, FunctionSpec, Given, LayerSpec, Passed, bind, canonical_value
from cnnlint.graph.conversions import MISSING, convert
from cnnlint.graph.qualified import qualified
from cnnlint.graph.specs import (
    call_spec,
    function_spec,
    function_variants,
    layer_category,
    layer_spec,
    layer_variants,
    legacy_spec,
    object_spec,
)
from cnnlint.graph.tables import freeze, load

__all__ = [
    "MISSING",
    "Application",
    "Bound",
    "FunctionSpec",
    "Given",
    "LayerSpec",
    "Passed",
    "application",
    "bind",
    "call_spec",
    "canonical_activation",
    "canonical_initializer",
    "canonical_loss",
    "canonical_metric",
    "canonical_optimizer",
    "canonical_value",
    "class_of",
    "convert",
    "default_learning_rate",
    "function_spec",
    "function_variants",
    "initializer_name",
    "is_layer",
    "layer_category",
    "layer_spec",
    "layer_variants",
    "legacy_spec",
    "object_spec",
    "operations",
    "qualified",
]

#: modules whose members bear the canonical or an alternative name themselves
HOMES: Final[Mapping[str, tuple[str, ...]]] = {
    "activation": (
        "keras.activations.",
        "keras.backend.",
        "keras.ops.nn.",
        "keras.ops.numpy.",
        "keras.ops.",
        "keras.layers.",
    ),
    "loss": ("keras.losses.", "keras.objectives.", "keras.metrics.", "tf.losses."),
    "metric": ("keras.metrics.", "keras.losses.", "tf.metrics."),
    "initializer": ("keras.initializers.", "keras.initializations.", "tf.initializers."),
    "optimizer": ("keras.optimizers.legacy.", "keras.optimizers.experimental.", "keras.optimizers.", "tf.optimizers."),
}


@cache
def _names(family: str) -> Mapping[str, str]:
    """Every bare and qualified name of a family, and the canonical one."""
    index: dict[str, str] = {}
    for canonical, entry in load("names")[family].items():
        index[canonical] = canonical
        for group in ("aliases", "functions", "classes"):
            for name in entry.get(group, ()):
                index[name] = canonical
    return index


def _canonical(family: str, name: str) -> str | None:
    index = _names(family)
    found = index.get(name)
    if found is not None or "." not in name:
        return found
    name, _ = qualified(name)
    if name in index:
        return index[name]
    for home in HOMES[family]:
        if name.startswith(home):
            # keras.layers.advanced_activations.ReLU: the module below does not matter, the class does
            found = index.get(name.rpartition(".")[2])
            if found is not None:
                return found
    spec = function_spec(name)
    return index.get(spec.kind) if spec is not None and spec.family == family else None


def canonical_activation(name: str) -> str | None:
    """An activation by the name Keras gives the function ("relu", "silu", "linear", ...), or None.

    Takes strings ("swish"), functions ("tf.nn.relu") and layer classes ("ReLU", "keras.layers.Softmax").
    """
    return _canonical("activation", name)


def canonical_loss(name: str) -> str | None:
    """A loss by its function's name ("categorical_crossentropy" for "CategoricalCrossentropy"), or None."""
    return _canonical("loss", name)


def canonical_metric(name: str) -> str | None:
    """A metric by its string in compile ("accuracy" for "acc"), or None."""
    return _canonical("metric", name)


def canonical_optimizer(name: str) -> str | None:
    """An optimizer by its string in compile ("adam" for "tf.train.AdamOptimizer"), or None."""
    if "." not in name and name.lower() in load("names")["optimizer"]:
        # compile lowers the string before it looks
        return name.lower()
    return _canonical("optimizer", name)


def canonical_initializer(name: str) -> str | None:
    """An initialiser by its string ("he_normal", "zeros", ...), or None; see `initializer_name` for its arguments."""
    return _canonical("initializer", name)


def initializer_name(name: str, arguments: Mapping[str, Any] | None = None) -> str | None:
    """The canonical name of an initialiser with its (canonical, plain) arguments.

    A VarianceScaling is called by what it amounts to: ("VarianceScaling", {"scale": 2.0}) is "he_normal",
    and Constant(0) is "zeros".
    """
    canonical = canonical_initializer(name)
    given = dict(arguments or {})
    if canonical == "constant":
        value = given.get("value", 0.0)
        return "zeros" if value == 0 else "ones" if value == 1 else canonical
    if canonical != "variance_scaling":
        return canonical
    distribution = given.get("distribution", "truncated_normal")
    distribution = "truncated_normal" if distribution == "normal" else distribution
    for scale, mode, shape, found in load("names")["variance_scaling"]["names"]:
        if (scale, mode, shape) == (given.get("scale", 1.0), given.get("mode", "fan_in"), distribution):
            return str(found)
    return canonical


@cache
def class_of(family: str, name: str) -> str | None:
    """The Keras 3 class of a canonical (or any other) name: ("loss", "mse") is "MeanSquaredError"."""
    canonical = canonical_optimizer(name) if family == "optimizer" else _canonical(family, name)
    if canonical is None:
        return None
    classes = load("names")[family][canonical].get("classes", ())
    return classes[0] if classes else None


def default_learning_rate(name: str, *, version: int | None = None) -> float | None:
    """The learning rate an optimizer has when none is given, or None.

    `version` is Keras's major version for its own optimizers: Keras 2's Adagrad has 0.01, Keras 3's 0.001.
    """
    spec: LayerSpec | None = function_spec(name) if "." in name else None
    if spec is None:
        cls = class_of("optimizer", name)
        spec = object_spec("optimizer", cls, version=version) if cls else None
    value = spec.default("learning_rate") if spec is not None else None
    return float(value) if isinstance(value, (int, float)) else None


@cache
def operations() -> frozenset[str]:
    """The bare operations that kinds may name where Keras has no layer ("MatMul", "Transpose", ...)."""
    return frozenset(load("functions")["kinds"])


def is_layer(name: str) -> bool:
    """Whether any version of Keras has a layer of this name."""
    return bool(layer_variants(name))


class Application(Struct, frozen=True):
    """A model of keras.applications, as far as it is known without building it."""

    name: str
    #: constructor parameters in order, with their defaults
    parameters: tuple[str, ...]
    defaults: Mapping[str, Any]
    #: height, width and channels that include_top=True needs with the published weights
    default_size: tuple[int, int, int]
    #: the smallest height and width that include_top=False takes
    min_size: int
    #: pixels of the input for each step of the feature map with include_top=False
    stride: int
    #: channels of the feature map with include_top=False
    features: int
    #: height and width of the feature map with include_top=False at the default size
    feature_map: tuple[int, int]
    #: parameters at the default size with 1,000 classes
    parameters_top: int
    parameters_no_top: int
    layers_top: int
    layers_no_top: int
    #: what preprocess_input does: "caffe" (BGR, means subtracted), "tf" (-1..1), "torch" (ImageNet statistics),
    #: or None where the model rescales by itself and wants 0..255
    preprocessing: str | None
    #: momentum of its batch normalisation, None where it has none
    batch_normalization: float | None
    #: the module of its preprocess_input ("keras.applications.vgg16")
    module: str


@cache
def application(name: str) -> Application | None:
    """A model of keras.applications by bare or qualified name, or None."""
    name, _ = qualified(name)
    if "." in name and not name.startswith(("keras.applications.", "keras_applications.")):
        return None
    bare = name.rpartition(".")[2]
    entry = load("applications")["entries"].get(bare)
    return Application(name=bare, **freeze(entry)) if entry is not None else None


def preprocessing_of(module: str) -> str | None:
    """What the `preprocess_input` of a module ("vgg16") makes of pictures; None where its models differ in that."""
    own = {"resnet50": "resnet"}.get(module, module)
    modes = {facts.preprocessing for facts in applications_of(f"keras.applications.{own}")}
    return modes.pop() if len(modes) == 1 else None


def applications_of(module: str) -> list[Application]:
    """The models of a module of keras.applications: "keras.applications.vgg16"."""
    entries = load("applications")["entries"]
    return [Application(name=name, **freeze(entry)) for name, entry in entries.items() if entry.get("module") == module]
