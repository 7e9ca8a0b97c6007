"""CNN605."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import ExportedInTraining, Program
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class ExportedInTrainingMode(Rule):
    """A dropout or batch normalisation that an exported graph runs as in training.

    ## What it does
    Finds dropout whose `training_mode` is true, and batch normalisation that normalises by each batch and updates
    its averages, in an ONNX graph.

    ## Why is this bad
    Whoever runs the graph gets other answers each time, or answers that depend on what else is in the batch. The
    export was made of a model in training mode.

    ## Example
    ```onnx
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[N,2] x) => (float[N,2] y)
    <float[2,2] w1 = {0.5, -0.3, 0.2, 0.7},
     float[2,2] w2 = {0.1, 0.4, -0.6, 0.3},
     float rate = {0.5},
     bool training = {1}>
    {
       a = MatMul (x, w1)
       b = Relu (a)
       c = Dropout (b, rate, training)
       y = MatMul (c, w2)
    }
    ```

    ## Use instead
    ```onnx
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[N,2] x) => (float[N,2] y)
    <float[2,2] w1 = {0.5, -0.3, 0.2, 0.7},
     float[2,2] w2 = {0.1, 0.4, -0.6, 0.3},
     float rate = {0.5},
     bool training = {0}>
    {
       a = MatMul (x, w1)
       b = Relu (a)
       c = Dropout (b, rate, training)
       y = MatMul (c, w2)
    }
    ```

    ## Exceptions
    A graph that is made to be trained on (ONNX Runtime training) keeps training mode on purpose: leave the rule out
    there. A dropout with a rate of 0, and a flag that is computed while the graph runs, are left alone.

    ## References
    - [ONNX 1: Dropout](https://onnx.ai/onnx/operators/onnx__Dropout.html), `training_mode`
    - [ONNX 1: BatchNormalization](https://onnx.ai/onnx/operators/onnx__BatchNormalization.html), `training_mode`
    - [PyTorch 2: torch.onnx](https://pytorch.org/docs/stable/onnx.html), `training`
    """

    code = "CNN605"
    name = "exported-in-training-mode"
    severity = Severity.WARNING
    summary = "An exported layer does what it does in training"
    applies_to = "ONNX"
    experiment = NotTestable("an export is not trained again, and its weights are not at hand")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such layer."""
        for event in program.events_of(ExportedInTraining):
            node = event.node
            yield Finding(
                f"{describe(node)} runs as in training",
                event.origin,
                event.model,
                node,
                help="export the model in inference mode (`model.eval()` in torch, `training=False` in Keras)",
            )
