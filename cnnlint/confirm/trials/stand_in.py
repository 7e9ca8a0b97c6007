"""The trial of a model that is too large to train here, on a small stand-in: for as many steps as the program makes."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.confirm.data.probes import MOST_CLASSES
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.models.shrink import FULL
from cnnlint.confirm.models.standins import STAND_INS
from cnnlint.confirm.models.weights import twin_keys
from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials.lab import Lab, Schedule
from cnnlint.confirm.trials.paired import probe_spec, run_pairs
from cnnlint.confirm.trials.result import TrialResult
from cnnlint.graph import Model
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Twin

SAMPLES, BATCH = 256, 16
MOST_UPDATES = 300
JUDGED = 300


def stand_in_trial(model: Model, subject: Subject, trial: Trial, lab: Lab) -> TrialResult:
    """The trial on a small model of the same kind, with the momentum and number of updates of this one.

    Both arms have the optimizer that the other findings' repairs leave: weights that hardly move show nothing.
    """
    twin = subject.twin
    make = STAND_INS.get(trial.stand_in or "")
    if make is None:
        raise NotBuildable(f"there is no stand-in {trial.stand_in}")
    given = trial.parameters
    momentum = float(given.get("momentum", momentum_of(model) or 0.99))
    updates = next((feed.updates for feed in model.training.fits() if feed.updates), None)
    steps = min(int(given.get("updates", updates or trial.steps)), MOST_UPDATES)
    changed = momentum_of(twin.model) if twin is not None else None
    if changed is None or changed == momentum:
        changed = 0.01
    cure = float(given.get("repaired", changed))
    samples, classes = _small_set(model)
    optimizer = model.training.optimizer
    beside: tuple[str, ...] = ()
    for setting in subject.settings[:1]:
        if setting.without.model.training.optimizer != optimizer:
            optimizer, beside = setting.without.model.training.optimizer, setting.beside
    written_model = make(momentum, classes, optimizer)
    repaired_model = make(cure, classes, optimizer)
    counterparts = {id(a): b for a, b in zip(written_model.nodes, repaired_model.nodes, strict=True)}
    stand_in_twin = Twin(repaired_model, counterparts)
    written = lab.prepare(written_model, FULL)
    repaired = lab.prepare(repaired_model, FULL, twin_keys(written_model, stand_in_twin))
    name, rate = (optimizer.name, optimizer.learning_rate) if optimizer is not None else (None, None)
    schedule = Schedule(steps, min(samples, BATCH), name, rate)
    notes = [
        f"a small {trial.stand_in} network stands in for the model: momentum {momentum:g} against {cure:g}, "
        f"{steps} updates on {samples} samples"
    ]
    if lab.data is not None:
        notes.append(f"it is trained on a probe set of its own, not on {lab.data.name}")
    if optimizer is None or optimizer.name is None:
        notes.append("the optimizer is not known: adam at 0.001 was assumed")
    spec = replace(probe_spec(repaired, written), train=samples, pattern="gratings", validation=JUDGED)
    result = run_pairs(lab, trial, (written, schedule), (repaired, schedule), spec, notes, None, gap=True)
    return replace(result, beside=beside)


def _small_set(model: Model) -> tuple[int, int]:
    """Samples and classes for a stand-in: the model's own where they are known and few."""
    feeds = model.training.fits()
    counts = (facts.samples for feed in feeds for facts in (feed.x, feed.y) if facts is not None)
    samples = next((count for count in counts if count), SAMPLES)
    classes = next((facts.classes for feed in feeds if (facts := feed.y) is not None and facts.classes), 10)
    return min(max(samples, 2), SAMPLES), min(max(classes, 2), MOST_CLASSES)


def momentum_of(model: Model) -> float | None:
    """The momentum of a model's first batch normalisation; that of Keras's applications where it is one."""
    for node in model.nodes:
        if node.kind in ("BatchNormalization", "Application"):
            value = node.value("momentum")
            if isinstance(value, (int, float)):
                return float(value)
    return None
