"""What every loss and metric compares with what: the contract between an output, its targets and its objective.

One row for each loss and metric of Keras 3 (`tf.losses`, `tf.nn` and tf.keras name the same ones, see `vocabulary`).
Each follows `keras/src/losses/losses.py`, `keras/src/metrics/` and `keras/src/losses/loss.py` of Keras 3.15; the tests
ask Keras itself about the shapes. What a row does not hold is not known, and then the rules are silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from cnnlint.graph.facts import Encoding
from cnnlint.graph.values import Shape

Purpose = Literal["one class", "yes or no", "distribution", "overlap", "quantity", "direction", "embedding", "sequence"]
"""What is learned: one class out of several, a yes or no for each unit, a distribution, how much two masks overlap, a
quantity, the direction of a vector, distances between embeddings, or a sequence without alignment."""

Answers = Literal["distribution", "probabilities", "scores", "positive", "any"]
"""What the outputs have to be: probabilities that sum to 1 along an axis, probabilities each for itself, scores of
both signs, numbers above 0, or any number."""

Shapes = Literal["same", "class numbers", "broadcast", "own"]
"""How targets have to be shaped once a last axis of 1 was squeezed or added: as the outputs; without the axis of the
classes; so that numpy's rules make one of the two fit the other; or in a way of the loss's own."""

Fit = Literal["fits", "broadcasts", "refused"]
"""What Keras does with targets: compares them element by element (having squeezed or expanded a last axis of 1 where
that is needed), repeats one of the two along an axis without a word, or refuses."""


class Contract(Struct, frozen=True):
    """What a loss or metric wants of targets and outputs.

    `low` and `high` bound the targets it is defined for; `logits` is the activation that `from_logits=True` makes it
    apply, or None where it has no such parameter.
    """

    purpose: Purpose
    targets: frozenset[Encoding]
    answers: Answers
    shapes: Shapes
    low: float | None = None
    high: float | None = None
    logits: Literal["softmax", "sigmoid"] | None = None


def _targets(*encodings: Encoding) -> frozenset[Encoding]:
    return frozenset(encodings)


_ROWS = _targets("one_hot")
_NUMBERS = _targets("integer", "binary")
_FLAGS = _targets("binary", "multi_hot", "one_hot", "continuous")
_SHARES = _targets("one_hot", "continuous")
_QUANTITIES = _targets("continuous", "integer", "binary", "signs")
_MASKS = _targets("binary", "one_hot", "multi_hot")
_ANY = _targets("integer", "binary", "one_hot", "multi_hot", "continuous", "signs")

_DISTANCE = Contract("quantity", _QUANTITIES, "any", "broadcast")
_YES_OR_NO = Contract("yes or no", _FLAGS, "probabilities", "same", 0.0, 1.0, "sigmoid")
_ONE_CLASS = Contract("one class", _ROWS, "distribution", "same", 0.0, 1.0, "softmax")
_NUMBERED = Contract("one class", _NUMBERS, "distribution", "class numbers", 0.0, None, "softmax")
_MARGIN = Contract("yes or no", _targets("binary", "multi_hot", "one_hot", "signs"), "scores", "broadcast", -1.0, 1.0)
_OVERLAP = Contract("overlap", _MASKS, "probabilities", "broadcast", 0.0, 1.0)

LOSSES: Final[Mapping[str, Contract]] = {
    "binary_crossentropy": _YES_OR_NO,
    "binary_focal_crossentropy": _YES_OR_NO,
    "categorical_crossentropy": _ONE_CLASS,
    # the focal loss multiplies without comparing the shapes first
    "categorical_focal_crossentropy": Contract("one class", _ROWS, "distribution", "broadcast", 0.0, 1.0, "softmax"),
    "categorical_generalized_cross_entropy": Contract("one class", _NUMBERS, "distribution", "own", 0.0, None),
    "categorical_hinge": Contract("one class", _ROWS, "scores", "broadcast", 0.0, 1.0),
    "sparse_categorical_crossentropy": _NUMBERED,
    "kl_divergence": Contract("distribution", _SHARES, "distribution", "broadcast", 0.0, 1.0),
    "hinge": _MARGIN,
    "squared_hinge": _MARGIN,
    "dice": _OVERLAP,
    "tversky": _OVERLAP,
    "mean_squared_error": _DISTANCE,
    "mean_absolute_error": _DISTANCE,
    "mean_absolute_percentage_error": _DISTANCE,
    "mean_squared_logarithmic_error": Contract("quantity", _QUANTITIES, "any", "broadcast", 0.0),
    "huber": _DISTANCE,
    "log_cosh": _DISTANCE,
    "poisson": Contract("quantity", _QUANTITIES, "positive", "broadcast", 0.0),
    "cosine_similarity": Contract("direction", _ANY, "any", "broadcast"),
    "circle": Contract("embedding", _NUMBERS, "any", "own"),
    "ctc": Contract("sequence", _NUMBERS, "any", "own"),
}
"""Losses by their canonical names."""

_HITS_OF_ROWS = Contract("one class", _ROWS, "distribution", "broadcast")
_HITS_OF_NUMBERS = Contract("one class", _NUMBERS, "distribution", "class numbers")
_COUNTS = Contract("yes or no", _targets("binary", "multi_hot", "one_hot"), "probabilities", "broadcast", 0.0, 1.0)

METRICS: Final[Mapping[str, Contract]] = {
    **LOSSES,
    "binary_accuracy": _COUNTS,
    "categorical_accuracy": _HITS_OF_ROWS,
    "top_k_categorical_accuracy": _HITS_OF_ROWS,
    "sparse_categorical_accuracy": _HITS_OF_NUMBERS,
    "sparse_top_k_categorical_accuracy": _HITS_OF_NUMBERS,
    # equality of numbers: `keras.metrics.Accuracy`, which no string names
    "exact_accuracy": Contract("one class", _NUMBERS, "any", "broadcast"),
    "root_mean_squared_error": _DISTANCE,
    "r2_score": _DISTANCE,
    "pearson_correlation": _DISTANCE,
    "concordance_correlation": _DISTANCE,
    **dict.fromkeys(
        (
            "auc",
            "precision",
            "recall",
            "true_positives",
            "true_negatives",
            "false_positives",
            "false_negatives",
            "precision_at_recall",
            "recall_at_precision",
            "sensitivity_at_specificity",
            "specificity_at_sensitivity",
        ),
        _COUNTS,
    ),
}
"""Metrics by their canonical names. "accuracy" is none of them: Keras picks one by the shapes."""

RANGES: Final[Mapping[str, tuple[float | None, float | None]]] = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "sparsemax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, None),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, None),
    "exponential": (0.0, None),
    "log_sigmoid": (None, 0.0),
    "log_softmax": (None, 0.0),
    "elu": (-1.0, None),
    "celu": (-1.0, None),
    "selu": (-1.76, None),
    "leaky_relu": (None, None),
    "gelu": (-0.17, None),
    "silu": (-0.28, None),
    "mish": (-0.31, None),
    "linear": (None, None),
}
"""What an activation can answer, from below and above; None is: without bound (keras/src/activations/activations.py).

