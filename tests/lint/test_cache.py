"""Results that are kept: what makes them hold no longer, and that nothing which lies in the folder can do harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from cnnlint import store
from cnnlint.cli import main
from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.many_files import lint_paths
from cnnlint.lint.outcome import Outcome

HELPER = "import keras\nWIDTH = 1\ndef head(x):\n    return keras.layers.Dense(WIDTH, activation='softmax')(x)\n"
NET = """import keras
from helper import head
i = keras.Input((4,))
model = keras.Model(i, head(i))
model.compile(loss="binary_crossentropy", optimizer="sgd")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "net.py").write_text(NET)
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "seeds.ipynb").write_text(
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {},
                "cells": [
                    {
                        "cell_type": "code",
                        "id": "a",
                        "metadata": {},
                        "outputs": [],
                        "execution_count": None,
                        "source": "import keras\nm = keras.Sequential([keras.layers.Dense(1, activation='softmax')])",
                    }
                ],
            }
        )
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lint(settings: Settings | None = None, *, fixes: bool = False) -> Outcome:
    return lint_paths(["."], settings or Settings(), cached=True, jobs=1, fixes=fixes)


def told(outcome: Outcome) -> bytes:
    """All that is reported, but for times and where it came from."""
    rest = (sorted(outcome.foreign_uses), sorted(outcome.read_from.items()), sorted(outcome.lines.items(), key=repr))
    return msgspec.json.encode(
        (
            outcome.diagnostics,
            outcome.models,
            outcome.errors,
            outcome.foreign,
            rest,
            sorted(outcome.file_rows.items(), key=repr),
        )
    )


def entries() -> list[Path]:
    return sorted(store.folder("results").glob("*/*.json"))


@pytest.mark.parametrize("fixes", [False, True])
def test_what_is_kept_is_what_was_told(project: Path, fixes: bool) -> None:
    plain = lint_paths(["."], Settings(), fixes=fixes)
    first, second = lint(fixes=fixes), lint(fixes=fixes)
    assert (first.cached, second.cached) == (0, 3)
    assert told(plain) == told(first) == told(second)
    assert "CNN105" in {diagnostic.code for diagnostic in second.diagnostics}
    assert any(diagnostic.cell == 1 for diagnostic in second.diagnostics)
    assert second.saved > 0


CHANGES: dict[str, tuple[Callable[[Path], object], Settings, int]] = {
    "nothing": (lambda folder: None, Settings(), 3),
    "the file": (lambda folder: (folder / "net.py").write_text(NET + "\n"), Settings(), 2),
    "what it imports": (lambda folder: (folder / "helper.py").write_text(HELPER.replace("1", "2", 1)), Settings(), 1),
    "what it imports is gone": (lambda folder: (folder / "helper.py").unlink(), Settings(), 1),
    "what comes before what it imports": (
        lambda folder: ((folder / "helper").mkdir(), (folder / "helper.py").rename(folder / "helper" / "__init__.py")),
        Settings(),
        1,
    ),
    "the rules": (lambda folder: None, Settings(ignore=("CNN105",)), 0),
    "a severity": (lambda folder: None, Settings(severity={"CNN1": Severity.INFO}), 0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_result_depends_on(project: Path, name: str) -> None:
    change, settings, kept = CHANGES[name]
    lint()
    change(project)
    outcome = lint(settings)
    assert outcome.cached == kept
    assert told(outcome) == told(lint_paths(["."], settings))


def test_a_file_that_comes_to_lie_nearer(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "net.py").write_text(NET)
    before = lint()
    (project / "sub" / "helper.py").write_text(HELPER.replace("WIDTH = 1", "WIDTH = 7"))
    after = lint()
    assert told(after) == told(lint_paths(["."], Settings()))
    assert told(after) != told(before)
    assert after.cached == 3


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "cut off": lambda data: data[: len(data) // 2],
    "no JSON": lambda data: b"\x80\x04\x95" + data,
    "another kind of JSON": lambda data: b'{"key": 1}',
    "another's": lambda data: data.replace(b'"key":"', b'"key":"0'),
    "nonsense in it": lambda data: data.replace(b'"row":', b'"row":"x","was":'),
    "huge": lambda data: b"[" * 1_000_000,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_entry_is_none(project: Path, name: str) -> None:
    expected = told(lint())
    assert len(entries()) == 3
    for entry in entries():
        entry.write_bytes(DAMAGE[name](entry.read_bytes()))
    outcome = lint()
    assert (outcome.cached, told(outcome)) == (0, expected)
    assert lint().cached == 3  # and it is written anew


def test_a_folder_that_cannot_be_used_is_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "file").write_text("")
    monkeypatch.setenv("CNNLINT_CACHE_DIR", str(project / "file" / "below"))
    assert told(lint()) == told(lint_paths(["."], Settings()))


def test_two_runs_at_once(project: Path) -> None:
    for index in range(12):
        (project / f"net_{index}.py").write_text(NET + f"# {index}\n")
    command = [sys.executable, "-m", "cnnlint", "--jobs", "1", "--format", "json", "."]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) for _ in range(3)]
    reports = [run.communicate(timeout=300)[0] for run in runs]
    assert reports[0] == reports[1] == reports[2]
    assert json.loads(reports[0])["diagnostics"]
    assert len(entries()) == 15
    assert not list(store.folder("results").rglob("*.tmp"))
    assert lint(Settings(root=str(project))).errors == []


