"""The names and strings that a call has Keras look up: what they name, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from cnnlint.graph.events import ModuleImported
from cnnlint.graph.library_calls import Call, Reference
from cnnlint.graph.origins import Origin
from cnnlint.graph.program import Frameworks, Program
from cnnlint.graph.signatures import SPOKEN, Signature, members, nearest, signatures, strings, untranslated
from cnnlint.graph.specs import function_variants, layer_spec
from cnnlint.graph.versions import gone, removal, replacement

#: what a parameter of a layer names, by its ending
LAYERS = {
    "activation": "activation",
    "initializer": "initializer",
    "regularizer": "regularizer",
    "constraint": "constraint",
    "init": "initializer",
}
#: what parameters of convolutions, pooling and others choose from
OPTIONS = {
    "padding": "padding",
    "data_format": "data format",
    "merge_mode": "merge mode",
    "score_mode": "score mode",
}
#: those that are read in any case
ANY_CASE_OPTIONS = frozenset({"padding", "data format"})
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
#: attributes of models that are spelt almost like a method (`dir(keras.Model)` of Keras 3.15)
RESEMBLING = frozenset({"add_weight", "jit_compile", "set_weights"})
#: modules of `keras.layers` in some version that are not told to have moved
UNMOVED = frozenset(
    {
        *("activation", "attention", "containers", "experimental", "kernelized", "merging", "normalization"),
        *("preprocessing", "regularization", "reshaping", "rnn", "serialization"),
    }
)
#: metrics that compile resolves itself
ANY_CASE = ("accuracy", "acc", "crossentropy", "ce")
#: the losses among them: the cross-entropy that fits the targets (keras/src/trainers/compile_utils.py: get_loss)
ANY_CROSSENTROPY = ("crossentropy", "ce")


def looked_up(program: Program) -> Iterator[tuple[str, str, Origin]]:
    """The names that a program has looked up: those that it imports and those that its calls mention.

    What it imports in small letters may be a module, or another name of a class, unless an older version had it.
    """
    added = set[str]()
    for event in program.events_of(ModuleImported):
        api = event.module.removeprefix("tensorflow.")
        if _added(event.module):
            added.add(api.rpartition(".")[2])
            continue
        if api.rpartition(".")[2][:1].isupper() or last_to_have(api, event.module, program.frameworks):
            yield api, event.module, event.origin
    for call in program.calls:
        yield from (one for one in mentioned(call) if one[0].rpartition(".")[2] not in added)


def _added(name: str) -> bool:
    """Whether a layer is imported from a module that no version of Keras has: its own file, put beside those."""
    package, _, module = name.rpartition(".")[0].rpartition(".")
    return package == "keras.layers" and module not in UNMOVED and removal(f"{package}.{module}") is None


def last_to_have(api: str, written: str, frameworks: Frameworks) -> str | None:
    """The last version to have what a file for a later one names; None where that one has it, or it is not known.

    Beside TensorFlow's own Keras it may be that one's, which kept some of what Keras 3 left out.
    """
    if gone(frameworks, api, written):
        return "TensorFlow 1"
    module = api.rpartition(".")[0]
    if frameworks.keras != 3 or not api.startswith("keras.") or module[module.rfind(".") + 1 :][:1].isupper():
        return None
    change = removal(written.rpartition(".")[0]) if written.startswith("keras.") and written != api else None
    if change is not None:
        return change[1]
    having = [one.version for one in signatures(api)]
    if not having or "3" in having or replacement(api) or (frameworks.beside_tensorflow and "tf" in having):
        return None
    return SPOKEN[having[0]]


def mentioned(call: Call) -> Iterator[tuple[str, str, Origin]]:
    """The names that a call has looked up: its own and those of functions that it is handed, as they are written."""
    yield call.api, call.callee or call.api, call.origin
    for argument in (*call.positional, *call.keywords.values()):
        given, origin = argument.value, argument.origin
        if not isinstance(given, Reference) or given.made or origin is None:
            continue
        if given.name.startswith(FUNCTIONS) and not members(given.name):
            yield given.name, origin.text or given.name, origin


def names(call: Call, allowed: Collection[str]) -> Iterator[tuple[str, str, Origin]]:
    """The strings that a call has Keras look up: what they name, and where they stand; `allowed` are the versions that
    it may be made for."""
    if call.api in LOOKUPS:
        arguments = {LOOKUPS[call.api]: call.argument(0, "identifier")}
    elif call.api == "keras.models.Model.compile":
        arguments = {p: call.argument((0, 1)[i] if i < 2 else None, p) for i, p in enumerate(COMPILE)}
    elif call.api.startswith(("keras.layers.", "keras.applications.")):
        places = {name: index for index, name in enumerate(_order(call, allowed))}
        found = {*places, *call.keywords}
        arguments = {p: call.argument(places.get(p), p) for p in found if family_of(p) or p in options(call.api)}
    else:
        return
    for parameter, argument in arguments.items():
        if argument is None or argument.origin is None:
            continue
        family = COMPILE.get(parameter) or family_of(parameter) or OPTIONS.get(parameter) or LOOKUPS.get(call.api, "")
        if isinstance(argument.value, dict) and parameter not in COMPILE:
            continue  # the configuration of an object
        for text in flat(argument.value):
            if parameter == "loss" and not text:
                continue  # a model that is only a part is compiled with none; Keras looks it up when it trains
            yield family, text, inside(argument.origin, text)


def _order(call: Call, allowed: Collection[str]) -> tuple[str, ...]:
    """The parameters in the order of the newest version whose keywords the call speaks, and in which the strings among
    its positional arguments stand where such strings may: `Convolution2D(64, 3, 3, "he_uniform", bias=False)`."""
    known = [untranslated(one) for one in signatures(call.api)]
    spoken = [one for one in known if one.version in allowed and one.keywords >= call.keywords.keys()]
    return next((one.parameters for one in spoken if _at_home(call, one)), known[0].parameters if known else ())


def _at_home(call: Call, signature: Signature) -> bool:
    """Whether a version finds what it looks up in every string among a call's positional arguments."""
    for parameter, argument in zip(signature.parameters, call.positional, strict=False):
        family = family_of(parameter) or OPTIONS.get(parameter)
        if family and isinstance(argument.value, str) and not resolves(family, argument.value, signature.version):
            return False
    return True


