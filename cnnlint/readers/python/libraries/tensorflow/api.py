"""TensorFlow's and Keras's functions where they are applied to data, not to a model's tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import Argument, ArrayFacts, Step
from cnnlint.readers.python.arrays import arithmetic, pictures
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.libraries.numpy.rows import ROWS as NUMPY
from cnnlint.readers.python.libraries.tensorflow import agreeing, shapes
from cnnlint.readers.python.libraries.tensorflow import pictures as tensorflow_pictures
from cnnlint.readers.python.libraries.tensorflow.rows import ROWS, TENSORS
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, LayerValue, ModelValue, Unknown, Value

#: functions that keep a picture's shape and range, as far as these rules ask
AUGMENTING = (
    "random_flip_left_right",
    "random_flip_up_down",
    "flip_left_right",
    "flip_up_down",
    "rot90",
    "adjust_brightness",
    "adjust_contrast",
    "adjust_hue",
    "adjust_saturation",
    "random_brightness",
    "random_contrast",
    "random_hue",
    "random_saturation",
    "adjust_gamma",
    "random_jpeg_quality",
)
#: of these, what moves pixels alone
MOVING = ("left_right", "up_down", "rot90")


def call(run: Run, name: str, site: CallSite) -> Value:
    """`tf.name(array, ...)`."""
    agreeing.refuse(run, name, site)
    last = name.rpartition(".")[2]
    row = ROWS.get(last) if not name.startswith(("tf.image.", "tf.ragged.")) else None
    if row is not None:
        return computed(name, site, _as_tensor(name, site, row.call(run, name, site)))
    row = shapes.row_of(name)
    if row is not None:
        return row.call(run, name, site)
    value = lifted(run, site.value(0, "x", "images", "image", "input", "tensor", "labels", "indices", "value"))
    if value is None:
        return Unknown(f"tf.{last}()")
    handler = PICTURES.get(last)
    if handler is not None:
        return handler(run, value, site)
    if last in AUGMENTING:
        turned = value.facts.with_step(Step("augment", None, origin_of(run, site)))
        if not value.facts.image and not last.endswith(MOVING):  # the colours of a picture stay about what they were
            turned = replace(turned, low=None, high=None, encoding=None, classes=None)
        return ArrayValue(turned)
    return ArrayValue(
        ArrayFacts(name=value.facts.name, root=value.facts.root, steps=value.facts.steps_with(Step("opaque")))
    )


def linspace(run: Run, site: CallSite) -> Value:
    """`tf.linspace(start, stop, num)`: floats of 32 bits, as far as the ends are such."""
    made = NUMPY["linspace"].call(run, "numpy.linspace", site)
    given = [site.value(0, "start"), site.value(1, "stop")]
    keras = site.api.startswith("keras.") and not {"dtype", "axis"} & site.keywords.keys() and len(site.positional) < 6
    small = keras or (all(isinstance(end, float) for end in given) and len(site.positional) < 4)
    if isinstance(made, ArrayValue):
        made.facts = replace(made.facts, dtype="float32" if small else None)
    return made


#: functions whose type is written down, or asked for
TOLD = frozenset({"cast", "to_float", "to_double", "to_int32", "to_int64", "zeros", "ones", "one_hot"})


def computed(name: str, site: CallSite, made: Value) -> Value:
    """What a cast of something unknown gives: that is as unknown."""
    given = site.value(0, "x", "a")
    cast = name.endswith(".cast") and isinstance(given, Unknown) and isinstance(made, Unknown)
    if not cast or not isinstance(made, Unknown) or not isinstance(given, Unknown):
        return made
    found = made.token if isinstance(made.token, tuple) else ("call", name)
    return Unknown(made.why, (*found[:3], given.token))


def _as_tensor(name: str, site: CallSite, made: Value) -> Value:
    """What a row that speaks of numpy makes, without a type that TensorFlow and Keras may not make of it."""
    if not isinstance(made, ArrayValue):
        return made
    facts, last = made.facts, name.rpartition(".")[2]
    types = {value.facts.dtype for value in site.values() if isinstance(value, ArrayValue)}
    places = last in ("argmax", "argmin")
    told = last in TOLD or last in TENSORS or (places and name.startswith("tf.") and len(site.values()) < 3)
    if facts.dtype != "bool" and not told and (places or types != {facts.dtype}):
        made.facts = replace(facts, dtype=None)
    return made


def _standardized(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`tf.image.per_image_standardization`: every picture by its own mean and deviation."""
    step = Step("normalize", None, origin_of(run, site))
    return ArrayValue(value.facts.with_step(step, low=None, high=None, dtype="float32"))


