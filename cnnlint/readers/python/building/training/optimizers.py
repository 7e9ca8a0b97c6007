"""Optimizers of TensorFlow's call style: which losses a program minimises."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnlint.graph import Loss, NotThere, Optimizer, Origin, TrainingOperation
from cnnlint.graph.vocabulary import canonical_optimizer
from cnnlint.graph.walks import TRAINED
from cnnlint.readers.python.building.training import training
from cnnlint.readers.python.building.training.slopes import stopped
from cnnlint.readers.python.building.training.written_losses import losses_in
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.walks import loads
from cnnlint.readers.python.values import (
    CallSite,
    FunctionValue,
    IteratorValue,
    ListValue,
    LossTensor,
    ModelValue,
    ObjectValue,
    TensorValue,
    Unknown,
    Value,
)


@once
def _runs_updates(parsed: Parsed) -> bool:
    """Whether the updates of batch norm's averages are run anywhere: collected and then used, or by slim."""
    text = parsed.source.text
    if any(word in text for word in ("create_train_op", "updates_collections")):
        return True
    if "UPDATE_OPS" not in text:
        return False
    collected = re.search(r"(\w+)\s*=\s*[\w.]*get_collection\([^)\n]*UPDATE_OPS", text)
    if collected is None or parsed.ast is None:
        return True
    return collected.group(1) in loads(parsed)


def _read(run: Run, value: ObjectValue) -> Optimizer:
    """An optimizer that stands by itself, with where it was made."""
    optimizer = Optimizer(origin=value.site.placement.call or Origin())
    training.read_optimizer(run, optimizer, value)
    return optimizer


def minimize(run: Run, value: ObjectValue, site: CallSite) -> Value:
    if canonical_optimizer(value.name) is None:
        return None
    if run.versions.keras == 3 and value.name.startswith("keras.optimizers.") and not run.trying:
        problem = f"optimizer.minimize is not there: the {value.name.rpartition('.')[2]} of Keras 3 has no such method"
        advice = "tape.gradient(…) and optimizer.apply_gradients(…), or fit"
        run.event(NotThere(origin=run.origin(site.node), problem=problem, advice=advice))
    target = site.value(0, "loss")
    if isinstance(target, FunctionValue):  # TensorFlow 2 calls it under a tape of its own
        target = run.call(target, CallSite(None))
    optimizer = _read(run, value)
    found = losses_in(run, target)
    flat = stopped(target.node, lambda node: node.kind in TRAINED) if isinstance(target, TensorValue) else None
    if flat is not None:
        run.event(flat)
    _inverted(run, target, found, site)
    run.building.minimized.append((found, optimizer))
    given = site.value(1, "var_list") if run.versions.tensorflow != 1 and not site.open else None
    trained = trained_by(run, given)
    _takes_step(run, trained, optimizer)
    if not trained:
        run.touch()
    updated = any(_runs_updates(unit.parsed) for unit in run.units)
    run.event(TrainingOperation(origin=run.origin(site.node), losses=tuple(found), runs_update_ops=updated))
    return ObjectValue("training operation", site, {"losses": found, "optimizer": optimizer})


def _inverted(run: Run, target: Value, found: list[Loss], site: CallSite) -> None:
    """Mark a loss that is minimised with a minus in front; one that another step makes small has an opponent."""
    if not isinstance(target, LossTensor):
        return
    known = {id(loss) for losses, _ in run.building.minimized for loss in losses}
    alone = not site.open and site.value(None, "var_list") is None and len(site.positional) == 1
    for loss in found:
        loss.inverted = target.negated and alone and loss.name is not None and id(loss) not in known


def compute_gradients(run: Run, value: ObjectValue, site: CallSite) -> Value:
    made = minimize(run, value, site)
    return ListValue([(made, made)], True) if made is not None else None


def apply_gradients(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`optimizer.apply_gradients(zip(gradients, model.trainable_variables))`: trains the last loss, and that model."""
    if canonical_optimizer(value.name) is None:
        return None
    optimizer = _read(run, value)
    pairs = site.value(0, "grads_and_vars", "grads")
    if isinstance(pairs, IteratorValue):  # zip(gradients, weights)
        pairs = run.element(pairs)
    trained = trained_by(run, pairs)
    if not trained:
        trained = trained_by(run, site.value(1, "trainable_variables"))
    known = run.building.differentiated
    if known:
        numbers = [token[1] for token in _tokens(pairs) if token[0] == "gradients" and isinstance(token[1], int)]
        found = [loss for number in numbers[:1] or [len(known) - 1] for loss in known[number]]
    else:
        attached = {id(loss) for losses, _ in run.building.minimized for loss in losses}
        found = [loss for loss in run.building.losses if id(loss) not in attached][-1:]
    if found:
        run.building.minimized.append((found, optimizer))
    _takes_step(run, trained, optimizer)
    if known and not trained:
        run.trained()
    return ObjectValue("training operation", site, {"losses": found, "optimizer": optimizer})


def _takes_step(run: Run, trained: list[ModelValue], optimizer: Optimizer) -> None:
    """The weights of these models take a step, here and now."""
    for model in trained:
        model.training.optimizer = model.training.optimizer or optimizer
        run.trained(model)


def _tokens(pairs: Value) -> Iterator[tuple[object, ...]]:
    """What is known of where the parts of a value come from: the tokens of unknowns in it, at any depth."""
    pending: list[object] = [pairs]
    for _ in range(64):
        if not pending:
            return
        value = pending.pop()
        if isinstance(value, Unknown):
            value = value.token
        if isinstance(value, ListValue):
            pending += value.items[:2]
        elif isinstance(value, tuple):
            if value:
                yield value
            pending += value[:4]


def trained_by(run: Run, pairs: Value) -> list[ModelValue]:
    """The models whose weights stand in pairs of gradients and weights."""
    found: list[ModelValue] = []
    for token in _tokens(pairs):
        if len(token) == 3 and token[0] == "model" and token[1] in training.WEIGHTS and isinstance(token[2], int):
            found += [one for one in run.building.models[token[2] : token[2] + 1] if one not in found]
    return found
