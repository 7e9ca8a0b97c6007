"""CNN503."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, ArrayPassed, DataMisused, DiscardedArray, Program, Step
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

SCALING = frozenset({"scale", "standardize", "normalize", "fit-scaler", "preprocess"})

#: what makes another thing of an array than its samples: a sum, an order, a comparison
ELSE = frozenset({"opaque", "argmax", "compare", "modulo"})

#: layers that scale what they read
OWN_SCALING = frozenset({"Normalization", "Rescaling"})


class UnusedPreprocessing(Rule):
    """Scaled data that is computed and never used.

    ## What it does
    Finds arrays that are scaled under a new name while the model is trained on the unscaled original, and
    expressions such as `x / 255` on a line of their own, whose result is dropped. Likewise data that is divided by
    255 and then cast to an integer type, which leaves nothing of it but what was white.

    ## Why is this bad
    NumPy's arithmetic and scikit-learn's `transform` leave their input as it is and return a new array. The author
    believes the data to be scaled, and it is not.

    ## Example
    ```python
    from keras import Sequential, layers
    from sklearn.datasets import load_iris
    from sklearn.preprocessing import StandardScaler

    x, y = load_iris(return_X_y=True)
    x_scaled = StandardScaler().fit_transform(x)
    model = Sequential([
        layers.Input((4,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x, y)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from sklearn.datasets import load_iris
    from sklearn.preprocessing import StandardScaler

    x, y = load_iris(return_X_y=True)
    x_scaled = StandardScaler().fit_transform(x)
    model = Sequential([
        layers.Input((4,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_scaled, y)
    ```

    ## Exceptions
    Scaled data that goes to another model, to a plot or to code that was not read has found its use, and so has
    what the last line of a notebook's cell shows. A model that scales its inputs itself needs no more of it.
    Methods with `inplace=True` or `copy=False` change their input. Masks and labels, told by their names, are meant
    to be whole.

    ## References
    - [scikit-learn 1.5: StandardScaler.transform](
      https://scikit-learn.org/stable/modules/generated/sklearn.preprocessing.StandardScaler.html)
    - [NumPy 2: ufuncs](https://numpy.org/doc/stable/reference/ufuncs.html) return a new array unless given `out`
    """

    code = "CNN503"
    name = "unused-preprocessing"
    severity = Severity.WARNING
    summary = "Scaled data is computed, and the unscaled original is used"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("the data's own range decides what the forgotten scaling costs; see unnormalized-input")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each scaling whose result is not used."""
        for event in program.events_of(DiscardedArray):
            if event.step.kind in SCALING:
                name = event.facts.name or "its input"
                yield Finding(
                    f"the result of this scaling is dropped: {name} stays as it was",
                    event.origin,
                    help=f"assign the result: {name} = …",
                )
        for cast in program.events_of(DataMisused):
            if cast.why == "cut off":
                problem = f"{cast.what} are scaled to 0..1 and cast to whole numbers: 0 for all but the largest"
                yield Finding(problem, cast.origin, cast.model, help='cast to floats: .astype("float32")')
        feeds = [(model, feed) for model in program.models for feed in model.training.feeds]
        # targets that are computed from the features have found their use as well
        fed = [f for _, feed in feeds for f in (feed.x, feed.y, feed.validation_x, feed.validation_y) if f is not None]
        used = {id(facts): facts for facts in (*fed, *(event.facts for event in program.events_of(ArrayPassed)))}
        taken = {step for facts in used.values() for step in facts.steps}
        seen: set[int] = set()
        for scaled in program.arrays:
            step = last_scaling(scaled)
            if step is None or scaled.root is None or step in taken or id(step) in seen:
                continue
            trained = [f for _, f in feeds if f.kind == "fit" and f.x is not None and same_data(f.x, scaled)]
            # a program that tries both ways trains on what is scaled in another pass of its loop
            if any(s.kind in SCALING | {"opaque"} for f in trained if f.x is not None for s in f.x.steps):
                continue
            raw = trained[0] if trained else None
            if raw is None or raw.x is None:
                continue
            seen.add(id(step))
            model = next(m for m, f in feeds if f is raw)
            if any(node.kind in OWN_SCALING for node in model):
                continue
            yield Finding(
                f"{scaled.name or 'the scaled array'} is computed and not used: the model is trained on "
                f"{raw.x.name or 'the original'}, unscaled",
                step.origin or scaled.origin or raw.origin,
                model,
                help=f"train on {scaled.name or 'the scaled array'}",
            )


def same_data(raw: ArrayFacts, scaled: ArrayFacts) -> bool:
    """Whether an array is, or is a part of, the data that was scaled."""
    return raw.root == scaled.root and scaled.split in (None, raw.split)


def last_scaling(facts: ArrayFacts) -> Step | None:
    """The last step that scaled an array of features, unless something else was worked out from the result."""
    if facts.role == "labels":
        return None
    last = next((step for step in reversed(facts.steps) if step.kind in SCALING | ELSE), None)
    return last if last is not None and last.kind in SCALING else None
