"""The oldest versions that the package allows say the same as those that are installed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = [str(ROOT / "fixtures" / name) for name in ("seeds", "notebooks", "onnx", "archives")]
COMMAND = ["-m", "cnnlint", "--isolated", "--no-cache", "--jobs", "1", "--format", "json", *FOLDERS]


def oldest() -> list[str]:
    """The package's own requirements, each at its lower bound."""
    text = (ROOT / "pyproject.toml").read_text()
    listed = re.search(r"(?ms)^dependencies = \[\n(.*?)^\]", text)
    assert listed is not None
    return [f"{name}=={version}" for name, version in re.findall(r'"([\w-]+)>=([\d.]+)"', listed[1])]


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the oldest versions have no wheels for it")
def test_the_oldest_versions_say_the_same(tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    pins = oldest()
    assert len(pins) >= 7
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *pins, str(ROOT)], check=True)
    old, new = (
        subprocess.run([command, *COMMAND], capture_output=True, text=True, cwd=tmp_path, check=False)
        for command in (python, sys.executable)
    )
    assert old.returncode == new.returncode == 1, old.stderr
    assert old.stdout == new.stdout
