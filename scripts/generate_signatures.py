"""Generate the tables of signatures: what every public function, class and method of Keras and TensorFlow takes.

    python scripts/generate_signatures.py [--check] [--keras1 FOLDER] [--keras2 FOLDER] [--tf-keras FOLDER]

Keras 3 and TensorFlow 2 are asked themselves (`tf.compat.v1` answers for TensorFlow 1). tf.keras as it was before Keras
3 is the package tf_keras, imported from FOLDER; Keras 1.2.2 and 2.3.1 are read from their unpacked sources (the folder
that holds `keras/`), which are parsed and never run. What is not given keeps its entries. The tables are
`keras_signatures.json`, `tensorflow_signatures.json` and `keras_strings.json` in `cnnlint/graph/tables/`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import inspect
import json
import os
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from signature_sources import METHODS, REFUSED, Entry, Source, popped

from cnnlint.graph import tables
from cnnlint.readers.python.libraries.spelling import canonical

FOLDER = Path(tables.__file__).parent

#: modules of Keras whose public names are listed
KERAS = (
    "activations",
    "applications",
    "backend",
    "callbacks",
    "config",
    "constraints",
    "datasets",
    "distribution",
    "initializers",
    "layers",
    "layers.experimental",
    "layers.experimental.preprocessing",
    "losses",
    "metrics",
    "mixed_precision",
    "models",
    "ops",
    "optimizers",
    "optimizers.experimental",
    "optimizers.legacy",
    "optimizers.schedules",
    "preprocessing",
    "preprocessing.image",
    "preprocessing.sequence",
    "preprocessing.text",
    "random",
    "regularizers",
    "saving",
    "utils",
)
#: modules of TensorFlow
TENSORFLOW = ("", "nn", "math", "image", "random", "linalg", "losses", "initializers", "train", "metrics", "layers")
#: keywords that are taken through `**kwargs` in a way that the source's text does not show, by version and name
FURTHER = {
    ("tf", "keras.models.Model.compile"): ["sample_weight_mode", "target_tensors", "distribute"],
    ("tf", "keras.models.Model.fit"): ["nb_epoch"],
    ("tf", "keras.models.Model.predict"): [],
    ("tf", "keras.layers.Input"): ["batch_input_shape", "batch_shape", "input_shape"],
    ("tf", "keras.callbacks.TensorBoard"): ["batch_size", "embeddings_data", "embeddings_layer_names", "write_grads"],
    **{
        ("tf", f"keras.{module}.save_model"): ["include_optimizer", "options", "save_traces", "signatures", "zipped"]
        for module in ("models", "saving")
    },
    **{("tf", f"keras.{module}.load_model"): ["options"] for module in ("models", "saving")},
    ("3", "keras.models.Model"): ["trainable"],
    ("1", "keras.models.Model.compile"): ["class_mode"],
    ("2", "keras.models.Model.compile"): ["options", "run_metadata", "feed_dict", "fetches"],
}
#: tf.keras's optimizers before 2.11, and those of `optimizers.legacy` since
TF_OPTIMIZERS = ["lr", "decay", "clipnorm", "clipvalue", "global_clipnorm"]
#: strings that are resolved outside of the tables of their module
STRINGS = {"metric": ["accuracy", "acc", "crossentropy", "ce"]}

#: functions of these modules that stand for nothing as a string
NO_NAMES = {"get", "serialize", "deserialize"}

FAMILIES = {
    "activation": "activations",
    "constraint": "constraints",
    "initializer": "initializers",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "regularizer": "regularizers",
}
"""Families of strings, and the modules that resolve them."""


#: packages of a name that programs import from: others are the insides of Keras 1 and 2
_MODULES = "|".join(module.replace(".", r"\.") for module in KERAS)
PUBLIC = re.compile(rf"keras\.(?:{_MODULES})\.\w+|keras\.(?:applications|datasets|models\.Model)\.\w+\.?\w*|keras\.\w+")


# --- libraries that can be imported -----------------------------------------------------------------------------


def of_function(function: Any) -> Entry | None:
    """The signature of a function or method; None where it has none."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None
    entry: Entry = {"parameters": [], "optional": [], "keyword_only": [], "also": [], "open": False}
    for parameter in parameters:
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            entry["open"] = True
        elif parameter.kind is parameter.VAR_POSITIONAL:
            entry["star"] = True
        else:
            entry["keyword_only" if parameter.kind is parameter.KEYWORD_ONLY else "parameters"].append(parameter.name)
            if parameter.default is not parameter.empty:
                entry["optional"].append(parameter.name)
    if entry["open"]:
        with contextlib.suppress(OSError, TypeError):
            source = inspect.getsource(function)
            entry["also"] = sorted(popped(source))
            if not REFUSED.search(source):
                return entry
            entry["open"] = function.__name__ == "__init__"  # what a class refuses is for `of_class` to find out
    return entry


