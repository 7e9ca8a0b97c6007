"""Where the author of an exported model wrote a layer: exporters leave the module's path, and some the line.

torch.onnx (dynamo)       metadata of each operator: a stack trace and the modules' names
torch.onnx (TorchScript)  operators named `/layer1/layer1.0/conv1/Conv`
tf2onnx                   operators named `model_1/conv1_1/BiasAdd` (Keras 3) or `model/conv1/BiasAdd` (Keras 2)
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable
from typing import Any

SCOPES, TRACE = "pkg.torch.onnx.name_scopes", "pkg.torch.onnx.stack_trace"

FRAME = re.compile(r'File "([^"\n]{1,400})", line (\d{1,7})')

LIBRARIES = ("site-packages/", "dist-packages/", "torch/nn/", "torch/_")
"""Parts of the paths of files that are not the author's."""

MODULES = frozenset(
    {
        "container.py",
        "module.py",
        "batchnorm.py",
        "conv.py",
        "linear.py",
        "activation.py",
        "pooling.py",
        "dropout.py",
        "normalization.py",
        "flatten.py",
        "padding.py",
        "upsampling.py",
        "rnn.py",
        "sparse.py",
        "transformer.py",
        "functional.py",
        "instancenorm.py",
        "pixelshuffle.py",
    }
)
"""torch.nn's own files, where a trace gives no folders."""

LONGEST = 20_000
"""Characters of metadata, or of a name, that are looked at."""


CALL = re.compile(r"_\d{1,4}$")

INNER = frozenset(
    {
        "convolution",
        "conv_transpose",
        "separable_conv2d",
        "depthwise",
        "batchnorm",
        "moments",
        "einsum",
        "zeros",
        "while",
    }
)
"""Scopes within a layer's, beside those that are called like TensorFlow's operations: Tensordot, Cast, BiasAdd."""


def counts_calls(names: Iterable[str]) -> bool:
    """Whether a graph of tf2onnx's is of Keras 3, which numbers the scope of each call of a layer, the first one's too.

    Keras 2 gives every layer's first call the layer's own name, whose number is the layer's.
    """
    scopes = (_scopes(name) for name in names if len(name) <= LONGEST)
    return all(CALL.search(below[0]) for below in scopes if below)


def _scopes(name: str) -> list[str]:
    """The scopes of an operator of tf2onnx's below that of the model, as far as they are layers."""
    scopes = name.removeprefix("StatefulPartitionedCall/").split("/")[1:-1]
    while scopes and (scopes[-1][:1].isupper() or CALL.sub("", scopes[-1]) in INNER):
        scopes.pop()
    return scopes


def written(node: Any, producer: str, *, numbered: bool = True) -> str | None:
    """`net.py:31 self.features.3`, as far as the exporter tells; None where it tells nothing.

    `numbered` says whether the names of tf2onnx count the calls of layers.
    """
    told = {  # protobuf gives what is not UTF-8 as bytes
        entry.key: entry.value
        for entry in node.metadata_props
        if entry.key in (SCOPES, TRACE) and isinstance(entry.value, str)
    }
    if told:
        parts = (_line(told.get(TRACE, "")), _module(told.get(SCOPES, "")))
        return " ".join(part for part in parts if part) or None
    if len(node.name) > LONGEST:
        return None
    if producer == "pytorch" and node.name.startswith("/"):
        return _scoped(node.name.split("/")[1:-1])
    if producer == "tf2onnx" and node.name.count("/") > 1:
        *_, name = "", *_scopes(node.name)
        name = name.removesuffix("_1") if numbered else name  # the scope of a layer's first call
        return f"layer {name}" if name else None
    return None


def _line(trace: str) -> str | None:
    """The innermost line of the trace that is the author's."""
    for path, row in reversed(FRAME.findall(trace[:LONGEST])):
        path = path.replace("\\", "/")
        name = posixpath.basename(path)
        if not any(part in path for part in LIBRARIES) and not ("/" not in path and name in MODULES):
            return f"{name}:{row}"
    return None


def _module(scopes: str) -> str | None:
    """The module that the operator belongs to; the last of the names is the operation's own."""
    try:
        listed = ast.literal_eval(scopes) if 0 < len(scopes) <= LONGEST else []
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    names = [name for name in listed[:-1] if isinstance(name, str) and name] if isinstance(listed, list) else []
    return f"self.{names[-1]}" if names else None


def _scoped(parts: list[str]) -> str | None:
    """TorchScript's scopes, some of which repeat the one before: layer1, layer1.0, conv1."""
    path = ""
    for part in parts:
        path = part if not path or part.startswith(f"{path}.") else f"{path}.{part}"
    return f"self.{path}" if path else None
