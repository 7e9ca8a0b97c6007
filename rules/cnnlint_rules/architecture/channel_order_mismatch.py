"""CNN209."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.experiments import NotTestable
from cnnlint.graph import Model, Node
from cnnlint.graph.walks import CHAIN, CONVOLUTIONS, POOLING, describe, kernel, producer, spell
from cnnlint.remedies import Remedy, SetArgument
from cnnlint.rule import Finding, Rule

COLOURS = (1, 3, 4)
BOTH = CHAIN - {"Permute", "Transpose", "Reshape", "Flatten"} - POOLING
LAYERS = frozenset(kind for kind in CONVOLUTIONS | POOLING if kind.endswith("2D"))


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

    ## References
    - [Keras 3: Conv2D](https://keras.io/api/layers/convolution_layers/convolution2d/), `data_format`
    - [Keras 3: image data format](https://keras.io/api/utils/config_utils/)
    - LeCun and others: [Gradient-based learning applied to document recognition](
      https://doi.org/10.1109/5.726791) (1998), on what a feature map is
    """

    code = "CNN209"
    name = "channel-order-mismatch"
    severity = Severity.ERROR
    summary = "The picture's channels are not where the convolution looks for them"
    experiment = NotTestable("the probe pictures would have to be wrong in the same way, which proves nothing")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first layer that looks on the wrong side, else for the first that disagrees."""
        for layer in model:
            source = producer(layer, through=BOTH) if layer.kind in LAYERS and layer.known("data_format") else None
            order = layer.value("data_format")
            if source is None or order is None:
                continue
            if source.kind == "Input":
                other = misplaced(source, layer, order)
            else:
                other = source.value("data_format") if source.kind in LAYERS else None
            if other is None or other == order:
                continue
            what = f"is {spell((source.shape or ())[1:])}" if source.kind == "Input" else f"is set to {other}"
            yield Finding(
                f"{describe(layer)} is set to {order}, and its input {describe(source)} {what}",
                layer.origin,
                model,
                layer,
                remedy=Remedy(
                    f'data_format="{other}" in {describe(layer)}, or reorder the axes of the pictures',
                    (SetArgument(layer, "data_format", other),),
                ),
            )
            return


def misplaced(source: Node, layer: Node, order: str) -> str | None:
    """The order that an input's shape shows, if it is not the layer's own."""
    shape, window = source.shape, kernel(layer)
    if shape is None or len(shape) != 4 or window is None or layer.kind not in CONVOLUTIONS:
        return None
    _, first, second, last = shape
    if first is None or second is None or last is None:
        return None
    if order == "channels_last" and first in COLOURS and min(second, last) > 8 and window[0] > 1:
        return "channels_first"
    if order == "channels_first" and last in COLOURS and min(first, second) > 8 and window[-1] > 1:
        return "channels_last"
    return None
