"""Methods of iterators and generators."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.readers.python.language.changing import changed
from cnnlint.readers.python.language.failing import EXCEPTIONS, fail
from cnnlint.readers.python.run import Native, RaiseSignal, Run
from cnnlint.readers.python.values import CallSite, ExceptionValue, IteratorValue, OpenEnd, Unknown, Value


def _stepped(run: Run, value: IteratorValue, step: Callable[[], Value]) -> Value:
    """What one step of it gives."""
    changed(run, value)
    try:
        return step()
    except StopIteration as end:
        return fail(run, "StopIteration", *(() if end.value is None else (end.value,)))
    except OpenEnd:
        value.forget()
        return Unknown("what a generator yields")


def _next(run: Run, value: IteratorValue, site: CallSite) -> Value:
    return _stepped(run, value, value.pull)


def _itself(run: Run, value: IteratorValue, site: CallSite) -> Value:
    return value


def _send(run: Run, value: IteratorValue, site: CallSite) -> Value:
    return _stepped(run, value, lambda: value.send(site.value(0)))


def _throw(run: Run, value: IteratorValue, site: CallSite) -> Value:
    thrown = site.value(0)
    if isinstance(thrown, Native) and thrown.name in EXCEPTIONS:
        thrown = ExceptionValue(thrown.name)
    return _stepped(run, value, lambda: value.throw(RaiseSignal(thrown)))


def _close(run: Run, value: IteratorValue, site: CallSite) -> Value:
    close(run, value)
    return None


def close(run: Run, value: IteratorValue) -> None:
    """End a generator: what its `finally` and `with` do on the way out is done."""
    changed(run, value)
    value.ahead.clear()
    try:
        value.throw(RaiseSignal(ExceptionValue("GeneratorExit")))
    except (StopIteration, OpenEnd):
        pass
    except RaiseSignal as signal:
        if not (isinstance(signal.value, ExceptionValue) and signal.value.kind == "GeneratorExit"):
            raise
    value.source = iter(())


ITERATOR = {"__next__": _next, "__iter__": _itself}
GENERATOR = {**ITERATOR, "send": _send, "throw": _throw, "close": _close}
