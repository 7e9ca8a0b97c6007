"""Remedies that were tried out: a fix is offered only where the patched file proves it.

The patched file must parse, the finding must be gone, no other may appear, and the model that is read back must be
the repaired one.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from cnnlint import fixes
from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic, Fix, RunError
from cnnlint.fixes.patching import cell_edits, decode, patch
from cnnlint.graph import Model
from cnnlint.graph.sameness import same
from cnnlint.lint import discovery as files
from cnnlint.lint.discovery import TreeLoader
from cnnlint.lint.one_file import FileResult, Linter, linter
from cnnlint.lint.outcome import Outcome
from cnnlint.readers.reading import FileLoader
from cnnlint.rule import Finding
from cnnlint.rule.remedies import SOURCE_EDITS, Edit
from cnnlint.twins import RemedyError, repaired

_MOST_FIXES = 200
"""Fixes in one file; a file that needs more is mended by another run."""


@dataclass(frozen=True, slots=True)
class Proven:
    """A fix that holds what it promises, and the file after it."""

    fix: Fix
    data: bytes
    result: FileResult


def prove(
    engine: Linter, result: FileResult, diagnostic: Diagnostic, finding: Finding, data: bytes, load: FileLoader | None
) -> Proven | None:
    """Write a finding's remedy into the file's contents and read them again; None where there is no sound fix."""
    remedy, text = finding.remedy, result.reading.text
    if remedy is None or remedy.advice is not None or text is None or diagnostic.filename != result.filename:
        return None
    if not result.reading.cells:
        decoded = decode(data)
        text = decoded[0] if decoded is not None else text
    fix = fixes.fix_for(remedy, text)
    if fix is None or not fix.edits:
        return None
    patched = patch(result.reading, data, fix.edits)
    if patched is None or patched == data:
        return None
    after = engine.lint(result.filename, patched, load)
    if _is_worse(result, after, diagnostic.code) or not _is_repaired(result, after, finding):
        return None
    return Proven(fix, patched, after)


def with_fixes(engine: Linter, result: FileResult, data: bytes, load: FileLoader | None) -> None:
    """Fill `Diagnostic.fix` of a result, where there is a sound one."""
    for index, (diagnostic, finding, rule) in enumerate(result.findings):
        if finding.remedy is None or diagnostic not in result.diagnostics:
            continue
        proven = _guarded(engine, result, diagnostic, finding, data, load, result.errors)
        if proven is None:
            continue
        fix = proven.fix
        if result.reading.cells:
            edits = cell_edits(result.reading, fix.edits) or {}
            if diagnostic.cell is None or set(edits) != {diagnostic.cell}:
                continue  # the report has one cell for a diagnostic and its edits
            fix = msgspec.structs.replace(fix, edits=tuple(edits[diagnostic.cell]))
        fixed = msgspec.structs.replace(diagnostic, fix=fix)
        result.diagnostics[result.diagnostics.index(diagnostic)] = fixed
        result.findings[index] = (fixed, finding, rule)


@dataclass(slots=True)
class Mended:
    """Files before and after their fixes."""

    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    count: int = 0
    #: remedies that failed
    errors: list[RunError] = field(default_factory=list)

    def diff(self) -> str:
        """What the fixes change, as one unified diff."""
        return "".join(
            fixes.unified_diff(_shown(name), _text(self.before[name]), _text(after))
            for name, after in self.after.items()
        )

    def write(self) -> list[RunError]:
        """Write the files. One that changed since it was read is left alone, with a message."""
        failures = list(self.errors)
        for name, after in self.after.items():
            try:
                fixes.write_atomically(name, self.before[name], after)
            except OSError as error:
                failures.append(RunError(name, f"the fixes were not written: {error.strerror or error}"))
        return failures

    def sentence(self, verb: str) -> str:
        """What was done, or would be: `2 findings were fixed in 1 file.`"""
        if not self.count:
            return "Nothing to fix."
        findings = f"{self.count} finding{'' if self.count == 1 else 's'}"
        return f"{findings} {verb} fixed in {len(self.after)} file{'' if len(self.after) == 1 else 's'}."


def mend(
    outcome: Outcome, settings: Settings, paths: Sequence[str], contents: Mapping[str, bytes], *, unsafe: bool
) -> Mended:
    """Fix what can be fixed soundly in the files that have findings, one fix after the other.

    `contents` holds files that do not come from disk, by name.
    """
    engine, load = linter(settings), TreeLoader(files.tree_roots(paths))
    mended = Mended()
    for name in dict.fromkeys(diagnostic.filename for diagnostic in outcome.diagnostics):
        data = contents[name] if name in contents else files.read(name)
        if not isinstance(data, bytes) or os.path.splitext(name)[1] not in ("", ".py", ".ipynb"):
            continue
        after, count = _mend_file(engine, name, data, load, unsafe, mended.errors)
        if count:
            mended.before[name], mended.after[name] = data, after
            mended.count += count
    return mended


def _mend_file(
    engine: Linter, name: str, data: bytes, load: FileLoader, unsafe: bool, errors: list[RunError]
) -> tuple[bytes, int]:
    """The file after all sound fixes, and how many there were; remedies that failed are added to `errors`."""
    result = engine.lint(name, data, load)
    failed: set[tuple[str, str]] = set()
    count = 0
    while count < _MOST_FIXES:
        for diagnostic, finding, _ in result.findings:
            key = (diagnostic.code, diagnostic.message)
            if finding.remedy is None or key in failed or diagnostic not in result.diagnostics:
                continue
            if not (finding.remedy.safe or unsafe):
                continue
            proven = _guarded(engine, result, diagnostic, finding, data, load, errors)
            if proven is not None and (proven.fix.applicability == "safe" or unsafe):
                data, result = proven.data, proven.result
                count += 1
                if _in_text_alone(finding):
                    failed.clear()  # what the call means is understood only now
                break
            failed.add(key)
        else:
            break
    return data, count


def _guarded(
    engine: Linter,
    result: FileResult,
    diagnostic: Diagnostic,
    finding: Finding,
    data: bytes,
    load: FileLoader | None,
    errors: list[RunError],
) -> Proven | None:
    """`prove`, where an error in a remedy becomes a RunError: the finding itself stands."""
    try:
        return prove(engine, result, diagnostic, finding, data, load)
    except RemedyError:
        return None
    except Exception as error:
        message = f"the fix of {diagnostic.code} failed: {type(error).__name__}: {error}"
        errors.append(RunError(result.filename, message, diagnostic.code))
        return None


def _is_worse(before: FileResult, after: FileResult, code: str) -> bool:
    """Whether the patched file fails to be read, keeps the finding, or has one that the file did not have."""
    if after.errors or after.reading.program is None:
        return True
    if len(after.reading.problems) > len(before.reading.problems):
        return True
    old, new = (Counter(item[0].code for item in result.findings) for result in (before, after))
    return new[code] >= old[code] or any(new[name] > old[name] for name in new)


def _is_repaired(before: FileResult, after: FileResult, finding: Finding) -> bool:
    """Whether what is read back is what the remedy's edits to the graph give, and the other models are as before."""
    old, new = before.reading.program, after.reading.program
    if finding.remedy is None or old is None or new is None or len(old.models) != len(new.models):
        return False
    if _in_text_alone(finding):
        return True
    if finding.model is None:
        return False
    # one place in the source may stand for several layers, of several models
    together = [finding, *before.repeats.get(id(finding), ())]
    return all(same(_expected(model, together), other) for model, other in zip(old.models, new.models, strict=True))


def _in_text_alone(finding: Finding) -> bool:
    """Whether only reading again tells what a finding's remedy gives the graph."""
    return finding.remedy is not None and all(isinstance(edit, SOURCE_EDITS) for edit in finding.remedy.edits)


def _expected(model: Model, findings: Sequence[Finding]) -> Model:
    """A model after the remedies of those findings that are about it; others stay as they are."""
    remedies = [one.remedy for one in findings if one.model is model and one.remedy is not None]
    if not remedies:
        return model
    edits: list[Edit] = []
    for remedy in remedies:
        edits.extend(edit for edit in remedy.edits if edit not in edits)
    return repaired(model, replace(remedies[0], edits=tuple(edits))).model


def _shown(name: str) -> str:
    """A path as diffs name it: relative, so that `patch -p1` finds it from here."""
    relative = os.path.relpath(name)
    return (relative if not relative.startswith("..") else name).replace(os.sep, "/").lstrip("/")


def _text(data: bytes) -> str:
    decoded = decode(data)
    return decoded[0] if decoded is not None else data.decode("utf-8", errors="replace")
