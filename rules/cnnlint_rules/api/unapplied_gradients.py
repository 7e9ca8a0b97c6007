"""CNN708."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Dropped, GradientsAsked, Program, SessionMisused
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: what becomes of gradients, what to do about it, and whether TensorFlow or the training can do without
FATES = {
    "unused": (
        "these gradients are computed, and nothing is done with them",
        "optimizer.apply_gradients(zip(gradients, model.trainable_variables))",
        Severity.WARNING,
    ),
    "unasked": (
        "this tape records a step of training and is never asked for a gradient",
        "ask it for the gradients of the loss, and have an optimizer apply them",
        Severity.WARNING,
    ),
    "cut": (
        "these gradients are paired with the first of their weights alone, and the others are never trained",
        "pair them with the list that tape.gradient was given",
        Severity.ERROR,
    ),
    "unpaired": (
        "the optimizer takes pairs of gradient and weight, and is given the gradients by themselves",
        "zip(gradients, model.trainable_variables)",
        Severity.ERROR,
    ),
    "spent": (
        "this tape is asked for gradients a second time, and answers once",
        "GradientTape(persistent=True), or a tape for each",
        Severity.ERROR,
    ),
    "outputs": (
        "these gradients are of the model's outputs, and the loss that is worked out beside them plays no part",
        "ask for the gradients of the loss",
        Severity.ERROR,
    ),
    "untrainable": (
        "the tape is asked about the variables that do not train, and answers None for each",
        "tape.gradient(loss, model.trainable_variables)",
        Severity.ERROR,
    ),
    "exchanged": (
        "these gradients are applied to other weights than those that the tape was asked about",
        "pair them with the list that tape.gradient was given, in its order",
        Severity.ERROR,
    ),
    "reversed": (
        "the optimizer takes pairs of gradient and weight, and is given the weights first",
        "zip(gradients, weights)",
        Severity.ERROR,
    ),
}


class UnappliedGradients(Rule):
    """Gradients that change nothing.

    ## What it does
    Finds training loops that ask a tape for the gradients of a model's weights and do nothing with them, apply them to
    the weights of another model, to the same weights in another order, to the first of them alone or to none, or give
    the optimizer the weights first and the gradients second; that take the gradients of the model's outputs where they
    have a loss, or those of the variables that do not train; training operations of TensorFlow 1 that no session runs;
    and tapes that record a step of training and are asked for nothing, or twice without being persistent.

    ## Why is this bad
    A gradient is a number: until an optimizer applies it, the weights stay as they are, and the loss of every step is
    that of the first. Applied to other weights it is noise, or is refused where the shapes differ. An optimizer that
    finds a gradient in a weight's place raises an AttributeError.

    ## Example
    ```python
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.1)
    for step in range(50):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        print(step, float(loss))
    ```

    ## Use instead
    ```python
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.1)
    for step in range(50):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        print(step, float(loss))
    ```

    ## Exceptions
    Gradients that are returned, kept or given to anything but `print` are used, and so are those of pictures. A tape
    around a call that is not told `training=True` may be left over from a step that was copied to test with: silent. So
    is a training operation beside a `restore`: a checkpoint holds what the optimizer keeps, too.

    ## References
    - [Keras 3: writing a training loop from scratch](
      https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/)
    """

    code = "CNN708"
    name = "unapplied-gradients"
    severity = Severity.WARNING
    summary = "Gradients are computed and never applied"
    applies_to = "Keras 2-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the model is trained nowhere, so there is no training to compare")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for event in program.events_of(GradientsAsked):
            if event.fate in FATES:
                problem, advice, severity = FATES[event.fate]
                yield Finding(problem, event.origin, event.model, help=advice, severity=severity)
        for one in program.events_of(SessionMisused):
            if one.why == "never run":
                problem, advice = "this training operation is made, and no session runs it", "sess.run(it, feed_dict=…)"
                yield Finding(problem, one.origin, one.model, help=advice, severity=Severity.ERROR)
        for lost in program.events_of(Dropped):
            if lost.why == "not stepped":
                problem = f"the gradients are worked out, and {lost.what} never takes a step"
                yield Finding(problem, lost.origin, lost.model, help=f"{lost.what}.step() behind it")
