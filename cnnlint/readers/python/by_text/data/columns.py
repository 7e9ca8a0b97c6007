"""A column that is to be foretold and is among those that are given, told from a program's text."""

from __future__ import annotations

import ast

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, reads
from cnnlint.readers.python.text.written import written


def own_column(scope: Scope) -> Found:
    """`x, y = table[:, 0:9], table[:, 8]`: the last column that is given is the one to be foretold."""
    paired = [call for call in scope.of(ast.Call) if method(call) in FIT or called(call) == "train_test_split"]
    for call in paired:
        names = [one.id if isinstance(one, ast.Name) else "" for one in call.args[:2]]
        if len(names) != 2 or not all(names):
            continue
        cuts = [_first_cut(scope, name) for name in names]
        if cuts[0] is None or cuts[1] is None:
            continue
        (x, columns), (y, column) = (one for one in cuts if one is not None)
        ordered = any(one.arg == "shuffle" for one in call.keywords)  # windows may be made of it
        cut = any(called(one) in ("Lambda", "Cropping1D") for one in scope.of(ast.Call))  # the model may leave it out
        if not ordered and not cut and _one_table(scope, x, y) and _holds(columns, column) and _rows_agree(x, y):
            yield x, "own column", names[1]
            return


def kept_target(scope: Scope) -> Found:
    """`y = table["price"]` and `x = table.drop(["id"], axis=1)`: the price is still among the features."""
    paired = [call for call in scope.of(ast.Call) if method(call) in FIT or called(call) == "train_test_split"]
    for call in paired:
        names = [one.id if isinstance(one, ast.Name) else "" for one in call.args[:2]]
        made = [scope.bound.get(one, [])[:1] for one in names]
        values = [_plain(one[0].value) for one in made if one and isinstance(one[0], ast.Assign)]
        if len(names) != 2 or len(values) != 2 or len(scope.bound[names[1]]) != 1:
            continue
        (x, y), table = values, _table_of(values[1])
        dropped = _dropped(x)
        column = y.slice.value if isinstance(y, ast.Subscript) and isinstance(y.slice, ast.Constant) else None
        alike = dropped is not None and table and written(x.func.value) == table  # type: ignore[attr-defined]
        if not alike or not isinstance(column, str) or dropped is None or column in dropped:
            continue
        later = [one for one in scope.bound[names[0]][1:] if isinstance(one, ast.Assign)]
        whole = all(_whole(one.value, names[0]) for one in later) and not _picked_later(scope, names[0])
        if whole and not _taken_out(scope, table, names[0], column):
            yield x, "own column", names[1]
            return


#: what takes columns by their names, whichever there are
PICKING = pattern(r"ColumnTransformer|make_column|FeatureUnion|feature_column|DataFrameMapper|FeatureSpace|SelectKBest")


def _picked_later(scope: Scope, features: str) -> bool:
    """Whether some columns are taken of the features, or of what they are parted into, further down."""
    names = {features}
    for _ in range(2):
        for one in scope.of(ast.Assign):
            if called(one.value) == "train_test_split" and reads(one.value, names):
                names |= {at.id for target in one.targets for at in nodes_of(target) if isinstance(at, ast.Name)}
    handed = (one for one in scope.of(ast.Call) if called(one) in scope.helpers)
    if any(reads(given, names) for one in handed for given in one.args):
        return True  # to a function that may take what it needs
    parts = [one for one in scope.of(ast.Subscript) if isinstance(one.value, ast.Name) and one.value.id in names]
    picked = any(not isinstance(one.slice, (ast.Slice, ast.Compare)) for one in parts)
    return picked or PICKING.search(written(scope.root)) is not None


def _plain(value: ast.expr) -> ast.expr:
    """An expression without what makes an array of a table: `.values`, `.to_numpy()`, `.astype(…)`."""
    while isinstance(value, ast.Attribute) or method(value) in ("astype", "to_numpy", "copy"):
        value = value.value if isinstance(value, ast.Attribute) else value.func.value  # type: ignore[attr-defined]
    return value


def _table_of(value: ast.expr) -> str:
    return written(value.value) if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Name) else ""


