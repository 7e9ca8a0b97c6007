"""Writes calls of Keras and TensorFlow from their own signatures, right and wrong, and says which the libraries refuse.

A script for a child process: standard output is a JSON list of `[group, kind, program, refused, message]`. `kind` is
"right", "keyword" (a parameter by its name and default), "misspelt", "surplus", "repeated" or "missing" for arguments,
"name" for strings, "option" for words that a layer chooses from. Of a callable whose right call is refused (its example
was not found) nothing is said.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import itertools
import json
import keyword
import os
import sys
from collections.abc import Iterator
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras

#: what the programs begin with; its last two lines tell a reader that they are written for Keras 3 and TensorFlow 2
HEAD = "import numpy as np\nimport keras\nimport tensorflow as tf\nkeras.ops.shape\ntf.function\n"
#: expressions for parameters that have to be given, by name
EXAMPLES = {
    "units": "3",
    "filters": "2",
    "kernel_size": "3",
    "pool_size": "2",
    "rate": "0.1",
    "input_dim": "9",
    "n": "2",
    "output_dim": "4",
    "target_shape": "(4,)",
    "dims": "(1,)",
    "function": "abs",
    "layer": "keras.layers.LSTM(2)",
    "cell": "keras.layers.LSTMCell(2)",
    "cells": "[keras.layers.LSTMCell(2)]",
    "num_heads": "2",
    "key_dim": "2",
    "head_dim": "2",
    "num_query_heads": "2",
    "num_key_value_heads": "1",
    "stddev": "0.1",
    "axes": "1",
    "output_shape": "(3,)",
    "equation": "'ab,bc->ac'",
    "activation": "'relu'",
    "num_bins": "4",
    "height": "2",
    "width": "2",
    "factor": "0.1",
    "scale": "0.1",
    "num_tokens": "5",
    "learning_rate": "0.1",
    "initial_learning_rate": "0.1",
    "decay_steps": "10",
    "decay_rate": "0.5",
    "first_decay_steps": "10",
    "boundaries": "[1]",
    "values": "[0.1, 0.2]",
    "end_learning_rate": "0.1",
    "num_classes": "3",
    "recall": "0.5",
    "precision": "0.5",
    "specificity": "0.5",
    "sensitivity": "0.5",
    "fn": "abs",
    "target_class_ids": "[1]",
    "value": "0.1",
    "gain": "1.0",
    "monitor": "'loss'",
    "schedule": "abs",
    "filepath": "'m.keras'",
    "filename": "'log.csv'",
    "identifier": "'relu'",
    "shape": "(3,)",
    "factor_1": "2",
    "dtype": "'float32'",
    "depth": "3",
    "num_outputs": "3",
    "axis": "0",
    "y_true": "np.ones((2, 3))",
    "y_pred": "np.ones((2, 3))",
    "ksize": "2",
    "strides": "1",
    "padding": "'SAME'",
    "logits": "np.ones((2, 3), 'float32')",
    "labels": "np.ones((2, 3), 'float32')",
    "size": "(2, 2)",
    "perm": "[1, 0]",
    "inner_optimizer": "keras.optimizers.SGD()",
    "backup_dir": "'backup'",
    "name": "'a'",
    "mode": "'fan_in'",
    "optimizer": "'sgd'",
    "dropout": "0.1",
    "rank": "2",
    "max_value": "1.0",
    "min_value": "0.0",
    "num_samples": "2",
    "features": "np.ones((2, 3), 'float32')",
    "repeats": "2",
    "multiples": "[1, 1]",
    "num_or_size_splits": "1",
    "indices_or_sections": "1",
    "paddings": "[[0, 0], [0, 0]]",
    "pad_width": "1",
    "newshape": "(-1,)",
    "sequences": "[[1]]",
    "maxlen": "2",
    "y": "np.ones((2, 3))",
    "num": "2",
    "start": "0",
    "stop": "2",
    "preprocessing": "None",
    "k": "1",
}
ARRAY = "np.ones((2, 3), 'float32')"
PICTURES = "np.ones((2, 4, 4, 3), 'float32')"
LEGACY = {"Layer", "Wrapper", "RNN", "StackedRNNCells", "FlaxLayer", "JaxLayer", "TorchModuleWrapper", "TFSMLayer"}
TRAIN = "m = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation='softmax')])\n"
COMPILED = TRAIN + "m.compile('sgd', 'mse')\n"
NAMES = {
    "activation": ("keras.layers.Dense(3, activation={})", keras.activations),
    "kernel_initializer": ("keras.layers.Dense(3, kernel_initializer={})", keras.initializers),
    "kernel_regularizer": ("keras.layers.Dense(3, kernel_regularizer={})", keras.regularizers),
    "kernel_constraint": ("keras.layers.Dense(3, kernel_constraint={})", keras.constraints),
    "loss": (TRAIN + "m.compile('sgd', loss={})\nm.train_on_batch(np.ones((2, 4)), np.ones((2, 3)))", keras.losses),
    "metric": (
        TRAIN + "m.compile('sgd', 'mse', metrics=[{}])\nm.train_on_batch(np.ones((2, 4)), np.ones((2, 3)))",
        keras.metrics,
    ),
    "optimizer": (TRAIN + "m.compile({}, 'mse')", keras.optimizers),
}
#: spellings that people use, known to Keras or not
SPELLINGS = [
    "relu",
    "rellu",
    "Relu",
    "ReLU",
    "swish",
    "silu",
    "leaky_relu",
    "LeakyReLU",
    "sigmoid",
    "sigmoyd",
    "soft_max",
    "softmax",
    "MSE",
    "mse",
    "Mse",
    "mean_squared_error",
    "mean_square_error",
    "MeanSquaredError",
    "categorical_crossentropy",
    "categorical_cross_entropy",
    "categoricalcrossentropy",
    "sparse_categorical_crossentropy",
    "binary_crossentropy",
    "bce",
    "binary_cross_entropy",
    "kld",
    "cosine_proximity",
    "cosine_similarity",
    "huber",
    "huber_loss",
    "logcosh",
    "log_cosh",
    "acc",
    "accuracy",
    "Accuracy",
    "acuracy",
    "ACC",
    "precision",
    "Precision",
    "recall",
    "auc",
    "AUC",
    "f1_score",
    "F1Score",
    "adam",
    "Adam",
    "ADAM",
    "adamm",
    "rmsprop",
    "RMSprop",
    "RMSProp",
    "sgd",
    "SGD",
    "nadam",
    "adam_w",
    "adamw",
    "momentum",
    "he_normal",
    "HeNormal",
    "he_uniform",
    "henormal",
    "glorot_uniform",
    "GlorotUniform",
    "xavier",
    "uniform",
    "normal",
    "zeros",
    "zero",
    "Zeros",
    "ones",
    "one",
    "random_normal",
    "RandomNormal",
    "lecun_normal",
    "orthogonal",
    "l1",
    "l2",
    "L2",
    "l1_l2",
    "L1L2",
    "ridge",
    "max_norm",
    "MaxNorm",
    "non_neg",
    "unit_norm",
    "linear",
    "tanh",
    "Tanh",
    "elu",
    "gelu",
    "mish",
    "None",
]


def misspellings(name: str) -> list[str]:
    """Ways to get a name wrong."""
    return [name + "s", name[:-1] or "q", name[:1] + "x" + name[1:]]


def answer(program: str) -> str:
    """What the library says to a program: "" where it runs."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(program, "program.py", "exec"), {"__name__": "__main__"})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def required(signature: inspect.Signature) -> list[str]:
    """Parameters without default."""
    kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return [p.name for p in signature.parameters.values() if p.default is p.empty and p.kind not in kinds]


