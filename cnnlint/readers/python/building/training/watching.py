"""Callbacks of `fit`: which figure of an epoch they watch, and whether there is one."""

from __future__ import annotations

import re
from typing import Literal

from cnnlint.graph import CallbackMisled, CallbackWithoutValidation
from cnnlint.readers.python.building.training.figures import validates
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.values import CallSite, Figures, ObjectValue, Passed, Value

#: callbacks that act on what they watch, and the position of `monitor`; a checkpoint does where it keeps the best alone
WATCHING = {"EarlyStopping": 0, "ReduceLROnPlateau": 0, "ModelCheckpoint": 1}
#: figures of which the largest is the best, and those of which the smallest is, by their last words
BEST = {
    **dict.fromkeys(("acc", "accuracy", "auc", "precision", "recall"), "max"),
    **dict.fromkeys(("loss", "mse", "mae", "mape", "msle", "rmse", "error"), "min"),
}

#: figures that Keras 2 takes to be the better the smaller, for it knows but "acc" and "fmeasure" of the others, and of
#: which Keras 3 does not know (keras/callbacks.py of 2.3; keras/src/callbacks/monitor_callback.py of 3.15)
LARGEST = re.compile(r"^(val_)?(dice(_coef\w*|_score)?|iou(_coef|_score)?|jaccard\w*|f1(_score|_m)?)$")


#: epochs below which a training is one to try something out
FEW = 10


def _outlasts(item: ObjectValue, waits: Value, epochs: Value) -> bool:
    """Whether a callback waits so long that the training is over; it may be there to keep the best weights."""
    keeps = item.site.value(None, "restore_best_weights", default=False) is not False
    counted = isinstance(waits, int) and isinstance(epochs, int)
    return counted and waits >= epochs >= FEW and not keeps  # type: ignore[operator]


def _puts(parsed: Parsed, figure: str) -> bool:
    """Whether a file puts a figure of this name among those of an epoch itself: `logs["val_loss"] = …`."""
    return re.search(rf"\[['\"]{re.escape(figure)}['\"]\]\s*=(?!=)|logs\.update\(", parsed.text) is not None


def watching(run: Run, passed: dict[str, Passed], site: CallSite, reported: Figures | None) -> None:
    """Tell the rules about callbacks that watch what there is none of, or the wrong way round."""
    if "callbacks" not in passed or site.open:
        return
    validated = validates(passed)
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
        waits, epochs = item.site.value(2, "patience", default=0), passed.get("epochs")
        if name == "EarlyStopping" and epochs is not None and _outlasts(item, waits, epochs.value):
            run.event(CallbackMisled(origin=origin, callback=name, monitor=monitor, why="patient", instead=str(waits)))
        if monitor.startswith("val_") and not validated and any(_puts(unit.parsed, monitor) for unit in run.units):
            continue
        if monitor.startswith("val_") and not validated:
            run.event(CallbackWithoutValidation(origin=origin, callback=name, monitor=monitor))
            continue
        mode = item.site.value(None, "mode", default="auto")
        if mode == "auto" and LARGEST.search(monitor) and reported is not None and reported.reports(monitor):
            run.event(CallbackMisled(origin=origin, callback=name, monitor=monitor, why="direction", instead="max"))
        best = BEST.get(monitor.rpartition("_")[2])
        if mode in ("min", "max") and best not in (None, mode) and (reported is None or reported.reports(monitor)):
            run.event(CallbackMisled(origin=origin, callback=name, monitor=monitor, why="direction", instead=best))
        elif reported is not None and not reported.reports(monitor):
            now = reported.instead(monitor)
            why: Literal["absent", "renamed"] = "renamed" if now.endswith("accuracy") else "absent"
            # keras/src/callbacks/monitor_callback.py of 3.15; the others have guessed in earlier versions of Keras 3
            figure = monitor.removeprefix("val_")
            asks = name == "EarlyStopping" and mode == "auto" and run.versions.keras == 3 and figure != "loss"
            run.event(
                CallbackMisled(
                    origin=origin,
                    callback=name,
                    monitor=monitor,
                    why=why,
                    instead=now,
                    refused=asks and not reported.reports(figure),
                )
            )
