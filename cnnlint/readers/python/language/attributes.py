"""Attributes and items: reading and assigning them, for each kind of abstract value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from cnnlint.readers.python.arrays import arrays
from cnnlint.readers.python.language import methods, operators
from cnnlint.readers.python.language.names import canonical
from cnnlint.readers.python.language.standard_library import NamedTuple
from cnnlint.readers.python.values import (
    ArrayValue,
    ClassValue,
    DatasetValue,
    DictValue,
    FunctionValue,
    HistoryValue,
    InstanceValue,
    LayerValue,
    ListValue,
    MethodValue,
    ModelValue,
    ModuleValue,
    Native,
    ObjectValue,
    RangeValue,
    SuperValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    is_constant,
    tensors_in,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.language.interpreter import Interpreter


def attribute(run: Interpreter, value: Value, name: str, node: cst.CSTNode | None = None) -> Value:
    """`value.name`."""
    handler = READERS.get(type(value))
    if handler is not None:
        found = handler(run, value, name)
        if found is not None:
            return found.value if isinstance(found, _Known) else found
    if isinstance(value, NamedTuple) and name in value.items:
        return value.items[name]
    if is_constant(value) or isinstance(value, (ListValue, DictValue)):
        if name == "value" and (value is None or isinstance(value, int)):
            return value  # tf.Dimension of TensorFlow 1
        native = methods.method(value, name)
        if native is not None:
            return native
    return Unknown(f"`.{name}`", ("attribute", operators.token(value), name))


class _Known:
    """Wraps an attribute whose value is None, which means "not found" elsewhere."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


def _symbol(run: Interpreter, value: Symbol, name: str) -> Value:
    if value.name.endswith("FLAGS"):
        return _Known(run.flags[name]) if name in run.flags else Unknown(f"flag `{name}`", ("flag", name))
    full = canonical(f"{value.name}.{name}")
    constant = SYMBOL_CONSTANTS.get(full)
    return constant if constant is not None else Symbol(full)


SYMBOL_CONSTANTS: dict[str, Value] = {
    "math.pi": 3.141592653589793,
    "tf.estimator.ModeKeys.EVAL": "eval",
    "tf.estimator.ModeKeys.PREDICT": "infer",
    "tf.estimator.ModeKeys.TRAIN": "train",
    "numpy.pi": 3.141592653589793,
    "math.e": 2.718281828459045,
    "numpy.newaxis": _Known(None),
    "tf.newaxis": _Known(None),
    "os.sep": "/",
}


def _instance(run: Interpreter, value: InstanceValue, name: str) -> Value:
    if name in value.attributes:
        return _Known(value.attributes[name])
    found = value.cls.find(name)
    if isinstance(found, FunctionValue):
        if found.flavour == "property":
            # a property is read once: these build graphs, and their authors memoise them
            result = run.call(MethodValue(found, value), run.building.empty_call())
            value.attributes[name] = result
            return _Known(result)
        return MethodValue(found, value.cls if found.flavour == "class" else value)
    if found is not None:
        return found
    if name == "__class__":
        return value.cls
    if name == "__dict__":
        return DictValue(dict(value.attributes), True)
    return run.building.instance_attribute(value, name)


def _class(run: Interpreter, value: ClassValue, name: str) -> Value:
    found = value.find(name)
    if isinstance(found, FunctionValue) and found.flavour == "class":
        return MethodValue(found, value)
    if name == "__name__":
        return value.name
    return found


def _super(run: Interpreter, value: SuperValue, name: str) -> Value:
    lineage = list(value.receiver.cls.lineage()) if isinstance(value.receiver, InstanceValue) else [value.cls]
    behind = lineage[lineage.index(value.cls) + 1 :] if value.cls in lineage else []
    for cls in behind:
        found = cls.scope.names.get(name)
        if isinstance(found, FunctionValue):
            return MethodValue(found, value.receiver)
        if found is not None:
            return found
    if isinstance(value.receiver, InstanceValue):
        return run.building.super_attribute(value.receiver, name)
    return None


def _tensor(run: Interpreter, value: TensorValue, name: str) -> Value:
    return run.building.tensor_attribute(value, name)


def _model(run: Interpreter, value: ModelValue, name: str) -> Value:
    return run.building.model_attribute(value, name)


def _layer(run: Interpreter, value: LayerValue, name: str) -> Value:
    return run.building.layer_attribute(value, name)


def _module(run: Interpreter, value: ModuleValue, name: str) -> Value:
    if name in value.scope.names:
        return _Known(value.scope.names[name])
    return None


def _object(run: Interpreter, value: ObjectValue, name: str) -> Value:
    if name in value.state:
        return _Known(value.state[name])
    if value.name.rpartition(".")[2] == "ArgumentParser" and name in run.flags:
        return _Known(run.flags[name])
    return Native(f"{value.name}.{name}", lambda run, site: run.building.call_method(value, name, site))


