"""CNN205."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node, Origin, Program
from cnnlint.graph.axes import window_beyond
from cnnlint.graph.kinds import CONVOLUTIONS, DEPTHWISE, POOLING, RECURRENT, SEPARABLE, rank
from cnnlint.graph.outputs import heads
from cnnlint.graph.values import Batch
from cnnlint.graph.walks import ancestors, describe, order_conflict, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof

#: kinds whose windows that do not fit have rules of their own
WINDOWED = CONVOLUTIONS | DEPTHWISE | SEPARABLE | POOLING


class ShapeMismatch(Rule):
    """A layer that cannot read the shape it is given.

    ## What it does
    Finds layers that the framework refuses to build on the shape that reaches them: a reshape to another number of
    elements, merges of maps that differ, a two-dimensional convolution on a vector, a wrong number of channels.
    For `tf.reshape(x, [-1, n])` it finds an n that folds the samples of a batch into each other and leaves the loss
    with rows that belong to no label.

    ## Why is this bad
    The program stops with an error, at best when the model is built. A `-1` in front of a wrong size is worse: 32
    pictures of 3136 features become 49 rows of 2048, which no longer belong to the 32 labels.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Reshape((14, 14, 8)),
        layers.Conv2D(8, 3, activation="relu"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Reshape((14, 14, 4)),
        layers.Conv2D(8, 3, activation="relu"),
    ])
    ```

    ## Exceptions
    Only known sizes count: where any size that matters is unknown, the rule is silent. Kernels and pooling windows
    that do not fit have rules of their own, and so have pictures whose axes are in another order than the layers': what
    follows from that is not reported again. Windows of a picture and frames of a film that are laid into the batch are
    nothing to mind. Axes in front of a convolution's own are Keras 3's to refuse: Keras 2.4 to 2.15 take them.

    ## References
    - [Keras 3: Reshape](https://keras.io/api/layers/reshaping_layers/reshape/)
    - [TensorFlow 2: tf.reshape](https://www.tensorflow.org/api_docs/python/tf/reshape)
    - Dumoulin, Visin: [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) (2016)
    """

    code = "CNN205"
    name = "shape-mismatch"
    severity = Severity.ERROR
    summary = "A layer cannot read the shape it is given"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    every_way = True
    experiment = Proof("framework-refuses", "Keras refuses to build the layer on this shape", {"call": "build"})

    def check(self, program: Program) -> Iterator[Finding]:
        """The findings of each model, but for axes that only Keras 3 minds."""
        for finding in super().check(program):
            if program.frameworks.keras == 3 or finding.node is None or not more_axes(finding.node):
                yield finding

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each layer that cannot be built, and each reshape that folds the batch."""
        dead = model.dead if model.kind == "onnx" else ()  # a runtime builds what nobody reads, too
        for node in (*model, *dead) if order_conflict(model) is None else ():
            problem = trouble(node)
            if problem is not None:
                yield Finding(
                    f"{describe(node)} cannot read its input: {problem}",
                    where(node),
                    model,
                    node,
                    help=node.advice or advice(node),
                )
        for node, times in mixed(model):
            sample, row = node.inputs[0].shape or (), node.shape or ()
            yield Finding(
                f"{describe(node)} makes {times} rows of {spell(row[1:])} of each sample of {spell(sample[1:])}: "
                "samples run into each other, and the rows no longer belong to their labels",
                node.origin,
                model,
                node,
                help="make the sizes agree",
                experiment=Proof("framework-refuses", "the rows are not as many as the labels"),
            )


def where(node: Node) -> Origin:
    """Where the layer is called, if that is not where it is made: there it is handed what it cannot read."""
    made, used = node.placement.call, node.placement.application
    if node.placement.spelling != "call" or made is None or used is None or used.span is None or made.span is None:
        return node.origin
    begins, ends = (used.span.start_row, used.span.start_column), (used.span.end_row, used.span.end_column)
    within = begins <= (made.span.start_row, made.span.start_column) < ends and used.filename == made.filename
    return node.origin if within else used


def mixed(model: Model) -> Iterator[tuple[Node, Fraction]]:
    """The reshapes that leave a loss with rows that are neither whole samples, parts of one, nor several of them."""
    for head in heads(model):
        rows = head.output.followed
        if not rows or not isinstance(rows[0], Batch) or 1 in rows[0].times.as_integer_ratio():
            continue
        folds = [node for node in ancestors(head.output) if node.kind == "WholeReshape" and node.followed]
        first = next((node for node in reversed(folds) if (node.followed or ())[:1] == rows[:1]), None)
        if first is not None:
            yield first, rows[0].times


def more_axes(node: Node) -> bool:
    """Whether a convolution reads more axes than it works on: Keras 2.4 to 2.15 take the first ones for the batch."""
    shape, spatial = node.inputs[0].shape if node.inputs else None, rank(node.kind)
    return node.kind in CONVOLUTIONS and spatial is not None and shape is not None and len(shape) > spatial + 2


def advice(node: Node) -> str:
    """What can be done about it."""
    shape = node.inputs[0].shape if len(node.inputs) == 1 else None
    if node.kind in ("Conv2D", "MaxPooling2D") and shape is not None and len(shape) == 3:
        return f"give it an axis of channels: [..., np.newaxis] makes samples of {spell((*shape[1:], 1))}"
    if node.kind in RECURRENT and shape is not None and len(shape) == 2:
        return "return_sequences=True in the recurrent layer before it, or a Reshape to (steps, features)"
    return "make the sizes agree"


def trouble(node: Node) -> str | None:
    """Why the node does not fit what it reads, in words, or None."""
    if node.shape_error is None or (node.kind in WINDOWED and window_beyond(node)):
        return None
    return node.shape_error
