"""`--diff-base`: what a repository's files have that they did not have at a revision, by rows.

git is asked, and nothing is fetched or written. The rows are those since the point where the current branch left the
revision's, so that what others did there meanwhile is not taken for one's own.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping

from cnnlint.config import ConfigError
from cnnlint.diagnostics import Diagnostic
from cnnlint.lint.outcome import Outcome

_HUNK = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")

Rows = list[range] | None
"""Rows that are new; None where the whole file is."""


def since(revision: str, folder: str = ".") -> dict[str, Rows]:
    """Real path of each file that changed since a revision -> its new rows.

    Raises:
        ConfigError: there is no such revision, no repository, or no git.
    """
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()
    top = os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\r\n"))
    base = _git(folder, "merge-base", commit.decode(), "HEAD", fails=True).strip() or commit
    options = (
        "-c",
        "core.quotepath=off",
        "diff",
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--find-renames",
        "--unified=0",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        base.decode(),
        "--",
    )
    found = {_real(top, name): rows for name, rows in _parsed(_git(folder, *options)).items()}
    new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return found | {_real(top, name): None for name in new.split(b"\0") if name}


def apply(changed: Mapping[str, Rows], outcome: Outcome) -> list[Diagnostic]:
    """The findings on new rows, and those about files that are new as a whole or have no rows."""
    return [one for one in outcome.diagnostics if _is_new(one, changed, outcome)]


def _is_new(one: Diagnostic, changed: Mapping[str, Rows], outcome: Outcome) -> bool:
    name = os.path.realpath(one.filename)
    if name not in changed:
        return False
    rows = changed[name]
    if rows is None or one.node is not None:
        return True
    first, last = one.location.row, one.end_location.row
    if one.cell is not None:
        places = [outcome.file_rows.get((one.filename, one.cell, row)) for row in (first, last)]
        if places[0] is None or places[1] is None:
            return True
        first, last = places[0], places[1]
    return any(span.start <= last and first < span.stop for span in rows)


def _parsed(diff: bytes) -> dict[bytes, Rows]:
    """The files of a diff without context, and their new rows; those that are no text are new as a whole."""
    found: dict[bytes, Rows] = {}
    name: bytes | None = None
    for line in diff.split(b"\n"):
        hunk = _HUNK.match(line)
        if line.startswith(b"diff --git "):
            name = None
        elif line.startswith(b"+++ ") and name is None:
            name = _named(line[4:])
            if name is not None:
                found[name] = []
        elif line.startswith(b"Binary files ") and name is None:
            name = _named(line[: -len(b" differ")].rpartition(b" and ")[2])
            if name is not None:
                found[name] = None
        elif hunk is not None and name is not None:
            rows = found[name]
            start, count = int(hunk[1]), int(hunk[2]) if hunk[2] is not None else 1
            if rows is not None and count:
                rows.append(range(start, start + count))
    return found


def _named(text: bytes) -> bytes | None:
    """The file that a line of a diff names; None for a file that is gone."""
    text = text.rstrip(b"\t\r")
    if text.startswith(b'"') and text.endswith(b'"'):
        text = text[1:-1].decode("unicode_escape").encode("latin-1")
    return text[2:] if text.startswith(b"b/") else None


def _real(top: str, name: bytes) -> str:
    return os.path.realpath(os.path.join(top, os.fsdecode(name)))


def _git(folder: str, *arguments: str, fails: bool = False) -> bytes:
    """What git prints; ConfigError where it fails, unless that is an answer."""
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=False)
    except OSError as error:
        raise ConfigError(f"--diff-base needs git: {error.strerror}") from None
    if done.returncode and not fails:
        said = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ").splitlines()
        revision = arguments[-1].removesuffix("^{commit}")
        unknown = f"git knows no revision {revision!r}"
        if not said and _git(folder, "rev-parse", "--is-shallow-repository", fails=True).strip() == b"true":
            unknown += ": the clone is shallow, fetch more of it (git fetch --unshallow; fetch-depth: 0 in a workflow)"
        raise ConfigError(f"--diff-base: {said[0] if said else unknown}")
    return done.stdout if not done.returncode else b""
