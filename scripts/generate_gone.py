"""Write cnnlint/graph/tables/tensorflow_gone.json: the names that TensorFlow 1 has and TensorFlow 2 has not.

    python scripts/generate_gone.py [--check]

`tf.compat.v1` of the installed TensorFlow answers for TensorFlow 1. A module that went is named, not what was in it;
what some tf.keras has under that name is left out.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import tensorflow as tf

from cnnlint.graph.signatures import members

PATH = Path(__file__).parents[1] / "cnnlint/graph/tables/tensorflow_gone.json"
#: what `tf.compat.v1` never had, and TensorFlow 1 did
BESIDE = {"tf": ["contrib", "examples"]}
#: modules whose names are Keras's, or depend on what else is installed
OTHERS = {"compat", "keras", "v1", "python", "core", "tools", "pywrap_tensorflow", "distributions", "estimator"}


def gone(old: Any, new: Any, name: str) -> dict[str, list[str]]:
    """The names of a module, and of those in it, that are there no longer."""
    listed = [one for one in dir(old) if not one.startswith("_") and one not in OTHERS]
    lost = {one for one in listed if not hasattr(new, one)} - members(f"keras{name.removeprefix('tf')}")
    lost = sorted(lost | set(BESIDE.get(name, ())))
    found = {name: lost} if lost else {}
    for one in listed:
        inner = getattr(old, one)
        if isinstance(inner, ModuleType) and hasattr(new, one) and name.count(".") < 2:
            found |= gone(inner, getattr(new, one), f"{name}.{one}")
    return found


def main() -> int:
    rows = [
        f"  {json.dumps(name)}: {json.dumps(' '.join(names))}" for name, names in gone(tf.compat.v1, tf, "tf").items()
    ]
    lines = ["{", f' "tensorflow": "{tf.__version__}",', ' "names": {', ",\n".join(rows), " }", "}", ""]
    text = "\n".join(lines)
    if "--check" in sys.argv[1:]:
        return int(PATH.read_text() != text)
    PATH.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
