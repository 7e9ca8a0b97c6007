"""Callbacks that a program makes and gives to no training, by its text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from cnnlint.graph import CallbackMisled, CallbackUnused
from cnnlint.readers.python.by_text.fits import FIT, TRAINED
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called, defined_once, loads, method
from cnnlint.readers.python.text.written import written

#: Keras's own, which do nothing but what `fit` asks them to
CALLBACKS = frozenset(
    {
        *("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau", "LearningRateScheduler", "TensorBoard"),
        *("CSVLogger", "TerminateOnNaN", "BackupAndRestore", "SwapEMAWeights"),
    }
)
#: those that act on the figure that they watch
WATCHING = frozenset({"EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau"})
#: figures that every version of Keras knows, and which end of them is the best
BEST = {"loss": "min", "val_loss": "min"} | dict.fromkeys(("acc", "accuracy", "val_acc", "val_accuracy"), "max")
#: what tells Keras's `fit` from a scaler's, or says how long a stream is read
KERAS = TRAINED | {"steps_per_epoch"}


@once
def misled(parsed: Parsed) -> tuple[CallbackMisled, ...]:
    """`EarlyStopping(monitor="val_loss", mode="max")`: a loss is made small, and an accuracy large."""
    if parsed.ast is None or not any(one in parsed.text for one in (*WATCHING, "Callback)", "tuner")):
        return ()
    text, found = SourceText(parsed.text), list[CallbackMisled]()
    for at, name, figure, instead in _read_by(parsed):
        why: Literal["renamed", "never stops"] = "renamed" if figure else "never stops"
        found.append(
            CallbackMisled(origin=origin_of(text, at), callback=name, monitor=figure, why=why, instead=instead)
        )
    own = {node.name for node in parsed.listing.of(ast.ClassDef)}
    for at, name, figure, how, instead in (*_too_late(parsed, own), *_searched(parsed)):
        found.append(
            CallbackMisled(origin=origin_of(text, at), callback=name, monitor=figure, why=how, instead=instead)
        )
    for call in parsed.listing.of(ast.Call):
        name = called(call)
        given = {one.arg: one.value for one in call.keywords}
        if name not in WATCHING - own or None in given:
            continue
        monitor, mode = (getattr(given.get(one), "value", None) for one in ("monitor", "mode"))
        alone = getattr(given.get("save_best_only"), "value", None) is True or name != "ModelCheckpoint"
        best = BEST.get(monitor) if isinstance(monitor, str) else None
        if best is not None and mode in ("min", "max") and mode != best and alone:
            origin = origin_of(text, call)
            found.append(
                CallbackMisled(origin=origin, callback=name, monitor=str(monitor), why="direction", instead=best)
            )
    return tuple(found)


#: a callback or a search: where, its class, what it watches, in which way it is misled, and the right thing
Misled: TypeAlias = Iterator[tuple[ast.expr, str, str, Literal["absent", "too late"], str]]
#: how long they wait where they are not told (keras/src/callbacks)
PATIENCE = {"EarlyStopping": 0, "ReduceLROnPlateau": 10}


def _too_late(parsed: Parsed, own: set[str]) -> Misled:
    """`ReduceLROnPlateau(patience=10)` beside `EarlyStopping(patience=5)`, which ends the training before."""
    made: dict[str, list[tuple[ast.Call, dict[str | None, ast.expr]]]] = {}
    for call in parsed.listing.of(ast.Call):
        if called(call) in PATIENCE.keys() - own:
            made.setdefault(called(call), []).append((call, {one.arg: one.value for one in call.keywords}))
    if sorted(map(len, made.values())) != [1, 1] or sum(method(one) in FIT for one in parsed.listing.of(ast.Call)) > 1:
        return
    (stop, stops), (_, lowers) = (made[one][0] for one in PATIENCE)
    waits = [
        getattr(given.get("patience"), "value", PATIENCE[name] if "patience" not in given else None)
        for name, given in zip(PATIENCE, (stops, lowers), strict=True)
    ]
    watched = [written(given["monitor"]) if "monitor" in given else "'val_loss'" for given in (stops, lowers)]
    plain = not stop.args and not any(
        {None, "min_delta", "epsilon", "start_from_epoch"} & given.keys() for given in (stops, lowers)
    )
    numbers = [one for one in waits if isinstance(one, int)]
    if plain and watched[0] == watched[1] and len(numbers) == 2 and numbers[1] > numbers[0]:
        at = made["ReduceLROnPlateau"][0][0]
        if not at.args and _together(parsed, [one[0][0] for one in made.values()]):
            yield at, "ReduceLROnPlateau", watched[0].strip("'"), "too late", str(numbers[0])


def _together(parsed: Parsed, calls: list[ast.Call]) -> bool:
    """Whether callbacks may be given to one training: in one list, or no list gathers any of them."""
    names = {id(one.value): written(one.targets[0]) for one in parsed.listing.of(ast.Assign)}
    lists: list[ast.List | ast.Tuple] = [*parsed.listing.of(ast.List), *parsed.listing.of(ast.Tuple)]
    gathered = [
        [at for at in calls if any(one is at or written(one) == names.get(id(at)) for one in node.elts)]
        for node in lists
    ]
    return not any(gathered) or any(len(one) == len(calls) for one in gathered)


#: the searches of KerasTuner
TUNERS = frozenset({"RandomSearch", "Hyperband", "BayesianOptimization", "GridSearch"})


def _searched(parsed: Parsed) -> Misled:
    """`RandomSearch(build, objective="val_accuracy")` of a function that compiles without a metric."""
    if not re.search(r"keras_?tuner", parsed.text):
        return
    functions = defined_once(parsed)
    for call in parsed.listing.of(ast.Call):
        given = {one.arg: one.value for one in call.keywords}
        build = call.args[0] if call.args else given.get("hypermodel")
        built = functions.get(build.id) if isinstance(build, ast.Name) else None
        aim = getattr(given.get("objective"), "value", None)
        if called(call) not in TUNERS or built is None or aim not in ("val_accuracy", "val_acc", "accuracy"):
            continue
        compiles = [one for one in nodes_of(built) if method(one) == "compile" and isinstance(one, ast.Call)]
        known = functions.keys() | {one.name for one in parsed.listing.of(ast.ClassDef)}
        others = [one for one in nodes_of(built) if isinstance(one, ast.Call) and called(one) in known]
        told = any(one.arg in (None, "metrics", "weighted_metrics") for at in compiles for one in at.keywords)
        if len(compiles) == 1 and not told and not others and len(compiles[0].args) < 3:
            yield call, called(call), str(aim), "absent", ""


def _read_by(parsed: Parsed) -> Iterator[tuple[ast.expr, str, str, str]]:
    """`logs.get("acc")` in a callback of the program's own, where `compile` is given "accuracy"; and
    `self.stop_training = True`, which is the model's."""
    compiled = [one for one in parsed.listing.of(ast.Call) if method(one) == "compile"]
    told = {
        one.value
        for call in compiled
        for word in call.keywords
        if word.arg == "metrics" and isinstance(word.value, ast.List)
        for one in word.value.elts
        if isinstance(one, ast.Constant)
    }
    for node in parsed.listing.of(ast.ClassDef):
        if not any(written(base).rpartition(".")[2] == "Callback" for base in node.bases):
            continue
        within = parsed.listing.within(node)
        stops = [one for one in within if isinstance(one, ast.Attribute) and one.attr == "stop_training"]
        own = [one for one in stops if written(one) == "self.stop_training"]
        if any(
            one.attr == "stop_training" and isinstance(one.ctx, ast.Load) for one in parsed.listing.of(ast.Attribute)
        ):
            own = []  # a loop of the program's own asks it
        if len(own) == len(stops) and own and all(isinstance(one.ctx, ast.Store) for one in own):
            yield own[0], node.name, "", ""
        for one in within:
            key: ast.expr | None = None
            if isinstance(one, ast.Subscript) and written(one.value) == "logs" and isinstance(one.ctx, ast.Load):
                key = one.slice
            elif method(one) == "get" and isinstance(one, ast.Call) and written(one.func) == "logs.get" and one.args:
                key = one.args[0]
            figure = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
            plain = figure.removeprefix("val_")
            named = any(
                isinstance(at.value, ast.Constant) and at.value.value == "acc" for at in parsed.listing.of(ast.keyword)
            )
            if isinstance(one, ast.expr) and plain == "acc" and told and "accuracy" in told and "acc" not in told:
                if named:
                    break
                yield one, node.name, figure, figure + "uracy"
                break


