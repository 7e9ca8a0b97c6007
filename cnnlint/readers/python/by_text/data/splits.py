"""How a program parts its data into what trains and what judges, by its text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeAlias, TypeGuard

from cnnlint.graph.misuses import Misuse
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import FIT, JUDGES, TRAINED, asks, data_of, validated
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, owner, reads
from cnnlint.readers.python.text.written import written

Found: TypeAlias = Iterator[tuple[ast.expr, Misuse, str] | tuple[ast.expr, Misuse, str, bool]]
Path: TypeAlias = list[ast.AST]

#: methods of a tf.data pipeline that leave elements out
CUTTING = frozenset({"take", "skip", "shard", "filter", "take_while", "window", "sample"})
#: what makes a pipeline
MADE = r"Dataset\.(from_|range|list_files|zip)|TFRecordDataset|_dataset_from_directory"
#: methods of a pipeline that each make another one
STREAMING = frozenset(
    {"map", "batch", "shuffle", "repeat", "prefetch", "cache", "filter", "take", "skip", "padded_batch"}
)
#: pipelines that may yield other elements each time
DRAWN = pattern(r"from_generator|random", re.IGNORECASE)
#: functions that begin chance anew: `np.random.seed`, `keras.utils.set_random_seed`, and those of a program's own
SEEDING = pattern(r"seed|set_state", re.IGNORECASE)
#: what makes samples of a rare class out of others of it, or doubles them (imbalanced-learn)
RESAMPLING = frozenset({"fit_resample", "fit_sample"})
OVERSAMPLER = pattern(r"SMOTE|ADASYN|OverSampler")
#: what learns from data how to change it (scikit-learn)
SCALER = pattern(r"(StandardScaler|MinMaxScaler|RobustScaler|MaxAbsScaler|QuantileTransformer|PowerTransformer|PCA)\b")
#: how far back a pipeline is followed from name to name
STEPS = 12


def split_apart(scope: Scope) -> Found:
    """`a, b = train_test_split(x, random_state=1)`, `c, d = train_test_split(y, random_state=2)`: two orders."""
    for call in scope.calls(FIT):
        given = [one.id if isinstance(one, ast.Name) else "" for one in call.args[:2]]
        splits = [_split_of(scope, name) for name in given]
        if len(splits) != 2 or splits[0] is None or splits[1] is None:
            continue
        (first, place), (second, other) = splits[0], splits[1]
        states = [_state(one) for one in (first, second)]
        if first is second or place != other or None in states or written(first.args[0]) == given[1]:
            continue
        if states[0] != states[1] or (states[0] == "" and not _begun_anew(scope)):
            yield second, "split apart", given[1]
            return


def _begun_anew(scope: Scope) -> bool:
    """Whether chance is given a state twice: both may go on from the same."""
    calls = [node for node in scope.of(ast.Call) if SEEDING.search(written(node.func))]
    return len(calls) > 1


def _split_of(scope: Scope, name: str) -> tuple[ast.Call, int] | None:
    """The call that parts one array in two, of which a name is a part, and which part it is."""
    found: list[tuple[ast.Call, int]] = []
    for statement in scope.bound.get(name, ()):
        value = statement.value if isinstance(statement, ast.Assign) else None
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if _splits(value) and isinstance(target, ast.Tuple) and len(value.args) == 1:
            places = [at for at, one in enumerate(target.elts) if isinstance(one, ast.Name) and one.id == name]
            found += [(value, at) for at in places]
        elif not reads(value or statement, {name}):
            return None
    return found[0] if len(found) == 1 else None


def _state(call: ast.Call) -> str | None:
    """The state that a split starts from, "" for none; None where that, or whether it shuffles, is not told."""
    given = {one.arg: one.value for one in call.keywords}
    if None in given or "shuffle" in given or "stratify" in given:
        return None
    state = given.get("random_state")
    if state is None or (isinstance(state, ast.Constant) and state.value is None):
        return ""
    return repr(state.value) if isinstance(state, ast.Constant) else None


def resampled(scope: Scope) -> Found:
    """`x, y = SMOTE().fit_resample(x, y)` before `train_test_split(x, y)`: copies and their models on both sides."""
    for made in scope.of(ast.Assign):
        call = made.value
        if not (isinstance(call, ast.Call) and method(call) in RESAMPLING):
            continue
        maker = scope.once(owner(call)) if owner(call) else None
        if not OVERSAMPLER.search(written(maker or call.func)):
            continue
        names = {one.id for target in made.targets for one in nodes_of(target) if isinstance(one, ast.Name)}
        split = next((one for one in scope.of(ast.Call) if _splits_any(one, names) and line(one) > line(made)), None)
        if split is None:
            continue
        between = [at for name in names for at in scope.bound[name] if line(made) < line(at) < line(split)]
        if not any(isinstance(at, ast.Assign) and not reads(at.value, names) for at in between):
            yield call, "resampled before", written(made.targets[0]).strip("()")
            return


def fitted_before(scope: Scope) -> Found:
    """`x = StandardScaler().fit_transform(x)` before `train_test_split(x, y)`, or before `x[:n]` and `x[n:]`."""
    keras = any(one.arg in TRAINED for call in scope.calls(FIT) for one in call.keywords)
    for made in scope.of(ast.Assign) if keras else ():
        call, target = made.value, made.targets[0]
        if not (isinstance(call, ast.Call) and method(call) == "fit_transform" and isinstance(target, ast.Name)):
            continue
        maker = scope.once(owner(call)) if owner(call) else None
        if not SCALER.search(written(maker or call.func)) or len(call.args) != 1:
            continue
        fitted = {one.id for one in nodes_of(call.args[0]) if isinstance(one, ast.Name)}
        if any(isinstance(at, ast.Assign) and _splits(at.value) for name in fitted for at in scope.bound.get(name, ())):
            continue  # what trains, parted once more to validate with
        name, later = target.id, [at for at in scope.bound[target.id] if line(at) > line(made)]
        split = next((one for one in scope.of(ast.Call) if _splits_any(one, {name}) and line(one) > line(made)), None)
        sides = {_side(one, name) for one in scope.of(ast.Subscript) if line(one) > line(made)}
        first = min((line(at) for at in later), default=None)
        # what tests may begin with what its first window needs: `x[n - 60:]`
        places = {place.partition(" - ")[0] for side, place in sides if side == "behind"}
        parted = any(("before", place) in sides for place in places)
        if (split is not None and (first is None or first >= line(split))) or (parted and not later):
            yield call, "fitted before", name
            return


def _side(value: ast.Subscript, name: str) -> tuple[str, str]:
    """Which side of an array an expression takes, and where it is cut: `x[:n]`, `x[n:len(x)]`."""
    part = value.slice.elts[0] if isinstance(value.slice, ast.Tuple) and value.slice.elts else value.slice
    if written(value.value) != name or not isinstance(part, ast.Slice) or part.step is not None:
        return "", ""
    lower, upper = (written(one) if one is not None else "" for one in (part.lower, part.upper))
    if lower in ("", "0") and upper not in ("", f"len({name})"):
        return "before", upper
    return ("behind", lower) if lower not in ("", "0") and upper in ("", f"len({name})") else ("", "")


def _splits(node: ast.AST | None) -> TypeGuard[ast.Call]:
    """Whether an expression parts arrays at random."""
    return node is not None and called(node).endswith("train_test_split")


def _splits_any(node: ast.AST, names: set[str]) -> bool:
    """Whether an expression parts one of these arrays at random."""
    return _splits(node) and any(reads(one, names) for one in node.args)


def taken_twice(scope: Scope) -> Found:
    """`train = data.take(n)` beside `val = data.take(m)`, or beside `data.skip(n)` of a pipeline that is shuffled anew
    each time that it is gone through."""
    pairs: list[tuple[ast.expr, ast.expr, bool]] = [(x, validation, False) for x, validation in validated(scope)]
    pairs += [(x, tested, True) for x, tested in _judged(scope)]
    for x, validation, only_judged in pairs:
        trains, judges = path_of(scope, x), path_of(scope, validation)
        same = next((at for at, (a, b) in enumerate(zip(trains, judges, strict=False)) if a is not b), None)
        same = min(len(trains), len(judges)) if same is None else same
        if same == 0 or any(DRAWN.search(_with_functions(scope, one)) for one in trains[:same]):
            continue
        cuts = [[method(one) for one in path[same:] if method(one) in CUTTING] for path in (trains, judges)]
        if cuts[1] == ["take"] and cuts[0] in ([], ["take"]) and not only_judged:
            yield validation, "taken twice", written(validation)
            return
        if sorted(map(tuple, cuts)) == [("skip",), ("take",)] and _reshuffles(trains[:same]):
            yield validation, "reshuffled", written(validation)
            return


def _with_functions(scope: Scope, step: ast.AST) -> str:
    """A step of a pipeline as it is written, with the function of the file that is mapped over it."""
    names = [one.id for one in getattr(step, "args", ()) if isinstance(one, ast.Name)]
    return " ".join(map(written, (step, *(scope.helpers[one] for one in names if one in scope.helpers))))


def _judged(scope: Scope) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What each call that trains reads, and what the same model is judged on behind it, where both are one stream."""
    for fit in scope.calls(FIT):
        for judge in scope.calls(JUDGES):
            if asks(scope, fit, judge) and line(fit) < line(judge):
                one, other = data_of(fit), data_of(judge)
                if isinstance(one, ast.Name) and isinstance(other, ast.Name) and one.id != other.id:
                    yield one, other


