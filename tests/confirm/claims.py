"""Textbook claims as model pairs: a model with the fault, its repaired twin, and the trial that tells them apart.

`CLAIMS` are the rows that `scripts/reproduce_evidence.py` runs and that the documentation's table shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import Argument, ArrayFacts, Model, Placement
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Twin
from tests.confirm.graphs import (
    FLATTEN,
    act,
    behind,
    chain,
    coloured_mnist,
    conv,
    copy,
    dense,
    pool,
    small,
    training,
    without,
)

AVERAGE = ("AveragePooling2D", {"pool_size": (2, 2), "strides": (2, 2), "padding": "same"})


@dataclass(frozen=True, slots=True)
class Claim:
    """A row of the table: what is claimed, how it is tried, and the verdict that is expected."""

    name: str
    make: Callable[[], tuple[Model, Twin | None]]
    trial: Trial
    expected: str


def accuracy(steps: int, margin: float = 0.1, **more: Any) -> Trial:
    """A trial of accuracy on gratings."""
    return Trial(
        **{
            "statistic": "accuracy",
            "better": "higher",
            "margin": margin,
            "steps": steps,
            "probe": "gratings",
            "also": ("validation loss", "calibration error"),
            **more,
        }
    )


def relu_before_softmax() -> tuple[Model, Twin]:
    """Coloured MNIST as asked: relu on the last dense layer."""
    model = coloured_mnist()
    return model, without(model, 7)


def small_cnn(*head: Any, **setup: Any) -> Model:
    """Two convolutions with relu and pooling on 28×28 pictures, and a head."""
    return chain(
        (28, 28, 1),
        conv(8),
        act("relu"),
        pool(),
        conv(16),
        act("relu"),
        pool(),
        FLATTEN,
        *head,
        training=training(**setup),
    )


def tiny() -> tuple[Model, Twin]:
    """Relu before softmax on 12×12 pictures of four classes: small enough for a thousand comparisons."""
    model = small(act("relu"), act("softmax"))
    return model, without(model, 9)


def swapped() -> tuple[Model, Twin]:
    """Labels and logits change places in a tf.nn loss."""
    model = small_cnn(dense(10), from_logits=True)
    model.training.losses[0].placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
    twin = copy(model)
    model.training.losses[0].swapped = True
    return model, twin


def double_softmax(api: str) -> tuple[Model, Twin]:
    """A softmax at the output and a loss that takes logits."""
    model = small_cnn(dense(10), act("softmax"), from_logits=True)
    model.training.losses[0].placement = Placement(api=api)
    return model, without(model, len(model.nodes) - 1)


def cifar(**setup: Any) -> Model:
    """The CIFAR-10 network with filters that shrink from 256 to 128."""
    return chain(
        (32, 32, 3),
        conv(256),
        act("relu"),
        pool(),
        conv(128, 2),
        act("relu"),
        pool(),
        FLATTEN,
        dense(1024),
        act("relu"),
        ("Dropout", {"rate": 0.5}),
        dense(10),
        act("softmax"),
        training=training(batch=1000, **setup),
    )


def unscaled() -> tuple[Model, Twin]:
    """Inputs of 0..255."""
    model = cifar(high=255.0)
    twin = copy(model)
    twin.model.training.feeds[0].x = ArrayFacts(low=0.0, high=1.0)
    return model, twin


def only_training_scaled() -> tuple[Model, Twin]:
    """Trained on 0..1, judged on 0..255."""
    model = cifar()
    model.training.feeds[0].validation_x = ArrayFacts(low=0.0, high=255.0)
    twin = copy(model)
    twin.model.training.feeds[0].validation_x = ArrayFacts(low=0.0, high=1.0)
    return model, twin


def affine() -> tuple[Model, Twin]:
    """Convolutions and average pooling without any activation."""
    model = chain(
        (28, 28, 1), conv(16), AVERAGE, conv(16), AVERAGE, FLATTEN, dense(10), act("softmax"), training=training()
    )
    twin = behind(model, 1, "Activation", activation="relu")
    return model, _then(twin, 4)


def max_pooled() -> tuple[Model, Twin]:
    """Coloured MNIST's convolutions without activation, max pooling between them, no relu at the end."""
    model = without(coloured_mnist(), 7).model
    twin = behind(model, 1, "Activation", activation="relu")
    return model, _then(twin, 4)


def _then(twin: Twin, index: int) -> Twin:
    """One more relu in a twin; the counterparts stay those of the first model."""
    further = behind(twin.model, index, "Activation", activation="relu")
    kept = {key: further.counterparts[id(node)] for key, node in twin.counterparts.items()}
    return Twin(further.model, kept)


