"""Metrics that a program keeps by hand, beside a training loop of its own, by its text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.graph import MetricMisused
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import as_in_training
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import bound_once, called, line, method, owner, receiver
from cnnlint.readers.python.text.written import written

#: metrics of the largest output and the loss that reads labels of the other kind
OTHER = {
    "CategoricalAccuracy": "SparseCategoricalCrossentropy",
    "SparseCategoricalAccuracy": "CategoricalCrossentropy",
    "TopKCategoricalAccuracy": "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy": "CategoricalCrossentropy",
}
#: what makes an object that gathers figures from batch to batch
MADE = pattern(r"(^|\.)(metrics\.\w+)$")
#: what begins such an object anew
RESET = pattern(r"reset_states?\b")
#: what the steps of a program are called that judge
JUDGING = pattern(r"test|valid|(^|_)val(_|$)|eval", re.IGNORECASE)
#: layers that do something else in training
MODAL = pattern(r"(Dropout\w*|BatchNormalization|GaussianNoise)\(|\bapplications\b")


@once
def events(parsed: Parsed) -> tuple[MetricMisused, ...]:
    """Every such place of a file."""
    source = parsed.source.text
    words = ("GradientTape(", "train_on_batch(", "EstimatorSpec(", "Metric)")
    if parsed.ast is None or not any(one in source for one in words):
        return ()
    text = SourceText(parsed.text)
    found = [
        MetricMisused(origin=origin_of(text, at), why="overwritten", what=name) for at, name in _overwritten(parsed)
    ]
    metrics = dict(_metrics(parsed))
    metrics |= dict(_attributes(parsed))
    emptied = {written(one.value) for one in parsed.listing.of(ast.Attribute) if one.attr in ("variables", "weights")}
    # a sum that goes on counts what was seen so far
    metrics = {name: made for name, made in metrics.items() if name not in emptied and called(made) != "Sum"}
    begun = {receiver(one) for one in parsed.listing.of(ast.Call) if RESET.fullmatch(method(one))}
    if metrics and (begun <= metrics.keys() if begun else not RESET.search(parsed.source.code)):
        metrics = {name: made for name, made in metrics.items() if name not in begun}
        for at, name in _kept_on(parsed, metrics):
            found.append(MetricMisused(origin=origin_of(text, at), why="never reset", what=name))
            break
    found += [MetricMisused(origin=origin_of(text, at), why="exchanged", what=name) for at, name in _exchanged(parsed)]
    for at, name in _other_labels(parsed):
        found.append(MetricMisused(origin=origin_of(text, at), why="other labels", what=name))
    if MODAL.search(parsed.source.code):
        found += [
            MetricMisused(origin=origin_of(text, at), why="in training mode", what=name, named=named)
            for at, name, named in _judged_in_training(parsed)
        ]
    found += [
        MetricMisused(origin=origin_of(text, at), why="in training mode", what=name) for at, name in _always(parsed)
    ]
    return tuple(found)


def _metrics(parsed: Parsed) -> Iterator[tuple[str, ast.Call]]:
    """The names that are bound once in a file, to an object that gathers figures."""
    for name, value in bound_once(parsed).items():
        if isinstance(value, ast.Call) and MADE.search(written(value.func)):
            yield name, value


def _attributes(parsed: Parsed) -> Iterator[tuple[str, ast.Call]]:
    """The same of what a class keeps for itself, and trains by a method of its own: `self.accuracy`."""
    for node in parsed.listing.of(ast.ClassDef):
        if any("Model" in written(base) or "Layer" in written(base) for base in node.bases):
            continue  # `fit` resets those
        made: dict[str, list[ast.expr]] = {}
        for one in parsed.listing.within(node):
            if isinstance(one, ast.Assign) and written(one.targets[0]).startswith("self."):
                made.setdefault(written(one.targets[0]), []).append(one.value)
        for name, values in made.items():
            if len(values) == 1 and isinstance(values[0], ast.Call) and MADE.search(written(values[0].func)):
                yield name, values[0]


def _kept_on(parsed: Parsed, metrics: dict[str, ast.Call]) -> Iterator[tuple[ast.expr, str]]:
    """Where the figure of an epoch is read that goes on from the epochs before it."""
    shown: list[ast.Name | ast.Attribute] = [*parsed.listing.of(ast.Name), *parsed.listing.of(ast.Attribute)]
    read = [node for node in shown if isinstance(node.ctx, ast.Load) and written(node) in metrics]
    used = {id(node.value) for node in parsed.listing.of(ast.Attribute)}
    used |= {id(node.func) for node in parsed.listing.of(ast.Call)}
    # one that is handed on, or kept in a list, may be begun anew there
    kept = {written(node) for node in read if id(node) not in used}
    gathers = {
        receiver(node) if method(node) == "update_state" else written(node.func) for node in parsed.listing.of(ast.Call)
    }
    for loop in parsed.listing.of(ast.For):
        over = f"{written(loop.target)} {written(loop.iter)}".lower()
        if "epoch" not in over:
            continue
        inner = any(isinstance(node, (ast.For, ast.While)) for one in loop.body for node in nodes_of(one))
        anew = set(map(id, nodes_of(loop)))
        for statement in loop.body if inner else ():
            for node in nodes_of(statement):
                name = receiver(node) if method(node) == "result" else ""
                known = name in metrics and id(metrics[name]) not in anew and name in gathers
                if isinstance(node, ast.expr) and known and name not in kept:
                    yield node, name
                    return


def _other_labels(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`loss(labels, scores)` beside `metric.update_state(labels, scores)`, which takes labels of the other kind."""
    module = scopes(parsed)[0]
    losses: dict[str, set[str]] = {}
    told: list[tuple[ast.Call, str]] = []
    places: dict[tuple[int, str], int] = {}
    for scope in scopes(parsed):
        for node in scope.of(ast.Call):
            if len(node.args) < 2:
                continue
            name = owner(node) if method(node) == "update_state" else called(node)
            made = scope.once(name) or module.once(name) if name else None
            kind = called(made) if made is not None else ""
            if kind.endswith("CategoricalCrossentropy"):
                losses.setdefault(kind, set()).add(written(node.args[0]))
                places[id(scope), written(node.args[0])] = node.lineno
            elif kind in OTHER and not _is_changed(scope, node, places):
                told.append((node, kind))
    for node, kind in told:
        if len(losses) == 1 and written(node.args[0]) in losses.get(OTHER[kind], ()):
            yield node, kind


