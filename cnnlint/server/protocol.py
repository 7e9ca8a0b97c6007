"""The handlers of the language server protocol: from the editor's messages to the session, and back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from cnnlint.config import NAMES, ConfigError
from cnnlint.diagnostics import Diagnostic
from cnnlint.server import converting, hovering, testing
from cnnlint.server.actions import CONFIRM, EXPLAIN, FIX_ALL, Actions
from cnnlint.server.converting import place_of, position, range_
from cnnlint.server.documents import Cell, File, Notebook
from cnnlint.server.preferences import preferences
from cnnlint.server.questions import Explain, Page, key_of
from cnnlint.server.readings import Range
from cnnlint.server.session import Session
from cnnlint.server.texts import Change, Text
from cnnlint.version import __version__

NOTEBOOKS = types.NotebookDocumentSyncOptions(
    # all cells: their numbers count Markdown cells, too
    notebook_selector=[types.NotebookDocumentFilterWithNotebook(notebook="jupyter-notebook")],
    save=True,
)

REPLACED = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
"""What pygls does by itself for a store of documents that is not used here (see `documents`)."""


class Editor:
    """The editor at the other end, as a session sees it."""

    def __init__(self, server: LanguageServer) -> None:
        self._server = server

    def publish(self, uri: str, version: int | None, findings: list[tuple[Range, Diagnostic]]) -> None:
        """Show findings in a document."""
        told = [converting.diagnostic(place, one) for place, one in findings]
        self._server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=told, version=version)
        )

    def refresh(self) -> None:
        """Have hints asked for again."""
        workspace = self._server.client_capabilities.workspace
        if workspace is not None and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
            self._server.workspace_inlay_hint_refresh(None)

    def log(self, message: str) -> None:
        """Write a line into the log."""
        self._server.window_log_message(types.LogMessageParams(types.MessageType.Info, message))

    def warn(self, message: str) -> None:
        """Show a message."""
        self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))

    def uri(self, path: str) -> str:
        """The URI of a path."""
        return str(uris.from_fs_path(os.path.abspath(path)))


def serve() -> None:
    """Speak the protocol over standard input and output until the editor is gone."""
    server = LanguageServer(
        "cnnlint",
        __version__,
        text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
        notebook_document_sync=NOTEBOOKS,
    )
    for name in REPLACED:
        server.protocol.fm.builtin_features.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="cnnlint-pages-", ignore_cleanup_errors=True) as folder:
        session = Session(Editor(server))
        _documents(server, session)
        _configuration(server, session)
        _features(server, session)
        _commands(server, session, Path(folder))
        try:
            server.start_io()
        finally:
            session.end()


def _path(uri: str) -> str:
    """The path of a URI; for what is on no disk, a name."""
    if uri.startswith("file:"):
        return str(uris.to_fs_path(uri) or uri)
    name = uri.rpartition("/")[2].partition("?")[0].rpartition(":")[2] or "untitled"
    return name if "." in name else f"{name}.py"


def _changes(found: Any) -> list[Change]:
    """The protocol's changes as plain values: a range or none, and what stands there now."""
    changes: list[Change] = []
    for one in found:
        place = getattr(one, "range", None)
        changes.append((None if place is None else (place_of(place.start), place_of(place.end)), one.text))
    return changes


