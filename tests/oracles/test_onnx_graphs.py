"""What is said of ONNX graphs, against onnxruntime: it is an error exactly where the runtime refuses the model."""

from __future__ import annotations

from collections import Counter

import onnx
import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers import child
from oracles.onnx_graphs import BREAKS, broken, good
from oracles.onnx_runtime import Runtime

FIRST = 20261126
"""The seed; any other has to do as well."""


def errors(model: bytes) -> list[str]:
    """What is called an error."""
    found = lint_bytes("g.onnx", model, Settings()).diagnostics
    return [f"{d.code} {d.node}: {d.message}" for d in found if d.severity is Severity.ERROR]


def judged(count: int) -> tuple[list[str], Counter[str], Counter[str]]:
    """False errors, and how often each way to break a graph was refused and overlooked."""
    false: list[str] = []
    refusals: Counter[str] = Counter()
    overlooked: Counter[str] = Counter()
    with Runtime() as runtime:
        for seed in range(FIRST, FIRST + count):
            for name, model in (("nothing", good(seed)), broken(seed)):
                data = model.SerializeToString()
                try:
                    reason, said = runtime.refused(data), errors(data)
                except child.Died:
                    continue  # the runtime itself has no answer
                if reason is None:
                    false.extend(f"{name}, seed {seed}: {one}" for one in said)
                else:
                    refusals[name] += 1
                    overlooked[name] += not said
    return false, refusals, overlooked


def check(count: int) -> None:
    false, refusals, overlooked = judged(count)
    assert false == []
    assert refusals["nothing"] == 0, "the generator draws graphs that are in no order"
    assert refusals.total() >= 0.9 * count
    assert overlooked.total() <= 0.05 * refusals.total(), overlooked


def test_errors_are_what_the_runtime_refuses() -> None:
    check(2 * len(BREAKS))


NUMBERS = [
    *("Clip (x, number)", "Clip (x, one)", "Clip (x, two)", "Clip (x, row)"),
    *("CumSum (x, axis)", "CumSum (x, below)", "CumSum (x, beyond)", "CumSum (x, axes)", "CumSum (x, nested)"),
    *("LRN <size = 1> (x)", "LRN <size = 3> (x)", "LRN <size = 4> (x)", "LRN <size = 0> (x)"),
    *("Mod (x, number)", "Mod <fmod = 1> (x, number)"),
    *('Pad <mode = "reflect"> (x, five)', 'Pad <mode = "reflect"> (x, six)', 'Pad <mode = "edge"> (x, six)'),
    *("TopK (x, axes)", "TopK (x, axis)", "TopK (x, minus)", "TopK (x, single)"),
    *('Einsum <equation = "abcd->ab"> (x)', 'Einsum <equation = "abcd->az"> (x)', 'Einsum <equation = "...d"> (x)'),
    *('Einsum <equation = "abc->a"> (x)', 'Einsum <equation = "...d->...e"> (x)'),
    *("LayerNormalization <axis = 3> (x, six_ones)", "LayerNormalization <axis = 4> (x, six_ones)"),
    *('Conv <group = 4, auto_pad = "VALID", pads = [0, 0, 0, 0]> (x, four)', "Conv <group = 4> (x, four)"),
    *('Conv <group = 4, auto_pad = "VALID"> (x, four)', 'Conv <group = 4, auto_pad = ""> (x, four)'),
    *('DepthToSpace <blocksize = 2, mode = ""> (x)', "DepthToSpace <blocksize = 2> (x)"),
    *("ConvTranspose (x, four)", "ConvTranspose <kernel_shape = [2, 2]> (x, four)"),
    *("ConvTranspose <output_padding = [1, 1]> (x, four)", "ConvTranspose <pads = [3, 3, 3, 3]> (x, four)"),
    *(
        "ConvTranspose <output_padding = [1, 1], strides = [2, 2]> (x, four)",
        "ConvTranspose <pads = [2, 2, 3, 3]> (x, four)",
    ),
    *('com.microsoft.FusedConv <group = 4, activation = "Relu"> (x, four)',),
    *('com.microsoft.FusedConv <group = 4, activation = "relu"> (x, four)',),
]
"""An operator over (2, 4, 6, 6) and numbers beside it, some of which no runtime computes with."""

GIVEN = """<float number = {0.5}, float[1] one = {0.5}, float[2] two = {0.0, 1.0}, float[1,1] row = {0.5},
int64 axis = {3}, int64 below = {-4}, int64 beyond = {4}, int64[2] axes = {1, 1}, int64[1,1] nested = {3},
int64[1] single = {2}, int64[1] minus = {-1}, int64[8] five = {0,0,0,5,0,0,0,5}, int64[8] six = {0,0,6,0,0,0,0,0},
float[6] six_ones = {1.0,1.0,1.0,1.0,1.0,1.0}, float[4,1,1,1] four = {1.0,1.0,1.0,1.0}>"""


def test_numbers_beside_the_data_are_errors_where_the_runtime_refuses_them() -> None:
    refused = []
    with Runtime() as runtime:
        for operator in NUMBERS:
            made = "y, i" if operator.startswith("TopK") else "y"
            text = f"g (float[2,4,6,6] x) => (float y) {GIVEN} {{ {made} = {operator} }}"
            model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["": 17, "com.microsoft": 1]> {text}')
            model.graph.output[0].type.tensor_type.ClearField("shape")
            reason, said = runtime.refused(model.SerializeToString()), errors(model.SerializeToString())
            assert (reason is not None) == bool(said), (operator, reason, said)
            refused.append(reason is not None)
    assert 15 < sum(refused) < len(refused) - 15


@pytest.mark.slow
def test_errors_are_what_the_runtime_refuses_at_length() -> None:
    check(400)
