"""Remedies that were tried out: a fix is offered only where the patched file proves it.

The patched file must parse, the finding must be gone, no other may appear, and the model that is read back must be
the repaired one.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from cnnlint import atomic, fixes
from cnnlint import paths as naming
from cnnlint.configured import Configured, for_file
from cnnlint.diagnostics import Diagnostic, Fix, RunError
from cnnlint.fixes.patching import cell_edits, decode, patch
from cnnlint.graph import Model, Node
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
_MOST_LAYERS = 400
"""Layers that fixes tried together may be about: the repaired model is made by one edit after the other, each of which
looks through the graph; 384 edits of as many layers take half a second, 4,096 took over a minute."""
_SECONDS = 3.0
"""CPU seconds for proving the fixes of one file where nobody asked for them; each trial takes as long as linting the
file did. What cannot be proven by then is not offered."""
_MENDING_SECONDS = 10.0
"""The same where somebody did (`--fix`, `--diff`): the first trial is made in any case, and a further one where it will
be done by then. What is left is for another run."""


class Proven(Struct, frozen=True):
    """A file after fixes that hold what they promise."""

    data: bytes
    result: FileResult


class Candidate(Struct, frozen=True):
    """A finding with the edits that its remedy comes to, not yet tried."""

    diagnostic: Diagnostic
    finding: Finding
    fix: Fix


def candidate_of(result: FileResult, diagnostic: Diagnostic, finding: Finding, data: bytes) -> Candidate | None:
    """A finding's remedy as text edits; None where it has none."""
    remedy, text = finding.remedy, result.reading.text
    if remedy is None or remedy.advice is not None or text is None or diagnostic.filename != result.filename:
        return None
    if not result.reading.cells:
        decoded = decode(data)
        text = decoded[0] if decoded is not None else text
    fix = fixes.fix_for(remedy, text)
    return Candidate(diagnostic, finding, fix) if fix is not None and fix.edits else None


def _candidates(
    result: FileResult,
    data: bytes,
    failed: set[tuple[str, str]],
    errors: list[RunError],
    unsafe: bool = True,
    until: float = math.inf,
) -> list[Candidate]:
    """Every finding that is reported and has a remedy that can be written, as far as the CPU time of the thread lasts;
    those in `failed` are left out."""
    found = []
    reported = {id(diagnostic) for diagnostic in result.diagnostics}
    for diagnostic, finding, _ in result.findings:
        wanted = finding.remedy is not None and (finding.remedy.safe or unsafe) and id(diagnostic) in reported
        if not wanted or _key(diagnostic) in failed:
            continue
        try:
            candidate = candidate_of(result, diagnostic, finding, data)
        except RemedyError:
            continue
        except Exception as error:
            errors.append(_failure(result, diagnostic, error))
            failed.add(_key(diagnostic))
            continue
        if candidate is not None and (unsafe or candidate.fix.applicability == "safe"):
            found.append(candidate)
        if found and time.thread_time() > until:
            break
    return found


def _key(diagnostic: Diagnostic) -> tuple[str, str]:
    return diagnostic.code, diagnostic.message


def _failure(result: FileResult, diagnostic: Diagnostic, error: Exception) -> RunError:
    message = f"the fix of {diagnostic.code} failed: {type(error).__name__}: {error}"
    return RunError(result.filename, message, diagnostic.code)


def prove(
    engine: Linter, result: FileResult, candidates: Sequence[Candidate], data: bytes, load: FileLoader | None
) -> Proven | None:
    """Write the remedies of all these findings into the file's contents and read it again; None if that is not sound.

    Raises:
        RemedyError: the remedies do not go together.
    """
    if len(_layers(result, [candidate.finding for candidate in candidates])) > _MOST_LAYERS:
        return None
    edits = list(dict.fromkeys(edit for candidate in candidates for edit in candidate.fix.edits))
    try:
        patched = patch(result.reading, data, edits)
    except ValueError:  # edits that overlap
        return None
    if patched is None or patched == data:
        return None
    after = engine.lint(result.filename, patched, load)
    mended = Counter(candidate.diagnostic.code for candidate in candidates)
    findings = [candidate.finding for candidate in candidates]
    if _is_worse(result, after, mended) or not _is_repaired(result, after, findings):
        return None
    return Proven(patched, after)


def _proven(
    engine: Linter,
    result: FileResult,
    candidates: Sequence[Candidate],
    data: bytes,
    load: FileLoader | None,
    errors: list[RunError],
) -> Proven | None:
    """`prove`, where an error in a remedy becomes a RunError: the findings themselves stand."""
    try:
        return prove(engine, result, candidates, data, load)
    except RemedyError:
        return None
    except Exception as error:
        if len(candidates) == 1:
            errors.append(_failure(result, candidates[0].diagnostic, error))
        return None


