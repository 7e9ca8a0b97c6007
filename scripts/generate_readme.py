#!/usr/bin/env python3
"""Fill in README.md what it quotes: the output of commands, and the table of rules.

A block that begins with `<!-- run: COMMAND -->` holds what the command prints, one that begins with
`<!-- rules -->` the table; both end with `<!-- end -->`.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from cnnlint.rule.registry import load

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "README.md"
BLOCK = re.compile(r"<!-- (run: (?P<command>[^\n]+)|rules) -->\n.*?<!-- end -->", re.DOTALL)


def filled(text: str) -> str:
    """The page with all its blocks written anew."""
    return BLOCK.sub(_block, text)


def _block(match: re.Match[str]) -> str:
    command = match.group("command")
    if command is None:
        return f"<!-- rules -->\n{rules()}\n<!-- end -->"
    return f"<!-- run: {command} -->\n```console\n$ {command}\n{printed(command)}```\n<!-- end -->"


def printed(command: str) -> str:
    """What a `cnnlint ...` command prints on a terminal, run in the project's folder."""
    arguments = shlex.split(command)[1:]
    if not any(option in arguments for option in ("--format", "--diff", "--explain", "--list-rules")):
        arguments += ["--format", "full"]
    done = subprocess.run([sys.executable, "-m", "cnnlint", *arguments], cwd=ROOT, capture_output=True, text=True,
                          check=False)  # fmt: skip
    return done.stdout


def rules() -> str:
    """The table of rules."""
    rows = ["| code | name | severity | what it finds |", "|---|---|---|---|"]
    for rule in load():
        opt_in = "" if rule.default else ", opt-in"
        rows.append(f"| {rule.code} | {rule.name} | {rule.severity.value}{opt_in} | {rule.summary} |")
    return "\n".join(rows)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
