"""Remedies applied to graphs that were built by hand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from cnnlint.graph import Argument, ArrayFacts, Feed, Loss, Model, Node, Optimizer, Shape
from cnnlint.graph.shapes import infer
from cnnlint.rule.remedies import (
    DropArgument,
    Edit,
    EncodeLabels,
    InsertAfter,
    NameOperands,
    Reconnect,
    Remedy,
    RemoveNode,
    ReplaceInput,
    ReplaceNode,
    ScaleInputs,
    SetArgument,
    SetLearningRate,
    SetLoss,
    Twin,
)
from cnnlint.twins import RemedyError, repaired
from cnnlint.twins.inference import arguments


def node(kind: str, name: str, inputs: list[Node] | None = None, shape: Shape | None = None, **values: Any) -> Node:
    """A node with defaults filled in and its shape inferred, as readers make them."""
    made = Node(kind, name, list(inputs or []), arguments(kind, values), shape)
    if shape is None:
        inferred = infer(kind, {k: a.value for k, a in made.arguments.items()}, [n.shape for n in made.inputs])
        made.shape, made.shape_error, made.parameters = inferred.shape, inferred.error, inferred.parameters
    return made


def chain(*nodes: Node) -> Model:
    """A model of one chain."""
    for before, after in pairwise(nodes):
        assert after.inputs == [before]
    return Model("model", "sequential", list(nodes), [nodes[0]], [nodes[-1]])


def fused(host: Node, function: str) -> Node:
    made = node("Activation", f"{host.name}/{function}", [host], activation=function)
    made.fused_into = host
    return made


def classifier() -> Model:
    """conv (bare) - pool - flatten - dense relu - softmax, trained with categorical cross-entropy."""
    image = node("Input", "input", shape=(None, 28, 28, 3))
    conv = node("Conv2D", "conv", [image], filters=8, kernel_size=3)
    pool = node("MaxPooling2D", "pool", [conv], pool_size=2)
    flat = node("Flatten", "flatten", [pool])
    dense = node("Dense", "dense", [flat], units=10)
    relu = fused(dense, "relu")
    softmax = node("Softmax", "softmax", [relu])
    model = chain(image, conv, pool, flat, dense, relu, softmax)
    model.training.losses = [Loss("categorical_crossentropy", False, output=softmax)]
    model.training.optimizer = Optimizer("adam", 0.5, Argument(0.5, True))
    labels = ArrayFacts((600,), "uint8", 0, 9, "integer", 10)
    features = ArrayFacts((600, 28, 28, 3), "uint8", 0, 255)
    model.training.feeds = [Feed("fit", features, labels, features, labels, epochs=2, batch_size=32)]
    return model


def named(model: Model) -> dict[str, Node]:
    return {one.name: one for one in model.nodes}


def kinds(model: Model) -> list[str]:
    return [one.activation or one.kind for one in model.nodes]


def repair(model: Model, *edits: Edit) -> Twin:
    return repaired(model, Remedy("repair it", edits))


def test_the_original_is_left_alone() -> None:
    model = classifier()
    before = [(one.kind, one.shape, list(one.inputs), dict(one.arguments)) for one in model.nodes]
    nodes, adam = named(model), model.training.optimizer
    assert adam is not None
    twin = repair(
        model,
        RemoveNode(nodes["dense/relu"]),
        SetArgument(nodes["conv"], "filters", 4),
        SetLoss(model.training.losses[0], "sparse_categorical_crossentropy"),
        SetLearningRate(adam, 0.001),
        EncodeLabels(model.training.feeds[0], "one_hot"),
    )
    assert before == [(one.kind, one.shape, list(one.inputs), dict(one.arguments)) for one in model.nodes]
    assert model.training.losses[0].name == "categorical_crossentropy"
    assert model.training.optimizer is not None
    assert model.training.optimizer.learning_rate == 0.5
    assert model.training.feeds[0].y == ArrayFacts((600,), "uint8", 0, 9, "integer", 10)
    assert {id(one) for one in twin.model.nodes}.isdisjoint(id(one) for one in model.nodes)
    assert all(id(source) not in {id(n) for n in model.nodes} for one in twin.model.nodes for source in one.inputs)


def test_a_copy_without_edits_is_equal() -> None:
    model = classifier()
    twin = repair(model)
    assert [(n.kind, n.name, n.shape, n.parameters) for n in twin.model] == [
        (n.kind, n.name, n.shape, n.parameters) for n in model
    ]
    for one in model:
        copied = twin.counterparts[id(one)]
        assert [source.name for source in copied.inputs] == [source.name for source in one.inputs]
        assert (copied.fused_into and copied.fused_into.name) == (one.fused_into and one.fused_into.name)
    assert twin.model.training.losses[0].output is twin.model.outputs[0]


def test_set_argument_changes_shapes_and_weights_downstream() -> None:
    model = classifier()
    twin = repair(model, SetArgument(named(model)["conv"], "filters", 16))
    nodes = named(twin.model)
    assert nodes["conv"].shape == (None, 26, 26, 16)
    assert nodes["flatten"].shape == (None, 13 * 13 * 16)
    assert nodes["dense"].parameters == 13 * 13 * 16 * 10 + 10
    assert nodes["conv"].given("filters")


def test_set_argument_takes_one_size_for_all_axes() -> None:
    model = classifier()
    twin = repair(model, SetArgument(named(model)["conv"], "kernel_size", 5))
    assert named(twin.model)["conv"].value("kernel_size") == (5, 5)


def test_pooling_steps_by_its_new_window() -> None:
    model = classifier()
    twin = repair(model, SetArgument(named(model)["pool"], "pool_size", 4))
    assert named(twin.model)["pool"].value("strides") == (4, 4)
    assert named(twin.model)["pool"].shape == (None, 6, 6, 8)


def test_set_argument_holds_for_every_use_of_a_shared_layer() -> None:
    one, two = node("Input", "one", shape=(None, 8)), node("Input", "two", shape=(None, 8))
    first, second = node("Dense", "dense", [one], units=4), node("Dense", "dense_again", [two], units=4)
    first.layer_id = second.layer_id = 7
    model = Model("twins", "functional", [one, two, first, second], [one, two], [first, second])
    twin = repair(model, SetArgument(first, "units", 6))
    assert [output.shape for output in twin.model.outputs] == [(None, 6), (None, 6)]


def test_activation_of_a_host_is_its_fused_node() -> None:
    model = classifier()
    nodes = named(model)
    twin = repair(
        model, SetArgument(nodes["conv"], "activation", "relu"), SetArgument(nodes["dense"], "activation", None)
    )
    assert kinds(twin.model) == ["Input", "Conv2D", "relu", "MaxPooling2D", "Flatten", "Dense", "softmax"]
    assert twin.model.nodes[2].fused_into is twin.model.nodes[1]
    twin = repair(model, SetArgument(nodes["dense"], "activation", "tanh"))
    assert kinds(twin.model) == ["Input", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "tanh", "softmax"]


def test_an_activation_layer_takes_another_function() -> None:
    model = classifier()
    twin = repair(model, SetArgument(named(model)["softmax"], "activation", "sigmoid"))
    assert twin.model.outputs[0].activation == "sigmoid"
    assert named(model)["softmax"].activation == "softmax"


def test_drop_argument_returns_to_the_default() -> None:
    image = node("Input", "input", shape=(None, 9, 9, 1))
    conv = node("Conv2D", "conv", [image], filters=2, kernel_size=3, padding="same", kernel_initializer="zeros")
    model = chain(image, conv)
    twin = repair(model, DropArgument(conv, "padding"), DropArgument(conv, "kernel_initializer"))
    repaired_conv = twin.counterparts[id(conv)]
    assert repaired_conv.shape == (None, 7, 7, 2)
    assert repaired_conv.value("kernel_initializer") == {"name": "glorot_uniform"}
    assert not repaired_conv.given("padding")


def test_remove_node_joins_the_chain_and_forgets_its_counterpart() -> None:
    model = classifier()
    relu = named(model)["dense/relu"]
    twin = repair(model, RemoveNode(relu))
    assert kinds(twin.model) == ["Input", "Conv2D", "MaxPooling2D", "Flatten", "Dense", "softmax"]
    assert id(relu) not in twin.counterparts
    assert twin.model.outputs[0].inputs == [twin.counterparts[id(named(model)["dense"])]]


def test_remove_output_moves_the_output_and_the_loss() -> None:
    model = classifier()
    twin = repair(model, RemoveNode(named(model)["softmax"]))
    assert twin.model.outputs[0].activation == "relu"
    assert twin.model.training.losses[0].output is twin.model.outputs[0]


def test_remove_pooling_changes_shapes_downstream() -> None:
    model = classifier()
    twin = repair(model, RemoveNode(named(model)["pool"]))
    assert named(twin.model)["flatten"].shape == (None, 26 * 26 * 8)


def test_removing_a_merge_is_refused() -> None:
    one = node("Input", "one", shape=(None, 8))
    merged = node("Add", "add", [one, one])
    model = Model("m", "functional", [one, merged], [one], [merged])
    with pytest.raises(RemedyError, match="add has 2 inputs"):
        repair(model, RemoveNode(merged))


def test_insert_activation_is_fused_into_a_layer_that_takes_one() -> None:
    model = classifier()
    conv = named(model)["conv"]
    twin = repair(model, InsertAfter(conv, "Activation", {"activation": "relu"}))
    assert kinds(twin.model)[:4] == ["Input", "Conv2D", "relu", "MaxPooling2D"]
    inserted = twin.model.nodes[2]
    assert inserted.fused_into is twin.counterparts[id(conv)]
    assert (inserted.shape, inserted.parameters) == ((None, 26, 26, 8), 0)


def test_insert_takes_a_new_name_and_infers_its_weights() -> None:
    model = classifier()
    pool = named(model)["pool"]
    twin = repair(model, InsertAfter(pool, "BatchNormalization"), InsertAfter(pool, "BatchNormalization"))
    inserted = [one for one in twin.model if one.kind == "BatchNormalization"]
    assert [one.name for one in inserted] == ["batch_normalization_2", "batch_normalization_1"]
    assert [one.parameters for one in inserted] == [32, 32]
    assert inserted[0].fused_into is None


def test_insert_behind_the_output_becomes_the_output() -> None:
    model = classifier()
    twin = repair(model, InsertAfter(named(model)["softmax"], "Dropout", {"rate": 0.5}))
    assert twin.model.outputs[0].kind == "Dropout"


def test_replace_node_keeps_what_is_named() -> None:
    model = classifier()
    pool = named(model)["pool"]
    pool.arguments["pool_size"] = Argument((4, 4), True)
    pool.arguments["strides"] = Argument((2, 2), True)
    twin = repair(model, ReplaceNode(pool, "AveragePooling2D", {"strides": (4, 4)}, keep=("pool_size",)))
    replacement = twin.counterparts[id(pool)]
    assert replacement.kind == "AveragePooling2D"
    assert (replacement.value("pool_size"), replacement.value("strides")) == ((4, 4), (4, 4))
    assert replacement.shape == (None, 6, 6, 8)
    assert named(twin.model)["flatten"].shape == (None, 288)


def test_replace_a_fused_activation_by_a_layer_frees_it() -> None:
    model = classifier()
    twin = repair(model, ReplaceNode(named(model)["dense/relu"], "LeakyReLU"))
    assert twin.model.nodes[5].kind == "LeakyReLU"
    assert twin.model.nodes[5].fused_into is None


def test_an_edit_that_cannot_be_built_is_refused() -> None:
    model = classifier()
    with pytest.raises(RemedyError, match="conv could not be built: a 40×40 kernel does not fit"):
        repair(model, SetArgument(named(model)["conv"], "kernel_size", 40))
    reshape = node("Reshape", "reshape", [named(model)["flatten"]], target_shape=(13, 13, 8))
    model.nodes.insert(4, reshape)
    named(model)["dense"].inputs = [reshape]
    with pytest.raises(RemedyError, match="reshape could not be built"):
        repair(model, SetArgument(named(model)["conv"], "filters", 16))


def bypassed() -> tuple[Model, Node, Node, Node]:
    """The logits read the dense layer, and the dropout between them is dead."""
    features = node("Input", "features", shape=(None, 8))
    dense = node("Dense", "dense", [features], units=4)
    dropout = node("Dropout", "dropout", [dense], rate=0.5)
    logits = node("Dense", "logits", [dense], units=2)
    model = Model("m", "functional", [features, dense, logits], [features], [logits], dead=[dropout])
    return model, dense, dropout, logits


def test_reconnect_brings_a_dead_layer_to_life() -> None:
    model, dense, dropout, logits = bypassed()
    twin = repair(model, Reconnect(logits, dense, dropout))
    assert [one.name for one in twin.model] == ["features", "dense", "dropout", "logits"]
    assert twin.model.dead == []
    assert twin.counterparts[id(logits)].inputs == [twin.counterparts[id(dropout)]]


def test_reconnect_past_a_layer_lets_it_die() -> None:
    model, dense, dropout, logits = bypassed()
    model.dead, logits.inputs = [], [dropout]
    model.nodes.insert(2, dropout)
    twin = repair(model, Reconnect(logits, dropout, dense))
    assert [one.name for one in twin.model.dead] == ["dropout"]
    assert [one.name for one in twin.model] == ["features", "dense", "logits"]


def test_reconnect_refuses_cycles_and_what_is_not_read() -> None:
    model, dense, dropout, logits = bypassed()
    with pytest.raises(RemedyError, match="depend on its own output"):
        repair(model, Reconnect(dense, model.inputs[0], logits))
    with pytest.raises(RemedyError, match="logits does not read dropout"):
        repair(model, Reconnect(logits, dropout, dense))


def test_nodes_and_losses_of_another_model_are_refused() -> None:
    model, other = classifier(), classifier()
    with pytest.raises(RemedyError, match="not part of the model"):
        repair(model, RemoveNode(other.nodes[1]))
    with pytest.raises(RemedyError, match="loss"):
        repair(model, SetLoss(other.training.losses[0], "mean_squared_error"))
    relu = named(model)["dense/relu"]
    with pytest.raises(RemedyError, match="an edit before this one removed it"):
        repair(model, RemoveNode(relu), SetArgument(relu, "activation", "tanh"))


def test_training_edits() -> None:
    model = classifier()
    loss = model.training.losses[0]
    loss.swapped = True
    optimizer = model.training.optimizer
    assert optimizer is not None
    twin = repair(model, SetLoss(loss, from_logits=True), NameOperands(loss), SetLearningRate(optimizer, 1e-3))
    training = twin.model.training
    assert (training.losses[0].name, training.losses[0].from_logits) == ("categorical_crossentropy", True)
    assert not training.losses[0].swapped
    assert training.optimizer is not None
    assert (training.optimizer.learning_rate, training.optimizer.rate.value) == (1e-3, 1e-3)


def test_scaled_is_all_that_has_values_of_the_same_size() -> None:
    for which, high, expected in (
        ("x", 255, (1, 1, 1)),
        ("x", 0.5, (1, 0.5, 1)),
        ("validation_x", 2, (255, 2 / 255, 255)),
    ):
        model = classifier()
        feed = model.training.feeds[0]
        assert feed.validation_x is not None
        feed.validation_x = replace(feed.validation_x, high=high)
        model.training.feeds.append(Feed("evaluate", feed.x))
        one, other = repair(model, ScaleInputs(feed, 1 / 255, which)).model.training.feeds
        scaled = [one.x, one.validation_x, other.x]
        assert [facts and facts.high for facts in scaled] == [pytest.approx(value) for value in expected]
        changed = scaled[which == "validation_x"]
        assert changed is not None
        assert (changed.dtype, changed.steps[-1].kind) == ("float32", "scale")


def test_without_a_factor_columns_are_standardised() -> None:
    model = classifier()
    feed = repair(model, ScaleInputs(model.training.feeds[0], None)).model.training.feeds[0]
    for facts in (feed.x, feed.validation_x):
        assert facts is not None
        assert (facts.low, facts.high, facts.steps[-1].kind, facts.steps[-1].centred) == (
            None,
            None,
            "standardize",
            True,
        )


def test_what_is_its_own_target_is_scaled_with_it() -> None:
    model = classifier()
    feed = model.training.feeds[0]
    assert feed.x is not None
    feed.x = feed.y = replace(feed.x, root=1)
    twin = repair(model, ScaleInputs(feed, 1 / 255)).model.training.feeds[0]
    assert twin.x == twin.y
    assert twin.y is not None
    assert twin.y.high == pytest.approx(1)


def test_scaling_what_is_not_known_is_refused() -> None:
    model = classifier()
    model.training.feeds[0].x = None
    with pytest.raises(RemedyError, match="nothing is known"):
        repair(model, ScaleInputs(model.training.feeds[0], 1 / 255))


def test_encode_labels_both_ways() -> None:
    model = classifier()
    twin = repair(model, EncodeLabels(model.training.feeds[0], "one_hot"))
    feed = twin.model.training.feeds[0]
    for facts in (feed.y, feed.validation_y):
        assert facts is not None
        assert (facts.encoding, facts.shape, facts.high) == ("one_hot", (600, 10), 1.0)
    back = repaired(twin.model, Remedy("back", (EncodeLabels(feed, "integer"),))).model.training.feeds[0].y
    assert back is not None
    assert (back.encoding, back.shape, back.classes, back.high) == ("integer", (600,), 10, 9.0)
    with pytest.raises(RemedyError, match="cannot be written as multi_hot"):
        repair(model, EncodeLabels(model.training.feeds[0], "multi_hot"))


def test_replace_input() -> None:
    model = classifier()
    facts = ArrayFacts((600, 14, 14, 3), "float32", 0, 1)
    assert repair(model, ReplaceInput(model.training.feeds[0], facts)).model.training.feeds[0].x == facts


def test_shapes_of_unknown_layers_are_kept_until_their_input_changes() -> None:
    image = node("Input", "input", shape=(None, 8, 8, 3))
    conv = node("Conv2D", "conv", [image], filters=4, kernel_size=3)
    opaque = Node("Opaque", "lambda", [conv], shape=(None, 5))
    dense = node("Dense", "dense", [opaque], units=2)
    model = chain(image, conv, opaque, dense)
    kept = repair(model, InsertAfter(conv, "Activation", {"activation": "relu"}))
    assert named(kept.model)["lambda"].shape == (None, 5)
    changed = repair(model, SetArgument(conv, "filters", 8))
    assert named(changed.model)["lambda"].shape is None
    assert named(changed.model)["dense"].parameters is None


def test_deep_graphs_need_no_recursion() -> None:
    nodes = [node("Input", "input", shape=(None, 4))]
    for number in range(5000):
        nodes.append(Node("Activation", f"a{number}", [nodes[-1]], {"activation": Argument("relu")}, (None, 4)))
    model = chain(*nodes)
    twin = repair(model, RemoveNode(nodes[2500]))
    assert len(twin.model.nodes) == 5000
    twin.model.nodes.reverse()
    again = repaired(twin.model, Remedy("again", (RemoveNode(twin.model.nodes[10]),)))
    assert again.model.nodes[0].kind == "Input"


def test_a_loss_of_a_node_that_is_no_longer_part_of_the_model() -> None:
    model, other = classifier(), classifier()
    model.training.losses[0].output = other.outputs[0]
    assert repair(model).model.training.losses[0].output is None
    with pytest.raises(RemedyError, match="not part of the model"):
        repair(model, RemoveNode(other.outputs[0]))
