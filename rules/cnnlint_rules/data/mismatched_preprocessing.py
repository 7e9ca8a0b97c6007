"""CNN515."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import SCALE_KEEPING
from cnnlint.graph.vocabulary import application
from cnnlint.graph.walks import consumers
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: pictures whose values end below this were scaled to 0..1 or -1..1; those of "caffe" weights reach 151
SMALL = 1.5


class MismatchedPreprocessing(Rule):
    """Pretrained weights that are fed pictures prepared for another network.

    ## What it does
    Finds ResNet (of the first version) and VGG with ImageNet weights that are fed pictures of 0 to 1 or -1 to 1.

    ## Why is this bad
    These weights were made with pictures of 0 to 255 in the order blue, green, red, less the means of ImageNet: values
    from -124 to 151. To them a picture that was divided by 255 is an even grey, and what they answer hardly depends on
    it. VGG has no batch normalisation, bears it better, and gets a note.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.applications import ResNet50
    from keras.datasets import cifar10

    (x_train, y_train), _ = cifar10.load_data()
    x_train = x_train / 255
    model = Sequential([
        ResNet50(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3)),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.applications.resnet50 import ResNet50, preprocess_input
    from keras.datasets import cifar10

    (x_train, y_train), _ = cifar10.load_data()
    x_train = preprocess_input(x_train)
    model = Sequential([
        ResNet50(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3)),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Weights that are not ImageNet's, or not known, may be made for any scale: silent. So are layers between the input
    and the network that change the scale, and networks whose own range is close to 0..1.

    ## References
    - [Keras 3: imagenet_utils.preprocess_input](
      https://github.com/keras-team/keras/blob/v3.15.0/keras/src/applications/imagenet_utils.py), mode "caffe"
    """

    code = "CNN515"
    name = "mismatched-preprocessing"
    severity = Severity.WARNING
    summary = "Pretrained weights are fed pictures prepared for another network"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("it takes the published weights, which are not downloaded")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first call that trains."""
        for feed in model.training.fits():
            x = feed.x
            if x is None or not x.image or x.high is None or not 0 < x.high <= SMALL or len(model.inputs) != 1:
                continue
            network = pretrained(model)
            if network is None:
                continue
            name = str(network.value("name"))
            facts = application(name)
            problem = f"the weights of {name} are for pictures of 0..255 less their means"
            yield Finding(
                f"{problem}, and {x.name or 'the data'} ends at {x.high:g}",
                feed.origin,
                model,
                network,
                severity=Severity.WARNING if facts and facts.batch_normalization else Severity.INFO,
                help=f"prepare the pictures (0..255) with the preprocess_input of {name}'s module instead",
            )
            return


def pretrained(model: Model) -> Node | None:
    """The network of "caffe" weights that reads the model's input, if there is one."""
    for node in consumers(model, model.inputs[0], through=SCALE_KEEPING):
        facts = application(str(node.value("name") or "")) if node.kind == "Application" else None
        if facts is not None and facts.preprocessing == "caffe" and node.value("weights") == "imagenet":
            return node
    return None
