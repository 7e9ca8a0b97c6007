"""Pictures read from files by cv2, PIL, skimage, imageio, scipy, matplotlib and Keras."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Origin, Shape, Step
from cnnlint.graph.facts import IMAGE_FILES
from cnnlint.readers.python.arrays.identity import fresh_root, lifted, origin_of
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.arrays.statements import overwritten
from cnnlint.readers.python.arrays.statistics import WHOLE
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ObjectValue,
    Symbol,
    Unknown,
    Value,
    elements,
)

PIL = "PIL.Image.Image"


def picture(
    run: Run, site: CallSite, shape: Shape | None, *, high: float | None = 255.0, dtype: str | None = "uint8"
) -> ArrayValue:
    """A picture as it is read from a file. What it shows is not known, what its values mean is."""
    return ArrayValue(
        ArrayFacts(
            shape,
            dtype,
            0.0 if high is not None else None,
            high,
            None,
            None,
            IMAGE_FILES,
            "features",
            None,
            (),
            None,
            origin_of(run, site),
            fresh_root(run),
            True,
        )
    )


def with_size(
    value: ArrayValue, size: list[int | None] | None, origin: Origin | None, dtype: str | None = None
) -> ArrayValue:
    """A picture, or a batch of them, of another height and width; the channels stay."""
    facts = value.facts
    after: Shape | None = None
    if facts.shape is not None and size is not None and len(size) == 2:
        rank = len(facts.shape)
        batch, channels = facts.shape[: rank == 4], facts.shape[-1:]
        if 2 <= rank <= 4:
            after = (*batch, *size, *(channels if rank > 2 else ()))
    return ArrayValue(facts.with_step(Step("resize", None, origin), shape=after, dtype=dtype or facts.dtype))


def size_pair(value: Value) -> list[int | None] | None:
    """A height and a width that are passed as a pair, or as one number for both."""
    items = elements(value)
    if items is not None:
        return [size_of(item) for item in items]
    size = size_of(value)
    return [size, size] if size is not None else None


# --- cv2 --------------------------------------------------------------------------------------------------------


def cv2_imread(run: Run, site: CallSite) -> Value:
    """`cv2.imread(path, flag)`: three channels unless it is asked for grey."""
    flag = site.value(1, "flags", default=1)
    name = flag.last if isinstance(flag, Symbol) else flag
    if name in (0, "IMREAD_GRAYSCALE", "CV_LOAD_IMAGE_GRAYSCALE"):
        return picture(run, site, (None, None))
    if name in (1, "IMREAD_COLOR", "CV_LOAD_IMAGE_COLOR"):
        return picture(run, site, (None, None, 3))
    return (
        picture(run, site, None, high=None, dtype=None)
        if name in (-1, "IMREAD_UNCHANGED")
        else picture(run, site, None)
    )


def cv2_resize(run: Run, site: CallSite) -> Value:
    """`cv2.resize(image, (width, height))`: the order is cv2's own."""
    value = lifted(run, site.value(0, "src"))
    if value is None:
        return Unknown("resize()", ("call", site.api, run.building.place(site)))
    size = size_pair(site.value(1, "dsize"))
    made = with_size(value, list(reversed(size)) if size is not None else None, origin_of(run, site))
    shape = made.facts.shape
    if shape is not None and len(shape) == 3 and shape[-1] == 1:
        return ArrayValue(replace(made.facts, shape=shape[:2]))
    return made


def cv2_colour(run: Run, site: CallSite) -> Value:
    """`cv2.cvtColor(image, code)`."""
    value, code = lifted(run, site.value(0, "src")), site.value(1, "code")
    if value is None:
        return Unknown("cvtColor()", ("call", site.api, run.building.place(site)))
    name = code.last if isinstance(code, Symbol) else ""
    facts, shape = value.facts, value.facts.shape
    rest = shape[:2] if shape is not None else None
    if name.endswith("2GRAY"):
        shape = rest
    elif "GRAY2" in name:
        shape = (*rest, 3) if rest is not None else None
    known = name.endswith(("2GRAY", "2RGB", "2BGR")) or "GRAY2" in name
    step = Step("cast" if known else "opaque", None, origin_of(run, site))
    return ArrayValue(
        facts.with_step(step, shape=shape, low=facts.low if known else None, high=facts.high if known else None)
    )


