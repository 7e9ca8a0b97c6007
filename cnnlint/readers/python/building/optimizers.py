"""Optimizers of TensorFlow's call style: which losses a program minimises."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from cnnlint.graph import Optimizer, Origin
from cnnlint.graph.vocabulary import canonical_optimizer
from cnnlint.readers.python.building import losses, training
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    ListValue,
    LossTensor,
    ModelValue,
    ObjectValue,
    TensorValue,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.text.parse import Parsed


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
    loaded = (n for n in ast.walk(parsed.ast) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return any(name.id == collected.group(1) for name in loaded)


def _read(run: Run, value: ObjectValue) -> Optimizer:
    """An optimizer that stands by itself, with where it was made."""
    optimizer = Optimizer(origin=value.site.placement.call or Origin())
    training.read_optimizer(run, optimizer, value)
    return optimizer


def minimize(run: Run, value: ObjectValue, site: CallSite) -> Value:
    if canonical_optimizer(value.name) is None:
        return None
    target = site.value(0, "loss")
    optimizer = _read(run, value)
    found = list(target.losses) if isinstance(target, LossTensor) else []
    if isinstance(target, TensorValue):
        found = losses.written_out(run, target.node)
        target.node.escapes = True
    run.building.minimized.append((found, optimizer))
    run.touch()
    updated = any(_runs_updates(unit.parsed) for unit in run.units)
    run.event("minimize", site.node, losses=found, runs_update_ops=updated)
    return ObjectValue("training operation", site, {"losses": found, "optimizer": optimizer})


def compute_gradients(run: Run, value: ObjectValue, site: CallSite) -> Value:
    made = minimize(run, value, site)
    return ListValue([(made, made)], True) if made is not None else None


def apply_gradients(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`optimizer.apply_gradients(zip(gradients, model.trainable_variables))`: trains the last loss, and that model."""
    if canonical_optimizer(value.name) is None:
        return None
    optimizer = _read(run, value)
    attached = {id(loss) for found, _ in run.building.minimized for loss in found}
    free = [loss for loss in run.building.losses if id(loss) not in attached]
    if free:
        run.building.minimized.append((free[-1:], optimizer))
    else:
        for model in _trained(run, site.value(0, "grads_and_vars")):
            model.training.optimizer = model.training.optimizer or optimizer
    return ObjectValue("training operation", site)


def _trained(run: Run, pairs: Value) -> list[ModelValue]:
    """The models whose weights stand in pairs of gradients and weights."""
    found: list[ModelValue] = []
    pending: list[object] = [pairs]
    for _ in range(64):
        if not pending:
            break
        value = pending.pop()
        if isinstance(value, Unknown):
            value = value.token
        if isinstance(value, ListValue):
            pending += value.items[:2]
        elif isinstance(value, tuple):
            if len(value) == 3 and value[0] == "model" and value[1] in training.WEIGHTS and isinstance(value[2], int):
                found += run.building.models[value[2] : value[2] + 1]
            pending += value[:4]
    return found