def _documents(server: LanguageServer, session: Session) -> None:
    """What is open and how it changes."""

    def opened(params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        session.open(File(item.uri, _path(item.uri), item.version, Text(item.text, session.units)))

    def changed(params: types.DidChangeTextDocumentParams) -> None:
        entry = session.entries.get(params.text_document.uri)
        if entry is not None and isinstance(entry.document, File):
            entry.document.text = entry.document.text.changed(_changes(params.content_changes))
            entry.document.version = params.text_document.version
            session.changed(params.text_document.uri)

    def saved(params: types.DidSaveTextDocumentParams) -> None:
        session.saved(params.text_document.uri)

    def closed(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)

    def notebook_opened(params: types.DidOpenNotebookDocumentParams) -> None:
        notebook = params.notebook_document
        items = {item.uri: item for item in params.cell_text_documents}
        document = Notebook(notebook.uri, _path(notebook.uri), notebook.version)
        document.cells = [_cell(cell, items.get(cell.document), session.units) for cell in notebook.cells]
        session.notebooks.update((cell.uri, notebook.uri) for cell in document.cells)
        session.open(document)

    def notebook_changed(params: types.DidChangeNotebookDocumentParams) -> None:
        entry = session.entries.get(params.notebook_document.uri)
        if entry is None or not isinstance(entry.document, Notebook):
            return
        document, cells = entry.document, params.change.cells
        document.version = params.notebook_document.version
        if cells is not None and cells.structure is not None:
            array = cells.structure.array
            items = {item.uri: item for item in cells.structure.did_open or ()}
            known = {cell.uri: cell for cell in document.cells}
            new = [
                known.get(one.document) or _cell(one, items.get(one.document), session.units)
                for one in array.cells or ()
            ]
            document.cells[array.start : array.start + array.delete_count] = new
            session.notebooks.update((cell.uri, document.uri) for cell in new)
        for change in (cells.text_content or ()) if cells is not None else ():
            for cell in document.cells:
                if cell.uri == change.document.uri:
                    cell.text = cell.text.changed(_changes(change.changes))
        if cells is not None:
            session.changed(document.uri)

    def notebook_saved(params: types.DidSaveNotebookDocumentParams) -> None:
        session.saved(params.notebook_document.uri)

    def notebook_closed(params: types.DidCloseNotebookDocumentParams) -> None:
        session.close(params.notebook_document.uri)

    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(opened)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(changed)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(saved)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(closed)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)(notebook_opened)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(notebook_changed)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)(notebook_saved)
    server.feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(notebook_closed)


def _cell(cell: types.NotebookCell, item: types.TextDocumentItem | None, units: str) -> Cell:
    is_code = cell.kind == types.NotebookCellKind.Code and (item is None or item.language_id.startswith("python"))
    return Cell(cell.document, is_code, Text(item.text if item is not None else "", units))


def _configuration(server: LanguageServer, session: Session) -> None:
    """The editor's settings: given at the start, asked for where it can be asked, sent when they change."""

    def take(section: object) -> None:
        try:
            session.preferences = preferences(section, options)
        except ConfigError as error:
            session.warn_once(str(error))
        session.refresh()
        session.client.refresh()

    async def ask() -> None:
        workspace = server.client_capabilities.workspace
        if workspace is not None and workspace.configuration:
            wanted = types.ConfigurationParams(items=[types.ConfigurationItem(section="cnnlint")])
            found = await server.workspace_configuration_async(wanted)
            if found and found[0] is not None:
                take(found[0])

    options: object = None
    #: what is wrong with the initialization options: nothing may be shown before they are answered
    wrong: list[str] = []

    def initialize(params: types.InitializeParams) -> None:
        session.units = _value(server.workspace.position_encoding or "utf-16")
        nonlocal options
        try:
            session.preferences = preferences(None, params.initialization_options)
            options = params.initialization_options
        except ConfigError as error:
            wrong.append(str(error))

    async def initialized(params: types.InitializedParams) -> None:
        session.warm_up()
        for message in wrong:
            session.warn_once(message)
        watched = server.client_capabilities.workspace
        if (
            watched is not None
            and watched.did_change_watched_files is not None
            and watched.did_change_watched_files.dynamic_registration
        ):
            options = types.DidChangeWatchedFilesRegistrationOptions(
                watchers=[types.FileSystemWatcher(glob_pattern=f"**/{name}") for name in (*NAMES, "*.py")]
            )
            registration = types.Registration(
                id="cnnlint-pyproject", method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES, register_options=options
            )
            await server.client_register_capability_async(types.RegistrationParams([registration]))
        await ask()

    async def configured(params: types.DidChangeConfigurationParams) -> None:
        given = params.settings
        section = given.get("cnnlint") if isinstance(given, dict) else getattr(given, "cnnlint", None)
        if section is not None:
            take(section)
        else:
            await ask()

    def watched(params: types.DidChangeWatchedFilesParams) -> None:
        paths = [_path(change.uri) for change in params.changes]
        if paths and all(path.endswith(".py") for path in paths):
            session.changed_elsewhere(paths)
        else:
            session.refresh()

    server.feature(types.INITIALIZE)(initialize)
    server.feature(types.INITIALIZED)(initialized)
    server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(configured)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(watched)


