"""What nothing in a file calls is read by itself, with its parameters' defaults or unknowns: a root of the reading.

A question that comes up under some roots alone is answered the other way by reading those and the module again: what
the others make of it cannot be different.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import CallRefused, Node
from cnnlint.readers.python.arrays import captures
from cnnlint.readers.python.building.models import models
from cnnlint.readers.python.building.own import instances
from cnnlint.readers.python.language.functions import called_name
from cnnlint.readers.python.language.interpreter import Interpreter
from cnnlint.readers.python.roots import Roots
from cnnlint.readers.python.run import BreakSignal, ContinueSignal, RaiseSignal, ReturnSignal
from cnnlint.readers.python.set_by_callers import bound_once, forget_what_callers_set, set_behind
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import walk
from cnnlint.readers.python.values import (
    MISSING,
    ArrayValue,
    CallSite,
    ClassValue,
    DictValue,
    DictView,
    FunctionValue,
    InstanceValue,
    ListValue,
    MethodValue,
    Passed,
    Scope,
    TensorValue,
    Unknown,
    Value,
)


def guarded(run: Interpreter, action: Callable[[], object]) -> None:
    """Run something that may end by any of Python's ways to leave."""
    try:
        action()
    except (RaiseSignal, ReturnSignal, BreakSignal, ContinueSignal):
        del run.frames[1:]


def read_uncalled(run: Interpreter, roots: Roots) -> None:
    """Read the functions and classes that nothing in the file calls, with their parameters' defaults or unknowns."""
    _settle(run, roots, fed=True)
    if run.versions.channels_first and run.building.data_format == "":
        run.building.data_format = None  # whoever imports these may have set it to what they say themselves
    forget_what_callers_set(run)
    replaced = _replaced(run)
    for function in list(run.functions):
        if function.name in replaced and _of_former(function, replaced):
            continue
        if function.owner is None and function.scope.kind == "module":
            root = id(function.node)
            if roots.wanted(root, function.called):
                with roots.under(run, root), set_behind(run, function), _order_unknown(run, function):
                    guarded(run, functools.partial(_call_alone, run, function))
    _settle(run, roots, fed=False)
    for cls in list(run.classes):
        alone = not cls.instantiated and cls.scope.parent is not None and cls.scope.parent.kind == "module"
        if alone and _of_tests(cls):
            _tests(run, cls, roots)
        elif alone or cls.instantiated:
            if alone and roots.wanted(id(cls.node)):
                with roots.under(run, id(cls.node)):
                    guarded(run, functools.partial(_made_alone, run, cls))
            _methods(run, cls, roots)
    _settle(run, roots, fed=False)


def _made_alone(run: Interpreter, cls: ClassValue) -> None:
    """Make an instance of a class that nothing makes one of."""
    maker, started = cls.find("__init__"), _made(run)
    run.call(cls, _call_of(run, maker, _of_callers(maker)))
    if isinstance(maker, FunctionValue):
        _doubted(run, cls, CallSite(None, keywords=_left_open(maker)), started)


def _replaced(run: Interpreter) -> frozenset[str]:
    """The names of a module's functions and classes that the module bound to others later on."""
    within: list[tuple[FunctionValue | ClassValue, Scope]]
    within = [(one, one.scope) for one in run.functions if one.owner is None]
    within += [(one, one.scope.parent) for one in run.classes if one.scope.parent is not None]
    modules = [(one, scope.names) for one, scope in within if scope.kind == "module"]
    return frozenset(one.name for one, names in modules if names.get(one.name) is not one)


def _of_former(function: FunctionValue, replaced: frozenset[str]) -> bool:
    """Whether a function is replaced by another of its name, as is something that it asks for: what it found under that
    name is gone, and so is the function."""
    current = function.scope.names.get(function.name)
    if current is function or not isinstance(current, (FunctionValue, ClassValue)):
        return False
    asked = {node.value for node in walk(function.node.body) if isinstance(node, cst.Name)}
    return bool(asked & (replaced - {function.name}))


def _settle(run: Interpreter, roots: Roots, *, fed: bool) -> None:
    """Read what the models that are made so far compute: that calls the functions and layers that they are made of.

    With `fed` it is those subclasses alone of which it is known what they are given: others may still be called. What
    others are parts of comes last: it has the shape by then that it is given there.
    """
    for model in sorted(run.building.models, key=lambda model: model.instance is None):
        with roots.maker(run, model):
            if model.instance is None:
                guarded(run, functools.partial(models.realise, run, model))
            elif not fed or model.use is not None or model.input_shape is not None or model.training.fits():
                guarded(run, functools.partial(instances.read_model, run, model.instance))


