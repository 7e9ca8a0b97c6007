"""`keras.applications` models, which are one node: their output by `include_top`, `pooling` and the data about them."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.graph.shapes.registry import Call, Dimension, ShapeError, as_integer, register, replaced, show
from cnnlint.graph.values import Shape
from cnnlint.graph.vocabulary import Application, application

DIVIDING = ("vgg", "resnet", "mobilenet", "densenet", "efficientnet", "convnext")
"""Modules whose feature map is exactly the picture divided by the stride, for sizes that are its multiples."""

CLASSES = 1000
"""The classes of ImageNet, for which the numbers of weights are known."""


USUAL = {"alpha": 1, "depth_multiplier": 1, "minimalistic": False}
"""What changes how wide the layers of a network are, and the values under which the table's numbers hold."""


def _divisible(channels: float) -> int:
    """Channels rounded to a multiple of 8, by no more than a tenth downwards (mobilenet_v2.py: _make_divisible)."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


#: channels of the feature map by `alpha` (keras/src/applications/mobilenet.py and mobilenet_v2.py)
SCALED: dict[str, Callable[[float], int]] = {
    "MobileNet": lambda alpha: int(1024 * alpha),
    "MobileNetV2": lambda alpha: _divisible(1280 * alpha) if alpha > 1 else 1280,
}


@register("Application")
def application_model(call: Call) -> tuple[Shape | None, int | None]:
    """Class scores with the top, else features: pooled, or one vector for every place."""
    name, top = call.get("name"), call.flag("include_top")
    package, _, bare = name.rpartition(".") if isinstance(name, str) else ("", "", "")
    model = application(bare)
    picture = _picture(call)
    batch = call.shape[0] if call.shape else None
    if top is None:
        return None, None
    usual = all(call.values.get(key, value) == value for key, value in USUAL.items())
    counted = usual and picture is not None and picture[-1] == 3 and not package
    if top:
        classes = call.integer("classes")
        return (batch, classes), model.parameters_top if model and counted and classes == CLASSES else None
    if model is None:
        return None, None
    parameters = model.parameters_no_top if counted else None
    features = model.features if usual else _scaled(call, bare)
    pooling = call.get("pooling")
    if pooling in ("avg", "max"):
        return (batch, features), parameters
    if pooling is not None:
        return None, parameters
    return _feature_map(model, batch, picture, features), parameters


def _scaled(call: Call, name: str) -> int | None:
    """The channels of a network that is made wider or narrower."""
    alpha = call.get("alpha")
    return SCALED[name](alpha) if name in SCALED and isinstance(alpha, (int, float)) else None


def _picture(call: Call) -> Shape | None:
    """Height, width and channels: of the input, or as the arguments say."""
    shape = call.shape
    if shape is not None:
        if len(shape) != 4:
            raise ShapeError(
                f"{call.get('name')} needs pictures (batch, height, width, channels); it is given {show(shape)}"
            )
        declared = call.get("input_shape")
        if isinstance(declared, (tuple, list)) and len(declared) == 3:
            made, given = as_integer(declared[-1]), shape[-1]
            if made is not None and given is not None and made != given:
                raise ShapeError(f"{call.get('name')} was made for {made} channels; it is given {show(shape)}")
        return shape[1:]
    value = call.get("input_shape")
    if isinstance(value, (tuple, list)) and len(value) == 3:
        return tuple(map(as_integer, value))
    return None


def _feature_map(model: Application, batch: Dimension, picture: Shape | None, features: Dimension) -> Shape:
    whole: Shape = (batch, None, None, features)
    if picture is None or not model.module.rpartition(".")[2].startswith(DIVIDING):
        return whole
    sizes = [size // model.stride if size is not None and not size % model.stride else None for size in picture[:2]]
    return replaced(whole, {1: sizes[0], 2: sizes[1]})
