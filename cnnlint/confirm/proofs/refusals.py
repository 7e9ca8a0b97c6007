"""Proof by the framework: what Keras itself answers when the model is built and fed one batch."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec.structs import replace

from cnnlint.confirm.backend import name as backend_name
from cnnlint.confirm.data.objective import Objective, objective
from cnnlint.confirm.messages import first_line
from cnnlint.confirm.models.alone import refusal
from cnnlint.confirm.models.build import build, main_output
from cnnlint.confirm.models.built import Built, NotBuildable
from cnnlint.confirm.models.losses import loss_function
from cnnlint.confirm.models.shrink import FULL, Plan, cost
from cnnlint.confirm.proofs.case import Case, ProofResult
from cnnlint.graph import ArrayFacts, Feed, Model
from cnnlint.graph.walks import ancestors
from cnnlint.rule.remedies import Twin

Call = tuple[int | None, bool]
"""A call of the program by its place, and whether it is what that call validates on."""

MOST_SAMPLES = 16
OPEN = (1, 3, 12, 420)
"""What the sides of inputs are tried with that a program leaves open: what is refused for none of them but for what
stands for them elsewhere is no fault of the program."""
HEAVY = 2e9
RAW = {
    "softmax_cross_entropy_with_logits": "categorical_crossentropy",
    "softmax_cross_entropy_with_logits_v2": "categorical_crossentropy",
    "sparse_softmax_cross_entropy_with_logits": "sparse_categorical_crossentropy",
    "sigmoid_cross_entropy_with_logits": "binary_crossentropy",
}
"""Functions of tf.nn that are asked themselves, as long as a repair has not put another loss in their place."""


def framework_refuses(case: Case) -> ProofResult:
    """Keras refuses to build the model, or to train it on (or predict) arrays of the shapes that the program feeds.

    The model has the repairs of all other findings, so that a refusal is about this one, and it counts only where the
    model that is repaired in this, too, is taken. Parameters: `call`, one of "build", "fit", "predict" and "evaluate"
    (by default all that the program does, else "fit"); `counts`, to feed as many samples and labels as the program
    does.

    Where what is around the layer could not be read, or no output reads it, it is called by itself, on tensors of the
    shapes that it is given.
    """
    try:
        result = _whole(case)
    except NotBuildable:
        found = _alone(case)
        if found is None:
            raise
        return found
    return result if result.holds or result.cured is not None else _alone(case) or result


def _alone(case: Case) -> ProofResult | None:
    """What comes of the layer by itself, None where nothing does: in a model that was built, Keras has answered."""
    node, twin = case.node, case.twin
    if node is None or case.parameter("call", "build") != "build":
        return None
    counterpart = case.counterpart(node)
    try:
        if any(node is one for one in ancestors(main_output(case.model))) and _builds(case.model):
            return None
        answer = refusal(case.model, node)
        if answer is None or (twin is not None and (counterpart is None or refusal(twin.model, counterpart))):
            return None
    except NotBuildable:
        return None
    shapes = " and ".join(str(source.shape) for source in node.inputs)
    summary = f"Keras refuses `{node.name}` by itself, on {shapes}: {_stopped(answer)}"
    return ProofResult(True, summary + (" The repaired one is accepted." if twin is not None else ""))


def _builds(model: Model, plan: Plan = FULL, sample: tuple[int, ...] | None = None) -> bool:
    try:
        build(model, plan, sample=sample)
    except NotBuildable:
        return False
    return True


def _other_samples(model: Model) -> Iterator[tuple[int, ...]]:
    """Samples of other sizes than those that are assumed where the program leaves an input's sides open."""
    shapes = {node.shape for node in model.inputs if node.shape is not None and None in node.shape[1:]}
    for shape in shapes:
        yield from ((side,) * (len(shape) - 1) for side in OPEN)
    if any(node.shape is None for node in model.inputs):
        yield from ((side,) * rank for rank in (1, 2, 3, 4) for side in OPEN)