def _held(run: Interpreter) -> list[tuple[ListValue | DictValue, Any]]:
    """The module's own lists and dictionaries, and what they hold."""
    names = run.frames[0].scope.names.values()
    own = [one for one in names if isinstance(one, (ListValue, DictValue)) and not isinstance(one, DictView)]
    return [(one, one.items.copy()) for one in own]


def _give_back(held: list[tuple[ListValue | DictValue, Any]]) -> None:
    """Take back what was done to them: nothing tells when, how often or whether it is done."""
    for value, items in held:
        if isinstance(value, ListValue) and list(map(id, value.items)) != list(map(id, items)):
            value.items[:] = items
            value.forget()
        elif isinstance(value, DictValue):
            changed = {key for key, one in items.items() if value.items.get(key, MISSING) is not one}
            if changed or len(value.items) > len(items):
                value.items = items | {key: Unknown("set in a function") for key in changed}
                value.open = True


def _call_alone(run: Interpreter, function: FunctionValue, receiver: Value = None, prepared: bool = False) -> None:
    before, started = len(run.frames), _made(run)
    within = isinstance(receiver, InstanceValue) and receiver.role == "layer"
    run.building.depth += within
    held, data_format = _held(run), run.building.data_format  # the pictures of one speak for no other
    try:
        value = MethodValue(function, receiver) if receiver is not None else function
        try:
            result = run.call(value, _call_of(run, function, _of_callers(function)))
            _doubted(run, value, CallSite(None, keywords=_left_open(function)), started, prepared)
            _of_other_data(run, value, _of_callers(function), started)
        except RaiseSignal:
            stopped = _made(run)
            unset = _left_open(function)
            if receiver is not None or not unset:
                raise
            del run.frames[before:]
            # defaults that do not go together: a caller passes some of what is None
            result = run.call(value, CallSite(None, keywords=unset))
            for made, begin, end in zip(_lists(run), started, stopped, strict=True):
                del made[begin:end]
        run.building.escape(result)
    except RaiseSignal:
        run.building.abandoned.update(id(node) for node in run.building.nodes[started[0] :])
        raise
    finally:
        run.building.depth -= within
        run.building.data_format = data_format
        del run.frames[before:]
        _give_back(held)


def _lists(run: Interpreter) -> tuple[list[Any], ...]:
    """What a call leaves behind."""
    return run.building.nodes, run.building.models, run.building.losses, run.building.minimized, run.events


def _made(run: Interpreter) -> list[int]:
    return [len(made) for made in _lists(run)]


def _doubted(run: Interpreter, value: Value, site: CallSite, started: list[int], prepared: bool = False) -> None:
    """Take back what was said of shapes where it holds for the defaults of None alone, which a caller replaces: those
    of a function, and those of the constructor of an instance that was `prepared` for a method. Where it holds for
    the sizes that are defaults, it is assumed."""
    method = value if isinstance(value, MethodValue) else None
    receiver = method.receiver if method is not None and prepared else None
    maker = receiver.cls.find("__init__") if isinstance(receiver, InstanceValue) else None
    called = value.find("__init__") if isinstance(value, ClassValue) else method.function if method else value
    unset, sized = (defaults(maker) if isinstance(maker, FunctionValue) else {} for defaults in (_left_open, _sizes))
    own = _sizes(called) if isinstance(called, FunctionValue) else {}
    if site.keywords or unset:
        for node in _not_sure(run, value, site.keywords, unset, started):
            node.shape_error = None
    if own or sized:
        for node in _not_sure(run, value, site.keywords | own, unset | sized, started, told=True):
            node.assumed = True


def _of_other_data(run: Interpreter, value: Value, given: dict[str, Passed], started: list[int]) -> None:
    """Take back what was said of shapes where it hangs on the module's arrays as they are at its end: nothing says that
    they are these when somebody calls the function, unless their names are never bound to others."""
    names, settled = run.frames[0].scope.names, bound_once(run.frames[0].unit.parsed)
    arrays = {name: one for name, one in names.items() if isinstance(one, ArrayValue) and name not in settled}
    if not arrays:
        return
    _realised(run, started)
    names.update({name: Unknown(f"`{name}` where it is called", ("parameter", name)) for name in arrays})
    try:
        for node in _not_sure(run, value, given, {}, started):
            node.shape_error = None
    finally:
        names.update(arrays)


def _realised(run: Interpreter, started: list[int]) -> None:
    for model in run.building.models[started[1] :]:
        if model.instance is None:
            guarded(run, functools.partial(models.realise, run, model))


