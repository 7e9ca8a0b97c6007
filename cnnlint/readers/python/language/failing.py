"""What goes wrong in a program: exceptions that its operations raise, and which handlers catch them."""

from __future__ import annotations

import builtins
import dataclasses
import json
import re
import statistics
from typing import NoReturn

from cnnlint.readers.python.run import Native, RaiseSignal, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import ClassValue, ExceptionValue, Failed, InstanceValue, Symbol, Unknown, Value

EXCEPTIONS: dict[str, type[BaseException]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, BaseException) and not name.endswith("Group")
}
"""The exceptions that every program has at hand."""
IN_MODULES: dict[str, type[BaseException]] = {
    kind.__name__: kind
    for kind in (dataclasses.FrozenInstanceError, json.JSONDecodeError, re.error, statistics.StatisticsError)
}
"""Those of the standard library that what is modelled of it raises."""
KINDS = EXCEPTIONS | IN_MODULES


BARE = ("AssertionError", "StopIteration", "SystemExit")
"""Exceptions that Python raises without a message."""


def throw(kind: str, *arguments: Value) -> NoReturn:
    """Raise one of Python's own exceptions in the program; what its message is, is not known if none is given."""
    if not arguments and kind not in BARE:
        arguments = (Unknown(f"the message of {kind}"),)
    raise RaiseSignal(ExceptionValue(kind, arguments))


def fail(run: Run, kind: str, *arguments: Value) -> Unknown:
    """What an operation is worth that surely raises: the program goes on in a handler, if there is one.

    Outside of every `try` a program that fails would simply end; what is read is then rather a piece of one, whose
    other pieces were not seen, so that reading goes on with an unknown.
    """
    if run.trying:
        throw(kind, *arguments)
    return Failed(kind)


def fails(raised: Value) -> bool:
    """Whether an exception says that something is wrong; others end a program that has done what it was to do."""
    return raised is not None and not (isinstance(raised, ExceptionValue) and raised.kind == "SystemExit")


def of_python(error: BaseException) -> str:
    """The name of the nearest of the exceptions above for one that Python itself raised."""
    return next((cls.__name__ for cls in type(error).__mro__ if cls.__name__ in KINDS), "Exception")


def native_kinds(value: Value) -> list[type[BaseException]]:
    """The exceptions of Python that a class of the program descends from, or that a builtin is."""
    if isinstance(value, Native) and value.name in EXCEPTIONS:
        return [EXCEPTIONS[value.name]]
    if isinstance(value, ClassValue):
        return [
            kind
            for cls in value.lineage()
            for base in cls.bases
            if isinstance(base, Native)
            for kind in native_kinds(base)
        ]
    return []


def catches(run: Run, raised: Value, handler: Value) -> bool | None:
    """Whether `except handler` catches an exception; None where that is not known."""
    if isinstance(handler, tuple):
        answers = [catches(run, raised, one) for one in handler]
        return True if True in answers else (None if None in answers else False)
    of_handler = native_kinds(handler) if isinstance(handler, Native) else []
    if isinstance(handler, Symbol) and handler.last in IN_MODULES:
        of_handler = [IN_MODULES[handler.last]]
    if isinstance(raised, ExceptionValue):
        if of_handler:
            return issubclass(KINDS[raised.kind], of_handler[0])
        return False if isinstance(handler, (ClassValue, Symbol)) else None
    if isinstance(raised, InstanceValue):
        if isinstance(handler, ClassValue):
            return handler in raised.cls.lineage()
        if of_handler:
            own = native_kinds(raised.cls)
            known = any(issubclass(kind, of_handler[0]) for kind in own)
            return True if known else (None if raised.cls.external_bases() else False)
        return None
    if of_handler and of_handler[0] in (Exception, BaseException):
        return True
    return None


def names_caught(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> list[str | None]:
    """The names behind an `except`: None for one that catches everything, "" for what is no plain name."""
    kind = handler.type
    kinds = [one.value for one in kind.elements] if isinstance(kind, cst.Tuple) else [kind]
    return [None if one is None else one.value if isinstance(one, cst.Name) else "" for one in kinds]