def _whole(case: Case) -> ProofResult:
    """What comes of the calls of the program, in which the model is fed."""
    setting = case.settings[0] if case.settings else None
    model, twin = (setting.without.model, setting.whole) if setting is not None else (case.model, case.twin)
    result: ProofResult | None = None
    for call in _calls(case, model):
        found = _asked(case, model, twin, call)
        if found.holds:
            return found
        # of several calls, a refusal that the repair does not end says more than none
        result = found if result is None or result.cured is None else result
    assert result is not None
    return result


def _calls(case: Case, model: Model) -> list[Call]:
    """The calls that a model is asked about; one without a place is not in the file."""
    kind = case.parameter("call", None)
    feeds = list(enumerate(model.training.feeds))
    calls: list[Call] = [(at, False) for at, feed in feeds if kind in (None, feed.kind)]
    calls += [(at, True) for at, feed in feeds if kind in (None, "evaluate") and feed.validation_x is not None]
    given = {call: _given(feed, held_out=call[1]) for call in calls if (feed := model.training.feeds[call[0] or 0])}
    alike = list(given.values())
    return [call for place, call in enumerate(calls) if alike.index(given[call]) == place] or [(None, False)]


def _given(feed: Feed, *, held_out: bool) -> tuple[object, ...]:
    """What tells a call's data from that of others."""
    return ("evaluate", feed.validation_x, feed.validation_y) if held_out else (feed.kind, feed.x, feed.y, feed.inputs)


def _asked(case: Case, model: Model, twin: Twin | None, call: Call) -> ProofResult:
    """What comes of one call of the program."""
    written = _answer(case, model, call)
    if written is None:
        told = "Keras takes the model as it was rebuilt: what of the program it refuses is not in what could be built."
        return ProofResult(False, told)
    repaired: str | None = None
    if twin is not None:
        try:
            repaired = _answer(case, twin.model, call)
        except NotBuildable as error:
            repaired = str(error)
    if twin is not None and repaired is not None:
        # something else about what is fed is refused first: with samples of the model's own shape, only this is left
        again = _answer(case, model, call, own=True)
        if again is not None:
            written, repaired = again, _answer(case, twin.model, call, own=True)
    accepted = twin is not None and repaired is None
    if twin is not None and not accepted:
        same = "in the same words" if _same(repaired or "", written) else "as well"
        return ProofResult(False, f"Keras refuses the repaired model {same}: {_stopped(repaired or '')}", cured=False)
    summary = f"Keras refuses: {_stopped(written)}"
    if accepted:
        summary += " The repaired model is accepted."
    return ProofResult(True, summary, cured=True if accepted else None)


def _same(one: str, other: str) -> bool:
    """Whether two refusals are the same but for the numbers of Keras's tensors."""
    first, second = (re.sub(r"_\d+", "", text) for text in (one, other))
    return first == second


def _stopped(text: str) -> str:
    """A text that ends as a sentence does."""
    return text if text.endswith((".", "!", "…")) else f"{text}."


def _answer(case: Case, model: Model, call: Call, *, own: bool = False) -> str | None:
    """The framework's refusal, or None where it accepts; `own` feeds samples of the shape that the model declares.

    Raises:
        NotBuildable: the model cannot be built for want of knowledge rather than by refusal.
    """
    plan = Plan(divisor=8.0, small_applications=True) if cost(model, Plan()) > HEAVY else Plan()
    place, held_out = call
    try:
        built = build(model, plan, sample=_sample(model, place))
    except NotBuildable as error:
        if error.__cause__ is None:
            raise
        if plan.shrinks and _builds(model):
            raise NotBuildable("it is too large to be fed, and smaller it is another one") from None
        if any(_builds(model, plan, sample) for sample in _other_samples(model)):
            raise NotBuildable("the program leaves the inputs' sizes open, and Keras takes it with others") from None
        if case.twin is None and case.node is not None and f"`{case.node.name}`" not in str(error):
            raise NotBuildable(f"it cannot be built for another reason: {error}") from None
        return first_line(error.__cause__)
    kind = case.parameter("call", None)
    if kind == "build":
        return None
    feed = model.training.feeds[place] if place is not None else Feed(kind or "fit")
    if held_out:
        feed = Feed("evaluate", feed.validation_x, feed.validation_y)
    feed = replace(feed, x=None, inputs=()) if own else feed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _feed(model, built, feed, counts=bool(case.parameter("counts", False)))
    except NotBuildable:
        raise
    except Exception as error:
        return first_line(error)
    return None