def _value(encoding: str) -> str:
    return encoding.value if isinstance(encoding, types.PositionEncodingKind) else encoding


def _features(server: LanguageServer, session: Session) -> None:
    """What is asked about a document."""

    async def hover(params: types.HoverParams) -> types.Hover | None:
        uri = params.text_document.uri
        entry = session.entry(uri)
        found = await hovering.hover(session, entry, uri, place_of(params.position)) if entry is not None else None
        if found is None:
            return None
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found[0]), range_(found[1]))

    async def hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        if not session.preferences.inlay_hints:
            return []
        uri = params.text_document.uri
        entry = await session.settled(uri)
        if entry is None:
            return []
        start, end = place_of(params.range.start), place_of(params.range.end)
        return [
            types.InlayHint(
                position=position(place),
                label=label,
                kind=types.InlayHintKind.Type,
                tooltip=types.MarkupContent(types.MarkupKind.Markdown, about),
                padding_left=True,
            )
            for place, label, about in hovering.hints(entry, uri, start, end)
        ]

    async def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await Actions(session, server.client_capabilities).at(params)

    async def resolve(params: types.CodeAction) -> types.CodeAction:
        return await Actions(session, server.client_capabilities).resolved(params)

    server.feature(types.TEXT_DOCUMENT_HOVER)(hover)
    server.feature(types.TEXT_DOCUMENT_INLAY_HINT)(hints)
    server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix, FIX_ALL], resolve_provider=True),
    )(actions)
    server.feature(types.CODE_ACTION_RESOLVE)(resolve)


def _commands(server: LanguageServer, session: Session, folder: Path) -> None:
    """What actions ask the server to do."""

    async def explain(code: str, uri: str) -> str | None:
        """The rule's documentation, which is also opened where the editor can open documents."""
        page = await session.workshop.ask(Explain(code, session.settings(_path(uri))))
        if not isinstance(page, Page):
            return None
        text = f"# {page.title}\n\n{page.text}\n"
        window = server.client_capabilities.window
        if window is not None and window.show_document is not None and window.show_document.support:
            path = folder / f"{code}.md"
            path.write_text(text, encoding="utf-8")
            await server.window_show_document_async(
                types.ShowDocumentParams(uri=session.client.uri(os.fspath(path)), take_focus=True)
            )
        return text

    async def confirm(uri: str, code: str, cell: Any, row: int, column: int) -> dict[str, str] | None:
        """The verdict of a finding."""
        entry = await session.settled(uri)
        if entry is None or entry.now is None:
            return None
        known = {key_of(one): one for one in entry.now.linted.diagnostics}
        finding = next(
            (key for key in known if (key[0], key[1], key[2].row, key[2].column) == (code, cell, row, column)), None
        )
        if finding is None:
            return None
        stop = threading.Event()
        try:
            async with _progress(server, f"Testing {code}", stop) as report:
                evidence = await testing.test(session, entry, finding, report, stop)
        except testing.ConfirmUnavailable as error:
            session.client.warn(str(error))
            return None
        return {"verdict": evidence.verdict.value, "summary": evidence.summary} if evidence is not None else None

    server.command(EXPLAIN)(explain)
    server.command(CONFIRM)(confirm)


@contextlib.asynccontextmanager
async def _progress(
    server: LanguageServer, title: str, stop: threading.Event
) -> AsyncIterator[Callable[[str, float], None]]:
    """Progress in the editor, which may be cancelled there; how to report it from another thread."""
    window = server.client_capabilities.window
    if window is None or not window.work_done_progress:
        yield lambda what, share: None
        return
    progress, token, loop = server.work_done_progress, f"cnnlint-{uuid.uuid4()}", asyncio.get_running_loop()
    await progress.create_async(token)
    progress.tokens[token].add_done_callback(lambda cancelled: stop.set())
    progress.begin(token, types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0))

    def report(what: str, share: float) -> None:
        value = types.WorkDoneProgressReport(message=what, percentage=min(100, int(100 * share)), cancellable=True)
        loop.call_soon_threadsafe(progress.report, token, value)

    try:
        yield report
    finally:
        progress.end(token, types.WorkDoneProgressEnd())
        progress.tokens.pop(token, None)
