"""What is claimed of a program that hangs on the outside, held against many executions of it.

A model that is shown has to be what some execution makes; a finding has to hold in every execution that comes to its
place.
"""

from __future__ import annotations

import re
from typing import Any

from oracles.opaque.sources import World
from oracles.python.claims import Outcome, _differs, _shown, report
from oracles.python.standin import Built, Made, Record, execute

FEW, MANY = 12, 150
"""Executions that each program is held against, and those that are made before a claim is called wrong."""


class Executions:
    """The executions of a program, made as they are asked for."""

    def __init__(self, text: str, seed: str) -> None:
        self.text, self.seed = text, seed
        self.records: list[Record] = []
        self.tried = 0
        self._straight: dict[str, set[tuple[str, int | None]]] = {}

    def more(self, count: int) -> list[Record]:
        """At least so many executions, as far as they run through."""
        while self.tried < count:
            self.tried += 1
            world = World(f"{self.seed}/{self.tried}")
            try:
                self.records.append(execute(self.text, world.modules, world.builtins))
            except Exception:
                continue
        return self.records

    @property
    def run(self) -> bool:
        """Whether the program runs through in most of its worlds."""
        return len(self.more(FEW)) >= 0.75 * FEW

    def found(self, record: Record) -> set[tuple[str, int | None]]:
        """What is found in the models that an execution made, written out: codes and rows of the program."""
        text, rows = written_out(record)
        if text not in self._straight:
            self._straight[text] = {
                (d["code"], rows.get(d["location"]["row"]))
                for d in report(text)["diagnostics"]
                if d["severity"] != "info"
            }
        return self._straight[text]


def judge(executions: Executions) -> Outcome:
    """Lint a program and hold what is said against its executions."""
    said = report(executions.text)
    outcome = Outcome()
    outcome.wrong += [f"CNN900: {error['message']}" for error in said["errors"]]
    executions.more(FEW)
    for model in said["models"]:
        _model(model, executions, outcome)
    for found in said["diagnostics"]:
        if found["severity"] != "info":
            _finding(found, executions, outcome)
    always = set.intersection(*map(executions.found, executions.records)) if executions.records else set()
    told = {(d["code"], d["location"]["row"]) for d in said["diagnostics"]}
    outcome.unknown += [f"{code} at {row} is not found" for code, row in always - told if row is not None]
    return outcome


def _model(model: dict[str, Any], executions: Executions, outcome: Outcome) -> None:
    row = model["location"]["row"]
    if not any(built.row == row for record in executions.records for built in record.models):
        return  # what hangs together there is no model of the program's, or is never made
    layers = [layer for layer in model["layers"] if layer["kind"] != "Input"]
    why = ""
    for record in executions.records:
        here = [built for built in record.models if built.row == row]
        differences = [_difference(layers, built) for built in here]
        if model["complete"] and None in differences:
            return
        why = next((one for one in differences if one), why)
        if not model["complete"] and all(_made(layer, record) for layer in layers):
            return
    if executions.tried < MANY:
        executions.more(MANY)
        _model(model, executions, outcome)
        return
    # where there are conditions, their answers may not go together
    doubts = outcome.unknown if re.search(r"\b(if|while|case|and|or)\b", executions.text) else outcome.wrong
    if model["complete"]:
        doubts.append(f"no execution makes the model at {row}: {[*map(_shown, layers)]}; {why}")
    else:
        apart = [layer for layer in layers if not any(_made(layer, record) for record in executions.records)]
        doubts += [f"no execution makes {_shown(layer)} of a model in part" for layer in apart]


def _made(layer: dict[str, Any], record: Record) -> bool:
    there = [made for made in record.layers if made.row == layer.get("row") and layer["kind"] != "Opaque"]
    return not there or any(_differs(layer, made) is None for made in there)


def _difference(layers: list[dict[str, Any]], built: Built) -> str | None:
    if len(layers) != len(built.layers):
        return f"{len(layers)} layers, not {len(built.layers)}"
    differences = (_differs(layer, made) for layer, made in zip(layers, built.layers, strict=True))
    return next((one for one in differences if one is not None), None)


def _finding(found: dict[str, Any], executions: Executions, outcome: Outcome) -> None:
    code, row = found["code"], found["location"]["row"]
    for record in executions.records:
        parts = (part for model in record.models for part in (model, *model.layers))
        if any(part.row == row for part in parts):
            there = executions.found(record)
            if (code, row) not in there and (code, None) not in there:
                outcome.wrong.append(f"{code} at {row}: {found['message']}; not so in an execution")
                return


def written_out(record: Record) -> tuple[str, dict[int, int]]:
    """The models that were made, as a program without anything to work out, and which row of it stands for which."""
    lines, rows = ["import keras", "from keras import layers"], {}
    for number, built in enumerate(record.models):
        lines.append(f"model_{number} = keras.Sequential()")
        rows[len(lines)] = built.row
        lines.append(f"model_{number}.add(keras.Input((16,)))")
        for made in built.layers:
            lines.append(f"model_{number}.add({_call(made)})")
            rows[len(lines)] = made.row
    return "\n".join(lines) + "\n", rows


def _call(made: Made) -> str:
    options = {"activation": made.activation, "name": made.name}
    words = [f"{key}={value!r}" for key, value in options.items() if value is not None]
    first = {"Dense": [repr(made.units)], "Reshape": [repr(made.units)], "Dropout": ["0.5"]}.get(made.kind, [])
    return f"layers.{made.kind}({', '.join([*first, *words])})"
