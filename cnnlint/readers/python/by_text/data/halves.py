"""Half of a pair that is sorted, left out of, or brought to another scale, and the other half is not, by the text."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, asks
from cnnlint.readers.python.by_text.results.judged import answers_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: what leaves rows out of a table (pandas)
LEAVING = frozenset({"dropna", "drop_duplicates", "sample", "query"})
#: what keeps the rows of a table
KEEPING = frozenset({"drop", "astype", "to_numpy", "copy", "fillna", "get_dummies", "reset_index"})
#: scores in the unit of the targets
QUANTITIES = frozenset({"mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2_score"})
LOGARITHMS = {"log1p": "expm1", "log": "exp", "log10": "power", "log2": "exp2"}
STATISTICS = frozenset({"mean", "std", "min", "max"})


def sorted_alone(scope: Scope) -> Found:
    """`fit(x, np.sort(y))`: the labels stand in the order of their size, and the features as they came."""
    for call in scope.calls(FIT):
        if len(call.args) < 2:
            continue
        labels = scope.bound_to(call.args[1], call)[0]
        if called(labels) in ("array", "asarray") and operands(labels):
            labels = scope.bound_to(operands(labels)[0], labels)[0]
        features = scope.bound_to(call.args[0], call)[0]
        moved = written(labels.func) in ("np.sort", "numpy.sort", "sorted") if isinstance(labels, ast.Call) else False
        if not moved or not operands(labels):
            continue
        others = [one for one in scope.of(ast.Call) if not any(at is labels for at in nodes_of(one))]
        ordered = any("sort" in written(one) for one in (features, *others))
        drawn = any(word in written(features) for word in ("linspace", "arange", "random"))
        # a function from elsewhere may give them in their order
        told = isinstance(features, ast.Call) and isinstance(features.func, ast.Name)
        if not ordered and not drawn and not told:
            yield labels, "shuffled alone", written(call.args[1])
            return


def dropped_alone(scope: Scope) -> Found:
    """`x = table.drop(columns="y").dropna()`, and `y = table["y"]`: rows are left out of the features alone."""
    for call in scope.of(ast.Call):
        pair = call.args[:2]
        if len(pair) != 2 or (method(call) not in FIT and called(call) != "train_test_split"):
            continue
        made = [scope.bound_to(one, call) for one in pair]
        rows = [_table(scope, *one) for one in made]
        lines = [line(at) for _, at in made]
        for place, (table, leaves) in enumerate(rows):
            same = table and leaves is not None and rows[1 - place] == (table, None)
            between = [at for at in scope.bound.get(table, ()) if min(lines) < line(at) < max(lines)]
            dropped = [one for one in scope.calls(LEAVING) if owner(one) == table and one is not leaves]
            whole = any(line(one) < line(leaves or one) for one in dropped)  # nothing is missing by now
            if same and leaves is not None and not between and not whole and "index" not in written(scope.root):
                yield leaves, "dropped alone", table
                return


def _table(scope: Scope, value: ast.expr, at: ast.AST) -> tuple[str, ast.expr | None]:
    """The table that an expression takes rows of, and where it leaves some out."""
    leaves: ast.expr | None = None
    for _ in range(8):
        if isinstance(value, ast.Attribute) and value.attr in ("values", "T"):
            value = value.value
        elif isinstance(value, ast.Subscript):
            plain = isinstance(value.slice, (ast.Constant, ast.List))
            if not plain:
                return "", None
            value = value.value
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            if called(value) not in LEAVING | KEEPING or any(one.arg == "subset" for one in value.keywords):
                return "", None
            axis = next((written(one.value) for one in value.keywords if one.arg == "axis"), "0")
            leaves = value if called(value) in LEAVING and axis in ("0", "'index'") else leaves
            value = value.func.value
        elif isinstance(value, ast.Name):
            made, there = scope.bound_to(value, at)
            if not isinstance(made, (ast.Subscript, ast.Attribute)) and called(made) not in LEAVING | KEEPING:
                return value.id, leaves
            value, at = made, there
        else:
            break
    return "", None


def logarithm_beside(scope: Scope) -> Found:
    """`mean_absolute_error(y_test, np.expm1(model.predict(x)))` of targets that are logarithms."""
    for call in scope.of(ast.Call):
        if called(call) not in QUANTITIES or len(call.args) < 2:
            continue
        truth, answers = (_power(scope, one, call) for one in call.args[:2])
        asked = answers_of(scope, answers[1], call)
        for fit in scope.calls(FIT) if asked is not None else ():
            if not asks(scope, fit, asked or fit) or len(fit.args) < 2:
                continue
            learnt, told = _power(scope, fit.args[1], fit), _power(scope, call.args[0], call)
            logarithm = called(learnt[1]) in LOGARITHMS
            same = learnt[1] is told[1] or written(learnt[1]) == written(told[1])
            if logarithm and same and truth[0] != answers[0]:
                yield call, "scaled truth" if answers[0] else "scaled answers", written(call.args[0])
                return


def _power(scope: Scope, value: ast.expr, at: ast.AST) -> tuple[bool, ast.expr]:
    """Whether an expression brings logarithms back, and of what."""
    back = False
    for _ in range(6):
        value, at = scope.bound_to(value, at)
        if called(value) in LOGARITHMS.values() and operands(value):
            back, value = True, operands(value)[0]
        elif isinstance(value, ast.Attribute) and value.attr == "values":
            value = value.value
        elif method(value) in ("ravel", "flatten", "to_numpy", "reshape") and isinstance(value, ast.Call):
            value = value.func.value  # type: ignore[attr-defined]
        else:
            break
    return back, value


def mixed_axes(scope: Scope) -> Found:
    """`(x - x.mean(axis=1, keepdims=True)) / x.std(axis=0)`: a mean of each sample, and a spread of each column."""
    if not any(True for _ in scope.calls(FIT)):
        return
    for node in scope.of(ast.BinOp):
        less = node.left if isinstance(node.op, ast.Div) else None
        if not (isinstance(less, ast.BinOp) and isinstance(less.op, ast.Sub)):
            continue
        made = [scope.bound_to(one, node)[0] for one in (less.right, node.right)]
        axes = [_axis(one, written(less.left)) for one in made]
        if None not in axes and axes[0] != axes[1]:
            yield node, "mixed axes", written(less.left), True
            return


def _axis(value: ast.expr, array: str) -> str | None:
    """The axis along which a statistic of an array is taken, where it is one of two written down."""
    if not (isinstance(value, ast.Call) and called(value) in STATISTICS and isinstance(value.func, ast.Attribute)):
        return None
    library = owner(value) in ("np", "numpy")
    whose = written(value.args[0]) if library and value.args else written(value.func.value)
    given = value.args[1:] if library else value.args
    axis = [*given[:1], *(one.value for one in value.keywords if one.arg == "axis")]
    told = written(axis[0]) if axis else ""
    return told if whose == array and told in ("0", "1") else None


FINDERS = (sorted_alone, dropped_alone, logarithm_beside, mixed_axes)


def names_not_turned(scope: Scope) -> Found:
    """`names = flow.class_indices`, and `names[k]` of what `argmax` gives: the numbers stand on its other side."""
    turned = re.compile(r"class_indices$")
    for name in scope.bound:
        made = scope.once(name)
        if made is None or not turned.search(written(made)):
            continue
        for node in scope.of(ast.Subscript):
            if written(node.value) != name or not isinstance(node.ctx, ast.Load):
                continue
            asked = answers_of(scope, node.slice, node)
            key = node.slice.id if isinstance(node.slice, ast.Name) else ""
            loops: list[ast.comprehension | ast.For] = [*scope.of(ast.comprehension), *scope.of(ast.For)]
            over = [scope.bound_to(one.iter, node)[0] for one in loops if key and reads(one.target, {key})]
            if any(called(one) == "argmax" for one in (scope.bound_to(node.slice, node)[0], *over)) and (asked or over):
                yield node, "other rows", name
                return
