#!/usr/bin/env python3
"""Thousands of graphs and archives with something changed: none may end in CNN900, hang, or take more than its share.

    python tests/benchmarks/mutated_files.py [--count 20000] [--first 0] [FOLDER ...]

Every number is a file of its own: `--first N --count 1` repeats one. Files are those of `fixtures/` and of the folders
that are named (up to 400 kB each), mutated as bytes, as JSON, or as protocol buffers; saved configurations are put into
.keras, .h5 and .json files. Each has `mutating.SECONDS` of processor time and the process `MEMORY`; exit status 1 where
one ends badly.
"""

from __future__ import annotations

import io
import json
import random
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import mutating
import onnx
from google.protobuf.message import Error as ProtobufError
from onnx import helper

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

ROOT = Path(__file__).parents[2]
LARGEST = 400_000
MEMORY = 2_500_000_000
"""Bytes of address space, of which numpy, onnx and h5py reserve more than half."""

ODD = [
    *(None, True, False, -1, 0, 1, 2**31, 2**62, -(2**63), 1.5, -0.0, 1e308, float("inf"), float("nan")),
    *("", "same", "valid", "relu", "nonsense", "a" * 5000),
    *([], {}, [[]], [1], [0, 0], [-1, 3], [3] * 10, [1, [2, 3]], {"class_name": "X", "config": {}}),
    *({"class_name": None}, {"class_name": "__keras_tensor__"}),
]
"""Values in the place of others."""

