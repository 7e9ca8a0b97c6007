"""Runs small programs with the installed Keras and says which of them it refuses, and when.

A script for a child process: standard input holds a JSON list of programs' texts, standard output a JSON list of
`[stage, message]`: "built" where nothing was refused, "build" where a layer was, "call" where data were. Data sets
are arrays of the true shape, training is one step on two samples, `tf.layers` and what fixtures import from modules
that do not exist are stand-ins made of Keras's layers.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import types
from collections.abc import Callable
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np

# where the parent process has asked for repeatable operations, those that draw numbers want a seed
keras.utils.set_random_seed(0)

#: samples in a data set; MNIST's number is written out in programs
SETS = {"mnist": (60000, (28, 28)), "fashion_mnist": (60000, (28, 28)), "cifar10": (500, (32, 32, 3))}


class Refused(Exception):
    """Keras does not take the data of a call."""


def load_data(name: str) -> Any:
    """A data set of the right shape: half precision, for only the shape matters."""
    count, sample = SETS[name]
    labels = (np.arange(count) % 10).astype("uint8")
    if name == "cifar10":
        labels = labels[:, None]
    train, test = (np.zeros((n, *sample), "float16") for n in (count, 100))
    return (train, labels), (test, labels[:100])


def few(array: Any) -> Any:
    """Two samples of an array; anything else as it is."""
    return array[:2] if isinstance(array, np.ndarray) else array


def called(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of Model on two samples, whose errors are Refused."""

    def call(model: Any, x: Any = None, y: Any = None, **rest: Any) -> Any:
        model.run_eagerly = True
        arguments = [few(x)] if y is None else [few(x), few(y)]
        options: dict[str, Any] = {} if method.__name__.endswith("on_batch") else {"verbose": 0}
        for key in ("validation_data",):
            if key in rest:
                options[key] = tuple(few(array) for array in rest[key])
        try:
            return method(model, *arguments, **options)
        except Exception as error:
            raise Refused(f"{type(error).__name__}: {error}") from error

    return call


def stand_ins() -> dict[str, types.ModuleType]:
    """The modules that fixtures import and that are not there."""
    my_layers, pictures = types.ModuleType("my_layers"), types.ModuleType("pictures")
    vars(my_layers)["Crop"] = keras.layers.Cropping2D
    vars(pictures)["resize_all"] = lambda images, size: np.zeros((len(images), *size, images.shape[-1]))
    return {"my_layers": my_layers, "pictures": pictures, "tensorflow_1": tensorflow_1()}


def tensorflow_1() -> types.ModuleType:
    """As much of TensorFlow 1 as the fixtures use, made of Keras's layers and operations."""
    kl, ops = keras.layers, keras.ops
    tf, layers, nn = types.ModuleType("tensorflow"), types.ModuleType("layers"), types.ModuleType("nn")
    vars(nn)["relu"] = ops.relu
    vars(layers).update(
        conv2d=lambda x, filters, size, **more: kl.Conv2D(filters, size, **more)(x),
        dense=lambda x, units, **more: kl.Dense(units, **more)(x),
        max_pooling2d=lambda x, size, strides, **more: kl.MaxPooling2D(size, strides, **more)(x),
        flatten=lambda x: kl.Flatten()(x),
    )
    vars(tf).update(
        float32="float32",
        layers=layers,
        nn=nn,
        reshape=ops.reshape,
        matmul=ops.matmul,
        Variable=lambda value: value,
        placeholder=lambda dtype, shape: keras.Input(batch_shape=shape, dtype=dtype),
        truncated_normal=lambda shape, stddev: np.zeros(shape, "float32"),
    )
    return tf


def answer(program: str) -> tuple[str, str]:
    """What Keras says to one program."""
    if "tf.placeholder" in program:
        program = program.replace("import tensorflow as tf", "import tensorflow_1 as tf")
    try:
        exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
    except Refused as error:
        return "call", str(error)
    except ImportError:
        raise  # a program that this script cannot run says nothing about Keras
    except Exception as error:
        return "build", f"{type(error).__name__}: {error}"
    return "built", ""


def main() -> None:
    """Answer to all programs on standard input."""
    programs = json.load(sys.stdin)
    sys.modules.update(stand_ins())
    for name in SETS:
        vars(getattr(keras.datasets, name))["load_data"] = lambda name=name: load_data(name)
    for name in ("fit", "evaluate", "predict", "train_on_batch"):
        setattr(keras.Model, name, called(getattr(keras.Model, name)))
    with contextlib.redirect_stdout(sys.stderr):  # programs may print
        answers = [answer(program) for program in programs]
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
