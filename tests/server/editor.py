"""An editor for tests: the server is a process, spoken to over its standard streams as editors do."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient


class Editor:
    """What an editor knows: diagnostics by document, messages, progress."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.published: dict[str, list[types.PublishDiagnosticsParams]] = {}
        self.messages: list[str] = []
        self.progress: list[Any] = []
        self.tokens: list[types.ProgressToken] = []
        self.opened: list[str] = []
        self.settings: dict[str, object] | None = {}
        self.told: types.InitializeResult | None = None
        self.news = asyncio.Event()

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str, version: int = 1) -> str:
        uri = self.uri(name)
        item = types.TextDocumentItem(uri, "python", version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return uri

    def change(self, uri: str, version: int, *changes: tuple[tuple[int, int, int, int] | None, str]) -> None:
        """Send changes: a range as line and character of both ends, or none for the whole text."""
        sent = [
            types.TextDocumentContentChangeWholeDocument(text)
            if place is None
            else types.TextDocumentContentChangePartial(
                types.Range(types.Position(*place[:2]), types.Position(*place[2:])), text
            )
            for place, text in changes
        ]
        document = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, sent))

    async def diagnostics(self, uri: str, version: int | None = None, seconds: float = 60) -> list[types.Diagnostic]:
        """What was published last for a version of a document, once it was."""

        def there() -> types.PublishDiagnosticsParams | None:
            told = self.published.get(uri, [])
            return told[-1] if told and version in (None, told[-1].version) else None

        return (await self.until(there, seconds)).diagnostics

    async def until(self, there: Callable[[], Any], seconds: float = 60) -> Any:
        """What a function gives once it gives something; it is asked whenever the server has said something."""

        async def wait() -> Any:
            while not (found := there()):
                self.news.clear()
                await self.news.wait()
            return found

        return await asyncio.wait_for(wait(), seconds)

    async def actions(
        self, uri: str, place: types.Range, diagnostics: list[types.Diagnostic], only: list[str] | None = None
    ) -> list[types.CodeAction]:
        context = types.CodeActionContext(diagnostics, only)
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(types.TextDocumentIdentifier(uri), place, context)
        )
        return list(found or [])  # type: ignore[arg-type]


def capabilities(**workspace: Any) -> types.ClientCapabilities:
    """Those of an editor that can do everything that the server makes use of."""
    return types.ClientCapabilities(
        workspace=types.WorkspaceClientCapabilities(
            configuration=True, workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True), **workspace
        ),
        text_document=types.TextDocumentClientCapabilities(
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(version_support=True),
            code_action=types.CodeActionClientCapabilities(
                data_support=True, resolve_support=types.ClientCodeActionResolveOptions(["edit"])
            ),
        ),
        window=types.WindowClientCapabilities(
            work_done_progress=True, show_document=types.ShowDocumentClientCapabilities(support=True)
        ),
    )


@contextlib.asynccontextmanager
async def editor(
    folder: Path,
    settings: dict[str, object] | None = None,
    able: types.ClientCapabilities | None = None,
    options: object = None,
    command: Sequence[str] = (sys.executable, "-m", "cnnlint", "server"),
) -> AsyncIterator[Editor]:
    """An editor with a server of its own in a folder; `options` are those of initialization."""
    client = LanguageClient("an editor", "1")
    one = Editor(client, folder)
    one.settings = settings or {}

    def publish(params: types.PublishDiagnosticsParams) -> None:
        one.published.setdefault(params.uri, []).append(params)
        one.news.set()

    def message(params: Any) -> None:
        one.messages.append(params.message)
        one.news.set()

    def progress(params: types.ProgressParams) -> None:
        one.progress.append(params.value)
        one.tokens.append(params.token)
        one.news.set()

    def configuration(params: types.ConfigurationParams) -> list[object]:
        return [one.settings for _ in params.items]

    def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
        one.opened.append(Path(params.uri.removeprefix("file://")).read_text())
        return types.ShowDocumentResult(True)

    client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(publish)
    client.feature(types.WINDOW_SHOW_MESSAGE)(message)
    client.feature(types.WINDOW_LOG_MESSAGE)(message)
    client.feature(types.PROGRESS)(progress)
    client.feature(types.WORKSPACE_CONFIGURATION)(configuration)
    client.feature(types.WINDOW_SHOW_DOCUMENT)(show)
    client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)(lambda params: None)
    client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
    await client.start_io(*command, cwd=str(folder))
    start = types.InitializeParams(
        capabilities=able or capabilities(),
        root_uri=folder.as_uri(),
        process_id=None,
        initialization_options=options,  # type: ignore[arg-type]
    )
    one.told = await client.initialize_async(start)
    client.initialized(types.InitializedParams())
    try:
        yield one
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await asyncio.wait_for(client.stop(), 20)


def run(work: Coroutine[Any, Any, None], seconds: float = 300) -> None:
    """Run a test, which has to end."""
    asyncio.run(asyncio.wait_for(work, seconds))