def _not_sure(
    run: Interpreter,
    value: Value,
    given: dict[str, Passed],
    made_with: dict[str, Passed],
    started: list[int],
    told: bool = False,
) -> list[Node]:
    """The nodes made since then whose shapes are refused, but not where a function is `given` some values, and the
    object that it is a method of `made_with` some. With `told`, refused calls that are not then are taken back."""
    wrong = [node for node in run.building.nodes[started[0] :] if node.shape_error]
    calls = [event for event in run.events[started[-1] :] if isinstance(event, CallRefused)] if told else []
    if not wrong and not calls:
        return []
    stopped = _made(run)
    if made_with and isinstance(value, MethodValue) and isinstance(value.receiver, InstanceValue):
        value = MethodValue(value.function, _prepared(run, value.receiver.cls, value.function, unset=made_with))
    guarded(run, functools.partial(run.call, value, CallSite(None, keywords=given)))
    _realised(run, stopped)
    sure = {node.origin.span for node in run.building.nodes[stopped[0] :] if node.shape_error}
    still = {event.origin.span for event in run.events[stopped[-1] :] if isinstance(event, CallRefused)}
    for made, begin in zip(_lists(run), stopped, strict=True):
        del made[begin:]
    for event in calls:
        if event.origin.span not in still:
            run.events.remove(event)
    return [node for node in wrong if node.origin.span not in sure]


#: decorators of ipywidgets: what they find for a default, a range or a list of choices, makes the widget of a parameter
WIDGETS = frozenset({"interact", "interact_manual", "interactive"})


#: what Keras calls of a model with all that its parameters are for, though their defaults are None
HANDED_ALL = frozenset({"compute_loss", "compute_metrics"})


def _of_callers(function: Value) -> dict[str, Passed]:
    """Unknown values for the parameters whose default says nothing of what is passed: all of those that widgets find a
    value for, and what is empty until a caller fills it."""
    if not isinstance(function, FunctionValue):
        return {}
    if function.name in HANDED_ALL:
        return _left_open(function)
    node = function.node
    if not isinstance(node, cst.Lambda) and any(called_name(one.decorator) in WIDGETS for one in node.decorators):
        return _unknown(function, [parameter.name.value for parameter in node.params.params])
    named = (*node.params.params, *node.params.kwonly_params)
    return _unknown(function, [one.name.value for one in named if _is_empty(one.default)])


def _call_of(run: Interpreter, function: Value, keywords: dict[str, Passed]) -> CallSite:
    """A call by nobody: with these arguments, and what callers are taken to pass beside them."""
    decisions = run.decisions
    if not isinstance(function, FunctionValue):
        return CallSite(None, keywords=keywords)
    parameters = function.node.params
    starred = isinstance(parameters.star_arg, cst.Param) or parameters.star_kwarg is not None
    decisions.starred |= starred
    decisions.defaulted |= bool(function.defaults.keys() - keywords.keys())
    if decisions.passed == "all":
        return CallSite(None, keywords=keywords, open=True)
    if decisions.passed == "stars" and starred:
        own = {name: Passed(value) for name, value in function.defaults.items()}
        return CallSite(None, keywords=own | keywords, open=True)
    return CallSite(None, keywords=keywords)


def _is_empty(default: cst.CSTNode | None) -> bool:
    """Whether a default is an empty list, dict or tuple, or one of nothing but None."""
    return isinstance(default, (cst.List, cst.Dict, cst.Tuple)) and all(
        isinstance(one, cst.Element) and isinstance(one.value, cst.Name) and one.value.value == "None"
        for one in default.elements
    )


def _unknown(function: FunctionValue, names: list[str]) -> dict[str, Passed]:
    return {name: Passed(Unknown(f"parameter `{name}` of `{function.name}`", ("parameter", name))) for name in names}


def _left_open(function: FunctionValue) -> dict[str, Passed]:
    """Unknown values for the parameters of a function that are None unless they are passed."""
    parameters = function.node.params
    named = [p for p in (*parameters.params, *parameters.kwonly_params) if isinstance(p.default, cst.Name)]
    unset = [p.name.value for p in named if isinstance(p.default, cst.Name) and p.default.value == "None"]
    return _unknown(function, unset)


def _sizes(function: FunctionValue) -> dict[str, Passed]:
    """Unknown values for the parameters of a function that are a size or some sizes unless they are passed."""
    named = (*function.node.params.params, *function.node.params.kwonly_params)
    return _unknown(function, [one.name.value for one in named if _is_size(one.default)])


def _is_size(default: cst.CSTNode | None) -> bool:
    """Whether a default is a whole number, or some of them in brackets."""
    if isinstance(default, (cst.List, cst.Tuple)):
        return bool(default.elements) and all(_is_size(one.value) for one in default.elements)
    return isinstance(default, cst.Integer) and default.value not in ("0", "1")


def _of_tests(cls: ClassValue) -> bool:
    """Whether a class holds tests, as `unittest` and what stands on it have them."""
    bases = (called_name(base.value) for one in cls.lineage() for base in one.node.bases)
    return any(name.endswith("TestCase") for name in bases) or cls.find("setUp") is not MISSING


