"""Statistics of an arm, the exact sign test, and the stopping rule."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp

from cnnlint.confirm.data.objective import Objective
from cnnlint.confirm.trials.figures import calibration_error, judge, sign_test
from cnnlint.confirm.trials.stopping import FIRST_WORSE, Effect, done, effect, verdict
from cnnlint.diagnostics import Verdict

SOFTMAX = Objective("categorical_crossentropy", False, False, False, "classes", "one_hot", "probabilities", 3, 3)
LOGITS = Objective("categorical_crossentropy", True, False, False, "classes", "one_hot", "softmax", 3, 3)
SIGMOID = Objective("binary_crossentropy", False, False, False, "classes", "binary", "probabilities", 1, 2)
PLAIN = Objective("categorical_crossentropy", False, False, False, "classes", "one_hot", "normalised", 3, 3)
QUANTITY = Objective("mean_squared_error", False, False, False, "regression", "continuous", "quantity", 1, 2)


def test_the_statistics_of_probabilities() -> None:
    outputs = np.array([[0.8, 0.1, 0.1], [0.2, 0.5, 0.3]])
    found = judge(outputs, np.array([0, 2]), SOFTMAX, (0, 1))
    assert found["accuracy"] == found["validation accuracy"] == 0.5
    assert found["validation loss"] == pytest.approx(-(math.log(0.8) + math.log(0.3)) / 2)


def test_logits_are_read_through_softmax() -> None:
    logits = np.array([[3.0, 0, 0], [0, 3.0, 0]])
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = np.array([0, 0])
    assert judge(logits, targets, LOGITS, (0, 1)) == pytest.approx(judge(probabilities, targets, SOFTMAX, (0, 1)))


def test_one_sigmoid_unit_names_two_classes_and_no_more() -> None:
    found = judge(np.array([[0.9], [0.2], [0.9]]), np.array([1, 0, 2]), SIGMOID, (0, 1))
    assert found["accuracy"] == pytest.approx(2 / 3)


def test_outputs_that_are_no_probabilities_are_divided_by_their_sum_as_keras_does() -> None:
    found = judge(np.array([[2.0, 1.0, 1.0]]), np.array([0]), PLAIN, (0, 1))
    assert found["validation loss"] == pytest.approx(-math.log(0.5))
    nothing = judge(np.zeros((1, 3)), np.array([0]), PLAIN, (0, 1))
    assert nothing["validation loss"] == pytest.approx(math.log(3))


def test_nan_counts_as_wrong_and_stays_finite() -> None:
    found = judge(np.full((2, 3), np.nan), np.array([1, 2]), SOFTMAX, (0, 1))
    assert found["accuracy"] == 0
    assert found["validation loss"] == pytest.approx(-math.log(1e-7))
    assert np.isfinite(list(judge(np.array([[np.nan]]), np.array([[0.5]]), QUANTITY, (0, 1)).values())).all()


def test_quantities_are_measured_in_units_of_their_range() -> None:
    found = judge(np.array([[15.0], [20.0]]), np.array([[0.0], [1.0]]), QUANTITY, (10, 20))
    assert found["mean absolute error"] == pytest.approx(0.25)


def test_calibration_error() -> None:
    assert calibration_error(np.full(100, 0.99), np.arange(100) < 99) == pytest.approx(0, abs=1e-9)
    assert calibration_error(np.full(100, 0.99), np.arange(100) < 50) == pytest.approx(0.49)


@pytest.mark.parametrize(("positive", "count"), [(6, 6), (5, 6), (3, 6), (0, 6), (9, 10), (8, 9)])
def test_the_sign_test_is_the_exact_binomial_test(positive: int, count: int) -> None:
    p, agreeing, opposing = sign_test([1.0] * positive + [-1.0] * (count - positive))
    assert (agreeing, opposing) == (positive, count - positive)
    assert p == pytest.approx(binomtest(positive, count).pvalue)


def test_differences_of_zero_are_left_out_of_the_sign_test() -> None:
    assert sign_test([0.0] * 7) == (1.0, 0, 0)
    assert sign_test([]) == (1.0, 0, 0)
    assert sign_test([1.0] * 6 + [0.0]) == (2 / 64, 6, 0)
    assert sign_test([-1.0] * 7 + [0.0] * 3) == (2 / 128, 0, 7)


def run(signs: list[int], margin: float = 0.1, size: float = 0.2, spread: float = 0.5) -> tuple[int, Effect]:
    """Feed signs to the stopping rule until it stops: (pairs used, what they come to). Sizes go up and down."""
    gains: list[float] = []
    while not gains or not done([effect(gains, 1.0, margin)]):
        index = len(gains)
        gains.append(signs[index] * size * (1 + spread * (-1) ** index))
    return len(gains), effect(gains, 1.0, margin)


def test_seven_of_one_sign_and_a_large_enough_mean_are_worse() -> None:
    used, found = run([1] * 7)
    assert (used, found.p, found.agreeing, found.opposing, found.worse) == (7, 2 / 128, 7, 0, True)
    assert not run([1] * 11, size=0.05)[1].worse
    assert run([-1] * 7)[1].reverse


def test_four_pairs_do_where_a_difference_dwarfs_its_spread() -> None:
    used, found = run([1] * 4, size=0.5, spread=0.05)
    assert (used, found.worse) == (4, True)
    assert found.p == pytest.approx(ttest_1samp([0.525, 0.475, 0.525, 0.475], 0).pvalue)
    # all four have to agree, and their mean has to count
    assert run([1, 1, 1, -1, *[1] * 7], size=0.5, spread=0.05)[0] > 4
    assert not run([1] * 11, size=0.09, spread=0.01)[1].worse
    # what four leave open five or six may settle
    assert [run([1] * 7, size=0.5, spread=spread)[0] for spread in (0.2, 0.3, 0.5)] == [5, 6, 7]


def test_one_dissenter_calls_for_four_more_pairs_and_all_of_them_have_to_agree() -> None:
    used, found = run([1, 1, -1, *[1] * 8])
    assert (used, found.p, found.worse) == (11, 24 / 2048, True)
    used, found = run([1, 1, -1, 1, 1, 1, 1, -1, 1, 1, 1])
    assert (used, found.worse) == (8, False)
    assert run([1, -1, 1, -1, 1, 1, 1], size=0.4)[0] == 7


def test_a_difference_that_is_a_little_too_small_is_given_four_more_pairs() -> None:
    # below half the margin five pairs of one sign are enough to see that it will not do
    for size, pairs in ((0.03, 5), (0.08, 11)):
        used, found = run([1] * 11, size=size, spread=0.9)
        assert (used, found.worse) == (pairs, False)


def test_ties_are_ties() -> None:
    assert run([0] * 4)[0] == 4
    assert not run([0] * 4)[1].worse
    used, found = run([0, *[1] * 6])
    assert (used, found.p, found.worse) == (7, 2 / 64, True)
    # two of seven are not made good by more pairs: half the runs that tie are no harm that is there in most
    assert run([0, 0, *[1] * 5])[0] == 7


def test_what_is_as_good_as_level_is_given_four_more_pairs() -> None:
    for size, pairs, level in ((0.05, 6, True), (0.13, 11, True), (0.2, 11, False)):
        used, found = run([1, -1] * 6, size=size, spread=0)
        assert (used, found.level) == (pairs, level)


def test_on_fair_coins_the_rule_errs_in_little_more_than_one_percent_even_without_a_margin() -> None:
    outcomes = [run(list(signs), margin=-1.0)[1].worse for signs in itertools.product((1, -1), repeat=11)]
    assert sum(outcomes) / len(outcomes) == pytest.approx(1 / 128 + 7 / 128 / 16)


def test_the_margin_shrinks_with_what_there_is_to_gain_and_never_below_two_points() -> None:
    assert effect([0.1], 0.8, 0.1).margin == 0.1
    assert effect([0.1], 0.2, 0.1).margin == pytest.approx(0.04)
    assert effect([0.1], 0.01, 0.1).margin == 0.02


def alike(mean: float, spread: float = 0.002, room: float = 0.1) -> Effect:
    """Seven pairs whose gains lie about a mean."""
    return effect([mean + spread * place for place in (-3, -2, -1, 0, 1, 2, 3)], room, 0.1)


def test_verdicts_follow_from_both_horizons() -> None:
    worse, level, noisy = alike(0.08), alike(0.001), alike(0.001, 0.02)
    assert verdict(worse, worse, 0.08) is Verdict.CONFIRMED
    assert verdict(worse, level) is Verdict.SLOWER
    # what ends as the better one was not just slower
    assert verdict(worse, alike(-0.08)) is Verdict.UNDECIDED
    assert verdict(level, level) is Verdict.NO_DIFFERENCE
    # not having shown a difference is not having shown that there is none
    assert verdict(level, noisy) is Verdict.UNDECIDED
    assert verdict(level, worse) is Verdict.UNDECIDED
    assert verdict(alike(-0.08), alike(-0.08)) is Verdict.UNDECIDED
    # little is enough for slower, and where it may cost three points in the end it is not
    assert verdict(alike(0.021), alike(0.01)) is Verdict.SLOWER
    assert verdict(alike(0.021), alike(0.025, 0.01)) is Verdict.UNDECIDED
    # what is shown in the end needs no more early than a mean of that size: some runs take longer to part
    some = effect([0.0, -0.01, 0.4, 0.4, -0.01, 0.0, 0.4], 0.1, 0.1)
    assert verdict(some, worse) is Verdict.CONFIRMED
    # of the first four pairs the end has to be beyond doubt, and all of them worse early
    sure, spread = effect([0.4, 0.41, 0.39, 0.4], 0.5, 0.1), effect([0.1, 0.2, 0.6, 0.3], 0.5, 0.1)
    assert spread.p > FIRST_WORSE > sure.p
    assert verdict(spread, sure) is Verdict.CONFIRMED
    assert verdict(sure, spread) is Verdict.UNDECIDED
    assert verdict(effect([0.0, 0.4, 0.0, 0.4], 0.1, 0.1), sure) is Verdict.UNDECIDED
    # a repair that slows the model down and then comes to the same has nothing to mend, however unevenly it does
    assert verdict(alike(-0.08), level) is Verdict.NO_DIFFERENCE
    assert verdict(alike(-0.02, 0.03), level) is Verdict.NO_DIFFERENCE
    assert verdict(alike(0.01, 0.03), level) is Verdict.UNDECIDED


def test_two_points_of_what_can_be_got_right_are_never_level() -> None:
    gains = [0.03 + 0.002 * place for place in (-3, -2, -1, 0, 1, 2, 3)]
    assert effect(gains, 0.5, 0.1).level
    assert not effect(gains, 0.5, 0.1, points=True).level


def test_what_is_catching_up_is_not_confirmed() -> None:
    assert verdict(alike(0.4), alike(0.08), 0.2) is Verdict.UNDECIDED
    assert verdict(alike(0.4), alike(0.08), 0.1) is Verdict.CONFIRMED
