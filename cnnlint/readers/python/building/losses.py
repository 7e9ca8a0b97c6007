"""Losses of TensorFlow's call style: named functions, loss objects, and those written out in tensor operations."""

from __future__ import annotations

from cnnlint.graph import UNKNOWN, Argument, Loss, Node, Origin
from cnnlint.graph.calls import FunctionSpec, bind
from cnnlint.graph.vocabulary import canonical_loss
from cnnlint.readers.python.building import training
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    LossTensor,
    ObjectValue,
    Passed,
    Unknown,
    Value,
    tensors_in,
)

WEIGHTED = frozenset({"Dense", "Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "SeparableConv2D", "DepthwiseConv2D",
                      "LSTM", "GRU", "SimpleRNN", "Application"})  # fmt: skip


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


def loss_call(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
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


def _finished_loss(run: Run, loss: Loss, true: Value, output: Value) -> Value:
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


def loss_object(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`keras.losses.CategoricalCrossentropy()(y_true, y_pred)`."""
    loss = training.loss_of(run, Passed(value, site.node))
    true, output = site.passed(0, "y_true"), site.passed(1, "y_pred")
    loss.origin = run.building.placement(site, "function", value.name).call or loss.origin
    return _finished_loss(run, loss, true.value if true else None, output.value if output else None)


def written_out(run: Run, node: Node) -> list[Loss]:
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


def _implied(run: Run, name: str | None, output: Node, at: Node) -> Loss:
    loss = Loss(name, False if name is not None else None, at.origin, at.placement)
    loss.output = output
    run.building.losses.append(loss)
    return loss
