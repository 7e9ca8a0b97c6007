"""CNN727."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Dropped, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "result": (
        "{} returns its result and changes nothing else, and the result is dropped",
        "give it a name: data = data.map(…)",
    ),
    "table": (
        "{} returns another table and leaves this one as it is, and the result is dropped",
        "give it a name, or inplace=True",
    ),
    "layer": (
        "this {} is made and applied to nothing: what stands behind it reads what stands before",
        "give it the tensor, or add it to the model",
    ),
    "comparison": (
        "{} is compared here, and not set",
        "=",
    ),
    "overwritten": (
        "{} returns no model, and the model's name is given to what it returns",
        "leave out the assignment",
    ),
}


class DiscardedResult(Rule):
    """A result that is dropped, or put in the place of its model.

    ## What it does
    Finds methods of a `Dataset`, the stateless ones of Keras 3 and, within a function, those of `tf.image` on a line
    of their own, methods of a table of pandas or of its column (`table.drop("price", axis=1)`,
    `table["age"].fillna(0)`) without `inplace=True`, layers that stand alone on a line between two that are applied
    (`BatchNormalization()`), settings that are compared where they are to be set (`layer.trainable == False`), and
    models whose name is given to what `compile`, `load_weights` or `summary` return.

    ## Why is this bad
    `map` makes another stream and leaves the old one as it is; `stateless_apply` returns the new weights. A comparison
    sets nothing. `compile` returns None, and None has no `fit`.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.keras import Sequential, layers


    def scale(picture, label):
        return tf.cast(picture, tf.float32) / 255, label


    data = tf.data.Dataset.from_tensor_slices((x, y))
    data.map(scale)
    model = Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(data.batch(32))
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import Sequential, layers


    def scale(picture, label):
        return tf.cast(picture, tf.float32) / 255, label


    data = tf.data.Dataset.from_tensor_slices((x, y))
    data = data.map(scale)
    model = Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(data.batch(32))
    ```

    ## Exceptions
    Comparisons of anything but `trainable`, `training` and the learning rate, and streams of unknown origin, are left
    alone.

    ## References
    - [TensorFlow 2: tf.data](https://www.tensorflow.org/guide/data)
    - [Keras 3: writing a training loop in JAX](https://keras.io/guides/writing_a_custom_training_loop_in_jax/)
    """

    code = "CNN727"
    name = "discarded-result"
    severity = Severity.WARNING
    summary = "The result of a call is dropped, and is all that it does"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("what is dropped is made by code, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Dropped), WHY)
