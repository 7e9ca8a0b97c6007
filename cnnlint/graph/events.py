"""Calls outside the model graph that rules may ask about, one class for each kind.

What is not known of a call is None. `Program.events_of(Argmax)` yields the calls of one kind.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from cnnlint.graph.facts import ArrayFacts
from cnnlint.graph.model import Model
from cnnlint.graph.node import Node
from cnnlint.graph.origins import Origin
from cnnlint.graph.training import Loss


class Event(Struct, frozen=True, kw_only=True, eq=False):
    """A call, and the model that it concerns."""

    origin: Origin
    model: Model | None = None
    #: the loops around it, outermost first, each by a number of its own
    loops: tuple[int, ...] = ()
    #: whether it stands under a condition
    conditional: bool = False
    #: whether it is told by nothing but what the program's author calls things: "gamma", "done", "mask"
    named: bool = False


class Argmax(Event, frozen=True, kw_only=True, eq=False):
    """The index of the largest value along an axis of a model's output, or of what `predict` returned."""

    #: as written; None for all of it, or where it is not known
    axis: int | None
    #: the elements along that axis
    size: int | None
    #: the model's output, where it is a tensor
    node: Node | None = None
    #: the predictions, where they are an array
    facts: ArrayFacts | None = None


class VariablesInitialized(Event, frozen=True, kw_only=True, eq=False):
    """All variables are given their initial values: `sess.run(tf.global_variables_initializer())` and its kin."""

    #: the loops around the place where its session was opened
    session_loops: tuple[int, ...] = ()
    #: whether it stands in the body of a loop that also runs a training step, not under a condition that holds once
    in_training_loop: bool | None = None


class TrainingOperation(Event, frozen=True, kw_only=True, eq=False):
    """A training operation of TensorFlow 1 is built: `optimizer.minimize(loss)`, `slim.learning.create_train_op`."""

    losses: tuple[Loss, ...]
    #: whether the updates of batch-norm averages are run with it: UPDATE_OPS appear anywhere in the program,
    #: `create_train_op`, `updates_collections=None`; False only where the whole program was read
    runs_update_ops: bool | None


class TrainStep(Event, frozen=True, kw_only=True, eq=False):
    """A session runs a training operation."""

    #: False where the whole program was read and nothing in it gives the variables a value: no initialiser run, no
    #: saver that restores, no session or trainer that does it by itself
    initialized: bool | None = None


class ValuelessCall(Event, frozen=True, kw_only=True, eq=False):
    """A model or layer of the program whose `call` computes and returns nothing."""

    #: the class's name
    cls: str
    role: Literal["model", "layer"]
    #: or another method whose result Keras reads: "train_step"
    method: str = "call"


class BaseNotInitialized(Event, frozen=True, kw_only=True, eq=False):
    """The `__init__` of a model, layer, metric or loss of the program never runs the constructor of Keras's class."""

    #: the class's name
    cls: str
    role: Literal["model", "layer", "metric", "loss"]


class OptimizerRemade(Event, frozen=True, kw_only=True, eq=False):
    """A step of training makes the optimizer that takes it, and so does the next one."""

    #: its class
    optimizer: str
    #: whether the step is a `tf.function`, which may make variables the first time alone
    compiled: bool


class ValuelessFunction(Event, frozen=True, kw_only=True, eq=False):
    """A function of the program returns nothing, and its result is taken for something."""

    function: str
    #: what it is taken for
    of: Literal["a model or a tensor", "a rate", "a loss"] = "a model or a tensor"
    #: whether it does return something on some of its ways
    at_times: bool = False


class LayerMadeInCall(Event, frozen=True, kw_only=True, eq=False):
    """The `call` of a model or layer of the program makes a layer with weights and applies it at once."""

    #: the layer's class
    layer: str
    #: the class whose `call` it is
    cls: str


class CallbackWithoutValidation(Event, frozen=True, kw_only=True, eq=False):
    """A callback of `fit` watches a figure of the validation, and `fit` is given nothing to validate on."""

    #: the callback's class
    callback: str
    #: what it watches: "val_loss"
    monitor: str


class CallbackMisled(Event, frozen=True, kw_only=True, eq=False):
    """A callback of `fit` watches a figure that no epoch reports, or takes the worst of it for the best."""

    #: the callback's class
    callback: str
    #: what it watches: "val_acc"
    monitor: str
    #: "absent": there is no such figure; "renamed": it is called `instead` since Keras 2.3; "direction": its `mode` is
    #: the wrong way round, and `instead` is the right one; "never stops": it tells itself to stop, and not the model;
    #: "patient": it waits `instead` epochs, and there are no more; "too late": the training has been stopped, after
    #: `instead` epochs, before it does anything
    why: Literal["absent", "renamed", "direction", "never stops", "patient", "too late"]
    instead: str = ""
    #: Keras 3 has to know the figure, for it is not told which end of it is the best
    refused: bool = False


class CallbackUnused(Event, frozen=True, kw_only=True, eq=False):
    """A callback, or a list of them, is made beside a `fit`, and no `fit` of the file is given any."""

    #: its class; empty for a list
    callback: str
    #: what the program calls it
    name: str


