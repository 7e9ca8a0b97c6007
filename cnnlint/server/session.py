"""What is open, what is known of it, and when it is read again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator
from typing import Protocol

from msgspec import Struct, field

from cnnlint.config import ConfigError, Settings
from cnnlint.confirm import apply
from cnnlint.diagnostics import Diagnostic, Evidence
from cnnlint.lint import discovery as files
from cnnlint.lint.discovery import PathPatterns
from cnnlint.server.documents import Document, File, as_source, is_read
from cnnlint.server.preferences import Preferences, settings_for
from cnnlint.server.questions import Answer, Failed, Lint, Linted, Subject, key_of
from cnnlint.server.readings import Range, Reading, shown
from cnnlint.server.texts import Text
from cnnlint.server.workshop import Workshop

DEBOUNCE = 0.025
"""Seconds without a change before a text is read: those between the keys of a fast typist are some 100 ms, but pastes,
completions and "format" come as bursts of changes."""

PAUSE = 0.5
"""Seconds that nobody types into a file before those that import it are read again: until then they would hold up what
is typed next, and be read in vain."""

WARM = b"""import numpy as np
from keras import layers, models
model = models.Sequential([layers.Conv2D(8, 3, input_shape=(8, 8, 1)), layers.Flatten(), layers.Dense(1)])
model.compile(loss="mse")
model.fit(np.zeros((4, 8, 8, 1)), np.zeros(4))
"""
"""A program whose reading loads what most do."""


class Client(Protocol):
    """The editor, as far as this needs it."""

    def publish(self, uri: str, version: int | None, findings: list[tuple[Range, Diagnostic]]) -> None:
        """Show these findings in a document, in the place of those before."""

    def refresh(self) -> None:
        """Have the editor ask for hints again."""

    def log(self, message: str) -> None:
        """Write a line where people look for such things."""

    def warn(self, message: str) -> None:
        """Show a message."""

    def uri(self, path: str) -> str:
        """The URI of a path."""


class Entry(Struct, eq=False):
    """A document that is open, and what was read of it."""

    document: Document
    #: counts what happened to it
    revision: int = 0
    task: asyncio.Task[None] | None = None
    #: the reading of the latest text, and the latest in which everything parsed
    now: Reading | None = None
    good: Reading | None = None
    #: where its findings are shown
    told: set[str] = field(default_factory=set)
    #: a verdict about one of its findings was reached
    tested: bool = False
    #: its text changed since those that import it were told
    spreads: bool = False


class Session:
    """The documents of one editor."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.workshop = Workshop()
        self.preferences = Preferences()
        #: what the editor counts columns in
        self.units = "utf-16"
        self.entries: dict[str, Entry] = {}
        #: the notebook of a cell
        self.notebooks: dict[str, str] = {}
        #: what came of putting findings to the test, by what that depends on
        self.verdicts: dict[str, Evidence] = {}
        self._shown: dict[str, dict[str, list[tuple[Range, Diagnostic]]]] = {}
        self._warned: set[str] = set()
        self._warming: asyncio.Future[Answer] | None = None

    def entry(self, uri: str) -> Entry | None:
        """The entry of a document, or of the notebook that a cell belongs to."""
        return self.entries.get(self.notebooks.get(uri, uri))

    def open(self, document: Document) -> None:
        """A document was opened."""
        if isinstance(document, File) and not is_read(document.name):
            return
        if document.uri in self.entries:
            self.close(document.uri)
        # an editor that was ended may hold still what it did not save
        document.dirty = isinstance(document, File) and files.read(document.name) != document.data()
        self.entries[document.uri] = Entry(document, spreads=document.dirty)
        self.changed(document.uri, typed=False)

    def changed(self, uri: str, *, typed: bool = True, after: float = DEBOUNCE) -> None:
        """A document is another: it is read again, and what is being read of its former text is of no use."""
        entry = self.entry(uri)
        if entry is None:
            return
        entry.revision += 1
        if typed:
            entry.document.dirty = entry.spreads = True
        if entry.task is not None:
            entry.task.cancel()
        if not typed or self.preferences.run == "onType":
            entry.task = asyncio.ensure_future(self._read(entry, after))

    def changed_elsewhere(self, names: Iterable[str], after: float = DEBOUNCE) -> None:
        """Files are others than they were, on disk or in the editor: what follows them is read again."""
        changed = {os.path.realpath(name) for name in names}
        for uri, entry in list(self.entries.items()):
            followed = entry.now.linted.followed if entry.now is not None else ()
            if any(os.path.realpath(name) in changed for name in followed):
                self.changed(uri, typed=False, after=after)

    def saved(self, uri: str) -> None:
        """A document is on disk: whatever imports it may read otherwise."""
        entry = self.entry(uri)
        if entry is not None:
            entry.document.dirty = False
        for other in list(self.entries):
            if self.entries[other] is not entry or self.preferences.run == "onSave":
                self.changed(other, typed=False)

    def refresh(self) -> None:
        """Read everything again: the configuration changed."""
        for uri in list(self.entries):
            self.changed(uri, typed=False)

    def close(self, uri: str) -> None:
        """A document was closed: nothing is said of it any more."""
        entry = self.entries.pop(uri, None)
        if entry is not None:
            if entry.task is not None:
                entry.task.cancel()
            self.notebooks = {cell: owner for cell, owner in self.notebooks.items() if owner != uri}
            self._show(entry, {})
            if entry.document.dirty:  # what was not saved is gone
                self.changed_elsewhere([entry.document.name])

    def warm_up(self) -> None:
        """Have everything loaded that reading needs, before anything is read."""
        name = os.path.join(os.getcwd(), "model.py")
        self._warming = asyncio.ensure_future(self.workshop.ask(Lint(Subject(name, WARM, self.settings(name)))))

    def end(self) -> None:
        """Leave nothing running."""
        for entry in self.entries.values():
            if entry.task is not None:
                entry.task.cancel()
        self.workshop.close()

    async def settled(self, uri: str) -> Entry | None:
        """The entry of a document once its present text was read."""
        entry = self.entry(uri)
        while entry is not None and entry.task is not None and not entry.task.done():
            await asyncio.wait({entry.task})
        return entry

    def settings(self, name: str) -> Settings:
        """How a file is linted. What is wrong with the configuration is shown once, and the defaults hold instead."""
        try:
            return settings_for(name, self.preferences, self.client.log)
        except ConfigError as error:
            self.warn_once(str(error))
            return Settings(root=os.path.dirname(name) or ".")

    def warn_once(self, message: str) -> None:
        """Show a message that was not shown before."""
        if message not in self._warned:
            self._warned.add(message)
            self.client.warn(message)

    def subject(self, document: Document) -> Subject:
        """A document as it is to be linted, other open ones as they are in the editor."""
        known = os.path.isabs(document.name)
        return Subject(
            name=document.name,
            data=document.data(),
            settings=self.settings(document.name),
            roots=files.tree_roots([document.name]) if known else (),
            unsaved={
                os.path.realpath(other.name): as_source(other.text.text)
                for other in (entry.document for entry in self.entries.values())
                if isinstance(other, File) and other.dirty and other is not document and os.path.isabs(other.name)
            },
        )

    async def _read(self, entry: Entry, after: float) -> None:
        await asyncio.sleep(after)
        revision, document = entry.revision, entry.document
        subject = self.subject(document)
        if not self.preferences.enable or PathPatterns(subject.settings.exclude, subject.settings.root).match(
            document.name
        ):
            entry.now = entry.good = None
            self._show(entry, {})
            return
        answer = await self.workshop.ask(Lint(subject, keys=entry.tested))
        if isinstance(answer, Failed):
            self.client.log(f"{document.name}: {answer.message}")
        if not isinstance(answer, Linted) or entry.revision != revision or self.entries.get(document.uri) is not entry:
            return
        for message in answer.errors:
            self.client.log(f"{document.name}: {message}")
        entry.now = Reading.of(document, revision, answer)
        if not answer.broken:
            entry.good = entry.now
        self.show(entry)
        if self.preferences.inlay_hints:
            self.client.refresh()
        if entry.spreads:
            entry.spreads = False
            if self.preferences.run == "onType":
                self.changed_elsewhere([document.name], PAUSE)

    def findings(self, entry: Entry) -> Iterator[tuple[str, Range, Diagnostic]]:
        """What is said of a document as it is now, with what came of putting it to the test."""
        if entry.now is None:
            return
        reading, besides = shown(entry.good, entry.now)
        for uri, place, one in reading.diagnostics(entry.document):
            if one.severity.rank < self.preferences.severity.rank or (besides and one.code == besides[0].code):
                continue
            evidence = self.verdicts.get(reading.linted.keys.get(key_of(one), ""))
            yield uri, place, one if evidence is None else apply(one, evidence)
        for uri, place, one in entry.now.diagnostics(entry.document):
            if one in besides:
                yield uri, place, one

    def show(self, entry: Entry) -> None:
        """Tell the editor what is known."""
        found: dict[str, list[tuple[Range, Diagnostic]]] = {}
        for uri, place, one in self.findings(entry):
            found.setdefault(uri, []).append((place, one))
        for one in entry.now.linted.diagnostics if entry.now is not None else ():
            if one.filename != entry.document.name and one.severity.rank >= self.preferences.severity.rank:
                # found in a helper that this document imports
                uri, text = self._elsewhere(one.filename)
                start, end = one.location, one.end_location
                place = text.position(start.row, start.column), text.position(end.row, end.column)
                found.setdefault(uri, []).append((place, one))
        self._show(entry, found)

    def _elsewhere(self, name: str) -> tuple[str, Text]:
        uri = self.client.uri(name)
        entry = self.entries.get(uri)
        if entry is not None and isinstance(entry.document, File):
            return uri, entry.document.text
        data = files.read(name)
        return uri, Text(data.decode("utf-8", "replace") if isinstance(data, bytes) else "", self.units)

    def _show(self, entry: Entry, found: dict[str, list[tuple[Range, Diagnostic]]]) -> None:
        """Publish what is found for an entry: in its own parts, all of which are told, and elsewhere."""
        own = entry.document.uri
        parts = {uri for _, uri, _ in entry.document.parts()} if own in self.entries else set()
        for uri in sorted(entry.told | parts | found.keys()):
            by_entry = self._shown.setdefault(uri, {})
            by_entry[own] = found.get(uri, [])
            together = {
                (place, one.code, one.message): (place, one)
                for findings in by_entry.values()
                for place, one in findings
            }
            version = entry.document.version if uri == own and isinstance(entry.document, File) else None
            self.client.publish(uri, version, list(together.values()))
            if not found.get(uri):
                del by_entry[own]
                if not by_entry:
                    del self._shown[uri]
        entry.told = set(found)


__all__ = ["Client", "Entry", "Session"]
