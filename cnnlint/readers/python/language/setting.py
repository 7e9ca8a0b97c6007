"""Attributes: setting and deleting them, as statements, `setattr`, `object` and `super()` do."""

from __future__ import annotations

from cnnlint.readers.python.language.changing import recorded
from cnnlint.readers.python.language.classes import special
from cnnlint.readers.python.language.failing import fail
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    Among,
    CallSite,
    ClassValue,
    DictValue,
    FieldsTuple,
    FunctionValue,
    InstanceValue,
    LayerValue,
    ListValue,
    MethodValue,
    ModelValue,
    ModuleValue,
    ObjectValue,
    Passed,
    SetValue,
    Symbol,
    Unknown,
    Value,
    among,
    is_constant,
    tensors_in,
)


def set_by_name(run: Run, target: Value, name: Value, value: Value, start: str = "") -> Value:
    """`setattr(target, name, value)`, where the name begins so, whatever it is."""
    if isinstance(name, str):
        assign_attribute(run, target, name, value)
        return None
    # it may be any of them that is set, or one that it has not yet
    run.building.unknown_call(among("setattr()", None, [target]), CallSite(None))
    if isinstance(target, InstanceValue):
        _may_set(run, target, start)
    return None


def _may_set(run: Run, target: InstanceValue, start: str) -> None:
    """Some attribute may have been set whose name begins so."""
    target.more = (*target.more, start)
    held = target.attributes
    for one in [key for key, old in held.items() if is_constant(old) or isinstance(old, tuple)]:
        if one.startswith(start):
            recorded(run, held, one)
            held[one] = Unknown(f"`.{one}`, which `setattr` may have set", ("set by", "setattr", one))


def set_plainly(run: Run, target: Value, name: Value, value: Value) -> Value:
    """`object.__setattr__(x, "name", value)`: past what the class itself does when it is assigned to."""
    if not isinstance(target, InstanceValue):
        return run.building.unknown_call(Unknown("object.__setattr__()"), CallSite(None, [Passed(target)]))
    if not isinstance(name, str):
        _may_set(run, target, "")
    elif not _set_by_property(run, target, name, value):
        recorded(run, target.attributes, name)
        target.attributes[name] = value
    return None


def delete_plainly(run: Run, target: Value, name: Value) -> Value:
    """`object.__delattr__(x, "name")`, likewise."""
    if not isinstance(target, InstanceValue) or not isinstance(name, str):
        return run.building.unknown_call(among("object.__delattr__()", None, [target]), CallSite(None))
    if not _delete_by_property(run, target, name):
        recorded(run, target.attributes, name)
        if (
            target.attributes.pop(name, MISSING) is MISSING
            and target.cls.plain
            and not target.more
            and target.released is None
        ):
            fail(run, "AttributeError")
    return None


def _set_by_property(run: Run, target: InstanceValue, name: str, value: Value) -> bool:
    """Set what the class itself says how to set: a property, or an object with `__set__`."""
    found = target.cls.find(name)
    own = found.setter if isinstance(found, FunctionValue) else None
    return _by_property(run, target, found, own, "__set__", Passed(value))


def _delete_by_property(run: Run, target: InstanceValue, name: str) -> bool:
    """Delete what the class itself says how to delete."""
    found = target.cls.find(name)
    own = found.deleter if isinstance(found, FunctionValue) else None
    return _by_property(run, target, found, own, "__delete__")


def _by_property(
    run: Run, target: InstanceValue, found: Value, own: FunctionValue | None, name: str, *passed: Passed
) -> bool:
    """Have a property's own function, or the method of an object in the class, do what is asked; whether one does."""
    if isinstance(found, FunctionValue) and found.flavour == "property":
        if own is None:
            fail(run, "AttributeError")
        else:
            run.call(MethodValue(own, target), CallSite(None, list(passed)))
        return True
    method = special(found, name)
    if method is MISSING:
        return False
    run.call(method, CallSite(None, [Passed(target), *passed]))
    return True


def _is_builtin(value: Value) -> bool:
    """Whether a value is a list, dictionary or set of Python's own: none takes an attribute."""
    return isinstance(value, SetValue) or (isinstance(value, (ListValue, DictValue)) and value.kind in ("list", "dict"))


def assign_attribute(run: Run, target: Value, name: str, value: Value) -> None:
    """`target.name = value`."""
    if isinstance(target, Among):  # of each it is not known whether it is the one
        for one in target.values:
            if isinstance(one, (InstanceValue, ClassValue)):
                assign_attribute(run, one, name, Unknown(f"`.{name}`, which may have been set"))
        return
    if isinstance(target, InstanceValue):
        method = special(target, "__setattr__")
        if method is not MISSING:
            run.call(method, CallSite(None, [Passed(name), Passed(value)]))
            return
        if _set_by_property(run, target, name, value):
            return
        if target.cls.options.get("frozen") is True or not target.cls.takes(name):
            fail(run, "FrozenInstanceError" if target.cls.flavour == "dataclass" else "AttributeError")
            return
        if isinstance(value, ModelValue) and value.name is None:
            value.name = name
        if isinstance(value, LayerValue) and not value.label:
            value.label = f"self.{name}"
        recorded(run, target.attributes, name)
        target.attributes[name] = value
        for tensor in tensors_in(value):
            tensor.node.escapes = True
    elif isinstance(target, ClassValue) and target.flavour == "enum" and name in target.fields:
        fail(run, "AttributeError")
    elif isinstance(target, (ClassValue, ModuleValue)):
        recorded(run, target.scope.names, name)
        target.scope.names[name] = value
        return
    elif is_constant(target) or isinstance(target, FieldsTuple) or (run.trying and _is_builtin(target)):
        fail(run, "AttributeError")
    elif isinstance(target, FunctionValue):
        if name in ("__defaults__", "__kwdefaults__"):
            target.defaults = dict.fromkeys(target.defaults, Unknown("a default that was set anew"))
        target.attributes[name] = value
        return
    elif isinstance(target, DictValue) and target.kind == "defaultdict" and name == "default_factory":
        target.factory = value
        return
    elif isinstance(target, ObjectValue):
        target.state[name] = value
        return
    elif isinstance(target, Symbol):
        run.assigned[run.libraries.canonical(f"{target.name}.{name}")] = run.libraries.named(name, value)
    run.libraries.attribute_assigned(target, name, value)


def delete_attribute(run: Run, target: Value, name: str) -> None:
    """`del target.name`."""
    if isinstance(target, InstanceValue):
        method = special(target, "__delattr__")
        if method is not MISSING:
            run.call(method, CallSite(None, [Passed(name)]))
            return
        delete_plainly(run, target, name)
        return
    names = target.scope.names if isinstance(target, ClassValue) else {}
    recorded(run, names, name)
    names.pop(name, None)
