"""CNN607."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node, Program, Weights
from cnnlint.graph.kinds import LINEAR
from cnnlint.graph.walks import CLAMPING, describe, producer, sole_consumer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

if TYPE_CHECKING:
    from cnnlint.graph.export_events import Array

#: filters of fewer numbers may well be alike by chance
SMALLEST = 3
#: numbers in a kernel that are compared; all of ResNet-50's kernels took 0.4 seconds
LARGEST = 8_000_000


class DeadChannel(Rule):
    """Filters that add nothing to what a layer gives.

    ## What it does
    Finds convolutions and dense layers of an ONNX graph some of whose filters are all zero, are the same as
    another, or can never be positive in front of a relu: no weight and no bias above 0, on inputs that are never
    negative.

    ## Why is this bad
    The channel is the same for every input, or is there twice. It costs time and memory and says nothing; where
    there are many, the training went wrong (dead relus, a constant initialiser) or pruning left them behind.

    ## Example
    ```onnx
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[1,1,8,8] x) => (float[1,3,7,7] y)
    <float[3,1,2,2] w = {0.1, 0.2, -0.3, 0.4, 0.0, 0.0, 0.0, 0.0, 0.1, 0.2, -0.3, 0.4},
     float[3] b = {0.1, 0.2, 0.3}>
    {
       a = Conv (x, w, b)
       y = Relu (a)
    }
    ```

    ## Use instead
    ```onnx
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[1,1,8,8] x) => (float[1,3,7,7] y)
    <float[3,1,2,2] w = {0.1, 0.2, -0.3, 0.4, 0.2, -0.1, 0.3, 0.6, -0.4, 0.3, 0.2, 0.1},
     float[3] b = {0.1, 0.2, 0.3}>
    {
       a = Conv (x, w, b)
       y = Relu (a)
    }
    ```

    ## Exceptions
    Weights that lie outside of the file, kernels with fewer than 3 numbers for each filter, and quantised weights,
    among which small differences are lost, are not looked at.

    ## References
    - [ONNX 1: Conv](https://onnx.ai/onnx/operators/onnx__Conv.html)
    - Lu and others: [Dying ReLU and initialization](https://arxiv.org/abs/1903.06733) (2019)
    """

    code = "CNN607"
    name = "dead-channel"
    severity = Severity.INFO
    summary = "Filters that are zero, repeat others, or can never be positive"
    applies_to = "ONNX"
    experiment = NotTestable("what the channels are worth is a question to the data that the model is for")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each tensor with such filters, of the first layer that has it."""
        alike: dict[tuple[object, object], list[Weights]] = {}
        for event in program.events_of(Weights):
            if event.filters is not None and event.node is not None:
                alike.setdefault((event.read, event.bias), []).append(event)
        for events in alike.values():
            event = events[0]
            filters = event.filters() if event.filters is not None else None
            if filters is None or filters.shape[1] < SMALLEST or filters.size > LARGEST:
                continue
            bias = event.bias() if event.bias is not None else None
            told = [f"{count} {'is' if count == 1 else 'are'} {what}" for count, what in dead(filters, bias, events)]
            if told and event.node is not None:
                yield Finding(
                    f"of the {len(filters)} filters of {describe(event.node)} {', '.join(told)}",
                    event.origin,
                    event.model,
                    event.node,
                    help="leave them out of the model, or find out what keeps them from learning",
                )


def dead(filters: Array, bias: Array | None, events: Sequence[Weights]) -> Iterator[tuple[int, str]]:
    """How many filters give nothing of their own in any of the layers that have them, and why."""
    alive = (filters != 0).any(axis=1)
    living = filters[alive]
    if len(living) < len(filters):
        yield len(filters) - len(living), "zero"
    biases = bias[alive] if bias is not None and bias.shape == (len(filters),) else None
    data, offsets = living.tobytes(), b"" if biases is None else biases.tobytes()
    width, offset = len(data) // max(len(living), 1), len(offsets) // max(len(living), 1)
    different = {
        data[width * row : width * (row + 1)] + offsets[offset * row : offset * (row + 1)] for row in range(len(living))
    }
    if len(different) < len(living):
        yield len(living) - len(different), "the same as another"
    never = (living <= 0).all(axis=1)
    never = never if biases is None else never & (biases <= 0)
    if never.any() and all(one.model and one.node and is_clamped(one.model, one.node) for one in events):
        yield int(never.sum()), "never positive"


def is_clamped(model: Model, node: Node) -> bool:
    """Whether the layer reads what is never negative, and a relu reads it."""
    source, reader = producer(node, through=LINEAR - {"BatchNormalization"}), sole_consumer(model, node)
    return source is not None and source.activation in CLAMPING and reader is not None and reader.activation in CLAMPING
