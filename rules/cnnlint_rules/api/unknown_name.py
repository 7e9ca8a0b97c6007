"""CNN702."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import AttributeMisspelt, Frameworks, ModuleImported, NotThere, Origin, Program
from cnnlint.graph.lookups import absent, inside, instead, last_to_have, looked_up, member, names, resolves, shows_all
from cnnlint.graph.signatures import KERAS, OPTIONS, SPOKEN, nearest, strings
from cnnlint.graph.versions import possible, removal, replacement, shown
from cnnlint.rule import Finding, Rule
from cnnlint.rule.asked import name_asked
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, RespellString

#: modules of stand-alone Keras that tf.keras never had (tensorflow/keras of TensorFlow 1.5 to 2.21)
INSIDES = ("keras.utils.", "keras.layers.", "keras.engine.")
#: functions that give names of their own a meaning
REGISTERING = ("get_custom_objects", "custom_object_scope", "CustomObjectScope", "register_keras_serializable")


class UnknownName(Rule):
    """A string that Keras resolves, and does not know.

    ## What it does
    Finds names of activations, losses, metrics, optimizers, initializers, regularizers and constraints that no version
    of Keras has, words for `padding`, `data_format`, `merge_mode` and `score_mode` that it does not take, classes
    almost spelt like those of its modules, or cut short (`layers.Conv2d`, `layers.BatchNorm`), methods almost spelt
    like a model's (`model.sumary()`), and imports of modules that went (`keras.utils.np_utils`, `keras.layers.core`),
    attributes of a layer's or model's own that its class never sets, layers asked for by a name that none has, and
    keys of `loss`, `metrics` and `loss_weights` that name no output of the model (a warning where Keras 3 heeds none).
    A name that only older versions have is a note, and an error where the file is for a later one. An attribute that is
    set and almost spelt like `trainable`, or like the `stop_training` that a callback sets, is a warning: Python takes
    it to no effect. In a file for Keras 3, what is called or handed over and in no version that is known in its module
    is warned of, and an error where another module of TensorFlow has it (`tf.reduce_euclidean_norm`).

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
    Functions, objects and unknown values are not names: silent. So is a file that registers names of its own, as with
    `register_keras_serializable`. An import in a `try` is one that the program expects to fail.

    ## References
    - [Keras 3: losses](https://keras.io/api/losses/), [metrics](https://keras.io/api/metrics/), [optimizers](
      https://keras.io/api/optimizers/), [activations](https://keras.io/api/layers/activations/)
    """

    code = "CNN702"
    name = "unknown-name"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "A name that Keras does not know"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the name is refused before there is a model to train")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place of a name."""
        yield from modules(program)
        for event in program.events_of(AttributeMisspelt):
            problem = f"nothing reads {event.written}: Keras has no such attribute"
            yield Finding(problem, event.origin, help=f"did you mean `{event.meant}`?", severity=Severity.WARNING)
        for asked in program.events_of(NotThere) if program.frameworks.keras == 3 else ():
            yield Finding(asked.problem, asked.origin, help=asked.advice or None)
        for model in program.models:
            for one in model.training.unknown_outputs:
                advice = f"its outputs are {', '.join(node.name.partition('/')[0] for node in model.outputs)}"
                problem = f"{one.name!r} is the name of no output of {model.name}"
                severity = None if one.refused or program.frameworks.keras in (1, 2) else Severity.WARNING
                yield Finding(problem, inside(one.origin, one.name), model, help=advice, severity=severity)
        if any(call.api.rpartition(".")[2] in REGISTERING for call in program.calls):
            return
        told: set[object] = set()
        inside_keras = any(shows_all(one.module) for one in program.events_of(ModuleImported))
        for api, written, origin in looked_up(program) if not inside_keras else ():
            finding = not_there(api, written, origin, program.frameworks)
            if finding is not None and not told & {origin.span, api}:
                told |= {origin.span, api} if written.endswith(api) else {origin.span}
                yield finding
        for call in program.calls:
            if not call.api.startswith("keras."):
                continue
            allowed, old = possible(program.frameworks, call.api), shown(program.frameworks, call.api)
            for family, name, origin in names(call, allowed):
                if ">" in name or (name, origin.filename, origin.span) in told:
                    continue  # `package>name`: what somebody registered
                told.add((name, origin.filename, origin.span))
                having = [version for version in KERAS if resolves(family, name, version)]
                if allowed[0] in having or old & set(having):
                    continue
                yield judged(family, name, origin, having, allowed)


def judged(family: str, name: str, origin: Origin, having: list[str], allowed: tuple[str, ...]) -> Finding:
    """The finding about a name that the newest version does not resolve; `having` are those that do."""
    better = nearest(name, strings(family, allowed[0]))
    title = f"write {better!r}" if better else f"write the name of a {family}, or pass a function"
    if family in OPTIONS and not better:
        title = f"write one of {', '.join(map(repr, sorted(OPTIONS[family])))}"
    remedy = Remedy(title, (RespellString(origin, name, better),)) if better else None
    advice = f"did you mean {better!r}?" if better else title
    if set(having) & set(allowed):
        problem = f"{name!r} is no longer the name of a {family}: the last to have it was {SPOKEN[having[0]]}"
        return Finding(problem, origin, help=advice, remedy=remedy, severity=Severity.INFO)
    kind = f"an {family}" if family[0] in "aio" else f"a {family}"
    problem = f"{name!r} is no {family}" if family in OPTIONS else f"{name!r} is not the name of {kind}"
    problem += f" but in {SPOKEN[having[0]]}" if having else ""
    return Finding(problem, origin, help=advice, remedy=remedy, experiment=name_asked(family, name, better, allowed))


def not_there(api: str, written: str, origin: Origin, frameworks: Frameworks) -> Finding | None:
    """The finding about a name that its module does not have; where a later version may have it, it is a warning."""
    module = api.rpartition(".")[0]
    meant = member(api)
    if meant is not None:
        problem = f"{written} is not there: {module} has no such name"
        return Finding(problem, origin, help=f"did you mean `{meant}`?")
    last = last_to_have(api, written, frameworks)
    if last is not None:
        return Finding(f"{written} is not there: the last to have it was {last}", origin)
    if frameworks.keras != 3 or not absent(api):
        return None
    meant, moved = instead(api)
    problem = f"{written} is not there: no version of {module} that is known has such a name"
    severity = Severity.ERROR if moved else Severity.WARNING
    return Finding(problem, origin, help=f"did you mean `{meant}`?" if meant else None, severity=severity)


def modules(program: Program) -> Iterator[Finding]:
    """The imports of modules that went: an error each where the file is for a later version, else one note for all."""
    gone: dict[str, tuple[str, str, Origin]] = {}
    for event in program.events_of(ModuleImported):
        inner = event.module.removeprefix("tensorflow.")
        change = None if event.conditional or replacement(inner) else removal(inner)
        if change is None or program.frameworks.keras == 1:
            continue
        now, until = change
        if inner == event.module:
            gone.setdefault(parent(event.module), (now, until, event.origin))
        elif until.startswith("tf.keras"):
            gone.setdefault(parent(event.module), (f"tensorflow.{now}", until, event.origin))
        elif inner.startswith(INSIDES):
            problem = f"{parent(event.module)} is not there: tf.keras never had it"
            yield Finding(problem, event.origin, help=f"import from tensorflow.{now}")
    if program.frameworks.keras == 3:
        for module, (now, until, origin) in gone.items():
            yield Finding(f"{module} is not there: the last to have it was {until}", origin, help=f"import from {now}")
    elif gone:
        (module, (now, until, origin)), *others = gone.items()
        more = f" (as are {', '.join(name for name, _ in others)})" if others else ""
        problem = f"{module} is gone: the last to have it was {until}{more}"
        yield Finding(problem, origin, help=f"import from {now}", severity=Severity.INFO)


def parent(module: str) -> str:
    """The module that went, of a name that is imported from it."""
    package = module.rpartition(".")[0]
    return package if removal(package.removeprefix("tensorflow.")) is not None else module
