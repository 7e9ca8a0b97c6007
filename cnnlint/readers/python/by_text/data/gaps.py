"""Rows that a program leaves without a value and trains on, by the text alone: what nothing is before, or behind."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, TRAINED
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, operands, owner
from cnnlint.readers.python.text.written import written

#: what makes a table of pandas
READ = pattern(r"^(pd|pandas)\.(read_\w+|DataFrame)$")
#: what gives such rows a value, leaves them out or asks for them, anywhere in a file
FILLED = pattern(
    r"dropna|fillna|is_?na|isnull|not_?na|notnull|nan_to_num|isfinite|interpolate|[bf]fill|[Ii]mput|query\(|backfill"
    r"|Masking|nan(mean|std|min|max|sum)|np\.nan|replace\(|combine_first|mask_zero"
)
#: methods of a column that leave the first or last rows without a value
LEAVING = frozenset({"shift", "pct_change", "diff"})
AGGREGATES = frozenset({"mean", "std", "sum", "min", "max", "median", "var", "skew", "kurt"})
#: methods and functions that make nothing of nothing
SPREADING = (
    LEAVING
    | AGGREGATES
    | frozenset({"abs", "clip", "exp", "log", "log10", "log1p", "log2", "pow", "round", "sqrt", "square", "tanh"})
    | frozenset({"add", "div", "divide", "mul", "multiply", "rolling", "sub", "subtract", "truediv"})
)
#: methods of a table that keep all of its rows
KEEPING = frozenset({"sort_values", "sort_index", "reset_index", "set_index", "rename", "astype", "copy", "round"})
#: what makes an array of another with the same rows
SAME = frozenset({"to_numpy", "astype", "reshape", "copy", "array", "asarray", "fit_transform", "transform", "ravel"})
#: functions that a table may be handed to, which leave it as it is
READING = frozenset({"print", "display", "len", "type", "list", "str", "train_test_split", "range", "isinstance"})
#: how far back data is followed
STEPS = 10


def gaps(scope: Scope) -> Found:
    """`table["change"] = table["close"].pct_change()`, and `fit(table[["change"]], y)`: the first has no value."""
    fits = [one for one in scope.calls(FIT) if any(word.arg in TRAINED for word in one.keywords)]
    if not fits:
        return
    for node in scope.of(ast.Assign):
        target = node.targets[0]
        of = target.value if isinstance(target, ast.Subscript) else None
        column = (
            target.slice.value if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) else ""
        )
        if not (isinstance(of, ast.Name) and isinstance(column, str) and column and len(node.targets) == 1):
            continue
        left = next(_left(node.value, of.id), None)
        if left is None or not _is_kept(scope, of.id, column):
            continue
        if any(_reads(scope, fit, of.id, column, ends=left) for fit in fits if line(fit) > line(node)):
            if not FILLED.search(written((scope.outer or scope).root)):
                yield node.value, "gaps", column
            return


def _left(value: ast.expr, table: str) -> Iterator[bool]:
    """For each step of an expression that leaves rows of its column without a value, whether those are the last.

    What is compared is false there.
    """
    if not isinstance(value, (ast.BinOp, ast.UnaryOp, ast.Call, ast.Attribute, ast.Subscript)):
        return
    if isinstance(value, ast.Call) and (
        called(value) not in SPREADING or any(one.arg == "fill_value" for one in value.keywords)
    ):
        return
    for one in ast.iter_child_nodes(value):
        if isinstance(one, ast.expr):
            yield from _left(one, table)
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return
    words = {one.arg for one in value.keywords}
    inner = value.func.value
    rolls = isinstance(inner, ast.Call) and method(inner) == "rolling"
    rolled = inner.func.value if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) else inner
    if not _is_column(rolled if rolls else inner, table):
        return
    if method(value) in LEAVING and words <= {"periods"}:
        by = [*value.args[:1], *(one.value for one in value.keywords)]
        back = bool(by) and isinstance(by[0], ast.UnaryOp) and isinstance(by[0].op, ast.USub)
        nothing = bool(by) and isinstance(by[0], ast.Constant) and by[0].value == 0
        if len(value.args) < 2 and not nothing:
            yield back
    told = {one.arg for one in inner.keywords} if isinstance(inner, ast.Call) else set()
    sizes = [*operands(inner)[:1], *(one.value for one in getattr(inner, "keywords", ()) if one.arg == "window")]
    wide = bool(sizes) and isinstance(sizes[0], ast.Constant) and isinstance(sizes[0].value, int) and sizes[0].value > 1
    if rolls and method(value) in AGGREGATES and told <= {"window"} and len(operands(inner)) < 2 and wide:
        yield False


def _is_column(value: ast.expr, table: str) -> bool:
    """`table["close"]`, `table.close`."""
    inner = value.value if isinstance(value, (ast.Subscript, ast.Attribute)) else None
    single = not isinstance(value, ast.Subscript) or isinstance(value.slice, ast.Constant)
    return isinstance(inner, ast.Name) and inner.id == table and single


def _is_kept(scope: Scope, table: str, column: str) -> bool:
    """Whether a name stands for a table that is read from a file and keeps all of its rows wherever it is bound, and
    whose column is set once."""
    for made in scope.bound.get(table, ()):
        value = made.value if isinstance(made, ast.Assign) else None
        steps = 0
        while isinstance(value, ast.Call) and (method(value) in KEEPING or _drops_columns(value)):
            value = value.func.value if isinstance(value.func, ast.Attribute) else None
            steps += 1
        read = isinstance(value, ast.Call) and READ.match(written(value.func))
        columns = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.List)
        if not read and not (isinstance(value, ast.Name) and value.id == table and steps) and not columns:
            return False
    stored = [one for one in scope.of(ast.Subscript) if not isinstance(one.ctx, ast.Load) and owns(one, table)]
    again = [one for one in stored if isinstance(one.slice, ast.Constant) and one.slice.value == column]
    elsewhere = [
        one for one in stored if not isinstance(one.slice, ast.Constant) or not isinstance(one.value, ast.Name)
    ]
    changed = [
        one.value
        for one in scope.of(ast.Expr)
        if isinstance(one.value, ast.Call)
        and owns(one.value, table)
        and any(word.arg == "inplace" for word in one.value.keywords)
        and method(one.value) not in KEEPING
        and not _drops_columns(one.value)
    ]
    handed = [
        one
        for one in scope.of(ast.Call)
        if isinstance(one.func, ast.Name)
        and one.func.id not in READING
        and any(isinstance(at, ast.Name) and at.id == table for at in (*one.args, *(w.value for w in one.keywords)))
    ]
    return len(again) == 1 and not elsewhere and not changed and not handed


def owns(value: ast.expr, table: str) -> bool:
    """Whether what an expression takes or asks begins with a name: `table.loc[0]`, `table.drop(…)`."""
    while isinstance(value, (ast.Subscript, ast.Attribute, ast.Call)):
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and value.id == table


def _drops_columns(value: ast.Call) -> bool:
    """`table.drop(columns=["close"])`, `table.drop("close", axis=1)`."""
    words = {one.arg: written(one.value) for one in value.keywords}
    return method(value) == "drop" and ("columns" in words or words.get("axis") in ("1", "'columns'"))


def _reads(scope: Scope, fit: ast.Call, table: str, column: str, *, ends: bool) -> bool:
    """Whether a call trains on rows of a column of a table, the first, or with `ends` the last, among them."""
    for given in [*fit.args[:2], *(one.value for one in fit.keywords if one.arg in ("x", "y"))]:
        value, at = scope.bound_to(given, fit)
        for _ in range(STEPS):
            if isinstance(value, ast.Attribute) and value.attr == "values":
                value = value.value
            elif isinstance(value, ast.Call) and called(value) in SAME:
                library = owner(value) in ("np", "numpy") or method(value) in ("fit_transform", "transform")
                inner = value.args[0] if library and value.args else getattr(value.func, "value", None)
                if inner is None:
                    break
                value = inner
            elif isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice):
                if ends or value.slice.lower is not None or value.slice.step is not None:
                    break
                value = value.value
                value = value.value if isinstance(value, ast.Attribute) and value.attr == "iloc" else value
            elif isinstance(value, ast.Name) and value.id != table:
                found = scope.bound_to(value, at)
                if found[0] is value:
                    break
                value, at = found
                continue
            else:
                break
            if not (isinstance(value, ast.Name) and value.id == table):
                value, at = scope.bound_to(value, at)
        if _holds(scope, value, at, table, column):
            return True
    return False


def _holds(scope: Scope, value: ast.expr, at: ast.AST, table: str, column: str) -> bool:
    """Whether an expression takes a column of a table, alone or among others."""
    if isinstance(value, ast.Call) and _drops_columns(value) and owns(value, table):
        return f"'{column}'" not in written(value) and isinstance(getattr(value.func, "value", None), ast.Name)
    if isinstance(value, ast.Attribute):
        return _is_column(value, table) and value.attr == column
    if not isinstance(value, ast.Subscript) or not isinstance(value.value, ast.Name):
        return False
    of = value.value.id
    if of != table:  # train = table[:n]
        made = scope.bound_to(value.value, at)[0]
        sliced = isinstance(made, ast.Subscript) and isinstance(made.slice, ast.Slice) and made.slice.lower is None
        if not sliced or not owns(made, table):
            return False
    taken = scope.bound_to(value.slice, at)[0]
    listed = [one.value for one in getattr(taken, "elts", [taken]) if isinstance(one, ast.Constant)]
    return column in listed


FINDERS = (gaps,)
