"""Functions and classes: how they are defined, and what calling a value does."""

from __future__ import annotations

import libcst as cst

from cnnlint.readers.python.language.state import ReturnSignal
from cnnlint.readers.python.run import Frame, Native, Run
from cnnlint.readers.python.values import (
    CallSite,
    ClassValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    LayerValue,
    ListValue,
    MethodValue,
    ModelValue,
    ObjectValue,
    PartialValue,
    Passed,
    Scope,
    Symbol,
    Unknown,
    Value,
)


def defaults(run: Run, parameters: cst.Parameters) -> dict[str, Value]:
    every = [*parameters.posonly_params, *parameters.params, *parameters.kwonly_params]
    return {p.name.value: run.evaluate(p.default) for p in every if p.default is not None}


def define_function(run: Run, node: cst.FunctionDef) -> None:
    """Bind a function; decorators that belong to the program are applied."""
    function = FunctionValue(node.name.value, node, run.scope, run.frame.unit)
    function.defaults = defaults(run, node.params)
    value: Value = function
    for decorator in reversed(node.decorators):
        name = called_name(decorator.decorator)
        if name in ("property", "staticmethod", "classmethod"):
            function.flavour = name.removesuffix("method")
        elif name in ("lazy_property", "cached_property", "define_scope", "lazyproperty"):
            function.flavour = "property"
        elif name == "setter":
            return
        else:
            wrapper = run.evaluate(decorator.decorator)
            if isinstance(wrapper, FunctionValue):
                result = run.call(wrapper, CallSite(None, [Passed(value)]))
                if isinstance(result, (FunctionValue, Native, MethodValue)):
                    function.called = True
                    value = result
    run.functions.append(function)
    run.scope.bind(node.name.value, value)


def called_name(node: cst.BaseExpression) -> str:
    """The last name of what is called, or of what is named without a call: `run` for `session.run(x)`."""
    if isinstance(node, cst.Call):
        node = node.func
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def define_class(run: Run, node: cst.ClassDef) -> None:
    """Bind a class after reading its body."""
    bases = [run.evaluate(base.value) for base in node.bases]
    scope = Scope(run.scope, "class")
    cls = ClassValue(node.name.value, node, bases, scope, run.frame.unit)
    frame = run.frame
    frame.scope = scope
    try:
        run.suite(node.body)
    finally:
        frame.scope = scope.parent or scope
    for value in scope.names.values():
        if isinstance(value, FunctionValue):
            value.owner = cls
    run.classes.append(cls)
    run.scope.bind(node.name.value, cls)


def arguments(run: Run, node: cst.Call) -> CallSite:
    """A call with its arguments evaluated."""
    site = CallSite(node)
    for arg in node.args:
        value = run.evaluate(arg.value)
        if arg.star == "*":
            items, is_open = run.iterate(value)
            site.open = site.open or is_open or items is None
            for one in items or []:
                site.positional.append(Passed(one, None, None, len(site.positional)))
        elif arg.star == "**":
            if isinstance(value, DictValue):
                site.open = site.open or value.open
                for key, one in value.items.items():
                    if isinstance(key, str):
                        site.keywords[key] = Passed(one, value.sources.get(key), key)
            else:
                site.open = True
        elif arg.keyword is not None:
            site.keywords[arg.keyword.value] = Passed(value, arg.value, arg.keyword.value)
        else:
            site.positional.append(Passed(value, arg.value, None, len(site.positional)))
    return site


def call(run: Run, function: Value, site: CallSite) -> Value:
    """Call a value with evaluated arguments."""
    if isinstance(function, Native):
        return function.call(run, site)
    if isinstance(function, Symbol):
        return run.libraries.call_symbol(function, site)
    if isinstance(function, FunctionValue):
        return call_function(run, function, site)
    if isinstance(function, MethodValue):
        return call_function(run, function.function, site, function.receiver)
    if isinstance(function, ClassValue):
        return instantiate(run, function, site)
    if isinstance(function, PartialValue):
        while isinstance(function, PartialValue):
            site = CallSite(site.node, [*function.positional, *site.positional],
                            {**function.keywords, **site.keywords}, site.open)  # fmt: skip
            function = function.function
        return call(run, function, site)
    if isinstance(function, LayerValue):
        return run.libraries.call_layer(function, site)
    if isinstance(function, ModelValue):
        return run.libraries.call_model(function, site)
    if isinstance(function, InstanceValue):
        return run.libraries.call_instance(function, site)
    if isinstance(function, ObjectValue):
        return run.libraries.call_object(function, site)
    return run.building.unknown_call(function, site)


def call_function(run: Run, function: FunctionValue, site: CallSite, receiver: Value = None) -> Value:
    """Read a function's body with its parameters bound, within the limits on depth and recursion."""
    function.called = True
    limits = run.meter.limits
    # a function that has once been found not to end is not followed down every one of its branches
    deepest = 1 if function.endless else limits.recursion
    if len(run.frames) >= limits.depth or sum(f.function is function for f in run.frames) >= deepest:
        function.endless = True
        run.note(f"`{function.name}` calls itself too deeply to be followed", site.node)
        return run.building.unknown_call(Unknown(f"`{function.name}` nests too deeply"), site)
    scope = Scope(function.scope if function.scope.kind != "class" else function.scope.parent)
    bind_parameters(function, site, scope, receiver)
    frame = Frame(function, scope, function.unit, receiver, function.owner)
    with run.enter(frame):
        if isinstance(function.node, cst.Lambda):
            return run.evaluate(function.node.body)
        try:
            run.suite(function.node.body)
        except ReturnSignal as signal:
            return signal.value if frame.yielded is None else frame.yielded
        return frame.yielded


def bind_parameters(function: FunctionValue, site: CallSite, scope: Scope, receiver: Value = None) -> None:
    """Bind a call's arguments to a function's parameters; what is not passed takes its default, or is unknown."""
    parameters = function.node.params
    names = [p.name.value for p in (*parameters.posonly_params, *parameters.params)]
    values = [p.value for p in site.positional]
    if receiver is not None and function.flavour != "static":
        values.insert(0, receiver)
    for name, value in zip(names, values, strict=False):
        scope.names[name] = value
    if isinstance(parameters.star_arg, cst.Param):
        rest = tuple(values[len(names) :])
        scope.names[parameters.star_arg.name.value] = ListValue(list(rest), True) if site.open else rest
    keyword_only = [p.name.value for p in parameters.kwonly_params]
    extra = DictValue(open=site.open)
    for key, passed in site.keywords.items():
        if key in names or key in keyword_only:
            scope.names[key] = passed.value
        else:
            extra.items[key] = passed.value
            if passed.node is not None:
                extra.sources[key] = passed.node
    if parameters.star_kwarg is not None:
        scope.names[parameters.star_kwarg.name.value] = extra
    for name in (*names, *keyword_only):
        if name not in scope.names:
            if name in function.defaults and not site.open:
                scope.names[name] = function.defaults[name]
            else:
                scope.names[name] = Unknown(f"parameter `{name}` of `{function.name}`", ("param", function.name, name))


def instantiate(run: Run, cls: ClassValue, site: CallSite) -> Value:
    """Make an instance: read `__init__`, after which a Keras model or layer is known by its attributes."""
    cls.instantiated = True
    instance = run.libraries.new_instance(cls, site)
    constructor = cls.find("__init__")
    if isinstance(constructor, FunctionValue):
        call_function(run, constructor, site, instance)
    return run.libraries.finished_instance(instance, site)
