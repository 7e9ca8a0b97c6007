"""What a program does to its targets, and how it prepares what it tests on, told from its text."""

from __future__ import annotations

import ast
import itertools
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.columns import kept_target, own_column
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, asks, loss_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, owner
from cnnlint.readers.python.text.written import written

ASKED = frozenset({"predict", "evaluate"})
FITTED = frozenset({"fit", "fit_transform"})
#: scores of scikit-learn that have the unit of the targets, or compare in it
QUANTITIES = frozenset({"mean_absolute_error", "mean_squared_error", "r2_score", "root_mean_squared_error"})
#: what leaves it to its argument which words or columns there are
HANDING = frozenset({"pad_sequences", "array", "asarray", "transform", "fit_transform", "sequence_padding"})
#: what changes the axes of an array, and none of its numbers
AXES = frozenset({"reshape", "flatten", "ravel", "squeeze", "expand_dims", "copy", "astype"})
NUMBERED = frozenset({"texts_to_sequences", "texts_to_matrix"})
#: a program that gives two tables the same columns
ALIGNED = pattern(r"\balign\(|reindex|\.columns\b|concat|get_missing|append\(|[Cc]ategor(y|ical)|categories")


def learnt_apart(scope: Scope) -> Found:
    """Texts of the test that another Tokenizer numbers than those that are trained on; columns that `get_dummies`
    makes of each table by itself."""
    for fit in scope.calls(FIT):
        trained = _numbering(scope, fit.args[0], fit) if fit.args else None
        asked = [(one.args[0], one) for one in scope.calls(ASKED) if one.args and asks(scope, fit, one)]
        held_out = next((one.value for one in fit.keywords if one.arg == "validation_data"), None)
        asked += [(held_out.elts[0], fit)] if isinstance(held_out, ast.Tuple) and held_out.elts else []
        for given, call in asked if trained is not None else ():
            tested = _numbering(scope, given, call)
            if trained is None or tested is None or trained is tested or called(trained) != called(tested):
                continue
            if called(trained) == "get_dummies":
                apart = written(trained.args[0]) != written(tested.args[0])
                told = any(  # which categories there are
                    one.arg in ("dtype", "columns")
                    for at in (trained, tested)
                    for made in (at, scope.bound_to(at.args[0], at)[0])
                    for one in getattr(made, "keywords", ())
                )
                if (
                    apart
                    and not told
                    and not any(ALIGNED.search(written(one)) for one in scope.of(ast.Assign, ast.AugAssign, ast.Expr))
                ):
                    yield tested, "columns apart", "the training"
                    break
            elif _fitted_between(scope, trained, tested) or _fitted_on_test(scope, trained, tested):
                yield tested, "words apart", "those that were trained on"
                break


def _numbering(scope: Scope, value: ast.expr, at: ast.AST) -> ast.Call | None:
    """The call that numbers words, or makes columns of categories, that data is made by."""
    for _ in range(6):
        value, at = scope.bound_to(value, at)
        if isinstance(value, ast.Attribute) and value.attr == "values":
            value = value.value
        elif method(value) in ("astype", "to_numpy", "copy") and isinstance(value, ast.Call):
            value = value.func.value  # type: ignore[attr-defined]
        elif method(value) in NUMBERED or called(value) == "get_dummies":
            return value if isinstance(value, ast.Call) and value.args else None
        elif isinstance(value, ast.Call) and called(value) in HANDING and value.args:
            value = value.args[0]
        else:
            return None
    return None


def _fitted_between(scope: Scope, trained: ast.Call, tested: ast.Call) -> bool:
    """Whether the second Tokenizer is another than the first that learns words of its own, or learns more words in
    between."""
    first, second = (scope.bound_to(one.func.value, one)[0] for one in (trained, tested))  # type: ignore[attr-defined]
    if called(first) != "Tokenizer" or called(second) != "Tokenizer" or not owner(tested):
        return False
    learns = [one for one in scope.calls(frozenset({"fit_on_texts"})) if owner(one) == owner(tested)]
    after = max(trained.lineno, second.lineno) if first is second else second.lineno
    taught = [one for one in scope.calls(frozenset({"fit_on_texts"})) if owner(one) == owner(trained)]
    known = {written(one.args[0]) for one in taught if one.args and one.lineno <= trained.lineno}
    return any(after < one.lineno <= tested.lineno and written(one.args[0]) not in known for one in learns if one.args)


