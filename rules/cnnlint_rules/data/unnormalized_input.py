"""CNN501."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Feed, Model, Node, Origin
from cnnlint.graph.kinds import CONVOLUTIONS, NORMALIZATION, SCALE_KEEPING
from cnnlint.graph.walks import consumers, describe, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Trial
from cnnlint.rule.remedies import Remedy, ScaleInputs

#: values beyond this, in either direction, are not scaled for a network
LARGE = 50.0
ENTRY = CONVOLUTIONS | {"Dense", "SeparableConv2D", "DepthwiseConv2D"}
UNCHECKED = NotTestable("nothing is known of the data, so there is nothing to test")


class UnnormalizedInput(Rule):
    """Inputs that are fed as they come, 0 to 255 or larger.

    ## What it does
    Finds models trained on features whose known range goes beyond ±50, where neither the data nor the first layers
    scale it, or a Rescaling multiplies. Where the range of pictures could not be traced, it notes that.

    ## Why is this bad
    Initial weights are made for inputs around 1. With inputs of 255 the first activations, the loss and its gradients
    are hundreds of times too large: the loss starts near 100 instead of ln K, units saturate or die, and training is
    slow or stuck.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import cifar10

    (x_train, y_train), _ = cifar10.load_data()
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import cifar10

    (x_train, y_train), _ = cifar10.load_data()
    x_train = x_train / 255
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    A layer at the entry that scales or normalises, batch norm right behind the first layer, a `keras.applications`
    model (several scale by themselves), an embedding, and anything unknown at the entry keep the rule silent.

    ## References
    - LeCun and others: [Efficient backprop](https://doi.org/10.1007/978-3-642-35289-8_3) (1998), section 4.3
    - [Keras 3: Rescaling](https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/)
    """

    code = "CNN501"
    name = "unnormalized-input"
    severity = Severity.WARNING
    summary = "The model is trained on inputs that were not scaled"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=100)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first call that trains on unscaled inputs, or on inputs of unknown scale."""
        layers, wrong = entry(model), magnifying(model)
        if wrong is not None:
            problem = f"{describe(wrong)} multiplies what it reads by {wrong.value('scale'):g}"
            advice = "divide instead: Rescaling(1 / 255)"
            yield Finding(problem, wrong.origin, model, wrong, help=advice, experiment=UNCHECKED)
        if not layers:
            return
        for feed in model.training.fits():
            low, high = (feed.x.low, feed.x.high) if feed.x is not None else (None, None)
            size = max(abs(low or 0.0), abs(high or 0.0))
            if size > LARGE:
                factor = 1 / 255 if high == 255 else 1 / size
                named = (feed.x and (feed.x.name or feed.x.source)) or "the data"
                generator = unscaled_generator(feed)
                if generator is not None:
                    yield Finding(
                        f"{describe(layers[0])} reads this generator's pictures as they come, 0 to {high or 0:g}",
                        generator,
                        model,
                        layers[0],
                        remedy=Remedy("rescale=1/255 here", (ScaleInputs(feed, factor),), advice="for validation too"),
                    )
                    return
                told, edit = f"scale the inputs: {named} / {1 / factor:g}", ScaleInputs(feed, factor)
                if is_table(feed):
                    told = f"standardise each column of {named} by the mean and deviation of what is trained on"
                    edit = ScaleInputs(feed, None)
                problem = f"{describe(layers[0])} reads {named} as it comes, {low or 0:g} to {high or 0:g}"
                advice = "where they are read, and with them what is validated and tested on"
                yield Finding(problem, feed.origin, model, layers[0], remedy=Remedy(told, (edit,), advice=advice))
                return
        for feed in model.training.fits():
            if unchecked(feed) and reads_pictures(layers[0]):
                yield Finding(
                    f"the range of what {describe(layers[0])} reads could not be traced: "
                    "pictures of 0 to 255 should be scaled",
                    feed.origin,
                    model,
                    layers[0],
                    help="scale pictures to 0..1, those for validation too",
                    severity=Severity.INFO,
                    experiment=UNCHECKED,
                )
                return


def magnifying(model: Model) -> Node | None:
    """A Rescaling behind an input that makes its values large; a published network behind it may want that."""
    for node in model:
        scale = node.value("scale") if node.kind == "Rescaling" and not model.is_part else None
        if isinstance(scale, (int, float)) and abs(scale) > LARGE:
            source, readers = producer(node, through=SCALE_KEEPING), consumers(model, node, through=SCALE_KEEPING)
            if source is not None and source.kind == "Input" and any(reader.kind in ENTRY for reader in readers):
                return node
    return None


def is_table(feed: Feed) -> bool:
    """Whether samples are rows of columns, each of its own scale: by the largest of all, most would be nearly 0."""
    x = feed.x
    return x is not None and x.shape is not None and len(x.shape) == 2 and not x.image and x.high != 255


def unscaled_generator(feed: Feed) -> Origin | None:
    """Where the generator of the pictures is made, if it is one that could scale them."""
    origin = feed.x.origin if feed.x is not None else None
    return origin if origin is not None and "ImageDataGenerator(" in origin.text else None


def entry(model: Model) -> list[Node]:
    """The weighted layers that read the model's one input at its own scale; empty if something else does."""
    if len(model.inputs) != 1 or model.is_part:
        return []
    readers = consumers(model, model.inputs[0], through=SCALE_KEEPING)
    if any(reader.kind not in ENTRY for reader in readers):
        return []
    behind = [after for reader in readers for after in model.consumers(reader)]
    return [] if any(after.kind in NORMALIZATION for after in behind) else readers


def unchecked(feed: Feed) -> bool:
    """Whether data is fed of which the file shows nothing; what it makes itself, it may well scale as it goes."""
    return feed.x is None or (feed.x.shape is None and feed.x.high is None and not feed.x.steps)


def reads_pictures(layer: Node) -> bool:
    """Whether a layer reads maps of one, three or four channels."""
    shape = layer.inputs[0].shape if layer.kind == "Conv2D" and layer.inputs else None
    return shape is not None and len(shape) == 4 and shape[-1] in (1, 3, 4)