def of_class(cls: type) -> Entry | None:
    """The signature of a constructor, with what its `**kwargs` hands on to the classes above it."""
    owners = [base for base in cls.__mro__ if "__init__" in vars(base) and base is not object]
    if not owners:
        return of_function(cls)
    entry = of_function(vars(owners[0])["__init__"])
    if entry is None or not entry["open"]:
        return entry
    also, passed = set(entry["also"]), set()
    for base in owners:
        own = of_function(vars(base)["__init__"])
        source = ""
        with contextlib.suppress(OSError, TypeError):
            source = inspect.getsource(vars(base)["__init__"])
        if own is None:
            return entry
        also |= {*own["parameters"], *own["keyword_only"], *popped(source)} - passed
        passed |= set(re.findall(r"(\w+)=", source.partition("__init__(")[2].partition("__init__(")[2]))
        if not own["open"] or REFUSED.search(source):
            entry["open"] = False
            break
        if "**kwargs" not in source.split(":\n", 1)[-1]:
            break
    entry["also"] = sorted(also - {*entry["parameters"], *entry["keyword_only"]})
    return entry


def member(module: Any, name: str) -> Any:
    """An attribute, or None; what is loaded lazily (tf.keras and its kin) may turn out to be missing."""
    value = inspect.getattr_static(module, name, None)
    if type(value).__name__.endswith("LazyLoader"):
        return None
    try:
        return getattr(module, name, None)
    except ImportError:
        return None


def members(module: Any) -> Iterator[tuple[str, Any]]:
    """Public callables of a module."""
    for name in sorted(dir(module)):
        if name.startswith("_"):
            continue
        value = member(module, name)
        if callable(value) and not inspect.ismodule(value):
            yield name, value


def of_library(root: str, modules: Iterable[str], prefix: str) -> Iterator[tuple[str, Entry]]:
    """Canonical names and signatures of everything public in the modules of an imported library."""
    top = importlib.import_module(root)
    for path in modules:
        module = top
        for part in path.split(".") if path else ():
            module = member(module, part)
        if module is None:
            continue
        dotted = f"{prefix}.{path}" if path else prefix
        inner = []
        if path in ("applications", "datasets"):
            inner = [(n, getattr(module, n)) for n in dir(module) if inspect.ismodule(getattr(module, n))]
        for place, where in [(dotted, module), *((f"{dotted}.{name}", value) for name, value in inner)]:
            for name, value in members(where):
                entry = of_class(value) if isinstance(value, type) else of_function(value)
                if entry is not None:
                    yield canonical(f"{place}.{name}"), entry


def of_keras(root: str, version: str) -> Iterator[tuple[str, Entry]]:
    """Keras 3 ("keras") or tf_keras, with the methods and the constructor of Model."""
    # the legacy optimizers of Keras 3 only say that they are gone, and Model's own constructor takes anything
    modules = [module for module in KERAS if (version, module) != ("3", "optimizers.legacy")]
    for name, entry in of_library(root, ("", *modules), "keras"):
        if name != "keras.models.Model":
            yield name, entry
    top = importlib.import_module(root)
    functional = importlib.import_module(f"{root}.src.{'models' if version == '3' else 'engine'}.functional")
    constructor = of_class(functional.Functional)
    if constructor is not None:
        yield "keras.models.Model", constructor
    for name in METHODS:
        for cls in (top.Sequential, top.Model):
            if hasattr(cls, name):
                entry = of_function(getattr(cls, name))
                if entry is not None:
                    yield f"keras.models.Model.{name}", entry


# --- tables -----------------------------------------------------------------------------------------------------


def further(version: str, name: str, entry: Entry) -> Entry:
    """An entry with what is known of its version beside the source's text."""
    if (version, name) in FURTHER:
        entry = {**entry, "open": False, "also": sorted({*entry["also"], *FURTHER[version, name]})}
    if version == "tf" and name.startswith("keras.optimizers.") and "learning_rate" in entry["parameters"]:
        entry = {**entry, "open": False, "also": sorted({*entry["also"], *TF_OPTIMIZERS} - set(entry["parameters"]))}
    return entry


def merged(found: Iterable[tuple[str, str, Entry]], kept: dict[str, Any], versions: set[str]) -> dict[str, Any]:
    """Entries by name: a list of signatures, each with the versions that have it."""
    table: dict[str, list[Entry]] = {}
    for name, entries in kept.items():
        for entry in [] if isinstance(entries, str) else entries:
            left = [version for version in entry["versions"] if version not in versions]
            if left:
                table.setdefault(name, []).append({**entry, "versions": left})
    for version, name, entry in found:
        entry = further(version, name, entry)
        named = [*entry["parameters"], *entry["keyword_only"]]
        slim = {key: value for key, value in entry.items() if value and key != "optional"}
        slim.setdefault("parameters", [])
        required = [parameter for parameter in named if parameter not in entry["optional"]]
        if required:
            slim["required"] = required
        same = next((e for e in table.get(name, ()) if {k: v for k, v in e.items() if k != "versions"} == slim), None)
        if same is None:
            table.setdefault(name, []).append({"versions": [version], **slim})
        elif version not in same["versions"]:
            same["versions"].append(version)
    return dict(sorted(table.items()))