def _fitted_on_test(scope: Scope, trained: ast.Call, tested: ast.Call) -> bool:
    """Whether all that a Tokenizer learns its words from are the texts of the test."""
    if not owner(trained) or owner(trained) != owner(tested) or "Tokenizer" not in map(called, scope.of(ast.Call)):
        return False
    learns = [one for one in scope.calls(frozenset({"fit_on_texts"})) if owner(one) == owner(trained) and one.args]
    texts = [written(one.args[0]) for one in (trained, tested)]
    return bool(learns) and texts[0] != texts[1] and all(written(one.args[0]) == texts[1] for one in learns)


def _scaler_of(value: ast.expr) -> str:
    """The scaler that a value was transformed by."""
    return owner(value) if method(value) in ("transform", "fit_transform") else ""


def refitted(scope: Scope) -> Found:
    """`sc.fit_transform(x)`, `sc.fit_transform(y)`, and then `sc.transform(x_test)`."""
    features, labels, tested = set[str](), set[str](), set[str]()
    for call in scope.calls(FIT):
        pair = [one.id if isinstance(one, ast.Name) else "" for one in call.args[:2]]
        if len(pair) == 2:
            features.add(pair[0])
            labels.add(pair[1])
    for call in scope.calls(ASKED):
        tested |= {one.id for one in call.args[:1] if isinstance(one, ast.Name)}
    learns = [
        (owner(one), one) for one in scope.calls(FITTED) if len(one.args) == 1 and isinstance(one.args[0], ast.Name)
    ]
    for (scaler, first), (other, second) in itertools.pairwise(learns):
        made = scope.standing(scaler, second) if scaler and scaler == other else None
        if made is None or not called(made.value).endswith("Scaler") or scope.standing(scaler, first) is not made:
            continue
        if first.args[0].id not in features - labels or second.args[0].id not in labels - features:  # type: ignore[attr-defined]
            continue
        for call in scope.calls(frozenset({"transform"})):
            late = owner(call) == scaler and call.lineno > second.lineno and scope.standing(scaler, call) is made
            again = any(one == scaler and second.lineno < other.lineno < call.lineno for one, other in learns)
            given = call.args[0] if len(call.args) == 1 else None
            if late and not again and isinstance(given, ast.Name) and given.id in tested - labels:
                yield call, "refitted", given.id
                return


def raw_targets(scope: Scope) -> Found:
    """`sy.inverse_transform(model.predict(x))` where the model was given `y`, and sy made something else of it."""
    for call in scope.calls(frozenset({"inverse_transform"})):
        answers = scope.bound_to(call.args[0], call)[0] if len(call.args) == 1 else None
        if answers is None or method(answers) != "predict" or not owner(call):
            continue
        learns = [one for one in scope.calls(FITTED) if owner(one) == owner(call)]
        given = {one.args[0].id for one in learns if len(one.args) == 1 and isinstance(one.args[0], ast.Name)}
        asked = [one for one in scope.calls(FIT) if isinstance(answers, ast.Call) and asks(scope, one, answers)]
        fits = [one for one in asked if len(one.args) >= 2]
        targets = {one.args[1].id if isinstance(one.args[1], ast.Name) else "" for one in fits}
        if len(learns) != 1 or len(fits) != 1 or not targets or targets != given:
            continue
        name = next(iter(targets))
        last = max(map(line, scope.bound.get(name, ())), default=0)
        if 0 < last < learns[0].lineno < fits[0].lineno and scope.standing(name, learns[0]) is not None:
            yield call, "raw targets", name
            return


