"""CNN410."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

CONSTRAINTS = "keras.constraints."


class ConstraintAsRegularizer(Rule):
    """A weight constraint that is passed where a regularizer belongs.

    ## What it does
    Finds `kernel_regularizer=max_norm(3)` and its kin: something of `keras.constraints` given to an argument whose name
    ends in `_regularizer`. Likewise the name of an initializer in the place of `use_bias`, `Dense(64, "relu",
    "he_normal")`: a warning.

    ## Why is this bad
    Nothing is constrained. A regularizer is called with the weights, and what it returns is added to the loss; a
    constraint returns the weights themselves. The loss is then the data's plus the sum of all weights, which training
    lowers by making every weight negative.

    ## Example
    ```python
    from keras import Sequential, constraints, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu", kernel_regularizer=constraints.MaxNorm(3)),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, constraints, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu", kernel_constraint=constraints.MaxNorm(3)),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Functions and classes of one's own, which may return a penalty, are not looked into.

    ## References
    - [Keras 3: layer weight constraints](https://keras.io/api/layers/constraints/)
    - [Keras 3: layer weight regularizers](https://keras.io/api/layers/regularizers/)
    - Srivastava et al.: [Dropout](https://jmlr.org/papers/v15/srivastava14a.html) (2014), for max-norm beside dropout
    """

    code = "CNN410"
    name = "constraint-as-regularizer"
    severity = Severity.ERROR
    summary = "A weight constraint is passed as a regularizer"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("how far the misplaced penalty pulls depends on how long and on what one trains")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such argument."""
        for node in model:
            for name, argument in node.arguments.items():
                value = argument.value
                if name == "use_bias" and isinstance(value, str):
                    problem = f"{value!r} stands in the place of use_bias, where it is taken for True"
                    advice = f"kernel_initializer={value!r}"
                    where = argument.origin or node.origin
                    yield Finding(problem, where, model, node, help=advice, severity=Severity.WARNING)
                if not isinstance(value, str) or not value.startswith(CONSTRAINTS) or not name.endswith("_regularizer"):
                    continue
                passed, wanted = value.removeprefix(CONSTRAINTS), name.replace("_regularizer", "_constraint")
                yield Finding(
                    f"{describe(node)} is given the constraint {passed} as its {name}: nothing is constrained, and "
                    "the weights themselves are added to the loss",
                    argument.origin or node.origin,
                    model,
                    node,
                    help=f"pass it as {wanted}" if wanted != "activity_constraint" else "pass it as kernel_constraint",
                )
