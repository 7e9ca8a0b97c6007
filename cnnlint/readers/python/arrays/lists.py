"""Lists that arrays were turned into: `list(x)`, `x.tolist()`. They hold the array's numbers, and do what lists do."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays import elements, statements
from cnnlint.readers.python.arrays.dtypes import FLOATS, SIGNED, UNSIGNED
from cnnlint.readers.python.arrays.identity import lifted, view
from cnnlint.readers.python.arrays.joining import joined
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    Elements,
    ListValue,
    Unknown,
    Value,
    is_constant,
)
from cnnlint.readers.python.values import elements as contained

CHANGING = frozenset({"append", "extend", "insert", "remove", "pop", "clear"})
"""Methods of a list after which its length, and what it holds, is another."""


def listed(value: ArrayValue) -> ArrayValue:
    """`list(x)`: a list of its own; its rows are the array's."""
    facts = value.facts
    if facts.samples == 0:  # a list without items is of no type
        return elements.keep(ArrayValue(ArrayFacts((0,), "float64"), listed=1), Elements((0,), ()))
    if value.frame is not None:  # a series yields numbers of Python's
        facts = replace(facts, dtype=widest(facts.dtype))
        if facts.dtype is None and any(step.kind == "opaque" for step in facts.steps):
            facts = replace(facts, shape=None)  # its cells may hold pictures
    made = ArrayValue(facts, value.exact, mixed=value.mixed, gapless=value.gapless, listed=max(1, value.listed))
    elements.told(made, elements.known(value))
    return made if facts.shape is not None and len(facts.shape) == 1 else view(value, made)


def widest(dtype: str | None) -> str | None:
    """What numpy makes of numbers of Python's that were of this type."""
    whole = dtype in SIGNED or (
        dtype in UNSIGNED and dtype != "uint64"
    )  # what is too large stays so, or becomes a float
    return dtype if dtype == "bool" else "float64" if dtype in FLOATS else "int64" if whole else None


DEEP = 64
"""As many axes as an array of numpy can have: all of them are lists."""


def narrowed(value: Value, dtype: str | None) -> str | None:
    """The type of the tensor that TensorFlow makes of lists: of numbers of numpy's it keeps some types."""
    own = _of_python(value)
    return {"float64": "float32", "int64": "int32"}.get(dtype or "", dtype) if own or dtype == "float32" else None


def _of_python(value: Value) -> bool:
    """Whether all numbers in lists are Python's own."""
    if isinstance(value, ArrayValue):
        return value.listed == DEEP
    items = contained(value)
    return is_constant(value) if items is None else all(map(_of_python, items))


def marked(value: ArrayValue, depth: int) -> ArrayValue:
    """The same, so many of whose axes are lists'."""
    value.listed = depth
    return value


def depth(value: Value) -> int:
    """How many axes of a value are lists'."""
    found = 0
    while isinstance(value, (ListValue, tuple)):
        found += 1
        value = next(iter(value.items if isinstance(value, ListValue) else value), None)
    return found + (value.listed if isinstance(value, ArrayValue) else 0)


def item(value: ArrayValue, made: Value, index: list[Value]) -> Value:
    """`value[index]` of a list, where `made` is what an array gives: a list of its own, or what it holds."""
    if not isinstance(made, ArrayValue):
        return made
    if len(index) == 1 and isinstance(index[0], slice):
        return listed(elements.carried(made, replace(made, listed=value.listed)))
    return elements.carried(made, replace(made, listed=value.listed - 1))


def is_listed(value: Value) -> bool:
    """Whether a value is a list that an array was turned into."""
    return isinstance(value, ArrayValue) and value.listed > 0


def binary(run: Run, name: str, left: Value, right: Value) -> Value | None:
    """`left op right` where one side is such a list; None where the other is an array, which then decides."""
    sides = (left, right)
    if any(isinstance(side, ArrayValue) and not side.listed for side in sides):
        return None
    lists = [lifted(run, side) for side in sides if is_listed(side) or isinstance(side, ListValue)]
    if name == "Add" and len(lists) == 2:
        parts = [one for one in lists if one is not None]
        filled = [one for one in parts if one.facts.samples != 0]
        if len(parts) == 2 and len(filled) == 1:  # nothing is put to it
            return listed(filled[0])
        ranks = {len(one.facts.shape) for one in parts if one.facts.shape is not None}
        inner = {one.facts.shape[1:] for one in parts if one.facts.shape is not None}
        if len(parts) != 2 or len(ranks) == 2 or len(inner) == 2:
            return ArrayValue(ArrayFacts(), listed=1)
        made = joined(run, parts, 0, CallSite(None))
        if made.facts.shape is None:  # lists of anything may be put end to end
            return ArrayValue(ArrayFacts(), listed=1)
        if len({one.facts.dtype for one in parts}) == 2:  # each keeps its type, until an array is made of them
            return ArrayValue(ArrayFacts(made.facts.shape), listed=1)
        found = [elements.known(one) for one in parts]
        if found[0] is not None and found[1] is not None:
            both = [found[0], found[1]]
            made = elements.told(made, elements.worked_out(lambda: elements.joined(both, 0)))
        depth = min(max(1, one.listed) for one in parts)
        if made.facts.shape is None or len(made.facts.shape) > 1:  # rows are those of the arrays, not copies
            for one in parts:
                view(one, made)
        return marked(made, depth)
    times = next((side for side in sides if isinstance(side, int)), None)
    if name == "Multiply" and times is not None and lists[0] is not None:
        return _repeated(lists[0], times)
    return Unknown("operation on a list", ("list", name))


def _repeated(value: ArrayValue, times: int) -> ArrayValue:
    facts = value.facts
    length = facts.samples * max(0, times) if facts.samples is not None else None
    shape = (length, *facts.shape[1:]) if facts.shape else None
    if times < 1:
        return ArrayValue(ArrayFacts((0,), "float64"), listed=1)
    made = ArrayValue(
        replace(facts, shape=shape, name=None),
        value.exact,
        mixed=value.mixed,
        gapless=value.gapless,
        listed=value.listed,
    )
    if len(shape or (None, None)) > 1:
        view(value, made)
    found = elements.known(value)
    small = found is not None and len(found.items) * times <= elements.MOST and shape is not None
    if found is None or not small:
        return made
    return elements.told(made, Elements((found.shape[0] * times, *found.shape[1:]), found.items * times))


def extended(run: Run, value: ArrayValue) -> ArrayValue:
    """Its length, and what it holds, have become others: all that is left is that it is a list."""
    statements.overwritten(run, value)
    for other in value.family or [value]:
        other.facts = replace(other.facts, shape=None, dtype=None)
    return value


def attribute(run: Run, value: ArrayValue, name: str) -> Value:
    """A method of a list."""
    if name == "copy":
        return Native(name, lambda run, site: listed(value))
    if name in ("sort", "reverse"):
        return Native(name, lambda run, site: _reordered(run, value))
    if name in CHANGING:
        return Native(name, lambda run, site: _changed(run, value))
    return Unknown(name, ("list", name, value.facts.root, value.facts.name))


def _changed(run: Run, value: ArrayValue) -> Value:
    extended(run, value)
    return Unknown("item", ("array element", value.facts.root, value.facts.name))


def _reordered(run: Run, value: ArrayValue) -> Value:
    statements.overwritten(run, value, keep=True)
    return Unknown("None", ("nothing",))
