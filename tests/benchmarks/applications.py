#!/usr/bin/env python3
"""Every model of `keras.applications` as Keras saves and exports it: layers, shapes and parameters as Keras says.

    python tests/benchmarks/applications.py [NAME ...]        # all of them without a name
    KERAS_BACKEND=torch python tests/benchmarks/applications.py [NAME ...]

needs tensorflow and tf2onnx, with which Keras exports; or torch and onnxscript, which have the error function of
ConvNeXt that tf2onnx has not. Each is made without weights, in a process of its own, saved as `.keras`, `.h5` and
`.onnx` into a temporary folder (1.5 GB for the largest), and linted; exit status 1 where something is read otherwise,
or anything is found. Of the largest, which tf2onnx copies until 24 GB are used up, the network
without its top is exported.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnnlint.config import Settings
from cnnlint.graph import Model, Node, Shape
from cnnlint.lint.one_file import lint_bytes

OWN = {"the layer class LayerScale", "the layer class StochasticDepth", "the layer class CustomScaleLayer"}
"""What an .h5 does not say whose they are, and so may be anybody's."""

LARGEST = 100_000_000
"""Parameters of what tf2onnx exports whole: VGG16, with 138 million, was stopped for want of memory at 24 GB."""

KERNELS = ("kernel", "depthwise_kernel", "pointwise_kernel")


def main() -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        return one(sys.argv[2])
    names = sys.argv[1:] or _names()
    bad = [name for name in names if subprocess.run([sys.executable, __file__, "--one", name], check=False).returncode]
    print(f"{len(names)} applications, {len(bad)} bad {bad or ''}")
    return int(bool(bad))


def _names() -> list[str]:
    listed = "import keras, inspect; print(*(n for n, f in vars(keras.applications).items() if inspect.isfunction(f)))"
    return subprocess.run([sys.executable, "-c", listed], check=True, capture_output=True, text=True).stdout.split()


def one(name: str) -> int:
    """Make, save, lint and compare one application; the exit status."""
    import keras
    import numpy

    made = getattr(keras.applications, name)(weights=None)
    size = f"{made.count_params():,} parameters, {len(made.layers)} layers"
    wrong: list[str] = []
    times = []
    with tempfile.TemporaryDirectory() as scratch:
        for suffix in (".keras", ".h5", ".onnx"):
            path = Path(scratch, f"model{suffix}")
            if suffix == ".onnx":
                if made.count_params() > LARGEST and os.environ.get("KERAS_BACKEND") != "torch":
                    made = getattr(keras.applications, name)(
                        weights=None, include_top=False, input_shape=made.input_shape[1:]
                    )
                _train_a_little(made)
                _export(made, numpy.zeros([pixels or 224 for pixels in (1, *made.input_shape[1:])], "float32"), path)
            else:
                made.save(path)
            if suffix == ".onnx" and (lacking := _lacking(path)):
                print(f"{name}: tf2onnx has no {', '.join(lacking)}")
                continue
            started = time.process_time()
            result = lint_bytes(path.name, path.read_bytes(), Settings())
            times.append(time.process_time() - started)
            path.unlink()  # before the next one is written
            assert result.reading.program is not None
            model = result.reading.program.models[0]
            found = [f"{d.code} {d.node}: {d.message}" for d in result.diagnostics if d.code != "CNN903"]
            found += [error.message for error in result.errors]
            found += list(exported(model, made) if suffix == ".onnx" else saved(model, made))
            unread = {unread.what for unread in model.unread}
            if unread and not (suffix == ".h5" and unread <= OWN):
                found.append(f"not read: {sorted(unread)[:3]}")
            wrong.extend(f"{suffix}: {line}" for line in found)
    seconds = ", ".join(f"{one:.2f}" for one in times)
    print(f"{name}: {size}, {seconds} s", flush=True)
    print(*(f"    {line}" for line in wrong[:12]), sep="\n", end="\n" if wrong else "", flush=True)
    return int(bool(wrong))


def _export(made: Any, pictures: Any, path: Path) -> None:
    if os.environ.get("KERAS_BACKEND") == "torch":
        import torch

        made.eval()
        two = torch.tensor(pictures).repeat(2, 1, 1, 1)  # of one the exporter would make a constant
        batch = {"args": ({0: torch.export.Dim.DYNAMIC},)}
        with torch.no_grad():
            torch.onnx.export(made, (two,), path, dynamo=True, external_data=False, verbose=False, dynamic_shapes=batch)
    else:
        made(pictures)
        made.export(path, format="onnx", verbose=False)


