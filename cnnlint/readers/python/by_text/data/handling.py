"""What a program hands to the calls that train and judge: data in the wrong place, handled in two ways, or empty."""

from __future__ import annotations

import ast
import itertools
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found, is_told
from cnnlint.readers.python.by_text.data.targets import unshaped
from cnnlint.readers.python.by_text.fits import FIT, JUDGES, TRAINED, asks, loss_of, validated
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, operands, owner, reads
from cnnlint.readers.python.text.written import written

ASKED = frozenset({"predict", "evaluate"})
#: arrays of one number alone, and of random numbers
EMPTY = frozenset({"zeros", "zeros_like", "ones", "ones_like", "full", "full_like"})
#: what makes an array of another that holds the same
KEEPING = frozenset({"array", "asarray", "to_categorical", "reshape", "astype", "expand_dims"})
#: what learns from data which columns there are, what stands in for what is missing, or how wide they spread
#: (scikit-learn)
LEARNERS = pattern(r"(Vectorizer|Imputer|OneHotEncoder|LabelBinarizer|PCA|TruncatedSVD|Scaler)$")
#: parts of data, as names have them
PART = pattern(r"(?<![a-z])(train|training|val|valid|validation|test)(?![a-z])", re.IGNORECASE)
KINDS = {"train": 0, "training": 0, "val": 1, "valid": 1, "validation": 1, "test": 2}
#: what arrays and tables of samples are called
DATA = pattern(
    r"^[xy]\b|^[xy]_|_[xy]$|train|data|image|img|label|feature|text|sample|frame|^df|sequence", re.IGNORECASE
)
#: what a column is called that holds what comes next
COMING = pattern(r"(^|_)(next|tomorrow|future|target|ahead)(_|$)", re.IGNORECASE)
#: what puts the newest rows first
TURNED = pattern(r"ascending=(False|\[False|0)|\[::-1\]|sort_index|revers|flip")
#: what says of a column that it holds what was
GONE = pattern(r"last|prev|lag|past|yesterday|before|ago|former|old", re.IGNORECASE)
#: what features and labels are called
FEATURES = pattern(r"^x(?![a-z])|_x$|feature|image|img|picture|input", re.IGNORECASE)
LABELS = pattern(r"^y(?![a-z])|_y$|label|target|class", re.IGNORECASE)
#: how a split or a data set names its parts: features, features, labels, labels
PARTED = 4


def exchanged(scope: Scope) -> Found:
    """`evaluate(y_test, x_test)` of what a split calls the labels first, beside a `fit` of the features first."""
    calls = [call for call in scope.calls(FIT | JUDGES) if len(call.args) >= 2]
    orders = {id(call): _order(scope, call) for call in calls}
    crossed = any(
        isinstance(one.value, ast.Constant) and "crossentropy" in str(one.value.value)
        for call in scope.calls(frozenset({"compile"}))
        for one in (*call.keywords, *(ast.keyword("", arg) for arg in call.args[1:2]))
    )
    right = {owner(call) for call in calls if orders[id(call)] == "right"}
    for call in calls:
        told = crossed and any(map(_named_so, call.args[:2], (LABELS, FEATURES))) and _classifies(scope, owner(call))
        if orders[id(call)] == "wrong" and (owner(call) in right or told):
            found = call, "exchanged", written(call.args[0])
            yield found if owner(call) in right else (*found, True)  # type: ignore[misc]
            return


def _classifies(scope: Scope, model: str) -> bool:
    """Whether the last layer of a model answers with classes: one unit, or a softmax."""
    parts = [one for one in [scope.once(model)] if one is not None]
    parts += [one for one in scope.calls(frozenset({"add"})) if owner(one) == model]
    dense = [one for part in parts for one in nodes_of(part) if isinstance(one, ast.Call) and called(one) == "Dense"]
    last = max(dense, key=lambda one: (line(one), one.col_offset), default=None)
    return last is not None and ("softmax" in written(last) or written((last.args or [last])[0]) == "1")


def _named_so(value: ast.expr, names: re.Pattern[str]) -> bool:
    return isinstance(value, ast.Name) and names.search(value.id) is not None


