"""Functions: how they are defined, and what calling a value does."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.readers.python.budget import BudgetSpent
from cnnlint.readers.python.language import generators
from cnnlint.readers.python.language.changing import too_deep
from cnnlint.readers.python.language.classes import special
from cnnlint.readers.python.language.comparing import equal
from cnnlint.readers.python.language.defaults_by_scope import scoped
from cnnlint.readers.python.language.failing import fail, native_kinds
from cnnlint.readers.python.language.iteration import contents
from cnnlint.readers.python.language.refusals import refuse
from cnnlint.readers.python.run import Frame, Member, Native, ReturnSignal, Run, Signal
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import names_bound
from cnnlint.readers.python.values import (
    MISSING,
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
    ObjectValue,
    OpenEnd,
    PartialValue,
    Passed,
    Scope,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
    is_constant,
    tensors_in,
)


def defaults(run: Run, parameters: cst.Parameters) -> dict[str, Value]:
    every = [*parameters.posonly_params, *parameters.params, *parameters.kwonly_params]
    return {p.name.value: run.evaluate(p.default) for p in every if p.default is not None}


#: decorators that make a property whose value is kept, by whoever wrote them
CACHED = ("lazy_property", "cached_property", "define_scope", "lazyproperty")


def define_function(run: Run, node: cst.FunctionDef) -> None:
    """Bind a function; decorators that belong to the program are applied."""
    function = FunctionValue(node.name.value, node, run.scope, run.frame.unit)
    function.defaults = defaults(run, node.params)
    value: Value = function
    for decorator in reversed(node.decorators):
        name = called_name(decorator.decorator)
        if name in ("property", "staticmethod", "classmethod"):
            function.flavour = name.removesuffix("method")
        elif name in CACHED:
            function.flavour = "cached"
        elif name == "abstractmethod":
            function.abstract = True
        elif name in ("setter", "deleter", "getter") and isinstance(decorator.decorator, cst.Attribute):
            owner = run.evaluate(decorator.decorator.value)
            if isinstance(owner, FunctionValue):
                run.functions.append(function)
                run.assign(node.name, _property(owner, name, function))
            else:
                run.assign(node.name, _lost(function))
            return
        else:
            value = decorated(run, decorator.decorator, value)
    run.functions.append(function)
    run.assign(node.name, value)


def _property(owner: FunctionValue, part: str, function: FunctionValue) -> FunctionValue:
    """The property that `@owner.getter`, `.setter` or `.deleter` makes: another one, with that part of its own."""
    if part == "getter":
        return replace(function, flavour=owner.flavour, setter=owner.setter, deleter=owner.deleter)
    return replace(owner, setter=function) if part == "setter" else replace(owner, deleter=function)


def decorated(run: Run, node: cst.BaseExpression, value: Value) -> Value:
    """A function or class as a decorator leaves it: what is not known of the decorator is not known of that."""
    maker = run.evaluate(node.func) if isinstance(node, cst.Call) else MISSING
    if isinstance(maker, Symbol) and (run.libraries.leaves_decorated(maker) or _registers(node)):
        return value
    wrapper = run.evaluate(node)
    if isinstance(wrapper, Symbol) and not run.libraries.decorates(wrapper):
        return value if run.libraries.leaves_decorated(wrapper) or _registers(node) else _lost(value)
    if not isinstance(wrapper, (FunctionValue, MethodValue, Native, InstanceValue, ClassValue, PartialValue, Symbol)):
        return value if _registers(node) else _lost(value)
    result = run.call(wrapper, CallSite(None, [Passed(value)]))
    if isinstance(value, FunctionValue) and result is not value:
        value.called = True
    return result


def _registers(node: cst.BaseExpression) -> bool:
    """Whether a decorator is named as those are that write down what they stand above, and leave it as it is."""
    name = called_name(node)
    return name.startswith(("register", "export")) or name.endswith(("_register", "_export"))  # keras_export, tf_export


def _lost(value: Value) -> Value:
    """What a decorator makes of a function or class that is not known to leave it as it is."""
    name = value.name if isinstance(value, (FunctionValue, ClassValue)) else ""
    if name == "__init__":
        return value  # which gives nothing back, whatever is done beside it
    return Unknown(f"`{name}`, under a decorator that was not read", ("decorated", name))


def called_name(node: cst.BaseExpression) -> str:
    """The last name of what is called, or of what is named without a call: `run` for `session.run(x)`."""
    if isinstance(node, cst.Call):
        node = node.func
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def unbound(run: Run, name: str) -> bool:
    """Whether a name that was not found among those of the function being read is one of them, and not bound yet."""
    function, scope = run.frame.function, run.scope
    if function is None or isinstance(function.node, cst.Lambda):
        return False
    around = function.scope.parent if function.scope.kind == "class" else function.scope
    if scope.parent is not around or name in scope.globals_declared or name in scope.nonlocals_declared:
        return False
    if function.own is None:
        function.own = names_bound(function.node.body)
    return name in function.own


def arguments(run: Run, node: cst.Call) -> CallSite:
    """A call with its arguments evaluated."""
    site = CallSite(node)
    for arg in node.args:
        value = run.evaluate(arg.value)
        if isinstance(arg.value, cst.Ellipsis) and arg.keyword is None and len(node.args) == 1:
            site.hide(Unknown("`...`"))  # whoever wrote `compile(...)` left out what it is given
        elif arg.star == "*":
            found = contents(run, value)
            items = (found.items or []) if found.ordered else []
            site.spread(value, items, found.whole is not None, run.meter.limits.items)
        elif arg.star == "**":
            if isinstance(value, DictValue):
                site.hide(value, value.open)
                for key, one in value.items.items():
                    if not isinstance(key, str) or key in site.keywords:
                        fail(run, "TypeError")
                    if isinstance(key, str):
                        site.keywords[key] = Passed(one, value.sources.get(key), key)
            else:
                if is_constant(value):
                    fail(run, "TypeError")
                site.hide(value)
        elif arg.keyword is not None:
            site.keywords[arg.keyword.value] = Passed(value, arg.value, arg.keyword.value)
        else:
            site.positional.append(Passed(value, arg.value, None, len(site.positional)))
    return site


def call(run: Run, function: Value, site: CallSite) -> Value:
    """Call a value with evaluated arguments. What goes wrong in the reader itself costs the value, not the file."""
    try:
        return _called(run, function, site)
    except (Signal, BudgetSpent, RecursionError, MemoryError):
        raise
    except OpenEnd:
        return run.building.unknown_call(Unknown("what is not known to end"), site)
    except Exception as error:
        name = called_name(site.node) if site.node is not None else ""
        run.note(f"what `{name}` does was not worked out: {type(error).__name__}", site.node)
        return run.building.unknown_call(Unknown(f"`{name}`, which was not worked out"), site)


def _called(run: Run, function: Value, site: CallSite) -> Value:
    if isinstance(function, Native):
        if run.trying:
            refuse(run, function, site)
        return function.call(run, site)
    if isinstance(function, Member):
        return run.libraries.call_method(function.owner, function.name, site)
    if isinstance(function, Symbol):
        return run.libraries.call_symbol(function, site)
    if isinstance(function, FunctionValue):
        return call_function(run, function, scoped(run, function, site))
    if isinstance(function, MethodValue):
        return call_function(run, function.function, site, function.receiver, True)
    if isinstance(function, ClassValue):
        return instantiate(run, function, site)
    if isinstance(function, PartialValue):
        while isinstance(function, PartialValue):
            keywords = {**function.keywords, **site.keywords}
            site = CallSite(site.node, [*function.positional, *site.positional], keywords, site.open)
            function = function.function
        return _called(run, function, site)
    if isinstance(function, LayerValue):
        return run.libraries.call_layer(function, site)
    if isinstance(function, ModelValue):
        return run.libraries.call_model(function, site)
    if isinstance(function, InstanceValue):
        return run.libraries.call_instance(function, site)
    if isinstance(function, ObjectValue):
        return run.libraries.call_object(function, site)
    return run.building.unknown_call(function, site)


def call_function(
    run: Run, function: FunctionValue, site: CallSite, receiver: Value = None, is_method: bool = False
) -> Value:
    """Read a function's body with its parameters bound, within the limits on depth and recursion."""
    function.called = True
    limits = run.meter.limits
    around = [frame for frame in run.frames if frame.function is function]
    # a function that has once been found not to end is not followed down every one of its branches
    deepest = 1 if function.endless else limits.recursion
    if len(run.frames) >= limits.depth or len(around) >= deepest:
        return too_deep(run, function, site, receiver)
    scope = Scope(function.scope if function.scope.kind != "class" else function.scope.parent)
    bind_parameters(run, function, site, scope, receiver, is_method)
    if len(around) >= limits.blind and _learns_nothing(scope.names, around[-1].scope.names):
        return too_deep(run, function, site, receiver)
    frame = Frame(function, scope, function.unit, receiver, function.owner)
    if generators.yields(function):
        return generators.started(run, function, frame)
    began = len(run.building.nodes)
    try:
        answer = _read(run, function, frame)
        parts, found = answer if isinstance(answer, tuple) else (answer,), tensors_in(answer)
        if len(found) > 1 < len(parts) or any(isinstance(one, DictValue) for one in parts):
            run.building.kept.update(id(tensor.node) for tensor in found)  # a caller may need one of them alone
        return answer
    finally:
        if site.node is not None and (ended := len(run.building.nodes)) > began:
            run.building.helper_calls.append((site.node, began, ended))


