"""For which versions of Keras and TensorFlow a file may be written, and what became of a name between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cnnlint.graph.program import Frameworks
from cnnlint.graph.signatures import KERAS, SPOKEN, TENSORFLOW
from cnnlint.graph.tables import load

#: where TensorFlow 2 keeps what TensorFlow 1 had: an imported file may call it where its importer does not
OLD = "compat.v1"


def possible(frameworks: Frameworks, api: str, callee: str = "") -> tuple[str, ...]:
    """The versions that a call of this name, written as `callee`, may be made for, the newest first."""
    if not api.startswith("keras."):
        old = frameworks.compat_v1 or OLD in callee
        return ("tf2",) if frameworks.tensorflow == 2 and not old else TENSORFLOW
    if frameworks.keras == 3:
        return ("3",)
    if frameworks.tf_keras:
        # in TensorFlow 1 tf.keras was Keras 2; since TensorFlow 2.16 it is Keras 3
        return ("3", "tf", "2")
    return KERAS


def shown(frameworks: Frameworks, api: str, callee: str = "") -> frozenset[str]:
    """The old versions that the file, or the call, shows itself to be written for: what these have needs no word."""
    if not api.startswith("keras."):
        old = frameworks.tensorflow in (0, 1) or frameworks.compat_v1 or OLD in callee
        return frozenset({"tf1", "tf0"}) if old else frozenset()
    if frameworks.tf_keras and frameworks.tensorflow in (0, 1) and not frameworks.compat_v1:
        return frozenset({"tf", "2"})
    return frozenset({"1"}) if frameworks.keras == 1 else frozenset()


#: what came with TensorFlow 1.0 or later
SINCE_ONE = ("tf.layers.", "tf.losses.", "tf.data.", "tf.estimator.", "keras.")


def may_be_older(apis: Iterable[str]) -> bool:
    """Whether none of these is something that TensorFlow has had since 1.0 alone."""
    return not any(api.startswith(SINCE_ONE) for api in apis)


def successor(api: str, name: str) -> str | None:
    """What an argument that went is called now, where it has a successor that takes the same value."""
    return next((now for now, _ in _changes(api, name)), None)


def until(api: str, name: str, versions: tuple[str, ...]) -> str:
    """Which version was the last to have a name, in words."""
    return next((last for _, last in _changes(api, name)), SPOKEN[versions[0]])


def is_keras_one(api: str, name: str) -> bool:
    """Whether an argument is a name of Keras 1, translated by stand-alone Keras up to 2.3 and taken by none later."""
    return any(last.startswith("Keras 1") for _, last in _changes(api, name))


def _changes(api: str, name: str) -> Iterator[tuple[str | None, str]]:
    """What took the place of an argument that went, and the last version that had it, by every pattern that fits."""
    for pattern, names in load("api_changes")["arguments"].items():
        if api.startswith(pattern) and name in names:
            yield names[name]["now"], names[name]["until"]


def replacement(api: str) -> tuple[str, str] | None:
    """What took the place of a function or method that went, and the last version that had it."""
    change = load("api_changes")["callables"].get(api)
    return (change["now"], change["until"]) if change is not None else None


def removal(module: str) -> tuple[str, str] | None:
    """What took the place of a module that went, and the last version that had it; of the package it stands in, too."""
    change = load("api_changes")["modules"].get(module)
    if change is not None:
        return change["now"], change["until"]
    package = module.rpartition(".")[0]
    return removal(package) if package else None
