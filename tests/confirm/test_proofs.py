"""Proofs, each on a model for which it holds and on one for which it does not."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from installed import refuses_empty_outputs
from msgspec.structs import replace

from cnnlint.config import Settings
from cnnlint.confirm.data.files import OwnData
from cnnlint.confirm.proofs import PROOFS, STATISTICS
from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials.assess import UNMEASURED, assess
from cnnlint.confirm.trials.lab import Lab
from cnnlint.confirm.trials.paired import BENT, PLANE
from cnnlint.diagnostics import Evidence, Verdict
from cnnlint.graph import Argument, ArrayFacts, Feed, Model, Node, Placement
from cnnlint.lint.one_file import lint_bytes
from cnnlint.rule.experiments import AFFINE_NETWORK, AFFINE_PAIR, Proof, ProofMethod, Trial
from cnnlint.rule.remedies import Twin
from tests.confirm.claims import AVERAGE, double_softmax, max_pooled
from tests.confirm.graphs import FLATTEN, act, behind, chain, conv, copy, dense, node, pool, training, without

SHAPE = (12, 12, 1)


def proved(
    method: ProofMethod, model: Model, place: Node | None = None, twin: Twin | None = None, **parameters: Any
) -> Evidence:
    found = assess(Proof(method, "claim", parameters), Subject(model, place, twin), Lab(0))
    # what the documentation's table says is measured
    assert found.statistic in (STATISTICS[method][0], "outputs that depend on it", None)
    return found


def test_every_method_that_rules_may_name_has_its_function() -> None:
    assert set(PROOFS) == set(STATISTICS) == set(ProofMethod.__args__)  # type: ignore[attr-defined]


def test_softmax_over_one_unit_is_constant() -> None:
    model = chain(SHAPE, conv(4), FLATTEN, dense(1), act("softmax"), training=training("binary_crossentropy"))
    twin = copy(model)
    twin.model.nodes[-1].arguments["activation"] = Argument("sigmoid", given=True)
    found = proved("constant-output", model, model.nodes[-1], twin)
    assert (found.verdict, found.as_written) == (Verdict.PROVED, 0.0)
    assert found.repaired is not None
    assert found.repaired > 0.1
    assert proved("constant-output", twin.model).verdict is Verdict.UNDECIDED


def test_a_softmax_over_the_batch_is_constant_for_one_sample() -> None:
    model = chain(SHAPE, FLATTEN, dense(4), ("Softmax", {"axis": 0}), training=training())
    assert proved("constant-output", model, batch=1).verdict is Verdict.PROVED
    assert proved("constant-output", model).verdict is Verdict.UNDECIDED


def test_one_output_is_asked_for_two_answers_by_a_binary_crossentropy_whatever_the_labels() -> None:
    for activation, logits in (("sigmoid", False), ("linear", True)):
        model = chain(
            SHAPE, FLATTEN, dense(1), act(activation), training=training("binary_crossentropy", from_logits=logits)
        )
        found = proved("answers-asked-for", model, classes=5)
        assert (found.verdict, found.as_written) == (Verdict.PROVED, 2.0)
        assert "to label 1 is the best to 4 as well, where it falls to -" in found.summary
        assert proved("answers-asked-for", model, classes=2).verdict is Verdict.UNDECIDED
    # of a squared error each label has an answer of its own, as far as the output can say it
    model = chain(SHAPE, FLATTEN, dense(1), act("linear"), training=training("mean_squared_error"))
    assert proved("answers-asked-for", model, classes=5).verdict is Verdict.UNDECIDED


def test_the_index_of_the_largest_of_one_is_constant() -> None:
    model = chain(SHAPE, FLATTEN, dense(1), act("sigmoid"), training=training("binary_crossentropy"))
    assert proved("constant-output", model, argmax=True).verdict is Verdict.PROVED


def test_one_unit_in_a_loss_over_exclusive_classes_is_constant_as_that_loss_reads_it() -> None:
    model = chain(SHAPE, FLATTEN, dense(1), act("sigmoid"), training=training("categorical_crossentropy"))
    found = proved("constant-output", model)
    assert found.verdict is Verdict.PROVED
    assert "as the loss reads it" in found.summary


def test_average_pooling_leaves_a_network_affine() -> None:
    model = chain(
        SHAPE, conv(4), AVERAGE, conv(4, strides=(2, 2)), FLATTEN, dense(5), act("softmax"), training=training()
    )
    found = proved("affine-network", model, twin=behind(model, 1, "Activation", activation="relu"))
    assert found.verdict is Verdict.PROVED
    assert found.as_written is not None
    assert found.as_written < 1e-4
    assert found.repaired is not None
    assert found.repaired > 0.1


def test_max_pooling_does_not() -> None:
    found = proved("affine-network", max_pooled()[0])
    assert found.verdict is Verdict.UNDECIDED
    assert "max pooling is what bends it" in found.summary


def test_two_layers_without_an_activation_between_are_one_affine_map() -> None:
    whole = (conv(4), act("relu"), FLATTEN, dense(20), ("Dropout", {"rate": 0.5}), dense(12), act("relu"), dense(5))
    model = chain(SHAPE, *whole, act("softmax"), training=training(classes=5))
    found = proved("affine-pair", model, model.nodes[4], behind(model, 4, "Activation", activation="relu"))
    assert found.verdict is Verdict.PROVED
    assert found.as_written is not None
    assert found.as_written < 1e-4
    assert found.repaired is not None
    assert found.repaired > 0.1
    assert "`dense_4` and `dense_6` are together one affine map" in found.summary
    # a dropout that is always on drops the same in what is compared
    model.nodes[5].arguments["training"] = Argument(True, given=True)
    assert proved("affine-pair", model, model.nodes[4]).verdict is Verdict.PROVED
    assert proved("affine-pair", model, model.nodes[6]).verdict is Verdict.UNDECIDED
    pooled = chain(SHAPE, conv(4), pool(), conv(6), act("relu"), FLATTEN, dense(5), training=training(classes=5))
    assert "no affine map" in proved("affine-pair", pooled, pooled.nodes[1]).summary
    # the spread is that of the samples: one unit alone has no other
    single = chain((8,), dense(16), dense(1), act("sigmoid"), training=training())
    repaired = behind(single, 1, "Activation", activation="relu")
    assert proved("affine-pair", single, single.nodes[1], repaired).verdict is Verdict.PROVED


def test_what_is_shown_of_a_fault_is_no_more_than_its_runs_say_unless_it_is_one_of_structure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = chain((8,), dense(16), dense(3), act("softmax"), training=training(classes=3))
    subject = Subject(model, model.nodes[1], behind(model, 1, "Activation", activation="relu"))
    trial = Trial("accuracy", "higher", 0.1, proof=AFFINE_PAIR)

    def told(verdict: Verdict, trial: Trial = trial, planned: float | None = None) -> Evidence:
        made = Evidence(verdict, "paired training runs", f"{verdict.value.capitalize()}: both reach 0.9.")
        monkeypatch.setattr("cnnlint.confirm.trials.assess._trained", lambda *_: made)
        lab = Lab(0)
        lab.planned = planned
        return assess(trial, subject, lab)

    # that two layers are one map is so for all weights, and no harm: what it costs is what the runs say
    for verdict in (Verdict.NO_DIFFERENCE, Verdict.CONFIRMED, Verdict.SLOWER, Verdict.UNDECIDED):
        for planned in (None, 5.0):
            found = told(verdict, planned=planned)
            assert found.verdict is verdict
            assert "Without training is shown: `dense_1` and `dense_2` are together one affine map" in found.summary
    worse = told(Verdict.CONFIRMED, replace(trial, structure=True))
    assert worse.verdict is Verdict.PROVED
    assert "When trained: confirmed: both reach 0.9." in worse.summary
    assert told(Verdict.NO_DIFFERENCE, replace(trial, structure=True)).verdict is Verdict.PROVED
    within = told(Verdict.NO_DIFFERENCE, replace(trial, structure=True), planned=5.0)
    assert (within.verdict, within.notes[-1]) == (Verdict.PROVED, UNMEASURED)


def test_the_floor_of_a_double_softmax_is_real_for_tf_nn_and_mended_by_keras() -> None:
    model, twin = double_softmax("tf.nn.softmax_cross_entropy_with_logits")
    real = proved("softmax-floor", model, twin=twin)
    assert real.verdict is Verdict.PROVED
    assert real.as_written == pytest.approx(math.log(math.e + 9) - 1)
    model, twin = double_softmax("keras.losses.CategoricalCrossentropy")
    mended = proved("softmax-floor", model, twin=twin)
    assert mended.verdict is Verdict.NO_DIFFERENCE
    assert "takes the logits from behind the softmax" in mended.summary
    assert "1.461" in mended.summary


def test_a_model_that_starts_from_zeros_does_not_make_both_losses_one() -> None:
    for api, verdict in (
        ("tf.nn.softmax_cross_entropy_with_logits", Verdict.PROVED),
        ("keras.losses.CategoricalCrossentropy", Verdict.NO_DIFFERENCE),
    ):
        model, twin = double_softmax(api)
        for one in (*model.nodes, *twin.model.nodes):
            if one.kind in ("Dense", "Conv2D"):
                one.arguments["kernel_initializer"] = Argument({"name": "zeros"}, given=True)
        assert proved("softmax-floor", model, twin=twin).verdict is verdict


def test_two_softmax_layers_are_not_mended() -> None:
    model = chain(SHAPE, FLATTEN, dense(4), act("softmax"), act("softmax"), training=training(classes=4))
    assert proved("softmax-floor", model, twin=without(model, 4)).verdict is Verdict.PROVED


def labelled(encoding: str | None, samples: int = 600, rows: int = 600, **facts: Any) -> Model:
    """A classifier of ten classes whose program feeds labels in this encoding."""
    model = chain(SHAPE, FLATTEN, dense(10), act("softmax"), training=training("categorical_crossentropy"))
    feed = model.training.feeds[0]
    feed.x = ArrayFacts(shape=(samples, *SHAPE))
    feed.y = ArrayFacts(shape=(rows, 10) if encoding == "one_hot" else (rows,), encoding=encoding, classes=10, **facts)  # type: ignore[arg-type]
    return model


def test_keras_refuses_whole_numbers_where_it_wants_rows() -> None:
    model = labelled("integer")
    twin = copy(model)
    twin.model.training.losses[0].name = "sparse_categorical_crossentropy"
    found = proved("framework-refuses", model, twin=twin)
    assert found.verdict is Verdict.PROVED
    assert "must have the same" in found.summary
    assert "The repaired model is accepted" in found.summary


def test_keras_is_asked_about_every_call_of_the_program() -> None:
    model = labelled("one_hot")
    (trains,) = model.training.feeds
    model.training.feeds.append(replace(trains, kind="evaluate", y=ArrayFacts(shape=(16,), encoding="integer")))
    twin = copy(model)
    twin.model.training.feeds[1].y = trains.y
    assert proved("framework-refuses", model, twin=twin).verdict is Verdict.PROVED
    assert proved("framework-refuses", model, twin=copy(model)).verdict is Verdict.UNDECIDED
    assert proved("framework-refuses", model, twin=twin, call="fit").verdict is Verdict.UNDECIDED


def test_keras_is_given_what_the_program_gives_it() -> None:
    rows, held = ArrayFacts(shape=(16, 10), encoding="one_hot"), ArrayFacts(shape=(16, 9), encoding="one_hot")
    for feed, expected in (
        (Feed("fit", y=ArrayFacts(shape=(16, 10, 10))), "must have the same rank"),
        (Feed("fit", y=ArrayFacts(shape=(16,), dtype="str")), "str"),
        (Feed("fit", y=rows, validation_x=ArrayFacts(), validation_y=held), "must have the same shape"),
        (Feed("fit", y=rows, inputs=(ArrayFacts(shape=(16, 5, 5, 1)),)), "incompatible"),
        (Feed("fit", y=rows, unbatched=True), "incompatible"),
    ):
        model = labelled("one_hot")
        model.training.feeds = [feed]
        found = proved("framework-refuses", model)
        assert found.verdict is Verdict.PROVED, expected
        assert expected in found.summary
    model = labelled("integer")
    model.training.losses[0].name = "sparse_categorical_crossentropy"
    counted = ArrayFacts(shape=(16,), encoding="integer", classes=10, low=1.0, high=10.0)
    for low, verdict in ((0.0, Verdict.UNDECIDED), (1.0, Verdict.PROVED)):
        model.training.feeds = [Feed("fit", y=replace(counted, low=low))]
        assert proved("framework-refuses", model).verdict is verdict


def test_keras_takes_what_fits() -> None:
    assert proved("framework-refuses", labelled("one_hot")).verdict is Verdict.UNDECIDED


def test_what_keras_refuses_says_nothing_of_an_onnx_graph() -> None:
    model = labelled("integer")
    model.kind = "onnx"
    assert proved("framework-refuses", model).verdict is Verdict.NOT_TESTABLE


def test_keras_refuses_more_samples_than_labels() -> None:
    found = proved("framework-refuses", labelled("one_hot", samples=9, rows=3), counts=True)
    assert found.verdict is Verdict.PROVED
    assert "'x' sizes: 9" in found.summary


def test_keras_refuses_rows_that_are_no_whole_samples() -> None:
    model = chain((7, 7, 48), FLATTEN, dense(10), training=training("sparse_categorical_crossentropy"))
    fold = node("WholeReshape", [model.nodes[0]], "fold", shape=(-1, 7 * 7 * 32))
    model.nodes[1:2] = [fold]
    model.nodes[-1].inputs = [fold]
    found = proved("framework-refuses", model)
    assert found.verdict is Verdict.PROVED
    assert re.search(r"\b16\b.*\b24\b|\b24\b.*\b16\b", found.summary)
    assert "function_node" not in found.summary


@refuses_empty_outputs
def test_keras_refuses_a_kernel_larger_than_its_input() -> None:
    model = chain(SHAPE)
    model.nodes.append(node("Conv2D", [model.nodes[0]], "big", filters=2, kernel_size=(20, 20)))
    model.outputs = [model.nodes[1]]
    assert proved("framework-refuses", model).verdict is Verdict.PROVED


def test_keras_refuses_a_picture_without_its_batch() -> None:
    model = chain(SHAPE, conv(2), FLATTEN, dense(10))
    model.training.feeds = [Feed("predict", x=ArrayFacts(shape=SHAPE))]
    found = proved("framework-refuses", model, call="predict")
    assert found.verdict is Verdict.PROVED
    model.training.feeds = [Feed("predict", x=ArrayFacts(shape=(5, *SHAPE)))]
    assert proved("framework-refuses", model, call="predict").verdict is Verdict.UNDECIDED


def test_what_is_unknown_is_no_refusal() -> None:
    model = chain(SHAPE, conv(2), FLATTEN, dense(10))
    model.nodes[1].kind = "Opaque"
    assert proved("framework-refuses", model).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        # a class at every place, labels that nothing is known of
        """model = Sequential([Input((32, 32, 1)), layers.Conv2D(4, 3, padding="same", activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=[keras.metrics.MeanIoU(4, sparse_y_pred=False)])
model.fit(pictures, masks)
""",
        # one array, taken apart into the inputs
        """inputs = [Input((8,)) for _ in range(3)]
model = keras.Model(inputs, layers.Dense(2, activation="softmax")(layers.concatenate(inputs)))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(list(np.swapaxes(np.zeros((100, 3, 8)), 0, 1)), np.zeros((100,)))
""",
        # a loss that makes rows of the class numbers itself
        """def smoothed(y_true, y_pred):
    rows = keras.ops.one_hot(keras.ops.cast(keras.ops.reshape(y_true, [-1]), "int32"), 10)
    return keras.losses.categorical_crossentropy(rows, y_pred, label_smoothing=0.1)
(x, y), _ = keras.datasets.mnist.load_data()
model = Sequential([Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", loss=smoothed)
model.fit(x / 255.0, y)
""",
        # what the first layer looks up has a size that only the data know
        """model = Sequential([layers.Embedding(100, 8), layers.GRU(8), layers.Dense(1)])
model.compile("adam", "mean_squared_error")
model.fit(np.zeros((40, 24)), np.zeros((40,)))
""",
        # a state that is kept from batch to batch
        """model = Sequential([Input(batch_shape=(16, 4, 1)), layers.LSTM(8, stateful=True), layers.Dense(1)])
model.compile("adam", "mean_squared_error")
model.fit(np.zeros((64, 4, 1)), np.zeros((64, 1)), batch_size=16)
""",
    ],
    ids=["map", "list", "own loss", "embedding", "stateful"],
)
def test_a_program_that_keras_runs_is_refused_nothing(text: str) -> None:
    text = f"import keras\nimport numpy as np\nfrom keras import Input, Sequential, layers\n{text}"
    (model,) = lint_bytes("model.py", text.encode(), Settings()).reading.program.models
    found = proved("framework-refuses", model)
    assert (found.verdict, found.method) == (Verdict.UNDECIDED, "framework-refuses")
    assert "Keras takes the model" in found.summary


@pytest.mark.parametrize(("momentum", "updates", "verdict"), [(0.99, 5, "proved"), (0.01, 5, "undecided")])
def test_the_way_of_the_averages(momentum: float, updates: int, verdict: str) -> None:
    model = chain(
        SHAPE,
        conv(2),
        ("BatchNormalization", {"momentum": momentum}),
        FLATTEN,
        dense(3),
        training=training(epochs=updates, steps_per_epoch=1),
    )
    found = proved("batchnorm-averages", model)
    assert found.verdict.value == verdict
    assert found.as_written == pytest.approx(1 - momentum**updates)


def selu() -> tuple[Model, Twin]:
    model = chain(
        SHAPE,
        conv(4),
        act("selu"),
        FLATTEN,
        dense(40),
        act("selu"),
        ("Dropout", {"rate": 0.25}),
        dense(10),
        training=training(from_logits=True),
    )
    twin = copy(model)
    for place in (1, 4):
        twin.model.nodes[place].arguments["kernel_initializer"] = Argument({"name": "lecun_normal"}, given=True)
    return model, twin


def test_the_variance_behind_selu() -> None:
    model, twin = selu()
    both = proved("variance-drift", model, twin=twin)
    assert both.verdict is Verdict.PROVED
    assert both.as_written is not None
    assert both.repaired is not None
    assert both.repaired < 1.1 < both.as_written
    one = proved("variance-drift", model, model.nodes[1], twin)
    assert "conv2d_1" in one.summary
    assert one.as_written != both.as_written


def test_a_square_layer_keeps_its_variance_under_glorot_too() -> None:
    model = chain((64,), dense(64), act("selu"), dense(3))
    assert proved("variance-drift", model, model.nodes[1]).verdict is Verdict.UNDECIDED
    twin = copy(model)
    twin.model.nodes[1].arguments["kernel_initializer"] = Argument({"name": "lecun_normal"}, given=True)
    assert proved("variance-drift", model, model.nodes[1], twin).verdict is Verdict.NO_DIFFERENCE


def test_dropout_raises_the_variance_behind_selu_and_alpha_dropout_does_not() -> None:
    model, _ = selu()
    twin = copy(model)
    twin.model.nodes[6].kind = "AlphaDropout"
    found = proved("variance-drift", model, model.nodes[6], twin)
    assert found.verdict is Verdict.PROVED
    assert found.as_written == pytest.approx(1 / 0.75, rel=0.05)
    assert found.repaired == pytest.approx(1, abs=0.05)


def test_a_layer_that_nothing_reads_changes_nothing() -> None:
    model = chain(SHAPE, FLATTEN, dense(20), act("relu"), dense(10))
    dropout = node("Dropout", [model.nodes[3]], "drop", rate=0.5)
    model.dead.append(dropout)
    twin = behind(model, 3, "Dropout", rate=0.5)
    found = proved("unreachable-layer", model, dropout, twin)
    assert (found.verdict, found.as_written) == (Verdict.PROVED, 0.0)
    assert found.repaired is not None
    assert found.repaired > 0.01
    assert proved("unreachable-layer", model, model.nodes[2]).verdict is Verdict.UNDECIDED
    uncalled = Node("Dense", "never")
    assert "never called" in proved("unreachable-layer", model, uncalled).summary


def test_a_frozen_model_learns_nothing() -> None:
    model = chain(SHAPE, FLATTEN, dense(10), act("softmax"), training=training())
    assert proved("unreachable-layer", model, trainable=True).verdict is Verdict.UNDECIDED
    for one in model.nodes:
        one.trainable = False
    assert proved("unreachable-layer", model, trainable=True).verdict is Verdict.PROVED


def test_the_loss_before_the_first_step() -> None:
    model = chain((24, 24, 3), conv(8), act("relu"), FLATTEN, dense(10), act("softmax"), training=training(high=255.0))
    twin = copy(model)
    twin.model.training.feeds[0].x = ArrayFacts(low=0.0, high=1.0)
    found = proved("initial-loss", model, twin=twin)
    assert found.verdict is Verdict.PROVED
    assert found.as_written is not None
    assert found.as_written > 20
    assert found.repaired == pytest.approx(math.log(10), rel=0.2)
    assert proved("initial-loss", twin.model).verdict is Verdict.UNDECIDED


def test_dead_units() -> None:
    low = {"name": "constant", "value": -10.0}
    model = chain(
        (8,), dense(16, bias_initializer=low), act("relu"), dense(3), act("softmax"), training=training(classes=3)
    )
    twin = copy(model)
    twin.model.nodes[1].arguments.pop("bias_initializer")
    found = proved("dead-units", model, model.nodes[2], twin)
    assert (found.verdict, found.as_written) == (Verdict.PROVED, 1.0)
    assert proved("dead-units", twin.model, twin.model.nodes[2]).as_written != 1.0


def test_a_relu_output_passes_no_gradient_where_it_is_zero() -> None:
    model = chain((8,), dense(16), act("tanh"), dense(1), act("relu"), training=training("mean_squared_error"))
    found = proved("dead-units", model, model.nodes[4], without(model, 4))
    assert found.verdict is Verdict.PROVED
    assert found.repaired == 0


def test_samples_that_no_gradient_teaches() -> None:
    heads = {
        "relu before softmax": ([act("relu"), act("softmax")], [act("softmax")], 5, "sparse_categorical_crossentropy"),
        "relu for sigmoid": ([act("relu")], [act("sigmoid")], 1, "binary_crossentropy"),
        "nothing for sigmoid": ([], [act("sigmoid")], 1, "binary_crossentropy"),
        "tanh for sigmoid": ([act("tanh")], [act("sigmoid")], 1, "binary_crossentropy"),
    }
    for name, (bad, good, units, loss) in heads.items():
        written, repaired = (
            chain((8,), dense(16), act("tanh"), dense(units), *head, training=training(loss, classes=max(2, units)))
            for head in (bad, good)
        )
        found = proved("untaught-samples", written, written.nodes[3], Twin(repaired, {}))
        assert (found.verdict, found.repaired) == (Verdict.PROVED, 0), name
        assert proved("untaught-samples", repaired).verdict is Verdict.UNDECIDED, name


def test_units_that_start_equal_stay_equal() -> None:
    same = {"name": "constant", "value": 0.1}
    model = chain(
        (8,),
        dense(16, kernel_initializer=same),
        act("relu"),
        dense(3, kernel_initializer=same),
        act("softmax"),
        training=training(classes=3),
    )
    twin = copy(model)
    for place in (1, 3):
        twin.model.nodes[place].arguments.pop("kernel_initializer")
    found = proved("symmetric-units", model, model.nodes[1], twin)
    assert (found.verdict, found.as_written) == (Verdict.PROVED, 0.0)
    assert proved("symmetric-units", twin.model, twin.model.nodes[1]).verdict is Verdict.UNDECIDED


def test_pooling_windows_that_repeat_each_other() -> None:
    model = chain((24, 24, 1), conv(4), act("relu"), pool(8, 2), FLATTEN, dense(3))
    twin = copy(model)
    twin.model.nodes[3].arguments["pool_size"] = Argument((2, 2), given=True)
    found = proved("pooling-overlap", model, model.nodes[3], twin)
    assert found.verdict is Verdict.PROVED
    assert found.as_written is not None
    assert found.as_written > 0.5
    assert found.repaired is not None
    assert found.repaired < found.as_written
    assert "16 windows" in found.summary


def test_a_repair_that_cures_nothing_is_told() -> None:
    model = chain(SHAPE, conv(4), FLATTEN, dense(1), act("softmax"), training=training("binary_crossentropy"))
    found = proved("constant-output", model, model.nodes[-1], copy(model))
    assert (found.verdict, found.repair) == (Verdict.PROVED, "the repaired model is no better")
    healthy = chain(SHAPE, conv(4), FLATTEN, dense(1), act("sigmoid"), training=training("binary_crossentropy"))
    assert proved("constant-output", healthy).repair == "nothing was shown that it would mend"
    assert proved("constant-output", model, model.nodes[-1], without(model, 4)).repair is None


@pytest.mark.parametrize("api", ["tf.nn.softmax_cross_entropy_with_logits", "tf.nn.sigmoid_cross_entropy_with_logits"])
def test_swapped_operands_leave_the_loss_without_a_lowest_value(api: str) -> None:
    loss = "categorical_crossentropy" if "softmax" in api else "binary_crossentropy"
    model = chain(SHAPE, conv(4), FLATTEN, dense(4), training=training(loss, from_logits=True))
    model.training.losses[0].placement = Placement(api=api)
    twin = copy(model)
    model.training.losses[0].swapped = True
    found = proved("swapped-operands", model, twin=twin)
    assert found.verdict is Verdict.PROVED
    assert found.as_written == pytest.approx(0, abs=1e-4)
    assert found.repaired is not None
    assert found.repaired > 0.001
    assert found.repair is None
    assert proved("swapped-operands", twin.model).verdict is Verdict.UNDECIDED


def test_swapped_operands_need_no_model_to_be_wrong() -> None:
    found = assess(Proof("swapped-operands", "shown"), Subject(None, None, None), Lab(0))
    assert found.verdict is Verdict.PROVED
    assert assess(Proof("initial-loss", "shown"), Subject(None, None, None), Lab(0)).verdict is Verdict.UNDECIDED


def test_targets_whose_meaning_is_not_known_are_fed_in_the_shape_that_is() -> None:
    model = chain((8,), dense(2), act("sigmoid"), training=training("mean_squared_error", classes=None))
    model.training.feeds[0].y = ArrayFacts(shape=(None,))
    assert proved("framework-refuses", model).verdict is Verdict.PROVED
    model.training.feeds[0].y = ArrayFacts(shape=(None, 2))
    assert proved("framework-refuses", model).verdict is Verdict.UNDECIDED


def test_scores_that_are_cut_off_at_every_word_are_shown() -> None:
    layers = (
        ("Embedding", {"input_dim": 50, "output_dim": 8}),
        ("TimeDistributed", {"layer": ("Dense", {"units": 5})}),
    )
    model = chain((12,), *layers, act("relu"), act("softmax"), training=training("sparse_categorical_crossentropy"))
    found = proved("untaught-samples", model, twin=without(model, 3))
    assert found.verdict is Verdict.PROVED
    assert "of the places are answered no better than by guessing" in found.summary
    shorter = chain((12, 3), dense(4), ("MaxPooling1D", {"pool_size": 2}), *layers[1:], act("softmax"))
    shorter.training.losses = training("sparse_categorical_crossentropy").losses
    assert "no probe data with as many answers" in proved("untaught-samples", shorter).summary


def test_two_layers_are_an_affine_map_whatever_follows_them() -> None:
    model = chain((8,), dense(4), dense(4), act("relu"), dense(3))
    model.nodes[3].kind = "Opaque"
    found = proved("affine-pair", model, model.nodes[1], behind(model, 1, "Activation", activation="relu"))
    assert found.verdict is Verdict.PROVED


def test_borrowed_digits_ask_for_no_more_than_a_plane() -> None:
    model = chain((8, 8, 1), FLATTEN, dense(4), dense(10), act("softmax"), training=training(classes=10))
    trial = Trial("accuracy", "higher", 0.1, steps=20, capacity=True, straight=True, proof=AFFINE_NETWORK)
    twin = behind(model, 2, "Activation", activation="relu")
    found = assess(trial, Subject(model, model.nodes[2], twin), Lab(0))
    assert (found.verdict, found.pairs) == (Verdict.NOT_TESTABLE, None)
    assert PLANE in found.summary
    # two layers of a network that bends elsewhere are put to the test, and so is a program that names these digits
    pair = assess(replace(trial, proof=None), Subject(model, model.nodes[2], twin), Lab(0))
    assert pair.pairs is not None
    for one in (model, twin.model):
        one.training.feeds = [Feed("fit", x=ArrayFacts(source="sklearn.datasets.load_digits"))]
    own = assess(trial, Subject(model, model.nodes[2], twin), Lab(0))
    assert own.pairs is not None


def test_a_plane_is_what_data_may_ask_for_and_only_the_user_s_own_tell() -> None:
    model = chain((8,), dense(4), dense(1), training=training("mean_squared_error"))
    trial = Trial("accuracy", "higher", 0.1, steps=20, capacity=True, straight=True, proof=AFFINE_NETWORK)
    twin = behind(model, 1, "Activation", activation="relu")
    found = assess(trial, Subject(model, model.nodes[1], twin), Lab(0))
    assert (found.verdict, found.method, found.pairs) == (Verdict.NOT_TESTABLE, "affine-network", None)
    assert BENT in found.summary
    assert "the network is one affine map of its input" in found.summary
    random = np.random.default_rng(0)
    x = random.normal(size=(300, 8))
    y = x @ random.normal(size=8) + 0.3 * random.normal(size=300)
    lab = Lab(0)
    lab.data = OwnData("rows", "digest", x.astype(np.float32), y, len(x), float(x.min()), float(x.max()))
    assert assess(trial, Subject(model, model.nodes[1], twin), lab).pairs is not None
