#!/usr/bin/env python3
"""Real exports, made and judged: clean networks stay silent, mistakes are found, and weights are counted as torch does.

    PYTHONPATH=tests python -m benchmarks.exports torch FOLDER      # with torch, onnx and onnxscript
    PYTHONPATH=tests python -m benchmarks.exports keras FOLDER      # with tensorflow and tf2onnx
    PYTHONPATH=tests python -m benchmarks.exports quantise FOLDER   # with onnxruntime, of what torch has made
    PYTHONPATH=tests python -m benchmarks.exports hold FOLDER       # with cnnlint; exit status 1 where it is wrong
    PYTHONPATH=tests python -m benchmarks.exports numbers FOLDER    # with tensorflow and onnxruntime: the same?

Each step may have an environment of its own; files are named `exporter.good.network.onnx` or
`exporter.mistake.network.rule.onnx`, and the number of weights stands beside them. `results.json` here is what `hold`
last came to.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
OPSETS = {"torchscript": 17, "torchscript14": 14}
"""Operator sets of TorchScript's exporter: in 17 normalisation is one operator, in 14 it is spelt out."""

QUANTISED = ("lenet", "residual", "bottlenecks")
"""Networks that are quantised, each in four forms."""


def _saved(folder: Path, exporter: str, name: str, rule: str | None, weights: int) -> Path:
    stem = f"{exporter}.mistake.{name}.{rule}" if rule else f"{exporter}.good.{name}"
    (folder / f"{stem}.weights").write_text(str(weights))
    return folder / f"{stem}.onnx"


def make_torch(folder: Path) -> None:
    """TorchScript's exporter in two operator sets, dynamo's, and a few in training mode."""
    import torch
    from benchmarks.exports.torch_nets import BAD, GOOD, made

    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    entries = [(name, None, make) for name, make in GOOD.items()]
    entries += [(name, rule, make) for name, (rule, make) in BAD.items()]
    for name, rule, make in entries:
        for exporter, opset in OPSETS.items():
            module, entry, weights = made(make)
            path = _saved(folder, exporter, name, rule, weights)
            torch.onnx.export(module, (entry,), path, dynamo=False, opset_version=opset, input_names=["input"])
        module, entry, weights = made(make)
        path = _saved(folder, "dynamo", name, rule, weights)
        torch.onnx.export(module, (entry,), path, dynamo=True, external_data=False, verbose=False)
    for name in ("vgg_norm", "dense"):
        module, entry, weights = made(GOOD[name])
        path = folder / f"torchscript.mistake.{name}_in_training.exported-in-training-mode.onnx"
        options: dict[str, Any] = {"training": torch.onnx.TrainingMode.TRAINING, "do_constant_folding": False}
        torch.onnx.export(module.train(), (entry.repeat(4, *([1] * (entry.ndim - 1))),), path, dynamo=False, **options)


