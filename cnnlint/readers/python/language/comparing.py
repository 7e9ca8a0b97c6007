"""Truth, length, equality, order and membership of values, as Python has them; None where it is not known."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from cnnlint.readers.python.language.classes import may_define, special, through
from cnnlint.readers.python.language.failing import throw
from cnnlint.readers.python.language.iteration import contents, live
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    MISSING,
    Abstract,
    ClassValue,
    DictValue,
    DictView,
    FunctionValue,
    InstanceValue,
    IteratorValue,
    LayerValue,
    ListValue,
    MethodValue,
    ModelValue,
    Numbered,
    OpenEnd,
    SetValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    is_constant,
    is_small,
    length,
)
from cnnlint.readers.python.values import truth as truth_of_kind

#: kinds that are equal to nothing but themselves
BY_IDENTITY = (FunctionValue, ClassValue, Native, LayerValue, ModelValue, IteratorValue)
#: numbers that CPython keeps one object each of
SMALL = range(-5, 257)


class Undecided(Exception):
    """A comparison that something depends on is not known."""


def truth(run: Run, value: Value) -> bool | None:
    """What `bool(value)` is."""
    if not isinstance(value, InstanceValue):
        return truth_of_kind(value)
    answer = through(run, value, "__bool__")
    if answer is not MISSING:
        return answer if isinstance(answer, bool) else None
    size = through(run, value, "__len__")
    if size is not MISSING:
        return truth_of_kind(size) if isinstance(size, int) else None
    if value.cls.flavour == "enum":
        return None if value.cls.mixed else True
    return True if value.cls.plain or value.role else None


def size(run: Run, value: Value) -> int | None:
    """What `len(value)` is."""
    if isinstance(value, ClassValue):
        return len(value.fields) if value.flavour == "enum" else None
    if not isinstance(value, InstanceValue):
        return length(value)
    answer = through(run, value, "__len__")
    return answer if isinstance(answer, int) else None


def has_size(value: Value) -> bool | None:
    """Whether `len(value)` is a number at all; None where that is not known."""
    if isinstance(value, (str, bytes, tuple, ListValue, DictValue, SetValue)):
        return True
    if value is None or isinstance(value, (int, float, complex, FunctionValue, IteratorValue)):
        return False
    if isinstance(value, InstanceValue) and value.cls.plain:
        return special(value, "__len__") is not MISSING
    return None


def identical(left: Value, right: Value) -> bool | None:
    """What `left is right` is."""
    if isinstance(left, Abstract) or isinstance(right, Abstract):
        if left is right:
            return True if not isinstance(left, Abstract) or left.is_object else None
        if isinstance(left, Symbol) and isinstance(right, Symbol):
            return True if left == right else None
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Abstract) and one.is_object:
                if not isinstance(other, Abstract):
                    return False
                if other.is_object and isinstance(one, (ListValue, DictValue, SetValue, InstanceValue, *BY_IDENTITY)):
                    return False
        return None
    if type(left) is not type(right):
        return False
    if left is None or isinstance(left, bool):
        return left == right
    if left != right:
        return None if left != left and right != right else False
    if isinstance(left, str):
        return True if left.isidentifier() or len(left) < 2 else None
    return True if (isinstance(left, int) and left in SMALL) or left == () else None


#: how deep values are compared that hold one another
DEEPEST = 24


def equal(run: Run, left: Value, right: Value, depth: int = DEEPEST) -> bool | None:
    """What `left == right` is."""
    if depth == 0 or (depth == DEEPEST and not (is_small(left) and is_small(right))):
        return None
    if isinstance(left, slice) and isinstance(right, slice):
        return True if left is right else _each(run, _ends(left), _ends(right), depth)
    if not isinstance(left, (Abstract, tuple)) and not isinstance(right, (Abstract, tuple)):
        return bool(left == right)
    for one, other in ((left, right), (right, left)):
        if isinstance(one, InstanceValue):
            return _equal_instance(run, one, other, depth)
    if isinstance(left, DictView) or isinstance(right, DictView):
        return _equal_views(left, right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return _each(run, left, right, depth)
    if isinstance(left, ListValue) and isinstance(right, ListValue):
        return _equal_lists(run, left, right, depth)
    if isinstance(left, DictValue) and isinstance(right, DictValue):
        return _equal_dicts(run, left, right, depth)
    if isinstance(left, SetValue) and isinstance(right, SetValue):
        return None if left.open or right.open else left.items.keys() == right.items.keys()
    if left is right and isinstance(left, (*BY_IDENTITY, TensorValue)):
        return True if not isinstance(left, TensorValue) else None
    if isinstance(left, MethodValue) and isinstance(right, MethodValue):
        return left.function is right.function and left.receiver is right.receiver
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        return True if left == right else None
    for one, other in ((left, right), (right, left)):
        named = isinstance(one, Symbol) and one.is_object
        if named or isinstance(one, (*BY_IDENTITY, MethodValue)):
            if not isinstance(other, Abstract) or isinstance(other, (ListValue, DictValue, SetValue, *BY_IDENTITY)):
                return False
        elif isinstance(one, (ListValue, DictValue, SetValue)):
            if not isinstance(other, Abstract):
                return (
                    None if isinstance(other, tuple) and isinstance(one, ListValue) and one.kind == "tuple" else False
                )
            if isinstance(other, (ListValue, DictValue, SetValue, *BY_IDENTITY)):
                return False  # of another kind
        elif isinstance(one, tuple) and not isinstance(other, (Abstract, tuple)):
            return False
    if isinstance(left, Abstract):
        return left.equals(right)
    return right.equals(left) if isinstance(right, Abstract) else None


def _ends(part: slice) -> tuple[Value, ...]:
    return part.start, part.stop, part.step


def _each(run: Run, left: Sequence[Value], right: Sequence[Value], depth: int) -> bool | None:
    if len(left) != len(right):
        return False
    answers = [
        one is other if one is other and not isinstance(one, Abstract) else equal(run, one, other, depth - 1)
        for one, other in zip(left, right, strict=True)
    ]
    return False if False in answers else (None if None in answers else True)


def _equal_views(left: Value, right: Value) -> bool | None:
    """Keys and pairs of a dictionary equal sets that hold the same; its values equal nothing but themselves."""
    if left is right:
        return True
    one, other = as_set(left), as_set(right)
    if isinstance(one, SetValue) and isinstance(other, SetValue):
        return None if one.open or other.open else one.items.keys() == other.items.keys()
    listed = all(isinstance(side, (ListValue, DictValue, SetValue)) for side in (left, right))
    valued = any(isinstance(side, DictView) and side.part == "values" for side in (left, right))
    return False if listed and valued else None


def as_set(value: Value) -> Value:
    """A view of a dictionary as the set that it is compared as, if its items are keys; anything else as it is."""
    if not isinstance(value, DictView) or value.part == "values":
        return value
    items = value.items
    return value if any(hashable(item) is MISSING for item in items) else SetValue(dict.fromkeys(items), value.open)


def _equal_lists(run: Run, left: ListValue, right: ListValue, depth: int) -> bool | None:
    if left is right:
        return True
    if left.kind != right.kind:
        return None if {left.kind, right.kind} & {"view", "tuple"} else False
    if not (left.whole and right.whole):
        return None
    return _each(run, left.items, right.items, depth)


def _equal_dicts(run: Run, left: DictValue, right: DictValue, depth: int) -> bool | None:
    if left is right:
        return True
    if left.open or right.open:
        return None
    if left.items.keys() != right.items.keys():
        return None if "Counter" in (left.kind, right.kind) else False
    if left.kind == right.kind == "OrderedDict" and list(left.items) != list(right.items):
        return False
    return _each(run, list(left.items.values()), [right.items[key] for key in left.items], depth)


def _equal_instance(run: Run, one: InstanceValue, other: Value, depth: int) -> bool | None:
    answer = through(run, one, "__eq__", other)
    if answer is not MISSING:
        return truth(run, answer)
    if one.cls.flavour == "dataclass" and one.cls.options.get("eq", True) is not False:
        if not isinstance(other, InstanceValue):
            return None if isinstance(other, Abstract) and not other.is_object else False
        if other.cls is not one.cls:
            return False if not may_define(other, "__eq__") else None
        fields = one.cls.fields_for("compare")
        if not all(name in side.attributes for name in fields for side in (one, other)):
            return None
        return _each(run, [one.attributes[n] for n in fields], [other.attributes[n] for n in fields], depth)
    if one is other:
        return True
    if one.cls.flavour == "namespace":
        if not isinstance(other, InstanceValue) or other.cls.flavour != "namespace":
            return None
        if one.more or other.more:
            return None
        if one.attributes.keys() != other.attributes.keys():
            return False
        return _each(
            run, [one.attributes[n] for n in one.attributes], [other.attributes[n] for n in one.attributes], depth
        )
    if one.cls.flavour == "enum":
        sibling = isinstance(other, InstanceValue) and other.cls is one.cls
        return (
            False if sibling or (not one.cls.mixed and (is_constant(other) or isinstance(other, BY_IDENTITY))) else None
        )
    if not one.cls.plain or one.cls.flavour:
        return None
    if isinstance(other, InstanceValue):
        return None if may_define(other, "__eq__") else False
    return None if isinstance(other, Abstract) and not other.is_object else False


def less(run: Run, left: Value, right: Value, asked: str = "LessThan") -> bool | None:
    """What `left < right` is. Raises the program's TypeError where the two have no order.

    `asked` is how the program puts it: as `left < right`, or as `right > left`, which asks the right side first.
    """
    if isinstance(left, InstanceValue) or isinstance(right, InstanceValue):
        return _less_instance(run, left, right, asked)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return _less_each(run, left, right, asked)
    if isinstance(left, SetValue) and isinstance(right, SetValue):
        return None if left.open or right.open else left.items.keys() < right.items.keys()
    if isinstance(left, ListValue) and isinstance(right, ListValue):
        return (
            _less_each(run, left.items, right.items, asked)
            if left.whole and right.whole and left.kind == right.kind
            else None
        )
    if isinstance(left, Abstract) or isinstance(right, Abstract):
        return None
    try:
        return bool(left < right)  # type: ignore[operator]
    except TypeError:
        throw("TypeError")


def _less_each(run: Run, left: Sequence[Value], right: Sequence[Value], asked: str) -> bool | None:
    for one, other in zip(left, right, strict=False):
        same = equal(run, one, other)
        if same is None:
            return None
        if not same:
            return less(run, one, other, asked)
    return len(left) < len(right)


def _less_instance(run: Run, left: Value, right: Value, asked: str) -> bool | None:
    sides = [(left, right, "__lt__"), (right, left, "__gt__")]
    if asked.endswith("Equal"):
        return None  # that asks another method
    if asked == "GreaterThan":
        sides.reverse()
    for one, other, name in sides:
        if isinstance(one, InstanceValue):
            answer = asked_of(run, one, name, other)
            if answer is not MISSING:
                return truth(run, answer)
            ordered = one.cls.flavour == "dataclass" and one.cls.options.get("order") is True
            if ordered and isinstance(other, InstanceValue) and other.cls is one.cls:
                fields = one.cls.fields_for("compare")
                if all(name in side.attributes for name in fields for side in (one, other)):
                    lower, higher = (one, other) if one is left else (other, one)
                    return _less_each(
                        run, [lower.attributes[n] for n in fields], [higher.attributes[n] for n in fields], asked
                    )
    return None


#: how the other three orders are made of the one that a class defines: (the opposite?, and with equality how)
DERIVED = {
    "__lt__": {"__gt__": (True, "and not"), "__le__": (False, "or"), "__ge__": (True, "")},
    "__le__": {"__ge__": (True, "or"), "__lt__": (False, "and not"), "__gt__": (True, "")},
    "__gt__": {"__lt__": (True, "and not"), "__ge__": (False, "or"), "__le__": (True, "")},
    "__ge__": {"__le__": (True, "or"), "__gt__": (False, "and not"), "__lt__": (True, "")},
}


def asked_of(run: Run, one: InstanceValue, method: str, other: Value) -> Value:
    """What a comparison's method answers, one that a decorator derives from another included; MISSING without one."""
    answer = through(run, one, method, other)
    if answer is not MISSING or not any(cls.options.get("total_ordering") for cls in one.cls.lineage()):
        return answer
    root = next((name for name in DERIVED if method in DERIVED[name] and one.cls.find(name) is not MISSING), None)
    known = None if root is None else truth(run, through(run, one, root, other))
    if root is None or known is None:
        return MISSING if root is None else Unknown(method)
    opposite, how = DERIVED[root][method]
    known = known is not opposite
    if not how or known is (how == "or"):
        return known
    same = equal(run, one, other)
    return Unknown(method) if same is None else same is (how == "or")