def _is_changed(scope: Scope, call: ast.Call, places: dict[tuple[int, str], int]) -> bool:
    """Whether labels are bound to something else between the loss and the metric."""
    name = written(call.args[0])
    since = places.get((id(scope), name), call.lineno)
    bound = [line(one) for one in scope.bound.get(name, ())]
    return any(min(since, call.lineno) < at < max(since, call.lineno) for at in bound)


#: metrics that are the same of a and b as of b and a
EVEN = pattern(r"Mean(Squared|Absolute)Error|CosineSimilarity|LogCosh|BinaryIoU|MeanIoU|^Mean$")


def _exchanged(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`metric.update_state(outputs, labels)` beside `loss(labels, outputs)`, of what `model(x, training=True)` gave."""
    for scope in scopes(parsed):
        outputs = {
            target.id
            for node in scope.of(ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and as_in_training(node.value)
        }
        calls = [one for one in scope.of(ast.Call) if len(one.args) >= 2] if outputs else []
        pairs = {tuple(map(written, one.args[:2])) for one in calls if method(one) != "update_state"}
        for call in calls:
            first, second = map(written, call.args[:2])
            updates = method(call) == "update_state" and (second, first) in pairs
            made = bound_once(parsed).get(receiver(call))
            if made is not None and EVEN.search(called(made)):
                continue
            if updates and first in outputs and second not in outputs:
                yield call, receiver(call)
                return


def _judged_in_training(parsed: Parsed) -> Iterator[tuple[ast.expr, str, bool]]:
    """`model(x, training=True)` in a step that tests: no tape, and a metric of what comes out. Which step that is a
    name tells, if it is not the method that Keras's `evaluate` runs."""
    models = [one for one in parsed.listing.of(ast.ClassDef) if any("Model" in written(b) for b in one.bases)]
    for function in parsed.listing.of(ast.FunctionDef):
        if not JUDGING.search(function.name):
            continue
        nodes = parsed.listing.within(function)
        named = function.name != "test_step" or not any(function in one.body for one in models)
        if any(called(node) in ("GradientTape", "gradient", "apply_gradients") for node in nodes):
            continue
        outputs: dict[str, ast.Call] = {}
        drawn = _drawn(parsed, function)
        for node in nodes:
            value = node.value if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
            if value is not None and id(value) in drawn:
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if isinstance(value, ast.Call) and isinstance(target, ast.Name) and as_in_training(value):
                outputs[target.id] = value
        for node in nodes:
            if isinstance(node, ast.Call) and (method(node) == "update_state" or _named(node)):
                direct = [one for one in node.args if isinstance(one, ast.Call) and as_in_training(one)]
                direct = [one for one in direct if id(one) not in drawn]
                if direct:
                    yield direct[0], written(direct[0].func), named
                    break
                given = [one.id for one in node.args if isinstance(one, ast.Name) and one.id in outputs]
                if given:
                    yield outputs[given[0]], written(outputs[given[0]].func), named
                    break


def _drawn(parsed: Parsed, function: ast.FunctionDef) -> set[int]:
    """The calls in loops of which nothing goes into them: what one sample is answered time and again, by chance."""
    found = set[int]()
    for loop in parsed.listing.within(function):
        counted = isinstance(loop, ast.For) and called(loop.iter) in ("range", "trange")
        names = (
            {one.id for one in nodes_of(loop.target) if isinstance(one, ast.Name)}
            if isinstance(loop, ast.For)
            else set()
        )
        stored = {one.id for one in nodes_of(loop) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        for call in nodes_of(loop) if counted else ():
            given = (
                [one for at in getattr(call, "args", ()) for one in nodes_of(at)] if isinstance(call, ast.Call) else []
            )
            if given and not any(isinstance(one, ast.Name) and one.id in names | stored for one in given):
                found.add(id(call))
    return found


def _always(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`tf.layers.dropout(x, training=True)` in the model function of an Estimator, which evaluates as well."""
    for function in parsed.listing.of(ast.FunctionDef) if "EstimatorSpec(" in parsed.text else ():
        modes = [one.arg for one in function.args.args if one.arg == "mode"]
        told = re.search(r"ModeKeys\.(EVAL|PREDICT)", written(function)) if modes else None
        chosen = {
            id(inner)
            for one in parsed.listing.within(function)
            if isinstance(one, (ast.If, ast.IfExp))
            for inner in nodes_of(one)
        }
        for call in parsed.listing.within(function) if told else ():
            flag = [one.value for one in getattr(call, "keywords", ()) if one.arg == "training"]
            if (
                called(call) == "dropout"
                and id(call) not in chosen
                and flag
                and isinstance(flag[0], ast.Constant)
                and flag[0].value is True
            ):
                yield flag[0], "a model"


def _named(call: ast.Call) -> bool:
    """Whether a call is one of a metric or loss by its name."""
    return re.search(r"acc|metric|loss", called(call), re.IGNORECASE) is not None


#: what a metric is called that is to show the last figure alone
LATEST = pattern(r"last|latest|current|instant|now|batch|rate|lr", re.IGNORECASE)


def _overwritten(parsed: Parsed) -> Iterator[tuple[ast.expr, str]]:
    """`self.hits.assign(sum(…))` in `update_state`, of the batch alone: nothing is gathered."""
    for node in parsed.listing.of(ast.ClassDef) if "update_state" in parsed.text else ():
        own = {one.name: one for one in node.body if isinstance(one, ast.FunctionDef)}
        update = own.get("update_state")
        metric = [written(base).rpartition(".")[2] for base in node.bases] == ["Metric"]
        given = {one.arg for one in update.args.args[1:3]} if update is not None else set()
        if update is None or not metric or LATEST.search(node.name) or len(given) < 2:
            continue
        changes = [one for one in nodes_of(node) if method(one).startswith("assign") and isinstance(one, ast.Call)]
        gathering = any(method(one) != "assign" for one in changes) or any(
            isinstance(one, (ast.For, ast.AugAssign, ast.Call))
            and (called(one) in ("super", "concat", "update_state") or isinstance(one, ast.AugAssign))
            for one in nodes_of(update)
        )
        put = [one for one in nodes_of(update) if one in changes and isinstance(one, ast.Call) and one.args]
        for call in put if not gathering else ():
            read = _made_of(update, call.args[0])
            if read & given and not any(one.startswith("self.") and one != "self.dtype" for one in read):
                yield call, node.name
                return


def _made_of(function: ast.FunctionDef, value: ast.expr) -> set[str]:
    """The names and attributes that a value comes from, within a function; what it calls of its own class, too."""
    made: dict[str, list[ast.expr]] = {}
    for one in nodes_of(function):
        if isinstance(one, ast.Assign):
            for name in (at for target in one.targets for at in nodes_of(target) if isinstance(at, ast.Name)):
                made.setdefault(name.id, []).append(one.value)
    seen, pending = set[str](), [value]
    while pending:
        nodes = nodes_of(pending.pop())
        seen |= {written(one) for one in nodes if isinstance(one, ast.Attribute)}
        new = {one.id for one in nodes if isinstance(one, ast.Name)} - seen
        seen |= new
        pending += [one for name in new for one in made.get(name, ())]
    return seen
