"""CNN606."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, Weights
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

if TYPE_CHECKING:
    import numpy


class NonFiniteWeights(Rule):
    """Weights that are no finite numbers.

    ## What it does
    Finds tensors of weights in an ONNX graph that hold NaN or infinities.

    ## Why is this bad
    One NaN in a kernel makes every output NaN that it has a part in, for every input. The training diverged, or the
    file was damaged, or converted to a type that could not hold the numbers.

    ## Example
    ```onnx
    <ir_version: 8, opset_import: ["" : 17]>
    net (float[N,2] x) => (float[N,2] y)
    <float[2,2] w1 = {0.5, nan, 0.2, 0.7},
     float[2,2] w2 = {0.1, 0.4, -0.6, 0.3}>
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
    Masks of attention hold minus infinity on purpose: tensors of these alone, or of these and 0, are left alone,
    and so is a single number. Weights that lie outside of the file are not read.

    ## References
    - [ONNX 1: intermediate representation](https://onnx.ai/onnx/repo-docs/IR.html), initializers
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 8.2.4, on gradients that explode
    """

    code = "CNN606"
    name = "non-finite-weights"
    severity = Severity.ERROR
    summary = "Weights are NaN or infinite"
    applies_to = "ONNX"
    experiment = NotTestable("the weights are in the file: nothing is left to be shown")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each operator that reads such tensors."""
        told: dict[object, list[tuple[Weights, str]]] = {}
        for event in {event.read: event for event in [*program.events_of(Weights)][::-1]}.values():
            wrong = unusable(event)
            if wrong:
                told.setdefault((id(event.model), event.origin.onnx_node), []).append((event, wrong))
        for listed in told.values():
            event = next((event for event, _ in listed if event.node is not None), listed[0][0])
            yield Finding(
                ", ".join(dict.fromkeys(wrong for _, wrong in listed)),
                event.origin,
                event.model,
                event.node,
                help="export weights from before the training diverged, or lower the learning rate and train anew",
            )


def unusable(event: Weights) -> str:
    """How many of a tensor's numbers are none, in words; empty where all are."""
    array = event.read()
    if array is None or array.size < 2:
        return ""
    import numpy  # whoever could read weights has it; reading source needs none of it

    with numpy.errstate(all="ignore"):  # numpy warns of the very numbers that are looked for
        total = array.sum(dtype=numpy.float64)
    if numpy.isfinite(total):
        return ""
    count = int((~numpy.isfinite(array)).sum())
    if not count or is_mask(array):
        return ""
    nans = int(numpy.isnan(array).sum())
    kind = "NaN" if nans == count else "infinite" if not nans else "NaN or infinite"
    return f"{count:,} of the {array.size:,} weights in `{event.name}` {'is' if count == 1 else 'are'} {kind}"


def is_mask(array: numpy.ndarray[Any, Any]) -> bool:
    """Whether the tensor hides positions: minus infinity where nothing is to be seen, 0 elsewhere."""
    return bool(((array == 0) | (array == float("-inf"))).all())
