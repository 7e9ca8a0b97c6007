"""CNN515."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, Model, Node
from cnnlint.graph.kinds import SCALE_KEEPING
from cnnlint.graph.vocabulary import Application, application, preprocessing_of
from cnnlint.graph.walks import consumers, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: pictures whose values end below this were scaled to 0..1 or -1..1; those of "caffe" weights reach 151
SMALL = 1.5
#: factors below this take pictures of 0..255 to 0..1 or -1..1
SHRUNK, SIGNED = 0.02, "Rescaling(1 / 127.5, offset=-1)"
#: what the weights of each mode were made with (keras/src/applications/imagenet_utils.py of Keras 3.15)
MADE_FOR = {
    "caffe": "pictures of 0..255 less their means",
    "tf": "pictures of -1..1",
    "torch": "pictures of 0..1 less their means, in deviations",
}


class MismatchedPreprocessing(Rule):
    """Pretrained weights that are fed pictures prepared for another network.

    ## What it does
    Finds networks with ImageNet weights that are fed pictures as they come, 0 to 255, or prepared by the
    `preprocess_input` of a network of another kind; ResNet (of the first version) and VGG that are fed pictures of
    0 to 1 or -1 to 1; and a Rescaling layer in front of a network that scales by itself, or that wants another range.

    ## Why is this bad
    These weights were made with pictures of 0 to 255 less their means. To them a picture that was divided by 255 is an
    even grey; VGG bears it better and gets a note. Networks for pictures of -1 to 1 (MobileNet, Inception, Xception)
    are at a loss with 0 to 255; for ResNet and VGG the means alone are missing: a note.

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
    Weights that are not ImageNet's, or not known, layers in front of the network that change the scale, and networks
    whose own range is close to 0..1: silent.

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
        if len(model.inputs) != 1:
            return
        yield from prepared(model)
        yield from rescaled(model)
        network, facts, mode = pretrained(model, model.inputs[0]) or (None, None, "")
        for feed in model.training.fits() if facts is not None else ():
            x = feed.x
            told = contradiction(x, mode) if x is not None and (x.image or twice(x)) else None
            if x is None or told is None or facts is None:
                continue
            problem, level = told
            level = level if facts.batch_normalization or twice(x) else Severity.INFO
            said = f"the weights of {facts.name} are for {MADE_FOR[mode]}, and {x.name or 'the data'} {problem}"
            advice = f"prepare the pictures (0..255) with the preprocess_input of {facts.name}'s module instead"
            yield Finding(said, feed.origin, model, network, severity=level, help=advice)
            return


def prepared(model: Model) -> Iterator[Finding]:
    """A `preprocess_input` in the model that makes of 0..255 what the network behind it was not made with."""
    for node in consumers(model, model.inputs[0], through=SCALE_KEEPING):
        module, called, _ = node.note.rpartition(".preprocess_input") if node.opaque else ("", "", "")
        network, facts, mode = (pretrained(model, node) if called else None) or (None, None, "")
        if facts is not None and preprocessing_of(module) not in (None, mode):
            problem = f"the weights of {facts.name} are for {MADE_FOR[mode]}, and {node.note} makes others"
            yield Finding(problem, node.origin, model, network, help=f"take that of {facts.name}'s module")


def rescaled(model: Model) -> Iterator[Finding]:
    """A Rescaling layer of the model that makes of 0..255 what the network behind it was not made with."""
    for scaler in consumers(model, model.inputs[0], through=SCALE_KEEPING):
        scale, offset = scaler.value("scale"), scaler.value("offset")
        if scaler.kind != "Rescaling" or not isinstance(scale, (int, float)) or not isinstance(offset, (int, float)):
            continue
        low, high = offset, 255 * scale + offset
        if any(feed.x is not None and feed.x.high not in (None, 255) for feed in model.training.fits()):
            continue  # the pictures are not 0..255 in front of it
        for network in consumers(model, scaler, through=SCALE_KEEPING):
            facts = application(str(network.value("name") or "")) if network.kind == "Application" else None
            if facts is None or network.value("weights") != "imagenet" or high > SMALL:
                continue
            mode = facts.preprocessing
            scales = facts.name.startswith("EfficientNetB") or network.value("include_preprocessing") is True
            itself = mode is None and scales
            if itself or mode == "caffe" or (mode == "tf" and low >= 0):
                wanted = "pictures of 0..255, which it scales by itself" if itself else MADE_FOR[mode or ""]
                advice = "leave it out" if itself else f"write preprocess_input of {facts.name}'s module instead"
                said = (
                    f"the weights of {facts.name} are for {wanted}, and {describe(scaler)} hands it {low:g}..{high:g}"
                )
                yield Finding(said, scaler.origin, model, scaler, help=SIGNED if mode == "tf" else advice)
                return


def twice(x: ArrayFacts) -> bool:
    """Whether an array was divided by 255 and then prepared by `preprocess_input`: one colour is left of it."""
    kinds = [step.kind for step in x.steps]
    before = x.steps[: kinds.index("preprocess") if "preprocess" in kinds else 0]
    whole = math.prod(step.factor or 1.0 for step in before if step.kind == "scale")
    return "opaque" not in kinds and math.isclose(255 * whole, 1, abs_tol=1e-3)


def contradiction(x: ArrayFacts, mode: str) -> tuple[str, Severity] | None:
    """What is wrong with pictures for weights of a mode, and how much that matters; None where nothing is."""
    prepared = [step.of for step in x.steps if step.kind == "preprocess"]
    factors = [step.factor for step in x.steps if step.kind == "scale"]
    if prepared:
        if any(factor is not None and 0 < factor < SHRUNK for factor in factors):
            return "are scaled beside preprocess_input, which is for 0..255 and all that they need", Severity.WARNING
        wrong = preprocessing_of(prepared[-1]) not in (None, mode)
        return (f"are prepared by that of {prepared[-1]}", Severity.WARNING) if wrong else None
    if x.high is not None and 0 < x.high <= SMALL:
        return (f"ends at {x.high:g}", Severity.WARNING) if mode == "caffe" else None
    severity = Severity.INFO if mode == "caffe" else Severity.WARNING
    return (f"runs from {x.low or 0:g} to {x.high:g}", severity) if x.high == 255 else None


def pretrained(model: Model, source: Node) -> tuple[Node, Application, str] | None:
    """The network of ImageNet weights that reads the output of a node and does not scale it itself, and its mode."""
    for node in consumers(model, source, through=SCALE_KEEPING):
        facts = application(str(node.value("name") or "")) if node.kind == "Application" else None
        mode = facts.preprocessing if facts is not None else None
        if facts is not None and mode in MADE_FOR and node.value("weights") == "imagenet":
            return node, facts, mode
    return None