def _learns_nothing(given: dict[str, Value], before: dict[str, Value]) -> bool:
    """Whether what a function passes to itself is not known where it is not what it was passed: that decides no end."""
    new = [value for name, value in given.items() if before.get(name, MISSING) is not value]
    return any(isinstance(value, Unknown) for value in new) and all(
        isinstance(value, (Unknown, TensorValue)) for value in new
    )


def _read(run: Run, function: FunctionValue, frame: Frame) -> Value:
    """Read a function's body, whatever way it ends."""
    with run.enter(frame):
        if isinstance(function.node, cst.Lambda):
            return run.evaluate(function.node.body)
        try:
            run.suite(function.node.body)
        except ReturnSignal as signal:
            return signal.value
        return None


def bind_parameters(
    run: Run, function: FunctionValue, site: CallSite, scope: Scope, receiver: Value = None, is_method: bool = False
) -> None:
    """Bind a call's arguments to a function's parameters; what is not passed takes its default, or is unknown."""
    parameters = function.node.params
    only_by_place = [p.name.value for p in parameters.posonly_params]
    names = [*only_by_place, *(p.name.value for p in parameters.params)]
    values = [p.value for p in site.positional]
    bound = (receiver is not None or is_method) and function.flavour != "static"
    if bound:
        values.insert(0, receiver)
    if len(values) == 1 and len(only_by_place) > 1 and isinstance(function.node, cst.Lambda):
        items = elements(values[0])  # of the one thing that `lambda (a, b): …` of Python 2 is given
        values = list(items) if items and len(items) == len(names) else [_given(function, name) for name in names]
    for name, value in zip(names, values, strict=False):
        scope.names[name] = value
    taken = set(scope.names)
    if isinstance(parameters.star_arg, cst.Param):
        rest = tuple(values[len(names) :])
        scope.names[parameters.star_arg.name.value] = ListValue(list(rest), True, kind="tuple") if site.open else rest
    keyword_only = [p.name.value for p in parameters.kwonly_params]
    refused = len(values) > len(names) and not isinstance(parameters.star_arg, cst.Param)
    extra = DictValue(open=site.open)
    for key, passed in site.keywords.items():
        if (key in names and key not in only_by_place) or key in keyword_only:
            refused |= key in taken
            scope.names[key] = passed.value
        else:
            extra.items[key] = passed.value
            if passed.node is not None:
                extra.sources[key] = passed.node
    if parameters.star_kwarg is not None:
        scope.names[parameters.star_kwarg.name.value] = extra
    else:
        refused |= bool(extra.items)
    if refused:
        fail(run, "TypeError")
        # the call is meant for other parameters than these: of none of them is it known what it is given
        scope.names.update({name: _given(function, name) for name in scope.names if not bound or name != names[0]})
    for name in (*names, *keyword_only):
        if name in scope.names:
            continue
        if not (name in function.defaults or site.open or site.node is None):
            fail(run, "TypeError")
        known = name in function.defaults and not site.open
        scope.names[name] = function.defaults[name] if known else _given(function, name)


