"""Seeded probe data for a model: its own input shapes and number of classes, and (but for series) nothing a linear
model can learn.

Every set is made in the unit range 0..1 with class numbers (or quantities in 0..1) as targets; an arm of a trial
writes it in the value range and label encoding that its own program feeds. Two arms so see the same pictures.

- *gratings*: stripes of random phase; the class is their direction. The mean picture of every class is the same
  grey, so a linear model stays near chance, and a few convolutions suffice.
- *glyphs*: digits in strokes, shifted about, each in one random colour channel. Learned fastest; a linear model
  learns most of it too, so it cannot show that a network is linear.
- *signals* and *volumes*: the same in one and three dimensions.
- *features*: two clusters a class, opposite each other about the centre (with two classes: XOR).
- *tokens*: integer sequences; the class is whose pair of tokens stands next to each other most often.
- *maps*: two gratings side by side, and the class of every pixel (in sequences, of every step; see `maps`).
- *regression*: the same pictures or features; the targets are contrast and direction, or distances.
- *series*: waves of two lengths; the targets are the next values, as programs ask for that predict quantities of
  sequences. Straight lines learn much of it.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from cnnlint.confirm.data import maps, real
from cnnlint.confirm.data.specs import Array, InputKind, InputSpec, ProbeSet, ProbeSpec
from cnnlint.confirm.seeding import stream
from cnnlint.graph.values import Shape

MOST_CLASSES = 10
"""More directions than these a small network does not tell apart in a few hundred steps."""

TELLING = 0.75
"""The share of a sequence's pairs that are of its own class: two in twenty tokens then tell seven of eight samples of
two classes, as much as can be learned of 2,000 real sentences (0.85)."""
PAIRS, COMMON = 50, 0.05
"""The pairs of neighbours that tell a class, and the share of the vocabulary, the most frequent of it, that tells none.
Of two kinds of real sentences 264 words in 2,000 tell them apart, of ranks 6 to 570, two in every sentence."""

#: the segments a..g of the digits 0..9 on a seven-segment display
_SEGMENTS = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")
#: row and column of both ends of each segment, in units of half the digit's height and of its width
_STROKES = {
    "a": ((0, 0), (0, 1)),
    "b": ((0, 1), (1, 1)),
    "c": ((1, 1), (2, 1)),
    "d": ((2, 0), (2, 1)),
    "e": ((1, 0), (2, 0)),
    "f": ((0, 0), (1, 0)),
    "g": ((1, 0), (1, 1)),
}


def input_kind(shape: Shape) -> InputKind:
    """What kind of data an input of this shape (without the batch) is taken for."""
    return {1: "features", 2: "signal", 3: "image", 4: "volume"}.get(len(shape), "features")  # type: ignore[return-value]


def make(spec: ProbeSpec, seed: int) -> ProbeSet:
    """The probe set of a specification under a seed.

    Raises:
        ValueError: an input is of a shape for which there is no probe data.
    """
    if spec.real:
        return real.make(spec, seed)
    train = _draw(spec, spec.train, stream(seed, "probe", "train", repr(spec)))
    validation = _draw(spec, spec.validation, stream(seed, "probe", "validation", repr(spec)))
    return ProbeSet(*train, *validation)


def _draw(spec: ProbeSpec, count: int, random: np.random.Generator) -> tuple[tuple[Array, ...], Array]:
    """`count` samples. All but glyphs and tokens come with their negatives (each x with 1 - x, of the same target).

    The negative of a series goes on with the negative of its target. Of all else every linear function of the
    features is exactly uncorrelated with every target: what a linear model finds is noise. Without it, the surplus of
    one sign in a sample of a few hundred is enough for 0.4 in 10 classes.
    """
    half = (count + 1) // 2
    if spec.task == "map":
        if maps.places(spec) is None:
            raise ValueError(f"no probe data for maps over inputs of shape {spec.inputs[0].shape}")
        halves, y = (_maps if spec.inputs[0].kind == "image" else maps.steps)(spec, half, random)
    elif follows(spec):
        halves, y = _series(spec, half, random)
    else:
        hidden = _targets(spec, half, random)
        halves = [_features(spec, item, hidden, random) for item in spec.inputs]
        y = hidden.y
    if spec.noise and spec.task == "classes":
        wrong = random.random(half) < spec.noise
        y = np.where(wrong, random.integers(0, spec.classes, half), y).astype(np.int32)
    if spec.noise and spec.task == "regression":
        y = (y + spec.noise * random.standard_normal(y.shape)).astype(np.float32)
    opposite = 1 - y if follows(spec) else y
    order = random.permutation(2 * half)[:count]
    x = tuple(np.concatenate(pair).astype(np.float32)[order] for pair in halves)
    return x, x[0] if spec.task == "reconstruction" else np.concatenate((y, opposite))[order]


def follows(spec: ProbeSpec) -> bool:
    """Whether the targets are what follows a series: quantities asked of one sequence of rows."""
    return spec.task == "regression" and [item.kind for item in spec.inputs] == ["signal"]


class _Hidden(Struct, frozen=True):
    """What decides the targets of every sample: directions (0..1, one or more each), contrast, class numbers."""

    y: Array
    directions: Array
    contrast: Array
    labels: Array


def _targets(spec: ProbeSpec, count: int, random: np.random.Generator) -> _Hidden:
    labels = random.permutation(np.arange(count) % spec.classes)
    contrast = random.uniform(0.6, 1.0, count)
    if spec.task == "multi_hot":
        present = random.random((count, spec.units)) < min(0.5, 1.5 / spec.units)
        present[np.arange(count), labels % spec.units] = True
        directions = np.where(present, np.arange(spec.units) / spec.units, np.nan)
        return _Hidden(present.astype(np.float32), directions, contrast, labels)
    if spec.task == "regression":
        direction, contrast = random.random(count), random.uniform(0.2, 1.0, count)
        angle = 2 * np.pi * direction
        columns = (contrast, (1 + np.cos(angle)) / 2, (1 + np.sin(angle)) / 2)
        y = np.stack([columns[unit % 3] for unit in range(spec.units)], axis=1)
        return _Hidden(y.astype(np.float32), direction[:, None], contrast, labels)
    return _Hidden(labels.astype(np.int32), (labels / spec.classes)[:, None], contrast, labels)


def _features(spec: ProbeSpec, item: InputSpec, hidden: _Hidden, random: np.random.Generator) -> tuple[Array, Array]:
    """Two arrays of features for the same targets, in 0..1; the negatives of each other where that makes sense."""
    if item.kind == "tokens":
        return _tokens(spec, item, hidden, random), _tokens(spec, item, hidden, random)
    if item.kind == "features":
        wave = _clusters(spec, item, hidden, random)
    elif item.kind == "signal":
        wave = _signals(item, hidden, random)
    elif item.kind == "volume":
        wave = _volumes(item, hidden, random)
    elif item.kind == "image":
        last = InputSpec((*item.shape[1:], item.shape[0]), "image") if item.channels_first else item
        if spec.pattern == "glyphs" and spec.task == "classes":
            first, second = (_channels(_glyphs(last, hidden.labels, random), item) for _ in range(2))
            return first, second
        wave = _channels(_gratings(last, hidden, random), item)
    else:
        raise ValueError(f"no probe data for inputs of shape {item.shape}")
    wave = np.clip(wave, -0.5, 0.5)
    return 0.5 + wave, 0.5 - wave


def _channels(x: Array, item: InputSpec) -> Array:
    """Channels-last pictures with their channels where the input has them."""
    return np.ascontiguousarray(np.moveaxis(x, -1, 1)) if item.channels_first else x


def _wave(height: int, width: int, direction: Array, random: np.random.Generator) -> Array:
    """Stripes in -1..1, (samples, height, width), of one direction a sample (0..1 is half a turn), random phase."""
    count = len(direction)
    length = (min(6.0, max(3.0, min(height, width) / 3)) * random.uniform(0.85, 1.15, count)).astype(np.float32)
    angle = (np.pi * direction).astype(np.float32)
    rows = np.arange(height, dtype=np.float32) - height / 2
    columns = np.arange(width, dtype=np.float32) - width / 2
    turn = (2 * np.pi / length)[:, None, None]
    phase = turn * (
        np.sin(angle)[:, None, None] * rows[None, :, None] + np.cos(angle)[:, None, None] * columns[None, None, :]
    )
    return np.asarray(np.cos(phase + random.uniform(0, 2 * np.pi, count).astype(np.float32)[:, None, None]))


def _gratings(item: InputSpec, hidden: _Hidden, random: np.random.Generator) -> Array:
    height, width, channels = item.shape
    total = np.zeros((len(hidden.labels), height, width), dtype=np.float32)
    present = np.zeros(len(hidden.labels))
    for column in hidden.directions.T:
        there = ~np.isnan(column)
        total[there] += _wave(height, width, column[there], random)
        present[there] += 1
    total *= (hidden.contrast / np.maximum(1, present))[:, None, None].astype(np.float32)
    colour = random.uniform(0.3, 1.0, (len(total), channels)) if channels > 1 else np.ones((len(total), 1))
    noise = random.standard_normal((*total.shape, channels), dtype=np.float32)
    return np.float32(0.45) * (total[..., None] * colour[:, None, None, :].astype(np.float32) + np.float32(0.1) * noise)


def _volumes(item: InputSpec, hidden: _Hidden, random: np.random.Generator) -> Array:
    frames, *rest = (*item.shape[1:], item.shape[0]) if item.channels_first else item.shape
    picture = _gratings(InputSpec(tuple(rest), "image"), hidden, random)
    start = random.random((len(picture), 1))
    fade = 0.7 + 0.3 * np.cos(2 * np.pi * (np.arange(frames) / max(4, frames) + start))
    return _channels(picture[:, None] * fade[:, :, None, None, None], item)


def _glyphs(item: InputSpec, labels: Array, random: np.random.Generator) -> Array:
    """Digits of six sizes and slants each, shifted by whole pixels, each in one channel."""
    height, width, channels = item.shape
    variants = 6
    x = np.zeros((len(labels), height, width, channels), dtype=np.float32)
    bank = np.array(
        [
            [
                _glyph(
                    height, width, digit, random.uniform(0.5, 0.7), random.uniform(0.4, 0.55), random.uniform(-0.2, 0.2)
                )
                for _ in range(variants)
            ]
            for digit in range(min(len(_SEGMENTS), int(labels.max()) + 1))
        ],
        dtype=np.float32,
    )
    which = random.integers(variants, size=len(labels))
    down = random.integers(-(height // 10), height // 10 + 1, size=len(labels))
    right = random.integers(-(width // 8), width // 8 + 1, size=len(labels))
    channel = random.integers(channels, size=len(labels))
    for sample, label in enumerate(labels):
        picture = bank[label % len(bank), which[sample]]
        x[sample, :, :, channel[sample]] = np.roll(picture, (down[sample], right[sample]), (0, 1))
    return x


def _glyph(height: int, width: int, digit: int, tall: float, aspect: float, slant: float) -> Array:
    """One digit in strokes in the middle of a picture: `tall` is its share of the height, `aspect` width to height."""
    rows, columns = np.mgrid[0:height, 0:width].astype(float)
    thick = max(0.7, min(height, width) / 22)
    half, wide = tall * height / 2, tall * height * aspect
    picture = np.zeros((height, width))
    for segment in _SEGMENTS[digit]:
        ends = [
            np.array([(row - 1) * half + height / 2, (column - 0.5) * wide - slant * (row - 1) * half + width / 2])
            for row, column in _STROKES[segment]
        ]
        along = ends[1] - ends[0]
        place = ((rows - ends[0][0]) * along[0] + (columns - ends[0][1]) * along[1]) / max(1e-9, along @ along)
        place = np.clip(place, 0, 1)
        distance = np.hypot(rows - ends[0][0] - place * along[0], columns - ends[0][1] - place * along[1])
        picture = np.maximum(picture, np.clip(1.5 - distance / thick, 0, 1))
    return picture


def _signals(item: InputSpec, hidden: _Hidden, random: np.random.Generator) -> Array:
    length, channels = item.shape[::-1] if item.channels_first else item.shape
    count = len(hidden.labels)
    slowest, fastest = 2 / max(8, length), 0.4
    time = np.arange(length)
    x = np.zeros((count, length, channels))
    for column in hidden.directions.T:
        there = ~np.isnan(column)
        frequency = slowest * (fastest / slowest) ** column[there]
        phase = random.uniform(0, 2 * np.pi, (int(there.sum()), 1, 1))
        x[there] += np.cos(2 * np.pi * frequency[:, None, None] * time[None, :, None] + phase)
    x = x * hidden.contrast[:, None, None] * random.uniform(0.5, 1, (count, 1, channels))
    return _channels(0.4 * (x + random.normal(0, 0.1, x.shape)), item)


def _series(spec: ProbeSpec, count: int, random: np.random.Generator) -> tuple[list[tuple[Array, Array]], Array]:
    """Series and what comes next in the first of their columns; the negative of one goes on with the negative of it."""
    (item,) = spec.inputs
    length, channels = item.shape[::-1] if item.channels_first else item.shape
    time = np.arange(length + spec.units)
    x = np.zeros((count, length + spec.units, channels))
    for share, longest, shortest in ((0.3, 24.0, 12.0), (0.1, 8.0, 5.0)):
        turns = random.uniform(1 / longest, 1 / shortest, (count, 1, channels))
        x += share * np.cos(2 * np.pi * (turns * time[None, :, None] + random.random((count, 1, channels))))
    y = 0.5 + x[:, length:, 0]
    x = _channels(x[:, :length] + random.normal(0, 0.02, (count, length, channels)), item)
    return [(0.5 + x, 0.5 - x)], y.astype(np.float32)


def _centres(classes: int, width: int, random: np.random.Generator) -> Array:
    """One centre a class, such that no centre is near another one or its opposite; rows of length about 1."""
    if width == 1:
        return ((np.arange(classes) + 1) / classes)[:, None]
    if width == 2:
        angle = np.pi * (np.arange(classes) + 0.5) / classes
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)
    points = random.normal(size=(classes, width))
    if classes <= width:
        return np.asarray(np.linalg.qr(points.T)[0].T)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    for _ in range(200):
        # push every centre away from the lines through the others
        inner = points @ points.T
        np.fill_diagonal(inner, 0)
        points -= 0.05 * (np.sign(inner) * np.abs(inner) ** 3) @ points
        points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points


def _clusters(spec: ProbeSpec, item: InputSpec, hidden: _Hidden, random: np.random.Generator) -> Array:
    width = math.prod(item.shape)
    count = len(hidden.labels)
    if spec.task == "regression":
        # the first features' distance from the middle carries contrast, their turn carries direction
        x = random.normal(0, 0.1, (count, width))
        angle = np.pi * hidden.directions[:, 0]
        x[:, 0] = hidden.contrast * (np.cos(angle) if width > 1 else 1.0)
        if width > 1:
            x[:, 1] = hidden.contrast * np.sin(angle)
        return 0.5 * x.reshape(count, *item.shape)
    classes = spec.units if spec.task == "multi_hot" else spec.classes
    # the same centres for training and validation: they are drawn from the specification, not from the split
    centres = _centres(classes, width, stream(0, "centres", classes, width))
    centres = centres / np.sqrt(np.mean(centres**2))
    x = random.normal(0, 0.25 if width > 2 else 0.25 / classes, (count, width))
    if spec.task == "multi_hot":
        x += (hidden.y * random.choice([-1.0, 1.0], hidden.y.shape)) @ centres / math.sqrt(1.5)
    else:
        x += centres[hidden.labels]
    return 0.3 * x.reshape(count, *item.shape)


def _tokens(spec: ProbeSpec, item: InputSpec, hidden: _Hidden, random: np.random.Generator) -> Array:
    """Tokens as frequent as words (the inverse of their rank), and among them pairs of neighbours that tell a class: of
    several that a sample is of, one of them each."""
    several, labels = spec.task == "multi_hot", hidden.labels
    classes = spec.units if several else spec.classes
    length, vocabulary = math.prod(item.shape), max(item.vocabulary, 4)
    frequent = 1 / np.arange(1, vocabulary)
    x = random.choice(np.arange(1, vocabulary), (len(labels), length), p=frequent / frequent.sum())
    if length >= 2:
        # pairs of the class's own; now and then one of another, as in real text
        common = round(COMMON * vocabulary)
        pairs = max(1, min(PAIRS, (vocabulary - 1 - common) // (2 * classes)))
        for _ in range(max(1, length // 8)):
            place = random.integers(0, length - 1, len(labels))
            if several:
                labels = (random.random(hidden.y.shape) * hidden.y).argmax(axis=1)
            told = np.where(random.random(len(labels)) < TELLING, labels, random.integers(0, classes, len(labels)))
            first = common + 2 * (told * pairs + random.integers(0, pairs, len(labels)))
            x[np.arange(len(labels)), place] = 1 + first % (vocabulary - 1)
            x[np.arange(len(labels)), place + 1] = 1 + (first + 1) % (vocabulary - 1)
    return x.reshape(len(labels), *item.shape)


def _maps(spec: ProbeSpec, count: int, random: np.random.Generator) -> tuple[list[tuple[Array, Array]], Array]:
    """Pictures of two gratings side by side, and the class of every pixel; several inputs have the same picture."""
    item = spec.inputs[0]
    height, width = item.shape[1:] if item.channels_first else item.shape[:-1]
    classes = max(2, spec.classes)
    left, right = random.integers(classes, size=count), random.integers(classes, size=count)
    edge = random.integers(width // 4, max(width // 4 + 1, 3 * width // 4), count)
    side = np.arange(width)[None, :] < edge[:, None]
    waves = [_wave(height, width, labels / classes, random) for labels in (left, right)]
    picture = np.where(side[:, None, :], *waves)[..., None]
    y = np.broadcast_to(np.where(side, left[:, None], right[:, None])[:, None, :], (count, height, width))
    halves = []
    for item in spec.inputs:
        channels = item.shape[0 if item.channels_first else -1]
        x = picture * np.ones(channels)
        x = _channels(np.clip(0.4 * x + random.normal(0, 0.05, x.shape), -0.5, 0.5), item)
        halves.append((0.5 + x, 0.5 - x))
    return halves, y.astype(np.int32)
