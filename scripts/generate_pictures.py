#!/usr/bin/env python3
"""Draw the pictures of README.md from one measured run over the programs that the project began with.

`--measure` makes the run and keeps it as docs/confirm-seeds.json, in a few minutes. Without it, the pictures are drawn
again from that file: docs/confirm.svg is the report on a terminal, docs/report.png and docs/report-seeds.webp are the
page of one program and of all. The latter two need Chromium, and look as meant where the font Inter is installed.
`--editor` draws docs/editor.svg alone: Neovim with the settings of docs/editors.md, as tmux sees its screen.
"""

from __future__ import annotations

import argparse
import html
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import chromium
import msgspec
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from cnnlint.config import Settings
from cnnlint.lint.many_files import lint_paths
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options, reporter
from cnnlint.reporters.json import Envelope
from cnnlint.reporters.saving import save

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
RUN = DOCS / "confirm-seeds.json"
PROGRAMS = [f"fixtures/seeds/{path.name}/as_asked.py" for path in sorted((ROOT / "fixtures" / "seeds").iterdir())]
SHOWN = "fixtures/seeds/3_coloured_mnist/as_asked.py"
COLUMNS, WIDTH, SHOWN_HEIGHT = 100, 1400, 1050
EDITOR_COLUMNS, EDITOR_ROWS = 116, 21
EDITOR = """
vim.o.termguicolors, vim.o.number, vim.o.swapfile, vim.o.signcolumn = true, true, false, "yes"
vim.o.ruler, vim.o.showcmd, vim.o.laststatus = false, false, 0
vim.api.nvim_set_hl(0, "Normal", { bg = "NONE" })
vim.lsp.inlay_hint.enable(true)
local function short(found) return found.code .. " " .. found.message:gsub(": [^\\n]*\\n", "\\n") end
vim.diagnostic.config({ virtual_lines = { format = short } })
"""


def measure() -> None:
    """Put the programs' findings to the test."""
    command = [sys.executable, "-m", "cnnlint", "--isolated", "--confirm", "--no-cache", "--format", "json", *PROGRAMS]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 1:
        sys.exit(f"cnnlint ended with status {done.returncode}")
    save(RUN, done.stdout)


def measured(*programs: str) -> Outcome:
    """The kept run, or its part about some programs, as an outcome with the source lines of its findings."""
    report = msgspec.json.decode(RUN.read_bytes(), type=Envelope)
    wanted = programs or tuple(PROGRAMS)
    outcome = Outcome(
        diagnostics=[found for found in report.diagnostics if found.filename in wanted],
        models=[model for model in report.models if model.filename in wanted],
        files=len(wanted),
    )
    for found in outcome.diagnostics:
        lines = (ROOT / found.filename).read_text(encoding="utf-8").split("\n")
        outcome.lines[found.filename, found.cell, found.location.row] = lines[found.location.row - 1]
    return outcome


def terminal(outcome: Outcome, command: str) -> str:
    """What a terminal shows, as SVG that loads no font."""
    printed = "".join(reporter("text")(outcome, Options(color=True, width=COLUMNS)))
    head = Text.assemble(("$ ", "dim"), (command, "bold"), "\n")
    return framed(head + Text.from_ansi(printed), "cnnlint", COLUMNS)


def framed(text: Text, title: str, columns: int) -> str:
    """A text in a terminal's window, as SVG that loads no font."""
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(text, soft_wrap=True)
    frame = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    frame = frame.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono")
    return console.export_svg(title=title, code_format=frame, unique_id=re.sub(r"\W", "", title))


def editor() -> str:
    """Neovim over a program, with the settings of docs/editors.md, as SVG."""
    settings = re.search(r"```lua\n(.*?)```", (DOCS / "editors.md").read_text(encoding="utf-8"), re.DOTALL)
    assert settings is not None
    with tempfile.TemporaryDirectory() as folder:
        name = Path(folder, "coloured_mnist.py")
        shutil.copy(ROOT / SHOWN, name)
        Path(folder, "pyproject.toml").touch()
        Path(folder, "init.lua").write_text(settings[1] + EDITOR, encoding="utf-8")
        tmux = ["tmux", "-L", "cnnlint-pictures", "-f", os.devnull]
        size = ["-x", str(EDITOR_COLUMNS), "-y", str(EDITOR_ROWS + 1)]
        steps = " ".join(f"-c '{step}'" for step in ("luafile init.lua", f"edit {name.name}", "27", "normal zt"))
        command = f"cd {folder} && COLORTERM=truecolor nvim --clean {steps}"
        subprocess.run([*tmux, "new-session", "-d", *size, command], check=True)
        try:
            time.sleep(20)  # until it has started, asked and drawn
            screen = subprocess.run(
                [*tmux, "capture-pane", "-p", "-e"], check=True, capture_output=True, text=True
            ).stdout
        finally:
            subprocess.run([*tmux, "kill-server"], check=False)
    lines = screen.splitlines()[:EDITOR_ROWS]
    return framed(Text.from_ansi("\n".join([*lines, ""])), "coloured_mnist.py - Neovim", EDITOR_COLUMNS)


def photograph(page: str, target: Path, height: int | None = None) -> None:
    """A picture of a page; the whole of it without a height."""
    browser = chromium.found()
    if browser is None:
        sys.exit("pictures of pages need Chromium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page, encoding="utf-8")
        if height is None:
            height = _height(browser, page, Path(folder))
        chromium.opened(browser, source, f"--window-size={WIDTH},{height}", f"--screenshot={target}")


def _height(browser: str, page: str, folder: Path) -> int:
    """The height of a page at the pictures' width."""
    frame = Path(folder, "frame.html")
    tell = "document.title = this.contentDocument.documentElement.scrollHeight"
    frame.write_text(f'<iframe width={WIDTH} height=100 srcdoc="{html.escape(page)}" onload="{tell}"></iframe>')
    found = re.search(r"<title>(\d+)</title>", chromium.opened(browser, frame, "--dump-dom"))
    if found is None:
        sys.exit("the page does not tell its height")
    return int(found.group(1))


def current(outcome: Outcome) -> Outcome:
    """The kept run with the fixes of today; ends with a message where it is not what cnnlint finds today."""
    now = lint_paths([str(ROOT / name) for name in PROGRAMS], Settings(), fixes=True)
    fixes = {(d.code, Path(d.filename).relative_to(ROOT).as_posix(), d.location): d.fix for d in now.diagnostics}
    if set(fixes) != {(one.code, one.filename, one.location) for one in outcome.diagnostics}:
        sys.exit(f"{RUN.name} is not what cnnlint finds today; measure it again with --measure")
    outcome.diagnostics = [
        msgspec.structs.replace(one, fix=fixes[one.code, one.filename, one.location]) for one in outcome.diagnostics
    ]
    return outcome


def main() -> None:
    """Measure where asked, then draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true", help="make the run again first")
    parser.add_argument("--editor", action="store_true", help="draw the picture of the editor, and no other")
    chosen = parser.parse_args()
    if chosen.editor:
        save(DOCS / "editor.svg", editor())
        return
    if chosen.measure:
        measure()
    everything, shown = current(measured()), measured(SHOWN)
    shown.diagnostics = [one for one in everything.diagnostics if one.filename == SHOWN]
    save(DOCS / "confirm.svg", terminal(shown, f"cnnlint --confirm {SHOWN}"))
    for name, outcome, height in (("report.png", shown, SHOWN_HEIGHT), ("report-seeds.webp", everything, None)):
        photograph("".join(reporter("html")(outcome, Options())), DOCS / name, height)


if __name__ == "__main__":
    main()
