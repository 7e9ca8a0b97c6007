"""The training set-up beside the layers: loss, optimizer, metrics, and what is fed to `fit`, `evaluate`, `predict`."""

from __future__ import annotations

import math
import re

from msgspec import Struct, field

from cnnlint.graph.facts import ArrayFacts
from cnnlint.graph.node import Node
from cnnlint.graph.origins import Argument, Origin, Placement

SCHEDULERS = re.compile(
    r"LearningRate|LR(?!OnPlateau)|(?<![a-z])(?<!reduce_)lr(?![a-z])|[Ss]chedul|[Ww]arm_?[Uu]p|[Cc]yclic|[Oo]ne_?[Cc]ycle"
)
"""What a callback is called that sets the learning rate; ReduceLROnPlateau starts from the optimizer's."""


class Loss(Struct, eq=False):
    """A loss and the output it is applied to.

    `name` is canonical ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy",
    "mean_squared_error", ...), or None when it is custom or could not be resolved.
    """

    name: str | None = None
    #: whether it takes logits; None when that could not be worked out
    from_logits: bool | None = None
    origin: Origin = field(default_factory=Origin)
    #: where a function such as tf.nn.softmax_cross_entropy_with_logits is called; `api` is its qualified name
    placement: Placement = field(default_factory=Placement)
    arguments: dict[str, Argument] = field(default_factory=dict)
    #: the model's output, where it is known
    output: Node | None = None
    labels: ArrayFacts | None = None
    #: the tensor that stands for the labels, where it is one of the program's
    labels_node: Node | None = None
    #: a model output was passed where labels are expected, and data where logits are expected
    swapped: bool = False
    #: it is written out in tensor operations, which squeeze and expand nothing
    written_out: bool = False
    #: a function of the program computes it
    own: bool = False
    #: that function makes something else of the labels first: what they are themselves is not known
    recast: bool = False
    #: its output is an array that `predict` returned, of which no gradient leads to the weights
    detached: bool = False
    #: as it is written it is smallest where the answers are worst
    inverted: bool = False
    #: it is written out with a logarithm of probabilities that nothing keeps from 0
    unguarded: bool = False
    #: None stands in its place: the output is compared with nothing
    absent: bool = False


class Optimizer(Struct, eq=False):
    """An optimizer by its canonical name ("adam", "sgd", "rmsprop", ...), or None for one that is not known."""

    name: str | None = None
    #: None for a schedule or an unknown value
    learning_rate: float | None = None
    #: the expression of the rate; `given` is False when it is the optimizer's default
    rate: Argument = field(default_factory=Argument)
    origin: Origin = field(default_factory=Origin)
    placement: Placement = field(default_factory=Placement)
    #: the program sets its rate itself, as in a search for one
    rate_set: bool = False


class Metric(Struct, frozen=True):
    """A metric by its canonical name ("accuracy", "mean_absolute_error", ...), or None.

    `output` is the one output of several that it is asked for, None where it is asked for all of them.
    """

    name: str | None
    origin: Origin
    output: Node | None = None

    def is_of(self, output: Node) -> bool:
        """Whether it is asked for this output."""
        return self.output is None or self.output is output


