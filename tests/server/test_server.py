"""The language server as an editor meets it: a process that is spoken to over its standard streams."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from cnnlint.config import Settings
from cnnlint.server import workshop
from cnnlint.server.questions import Lint, Linted, Subject
from cnnlint.server.texts import Text

pytest.importorskip("pygls", reason="the extra cnnlint[lsp] is not installed")

from lsprotocol import types

from .editor import Editor, capabilities, editor, run

PROGRAM = """\
from keras import layers, models
model = models.Sequential()
model.add(layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1)))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="relu"))
model.add(layers.Softmax())
"""

CLEAN = PROGRAM.replace('Dense(10, activation="relu")', "Dense(10)")
DROP = "drop the relu of `dense` (may change what the program does)"
SOFTMAX = "model.add(layers.Softmax())\n"


def _said(diagnostics: Any) -> list[tuple[str, int, int]]:
    return [(one.code, one.range.start.line, one.range.start.character) for one in diagnostics]


def _edited(text: str, action: types.CodeAction) -> str:
    """The text after an action's edits, made as an editor makes them."""
    assert action.edit is not None
    assert action.edit.document_changes is not None
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    for edit in sorted(change.edits, key=lambda one: (one.range.start.line, one.range.start.character), reverse=True):
        start, end = edit.range.start, edit.range.end
        place = (start.line, start.character), (end.line, end.character)
        text = Text(text).changed([(place, edit.new_text)]).text  # type: ignore[union-attr]
    return text


def _at(uri: str, line: int, character: int) -> types.HoverParams:
    return types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))


def test_findings_as_one_types(tmp_path: Path) -> None:
    """Columns in UTF-16, versions of what was read, nothing left behind by a closed file."""

    async def work() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("model.py", PROGRAM)
            assert _said(await one.diagnostics(uri, 1)) == [("CNN101", 4, 38)]
            one.change(uri, 2, ((4, 0, 4, 0), 'x = "😀"; '))
            (found,) = await one.diagnostics(uri, 2)
            assert _said([found]) == [("CNN101", 4, 48)]
            assert (found.range.end.character, found.source) == (54, "cnnlint")
            # two changes of one message: the second is about the text after the first
            one.change(uri, 3, ((4, 0, 4, 10), ""), ((4, 25, 4, 44), ""))
            assert await one.diagnostics(uri, 3) == ()
            one.change(uri, 4, (None, PROGRAM.replace("10,", '10, name="\u2028",')))
            one.change(uri, 5, ((3, 0, 3, 0), "\x0c\n"))
            assert _said(await one.diagnostics(uri, 5)) == [("CNN101", 5, 48)]
            one.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
            assert await one.until(lambda: one.published[uri][-1].diagnostics == ())

    run(work())


def test_what_is_offered_and_shown_at_a_place(tmp_path: Path) -> None:
    async def work() -> None:
        async with editor(tmp_path, {"inlayHints": True, "unsafeFixes": True}) as one:
            uri = one.open("model.py", PROGRAM)
            found = await one.diagnostics(uri)
            layer = await one.client.text_document_hover_async(_at(uri, 2, 20))
            assert layer is not None
            assert "`conv2d` Conv2D → (?, 26, 26, 8), 80 parameters, relu" in layer.contents.value  # type: ignore[union-attr]
            rule = await one.client.text_document_hover_async(_at(uri, 4, 40))
            assert rule is not None
            assert "## Why is this bad" in rule.contents.value  # type: ignore[union-attr]
            assert await one.client.text_document_hover_async(_at(uri, 0, 2)) is None
            whole = types.Range(types.Position(0, 0), types.Position(9, 0))
            hints = await one.client.text_document_inlay_hint_async(
                types.InlayHintParams(types.TextDocumentIdentifier(uri), whole)
            )
            assert [(hint.label, hint.position.line) for hint in hints or ()] == [
                ("→ (?, 26, 26, 8)", 2),
                ("→ (?, 5408)", 3),
                ("→ (?, 10)", 4),
                ("→ (?, 10)", 5),
            ]

            actions = {action.title: action for action in await one.actions(uri, found[0].range, list(found))}
            fix = actions[DROP]
            assert (fix.kind, fix.is_preferred) == (types.CodeActionKind.QuickFix, None)
            assert _edited(PROGRAM, fix) == CLEAN
            ignore = await one.client.code_action_resolve_async(actions["Ignore CNN101 here"])
            assert _edited(PROGRAM, ignore) == PROGRAM.replace(
                'activation="relu"))\nmodel.add(layers.S',
                'activation="relu"))  # cnnlint: ignore[CNN101]\nmodel.add(layers.S',
            )
            (fix_all,) = await one.actions(uri, whole, [], only=["source.fixAll"])
            assert fix_all.kind == "source.fixAll.cnnlint"
            assert _edited(PROGRAM, await one.client.code_action_resolve_async(fix_all)) == CLEAN
            # what was offered for a text that is no longer there changes nothing
            one.change(uri, 2, ((0, 0, 0, 0), "\n"))
            assert (await one.client.code_action_resolve_async(fix_all)).edit is None
            # what is offered while one types on is for the text that it comes to
            found = await one.diagnostics(uri, 2)
            asked = asyncio.ensure_future(one.actions(uri, found[0].range, list(found)))
            await asyncio.sleep(0)
            one.change(uri, 3, ((0, 0, 0, 0), "\n"))
            offered = [action for action in await asked if getattr(action, "edit", None) is not None]
            for action in offered:
                assert action.edit is not None
                assert action.edit.document_changes is not None
                version = action.edit.document_changes[0].text_document.version  # type: ignore[union-attr]
                above = "\n" * (version - 1)
                assert _edited(above + PROGRAM, action) == above + CLEAN

            command = types.ExecuteCommandParams("cnnlint.explain", ["CNN101", uri])
            assert "## What it does" in str(await one.client.workspace_execute_command_async(command))
            assert one.opened[0].startswith("# CNN101 relu-before-softmax")

    run(work())


