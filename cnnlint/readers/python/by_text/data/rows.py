"""Rows that are taken in another order, or from another part, than what stands beside them, by the text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import CUTTING, Found, Path, path_of
from cnnlint.readers.python.by_text.fits import FIT, JUDGES, behind, loss_of, validated
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, reads
from cnnlint.readers.python.text.written import written

#: what an array is called whose pairs are torn on purpose, or that tells what it is worth
MEANT = pattern(r"random|shuffl|perm|nois|corrupt|scrambl|null|chance|baseline|control", re.IGNORECASE)
#: what reads the pictures of a folder
FOLDERS = frozenset(
    {
        "flow_from_directory",
        "image_dataset_from_directory",
        "text_dataset_from_directory",
        "audio_dataset_from_directory",
    }
)
#: what a function is called that makes other samples of those that train
DISTORTING = pattern(r"aug|flip|rotat|distort|random|crop|jitter|noise|mix|cutout|transform", re.IGNORECASE)
#: what the parts of a split are called
ROLES = pattern(
    r"(?:(?P<what>x|y)_?(?P<part>train|test|valid|val)|(?P<side>train|test|valid|val)_?(?P<which>x|y))$", re.IGNORECASE
)
#: what makes four parts of two arrays: the features that train and that test, then the labels
PARTED = 4


def indexed_apart(scope: Scope) -> Found:
    """`x[order[:n]]` beside `y[:n]`, of an order that was drawn by chance."""
    orders = {name for name in scope.bound if _is_order(scope.once(name))}
    for call in scope.of(ast.Call) if orders else ():
        if len(call.args) < 2:
            continue
        name = called(call)
        once = (
            sum(called(one) == name for one in scope.of(ast.Call)) == 1
        )  # like and unlike pairs are made side by side
        if name not in FIT and not (name[:1].isupper() and once):
            continue
        pair = [scope.resolved(one) for one in call.args[:2]]
        names = [one.id for one in call.args[:2] if isinstance(one, ast.Name)]
        if any(MEANT.search(one) for one in names):
            continue
        for moved, plain in (pair, pair[::-1]):
            cut = _ordered(moved, orders)
            if cut is None or not isinstance(plain, ast.Subscript) or not isinstance(plain.slice, ast.Slice):
                continue
            assert isinstance(moved, ast.Subscript)
            one, other = written(moved.value), written(plain.value)
            follows = any(reads(at, orders) for at in scope.bound.get(other, ()))
            if one != other and written(plain.slice) == cut and not follows:
                yield plain, "indexed apart", other
                return


def _is_order(value: ast.expr | None) -> bool:
    """Whether an expression is the numbers of rows in an order of chance."""
    return isinstance(value, ast.Call) and method(value) == "permutation" and len(value.args) == 1


def _ordered(value: ast.expr, orders: set[str]) -> str | None:
    """Where an array whose rows are taken in such an order is cut: ":n" of `x[order[:n]]`."""
    rows = value.slice if isinstance(value, ast.Subscript) else None
    if not (isinstance(rows, ast.Subscript) and isinstance(rows.slice, ast.Slice)):
        return None
    known = isinstance(rows.value, ast.Name) and rows.value.id in orders
    return written(rows.slice) if known else None


def same_part(scope: Scope) -> Found:
    """One folder, or one part of it, that both trains and validates: `subset="training"` twice."""
    for x, validation in validated(scope):
        roots = [_folder(scope, path_of(scope, one)) for one in (x, validation)]
        if None not in roots and roots[0] == roots[1]:
            yield validation, "same part", written(validation)
            return


def _folder(scope: Scope, path: Path) -> tuple[str, str] | None:
    """The folder and the part of it that a stream begins with, as they are written."""
    made = path[0] if path else None
    if not (isinstance(made, ast.Call) and method(made) in FOLDERS):
        return None
    given = _keywords(scope, made)
    if None in given or any(method(one) in CUTTING - {"take", "sample", "window"} for one in path):
        return None
    folder = made.args[0] if made.args else given.get("directory")
    if isinstance(folder, ast.Name) and len(scope.bound.get(folder.id, ())) > 1:
        return None
    part = given.get("subset")
    known = part is None or (isinstance(part, ast.Constant) and part.value in ("training", "validation"))
    if folder is None or not known or (part is not None and len(made.args) > 1):
        return None
    return written(folder), written(part) if part is not None else ""


def _keywords(scope: Scope, call: ast.Call) -> dict[str | None, ast.expr]:
    """The named arguments of a call, with those of a dict that is bound once: `read(subset="training", **common)`."""
    given: dict[str | None, ast.expr] = {}
    for one in call.keywords:
        held = scope.resolved(one.value) if one.arg is None else None
        if isinstance(held, ast.Call) and called(held) == "dict" and not held.args:
            given.update((inner.arg, inner.value) for inner in held.keywords)
        else:
            given[one.arg] = one.value
    return given


def unmapped(scope: Scope) -> Found:
    """`train = train.map(prepare)`, and `val` of the same kind of folder as it comes."""
    for x, validation in validated(scope):
        trains, judges = path_of(scope, x), path_of(scope, validation)
        alike = [method(path[0]) if path else "" for path in (trains, judges)]
        if alike[0] != alike[1] or alike[0] not in FOLDERS or any(method(one) in ("map", "apply") for one in judges):
            continue
        maps = [one.args[0] for one in trains if isinstance(one, ast.Call) and method(one) == "map" and one.args]
        named = [one for one in maps if isinstance(one, ast.Name) and _prepares(scope, one.id)]
        if len(maps) == len(named) == 1 and trains[0] is not judges[0]:
            yield validation, "unmapped", written(validation)
            return


def _prepares(scope: Scope, name: str) -> bool:
    """Whether a function of the file brings samples to another scale, and does nothing by chance."""
    body = written(scope.helpers[name]) if name in scope.helpers else ""
    scales = re.search(r" / |/= |preprocess|rescal|normali|standardi|convert_image_dtype", body, re.IGNORECASE)
    return scales is not None and not DISTORTING.search(body)


def test_trained(scope: Scope) -> Found:
    """`fit(x_test, y_test)` and then `evaluate(x_test, y_test)`, of the four parts that data come in."""
    fits = [one for one in scope.calls(FIT) if one.args]
    trained = {one.args[0].id: one for one in fits if isinstance(one.args[0], ast.Name)}
    asked = {one.args[0].id for one in scope.calls(JUDGES) if one.args and isinstance(one.args[0], ast.Name)}
    for train, test in dict.fromkeys(_parts(scope)) if len(trained) == 1 else ():
        again = [at for at in scope.bound.get(test, ()) if reads(at, {train})]
        if test in trained and train not in trained and test in asked and len(again) < 2:
            yield trained[test].args[0], "test trained", test
            return


def _parts(scope: Scope) -> Iterator[tuple[str, str]]:
    """The features that train and those that test, by the names of what `load_data` or a split returns."""
    for node in scope.of(ast.Assign):
        if not (len(node.targets) == 1 and isinstance(node.value, ast.Call)):
            continue
        target, made = node.targets[0], called(node.value)
        if not isinstance(target, ast.Tuple):
            continue
        names = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
        if made == "load_data" and len(target.elts) == 2:
            firsts = [one.elts[0] if isinstance(one, ast.Tuple) and one.elts else one for one in target.elts]
            names = [one.id if isinstance(one, ast.Name) else "" for one in firsts]
        elif made != "train_test_split" or len(names) != PARTED:
            continue
        if all(names[:2]) and names[0] != "_" != names[1]:
            yield names[0], names[1]


def unpacked_apart(scope: Scope) -> Found:
    """`x_train, y_train, x_test, y_test = train_test_split(x, y)`: it gives the features first, then the labels."""
    imported = {
        one.asname or one.name
        for node in (scope.outer or scope).of(ast.ImportFrom)
        for one in node.names
        if (node.module or "").startswith("sklearn.") and one.name == "train_test_split"
    }
    for node in scope.of(ast.Assign) if imported else ():
        made, target = node.value, node.targets[0]
        plain = isinstance(made, ast.Call) and written(made.func) in imported and len(made.args) == PARTED // 2
        if not plain or not isinstance(target, ast.Tuple) or len(target.elts) != PARTED:
            continue
        names = [ROLES.match(one.id) if isinstance(one, ast.Name) else None for one in target.elts]
        roles = [(one["what"] or one["which"]).lower() for one in names if one is not None]
        parts = [(one["part"] or one["side"]).lower() for one in names if one is not None]
        all_four = sorted(roles) == ["x", "x", "y", "y"] and len(set(zip(roles, parts, strict=True))) == PARTED
        if all_four and (roles[0] != roles[1] or parts[0] != parts[2]):  # x, x, y, y, or the labels first
            order = [one.id for one in target.elts if isinstance(one, ast.Name)]
            found = target, "unpacked apart", ", ".join(order)
            yield found if _is_paired(scope, order) else (*found, True)  # type: ignore[misc]


def _is_paired(scope: Scope, parts: list[str]) -> bool:
    """Whether a call that trains or judges is given two parts of one array: that of the training, and of the test."""
    for call in scope.calls(FIT | JUDGES):
        pair = [one.id if isinstance(one, ast.Name) else "" for one in call.args[:2]]
        if any(sorted(pair) == sorted(both) for both in (parts[:2], parts[2:])):
            return True
    return False


def reordered_alone(scope: Scope) -> Found:
    """`x = x[order]`, of an order of chance, and `fit(x, y)`, where `y` stays as it was loaded or made."""
    orders = {name for name in scope.bound if _is_order(scope.once(name)) or _is_mixed(scope, name)}
    for node in scope.of(ast.Assign) if orders else ():
        target, moved = node.targets[0], node.value
        rows = moved.slice if isinstance(moved, ast.Subscript) else None
        if not (isinstance(target, ast.Name) and isinstance(rows, ast.Name) and rows.id in orders):
            continue
        if not isinstance(moved, ast.Subscript) or written(moved.value) != target.id or MEANT.search(target.id):
            continue
        pairs = [at for at in scope.bound[target.id] if isinstance(at, ast.Assign) and at is not node]
        both = pairs[0].targets[0] if len(pairs) == 1 else None
        names = [one.id for one in getattr(both, "elts", ()) if isinstance(one, ast.Name)]
        given = names[1 - names.index(target.id)] if len(names) == PARTED // 2 and target.id in names else ""
        for call in scope.calls(FIT):
            other = _beside(scope, call, target.id) if line(call) > line(node) else ""
            together = other == given != "" and len(scope.bound[other]) == 1
            apart = other and (together or _stays(scope, node, call, target.id, other, orders))
            if apart and not _changed(scope, other) and not MEANT.search(other):
                yield moved, "shuffled alone", target.id
                return


def _is_mixed(scope: Scope, name: str) -> bool:
    """Whether a name stands for the numbers of rows that `np.random.shuffle` put in another order."""
    made = scope.once(name)
    counts = made is not None and called(made) in ("arange", "range", "list")
    return counts and any(
        written(one.func).endswith("random.shuffle") and [written(at) for at in one.args] == [name]
        for one in scope.calls(frozenset({"shuffle"}))
    )


def _beside(scope: Scope, fit: ast.Call, name: str) -> str:
    """What a call trains on beside the rows of an array: the name of the array whose rows those are."""
    pair = [_rows_of(scope, one) for one in fit.args[:2]]
    return (
        pair[1 - pair.index(name)] if len(pair) == PARTED // 2 and name in pair and len(set(pair)) == len(pair) else ""
    )


def _stays(scope: Scope, move: ast.Assign, fit: ast.Call, name: str, other: str, orders: set[str]) -> bool:
    """Whether an array that is trained on beside another keeps its rows in the order in which it was loaded: it is not
    made of the other nor by that order, nor drawn by chance or alike in all rows, and the other is not put back."""
    bound, own = scope.bound.get(other, ()), scope.bound[name]
    if not bound or not all(isinstance(one, (ast.Assign, ast.AugAssign)) for one in (*bound, *own)):
        return False
    made = [one.value for one in (*bound, *own) if isinstance(one, (ast.Assign, ast.AugAssign)) and one is not move]
    origin = " ".join(map(written, made))
    loaded = LOADED.search(origin) is not None and not DRAWN.search(origin)
    around = scope.outer or scope
    loaded = loaded and written(fit.args[0]).startswith(name)  # labels in another order are what chance is measured by
    hidden = {one for at in nodes_of(around.root) if isinstance(at, (ast.Global, ast.Nonlocal)) for one in at.names}
    losses = [loss for call in around.calls(frozenset({"compile"})) for loss in loss_of(call)]
    paired = not any(isinstance(one, ast.Lambda) or written(one) in around.helpers for one in losses)
    loaded = loaded and paired and not hidden & {name, other} and not TURNED.search(origin)
    behind_other = behind(scope, [other])
    apart = name not in behind_other and not (behind_other & orders)
    back = any(
        isinstance(part, ast.Subscript) and not isinstance(part.slice, (ast.Slice, ast.Constant))
        for one in own
        if one is not move and line(one) > line(move)
        for part in nodes_of(one)
    )
    alone = sum(written(one.slice) in orders for one in scope.of(ast.Subscript)) == 1
    return loaded and apart and not back and alone and scope.ran_before(move, fit)


#: what brings another axis to the front
TURNED = pattern(r"\.T\b|transpose|swapaxes|moveaxis|rollaxis")
#: what brings an array from a file, and what makes one by chance, or of one number
LOADED = pattern(r"\bload\w*\(|\['?\w+'?\]|read_\w+\(|genfromtxt|\bFile\(|imread|Image\.open")
DRAWN = pattern(r"random\.|\brandn?\(|\b(ones|zeros|full)(_like)?\(|make_\w+\(|arange|linspace|cluster|pseudo")


def fed_apart(scope: Scope) -> Found:
    """`xs = x[order]` and `ys = y` of an order of chance, and a step that is fed the same rows of both."""
    orders = {name for name in scope.bound if _is_order(scope.once(name))}
    for call in scope.calls(frozenset({"run", "train_on_batch"})) if orders else ():
        given = [one.value for one in call.keywords if one.arg == "feed_dict"] + call.args[1:2]
        pair = given[0].values if given and isinstance(given[0], ast.Dict) else call.args[:2]
        rows = [one for one in pair if isinstance(one, ast.Subscript) and isinstance(one.value, ast.Name)]
        if len(rows) != PARTED // 2 or written(rows[0].slice) != written(rows[1].slice):
            continue
        for moved, plain in (rows, rows[::-1]):
            names = [written(one.value) for one in (moved, plain)]
            made = scope.once(names[0])
            ordered = isinstance(made, ast.Subscript) and isinstance(made.slice, ast.Name) and made.slice.id in orders
            follows = any(reads(at, orders) for at in scope.bound.get(names[1], ()))
            kept = isinstance(scope.resolved(plain.value), ast.Name)
            if ordered and kept and not follows and not any(map(MEANT.search, names)) and not reads(plain, orders):
                yield plain, "indexed apart", names[1]
                return


def _changed(scope: Scope, name: str) -> bool:
    """Whether something may put the rows of an array in another order in place: `y[:] = y[order]`, `moved(y)`."""
    filled = any(written(one.value) == name for one in scope.of(ast.Subscript) if not isinstance(one.ctx, ast.Load))
    return filled or any(
        written(one.value).startswith(f"{name}.") or reads(one.value, {name})
        for one in scope.of(ast.Expr)
        if isinstance(one.value, ast.Call) and method(one.value) not in FIT | JUDGES and called(one.value) != "print"
    )


def _rows_of(scope: Scope, value: ast.expr) -> str:
    """The array that an expression holds rows of: `x`, or `train` of `train, rest = x[:n], x[n:]`."""
    made = scope.bound_to(value, value)[0]
    cut = made.value if isinstance(made, ast.Subscript) and isinstance(made.slice, ast.Slice) else value
    return cut.id if isinstance(cut, ast.Name) else ""


FINDERS = (indexed_apart, same_part, unmapped, test_trained, unpacked_apart, reordered_alone, fed_apart)