def family_of(parameter: str) -> str | None:
    """What a layer's parameter names."""
    return next((family for end, family in LAYERS.items() if parameter.endswith(end)), None)


def options(api: str) -> Collection[str]:
    """The parameters of a layer that choose from a few words."""
    name = api.rpartition(".")[2]
    if name in ("Bidirectional", "Attention"):
        return ("merge_mode", "score_mode")
    if "Conv" in name or "Pool" in name:
        return ("padding", "data_format")
    return ("data_format",) if name.startswith(("Flatten", "UpSampling2D", "ZeroPadding2D", "Cropping2D")) else ()


def resolves(family: str, name: str, version: str) -> bool:
    """Whether a version of Keras knows the name; those of optimizers, options and "accuracy" are read in any case."""
    known = strings(family, version)
    if family == "loss" and version == "3" and name.lower() in ANY_CROSSENTROPY:
        return True
    lowered = family == "optimizer" or family in ANY_CASE_OPTIONS or (family == "metric" and name.lower() in ANY_CASE)
    return name in known or (lowered and name.lower() in {one.lower() for one in known})


def meant_method(name: str) -> str | None:
    """The method of a model that was meant by a name which no model has; None for names that models have."""
    known = members(MODEL)
    return nearest(name, known, cutoff=0.8) if name not in known | RESEMBLING else None


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


#: packages with what Keras is made of (keras/src of Keras 3 and tf_keras, tensorflow/python/keras of TensorFlow 2)
INSIDE = ("keras.src", "tf_keras.src", "tensorflow.python.keras")

#: modules of every Keras whose members are all known
MODULES = frozenset(
    f"keras.{name}"
    for name in ("layers", "optimizers", "losses", "metrics", "callbacks", "initializers", "regularizers")
)
#: what else Keras 3 has at its top (`dir(keras)` of Keras 3.15)
TOP = frozenset({"Input", "Model", "Sequential"})
#: modules of which every callable of every version is known
WHOLE = (*sorted(MODULES), "keras", "keras.models", "keras.random", "keras.utils")
#: modules of classes that have no names but for the case of their letters, in any version
CASED = ("keras", "keras.models", "keras.layers", "keras.callbacks")
#: modules that hold functions and classes alone
FUNCTIONS = (
    "keras.activations.",
    "keras.layers.",
    "keras.losses.",
    "keras.metrics.",
    "keras.ops.",
    "tf.math.",
    "tf.nn.",
)
#: the words that a name of a class is made of
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|\d+D|[a-z]+|\d+")
#: modules of TensorFlow whose callables are all known
TENSORFLOW = ("tf", "tf.math", "tf.nn", "tf.image", "tf.linalg", "tf.random")
#: modules of Keras that are taken for one another
BESIDE = ("keras.layers", "keras.models", "keras.ops", "keras.optimizers", "keras.utils", "keras.losses")
MODEL = "keras.models.Model"
#: modules of functions whose names are often a letter apart
ARITHMETIC = ("keras.ops", "keras.activations", *TENSORFLOW)


