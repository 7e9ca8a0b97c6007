"""Where the author of an exported model wrote a layer: exporters leave the module's path, and some the line.

torch.onnx (dynamo)       metadata of each operator: a stack trace and the modules' names
torch.onnx (TorchScript)  operators named `/layer1/layer1.0/conv1/Conv`
tf2onnx                   operators named `model/conv1_1/BiasAdd`
"""

from __future__ import annotations

import ast
import posixpath
import re
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


def written(node: Any, producer: str) -> str | None:
    """`net.py:31 self.features.3`, as far as the exporter tells; None where it tells nothing."""
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
        name = re.sub(r"_1$", "", node.name.split("/")[-2])  # the scope of a layer's first call
        return f"layer {name}"
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
