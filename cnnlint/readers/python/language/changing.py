"""Changes of what is shared, which loops of unknown length and code that was not read may make."""

from __future__ import annotations

from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    Container,
    DictValue,
    IteratorValue,
    ListValue,
    SetValue,
    Value,
    inside,
)


def changed(run: Run, container: Container) -> None:
    """Note that a container was changed in place, and forget it where the change may happen any number of times."""
    for one in (*run.passes, *run.tries):
        if container.born < one.began:
            one.touched = True
            if id(container) not in one.containers:
                before = dict(container.items) if isinstance(container, DictValue) else {}
                one.containers[id(container)] = (container, before)
            if one.open:
                loosened(container)


def loosened(container: Container) -> None:
    """Forget what a container holds, but for a dictionary's keys: which of these were changed is told apart later."""
    if isinstance(container, DictValue):
        container.open = True
    else:
        container.forget()


def recorded(run: Run, names: dict[str, Value], name: str) -> None:
    """Note that a name, or an attribute, is about to be bound anew."""
    for one in run.passes:
        one.names.setdefault((id(names), name), (names, name, names.get(name)))
    for one in run.tries:
        one.names.setdefault((id(names), name), (names, name, names.get(name, MISSING)))


def forgotten(value: Value, depth: int = 4) -> None:
    """Forget what code that was not read may have changed: a container, and all that can be reached through it."""
    if isinstance(value, (tuple, ListValue, DictValue)) and depth:
        for item in inside(value):
            forgotten(item, depth - 1)
    frozen = isinstance(value, SetValue) and value.frozen
    if isinstance(value, (ListValue, DictValue, SetValue, IteratorValue)) and not frozen:
        value.forget()
