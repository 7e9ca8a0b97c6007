"""A dictionary that is asked for a key which is not known: which of its values that is, asked key by key."""

from __future__ import annotations

from cnnlint.readers.python.language import comparing
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    Abstract,
    DictValue,
    ListValue,
    SetValue,
    Unknown,
    Value,
    is_constant,
    is_number,
    token,
)

MOST = 8
"""As many values as are told apart, each by a way of its own."""
ONE_OF_MANY = frozenset(
    {"array", "array element", "batch", "columns", "element", "enumerate", "field", "loop", "predictions", "statistic"}
)
"""Words in tokens of what stands for many, each of which may choose otherwise."""


def chosen(run: Run, value: DictValue, key: Value, otherwise: Value, node: cst.CSTNode | None) -> Value:
    """The value that `key` chooses, under the answers of this reading, `otherwise` where it is none of its keys, which
    is MISSING where that would raise; MISSING where nothing is asked."""
    if not isinstance(key, Unknown) or not _asked(run, value) or _stands_for_many(key.token):
        return MISSING
    if any(map(_changeable, value.items.values())) and not _bound(run, node):
        return MISSING  # it may be changed on the spot
    keys = list(value.items)
    for place, one in enumerate(keys):
        last = otherwise is MISSING and place == len(keys) - 1
        if last or run.decide(_equality(run, key, one), at=node):
            return value.items[one]
    return otherwise


def _asked(run: Run, value: DictValue) -> bool:
    """Whether a dictionary holds a few settings or things to call, by text for the most part, and is asked once."""
    keys, held = list(value.items), list(value.items.values())
    if value.open or value.kind == "defaultdict" or not 1 < len(keys) <= MOST or not all(map(is_constant, keys)):
        return False
    if run.in_open_loop or run.scope.kind == "comprehension":
        return False  # each pass has its own
    if all(isinstance(one, bool) for one in keys):
        return True
    if any(is_number(one) for one in held):
        return False
    things = any(isinstance(one, (Abstract, tuple, bool)) and not isinstance(one, Unknown) for one in held)
    return things or all(isinstance(one, str) for one in keys)


def _changeable(held: Value) -> bool:
    """Whether a value is a container that can be changed in place, or a tuple that holds one."""
    if isinstance(held, tuple):
        return any(map(_changeable, held))
    return isinstance(held, (ListValue, DictValue, SetValue))


def _bound(run: Run, node: cst.CSTNode | None) -> bool:
    """Whether what is chosen gets a name, or is handed back."""
    statement = run.statement
    return isinstance(statement, (cst.Assign, cst.AnnAssign, cst.Return)) and statement.value is node is not None


def _stands_for_many(of: object) -> bool:
    return any(map(_stands_for_many, of)) if isinstance(of, tuple) else of in ONE_OF_MANY


def _equality(run: Run, key: Unknown, one: Value) -> Value:
    if isinstance(one, bool):
        return key if one else Unknown("not", ("Not", key.token))
    same = comparing.equal(run, key, one)
    return Unknown("Equal", ("Equal", key.token, token(one))) if same is None else same