def base_call(head: str, callee: str, signature: inspect.Signature) -> list[tuple[str, str]] | None:
    """Arguments with which the callable is not refused, or None."""
    names = required(signature)
    options = [[EXAMPLES[n], ARRAY, PICTURES] if n in EXAMPLES else [ARRAY, PICTURES, "2", "'a'"] for n in names]
    for values in itertools.islice(itertools.product(*options), 24):
        arguments = list(zip(names, values, strict=True))
        if not answer(f"{head}{callee}({', '.join(value for _, value in arguments)})"):
            return arguments
    return None


def calls(group: str, head: str, callee: str, function: Any) -> Iterator[tuple[str, str, str]]:
    """Right and wrong calls of one callable."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return
    if any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()):
        return
    base = base_call(head, callee, signature)
    if base is None:
        return
    written = [value for _, value in base]

    def program(*arguments: str) -> str:
        return f"{head}{callee}({', '.join(arguments)})\n"

    yield group, "right", program(*written)
    given = {name for name, _ in base}
    parameters = [p for p in signature.parameters.values() if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    for parameter in parameters:
        default = parameter.default
        simple = default is None or isinstance(default, (bool, int, float, str))
        if parameter.name not in given and simple and default is not parameter.empty and default == default:
            yield group, "keyword", program(*written, f"{parameter.name}={default!r}")
    for parameter in parameters[:3] + parameters[-1:]:
        for wrong in misspellings(parameter.name):
            if wrong not in signature.parameters and not keyword.iskeyword(wrong):
                yield group, "misspelt", program(*written, f"{wrong}=None")
    yield group, "misspelt", program(*written, "bogus_name=1")
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    if not any(p.kind is p.POSITIONAL_ONLY for p in parameters):
        yield group, "surplus", program(*written, *["None"] * (len(positional) - len(written) + 1))
    if base:
        yield group, "repeated", program(*written, f"{base[0][0]}={written[0]}")
        yield group, "missing", program(*written[:-1])


def callables() -> Iterator[tuple[str, str, str, Any]]:
    """What is asked: the group, the program's beginning, the callee as written, the object."""
    import tensorflow as tf

    modules = {
        "layers": keras.layers,
        "optimizers": keras.optimizers,
        "schedules": keras.optimizers.schedules,
        "losses": keras.losses,
        "metrics": keras.metrics,
        "initializers": keras.initializers,
        "constraints": keras.constraints,
        "regularizers": keras.regularizers,
        "callbacks": keras.callbacks,
        "activations": keras.activations,
        "ops": keras.ops,
        "backend": keras.backend,
        "utils": keras.utils,
    }
    for group, module in modules.items():
        for name in sorted(dir(module)):
            value = getattr(module, name)
            if name.startswith("_") or name in LEGACY or not callable(value) or name in ("legacy", "multi_gpu_model"):
                continue
            dotted = f"keras.{'optimizers.schedules' if group == 'schedules' else group}.{name}"
            if group == "utils" and name in ("get_file", "plot_model", "clear_session"):
                continue
            yield group, HEAD, dotted, value
    for name in ("MobileNetV2", "EfficientNetB0"):
        yield "applications", HEAD, f"keras.applications.{name}", getattr(keras.applications, name)
    # operations that end the process for arguments that do not go together are left out
    names = """
        relu relu6 elu selu gelu leaky_relu silu
        softmax log_softmax sigmoid tanh dropout l2_loss l2_normalize
        moments softmax_cross_entropy_with_logits softplus sigmoid_cross_entropy_with_logits
        softsign crelu log_poisson_loss
    """
    for name in names.split():
        yield "tf.nn", HEAD, f"tf.nn.{name}", getattr(tf.nn, name)
    names = """
        reduce_mean reduce_sum reduce_max argmax cast concat expand_dims
        squeeze one_hot reshape transpose stack split tile
        pad matmul tensordot random.normal image.resize math.log zeros
        ones clip_by_value
    """
    for name in names.split():
        value: Any = tf
        for part in name.split("."):
            value = getattr(value, part)
        yield "tf", HEAD, f"tf.{name}", value
    yield "model", HEAD + TRAIN, "m.compile", keras.Model.compile.__get__(keras.Sequential())


