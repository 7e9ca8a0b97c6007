"""Generator functions: their bodies are read as far as something asks for, one `yield` after the other."""

from __future__ import annotations

import contextlib
from collections.abc import Generator as PythonGenerator
from collections.abc import Iterator

from cnnlint.readers.python.language import handlers, patterns
from cnnlint.readers.python.language.failing import throw
from cnnlint.readers.python.language.iteration import live
from cnnlint.readers.python.run import BreakSignal, ContinueSignal, Frame, RaiseSignal, ReturnSignal, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import SCOPES, line_of, walk
from cnnlint.readers.python.values import (
    CallSite,
    DictValue,
    ExceptionValue,
    FunctionValue,
    IteratorValue,
    ListValue,
    MethodValue,
    OpenEnd,
    Passed,
    Scope,
    SetValue,
    Unknown,
    Value,
)

SENT = "what is sent to a generator"


def yields(function: FunctionValue) -> bool:
    """Whether calling a function makes a generator."""
    if function.yields is None:
        unit, node = function.unit, function.node
        span = unit.positions.span(node) if isinstance(node, cst.FunctionDef) else None
        # walking through its tree takes far longer than looking for the word
        spelt = span is None or "yield" in unit.parsed.source.slice(span)
        function.yields = spelt and isinstance(node, cst.FunctionDef) and _yields(node.body)
    return function.yields


def _yields(body: cst.CSTNode) -> bool:
    own = walk(body, around=SCOPES)
    return any(isinstance(node, cst.Yield) for node in own)


def _changed(body: cst.CSTNode) -> set[str]:
    """The names whose values a body changes in place, or calls methods of."""
    found: set[str] = set()
    for node in walk(body, around=SCOPES):
        held: cst.CSTNode | None = None
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            held = node.func.value
        elif isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.Del)):
            held = node.target
            if isinstance(held, cst.Name) and not isinstance(node, cst.AugAssign):
                continue
        while isinstance(held, (cst.Subscript, cst.Attribute)):
            held = held.value
        found |= {held.value} if isinstance(held, cst.Name) else set()
    return found


def started(run: Run, function: FunctionValue, frame: Frame) -> IteratorValue:
    """The generator that a call of such a function makes."""
    assert isinstance(function.node, cst.FunctionDef)
    made = Generator(run, frame, _suite(run, function.node.body))
    return IteratorValue(made, kind="generator", effects=made.lost)


class Generator:
    """A body that is read from one `yield` to the next, with its frame in place."""

    def __init__(self, run: Run, frame: Frame, steps: PythonGenerator[Value, None, None]) -> None:
        self.run = run
        self.frame = frame
        self.steps = steps
        self.begun = False

    @property
    def function(self) -> FunctionValue | None:
        """Whose body it is."""
        return self.frame.function

    @property
    def unsure(self) -> bool:
        """Whether what it yielded hangs on how often its loops run, or on what each pass may answer for itself."""
        return self.frame.unsure

    def __iter__(self) -> Iterator[Value]:
        return self

    def __next__(self) -> Value:
        return self.send(None)

    def send(self, value: Value) -> Value:
        """What it yields next where `yield` is worth this value; StopIteration at its end."""
        if not self.begun and value is not None and not isinstance(value, Unknown):
            throw("TypeError")
        self.begun = True
        self._waits()
        with self.run.enter(self.frame):
            self.frame.sent = value
            try:
                return next(self.steps)
            except ReturnSignal as signal:
                raise StopIteration(signal.value) from None
            except RaiseSignal as signal:
                raise _escaped(signal) from None

    def _waits(self) -> None:
        if self not in self.run.waiting:
            self.run.waiting.append(self)

    def lost(self) -> None:
        """It was read as far as it goes: what its body changes further on is not known."""
        function, scope = self.frame.function, self.frame.scope
        if function is None:
            return
        self.run.building.captured(
            function if self.frame.receiver is None else MethodValue(function, self.frame.receiver)
        )
        held = [scope.names[name] for name in sorted(_changed(function.node.body)) if name in scope.names]
        if held:
            self.run.building.unknown_call(Unknown("a generator"), CallSite(None, [Passed(one) for one in held]))

    def over(self) -> bool:
        """Whether it is over, now that the statement is that made it go on.

        What it does on its way out, where it waits within a `finally` or `with`, is done when nothing holds it any
        more: it may be done now unless a name in sight does.
        """
        if self.frame.held and any(self._named(frame.scope) for frame in self.run.frames):
            return False
        if self.frame.held:
            self._left()
        return True

    def _named(self, scope: Scope) -> bool:
        return any(isinstance(one, IteratorValue) and one.source is self for one in scope.names.values())

    def _left(self) -> None:
        names = frozenset[str]().union(*map(self.run.names_in, self.frame.held))
        found = [self.frame.scope.lookup(name) for name in sorted(names)]
        site = CallSite(None, [Passed(one[1]) for one in found if one is not None])
        self.run.building.unknown_call(Unknown("how a generator is left"), site)
        self.run.building.captured(IteratorValue(self))

    def throw(self, signal: RaiseSignal) -> Value:
        """What it yields next where `yield` raises."""
        self.begun = True
        self._waits()
        with self.run.enter(self.frame):
            try:
                return self.steps.throw(signal)
            except ReturnSignal as signal:
                raise StopIteration(signal.value) from None
            except RaiseSignal as other:
                raise _escaped(other) from None


