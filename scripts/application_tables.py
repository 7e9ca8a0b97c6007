"""The table of keras.applications: every model is built symbolically (no weight gets a value) and measured."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runtime_signatures import signature


@contextmanager
def symbolic() -> Iterator[None]:
    """Layers that are built inside have weights with shapes and without values, so that size costs nothing."""
    from keras.src.backend.common import global_state
    from keras.src.backend.common.stateless_scope import StatelessScope

    with StatelessScope():
        yield
        # otherwise leaving the scope would give all of them values
        global_state.set_global_attribute("uninitialized_variables", [])


@contextmanager
def recorded_shapes(records: list[dict[str, Any]]) -> Iterator[None]:
    """Note what the models ask of their input's size while they are built inside."""
    from keras.src.applications import imagenet_utils

    original = imagenet_utils.obtain_input_shape

    def record(input_shape: Any, default_size: int, min_size: int, *rest: Any, **named: Any) -> Any:
        records.append({"default_size": default_size, "min_size": min_size})
        return original(input_shape, default_size, min_size, *rest, **named)

    imagenet_utils.obtain_input_shape = record
    try:
        yield
    finally:
        imagenet_utils.obtain_input_shape = original


def preprocessing(module: Any) -> str | None:
    """The mode of a module's preprocess_input, or None where it does nothing."""
    found = re.search(r'mode="(\w+)"', inspect.getsource(module.preprocess_input))
    return found.group(1) if found else None


def smallest(constructor: Any) -> int:
    """The smallest square input that a model without its top takes, for those that check it by themselves."""
    size = 32
    while True:
        try:
            constructor(weights=None, include_top=False, input_shape=(size, size, 3))
        except ValueError:
            return size + 1
        size -= 1


def measure(name: str, constructor: Any) -> dict[str, Any]:
    """One row of the table."""
    import keras

    records: list[dict[str, Any]] = []
    with recorded_shapes(records), symbolic():
        whole = constructor(weights=None)
        # MobileNetV3 takes any size unless told; 224 is the one its weights were trained at
        height, width, channels = (size or 224 for size in whole.input_shape[1:])
        headless = constructor(weights=None, include_top=False, input_shape=(height, width, channels))
        min_size = records[0]["min_size"] if records else smallest(constructor)
        feature_map = headless.output_shape
        # what 320 pixels more add tells the stride apart from the padding at the borders
        larger = constructor(weights=None, include_top=False, input_shape=(height + 320, width + 320, channels))
        stride = 320 / (larger.output_shape[1] - feature_map[1])
        momenta = {
            round(layer.momentum, 6)
            for layer in whole._flatten_layers(include_self=False)
            if isinstance(layer, keras.layers.BatchNormalization)
        }
        rescales = any(
            isinstance(layer, (keras.layers.Rescaling, keras.layers.Normalization)) for layer in whole.layers
        )
        counts = [whole.count_params(), headless.count_params(), len(whole.layers), len(headless.layers)]
    if stride != int(stride):
        raise SystemExit(f"{name}: a stride of {stride}")
    if len(momenta) > 1:
        raise SystemExit(f"{name}: several momenta of batch normalisation {momenta}")
    module = inspect.getmodule(constructor)
    mode = preprocessing(module)
    if (mode is None) != rescales:
        raise SystemExit(f"{name}: preprocess_input {mode}, rescaling inside the model {rescales}")
    entry = signature(constructor)
    return {
        "parameters": entry["parameters"],
        "defaults": entry["defaults"],
        "default_size": [height, width, channels],
        "min_size": min_size,
        "stride": int(stride),
        "features": feature_map[-1],
        "feature_map": [feature_map[1], feature_map[2]],
        "parameters_top": counts[0],
        "parameters_no_top": counts[1],
        "layers_top": counts[2],
        "layers_no_top": counts[3],
        "preprocessing": mode,
        "batch_normalization": momenta.pop() if momenta else None,
        "module": f"keras.applications.{module.__name__.rpartition('.')[2]}",
    }


def applications() -> dict[str, Any]:
    """The table of keras.applications."""
    import keras

    entries = {}
    for name in sorted(dir(keras.applications)):
        constructor = getattr(keras.applications, name)
        if inspect.isfunction(constructor):
            entries[name] = measure(name, constructor)
            keras.backend.clear_session()
    return {"keras_version": keras.__version__, "entries": entries}
