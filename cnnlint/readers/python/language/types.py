"""Types: what `isinstance` and `type` answer."""

from __future__ import annotations

import collections

from cnnlint.readers.python.language.failing import EXCEPTIONS, KINDS, native_kinds
from cnnlint.readers.python.language.kinds import type_of
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    MISSING,
    Abstract,
    ClassValue,
    ExceptionValue,
    FieldsTuple,
    FunctionValue,
    InstanceValue,
    IteratorValue,
    LayerValue,
    MethodValue,
    ModelValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
)

TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        int,
        float,
        complex,
        str,
        bool,
        bytes,
        list,
        tuple,
        dict,
        set,
        frozenset,
        range,
        object,
        type,
        type(None),
    )
}
#: the abstract classes and other classes of the standard library that a value of Python's own may belong to
OUTSIDE: dict[str, type] = {
    **{
        f"collections.{kind.__name__}": kind
        for kind in (collections.OrderedDict, collections.defaultdict, collections.Counter, collections.deque)
    },
    **{
        f"{module}.{name}": getattr(collections.abc, name)
        for module in ("collections.abc", "typing", "collections")
        for name in (
            "Iterable",
            "Sequence",
            "Mapping",
            "MutableMapping",
            "MutableSequence",
            "Callable",
            "Iterator",
            "Sized",
            "Container",
            "Collection",
            "Hashable",
            "Generator",
            "Set",
        )
    },
    "six.string_types": str,
    "six.text_type": str,
    "six.integer_types": int,
    **{f"typing.{name}": kind for name, kind in {"List": list, "Dict": dict, "Tuple": tuple}.items()},
}


def python_type(kind: Value) -> type | None:
    """The type of Python that a value stands for."""
    if isinstance(kind, Native):
        return TYPES.get(kind.name) or EXCEPTIONS.get(kind.name)
    if isinstance(kind, Symbol):
        import numbers

        if kind.name.startswith("numbers."):
            return getattr(numbers, kind.last, None)
        return OUTSIDE.get(kind.name)
    return None


def is_instance(run: Run, value: Value, kind: Value) -> bool | None:
    """Whether `isinstance(value, kind)`; None where that is not known."""
    if isinstance(kind, tuple):
        answers = [is_instance(run, value, one) for one in kind]
        return True if True in answers else (None if None in answers else False)
    if isinstance(kind, Native) and kind.name == "object":
        return True
    if isinstance(kind, ClassValue):
        return _of_class(value, kind)
    known = python_type(kind)
    if known is None:
        return run.libraries.is_instance(value, kind) if isinstance(kind, Symbol) else None
    if isinstance(value, ExceptionValue):
        return issubclass(KINDS[value.kind], known)
    if isinstance(value, InstanceValue):
        if value.cls.flavour == "enum" and value.cls.mixed:
            return None  # it is a number or text as well
        kinds = native_kinds(value.cls)
        if any(issubclass(one, known) for one in kinds):
            return True
        return None if not value.cls.plain and not kinds else (False if known in TYPES.values() else None)
    own = type_of(value)
    if own is not None:
        return issubclass(own, known)
    if isinstance(
        value, (LayerValue, ModelValue, TensorValue, FunctionValue, ClassValue, IteratorValue, Native, MethodValue)
    ):
        return False if known in TYPES.values() and known is not type else None
    return None


def _of_class(value: Value, kind: ClassValue) -> bool | None:
    if isinstance(value, InstanceValue):
        return value.cls.descends_from(kind)
    if isinstance(value, FieldsTuple):
        return kind in value.cls.lineage()
    return None if isinstance(value, Unknown) or (isinstance(value, Abstract) and not value.is_object) else False


def type_value(run: Run, value: Value, builtins: dict[str, Native]) -> Value:
    """`type(value)`."""
    if isinstance(value, (InstanceValue, FieldsTuple)):
        return value.cls
    if isinstance(value, ExceptionValue):
        return builtins[value.kind]
    own = type_of(value)
    if own is type(None):
        return NONE_TYPE
    if own is not None and own.__name__ in builtins:
        return builtins[own.__name__]
    if own is not None and own.__module__ == "collections":
        return Symbol(f"collections.{own.__name__}")
    found = run.libraries.attribute(value, "__class__") if isinstance(value, LayerValue) else MISSING
    return found if found is not MISSING else MISSING_TYPE


MISSING_TYPE = Unknown("type()")
NONE_TYPE = Native("NoneType", lambda run, site: None)