def cv2_kept(run: Run, site: CallSite) -> Value:
    """Filters that change neither the shape nor the range of a picture."""
    value = lifted(run, site.value(0, "src"))
    if value is None:
        return Unknown(site.api, ("call", site.api, run.building.place(site)))
    return ArrayValue(value.facts.with_step(Step("augment", None, origin_of(run, site))))


def cv2_threshold(run: Run, site: CallSite) -> Value:
    """`cv2.threshold(image, threshold, maximum, kind)`: a number and a picture."""
    value, top = lifted(run, site.value(0, "src")), site.value(2, "maxval")
    if value is None:
        return Unknown(site.api, ("call", site.api, run.building.place(site)))
    high = float(top) if isinstance(top, (int, float)) else None
    made = value.facts.with_step(
        Step("opaque", None, origin_of(run, site)), low=0.0 if high is not None else None, high=high
    )
    return (Unknown("threshold"), ArrayValue(made))


def cv2_normalize(run: Run, site: CallSite) -> Value:
    """`cv2.normalize(image, None, low, high, NORM_MINMAX)`; in the place of None, the array that is written."""
    value, written = lifted(run, site.value(0, "src")), site.value(1, "dst", default=None)
    if isinstance(written, ArrayValue):
        overwritten(run, written)
    if value is None or written is not None:
        return Unknown(site.api, ("call", site.api, run.building.place(site)))
    low, high, kind = site.value(2, "alpha"), site.value(3, "beta"), site.value(4, "norm_type")
    whole = isinstance(kind, Symbol) and kind.last == "NORM_MINMAX"
    bounds = [float(b) if whole and isinstance(b, (int, float)) else None for b in (low, high)]
    step = Step("normalize", None, origin_of(run, site))
    return ArrayValue(value.facts.with_step(step, low=bounds[0], high=bounds[1]))


# --- other readers ----------------------------------------------------------------------------------------------


def imread(run: Run, site: CallSite) -> Value:
    """imageio, scipy and skimage: uint8; of how many channels the file says."""
    grey = site.value(None, "as_gray", "as_grey", "flatten", default=False)
    if grey is True or (site.api.startswith("scipy") and site.value(None, "mode", default=None) == "L"):
        unit = site.api.startswith("skimage")
        return picture(run, site, (None, None), high=1.0 if unit else 255.0, dtype="float64" if unit else "float32")
    if grey is not False:
        return picture(run, site, None, high=None, dtype=None)
    rgb = site.value(None, "mode", "pilmode", default=None) == "RGB"
    return picture(run, site, (None, None, 3) if rgb else None)


def plot_imread(run: Run, site: CallSite) -> Value:
    """matplotlib's imread: PNG files as 0..1, all others as 0..255."""
    path = site.value(0, "fname")
    if not isinstance(path, str) or "." not in path[-6:]:
        return picture(run, site, None, high=None, dtype=None)
    png = path.lower().endswith(".png")
    return picture(run, site, None, high=1.0 if png else 255.0, dtype="float32" if png else "uint8")


def skimage_resize(run: Run, site: CallSite) -> Value:
    """`skimage.transform.resize(image, (height, width))`: floating point, which scales whole numbers to 0..1."""
    value = lifted(run, site.value(0, "image"))
    if value is None:
        return Unknown("resize()", ("call", site.api, run.building.place(site)))
    origin = origin_of(run, site)
    size = elements(site.value(1, "output_shape"))
    sizes = [size_of(one) for one in size] if size is not None else None
    made = with_size(value, sizes[:2] if sizes is not None else None, origin)
    if sizes is not None and len(sizes) > 2:
        made = ArrayValue(replace(made.facts, shape=tuple(sizes)))
    elif sizes is not None and made.facts.shape is None and value.facts.shape is None:
        made = ArrayValue(replace(made.facts, shape=None))
    if site.value(None, "preserve_range", default=False) is not False:
        return ArrayValue(replace(made.facts, dtype="float64"))
    return as_float(made, origin)


