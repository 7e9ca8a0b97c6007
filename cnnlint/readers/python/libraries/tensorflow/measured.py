"""What functions of one array refuse, as `scripts/generate_operands.py` asked Keras 3 and TensorFlow 2.

Of `keras.ops` the number of axes alone is said: another backend may take other numbers. Two tensors of TensorFlow that
are put together are of one type.
"""

from __future__ import annotations

import re
from typing import Any

from cnnlint.graph import CallRefused
from cnnlint.graph.dtypes import SHOWN, named
from cnnlint.graph.tables import load
from cnnlint.readers.python.libraries.tensorflow import agreeing
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ListValue,
    Passed,
    Symbol,
    TensorValue,
    Value,
    VariableValue,
    elements,
    is_number,
)

WORDS = {"bool": "truths", "int32": "whole numbers", "int64": "whole numbers", "float32": "real numbers"}
#: functions of two tensors of one type (asked of TensorFlow 2.21)
_PAIRS = """
add subtract multiply divide matmul equal not_equal less greater less_equal greater_equal maximum minimum pow mod
squared_difference floordiv truediv
"""
PAIRS = frozenset(f"{module}.{name}" for module in ("tf", "tf.math", "tf.linalg") for name in _PAIRS.split())


def refuse(run: Run, name: str, site: CallSite) -> None:
    """Tell the rules of a call that hands a function an array which it takes in no size."""
    old = run.versions.tensorflow in (0, 1) or run.versions.keras == 1
    if site.open or site.node is None or run.trying or run.frame.conditions or old:
        return
    row = load("operands")["functions"].get(name)
    problem, advice = _of_one(run, name, row, site) if row is not None else ("", "")
    if not problem and name in PAIRS:
        problem, advice = _of_two(run, name, site)
    if not problem:
        problem, advice = _in_words(name, site)
    if not problem and name in OF_SEVERAL:
        agreeing.refuse(run, name, site)
    if problem:
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice=advice))


#: what the tables of functions hand to others before their sizes are looked at
OF_SEVERAL = frozenset(
    {
        *(f"tf.nn.{kind}softmax_cross_entropy_with_logits" for kind in ("", "sparse_")),
        *("tf.nn.conv2d", "tf.einsum", "keras.ops.einsum", "keras.ops.dot", "keras.ops.moveaxis"),
    }
)
#: functions of a list of tensors and an axis
LISTED = frozenset({"tf.concat", "tf.stack", "keras.ops.concatenate", "keras.ops.stack", "keras.layers.concatenate"})
CONSTANTS = frozenset({"tf.constant", "tf.convert_to_tensor"})


def _in_words(name: str, site: CallSite) -> tuple[str, str]:
    """What is refused of a call's form."""
    last = name.rpartition(".")[2]
    if name in LISTED:
        axis = site.value(1, "axis")
        tensor = isinstance(axis, TensorValue) and not axis.node.opaque and bool(axis.node.shape)
        if tensor or _rank(axis):
            return f"{last} takes one list of tensors, and is given them one by one", "pass [a, b]"
    if name == "keras.ops.where" and len(site.positional) == 2 and not site.keywords:
        return "where takes what is meant and what is not, and is given one of them", "where(condition, x1, x2)"
    if name in CONSTANTS:
        value, dtype = site.value(0, "value"), site.value(1, "dtype")
        kind = dtype.name.rpartition(".")[2] if isinstance(dtype, Symbol) else dtype
        if isinstance(kind, str) and kind.startswith(("int", "uint", "float")):
            if isinstance(value, str):
                return f"{last} makes no {kind} of a word", "tf.strings.to_number"
            if isinstance(value, float) and kind.startswith(("int", "uint")):
                return f"{last} makes no {kind} of {value}", "tf.cast rounds it"
        if isinstance(value, ListValue) and _uneven(value):
            return f"{last} makes a tensor of rows of one length, and these have several", "tf.ragged.constant"
    return "", ""


def _uneven(value: ListValue) -> bool:
    """Whether the rows of a list, each of plain numbers, are of several lengths."""
    rows = [elements(row) for row in value.items] if value.whole else []
    plain = bool(rows) and all(row is not None and all(is_number(one) for one in row) for row in rows)
    return plain and len({len(row or ()) for row in rows}) > 1


def _of_one(run: Run, name: str, row: dict[str, Any], site: CallSite) -> tuple[str, str]:
    wanted = row["wants"].split()
    told = site.keywords.keys() - {row["first"], "name", *wanted}
    if told or len(site.positional) > 1 + len(wanted):
        return "", ""
    value, last = site.value(0, row["first"]), name.rpartition(".")[2]
    rank, ranks = _rank(value), row.get("ranks")
    if ranks is not None and rank is not None and rank <= 5 and rank not in ranks:
        many = " or ".join(map(str, ranks)) if ranks[-1] < 5 else f"{ranks[0]} or more"
        return f"{last} takes an array of {many} {'axis' if ranks == [1] else 'axes'}; this one has {rank}", ""
    dtype, types = _dtype(run, site.passed(0, row["first"])), row.get("types")
    dtype = "float32" if dtype == "float64" else dtype
    if types is not None and dtype in WORDS and dtype not in types and name.startswith("tf."):
        return f"{last} takes no {WORDS[dtype]}", "tf.cast makes others of them"
    return "", ""


def _of_two(run: Run, name: str, site: CallSite) -> tuple[str, str]:
    sides = [one.value for one in site.positional[:2]]
    types = [named(one.facts.dtype) for one in sides if isinstance(one, ArrayValue) and one.tensor and not one.numpy]
    behaves = "numpy_behavior" in run.frame.unit.parsed.text or "experimental.numpy" in run.frame.unit.parsed.text
    exact = {one.facts.dtype for one in sides if isinstance(one, ArrayValue)}
    if len(types) != 2 or None in types or len(exact) < 2 or behaves:
        return "", ""
    one, other = (SHOWN.get(kind or "", kind) for kind in types)
    if one == other:
        one, other = sorted(str(kind) for kind in exact)
    return (
        f"{name.rpartition('.')[2]} takes two tensors of one type; it is given {one} and {other}",
        "tf.cast one of them",
    )


def _rank(value: Value) -> int | None:
    if isinstance(value, ArrayValue):
        held = value.frame is None and not value.listed and value.facts.shape is not None
        return len(value.facts.shape or ()) if held else None
    if isinstance(value, VariableValue) and value.constant:
        return len(value.shape) if value.shape is not None else None
    return None


#: whole numbers as they are written: a constant of another type is the same number
WRITTEN = re.compile(r"-?\d+|\w+\.constant\(\s*-?\d+\s*\)|\[\s*-?\d+(\s*,\s*-?\d+)*\s*\]")


def _dtype(run: Run, passed: Passed | None) -> str | None:
    if passed is None:
        return None
    value = passed.value
    if isinstance(value, ArrayValue):
        return value.facts.dtype if not value.listed and value.frame is None else None
    text = run.origin(passed.node).text if passed.node is not None else ""
    return "int32" if WRITTEN.fullmatch(text.rpartition("=")[2].strip()) else None
