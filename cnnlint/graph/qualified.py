"""Qualified names: the many roots under which one API is imported, and the one it is known by here."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

#: how the roots of qualified names are spelt, the first that fits counts
ROOTS: Final = (
    ("tensorflow.contrib.layers.python.layers.initializers.", "tf.contrib.layers."),
    ("tensorflow.contrib.layers.python.layers.layers.", "tf.contrib.layers."),
    ("tensorflow.contrib.layers.python.layers.", "tf.contrib.layers."),
    ("tensorflow.contrib.framework.python.ops.arg_scope.", "tf.contrib.framework."),
    ("tensorflow.contrib.framework.python.ops.", "tf.contrib.framework."),
    ("tensorflow.contrib.keras.python.keras.", "keras."),
    ("tensorflow.python.keras._impl.keras.", "keras."),
    ("tensorflow.contrib.slim.python.slim.", "tf.contrib.slim."),
    ("tensorflow.contrib.slim.", "slim."),
    ("tensorflow.experimental.numpy.", "keras.ops."),
    ("tf.experimental.numpy.", "keras.ops."),
    ("keras.ops.backend.", "keras.ops."),
    ("tensorflow.python.ops.nn_ops.", "tf.nn."),
    ("tensorflow.python.ops.nn_impl.", "tf.nn."),
    ("tensorflow.python.ops.nn.", "tf.nn."),
    ("tensorflow.python.ops.array_ops.", "tf."),
    ("tensorflow.python.ops.math_ops.", "tf."),
    ("tensorflow.python.training.adam.", "tf.train."),
    ("tensorflow.python.training.", "tf.train."),
    ("tensorflow.python.layers.layers.", "tf.layers."),
    ("tensorflow.python.layers.", "tf.layers."),
    ("tensorflow.python.keras.", "keras."),
    ("tensorflow.contrib.keras.", "keras."),
    ("tensorflow.keras.", "keras."),
    ("tensorflow.compat.v1.", "tf.compat.v1."),
    ("tensorflow.compat.v2.", "tf."),
    ("tensorflow.", "tf."),
    ("tf.compat.v1.keras.", "keras."),
    ("tf.compat.v2.", "tf."),
    ("tf.contrib.keras.", "keras."),
    ("tf.contrib.slim.", "slim."),
    ("tf.keras.", "keras."),
    ("tf.python.keras.", "keras."),
    ("tf_slim.layers.layers.", "slim."),
    ("tf_slim.layers.", "slim."),
    ("tf_slim.", "slim."),
    ("tf_keras.", "keras."),
    ("keras_core.", "keras."),
    ("keras.src.", "keras."),
    ("keras.api.", "keras."),
    ("keras.legacy.", "keras."),
    ("keras.backend.tensorflow_backend.", "keras.backend."),
    ("tf.optimizers.", "keras.optimizers."),
    ("slim.layers.", "slim."),
    ("slim.losses.", "tf.contrib.losses."),
)


@lru_cache(maxsize=4096)
def qualified(name: str) -> tuple[str, int | None]:
    """A qualified name with its root normalised, and the TensorFlow major version that the root names.

    "tensorflow.python.keras.layers.Conv2D" is ("keras.layers.Conv2D", None), "tf.compat.v1.nn.dropout" is
    ("tf.nn.dropout", 1).
    """
    changed = True
    while changed:
        changed = False
        for written, canonical in ROOTS:
            if name.startswith(written):
                name, changed = canonical + name[len(written) :], True
                break
    if name.startswith("tf.compat.v1."):
        inner, _ = qualified("tf." + name[len("tf.compat.v1.") :])
        return inner, 1
    return name, None


#: whose members are functions, classes and modules, but for the few numbers that numpy names
OBJECTS = ("keras.", "tf.nn", "tf.layers", "slim.", "numpy.", "operator.", "itertools.")
NUMBERS = frozenset(
    {
        "Inf",
        "Infinity",
        "NAN",
        "NINF",
        "NZERO",
        "NaN",
        "PINF",
        "PZERO",
        "e",
        "euler_gamma",
        "inf",
        "infty",
        "nan",
        "newaxis",
        "pi",
    }
)


def denotes_object(name: str) -> bool:
    """Whether a canonical name stands for a function, a class or a module: true, and equal to no constant."""
    if not name.startswith(OBJECTS):
        return False
    last = name.rpartition(".")[2]
    return not last.startswith("__") and not (name.startswith("numpy.") and last in NUMBERS)
