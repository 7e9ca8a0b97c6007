"""How models are trained: losses, optimizers, metrics, and what `fit`, `evaluate` and `predict` are fed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnlint.graph import UNKNOWN, Argument, ArrayFacts, Feed, Loss, Metric, Optimizer, Origin, Training
from cnnlint.graph.calls import Bound, bind
from cnnlint.graph.vocabulary import canonical_loss, canonical_metric, canonical_optimizer, object_spec
from cnnlint.readers.python import arrays
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DatasetValue,
    DictValue,
    FunctionValue,
    HistoryValue,
    ModelValue,
    ObjectValue,
    Passed,
    Symbol,
    Unknown,
    Value,
    elements,
    plain,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.interpreter import Interpreter


# --- losses, optimizers, metrics --------------------------------------------------------------------------------


def loss_of(run: Interpreter, passed: Passed) -> Loss:
    """The loss that a value stands for: a name, a function, or an object with its settings."""
    value = passed.value
    loss = Loss(origin=run.origin(passed.node) if passed.node is not None else Origin())
    name: str | None = None
    if isinstance(value, str):
        name = canonical_loss(value)
        loss.from_logits = False if name is not None else None
    elif isinstance(value, Symbol):
        name = canonical_loss(value.name) if value.name.startswith(("keras.", "tf.losses", "tf.keras")) else None
        loss.from_logits = False if name is not None else None
    elif isinstance(value, ObjectValue):
        name = canonical_loss(value.name)
        spec = object_spec("loss", value.name, keywords=tuple(value.site.keywords)) if name else None
        if spec is not None:
            bound: Bound[Passed] = bind(spec, value.site.positional, value.site.keywords)
            for key, given in bound.arguments.items():
                source = given.source
                loss.arguments[key] = Argument(plain(source.value.value), True, source.keyword, source.position,
                                               _origin(run, source.value))  # fmt: skip
            flag = loss.arguments.get("from_logits")
            if flag is not None:
                loss.from_logits = flag.value if isinstance(flag.value, bool) else None
            else:
                loss.from_logits = None if value.site.open else False
        loss.placement = run.building.placement(value.site, "function", value.name)
    loss.name = name
    return loss


def _origin(run: Interpreter, passed: Passed) -> Origin | None:
    return run.origin(passed.node) if passed.node is not None else None


def optimizer_of(run: Interpreter, passed: Passed) -> Optimizer:
    """The optimizer that a value stands for, with its learning rate where it is a number."""
    value = passed.value
    optimizer = Optimizer(origin=run.origin(passed.node) if passed.node is not None else Origin())
    if isinstance(value, (str, Symbol)):
        name = value if isinstance(value, str) else value.name
        optimizer.name = canonical_optimizer(name)
        if optimizer.name is not None:
            spec = object_spec("optimizer", _class_name(optimizer.name))
            rate = spec.canonical_defaults.get("learning_rate") if spec is not None else None
            if isinstance(rate, (int, float)):
                optimizer.learning_rate = float(rate)
                optimizer.rate = Argument(float(rate))
    elif isinstance(value, ObjectValue):
        read_optimizer(run, optimizer, value)
    return optimizer


#: optimizers whose class is not the capitalised canonical name
CLASSES = {"sgd": "SGD", "rmsprop": "RMSprop", "adamw": "AdamW"}


def _class_name(name: str) -> str:
    return CLASSES.get(name, name.capitalize())


def read_optimizer(run: Interpreter, optimizer: Optimizer, value: ObjectValue) -> None:
    """Fill in an optimizer from the call that made it, by the tables' parameter orders."""
    from cnnlint.graph.vocabulary import call_spec

    optimizer.name = canonical_optimizer(value.name)
    optimizer.placement = run.building.placement(value.site, "function", value.name)
    spec = call_spec(value.name, keywords=tuple(value.site.keywords))
    if spec is None:
        return
    bound: Bound[Passed] = bind(spec, value.site.positional, value.site.keywords)
    given = bound.arguments.get("learning_rate")
    if given is not None:
        rate = plain(given.source.value.value)
        optimizer.rate = Argument(rate, True, given.source.keyword, given.source.position,
                                  _origin(run, given.source.value))  # fmt: skip
    elif not value.site.open:
        default = spec.canonical_defaults.get("learning_rate", UNKNOWN)
        optimizer.rate = Argument(default if isinstance(default, (int, float)) else UNKNOWN)
    rate = optimizer.rate.value
    if isinstance(rate, (int, float)) and not isinstance(rate, bool):
        optimizer.learning_rate = float(rate)


