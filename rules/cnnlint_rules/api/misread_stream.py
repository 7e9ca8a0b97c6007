"""CNN726."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, WrongKind
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "share": (
        "validation_split parts arrays, and this is a stream, which Keras refuses to part",
        "validation_data=data.take(n), and train on data.skip(n)",
    ),
    "windows": (
        "each window is a stream itself, and has no items",
        "data.flat_map(lambda window: window.batch(size)) first",
    ),
    "batched": (
        "this stream brings batches of another size, and this one is not heeded (TensorFlow refused it up to 2.1)",
        "data.batch(size), and no batch_size",
    ),
    "files": (
        "this function reads one file or record, and is given a batch of them",
        "map first, and batch then; or parse_example, which takes a batch",
    ),
}


class MisreadStream(Rule):
    """A stream that is taken for arrays, or a batch for one sample.

    ## What it does
    Finds `validation_split` of a `Dataset`, windows of a `Dataset` that are indexed in the next `map`, and
    functions that read one file and are mapped over batches of names; and, as a warning, a `batch_size` beside a stream
    whose batches are of another size.

    ## Why is this bad
    Keras parts arrays, and refuses to part a stream. A window of a stream is a stream, which has no items.
    `read_file` takes one name.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.keras import Sequential, layers

    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    model = Sequential([layers.Input((20,)), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(data, validation_split=0.2, epochs=10)
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import Sequential, layers

    data = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    model = Sequential([layers.Input((20,)), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(data.skip(20), validation_data=data.take(20), epochs=10)
    ```

    ## Exceptions
    Only what `tf.data` and Keras's folders make in the same function or module is known for a stream.

    ## References
    - [Keras 3: fit](https://keras.io/api/models/model_training_apis/#fit-method), on `validation_split`
    - [TensorFlow 2: Dataset.window](https://www.tensorflow.org/api_docs/python/tf/data/Dataset#window)
    - [TensorFlow 2: tf.io.read_file](https://www.tensorflow.org/api_docs/python/tf/io/read_file)
    """

    code = "CNN726"
    name = "misread-stream"
    severity = Severity.ERROR
    summary = "A stream or batch is taken for something else"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the call is refused before the first step")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for event in program.events_of(WrongKind):
            if event.why in WHY:
                problem, advice = WHY[event.why]
                level = Severity.WARNING if event.why == "batched" else None
                yield Finding(problem, event.origin, event.model, help=advice, severity=level)