def _halves(group: list[Candidate]) -> list[list[Candidate]]:
    """A group that does not go together in two, the first on top; nothing where it is a single one."""
    half = (len(group) + 1) // 2
    return [group[half:], group[:half]] if len(group) > 1 else []


def with_fixes(engine: Linter, result: FileResult, data: bytes, load: FileLoader | None) -> None:
    """Fill `Diagnostic.fix` of a result where there is a sound one: all tried at once, in halves where that fails."""
    until = time.thread_time() + _SECONDS - result.spent
    sound: list[Candidate] = []
    groups = [_candidates(result, data, set(), result.errors, until=until)]
    while groups and groups[-1]:
        if time.thread_time() > until:
            if result.reading.program is not None:
                result.reading.program.hurried = True
            break
        group = groups.pop()
        if _proven(engine, result, group, data, load, result.errors) is not None:
            sound += group
        else:
            groups += _halves(group)
    fixed = {id(one.diagnostic): _with_fix(result, one) for one in sound}
    result.diagnostics = [fixed.get(id(diagnostic), diagnostic) for diagnostic in result.diagnostics]
    result.findings = [(fixed.get(id(diagnostic), diagnostic), *rest) for diagnostic, *rest in result.findings]  # type: ignore[misc]


def _with_fix(result: FileResult, candidate: Candidate) -> Diagnostic:
    diagnostic, fix = candidate.diagnostic, candidate.fix
    if result.reading.cells:
        edits = cell_edits(result.reading, fix.edits) or {}
        if diagnostic.cell is None or set(edits) != {diagnostic.cell}:
            return diagnostic  # the report has one cell for a diagnostic and its edits
        fix = msgspec.structs.replace(fix, edits=tuple(edits[diagnostic.cell]))
    return msgspec.structs.replace(diagnostic, fix=fix)