@lru_cache(maxsize=4096)
def member(api: str) -> str | None:
    """The member that was meant by one that a module of Keras never had: the same but for case or a letter."""
    module, _, name = api.rpartition(".")
    if module == MODEL:
        return meant_method(name)
    if module not in (*WHOLE, *ARITHMETIC) or _known(api):
        return None
    known = members(module) | (TOP if module == "keras" else frozenset())
    if module in CASED and any(one.lower() == name.lower() for one in known):
        return next(one for one in sorted(known) if one.lower() == name.lower())
    slip = next((one for one in sorted(known) if _slip(name, one, module in ARITHMETIC)), None)
    if module not in MODULES:
        return slip
    return slip or nearest(name, known, cutoff=0.92) or _in_full(name, known)


def is_inside(module: str) -> bool:
    """Whether a module is one of Keras's insides, which hold more names than the package shows."""
    return module.startswith(INSIDE)


def shows_all(module: str) -> bool:
    """Whether a module shows all that is in it: one of Keras's insides, or of Keras Core, of which Keras 3 was made."""
    return is_inside(module) or module.partition(".")[0] == "keras_core"


def _slip(name: str, meant: str, arithmetic: bool) -> bool:
    """Whether a name is another one but for two letters exchanged, one left out, one doubled, or an s at its end.

    Of the 2,000 names in the tables no two differ by an exchange of letters. The other slips lie between names of fewer
    letters (sin, sign; Adam, AdamW) and between functions like arccos and arccosh, logical_or and logical_xor.
    """
    short = len(meant) - len(name)
    if short == 0:
        at = next((at for at, (one, other) in enumerate(zip(name, meant, strict=True)) if one != other), 0)
        exchanged = name[at : at + 2] == meant[at : at + 2][::-1] and name[at + 2 :] == meant[at + 2 :]
        return name != meant and exchanged and name[at : at + 2].isalpha()
    if short == 1:
        last = len(meant) - 1 if arithmetic and len(meant) < 9 else len(meant)
        places = (at for at in range(1, last) if meant[at].isalpha())
        return len(meant) >= (6 if arithmetic else 5) and any(meant[:at] + meant[at + 1 :] == name for at in places)
    doubled = (at for at in range(1, len(name)) if name[at] == name[at - 1] and name[at].isalpha())
    longer = name == f"{meant}s" or any(name[:at] + name[at + 1 :] == meant for at in doubled)
    return short == -1 and len(meant) >= 5 and longer


def _in_full(name: str, known: Collection[str]) -> str | None:
    """The one name of which another has the first letters of every word: BatchNorm is short for BatchNormalization."""
    words = WORD.findall(name)
    if len(words) < 2:
        return None
    parts = {one: WORD.findall(one) for one in known}
    found = [
        one
        for one, full in parts.items()
        if len(full) == len(words) and all(map(str.startswith, full, words)) and all(len(word) > 1 for word in words)
    ]
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=4096)
def absent(api: str) -> bool:
    """Whether a module of Keras 3 or today's TensorFlow has no such name, nor `member` one almost spelt so."""
    module = api.rpartition(".")[0]
    if module not in (*WHOLE, *ARITHMETIC, MODEL) or _known(api) or member(api) is not None:
        return False
    # the first has modules beside its callables, the other attributes beside its methods
    return module not in ("keras", MODEL) or instead(api)[1]


def instead(api: str) -> tuple[str | None, bool]:
    """What may be meant by a name that is absent, and whether another module beside has that very name."""
    module, _, name = api.rpartition(".")
    others = (
        TENSORFLOW if module in TENSORFLOW else BESIDE if module in WHOLE else BESIDE[:1] if module == MODEL else ()
    )
    beside = next((other for other in others if name in members(other)), None)
    return (f"{beside}.{name}", True) if beside else (nearest(name, members(module)), False)


def _known(api: str) -> bool:
    module, _, name = api.rpartition(".")
    if module == "keras":
        return name in TOP or name in members(module)
    return bool(signatures(api) or function_variants(api) or layer_spec(api))
