"""How models are trained: losses, optimizers, metrics, and what `fit`, `evaluate` and `predict` are fed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import (
    UNKNOWN,
    Argument,
    CallRefused,
    GradientStopped,
    Loss,
    Metric,
    Node,
    Optimizer,
    Origin,
    Training,
    WeightsRead,
)
from cnnlint.graph.calls import Bound, bind
from cnnlint.graph.vocabulary import canonical_loss, canonical_metric, canonical_optimizer, object_spec
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.building.training.feeds import ORDERS, facts_of, fed, names_of, unknown_outputs
from cnnlint.readers.python.building.training.own_losses import computed_by, own_loss
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.values import (
    CallSite,
    DictValue,
    FunctionValue,
    ListValue,
    LossTensor,
    ModelValue,
    ObjectValue,
    Passed,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
    plain,
)

# --- losses, optimizers, metrics --------------------------------------------------------------------------------


def loss_of(run: Run, passed: Passed, output: TensorValue | None = None) -> Loss:
    """The loss that a value stands for: a name, a function, or an object with its settings."""
    value = passed.value
    own = computed_by(value)
    if own is not None and output is not None:
        return own_loss(run, own, passed, output)
    loss = Loss(origin=run.origin(passed.node) if passed.node is not None else Origin(), absent=value is None)
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
                loss.arguments[key] = Argument(
                    plain(source.value.value), True, source.keyword, source.position, _origin(run, source.value)
                )
            flag = loss.arguments.get("from_logits")
            if flag is not None:
                loss.from_logits = flag.value if isinstance(flag.value, bool) else None
            else:
                loss.from_logits = None if value.site.open else False
        loss.placement = run.building.placement(value.site, "function", value.name)
    loss.name = name
    return loss


def _origin(run: Run, passed: Passed) -> Origin | None:
    return run.origin(passed.node) if passed.node is not None else None


def optimizer_of(run: Run, passed: Passed) -> Optimizer:
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
    optimizer.rate_set = any(_sets_rates(unit.parsed) for unit in run.units)
    return optimizer


@once
def _sets_rates(parsed: Parsed) -> bool:
    """Whether a file sets the rate of an optimizer that it has already made."""
    return RATE_SET.search(parsed.text) is not None


#: optimizers whose class is not the capitalised canonical name
CLASSES = {"sgd": "SGD", "rmsprop": "RMSprop", "adamw": "AdamW"}


def _class_name(name: str) -> str:
    return CLASSES.get(name, name.capitalize())


def read_optimizer(run: Run, optimizer: Optimizer, value: ObjectValue) -> None:
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
        optimizer.rate = Argument(
            rate, True, given.source.keyword, given.source.position, _origin(run, given.source.value)
        )
    elif not value.site.open:
        default = spec.canonical_defaults.get("learning_rate", UNKNOWN)
        optimizer.rate = Argument(default if isinstance(default, (int, float)) else UNKNOWN)
    rate = optimizer.rate.value
    if isinstance(rate, (int, float)) and not isinstance(rate, bool):
        optimizer.learning_rate = float(rate)


def metric_of(run: Run, value: Value, origin: Origin) -> Metric:
    """The metric that a value stands for."""
    if isinstance(value, str):
        return Metric(canonical_metric(value), origin)
    if isinstance(value, (Symbol, ObjectValue)):
        # the string lets Keras pick an accuracy, the class counts equal numbers
        exact = value.name.endswith("metrics.Accuracy")
        return Metric("exact_accuracy" if exact else canonical_metric(value.name), origin)
    return Metric(None, origin)


#: what gives a model a loss that `compile` is not given
LOSSES = pattern(r"add_loss|compute_loss|compiled_loss|train_step")
#: where a rate is set by hand: `optimizer.learning_rate = rate`, `.assign(rate)`, `K.set_value(optimizer.lr, rate)`
RATE_SET = pattern(
    r"(?:opt|adam|sgd|rmsprop)\w*\.(?:learning_rate|lr)\s*(?:=(?!=)|\.assign\()"
    r"|set_value\([\w.]*\.(?:learning_rate|lr)\b"
    r"|\w\.(?:learning_rate|lr)\.assign\("
    r"|(?<![\w.])(?!self|args?\b|conf|cfg|hp|flags|hparams|params|opts?\b|options)\w+\.(?:learning_rate|lr)\s*=(?!=)",
    re.IGNORECASE,
)
#: where a model is given an optimizer beside `compile`
OPTIMIZER_SET = pattern(r"\.optimizer\s*=(?!=)|setattr\(")

# --- compile, fit, evaluate, predict ----------------------------------------------------------------------------


def compile_model(run: Run, model: ModelValue, site: CallSite) -> Value:
    """`model.compile(optimizer, loss, metrics, ...)`."""
    model.used_as_model = True
    if model.training.feeds and model.training.compiled is not None:
        model.earlier.append(model.training)
        model.training = Training()
    training = model.training
    placement = run.building.placement(site, "function", "keras.models.Model.compile")
    training.compiled = placement.call
    training.losses, training.metrics, training.optimizer = [], [], None
    training.trainable_set = None
    optimizer = site.passed(0, "optimizer")
    if optimizer is not None:
        training.optimizer = optimizer_of(run, optimizer)
    loss = site.passed(1, "loss")
    if loss is not None and loss.value is not None and not _trains_by_itself(model):
        _losses(run, model, loss)
    metrics = site.passed(2, "metrics")
    if metrics is not None:
        training.metrics = list(_metrics(run, model, metrics))
    targets = site.passed(None, "target_tensors")
    if targets is not None and targets.value is not None:
        model.compiled["target_tensors"] = targets.value
    training.unknown_outputs = [
        replace(one, refused=_wants_outputs(model, site, name))
        for position, name in ((1, "loss"), (2, "metrics"), (None, "loss_weights"))
        for one in unknown_outputs(run, model, site.passed(position, name))
    ]
    for position, name in enumerate(("optimizer", "loss", "metrics")):
        passed = site.passed(position, name)
        model.compiled.pop(name, None)
        if passed is not None:
            model.compiled[name] = passed.value
            elsewhere = name == "optimizer" and passed.value is None and _steps_otherwise(run, model)
            value = UNKNOWN if elsewhere else plain(passed.value)
            training.arguments[name] = Argument(value, True, passed.keyword, passed.position, _origin(run, passed))
    weights = site.passed(None, "loss_weights")
    if weights is not None and weights.value is not None:
        training.arguments["loss_weights"] = Argument(plain(weights.value), True, "loss_weights")
    given = training.arguments.get("loss")
    if (given is None or given.value is None) and (
        site.open or _trains_by_itself(model) or any(LOSSES.search(unit.parsed.text) for unit in run.units)
    ):  # it may be among what is not known, or come from elsewhere
        training.arguments["loss"] = Argument(UNKNOWN)
    _counted(run, model, site)
    if site.open or len(site.positional) > 2 or "weighted_metrics" in site.keywords:
        model.compiled["metrics"] = Unknown("metrics", ("metrics",))  # Keras 3 has the weights of the losses third
    return None


def _counted(run: Run, model: ModelValue, site: CallSite) -> None:
    """Tell the rules about weights that are not one for each loss, and metrics not one for each of several outputs.

    Keras 3 refuses both when it trains (keras/src/trainers/compile_utils.py of Keras 3.15: CompileLoss.build and
    CompileMetrics._build_metrics_set), Keras 2 took them.
    """
    if run.versions.keras != 3 or site.open or run.trying or model.kind not in ("functional", "sequential"):
        return
    if model.kind == "functional" and model.gaps:
        return
    _unnamed(run, model, site)
    outputs, loss = len(model.outputs), site.value(1, "loss")
    losses = 1 if isinstance(loss, str) else _length(loss)
    for name, position, wanted, of in (
        ("loss_weights", 2, losses, "loss"),
        ("metrics", None, outputs if outputs > 1 else None, "output"),
    ):
        passed = site.passed(position, name)
        keys = passed is not None and isinstance(passed.value, DictValue)
        if keys and (name == "metrics" or isinstance(loss, DictValue) or model.keyed):
            continue
        given = _length(passed.value) if passed is not None else None
        if passed is None or not given or wanted is None or given == wanted:
            continue
        each = f"{wanted} {of}{('es' if of == 'loss' else 's') * (wanted != 1)}"
        problem = (
            f"{name} is a {'dict' if keys else 'list'} of {given}, and there {'is' if wanted == 1 else 'are'} {each}"
        )
        advice = "one for each" if name == "loss_weights" else "a list with a list of metrics for each output"
        run.event(CallRefused(origin=_origin(run, passed) or Origin(), problem=problem, advice=advice))


def _unnamed(run: Run, model: ModelValue, site: CallSite) -> None:
    """Tell the rules about a dict of losses, or of their weights, that does not name all of several outputs."""
    losses, ends = site.value(1, "loss"), [names_of(tensor.node) for tensor in model.outputs]
    if model.keyed or len(ends) < 2 or not isinstance(losses, DictValue) or any("" in names for names in ends):
        return
    for name in ("loss", "loss_weights"):
        passed = site.passed(1 if name == "loss" else 2, name)
        value = passed.value if passed is not None else None
        if not isinstance(value, DictValue) or value.open or not value.items:
            continue
        left = [names for names in ends if not set(names) & set(value.items)]
        known = set(value.items) <= {name for names in ends for name in names}
        if passed is not None and left and known:
            # keras/src/trainers/compile_utils.py of Keras 3.7 (CompileLoss.build); up to 3.6 what is named is trained
            problem = f"{name} has nothing for the output {left[0][0]!r}, and Keras wants all of them from 3.7 on"
            advice = "write None for an output that is not trained" if name == "loss" else "write 1.0 for it"
            origin = _origin(run, passed) or Origin()
            run.event(CallRefused(origin=origin, problem=problem, advice=advice, since="3.7"))
            return


def _wants_outputs(model: ModelValue, site: CallSite, name: str) -> bool:
    """Whether Keras 3 refuses a dict of `compile` whose keys are not all names of outputs, as earlier versions do.

    It heeds no names in the metrics of a single output, and counts the weights of losses that are not named.
    """
    if name != "loss_weights":
        return name == "loss" or len(model.outputs) > 1
    weights, loss = site.value(None, name), site.value(1, "loss")
    if not isinstance(weights, DictValue):
        return False
    if isinstance(loss, DictValue):
        return any(not set(names_of(tensor.node)) & set(weights.items) for tensor in model.outputs)
    losses = 1 if isinstance(loss, str) else _length(loss)
    return losses is not None and losses != len(weights.items)


def _length(value: Value) -> int | None:
    """How many items a list or a dict has; None where that is not known, or it is none."""
    items = tuple(value.items) if isinstance(value, DictValue) else elements(value)
    return len(items) if items is not None and not (isinstance(value, (ListValue, DictValue)) and value.open) else None


def _metrics(run: Run, model: ModelValue, passed: Passed) -> Iterator[Metric]:
    """The metrics of `compile`: a list for all outputs, a dict of those of each by its name, or a list of lists."""
    origin, items = _origin(run, passed) or Origin(), elements(passed.value)
    placed: list[tuple[Node | None, Value]] = []
    if isinstance(passed.value, DictValue):
        for name, value in passed.value.items.items():
            placed += [(tensor.node, value) for tensor in model.outputs if name in names_of(tensor.node)]
    elif items is None:
        placed = [(None, passed.value)] if isinstance(passed.value, str) else []
    elif len(items) == len(model.outputs) > 1 and all(elements(item) is not None for item in items):
        placed = [(tensor.node, item) for tensor, item in zip(model.outputs, items, strict=True)]
    else:
        placed = [(None, item) for item in items]
    for output, value in placed:
        for one in elements(value) or [value]:
            yield replace(metric_of(run, one, origin), output=output)


def _trains_by_itself(model: ModelValue) -> bool:
    """Whether a model's own `train_step` computes its loss without the one that `compile` was given."""
    cls = model.instance.cls if model.instance is not None else None
    step = cls.find("train_step") if cls is not None else None
    if cls is None or not isinstance(step, FunctionValue):
        return False
    names: set[str] = set()
    for one in cls.lineage():
        for method in one.scope.names.values():
            if isinstance(method, FunctionValue) and method.name not in ("compile", "__init__"):
                names |= method.unit.positions.names_in(method.node.body)
    return not names & {"train_step", *COMPILED_LOSS}