def _lacking(path: Path) -> list[str]:
    """Operations of TensorFlow that the exporter left as they were."""
    import onnx

    nodes = onnx.load(path, load_external_data=False).graph.node
    return sorted({node.op_type for node in nodes if not onnx.defs.has(node.op_type)})


def _train_a_little(model: Any) -> None:
    """Zeros and ones vanish from exports."""
    import numpy

    draw = numpy.random.default_rng(0)
    for variable in model.variables:
        if variable.dtype == "float32":
            variable.assign(variable.numpy() + draw.uniform(0.01, 0.1, variable.shape))
    for layer in _flat(model):
        if type(layer).__name__ == "Normalization":
            layer.finalize_state()  # it computes with numbers that it derives of its variables when it has adapted


def saved(model: Model, made: Any) -> Iterator[str]:
    """Layers of an archive of which something else was read than Keras says."""
    nodes = {(node.scope, node.name): node for node in model if node.fused_into is None}
    for layer in made.layers:
        node = nodes.get(((), layer.name))
        if node is None:
            if not hasattr(layer, "layers"):
                yield f"{layer.name} was not read"
            continue
        shape = tuple(layer.output.shape)
        if node.shape != shape and (model.complete or not _fits(node.shape, shape)):
            yield f"{layer.name}: {node.shape}, Keras says {shape}"
        if node.parameters is not None and node.parameters != layer.count_params():
            yield f"{layer.name}: {node.parameters} parameters, Keras says {layer.count_params()}"


def _fits(known: Shape | None, shape: Shape) -> bool:
    """Whether what is known of a shape, behind a layer of an .h5 that may be anybody's, is as Keras says."""
    if known is None:
        return True
    return len(known) == len(shape) and all(one in (None, other) for one, other in zip(known, shape, strict=True))


def exported(model: Model, made: Any) -> Iterator[str]:
    """Kernels of a graph, as (elements, shape of what they give), of which there are more or fewer than in Keras."""
    want: Counter[tuple[int, Any]] = Counter()
    for layer in _flat(made):
        sizes = [math.prod(one.shape) for name in KERNELS if (one := getattr(layer, name, None)) is not None]
        shape = tuple(layer.output.shape)
        if len(sizes) == 2:  # a depthwise convolution, and one of one pixel behind it
            want[sizes[0], (*shape[:-1], layer.pointwise_kernel.shape[-2])] += 1
        if sizes:
            want[sizes[-1], shape] += 1
    have: Counter[tuple[int, Any]] = Counter()
    for node in model.nodes:
        if node.kind in ("Conv2D", "DepthwiseConv2D", "Dense") and node.parameters is not None:
            have[node.parameters - _bias(node), node.shape] += 1
    yield from (f"Keras has a kernel of {one}, {n} times more" for one, n in (want - have).items())
    yield from (f"Keras has no kernel of {one}, {n} times" for one, n in (have - want).items())
    if model.outputs[0].shape != tuple(made.output.shape):
        yield f"it gives {model.outputs[0].shape}, Keras says {tuple(made.output.shape)}"
    total = sum(node.parameters or 0 for node in model.nodes)
    if total != (counted := made.count_params() + rewritten(made)):
        yield f"{total:,} parameters where Keras has {made.count_params():,}, of which its export keeps {counted:,}"


def _flat(model: Any) -> Iterator[Any]:
    for layer in model.layers:
        yield from _flat(layer) if hasattr(layer, "layers") else (layer,)


def _bias(node: Node) -> int:
    return node.shape[-1] or 0 if node.value("use_bias") and node.shape is not None else 0


def rewritten(made: Any) -> int:
    """How many weights more or less an export has: tf2onnx makes a factor and a summand for each channel of batch
    normalisation, and puts the factor into a convolution without a bias, unless that is depthwise."""
    more = 0
    for layer in _flat(made):
        kind = type(layer).__name__
        if kind == "Normalization":
            # how many samples it has seen goes; a mean and a variance that were given are no weights to Keras
            more += -1 if layer.weights else 2 * made.input_shape[-1]
        if kind == "BatchNormalization":
            before = layer._inbound_nodes[0].parent_nodes[0].operation
            channels = layer.moving_mean.shape[0]
            own = sum(math.prod(variable.shape) for variable in layer.variables)
            folded = type(before).__name__ in ("Conv2D", "SeparableConv2D") and not before.use_bias
            more += channels * (1 if folded else 2) - own
    return more


if __name__ == "__main__":
    sys.exit(main())
