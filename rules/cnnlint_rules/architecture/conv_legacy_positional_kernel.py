"""CNN210."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node, Program
from cnnlint.graph.versions import is_keras_one
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import DropArgument, Remedy, SetArgument


class ConvLegacyPositionalKernel(Rule):
    """`Conv2D(32, 3, 3)`: a kernel in Keras 1, a kernel and a stride since.

    ## What it does
    Finds Conv2D calls of Keras 2 and later whose second and third positional arguments are the same odd number
    above 1.

    ## Why is this bad
    Keras 1 took `Convolution2D(filters, rows, columns)`. Since Keras 2 the third positional argument is the stride, so
    `Conv2D(32, 3, 3)` skips two of three pixels in both directions: the map shrinks to a ninth.

    ## Example
    ```python
    from tensorflow.keras import Sequential, layers

    model = Sequential()
    model.add(layers.Conv2D(32, 3, 3, padding="same", activation="relu", input_shape=(32, 32, 3)))
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    ```

    ## Use instead
    ```python
    from tensorflow.keras import Sequential, layers

    model = Sequential()
    model.add(layers.Conv2D(32, (3, 3), padding="same", activation="relu", input_shape=(32, 32, 3)))
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    ```

    ## Exceptions
    Files in Keras 1's spelling (`border_mode`, `nb_filter`) mean a kernel. Even numbers are patch embeddings
    (`Conv2D(96, 4, 4)`), and a stride given by keyword is a stride. Stand-alone Keras 2.0 to 2.3 still reads a kernel:
    where a file may be written for it, this is a warning, and where a name of Keras 1 says that it is, silent.

    ## References
    - [Keras 2.0 release notes](https://github.com/keras-team/keras/wiki/Keras-2.0-release-notes): the new signature
    - [Keras 3: Conv2D](https://keras.io/api/layers/convolution_layers/convolution2d/)
    """

    code = "CNN210"
    name = "conv-legacy-positional-kernel"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "The third positional argument of Conv2D is the stride, not the kernel's width"
    applies_to = "Keras 2, Keras 3, tf.keras"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, shrinkable=False)

    def check(self, program: Program) -> Iterator[Finding]:
        """The findings of each model: a warning where Keras 2.0 to 2.3 would read the kernel that was meant."""
        found = list(super().check(program))
        sure = program.frameworks.keras in (2, 3) or program.frameworks.tensorflow == 2
        if found and not sure:
            nodes = [node for model in program.models for node in model]
            written = {(node.placement.api, one.keyword) for node in nodes for one in node.arguments.values()}
            if any(is_keras_one(api, keyword) for api, keyword in written if keyword is not None):
                return  # it is written for Keras 1
        for finding in found:
            yield finding if sure else replace(finding, severity=Severity.WARNING)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call in the old order."""
        for conv in model:
            side = legacy_side(conv)
            if side is None:
                continue
            yield Finding(
                f"{describe(conv)} is called with {side}, {side} after its filters: the second {side} is the stride, "
                f"and only one place in {side * side} is looked at",
                conv.origin,
                model,
                conv,
                remedy=Remedy(
                    f"write the kernel as ({side}, {side})",
                    (SetArgument(conv, "kernel_size", (side, side)), DropArgument(conv, "strides")),
                ),
            )


def legacy_side(conv: Node) -> int | None:
    """The side of the kernel that was meant, where the call is in Keras 1's order."""
    size, step = conv.arguments.get("kernel_size"), conv.arguments.get("strides")
    if conv.kind != "Conv2D" or size is None or step is None or size.position != 1 or step.position != 2:
        return None
    sides = {*as_sizes(size.value), *as_sizes(step.value)}
    written = (size.origin.text if size.origin else "") + (step.origin.text if step.origin else "")
    side = sides.pop() if len(sides) == 1 else 0
    # two tuples are two sizes: only bare numbers are Keras 1's rows and columns; what is called a patch is meant as one
    other = any(word in written.lower() for word in ("(", "[", "patch", "stride"))
    return side if side > 1 and side % 2 == 1 and not other else None


def as_sizes(value: object) -> tuple[int, ...]:
    """The sizes in a kernel or stride argument; 0 stands for what is not known."""
    if isinstance(value, int):
        return (value,)
    return tuple(v if isinstance(v, int) else 0 for v in value) if isinstance(value, tuple) else (0,)
