"""The arms of a finding, built for training: without its repair, with all repairs, and the model as written."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.confirm.data.objective import aligned
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.models.shrink import FULL, cost, plans
from cnnlint.confirm.models.weights import twin_keys, weight_keys
from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials.lab import Lab, Prepared
from cnnlint.graph import Model
from cnnlint.rule.remedies import Twin


class Arms(Struct, frozen=True):
    """The arms of a finding, ready to be trained: without its repair, with all, and the model as written."""

    model: Model
    written: Prepared
    repaired: Prepared
    twin: Model
    whole: Prepared | None
    beside: tuple[str, ...]


def prepare_arms(subject: Subject, lab: Lab) -> list[Arms]:
    """The arms with the other findings' repairs, where these exclude each other in several ways.

    Without them where the model cannot be built with them, or there are none.
    """
    model, twin = subject.model, subject.twin
    assert model is not None
    assert twin is not None
    found = []
    for setting in subject.settings:
        with suppress(NotBuildable):
            written, repaired = _prepared(lab, model, setting.without, setting.whole)
            whole = None
            with suppress(NotBuildable):
                whole = lab.prepare(model, written.built.plan)
            found.append(Arms(setting.without.model, written, repaired, setting.whole.model, whole, setting.beside))
    if found:
        return found
    written, repaired = _prepared(lab, model, None, twin)
    return [Arms(model, written, repaired, twin.model, None, ())]


def _prepared(lab: Lab, model: Model, without: Twin | None, twin: Twin) -> tuple[Prepared, Prepared]:
    """Two arms, built under the first plan that both can be built under, with the initial weights of the original."""
    mine = without.model if without is not None else model
    dearer = max((mine, twin.model), key=lambda one: cost(one, FULL))
    reason: NotBuildable | None = None
    for plan in plans(dearer):
        try:
            keys = twin_keys(model, without) if without is not None else weight_keys(model)
            written = lab.prepare(mine, plan, keys)
            repaired = lab.prepare(twin.model, plan, twin_keys(model, twin))
        except NotBuildable as error:
            reason = reason or error
            if error.__cause__ is None:
                # not a matter of size
                break
        else:
            if _fed(mine) != _fed(twin.model) and _trained(written) == _trained(repaired):
                raise NotBuildable("how large the values are that the repair changes is not in the file")
            return replace(written, objective=aligned(written.objective, repaired.objective)), repaired
    assert reason is not None
    raise reason


def _fed(model: Model) -> list[object]:
    """What is known of the arrays that a model is given."""
    return [(feed.x, feed.y, feed.validation_x, feed.validation_y) for feed in model.training.feeds]


def _trained(arm: Prepared) -> object:
    """What an arm's training depends on."""
    return arm.built.signature, arm.objective, arm.fed


def unshared(written: Prepared, repaired: Prepared) -> list[str]:
    """Notes on weights that both arms have under the same name but in other shapes."""
    shapes = {weight.key: tuple(weight.variable.shape) for weight in written.built.weights}
    other = {weight.key: tuple(weight.variable.shape) for weight in repaired.built.weights}
    differing = {key.rsplit("/", 2)[0] for key, shape in shapes.items() if key in other and other[key] != shape}
    names = [key.partition(":")[2] for key in sorted(differing, key=lambda key: int(key.split(":")[0]))]
    if not names:
        return []
    listed = ", ".join(f"`{name}`" for name in names[:4]) + (" and others" if len(names) > 4 else "")
    return [f"the arms cannot share the initial weights of {listed}: their shapes differ"]