def _given(function: FunctionValue, name: str) -> Unknown:
    """What a parameter is given where that is not known."""
    return Unknown(f"parameter `{name}` of `{function.name}`", ("param", function.name, name))


def instantiate(run: Run, cls: ClassValue, site: CallSite) -> Value:
    """Make an instance: read `__init__`, after which a Keras model or layer is known by its attributes."""
    if not cls.instantiated:
        cls.instantiated = True
        run.instantiated.append(cls)
    if cls.flavour == "enum" and cls.fields:
        return _member(run, cls, site.value(0))
    if cls.flavour == "namedtuple":
        maker = cls.find("__new__")
        if isinstance(maker, FunctionValue):
            return call_function(run, maker, site, cls, True)
        values = _field_values(run, cls, site)
        return Unknown(f"`{cls.name}`") if values is None else FieldsTuple.of(cls, values.values())
    if isinstance(cls.metaclass, (ClassValue, Unknown)):
        return run.building.unknown_call(Unknown(f"`{cls.name}`, made by a metaclass of its own"), site)
    if run.trying and cls.abstract:
        fail(run, "TypeError")
    maker = cls.find("__new__")
    if maker is MISSING:
        instance = run.libraries.new_instance(cls, site)
    else:
        made = call_function(run, maker, site, cls, True) if isinstance(maker, FunctionValue) and cls.plain else MISSING
        if not isinstance(made, InstanceValue) or cls not in made.cls.lineage():
            return (
                made
                if is_constant(made)
                else run.building.unknown_call(Unknown(f"`{cls.name}`, made by a `__new__` of its own"), site)
            )
        instance = made
    constructor = cls.find("__init__")
    if isinstance(constructor, FunctionValue):
        call_function(run, constructor, site, instance)
    elif cls.flavour == "dataclass":
        values = _field_values(run, cls, site)
        instance.attributes.update(values or {})
        after = special(instance, "__post_init__")
        if after is not MISSING:
            run.call(after, CallSite(None))
    elif native_kinds(cls):
        instance.attributes["args"] = tuple(site.values())
    elif cls.plain and (site.positional or site.keywords) and not cls.flavour:
        fail(run, "TypeError")
    return run.libraries.finished_instance(instance, site)


