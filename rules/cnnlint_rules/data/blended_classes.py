"""CNN540."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "blended classes": (
        "{} holds class numbers, and is resized by blending them: other classes come of it",
        'method="nearest", or interpolation=cv2.INTER_NEAREST',
    ),
}


class BlendedClasses(Rule):
    """A mask of class numbers that is resized as a picture is.

    ## What it does
    Finds masks and labels that `tf.image.resize` or `cv2.resize` brings to another size without being told how, and
    that are made whole numbers afterwards.

    ## Why is this bad
    Both blend neighbours by default. Between class 1 and class 3 there comes 2, which is another class, along every
    edge of what is to be found.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.keras import Sequential, layers


    def load(picture, mask):
        picture = tf.image.resize(tf.io.decode_png(tf.io.read_file(picture), channels=3), (64, 64)) / 255
        mask = tf.io.decode_png(tf.io.read_file(mask), channels=1)
        mask = tf.image.resize(mask, (64, 64))
        return picture, tf.cast(mask, tf.int32)


    data = tf.data.Dataset.from_tensor_slices((pictures, masks)).map(load).batch(8)
    model = Sequential([layers.Input((64, 64, 3)), layers.Conv2D(21, 3, padding="same", activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(data, epochs=10)
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import Sequential, layers


    def load(picture, mask):
        picture = tf.image.resize(tf.io.decode_png(tf.io.read_file(picture), channels=3), (64, 64)) / 255
        mask = tf.io.decode_png(tf.io.read_file(mask), channels=1)
        mask = tf.image.resize(mask, (64, 64), method="nearest")
        return picture, tf.cast(mask, tf.int32)


    data = tf.data.Dataset.from_tensor_slices((pictures, masks)).map(load).batch(8)
    model = Sequential([layers.Input((64, 64, 3)), layers.Conv2D(21, 3, padding="same", activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(data, epochs=10)
    ```

    ## Exceptions
    Masks that are compared with a number or rounded afterwards, and those that stay shares of one class, are fine.

    ## References
    - [TensorFlow 2: tf.image.resize](https://www.tensorflow.org/api_docs/python/tf/image/resize)
    - [OpenCV 4: resize](https://docs.opencv.org/4.x/da/d54/group__imgproc__transform.html)
    """

    code = "CNN540"
    name = "blended-classes"
    severity = Severity.WARNING
    summary = "Class numbers of a mask are averaged"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the masks lie in files that are not read")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(DataMisused), WHY)