def _steps_otherwise(run: Run, model: ModelValue) -> bool:
    """Whether a model may take its steps without the optimizer that `compile` is given: in its own class, or with one
    that is set behind it."""
    return model.instance is not None or any(OPTIMIZER_SET.search(unit.parsed.text) for unit in run.units)


def _losses(run: Run, model: ModelValue, passed: Passed) -> None:
    from cnnlint.readers.python.building.models.models import realise

    realise(run, model)
    items, before = elements(passed.value), len(run.events)
    if isinstance(passed.value, DictValue):
        for name, value in passed.value.items.items():
            named = [t for t in model.outputs if name in names_of(t.node)]
            tensor = named[0] if len(named) == 1 else None
            loss = loss_of(run, Passed(value, passed.value.sources.get(name, passed.node)), tensor)
            loss.output = tensor.node if tensor is not None else None
            model.training.losses.append(loss)
    elif items is not None:
        model.training.listed = None if isinstance(passed.value, ListValue) and passed.value.open else len(items)
        for index, value in enumerate(items):
            tensor = model.outputs[index] if index < len(model.outputs) and not model.gaps else None
            loss = loss_of(run, Passed(value, passed.node), tensor)
            loss.output = tensor.node if tensor is not None else None
            model.training.losses.append(loss)
    else:
        tensor = model.outputs[0] if len(model.outputs) == 1 else None
        loss = loss_of(run, passed, tensor)
        loss.output = tensor.node if tensor is not None else None
        model.training.losses.append(loss)
    if len(model.training.losses) > 1:
        # beside others a loss may be there to be looked at alone
        run.events[before:] = [one for one in run.events[before:] if not isinstance(one, GradientStopped)]


