"""What the text of a program shows beside what was read of it, gathered: the places that rules ask about."""

from __future__ import annotations

from cnnlint.graph import (
    Event,
    GradientsAsked,
    GradientStopped,
    LossReadAsAccuracy,
    Model,
    NothingCompiled,
    Origin,
    Program,
    Thresholded,
    Unfitted,
)
from cnnlint.readers.python.building import (
    answer_texts,
    callback_texts,
    class_texts,
    data_texts,
    evaluations,
    gradients,
    kind_texts,
    loss_texts,
    metric_texts,
    misspelt,
    saved_texts,
    score_texts,
    session_texts,
    tape_texts,
    thresholds,
    unfitted,
    valueless,
)
from cnnlint.readers.python.run import Run


def events(run: Run, known: Program) -> list[Event]:
    """What the text of the program's own file shows; of what was seen while it was read, nothing is told again."""
    found: list[Event] = []
    parsed = run.units[0].parsed
    found += _misread(run, known.models)
    found += _thresholded(run, known.models)
    found += unfitted.layers(known.models, "".join(unit.parsed.source.code for unit in run.units))
    found += unfitted.generators(parsed)
    adapted = {one.origin.span for one in (*known.events, *found) if isinstance(one, Unfitted)}
    found += [one for one in unfitted.vectorizers(parsed) if one.origin.span not in adapted]
    found += valueless.functions(parsed)
    found += [
        GradientsAsked(
            origin=one.origin,
            fate=one.fate,
            losses=tuple(run.building.asked.get((one.row, one.column), ())),
            of_error=one.of_error,
        )
        for one in gradients.gradients(parsed)
        if one.fate == "unasked" or (one.row, one.column) in run.building.asked
    ]
    found += data_texts.events(parsed)
    found += session_texts.events(parsed)
    found += callback_texts.events(parsed)
    found += metric_texts.events(parsed)
    found += kind_texts.events(parsed)
    found += class_texts.events(parsed)
    found += misspelt.events(parsed)
    found += answer_texts.asked(parsed)
    found += answer_texts.misfits(parsed, _numbers(known.models))
    found += saved_texts.events(parsed)
    found += score_texts.events(parsed)
    if not any(isinstance(one, GradientStopped) for one in known.events):
        found += loss_texts.events(parsed)
    if not any(".compile" in unit.parsed.text for unit in run.units):
        found.append(NothingCompiled(origin=Origin()))
    told = {(type(event), event.origin.span) for event in (*known.events, *found)}
    found += [event for event in tape_texts.events(parsed) if (type(event), event.origin.span) not in told]
    return found


def _numbers(known: list[Model]) -> dict[tuple[int, int], int]:
    """How many numbers each `evaluate` gives, by the place of its call."""
    return {
        (feed.origin.span.start_row, feed.origin.span.start_column): feed.numbers
        for model in known
        for feed in model.training.feeds
        if feed.numbers is not None and feed.origin.span is not None and feed.origin.filename is None
    }


def _misread(run: Run, known: list[Model]) -> list[LossReadAsAccuracy]:
    """Where the loss that `evaluate` returns first is called an accuracy: of one loss, with metrics behind it."""
    asked = {
        (feed.origin.span.start_row, feed.origin.span.start_column): model
        for model in known
        if len(model.training.losses) == 1 and model.training.metrics
        for feed in model.training.feeds
        if feed.kind == "evaluate" and feed.origin.span is not None and feed.origin.filename is None
    }
    found = evaluations.misread(run.units[0].parsed) if asked else ()
    return [
        LossReadAsAccuracy(origin=one.origin, model=asked[one.row, one.column])
        for one in found
        if (one.row, one.column) in asked
    ]


def _thresholded(run: Run, known: list[Model]) -> list[Thresholded]:
    """Where what a model predicts is cut as probabilities are."""
    asked = {
        (feed.origin.span.start_row, feed.origin.span.start_column): model
        for model in known
        for feed in model.training.feeds
        if feed.kind == "predict" and feed.origin.span is not None and feed.origin.filename is None
    }
    return [
        Thresholded(origin=one.origin, model=asked[one.row, one.column], cut=one.origin.text)
        for one in (thresholds.thresholds(run.units[0].parsed) if asked else ())
        if (one.row, one.column) in asked
    ]
