"""What Keras calls or counts of a program's own, and cannot as it is written: by the text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from cnnlint.graph import WrongKind
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.listing import Listing
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import FUNCTIONS, called, defined_once
from cnnlint.readers.python.text.written import written

Unfit: TypeAlias = Iterator[tuple[ast.expr | ast.arg, Literal["length", "hook", "rate"]]]

#: what numpy rounds to whole numbers that are still floats, in every version of Python
ROUNDED = frozenset({"np.ceil", "np.floor", "np.round", "numpy.ceil", "numpy.floor"})
#: Keras's own callback, as programs write it
KERAS = pattern(r"((\w+\.)*keras\.(\w+\.)*|(\w+\.)*callbacks\.|tfk\.|K\.)?Callback")
#: how many arguments Keras gives each method of a callback by position (keras/callbacks.py: CallbackList)
HOOKS = {
    **dict.fromkeys(("on_train_begin", "on_train_end", "on_test_begin", "on_test_end"), 1),
    **{f"on_{part}_{end}": 2 for part in ("epoch", "batch", "train_batch", "test_batch") for end in ("begin", "end")},
}


@once
def events(parsed: Parsed) -> tuple[WrongKind, ...]:
    """Every such place of a file."""
    if parsed.ast is None:
        return ()
    text = SourceText(parsed.text)
    return tuple(
        WrongKind(origin=origin_of(text, at), why=why)
        for finder in (_lengths, _hooks, _rates)
        for at, why in finder(parsed)
    )


def _bases(node: ast.ClassDef) -> list[str]:
    """The last names of what a class derives from."""
    return [written(one).rpartition(".")[2] for one in node.bases]


def _methods(node: ast.ClassDef) -> list[ast.FunctionDef]:
    return [one for one in node.body if isinstance(one, ast.FunctionDef) and not one.decorator_list]


def _lengths(parsed: Parsed) -> Unfit:
    """`def __len__(self): return np.ceil(len(self.x) / self.size)` of a Sequence: no float is a length."""
    for node in parsed.listing.of(ast.ClassDef) if "__len__" in parsed.text else ():
        if not {"Sequence", "PyDataset"}.isdisjoint(_bases(node)):
            own = [one for one in _methods(node) if one.name == "__len__"]
            for one in (inner for function in own for inner in parsed.listing.within(function)):
                value = one.value if isinstance(one, ast.Return) else None
                rounded = isinstance(value, ast.Call) and written(value.func) in ROUNDED
                if value is not None and (rounded or (_is_share(value) and not _is_older(parsed))):
                    yield value, "length"


def _is_share(value: ast.expr) -> bool:
    """Whether an expression divides a number of samples: `len(self.x) / 32`, `self.x.shape[0] / 32`."""
    divided = value.left if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div) else None
    return divided is not None and (called(divided) == "len" or written(divided).endswith(".shape[0]"))


def _is_older(parsed: Parsed) -> bool:
    """Whether a file is written for Python 2, whose `/` of whole numbers is one."""
    return re.search(r"^\s*print\s+[\"'\w]|xrange|raw_input|iteritems", parsed.source.text, re.MULTILINE) is not None


def _hooks(parsed: Parsed) -> Unfit:
    """`def on_epoch_end(self, logs=None)`: Keras gives it the number of the epoch as well."""
    foreign = any(node.name == "Callback" for node in parsed.listing.of(ast.ClassDef)) or any(
        one.name == "Callback" and "keras" not in (node.module or "")
        for node in parsed.listing.of(ast.ImportFrom)
        for one in node.names
    )
    for node in parsed.listing.of(ast.ClassDef) if "Callback" in parsed.text and not foreign else ():
        own = any(KERAS.fullmatch(written(one)) for one in node.bases)
        for one in _methods(node) if own else ():
            taken = one.args
            given = HOOKS.get(one.name)
            if (
                given is None
                or not taken.args
                or taken.vararg is not None
                or taken.kwarg is not None
                or taken.posonlyargs
            ):
                continue
            most = len(taken.args) - 1  # less the callback itself
            if most < given or most - len(taken.defaults) > given:
                yield taken.args[-1], "hook"


def _rates(parsed: Parsed) -> Unfit:
    """`LearningRateScheduler(decay(0))` of a function that returns numbers: the rate of one epoch."""
    own = defined_once(parsed) if "LearningRateScheduler(" in parsed.text else {}
    for call in parsed.listing.of(ast.Call) if own else ():
        given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "schedule")]
        made = given[0] if called(call) == "LearningRateScheduler" and given else None
        function = own.get(made.func.id) if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) else None
        if made is not None and function is not None and _returns_numbers(function, parsed.listing):
            yield made, "rate"


def _returns_numbers(function: ast.FunctionDef, listing: Listing) -> bool:
    """Whether a function holds no other, and what it returns is arithmetic or a number."""
    within = list(listing.within(function))
    inner = [one for one in within if isinstance(one, (*FUNCTIONS, ast.Lambda, ast.ClassDef)) and one is not function]
    values = [one.value for one in within if isinstance(one, ast.Return)]
    made = {written(one.targets[0]): one.value for one in within if isinstance(one, ast.Assign)}
    plain = [made.get(one.id, one) if isinstance(one, ast.Name) else one for one in values]
    return bool(plain) and not inner and all(map(_is_number, plain))


def _is_number(value: ast.expr | None) -> bool:
    constant = isinstance(value, ast.Constant) and isinstance(value.value, (int, float))
    return constant or isinstance(value, ast.BinOp)
