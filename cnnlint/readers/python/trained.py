"""Which of a program's models are trained, and from what."""

from __future__ import annotations

import re

from cnnlint.graph import Model
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.values import ModelValue

#: kinds that make a graph of operations a model
LAYERS = frozenset(
    {
        "Conv1D",
        "Conv2D",
        "Conv3D",
        "Dense",
        "Conv2DTranspose",
        "SeparableConv2D",
        "DepthwiseConv2D",
        "LSTM",
        "GRU",
        "SimpleRNN",
        "Application",
        "Embedding",
        "ConvLSTM2D",
        "Bidirectional",
    }
)

#: words of a file that gives weights in a way that is not followed
GIVEN = (
    "load_weights",
    "set_weights",
    "load_model",
    ".restore",
    ".assign",
    "from_pretrained",
    "model_from",
    "pickle",
    "checkpoint",
    "Checkpoint",
    "weights=",
)

#: what holds such a word and gives no weights
IDLE = ("sample_weights=", "restore_best_weights", "save_weights_only", "loss_weights=", "ModelCheckpoint")
#: what such a callback is called
SAVING = re.compile(r"\b(\w+)\s*=\s*[\w.]*\bModelCheckpoint\(")


def mark(run: Run, known: list[Model]) -> None:
    """Say of each model whether it is trained, or what it is a part of."""
    _untrained(run, known)
    _borrow(known)
    _replaced(run, known)


def _untrained(run: Run, known: list[Model]) -> None:
    """Mark the models whose layers nothing in the program trains, or gives weights."""
    if not known or optimises(run):
        return
    saving = tuple(name for unit in run.units for name in _saving(unit.parsed))
    given = {word for unit in run.units for word in _given(unit.parsed, saving)}
    if not given <= {GIVEN[-1]}:
        for model in known:
            model.training.loaded = True
        return
    _start_from_chance(known)
    if given:
        return
    touched = {
        node.layer_id
        for model in known
        for node in model
        if model.training.handed or model.training.fits() or model.unread
    }
    for model in known:
        layers = [node for node in model if node.kind in LAYERS]
        model.training.untrained = bool(layers) and not any(
            node.layer_id in touched or node.kind == "Application" for node in layers
        )


@once
def _saving(parsed: Parsed) -> tuple[str, ...]:
    """What a file calls the callbacks that save weights."""
    return tuple(SAVING.findall(parsed.source.code))


def _given(parsed: Parsed, saving: tuple[str, ...]) -> frozenset[str]:
    """The words of a file that may give weights, such callbacks aside."""
    known = _words(parsed)
    if saving not in known:
        text = parsed.source.code
        for word in (*saving, *IDLE):
            text = text.replace(word, "")
        known[saving] = frozenset(word for word in GIVEN if word in text)
    return known[saving]


@once
def _words(parsed: Parsed) -> dict[tuple[str, ...], frozenset[str]]:
    """The same by what the callbacks of all files are called, once it was asked for."""
    return {}


def _start_from_chance(known: list[Model]) -> None:
    """Mark the models that one call of `fit` trains, and whose layers no other model trains or was given."""
    others = [one for one in known if one.training.fits() or one.training.handed or one.unread]
    theirs = [(one, {node.layer_id for node in one}) for one in others]
    for model in known:
        own = {node.layer_id for node in model if node.kind in LAYERS}
        once = len(model.training.fits()) == 1 and model.training.trainable_set is None
        alone = once and not any(other is not model and own & layers for other, layers in theirs)
        model.training.from_chance = alone and not model.unread and not model.training.handed


def _borrow(known: list[Model]) -> None:
    """Mark the models that are compiled and never trained, while others are.

    Those are meant whose weights another one trains as a part of it, and those that only predict.
    """
    trained = [{node.layer_id for node in model} for model in known if model.training.fits()]
    for model in known:
        own = {node.layer_id for node in model if node.kind in LAYERS}
        feeds = model.training.feeds
        predicts = bool(feeds) and not model.training.handed and all(feed.kind == "predict" for feed in feeds)
        part = not model.training.fits() and bool(own) and any(own < others for others in trained)
        if part or (predicts and trained):
            model.training.borrows = True


def _replaced(run: Run, known: list[Model]) -> None:
    """Mark the models that are compiled, and given up for another of their name before anything trains them."""
    held = [value for value in run.frames[0].scope.names.values() if isinstance(value, ModelValue)]
    names = {one.graph.name for one in held if one.graph is not None}
    kept = {id(one.graph) for one in held}
    if not any(model.training.fits() for model in known):
        return
    for model in known:
        alone = model.kind in ("sequential", "functional") and not (model.is_part or model.training.handed)
        if alone and model.name in names and id(model) not in kept and not model.training.feeds:
            model.training.borrows = model.training.compiled is not None


def optimises(run: Run) -> bool:
    """Whether the program changes weights anywhere, if only by an optimizer that was not read."""
    return any(_optimises(unit.parsed) for unit in run.units)


@once
def _optimises(parsed: Parsed) -> bool:
    """The same of a file."""
    return any(word in parsed.source.code for word in ("minimize(", "apply_gradients("))
