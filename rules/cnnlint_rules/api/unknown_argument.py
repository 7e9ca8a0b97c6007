"""CNN701."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from cnnlint.diagnostics import Severity
from cnnlint.graph import ModuleImported, Program
from cnnlint.graph.library_calls import Call
from cnnlint.graph.lookups import absent, is_inside
from cnnlint.graph.signatures import SPOKEN, Misfit, drops, is_untold, misfits, nearest, signatures
from cnnlint.graph.versions import possible, replacement, shown, successor, until
from cnnlint.rule import Finding, Rule
from cnnlint.rule.asked import argument_asked
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, RenameKeyword


class UnknownArgument(Rule):
    """An argument that the function does not take.

    ## What it does
    Finds calls of Keras and TensorFlow with arguments that no version takes: misspelt, belonging to another function,
    more than there are parameters, given twice, or missing. What only older versions take is a note that names them,
    and an error where the file is written for a later one. What is dropped without a word, by a model of tensors in
    Keras 3 (`Model(x, y, nam="net")`) or by a callback of tf.keras, is a warning.

    ## Why is this bad
    The call ends in a `TypeError` or `ValueError`; where `**kwargs` swallows the argument, it does nothing.

    ## Example
    ```python
    from keras import Input, Sequential, layers

    model = Sequential([
        Input((28, 28, 1)),
        layers.Conv2D(8, 3, stride=2, activations="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Input, Sequential, layers

    model = Sequential([
        Input((28, 28, 1)),
        layers.Conv2D(8, 3, strides=2, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Arguments behind `**` are not known and not judged. A file that shows itself to be written for Keras 1 or
    TensorFlow 1 may use what these have. Functions that the tables do not list are not judged, nor those of
    somebody's own Keras, which shows by a name that is imported from it and that none has.

    ## References
    - [Keras 3: layers](https://keras.io/api/layers/), [Keras 2.3: legacy interfaces](
      https://github.com/keras-team/keras/blob/2.3.1/keras/legacy/interfaces.py)
    """

    code = "CNN701"
    name = "unknown-argument"
    severity = Severity.ERROR
    fix = "safe"
    summary = "An argument that the function does not take"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 and 2"
    experiment = NotTestable("the call is refused before there is a model to train")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each argument that does not fit; one note for each name that went, at its first place."""
        told: set[object] = set()
        gone: dict[str, list[Call]] = {}
        forked = any(absent(one.module) or is_inside(one.module) for one in program.events_of(ModuleImported))
        for call in program.calls:
            bare = call.api == "keras.models.Model" and not (call.positional or call.keywords)
            bare |= program.frameworks.tensorflow == 0 and is_untold(call.api)
            if bare or (forked and call.api.startswith("keras.")):
                continue  # the inside of Keras, or a Keras of one's own, takes others; `Model()` has no layers yet
            place = (call.api, call.origin.filename, call.origin.span)
            if place in told:
                continue
            told.add(place)
            allowed = possible(program.frameworks, call.api, call.callee)
            verdict = judge(call, allowed, shown(program.frameworks, call.api, call.callee))
            for name in verdict.gone:
                gone.setdefault(name, []).append(call)
            if verdict.refused is not None:
                yield from refusals(call, verdict.refused, drops(call.api, allowed), allowed[0] == "3")
        for name, calls in gone.items():
            yield note(name, calls, program.frameworks.keras == 3)


class Verdict(Struct, frozen=True):
    """What the versions say of a call."""

    #: how it fails in the version that it comes nearest to, where every version that it may be made for refuses it
    refused: Misfit | None = None
    #: the arguments that only older versions take, or the callable's own name
    gone: tuple[str, ...] = ()


def judge(call: Call, allowed: tuple[str, ...], old: frozenset[str]) -> Verdict:
    """Hold a call against the versions that it may be made for; `old` are those that the file is known to be for."""
    fits = misfits(call.api, allowed, len(call.positional), call.keywords, hidden=call.hidden)
    versions = {fit.signature.version for fit in fits}
    good = {fit.signature.version for fit in fits if not fit.count}
    if not fits or good & ({allowed[0]} | old):
        return Verdict()
    if allowed[0] not in versions and (good & set(allowed) or not versions & set(allowed)):
        # the callable itself is gone: where it went is known of some
        return Verdict(gone=(call.api,)) if replacement(call.api) else Verdict()
    best = min((fit for fit in fits if fit.signature.version in allowed), key=lambda fit: fit.count)
    if good & set(allowed):
        newest = min((fit for fit in fits if fit.signature.version == allowed[0]), key=lambda fit: fit.count)
        return Verdict(gone=newest.unknown)
    return Verdict(refused=best)


def refusals(call: Call, wrong: Misfit, dropped: bool = False, modern: bool = False) -> Iterator[Finding]:
    """A finding for each argument that is wrong, a warning where it is `dropped` without a word; Keras 3 can be asked
    about what is passed in a file that is `modern`."""
    callee, signature = call.callee or call.api, wrong.signature
    for name in wrong.unknown:
        others = [s.version for s in signatures(call.api) if name in s.keywords]
        new = successor(call.api, name) if others else None
        new = new if new in signature.keywords else nearest(name, signature.keywords)
        problem = f"{callee} takes no argument `{name}`" + (f"; only {SPOKEN[others[0]]} has it" if others else "")
        free = new is not None and new not in call.keywords
        yield Finding(
            problem,
            call.keywords[name].origin or call.origin,
            help=f"did you mean `{new}`?" if new else "leave it out, or write what the function takes",
            remedy=Remedy(f"write `{new}=`", (RenameKeyword(call.origin, name, new),)) if new and free else None,
            severity=Severity.WARNING if dropped and not (wrong.surplus or wrong.missing) else None,
            experiment=argument_asked(call, name, new) if modern else None,
        )
    if wrong.surplus and not wrong.unknown:
        count, given = len(signature.parameters), len(call.positional)
        problem = f"{callee} takes {count or 'no'} positional argument{'' if count == 1 else 's'}, not {given}"
        yield Finding(problem, call.origin, help="leave out what is too much, or name the arguments")
    for name in wrong.repeated if not wrong.unknown else ():
        problem = f"{callee} is given `{name}` twice, by position and by name"
        yield Finding(problem, call.keywords[name].origin or call.origin, help="pass it once")
    if wrong.missing and not wrong.surplus and not wrong.unknown:
        names = " and ".join(f"`{name}`" for name in wrong.missing)
        yield Finding(f"{callee} is called without {names}", call.origin, help=f"pass {names}")


def note(name: str, calls: list[Call], modern: bool) -> Finding:
    """What an old version had, at the first place of the file that uses it: wrong where the file is for Keras 3."""
    first = calls[0]
    places = f" (and at {len(calls) - 1} more places)" if len(calls) > 1 else ""
    moved = replacement(name)
    if moved is not None:
        problem = f"{first.callee} is gone: the last to have it was {moved[1]}{places}"
        gone = modern and name.startswith("keras.")
        return Finding(problem, first.origin, help=f"write {moved[0]}", severity=None if gone else Severity.INFO)
    new = successor(first.api, name)
    versions = tuple(s.version for s in signatures(first.api) if name in s.keywords)
    last = until(first.api, name, versions)
    problem = f"`{name}` is no longer an argument of {first.callee}: the last to take it was {last}"
    edits = tuple(RenameKeyword(call.origin, name, new) for call in calls if new) if new else ()
    return Finding(
        problem + places,
        first.keywords[name].origin or first.origin,
        help=f"write `{new}=`" if new else "leave it out, or write what took its place",
        remedy=Remedy(f"write `{new}=`", edits, safe=True) if edits else None,
        severity=Severity.INFO,
    )