def _order(scope: Scope, call: ast.Call) -> str:
    """Whether a call is given features and labels of one split in this order, or in the other."""
    kinds = []
    for one in call.args[:2]:
        part = _part(scope, one.id, call) if isinstance(one, ast.Name) else None
        if part is None:
            return ""
        kinds.append(part)
    (split, first), (other, second) = kinds
    if split is not other or first == second:
        return ""
    return "right" if first == "features" else "wrong"


def _part(scope: Scope, name: str, at: ast.AST) -> tuple[ast.AST, str] | None:
    """The call that parts data, and whether a name is a part of its features or of its labels."""
    bound = sorted((one for one in scope.bound.get(name, ()) if line(one) <= line(at)), key=line)
    made = bound[0] if bound else None
    again = all(isinstance(one, (ast.Assign, ast.AugAssign)) and reads(one.value, {name}) for one in bound[1:])
    if not isinstance(made, ast.Assign) or not again or not isinstance(made.targets[0], ast.Tuple):
        return None
    parts = made.targets[0].elts
    if called(made.value) == "load_data" and all(isinstance(one, ast.Tuple) and len(one.elts) == 2 for one in parts):
        named = [(inner, at) for one in parts for at, inner in enumerate(one.elts)]  # type: ignore[attr-defined]
    elif (
        called(made.value) == "train_test_split" and len(parts) == PARTED and len(getattr(made.value, "args", ())) == 2
    ):
        named = [(one, at // 2) for at, one in enumerate(parts)]
    else:
        return None
    places = [at for one, at in named if isinstance(one, ast.Name) and one.id == name]
    return (made, ("features", "labels")[places[0]]) if len(places) == 1 else None


def same_call(scope: Scope) -> Found:
    """`fit(batches(x, y), validation_data=batches(x, y))`: a generator of the program's own over the same arrays."""
    for x, validation in validated(scope):
        made = [scope.resolved(one) for one in (x, validation)]
        first, second = made
        if not all(isinstance(one, ast.Call) and isinstance(one.func, ast.Name) for one in made):
            continue
        arrays = {
            one.id
            for given in (*getattr(first, "args", ()), *(one.value for one in getattr(first, "keywords", ())))
            for one in nodes_of(given)
            if isinstance(one, ast.Name) and not isinstance(scope.resolved(one), (ast.Constant, ast.Name))
        }
        lines = sorted(map(line, made))
        between = [at for name in arrays for at in scope.bound.get(name, ()) if lines[0] < line(at) <= lines[1]]
        if not arrays or between or written(first) != written(second):
            continue
        if called(first) not in scope.helpers and any(DATA.search(name) for name in arrays):
            yield validation, "same call", written(validation), True  # of what comes from elsewhere
            return
        if _cuts_rows(scope, first):  # no simulator that draws anew each time
            yield validation, "same call", written(validation)
            return


def _cuts_rows(scope: Scope, made: ast.expr, left: int = 3) -> bool:
    """Whether the function of the file that is called takes rows of what it is given, or hands it to one that does."""
    function = scope.helpers.get(called(made))
    inner = nodes_of(function) if function is not None else []
    taken = {one.arg for one in function.args.args} if function is not None else set()
    parts = [one for one in inner if isinstance(one, ast.Subscript) and not isinstance(one.slice, ast.Constant)]
    through = [one.iter for one in inner if isinstance(one, (ast.For, ast.comprehension))]
    return (
        any(isinstance(one.value, ast.Name) and one.value.id in taken for one in parts)
        or any(reads(one, taken) and called(one) != "range" for one in through)
        or any(
            called(one) in scope.helpers
            and any(reads(at, taken) for at in one.args)
            and _cuts_rows(scope, one, left - 1)
            for one in (inner if left else ())
            if isinstance(one, ast.Call)
        )
    )


def constant_targets(scope: Scope) -> Found:
    """`y = np.zeros((n, 10))` that nothing is put into, and `fit(x, y)` with a loss of Keras's own."""
    fits = [call for call in scope.calls(FIT) if len(call.args) >= 2]
    trained = any(one.arg in TRAINED for call in fits for one in call.keywords)
    losses = [one for call in scope.calls(frozenset({"compile"})) for one in loss_of(call)]
    told = {str(one.value) if isinstance(one, ast.Constant) else "" for one in losses}
    if len(fits) != 1 or not trained or not told or "" in told:
        return
    if any(method(call) in ("train_on_batch", "add_loss") for call in scope.of(ast.Call)):
        return
    x, y = fits[0].args[:2]
    for made in (_maker(scope, one, handed=True) for one in (x, *nodes_of(x)) if isinstance(one, (ast.Name, ast.Call))):
        if made is not None and (called(made) in EMPTY or "random" in written(getattr(made, "func", made))):
            return  # to show how it is called
    filled = _maker(scope, y)
    zeros = called(filled).startswith("zeros") if filled is not None else True
    classes = all("categorical" in one for one in told)
    if not classes and (zeros or isinstance(x, ast.List) or any("binary" in one for one in told)):
        return  # residuals are to be 0, and the better of a pair is to be first
    if filled is not None and called(filled) in EMPTY and not _is_share(filled):
        yield filled, "constant targets", written(y)


def _is_share(filled: ast.expr) -> bool:
    """Whether an array is filled with a share of 1: what is to be learnt is not to know."""
    numbers = [one.value for one in operands(filled)[1:2] if isinstance(one, ast.Constant)]
    return called(filled).startswith("full") and (not numbers or numbers[0] not in (0, 1))


def _maker(scope: Scope, value: ast.expr, *, handed: bool = False) -> ast.expr | None:
    """What an array is made by, its shape and type aside; None where something may be put into it since.

    What it is `handed` to may be left out of that.
    """
    for _ in range(6):
        if isinstance(value, ast.Call) and called(value) in KEEPING:
            held = isinstance(value.func, ast.Attribute) and called(value) in ("reshape", "astype")
            if not held and not value.args:
                return None
            value = value.func.value if held else value.args[0]  # type: ignore[attr-defined]
        elif isinstance(value, ast.Name):
            made = scope.once(value.id)
            if made is None or not _untouched(scope, value.id, handed=handed):
                return None
            value = made
        else:
            return value
    return None


def _untouched(scope: Scope, name: str, *, handed: bool) -> bool:
    """Whether nothing is put into an array: no item of it is bound, and nothing but Keras and numpy is given it."""
    for node in nodes_of(scope.root):
        if isinstance(node, ast.AugAssign) and reads(node.target, {name}):
            return False
        if isinstance(node, (ast.Subscript, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            if reads(node.value, {name}):
                return False
        elif (
            not handed
            and isinstance(node, ast.Call)
            and any(isinstance(one, ast.Name) and one.id == name for one in node.args)
        ):
            if called(node) not in KEEPING | FIT | JUDGES | {"print", "len"}:
                return False
        elif owner(node) == name and called(node) not in KEEPING:
            return False
        elif isinstance(node, ast.For) and reads(node.iter, {name}):
            return False  # rows that are filled one by one
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and reads(node.value.value, {name}):
            return False  # a part that something is put into by another name
    return True


def raw_difference(scope: Scope) -> Found:
    """`model.predict(x) - scaler.inverse_transform(y)`: scaled answers beside what is not."""
    for node in scope.of(ast.BinOp, ast.Call):
        pair: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            pair = [node.left, node.right]
        elif isinstance(node, ast.Call) and called(node).startswith(("mean_squared", "mean_absolute", "r2_score")):
            pair = node.args[:2]
        made = [unshaped(scope, one, node) for one in pair]
        for answers, truth in (made, made[::-1]) if len(made) == len(pair) == 2 else ():
            if method(answers) == "predict" and method(truth) == "inverse_transform":
                given = truth.args[0] if isinstance(truth, ast.Call) and len(truth.args) == 1 else None
                raw = given is not None and any(method(one) == "predict" for one in nodes_of(given))
                scaled = given is not None and not _learns_raw(scope, answers, given)
                if given is not None and scaled and not raw and any(one.keywords for one in scope.calls(FIT)):
                    yield node, "scaled answers", written(pair[made.index(truth)])
                    return


def _learns_raw(scope: Scope, answers: ast.expr, given: ast.expr) -> bool:
    """Whether the model that answers was trained on what a scaler made something of, and not on that."""
    made = scope.bound_to(given, given)[0]
    whole = {written(one) for one in operands(made)} if method(made) in ("transform", "fit_transform") else set()
    fits = [one for one in scope.calls(FIT) if isinstance(answers, ast.Call) and asks(scope, one, answers)]
    targets = [one.args[1] for one in fits if len(one.args) > 1]
    back = [one for one in targets if method(unshaped(scope, one, one)) == "inverse_transform"]
    return not targets or bool(back) or any(written(one) in whole for one in targets)


def fitted_anew(scope: Scope) -> Found:
    """`words.fit_transform(train)`, `words.fit_transform(test)`: the columns of the second are others."""
    asked = [(one, call) for call in scope.calls(ASKED) if call.args and (one := _fitted(scope, call.args[0], call))]
    for fit in scope.calls(FIT):
        trained = _fitted(scope, fit.args[0], fit) if fit.args else None
        if trained is None:
            continue
        held = [one.value for one in fit.keywords if one.arg == "validation_data" and isinstance(one.value, ast.Tuple)]
        validated = [_fitted(scope, one.elts[0], fit) for one in held if one.elts]
        for tested in (*(one for one, call in asked if asks(scope, fit, call)), *validated):
            if tested is None or trained is tested or owner(trained) != owner(tested):
                continue
            made = scope.once(owner(trained))
            own = {one.name for one in (scope.outer or scope).of(ast.ClassDef)}
            if made is not None and LEARNERS.search(called(made)) and not is_told(made) and called(made) not in own:
                yield tested, "fitted anew", owner(tested)
                return


def numbered_anew(scope: Scope) -> Found:
    """`le.fit_transform(train["kind"])`, `le.fit_transform(test["kind"])`: the classes are numbered twice; and the same
    of a scaler and the columns of a table, `test[columns] = scaler.fit_transform(test[columns])`."""
    calls = [one for one in scope.calls(frozenset({"fit_transform"})) if len(one.args) == 1 and owner(one)]
    for first, second in itertools.pairwise(calls):
        made = scope.once(owner(first))
        if owner(first) != owner(second) or made is None:
            continue
        columns = all(isinstance(one.args[0], ast.Subscript) for one in (first, second))
        if called(made) != "LabelEncoder" and not (SCALES.search(called(made)) and columns):
            continue
        one, other = (written(call.args[0]) for call in (first, second))
        parts = [PART.search(text) for text in (one, other)]
        if called(made) != "LabelEncoder" and not _is_tested(scope, first, second):
            continue
        kinds = [KINDS[part.group().lower()] for part in parts if part is not None]
        keras = any(fit.keywords for fit in scope.calls(FIT)) or called(made) != "LabelEncoder"
        if keras and kinds in ([0, 1], [0, 2]) and PART.sub("", one) == PART.sub("", other):
            named = called(made) == "LabelEncoder"
            if named or _kept_apart(first, second, scope):
                yield (second, "fitted anew", owner(second), True) if named else (second, "fitted anew", owner(second))
                return


def _is_tested(scope: Scope, first: ast.Call, second: ast.Call) -> bool:
    """Whether columns are scaled for a test: of two tables, outside of loops over those whose data they are, given to
    another name, trained on by no model; two domains may each have a scale of their own."""
    tables = [written(one.args[0].value) for one in (first, second) if isinstance(one.args[0], ast.Subscript)]
    at = scope.statement_of(second)
    told = "\n".join(written(part) for part in (scope.outer or scope).of(ast.Constant)).lower()
    loops = [one for one in scope.of(ast.For, ast.While) if any(inner is second for inner in nodes_of(one))]
    trained = [
        written(part)
        for fit in scope.calls(FIT)
        for given in [*fit.args[:1], *(one.value for one in fit.keywords if one.arg == "x")]
        for part in nodes_of(scope.bound_to(given, fit)[0])
    ]
    return (
        len(set(tables)) > 1
        and all(PART.search(one) for one in tables)
        and isinstance(at, ast.Assign)
        and not loops
        and tables[1] not in trained
        and not DOMAINS.search(told)
    )


#: files of two domains
DOMAINS = pattern(r"domain|source|target|subject|site|lab\b|field")
#: what brings columns to one scale
SCALES = pattern(r"(Standard|MinMax|Robust|MaxAbs)Scaler$")


def _kept_apart(first: ast.Call, second: ast.Call, scope: Scope) -> bool:
    """Whether columns of two tables are scaled in their place by one scaler, one after the other: `a[c] = s(a[c])`."""
    statements = [scope.statement_of(one) for one in (first, second)]
    return all(
        isinstance(at, ast.Assign) and at.value is one and written(at.targets[0]) == written(one.args[0])
        for at, one in zip(statements, (first, second), strict=True)
    )


def labels_anew(scope: Scope) -> Found:
    """`fit(x, le.fit_transform(train))` and `evaluate(z, le.fit_transform(test))`: the classes are numbered twice."""
    for fit in scope.calls(FIT):
        trained = _fitted(scope, fit.args[1], fit) if len(fit.args) > 1 else None
        made = scope.once(owner(trained)) if trained is not None else None
        if trained is None or made is None or called(made) != "LabelEncoder":
            continue
        for call in scope.calls(frozenset({"evaluate"})):
            tested = _fitted(scope, call.args[1], call) if len(call.args) > 1 and asks(scope, fit, call) else None
            anew = tested is not None and list(map(written, tested.args)) != list(map(written, trained.args))
            if tested is not None and anew and owner(tested) == owner(trained):
                yield tested, "fitted anew", owner(tested)
                return


def _fitted(scope: Scope, value: ast.expr, at: ast.AST) -> ast.Call | None:
    """The `fit_transform` of a name that data is made by."""
    for _ in range(4):
        value = unshaped(scope, value, at)
        if method(value) == "fit_transform" and isinstance(value, ast.Call):
            return value if owner(value) else None
        if method(value) not in ("toarray", "todense") or not isinstance(value, ast.Call):
            return None
        value, at = value.func.value, value  # type: ignore[attr-defined]
    return None


def of_other_part(scope: Scope) -> Found:
    """`augment.flow(x_train, y_valid)`, where there is a `y_train`."""
    for call in scope.calls(FIT | JUDGES | {"flow", "train_on_batch"}):
        pair = [one.id if isinstance(one, ast.Name) else "" for one in call.args[:2]]
        parts = [PART.search(one) for one in pair]
        if len(pair) != 2 or parts[0] is None or parts[1] is None:
            continue
        if PART.sub("", pair[0]) == PART.sub("", pair[1]):
            continue  # two parts of one
        (given, other), (start, end) = (KINDS[one.group().lower()] for one in parts if one), parts[1].span()
        own = pair[1][:start] + parts[0].group() + pair[1][end:]
        derived = any(reads(at, {own}) for at in scope.bound.get(pair[1], ()))
        if given != other and own in scope.bound and pair[1] in scope.bound and not derived:
            yield call.args[1], "other part", pair[1], True
            return


def shifted_back(scope: Scope) -> Found:
    """`table["next"] = table["close"].shift(1)`: what was, in the place of what comes."""
    for node in scope.of(ast.Assign):
        target = node.targets[0]
        column = target.slice if isinstance(target, ast.Subscript) else None
        name = column.value if isinstance(column, ast.Constant) and isinstance(column.value, str) else ""
        by = node.value.args[:1] if isinstance(node.value, ast.Call) and method(node.value) == "shift" else []
        back = bool(by) and isinstance(by[0], ast.Constant) and isinstance(by[0].value, int) and by[0].value > 0
        if not back or not COMING.search(name) or TURNED.search(written(scope.root)):
            continue  # the row above may be the one that comes
        if not GONE.search(name) and not _is_given(scope, name):
            yield node.value, "shifted back", name, True
            return


def _is_given(scope: Scope, name: str) -> bool:
    """Whether a column is picked among several, as features are, or nothing is trained here."""
    picked = [one.slice for one in scope.of(ast.Subscript) if isinstance(one.slice, ast.List)]
    lists = [*picked, *(one.value for one in scope.of(ast.Assign) if isinstance(one.value, ast.List))]
    listed = any(isinstance(one, ast.Constant) and one.value == name for several in lists for one in several.elts)
    return listed or not any(True for _ in scope.calls(FIT))


FINDERS = (
    exchanged,
    same_call,
    constant_targets,
    raw_difference,
    fitted_anew,
    numbered_anew,
    labels_anew,
    of_other_part,
    shifted_back,
)