def test_edits_are_made_at_once_for_an_editor_that_cannot_ask_again(tmp_path: Path) -> None:
    async def work() -> None:
        able = capabilities()
        assert able.text_document is not None
        able.text_document.code_action = None
        async with editor(tmp_path, {"unsafeFixes": True}, able=able) as one:
            uri = one.open("model.py", PROGRAM)
            found = await one.diagnostics(uri)
            actions = await one.actions(uri, found[0].range, list(found))
            edits = [action for action in actions if getattr(action, "edit", None) is not None]
            assert [action.title for action in edits] == [
                DROP,
                "Ignore CNN101 here",
                "cnnlint: fix all",
            ]

    run(work())


def test_half_typed_code_keeps_what_was_read(tmp_path: Path) -> None:
    async def work() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("model.py", PROGRAM)
            await one.diagnostics(uri)
            one.change(uri, 2, ((3, 0, 3, 0), "model.add(layers.Dropout(\n"))
            assert ("CNN101", 5, 38) in _said(await one.diagnostics(uri, 2))
            assert "CNN901" in [code for code, _, _ in _said(await one.diagnostics(uri, 2))]
            layer = await one.client.text_document_hover_async(_at(uri, 4, 20))
            assert layer is not None
            assert "Flatten" in layer.contents.value  # type: ignore[union-attr]
            one.change(uri, 3, ((3, 25, 3, 25), "0.5))"))
            assert _said(await one.diagnostics(uri, 3)) == [("CNN101", 5, 38)]

    run(work())


def _codes(found: Any) -> list[object]:
    return [one.code for one in found]


def _cells(one: Editor, sources: list[str]) -> tuple[list[types.NotebookCell], list[types.TextDocumentItem]]:
    uris = [f"vscode-notebook-cell:{one.folder}/book.ipynb#{index}" for index in range(len(sources))]
    kinds = [types.NotebookCellKind.Markup if text.startswith("#") else types.NotebookCellKind.Code for text in sources]
    return (
        [types.NotebookCell(kind, uri) for kind, uri in zip(kinds, uris, strict=True)],
        [types.TextDocumentItem(uri, "python", 1, text) for uri, text in zip(uris, sources, strict=True)],
    )