def _used(run: Run, model: ModelValue, site: CallSite) -> Value:
    model.used_as_model = True
    return None


def _given_weights(run: Run, model: ModelValue, site: CallSite) -> Value:
    model.given_weights = True
    return _used(run, model, site)


#: what puts another file where one was
MOVED = pattern(r"\b(rename|move|copy(file)?|replace|remove|unlink|rmtree)\(")


def _save_weights(run: Run, model: ModelValue, site: CallSite) -> Value:
    """`model.save_weights(path)`."""
    path = site.value(0, "filepath")
    model.saved.append((path if isinstance(path, str) else "", list(model.layers)))
    return _used(run, model, site)


def _load_weights(run: Run, model: ModelValue, site: CallSite) -> Value:
    """`model.load_weights(path)`, where only other models wrote that file."""
    path, plain = site.value(0, "filepath"), len(site.values()) == 1 and not site.open
    writers = [one for one in run.building.models for where, _ in one.saved if where == path]
    # a path that was not worked out may be this one
    hidden = any(where == "" for one in run.building.models for where, _ in one.saved)
    changed = any(where == path and layers != one.layers for one in writers for where, layers in one.saved)
    moved = any(MOVED.search(unit.parsed.text) for unit in run.units)
    if isinstance(path, str) and plain and writers and not (hidden or changed or moved) and model not in writers:
        origin = run.origin(site.node)
        run.event(WeightsRead(origin=origin, path=path, writers=tuple(writers), reader=model))
    return _given_weights(run, model, site)


