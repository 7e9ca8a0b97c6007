"""Every function that TensorFlow and Keras export, on one tensor or two alike: the shape that is claimed is right."""

from __future__ import annotations

import json
from pathlib import Path

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


#: what the calls of `operation_calls.txt` are given, less the batch: shapes and types
GIVEN = {
    "x": ((3, 4, 5), "float32"),
    "v": ((3,), "float32"),
    "i": ((), "int32"),
    "i2": ((6,), "int32"),
    "f": ((40,), "float32"),
    "f3": ((6, 4), "float32"),
    "q": ((4, 4), "float32"),
    "p": ((12, 12, 3), "float32"),
    "t": ((None, 4), "float32"),
}
CALLS = (Path(__file__).parent / "operation_calls.txt").read_text().splitlines()
#: makes each call in a graph, whose batch is not known, and with a batch of two
ASKED = """
import json, sys, types
import keras
import numpy as np
import tensorflow as tf
from keras import ops

class Either:
    def __getattr__(self, name):
        return getattr(tf if hasattr(tf, name) else tf.compat.v1, name)

given, calls = json.loads(sys.argv[1])
random, shapes = np.random.default_rng(0), {}

def made(values, call, sparse):
    try:
        result = eval(call, {"tf": Either(), "ops": ops, "keras": keras, "s": sparse(), **values()})
        return None if result.shape.rank is None else [None if n is None else int(n) for n in result.shape]
    except Exception:
        return None

def numbers(shape, dtype):
    sizes = [2, *(7 if size is None else size for size in shape)]
    return tf.constant(random.random(sizes) * (2 if "int" in dtype else 1), "float32")

for call in calls:
    with tf.Graph().as_default():
        open_ = made(
            lambda: {name: tf.compat.v1.placeholder(dtype, (None, *shape)) for name, (shape, dtype) in given.items()},
            call, lambda: tf.compat.v1.sparse_placeholder(tf.float32, [7, None]),
        )
    shut = made(
        lambda: {name: tf.cast(numbers(shape, dtype), dtype) for name, (shape, dtype) in given.items()},
        call, lambda: tf.sparse.from_dense(tf.ones([7, 2])),
    )
    shapes[call] = [open_, shut]
print(json.dumps(shapes))
"""


def test_operations_by_their_calls() -> None:
    """Functions that take more than a tensor, called as programs call them: all are told, and none of them wrongly."""
    shapes = asked(["-c", ASKED, json.dumps([GIVEN, CALLS])], None, timeout=600)
    inputs = "".join(f"{name} = keras.Input({shape}, dtype={dtype!r})\n" for name, (shape, dtype) in GIVEN.items())
    wrong, unasked = {}, []
    for call, true in shapes.items():
        keras = "import keras\nfrom keras import ops" if "ops." in call else "from tensorflow import keras"
        head = f"import tensorflow as tf\n{keras}\n{inputs}s = tf.sparse_placeholder(tf.float32, [7, None])\n"
        (model,) = cnnlint.read(source=f"{head}model = keras.Model([{', '.join(GIVEN)}], {call})\n")
        claimed = model.layers[-1]["output_shape"]
        known = [shape for shape in true if shape is not None]
        if not known:
            unasked.append(call)
        for shape in known:
            fits = claimed is not None and len(claimed) == len(shape)
            if not fits or any(None not in (a, b) and a != b for a, b in zip(claimed, shape, strict=True)):
                wrong[call] = claimed, true
    assert not wrong
    assert not unasked
