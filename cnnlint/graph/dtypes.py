"""What kind of numbers tensors hold: real numbers, truths, whole numbers of 32 or 64 bits; and what refuses which.

The table was measured (`scripts/generate_dtypes.py`). Real numbers of all lengths are one kind: Keras turns one into
the other. Keras's functions bring several operands to one kind first, TensorFlow's take operands of one kind only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from cnnlint.graph.tables import load

#: the kinds in the order in which one gives way to the next (keras: src/backend/common/dtypes.py)
ORDER = ("bool", "int32", "int64", "float")
#: kinds of nodes that hand on numbers as they are
HANDING_ON = frozenset(
    {
        *("Reshape", "WholeReshape", "Flatten", "Transpose", "Permute", "ExpandDims", "Squeeze", "SwapAxes"),
        *("MoveAxis", "Tile", "Repeat", "RepeatVector", "Identity", "Flip", "Roll", "Take", "Split", "Unstack"),
        *("Slice", "StridedSlice", "TakeAlong", "BroadcastTo", "Concatenate", "Stack", "Append", "Where"),
    }
)
#: kinds whose operands are of one kind each in TensorFlow
ALIKE = frozenset(
    {
        *("Add", "Subtract", "Multiply", "Divide", "Maximum", "Minimum", "Pow", "Compare", "Pairwise", "MatMul"),
        *("MatVec", "TensorDot", "Einsum", "Concatenate", "Stack", "Where"),
    }
)
#: layers with weights, and encodings, whatever they are given
FLOATS = frozenset(
    {
        *("CategoryEncoding", "EinsumDense", "MultiHeadAttention", "GroupQueryAttention", "RNN", "Bidirectional"),
        *("GroupNormalization", "Rescaling"),
    }
)
#: Keras's merging layers, by the function that does what they do
MERGING = {"Add": "add", "Subtract": "subtract", "Multiply": "multiply", "Maximum": "maximum", "Minimum": "minimum"}
SHOWN = {"bool": "truths", "int32": "whole numbers", "int64": "whole numbers of 64 bits", "float": "real numbers"}


def named(dtype: object) -> str | None:
    """The kind that a dtype's name stands for; None for another."""
    if not isinstance(dtype, str):
        return None
    return "float" if dtype.startswith(("float", "bfloat")) else dtype if dtype in ORDER else None


def promoted(kinds: Sequence[str | None]) -> str | None:
    """The kind that Keras brings several to; None where one of them is not known."""
    places = [ORDER.index(kind) for kind in kinds if kind is not None]
    return ORDER[max(places)] if places and len(places) == len(kinds) else None


@lru_cache(maxsize=4096)
def outcome(name: str, given: str | None) -> tuple[str | None, str | None]:
    """What a function or layer makes of a kind of numbers, and why it refuses them."""
    table = load("dtypes")
    row = table["functions"].get(name) or table["layers"].get(name) or {}
    found, answers = row.get(given), {answer for answer in row.values() if answer != "refused"}
    if given is None and len(answers) == 1:
        found = answers.pop()
    if found != "refused":
        return (found if found in ORDER else None), None
    return None, f"{name.rpartition('.')[2]} takes no {SHOWN[given or 'bool']}"


def _row(kind: str, api: str, values: Mapping[str, Any]) -> str:
    """The name that the table has for what a node does."""
    if api.startswith(("keras.ops.", "tf.")):
        # TensorFlow's poolings are not measured: it aborts on some
        return kind if api.startswith("tf.") and "Pooling" in kind else api
    if kind in MERGING:
        return f"keras.ops.{MERGING[kind]}"
    if kind == "Activation":
        return f"Activation {values.get('activation')}"
    inner = values.get("layer") if kind in ("TimeDistributed", "SpectralNormalization") else None
    return inner[0] if isinstance(inner, tuple) and inner and isinstance(inner[0], str) else kind


def _unattended(kind: str, values: Mapping[str, Any], given: str | None) -> str | None:
    """Why attention without projections does not take what it is given: a scale would make real numbers of it."""
    dotted = kind == "Attention" and values.get("score_mode") == "dot" and values.get("use_scale") is False
    added = kind == "AdditiveAttention" or values.get("score_mode") == "concat"
    refused = given in ("bool", "int32", "int64") if dotted else given == "bool" and added
    return f"{kind} takes no {SHOWN[given or 'bool']}" if refused else None


def infer(
    kind: str, api: str, values: Mapping[str, Any], inputs: Sequence[str | None]
) -> tuple[str | None, str | None]:
    """The kind of numbers that a node gives, and why it refuses what it is given; None for what is not known."""
    if kind == "Cast":
        return named(values.get("dtype")), None
    if not inputs:
        return None, None
    if kind == "Where":
        if len(inputs) != 3:
            return None, None  # a number stands for one of the two, or a mask is not known
        inputs = inputs[1:]
    if api.startswith("tf.") and kind in ALIKE and None not in inputs and len(set(inputs)) > 1:
        mixed = " and ".join(SHOWN[one or "bool"] for one in dict.fromkeys(inputs))
        return None, f"TensorFlow's functions take operands of one type; it is given {mixed}"
    if kind in ("ReduceAny", "ReduceAll", "Compare"):
        return "bool", None
    if kind in FLOATS:
        return "float", None
    if kind == "Discretization":
        return {"int": "int32"}.get(values.get("output_mode", ""), "float"), None
    if kind in ("Attention", "AdditiveAttention"):
        return "float", _unattended(kind, values, promoted(inputs))
    several = kind in ALIKE or kind in HANDING_ON or api.startswith("keras.ops.")
    given = promoted(inputs) if several else inputs[0]
    found, refused = outcome(_row(kind, api, values), given)
    if kind == "TopK" and values.get("part") == 1:
        found = "int32" if refused is None else None
    if values.get("dtype") is not None:
        found = None
    return (given if found is None and refused is None and kind in HANDING_ON else found), refused
