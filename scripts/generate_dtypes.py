"""Write cnnlint/graph/tables/dtypes.json: what layers and functions make of tensors of truths and of whole numbers.

    python scripts/generate_dtypes.py            (a minute or two)
    python scripts/generate_dtypes.py --check    (fails where the table is out of date, and says which rows differ)

Every layer of Keras that has one input, every activation, and every function of the tables that the installed Keras
and TensorFlow have, is called on the same numbers as floats, truths and whole numbers. Kept is what comes out, or that
it is refused; what floats are refused for (it wants other arguments than are guessed here) is left out.
"""

from __future__ import annotations

import inspect
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

from cnnlint.graph.dtypes import named

TABLES = Path(__file__).parents[1] / "cnnlint/graph/tables"
DTYPES = ("float32", "bool", "int32", "int64")
SHAPES = ((2, 4), (2, 4, 3), (2, 4, 4, 3), (2, 3, 3), (2, 4, 4, 1), (2, 4, 4, 4, 3), (4,), (2, 3, 4, 4, 3))
#: arguments that have no default, by name
GUESSES: dict[str, list[Any]] = {
    "axis": [-1, 1],
    "axes": [-1, [-1], 1],
    "units": [3],
    "filters": [3],
    "kernel_size": [1],
    "rate": [0.1],
    "stddev": [0.1],
    "factor": [0.1],
    "height": [2],
    "width": [2],
    "n": [2],
    "input_dim": [9],
    "output_dim": [3],
    "shape": [(-1,)],
    "target_shape": [(-1,)],
    "newshape": [(-1,)],
    "dims": [(1,), (2, 1), (3, 1, 2)],
    "num_classes": [3],
    "depth": [3],
    "num_tokens": [9],
    "k": [1],
    "repeats": [2],
    "multiples": [[1, 1], [1, 1, 1], [1, 1, 1, 1]],
    "reps": [2],
    "shift": [1],
    "indices": [[0]],
    "pad_width": [1],
    "paddings": [[[0, 0], [1, 1]]],
    "num_or_size_splits": [1],
    "indices_or_sections": [1],
    "block_size": [2],
    "size": [(2, 2)],
    "begin": [[0, 0]],
    "source": [0],
    "destination": [-1],
    "axis1": [0],
    "axis2": [1],
    "perm": [[1, 0]],
    "x_min": [0],
    "x_max": [1],
    "clip_value_min": [0],
    "clip_value_max": [1],
    "q": [0.5],
    "groups": [1],
    "num_heads": [2],
    "key_dim": [2],
    "delta": [0.1],
    "contrast_factor": [0.5],
    "saturation_factor": [0.5],
    "gamma": [1],
    "pool_size": [1],
    "ksize": [1],
    "strides": [1],
    "padding": ["VALID"],
    "fill_value": [1],
    "threshold": [0.1],
    "default_value": [0],
    "value": [0],
    "bin_boundaries": [[0.5]],
    "max_value": [1.0],
    "min_value": [0.0],
}
MOST = 40


def kind(value: Any) -> str | None:
    """The kind of number that a result holds: of several results, the first."""
    while isinstance(value, (tuple, list)):
        if not value:
            return None
        value = value[0]
    name = getattr(getattr(value, "dtype", None), "name", None) or str(getattr(value, "dtype", ""))
    return named(name) or name or None


def arguments(parameters: list[inspect.Parameter]) -> Iterator[list[Any]]:
    """Guesses for the parameters that have to be given."""
    found: list[list[Any]] = [[]]
    for one in parameters:
        guesses = GUESSES.get(one.name)
        if guesses is None:
            return
        found = [[*before, guess] for before in found for guess in guesses]
    yield from found[:MOST]


def outcome(call: Callable[[Any], Any], shape: tuple[int, ...], dtype: str) -> str | None:
    """What comes out of a call on ones; "refused" where it raises."""
    try:
        return kind(call(tf.constant(np.ones(shape), dtype)))
    except Exception:
        return "refused"


def row(call: Callable[[Any], Any]) -> dict[str, str | None] | None:
    """What a call makes of each kind of numbers, on the first shape that it takes floats of."""
    for shape in SHAPES:
        first = outcome(call, shape, "float32")
        if first not in ("refused", None):
            return {"float": first} | {dtype: outcome(call, shape, dtype) for dtype in DTYPES[1:]}
    return None