def _sample(model: Model, place: int | None) -> tuple[int, ...] | None:
    """The shape of what a call feeds a model whose own shape is not in the file."""
    facts = model.training.feeds[place].x if place is not None else None
    if facts is None or facts.shape is None or None in facts.shape[1:] or len(model.inputs) != 1:
        return None
    return tuple(side or 1 for side in facts.shape[1:]) if model.inputs[0].shape is None else None


def _feed(model: Model, built: Built, feed: Feed, *, counts: bool) -> None:
    labels = feed.y
    if labels is None and model.training.loss is not None:
        labels = model.training.loss.labels
    many, few = _count(feed.x, labels) if counts else (MOST_SAMPLES, MOST_SAMPLES)
    x = _features(built, feed, many)
    if feed.kind == "predict" or model.training.loss is None or model.training.loss.recast:
        # labels that no loss of the program reads as they are, are not asked about
        built.model.predict(x if len(x) > 1 else x[0], verbose=0)
        return
    aim = objective(model, built.output, built.output_shape, [])
    y = _labels(built, aim, labels, few)
    if aim.raw:
        _raw(model, built, aim, x, y)
        return
    loss = _compiled_loss(model, aim)
    built.model.compile(optimizer="sgd", loss=loss, metrics=_metrics(model), run_eagerly=True)
    if feed.unbatched and len(x) == 1 and backend_name() == "tensorflow":
        import tensorflow as tf

        built.model.fit(tf.data.Dataset.from_tensor_slices((x[0], y)), epochs=1, verbose=0)
    elif feed.kind == "evaluate":
        built.model.evaluate(x if len(x) > 1 else x[0], y, verbose=0)
    else:
        built.model.fit(x if len(x) > 1 else x[0], y, epochs=1, verbose=0)


def _compiled_loss(model: Model, aim: Objective) -> Any:
    """What the program passes to compile: the loss's own class, so that shapes are checked as Keras checks them."""
    import keras

    loss = keras.losses.get(aim.loss)
    if not aim.from_logits:
        return loss
    factory = {
        "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
        "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
        "binary_crossentropy": keras.losses.BinaryCrossentropy,
    }.get(aim.loss)
    return factory(from_logits=True) if factory is not None else loss


def _metrics(model: Model) -> list[str]:
    """The metrics, where Keras knows all of them by their names alone: others are given what is not known here."""
    import keras

    names = [one.name for one in model.training.metrics if one.name is not None and one.output is None]
    try:
        known = all(callable(keras.metrics.get(name)) for name in names)
    except (TypeError, ValueError):
        known = False
    return names if known and len(names) == len(model.training.metrics) else []


def _raw(model: Model, built: Built, aim: Objective, x: list[Any], y: Any) -> None:
    """Ask the tf.nn function itself where there is one, else compute the same formula."""
    import keras

    outputs = built.model([keras.ops.convert_to_tensor(array) for array in x] if len(x) > 1 else x[0])
    loss = model.training.loss
    api = loss.placement.api.rpartition(".")[2] if loss is not None else ""
    if backend_name() == "tensorflow":
        import tensorflow as tf

        function = getattr(tf.nn, api, None)
        if function is not None and RAW.get(api) == aim.loss:
            first, second = (outputs, y) if aim.swapped else (y, outputs)
            function(labels=first, logits=second)
            return
    loss_function(aim)(keras.ops.convert_to_tensor(y), outputs)


