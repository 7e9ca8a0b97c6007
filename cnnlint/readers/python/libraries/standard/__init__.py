"""Python's standard library, as far as programs build models with it: functions by qualified name, and classes.

arguments   argparse
classes     dataclasses, enumerations, named tuples
containers  collections and copy
computed    functions that are asked of Python itself
iterators   itertools
functions   functools, operator, random, math, json and other functions of constants
"""

from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.libraries.standard import arguments, classes, computed, containers, functions, iterators
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, ClassValue, ObjectValue, Value

HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **arguments.HANDLERS,
    **classes.HANDLERS,
    **computed.HANDLERS,
    **containers.HANDLERS,
    **functions.HANDLERS,
    **iterators.HANDLERS,
}
METHODS = arguments.METHODS
of_arguments = computed.of_arguments
attribute = arguments.attribute
DECORATORS = frozenset({*classes.DECORATORS, *functions.DECORATORS})


def class_made(run: Run, cls: ClassValue) -> None:
    """A class was defined: what its bases from the standard library make of it."""
    classes.class_made(run, cls)


def entered(manager: Value) -> Value:
    """What `with manager as name` binds: the manager itself, but for `nullcontext(x)`."""
    if isinstance(manager, ObjectValue) and manager.name == "contextlib.nullcontext":
        return manager.site.value(0)
    return manager


def suppressed(manager: Value) -> tuple[Value, ...]:
    """The exceptions that `suppress(...)` keeps to itself; none for other managers."""
    if isinstance(manager, ObjectValue) and manager.name == "contextlib.suppress":
        return tuple(passed.value for passed in manager.site.positional)
    return ()


__all__ = ["DECORATORS", "HANDLERS", "METHODS", "class_made", "entered", "of_arguments", "suppressed"]