def methods() -> Iterator[tuple[str, str, str]]:
    """Calls of the methods of a model."""
    x, y = "np.ones((4, 4), 'float32')", "np.ones((4, 3), 'float32')"
    options = {
        "fit": ("verbose=0", "epochs=1", "batch_size=2", "shuffle=True", "initial_epoch=0"),
        "evaluate": ("verbose=0", "batch_size=2"),
        "predict": ("verbose=0", "batch_size=2"),
    }
    for method, extra in options.items():
        data = x if method == "predict" else f"{x}, {y}"
        for option in extra:
            yield "model", "keyword", f"{HEAD}{COMPILED}m.{method}({data}, {option})\n"
            name, _, value = option.partition("=")
            for wrong in misspellings(name):
                yield "model", "misspelt", f"{HEAD}{COMPILED}m.{method}({data}, {wrong}={value})\n"
        yield "model", "repeated", f"{HEAD}{COMPILED}m.{method}({data}, x={x})\n"
        yield "model", "misspelt", f"{HEAD}{COMPILED}m.{method}({data}, nb_epoch=1)\n"
    for wrong in ("metric=['mae']", "optimiser='sgd'", "los='mse'", "loss_weight=None", "metricss=None"):
        yield "model", "misspelt", f"{HEAD}{TRAIN}m.compile('sgd', {wrong})\n"


def names() -> Iterator[tuple[str, str, str]]:
    """Strings that Keras resolves, and others."""
    for parameter, (template, module) in NAMES.items():
        known = [n for n in dir(module) if not n.startswith("_")]
        for name in sorted({*SPELLINGS, *known, *(w for n in known[::3] for w in misspellings(n))}):
            yield parameter, "name", HEAD + template.format(repr(name)) + "\n"


def options() -> Iterator[tuple[str, str, str]]:
    """Words that layers choose from, and others."""
    padding, order = ("valid", "same", "some", "full"), ("channels_last", "Channels_First", "channel_last", "tf")
    for layer in ("Conv2D(4, 2", "Conv1D(4, 2", "DepthwiseConv2D(2", "MaxPooling2D(2", "AveragePooling1D(2"):
        for option, words in (("padding", padding), ("data_format", order)):
            for word in words:
                pictures = f"keras.Input({(8, 8) if '1D' in layer else (8, 8, 8)})"
                yield "option", "option", f"{HEAD}keras.layers.{layer}, {option}={word!r})({pictures})\n"


def main() -> None:
    """Ask about everything."""

    import warnings

    warnings.simplefilter("ignore")
    asked = [one for group, head, callee, value in callables() for one in calls(group, head, callee, value)]
    asked += [*methods(), *names(), *options()]
    result = []
    for group, kind, program in asked:
        message = answer(program)
        result.append([group, kind, program, bool(message), message[:200]])
        keras.utils.clear_session(free_memory=False)
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
