"""CNN705."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Dropped, GradientStopped, Model, Node, Program
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.graph.walks import TRAINED, ancestors, describe, stops_gradient
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class NoGradientPath(Rule):
    """A loss that no gradient leads back from.

    ## What it does
    Finds losses of an output that went through `argmax`, `sign`, a comparison, a cast to whole numbers or
    `stop_gradient` behind the last layer with weights, and losses written out in the program that see the output
    through one of these, or through `round`, alone: an accuracy that is minimised.

    ## Why is this bad
    These have no derivative, or one that is zero everywhere: no weight in front of them ever changes. Keras raises "No
    gradients provided for any variable", or warns and trains nothing.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.keras import Input, Model, layers

    inputs = Input((20,))
    scores = layers.Dense(10, activation="softmax")(layers.Dense(64, activation="relu")(inputs))
    model = Model(inputs, tf.argmax(scores, axis=-1))
    model.compile(loss="mse", optimizer="adam")
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import Input, Model, layers

    inputs = Input((20,))
    scores = layers.Dense(10, activation="softmax")(layers.Dense(64, activation="relu")(inputs))
    model = Model(inputs, scores)
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    ```

    ## Exceptions
    Where another path leads from the loss to a layer with weights, something is trained: silent. Operations that were
    not understood may pass a gradient, and a loss whose weight is 0 is none: silent.

    ## References
    - [TensorFlow 2: gradients of None](https://www.tensorflow.org/guide/autodiff#getting_a_gradient_of_none)
    """

    code = "CNN705"
    name = "no-gradient-path"
    severity = Severity.ERROR
    summary = "No gradient leads from the loss to the weights"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 and 2"
    experiment = NotTestable("nothing in the model would change in training")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        yield from super().check(program)
        for lost in program.events_of(Dropped):
            if lost.why == "detached":
                problem = f"{lost.what} was detached from what torch differentiates: backward finds no weights"
                yield Finding(problem, lost.origin, lost.model, help="leave out detach(), or no_grad() around it")
        rows = set[tuple[str | None, int]]()  # one for each statement
        for event in program.events_of(GradientStopped):
            row = event.origin.span.start_row if event.origin.span is not None else -len(rows)
            if (event.origin.filename, row) in rows:
                continue
            rows.add((event.origin.filename, row))
            problem = f"no gradient passes {event.operation}, and this loss sees the output through it alone"
            yield Finding(problem, event.origin, event.model, help="give the loss the scores themselves")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each loss."""
        weights = model.training.arguments.get("loss_weights")
        for place, loss in enumerate(model.training.losses):
            if weights is not None and not counts(weights.value, place, len(model.training.losses)):
                continue
            step = barrier(loss.output) if loss.output is not None else None
            if step is not None:
                problem = f"no gradient passes {describe(step)}: nothing in front of it is trained by this loss"
                yield Finding(problem, step.origin, model, step, help="give the loss the scores themselves")


def counts(weights: object, place: int, number: int) -> bool:
    """Whether `loss_weights` is a list that gives a loss a weight other than 0."""
    known = isinstance(weights, (list, tuple)) and len(weights) == number
    return known and weights[place] not in (0, None)  # type: ignore[index]


def barrier(output: Node) -> Node | None:
    """The operation without derivative between an output and the first weights, on a single path."""
    node = output
    for _ in range(16):
        if stops_gradient(node):
            return node if any(one.kind in TRAINED for one in ancestors(*node.inputs)) else None
        if node.kind in WEIGHTED or node.opaque or len(node.inputs) != 1:
            return None
        node = node.inputs[0]
    return None