def as_float(value: ArrayValue, origin: Origin | None) -> ArrayValue:
    """skimage's conversion to floating point: whole numbers are scaled to 0..1, floating point stays."""
    facts = value.facts
    if facts.dtype == "uint8":
        low, high = (bound / 255 if bound is not None else None for bound in (facts.low, facts.high))
        return ArrayValue(facts.with_step(Step("convert", None, origin), low=low, high=high, dtype="float64"))
    if facts.dtype is not None and facts.dtype not in WHOLE:
        return ArrayValue(facts)
    return ArrayValue(facts.with_step(Step("convert", None, origin), low=None, high=None, dtype="float64"))


def skimage_grey(run: Run, site: CallSite) -> Value:
    """`skimage.color.rgb2gray(image)`."""
    value = lifted(run, site.value(0, "rgb", "image"))
    if value is None:
        return Unknown("rgb2gray()", ("call", site.api, run.building.place(site)))
    made = as_float(value, origin_of(run, site))
    shape = made.facts.shape
    return ArrayValue(replace(made.facts, shape=shape[:-1] if shape is not None else None))


def skimage_float(run: Run, site: CallSite) -> Value:
    """`skimage.img_as_float(image)`."""
    value = lifted(run, site.value(0, "image"))
    return as_float(value, origin_of(run, site)) if value is not None else Unknown("img_as_float()")


def scipy_resize(run: Run, site: CallSite) -> Value:
    """`scipy.misc.imresize(image, (height, width))`: uint8 again, stretched over 0..255."""
    value = lifted(run, site.value(0, "arr"))
    made = with_size(
        value or ArrayValue(ArrayFacts(image=True)), size_pair(site.value(1, "size")), origin_of(run, site)
    )
    return ArrayValue(replace(made.facts, dtype="uint8", low=0.0, high=255.0))


# --- PIL and Keras ----------------------------------------------------------------------------------------------


def pil_open(run: Run, site: CallSite) -> Value:
    """`PIL.Image.open(path)`."""
    return ObjectValue(PIL, site, {"array": picture(run, site, None)})


def pil_from_array(run: Run, site: CallSite) -> Value:
    """`PIL.Image.fromarray(array)`."""
    array = lifted(run, site.value(0, "obj"))
    return ObjectValue(PIL, site, {"array": array or picture(run, site, None, high=None, dtype=None)})


def load_img(run: Run, site: CallSite) -> Value:
    """`keras.utils.load_img(path, target_size=(height, width), color_mode="rgb")`."""
    mode = site.value(None, "color_mode", default="rgb")
    if site.value(1, "grayscale", default=False) is True:
        mode = "grayscale"
    channels = {"rgb": 3, "grayscale": 1, "rgba": 4}.get(mode) if isinstance(mode, str) else None
    size = site.value(3 if "color_mode" not in site.keywords else None, "target_size", default=None)
    if size is None:
        size = site.value(2, "target_size", default=None)
    sizes = size_pair(size) if size is not None else [None, None]
    shape = (*sizes, channels) if sizes is not None and len(sizes) == 2 else None
    return ObjectValue(PIL, site, {"array": picture(run, site, shape)})


def img_to_array(run: Run, site: CallSite) -> Value:
    """`keras.utils.img_to_array(image)`: float32, 0..255 as before, always with channels."""
    value = site.value(0, "img")
    array = as_array(value) or (value if isinstance(value, ArrayValue) else None)
    if array is None:
        return picture(run, site, (None, None, None), dtype="float32")
    shape, layout = array.facts.shape, _asked_for(run, site)
    if shape is not None and len(shape) == 2:
        shape = (*shape, 1)
    if shape is not None and len(shape) == 3 and layout != "channels_last":
        shape = (shape[2], *shape[:2]) if layout is not None else (None, None, None)
    return ArrayValue(replace(array.facts, shape=shape, dtype="float32"))