KINDS = [
    *("Conv", "Relu", "MatMul", "Gemm", "Reshape", "Transpose", "Concat", "Slice", "Split", "Gather", "Resize"),
    *("Where", "Einsum", "Expand", "ReduceMean", "ReduceSum", "LayerNormalization", "BatchNormalization", "Softmax"),
    *("Squeeze", "Unsqueeze", "Pad", "LSTM", "GRU", "Cast", "Shape", "Clip", "Add", "Mul", "MaxPool", "AveragePool"),
    *("GlobalAveragePool", "ConvTranspose", "If", "Loop", "Scan", "Tile", "TopK", "ArgMax", "DepthToSpace", "Flatten"),
    *("PRelu", "LRN", "Attention", "QLinearConv", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear"),
    *("ConvInteger", "Dropout", "Upsample", "InstanceNormalization", "GroupNormalization", "Identity", "Range"),
    *("ConstantOfShape", "FusedConv", "SkipLayerNormalization", "BiasGelu", "Hardmax", "OneHot", "ScatterND"),
    *("NonZero", "Mean", "Max", "Pow", "Erf", "Sub", "Div", "Sqrt", "Tanh", "Reciprocal", "Neg"),
]
NAMES = [
    *("axis", "axes", "perm", "pads", "strides", "kernel_shape", "dilations", "group", "alpha", "epsilon", "keepdims"),
    *("to", "mode", "auto_pad", "equation", "num_outputs", "split", "shape", "value", "direction", "hidden_size"),
    *("blocksize", "num_scan_inputs", "transB", "allowzero", "ceil_mode", "output_padding", "output_shape"),
]
VALUES = [-1, 0, 1, 7, 2**31, 2**62, -(2**63), [0], [-1], [0, -5], [2**40] * 3, [1] * 8, 1.5, [1.0], "text", ["a"], ""]
SIZES = [0, 1, 2, 3, 8, -2, 2**31, 2**40, 2**62]


# -- JSON

Place = tuple[Any, ...]


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Where values stand in a JSON value."""
    yield path
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*path, key))


def _at(value: Any, path: Place) -> Any:
    for key in path:
        value = value[key]
    return value


def mutated_json(draw: random.Random, text: bytes) -> bytes:
    """A JSON text with values, keys or whole parts changed."""
    value = json.loads(text)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        if not isinstance(value, (dict, list)):
            break
        every = list(places(value))
        path, what = draw.choice(every), draw.randrange(6)
        new = draw.choice(ODD) if what < 3 else _at(value, draw.choice(every))
        if not path:
            value = json.loads(json.dumps(new)) if what < 3 else value
            continue
        around, key = _at(value, path[:-1]), path[-1]
        if what == 3:
            del around[key]
        elif what == 5 and isinstance(key, str):
            around[draw.choice(("name", "class_name", "config", "units", "axis", "dtype"))] = around.pop(key)
        else:
            around[key] = json.loads(json.dumps(new))
    return json.dumps(value).encode()


def mutated_bytes(draw: random.Random, given: bytes) -> bytes:
    """Bytes with some changed, left out, put in or cut off."""
    data = bytearray(given)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        if not data:
            break
        place, what = draw.randrange(len(data)), draw.randrange(6)
        if what == 0:
            data[place] = draw.randrange(256)
        elif what == 1:
            del data[place : place + draw.randrange(1, 9)]
        elif what == 2:
            data[place:place] = draw.randbytes(draw.randrange(1, 5))
        elif what == 3:
            data[place] ^= 1 << draw.randrange(8)
        elif what == 4:
            data[place : place + 4] = draw.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0"))
        elif draw.random() < 0.1:
            del data[draw.randrange(len(data)) :]
    return bytes(data)


# -- graphs


def mutated_graph(draw: random.Random, data: bytes) -> bytes:
    """A graph with operators, attributes, names, sizes or versions changed."""
    try:
        model = onnx.ModelProto.FromString(data)
    except (ProtobufError, ValueError):
        return mutated_bytes(draw, data)
    for _ in range(draw.randrange(1, 6)):
        if model.graph.node:
            _change(draw, model)
    return model.SerializeToString()


def _change(draw: random.Random, model: Any) -> None:
    graph, what = model.graph, draw.randrange(13)
    node = draw.choice(graph.node)
    names = [name for one in graph.node for name in one.output] + [one.name for one in graph.initializer]
    names += [one.name for one in graph.input] + ["", "nowhere"]
    if what == 0 and node.input:
        node.input[draw.randrange(len(node.input))] = draw.choice(names)
    elif what == 1:
        node.op_type = draw.choice(KINDS)
    elif what == 2:
        node.input.append(draw.choice(names))
    elif what == 3 and node.input:
        del node.input[draw.randrange(len(node.input))]
    elif what == 4:
        own = [attribute.name for attribute in node.attribute]
        name = draw.choice(own) if own and draw.random() < 0.6 else draw.choice(NAMES)
        kept = onnx.NodeProto(attribute=[one for one in node.attribute if one.name != name]).attribute
        del node.attribute[:]
        node.attribute.extend([*kept, helper.make_attribute(name, draw.choice(VALUES))])
    elif what == 5 and graph.initializer:
        draw.choice(graph.initializer).dims[:] = [draw.choice(SIZES) for _ in range(draw.randrange(6))]
    elif what == 6 and graph.initializer:
        draw.choice(graph.initializer).data_type = draw.randrange(26)
    elif what == 7 and node.output:
        node.output[draw.randrange(len(node.output))] = draw.choice(names)
    elif what == 8 and model.opset_import:
        draw.choice(model.opset_import).version = draw.choice(
            (1, 6, 7, 9, 11, 13, 17, 18, 20, 22, 24, 99, -1, 0, 2**40)
        )
    elif what == 9 and graph.input:
        shape = draw.choice(graph.input).type.tensor_type.shape
        shape.ClearField("dim")
        for _ in range(draw.randrange(7)):
            shape.dim.add().dim_value = draw.choice(SIZES)
    elif what == 10:
        graph.node.append(node)
    elif what == 11:
        node.domain = draw.choice(("", "ai.onnx", "ai.onnx.ml", "com.microsoft", "x"))
    else:
        source = draw.choice(graph.node)
        node.attribute.extend(list(source.attribute))


# -- files


def _hdf5(config: bytes) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        made.attrs["model_config"] = config[:60_000]
        made.attrs["keras_version"] = "2.4.0"
        made.create_group("model_weights")
    return file.getvalue()


def _archive(config: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("config.json", config)
    return file.getvalue()


def sources(folders: list[str]) -> dict[str, list[bytes]]:
    """Graphs, archives and configurations to begin with."""
    found: dict[str, list[bytes]] = {"graph": [], "archive": [], "config": []}
    for folder in (ROOT / "fixtures" / "onnx", ROOT / "fixtures" / "archives", *map(Path, folders)):
        for path in sorted(folder.iterdir()):
            if not path.is_file() or path.stat().st_size > LARGEST:
                continue
            data = path.read_bytes()
            if path.suffix == ".onnx":
                found["graph"].append(data)
            elif data.startswith(b"PK"):
                found["archive"].append(data)
                with zipfile.ZipFile(io.BytesIO(data)) as archive:
                    if "config.json" in archive.NameToInfo:
                        found["config"].append(archive.read("config.json"))
            elif path.suffix in (".h5", ".keras"):
                found["archive"].append(data)
    found["config"] = [text for text in found["config"] if text.lstrip().startswith(b"{") and len(text) < LARGEST]
    return found


def case(seed: int, begin: dict[str, list[bytes]]) -> tuple[str, bytes]:
    """The name and the contents of a file."""
    draw = random.Random(seed)
    kind = draw.choice(("graph", "graph", "graph", "bytes", "keras", "keras", "hdf5", "hdf5 bytes", "archive", "json"))
    if kind in ("graph", "bytes"):
        mutate = mutated_graph if kind == "graph" else mutated_bytes
        return "m.onnx", mutate(draw, draw.choice(begin["graph"]))
    if kind == "archive":
        data = draw.choice(begin["archive"])
        return "m.keras" if data.startswith(b"PK") else "m.h5", mutated_bytes(draw, data)
    config = draw.choice(begin["config"])
    if kind == "hdf5 bytes":
        return "m.h5", mutated_bytes(draw, _hdf5(config))
    config = mutated_json(draw, config)
    if kind == "json":
        return "m.json", config
    return ("m.h5", _hdf5(config)) if kind == "hdf5" else ("m.keras", _archive(config))


def main() -> int:
    asked = mutating.options(__doc__, 20_000)
    begin = sources(asked.folders)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    bad, _ = mutating.judged(
        asked, lambda seed: case(seed, begin), lambda _, name, data: lint_bytes(name, data, Settings()).errors
    )
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