def _tests(run: Interpreter, cls: ClassValue, roots: Roots) -> None:
    """Read the methods of a test case: each has an instance of its own, made and prepared for it alone."""
    for function in _own_methods(cls):
        root = id(function.node)
        if roots.wanted(root, function.called):
            with roots.under(run, root):
                guarded(run, functools.partial(_call_alone, run, function, _prepared(run, cls, function, "setUp")))


def _own_methods(cls: ClassValue) -> list[FunctionValue]:
    """The methods of a class that something may call by their names on an instance."""
    functions = (value for value in cls.scope.names.values() if isinstance(value, FunctionValue))
    return [
        function
        for function in functions
        if function.flavour not in ("static", "class")
        and (not function.name.startswith("__") or function.name == "__call__")
    ]


def _prepared(
    run: Interpreter, cls: ClassValue, function: FunctionValue, *others: str, unset: dict[str, Passed] | None = None
) -> InstanceValue:
    """An instance for a method to be read on; `unset` are arguments of its constructor."""
    instance = run.libraries.new_instance(cls, CallSite(None))
    for before in (cls.find("__init__"), *map(cls.find, others)):
        if isinstance(before, FunctionValue) and before is not function:
            more = unset or {} if before.name == "__init__" else {}
            site = _call_of(run, before, _of_callers(before) | more)
            guarded(run, functools.partial(run.call, MethodValue(before, instance), site))
    return instance


def _again(made: InstanceValue) -> InstanceValue:
    """An instance as the program made it: what a method sets on it holds in that method alone."""
    return replace(made, attributes=dict(made.attributes))


def _methods(run: Interpreter, cls: ClassValue, roots: Roots) -> None:
    """Read the methods of a class that were not called, on an instance of it."""
    instance: InstanceValue | None = None
    made = next((one for one in reversed(run.building.instances) if one.cls is cls and one.role == "model"), None)
    if made is not None:
        roots.made.add(id(cls.node))
    for function in _own_methods(cls):
        if not roots.wanted(id(function.node), function.called):
            continue
        if made is not None and function.name in STEPS:
            with roots.method(run, id(cls.node), id(function.node), made):
                guarded(run, functools.partial(_step, run, function, made))
            continue
        if instance is None:
            with roots.under(run, id(cls.node)):
                instance = _prepared(run, cls, function) if made is None else _again(made)
        with roots.method(run, id(cls.node), id(function.node), instance):
            _method(run, function, instance, made is None)


def _method(run: Interpreter, function: FunctionValue, instance: InstanceValue, prepared: bool) -> None:
    """Read a method on an instance, which was `prepared` for it or made by the program."""
    if instance.role and function.name in ("call", "build", "get_config", "compute_output_shape"):
        if instance.role == "layer" and function.name == "call":
            _layer_alone(run, instance)
        return
    captures.filled(run, instance, function)
    run.building.captured(instance)  # whoever calls the method had the object before, and all that it holds
    with _order_unknown(run, function):
        guarded(run, functools.partial(_call_alone, run, function, instance, prepared))


@contextmanager
def _order_unknown(run: Interpreter, function: FunctionValue) -> Iterator[None]:
    """A model that had layers before and is given more here: when this is called, and what others added before, is not
    known."""
    begun = [(one, len(one.layers)) for one in run.building.models if one.kind == "sequential" and one.layers]
    yield
    for model, count in begun:
        if len(model.layers) > count:
            what = f"what stands in it where `{function.name}` is called"
            models.interrupt(run, model, what, run.origin(function.node), count)


#: what Keras calls of a model by itself, with a batch of data
STEPS = frozenset({"train_step", "test_step", "predict_step"})


def _step(run: Interpreter, function: FunctionValue, instance: InstanceValue) -> None:
    """Read a step that `fit` or `evaluate` would run; what is no training step has no loss of its own."""
    losses = len(run.building.losses)
    _call_alone(run, function, instance)
    if function.name != "train_step":
        del run.building.losses[losses:]


def _layer_alone(run: Interpreter, instance: InstanceValue) -> None:
    """Read a custom layer's `call` on an input of its own."""

    start = TensorValue(run.building.node("Input", [], {}, note="not read"))

    def act() -> None:
        started = _made(run)
        run.building.escape(run.call(instance, CallSite(None, [Passed(start)])))
        called = instance.cls.find("call")
        if isinstance(called, FunctionValue):
            # Keras itself leaves these two out
            unset = {name: one for name, one in _left_open(called).items() if name not in ("training", "mask")}
            _doubted(run, instance, CallSite(None, [Passed(start)], unset), started)

    guarded(run, act)
