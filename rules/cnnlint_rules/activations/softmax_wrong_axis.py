"""CNN108."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import channels_axis, data_format
from cnnlint.graph.kinds import CONVOLUTIONS
from cnnlint.graph.outputs import EXCLUSIVE, heads
from cnnlint.graph.samples import has_batch, leaves_samples
from cnnlint.graph.values import Batch
from cnnlint.graph.walks import describe, output_layer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Experiment, NotTestable, Proof
from cnnlint.rule.remedies import DropArgument, Remedy, SetArgument


class SoftmaxWrongAxis(Rule):
    """Softmax along an axis that does not hold the classes.

    ## What it does
    Finds a softmax, also one that is written out, that normalises over the samples of a batch (axis 0), or, at the
    output of a convolutional model that is trained with a categorical loss, over another axis than the channels. Where
    no loss is known, as in an exported model, the output of a picture's size that is normalised along its height or
    width is a warning.

    ## Why is this bad
    Along the batch axis the probabilities of one picture depend on the other pictures of its batch, and a single
    picture gets 1 for every class. Along a spatial axis the classes of a pixel do not add up to 1, which the loss takes
    for granted.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(10),
        layers.Softmax(axis=0),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(10),
        layers.Softmax(),
    ])
    ```

    ## Exceptions
    Attention normalises over positions: a softmax inside the network may use any axis but the batch's. One number a
    sample can only be weighed against the other samples, and what is summed over them again is pooled, as the nodes of
    a graph are. Rows of numbers, a
    fixed count of them, may be anything in an exported graph. An unknown axis or rank keeps the rule silent.

    ## References
    - [Keras 3: Softmax layer](https://keras.io/api/layers/activation_layers/softmax/), `axis=-1`
    - [TensorFlow 2: tf.nn.softmax](https://www.tensorflow.org/api_docs/python/tf/nn/softmax)
    """

    code = "CNN108"
    name = "softmax-wrong-axis"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Softmax along an axis that does not hold the classes"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = Proof("constant-output", "for a batch of one sample every output is 1", {"batch": 1})

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such softmax."""
        yield from by_hand(model)
        classified = {id(h.activation_node): h for h in heads(model) if h.loss.name in EXCLUSIVE}
        for node in model:
            log = node.activation == "log_softmax" and model.kind == "onnx"
            axis = node.value("axis") if node.activation == "softmax" or log else None
            if axis == 0 and node.shape is None and id(node) in classified and reads_units(node):
                problem = f"{describe(node)} applies softmax along axis 0, over the samples of the batch"
                right = Remedy("normalise over the classes", (DropArgument(node, "axis"),))
                yield Finding(problem, node.origin, model, node, remedy=right)
                continue
            if not isinstance(axis, int) or not node.shape or not -len(node.shape) <= axis < len(node.shape):
                continue
            index, severity = axis % len(node.shape), None
            what = f"{describe(node)} applies {node.activation} along axis"
            samples = len(node.shape) > 1 and has_batch(model, node) and not weighs_samples(model, node)
            if index == 0 and (samples or of_one_row(model, node)):
                problem = f"{what} {axis}, over the samples of the batch"
                edit: SetArgument | DropArgument = SetArgument(node, "axis", -1) if log else DropArgument(node, "axis")
            elif id(node) in classified and is_spatial(node, index):
                problem = f"{what} {axis}, which is not the axis of the classes"
                edit = SetArgument(node, "axis", channels_axis(output_layer(node) or node))
            elif is_bare_map(model, node) and is_spatial(node, index):
                problem = f"{what} {axis} of a map, and not along its channels"
                edit = SetArgument(node, "axis", channels_axis(output_layer(node) or node))
                severity = Severity.WARNING
            else:
                continue
            sums: Experiment | None = NotTestable("logarithms of shares have no known sum") if log else None
            if index and not log:
                across = {"axis": channels_axis(output_layer(node) or node)}
                sums = Proof("class-sums", "the classes' shares at one place do not add up to 1", across)
            right = Remedy("normalise over the classes", (edit,))
            yield Finding(problem, node.origin, model, node, remedy=right, severity=severity, experiment=sums)


def by_hand(model: Model) -> Iterator[Finding]:
    """The quotients `exp(x) / sum(exp(x))` whose sum goes over the samples."""
    for node in model:
        exp, total = node.inputs if len(node.inputs) == 2 else (None, None)
        if exp is None or total is None or exp.kind != "Exp" or total.kind != "ReduceSum" or not node.opaque:
            continue
        same = total.inputs[0] is exp or (total.inputs[0].kind == "Exp" and total.inputs[0].inputs == exp.inputs)
        sizes = exp.followed or ()
        # beside each other the samples are compared on purpose, as in contrastive losses
        batch = len(sizes) > 1 and isinstance(sizes[0], Batch) and all(isinstance(size, int) for size in sizes[1:])
        axis = total.value("axis")
        if same and batch and (axis in (0, (0,)) or (axis is None and total.shape == ())):
            over = "along axis 0, over the samples of the batch" if axis is not None else "over the whole batch"
            problem = f"this softmax divides by a sum {over}"
            yield Finding(problem, total.origin, model, node, help="sum over the classes: axis=-1, keepdims=True")


def reads_units(node: Node) -> bool:
    """Whether a softmax reads a dense layer, whose last axis holds the classes, and so the first of what is compiled
    the samples, however many there are between."""
    return len(node.inputs) == 1 and node.inputs[0].kind == "Dense" and node.inputs[0].value("units") != 1


def weighs_samples(model: Model, node: Node) -> bool:
    """Whether what lies along the first axis is weighed against each other on purpose: it has one number each, or what
    is made of the weights is not known to lie along it."""
    if all(size == 1 for size in (node.shape or ())[1:]):
        return True
    return leaves_samples(model, node)


def of_one_row(model: Model, node: Node) -> bool:
    """Whether an exported graph, of one sample, normalises what a dense layer of several units gives: all are 1."""
    layer, sizes = output_layer(node), node.shape or ()
    several = layer is not None and layer.kind == "Dense" and layer.value("units") not in (None, 1)
    return model.kind == "onnx" and several and len(sizes) == 2 and sizes[0] == 1


def is_bare_map(model: Model, node: Node) -> bool:
    """Whether the softmax is the output of a model of pictures that comes without a loss, as an export does."""
    return model.is_output(node) and not model.training.losses and node.shape is not None and len(node.shape) == 4


def is_spatial(node: Node, index: int) -> bool:
    """Whether an axis of a convolution's output is not the one of its channels."""
    layer = output_layer(node)
    if layer is None or layer.kind not in CONVOLUTIONS or data_format(layer) is None or node.shape != layer.shape:
        return False
    return index != channels_axis(layer) % len(node.shape or ())
