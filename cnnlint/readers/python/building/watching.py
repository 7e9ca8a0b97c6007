"""Callbacks of `fit`: which figure of an epoch they watch, and whether there is one."""

from __future__ import annotations

from typing import Literal

from cnnlint.graph import CallbackMisled, CallbackWithoutValidation
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, ModelValue, ObjectValue, Passed, elements

#: callbacks that act on what they watch, and the position of `monitor`; a checkpoint does where it keeps the best alone
WATCHING = {"EarlyStopping": 0, "ReduceLROnPlateau": 0, "ModelCheckpoint": 1}
#: what Keras 2.3 and tf.keras 2.0 call an accuracy, and what it was called before
NAMES = {"acc": "accuracy", "accuracy": "acc"}
#: figures of which the largest is the best, and those of which the smallest is
BEST = {"acc": "max", "accuracy": "max", "loss": "min"}


def watching(run: Run, model: ModelValue, passed: dict[str, Passed], site: CallSite) -> None:
    """Tell the rules about callbacks that watch what there is none of, or the wrong way round."""
    if "callbacks" not in passed or site.open:
        return
    validated = bool({"validation_data", "validation_split"} & passed.keys())
    items, _ = run.iterate(passed["callbacks"].value)
    for item in items or ():
        name = item.name.rpartition(".")[2] if isinstance(item, ObjectValue) else ""
        if not isinstance(item, ObjectValue) or name not in WATCHING or item.site.open:
            continue
        monitor = item.site.value(WATCHING[name], "monitor", default="val_loss")
        acts = name != "ModelCheckpoint" or item.site.value(3, "save_best_only") is True
        if not acts or not isinstance(monitor, str):
            continue
        origin = run.building.placement(item.site, "function", item.name).call or run.origin(site.node)
        if monitor.startswith("val_") and not validated:
            run.event(CallbackWithoutValidation(origin=origin, callback=name, monitor=monitor))
            continue
        figure, mode = monitor.removeprefix("val_"), item.site.value(None, "mode")
        if mode in ("min", "max") and BEST.get(figure, mode) != mode:
            best = BEST[figure]
            run.event(CallbackMisled(origin=origin, callback=name, monitor=monitor, why="direction", instead=best))
            continue
        missing = _missing(model, figure)
        if missing is not None:
            instead = monitor.replace(figure, NAMES[figure]) if missing == "renamed" else ""
            run.event(CallbackMisled(origin=origin, callback=name, monitor=monitor, why=missing, instead=instead))


def _missing(model: ModelValue, figure: str) -> Literal["absent", "renamed"] | None:
    """Why an epoch reports no accuracy of that name; None where it does, or may."""
    if figure not in NAMES or model.instance is not None or len(model.outputs) != 1 or "loss" not in model.compiled:
        return None  # what a `train_step` of the program reports is its own
    metrics = model.compiled.get("metrics", ())
    names = [metrics] if isinstance(metrics, str) else elements(metrics)
    if names is None or not all(isinstance(name, str) for name in names) or figure in names:
        return None
    other = NAMES[figure]
    if other in names:
        return "renamed" if figure == "acc" else "absent"
    return "absent"
