"""Data that a model's inputs are given by their names."""

from __future__ import annotations

import re

from cnnlint.graph import NotThere
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import DictValue, ModelValue, Passed

#: how Keras 3 calls an input that has no name of its own
MADE_UP = re.compile(r"input_layer(_\d+)?")


def check(run: Run, model: ModelValue, passed: Passed | None) -> None:
    """Tell the rules of an input that a dict of data does not have: its key in the model's own dict of inputs, or the
    name of its layer (keras 3.15: src/models/functional.py: _flatten_to_reference_inputs; Keras 2 took the rest)."""
    data = passed.value if passed is not None else None
    if not isinstance(data, DictValue) or data.open or run.trying or passed is None:
        return
    if model.kind != "functional" or model.gaps or not model.inputs or run.versions.keras != 3:
        return
    given = set(data.items)
    names = model.input_keys or tuple(tensor.node.name for tensor in model.inputs)
    if not all(isinstance(name, str) for name in (*given, *names)):
        return
    made_up = any(MADE_UP.fullmatch(str(name)) for name in given)
    missing = next((name for name in names if name not in given and (name or not made_up)), None)
    if missing is not None:
        what = f"called {missing!r}" if missing else "without a name of its own"
        advice = f"its inputs are {', '.join(map(repr, names))}" if all(names) else "name the input: Input(…, name=…)"
        problem = f"the data of the model's input {what} are not in the dict that it is given"
        run.event(NotThere(origin=run.origin(passed.node), problem=problem, advice=advice))


__all__ = ["check"]
