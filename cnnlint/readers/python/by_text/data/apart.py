"""What a program does to one half of a pair alone, and weighs the wrong way round, by its text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import SEEDING, Found
from cnnlint.readers.python.by_text.fits import FIT, behind
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, method, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: what turns or cuts a picture by chance (tf.image, Keras's layers), so that its mask must follow
TURNING = pattern(
    r"^(tf\.)?(keras\.layers\.|layers\.|image\.)?(random_(flip\w*|crop|rotation|zoom|shift)"
    r"|Random(Flip|Rotation|Zoom|Crop|Translation))$"
)
PICTURES, MASKS = (
    pattern(r"^(im|pic|x$|photo|in)", re.IGNORECASE),
    pattern(r"mask|msk|seg|annot|label_?(im|map)", re.IGNORECASE),
)
#: what numbers of chance are made by
NOISE = pattern(r"^(normal|randn|standard_normal|uniform|random_noise|random_normal|RandomNoise|poisson)$")
NOISY = pattern(r"nois|corrupt", re.IGNORECASE)
#: what counts how often each of several values is there
COUNTS = frozenset({"Counter", "bincount", "value_counts"})
#: what counts of the two classes are called
NEGATIVE, POSITIVE = (
    pattern(r"neg|normal|majority|zero|(?<![a-z])(0|not)|false|major|benign", re.IGNORECASE),
    pattern(r"pos|abnormal|minority|one|(?<!\d)1|fraud|true|minor|malign", re.IGNORECASE),
)


def turned_apart(scope: Scope) -> Found:
    """`image = random_flip_left_right(image)` and `mask = random_flip_left_right(mask)`, each by chance of its own."""
    if any(SEEDING.search(written(one.func)) for one in scope.of(ast.Call)):
        return  # chance begins anew
    turns: dict[str, list[tuple[ast.Call, str]]] = {}
    for node in scope.of(ast.Assign):
        call, target = node.value, node.targets[0]
        name = written(call.func) if isinstance(call, ast.Call) else ""
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Call):  # RandomFlip("horizontal")(image)
            name = written(call.func.func)
            seeded = any(one.arg == "seed" for one in call.func.keywords)
        else:
            seeded = len(operands(call)) > 1 or any(one.arg == "seed" for one in getattr(call, "keywords", ()))
        given = operands(call)[0] if operands(call) else None
        plain = isinstance(target, ast.Name) and isinstance(given, ast.Name)
        if plain and isinstance(call, ast.Call) and TURNING.match(name) and not seeded and isinstance(given, ast.Name):
            turns.setdefault(name, []).append((call, given.id))
    for both in turns.values():
        pictures = [one for one in both if PICTURES.search(one[1]) and not MASKS.search(one[1])]
        masks = [one for one in both if MASKS.search(one[1])]
        if len(pictures) == len(masks) == 1:
            yield masks[0][0], "turned apart", masks[0][1], True
            return


def noise_as_target(scope: Scope) -> Found:
    """`noisy = clean + normal(…)`, and `fit(clean, noisy)`."""
    for call in scope.calls(FIT):
        told = {one.arg: one.value for one in call.keywords}
        values = [*call.args[:2], *(told[one] for one in ("x", "y") if one in told)]
        pair = [one.id if isinstance(one, ast.Name) else "" for one in values]
        if len(pair) != 2 or not all(pair) or pair[0] == pair[1] or not NOISY.search(pair[1]):
            continue
        if NOISY.search(pair[0]) or len(scope.bound.get(pair[0], ())) > 2:
            continue
        whence = " ".join(written(one) for one in scope.bound.get(pair[0], ()))
        if re.search(r"linspace|arange|random|rand\b|meshgrid|\bnorm", whence):
            continue  # places where something was measured, with its noise
        made = [one.value for one in scope.bound.get(pair[1], ()) if isinstance(one, ast.Assign)]
        drawn = any(NOISE.match(called(one)) for value in made for one in nodes_of(value))
        names = {one.id for value in made for one in nodes_of(value) if isinstance(one, ast.Name)}
        drawn = drawn or any(
            NOISE.match(called(one))
            for name in names
            for at in scope.bound.get(name, ())
            if isinstance(at, ast.Assign) and not reads(at, {pair[1]})
            for one in nodes_of(at.value)
        )
        if made and drawn and any(_adds_to(one, pair[0]) for value in made for one in nodes_of(value)):
            yield values[0], "noise as target", pair[0], True
            return


def _adds_to(value: ast.AST, name: str) -> bool:
    """Whether an expression adds something to an array as it is: `clean + noise`, `random_noise(clean)`."""
    parts = operands(value)[:1] if NOISE.match(called(value)) else []
    parts += [value.left, value.right] if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) else []
    return any(isinstance(one, ast.Name) and one.id == name for one in parts)


def counts_as_weights(scope: Scope) -> Found:
    """`fit(class_weight=dict(Counter(y)))`: the classes that there is most of count most."""
    for call in scope.calls(FIT):
        given = [one.value for one in call.keywords if one.arg == "class_weight"]
        counted = _counts(scope, given[0], call) if given else None
        of = [*operands(counted), counted.func] if counted is not None else []
        if any(_is_trained(scope, one, call) for one in of):
            yield given[0], "weighed by count", written(given[0])
            return


def _is_trained(scope: Scope, counted: ast.expr, fit: ast.Call) -> bool:
    """Whether an expression is made of what a call trains on, or that is made of it or of the same."""
    names = {one.id for one in nodes_of(counted) if isinstance(one, ast.Name)}
    return bool(behind(scope, names) & behind(scope, {one.id for one in _names_of(fit)}) - LIBRARIES)


LIBRARIES = frozenset({"np", "numpy", "pd", "pandas", "Counter", "len", "list", "train_test_split", "load_data"})


def _names_of(fit: ast.Call) -> list[ast.Name]:
    given = [*fit.args[:2], *(one.value for one in fit.keywords if one.arg in ("x", "y"))]
    return [one for part in given for one in nodes_of(part) if isinstance(one, ast.Name)]


def _counts(scope: Scope, value: ast.expr, at: ast.AST, left: int = 6) -> ast.Call | None:
    """The call that counts samples, of which a dict or array is made that still holds the counts themselves."""
    value, at = scope.bound_to(value, at)
    if left == 0:
        return None
    if isinstance(value, ast.DictComp):
        return _compared(scope, value, at, left)
    if isinstance(value, ast.Dict):
        held = [one for key, one in zip(value.keys, value.values, strict=True) if key and _at(one) == written(key)]
        arrays = {written(one.value): one.value for one in held if isinstance(one, ast.Subscript)}
        whole = len(held) == len(value.keys) > 1 and len(arrays) == 1
        return _counts(scope, next(iter(arrays.values())), at, left - 1) if whole else None
    if not isinstance(value, ast.Call):
        return None
    if called(value) in COUNTS and not _told(value, "normalize"):
        return value
    if called(value) == "unique" and _told(value, "return_counts"):
        return value
    if called(value) in ("dict", "enumerate", "list") and len(value.args) == 1:
        return _counts(scope, value.args[0], at, left - 1)
    if called(value) == "zip" and value.args:  # dict(zip(classes, counts)), dict(zip(*np.unique(y, …)))
        last = value.args[-1]
        return _counts(scope, last.value if isinstance(last, ast.Starred) else _second(scope, last), at, left - 1)
    if method(value) in ("to_dict", "tolist", "items", "sort_index") and not owner(value).startswith(("np", "pd")):
        return _counts(scope, value.func.value, at, left - 1)  # type: ignore[attr-defined]
    return None


def _second(scope: Scope, value: ast.expr) -> ast.expr:
    """What `counts` stands for in `classes, counts = np.unique(y, return_counts=True)`."""
    bound = scope.bound.get(value.id, []) if isinstance(value, ast.Name) else []
    made = bound[0] if len(bound) == 1 and isinstance(bound[0], ast.Assign) else None
    target = made.targets[0] if made is not None else None
    second = isinstance(target, ast.Tuple) and len(target.elts) == 2 and written(target.elts[1])
    return made.value if made is not None and second == written(value) else value


def _compared(scope: Scope, made: ast.DictComp, at: ast.AST, left: int) -> ast.Call | None:
    """The same of `{k: n for k, n in counts.items()}` and `{k: counts[k] for k in counts}`."""
    loop = made.generators[0]
    if len(made.generators) != 1 or loop.ifs:
        return None
    pair = loop.target.elts if isinstance(loop.target, ast.Tuple) else []
    if len(pair) == 2 and written(made.value) == written(pair[1]):
        return _counts(scope, loop.iter, at, left - 1)
    held = made.value
    if isinstance(held, ast.Subscript) and written(held.slice) == written(loop.target):
        return _counts(scope, held.value, at, left - 1)
    if method(held) == "count" and written(held.args[0] if operands(held) else held) == written(loop.target):  # type: ignore[attr-defined]
        return held if isinstance(held, ast.Call) else None
    return None


def _at(value: ast.expr) -> str:
    """Which item of an array an expression is: "0" of `counts[0]`."""
    return written(value.slice) if isinstance(value, ast.Subscript) else ""


def _told(call: ast.Call, name: str) -> bool:
    """Whether a call is told something."""
    return any(
        one.arg == name and not (isinstance(one.value, ast.Constant) and not one.value.value) for one in call.keywords
    )


def weighed_by_share(scope: Scope) -> Found:
    """`class_weight={0: negatives / total, 1: positives / total}`: the rarer class counts less."""
    for call in scope.calls(FIT):
        given = [one.value for one in call.keywords if one.arg == "class_weight"]
        weights = scope.bound_to(given[0], call)[0] if given else None
        if not isinstance(weights, ast.Dict) or [written(one) for one in weights.keys if one] != ["0", "1"]:
            continue
        shares = [scope.bound_to(one, call)[0] for one in weights.values]
        parts = [(one.left, one.right) for one in shares if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Div)]
        if len(parts) != 2 or written(parts[0][1]) != written(parts[1][1]):
            continue
        whole = written(scope.bound_to(parts[0][1], call)[0])
        counts = [written(one) for one, _ in parts]
        made = [scope.bound_to(one, call)[0] for one, _ in parts]
        drawn = scope.bound_to(call.args[0], call)[0] if call.args else call
        other = re.search(r"balanc|sampl|smote", written(drawn), re.IGNORECASE)
        if all(isinstance(one, ast.Constant) for one in made) or (other and drawn is not call):
            continue  # shares of other samples than are trained on
        summed = all(one in whole for one in counts) or re.match(r"total", whole) or _is_of(scope, parts[0][1], call)
        classes = [_class_of(one) for one in made]
        if summed and classes == [0, 1]:
            yield weights.values[0], "weighed by share", written(shares[0])
            return
        if summed and classes == [None, None] and NEGATIVE.search(counts[0]) and POSITIVE.search(counts[1]):
            yield weights.values[0], "weighed by share", written(shares[0]), True
            return


def _class_of(count: ast.expr) -> int | None:
    """The class whose samples an expression counts: `(y == 1).sum()`, `np.sum(y == 0)`, `len(y[y == 1])`."""
    if called(count) not in ("sum", "count_nonzero", "len"):
        return None
    tests = [one for one in nodes_of(count) if isinstance(one, ast.Compare) and isinstance(one.ops[0], ast.Eq)]
    number = tests[0].comparators[0] if len(tests) == 1 else None
    return number.value if isinstance(number, ast.Constant) and isinstance(number.value, int) else None


def _is_of(scope: Scope, whole: ast.expr, fit: ast.Call) -> bool:
    """Whether an expression counts the samples that a call trains on, or all that those were taken of: `len(y)`."""
    array = whole.args[0] if isinstance(whole, ast.Call) and called(whole) == "len" and whole.args else None
    return array is not None and reads(array, behind(scope, {one.id for one in _names_of(fit)}))


FINDERS = (turned_apart, noise_as_target, counts_as_weights, weighed_by_share)
