"""What `generate_domains.py` asks Keras: samples of every kind of value, and the ways to make and use an object."""

from __future__ import annotations

import importlib
import inspect
import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
import tensorflow as tf

MODULES = ("layers", "regularizers", "initializers", "optimizers", "losses", "metrics", "callbacks")
SHAPES = ((6,), (5, 6), (4, 5), (8, 8, 4), (6, 6, 6, 2), (4, 8, 8, 2), (2, 8, 8, 8, 2), (3,))
#: arguments without a default, and those without which others cannot be asked
REQUIRED: dict[str, list[dict[str, Any]]] = {
    "Reshape": [{"target_shape": (-1,)}],
    "Permute": [{"dims": dims} for dims in ((1,), (2, 1), (3, 1, 2))],
    "EinsumDense": [
        {"equation": "ab,bc->ac", "output_shape": 4},
        {"equation": "abc,cd->abd", "output_shape": (None, 4)},
    ],
    "GroupNormalization": [{"groups": 2}],
    **{f"Conv{n}DTranspose": [{"filters": 4, "kernel_size": 2, "strides": s} for s in (1, 3)] for n in (1, 2, 3)},
    "Discretization": [{"bin_boundaries": [0.0, 1.0]}, {"num_bins": 5}],
    "Normalization": [{}, {"mean": 0.0, "variance": 1.0}],
    "StringLookup": [{}, {"vocabulary": ["a", "b"]}, {"vocabulary": ["a", "b"], "output_mode": "multi_hot"}],
    "IntegerLookup": [{}, {"vocabulary": [1, 2]}, {"vocabulary": [1, 2], "output_mode": "multi_hot"}],
    "PiecewiseConstantDecay": [{"boundaries": [10], "values": [0.1, 0.01]}],
    "Lambda": [{"function": lambda x: x}],
}
#: what depends on more than the argument itself: what is asked is no answer
_LEFT = """
fill_mode fill_value interpolation
arguments axes axis batch_input_shape batch_mask batch_shape batch_size bias_axes
boundaries call_endpoint cell center data_format dims dtype equation filepath fn function go_backwards
idf_weights implementation input_dim input_shape input_tensor invert keepdims kwargs layers mask max_tokens
mean monitor name noise_shape output_shape pad_to_max_tokens profile_batch ragged reset_after return_sequences
return_state root seed shape sparse stateful target_shape tensor type_spec unroll use_bias use_cudnn values
variance vocabulary vocabulary_dtype zero_output_for_mask
"""
LEFT = frozenset(_LEFT.split())
NAMES = re.compile(r"activation$|_initializer$|_regularizer$|_constraint$|^(padding|merge_mode|score_mode|reduction)$")
"""Arguments whose words other tables hold."""
NAMED = re.compile(r"activation$|_initializer$|_regularizer$|_constraint$")
"""Arguments that are the same in most layers: what Dense says of them is not written down again."""
#: arguments that choose from words, and have none for their default
CHOICES = frozenset(
    {"mode", "average", "output_mode", "interpolation", "fill_mode", "standardize", "split", "merge_mode"}
)
#: tuples of a number for each axis, whatever the sizes of these
WINDOWS = frozenset(
    {
        "kernel_size",
        "strides",
        "dilation_rate",
        "pool_size",
        "size",
        "padding",
        "cropping",
        "output_padding",
        "output_size",
    }
)
#: what crashes the process that asks
CRASHING = ("AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D")
PAIRED = ("Attention", "Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")
"""The layers that are called on two tensors."""
PAIRS = (
    (np.eye(3)[[0, 1, 2, 0]], np.full((4, 3), 0.3)),
    (np.array([0, 1, 2, 0]), np.full((4, 3), 0.3)),
    (np.array([[0], [1], [1], [0]]), np.full((4, 1), 0.3)),
    (np.array([0, 1, 1, 0]), np.array([0, 1, 1, 0])),
)
"""Answers and what is said of them."""
#: values of arguments that are not asked about, to be set beside one that is
OTHERS: dict[str, list[Any]] = {
    "data_format": ["channels_first", "channels_last"],
    "padding": ["same", "causal"],
    "axis": [1, -1],
    "implementation": [1, 2],
    "noise_shape": [(2, 1)],
    "reduction": ["sum", "none"],
    "fill_mode": ["constant", "nearest"],
    "interpolation": ["nearest"],
    "max_tokens": [5],
    "seed": [3],
    "name": ["one"],
    "output_shape": [4, (None, 4)],
    "dtype": ["float64", "int32", "string"],
    "mean": [0.0],
    "mask": [None],
    "activation": ["relu"],
}
WORDS = re.compile(r"^[A-Za-z][A-Za-z_0-9-]{1,30}$")


