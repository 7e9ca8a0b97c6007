"""What the text of a program shows beside what was read of it, gathered: the places that rules ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cnnlint.graph import (
    ArrayFacts,
    DataMisused,
    Event,
    Feed,
    GradientsAsked,
    GradientStopped,
    LossReadAsAccuracy,
    Model,
    NothingCompiled,
    Origin,
    Program,
    Thresholded,
    Unfitted,
    Unread,
)
from cnnlint.readers.python.by_text import fits, kinds
from cnnlint.readers.python.by_text.adversarial import adversaries, opponents
from cnnlint.readers.python.by_text.data import noise, pairs, unfitted
from cnnlint.readers.python.by_text.definitions import arity, classes, masks, misspelt, unset, valueless, wholes
from cnnlint.readers.python.by_text.objective import answerless, attending, formulas, losses, negated, objectives
from cnnlint.readers.python.by_text.reinforcement import agents, episodes, memories, returns
from cnnlint.readers.python.by_text.results import answers, evaluations, saved, scores, thresholds
from cnnlint.readers.python.by_text.training import (
    callbacks,
    gradients,
    handed,
    hooks,
    metrics,
    phases,
    rates,
    sessions,
    states,
    steps,
    tapes,
    unread,
)
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import Place

#: what is asked of nothing but the text
SHOWN = (
    *(pairs, noise),
    *(formulas, objectives, attending, negated),
    *(agents, episodes, returns, memories),
    *(opponents, adversaries),
    *(states, sessions, callbacks, metrics, steps, unread, hooks, rates, phases, handed),
    *(kinds, classes, masks, misspelt, unset, wholes, arity),
    *(saved, scores),
)


def events(run: Run, known: Program) -> list[Event]:
    """What the text of the program's own file shows; of what was seen while it was read, nothing is told again."""
    found: list[Event] = []
    parsed, calls = run.units[0].parsed, _calls(known.models)

    def ask(question: Callable[..., Iterable[Event]], *given: object) -> None:
        """A question that fails costs its answer, not the file; where the time has run out, none is asked."""
        if run.meter.late:
            return
        try:
            found.extend(list(question(*given)))
        except RecursionError:
            pass  # what nests too deeply to be written out says nothing
        except Exception as error:
            known.notes.append(Unread(f"a question about the text failed: {type(error).__name__}"))

    ask(_misread, parsed, calls)
    ask(_thresholded, parsed, calls)
    ask(unfitted.layers, known.models, [unit.parsed for unit in run.units])
    ask(unfitted.generators, parsed)
    adapted = {one.origin.span for one in (*known.events, *found) if isinstance(one, Unfitted)}
    ask(lambda: [one for one in unfitted.vectorizers(parsed) if one.origin.span not in adapted])
    ask(valueless.functions, parsed)
    ask(_gradients, run, parsed)
    for shown in SHOWN:
        ask(shown.events, parsed)
    refused = {node.origin.span for model in known.models for node in model if node.shape_error is not None}
    found = [
        one
        for one in found
        if not (isinstance(one, DataMisused) and (one.origin.span in refused or _followed(one, calls)))
    ]
    ask(answers.asked, parsed)
    ask(answers.misfits, parsed, {place: feed.numbers for place, _, feed in calls if feed.numbers is not None})
    if not any(isinstance(one, GradientStopped) for one in known.events):
        ask(losses.events, parsed)
        ask(answerless.events, parsed)
    _compiled_beside(run, known.models)
    if not any(".compile" in unit.parsed.text for unit in run.units):
        found.append(NothingCompiled(origin=Origin()))
    told = {(type(event), event.origin.span) for event in (*known.events, *found)}
    ask(lambda: [one for one in callbacks.misled(parsed) if (type(one), one.origin.span) not in told])
    ask(lambda: [one for one in tapes.events(parsed) if (type(one), one.origin.span) not in told])
    if run.meter.late:
        run.meter.hurried = True
        known.notes.append(Unread("the time ran out before all that the text shows was asked for"))
    return found