def scaled_answers(scope: Scope) -> Found:
    """`mean_absolute_error(y_test, model.predict(x))` of a model that was trained on `sy.transform(y_train)`."""
    for call in scope.of(ast.Call):
        if called(call) not in QUANTITIES or len(call.args) < 2:
            continue
        answers, truth = scope.bound_to(call.args[1], call)[0], call.args[0]
        if method(answers) != "predict" or not isinstance(truth, ast.Name):
            continue
        for fit in scope.calls(FIT):
            if not isinstance(answers, ast.Call) or not asks(scope, fit, answers) or len(fit.args) < 2:
                continue
            targets, at = scope.bound_to(fit.args[1], fit)
            scaled = targets.args[0] if isinstance(targets, ast.Call) and _scaler_of(targets) and targets.args else None
            if isinstance(scaled, ast.Call) and method(scaled) in AXES:
                scaled = scaled.func.value  # type: ignore[attr-defined]
            if not isinstance(scaled, ast.Name):
                continue
            split, other = scope.standing(scaled.id, at), scope.standing(truth.id, call)
            given = not {scaled.id, truth.id} & set(scope.bound) and scaled.id.replace("train", "test") == truth.id
            parted = split is not None and split is other and called(split.value) == "train_test_split"
            if parted or (given and "inverse_transform" not in written(scope.root)):
                yield call, "scaled answers", truth.id
                return


def never_scaled_back(scope: Scope) -> Found:
    """`mean_squared_error(rain[n:, 0], model.predict(x))` of a model that was trained on `scaler.transform(rain[:n])`,
    where nothing is ever scaled back."""
    if any(True for _ in scope.calls(frozenset({"inverse_transform"}))):
        return
    scaled: dict[str, str] = {}
    by: dict[str, str] = {}
    for name, bound in scope.bound.items():
        made = [one.value for one in bound if isinstance(one, ast.Assign)]
        given = made[0].args[:1] if len(made) == len(bound) == 1 and isinstance(made[0], ast.Call) else []
        raw = given[0].value if given and isinstance(given[0], ast.Subscript) else given[0] if given else None
        if given and _scaler_of(made[0]) and isinstance(raw, ast.Name):
            maker = scope.once(_scaler_of(made[0]))
            if maker is not None and called(maker).endswith("Scaler"):
                scaled[name], by[name] = raw.id, _scaler_of(made[0])
    for call in scope.of(ast.Call) if scaled else ():
        if called(call) not in QUANTITIES or len(call.args) < 2:
            continue
        for truth, answers in (call.args[:2], call.args[1::-1]):
            asked, told = unshaped(scope, answers, call), _rows(scope.bound_to(truth, call)[0])
            for fit in scope.calls(FIT) if method(asked) == "predict" and told in scaled.values() else ():
                made = [
                    one.value
                    for one in scope.bound.get(written(fit.args[1]) if len(fit.args) > 1 else "", ())
                    if isinstance(one, ast.Assign)
                ]
                names = {one.id for value in made for one in nodes_of(value) if isinstance(one, ast.Name)}
                arrays = names & set(scope.bound)
                of_it = {scaled[one] for one in arrays & set(scaled)} == {told}
                # or another part of the same, scaled by the same
                own = {by[name] for name, raw in scaled.items() if raw == told}
                of_it = of_it or {by[one] for one in arrays & set(scaled)} == own
                same = isinstance(asked, ast.Call) and asks(scope, fit, asked)
                if same and len(made) == 1 and of_it and arrays <= {*scaled, *COUNTING}:
                    yield call, "scaled answers", written(truth)
                    return


#: what the length of a window may be called
COUNTING = frozenset({"n", "window", "look_back", "lookback", "time_step", "timesteps", "time_steps", "steps", "i"})


def _rows(value: ast.expr) -> str:
    """The array that rows and columns are taken of by their places."""
    while isinstance(value, ast.Subscript):
        value = value.value
    return value.id if isinstance(value, ast.Name) else ""


