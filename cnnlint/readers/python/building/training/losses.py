"""Losses of TensorFlow's call style: named functions, loss objects, and those written out in tensor operations."""

from __future__ import annotations

from cnnlint.graph import UNKNOWN, Argument, ArrayFacts, CallRefused, Loss, Origin
from cnnlint.graph.calls import FunctionSpec, bind
from cnnlint.graph.contracts import fit, loss_contract
from cnnlint.graph.vocabulary import canonical_loss
from cnnlint.graph.walks import ancestors, spell
from cnnlint.readers.python.building.training import training
from cnnlint.readers.python.building.training.written_losses import is_prediction, losses_in
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

#: losses that are the same with their arguments exchanged
SYMMETRIC = frozenset({"mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "cosine_similarity"})


def loss_call(run: Run, spec: FunctionSpec, site: CallSite) -> Value:
    """`tf.nn.softmax_cross_entropy_with_logits(...)` and its kin."""
    bound = bind(spec, site.positional, site.keywords)
    labels = bound.arguments.get("y_true")
    predicted = bound.arguments.get("y_pred")
    true = labels.source.value if labels is not None else None
    output = predicted.source.value if predicted is not None else None
    by_position = len(site.positional) >= 2 and (spec.special == "keyword_only" or "with_logits" in site.api)
    if by_position and run.versions.tensorflow != 0:
        true, output = site.positional[:2]
    if _either_order(run, site) and true and output and _holds_prediction(true.value):
        true, output = output, true
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
    _compared(run, loss, site.api, true, output, site)
    return _finished_loss(run, loss, true.value if true else None, output.value if output else None)


def _compared(run: Run, loss: Loss, api: str, true: Passed | None, output: Passed | None, site: CallSite) -> None:
    """Tell the rules about arrays that a loss of Keras cannot compare, whatever the version.

    Keras takes away or adds a last axis of 1 (keras/src/losses/loss.py: squeeze_or_expand_to_same_rank), and numbers of
    classes have one axis less than the outputs.
    """
    arrays = [one.value for one in (true, output) if one is not None and isinstance(one.value, ArrayValue)]
    shapes = [one.facts.shape for one in arrays]
    if len(shapes) != 2 or site.node is None or run.trying or not api.startswith("keras.losses."):
        return
    first, second = (tuple(shape or ()) for shape in shapes)
    if not first or not second or not all(isinstance(size, int) for size in (*first, *second)):
        return
    sparse = loss.name == "sparse_categorical_crossentropy"
    one, other = (first, second[:-1]) if sparse else (first, second)
    one, other = (shape[:-1] if shape[-1:] == (1,) else shape for shape in (one, other))
    pairs = zip(reversed(one), reversed(other), strict=False)
    unlike = len(one) == len(other) and any(a != b and 1 not in (a, b) for a, b in pairs)
    contract = loss_contract(loss.name) if run.versions.keras == 3 and first[0] == second[0] else None
    column = sparse and second[-1] == 1  # the function alone takes class numbers beside one
    if unlike or (contract is not None and not column and fit(contract, first, second) == "refused"):
        problem = f"{loss.name} cannot compare {spell(first)} with {spell(second)}"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="make the sizes agree"))


def _either_order(run: Run, site: CallSite) -> bool:
    """Whether the two come by position to a function of the backend, which took the output first before Keras 2.0.7."""
    own = site.api.startswith("keras.backend.") and not run.versions.tf_keras and run.versions.keras != 3
    return own and len(site.positional) >= 2


def _holds_prediction(value: Value) -> bool:
    tensors = tensors_in(value)
    return bool(tensors) and is_prediction(tensors[0].node)


def _finished_loss(run: Run, loss: Loss, true: Value, output: Value) -> Value:
    predicted = [t.node for t in tensors_in(output)]
    labelled = [t.node for t in tensors_in(true)]
    answered = bool(predicted and is_prediction(predicted[0]))
    data = (bool(predicted) or isinstance(output, (Unknown, ArrayValue))) and not _scored(output)
    if labelled and is_prediction(labelled[0]) and not answered and data:
        loss.swapped = loss.name not in SYMMETRIC
        predicted, labelled = labelled, predicted
        true = output
    loss.output = predicted[0] if predicted else None
    loss.detached = _predicted(output)
    if isinstance(true, ArrayValue):
        loss.labels = true.facts
    elif labelled:
        labelled[0].escapes = True
        loss.labels_node = labelled[0]
        if labelled[0].kind == "Input" and labelled[0].shape is not None:
            loss.labels = ArrayFacts(labelled[0].shape)
    for node in predicted:
        node.escapes = True
    run.building.losses.append(loss)
    return LossTensor([loss], predicted[0] if predicted else None)


#: what makes probabilities of scores: labels go through none of them
ANSWERING = frozenset({"Softmax", "LogSoftmax", "Sigmoid", "LogSigmoid"})
#: what parameters are called that are handed a model's answer
ANSWERS = frozenset({"y_pred", "y_hat", "pred", "preds", "prediction", "predictions", "logits", "scores", "outputs"})


def _scored(output: Value) -> bool:
    """Whether what is not known to be an answer looks like one: some model's, though nobody knows which model's."""
    nodes = [one.node for one in tensors_in(output)]
    if nodes:
        return any(one.kind in ANSWERING for one in ancestors(nodes[0]))
    return isinstance(output, Unknown) and _handed(output.token)


def _handed(token: object) -> bool:
    """Whether a parameter of such a name stands in the token of an unknown."""
    if not isinstance(token, tuple):
        return False
    return (len(token) == 2 and token[0] == "parameter" and token[1] in ANSWERS) or any(map(_handed, token))


def _predicted(output: Value) -> bool:
    """Whether an output is what `predict` returned: an array, which no gradient passes."""
    if isinstance(output, ArrayValue):
        return output.facts.source == "predictions"
    token = output.token if isinstance(output, Unknown) else None
    return isinstance(token, tuple) and token[:1] == ("predictions",)


def loss_object(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`keras.losses.CategoricalCrossentropy()(y_true, y_pred)`."""
    loss = training.loss_of(run, Passed(value, site.node))
    true, output = site.passed(0, "y_true"), site.passed(1, "y_pred")
    # called three times, it is one loss, and its settings stand where it is made
    made, called = loss.placement.call, run.building.placement(site, "function", value.name).call
    loss.origin = made or called or loss.origin
    _compared(run, loss, value.name, true, output, site)
    result = _finished_loss(run, loss, true.value if true else None, output.value if output else None)
    if loss.swapped:  # that is the call's doing
        loss.origin = called or loss.origin
    return result


def sum_of(run: Run, left: Value, right: Value) -> LossTensor:
    """`loss + other`: the losses of both sides."""
    sides = (left, right)
    found = [loss for side in sides for loss in losses_in(run, side)]
    whole = all(isinstance(side, (int, float)) or (isinstance(side, LossTensor) and side.whole) for side in sides)
    return LossTensor(list({id(loss): loss for loss in found}.values()), whole=whole)
