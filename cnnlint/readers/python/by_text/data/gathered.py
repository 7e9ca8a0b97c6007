"""Lists that loops fill with samples and their labels, by the text alone: in which order, and how often."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeAlias

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, TRAINED
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, one_by_one, operands, owner, reads, receiver
from cnnlint.readers.python.text.written import written

Loop: TypeAlias = ast.For

#: what makes an array of a list, or other names of classes, in the same order
KEEPING = frozenset({"array", "asarray", "to_categorical", "astype", "reshape", "expand_dims", "list"})
#: what makes numbers of the names of classes (scikit-learn)
ENCODER = pattern(r"Label(Encoder|Binarizer)\b|OneHotEncoder\b|OrdinalEncoder\b")
LIBRARIES = frozenset({"np", "numpy", "tf", "utils", "np_utils", "keras"})
#: how far back an array is followed
STEPS = 8


def list_behind(scope: Scope, value: ast.expr | None, at: ast.AST) -> str:
    """The list that an array is made of, a row for each item: `np.array(pictures) / 255` is of `pictures`."""
    for _ in range(STEPS):
        if isinstance(value, ast.Name):
            made = scope.standing(value.id, at)
            if made is None:
                return ""
            at, name = made, value.id
            value = part_of(made, name)
            if isinstance(value, ast.List) and not value.elts:
                return name
            if called(made.value) == "train_test_split":
                return ""
        elif isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Div, ast.Mult, ast.Sub)):
            value = value.left
        elif isinstance(value, ast.Subscript) and _adds_axes(value.slice):
            value = value.value
        elif isinstance(value, ast.Call) and (called(value) in KEEPING or _encodes(scope, value)):
            of = value.func.value if isinstance(value.func, ast.Attribute) else None
            held = of is not None and owner(value) not in LIBRARIES and "utils" not in receiver(value)
            inner = of if held and not _encodes(scope, value) else value.args[0] if value.args else None
            if called(value) == "reshape" and not _keeps_rows(value, held=held):
                return ""
            value = inner
        else:
            return ""
    return ""


def part_of(made: ast.Assign, name: str) -> ast.expr | None:
    """What an assignment gives to one of its names."""
    if len(made.targets) != 1:
        return None
    return next((one for at, one in one_by_one(made) if isinstance(at, ast.Name) and at.id == name), None)


def returned(scope: Scope, made: ast.Assign, name: str) -> tuple[Scope, ast.expr, ast.Return] | None:
    """What a function of the file returns, once, to a name: of `x, y = load()` one part; in which scope, and where."""
    inner, target = scope.bodies.get(called(made.value)), made.targets[0]
    returns = inner.of(ast.Return) if inner is not None else []
    given = returns[0].value if len(returns) == 1 else None
    if inner is None or given is None:
        return None
    if isinstance(target, ast.Name):
        return inner, given, returns[0]
    names = [getattr(one, "id", "") for one in target.elts] if isinstance(target, ast.Tuple) else []
    if not isinstance(given, ast.Tuple) or len(given.elts) != len(names) or names.count(name) != 1:
        return None
    return inner, given.elts[names.index(name)], returns[0]


def _adds_axes(part: ast.expr) -> bool:
    """Whether an index leaves all rows: `x[..., None]`, `x[:, :, np.newaxis]`."""
    first = part.elts[0] if isinstance(part, ast.Tuple) and part.elts else part
    whole = isinstance(first, ast.Slice) and first.lower is None and first.upper is None and first.step is None
    return whole or (isinstance(first, ast.Constant) and first.value is ...)


def _keeps_rows(call: ast.Call, *, held: bool) -> bool:
    """Whether a reshape leaves a row for each sample: its first size is -1, or the number of them."""
    sizes = call.args if held else call.args[1:]
    first = sizes[0] if sizes else None
    first = first.elts[0] if isinstance(first, (ast.Tuple, ast.List)) and first.elts else first
    return first is not None and bool(re.match(r"-1$|len\(|.*\.shape\[0\]$", written(first)))


def _encodes(scope: Scope, call: ast.Call) -> bool:
    """Whether a call numbers the names of classes: `LabelEncoder().fit_transform(y)`."""
    if method(call) != "fit_transform" or not isinstance(call.func, ast.Attribute):
        return False
    maker = scope.resolved(call.func.value)
    return bool(ENCODER.search(written(maker)))


def appends(scope: Scope, name: str) -> Iterator[ast.Call]:
    """What is put at the end of a list."""
    for node in scope.calls(frozenset({"append", "extend", "insert"})):
        if owner(node) == name:
            yield node


def loops_around(scope: Scope, node: ast.AST) -> list[Loop]:
    """The loops that a node stands in, the outermost first."""
    return [loop for loop in scope.of(ast.For) if any(one is node for one in nodes_of(loop))]


def by_class(scope: Scope, label: ast.expr, outer: Loop, left: int = 3) -> bool:
    """Whether a label is another one in each pass of a loop over classes, and the same within the pass.

    So it is with the number of the pass, with `classes.index(name)` in a loop over `classes`, and with what the name
    of the class is looked up in, where that is written out.
    """
    names = [outer.target.id] if isinstance(outer.target, ast.Name) else []
    iterated = scope.resolved(outer.iter)
    if called(iterated) == "enumerate" and isinstance(outer.target, ast.Tuple):
        names = [one.id for one in outer.target.elts if isinstance(one, ast.Name)]
        iterated = scope.resolved(operands(iterated)[0]) if operands(iterated) else iterated
        if isinstance(label, ast.Name) and names[:1] == [label.id]:
            return True
    if not names or left == 0:
        return False
    listed = called(iterated) in ("listdir", "sorted", "range") or isinstance(iterated, (ast.List, ast.Tuple, ast.Dict))
    if isinstance(label, ast.Name) and label.id in names:
        return listed
    if isinstance(label, ast.Call) and called(label) in ("int", "float", "str") and len(label.args) == 1:
        return by_class(scope, label.args[0], outer, left - 1) if called(label) == "str" else False
    if isinstance(label, ast.Call) and method(label) == "index" and len(label.args) == 1:
        among = scope.resolved(label.func.value)  # type: ignore[attr-defined]
        same = written(among) == written(iterated) or isinstance(among, ast.List)
        return same and isinstance(label.args[0], ast.Name) and label.args[0].id in names
    if isinstance(label, ast.Subscript):
        among = scope.resolved(label.value)
        key = isinstance(label.slice, ast.Name) and label.slice.id in names
        return key and isinstance(among, (ast.Dict, ast.DictComp)) and _all_differ(among)
    return _set_before(scope, label, outer, left)


def _set_before(scope: Scope, label: ast.expr, outer: Loop, left: int) -> bool:
    """The same of a name that each pass binds before its files, or that is counted up behind them."""
    bound = scope.bound.get(label.id, []) if isinstance(label, ast.Name) else []
    own = [one for one in outer.body if one in bound]
    if len(bound) == 1 and own and isinstance(own[0], ast.Assign) and isinstance(own[0].targets[0], ast.Name):
        return by_class(scope, own[0].value, outer, left - 1)
    if len(bound) == 2 and len(own) == 1 and isinstance(own[0], ast.AugAssign) and isinstance(own[0].op, ast.Add):
        begun = next(one for one in bound if one is not own[0])
        return isinstance(begun, ast.Assign) and begun.lineno < outer.lineno and isinstance(own[0].value, ast.Constant)
    return False


def _all_differ(among: ast.Dict | ast.DictComp) -> bool:
    """Whether a table of classes has another number for each: `{"cat": 0, "dog": 1}`."""
    if isinstance(among, ast.DictComp):
        counted = among.generators[0]
        return called(counted.iter) == "enumerate" and isinstance(among.value, ast.Name)
    values = [one.value for one in among.values if isinstance(one, ast.Constant)]
    return len(values) == len(among.values) > 1 and len(set(values)) == len(values)


def once_each_folder(scope: Scope) -> Found:
    """`for folder in …: for file in …: pictures.append(…)`, and the label is appended once behind the inner loop."""
    for call in scope.of(ast.Call):
        trains = method(call) in FIT and any(one.arg in TRAINED for one in call.keywords)
        if not (trains or called(call) == "train_test_split") or len(call.args) < 2:
            continue
        names = [list_behind(scope, one, call) for one in call.args[:2]]
        puts = [list(appends(scope, name)) if name else [] for name in names]
        if names[0] == names[1] or [len(one) for one in puts] != [1, 1]:
            continue
        (picture,), (label,) = puts
        around, fewer = loops_around(scope, picture), loops_around(scope, label)
        plain = all(method(one) == "append" and len(one.args) == 1 for one in (picture, label))
        if not plain or fewer != around[:-1] or not fewer or not _every_time(scope, picture, around[-1]):
            continue
        inner = around[-1]
        if len(fewer) == 1 and inner in fewer[0].body and not _gathers(scope, names, fewer[0]):
            yield label, "once a folder", names[1]
            return


def _every_time(scope: Scope, call: ast.Call, loop: Loop) -> bool:
    """Whether each pass of a loop comes to a call, and there are several passes for all that is known."""
    statement = scope.statement_of(call)
    leaves = any(isinstance(one, (ast.Break, ast.Return)) for one in nodes_of(loop))
    iterated = written(scope.resolved(loop.iter))
    files = re.search(r"listdir|iterdir|scandir|walk\(", iterated) or ("glob" in iterated and "*" in iterated)
    return statement in loop.body and not leaves and bool(files)


def _gathers(scope: Scope, names: list[str], outer: Loop) -> bool:
    """Whether one of these lists is made anew, or changed otherwise, in each pass."""
    return any(reads(one, set(names)) for one in outer.body if isinstance(one, (ast.Assign, ast.AugAssign))) or any(
        at in nodes_of(outer) for name in names for at in scope.bound.get(name, ())
    )


FINDERS = (once_each_folder,)
