"""The framework that trials run on, pinned so that the same seed gives the same bits. Imports keras when asked."""

from __future__ import annotations

import os

PINNED = {
    # one way of adding up on every run: with one thread oneDNN repeats bit for bit, in half the time of plain Eigen
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_DETERMINISTIC_OPS": "1",
    "CUDA_VISIBLE_DEVICES": "-1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # a folder that cannot be made: Keras writes no settings, and reads none that would change what is measured
    "KERAS_HOME": os.path.join(os.devnull, "keras"),
    # pages that a freed arm leaves behind go back to the system
    "MALLOC_ARENA_MAX": "2",
}
"""Environment of the process that trains; it has to be set before the framework is imported."""
CARRIED = "CNNLINT_KERAS_HOME"
"""The folder of Keras's that the user has named, for the process that trains: its own is another."""


def environment() -> dict[str, str]:
    """The environment of a training process: the caller's own, pinned, with Keras's backend spelt out."""
    carried = {CARRIED: home} if (home := keras_home()) is not None else {}
    return {**os.environ, **PINNED, **carried, "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow")}


def keras_home() -> str | None:
    """The folder of Keras's that the user has named, None where it is the usual one."""
    given = os.environ.get(CARRIED) or os.environ.get("KERAS_HOME")
    return given if given != PINNED["KERAS_HOME"] else None


def pin() -> None:
    """Pin threads, random state and deterministic operations in this process; before the first operation."""
    os.environ.update(PINNED)
    import keras

    keras.utils.set_random_seed(0)
    keras.config.disable_traceback_filtering()
    if keras.backend.backend() != "tensorflow":
        return
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    tf.get_logger().setLevel("ERROR")


def description() -> str:
    """Backend and versions for people: "Keras 3.15.1 on TensorFlow 2.21.0"."""
    import keras

    name = keras.backend.backend()
    if name == "tensorflow":
        import tensorflow as tf

        return f"Keras {keras.__version__} on TensorFlow {tf.__version__}"
    version = __import__(name).__version__
    return f"Keras {keras.__version__} on {name} {version}"


def name() -> str:
    """Keras's backend: "tensorflow", "jax" or "torch"."""
    import keras

    return str(keras.backend.backend())