Leaky relu and gelu fall below 0; the bounds are those of the default parameters.
"""


def loss_contract(name: str | None) -> Contract | None:
    """The contract of a loss by its canonical name."""
    return LOSSES.get(name) if name is not None else None


def gives(activation: str | None) -> Answers | None:
    """What an activation answers with, in the words of the contracts; None where it is not known.

    "any" are numbers of both signs, whether bounded or not; "positive" those that have no upper bound.
    """
    if activation in ("softmax", "sparsemax"):
        return "distribution"
    if activation is None or activation not in RANGES:
        return None
    low, high = RANGES[activation]
    if low == 0.0:
        return "probabilities" if high == 1.0 else "positive"
    return "any"


def fit(contract: Contract, targets: Shape, outputs: Shape) -> Fit | None:
    """What Keras 3 does with targets and outputs of these shapes, the samples' axis first; None where it depends.

    The sizes of the first axis are taken to agree (a batch of either), whatever they say.
    """
    if contract.shapes == "own" or not targets or not outputs:
        return None
    true, answer = _same_rank(tuple(targets[1:]), tuple(outputs[1:]))
    if contract.shapes == "class numbers":
        return _numbers(true, answer)
    if abs(len(true) - len(answer)) == 1 and max(true, answer, key=len)[-1] is None:
        return None  # a last axis of 1 comes and goes
    if contract.shapes == "same":
        if len(true) != len(answer):
            return "refused"
        return _all(
            [
                "refused" if a != b else "fits"
                for a, b in zip(true, answer, strict=True)
                if a is not None and b is not None
            ],
            len(true),
            true,
            answer,
        )
    return _broadcast(true, answer)


def fit_of_operations(targets: Shape, outputs: Shape, handed: bool = False) -> Fit | None:
    """What operations on tensors do with targets and outputs of these shapes: numpy's rules alone.

    A function that is given to `compile` is `handed` both by Keras, which brings them to one rank first.
    """
    if not targets or not outputs:
        return None
    true, answer = tuple(targets[1:]), tuple(outputs[1:])
    if handed and abs(len(true) - len(answer)) == 1 and max(true, answer, key=len)[-1] is None:
        return None
    return _broadcast(*(_same_rank(true, answer) if handed else (true, answer)))


def _same_rank(true: Shape, answer: Shape) -> tuple[Shape, Shape]:
    """`squeeze_or_expand_to_same_rank`: a last axis of 1 comes and goes where one shape has it and the other not."""
    if len(true) == len(answer) + 1 and true[-1] == 1:
        return (true, (*answer, 1)) if not answer else (true[:-1], answer)
    if len(answer) == len(true) + 1 and answer[-1] == 1:
        return ((*true, 1), answer) if not true else (true, answer[:-1])
    return true, answer


def _numbers(true: Shape, answer: Shape) -> Fit | None:
    """Class numbers have every axis of the outputs but the last, with or without a last one of size 1."""
    if len(true) == len(answer) and true and true[-1] == 1:
        true = true[:-1]
    elif len(true) == len(answer) and true and true[-1] is None:
        return None
    if len(true) != len(answer) - 1:
        return "refused"
    pairs = list(zip(true, answer[:-1], strict=True))
    return _all(
        ["refused" if a != b else "fits" for a, b in pairs if a is not None and b is not None],
        len(true),
        true,
        answer[:-1],
    )


def _all(known: list[Fit], count: int, true: Shape, answer: Shape) -> Fit | None:
    """One refusal decides; agreement has to be known of every axis."""
    if "refused" in known:
        return "refused"
    return "fits" if len(known) == count else None


def _broadcast(true: Shape, answer: Shape) -> Fit | None:
    """Numpy's rules, the batch being an axis that is neither 1 nor of the size of any other."""
    longer, shorter = (true, answer) if len(true) >= len(answer) else (answer, true)
    if len(longer) == len(shorter):
        found: list[Fit | None] = [_pair(a, b) for a, b in zip(true, answer, strict=True)]
    else:
        # the batch's axis of the shorter one meets another axis, and fits where that is 1
        offset = len(longer) - len(shorter)
        against = longer[offset - 1]
        first: Fit | None = "broadcasts" if against == 1 else "refused" if against is not None else None
        found = [first, *(_pair(a, b) for a, b in zip(longer[offset:], shorter, strict=True)), "broadcasts"]
    if "refused" in found:
        return "refused"
    if None in found:
        return None
    return "broadcasts" if "broadcasts" in found else "fits"


def _pair(one: int | None, other: int | None) -> Fit | None:
    """Two sizes of one axis."""
    if one is None or other is None:
        return None
    return "fits" if one == other else "broadcasts" if 1 in (one, other) else "refused"