class AttributeMisspelt(Event, frozen=True, kw_only=True, eq=False):
    """An attribute is set that is almost spelt like one that Keras reads, and that nothing reads."""

    #: as it is written: "layer.trainble"
    written: str
    #: the attribute: "trainable"
    meant: str


class NotThere(Event, frozen=True, kw_only=True, eq=False):
    """An attribute, a layer or a tensor is asked for that Keras 3 does not have there."""

    #: what is asked for, and why it is not there
    problem: str
    advice: str = ""


class CallRefused(Event, frozen=True, kw_only=True, eq=False):
    """A call with what it cannot take: a layer on nothing, `set_weights` of other shapes; of a layer its number."""

    problem: str
    advice: str = ""
    layer: int = 0
    #: the Keras from which on it is refused, where earlier ones of the same number take it; "some": there are such
    since: str = ""


class NothingCompiled(Event, frozen=True, kw_only=True, eq=False):
    """No file of the program mentions a method `compile`: nor does a class of its own call it."""


class FigureMissed(Event, frozen=True, kw_only=True, eq=False):
    """`history.history["name"]` of a figure that no epoch reports."""

    #: the key: "val_acc"
    figure: str
    #: what it is called since Keras 2.3, where that is all
    instead: str = ""
    #: it is one of the validation, and `fit` is given nothing to validate on
    unvalidated: bool = False


class HistoryAsked(Event, frozen=True, kw_only=True, eq=False):
    """What `fit` returns is asked for what it does not have: a figure, or something that models have."""

    #: "val_acc", "predict"
    name: str
    #: as an item: `history["loss"]`
    item: bool = False
    #: models have it
    of_model: bool = False


class Unpacked(Event, frozen=True, kw_only=True, eq=False):
    """Something is taken apart into more or fewer names than there are things in it."""

    what: str
    #: how many things it holds
    holds: int
    #: how many names there are
    names: int


class LayerForTensor(Event, frozen=True, kw_only=True, eq=False):
    """A layer or a model that was never called is passed where a tensor is expected."""

    #: the layer's class, or "model"
    layer: str
    #: what it is passed to: "a model", or the class of a layer
    to: str


class UnconnectedInput(Event, frozen=True, kw_only=True, eq=False):
    """An input that the outputs of a functional model hang on, and that is not among its inputs; or the reverse."""

    #: what the program calls it
    what: str
    #: it is among the model's inputs, and no output hangs on it
    declared: bool


class SessionMisused(Event, frozen=True, kw_only=True, eq=False):
    """A session of TensorFlow 1 does not do what it is there for.

    "never run": a training operation is made, and nothing reads the name that it is bound to; "dropping": test data is
    fed together with a keep probability below 1; "wiped": all variables are initialised behind a restore; "unfed": a
    placeholder that is computed with is not fed; "made in loop": each pass of the loop that trains adds another
    training operation to the graph, "grown in loop": another operation; "never fed": a flag that is False by default
    is never fed; "rows": the number of a class is compared with one-hot rows; "flag off":
    what trains is told that it does not; "flag on": what is tested is told that it trains.
    """

    why: Literal[
        "never run",
        "dropping",
        "wiped",
        "unfed",
        "made in loop",
        "grown in loop",
        "never fed",
        "rows",
        "flag off",
        "flag on",
    ]
    #: the placeholder
    what: str = ""


class Spread(Event, frozen=True, kw_only=True, eq=False):
    """Predictions in one column are set against a row of numbers, or the reverse: of (n, 1) and (n,) becomes (n, n)."""

    #: the column, and the row that it meets
    facts: ArrayFacts
    other: ArrayFacts


class LayerUncalled(Event, frozen=True, kw_only=True, eq=False):
    """A layer of the program makes another one and never calls it, by the text alone."""

    #: the class of what is made, and of what makes it
    layer: str
    cls: str
    #: the attribute that it is kept under
    name: str


class FrozenFirst(Event, frozen=True, kw_only=True, eq=False):
    """A model is trained that was frozen before it was compiled, and is never thawed, by the text alone."""

    #: what the program calls it
    name: str


class MetricMisused(Event, frozen=True, kw_only=True, eq=False):
    """A metric that a training loop of the program keeps by hand does not say what it seems to.

    "never reset": the figure of an epoch goes on from those before it; "other labels": it takes labels of the other
    kind than the loss that is given the same; "exchanged": outputs stand in the place of the labels;
    "in training mode": it is of outputs that a model makes as in training,
    in a step that tests; "overwritten": a metric of the program's own keeps the figure of the last batch alone.
    """

    why: Literal["never reset", "other labels", "exchanged", "in training mode", "overwritten"]
    #: the metric as the program calls it, its class, or the model
    what: str


