"""Every function that TensorFlow and Keras export, on one tensor or two alike: the shape that is claimed is right."""

from __future__ import annotations

import pytest
from rules.asking import asked

import cnnlint

pytest.importorskip("keras")
pytestmark = pytest.mark.slow

#: calls all that a module exports on tensors of 2×3×4×5 and tells the shapes of what comes out
CHILD = """
import inspect, json
import keras
import tensorflow as tf

modules = {"tf": tf, "tf.math": tf.math, "tf.nn": tf.nn, "tf.linalg": tf.linalg, "tf.image": tf.image}
modules |= {"tf.keras.backend": tf.keras.backend, "keras.ops": keras.ops}
tensor, shapes = tf.random.uniform((2, 3, 4, 5)), {}
for root, module in modules.items():
    for name in dir(module):
        function = getattr(module, name)
        if name.startswith("_") or inspect.isclass(function) or not callable(function):
            continue
        for count in (1, 2):
            try:
                result = function(*[tensor] * count)
                if not result.dtype in ("string",):
                    shapes[f"{root}.{name}"] = [count, [int(size) for size in result.shape]]
                break
            except Exception:
                pass
print(json.dumps(shapes))
"""
#: how many of them are told whole; the others are rare, give data, or make several tensors
LEAST = 0.8


def test_shapes() -> None:
    shapes = asked(["-c", CHILD], None, timeout=600)
    wrong, told, asked_of = {}, 0, 0
    for function, (count, shape) in shapes.items():
        keras = "import keras" if function.startswith("keras") else "from tensorflow import keras"
        call = f"{function}({', '.join(['x'] * count)})"
        text = f"import tensorflow as tf\n{keras}\nx = keras.Input((3, 4, 5))\nmodel = keras.Model(x, {call})\n"
        if not shape or shape[0] != 2:
            continue  # what is no longer a batch is no output of a model
        asked_of += 1
        for model in cnnlint.read(source=text):
            claimed = model.layers[-1]["output_shape"] if model.layers and not model.unknown else None
            told += claimed is not None
            if claimed is not None and (
                len(claimed) != len(shape) or any(a not in (None, b) for a, b in zip(claimed, shape, strict=True))
            ):
                wrong[function] = claimed, shape
    assert asked_of > 300
    assert not wrong
    assert told > LEAST * asked_of, (told, asked_of)
