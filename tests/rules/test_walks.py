"""The walks and heads that rules stand on: unknown parts break every chain, nothing is proved by what is missing."""

from __future__ import annotations

import pytest

from cnnlint.graph import OPAQUE, ArrayFacts, Model, Node
from cnnlint.graph.axes import data_format, window_beyond
from cnnlint.graph.outputs import heads
from cnnlint.graph.values import UNKNOWN
from cnnlint.graph.walks import (
    hidden_activation,
    in_head,
    is_affine,
    kept_share,
    next_weights,
    output_activation,
    producer,
)
from rules.examples import RULES
from rules.graphs import chain, model, node, trained


def conv(name: str = "conv") -> Node:
    return node("Conv2D", name, shape=(None, 8, 8, 4), filters=4, kernel_size=(3, 3), strides=(1, 1), padding="same")


def dense(name: str = "dense", units: int = 10) -> Node:
    return node("Dense", name, shape=(None, units), units=units)


def activation(function: object, name: str = "activation") -> Node:
    return node("Activation", name, shape=(None, 10), activation=function)


def silent(of: Model, *names: str) -> bool:
    """Whether none of the named rules says anything about a model."""
    rules = [rule for rule in RULES if rule.name in names]
    assert len(rules) == len(names)
    return not any(list(rule.check_model(of)) for rule in rules)


def test_next_weights_sees_through_what_is_linear() -> None:
    first, second = conv("first"), conv("second")
    between = [node("BatchNormalization", "norm"), node("MaxPooling2D", "pool"), node("Dropout", "drop")]
    assert next_weights(chain(first, *between, second), first) == [second]


@pytest.mark.parametrize("kind", [OPAQUE, "Lambda", "Add", "ReLU", "Attention"])
def test_next_weights_ends_at_anything_else(kind: str) -> None:
    first = conv("first")
    assert next_weights(chain(first, node(kind, "between"), conv("second")), first) == []


def test_one_path_with_an_activation_is_enough() -> None:
    first = conv("first")
    projected, bent = conv("projection"), node("ReLU", "relu", first)
    projected.inputs = [first]
    merged = node("Add", "add", projected, bent)
    of = model(first, projected, bent, merged)
    assert next_weights(of, first) == []
    assert silent(of, "missing-conv-activation")


def test_a_tensor_that_escapes_or_is_an_output_proves_nothing() -> None:
    first = conv("first")
    of = chain(first, conv("second"))
    first.escapes = True
    assert next_weights(of, first) == []
    first.escapes = False
    of.outputs.append(first)
    assert next_weights(of, first) == []


def test_the_boundary_of_a_submodel_is_kept() -> None:
    first, second = dense("code", 64), dense("decoded", 32)
    second.scope = ("decoder",)
    assert silent(chain(first, second), "missing-dense-activation")


def test_an_activation_that_could_not_be_resolved_is_unknown() -> None:
    unknown = activation(UNKNOWN)
    of = chain(node("Input", "input", shape=(None, 20)), dense(), unknown)
    assert output_activation(unknown) == (unknown, None)
    assert not is_affine(of) or in_head(of, unknown)
    assert silent(trained(of, "binary_crossentropy"), "missing-output-activation", "relu-output-with-crossentropy")


@pytest.mark.parametrize("between", [OPAQUE, "GlobalAveragePooling2D", "Multiply"])
def test_relu_and_softmax_with_something_between(between: str) -> None:
    of = chain(dense(), activation("relu", "relu"), node(between, "between"), activation("softmax", "softmax"))
    assert silent(of, "relu-before-softmax")


@pytest.mark.parametrize("between", ["Flatten", "Reshape", "Dropout", "Transpose", "Cast"])
def test_relu_and_softmax_with_reshaping_between(between: str) -> None:
    of = chain(dense(), activation("relu", "relu"), node(between, "between"), activation("softmax", "softmax"))
    assert not silent(of, "relu-before-softmax")