def not_shifted(scope: Scope) -> Found:
    """`given, wanted = words[:, :-1], words[:, :-1]`: the next word is the one that was given."""
    for call in scope.calls(FIT):
        if len(call.args) < 2:
            continue
        first = call.args[0]
        inputs = first.elts if isinstance(first, (ast.List, ast.Tuple)) else [first]
        wanted = scope.bound_to(call.args[1], call)[0]
        for one in inputs:
            named = isinstance(one, ast.Name) and isinstance(call.args[1], ast.Name) and one.id != call.args[1].id
            given, told = written(one), written(call.args[1])
            if len(inputs) > 1 and given == told and given.endswith("[:, 1:]"):  # the word that is to be said
                yield one, "not shifted", written(call.args[1])
                return
            if (
                named
                and _but_last(wanted)
                and written(scope.bound_to(one, call)[0]) == written(wanted)
                and _are_words(scope)
            ):
                yield wanted, "not shifted", written(call.args[1])
                return
    yield from _mapped(scope)
    yield from _copied(scope)


def _are_words(scope: Scope) -> bool:
    """Whether what is foretold are classes: numbers that are given back as they are may be an autoencoder's."""
    return re.search("crossentropy|CrossEntropy|Embedding", written(scope.root)) is not None


#: what moves a sequence by one, in the model itself
SHIFTING = pattern(r"ZeroPadding1D|Cropping1D|:-1|\.roll\(|shift|concat")


def _copied(scope: Scope) -> Found:
    """`fit([given, words], words)` of the words' own numbers, and windows whose answer is their own first value."""
    losses = [one for call in scope.calls(frozenset({"compile"})) for one in loss_of(call)]
    words = {one.value for one in losses if isinstance(one, ast.Constant)}
    begun = any(one.arg == "initial_state" for call in scope.of(ast.Call) for one in call.keywords)
    classes = "sparse_categorical_crossentropy" in words or (begun and "categorical_crossentropy" in words)
    for call in scope.calls(FIT) if classes else ():
        inputs = call.args[0].elts if call.args and isinstance(call.args[0], (ast.List, ast.Tuple)) else []
        wanted = call.args[1] if len(call.args) > 1 else None
        told = _numbers(scope, wanted, call) if wanted is not None else None
        if wanted is not None and told is not None and any(_numbers(scope, one, call) == told for one in inputs[1:]):
            text = written(scope.root)
            if re.search(r"LSTM|GRU|RNN|Atten|[Dd]ecoder|Transformer", text) and not SHIFTING.search(text):
                yield wanted, "not shifted", written(wanted)
                return
            break
    for call in scope.of(ast.Call):
        if called(call) == "timeseries_dataset_from_array" and (call.args or call.keywords):
            given = {one.arg: one.value for one in call.keywords}
            data = call.args[0] if call.args else given.get("data")
            targets = call.args[1] if len(call.args) > 1 else given.get("targets")
            length = given.get("sequence_length")
            several = length is not None and not (isinstance(length, ast.Constant) and length.value == 1)
            if not several or _only_asked(scope, call):
                continue
            if data is not None and targets is not None and _same_rows(scope, data, targets):
                yield targets, "own first", written(targets)
                return


def _only_asked(scope: Scope, made: ast.Call) -> bool:
    """Whether a stream is given to `predict` alone, which leaves its targets out."""
    names = {
        one.id
        for node in scope.of(ast.Assign)
        if node.value is made
        for one in node.targets
        if isinstance(one, ast.Name)
    }
    asked = [one for call in scope.calls(frozenset({"predict"})) for one in call.args[:1]]
    fitted = [one for call in scope.calls(FIT) for one in (*call.args, *(word.value for word in call.keywords))]
    given = [
        {one.id for value in values for one in nodes_of(value) if isinstance(one, ast.Name)}
        for values in (asked, fitted)
    ]
    return bool(names & given[0]) and not names & given[1]


def _numbers(scope: Scope, value: ast.expr, at: ast.AST) -> ast.expr | str | None:
    """What makes the numbers of an array that has a name, with an axis more or not: an expression, or the name where
    that is all that is known."""
    while isinstance(value, ast.Call) and called(value) in ("expand_dims", "array", "asarray") and value.args:
        value = value.args[0]
    made = scope.bound_to(value, at)[0]
    if not isinstance(value, ast.Name):
        return None
    return value.id if isinstance(made, ast.Name) else made