def aliased(table: dict[str, Any]) -> dict[str, Any]:
    """Names whose entries are another's are written as that name."""
    first: dict[str, str] = {}
    result: dict[str, Any] = {}
    for name in sorted(table, key=lambda n: (n.count("."), n)):
        text = json.dumps(table[name])
        same = first.setdefault(f"{name.rpartition('.')[2]} {text}", name)
        result[name] = table[name] if same == name else same
    return dict(sorted(result.items()))


def unaliased(table: dict[str, Any]) -> dict[str, Any]:
    """The reverse."""
    return {name: table[value] if isinstance(value, str) else value for name, value in table.items()}


def strings(root: str) -> dict[str, list[str]]:
    """The strings that an imported Keras resolves, by family."""
    table = {}
    for family, module in FAMILIES.items():
        source = importlib.import_module(f"{root}.src.{module}")
        names = set(getattr(source, "ALL_OBJECTS_DICT", ()))
        if root != "keras":
            inner = source if not hasattr(source, module) else getattr(source, module)
            spaces = [vars(source), vars(inner), *(vars(v) for v in vars(source).values() if inspect.ismodule(v))]
            own = {n for s in spaces for n, v in s.items() if (getattr(v, "__module__", "") or "").startswith(root)}
            names |= {n for n in own if not n.startswith("_") and any(callable(space.get(n)) for space in spaces)}
            names |= set(getattr(getattr(source, "LOCAL", None), "ALL_OBJECTS", ()))
        table[family] = sorted({*names, *STRINGS.get(family, ())} - NO_NAMES)
    return table


def old_strings(source: Source) -> dict[str, list[str]]:
    """The strings that Keras 1 or 2 resolves: every name in the module."""
    old = {"initializations": "initializers", "objectives": "losses"}
    table = {}
    for family, module in FAMILIES.items():
        names = set(STRINGS.get(family, ()))
        for name in source.assigned:
            where, _, last = name.rpartition(".")
            where = where.removeprefix("keras.")
            if old.get(where, where) == module or (family == "metric" and old.get(where, where) == "losses"):
                names.add(last)
        table[family] = sorted(names - NO_NAMES)
    return table


def dump(head: dict[str, Any], entries: dict[str, Any]) -> str:
    """One entry a line."""
    lines = [f" {json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    body = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in entries.items())
    return "{\n" + "\n".join(lines) + '\n "entries": {\n' + body + "\n }\n}\n"


def main() -> int:
    """Write the tables, or say which are out of date."""
    parser = argparse.ArgumentParser(description=textwrap.dedent(__doc__ or ""))
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a table would change")
    parser.add_argument("--keras1", type=Path)
    parser.add_argument("--keras2", type=Path)
    parser.add_argument("--tf-keras", type=Path)
    options = parser.parse_args()
    paths = {name: FOLDER / f"{name}.json" for name in ("keras_signatures", "tensorflow_signatures", "keras_strings")}
    old = {name: {"entries": {}} for name in paths}
    old |= {name: json.loads(path.read_text("utf-8")) for name, path in paths.items() if path.exists()}

    import keras
    import tensorflow as tf

    found: list[tuple[str, str, Entry]] = [("3", name, entry) for name, entry in of_keras("keras", "3")]
    names = dict(old["keras_strings"]["entries"]) | {"3": strings("keras")}
    given = {"3"}
    if options.tf_keras:
        sys.path.insert(0, str(options.tf_keras))
        found += [("tf", name, entry) for name, entry in of_keras("tf_keras", "tf")]
        names["tf"] = strings("tf_keras")
        given.add("tf")
    for version, folder in (("2", options.keras2), ("1", options.keras1)):
        if folder:
            source = Source(folder, version)
            found += [(version, name, entry) for name, entry in source.entries()]
            names[version] = old_strings(source)
            given.add(version)
    head = {"keras_version": keras.__version__}
    signatures = merged(found, unaliased(old["keras_signatures"]["entries"]), given)
    signatures = {name: entry for name, entry in signatures.items() if PUBLIC.fullmatch(name)}
    tensorflow = [("tf2", name, entry) for name, entry in of_library("tensorflow", TENSORFLOW, "tensorflow")]
    tensorflow += [("tf1", name, e) for name, e in of_library("tensorflow.compat.v1", TENSORFLOW, "tensorflow")]
    functions = merged(tensorflow, {}, {"tf1", "tf2"})
    functions = {name: entry for name, entry in functions.items() if name.startswith("tf.")}
    texts = {
        "keras_signatures": dump(head, aliased(signatures)),
        "tensorflow_signatures": dump({"tensorflow_version": tf.__version__}, aliased(functions)),
        "keras_strings": dump(head, dict(sorted(names.items()))),
    }
    stale = 0
    for name, text in texts.items():
        if not paths[name].exists() or paths[name].read_text("utf-8") != text:
            stale += 1
            print(f"{'out of date' if options.check else 'written'}: {paths[name].name}")
            if not options.check:
                paths[name].write_text(text, encoding="utf-8")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
