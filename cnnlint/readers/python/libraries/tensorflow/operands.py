"""What functions of several operands, or of settings that hang on one, refuse of arrays: each asked of TensorFlow 2.21
and Keras 3.15."""

from __future__ import annotations

import re
from collections.abc import Callable

from cnnlint.graph.walks import spell
from cnnlint.readers.python.libraries.tensorflow.extents import sizes_of
from cnnlint.readers.python.values import ArrayValue, CallSite, Value, VariableValue, elements

Whole = tuple[int, ...]


def whole(value: Value) -> Whole | None:
    """The sizes of an array of which all are known."""
    if not isinstance(value, (ArrayValue, VariableValue)):
        return None
    sizes = sizes_of(value)
    known = tuple(size for size in sizes or () if isinstance(size, int))
    return known if sizes is not None and len(known) == len(sizes) else None


def _integer(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _tile(site: CallSite) -> str:
    sizes, times = whole(site.value(0, "input")), elements(site.value(1, "multiples"))
    if not site.api.startswith("tf.") or sizes is None or times is None or len(times) == len(sizes):
        return ""
    return f"takes a number for each of {len(sizes)} axes, and is given {len(times)}"


def _labelled(site: CallSite) -> str:
    labels, logits = whole(site.value(None, "labels")), whole(site.value(None, "logits"))
    if not labels or not logits or len(labels) != len(logits) or labels[-1] == logits[-1]:
        return ""
    return f"takes labels and logits of as many classes; it is given {spell(labels)} and {spell(logits)}"


def _numbered(site: CallSite) -> str:
    labels, logits = whole(site.value(None, "labels")), whole(site.value(None, "logits"))
    if labels is None or logits is None or len(labels) == len(logits) - 1:
        return ""
    return f"takes labels of one axis less than the logits; it is given {spell(labels)} and {spell(logits)}"


def _alike(site: CallSite) -> str:
    target, output = whole(site.value(0, "target")), whole(site.value(1, "output"))
    if not site.api.startswith("keras.ops.") or not target or not output or target == output:
        return ""
    return f"takes targets and outputs of one shape; it is given {spell(target)} and {spell(output)}"


def _sparse(site: CallSite) -> str:
    target, output = whole(site.value(0, "target")), whole(site.value(1, "output"))
    if not site.api.startswith("keras.ops.") or not target or not output:
        return ""
    fits = len(target) == len(output) - 1 or (len(target) == len(output) and target[-1] == 1)
    return "" if fits else f"takes a number for each row of outputs; it is given {spell(target)} for {spell(output)}"


def _take(site: CallSite) -> str:
    sizes, axis = whole(site.value(0, "x")), _integer(site.value(2, "axis"))
    if not site.api.startswith("keras.ops.") or sizes is None or axis is None or -len(sizes) <= axis < len(sizes):
        return ""
    return f"has no axis {axis} in {spell(sizes)}"


def _tensordot(site: CallSite) -> str:
    sides, axes = [whole(passed.value) for passed in site.positional[:2]], _integer(site.value(2, "axes"))
    if len(sides) < 2 or not axes or axes < 0:
        return ""
    left, right = sides
    if left is None or right is None or min(len(left), len(right)) < axes or left[-axes:] == right[:axes]:
        return ""
    return f"sums over {spell(left[-axes:])} of the one and {spell(right[:axes])} of the other"


#: an equation of letters alone
EQUATION = re.compile(r"([a-zA-Z]+(?:,[a-zA-Z]+)*)(?:->[a-zA-Z]*)?")


def _einsum(site: CallSite) -> str:
    text = site.value(0)
    found = EQUATION.fullmatch(text.replace(" ", "")) if isinstance(text, str) else None
    terms = found.group(1).split(",") if found else []
    if len(terms) != len(site.positional) - 1:
        return ""
    known: dict[str, int] = {}
    for term, passed in zip(terms, site.positional[1:], strict=True):
        sizes = whole(passed.value)
        if sizes is None:
            continue
        if len(sizes) != len(term):
            return f"calls the axes {term!r} of an array that has {len(sizes)}"
        for letter, size in zip(term, sizes, strict=True):
            if size != 1 and known.setdefault(letter, size) not in (1, size):
                return f"has {known[letter]} and {size} numbers along {letter!r}"
    return ""


def _solve(site: CallSite) -> str:
    left, right = (whole(passed.value) for passed in [*site.positional, *site.positional][:2])
    if not site.api.startswith("keras.ops.") or len(site.positional) < 2 or not left or not right:
        return ""
    fits = len(left) != 2 or left[0] != left[1] or right[0] == left[0] or len(right) > 2
    return "" if fits else f"takes as many rows on the right as there are on the left: {right[0]}, and not {left[0]}"


def _moved(site: CallSite) -> str:
    source, target = elements(site.value(1, "source")), elements(site.value(2, "destination"))
    if source is None or target is None or len(source) == len(target):
        return ""
    return f"moves {len(source)} axes to {len(target)} places"


CHECKS: dict[str, Callable[[CallSite], str]] = {
    "binary_crossentropy": _alike,
    "categorical_crossentropy": _alike,
    "einsum": _einsum,
    "moveaxis": _moved,
    "softmax_cross_entropy_with_logits": _labelled,
    "softmax_cross_entropy_with_logits_v2": _labelled,
    "solve": _solve,
    "sparse_categorical_crossentropy": _sparse,
    "sparse_softmax_cross_entropy_with_logits": _numbered,
    "take": _take,
    "tensordot": _tensordot,
    "tile": _tile,
}
