"""The ONNX reader: a file's bytes to the model graph, in Keras's words. onnx itself is imported when a file is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from cnnlint.graph import Program, Unread
from cnnlint.readers.reading import FileLoader, Problem, Reading


def read(filename: str, data: bytes, *, load: FileLoader | None = None) -> Reading:
    """Read an exported model. Nothing is run, weights are not unpacked, and external data is not needed.

    The program has one model of kind "onnx"; its nodes are channels-last like Keras's, whatever the file's layout
    is, and name the ONNX node and operator that they come from. A file that is no ONNX model is a Problem.
    """
    from cnnlint.readers.onnx.load import NotAModel
    from cnnlint.readers.onnx.load import load as unpack
    from cnnlint.readers.onnx.unpacking import TooLarge

    reading = Reading(filename)
    try:
        loaded = unpack(data)
    except NotAModel as error:
        reading.problems.append(Problem(str(error), kind="format"))
        return reading
    except TooLarge as error:
        reading.problems.append(Problem(str(error), kind="too-complex"))
        return reading
    import cnnlint.readers.onnx.operators  # noqa: F401  (registers what the operators mean)
    from cnnlint.readers.onnx.attending import crossed
    from cnnlint.readers.onnx.builder import Builder
    from cnnlint.readers.onnx.weights import tell_of_weights

    # exporters call every graph the same ("tf2onnx", "main_graph"); the file's name says more
    builder = Builder(loaded, PurePath(filename).stem or loaded.name)
    exporter = "torch" if loaded.producer == "pytorch" else ""
    model = builder.read()
    tell_of_weights(builder)
    builder.events.extend(crossed(model))
    reading.program = Program(filename, kind="onnx", models=[model], events=builder.events, exporter=exporter)
    for refusal in loaded.refusals:
        operation = refusal.operation
        node, kind = (operation.name, operation.kind) if operation is not None else (None, None)
        what = f"{kind} `{node}`" if node else "it"
        message = f"a runtime refuses {what}: {refusal.message}"
        reading.problems.append(Problem(message, kind="invalid", partial=True, node=node, op_type=kind))
    reading.program.notes.extend(_missing(PurePath(filename), loaded.elsewhere))
    if loaded.obstacle is not None and not loaded.refusals:
        reading.program.notes.append(Unread(f"shapes were not inferred: {loaded.obstacle}"))
    return reading


MOST_FILES = 1000
"""Files beside a model that are looked for."""


def _missing(model: PurePath, names: Sequence[str]) -> Iterator[Unread]:
    """What is said of files beside a model that are to hold its weights and are not there; they are not opened."""
    if not names or not Path(model).is_file():  # text that comes from elsewhere under this name
        return
    gone = [name for name in names[:MOST_FILES] if _inside(name) and not _there(Path(model).parent / name)]
    if gone:
        more = f" and {len(gone) - 1:,} more" if len(gone) > 1 else ""
        yield Unread(f"the weights in {gone[0]}{more}, which {'are' if more else 'is'} not there")


def _inside(name: str) -> bool:
    return ".." not in PurePath(name).parts and not PurePath(name).is_absolute()


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # no name that a file may have
        return False
