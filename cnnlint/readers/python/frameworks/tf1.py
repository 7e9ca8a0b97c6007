"""TensorFlow's call style: variables, placeholders, loss functions, optimizers, sessions, slim's helpers."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cnnlint.graph import UNKNOWN, Argument, ArrayFacts, Loss, Node, Optimizer, Origin
from cnnlint.graph.calls import FunctionSpec, bind
from cnnlint.graph.vocabulary import canonical_initializer, canonical_loss, canonical_optimizer, function_spec
from cnnlint.readers.python.data import arrays
from cnnlint.readers.python.frameworks import models, training
from cnnlint.readers.python.frameworks.arguments import initializer, shape_of
from cnnlint.readers.python.language.values import (
    ArrayValue,
    CallSite,
    DictValue,
    LayerValue,
    ListValue,
    LossTensor,
    Native,
    ObjectValue,
    Passed,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    plain,
    tensors_in,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.language.interpreter import Interpreter
    from cnnlint.readers.python.text.parse import Parsed

WEIGHTED = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "SeparableConv2D", "DepthwiseConv2D",
                      "LSTM", "GRU", "SimpleRNN", "Application"})  # fmt: skip


# --- variables --------------------------------------------------------------------------------------------------


def special(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    """Functions that no renaming describes: variables, random tensors, slim's repeat and stack, tflearn's training."""
    handler = SPECIAL.get(spec.special or "")
    if handler is not None:
        return handler(run, spec, site)
    return None


def _variable(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    bound = bind(spec, site.positional, site.keywords)
    placement = run.building.placement(site, "function", site.api)
    trainable = bound.passed.get("trainable")
    is_trained = trainable is None or trainable.value.value is not False
    initial = bound.passed.get("initial_value")
    if initial is not None:
        value = initial.value.value
        if isinstance(value, VariableValue):
            return replace_variable(value, placement, is_trained)
        if isinstance(value, ArrayValue):
            return VariableValue(value.facts.shape, _constant_of(value.facts), "", placement, is_trained)
        if isinstance(value, (int, float)):
            return VariableValue((), {"name": "constant", "value": value}, "", placement, is_trained)
        return VariableValue(None, None, "", placement, is_trained)
    shape = bound.passed.get("shape")
    given = bound.passed.get("initializer")
    name = bound.passed.get("name")
    items = elements(shape.value.value) if shape is not None else None
    if shape is not None and isinstance(shape.value.value, int):
        items = [shape.value.value]
    found: Any = {"name": "glorot_uniform"} if given is None or given.value.value is None else UNKNOWN
    if given is not None and given.value.value is not None:
        value = given.value.value
        if isinstance(value, VariableValue):  # an initialiser that is a tensor decides the shape as well
            return replace_variable(value, placement, is_trained)
        found = initializer(value)
    called = name.value.value if name is not None else ""
    return VariableValue(tuple(items) if items is not None else None, found if isinstance(found, dict) else None,
                         called if isinstance(called, str) else "", placement, is_trained)  # fmt: skip


def replace_variable(value: VariableValue, placement: Any, trainable: bool) -> VariableValue:
    """A variable with this initial value."""
    return VariableValue(value.shape, value.initializer, value.name, placement, trainable)


def _constant_of(facts: ArrayFacts) -> Any:
    if facts.low is not None and facts.low == facts.high:
        return {"name": "zeros"} if facts.low == 0 else {"name": "constant", "value": facts.low}
    return None


def _initial(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    """tf.truncated_normal(shape, ...), tf.zeros(shape), tf.constant(value, shape=...): a value to start from."""
    bound = bind(spec, site.positional, site.keywords)
    shape = bound.passed.get("shape") or bound.passed.get("dims")
    found = canonical_initializer(spec.kind)
    settings: dict[str, Any] | None = dict(found) if isinstance(found, dict) else ({"name": found} if found else None)
    if settings is not None:
        for name in ("mean", "stddev", "minval", "maxval", "value"):
            given = bound.passed.get(name)
            if given is not None:
                settings[name] = plain(given.value.value)
    value = bound.passed.get("value")
    if spec.kind == "Constant" and shape is None and value is not None:
        literal = arrays.from_literal(value.value.value)
        if literal is not None:
            return literal
        if isinstance(value.value.value, (int, float, str, ArrayValue)):
            return value.value.value
    items = elements(shape.value.value) if shape is not None else None
    if shape is not None and isinstance(shape.value.value, int):
        items = [shape.value.value]
    placement = run.building.placement(site, "function", site.api)
    return VariableValue(tuple(items) if items is not None else None, settings, "", placement)


def initial_value(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    """`initializer(shape)`: the tensor that a variable starts from."""
    sizes = shape_of(site.value(0, "shape"))
    found = initializer(value)
    return VariableValue(sizes, found if isinstance(found, dict) else None)


def dense_of(run: Interpreter, tensor: TensorValue, variable: VariableValue, site: CallSite) -> Value:
    """`tf.matmul(x, w)`: a Dense layer without bias."""
    variable.used = True
    units = variable.shape[-1] if variable.shape else None
    arguments = {
        "units": Argument(units if isinstance(units, int) else UNKNOWN, True),
        "use_bias": Argument(False),
        "kernel_initializer": Argument(variable.initializer if isinstance(variable.initializer, dict) else UNKNOWN,
                                       True, None, None, variable.placement.call),
    }  # fmt: skip
    node = run.building.node(
        "Dense", [tensor.node], arguments, placement=run.building.placement(site, "function", site.api)
    )
    _check_product(node, tensor, variable)
    return TensorValue(node)


def _check_product(node: Node, tensor: TensorValue, variable: VariableValue) -> None:
    inner = variable.shape[0] if variable.shape else None
    last = tensor.node.shape[-1] if tensor.node.shape else None
    if isinstance(inner, int) and last is not None and inner != last:
        node.shape_error = f"the matrix has {inner} rows, but its input has {last} features"


# --- placeholders and what feeds them ---------------------------------------------------------------------------


def placeholder(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    """`tf.placeholder(dtype, shape)`: an input, or an unknown number where its shape is ()."""
    bound = bind(spec, site.positional, site.keywords)
    given = bound.passed.get("shape")
    value = given.value.value if given is not None else None
    items = elements(value)
    if items == [] or (given is None and "default" not in site.api and _scalar(site)):
        return Unknown("placeholder", ("placeholder", run.building._place(site)))
    default = bound.passed.get("input")
    if default is not None and not isinstance(default.value.value, (TensorValue, ArrayValue, VariableValue)):
        return Unknown("placeholder with default", ("placeholder", run.building._place(site)))
    sizes = shape_of(value) if items is not None else None
    name = site.value(None, "name")
    origin = run.origin(given.value.node) if given is not None and given.value.node is not None else None
    arguments = {}
    if given is not None:
        arguments["shape"] = Argument(plain(value), True, given.keyword, given.position, origin)
    node = run.building.node("Input", [], arguments, name=name if isinstance(name, str) else "", shape=sizes,
                             placement=run.building.placement(site, "function", site.api))  # fmt: skip
    return TensorValue(node)


def _scalar(site: CallSite) -> bool:
    dtype = site.value(0, "dtype")
    name = site.value(None, "name")
    return (isinstance(dtype, Symbol) and dtype.last == "bool") or (isinstance(name, str) and "keep" in name)


def feed(run: Interpreter, site: CallSite) -> Value:
    """Note what `feed_dict` gives to each placeholder."""
    given = site.value(1, "feed_dict") if not site.open else site.keywords.get("feed_dict", Passed(None)).value
    if isinstance(given, DictValue):
        for key, value in given.items.items():
            if isinstance(key, TensorValue):
                facts = training.facts_of(run, value)
                if facts is not None:
                    run.building.fed.setdefault(id(key.node), facts)
    for tensor in tensors_in(site.value(0)):
        tensor.node.escapes = True
    return None


# --- losses -----------------------------------------------------------------------------------------------------


def is_prediction(node: Node) -> bool:
    """Whether a node is computed by a weighted layer."""
    pending, seen = [node], {id(node)}
    while pending:
        current = pending.pop()
        if current.kind in WEIGHTED:
            return True
        for source in current.inputs:
            if id(source) not in seen:
                seen.add(id(source))
                pending.append(source)
    return False


def loss_call(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    """`tf.nn.softmax_cross_entropy_with_logits(...)` and its kin."""
    bound = bind(spec, site.positional, site.keywords)
    labels = bound.arguments.get("y_true")
    predicted = bound.arguments.get("y_pred")
    true = labels.source.value if labels is not None else None
    output = predicted.source.value if predicted is not None else None
    by_position = len(site.positional) >= 2 and (spec.special == "keyword_only" or "with_logits" in site.api)
    if by_position and run.imports.tensorflow != 0:
        true, output = site.positional[:2]
    flag = spec.fixed.get("from_logits")
    given = bound.arguments.get("from_logits")
    if given is not None:
        value = given.source.value.value
        flag = value if isinstance(value, bool) else None
    elif flag is None:
        flag = spec.canonical_defaults.get("from_logits")
    placement = run.building.placement(site, "function", site.api)
    loss = Loss(
        canonical_loss(spec.kind), flag if isinstance(flag, bool) else None, placement.call or Origin(), placement
    )
    for name, passed in (("y_true", true), ("y_pred", output)):
        if passed is not None:
            origin = run.origin(passed.node) if passed.node is not None else None
            loss.arguments[name] = Argument(UNKNOWN, True, passed.keyword, passed.position, origin)
    return _finished_loss(run, loss, true.value if true else None, output.value if output else None)


def _finished_loss(run: Interpreter, loss: Loss, true: Value, output: Value) -> Value:
    predicted = [t.node for t in tensors_in(output)]
    labelled = [t.node for t in tensors_in(true)]
    answered = bool(predicted and is_prediction(predicted[0]))
    data = bool(predicted) or isinstance(output, (Unknown, ArrayValue))
    if labelled and is_prediction(labelled[0]) and not answered and data:
        loss.swapped = True
        predicted, labelled = labelled, predicted
        true = output
    loss.output = predicted[0] if predicted else None
    if isinstance(true, ArrayValue):
        loss.labels = true.facts
    elif labelled:
        labelled[0].escapes = True
        loss.arguments["labels node"] = Argument(labelled[0])
    for node in predicted:
        node.escapes = True
    run.building.losses.append(loss)
    return LossTensor([loss], predicted[0] if predicted else None)


def loss_object(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    """`keras.losses.CategoricalCrossentropy()(y_true, y_pred)`."""
    loss = training.loss_of(run, Passed(value, site.node))
    true, output = site.passed(0, "y_true"), site.passed(1, "y_pred")
    loss.origin = run.building.placement(site, "function", value.name).call or loss.origin
    return _finished_loss(run, loss, true.value if true else None, output.value if output else None)


def _written_out(run: Interpreter, node: Node) -> list[Loss]:
    """The loss in an expression of tensor operations: -sum(y * log(p)), mean(square(p - y))."""
    pending, seen = [node], {id(node)}
    while pending:
        current = pending.pop(0)
        if current.kind == "Log" and current.inputs and is_prediction(current.inputs[0]):
            inner = current.inputs[0]
            while inner.kind in ("Clip", "Rescaling") and inner.inputs:
                inner = inner.inputs[0]
            if inner.activation == "softmax":
                return [_implied(run, "categorical_crossentropy", inner, current)]
            if inner.activation == "sigmoid":
                return [_implied(run, "binary_crossentropy", inner, current)]
            bare = inner.kind in WEIGHTED or inner.kind == "BiasAdd" or inner.activation == "relu"
            return [_implied(run, _crossentropy(node, current) if bare else None, inner, current)]
        if current.kind == "Square" and current.inputs and current.inputs[0].kind in ("Subtract", "Opaque"):
            for source in current.inputs[0].inputs:
                if is_prediction(source):
                    return [_implied(run, "mean_squared_error", source, current)]
        for source in current.inputs:
            if id(source) not in seen and source.kind not in WEIGHTED:
                seen.add(id(source))
                pending.append(source)
    return []


def _crossentropy(loss: Node, log: Node) -> str | None:
    """The cross-entropy that multiplies labels by this logarithm, or None where the expression is another one."""
    pending, seen = [loss], {id(loss)}
    logs, weighted = 0, False
    while pending:
        current = pending.pop()
        logs += current.kind == "Log"
        if current.kind == "Multiply" and any(source is log for source in current.inputs):
            others = [source for source in current.inputs if source is not log]
            weighted = bool(others) and not any(is_prediction(source) for source in others)
        fresh = [source for source in current.inputs if id(source) not in seen and source.kind not in WEIGHTED]
        seen.update(id(source) for source in fresh)
        pending += fresh
    return ("categorical_crossentropy" if logs == 1 else "binary_crossentropy") if weighted else None


def _implied(run: Interpreter, name: str | None, output: Node, at: Node) -> Loss:
    loss = Loss(name, False if name is not None else None, at.origin, at.placement)
    loss.output = output
    run.building.losses.append(loss)
    return loss


# --- optimizers -------------------------------------------------------------------------------------------------


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


def _minimize(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    if canonical_optimizer(value.name) is None:
        return None
    target = site.value(0, "loss")
    optimizer = Optimizer()
    training.read_optimizer(run, optimizer, value)
    optimizer.origin = value.site.placement.call or Origin()
    losses = list(target.losses) if isinstance(target, LossTensor) else []
    if isinstance(target, TensorValue):
        losses = _written_out(run, target.node)
        target.node.escapes = True
    run.building.minimized.append((losses, optimizer))
    run.touch()
    updated = any(_runs_updates(unit.parsed) for unit in (run.main, *run.imports.units))
    run.event("minimize", site.node, losses=losses, runs_update_ops=updated)
    return ObjectValue("training operation", site, {"losses": losses, "optimizer": optimizer})


def _gradients(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    made = _minimize(run, value, site)
    return ListValue([(made, made)], True) if made is not None else None


def _apply_gradients(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    if canonical_optimizer(value.name) is None:
        return None
    attached = {id(loss) for losses, _ in run.building.minimized for loss in losses}
    free = [loss for loss in run.building.losses if id(loss) not in attached]
    if free:
        optimizer = Optimizer()
        training.read_optimizer(run, optimizer, value)
        optimizer.origin = value.site.placement.call or Origin()
        run.building.minimized.append((free[-1:], optimizer))
    return ObjectValue("training operation", site)


def _run(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    if not value.name.endswith("Session"):
        return None
    feed(run, site)
    fetched = site.value(0, "fetches")
    items = elements(fetched) or [fetched]
    for item in items:
        if isinstance(item, ObjectValue) and item.name == "initialise variables":
            run.event("initialize-variables", site.node, session=value.state.get("loops", ()))
        if isinstance(item, ObjectValue) and item.name == "training operation":
            run.event("train-step", site.node)
    return Unknown("session.run()", ("session", run.building._place(site)))


def _add_argument(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    if not value.name.endswith("ArgumentParser"):
        return None
    names = [p.value for p in site.positional if isinstance(p.value, str)]
    default = site.value(None, "default", default=None)
    if "dest" in site.keywords and isinstance(site.keywords["dest"].value, str):
        names = [site.keywords["dest"].value]
    action = site.value(None, "action")
    if action == "store_true" and "default" not in site.keywords:
        default = False
    if names and ("default" in site.keywords or action == "store_true"):
        run.flags[names[-1].lstrip("-").replace("-", "_")] = default
    return value


def _parse_args(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    return value if value.name.endswith("ArgumentParser") else None


def _as_default(run: Interpreter, value: ObjectValue, site: CallSite) -> Value:
    return value


METHODS: dict[str, Callable[[Any, ObjectValue, CallSite], Value]] = {
    "minimize": _minimize,
    "compute_gradients": _gradients,
    "apply_gradients": _apply_gradients,
    "run": _run,
    "add_argument": _add_argument,
    "parse_args": _parse_args,
    "as_default": _as_default,
    "add_argument_group": _as_default,
    "add_mutually_exclusive_group": _as_default,
}


# --- flags, sessions, slim --------------------------------------------------------------------------------------


def _flag(run: Interpreter, site: CallSite) -> Value:
    name, default = site.value(0, "name", "flag_name"), site.value(1, "default", "default_value")
    if isinstance(name, str):
        run.flags[name] = default
    return None


def _session(run: Interpreter, site: CallSite) -> Value:
    """`tf.Session()`, with the loops that it is opened in."""
    return ObjectValue(site.api, site, {"loops": tuple(id(loop) for loop in run.loop_path)})


def _initialise(run: Interpreter, site: CallSite) -> Value:
    return ObjectValue("initialise variables", site)


def _arg_scope(run: Interpreter, site: CallSite) -> Value:
    from cnnlint.readers.python.language.expressions import ArgScope

    first = site.value(0)
    if isinstance(first, ArgScope):
        return first
    defaults: dict[str, dict[str, Value]] = {}
    items, _ = run.iterate(first)
    given = {key: passed.value for key, passed in site.keywords.items()}
    for scope in run.arg_scopes:
        for name, values in scope.items():
            defaults[name] = dict(values)
    for item in items or []:
        if isinstance(item, Symbol):
            defaults[item.name] = {**defaults.get(item.name, {}), **given}
    return ArgScope(defaults)


def _repeat(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    value, times, function = site.value(0, "inputs"), site.value(1, "repetitions"), site.value(2, "layer")
    tensor = run.building.tensor(value)
    if tensor is None or not isinstance(times, int) or times > 64:
        return run.building.opaque("repeat", tensors_in(value), site.node, unread=True)
    current: Value = tensor
    for _ in range(times):
        inner = CallSite(site.node, [Passed(current), *site.positional[3:]],
                         {key: p for key, p in site.keywords.items() if key not in ("layer", "scope")})  # fmt: skip
        current = run.call(function, inner)
    return current


def _stack(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    current: Value = site.value(0, "inputs")
    function, each = site.value(1, "layer"), elements(site.value(2, "stack_args"))
    if each is None:
        return run.building.opaque("stack", tensors_in(current), site.node, unread=True)
    for arguments in each:
        passed = [Passed(a) for a in (elements(arguments) or [arguments])]
        keywords = {key: p for key, p in site.keywords.items() if key not in ("layer", "stack_args", "scope")}
        current = run.call(function, CallSite(site.node, [Passed(current), *passed], keywords))
    return current


#: tflearn's objectives by name: what they are, and whether they take bare scores (its binary one does)
TFLEARN_LOSSES: dict[str, tuple[str, bool]] = {
    "softmax_categorical_crossentropy": ("categorical_crossentropy", True),
    "categorical_crossentropy": ("categorical_crossentropy", False),
    "binary_crossentropy": ("binary_crossentropy", True),
    "mean_square": ("mean_squared_error", False),
    "hinge_loss": ("hinge", False),
}


def _regression(run: Interpreter, spec: FunctionSpec, site: CallSite) -> Value:
    """tflearn.regression(net, optimizer=..., loss=..., learning_rate=...): the training set-up of a tflearn model."""
    bound = bind(spec, site.positional, site.keywords)
    tensor = site.value(0, "incoming")
    if not isinstance(tensor, TensorValue):
        return tensor
    placement = run.building.placement(site, "function", site.api)
    named = bound.passed["loss"].value.value if "loss" in bound.passed else "categorical_crossentropy"
    known, from_logits = TFLEARN_LOSSES.get(named, (None, None)) if isinstance(named, str) else (None, None)
    loss = Loss(known, from_logits, placement.call or Origin(), placement)
    loss.output = tensor.node
    tensor.node.escapes = True
    run.building.losses.append(loss)
    optimizer = Optimizer(origin=placement.call or Origin(), placement=placement)
    kind = bound.passed.get("optimizer")
    name = kind.value.value if kind is not None else "adam"
    optimizer.name = canonical_optimizer(name) if isinstance(name, str) else None
    rate = bound.passed.get("learning_rate")
    value = plain(rate.value.value) if rate is not None else 0.001
    optimizer.rate = Argument(value, rate is not None)
    optimizer.learning_rate = float(value) if isinstance(value, (int, float)) else None
    run.building.minimized.append(([loss], optimizer))
    return tensor


SPECIAL: dict[str, Callable[[Any, FunctionSpec, CallSite], Value]] = {
    "variable": _variable,
    "tensor": _initial,
    "repeat": _repeat,
    "stack": _stack,
    "regression": _regression,
    "arg_scope": lambda run, spec, site: _arg_scope(run, site),
}


def _partial(run: Interpreter, site: CallSite) -> Value:
    from cnnlint.readers.python.language.values import PartialValue

    if not site.positional:
        return Unknown("partial()")
    return PartialValue(site.positional[0].value, tuple(site.positional[1:]), dict(site.keywords))


def _reduce(run: Interpreter, site: CallSite) -> Value:
    function, (items, is_open) = site.value(0), run.iterate(site.value(1))
    if items is None or is_open or len(items) > 256:
        return Unknown("reduce()")
    values = [site.value(2), *items] if len(site.positional) > 2 else list(items)
    if not values:
        return Unknown("reduce()")
    current = values[0]
    for item in values[1:]:
        current = run.call(function, CallSite(site.node, [Passed(current), Passed(item)]))
    return current


def _cond(run: Interpreter, site: CallSite) -> Value:
    """`tf.cond(condition, true_fn, false_fn)`: one of the two, like an `if` that cannot be decided."""
    condition = site.value(0, "pred", "condition")
    if not isinstance(condition, bool):
        token = condition.token if isinstance(condition, Unknown) else ("cond", run.building._place(site))
        condition = run.decide(Unknown("condition", token))
    chosen = site.value(1, "true_fn", "fn1", "then_expression") if condition else site.value(
        2, "false_fn", "fn2", "else_expression")  # fmt: skip
    return run.call(chosen, CallSite(site.node))


def _math(function: Callable[..., float]) -> Callable[[Any, CallSite], Value]:
    def call(run: Interpreter, site: CallSite) -> Value:
        values = site.values()
        if all(isinstance(value, (int, float)) for value in values):
            try:
                return function(*values)
            except (ValueError, OverflowError, TypeError, ZeroDivisionError):
                pass
        return Unknown(site.api)

    return call


def _tf_layer_norm(run: Interpreter, site: CallSite) -> LayerValue | Value:
    spec = function_spec(site.api)
    return models.make_layer(run, spec.kind, site) if spec is not None else Unknown(site.api)


def _handlers() -> dict[str, Callable[[Any, CallSite], Value]]:
    import math

    handlers: dict[str, Callable[[Any, CallSite], Value]] = {
        "functools.partial": _partial,
        "functools.reduce": _reduce,
        "slim.arg_scope": _arg_scope,
        "tf.contrib.framework.arg_scope": _arg_scope,
        "tf.cond": _cond,
        "tf.Session": _session,
        "tf.InteractiveSession": _session,
        "sys.exit": lambda run, site: run.raised(),
        "os.getenv": lambda run, site: Unknown("environment", ("env",)),
    }
    for name in ("string", "integer", "float", "boolean", "bool", "enum", "list", "multi_integer"):
        for root in ("tf.app.flags", "tf.flags", "absl.flags", "tf.python.platform.flags"):
            handlers[f"{root}.DEFINE_{name}"] = _flag
    for name in ("global_variables_initializer", "initialize_all_variables", "initializers.global_variables"):
        handlers[f"tf.{name}"] = _initialise
    for name in ("ceil", "floor", "sqrt", "log", "log2", "exp", "pow", "log10"):
        handlers[f"math.{name}"] = _math(getattr(math, name))
    return handlers


HANDLERS = _handlers()

__all__ = ["HANDLERS", "METHODS", "Native", "loss_call", "placeholder", "special"]
