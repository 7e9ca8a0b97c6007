"""CNN728."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Dropped, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "gathered": (
        "torch adds these gradients to those of all steps before, which nothing sets to zero",
        "optimizer.zero_grad() before it",
    ),
    "kept on": (
        "{} is applied here and gathered on: every step goes along the sum of all gradients before it",
        "set it to zero behind the step: one.assign(tf.zeros_like(one))",
    ),
}


class GatheredGradients(Rule):
    """Gradients that are never set to zero.

    ## What it does
    Finds training loops on torch whose file calls `backward` and takes steps, and nowhere sets gradients to zero; and
    loops that gather gradients of several batches in variables, apply them, and never set them to zero.

    ## Why is this bad
    `backward` adds to what is there. Without `zero_grad` every step goes along the sum of all gradients since the
    beginning: the steps grow, and soon point nowhere.

    ## Example
    ```python
    import os

    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    import torch

    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for x, y in batches:
        loss = torch.nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
    ```

    ## Use instead
    ```python
    import os

    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    import torch

    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    for x, y in batches:
        loss = torch.nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    ```

    ## Exceptions
    Files that speak of accumulation or assign `.grad` are left alone, and loops around loops.

    ## References
    - [Keras 3: writing a training loop in PyTorch](https://keras.io/guides/writing_a_custom_training_loop_in_torch/)
    - [PyTorch 2: zero_grad](https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html)
    """

    code = "CNN728"
    name = "gathered-gradients"
    severity = Severity.WARNING
    summary = "The gradients of all steps are added up"
    applies_to = "Keras 3 on torch, tf.keras"
    experiment = NotTestable("the step is code of the program, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Dropped), WHY)
