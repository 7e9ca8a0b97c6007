"""Preprocessing that has to see the data before it is used: layers that are adapted, generators that are fitted."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.graph import Model, Node, Unfitted
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText

#: layers that learn what they do from data, and the arguments that tell them instead
ADAPTED = {
    "Normalization": ("mean", "variance", "invert"),
    "TextVectorization": ("vocabulary",),
    "StringLookup": ("vocabulary",),
    "IntegerLookup": ("vocabulary",),
    "Discretization": ("bin_boundaries", "bins"),
}
#: words of a file that adapts a layer, or gives it what it would have learnt
ADAPTING = (".adapt", "set_vocabulary", "load_weights", "set_weights", "load_model", "from_config", "restore", "pickle")
#: settings of an ImageDataGenerator that are worked out by its `fit`
FEATUREWISE = frozenset({"featurewise_center", "featurewise_std_normalization", "zca_whitening"})


def layers(models: list[Model], code: str) -> Iterator[Unfitted]:
    """The layers of trained models that a file adapts to nothing."""
    if any(word in code for word in ADAPTING):
        return
    told: set[int] = set()
    for model in models:
        if not model.training.fits() or model.training.handed:
            continue
        for node in model:
            if node.kind in ADAPTED and not _given(node) and node.layer_id not in told:
                told.add(node.layer_id)
                yield Unfitted(origin=node.origin, model=model, what=node.kind)


def _given(node: Node) -> bool:
    """Whether a layer is told what it would learn."""
    names = ADAPTED[node.kind]
    return any(node.given(name) and not (node.known(name) and node.value(name) is None) for name in names)


def generators(parsed: Parsed) -> Iterator[Unfitted]:
    """The generators of a file that standardise by statistics which they were never shown."""
    if parsed.ast is None or ("featurewise" not in parsed.text and "zca_whitening" not in parsed.text):
        return
    text = SourceText(parsed.text)
    used: dict[str, set[str]] = {}
    for node in parsed.nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used.setdefault(node.value.id, set()).add(node.attr)
    passed = {
        argument.id
        for node in parsed.nodes
        if isinstance(node, (ast.Call, ast.Return))
        for argument in ast.iter_child_nodes(node)
        if isinstance(argument, ast.Name)
    }
    named = {"ImageDataGenerator"} | {
        alias.asname or alias.name
        for node in parsed.nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == "ImageDataGenerator"
    }
    for node in parsed.nodes:
        if not (isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)):
            continue
        call, name = node.value, node.targets[0].id
        if not (isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in named):
            continue
        on = [k for k in call.keywords if k.arg in FEATUREWISE and isinstance(k.value, ast.Constant) and k.value.value]
        methods = used.get(name, set())
        if on and methods and not methods & {"fit", "mean", "std"} and name not in passed:
            yield Unfitted(origin=origin_of(text, on[0]), what="ImageDataGenerator")
