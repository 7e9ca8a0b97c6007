"""The user's own data as an arm of a trial is fed: checked against the model, brought to its size, split in two.

It is taken for what the program as written passes to `fit`. A repair that scales the inputs or writes the labels
otherwise is applied to it, as it would be in the program.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from cnnlint.confirm.data.files import OwnData
from cnnlint.confirm.data.objective import Objective, Range
from cnnlint.confirm.data.specs import InputSpec, Own, ProbeSet, ProbeSpec
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.seeding import stream

Array = npt.NDArray[Any]

HELD_OUT = 0.2
MOST_TRAIN, MOST_VALIDATION = 2048, 500
MOST_NUMBERS = 4 * 2**20
"""Features of all training samples together: eight such sets are held at a time."""
GREY = np.array([0.2989, 0.5870, 0.1140], np.float32)
"""How bright red, green and blue are, as `tf.image.rgb_to_grayscale` has it."""


class Unfit(NotBuildable):
    """The data does not fit the model; the text says in what."""


class Fit(Struct, frozen=True):
    """How data fits a model: its samples, each to be given a `shape`, and the targets in plain form.

    Targets are class numbers, rows of 0 and 1 (multi_hot), or quantities in 0..1 of `targets`; `guess` is what
    guessing reaches: the accuracy of always naming the most frequent class, or the variance of the quantities.
    """

    x: Array
    shape: tuple[int, ...]
    y: Array
    targets: tuple[float, float]
    guess: float


def fit(
    data: OwnData,
    asked: Sequence[tuple[tuple[int | None, ...], tuple[int, ...]]],
    vocabulary: int,
    aims: Sequence[Objective],
) -> Fit:
    """Check data against a model's inputs and against the first of `aims` that takes its labels.

    `asked` has, for each input, the shape of a sample in the program (None for a side that is not known) and the
    shape that it is then given, channels last. `vocabulary` is the number of tokens, 0 for other inputs.

    Raises:
        Unfit: shapes, labels or tokens do not fit.
    """
    if len(asked) != 1:
        raise Unfit(f"{data.name} holds one `x`, and the model takes {len(asked)} inputs")
    program, own = asked[0]
    if data.pictures:
        pictures = _pictures(data, own)
        return _first_taker(data, pictures, pictures.shape[1:], aims)
    given = data.x.shape[1:]
    alike = len(given) == len(program) and all(b in (None, a) for a, b in zip(given, program, strict=True))
    if not alike:
        raise Unfit(_wrong_shape(data, given, program))
    if vocabulary and (data.x.dtype.kind == "f" or data.low < 0 or data.high >= vocabulary):
        raise Unfit(
            f"`x` in {data.name} runs from {data.low:g} to {data.high:g}, and the model looks up whole numbers from 0 "
            f"to {vocabulary - 1}"
        )
    x = data.x if math.prod(given) == math.prod(own) else None
    if x is None:
        raise Unfit(f"samples of {_sizes(given)} cannot be given the shape {_sizes(own)}")
    return _first_taker(data, x, own, aims)


def _first_taker(data: OwnData, x: Array, shape: tuple[int, ...], aims: Sequence[Objective]) -> Fit:
    """The samples with the labels as the first objective that takes them wants them."""
    reason: Unfit | None = None
    for aim in aims:
        try:
            return Fit(x, shape, *_targets(data, aim))
        except Unfit as error:
            reason = reason or error
    assert reason is not None
    raise reason


def _pictures(data: OwnData, own: tuple[int, ...]) -> Array:
    """Pictures in colour or grey and with the channels where a model has them; their size stays as it is for now."""
    first = len(own) == 3 and own[0] in (1, 3) and own[2] not in (1, 3)
    channels = own[0] if first else own[-1]
    if len(own) != 3 or channels not in (1, 3):
        raise Unfit(f"{data.name} holds pictures, and the model takes {_sizes(own)}")
    x = data.x
    if channels == 1:
        x = np.rint(x @ GREY).astype(np.uint8)[..., None]
    return np.ascontiguousarray(np.moveaxis(x, -1, 1)) if first else x


def _wrong_shape(data: OwnData, given: tuple[int, ...], program: tuple[int | None, ...]) -> str:
    told = f"samples of `x` in {data.name} have the shape {_sizes(given)}, and the model takes {_sizes(program)}"
    if (*given, 1) == program:
        return f"{told}: add the axis of the channels, x[..., None]"
    if None not in program and math.prod(given) == math.prod(side or 1 for side in program):
        return f"{told}: reshape `x` as the program does"
    return told


def _sizes(shape: Sequence[int | None]) -> str:
    return "×".join("?" if side is None else str(side) for side in shape)


def _targets(data: OwnData, aim: Objective) -> tuple[Array, tuple[float, float], float]:
    """The labels in plain form for an objective, the range of quantities, and what guessing reaches."""
    if aim.task in ("map", "reconstruction"):
        raise Unfit("own data is for models with one answer a sample; this one answers with a map")
    y = data.y
    flat = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if aim.task == "regression":
        return _quantities(data, y, aim)
    if aim.task == "multi_hot":
        if y.shape[1:] != (aim.units,) or not np.isin(y, (0, 1)).all():
            raise Unfit(f"{_told(data)}, and {aim.loss} over {aim.units} outputs takes rows of as many zeros and ones")
        share = y.mean(axis=0)
        return y.astype(np.float32), (0.0, 1.0), float(np.maximum(share, 1 - share).mean())
    if aim.labels == "one_hot" and y.ndim == 2 and y.shape[1] > 1:
        numbers = _one_hot(data, aim)
    elif aim.labels == "one_hot" and not (aim.assumed or data.pictures or data.named):
        raise Unfit(
            f"{_told(data)}, and {aim.loss} takes one-hot rows: pass keras.utils.to_categorical(y, {aim.units})"
        )
    elif flat.ndim == 1:
        numbers = flat
    elif aim.assumed and flat.ndim == 2:
        numbers = _one_hot(data, aim)
    else:
        raise Unfit(f"{_told(data)}, and {aim.loss} takes class numbers: pass y.argmax(axis=-1)")
    numbers = _numbered(data, numbers, aim)
    counts = np.bincount(numbers)
    if (counts > 0).sum() < 2:
        raise Unfit(f"`y` in {data.name} holds a single class")
    return numbers, (0.0, 1.0), float(counts.max() / counts.sum())


def _told(data: OwnData) -> str:
    """What `y` looks like."""
    y = data.y
    if y.ndim == 2 and y.shape[1] > 1:
        rows = bool(np.isin(y, (0, 1)).all()) and bool((y.sum(axis=1) == 1).all())
        return f"`y` in {data.name} holds {'one-hot ' if rows else ''}rows of {y.shape[1]}"
    if y.ndim > 2:
        return f"`y` in {data.name} has the shape {y.shape}"
    whole = bool((y == np.rint(y)).all())
    return f"`y` in {data.name} holds {'class numbers' if whole else 'quantities'} from {y.min():g} to {y.max():g}"


def _one_hot(data: OwnData, aim: Objective) -> Array:
    y = data.y
    if y.shape[1] != aim.units:
        raise Unfit(f"{_told(data)}, and the model's output has {aim.units} units")
    if not np.isin(y, (0, 1)).all() or not (y.sum(axis=1) == 1).all():
        raise Unfit(f"{_told(data)}, not all of them one-hot")
    return np.asarray(y.argmax(axis=1))


def _numbered(data: OwnData, numbers: Array, aim: Objective) -> Array:
    """Class numbers 0..K-1 as whole numbers; hinge losses also write the two classes -1 and 1."""
    if not (numbers == np.rint(numbers)).all():
        raise Unfit(f"{_told(data)}, and {aim.loss} takes class numbers")
    if aim.loss in ("hinge", "squared_hinge") and set(np.unique(numbers)) <= {-1, 1}:
        numbers = (numbers > 0).astype(np.int32)
    if numbers.min() < 0 or numbers.max() >= aim.classes:
        raise Unfit(
            f"the class numbers in {data.name} run from {numbers.min():g} to {numbers.max():g}, and those of the model "
            f"from 0 to {aim.classes - 1}"
        )
    return numbers.astype(np.int32)


def _quantities(data: OwnData, y: Array, aim: Objective) -> tuple[Array, tuple[float, float], float]:
    y = y[:, None] if y.ndim == 1 else y
    if y.shape[1:] != (aim.units,):
        raise Unfit(f"`y` in {data.name} has the shape {data.y.shape}, and the model answers with {aim.units} numbers")
    low, high = float(y.min()), float(y.max())
    if low == high:
        raise Unfit(f"all of `y` in {data.name} is {low:g}")
    plain = ((y.astype(np.float64) - low) / (high - low)).astype(np.float32)
    return plain, (low, high), float(plain.var(axis=0).mean())


def check_range(data: OwnData, written: Range) -> None:
    """Unfit where values are not of the range that a finding about ranges is about."""
    width = written.high - written.low
    inside = data.low >= written.low - 0.05 * width and data.high <= written.high + 0.05 * width
    if not written.standard and not (inside and data.high - data.low >= 0.2 * width):
        raise Unfit(
            f"`x` in {data.name} runs from {data.low:g} to {data.high:g} where the program feeds {written.low:g} to "
            f"{written.high:g}: it cannot show what scaling changes"
        )


def counts(samples: int, size: int) -> tuple[int, int]:
    """How many samples are trained and validated on, of this many of this many numbers each."""
    held = max(1, round(samples * HELD_OUT))
    return min(samples - held, MOST_TRAIN, max(256, MOST_NUMBERS // max(1, size))), min(held, MOST_VALIDATION)


def split(found: Fit, spec: ProbeSpec, own: Own, seed: int) -> ProbeSet:
    """Training and validation samples under a seed, brought to the size and to 0..1 of the range in `own`."""
    item = spec.inputs[0]
    order = stream(seed, "split").permutation(len(found.y))
    held = max(1, round(len(order) * HELD_OUT))
    parts = (order[held : held + spec.train], order[: min(held, spec.validation)])
    x = []
    for rows in parts:
        features = found.x[rows]
        if item.kind == "tokens":
            # of a sequence that is cut, the end is what padding in front leaves
            features = features[:, -item.shape[0] :]
        else:
            features = sized(features.reshape(len(rows), *own.shape), item)
            features = ((features - own.low) / (own.high - own.low)).astype(np.float32)
        x.append(features)
    train, validation = parts
    return ProbeSet((x[0],), found.y[train], (x[1],), found.y[validation])


def sized(x: Array, item: InputSpec) -> Array:
    """Samples in float32 with their sides averaged down to those of an input (smaller ones in larger squares)."""
    x = x.astype(np.float32)
    for axis, (side, wanted) in enumerate(zip(x.shape[1:], item.shape, strict=True), 1):
        if side != wanted:
            x = np.moveaxis(np.tensordot(x, _averages(side, wanted), (axis, 0)), -1, axis).astype(np.float32)
    return np.ascontiguousarray(x)


def _averages(side: int, wanted: int) -> Array:
    """(side, wanted): every new value is the mean of the old ones that it covers."""
    edges = np.arange(wanted + 1) * side / wanted
    old = np.arange(side)
    covered = np.minimum(edges[1:], old[:, None] + 1) - np.maximum(edges[:-1], old[:, None])
    return np.asarray(np.clip(covered, 0, None) / (side / wanted))
