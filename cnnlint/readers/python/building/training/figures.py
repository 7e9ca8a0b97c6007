"""What an epoch of `fit` reports, by name: the keys of its history, and what callbacks may watch."""

from __future__ import annotations

import re

from cnnlint.graph import FigureMissed
from cnnlint.graph.vocabulary import canonical_metric
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.naming import snake
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.values import (
    ACCURACIES,
    DictValue,
    Figures,
    FunctionValue,
    ModelValue,
    ObjectValue,
    Passed,
    Symbol,
    Unknown,
    Value,
    elements,
    token,
)

#: metrics of Keras whose own name is not their class's in small letters, in the version that says otherwise
OWN_NAMES = {
    "KLDivergence": ("kl_divergence", "kullback_leibler_divergence"),
    "LogCoshError": ("logcosh",),
    "RootMeanSquaredError": ("root_mean_squared_error",),
}
#: modules of Keras that hold metrics, and losses that serve as such
METRICS = pattern(r"(tf\.)?keras\.(metrics|losses)\.")
#: a program asks which figures there are
ASKED = pattern(r"\bin\s+(list\()?[\w.]*(\.history\b|hist\w*\b)|\.history\.(keys|get)\(")


def reported(run: Run, model: ModelValue, passed: dict[str, Passed]) -> Figures | None:
    """What the epochs of a `fit` report; None where that is not known.

    A model of the program's own class may report what it likes, and so may a callback.
    """
    if model.instance is not None or model.keyed or model.gaps or not model.outputs or "loss" not in model.compiled:
        return None
    if any("add_metric" in unit.parsed.text for unit in run.units):
        return None
    if "callbacks" in passed and not _of_keras(run, passed["callbacks"].value):
        return None
    names = _names(model.compiled.get("metrics"))
    validated = validates(passed)
    return Figures(frozenset(names), len(model.outputs) > 1, validated) if names is not None else None


def numbers(run: Run, model: ModelValue) -> int | None:
    """How many numbers `evaluate` gives for a model of one output; None where that is not known."""
    if reported(run, model, {}) is None or len(model.outputs) != 1:
        return None
    metrics = model.compiled.get("metrics")
    if metrics is None or isinstance(metrics, str):
        return 1 + (metrics is not None)
    items = elements(metrics)
    single = items is not None and all(elements(one) is None and not isinstance(one, DictValue) for one in items)
    return 1 + len(items) if items is not None and single else None


def item(run: Run, figures: Figures, key: Value, node: cst.Subscript) -> Value:
    """`history.history[key]`: numbers, one for each epoch; tells the rules where there is no such figure."""
    if isinstance(key, str) and not run.trying and not any(_asks(unit.parsed) for unit in run.units):
        origin = run.origin(node)
        if not figures.reports(key):
            run.event(FigureMissed(origin=origin, figure=key, instead=figures.instead(key)))
        elif key.startswith("val_") and not (figures.validated or figures.open or key in figures.added):
            run.event(FigureMissed(origin=origin, figure=key, unvalidated=True))
    return Unknown("figures of the epochs", ("history", "item", token(key)))


@once
def _asks(parsed: Parsed) -> bool:
    return ASKED.search(parsed.text) is not None


def validates(passed: dict[str, Passed]) -> bool:
    """Whether a `fit` is given anything to validate on, or may be: what a call makes may be there."""
    given = [passed[name] for name in ("validation_data", "validation_split") if name in passed]
    return any(one.value is not None or isinstance(one.node, cst.Call) for one in given)


def _of_keras(run: Run, value: Value) -> bool:
    """Whether all callbacks are Keras's own, which add nothing but the rate to what is reported."""
    if value is None:
        return True
    items, more = run.iterate(value) if not isinstance(value, ObjectValue) else ([value], False)
    return not more and all(
        isinstance(item, ObjectValue) and re.match(r"(tf\.)?keras\.callbacks\.(?!Lambda)", item.name)
        for item in items or ()
    )


def _names(value: Value) -> set[str] | None:
    """The names that metrics as `compile` takes them may be reported by; None where one is not known."""
    if value is None:
        return set()
    items = list(value.items.values()) if isinstance(value, DictValue) else elements(value)
    if isinstance(value, DictValue) and value.open:
        return None
    if items is None:
        return _spelt(value)
    found: set[str] = set()
    for item in items:
        names = _names(item)
        if names is None:
            return None
        found |= names
    return found


def _spelt(value: Value) -> set[str] | None:
    """The names that one metric may be reported by, in one version of Keras or another."""
    if isinstance(value, str):
        full = canonical_metric(value)
        return {value} if value in ACCURACIES else {value, snake(value), *([full] if full is not None else ())}
    if isinstance(value, FunctionValue):
        named = value.attributes.get("__name__", value.name)
        return {named} if isinstance(named, str) else None
    if isinstance(value, Symbol) and METRICS.match(value.name):
        return _of_class(value.last, value.name)
    if isinstance(value, ObjectValue) and METRICS.match(value.name) and not value.site.open:
        name = value.site.value(None, "name")
        placed = {one.value for one in value.site.positional if isinstance(one.value, str)}
        unknown = any(not isinstance(one.value, (str, int, float)) for one in value.site.positional)
        if unknown or not (name is None or isinstance(name, str)):
            return None
        return {name} if name is not None else placed | _of_class(value.name.rpartition(".")[2], value.name)
    return None


def _of_class(last: str, name: str) -> set[str]:
    """The names of a class or function of Keras."""
    full = canonical_metric(name)
    return {last, snake(last), *OWN_NAMES.get(last, ()), *([full] if full is not None else ())}