def test_own_rules_keep_nothing(project: Path) -> None:
    (project / "own").mkdir()
    (project / "own" / "rule.py").write_text(
        "from cnnlint.diagnostics import Severity\nfrom cnnlint.rule import Rule\nfrom cnnlint.rule.experiments import "
        "NotTestable\n\n\nclass Own(Rule):\n    '''Own.'''\n\n    code = 'OWN100'\n    name = 'own'\n    severity = "
        "Severity.INFO\n    summary = 'own'\n    applies_to = 'all'\n    experiment = NotTestable('own')\n\n"
        "    def check(self, program):\n        return []\n"
    )
    lint(Settings(rules=("own",), root=str(project)))
    assert entries() == []


def test_what_failed_is_not_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnlint.lint import one_file

    def fail(*arguments: object) -> None:
        raise ValueError("no")

    with monkeypatch.context() as patched:
        patched.setattr(one_file, "summarize", fail)
        assert lint().errors
    assert lint().errors == []


def test_what_the_clock_had_a_part_in_is_not_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnlint.readers.python.language import imports

    with monkeypatch.context() as patched:
        patched.setattr(imports, "FOLLOWING", -1.0)
        lint()
        assert len(entries()) == 2  # all but the file that follows another


def test_a_way_that_there_was_time_for_is_kept(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second way is read in any case; that the time would not have reached for a tenth changes nothing."""
    from cnnlint.readers.python import reading

    (project / "net.py").write_text("import sys\nSIZE = 4 if sys.argv[1:] else 5\nif SIZE == 4:\n    NET = 1\n" + NET)
    (project / "helper.py").unlink()
    for spent, kept in ((3.0, False), (1.5, True), (0.1, True)):
        monkeypatch.setattr(reading.File, "spent", spent)
        monkeypatch.setenv("CNNLINT_CACHE_DIR", str(project / f"cache{spent}"))
        lint()
        assert lint().cached == 1 + kept, spent


def test_it_is_data(project: Path) -> None:
    lint()
    for entry in entries():
        json.loads(entry.read_bytes())


def test_options_and_clean(project: Path) -> None:
    run = CliRunner()
    assert run.invoke(main, ["--no-cache", "."]).exit_code == 1
    assert entries() == []
    assert "kept" not in run.invoke(main, ["--statistics", "."]).output
    assert len(entries()) == 3
    assert "3 files as kept from earlier runs" in run.invoke(main, ["--statistics", "."]).output
    folder = store.folder("results")
    mine = folder / "ab" / "notes.txt"
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    (folder / "cd").symlink_to(project, target_is_directory=True)
    result = run.invoke(main, ["clean"])
    assert (result.exit_code, result.output[:9]) == (0, "3 entries")
    assert mine.read_text() == "mine"
    assert (project / "net.py").exists()
    mine.unlink()
    (folder / "cd").unlink()
    run.invoke(main, ["clean"])
    assert not folder.exists()


def test_the_oldest_go(tmp_path: Path) -> None:
    kept = store.Store(tmp_path / "s")
    for number in range(10):
        kept.keep(f"{number:040x}", b"x" * 100)
        os.utime(tmp_path / "s" / "00" / f"{number:038x}.json", (number, number))
    kept.prune(most=500)
    left = [number for number in range(10) if kept.find(f"{number:040x}") is not None]
    assert left == [7, 8, 9]