def test_notebooks_by_cell(tmp_path: Path) -> None:
    async def work() -> None:
        async with editor(tmp_path) as one:
            lines = PROGRAM.splitlines(keepends=True)
            cells, items = _cells(one, ["# A model", "".join(lines[:3]), "%matplotlib inline\n" + "".join(lines[3:])])
            book = one.uri("book.ipynb")
            one.client.notebook_document_did_open(
                types.DidOpenNotebookDocumentParams(types.NotebookDocument(book, "jupyter-notebook", 1, cells), items)
            )
            assert _said(await one.diagnostics(items[2].uri)) == [("CNN101", 2, 38)]
            assert await one.diagnostics(items[1].uri) == ()
            (found,) = await one.diagnostics(items[2].uri)
            actions = {action.title: action for action in await one.actions(items[2].uri, found.range, [found])}
            assert _edited(items[2].text, actions[DROP]) == items[2].text.replace(', activation="relu"', "")
            ignore = await one.client.code_action_resolve_async(actions["Ignore CNN101 here"])
            assert "# cnnlint: ignore[CNN101]" in _edited(items[2].text, ignore)
            # the cell with the softmax's host goes, another comes with it; then its text changes
            identifier = types.VersionedNotebookDocumentIdentifier(2, book)
            new, texts = _cells(one, ["", "", "", 'model.add(layers.Dense(9, activation="relu"))\n' + SOFTMAX])
            structure = types.NotebookDocumentCellChangeStructure(
                types.NotebookCellArrayChange(2, 1, [new[3]]), [texts[3]], [types.TextDocumentIdentifier(items[2].uri)]
            )
            one.client.notebook_document_did_change(
                types.DidChangeNotebookDocumentParams(
                    identifier,
                    types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(structure=structure)),
                )
            )
            assert "CNN101" in [code for code, _, _ in _said(await one.diagnostics(texts[3].uri))]
            assert await one.until(lambda: one.published[items[2].uri][-1].diagnostics == ())
            place = types.Range(types.Position(0, 24), types.Position(0, 43))
            content = types.NotebookDocumentCellContentChanges(
                types.VersionedTextDocumentIdentifier(2, texts[3].uri),
                [types.TextDocumentContentChangePartial(place, "")],
            )
            one.client.notebook_document_did_change(
                types.DidChangeNotebookDocumentParams(
                    types.VersionedNotebookDocumentIdentifier(3, book),
                    types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(text_content=[content])),
                )
            )
            assert await one.until(
                lambda: "CNN101" not in [code for code, _, _ in _said(one.published[texts[3].uri][-1].diagnostics)]
            )
            one.client.notebook_document_did_close(
                types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(book), [])
            )

    run(work())


SLOW = "import keras\n" + "".join(
    f"m{n} = keras.Sequential([keras.layers.Dense(4) for _ in range(400)])\n" for n in range(60)
)
"""A program that takes seconds to read."""


def test_outdated_work_is_given_up(tmp_path: Path) -> None:
    async def work() -> None:
        async with editor(tmp_path) as one:
            uri = one.open("model.py", CLEAN)
            await one.diagnostics(uri)
            for version in range(2, 30):
                one.change(uri, version, ((0, 0, 0, 0), "#"))
            assert await one.diagnostics(uri, 29) == ()
            assert len(one.published[uri]) < 10  # not one for each
            one.change(uri, 30, (None, SLOW))
            await asyncio.sleep(0.3)
            began = asyncio.get_running_loop().time()
            one.change(uri, 31, (None, PROGRAM))
            # the server answers while something is read
            assert await one.client.text_document_hover_async(_at(uri, 0, 0)) is None
            assert _said(await one.diagnostics(uri, 31)) == [("CNN101", 4, 38)]
            assert 30 not in [told.version for told in one.published[uri]]
            assert asyncio.get_running_loop().time() - began < 20

    run(work())


def test_configuration_of_project_and_editor(tmp_path: Path) -> None:
    async def work() -> None:
        table = "[tool.cnnlint]\nexclude = ['old/']\n"
        (tmp_path / "pyproject.toml").write_text(table)
        (tmp_path / "helper.py").write_text("SIZE = 1\n")
        async with editor(tmp_path, {"ignore": ["CNN101"], "severity": "warning"}) as one:
            uri = one.open("model.py", PROGRAM)
            assert await one.until(lambda: uri in one.published and not one.published[uri][-1].diagnostics)
            old = one.open("old/model.py", PROGRAM)
            assert await one.diagnostics(old) == ()
            one.settings = {}
            one.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(None))
            assert await one.until(lambda: _said(one.published[uri][-1].diagnostics) == [("CNN101", 4, 38)])
            # a wrong key is told, and the defaults hold
            (tmp_path / "pyproject.toml").write_text("[tool.cnnlint]\nselekt = []\n")
            one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([]))
            assert await one.until(lambda: [text for text in one.messages if "'select'" in text])
            (tmp_path / "pyproject.toml").write_text(table)
            # another file is read as the editor holds it
            helper = one.open("helper.py", "SIZE = 1\n")
            one.change(helper, 2, (None, "SIZE = 0.9\n"))
            program = "from helper import SIZE\n" + CLEAN.replace("Flatten()", "Dropout(SIZE)")
            user = one.open("user.py", program)
            assert "CNN212" in [code for code, _, _ in _said(await one.diagnostics(user))]

    run(work())