PICTURES: dict[str, Callable[[Any, ArrayValue, CallSite], Value]] = {
    "convert_image_dtype": tensorflow_pictures.converted,
    "per_image_standardization": _standardized,
    "resize": tensorflow_pictures.tf_resized,
    "resize_images": tensorflow_pictures.tf_resized,
    "resize_image_with_crop_or_pad": tensorflow_pictures.tf_fitted,
    "resize_with_crop_or_pad": tensorflow_pictures.tf_fitted,
    "resize_with_pad": tensorflow_pictures.tf_fitted,
    "rgb_to_grayscale": tensorflow_pictures.tf_grey,
    "grayscale_to_rgb": tensorflow_pictures.tf_colour,
    "random_crop": tensorflow_pictures.tf_cropped,
    "central_crop": tensorflow_pictures.tf_cropped,
    "crop_to_bounding_box": tensorflow_pictures.tf_cropped,
}


#: applications whose models scale by themselves, so that their preprocess_input does nothing
UNCHANGED = frozenset({"efficientnet", "efficientnet_v2", "convnext", "mobilenet_v3", "regnet"})
#: applications that read pictures of -1..1
AROUND_ZERO = frozenset(
    {"inception_v3", "inception_resnet_v2", "mobilenet", "mobilenet_v2", "nasnet", "resnet_v2", "xception"}
)
#: applications that read colours less their means
OTHERS = frozenset({"densenet", "imagenet_utils", "resnet", "resnet50", "resnet_rs", "vgg16", "vgg19"})


# --- preprocessing ----------------------------------------------------------------------------------------------


def preprocess(run: Run, site: CallSite, name: str) -> Value:
    """`keras.applications.*.preprocess_input(x)`."""
    from cnnlint.readers.python.values import TensorValue

    value = site.value(0, "x")
    module = name.split(".")[-2]
    if isinstance(value, TensorValue):
        if module in UNCHANGED:
            return value
        return run.building.opaque(f"{module}.preprocess_input", [value], site.node, shape=value.node.shape, weights=0)
    array = lifted(run, value)
    if array is None:
        return Unknown("preprocess_input()", ("call", name, run.building.place(site)))
    if module in UNCHANGED:
        return ArrayValue(array.facts)
    step = Step("preprocess", None, origin_of(run, site), of=module)
    low, high = array.facts.low, array.facts.high
    around = module in AROUND_ZERO and low is not None and high is not None
    return ArrayValue(
        array.facts.with_step(
            step,
            low=low / 127.5 - 1 if around and low is not None else None,
            high=high / 127.5 - 1 if around and high is not None else None,
            dtype="float32",
        )
    )


#: preprocessing layers that keep a picture's range
AUGMENTATION = (
    "RandomFlip",
    "RandomRotation",
    "RandomZoom",
    "RandomTranslation",
    "RandomContrast",
    "RandomBrightness",
    "RandomHeight",
    "RandomWidth",
    "GaussianNoise",
    "Input",
)


def through_layer(run: Run, layer: LayerValue, value: ArrayValue, site: CallSite) -> Value | None:
    """A preprocessing layer applied to data; None for a layer that belongs into a model."""
    facts = value.facts
    origin = origin_of(run, site)
    if layer.kind == "Rescaling":
        scale, offset = _number(layer, "scale", None), _number(layer, "offset", 0.0)
        if scale is None or offset is None:
            return ArrayValue(arithmetic.unknown(facts, origin))
        made = arithmetic.scaled(facts, scale, origin)
        return ArrayValue(replace(arithmetic.shifted(made, offset, origin) if offset else made, dtype="float32"))
    if layer.kind == "Normalization":
        return ArrayValue(facts.with_step(Step("standardize", None, origin), low=None, high=None, dtype="float32"))
    if layer.kind in AUGMENTATION:
        return ArrayValue(facts.with_step(Step("augment", None, origin)))
    if layer.kind in ("Resizing", "CenterCrop", "RandomCrop"):
        sizes = [_number(layer, "height", None), _number(layer, "width", None)]
        resized = pictures.with_size(value, [int(size) if size is not None else None for size in sizes], origin)
        if facts.dtype != "float32":  # Keras 3 keeps whole numbers as they are, Keras 2 makes floats of them
            resized.facts = replace(resized.facts, dtype=None)
        return resized
    return None


def through_model(run: Run, model: ModelValue, value: ArrayValue, site: CallSite) -> Value | None:
    """A Sequential of preprocessing layers applied to data; None for a model."""
    current: Value = value
    if model.kind != "sequential" or not model.layers:
        return None
    for layer in model.layers:
        if not isinstance(layer, LayerValue) or not isinstance(current, ArrayValue):
            return None
        current = through_layer(run, layer, current, site)
    return current


def _number(layer: LayerValue, name: str, default: float | None) -> float | None:
    argument: Argument | None = layer.arguments.get(name)
    if argument is None or (not argument.known and not argument.given):
        return default
    value = argument.value
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _preprocess(module: str) -> Callable[[Any, CallSite], Value]:
    name = f"keras.applications.{module}.preprocess_input"
    return lambda run, site: preprocess(run, site, name)


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    f"keras.applications.{module}.preprocess_input": _preprocess(module)
    for module in (*UNCHANGED, *AROUND_ZERO, *OTHERS)
}