def samples(keras: Any) -> dict[str, list[Any]]:
    """Values of every kind, by the letter of `cnnlint/graph/domains.py`."""
    tuples = {
        str(n): [(1,) * n, [2] * n, tuple(range(1, n + 1)), (0,) * n, (-1,) * n, tuple(range(-1, n - 1))]
        for n in range(1, 6)
    }
    layers = keras.layers
    return {
        "n": [None],
        "t": [True],
        "f": [False],
        "-": [-1, -2],
        "0": [0],
        "i": [1],
        "+": [2, 3, 5, 32, 256],
        "s": [0.5, 0.1, 1e-5],
        "a": [1.5, 10.5, 255.5],
        "b": [-0.5, -1.5, -1e-5],
        "w": [1.0, 2.0, 32.0],
        "e": [(), []],
        **tuples,
        "F": [[0.5], (0.1, 0.2), [-0.2, 0.3], (0.0, 1.0), [0.1, 0.2, 0.7], (0.0, 255.0), [0.1, 0.2, 0.3, 0.4]],
        "S": [["a"], ["a", "b"], ["mse", "mae"]],
        "L": [lambda: layers.Dense(3), lambda: layers.LSTM(3), lambda: layers.ReLU(), lambda: layers.LSTMCell(3)],
        "I": [lambda: keras.initializers.HeNormal(), lambda: keras.initializers.Constant(0.5)],
        "R": [lambda: keras.regularizers.L2(0.1)],
        "C": [lambda: keras.constraints.NonNeg()],
        "A": [keras.activations.relu, keras.activations.softmax, tf.nn.relu],
    }


def classes(keras: Any) -> Iterator[tuple[str, type]]:
    """The classes by canonical name."""
    for module in MODULES:
        here = getattr(keras, module)
        spaces = [here, *([here.schedules] if module == "optimizers" else [])]
        for space in spaces:
            for name in dir(space):
                one = getattr(space, name)
                if name in CRASHING:
                    continue
                if inspect.isclass(one) and one.__name__ == name and name[:1].isupper() and "keras" in one.__module__:
                    yield f"keras.{module}.{name}", one


GUESSES: dict[str, Any] = {
    "units": 3,
    "filters": 4,
    "kernel_size": 2,
    "rate": 0.1,
    "stddev": 0.1,
    "factor": 0.1,
    "height": 4,
    "width": 4,
    "n": 2,
    "input_dim": 9,
    "output_dim": 3,
    "num_tokens": 9,
    "num_bins": 4,
    "num_heads": 2,
    "key_dim": 3,
    "height_factor": 0.1,
    "width_factor": 0.1,
    "scale": 2.0,
    "num_classes": 3,
    "target_class_ids": [0],
    "size": 2,
    "output_size": 2,
    "axis": -1,
    "activation": "relu",
    "learning_rate": 0.1,
    "initial_learning_rate": 0.1,
    "decay_steps": 10,
    "decay_rate": 0.5,
    "first_decay_steps": 10,
    "filepath": "m.keras",
    "filename": "log.csv",
    "backup_dir": "backup",
    "schedule": lambda epoch: 0.1,
    "recall": 0.5,
    "precision": 0.5,
    "sensitivity": 0.5,
    "specificity": 0.5,
    "value_range": (0, 1),
    "dims": (2, 1),
    "target_shape": (-1,),
    "equation": "ab,bc->ac",
    "head_dim": 3,
    "num_query_heads": 2,
    "num_key_value_heads": 2,
    "value": 0.5,
}