def configured(run: Run) -> str | None:
    """Where Keras is configured to have the channels of pictures; None where it isn't known: both were common on
    Theano, until a shape or call shows it."""
    known = run.building.data_format
    return (None if run.versions.either_format else "channels_last") if known == "" else known


def _asked_for(run: Run, site: CallSite) -> str | None:
    """Where the channels of an array are to stand that is made of a picture."""
    told = site.value(1, "data_format", "dim_ordering", default=None)
    named = {"th": "channels_first", "tf": "channels_last"}
    if told in (None, "default"):
        return configured(run)
    return named.get(told, told) if isinstance(told, str) else None


def as_array(value: Value) -> ArrayValue | None:
    """The pixels of a PIL image; None for anything else."""
    if isinstance(value, ObjectValue) and value.name == PIL:
        found = value.state.get("array")
        if isinstance(found, ArrayValue):
            shape = found.facts.shape
            grey = shape is not None and len(shape) == 3 and shape[-1] == 1
            return ArrayValue(replace(found.facts, shape=shape[:2])) if grey and shape is not None else found
    return None


def pil_method(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of a PIL image; None for what is not known."""
    array = value.state.get("array")
    if value.name != PIL or not isinstance(array, ArrayValue):
        return None
    if name == "resize":
        size = size_pair(site.value(0, "size"))
        bare = array if array.facts.shape is not None else ArrayValue(replace(array.facts, shape=None))
        made = with_size(bare, list(reversed(size)) if size is not None else None, origin_of(run, site))
    elif name == "convert":
        made = _converted_mode(array, site.value(0, "mode"))
    elif name in ("rotate", "transpose", "filter", "copy", "crop"):
        kept = array.facts.shape if name in ("filter", "copy", "rotate") else None
        made = ArrayValue(replace(array.facts, shape=kept))
    elif name == "getdata":
        return ArrayValue(replace(array.facts, shape=None))
    else:
        return None
    return ObjectValue(PIL, value.site, {"array": made, "size": value.state.get("size", Unknown("size"))})


def _converted_mode(array: ArrayValue, mode: Value) -> ArrayValue:
    shape = array.facts.shape
    sides = shape[:2] if shape is not None else (None, None)
    if mode == "L":
        return ArrayValue(replace(array.facts, shape=sides))
    if mode in ("RGB", "RGBA"):
        return ArrayValue(replace(array.facts, shape=(*sides, 3 if mode == "RGB" else 4)))
    return ArrayValue(replace(array.facts, shape=None, low=None, high=None, dtype=None))


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "cv2.imread": cv2_imread,
    "cv2.resize": cv2_resize,
    "cv2.cvtColor": cv2_colour,
    "cv2.threshold": cv2_threshold,
    "cv2.normalize": cv2_normalize,
    **{
        f"cv2.{name}": cv2_kept
        for name in ("GaussianBlur", "medianBlur", "blur", "flip", "equalizeHist", "bilateralFilter", "dilate", "erode")
    },
    "skimage.io.imread": imread,
    "imageio.imread": imread,
    "imageio.v2.imread": imread,
    "scipy.misc.imread": imread,
    "scipy.ndimage.imread": imread,
    "matplotlib.pyplot.imread": plot_imread,
    "matplotlib.image.imread": plot_imread,
    "skimage.transform.resize": skimage_resize,
    "skimage.color.rgb2gray": skimage_grey,
    "skimage.img_as_float": skimage_float,
    "skimage.util.img_as_float": skimage_float,
    "scipy.misc.imresize": scipy_resize,
    "PIL.Image.open": pil_open,
    "Image.open": pil_open,
    "PIL.Image.fromarray": pil_from_array,
    **{f"keras.{module}.load_img": load_img for module in ("utils", "preprocessing.image")},
    **{f"keras.{module}.img_to_array": img_to_array for module in ("utils", "preprocessing.image")},
}
