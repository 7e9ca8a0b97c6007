#!/usr/bin/env python3
"""Draw the pictures of README.md from one measured run over the programs that the project began with.

`--measure` makes the run and keeps it as docs/confirm-seeds.json, in a few minutes. Without it, the pictures are drawn
again from that file: docs/confirm.svg is the report on a terminal, docs/report.png and docs/report-seeds.webp are the
page of one program and of all. The latter two need Chromium, and look as meant where the font Inter is installed.
"""

from __future__ import annotations

import argparse
import html
import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

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
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


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
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.assemble(("$ ", "dim"), (command, "bold")), Text.from_ansi(printed), sep="\n", soft_wrap=True)
    frame = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    frame = frame.replace("Fira Code", "ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono")
    return console.export_svg(title="cnnlint", code_format=frame, unique_id="cnnlint")


def photograph(page: str, target: Path, height: int | None = None) -> None:
    """A picture of a page; the whole of it without a height."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("pictures of pages need Chromium")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page, encoding="utf-8")
        if height is None:
            height = _height(browser, page, Path(folder))
        with tempfile.TemporaryDirectory() as profile:
            command = [
                browser,
                *FLAGS,
                f"--user-data-dir={profile}",
                f"--window-size={WIDTH},{height}",
                f"--screenshot={target}",
                source.as_uri(),
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=120)


def _height(browser: str, page: str, folder: Path) -> int:
    """The height of a page at the pictures' width."""
    frame = Path(folder, "frame.html")
    tell = "document.title = this.contentDocument.documentElement.scrollHeight"
    frame.write_text(f'<iframe width={WIDTH} height=100 srcdoc="{html.escape(page)}" onload="{tell}"></iframe>')
    with tempfile.TemporaryDirectory() as profile:
        command = [browser, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", frame.as_uri()]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    found = re.search(r"<title>(\d+)</title>", done.stdout)
    if found is None:
        sys.exit("the page does not tell its height")
    return int(found.group(1))


def check(outcome: Outcome) -> None:
    """End with a message where the kept run is not what cnnlint finds today."""
    now = lint_paths([str(ROOT / name) for name in PROGRAMS], Settings())
    found = {(one.code, Path(one.filename).relative_to(ROOT).as_posix(), one.location) for one in now.diagnostics}
    if found != {(one.code, one.filename, one.location) for one in outcome.diagnostics}:
        sys.exit(f"{RUN.name} is not what cnnlint finds today; measure it again with --measure")


def main() -> None:
    """Measure where asked, then draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", action="store_true", help="make the run again first")
    if parser.parse_args().measure:
        measure()
    everything, shown = measured(), measured(SHOWN)
    check(everything)
    save(DOCS / "confirm.svg", terminal(shown, f"cnnlint --confirm {SHOWN}"))
    for name, outcome, height in (("report.png", shown, SHOWN_HEIGHT), ("report-seeds.webp", everything, None)):
        photograph("".join(reporter("html")(outcome, Options())), DOCS / name, height)


if __name__ == "__main__":
    main()
