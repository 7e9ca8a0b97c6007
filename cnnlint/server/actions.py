"""Code actions: quick fixes, "fix all", "ignore here", "explain", "put it to the test"."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from typing import Any

from lsprotocol import types

from cnnlint.diagnostics import Diagnostic, Location
from cnnlint.server.converting import differences, fix_edits, place_of, workspace_edit
from cnnlint.server.questions import Changed, Key, Lint, Linted, Mend, Question, Silence, key_of
from cnnlint.server.readings import Range
from cnnlint.server.session import Entry, Session

FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.cnnlint"
EXPLAIN, CONFIRM = "cnnlint.explain", "cnnlint.confirm"


class Actions:
    """The code actions of a session, for an editor of certain capabilities."""

    def __init__(self, session: Session, capabilities: types.ClientCapabilities) -> None:
        self._session = session
        actions = capabilities.text_document.code_action if capabilities.text_document else None
        edits = capabilities.workspace.workspace_edit if capabilities.workspace else None
        resolvable = actions.resolve_support if actions else None
        #: whether edits may be worked out once an action is chosen
        self._lazy = bool(actions and actions.data_support and resolvable and "edit" in resolvable.properties)
        self._versioned = bool(edits and edits.document_changes)

    async def at(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """The actions for a range of a document, of the kinds that are asked for."""
        uri, only = params.text_document.uri, params.context.only
        entry = await self._session.settled(uri)
        if entry is None or entry.now is None:
            return []
        start, end = place_of(params.range.start), place_of(params.range.end)
        here = [
            (place, one)
            for other, place, one in self._session.findings(entry)
            if other == uri and place[0] <= end and start <= place[1]
        ]
        found: list[types.CodeAction] = []
        if here and _wanted(types.CodeActionKind.QuickFix, only):
            revision = entry.revision
            fixes = await self._fixes(entry)
            if entry.revision != revision:
                return []  # they are for a text that is gone; the editor asks again
            for place, one in here:
                found += self._for_finding(entry, one, fixes.get(key_of(one)), _known(params, place, one))
        if _wanted(FIX_ALL, only) and (here or only):
            found.append(
                types.CodeAction(
                    title="cnnlint: fix all",
                    kind=FIX_ALL,
                    data={"what": "mend", "uri": entry.document.uri, "revision": entry.revision},
                )
            )
        if not self._lazy:
            found = [await self.resolved(action) for action in found]
            found = [action for action in found if action.edit is not None or action.command is not None]
        return found

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """An action with its edit, if the document is still the one that it was offered for."""
        data: Any = action.data
        if action.edit is not None or action.command is not None or not isinstance(data, dict):
            return action
        entry = self._session.entry(data["uri"])
        if entry is None or entry.revision != data["revision"]:
            return action
        subject = self._session.subject(entry.document)
        question: Question = Mend(subject, self._session.preferences.unsafe_fixes)
        if data["what"] == "silence":
            question = Silence(subject, _key(data["finding"]))
        answer = await self._session.workshop.ask(question)
        if isinstance(answer, Changed) and answer.data is not None and entry.revision == data["revision"]:
            action.edit = workspace_edit(differences(entry.document, answer.data), self._versions(entry))
        return action

    async def _fixes(self, entry: Entry) -> dict[Key, Diagnostic]:
        answer = await self._session.workshop.ask(Lint(self._session.subject(entry.document), fixes=True))
        return {key_of(one): one for one in answer.diagnostics} if isinstance(answer, Linted) else {}

    def _for_finding(
        self, entry: Entry, one: Diagnostic, mended: Diagnostic | None, known: list[types.Diagnostic] | None
    ) -> Iterator[types.CodeAction]:
        document, quick = entry.document, types.CodeActionKind.QuickFix
        fix = mended.fix if mended is not None else None
        if mended is not None and fix is not None:
            safe = fix.applicability == "safe"
            yield types.CodeAction(
                title=fix.message if safe else f"{fix.message} (may change what the program does)",
                kind=quick,
                diagnostics=known,
                is_preferred=safe or None,
                edit=workspace_edit(fix_edits(document, mended, fix), self._versions(entry)),
            )
        if not one.code.startswith("CNN9"):
            place = [one.code, one.cell, one.location.row, one.location.column]
            yield types.CodeAction(
                title=f"Ignore {one.code} here",
                kind=quick,
                diagnostics=known,
                data={"what": "silence", "uri": document.uri, "revision": entry.revision, "finding": place},
            )
            if testable():
                yield _command(f"Put {one.code} to the test", CONFIRM, [document.uri, *place], known)
        yield _command(f"Explain {one.code} {one.name}", EXPLAIN, [one.code, document.uri], known)

    def _versions(self, entry: Entry) -> dict[str, int | None] | None:
        return {entry.document.uri: entry.document.version} if self._versioned else None


def testable() -> bool:
    """Whether what confirming needs is installed."""
    return all(importlib.util.find_spec(package) is not None for package in ("keras", "scipy"))


def _command(title: str, name: str, arguments: list[Any], known: list[types.Diagnostic] | None) -> types.CodeAction:
    command = types.Command(title=title, command=name, arguments=arguments)
    return types.CodeAction(title=title, kind=types.CodeActionKind.QuickFix, diagnostics=known, command=command)


def _key(place: Sequence[Any]) -> Key:
    code, cell, row, column = place
    return str(code), cell if cell is None else int(cell), Location(int(row), int(column))


def _known(params: types.CodeActionParams, place: Range, one: Diagnostic) -> list[types.Diagnostic] | None:
    """The editor's own diagnostics that a finding is."""
    return [
        known
        for known in params.context.diagnostics
        if known.code == one.code and place_of(known.range.start) == place[0]
    ] or None


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    """Whether a kind of action, or one that it belongs to, is asked for."""
    return not only or any(kind == asked or str(kind).startswith(f"{_value(asked)}.") for asked in only)


def _value(kind: str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind
