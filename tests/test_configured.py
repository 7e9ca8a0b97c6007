"""The configuration closest to a file, as the command line and the Python API heed it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import cnnlint
from cnnlint.cli import main

STACKED = """\
import keras

model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4, activation="relu"), keras.layers.ReLU()])
"""
CLAMPED = STACKED.replace("keras.layers.ReLU()", "keras.layers.Softmax()")


@pytest.fixture(autouse=True)
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project without CNN101, and a folder in it without CNN104 that fails on nothing and excludes another."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "old/a.py", "sub/b.py", "sub/old/b.py", "sub/deep/b.py"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(CLAMPED if name.endswith("b.py") else STACKED)
    Path("pyproject.toml").write_text("[tool.cnnlint]\nignore = ['CNN101']\nexclude = ['old/']\n")
    Path("sub/cnnlint.toml").write_text("ignore = ['CNN104']\nfail-on = 'never'\nexclude = ['deep/']\n")


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments), prog_name="cnnlint")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def found(*arguments: str) -> list[tuple[str, str]]:
    report = json.loads(run("--format", "json", *arguments).stdout)
    return [(one["filename"], one["code"]) for one in report["diagnostics"]]


def test_each_file_by_its_own() -> None:
    everything = [("a.py", "CNN104"), ("sub/b.py", "CNN101"), ("sub/old/b.py", "CNN101")]
    assert found() == found("--jobs", "2") == found(".", "sub") == everything
    assert [(one.filename, one.code) for one in cnnlint.lint()] == everything
    assert found("--ignore", "CNN101") == everything[:1]
    assert found("--select", "ALL", "--ignore", "CNN10,CNN6,CNN4", "--severity", "warning") == []


def test_what_counts_for_the_exit_status_is_told_by_the_files_own() -> None:
    assert run().exit_code == 1
    assert run("sub").exit_code == 0
    assert run("sub", "--fail-on", "warning").exit_code == 1
    assert (cnnlint.lint("sub").ok, cnnlint.lint().ok) == (True, False)


def test_isolated_and_a_named_one() -> None:
    every = {"a.py", "old/a.py", "sub/b.py", "sub/old/b.py", "sub/deep/b.py"}
    assert {name for name, _ in found("--isolated")} == every
    Path("ci.toml").write_text("[tool.cnnlint]\nselect = ['CNN101']\nexclude = ['sub/old/']\n")
    assert found("--config", "ci.toml") == [("sub/b.py", "CNN101"), ("sub/deep/b.py", "CNN101")]
    assert run("--config", "ci.toml", "--isolated").exit_code == 2
    assert run("--config", "none.toml").exit_code == 2
    Path("bare.toml").write_text("[project]\n")
    assert "bare.toml has no [tool.cnnlint]" in run("--config", "bare.toml").stderr


def test_what_is_written_is_by_the_files_own() -> None:
    assert run("--fix").exit_code == 0
    assert "ReLU" not in Path("a.py").read_text()
    assert run("--add-ignores").exit_code == 0
    assert "ignore[CNN101]" in Path("sub/b.py").read_text()
    assert found() == []


def test_what_holds_is_shown() -> None:
    shown = run("--show-settings").stdout
    assert str(Path("pyproject.toml").resolve()) in shown
    assert f"# {Path('sub/cnnlint.toml').resolve()} (2 files)" in shown
    assert str(Path("sub/cnnlint.toml").resolve()) in run("--show-settings", "sub").stdout.splitlines()[0]
    assert run("--show-files").stdout.split() == ["a.py", "sub/b.py", "sub/old/b.py"]


def test_a_mistake_anywhere_is_told_before_anything_is_read() -> None:
    Path("sub/old/cnnlint.toml").write_text("selekt = []\n")
    result = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert "cnnlint.toml:1: there is no key 'selekt'; did you mean 'select'?" in result.stderr
    Path("sub/old/cnnlint.toml").write_text("select = ['CNN77']\n")
    assert "cnnlint.toml:1: select: unknown rule selector 'CNN77'" in run().stderr


def test_code_of_a_folder_below_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read never decides what is run: rules are loaded from the project of the current folder alone."""
    Path("sub/cnnlint.toml").write_text("rules = ['own']\n")
    Path("sub/own").mkdir()
    Path("sub/own/rule.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    result = run()
    assert "are not loaded: the current folder is not in that project" in result.stderr
    assert not Path("ran").exists()
    assert "--config names no code" in run("--config", "sub/cnnlint.toml").stderr
    assert not Path("ran").exists()
    monkeypatch.chdir("sub")
    run()  # there it is the project's own, which has to hold rules
    assert (tmp_path / "ran").exists()
