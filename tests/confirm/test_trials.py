"""Paired trials: faults that are there are confirmed, those that are not are not; what cannot be told stays open."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from cnnlint.confirm.assess import Subject, assess
from cnnlint.confirm.lab import Lab
from cnnlint.diagnostics import Evidence, Verdict
from cnnlint.experiments import NotTestable, Trial
from cnnlint.graph import OPAQUE, Argument, Model, Node
from cnnlint.remedies import Twin
from tests.confirm.claims import few_updates
from tests.confirm.graphs import FLATTEN, act, chain, conv, copy, dense, pool, training, without

ACCURACY = Trial("accuracy", "higher", 0.1, steps=60, also=("validation loss", "calibration error"))


def small(*head: Any, **setup: Any) -> Model:
    """A network small enough for a test: 12×12 gratings of 4 classes."""
    return chain((12, 12, 1), conv(8), act("relu"), pool(), conv(8), act("relu"), pool(), FLATTEN, dense(4), *head,
                 training=training(classes=4, rate=0.01, **setup))  # fmt: skip


def tried(model: Model | None, twin: Twin | None, trial: Any = ACCURACY, seed: int = 0) -> Evidence:
    return assess(trial, Subject(model, None, twin), Lab(seed))


@pytest.fixture(scope="module")
def relu() -> Evidence:
    """Relu before softmax on a small network."""
    model = small(act("relu"), act("softmax"))
    return tried(model, without(model, 9))


def test_a_fault_is_confirmed_with_all_its_figures(relu: Evidence) -> None:
    assert relu.verdict is Verdict.CONFIRMED
    assert relu.pairs is not None
    assert relu.pairs >= 7
    assert relu.p_value is not None
    assert relu.p_value < 0.05
    assert relu.as_written is not None
    assert relu.difference is not None
    assert relu.difference >= 0.1
    assert relu.repaired == pytest.approx(relu.as_written + relu.difference)
    assert len(relu.series) == relu.pairs
    assert set(relu.also) == {"validation loss", "calibration error"}
    assert relu.steps == 60
    assert relu.seconds is not None
    assert "Keras" in (relu.backend or "")
    assert f"{relu.pairs} pairs" in relu.summary


def test_the_same_seed_repeats_it_bit_for_bit(relu: Evidence) -> None:
    model = small(act("relu"), act("softmax"))
    again = tried(model, without(model, 9))
    assert again.series == relu.series
    assert again.also == relu.also


def test_another_seed_gives_other_figures_and_the_same_verdict(relu: Evidence) -> None:
    model = small(act("relu"), act("softmax"))
    other = tried(model, without(model, 9), seed=1)
    assert other.series != relu.series
    assert other.verdict is Verdict.CONFIRMED


def test_an_exact_copy_is_not_reproduced_to_the_last_bit() -> None:
    model = small(act("softmax"))
    found = tried(model, copy(model))
    assert found.verdict is Verdict.NOT_REPRODUCED
    assert found.difference == 0
    assert "to the last bit" in found.summary


def test_a_repair_that_is_worse_than_the_fault_is_caught() -> None:
    broken = small(act("relu"), act("softmax"))
    twin = without(broken, 9)
    back = {id(node): original for original in broken.nodes for node in [twin.counterparts.get(id(original))] if node}
    found = tried(twin.model, Twin(broken, back))
    assert found.verdict is Verdict.NOT_REPRODUCED
    assert "the repaired model did worse in" in found.summary


def test_what_neither_arm_learns_decides_nothing() -> None:
    model = small(act("softmax"))
    for one in model.nodes:
        one.trainable = False
    assert tried(model, copy(model)).verdict is Verdict.INCONCLUSIVE


def test_a_rate_that_teaches_nothing_in_so_few_steps_is_raised_in_both_arms() -> None:
    model = small(act("relu"), act("softmax"))
    assert model.training.optimizer is not None
    model.training.optimizer.learning_rate = 1e-5
    found = tried(model, without(model, 9), replace(ACCURACY, steps=200))
    assert any("learning rate of 0.001" in note for note in found.notes)


def test_batch_normalisation_after_few_updates() -> None:
    model, _ = few_updates()
    trial = Trial("mode gap", "lower", 0.3, steps=10, stand_in="conv-batchnorm-relu", parameters={"repaired": 0.01})
    found = tried(model, None, trial)
    assert found.verdict is Verdict.CONFIRMED
    assert found.as_written is not None
    assert found.as_written > 0.3
    assert abs(found.repaired or 0) < 0.1
    assert any("stands in" in note for note in found.notes)


def test_arms_of_other_shapes_say_that_weights_are_not_shared() -> None:
    model = small(act("softmax"))
    twin = copy(model)
    twin.model.nodes[1].arguments["filters"] = Argument(4, given=True)
    found = tried(model, twin, replace(ACCURACY, extra_arm="equal-parameters"))
    assert any("cannot share the initial weights of `conv2d_1`, `conv2d_4`" in note for note in found.notes)
    assert "accuracy, repaired with equal parameters" in found.also


def test_what_cannot_be_built_decides_nothing_and_says_why() -> None:
    model = small(act("softmax"))
    model.nodes[4].kind, model.nodes[4].note = OPAQUE, "MyLayer"
    found = tried(model, copy(model))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "MyLayer" in found.summary
    assert tried(None, None).verdict is Verdict.INCONCLUSIVE
    assert "no repair" in tried(small(act("softmax")), None).summary


def test_time_cuts_off_and_decides_nothing() -> None:
    model = small(act("softmax"))
    found = assess(ACCURACY, Subject(model, None, copy(model)), Lab(0, deadline=time.monotonic() - 1))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert "time" in found.summary


def test_what_a_rule_calls_not_testable_is_not_tested() -> None:
    found = tried(small(act("softmax")), None, NotTestable("it depends on the data"))
    assert (found.verdict, found.summary) == (Verdict.NOT_TESTABLE, "Not tested: it depends on the data.")


def test_progress_is_told() -> None:
    told: list[tuple[str, float]] = []
    model = small(act("softmax"))
    lab = Lab(0, progress=lambda what, share: told.append((what, share)))
    assess(replace(ACCURACY, steps=20), Subject(model, None, copy(model)), lab)
    assert any("pair 7, repaired" in what for what, _ in told)
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_runs_and_arms_are_shared_between_findings_of_one_file() -> None:
    model = small(act("relu"), act("softmax"))
    lab = Lab(0)
    assess(replace(ACCURACY, steps=20), Subject(model, None, without(model, 9)), lab)
    runs = len(lab._runs)
    twin = without(model, 3)
    assess(replace(ACCURACY, steps=20), Subject(model, None, twin), lab)
    # the arm as written was not trained again, unless one of the two trials went on for longer
    assert len(lab._runs) - runs <= runs


def test_regression_is_judged_by_its_error() -> None:
    model = chain(
        (8,), dense(32), act("relu"), dense(1), act("relu"), training=training("mean_squared_error", rate=0.01)
    )
    for one in model.nodes[3:4]:
        one.arguments["bias_initializer"] = Argument({"name": "constant", "value": -5.0})
    twin = without(model, 4)
    twin.model.nodes[3].arguments.pop("bias_initializer")
    found = tried(model, twin, Trial("mean absolute error", "lower", 0.05, steps=150))
    assert found.verdict is Verdict.CONFIRMED


def test_claims_name_nodes_of_their_models() -> None:
    from tests.confirm.claims import CLAIMS

    for claim in CLAIMS:
        model, twin = claim.make()
        assert all(isinstance(node, Node) for node in model.nodes)
        assert twin is None or set(twin.counterparts) <= {id(node) for node in model.nodes}