def metric_of(run: Interpreter, value: Value, origin: Origin) -> Metric:
    """The metric that a value stands for."""
    if isinstance(value, str):
        return Metric(canonical_metric(value), origin)
    if isinstance(value, (Symbol, ObjectValue)):
        return Metric(canonical_metric(value.name), origin)
    return Metric(None, origin)


# --- compile, fit, evaluate, predict ----------------------------------------------------------------------------


def compile_model(run: Interpreter, model: ModelValue, site: CallSite) -> Value:
    """`model.compile(optimizer, loss, metrics, ...)`."""
    model.used_as_model = True
    if model.training.feeds and model.training.compiled is not None:
        model.earlier.append(model.training)
        model.training = Training()
    training = model.training
    placement = run.building.placement(site, "function", "keras.models.Model.compile")
    training.compiled = placement.call
    training.losses, training.metrics, training.optimizer = [], [], None
    optimizer = site.passed(0, "optimizer")
    if optimizer is not None:
        training.optimizer = optimizer_of(run, optimizer)
    loss = site.passed(1, "loss")
    if loss is not None and loss.value is not None:
        _losses(run, model, loss)
    metrics = site.passed(2, "metrics")
    if metrics is not None:
        origin = run.origin(metrics.node) if metrics.node is not None else Origin()
        items = elements(metrics.value)
        values = items if items is not None else ([metrics.value] if isinstance(metrics.value, str) else [])
        training.metrics = [metric_of(run, value, origin) for value in values]
    for name in ("loss", "optimizer", "metrics"):
        passed = site.passed(("optimizer", "loss", "metrics").index(name), name)
        if passed is not None:
            training.arguments[name] = Argument(plain(passed.value), True, passed.keyword, passed.position,
                                                _origin(run, passed))  # fmt: skip
    return None


def _losses(run: Interpreter, model: ModelValue, passed: Passed) -> None:
    from cnnlint.readers.python.models import realise

    realise(run, model)
    items = elements(passed.value)
    if isinstance(passed.value, DictValue):
        for name, value in passed.value.items.items():
            loss = loss_of(run, Passed(value, passed.value.sources.get(name, passed.node)))
            named = [t.node for t in model.outputs if name in (t.node.name, t.node.name.partition("/")[0])]
            loss.output = named[0] if len(named) == 1 else None
            model.training.losses.append(loss)
    elif items is not None:
        for index, value in enumerate(items):
            loss = loss_of(run, Passed(value, passed.node))
            loss.output = model.outputs[index].node if index < len(model.outputs) else None
            model.training.losses.append(loss)
    else:
        loss = loss_of(run, passed)
        loss.output = model.outputs[0].node if len(model.outputs) == 1 else None
        model.training.losses.append(loss)


def facts_of(run: Interpreter, value: Value) -> ArrayFacts | None:
    """What is known about a value that is fed to a model."""
    if isinstance(value, ArrayValue):
        return value.facts
    found = arrays.from_literal(value)
    return found.facts if found is not None else None


def _pair(run: Interpreter, x: Value, y: Value) -> tuple[ArrayFacts | None, ArrayFacts | None, DatasetValue | None]:
    if isinstance(x, DatasetValue):
        return x.x, x.y, x
    return facts_of(run, x), facts_of(run, y), None


def _number(value: Value) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


#: positional orders of what feeds a model; Keras 1 agrees as far as these go
ORDERS = {
    "fit": ("x", "y", "batch_size", "epochs"),
    "evaluate": ("x", "y", "batch_size"),
    "predict": ("x", "batch_size"),
    "predict_classes": ("x", "batch_size"),
    "predict_proba": ("x", "batch_size"),
    "fit_generator": ("generator", "steps_per_epoch", "epochs"),
    "evaluate_generator": ("generator", "steps"),
    "predict_generator": ("generator", "steps"),
    "train_on_batch": ("x", "y"),
    "test_on_batch": ("x", "y"),
    "predict_on_batch": ("x",),
}
RENAMED = {"nb_epoch": "epochs", "samples_per_epoch": "samples", "nb_val_samples": "validation_samples", "X": "x",
           "generator": "x"}  # fmt: skip