def ordered(run: Run, items: list[Value], keys: list[Value], reverse: bool) -> list[Value]:
    """Items in the order of their keys, as `sorted` leaves them. Undecided where an order is not known."""

    def compare(one: int, other: int) -> int:
        # `sorted` asks for nothing but "less than"
        answer = less(run, keys[one], keys[other])
        if answer is None:
            raise Undecided
        if answer:
            return -1
        answer = less(run, keys[other], keys[one])
        if answer is None:
            raise Undecided
        return 1 if answer else 0

    places = sorted(range(len(items)), key=functools.cmp_to_key(compare), reverse=reverse)
    return [items[place] for place in places]


def contains(run: Run, container: Value, value: Value) -> bool | None:
    """What `value in container` is."""
    if isinstance(container, str):
        return value in container if isinstance(value, str) else None
    if isinstance(container, Numbered):
        return container.holds(value) if isinstance(value, str) else None
    if isinstance(container, bytes):
        return value in container if isinstance(value, bytes) or (isinstance(value, int) and 0 <= value < 256) else None
    if isinstance(container, InstanceValue):
        answer = through(run, container, "__contains__", value)
        if answer is not MISSING:
            return truth(run, answer)
    if isinstance(container, (DictValue, SetValue)):
        key = hashable(value)
        if key is MISSING:
            return None
        return True if key in container.items else (None if container.open else False)
    if isinstance(container, (IteratorValue, InstanceValue)):
        return _met(run, container, value)
    found = contents(run, container)
    if found.items is None:
        return None
    answers = [item is value or equal(run, item, value) for item in found.items]
    lost = isinstance(container, ListValue) and container.open and not container.ordered
    if True in answers and not lost:
        return True
    return None if found.open or None in answers else False


