"""Expressions: what each kind of expression evaluates to."""

from __future__ import annotations

import ast
import builtins as python
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import islice

from cnnlint.readers.python.language import builtins, comprehensions, functions, items, operators, steady, texts
from cnnlint.readers.python.language.attributes import attribute
from cnnlint.readers.python.language.changing import left_out, repeatedly
from cnnlint.readers.python.language.comparing import key_of
from cnnlint.readers.python.language.failing import fail, throw
from cnnlint.readers.python.language.items import item
from cnnlint.readers.python.language.iteration import contents
from cnnlint.readers.python.language.methods import dicts, sets
from cnnlint.readers.python.language.setting import assign_attribute
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import walk
from cnnlint.readers.python.values import (
    LARGEST,
    LARGEST_BITS,
    MISSING,
    DictValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    SetValue,
    Unknown,
    Value,
    is_constant,
    one_of,
    strings,
    token,
)

# --- literals and names -----------------------------------------------------------------------------------------


def _name(run: Run, node: cst.Name) -> Value:
    name = node.value
    constant = CONSTANTS.get(name)
    if constant is not None or name == "None":
        return constant
    found = run.scope.lookup(name)
    if found is not None:
        if run.trying and found[0] is not run.scope and functions.unbound(run, name):
            throw("UnboundLocalError")
        return found[1]
    native = builtins.BUILTINS.get(name)
    if native is not None:
        return native
    if name in UNSHADOWED:
        return UNSHADOWED[name]
    if name == "__name__":
        return "__main__" if run.frame.unit.main else "imported"
    if name == "__file__":
        return run.frame.unit.filename
    symbol = run.imports.from_star(run, name)
    if symbol is None:
        symbol = run.libraries.conventional(name)
    if symbol is None and run.frame.tries_names:
        throw("NameError")
    if symbol is not None:
        return symbol
    own = "builtin" if hasattr(python, name) else "name"
    return Unknown(f"`{name}` is not defined in this file", (own, name))


CONSTANTS: dict[str, Value] = {"True": True, "False": False, "None": None}
UNSHADOWED: dict[str, Value] = {"NotImplemented": operators.NOT_IMPLEMENTED, "Ellipsis": Ellipsis, "__debug__": True}


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
    known = strings(parts)
    return "".join(known) if known is not None and sum(map(len, known)) <= LARGEST else Unknown("string")


def _formatted(run: Run, node: cst.FormattedString) -> Value:
    text = _format_parts(run, node.parts)
    return text if text is not None and len(text) <= LARGEST else Unknown("formatted string")


def _format_parts(run: Run, parts: Sequence[cst.BaseFormattedStringContent]) -> str | None:
    made: list[str | None] = []
    for part in parts:
        if isinstance(part, cst.FormattedStringText):
            made.append(part.value)
        else:
            made.append(_format_part(run, part) if isinstance(part, cst.FormattedStringExpression) else None)
    known = [text for text in made if text is not None]
    return "".join(known) if len(known) == len(made) else None


def _format_part(run: Run, part: cst.FormattedStringExpression) -> str | None:
    value = run.evaluate(part.expression)
    inner: object | None
    spec = _format_parts(run, part.format_spec) if part.format_spec else ""
    if spec is None or operators.WIDE.search(spec):
        return None
    conversion = part.conversion or ("r" if part.written is not None and not part.format_spec else None)
    if conversion is not None:
        inner = (
            texts.shown(run, value)
            if conversion == "s"
            else (texts.represented(run, value) if conversion == "r" else None)
        )
    else:
        inner = texts.formattable(run, value)
    if inner is None:
        return None
    try:
        made = format(inner, spec)
    except (ValueError, TypeError):
        return None
    return made if part.written is None else part.written + made


# --- displays and comprehensions --------------------------------------------------------------------------------