def _field_values(run: Run, cls: ClassValue, site: CallSite) -> dict[str, Value] | None:
    """The values of a dataclass's or a named tuple's fields; None where too few are passed."""
    passable = cls.fields_for("init")
    by_place = [name for name in passable if cls.settings.get(name, {}).get("kw_only") is not True]
    given = dict(zip(by_place, (passed.value for passed in site.positional), strict=False))
    given.update({name: passed.value for name, passed in site.keywords.items() if name in passable})
    made: dict[str, Value] = {}
    for name, default in cls.fields.items():
        if name in given:
            made[name] = given[name]
        elif default is MISSING and name not in passable:
            continue
        elif (site.open and name in passable) or default is MISSING:
            if not site.open:
                fail(run, "TypeError")
            made[name] = Unknown(f"`{name}` of `{cls.name}`", ("field", cls.name, name))
        elif isinstance(default, PartialValue):
            made[name] = run.call(default.function, CallSite(None))  # a factory
        else:
            made[name] = default
    return made


def _member(run: Run, cls: ClassValue, value: Value) -> Value:
    for member in cls.fields.values():
        if member is value or (isinstance(member, InstanceValue) and equal(run, member.attributes["value"], value)):
            return member
    if cls.find("_missing_") is not MISSING or any(base.last in ("Flag", "IntFlag") for base in cls.external_bases()):
        return Unknown(f"`{cls.name}()`")
    return fail(run, "ValueError")
