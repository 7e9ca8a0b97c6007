"""`try`, `raise` and `with`: what is raised, who catches it, and what is done on the way out."""

from __future__ import annotations

from cnnlint.graph import CallRefused
from cnnlint.readers.python.language import fallbacks
from cnnlint.readers.python.language.classes import special
from cnnlint.readers.python.language.doubts import Attempt
from cnnlint.readers.python.language.failing import EXCEPTIONS, catches, fail, names_caught, native_kinds
from cnnlint.readers.python.run import BreakSignal, ContinueSignal, Native, RaiseSignal, ReturnSignal, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    ArgScope,
    CallSite,
    ClassValue,
    ExceptionValue,
    InstanceValue,
    IteratorValue,
    OpenEnd,
    Passed,
    Symbol,
    Unknown,
    Value,
    is_constant,
)

Signal = RaiseSignal | ReturnSignal | BreakSignal | ContinueSignal


def execute_raise(run: Run, node: cst.Raise) -> None:
    """`raise`, with or without an exception."""
    if node.exc is None:
        raise RaiseSignal(run.frame.handling)
    value = run.evaluate(node.exc)
    if isinstance(value, Native) and value.name in EXCEPTIONS:
        value = ExceptionValue(value.name)
    elif isinstance(value, ClassValue) and native_kinds(value):
        value = run.call(value, CallSite(None))
    raise RaiseSignal(value)


def execute_try(run: Run, node: cst.Try | cst.TryStar) -> None:
    """`try` with its handlers, `else` and `finally`."""
    left: Signal | None = None
    raised: RaiseSignal | None = None
    through = False  # what `else` raises is not handled here
    try:
        run.trying += bool(node.handlers)
        names = any(isinstance(one.type, cst.Name) and one.type.value == "NameError" for one in node.handlers)
        calls = any(map(_catches_calls, node.handlers))
        frame = run.frame
        frame.tries_names += names
        frame.tries_calls += calls
        attempt = Attempt(run, node)
        begun = len(run.building.nodes)
        around, run.fallback = run.fallback, fallbacks.of(run, node)
        try:
            try:
                run.suite(node.body)
            finally:
                run.fallback = around
                if node.handlers:
                    run.building.tried.update(id(made) for made in run.building.nodes[begun:])
                run.trying -= bool(node.handlers)
                frame.tries_names -= names
                frame.tries_calls -= calls
            through = True
            if node.orelse is not None:
                run.suite(node.orelse.body)
        finally:
            attempt.over()
    except RaiseSignal as signal:
        if through:
            left = signal
        else:
            raised = signal
    except (ReturnSignal, BreakSignal, ContinueSignal) as other:
        left = other
    except BaseException:
        # reading itself stops: what `finally` does would be read after the end of the budget
        raise
    if raised is not None:
        attempt.cut_short()
        # behind the `except`, and without the calls that it came through: one that is raised while another is handled
        # keeps that one and all its frames alive
        left = _handled(run, node, raised.with_traceback(None))
    else:
        left = attempt.settle(left)
    if node.finalbody is not None:
        run.suite(node.finalbody.body)
    if left is not None:
        raise left.with_traceback(None)


