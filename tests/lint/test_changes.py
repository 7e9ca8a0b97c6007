"""`--diff-base`: only what is on lines that are new since a revision."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cnnlint.cli import main

PROGRAM = """\
from keras import layers, models
one = models.Sequential([layers.Dense(10, activation="relu", input_shape=(4,)), layers.Softmax()])
"""
ADDED = 'two = models.Sequential([layers.Dense(10, activation="relu", input_shape=(4,)), layers.Softmax()])\n'


def _git(*arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["--select", "CNN101", "--quiet", *arguments])


def _notebook(*cells: str) -> str:
    made = [{"cell_type": "code", "metadata": {}, "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4}, indent=1)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "é b.py", "sub/c.py"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(PROGRAM)
    Path("book.ipynb").write_text(_notebook(PROGRAM))
    _git("init")
    _git("add", ".")
    _git("commit", "-m", "first")
    return tmp_path


def test_only_new_lines_count(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run().output.count("CNN101") == 4
    assert (_run("--diff-base", "HEAD").output, _run("--diff-base", "HEAD").exit_code) == ("", 0)
    Path("é b.py").write_text("# moved\n" + PROGRAM + ADDED)
    Path("book.ipynb").write_text(_notebook(PROGRAM, "import keras\n" + ADDED))
    Path("new.py").write_text(PROGRAM)
    (repository / "sub" / "c.py").unlink()
    places = [line.partition(" CNN")[0].rsplit(":", 2)[0] for line in _run("--diff-base", "HEAD").output.splitlines()]
    assert sorted(places) == ["book.ipynb:cell 2:2", "new.py:2", "é b.py:4"]
    monkeypatch.chdir(repository / "sub")
    assert _run("--diff-base", "HEAD", "..").output.count("CNN101") == 3


def test_a_file_that_has_another_name_is_not_new(repository: Path) -> None:
    _git("mv", "a.py", "sub/renamed.py")
    assert _run("--diff-base", "HEAD").output == ""
    lines = [f"# {number}\n" for number in range(30)]
    Path("sub/c.py").write_text("".join(lines) + PROGRAM)
    _git("add", ".")
    _git("commit", "-m", "longer")
    _git("mv", "sub/c.py", "d.py")
    Path("d.py").write_text("".join(lines) + PROGRAM + ADDED)
    assert [line.partition(" ")[0] for line in _run("--diff-base", "HEAD").output.splitlines()] == ["d.py:33:54:"]


def test_what_a_shallow_clone_lacks_is_told(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.py").write_text(PROGRAM + ADDED)
    _git("commit", "-am", "second")
    _git("clone", "--depth", "1", repository.as_uri(), "shallow")
    monkeypatch.chdir("shallow")
    assert "fetch-depth: 0" in _run("--diff-base", "HEAD~1").output


def test_what_others_did_meanwhile_is_not_ones_own(repository: Path) -> None:
    _git("checkout", "-b", "own")
    Path("a.py").write_text(PROGRAM + ADDED)
    _git("commit", "-am", "own")
    _git("checkout", "main")
    Path("sub/c.py").write_text("")
    _git("commit", "-am", "other")
    _git("checkout", "own")
    assert [line.partition(":")[0] for line in _run("--diff-base", "main").output.splitlines()] == ["a.py"]


def test_what_git_does_not_know_is_told(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for revision in ("nothing", "--output=x", "HEAD~9"):
        result = _run(f"--diff-base={revision}")
        assert (result.exit_code, "git knows no revision" in result.output) == (2, True)
    assert not Path("x").exists()
    monkeypatch.chdir(tmp_path_factory.mktemp("bare"))
    Path("a.py").write_text(PROGRAM)
    result = _run("--diff-base", "HEAD")
    assert (result.exit_code, "not a git repository" in result.output) == (2, True)
