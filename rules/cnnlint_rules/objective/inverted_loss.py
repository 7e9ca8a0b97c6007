"""CNN321."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import GradientsAsked, Loss, Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: formulas with the wrong sign, and what to write
WHY = {
    "divergence": ("this divergence is made large, and what is minimised has no lowest value", "-0.5 * sum(…)"),
    "policy": ("{} is made as small as can be: what paid is done less often", "put a minus in front of it"),
    "triplet": ("what is alike is driven apart, and {} is made small", "max(positive - negative + margin, 0)"),
    "critic": (
        "{} is made as small as can be, and the generator makes less of the same: both want what is made to score high",
        "mean(fake) - mean(real) for the critic",
    ),
    "actor": ("{} is made as small as can be: the actor looks for what is worth least", "put a minus in front of it"),
    "signed error": ("errors of both signs make up for each other in {}, which has no lowest value", "take the square"),
    "likelihood": ("{} is largest where the answers are right, and is made small", "put a minus in front of the sum"),
    "overlap": ("{} is largest where the masks agree, and is made as small as can be", "return 1 less it"),
    "negated": ("minus {} is made as small as can be", "leave out the minus"),
    "second term": ("{} is an error, and is taken away from what is made small: it grows", "add it"),
    "turned gain": ("{} is what was lost, and is taken for what was gained", "returns - values"),
    "turned ratio": (
        "{} is the ratio of the old policy to the new one: what paid is made less likely",
        "tf.exp(new - old)",
    ),
    "turned pairs": (
        "{} is 1 for a pair of one kind, and this drives those apart and draws the others together",
        "labels * distance ** 2 + (1 - labels) * max(margin - distance, 0) ** 2",
    ),
    "margin": ("{} draws together what differs, until all distances are 0", "max(margin - distance, 0)"),
}


class InvertedLoss(Rule):
    """Training in the wrong direction.

    ## What it does
    Finds losses with the wrong sign (a squared error or a cross-entropy with a minus, the sum of `y * log(p)`
    without one) and measures of likeness (a Dice coefficient) that are minimised, and steps by hand that add the
    gradient of a loss to the weights. Likewise the divergence of a variational autoencoder, the gain of a policy
    and the distances of a triplet or pair, what a critic or an actor is to make large with the wrong sign, and the
    mean of an error that may have either.

    ## Why is this bad
    The model learns to be as wrong as it can: the loss falls without end, or rises at every step.

    ## Example
    ```python
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    for step in range(100):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        for weight, gradient in zip(model.trainable_variables, gradients):
            weight.assign_add(0.01 * gradient)
    ```

    ## Use instead
    ```python
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    for step in range(100):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        for weight, gradient in zip(model.trainable_variables, gradients):
            weight.assign_sub(0.01 * gradient)
    ```

    ## Exceptions
    A loss of several terms that disagree in sign (a penalty, an opponent), losses of both signs that the program wrote
    for the outputs of one model, logarithms that no label is multiplied by (a GAN's), factors whose sign is not known
    and steps on anything but the weights of a model (a picture that is made to excite a filter, sums of gradients) keep
    the rule silent. Divergences, pairs, signed errors and what a function of the program returns are told by how they
    are written and by signs, and are warnings; what is paid, what is alike, an actor and its critic are told by names
    alone, and are notes.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 4.3, gradient-based optimization
    - [TensorFlow 2: automatic differentiation](https://www.tensorflow.org/guide/autodiff)
    """

    code = "CNN321"
    name = "inverted-loss"
    severity = Severity.ERROR
    summary = "The loss is made large instead of small"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the sign stands in code of the program, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each loss and step."""
        for model in program.models:
            for loss in model.training.losses:
                if loss.inverted and _opposed(model.training.losses):
                    continue
                if loss.inverted and loss.name is None and model.training.optimizer is not None:
                    measure = loss.origin.text.rpartition(".")[2]
                    problem = f"{measure} is largest where the answers are best, and is made as small as can be"
                    yield Finding(problem, loss.origin, model, help=f"minimise 1 - {measure}(…)")
                elif loss.inverted and model.training.optimizer is not None:
                    logarithm = loss.name in ("categorical_crossentropy", "binary_crossentropy") and loss.written_out
                    what = "the logarithm of the right answer's probability" if logarithm else "minus the error"
                    advice = "put a minus in front of it" if logarithm else "leave out the minus"
                    yield Finding(f"{what} is made as small as can be", loss.origin, model, help=advice)
        inverted = any(loss.inverted for model in program.models for loss in model.training.losses)
        formulas = (
            one for one in program.events_of(Miswritten) if not (inverted and one.why in ("likelihood", "overlap"))
        )
        yield from told(formulas, WHY, Severity.WARNING)
        for event in program.events_of(GradientsAsked):
            losses = event.losses
            known = losses and all(loss.name and not loss.inverted for loss in losses)
            if event.fate == "added" and (known or (event.of_error and not losses)):
                problem = "the gradient of the loss is added to the weights, which makes the loss grow"
                yield Finding(problem, event.origin, event.model, help="subtract it: assign_sub")


def _opposed(losses: list[Loss]) -> bool:
    """Whether the program wrote losses of both signs for the outputs of one model: some are driven away on purpose."""
    own = {loss.inverted for loss in losses if loss.own or loss.written_out}
    return own == {True, False}