def feed(run: Interpreter, model: ModelValue, site: CallSite, method: str) -> Value:
    """`model.fit(...)` and its kin: a Feed with the facts of what is fed."""
    from cnnlint.readers.python.models import realise

    model.used_as_model = True
    realise(run, model)
    passed: dict[str, Passed] = {}
    for position, name in enumerate(ORDERS[method]):
        if position < len(site.positional):
            passed[RENAMED.get(name, name)] = site.positional[position]
    for keyword, argument in site.keywords.items():
        passed[RENAMED.get(keyword, keyword)] = argument
    kind = method.removesuffix("_generator").removesuffix("_classes").removesuffix("_proba")
    kind = {"test_on_batch": "evaluate", "predict_on_batch": "predict"}.get(kind, kind)
    placement = run.building.placement(site, "function", f"keras.models.Model.{method}")
    result = Feed(kind, origin=placement.call or Origin())
    result.arguments = {
        name: Argument(plain(argument.value), True, argument.keyword, argument.position, _origin(run, argument))
        for name, argument in passed.items()
    }
    x, y = passed.get("x"), passed.get("y")
    result.x, result.y, stream = _pair(run, x.value if x else None, y.value if y else None)
    validation = passed.get("validation_data")
    if validation is not None:
        items = elements(validation.value)
        if items is not None and len(items) >= 2:
            result.validation_x, result.validation_y = facts_of(run, items[0]), facts_of(run, items[1])
        elif isinstance(validation.value, DatasetValue):
            result.validation_x, result.validation_y = validation.value.x, validation.value.y
    epochs = passed.get("epochs")
    result.epochs = _number(epochs.value) if epochs else (10 if "nb_epoch" in site.keywords else 1)
    batch = passed.get("batch_size")
    result.batch_size = _number(batch.value) if batch else 32
    if batch is not None and batch.value is None:
        result.batch_size = 32
    if stream is not None:
        result.batch_size = stream.batch_size
        result.steps_per_epoch = stream.steps
    steps = passed.get("steps_per_epoch")
    if steps is not None and steps.value is not None:
        result.steps_per_epoch = _number(steps.value)
        if result.steps_per_epoch is None:
            result.epochs = None
    split = passed.get("validation_split")
    if split is not None:
        result.validation_split = float(split.value) if isinstance(split.value, (int, float)) else None
    if site.open or run.in_loop:
        result.epochs = None
    model.training.feeds.append(result)
    if kind == "fit":
        return HistoryValue(result)
    if kind == "predict":
        return predictions(run, model, result)
    return Unknown(f"model.{method}()")


def predictions(run: Interpreter, model: ModelValue, source: Feed) -> Value:
    """What `predict` returns: an array with a row for each sample."""
    shape = None
    if len(model.outputs) == 1 and model.outputs[0].node.shape is not None:
        shape = (source.x.samples if source.x is not None else None, *model.outputs[0].node.shape[1:])
    value = ArrayValue(ArrayFacts(shape=shape, source="predictions", origin=source.origin))
    run.building.predictions[id(value.facts)] = model
    return value


def _fed(method: str) -> Any:
    return lambda run, model, site: feed(run, model, site, method)


def _returns_model(run: Interpreter, model: ModelValue, site: CallSite) -> Value:
    return model


def _used(run: Interpreter, model: ModelValue, site: CallSite) -> Value:
    model.used_as_model = True
    return None


METHODS: dict[str, Any] = {
    "compile": compile_model,
    **{method: _fed(method) for method in ORDERS},
    "summary": _used,
    "save": _used,
    "load_weights": _used,
    "save_weights": _used,
    "to_json": lambda run, model, site: Unknown("to_json()"),
    "get_weights": lambda run, model, site: Unknown("get_weights()"),
    "set_weights": _used,
}


def model_attribute(run: Interpreter, model: ModelValue, name: str) -> Value:
    """Further attributes of models."""
    if name in ("trainable_variables", "trainable_weights", "weights", "variables", "losses", "optimizer", "metrics_names",
                "stop_training", "history", "updates", "stateful", "count_params", "reset_states", "get_config"):  # fmt: skip
        return Unknown(f"model.{name}", ("model", name))
    return Unknown(f"model.{name}", ("model", name))


__all__ = ["METHODS", "FunctionValue", "feed", "loss_of", "model_attribute", "optimizer_of", "read_optimizer"]
