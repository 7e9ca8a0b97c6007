"""CNN507."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Shape
from cnnlint.graph.walks import describe, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof


class PredictMissingBatchDim(Rule):
    """A single sample where a batch of samples is expected.

    ## What it does
    Finds calls of `predict` with an array of exactly the shape of one sample.

    ## Why is this bad
    The first axis is taken for the samples: a 28×28×1 picture becomes 28 samples of 28×1. Keras refuses the shape, or,
    with flat features, answers one row for each feature.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    picture = np.zeros((28, 28, 1))
    answer = model.predict(picture)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    picture = np.zeros((28, 28, 1))
    answer = model.predict(picture[np.newaxis])
    ```

    ## Exceptions
    An array without a last axis of length 1, which Keras adds, can be a batch; where any size is unknown the rule is
    silent.

    ## References
    - [Keras 3: predict](https://keras.io/api/models/model_training_apis/#predict-method)
    - [NumPy 2: expand_dims](https://numpy.org/doc/stable/reference/generated/numpy.expand_dims.html)
    """

    code = "CNN507"
    name = "predict-missing-batch-dim"
    severity = Severity.ERROR
    summary = "A single sample is passed to predict without an axis for the batch"
    applies_to = "Keras 1-3, tf.keras"
    experiment = Proof("framework-refuses", "Keras refuses a sample without a batch axis", {"call": "predict"})

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such call."""
        for feed, entry, x in model.fed() if model.kind == "functional" or len(model.inputs) == 1 else ():
            given, declared = x.shape or (), entry.shape or ()
            if feed.kind != "predict" or not is_one_sample(given, declared):
                continue
            passed = feed.arguments.get("x") if len(model.inputs) == 1 else None
            written = passed.origin.text if passed is not None and passed.origin is not None else ""
            name = x.name or written or "the array"
            yield Finding(
                f"predict is given {name} of shape {spell(given)}, which is a single sample of {describe(entry)}, "
                "not a batch",
                feed.origin,
                model,
                entry,
                help=f"add the axis of the batch: {batched(written or name)}",
            )


def batched(written: str) -> str:
    """An expression of one sample as a batch of one: `x[3]` as `x[3:4]`."""
    item = re.fullmatch(r"([\w.]+)\[(\d+)\]", written)
    return f"{item[1]}[{item[2]}:{int(item[2]) + 1}]" if item is not None else f"{written}[np.newaxis]"


def is_one_sample(given: Shape, declared: Shape) -> bool:
    """Whether an array has the shape of one sample and cannot be a batch in itself.

    Of several axes one size may do: with an axis too few it is refused whatever the others are.
    """
    if len(given) > 1 and len(given) == len(declared) - 1 and None in given:
        pairs = list(zip(given, declared[1:], strict=True))
        return any(a == b and (a or 1) > 1 for a, b in pairs) and all(
            None in pair or pair[0] == pair[1] for pair in pairs
        )
    if given != declared[1:] or None in given or not given:
        return False
    return given[-1] != 1 or len(given) > 2 or given[0] != 1
