"""Graphs as Keras models: what is built, what is refused, and whose weights are whose."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from installed import refuses_empty_outputs

from cnnlint.config import Settings
from cnnlint.confirm.models.build import build
from cnnlint.confirm.models.built import Built, NotBuildable
from cnnlint.confirm.models.shrink import FASTER_TURN, Plan, cost, plans, step_cost
from cnnlint.confirm.models.weights import twin_keys
from cnnlint.graph import OPAQUE, UNKNOWN, Argument, Model, Node
from cnnlint.graph.values import Batch
from cnnlint.lint.one_file import lint_bytes
from tests.confirm.graphs import (
    FLATTEN,
    act,
    behind,
    chain,
    coloured_mnist,
    conv,
    copy,
    dense,
    node,
    pool,
    source,
    training,
    without,
)


def outputs(built: Built, seed: int = 0) -> Any:
    """What a freshly seeded model answers to fixed noise."""
    for weight in built.weights:
        weight.variable.assign(weight.draw(seed))
    x = np.random.default_rng(0).normal(size=(4, *built.inputs[0].shape)).astype(np.float32)
    return np.asarray(built.model(x, training=False))


def weights(built: Built) -> dict[str, Any]:
    return {weight.key: weight.draw(0) for weight in built.weights}


@pytest.mark.parametrize(
    "layers",
    [
        (conv(4), act("relu"), pool(), FLATTEN, dense(3), act("softmax")),
        (conv(4, padding="valid"), ("BatchNormalization", {"momentum": 0.9})),
        (("DepthwiseConv2D", {"kernel_size": (3, 3)}), ("SeparableConv2D", {"filters": 4, "kernel_size": (3, 3)})),
        (("Conv2DTranspose", {"filters": 4, "kernel_size": (3, 3), "strides": (2, 2)}), ("UpSampling2D", {})),
        (("ZeroPadding2D", {"padding": (1, 1)}), ("LocalResponseNormalization", {"depth_radius": 2}), conv(3)),
        (("GlobalAveragePooling2D", {}), ("Dropout", {"rate": 0.5}), ("LayerNormalization", {}), ("LeakyReLU", {})),
        (("ReduceMean", {"axis": (1, 2), "keepdims": False}), ("BiasAdd", {})),
        (("Reshape", {"target_shape": (144, 2)}), ("Permute", {"dims": (2, 1)}), ("LSTM", {"units": 3})),
        (("Transpose", {"perm": (0, 2, 1, 3)}), ("ReduceMax", {"axis": 3, "keepdims": True}), ("Squeeze", {"axis": 3})),
        (act("selu"), ("PReLU", {}), ("Softmax", {"axis": -1}), ("Cast", {"dtype": "float32"})),
        (("Pad", {"paddings": ((0, 0), (1, 1), (1, 1), (0, 0))}), ("DepthToSpace", {"block_size": 1}), ("Square", {})),
    ],
    ids=lambda layers: layers[0][0],
)
def test_layers_and_operations_are_built(layers: Any) -> None:
    built = build(chain((12, 12, 2), *layers))
    assert np.isfinite(outputs(built)).all()


def test_a_pool_of_no_size_has_that_of_keras_2() -> None:
    bare = build(chain((8, 8, 1), conv(2), ("AveragePooling2D", {})))
    assert tuple(bare.model.output.shape) == tuple(build(chain((8, 8, 1), conv(2), pool())).model.output.shape)


def test_a_dropout_that_is_never_told_to_train_drops_nothing() -> None:
    for given, dropped in ((False, False), (True, True)):
        model = chain((1000,), ("Dropout", {"rate": 0.9}))
        model.nodes[1].arguments["training"] = Argument(given, given=given)
        assert bool(np.any(build(model).model(np.ones((1, 1000)), training=True) == 0)) is dropped


def test_merges_are_built() -> None:
    first = source(8)
    left, right = node("Dense", [first], "left", units=4), node("Dense", [first], "right", units=4)
    nodes = [first, left, right]
    for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Concatenate"):
        merged = node(kind, [left, right], kind.lower())
        assert build(Model("m", "functional", [*nodes, merged], [first], [merged])).output_shape[0] is None


def test_a_dense_without_bias_and_bias_add_are_a_dense_with_bias() -> None:
    whole = build(chain((6,), dense(3, use_bias=True)))
    parts = build(chain((6,), dense(3, use_bias=False), ("BiasAdd", {})))
    assert [tuple(w.variable.shape) for w in whole.weights] == [tuple(w.variable.shape) for w in parts.weights]
    assert outputs(whole).shape == outputs(parts).shape


def test_a_channels_first_network_computes_what_the_channels_last_one_does() -> None:
    def net(order: str) -> Model:
        shape = (12, 12, 3) if order == "channels_last" else (3, 12, 12)
        return chain(
            shape,
            conv(4, data_format=order),
            act("relu"),
            pool(data_format=order),
            ("GlobalAveragePooling2D", {"data_format": order}),
            dense(3),
        )

    last, first = build(net("channels_last")), build(net("channels_first"))
    assert first.inputs[0].channels_first
    for built in (last, first):
        for weight in built.weights:
            weight.variable.assign(weight.draw(0))
    x = np.random.default_rng(0).normal(size=(2, 12, 12, 3)).astype(np.float32)
    turned = np.asarray(first.model(np.moveaxis(x, -1, 1), training=False))
    assert np.allclose(np.asarray(last.model(x, training=False)), turned, atol=1e-5)


def test_tf_reshape_to_one_long_vector_is_a_flatten_of_smaller_pictures_too() -> None:
    model = chain((64, 64, 1), conv(4), ("Reshape", {"target_shape": (64 * 64 * 4,)}), dense(3))
    assert build(model, Plan(side=16)).tensors[id(model.nodes[2])].shape[1] == 16 * 16 * 4


@pytest.mark.parametrize(
    ("shape", "target", "rows"),
    [
        ((7, 7, 48), (-1, 7 * 7 * 32), 6),
        ((28, 28, 1), (-1, 7, 28, 1), 16),
        ((28, 28, 1), (Batch(Fraction(4)), 7, 28, 1), 16),
        ((6, 2), (-1,), 48),
    ],
)
def test_a_reshape_that_moves_samples_computes_what_numpy_does(shape: Any, target: Any, rows: int) -> None:
    model = chain(shape)
    model.nodes.append(node("WholeReshape", [model.nodes[0]], "fold", shape=target))
    model.outputs = [model.nodes[-1]]
    x = np.random.default_rng(0).normal(size=(4, *shape)).astype(np.float32)
    result = np.asarray(build(model, Plan(divisor=8.0, side=3)).model(x))
    assert result.shape[0] == rows
    np.testing.assert_array_equal(result, x.reshape(rows, *target[1:]))


def test_a_model_with_a_reshape_that_counts_on_its_sizes_is_not_built_smaller() -> None:
    model = chain((64, 64, 1), conv(16), FLATTEN, dense(10))
    fold = node("WholeReshape", [model.nodes[1]], "fold", shape=(-1, 32 * 64 * 16))
    model.nodes.insert(2, fold)
    model.nodes[3].inputs = [fold]
    assert build(model, Plan(divisor=8.0, side=20)).tensors[id(model.nodes[1])].shape == (None, 64, 64, 16)


def test_a_reshape_of_more_than_one_open_axis_is_not_built() -> None:
    model = chain((8, 8, 3))
    model.nodes.append(node("WholeReshape", [model.nodes[0]], "fold", shape=(-1, UNKNOWN, 3)))
    model.outputs = [model.nodes[-1]]
    with pytest.raises(NotBuildable, match="the target of `fold` is unknown"):
        build(model)


def test_a_layer_used_twice_shares_its_weights() -> None:
    first = source(4)
    one, two = node("Dense", [first], "shared", units=4), None
    one.layer_id = 7
    two = node("Dense", [one], "shared", units=4)
    two.layer_id = 7
    built = build(Model("m", "functional", [first, one, two], [first], [two]))
    assert len(built.weights) == 2
    assert built.layers[id(one)] is built.layers[id(two)]


def test_an_application_is_built_or_stood_in_for() -> None:
    model = chain(
        (96, 96, 3),
        ("Application", {"name": "MobileNetV2", "include_top": False, "weights": "imagenet", "pooling": "avg"}),
        dense(3),
    )
    full = build(model)
    assert any("random weights" in note for note in full.notes)
    small = build(model, Plan(small_applications=True))
    assert small.parameters < full.parameters / 50
    assert small.output_shape == (None, 3)


def test_an_inserted_layer_does_not_shift_its_neighbours() -> None:
    model = coloured_mnist()
    twin = behind(model, 3, "Dropout", rate=0.5)
    plain, other = weights(build(model)), weights(build(twin.model, keys=twin_keys(model, twin)))
    assert set(plain) < set(other)
    assert all((plain[key] == other[key]).all() for key in plain)


def test_a_removed_layer_does_not_shift_its_neighbours() -> None:
    model = coloured_mnist()
    twin = without(model, 2)
    plain = weights(build(model, Plan(divisor=8)))
    other = weights(build(twin.model, Plan(divisor=8), keys=twin_keys(model, twin)))
    same = [key for key in plain if plain[key].shape == other[key].shape]
    assert all((plain[key] == other[key]).all() for key in same)
    assert len(same) == 5


def test_another_initialiser_scales_the_same_draw() -> None:
    model = chain((6,), dense(8), act("relu"), dense(3))
    twin = copy(model)
    twin.model.nodes[1].arguments["kernel_initializer"] = Argument({"name": "he_uniform"})
    plain, other = weights(build(model)), weights(build(twin.model, keys=twin_keys(model, twin)))
    key = next(iter(plain))
    ratio = other[key] / plain[key]
    assert np.allclose(ratio, ratio.flat[0], rtol=1e-4)
    assert ratio.flat[0] == pytest.approx(np.sqrt(2 / 6 / (2 / 14)), rel=1e-3)


def test_an_unknown_initialiser_is_replaced_with_a_note() -> None:
    model = chain((6,), dense(3))
    model.nodes[1].arguments["kernel_initializer"] = Argument(UNKNOWN, given=True)
    assert any("initialiser of `dense_1` is unknown" in note for note in build(model).notes)


def test_what_a_test_does_not_turn_on_is_assumed_and_said() -> None:
    model = chain((6,), dense(3), ("Dropout", {"rate": UNKNOWN}), dense(UNKNOWN))
    built = build(model)
    assert "`rate` of `dropout_2` is unknown: 0.25 was assumed" in built.notes
    assert built.output_shape == (None, 10)


def test_a_layer_around_a_layer_is_built() -> None:
    inner = ("LSTM", {"units": 8, "activation": "tanh", "kernel_initializer": {"name": "glorot_uniform"}})
    model = chain((50, 4), ("Bidirectional", {"layer": inner}), dense(1))
    assert build(model).tensors[id(model.nodes[1])].shape == (None, 16)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda node: setattr(node, "kind", OPAQUE), "is not known"),
        (lambda node: node.arguments.update(use_bias=Argument(UNKNOWN, given=True)), "`use_bias` of `dense_3`"),
        (lambda node: setattr(node, "kind", "LocallyConnected2D"), "no layer LocallyConnected2D"),
        (lambda node: setattr(node, "kind", "Add"), "one side of"),
        (lambda node: setattr(node, "inputs", [Node("Dense", "elsewhere")]), "was not read"),
    ],
)
def test_what_is_unknown_is_not_built(spoil: Any, words: str) -> None:
    model = chain((12, 12, 1), conv(4), FLATTEN, dense(3))
    spoil(model.nodes[3])
    with pytest.raises(NotBuildable, match=words):
        build(model)


def test_an_unresolved_activation_is_not_built() -> None:
    model = chain((6,), dense(3), act("relu"))
    model.nodes[2].arguments["activation"] = Argument(UNKNOWN, given=True)
    with pytest.raises(NotBuildable, match="the activation behind"):
        build(model)


@refuses_empty_outputs
def test_a_refusal_quotes_keras() -> None:
    model = chain((8, 8, 1))
    model.nodes.append(node("Conv2D", [model.nodes[0]], "big", filters=2, kernel_size=(9, 9)))
    model.outputs = [model.nodes[1]]
    with pytest.raises(NotBuildable, match="Keras refuses `big`") as caught:
        build(model)
    assert caught.value.__cause__ is not None


def test_an_input_without_a_shape_is_assumed_with_a_note() -> None:
    model = chain((28, 28, 1), conv(4), FLATTEN, dense(3))
    model.nodes[0].shape = None
    built = build(model)
    assert built.inputs[0].kind == "image"
    assert any("was assumed" in note for note in built.notes)


def test_a_plan_shrinks_hidden_widths_and_pictures_but_no_outputs() -> None:
    model = chain(
        (150, 200, 3),
        conv(64),
        act("relu"),
        pool(),
        conv(128),
        act("relu"),
        pool(),
        FLATTEN,
        dense(256),
        dense(13),
        act("softmax"),
        training=training(),
    )
    plan = plans(model)[0]
    built = build(model, plan)
    assert plan.divisor == 8
    assert min(built.inputs[0].shape[:2]) < 40
    assert built.output_shape == (None, 13)
    assert cost(model, plan) < cost(model, Plan()) / 50
    assert any("divided by 8" in note for note in built.notes)
    assert any("reduced from 150×200×3" in note for note in built.notes)


def test_what_is_looked_up_costs_little_and_what_is_read_in_turn_costs_every_place() -> None:
    def costs(*layers: str) -> tuple[float, float]:
        text = f"import keras\nfrom keras import layers\nmodel = keras.Sequential([{', '.join(layers)}])\n"
        (model,) = lint_bytes("model.py", text.encode(), Settings()).reading.program.models
        return cost(model, Plan()), step_cost(model, Plan(), 32)

    words, network = "layers.Embedding(10000, 64)", "layers.LSTM(32)"
    looked, _ = costs("keras.Input((200,))", words)
    assert looked == pytest.approx(0.2 * 640_000)
    places, step = costs("keras.Input((28, 28))", network)
    assert places == 28 * 4 * (32 * (28 + 32) + 32)
    assert step == 3 * 32 * places + 28 * FASTER_TURN["LSTM"]
    assert costs("keras.Input((28, 28))", f"layers.Bidirectional({network})")[0] == 2 * places
    both, step = costs("keras.Input((28, 28))", "layers.Bidirectional(layers.SimpleRNN(32))")
    assert step == 3 * 32 * both + 2 * 28 * FASTER_TURN["SimpleRNN"]
    assert costs("keras.Input((200,))", words, network)[0] == looked + 200 * 4 * (32 * (64 + 32) + 32)


def test_a_small_model_is_left_as_it_is() -> None:
    model = chain((28, 28, 1), conv(4), FLATTEN, dense(10))
    assert plans(model)[0] == Plan()


def test_a_model_that_cannot_be_smaller_is_tried_larger() -> None:
    deep = chain(
        (224, 224, 3),
        conv(8, 11, strides=(4, 4), padding="valid"),
        pool(3, 2, padding="valid"),
        conv(8, 5),
        pool(3, 2, padding="valid"),
        conv(8),
        pool(3, 2, padding="valid"),
        FLATTEN,
        dense(10),
    )
    sides = [plan.side for plan in plans(deep)]
    with pytest.raises(NotBuildable):
        build(deep, plans(deep)[0])
    assert sides == sorted(sides, key=lambda side: side or 10**6)
    assert any(_buildable(deep, plan) for plan in plans(deep))


def _buildable(model: Model, plan: Plan) -> bool:
    try:
        build(model, plan)
    except NotBuildable:
        return False
    return True


def test_long_sequences_of_recurrent_layers_are_cut_with_a_note() -> None:
    embedded = ("Embedding", {"input_dim": 50, "output_dim": 4})
    model = chain((200,), embedded, ("LSTM", {"units": 4}), dense(1), training=training("binary_crossentropy"))
    first, *_, last = plans(model)
    built = build(model, first)
    assert built.inputs[0].shape == (24,)
    assert "inputs reduced from 200 to 24" in built.notes
    assert build(model, last).inputs[0].shape == (200,)
    assert plans(chain((200,), embedded, FLATTEN, dense(1)))[0].length is None


def test_texts_are_words_from_the_start() -> None:
    layers = (
        ("TextVectorization", {"max_tokens": 500, "output_sequence_length": 9}),
        ("Embedding", {"input_dim": 500, "output_dim": 4}),
        ("GlobalAveragePooling1D", {}),
    )
    model = chain((1,), *layers, dense(1))
    built = build(model)
    assert (built.inputs[0].kind, built.inputs[0].shape, built.inputs[0].vocabulary) == ("tokens", (9,), 500)
    raw = chain((1,), dense(1))
    raw.nodes[0].arguments["dtype"] = Argument("string", given=True)
    with pytest.raises(NotBuildable, match="takes text"):
        build(raw)


@pytest.mark.parametrize(
    "taken",
    [
        "a[:, -1, :]",
        "a[:, 1:]",
        "a[..., 0]",
        "a[:, ::2, None, 1]",
        "ops.swapaxes(a, 1, 2)",
        "ops.stack([a, x[..., :4]], axis=-1)",
        "ops.var(a, axis=1)",
        "ops.std(a, -1, keepdims=True)",
        "ops.logsumexp(a, axis=1)",
        "ops.repeat(a, 2, axis=1)",
    ],
)
def test_what_is_taken_of_a_tensor_is_what_keras_takes(taken: str) -> None:
    text = (
        "import keras\nfrom keras import layers, ops\nx = keras.Input((6, 8))\n"
        f"a = layers.GRU(4, return_sequences=True)(x)\nmodel = keras.Model(x, {taken})\n"
    )
    program: dict[str, Any] = {}
    exec(text, program)
    (model,) = lint_bytes("model.py", text.encode(), Settings()).reading.program.models
    built = build(model).model
    built.set_weights(program["model"].get_weights())
    x = np.random.default_rng(0).normal(size=(5, 6, 8)).astype(np.float32)
    assert np.allclose(built(x), program["model"](x), atol=1e-6)


@pytest.mark.parametrize("taken", ["a[0]", "a[n:]", "a[:2, 1]", "a[..., 0, 0, 0]"])
def test_what_is_taken_of_samples_or_by_unknown_numbers_is_not_built(taken: str) -> None:
    text = f"import keras\nx = keras.Input((6, 8))\na = keras.layers.Dense(3)(x)\nmodel = keras.Model(x, {taken})\n"
    (model,) = lint_bytes("model.py", text.encode(), Settings()).reading.program.models
    with pytest.raises(NotBuildable, match="what slice computes is not known"):
        build(model)
