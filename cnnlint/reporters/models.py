"""A model as it was read, as a table, for `--show-models`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from cnnlint.diagnostics import ModelSummary, UnknownPart
from cnnlint.graph import OPAQUE
from cnnlint.reporters.summary import counted
from cnnlint.reporters.terminal import Painter, clean, columns

_TITLES = ("layer", "kind", "output shape", "parameters", "activation", "reads")


def describe(model: ModelSummary, paint: Painter) -> str:
    """Layers with shapes, parameters, activations and connections; the training set-up; what is unknown and where."""
    lines = [f"{paint(clean(model.name), 'bold')} ({clean(model.kind)}, {_state(model)})  {clean(where(model))}"]
    previous = [None, *(layer["name"] for layer in model.layers)]
    rows = [_row(layer, model, name) for layer, name in zip(model.layers, previous, strict=False)]
    lines += ["  " + line for line in _table(rows, paint)]
    if model.parameters is not None:
        lines.append(f"  {model.parameters:,} parameters")
    lines += [f"  {line}" for line in training(model.training or {})]
    lines += [f"  {paint('unknown', 'yellow')}: {clean(unknown(part))}" for part in model.unknown]
    return "\n".join(lines) + "\n\n"


def where(model: ModelSummary) -> str:
    """The file and the line that a model begins on."""
    return f"{model.filename}:" + (f"cell {model.cell}:" if model.cell is not None else "") + str(model.location.row)


def facts(model: ModelSummary) -> Iterator[str]:
    """How large a model is, and whether all of it was read."""
    yield counted(len(model.layers), "layer")
    if model.parameters is not None:
        yield f"{model.parameters:,} parameters"
    yield _state(model)


def _state(model: ModelSummary) -> str:
    return "read whole" if model.complete else "read in part"


def kind_of(layer: Mapping[str, Any], model: ModelSummary) -> str:
    """What a layer is. In a model that was read whole, what no layer of Keras is goes by its own name."""
    note = layer.get("note")
    named = model.complete and note and layer["kind"] == OPAQUE
    return str(note) if named else layer["kind"] + (f" ({note})" if note else "")


def _row(layer: Mapping[str, Any], model: ModelSummary, previous: str | None) -> tuple[str, ...]:
    kind = kind_of(layer, model)
    parameters = "?" if layer["parameters"] is None else f"{layer['parameters']:,}"
    inputs = layer["inputs"]
    reads = "" if inputs == [previous] or (not inputs and previous is None) else ", ".join(inputs)
    row = (layer["name"], kind, shape(layer["output_shape"]), parameters, layer["activation"] or "", reads)
    return tuple(clean(cell) for cell in row)


def shape(sizes: Sequence[int | None] | None) -> str:
    """`(?, 28, 28, 1)`, or `?` where nothing is known."""
    if sizes is None:
        return "?"
    return f"({', '.join('?' if size is None else str(size) for size in sizes)}{',' if len(sizes) == 1 else ''})"


def _table(rows: Sequence[tuple[str, ...]], paint: Painter) -> list[str]:
    if not rows:
        return []
    widths = [max(columns(row[i]) for row in (_TITLES, *rows)) for i in range(len(_TITLES))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            " " * (width - columns(cell)) + cell if index == 3 else cell + " " * (width - columns(cell))
            for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(padded).rstrip()

    return [paint(line(_TITLES), "dim"), *map(line, rows)]


def training(known: Mapping[str, Any]) -> list[str]:
    """The training set-up in lines: loss, optimizer, metrics, and the data of each call to fit."""
    lines = []
    loss = known.get("loss")
    if loss is not None:
        names = [loss] if isinstance(loss, str) else loss
        flags = known.get("from_logits")
        flags = flags if isinstance(flags, (list, tuple)) else [flags] * len(names)
        of = {True: " of logits", False: " of probabilities"}
        pairs = zip(names, flags, strict=False)
        told = [name + of.get(flag, "") if "entropy" in name else name for name, flag in pairs]
        lines.append(f"loss: {', '.join(told)}")
    if "optimizer" in known:
        rate = f", learning rate {known['learning_rate']:g}" if "learning_rate" in known else ""
        lines.append(f"optimizer: {known['optimizer']}{rate}")
    if "metrics" in known:
        lines.append(f"metrics: {', '.join(known['metrics'])}")
    for feed in known.get("feeds", ()):
        said = [f"{name} {_facts(feed[name])}" for name in ("x", "y", "validation_x", "validation_y") if name in feed]
        counts = [name for name in ("epochs", "batch_size", "updates") if name in feed]
        said += [f"{name.replace('_', ' ')} {feed[name]:,}" for name in counts]
        lines.append(f"{feed['kind']}: {'; '.join(said) or 'data that is not known'}")
    return [clean(line) for line in lines]


def _facts(facts: Mapping[str, Any]) -> str:
    parts = []
    if "shape" in facts:
        parts.append(shape(facts["shape"]))
    if "dtype" in facts:
        parts.append(str(facts["dtype"]))
    if "low" in facts and "high" in facts:
        parts.append(f"from {facts['low']:g} to {facts['high']:g}")
    if "encoding" in facts:
        parts.append(f"{facts['encoding']} labels" + (f" of {facts['classes']} classes" if "classes" in facts else ""))
    if "source" in facts:
        parts.append(f"from {facts['source']}" + (f" ({facts['split']})" if "split" in facts else ""))
    return " ".join(parts) or "unknown"


def unknown(part: UnknownPart) -> str:
    """What could not be read, and where."""
    if part.row is None:
        return part.what
    within = f" of cell {part.cell}" if part.cell is not None else ""
    elsewhere = f" of {PurePath(part.filename).name}" if part.filename is not None else ""
    return f"{part.what} (line {part.row}{within}{elsewhere})"
