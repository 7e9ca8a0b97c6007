"""What a model is trained for: its loss, how labels are written for it, and the value ranges that it is fed.

Everything comes from the graph. What the file does not show is assumed, and every assumption is a note.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from msgspec import Struct, field
from msgspec.structs import replace

from cnnlint.confirm.data.probes import MOST_CLASSES
from cnnlint.confirm.data.specs import Task
from cnnlint.graph import ArrayFacts, Model, Node, Shape
from cnnlint.graph.walks import output_activation

Array = npt.NDArray[Any]
Labels = Literal["integer", "one_hot", "binary", "multi_hot", "continuous"]
Reading = Literal["probabilities", "softmax", "sigmoid", "normalised", "quantity"]

SOFTMAX_LOSSES = {
    "categorical_crossentropy": "one_hot",
    "sparse_categorical_crossentropy": "integer",
    "categorical_focal_crossentropy": "one_hot",
    "categorical_hinge": "one_hot",
    "kl_divergence": "one_hot",
}
BINARY_LOSSES = frozenset({"binary_crossentropy", "binary_focal_crossentropy", "hinge", "squared_hinge"})
CROSSENTROPIES = frozenset(
    {
        "categorical_crossentropy",
        "sparse_categorical_crossentropy",
        "binary_crossentropy",
        "categorical_focal_crossentropy",
        "binary_focal_crossentropy",
    }
)


UNKNOWN_RANGE = "the value range of the inputs is not in the file: 0 to 1 was assumed"


class Objective(Struct, frozen=True):
    """What the training minimises, and how outputs and labels are to be read.

    `raw` marks a loss computed by its formula from the tensors it is given (tf.nn): `keras.losses` on TensorFlow
    looks for the logits behind a softmax instead. `swapped` passes the output where labels belong.
    """

    loss: str
    from_logits: bool
    raw: bool
    swapped: bool
    task: Task
    labels: Labels
    reading: Reading
    units: int
    classes: int
    #: the loss is not in the file
    assumed: bool = False

    def encode(self, y: Array, low: float = 0.0, high: float = 1.0) -> Array:
        """Targets of a probe set as this loss wants them; quantities are stretched to low..high."""
        if self.labels == "continuous":
            return np.asarray(low + y * (high - low), dtype=np.float32)
        if self.labels == "integer":
            return y.astype(np.int32)
        if self.labels == "one_hot" and self.task != "multi_hot":
            return np.asarray(np.eye(self.units)[y % self.units], dtype=np.float32)
        if self.labels == "binary":
            binary = y.astype(np.float32)[..., None]
            return binary * 2 - 1 if self.loss in ("hinge", "squared_hinge") else binary
        return y.astype(np.float32)


class Range(Struct, frozen=True):
    """The values of an array: low..high, whole numbers or not; `standard` is mean 0 and variance 1 instead."""

    low: float = 0.0
    high: float = 1.0
    whole: bool = False
    standard: bool = False

    def apply(self, x: Array, mean: float, deviation: float) -> Array:
        """Features in 0..1 in this range; mean and deviation are those of the training features."""
        if self.standard:
            return np.asarray((x - mean) / max(deviation, 1e-6), dtype=np.float32)
        stretched = self.low + x * (self.high - self.low)
        return np.asarray(np.rint(stretched) if self.whole else stretched, dtype=np.float32)


class Fed(Struct, frozen=True):
    """The value ranges of what a model is trained on and judged on, of its targets, and what had to be assumed."""

    train: Range = field(default_factory=Range)
    validation: Range = field(default_factory=Range)
    targets: tuple[float, float] = (0.0, 1.0)
    notes: tuple[str, ...] = ()


def fed(model: Model, *, own: bool = False) -> Fed:
    """The value ranges that a model's own program feeds it; with `own` data an unknown one is that of the data."""
    notes: list[str] = []
    fits = model.training.fits()
    others = [feed for feed in model.training.feeds if feed.kind in ("evaluate", "predict")]
    train = next((found for feed in fits if (found := _range(feed.x))), None)
    judged = [feed.validation_x for feed in fits] + [feed.x for feed in others if feed.kind == "evaluate"]
    judged += [feed.x for feed in others if feed.kind == "predict"]
    validation = next((found for facts in judged if (found := _range(facts))), None)
    if train is None:
        if not own:
            notes.append(UNKNOWN_RANGE)
        train = Range()
    targets = (0.0, 1.0)
    for feed in fits:
        if feed.y is not None and feed.y.low is not None and feed.y.high is not None and feed.y.high > feed.y.low:
            targets = (feed.y.low, feed.y.high)
            break
    return Fed(train, validation or train, targets, tuple(notes))


def _range(facts: ArrayFacts | None) -> Range | None:
    if facts is None:
        return None
    if facts.low is not None and facts.high is not None and facts.high > facts.low:
        whole = facts.high - facts.low > 2 and (facts.dtype or "").startswith(("int", "uint"))
        return Range(facts.low, facts.high, whole or (facts.low, facts.high) == (0, 255))
    if any(step.kind == "standardize" for step in facts.steps):
        return Range(standard=True)
    return None


