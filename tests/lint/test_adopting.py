"""Into a project that has findings already: a baseline, and comments at every finding."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cnnlint.cli import main

NET = """\
import keras
from keras import layers

model = keras.Sequential([
    layers.Input((28, 28, 1)),
    layers.Conv2D(8, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(10, activation="relu"),
    layers.Softmax(),
])
"""
LATER = NET.replace("import keras\n", '"""A digit."""\n\nimport keras\n')


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NET)


def cnnlint(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def codes(*arguments: str) -> list[str]:
    return [entry["code"] for entry in json.loads(cnnlint("--format", "json", *arguments).stdout)["diagnostics"]]


# --- a baseline -------------------------------------------------------------------------------------------------


def test_what_is_known_is_left_out_wherever_it_moves() -> None:
    assert codes(".") == ["CNN101"]
    written = cnnlint(".", "--write-baseline", "known.json")
    assert (written.exit_code, written.stdout) == (0, "1 finding written to known.json.\n")
    assert cnnlint(".", "--baseline", "known.json").exit_code == 0
    Path("net.py").write_text(LATER)
    assert codes(".", "--baseline", "known.json") == []


def test_one_more_of_a_kind_is_new() -> None:
    cnnlint(".", "--write-baseline", "known.json")
    Path("net.py").write_text(NET + NET.replace("import keras\nfrom keras import layers\n", ""))
    assert codes(".", "--baseline", "known.json") == ["CNN101"]


def test_paths_are_those_of_the_baselines_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("models").mkdir()
    Path("net.py").rename("models/net.py")
    cnnlint(".", "--write-baseline", "known.json")
    monkeypatch.chdir("models")
    assert codes(".", "--baseline", "../known.json") == []


def test_stale_entries_are_told() -> None:
    cnnlint(".", "--write-baseline", "known.json")
    Path("net.py").write_text(NET.replace('10, activation="relu"', "10"))
    result = cnnlint(".", "--baseline", "known.json")
    assert result.exit_code == 0
    assert "holds what is no longer found: net.py: CNN101" in result.stderr


def test_what_a_run_did_not_look_for_is_not_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook lints the files of a commit, `--select` a few rules, a shard a part; what is gone is told all the same."""
    Path("other").mkdir()
    Path("other/gone.py").write_text(NET)
    Path("whole.py").write_text("import keras\n")
    cnnlint(".", "--write-baseline", "known.json")
    Path("other/gone.py").unlink()
    for arguments in (["net.py"], ["whole.py"], [".", "--select", "CNN2"], [".", "--shard", "1/2"]):
        assert "no longer found" not in cnnlint(*arguments, "--baseline", "known.json").stderr, arguments
    for arguments in ([], ["other"], ["net.py", "other/gone.py"]):
        told = cnnlint(*arguments, "--baseline", "known.json").stderr
        assert "no longer found: other/gone.py: CNN101" in told, arguments
        assert "net.py:" not in told, arguments
    monkeypatch.chdir("other")
    assert "no longer found: other/gone.py" in cnnlint(".", "--baseline", "../known.json").stderr


def test_what_could_not_be_read_is_never_known() -> None:
    Path("broken.py").write_text("def f(:\n")
    cnnlint(".", "--write-baseline", "known.json")
    assert codes(".", "--baseline", "known.json") == ["CNN901"]


@pytest.mark.parametrize("text", [None, "{", "[]", '{"findings": [1]}', '{"findings": [], "version": 9}'])
def test_a_file_that_is_no_baseline(text: str | None) -> None:
    if text is not None:
        Path("known.json").write_text(text)
    result = cnnlint(".", "--baseline", "known.json")
    assert result.exit_code == 2
    assert "known.json" in result.stderr
    assert len(result.stderr.splitlines()) == 1


# --- comments ---------------------------------------------------------------------------------------------------


def test_every_finding_gets_a_comment_with_its_code() -> None:
    result = cnnlint(".", "--add-ignores")
    assert (result.exit_code, result.stdout) == (0, "1 finding silenced in 1 file.\n")
    text = Path("net.py").read_text()
    assert text == NET.replace(
        'activation="relu"),\n    layers.Softmax', 'activation="relu"),  # cnnlint: ignore[CNN101]\n    layers.Softmax'
    )
    assert codes(".") == []
    assert cnnlint(".", "--add-ignores").stdout == "0 findings silenced in 0 files.\n"
    assert Path("net.py").read_text() == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # a comment of the author's own stays
        ('"relu"),\n    layers.Softmax', '"relu"),  # scores\n    layers.Softmax'),
        # another rule is silenced there already
        ('"relu"),\n    layers.Softmax', '"relu"),  # cnnlint: ignore[CNN999]\n    layers.Softmax'),
        # the call goes on over several lines
        ('layers.Dense(10, activation="relu")', 'layers.Dense(\n        10,\n        activation="relu",\n    )'),
        # the line ends inside a string
        ('"relu"),\n    layers.Softmax', '"relu", name="""a\nb"""),\n    layers.Softmax'),
    ],
)
def test_whatever_the_line_looks_like(before: str, after: str) -> None:
    text = NET.replace(before, after)
    Path("net.py").write_text(text)
    assert codes(".", "--ignore", "CNN902") == ["CNN101"]
    assert cnnlint(".", "--add-ignores").exit_code == 0
    assert codes(".", "--ignore", "CNN902") == []
    assert ast.dump(ast.parse(Path("net.py").read_text())) == ast.dump(ast.parse(text))


def test_notebooks() -> None:
    Path("net.py").unlink()
    cells = [{"cell_type": "code", "source": NET, "metadata": {}, "outputs": [], "execution_count": None}]
    Path("net.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert codes(".") == ["CNN101"]
    assert cnnlint(".", "--add-ignores").exit_code == 0
    assert codes(".") == []


@pytest.mark.parametrize("other", ["--fix", "--diff", "--confirm", "--write-baseline=x.json"])
def test_one_thing_at_a_time(other: str) -> None:
    result = cnnlint(".", "--add-ignores", other)
    assert result.exit_code == 2
    assert "exclude each other" in result.stderr
    assert Path("net.py").read_text() == NET
