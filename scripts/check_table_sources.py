"""Compare the hand-written tables with the sources of the frameworks that they describe.

    python scripts/check_table_sources.py FOLDER

Every entry of `keras_legacy.json` and `functions.json` names the package, file and function or class that it was
taken from ("keras 1.2.2: keras/layers/core.py: Dense"). FOLDER holds these packages, unpacked (a wheel or sdist is
an archive), as FOLDER/NAME-VERSION/: FOLDER/keras-1.2.2/keras/layers/core.py. Parameter names, their order and
their defaults are compared with the text of the source, which is parsed and never run. Packages that FOLDER does
not hold are looked for among the installed ones, if the version is the same, or else reported and skipped.
"""

from __future__ import annotations

import argparse
import ast
import importlib.metadata
import json
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

TABLES = Path(__file__).resolve().parent.parent / "cnnlint" / "graph" / "tables"

#: defaults that are written as expressions, by what the tables call them
EXPRESSIONS = {
    "DATA_FORMAT_NHWC": "NHWC",
    "DATA_FORMAT_NCHW": "NCHW",
    "nn.relu": "relu",
    "array_ops.identity": "linear",
    "initializers.xavier_initializer()": "glorot_uniform",
    "init_ops.zeros_initializer()": "zeros",
    "tf.compat.v1.zeros_initializer()": "zeros",
    "init_ops.ones_initializer()": "ones",
    "standard_ops.zeros_initializer()": "zeros",
    "standard_ops.ones_initializer()": "ones",
    "K.image_dim_ordering()": "default",
    "losses_impl.Reduction.SUM_BY_NONZERO_WEIGHTS": "sum_by_nonzero_weights",
    "Reduction.SUM_BY_NONZERO_WEIGHTS": "sum_by_nonzero_weights",
    "ResizeMethod.BILINEAR": "bilinear",
    "ResizeMethodV1.BILINEAR": "bilinear",
    "np.pi": 3.141592653589793,
    "K.epsilon()": 1e-07,
    "K.floatx()": "float32",
    "losses.Reduction.AUTO": "auto",
    "losses_utils.ReductionV2.AUTO": "auto",
    "DATA_FORMAT_NDHWC": "NDHWC",
    "ops.GraphKeys.UPDATE_OPS": "update_ops",
    "ops.GraphKeys.LOSSES": "losses",
    "VariableSynchronization.AUTO": "auto",
    "VariableAggregation.NONE": "none",
    "variables.VariableSynchronization.AUTO": "auto",
    "variables.VariableAggregation.NONE": "none",
}
IGNORED = object()


def default_of(node: ast.expr) -> Any:
    """The value of a default, as JSON; IGNORED for objects that the tables do not write down."""
    try:
        value = ast.literal_eval(node)
    except ValueError:
        text = ast.unparse(node)
        if text in EXPRESSIONS:
            return EXPRESSIONS[text]
        if text.startswith(("dtypes.", "tf.")) or text in ("object", "None"):
            # a dtype: written by its name
            return text.rpartition(".")[2]
        return IGNORED
    return json.loads(json.dumps(value))


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a source file; old files may hold Python 2 escapes, which only warn."""
    return ast.parse(path.read_text(encoding="utf-8", errors="replace"))


def definition(path: Path, name: str) -> ast.FunctionDef | None:
    """The function of that name at the top of a file, or the constructor of the class (or of its nearest base)."""
    body = parsed(path).body
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
        if isinstance(node, ast.ClassDef) and node.name == name:
            for item in node.body:
                if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                    return item
            for base in node.bases:
                found = definition(path, ast.unparse(base).rpartition(".")[2])
                if found is not None:
                    return found
    return None


def signature(path: Path, name: str) -> dict[str, Any] | None:
    """Parameters, defaults and keyword-only names of a definition, as the tables write them."""
    function = definition(path, name)
    if function is None:
        return None
    arguments = function.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args) if argument.arg != "self"]
    defaults = dict(zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True))
    keyword_only = [argument.arg for argument in arguments.kwonlyargs]
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[argument.arg] = default
    values = {key: default_of(node) for key, node in defaults.items()}
    return {
        "parameters": names + keyword_only,
        "keyword_only": keyword_only,
        "defaults": values,
    }


def locate(source: str, folder: Path) -> tuple[Path, str] | None:
    """The file and name that a source stands for, or None where the package is not at hand."""
    package, path, name = source.split(": ")
    distribution, version = package.split(" ")
    candidates = [folder / f"{distribution}-{version}"]
    try:
        if importlib.metadata.version(distribution) == version:
            candidates.append(Path(str(importlib.metadata.distribution(distribution).locate_file(""))))
    except importlib.metadata.PackageNotFoundError:
        pass
    for root in candidates:
        if (root / path).exists():
            return root / path, name
    return None


def entries() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every hand-written entry that names a source, with a title."""
    functions = json.loads((TABLES / "functions.json").read_text(encoding="utf-8"))
    for section in functions["sections"]:
        for name, entry in functions[section].items():
            for item in entry if isinstance(entry, list) else [entry]:
                yield f"functions.json {name} {item.get('versions', '')}", item
    legacy = json.loads((TABLES / "keras_legacy.json").read_text(encoding="utf-8"))
    for name, versions in legacy["entries"].items():
        for version, entry in versions.items():
            yield f"keras_legacy.json {name} (Keras {version})", entry
    for name, entry in legacy["removed"].items():
        yield f"keras_legacy.json {name}", entry
    for family, objects in legacy["objects"].items():
        for name, versions in objects.items():
            for version, entry in versions.items():
                yield f"keras_legacy.json {family} {name} (Keras {version})", entry


def differences(entry: dict[str, Any], folder: Path) -> Iterator[str]:
    """What an entry says otherwise than its source. Raises LookupError where the source is not at hand."""
    place = locate(entry["source"], folder)
    if place is None:
        raise LookupError(entry["source"].split(": ")[0])
    found = signature(*place)
    if found is None:
        yield f"{entry['source']} has no such definition"
        return
    if entry["parameters"] != found["parameters"]:
        yield f"parameters {entry['parameters']}, the source has {found['parameters']}"
    if entry.get("keyword_only", []) != found["keyword_only"]:
        yield f"keyword only {entry.get('keyword_only')}, the source has {found['keyword_only']}"
    for name, value in found["defaults"].items():
        if name not in entry["defaults"]:
            yield f"no default for {name}, the source has {value!r}"
        elif value is not IGNORED and entry["defaults"][name] != value:
            yield f"default of {name} is {entry['defaults'][name]!r}, the source has {value!r}"
    for name in entry["defaults"].keys() - found["defaults"].keys():
        yield f"a default for {name}, the source has none"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(argv)
    wrong, checked, skipped = 0, 0, Counter[str]()
    for title, entry in entries():
        if "source" not in entry or "like" in entry:
            continue
        try:
            problems = list(differences(entry, options.folder))
        except LookupError as error:
            skipped[str(error)] += 1
            continue
        checked += 1
        for problem in problems:
            wrong += 1
            print(f"{title}: {problem}")
    for package, count in skipped.items():
        print(f"skipped {count} entries: {package} is not at hand")
    print(f"{checked} entries compared, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
