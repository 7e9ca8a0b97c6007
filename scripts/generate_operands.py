"""Write cnnlint/graph/tables/operands.json: how many axes, and what numbers, functions of one array refuse.

    python scripts/generate_operands.py [--check]

Every function of `keras.ops` and of TensorFlow's modules whose other arguments have defaults, or are guessed here, is
called on arrays of 0 to 5 axes in several sizes, and on truths, whole numbers and real ones. Kept is what is refused in
every size and with every guess, of functions that take something else.
"""

from __future__ import annotations

import inspect
import itertools
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

PATH = Path(__file__).parents[1] / "cnnlint/graph/tables/operands.json"
MODULES: dict[str, Any] = {
    "keras.ops": keras.ops,
    "keras.ops.image": keras.ops.image,
    "keras.ops.linalg": keras.ops.linalg,
    "keras.random": keras.random,
    "tf": tf,
    "tf.math": tf.math,
    "tf.linalg": tf.linalg,
    "tf.nn": tf.nn,
    "tf.image": tf.image,
}
#: what is called so is no array
_FIRST = "x a input inputs tensor features logits images image value input_tensor m indices matrix array"
FIRST = frozenset(_FIRST.split())
GUESSES: dict[str, list[Any]] = {
    "num_samples": [2],
    "num_classes": [3],
    "depth": [3],
    "rate": [0.5],
    "size": [(2, 2)],
    "k": [1],
    "factor": [0.5],
    "delta": [0.1],
    "contrast_factor": [0.5],
    "saturation_factor": [0.5],
    "adjustment_factor": [0.5],
    "gamma": [1.0],
    "shape": [(-1,)],
    "newshape": [(-1,)],
    "repeats": [2],
    "target_height": [1],
    "target_width": [1],
}
TYPES = ("bool", "int32", "int64", "float32")
#: TensorFlow aborts on some of these, or they look at no numbers
LEFT_OUT = re.compile(
    r"conv|pool|while|cond|map_|print|assert|Assert|parallel|quant|rnn|debug|ragged|decode|no_op|bitcast"
)
MOST = 5


def sizes(rank: int) -> Iterator[tuple[int, ...]]:
    """Several sizes of so many axes."""
    yield from ((number,) * rank for number in (4, 3, 1, 2, 6, 8))
    if rank > 1:
        yield from (
            (2, *(5,) * (rank - 1)),
            (*(5,) * (rank - 1), 3),
            (*(4,) * (rank - 1), 1),
            (*(4,) * (rank - 2), 4, 8),
        )


def guesses(wanted: list[str]) -> list[dict[str, Any]]:
    """The arguments that have to be given."""
    return [dict(zip(wanted, one, strict=True)) for one in itertools.product(*(GUESSES[name] for name in wanted))]


def takes(function: Callable[..., Any], first: str, rank: int, dtype: str, ways: list[dict[str, Any]]) -> bool:
    """Whether a function takes an array of so many axes in any size."""
    for shape, way in itertools.product(dict.fromkeys(sizes(rank)), ways):
        try:
            function(tf.constant(np.ones(shape), dtype), **way)
        except Exception:
            continue
        return True
    return False


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """The functions that refuse something."""
    for module, held in MODULES.items():
        for name in sorted(dir(held)):
            function = getattr(held, name)
            if name.startswith("_") or not callable(function) or inspect.isclass(function) or LEFT_OUT.search(name):
                continue
            try:
                parameters = list(inspect.signature(function).parameters.values())
            except (TypeError, ValueError):
                continue
            if not parameters or parameters[0].name not in FIRST:
                continue
            plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
            wanted = [
                one.name for one in parameters[1:] if one.default is inspect.Parameter.empty and one.kind in plain
            ]
            if not all(one in GUESSES for one in wanted):
                continue
            ways = guesses(wanted)
            taken = [rank for rank in range(MOST + 1) if takes(function, parameters[0].name, rank, "float32", ways)]
            kinds = [one for one in TYPES if any(takes(function, "", rank, one, ways) for rank in (taken or [1, 2]))]
            if not taken:
                taken = [rank for rank in range(MOST + 1) for one in kinds[:1] if takes(function, "", rank, one, ways)]
            row: dict[str, Any] = {"first": parameters[0].name, "wants": " ".join(wanted)}
            if taken and len(taken) <= MOST:
                row["ranks"] = taken
            if kinds and len(kinds) < len(TYPES):
                row["types"] = kinds
            if len(row) > 2:
                yield f"{module}.{name}", row


def main() -> int:
    table = dict(rows())
    lines = [f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(table.items())]
    head = [f' "keras": "{keras.__version__}",', f' "tensorflow": "{tf.__version__}",', ' "functions": {']
    text = "\n".join(["{", *head, ",\n".join(lines), " }", "}", ""])
    if "--check" in sys.argv[1:]:
        return int(PATH.read_text() != text)
    PATH.write_text(text)
    print(len(table))
    return 0


if __name__ == "__main__":
    sys.exit(main())
