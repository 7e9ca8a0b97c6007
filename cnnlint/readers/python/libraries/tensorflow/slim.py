"""slim's and tflearn's helpers: defaults by scope, repeated layers, a training set-up in one call."""

from __future__ import annotations

from cnnlint.graph import Argument, Loss, Optimizer, Origin
from cnnlint.graph.calls import FunctionSpec, bind
from cnnlint.graph.vocabulary import canonical_optimizer
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArgScope,
    CallSite,
    Passed,
    Symbol,
    TensorValue,
    Value,
    elements,
    plain,
    scope_key,
    tensors_in,
)


def arg_scope(run: Run, site: CallSite) -> Value:
    first = site.value(0)
    if isinstance(first, ArgScope):
        return first
    defaults: dict[str, dict[str, Value]] = {}
    items, _ = run.iterate(first)
    given = {key: passed.value for key, passed in site.keywords.items()}
    for scope in run.arg_scopes:
        for api, values in scope.items():
            defaults[api] = dict(values)
    for item in items or []:
        name = item.name if isinstance(item, Symbol) else scope_key(item)
        if name is not None:
            defaults[name] = {**defaults.get(name, {}), **given}
    return ArgScope(defaults)


def repeat(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    value, times, function = site.value(0, "inputs"), site.value(1, "repetitions"), site.value(2, "layer")
    tensor = run.building.tensor(value)
    if tensor is None or not isinstance(times, int) or times > 64:
        return run.building.opaque("repeat", tensors_in(value), site.node, unread=True)
    current: Value = tensor
    for _ in range(times):
        inner = CallSite(
            site.node,
            [Passed(current), *site.positional[3:]],
            {key: p for key, p in site.keywords.items() if key not in ("layer", "scope")},
        )
        current = run.call(function, inner)
    return current


def stack(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
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


def regression(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
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