@once
def events(parsed: Parsed) -> tuple[CallbackUnused, ...]:
    """The callbacks of a file, or the list that gathers them, that nothing reads while a `fit` beside them has none."""
    if parsed.ast is None or ".fit" not in parsed.source.text or not any(one in parsed.text for one in CALLBACKS):
        return ()
    own = {node.name for node in parsed.listing.of(ast.ClassDef)}
    fits = [node for node in parsed.listing.of(ast.Call) if method(node) in FIT]
    if any(one.arg in (None, "callbacks") for call in fits for one in call.keywords) or any(map(_placed, fits)):
        return ()
    read = loads(parsed)
    text = SourceText(parsed.text)
    found: list[CallbackUnused] = []
    for scope in scopes(parsed):
        if not any(one.arg in KERAS for call in scope.calls(FIT) for one in call.keywords):
            continue
        made = {name for name, call in _made(scope.of(ast.Assign)) if called(call) in CALLBACKS - own}
        for name in scope.bound:
            value = scope.once(name)
            gathered = isinstance(value, ast.List) and value.elts and all(_is_callback(one, made) for one in value.elts)
            if value is not None and name not in read and (name in made or gathered):
                found.append(CallbackUnused(origin=origin_of(text, value), callback=called(value), name=name))
    return tuple(found)


def _placed(call: ast.Call) -> bool:
    """Whether a `fit` may be given callbacks by their place, or trains nothing of Keras's."""
    return len(call.args) > 5 or any(isinstance(one, ast.Starred) for one in call.args)


def _made(statements: Sequence[ast.Assign]) -> Iterator[tuple[str, ast.Call]]:
    """The names that calls are bound to."""
    for node in statements:
        if len(node.targets) != 1:
            continue
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name) and isinstance(value, ast.Call):
            yield target.id, value


def _is_callback(value: ast.expr, made: set[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in made
    return called(value) in CALLBACKS