def _elements(run: Run, nodes: object) -> ListValue:
    result = ListValue()
    limit = run.meter.limits.items
    for element in islice(nodes, limit + 1):  # type: ignore[call-overload]
        if len(result.items) > limit:
            result.open = True
            return result
        value = run.evaluate(element.value)
        if isinstance(element, cst.StarredElement):
            found = contents(run, value)
            more = found.items or []
            result.ordered = result.ordered and found.ordered and not (result.open and more)
            if found.open or found.items is None or len(more) > limit:
                result.grows(token(value))
            result.items += more[:limit]
        else:
            result.ordered = result.ordered and not result.open
            result.items.append(value)
    return result


def _tuple(run: Run, node: cst.Tuple) -> Value:
    made = _elements(run, node.elements)
    if made.whole:
        return tuple(made.items)
    made.kind = "tuple"
    return made


def _list(run: Run, node: cst.List) -> Value:
    return _elements(run, node.elements)


def _set(run: Run, node: cst.Set) -> Value:
    made = _elements(run, node.elements)
    return sets.of_items(run, made.items, made.open)


def _dict(run: Run, node: cst.Dict) -> Value:
    result = DictValue()
    for element in islice(node.elements, run.meter.limits.items):
        if isinstance(element, cst.StarredDictElement):
            merged = run.evaluate(element.value)
            if is_constant(merged) or isinstance(merged, (ListValue, SetValue)):
                fail(run, "TypeError")
            dicts.merge(run, result, merged)
            continue
        if not isinstance(element, cst.DictElement):
            result.open = True
            continue
        key = key_of(run, named := run.evaluate(element.key))
        value = run.evaluate(element.value)
        if key is MISSING:
            run.building.escape(value)
            result.grows(token(named))
        else:
            result.items[key] = value
            result.sources[key] = element.value
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
        value = operators.binary(run, operation.operator.name, value, right, operation)
    return value


def augment(run: Run, node: cst.AugAssign) -> None:
    """`target op= value`: what the target is part of is evaluated once, where that makes a difference."""
    target, name = node.target, node.operator.name.removesuffix("Assign")
    if isinstance(target, cst.Subscript) and _calls(target):
        container = run.evaluate(target.value)
        index = items.indices(run, target, container)
        left = items.subscript(run, container, index, target)
        value = operators.augmented(run, name, left, run.evaluate(node.value), node)
        if isinstance(container, (DictValue, ListValue, InstanceValue)):
            items.put_item(run, container, index, value)
        else:
            run.libraries.assign_item(container, index, value)
    elif isinstance(target, cst.Attribute) and _calls(target):
        owner = run.evaluate(target.value)
        left = attribute(run, owner, target.attr.value, target)
        value = operators.augmented(run, name, left, run.evaluate(node.value), node)
        assign_attribute(run, owner, target.attr.value, value)
    else:
        left = run.evaluate(target)
        run.assign(target, operators.augmented(run, name, left, run.evaluate(node.value), node))


def _calls(target: cst.CSTNode) -> bool:
    return any(isinstance(one, (cst.Call, cst.NamedExpr)) for one in walk(target))


def _unary(run: Run, node: cst.UnaryOperation) -> Value:
    return operators.unary(run, node.operator.name, run.evaluate(node.expression), node)


def _boolean(run: Run, node: cst.BooleanOperation) -> Value:
    left = run.evaluate(node.left)
    known = run.truth(left)
    is_and = node.operator.name == "And"
    if known is is_and:
        return run.evaluate(node.right)
    if known is not None:
        left_out(run, node.left, node.right)
        return left
    with repeatedly(run):  # or not at all
        right = run.evaluate(node.right)
    known_right = run.truth(right)
    if known_right is not None and known_right is not is_and and isinstance(right, bool):
        return right  # `x and False` and `x or True` are decided by their right side
    word = "and" if is_and else "or"
    return Unknown(word, (word, operators.token(left), operators.token(right)))


