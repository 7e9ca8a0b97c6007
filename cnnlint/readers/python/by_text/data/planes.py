"""Pictures in the rows of a file, one channel behind the other, by the text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.gathered import appends, part_of, returned
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, owner
from cnnlint.readers.python.text.written import written

#: the batches of CIFAR's own files, whose rows hold all reds, then all greens, then all blues
CIFAR = pattern(r"data_batch|cifar", re.IGNORECASE)
ROWS = pattern(r"\[b?['\"]data['\"]\]")
#: what leaves the rows of an array as they are, or puts those of several under one another
STACKING = frozenset({"array", "asarray", "astype", "vstack", "concatenate", "float32", "copy"})
#: how far back an array is followed
STEPS = 10


def reds_first(scope: Scope) -> Found:
    """`batch[b"data"].reshape(10000, 32, 32, 3)` of a file of CIFAR, whose rows hold one channel after the other."""
    for call in scope.calls(frozenset({"reshape"})):
        given = list(call.args)
        value = given.pop(0) if owner(call) in ("np", "numpy") and given else call.func.value  # type: ignore[attr-defined]
        sizes = given[0].elts if len(given) == 1 and isinstance(given[0], (ast.Tuple, ast.List)) else given
        if [written(one) for one in sizes[1:]] != ["32", "32", "3"]:
            continue
        root = scope.outer.root if scope.outer is not None else scope.root
        if any(one.arg == "order" for one in call.keywords) or not CIFAR.search(written(root)):
            continue
        found = _rows(scope, value, call, STEPS)
        if found is not None:
            yield call, "reds first", written(found)
            return


def _rows(scope: Scope, value: ast.expr, at: ast.AST, left: int) -> ast.Subscript | None:
    """The item of such a file that the rows of an array are, or those of each array in a list."""
    if left == 0:
        return None
    if isinstance(value, ast.Subscript):
        held = scope.bound_to(value.value, at)[0]
        own = called(held) == "load" and owner(held) in ("np", "numpy")  # a file of the program's own
        return value if ROWS.search(written(value)) and not own else None
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Div, ast.Mult)):
        return _rows(scope, value.left, at, left - 1)
    if isinstance(value, ast.Call) and called(value) in STACKING:
        inner = value.args[0] if owner(value) in ("np", "numpy") and value.args else None
        inner = inner or getattr(value.func, "value", None)
        return _rows(scope, inner, at, left - 1) if inner is not None else None
    if not isinstance(value, ast.Name):
        return None
    made = scope.standing(value.id, at)
    if made is None:
        return None
    stands = part_of(made, value.id)
    if isinstance(stands, ast.List) and not stands.elts:
        put = [one for one in appends(scope, value.id) if len(one.args) == 1]
        return _rows(scope, put[0].args[0], put[0], left - 1) if len(put) == 1 else None
    if called(made.value) not in scope.bodies:
        return _rows(scope, stands, made, left - 1) if stands is not None else None
    found = returned(scope, made, value.id)
    return _rows(*found, left - 1) if found is not None else None


FINDERS = (reds_first,)
