"""CNN702."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from cnnlint.diagnostics import Severity
from cnnlint.graph import Origin, Program
from cnnlint.graph.library_calls import Call
from cnnlint.graph.signatures import KERAS, SPOKEN, nearest, signatures, strings
from cnnlint.graph.versions import possible, shown
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, RespellString

#: what a parameter of a layer names, by its ending
LAYERS = {
    "activation": "activation",
    "_initializer": "initializer",
    "_regularizer": "regularizer",
    "_constraint": "constraint",
    "init": "initializer",
}
#: what the parameters of compile name
COMPILE = {"optimizer": "optimizer", "loss": "loss", "metrics": "metric", "weighted_metrics": "metric"}
#: functions that look a string up
LOOKUPS = {
    f"keras.{module}.get": family
    for module, family in (
        ("activations", "activation"),
        ("constraints", "constraint"),
        ("initializers", "initializer"),
        ("losses", "loss"),
        ("metrics", "metric"),
        ("optimizers", "optimizer"),
        ("regularizers", "regularizer"),
    )
}
#: metrics that compile resolves itself
ANY_CASE = ("accuracy", "acc", "crossentropy", "ce")
#: functions that give names of their own a meaning
REGISTERING = ("get_custom_objects", "custom_object_scope", "CustomObjectScope", "register_keras_serializable")


class UnknownName(Rule):
    """A string that Keras resolves, and does not know.

    ## What it does
    Finds names of activations, losses, metrics, optimizers, initializers, regularizers and constraints that no version
    of Keras has. A name that only older versions have is a note, and an error where the file is for a later one.

    ## Why is this bad
    Keras raises a `ValueError`: for an activation where the layer is made, for a loss or metric not before training.

    ## Example
    ```python
    from keras import Input, Sequential, layers

    model = Sequential([Input((20,)), layers.Dense(16, activation="rellu"), layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_cross_entropy", optimizer="adam", metrics=["acuracy"])
    ```

    ## Use instead
    ```python
    from keras import Input, Sequential, layers

    model = Sequential([Input((20,)), layers.Dense(16, activation="relu"), layers.Dense(3, activation="softmax")])
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    ```

    ## Exceptions
    Functions, objects and unknown values are not names: silent. So is a file that registers names of its own
    (`get_custom_objects`, `custom_object_scope`, `register_keras_serializable`).

    ## References
    - [Keras 3: losses](https://keras.io/api/losses/), [metrics](https://keras.io/api/metrics/), [optimizers](
      https://keras.io/api/optimizers/), [activations](https://keras.io/api/layers/activations/)
    """

    code = "CNN702"
    name = "unknown-name"
    severity = Severity.ERROR
    summary = "A name that Keras does not know"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the name is refused before there is a model to train")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place of a name."""
        if any(call.api.rpartition(".")[2] in REGISTERING for call in program.calls):
            return
        told: set[object] = set()
        for call in program.calls:
            if not call.api.startswith("keras."):
                continue
            allowed, old = possible(program.frameworks, call.api), shown(program.frameworks, call.api)
            for family, name, origin in names(call):
                if (name, origin.filename, origin.span) in told:
                    continue
                told.add((name, origin.filename, origin.span))
                having = [version for version in KERAS if resolves(family, name, version)]
                if allowed[0] in having or old & set(having):
                    continue
                yield judged(family, name, origin, having, allowed)


def judged(family: str, name: str, origin: Origin, having: list[str], allowed: tuple[str, ...]) -> Finding:
    """The finding about a name that the newest version does not resolve; `having` are those that do."""
    better = nearest(name, strings(family, allowed[0]))
    title = f"write {better!r}" if better else f"write the name of a {family}, or pass a function"
    remedy = Remedy(title, (RespellString(origin, name, better),)) if better else None
    advice = f"did you mean {better!r}?" if better else title
    if set(having) & set(allowed):
        problem = f"{name!r} is no longer the name of a {family}: the last to have it was {SPOKEN[having[0]]}"
        return Finding(problem, origin, help=advice, remedy=remedy, severity=Severity.INFO)
    kind = f"an {family}" if family[0] in "aio" else f"a {family}"
    problem = f"{name!r} is not the name of {kind}"
    return Finding(problem + (f" but in {SPOKEN[having[0]]}" if having else ""), origin, help=advice, remedy=remedy)


def names(call: Call) -> Iterator[tuple[str, str, Origin]]:
    """The strings that a call has Keras look up: what they name, and where they stand."""
    if call.api in LOOKUPS:
        arguments = {LOOKUPS[call.api]: call.argument(0, "identifier")}
    elif call.api == "keras.models.Model.compile":
        arguments = {p: call.argument((0, 1)[i] if i < 2 else None, p) for i, p in enumerate(COMPILE)}
    elif call.api.startswith(("keras.layers.", "keras.applications.")):
        order = next((s.parameters for s in signatures(call.api)), ())
        places = {name: index for index, name in enumerate(order)}
        found = {*places, *call.keywords}
        arguments = {p: call.argument(places.get(p), p) for p in found if family_of(p)}
    else:
        return
    for parameter, argument in arguments.items():
        if argument is None or argument.origin is None:
            continue
        family = COMPILE.get(parameter) or family_of(parameter) or LOOKUPS.get(call.api, "")
        for text in flat(argument.value):
            yield family, text, inside(argument.origin, text)


def family_of(parameter: str) -> str | None:
    """What a layer's parameter names."""
    return next((family for end, family in LAYERS.items() if parameter.endswith(end)), None)


def resolves(family: str, name: str, version: str) -> bool:
    """Whether a version of Keras knows the name; those of optimizers and "accuracy" are read in any case."""
    known = strings(family, version)
    lowered = family == "optimizer" or (family == "metric" and name.lower() in ANY_CASE)
    return name in known or (lowered and name.lower() in {one.lower() for one in known})


def flat(value: Any) -> Iterator[str]:
    """The strings in a value, those of lists and dicts among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from flat(item)


def inside(origin: Origin, text: str) -> Origin:
    """The place of a string within an expression of one row, or the whole expression."""
    places = [at for quote in "'\"" if (at := origin.text.find(f"{quote}{text}{quote}")) >= 0]
    span = origin.span
    if span is None or span.start_row != span.end_row or len(places) != 1 or len(origin.text) >= 200:
        return origin
    start = span.start_column + places[0]
    return replace(origin, span=replace(span, start_column=start, end_column=start + len(text) + 2), text=repr(text))