def _met(run: Run, container: Value, value: Value) -> bool | None:
    """Whether going through an iterator meets the value: it stops there."""
    try:
        for item in live(run, container):
            same = equal(run, item, value)
            if same is None:
                if isinstance(container, IteratorValue):
                    container.forget()
                return None
            if same:
                return True
    except OpenEnd:
        return None
    return False


def hashable(value: Value) -> Value:
    """A value as a key of a dictionary or set; MISSING where it is none, or what it equals is not known."""
    if is_constant(value) or isinstance(
        value, (Symbol, FunctionValue, ClassValue, Native, LayerValue, ModelValue, TensorValue)
    ):
        return value
    if isinstance(value, tuple) and is_small(value) and all(hashable(item) is not MISSING for item in value):
        return value
    if isinstance(value, SetValue) and value.frozen and not value.open:
        return value
    if isinstance(value, InstanceValue) and not value.cls.flavour and not may_define(value, "__eq__", "__hash__"):
        return value
    if isinstance(value, InstanceValue) and value.cls.flavour == "enum" and not value.cls.mixed:
        return value
    return MISSING


def _has_no_hash(value: InstanceValue) -> bool:
    """Whether its class, or the nearest one that says so, tells what is equal to it and no hash."""
    for cls in value.cls.lineage():
        if "__hash__" in cls.scope.names:
            return cls.scope.names["__hash__"] is None
        if "__eq__" in cls.scope.names:
            return True
    return False


def key_of(run: Run, value: Value) -> Value:
    """`hashable` for what is about to be a key: TypeError in the program for what has no hash."""
    if run.trying and (
        (isinstance(value, (ListValue, DictValue)) and value.kind in ("list", "dict"))
        or (isinstance(value, SetValue) and not value.frozen)
        or (isinstance(value, InstanceValue) and value.cls.plain and _has_no_hash(value))
    ):
        throw("TypeError")
    return hashable(value)
