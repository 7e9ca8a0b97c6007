"""CNN608."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, UnusedWeights
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: how many are named
SHOWN = 3


class UnusedInitializer(Rule):
    """Weights that an exported graph holds and no operator reads.

    ## What it does
    Finds initialisers of an ONNX graph that are the input of no operator and no output.

    ## Why is this bad
    They make the file larger and mislead who reads it: a layer was cut away and its weights stayed, or an operator
    reads another tensor than was meant.

    ## Example
    ```onnx
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[N,2] x) => (float[N,2] y)
    <float[2,2] w1 = {0.5, -0.3, 0.2, 0.7},
     float[2,2] w2 = {0.1, 0.4, -0.6, 0.3},
     float[4] left = {1.0, 2.0, 3.0, 4.0}>
    {
       a = MatMul (x, w1)
       b = Relu (a)
       y = MatMul (b, w2)
    }
    ```

    ## Use instead
    ```onnx
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[N,2] x) => (float[N,2] y)
    <float[2,2] w1 = {0.5, -0.3, 0.2, 0.7},
     float[2,2] w2 = {0.1, 0.4, -0.6, 0.3}>
    {
       a = MatMul (x, w1)
       b = Relu (a)
       y = MatMul (b, w2)
    }
    ```

    ## Exceptions
    What the body of an If or a Loop reads counts as read. All such weights of a graph are one finding.

    ## References
    - [ONNX 1: intermediate representation](https://onnx.ai/onnx/repo-docs/IR.html), initializers
    """

    code = "CNN608"
    name = "unused-initializer"
    severity = Severity.INFO
    summary = "Weights that nothing reads"
    applies_to = "ONNX"
    experiment = NotTestable("weights that nothing reads have no effect that could be measured")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each graph."""
        for event in program.events_of(UnusedWeights):
            names, elements = event.names, event.elements
            listed = ", ".join(f"`{name}`" for name in names[:SHOWN]) + (" and others" if names[SHOWN:] else "")
            count = "one tensor" if len(names) == 1 else f"{len(names):,} tensors"
            yield Finding(
                f"nothing reads {count} of weights ({elements:,} numbers): {listed}",
                event.origin,
                event.model,
                help="leave them out, or read them where they were meant to go",
            )
