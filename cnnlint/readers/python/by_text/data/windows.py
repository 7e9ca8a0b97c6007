"""Windows of a series, and the values behind them that are to be foretold, by the text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from cnnlint.readers.python.by_text.data.columns import places_of
from cnnlint.readers.python.by_text.data.splits import Found, path_of
from cnnlint.readers.python.by_text.data.targets import unshaped
from cnnlint.readers.python.by_text.fits import FIT, data_of, made_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: how far back an array is followed
STEPS = 6
#: what makes an array of a list
ARRAYS = frozenset({"array", "asarray", "stack", "list"})
#: whole numbers that count up
COUNTS = frozenset({"range", "arange"})


class Window(NamedTuple):
    """Rows of a series from one to before another: `series[i : i + n]`."""

    series: str
    lower: ast.expr
    upper: ast.expr
    columns: str
    #: whether every row between the two is taken
    dense: bool


def within_the_window(scope: Scope) -> Found:
    """`x.append(series[i : i + n])` beside `y.append(series[i + n - 1])`: the last of those that are given, or the
    first."""
    for counters, kept in _side_by_side(scope):
        values = [scope.bound_to(one, one)[0] for one in kept]
        windows = [one for value in values if (one := _window(scope, value, value)) is not None]
        for window in windows if len(values) == 2 else ():  # a third may be what is foretold
            place = next((at for at, one in enumerate(values) if _is_in(window, one)), None)
            target = values[place] if place is not None else None
            if place is not None and _is_reckoned_with(scope, kept[place]):
                continue  # what the answer is measured from
            if target is not None and reads(window.lower, counters):
                yield target, "within the window", written(target)
                return


def _side_by_side(scope: Scope) -> Iterator[tuple[set[str], list[ast.expr]]]:
    """What each pass of a loop puts at the end of lists or into their places, and what two comprehensions gather of the
    same passes; with the names of the passes."""
    for loop in scope.of(ast.For):
        kept: list[ast.expr] = []
        for one in loop.body:
            call = one.value if isinstance(one, ast.Expr) else None
            if isinstance(call, ast.Call) and method(call) == "append" and len(call.args) == 1:
                kept.append(call.args[0])
            elif isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Subscript):
                kept.append(one.value)
        yield {one.id for one in nodes_of(loop.target) if isinstance(one, ast.Name)}, kept
    passes: dict[str, list[ast.ListComp]] = {}
    for made in scope.of(ast.Assign):
        value = made.value
        while isinstance(value, ast.Call) and called(value) in ARRAYS and value.args:
            value = value.args[0]
        if isinstance(value, ast.ListComp) and len(value.generators) == 1:
            passes.setdefault(written(value.generators[0]), []).append(value)
    for several in passes.values():
        counters = {one.id for one in nodes_of(several[0].generators[0].target) if isinstance(one, ast.Name)}
        yield counters, [one.elt for one in several]


def _is_reckoned_with(scope: Scope, kept: ast.expr) -> bool:
    """Whether what a value is put at the end of is added, subtracted or drawn, so that it is not foretold itself."""
    puts = (one for one in scope.calls(frozenset({"append"})) if any(given is kept for given in one.args))
    names = {owner(put) for put in puts} - {""}
    sums = [one for one in scope.of(ast.BinOp) if isinstance(one.op, (ast.Add, ast.Sub, ast.Div))]
    fits = [one.args[1] for one in scope.calls(FIT) if len(one.args) > 1]
    given = {one.id for fit in fits for one in nodes_of(fit) if isinstance(one, ast.Name)}
    return any(reads(one, names) for one in sums) or (
        bool(names) and bool(fits) and not given & made_of(scope, names, 4)
    )


def _window(scope: Scope, value: ast.expr, at: ast.expr) -> Window | None:
    """The window that an expression is, its rows a slice or the name of a range."""
    if not isinstance(value, ast.Subscript):
        return None
    rows, columns = places_of(value)
    if isinstance(rows, ast.Slice) and rows.lower is not None and rows.upper is not None and rows.step is None:
        return Window(written(value.value), rows.lower, rows.upper, columns, dense=True)
    counted = scope.bound_to(rows, at)[0] if isinstance(rows, ast.Name) else rows
    if isinstance(counted, ast.Call) and called(counted) in COUNTS and len(counted.args) in (2, 3):
        dense = len(counted.args) == 2
        return Window(written(value.value), counted.args[0], counted.args[1], columns, dense=dense)
    return None


def _is_in(window: Window, target: ast.expr) -> bool:
    """Whether a value is the first or last one of a window of the same series."""
    if not isinstance(target, ast.Subscript):
        return False
    row, column = places_of(target)
    if isinstance(target.value, ast.Subscript) and not column:  # series[i][1]
        row, column, target = target.value.slice, written(target.slice), target.value
    if isinstance(row, (ast.Slice, ast.Tuple)) or written(target.value) != window.series:
        return False
    first, last = _distance(row, window.lower), _distance(window.upper, row)
    return window.columns in ("", ":", column) and (first == 0 or (window.dense and last == 1))


def _distance(one: ast.expr, other: ast.expr) -> int | None:
    """By how much one number is larger than another, where that is a number."""
    terms: dict[str, int] = {}
    _add(one, 1, terms)
    _add(other, -1, terms)
    number = terms.pop("", 0)
    return None if any(terms.values()) else number


def _add(value: ast.expr, sign: int, terms: dict[str, int]) -> None:
    """Add the terms of a sum, how often each stands in it; the numbers under the empty name."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
        _add(value.left, sign, terms)
        _add(value.right, sign if isinstance(value.op, ast.Add) else -sign, terms)
    elif isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        _add(value.operand, -sign, terms)
    else:
        number = isinstance(value, ast.Constant) and isinstance(value.value, int)
        name, times = ("", value.value) if number else (written(value), 1)  # type: ignore[attr-defined]
        terms[name] = terms.get(name, 0) + sign * times


