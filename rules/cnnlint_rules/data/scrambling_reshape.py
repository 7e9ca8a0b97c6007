"""CNN510."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, DataMisused, Model, Program, Shape
from cnnlint.graph.axes import reshapes
from cnnlint.graph.values import Batch
from cnnlint.graph.walks import describe, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Proof

PICTURES = NotTestable("how much of a scrambled picture can still be learned depends on the pictures")

WHY = {
    "reds first": ("{} holds one channel after the other, not in turns", "reshape to (-1, 3, 32, 32), and transpose"),
    "cut pictures": ("numpy's resize lays out the first numbers of {} anew", "cv2.resize, or PIL's picture.resize"),
    "last axis first": ("this reshape counts {} anew, and moves no axis", "np.moveaxis({}, -1, 0)"),
    "last sample": ("{}[-1] is the last sample of the batch, not the last step of each", "{}[:, -1]"),
}


class ScramblingReshape(Rule):
    """A reshape that cuts samples into pieces or mixes up their axes.

    ## What it does
    Looks at the reshapes of training data, and at Reshape layers, of known sizes: one that changes the number of
    samples by taking channels apart, and one that swaps axes, which only a transposition can do, as in
    `x.reshape(x.shape[3], 32, 32, 3)`. A `tf.reshape` to rows of another size than a sample's makes several of
    each. In CIFAR's files all reds come first; the first axis of `dynamic_rnn` is that of the samples; `np.resize`
    scales no picture.

    ## Why is this bad
    `reshape` moves no number, it recounts them. `x.reshape(-1, 197, 197, 1)` makes three grey pictures of each colour
    picture, and `x.reshape(-1, 3, 32, 32)` of channels-last pictures three bands of interleaved colours.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.zeros((3, 64, 64, 3))
    y = np.load("labels.npy")
    x = x.reshape(-1, 64, 64, 1)
    model = Sequential([
        layers.Input((64, 64, 1)),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x, y, epochs=5)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.zeros((3, 64, 64, 3))
    y = np.load("labels.npy")
    x = x.mean(axis=-1, keepdims=True)
    model = Sequential([
        layers.Input((64, 64, 1)),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x, y, epochs=5)
    ```

    ## Exceptions
    Windows of a series, leading axes folded into whole samples, axes of length 1, flattening and undoing it are right.

    ## References
    - [NumPy 2: reshape](https://numpy.org/doc/stable/reference/generated/numpy.reshape.html): C-like index order
    """

    code = "CNN510"
    name = "scrambling-reshape"
    severity = Severity.WARNING
    summary = "A reshape cuts samples into pieces or mixes up their axes"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Proof("framework-refuses", "Keras refuses to train on more samples than labels", {"counts": True})

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each reshape, also of data of which nothing else is known."""
        yield from super().check(program)
        for event in program.events_of(DataMisused):
            if event.why in WHY:
                problem, advice = (one.format(event.what) for one in WHY[event.why])
                yield Finding(problem, event.origin, event.model, help=advice, experiment=PICTURES)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each reshape of data that the model is given, and of a picture inside it."""
        # in exported graphs the samples are not always first, and windows are cut on purpose
        for node in model if model.kind != "onnx" else ():
            mixed = scrambled(node.inputs[0].shape, node.shape) if reshapes(model, node) else None
            if mixed is not None:
                yield Finding(
                    f"{describe(node)} reshapes {spell((node.inputs[0].shape or ())[1:])} to "
                    f"{spell((node.shape or ())[1:])}, which {mixed}",
                    node.origin,
                    model,
                    node,
                    help="move axes with layers.Permute",
                    experiment=PICTURES,
                )
        yield from multiplied(model)
        seen: set[int] = set()
        for feed in model.training.feeds:
            for facts in (feed.x, feed.validation_x):
                for step in facts.steps if facts is not None else ():
                    problem = scrambled(step.before, step.after) if step.kind == "reshape" else None
                    if problem is None or id(step) in seen or facts is None:
                        continue
                    seen.add(id(step))
                    labels = feed.y if facts is feed.x else feed.validation_y
                    counts = counted(facts, labels)
                    yield Finding(
                        f"this reshape of {facts.name or 'the data'} from {spell(step.before or ())} to "
                        f"{spell(step.after or ())} {problem}{counts or ''}",
                        step.origin or feed.origin,
                        model,
                        help="move axes with np.transpose; take the mean over the channels for grey pictures",
                        severity=Severity.ERROR if counts else None,
                        experiment=None if counts else PICTURES,
                    )


def multiplied(model: Model) -> Iterator[Finding]:
    """A reshape of tensors behind which there are several rows for each sample, where the labels have one."""
    for loss in model.training.losses:
        sizes, labels = (node.followed if node is not None else None for node in (loss.output, loss.labels_node))
        if not sizes or not isinstance(sizes[0], Batch) or not labels or labels[0] != Batch():
            continue
        rows = sizes[0].times
        if rows == 1:
            continue
        for node in model:
            before = node.inputs[0].shape if node.kind == "WholeReshape" and node.inputs else None
            after = node.followed
            if before is None or None in before[1:] or not after or after[0] != sizes[0]:
                continue
            problem = f"this reshape makes {rows} rows of each sample of {spell(before[1:])}, which has one label"
            advice = f"reshape to [-1, {math.prod(size or 0 for size in before[1:])}]"
            yield Finding(problem, node.origin, model, node, help=advice, severity=Severity.ERROR, experiment=PICTURES)
            break


def scrambled(before: Shape | None, after: Shape | None) -> str | None:
    """What a reshape breaks, or None where nothing is known to break."""
    if before is None or after is None or len(before) < 3 or len(after) < 3 or None in before[1:] + after[1:]:
        return None
    old, new = without_ones(before[1:]), without_ones(after[1:])
    if (alike := sorted(old) == sorted(new) and (len(before) > 3 or before[0] == after[0])) or len(before) < 4:
        return "mixes up their axes" if alike and old != new and len(old) > 1 else None
    kept = len(new) > 0 and new == old[len(old) - len(new) :]
    if before[0] is None or after[0] is None or before[0] == after[0] or after[0] < before[0] or kept:
        return None
    return f"cuts each sample into {after[0] // before[0]}" if after[0] % before[0] == 0 else "cuts samples apart"


def without_ones(shape: Shape) -> tuple[int, ...]:
    """The sizes that matter for the order of the numbers."""
    return tuple(size for size in shape if size is not None and size != 1)


def counted(facts: ArrayFacts, labels: ArrayFacts | None) -> str | None:
    """How many samples stand against how many labels, where both are known and differ."""
    if labels is None or labels.samples is None or facts.samples is None or labels.samples == facts.samples:
        return None
    return f": {facts.samples} samples for {labels.samples} labels"
