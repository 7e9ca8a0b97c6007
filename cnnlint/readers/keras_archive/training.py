"""What `compile` was given, as it was saved: loss, optimizer, metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cnnlint.graph import UNKNOWN, Argument, Loss, Metric, Model, Optimizer, Origin
from cnnlint.graph.vocabulary import canonical_loss, canonical_metric, canonical_optimizer
from cnnlint.readers.keras_archive.configs import is_keras, mapping, text


def read_training(model: Model, saved: Mapping[str, Any]) -> None:
    """Fill in a model's training from its saved `compile_config`."""
    if not saved:
        return
    training = model.training
    origin = Origin(text="compile", onnx_node="compile", onnx_op="compile")
    training.compiled = origin
    optimizer = saved.get("optimizer")
    if optimizer is not None:
        training.optimizer = _optimizer(optimizer, origin)
    for output, loss in _by_output(saved.get("loss"), model):
        found = _loss(loss, origin)
        found.output = output
        training.losses.append(found)
    training.metrics = [Metric(_metric(one), origin) for one in _flat(saved.get("metrics"))]


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and "class_name" in value and "config" in value


def _by_output(saved: Any, model: Model) -> Iterator[tuple[Any, Any]]:
    """Each loss with the output that it is applied to, None where that is not clear."""
    if saved is None:
        return
    if isinstance(saved, dict) and not _is_object(saved):
        for name, loss in saved.items():
            named = [node for node in model.outputs if (node.fused_into or node).name == name]
            yield (named[0] if len(named) == 1 else None), loss
    elif isinstance(saved, list):
        for index, loss in enumerate(saved):
            yield (model.outputs[index] if index < len(model.outputs) else None), loss
    else:
        yield (model.outputs[0] if len(model.outputs) == 1 else None), saved


def _loss(saved: Any, origin: Origin) -> Loss:
    """A loss that was saved as a name, a function or an object with settings."""
    loss = Loss(origin=origin)
    if isinstance(saved, str):
        loss.name = canonical_loss(saved)
        loss.from_logits = False if loss.name is not None else None
        return loss
    config, class_name = mapping(saved).get("config"), text(mapping(saved).get("class_name"))
    if not is_keras(mapping(saved)):
        return loss
    if class_name == "function" and isinstance(config, str):
        loss.name = canonical_loss(config)
        loss.from_logits = False if loss.name is not None else None
        return loss
    loss.name = canonical_loss(class_name) if class_name else None
    settings = mapping(config)
    for key, value in settings.items():
        if key not in ("name", "dtype"):
            plain = value if value is None or isinstance(value, (bool, int, float, str)) else UNKNOWN
            loss.arguments[key] = Argument(plain, given=True)
    flag = settings.get("from_logits", False)
    loss.from_logits = flag if loss.name is not None and isinstance(flag, bool) else None
    return loss


def _optimizer(saved: Any, origin: Origin) -> Optimizer:
    """An optimizer with its rate; that of a schedule is unknown."""
    optimizer = Optimizer(origin=origin)
    if isinstance(saved, str):
        optimizer.name = canonical_optimizer(saved)
        return optimizer
    if not is_keras(mapping(saved)):
        return optimizer
    name = text(mapping(saved).get("class_name"))
    optimizer.name = canonical_optimizer(name) if name else None
    settings = mapping(mapping(saved).get("config"))
    rate = settings.get("learning_rate", settings.get("lr"))
    if isinstance(rate, (int, float)) and not isinstance(rate, bool):
        optimizer.learning_rate = float(f"{rate:.7g}")  # it was saved in single precision
        optimizer.rate = Argument(optimizer.learning_rate, given=True)
    else:
        optimizer.rate = Argument(UNKNOWN, given=True)
    return optimizer


def _flat(saved: Any) -> Iterator[Any]:
    """Metrics in lists and dicts of outputs, one after the other."""
    pending = [saved]
    while pending:
        value = pending.pop()
        if isinstance(value, str) or _is_object(value):
            yield value
        elif isinstance(value, dict):
            pending.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            pending.extend(reversed(value))


def _metric(saved: Any) -> str | None:
    if isinstance(saved, str):
        return canonical_metric(saved)
    if not is_keras(saved):
        return None
    config = saved.get("config")
    return canonical_metric(config if isinstance(config, str) else text(saved.get("class_name")))