def test_producer_looks_through_identity_activations() -> None:
    first, cast = dense(), activation("linear", "cast")
    chain(first, cast, last := dense("last"))
    assert producer(last) is first


def test_a_loss_without_known_labels_is_quiet_about_them() -> None:
    of = chain(node("Input", "input"), dense(), activation("softmax"))
    trained(of, "categorical_crossentropy", ArrayFacts(shape=(100,)))
    (head,) = heads(of)
    assert (head.activation, head.units, head.classification) == ("softmax", 10, True)
    assert silent(of, "label-encoding-loss-mismatch", "output-units-mismatch", "single-sigmoid-for-multiclass")


@pytest.mark.parametrize("encoding", ["integer", "binary"])
def test_labels_that_are_known(encoding: str) -> None:
    of = chain(node("Input", "input"), dense(), activation("softmax"))
    trained(of, "categorical_crossentropy", ArrayFacts(shape=(100,), encoding=encoding))  # type: ignore[arg-type]
    assert not silent(of, "label-encoding-loss-mismatch")


def test_calls_that_disagree_about_the_labels() -> None:
    of = chain(node("Input", "input"), dense(), activation("softmax"))
    trained(of, "categorical_crossentropy", ArrayFacts(encoding="integer"))
    of.training.feeds += trained(Model("m", "functional"), "x", ArrayFacts(encoding="one_hot")).training.feeds
    assert next(heads(of)).labels is None


@pytest.mark.parametrize(
    ("size", "padding", "rate", "beyond"),
    [
        (3, "valid", 1, False),
        (3, "valid", 2, True),
        (2, "valid", 1, True),
        (2, "same", 1, False),
        (None, "valid", 1, False),
    ],
)
def test_window_beyond(size: int | None, padding: str, rate: int, beyond: bool) -> None:
    source = node("Input", "input", shape=(None, size, 8, 1))
    sizes = {"kernel_size": (3, 3), "dilation_rate": (rate, rate)}
    kernel = node("Conv2D", "conv", source, padding=padding, data_format="channels_last", **sizes)
    assert window_beyond(kernel) is beyond


def test_window_beyond_at_a_rate_that_is_known_in_part() -> None:
    rates = (1, UNKNOWN)
    for size, beyond in ((2, True), (8, False)):
        source = node("Input", "input", shape=(None, size, 8, 1))
        sizes = {"kernel_size": (3, 3), "dilation_rate": rates}
        kernel = node("Conv2D", "conv", source, padding="valid", data_format="channels_last", **sizes)
        assert window_beyond(kernel) is beyond


def test_data_format_default_and_unknown() -> None:
    assert data_format(node("Conv2D", "a", data_format=None)) == "channels_last"
    assert data_format(node("Conv2D", "a", data_format="channels_first")) == "channels_first"
    assert data_format(node("Conv2D", "a", data_format=UNKNOWN)) is None
    assert data_format(node("Conv2D", "a")) is None


def test_hidden_activation_is_the_models_own() -> None:
    of = chain(dense("a"), activation("elu", "b"), dense("c"), activation("softmax", "d"))
    assert hidden_activation(of) == "elu"
    assert hidden_activation(chain(dense("a"), activation("softmax", "d"))) == "relu"


@pytest.mark.parametrize(
    ("text", "api", "version", "named"),
    [
        ("keep_prob", "tf.layers.dropout", 1, True),
        ("self.keep_prob", "keras.layers.Dropout", None, True),
        ("1 - keep_prob", "tf.layers.dropout", 1, False),
        ("rate", "tf.layers.dropout", 1, False),
        ("keep_prob", "tf.nn.dropout", 1, False),
        ("keep_prob", "tf.nn.dropout", 2, True),
    ],
)
def test_kept_share(text: str, api: str, version: int | None, named: bool) -> None:
    from cnnlint.graph import Argument, Origin, Placement

    dropout = Node("Dropout", "dropout", placement=Placement(api=api))
    dropout.arguments["rate"] = Argument(UNKNOWN, given=True, origin=Origin(text=text))
    assert (kept_share(dropout, version) is not None) is named
