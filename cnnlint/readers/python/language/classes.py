"""Classes of the program: special methods, properties, and how attributes are found through them."""

from __future__ import annotations

from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    FunctionValue,
    InstanceValue,
    MethodValue,
    Passed,
    Value,
)


def special(value: Value, name: str) -> Value:
    """The special method of that name bound to an instance, or MISSING: it is looked for in the class alone."""
    if not isinstance(value, InstanceValue):
        return MISSING
    found = value.cls.find(name)
    return bound(found, value) if found is not MISSING else MISSING


def bound(found: Value, receiver: InstanceValue) -> Value:
    """What `receiver.name` is where the class has this under the name; properties are not read."""
    if isinstance(found, FunctionValue) and found.flavour != "static":
        return MethodValue(found, receiver.cls if found.flavour == "class" else receiver)
    return found


def through(run: Run, value: Value, name: str, *arguments: Value) -> Value:
    """What a special method answers; MISSING where the class has none."""
    method = special(value, name)
    if method is MISSING:
        return MISSING
    return run.call(method, CallSite(None, [Passed(argument) for argument in arguments]))


def may_define(value: Value, *names: str) -> bool:
    """Whether an object's class, or a base that was not read, may have one of these special methods."""
    if not isinstance(value, InstanceValue):
        return False
    mixed = value.cls.flavour == "enum" and value.cls.mixed  # a member that is a number or a text has their methods
    return mixed or not value.cls.plain or any(value.cls.find(name) is not MISSING for name in names)
