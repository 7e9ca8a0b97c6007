"""What the command line does beside linting: other commands, completion, what a run would read, watching."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from processes import running

from cnnlint import configured, watching
from cnnlint.cli import main
from cnnlint.config import load

ROOT = Path(__file__).parent.parent
PROGRAM = """\
from keras import layers, models
one = models.Sequential([layers.Dense(10, activation="relu", input_shape=(4,)), layers.Softmax()])
"""


def run(*arguments: str, **environment: str) -> str:
    result = CliRunner().invoke(main, list(arguments), prog_name="cnnlint", env=environment)
    assert result.exit_code == 0, result.output
    return result.output


def test_other_commands_and_folders_of_their_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("server").mkdir()
    Path("server/model.py").write_text(PROGRAM)
    assert "cnnlint server" in run("server", "--help")
    assert "cnnlint server" in run("--help")
    assert "CNN101" in run("./server", "--exit-zero")


def test_what_the_server_needs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["server"], prog_name="cnnlint")
    assert (result.exit_code, 'pip install "cnnlint[lsp]"' in result.output) == (2, True)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_in_each_shell(shell: str) -> None:
    assert f"_CNNLINT_COMPLETE={shell}_complete" in run("completion", shell)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("cnnlint --select CNN10", "CNN101"),
        ("cnnlint --ignore CNN101,relu-bef", "CNN101,relu-before-softmax"),
        ("cnnlint --explain shap", "shape-mismatch"),
        ("cnnlint --form", "--format"),
        ("cnnlint --format sa", "sarif"),
        ("cnnlint server --st", "--stdio"),
        ("cnnlint compl", "completion"),
    ],
)
def test_what_is_completed(words: str, offered: str) -> None:
    last = str(len(words.split()) - 1)
    result = CliRunner().invoke(
        main,
        [],
        prog_name="cnnlint",
        env={"COMP_WORDS": words, "COMP_CWORD": last, "_CNNLINT_COMPLETE": "bash_complete"},
    )
    assert f"plain,{offered}" in result.output.splitlines()


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
def test_fish_shows_lists_and_texts_with_commas_whole(tmp_path: Path) -> None:
    # as an installer names it: the variable that asks for completions is made of the command's name
    (tmp_path / "cnnlint").write_text(f"#!{sys.executable}\nfrom cnnlint.cli import main\nmain(prog_name='cnnlint')\n")
    (tmp_path / "cnnlint").chmod(0o755)
    (tmp_path / "it.fish").write_text(
        run("completion", "fish")
        + 'complete -C "cnnlint --ignore CNN101,relu-bef"\n'
        + 'complete -C "cnnlint --shar"\n'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "HOME": str(tmp_path)}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, (ROOT, ROOT / "rules")))
    command = ["fish", "--no-config", "it.fish"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    offered = dict(line.split("\t") for line in done.stdout.splitlines())
    assert "CNN101,relu-before-softmax" in offered
    assert offered["--shard"].count(",") == 1


def test_files_and_settings_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.py", "old/b.py", "c.txt"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(PROGRAM)
    Path("pyproject.toml").write_text(
        "[tool.cnnlint]\nexclude = ['old/']\n[tool.cnnlint.per-file-ignores]\n'x\"/é' = ['CNN1']\n"
    )
    assert run("--show-files") == "a.py\n"
    shown = run("--show-settings", "--ignore", "CNN205", "--fail-on", "never")
    assert str(tmp_path / "pyproject.toml") in shown
    assert "CNN205" not in shown.partition("rules are selected")[2]
    Path("pyproject.toml").write_text(shown)  # it is a configuration, and the same
    assert (load(Path("pyproject.toml")).ignore, load(Path("pyproject.toml")).fail_on.value) == (("CNN205",), "never")
    assert load(Path("pyproject.toml")).per_file_ignores == {'x"/é': ("CNN1",)}


def test_a_named_configuration_that_is_wrong_meanwhile_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(PROGRAM)
    named = tmp_path / "cnnlint.toml"
    named.write_text("ignore = []\n")
    states = watching.states([str(tmp_path)], lambda: configured.named(str(named)))
    next(states)
    for text in ("selekt = []\n", "ignore = ['CNN101']\n"):
        named.write_text(text)
        next(states)


@pytest.mark.slow
def test_watching(tmp_path: Path) -> None:
    program = tmp_path / "model.py"
    program.write_text(PROGRAM)
    command = [sys.executable, "-m", "cnnlint", "--watch", "."]
    with running(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "CNN101" in process.stdout.readline()
        assert "Found 1 error" in process.stdout.readline()
        time.sleep(1)
        program.write_text(PROGRAM.replace(', activation="relu"', ""))
        while "no mistakes" not in (line := process.stdout.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130


def test_a_rule_is_explained_in_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page needs nothing else: no site, no style sheet, no script."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    path = Path(run("--explain", "cnn101", "--open").strip())
    assert opened == [path.as_uri()]
    page = path.read_text(encoding="utf-8")
    assert "<h1>relu-before-softmax (CNN101)</h1>" in page
    assert '<code class="language-python">from keras import' in page
    assert not re.search(r"<script|<link|src=|@import|url\(", page)
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    result = CliRunner().invoke(main, ["--explain", "CNN101", "--open"], prog_name="cnnlint")
    assert (result.exit_code, "no browser could be started" in result.stderr) == (2, True)
    assert CliRunner().invoke(main, ["--open"]).exit_code == 2
