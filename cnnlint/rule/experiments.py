"""What a rule's test would measure, named beforehand: pure data, read by `confirm/`."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

ProofMethod = Literal[
    "constant-output",
    "affine-network",
    "affine-pair",
    "softmax-floor",
    "framework-refuses",
    "batchnorm-averages",
    "variance-drift",
    "unreachable-layer",
    "initial-loss",
    "dead-units",
    "untaught-samples",
    "symmetric-units",
    "pooling-overlap",
    "swapped-operands",
    "answers-asked-for",
    "class-sums",
    "one-hot-rows",
    "name-refused",
    "argument-refused",
    "by-definition",
]
Statistic = Literal[
    "accuracy",
    "validation loss",
    "calibration error",
    "training loss",
    "mode gap",
    "validation accuracy",
    "mean absolute error",
]
Probe = Literal["gratings", "glyphs", "features", "regression", "auto"]


class Proof(Struct, frozen=True):
    """Shown without training. `method` names a function of `confirm/proofs/`."""

    method: ProofMethod
    #: what is shown, in one sentence
    claim: str
    parameters: dict[str, Any] = field(default_factory=dict)


UNTAUGHT = Proof("untaught-samples", "where the score of the right answer is cut off, nothing raises it")
AFFINE_NETWORK = Proof("affine-network", "apart from the activation at its output the network is one affine map")
AFFINE_PAIR = Proof("affine-pair", "the layer and the next one with weights are together one affine map")


class Trial(Struct, frozen=True):
    """Paired training runs of the model as written against its repaired twin.

    The finding is confirmed if the statistic of the model as written is worse on average by at least the margin (see
    `trials/stopping.py`), early and where the repaired model has levelled off, and the exact paired sign test over
    `pairs` pairs or more rejects chance in the end.
    """

    statistic: Statistic
    #: "higher" if a higher statistic is better (accuracy), "lower" if a lower one is (losses, gaps)
    better: Literal["higher", "lower"]
    #: a mean difference that always counts, in the statistic's unit; a smaller one where there is less to lose
    margin: float
    #: optimizer steps until the arms are compared for the first time, unless the repaired one needs more to learn
    steps: int = 200
    #: the pairs that are always run; fewer than 7 are raised to 7 (see `trials/stopping.py`)
    pairs: int = 7
    probe: Probe = "auto"
    #: further statistics to state beside the first
    also: tuple[Statistic, ...] = ()
    #: "equal-parameters": a third arm like the repaired one, scaled to the parameter count of the one as written
    extra_arm: Literal["equal-parameters"] | None = None
    #: backends on which the fault is real; on others the verdict says that the framework mends it
    backends: tuple[str, ...] = ("tensorflow", "jax", "torch")
    #: train on a small stand-in of the same kind rather than on the model: "conv-batchnorm-relu"
    stand_in: str | None = None
    #: whether the sign of the effect is known to survive narrower layers and smaller pictures (`scripts/shrinking.py`);
    #: where it is not, nothing is confirmed on a model that was shrunk
    shrinkable: bool = True
    #: the fault is one of structure (a loss without a lowest value, an output without a gradient): training runs that
    #: see no harm do not make it less of an error
    structure: bool = False
    #: the fault puts learning off rather than ending it (four sigmoid layers on a small table learn nothing for 800
    #: steps, and then all of it): an arm that has not begun yet is given all the steps there are
    delays: bool = False
    #: it is about what a network can express: how much of that is asked for is the data's, so that arms which end alike
    #: on made data show nothing (house prices gain six points by an activation that made tables do without)
    capacity: bool = False
    #: it is about curves that a network cannot draw: made data, which no straight line fits, say nothing of the need
    straight: bool = False
    #: what is shown of the fault without training: where it holds a fault of structure is proved, and the runs say what
    #: it costs; of any other it is a fact about the network, and the verdict is that of the runs
    proof: Proof | None = None
    parameters: dict[str, Any] = field(default_factory=dict)


class NotTestable(Struct, frozen=True):
    """Why a short run would be dishonest evidence."""

    reason: str


Experiment = Proof | Trial | NotTestable