def _count(x: ArrayFacts | None, y: ArrayFacts | None) -> tuple[int, int]:
    """Numbers of samples for features and labels: as many as the program has, or a few where that is a lot."""
    many = x.samples if x is not None else None
    few = y.samples if y is not None else None
    if many is None or few is None or many == few:
        some = min(many or few or 4, MOST_SAMPLES)
        return some, some
    if max(many, few) <= 4 * MOST_SAMPLES:
        return many, few
    small = max(1, round(min(many, few) * MOST_SAMPLES / max(many, few)))
    small = min(small, MOST_SAMPLES - 1)
    return (MOST_SAMPLES, small) if many > few else (small, MOST_SAMPLES)


def _features(built: Built, feed: Feed, count: int) -> list[Any]:
    """Random arrays of the shapes that the program feeds; of the model's own where these are not known.

    Samples are counted alike for features and labels, so that nothing is refused for their number; an array that is
    to be predicted and has one axis less than the model takes is fed as a whole: its batch axis may be missing.
    """
    random = np.random.default_rng(0)
    several = feed.inputs if len(feed.inputs) == len(built.inputs) else (None,) * len(built.inputs)
    # an array that is taken apart into the inputs of a model is none of them
    whole = feed.x if several[0] is None and len(built.inputs) == 1 else several[0]
    shapes: list[tuple[int, ...]] = []
    for item, facts in zip(built.inputs, (whole, *several[1:]), strict=True):
        shape = (shapes[0][0] if shapes else count, *item.shape)
        if facts is not None and facts.shape is not None and None not in facts.shape[1:]:
            fed = tuple(side for side in facts.shape[1:] if side is not None)
            single = feed.kind == "predict" and len(fed) + 2 == len(shape) and facts.shape[0] is not None
            shape = (facts.shape[0] or count, *fed) if single else (shape[0], *fed)
        shapes.append(shape)
    return [random.random(shape).astype(np.float32) for shape in shapes]


def _labels(built: Built, aim: Objective, facts: ArrayFacts | None, count: int) -> Any:
    """Labels in the encoding that the program feeds; in the loss's own where that is not known."""
    random = np.random.default_rng(1)
    units = aim.units
    encoding = facts.encoding if facts is not None else None
    classes = (facts.classes if facts is not None else None) or aim.classes
    width = classes
    if facts is not None and facts.shape is not None and len(facts.shape) == 2 and facts.shape[1]:
        width = facts.shape[1]
    numbers = random.integers(0, classes, count)
    sides = facts.shape[1:] if facts is not None and facts.shape is not None else (None,)
    known = None not in sides
    own = tuple(side or 1 for side in sides) if known else ()
    if facts is not None and facts.dtype == "str":
        return np.array([f"class {number}" for number in numbers]).reshape(count, *(1 for _ in own))
    if encoding == "one_hot":
        return np.eye(width, dtype=np.float32)[numbers % width]
    if encoding == "integer":
        first = facts.low if facts is not None and facts.low is not None else 0
        # the last one is among them
        return (first + np.append(numbers[1:], classes - 1)).astype(np.int64)
    if encoding == "binary":
        return random.integers(0, 2, count).astype(np.float32)
    if encoding == "multi_hot":
        return random.integers(0, 2, (count, width)).astype(np.float32)
    if encoding == "continuous":
        return random.random((count, *own)).astype(np.float32)
    if aim.task == "classes" and (np.prod(own) == 1 or own == (units,)):
        encoded = aim.encode(numbers % (units if units > 1 else 2))
        if np.prod(own) == 1 or encoded.shape[1:] == own:
            return encoded
        # a row of class numbers for each sample
        return random.integers(0, units, (count, *own))
    if known:
        # whatever they mean, their shape is known
        return random.random((count, *own)).astype(np.float32)
    if aim.task == "classes":
        return aim.encode(numbers % (units if units > 1 else 2))
    if aim.task == "map":
        # a class at every place
        places = tuple(side or 1 for side in built.output_shape[1:-1])
        return aim.encode(random.integers(0, units if units > 1 else 2, (count, *places)))
    shape = tuple(side or 1 for side in built.output_shape[1:])
    return random.random((count, *shape)).astype(np.float32)
