"""Items: reading, assigning and deleting them, for each kind of value."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.readers.python.language import choosing, operators
from cnnlint.readers.python.language.changing import changed
from cnnlint.readers.python.language.classes import special
from cnnlint.readers.python.language.failing import fail
from cnnlint.readers.python.language.iteration import contents, has_no_items
from cnnlint.readers.python.language.methods import dicts
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    ArrayValue,
    CallSite,
    ClassValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    MethodValue,
    Passed,
    Unknown,
    Value,
    among,
    is_constant,
    items_of,
)


def indices(run: Run, node: cst.Subscript, value: Value) -> list[Value]:
    """The indices of a subscript of a value; a slice is a `slice` object of values, and a tuple several indices.

    What has keys takes a tuple as one of them, one of a single item as well.
    """
    found: list[Value] = []
    for element in node.slice:
        inner = element.slice
        if isinstance(inner, cst.Slice):
            parts = [None if part is None else run.evaluate(part) for part in (inner.lower, inner.upper, inner.step)]
            found.append(slice(*parts))
        elif isinstance(inner, cst.Index):
            found.append(run.evaluate(inner.value))
    keyed = isinstance(value, (DictValue, InstanceValue))
    if len(found) == 1 and isinstance(found[0], tuple) and not keyed:
        return list(found[0])
    return found


def item(run: Run, value: Value, node: cst.Subscript) -> Value:
    """`value[...]`."""
    index = indices(run, node, value)
    return subscript(run, value, index, node)


def subscript(run: Run, value: Value, index: list[Value], node: cst.Subscript) -> Value:
    """`value[...]` with the indices worked out."""

    def unknown() -> Unknown:
        return among("item", ("item", operators.token(value), tuple(map(_index_token, index))), items_of(value))

    if isinstance(value, DictValue):
        key = _key(index)
        found = choosing.chosen(run, value, key, MISSING, node)
        return dicts.look_up(run, value, key) if found is MISSING else found
    if isinstance(value, InstanceValue):
        method = special(value, "__getitem__")
        if method is not MISSING:
            return run.call(method, CallSite(None, [Passed(_key(index))]))
    if isinstance(value, ClassValue):
        of_type = value.metaclass.find("__getitem__") if isinstance(value.metaclass, ClassValue) else MISSING
        for method in (of_type, value.find("__class_getitem__")):
            if isinstance(method, FunctionValue):
                return run.call(MethodValue(method, value), CallSite(None, [Passed(_key(index))]))
        if value.flavour != "enum" or len(index) != 1:
            return value
        return value.fields[str(index[0])] if str(index[0]) in value.fields else unknown()
    if not isinstance(value, (tuple, str, bytes, ListValue)):
        if has_no_items(value):
            return fail(run, "TypeError") if run.trying else unknown()
        found = run.libraries.item(value, index, node)
        return unknown() if found is MISSING else found
    return _sequence_item(run, value, index[0], unknown) if len(index) == 1 else unknown()


def _key(index: list[Value]) -> Value:
    """The indices of a subscript as the one argument that a special method gets."""
    return index[0] if len(index) == 1 else tuple(index)


def _index_token(index: Value) -> object:
    return "slice" if isinstance(index, slice) else operators.token(index)


def _sequence_item(
    run: Run, value: tuple[Value, ...] | str | bytes | ListValue, index: Value, unknown: Callable[[], Unknown]
) -> Value:
    items = value.items if isinstance(value, ListValue) else value
    is_open = isinstance(value, ListValue) and value.open
    if isinstance(index, slice):
        if index.step == 0:
            return fail(run, "ValueError")
        return _part(run, value, index, unknown)
    if not isinstance(index, int):
        return unknown()
    inside = -len(items) <= index < len(items)
    if isinstance(value, ListValue) and value.elsewhere is not None and (value.open or not inside):
        found = value.elsewhere(index)
        if found is not MISSING:
            return found
    if isinstance(value, ListValue) and not value.ordered and (value.open or len(value.items) != 1):
        return unknown()
    if inside:
        return items[index] if index >= 0 or not is_open else unknown()
    if is_open or not run.trying:
        return unknown()
    return fail(run, "IndexError")


def _part(
    run: Run, value: tuple[Value, ...] | str | bytes | ListValue, index: slice, unknown: Callable[[], Unknown]
) -> Value:
    """`value[a:b:c]`."""
    bounds = (index.start, index.stop, index.step)
    known = all(part is None or isinstance(part, int) for part in bounds) and index.step != 0
    if any(isinstance(part, (str, float)) for part in bounds):
        return fail(run, "TypeError")
    if not isinstance(value, ListValue):
        return value[index] if known else unknown()
    kind = "list" if value.kind == "view" else value.kind
    if known and value.whole:
        return ListValue(value.items[index], kind=kind)
    start, stop, step = bounds
    inside = known and value.ordered and isinstance(stop, int) and (step is None or step > 0)
    if inside and 0 <= (start or 0) <= stop <= len(value.items):
        return ListValue(value.items[index], kind=kind)  # the beginning of an open list is known
    if start in (None, 0) and stop is None and step in (None, 1):
        return ListValue(list(value.items), value.open, value.ordered, kind, of=value.of)
    return ListValue(list(value.items), True, False, kind, of=("slice", value.of) if value.of is not None else None)


def assign_item(run: Run, target: cst.Subscript, value: Value) -> None:
    """`target[...] = value`."""
    container = run.evaluate(target.value)
    index = indices(run, target, container)
    if isinstance(container, (DictValue, ListValue, InstanceValue)):
        put_item(run, container, index, value)
    elif isinstance(container, ArrayValue):
        owner: cst.BaseExpression = target.value
        while isinstance(owner, cst.Subscript):  # `rows[i][j] = 1` changes `rows`
            whole = run.evaluate(owner.value)
            first = indices(run, owner, whole)
            parts = any(isinstance(one, (slice, ListValue, ArrayValue)) for one in first)
            if not isinstance(whole, ArrayValue) or parts:
                break
            container, index, owner = whole, [*first, *index], owner.value
        run.libraries.assign_item(container, index, value)
    elif is_constant(container) or isinstance(container, tuple):
        fail(run, "TypeError")
    else:
        run.libraries.assign_item(container, index, value)


def put_item(run: Run, container: Value, index: list[Value], value: Value) -> None:
    """`container[index] = value` for what the program itself made."""
    key = _key(index)
    if isinstance(container, DictValue):
        dicts.put(run, container, key, value)
    elif isinstance(container, InstanceValue):
        method = special(container, "__setitem__")
        if method is MISSING:
            run.libraries.assign_item(container, index, value)
        else:
            run.call(method, CallSite(None, [Passed(key), Passed(value)]))
    elif isinstance(container, ListValue):
        if is_constant(key) and not isinstance(key, int):
            fail(run, "TypeError")
        changed(run, container)
        if isinstance(key, slice):
            _put_slice(run, container, key, value)
        elif (
            isinstance(key, int)
            and container.ordered
            and (0 <= key < len(container.items) or (not container.open and -len(container.items) <= key < 0))
        ):
            container.items[key] = value
        elif isinstance(key, int) and container.whole:
            fail(run, "IndexError")
        else:
            run.building.escape(value)
            container.items.append(value)
            container.forget()


def _put_slice(run: Run, container: ListValue, key: slice, value: Value) -> None:
    found = contents(run, value)
    known = all(part is None or isinstance(part, int) for part in (key.start, key.stop, key.step))
    if found.whole is None or not known or not container.whole:
        run.building.escape(value)
        container.items += found.items or []
        container.forget()
        return
    try:
        container.items[key] = found.whole
    except ValueError:
        fail(run, "ValueError")


def delete_item(run: Run, target: cst.Subscript) -> None:
    """`del target[...]`."""
    container = run.evaluate(target.value)
    index = indices(run, target, container)
    key = _key(index)
    if isinstance(container, DictValue):
        dicts.remove(run, container, key)
    elif isinstance(container, ListValue):
        if is_constant(key) and not isinstance(key, int):
            fail(run, "TypeError")
        changed(run, container)
        bounds = (key.start, key.stop, key.step) if isinstance(key, slice) else (key,)
        if not container.whole or not all(
            isinstance(part, int) or (part is None and len(bounds) > 1) for part in bounds
        ):
            container.forget()
            return
        try:
            del container.items[key]  # type: ignore[arg-type]
        except IndexError:
            fail(run, "IndexError")
        except ValueError:
            container.forget()
    elif isinstance(container, InstanceValue):
        method = special(container, "__delitem__")
        if method is not MISSING:
            run.call(method, CallSite(None, [Passed(key)]))
    elif isinstance(container, ArrayValue):
        run.libraries.remove_item(container, index)
