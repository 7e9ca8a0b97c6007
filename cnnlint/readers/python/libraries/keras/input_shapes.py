"""The shape that networks of `keras.applications` take for their input, as their authors' helper works it out."""

from __future__ import annotations

from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, Unknown, Value, elements


def obtained(run: Run, site: CallSite) -> Value:
    """`obtain_input_shape(input_shape, default_size, min_size, data_format, require_flatten, weights)`.

    As in keras/src/applications/imagenet_utils.py; what it refuses is not asked here.
    """
    unknown = Unknown(f"`{site.api}()`", ("call", site.api, run.building.place(site)))
    shape, size, layout = site.value(0, "input_shape"), site.value(1, "default_size"), site.value(3, "data_format")
    top = site.value(4, "require_flatten", "include_top")
    weights = site.value(5, "weights", default=None)
    if not isinstance(top, bool) or not isinstance(weights, (str, type(None))):
        return unknown
    if layout not in ("channels_first", "channels_last") or not isinstance(size, int):
        return unknown
    given = elements(shape)
    if given is not None and not (top and weights == "imagenet"):
        return shape
    if given is None and shape is not None and not (top and weights == "imagenet"):
        return unknown
    side = size if top else None
    return (3, side, side) if layout == "channels_first" else (side, side, 3)


#: where the helper has lain since Keras 2
HANDLERS = dict.fromkeys(
    (
        "keras_applications.imagenet_utils._obtain_input_shape",
        "keras.applications.imagenet_utils._obtain_input_shape",
        "keras.applications.imagenet_utils.obtain_input_shape",
    ),
    obtained,
)
