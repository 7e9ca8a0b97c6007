"""Wrappers of scikit-learn: what a function that builds a model is called with, and what compiles the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.building.training import training
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    FunctionValue,
    ModelValue,
    ObjectValue,
    Passed,
    Unknown,
    Value,
)

#: what scikeras passes by name to a function that asks for it (scikeras 0.13: wrappers.py, _build_keras_model)
HANDED = ("meta", "compile_kwargs", "params")
#: what it compiles a model with that is not compiled yet (wrappers.py, _ensure_compiled_model)
COMPILED = ("optimizer", "loss", "metrics")


def _wrapped(run: Run, site: CallSite) -> Value:
    """`KerasClassifier(build, units=32)`: the function is called with the keywords that it has parameters for.

    Where others of its parameters have no default, a search passes them: it is left to be read by itself.
    """
    build, made = site.value(0, "model", "build_fn"), ObjectValue(site.api, site)
    settings = _settings(build, site) if isinstance(build, FunctionValue) and not build.called else None
    if settings is None or site.node is None or site.open:
        run.building.unknown_call(Unknown(f"`{site.api}`"), site)
        return made
    model = run.call(build, CallSite(site.node, keywords=settings))
    # a part of an optimizer or a loss that stands by itself, `optimizer__learning_rate`, is not put together
    plain = [name for name in COMPILED if not any(key.startswith(f"{name}__") for key in site.keywords)]
    words = {name: site.keywords[name] for name in plain if name in site.keywords}
    if isinstance(model, ModelValue):
        if model.training.compiled is None and "loss" in words:
            training.compile_model(run, model, CallSite(site.node, keywords=words, api=site.api))
        run.building.unknown_call(Unknown("a wrapper"), CallSite(None, [Passed(model)]))
    return made


def _settings(build: FunctionValue, site: CallSite) -> dict[str, Passed] | None:
    """What a function that builds a model is passed; None where something of it is not known."""
    found: dict[str, Passed] = {}
    for parameter in (*build.node.params.params, *build.node.params.kwonly_params):
        name = parameter.name.value
        passed = site.keywords.get(f"model__{name}", site.keywords.get(name, MISSING))
        if isinstance(passed, Passed):
            found[name] = passed
        elif name in HANDED:
            found[name] = Passed(Unknown(name, ("param", name)))
        elif parameter.default is None:
            return None
    return found


MODULES = ("scikeras.wrappers", "keras.wrappers.scikit_learn", "keras.wrappers")
HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    f"{module}.{name}": _wrapped for module in MODULES for name in ("KerasClassifier", "KerasRegressor")
}
