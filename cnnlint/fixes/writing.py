"""Values and callees as source text, in the style of the text around them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.imports import tensorflow_alias
from cnnlint.graph.vocabulary import canonical_activation, layer_spec

NN_FUNCTIONS: Final = frozenset(
    {
        "relu",
        "relu6",
        "elu",
        "selu",
        "sigmoid",
        "tanh",
        "softmax",
        "log_softmax",
        "softplus",
        "softsign",
        "leaky_relu",
    }
)
"""Activations that `tf.nn` has by these names, in TensorFlow 1 as in 2."""

TF1_INITIALIZERS: Final[Mapping[str, str]] = {
    "glorot_uniform": "glorot_uniform_initializer()",
    "glorot_normal": "glorot_normal_initializer()",
    "he_normal": "variance_scaling_initializer(scale=2.0)",
    "lecun_normal": "variance_scaling_initializer()",
    "zeros": "zeros_initializer()",
    "ones": "ones_initializer()",
}
"""Initialisers by what TensorFlow 1 calls them."""


def literal(value: Any, near: str = "") -> str:
    """A plain value as Python writes it; strings in the quotes that `near` uses. NoFix for anything else."""
    if isinstance(value, str):
        return quoted(value, near)
    if isinstance(value, (tuple, list)):
        items = ", ".join(literal(item, near) for item in value)
        if isinstance(value, list):
            return f"[{items}]"
        return f"({items},)" if len(value) == 1 else f"({items})"
    if value is None or isinstance(value, (bool, int)):
        return repr(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    raise NoFix(f"{value!r} has no simple form")


def quoted(value: str, near: str) -> str:
    """A string in the quotes that stand first in the text around it."""
    double, single = near.find('"'), near.find("'")
    if not re.fullmatch(r"[\w .,:/-]*", value):
        return repr(value)
    return f'"{value}"' if double >= 0 and (single < 0 or double < single) else f"'{value}'"


def activation(name: str, old: str, near: str) -> str:
    """An activation as Keras takes it: a function of the module that the old one is from, or its name."""
    dotted = re.fullmatch(r"((?:\w+\.)*(?:nn|activations))\.\w+", old)
    if dotted and name in NN_FUNCTIONS and canonical_activation(old.rpartition(".")[2]) is not None:
        return f"{dotted[1]}.{name}"
    return quoted(name, near)


def tensorflow(family: str, name: str, api: str, callee: str, text: str) -> str:
    """An activation function or initialiser as TensorFlow 1's functions take it."""
    alias = tensorflow_alias(api, callee, text)
    if family == "activation":
        if name not in NN_FUNCTIONS:
            raise NoFix(f"tf.nn has no {name}")
        return f"{alias}.nn.{name}"
    if name not in TF1_INITIALIZERS:
        raise NoFix(f"no initialiser of TensorFlow 1 is called {name}")
    return f"{alias}.{TF1_INITIALIZERS[name]}"


def constructor(
    callee: str, kind: str, values: Mapping[str, Any], near: str, texts: Mapping[str, str] | None = None
) -> str:
    """A layer's constructor: the first parameter by position, the others by keyword, `texts` as they are."""
    spec = layer_spec(kind)
    first = spec.parameters[0] if spec is not None and spec.parameters else ""
    written = {name: _plain(name, value, near) for name, value in values.items() if name not in (texts or {})}
    written.update(texts or {})
    parts = [f"{name}={text}" for name, text in written.items() if name != first]
    if first in written:
        parts.insert(0, written[first])
    return f"{callee}({', '.join(parts)})"


def _plain(name: str, value: Any, near: str) -> str:
    if name.endswith("_initializer") and isinstance(value, dict) and set(value) == {"name"}:
        value = value["name"]
    if isinstance(value, tuple) and value and len(set(value)) == 1 and name != "target_shape":
        value = value[0]
    return literal(value, near)