def few_updates() -> tuple[Model, None]:
    """Batch normalisation with Keras's momentum."""
    model = chain(
        (28, 28, 1),
        conv(8),
        ("BatchNormalization", {"momentum": 0.99}),
        act("relu"),
        FLATTEN,
        dense(10),
        act("softmax"),
        training=training(),
    )
    return model, None


def big_windows() -> tuple[Model, Twin]:
    """Pooling windows of 8×8 at stride 2 against 2×2."""
    model = chain(
        (28, 28, 1),
        conv(6),
        act("selu"),
        conv(12),
        act("selu"),
        pool(8, 2),
        conv(12),
        act("selu"),
        FLATTEN,
        ("Dropout", {"rate": 0.25}),
        dense(1176),
        act("selu"),
        ("Dropout", {"rate": 0.25}),
        dense(10),
        training=training("sparse_categorical_crossentropy", from_logits=True, batch=100),
    )
    twin = copy(model)
    twin.model.nodes[5].arguments["pool_size"] = Argument((2, 2), given=True)
    return model, twin


def shrinking() -> tuple[Model, Twin]:
    """Filters 256 → 128 against 64 → 256, inputs scaled."""
    model = cifar()
    twin = copy(model)
    twin.model.nodes[1].arguments["filters"] = Argument(64, given=True)
    twin.model.nodes[4].arguments["filters"] = Argument(256, given=True)
    return model, twin


def glorot(depth: int) -> tuple[Model, Twin]:
    """Convolutions with relu and Glorot's initialisation against He's."""
    layers = [part for place in range(depth) for part in (conv(8), act("relu"), *([pool()] if place < 2 else []))]
    model = chain((24, 24, 1), *layers, FLATTEN, dense(10), act("softmax"), training=training())
    twin = copy(model)
    for node in twin.model.nodes:
        if node.kind == "Conv2D":
            node.arguments["kernel_initializer"] = Argument({"name": "he_normal"}, given=True)
    return model, twin


def sigmoid_pair() -> tuple[Model, Twin]:
    """Two sigmoids with categorical cross-entropy against a softmax."""
    model = small_cnn(dense(2), act("sigmoid"), classes=2)
    twin = copy(model)
    twin.model.nodes[-1].arguments["activation"] = Argument("softmax", given=True)
    return model, twin


CLAIMS = (
    Claim("relu before softmax, glyphs", relu_before_softmax, accuracy(400, probe="glyphs"), "confirmed"),
    Claim("relu before softmax, gratings", relu_before_softmax, accuracy(100), "confirmed"),
    Claim("relu before softmax, tiny", tiny, accuracy(60), "confirmed"),
    Claim("swapped labels and logits", swapped, accuracy(100), "confirmed"),
    Claim(
        "double softmax (tf.nn)",
        lambda: double_softmax("tf.nn.softmax_cross_entropy_with_logits"),
        accuracy(100, 0.05),
        "confirmed",
    ),
    Claim("inputs 0..255", unscaled, accuracy(200), "confirmed"),
    Claim(
        "test set left at 0..255",
        only_training_scaled,
        replace(
            accuracy(100),
            statistic="validation loss",
            better="lower",
            margin=0.5,
            also=("accuracy",),
            parameters={"noise": 0.2},
        ),
        "confirmed",
    ),
    Claim("affine network", affine, accuracy(200), "confirmed"),
    Claim(
        "batch norm after 10 updates",
        few_updates,
        Trial("mode gap", "lower", 0.25, steps=10, stand_in="conv-batchnorm-relu"),
        "confirmed",
    ),
    Claim("no activation, max pooling between", max_pooled, accuracy(100), "open"),
    Claim("8×8 pooling at stride 2", big_windows, accuracy(100), "no difference"),
    Claim("shrinking filters", shrinking, accuracy(100, 0.05, extra_arm="equal-parameters"), "no difference"),
    Claim("no he_normal, depth 2", lambda: glorot(2), accuracy(50), "no difference"),
    Claim("no he_normal, depth 12", lambda: glorot(12), accuracy(50), "confirmed"),
    Claim(
        "double softmax (Keras)",
        lambda: double_softmax("keras.losses.CategoricalCrossentropy"),
        accuracy(50),
        "no difference",
    ),
    Claim("sigmoid(2), categorical cross-entropy", sigmoid_pair, accuracy(100, 0.05), "no difference"),
)