class WrongKind(Event, frozen=True, kw_only=True, eq=False):
    """Something of another kind than is taken, by the text alone.

    "text": one text where there are to be several, whose letters are read one by one; "model": a model where the
    function is to stand that builds one; "whole": an array of whole numbers that is divided in place; "parameters": a
    loss function whose first parameter is called a prediction and whose second the truth; "share": a part of a stream
    is to validate, which can't be cut; "windows": windows of a stream, which are streams, are taken for arrays;
    "files": the names of a batch of files where one is read; "weights": an array of the weights of classes; "call": a
    model's own `__call__` in the place of Keras's; "length": a float as the length of a Sequence; "hook": a method of
    a callback that takes other arguments than it is given; "rate": a number where the schedule of rates belongs;
    "batched": a size of batches beside a stream, which has its own; "grid": a search over an argument that the function
    which builds the model does not take.
    """

    why: Literal[
        "text",
        "model",
        "whole",
        "parameters",
        "share",
        "windows",
        "files",
        "weights",
        "call",
        "length",
        "hook",
        "rate",
        "batched",
        "grid",
    ]


class UnrecordedPrediction(Event, frozen=True, kw_only=True, eq=False):
    """A tape is asked for the gradient of something that it did not record."""

    #: "before": the outputs were made before it was opened; "after": the loss is worked out once it is closed;
    #: "predict": the outputs are arrays that `predict` returned; "unwatched": a tensor is the source, no variable;
    #: "apart": the loss is that of another model
    why: Literal["before", "after", "predict", "unwatched", "apart"] = "before"


class InferenceInTape(Event, frozen=True, kw_only=True, eq=False):
    """A tape records a model that is told not to train, and is asked for the gradients of its weights."""

    #: the class of a layer that does nothing then
    layer: str


class GradientStopped(Event, frozen=True, kw_only=True, eq=False):
    """Something is minimised that hangs on the weights through an operation without derivative alone."""

    #: the operation: "ArgMax", "Compare", "round"
    operation: str


class Unloadable(Event, frozen=True, kw_only=True, eq=False):
    """`load_model` of a file that holds weights alone, or a model of which Keras has to be told something."""

    path: str
    #: the functions of the program that it was compiled with
    own: tuple[str, ...] = ()
    #: the class of the program whose `get_config` leaves out what its constructor asks for, and that
    of: str = ""
    missing: tuple[str, ...] = ()


Lost: TypeAlias = Literal[
    "result",
    "table",
    "layer",
    "comparison",
    "factory",
    "auxiliary",
    "gathered",
    "detached",
    "uncounted",
    "overwritten",
    "saved early",
    "compiled late",
    "kept on",
    "not stepped",
    "endless",
    "two classes",
    "no tape",
    "made anew",
    "inference phase",
]


class Dropped(Event, frozen=True, kw_only=True, eq=False):
    """Something that a call makes is not where it is needed.

    "result": what a call returns is all that it does, and is dropped, "table": of a table of pandas; "layer": a
    layer is made and given to nothing; "comparison": a value is compared where it is to be set; "factory": a
    function stands where what it makes belongs; "auxiliary": a function returns a pair where a number is
    differentiated; "gathered": torch adds gradients to those of all steps before; "detached": what is
    differentiated was taken out of what torch differentiates; "uncounted": no step is counted; "overwritten": a
    model's name is given to what one of its methods returns; "saved early": a model is saved before its training
    and loaded behind it; "compiled late": it is compiled behind its training; "kept on": gradients that were
    gathered and applied are gathered on; "not stepped": torch is asked for gradients, and no optimizer takes a
    step; "endless": a stream without an end is judged on; "two classes": of two, ten are given; "no tape": an optimizer
    is given a bare tensor; "made anew": a model is, in each epoch; "inference phase": Keras is told to train nothing.
    """

    why: Lost
    #: the method, the attribute, the function, the file or the model
    what: str


class LossReadAsAccuracy(Event, frozen=True, kw_only=True, eq=False):
    """The first number that `evaluate` returns, which is the loss, is called an accuracy."""


class GradientsAsked(Event, frozen=True, kw_only=True, eq=False):
    """A tape is asked for the gradients of weights, which are then misused, or never asked for any."""

    #: "unused": nothing is done with them; "added": they are added to the weights; "exchanged": they are applied to the
    #: weights of something else, or to the same in another order; "reversed": each stands behind its weight, where the
    #: optimizer takes it for the weight; "cut": they are applied to the first of the weights that they are of;
    #: "unpaired": they are applied without weights; "unasked": the tape records training, and is asked for nothing;
    #: "spent": a tape that answers once was asked before; "outputs": they are of the model's outputs, beside a loss;
    #: "untrainable": they are of variables that do not train
    fate: Literal[
        "unused",
        "added",
        "exchanged",
        "reversed",
        "cut",
        "unpaired",
        "unasked",
        "spent",
        "outputs",
        "untrainable",
    ]
    #: the losses that they are of, as far as they are known
    losses: tuple[Loss, ...] = ()
    #: whether what they are of is an error by its text
    of_error: bool = False


class TrainableSet(Event, frozen=True, kw_only=True, eq=False):
    """`x.trainable = value` of a compiled model or one of its layers, and `fit` without another `compile` between."""

    #: what was set: "the model", or a layer's name
    of: str


class ModuleImported(Event, frozen=True, kw_only=True, eq=False):
    """A module of a library is imported, and what happens where it is not there is left to Python."""

    #: as it is written: "keras.layers.core"
    module: str
