"""CNN209."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Program
from cnnlint.graph.axes import data_format
from cnnlint.graph.program import ORDERED
from cnnlint.graph.walks import describe, order_conflict, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, SetArgument


class ChannelOrderMismatch(Rule):
    """Pictures with their channels on one side, and a convolution that looks for them on the other.

    ## What it does
    Finds two-dimensional convolutions on an input such as (3, 32, 32) that are set to channels-last, or on (32, 32, 3)
    set to channels-first, and chains whose layers disagree about the order.

    ## Why is this bad
    The convolution takes rows for colours: it slides over a picture 3 pixels high with 32 channels. Nothing stops the
    program, the shapes just come out small, and the model learns next to nothing.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((3, 32, 32)),
        layers.Conv2D(32, 3, padding="same", activation="relu", data_format="channels_last"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, padding="same", activation="relu", data_format="channels_last"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    A data format that is decided at run time (`K.image_data_format()`) is read both ways; (1, time, features) with a
    1×k kernel is a one-dimensional convolution on purpose; a Permute or a transposition in between settles it.
    Programs of Keras 1, whose order was a matter of its configuration file, are left alone.

    ## References
    - [Keras 3: Conv2D](https://keras.io/api/layers/convolution_layers/convolution2d/), `data_format`
    - [Keras 3: image data format](https://keras.io/api/utils/config_utils/)
    - LeCun and others: [Gradient-based learning applied to document recognition](
      https://doi.org/10.1109/5.726791) (1998), on what a feature map is
    """

    code = "CNN209"
    name = "channel-order-mismatch"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "The picture's channels are not where the convolution looks for them"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("the probe pictures would have to be wrong in the same way, which proves nothing")

    def check(self, program: Program) -> Iterator[Finding]:
        """The findings of each model, unless it is Keras 1's: there the order was set outside of the program."""
        if program.frameworks.keras != 1:
            yield from super().check(program)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first layer that looks on the wrong side."""
        found = order_conflict(model)
        if found is None:
            return
        layer, source, other = found
        what = f"is {spell((source.shape or ())[1:])}" if source.kind == "Input" else f"is set to {other}"
        yield Finding(
            f"{describe(layer)} is set to {data_format(layer)}, and its input {describe(source)} {what}",
            layer.origin,
            model,
            layer,
            proved=ORDERED,
            remedy=Remedy(
                f'data_format="{other}" in {describe(layer)}, or reorder the axes of the pictures',
                (SetArgument(layer, "data_format", other),),
            ),
        )