class Mended(Struct):
    """Files before and after their fixes."""

    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    #: how many findings each file's fixes are about
    counts: dict[str, int] = field(default_factory=dict)
    #: remedies that failed
    errors: list[RunError] = field(default_factory=list)
    #: there are remedies that are not safe, and were not tried because only safe ones were asked for
    held_back: bool = False
    #: files for which the time ran out before all remedies were tried
    hurried: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Findings that are fixed, in all files."""
        return sum(self.counts[name] for name in self.after)

    def diff(self) -> bytes:
        """What the fixes change, as one unified diff."""
        changed = self.after.items()
        return b"".join(fixes.unified_diff(_shown(name), self.before[name], after) for name, after in changed)

    def write(self) -> list[RunError]:
        """Write the files. One that cannot be written, or that changed since it was read, is left alone with a message,
        and what was meant for it no longer counts."""
        failures = list(self.errors)
        for folder in {os.path.dirname(os.path.realpath(name)) for name in self.after}:
            atomic.sweep(folder)
        for name, after in list(self.after.items()):
            try:
                fixes.write_atomically(name, self.before[name], after)
            except OSError as error:
                del self.after[name]
                failures.append(RunError(name, f"the fixes were not written: {error.strerror or error}"))
        return failures

    def sentence(self, verb: str) -> str:
        """What was done, or would be: `2 findings were fixed in 1 file.`"""
        findings = f"{self.count} finding{'' if self.count == 1 else 's'}"
        files = f"{len(self.after)} file{'' if len(self.after) == 1 else 's'}"
        done = f"{findings} {verb} fixed in {files}." if self.count else "Nothing to fix."
        if self.hurried:
            left = self.hurried[0] if len(self.hurried) == 1 else f"{len(self.hurried)} files"
            done += f" The time ran out before all fixes of {left} were tried: another run may fix more."
        return f"{done} With --unsafe-fixes there may be more." if self.held_back else done


def mend(
    outcome: Outcome, configured: Configured, paths: Sequence[str], contents: Mapping[str, bytes], *, unsafe: bool
) -> Mended:
    """Fix what can be fixed soundly in the files that have findings, one fix after the other.

    `contents` holds files that do not come from disk, by name.
    """
    load = TreeLoader(files.tree_roots(paths))
    mended = Mended()
    for name in dict.fromkeys(diagnostic.filename for diagnostic in outcome.diagnostics):
        data = contents[name] if name in contents else files.read(name)
        if not isinstance(data, bytes) or os.path.splitext(name)[1] not in ("", ".py", ".ipynb"):
            continue
        engine = linter(for_file(configured, name))
        after, count, result, late = mend_file(engine, name, data, load, unsafe, mended.errors)
        if late:
            mended.hurried.append(name)
        if not unsafe:
            left = _candidates(result, after, set(), [])
            mended.held_back |= any(candidate.fix.applicability != "safe" for candidate in left)
        if count:
            mended.before[name], mended.after[name] = data, after
            mended.counts[name] = count
    return mended


def mend_file(
    engine: Linter, name: str, data: bytes, load: FileLoader, unsafe: bool, errors: list[RunError]
) -> tuple[bytes, int, FileResult, bool]:
    """The file after all sound fixes, how many there were, what is found in it then, and whether the time ran out.

    Remedies that failed are added to `errors`.
    """
    result = engine.lint(name, data, load)
    clock = _Clock()
    failed: set[tuple[str, str]] = set()
    count = before = 0
    while count < _MOST_FIXES:
        candidates = _candidates(result, data, failed, errors, unsafe)
        if not candidates:
            if not failed or count == before:
                break
            failed, before = set(), count  # what did not go may go now that others are done
            continue
        groups = [candidates]
        while groups:
            if clock.late:
                return data, count, result, True
            group = groups.pop()
            with clock:
                proven = _proven(engine, result, group, data, load, errors)
            if proven is not None:
                data, result, count = proven.data, proven.result, count + len(group)
                break
            if len(group) == 1:
                failed.add(_key(group[0].diagnostic))
            groups += _halves(group)
    return data, count, result, False


class _Clock:
    """The time that trials of fixes take."""

    def __init__(self) -> None:
        self._started = self._begun = time.thread_time()
        self._longest = 0.0

    def __enter__(self) -> None:
        self._begun = time.thread_time()

    def __exit__(self, *_: object) -> None:
        self._longest = max(self._longest, time.thread_time() - self._begun)

    @property
    def late(self) -> bool:
        """Whether a trial that takes as long as the longest would not be done in time; the first always is."""
        return self._longest > 0 and time.thread_time() - self._started + self._longest > _MENDING_SECONDS


def _is_worse(before: FileResult, after: FileResult, mended: Counter[str]) -> bool:
    """Whether the patched file fails to be read, keeps one of the findings, or has one that the file did not have."""
    if after.errors or after.reading.program is None:
        return True
    if len(after.reading.problems) > len(before.reading.problems):
        return True
    old, new = (Counter(item[0].code for item in result.findings) for result in (before, after))
    kept = any(new[code] > max(old[code] - count, 0) for code, count in mended.items())
    return kept or any(new[name] > old[name] for name in new)


def _is_repaired(before: FileResult, after: FileResult, findings: Sequence[Finding]) -> bool:
    """Whether what is read back is what the remedies' edits to the graph give, and the other models are as before."""
    old, new = before.reading.program, after.reading.program
    if old is None or new is None or len(old.models) != len(new.models) or any(one.remedy is None for one in findings):
        return False
    in_text = [_in_text_alone(one) for one in findings]
    if any(in_text):
        return all(in_text)  # what a call means once its words are right is not known before: not beside other fixes
    if any(one.model is None for one in findings):
        return False
    together = _layers(before, findings)
    return all(same(_expected(model, together), other) for model, other in zip(old.models, new.models, strict=True))


def _layers(result: FileResult, findings: Sequence[Finding]) -> list[Finding]:
    """The findings for each layer that they are about: one place may stand for several, in several models."""
    return [other for one in findings for other in (one, *result.repeats.get(id(one), ()))]


def _in_text_alone(finding: Finding) -> bool:
    """Whether only reading again tells what a finding's remedy gives the graph."""
    return finding.remedy is not None and all(isinstance(edit, SOURCE_EDITS) for edit in finding.remedy.edits)


def _expected(model: Model, findings: Sequence[Finding]) -> Model:
    """A model after the remedies of those findings that are about it; others stay as they are."""
    remedies = [one.remedy for one in findings if one.model is model and one.remedy is not None]
    if not remedies:
        return model
    edits: dict[object, Edit] = {}
    for remedy in remedies:
        for edit in remedy.edits:
            edits.setdefault(_identity(edit), edit)
    return repaired(model, replace(remedies[0], edits=tuple(edits.values()))).model


def _identity(edit: Edit) -> object:
    """Equal for edits that do the same to the same nodes; what they hold need not be hashable."""
    values = (getattr(edit, name) for name in edit.__struct_fields__)
    return type(edit), *(id(value) if isinstance(value, Node) else repr(value) for value in values)


def _shown(name: str) -> str:
    """A path as diffs name it: relative, so that `patch -p1` finds it from here."""
    return (naming.inside(name) or name.replace(os.sep, "/")).lstrip("/")
