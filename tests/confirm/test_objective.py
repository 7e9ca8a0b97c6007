"""What a model is trained for, from its loss, labels and output."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlint.confirm.data.objective import Range, aligned, fed, objective
from cnnlint.graph import ArrayFacts, Feed, Metric, Model, Origin, Training
from cnnlint.graph.facts import Step
from tests.confirm.graphs import act, chain, dense, training


def head(units: int, activation: str | None, loss: str | None, **setup: object) -> Model:
    layers = [dense(units)] + ([act(activation)] if activation else [])
    model = chain((6,), *layers, training=training(loss or "x", **setup))  # type: ignore[arg-type]
    if loss is None:
        model.training.losses = []
    return model


def read(model: Model) -> tuple[str, str, str]:
    units = 1
    for node in model.nodes:
        units = node.value("units") or units
    aim = objective(model, model.outputs[0], (None, units), [])
    return aim.task, aim.labels, aim.reading


@pytest.mark.parametrize(
    ("units", "activation", "loss", "logits", "expected"),
    [
        (10, "softmax", "categorical_crossentropy", False, ("classes", "one_hot", "probabilities")),
        (10, None, "sparse_categorical_crossentropy", True, ("classes", "integer", "softmax")),
        (10, None, "categorical_crossentropy", False, ("classes", "one_hot", "normalised")),
        (10, "relu", "categorical_crossentropy", False, ("classes", "one_hot", "normalised")),
        (1, "sigmoid", "binary_crossentropy", False, ("classes", "binary", "probabilities")),
        (1, None, "binary_crossentropy", True, ("classes", "binary", "sigmoid")),
        (5, "sigmoid", "binary_crossentropy", False, ("multi_hot", "multi_hot", "probabilities")),
        (2, "sigmoid", "categorical_crossentropy", False, ("classes", "one_hot", "normalised")),
        (1, None, "mean_squared_error", False, ("regression", "continuous", "quantity")),
        (3, "softmax", "mean_squared_error", False, ("classes", "one_hot", "probabilities")),
        (3, None, None, None, ("classes", "integer", "softmax")),
        (1, None, None, None, ("regression", "continuous", "quantity")),
        (1, "sigmoid", None, None, ("classes", "binary", "probabilities")),
    ],
)
def test_tasks(units: int, activation: str, loss: str, logits: bool, expected: tuple[str, str, str]) -> None:
    assert read(head(units, activation, loss, from_logits=logits)) == expected


def test_what_is_assumed_is_noted() -> None:
    notes: list[str] = []
    model = head(3, "softmax", None)
    objective(model, model.outputs[0], (None, 3), notes)
    assert notes == ["the loss is not in the file: sparse_categorical_crossentropy was assumed"]


def test_a_metric_does_not_tell_classes_from_quantities() -> None:
    model = head(3, None, "mean_squared_error")
    model.training.metrics.append(Metric("accuracy", Origin()))
    assert read(model)[0] == "regression"


def test_what_is_given_as_its_own_target_is_to_be_reconstructed() -> None:
    model = head(8, "sigmoid", "mean_squared_error")
    pictures = ArrayFacts(low=0.0, high=255.0, root=1)
    for target, task in ((ArrayFacts(low=0.0, high=255.0, root=2), "regression"), (pictures, "reconstruction")):
        model.training.feeds = [Feed("fit", x=pictures, y=target)]
        assert read(model)[0] == task
    model = head(8, "sigmoid", "binary_crossentropy")
    model.training.feeds = [Feed("fit", x=pictures, y=pictures)]
    assert read(model) == ("reconstruction", "continuous", "quantity")


def test_many_classes_are_cut_with_a_note() -> None:
    notes: list[str] = []
    model = head(1000, "softmax", "categorical_crossentropy")
    aim = objective(model, model.outputs[0], (None, 1000), notes)
    assert (aim.units, aim.classes) == (1000, 10)
    assert any("10 of the 1000 classes" in note for note in notes)


def test_labels_are_written_for_the_loss() -> None:
    numbers = np.array([0, 2, 1])
    model = head(3, "softmax", "categorical_crossentropy")
    aim = objective(model, model.outputs[0], (None, 3), [])
    assert aim.encode(numbers).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    model = head(1, None, "mean_squared_error")
    aim = objective(model, model.outputs[0], (None, 1), [])
    assert aim.encode(np.array([[0.0], [1.0]]), 10, 20).tolist() == [[10], [20]]


def test_an_arm_is_judged_by_the_question_of_its_twin() -> None:
    many, one = head(5, "sigmoid", "binary_crossentropy"), head(5, "softmax", "categorical_crossentropy")
    mine, other = (objective(model, model.outputs[0], (None, 5), []) for model in (many, one))
    changed = aligned(mine, other)
    assert (changed.task, changed.labels, changed.reading, changed.loss) == (
        "classes",
        "one_hot",
        "normalised",
        "binary_crossentropy",
    )
    assert aligned(other, other) == other


def model_fed(*feeds: Feed) -> Model:
    return Model("m", "sequential", training=Training(feeds=list(feeds)))


def test_ranges_are_those_of_the_feeds() -> None:
    train, test = ArrayFacts(low=0, high=1), ArrayFacts(low=0, high=255)
    found = fed(model_fed(Feed("fit", x=train, validation_x=test)))
    assert (found.train, found.validation) == (Range(0, 1), Range(0, 255, whole=True))
    assert fed(model_fed(Feed("fit", x=train), Feed("evaluate", x=test))).validation.high == 255
    assert fed(model_fed(Feed("fit", x=train))).validation == Range(0, 1)
    standard = ArrayFacts(steps=(Step("standardize"),))
    assert fed(model_fed(Feed("fit", x=standard))).train.standard
    assert "0 to 1 was assumed" in fed(model_fed()).notes[0]
    assert fed(model_fed(Feed("fit", x=train, y=ArrayFacts(low=5, high=50)))).targets == (5, 50)
