"""Classes: how they are defined, by a statement or by a call of `type`."""

from __future__ import annotations

from cnnlint.readers.python.language.classes import special
from cnnlint.readers.python.language.failing import fail
from cnnlint.readers.python.language.functions import call_function, decorated
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import empty_class, names_bound
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    ClassValue,
    DictValue,
    FunctionValue,
    Passed,
    Scope,
    Symbol,
    Unknown,
    Value,
    is_constant,
)

#: what a class does with each that descends from it
HOOK = "__init_subclass__"


def define_class(run: Run, node: cst.ClassDef) -> None:
    """Bind a class after reading its body."""
    bases = [run.evaluate(base.value) for base in node.bases]
    if any(is_constant(base) for base in bases):
        fail(run, "TypeError")
    keywords = {one.keyword.value: Passed(run.evaluate(one.value), one.value) for one in node.keywords if one.keyword}
    scope = Scope(run.scope, "class")
    if run.scope.parent is not None:  # the names of its body are never those of the function around
        scope.own = names_bound(node.body)
    cls = ClassValue(node.name.value, node, bases, scope, run.frame.unit)
    metaclass = keywords.pop("metaclass", None)
    cls.metaclass = metaclass.value if metaclass is not None else None
    _inherit(cls)
    frame = run.frame
    frame.scope = scope
    try:
        run.suite(node.body)
    finally:
        frame.scope = scope.parent or scope
    _finish(run, cls, keywords)
    made: Value = cls
    for decorator in reversed(node.decorators):
        made = decorated(run, decorator.decorator, made)
    run.assign(node.name, made)


def made_by_type(run: Run, site: CallSite) -> Value:
    """`type("Name", (Base,), {"attribute": value})`."""
    name, bases, body = (site.value(index) for index in range(3))
    if (
        not (isinstance(name, str) and isinstance(bases, tuple) and isinstance(body, DictValue))
        or site.open
        or body.open
        or not all(isinstance(key, str) for key in body.items)
        or not all(isinstance(base, (ClassValue, Symbol)) or getattr(base, "name", "") == "object" for base in bases)
    ):
        return run.building.unknown_call(Unknown("type()"), site)
    scope = Scope(run.scope.module(), "class")
    scope.names.update({str(key): value for key, value in body.items.items()})
    cls = ClassValue(name, empty_class(), list(bases), scope, run.frame.unit)
    _inherit(cls)
    if cls.metaclass is not None or cls.flavour:
        return run.building.unknown_call(Unknown("type()"), site)
    _finish(run, cls, {})
    return cls


def _inherit(cls: ClassValue) -> None:
    """Take over what the bases that were read say of the kind of class and its fields."""
    for base in cls.lineage()[1:]:
        cls.metaclass = base.metaclass if cls.metaclass is None else cls.metaclass
        cls.flavour = cls.flavour or base.flavour
        cls.fields = {**base.fields, **cls.fields}
        cls.settings = {**base.settings, **cls.settings}
        cls.options = {**base.options, **cls.options}


def _finish(run: Run, cls: ClassValue, keywords: dict[str, Passed]) -> None:
    """Do what Python does when the body of a class was read."""
    for value in cls.scope.names.values():
        if isinstance(value, FunctionValue) and value.owner is None:
            value.owner = cls
            for other in (value.setter, value.deleter):
                if other is not None:
                    other.owner = cls
    for name, value in list(cls.scope.names.items()):
        told = special(value, "__set_name__")
        if told is not MISSING:
            run.call(told, CallSite(None, [Passed(cls), Passed(name)]))
    run.classes.append(cls)
    run.libraries.class_made(cls)
    if isinstance(cls.metaclass, ClassValue):  # what it does as the class is made was not followed
        makers = [cls.metaclass.find(name) for name in ("__new__", "__init__")]
        run.building.unknown_call(
            Unknown("a metaclass"), CallSite(None, [Passed(one) for one in makers if one is not MISSING])
        )
    hook = next((base.scope.names[HOOK] for base in cls.lineage()[1:] if HOOK in base.scope.names), None)
    if isinstance(hook, FunctionValue):
        call_function(run, hook, CallSite(None, [], keywords), cls, True)
