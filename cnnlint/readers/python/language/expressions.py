"""Expressions: what each kind of libcst expression evaluates to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from itertools import islice

import libcst as cst

from cnnlint.readers.python.language import builtins, functions, operators
from cnnlint.readers.python.language.attributes import attribute, item
from cnnlint.readers.python.language.names import conventional, handed
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    LARGEST,
    LARGEST_BITS,
    ArrayValue,
    DatasetValue,
    DictValue,
    FunctionValue,
    ListValue,
    RangeValue,
    Scope,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    iterated,
    strings,
)


def evaluate(run: Run, node: cst.CSTNode) -> Value:
    """Evaluate an expression; what is not understood is unknown."""
    handler = EVALUATORS.get(type(node))
    return Unknown(type(node).__name__) if handler is None else handler(run, node)


# --- literals and names -----------------------------------------------------------------------------------------


def _name(run: Run, node: cst.Name) -> Value:
    name = node.value
    constant = CONSTANTS.get(name)
    if constant is not None or name == "None":
        return constant
    found = run.scope.lookup(name)
    if found is not None:
        return found[1]
    native = builtins.BUILTINS.get(name)
    if native is not None:
        return native
    if name == "__name__":
        return "__main__" if run.frame.unit.main else "imported"
    if name == "__file__":
        return run.frame.unit.filename
    symbol = run.imports.from_star(run, name)
    if symbol is None:
        symbol = conventional(name)
    return symbol if symbol is not None else Unknown(f"`{name}` is not defined in this file", ("name", name))


CONSTANTS: dict[str, Value] = {"True": True, "False": False, "None": None}


def _literal(run: Run, node: cst.Integer | cst.Float | cst.SimpleString | cst.Imaginary) -> Value:
    return literal(node.value) if len(node.value) <= 64 else _literal_of(node.value)


def _literal_of(text: str) -> Value:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError):
        return Unknown("literal")
    return value if _keeps(value) else Unknown("a very long literal")


#: a program writes the same few numbers and names again and again, and is read many times
literal = lru_cache(maxsize=4096)(_literal_of)


def _keeps(value: Value) -> bool:
    """Whether a constant is small enough to compute with."""
    if isinstance(value, int):
        return value.bit_length() <= LARGEST_BITS
    return not isinstance(value, (str, bytes)) or len(value) <= LARGEST


def _concatenated(run: Run, node: cst.ConcatenatedString) -> Value:
    parts: list[Value] = []
    pending: list[cst.BaseExpression] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.ConcatenatedString):
            pending += [current.right, current.left]
        else:
            parts.append(run.evaluate(current))
    texts = strings(parts)
    return "".join(texts) if texts is not None and sum(map(len, texts)) <= LARGEST else Unknown("string")


def _formatted(run: Run, node: cst.FormattedString) -> Value:
    parts: list[str] = []
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            parts.append(part.value.replace("{{", "{").replace("}}", "}"))
            continue
        if not isinstance(part, cst.FormattedStringExpression):
            return Unknown("formatted string")
        value = run.evaluate(part.expression)
        spec = part.format_spec
        if isinstance(value, (bool, int, float, str)) and part.conversion is None:
            if not spec:
                parts.append(str(value))
                continue
            text = spec[0].value if len(spec) == 1 and isinstance(spec[0], cst.FormattedStringText) else None
            if text is not None and not operators.WIDE.search(text):
                try:
                    parts.append(format(value, text))
                    continue
                except ValueError:
                    pass
        return Unknown("formatted string")
    return "".join(parts) if sum(map(len, parts)) <= LARGEST else Unknown("formatted string")


# --- displays and comprehensions --------------------------------------------------------------------------------


def _elements(run: Run, nodes: object) -> tuple[list[Value], bool]:
    items: list[Value] = []
    is_open = False
    limit = run.meter.limits.items
    for element in islice(nodes, limit + 1):  # type: ignore[call-overload]
        if len(items) > limit:
            return items, True
        value = run.evaluate(element.value)
        if isinstance(element, cst.StarredElement):
            more, unknown = run.iterate(value)
            is_open = is_open or unknown or more is None or len(more) > limit
            items += (more or [])[:limit]
        else:
            items.append(value)
    return items, is_open


def _tuple(run: Run, node: cst.Tuple) -> Value:
    items, is_open = _elements(run, node.elements)
    return ListValue(items, True) if is_open else tuple(items)


def _list(run: Run, node: cst.List) -> Value:
    return ListValue(*_elements(run, node.elements))


def _set(run: Run, node: cst.Set) -> Value:
    return ListValue(*_elements(run, node.elements))


def _dict(run: Run, node: cst.Dict) -> Value:
    result = DictValue()
    for element in islice(node.elements, run.meter.limits.items):
        value = run.evaluate(element.value)
        if isinstance(element, cst.StarredDictElement):
            if isinstance(value, DictValue):
                result.items.update(value.items)
                result.open = result.open or value.open
            else:
                result.open = True
            continue
        if not isinstance(element, cst.DictElement):
            result.open = True
            continue
        key = run.evaluate(element.key)
        if isinstance(key, (str, int, float, bool, Symbol, TensorValue)) or key is None:
            result.items[key] = value
            result.sources[key] = element.value
        else:
            result.open = True
    return result


#: steps that one comprehension may take, with all that stand in it
COMPREHENSION_STEPS = 20_000


def _comprehend(run: Run, node: cst.CSTNode, emit: Callable[[], None], loop: cst.CompFor) -> bool:
    """Run a comprehension's loops; True if there may be more items than were emitted."""
    items, is_open = run.iterate(run.evaluate(loop.iter))
    if items is None:
        items, is_open = [element(run, run.evaluate(loop.iter))], True
    if len(items) > run.meter.limits.unroll:
        items, is_open = items[: run.meter.limits.unroll], True
    started = run.meter.steps
    for value in items:
        if run.meter.steps - started > COMPREHENSION_STEPS:
            return True
        run.assign(loop.target, value)
        answers = [run.truth(run.evaluate(condition.test)) for condition in loop.ifs]
        if False in answers:
            continue
        is_open = is_open or None in answers
        if loop.inner_for_in is not None:
            is_open = _comprehend(run, node, emit, loop.inner_for_in) or is_open
        else:
            emit()
    return is_open