def _escaped(signal: RaiseSignal) -> RaiseSignal:
    """What leaves a generator's body: StopIteration there is an error, not its end."""
    stops = isinstance(signal.value, ExceptionValue) and signal.value.kind == "StopIteration"
    return RaiseSignal(ExceptionValue("RuntimeError", (Unknown("the message of RuntimeError"),))) if stops else signal


def _suite(run: Run, block: cst.BaseSuite) -> PythonGenerator[Value, None, None]:
    body = [line_of(block.body)] if isinstance(block, cst.SimpleStatementSuite) else block.body
    for statement in body:
        known = run.frame.unit.yields
        if id(statement) not in known:
            known[id(statement)] = _yields(statement)
        if not known[id(statement)]:
            with _doubting(run):
                run.run([statement])
        elif isinstance(statement, cst.SimpleStatementLine):
            for small in statement.body:
                yield from _small(run, small)
        else:
            run.meter.step()
            yield from _compound(run, statement)


@contextlib.contextmanager
def _doubting(run: Run) -> Iterator[None]:
    """What is asked within a loop and cannot be decided, another pass may answer otherwise."""
    asked, frame = run.answered, run.frame
    try:
        yield
    finally:
        frame.unsure = frame.unsure or (frame.loops > 0 and run.answered > asked)


def _small(run: Run, node: cst.BaseSmallStatement) -> PythonGenerator[Value, None, None]:
    run.meter.step()
    run.statement = node
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Yield):
        yield from _values(run, node.value)
    elif isinstance(node, (cst.Assign, cst.AnnAssign)) and isinstance(node.value, cst.Yield):
        worth = yield from _values(run, node.value)
        for target in [node.target] if isinstance(node, cst.AnnAssign) else [one.target for one in node.targets]:
            run.assign(target, worth)
    elif isinstance(node, cst.Return) and isinstance(node.value, cst.Yield):
        raise ReturnSignal((yield from _values(run, node.value)))
    else:
        # a yield within an expression: what the statement does is read, what it yields is not known
        run.run([line_of([node])])
        raise OpenEnd


def _values(run: Run, node: cst.Yield) -> PythonGenerator[Value, None, Value]:
    """What a `yield` yields; and what it is worth itself."""
    if not isinstance(node.value, cst.From):
        yield None if node.value is None else run.evaluate(node.value)
        return run.frame.sent
    inner = run.evaluate(node.value.item)
    if isinstance(inner, IteratorValue) and isinstance(inner.source, Generator):
        return (yield from _delegated(run, inner))
    yield from live(run, inner)
    return None if isinstance(inner, (ListValue, DictValue, SetValue, tuple)) else Unknown(SENT)


def _delegated(run: Run, inner: IteratorValue) -> PythonGenerator[Value, None, Value]:
    """`yield from` another generator, which is sent and raised what this one is; worth what that one returns."""
    frame, thrown, sent = run.frame, None, None
    while True:
        try:
            if thrown is not None:
                value = inner.throw(thrown)
            else:
                value = inner.pull() if sent is None else inner.send(sent)
        except StopIteration as end:
            returned: Value = end.value
            return returned
        thrown = None
        try:
            yield value
        except RaiseSignal as signal:
            thrown = signal
        sent = frame.sent


