"""Several remedies in one twin: what goes together is applied together, what excludes each other is told apart."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import Model, Node, Optimizer, Training
from cnnlint.rule.remedies import Edit, InsertAfter, Remedy, RemoveNode, SetArgument, SetLearningRate
from cnnlint.twins import exclude, settings, together
from cnnlint.twins.inference import arguments


def chain(*layers: tuple[str, dict[str, Any]]) -> Model:
    """A chain of (kind, arguments) over eight features."""
    nodes = [Node("Input", "input", shape=(None, 8))]
    for place, (kind, values) in enumerate(layers):
        nodes.append(Node(kind, f"{kind}_{place}", [nodes[-1]], arguments(kind, values)))
    return Model("model", "sequential", nodes, nodes[:1], nodes[-1:], Training(optimizer=Optimizer("adam", 0.5)))


def remedy(*edits: Edit) -> Remedy:
    return Remedy("repair", edits)


MODEL = chain(
    ("Dense", {"units": 16}),
    ("Dropout", {"rate": 0.8}),
    ("BatchNormalization", {}),
    ("Dense", {"units": 4}),
    ("Activation", {"activation": "relu"}),
    ("Activation", {"activation": "softmax"}),
)
DENSE, DROPOUT, NORM, RELU = (MODEL.nodes[place] for place in (1, 2, 3, 5))
OPTIMIZER = MODEL.training.optimizer
assert OPTIMIZER is not None
LESS = remedy(SetArgument(DROPOUT, "rate", 0.2))
AWAY = remedy(RemoveNode(DROPOUT), InsertAfter(NORM, "Dropout", {"rate": 0.8}))
HEAD = remedy(RemoveNode(RELU))
RATE = remedy(SetLearningRate(OPTIMIZER, 0.001))


def test_a_layer_that_is_moved_takes_along_what_another_remedy_sets() -> None:
    moved = remedy(InsertAfter(NORM, "Dropout", {"rate": 0.8}, moved=DROPOUT), RemoveNode(DROPOUT))
    assert not exclude(moved, LESS)
    for order in ([moved, LESS], [LESS, moved]):
        kinds = [(one.kind, one.value("rate")) for one in together(MODEL, order).model.nodes[2:4]]
        assert kinds == [("BatchNormalization", None), ("Dropout", 0.2)]
    # what is written behind it, or takes it out, wants another thing
    assert exclude(moved, remedy(RemoveNode(DROPOUT)))
    assert exclude(moved, remedy(InsertAfter(DROPOUT, "Dense", {"units": 3})))


def test_remedies_of_other_places_are_carried_out_together() -> None:
    twin = together(MODEL, [LESS, HEAD, RATE])
    assert [node.kind for node in twin.model.nodes].count("Activation") == 1
    assert twin.counterparts[id(DROPOUT)].value("rate") == 0.2
    assert twin.model.training.optimizer is not None
    assert twin.model.training.optimizer.learning_rate == 0.001
    assert DROPOUT.value("rate") == 0.8


def test_a_layer_cannot_be_changed_and_taken_out() -> None:
    assert exclude(LESS, AWAY)
    assert exclude(AWAY, LESS)
    assert not exclude(LESS, HEAD)


def test_remedies_that_want_the_same_do_not_exclude_each_other_and_are_made_once() -> None:
    assert not exclude(LESS, LESS)
    inserted = remedy(InsertAfter(DENSE, "Activation", {"activation": "relu"}))
    twin = together(MODEL, [inserted, inserted])
    assert len(twin.model.nodes) == len(MODEL.nodes) + 1


def test_what_excludes_each_other_is_tried_in_turn() -> None:
    assert settings(MODEL, HEAD, [LESS, AWAY, RATE]) == [[0, 2], [1, 2]]
    assert settings(MODEL, LESS, [AWAY, HEAD]) == [[1]]