def _in_scope(run: Run, emit: Callable[[], None], node: cst.BaseComp) -> bool:
    frame = run.frame
    outer = frame.scope
    frame.scope = Scope(outer)
    try:
        return _comprehend(run, node, emit, node.for_in)
    finally:
        frame.scope = outer


def _list_comp(run: Run, node: cst.ListComp | cst.SetComp | cst.GeneratorExp) -> Value:
    result = ListValue()
    result.open = _in_scope(run, lambda: result.items.append(run.evaluate(node.elt)), node)
    return result


def _dict_comp(run: Run, node: cst.DictComp) -> Value:
    result = DictValue()

    def emit() -> None:
        key = run.evaluate(node.key)
        value = run.evaluate(node.value)
        if isinstance(key, (str, int, float)):
            result.items[key] = value
        else:
            result.open = True

    result.open = _in_scope(run, emit, node) or result.open
    return result


# --- operators --------------------------------------------------------------------------------------------------


def _binary(run: Run, node: cst.BinaryOperation) -> Value:
    # iterative along the left spine: `a + b + c + ...` may be long
    chain: list[cst.BinaryOperation] = []
    current: cst.BaseExpression = node
    while isinstance(current, cst.BinaryOperation):
        chain.append(current)
        current = current.left
    value = run.evaluate(current)
    for operation in reversed(chain):
        right = run.evaluate(operation.right)
        value = operators.binary(run, type(operation.operator).__name__, value, right, operation)
    return value


def augmented(run: Run, node: cst.AugAssign) -> Value:
    """The value of `target op= value`, before it is assigned."""
    left = run.evaluate(node.target)
    right = run.evaluate(node.value)
    name = type(node.operator).__name__.removesuffix("Assign")
    if isinstance(left, ListValue) and name == "Add":
        more, is_open = run.iterate(right)
        run.touch(left)
        room = LARGEST - len(left.items)
        left.items.extend((more or [])[:room])
        left.open = left.open or is_open or more is None or run.grows_without_end(left) or len(more) > room
        return left
    result = operators.binary(run, name, left, right, node)
    return run.libraries.updated(left, result, node)


def _unary(run: Run, node: cst.UnaryOperation) -> Value:
    return operators.unary(run, type(node.operator).__name__, run.evaluate(node.expression), node)


def _boolean(run: Run, node: cst.BooleanOperation) -> Value:
    left = run.evaluate(node.left)
    known = run.truth(left)
    is_and = isinstance(node.operator, cst.And)
    if known is not None:
        return run.evaluate(node.right) if known is is_and else left
    right = run.evaluate(node.right)
    known_right = run.truth(right)
    if known_right is not None and known_right is not is_and and isinstance(right, bool):
        return right  # `x and False` and `x or True` are decided by their right side
    word = "and" if is_and else "or"
    return Unknown(word, (word, operators.token(left), operators.token(right)))


def _comparison(run: Run, node: cst.Comparison) -> Value:
    left = run.evaluate(node.left)
    result: Value = True
    for part in node.comparisons:
        right = run.evaluate(part.comparator)
        result = operators.compare(run, type(part.operator).__name__, left, right)
        if result is False or isinstance(result, Unknown):
            return result
        left = right
    return result


def _if_exp(run: Run, node: cst.IfExp) -> Value:
    condition = run.evaluate(node.test)
    return run.evaluate(node.body if run.decide(condition) else node.orelse)


