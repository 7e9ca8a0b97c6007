"""CNN505."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node, Origin
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.graph.outputs import heads
from cnnlint.graph.walks import in_head
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetLearningRate

#: rates from which on an optimizer is not expected to train anything, and its usual rate
LIMITS = {
    "adam": (0.05, 0.001),
    "adamw": (0.05, 0.001),
    "nadam": (0.05, 0.001),
    "adamax": (0.1, 0.001),
    "rmsprop": (0.05, 0.001),
    "lion": (0.01, 0.0001),
    "sgd": (1.0, 0.01),
    "momentum": (1.0, 0.01),
    "adagrad": (1.0, 0.01),
}


#: the same for SGD where one or two layers of sigmoids pass on at most a quarter of a gradient each: 3 is the rate of
#: Nielsen's Neural Networks and Deep Learning (2015), chapter 1, and gave 95 % on scikit-learn's digits, 0.1 gave 94 %
SIGMOID = 10.0
#: the same for SGD where the loss is the mean over this many outputs, and a gradient as much smaller: autoencoders of
#: scikit-learn's digits (64 outputs) had a lower loss after 8 epochs at a rate of 5 than at 0.1, 1 and 1.5
MANY = 64
MEANS = frozenset({"mean_squared_error", "mean_absolute_error", "binary_crossentropy"})


class LearningRateTooHigh(Rule):
    """A learning rate with which the optimizer cannot settle.

    ## What it does
    Finds learning rates of 0.05 and more for Adam and RMSprop, and of 1 and more for SGD.

    ## Why is this bad
    Adam moves every weight by about its rate at each step, whatever the gradient: with 0.1 a weight of 0.05 changes its
    sign at once. SGD diverges where the rate exceeds 2 over the curvature. The loss jumps, or becomes NaN, or units
    die.

    ## Example
    ```python
    from keras import Sequential, layers, optimizers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizers.Adam(learning_rate=0.1))
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers, optimizers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizers.Adam(learning_rate=0.001))
    ```

    ## Exceptions
    SGD with 0.1 is fine, and with a few behind one or two layers of sigmoids or where the loss is the mean over many
    outputs, as an autoencoder's. A schedule, a rate found at run time and Adadelta, whose rate of 1 is the published
    one, are left alone; so is a model of a single layer, whose loss has one minimum (but a linear unit
    under a squared error diverges above 1), also one behind an embedding:
    each word is met in few of the steps, and word vectors are trained with a rate of 1.

    ## References
    - Kingma, Ba: [Adam](https://arxiv.org/abs/1412.6980) (2014), section 2.1: the step is bounded by the rate
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 8.3.1, on choosing the learning rate
    - [Keras 3: Adam](https://keras.io/api/optimizers/adam/), `learning_rate=0.001`
    """

    code = "CNN505"
    name = "learning-rate-too-high"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "A learning rate with which the optimizer cannot settle"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the model's optimizer."""
        optimizer = model.training.optimizer
        if optimizer is None or optimizer.learning_rate is None or optimizer.name not in LIMITS:
            return
        if model.training.rescheduled:
            return
        weighted = [node for node in model if node.kind in WEIGHTED]
        if weighted and all(node.trainable is None for node in weighted):
            return  # what is trained may be the picture, as when a style is carried over
        if sum(node.kind != "Embedding" for node in weighted) < 2 and not is_too_curved(model, weighted):
            return
        limit, usual = LIMITS[optimizer.name]
        if optimizer.name == "sgd" and (is_shallow_sigmoid(model) or is_mean_of_many(model)):
            limit = SIGMOID
        if optimizer.rate.given and optimizer.learning_rate >= limit:
            place: Origin = optimizer.rate.origin or optimizer.origin
            yield Finding(
                f"{optimizer.name} with a learning rate of {optimizer.learning_rate:g}: from {limit:g} on it does not "
                "settle",
                place,
                model,
                remedy=Remedy(f"start from {usual:g}", (SetLearningRate(optimizer, usual),)),
            )


def is_mean_of_many(model: Model) -> bool:
    """Whether every loss is the mean over many outputs of a sample, or over a number of them that is not known."""
    found = list(heads(model))
    means = all(head.loss.name in MEANS and not head.loss.written_out for head in found)
    shapes = [head.output.shape for head in found]
    unknown = any(shape is None or None in shape[1:] for shape in shapes)
    return bool(found) and means and (unknown or all(prod(size or 1 for size in one or ()) >= MANY for one in shapes))


def is_too_curved(model: Model, weighted: list[Node]) -> bool:
    """Whether a single unit is trained by plain SGD on a squared error: the curvature along its bias is 2, whatever the
    data, so that rates above 1 diverge. A momentum raises that limit, and a clip keeps steps short."""
    optimizer, losses = model.training.optimizer, [loss.name for loss in model.training.losses]
    plain = optimizer is not None and optimizer.name == "sgd" and (optimizer.learning_rate or 0) > 1
    made = optimizer.placement.call if optimizer is not None else None
    plain = plain and made is not None and "," not in made.text  # told nothing but its rate
    single = len(weighted) == 1 and weighted[0].kind == "Dense" and weighted[0].value("units") == 1
    biased = single and weighted[0].value("use_bias") is True and all(one.activation is None for one in model)
    return plain and biased and losses == ["mean_squared_error"]


def is_shallow_sigmoid(model: Model) -> bool:
    """Whether sigmoid is what bends the signal of one or two hidden layers."""
    hidden = [node.activation for node in model if node.is_activation and not in_head(model, node)]
    return 0 < len(hidden) < 3 and set(hidden) == {"sigmoid"}
