"""Files whose models belong to a framework that is not read."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.job import outcome_of
from cnnlint.lint.one_file import lint_bytes
from cnnlint.lint.outcome import gather
from cnnlint.reporters.summary import foreign

TORCH = "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    pass\n"


@pytest.mark.parametrize(
    ("text", "framework"),
    [
        (TORCH, "PyTorch"),
        ("from mxnet.gluon import nn\nnet = nn.HybridSequential()\n", "MXNet"),
        ("import flax.linen as nn\nclass Net(nn.Module):\n    pass\n", "JAX"),
        ("import haiku as hk\nnet = hk.transform(lambda x: hk.nets.MLP([3])(x))\n", "JAX"),
        ("import torch\nprint(torch.zeros(3))\n", None),
        ("class Net(Module):\n    pass\n", None),
        ("import torch\nimport keras\nclass Net(keras.Model):\n    pass\n", None),
    ],
)
def test_models_of_other_frameworks(text: str, framework: str | None) -> None:
    assert lint_bytes("net.py", text.encode(), Settings()).reading.foreign == framework


def test_what_is_said_of_them() -> None:
    parts = [outcome_of(lint_bytes(f"{i}.py", TORCH.encode(), Settings()), TORCH.encode(), None) for i in range(2)]
    assert foreign(gather(parts)) == "2 files define models of PyTorch, which cnnlint does not read."
    assert foreign(gather(parts[:1])) == "1 file defines models of PyTorch, which cnnlint does not read."
    assert foreign(gather([])) == ""