def split_windows(scope: Scope) -> Found:
    """`x = np.array([series[i : i + n] for i in range(…)])`, and then `train_test_split(x, y)` in any order."""
    for call in scope.of(ast.Call):
        if (
            called(call) != "train_test_split"
            or not call.args
            or any(one.arg in (None, "shuffle") for one in call.keywords)
        ):
            continue
        made = scope.bound_to(call.args[0], call)[0]
        if _gathers_windows(scope, call.args[0], call):
            yield call, "windows apart", written(call.args[0])
            return
        for one in nodes_of(made):
            window = one.elt if isinstance(one, ast.ListComp) else None
            rows = places_of(window)[0] if isinstance(window, ast.Subscript) else None
            index = written(rows.lower) if isinstance(rows, ast.Slice) and rows.lower is not None else ""
            upper = written(rows.upper) if isinstance(rows, ast.Slice) and rows.upper is not None else ""
            counted = isinstance(one, ast.ListComp) and called(one.generators[0].iter) == "range"
            stepped = isinstance(one, ast.ListComp) and len(getattr(one.generators[0].iter, "args", ())) == 3
            each = isinstance(one, ast.ListComp) and written(one.generators[0].target) == index
            if each and counted and not stepped and upper.startswith(f"{index} + ") and upper != f"{index} + 1":
                yield call, "windows apart", written(call.args[0])
                return


def _gathers_windows(scope: Scope, value: ast.expr, at: ast.AST) -> bool:
    """Whether an array holds what a loop gathers: `for i in range(…): x.append(series[i : i + n])`."""
    name = ""
    for _ in range(STEPS):
        while isinstance(value, (ast.Subscript, ast.Call)):
            if isinstance(value, ast.Subscript):
                value = value.value
            elif owner(value) in ("np", "numpy") and value.args:
                value = value.args[0]
            elif isinstance(value.func, ast.Attribute):
                value = value.func.value
            else:
                return False
        made = scope.standing(value.id, at) if isinstance(value, ast.Name) else None
        name = value.id if isinstance(value, ast.Name) else ""
        if made is None or len(made.targets) != 1 or not isinstance(made.targets[0], ast.Name):
            break
        value, at = made.value, made
    for loop in scope.of(ast.For) if name else ():
        if called(loop.iter) != "range" or len(operands(loop.iter)) > 2:
            continue
        index = written(loop.target)
        for put in (one for one in nodes_of(loop) if method(one) == "append" and isinstance(one, ast.Call)):
            rows = places_of(put.args[0])[0] if put.args and isinstance(put.args[0], ast.Subscript) else None
            ends = (rows.lower, rows.upper) if isinstance(rows, ast.Slice) and rows.step is None else (None, None)
            if owner(put) != name or ends[0] is None or ends[1] is None:
                continue
            texts = [written(ends[0]), written(ends[1])]
            if index in texts and _distance(ends[1], ends[0]) != 1:  # and not x[i * n : (i + 1) * n]
                return True
    return False


