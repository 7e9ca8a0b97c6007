"""What answers are compared with, and when they are asked for, by the text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found
from cnnlint.readers.python.by_text.fits import FIT, JUDGES, TRAINED, asks, data_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, one_by_one, operands, owner, reads
from cnnlint.readers.python.text.written import written

#: functions that compare answers with what is true, of scikit-learn and Keras
COMPARING = pattern(
    r"(_score|_error|_report|_matrix|_loss|_curve|coef|_deviance)$|^(categorical_accuracy|mean_squared_error)$"
)
#: what makes classes of answers, and changes their shape
KEEPING = frozenset(
    {
        *("argmax", "round", "rint", "astype", "reshape", "flatten", "ravel", "squeeze", "where", "array", "asarray"),
        *("inverse_transform", "softmax", "sigmoid", "numpy", "expand_dims", "int", "max", "amax", "reduce_max"),
    }
)
LIBRARIES = pattern(r"^(np|numpy|tf|tf\.nn|tf\.math|K|keras\.ops|ops)$")
#: how a split or a data set names its parts: features, features, labels, labels
PARTED = 4


def answers_of(scope: Scope, value: ast.expr, at: ast.AST) -> ast.Call | None:
    """The call of `predict` that an expression is made of, if only of its classes."""
    for _ in range(10):
        value, at = scope.bound_to(value, at)
        if method(value) in ("predict", "predict_proba", "predict_generator") and isinstance(value, ast.Call):
            return value
        if isinstance(value, (ast.Subscript, ast.Attribute)):
            value = value.value
        elif isinstance(value, (ast.Compare, ast.BinOp)):
            if isinstance(value, ast.BinOp) and not isinstance(value.right, ast.Constant):
                return None
            value = value.left
        elif isinstance(value, ast.Call) and called(value) in KEEPING:
            free = isinstance(value.func, ast.Name) or LIBRARIES.match(written(value.func).rpartition(".")[0])
            inner = value.args[0] if value.args and (free or method(value) == "inverse_transform") else None
            inner = inner if inner is not None or isinstance(value.func, ast.Name) else value.func.value  # type: ignore[attr-defined]
            if inner is None:
                return None
            value = inner
        elif isinstance(value, ast.ListComp) and isinstance(value.generators[0].iter, ast.Name):
            value = value.generators[0].iter
        else:
            return None
    return None


def _side(scope: Scope, value: ast.expr, at: ast.AST) -> tuple[ast.AST, int, int] | None:
    """The split that a name is a part of, which of its arrays, and whether the first or the second part; names that are
    bound again to what is made of themselves are still of that part."""
    if not isinstance(value, ast.Name):
        return None
    bound = sorted((one for one in scope.bound.get(value.id, ()) if line(one) < line(at)), key=line)
    made = bound[0] if bound else None
    if not isinstance(made, ast.Assign) or not isinstance(made.targets[0], ast.Tuple):
        return None
    for again in bound[1:]:
        same = isinstance(again, (ast.Assign, ast.AugAssign)) and reads(again.value, {value.id})
        if not same and not isinstance(again, ast.AugAssign):
            return None
    parts, call = made.targets[0].elts, made.value
    if called(call) == "train_test_split" and "train_test_split" not in scope.helpers:
        given = getattr(call, "args", ())
        places = [at for at, one in enumerate(parts) if isinstance(one, ast.Name) and one.id == value.id]
        return (made, places[0] // 2, places[0] % 2) if len(places) == 1 and len(parts) == 2 * len(given) else None
    if called(call) == "load_data" and all(isinstance(one, ast.Tuple) and len(one.elts) == 2 for one in parts):
        for part, pair in enumerate(parts):
            for kind, one in enumerate(pair.elts):  # type: ignore[attr-defined]
                if isinstance(one, ast.Name) and one.id == value.id:
                    return made, kind, part
    return None


def of_other_rows(scope: Scope) -> Found:
    """`accuracy_score(y_test, model.predict(x_train))`: the answers are those to other samples."""
    for call in scope.of(ast.Call):
        pair = call.args[:2]
        if len(pair) != 2 or not COMPARING.search(called(call)):
            continue
        for truth, answers in (pair, pair[::-1]):
            asked = answers_of(scope, answers, call)
            given = data_of(asked) if asked is not None else None
            sides = [_side(scope, given, asked or call) if given is not None else None, _side(scope, truth, call)]
            features, labels = sides
            if features is None or labels is None or features[0] is not labels[0]:
                continue
            if features[1] != labels[1] and features[2] != labels[2]:
                yield truth, "other rows", written(given or truth)
                return


def split_unused(scope: Scope) -> Found:
    """`fit(x, y)` of what `train_test_split(x, y)` has parted, and `evaluate(x_test, y_test)` of a part of it."""
    for made in scope.of(ast.Assign):
        call, target = made.value, made.targets[0]
        if called(call) != "train_test_split" or "train_test_split" in scope.helpers or not isinstance(call, ast.Call):
            continue
        whole = [one.id if isinstance(one, ast.Name) else "" for one in call.args[:2]]
        parts = [one.id if isinstance(one, ast.Name) else "" for one in getattr(target, "elts", ())]
        if len(whole) != 2 or not all(whole) or len(parts) != PARTED or set(whole) & set(parts):
            continue
        fits = [one for one in scope.calls(FIT) if line(one) > line(made) and data_of(one) is not None]
        keras = [one for one in fits if any(word.arg in TRAINED for word in one.keywords)]
        if len(keras) != 1 or any(reads(one, {parts[0]}) for one in fits):
            continue
        trained = [written(one) for one in keras[0].args[:2]]
        again = [at for name in whole for at in scope.bound.get(name, ()) if line(made) < line(at) < line(keras[0])]
        judged = [one for one in scope.calls(JUDGES | {"predict"}) if line(one) > line(keras[0])]
        tests = any(asks(scope, keras[0], one) and _is(data_of(one), parts[1]) for one in judged)
        if trained == whole and not again and tests:
            yield keras[0].args[0], "split unused", parts[1]
            return


def _is(value: ast.expr | None, name: str) -> bool:
    return isinstance(value, ast.Name) and value.id == name


def asked_early(scope: Scope) -> Found:
    """`answers = model.predict(x_test)` above the `fit`, and a score of them: the model has learnt nothing yet."""
    for fit in scope.calls(FIT):
        if not any(one.arg in TRAINED for one in fit.keywords) or not owner(fit):
            continue
        every = [one for one in scope.calls(JUDGES | {"predict"}) if owner(one) == owner(fit)]
        early = [one for one in every if line(one) < line(fit) and scope.ran_before(scope.statement_of(one), fit)]
        made = scope.once(owner(fit))
        if len(early) != len(every) or not early or made is None:
            continue
        asked = {written(one.args[0]) for one in early if one.args}
        later = [one for one in scope.calls(JUDGES | {"predict"}) if line(one) > line(fit) and one.args]
        later += [one for one in scope.of(ast.Call) if written(one.func) == owner(fit) and line(one) > line(fit)]
        if asked & {written(one.args[0]) for one in later if one.args}:
            continue  # to see what it has learnt
        if not _is_new(scope, made, owner(fit)):
            continue
        for ask in early:
            if line(made) < line(ask) and _counts(scope, ask):
                yield ask, "asked early", owner(fit)
                return


#: what a model has learnt before it is trained here, or is trained by elsewhere
LEARNT = pattern(r"load_weights|load_model|weights=['\"]|set_weights|restore|from_pretrained|train_on_batch|custom")


def _is_new(scope: Scope, made: ast.expr, name: str) -> bool:
    """Whether a model is made here, of new layers, and handed to nobody, also by no function that knows it by name."""
    for function in (*scope.helpers.values(), *scope.of(ast.FunctionDef)):
        if any(isinstance(one, ast.Name) and one.id == name for one in nodes_of(function)):
            return False
    handed = any(
        any(isinstance(at, ast.Name) and at.id == name for at in (*one.args, *(word.value for word in one.keywords)))
        for one in scope.of(ast.Call)
    )
    return called(made) in ("Sequential", "Model") and not handed and not LEARNT.search(written(scope.root))


def _counts(scope: Scope, ask: ast.Call) -> bool:
    """Whether what a model answers is compared with what is true, or written into a file."""
    for call in scope.of(ast.Call):
        given = [*call.args, *(one.value for one in call.keywords)]
        if called(call) in ("savetxt", "DataFrame"):
            given = [one for part in given for one in nodes_of(part) if isinstance(one, (ast.Name, ast.Call))]
        elif not COMPARING.search(called(call)):
            continue
        if any(answers_of(scope, one, call) is ask for one in given):
            return True
    return False


#: functions that a figure is printed through
PRINTING = frozenset({"print", "round", "str", "float", "np", "format"})


def judged_on_training(scope: Scope) -> Found:
    """`test_loss, test_acc = model.evaluate(x_train, y_train)` of what `fit` was given."""
    fits = [call for call in scope.calls(FIT) if len(call.args) >= 2]
    for node in scope.of(ast.Assign):
        call = node.value
        if not isinstance(call, ast.Call) or method(call) != "evaluate":
            continue
        names = [one.id for target in node.targets for one in nodes_of(target) if isinstance(one, ast.Name)]
        given = call.args[:2]
        tested = bool(names) and all(re.search(r"(?<![a-z])test", one, re.IGNORECASE) for one in names)
        if len(given) < 2 or not (tested or any(_is_shown(scope, one) for one in names)):
            continue
        told = any("test" in one.id.lower() for part in given for one in nodes_of(part) if isinstance(one, ast.Name))
        for fit in fits:
            same = asks(scope, fit, call) and [written(a) for a in fit.args[:2]] == [*map(written, given)]
            pairs = zip(fit.args[:2], given, strict=True)
            if (
                same
                and not told
                and all(
                    scope.bound_to(a, fit)[0] is scope.bound_to(b, call)[0] or _unmoved(scope, a, fit, call)
                    for a, b in pairs
                )
            ):
                yield call, "judged on training", names[-1], True
                return


def _is_shown(scope: Scope, name: str) -> bool:
    """Whether a name is bound once and printed as the figure of a test: `print("test accuracy:", score[1])`."""
    prints = [call for call in scope.of(ast.Call) if called(call) == "print" and reads(call, {name})]
    told = [re.search(r"\btest\b", written(call), re.IGNORECASE) for call in prints]
    others = any(  # beside other figures it is not told whose the word is
        isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load) and one.id not in (name, *PRINTING)
        for call in prints
        for one in nodes_of(call)
    )
    trained = any(re.search("train|fit|seen|sanity", one, re.IGNORECASE) for one in (name, *map(written, prints)))
    return len(scope.bound.get(name, ())) == 1 and any(told) and not others and not trained


def _unmoved(scope: Scope, value: ast.expr, first: ast.AST, second: ast.AST) -> bool:
    """Whether a name is not bound again between two places."""
    lines = (first.lineno, second.lineno)  # type: ignore[attr-defined]
    bound = scope.bound.get(value.id, ()) if isinstance(value, ast.Name) else ()
    return isinstance(value, ast.Name) and not any(lines[0] <= one.lineno <= lines[1] for one in bound)  # type: ignore[attr-defined]


#: what weights may come from besides a training
BROUGHT = pattern(
    r"load_model|load_weights|set_weights\((?!(\w+\.)*get_weights)|restore|getattr|joblib|pickle|from_pretrained|time\(\)|Process\(|Thread\("
)
TRAINING = frozenset({"fit", "train_on_batch", "apply_gradients", "minimize", "fit_generator"})


def never_learnt(scope: Scope) -> Found:
    """`class Agent: def learn(self): … self.model.fit(…)`, and a file that steps through its world with an agent, and
    never calls `learn`."""
    if not isinstance(scope.root, ast.Module):
        return
    nodes = nodes_of(scope.root)
    classes = [one for one in nodes if isinstance(one, ast.ClassDef) and not one.bases]
    methods = [(owner_of, one) for owner_of in classes for one in owner_of.body if isinstance(one, ast.FunctionDef)]
    trains = [one for one in nodes if isinstance(one, ast.Call) and method(one) in TRAINING]
    training = set(map(id, trains))
    own = [(cls, one) for cls, one in methods if trains and not training.isdisjoint(map(id, nodes_of(one)))]
    if len(own) != 1 or own[0][1].decorator_list:
        return
    cls, learns = own[0]
    named = {one.attr for one in nodes if isinstance(one, ast.Attribute)}
    named |= {one.value for one in nodes if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    inside = {id(one) for one in nodes_of(learns)}
    made = any(isinstance(one, ast.Call) and called(one) == cls.name for one in nodes)
    loops = [one for one in nodes if isinstance(one, ast.For)]  # of `while` alone, it is a single episode
    steps = any(method(at) == "step" and len(operands(at)) == 1 for one in loops for at in nodes_of(one))
    asked = any(method(one) == "predict" for one in nodes if id(one) not in inside)
    alone = not learns.name.startswith("_") and learns.name not in named and all(id(one) in inside for one in trains)
    if not (alone and made and steps and asked) or BROUGHT.search(written(scope.root)):
        return
    if not _is_handed_on(nodes, cls.name):
        yield trains[0], "never learnt", learns.name


def _is_handed_on(nodes: list[ast.AST], cls: str) -> bool:
    """Whether an object of a class gets to where it may be trained, or stands beside another: it does but where all
    that is done with its name is to call its methods, and its class is called once."""
    makes = [one for one in nodes if isinstance(one, ast.Call) and called(one) == cls]
    names = {
        target.id
        for one in nodes
        if isinstance(one, ast.Assign)
        for target, value in one_by_one(one)
        if isinstance(target, ast.Name) and value in makes
    }
    whole = [one for one in nodes if isinstance(one, ast.Name) and one.id in names and isinstance(one.ctx, ast.Load)]
    asked = {id(one.value) for one in nodes if isinstance(one, ast.Attribute)}
    mentions = [one for one in nodes if isinstance(one, ast.Name) and one.id == cls]
    return len(names) != 1 or len(mentions) != 1 or any(id(one) not in asked for one in whole)


FINDERS = (never_learnt, of_other_rows, split_unused, asked_early, judged_on_training)


def named_by_value(scope: Scope) -> Iterator[tuple[ast.expr, str]]:
    """`NAMES[int(np.max(model.predict(x)))]`: the largest probability in the place of the class that has it."""
    for node in scope.of(ast.Subscript):
        made, at = scope.bound_to(node.slice, node)
        whole = (
            isinstance(made, ast.Call)
            and called(made) in ("int", "round", "astype")
            and not isinstance(node.ctx, ast.Store)
        )
        if not whole or not isinstance(made, ast.Call):
            continue
        inner = made.func.value if method(made) == "astype" else made.args[0] if made.args else None  # type: ignore[attr-defined]
        largest = scope.bound_to(inner, at)[0] if inner is not None else None
        if largest is None or called(largest) not in ("max", "amax", "reduce_max"):
            continue
        if answers_of(scope, largest, node) is not None:
            yield made, written(made)
            return
