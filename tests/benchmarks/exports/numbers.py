"""What was read of an export, built again in Keras with the weights of the file, against onnxruntime: the same numbers.

This holds layers, layouts and weights together. Exports with operators that Keras has no layer for are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy

CLOSE = 1e-3
"""How far numbers may be apart, beside the largest one: single precision in another order of sums."""


def compared(folder: Path, counts: Counter[str]) -> Iterator[str]:
    """Files whose numbers differ; `counts` takes up how many are the same, and how many could not be built whole."""
    import onnxruntime

    from cnnlint.confirm.models.build import build
    from cnnlint.confirm.models.built import NotBuildable
    from cnnlint.confirm.models.trained import trained
    from cnnlint.readers.onnx import read

    for path in sorted(folder.glob("*.good.*.onnx")):
        data = path.read_bytes()
        program = read(path.name, data).program
        assert program is not None
        model = program.models[0]
        try:
            built = build(model, trained=trained(program, data))
        except NotBuildable:
            counts["not built"] += 1
            continue
        if "all layers started from their trained weights" not in built.notes:
            counts["not all weights"] += 1
            continue
        for weight in built.weights:
            weight.variable.assign(weight.draw(0))
        session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
        draw, feeds, entries = numpy.random.default_rng(0), {}, []
        for entry, node in zip(session.get_inputs(), model.inputs, strict=True):
            sizes = [size if isinstance(size, int) else 2 for size in entry.shape]
            whole = "int" in entry.type
            samples = draw.integers(0, 30, sizes) if whole else draw.random(sizes, "float32")
            feeds[entry.name] = samples
            turned = len(sizes) > 2 and tuple(node.shape or ())[1:] != tuple(sizes[1:])
            entries.append(numpy.moveaxis(samples, 1, -1) if turned else samples)
        wanted: Any = session.run(None, feeds)[0]
        found = numpy.asarray(built.model(entries if len(entries) > 1 else entries[0]))
        layouts = [found, numpy.moveaxis(found, -1, 1)] if found.ndim > 2 else [found]
        far = [float(abs(one - wanted).max()) for one in layouts if one.shape == wanted.shape]
        if not far or min(far) > CLOSE * max(1.0, float(abs(wanted).max())):
            yield f"{path.name}: the numbers differ by {min(far, default=None)}"
        else:
            counts["the same"] += 1
