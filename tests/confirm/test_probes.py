"""Probe data: repeatable, in the right form, beyond a linear model and within reach of a small network."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from cnnlint.confirm.data import maps
from cnnlint.confirm.data.objective import Range
from cnnlint.confirm.data.probes import make
from cnnlint.confirm.data.specs import InputSpec, Own, ProbeSet, ProbeSpec, Task
from tests.confirm.graphs import FLATTEN, act, chain, conv, dense, pool, training

IMAGE = ProbeSpec((InputSpec((24, 24, 1), "image"),), "classes", 10, 10)
COLOUR = replace(IMAGE, inputs=(InputSpec((28, 28, 3), "image"),))
FEATURES = ProbeSpec((InputSpec((16,), "features"),), "classes", 10, 10)
SIGNAL = ProbeSpec((InputSpec((64, 2), "signal"),), "classes", 10, 10)
VOLUME = ProbeSpec((InputSpec((8, 12, 12, 1), "volume"),), "classes", 10, 10)
XOR = ProbeSpec((InputSpec((2,), "features"),), "classes", 2, 1)


def linear_accuracy(data: ProbeSet, classes: int, steps: int = 60) -> float:
    """The best of a least-squares and a softmax regression, on the validation set."""
    train = data.train_x[0].reshape(len(data.train_x[0]), -1).astype(np.float64)
    test = data.validation_x[0].reshape(len(data.validation_x[0]), -1)
    mean, scale = train.mean(axis=0), train.std(axis=0) + 1e-6
    train, test = (train - mean) / scale, (test - mean) / scale
    labels = np.eye(classes)[data.train_y]
    least = np.linalg.solve(train.T @ train + 10 * np.eye(train.shape[1]), train.T @ labels)
    weights = np.zeros((train.shape[1], classes))
    for _ in range(steps):
        scores = train @ weights
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        weights -= 0.5 * train.T @ (p - labels) / len(train)
    return max(float(((test @ w).argmax(axis=1) == data.validation_y).mean()) for w in (least, weights))


@pytest.mark.parametrize("spec", [IMAGE, COLOUR, FEATURES, SIGNAL, VOLUME], ids=lambda spec: spec.inputs[0].kind)
def test_a_linear_model_is_at_chance(spec: ProbeSpec) -> None:
    assert linear_accuracy(make(spec, 0), 10) <= 0.2


def test_a_linear_model_is_at_chance_on_xor() -> None:
    assert linear_accuracy(make(XOR, 0), 2) <= 0.6


def test_glyphs_are_nearly_linear_and_so_no_test_of_linearity() -> None:
    assert linear_accuracy(make(replace(COLOUR, pattern="glyphs"), 0), 10) > 0.6


def accuracy_of(model: object, spec: ProbeSpec, steps: int) -> float:
    from cnnlint.confirm.models.shrink import FULL
    from cnnlint.confirm.trials.lab import Lab, Schedule

    lab = Lab(0)
    prepared = lab.prepare(model, FULL)  # type: ignore[arg-type]
    return lab.run(prepared, Schedule(steps, 32, "adam", 1e-3), spec, 0).figures["accuracy"]


@pytest.mark.parametrize("pattern", ["gratings", "glyphs"])
def test_a_healthy_small_cnn_exceeds_nine_tenths(pattern: str) -> None:
    model = chain(
        (24, 24, 1),
        conv(12),
        act("relu"),
        pool(),
        conv(16),
        act("relu"),
        pool(),
        FLATTEN,
        dense(10),
        act("softmax"),
        training=training(),
    )
    assert accuracy_of(model, replace(IMAGE, pattern=pattern), 200) > 0.9  # type: ignore[arg-type]


def test_a_small_dense_network_exceeds_nine_tenths_on_features() -> None:
    model = chain((16,), dense(64), act("relu"), dense(10), act("softmax"), training=training())
    assert accuracy_of(model, FEATURES, 300) > 0.9


def test_equal_seeds_give_equal_bits() -> None:
    for spec in (IMAGE, replace(COLOUR, pattern="glyphs"), FEATURES, SIGNAL):
        one, two, other = make(spec, 3), make(spec, 3), make(spec, 4)
        assert (one.train_x[0] == two.train_x[0]).all()
        assert (one.train_y == two.train_y).all()
        assert (one.validation_x[0] != other.validation_x[0]).any()


def test_the_random_numbers_hang_on_all_but_the_users_own_data() -> None:
    """What was measured is only repeated under the text that it was measured under."""
    spec = replace(FEATURES, own=Own("digest", (16,)))
    assert repr(spec) == (
        "ProbeSpec(inputs=(InputSpec(shape=(16,), kind='features', channels_first=False, vocabulary=0),), "
        "task='classes', classes=10, units=10, pattern='gratings', train=1024, validation=300, noise=0.0)"
    )
    assert (make(spec, 3).train_x[0] == make(FEATURES, 3).train_x[0]).all()


@pytest.mark.parametrize("spec", [IMAGE, COLOUR, FEATURES, SIGNAL, VOLUME, replace(COLOUR, pattern="glyphs")])
def test_features_lie_in_the_unit_range_and_classes_are_balanced(spec: ProbeSpec) -> None:
    data = make(spec, 1)
    x = data.train_x[0]
    assert x.shape == (spec.train, *spec.inputs[0].shape)
    assert x.dtype == np.float32
    assert x.min() >= 0
    assert x.max() <= 1
    counts = np.bincount(data.train_y, minlength=10)
    assert counts.max() - counts.min() <= 2


def test_channels_first_is_the_same_picture_turned() -> None:
    first = replace(COLOUR, inputs=(InputSpec((3, 28, 28), "image", channels_first=True),))
    assert make(first, 0).train_x[0].shape == (1024, 3, 28, 28)


def test_other_tasks() -> None:
    labels = make(replace(IMAGE, task="multi_hot", units=5), 0).train_y
    assert labels.shape == (1024, 5)
    assert set(np.unique(labels)) == {0, 1}
    rows = ProbeSpec((InputSpec((24, 2), "signal"),), "regression", 2, 2, train=600, validation=200)
    series = make(rows, 0)
    assert (series.train_x[0].shape, series.train_y.shape) == ((600, 24, 2), (600, 2))
    # the targets are what comes next: near the last value, and nearer than any guess
    assert np.std(series.train_y[:, 0] - series.train_x[0][:, -1, 0]) < 0.6 * np.std(series.train_y[:, 0])
    assert 0 <= series.train_y.min() < 0.2 < 0.8 < series.train_y.max() <= 1
    assert abs(series.train_y.mean() - 0.5) < 0.02
    quantities = make(replace(FEATURES, task="regression", units=3), 0).train_y
    assert quantities.shape == (1024, 3)
    assert 0 <= quantities.min() < quantities.max() <= 1
    maps = make(replace(IMAGE, task="map", classes=3, units=3), 0)
    assert maps.train_y.shape == (1024, 24, 24)
    copies = make(replace(IMAGE, task="reconstruction"), 0)
    assert (copies.train_y == copies.train_x[0]).all()
    tokens = make(ProbeSpec((InputSpec((20,), "tokens", vocabulary=50),), "classes", 4, 4), 0).train_x[0]
    assert tokens.min() >= 0
    assert tokens.max() < 50
    # of several classes that a text is of, its pairs tell of each: where a class is, its own pairs are more frequent
    texts = make(ProbeSpec((InputSpec((40,), "tokens", vocabulary=400),), "multi_hot", 4, 4), 0)
    pairs = max(1, (399 - 20) // 8)
    for unit in range(4):
        first = texts.train_x[0] - 1 - 20
        told = ((first >= 2 * unit * pairs) & (first < 2 * (unit + 1) * pairs)).mean(axis=1)
        there = texts.train_y[:, unit] == 1
        assert told[there].mean() > told[~there].mean() + 0.04


def test_noise_is_the_share_of_labels_drawn_anew() -> None:
    clean, noisy = make(IMAGE, 0).train_y, make(replace(IMAGE, noise=0.3), 0).train_y
    assert sorted(clean) != sorted(noisy)


def test_ranges() -> None:
    x = np.linspace(0, 1, 5)
    assert Range(0, 255, whole=True).apply(x, 0.5, 0.3).tolist() == [0, 64, 128, 191, 255]
    assert Range(-1, 1).apply(x, 0.5, 0.3).tolist() == [-1, -0.5, 0, 0.5, 1]
    assert Range(standard=True).apply(x, 0.5, 0.25).tolist() == [-2, -1, 0, 1, 2]


def test_every_step_of_a_sequence_and_every_word_has_a_class_of_its_own() -> None:
    words = ProbeSpec((InputSpec((20,), "tokens", vocabulary=90),), "map", 5, 5)
    data = make(words, 0)
    assert data.train_y.shape == data.train_x[0].shape == (1024, 20)
    # a word tells its class three times out of four, and else by chance
    assert 0.75 < ((data.train_x[0] - 1) % 5 == data.train_y).mean() < 0.85
    both = replace(words, inputs=(InputSpec((20, 3), "signal"), InputSpec((2, 20), "signal", channels_first=True)))
    data = make(both, 0)
    assert [x.shape for x in data.train_x] == [(1024, 20, 3), (1024, 2, 20)]
    assert 1 <= (np.diff(data.train_y, axis=1) != 0).sum(axis=1).max() <= 2
    with pytest.raises(ValueError, match="no probe data for maps"):
        make(replace(words, inputs=(*words.inputs, InputSpec((9,), "tokens", vocabulary=90))), 0)


@pytest.mark.parametrize(
    ("task", "output", "answered"),
    [
        ("map", (None, 20, 5), True),
        ("map", (None, 10, 5), False),
        ("map", (None, None, 5), True),
        ("reconstruction", (None, 20, 3), True),
        ("reconstruction", (None, 10, 3), False),
        ("reconstruction", (None, 60), False),
        ("classes", (None, 5), True),
    ],
)
def test_data_has_an_answer_for_every_place_of_an_output(
    task: Task, output: tuple[int | None, ...], answered: bool
) -> None:
    assert maps.answered(ProbeSpec((InputSpec((20, 3), "signal"),), task, 5, 5), output) is answered