def required(function: Any, skip: int) -> list[inspect.Parameter]:
    """The parameters that have no default, without the first ones."""
    known = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    listed = [one for one in inspect.signature(function).parameters.values() if one.kind in known]
    return [one for one in listed[skip:] if one.default is inspect.Parameter.empty]


def made(cls: Any, given: list[Any]) -> Callable[[Any], Any]:
    """A layer that is made anew for each input."""
    return lambda x: cls(*given)(x)


def called(function: Any, named: dict[str, Any], beside: list[str], *, listed: bool) -> Callable[[Any], Any]:
    """A function with its arguments; other tensors are the same as the first."""
    return lambda x: function([x, x] if listed else x, **named, **dict.fromkeys(beside, x))


def layers() -> Iterator[tuple[str, dict[str, str | None]]]:
    """Every layer that is called on one tensor."""
    for name in sorted(json.loads((TABLES / "keras3_layers.json").read_text())["entries"]):
        cls = getattr(keras.layers, name, None)
        if cls is None or name in ("Input", "InputLayer", "Lambda", "Activation", "Wrapper", "Layer"):
            continue
        try:
            wanted = required(cls.__init__, 1)
        except (TypeError, ValueError):
            continue
        for given in arguments(wanted):
            found = row(made(cls, given))
            if found is not None:
                yield name, found
                break
    for name in json.loads((TABLES / "keras3_objects.json").read_text())["activation"]["functions"]:
        found = row(keras.layers.Activation(name))
        if found is not None:
            yield f"Activation {name}", found


def resolved(name: str) -> Any:
    """A function by its qualified name; None where it is not there."""
    value: Any = {"keras": keras, "tf": tf}.get(name.partition(".")[0])
    for part in name.split(".")[1:]:
        value = getattr(value, part, None)
    return value


def functions() -> Iterator[tuple[str, dict[str, str | None]]]:
    """Every function of the tables: those of two tensors are called on the same one twice."""
    table = json.loads((TABLES / "functions.json").read_text())
    for section in ("operations", "layers"):
        for name, entries in sorted(table[section].items()):
            function = resolved(name) if name.startswith(("keras.ops.", "tf.")) else None
            entry = entries[0] if isinstance(entries, list) else entries
            if "conv" in name or "pool" in name:
                continue  # TensorFlow aborts on some guesses
            if not callable(function) or inspect.isclass(function) or not entry.get("input"):
                continue
            try:
                parameters = [one.name for one in inspect.signature(function).parameters.values()]
            except (TypeError, ValueError):
                continue
            if not parameters or parameters[0] != entry["input"]:
                continue
            beside = [one for one in entry.get("tensors", ()) if one in parameters]
            wanted = [one for one in required(function, 1) if one.name not in beside]
            for given in arguments(wanted):
                named = {one.name: guess for one, guess in zip(wanted, given, strict=True)}
                listed = entry.get("kind") in ("Concatenate", "Stack", "AddN")
                found = row(called(function, named, beside, listed=listed))
                if found is not None:
                    yield name, found
                    break


def main() -> int:
    warnings.simplefilter("ignore")
    tables = {"layers": dict(layers()), "functions": dict(functions())}
    head = {"keras": keras.__version__, "tensorflow": tf.__version__}
    lines = [f' "{key}": {json.dumps(value)},' for key, value in head.items()]
    for title, table in tables.items():
        rows = [f"  {json.dumps(name)}: {json.dumps(found)}" for name, found in sorted(table.items())]
        lines += [f' "{title}": {{', ",\n".join(rows), " }" + ("," if title == "layers" else "")]
    text, path = "\n".join(["{", *lines, "}", ""]), TABLES / "dtypes.json"
    if "--check" in sys.argv[1:]:
        was, now = (set(one.splitlines()) for one in (path.read_text(), text))
        print(*sorted(f"- {line}" for line in was - now), *sorted(f"+ {line}" for line in now - was), sep="\n")
        return int(path.read_text() != text)
    path.write_text(text)
    print({title: len(table) for title, table in tables.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
