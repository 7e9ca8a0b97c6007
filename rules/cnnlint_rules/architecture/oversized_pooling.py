"""CNN202."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import kernel, spatial, strides
from cnnlint.graph.kinds import CONVOLUTIONS, POOLING
from cnnlint.graph.walks import consumers, descendants, describe, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Trial
from cnnlint.rule.remedies import Remedy, SetArgument

#: so many values for one, and fewer places to a side than this: the windows of VGG and ResNet keep one of four, and
#: leave 112 and 56 places to a side for the second stage (Simonyan and Zisserman, 2015; He and others, 2016)
VALUES, PLACES = 64, 16


class OversizedPooling(Rule):
    """A pooling window that overlaps its neighbours many times over.

    ## What it does
    Finds two- and three-dimensional pooling on the main path whose window is larger than 3 and at least twice its
    stride, before further convolutions; and, as a note, pooling that keeps one of 64 values or fewer and leaves less
    than 16 places to a side for the convolution that reads it.

    ## Why is this bad
    With an 8×8 window at stride 2 every value is seen by 16 windows. The maps that come out are smooth copies of each
    other's neighbourhood: positions blur, and one strong activation decides a large patch. A window of the stride's
    size, or 3 at stride 2, loses no more than it has to. Whether it costs accuracy depends on the pictures: on digits
    it did not when measured.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(12, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(8, strides=2, padding="same"),
        layers.Conv2D(24, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(12, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2, strides=2, padding="same"),
        layers.Conv2D(24, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Global pooling spelled as pooling (the window is the map), the 3-at-stride-2 stem, spatial pyramids (stride 1),
    auxiliary heads (only 1×1 convolutions follow), pyramids of a scene (other paths read the same map), pooling over
    text or along one axis of a spectrogram, averages of the pictures themselves (low resolution for super-resolution).

    ## References
    - Scherer, Müller, Behnke: [Evaluation of pooling operations in convolutional architectures for object
      recognition](https://doi.org/10.1007/978-3-642-15825-4_10) (2010): overlapping windows do not help
    - [Keras 3: MaxPooling2D](https://keras.io/api/layers/pooling_layers/max_pooling2d/)
    """

    code = "CNN202"
    name = "oversized-pooling"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Pooling window more than 3 wide and at least twice its stride"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = Trial("accuracy", "higher", margin=0.05, steps=100, also=("validation loss", "calibration error"))

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such pooling."""
        for pool in model:
            window, step = (kernel(pool), strides(pool)) if pool.kind in POOLING else (None, None)
            if window is None or step is None or len(window) < 2 or len(window) != len(step):
                continue
            if min(window) <= 3 or min(step) < 2:
                continue
            size = spatial(pool, pool.inputs[0].shape) if pool.inputs else None
            if covers(window, size) or shrinks_data(pool) or not reaches_wide_convolution(model, pool):
                continue
            if any(w < 2 * s for w, s in zip(window, step, strict=True)):
                if (left := little_left(model, pool, step)) is not None:
                    yield Finding(
                        f"{describe(pool)} keeps one of {prod(step)} values: {spell(left)} are left of the "
                        f"{spell(size or ())} map before the next convolution looks at it",
                        pool.origin,
                        model,
                        pool,
                        help="pool 2×2 windows, and again behind the next convolution",
                        severity=Severity.INFO,
                        experiment=NotTestable("what so few places can hold depends on the pictures"),
                    )
                continue
            shared = prod(-(-w // s) for w, s in zip(window, step, strict=True))
            of = f" of a {spell(size)} map" if size and None not in size else ""
            yield Finding(
                f"{describe(pool)} pools {spell(window)} windows at stride {spell(step)}{of}: "
                f"each value is in up to {shared} windows",
                pool.origin,
                model,
                pool,
                remedy=Remedy(f"pool {spell(step)} windows", (SetArgument(pool, "pool_size", step),)),
            )


def little_left(model: Model, pool: Node, step: tuple[int, ...]) -> tuple[int, ...] | None:
    """The map that is left, where a single pooling on the only path keeps next to nothing of it for a convolution."""
    size, left = spatial(pool, pool.inputs[0].shape), spatial(pool, pool.shape)
    known = tuple(side for side in left or () if side is not None)
    if prod(step) < VALUES or size is None or None in size or len(known) != len(step) or min(known) >= PLACES:
        return None
    node, readers = pool, consumers(model, pool)
    if len(consumers(model, pool.inputs[0])) != 1:
        return None  # another path looks at the map as it was
    while len(readers) == 1 and readers[0].kind not in CONVOLUTIONS:
        node, readers = readers[0], consumers(model, readers[0])
        if node.opaque or len(node.inputs) != 1 or spatial(pool, node.shape) != left:
            return None
    wide = len(readers) == 1 and max(kernel(readers[0]) or (1,)) > 1
    return known if wide else None


def shrinks_data(pool: Node) -> bool:
    """Whether averages are taken of the data itself: a picture is made smaller, and smoothed so that it can be."""
    return pool.kind.startswith("Average") and any(node.kind == "Input" for node in pool.inputs)


def covers(window: tuple[int, ...], size: tuple[int | None, ...] | None) -> bool:
    """Whether the window is as large as the map: global pooling."""
    return size is not None and all(s is not None and w >= s for w, s in zip(window, size, strict=True))


def reaches_wide_convolution(model: Model, pool: Node) -> bool:
    """Whether a convolution with a kernel above 1 reads what was pooled."""
    return any(node.kind in CONVOLUTIONS and max(kernel(node) or (1,)) > 1 for node in descendants(model, pool))
