"""The ordinary rules on exported models: what they find in a source they find in its export."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes

FIXTURES = Path(__file__).parents[2] / "fixtures" / "onnx"
ARCHITECTURES = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"

EXPECTED = {
    "1_mnist_overconfident_as_asked": [
        ("oversized-pooling", "functional_1/pool3_1/MaxPool2d", "MaxPool"),
    ],
    "2_cifar10_overfit_as_asked": [
        ("shrinking-filters", "sequential_1/conv2_1/BiasAdd", "Conv"),
    ],
    "3_coloured_mnist_as_asked": [
        ("missing-conv-activation", "sequential_1/conv1_1/convolution", "Conv"),
        ("missing-conv-activation", "sequential_1/conv2_1/convolution", "Conv"),
        ("relu-before-softmax", "sequential_1/scores_1/Relu", "Relu"),
    ],
}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.onnx")), ids=lambda path: path.stem)
def test_exports_get_the_findings_of_their_case_and_no_others(path: Path) -> None:
    result = lint_bytes(path.name, path.read_bytes(), Settings())
    assert result.errors == []
    found = [(d.name, d.node, d.op_type) for d in result.diagnostics if d.severity is not Severity.INFO]
    assert sorted(found, key=str) == EXPECTED.get(path.stem, [])


@pytest.mark.parametrize("path", sorted(ARCHITECTURES.glob("*.onnx")), ids=lambda path: path.stem)
def test_published_architectures_are_clean(path: Path) -> None:
    result = lint_bytes(path.name, path.read_bytes(), Settings())
    assert result.errors == []
    assert [d for d in result.diagnostics if d.severity is not Severity.INFO] == []
    assert [model.complete for model in result.models] == [True]


def test_a_file_that_is_no_model_is_a_finding() -> None:
    result = lint_bytes("broken.onnx", b"not a model", Settings())
    assert [d.code for d in result.diagnostics] == ["CNN901"]
