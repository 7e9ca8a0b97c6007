"""The settings of docs/editors.md in the editors themselves, without a screen, where these are installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import distributions
import pytest

pytest.importorskip("pygls", reason="the extra cnnlint[lsp] is not installed")

ROOT = Path(__file__).parents[2]
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
LAYER = "| conv2d | Conv2D | (?, 26, 26, 8) | 80 | relu |"


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
        "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "rules"))),
        "HOME": str(folder),
        **{f"XDG_{name}_HOME": str(folder / name) for name in ("CONFIG", "DATA", "STATE", "CACHE")},
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=180
    )
    return done.stdout + done.stderr


def _version(command: str) -> tuple[int, ...]:
    path = shutil.which(command)
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
