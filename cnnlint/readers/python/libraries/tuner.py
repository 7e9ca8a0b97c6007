"""Keras Tuner: what a function that builds a model is handed, and asks for its numbers (`hp.Int("units", 32, 512)`)."""

from __future__ import annotations

from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import MISSING, CallSite, Chosen, Unknown, Value, elements

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