def make_keras(folder: Path) -> None:
    """Keras's own export, which tf2onnx writes, and the pairs for `--compare`."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    import keras
    import numpy
    from benchmarks.exports import pairs
    from benchmarks.exports.keras_nets import BAD, GOOD

    pairs.make(folder / "pairs")
    entries = [(name, None, make) for name, make in GOOD.items()]
    entries += [(name, rule, make) for name, (rule, make) in BAD.items()]
    for name, rule, make in entries:
        keras.utils.set_random_seed(0)
        model = make()
        for variable in model.variables:  # as if it had been trained a little: zeros vanish from exports
            if variable.dtype == "float32":
                variable.assign(variable + numpy.random.uniform(0.01, 0.1, variable.shape))
        model(numpy.zeros((1, *model.inputs[0].shape[1:]), "float32"))
        counted = sum(int(numpy.prod(one.shape)) for one in model.variables if "seed" not in one.path)
        counted += rewritten(model)
        path = _saved(folder, "keras", name, rule, counted)
        try:
            model.export(path, format="onnx", verbose=False)
        except Exception as error:  # an operation that tf2onnx does not have
            print(f"{name}: {str(error).splitlines()[0][:160]}")
            path.with_suffix(".weights").unlink()


def rewritten(model: Any) -> int:
    """How many weights more or less an export has: tf2onnx folds normalisation into the convolution before it, or into
    a factor and a summand where that has a bias, and gives LSTM a second bias, of zeros."""
    more = 0
    for layer in model.layers:
        before = [node.operation for node in layer._inbound_nodes[0].parent_nodes] if layer._inbound_nodes else []
        if type(layer).__name__ == "BatchNormalization" and before and hasattr(before[0], "kernel"):
            more -= (2 if before[0].use_bias else 3) * before[0].filters
        more += 4 * layer.units if type(layer).__name__ == "LSTM" else 0
    return more


def quantise(folder: Path) -> None:
    """QDQ signed and unsigned, QOperator, dynamic, and what the optimiser writes."""
    logging.disable(logging.WARNING)
    import numpy
    import onnxruntime
    from onnxruntime import quantization as tools
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Samples(tools.CalibrationDataReader):  # type: ignore[misc]
        def __init__(self, path: str) -> None:
            entry = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).get_inputs()[0]
            draw = numpy.random.default_rng(0)
            self._left = iter([{entry.name: draw.random(entry.shape, "float32")} for _ in range(4)])

        def get_next(self) -> Any:
            return next(self._left, None)

    signed, unsigned = tools.QuantType.QInt8, tools.QuantType.QUInt8
    forms: dict[str, dict[str, Any]] = {
        "qdq": {"quant_format": tools.QuantFormat.QDQ, "activation_type": signed, "weight_type": signed},
        "channels": {
            "quant_format": tools.QuantFormat.QDQ,
            "activation_type": unsigned,
            "weight_type": signed,
            "per_channel": True,
        },
        "qoperator": {
            "quant_format": tools.QuantFormat.QOperator,
            "activation_type": unsigned,
            "weight_type": unsigned,
        },
    }
    for source in sorted(folder.glob("torchscript.*.onnx")):
        parts = source.name.split(".")
        if (parts[1] == "good" and parts[2] not in QUANTISED) or parts[2].endswith("_in_training"):
            continue
        rest = source.name.removeprefix("torchscript.")
        with tempfile.TemporaryDirectory() as scratch:
            prepared = str(Path(scratch, "prepared.onnx"))
            quant_pre_process(source, prepared, skip_symbolic_shape=True)
            for form, options in forms.items():
                tools.quantize_static(prepared, folder / f"{form}.{rest}", Samples(prepared), **options)
            tools.quantize_dynamic(prepared, folder / f"dynamic.{rest}", weight_type=unsigned)
        settings = onnxruntime.SessionOptions()
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        settings.optimized_model_filepath, settings.log_severity_level = str(folder / f"optimised.{rest}"), 4
        onnxruntime.InferenceSession(str(source), settings, providers=["CPUExecutionProvider"])


def judged(path: Path) -> Iterator[str]:
    """What is wrong in what is said of a file."""
    from cnnlint.config import Settings
    from cnnlint.diagnostics import Severity
    from cnnlint.lint.one_file import lint_bytes

    exporter, group, _, *rule = path.name.split(".")[:-1]
    result = lint_bytes(path.name, path.read_bytes(), Settings())
    found = [one for one in result.diagnostics if one.severity is not Severity.INFO]
    names = {one.name for one in result.diagnostics}
    yield from (f"CNN900: {error.message}" for error in result.errors)
    yield from (f"false: {one.code} {one.node}: {one.message}" for one in found if one.name not in rule)
    if group == "mistake" and not names & set(rule):
        yield f"not found: {rule[0]}"
    models = result.models
    if len(models) != 1 or not models[0].complete:
        yield f"not read whole: {[unread.what for model in models for unread in model.unknown]}"
    counts = path.with_suffix(".weights")
    if models and counts.exists() and models[0].parameters != int(counts.read_text()):
        yield f"{models[0].parameters} parameters where {exporter} has {counts.read_text()}"


def hold(folder: Path) -> int:
    """Judge every file; the exit status."""
    files: Counter[str] = Counter()
    wrong: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.onnx")):
        exporter, group = path.name.split(".")[:2]
        files[f"{exporter}, {group}"] += 1
        if found := list(judged(path)):
            wrong[path.name] = found
            print(path.name, *found, sep="\n    ")
    if (folder / "pairs").is_dir():
        from benchmarks.exports import pairs

        files["pairs"] = len(pairs.CHAINS) + len(pairs.GRAPHS)
        if found := list(pairs.wrong(folder / "pairs")):
            wrong["pairs"] = found
            print("pairs", *found, sep="\n    ")
    print(json.dumps(files, indent=1), f"{len(wrong)} wrong", sep="\n")
    RESULTS.write_text(json.dumps({"files": files, "wrong": wrong}, indent=1) + "\n")
    return int(bool(wrong))


def numbers(folder: Path) -> int:
    """Compare what the good ones compute with what was read of them; the exit status."""
    from benchmarks.exports.numbers import compared

    counts: Counter[str] = Counter()
    wrong = list(compared(folder, counts))
    print(*wrong, json.dumps({**counts, "wrong": len(wrong)}), sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    what, place = sys.argv[1], Path(sys.argv[2])
    place.mkdir(parents=True, exist_ok=True)
    sys.exit(
        {"torch": make_torch, "keras": make_keras, "quantise": quantise, "hold": hold, "numbers": numbers}[what](place)
    )
