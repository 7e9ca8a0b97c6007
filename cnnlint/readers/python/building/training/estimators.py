"""Estimators: a model function is read with the data that its input function gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    DatasetValue,
    FunctionValue,
    MethodValue,
    ObjectValue,
    PartialValue,
    Passed,
    Unknown,
    Value,
    elements,
)

#: what makes an input function of arrays
INPUTS = ("numpy_input_fn", "pandas_input_fn")


def method(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`Estimator(model_fn).train(input_fn)`: reads the model function once, as it is called for training."""
    if value.name.rpartition(".")[2] != "Estimator":
        return None
    model_fn = value.site.value(0, "model_fn", default=None)
    if isinstance(model_fn, FunctionValue) and not model_fn.called:
        features, labels = _data(run, site.value(0, "input_fn"))
        names = [parameter.name.value for parameter in model_fn.node.params.params]
        given = {
            "features": features,
            "labels": labels,
            "mode": "train",
            "params": value.site.value(None, "params", default=None),
        }
        settings = {name: Passed(item) for name, item in given.items() if name in names and item is not None}
        result = run.call(model_fn, CallSite(None, keywords=settings))
        run.building.escape(result)
    return value


def _data(run: Run, source: Value) -> tuple[Value, Value]:
    """Features and labels of an input function."""
    if isinstance(source, ObjectValue) and source.name.rpartition(".")[2] in INPUTS:
        return source.site.value(0, "x"), source.site.value(1, "y")
    if isinstance(source, (FunctionValue, MethodValue, PartialValue)):
        source = run.call(source, CallSite(None))
    parts = elements(source.element if isinstance(source, DatasetValue) else source)
    if parts is not None and len(parts) == 2:
        return parts[0], parts[1]
    return Unknown("features"), Unknown("labels")


def _input_fn(run: Run, site: CallSite) -> Value:
    return ObjectValue(site.api, site)


def _app_run(run: Run, site: CallSite) -> Value:
    """`tf.app.run(main)`: calls `main`, which it finds in the program where none is passed."""
    main = site.value(0, "main", default=None)
    if main is None:
        found = run.scope.lookup("main")
        main = found[1] if found is not None else None
    if isinstance(main, FunctionValue) and not main.called:
        run.call(main, CallSite(site.node, [Passed(Unknown("argv", ("argv",)))] if main.node.params.params else []))
    run.raised()
    return None


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **{f"tf.estimator.inputs.{name}": _input_fn for name in INPUTS},
    **{f"{module}.run": _app_run for module in ("tf.app", "absl.app", "tf.python.platform.app")},
}
