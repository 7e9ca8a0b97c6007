"""Reading, fixing, explaining and reporting touch no network: the interpreter itself says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnnlint.lint.pool import starting

ROOT = Path(__file__).parents[1]
#: the audit events that CPython raises before a host is looked up, connected to or listened for
START = f"""
import sys

def hook(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "telnetlib.")):
        sys.stderr.write(f"NETWORK {{event}}\\n")

sys.addaudithook(hook)
{starting("cnnlint.cli")}"""
SEED = ROOT / "fixtures" / "seeds" / "3_coloured_mnist" / "as_asked.py"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--format", "sarif", str(SEED)],
        ["--diff", "--unsafe-fixes", str(SEED)],
        ["--show-models", str(ROOT / "fixtures" / "onnx")],
        ["--explain", "CNN101"],
        ["--list-rules"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_command_touches_the_network(arguments: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, "--isolated", "--no-cache", "--jobs", "1", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout
    assert "NETWORK" not in done.stderr


def test_the_watch_would_notice() -> None:
    start = (
        START.partition("sys.path[:]")[0]
        + "import socket\nsocket.socket().close()\nsocket.getaddrinfo('localhost', 1)\n"
    )
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, check=False)
    assert "NETWORK socket.getaddrinfo" in done.stderr
