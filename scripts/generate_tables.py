"""Generate the tables of the API vocabulary from the installed Keras.

    python scripts/generate_tables.py             # layers and objects (seconds)
    python scripts/generate_tables.py --applications   # every keras.applications model (minutes)
    python scripts/generate_tables.py --check     # fail if a table is out of date

The tables are `keras3_layers.json`, `keras3_objects.json` (losses, metrics, optimizers, initializers) and
`applications.json` in `cnnlint/graph/tables/`. Tables of older frameworks are written by hand and compared with
the sources of those frameworks by `scripts/check_table_sources.py`.
"""

from __future__ import annotations

import argparse
import inspect
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from application_tables import applications
from runtime_signatures import signature

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

TABLES = Path(__file__).resolve().parent.parent / "cnnlint" / "graph" / "tables"

#: keywords that every layer takes, and the oldest Keras major version that does (None: still there)
COMMON = {
    "name": "a name for the layer",
    "dtype": "the layer's dtype or dtype policy",
    "trainable": "whether the weights are trained",
    "autocast": "whether inputs are cast to the compute dtype (Keras 2.x on TensorFlow, 3)",
    "activity_regularizer": "a penalty on the output (Keras 2.x on TensorFlow, 3)",
    "input_shape": "the input's shape without the batch",
    "input_dim": "input_shape=(input_dim,)",
    "input_length": "with input_dim: input_shape=(input_length, input_dim) (Keras 1, 2)",
    "batch_input_shape": "the input's shape with the batch (Keras 1, 2)",
    "batch_shape": "the same in the archives of Keras 3's InputLayer",
    "batch_size": "the batch dimension, with input_shape (Keras 2)",
    "input_dtype": "dtype of the input (Keras 1)",
    "weights": "initial values of all weights (Keras 1, 2)",
    "implementation": "which of several equal implementations runs (Keras 2)",
}

#: the module a layer lives in (below keras.src.layers) decides its category, unless it is named here
CATEGORIES = {
    "Dense": "dense",
    "EinsumDense": "dense",
    "Embedding": "embedding",
    "ReversibleEmbedding": "embedding",
    "Identity": "identity",
    "Masking": "identity",
    "Lambda": "opaque",
    "InputLayer": "input",
    "GaussianNoise": "regularization",
    "Activation": "activation",
    "SpectralNormalization": "wrapper",
    "TimeDistributed": "wrapper",
    "Bidirectional": "wrapper",
    "Wrapper": "wrapper",
    "FlaxLayer": "opaque",
    "JaxLayer": "opaque",
    "TFSMLayer": "opaque",
    "TorchModuleWrapper": "opaque",
    "Layer": "opaque",
}
MODULES = {
    "convolutional": "convolution",
    "pooling": "pooling",
    "normalization": "normalization",
    "regularization": "regularization",
    "activations": "activation",
    "merging": "merge",
    "reshaping": "reshaping",
    "rnn": "recurrent",
    "attention": "attention",
    "preprocessing": "preprocessing",
}
#: keywords that a constructor takes out of its **kwargs
HIDDEN: dict[str, dict[str, Any]] = {"LayerNormalization": {"rms_scaling": False}}


def public_classes(module: Any, base: type) -> Iterator[tuple[str, type]]:
    """Public names of a module that are subclasses of `base`, in alphabetical order."""
    for name in sorted(dir(module)):
        value = getattr(module, name)
        if isinstance(value, type) and issubclass(value, base):
            yield name, value


def layers() -> dict[str, Any]:
    """The table of Keras 3's layers."""
    import keras

    entries: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    for name, layer in public_classes(keras.layers, keras.layers.Layer):
        if name != layer.__name__ and hasattr(keras.layers, layer.__name__):
            aliases[name] = layer.__name__
            continue
        entry = signature(layer.__init__)
        for keyword, default in HIDDEN.get(name, {}).items():
            entry["parameters"].append(keyword)
            entry["defaults"][keyword] = default
            entry["keyword_only"] = [*entry.get("keyword_only", []), keyword]
        entry["call"] = [
            parameter.name
            for parameter in inspect.signature(layer.call).parameters.values()
            if parameter.name != "self" and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        ]
        parts = layer.__module__.split(".")
        module = parts[3] if len(parts) > 3 and parts[2] == "layers" else ""
        category = CATEGORIES.get(name) or MODULES.get(module)
        if category is None:
            raise SystemExit(f"{name} ({layer.__module__}) has no category: add one to scripts/generate_tables.py")
        entry["category"] = category
        entries[name] = entry
    entries["Input"] = {**signature(keras.Input), "closed": True, "call": [], "category": "input"}
    return {"keras_version": keras.__version__, "common": COMMON, "aliases": aliases, "entries": entries}


def objects() -> dict[str, Any]:
    """The table of Keras 3's losses, metrics, optimizers and initializers, with their constructors."""
    import keras
    from keras.src import initializers, losses, metrics, optimizers

    families = {
        "loss": (keras.losses, keras.losses.Loss, losses.ALL_OBJECTS_DICT),
        "metric": (keras.metrics, keras.metrics.Metric, metrics.ALL_OBJECTS_DICT),
        "optimizer": (keras.optimizers, keras.optimizers.Optimizer, optimizers.ALL_OBJECTS_DICT),
        "initializer": (keras.initializers, keras.initializers.Initializer, initializers.ALL_OBJECTS_DICT),
    }
    table: dict[str, Any] = {"keras_version": keras.__version__}
    for family, (module, base, by_name) in families.items():
        entries = {
            name: signature(cls.__init__)
            for name, cls in public_classes(module, base)
            if name == cls.__name__ and cls is not base
        }
        # what compile() and kernel_initializer= take as a string, by the class or function it stands for
        names = {name: value.__name__ for name, value in sorted(by_name.items())}
        table[family] = {"entries": entries, "strings": names}
    from keras.src import activations

    table["activation"] = {"strings": {name: f.__name__ for name, f in sorted(activations.ALL_OBJECTS_DICT.items())}}
    functions = {
        name: signature(function)
        for name, function in sorted(vars(keras.losses).items())
        if inspect.isfunction(function) and name not in ("get", "serialize", "deserialize")
    }
    table["loss"]["functions"] = functions
    table["activation"]["functions"] = {
        name: signature(function)
        for name, function in sorted(vars(keras.activations).items())
        if inspect.isfunction(function) and name not in ("get", "serialize", "deserialize")
    }
    return table


def dump(table: Any) -> str:
    """JSON that a person can read and diff: one entry of the innermost tables a line."""

    def is_leaf(value: Any) -> bool:
        return not isinstance(value, dict) or not value or "parameters" in value or "kind" in value or "row" in value

    def write(value: Any, indent: str) -> str:
        if is_leaf(value):
            return json.dumps(value, ensure_ascii=False)
        inner = indent + " "
        body = ",\n".join(f"{inner}{json.dumps(key)}: {write(item, inner)}" for key, item in value.items())
        return "{\n" + body + "\n" + indent + "}"

    return write(table, "") + "\n"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a table would change")
    parser.add_argument("--applications", action="store_true", help="also build every keras.applications model")
    options = parser.parse_args(argv)
    tables = {"keras3_layers.json": layers, "keras3_objects.json": objects}
    if options.applications:
        tables["applications.json"] = applications
    stale = 0
    for filename, make in tables.items():
        text, path = dump(make()), TABLES / filename
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        print(f"{'out of date' if options.check else 'written'}: {filename}")
        if not options.check:
            path.write_text(text, encoding="utf-8")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