def _comparison(run: Run, node: cst.Comparison) -> Value:
    left = run.evaluate(node.left)
    result: Value = True
    for place, part in enumerate(node.comparisons):
        right = run.evaluate(part.comparator)
        result = operators.compare(run, part.operator.name, left, right)
        if place + 1 < len(node.comparisons):
            known = run.truth(result)
            if known is None:
                return _unless_false(run, node.comparisons[place + 1 :], right, result)
            if known is False:
                return result
        left = right
    return result


def _unless_false(run: Run, rest: Sequence[cst.ComparisonTarget], left: Value, undecided: Value) -> Value:
    """A chain whose first part is not known: it is false if another part surely is."""
    for part in rest:
        with repeatedly(run):  # or not at all
            right = run.evaluate(part.comparator)
        if run.truth(operators.compare(run, part.operator.name, left, right)) is False:
            return False
        left = right
    return Unknown("comparison", ("chain", operators.token(undecided), operators.token(left)))


def _if_exp(run: Run, node: cst.IfExp) -> Value:
    condition = run.evaluate(node.test)
    numbers = steady.literals(node)
    if numbers is not None and _differs(run, node.test) and run.truth(condition) is None:
        return one_of("one of some numbers", ("either", token(condition)), list(numbers))
    holds = run.decide(condition, at=node.test)
    left_out(run, node.test, node.orelse if holds else node.body)
    return run.evaluate(node.body if holds else node.orelse)


def _differs(run: Run, test: cst.BaseExpression) -> bool:
    """Whether what is asked in a loop or comprehension is about the item at hand: the next may be another."""
    targets = (loop.target for loop in run.loop_path if isinstance(loop, cst.For))
    scope, own = run.scope, {one.value for target in targets for one in walk(target) if isinstance(one, cst.Name)}
    while scope.kind == "comprehension" and scope.parent is not None:
        own |= scope.names.keys()
        scope = scope.parent
    return bool(own) and any(isinstance(one, cst.Name) and one.value in own for one in walk(test))


def _named(run: Run, node: cst.NamedExpr) -> Value:
    value = run.evaluate(node.value)
    frame = run.frame
    scope = frame.scope
    while frame.scope.kind == "comprehension" and frame.scope.parent is not None:
        frame.scope = frame.scope.parent  # it binds the name around the comprehension
    run.assign(node.target, value)
    frame.scope = scope
    return value


def _attribute(run: Run, node: cst.Attribute) -> Value:
    value = run.evaluate(node.value)
    # a module that is None is handed over by whoever calls this
    handed = isinstance(value, Unknown) or (value is None and not run.trying)
    if handed and isinstance(node.value, cst.Name):
        symbol = run.libraries.handed(node.value.value, node.attr.value)
        if symbol is not None:
            return symbol
    return attribute(run, value, node.attr.value, node)


def _subscript(run: Run, node: cst.Subscript) -> Value:
    run.reached(run.span(node))
    return item(run, run.evaluate(node.value), node)


def _lambda(run: Run, node: cst.Lambda) -> Value:
    function = FunctionValue("lambda", node, run.scope, run.frame.unit)
    function.defaults = functions.defaults(run, node.params)
    return function


def _yield(run: Run, node: cst.Yield) -> Value:
    # where a generator yields is read in generators.py; this is a `yield` within an expression of another kind
    if isinstance(node.value, cst.From):
        run.evaluate(node.value.item)
    elif node.value is not None:
        run.building.escape(run.evaluate(node.value))
    return Unknown("what is sent to a generator")


def _await(run: Run, node: cst.Await) -> Value:
    return run.evaluate(node.expression)


def _call(run: Run, node: cst.Call) -> Value:
    function = run.evaluate(node.func)
    return functions.call(run, function, functions.arguments(run, node))


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
    cst.ListComp: comprehensions.list_comp,  # type: ignore[dict-item]
    cst.SetComp: comprehensions.set_comp,  # type: ignore[dict-item]
    cst.GeneratorExp: comprehensions.generator,  # type: ignore[dict-item]
    cst.DictComp: comprehensions.dict_comp,  # type: ignore[dict-item]
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
