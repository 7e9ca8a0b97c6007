"""Proofs for which the program's model need not be read whole, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials.assess import STANDS, assess
from cnnlint.confirm.trials.lab import Lab
from cnnlint.diagnostics import Verdict
from cnnlint.graph import Argument, ArrayFacts, Feed, Model, Node, Placement
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import Twin
from tests.confirm.graphs import FLATTEN, act, chain, conv, copy, dense, node, training
from tests.confirm.test_proofs import proved

NO_MODEL = Subject(None, None, None)


def merged(first: int, second: int) -> tuple[Model, Node]:
    """A model with a sum of two layers of these widths that no output reads."""
    model = chain((6,), dense(first), dense(second), dense(3))
    total = node("Add", model.nodes[1:3], "total")
    model.dead.append(total)
    return model, total


def test_a_layer_is_called_by_itself_where_no_output_reads_it() -> None:
    model, total = merged(5, 7)
    found = proved("framework-refuses", model, total, call="build")
    assert found.verdict is Verdict.PROVED
    assert "refuses `total` by itself, on (None, 5) and (None, 7)" in found.summary
    assert proved("framework-refuses", *merged(5, 5), call="build").verdict is Verdict.UNDECIDED


def test_a_layer_is_called_by_itself_where_what_feeds_it_is_not_known() -> None:
    for sizes, verdict in (((None, 4, 4, 8), Verdict.PROVED), ((None, 24, None, 8), Verdict.UNDECIDED)):
        model = chain((24, 24, 1), conv(8), conv(4, 5, padding="valid"), FLATTEN, dense(3))
        model.nodes[1].kind, model.nodes[1].shape = "Opaque", sizes
        found = proved("framework-refuses", model, model.nodes[2], call="build")
        assert found.verdict is verdict, sizes
    # what Keras took as a part of the model, it is not asked again
    model = chain((24, 24, 1), conv(8), conv(4, 5, padding="valid"), FLATTEN, dense(3))
    model.nodes[1].shape = (None, 4, 4, 8)
    assert proved("framework-refuses", model, model.nodes[2], call="build").verdict is Verdict.UNDECIDED


def test_labels_that_no_loss_of_the_program_reads_are_not_asked_about() -> None:
    model = chain((9, 5), dense(4))
    assert proved("framework-refuses", model, model.nodes[1]).verdict is Verdict.UNDECIDED


def test_rows_of_class_numbers_are_given_to_the_function_as_such() -> None:
    model = chain((12,), dense(6), training=training("sparse_categorical_crossentropy", from_logits=True, classes=6))
    loss = model.training.losses[0]
    loss.placement = Placement(api="tf.nn.sparse_softmax_cross_entropy_with_logits")
    for shape, verdict in (((None, 6), Verdict.PROVED), ((None,), Verdict.UNDECIDED)):
        model.training.feeds = [Feed("fit", y=ArrayFacts(shape=shape))]
        assert proved("framework-refuses", model).verdict is verdict
    # another loss in its place is asked about as such
    model.training.feeds = [Feed("fit", y=ArrayFacts(shape=(None, 6)))]
    twin = copy(model)
    twin.model.training.losses[0].name = "binary_crossentropy"
    assert "The repaired model is accepted" in proved("framework-refuses", model, twin=twin).summary


def test_a_dead_branch_that_could_not_be_read_is_no_part_of_the_outputs() -> None:
    model = chain((8,), dense(20), act("relu"), dense(10))
    unread = Node("Opaque", "unread", [model.nodes[1]])
    last = node("Activation", [unread], "last", activation="relu")
    model.dead += [unread, last]
    found = proved("unreachable-layer", model, last)
    assert found.verdict is Verdict.PROVED
    assert "built and computed without `last`" in found.summary
    model.nodes[1].kind = "Opaque"
    assert proved("unreachable-layer", model, last).verdict is Verdict.UNDECIDED


def test_shares_of_classes_that_add_up_to_something_else() -> None:
    layers = (conv(5, 1), ("Softmax", {"axis": 1}))
    model = chain((6, 4, 3), *layers, training=training("categorical_crossentropy", classes=5))
    twin = copy(model)
    twin.model.nodes[2].arguments["axis"] = Argument(-1, given=True)
    found = proved("class-sums", model, model.nodes[2], twin)
    assert found.verdict is Verdict.PROVED
    assert found.as_written is not None
    assert found.repaired is not None
    assert found.repaired < 1e-5 < 0.1 < found.as_written
    assert proved("class-sums", twin.model).verdict is Verdict.UNDECIDED
    assert proved("class-sums", model, model.nodes[2], Twin(model, {})).verdict is Verdict.UNDECIDED


def test_what_a_call_does_to_anything_is_shown_without_the_program_s_model() -> None:
    argmax = assess(Proof("constant-output", "claim", {"argmax": True}), NO_MODEL, Lab(0))
    assert (argmax.verdict, argmax.as_written, argmax.notes[-1]) == (Verdict.PROVED, 0.0, STANDS)
    assert assess(Proof("constant-output", "claim"), NO_MODEL, Lab(0)).verdict is Verdict.UNDECIDED
    floor = assess(Proof("softmax-floor", "claim"), NO_MODEL, Lab(0))
    assert (floor.verdict, floor.notes[-1]) == (Verdict.PROVED, STANDS)
    rows = Proof("one-hot-rows", "claim", {"classes": 7, "columns": 6})
    short = assess(rows, NO_MODEL, Lab(0))
    assert (short.verdict, short.notes) == (Verdict.PROVED, ())
    assert "class numbers 0 to 6 in 6 columns" in short.summary
    assert assess(replace(rows, parameters={"classes": 6, "columns": 6}), NO_MODEL, Lab(0)).verdict is Verdict.UNDECIDED
    meant = assess(Proof("by-definition", "what is never called is in no output"), NO_MODEL, Lab(0))
    assert meant.summary == "Proved: by definition, without a run: what is never called is in no output."


def test_what_keras_refuses_for_the_sizes_that_stand_for_open_ones_is_no_fault() -> None:
    first = Node("Input", "first", shape=(None, None, 3))
    second = Node("Input", "second", shape=(None, 12, 3))
    total = node("Add", [first, second], "total")
    model = Model("model", "functional", [first, second, total], [first, second], [total])
    found = proved("framework-refuses", model, total, call="build")
    assert found.verdict is Verdict.UNDECIDED
    assert "takes it with others" in found.summary
    first.shape = None
    assert proved("framework-refuses", model, total, call="build").verdict is Verdict.UNDECIDED
    first.shape = (None, None, 3)
    # what no size of theirs mends is one
    second.shape = (None, 12, 4)
    assert proved("framework-refuses", model, total, call="build").verdict is Verdict.PROVED


@pytest.mark.parametrize(
    ("family", "written", "better", "verdict"),
    [
        ("activation", "rellu", "relu", Verdict.PROVED),
        ("loss", "categorical_cross_entropy", "categorical_crossentropy", Verdict.PROVED),
        ("metric", "acuracy", "accuracy", Verdict.PROVED),
        ("optimizer", "adamm", "adam", Verdict.PROVED),
        ("initializer", "he_norml", "he_normal", Verdict.PROVED),
        ("regularizer", "l3", "l2", Verdict.PROVED),
        ("constraint", "maxnorm", None, Verdict.PROVED),
        # what Keras finds, and what it does not find either way
        ("activation", "swish", "silu", Verdict.UNDECIDED),
        ("activation", "rellu", "rellu6", Verdict.UNDECIDED),
        ("padding", "some", "same", Verdict.NOT_TESTABLE),
    ],
)
def test_a_name_is_asked_of_keras(family: str, written: str, better: str | None, verdict: Verdict) -> None:
    found = assess(
        Proof("name-refused", "claim", {"family": family, "written": written, "better": better}), NO_MODEL, Lab(0)
    )
    assert found.verdict is verdict
    assert (written in found.summary) is (verdict is not Verdict.NOT_TESTABLE)


@pytest.mark.parametrize(
    ("api", "positional", "keywords", "wrong", "better", "verdict"),
    [
        ("keras.layers.Conv2D", (8, 3), {"stride": 2}, "stride", "strides", Verdict.PROVED),
        ("keras.layers.Conv2D", (8, 3), {"stride": 2}, "stride", None, Verdict.PROVED),
        ("keras.optimizers.Adam", (), {"learnin_rate": 0.1}, "learnin_rate", "learning_rate", Verdict.PROVED),
        # it is taken, and says nothing where something else is refused
        ("keras.layers.Dense", (8,), {"name": "a"}, "name", None, Verdict.UNDECIDED),
        (
            "keras.layers.Conv2D",
            (8, 3),
            {"stride": 2, "activation": "rellu"},
            "stride",
            "strides",
            Verdict.NOT_TESTABLE,
        ),
        ("keras.layers.Conv2D", (), {"stride": 2}, "stride", "strides", Verdict.NOT_TESTABLE),
        # nothing is made that may fetch weights, write files, or is not there
        ("keras.applications.VGG16", (), {"wieghts": None}, "wieghts", "weights", Verdict.NOT_TESTABLE),
        ("keras.callbacks.TensorBoard", (), {"logdir": "a"}, "logdir", "log_dir", Verdict.NOT_TESTABLE),
        ("keras.layers.Convolution9D", (8,), {"a": 1}, "a", None, Verdict.NOT_TESTABLE),
        ("keras.models.Model.compile", (), {"los": "mse"}, "los", "loss", Verdict.NOT_TESTABLE),
    ],
)
def test_an_argument_is_asked_of_keras(
    api: str, positional: tuple[Any, ...], keywords: dict[str, Any], wrong: str, better: str | None, verdict: Verdict
) -> None:
    facts = {"api": api, "positional": positional, "keywords": keywords, "wrong": wrong, "better": better}
    found = assess(Proof("argument-refused", "claim", facts), NO_MODEL, Lab(0))
    assert found.verdict is verdict
    assert (f"'{wrong}'" in found.summary) is (verdict is Verdict.PROVED)
