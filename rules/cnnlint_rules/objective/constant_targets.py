"""CNN332."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class ConstantTargets(Rule):
    """Targets that are all the same number.

    ## What it does
    Finds a `fit` whose targets are made by `np.zeros`, `np.ones` or `np.full` and are left as they are: nothing is put
    into them, and no other function is given them.

    ## Why is this bad
    There is nothing to tell apart. The loss falls to 0 as the last bias learns the number, and the answers hang on
    nothing. One-hot rows of zeros alone have no class, and a categorical cross-entropy of them is 0 whatever is
    answered. Mostly the line that fills them is missing, or stands in a branch that is never taken.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.load("features.npy")
    y = np.zeros((len(x), 4))
    model = Sequential([layers.Dense(16, activation="relu"), layers.Dense(4, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    x, numbers = np.load("features.npy"), np.load("classes.npy")
    y = np.zeros((len(x), 4))
    y[np.arange(len(x)), numbers] = 1
    model = Sequential([layers.Dense(16, activation="relu"), layers.Dense(4, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(x, y, epochs=20)
    ```

    ## Exceptions
    A loss of the program's own, or one that a layer adds, may need no targets and be given zeros in their place;
    residuals of an equation are to be 0, and the better of a pair is to come first (a binary cross-entropy); data
    that are zeros or drawn by chance themselves show how something is called; and where a model is trained several
    times, others may be given the other number (a GAN's judge): silent.

    ## References
    - [Keras 3: probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    code = "CNN332"
    name = "constant-targets"
    severity = Severity.WARNING
    summary = "All targets are one number"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the targets are the program's own, and there is nothing in them to learn")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for the array that is handed on as it was made."""
        for event in program.events_of(DataMisused):
            if event.why == "constant targets":
                problem = f"{event.what} are one number alone: nothing is put into them before the training"
                yield Finding(problem, event.origin, event.model, help="put the answers into them")