def in_sight(scope: Scope) -> Found:
    """`fit(words[:, :-1], words[:, 1:])` of attention that nothing hides what comes next from."""
    for call in scope.calls(FIT):
        pair = [written(scope.bound_to(one, call)[0]) for one in call.args[:2]]
        given, wanted = pair if len(pair) == 2 else ("", "")
        ahead = given.endswith("[:, :-1]") and wanted == given.removesuffix("[:, :-1]") + "[:, 1:]"
        ahead = ahead or (
            len(pair) == 2 and _is_ahead(*(unshaped(scope, one, call, whole=False) for one in call.args[:2]))
        )
        text = written(scope.root) if ahead else ""
        unhidden = "MultiHeadAttention(" in text and not re.search(
            r"mask|causal|band_part|tri[lu]|hid|bias|where\(", text, re.IGNORECASE
        )
        unhidden = unhidden and any(map(_attends_to_itself, nodes_of(scope.root)))
        timed = {  # letters of a word
            id(inner) for one in scope.of(ast.Call) if called(one) == "TimeDistributed" for inner in nodes_of(one)
        }
        layers = [one for one in _layers_of(scope, call) if id(one) not in timed] if text else []
        both = next((one for one in layers if _looks_ahead(one)), None)
        if both is not None and not unhidden:
            yield both, "seen from behind", wanted
            return
        if unhidden and "import_module" not in text:
            yield call.args[1], "in sight", wanted
            return


def _attends_to_itself(node: ast.AST) -> bool:
    """`attention(x, x)`, and not to what is no part of the sequence."""
    given = operands(node)
    return len(given) > 1 and written(given[0]) == written(given[1])


def _layers_of(scope: Scope, fit: ast.Call) -> list[ast.Call]:
    """The calls that a model which is trained may be made by: all of a scope, where it is the only one."""
    made = [one for one in scope.of(ast.Call) if called(one) in ("Sequential", "Model")]
    if len(made) < 2:
        return list(scope.of(ast.Call))
    whole = scope.once(owner(fit))
    return [one for one in nodes_of(whole) if isinstance(one, ast.Call)] if whole is not None else []


def _looks_ahead(call: ast.Call) -> bool:
    """Whether a layer answers each step by what comes behind it as well: `Bidirectional(LSTM(8,
    return_sequences=True))`, `Conv1D(8, 3, padding="same")`."""
    inner = call.args[0] if called(call) == "Bidirectional" and call.args else None
    steps = [one.value for one in getattr(inner, "keywords", ()) if one.arg == "return_sequences"]
    if any(isinstance(one, ast.Constant) and one.value is True for one in steps):
        return True
    given = {one.arg: one.value for one in call.keywords}
    size = call.args[1] if len(call.args) > 1 else given.get("kernel_size")
    same = isinstance(padding := given.get("padding"), ast.Constant) and padding.value == "same"
    wide = isinstance(size, ast.Constant) and isinstance(size.value, int) and size.value > 1
    return called(call) == "Conv1D" and same and wide


def _is_ahead(given: ast.expr, wanted: ast.expr) -> bool:
    """`words[:n]` and `words[1 : n + 1]`, cut into pieces alike."""
    if not (isinstance(given, ast.Subscript) and isinstance(wanted, ast.Subscript)):
        return False
    one, other = given.slice, wanted.slice
    if not (isinstance(one, ast.Slice) and isinstance(other, ast.Slice)) or one.upper is None or other.lower is None:
        return False
    lower = one.lower is None or written(one.lower) == "0"
    upper = other.upper is not None and written(other.upper) == f"{written(one.upper)} + 1"
    return written(given.value) == written(wanted.value) and lower and written(other.lower) == "1" and upper


def aligned_with_windows(scope: Scope) -> Found:
    """`timeseries_dataset_from_array(table[:-n], targets=table[:, 1], sequence_length=n)`: Keras gives the window that
    begins at a row the target of that row, its own first value."""
    windowed = [one for one in scope.of(ast.Call) if called(one) == "timeseries_dataset_from_array"]
    paths = [path_of(scope, data) for fit in scope.calls(FIT) if windowed and (data := data_of(fit)) is not None]
    trained = {id(path[0]) for path in paths if path and "map" not in [method(one) for one in path]}
    trained |= {id(scope.bound_to(one, fit)[0]) for fit in scope.calls(FIT) if (one := data_of(fit)) is not None}
    for call in windowed:
        if id(call) not in trained or len(call.args) > 2:
            continue
        given = {one.arg: one.value for one in call.keywords}
        data, targets = (
            (call.args[0] if call.args else given.get("data")),
            given.get("targets", call.args[1] if len(call.args) > 1 else None),
        )
        if data is None or targets is None or None in given:
            continue
        rows, windows = (scope.bound_to(one, call)[0] for one in (targets, data))
        series, first = written(windows), written(rows)
        if isinstance(windows, ast.Subscript) and isinstance(windows.slice, ast.Slice) and windows.slice.lower is None:
            series = written(windows.value)  # without its last rows
        whole = isinstance(rows, ast.Subscript) and re.fullmatch(re.escape(series) + r"\[:, -?\w+\]", first)
        if whole:
            yield targets, "within the window", written(targets)
            return


FINDERS = (in_sight, within_the_window, split_windows, aligned_with_windows)
