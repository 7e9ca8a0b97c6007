"""What the report of cnnlint claims about a program, held against what running it made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes
from oracles.python.standin import Built, Made, Record, execute

SETTINGS = Settings(extend_select=("ALL",))


@dataclass
class Outcome:
    """What came of one program: claims that are wrong, and whether something of it is unknown."""

    wrong: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def report(text: str) -> dict[str, Any]:
    """The fields of the JSON report that speak of one file."""
    result = lint_bytes("program.py", text.encode(), SETTINGS)
    plain = msgspec.to_builtins({"models": result.models, "diagnostics": result.diagnostics, "errors": result.errors})
    assert isinstance(plain, dict)
    return plain


def judge(text: str, record: Record | None = None) -> Outcome:
    """Lint a program, run it, and compare."""
    record = execute(text) if record is None else record
    said = report(text)
    outcome = Outcome()
    outcome.wrong += [f"CNN900: {error['message']}" for error in said["errors"]]
    left = list(record.models)
    for model in said["models"]:
        _model(model, left, record, outcome)
    if left:
        outcome.unknown.append("a model is not read")
    serious = {d["code"]: d["message"] for d in said["diagnostics"] if d["severity"] != "info"}
    if serious:
        straight = report(written_out(record))
        allowed = {d["code"] for d in straight["diagnostics"]}
        outcome.wrong += [f"{code}: {message}" for code, message in serious.items() if code not in allowed]
    return outcome


def _model(model: dict[str, Any], left: list[Built], record: Record, outcome: Outcome) -> None:
    layers = [layer for layer in model["layers"] if layer["kind"] != "Input"]
    row = model["location"]["row"]
    here = [built for built in left if built.row == row]
    if not model["complete"]:
        whats = [part["what"] for part in model["unknown"]]
        outcome.unknown.append(f"in part: {whats[:2]}")
        if here:
            left.remove(here[0])
        # what is stated of single layers is stated all the same
        for layer in layers:
            there = [made for made in record.layers if made.row == layer.get("row")]
            known = layer["kind"] in ("Dense", "Dropout", "BatchNormalization", "Reshape")
            if known and there and all(_differs(layer, made) is not None for made in there):
                outcome.wrong.append(f"layer of a model in part: {_shown(layer)}; made there: {there[:4]}")
        return
    if not here:
        if not any(built.row == row for built in record.models):
            outcome.wrong.append(f"a whole model at row {row}, where none is made")
        return
    built = here[0]
    left.remove(built)
    if len(layers) != len(built.layers):
        shown = [_shown(layer) for layer in layers]
        outcome.wrong.append(f"{len(layers)} layers, not {len(built.layers)}: {shown} for {built.layers}")
        return
    for layer, made in zip(layers, built.layers, strict=True):
        difference = _differs(layer, made)
        if difference is not None:
            outcome.wrong.append(difference)
        if layer["kind"] == "Dense" and (not layer["output_shape"] or layer["output_shape"][-1] is None):
            outcome.unknown.append("units")
        if layer["activation"] == "unknown":
            outcome.unknown.append("activation")


def _differs(layer: dict[str, Any], made: Made) -> str | None:
    """What is stated of a layer and is not so; None where nothing is."""
    if layer["kind"] != made.kind:
        return f"{layer['kind']} for {made}"
    shape = layer["output_shape"]
    if made.kind == "Dense":
        units = int(made.units) if isinstance(made.units, (bool, float)) else made.units
        if shape and shape[-1] is not None and shape[-1] != units:
            return f"{shape[-1]} units for {made}"
        activation = None if layer["activation"] == "linear" else layer["activation"]
        if activation != "unknown" and activation != made.activation:
            return f"activation {layer['activation']!r} for {made}"
    if isinstance(made.name, str) and layer["name"] != made.name:
        return f"named {layer['name']!r} for {made}" if layer["name"] and _given(layer["name"], made.kind) else None
    return None


def _given(name: str, kind: str) -> bool:
    """Whether a name is not the one that a layer has by default, which stands where a name could not be worked out."""
    stem = {"Dense": "dense", "Dropout": "dropout", "BatchNormalization": "batch_normalization", "Reshape": "reshape"}[
        kind
    ]
    return name != stem and not name.startswith(f"{stem}_")


def _shown(layer: dict[str, Any]) -> str:
    shape = layer["output_shape"]
    return f"{layer['kind']}({shape[-1] if shape else '?'}, {layer['activation']}, {layer['name']})"


def written_out(record: Record) -> str:
    """The models that were made, as a program without anything to work out."""
    lines = ["import keras", "from keras import layers"]
    for number, built in enumerate(record.models):
        lines.append(f"model_{number} = keras.Sequential()")
        lines.append(f"model_{number}.add(keras.Input((16,)))")
        for made in built.layers:
            options = {"activation": made.activation, "name": made.name}
            words = [f"{key}={value!r}" for key, value in options.items() if value is not None]
            first = {"Dense": [repr(made.units)], "Dropout": ["0.5"]}.get(made.kind, [])
            lines.append(f"model_{number}.add(layers.{made.kind}({', '.join([*first, *words])}))")
    return "\n".join(lines) + "\n"
