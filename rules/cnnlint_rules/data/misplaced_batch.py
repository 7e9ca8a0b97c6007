"""CNN534."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "misplaced batch": (
        "{} is not the place that it is meant to be: the batches overlap, or are empty",
        "x[i * size : (i + 1) * size]",
    ),
    "same batch": (
        "{} is the same in every pass of this loop: all steps train on one batch",
        "draw it, or cut it out, in the loop",
    ),
    "unread index": (
        "__getitem__ never looks at {}: all batches of an epoch are one and the same",
        "cut the batch out by it: x[i * size : (i + 1) * size]",
    ),
    "batched twice": (
        "what is batched already is put into batches again: {} yields batches of batches",
        "batch once; image_dataset_from_directory does it itself",
    ),
    "never batched": (
        "{} is never batched: it yields one sample at a time, without the axis of the batch",
        "data.batch(32)",
    ),
}


class MisplacedBatch(Rule):
    """Batches that are cut out at the wrong places.

    ## What it does
    Finds slices by `i + 1 * size` beside `i * size`, where `(i + 1) * size` is meant, and slices `x[i : i + size]` in a
    loop that counts batches and not samples. And steps of a loop that all take the one batch that was drawn before it,
    or the first rows; so do the batches of a `Sequence` that never looks at its index.

    ## Why is this bad
    The first batch is whole and the next ones have a few rows or none, or all of them are nearly the same: most samples
    are never seen, and nothing says so.

    ## Example
    ```python
    import math

    from tensorflow import keras


    class Batches(keras.utils.Sequence):
        def __init__(self, x, y, size):
            self.x, self.y, self.size = x, y, size

        def __len__(self):
            return math.ceil(len(self.x) / self.size)

        def __getitem__(self, i):
            rows = slice(i * self.size, i + 1 * self.size)
            return self.x[rows], self.y[rows]


    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(Batches(x_train, y_train, 32), epochs=10)
    ```

    ## Use instead
    ```python
    import math

    from tensorflow import keras


    class Batches(keras.utils.Sequence):
        def __init__(self, x, y, size):
            self.x, self.y, self.size = x, y, size

        def __len__(self):
            return math.ceil(len(self.x) / self.size)

        def __getitem__(self, i):
            rows = slice(i * self.size, (i + 1) * self.size)
            return self.x[rows], self.y[rows]


    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(Batches(x_train, y_train, 32), epochs=10)
    ```

    ## Exceptions
    A loop that counts samples, or whose counter is changed in its body, is left alone, and so is one that does not
    divide by the size of the slice.

    ## References
    - [Python 3: operator precedence](https://docs.python.org/3/reference/expressions.html#operator-precedence)
    - [Keras 3: PyDataset](https://keras.io/api/utils/python_utils/#pydataset-class)
    """

    code = "CNN534"
    name = "misplaced-batch"
    severity = Severity.WARNING
    summary = "Batches do not begin or end where they should"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the batches are cut by code, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(DataMisused), WHY)