def objective(model: Model, output: Node, shape: Shape, notes: list[str], *, own: bool = False) -> Objective:
    """The training objective at an output of this (concrete) shape; assumptions are appended to `notes`.

    A probe set has at most `MOST_CLASSES` classes, the user's `own` data as many as the model.
    """
    loss = next((item for item in model.training.losses if item.output is output), model.training.loss)
    if loss is None and model.training.losses:
        loss = model.training.losses[0]
    _, activation = output_activation(output)
    units = shape[-1] or 1
    name = loss.name if loss is not None else None
    labels = loss.labels if loss is not None else None
    if labels is None:
        labels = next((feed.y for feed in model.training.fits() if feed.y is not None), None)
    encoding = labels.encoding if labels is not None else None
    from_logits = loss.from_logits if loss is not None else None
    assumed = name is None
    if name is None:
        name, from_logits = _assumed(model, activation, units, shape)
        why = "unknown" if loss is not None else "not in the file"
        notes.append(f"the loss is {why}: {name}{' on logits' if from_logits else ''} was assumed")
    api = loss.placement.api if loss is not None else ""
    raw = api.startswith(("tf.nn.", "tf.losses.", "tf.compat."))
    if from_logits is None:
        from_logits = api.endswith("_with_logits")
    task, written = _task(model, name, encoding, activation, units, shape)
    classes = units if units > 1 else 2
    if task in ("classes", "map") and classes > MOST_CLASSES and not own:
        notes.append(f"{MOST_CLASSES} of the {classes} classes occur in the probe data")
        classes = MOST_CLASSES
    reading = _reading(task, name, activation, from_logits, units)
    swapped = bool(loss is not None and loss.swapped)
    return Objective(name, from_logits, raw, swapped, task, written, reading, units, classes, assumed)


def aligned(mine: Objective, other: Objective) -> Objective:
    """The objective of one arm for the task of another: the loss stays, labels and outputs are read as classes.

    An arm whose loss does not say that classes exclude each other (binary cross-entropy, squared error) is so judged
    by the same question as its repaired twin.
    """
    if mine.task == other.task and mine.classes == other.classes:
        return mine
    if mine.task == other.task or other.task not in ("classes", "map"):
        return replace(mine, classes=other.classes)
    readings: dict[Reading, Reading] = {"probabilities": "normalised", "sigmoid": "softmax", "quantity": "normalised"}
    labels: Labels = "binary" if mine.units == 1 else "one_hot"
    reading = readings.get(mine.reading, mine.reading)
    return replace(mine, task=other.task, classes=other.classes, labels=labels, reading=reading)


def _assumed(model: Model, activation: str | None, units: int, shape: Shape) -> tuple[str, bool]:
    if activation == "sigmoid":
        return "binary_crossentropy", False
    if activation == "softmax":
        return "sparse_categorical_crossentropy", False
    same = any(node.shape is not None and node.shape[1:] == tuple(shape[1:]) for node in model.inputs)
    copies = same and len(shape) > 2
    if units == 1 or activation == "tanh" or copies:
        return "mean_squared_error", False
    return "sparse_categorical_crossentropy", activation in ("linear", None)


def _task(
    model: Model, loss: str, encoding: str | None, activation: str | None, units: int, shape: Shape
) -> tuple[Task, Labels]:
    flat = len(shape) == 2
    copied = any(feed.x is not None and feed.x.same_as(feed.y) for feed in model.training.fits())
    if copied and (loss not in CROSSENTROPIES or (loss in BINARY_LOSSES and activation == "sigmoid")):
        return "reconstruction", "continuous"
    if loss in SOFTMAX_LOSSES:
        return ("classes" if flat else "map"), SOFTMAX_LOSSES[loss]  # type: ignore[return-value]
    if loss in BINARY_LOSSES:
        if units == 1:
            return ("classes" if flat else "map"), "binary"
        one_class = encoding in ("one_hot", "integer") or activation == "softmax"
        if flat and not one_class:
            return "multi_hot", "multi_hot"
        return ("classes" if flat else "map"), "one_hot"
    if not flat:
        return "reconstruction", "continuous"
    # never told from a metric: accuracy beside a squared error is a mistake that people make with quantities, too
    if encoding in ("integer", "one_hot", "binary") or activation == "softmax":
        return "classes", "one_hot" if units > 1 else "binary"
    return "regression", "continuous"


def _reading(task: Task, loss: str, activation: str | None, from_logits: bool, units: int) -> Reading:
    if task in ("regression", "reconstruction"):
        return "quantity"
    if activation == "softmax" or (activation == "sigmoid" and (units == 1 or task == "multi_hot")):
        return "probabilities"
    if activation == "sigmoid":
        return "normalised"
    if loss not in CROSSENTROPIES or from_logits:
        return "sigmoid" if units == 1 or task == "multi_hot" else "softmax"
    return "normalised"