def bases(cls: type) -> list[dict[str, Any]]:
    """The arguments that a class needs, in one or more ways."""
    parameters = inspect.signature(cls.__init__).parameters
    needed = [n for n, p in list(parameters.items())[1:] if p.default is p.empty and p.kind in (0, 1)]
    if cls.__name__ in REQUIRED:
        return REQUIRED[cls.__name__]
    keras = importlib.import_module(cls.__module__.partition(".")[0])
    cell = {"layer": keras.layers.Dense(3), "cell": keras.layers.LSTMCell(3)}
    if cls.__name__ == "Bidirectional":
        cell["layer"] = keras.layers.LSTM(3)
    return [{name: cell.get(name, GUESSES.get(name, 2)) for name in needed}]


def uses(keras: Any, api: str) -> list[list[Callable[[Any], Any]]]:
    """What is done with an object, in several ways, by group: each raises where it is refused."""
    module = api.split(".")[1]
    if module == "layers":
        return uses_of_layer(keras, api)
    if module == "callbacks":
        return [[lambda one: None]]
    ways = {
        "optimizers": lambda: [partial(step, keras)],
        "losses": lambda: [partial(compare, pair) for pair in PAIRS],
        "metrics": lambda: [partial(measure, pair if api != "keras.metrics.Mean" else pair[:1]) for pair in PAIRS],
        "initializers": lambda: [lambda one, shape=shape: one(shape) for shape in ((3, 3), (2, 2, 3, 3), (4,))],
        "regularizers": lambda: [lambda one, shape=shape: one(tf.ones(shape)) for shape in ((3, 3), (2, 2, 3, 3))],
    }[module]()
    return [ways, [partial(traced, way) for way in ways]]


def uses_of_layer(keras: Any, api: str) -> list[list[Callable[[Any], Any]]]:
    """A layer is called on arrays and on symbolic tensors."""

    def on(shape: tuple[int, ...], dtype: str) -> Callable[[Any], Any]:
        return lambda layer: layer(np.ones((2, *shape)).astype(dtype))

    def symbolically(shape: tuple[int, ...], dtype: str) -> Callable[[Any], Any]:
        return lambda layer: layer(keras.Input(shape, dtype=dtype))

    if api.endswith(PAIRED):
        pairs = [[np.ones((2, 4, 6), "float32")] * 2, [keras.Input((4, 6)), keras.Input((4, 6))]]
        return [[lambda layer, two=two: layer(two), lambda layer, two=two: layer(*two)] for two in pairs]
    if api.endswith("StringLookup"):
        text = keras.Input((1,), dtype="string")
        return [[lambda layer: layer(tf.constant([["a"], ["b"]]))], [lambda layer: layer(text)]]
    return [[way(shape, dtype) for dtype in ("float32", "int32") for shape in SHAPES] for way in (on, symbolically)]


def traced(way: Callable[[Any], Any], one: Any) -> None:
    """A way to use an object, within a function that TensorFlow traces, as `fit` does."""
    tf.function(lambda: way(one), autograph=False)()


def step(keras: Any, optimizer: Any) -> None:
    """A step of an optimizer, or what a schedule says of one."""
    if hasattr(optimizer, "get_config") and not hasattr(optimizer, "apply_gradients"):
        several = (3, np.int64(3), tf.constant(3))
        refused = []
        for at in several:
            try:
                optimizer(at)
            except Exception as error:
                refused.append(error)
        if len(refused) == len(several):
            raise refused[0]
        return
    make = keras.Variable if hasattr(keras, "Variable") else tf.Variable
    with tf.init_scope():
        variable = make([1.0, 2.0])
        optimizer.build([variable])
    optimizer.apply_gradients([(tf.constant([0.1, 0.2]), variable)])


def compare(pair: tuple[Any, Any], loss: Any) -> None:
    """A loss of answers."""
    loss(*pair)


def measure(pair: tuple[Any, ...], metric: Any) -> None:
    """A metric of answers."""
    metric.update_state(*pair)
    metric.result()
