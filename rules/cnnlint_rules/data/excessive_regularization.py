"""CNN516."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program
from cnnlint.graph.library_calls import Call
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: the parameters of each regularizer that hold a coefficient, in order
COEFFICIENTS = {
    "keras.regularizers.l1": ("l1",),
    "keras.regularizers.L1": ("l1",),
    "keras.regularizers.l2": ("l2",),
    "keras.regularizers.L2": ("l2",),
    "keras.regularizers.l1_l2": ("l1", "l2"),
    "keras.regularizers.L1L2": ("l1", "l2"),
}
#: Glorot weights of a layer of n inputs and n units have squares that sum to n: from a coefficient of 1 on the penalty
#: of one layer of ten units outweighs a cross-entropy that starts at log(classes)
LEAST = 1.0


class ExcessiveRegularization(Rule):
    """A penalty on the weights that outweighs the loss.

    ## What it does
    Finds l1 and l2 penalties with a coefficient of 1 or more.

    ## Why is this bad
    The weights of one dense layer of 100 units have squares that add up to about 100, where the loss that should be
    learned from starts near 2. The optimizer then does what pays: it takes all weights to zero, and the network answers
    the same for everything. Usual coefficients lie between 0.00001 and 0.01.

    ## Example
    ```python
    from keras import Input, Sequential, layers, regularizers

    model = Sequential([
        Input((20,)),
        layers.Dense(100, activation="relu", kernel_regularizer=regularizers.l2(5.0)),
        layers.Dense(3, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Input, Sequential, layers, regularizers

    model = Sequential([
        Input((20,)),
        layers.Dense(100, activation="relu", kernel_regularizer=regularizers.l2(0.0005)),
        layers.Dense(3, activation="softmax"),
    ])
    ```

    ## Exceptions
    Coefficients that are not known are not judged.

    ## References
    - [Keras 3: regularizers](https://keras.io/api/layers/regularizers/), whose own default is 0.01
    """

    code = "CNN516"
    name = "excessive-regularization"
    severity = Severity.WARNING
    summary = "A penalty on the weights that outweighs the loss"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("what the right coefficient is depends on the data")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for call in program.calls:
            if (largest := coefficient(call)) >= LEAST:
                problem = f"a penalty of {largest:g} times the weights outweighs any loss: the weights go to zero"
                yield Finding(problem, call.origin, help="try 0.0001 to 0.01")


def coefficient(call: Call) -> float:
    """The largest coefficient that a regularizer is given, or 0."""
    given = [call.argument(i, name) for i, name in enumerate(COEFFICIENTS.get(call.api, ()))]
    values = [argument.value for argument in given if argument is not None]
    return max((float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)), default=0.0)
