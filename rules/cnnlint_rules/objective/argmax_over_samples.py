"""CNN322."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Argmax, Program
from cnnlint.graph.outputs import heads
from cnnlint.graph.values import Batch
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class ArgmaxOverSamples(Rule):
    """An argmax that compares samples instead of classes.

    ## What it does
    Finds `argmax` along axis 0, that of the samples, of a classifier's output or of what `predict` returned, and along
    the steps of what a tagger predicts, with a class for each step; and `np.argmax` without an axis, of the predictions
    for several samples.

    ## Why is this bad
    For each class it answers which picture of the batch it is most probable in, not which class a picture is of. The
    accuracy that is computed of it is chance. TensorFlow's `argmax` takes axis 0 where none is given.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    model = Sequential([layers.Input((20,)), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y)
    classes = np.argmax(model.predict(x_test), axis=0)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    model = Sequential([layers.Input((20,)), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y)
    classes = np.argmax(model.predict(x_test), axis=1)
    ```

    ## Exceptions
    What one sample is answered (`model.predict(x)[0]`) has its classes along axis 0, and so has anything whose first
    axis is not known to be that of the samples.

    ## References
    - [TensorFlow 2: tf.math.argmax](https://www.tensorflow.org/api_docs/python/tf/math/argmax)
    - [NumPy 2: argmax](https://numpy.org/doc/stable/reference/generated/numpy.argmax.html)
    """

    code = "CNN322"
    name = "argmax-over-samples"
    severity = Severity.WARNING
    summary = "Argmax along the axis of the samples"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("what is wrong is what is made of the answers, which training does not see")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such call."""
        for event in program.events_of(Argmax):
            if over_steps(event):
                yield Finding(
                    f"argmax along axis {event.axis} of predictions compares places, not the classes of each",
                    event.origin,
                    event.model,
                    help="take axis=-1",
                )
            if event.axis is None and event.size is not None and is_batch(event) and of_several(event):
                yield Finding(
                    "argmax without an axis gives one number for all of these predictions",
                    event.origin,
                    event.model,
                    help="take axis=-1",
                )
            if event.axis != 0 or not is_batch(event):
                continue
            whose = f"the output of {describe(event.node)}" if event.node is not None else "predictions"
            yield Finding(
                f"argmax along axis 0 of {whose} compares the samples, not the classes",
                event.origin,
                event.model,
                event.node,
                help="take axis=-1",
            )


def over_steps(event: Argmax) -> bool:
    """Whether predictions with a softmax over their last axis are searched along the steps, or rows, before it."""
    facts, model = event.facts, event.model
    if facts is None or facts.shape is None or model is None or event.axis is None or facts.steps:
        return False
    last = len(facts.shape) - 1
    found = list(heads(model))
    classes = len(found) == 1 and found[0].activation == "softmax" and (found[0].units or 0) > 1
    return classes and 0 < event.axis % (last + 1) < last


def of_several(event: Argmax) -> bool:
    """Whether predictions are known to be of more than one sample."""
    return event.facts is not None and ((event.facts.shape or (0,))[0] or 0) > 1


def is_batch(event: Argmax) -> bool:
    """Whether the first of exactly two axes is that of the samples, and the other that of several classes."""
    if event.node is not None:
        if event.node.kind == "Input":
            return False  # the labels beside it
        sizes = event.node.followed
        return sizes is not None and len(sizes) == 2 and isinstance(sizes[0], Batch) and sizes[1] not in (None, 1)
    shape = event.facts.shape if event.facts is not None else None
    return shape is not None and len(shape) == 2 and shape[1] not in (None, 1) and shape[0] != 1