def _compiled_beside(run: Run, known: list[Model]) -> None:
    """A function that compiles what it trains unless a setting says that it need not: who calls it has done so."""
    units = {None if unit.main else unit.filename: unit.parsed for unit in run.units}
    for model in known:
        for feed in model.training.feeds if model.training.compiled is None else ():
            parsed, span = units.get(feed.origin.filename), feed.origin.span
            if parsed is not None and span is not None and fits.compiled_beside(parsed, span.start_row):
                model.training.handed = True


def _gradients(run: Run, parsed: Parsed) -> Iterator[GradientsAsked]:
    """Gradients that nothing asks for, and those of losses that were read."""
    for one in gradients.gradients(parsed):
        if one.fate in ("unasked", "untrainable") or one.place in run.building.asked:
            losses = tuple(run.building.asked.get(one.place, ()))
            yield GradientsAsked(origin=one.origin, fate=one.fate, losses=losses, of_error=one.of_error)


def _calls(known: list[Model]) -> list[tuple[Place, Model, Feed]]:
    """The calls in the program's own file that train, judge or ask a model."""
    return [
        ((feed.origin.span.start_row, feed.origin.span.start_column), model, feed)
        for model in known
        for feed in model.training.feeds
        if feed.origin.span is not None and feed.origin.filename is None
    ]


def _followed(event: DataMisused, calls: list[tuple[Place, Model, Feed]]) -> bool:
    """Whether the values of the arrays were followed, so that rules which ask for them know better."""
    span = event.origin.span
    if event.why == "fitted anew":
        read = [feed for _, _, feed in calls if feed.x is not None]
        tested = [feed.x for feed in read if feed.x is not None and not feed.trains and _made_at(feed.x, event)]
        return any(feed.trains and feed.x is not None and feed.x.source == x.source for feed in read for x in tested)
    if event.why in ("own statistics", "another fit"):
        fed = [feed for _, _, feed in calls]
        trained = [feed.x for feed in fed if feed.trains and feed.x is not None]
        others = [feed.validation_x if feed.trains else feed.x for feed in fed]
        own = [one for one in others if one is not None and any(at.own or at.fitted == "test" for at in one.steps)]
        return any(None is not one.source == x.source or None is not one.root == x.root for one in own for x in trained)
    if event.why == "never batched" and span is not None:
        here = (span.start_row, span.start_column)
        return any(place == here and feed.x is not None and feed.x.shape is not None for place, _, feed in calls)
    return False


def _made_at(x: ArrayFacts, event: DataMisused) -> bool:
    """Whether a scaler was fitted to an array where an event is, and is known for one."""
    known = [step for step in x.steps if step.kind != "opaque"]
    return any(step.origin is not None and step.origin.span == event.origin.span for step in known)


def _misread(parsed: Parsed, calls: list[tuple[Place, Model, Feed]]) -> list[LossReadAsAccuracy]:
    """Where the loss that `evaluate` returns first is called an accuracy: of one loss, with metrics behind it."""
    asked = {
        place: model
        for place, model, feed in calls
        if feed.kind == "evaluate" and len(model.training.losses) == 1 and model.training.metrics
    }
    return [
        LossReadAsAccuracy(origin=origin, model=asked[place])
        for place, origin in (evaluations.misread(parsed) if asked else ())
        if place in asked
    ]


def _thresholded(parsed: Parsed, calls: list[tuple[Place, Model, Feed]]) -> list[Thresholded]:
    """Where what a model predicts is cut as probabilities are."""
    asked = {place: model for place, model, feed in calls if feed.kind == "predict"}
    return [
        Thresholded(origin=origin, model=asked[place], cut=origin.text, beyond=beyond, whole=whole)
        for place, origin, beyond, whole in (thresholds.thresholds(parsed) if asked else ())
        if place in asked
    ]