def _same_rows(scope: Scope, data: ast.expr, targets: ast.expr) -> bool:
    """Whether targets are the data, or a column of it, from the same row on: `data`, `data[:, 0]`, and `heat[a:b]`
    beside `data[a:b]` where the heat is such a column."""
    if isinstance(targets, ast.Subscript) and isinstance(targets.slice, ast.Slice):
        if not isinstance(data, ast.Subscript) or written(data.slice) != written(targets.slice):
            return False
        column = scope.bound_to(targets.value, targets)[0]
        return isinstance(column, ast.Subscript) and _same_rows(scope, data.value, column)
    if isinstance(targets, ast.Subscript) and isinstance(targets.slice, ast.Tuple):
        rows = targets.slice.elts[0]
        whole = isinstance(rows, ast.Slice) and rows.lower is None and rows.upper is None
        return whole and written(targets.value) == written(data)
    return isinstance(targets, ast.Name) and written(data) == targets.id


def unshaped(scope: Scope, value: ast.expr, at: ast.AST, *, whole: bool = True) -> ast.expr:
    """What a value is made by before its axes were changed: `x.reshape(…)`, `np.expand_dims(x, -1)`, and before a part
    of it was taken, `x[:, 0]`."""
    for _ in range(4):
        value, at = scope.bound_to(value, at)
        if isinstance(value, ast.Subscript) and whole:
            value = value.value
        elif isinstance(value, ast.Call) and called(value) in AXES and isinstance(value.func, ast.Attribute):
            library = isinstance(value.func.value, ast.Name) and value.func.value.id in ("np", "numpy")
            value = value.args[0] if library and value.args else value.func.value
        else:
            break
    return value


def other_scaler(scope: Scope) -> Found:
    """`sx.inverse_transform(model.predict(x))` where the features were scaled by sx, and the targets by sy."""
    for call in scope.calls(frozenset({"inverse_transform"})):
        answers = scope.bound_to(call.args[0], call)[0] if len(call.args) == 1 else None
        for fit in scope.calls(FIT) if answers is not None and method(answers) == "predict" and owner(call) else ():
            if len(fit.args) < 2 or not isinstance(answers, ast.Call) or not asks(scope, fit, answers):
                continue
            scalers = [_scaler_of(unshaped(scope, one, fit)) for one in fit.args[:2]]
            if scalers[0] == owner(call) and scalers[1] not in ("", scalers[0]):
                yield call, "other scaler", scalers[1]
                return


def _mapped(scope: Scope) -> Found:
    """The same in the function that is mapped over the sequences: `return words[:-1], words[:-1]`."""
    root = scope.root
    parameters = [one.arg for one in root.args.args] if isinstance(root, ast.FunctionDef) else []
    for node in scope.of(ast.Return) if len(parameters) == 1 else ():
        pair = node.value.elts if isinstance(node.value, ast.Tuple) else []
        values = [scope.bound_to(one, node)[0] for one in pair]
        same = len(values) == 2 and _but_last(values[0]) and written(values[0]) == written(values[1])
        if same and isinstance(values[1], ast.Subscript) and written(values[1].value) == parameters[0]:
            yield values[1], "not shifted", written(pair[1])
            return


def _but_last(value: ast.expr) -> bool:
    """Whether an expression is everything but the last: `words[:-1]`, `words[:, :-1]`."""
    if not isinstance(value, ast.Subscript):
        return False
    last = value.slice.elts[-1] if isinstance(value.slice, ast.Tuple) and value.slice.elts else value.slice
    return isinstance(last, ast.Slice) and last.lower is None and last.upper is not None and written(last.upper) == "-1"


FINDERS = (
    learnt_apart,
    refitted,
    raw_targets,
    scaled_answers,
    never_scaled_back,
    not_shifted,
    other_scaler,
    own_column,
    kept_target,
)