def is_told(maker: ast.expr) -> bool:
    """Whether what fits itself to data was told beforehand what it would learn, or learns nothing."""
    given = {one.arg for one in getattr(maker, "keywords", ())}
    return called(maker).startswith("Hashing") or not given.isdisjoint({"vocabulary", "categories", "classes", None})


def folds_of(scope: Scope, iterated: ast.expr) -> tuple[ast.Call, ast.Call] | None:
    """The call that parts rows into folds, and the one that made what parts them: `enumerate(KFold(5).split(x))`."""
    if called(iterated) == "enumerate" and isinstance(iterated, ast.Call) and iterated.args:
        iterated = iterated.args[0]
    if method(iterated) != "split" or not isinstance(iterated, ast.Call):
        return None
    maker = scope.resolved(iterated.func.value)  # type: ignore[attr-defined]
    return (iterated, maker) if isinstance(maker, ast.Call) else None


def path_of(scope: Scope, value: ast.expr) -> Path:
    """The calls of methods by which a pipeline is made, the first of them first, behind what they begin with."""
    calls: Path = []
    at, place = line(value), value
    for _ in range(STEPS):
        while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
            calls.append(value)
            value = value.func.value
        if not isinstance(value, ast.Name):
            break
        earlier = [one for one in scope.bound.get(value.id, ()) if line(one) < at and not scope.left(one, place)]
        last = max(earlier, key=line, default=None)
        single = isinstance(last, ast.Assign) and len(last.targets) == 1 and isinstance(last.targets[0], ast.Name)
        if not (isinstance(last, ast.Assign) and single and isinstance(last.value, (ast.Call, ast.Name))):
            # names that one statement binds stand for different things
            calls += [last, *_stored(last, value.id)] if last is not None else []
            break
        value, at, place = last.value, line(last), last.value
    return calls[::-1]


def _stored(statement: ast.AST, name: str) -> list[ast.Name]:
    """The places of a statement that bind a name."""
    names = (one for one in nodes_of(statement) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    return [one for one in names if one.id == name]


def _reshuffles(path: Path) -> bool:
    """Whether a pipeline yields its elements in another order each time."""
    moved = False
    for call in path:
        if method(call) == "cache":
            moved = False
        elif method(call) == "shuffle" and isinstance(call, ast.Call):
            given = {one.arg: one.value for one in call.keywords}
            kept = len(call.args) > 2 or None in given or "reshuffle_each_iteration" in given
            moved = not kept
    return moved


FINDERS = (fitted_before, split_apart, resampled, taken_twice)
