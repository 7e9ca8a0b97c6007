"""CNN315."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Argmax, Program, kinds
from cnnlint.graph.axes import declared_size
from cnnlint.graph.outputs import reads_rows
from cnnlint.graph.walks import ancestors, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof


class ArgmaxOnSingleUnit(Rule):
    """The largest of one.

    ## What it does
    Finds `argmax` over the predictions of a model, or over labels, along an axis that has a single element.

    ## Why is this bad
    The index of the largest of one value is 0, always. As a prediction that is class 0 for everything; compared with an
    argmax over one column of labels it is an accuracy of 1, whatever the model does.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    classes = np.argmax(model.predict(np.zeros((8, 20))), axis=1)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    classes = model.predict(np.zeros((8, 20))) > 0.5
    ```

    ## Exceptions
    An axis whose length is not known, and an argmax over the samples (which one scores highest?), are left alone.

    ## References
    - [NumPy 2: argmax](https://numpy.org/doc/stable/reference/generated/numpy.argmax.html)
    - [TensorFlow 2: tf.math.argmax](https://www.tensorflow.org/api_docs/python/tf/math/argmax)
    """

    code = "CNN315"
    name = "argmax-on-single-unit"
    severity = Severity.ERROR
    summary = "Argmax over an axis of one element is always 0"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    every_way = True
    experiment = Proof(
        "constant-output", "the index of the largest of one value is 0, whatever the weights", {"argmax": True}
    )

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such call."""
        events = list(program.events_of(Argmax))
        # a helper may be called with more than one element, too
        several = {(event.origin.filename, event.origin.span) for event in events if length(event) != 1}
        for event in events:
            if event.axis == 0 or (event.origin.filename, event.origin.span) in several:
                continue
            node = event.node
            if node is not None and not any(one.kind in kinds.WEIGHTED for one in ancestors(node)):
                continue  # nobody's prediction
            labels = event.facts is not None and event.facts.role == "labels"
            whose = "one column of labels" if labels else "predictions of one column"
            whose = f"the single output of {describe(node)}" if node is not None else whose
            yield Finding(
                f"argmax over {whose} is 0 for every sample",
                event.origin,
                event.model,
                node,
                help="they are class numbers already" if labels else "compare with a threshold: probability > 0.5",
            )


def length(event: Argmax) -> int | None:
    """The number of elements that an argmax chooses from; of a dense model for tables, its units."""
    if event.size is not None:
        return event.size
    model = event.model
    if model is None or len(model.outputs) != 1 or event.axis not in (1, -1) or not reads_rows(model):
        return None
    return declared_size(model.outputs[0])
