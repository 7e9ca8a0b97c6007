"""A traced arm: what Keras itself would compute, the same bits from the same seed, nothing left of the last pair."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnlint.confirm.data.objective import objective
from cnnlint.confirm.models.build import build
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.models.losses import loss_function
from cnnlint.confirm.trials.lab import Schedule, batches
from cnnlint.confirm.trials.training import Arm, make_optimizer
from cnnlint.graph import Model, Placement
from tests.confirm.graphs import FLATTEN, act, chain, conv, dense, pool, training

RANDOM = np.random.default_rng(0)
X = RANDOM.random((64, 12, 12, 1)).astype(np.float32)
Y = np.eye(10, dtype=np.float32)[RANDOM.integers(0, 10, 64)]
ORDER = batches(64, Schedule(12, 16, None, None), 0)


def net(*head: Any, **setup: Any) -> Model:
    return chain(
        (12, 12, 1),
        conv(4),
        act("relu"),
        ("BatchNormalization", {"momentum": 0.9}),
        pool(),
        FLATTEN,
        ("Dropout", {"rate": 0.3}),
        dense(10),
        *head,
        training=training(**setup),
    )


def arm(model: Model, optimizer: str | None = "adam", rate: float | None = None) -> Arm:
    built = build(model)
    return Arm(built, objective(model, built.output, built.output_shape, []), optimizer, rate)


def trained(one: Arm, seed: int = 0) -> tuple[Any, Any]:
    one.seed(seed)
    return one.run([X], Y, ORDER), one.outputs([X])


def test_the_same_seed_gives_the_same_bits_in_another_arm() -> None:
    first, second = trained(arm(net(act("softmax")))), trained(arm(net(act("softmax"))))
    assert (first[0] == second[0]).all()
    assert (first[1] == second[1]).all()


def test_seeding_leaves_nothing_of_the_last_run() -> None:
    one = arm(net(act("softmax")))
    first, other, again = trained(one), trained(one, 1), trained(one)
    assert (first[1] == again[1]).all()
    assert (first[1] != other[1]).any()


def test_steps_in_two_stretches_are_the_steps_in_one() -> None:
    one = arm(net(act("softmax")))
    whole = trained(one)[1]
    one.seed(0)
    one.run([X], Y, ORDER[:5])
    one.run([X], Y, ORDER[5:])
    assert (one.outputs([X]) == whole).all()


@pytest.mark.parametrize("name", ["adam", "sgd", "rmsprop", None])
def test_the_loop_trains_as_keras_does(name: str | None) -> None:
    import keras

    model = chain((12, 12, 1), conv(4), act("relu"), pool(), FLATTEN, dense(10), act("softmax"), training=training())
    ours = arm(model, name)
    losses, outputs = trained(ours)
    assert losses[-1] < losses[0]
    built = build(model)
    for weight in built.weights:
        weight.variable.assign(weight.draw(0))
    built.model.compile(optimizer=make_optimizer(name, None), loss="categorical_crossentropy")
    for rows in ORDER:
        built.model.train_on_batch(X[rows], Y[rows])
    theirs = keras.ops.convert_to_numpy(built.model(X, training=False))
    assert np.allclose(outputs, theirs, atol=2e-5)


def test_other_backends_take_the_same_steps_through_keras() -> None:
    model = chain((12, 12, 1), conv(4), act("relu"), pool(), FLATTEN, dense(10), act("softmax"), training=training())
    loop, plain = arm(model), arm(model)
    losses, outputs = trained(loop)
    plain.seed(0)
    assert np.allclose(plain._run_anywhere([X], Y, ORDER), losses, rtol=1e-4)
    assert np.allclose(plain.outputs([X]), outputs, atol=2e-5)


def test_keras_mends_a_double_softmax_on_tensorflow_and_tf_nn_does_not() -> None:
    right = trained(arm(net(act("softmax"))))
    mended = trained(arm(net(act("softmax"), from_logits=True)))
    assert (right[0] == mended[0]).all()
    doubled = net(act("softmax"), from_logits=True)
    doubled.training.losses[0].placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
    losses, _ = trained(arm(doubled))
    assert losses.min() > np.log(np.e + 9) - 1


@pytest.mark.parametrize(
    ("loss", "units", "labels"),
    [
        ("categorical_crossentropy", 10, "one_hot"),
        ("sparse_categorical_crossentropy", 10, "integer"),
        ("binary_crossentropy", 1, "binary"),
    ],
)
@pytest.mark.parametrize("logits", [True, False])
def test_the_formulas_of_tf_nn_are_keras_losses_where_both_are_right(
    loss: str, units: int, labels: str, logits: bool
) -> None:
    import keras

    model = chain((6,), dense(units), training=training(loss, from_logits=logits))
    plain = objective(model, model.outputs[0], (None, units), [])
    assert plain.labels == labels
    model.training.losses[0].placement = Placement(api="tf.nn.some_function")
    raw = objective(model, model.outputs[0], (None, units), [])
    assert raw.raw
    assert not plain.raw
    numbers = RANDOM.integers(0, max(2, units), 32)
    scores = RANDOM.normal(size=(32, units)).astype(np.float32)
    outputs = scores if logits else (1 / (1 + np.exp(-scores)))
    if not logits and units > 1:
        outputs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    tensor = keras.ops.convert_to_tensor(outputs)
    y = keras.ops.convert_to_tensor(plain.encode(numbers))
    assert float(loss_function(raw)(y, tensor)) == pytest.approx(float(loss_function(plain)(y, tensor)), rel=1e-4)


def test_swapped_operands_drive_the_loss_below_zero() -> None:
    model = net(from_logits=True)
    model.training.losses[0].placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
    model.training.losses[0].swapped = True
    losses, _ = trained(arm(model, "adam", 0.01))
    assert losses[-1] < 0


def test_no_weight_changes_before_all_that_depends_on_it_was_computed() -> None:
    import keras

    model = chain((12, 12, 1), conv(16), act("relu"), pool(), FLATTEN, dense(10), training=training(from_logits=True))
    model.training.losses[0].placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
    model.training.losses[0].swapped = True
    found = []
    for _ in range(6):
        one = arm(model, "adam", 0.01)
        one.seed(0)
        rows = ORDER[0]
        right = float(keras.ops.convert_to_numpy(one.loss(keras.ops.convert_to_tensor(Y[rows]), one.model(X[rows]))))
        one.seed(0)
        # the gradient of this loss needs no output, so nothing but the order of operations holds the outputs back
        assert one.run([X], Y, ORDER)[0] == pytest.approx(right, rel=1e-4)
        found.append(one.outputs([X]))
    assert all((found[0] == other).all() for other in found)


def test_the_gap_between_modes_leaves_the_averages_where_they_were() -> None:
    one = arm(net(act("softmax")))
    one.seed(0)
    one.run([X], Y, ORDER)
    before = one.outputs([X])
    training_loss, inference_loss = one.mode_losses([X], Y, 16)
    assert training_loss != inference_loss
    assert (one.outputs([X]) == before).all()


def test_an_unknown_loss_is_not_built() -> None:
    with pytest.raises(NotBuildable, match="the loss my_loss"):
        arm(net(act("softmax"), loss="my_loss"))


def test_batches_go_through_all_samples_in_every_epoch() -> None:
    order = batches(10, Schedule(7, 3, None, None), 0)
    assert order.shape == (7, 3)
    assert len(set(order[:3].ravel())) == 9
    assert (batches(10, Schedule(7, 3, None, None), 0) == order).all()