def _add_loss(run: Run, model: ModelValue, site: CallSite) -> Value:
    """`model.add_loss(...)`: a loss of a tensor of the model, beside those of `compile`."""
    for value in (site.value(0, "loss", "losses"), *(elements(site.value(0, "loss", "losses")) or ())):
        if isinstance(value, LossTensor):
            model.added += value.losses
    return None


METHODS: dict[str, Any] = {
    "add_loss": _add_loss,
    "compile": compile_model,
    **{method: fed(method) for method in ORDERS},
    "summary": _used,
    "save": _used,
    "load_weights": _load_weights,
    "save_weights": _save_weights,
    "get_weights": lambda run, model, site: Unknown("get_weights()"),
    "set_weights": _given_weights,
}


#: what names the model that an optimizer changes
WEIGHTS = frozenset({"trainable_variables", "trainable_weights", "variables", "weights"})


def model_attribute(run: Run, model: ModelValue, name: str) -> Value:
    """Further attributes of models: whose weights are whose, and what `compile` was given."""
    if name in WEIGHTS and model in run.building.models:
        return Unknown(f"model.{name}", ("model", name, run.building.models.index(model)))
    if name == "optimizer" and name in model.compiled:
        return _optimizer_object(run, model.compiled[name])
    if name in COMPILED_LOSS:
        return Native(name, lambda run, site: LossTensor(list(model.training.losses), whole=False))
    return Unknown(f"model.{name}", ("model", name))


#: what computes the loss that `compile` was given: `compiled_loss` of Keras 2, `compute_loss` since
COMPILED_LOSS = frozenset({"compiled_loss", "compute_loss"})


def _optimizer_object(run: Run, value: Value) -> Value:
    """The optimizer that `compile` was given, as an object: Keras makes one of a name."""
    if isinstance(value, (str, Symbol)):
        name = canonical_optimizer(value if isinstance(value, str) else value.name)
        if name is not None:
            return ObjectValue(f"keras.optimizers.{_class_name(name)}", CallSite(None))
    return value


__all__ = ["METHODS", "facts_of", "loss_of", "model_attribute", "optimizer_of", "read_optimizer"]
