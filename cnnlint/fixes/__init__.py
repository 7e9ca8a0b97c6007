"""A remedy as text edits at the spans of the source: minimal ones, that keep formatting and comments.

`fix_for` says nothing rather than guess. Whether the patched file holds what the remedy promises is for the caller
to find out, by reading it again.
"""

from __future__ import annotations

from cnnlint.diagnostics import Fix
from cnnlint.fixes.edits import write
from cnnlint.fixes.files import FileChanged, write_atomically
from cnnlint.fixes.patches import NoFix, Patch
from cnnlint.fixes.text import apply_edits, unified_diff
from cnnlint.rule.remedies import Remedy

__all__ = ["FileChanged", "apply_edits", "fix_for", "unified_diff", "write_atomically"]


def fix_for(remedy: Remedy, text: str) -> Fix | None:
    """The remedy as edits to `text`, which its nodes' origins refer to.

    None where the remedy is advice, where one of its edits has no place in this text (it lies in another file, is
    built at run time, ...), or where edits would get into each other's way.
    """
    if remedy.advice is not None or not remedy.edits:
        return None
    patch = Patch(text)
    try:
        for edit in remedy.edits:
            write(edit, patch)
        edits = patch.edits()
    except NoFix:
        return None
    if not edits:
        return None
    return Fix("safe" if remedy.safe else "unsafe", remedy.title, edits)
