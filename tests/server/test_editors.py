"""The settings of docs/editors.md in the editors themselves, without a screen, where these are installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
import time
from pathlib import Path

import distributions
import msgspec
import pytest

from cnnlint.server.preferences import Preferences

pytest.importorskip("pygls", reason="the extra cnnlint[lsp] is not installed")

from lsprotocol import types

from .editor import Editor, editor, run

ROOT = Path(__file__).parents[2]
#: where editors are looked for: beside this Python, as the extra `test` installs Neovim, then where commands are
PLACES = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
PROGRAM = """\
from keras import layers, models
model = models.Sequential()
model.add(layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1)))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="relu"))
model.add(layers.ReLU())
model.add(layers.Softmax())
"""
NEOVIM = """\
dofile("settings.lua")
vim.cmd("edit model.py")
vim.wait(60000, function() return #vim.diagnostic.get(0) > 0 end, 50)
for _, found in ipairs(vim.diagnostic.get(0)) do print("found", found.lnum, found.code) end
local client = vim.lsp.get_clients({bufnr = 0})[1]
local file, range = vim.uri_from_bufnr(0), {start = {line = 0, character = 0}, ["end"] = {line = 7, character = 0}}
local function ask(what, more)
  local question = vim.tbl_extend("force", {textDocument = {uri = file}}, more)
  return client:request_sync(what, question, 30000, 0).result
end
print("hover", ask("textDocument/hover", {position = {line = 2, character = 20}}).contents.value)
for _, hint in ipairs(ask("textDocument/inlayHint", {range = range})) do print("hint", hint.label) end
vim.lsp.buf.code_action({context = {only = {"source.fixAll"}, diagnostics = {}}, apply = true})
vim.wait(30000, function() return vim.bo.modified end, 50)
vim.cmd("write")
"""
EMACS = """\
(require 'package) (package-initialize) (require 'eglot) (require 'flymake)
(load-file "settings.el")
(setq eglot-sync-connect 60)
(find-file "model.py")
(python-mode)
(call-interactively 'eglot)
(let ((tries 600))
  (while (and (> (setq tries (1- tries)) 0) (null (flymake-diagnostics))) (accept-process-output nil 0.1)))
(dolist (found (flymake-diagnostics))
  (message "found %s %s" (line-number-at-pos (flymake-diagnostic-beg found)) (flymake-diagnostic-text found)))
(goto-char (point-min)) (forward-line 2) (move-to-column 20)
(let* ((server (eglot--current-server-or-lose))
       (told (jsonrpc-request server :textDocument/hover (eglot--TextDocumentPositionParams))))
  (message "hover %s" (plist-get (plist-get told :contents) :value)))
"""
HELIX = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        configuration=True,
        did_change_configuration=types.DidChangeConfigurationClientCapabilities(dynamic_registration=False),
        inlay_hint=types.InlayHintWorkspaceClientCapabilities(refresh_support=False),
        workspace_edit=types.WorkspaceEditClientCapabilities(
            document_changes=True, failure_handling=types.FailureHandlingKind.Abort
        ),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
    ),
    text_document=types.TextDocumentClientCapabilities(
        hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
        code_action=types.CodeActionClientCapabilities(
            is_preferred_support=True,
            data_support=True,
            resolve_support=types.ClientCodeActionResolveOptions(["edit", "command"]),
        ),
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(version_support=True),
        inlay_hint=types.InlayHintClientCapabilities(dynamic_registration=False),
    ),
    window=types.WindowClientCapabilities(
        work_done_progress=True, show_document=types.ShowDocumentClientCapabilities(support=True)
    ),
    general=types.GeneralClientCapabilities(
        position_encodings=[
            types.PositionEncodingKind.Utf8,
            types.PositionEncodingKind.Utf32,
            types.PositionEncodingKind.Utf16,
        ]
    ),
)
"""What Helix says at the start, as far as it is about this server (`initialize` in its helix-lsp/src/client.rs)."""
LSP4IJ = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(configuration=True),
    text_document=types.TextDocumentClientCapabilities(
        publish_diagnostics=types.PublishDiagnosticsClientCapabilities(version_support=True),
        code_action=types.CodeActionClientCapabilities(
            data_support=True, resolve_support=types.ClientCodeActionResolveOptions(["edit"])
        ),
    ),
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf16]),
)
"""The same of LSP4IJ (`ClientCapabilitiesFactory`)."""
LAYER = "`conv2d` Conv2D → (?, 26, 26, 8), 80 parameters, relu"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, and in its folder `bin` a command `cnnlint`."""
    (tmp_path / "model.py").write_text(PROGRAM)
    (tmp_path / "pyproject.toml").write_text("")
    distributions.command(tmp_path / "bin")
    return tmp_path


def _settings(language: str, target: Path) -> None:
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "docs" / "editors.md").read_text(), re.DOTALL)
    assert found is not None
    target.write_text(found[1])


def _run(folder: Path, *command: str) -> str:
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}{os.pathsep}{PLACES}",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "rules"))),
        "HOME": str(folder),
        **{f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=180
    )
    return done.stdout + done.stderr


def _version(command: str) -> tuple[int, ...]:
    path = shutil.which(command, path=PLACES)
    if path is None:
        return ()
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found is not None else ()


@pytest.mark.slow
@pytest.mark.skipif(_version("nvim") < (0, 11), reason="Neovim 0.11 is not installed")
def test_neovim(project: Path) -> None:
    _settings("lua", project / "settings.lua")
    (project / "try.lua").write_text(NEOVIM)
    said = _run(project, "nvim", "--headless", "--clean", "-c", "luafile try.lua", "-c", "qa!")
    assert "found 5 CNN101" in said
    assert "found 5 CNN104" in said
    assert LAYER in said
    assert "hint → (?, 26, 26, 8)" in said
    assert (project / "model.py").read_text() == PROGRAM.replace("model.add(layers.ReLU())\n", "")


