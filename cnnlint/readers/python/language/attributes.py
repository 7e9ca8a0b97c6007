"""Attributes and items: reading and assigning them, for each kind of abstract value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from cnnlint.readers.python.language import methods, operators
from cnnlint.readers.python.language.names import canonical
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    MISSING,
    ArrayValue,
    CallSite,
    ClassValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    LayerValue,
    ListValue,
    MethodValue,
    ModelValue,
    ModuleValue,
    NamedTuple,
    ObjectValue,
    SuperValue,
    Symbol,
    Unknown,
    Value,
    is_constant,
    tensors_in,
)


def attribute(run: Run, value: Value, name: str, node: cst.CSTNode | None = None) -> Value:
    """`value.name`."""
    handler = READERS.get(type(value))
    found = run.libraries.attribute(value, name) if handler is None else handler(run, value, name)
    if found is not MISSING:
        return found
    if isinstance(value, NamedTuple) and name in value.items:
        return value.items[name]
    if is_constant(value) or isinstance(value, (ListValue, DictValue)):
        if name == "value" and (value is None or isinstance(value, int)):
            return value  # tf.Dimension of TensorFlow 1
        native = methods.method(value, name)
        if native is not None:
            return native
    return Unknown(f"`.{name}`", ("attribute", operators.token(value), name))


def _symbol(run: Run, value: Symbol, name: str) -> Value:
    if value.name.endswith("FLAGS"):
        return run.flags[name] if name in run.flags else Unknown(f"flag `{name}`", ("flag", name))
    full = canonical(f"{value.name}.{name}")
    return run.assigned.get(full, SYMBOL_CONSTANTS.get(full, Symbol(full)))


SYMBOL_CONSTANTS: dict[str, Value] = {
    "math.pi": 3.141592653589793,
    "tf.estimator.ModeKeys.EVAL": "eval",
    "tf.estimator.ModeKeys.PREDICT": "infer",
    "tf.estimator.ModeKeys.TRAIN": "train",
    "numpy.pi": 3.141592653589793,
    "math.e": 2.718281828459045,
    "numpy.newaxis": None,
    "tf.newaxis": None,
    "os.sep": "/",
}


def _instance(run: Run, value: InstanceValue, name: str) -> Value:
    if name in value.attributes:
        return value.attributes[name]
    found = value.cls.find(name)
    if isinstance(found, FunctionValue):
        if found.flavour == "property":
            # a property is read once: these build graphs, and their authors memoise them
            result = run.call(MethodValue(found, value), CallSite(None))
            value.attributes[name] = result
            return result
        return MethodValue(found, value.cls if found.flavour == "class" else value)
    if found is not MISSING:
        return found
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        return DictValue(dict(value.attributes.items()), True)
    return run.libraries.attribute(value, name)


def _class(run: Run, value: ClassValue, name: str) -> Value:
    found = value.find(name)
    if isinstance(found, FunctionValue) and found.flavour == "class":
        return MethodValue(found, value)
    return value.name if name == "__name__" else found


def _super(run: Run, value: SuperValue, name: str) -> Value:
    lineage = list(value.receiver.cls.lineage()) if isinstance(value.receiver, InstanceValue) else [value.cls]
    behind = lineage[lineage.index(value.cls) + 1 :] if value.cls in lineage else []
    for cls in behind:
        found = cls.scope.names.get(name)
        if isinstance(found, FunctionValue):
            return MethodValue(found, value.receiver)
        if found is not None:
            return found
    found = run.libraries.super_attribute(value.receiver, name) if isinstance(value.receiver, InstanceValue) else None
    return MISSING if found is None else found


def _module(run: Run, value: ModuleValue, name: str) -> Value:
    return value.scope.names.get(name, MISSING)


def _object(run: Run, value: ObjectValue, name: str) -> Value:
    if name in value.state:
        known: Value = value.state[name]
        return known
    if value.name.rpartition(".")[2] == "ArgumentParser" and name in run.flags:
        return run.flags[name]
    return Native(f"{value.name}.{name}", lambda run, site: run.libraries.call_method(value, name, site))


def _function(run: Run, value: FunctionValue, name: str) -> Value:
    return value.name if name == "__name__" else MISSING


READERS: dict[type, Callable[[Run, Any, str], Value]] = {
    Symbol: _symbol,
    InstanceValue: _instance,
    ClassValue: _class,
    SuperValue: _super,
    ModuleValue: _module,
    ObjectValue: _object,
    FunctionValue: _function,
}


def assign_attribute(run: Run, target: Value, name: str, value: Value) -> None:
    """`target.name = value`."""
    if isinstance(target, InstanceValue):
        if isinstance(value, ModelValue) and value.name is None:
            value.name = name
        if isinstance(value, LayerValue) and not value.label:
            value.label = f"self.{name}"
        target.attributes[name] = value
        for tensor in tensors_in(value):
            tensor.node.escapes = True
    elif isinstance(target, (ClassValue, ModuleValue)):
        target.scope.names[name] = value
        return
    elif isinstance(target, ObjectValue):
        target.state[name] = value
        return
    elif isinstance(target, Symbol):
        run.assigned[canonical(f"{target.name}.{name}")] = run.libraries.named(name, value)
    run.libraries.attribute_assigned(target, name, value)


# --- items ------------------------------------------------------------------------------------------------------


def indices(run: Run, node: cst.Subscript) -> list[Value]:
    """The indices of a subscript; a slice is a `slice` object of values."""
    found: list[Value] = []
    for element in node.slice:
        inner = element.slice
        if isinstance(inner, cst.Slice):
            parts = [None if part is None else run.evaluate(part) for part in (inner.lower, inner.upper, inner.step)]
            found.append(slice(*parts))
        elif isinstance(inner, cst.Index):
            found.append(run.evaluate(inner.value))
    if len(found) == 1 and isinstance(found[0], tuple):
        return list(found[0])
    return found


def item(run: Run, value: Value, node: cst.Subscript) -> Value:
    """`value[...]`."""
    index = indices(run, node)
    unknown = Unknown("item", ("item", operators.token(value), tuple(map(_index_token, index))))
    if not isinstance(value, (tuple, str, ListValue, DictValue)):
        found = run.libraries.item(value, index, node)
        return unknown if found is MISSING else found
    if len(index) != 1:
        return unknown
    first = index[0]
    if isinstance(value, DictValue):
        if is_constant(first) or isinstance(first, Symbol):
            return value.items.get(first, unknown)
        return unknown
    return _sequence_item(value, first, unknown)


def _index_token(index: Value) -> object:
    return "slice" if isinstance(index, slice) else operators.token(index)


def _sequence_item(value: tuple[Value, ...] | str | ListValue, index: Value, unknown: Unknown) -> Value:
    items = value.items if isinstance(value, ListValue) else value
    is_open = isinstance(value, ListValue) and value.open
    try:
        if isinstance(index, slice):
            if not all(part is None or isinstance(part, int) for part in (index.start, index.stop, index.step)):
                return ListValue(list(items), True) if isinstance(value, ListValue) else unknown
            if isinstance(value, ListValue):
                return ListValue(value.items[index], is_open)
            return value[index]
        if isinstance(index, int):
            if is_open and (index < 0 or index >= len(items)):
                return unknown
            return items[index]
    except (IndexError, ValueError):
        return unknown
    return unknown


def assign_item(run: Run, target: cst.Subscript, value: Value) -> None:
    """`target[...] = value`."""
    container = run.evaluate(target.value)
    index = indices(run, target)
    if isinstance(container, DictValue):
        run.touch(container)
        first = index[0] if len(index) == 1 else None
        if is_constant(first) and len(index) == 1:
            container.items[first] = value
        else:
            container.open = True
            run.building.escape(value)
    elif isinstance(container, ListValue):
        first = index[0] if len(index) == 1 else None
        if isinstance(first, int) and -len(container.items) <= first < len(container.items):
            container.items[first] = value
        else:
            container.open = True
            run.building.escape(value)
    elif isinstance(container, ArrayValue):
        owner: cst.BaseExpression = target.value
        while isinstance(owner, cst.Subscript):  # `rows[i][j] = 1` changes `rows`
            index, owner = [*indices(run, owner), *index], owner.value
        run.libraries.assign_item(run.evaluate(owner), index, value)
    else:
        run.libraries.assign_item(container, index, value)


def delete_item(run: Run, target: cst.Subscript) -> None:
    """`del target[...]`."""
    container = run.evaluate(target.value)
    index = indices(run, target)
    key = index[0] if len(index) == 1 else Unknown("index")
    if isinstance(container, DictValue):
        run.touch(container)
        if is_constant(key):
            container.items.pop(key, None)
        else:
            container.open = True
    elif isinstance(container, ListValue):
        run.touch(container)
        known = isinstance(key, (int, slice)) and not container.open and not run.in_open_loop
        try:
            if known:
                del container.items[key]  # type: ignore[arg-type]
            else:
                container.open = True
        except (IndexError, TypeError):  # bounds that are not known are no numbers
            container.open = True
    elif isinstance(container, ArrayValue) and isinstance(target.value, cst.Name):
        run.scope.bind(target.value.value, Unknown("what `del` leaves"))
