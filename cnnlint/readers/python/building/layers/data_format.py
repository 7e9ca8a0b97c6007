"""The configured data format: where a picture's channels stand unless a layer says otherwise."""

from __future__ import annotations

from cnnlint.graph import Shape
from cnnlint.readers.python.arrays.pictures import configured
from cnnlint.readers.python.run import Run


def default_of(run: Run, kind: str) -> str | None:
    """The format of a layer that is told none: before Keras 3, those of sequences had theirs from no configuration."""
    known = configured(run)
    if known == "channels_last" or not kind.endswith("1D") or run.versions.keras == 3:
        return known
    return "channels_last" if run.versions.keras in (1, 2) else None


def shown(run: Run, shape: Shape | None) -> None:
    """Let the shape of a picture decide the configured format where nothing else has.

    Keras by itself may be configured outside of the program: of `(1, rows, columns)` with sizes that do not show,
    nothing says that rows of one picture are meant, and not its single channel.
    """
    alone = not run.versions.beside_tensorflow and run.versions.keras != 3 and run.building.data_format == ""
    if alone and shape is not None and len(shape) in (4, 5) and shape[1] in (1, 3) and not any(shape[2:]):
        run.building.data_format = None
    says = _says(shape)
    if says is not None and configured(run) is None:
        run.building.data_format = says
    elif says == "channels_first" and run.building.format_assumed:
        run.building.data_format = None  # the program asked, and was answered otherwise


def asked(run: Run) -> str:
    """The configured format as the program is told it: where nothing shows it, the one that is common today."""
    known = configured(run)
    layout = known or ("channels_first" if run.versions.insists else "channels_last")
    if known is None and run.building.format_assumed:
        return layout  # a picture has shown since that it is not so
    run.building.format_assumed |= known is None and not run.versions.insists
    run.building.data_format = layout
    return layout


def _says(shape: Shape | None) -> str | None:
    """The format in which the shape of a picture has few channels, and in the other one many.

    A row of signals, (1, steps, channels), and noise of one place, (1, 1, channels), are no pictures.
    """
    channels = (1, 2, 3, 4)
    if shape is None or len(shape) != 4 or (shape[2] == 1 and 1 in (shape[1], shape[3])):
        return None
    if shape[3] in channels:
        return "channels_last"
    return "channels_first" if shape[1] in channels and (shape[1] != 1 or shape[2] == shape[3]) else None
