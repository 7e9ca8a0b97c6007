"""CNN206."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, FedOtherwise, Feed, Model, Node, Origin, Program, Shape
from cnnlint.graph.resized import takes
from cnnlint.graph.targets import contradictions
from cnnlint.graph.values import agree, squeezed
from cnnlint.graph.walks import describe, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Proof

VERBS = {"fit": "trained on", "train_on_batch": "trained on", "evaluate": "evaluated on", "predict": "asked about"}
UNTRAINED = NotTestable("a test trains on the data, and validates on parts of it")
PLACES = {"sequential": "in a Sequential model", "functional": "of a last axis of 1"}
UNCHECKED = NotTestable("Keras 3 computes it; whether the samples mean the same is for their author to say")


class WrongInputShape(Rule):
    """Data whose samples do not have the shape that the model declares.

    ## What it does
    Compares the shape of what `fit` (to validate, too), `evaluate` and `predict` are given with the model's input, and
    what a session feeds with the placeholder. A `tf.data.Dataset` that `fit` is given without `batch` yields single
    samples; `x.shape[0]` counts samples.

    ## Why is this bad
    Keras refuses the data. A Sequential model of Keras 3 takes other sizes where its layers happen to fit (28×3 for
    3×28 before Flatten), and then reads axes that mean something else: a warning.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    x_train = x_train.reshape(60000, 784) / 255
    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    x_train = x_train.reshape(60000, 28, 28, 1) / 255
    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Keras adds and takes away a last axis of length 1 by itself; unknown sizes are compared with nothing. In programs of
    Keras 1 the order of a picture's axes was set outside of the program. A subclass takes what its layers take.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    code = "CNN206"
    name = "wrong-input-shape"
    severity = Severity.ERROR
    summary = "Data of another shape than the model's input"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    every_way = True
    experiment = Proof("framework-refuses", "Keras refuses the data")

    def check(self, program: Program) -> Iterator[Finding]:
        """The findings of each model; the order of the axes was a matter of Keras 1's configuration."""
        reorders = program.frameworks.keras == 1
        yield from (found := [one for one in super().check(program) if not (reorders and reordered(one.model))])
        for event in program.events_of(DataMisused):
            if event.why == "samples as width" and not found:
                problem = f"the input is as wide as {event.what} has samples, not features"
                # a table may have as many columns as rows
                yield Finding(problem, event.origin, help=f"{event.what}.shape[1]", severity=Severity.WARNING)
        recoded = [head for model in program.models for head, _ in contradictions(model, "encoding")]
        # label-encoding-loss-mismatch tells of these
        labels = {one.loss.labels_node.origin for one in recoded if one.loss.labels_node is not None}
        yield from fed_otherwise(program, {one.origin for one in found} | labels)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call that passes data of another shape."""
        if model.is_part or (len(model.inputs) > 1 and model.kind != "functional"):
            return
        told: list[Feed] = []
        for feed, entry, x in (*model.fed(), *model.validated()):
            given, shape = x.shape, entry.shape
            if given is None or shape is None or feed in told:
                continue
            if feed.unbatched:
                if given[1:] == shape[1:] and None not in given[1:]:
                    told.append(feed)
                    problem = f"fit is given single samples of {spell(given[1:])}: nothing gathers them into batches"
                    yield Finding(problem, feed.origin, model, entry, help="batch the dataset: .batch(32)")
                continue
            alone = feed.kind == "predict" and agree(given, shape[1:])  # predict-missing-batch-dim
            taken, judges = takes(model, squeezed(given, shape)), x is feed.validation_x
            if alone or agree(squeezed(given, shape)[1:], shape[1:]) or (taken and model.kind == "subclass"):
                continue
            told.append(feed)
            verb = "validated on" if judges else VERBS.get(feed.kind, "given")
            yield Finding(
                f"the model is {verb} samples of {spell(given[1:]) or 'one number'}, "
                f"and its input{f' {describe(entry)}' if entry.name else ''} is declared as {spell(shape[1:])}"
                + (f", which Keras 3 does not check {PLACES[model.kind]}" if taken else ""),
                feed.origin,
                model,
                entry,
                help=misplaced(model, feed, entry) or advice(x.name or "the data", given[1:], shape[1:]),
                severity=Severity.WARNING if taken else None,
                experiment=UNCHECKED if taken else UNTRAINED if judges else None,
            )


def fed_otherwise(program: Program, told: set[Origin]) -> Iterator[Finding]:
    """The first array that a session feeds each placeholder and that has not its shape."""
    for event in program.events_of(FedOtherwise):
        node = event.placeholder
        if not told & {event.origin, node.origin}:
            told |= {event.origin, node.origin}
            called = describe(node) if node.name or node.label else "a placeholder"
            shapes = f"declared as {spell(node.shape or ())} and fed {spell(event.given) or 'a number'}"
            single = agree(event.given, (node.shape or ())[1:])
            change = "the axis of the samples is missing: array[np.newaxis]" if single else "make the shapes agree"
            yield Finding(f"{called} is {shapes}", event.origin, help=change)


def misplaced(model: Model, feed: Feed, entry: Node) -> str | None:
    """What to do where another of the arrays is the one that this input declares."""
    others = (x.shape for one, node, x in model.fed() if one is feed and node is not entry)
    if any(agree(given, entry.shape or ()) for given in others if given):
        return f"pass the arrays in the order of the model's inputs: {', '.join(map(describe, model.inputs))}"
    return None


def reordered(model: Model | None) -> bool:
    """Whether the data have the axes that the input declares, in another order."""
    pairs = [(x.shape or (), node.shape or ()) for _, node, x in model.fed()] if model is not None else []
    return any(len(given) == len(own) == 4 and Counter(given[1:]) == Counter(own[1:]) for given, own in pairs)


def advice(name: str, given: Shape, declared: Shape) -> str:
    """What can be done: the axis that is missing or too much, the channels, or the declaration."""
    declare = f"declare the input as {spell(given)}" if given else f"give {name} the axes of the input"
    if len(given) == len(declared) - 1 and len(declared) > 1:
        added = f"give {name} an axis of channels: {name}[..., np.newaxis]"
        more = "" if agree((*given, 1), declared) else f", and declare the input as {spell((*given, 1))}"
        return f"{declare}, without the axis of the samples" if agree(given, declared[1:]) else added + more
    if len(given) == len(declared) == 3:
        if agree(given[:-1], declared[:-1]):
            return f"{declare}: the data has {given[-1]} channel{'s' * (given[-1] != 1)}"
        if given[-1] == declared[-1]:
            return f"{declare}, or resize {name} to {spell(declared[:-1])}"
    size, other = (math.prod(size or 0 for size in shape) for shape in (given, declared))
    return f"reshape {name} to samples of {spell(declared)}" if size == other != 0 else declare
