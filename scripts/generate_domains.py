"""Write cnnlint/graph/tables/domains.json: which kinds of plain values the arguments of Keras's classes refuse.

    python scripts/generate_domains.py            (half an hour; both halves where tf_keras is installed)
    python scripts/generate_domains.py --check    (fails where the half of Keras 3 is out of date)
    python scripts/generate_domains.py --ask keras.layers.Dense …    (prints the rows of some classes)

Every layer, regularizer, initializer, optimizer, schedule, loss, metric and callback is made with one
argument at a time set to samples of every kind of `cnnlint/graph/domains.py`, built and called on inputs of every rank
that it takes. A kind is refused where every sample is, on every input. An argument that takes none of them but None
hangs on others (`Normalization(variance=…)` wants a mean): it is left out.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
import tensorflow as tf

TABLE = Path(__file__).parents[1] / "cnnlint/graph/tables/domains.json"
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
    "Discretization": [{"bin_boundaries": [0.0, 1.0]}, {"num_bins": 5}],
    "Normalization": [{}, {"mean": 0.0, "variance": 1.0}],
    "StringLookup": [{"vocabulary": ["a", "b"]}, {"vocabulary": ["a", "b"], "output_mode": "multi_hot"}],
    "IntegerLookup": [{"vocabulary": [1, 2]}, {"vocabulary": [1, 2], "output_mode": "multi_hot"}],
    "PiecewiseConstantDecay": [{"boundaries": [10], "values": [0.1, 0.01]}],
    "Lambda": [{"function": lambda x: x}],
}
#: what depends on more than the argument itself: what is asked is no answer
_LEFT = """
fill_mode fill_value interpolation
activity_regularizer arguments axes axis batch_input_shape batch_mask batch_shape batch_size bias_axes
boundaries call_endpoint cell center data_format dims dtype equation filepath fn function go_backwards
idf_weights implementation input_dim input_shape input_tensor invert keepdims kwargs layers mask max_tokens
mean monitor name noise_shape output_shape pad_to_max_tokens ragged reset_after return_sequences
return_state root seed shape sparse stateful target_shape tensor type_spec unroll use_bias use_cudnn values
variance vocabulary vocabulary_dtype zero_output_for_mask
"""
LEFT = frozenset(_LEFT.split())
NAMES = re.compile(r"activation$|_initializer$|_regularizer$|_constraint$|^(padding|merge_mode|score_mode|reduction)$")
"""Arguments whose words other tables hold."""
NAMED = re.compile(r"activation$|_initializer$|_regularizer$|_constraint$")
"""Arguments that are the same in every layer: Dense is asked for all."""
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
WORDS = re.compile(r"^[A-Za-z][A-Za-z_0-9]{1,30}$")


def samples(keras: Any) -> dict[str, list[Any]]:
    """Values of every kind, by the letter of `cnnlint/graph/domains.py`."""
    tuples = {str(n): [(1,) * n, [2] * n, tuple(range(1, n + 1)), (0,) * n] for n in range(1, 6)}
    layers = keras.layers
    return {
        "n": [None],
        "t": [True],
        "f": [False],
        "-": [-1, -2],
        "0": [0],
        "i": [1],
        "+": [2, 3, 32],
        "s": [0.5, 0.1],
        "a": [1.5, 10.5],
        "b": [-0.5, -1.5],
        "w": [1.0, 2.0],
        "e": [(), []],
        **tuples,
        "F": [[0.5], (0.1, 0.2), [-0.2, 0.3], [0.1, 0.2, 0.7]],
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


def uses(keras: Any, api: str) -> list[Callable[[Any], Any]]:
    """What is done with an object, in several ways: each raises where it is refused."""
    module = api.split(".")[1]
    if module == "layers":

        def on(shape: tuple[int, ...], dtype: str) -> Callable[[Any], Any]:
            return lambda layer: layer(np.ones((2, *shape)).astype(dtype))

        if api.endswith(
            ("Attention", "Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")
        ):
            pair = [np.ones((2, 4, 6), "float32")] * 2
            return [lambda layer: layer(pair), lambda layer: layer(*pair)]
        if api.endswith("StringLookup"):
            return [lambda layer: layer(np.array([["a"], ["b"]]))]
        return [on(shape, dtype) for dtype in ("float32", "int32") for shape in SHAPES]
    if module == "optimizers":

        def step(optimizer: Any) -> None:
            if hasattr(optimizer, "get_config") and not hasattr(optimizer, "apply_gradients"):
                optimizer(np.int64(3))  # a schedule
                return
            variable = keras.Variable([1.0, 2.0]) if hasattr(keras, "Variable") else tf.Variable([1.0, 2.0])
            optimizer.apply_gradients([(tf.constant([0.1, 0.2]), variable)])

        return [step]
    if module in ("losses", "metrics"):
        kinds = [(np.eye(3)[[0, 1, 2, 0]], np.full((4, 3), 0.3)), (np.array([0, 1, 2, 0]), np.full((4, 3), 0.3))]
        kinds += [
            (np.array([[0], [1], [1], [0]]), np.full((4, 1), 0.3)),
            (np.array([0, 1, 1, 0]), np.array([0, 1, 1, 0])),
        ]

        def measure(pair: tuple[Any, Any]) -> Callable[[Any], Any]:
            def run(one: Any) -> None:
                if module == "losses":
                    one(*pair)
                else:
                    one.update_state(*(pair if api != "keras.metrics.Mean" else pair[:1]))
                    one.result()

            return run

        return [measure(pair) for pair in kinds]
    if module == "initializers":
        return [lambda one, shape=shape: one(shape) for shape in ((3, 3), (2, 2, 3, 3), (4,))]
    if module == "regularizers":
        return [lambda one: one(tf.ones((3, 3))), lambda one: one(tf.ones((2, 2, 3, 3)))]
    return [lambda one: None]


def taken(make: Callable[[], Any], *several: Callable[[Any], Any]) -> bool:
    """Whether an object is made, and used in one of several ways, without an exception."""
    with contextlib.suppress(Exception):
        one = make()
        for place, use in enumerate(several):
            with contextlib.suppress(Exception):
                use(make() if place else one)
                return True
    return False


def working(make: Callable[[], Any], several: list[Callable[[Any], Any]]) -> list[Callable[[Any], Any]]:
    """At most two of the ways that an object can be used in: the first one and the last."""
    able = [use for use in several if taken(make, use)]
    return [*able[:1], *able[-1:]] if len(able) > 2 else able


def words(cls: type) -> list[str]:
    """The words that the sources of a class and its bases hold, and some that it cannot know."""
    found = {"zq", "nonsense_word"}
    for one in cls.__mro__:
        with contextlib.suppress(OSError, TypeError):
            text = inspect.getsource(sys.modules[one.__module__])
            found.update(w for w in re.findall(r"""["']([A-Za-z_0-9]+)["']""", text) if WORDS.match(w))
    return sorted(found)


def judge(cls: type, parameter: str, ways: list[tuple[dict[str, Any], list[Any]]]) -> Callable[[Any], bool]:
    """Asks whether a value is taken in any of the ways that a class is made and used; a lambda makes the value."""

    def made(base: dict[str, Any], value: Any) -> Any:
        fresh = value() if getattr(value, "__name__", "") == "<lambda>" else value
        return cls(**{**base, parameter: fresh})

    return lambda value: any(taken(partial(made, base, value), *able) for base, able in ways)


def asked(keras: Any, only: tuple[str, ...] = ()) -> dict[str, dict[str, list[Any]]]:
    """By class and argument: the letters of the kinds that are refused, and the words that are not."""
    table: dict[str, dict[str, list[Any]]] = {}
    values = samples(keras)
    for api, cls in classes(keras):
        if only and api not in only:
            continue
        try:
            signature = inspect.signature(cls.__init__).parameters
            ways = [(base, working(partial(cls, **base), uses(keras, api))) for base in bases(cls)]
        except (TypeError, ValueError):
            continue
        ways = [(base, able) for base, able in ways if able]
        rows = {}
        for parameter, default in [(n, p.default) for n, p in list(signature.items())[1:] if p.kind in (0, 1, 3)]:
            truth = isinstance(default, bool)  # any value is true or false
            if parameter in LEFT or truth or (NAMED.search(parameter) and api != "keras.layers.Dense"):
                continue
            good = judge(cls, parameter, ways)
            refused = "".join(letter for letter, several in values.items() if not any(map(good, several)))
            if api.startswith("keras.optimizers."):
                refused = refused.replace("n", "")  # stands for the default in earlier versions
            chooses = isinstance(default, str) or parameter in CHOICES
            tried = words(cls) if chooses else ["zq", "nonsense_word"]
            known = None if NAMES.search(parameter) or good("zq") else [word for word in tried if good(word)]
            if parameter not in WINDOWS and not set("12345") <= set(refused):
                # what is laid beside a tensor may be a tuple of as many numbers as that has
                refused = "".join(letter for letter in refused if letter not in "12345FS")
            if set(values) - set(refused) - set("n") or known:
                rows[parameter] = [refused, known]
        found = {parameter: row for parameter, row in rows.items() if row[0] or row[1] is not None}
        if found:
            table[api] = found
    return table


def aliases(keras: Any) -> dict[str, str]:
    """The further names of classes: l2 of L2, MaxPool2D of MaxPooling2D."""
    known = dict(classes(keras))
    names = {cls: api for api, cls in known.items()}
    every = (
        (f"keras.{module}.{name}", one) for module in MODULES for name, one in vars(getattr(keras, module)).items()
    )
    return {api: names[one] for api, one in every if inspect.isclass(one) and one in names and api not in known}


def main() -> int:
    """Ask, and write or compare."""
    warnings.simplefilter("ignore")
    if "--ask" in sys.argv:
        print(json.dumps(asked(importlib.import_module("keras"), tuple(sys.argv[2:]))))
        return 0
    table: dict[str, Any] = json.loads(TABLE.read_text()) if TABLE.exists() else {"entries": {}}
    table["names"] = aliases(importlib.import_module("keras"))
    before = json.dumps(table["entries"].get("3"), sort_keys=True)
    for version, name in (("3", "keras"), ("tf", "tf_keras")):
        with contextlib.suppress(ImportError):
            table["entries"][version] = asked(importlib.import_module(name))
    if "--check" in sys.argv:
        return int(json.dumps(table["entries"]["3"], sort_keys=True) != before)
    TABLE.write_text(json.dumps(table, sort_keys=True, separators=(",", ":")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