def _catches_calls(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    """Whether a handler catches what a call with wrong arguments raises."""
    return any(name is None or name in ("TypeError", "Exception") for name in names_caught(handler))


def _handled(run: Run, node: cst.Try | cst.TryStar, signal: RaiseSignal) -> Signal | None:
    """What leaves the statement after an exception, before `finally`."""
    handler = handler_for(run, node, signal)
    if handler is None:
        return signal
    before, run.frame.handling = run.frame.handling, signal.value
    try:
        run.suite(handler.body)
    except (RaiseSignal, ReturnSignal, BreakSignal, ContinueSignal) as other:
        return other
    finally:
        run.frame.handling = before
        unbound(run, handler)
    return None


def unbound(run: Run, handler: cst.ExceptHandler | cst.ExceptStarHandler) -> None:
    """Behind a handler, the name that it binds is gone."""
    if handler.name is not None and isinstance(handler.name.name, cst.Name):
        run.scope.names.pop(handler.name.name.value, None)


def handler_for(
    run: Run, node: cst.Try | cst.TryStar, signal: RaiseSignal
) -> cst.ExceptHandler | cst.ExceptStarHandler | None:
    """The handler that catches an exception, its name bound; one that may do so is taken to do so."""
    for handler in node.handlers:
        caught = True if handler.type is None else catches(run, signal.value, run.evaluate(handler.type))
        if caught is not False:
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                run.assign(handler.name.name, signal.value)
            return handler
    return None


class Entered:
    """The context managers of a `with` that were entered, to be left in the opposite order."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.managers: list[Value] = []
        self.scopes = 0
        self.tries = 0
        self.doubts, self.imports = run.doubts, run.doubted_imports

    def enter(self, item: cst.WithItem) -> None:
        """Enter one of the items and bind its name."""
        run = self.run
        value = manager = run.evaluate(item.item)
        if isinstance(value, ArgScope):
            run.arg_scopes.append(value.defaults)
            self.scopes += 1
        elif isinstance(value, InstanceValue):
            method = special(value, "__enter__")
            if method is not MISSING and special(value, "__exit__") is not MISSING:
                value = run.call(method, CallSite(None))
            elif value.cls.plain and not value.cls.flavour:
                value = fail(run, "TypeError")
        elif isinstance(value, IteratorValue):  # a function under `@contextmanager`
            try:
                value = value.pull()
            except (StopIteration, OpenEnd):
                value = Unknown("what a context manager yields")
        else:
            # what a library hands out is none, whatever stands for it: a scope is its name
            call = item.item if isinstance(item.item, cst.Call) else None
            if is_constant(manager) and not (call is not None and isinstance(run.evaluate(call.func), Symbol)):
                run.doubts += 1
            value = run.libraries.entered(manager)
        self.managers.append(manager)
        if self._swallows(manager):
            run.trying += 1
            self.tries += 1
        if item.asname is not None:
            run.assign(item.asname.name, value)

    def leave(self, signal: RaiseSignal | None) -> bool:
        """Leave them all; whether one of them swallowed the exception."""
        run = self.run
        run.trying -= self.tries
        for _ in range(self.scopes):
            run.arg_scopes.pop()
        self.tries = self.scopes = 0
        raised = signal
        for manager in reversed(self.managers):
            try:
                if self._left(manager, raised):
                    raised = None
            except RaiseSignal as other:  # raised on the way out, it takes the place of what was raised before
                raised = other
        if raised is not None and raised is not signal:
            raise raised
        return signal is not None and raised is None

    def _left(self, manager: Value, signal: RaiseSignal | None) -> bool:
        """Leave one of them; whether it keeps the exception to itself."""
        run = self.run
        if isinstance(manager, InstanceValue):
            method = special(manager, "__exit__")
            if method is MISSING:
                return False
            answer = run.call(method, CallSite(None, [Passed(one) for one in self._told(signal)]))
            return run.truth(answer) is True
        if isinstance(manager, IteratorValue):
            return _resumed(manager, signal)
        if signal is None:
            run.libraries.left(manager)
            return False
        return catches(run, signal.value, run.libraries.suppressed(manager)) is not False

    def _told(self, signal: RaiseSignal | None) -> list[Value]:
        """What `__exit__` is told: class, exception and traceback, or None three times."""
        if signal is not None:
            return [_class_of(self.run, signal.value), signal.value, Unknown("a traceback")]
        if self.run.doubts > self.doubts or self.run.doubted_imports > self.imports:
            return [Unknown("an exception's class"), Unknown("an exception"), Unknown("a traceback")]
        return [None, None, None]

    def _swallows(self, manager: Value) -> bool:
        """Whether a context manager may keep an exception to itself."""
        if isinstance(manager, IteratorValue):
            return True
        if isinstance(manager, InstanceValue):
            return special(manager, "__exit__") is not MISSING
        return bool(self.run.libraries.suppressed(manager))


def _resumed(manager: IteratorValue, signal: RaiseSignal | None) -> bool:
    """Read what stands behind the `yield` of a context manager; whether it ends as if nothing had been raised."""
    try:
        if signal is None:
            manager.pull()
        else:
            manager.throw(signal)
    except StopIteration:
        return True
    except OpenEnd:
        return signal is None
    except RaiseSignal as other:
        # a StopIteration that comes out of the generator as the RuntimeError that it becomes there is itself again
        if signal is None or not (other.value is signal.value or _is_stop(signal, other)):
            raise
        return False
    return signal is None


def _is_stop(thrown: RaiseSignal, left: RaiseSignal) -> bool:
    """Whether what left a generator is what Python makes of the StopIteration that was thrown into it."""
    kinds = [one.value.kind if isinstance(one.value, ExceptionValue) else "" for one in (thrown, left)]
    return kinds == ["StopIteration", "RuntimeError"]


def _class_of(run: Run, raised: Value) -> Value:
    if isinstance(raised, ExceptionValue):
        return run.builtins.get(raised.kind, Unknown("exception's class"))
    return raised.cls if isinstance(raised, InstanceValue) else Unknown("exception's class")


def execute_with(run: Run, node: cst.With) -> None:
    """`with` and its context managers."""
    entered = Entered(run)
    begun, told = len(run.building.nodes), len(run.events)
    left: Signal | None = None
    try:
        try:
            for item in node.items:
                entered.enter(item)
            run.suite(node.body)
        except RaiseSignal as signal:
            if not entered.leave(signal):
                raise
            return
        except (ReturnSignal, BreakSignal, ContinueSignal) as other:
            left = other
        entered.leave(None)
    finally:
        run.trying -= entered.tries
        for _ in range(entered.scopes):
            run.arg_scopes.pop()
        if any(map(_expects, node.items)):
            for made in run.building.nodes[begun:]:
                made.shape_error = None  # it is to be refused
            run.events[told:] = [one for one in run.events[told:] if not isinstance(one, CallRefused)]
    if left is not None:
        raise left


def _expects(item: cst.WithItem) -> bool:
    """Whether what stands in a `with` may or must be refused: `pytest.raises`, `self.assertRaises`, `suppress`."""
    called = item.item.func if isinstance(item.item, cst.Call) else None
    name = called.attr if isinstance(called, cst.Attribute) else called
    told = name.value if isinstance(name, cst.Name) else ""
    return told in ("raises", "suppress") or told.startswith("assertRaises")