@pytest.mark.slow
@pytest.mark.skipif(not _version("emacs"), reason="Emacs is not installed")
def test_emacs(project: Path) -> None:
    _settings("elisp", project / "settings.el")
    (project / "try.el").write_text(EMACS)
    said = _run(project, "emacs", "--batch", "--load", "try.el")
    if "Cannot open load file" in said:
        pytest.skip("eglot is not installed")
    assert "found 6 cnnlint [CNN101]" in said
    assert LAYER in said


async def _asked(one: Editor, encoding: types.PositionEncodingKind, column: int) -> None:
    """Findings in the units that were agreed on, hover and hints, as the editor asks for them."""
    assert one.told is not None
    assert one.told.capabilities.position_encoding == encoding
    uri = one.open("model.py", PROGRAM.replace("model.add(layers.ReLU())", "'😀'; model.add(layers.ReLU())"))
    found = await one.diagnostics(uri)
    assert {(item.code, item.range.start.line, item.range.start.character) for item in found} == {
        ("CNN101", 5, column),
        ("CNN104", 5, column),
    }
    document = types.TextDocumentIdentifier(uri)
    hover = await one.client.text_document_hover_async(types.HoverParams(document, types.Position(2, 20)))
    assert LAYER in hover.contents.value  # type: ignore[union-attr]
    whole = types.Range(types.Position(0, 0), types.Position(9, 0))
    hints = await one.client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
    assert "→ (?, 26, 26, 8)" in [hint.label for hint in hints or ()]


def test_helix(project: Path) -> None:
    """The settings of the page as Helix takes them: `config` is sent as initialization options, and what a server asks
    for by a section is looked up within it, so that `cnnlint` is answered with null."""
    tomllib = pytest.importorskip("tomllib")
    _settings("toml", project / "languages.toml")
    languages = tomllib.loads((project / "languages.toml").read_text())
    server = languages["language-server"]["cnnlint"]
    # `LanguageServerConfiguration` and `LanguageConfiguration` in helix-core/src/syntax/config.rs
    assert server.keys() <= {"command", "args", "environment", "config", "timeout", "required-root-patterns"}
    (language,) = languages["language"]
    assert (language["name"], language.keys()) == ("python", {"name", "language-servers"})
    assert "cnnlint" in language["language-servers"]

    async def work() -> None:
        command = (str(project / "bin" / server["command"]), *server["args"])
        async with editor(project, able=HELIX, options=server["config"], command=command) as one:
            one.settings = None
            one.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(server["config"]))
            await _asked(one, types.PositionEncodingKind.Utf8, 18)

    run(work())


@pytest.mark.slow
@pytest.mark.skipif(not _version("hx"), reason="Helix is not installed")
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux, which is Helix's terminal here, is not installed")
def test_helix_itself(project: Path) -> None:
    """On a terminal: a finding behind its line, shapes as hints, what is said over a layer, a fix that is chosen."""
    folder = project / "CONFIG" / "helix"
    folder.mkdir(parents=True)
    _settings("toml", folder / "languages.toml")
    (folder / "config.toml").write_text(
        '[editor]\nend-of-line-diagnostics = "hint"\n[editor.lsp]\ndisplay-inlay-hints = true\n'
    )

    def tmux(*command: str) -> str:
        return _run(project, "tmux", "-S", str(project / "screen"), *command)

    def press(keys: str, awaited: str) -> None:
        """Keys that bring this on the screen."""
        tmux("send-keys", "-l", keys)
        until = time.monotonic() + 60
        while awaited not in (screen := tmux("capture-pane", "-p")):
            assert time.monotonic() < until, screen
            time.sleep(0.2)

    tmux("-f", os.devnull, "new-session", "-d", "-x", "150", "-y", "40", "hx", "model.py")
    try:
        press("", "`dense` has 10 relu outputs")
        press("2jfC", "→ (?, 26, 26, 8)")
        press(" k", LAYER.replace("`", ""))
        press("\x1b", " NOR ")
        time.sleep(0.5)  # or Escape and the next key are one with Alt
        press("6ggfR a", "keep one of the two: drop the relu")
        press("\r:write\r", "'model.py' written")
        assert (project / "model.py").read_text() == PROGRAM.replace("model.add(layers.ReLU())\n", "")
    finally:
        tmux("kill-server")


def test_lsp4ij(project: Path) -> None:
    """The template that PyCharm's plug-in imports: what its deserializer reads, and a session."""
    folder = ROOT / "editors" / "lsp4ij"
    template = json.loads((folder / "template.json").read_text())
    assert template.keys() == {"id", "name", "url", "programArgs", "fileTypeMappings"}
    (mapping,) = template["fileTypeMappings"]
    assert mapping == {"fileType": {"name": "Python", "patterns": ["*.py"]}, "languageId": "python"}
    name, *arguments = template["programArgs"]["default"].split()
    settings = json.loads((folder / "settings.json").read_text())
    names = {field.encode_name for field in msgspec.structs.fields(Preferences)}
    assert settings["cnnlint"].keys() <= names

    async def work() -> None:
        command = (str(project / "bin" / name), *arguments)
        async with editor(project, settings["cnnlint"], LSP4IJ, command=command) as one:
            await _asked(one, types.PositionEncodingKind.Utf16, 16)

    run(work())