def _function(run: Interpreter, value: FunctionValue, name: str) -> Value:
    return value.name if name == "__name__" else None


def _history(run: Interpreter, value: HistoryValue, name: str) -> Value:
    return DictValue({}, True) if name == "history" else None


def _variable(run: Interpreter, value: VariableValue, name: str) -> Value:
    if name == "shape" and value.shape is not None:
        return value.shape
    if name == "get_shape" and value.shape is not None:
        return Native("get_shape", lambda run, site: value.shape)
    return None


READERS: dict[type, Callable[[Interpreter, Value, str], Value]] = {
    Symbol: _symbol,
    InstanceValue: _instance,
    ClassValue: _class,
    SuperValue: _super,
    TensorValue: _tensor,
    ModelValue: _model,
    LayerValue: _layer,
    ModuleValue: _module,
    ObjectValue: _object,
    FunctionValue: _function,
    HistoryValue: _history,
    VariableValue: _variable,
    ArrayValue: arrays.attribute,
    Unknown: arrays.of_unknown,
    DatasetValue: arrays.dataset_attribute,
}


def assign_attribute(run: Interpreter, target: Value, name: str, value: Value) -> None:
    """`target.name = value`."""
    if isinstance(target, InstanceValue):
        if isinstance(value, ModelValue) and value.name is None:
            value.name = name
        target.attributes[name] = value
        for tensor in tensors_in(value):
            tensor.node.escapes = True
        run.building.attribute_assigned(target, name, value)
    elif isinstance(target, (LayerValue, ModelValue)):
        run.building.attribute_assigned(target, name, value)
    elif isinstance(target, ClassValue):
        target.scope.names[name] = value
    elif isinstance(target, ObjectValue):
        target.state[name] = value
    elif isinstance(target, ModuleValue):
        target.scope.names[name] = value
    elif isinstance(target, ArrayValue):
        arrays.assign_attribute(run, target, name, value)
    else:
        run.building.escape(value)


# --- items ------------------------------------------------------------------------------------------------------


def indices(run: Interpreter, node: cst.Subscript) -> list[Value]:
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


def item(run: Interpreter, value: Value, node: cst.Subscript) -> Value:
    """`value[...]`."""
    index = indices(run, node)
    unknown = Unknown("item", ("item", operators.token(value), tuple(map(_index_token, index))))
    if isinstance(value, TensorValue):
        return run.building.tensor_item(value, index, node)
    if isinstance(value, ArrayValue):
        return arrays.item(run, value, index, node)
    if isinstance(value, ObjectValue):
        found = arrays.object_item(run, value, index, node)
        return found if found is not None else unknown
    if len(index) != 1:
        return unknown
    first = index[0]
    if isinstance(value, DictValue):
        if is_constant(first) or isinstance(first, Symbol):
            return value.items.get(first, unknown)
        return unknown
    if isinstance(value, ObjectValue) and value.name == "sklearn.utils.Bunch" and isinstance(first, str):
        return value.state.get(first, unknown)
    if isinstance(value, (tuple, str, ListValue)):
        return _sequence_item(value, first, unknown)
    if isinstance(value, RangeValue) and isinstance(first, int) and value.first is not None:
        return unknown
    if isinstance(value, ModelValue):
        return run.building.model_item(value, first)
    if isinstance(value, DatasetValue):
        return arrays.batch(run, value)
    tensors = tensors_in(value)
    if tensors:
        return run.building.opaque("item", tensors, node)
    return unknown


def _index_token(index: Value) -> object:
    return "slice" if isinstance(index, slice) else operators.token(index)


def _sequence_item(value: tuple[Value, ...] | str | ListValue, index: Value, unknown: Unknown) -> Value:
    items = value.items if isinstance(value, ListValue) else value
    is_open = isinstance(value, ListValue) and value.open
    try:
        if isinstance(index, slice):
            if not all(part is None or isinstance(part, int) for part in (index.start, index.stop, index.step)):
                return ListValue(list(items), True) if isinstance(value, ListValue) else unknown
            part = items[index]
            return ListValue(list(part), is_open) if isinstance(value, ListValue) else part
        if isinstance(index, int):
            if is_open and (index < 0 or index >= len(items)):
                return unknown
            return items[index]
    except (IndexError, ValueError):
        return unknown
    return unknown


def assign_item(run: Interpreter, target: cst.Subscript, value: Value) -> None:
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
        whole = run.evaluate(owner)
        if isinstance(whole, ArrayValue):
            arrays.assign_item(run, whole, index, value)
    elif isinstance(container, ObjectValue):
        arrays.assign_object_item(run, container, index, value)
    else:
        run.building.escape(value)


def delete_item(run: Interpreter, target: cst.Subscript) -> None:
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
