"""For which versions of Keras and TensorFlow a file may be written, and what became of a name between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from cnnlint.graph.library_calls import Call
from cnnlint.graph.origins import Argument
from cnnlint.graph.program import Frameworks
from cnnlint.graph.signatures import KERAS, SPOKEN, TENSORFLOW, misfits, signatures
from cnnlint.graph.tables import load

#: where TensorFlow 2 keeps what TensorFlow 1 had: an imported file may call it where its importer does not
OLD = "compat.v1"


def imported(frameworks: Frameworks) -> frozenset[str]:
    """The generations of Keras that a file may be for by what it imports and by the spellings that only one has.

    TensorFlow's own Keras came after Keras 1 (TensorFlow 1.4, Keras 2.0); what TensorFlow 2 alone has says as much.
    """
    if frameworks.keras == 3:
        return frozenset({"3"})
    if frameworks.tf_keras:
        return frozenset({"3", "tf", "tf1"})  # since TensorFlow 2.16 it is Keras 3
    later = frameworks.beside_tensorflow or frameworks.tensorflow == 2
    return frozenset({"3", "tf", "2", *(("tf1",) if frameworks.beside_tensorflow else ()), *("" if later else "10")})


def narrowed(frameworks: Frameworks, calls: Iterable[Call], names: Iterable[str] = ()) -> Frameworks:
    """What a file shows, with the generations that it may be written for: those by its imports, but none that refuses
    more of its calls and names than a later one does. What all of them refuse is a mistake, and tells nothing."""
    known = imported(frameworks)
    cost: Counter[str] = Counter()
    asked = {(call.api, len(call.positional), *sorted(call.keywords)): call for call in calls}
    for call in asked.values():
        if call.api.startswith("keras."):
            fits = misfits(call.api, KERAS, len(call.positional), call.keywords, hidden=call.hidden)
            judged = known if _listed(call.api) else known & {fit.signature.version for fit in fits}
            cost.update(_without(judged, {fit.signature.version for fit in fits if not fit.count}))
    for name in frozenset(name.removeprefix("tensorflow.") for name in names):
        cost.update(_without(known, {one.version for one in signatures(name)}) if _listed(name) else ())
    order = [one for one in KERAS if one in known]
    kept = (g for at, g in enumerate(order) if all(cost[g] <= cost[later] for later in order[:at]))
    return replace(frameworks, generations=frozenset(kept))


#: modules of which every generation's members are known
LISTED = frozenset(
    {"keras", "keras.callbacks", "keras.layers", "keras.models", "keras.models.Model", "keras.optimizers"}
)


def _listed(api: str) -> bool:
    return api.rpartition(".")[0] in LISTED


def _without(known: frozenset[str], taking: set[str]) -> frozenset[str]:
    """Those that do not take what some take."""
    return known - taking if known & taking else frozenset()


def proven(api: str, name: str | None) -> frozenset[str]:
    """The generations that refuse a value where Keras 3 and tf.keras 2 were asked and do: of an argument by its name,
    "" for one by its place, None for the whole call.

    Those, and the Keras 2 that tf.keras was made of, where it has the argument. Keras 1 was written otherwise, and
    nobody asked it.
    """
    of_two = [one for one in signatures(api) if one.version in ("2", "tf1")] if name is not None else []
    return frozenset({"3", "tf", *(one.version for one in of_two if not name or name in one.keywords)})


def another(call: Call, given: Argument | None, generations: frozenset[str]) -> bool:
    """Whether what a call passes by its place is another argument in a generation that takes the call: `Dense(784, 10)`
    of Keras 0 has the width of its input first, and no activation second."""
    at = given.position if given is not None and given.keyword is None else None
    if at is None or not call.api.startswith("keras."):
        return False
    fits = misfits(call.api, KERAS, len(call.positional), call.keywords, hidden=call.hidden)
    named = [(fit, fit.signature.parameters[at]) for fit in fits if at < len(fit.signature.parameters)]
    meant = {fit.signature.version: name for fit, name in named[::-1]}.get("3")
    taking = {name for fit, name in named if not fit.count and fit.signature.version in generations}
    return meant is not None and any(meant not in (name, successor(call.api, name)) for name in taking)


def possible(frameworks: Frameworks, api: str, callee: str = "") -> tuple[str, ...]:
    """The versions that a call of this name, written as `callee`, may be made for, the newest first."""
    if not api.startswith("keras."):
        old = frameworks.compat_v1 or OLD in callee
        return ("tf2",) if frameworks.tensorflow == 2 and not old else TENSORFLOW
    return tuple(one for one in KERAS if one in frameworks.generations)


def shown(frameworks: Frameworks, api: str, callee: str = "") -> frozenset[str]:
    """The old versions that the file, or the call, shows itself to be written for: what these have needs no word."""
    if not api.startswith("keras."):
        old = frameworks.tensorflow in (0, 1) or frameworks.compat_v1 or OLD in callee
        return frozenset({"tf1", "tf0"}) if old else frozenset()
    if frameworks.tf_keras and frameworks.tensorflow in (0, 1) and not frameworks.compat_v1:
        return frozenset({"tf", "tf1"})
    return frameworks.generations & {"1", "0"} if frameworks.keras == 1 else frozenset()


#: what came with TensorFlow 1.0 or later
SINCE_ONE = ("tf.layers.", "tf.losses.", "tf.data.", "tf.estimator.", "keras.")


def may_be_older(apis: Iterable[str]) -> bool:
    """Whether none of these is something that TensorFlow has had since 1.0 alone."""
    return not any(api.startswith(SINCE_ONE) for api in apis)


def successor(api: str, name: str) -> str | None:
    """What an argument that went is called now, where it has a successor that takes the same value."""
    return next((now for now, _ in _changes(api, name)), None)


def gone(frameworks: Frameworks, api: str, callee: str) -> str | None:
    """What TensorFlow 2 has no longer of a name in a file for it: the name itself, or the module that it was in."""
    if frameworks.tensorflow != 2 or frameworks.compat_v1 or OLD in callee or not api.startswith("tf."):
        return None
    at, names = "tf", load("tensorflow_gone")["names"]
    for part in api.split(".")[1:]:
        if part in names.get(at, "").split():
            return None if part[:1].isupper() and f"{at}.{part}" != api else f"{at}.{part}"
        at = f"{at}.{part}"
    return None


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