HELPER = """from keras import layers, models
def build():
    hidden = layers.Dense(5, activation="relu", input_shape=(4,))
    return models.Sequential([hidden, layers.Dense(3, activation="softmax")])
"""


def test_who_imports_a_file_is_told_what_became_of_it(tmp_path: Path) -> None:
    """While it is typed, saved, closed without that, and changed by another program."""
    wrong = HELPER.replace("softmax", "relu")  # of the outputs

    async def work() -> None:
        (tmp_path / "helper.py").write_text(HELPER)
        async with editor(tmp_path) as one:
            user = one.open("user.py", "from helper import build\nbuild().compile(loss='categorical_crossentropy')\n")
            assert not await one.diagnostics(user)
            helper = one.open("helper.py", HELPER)
            assert not await one.diagnostics(helper)
            document = types.TextDocumentIdentifier(helper)

            async def told(codes: list[str]) -> bool:
                return bool(await one.until(lambda: _codes(one.published[helper][-1].diagnostics) == codes, 20))

            one.change(helper, 2, (None, wrong))
            assert await told(["CNN311"])
            (tmp_path / "helper.py").write_text(wrong)
            one.client.text_document_did_save(types.DidSaveTextDocumentParams(document))
            one.change(helper, 3, (None, HELPER))
            assert await told([])
            one.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
            assert await told(["CNN311"])
            event = types.FileEvent(helper, types.FileChangeType.Changed)
            for text, codes in ((HELPER, []), (wrong, ["CNN311"]), (None, [])):
                (tmp_path / "helper.py").unlink()
                if text is not None:
                    (tmp_path / "helper.py").write_text(text)
                one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
                assert await told(codes)
            # a file that there was not, and one held unsaved from the start
            (tmp_path / "helper.py").write_text(wrong)
            one.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
            assert await told(["CNN311"])
            one.open("helper.py", HELPER)
            assert await told([])

    run(work())


def test_json_of_notebooks_is_left_to_the_notebook_editor(tmp_path: Path) -> None:
    async def work() -> None:
        async with editor(tmp_path) as one:
            cells = [{"cell_type": "code", "metadata": {}, "source": PROGRAM}]
            book = one.open("book.ipynb", json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
            uri = one.open("model.py", PROGRAM)
            await one.diagnostics(uri)
            assert book not in one.published

    run(work())


def test_initialization_options(tmp_path: Path) -> None:
    """Taken with the section around them or without; a mistake is shown, and the defaults hold."""

    async def work() -> None:
        for options in ({"ignore": ["CNN101"]}, {"cnnlint": {"ignore": ["CNN101"]}}):
            async with editor(tmp_path, options=options) as one:
                assert not await one.diagnostics(one.open("model.py", PROGRAM))
        async with editor(tmp_path, options={"inlayHints": "yes"}) as one:
            assert await one.until(lambda: [text for text in one.messages if "inlayHints" in text])
            assert _said(await one.diagnostics(one.open("model.py", PROGRAM))) == [("CNN101", 4, 38)]

    run(work())


def test_a_document_that_is_opened_twice(tmp_path: Path) -> None:
    """Some editors do so when they rename: what was being read of the former text is told no more."""

    async def work() -> None:
        async with editor(tmp_path) as one:
            one.open("model.py", SLOW)
            await asyncio.sleep(0.2)
            uri = one.open("model.py", PROGRAM, 7)
            assert _said(await one.diagnostics(uri, 7)) == [("CNN101", 4, 38)]
            assert {told.version for told in one.published[uri]} <= {None, 1, 7}
            assert _said(one.published[uri][-1].diagnostics) == [("CNN101", 4, 38)]

    run(work())


def test_who_reads_is_not_ended_sooner_than_another_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a small file takes as long as on another a start does; each key would end who just began."""
    monkeypatch.setattr(workshop, "PATIENCE", 0.001)

    async def work() -> None:
        one = workshop.Workshop()
        small = Lint(Subject("model.py", PROGRAM.encode(), Settings()))
        assert isinstance(await one.ask(small), Linted)
        process = one._process
        for _ in range(3):
            asked = asyncio.ensure_future(one.ask(Lint(Subject("model.py", CLEAN.encode(), Settings()), keys=True)))
            await asyncio.sleep(0.005)
            asked.cancel()
            await asyncio.wait({asked})
        assert isinstance(await one.ask(small), Linted)
        assert process is one._process
        one.close()

    run(work())
