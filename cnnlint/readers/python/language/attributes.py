"""Attributes and items: reading and assigning them, for each kind of abstract value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.language import methods, operators, types
from cnnlint.readers.python.language.classes import bound, special, through
from cnnlint.readers.python.language.failing import native_kinds, throw
from cnnlint.readers.python.language.methods import dicts
from cnnlint.readers.python.language.setting import delete_plainly, set_by_name, set_plainly
from cnnlint.readers.python.run import Member, Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    Among,
    CallSite,
    ClassValue,
    DictValue,
    ExceptionValue,
    FieldsTuple,
    FunctionValue,
    InstanceValue,
    IteratorValue,
    ListValue,
    MethodValue,
    ModuleValue,
    Numbered,
    ObjectValue,
    Passed,
    SetValue,
    SuperValue,
    Symbol,
    Unknown,
    Value,
    among,
    elements,
    is_constant,
)


def attribute(run: Run, value: Value, name: str, node: cst.CSTNode | None = None) -> Value:
    """`value.name`."""
    found = found_attribute(run, value, name)
    if found is not MISSING:
        return found
    if run.trying and lacks(value, name):
        throw("AttributeError")
    return among(f"`.{name}`", ("attribute", operators.token(value), name), _owned(value, name))


def _owned(value: Value, name: str) -> list[Value]:
    """What an attribute of which no more is known belongs to: called, it may change that."""
    if isinstance(value, InstanceValue):
        return [] if value.role else [value]
    owned: list[Value] = []
    for one in value.values if isinstance(value, Among) else ():
        if isinstance(one, InstanceValue):
            found = one.attributes.get(name, one.cls.find(name))
        else:
            found = methods.method(one, name) or MISSING
        if isinstance(found, FunctionValue):
            found = MethodValue(found, one)
        owned.append(one if found is MISSING else found)
    return owned


def found_attribute(run: Run, value: Value, name: str) -> Value:
    """`value.name`, or MISSING where nothing is known of it."""
    handler = READERS.get(type(value))
    found = run.libraries.attribute(value, name) if handler is None else handler(run, value, name)
    if found is not MISSING:
        return found
    if is_constant(value) or isinstance(value, (tuple, ListValue, DictValue, SetValue, IteratorValue)):
        if name == "__class__":
            return types.type_value(run, value, run.builtins)
        if name == "value" and (value is None or isinstance(value, int)):
            return value  # tf.Dimension of TensorFlow 1
        if name in ("ndims", "rank") and isinstance(value, tuple):
            return len(value)  # tf.TensorShape
        if isinstance(value, DictValue) and value.kind == "defaultdict" and name == "default_factory":
            return value.factory
        native = methods.method(value, name)
        if native is not None:
            return native
    return methods.part(value, name)


def lacks(value: Value, name: str) -> bool:
    """Whether a value surely has no attribute of that name."""
    if isinstance(value, InstanceValue):
        return (
            value.cls.plain
            and name not in value.attributes
            and not value.may_have(name)
            and value.cls.find(name) is MISSING
            and value.cls.find("__getattr__") is MISSING
            and not name.startswith("__")
        )
    return methods.has(value, name) is False and not isinstance(value, FieldsTuple)


def _symbol(run: Run, value: Symbol, name: str) -> Value:
    return run.libraries.member(value, name)


def _instance(run: Run, value: InstanceValue, name: str) -> Value:
    if value.cls.find("__getattribute__") is not MISSING:  # it may answer anything in the place of what is there
        return Unknown(f"`.{name}`", ("attribute", operators.token(value), name))
    found = value.cls.find(name)
    if isinstance(found, FunctionValue) and found.flavour == "property":
        return run.call(MethodValue(found, value), CallSite(None))
    if name in value.attributes and special(found, "__set__") is MISSING:
        return value.attributes[name]
    if isinstance(found, FunctionValue) and found.flavour == "cached":
        result = run.call(MethodValue(found, value), CallSite(None))
        value.attributes[name] = result
        return result
    if found is not MISSING and value.may_have(name) and not isinstance(found, FunctionValue):
        return Unknown(f"`.{name}`, which `setattr` may have set", ("set by", "setattr", name))
    if found is not MISSING:
        return _described(run, found, value, value.cls, bound(found, value))
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        return DictValue(value.attributes, not value.cls.plain or bool(value.more))  # type: ignore[arg-type]
    if name == "__setattr__":
        return Native(name, lambda run, site: set_by_name(run, value, site.value(0), site.value(1)))
    found = run.libraries.attribute(value, name)
    if found is MISSING and not name.startswith("__"):
        return through(run, value, "__getattr__", name)
    return found


def _described(run: Run, found: Value, receiver: Value, owner: ClassValue, otherwise: Value) -> Value:
    """What an attribute of a class is worth where that is an object which says so itself, by `__get__`."""
    method = special(found, "__get__")
    return otherwise if method is MISSING else run.call(method, CallSite(None, [Passed(receiver), Passed(owner)]))


#: the attributes by which a class or function tells its own name
NAMES = ("__name__", "__qualname__")


def _class(run: Run, value: ClassValue, name: str) -> Value:
    if value.flavour == "enum" and name in value.fields:
        return value.fields[name]
    found = value.find(name)
    if isinstance(found, FunctionValue) and found.flavour == "class":
        return MethodValue(found, value)
    if isinstance(found, InstanceValue):
        return _described(run, found, None, value, found)
    if found is MISSING and name in NAMES:
        return _name_of(value, name, value.name)
    if (
        found is MISSING
        and name in ("__mro__", "mro")
        and value.plain
        and not value.flavour
        and not value.external_bases()
    ):
        order = (*value.lineage(), run.builtins["object"])
        return order if name == "__mro__" else Native(name, lambda run, site: ListValue(list(order)))
    if found is MISSING and name == "_fields" and value.flavour == "namedtuple":
        return tuple(value.fields)
    return found


def _super(run: Run, value: SuperValue, name: str) -> Value:
    receiver = value.receiver
    owner = (
        receiver.cls
        if isinstance(receiver, InstanceValue)
        else (receiver if isinstance(receiver, ClassValue) else value.cls)
    )
    lineage = owner.lineage()
    behind = lineage[lineage.index(value.cls) + 1 :] if value.cls in lineage else []
    for cls in behind:
        found = cls.scope.names.get(name, MISSING)
        if isinstance(found, FunctionValue):
            if found.flavour in ("property", "cached"):
                return run.call(MethodValue(found, receiver), CallSite(None))
            return (
                MethodValue(found, owner if found.flavour == "class" else receiver)
                if found.flavour != "static"
                else found
            )
        if found is not MISSING:
            return found
    if name == "__new__" and owner.plain:
        return Native(name, _new if owner.flavour != "namedtuple" else _new_tuple)
    if not isinstance(receiver, InstanceValue):
        return MISSING
    if name == "__init__" and native_kinds(owner):
        return Native(name, lambda run, site: receiver.attributes.update(args=tuple(site.values())))
    if name == "__setattr__":
        return Native(name, lambda run, site: set_plainly(run, receiver, site.value(0), site.value(1)))
    if name == "__delattr__":
        return Native(name, lambda run, site: delete_plainly(run, receiver, site.value(0)))
    if name == "__init__" and owner.plain:
        return Native(name, lambda run, site: None)
    return run.libraries.super_attribute(receiver, name)


def _new(run: Run, site: CallSite) -> Value:
    """`object.__new__(cls)`."""
    cls = site.value(0)
    return run.libraries.new_instance(cls, site) if isinstance(cls, ClassValue) else Unknown("__new__()")


def _new_tuple(run: Run, site: CallSite) -> Value:
    """`super().__new__(cls, ...)` in a class of named tuples."""
    cls = site.value(0)
    if not isinstance(cls, ClassValue) or site.open:
        return Unknown("__new__()")
    by_place = dict(zip(cls.fields, (passed.value for passed in site.positional[1:]), strict=False))
    given = {**cls.fields, **by_place, **{name: passed.value for name, passed in site.keywords.items()}}
    values = [given[name] for name in cls.fields]
    return Unknown("__new__()") if any(value is MISSING for value in values) else FieldsTuple.of(cls, values)


def _fields(run: Run, value: FieldsTuple, name: str) -> Value:
    names = list(value.cls.fields)
    if name in names:
        return value[names.index(name)]
    if name == "_asdict":
        return Native(name, lambda run, site: DictValue(dict(zip(names, value, strict=False))))
    if name == "_fields":
        return tuple(names)
    if name == "_replace":
        return Native(name, lambda run, site: _replaced(value, site))
    found = value.cls.find(name)
    if isinstance(found, FunctionValue):
        method = MethodValue(found, value)
        return run.call(method, CallSite(None)) if found.flavour == "property" else method
    return found


def _replaced(value: FieldsTuple, site: CallSite) -> Value:
    """`value._replace(name=...)`."""
    if site.open:
        return Unknown("`._replace()`")
    pairs = zip(value.cls.fields, value, strict=True)
    return FieldsTuple.of(value.cls, [site.value(None, name, default=old) for name, old in pairs])


def _exception(run: Run, value: ExceptionValue, name: str) -> Value:
    if name == "value" and value.kind == "StopIteration":
        return value.arguments[0] if value.arguments else None
    return value.arguments if name == "args" else MISSING


def _module(run: Run, value: ModuleValue, name: str) -> Value:
    return run.imports.of_module(run, value, name)


def _object(run: Run, value: ObjectValue, name: str) -> Value:
    if name in value.state:
        known: Value = value.state[name]
        return known
    found = run.libraries.attribute(value, name)
    if found is not MISSING:
        return found
    return Member(value, name)


def _function(run: Run, value: FunctionValue, name: str) -> Value:
    if name in value.attributes:
        return value.attributes[name]
    if name == "__wrapped__":
        return MISSING
    if name not in NAMES:
        return MISSING
    return _name_of(value, name, "<lambda>" if isinstance(value.node, cst.Lambda) else value.name)


def _name_of(value: ClassValue | FunctionValue, asked: str, name: str) -> Value:
    """What `__name__` or `__qualname__` of a function or class is."""
    whole = value.qualified() if asked == "__qualname__" else name
    return Unknown(f"`{name}.__qualname__`", ("qualified", name)) if whole is None else whole


#: methods of `object` that are called with what they work on
OBJECTS: dict[str, Callable[[Run, CallSite], Value]] = {
    "__new__": _new,
    "__setattr__": lambda run, site: set_plainly(run, site.value(0), site.value(1), site.value(2)),
    "__delattr__": lambda run, site: delete_plainly(run, site.value(0), site.value(1)),
}


def _native(run: Run, value: Native, name: str) -> Value:
    if name == "__name__":
        return value.name
    if value.name == "object" and name in OBJECTS:
        return Native(name, OBJECTS[name])
    if value.name == "dict" and name == "fromkeys":
        return Native(name, dicts.from_keys)
    kind = types.TYPES.get(value.name)
    if kind in (str, list, dict, set, tuple) and value is run.builtins.get(value.name) and hasattr(kind, name):
        return Native(name, lambda run, site: _unbound(run, name, site))
    return MISSING


def _unbound(run: Run, name: str, site: CallSite) -> Value:
    """`str.upper(x)`: a method called with its receiver as the first argument."""
    if not site.positional:
        return Unknown(f"`.{name}()`")
    inner = CallSite(site.node, site.positional[1:], site.keywords, site.open)
    return run.call(attribute(run, site.positional[0].value, name), inner)


def _numbered(run: Run, value: Numbered, name: str) -> Value:
    """What is asked of a text whose number is not known."""

    def begins(run: Run, site: CallSite) -> Value:
        asked = site.value(0)
        answers = [value.begins(one) if isinstance(one, str) else None for one in elements(asked) or [asked]]
        return True if True in answers else (Unknown("startswith()", value.token) if None in answers else False)

    if name == "startswith":
        return Native(name, begins)
    if name == "lower" and value.stem.islower():
        return Native(name, lambda run, site: value)
    return MISSING


READERS: dict[type, Callable[[Run, Any, str], Value]] = {
    Symbol: _symbol,
    InstanceValue: _instance,
    ClassValue: _class,
    SuperValue: _super,
    ModuleValue: _module,
    ObjectValue: _object,
    FunctionValue: _function,
    FieldsTuple: _fields,
    ExceptionValue: _exception,
    Numbered: _numbered,
    Native: _native,
}
