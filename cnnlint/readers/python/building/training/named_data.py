"""What Keras 3 refuses of data: names that no input has, and lists of numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cnnlint.graph import CallRefused, NotThere
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import DictValue, ListValue, ModelValue, Passed, Value, elements, is_number

#: how Keras 3 calls an input that has no name of its own
MADE_UP = re.compile(r"input_layer(_\d+)?")


def check(run: Run, model: ModelValue, passed: Mapping[str, Passed], kind: str) -> None:
    """Tell the rules of data that a call of `fit` or its kin does not take."""
    _named(run, model, passed.get("x"))
    modern = run.versions.keras == 3 and not run.trying and model.kind in ("functional", "sequential")
    for name in ("x", "y", "sample_weight") if modern and kind in ("fit", "evaluate", "predict") else ():
        data = passed.get(name)
        if data is not None and _of_numbers(data.value):
            problem = f"{name} is a list of numbers: Keras 3 takes arrays and tensors, and lists of these"
            run.event(CallRefused(origin=run.origin(data.node), problem=problem, advice="np.array(…)"))
            return


def _of_numbers(data: Value) -> bool:
    """Whether data are numbers in lists, and no array (keras 3.15: src/trainers/data_adapters: can_convert_arrays)."""
    items = elements(data) if isinstance(data, (ListValue, tuple)) else None
    if not items or (isinstance(data, ListValue) and not data.whole):
        return False
    return all(is_number(item) for item in items) or all(_of_numbers(item) for item in items)


def _named(run: Run, model: ModelValue, passed: Passed | None) -> None:
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
