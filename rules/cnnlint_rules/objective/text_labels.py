"""CNN319."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Model, Program
from cnnlint.graph.outputs import heads
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class TextLabels(Rule):
    """Labels that are words.

    ## What it does
    Finds labels that are strings (`"cat"`, `"dog"`) where they meet a loss, and intervals that
    `pandas.cut` makes of numbers.

    ## Why is this bad
    Every loss of Keras computes with numbers: TensorFlow refuses to cast strings to floats, at the first batch.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    y = np.array(["cat", "dog", "cat", "bird"])
    model = Sequential([layers.Input((2,)), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers
    from sklearn.preprocessing import LabelEncoder

    y = LabelEncoder().fit_transform(np.array(["cat", "dog", "cat", "bird"]))
    model = Sequential([layers.Input((2,)), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y)
    ```

    ## Exceptions
    Labels whose kind could not be traced (a column of a file) keep the rule silent, and so do losses of one's own.

    ## References
    - [Keras 3: probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    - [scikit-learn 1.5: LabelEncoder](
      https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.LabelEncoder.html)
    """

    code = "CNN319"
    name = "text-labels"
    severity = Severity.ERROR
    summary = "Labels that are words"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the arrays are refused before the model is asked")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each head whose labels are strings, and for classes that pandas cut out of numbers."""
        yield from super().check(program)
        for event in program.events_of(DataMisused):
            if event.why == "ranges as labels":
                problem = f"the classes of these labels are {event.what}, and a loss computes with numbers"
                yield Finding(problem, event.origin, event.model, help="pass labels=False, which numbers the classes")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head whose labels are strings."""
        for head in heads(model):
            labels = head.labels
            if labels is not None and labels.dtype == "str" and head.loss.name is not None:
                yield Finding(
                    f"{labels.name or 'the labels'} are words, and {head.loss.name} computes with numbers",
                    head.loss.origin,
                    model,
                    head.layer or head.output,
                    help="number them: LabelEncoder().fit_transform(y), or pandas.get_dummies(y) for one-hot rows",
                )
