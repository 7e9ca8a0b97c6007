"""Which arrays come from one source: every source has a number, and so has every selection of its columns."""

from __future__ import annotations

from weakref import WeakSet

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Origin
from cnnlint.readers.python.arrays.elements import keep
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, DictView, ListValue, Unknown, Value, is_constant

#: tokens of unknowns that stand for one value wherever they come up
LASTING = ("name", "param", "import")


def origin_of(run: Run, site: CallSite | None) -> Origin | None:
    """Where a call stands, for the facts of what it makes."""
    return run.origin(site.node) if site is not None and site.node is not None else None


def fresh_root(run: Run) -> int:
    """The number of a new source of data."""
    run.sources.count += 1
    return run.sources.count


def derived_root(run: Run, root: int | None, key: object) -> int | None:
    """The number of a selection from a source, the same for the same selection."""
    if root is None:
        return None
    known = run.sources.derived.get((root, key))
    if known is None:
        known = run.sources.derived[root, key] = fresh_root(run)
    return known


def lifted(run: Run, value: Value) -> ArrayValue | None:
    """A value as an array: one already, nested lists of numbers, or an unknown that is used as one.

    Of an unknown nothing is known but that it is the same data wherever it is met again.
    """
    from cnnlint.readers.python.arrays.literals import from_items

    if isinstance(value, ArrayValue):
        return None if value.bag else value
    if isinstance(value, Unknown):
        token = value.token
        while isinstance(token, tuple) and len(token) == 3 and token[0] in ("part", "attribute"):
            token = token[1]
        if isinstance(token, tuple) and token[:1] and token[0] in LASTING:
            root = run.sources.derived.setdefault(("unknown", value.token), 0) or fresh_root(run)
            run.sources.derived["unknown", value.token] = root
            name = value.token[1] if value.token[0] == "name" else None  # type: ignore[index]
            return ArrayValue(ArrayFacts(root=root, name=name if isinstance(name, str) else None), mixed=True)
        return None
    whole = isinstance(value, DictView)  # which numpy takes for one object
    return from_items(run, value) if isinstance(value, (tuple, ListValue)) and not whole else None


def named(run: Run, name: str, value: ArrayValue) -> ArrayValue:
    """An array as it is called once it has this name."""
    facts = replace(value.facts, name=name)
    run.arrays.append(facts)
    found = value.elements
    if value.facts.name == name:
        value.facts = facts
        return value if found is None else keep(value, found)
    if not value.family:
        value.family.append(value)
    other = replace(value, facts=facts, memory=_memory(value))
    other.family.append(other)
    _memory(other).add(other)
    return other if found is None else keep(other, found)


def view(value: ArrayValue, made: ArrayValue) -> ArrayValue:
    """An array that may share the memory of another: what is written into one of them shows in the other."""
    if made is not value:
        made.memory = _memory(value)
        made.memory.add(made)
    return made


def either(made: ArrayValue, *values: ArrayValue) -> ArrayValue:
    """An array that may be one of these: what is written into it, or into one of them, may show in all."""
    memory = WeakSet([made])
    for value in values:
        for other in _memory(value):
            memory.add(other)
            other.memory = memory
    made.memory = memory
    return made


def _memory(value: ArrayValue) -> WeakSet[ArrayValue]:
    if value.memory is None:
        value.memory = WeakSet([value])
    return value.memory


#: what calls give of which nothing is known may be arrays of any shape
RESULTS = frozenset(
    {"call", "numpy", "method", "array", "object", "loop", "digest", "concatenate", "function"}
    | {"session", "predictions", "stream", "tensor"}
)


#: what a token says of values that are no numbers
CONTAINERS = ("ArrayValue", "ListValue", "DictValue", "TensorValue", "tuple")


def is_scalar(value: Value) -> bool:
    """Whether a value is one number or text; a name of which nothing is known is taken for one."""
    if isinstance(value, Unknown):
        return _scalar_token(value.token)
    return is_constant(value) and not isinstance(value, tuple)


#: what is surely one number, whoever's it is
NUMBERS = ("statistic", "len")


def keeps_shape(facts: ArrayFacts, value: Value) -> bool:
    """Whether an array has the same shape after an operation with this value.

    A name of which nothing is known is taken for a number beside data of several axes. Beside a row, such as the means
    of three channels, it may as well be what the row is taken from.
    """
    if not is_scalar(value):
        return False
    token = value.token if isinstance(value, Unknown) else None
    told = not isinstance(value, Unknown) or (isinstance(token, tuple) and token[0] in NUMBERS)
    return told or facts.shape is None or len([size for size in facts.shape if size != 1]) > 1


def _scalar_token(token: object) -> bool:
    if not isinstance(token, tuple) or not token:
        return False
    if token[0] in NUMBERS:
        return True
    if token[0] in RESULTS or any(part in CONTAINERS for part in token):
        return False
    if token[0] == "item" and isinstance(token[1], str) and token[1].startswith("Symbol("):
        return False  # np.mgrid[0:3]
    return all(_scalar_token(part) for part in token if isinstance(part, tuple) and part)
