"""CNN208."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import channels_axis, kernel, spatial, window_beyond
from cnnlint.graph.kinds import CONVOLUTIONS, POOLING
from cnnlint.graph.walks import consumers, descendants, describe, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Proof

#: a picture of at least this many pixels, kept in fewer than so many numbers, is not enough to classify it by
PIXELS, NUMBERS = 1024, 32
#: layers that slide a window over a map
WINDOWED = CONVOLUTIONS | POOLING
REFUSED = Proof("framework-refuses", "Keras refuses to build the layer")


class CollapsedFeatureMap(Rule):
    """A map that was pooled away before the network was done with it.

    ## What it does
    Finds pooling windows that no longer fit into their map, convolutions above 1×1 that read a 1×1 map, and pictures
    that are pooled down to 1×1 with fewer than 32 channels before they are flattened.

    ## Why is this bad
    Every pooling halves the map; after enough of them one place is left, or none. A window that does not fit stops the
    program. A 3×3 kernel on a 1×1 map multiplies 8 of its 9 weights with padding. And what was pooled away cannot
    come back: a classifier that reads 20 numbers has lost most of the picture.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((64, 64, 3)),
        layers.Conv2D(32, 7, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(20, 5, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(20, 5, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(20, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((64, 64, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ])
    ```

    ## Exceptions
    Global pooling, also where it is spelled as pooling of the whole map, is meant to leave 1×1; 1×1 convolutions may
    follow it; a VGG that ends in 1×1×512 keeps enough. Detectors (SSD) read maps of several sizes with
    one kernel size, the last of one place. Sizes that are not known keep the rule silent.

    ## References
    - Dumoulin, Visin: [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) (2016)
    - [Keras 3: MaxPooling2D](https://keras.io/api/layers/pooling_layers/max_pooling2d/)
    """

    code = "CNN208"
    name = "collapsed-feature-map"
    severity = Severity.WARNING
    summary = "The map is pooled away before the network is done with it"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    every_way = True
    experiment = NotTestable("how much of a picture one place can hold depends on the pictures")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each window that does not fit, and each map that collapsed."""
        for node in model:
            if node.kind not in WINDOWED:
                continue
            area = spatial(node, node.inputs[0].shape) if len(node.inputs) == 1 else None
            window = kernel(node)
            if area is None or window is None:
                continue
            sizes, severity = spell(window), Severity.WARNING
            if node.kind in POOLING and window_beyond(node):
                problem = f"the {sizes} window of {describe(node)} does not fit into the {spell(area)} map that is left"
                severity = Severity.ERROR
            elif node.kind in CONVOLUTIONS and padded(node) and is_single(area) and max(window) > 1 and picture(model):
                if is_scale(model, node):
                    continue
                problem = f"{describe(node)} slides a {sizes} kernel over a {spell(area)} map: the rest is padding"
            elif node.kind in POOLING and leaves_too_little(model, node):
                left = f"{node.shape[-1] if node.shape else '?'} numbers of a {spell(picture(model) or ())} picture"
                problem = f"{describe(node)} leaves {left} to {describe(consumers(model, node)[0])}"
            else:
                continue
            advice = "pool less before it, or use more filters before the last pooling"
            if severity is Severity.ERROR:
                advice = f'pool less before it, or give it padding="same" or a window that fits into {spell(area)}'
            refused = REFUSED if severity is Severity.ERROR else None
            yield Finding(problem, node.origin, model, node, advice, severity=severity, experiment=refused)


def padded(node: Node) -> bool:
    """Whether the map is padded as far as the window needs; without padding the framework refuses it."""
    return bool(node.value("padding") == "same")


def is_scale(model: Model, node: Node) -> bool:
    """Whether a convolution reads one of several maps that a model answers from, each with the same kernel."""
    return len(model.outputs) > 1 or any(reader.kind == "Concatenate" for reader in descendants(model, node))


def is_single(area: tuple[int | None, ...] | None) -> bool:
    """Whether a map of two or more dimensions has a single place."""
    return area is not None and len(area) > 1 and all(side == 1 for side in area)


def picture(model: Model) -> tuple[int, ...] | None:
    """The size of the pictures that the model reads, if it is known and is more than one place."""
    shape = model.inputs[0].shape if len(model.inputs) == 1 else None
    sizes = tuple(side for side in shape[1:] if side is not None) if shape is not None else ()
    return sizes if len(sizes) == 3 and sorted(sizes)[-2] > 1 else None


def leaves_too_little(model: Model, pool: Node) -> bool:
    """Whether a pooling that is not global leaves one place and few channels to a dense layer."""
    size, window, area = picture(model), kernel(pool), spatial(pool, pool.inputs[0].shape)
    readers = consumers(model, pool)
    if size is None or area is None or window is None or not pool.shape or not is_single(spatial(pool, pool.shape)):
        return False
    is_global = max(window) > 2 and all(side is not None and w >= side for w, side in zip(window, area, strict=True))
    left = pool.shape[channels_axis(pool)]
    feeds_dense = len(readers) == 1 and readers[0].kind == "Dense"
    return not is_global and feeds_dense and left is not None and left < NUMBERS and prod(sorted(size)[1:]) >= PIXELS