def _compound(run: Run, node: cst.BaseStatement | cst.BaseSmallStatement) -> Iterator[Value]:
    if isinstance(node, cst.If):
        with _doubting(run):
            taken = node.body if run.decide(run.evaluate(node.test), at=node.test) else node.orelse
        if isinstance(taken, cst.If):
            yield from _compound(run, taken)
        elif taken is not None:
            yield from _suite(run, taken.body if isinstance(taken, cst.Else) else taken)
    elif isinstance(node, (cst.For, cst.While)):
        yield from _loop(run, node)
    elif isinstance(node, cst.Try):
        yield from _try(run, node)
    elif isinstance(node, cst.With):
        entered = handlers.Entered(run)
        try:
            for item in node.items:
                entered.enter(item)
            yield from _holding(run, [item.item for item in node.items], _suite(run, node.body))
        except RaiseSignal as signal:
            if not entered.leave(signal):
                raise
        else:
            entered.leave(None)
    elif isinstance(node, cst.Match):
        case = patterns.chosen(run, node)
        if case is not None:
            yield from _suite(run, case.body)
    else:
        raise OpenEnd


def _loop(run: Run, node: cst.For | cst.While) -> Iterator[Value]:
    frame = run.frame
    frame.loops += 1
    try:
        for _ in _passes(run, node):
            with contextlib.suppress(ContinueSignal):
                yield from _suite(run, node.body)
    except BreakSignal:
        return
    finally:
        frame.loops -= 1
    if node.orelse is not None:
        yield from _suite(run, node.orelse.body)


def _passes(run: Run, node: cst.For | cst.While) -> Iterator[None]:
    """Each pass of a loop that yields, with its targets bound."""
    if isinstance(node, cst.For):
        for item in _items(run, run.evaluate(node.iter)):
            run.assign(node.target, item)
            yield
        return
    while True:
        answer = run.truth(run.evaluate(node.test))
        if answer is False:
            return
        run.frame.unsure = run.frame.unsure or answer is None
        yield
        if answer is None:
            raise OpenEnd


def _items(run: Run, iterable: Value) -> Iterator[Value]:
    try:
        yield from live(run, iterable)
    except OpenEnd:
        # one pass over what an item is like, for what the body does; how it goes on is not known
        run.frame.unsure = True
        yield run.element(iterable)
        raise


def _holding(run: Run, nodes: list[cst.CSTNode], steps: Iterator[Value]) -> Iterator[Value]:
    """The steps of a block that does more when it is left, even where nobody asks for another."""
    held = run.frame.held
    held += nodes
    try:
        yield from steps
    finally:
        del held[len(held) - len(nodes) :]


def _try(run: Run, node: cst.Try) -> Iterator[Value]:
    steps = _handled(run, node)
    if node.finalbody is None:
        yield from steps
        return
    left: BaseException | None = None
    try:
        yield from _holding(run, [node.finalbody], steps)
    except (RaiseSignal, ReturnSignal, BreakSignal, ContinueSignal) as signal:
        left = signal
    yield from _suite(run, node.finalbody.body)
    if left is not None:
        raise left


def _handled(run: Run, node: cst.Try) -> Iterator[Value]:
    """A `try` up to its `finally`."""
    frame, raised = run.frame, None
    try:
        yield from _tried(run, _suite(run, node.body), bool(node.handlers))
    except RaiseSignal as signal:
        raised = signal
    if raised is None:
        if node.orelse is not None:
            yield from _suite(run, node.orelse.body)
        return
    handler = handlers.handler_for(run, node, raised)
    if handler is None:
        raise raised
    before, frame.handling = frame.handling, raised.value
    try:
        yield from _suite(run, handler.body)
    finally:
        frame.handling = before
        handlers.unbound(run, handler)


def _tried(run: Run, steps: PythonGenerator[Value, None, None], handled: bool) -> Iterator[Value]:
    """The steps of a `try` body: between them others are read, outside of it."""
    thrown: RaiseSignal | None = None
    while True:
        run.trying += handled
        try:
            value = next(steps) if thrown is None else steps.throw(thrown)
        except StopIteration:
            return
        finally:
            run.trying -= handled
        thrown = None
        try:
            yield value
        except RaiseSignal as signal:
            thrown = signal
