"""Statements: what each kind of statement does to a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cnnlint.readers.python.language import class_making, expressions, functions, handlers, loops, patterns
from cnnlint.readers.python.language.changing import left_out, other_passes, recorded
from cnnlint.readers.python.language.classes import special
from cnnlint.readers.python.language.failing import fail, throw
from cnnlint.readers.python.language.items import delete_item
from cnnlint.readers.python.language.iteration import has_no_items, live
from cnnlint.readers.python.language.methods.iterators import close
from cnnlint.readers.python.language.setting import delete_attribute
from cnnlint.readers.python.run import BreakSignal, ContinueSignal, Course, ReturnSignal, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    Abstract,
    ClassValue,
    InstanceValue,
    IteratorValue,
    OpenEnd,
    Unknown,
    Value,
    length,
    tensors_in,
    token,
)


def _expr(run: Run, node: cst.Expr) -> None:
    if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
        return
    value = run.evaluate(node.value)
    run.libraries.expression(node.value, value)
    if isinstance(node.value, (cst.Name, cst.Attribute, cst.Subscript, cst.Tuple, cst.List)):
        run.libraries.printed([value])  # a notebook and a prompt show it


def _assign(run: Run, node: cst.Assign) -> None:
    value = run.evaluate(node.value)
    for target in node.targets:
        run.assign(target.target, value)


def _ann_assign(run: Run, node: cst.AnnAssign) -> None:
    if run.scope.kind == "class" and isinstance(node.target, cst.Name):
        run.scope.annotated.setdefault(node.target.value, node.annotation.annotation)
    if node.value is not None:
        run.assign(node.target, run.evaluate(node.value))


def _aug_assign(run: Run, node: cst.AugAssign) -> None:
    expressions.augment(run, node)


def _return(run: Run, node: cst.Return) -> None:
    raise ReturnSignal(None if node.value is None else run.evaluate(node.value))


def _raise(run: Run, node: cst.Raise) -> None:
    handlers.execute_raise(run, node)


def _assert(run: Run, node: cst.Assert) -> None:
    """What an assertion that is known to be wrong speaks of, such as a flag, is another in practice: it is read on."""
    holds = run.truth(run.evaluate(node.test))
    if holds is not False:
        run.doubts += holds is None
        return
    if run.trying:
        throw("AssertionError", *(() if node.msg is None else (run.evaluate(node.msg),)))
    run.frame.refuted = len(run.building.nodes) if run.frame.refuted is None else run.frame.refuted


def _break(run: Run, node: cst.Break) -> None:
    raise BreakSignal


def _continue(run: Run, node: cst.Continue) -> None:
    raise ContinueSignal


def _import(run: Run, node: cst.Import) -> None:
    run.imports.execute(run, node)


def _import_from(run: Run, node: cst.ImportFrom) -> None:
    run.imports.execute_from(run, node)


def _global(run: Run, node: cst.Global) -> None:
    run.scope.globals_declared.update(item.name.value for item in node.names)


def _nonlocal(run: Run, node: cst.Nonlocal) -> None:
    run.scope.nonlocals_declared.update(item.name.value for item in node.names)


def _del(run: Run, node: cst.Del) -> None:
    targets = [e.value for e in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
    for target in targets:
        if isinstance(target, cst.Name):
            recorded(run, run.scope.names, target.value)
            if run.scope.names.pop(target.value, MISSING) is MISSING and target.value not in run.scope.globals_declared:
                fail(run, "NameError")
        elif isinstance(target, cst.Subscript):
            delete_item(run, target)
        elif isinstance(target, cst.Attribute):
            delete_attribute(run, run.evaluate(target.value), target.attr.value)


#: what can be called without an effect on what is read
HARMLESS = frozenset(
    {
        *("debug", "info", "load_weights", "makedirs", "mkdir", "print", "summary", "warn", "warning"),
        # TensorFlow's processors: which of them it uses, and how much of their memory
        *("set_memory_growth", "set_visible_devices", "set_virtual_device_configuration"),
        *("set_logical_device_configuration", "list_logical_devices", "list_physical_devices"),
    }
)


def _only_leaves(block: cst.BaseSuite) -> bool:
    """Whether a block does nothing but raise, exit or complain."""
    last = block.body[-1] if block.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    if isinstance(last, cst.Raise):
        return True
    if isinstance(last, cst.Expr) and isinstance(last.value, cst.Call):
        return functions.called_name(last.value) in ("exit", "quit", "_exit", "abort")
    return False


def _inert(block: cst.BaseSuite | None) -> bool:
    """Whether a block can have no effect on what is read: it passes, prints, logs or sets processors up."""
    return block is None or all(map(_does_nothing, block.body))


def _does_nothing(statement: cst.CSTNode) -> bool:
    """Whether a statement can have no effect on what is read, whatever loops and handlers stand around it."""
    if isinstance(statement, cst.SimpleStatementLine):
        return all(map(_does_nothing, statement.body))
    if isinstance(statement, cst.For):
        named = isinstance(statement.iter, cst.Name) or _harmless(statement.iter)
        return named and _inert(statement.body) and statement.orelse is None
    if isinstance(statement, cst.Try):
        blocks = [statement.body, *(handler.body for handler in statement.handlers)]
        return all(map(_inert, blocks)) and statement.orelse is None and statement.finalbody is None
    if isinstance(statement, cst.Assign):  # of what is there, whether it is asked for or not
        return _harmless(statement.value) and functions.called_name(statement.value).startswith("list_")
    return isinstance(statement, (cst.Pass, cst.Assert)) or (
        isinstance(statement, cst.Expr) and _harmless(statement.value)
    )


def _harmless(node: cst.BaseExpression) -> bool:
    """Whether an expression is a call without an effect on what is read."""
    return isinstance(node, cst.Call) and functions.called_name(node) in HARMLESS


def _sets_some(run: Run, node: cst.If) -> bool:
    """Whether a condition picks some of those that a value stands for, and all that follows is to set attributes of
    them: what is set on some of them is left open as it is."""
    smalls = [
        small
        for one in node.body.body
        for small in (one.body if isinstance(one, cst.SimpleStatementLine) else [one])
        if isinstance(small, cst.Assign)
    ]
    if node.orelse is not None or len(smalls) != len(node.body.body):
        return False
    targets = [one.target for small in smalls for one in small.targets]
    whose = {one.value.value for one in targets if isinstance(one, cst.Attribute) and isinstance(one.value, cst.Name)}
    if len(whose) != 1 or not all(isinstance(one, cst.Attribute) for one in targets):
        return False
    asked = {name: run.scope.lookup(name) for name in run.names_in(node.test)}
    picked = [found[1] for name, found in asked.items() if found is not None and name in whose]
    others = [found[1] for name, found in asked.items() if found is not None and name not in whose]
    return any(map(run.libraries.of_several, picked)) and not any(isinstance(other, Unknown) for other in others)


def _answer(run: Run, node: cst.If, other: cst.BaseSuite | None, condition: Value) -> bool:
    """Whether to take an arm that cannot be decided: not one that only leaves, either one if both do nothing."""
    if _only_leaves(node.body):
        run.doubts += 1
        return False
    if other is not None and _only_leaves(other):
        run.doubts += 1
        return True
    if _inert(node.body) and not isinstance(node.orelse, cst.If) and _inert(other):
        return True
    return run.decide(condition, at=node.test)


def _skips(block: cst.BaseSuite) -> bool:
    """Whether a block ends the pass of a loop that it stands in."""
    last = block.body[-1] if block.body else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Continue)


def _pass_over(run: Run, block: cst.CSTNode | None) -> None:
    """Keep alive what an arm that is not taken would read: its tensors are not forgotten, only unused this time."""
    if block is None:
        return
    for name in run.names_in(block):
        found = run.scope.lookup(name)
        for tensor in tensors_in(found[1]) if found is not None else ():
            tensor.node.escapes = True


def _if(run: Run, node: cst.If) -> None:
    condition = run.evaluate(node.test)
    run.libraries.unary("Truth", condition, node.test)
    otherwise = node.orelse
    other_block = otherwise.body if isinstance(otherwise, cst.Else) else None
    known = run.truth(condition)
    frame = run.frame
    varies = known is None and frame.open_loops > 0
    if known is None:
        skips = varies and _skips(node.body)
        known = not skips and (_sets_some(run, node) or _answer(run, node, other_block, condition))
    frame.conditions += 1
    try:
        _pass_over(run, node.orelse if known else node.body)
        if known:
            run.suite(node.body)
        elif isinstance(otherwise, cst.If):
            _if(run, otherwise)
        elif other_block is not None:
            run.suite(other_block)
        if varies:
            other_passes(run, node.orelse if known else node.body)
        else:
            left_out(run, node.test, node.orelse if known else node.body)
    finally:
        frame.conditions -= 1


def _for(run: Run, node: cst.For) -> None:
    iterable = run.evaluate(node.iter)
    run.libraries.unary("Iteration", iterable, node.iter)
    if isinstance(iterable, IteratorValue):
        run.element(iterable)  # looks ahead
    elif has_no_items(iterable):
        fail(run, "TypeError")
    course = Course()

    def one(item: Value) -> Callable[[], bool]:
        def body() -> bool:
            run.assign(node.target, item)
            return course.ran(run, node.body)

        return body

    def passes() -> Iterator[Callable[[], bool]]:
        try:
            for item in live(run, iterable):
                yield one(item)
            course.lost = isinstance(iterable, IteratorValue) and iterable.unsure
        except OpenEnd:
            course.lost = True

    if _is_open(iterable):
        loops.loop(run, iter([one(run.element(iterable))]), None, node, course, token(iterable))
        if isinstance(iterable, IteratorValue):
            iterable.forget()
    else:
        known = length(iterable)
        loops.loop(run, passes(), loops.LONG if known is None else known, node, course)
    if course.left and isinstance(iterable, IteratorValue) and isinstance(node.iter, cst.Call):
        close(run, iterable)  # nothing but the loop holds it
    if node.orelse is not None and not course.left:
        run.suite(node.orelse.body)


def _is_open(iterable: Value) -> bool:
    """Whether it is not known what an iterable yields, or in which order."""
    if isinstance(iterable, IteratorValue):
        return iterable.lost and not iterable.ahead
    if isinstance(iterable, InstanceValue):
        return special(iterable, "__iter__") is MISSING and special(iterable, "__getitem__") is MISSING
    if isinstance(iterable, ClassValue):
        return iterable.flavour != "enum"
    if not isinstance(iterable, Abstract):
        return not isinstance(iterable, (tuple, str))
    items, is_open = iterable.iterated()
    return items is None or is_open


def _while(run: Run, node: cst.While) -> None:
    condition = run.evaluate(node.test)
    run.libraries.unary("Truth", condition, node.test)
    first = run.truth(condition)
    course = Course()

    answer: bool | None = None

    def body() -> bool:
        nonlocal answer  # asked within the pass: it may do something as well
        try:
            ran = course.ran(run, node.body)
        except ContinueSignal:
            answer = run.truth(run.evaluate(node.test))
            raise
        answer = run.truth(run.evaluate(node.test)) if ran else None
        return ran

    def passes() -> Iterator[Callable[[], bool]]:
        while True:
            yield body
            if answer is not True:
                course.lost = answer is None
                return

    if first is not False:
        course.endless = isinstance(node.test, (cst.Name, cst.Integer)) and node.test.value in ("True", "1")
        loops.loop(run, passes(), None if first is None else loops.LONG, node, course)
    else:
        left_out(run, node.test, node.body)
    if node.orelse is not None and not course.left:
        run.suite(node.orelse.body)


def _try(run: Run, node: cst.Try | cst.TryStar) -> None:
    handlers.execute_try(run, node)


def _with(run: Run, node: cst.With) -> None:
    handlers.execute_with(run, node)


def _function(run: Run, node: cst.FunctionDef) -> None:
    functions.define_function(run, node)


def _class(run: Run, node: cst.ClassDef) -> None:
    class_making.define_class(run, node)


def _match(run: Run, node: cst.Match) -> None:
    patterns.execute(run, node)


SMALL: dict[type, Callable[[Run, cst.CSTNode], None]] = {
    cst.Expr: _expr,  # type: ignore[dict-item]
    cst.Assign: _assign,  # type: ignore[dict-item]
    cst.AnnAssign: _ann_assign,  # type: ignore[dict-item]
    cst.AugAssign: _aug_assign,  # type: ignore[dict-item]
    cst.Return: _return,  # type: ignore[dict-item]
    cst.Raise: _raise,  # type: ignore[dict-item]
    cst.Assert: _assert,  # type: ignore[dict-item]
    cst.Break: _break,  # type: ignore[dict-item]
    cst.Continue: _continue,  # type: ignore[dict-item]
    cst.Import: _import,  # type: ignore[dict-item]
    cst.ImportFrom: _import_from,  # type: ignore[dict-item]
    cst.Global: _global,  # type: ignore[dict-item]
    cst.Nonlocal: _nonlocal,  # type: ignore[dict-item]
    cst.Del: _del,  # type: ignore[dict-item]
}

COMPOUND: dict[type, Callable[[Run, cst.CSTNode], None]] = {
    cst.If: _if,  # type: ignore[dict-item]
    cst.For: _for,  # type: ignore[dict-item]
    cst.While: _while,  # type: ignore[dict-item]
    cst.Try: _try,  # type: ignore[dict-item]
    cst.TryStar: _try,  # type: ignore[dict-item]
    cst.With: _with,  # type: ignore[dict-item]
    cst.FunctionDef: _function,  # type: ignore[dict-item]
    cst.ClassDef: _class,  # type: ignore[dict-item]
    cst.Match: _match,  # type: ignore[dict-item]
}
