"""Kinds of values that Keras's classes refuse: what is said of each, and that Keras still says so."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cnnlint.config import Settings
from cnnlint.graph.tables import load
from cnnlint.lint.one_file import lint_bytes

SCRIPT = Path(__file__).parents[2] / "scripts/generate_domains.py"
HEAD = b"import keras\nfrom keras import layers, ops\nfrom keras.optimizers import schedules\n\nzero = ops.zeros(3)\n"
#: calls that Keras 3 refuses, and calls beside them that it takes
REFUSED = {
    'keras.regularizers.l2("strong")': ("keras.regularizers.l2(0.01)", 'layers.Dense(3, kernel_regularizer="l2")'),
    'keras.initializers.VarianceScaling(mode="fan_all")': ('keras.initializers.VarianceScaling(mode="fan_avg")',),
    "keras.optimizers.Adam(1)": ("keras.optimizers.Adam(1.0)", "keras.optimizers.Adam(schedules.CosineDecay(0.1, 9))"),
    "keras.optimizers.SGD(0.1, momentum=2)": ("keras.optimizers.SGD(0.1, momentum=0.9)",),
    'keras.metrics.AUC(curve="RPC")': ('keras.metrics.AUC(curve="PR")', "keras.metrics.AUC(num_thresholds=20)"),
    "layers.Dense(3, kernel_initializer=0)": (
        'layers.Dense(3, kernel_initializer={"class_name": "HeNormal", "config": {}})',
        "layers.Dense(3, kernel_initializer=keras.initializers.Zeros)",
    ),
    "layers.Dense(3, activity_regularizer=3)": ("layers.SimpleRNN(3, activity_regularizer=3)",),
    'keras.initializers.VarianceScaling(distribution="gaussian")': (
        'keras.initializers.VarianceScaling(distribution="Uniform")',
    ),
    "keras.metrics.AUC(curve=3)": ("keras.metrics.AUC(num_thresholds=1, thresholds=[0.5])",),
    "layers.Conv2D(4, (3, 3, 3))": ("layers.Conv2D(4, (3, 3))", "layers.Conv3D(4, [3, 3, 3])"),
    "layers.Conv2D(4, 3, strides=2, dilation_rate=2)": (
        "layers.Conv2D(4, 3, strides=(2, 2), dilation_rate=1)",
        "layers.Conv2D(4, 3, strides=len(keras.__name__), dilation_rate=1)",
    ),
    "layers.Conv2DTranspose(4, 3, strides=2, output_padding=2)": (
        "layers.Conv2DTranspose(4, 3, strides=(2, 3), output_padding=(1, 2))",
    ),
    "layers.Permute((0, 1))": ("layers.Permute([2, 1])",),
    'layers.StringLookup(vocabulary=["a"], invert=True, output_mode="one_hot")': (
        'layers.StringLookup(vocabulary=["a"], invert=False, output_mode="one_hot")',
        'layers.StringLookup(vocabulary=["a"], invert=True)',
    ),
    "layers.Dropout(0.5, noise_shape=3)": ("layers.Dropout(0.5, noise_shape=(None, 1))",),
    'keras.utils.image_dataset_from_directory("d", label_mode="one_hot")': (
        'keras.utils.image_dataset_from_directory("d", label_mode=None, image_size=[8, 8], interpolation="Bicubic")',
    ),
    'ops.cast(zero, "float31")': ('ops.cast(zero, "bfloat16")', "ops.cast(zero, zero.dtype)"),
    "keras.metrics.AUC(num_labels=3)": ("keras.metrics.AUC(multi_label=True, num_labels=3)",),
    "keras.utils.get_file()": ('keras.utils.get_file(origin="https://example.org/a")',),
    "keras.optimizers.AdamW(0.1, weight_decay=None)": ("keras.optimizers.AdamW(0.1)",),
    "layers.LSTM(keras.initializers.HeNormal())": ("layers.LSTM(4)", "layers.LSTM(zero.shape[0])"),
}


def test_refused() -> None:
    """An error at each that is refused, none at what Keras takes."""
    for bad, beside in REFUSED.items():
        for number, line in enumerate((bad, *beside)):
            found = lint_bytes("a.py", HEAD + line.encode() + b"\n", Settings()).diagnostics
            codes = [one.code for one in found if one.code in ("CNN711", "CNN715")]
            assert len(codes) == (number == 0), (line, codes)


@pytest.mark.slow
def test_keras_says_so() -> None:
    """Classes of the day are asked again."""
    pytest.importorskip("keras")
    table = load("domains")["entries"]["3"]
    drawn = random.Random(date.today().toordinal()).sample(sorted(table), 4)
    told = subprocess.run(
        [sys.executable, str(SCRIPT), "--ask", *drawn], capture_output=True, text=True, check=True, timeout=600
    )
    again = json.loads(told.stdout.splitlines()[-1])
    for api in drawn:
        for parameter, (refused, words) in table[api].items():
            now, taken = again.get(api, {}).get(parameter, ("", None))
            assert set(refused) <= set(now), (api, parameter)
            assert words is None or set(taken or ()) <= set(words), (api, parameter)
