"""What TensorFlow's and Keras's functions refuse of arrays: sizes that do not agree, axes that are not there, types.

Of tensors of a model the shapes tell; here all operands are data. Each was asked of TensorFlow 2.21 and Keras 3.15.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from cnnlint.graph import CallRefused
from cnnlint.graph.dtypes import outcome
from cnnlint.graph.walks import spell
from cnnlint.readers.python.arrays.shapes import broadcast
from cnnlint.readers.python.libraries.tensorflow import operands
from cnnlint.readers.python.libraries.tensorflow.extents import sizes_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, Value, VariableValue, elements, is_number

Whole = tuple[int, ...]
MODULES = frozenset({"tf", "tf.math", "tf.linalg", "tf.nn", "keras.ops"})
#: arguments that turn what is multiplied
TURNING = frozenset({"transpose_a", "transpose_b", "adjoint_a", "adjoint_b", "a_is_sparse", "b_is_sparse"})


def refuse(run: Run, name: str, site: CallSite) -> None:
    """Tell the rules of a call that its operands do not allow."""
    module, _, last = name.rpartition(".")
    if module not in MODULES or site.open or site.node is None or not (site.positional or site.keywords):
        return
    check = operands.CHECKS.get(last) or (CHECKS.get(last) if site.positional else None)
    problem, advice = check(site) if check is not None else "", "make the sizes agree"
    if not problem and module != "keras.ops" and site.positional:
        problem, advice = _typed(last, site.value(0)), "tf.cast makes real numbers of them"
    if problem:
        run.event(CallRefused(origin=run.origin(site.node), problem=f"{last} {problem}", advice=advice))


def _whole(value: Value) -> Whole | None:
    """The sizes of what is known to have just these."""
    if not isinstance(value, (ArrayValue, VariableValue)) and elements(value) is None and not is_number(value):
        return None
    sizes = sizes_of(value)
    known = tuple(size for size in sizes or () if isinstance(size, int))
    return known if sizes is not None and len(known) == len(sizes) else None


def _integer(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _two(site: CallSite) -> tuple[Whole, Whole] | None:
    """The sizes of two operands, of which one at least is an array."""
    values = [passed.value for passed in site.positional[:2]]
    sizes = [_whole(value) for value in values]
    held = any(isinstance(value, ArrayValue) for value in values)
    held = held and not any(isinstance(value, VariableValue) for value in values)  # of which the shapes tell
    return (sizes[0], sizes[1]) if len(sizes) == 2 and held and sizes[0] is not None and sizes[1] is not None else None


def _each(site: CallSite) -> str:
    pair = _two(site)
    if pair is None or broadcast(*pair) is not None:
        return ""
    return f"takes sizes that agree, or 1; it is given {spell(pair[0])} and {spell(pair[1])}"


def _product(site: CallSite) -> str:
    pair = _two(site)
    if pair is None or len(site.positional) > 2 or TURNING & site.keywords.keys():
        return ""
    left, right = pair
    if len(left) < 2 or len(right) < 2 or left[-1] == right[-2]:
        return ""
    return f"cannot multiply {spell(left)} with {spell(right)}: {left[-1]} columns, and {right[-2]} rows"


def _dot(site: CallSite) -> str:
    """`keras.ops.dot(x, y)`: of two matrices their product."""
    pair = _two(site)
    return _product(site) if pair is not None and len(pair[0]) == len(pair[1]) == 2 else ""


def _filtered(site: CallSite) -> str:
    """`tf.nn.conv2d(input, filters, …)`: as many channels as the filters read, or a multiple of them."""
    given, filters = (_whole(site.value(0, "input")), _whole(site.value(1, "filters")))
    ordered = site.value(None, "data_format", default="NHWC") == "NHWC" and len(site.positional) < 6
    if given is None or filters is None or len(given) != 4 or len(filters) != 4 or not ordered or not filters[2]:
        return ""
    return f"reads {given[3]} channels with filters of {filters[2]}" if given[3] % filters[2] else ""


def _several(site: CallSite) -> list[Whole]:
    """The sizes of the arrays in a list; none where not all are known."""
    items = elements(site.value(0)) or ()
    sizes = [_whole(item) if isinstance(item, (ArrayValue, VariableValue)) else None for item in items]
    return [one for one in sizes if one is not None] if len(sizes) > 1 and None not in sizes else []


def _joined(site: CallSite) -> str:
    sizes, axis = _several(site), site.value(1, "axis", default=0)
    if not sizes or not isinstance(axis, int):
        return ""
    if any(len(one) != len(other) for one, other in pairwise(sizes)):
        return f"joins arrays of as many axes; it is given {', '.join(map(spell, sizes))}"
    rank = len(sizes[0])
    if not -rank <= axis < rank:
        return f"has no axis {axis} in arrays of {rank} axes"
    beside = [one[: axis % rank] + one[axis % rank + 1 :] for one in sizes]
    unlike = any(one != other for one, other in pairwise(beside))
    return f"cannot join {', '.join(map(spell, sizes))} along axis {axis}" if unlike else ""


def _stacked(site: CallSite) -> str:
    sizes = _several(site)
    unlike = any(one != other for one, other in pairwise(sizes))
    return f"takes arrays of one shape; it is given {', '.join(map(spell, sizes))}" if unlike else ""


def _first(site: CallSite) -> Whole | None:
    value = site.value(0)
    return _whole(value) if isinstance(value, ArrayValue) else None


def _axis(site: CallSite) -> str:
    sizes, axis = _first(site), _integer(site.value(1, "axis"))
    if sizes is None or axis is None or -len(sizes) <= axis < len(sizes):
        return ""
    return f"has no axis {axis} in {spell(sizes)}"


def _squeezed(site: CallSite) -> str:
    sizes, axis = _first(site), _integer(site.value(1, "axis"))
    if sizes is None or axis is None or not -len(sizes) <= axis < len(sizes) or sizes[axis] == 1:
        return _axis(site)
    return f"takes an axis of 1 away; this one has {sizes[axis]}"


def _split(site: CallSite) -> str:
    sizes, parts = _first(site), _integer(site.positional[1].value) if len(site.positional) > 1 else None
    axis = _integer(site.value(2, "axis", default=0))
    if not sizes or axis is None or not parts or parts < 0 or not -len(sizes) <= axis < len(sizes):
        return ""
    return f"cannot make {parts} equal parts of {sizes[axis]}" if sizes[axis] % parts else ""


def _spread(site: CallSite) -> str:
    sizes, target = _first(site), elements(site.value(1, "shape")) or ()
    wanted = tuple(one for one in map(_integer, target) if one is not None)
    if sizes is None or not wanted or len(wanted) != len(target) or min(wanted) < 0:
        return ""
    return "" if broadcast(sizes, wanted) == wanted else f"cannot spread {spell(sizes)} over {spell(wanted)}"


def _square(site: CallSite) -> str:
    sizes = _first(site) if site.api != "tf.inv" else None  # one over each number, up to TensorFlow 0.11
    return f"takes a square matrix, and is given {spell(sizes)}" if sizes and len(set(sizes[-2:])) > 1 else ""


def _reshaped(site: CallSite) -> str:
    """`tf.reshape(tensor, shape)`: as many numbers as there are."""
    sizes, target = _whole(site.value(0)), elements(site.value(1, "shape")) or ()
    wanted = [one for one in map(_integer, target) if one is not None]
    if sizes is None or len(wanted) != len(target) or not wanted:
        return ""
    held, rest = math.prod(sizes), math.prod(one for one in wanted if one >= 0)
    if wanted.count(-1) > 1 or (held != rest if -1 not in wanted else rest > 0 and held % rest):
        return f"has {held:,} numbers of shape {spell(sizes)}, and no shape {spell(tuple(wanted))} holds so many"
    return ""


def _typed(last: str, value: Value) -> str:
    """A type of numbers that a function of TensorFlow does not take."""
    dtype = value.facts.dtype if isinstance(value, ArrayValue) else None
    if dtype not in ("int32", "int64") or last not in REAL:
        return ""
    refusals = [outcome(f"{module}{last}", dtype)[1] for module in ("tf.", "tf.math.", "tf.nn.")]
    return next(("takes no whole numbers" for one in refusals if one), "")


#: functions of real numbers by their definition
_REAL = "sqrt rsqrt exp log log1p sigmoid tanh softmax log_softmax softplus sin cos lgamma erf"
REAL = frozenset(_REAL.split())
EACH = "add subtract multiply divide maximum minimum pow power squared_difference floordiv truediv mod greater less"
REDUCED = "reduce_mean reduce_sum reduce_max reduce_min reduce_prod reduce_std reduce_variance argmax argmin"
PLAIN = "mean sum max min prod std var softmax log_softmax cumsum cumprod flip sort argsort any all"
CHECKS: dict[str, Callable[[CallSite], str]] = {
    **dict.fromkeys(EACH.split(), _each),
    **dict.fromkeys((*REDUCED.split(), *PLAIN.split()), _axis),
    **dict.fromkeys(("concat", "concatenate"), _joined),
    **dict.fromkeys(("inv", "det", "cholesky"), _square),
    "broadcast_to": _spread,
    "conv2d": _filtered,
    "dot": _dot,
    "matmul": _product,
    "reshape": _reshaped,
    "split": _split,
    "squeeze": _squeezed,
    "stack": _stacked,
}
