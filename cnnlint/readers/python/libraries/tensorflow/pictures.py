"""tf.image: decoding, resizing and converting pictures that are data, not tensors of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import Step
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.identity import origin_of
from cnnlint.readers.python.arrays.methods import cast, size_of
from cnnlint.readers.python.arrays.pictures import picture, size_pair, with_size
from cnnlint.readers.python.arrays.statistics import WHOLE
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    Value,
    elements,
    tensors_in,
)


def tf_decode(run: Run, site: CallSite) -> Value:
    """`tf.image.decode_jpeg(bytes, channels=3)`."""
    tensors = [t for value in site.values() for t in tensors_in(value)]
    if tensors:
        return run.building.opaque("decode_image", tensors, site.node)
    channels = site.value(1, "channels", default=None)
    dtype = dtype_name(site.value(None, "dtype", default=None), "uint8")
    shape = (None, None, channels if isinstance(channels, int) and channels > 0 else None)
    made = picture(run, site, shape, dtype="uint8")
    if dtype != "uint8":
        return ArrayValue(replace(made.facts, dtype=dtype, low=0.0, high=1.0 if dtype == "float32" else None))
    return made


def converted(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`tf.image.convert_image_dtype(image, dtype)`: whole numbers are scaled to 0..1, floating point stays as it is."""
    dtype = dtype_name(site.value(1, "dtype"))
    facts = value.facts
    step = Step("convert", None, origin_of(run, site))
    if dtype is None or dtype in WHOLE:
        return ArrayValue(facts.with_step(step, low=None, high=None, encoding=None, classes=None, dtype=dtype))
    if facts.dtype is not None and facts.dtype not in WHOLE:
        return cast(run, value, dtype, site)
    if facts.dtype == "uint8" and facts.high is not None and facts.low is not None:
        step = replace(step, factor=1 / 255)
        return ArrayValue(facts.with_step(step, low=facts.low / 255, high=facts.high / 255, dtype=dtype))
    return ArrayValue(facts.with_step(step, low=None, high=None, encoding=None, classes=None, dtype=dtype))


def tf_resized(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`tf.image.resize(images, (height, width))`: floating point of the same range."""
    nearest = site.value(2, "method", default=None) in ("nearest",)
    size = site.value(1, "size", "new_height")
    sizes = size_pair(size) if elements(size) is not None else None
    width = site.value(2)
    if sizes is None and isinstance(size, int) and isinstance(width, int):
        sizes = [size, width]  # TensorFlow 0.x took height and width one by one
    return with_size(value, sizes, origin_of(run, site), None if nearest else "float32")


def tf_fitted(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """Cropping and padding to a height and a width."""
    sizes = [size_of(site.value(1, "target_height")), size_of(site.value(2, "target_width"))]
    return with_size(value, sizes, origin_of(run, site))


def tf_cropped(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`tf.image.random_crop(value, size)`."""
    sizes = elements(site.value(1, "size"))
    shape = tuple(size_of(size) for size in sizes) if sizes is not None else None
    return ArrayValue(value.facts.with_step(Step("resize", None, origin_of(run, site)), shape=shape))


def tf_grey(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`tf.image.rgb_to_grayscale(images)`."""
    shape = value.facts.shape
    return ArrayValue(replace(value.facts, shape=(*shape[:-1], 1) if shape else None))


def tf_colour(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`tf.image.grayscale_to_rgb(images)`."""
    shape = value.facts.shape
    return ArrayValue(replace(value.facts, shape=(*shape[:-1], 3) if shape else None))


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **{
        f"tf.{module}.{name}": tf_decode
        for module in ("image", "io")
        for name in ("decode_jpeg", "decode_png", "decode_image", "decode_bmp", "decode_gif")
    },
}