def _named(run: Run, node: cst.NamedExpr) -> Value:
    value = run.evaluate(node.value)
    run.assign(node.target, value)
    return value


def _attribute(run: Run, node: cst.Attribute) -> Value:
    value = run.evaluate(node.value)
    if isinstance(value, Unknown) and isinstance(node.value, cst.Name):
        symbol = handed(node.value.value, node.attr.value)
        if symbol is not None:
            return symbol
    return attribute(run, value, node.attr.value, node)


def _subscript(run: Run, node: cst.Subscript) -> Value:
    return item(run, run.evaluate(node.value), node)


def _lambda(run: Run, node: cst.Lambda) -> Value:
    function = FunctionValue("lambda", node, run.scope, run.frame.unit)
    function.defaults = functions.defaults(run, node.params)
    return function


def _yield(run: Run, node: cst.Yield) -> Value:
    frame = run.frame
    if frame.yielded is None:
        frame.yielded = ListValue(generated=True)
    found: list[Value] | None = [None]
    is_open = run.in_open_loop
    if isinstance(node.value, cst.From):
        found, more = run.iterate(run.evaluate(node.value.item))
        is_open = is_open or more
    elif node.value is not None:
        found = [run.evaluate(node.value)]
    parts = [part for item in found or [] for part in (item if isinstance(item, tuple) else (item,))]
    if not any(isinstance(part, (Unknown, ArrayValue)) for part in parts):
        run.touch(frame.yielded)  # batches of data are all alike: one of them is enough
    room = run.meter.limits.items - len(frame.yielded.items)
    frame.yielded.items += (found or [])[:room]
    frame.yielded.open = frame.yielded.open or is_open or found is None or len(found) > room
    return Unknown("what is sent to a generator")


def _await(run: Run, node: cst.Await) -> Value:
    return run.evaluate(node.expression)


# --- iteration --------------------------------------------------------------------------------------------------


def iterate(run: Run, value: Value) -> tuple[list[Value] | None, bool]:
    """The items a value yields, and whether there may be more; (None, True) when not even one is known."""
    return iterated(value)


def element(run: Run, value: Value) -> Value:
    """What one element of a value is like, when the elements themselves are not known."""
    if isinstance(value, RangeValue):
        return Unknown("loop variable", ("element", value.count))
    if isinstance(value, (ArrayValue, DatasetValue)):
        return run.libraries.element(value)
    if isinstance(value, ListValue) and value.items:
        return value.items[0]
    return Unknown("loop variable", ("element", operators.token(value)))


def _call(run: Run, node: cst.Call) -> Value:
    function = run.evaluate(node.func)
    if isinstance(function, Native) and function.name == "super":
        return builtins.super_value(run)
    site = functions.arguments(run, node)
    return functions.call(run, function, site)


EVALUATORS: dict[type, Callable[[Run, cst.CSTNode], Value]] = {
    cst.Name: _name,  # type: ignore[dict-item]
    cst.Integer: _literal,  # type: ignore[dict-item]
    cst.Float: _literal,  # type: ignore[dict-item]
    cst.Imaginary: _literal,  # type: ignore[dict-item]
    cst.SimpleString: _literal,  # type: ignore[dict-item]
    cst.ConcatenatedString: _concatenated,  # type: ignore[dict-item]
    cst.FormattedString: _formatted,  # type: ignore[dict-item]
    cst.Tuple: _tuple,  # type: ignore[dict-item]
    cst.List: _list,  # type: ignore[dict-item]
    cst.Set: _set,  # type: ignore[dict-item]
    cst.Dict: _dict,  # type: ignore[dict-item]
    cst.ListComp: _list_comp,  # type: ignore[dict-item]
    cst.SetComp: _list_comp,  # type: ignore[dict-item]
    cst.GeneratorExp: _list_comp,  # type: ignore[dict-item]
    cst.DictComp: _dict_comp,  # type: ignore[dict-item]
    cst.BinaryOperation: _binary,  # type: ignore[dict-item]
    cst.UnaryOperation: _unary,  # type: ignore[dict-item]
    cst.BooleanOperation: _boolean,  # type: ignore[dict-item]
    cst.Comparison: _comparison,  # type: ignore[dict-item]
    cst.IfExp: _if_exp,  # type: ignore[dict-item]
    cst.NamedExpr: _named,  # type: ignore[dict-item]
    cst.Attribute: _attribute,  # type: ignore[dict-item]
    cst.Subscript: _subscript,  # type: ignore[dict-item]
    cst.Call: _call,  # type: ignore[dict-item]
    cst.Ellipsis: lambda run, node: Ellipsis,
    cst.Lambda: _lambda,  # type: ignore[dict-item]
    cst.Await: _await,  # type: ignore[dict-item]
    cst.Yield: _yield,  # type: ignore[dict-item]
}