def _dropped(value: ast.expr) -> set[str] | None:
    """The columns that `table.drop([…], axis=1)` leaves out, where all are written out; None for anything else."""
    if method(value) != "drop" or not isinstance(value, ast.Call):
        return None
    given = {one.arg: one.value for one in value.keywords}
    columns = given.get("columns", value.args[0] if value.args and written(given.get("axis", value)) == "1" else None)
    listed = columns.elts if isinstance(columns, (ast.List, ast.Tuple)) else [columns]
    words = [one.value for one in listed if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return set(words) if words and len(words) == len(listed) and None not in given else None


def _taken_out(scope: Scope, table: str, features: str, column: str) -> bool:
    """Whether a column may be taken out of a table, or of what is left of it, somewhere else in a program."""
    for node in scope.of(ast.Delete, ast.Call, ast.Subscript):
        text = written(node)
        if isinstance(node, ast.Delete) or method(node) in ("pop", "drop", "filter", "loc"):
            if text.startswith((f"del {table}", f"del {features}", f"{table}.pop", f"{features}.")):
                return True
            if text.startswith(f"{table}.") and "inplace" in text:
                return True
        stored = isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load)
        if stored and text.startswith((f"{features}[", f"{table}['{column}'")):
            return True
    return False


def _one_table(scope: Scope, x: ast.Subscript, y: ast.Subscript) -> bool:
    """Whether two parts are cut from the same, to which nothing happens in between."""
    first, last = sorted((x.lineno, y.lineno))
    between = {one.id for one in scope.of(ast.Name) if first < one.lineno < last}
    return written(x.value) == written(y.value) and not reads(x.value, between)


def _first_cut(scope: Scope, name: str) -> tuple[ast.Subscript, ast.expr] | None:
    """The part of a table that a name begins as, and its columns: `table[:, 0:9]`; what is made of it later is made of
    all of its columns, by arithmetic or a method."""
    bound = sorted(scope.bound.get(name, ()), key=line)
    values = [one.value for one in bound if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)]
    filled = any(not isinstance(one.ctx, ast.Load) and reads(one.value, {name}) for one in scope.of(ast.Subscript))
    if filled or not values or len(values) != len(bound) or not all(_whole(one, name) for one in values[1:]):
        return None
    cut = values[0]
    while isinstance(cut, ast.Attribute) or method(cut) in ("astype", "to_numpy"):
        cut = cut.value if isinstance(cut, ast.Attribute) else cut.func.value  # type: ignore[attr-defined]
    parts = cut.slice if isinstance(cut, ast.Subscript) else None
    if isinstance(cut, ast.Subscript) and isinstance(parts, ast.Tuple) and len(parts.elts) == 2:
        return cut, parts.elts[1]
    return None


def _whole(value: ast.expr, name: str) -> bool:
    """Whether an expression changes the numbers of an array and leaves its columns."""
    if isinstance(value, ast.BinOp):
        return reads(value.left, {name}) and not any(isinstance(one, ast.Subscript) for one in nodes_of(value))
    return method(value) in ("astype", "fit_transform", "transform") and reads(value, {name})


def _holds(columns: ast.expr, column: ast.expr) -> bool:
    """Whether a column that is given by its number is among columns that are."""
    number = column.value if isinstance(column, ast.Constant) and isinstance(column.value, int) else None
    if number is None or not isinstance(columns, ast.Slice) or columns.step is not None:
        return False
    lower, upper = columns.lower or ast.Constant(0), columns.upper
    if not isinstance(lower, ast.Constant) or not isinstance(upper, ast.Constant):
        return False
    return isinstance(lower.value, int) and isinstance(upper.value, int) and lower.value <= number < upper.value


def _rows_agree(one: ast.Subscript, other: ast.Subscript) -> bool:
    return written(places_of(one)[0]) == written(places_of(other)[0])


def places_of(value: ast.Subscript) -> tuple[ast.expr, str]:
    """The rows and the columns that a subscript takes."""
    if isinstance(value.slice, ast.Tuple) and len(value.slice.elts) == 2:
        return value.slice.elts[0], written(value.slice.elts[1])
    return value.slice, ""