class Feed(Struct, eq=False):
    """A call that feeds data to the model: `kind` is "fit", "evaluate", "predict" or "train_on_batch"."""

    kind: str
    x: ArrayFacts | None = None
    y: ArrayFacts | None = None
    validation_x: ArrayFacts | None = None
    validation_y: ArrayFacts | None = None
    epochs: int | None = None
    batch_size: int | None = None
    steps_per_epoch: int | None = None
    validation_split: float | None = None
    #: the classes of its callbacks, or what stands in the source for those that are not known
    callbacks: tuple[str, ...] = ()
    arguments: dict[str, Argument] = field(default_factory=dict)
    #: it may have more arguments than these: `**options`
    open: bool = False
    origin: Origin = field(default_factory=Origin)
    #: how many arrays are passed as features
    arrays: int | None = None
    #: what each of several inputs is given, in the model's order
    inputs: tuple[ArrayFacts | None, ...] = ()
    #: likewise the targets of several outputs
    outputs: tuple[ArrayFacts | None, ...] = ()
    #: how many arrays of targets a model of several outputs is given
    targets: int | None = None
    #: it trains, and is given features alone
    unlabelled: bool = False
    #: it trains, and validates on features alone
    validation_unlabelled: bool = False
    #: it is given a stream of single samples, which nothing gathers into batches
    unbatched: bool = False
    #: the arguments that it lacks to come to an end: a stream never ends, and nothing says how long it is read
    unbounded: tuple[str, ...] = ()
    #: how many numbers an `evaluate` gives: the loss, and the metrics behind it
    numbers: int | None = None
    #: it is given labels beside a stream, which yields them with the samples
    labelled_twice: bool = False
    #: one stream of samples is both trained on and validated on
    one_stream: bool = False
    #: the column that the targets are, where the features hold it as well
    leaked: str | None = None
    #: it stands in a loop
    repeated: bool = False
    #: it is given one batch: `train_on_batch`
    on_batch: bool = False

    @property
    def trains(self) -> bool:
        """Whether the call trains the model."""
        return self.kind in ("fit", "train_on_batch")

    @property
    def reconstructs(self) -> bool:
        """Whether the targets are the inputs themselves, as for an autoencoder."""
        x, y = self.arguments.get("x"), self.arguments.get("y")
        if x is None or y is None or x.origin is None or y.origin is None:
            return False
        return x.origin.text == y.origin.text != ""

    @property
    def updates(self) -> int | None:
        """The number of weight updates that this call makes, if everything it depends on is known."""
        if self.kind != "fit" or self.epochs is None:
            return None
        steps = self.steps_per_epoch
        if steps is None:
            # pictures from a folder are often counted by their labels alone
            counts = [facts.samples for facts in (self.x, self.y) if facts is not None and facts.samples is not None]
            if not counts or self.batch_size is None or self.batch_size < 1:
                return None
            samples = counts[0] - int(counts[0] * (self.validation_split or 0.0))
            steps = math.ceil(samples / self.batch_size)
        return steps * self.epochs


class UnknownOutput(Struct, frozen=True):
    """A name for an output that the model does not have, and whether every version of Keras refuses it."""

    name: str
    origin: Origin
    refused: bool = True


class Training(Struct, eq=False):
    """How a model is trained, as far as the file shows."""

    losses: list[Loss] = field(default_factory=list)
    optimizer: Optimizer | None = None
    metrics: list[Metric] = field(default_factory=list)
    feeds: list[Feed] = field(default_factory=list)
    compiled: Origin | None = None
    #: arguments of compile
    arguments: dict[str, Argument] = field(default_factory=dict)
    #: where `trainable` was set since it was compiled, and of what: that holds from the next `compile` on
    trainable_set: tuple[Origin, str] | None = None
    #: the model was given to code that was not read, which may compile, train or load it
    handed: bool = False
    #: the program gives it weights: what its layers start from is not what it trains from
    given: bool = False
    #: it is never trained: its layers were given weights, or a model that it is a part of is, or another takes its name
    #: before; its loss is a formality
    borrows: bool = False
    #: names that `compile` and `fit` use for outputs which the model does not have
    unknown_outputs: list[UnknownOutput] = field(default_factory=list)
    #: nothing in the file trains its layers, or gives them weights
    untrained: bool = False
    #: the program gives weights to this model or another, in a way that is not followed
    loaded: bool = False
    #: its layers start at random weights, and what one call of `fit` makes of them is all that they learn
    from_chance: bool = False
    #: how many losses `compile` is given in a list, one for each output
    listed: int | None = None

    @property
    def loss(self) -> Loss | None:
        """The loss, if there is exactly one."""
        return self.losses[0] if len(self.losses) == 1 else None

    @property
    def rescheduled(self) -> bool:
        """Whether the program sets the learning rate, or a callback of `fit` from the first step on, by its name."""
        by_hand = self.optimizer is not None and self.optimizer.rate_set
        return by_hand or any(SCHEDULERS.search(name) for feed in self.fits() for name in feed.callbacks)

    def fits(self) -> list[Feed]:
        """The calls that train."""
        return [feed for feed in self.feeds if feed.trains]
