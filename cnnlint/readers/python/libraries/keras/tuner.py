"""Keras Tuner: what a function that builds a model is handed, and asks for its numbers (`hp.Int("units", 32, 512)`),
and the search that trains what it builds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.building.training import feeds
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    Chosen,
    FunctionValue,
    InstanceValue,
    MethodValue,
    ModelValue,
    ObjectValue,
    Passed,
    Unknown,
    Value,
    elements,
)

#: what such a parameter is called
NAMES = frozenset({"hp", "hps", "hparams", "hyperparameters", "hyperparams"})


def asked(value: Unknown, name: str) -> Value:
    """A method of the hyperparameters of a search; MISSING for anything else."""
    token = value.token
    if name not in METHODS or not (isinstance(token, tuple) and token[:1] in (("param",), ("parameter",))):
        return MISSING
    return Native(name, lambda run, site: _chosen(run, name, site)) if token[-1] in NAMES else MISSING


def _chosen(run: Run, method: str, site: CallSite) -> Value:
    """A value that is not known, and the one by default: the first (keras_tuner 1.4: engine/hyperparameters)."""
    given = site.value(0, "name")
    called = given if isinstance(given, str) else "hp"
    usual = site.value(None, "default")
    if method == "Fixed":
        return site.value(1, "value")
    if method == "Choice" and usual is None:
        usual = (elements(site.value(1, "values")) or [None])[0]
    elif method in ("Int", "Float") and usual is None:
        usual = site.value(1, "min_value")
    return Chosen(f"the choice of `{called}`", ("param", "choice", called), usual)


METHODS = frozenset({"Int", "Float", "Choice", "Boolean", "Fixed"})
#: what tries out models (keras_tuner 1.4: tuners)
TUNERS = frozenset({"RandomSearch", "Hyperband", "BayesianOptimization", "GridSearch"})


def search(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`Hyperband(build).search(x, y, …)`: each model that the function builds is trained by `fit` with the same
    arguments (keras_tuner 1.4: engine/hypermodel: HyperModel.fit); it is read once, with the numbers by default."""
    module, _, name = value.name.rpartition(".")
    if name not in TUNERS or module.partition(".")[0] not in ("keras_tuner", "kerastuner"):
        return None
    build = value.site.value(0, "hypermodel", default=None)
    if isinstance(build, InstanceValue):
        own = build.cls.find("build") if build.cls.find("fit") is MISSING else MISSING
        build = MethodValue(own, build) if isinstance(own, FunctionValue) else None
    function = build.function if isinstance(build, MethodValue) else build
    if isinstance(function, FunctionValue) and not function.called:
        model = run.call(build, CallSite(site.node, [Passed(Unknown("hp", ("param", "hp")))]))
        if isinstance(model, ModelValue):
            feeds.feed(run, model, site, "fit")
    return None


#: methods of its objects
OF_OBJECTS: dict[str, Callable[[Any, ObjectValue, CallSite], Value]] = {"search": search}
