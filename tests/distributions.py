"""Distributions and commands as an installer leaves them, made without one."""

from __future__ import annotations

import base64
import hashlib
import sys
import zipfile
from pathlib import Path


def wheel(folder: Path, name: str, files: dict[str, str], entry_points: str) -> Path:
    """A built distribution of these files with its entry points, as a build backend writes it."""
    info = f"{name}-1.0.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": entry_points,
    }
    record = ""
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{path},sha256={digest},{len(text.encode())}\n"
    folder.mkdir(exist_ok=True)
    built = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(built, "w") as archive:
        for file, text in (files | {f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}).items():
            archive.writestr(file, text)
    return built


def command(folder: Path) -> None:
    """Put a command `cnnlint` into a new folder: that of this run, where its modules are found."""
    folder.mkdir()
    script = folder / "cnnlint"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnnlint "$@"\n')
    script.chmod(0o755)
