"""What a run comes to, in figures and in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from cnnlint.diagnostics import Report, RunError, Severity, Verdict, Whole
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.terminal import Painter

NOTHING = (
    "Models of Keras, tf.keras, tf.layers and ONNX are looked for in .py, .ipynb, .onnx, .keras, .h5 and .json files; "
    "--show-files lists those that were read. A file that is named is read whatever it is called."
)
"""What to try where no model was found."""


class Summary(msgspec.Struct, frozen=True):
    """Counts over a run."""

    files: int
    models: int
    #: models about which something is unknown
    partly_read: int
    errors: int
    warnings: int
    infos: int
    #: diagnostics by code
    counts: dict[str, int]
    #: findings that were put to the test, by verdict
    verdicts: dict[str, int] = {}


def summarize(report: Report) -> Summary:
    """Count what a report holds."""
    counts: dict[str, int] = {}
    for diagnostic in report.diagnostics:
        counts[diagnostic.code] = counts.get(diagnostic.code, 0) + 1
    return Summary(
        files=report.files,
        models=len(report.models),
        partly_read=sum(not model.complete for model in report.models),
        errors=report.count(Severity.ERROR),
        warnings=report.count(Severity.WARNING),
        infos=report.count(Severity.INFO),
        counts=dict(sorted(counts.items())),
        verdicts=_verdicts(report),
    )


def _verdicts(report: Report) -> dict[str, int]:
    found = [one.evidence.verdict for one in report.diagnostics if one.evidence is not None]
    return {verdict.value: found.count(verdict) for verdict in Verdict if verdict in found}


def headlines(report: Report) -> list[str]:
    """For each model that was tested as a whole: what it reaches as written, and with all its repairs.

    Where the models are of several files, each is named with its own.
    """
    found: dict[tuple[str, str | None], Whole] = {}
    for one in report.diagnostics:
        whole = one.evidence.whole if one.evidence is not None else None
        place = (one.filename, one.model)
        if whole is not None and (place not in found or len(whole.repairs) > len(found[place].repairs)):
            found[place] = whole
    several = len({filename for filename, _ in found}) > 1
    return [
        f"{', '.join(filter(None, (filename, name))) if several else name or filename}: "
        f"{whole.statistic} {whole.as_written:.3g} as written, {whole.repaired:.3g} with "
        f"{len(whole.repairs) + 1} repairs made together, after {whole.steps:,} steps."
        for (filename, name), whole in found.items()
    ]


def sentence(summary: Summary) -> str:
    """The summary line: `Found 2 errors, 1 warning and 1 note in 3 models of 2 files; 1 model was read in part.`"""
    parts = [
        counted(number, noun)
        for number, noun in ((summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "note"))
        if number
    ]
    files = counted(summary.files, "file")
    if summary.models:
        text = f"Found {_joined(parts) or 'no mistakes'} in {counted(summary.models, 'model')} of {files}"
    else:
        text = f"Found {_joined(parts)} and no model in {files}" if parts else f"Found no model in {files}"
    if summary.partly_read:
        was = "was" if summary.partly_read == 1 else "were"
        text += f"; {counted(summary.partly_read, 'model')} {was} read in part"
    if summary.verdicts:
        text += f". Put to the test: {_joined([f'{number} {word}' for word, number in summary.verdicts.items()])}"
    return text + "."


def fixable(report: Report) -> str:
    """`3 fixable with --fix, 2 more with --unsafe-fixes.`, or nothing where nothing is."""
    kinds = [diagnostic.fix.applicability for diagnostic in report.diagnostics if diagnostic.fix is not None]
    safe, unsafe = kinds.count("safe"), len(kinds) - kinds.count("safe")
    if safe and unsafe:
        return f"{safe:,} fixable with --fix, {unsafe:,} more with --unsafe-fixes."
    if safe:
        return f"{safe:,} fixable with --fix."
    return f"{unsafe:,} fixable with --fix --unsafe-fixes." if unsafe else ""


def untold(outcome: Outcome) -> Iterator[RunError]:
    """What failed in the run and is not among the diagnostics already."""
    told = {(diagnostic.filename, diagnostic.message) for diagnostic in outcome.diagnostics}
    yield from (error for error in outcome.errors if (error.filename, error.message) not in told)


def foreign(outcome: Outcome) -> str:
    """`2 files define models of PyTorch, which cnnlint does not read.`, or nothing where none do."""
    kinds = sorted(outcome.foreign.items(), key=lambda one: (-one[1], one[0]))
    said = [f"{counted(files, 'file')} define{'s' * (files == 1)} models of {name}" for name, files in kinds]
    return " ".join(f"{one}, which cnnlint does not read." for one in said)


def closing(outcome: Outcome, options: Options) -> Iterator[str]:
    """The lines that end a report for people."""
    if options.quiet:
        return
    line = " ".join(part for part in (options.note, sentence(summarize(outcome)), foreign(outcome)) if part)
    yield Painter(options.color)(line, "bold") + "\n"
    if not (outcome.models or outcome.diagnostics or outcome.foreign or outcome.stopped):
        yield NOTHING + "\n"
    more = fixable(outcome)
    if more:
        yield more + "\n"


def counted(number: int, noun: str) -> str:
    """`1 model`, `2 models`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _joined(parts: list[str]) -> str:
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)
