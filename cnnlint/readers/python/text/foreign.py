"""Models of frameworks that cnnlint does not read, so that "no model" is not taken for "no mistakes"."""

from __future__ import annotations

import ast

#: the packages of other frameworks, and what these are called
FRAMEWORKS = {
    "torch": "PyTorch",
    "pytorch_lightning": "PyTorch",
    "lightning": "PyTorch",
    "fastai": "PyTorch",
    "mxnet": "MXNet",
    "gluon": "MXNet",
    "flax": "JAX",
    "haiku": "JAX",
    "equinox": "JAX",
    "objax": "JAX",
    "paddle": "PaddlePaddle",
    "chainer": "Chainer",
    "mindspore": "MindSpore",
    "lasagne": "Lasagne",
    "caffe": "Caffe",
    "cntk": "CNTK",
    "oneflow": "OneFlow",
    "sonnet": "Sonnet",
}
#: the classes that models of these frameworks derive from or are made of
CLASSES = frozenset(
    {
        *("Module", "LightningModule", "Layer", "Block", "HybridBlock", "Chain", "Cell", "Sequential"),
        *("HybridSequential", "Linear", "Conv2d", "MLP"),
    }
)


def foreign_framework(tree: ast.Module, text: str) -> str | None:
    """The other framework whose models a file defines, or None."""
    if not any(name in text for name in FRAMEWORKS):
        return None
    found: str | None = None
    defines = False
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            roots = [(node.module or "").partition(".")[0]]
        else:
            roots = []
            if isinstance(node, ast.ClassDef):
                defines = defines or any(_last(base) in CLASSES for base in node.bases)
            elif isinstance(node, ast.Call):
                defines = defines or _last(node.func) in CLASSES
        found = found or next((FRAMEWORKS[root] for root in roots if root in FRAMEWORKS), None)
    return found if defines else None


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
