"""CNN208."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnlint.diagnostics import Severity
from cnnlint.experiments import NotTestable, Proof
from cnnlint.graph import Model, Node
from cnnlint.graph.walks import (
    CHAIN,
    CONVOLUTIONS,
    POOLING,
    WEIGHTED,
    consumers,
    describe,
    features,
    kernel,
    producer,
    spatial,
    spell,
    window_beyond,
)
from cnnlint.remedies import Remedy, RemoveNode
from cnnlint.rule import Finding, Rule

#: a picture of at least this many pixels, kept in fewer than so many numbers, is not enough to classify it by
PIXELS, NUMBERS = 1024, 32


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
    follow it; a VGG that ends in 1×1×512 keeps enough. Sizes that are not known keep the rule silent.

    ## References
    - Dumoulin, Visin: [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) (2016)
    - [Keras 3: MaxPooling2D](https://keras.io/api/layers/pooling_layers/max_pooling2d/)
    """

    code = "CNN208"
    name = "collapsed-feature-map"
    severity = Severity.WARNING
    summary = "The map is pooled away before the network is done with it"
    experiment = NotTestable("how much of a picture one place can hold depends on the pictures")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each pooling that does not fit, and each map that collapsed."""
        for node in model:
            area = spatial(node, node.inputs[0].shape) if len(node.inputs) == 1 else None
            if node.kind in POOLING and area is not None and window_beyond(node):
                yield Finding(
                    f"the {spell(kernel(node) or ())} window of {describe(node)} does not fit into the "
                    f"{spell(area)} map that is left",
                    node.origin,
                    model,
                    node,
                    remedy=Remedy(f"leave out {describe(node)}", (RemoveNode(node),)),
                    severity=Severity.ERROR,
                    experiment=Proof("framework-refuses", "Keras refuses to build the layer"),
                )
            elif node.kind in CONVOLUTIONS and is_single(area) and max(kernel(node) or (1,)) > 1 and shrunk(model):
                yield Finding(
                    f"{describe(node)} slides a {spell(kernel(node) or ())} kernel over a {spell(area or ())} map: "
                    "all but one of its places are padding",
                    node.origin,
                    model,
                    node,
                    help="pool less before it, or use a 1×1 convolution",
                )
            elif too_few_left(model, node):
                yield Finding(
                    f"{describe(node)} leaves {features_of(node)} numbers of a {spell(picture(model) or ())} picture "
                    f"to {describe(consumers(model, node)[0])}",
                    node.origin,
                    model,
                    node,
                    help="pool less often, or use more filters before the last pooling",
                )


def is_single(area: tuple[int | None, ...] | None) -> bool:
    """Whether a map of two or more dimensions has a single place."""
    return area is not None and len(area) > 1 and all(side == 1 for side in area)


def picture(model: Model) -> tuple[int | None, ...] | None:
    """The size of the pictures that the model reads, if it is known."""
    shape = model.inputs[0].shape if len(model.inputs) == 1 else None
    if shape is None or len(shape) != 4 or None in shape[1:]:
        return None
    return shape[1:]


def shrunk(model: Model) -> bool:
    """Whether the model's input had more than one place, so that its own layers made the map collapse."""
    size = picture(model)
    return size is not None and sorted(filter(None, size))[-2] > 1


def too_few_left(model: Model, node: Node) -> bool:
    """Whether a pooling that is not global leaves 1×1 and few channels to the dense layers."""
    if node.kind not in POOLING or not is_single(spatial(node, node.shape)):
        return False
    size, left = picture(model), features_of(node)
    window, area = kernel(node), spatial(node, node.inputs[0].shape)
    readers = consumers(model, node)
    if size is None or left is None or len(readers) != 1 or readers[0].kind not in WEIGHTED or window is None:
        return False
    covers = area is not None and all(w >= (s or 0) for w, s in zip(window, area, strict=True)) and max(window) > 2
    return not covers and prod(s or 0 for s in size[:2]) >= PIXELS and left < NUMBERS


def features_of(pool: Node) -> int | None:
    """The number of channels that reach a pooling layer."""
    source = producer(pool, through=CHAIN)
    return features(source) if source is not None else None
