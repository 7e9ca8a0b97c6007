"""Axes that a reshape is meant to move, by the text alone."""

from __future__ import annotations

import ast

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, operands, receiver
from cnnlint.readers.python.text.written import written

#: axes from which on no array is a table, which may well have a single row
PICTURE = 3


def last_axis_first(scope: Scope) -> Found:
    """`x.reshape(x.shape[3], 32, 32, 3)`: a sample for each place of the last axis, cut out of what comes first."""
    for call in scope.calls(frozenset({"reshape"})):
        array, sizes = _reshaped(call)
        if len(sizes) < PICTURE or any(isinstance(size, (ast.UnaryOp, ast.Starred)) for size in sizes):
            continue
        first = sizes[0]
        if not (isinstance(first, ast.Subscript) and written(first.value) == f"{array}.shape"):
            continue
        single = all(isinstance(size, ast.Constant) and size.value == 1 for size in sizes[1:])  # no axis is left
        last = written(first.slice) in ("-1", str(len(sizes) - 1)) and not single
        if last or (_exchanged(sizes, array) and not _has_single(scope, array, call)):
            yield call, "last axis first", array
            return


def _has_single(scope: Scope, array: str, at: ast.AST) -> bool:
    """Whether an array has an axis of one by its last reshape: `x.reshape(len(x), 30, 1)`, `x[..., None]`."""
    made = scope.bound_to(ast.Name(array, ast.Load()), at)[0] if array.isidentifier() else at
    while isinstance(made, ast.BinOp) and isinstance(made.right, ast.Constant):
        made = made.left
    if isinstance(made, ast.Name) and made.id == array:
        return True  # a parameter: how many channels its pictures have is not known
    if isinstance(made, ast.Subscript):
        taken = written(made.slice)
        of_rows = isinstance(made.slice, ast.Slice) and isinstance(made.value, ast.Name) and made.value.id != array
        if of_rows and _has_single(scope, written(made.value), at):
            return True  # some rows of an array have its other axes
        return "None" in taken or "newaxis" in taken
    if not isinstance(made, ast.Call):
        return False
    sizes = [one for size in _reshaped(made)[1] for one in (*_added(size), size)]
    ones = any(isinstance(one, ast.Constant) and one.value == 1 for one in sizes)
    return called(made) == "expand_dims" or (called(made) == "reshape" and ones)


def _added(size: ast.expr) -> list[ast.expr]:
    """What stands in brackets in a sum of sizes: `(len(x), 1) + x.shape[1:]`."""
    if not (isinstance(size, ast.BinOp) and isinstance(size.op, ast.Add)):
        return []
    sides = (size.left, size.right)
    return [one for side in sides if isinstance(side, (ast.Tuple, ast.List)) for one in side.elts]


def _exchanged(sizes: list[ast.expr], array: str) -> bool:
    """Whether these are all sizes of an array in another order: `x.reshape(x.shape[0], x.shape[2], x.shape[1])`."""
    places = [
        written(one.slice) for one in sizes if isinstance(one, ast.Subscript) and written(one.value) == f"{array}.shape"
    ]
    whole = [str(place) for place in range(len(sizes))]
    return sorted(places) == whole != places


def _reshaped(call: ast.Call) -> tuple[str, list[ast.expr]]:
    """What a call reshapes, and the sizes of what it makes of it: `x.reshape(a, b)`, `np.reshape(x, (a, b))`."""
    sizes = list(call.args)
    array = receiver(call)
    if array in ("np", "numpy") and sizes:
        array = written(sizes.pop(0))
    if len(sizes) == 1 and isinstance(sizes[0], (ast.Tuple, ast.List)):
        sizes = list(sizes[0].elts)
    return array, sizes


def last_sample(scope: Scope) -> Found:
    """`outputs, state = tf.nn.dynamic_rnn(cell, x)`, and `outputs[-1]`: the first axis is that of the samples."""
    for made in scope.of(ast.Assign):
        target, call = made.targets[0], made.value
        told = {one.arg for one in call.keywords} if isinstance(call, ast.Call) else set()
        if called(call) != "dynamic_rnn" or {None, "time_major"} & told or not isinstance(target, ast.Tuple):
            continue
        if len(operands(call)) > MAJOR or any(isinstance(one, ast.Starred) for one in operands(call)):
            continue
        name = written(target.elts[0])
        parts = [one for one in scope.of(ast.Subscript) if written(one.value) == name]
        scored = [
            written(one)
            for at in scope.of(ast.Call)
            if called(at) in SCORES
            for given in operands(at)[:1]
            for one in (given, scope.bound_to(given, at)[0])
        ]
        alone = len(parts) == 1 and written(parts[0]) == f"{name}[-1]" and written(parts[0]) in scored
        one_sample = ONE.search(written((scope.outer or scope).root))
        if alone and len(scope.bound.get(name, ())) == 1 and "transpose" not in written(call) and not one_sample:
            yield parts[0], "last sample", name
            return


#: what makes scores of what it is given first
SCORES = frozenset({"dense", "matmul", "fully_connected", "xw_plus_b"})
#: the position of `time_major` in `dynamic_rnn`
MAJOR = 7
#: a batch of one sample
ONE = pattern(r"\[1, |\(1, |batch_size = 1\b|expand_dims|reuse=True")
